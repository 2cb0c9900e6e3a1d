"""Take back what people bring from the field: worklist.xlsx, corrections files, QField's data.

All faults of all files are reported at once, each with file, place, value and remedy. A position
whose error (误差) is left empty counts as known to `DEFAULT_UNCERTAINTY_M`: the error of a phone
under trees, well within the 50 m below which a correction counts as surveyed; a note says so.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import unicodedata
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from xml.etree.ElementTree import ParseError

import openpyxl
import pyogrio
import shapely
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from pyogrio.errors import DataSourceError
from shapely.errors import GEOSException

from geo_rectify.errors import CorrectionsError, Told, told_together
from geo_rectify.places.coordinates import (
    Fault,
    county_code,
    in_china,
    move_shape,
    read_datum,
    read_position,
)
from geo_rectify.places.faults import of_cell
from geo_rectify.tables import CORRECTIONS, frame_of
from geo_rectify.vocabulary import LABELS, CorrectionAction, PlaceType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

DEFAULT_UNCERTAINTY_M: Final = 20.0
"""Error of a position brought back without one, metres."""

ANSWERS: Final = {
    "built": "始建时间",
    "approval": "审批手续",
    "before_delineation": "划定前是否已存在",
    "state": "现场状态",
    "photos": "照片",
}
"""What an inspector answers on site, by field, as people see it."""

# Headers as people see them, and the fields they stand for; ASCII names stand for themselves.
_HEADERS: Final = {
    "名称": "name",
    "县": "county",
    "类型": "kind",
    "经度": "lon",
    "纬度": "lat",
    "坐标系": "datum",
    "误差": "uncertainty_m",
    "误差(m)": "uncertainty_m",
    "误差(米)": "uncertainty_m",
    "处理": "action",
    "候选": "candidate",
    **{shown: field for field, shown in ANSWERS.items()},
    "核查人": "by",
    "日期": "date",
    "备注": "note",
}
_FILLED: Final = (
    "lon",
    "lat",
    "datum",
    "uncertainty_m",
    "geometry",
    "action",
    "candidate",
    "built",
    "approval",
    "before_delineation",
    "state",
    "photos",
    "by",
    "date",
    "note",
)
_FIELDS: Final = frozenset({"site_id", "name", "county", "kind", "origin", *_FILLED})
_HEADER_ROWS: Final = 15
_SQLITE: Final = b"SQLite format 3\0"
_APPLICATION_AT: Final = 68
_GEOPACKAGES: Final = (b"GPKG", b"GP10", b"GP11")
FORM_LAYERS: Final = ("inspections", "outlines")
_METRES: Final = re.compile(
    r"(?:约|±|<|≤)?\s*(\d+(?:\.\d+)?)\s*(m|米|km|千米|公里)?", re.IGNORECASE
)
_BROKEN_BOOK: Final = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    EOFError,
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS: Final = {shown: value for value, shown in LABELS[PlaceType].items()}
_ACTIONS: Final = {shown: value for value, shown in LABELS[CorrectionAction].items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of one file: its cells by field, where it stands, and where each cell does."""

    file: str
    place: str
    cells: Mapping[str, Any]
    columns: Mapping[str, str]


def read_corrections(*paths: str | Path) -> gpd.GeoDataFrame:
    """Read positions, outlines and answers brought back from the field.

    Parameters
    ----------
    *paths
        Worklists (.xlsx), corrections files (.csv, .geojson, .json) and the data of the QField
        project (.gpkg), in order. Of a worklist, rows count where any cell to fill is filled.

    Returns
    -------
    geopandas.GeoDataFrame
        `tables.CORRECTIONS` in EPSG:4490, in the order of the files; the geometry is null where a
        row brings answers but no position, a polygon where it brings an outline.

    Raises
    ------
    CorrectionsError
        A file cannot be read, or cells cannot be understood; the message lists all of them.
    """
    faults: list[Told] = []
    rows: list[dict[str, Any]] = []
    for path in map(Path, paths):
        try:
            found = list(rows_of(path))
        except CorrectionsError as err:
            faults.append(err.told)
            continue
        for row in found:
            wrong, correction = correction_of(row)
            faults.extend(wrong)
            rows.append(correction)
    if faults:
        raise CorrectionsError.of(told_together(faults))
    return cast("gpd.GeoDataFrame", frame_of(rows, CORRECTIONS))


