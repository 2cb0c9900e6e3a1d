"""Repair of polygons, in one place, so that every room mends alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUNDS: Final = 3


def made_valid(shapes: Any) -> NDArray[Any]:
    """Repair polygons until GEOS itself calls them valid.

    The structure method is used: unlike the line-work method it does not fill a hole that equals
    its shell. Its own answer can be invalid (GEOS 3.14 gives a self-touching multipolygon for some
    spikes), and a second round mends that; what still is not valid is taken by its line work.

    Parameters
    ----------
    shapes
        Array-like of shapely geometries; valid ones come back as they are.

    Returns
    -------
    numpy.ndarray
        As many geometries, all valid. A repair can change an area: compare before and after.
    """
    made = np.array(shapes, dtype=object)
    for _ in range(_ROUNDS):
        wrong = np.flatnonzero(~shapely.is_valid(made) & ~shapely.is_missing(made))
        if not len(wrong):
            return made
        made[wrong] = shapely.make_valid(made[wrong], method="structure", keep_collapsed=False)
    wrong = np.flatnonzero(~shapely.is_valid(made) & ~shapely.is_missing(made))
    made[wrong] = shapely.make_valid(made[wrong])
    return made
