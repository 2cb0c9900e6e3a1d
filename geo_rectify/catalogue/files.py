"""Read one vector file: its parts, its hash, its rows and the coordinate system it carries."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pyogrio
import pyproj
import shapely

from geo_rectify.catalogue.shapefiles import check_shapefile, shapefile_parts, sniff_encoding
from geo_rectify.catalogue.wording import sentence
from geo_rectify.errors import LayerError, Told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_CHUNK: Final = 1 << 20
_PARTS_ALONE: Final = frozenset({".shx", ".dbf", ".prj", ".cpg"})
GEOJSON_DRIVERS: Final = frozenset({"GeoJSON", "GeoJSONSeq", "TopoJSON"})
"""Formats for which GDAL says WGS84 where the file says nothing (RFC 7946)."""
OVKML: Final = "ovkml"
"""Driver name given to a KML of 奥维, whose datum must be declared."""
_ENCODED: Final = frozenset({"ESRI Shapefile", "MapInfo File", "CSV", "DXF"})
# Descriptions that make GDAL read some other file or address than the one named.
_POINTERS: Final = (b"<OGRVRTDataSource", b"<OGRWFSDataSource", b"<WFS_", b"<GDALG", b'"gdalg"')
_POINTER_DRIVERS: Final = frozenset({"OGR_VRT", "WFS", "OAPIF", "GDALG", "HTTP", "CSW", "EEDA"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLayer:
    """A file as read: rows in file order (index: feature id), coordinates as they stand in it.

    ``broken`` says that some geometry could not be built, a ring left open for instance; those
    cells are empty.
    """

    frame: gpd.GeoDataFrame
    crs: pyproj.CRS | None
    driver: str
    fields: tuple[str, ...]
    sha256: str
    assumptions: tuple[str, ...] = ()
    broken: bool = False


def read_file(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    columns: Sequence[str] | None = None,
) -> RawLayer:
    """Read a vector file with everything GDAL says about it.

    Parameters
    ----------
    path
        The file, or folder of a file geodatabase.
    layer
        Layer inside a container; None where it has only one with geometry.
    encoding
        Encoding of its text; None to sniff (shapefile) or to believe the format.
    columns
        Fields to read, None for all; those the file lacks are left out.

    Returns
    -------
    RawLayer
        What the file holds.

    Raises
    ------
    LayerError
        It is missing, no vector file, truncated, without geometry, or changed while it was read.
    """
    if not path.exists():
        raise LayerError.of(no_file(path))
    try:
        return _read_whole(path, layer=layer, encoding=encoding, columns=columns)
    except OSError as err:
        raise LayerError.of(cannot_read(path, err)) from err


def no_file(path: Path) -> Told:
    """Say that a file is missing.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Told
        The message.
    """
    return Told(
        english=f"there is no file {path}; put it there, or correct or remove the entry",
        chinese=f"没有文件{path}；请放到该处，或更正、删去该条目",
    )


def cannot_read(path: Path, err: OSError) -> Told:
    """Say that a file cannot be read.

    Parameters
    ----------
    path
        The file.
    err
        Why.

    Returns
    -------
    Told
        The message.
    """
    return Told(
        english=f"{path.name} cannot be read ({err.strerror}); close the program that holds it",
        chinese=f"读不出{path.name}（{err.strerror}）；请关闭占用它的程序",
    )


def _read_whole(
    path: Path, *, layer: str | None, encoding: str | None, columns: Sequence[str] | None
) -> RawLayer:
    _refuse(path)
    stamp, sha256 = _stamp(path), hash_file(path)
    notes: list[str] = []
    try:
        options: dict[str, Any] = {} if encoding is None else {"encoding": encoding}
        if path.suffix.lower() == ".shp":
            check_shapefile(path)
            sniffed = None if encoding else sniff_encoding(path)
            if sniffed is not None:
                options["encoding"] = sniffed
            if sniffed == "GB18030":
                notes.append(sentence("encoding_sniffed", encoding=sniffed))
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            frame, info, broken = _read(path, layer=layer, columns=columns, options=options)
    # UnboundLocalError: how pyogrio 0.13 fails on the name of a system in a foreign encoding.
    except (RuntimeError, ValueError, UnboundLocalError) as err:
        raise LayerError.of(_unreadable(path, layer=layer, error=err)) from err
    if _stamp(path) != stamp:
        message = f"{path.name} changed while it was read; close what writes it and run again"
        chinese = f"{path.name}在读取时被改动；请关闭正在写它的程序后重试"
        raise LayerError(message, chinese=chinese)
    # from_wkb warns of NaN vertices; those are rejected one by one later.
    heard = sorted({str(each.message) for each in said if "from_wkb" not in str(each.message)})
    notes += [sentence("gdal_said", text=text.replace(str(path), path.name)) for text in heard]
    return RawLayer(
        frame=frame,
        crs=_carried(info["crs"]),
        driver=str(info["driver"]),
        fields=tuple(str(name) for name in info["fields"]),
        sha256=sha256,
        assumptions=tuple(notes),
        broken=broken,
    )


def _refuse(path: Path) -> None:
    """Raise for what is not even tried: parts, plain folders, empty files, pointers."""
    if path.suffix.lower() in _PARTS_ALONE:
        message = f"{path.name} is one part of a shapefile; name its .shp"
        raise LayerError(message, chinese=f"{path.name}只是shapefile的一部分；请指明它的.shp")
    if path.is_dir():
        if path.suffix.lower() != ".gdb":
            message = f"{path.name} is a folder; name the file in it (only *.gdb folders are read)"
            chinese = f"{path.name}是文件夹；请指明其中的文件（只有*.gdb文件夹可读）"
            raise LayerError(message, chinese=chinese)
        return
    if path.stat().st_size == 0:
        message = f"{path.name} is empty; copy or export it again"
        raise LayerError(message, chinese=f"{path.name}是空的；请重新复制或导出")
    with path.open("rb") as file:
        head = file.read(4096)
    if any(mark.lower() in head.lower() for mark in _POINTERS):
        raise LayerError.of(_pointer(path))


def _pointer(path: Path) -> Told:
    return Told(
        english=f"{path.name} only points to another source; save the layer itself to a GeoPackage",
        chinese=f"{path.name}只是指向别处的链接；请把图层本身存成GeoPackage",
    )


def _read(
    path: Path, *, layer: str | None, columns: Sequence[str] | None, options: dict[str, Any]
) -> tuple[gpd.GeoDataFrame, dict[str, Any], bool]:
    name = _layer_name(path, layer=layer)
    info = pyogrio.read_info(path, layer=name, **options)
    if info["driver"] in _POINTER_DRIVERS:
        raise LayerError.of(_pointer(path))
    if "encoding" in options and info["driver"] not in _ENCODED:
        options = {}
    chosen = None
    if columns is not None:
        chosen = [field for field in columns if field in set(info["fields"])]
    options |= {"layer": name, "columns": chosen, "fid_as_index": True}
    broken = False
    try:
        frame = pyogrio.read_dataframe(path, **options)
    except shapely.errors.GEOSException:
        frame, broken = pyogrio.read_dataframe(path, on_invalid="ignore", **options), True
    if not isinstance(frame, gpd.GeoDataFrame):
        message = f"{path.name} has rows but no geometry; name a layer with polygons"
        chinese = f"{path.name}有记录但没有图形；请指明含面的图层"
        raise LayerError(message, chinese=chinese)
    return frame, info, broken


def _layer_name(path: Path, *, layer: str | None) -> str:
    table = pyogrio.list_layers(path)
    spatial = [str(name) for name, kind in table if kind is not None]
    if layer is not None:
        if layer not in spatial:
            shown = ", ".join(spatial) or "none"
            message = f"{path.name} has no layer {layer!r} with geometry; it has: {shown}"
            chinese = f"{path.name}没有带图形的图层“{layer}”；现有：{shown}"
            raise LayerError(message, chinese=chinese)
        return layer
    if not spatial:
        message = f"{path.name} has no layer with geometry; export the polygons again"
        chinese = f"{path.name}没有带图形的图层；请重新导出面"
        raise LayerError(message, chinese=chinese)
    if len(spatial) > 1:
        message = f"{path.name} holds several layers; write layer = one of: {', '.join(spatial)}"
        chinese = f"{path.name}有多个图层；请写 layer = 其中之一：{'、'.join(spatial)}"
        raise LayerError(message, chinese=chinese)
    return spatial[0]


def _unreadable(path: Path, *, layer: str | None, error: Exception) -> Told:
    if isinstance(error, LayerError):
        return error.told
    if isinstance(error, UnicodeDecodeError):
        return Told(
            english=f"{path.name}: its text is not {error.encoding}; correct encoding in the "
            'catalogue, or write encoding = "auto"',
            chinese=f"{path.name}：文字不是{error.encoding}；请更正目录里的 encoding，"
            '或写 encoding = "auto"',
        )
    if isinstance(error, (pyogrio.errors.FeatureError, pyogrio.errors.GeometryError)):
        broken = _first_unreadable(path, layer=layer)
        return Told(
            english=f"{path.name} is damaged: reading stops after {broken} features; "
            "export it again",
            chinese=f"{path.name}已损坏：读到第{broken}个要素为止；请重新导出",
        )
    return Told(
        english=f"{path.name} is no vector file GDAL can read ({error}); export it as GeoPackage",
        chinese=f"{path.name}不是GDAL能读的矢量文件（{error}）；请导出为GeoPackage",
    )


def _first_unreadable(path: Path, *, layer: str | None) -> int:
    """Count the features that can still be streamed one by one before a damaged one."""
    # A second GDAL is loaded here, only to look for the damage: fiona streams, pyogrio does not.
    import fiona  # noqa: PLC0415

    count = 0
    try:
        with fiona.open(path, layer=layer) as stream:
            for _ in stream:
                count += 1
    except (fiona.errors.FionaError, RuntimeError):
        return count
    return count


def _carried(text: str | None) -> pyproj.CRS | None:
    """Give the coordinate system a file carries; GDAL names a missing one in GeoPackages."""
    if not text:
        return None
    crs = pyproj.CRS.from_user_input(text)
    return None if crs.name.startswith("Undefined") else crs


def hash_file(path: Path) -> str:
    """Hash a layer's content: one file, all parts of a shapefile, all files of a geodatabase.

    Parameters
    ----------
    path
        The file or folder.

    Returns
    -------
    str
        SHA-256 in hex; that of the file itself where it is one file.
    """
    digest = hashlib.sha256()
    members = file_members(path)
    for name, member in members:
        if len(members) > 1:
            digest.update(f"{name}\0{member.stat().st_size}\0".encode())
        with member.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def file_members(path: Path) -> list[tuple[str, Path]]:
    """List the files a layer consists of, lock files and indexes left out.

    Parameters
    ----------
    path
        The file, the ``.shp`` of a shapefile, or the folder of a geodatabase.

    Returns
    -------
    list of tuple
        Name (or suffix) and path of each, in a fixed order.
    """
    if path.is_dir():
        inside = [
            (member.relative_to(path).as_posix(), member)
            for member in path.rglob("*")
            if member.is_file() and member.suffix != ".lock"
        ]
        return sorted(inside)
    if path.suffix.lower() == ".shp":
        return list(shapefile_parts(path).items())
    return [(path.name, path)]


def _stamp(path: Path) -> list[tuple[str, int, int]]:
    stats = [(name, member.stat()) for name, member in file_members(path)]
    return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