def rows_of(path: Path, *, layers: Sequence[str] = FORM_LAYERS) -> Iterator[Row]:
    """Read the rows of one file people filled in, none of them judged yet.

    Parameters
    ----------
    path
        A worklist (.xlsx), a corrections file (.csv, .geojson, .json) or a GeoPackage.
    layers
        Layers of a GeoPackage to read where it has them.

    Yields
    ------
    Row
        Rows with any cell to fill that is filled.

    Raises
    ------
    CorrectionsError
        The file cannot be read as what its ending says.
    """
    readers: dict[str, Callable[[Path, bytes], Iterator[Row]]] = {
        ".xlsx": _xlsx_rows,
        ".csv": _csv_rows,
        ".geojson": _json_rows,
        ".json": _json_rows,
        ".gpkg": partial(_gpkg_rows, layers=layers),
    }
    reader = readers.get(path.suffix.lower())
    content = file_content(path)
    if reader is None:
        message = (
            f"{path.name}: corrections are read from .xlsx, .csv, .geojson and the .gpkg of field/qfield; save it as one of "
            "these (另存为 .xlsx), or take other files in with geo-rectify field import"
        )
        raise CorrectionsError(
            message,
            chinese=f"{path.name}：只能读入 .xlsx、.csv、.geojson 和 field/qfield 里的 .gpkg；请另存为"
            "其中一种，手机带回的其他文件请用 geo-rectify field import",
        )
    yield from reader(path, content)


def file_content(path: Path) -> bytes:
    """Give the content of a file people brought back.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bytes
        What it holds.

    Raises
    ------
    CorrectionsError
        It is missing, a folder, empty, or open in another program.
    """
    if path.is_dir():
        message = f"{path} is a folder; name a worklist.xlsx, corrections.csv or .geojson in it"
        raise CorrectionsError(
            message,
            chinese=f"{path}：这是文件夹；请指定其中的 worklist.xlsx、corrections.csv 或 .geojson",
        )
    if not path.exists():
        message = f"{path} does not exist; check its name and folder"
        raise CorrectionsError(message, chinese=f"{path}：没有这个文件；请核对文件名和文件夹")
    _refuse_open(path)
    try:
        content = path.read_bytes()
    except PermissionError as err:
        raise _open_elsewhere(path) from err
    except OSError as err:
        message = f"{path} cannot be read: {err.strerror}"
        raise CorrectionsError(message, chinese=f"{path}：文件打不开（{err.strerror}）") from err
    if not content.strip():
        message = f"{path.name} is empty; name the file that was filled in"
        raise CorrectionsError(message, chinese=f"{path.name}：文件是空的；请指定填写过的文件")
    return content


def _refuse_open(path: Path) -> None:
    """Refuse a file that Excel, WPS or LibreOffice holds open: what is typed is not saved yet."""
    locks = (f"~${path.name}", f"~${path.name[2:]}", f".~lock.{path.name}#", f".~{path.name}")
    for lock in locks:
        if path.with_name(lock).exists():
            raise _open_elsewhere(path, lock=lock)


def _open_elsewhere(path: Path, *, lock: str = "") -> CorrectionsError:
    stale = f"; if it is closed, delete the left-over file {lock}" if lock else ""
    left = f"；如果已经关闭，请删去残留的 {lock}" if lock else ""
    return CorrectionsError(
        f"{path.name} is open in another program; save and close it there, then run again "
        f"(请先保存并关闭 {path.name}){stale}",
        chinese=f"{path.name}：正在别的程序里打开；请保存并关闭后再运行{left}",
    )


# --- the three kinds of file ---------------------------------------------------------------


