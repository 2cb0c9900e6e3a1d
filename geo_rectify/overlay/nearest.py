"""The zone nearest to a point, by a search in rings of cells.

Running sums over the table of cells tell how many occupied cells a square window holds, so the
first ring with an edge is found by four look-ups a step. Its edges give an upper bound; the rings
that could still hold something nearer are read up to that bound, runs of edges first by a vertex
and by their box. So far distances are those on a local map (`_Maps`), which agree with the plane
to a few parts in a hundred thousand and the bend of an edge; what comes within that of the best is
then measured in the 3-degree Gauss-Kruger zone of the point, edges straight between projected
ends, as the GEOS engine does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geo_rectify.crs import STORED, transformer
from geo_rectify.overlay.chains import batches
from geo_rectify.overlay.grid import columns_of, edges_of, ends_of, first_edges, runs_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from geo_rectify.overlay.grid import Grid
    from geo_rectify.overlay.shapes import Flags, Indices, Numbers

_MAJOR: Final = 6_378_137.0
_E2: Final = 0.006694380022900787
_RADIUS: Final = 6_371_000.0
_BATCH: Final = 50_000
_ROUNDED: Final = 1e-3
"""Metres left to rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """Points with the zones nearest to them; near ties are all listed.

    ``doubtful`` flags those nearer than an edge may bend between lon/lat and the plane: outside
    by the one, the point may lie inside by the other.
    """

    point: Indices
    zone: Indices
    distance_m: Numbers
    doubtful: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maps:
    """A map in metres about each point, which keeps distances from it.

    East is ``lon * (east + turn * lat)``, north ``lat * north``, of differences to the point in
    degrees: metres a degree at the middle latitude (d(N cos B)/dB = -M sin B), times the scale of
    the plane at the point, 1 + x^2 / 2R^2. Left out are the change of M (3 e^2 / 4 of the way as
    an angle), that of the scale (x / 2R of it, x to 167 km) and squares of the way: ``slack``
    bounds them, ``coarse`` those of a map without ``turn``, below 63 degrees.

    ``table`` has a row for each point: lon, lat, east, north, turn, and how far an edge may bend
    between lon/lat and the plane, by its length squared.
    """

    table: Numbers
    slack: float
    coarse: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """Points, the cells they stand in, their local maps, and the cells that hold an edge.

    ``bend_m`` is how far any edge may bend between lon/lat and the plane.
    """

    grid: Grid
    xy: Numbers
    column: Indices
    row: Indices
    maps: _Maps
    occupied: Flags
    wanted: Flags
    limit_m: float
    bend_m: float


def nearest_zones(
    grid: Grid, xy: Numbers, codes: Indices, *, among: Flags, max_distance_m: float
) -> Nearest:
    """Find the nearest of some zones for points that lie in none of them.

    Parameters
    ----------
    grid
        The zones.
    xy
        Points, lon and lat.
    codes
        EPSG code of the plane of each point.
    among
        Flag for each zone: whether it is looked for.
    max_distance_m
        How far to look, metres.

    Returns
    -------
    Nearest
        Pairs within reach, by point and zone. Of each point the nearest zone is always there.
    """
    wanted = among[grid.rings.owner]
    frame = grid.frame
    occupied = grid.edge_start[1:] > grid.edge_start[:-1]
    if not wanted.all():
        cells = np.repeat(np.arange(len(occupied)), np.diff(grid.edge_start))
        occupied[:] = False
        occupied[cells[wanted[grid.rings.chain_of(grid.edge)]]] = True
    column, row = (np.floor(values).astype(np.int64) for values in frame.units(xy))
    # neighbours one after the other: what they look up stays in the processor's cache
    order = np.lexsort((column, row))
    xy, codes = xy[order], codes[order]
    scene = _Scene(
        grid=grid,
        xy=xy,
        column=column[order],
        row=row[order],
        maps=_maps_about(xy, limit_m=max_distance_m),
        occupied=occupied,
        wanted=wanted,
        limit_m=max_distance_m,
        bend_m=_most_bend(grid),
    )
    ring = _first_rings(scene)
    best = np.full(len(xy), max_distance_m * (1 + scene.maps.slack) + 1.0)
    found: list[tuple[Indices, Indices, Numbers]] = []
    for radius in np.unique(ring[ring >= 0]).tolist():
        here = np.flatnonzero(ring == radius)
        found.extend(_read(scene, here, radius, radius, best))
        last = _last_rings(scene, here, best[here], radius)
        for end in np.unique(last[last > radius]).tolist():
            found.extend(_read(scene, here[last == end], radius + 1, end, best))
    nothing = np.zeros(0, dtype=np.int64)
    found = found or [(nothing, nothing, np.zeros(0))]
    point, edge, near = (np.concatenate(values) for values in zip(*found, strict=True))
    kept = np.flatnonzero(near <= best[point])
    made = _exact(scene, point[kept], edge[kept], codes)
    point = order[made.point]
    again = np.lexsort((made.zone, point))
    return Nearest(
        point=point[again],
        zone=made.zone[again],
        distance_m=made.distance_m[again],
        doubtful=made.doubtful[again],
    )


