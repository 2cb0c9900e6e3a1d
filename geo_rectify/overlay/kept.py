"""The index of a layer's zones, built once and kept.

An index depends on the zones' geometry alone and is kept under its hash (`cache`), as flat arrays
of about 60 bytes a vertex. It holds the verdict of the validity check too.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.overlay import cache
from geo_rectify.overlay.chains import Chains, chains_of
from geo_rectify.overlay.grid import Frame, Grid, build_grid
from geo_rectify.overlay.shapes import COLLECTION, POLYGON, without

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo_rectify.overlay.shapes import Flags, Indices, Shapes, ZoneParts

WORTH_KEEPING: Final = 200_000
"""Vertices; smaller indices are built faster than they are looked up."""
INDEX: Final = (
    "xy",
    "start",
    "owner",
    "edge_start",
    "edge",
    "run_start",
    "run_box",
    "centre_start",
    "centre",
    "odd",
    "frame",
)
"""Names of the arrays of an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerIndex:
    """Zones ready for the grid engine: ``odd`` flags zones left to GEOS, which the grid lacks."""

    grid: Grid
    odd: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptParts:
    """Parts of zones as WKB in one run of bytes, and the index kept with them."""

    wkb: NDArray[np.uint8]
    start: Indices
    index: LayerIndex

    def take(self, rows: Indices) -> Shapes:
        """Read the polygons of some rows."""
        first, last = self.start[rows].tolist(), self.start[rows + 1].tolist()
        read = [self.wkb[a:b].tobytes() for a, b in zip(first, last, strict=True)]
        taken: Shapes = np.asarray(shapely.from_wkb(np.array(read, dtype=object)), dtype=object)
        return taken


def index_of(zones: ZoneParts) -> LayerIndex:
    """Open the index of some zones, or build and keep it.

    Parameters
    ----------
    zones
        The zones.

    Returns
    -------
    LayerIndex
        Its arrays may be mapped files; they are not to be written to.
    """
    store = zones.store
    if isinstance(store, KeptParts):
        return store.index
    place = None if zones.vertices < WORTH_KEEPING else cache.place_of(_key(store.zones))
    if place is None:
        return build_index(store.zones)
    held = cache.opened(place, INDEX)
    if held is not None:
        return index_from(held)
    index = build_index(store.zones)
    cache.keep(arrays_of(index), place)
    return index


def build_index(shapes: Shapes) -> LayerIndex:
    """Build the index of zones.

    Parameters
    ----------
    shapes
        Zones in lon/lat; None among them.

    Returns
    -------
    LayerIndex
        Invalid zones and collections are odd.
    """
    collection = shapely.get_type_id(shapes) == COLLECTION
    odd = (~_valid(shapes) | collection) & ~shapely.is_missing(shapes)
    rings = chains_of(without(shapes, odd))
    return LayerIndex(grid=build_grid(rings, zones=len(shapes)), odd=odd)


def arrays_of(index: LayerIndex) -> dict[str, NDArray[Any]]:
    """Give an index as arrays, by the names of `INDEX`.

    Parameters
    ----------
    index
        The index.

    Returns
    -------
    dict
        Its arrays, and the frame of the cells as seven numbers.
    """
    grid = index.grid
    frame = np.array([*asdict(grid.frame).values(), grid.zones], dtype=float)
    values = (
        grid.rings.xy,
        grid.rings.start,
        grid.rings.owner,
        grid.edge_start,
        grid.edge,
        grid.run_start,
        grid.run_box,
        grid.centre_start,
        grid.centre,
        index.odd,
        frame,
    )
    return dict(zip(INDEX, values, strict=True))


def index_from(arrays: Mapping[str, NDArray[Any]]) -> LayerIndex:
    """Make an index of the arrays `arrays_of` gave.

    Parameters
    ----------
    arrays
        By name.

    Returns
    -------
    LayerIndex
        On the same arrays.
    """
    west, south, dx, dy, columns, rows, zones = arrays["frame"].tolist()
    frame = Frame(west=west, south=south, dx=dx, dy=dy, columns=int(columns), rows=int(rows))
    grid = Grid(
        rings=Chains(xy=arrays["xy"], start=arrays["start"], owner=arrays["owner"]),
        zones=int(zones),
        frame=frame,
        edge_start=arrays["edge_start"],
        edge=arrays["edge"],
        run_start=arrays["run_start"],
        run_box=arrays["run_box"],
        centre_start=arrays["centre_start"],
        centre=arrays["centre"],
    )
    return LayerIndex(grid=grid, odd=arrays["odd"])


def _valid(shapes: Shapes) -> Flags:
    """Check zones in a few threads; GEOS lets go of the interpreter while it works."""
    pieces = np.array_split(shapes, max(1, len(shapes) // 500))
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        flags: Flags = np.concatenate(list(pool.map(shapely.is_valid, pieces)))
    return flags


def _key(shapes: Shapes) -> str:
    """Hash zones: plain polygons by their coordinates, four times faster, others as WKB."""
    plain = (shapely.get_type_id(shapes) == POLYGON) & (shapely.get_num_interior_rings(shapes) == 0)
    digest = hashlib.sha256(plain.tobytes())
    digest.update(shapely.get_num_coordinates(shapes[plain]).tobytes())
    digest.update(shapely.get_coordinates(shapes[plain]).data)
    for wkb in shapely.to_wkb(shapes[~plain]).tolist():
        digest.update(b"none" if wkb is None else wkb)
    return digest.hexdigest()