def _xlsx_rows(path: Path, content: bytes) -> Iterator[Row]:
    if content.startswith(_OLE):
        message = (
            f"{path.name} has a password or is an old .xls; take the password off and save it as "
            ".xlsx (取消密码，另存为 .xlsx)"
        )
        raise CorrectionsError(
            message, chinese=f"{path.name}：有密码，或是旧的 .xls 格式；请取消密码并另存为 .xlsx"
        )
    with warnings.catch_warnings():
        # openpyxl warns of extensions it does not keep; nothing is written back here.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        except _BROKEN_BOOK as err:
            message = f"{path.name} is no Excel workbook or is damaged; save it again as .xlsx"
            raise CorrectionsError(
                message, chinese=f"{path.name}：不是Excel文件或已损坏；请用Excel或WPS另存为 .xlsx"
            ) from err
    found = False
    for sheet in book.worksheets:
        table = list(sheet.iter_rows(values_only=True))
        header = _header_row(table)
        if header is None:
            continue
        found = True
        fields = [_field(cell) for cell in table[header]]
        shown = {
            field: f"column {get_column_letter(position)} {table[header][position - 1]}"
            for position, field in reversed(list(enumerate(fields, start=1)))
            if field
        }
        for number, values in enumerate(table[header + 1 :], start=header + 2):
            yield from _row(
                zip(fields, values, strict=False),
                file=path.name,
                place=f"sheet {sheet.title}, row {number}",
                columns=shown,
            )
    if not found:
        message = (
            f"{path.name} has no sheet with the columns site_id, 经度, 纬度 and 坐标系; name the "
            "worklist.xlsx a run wrote"
        )
        raise CorrectionsError(
            message,
            chinese=f"{path.name}：没有含 site_id、经度、纬度、坐标系各列的工作表；请用运行时写出的"
            " worklist.xlsx 填写",
        )


def _header_row(table: list[tuple[Any, ...]]) -> int | None:
    for position, values in enumerate(table[:_HEADER_ROWS]):
        fields = {_field(cell) for cell in values}
        if {"lon", "lat"} <= fields and fields & {"site_id", "name"}:
            return position
    return None


def _csv_rows(path: Path, content: bytes) -> Iterator[Row]:
    text = decoded(path, content)
    try:
        table = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as err:
        message = f"{path.name} is no CSV ({err}); save it again as CSV UTF-8"
        raise CorrectionsError(
            message, chinese=f"{path.name}：不是逗号分隔的表格；请另存为“CSV UTF-8”"
        ) from err
    fields = [_field(cell) for cell in table[0]]
    if not {"site_id", "name"} & set(fields):
        message = f"{path.name}: the first line names no column site_id or name; see the manual"
        raise CorrectionsError(
            message, chinese=f"{path.name}：第一行没有 site_id 或“名称”列；请保留表头"
        )
    shown = {field: f"column {field}" for field in fields if field}
    for number, values in enumerate(table[1:], start=2):
        yield from _row(
            zip(fields, values, strict=False),
            file=path.name,
            place=f"row {number}",
            columns=shown,
        )


