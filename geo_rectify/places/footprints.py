"""Footprints: the polygon within which a place lies at 90 %.

A point becomes the disc of its uncertainty, a line or outline is widened by it; words like 附近 or
东侧 shape the result, and the county line, widened by 500 m, cuts it. An intersection with a
relation that says nothing measurable (上游 without a direction of flow) is not drawn.

Radii are of 90 %: those of independent causes (how well the place is known, how far 附近 reaches)
add as squares do, not as lengths; `benchmarks/calibration.py` measures that.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import shapely

from geo_rectify.crs import buffer_m, disc, from_plane, gauss_kruger_epsg, to_plane
from geo_rectify.places.areas import widened
from geo_rectify.places.kinds import table
from geo_rectify.places.relations import side_of, stream_part
from geo_rectify.places.townships import polygonal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.places.gazetteer import Place
    from geo_rectify.places.relations import Reach
    from geo_rectify.vocabulary import PlaceType

_LEAST_M: Final = 1.0
_FAR: Final = 4.0
_SPARE: Final = 1.05
"""Without it a side of a place known to 4 km holds 88.8 % of the truths (`calibration.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaping:
    """What the words of a relation do to a footprint.

    Attributes
    ----------
    widen_m
        Metres a point's disc or an outline is widened by.
    along_m
        Metres a line is widened by.
    side
        Bearing of the side the site lies on, degrees from north, None without one.
    stream
        Whether the site lies up- or downstream, which a point alone says nothing about.
    upstream
        True for 上游, False for 下游, None where the mentions say both or neither.
    words
        The words that were understood.
    """

    widen_m: float = 0.0
    along_m: float = 0.0
    side: int | None = None
    stream: bool = False
    upstream: bool | None = None
    words: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Say whether nothing is shaped."""
        return not self.words


_PLAIN: Final = Shaping()


@lru_cache(maxsize=1)
def _side_words() -> re.Pattern[str]:
    bearings = _bearings()
    return re.compile(rf"以({bearings})|({bearings})(?:侧|面|边)")


def _bearings() -> str:
    """Give the words of all bearings as one pattern, longest first."""
    return "|".join(sorted(table("relations")["side"], key=lambda word: (-len(word), word)))


def shaping(relations: Iterable[str]) -> Shaping:
    """Read what the relations of a site's mentions do to its footprint.

    What narrows (a side, up- or downstream) counts only when every mention says it; what widens
    counts when any does.

    Parameters
    ----------
    relations
        The relation of each mention, "" where it has none.

    Returns
    -------
    Shaping
        The shaping.
    """
    words = list(relations)
    if not any(words):
        return _PLAIN
    rules = table("relations")
    found: list[str] = []
    widen = along = 0.0
    for word in words:
        for hit in (w for w in rules["near"] if w in word):
            widen = float(rules["near_m"])
            found.append(hit)
        for hit in (w for w in rules["area"] if w in word):
            widen = max(widen, float(rules["area_m"]))
            found.append(hit)
        for hit in (w for w in rules["along"] if w in word):
            along = float(rules["along_m"])
            found.append(hit)
    sides = {_side(word) for word in words}
    side = sides.pop() if len(sides) == 1 else None
    if any(_side_words().search(word) for word in words):
        widen = float(rules["near_m"])
        found.extend(m.group(0) for w in words for m in [_side_words().search(w)] if m)
    stream = bool(words) and all(any(w in word for w in rules["stream"]) for word in words)
    if stream:
        found.extend(w for word in words for w in rules["stream"] if w in word)
    return Shaping(
        widen_m=widen,
        along_m=along,
        side=side,
        stream=stream,
        upstream=_upstream(words) if stream else None,
        words=tuple(sorted(set(found))),
    )


def _upstream(words: list[str]) -> bool | None:
    rules = table("relations")
    said = {
        (any(w in word for w in rules["up"]), any(w in word for w in rules["down"]))
        for word in words
    }
    if said == {(True, False)}:
        return True
    return False if said == {(False, True)} else None


def part_bearing(relation: str) -> int | None:
    """Give the bearing of the part a relation names: 东部, 西北部区域.

    Parameters
    ----------
    relation
        As the text gives it.

    Returns
    -------
    int or None
        Degrees from north; None for none, for several, and for what is beside the place (东侧).
    """
    said = set(_part_words().findall(relation))
    return int(table("relations")["side"][said.pop()]) if len(said) == 1 else None


@lru_cache(maxsize=1)
def _part_words() -> re.Pattern[str]:
    return re.compile(rf"(?<!中)({_bearings()})部(?!队|门|委)")


def _side(word: str) -> int | None:
    """Give the bearing of the one side a relation names, None for none and for several."""
    said = {hit.group(1) or hit.group(2) for hit in _side_words().finditer(word)}
    return int(table("relations")["side"][said.pop()]) if len(said) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A footprint with the point that stands for it and the radius its class follows."""

    footprint: BaseGeometry
    point: BaseGeometry
    uncertainty_m: float


def draw(
    place: Place,
    *,
    limits: tuple[str, ...],
    shape: Shaping,
    slack_m: float = 0.0,
) -> Drawn | None:
    """Draw the footprint of a gazetteer place.

    Parameters
    ----------
    place
        A place with geometry.
    limits
        Codes of the areas it must lie in; their widened line cuts.
    shape
        What the text's relation does to it.
    slack_m
        Metres added because the site is only named after the place.

    Returns
    -------
    Drawn or None
        None where nothing is left, or the relation cannot be drawn from a point.
    """
    if place.geometry is None or not limits:
        return None
    known = together_m(place.uncertainty_m or 0.0, slack_m)
    if place.geometry.geom_type == "Point":
        if shape.stream:
            return None
        known = max(known, least_m(place.kind))
    return draw_shape(place.geometry, known, limits=limits, shape=shape)


def together_m(*radii: float) -> float:
    """Put radii of independent causes together: as squares add, a twentieth more, in whole metres.

    Parameters
    ----------
    *radii
        Radii of 90 %, metres; where only one is above 0 it stays as it is.

    Returns
    -------
    float
        Metres.
    """
    known = [radius for radius in radii if radius > 0]
    return sum(known) if len(known) < 2 else float(math.ceil(_SPARE * math.hypot(*known)))  # noqa: PLR2004


def least_m(kind: PlaceType) -> float:
    """Give the least radius of a place of a kind that is known as a point, metres.

    Parameters
    ----------
    kind
        Its kind.

    Returns
    -------
    float
        Metres.
    """
    return float(table("kinds")["point_extent"].get(kind.value, _LEAST_M))


def draw_shape(
    geometry: BaseGeometry, known_m: float, *, limits: tuple[str, ...], shape: Shaping
) -> Drawn | None:
    """Draw the footprint of a geometry that is known so well.

    Parameters
    ----------
    geometry
        Point, line or outline, EPSG:4490.
    known_m
        Its uncertainty, metres.
    limits
        Codes of the areas it must lie in.
    shape
        What the text's relation does to it.

    Returns
    -------
    Drawn or None
        None where nothing is left.
    """
    if geometry.geom_type == "Point":
        return _around_point(geometry, known_m, limits, shape)
    near = shapely.intersection(geometry, widened(limits))
    if near.is_empty:
        return None
    if shape.side is not None:
        return _beside(near, known_m, limits, shape)
    return _of_shape(near, known_m, limits, shape)


def _of_shape(
    near: BaseGeometry, known: float, limits: tuple[str, ...], shape: Shaping
) -> Drawn | None:
    """Draw a line or outline, widened as the words say."""
    if shapely.get_dimensions(near) == 1:
        return along_line(near, together_m(known, shape.along_m + shape.widen_m), limits)
    reach = together_m(known, shape.widen_m)
    outline = polygonal(near if reach == 0 else buffer_m(near, reach))
    footprint = polygonal(shapely.intersection(outline, widened(limits)))
    if footprint.is_empty:
        return None
    return Drawn(
        footprint=footprint, point=shapely.point_on_surface(near), uncertainty_m=max(reach, 0.0)
    )


def _around_point(
    point: BaseGeometry, known: float, limits: tuple[str, ...], shape: Shaping
) -> Drawn | None:
    radius = together_m(known, shape.widen_m)
    lon, lat = float(shapely.get_x(point)), float(shapely.get_y(point))
    area = widened(limits)
    if shape.side is None:
        # Cutting what lies wholly inside begins its ring with the second vertex.
        whole = disc(lon, lat, radius, first=1)
        if shapely.contains_properly(area, whole):
            return Drawn(footprint=whole, point=point, uncertainty_m=radius)
    outline = disc(lon, lat, radius)
    if shape.side is not None:
        outline = _half(point, outline, known=known, radius=radius, bearing=shape.side)
    footprint = polygonal(_cut(outline, area))
    if footprint.is_empty or not shapely.intersects(footprint, point):
        return None
    return Drawn(footprint=footprint, point=point, uncertainty_m=radius)


def _cut(outline: BaseGeometry, area: BaseGeometry) -> BaseGeometry:
    """Cut an outline by an area it may lie wholly in.

    A cut walks through the whole line of a county; where the outline does not meet it, a box
    around the outline gives the same ring from the same vertex in a hundredth of the time.
    """
    if shapely.contains_properly(area, outline):
        west, south, east, north = outline.bounds
        area = shapely.box(west - 1, south - 1, east + 1, north + 1)
    return shapely.intersection(outline, area)


def _half(
    point: BaseGeometry, outline: BaseGeometry, *, known: float, radius: float, bearing: int
) -> BaseGeometry:
    """Cut away what lies beyond the place on the other side, wherever in its disc it may be."""
    epsg = gauss_kruger_epsg(float(shapely.get_x(point)))
    centre = to_plane(point, epsg)
    x, y = float(shapely.get_x(centre)), float(shapely.get_y(centre))
    angle = math.radians(bearing)
    forth = (math.sin(angle), math.cos(angle))
    across = (forth[1], -forth[0])
    far = _FAR * radius
    corners = [
        (
            x + forth[0] * along + across[0] * sideways,
            y + forth[1] * along + across[1] * sideways,
        )
        for along, sideways in ((-known, -far), (-known, far), (far, far), (far, -far))
    ]
    kept = shapely.intersection(to_plane(outline, epsg), shapely.Polygon(corners))
    return from_plane(kept, epsg)


def _beside(
    near: BaseGeometry, known: float, limits: tuple[str, ...], shape: Shaping
) -> Drawn | None:
    """Draw the side of a line or outline the words name."""
    reach = together_m(known, shape.widen_m)
    side = side_of(near, float(shape.side or 0), known_m=known, reach_m=reach)
    footprint = polygonal(shapely.intersection(side, widened(limits)))
    if footprint.is_empty:
        return None
    return Drawn(
        footprint=footprint,
        point=shapely.point_on_surface(footprint),
        uncertainty_m=reach,
    )


def draw_stream(
    place: Place, reaches: tuple[Reach, ...], *, limits: tuple[str, ...], shape: Shaping
) -> tuple[Drawn, str] | None:
    """Draw what lies up- or downstream of a point along the one river that passes it.

    Parameters
    ----------
    place
        A place with a point.
    reaches
        River lines, those that declare their direction marked.
    limits
        Codes of the areas the site must lie in.
    shape
        What the text's relation does.

    Returns
    -------
    tuple or None
        The footprint and how it was cut; None where no river, or several, pass the point.
    """
    if place.geometry is None or place.geometry.geom_type != "Point":
        return None
    part = stream_part(
        place.geometry, reaches, upstream=shape.upstream, unsure_m=place.uncertainty_m or 0.0
    )
    if part is None:
        return None
    near = shapely.intersection(part.line, widened(limits))
    if near.is_empty:
        return None
    along = max(shape.along_m, float(table("relations")["along_m"]))
    drawn = along_line(near, together_m(part.reach.uncertainty_m, along), limits)
    return None if drawn is None else (drawn, f"along {part.reach.name}, {part.how}")


def along_line(line: BaseGeometry, reach: float, limits: tuple[str, ...]) -> Drawn | None:
    """Draw what lies along a line.

    Parameters
    ----------
    line
        A line in EPSG:4490.
    reach
        How far from it, metres; the class follows it.
    limits
        Codes of the areas whose widened line cuts.

    Returns
    -------
    Drawn or None
        None where nothing is left.
    """
    footprint = polygonal(
        shapely.intersection(buffer_m(line, max(reach, _LEAST_M)), widened(limits))
    )
    if footprint.is_empty:
        return None
    parts = [p for p in shapely.get_parts(shapely.line_merge(line)) if p.geom_type == "LineString"]
    if not parts:
        return None
    longest = max(parts, key=lambda part: (part.length, part.wkb))
    point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return Drawn(footprint=footprint, point=point, uncertainty_m=reach)


def around(footprint: BaseGeometry, *, widen_m: float, limits: tuple[str, ...]) -> BaseGeometry:
    """Widen a footprint because the site is near it, within the areas it must lie in.

    Parameters
    ----------
    footprint
        A polygon in EPSG:4490.
    widen_m
        Metres.
    limits
        Codes of the areas whose widened line cuts.

    Returns
    -------
    shapely.Geometry
        The polygon.
    """
    wide = footprint if widen_m == 0 else buffer_m(footprint, widen_m)
    return polygonal(shapely.intersection(wide, widened(limits))) if limits else wide
