"""Records of judging: rules as dated data, and what judging gives."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - dataclass fields are resolved at run time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_rectify.vocabulary import Activity

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    import pandas as pd

    from geo_rectify.vocabulary import ZoneClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One dated clause, as it stands in ``rules.toml``; nothing here is made at run time.

    A rule without ``checked_on`` is 未核对 and stands only in the annex 待法制审核条款.
    ``applies_to`` (``adcode:360000``) limits a local rule to its area; "" is all of China.
    ``activities`` limits it to what it speaks of; empty is everything. A rule with a ``question``
    is one class of a checklist (``item`` is its short name) and no clause to be cited.
    """

    rule_id: str
    classes: tuple[ZoneClass, ...]
    title: str
    article: str
    substance: str
    penalty: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""
    confidence: str = ""
    checked_on: dt.date | None = None
    applies_to: str = ""
    note: str = ""
    activities: tuple[Activity, ...] = ()
    item: str = ""
    question: str = ""

    def in_force(self, day: dt.date) -> bool:
        """Say whether the clause is in force on a day."""
        after = self.valid_from is None or self.valid_from <= day
        return after and (self.valid_to is None or day <= self.valid_to)

    def speaks_of(self, activities: Collection[Activity]) -> bool:
        """Say whether the clause concerns one of the activities; unknown ones may be any."""
        if not self.activities or not activities or Activity.UNKNOWN in activities:
            return True
        return not set(self.activities).isdisjoint(activities)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What judging gives: `tables.FINDINGS`, `tables.CLAIMS` and the rules they cite."""

    findings: gpd.GeoDataFrame
    claims: pd.DataFrame
    rules: tuple[Rule, ...]
