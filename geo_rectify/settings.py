"""Settings of one run, as a frozen record passed as an argument."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from enum import StrEnum

NOTICE_DAYS = 7
"""Days of a public notice unless told otherwise; every place has a rule of its own."""


class PictureFormat(StrEnum):
    """Formats the map is written in as a picture."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


def default_as_of() -> dt.date:
    """Give the day outputs are dated: SOURCE_DATE_EPOCH's day in UTC, else today.

    Returns
    -------
    datetime.date
        The day.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.strip().isdigit():
        return dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC).date()
    return dt.datetime.now(tz=dt.UTC).astimezone().date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run was asked to do, printed in ``run.json``.

    Attributes
    ----------
    as_of
        Day on which rules and layers must be in force, and the date outputs carry.
    max_distance_m
        Zones farther than this from a footprint are not looked at, metres.
    min_overlap_m2
        Overlaps of outlines below this area count as touching, square metres.
    include_restricted
        Whether geometry, names and distances of restricted layers may stand in outputs.
    demo
        Whether sample layers count as official, with every output marked as an example.
    allow_missing
        Whether a layer that cannot be read is named in every output while the others go on.
    public
        Whether outputs go to the public: internal layers are treated like restricted ones, persons
        and phone numbers are masked, distances are given in bands.
    notice_days
        Least number of days a public notice of closing (销号公示) stands, first and last included.
    """

    as_of: dt.date = field(default_factory=default_as_of)
    max_distance_m: float = 5000.0
    min_overlap_m2: float = 1.0
    include_restricted: bool = False
    demo: bool = False
    allow_missing: bool = False
    public: bool = False
    notice_days: int = NOTICE_DAYS

    @property
    def hidden_sensitivities(self) -> frozenset[str]:
        """Give the sensitivities of layers whose zones may not be told in outputs."""
        kept = frozenset() if self.include_restricted else frozenset({"restricted"})
        return kept | {"restricted", "internal"} if self.public else kept
