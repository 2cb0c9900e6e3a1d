"""Unpack a zip that holds a layer, its inner names in UTF-8 or GBK."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from geo_rectify.errors import LayerError

if TYPE_CHECKING:
    from collections.abc import Iterable

_UTF8_FLAG: Final = 0x800
_MAX_BYTES: Final = 4 << 30
_MAX_MEMBERS: Final = 20_000
_LAYER_SUFFIXES: Final = frozenset(
    {".shp", ".gpkg", ".geojson", ".json", ".kml", ".ovkml", ".kmz", ".fgb", ".dxf", ".parquet"}
)


def unpack(path: Path, into: Path) -> tuple[Path, ...]:
    """Unpack a zip into an empty folder and find the layers in it.

    Names without the UTF-8 mark are read as UTF-8, else as GB18030: Windows in China writes GBK.

    Parameters
    ----------
    path
        The zip.
    into
        An empty folder.

    Returns
    -------
    tuple of pathlib.Path
        Files and ``*.gdb`` folders that may hold layers, sorted by name.

    Raises
    ------
    LayerError
        It is no zip, is encrypted or damaged, holds names that leave the folder, or too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            _refuse(path, members)
            for member in members:
                target = into / _safe_name(path, member)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as err:
        message = f"{path.name} is no sound zip ({err}); copy or pack it again"
        chinese = f"{path.name}不是完好的zip（{err}）；请重新复制或打包"
        raise LayerError(message, chinese=chinese) from err
    return layers_inside(into)


def layers_inside(folder: Path) -> tuple[Path, ...]:
    """Find the files and file geodatabases of a folder that may hold layers.

    Parameters
    ----------
    folder
        The folder, searched with all folders in it.

    Returns
    -------
    tuple of pathlib.Path
        In the order of their names.
    """
    bases = [each for each in folder.rglob("*") if each.is_dir() and each.suffix.lower() == ".gdb"]
    files = [
        each
        for each in folder.rglob("*")
        if each.is_file()
        and each.suffix.lower() in _LAYER_SUFFIXES
        and not any(base in each.parents for base in bases)
    ]
    return tuple(sorted([*bases, *files]))


def _refuse(path: Path, members: Iterable[zipfile.ZipInfo]) -> None:
    given = list(members)
    size = sum(each.file_size for each in given)
    if len(given) > _MAX_MEMBERS or size > _MAX_BYTES:
        message = f"{path.name} unpacks to {len(given)} files, {size} bytes; pack the layer alone"
        chinese = f"{path.name}解压后有{len(given)}个文件、{size}字节；请只打包图层本身"
        raise LayerError(message, chinese=chinese)
    if any(each.flag_bits & 1 for each in given):
        message = f"{path.name} is encrypted; unpack it with its password and name the layer inside"
        chinese = f"{path.name}有密码；请用密码解压，再指明其中的图层"
        raise LayerError(message, chinese=chinese)


def _safe_name(path: Path, member: zipfile.ZipInfo) -> Path:
    name = _decoded(member)
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0]:
        message = f"{path.name} holds a file {name!r} outside its own folder; pack it again"
        chinese = f"{path.name}里的文件“{name}”超出它自己的文件夹；请重新打包"
        raise LayerError(message, chinese=chinese)
    return Path(*parts)


def _decoded(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & _UTF8_FLAG:
        return member.filename
    try:
        blob = member.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return blob.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename
