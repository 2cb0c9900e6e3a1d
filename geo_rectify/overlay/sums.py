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

from geo_rectify.overlay.arcs import Arcs, arc_sums
from geo_rectify.overlay.chains import Chains, ring_areas

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_rectify.overlay.arcs import Blocks
    from geo_rectify.overlay.crossings import Crossings
    from geo_rectify.overlay.shapes import Flags, Indices, Numbers

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
    side: Sides,
    keys: Indices,
    inside: Indices,
    origin: Numbers,
    *,
    blocks: Callable[[], Blocks] | None = None,
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
    blocks
        Gives the blocks of this side's rings; asked where arcs have more vertices than the rings.

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
    begin = np.flatnonzero(enters & ~doubt[row])
    end = following[begin]
    turns = edge[end] < edge[begin]
    turns |= (edge[end] == edge[begin]) & (along[end] <= along[begin])
    first, last = _between(side.chains, ring[begin], edge[begin], edge[end], turns=turns)
    arcs = Arcs(first=first, last=last, entry=at[begin], exit=at[end], origin=origin[row[begin]])
    many = int((last - first + 1).sum()) > len(side.chains.xy)
    sums = arc_sums(side.chains, arcs, blocks=blocks() if blocks and many else None)
    total += np.bincount(row[begin], weights=sums, minlength=len(keys))
    return total, doubt


def _between(
    chains: Chains, ring: Indices, entered: Indices, left: Indices, *, turns: Flags
) -> tuple[Indices, Indices]:
    """Give the vertices between two edges as `arcs.Arcs` holds them; some turn round the end."""
    base, close = chains.start[ring], chains.start[ring + 1] - 1
    first = np.column_stack((entered + 1, base))
    last = np.column_stack((np.where(turns, close, left), np.where(turns, left, base - 1)))
    return first, last


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
