"""Footprints of townships: their outline where there is one, else cells around the seats (推定).

No open source has township polygons. The cell of a township is the part of its county nearer to
its seat than to any other known seat, widened by `WIDEN` of the mean distance to the three nearest
seats. Counties stand in for townships to see how good that is: with a seat drawn at random around
the middle of each county of Jiangxi, Hunan and Anhui (spread a quarter of its radius), the widened
cell holds 92 % of the county's area in the mean, 94 % where a quarter of the seats is unknown
(``benchmarks/township_cells.py``).
Unknown seats only make the cells of the others larger. A township whose own seat is unknown has no
cell, and one whose cell takes in most of its county says no more than the county.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import shapely

from geo_rectify.crs import area_m2, from_plane, gauss_kruger_epsg, to_plane
from geo_rectify.places.areas import polygon, widened
from geo_rectify.places.names import normalise, township_stem
from geo_rectify.repair import made_valid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.places.gazetteer import Gazetteer, Place

WIDEN: Final = 0.25
"""Part of the mean distance to the nearest seats by which a cell is widened."""
NEAREST: Final = 3
STEP_M: Final = 100.0
"""Radii are rounded up to this, metres: they are no measurement."""
MOST: Final = 0.8
"""A cell of more than this part of its county says no more than the county."""
_POLYGONAL: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Township:
    """One township's footprint.

    Attributes
    ----------
    name, adcode
        Its name and county.
    footprint
        Outline or widened cell, within the widened county line.
    point
        Its seat, or a point of the outline.
    radius_m
        Radius of a disc of the same area, metres.
    inferred
        Whether the footprint is a cell (推定).
    seated
        Whether the point is the seat.
    source
        Where seat or outline come from.
    """

    name: str
    adcode: str
    footprint: BaseGeometry
    point: BaseGeometry
    radius_m: float
    inferred: bool
    seated: bool
    source: str

    @property
    def method(self) -> str:
        """Name how the footprint came about."""
        return "township_inferred" if self.inferred else "township_outline"

    @property
    def point_is(self) -> str:
        """Say what the point is."""
        return "the seat" if self.seated else "a point of the outline"


@dataclass(slots=True, kw_only=True)
class Townships:
    """Townships of the counties asked for, worked out once a county."""

    gazetteer: Gazetteer
    _known: dict[str, dict[str, Township]] = field(default_factory=dict)
    _named: dict[str, dict[str, str]] = field(default_factory=dict)
    _told: dict[tuple[str, ...], dict[str, tuple[str, str]]] = field(default_factory=dict)

    def find(self, codes: tuple[str, ...], name: str) -> tuple[str, str] | None:
        """Find a township by its name, or by its name without 镇 or 乡 where that is unique.

        Parameters
        ----------
        codes
            Counties it may lie in.
        name
            Its name.

        Returns
        -------
        tuple or None
            County code and official name.
        """
        return self.find_key(codes, normalise(name))

    def find_key(self, codes: tuple[str, ...], key: str) -> tuple[str, str] | None:
        """Find a township as `find` does, by a name that is normalised, or the head of one.

        Parameters
        ----------
        codes
            Counties it may lie in.
        key
            Its name.

        Returns
        -------
        tuple or None
            County code and official name.
        """
        return self.names_in(codes).get(key)

    def names_in(self, codes: tuple[str, ...]) -> Mapping[str, tuple[str, str]]:
        """Give the names that stand for one township of some counties.

        Parameters
        ----------
        codes
            County codes.

        Returns
        -------
        Mapping
            County code and official name by normalised name, as `find_key` finds them.
        """
        if codes not in self._told:
            found: dict[str, list[tuple[str, str]]] = {}
            for code in codes:
                for name, official in self._names(code).items():
                    found.setdefault(name, []).append((code, official))
            self._told[codes] = {name: of[0] for name, of in found.items() if len(of) == 1}
        return self._told[codes]

    def short_names(self, code: str) -> dict[str, str]:
        """Give the names that stand for one township of a county, with the official name.

        Parameters
        ----------
        code
            County code.

        Returns
        -------
        dict
            Official names by full and short spelling.
        """
        return self._names(code)

    def get(self, code: str, name: str) -> Township | None:
        """Give a township's footprint.

        Parameters
        ----------
        code
            County code.
        name
            Official name.

        Returns
        -------
        Township or None
            None where neither its seat nor its outline is known, or its cell is the county.
        """
        if code not in self._known:
            self._known[code] = self._cells(code)
        return self._known[code].get(name)

    def _names(self, code: str) -> dict[str, str]:
        if code in self._named:
            return self._named[code]
        official: dict[str, set[str]] = {}
        short: dict[str, set[str]] = {}
        for place in self._places(code):
            name = place.township or place.name
            for key in place.keys:
                official.setdefault(key, set()).add(name)
                short.setdefault(township_stem(key), set()).add(name)
        names = {key: min(found) for key, found in short.items() if len(found) == 1}
        names |= {key: min(found) for key, found in official.items() if len(found) == 1}
        self._named[code] = names
        return names

    def _places(self, code: str) -> list[Place]:
        """List a county's townships; those without a code where their position is in it."""
        known = self.gazetteer
        coded = [known.places[number] for number in known.townships.get(code, ())]
        bare = [known.places[number] for number in known.townships.get("", ())]
        if not bare:
            return coded
        limit = widened((code,))
        return coded + [
            place
            for place in bare
            if place.geometry is not None and shapely.intersects(limit, place.geometry)
        ]

    def _rows(self, code: str) -> tuple[dict[str, Place], dict[str, Place]]:
        """Give the best seat and the best outline of each township of a county."""
        seats: dict[str, Place] = {}
        outlines: dict[str, Place] = {}
        limit = widened((code,))
        for place in self._places(code):
            if place.geometry is None or not shapely.intersects(limit, place.geometry):
                continue
            name = place.township or place.name
            if place.geometry.geom_type == "Point":
                best = seats.get(name)
                if best is None or _sureness(place) < _sureness(best):
                    seats[name] = place
            elif shapely.get_dimensions(place.geometry) == _POLYGONAL:
                outlines.setdefault(name, place)
        return seats, outlines

    def _cells(self, code: str) -> dict[str, Township]:
        seats, outlines = self._rows(code)
        limit = widened((code,))
        known = {}
        for name, place in outlines.items():
            drawn: BaseGeometry = shapely.intersection(_shape(place), limit)
            shape = polygonal(drawn)
            if not shape.is_empty:
                known[name] = _township(place, name, code, shape, seats.get(name), inferred=False)
        if not seats:
            return known
        epsg = gauss_kruger_epsg(shapely.get_x(shapely.centroid(limit)))
        cells = _widened_cells({name: _shape(place) for name, place in seats.items()}, code, epsg)
        whole = area_m2(polygon((code,)))
        for name, cell in cells.items():
            shape = polygonal(shapely.intersection(from_plane(cell, epsg), limit))
            if name not in known and 0 < area_m2(shape) <= MOST * whole:
                known[name] = _township(seats[name], name, code, shape, seats[name], inferred=True)
        return known


