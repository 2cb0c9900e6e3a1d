"""The grid engine: sites against zones on flat arrays, what is doubtful left to GEOS.

What a site and a zone have in common follows from three findings: in which zones the first vertex
of each of the site's rings lies (`grid.locate`), where boundaries cross (`crossings`), and which
zone rings begin inside the site. No crossing and no zone ring inside: the site's rings lie wholly
inside or outside. Otherwise arcs and rings sum to the area (`sums`). Touching needs two edges
within rounding of each other and is therefore always doubtful, so GEOS alone decides on it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.overlay.arcs import blocks_of
from geo_rectify.overlay.chains import batches, chains_of, chains_of_points
from geo_rectify.overlay.crossings import find_crossings
from geo_rectify.overlay.grid import locate
from geo_rectify.overlay.pairs import Groups, compare, summed
from geo_rectify.overlay.shapes import AREA, COLLECTION, without
from geo_rectify.overlay.sums import arc_areas, both_sides, whole_rings
from geo_rectify.vocabulary import Relation

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_rectify.overlay.arcs import Blocks
    from geo_rectify.overlay.chains import Chains
    from geo_rectify.overlay.crossings import Crossings
    from geo_rectify.overlay.kept import LayerIndex
    from geo_rectify.overlay.shapes import Flags, Indices, Numbers, SiteShapes, ZoneParts

_SAME_AREA: Final = 1e-9
_VERTICES: Final = 1_000_000
"""Vertices of sites looked at in one go, so that memory does not grow with the sites."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the grid knows of sites and zones, as keys ``site * zones + zone``."""

    keys: Indices
    chains: Chains
    chain: Indices
    chain_key: Indices
    crossings: Crossings
    ring: Indices
    ring_key: Indices
    doubtful: Indices


def met_zones(
    sites: SiteShapes, zones: ZoneParts, index: LayerIndex, *, min_overlap_m2: float
) -> Groups:
    """Find the zones each site meets, with areas.

    Parameters
    ----------
    sites, zones
        The two sides.
    index
        The index of the zones.
    min_overlap_m2
        Smaller overlaps of areas count as touching, square metres.

    Returns
    -------
    Groups
        One row for each site and zone that meet, as the GEOS engine gives them.
    """
    weights = np.ones(len(sites.shapes), dtype=np.int64)
    drawn = np.flatnonzero(sites.dimensions > 0)
    weights[drawn] = shapely.get_num_coordinates(sites.shapes[drawn])
    blocks = cache(partial(blocks_of, index.grid.rings))
    made = []
    for rows in batches(weights, limit=_VERTICES):
        groups = _met(sites.part(rows), zones, index, blocks, min_overlap_m2=min_overlap_m2)
        made.append(replace(groups, site=groups.site + rows.start))
    return joined(made)


def _met(
    sites: SiteShapes,
    zones: ZoneParts,
    index: LayerIndex,
    blocks: Callable[[], Blocks],
    *,
    min_overlap_m2: float,
) -> Groups:
    shapes, collections = sites.shapes, np.zeros(len(sites.shapes), dtype=bool)
    if sites.points is None:
        collections = shapely.get_type_id(shapes) == COLLECTION
        shapes = without(shapes, collections)
    chains = chains_of(shapes) if sites.points is None else chains_of_points(sites.points)
    found = _find(shapes, sites.dimensions, chains, index)
    base = index.grid.zones
    area, inside, doubtful = _areas(found, sites, index, blocks)
    doubtful |= np.isin(found.keys, found.doubtful)
    sure = found.keys[~doubtful]
    groups = _relations(
        sites,
        sure // base,
        sure % base,
        area[~doubtful],
        inside[~doubtful],
        min_overlap_m2=min_overlap_m2,
    )
    left = np.union1d(found.keys[doubtful], found.doubtful)
    exact = redone(sites, zones, left, among=zones.owner, base=base, min_overlap_m2=min_overlap_m2)
    odd = _touching_boxes(sites, zones, collections, index.odd)
    others = _by_geos(sites, zones, odd, among=zones.owner, min_overlap_m2=min_overlap_m2)
    return joined([groups, exact, others])


