"""Vector tiles inside the page: one PMTiles archive for polygons too many to be drawn as they are.

Tiles are for drawing only. Each zoom is thinned to a quarter of a pixel, the finest to a sixteenth
of a tile's pixel, and a browser draws on from it when zoomed in further. Formats: Mapbox Vector
Tile 2.1 and PMTiles 3, written here so that the same layer gives the same bytes.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

MIN_ZOOM: Final = 4
MAX_ZOOM: Final = 12
LAYER: Final = "zones"
_EXTENT: Final = 4096
_BUFFER: Final = 160
_PIXEL: Final = 16
_POLYGON: Final = 3
_CORNERS: Final = 3
_EQUATOR_M: Final = 40_075_016.7
_LEAF: Final = 2000
_HEADER: Final = 127
_PLAIN, _MVT = 1, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TileArchive:
    """A PMTiles archive.

    Attributes
    ----------
    content
        The bytes of the archive; neither its directory nor its tiles are compressed.
    max_zoom
        The finest zoom it holds.
    tolerance_m
        How far a drawn line may lie from the true one at that zoom, metres.
    """

    content: bytes
    max_zoom: int
    tolerance_m: float


def build_archive(
    geometries: Sequence[BaseGeometry], names: Sequence[str], *, max_bytes: int
) -> TileArchive:
    """Cut polygons into vector tiles, as finely as fits a size.

    Parameters
    ----------
    geometries
        Polygons in EPSG:4490; parts that are none are left out.
    names
        What each is called.
    max_bytes
        How large the tiles may become; the coarsest zoom is always there.

    Returns
    -------
    TileArchive
        One layer ``zones`` whose features carry ``name``.
    """
    shapes = np.asarray(geometries, dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_type_id(parts) == _POLYGON
    parts, owner = shapely.force_2d(parts[flat]), owner[flat]
    west, south, east, north = (float(side) for side in shapely.total_bounds(parts))
    square = shapely.transform(parts, _mercator)
    levels: dict[int, Any] = {}
    for zoom in range(MAX_ZOOM, MIN_ZOOM - 1, -1):
        unit = 1 / (_EXTENT << zoom)
        keep = 1 if zoom == MAX_ZOOM else _PIXEL / 4
        square = shapely.simplify(square, unit * keep, preserve_topology=False)
        levels[zoom] = square
    labels = [names[int(index)] for index in owner]
    tiles: dict[int, bytes] = {}
    reached, size = MIN_ZOOM, 0
    for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
        made = dict(_cut(levels[zoom], labels, zoom=zoom))
        size += sum(map(len, made.values()))
        if zoom > MIN_ZOOM and size > max_bytes:
            break
        tiles |= made
        reached = zoom
    content = _pmtiles(tiles, max_zoom=reached, bounds=(west, south, east, north))
    ground = _EQUATOR_M / (_EXTENT << reached) * float(np.cos(np.radians((south + north) / 2)))
    keep = 1 if reached == MAX_ZOOM else _PIXEL / 4
    return TileArchive(content=content, max_zoom=reached, tolerance_m=ground * (keep + 1))


def _mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place lon/lat on the square of web maps, 0 to 1, y down; for drawing, never for measuring."""
    sine = np.sin(np.radians(lonlat[:, 1]))
    x = lonlat[:, 0] / 360 + 0.5
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
    return np.column_stack([x, y])


def _cut(shapes: Any, labels: Sequence[str], *, zoom: int) -> Iterator[tuple[int, bytes]]:
    """Give the tiles of one zoom by id, each with what lies in it."""
    count = 1 << zoom
    margin = _BUFFER / _EXTENT
    boxes = np.nan_to_num(shapely.bounds(shapes) * count, nan=-1.0)
    first = np.clip(np.floor(boxes[:, :2] - margin), 0, count - 1).astype(int)
    last = np.clip(np.floor(boxes[:, 2:] + margin), 0, count - 1).astype(int)
    cells: dict[tuple[int, int], list[int]] = {}
    for index in np.flatnonzero(~shapely.is_empty(shapes)).tolist():
        for x in range(first[index, 0], last[index, 0] + 1):
            for y in range(first[index, 1], last[index, 1] + 1):
                cells.setdefault((x, y), []).append(index)
    for (x, y), members in sorted(cells.items()):
        sides = (
            (x - margin) / count,
            (y - margin) / count,
            (x + 1 + margin) / count,
            (y + 1 + margin) / count,
        )
        clipped: list[BaseGeometry] = list(shapely.clip_by_rect(shapes[members], *sides))
        features = []
        for index, shape in zip(members, clipped, strict=True):
            rings = _rings(shape, x=x, y=y, count=count)
            if rings:
                features.append((labels[index], rings))
        if features:
            yield tile_id(zoom, x, y), _tile(features)


