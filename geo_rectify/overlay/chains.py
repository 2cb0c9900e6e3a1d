"""Shapes as chains: rings, lines and points in flat arrays, the form the grid engine works on.

Rings have their inside on the left (shells run anticlockwise, holes clockwise) and end where they
begin. Vertices that repeat the one before are dropped, so that no edge has length 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_rectify.crs import equal_area
from geo_rectify.overlay.shapes import AREA, parts_of

if TYPE_CHECKING:
    from geo_rectify.overlay.shapes import Flags, Indices, Numbers, Shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """Runs of vertices.

    Attributes
    ----------
    xy
        Vertices, lon and lat, one chain after the other.
    start
        First vertex of each chain, and the number of vertices at the end.
    owner
        Row of the shape each chain belongs to, ascending.
    """

    xy: Numbers
    start: Indices
    owner: Indices

    def chain_of(self, vertex: Indices) -> Indices:
        """Give the chain each vertex belongs to."""
        found: Indices = np.searchsorted(self.start, vertex, side="right") - 1
        return found

    def edges(self) -> Indices:
        """Give the edges by their first vertex: edge k runs from vertex k to k + 1."""
        ends = np.zeros(len(self.xy), dtype=bool)
        ends[self.start[1:] - 1] = True
        return np.flatnonzero(~ends)


def chains_of(shapes: Shapes) -> Chains:
    """Take shapes apart into chains.

    Parameters
    ----------
    shapes
        Valid geometries in lon/lat, None among them; no collections.

    Returns
    -------
    Chains
        In the order of the shapes.
    """
    parts, shape_of = parts_of(shapes)
    filled = ~shapely.is_empty(parts)
    if not filled.all():
        parts, shape_of = parts[filled], shape_of[filled]
    areal = shapely.get_dimensions(parts) == AREA
    if areal.any():
        turned = shapely.orient_polygons(parts[areal])
        rings, ring_of = shapely.get_rings(turned, return_index=True)
        lines = np.concatenate((rings, parts[~areal]))
        owner = np.concatenate((shape_of[areal][ring_of], shape_of[~areal])).astype(np.int64)
        order = np.argsort(owner, kind="stable")
        if not areal.all():
            lines, owner = lines[order], owner[order]
    else:
        lines, owner = parts, shape_of.astype(np.int64)
    xy = shapely.get_coordinates(lines)
    start = np.concatenate(([0], np.cumsum(shapely.get_num_coordinates(lines)))).astype(np.int64)
    return _without_repeats(Chains(xy=xy, start=start, owner=owner))


def chains_of_points(xy: Numbers) -> Chains:
    """Make a chain of each point.

    Parameters
    ----------
    xy
        Lon and lat.

    Returns
    -------
    Chains
        In the order of the points.
    """
    number = np.arange(len(xy) + 1, dtype=np.int64)
    return Chains(xy=xy, start=number, owner=number[:-1])


def _without_repeats(chains: Chains) -> Chains:
    xy, start = chains.xy, chains.start
    repeats = np.zeros(len(xy), dtype=bool)
    repeats[1:] = (xy[1:, 0] == xy[:-1, 0]) & (xy[1:, 1] == xy[:-1, 1])
    repeats[start[:-1]] = False
    if not repeats.any():
        return chains
    kept = np.concatenate(([0], np.cumsum(~repeats)))
    return Chains(xy=xy[~repeats], start=kept[start].astype(np.int64), owner=chains.owner)


def spread(start: Indices, count: Indices) -> tuple[Indices, Indices]:
    """Write out runs of whole numbers.

    Parameters
    ----------
    start, count
        First number of each run and its length.

    Returns
    -------
    tuple of numpy.ndarray
        For each number the run it belongs to, and the number.
    """
    run = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return run, np.arange(len(run)) + np.repeat(start - before, count)


def batches(weights: Indices, *, limit: int) -> list[slice]:
    """Cut a sequence into slices whose weights stay near a limit, so that memory stays bounded.

    Parameters
    ----------
    weights
        Weight of each element.
    limit
        Largest sum of a slice; a single element may exceed it.

    Returns
    -------
    list of slice
        Slices in order that cover everything.
    """
    if not len(weights):
        return []
    sums = np.cumsum(weights)
    cuts = [0]
    while cuts[-1] < len(weights):
        base = sums[cuts[-1] - 1] if cuts[-1] else 0
        following = int(np.searchsorted(sums, base + limit, side="right"))
        cuts.append(max(following, cuts[-1] + 1))
    return [slice(a, b) for a, b in pairwise(cuts)]


def ring_areas(chains: Chains, rings: Indices) -> Numbers:
    """Measure rings with a sign: shells positive, holes negative.

    Parameters
    ----------
    chains
        The chains.
    rings
        Which of them.

    Returns
    -------
    numpy.ndarray
        Square metres on the ellipsoid, as `crs.areas_m2` measures.
    """
    run, vertex = spread(chains.start[rings], np.diff(chains.start)[rings])
    flat = equal_area(chains.xy[vertex])
    return shoelace(flat, run, count=len(rings))


def shoelace(flat: Numbers, run: Indices, *, count: int) -> Numbers:
    """Sum half the cross products along runs of points; for a closed run this is its area.

    Parameters
    ----------
    flat
        Points in metres.
    run
        The run each belongs to, ascending.
    count
        How many runs there are.

    Returns
    -------
    numpy.ndarray
        One sum a run, about the run's first point.
    """
    if not len(run):
        return np.zeros(count)
    first = np.searchsorted(run, np.arange(count))
    origin = flat[np.minimum(first, len(flat) - 1)]
    local = flat - origin[run]
    return cross_sums(local, run, count=count)


def cross_sums(local: Numbers, run: Indices, *, count: int) -> Numbers:
    """Sum half the cross products of neighbours along runs of points, about the origin.

    Parameters
    ----------
    local
        Points in metres, near the origin.
    run
        The run each belongs to, ascending.
    count
        How many runs there are.

    Returns
    -------
    numpy.ndarray
        One sum a run.
    """
    joined: Flags = run[1:] == run[:-1]
    cross = local[:-1, 0] * local[1:, 1] - local[1:, 0] * local[:-1, 1]
    sums: Numbers = np.bincount(run[:-1][joined], weights=cross[joined], minlength=count) / 2
    return sums
