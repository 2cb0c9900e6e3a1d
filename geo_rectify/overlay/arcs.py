"""Sums along arcs of rings, from one crossing to the next.

The area between an arc and an origin o is half the sum of the cross products of neighbouring
points about o. Over a block of edges from f to g that sum is

    sum (p_k - o) x (p_k+1 - o)  =  sum (p_k - f) x (p_k+1 - f)  +  (f - o) x (g - o),

so a block whose own sum is known is walked in one step, and no digit is lost: the own sum is about
a vertex of the block. A disc that meets a river of 200,000 vertices walks a few dozen steps.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from geo_rectify.crs import equal_area
from geo_rectify.overlay.chains import batches, cross_sums, spread

if TYPE_CHECKING:
    from geo_rectify.overlay.chains import Chains
    from geo_rectify.overlay.shapes import Indices, Numbers

_BATCH: Final = 300_000
_BLOCK: Final = 32
_STRIDES: Final = np.array([1, 1, _BLOCK, 1, 1, _BLOCK, 1, 1])
"""Of the runs of an arc: its entry, three runs of either stretch, its exit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arcs:
    """Arcs of rings, one row each.

    Attributes
    ----------
    first, last
        Vertices between the two crossings, in two stretches (two columns): up to the end of the
        ring, and from its beginning. A stretch whose last lies before its first is empty.
    entry, exit
        Where the arc begins and ends, lon and lat.
    origin
        About what it is summed, lon and lat.
    """

    first: Indices
    last: Indices
    entry: Numbers
    exit: Numbers
    origin: Numbers

    def part(self, rows: slice) -> Arcs:
        """Give some of the rows."""
        return Arcs(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Vertices of chains in metres (`crs.equal_area`), and the own sums of blocks of edges.

    Block k holds the edges from vertex ``32 k`` on; one that spans two chains is never asked for.
    """

    flat: Numbers
    sums: Numbers


def blocks_of(chains: Chains) -> Blocks:
    """Sum all blocks of chains.

    Parameters
    ----------
    chains
        Rings.

    Returns
    -------
    Blocks
        Two numbers a vertex, and one a block.
    """
    flat = np.empty_like(chains.xy)
    for at in range(0, len(flat), _BATCH):
        flat[at : at + _BATCH] = equal_area(chains.xy[at : at + _BATCH])
    count = max(len(flat) - 1, 0) // _BLOCK
    local = flat[: count * _BLOCK].reshape(count, _BLOCK, 2)
    local = local - local[:, :1]
    ends = flat[_BLOCK : count * _BLOCK + 1 : _BLOCK] - flat[: count * _BLOCK : _BLOCK]
    x, y = (np.column_stack((local[:, :, axis], ends[:, axis])) for axis in (0, 1))
    crosses = x[:, :-1] * y[:, 1:] - x[:, 1:] * y[:, :-1]
    return Blocks(flat=flat, sums=crosses.sum(axis=1) / 2)


def arc_sums(chains: Chains, arcs: Arcs, *, blocks: Blocks | None) -> Numbers:
    """Sum half the cross products along arcs.

    Parameters
    ----------
    chains
        The rings.
    arcs
        Arcs of them.
    blocks
        The blocks of the same chains; None to walk every edge.

    Returns
    -------
    numpy.ndarray
        Square metres, one number an arc.
    """
    start, count = _runs(arcs, by_block=blocks is not None)
    sums = np.zeros(len(start))
    for part in batches(count.sum(axis=1), limit=_BATCH):
        some = arcs.part(part)
        run, step = spread(np.zeros(count[part].size, dtype=np.int64), count[part].ravel())
        arc, stride = run // len(_STRIDES), _STRIDES[run % len(_STRIDES)]
        vertex = start[part].ravel()[run] + step * stride
        table = chains.xy if blocks is None else blocks.flat
        flat = table.take(vertex, axis=0)
        flat = equal_area(flat) if blocks is None else flat
        ends = np.cumsum(count[part].sum(axis=1)) - 1
        flat[ends] = equal_area(some.exit)
        flat[np.concatenate(([0], ends[:-1] + 1))] = equal_area(some.entry)
        flat -= equal_area(some.origin)[arc]
        sums[part] = cross_sums(flat, arc, count=len(ends))
        if blocks is not None:
            jumps = np.flatnonzero(stride == _BLOCK)
            own = blocks.sums[vertex[jumps] // _BLOCK - 1]
            sums[part] += np.bincount(arc[jumps], weights=own, minlength=len(ends))
    return sums


def _runs(arcs: Arcs, *, by_block: bool) -> tuple[Indices, Indices]:
    """Cut each arc into runs of equal steps: first vertex and length of each, by `_STRIDES`."""
    first, last = arcs.first, arcs.last
    count = np.ones((len(first), len(_STRIDES)), dtype=np.int64)
    start = np.zeros_like(count)
    one, block, rest = (np.array(columns) for columns in ((1, 4), (2, 5), (3, 6)))
    low, high = -(-first // _BLOCK) * _BLOCK, last // _BLOCK * _BLOCK
    jumps = (high > low) & by_block
    start[:, one] = first
    count[:, one] = np.maximum(np.where(jumps, low, last) - first + 1, 0)
    start[:, block] = low + _BLOCK
    count[:, block] = np.where(jumps, (high - low) // _BLOCK, 0)
    start[:, rest] = high + 1
    count[:, rest] = np.where(jumps, last - high, 0)
    return start, count
