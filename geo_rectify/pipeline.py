"""The only room that knows the order of stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo_rectify.catalogue.records import Layers
    from geo_rectify.findings.records import Rule
    from geo_rectify.models import Issue, Mention, Plan
    from geo_rectify.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One run's evidence and judgement, from which every output is drawn.

    Attributes
    ----------
    plans
        The documents, in the order given.
    mentions, sites, footprints, unlocated, rejected, correction_notes
        As in `places.records.Located`.
    overlaps
        One row per site and zone class within reach (`tables.CLASS_OVERLAPS`).
    findings, claims, rules
        As in `findings.records.Judgement`.
    layers
        The layers used.
    settings
        What the run was asked to do.
    """

    plans: tuple[Plan, ...]
    mentions: tuple[Mention, ...]
    sites: gpd.GeoDataFrame
    footprints: gpd.GeoDataFrame
    unlocated: pd.DataFrame
    rejected: pd.DataFrame
    correction_notes: tuple[str, ...]
    overlaps: pd.DataFrame
    findings: gpd.GeoDataFrame
    claims: pd.DataFrame
    rules: tuple[Rule, ...]
    layers: Layers
    settings: Settings

    @property
    def plan(self) -> Plan:
        """Give the first document."""
        return self.plans[0]

    @property
    def several(self) -> bool:
        """Say whether there are several documents, so that issue keys carry them."""
        return len(self.plans) > 1

    def issues(self) -> list[tuple[str, Plan, Issue]]:
        """List all issues as (issue key, plan, issue), in document order."""
        from geo_rectify.models import issue_key

        return [
            (issue_key(plan.doc_id, issue.number, several=self.several), plan, issue)
            for plan in self.plans
            for issue in plan.issues
        ]