def _shape(place: Place) -> BaseGeometry:
    return shapely.Point() if place.geometry is None else place.geometry


def _sureness(place: Place) -> tuple[float, bool, int]:
    unsure = float("inf") if place.uncertainty_m is None else place.uncertainty_m
    return (unsure, place.source == "estimate", place.number)


def _township(
    place: Place,
    name: str,
    code: str,
    shape: BaseGeometry,
    seat: Place | None,
    *,
    inferred: bool,
) -> Township:
    point = None if seat is None else seat.geometry
    seated = point is not None and bool(shapely.intersects(shape, point))
    if point is None or not seated:
        point = shapely.point_on_surface(shape)
    return Township(
        name=name,
        adcode=code,
        footprint=shape,
        point=point,
        radius_m=math.ceil(math.sqrt(area_m2(shape) / math.pi) / STEP_M) * STEP_M,
        inferred=inferred,
        seated=seated,
        source=place.source,
    )


def _widened_cells(seats: dict[str, BaseGeometry], code: str, epsg: int) -> dict[str, BaseGeometry]:
    """Draw the widened nearest-seat cells of a county in the plane; equal seats share a cell."""
    county = to_plane(polygon((code,)), epsg)
    flat = {name: to_plane(point, epsg) for name, point in sorted(seats.items())}
    at = {name: _xy(point) for name, point in flat.items()}
    distinct = sorted(set(at.values()))
    if len(distinct) == 1:
        return dict.fromkeys(flat, county)
    raw = shapely.voronoi_polygons(shapely.MultiPoint(distinct), extend_to=county)
    parts = list(shapely.get_parts(raw))
    made = {}
    for name, point in flat.items():
        away = sorted(math.dist(at[name], other) for other in distinct)[1 : NEAREST + 1]
        cell = min(parts, key=lambda part: float(shapely.distance(part, point)))
        made[name] = shapely.buffer(cell, WIDEN * sum(away) / len(away))
    return made


def _xy(point: BaseGeometry) -> tuple[float, float]:
    return float(shapely.get_x(point)), float(shapely.get_y(point))


def polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Keep the polygons of a geometry; lines and points that a cut leaves over go.

    Parameters
    ----------
    shape
        Any geometry.

    Returns
    -------
    shapely.Geometry
        A valid polygon or multipolygon, empty where there is none.
    """
    if not shapely.is_valid(shape):
        shape = made_valid([shape])[0]
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    parts = [
        part
        for part in shapely.get_parts(shape)
        if part.geom_type in {"Polygon", "MultiPolygon"} and not part.is_empty
    ]
    union: BaseGeometry = shapely.union_all(parts) if parts else shapely.Polygon()
    return union
