"""Geotagged photos: where the camera stood and when, or a clear word that the file no longer says.

JPEG by its EXIF; HEIC by the Exif item of its meta box (ISO/IEC 23008-12, 14496-12). The camera's
position is no site: a photo adds to a site's answers and moves nothing unless that is asked for.
"""

from __future__ import annotations

import io
import math
import re
import struct
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, UnidentifiedImageError

from geo_rectify.errors import CorrectionsError
from geo_rectify.places.corrections import Row
from geo_rectify.places.returns.records import Medium, Returned
from geo_rectify.vocabulary import Datum

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_GPS_IFD: Final = 0x8825
_EXIF_IFD: Final = 0x8769
_TAKEN: Final = 0x9003
_LAT_REF, _LAT, _LON_REF, _LON, _MAP_DATUM, _ERROR = 1, 2, 3, 4, 18, 31
_WECHAT: Final = re.compile(r"(?i)mmexport|wx_camera|微信图片|weixin")
_WGS84: Final = re.compile(r"(?i)wgs[\s_-]*(?:19)?84")
_GCJ: Final = re.compile(r"(?i)gcj")
_LEAST_EXIF: Final = 8


def photo_rows(path: Path, content: bytes) -> Iterator[Returned]:
    """Read where and when a photo was taken.

    Parameters
    ----------
    path, content
        The file.

    Yields
    ------
    Returned
        One row; without a position where the file tells none, which its note says.

    Raises
    ------
    CorrectionsError
        The file is no picture.
    """
    exif = _exif(path, content)
    gps: Mapping[int, Any] = exif.get_ifd(_GPS_IFD)
    taken = str(exif.get_ifd(_EXIF_IFD).get(_TAKEN) or exif.get(306) or "")
    cells: dict[str, Any] = {"name": path.stem, "photos": path.name}
    day = re.match(r"(\d{4})[:-](\d{2})[:-](\d{2})", taken)
    if day:
        cells["date"] = "-".join(day.groups())
    position = _position(gps)
    if position is None:
        cells["note"] = _silent(path, stripped=not len(exif))
    else:
        lon, lat = position
        cells |= {"geometry": {"type": "Point", "coordinates": [lon, lat]}, "datum": _datum(gps)}
        error = _number(gps.get(_ERROR))
        if error:
            cells["uncertainty_m"] = error
    row = Row(
        file=path.name, place="photo", cells={k: v for k, v in cells.items() if v}, columns={}
    )
    yield Returned(row=row, medium=Medium.PHOTO)


def _exif(path: Path, content: bytes) -> Image.Exif:
    if content[4:8] == b"ftyp":
        found = Image.Exif()
        data = _heic_exif(content)
        if data:
            found.load(data)
        return found
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.getexif()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as err:
        message = f"{path.name} is no photo that can be read ({err}); send the original (原图)"
        raise CorrectionsError(message, chinese=f"{path.name}：照片打不开；请发送原图") from err


def _silent(path: Path, *, stripped: bool) -> str:
    if _WECHAT.search(path.name):
        return "照片没有拍摄位置：像是微信发送过的图，微信会去掉位置，请发原图或用数据线、邮件传送"
    if stripped:
        return "照片没有拍摄信息（EXIF），多为聊天软件压缩或截图所致，请发原图"
    return "照片没有拍摄位置：拍照时手机没有打开定位"


def _position(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    lat, lon = _degrees(gps.get(_LAT)), _degrees(gps.get(_LON))
    if lat is None or lon is None or (lat == 0 and lon == 0):
        return None
    south, west = str(gps.get(_LAT_REF, "N")), str(gps.get(_LON_REF, "E"))
    return (
        -lon if west.upper().startswith("W") else lon,
        -lat if south.upper().startswith("S") else lat,
    )


def _degrees(cell: Any) -> float | None:
    try:
        parts = [float(part) for part in cell]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not parts or not all(math.isfinite(part) for part in parts):
        return None
    return float(sum(part / 60**power for power, part in enumerate(parts)))


def _number(cell: Any) -> float | None:
    try:
        value = float(cell)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return value if math.isfinite(value) and value > 0 else None


def _datum(gps: Mapping[int, Any]) -> str:
    said = str(gps.get(_MAP_DATUM) or "")
    if _WGS84.search(said):
        return Datum.WGS84.value
    return Datum.GCJ02.value if _GCJ.search(said) else ""


def _heic_exif(content: bytes) -> bytes:
    """Find the Exif item of a HEIC file, b"" without one."""
    try:
        meta = _box(content, b"meta", 0, len(content))
        if meta is None:
            return b""
        first, last = meta[0] + 4, meta[1]
        item = _exif_item(content, _box(content, b"iinf", first, last))
        extents = _extents(content, _box(content, b"iloc", first, last), item)
    except (struct.error, IndexError):
        return b""
    data = b"".join(content[start : start + length] for start, length in extents)
    if len(data) < _LEAST_EXIF:
        return b""
    # four bytes say how far the TIFF header stands behind them; Pillow wants it behind "Exif"
    skipped = 4 + int.from_bytes(data[:4])
    return b"Exif\0\0" + data[skipped:]


def _box(content: bytes, wanted: bytes, first: int, last: int) -> tuple[int, int] | None:
    """Give where the body of a box begins and ends."""
    at = first
    while at + 8 <= last:
        size, name = struct.unpack_from(">I4s", content, at)
        head = 8
        if size == 1:
            size = struct.unpack_from(">Q", content, at + 8)[0]
            head = 16
        end = last if size == 0 else at + size
        if size and size < head:
            return None
        if name == wanted:
            return at + head, min(end, last)
        at = end
    return None


def _exif_item(content: bytes, box: tuple[int, int] | None) -> int | None:
    """Give the number of the item whose type is Exif."""
    if box is None:
        return None
    at, last = box
    at += 6 if content[at] == 0 else 8
    while (entry := _box(content, b"infe", at, last)) is not None:
        begin, end = entry
        version = content[begin]
        wide = version >= 3  # noqa: PLR2004 - version of the box with wide item numbers
        number = struct.unpack_from(">I" if wide else ">H", content, begin + 4)[0]
        kind = content[begin + (10 if wide else 8) :][:4]
        if version >= 2 and kind == b"Exif":  # noqa: PLR2004 - first version with types
            return int(number)
        at = end
    return None


def _extents(
    content: bytes, box: tuple[int, int] | None, item: int | None
) -> list[tuple[int, int]]:
    """Give offset and length of the pieces of an item."""
    if box is None or item is None:
        return []
    at = box[0]
    version = content[at]
    sizes = content[at + 4 : at + 6]
    offset_size, length_size, base_size = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    index_size = sizes[1] & 15 if version else 0
    wide = version >= 2  # noqa: PLR2004 - version of the box with wide item numbers
    at += 6

    def read(width: int) -> int:
        nonlocal at
        at += width
        if at > box[1]:
            raise IndexError
        return int.from_bytes(content[at - width : at])

    for _ in range(read(4 if wide else 2)):
        number = read(4 if wide else 2)
        if version:
            read(2)
        read(2)
        base = read(base_size)
        pieces = []
        for _ in range(read(2)):
            read(index_size)
            offset = read(offset_size)
            pieces.append((base + offset, read(length_size)))
        if number == item:
            return pieces
    return []
