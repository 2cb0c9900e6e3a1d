"""Gazetteer files: those that ship, and a user's CSV, XLSX or vector file, in one form."""

from __future__ import annotations

import importlib.resources
import io
import math
import zipfile
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo_rectify.crs import STORED, to_stored, unshift
from geo_rectify.errors import CRSError, InputFileError
from geo_rectify.places.areas import is_code
from geo_rectify.places.coordinates import read_datum
from geo_rectify.places.kinds import kind_of
from geo_rectify.places.mapping import ColumnMapping, read_mapping
from geo_rectify.tables import GAZETTEER, geoframe_of, validate
from geo_rectify.vocabulary import Flow

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

_SHIPPED: Final = ("townships.csv", "villages.csv", "geonames.csv", "estimates.csv")
_SHIPPED_LINES: Final = ("rivers.geojson",)
_TEXTS: Final = (
    "name",
    "aliases",
    "adcode",
    "township",
    "source",
    "licence",
    "valid_on",
    "flow",
)
_LON: Final = (73.0, 136.0)
_LAT: Final = (3.0, 54.0)
_CODE: Final = 6
_UNSTATED: Final = "not stated"


@lru_cache(maxsize=1)
def shipped() -> gpd.GeoDataFrame:
    """Read the gazetteer that ships with the package.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns of `tables.GAZETTEER`; not to be changed.
    """
    folder = importlib.resources.files("geo_rectify.places").joinpath("data", "gazetteer")
    frames = []
    for name in _SHIPPED:
        blob = folder.joinpath(name).read_bytes()
        raw = pd.read_csv(io.BytesIO(blob), dtype=str, keep_default_na=False, encoding="utf-8")
        frames.append(_form(_with_points(raw, name), name))
    for name in _SHIPPED_LINES:
        blob = folder.joinpath(name).read_bytes()
        lines = pyogrio.read_dataframe(io.BytesIO(blob)).set_crs(STORED, allow_override=True)
        frames.append(_form(lines, name))
    return joined(frames)


