"""The edge grid: zones as edges in cells, and for each cell the zones that hold its centre.

A grid of cells lies over the zones. Each edge stands in every cell it passes, and one scan along
the rows of cell centres, crossing by crossing, tells which zones hold each centre. That is all
that is ever built. Whether a point lies in a zone then takes a few edges: it has the status of its
cell's centre, changed once for each edge between the two (the even-odd rule; Shimrat, Algorithm
112, CACM 1962, with the ray cut down to a segment; cells with a known status: Haines, "Point in
polygon strategies", Graphics Gems IV, 1994).

Coordinates are those stored, lon/lat. A sign that rounding could have turned makes the pair
doubtful (the bound is stage A of Shewchuk, "Adaptive precision floating-point arithmetic and fast
robust geometric predicates", 1997); doubtful pairs are left to GEOS.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geo_rectify.overlay.chains import Chains, batches, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_rectify.overlay.shapes import Flags, Indices, Numbers

ROUNDING: Final = 3.5e-16
"""A little above (3 + 16e) e with e = 2**-53: how far rounding moves an orientation."""
_NEAR_CENTRE: Final = 1e-12
"""Degrees; an edge this near a cell's centre may have been scanned on the wrong side."""
_WIDE: Final = 1e-11
"""Degrees added to what is asked for, so that rounding passes nothing over."""
_RUN: Final = 8
"""Edges in a run: long enough to pass over many at once, short enough for a small box."""
_MOST_CELLS: Final = 8_000_000
_BATCH: Final = 50_000
_POINTS: Final = 100_000
_EDGES: Final = 250_000
"""Pairs compared, points looked at and edges binned at a time, so that memory is used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the cells lie: ``columns`` by ``rows`` of ``dx`` by ``dy`` degrees."""

    west: float
    south: float
    dx: float
    dy: float
    columns: int
    rows: int

    def units(self, xy: Numbers) -> tuple[Numbers, Numbers]:
        """Give positions in cells from the south-west corner."""
        return (xy[:, 0] - self.west) / self.dx, (xy[:, 1] - self.south) / self.dy


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Edges of zones in cells.

    Attributes
    ----------
    rings
        Rings of the zones.
    zones
        How many zones there are, those without rings among them.
    frame
        Where the cells lie; cell ``row * columns + column``.
    edge_start, edge
        The edges of cell c are ``edge[edge_start[c]:edge_start[c + 1]]``, along their rings.
    run_start, run_box
        Edges of a cell in runs of eight, ``run_start[c]`` to ``run_start[c + 1]``, each with its
        box (west, south, east, north): where vertices lie dense, most edges are passed over
        unread.
    centre_start, centre
        In the same way the zones that hold its centre.
    """

    rings: Chains
    zones: int
    frame: Frame
    edge_start: Indices
    edge: Indices
    run_start: Indices
    run_box: Numbers
    centre_start: Indices
    centre: Indices


def build_grid(rings: Chains, *, zones: int) -> Grid:
    """Put the edges of zones into cells.

    Parameters
    ----------
    rings
        Rings of valid zones.
    zones
        How many zones there are.

    Returns
    -------
    Grid
        About as many cells as edges; time and memory grow in step with the vertices.
    """
    frame = _frame(rings)
    edge_start, edge = _by_cell(frame, *cells_of_edges(frame, rings.xy, rings.edges()))
    centre_start, centre = _by_cell(frame, *_scan(frame, rings))
    run_start, run_box = _runs(rings.xy, edge_start, edge)
    return Grid(
        rings=rings,
        zones=zones,
        frame=frame,
        edge_start=edge_start,
        edge=edge,
        run_start=run_start,
        run_box=run_box,
        centre_start=centre_start,
        centre=centre,
    )


def cells_of_edges(frame: Frame, xy: Numbers, edges: Indices) -> tuple[Indices, Indices]:
    """List the cells that edges pass, those outside the grid left out.

    Parameters
    ----------
    frame
        The cells.
    xy, edges
        Vertices, and edges by their first vertex.

    Returns
    -------
    tuple of numpy.ndarray
        Cells and edges, pair by pair.
    """
    cells: list[Indices] = []
    owners: list[Indices] = []
    for at in range(0, len(edges), _EDGES):
        some = edges[at : at + _EDGES]
        low, high = int(some[0]), int(some[-1]) + 2
        cell, edge = _cells(frame, xy[low:high], some - low)
        cells.append(cell.astype(np.int32))
        owners.append((edge + low).astype(np.int32))
    if not cells:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(cells), np.concatenate(owners)


def _cells(frame: Frame, xy: Numbers, edges: Indices) -> tuple[Indices, Indices]:
    x, y = frame.units(xy)
    i, j = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    i0, i1, j0, j1 = i[edges], i[edges + 1], j[edges], j[edges + 1]
    same = (i0 == i1) & (j0 == j1)
    held = same & (i0 >= 0) & (i0 < frame.columns) & (j0 >= 0) & (j0 < frame.rows)
    alone = edges[held]
    cells = [j[alone].astype(np.int64) * frame.columns + i[alone]]
    owners = [alone]
    west, east = np.minimum(i0, i1), np.maximum(i0, i1)
    low, high = np.maximum(np.minimum(j0, j1), 0), np.minimum(np.maximum(j0, j1), frame.rows - 1)
    long = np.flatnonzero(~same & (low <= high) & (east >= 0) & (west < frame.columns))
    # row by row, so that a long slanting edge takes its own cells and not its whole box
    run, row = spread(low[long].astype(np.int64), (high - low + 1)[long].astype(np.int64))
    at = long[run]
    ax, ay, bx, by = x[edges[at]], y[edges[at]], x[edges[at] + 1], y[edges[at] + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(by != ay, (bx - ax) / (by - ay), 0.0)
    bottom, top = np.maximum(row, np.minimum(ay, by)), np.minimum(row + 1, np.maximum(ay, by))
    one, other = ax + (bottom - ay) * slope, ax + (top - ay) * slope
    flat = by == ay
    one, other = np.where(flat, ax, one), np.where(flat, bx, other)
    slack = 1e-6
    first = np.floor(np.minimum(one, other) - slack).clip(np.maximum(west[at], 0), None)
    last = np.floor(np.maximum(one, other) + slack).clip(
        None, np.minimum(east[at], frame.columns - 1)
    )
    first = first.astype(np.int64)
    piece, column = spread(first, np.maximum(last.astype(np.int64) - first + 1, 0))
    cells.append(row[piece] * frame.columns + column)
    owners.append(edges[at[piece]])
    return np.concatenate(cells), np.concatenate(owners)


def edges_near(grid: Grid, cell: Indices, ways: Numbers) -> Iterator[tuple[Indices, Indices]]:
    """Give the edges of cells that may meet straight ways, batch by batch.

    Runs are passed over whose box lies beside the way's box, or on one side of its line: where
    vertices lie dense, most of them.

    Parameters
    ----------
    grid
        The zones.
    cell, ways
        Cells to look into, and for each the way asked for: x, y, x, y of its ends.

    Yields
    ------
    tuple of numpy.ndarray
        Row of the cell asked for, and edge; all that come within `_WIDE` of their way are among
        them, and some more.
    """
    for asked, runs in runs_in(grid, cell):
        way, box = columns_of(ways, asked), columns_of(grid.run_box, runs)
        meets = np.flatnonzero(
            (box[0] <= np.maximum(way[0], way[2]) + _WIDE)
            & (box[2] >= np.minimum(way[0], way[2]) - _WIDE)
            & (box[1] <= np.maximum(way[1], way[3]) + _WIDE)
            & (box[3] >= np.minimum(way[1], way[3]) - _WIDE)
        )
        px, py, qx, qy = way[:, meets]
        west, south, east, north = box[:, meets]
        x, y = (west + east) / 2 - px, (south + north) / 2 - py
        dx, dy = qx - px, qy - py
        wide, high = (east - west) / 2 + _WIDE, (north - south) / 2 + _WIDE
        meets = meets[np.abs(dx * y - dy * x) <= np.abs(dx) * high + np.abs(dy) * wide]
        rows, run = asked[meets], runs[meets]
        for of, edge in edges_of(grid, cell[rows], run):
            yield rows[of], edge


def runs_in(grid: Grid, cell: Indices) -> Iterator[tuple[Indices, Indices]]:
    """Give the runs of edges of cells, batch by batch.

    Parameters
    ----------
    grid
        The zones.
    cell
        Cells to look into.

    Yields
    ------
    tuple of numpy.ndarray
        Row of the cell asked for, and run.
    """
    count = grid.run_start[cell + 1] - grid.run_start[cell]
    busy = np.flatnonzero(count)
    for part in batches(count[busy], limit=_BATCH):
        rows = busy[part]
        of, run = spread(grid.run_start[cell[rows]], count[rows])
        yield rows[of], run


def first_edges(grid: Grid, cell: Indices, run: Indices) -> Indices:
    """Give the first edge of each run.

    Parameters
    ----------
    grid
        The zones.
    cell, run
        Runs, and the cell of each.

    Returns
    -------
    numpy.ndarray
        Edges.
    """
    first = _first_places(grid.edge_start, grid.run_start, cell, run)
    edges: Indices = grid.edge[first].astype(np.int64)
    return edges


def edges_of(grid: Grid, cell: Indices, run: Indices) -> Iterator[tuple[Indices, Indices]]:
    """Give the edges of runs, batch by batch.

    Parameters
    ----------
    grid
        The zones.
    cell, run
        Runs, and the cell of each.

    Yields
    ------
    tuple of numpy.ndarray
        Row of the run asked for, and edge.
    """
    first = _first_places(grid.edge_start, grid.run_start, cell, run)
    length = np.minimum(first + _RUN, grid.edge_start[cell + 1]) - first
    for piece in batches(length, limit=_BATCH):
        of, place = spread(first[piece], length[piece])
        yield of + piece.start, grid.edge[place].astype(np.int64)


def ends_of(xy: Numbers, edge: Indices) -> Numbers:
    """Give both ends of edges.

    Parameters
    ----------
    xy, edge
        Vertices, and edges by their first vertex.

    Returns
    -------
    numpy.ndarray
        Four rows: x, y, x, y. A copy.
    """
    return np.concatenate((xy.take(edge, axis=0).T, xy.take(edge + 1, axis=0).T))


def columns_of(table: Numbers, rows: Indices) -> Numbers:
    """Give some rows of a table by column, so that each column is one run of memory.

    Parameters
    ----------
    table, rows
        Numbers in rows, and which rows.

    Returns
    -------
    numpy.ndarray
        One row a column of the table. A copy; sums over it take half the time.
    """
    columns: Numbers = table.take(rows, axis=0).T.copy()
    return columns


def locate(grid: Grid, xy: Numbers) -> tuple[Indices, Indices]:
    """Find the zones points lie in.

    Parameters
    ----------
    grid
        The zones.
    xy
        Points, lon and lat.

    Returns
    -------
    tuple of numpy.ndarray
        Point and zone of each pair with the point in the zone, as one key
        ``point * zones + zone``, ascending; and the keys of doubtful pairs, which may stand in
        the first list or not.
    """
    cell, held = _cells_of(grid.frame, xy)
    inside, doubtful = [], []
    # some at a time, so that memory is used again
    for at in range(0, len(held), _POINTS):
        keys, vague = _located(grid, xy, cell[at : at + _POINTS], held[at : at + _POINTS])
        inside.append(keys)
        doubtful.append(vague)
    keys = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *inside]))
    doubts = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *doubtful]))
    return keys, doubts


def _cells_of(frame: Frame, xy: Numbers) -> tuple[Indices, Indices]:
    """Give the points in the grid with their cells, those of one cell one after the other."""
    x, y = frame.units(xy)
    held = np.flatnonzero((x >= 0) & (y >= 0) & (x < frame.columns) & (y < frame.rows))
    cell = np.floor(y[held]).astype(np.int64) * frame.columns + x[held].astype(np.int64)
    order = np.argsort(cell)  # what they look up stays in the processor's cache
    return cell[order], held[order]


def _located(grid: Grid, xy: Numbers, cell: Indices, held: Indices) -> tuple[Indices, Indices]:
    """Find the zones of some points: crossings on the way from the cell's centre."""
    base, frame = grid.zones, grid.frame
    run, place = spread(
        grid.centre_start[cell], grid.centre_start[cell + 1] - grid.centre_start[cell]
    )
    inside = [held[run] * base + grid.centre[place]]
    doubtful: list[Indices] = []
    busy = grid.run_start[cell + 1] > grid.run_start[cell]
    cell, held = cell[busy], held[busy]
    points = xy[held]
    j, i = np.divmod(cell, frame.columns)
    centres = np.column_stack(
        (frame.west + (i + 0.5) * frame.dx, frame.south + (j + 0.5) * frame.dy)
    )
    ways = np.hstack((points, centres))
    for run, edge in edges_near(grid, cell, ways):
        turned, doubt = _between(ends_of(grid.rings.xy, edge), columns_of(ways, run))
        for flags, found in ((turned, inside), (doubt, doubtful)):
            zone = grid.rings.owner[grid.rings.chain_of(edge[flags])]
            found.append(held[run[flags]] * base + zone)
    keys = np.sort(np.concatenate(inside))
    new = np.concatenate(([True], keys[1:] != keys[:-1])) if len(keys) else np.zeros(0, bool)
    first = np.flatnonzero(new)
    times = np.diff(np.concatenate((first, [len(keys)])))
    return keys[first[times % 2 == 1]], np.concatenate([np.zeros(0, dtype=np.int64), *doubtful])


