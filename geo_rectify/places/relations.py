"""Shapes of relations: a side or a part of a line or outline, up- and downstream, A to B, a mouth.

All is drawn in the 3-degree Gauss-Kruger plane of the place. No network of rivers is asked for:
one line is followed, and only where the layer declares its direction is a half of it chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely.ops import substring

from geo_rectify.crs import from_plane, gauss_kruger_epsg, to_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

NEAR_LINE_M: Final = 500.0
"""How far beyond its own uncertainty a point may lie from the line it is taken to be on, metres."""
_LEAST_M: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A river line; ``declared`` where the layer says it is drawn with the flow."""

    name: str
    line: BaseGeometry
    uncertainty_m: float
    declared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A piece of a line a relation speaks of: its shape, the line's name, and how it was cut."""

    line: BaseGeometry
    reach: Reach
    how: str


def _epsg(shape: BaseGeometry) -> int:
    return gauss_kruger_epsg(float(shapely.get_x(shapely.centroid(shape))))


def side_of(shape: BaseGeometry, bearing: float, *, known_m: float, reach_m: float) -> BaseGeometry:
    """Draw the side of a line or outline on which a site lies (南侧).

    Parameters
    ----------
    shape
        A line or polygon in EPSG:4490.
    bearing
        Bearing of the side, degrees from north.
    known_m
        How far the shape itself may be off, metres.
    reach_m
        How far from it the site may lie, metres.

    Returns
    -------
    shapely.Geometry
        The polygon in EPSG:4490: what the shape sweeps when it is moved to that side, widened by
        ``known_m``, within ``reach_m`` of it. Of an outline the whole of it is kept.
    """
    epsg = _epsg(shape)
    plane = to_plane(shape, epsg)
    angle = math.radians(bearing)
    forth = np.array([math.sin(angle), math.cos(angle)]) * reach_m
    swept = [shapely.buffer(plane, max(known_m, _LEAST_M))]
    for ring in shapely.get_parts(plane if plane.area == 0 else shapely.boundary(plane)):
        xy = shapely.get_coordinates(ring)
        quads = np.stack([xy[:-1], xy[1:], xy[1:] + forth, xy[:-1] + forth], axis=1)
        swept.append(shapely.buffer(shapely.union_all(shapely.polygons(quads)), known_m))
    kept = shapely.intersection(
        shapely.union_all(swept), shapely.buffer(plane, max(reach_m, _LEAST_M))
    )
    return from_plane(kept, epsg)


def part_of(shape: BaseGeometry, bearing: float, *, spare: float) -> BaseGeometry:
    """Draw the part of an area or line that 东部, 西北部 … mean: what lies beyond its middle.

    Parameters
    ----------
    shape
        A line or polygon in EPSG:4490.
    bearing
        Bearing of the part, degrees from north.
    spare
        How far on the other side of the middle the part begins, as a share of the extent along the
        bearing: nobody measures the middle of a county before he writes 东部.

    Returns
    -------
    shapely.Geometry
        The part in EPSG:4490. The middle is the centroid; the dividing line is square to the bearing.
    """
    epsg = _epsg(shape)
    plane = to_plane(shape, epsg)
    middle = shapely.get_coordinates(shapely.centroid(plane))[0]
    angle = math.radians(bearing)
    forth = np.array([math.sin(angle), math.cos(angle)])
    across = np.array([forth[1], -forth[0]])
    along = (shapely.get_coordinates(plane) - middle) @ forth
    begin = -spare * (along.max() - along.min())
    far = 2.0 * float(np.hypot(*np.ptp(shapely.get_coordinates(plane), axis=0)))
    corners = [
        middle + forth * ahead + across * aside
        for ahead, aside in ((begin, -far), (begin, far), (far, far), (far, -far))
    ]
    return from_plane(shapely.intersection(plane, shapely.Polygon(corners)), epsg)


def stream_part(
    point: BaseGeometry,
    reaches: Sequence[Reach],
    *,
    upstream: bool | None,
    unsure_m: float,
) -> Stretch | None:
    """Cut the river a point stands on at that point, and keep what lies up- or downstream.

    Parameters
    ----------
    point
        A point in EPSG:4490: a section, an outfall, a plant.
    reaches
        River lines.
    upstream
        True for 上游, False for 下游, None for both.
    unsure_m
        Uncertainty of the point, metres; the piece reaches as far beyond it.

    Returns
    -------
    Stretch or None
        Both halves where the direction is not declared; None where no line, or more than one
        river, passes the point.
    """
    passing = _passing(point, reaches, unsure_m)
    if passing is None:
        return None
    epsg = _epsg(point)
    line, at = _placed(to_plane(passing.line, epsg), to_plane(point, epsg))
    if upstream is None or not passing.declared:
        how = (
            "both halves, direction of flow not declared" if upstream is not None else "both halves"
        )
        return Stretch(line=from_plane(line, epsg), reach=passing, how=how)
    first, last = (0.0, at + unsure_m) if upstream else (max(at - unsure_m, 0.0), line.length)
    piece = substring(line, first, min(last, line.length))
    word = "upstream" if upstream else "downstream"
    return Stretch(line=from_plane(piece, epsg), reach=passing, how=f"{word}, flow declared")


