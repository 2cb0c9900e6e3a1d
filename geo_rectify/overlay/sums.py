"""Overlap areas from crossings alone, by Green's theorem; no overlay geometry is built.

The boundary of an overlap is made of the arcs of the site's boundary inside the zone and the arcs
of the zone's boundary inside the site; each runs from one crossing to the next along its ring.
Summing half the cross products of neighbouring points over all arcs gives the area. Rings without
a crossing lie wholly on one side and give their whole area or nothing.

An edge straight in lon/lat is not straight on the equal-area cylinder, so it matters between which
points the sum steps: between vertices and crossings, exactly the vertices of the overlap GEOS
would draw. The sum is thus the number `crs.areas_m2` gives for that drawing.

Checks guard every pair: along a ring, entries and exits alternate, they agree with the status of
the ring's first vertex, no two crossings on one edge lie too near to be put in order, and the area
is neither negative nor larger than the site. A pair that fails one is doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geo_rectify.crs import equal_area
from geo_rectify.overlay.chains import Chains, batches, cross_sums, ring_areas, spread

if TYPE_CHECKING:
    from geo_rectify.overlay.crossings import Crossings
    from geo_rectify.overlay.shapes import Flags, Indices, Numbers

_BATCH: Final = 300_000
_TOO_NEAR: Final = 1e-8
"""Crossings this near on one edge, as a part of it, are not put in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """One side of all crossings: the rings of sites, or those of zones.

    Attributes
    ----------
    chains
        The rings.
    key, edge, along
        As in `Crossings`, for this side.
    enters
        Whether this side's boundary enters the other's inside.
    at
        Where the crossing lies, lon and lat; the same for both sides.
    """

    chains: Chains
    key: Indices
    edge: Indices
    along: Numbers
    enters: Flags
    at: Numbers


def both_sides(sites: Chains, zones: Chains, crossings: Crossings) -> tuple[Sides, Sides]:
    """Look at crossings from the site and from the zone.

    Parameters
    ----------
    sites, zones
        Their rings.
    crossings
        The crossings.

    Returns
    -------
    tuple of Sides
        The site's side and the zone's.
    """
    first, last = sites.xy[crossings.edge], sites.xy[crossings.edge + 1]
    at = first + crossings.along[:, None] * (last - first)
    one = Sides(
        chains=sites,
        key=crossings.key,
        edge=crossings.edge,
        along=crossings.along,
        enters=crossings.enters,
        at=at,
    )
    other = Sides(
        chains=zones,
        key=crossings.key,
        edge=crossings.other,
        along=crossings.other_along,
        enters=~crossings.enters,
        at=at,
    )
    return one, other


def arc_areas(
    side: Sides, keys: Indices, inside: Indices, origin: Numbers
) -> tuple[Numbers, Flags]:
    """Sum the arcs of one side that lie inside the other.

    Parameters
    ----------
    side
        The crossings, seen from this side.
    keys
        The keys to sum for, ascending; every key of the side is among them.
    inside
        Ring and key of the rings whose first vertex lies inside, as `ring_keys` writes them,
        ascending.
    origin
        A position for each key, lon and lat, about which its sums are taken.

    Returns
    -------
    tuple of numpy.ndarray
        Sum for each key in square metres, and whether it is doubtful.
    """
    total, doubt = np.zeros(len(keys)), np.zeros(len(keys), dtype=bool)
    if not len(side.key):
        return total, doubt
    ring = side.chains.chain_of(side.edge)
    order = np.lexsort((side.along, side.edge, ring, side.key))
    ring, edge, key = ring[order], side.edge[order], side.key[order]
    along, enters, at = side.along[order], side.enters[order], side.at[order]
    row = np.searchsorted(keys, key)
    starts = np.concatenate(([True], (ring[1:] != ring[:-1]) | (key[1:] != key[:-1])))
    first = np.flatnonzero(starts)
    following = np.arange(1, len(key) + 1)
    following[np.concatenate((first[1:] - 1, [len(key) - 1]))] = first
    odd = enters == enters[following]
    close = (edge == edge[following]) & (np.abs(along - along[following]) <= _TOO_NEAR)
    odd |= close & (following != np.arange(len(key)))
    begun_inside = np.isin(ring_keys(side.chains, ring[first], key[first]), inside)
    odd[first] |= enters[first] == begun_inside
    doubt[np.unique(row[odd])] = True
    arcs = np.flatnonzero(enters & ~doubt[row])
    # vertices between two crossings, round the end of the ring where need be
    begin, end = arcs, following[arcs]
    base = side.chains.start[ring[begin]]
    length = side.chains.start[ring[begin] + 1] - base - 1
    steps = edge[end] - edge[begin]
    back = (steps < 0) | ((steps == 0) & (along[end] <= along[begin]))
    steps = np.where(back, steps + length, steps)
    for part in batches(steps + 2, limit=_BATCH):
        run, step = spread(np.zeros(len(steps[part]), dtype=np.int64), steps[part] + 2)
        vertex = base[part][run] + (edge[begin[part]] - base[part])[run] + step
        vertex -= np.where(vertex >= (base + length)[part][run], length[part][run], 0)
        points = side.chains.xy[vertex]
        at_end = step == (steps[part] + 1)[run]
        points[step == 0] = at[begin[part]]
        points[at_end] = at[end[part]]
        rows = row[begin[part]]
        local = equal_area(points) - equal_area(origin[rows])[run]
        sums = cross_sums(local, run, count=len(rows))
        total += np.bincount(rows, weights=sums, minlength=len(keys))
    return total, doubt


def whole_rings(
    chains: Chains, keys: Indices, rings: Indices, ring_key: Indices, crossed: Sides
) -> Numbers:
    """Sum the rings that lie inside without being crossed.

    Parameters
    ----------
    chains
        The rings of one side.
    keys
        The keys to sum for, ascending.
    rings, ring_key
        Rings whose first vertex lies inside, and the key of each pair.
    crossed
        The crossings of this side.

    Returns
    -------
    numpy.ndarray
        Sum for each key in square metres.
    """
    cut = ring_keys(chains, chains.chain_of(crossed.edge), crossed.key)
    whole = ~np.isin(ring_keys(chains, rings, ring_key), cut)
    row = np.searchsorted(keys, ring_key[whole])
    different, place = np.unique(rings[whole], return_inverse=True)
    areas = ring_areas(chains, different)[place]
    sums: Numbers = np.bincount(row, weights=areas, minlength=len(keys)).astype(float)
    return sums


def ring_keys(chains: Chains, rings: Indices, keys: Indices) -> Indices:
    """Write ring and key as one number.

    Parameters
    ----------
    chains
        The rings.
    rings, keys
        Ring and key of each pair.

    Returns
    -------
    numpy.ndarray
        One number a pair.
    """
    return keys * len(chains.owner) + rings