def decoded(path: Path, content: bytes) -> str:
    """Decode a text file: UTF-8, else GB18030.

    Parameters
    ----------
    path, content
        The file.

    Returns
    -------
    str
        Its text.

    Raises
    ------
    CorrectionsError
        It is neither.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    message = f"{path.name} is neither UTF-8 nor GB18030 text; save it as CSV UTF-8"
    raise CorrectionsError(
        message, chinese=f"{path.name}：文字编码不是UTF-8或GB18030；请另存为“CSV UTF-8”"
    )


def _json_rows(path: Path, content: bytes) -> Iterator[Row]:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except ValueError as err:
        message = f"{path.name} is no GeoJSON ({err}); export it again"
        raise CorrectionsError(
            message, chinese=f"{path.name}：不是GeoJSON文件或不完整；请重新导出"
        ) from err
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        message = f"{path.name} is no GeoJSON FeatureCollection; export it again"
        raise CorrectionsError(message, chinese=f"{path.name}：GeoJSON里没有要素集合；请重新导出")
    datum = document.get("datum") or _named_crs(document.get("crs"))
    for number, feature in enumerate(features, start=1):
        whole = feature if isinstance(feature, dict) else {}
        properties = whole.get("properties")
        cells = dict(properties) if isinstance(properties, dict) else {}
        cells["geometry"] = whole.get("geometry")
        if cells["geometry"] is not None and not cells.get("datum"):
            cells["datum"] = datum
        pairs = [(_field(name), value) for name, value in cells.items()]
        yield from _row(pairs, file=path.name, place=f"feature {number}", columns={})


def _gpkg_rows(path: Path, content: bytes, *, layers: Sequence[str] = FORM_LAYERS) -> Iterator[Row]:
    """Read what was filled in with QField or QGIS."""
    # GDAL reads the file itself, with its journal beside it, and answers a torn head with warnings
    head = content[_APPLICATION_AT : _APPLICATION_AT + 4]
    damaged = f"{path.name} is no GeoPackage or is damaged; copy it from the phone again"
    chinese = f"{path.name}：不是GeoPackage文件或已损坏；请从手机重新复制"
    if not content.startswith(_SQLITE) or head not in _GEOPACKAGES:
        raise CorrectionsError(damaged, chinese=chinese)
    try:
        names = {str(name) for name, _ in pyogrio.list_layers(path)}
        wanted = [name for name in layers if name in names]
        frames = [pyogrio.read_dataframe(path, layer=name, fid_as_index=True) for name in wanted]
    except DataSourceError as err:
        raise CorrectionsError(damaged, chinese=chinese) from err
    if not wanted:
        message = (
            f"{path.name} has no layer {' or '.join(layers)}; name the data.gpkg of the "
            "folder field/qfield that was filled in"
        )
        raise CorrectionsError(
            message,
            chinese=f"{path.name}：没有图层{'或'.join(layers)}；请指定 field/qfield 里填写过的 data.gpkg",
        )
    for name, frame in zip(wanted, frames, strict=True):
        datum = "CGCS2000"
        if frame.crs is not None and frame.crs.to_epsg() not in {None, 4490}:
            datum = f"EPSG:{frame.crs.to_epsg()}"
        for number, cells in zip(frame.index, frame.to_dict("records"), strict=True):
            shape = cells.pop("geometry", None)
            pairs = [(_field(header), _cell(value)) for header, value in cells.items()]
            if shape is not None and not shape.is_empty:
                drawn = json.loads(shapely.to_geojson(shapely.force_2d(shape)))
                pairs += [("geometry", drawn), ("datum", datum)]
            yield from _row(pairs, file=path.name, place=f"{name} {number}", columns={})


def _cell(value: object) -> object:
    """Give a cell of a frame, None for NaN and NaT."""
    return None if value is None or value != value else value  # noqa: PLR0124 - NaN


def _named_crs(crs: object) -> str:
    """Give the datum of the ``crs`` member that GDAL and QGIS write, "" without one."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    code = re.search(r"EPSG:.*?(\d+)$", name)
    return "WGS84" if name.endswith("CRS84") else f"EPSG:{code.group(1)}" if code else ""


def _field(header: object) -> str:
    """Give the field a header stands for, "" for one of no concern."""
    text = unicodedata.normalize("NFKC", str(header or "")).replace(" ", "").strip("※*")
    if text in _FIELDS:
        return text
    return _HEADERS.get(text, "")


def _row(
    pairs: Iterable[tuple[str, Any]], *, file: str, place: str, columns: Mapping[str, str]
) -> Iterator[Row]:
    cells = {field: value for field, value in pairs if field and not _empty(value)}
    # A coordinate system alone is what copying a column down leaves behind.
    if any(field in cells for field in _FILLED if field != "datum"):
        yield Row(file=file, place=place, cells=cells, columns=columns)


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


# --- one row -------------------------------------------------------------------------------


def correction_of(row: Row, *, anonymous: bool = False) -> tuple[list[Told], dict[str, Any]]:
    """Read one row.

    Parameters
    ----------
    row
        The row.
    anonymous
        Whether it need not say which place it is.

    Returns
    -------
    tuple
        Its faults in both languages, and the correction: cells of `tables.CORRECTIONS`.
    """
    faults: list[Fault] = []
    notes: list[str] = []
    made: dict[str, Any] = {
        field: cell_text(row.cells.get(field))
        for field in CORRECTIONS.names
        if field not in {"uncertainty_m", "origin", "action"}
    }
    earlier = cell_text(row.cells.get("origin"))
    made["origin"] = f"{row.file}:{row.place}" + (f" ← {earlier}" if earlier else "")
    made["kind"] = _KINDS.get(made["kind"], made["kind"])
    if not (anonymous or made["site_id"] or made["name"]):
        faults.append(
            Fault(field="site_id", value="", reason="no site_id and no name says which place it is")
        )
    made["action"] = _action(row, faults)
    made["geometry"] = _geometry(row, made, faults, notes)
    made["uncertainty_m"] = _uncertainty(row, made["geometry"], faults, notes)
    made["note"] = "；".join(part for part in (made["note"], *notes) if part)
    told = [
        of_cell(
            row.file,
            row.place,
            row.columns.get(fault.field, ""),
            field=fault.field,
            value=fault.value,
            reason=fault.reason,
        )
        for fault in faults
    ]
    return told, made


