"""Gazetteer files: those that ship, and a user's CSV, XLSX or vector file, in one form."""

from __future__ import annotations

import codecs
import importlib.resources
import io
import math
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo_rectify.crs import STORED, to_stored, unshift
from geo_rectify.errors import CRSError, InputFileError
from geo_rectify.places.areas import counties_called, is_code, polygon
from geo_rectify.places.coordinates import read_datum
from geo_rectify.places.headings import assumed
from geo_rectify.places.kinds import kind_of
from geo_rectify.places.mapping import UPPER, ColumnMapping, read_mapping
from geo_rectify.tables import GAZETTEER, geoframe_of, validate
from geo_rectify.vocabulary import Flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

PIECE: Final = 100_000
"""Rows of a table that are held at once."""
_BLOCK: Final = 1 << 20
_FIRST: Final = 2
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
        frames.append(_form(_with_points(raw, name), name)[0])
    for name in _SHIPPED_LINES:
        blob = folder.joinpath(name).read_bytes()
        lines = pyogrio.read_dataframe(io.BytesIO(blob)).set_crs(STORED, allow_override=True)
        frames.append(_form(lines, name)[0])
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Rows of a source in the one form, and what is to be told of them.

    Attributes
    ----------
    frame
        Columns of `tables.GAZETTEER`, EPSG:4490.
    said
        What was assumed of the headings, in words.
    doubts
        What is in doubt about the counties named, with the number of rows.
    where
        How to name a row, with ``{}`` for its number.
    first
        Number of the first row, as people count.
    """

    frame: gpd.GeoDataFrame
    said: str = ""
    doubts: Mapping[str, int] = field(default_factory=dict)
    where: str = "第{}条"
    first: int = 1


def read_gazetteer(path: Path) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read a user's gazetteer file, all of it.

    Parameters
    ----------
    path
        As for `read_pieces`.

    Returns
    -------
    tuple
        All rows, and what is to be told of them.

    Raises
    ------
    InputFileError
        As `read_pieces`.
    """
    pieces = list(read_pieces(path))
    return joined([piece.frame for piece in pieces]), notes_of(path, pieces)


def notes_of(path: Path, pieces: Iterable[Piece]) -> tuple[str, ...]:
    """Say what was assumed of a file's headings, and what is in doubt about its counties.

    Parameters
    ----------
    path
        The file.
    pieces
        Its pieces, one after another.

    Returns
    -------
    tuple of str
        Sentences, each once.
    """
    said: dict[str, None] = {}
    doubts: Counter[str] = Counter()
    for piece in pieces:
        if piece.said:
            said[f"{path.name}：没有列对应，按表头认作 {piece.said}。"] = None
        doubts.update(piece.doubts)
    doubtful = [f"{path.name}：{doubt}，{rows}行改按位置定县。" for doubt, rows in doubts.items()]
    return (*said, *doubtful)


def read_pieces(path: Path) -> Iterator[Piece]:
    """Read a user's gazetteer file piece by piece, so that a long table costs little memory.

    Parameters
    ----------
    path
        CSV or XLSX with the columns name, kind, lon, lat (degrees in CGCS2000 or WGS84) and
        uncertainty_m, or any vector file with name, kind and uncertainty_m; aliases, adcode (or
        county and prefecture, by name), township, source, licence, valid_on and flow (of a river
        line: with, against) where there are. A file of other columns or another datum has a
        mapping beside it (`mapping.read_mapping`); headings that say what they are
        (`headings.assumed`) need none.

    Yields
    ------
    Piece
        Rows in the order of the file.

    Raises
    ------
    InputFileError
        The file cannot be read, or a column is missing or wrong; the message names it.
    """
    if not path.is_file():
        message = f"{path}: there is no such gazetteer file; give a CSV, XLSX or vector file"
        raise InputFileError(
            message, chinese=f"{path}：没有这个地名文件；请给出CSV、XLSX或矢量文件"
        )
    mapping = read_mapping(path)
    ending = path.suffix.lower()
    if ending not in {".csv", ".xlsx", ".xlsm"}:
        shapes = _read_vector(path, mapping)
        mapping, said = assumed([str(name) for name in shapes.columns], mapping)
        raw = _mapped(shapes, mapping, path)
        made, doubts = _form(
            raw, str(path), default_source=path.name, count=("feature {}", "第{}个要素"), first=1
        )
        yield Piece(frame=made, said=said, doubts=doubts, where="第{}个要素")
        return
    for plain in _read_csv(path) if ending == ".csv" else [_read_xlsx(path, mapping)]:
        plain.columns = [str(name).strip() for name in plain.columns]
        filled, said = assumed(plain.columns, mapping)
        first = int(plain.index[0]) + _FIRST if len(plain) else _FIRST
        raw = _with_points(_mapped(plain, filled, path), str(path), datum=_datum(filled))
        made, doubts = _form(raw, str(path), default_source=path.name, first=first)
        yield Piece(frame=made, said=said, doubts=doubts, where="第{}行", first=first)


