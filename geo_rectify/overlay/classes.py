"""One row per site and zone class, overlapping zones of a class counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo_rectify.overlay.engines import groups_of, require_options, sides_of
from geo_rectify.overlay.scaled import overlay_partitions
from geo_rectify.tables import CLASS_OVERLAPS, join_list
from geo_rectify.vocabulary import Relation

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_rectify.overlay.opening import OpenZones
    from geo_rectify.overlay.pairs import Groups
    from geo_rectify.overlay.shapes import SiteShapes, ZoneParts


def overlay_classes(
    sites: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame | OpenZones,
    *,
    max_distance_m: float = 5000.0,
    min_overlap_m2: float = 1.0,
    engine: str = "auto",
) -> pd.DataFrame:
    """Overlay sites with classes of zones, one row per site and class.

    Every class of ``zones`` has a row for every site. Relations, areas and distances are those of
    `overlay_sites`, taken of the union of the class: a site across two zones that abut is
    ``inside``, and what two zones share counts once.

    Parameters
    ----------
    sites, zones, max_distance_m, min_overlap_m2, engine
        As in `overlay_sites`.

    Returns
    -------
    pandas.DataFrame
        `tables.CLASS_OVERLAPS`, by site_id and zone_class. zone_id is the zone with the largest
        overlap, else the nearest (of equals the first by id); zone_ids all that overlap or touch,
        joined with ``|``. Beyond the limit relation, distance_m and zone_id are empty; for a
        site without geometry overlap_m2 and share too.

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
            overlay_classes,
            sites,
            zones,
            max_distance_m=max_distance_m,
            min_overlap_m2=min_overlap_m2,
            by=["site_id", "zone_class"],
        )
    left, right = sides_of(sites, zones)
    classes, class_of_zone = np.unique(right.classes.astype(str), return_inverse=True)
    by_zone, by_class = groups_of(
        left,
        right,
        class_of_zone.astype(np.int64),
        engine=engine,
        max_distance_m=max_distance_m,
        min_overlap_m2=min_overlap_m2,
    )
    columns = _every_pair(left, classes)
    row = by_class.site * len(classes) + by_class.group
    for name in ("relation", "overlap_m2", "share", "distance_m"):
        columns[name][row] = getattr(by_class, name)
    _name_zones(columns, by_zone, right, class_of_zone, classes=len(classes))
    frame = pd.DataFrame(columns)
    own = pd.DataFrame({"site_id": pd.Series(left.ids, dtype=object), "shape": left.shape_of})
    every = own.merge(frame, on="shape")[CLASS_OVERLAPS.names]
    return every.sort_values(["site_id", "zone_class"], ignore_index=True)


def _every_pair(sites: SiteShapes, classes: Any) -> dict[str, NDArray[Any]]:
    """Give the columns of all shapes and classes, as if everything were out of reach."""
    count = len(sites.shapes) * len(classes)
    missing = np.repeat(shapely.is_missing(sites.shapes), len(classes))
    nothing = np.where(missing, np.nan, 0.0)
    return {
        "shape": np.repeat(np.arange(len(sites.shapes)), len(classes)),
        "zone_class": np.tile(classes.astype(object), len(sites.shapes)),
        "relation": np.full(count, None, dtype=object),
        "overlap_m2": nothing,
        "share": nothing.copy(),
        "distance_m": np.full(count, np.nan),
        "zone_id": np.full(count, None, dtype=object),
        "zone_ids": np.full(count, "", dtype=object),
    }


def _name_zones(
    columns: dict[str, NDArray[Any]],
    by_zone: Groups,
    zones: ZoneParts,
    class_of_zone: Any,
    *,
    classes: int,
) -> None:
    """Write in the deciding zone of each site and class, and all zones that meet the site."""
    names = np.unique(zones.ids.astype(str), return_inverse=True)[1][by_zone.group]
    rank = np.zeros(len(by_zone.site), dtype=np.int64)
    for place, relation in enumerate(Relation):
        rank[by_zone.relation == str(relation)] = place
    row = by_zone.site * classes + class_of_zone[by_zone.group]
    best_first = np.lexsort(
        (names, by_zone.distance_m, rank, -by_zone.share, -by_zone.overlap_m2, row)
    )
    ids = zones.ids[by_zone.group]
    begins = np.unique(row[best_first], return_index=True)[1]
    columns["zone_id"][row[best_first[begins]]] = ids[best_first[begins]]
    meeting = np.flatnonzero(by_zone.relation != str(Relation.NEAR))
    meeting = meeting[np.argsort(row[meeting], kind="stable")]
    rows, first, count = np.unique(row[meeting], return_index=True, return_counts=True)
    columns["zone_ids"][rows] = ids[meeting[first]].astype(str)
    for at, start, length in zip(
        *(values[count > 1] for values in (rows, first, count)), strict=True
    ):
        columns["zone_ids"][at] = join_list(ids[meeting[start : start + length]])