def joined(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put gazetteer frames together in the order given.

    Parameters
    ----------
    frames
        Frames of `tables.GAZETTEER`.

    Returns
    -------
    geopandas.GeoDataFrame
        One frame, numbered anew.
    """
    held = [frame for frame in frames if len(frame)]
    if not held:
        return geoframe_of([], GAZETTEER)
    one: gpd.GeoDataFrame = pd.concat(held, ignore_index=True)
    return one


def read_gazetteer(path: Path) -> gpd.GeoDataFrame:
    """Read a user's gazetteer file.

    Parameters
    ----------
    path
        CSV or XLSX with the columns name, kind, lon, lat (degrees in CGCS2000 or WGS84) and
        uncertainty_m, or any vector file with name, kind and uncertainty_m; aliases, adcode,
        township, source, licence, valid_on and flow (of a river line: with, against) where there are. A file of other columns or another
        datum has a mapping beside it (`mapping.read_mapping`).

    Returns
    -------
    geopandas.GeoDataFrame
        Columns of `tables.GAZETTEER`, EPSG:4490.

    Raises
    ------
    InputFileError
        The file cannot be read, or a column is missing or wrong; the message names it.
    """
    if not path.is_file():
        message = f"{path}: there is no such gazetteer file; give a CSV, XLSX or vector file"
        raise InputFileError(message)
    mapping = read_mapping(path)
    ending = path.suffix.lower()
    if ending not in {".csv", ".xlsx", ".xlsm"}:
        raw = _mapped(_read_vector(path, mapping), mapping, path)
        return _form(raw, str(path), default_source=path.name, count="feature {}", first=1)
    plain = _read_csv(path) if ending == ".csv" else _read_xlsx(path, mapping)
    plain.columns = [str(name).strip() for name in plain.columns]
    raw = _with_points(_mapped(plain, mapping, path), str(path), datum=_datum(mapping))
    return _form(raw, str(path), default_source=path.name)


_Frame = TypeVar("_Frame", bound=pd.DataFrame)


def _mapped(raw: _Frame, mapping: ColumnMapping, path: Path) -> _Frame:
    """Give a table our column names, defaults and kinds."""
    missing = [theirs for theirs in mapping.columns.values() if theirs not in raw.columns]
    if missing:
        message = (
            f"{path}: its mapping names the column {missing[0]!r}, which is not there (there are "
            f"{', '.join(str(c) for c in raw.columns if c != 'geometry')})"
        )
        raise InputFileError(message)
    taken = {ours for ours, theirs in mapping.columns.items() if ours != theirs}
    made = raw.drop(columns=[name for name in raw.columns if name in taken]).copy()
    for ours, theirs in mapping.columns.items():
        made[ours] = raw[theirs]
    for ours, cell in mapping.defaults.items():
        if ours in made.columns:
            made[ours] = [_text(old) or cell for old in made[ours]]
        else:
            made[ours] = cell
    if mapping.kinds and "kind" in made.columns:
        made["kind"] = [mapping.kinds.get(_text(cell), cell) for cell in made["kind"]]
    return made


def _datum(mapping: ColumnMapping) -> str:
    return read_datum(mapping.datum)[0] if mapping.datum else ""


def _read_csv(path: Path) -> pd.DataFrame:
    blob = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = blob.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            message = f"{path}: the file is empty; write a header line with name, kind, lon, lat"
            raise InputFileError(message)
        try:
            return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as err:
            message = f"{path}: this is no table of comma-separated values ({err})"
            raise InputFileError(message) from err
    message = f"{path}: its encoding is neither UTF-8 nor GB18030; save it as UTF-8"
    raise InputFileError(message)


def _read_xlsx(path: Path, mapping: ColumnMapping) -> pd.DataFrame:
    sheet = mapping.layer or 0
    try:
        raw = pd.read_excel(
            path, sheet_name=sheet, dtype=str, keep_default_na=False, engine="openpyxl"
        )
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as err:
        message = f"{path}: this is no readable Excel workbook ({err}); save it anew as .xlsx"
        raise InputFileError(message) from err
    return raw.astype(object)


def _read_vector(path: Path, mapping: ColumnMapping) -> gpd.GeoDataFrame:
    try:
        raw = pyogrio.read_dataframe(path, layer=mapping.layer or None)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as err:
        message = f"{path}: GDAL cannot read this file ({err}); give CSV, XLSX or a vector file"
        raise InputFileError(message) from err
    if not isinstance(raw, gpd.GeoDataFrame):
        message = f"{path}: the file has no geometry; give a vector file, or CSV with lon and lat"
        raise InputFileError(message)
    try:
        return _moved(raw, _datum(mapping))
    except CRSError as err:
        message = f"{path}: {err}"
        raise InputFileError(message) from err


def _moved(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """Bring a frame to EPSG:4490, from the datum its mapping names before the one it carries."""
    if datum.startswith("EPSG:"):
        return to_stored(frame.set_crs(datum, allow_override=True))
    if not datum:
        return to_stored(frame)
    degrees = frame.set_crs(STORED, allow_override=True)
    shapes = shapely.force_2d(degrees.geometry.to_numpy())
    back = shapely.transform(
        shapes, lambda xy: np.column_stack(unshift(xy[:, 0], xy[:, 1], datum=datum))
    )
    return degrees.set_geometry(gpd.GeoSeries(back, index=degrees.index, crs=STORED))


def _with_points(raw: pd.DataFrame, place: str, *, datum: str = "") -> gpd.GeoDataFrame:
    """Make points of lon and lat; both empty is a row without position."""
    if ("lon" in raw.columns) != ("lat" in raw.columns):
        missing = "lat" if "lon" in raw.columns else "lon"
        message = f"{place}: column {missing!r} is missing; lon and lat go together"
        raise InputFileError(message)
    points: list[Any] = [None] * len(raw)
    if "lon" in raw.columns:
        for number, (lon, lat) in enumerate(zip(raw["lon"], raw["lat"], strict=True)):
            points[number] = _point(lon, lat)
    frame = gpd.GeoDataFrame(raw, geometry=gpd.GeoSeries(points, index=raw.index, crs=STORED))
    try:
        moved = _moved(frame, datum)
    except CRSError as err:
        message = f"{place}: {err}"
        raise InputFileError(message) from err
    for number, point in enumerate(moved.geometry):
        if point is None or point.is_empty or not _in_china(point):
            cells = [
                _text(raw[name].iloc[number]) if name in raw else "" for name in ("lon", "lat")
            ]
            if any(cells):
                message = (
                    f"{place}, row {number + 2}: lon {cells[0]!r} and lat {cells[1]!r} are no "
                    "position in China; write decimal degrees, longitude in lon (73 to 136) and "
                    "latitude in lat (3 to 54), or name the datum in the mapping beside the file"
                )
                raise InputFileError(message)
    return moved


def _in_china(point: BaseGeometry) -> bool:
    lon, lat = float(shapely.get_x(point)), float(shapely.get_y(point))
    return _LON[0] <= lon <= _LON[1] and _LAT[0] <= lat <= _LAT[1]


def _point(lon: object, lat: object) -> shapely.Point | None:
    """Read two cells; anything but two numbers is no point."""
    try:
        x, y = float(_text(lon)), float(_text(lat))
    except ValueError:
        return None
    return shapely.Point(x, y) if math.isfinite(x) and math.isfinite(y) else None


def _text(cell: object) -> str:
    """Give a cell as text; None and NaN are empty, 360281.0 is 360281."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and pd.isna(cell)):
        return ""
    text = str(cell).strip()
    return text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text


def _form(
    raw: gpd.GeoDataFrame,
    place: str,
    *,
    default_source: str = "",
    count: str = "row {}",
    first: int = 2,
) -> gpd.GeoDataFrame:
    """Bring a frame to the one form, naming the first fault with row, column and remedy."""
    for name in ("name", "kind"):
        if name not in raw.columns:
            message = (
                f"{place}: column {name!r} is missing (there are "
                f"{', '.join(str(c) for c in raw.columns if c != 'geometry')}); rename one to it"
            )
            raise InputFileError(message)
    rows = []
    shapes = raw.geometry.to_numpy()
    for number, record in enumerate(raw.drop(columns=raw.geometry.name).to_dict("records")):
        where = f"{place}, {count.format(number + first)}"
        row: dict[str, Any] = {key: _text(record.get(key)) for key in _TEXTS}
        if not row["name"]:
            message = f"{where}: column 'name' is empty; give the place a name or drop the row"
            raise InputFileError(message)
        row["kind"] = _kind(_text(record.get("kind")), where)
        row["adcode"] = _adcode(row["adcode"], where)
        row["flow"] = _flow(row["flow"], where)
        row["source"] = row["source"] or default_source
        row["licence"] = row["licence"] or _UNSTATED
        row["geometry"] = _shape(shapes[number], where)
        row["uncertainty_m"] = _uncertainty(record.get("uncertainty_m"), row["geometry"], where)
        rows.append(row)
    made = geoframe_of(rows, GAZETTEER)
    validate(made, GAZETTEER)
    return made


def _kind(text: str, where: str) -> str:
    kind = kind_of(text)
    if kind is None:
        message = (
            f"{where}: column 'kind' holds {text!r}; write a kind of mentions.type, "
            "for example mine/quarry, village, river, or its Chinese label"
        )
        raise InputFileError(message)
    return kind.value


def _adcode(text: str, where: str) -> str:
    if not text:
        return ""
    if not text.isdigit() or len(text) < _CODE:
        message = f"{where}: column 'adcode' holds {text!r}; write the county's six-digit code"
        raise InputFileError(message)
    if not is_code(text[:_CODE]):
        message = (
            f"{where}: column 'adcode' holds {text!r}, which is no county or prefecture of today; "
            "write its present six-digit code, or leave the cell empty"
        )
        raise InputFileError(message)
    return text[:_CODE]


def _flow(text: str, where: str) -> str:
    if text not in {"", *Flow}:
        message = (
            f"{where}: column 'flow' holds {text!r}; write with (the line is drawn from source to "
            "mouth), against, or leave the cell empty"
        )
        raise InputFileError(message)
    return text


def _shape(shape: Any, where: str) -> Any:
    if shape is None or shapely.is_empty(shape):
        return None
    if not shapely.is_valid(shape):
        message = (
            f"{where}: the geometry is invalid ({shapely.is_valid_reason(shape)}); "
            "repair it where it was drawn"
        )
        raise InputFileError(message)
    return shapely.force_2d(shape)


def _uncertainty(cell: object, shape: Any, where: str) -> float | None:
    text = _text(cell)
    if not text:
        if shape is None:
            return None
        message = (
            f"{where}: column 'uncertainty_m' is empty; write the radius in metres within which "
            "the place lies nine times in ten (a village 1000, a surveyed point 10)"
        )
        raise InputFileError(message)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value < float("inf"):
        message = f"{where}: column 'uncertainty_m' holds {text!r}; write metres, 0 or more"
        raise InputFileError(message)
    return value
