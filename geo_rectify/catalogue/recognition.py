"""Tell a coordinate system from bare numbers, and a shifted datum from the county lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.crs import STORED, transformer, unshift
from geo_rectify.vocabulary import Datum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_DEGREES: Final = 180.0
_EASTINGS: Final = (100_000.0, 900_000.0)
_NORTHINGS: Final = (1_500_000.0, 6_500_000.0)
_ZONE: Final = 1_000_000.0
_THREE_DEGREE: Final = range(25, 46)
_SIX_DEGREE: Final = range(13, 24)
# EPSG codes of the zones of CGCS2000: with the zone in the easting (4513, 4491) and without.
_FIRST_THREE: Final = 4513
_FIRST_SIX: Final = 4491
_FIRST_BARE: Final = 4534
_NEAR_DEG: Final = 0.0012
"""About 120 m: open county lines differ by 70 to 90 m in the median, the shift is 600 m."""
_SAMPLE: Final = 20_000
_MIN_FITTING: Final = 30
_MIN_SHARE: Final = 0.1
_TIMES_BETTER: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A system told from numbers: its EPSG code, how, and whether the axes stand swapped."""

    epsg: int
    digits: int
    swapped: bool


def recognise(bounds: NDArray[np.float64], expected: BaseGeometry) -> Recognised | None:
    """Tell the coordinate system of bare numbers by the area they should fall into.

    Degrees, and Gauss-Kruger coordinates of CGCS2000 with 8-digit eastings (the zone stands in
    them) or 6-digit ones (every 3-degree zone is tried), in either order of the axes. The numbers
    of Xian80 and Beijing54 look the same: whoever uses the answer must say so.

    Parameters
    ----------
    bounds
        West, south, east, north as they stand in the file.
    expected
        The area the layer should meet, EPSG:4490.

    Returns
    -------
    Recognised or None
        The one reading that falls into the area; None for none or several.
    """
    if not np.isfinite(bounds).all():
        return None
    found = [
        reading
        for swapped in (False, True)
        for reading in _readings(bounds[[1, 0, 3, 2]] if swapped else bounds, swapped=swapped)
        if _meets(bounds, reading, expected)
    ]
    return found[0] if len(found) == 1 else None


def _readings(bounds: NDArray[np.float64], *, swapped: bool) -> Iterator[Recognised]:
    west, south, east, north = (float(value) for value in bounds)
    if max(abs(value) for value in bounds) <= _DEGREES:
        yield Recognised(epsg=4490, digits=0, swapped=swapped)
        return
    if not (_NORTHINGS[0] <= south and north <= _NORTHINGS[1]):
        return
    zone = int(west // _ZONE)
    if zone == int(east // _ZONE):
        if zone in _THREE_DEGREE:
            yield Recognised(epsg=_FIRST_THREE + zone - 25, digits=8, swapped=swapped)
        elif zone in _SIX_DEGREE:
            yield Recognised(epsg=_FIRST_SIX + zone - 13, digits=8, swapped=swapped)
    if _EASTINGS[0] <= west and east <= _EASTINGS[1]:
        for at in range(len(_THREE_DEGREE)):
            yield Recognised(epsg=_FIRST_BARE + at, digits=6, swapped=swapped)


def _meets(bounds: NDArray[np.float64], reading: Recognised, expected: BaseGeometry) -> bool:
    box = bounds[[1, 0, 3, 2]] if reading.swapped else bounds
    west, south, east, north = (float(value) for value in box)
    move = transformer(f"EPSG:{reading.epsg}", STORED)
    moved = move.transform_bounds(west, south, east, north)
    if not np.isfinite(moved).all():
        return False
    area = shapely.box(*moved)
    west, south, east, north = shapely.bounds(expected)
    # The middle must lie about there too: a wide layer of the next zone may just touch the area.
    middle = shapely.Point((moved[0] + moved[2]) / 2, (moved[1] + moved[3]) / 2)
    around = shapely.box(west - 1, south - 1, east + 1, north + 1)
    return bool(shapely.intersects(area, expected)) and bool(shapely.covers(around, middle))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A shifted datum that fits known lines better: shares of vertices on them, 0 to 1."""

    datum: str
    before: float
    after: float


def suspected_shift(shapes: Any, lines: BaseGeometry) -> Suspicion | None:
    """Say whether a layer fits known lines clearly better once a map service's shift is undone.

    Zones often follow county lines. The share of vertices within 120 m of the lines is counted as
    the layer stands and after undoing GCJ-02 and BD-09. Suspected is a shift with at least 30
    vertices and a tenth of all on the lines, three times as many as without.

    Parameters
    ----------
    shapes
        Array-like of geometries, EPSG:4490.
    lines
        Lines known to be right, for instance county lines.

    Returns
    -------
    Suspicion or None
        The better of the two, None where neither is clearly better.
    """
    xy = shapely.get_coordinates(np.asarray(shapes, dtype=object))
    if len(xy) < _MIN_FITTING:
        return None
    xy = xy[:: max(1, len(xy) // _SAMPLE)]
    west, south = xy.min(axis=0) - 0.02
    east, north = xy.max(axis=0) + 0.02
    near = shapely.clip_by_rect(lines, west, south, east, north)
    if near.is_empty:
        return None
    parts = shapely.get_parts(shapely.segmentize(near, 0.02))
    ends = [shapely.linestrings(np.stack([c[:-1], c[1:]], axis=1)) for c in map(_line, parts)]
    tree = shapely.STRtree(np.concatenate([np.asarray(each).ravel() for each in ends]))

    def share(places: NDArray[np.float64]) -> float:
        hit = tree.query(shapely.points(places), predicate="dwithin", distance=_NEAR_DEG)[0]
        return len(np.unique(hit)) / len(places)

    before = share(xy)
    found = [
        Suspicion(
            datum=datum.value,
            before=before,
            after=share(np.column_stack(unshift(xy[:, 0], xy[:, 1], datum=datum.value))),
        )
        for datum in (Datum.GCJ02, Datum.BD09)
    ]
    best = max(found, key=lambda each: each.after)
    enough = max(_MIN_SHARE, _TIMES_BETTER * before, _MIN_FITTING / len(xy))
    return best if best.after >= enough else None


def _line(part: BaseGeometry) -> NDArray[np.float64]:
    xy: NDArray[np.float64] = shapely.get_coordinates(part)
    return xy


def suggested_crs(bounds: NDArray[np.float64]) -> str | None:
    """Name the system bare numbers most likely are in, where only one reading lies in China.

    Six-digit eastings do not tell their zone; they give None.

    Parameters
    ----------
    bounds
        West, south, east, north as they stand in the file.

    Returns
    -------
    str or None
        ``EPSG:…``, None where the numbers do not tell.
    """
    if not np.isfinite(bounds).all():
        return None
    found = list(_readings(bounds, swapped=False))
    return f"EPSG:{found[0].epsg}" if len(found) == 1 else None