def _maps_about(xy: Numbers, *, limit_m: float) -> _Maps:
    phi = np.radians(xy[:, 1])
    root = np.sqrt(1 - _E2 * np.sin(phi) ** 2)
    across, along = _MAJOR / root * np.cos(phi), _MAJOR * (1 - _E2) / root**3
    meridian = np.rint(xy[:, 0] / 3) * 3
    scale = 1 + (np.radians(xy[:, 0] - meridian) * across / _RADIUS) ** 2 / 2
    way = limit_m / _RADIUS
    turn = -np.radians(np.radians(along * np.sin(phi))) / 2
    east, north = np.radians(across), np.radians(along)
    return _Maps(
        table=np.column_stack((xy, east * scale, north * scale, turn * scale, _bent(xy[:, 1]))),
        slack=1e-5 + 0.03 * way + 3 * way**2,
        coarse=1e-5 + way,
    )


def _first_rings(scene: _Scene) -> NDArray[np.int64]:
    """Give for each point the first ring of cells with an edge; -1 where none is in reach."""
    frame = scene.grid.frame
    sums = np.zeros((frame.rows + 1, frame.columns + 1), dtype=np.int32)
    table = scene.occupied.reshape(frame.rows, frame.columns)
    np.cumsum(table, axis=1, out=sums[1:, 1:])
    for row in range(frame.rows):  # four times faster than a running sum across rows
        sums[row + 1] += sums[row]
    ring = np.full(len(scene.xy), -1, dtype=np.int64)
    side = scene.maps.table[:, 2:4] * np.array([frame.dx, frame.dy])
    reach = np.ceil(scene.limit_m * 1.01 / side.min(axis=1)).astype(np.int64) + 1
    left = np.arange(len(scene.xy))
    radius = 0
    while len(left):
        i, j = scene.column[left], scene.row[left]
        west, east = (
            np.clip(i - radius, 0, frame.columns),
            np.clip(i + radius + 1, 0, frame.columns),
        )
        south, north = np.clip(j - radius, 0, frame.rows), np.clip(j + radius + 1, 0, frame.rows)
        held = sums[north, east] - sums[south, east] - sums[north, west] + sums[south, west] > 0
        ring[left[held]] = radius
        radius += 1
        left = left[~held & (reach[left] >= radius)]
    return ring


def _last_rings(scene: _Scene, here: Indices, best: Numbers, radius: int) -> NDArray[np.int64]:
    """Give the last ring that can hold an edge nearer than the best so far."""
    frame = scene.grid.frame
    x, y = frame.units(scene.xy[here])
    fx, fy = x - scene.column[here], y - scene.row[here]
    side = scene.maps.table[here, 2:4] * np.array([frame.dx, frame.dy])
    best = (best + scene.bend_m) * (1 + scene.maps.coarse)
    across = (best / side[:, 0] + np.maximum(fx, 1 - fx)).astype(np.int64)
    along = (best / side[:, 1] + np.maximum(fy, 1 - fy)).astype(np.int64)
    last: NDArray[np.int64] = np.maximum(np.maximum(across, along), radius)
    return last


