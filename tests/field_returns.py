"""Files as phones and offices send them back, made by hand for the tests of field import."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path


def kml(*placemarks: str, folder: str = "") -> str:
    """A KML document of placemarks, in a folder where one is named."""
    inner = "".join(placemarks)
    inner = f"<Folder><name>{folder}</name>{inner}</Folder>" if folder else inner
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{inner}</Document></kml>"
    )


def pin(name: str, lon: float, lat: float, *, more: str = "") -> str:
    """A placemark with a point."""
    return (
        f"<Placemark><name>{name}</name>{more}<Point><coordinates>{lon:.8f},{lat:.8f},0"
        "</coordinates></Point></Placemark>"
    )


def track(name: str, steps: list[tuple[float, float]], *, creator: str = "Garmin") -> str:
    """A GPX file of one track."""
    points = "".join(f'<trkpt lat="{lat:.8f}" lon="{lon:.8f}"/>' for lon, lat in steps)
    return (
        f'<gpx version="1.1" creator="{creator}" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><name>{name}</name><trkseg>{points}</trkseg></trk></gpx>"
    )


def _dms(value: float) -> tuple[float, float, float]:
    degrees, rest = divmod(abs(value), 1)
    minutes, rest = divmod(rest * 60, 1)
    return degrees, minutes, rest * 60


def exif(
    lon: float | None, lat: float | None = None, *, datum: str = "WGS-84", day: str = "2026:11:03"
) -> Image.Exif:
    """What a camera writes of where and when."""
    made = Image.Exif()
    if lon is not None and lat is not None:
        gps: dict[int, Any] = {1: "N", 2: _dms(lat), 3: "E", 4: _dms(lon)}
        if datum:
            gps[18] = datum
        made[0x8825] = gps
    made[0x8769] = {0x9003: f"{day} 10:20:30"}
    return made


def jpeg(path: Path, data: Image.Exif | None) -> Path:
    """A small JPEG, with what a camera writes or without."""
    picture = Image.new("RGB", (16, 12), "green")
    more = {} if data is None else {"exif": data.tobytes()}
    picture.save(path, format="JPEG", **more)
    return path


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def heic(data: Image.Exif) -> bytes:
    """The boxes of a HEIC file that lead to its Exif item; there is no picture in it."""
    tiff = data.tobytes()
    body = struct.pack(">I", 6) + tiff if tiff.startswith(b"Exif\0\0") else bytes(4) + tiff
    head = _box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def entry(number: int, kind: bytes) -> bytes:
        return _box(b"infe", struct.pack(">B3xHH4s", 2, number, 0, kind) + b"\0")

    iinf = _box(b"iinf", struct.pack(">IH", 0, 2) + entry(1, b"hvc1") + entry(2, b"Exif"))

    def meta(offset: int) -> bytes:
        sizes = struct.pack(">I2BH", 0, 0x44, 0x00, 1)
        iloc = _box(b"iloc", sizes + struct.pack(">HHHII", 2, 0, 1, offset, len(body)))
        return _box(b"meta", bytes(4) + _box(b"hdlr", bytes(24)) + iinf + iloc)

    offset = len(head) + len(meta(0)) + 8
    return head + meta(offset) + _box(b"mdat", body)


def picture_bytes(form: str) -> bytes:
    """A picture of another form."""
    held = io.BytesIO()
    Image.new("RGB", (4, 4)).save(held, format=form)
    return held.getvalue()