def cell_text(value: object) -> str:
    """Give a cell as text: dates as ISO days, whole floats without ``.0``, the guard taken off."""
    if _empty(value):
        return ""
    if isinstance(value, dt.datetime):
        whole_day = value.time() == dt.time(0)
        return value.date().isoformat() if whole_day else value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return "|".join(cell_text(part) for part in value)
    text = str(value).strip()
    guarded = text.startswith("'") and text[1:2] in {"=", "+", "-", "@"}
    return text[1:] if guarded else text


def _action(row: Row, faults: list[Fault]) -> str:
    text = cell_text(row.cells.get("action")) or CorrectionAction.SET.value
    action = _ACTIONS.get(text, text.lower())
    if action not in set(CorrectionAction):
        allowed = ", ".join(f"{value}（{shown}）" for shown, value in _ACTIONS.items())
        faults.append(Fault(field="action", value=text, reason=f"wanted one of {allowed}"))
    return action


def _geometry(
    row: Row, made: dict[str, Any], faults: list[Fault], notes: list[str]
) -> BaseGeometry | None:
    drawn = row.cells.get("geometry")
    if drawn is not None:
        return _outline(drawn, row, made, faults)
    lon, lat = row.cells.get("lon"), row.cells.get("lat")
    if lon is None and lat is None:
        made["datum"] = ""
        return None
    reading = read_position(
        lon, lat, datum=row.cells.get("datum"), adcode=county_code(made["county"])
    )
    faults.extend(reading.faults)
    notes.extend(reading.notes)
    made["datum"] = reading.datum
    if reading.lon is None or reading.lat is None:
        return None
    return shapely.Point(reading.lon, reading.lat)


def _outline(
    drawn: Any, row: Row, made: dict[str, Any], faults: list[Fault]
) -> BaseGeometry | None:
    datum, wrong = read_datum(row.cells.get("datum"))
    made["datum"] = datum
    if wrong:
        faults.append(Fault(field="datum", value=cell_text(row.cells.get("datum")), reason=wrong))
    shape, reason = _drawn(drawn)
    if shape is not None and not wrong:
        shape = move_shape(shape, datum=datum)
        if not in_china(shape):
            reason = (
                "it lies outside China (longitude 73 to 136, latitude 3 to 54); check the datum"
            )
    if reason:
        faults.append(Fault(field="geometry", value="", reason=reason))
    return None if reason or wrong else shape


def _drawn(drawn: Any) -> tuple[BaseGeometry | None, str]:
    """Read WKT or a GeoJSON geometry; give it, or None and what is wrong with it."""
    try:
        shape = (
            shapely.from_wkt(drawn)
            if isinstance(drawn, str)
            else shapely.from_geojson(json.dumps(drawn))
        )
    except (GEOSException, TypeError, ValueError):
        return None, "the geometry cannot be read; draw it again"
    if shape.is_empty:
        return None, "the geometry is empty; draw it again"
    if shape.geom_type not in {"Point", "Polygon", "MultiPolygon"}:
        return None, f"a {shape.geom_type} is no place; draw a point or a closed outline"
    if not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        return None, f"the outline crosses itself or is broken ({why}); draw it again"
    return shape, ""


def _uncertainty(
    row: Row, shape: BaseGeometry | None, faults: list[Fault], notes: list[str]
) -> float | None:
    text = unicodedata.normalize("NFKC", cell_text(row.cells.get("uncertainty_m")))
    if not text:
        if shape is None:
            return None
        notes.append(f"误差未填，按{DEFAULT_UNCERTAINTY_M:.0f}米计")
        return DEFAULT_UNCERTAINTY_M
    match = _METRES.fullmatch(text)
    metres = float(match[1]) if match else 0.0
    if match and (match[2] or "").lower() in {"km", "千米", "公里"}:
        metres *= 1000
    if metres <= 0:
        reason = "the error is no number of metres above 0; write for example 5"
        faults.append(Fault(field="uncertainty_m", value=text, reason=reason))
        return None
    return metres
