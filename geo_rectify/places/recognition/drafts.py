"""The working form of a mention while the rules look at it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from geo_rectify.places.recognition.admin import Home
    from geo_rectify.places.recognition.tokens import Token

ADMIN_KINDS = frozenset({PlaceType.PROVINCE, PlaceType.PREFECTURE, PlaceType.COUNTY})
RANKS = ("省", "市", "县", "区", "旗", "州", "盟")
ZONE_KINDS = frozenset({PlaceType.DEV_ZONE, PlaceType.INDUSTRIAL_PARK})
AREA_KINDS = ADMIN_KINDS | {PlaceType.DEV_ZONE, PlaceType.TOWNSHIP, PlaceType.VILLAGE}


@dataclass(slots=True, kw_only=True)
class Draft:
    """A place found in one passage; offsets are into the passage.

    Attributes
    ----------
    prefix
        Administrative name that begins the name itself (乐平 of 乐平天湖医院).
    stem
        The name without prefix, modifiers and head.
    head
        Its last head noun, "" for a bare name.
    bare
        Whether nothing but its surroundings says that it is a place.
    whole
        The name in full where words were elided (韦陀桥 -> 韦陀桥排涝站).
    """

    start: int
    end: int
    surface: str
    kind: PlaceType
    role: Role = Role.SITE
    prefix: str = ""
    stem: str = ""
    head: str = ""
    bare: bool = False
    named: bool = True
    whole: str = ""
    group: str = ""
    multiplicity: str = ""
    count: int | None = None
    area_stated_m2: float | None = None
    relation: str = ""
    normalised: str = ""
    county: str = ""
    county_basis: str = ""


@dataclass(slots=True, kw_only=True)
class Scene:
    """One passage with its tokens and what was found in it."""

    issue: int | None
    section: int | None
    field: str
    text: str
    offset: int
    units: tuple[str, ...]
    tokens: tuple[Token, ...] = ()
    drafts: list[Draft] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the rules know of the document a passage stands in.

    Attributes
    ----------
    home
        The area it is about.
    zones
        Development zones that answer as units.
    gazetteer
        Names a gazetteer has, with kind and county code of their bearers.
    townships
        Official townships of the home, each with the codes of its counties.
    """

    home: Home
    zones: frozenset[str]
    gazetteer: Mapping[str, Collection[tuple[PlaceType, str]]]
    townships: Mapping[str, frozenset[str]]
