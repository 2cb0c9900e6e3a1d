"""Small PNG icons for placemarks: the shape says the kind of place, the colour the verdict.

They lie inside the archive, because a phone without signal fetches none.
"""

from __future__ import annotations

import re
import struct
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo_rectify.drawing.symbology import shape_of, verdict_style

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_rectify.vocabulary import PlaceType, Verdict

SIZE: Final = 48
"""Width and height in pixels."""
_GRID: Final = 24.0
_OVERSAMPLED: Final = 4
_CURVE_STEPS: Final = 8
_MARGIN: Final = 1.5
_RIM: Final = 2.2
_PIECE: Final = re.compile(r"[MLCZ]|-?\d+(?:\.\d+)?")


@lru_cache(maxsize=128)
def icon_png(kind: PlaceType, verdict: Verdict | None) -> bytes:
    """Draw the icon of a kind of place and a verdict.

    Parameters
    ----------
    kind
        Kind of place; chooses the shape.
    verdict
        The site's verdict; chooses the colours. None draws it grey.

    Returns
    -------
    bytes
        A PNG of 48 by 48 pixels with transparency, the same in every run.
    """
    fill, stroke = ("#c9ced4", "#59616a")
    if verdict is not None:
        style = verdict_style(verdict)
        fill, stroke = style.fill, style.stroke
    outline = _polygon(shape_of(kind).path)
    scale = (_GRID - 2 * _MARGIN) / _GRID
    outer = shapely.transform(outline, lambda xy: xy * scale + _MARGIN)
    inner = shapely.buffer(outer, -_RIM)
    halo = shapely.buffer(outer, _MARGIN * 0.8)
    canvas = np.zeros((SIZE, SIZE, 4))
    for shape, colour in ((halo, "#ffffff"), (outer, stroke), (inner, fill)):
        cover = _cover(shape)[..., None]
        rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)
        alpha = canvas[..., 3:]
        total = cover + alpha * (1 - cover)
        mixed = rgb * cover + canvas[..., :3] * alpha * (1 - cover)
        canvas[..., :3] = np.divide(mixed, total, out=np.zeros_like(mixed), where=total > 0)
        canvas[..., 3:] = total
    canvas[..., 3] *= 255
    return _png(np.rint(canvas).astype(np.uint8))


def _polygon(path: str) -> shapely.Polygon:
    """Flatten an SVG path of absolute M, L, C and Z."""
    points: list[tuple[float, float]] = []
    command, numbers = "", list[float]()
    wanted = {"M": 2, "L": 2, "C": 6}
    for piece in _PIECE.findall(path):
        if piece in "MLCZ":
            command, numbers = piece, []
            continue
        numbers.append(float(piece))
        if len(numbers) < wanted[command]:
            continue
        if command == "C":
            points.extend(_curve(points[-1], numbers))
        else:
            points.append((numbers[0], numbers[1]))
        numbers = []
    return shapely.Polygon(points)


def _curve(start: tuple[float, float], numbers: list[float]) -> list[tuple[float, float]]:
    controls = np.array([start, numbers[0:2], numbers[2:4], numbers[4:6]])
    t = np.linspace(0, 1, _CURVE_STEPS + 1)[1:, None]
    weights = np.hstack(((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3))
    return [(float(x), float(y)) for x, y in weights @ controls]


def _cover(shape: shapely.Geometry) -> NDArray[np.float64]:
    """Give the share of each pixel a shape covers."""
    fine = SIZE * _OVERSAMPLED
    centres = (np.arange(fine) + 0.5) * _GRID / fine
    x, y = np.meshgrid(centres, centres)
    inside = shapely.contains_xy(shape, x, y).astype(float)
    blocks = inside.reshape(SIZE, _OVERSAMPLED, SIZE, _OVERSAMPLED)
    return np.asarray(blocks.mean(axis=(1, 3)))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    height, width, _ = pixels.shape
    rows = b"".join(b"\x00" + pixels[row].tobytes() for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
