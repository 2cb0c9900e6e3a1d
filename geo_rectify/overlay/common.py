"""The shape of one overlap, for maps and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_rectify.overlay.shapes import AREA, mended

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry


def common_area(
    shape: BaseGeometry | None, zones: Sequence[BaseGeometry | None]
) -> BaseGeometry | None:
    """Draw what a shape has in common with the union of some zones.

    Parameters
    ----------
    shape
        A site or footprint in lon/lat.
    zones
        Zones in the same coordinate system.

    Returns
    -------
    shapely.Geometry or None
        For an areal shape the polygons in common, lines and points left out; for a point or line
        its part in the zones. None where there is none.
    """
    if shape is None or shapely.is_empty(shape):
        return None
    sides = np.array([shape, *zones], dtype=object)
    names = np.array(["site", *(f"zone {at}" for at in range(len(zones)))], dtype=object)
    fine = mended(shapely.force_2d(sides), names, name="shapes")
    if fine[0] is None:
        return None
    pieces = shapely.get_parts(shapely.intersection(fine[1:], fine[0]))
    wanted = min(AREA, int(shapely.get_dimensions(fine[0])))
    pieces = pieces[shapely.get_dimensions(pieces) == wanted]
    if not len(pieces):
        return None
    whole: BaseGeometry = shapely.union_all(pieces)
    return whole
