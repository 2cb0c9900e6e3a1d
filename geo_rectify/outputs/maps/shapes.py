"""Geometry for the page: simplified to what a screen shows, rounded, as GeoJSON."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.crs import area_m2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

METRES_PER_DEGREE: Final = 111_320.0
"""Metres of one degree of latitude; good enough to say how finely a line is drawn."""
_FINEST_M: Final = 2.0
_COARSEST_M: Final = 500.0
_FINE_DIGITS_BELOW_M: Final = 5.0


def geojson(geometry: BaseGeometry, *, tolerance_m: float) -> dict[str, Any]:
    """Write a geometry as a GeoJSON dict, simplified and rounded for drawing only.

    Parameters
    ----------
    geometry
        Geometry in EPSG:4490.
    tolerance_m
        How far the drawn line may lie from the true one, metres.

    Returns
    -------
    dict
        A GeoJSON geometry, six decimals below 5 m tolerance, else five.
    """
    digits = 6 if tolerance_m < _FINE_DIGITS_BELOW_M else 5
    thin = shapely.simplify(shapely.force_2d(geometry), tolerance_m / METRES_PER_DEGREE)
    rounded = shapely.transform(thin, lambda xy: np.round(xy, digits))
    written: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return written


def footprint_tolerance_m(geometry: BaseGeometry) -> float:
    """Give how coarsely an area may be drawn: a two-hundredth of its width.

    Parameters
    ----------
    geometry
        Polygon in EPSG:4490.

    Returns
    -------
    float
        Metres, 1 to 150.
    """
    return min(max(math.sqrt(area_m2(geometry)) / 200, 1.0), 150.0)


def tolerance_for(geometries: Sequence[BaseGeometry], *, max_vertices: int) -> float:
    """Find the finest tolerance at which all geometries together stay below a vertex count.

    Parameters
    ----------
    geometries
        Geometries in EPSG:4490.
    max_vertices
        How many vertices may be drawn.

    Returns
    -------
    float
        Metres, 2 to 500, in doubling steps.
    """
    tolerance = _FINEST_M
    thin = np.asarray(geometries, dtype=object)
    while tolerance < _COARSEST_M:
        # counted only: that rings stay simple is left to the drawing itself
        thin = shapely.simplify(thin, tolerance / METRES_PER_DEGREE, preserve_topology=False)
        if int(shapely.get_num_coordinates(thin).sum()) <= max_vertices:
            break
        tolerance *= 2
    return tolerance


class ShapeTable:
    """Areas drawn on the page, each once; many sites share one county as their area."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}
        self.drawn: list[dict[str, Any]] = []

    def add(self, geometry: BaseGeometry) -> int:
        """Take an area in and give its number.

        Parameters
        ----------
        geometry
            Polygon in EPSG:4490.

        Returns
        -------
        int
            Place in `drawn`.
        """
        key = hashlib.sha256(shapely.to_wkb(geometry)).hexdigest()
        if key not in self._at:
            self._at[key] = len(self.drawn)
            self.drawn.append(geojson(geometry, tolerance_m=footprint_tolerance_m(geometry)))
        return self._at[key]
