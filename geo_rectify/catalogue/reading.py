"""Read a layer from whatever holds it: a vector file, a zip, a table, GeoParquet, a service."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import shapely

from geo_rectify.catalogue.archives import unpack
from geo_rectify.catalogue.files import OVKML, RawLayer, cannot_read, hash_file, read_file
from geo_rectify.catalogue.tabular import TABLE_SUFFIXES, read_table, sheet_names
from geo_rectify.catalogue.wording import sentence
from geo_rectify.errors import LayerError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARQUET: Final = frozenset({".parquet", ".geoparquet"})
_LINE: Final = 1
_RING_POINTS: Final = 4


def read_layer(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    columns: Sequence[str] | None = None,
) -> RawLayer:
    """Read a layer from a file of any kind the package knows.

    Parameters
    ----------
    path
        A vector file, a ``.gdb`` folder, a zip of either, a CSV or XLSX table, or GeoParquet.
    layer
        The layer inside a container, the sheet of a workbook, or the file inside a zip.
    encoding, columns
        As in `files.read_file`.

    Returns
    -------
    RawLayer
        What it holds. Closed lines of a DXF are polygons.

    Raises
    ------
    LayerError
        It cannot be read; the message names the file and the remedy.
    """
    suffix = path.suffix.lower()
    if not path.is_file() or path.stat().st_size == 0:
        return read_file(path, layer=layer, encoding=encoding, columns=columns)
    try:
        if suffix == ".zip":
            return _from_zip(path, layer=layer, encoding=encoding, columns=columns)
        if suffix in TABLE_SUFFIXES:
            return read_table(path, sheet=layer, encoding=encoding)
        if suffix in _PARQUET:
            return _from_parquet(path)
    except OSError as err:
        raise LayerError.of(cannot_read(path, err)) from err
    raw = read_file(path, layer=layer, encoding=encoding, columns=columns)
    if suffix == ".ovkml":
        return replace(raw, driver=OVKML)
    return _closed(raw) if suffix == ".dxf" else raw


def _from_zip(
    path: Path, *, layer: str | None, encoding: str | None, columns: Sequence[str] | None
) -> RawLayer:
    digest = hash_file(path)
    with tempfile.TemporaryDirectory(prefix="geo-rectify-") as folder:
        found = unpack(path, Path(folder))
        names = [each.relative_to(folder).as_posix() for each in found]
        chosen, inner = found, layer
        if len(found) > 1:
            chosen = tuple(
                each
                for each, name in zip(found, names, strict=True)
                if layer in {name, each.name, each.stem}
            )
            inner = None
        elif found and found[0].suffix.lower() != ".gdb":
            inner = None
        if len(chosen) != 1:
            shown = ", ".join(names) or "none"
            message = f"{path.name} holds {len(found)} layers; write layer = one of: {shown}"
            chinese = f"{path.name}里有{len(found)}个图层；请写 layer = 其中之一：{'、'.join(names) or '无'}"
            raise LayerError(message, chinese=chinese)
        raw = read_layer(chosen[0], layer=inner, encoding=encoding, columns=columns)
        name = chosen[0].relative_to(folder).as_posix()
    return replace(
        raw, sha256=digest, assumptions=(sentence("zip_member", name=name), *raw.assumptions)
    )


def _from_parquet(path: Path) -> RawLayer:
    digest = hash_file(path)
    try:
        frame = gpd.read_parquet(path)
    except ImportError as err:
        message = f"{path.name} needs pyarrow: pip install 'geo-rectify[scale]', or save GeoPackage"
        chinese = f"{path.name}需要pyarrow：pip install 'geo-rectify[scale]'，或另存为GeoPackage"
        raise MissingDependencyError(message, chinese=chinese) from err
    except (ValueError, OSError, TypeError) as err:
        message = f"{path.name} is no GeoParquet ({err}); export it again, or as GeoPackage"
        chinese = f"{path.name}不是GeoParquet（{err}）；请重新导出，或导出为GeoPackage"
        raise LayerError(message, chinese=chinese) from err
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    frame = frame.reset_index(drop=True)
    if hash_file(path) != digest:
        message = f"{path.name} changed while it was read; close what writes it and run again"
        chinese = f"{path.name}在读取时被改动；请关闭正在写它的程序后重试"
        raise LayerError(message, chinese=chinese)
    return RawLayer(
        frame=frame,
        crs=None if frame.crs is None else pyproj.CRS.from_user_input(frame.crs),
        driver="Parquet",
        fields=tuple(str(name) for name in frame.columns if name != "geometry"),
        sha256=digest,
    )


def _closed(raw: RawLayer) -> RawLayer:
    """Make polygons of closed lines: a drawing knows no areas."""
    shapes = np.array(raw.frame.geometry.to_numpy(), dtype=object)
    lines = np.flatnonzero(shapely.get_type_id(shapes) == _LINE)
    rings = lines[
        shapely.is_closed(shapes[lines]) & (shapely.get_num_points(shapes[lines]) >= _RING_POINTS)
    ]
    if not len(rings):
        return raw
    for at in rings:
        shapes[at] = shapely.Polygon(shapely.get_coordinates(shapes[at]))
    frame = raw.frame.set_geometry(gpd.GeoSeries(shapes, index=raw.frame.index, crs=raw.frame.crs))
    said = sentence("closed_lines", count=len(rings))
    return replace(raw, frame=frame, assumptions=(*raw.assumptions, said))


def layer_names(path: Path) -> tuple[str, ...]:
    """List the layers of a container: those with geometry, the files of a zip, the sheets of a book.

    Parameters
    ----------
    path
        The file or ``.gdb`` folder.

    Returns
    -------
    tuple of str
        Their names, in the order of the file; none for a zip of one file.

    Raises
    ------
    LayerError
        It cannot be opened.
    """
    if path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(prefix="geo-rectify-") as folder:
            found = unpack(path, Path(folder))
            if len(found) == 1:
                return layer_names(found[0]) if found[0].suffix.lower() == ".gdb" else ()
            return tuple(each.relative_to(folder).as_posix() for each in found)
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        return sheet_names(path)
    try:
        return tuple(str(name) for name, kind in pyogrio.list_layers(path) if kind is not None)
    except (RuntimeError, ValueError) as err:
        message = f"{path.name} is no vector file GDAL can read ({err}); export it as GeoPackage"
        chinese = f"{path.name}不是GDAL能读的矢量文件（{err}）；请导出为GeoPackage"
        raise LayerError(message, chinese=chinese) from err