def _between(ends: Numbers, ways: Numbers) -> tuple[Flags, Flags]:
    """Say which edges run between a point and its cell's centre, and which may."""
    px, py, dx, dy = ways
    ends[::2] -= px
    ends[1::2] -= py
    ax, ay, bx, by = ends
    dx -= px
    dy -= py
    near = np.flatnonzero(
        (np.minimum(ax, bx) <= np.maximum(dx, 0) + _WIDE)
        & (np.maximum(ax, bx) >= np.minimum(dx, 0) - _WIDE)
        & (np.minimum(ay, by) <= np.maximum(dy, 0) + _WIDE)
        & (np.maximum(ay, by) >= np.minimum(dy, 0) - _WIDE)
    )
    ax, ay, bx, by, dx, dy = (values[near] for values in (ax, ay, bx, by, dx, dy))
    left, right = ax * by, ay * bx
    at_point = left - right
    at_centre = (ax - dx) * (by - dy) - (ay - dy) * (bx - dx)
    passes = (dx * ay - dy * ax > 0) != (dx * by - dy * bx > 0)
    turned, doubt = np.zeros(len(px), dtype=bool), np.zeros(len(px), dtype=bool)
    turned[near] = passes & ((at_point > 0) != (at_centre > 0))
    doubt[near] = (np.abs(at_point) <= ROUNDING * (np.abs(left) + np.abs(right))) | (
        np.abs(at_centre) <= _NEAR_CENTRE * (np.abs(bx - ax) + np.abs(by - ay))
    )
    return turned, doubt