def redone(
    sites: SiteShapes,
    zones: ZoneParts,
    keys: Indices,
    *,
    among: Indices,
    base: int,
    min_overlap_m2: float,
) -> Groups:
    """Let GEOS decide on some sites and groups of parts.

    Parameters
    ----------
    sites, zones
        The two sides.
    keys
        ``site * base + group`` of what to redo, ascending.
    among
        Group of each part: its zone, or its class.
    base
        Number of groups.
    min_overlap_m2
        As above.

    Returns
    -------
    Groups
        Rows of those that meet.
    """
    rows = np.unique(keys // base)
    found, part = zones.near(sites.shapes[rows])
    pairs = rows[found], part
    kept = np.isin(pairs[0] * base + among[pairs[1]], keys)
    chosen = pairs[0][kept], pairs[1][kept]
    return _by_geos(sites, zones, chosen, among=among, min_overlap_m2=min_overlap_m2)


_NONE: Final = Groups(
    site=np.zeros(0, dtype=np.int64),
    group=np.zeros(0, dtype=np.int64),
    relation=np.zeros(0, dtype=object),
    overlap_m2=np.zeros(0),
    share=np.zeros(0),
    distance_m=np.zeros(0),
)


def joined(pieces: list[Groups]) -> Groups:
    """Put groups together, by site and group.

    Parameters
    ----------
    pieces
        Groups without common rows.

    Returns
    -------
    Groups
        All rows.
    """
    filled = [piece for piece in pieces if len(piece.site)] or [_NONE]
    columns = {
        field.name: np.concatenate([getattr(piece, field.name) for piece in filled])
        for field in fields(Groups)
    }
    site, group = columns["site"], columns["group"]
    later = (site[1:] > site[:-1]) | ((site[1:] == site[:-1]) & (group[1:] >= group[:-1]))
    if later.all():
        return Groups(**columns)
    order = np.lexsort((group, site))
    return Groups(**{name: values[order] for name, values in columns.items()})


def _find(shapes: Any, dimensions: Indices, chains: Chains, index: LayerIndex) -> _Found:
    grid, base = index.grid, index.grid.zones
    located, vague = locate(grid, chains.xy[chains.start[:-1]])
    chain, zone = located // base, located % base
    chain_key = chains.owner[chain] * base + zone
    crossings, doubtful = find_crossings(chains, grid)
    ring, ring_key = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    areal = np.flatnonzero(dimensions == AREA)
    areal = areal[~shapely.is_missing(shapes[areal])]
    if len(areal) and len(grid.rings.owner):
        firsts = np.asarray(shapely.points(grid.rings.xy[grid.rings.start[:-1]]), dtype=object)
        tree = shapely.STRtree(firsts)
        site, ring = tree.query(shapes[areal], predicate="contains")
        ring_key = areal[site] * base + grid.rings.owner[ring]
    # a line or multipoint cut by a boundary needs lengths: GEOS measures them
    thin = np.unique(crossings.key)
    thin = thin[dimensions[thin // base] != AREA]
    return _Found(
        keys=_distinct(chain_key, crossings.key, ring_key),
        chains=chains,
        chain=chain,
        chain_key=chain_key,
        crossings=crossings,
        ring=ring.astype(np.int64),
        ring_key=ring_key,
        doubtful=_distinct(chains.owner[vague // base] * base + vague % base, doubtful, thin),
    )


def _distinct(*keys: Indices) -> Indices:
    """Give the distinct keys of several lists, ascending; of points one list is that already."""
    filled = [some for some in keys if len(some)]
    if len(filled) == 1 and (filled[0][1:] > filled[0][:-1]).all():
        return filled[0]
    return np.unique(np.concatenate(keys))


def _areas(
    found: _Found, sites: SiteShapes, index: LayerIndex, blocks: Callable[[], Blocks]
) -> tuple[Numbers, Flags, Flags]:
    """Give for each key the common area (for points the share), whether inside, and doubt."""
    grid, base, keys = index.grid, index.grid.zones, found.keys
    site = keys // base
    chains_held = np.bincount(np.searchsorted(keys, found.chain_key), minlength=len(keys))
    chains = np.bincount(found.chains.owner, minlength=len(sites.shapes))[site]
    busy = np.zeros(len(keys), dtype=bool)
    busy[np.searchsorted(keys, found.crossings.key)] = True
    busy[np.searchsorted(keys, found.ring_key)] = True
    inside = ~busy & (chains_held == chains)
    area = np.where(inside, sites.areas_m2[site], 0.0)
    doubt = np.zeros(len(keys), dtype=bool)
    areal = sites.dimensions[site] == AREA
    area = np.where(areal, area, chains_held / np.maximum(chains, 1))
    summed_keys = keys[areal & ~inside]
    if not len(summed_keys):
        return area, inside, doubt
    cut = found.crossings.chosen(np.isin(found.crossings.key, summed_keys))
    one, other = both_sides(found.chains, grid.rings, cut)
    first = np.searchsorted(found.chains.owner, summed_keys // base)
    origin = found.chains.xy[found.chains.start[first]]
    total = np.zeros(len(summed_keys))
    vague = np.zeros(len(summed_keys), dtype=bool)
    for side, ring, ring_key, own_blocks in (
        (one, found.chain, found.chain_key, None),
        (other, found.ring, found.ring_key, blocks),
    ):
        held = np.isin(ring_key, summed_keys)
        begun = np.sort(ring_key[held] * len(side.chains.owner) + ring[held])
        arcs, odd = arc_areas(side, summed_keys, begun, origin, blocks=own_blocks)
        total += arcs + whole_rings(side.chains, summed_keys, ring[held], ring_key[held], side)
        vague |= odd
    own = sites.areas_m2[summed_keys // base]
    slack = _SAME_AREA * own + 1e-9
    vague |= (total < -slack) | (total > own + slack) | ~np.isfinite(total)
    row = np.searchsorted(keys, summed_keys)
    area[row], doubt[row] = np.clip(total, 0.0, own), vague
    return area, inside, doubt


def _relations(
    sites: SiteShapes,
    site: Indices,
    zone: Indices,
    area: Numbers,
    inside: Flags,
    *,
    min_overlap_m2: float,
) -> Groups:
    """Name what the grid is sure of."""
    areal = sites.dimensions[site] == AREA
    real = ~areal | inside | ((area > 0) & (area >= min_overlap_m2))
    relation = np.full(len(site), str(Relation.OVERLAPS), dtype=object)
    relation[inside] = str(Relation.INSIDE)
    relation[~real] = str(Relation.TOUCHES)
    overlap = np.where(areal & real, area, 0.0)
    share = np.where(areal, overlap / np.where(areal, sites.areas_m2[site], 1.0), area)
    return Groups(
        site=site,
        group=zone,
        relation=relation,
        overlap_m2=overlap,
        share=np.where(inside, 1.0, share),
        distance_m=np.zeros(len(site)),
    )


def _touching_boxes(
    sites: SiteShapes, zones: ZoneParts, collections: Flags, odd: Flags
) -> tuple[Indices, Indices]:
    """Pair collections with all parts near them, and all sites with parts of odd zones."""
    left = np.flatnonzero(collections)
    found, part = zones.near(sites.shapes[left])
    others, odd_part = zones.near(sites.shapes, among=np.flatnonzero(odd[zones.owner]))
    plain = ~collections[others]
    return (
        np.concatenate((left[found], others[plain])),
        np.concatenate((part, odd_part[plain])),
    )


def _by_geos(
    sites: SiteShapes,
    zones: ZoneParts,
    pairs: tuple[Indices, Indices],
    *,
    among: Indices,
    min_overlap_m2: float,
) -> Groups:
    made = compare(sites, zones, pairs, max_distance_m=None, nearest_by=None)
    return summed(made, sites, among, min_overlap_m2=min_overlap_m2)
