"""Coordinate systems: the stored one, Gauss-Kruger zones, areas, distances and shifted datums.

Everything is stored as EPSG:4490 (CGCS2000), lon then lat. EPSG:4326 is treated as equal to it:
the two frames agree to well under a metre for mapping, and PROJ has no better answer.

Areas are on the GRS 1980 ellipsoid. An edge is straight in lon/lat, as it is stored; edges longer
than `MAX_EDGE_M` are densified along the straight line of the plane they came from by the room
that loads them. An edge of 2 to 5 km straight in lon/lat lies 5 to 35 cm from the same edge
straight in EPSG:4548.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyproj
import shapely

from geo_rectify.errors import CRSError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

STORED: Final = "EPSG:4490"
DISPLAYED: Final = "EPSG:4326"
MAX_EDGE_M: Final = 500.0
M2_PER_MU: Final = 10_000.0 / 15.0
"""One 亩; 15 亩 make one 公顷."""
M2_PER_HECTARE: Final = 10_000.0

_SEMI_MAJOR: Final = 6_378_137.0
_FLATTENING: Final = 1 / 298.257222101
_E2: Final = _FLATTENING * (2 - _FLATTENING)
_E: Final = math.sqrt(_E2)
_EQUIVALENT: Final = frozenset({4490, 4326})
_MEASURED: Final = 10_000
"""Shapes unrolled at a time, so that copies never weigh as much as the shapes."""


def same_crs(left: Any, right: Any) -> bool:
    """Say whether two coordinate systems are the same, EPSG:4490 and EPSG:4326 being equal.

    Parameters
    ----------
    left, right
        Anything `pyproj.CRS.from_user_input` takes, or None.

    Returns
    -------
    bool
        False where either is None.
    """
    if left is None or right is None:
        return False
    one, other = pyproj.CRS.from_user_input(left), pyproj.CRS.from_user_input(right)
    if one == other:
        return True
    return {one.to_epsg(), other.to_epsg()} <= _EQUIVALENT


def require_crs(frame: gpd.GeoDataFrame, *, name: str, crs: Any = STORED) -> None:
    """Raise unless a frame has the coordinate system it should have.

    Parameters
    ----------
    frame
        The frame to check.
    name
        What to call it in the message.
    crs
        The coordinate system wanted.

    Raises
    ------
    CRSError
        The frame has none, or another one.
    """
    if frame.crs is None:
        message = f"{name} has no coordinate system; set one with set_crs({str(crs)!r})"
        raise CRSError(message)
    if not same_crs(frame.crs, crs):
        message = f"{name} is in {_crs_name(frame)}, wanted {crs}; use to_crs({str(crs)!r})"
        raise CRSError(message)


def require_same_crs(
    left: gpd.GeoDataFrame, right: gpd.GeoDataFrame, *, names: tuple[str, str]
) -> None:
    """Raise unless two frames share one coordinate system.

    Parameters
    ----------
    left, right
        The frames.
    names
        What to call them in the message.

    Raises
    ------
    CRSError
        One has none, or they differ.
    """
    if left.crs is None or right.crs is None or not same_crs(left.crs, right.crs):
        message = (
            f"{names[0]} is in {_crs_name(left)} and {names[1]} in {_crs_name(right)}; "
            "bring both to one with to_crs"
        )
        raise CRSError(message)


def _crs_name(frame: gpd.GeoDataFrame) -> str:
    return "no coordinate system" if frame.crs is None else frame.crs.to_string()


def to_stored(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a frame to EPSG:4490; EPSG:4326 is relabelled, not shifted.

    Parameters
    ----------
    frame
        A frame with a coordinate system.

    Returns
    -------
    geopandas.GeoDataFrame
        A new frame.

    Raises
    ------
    CRSError
        There is none, or only a ballpark transformation is known (Xian80, Beijing54).
    """
    if frame.crs is None:
        message = "the frame has no coordinate system; set one with set_crs"
        raise CRSError(message)
    if same_crs(frame.crs, STORED):
        return frame.set_crs(STORED, allow_override=True)
    geodetic = frame.crs.geodetic_crs
    if geodetic is not None and geodetic.to_epsg() not in _EQUIVALENT:
        group = pyproj.transformer.TransformerGroup(
            geodetic, STORED, always_xy=True, allow_ballpark=False
        )
        if not group.transformers:
            message = (
                f"no exact transformation from {frame.crs.name} to CGCS2000 is known; PROJ would "
                "answer with a shift of 0 m. Give to_4490 = '+proj=pipeline …' in the catalogue"
            )
            chinese = (
                f"没有从{frame.crs.name}到CGCS2000的精确换算（PROJ会当作偏移0米）；请在目录里写 "
                "to_4490 = '+proj=pipeline …'，或请测绘部门先转换"
            )
            raise CRSError(message, chinese=chinese)
    moved: gpd.GeoDataFrame = frame.to_crs(STORED)
    return moved