def _frame(rings: Chains) -> Frame:
    """Choose cells: about one an edge, square on the ground, no bigger a table than needed."""
    if not len(rings.xy):
        return Frame(west=0.0, south=0.0, dx=1.0, dy=1.0, columns=1, rows=1)
    (west, south), (east, north) = rings.xy.min(axis=0), rings.xy.max(axis=0)
    stretch = max(0.1, math.cos(math.radians((south + north) / 2)))
    width, height = max((east - west) * stretch, 1e-9), max(north - south, 1e-9)
    wanted = min(max(len(rings.xy), 1024), _MOST_CELLS)
    # zones laid over one another fill their cells several times
    first = rings.start[:-1]
    box = np.maximum.reduceat(rings.xy, first) - np.minimum.reduceat(rings.xy, first)
    cover = float((box[:, 0] * stretch * box[:, 1]).sum()) / (width * height)
    side = math.sqrt(width * height * max(1.0, cover / 4) / wanted)
    side = max(side, max(width, height) / 20_000)
    columns, rows = int(width / side) + 3, int(height / side) + 3
    return Frame(
        west=float(west) - side / stretch,
        south=float(south) - side,
        dx=side / stretch,
        dy=side,
        columns=columns,
        rows=rows,
    )


def _scan(frame: Frame, rings: Chains) -> tuple[Indices, Indices]:
    """List the cells whose centre lies in a zone, with the zone."""
    x, y = frame.units(rings.xy)
    # rows whose line of centres lies below a vertex; the same for both edges that meet there
    below = np.ceil(y - 0.5).astype(np.int32)
    edges = rings.edges()
    crossing = edges[below[edges] != below[edges + 1]]
    low = np.minimum(below[crossing], below[crossing + 1])
    count = np.abs(below[crossing + 1] - below[crossing])
    run, row = spread(low.astype(np.int64), count.astype(np.int64))
    edge = crossing[run]
    rise = (row + 0.5 - y[edge]) / (y[edge + 1] - y[edge])
    where = x[edge] + rise * (x[edge + 1] - x[edge])
    zone = rings.owner[rings.chain_of(edge)]
    line = zone * frame.rows + row
    order = np.lexsort((where, line))
    # crossings of a zone with a line of centres come in pairs: in, out
    entry, leave = order[::2], order[1::2]
    first = np.ceil(where[entry] - 0.5).astype(np.int64)
    last = np.ceil(where[leave] - 0.5).astype(np.int64)
    run, column = spread(first, np.maximum(last - first, 0))
    return row[entry][run] * frame.columns + column, zone[entry][run]