def _read(
    scene: _Scene, here: Indices, first: int, last: int, best: Numbers
) -> list[tuple[Indices, Indices, Numbers]]:
    """Measure the edges in some rings on the local map; lowers ``best`` in place."""
    grid, frame = scene.grid, scene.grid.frame
    span = np.arange(-last, last + 1)
    di, dj = (values.ravel() for values in np.meshgrid(span, span))
    ring = np.maximum(np.abs(di), np.abs(dj))
    di, dj = di[ring >= first], dj[ring >= first]
    made = []
    for part in batches(np.full(len(here), len(di)), limit=_BATCH):
        at = np.repeat(here[part], len(di))
        i = scene.column[at] + np.tile(di, part.stop - part.start)
        j = scene.row[at] + np.tile(dj, part.stop - part.start)
        held = (i >= 0) & (j >= 0) & (i < frame.columns) & (j < frame.rows)
        held[held] = scene.occupied[j[held] * frame.columns + i[held]]
        at, i, j = at[held], i[held], j[held]
        west, south = frame.west + i * frame.dx, frame.south + j * frame.dy
        cell = j * frame.columns + i
        bound = _least(scene, at, np.stack((west, south, west + frame.dx, south + frame.dy)))
        near = bound <= best[at] + scene.bend_m
        at, cell, bound = at[near], cell[near], bound[near]
        # one vertex of each cell, then of each run, bounds the distance: few edges are left
        _lower(scene, best, at, first_edges(grid, cell, grid.run_start[cell]))
        near = bound <= best[at] + scene.bend_m
        at, cell = at[near], cell[near]
        for row, run in _runs_in_reach(scene, at, cell, best):
            for of, edges in edges_of(grid, cell[row], run):
                point, edge = _wanted(scene, at[row[of]], edges)
                gap, bend = _local_distances(scene, point, edge)
                np.minimum.at(best, point, gap * (1 + scene.maps.slack) + bend)
                least = gap * (1 - scene.maps.slack) - bend
                kept = least <= best[point]
                made.append((point[kept], edge[kept], least[kept]))
    return made


def _runs_in_reach(
    scene: _Scene, at: Indices, cell: Indices, best: Numbers
) -> Iterator[tuple[Indices, Indices]]:
    """Give the runs of cells that may hold the nearest edge; lowers ``best`` in place."""
    grid = scene.grid
    for row, run in runs_in(grid, cell):
        bound = _least(scene, at[row], columns_of(grid.run_box, run))
        near = np.flatnonzero(bound <= best[at[row]] + scene.bend_m)
        _lower(scene, best, at[row[near]], first_edges(grid, cell[row[near]], run[near]))
        near = near[bound[near] <= best[at[row[near]]] + scene.bend_m]
        yield row[near], run[near]


def _lower(scene: _Scene, best: Numbers, point: Indices, vertex: Indices) -> None:
    """Lower ``best`` to the distance of vertices."""
    point, vertex = _wanted(scene, point, vertex)
    x, y = columns_of(scene.grid.rings.xy, vertex)
    _map(columns_of(scene.maps.table, point), x, y)
    np.minimum.at(best, point, np.hypot(x, y) * (1 + scene.maps.slack) + _ROUNDED)


def _least(scene: _Scene, point: Indices, boxes: Numbers) -> Numbers:
    """Bound the distance of points to boxes (west, south, east, north) from below."""
    west, south, east, north = boxes
    lon, lat, across, along, _, _ = columns_of(scene.maps.table, point)
    x = np.maximum(np.maximum(west - lon, lon - east), 0) * across
    y = np.maximum(np.maximum(south - lat, lat - north), 0) * along
    least: Numbers = np.hypot(x, y) * (1 - scene.maps.coarse)
    return least


