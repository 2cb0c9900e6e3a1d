"""The index of a layer's zones: built once, kept in the user's cache folder.

An index depends on the zones' geometry alone and is kept under its hash, as flat arrays in .npy
files that are mapped into memory when opened. It is written into a folder of its own and given its
name in one step, so that two processes may build it at once: the second finds the name taken and
throws its own away. Where the folder cannot be written (a full disk, no rights) the index is used
and not kept, which a `GeoRectifyWarning` says. An index takes about 40 bytes a vertex; the twelve used
last stay.

`GEO_RECTIFY_CACHE` names another folder; the value ``off`` keeps nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import platformdirs
import shapely

from geo_rectify.errors import GeoRectifyWarning
from geo_rectify.overlay.chains import Chains, chains_of
from geo_rectify.overlay.grid import Frame, Grid, build_grid
from geo_rectify.overlay.shapes import COLLECTION, POLYGON, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo_rectify.overlay.shapes import Flags, Shapes, ZoneParts

_FORMAT: Final = 1
"""Raised when the arrays change their meaning; older files are then left alone."""
_WORTH_KEEPING: Final = 200_000
"""Vertices; smaller indices are built faster than they are looked up."""
_MOST_KEPT: Final = 12
"""Indices in the folder; the one not used for longest goes first."""
_ARRAYS: Final = (
    "xy",
    "start",
    "owner",
    "edge_start",
    "edge",
    "centre_start",
    "centre",
    "odd",
    "frame",
)


_KEEPING: Final = ContextVar("keeping", default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerIndex:
    """Zones ready for the grid engine: ``odd`` flags zones left to GEOS, which the grid lacks."""

    grid: Grid
    odd: Flags


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Keep no index meanwhile: partitions of a cluster are looked at once."""
    before = _KEEPING.set(False)
    try:
        yield
    finally:
        _KEEPING.reset(before)


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
    folder = _folder()
    small = int(shapely.get_num_coordinates(zones.shapes).sum()) < _WORTH_KEEPING
    if folder is None or small:
        return build_index(zones.shapes)
    path = folder / f"{_key(zones.shapes)}-{_FORMAT}"
    kept = _opened(path)
    if kept is not None:
        return kept
    index = build_index(zones.shapes)
    try:
        _keep(index, path)
    except OSError as err:
        message = f"the index of the zones could not be kept in {folder}: {err.strerror or err}"
        warnings.warn(message, GeoRectifyWarning, stacklevel=2)
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


def _valid(shapes: Shapes) -> Flags:
    """Check zones in a few threads; GEOS lets go of the interpreter while it works."""
    pieces = np.array_split(shapes, max(1, len(shapes) // 500))
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        flags: Flags = np.concatenate(list(pool.map(shapely.is_valid, pieces)))
    return flags


def _folder() -> Path | None:
    named = os.environ.get("GEO_RECTIFY_CACHE", "")
    if named == "off" or not _KEEPING.get():
        return None
    base = Path(named) if named else Path(platformdirs.user_cache_dir("geo_rectify"))
    return base / "overlay"


def _key(shapes: Shapes) -> str:
    """Hash zones: plain polygons by their coordinates, four times faster, others as WKB."""
    plain = (shapely.get_type_id(shapes) == POLYGON) & (shapely.get_num_interior_rings(shapes) == 0)
    digest = hashlib.sha256(plain.tobytes())
    digest.update(shapely.get_num_coordinates(shapes[plain]).tobytes())
    digest.update(shapely.get_coordinates(shapes[plain]).data)
    for wkb in shapely.to_wkb(shapes[~plain]).tolist():
        digest.update(b"none" if wkb is None else wkb)
    return digest.hexdigest()


def _arrays(index: LayerIndex) -> dict[str, NDArray[Any]]:
    grid = index.grid
    frame = np.array([*asdict(grid.frame).values(), grid.zones], dtype=float)
    values = (
        grid.rings.xy,
        grid.rings.start,
        grid.rings.owner,
        grid.edge_start,
        grid.edge,
        grid.centre_start,
        grid.centre,
        index.odd,
        frame,
    )
    return dict(zip(_ARRAYS, values, strict=True))


def _keep(index: LayerIndex, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=path.parent))
    try:
        for name, values in _arrays(index).items():
            np.save(draft / f"{name}.npy", values)
        if _opened(path) is None:
            shutil.rmtree(path, ignore_errors=True)  # what stands there is damaged
        try:
            draft.rename(path)
        except OSError:
            # another process was first; its index is the same
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    newest = sorted(path.parent.glob(f"*-{_FORMAT}"), key=lambda at: at.stat().st_mtime)
    for old in newest[:-_MOST_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _opened(path: Path) -> LayerIndex | None:
    """Open a kept index; None where there is none, or part of it is missing or damaged."""
    try:
        held = {name: np.load(path / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        os.utime(path)
    except (OSError, ValueError, EOFError):
        return None
    west, south, dx, dy, columns, rows, zones = held["frame"].tolist()
    frame = Frame(west=west, south=south, dx=dx, dy=dy, columns=int(columns), rows=int(rows))
    plain = {name: values.view(np.ndarray) for name, values in held.items()}
    grid = Grid(
        rings=Chains(xy=plain["xy"], start=plain["start"], owner=plain["owner"]),
        zones=int(zones),
        frame=frame,
        edge_start=plain["edge_start"],
        edge=plain["edge"],
        centre_start=plain["centre_start"],
        centre=plain["centre"],
    )
    return LayerIndex(grid=grid, odd=plain["odd"])