def _runs(xy: Numbers, edge_start: Indices, edge: Indices) -> tuple[Indices, Numbers]:
    """Cut the edges of each cell into runs, and give the box of each run."""
    runs = -(-np.diff(edge_start) // _RUN)
    run_start = np.concatenate(([0], np.cumsum(runs))).astype(np.int64)
    if not len(edge):
        return run_start, np.zeros((0, 4))
    cell, run = spread(run_start[:-1], runs)
    first = _first_places(edge_start, run_start, cell, run)
    boxes = np.empty((len(first), 4))
    for axis in (0, 1):
        one, other = xy[edge, axis], xy[edge + 1, axis]
        boxes[:, axis] = np.minimum.reduceat(np.minimum(one, other), first)
        boxes[:, axis + 2] = np.maximum.reduceat(np.maximum(one, other), first)
    return run_start, boxes


def _first_places(edge_start: Indices, run_start: Indices, cell: Indices, run: Indices) -> Indices:
    """Give for runs of cells the place of their first edge among the edges by cell."""
    first: Indices = edge_start[cell] + (run - run_start[cell]) * _RUN
    return first


def _by_cell(frame: Frame, cell: Indices, values: Indices) -> tuple[Indices, Indices]:
    """Sort values by cell, and say where those of each cell begin."""
    order = np.argsort(cell, kind="stable")
    counts = np.bincount(cell, minlength=frame.columns * frame.rows)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return starts, values[order].astype(np.int32)