def _wanted(scene: _Scene, point: Indices, vertex: Indices) -> tuple[Indices, Indices]:
    """Keep the vertices of zones that are looked for."""
    if scene.wanted.all():
        return point, vertex
    kept = scene.wanted[scene.grid.rings.chain_of(vertex)]
    return point[kept], vertex[kept]


def _map(about: Numbers, x: Numbers, y: Numbers) -> None:
    """Turn lon and lat into positions on the local map of their point, in place."""
    lon, lat, east, north, turn, _ = about
    x -= lon
    y -= lat
    x *= east + turn * y
    y *= north


def _local_distances(scene: _Scene, point: Indices, edge: Indices) -> tuple[Numbers, Numbers]:
    """Give distances on the local map, and how far an edge may bend between the two views."""
    ax, ay, bx, by = ends_of(scene.grid.rings.xy, edge)
    about = columns_of(scene.maps.table, point)
    _map(about, ax, ay)
    _map(about, bx, by)
    gap, square = _to_segments((ax, ay), (bx, by))
    return gap, square * about[5] + _ROUNDED


def _most_bend(grid: Grid) -> float:
    """Bound the bend of all edges by the boxes of their runs."""
    if not len(grid.run_box):
        return 0.0
    west, south, east, north = grid.run_box.T
    across = np.radians([(east - west).max(), (north - south).max()]) * _MAJOR
    farthest = max(-float(south.min()), float(north.max()))
    return float(across @ across * _bent(np.array([farthest]))[0]) + _ROUNDED


def _bent(lat: Numbers) -> Numbers:
    """Give the sagitta of a parallel against a straight line, doubled, by its length squared."""
    bent: Numbers = (1 + np.abs(np.tan(np.radians(lat)))) / (4 * _MAJOR)
    return bent


def _to_segments(
    a: Sequence[Numbers] | Numbers, b: Sequence[Numbers] | Numbers
) -> tuple[Numbers, Numbers]:
    """Measure from the origin to segments between ``a`` and ``b``; their lengths squared too."""
    (ax, ay), (bx, by) = a, b
    vx, vy = bx - ax, by - ay
    square = vx * vx + vy * vy
    along = np.clip(-(ax * vx + ay * vy) / np.maximum(square, 1e-300), 0, 1)
    gap: Numbers = np.hypot(ax + along * vx, ay + along * vy)
    return gap, square


def _exact(scene: _Scene, point: Indices, edge: Indices, codes: Indices) -> Nearest:
    """Measure in the plane of each point; one row for each point and zone."""
    rings = scene.grid.rings
    start, end = rings.xy[edge], rings.xy[edge + 1]
    # an edge shared by two zones runs both ways; measured one way, the two tie to the last digit
    turn = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start, end = np.where(turn[:, None], end, start), np.where(turn[:, None], start, end)
    gap, bend = np.zeros(len(point)), np.zeros(len(point))
    for code in np.unique(codes[point]):
        here = np.flatnonzero(codes[point] == code)
        move = transformer(STORED, f"EPSG:{code}")
        p, a, b = (
            np.stack(move.transform(xy[:, 0], xy[:, 1]))
            for xy in (scene.xy[point[here]], start[here], end[here])
        )
        gap[here], square = _to_segments(a - p, b - p)
        bend[here] = square * scene.maps.table[point[here], 5] + _ROUNDED
    zone = rings.owner[rings.chain_of(edge)]
    keys, place = np.unique(point * scene.grid.zones + zone, return_inverse=True)
    least = np.full(len(keys), np.inf)
    np.minimum.at(least, place, gap)
    doubtful = np.zeros(len(keys), dtype=bool)
    doubtful[place[gap <= bend]] = True
    kept = least <= scene.limit_m
    keys = keys[kept]
    return Nearest(
        point=keys // scene.grid.zones,
        zone=keys % scene.grid.zones,
        distance_m=least[kept],
        doubtful=doubtful[kept],
    )
