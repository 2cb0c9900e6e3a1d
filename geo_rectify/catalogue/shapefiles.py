"""Shapefiles: are all parts there and whole, and in which encoding is the text."""

from __future__ import annotations

import codecs
import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from geo_rectify.errors import LayerError, Told

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""The files that make a shapefile's content; indexes and metadata are left out."""
_NEEDED: Final = (".shx", ".dbf")
_SHP_HEADER: Final = 100
_SHX_RECORD: Final = 8
_DBF_HEADER: Final = struct.Struct("<4xIHH")
_DBF_FIELD: Final = 32
_DBF_END: Final = 0x0D


def shapefile_parts(path: Path) -> dict[str, Path]:
    """Find the files that belong to a shapefile, whatever the case of their suffixes.

    Parameters
    ----------
    path
        The ``.shp`` file.

    Returns
    -------
    dict
        Path by lower-case suffix, in the order of `PARTS`.
    """
    beside = {
        other.suffix.lower(): other
        for other in sorted(path.parent.iterdir())
        if other.stem == path.stem and other.is_file()
    }
    return {suffix: beside[suffix] for suffix in PARTS if suffix in beside}


def check_shapefile(path: Path) -> None:
    """Raise unless a shapefile's parts are all there and as long as their headers say.

    GDAL reads a truncated file without an error and gives features without geometry.

    Parameters
    ----------
    path
        The ``.shp`` file.

    Raises
    ------
    LayerError
        A part is missing or truncated, or parts disagree on the number of features.
    """
    parts = shapefile_parts(path)
    missing = [suffix for suffix in _NEEDED if suffix not in parts]
    if missing:
        message = (
            f"{path.name} has no {' and no '.join(missing)} beside it; copy all files named "
            f"{path.stem}.* together"
        )
        chinese = f"{path.name}旁缺少{'、'.join(missing)}；请把{path.stem}.*各文件一起复制"
        raise LayerError(message, chinese=chinese)
    for suffix in (".shp", ".shx"):
        with parts[suffix].open("rb") as file:
            header = file.read(_SHP_HEADER)
        size = parts[suffix].stat().st_size
        told = 2 * struct.unpack(">I", header[24:28])[0] if len(header) == _SHP_HEADER else None
        if told is None or size < told:
            raise LayerError.of(_truncated(parts[suffix], size=size, told=told))
    if ".prj" in parts and not _is_text(parts[".prj"]):
        message = (
            f"{path.stem}.prj is not UTF-8 text, so its system cannot be read; take the file away "
            'and write crs = "EPSG:…" in the entry'
        )
        chinese = (
            f'{path.stem}.prj不是UTF-8文本，读不出坐标系；请移走该文件，并在条目里写 crs = "EPSG:…"'
        )
        raise LayerError(message, chinese=chinese)
    shapes = (parts[".shx"].stat().st_size - _SHP_HEADER) // _SHX_RECORD
    size = parts[".dbf"].stat().st_size
    with parts[".dbf"].open("rb") as file:
        header = file.read(_DBF_HEADER.size)
    if len(header) < _DBF_HEADER.size:
        raise LayerError.of(_truncated(parts[".dbf"], size=size, told=None))
    rows, start, width = _DBF_HEADER.unpack(header)
    if size < start + rows * width:
        raise LayerError.of(_truncated(parts[".dbf"], size=size, told=start + rows * width))
    if rows != shapes:
        message = (
            f"{path.name} has {shapes} shapes but {rows} rows in its .dbf; the parts are of "
            "different versions: copy them again together"
        )
        chinese = f"{path.name}有{shapes}个图形，.dbf却有{rows}行；各文件版本不一，请一起重新复制"
        raise LayerError(message, chinese=chinese)


def _is_text(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _truncated(path: Path, *, size: int, told: int | None) -> Told:
    wanted = "its header" if told is None else f"{told} bytes"
    needed = "完整的文件头" if told is None else f"{told}字节"
    return Told(
        english=f"{path.name} is truncated ({size} bytes, wanted {wanted}); "
        "copy or export it again",
        chinese=f"{path.name}不完整（{size}字节，应有{needed}）；请重新复制或导出",
    )


def sniff_encoding(path: Path) -> str | None:
    """Tell the encoding of a shapefile's text from its bytes, whatever its ``.cpg`` says.

    Strict UTF-8 with something beyond ASCII is UTF-8, else strict GB18030 is GB18030. A character
    cut off at the end of a field is no fault.

    Parameters
    ----------
    path
        The ``.shp`` file.

    Returns
    -------
    str or None
        ``UTF-8`` or ``GB18030``; None where all text is ASCII.

    Raises
    ------
    LayerError
        It is neither.
    """
    texts = _texts(shapefile_parts(path)[".dbf"])
    if not texts:
        return None
    for encoding in ("utf-8", "gb18030"):
        if all(_decodes(text, encoding) for text in texts):
            return encoding.upper()
    message = (
        f"{path.name}: its text is neither UTF-8 nor GB18030; "
        'write the encoding in the catalogue, for example encoding = "Big5"'
    )
    chinese = f'{path.name}：文字既不是UTF-8也不是GB18030；请在目录里写编码，例如 encoding = "Big5"'
    raise LayerError(message, chinese=chinese)


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _texts(path: Path) -> list[bytes]:
    """Give every different text of a DBF, field names included, that is not ASCII."""
    blob = path.read_bytes()
    rows, start, width = _DBF_HEADER.unpack_from(blob)
    found: set[bytes] = set()
    place = 1
    table: NDArray[np.uint8] = np.frombuffer(blob, np.uint8, rows * width, start)
    table = table.reshape(rows, width)
    for at in range(_DBF_FIELD, start, _DBF_FIELD):
        if blob[at] == _DBF_END:
            break
        field = blob[at : at + _DBF_FIELD]
        size = field[16]
        found.add(field[:11].split(b"\0")[0])
        if field[11:12] == b"C" and size:
            cells = np.ascontiguousarray(table[:, place : place + size])
            cells = cells[(cells >= 0x80).any(axis=1)]  # noqa: PLR2004 - beyond ASCII
            if len(cells):
                found.update(np.unique(cells.view(f"S{size}")).tolist())
        place += size
    return sorted(text.rstrip() for text in found if not text.isascii())