_Frame = TypeVar("_Frame", bound=pd.DataFrame)


def _mapped(raw: _Frame, mapping: ColumnMapping, path: Path) -> _Frame:
    """Give a table our column names, defaults and kinds."""
    missing = [theirs for theirs in mapping.columns.values() if theirs not in raw.columns]
    if missing:
        message = (
            f"{path}: its mapping names the column {missing[0]!r}, which is not there (there are "
            f"{', '.join(str(c) for c in raw.columns if c != 'geometry')})"
        )
        raise InputFileError(
            message,
            chinese=f"{path}：列对应里写的“{missing[0]}”列不在表中；请核对同名的 .toml 文件",
        )
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


def _read_csv(path: Path) -> Iterator[pd.DataFrame]:
    """Read a table in pieces; the index counts its rows."""
    encoding = _encoding(path)
    options: dict[str, Any] = {"dtype": str, "keep_default_na": False, "encoding": encoding}
    try:
        with pd.read_csv(path, chunksize=PIECE, **options) as pieces:
            yield from pieces
    except pd.errors.EmptyDataError as err:
        message = f"{path}: the file is empty; write a header line with name, kind, lon, lat"
        raise InputFileError(
            message, chinese=f"{path}：文件是空的；第一行应为表头：name、kind、lon、lat"
        ) from err
    except pd.errors.ParserError as err:
        message = f"{path}: this is no table of comma-separated values ({err})"
        raise InputFileError(
            message, chinese=f"{path}：不是逗号分隔的表格；请用Excel或WPS另存为“CSV UTF-8”"
        ) from err


