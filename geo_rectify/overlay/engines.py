"""Which engine does the work, and the same rows from each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo_rectify.crs import require_same_crs
from geo_rectify.overlay.gridded import joined, met_zones, redone
from geo_rectify.overlay.kept import index_of
from geo_rectify.overlay.nearest import nearest_zones
from geo_rectify.overlay.opening import OpenZones
from geo_rectify.overlay.pairs import (
    Groups,
    candidates_within,
    compare,
    distances,
    summed,
    valid_parts,
)
from geo_rectify.overlay.shapes import POINT, plane_codes, site_shapes, zone_parts
from geo_rectify.vocabulary import Relation

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_rectify.overlay.kept import LayerIndex
    from geo_rectify.overlay.shapes import Indices, Numbers, SiteShapes, ZoneParts

ENGINES: Final = ("auto", "geos", "grid", "dask")
_FEW_VERTICES: Final = 50_000
_FEW_SITES: Final = 3_000
_FEW_POINTS: Final = 300
"""Below these GEOS alone is faster: zones to index, sites to compare, points to search for."""


def require_options(engine: str, max_distance_m: float) -> None:
    """Raise unless an engine of that name exists and the distance makes sense.

    Parameters
    ----------
    engine
        ``auto``, ``geos``, ``grid`` or ``dask``.
    max_distance_m
        Metres.

    Raises
    ------
    ValueError
        It is another name, or the distance negative or no number.
    """
    if engine not in ENGINES:
        message = f"unknown engine {engine!r}; use one of {', '.join(ENGINES)}"
        raise ValueError(message)
    if not 0 <= max_distance_m < np.inf:
        message = f"max_distance_m is {max_distance_m}; give metres, 0 or more"
        raise ValueError(message)


def sides_of(
    sites: gpd.GeoDataFrame, zones: gpd.GeoDataFrame | OpenZones
) -> tuple[SiteShapes, ZoneParts]:
    """Read both sides into arrays.

    Parameters
    ----------
    sites, zones
        As in `overlay_sites`.

    Returns
    -------
    tuple
        Sites, and zones taken apart.

    Raises
    ------
    CRSError
        A frame has no coordinate system, the two differ, or they are not in lon/lat.
    TableError
        A column is missing, an id stands twice, a zone is no area.
    """
    if isinstance(zones, OpenZones):
        return site_shapes(sites), zones.parts
    require_same_crs(sites, zones, names=("sites", "zones"))
    return site_shapes(sites), zone_parts(zones)


def groups_of(
    sites: SiteShapes,
    zones: ZoneParts,
    class_of_zone: Indices | None,
    *,
    engine: str,
    max_distance_m: float,
    min_overlap_m2: float,
) -> tuple[Groups, Groups]:
    """Overlay sites with zones by one engine.

    Parameters
    ----------
    sites, zones
        The two sides.
    class_of_zone
        Class of each zone, where unions of classes are wanted; distances are then only those of
        classes that do not meet the site.
    engine
        ``auto``, ``geos`` or ``grid``.
    max_distance_m, min_overlap_m2
        As in `overlay_sites`.

    Returns
    -------
    tuple of Groups
        By site and zone, and by site and class (by zone again where no classes are wanted).
    """
    if engine == "auto":
        nearest = class_of_zone is not None and max_distance_m > 0
        engine = _faster(sites, zones, nearest=nearest)
    class_of_part = None if class_of_zone is None else class_of_zone[zones.owner]
    if engine == "geos":
        near = candidates_within(sites, zones, max_distance_m=max_distance_m)
        # at 0 m only what meets counts; a long edge may bend over a site in the plane
        limit = max_distance_m or None
        pairs = compare(sites, zones, near, max_distance_m=limit, nearest_by=class_of_part)
        by_zone = summed(pairs, sites, zones.owner, min_overlap_m2=min_overlap_m2)
        if class_of_part is None:
            return by_zone, by_zone
        return by_zone, summed(pairs, sites, class_of_part, min_overlap_m2=min_overlap_m2)
    index = index_of(zones)
    met = met_zones(sites, zones, index, min_overlap_m2=min_overlap_m2)
    if class_of_zone is None or class_of_part is None:
        near_zones = _near_zones(sites, zones, met, max_distance_m=max_distance_m)
        by_zone = joined([met, near_zones])
        return by_zone, by_zone
    by_class = _unions(
        sites, zones, met, class_of_zone, class_of_part, min_overlap_m2=min_overlap_m2
    )
    near_zones = _nearest_of_classes(
        sites, zones, index, by_class, class_of_zone, max_distance_m=max_distance_m
    )
    near_classes = _least(near_zones.site, class_of_zone[near_zones.group], near_zones.distance_m)
    return joined([met, near_zones]), joined([by_class, near_classes])


def _faster(sites: SiteShapes, zones: ZoneParts, *, nearest: bool) -> str:
    """Choose an engine by the size of the case."""
    many = len(sites.shapes) >= _FEW_SITES
    if nearest:
        many |= int((shapely.get_type_id(sites.shapes) == POINT).sum()) >= _FEW_POINTS
    large = zones.vertices >= _FEW_VERTICES
    return "grid" if many and large else "geos"


def _unions(
    sites: SiteShapes,
    zones: ZoneParts,
    met: Groups,
    class_of_zone: Indices,
    class_of_part: Indices,
    *,
    min_overlap_m2: float,
) -> Groups:
    """Take zones of one class together: GEOS unites them where a site meets several."""
    base = int(class_of_zone.max()) + 1 if len(class_of_zone) else 1
    key = met.site * base + class_of_zone[met.group]
    unique, place, count = np.unique(key, return_inverse=True, return_counts=True)
    inside = np.zeros(len(unique), dtype=bool)
    inside[place[met.relation == Relation.INSIDE]] = True
    several = (count > 1) & ~inside
    # of the others one row stands for the class: the only one, or one that holds the site
    stands = (count[place] == 1) | (met.relation == Relation.INSIDE)
    rows = np.flatnonzero(stands & ~several[place])
    _, first = np.unique(key[rows], return_index=True)
    rows = rows[first]
    alone = Groups(
        site=met.site[rows],
        group=class_of_zone[met.group[rows]],
        relation=met.relation[rows],
        overlap_m2=met.overlap_m2[rows],
        share=met.share[rows],
        distance_m=met.distance_m[rows],
    )
    united = redone(
        sites,
        zones,
        unique[several],
        among=class_of_part,
        base=base,
        min_overlap_m2=min_overlap_m2,
    )
    return joined([alone, united])


def _near_zones(
    sites: SiteShapes, zones: ZoneParts, met: Groups, *, max_distance_m: float
) -> Groups:
    """Measure all zones in reach that do not meet the site."""
    if max_distance_m == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return _near(nothing, nothing, np.zeros(0))
    site, part = candidates_within(sites, zones, max_distance_m=max_distance_m)
    base = len(zones.ids)
    apart = ~np.isin(site * base + zones.owner[part], met.site * base + met.group)
    return _measured(sites, zones, site[apart], part[apart], max_distance_m=max_distance_m)


def _nearest_of_classes(
    sites: SiteShapes,
    zones: ZoneParts,
    index: LayerIndex,
    by_class: Groups,
    class_of_zone: Indices,
    *,
    max_distance_m: float,
) -> Groups:
    """Measure the nearest zones of classes that do not meet the site.

    Points are searched for on the grid; other shapes, and zones the grid lacks, go to GEOS.
    """
    base = int(class_of_zone.max()) + 1 if len(class_of_zone) else 1
    points = shapely.get_type_id(sites.shapes) == POINT
    site, part = _beyond_the_grid(sites, zones, points, index, max_distance_m=max_distance_m)
    known = by_class.site * base + by_class.group
    apart = ~np.isin(site * base + class_of_zone[zones.owner[part]], known)
    pieces = [_measured(sites, zones, site[apart], part[apart], max_distance_m=max_distance_m)]
    rows = np.flatnonzero(points)
    if max_distance_m > 0 and len(rows):
        for one in range(base):
            left = rows[~np.isin(rows * base + one, known)]
            found = nearest_zones(
                index.grid,
                shapely.get_coordinates(sites.shapes[left]),
                plane_codes(sites.shapes[left]),
                among=class_of_zone == one,
                max_distance_m=max_distance_m,
            )
            site, sure = left[found.point], ~found.doubtful
            pieces.append(_near(site[sure], found.zone[sure], found.distance_m[sure]))
            pieces.append(
                _measured_pairs(
                    sites, zones, site[~sure], found.zone[~sure], max_distance_m=max_distance_m
                )
            )
    return joined(pieces)


def _measured_pairs(
    sites: SiteShapes, zones: ZoneParts, site: Indices, zone: Indices, *, max_distance_m: float
) -> Groups:
    """Let GEOS measure some sites and zones."""
    base = len(zones.ids)
    rows = np.unique(site)
    near, part = candidates_within(sites, zones, max_distance_m=max_distance_m, among=rows)
    asked = np.isin(near * base + zones.owner[part], site * base + zone)
    return _measured(sites, zones, near[asked], part[asked], max_distance_m=max_distance_m)


def _beyond_the_grid(
    sites: SiteShapes,
    zones: ZoneParts,
    points: NDArray[np.bool_],
    index: LayerIndex,
    *,
    max_distance_m: float,
) -> tuple[Indices, Indices]:
    """Pair sites that are no points with all parts in reach, points with parts of odd zones."""
    if max_distance_m == 0 or (points.all() and not index.odd.any()):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing
    site, part = candidates_within(sites, zones, max_distance_m=max_distance_m)
    kept = ~points[site] | index.odd[zones.owner[part]]
    return site[kept], part[kept]


def _measured(
    sites: SiteShapes, zones: ZoneParts, site: Indices, part: Indices, *, max_distance_m: float
) -> Groups:
    parts = valid_parts(zones, np.unique(part))
    gap = distances(sites.shapes, parts, site, part, limit_m=max_distance_m)
    kept = np.isfinite(gap)
    return _least(site[kept], zones.owner[part[kept]], gap[kept])


def _least(site: Indices, group: Indices, distance: Numbers) -> Groups:
    """Keep the least distance of each site and group."""
    base = int(group.max()) + 1 if len(group) else 1
    keys, place = np.unique(site * base + group, return_inverse=True)
    least = np.full(len(keys), np.inf)
    np.minimum.at(least, place, distance)
    return _near(keys // base, keys % base, least)


def _near(site: Indices, group: Indices, distance: Numbers) -> Groups:
    return Groups(
        site=site,
        group=group,
        relation=np.full(len(site), str(Relation.NEAR), dtype=object),
        overlap_m2=np.zeros(len(site)),
        share=np.zeros(len(site)),
        distance_m=distance,
    )
