"""Online geocoding services, off by default: only a place name and its county ever leave."""

from geo_rectify.places.services.asking import Answer, Asked, ask, ask_worklist
from geo_rectify.places.services.online import open_geocoder
from geo_rectify.places.services.records import Geocoder, GeocoderName, Hit

__all__ = [
    "Answer",
    "Asked",
    "Geocoder",
    "GeocoderName",
    "Hit",
    "ask",
    "ask_worklist",
    "open_geocoder",
]
