"""Mentions and gazetteers drawn by hand, for the tests of locating."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from geo_rectify.models import Mention
from geo_rectify.places.gazetteer import Gazetteer, gazetteer_of
from geo_rectify.tables import CORRECTIONS, GAZETTEER, geoframe_of
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    import geopandas as gpd


class Text:
    """Writes mentions one after another, as they would stand in a plan."""

    def __init__(self, *, doc_id: str = "d0c", issue: int | None = 1) -> None:
        self.doc_id, self.issue, self.at = doc_id, issue, 0
        self.mentions: list[Mention] = []

    def say(
        self,
        surface: str,
        kind: PlaceType,
        *,
        role: Role = Role.SITE,
        county: str = "",
        gap: int = 9,
        **more: Any,
    ) -> Mention:
        start = self.at + gap
        self.at = start + len(surface)
        values: dict[str, Any] = {
            "mention_id": f"{self.doc_id}:{start}-{self.at}",
            "doc_id": self.doc_id,
            "issue": self.issue,
            "section": 1,
            "field": "problem",
            "start": start,
            "end": self.at,
            "surface": surface,
            "normalised": surface,
            "type": kind,
            "role": role,
            "county": county,
        }
        made = Mention(**(values | more))
        self.mentions.append(made)
        return made


def one(surface: str, kind: PlaceType, *, county: str = "", **more: Any) -> list[Mention]:
    """Give a document with a single mention."""
    text = Text()
    text.say(surface, kind, county=county, **more)
    return text.mentions


def place(name: str, kind: PlaceType, **more: Any) -> dict[str, Any]:
    """Give a gazetteer row; ``lon`` and ``lat``, or ``geometry``."""
    row: dict[str, Any] = {
        "name": name,
        "aliases": "",
        "kind": kind.value,
        "adcode": "",
        "township": name if kind is PlaceType.TOWNSHIP else "",
        "uncertainty_m": 100.0,
        "source": "test",
        "licence": "test",
        "valid_on": "",
    }
    if "lon" in more:
        row["geometry"] = shapely.Point(more.pop("lon"), more.pop("lat"))
    return row | more


def gazetteer(*rows: dict[str, Any]) -> Gazetteer:
    """Make a gazetteer of rows."""
    return gazetteer_of(geoframe_of(rows, GAZETTEER))


def corrections(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Make a corrections frame of rows; ``lon`` and ``lat``, or ``geometry``."""
    made = []
    for number, row in enumerate(rows):
        full: dict[str, Any] = {"action": "set", "origin": f"test:{number}", "uncertainty_m": 10.0}
        full |= row
        if "lon" in full:
            full["geometry"] = shapely.Point(full.pop("lon"), full.pop("lat"))
        made.append(full)
    return geoframe_of(made, CORRECTIONS)
