"""Places: find them in the text, know them by name, locate them as honestly as they are known."""

from geo_rectify.places.attaching import attach_registers
from geo_rectify.places.building import build_gazetteer
from geo_rectify.places.corrections import read_corrections
from geo_rectify.places.gazetteer import Gazetteer, open_gazetteer
from geo_rectify.places.given import read_sites
from geo_rectify.places.kinds import precision_of
from geo_rectify.places.locating import locate
from geo_rectify.places.petitions import join_petitions
from geo_rectify.places.recognition import find_mentions
from geo_rectify.places.records import Located
from geo_rectify.places.registers import read_registers
from geo_rectify.places.searching import Found, search_gazetteer
from geo_rectify.places.stated import stated_positions

__all__ = [
    "Found",
    "Gazetteer",
    "Located",
    "attach_registers",
    "build_gazetteer",
    "find_mentions",
    "join_petitions",
    "locate",
    "open_gazetteer",
    "precision_of",
    "read_corrections",
    "read_registers",
    "read_sites",
    "search_gazetteer",
    "stated_positions",
]
