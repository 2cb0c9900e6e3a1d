"""The GEOS engine: which site meets which part of a zone, and what lies between the others.

Spelled the way that scales: multipolygons are taken apart once, a tree over the parts' boxes
gives candidates, predicates run on prepared parts, an intersection is built only where a
boundary runs through a site, and distances only where nothing meets.

Topology is that of the stored geometry, edges straight in lon/lat. Areas are ellipsoidal
(`crs.areas_m2`). Distances are taken in the 3-degree Gauss-Kruger zone of each site; edges of 2
to 5 km lie 5 to 35 cm apart in the two views.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.crs import areas_m2
from geo_rectify.overlay.shapes import AREA, mended, plane_codes, projected
from geo_rectify.vocabulary import Relation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_rectify.overlay.shapes import (
        Flags,
        Indices,
        Numbers,
        Shapes,
        SiteShapes,
        ZoneParts,
    )

METRES_PER_DEGREE: Final = 110_000.0
"""Below the shortest degree of latitude (110,574 m), so that boxes are never too small."""
_SAME_AREA: Final = 1e-9
_SAME_EDGE: Final = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of a site and a zone part, as arrays of one length.

    Attributes
    ----------
    site, part
        Rows of the site's shape and of the part.
    shapes
        All parts, those near a site valid; ``part`` points into it.
    meets, covers
        Whether they share a point; whether the part covers the site.
    piece, piece_m2
        Their intersection and its area, where a boundary runs through an areal site.
    distance_m
        0 where they meet, infinite beyond the limit.
    """

    site: Indices
    part: Indices
    shapes: Shapes
    meets: Flags
    covers: Flags
    piece: Shapes
    piece_m2: Numbers
    distance_m: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Pairs summed up by site and group (a zone, or a class), sorted by site, then group."""

    site: Indices
    group: Indices
    relation: NDArray[Any]
    overlap_m2: Numbers
    share: Numbers
    distance_m: Numbers


def compare(
    sites: SiteShapes,
    zones: ZoneParts,
    candidates: tuple[Indices, Indices],
    *,
    max_distance_m: float | None,
    nearest_by: Indices | None,
) -> Pairs:
    """Compare sites with zone parts.

    Parameters
    ----------
    sites, zones
        The two sides.
    candidates
        Rows of site shapes and of zone parts to compare, pair by pair.
    max_distance_m
        How far to look, metres; None to measure no distances.
    nearest_by
        A group for each part (its class): a group that meets a site needs no distances, which
        are then left infinite. None to measure all.

    Returns
    -------
    Pairs
        Pairs within reach, in no promised order.
    """
    site, part = candidates
    shapes = valid_parts(zones, np.unique(part))
    shapely.prepare(shapes[np.unique(part)])
    meets = shapely.intersects(shapes[part], sites.shapes[site])
    covers = np.zeros(len(site), dtype=bool)
    covers[meets] = shapely.covers(shapes[part[meets]], sites.shapes[site[meets]])
    piece: Shapes = np.full(len(site), None, dtype=object)
    cut = np.flatnonzero(meets & ~covers & (sites.dimensions[site] == AREA))
    shapely.prepare(sites.shapes[np.unique(site[cut])])
    whole = shapely.covers(sites.shapes[site[cut]], shapes[part[cut]])
    piece[cut[whole]] = shapes[part[cut[whole]]]
    cut = cut[~whole]
    piece[cut] = shapely.intersection(shapes[part[cut]], sites.shapes[site[cut]])
    piece_m2 = areas_m2(piece)
    wanted = ~meets if max_distance_m is not None else np.zeros(len(site), dtype=bool)
    if nearest_by is not None and len(site):
        key = site * (int(nearest_by.max()) + 1) + nearest_by[part]
        wanted &= ~np.isin(key, key[meets])
    distance = np.where(meets, 0.0, np.inf)
    far = np.flatnonzero(wanted)
    if max_distance_m is not None:
        distance[far] = distances(
            sites.shapes, shapes, site[far], part[far], limit_m=max_distance_m
        )
    return Pairs(
        site=site,
        part=part,
        shapes=shapes,
        meets=meets,
        covers=covers,
        piece=piece,
        piece_m2=piece_m2,
        distance_m=distance,
    )


def summed(pairs: Pairs, sites: SiteShapes, group_of: Indices, *, min_overlap_m2: float) -> Groups:
    """Sum pairs up by site and group; what several parts share counts once.

    Parameters
    ----------
    pairs
        The pairs.
    sites
        The sites.
    group_of
        Group of each part: its zone, or its class.
    min_overlap_m2
        Smaller overlaps of areas count as touching, square metres.

    Returns
    -------
    Groups
        One row for each site and group that meets it or lies within reach.
    """
    size = int(group_of.max()) + 1 if len(group_of) else 1
    within_reach = np.isfinite(pairs.distance_m)
    chosen = np.flatnonzero(within_reach)
    keys = pairs.site[chosen] * size + group_of[pairs.part[chosen]]
    unique, row = np.unique(keys, return_inverse=True)
    site, group = unique // size, unique % size
    count = len(unique)

    def over(values: NDArray[Any]) -> Numbers:
        sums: Numbers = np.bincount(
            row, weights=values[chosen].astype(float), minlength=count
        ).astype(float)
        return sums

    hits = over(pairs.meets)
    inside = over(pairs.covers) > 0
    overlap = over(pairs.piece_m2)
    distance = np.full(count, np.inf)
    np.minimum.at(distance, row, pairs.distance_m[chosen])
    area = sites.areas_m2[site]
    areal = sites.dimensions[site] == AREA
    relation = np.full(count, str(Relation.NEAR), dtype=object)
    relation[hits > 0] = str(Relation.TOUCHES)
    share = np.zeros(count)
    members = _members(row, pairs.meets[chosen], chosen)
    for at in np.flatnonzero(areal & (hits > 1) & ~inside).tolist():
        whole = shapely.union_all(pairs.piece[members[at]])
        overlap[at] = areas_m2([whole])[0]
        inside[at] = _fills(whole, sites.shapes[site[at]])
    for at in np.flatnonzero(~areal & (hits > 0)).tolist():
        zone = shapely.union_all(pairs.shapes[pairs.part[members[at]]])
        relation[at], share[at] = _thin(sites.shapes[site[at]], zone)
    overlap = np.where(areal & inside, area, np.minimum(overlap, area))
    real = areal & (overlap > 0) & ((overlap >= min_overlap_m2) | inside)
    overlap = np.where(real, overlap, 0.0)
    share[real] = overlap[real] / area[real]
    relation[real] = np.where(inside[real], str(Relation.INSIDE), str(Relation.OVERLAPS))
    return Groups(
        site=site,
        group=group,
        relation=relation,
        overlap_m2=overlap,
        share=share,
        distance_m=distance,
    )


def candidates_within(
    sites: SiteShapes, zones: ZoneParts, *, max_distance_m: float, among: Indices | None = None
) -> tuple[Indices, Indices]:
    """Find the parts whose box lies within reach of a site's box.

    Parameters
    ----------
    sites, zones
        The two sides.
    max_distance_m
        How far to look, metres.
    among
        Rows of the sites to look for, None for all.

    Returns
    -------
    tuple of numpy.ndarray
        Rows of site shapes and of zone parts, pair by pair.
    """
    rows = np.arange(len(sites.shapes)) if among is None else among
    present = rows[~shapely.is_missing(sites.shapes[rows])]
    west, south, east, north = shapely.bounds(sites.shapes[present]).T
    up = max_distance_m / METRES_PER_DEGREE
    highest = np.minimum(np.maximum(np.abs(south), np.abs(north)) + up, 89.0)
    side = up / np.cos(np.radians(highest))
    boxes = shapely.box(west - side, south - up, east + side, north + up)
    found, part = zones.near(np.asarray(boxes, dtype=object))
    return present[found].astype(np.int64), part


def valid_parts(zones: ZoneParts, near: Indices) -> Shapes:
    """Give the parts near a site, mended where they need it.

    Parameters
    ----------
    zones
        The zones.
    near
        Rows of the parts near a site.

    Returns
    -------
    numpy.ndarray
        A row for each part: None where it is not near, or nothing areal is left of it.
    """
    parts: Shapes = np.full(len(zones.owner), None, dtype=object)
    parts[near] = mended(zones.store.take(near), zones.ids[zones.owner[near]], name="zones")
    return parts


def distances(
    shapes: Shapes, parts: Shapes, site: Indices, part: Indices, *, limit_m: float
) -> Numbers:
    """Measure pairs in the plane of each site.

    Parameters
    ----------
    shapes, parts
        Shapes of sites, and valid parts of zones.
    site, part
        Rows of both, pair by pair.
    limit_m
        How far to look, metres.

    Returns
    -------
    numpy.ndarray
        Metres, infinite beyond the limit.
    """
    result = np.full(len(site), np.inf)
    known = ~shapely.is_missing(parts[part])
    rows, place = np.unique(site, return_inverse=True)
    codes = plane_codes(shapes[rows])[place]
    for code in np.unique(codes[known]):
        here = np.flatnonzero((codes == code) & known)
        near_sites, left = np.unique(site[here], return_inverse=True)
        near_parts, right = np.unique(part[here], return_inverse=True)
        flat_sites = projected(shapes[near_sites], int(code))
        flat_parts = projected(parts[near_parts], int(code))
        shapely.prepare(flat_parts)
        close = shapely.dwithin(flat_parts[right], flat_sites[left], limit_m)
        result[here[close]] = shapely.distance(flat_parts[right[close]], flat_sites[left[close]])
    return result


def _members(row: Indices, meets: Flags, chosen: Indices) -> dict[int, Indices]:
    """List for each group the pairs that meet."""
    met = np.flatnonzero(meets)
    order = met[np.argsort(row[met], kind="stable")]
    if not len(order):
        return {}
    groups, starts = np.unique(row[order], return_index=True)
    runs = np.split(chosen[order], starts[1:])
    return {int(group): run for group, run in zip(groups, runs, strict=True)}


def _fills(whole: Any, site: Any) -> bool:
    """Say whether pieces fill a site, in lon/lat where vertices added to an edge change nothing."""
    slack = _SAME_AREA * shapely.area(site) + _SAME_EDGE * shapely.length(site)
    return bool(shapely.area(site) - shapely.area(whole) <= slack)


def _thin(site: Any, zone: Any) -> tuple[str, float]:
    """Relate a point or line that meets a zone; the share is one of points or of length."""
    if shapely.contains(zone, site):
        return str(Relation.INSIDE), 1.0
    if not shapely.relate_pattern(zone, site, "T********"):
        return str(Relation.TOUCHES), 0.0
    if shapely.get_dimensions(site) == 0:
        points = shapely.get_parts(site)
        return str(Relation.OVERLAPS), float(shapely.contains(zone, points).mean())
    code = int(plane_codes(np.array([site], dtype=object))[0])
    both = np.array([shapely.intersection(zone, site), site], dtype=object)
    within, whole = shapely.length(projected(both, code))
    return str(Relation.OVERLAPS), min(1.0, float(within / whole))
