"""Read positions as people write them: decimal, 度分, 度分秒, or easting and northing.

Nothing is guessed about the datum: a shifted map point read as CGCS2000 would lie 600 m off. What
was understood beyond the letter (columns swapped, a zone number in the easting) is said in a note.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError as ProjError

from geo_rectify import regions
from geo_rectify.crs import STORED, gauss_kruger_epsg, to_stored, unshift
from geo_rectify.errors import CRSError
from geo_rectify.vocabulary import Datum

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CHINA: Final = (73.0, 3.0, 136.0, 54.0)
"""West, south, east and north of all China, degrees."""

_DATUM_HELP: Final = "choose CGCS2000, WGS84, GCJ-02 or BD-09, or write an EPSG code (EPSG:4548)"
_LON_HELP: Final = "write it as 117.20986, 117°12.59′ or 117°12′35.5″, or as easting in metres"
_LAT_HELP: Final = "write it as 29.29251, 29°17.55′ or 29°17′33.0″, or as northing in metres"

# Words people write for a datum, matched at the beginning of the cell without blanks or marks.
_DATUM_WORDS: Final = (
    ("CGCS2000", Datum.CGCS2000),
    ("2000国家大地", Datum.CGCS2000),
    ("国家2000", Datum.CGCS2000),
    ("大地2000", Datum.CGCS2000),
    ("WGS84", Datum.WGS84),
    ("WGS1984", Datum.WGS84),
    ("GPS", Datum.WGS84),
    ("GCJ02", Datum.GCJ02),
    ("火星", Datum.GCJ02),
    ("高德", Datum.GCJ02),
    ("腾讯", Datum.GCJ02),
    ("BD09", Datum.BD09),
    ("百度", Datum.BD09),
)
_LEGACY: Final = ("XIAN80", "XIAN1980", "西安80", "1980西安", "BEIJING54", "北京54", "1954北京")
_EPSG: Final = re.compile(r"EPSG[:_]?(\d{4,6})")

_NUMBER: Final = r"\d+(?:\.\d+)?"
_ANGLE: Final = re.compile(
    rf"""
    (?P<before>东经|北纬|西经|南纬|[EWNS])?\s*[:=]?\s*
    (?P<sign>[+-])?(?P<degrees>{_NUMBER})
    (?:(?:[°度:~-]|\s)\s*
       (?:(?P<minutes>{_NUMBER})\s*(?:(?:['分:-]|\s)\s*(?:(?P<seconds>{_NUMBER})\s*(?:"|''|秒)?)?)?)?
    )?\s*
    (?P<after>[EWNS]|M|米)?
    """,
    re.VERBOSE,
)
_AXIS: Final = re.compile(r"^[XYxy](?:坐标)?\s*[:=]\s*")
# A point or two groups: 117,209 may be a decimal comma and is not read.
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:(?:,\d{3}){2}(?:\.\d+)?|,\d{3}\.\d+)(?:m|米)?")
_BETWEEN: Final = re.compile(r"\s*[,;/]\s*|\s+")
_SIDES: Final = {"东经": "E", "北纬": "N", "西经": "W", "南纬": "S"}
# Looks of the degree, minute and second marks that compatibility folding would spoil.
_MARKS: Final = str.maketrans(
    {
        "º": "°",
        "˚": "°",
        "∘": "°",
        "′": "'",
        "’": "'",
        "‘": "'",
        "´": "'",
        "`": "'",
        "″": '"',
        "”": '"',
        "“": '"',
        "〃": '"',
        "，": ",",
        "。": ".",
    }
)

_PLANE_MIN: Final = 1000.0
_NORTHING: Final = (1_800_000.0, 6_100_000.0)
_EASTING: Final = (100_000.0, 900_000.0)
_THREE_DEGREE: Final = range(25, 46)
_SIX_DEGREE: Final = range(13, 24)
_FALSE_EASTING_ZONE: Final = 1_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a cell: the field it stands in, its text, and what to do."""

    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A position as read.

    Attributes
    ----------
    lon, lat
        Degrees in CGCS2000, None where there are faults.
    datum
        What the values were in: a `Datum` or an EPSG code.
    notes
        Sentences: what was understood beyond the letter.
    faults
        Why there is no position; empty where there is one.
    """

    lon: float | None = None
    lat: float | None = None
    datum: str = ""
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Angle:
    value: float
    side: str = ""


def read_datum(text: object) -> tuple[str, str]:
    """Tell which coordinate system a cell names.

    Parameters
    ----------
    text
        The cell, for example ``GCJ-02（高德、腾讯地图）`` or ``EPSG:4548``.

    Returns
    -------
    tuple of str
        A `Datum`'s value or ``EPSG:n``, and "" ; or "" and what is wrong with it.
    """
    shown = _plain(text)
    if not shown:
        return "", f"no coordinate system is given; {_DATUM_HELP}"
    folded = re.sub(r"[\s\-_()（）]", "", shown).upper()
    code = _EPSG.search(shown.upper().replace(" ", ""))
    if code:
        return _known_code(int(code.group(1)))
    if folded.startswith(_LEGACY):
        return "", (
            "Xian80 and Beijing54 lie tens of metres off and need parameters of the survey "
            "office; have the point converted to CGCS2000"
        )
    for word, datum in _DATUM_WORDS:
        if folded.startswith(word):
            return datum.value, ""
    return "", f"the coordinate system is not known; {_DATUM_HELP}"


@lru_cache(maxsize=64)
def _known_code(code: int) -> tuple[str, str]:
    try:
        crs = pyproj.CRS.from_epsg(code)
        to_stored(gpd.GeoDataFrame(geometry=[], crs=crs))
    except ProjError:
        return "", f"there is no coordinate system EPSG:{code}; {_DATUM_HELP}"
    except CRSError:
        return "", (
            f"EPSG:{code} ({crs.name}) cannot be brought to CGCS2000 without parameters; have the "
            "point converted to CGCS2000 by the survey office"
        )
    if not (crs.is_projected or crs.is_geographic):
        return "", f"EPSG:{code} ({crs.name}) is no system of plane or geographic positions"
    return f"EPSG:{code}", ""


def read_position(lon: object, lat: object, *, datum: object, adcode: str = "") -> Reading:
    """Read a position from two cells and the name of its coordinate system.

    Parameters
    ----------
    lon, lat
        The cells: longitude and latitude, or easting and northing; swapped ones are recognised.
    datum
        The cell that names the coordinate system.
    adcode
        Code of the county the place is in, "" where unknown: tells the zone of an easting
        without zone number.

    Returns
    -------
    Reading
        The position in CGCS2000, or the faults.
    """
    cells = {"lon": _plain(lon), "lat": _plain(lat)}
    notes: list[str] = []
    parts = _parts(cells["lon"])
    if not cells["lat"] and len(parts) == 2:  # noqa: PLR2004 - a pair
        cells["lon"], cells["lat"] = parts
        notes.append("经度一栏中填写了两个数，已分开读取")
    faults = [
        Fault(field=name, value="", reason=f"empty, though the other coordinate is given; {text}")
        for name, text in (("lon", _LON_HELP), ("lat", _LAT_HELP))
        if not cells[name]
    ]
    angles: dict[str, _Angle] = {}
    for name, text in (("lon", _LON_HELP), ("lat", _LAT_HELP)):
        if cells[name]:
            angle = _read_angle(cells[name])
            if isinstance(angle, str):
                faults.append(Fault(field=name, value=cells[name], reason=f"{angle}; {text}"))
            else:
                angles[name] = angle
    system, wrong = read_datum(datum)
    if wrong:
        faults.append(Fault(field="datum", value=_plain(datum), reason=wrong))
    if faults:
        return Reading(datum=system, faults=tuple(faults))
    plane = max(abs(angle.value) for angle in angles.values()) >= _PLANE_MIN
    place = _from_plane if plane else _from_degrees
    read = place(angles["lon"], angles["lat"], system=system, adcode=adcode)
    if read.lon is None or read.lat is None:
        return read
    more = () if _in_county(read.lon, read.lat, adcode) else (_outside(adcode),)
    return Reading(lon=read.lon, lat=read.lat, datum=read.datum, notes=(*notes, *read.notes, *more))


def move_shape(shape: BaseGeometry, *, datum: str) -> BaseGeometry:
    """Bring a geometry of a datum or EPSG code to CGCS2000.

    Parameters
    ----------
    shape
        The geometry, x before y.
    datum
        A `Datum`'s value or ``EPSG:n``, as `read_datum` gives it.

    Returns
    -------
    shapely.Geometry
        The geometry in EPSG:4490.
    """
    flat = shapely.force_2d(shape)
    if datum.startswith("EPSG:"):
        frame = to_stored(gpd.GeoDataFrame(geometry=[flat], crs=datum))
        moved: BaseGeometry = frame.geometry.iloc[0]
        return moved
    xy = shapely.get_coordinates(flat)
    lon, lat = unshift(xy[:, 0], xy[:, 1], datum=datum)
    back: BaseGeometry = shapely.set_coordinates(flat, np.column_stack((lon, lat)))
    return back


def in_china(shape: BaseGeometry) -> bool:
    """Say whether a lon/lat geometry lies within the bounds of China.

    Parameters
    ----------
    shape
        Geometry in EPSG:4490.

    Returns
    -------
    bool
        False for empty ones and for any that reach out.
    """
    west, south, east, north = shape.bounds if not shape.is_empty else (0.0, 0.0, 0.0, 0.0)
    return CHINA[0] <= west and CHINA[1] <= south and east <= CHINA[2] and north <= CHINA[3]


@lru_cache(maxsize=256)
def county_code(name: str) -> str:
    """Give the code of a county by its name, "" where none or several bear it.

    Parameters
    ----------
    name
        Full name, for example 乐平市.

    Returns
    -------
    str
        Six digits, or "".
    """
    table = regions.counties()
    codes = table.loc[table["name"] == name, "adcode"]
    return str(codes.iloc[0]) if len(codes) == 1 else ""


def _plain(value: object) -> str:
    """Fold a cell to plain characters: full-width digits, look-alike marks, outer blanks."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    text = unicodedata.normalize("NFKC", str(value).translate(_MARKS)).strip()
    text = _AXIS.sub("", text)
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text


def _parts(text: str) -> list[str]:
    """Part a cell that holds a whole position; parts without mark or point are one angle: 117 7."""
    parts = [part for part in _BETWEEN.split(text) if part]
    whole = "," in text or all("." in part for part in parts) or all("°" in part for part in parts)
    return parts if whole else [text]


def _read_angle(text: str) -> _Angle | str:
    match = _ANGLE.fullmatch(text.upper().replace("度", "°"))
    if match is None:
        return "it is no number"
    degrees, minutes, seconds = (match[name] for name in ("degrees", "minutes", "seconds"))
    side = _SIDES.get(match["before"] or "", match["before"] or "")
    after = match["after"] if match["after"] in {"E", "W", "N", "S"} else ""
    side = side or after
    if after and side != after:
        return "it names two directions"
    if (minutes and "." in degrees) or (seconds and "." in minutes):
        return "only the last of degrees, minutes and seconds may have decimals"
    if any(part is not None and float(part) >= 60 for part in (minutes, seconds)):  # noqa: PLR2004
        return "minutes and seconds must be below 60"
    value = float(degrees) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    if match["sign"] == "-" or side in {"W", "S"}:
        value = -value
    return _Angle(value=value, side=side)


def _from_degrees(lon: _Angle, lat: _Angle, *, system: str, adcode: str) -> Reading:
    del adcode
    notes = []
    x, y = lon.value, lat.value
    said = lon.side in {"N", "S"} or lat.side in {"E", "W"}
    if said or (not _fits(x, y) and _fits(y, x)):
        x, y = y, x
        notes.append("经度、纬度两栏对调，已换回读取")
    datum = system
    if system.startswith("EPSG:") and pyproj.CRS.from_user_input(system).is_projected:
        geodetic = pyproj.CRS.from_user_input(system).geodetic_crs
        code = geodetic.to_epsg() if geodetic is not None else None
        system = f"EPSG:{code}" if code else STORED
        notes.append(f"坐标系填写为{datum}，数值为经纬度，按{system}经纬度读取")
    if not _fits(x, y):
        return Reading(datum=datum, faults=_outside_china(lon, lat))
    point = move_shape(shapely.Point(x, y), datum=system)
    if not in_china(point):
        return Reading(datum=datum, faults=_outside_china(lon, lat))
    return Reading(
        lon=float(shapely.get_x(point)),
        lat=float(shapely.get_y(point)),
        datum=datum,
        notes=tuple(notes),
    )


def _fits(lon: float, lat: float) -> bool:
    return CHINA[0] <= lon <= CHINA[2] and CHINA[1] <= lat <= CHINA[3]


def _outside_china(lon: _Angle, lat: _Angle) -> tuple[Fault, ...]:
    value = f"{lon.value:g}, {lat.value:g}"
    reason = (
        "the position lies outside China (longitude 73 to 136, latitude 3 to 54); check both "
        "columns and the coordinate system"
    )
    return (Fault(field="lon", value=value, reason=reason),)


def _from_plane(lon: _Angle, lat: _Angle, *, system: str, adcode: str) -> Reading:
    notes = []
    east, north = lon.value, lat.value
    if _is_northing(east) and _is_easting(north):
        east, north = north, east
        notes.append("X（北）、Y（东）两栏按测量习惯填写，已换为东坐标、北坐标读取")
    if not (_is_easting(east) and _is_northing(north)):
        reason = (
            "the two are no easting (6 digits, or 8 with the zone number) and northing (7 digits) "
            "in metres; give both as degrees or both in metres"
        )
        fault = Fault(field="lon", value=f"{lon.value:.10g}, {lat.value:.10g}", reason=reason)
        return Reading(datum=system, faults=(fault,))
    if system in {Datum.GCJ02, Datum.BD09}:
        reason = "easting and northing cannot be in a shifted datum; write the EPSG code"
        return Reading(datum=system, faults=(Fault(field="datum", value=system, reason=reason),))
    code, said, wrong = _plane_code(east, system=system, adcode=adcode)
    if wrong:
        return Reading(datum=system, faults=(Fault(field="datum", value=system, reason=wrong),))
    notes.extend(said)
    point = move_shape(shapely.Point(east, north), datum=code)
    if not in_china(point):
        return Reading(datum=system, faults=_outside_china(lon, lat))
    return Reading(
        lon=float(shapely.get_x(point)),
        lat=float(shapely.get_y(point)),
        datum=code,
        notes=tuple(notes),
    )


def _is_easting(value: float) -> bool:
    return _EASTING[0] <= value < _EASTING[1] or _zone(value) is not None


def _is_northing(value: float) -> bool:
    return _NORTHING[0] <= value <= _NORTHING[1]


def _zone(easting: float) -> int | None:
    """Give the zone number before a false easting of 500 km, None without one."""
    zone, rest = divmod(easting, _FALSE_EASTING_ZONE)
    known = int(zone) in _THREE_DEGREE or int(zone) in _SIX_DEGREE
    return int(zone) if known and _EASTING[0] <= rest < _EASTING[1] else None


def _plane_code(east: float, *, system: str, adcode: str) -> tuple[str, list[str], str]:
    """Give the EPSG code of a plane position, what to note, and what is wrong."""
    zone = _zone(east)
    if system.startswith("EPSG:") and pyproj.CRS.from_user_input(system).is_projected:
        numbered = _false_easting(system) > _FALSE_EASTING_ZONE
        if numbered == (zone is not None):
            return system, [], ""
        if numbered:
            return (
                "",
                [],
                (
                    f"eastings of {system} have 8 digits with the zone number, this one has 6; write "
                    "it with its zone number (39500000), or the EPSG code without one (EPSG:4548)"
                ),
            )
    if zone is not None:
        code = 4513 + zone - 25 if zone in _THREE_DEGREE else 4491 + zone - 13
        return f"EPSG:{code}", [f"东坐标带号{zone}，按EPSG:{code}读取"], ""
    if not adcode:
        return (
            "",
            [],
            (
                "the easting has no zone number, so its zone is not known; write the EPSG code "
                "(EPSG:4548 for 117°E) or the easting with its zone number (39500000)"
            ),
        )
    code = gauss_kruger_epsg(float(shapely.get_x(regions.area_polygon(adcode).centroid)))
    return f"EPSG:{code}", [f"东坐标无带号，按所在县三度带EPSG:{code}读取"], ""


@lru_cache(maxsize=64)
def _false_easting(system: str) -> float:
    operation = pyproj.CRS.from_user_input(system).coordinate_operation
    if operation is None:
        return 0.0
    return next(
        (float(entry.value) for entry in operation.params if entry.name == "False easting"), 0.0
    )


def _in_county(lon: float, lat: float, adcode: str) -> bool:
    if not adcode:
        return True
    return bool(shapely.contains_xy(regions.widened_polygon(adcode), lon, lat))


def _outside(adcode: str) -> str:
    return f"位置在{regions.area_name(adcode)}界外（界线外扩{regions.WIDENED_M:.0f}米），请核对"
