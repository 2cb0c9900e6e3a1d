"""Records the places room gives to those above."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo_rectify.tables import CORRECTION_LOG, frame_of

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo_rectify.models import Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What locating gives.

    Attributes
    ----------
    mentions
        The mentions, with ``site_id`` filled for those that make sites.
    sites
        Every site (`tables.SITES`); geometry null for county, prefecture, none and counted sets.
        A surveyed outline is a polygon, all else a point.
    footprints
        The polygon within which each site lies at 90 % (`tables.FOOTPRINTS`).
    unlocated
        The worklist: sites coarser than village, extents left out (`tables.UNLOCATED`).
    rejected
        Candidates refused before any cut, with the reason (`tables.REJECTED`).
    correction_notes
        One sentence for each correction that was used, or could not be and why.
    correction_log
        Who changed what and when (`tables.CORRECTION_LOG`): one row for each correction.
    """

    mentions: tuple[Mention, ...]
    sites: gpd.GeoDataFrame
    footprints: gpd.GeoDataFrame
    unlocated: pd.DataFrame
    rejected: pd.DataFrame
    correction_notes: tuple[str, ...] = ()
    correction_log: pd.DataFrame = field(default_factory=lambda: frame_of([], CORRECTION_LOG))