def _encoding(path: Path) -> str:
    """Tell the encoding of a text without holding it."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while blob := file.read(_BLOCK):
                    decoder.decode(blob)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    message = f"{path}: its encoding is neither UTF-8 nor GB18030; save it as UTF-8"
    raise InputFileError(
        message, chinese=f"{path}：文字编码不是UTF-8或GB18030；请用记事本另存为UTF-8"
    )


def _read_xlsx(path: Path, mapping: ColumnMapping) -> pd.DataFrame:
    sheet = mapping.layer or 0
    try:
        raw = pd.read_excel(
            path, sheet_name=sheet, dtype=str, keep_default_na=False, engine="openpyxl"
        )
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as err:
        message = f"{path}: this is no readable Excel workbook ({err}); save it anew as .xlsx"
        raise InputFileError(
            message, chinese=f"{path}：不是可读的Excel文件；请用Excel或WPS另存为 .xlsx"
        ) from err
    return raw.astype(object)


def _read_vector(path: Path, mapping: ColumnMapping) -> gpd.GeoDataFrame:
    try:
        raw = pyogrio.read_dataframe(path, layer=mapping.layer or None)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as err:
        message = f"{path}: GDAL cannot read this file ({err}); give CSV, XLSX or a vector file"
        raise InputFileError(
            message, chinese=f"{path}：读不了这种文件或文件已损坏；请给出CSV、XLSX或矢量文件"
        ) from err
    if not isinstance(raw, gpd.GeoDataFrame):
        message = f"{path}: the file has no geometry; give a vector file, or CSV with lon and lat"
        raise InputFileError(
            message, chinese=f"{path}：文件里没有图形；请给出矢量文件，或有经度、纬度列的CSV"
        )
    try:
        return _moved(raw, _datum(mapping))
    except CRSError as err:
        message = f"{path}: {err}"
        raise InputFileError(message, chinese=_no_system(path)) from err


def _no_system(place: object) -> str:
    return (
        f"{place}：坐标系缺失或不能转换；请在同名的 .toml 里写明 datum（如 CGCS2000、GCJ-02、EPSG:4548），"
        "西安80、北京54坐标请先转换到CGCS2000"
    )


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
        word = "纬度" if missing == "lat" else "经度"
        raise InputFileError(message, chinese=f"{place}：缺“{word}”列；经度、纬度两列要成对")
    points: list[Any] = [None] * len(raw)
    if "lon" in raw.columns:
        for number, (lon, lat) in enumerate(zip(raw["lon"], raw["lat"], strict=True)):
            points[number] = _point(lon, lat)
    frame = gpd.GeoDataFrame(raw, geometry=gpd.GeoSeries(points, index=raw.index, crs=STORED))
    try:
        moved = _moved(frame, datum)
    except CRSError as err:
        message = f"{place}: {err}"
        raise InputFileError(message, chinese=_no_system(place)) from err
    for number, point in enumerate(moved.geometry):
        if point is None or point.is_empty or not _in_china(point):
            cells = [
                _text(raw[name].iloc[number]) if name in raw else "" for name in ("lon", "lat")
            ]
            if any(cells):
                row = int(raw.index[number]) + _FIRST
                message = (
                    f"{place}, row {row}: lon {cells[0]!r} and lat {cells[1]!r} are no "
                    "position in China; write decimal degrees, longitude in lon (73 to 136) and "
                    "latitude in lat (3 to 54), or name the datum in the mapping beside the file"
                )
                raise InputFileError(
                    message,
                    chinese=f"{place}，第{row}行：经度“{cells[0]}”、纬度“{cells[1]}”不在国内；请写十进制度"
                    "（经度73至136，纬度3至54），或在同名的 .toml 里写明坐标系",
                )
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
    count: tuple[str, str] = ("row {}", "第{}行"),
    first: int = _FIRST,
) -> tuple[gpd.GeoDataFrame, Counter[str]]:
    """Bring a frame to the one form, naming the first fault with row, column and remedy."""
    for name in ("name", "kind"):
        if name not in raw.columns:
            message = (
                f"{place}: column {name!r} is missing (there are "
                f"{', '.join(str(c) for c in raw.columns if c != 'geometry')}); rename one to it"
            )
            word = {"name": "名称", "kind": "类型"}[name]
            raise InputFileError(
                message,
                chinese=f"{place}：缺“{word}”列；请把相应列的表头改为“{word}”，"
                "或在同名的 .toml 里写明列对应",
            )
    rows = []
    shapes = raw.geometry.to_numpy()
    doubts: Counter[str] = Counter()
    for number, record in enumerate(raw.drop(columns=raw.geometry.name).to_dict("records")):
        words = [word.format(number + first) for word in count]
        where = _Where(english=f"{place}, {words[0]}", chinese=f"{place}，{words[1]}")
        row: dict[str, Any] = {key: _text(record.get(key)) for key in _TEXTS}
        if not row["name"]:
            raise where.wrong(
                "column 'name' is empty; give the place a name or drop the row",
                "名称是空的；请补上名称或删去这一条",
            )
        row["kind"] = _kind(_text(record.get("kind")), where)
        row["geometry"] = _shape(shapes[number], where)
        row["adcode"] = _adcode(row["adcode"], where)
        county, prefecture = (_text(record.get(name)) for name in UPPER)
        if county and not row["adcode"]:
            row["adcode"], doubt = _county(county, prefecture, row["geometry"])
            doubts.update([doubt] if doubt else [])
        row["flow"] = _flow(row["flow"], where)
        row["source"] = row["source"] or default_source
        row["licence"] = row["licence"] or _UNSTATED
        row["uncertainty_m"] = _uncertainty(record.get("uncertainty_m"), row["geometry"], where)
        rows.append(row)
    made = geoframe_of(rows, GAZETTEER)
    validate(made, GAZETTEER)
    return made, doubts


def _county(county: str, prefecture: str, shape: BaseGeometry | None) -> tuple[str, str]:
    """Give the code of a county by its name, or what is in doubt about it."""
    codes = counties_called(county, prefecture)
    if codes is None:
        return "", f"县列的“{county}”不是现有的县（市、区）"
    if len(codes) > 1 and shape is not None:
        codes = [code for code in codes if shapely.intersects(polygon((code,)), shape)] or codes
    if len(codes) == 1:
        return codes[0], ""
    return "", f"县列的“{county}”有{len(codes)}个同名县" if codes else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """File and row, in both languages."""

    english: str
    chinese: str

    def wrong(self, english: str, chinese: str) -> InputFileError:
        """Make the error that says what is wrong there."""
        return InputFileError(f"{self.english}: {english}", chinese=f"{self.chinese}：{chinese}")


def _kind(text: str, where: _Where) -> str:
    kind = kind_of(text)
    if kind is None:
        raise where.wrong(
            f"column 'kind' holds {text!r}; write a kind of mentions.type, "
            "for example mine/quarry, village, river, or its Chinese label",
            f"类型“{text}”认不出；请写矿山采石场、村、河流等类型名，或在同名的 .toml 的 [kinds] 里写明对应",
        )
    return kind.value


def _adcode(text: str, where: _Where) -> str:
    if not text:
        return ""
    if not text.isdigit() or len(text) < _CODE:
        raise where.wrong(
            f"column 'adcode' holds {text!r}; write the county's six-digit code",
            f"区划代码“{text}”不对；请写六位县级代码",
        )
    if not is_code(text[:_CODE]):
        raise where.wrong(
            f"column 'adcode' holds {text!r}, which is no county or prefecture of today; "
            "write its present six-digit code, or leave the cell empty",
            f"区划代码“{text}”不是现行的县或设区市代码；请写现行六位代码，或留空",
        )
    return text[:_CODE]


def _flow(text: str, where: _Where) -> str:
    if text not in {"", *Flow}:
        raise where.wrong(
            f"column 'flow' holds {text!r}; write with (the line is drawn from source to "
            "mouth), against, or leave the cell empty",
            f"流向“{text}”认不出；请写 with（从源头画到河口）、against（相反），或留空",
        )
    return text


def _shape(shape: Any, where: _Where) -> Any:
    if shape is None or shapely.is_empty(shape):
        return None
    if not shapely.is_valid(shape):
        raise where.wrong(
            f"the geometry is invalid ({shapely.is_valid_reason(shape)}); "
            "repair it where it was drawn",
            "图形无效（自相交等）；请在原软件中修复",
        )
    return shapely.force_2d(shape)


def _uncertainty(cell: object, shape: Any, where: _Where) -> float | None:
    text = _text(cell)
    if not text:
        if shape is None:
            return None
        raise where.wrong(
            "column 'uncertainty_m' is empty; write the radius in metres within which "
            "the place lies nine times in ten (a village 1000, a surveyed point 10)",
            "误差是空的；请写米数，即九成把握的半径（村庄如1000，实测点如10），或在同名的 .toml 的"
            " [defaults] 里写 uncertainty_m",
        )
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value < float("inf"):
        raise where.wrong(
            f"column 'uncertainty_m' holds {text!r}; write metres, 0 or more",
            f"误差“{text}”不对；请写不小于0的米数",
        )
    return value