def stretch_between(
    first: BaseGeometry, last: BaseGeometry, reaches: Sequence[Reach], *, unsure_m: float
) -> Stretch | None:
    """Cut the line on which two points stand between them (A至B段).

    Parameters
    ----------
    first, last
        Points in EPSG:4490.
    reaches
        Lines: rivers or roads.
    unsure_m
        Uncertainty of the points, metres; the piece reaches as far beyond either.

    Returns
    -------
    Stretch or None
        None where no one line passes both.
    """
    at_first = {id(reach): reach for reach in _near(first, reaches, unsure_m)}
    both = [reach for reach in _near(last, reaches, unsure_m) if id(reach) in at_first]
    if len({reach.name for reach in both}) != 1:
        return None
    reach = both[0]
    epsg = _epsg(first)
    line, start = _placed(to_plane(reach.line, epsg), to_plane(first, epsg))
    end = line.project(shapely.centroid(to_plane(last, epsg)))
    low, high = sorted((start, float(end)))
    piece = substring(line, max(low - unsure_m, 0.0), min(high + unsure_m, line.length))
    return Stretch(line=from_plane(piece, epsg), reach=reach, how="between two places on it")


def mouth_of(reach: Reach, others: Sequence[Reach]) -> BaseGeometry | None:
    """Give the end of a river line at which it meets another river (河口).

    Parameters
    ----------
    reach
        The river.
    others
        Other rivers.

    Returns
    -------
    shapely.Point or None
        None where it meets none, or both ends do and no direction is declared.
    """
    epsg = _epsg(reach.line)
    line = _longest(to_plane(reach.line, epsg))
    ends = [shapely.Point(line.coords[-1])]
    if not reach.declared:
        ends.append(shapely.Point(line.coords[0]))
    met = [
        end
        for end in ends
        if any(
            other.name != reach.name
            and shapely.distance(to_plane(other.line, epsg), end)
            <= reach.uncertainty_m + other.uncertainty_m + NEAR_LINE_M
            for other in others
        )
    ]
    return from_plane(met[0], epsg) if len(met) == 1 else None


def border_between(one: BaseGeometry, other: BaseGeometry, *, width_m: float) -> BaseGeometry:
    """Draw the strip along the border of two areas (交界).

    Parameters
    ----------
    one, other
        Polygons in EPSG:4490.
    width_m
        Half the width of the strip, metres; lines of two sources differ by some hundred metres.

    Returns
    -------
    shapely.Geometry
        What lies within ``width_m`` of both; empty where the two do not meet.
    """
    epsg = _epsg(one)
    left, right = (shapely.buffer(to_plane(area, epsg), width_m) for area in (one, other))
    return from_plane(shapely.intersection(left, right), epsg)


def _near(point: BaseGeometry, reaches: Sequence[Reach], unsure_m: float) -> list[Reach]:
    epsg = _epsg(point)
    plane = to_plane(point, epsg)
    return [
        reach
        for reach in reaches
        if shapely.dwithin(
            to_plane(reach.line, epsg), plane, unsure_m + reach.uncertainty_m + NEAR_LINE_M
        )
    ]


def _passing(point: BaseGeometry, reaches: Sequence[Reach], unsure_m: float) -> Reach | None:
    """Give the one river that passes a point; a declared line of it before others."""
    near = _near(point, reaches, unsure_m)
    if len({reach.name for reach in near}) != 1:
        return None
    return min(near, key=lambda reach: (not reach.declared, shapely.distance(reach.line, point)))


def _longest(line: BaseGeometry) -> shapely.LineString:
    parts = shapely.get_parts(shapely.line_merge(line, directed=True))
    longest: shapely.LineString = max(parts, key=lambda part: (part.length, part.wkb))
    return longest


def _placed(line: BaseGeometry, point: BaseGeometry) -> tuple[shapely.LineString, float]:
    """Give the part of a line nearest a point, and how far along it the point is."""
    merged = line if line.geom_type == "LineString" else shapely.line_merge(line, directed=True)
    parts = shapely.get_parts(merged)
    nearest: shapely.LineString = min(
        parts, key=lambda part: (shapely.distance(part, point), -part.length)
    )
    return nearest, float(nearest.project(shapely.centroid(point)))
