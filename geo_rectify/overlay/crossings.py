"""Where boundaries of sites cross boundaries of zones.

Edges of both sides that share a cell of the grid are compared, four orientations a pair. A pair
is a crossing where all four are beyond their rounding bound and the ends of each edge lie on
either side of the other; it is nothing where one edge lies clearly on one side of the other. What
is left, edges that touch, overlap or come within rounding, makes site and zone doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geo_rectify.overlay.grid import ROUNDING, Grid, cells_of_edges, edges_near, ends_of

if TYPE_CHECKING:
    from geo_rectify.overlay.chains import Chains
    from geo_rectify.overlay.shapes import Flags, Indices, Numbers

_NEARLY_PARALLEL: Final = 1e-6
"""Rounding may move a crossing by this part of an edge at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossings:
    """Crossings of site edges with zone edges, one row each.

    Attributes
    ----------
    key
        ``site * zones + zone``.
    edge, other
        The site's edge and the zone's, by their first vertex.
    along, other_along
        How far along each edge the crossing lies, 0 to 1.
    enters
        Whether the site's boundary enters the zone here; the zone's leaves the site then.
    """

    key: Indices
    edge: Indices
    other: Indices
    along: Numbers
    other_along: Numbers
    enters: Flags

    def chosen(self, rows: Indices | Flags) -> Crossings:
        """Give some of the rows."""
        return Crossings(
            key=self.key[rows],
            edge=self.edge[rows],
            other=self.other[rows],
            along=self.along[rows],
            other_along=self.other_along[rows],
            enters=self.enters[rows],
        )


def find_crossings(sites: Chains, grid: Grid) -> tuple[Crossings, Indices]:
    """Find all crossings of sites with zones.

    Parameters
    ----------
    sites
        Rings and lines of sites; points have no edges.
    grid
        The zones.

    Returns
    -------
    tuple
        The crossings, and the keys of doubtful pairs, ascending.
    """
    cell, edge = cells_of_edges(grid.frame, sites.xy, sites.edges())
    edge = edge.astype(np.int64)
    ways = np.hstack((sites.xy[edge], sites.xy[edge + 1]))
    found: list[tuple[Indices, Indices]] = []
    doubtful: list[Indices] = []
    for run, near in edges_near(grid, cell, ways):
        meets = _boxes_meet(sites.xy, edge[run], grid.rings.xy, near)
        one, other = edge[run[meets]], near[meets]
        crosses, doubt = _compared(sites.xy, one, grid.rings.xy, other)
        found.append((one[crosses], other[crosses]))
        doubtful.append(_keys(sites, one[doubt], grid, other[doubt]))
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        found, doubtful = [(nothing, nothing)], [nothing]
    # edges that share several cells were compared in each
    edges = len(grid.rings.xy)
    both = np.unique(
        np.concatenate([one for one, _ in found]) * edges + np.concatenate([o for _, o in found])
    )
    crossings, vague = _measured(sites, both // edges, grid, both % edges)
    return crossings, np.unique(np.concatenate([*doubtful, vague]))


def _keys(sites: Chains, one: Indices, grid: Grid, other: Indices) -> Indices:
    site = sites.owner[sites.chain_of(one)]
    keys: Indices = site * grid.zones + grid.rings.owner[grid.rings.chain_of(other)]
    return np.unique(keys)


def _boxes_meet(mine: Numbers, one: Indices, theirs: Numbers, other: Indices) -> Flags:
    """Say which edges have boxes that meet."""
    px, py, qx, qy = ends_of(mine, one)
    ax, ay, bx, by = ends_of(theirs, other)
    meet = (np.minimum(ax, bx) <= np.maximum(px, qx)) & (np.maximum(ax, bx) >= np.minimum(px, qx))
    meet &= (np.minimum(ay, by) <= np.maximum(py, qy)) & (np.maximum(ay, by) >= np.minimum(py, qy))
    return np.asarray(meet)


def _orientations(
    xy: Numbers, one: Indices, others: Numbers, other: Indices
) -> list[tuple[Numbers, Numbers]]:
    """Give the four orientations with their bounds: p and q about ab, then a and b about pq."""
    ends, other_ends = ends_of(xy, one), ends_of(others, other)
    p, q, a, b = ends[:2], ends[2:], other_ends[:2], other_ends[2:]
    ap, bp, aq, bq = a - p, b - p, a - q, b - q
    made = []
    for left, right in ((ap, bp), (aq, bq), (ap, aq), (bp, bq)):
        plus, minus = left[0] * right[1], left[1] * right[0]
        made.append((plus - minus, ROUNDING * (np.abs(plus) + np.abs(minus))))
    return made


def _compared(xy: Numbers, one: Indices, others: Numbers, other: Indices) -> tuple[Flags, Flags]:
    """Say which pairs of edges cross, and which are doubtful."""
    p, q, a, b = _orientations(xy, one, others, other)
    sure = np.ones(len(one), dtype=bool)
    apart = np.zeros(len(one), dtype=bool)
    crosses = np.ones(len(one), dtype=bool)
    for (first, its_bound), (second, bound) in ((p, q), (a, b)):
        clear = (np.abs(first) > its_bound) & (np.abs(second) > bound)
        opposite = (first > 0) != (second > 0)
        sure &= clear
        apart |= clear & ~opposite
        crosses &= clear & opposite
    return crosses, ~sure & ~apart


def _measured(sites: Chains, one: Indices, grid: Grid, other: Indices) -> tuple[Crossings, Indices]:
    """Place crossings along their edges; give also the keys where rounding moves them too far."""
    (p, p_bound), (q, q_bound), (a, _), (b, _) = _orientations(sites.xy, one, grid.rings.xy, other)
    site = sites.owner[sites.chain_of(one)]
    key = site * grid.zones + grid.rings.owner[grid.rings.chain_of(other)]
    made = Crossings(
        key=key,
        edge=one,
        other=other,
        along=p / (p - q),
        other_along=a / (a - b),
        enters=q > 0,
    )
    vague = (p_bound + q_bound) > _NEARLY_PARALLEL * np.abs(p - q)
    return made, np.unique(key[vague])