def gauss_kruger_epsg(lon: float) -> int:
    """Give the 3-degree Gauss-Kruger zone of CGCS2000 (easting 500000) for a longitude.

    Parameters
    ----------
    lon
        Longitude in degrees, 73.5 to 136.5.

    Returns
    -------
    int
        EPSG code 4534 (75E) to 4554 (135E); 4548 for Jingdezhen.

    Raises
    ------
    CRSError
        The longitude lies outside China's zones.
    """
    zone = round(lon / 3)
    if not 25 <= zone <= 45:  # noqa: PLR2004 - zones 25 (75E) to 45 (135E)
        message = f"longitude {lon} lies outside the 3-degree zones of China (73.5 to 136.5)"
        raise CRSError(message)
    return 4534 + zone - 25


@lru_cache(maxsize=64)
def transformer(source: str, target: str) -> pyproj.Transformer:
    """Give a cached transformer with lon/lat (x, y) axis order.

    Parameters
    ----------
    source, target
        Coordinate systems as strings.

    Returns
    -------
    pyproj.Transformer
        The transformer.
    """
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def to_plane(geometry: BaseGeometry, epsg: int) -> BaseGeometry:
    """Project a lon/lat geometry to a plane.

    Parameters
    ----------
    geometry
        Geometry in EPSG:4490.
    epsg
        EPSG code of the plane.

    Returns
    -------
    shapely.Geometry
        The projected geometry, metres.
    """
    return _transform(geometry, STORED, f"EPSG:{epsg}")


def from_plane(geometry: BaseGeometry, epsg: int) -> BaseGeometry:
    """Bring a plane geometry back to lon/lat.

    Parameters
    ----------
    geometry
        Geometry in the plane.
    epsg
        EPSG code of the plane.

    Returns
    -------
    shapely.Geometry
        The geometry in EPSG:4490.
    """
    return _transform(geometry, f"EPSG:{epsg}", STORED)


