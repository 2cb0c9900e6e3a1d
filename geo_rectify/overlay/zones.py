"""One row per site and zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_rectify.overlay.chains import spread
from geo_rectify.overlay.engines import groups_of, require_options, sides_of
from geo_rectify.overlay.scaled import overlay_partitions
from geo_rectify.overlay.shapes import ascending
from geo_rectify.tables import OVERLAPS

if TYPE_CHECKING:
    import geopandas as gpd

    from geo_rectify.overlay.opening import OpenZones
    from geo_rectify.overlay.shapes import Indices


def overlay_sites(
    sites: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame | OpenZones,
    *,
    max_distance_m: float = 5000.0,
    min_overlap_m2: float = 1.0,
    engine: str = "auto",
) -> pd.DataFrame:
    """Overlay sites with zones, one row per site and zone within reach.

    Touching is not overlapping. An area that overlaps a zone by less than ``min_overlap_m2``
    touches it, unless it lies wholly inside. Points are ``inside``, ``touches`` (on the boundary)
    or ``near``; lines ``inside``, ``overlaps`` (some of their length is in the interior),
    ``touches`` or ``near``; a multipoint with some points inside ``overlaps``.

    Invalid geometry is repaired on a copy, geometry without finite coordinates left out; both
    are named in a `GeoRectifyWarning` and listed by `doubtful_geometry`.

    Parameters
    ----------
    sites
        site_id, geometry and, optionally, uncertainty_m: the site is widened by it where it is
        above 0. A site without geometry has no rows.
    zones
        zone_id, zone_class and polygons, or the zones of a file from `open_zones`. Both frames in
        one of EPSG:4490 and EPSG:4326, which count as the same.
    max_distance_m
        Zones farther than this are left out, metres.
    min_overlap_m2
        Overlaps of areas below this count as touching, square metres.
    engine
        ``grid`` works on flat arrays and leaves doubtful pairs to GEOS, ``geos`` is GEOS alone,
        ``auto`` takes whichever is faster for the size; the rows are the same. ``dask`` spreads
        the work over the current dask cluster (extra ``scale``); both frames may then be
        dask-geopandas ones.

    Returns
    -------
    pandas.DataFrame
        `tables.OVERLAPS`, by site_id and zone_id. overlap_m2 is ellipsoidal and 0 for points and
        lines; share is that of the site's area (of its length or points for lines and points);
        distance_m is in the 3-degree Gauss-Kruger zone of the site, 0 where they meet.

    Raises
    ------
    MissingDependencyError
        The engine is ``dask`` and dask-geopandas is not installed.
    CRSError
        A frame has no coordinate system, the two differ, or they are not in lon/lat.
    TableError
        A column is missing, an id stands twice, a zone is no area.
    ValueError
        The engine is unknown or the distance negative.
    """
    require_options(engine, max_distance_m)
    if engine == "dask":
        return overlay_partitions(
            overlay_sites,
            sites,
            zones,
            max_distance_m=max_distance_m,
            min_overlap_m2=min_overlap_m2,
            by=["site_id", "zone_id"],
        )
    left, right = sides_of(sites, zones)
    groups, _ = groups_of(
        left,
        right,
        None,
        engine=engine,
        max_distance_m=max_distance_m,
        min_overlap_m2=min_overlap_m2,
    )
    # rows of one shape stand together; a shape of several sites has them for each
    each, row = _rows_of(left.shape_of, groups.site, shapes=len(left.shapes))
    group = groups.group[row]
    frame = pd.DataFrame(
        {
            "site_id": pd.Series(left.ids[each], dtype=object),
            "zone_id": pd.Series(right.ids[group], dtype=object),
            "zone_class": pd.Series(right.classes[group], dtype=object),
            "relation": pd.Series(groups.relation[row], dtype=object),
            "overlap_m2": groups.overlap_m2[row],
            "share": groups.share[row],
            "distance_m": groups.distance_m[row],
        }
    )[OVERLAPS.names]
    if ascending(left.ids) and ascending(right.ids):
        return frame
    return frame.sort_values(["site_id", "zone_id"], ignore_index=True)


def _rows_of(shape_of: Indices, shape: Indices, *, shapes: int) -> tuple[Indices, Indices]:
    """Give for each site the rows of its shape, of rows that ascend by shape: sites and rows."""
    start = np.searchsorted(shape, np.arange(shapes + 1))
    return spread(start[:-1][shape_of], np.diff(start)[shape_of])