def _rings(shape: BaseGeometry, *, x: int, y: int, count: int) -> list[NDArray[np.int64]]:
    """Give the rings of a clipped shape in a tile's whole numbers, outer ones clockwise on screen."""
    found = []
    for part in shapely.get_parts(shape):
        if shapely.get_type_id(part) != _POLYGON:
            continue
        for number, ring in enumerate((part.exterior, *part.interiors)):
            points = (shapely.get_coordinates(ring) * count - (x, y)) * _EXTENT
            whole = np.round(points).astype(np.int64)[:-1]
            if not len(whole):
                continue
            whole = whole[np.any(whole != np.roll(whole, 1, axis=0), axis=1)]
            if len(whole) < _CORNERS:
                if number == 0:
                    break
                continue
            after = np.roll(whole, -1, axis=0)
            area = int(np.sum(whole[:, 0] * after[:, 1] - after[:, 0] * whole[:, 1]))
            if area == 0:
                if number == 0:
                    break
                continue
            found.append(whole if (area > 0) == (number == 0) else whole[::-1])
    return found


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _varints(values: NDArray[np.int64]) -> bytes:
    """Write whole numbers as varints, all at once."""
    rest = values.astype(np.uint64)
    width = np.ones(len(rest), dtype=np.int64)
    for step in range(1, 5):
        width += rest >= np.uint64(1 << (7 * step))
    ends = np.cumsum(width)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for step in range(5):
        has = width > step
        more = width > step + 1
        byte = (rest >> np.uint64(7 * step)) & np.uint64(0x7F)
        out[(ends - width)[has] + step] = byte[has].astype(np.uint8) | (
            more[has].astype(np.uint8) << 7
        )
    return out.tobytes()


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _tile(features: Sequence[tuple[str, Sequence[NDArray[np.int64]]]]) -> bytes:
    names = list(dict.fromkeys(name for name, _ in features))
    value = {name: number for number, name in enumerate(names)}
    parts = [_field(1, LAYER.encode("ascii"))]
    for name, rings in features:
        tags = _varint(0) + _varint(value[name])
        parts.append(
            _field(2, _field(2, tags) + b"\x18\x03" + _field(4, _varints(_commands(rings))))
        )
    parts.append(_field(3, b"name"))
    parts.extend(_field(4, _field(1, name.encode("utf-8"))) for name in names)
    parts.append(_varint(5 << 3) + _varint(_EXTENT))
    parts.append(_varint(15 << 3) + _varint(2))
    return _field(3, b"".join(parts))


def _commands(rings: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Write rings as MoveTo, LineTo and ClosePath with zigzag steps from point to point."""
    written = []
    at = np.zeros((1, 2), dtype=np.int64)
    for ring in rings:
        steps = np.diff(np.concatenate([at, ring]), axis=0)
        zigzag = (steps << 1) ^ (steps >> 63)
        at = ring[-1:]
        written += [
            np.array([1 << 3 | 1]),
            zigzag[0],
            np.array([(len(ring) - 1) << 3 | 2]),
            zigzag[1:].ravel(),
            np.array([1 << 3 | 7]),
        ]
    return np.concatenate(written)


def tile_id(zoom: int, x: int, y: int) -> int:
    """Give the number of a tile on the Hilbert curve of PMTiles.

    Parameters
    ----------
    zoom, x, y
        The tile.

    Returns
    -------
    int
        Its number; zooms follow each other.
    """
    number = ((1 << (2 * zoom)) - 1) // 3
    side = 1 << zoom
    half = side >> 1
    while half:
        right, low = int(bool(x & half)), int(bool(y & half))
        number += half * half * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        half >>= 1
    return number


def _directory(entries: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Write entries of (tile id, run length, length, offset)."""
    ids = [entry[0] for entry in entries]
    steps = [ids[0], *(b - a for a, b in itertools.pairwise(ids))]
    offsets = []
    following = -1
    for _, _, length, offset in entries:
        offsets.append(0 if offset == following else offset + 1)
        following = offset + length
    columns = (steps, [e[1] for e in entries], [e[2] for e in entries], offsets)
    return _varint(len(entries)) + b"".join(_varint(v) for column in columns for v in column)


def _pmtiles(
    tiles: dict[int, bytes], *, max_zoom: int, bounds: tuple[float, float, float, float]
) -> bytes:
    entries, contents, at = [], [], 0
    for number in sorted(tiles):
        entries.append((number, 1, len(tiles[number]), at))
        contents.append(tiles[number])
        at += len(tiles[number])
    leaves = b""
    root = _directory(entries)
    if len(entries) > _LEAF:
        heads = []
        for begin in range(0, len(entries), _LEAF):
            leaf = _directory(entries[begin : begin + _LEAF])
            heads.append((entries[begin][0], 0, len(leaf), len(leaves)))
            leaves += leaf
        root = _directory(heads)
    about = b'{"vector_layers":[{"id":"zones","fields":{"name":"String"}}]}'
    places = [_HEADER, len(root)]
    for part in (about, leaves):
        places += [places[-2] + places[-1], len(part)]
    places += [places[-2] + places[-1], at]
    west, south, east, north = (round(side * 1e7) for side in bounds)
    middle = ((west + east) // 2, (south + north) // 2)
    header = struct.pack(
        "<7sB11Q6B4iB2i",
        b"PMTiles",
        3,
        *places,
        len(entries),
        len(entries),
        len(entries),
        1,
        _PLAIN,
        _PLAIN,
        _MVT,
        MIN_ZOOM,
        max_zoom,
        west,
        south,
        east,
        north,
        MIN_ZOOM,
        *middle,
    )
    return header + root + about + leaves + b"".join(contents)