def _transform(geometry: BaseGeometry, source: str, target: str) -> BaseGeometry:
    move = transformer(source, target)

    def shift(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(move.transform(xy[:, 0], xy[:, 1]))

    moved: BaseGeometry = shapely.transform(shapely.force_2d(geometry), shift)
    return moved


def disc(
    lon: float, lat: float, radius_m: float, *, quad_segs: int = 16, first: int = 0
) -> BaseGeometry:
    """Draw a disc of a radius in metres around a position.

    Parameters
    ----------
    lon, lat
        Centre, degrees in EPSG:4490.
    radius_m
        Radius in metres.
    quad_segs
        Segments a quarter circle.
    first
        Which vertex, clockwise from the east, the ring begins with.

    Returns
    -------
    shapely.Polygon
        The disc in EPSG:4490, empty where the radius is not above 0.
    """
    if radius_m <= 0:
        return shapely.Polygon()
    plane = f"EPSG:{gauss_kruger_epsg(lon)}"
    centre = transformer(STORED, plane).transform(lon, lat)
    ring = centre + _circle(quad_segs, first) * radius_m
    lonlat = transformer(plane, STORED).transform(ring[:, 0], ring[:, 1])
    return shapely.Polygon(np.column_stack(lonlat))


@lru_cache(maxsize=8)
def _circle(quad_segs: int, first: int) -> NDArray[np.float64]:
    """Give the ring GEOS draws around (0, 0) at distance 1; any other is it, scaled and moved."""
    drawn = shapely.buffer(shapely.Point(0, 0), 1.0, quad_segs=quad_segs)
    ring = np.roll(shapely.get_coordinates(drawn)[:-1], -first, axis=0)
    return np.concatenate((ring, ring[:1]))


def buffer_m(geometry: BaseGeometry, distance_m: float) -> BaseGeometry:
    """Widen (or with a negative distance narrow) a lon/lat geometry by metres.

    Parameters
    ----------
    geometry
        Geometry in EPSG:4490.
    distance_m
        Distance in metres.

    Returns
    -------
    shapely.Geometry
        The geometry in EPSG:4490.
    """
    centre = shapely.centroid(geometry)
    epsg = gauss_kruger_epsg(shapely.get_x(centre))
    return from_plane(shapely.buffer(to_plane(geometry, epsg), distance_m), epsg)


def equal_area(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unroll positions on a cylinder of the ellipsoid's area, on which `areas_m2` measures.

    Parameters
    ----------
    lonlat
        Positions as rows of lon, lat.

    Returns
    -------
    numpy.ndarray
        Rows of x, y in metres.
    """
    x = np.radians(lonlat[:, 0]) * _SEMI_MAJOR
    sin = np.sin(np.radians(lonlat[:, 1]))
    q = (1 - _E2) * (sin / (1 - _E2 * sin * sin) + np.arctanh(_E * sin) / _E)
    flat: NDArray[np.float64] = np.column_stack((x, _SEMI_MAJOR * q / 2))
    return flat


def areas_m2(geometries: Any) -> NDArray[np.float64]:
    """Measure ellipsoidal areas of lon/lat polygons.

    Equal-area closed form: the sine of the authalic latitude (Snyder, Map Projections - A Working
    Manual, USGS 1987, eq. 3-12) turns the ellipsoid into a cylinder of the same area, on which
    the shoelace formula holds. Exact along parallels and meridians, within 5 ppm for edges up to
    500 m.

    Parameters
    ----------
    geometries
        Array-like of shapely geometries in EPSG:4490; None and empty count 0.

    Returns
    -------
    numpy.ndarray
        Areas in square metres.
    """
    array = np.asarray(geometries, dtype=object)
    areas = np.zeros(array.size)
    for at in range(0, array.size, _MEASURED):
        some = shapely.force_2d(array.ravel()[at : at + _MEASURED])
        areas[at : at + _MEASURED] = shapely.area(shapely.transform(some, equal_area))
    return np.nan_to_num(areas).reshape(array.shape)


def area_m2(geometry: BaseGeometry | None) -> float:
    """Measure the ellipsoidal area of one lon/lat geometry.

    Parameters
    ----------
    geometry
        Geometry in EPSG:4490, or None.

    Returns
    -------
    float
        Area in square metres.
    """
    return float(areas_m2([geometry])[0])


def distance_m(left: BaseGeometry, right: BaseGeometry) -> float:
    """Measure the distance of two lon/lat geometries in the zone of the first.

    Parameters
    ----------
    left, right
        Geometries in EPSG:4490.

    Returns
    -------
    float
        Distance in metres, in the 3-degree Gauss-Kruger zone of the first.
    """
    epsg = gauss_kruger_epsg(float(shapely.get_x(shapely.centroid(left))))
    return float(shapely.distance(to_plane(left, epsg), to_plane(right, epsg)))


# --- shifted datums of Chinese map services ------------------------------------------------
# The GCJ-02 offset is a published reverse-engineered formula (first in wuyongzheng's
# "eviltransform" notes, 2013; it stands in many libraries, for instance PyPI prcoords, CC0,
# which serves as the oracle in tests). The conversion is approximate and no survey result.

_GCJ_A: Final = 6_378_245.0
_GCJ_EE: Final = 0.00669342162296594323
_BD_K: Final = math.pi * 3000.0 / 180.0


def wgs84_to_gcj02(lon: Any, lat: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift WGS84 positions to GCJ-02 (高德, 腾讯).

    Parameters
    ----------
    lon, lat
        Degrees, scalars or arrays.

    Returns
    -------
    tuple of numpy.ndarray
        Shifted lon and lat.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    dlat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    dlat += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    dlat += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    dlon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    dlon += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    dlon += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    radians = np.radians(lat)
    magic = 1 - _GCJ_EE * np.sin(radians) ** 2
    dlat = dlat * 180 / ((_GCJ_A * (1 - _GCJ_EE)) / (magic * np.sqrt(magic)) * np.pi)
    dlon = dlon * 180 / (_GCJ_A / np.sqrt(magic) * np.cos(radians) * np.pi)
    return lon + dlon, lat + dlat


def gcj02_to_wgs84(lon: Any, lat: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Take the GCJ-02 shift back by fixed-point iteration (four rounds, below 1e-6 m).

    Parameters
    ----------
    lon, lat
        Degrees in GCJ-02, scalars or arrays.

    Returns
    -------
    tuple of numpy.ndarray
        WGS84 lon and lat.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon, lat
    for _ in range(5):
        gx, gy = wgs84_to_gcj02(x, y)
        x, y = x - (gx - lon), y - (gy - lat)
    return x, y


def gcj02_to_bd09(lon: Any, lat: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift GCJ-02 positions to BD-09 (百度).

    Parameters
    ----------
    lon, lat
        Degrees in GCJ-02, scalars or arrays.

    Returns
    -------
    tuple of numpy.ndarray
        BD-09 lon and lat.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    z = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_K)
    theta = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_K)
    return z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006


def bd09_to_gcj02(lon: Any, lat: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Take the BD-09 shift back to GCJ-02 by fixed-point iteration.

    Parameters
    ----------
    lon, lat
        Degrees in BD-09, scalars or arrays.

    Returns
    -------
    tuple of numpy.ndarray
        GCJ-02 lon and lat.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(8):
        bx, by = gcj02_to_bd09(x, y)
        x, y = x - (bx - lon), y - (by - lat)
    return x, y


def unshift(lon: Any, lat: Any, *, datum: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bring positions of a datum to CGCS2000.

    Parameters
    ----------
    lon, lat
        Degrees, scalars or arrays.
    datum
        ``CGCS2000``, ``WGS84``, ``GCJ-02`` or ``BD-09``.

    Returns
    -------
    tuple of numpy.ndarray
        Lon and lat in CGCS2000; GCJ-02 and BD-09 approximately, no survey result.

    Raises
    ------
    CRSError
        The datum is not one of these.
    """
    if datum in {"CGCS2000", "WGS84"}:
        return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if datum == "GCJ-02":
        return gcj02_to_wgs84(lon, lat)
    if datum == "BD-09":
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    message = f"unknown datum {datum!r}; use CGCS2000, WGS84, GCJ-02 or BD-09"
    raise CRSError(message)


def format_dms(degrees: float, *, uncertainty_m: float | None) -> str:
    """Write an angle as 度分秒 with as many digits as the uncertainty earns.

    One second of arc is about 31 m: below 1 m two decimals, below 30 m one, below 1 km whole
    seconds, coarser whole minutes.

    Parameters
    ----------
    degrees
        The angle in decimal degrees.
    uncertainty_m
        Radius of uncertainty in metres, None for unknown.

    Returns
    -------
    str
        For example ``117°12′35.2″``.
    """
    sign = "-" if degrees < 0 else ""
    seconds = abs(degrees) * 3600
    if uncertainty_m is not None and uncertainty_m >= 1000:  # noqa: PLR2004
        whole_minutes = round(seconds / 60)
        return f"{sign}{whole_minutes // 60}°{whole_minutes % 60:02d}′"
    digits = 0
    if uncertainty_m is not None and uncertainty_m < 30:  # noqa: PLR2004
        digits = 2 if uncertainty_m < 1 else 1
    whole = round(seconds, digits)
    width = 3 + digits if digits else 2
    minutes, rest = divmod(whole, 60)
    return f"{sign}{int(minutes) // 60}°{int(minutes) % 60:02d}′{rest:0{width}.{digits}f}″"


def format_degrees(degrees: float, *, uncertainty_m: float | None) -> str:
    """Write an angle in decimal degrees with as many digits as the uncertainty earns.

    Parameters
    ----------
    degrees
        The angle.
    uncertainty_m
        Radius of uncertainty in metres, None for unknown.

    Returns
    -------
    str
        Seven digits below 1 m, six below 30 m, five below 100 m, four below 1 km, else two.
    """
    steps = ((1, 7), (30, 6), (100, 5), (1000, 4))
    if uncertainty_m is None:
        return f"{degrees:.5f}"
    digits = next((shown for limit, shown in steps if uncertainty_m < limit), 2)
    return f"{degrees:.{digits}f}"
