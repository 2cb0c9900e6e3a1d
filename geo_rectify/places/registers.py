"""Registers (清单、名录): a table of points, or a file of outlines, that lists what a plan counts.

What the headings do not say stands in ``FILE.toml`` beside FILE (``pits.csv.toml`` or
``pits.toml``)::

    issue = 23                  # or "doc_id/23" with several documents
    set = "非法开采点"           # words of the counted set, where the issue has several
    datum = "CGCS2000"          # where no column names the coordinate system
    uncertainty_m = 20          # of positions; default 50
    petitions = true            # rows are petitions (信访件); no issue is needed then
    [columns]                   # our names: name number lon lat datum uncertainty_m area kind
    name = "矿点"
    area = "占地"
    [units]
    area = "亩"                 # where the heading of the area has no unit
    [spoken]                    # how the text words a column, where it does so differently
    "水土保持方案" = "水保方案"

All faults of all files are reported at once. Columns about people are dropped at the heading, and
telephone and identity numbers are struck out of what remains.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
import unicodedata
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import openpyxl
import pyogrio
import shapely
from openpyxl.utils.exceptions import InvalidFileException
from shapely.errors import GEOSException

from geo_rectify.crs import STORED, to_stored
from geo_rectify.errors import CRSError, InputFileError, Told, told_together
from geo_rectify.places.coordinates import in_china, move_shape, read_datum, read_position
from geo_rectify.places.faults import REMEDIES
from geo_rectify.places.kinds import kind_of, table
from geo_rectify.places.register_mapping import (
    DEFAULT_UNCERTAINTY_M,
    RegisterMapping,
    area_units,
    fold,
    read_mapping,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.vocabulary import PlaceType

_SHOWN: Final = 20
_HEADER_ROWS: Final = 15
_AREAL: Final = frozenset({"Point", "Polygon", "MultiPolygon"})
_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)")
_SECRETS: Final = re.compile(
    r"(?<![\d.])(?:1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}-\d{7,8}|\d{17}[\dXx])(?![\d.])"
)
_BROKEN_BOOK: Final = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One row of a register as read; ``area_m2`` is what the register writes.

    ``text`` is what a petition says: read for the names of places, never written.
    """

    origin: str
    name: str = ""
    number: str = ""
    kind: PlaceType | None = None
    geometry: BaseGeometry | None = None
    uncertainty_m: float = DEFAULT_UNCERTAINTY_M
    area_m2: float | None = None
    county: str = ""
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFile:
    """A register as read, not yet joined; ``issue`` and ``wanted_set`` are as written."""

    path: Path
    sha256: str
    issue: str
    wanted_set: str
    rows: tuple[RegisterRow, ...]
    spoken: Mapping[str, str]
    notes: tuple[str, ...]
    petitions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heads:
    """Which column is what: positions by field, attribute columns, and those left out."""

    fields: Mapping[str, int]
    area_m2: float
    attributes: Mapping[str, int]
    dropped: tuple[str, ...]


def read_registers(*paths: str | Path) -> tuple[RegisterFile, ...]:
    """Read registers.

    Parameters
    ----------
    *paths
        CSV, XLSX or vector files, each with its ``FILE.toml`` where there is one.

    Returns
    -------
    tuple of RegisterFile
        In the order given.

    Raises
    ------
    InputFileError
        Files or cells that cannot be understood; the message lists all of them.
    """
    faults: list[Told] = []
    made = []
    for path in map(Path, paths):
        found = _read(path, faults)
        if found is not None:
            made.append(found)
    if faults:
        shown, left = faults[:_SHOWN], len(faults) - _SHOWN
        if left > 0:
            shown.append(Told(english=f"… and {left} more", chinese=f"……另有{left}处"))
        raise InputFileError.of(told_together(shown))
    return tuple(made)


def _read(path: Path, faults: list[Told]) -> RegisterFile | None:
    if not path.is_file():
        faults.append(
            Told(
                english=f"{path}: there is no such register; give a CSV, XLSX or vector file",
                chinese=f"{path}：没有这个台账文件；请给出CSV、XLSX或矢量文件",
            )
        )
        return None
    before = len(faults)
    mapping = read_mapping(path, faults)
    ending = path.suffix.lower()
    cells: list[list[Any]] = []
    shapes: list[Any] | None = None
    try:
        if ending == ".csv":
            cells = _csv_cells(path)
        elif ending in {".xlsx", ".xlsm"}:
            cells = _xlsx_cells(path)
        else:
            cells, shapes = _vector_cells(path, mapping)
    except InputFileError as err:
        faults.append(err.told)
    if len(faults) > before:
        return None
    start, heads = _heads(cells, mapping, path, faults, drawn=shapes is not None)
    if heads is None:
        return None
    rows, notes = _rows(
        cells[start + 1 :], heads, mapping, path, faults, first=start, shapes=shapes
    )
    issue = mapping.issue or _issue_of(cells[start + 1 :], heads)
    petitions = mapping.petitions or "text" in heads.fields
    if not issue and not petitions:
        faults.append(
            Told(
                english=f"{path.name}: which issue it belongs to is not said; write issue = 23 in "
                f"{path.name}.toml beside it, or one number in a column 问题序号",
                chinese=f"{path.name}：没有写明属于哪个问题；请在同目录的{path.name}.toml里写 issue = 23，"
                "或在“问题序号”列填一个序号",
            )
        )
    if not rows and len(faults) == before:
        faults.append(
            Told(
                english=f"{path.name}: there is no row below the headings; name the filled register",
                chinese=f"{path.name}：表头下没有数据行；请给出已填写的台账",
            )
        )
    if heads.dropped:
        notes.insert(0, f"{path.name}：涉及人员的列（{'、'.join(heads.dropped)}）未读取。")
    return RegisterFile(
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        issue=issue,
        wanted_set=mapping.wanted_set,
        rows=tuple(rows),
        spoken=mapping.spoken,
        notes=tuple(notes),
        petitions=petitions,
    )


# --- the files ---------------------------------------------------------------------------------


def _csv_cells(path: Path) -> list[list[Any]]:
    blob = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = blob.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
        except csv.Error as err:
            message = f"{path.name} is no CSV ({err}); save it again as CSV UTF-8"
            chinese = f"{path.name}不是有效的CSV（{err}）；请另存为CSV UTF-8"
            raise InputFileError(message, chinese=chinese) from err
    message = f"{path.name} is neither UTF-8 nor GB18030 text; save it as CSV UTF-8"
    chinese = f"{path.name}的编码既不是UTF-8也不是GB18030；请另存为CSV UTF-8"
    raise InputFileError(message, chinese=chinese)


def _xlsx_cells(path: Path) -> list[list[Any]]:
    with warnings.catch_warnings():
        # openpyxl warns of extensions it does not keep; nothing is written back here.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, data_only=True)
        except _BROKEN_BOOK as err:
            message = (
                f"{path.name} is no Excel workbook, has a password or is damaged; save it again "
                "as .xlsx without a password"
            )
            chinese = f"{path.name}不是Excel工作簿、有密码或已损坏；请去掉密码另存为.xlsx"
            raise InputFileError(message, chinese=chinese) from err
    for sheet in book.worksheets:
        cells = [list(row) for row in sheet.iter_rows(values_only=True)]
        if any(fold(cell) in _known_headings() for row in cells[:_HEADER_ROWS] for cell in row):
            return cells
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def _vector_cells(path: Path, mapping: RegisterMapping) -> tuple[list[list[Any]], list[Any]]:
    try:
        raw = pyogrio.read_dataframe(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as err:
        message = f"{path.name}: GDAL cannot read this file ({err}); give CSV, XLSX or vector data"
        chinese = f"{path.name}：GDAL读不了这个文件（{err}）；请给出CSV、XLSX或矢量文件"
        raise InputFileError(message, chinese=chinese) from err
    if not isinstance(raw, gpd.GeoDataFrame):
        message = f"{path.name} has no geometry; give points or outlines, or a table as CSV or XLSX"
        chinese = f"{path.name}没有图形；请给出点或轮廓，或用CSV、XLSX表格"
        raise InputFileError(message, chinese=chinese)
    system = ""
    if mapping.datum:
        system, wrong = read_datum(mapping.datum)
        if wrong:
            message = f"{path.name}.toml: datum {mapping.datum!r}: {wrong}"
            chinese = (
                f"{path.name}.toml：坐标系{mapping.datum!r}认不出；请写EPSG代码，例如EPSG:4548"
            )
            raise InputFileError(message, chinese=chinese)
    try:
        stored = raw.set_crs(STORED, allow_override=True) if system else to_stored(raw)
    except CRSError as err:
        message = f"{path.name}: {err}; or write datum = 'EPSG:4548' in {path.name}.toml"
        chinese = f"{path.name}：坐标系不明；请在{path.name}.toml里写 datum = 'EPSG:4548'"
        raise InputFileError(message, chinese=chinese) from err
    shapes = [
        None
        if shape is None or shape.is_empty
        else (move_shape(shape, datum=system) if system else shapely.force_2d(shape))
        for shape in stored.geometry
    ]
    plain = stored.drop(columns=stored.geometry.name)
    heads = [str(name) for name in plain.columns]
    cells = [list(row) for row in plain.astype(object).itertuples(index=False, name=None)]
    return [heads, *cells], shapes


# --- the headings ------------------------------------------------------------------------------


def _known_headings() -> dict[str, str]:
    known = table("registers")["columns"]
    return {fold(head): name for name, heads in known.items() for head in heads}


def _heads(
    cells: list[list[Any]], mapping: RegisterMapping, path: Path, faults: list[Told], *, drawn: bool
) -> tuple[int, _Heads | None]:
    """Find the row of headings, and what each column is."""
    if not cells:
        faults.append(
            Told(
                english=f"{path.name} is empty; name the filled register",
                chinese=f"{path.name}是空的；请给出已填写的台账",
            )
        )
        return 0, None
    known = _known_headings() | {fold(head): name for name, head in mapping.columns.items()}
    rows = cells[: 1 if drawn else _HEADER_ROWS]
    start = max(
        range(len(rows)), key=lambda at: (sum(fold(cell) in known for cell in rows[at]), -at)
    )
    titles = [str("" if cell is None else cell).strip() for cell in cells[start]]
    heads = _sorted_heads(titles, known, mapping)
    wrong = _head_faults(titles, heads, mapping, drawn=drawn)
    shown = "、".join(titles)
    faults.extend(
        Told(
            english=f"{path.name}: {one.english} (headings: {shown})",
            chinese=f"{path.name}：{one.chinese}（表头：{shown}）",
        )
        for one in wrong
    )
    return start, None if wrong else heads


def _sorted_heads(titles: list[str], known: Mapping[str, str], mapping: RegisterMapping) -> _Heads:
    fields: dict[str, int] = {}
    units: list[float] = []
    rest: dict[str, int] = {}
    dropped = []
    for at, title in enumerate(titles):
        folded = fold(title)
        name = known.get(folded, "")
        unit = _area_unit(title, mapping)
        if name == "area" or (not name and unit is not None):
            if name == "area" or "area" not in fields:
                fields["area"] = at
                units = [unit or area_units().get(fold(mapping.area_unit), 0.0)]
        elif any(word in folded for word in table("registers")["persons"]["headings"]):
            dropped.append(title)
        elif name and name not in fields:
            fields[name] = at
        elif folded:
            rest.setdefault(title, at)
    return _Heads(
        fields=fields,
        area_m2=units[0] if units else 0.0,
        attributes=rest,
        dropped=tuple(dropped),
    )


def _head_faults(
    titles: list[str], heads: _Heads, mapping: RegisterMapping, *, drawn: bool
) -> list[Told]:
    folded = [fold(title) for title in titles]
    wrong = [
        Told(
            english=f"column {head!r} of the mapping is not among the headings",
            chinese=f"映射里的列“{head}”不在表头中",
        )
        for head in sorted(mapping.columns.values())
        if fold(head) not in folded
    ]
    if ("lon" in heads.fields) != ("lat" in heads.fields):
        wrong.append(
            Told(
                english="longitude and latitude go together; one of the two columns is missing",
                chinese="经度和纬度要成对；缺了其中一列",
            )
        )
    if not drawn and not {"lon", "geometry", "name", "text"} & set(heads.fields):
        wrong.append(
            Told(
                english="no column 名称, 经度 or 纬度 is recognised; name them under [columns]",
                chinese="认不出名称、经度或纬度列；请在[columns]里指明",
            )
        )
    if "area" in heads.fields and not heads.area_m2:
        title = titles[heads.fields["area"]]
        wrong.append(
            Told(
                english=f"the heading {title!r} names no unit; write area = '亩' under [units]",
                chinese=f"表头“{title}”没有单位；请在[units]里写 area = '亩'",
            )
        )
    return wrong


def _area_unit(title: str, mapping: RegisterMapping) -> float | None:
    """Give the square metres of an area heading's unit, 0 without one, None for no area."""
    folded = fold(title)
    units = area_units()
    for head in sorted(table("registers")["area"]["headings"], key=len, reverse=True):
        if folded == fold(head):
            return units.get(fold(mapping.area_unit), 0.0)
        if folded.startswith(fold(head)) and folded[len(fold(head)) :] in units:
            return units[folded[len(fold(head)) :]]
    return None


def _issue_of(rows: Iterable[list[Any]], heads: _Heads) -> str:
    at = heads.fields.get("issue")
    found = {_cell(row, at) for row in rows} - {""}
    return found.pop() if len(found) == 1 else ""


# --- the rows ----------------------------------------------------------------------------------


def _cell(row: list[Any], at: int | None) -> str:
    """Give a cell as text with telephone and identity numbers struck out."""
    if at is None or at >= len(row):
        return ""
    value = row[at]
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _SECRETS.sub("***", str(value).strip())


def _raw(row: list[Any], at: int | None) -> Any:
    value = None if at is None or at >= len(row) else row[at]
    return None if value is None or value != value or not str(value).strip() else value  # noqa: PLR0124


def _rows(
    cells: list[list[Any]],
    heads: _Heads,
    mapping: RegisterMapping,
    path: Path,
    faults: list[Told],
    *,
    first: int,
    shapes: list[Any] | None,
) -> tuple[list[RegisterRow], list[str]]:
    """Read the rows below the headings; ``first`` is the row of headings, counted from 0."""
    made, notes = [], []
    for position, row in enumerate(cells):
        shape = None if shapes is None else shapes[position]
        if shape is None and all(not _cell(row, at) for at in range(len(row))):
            continue
        line = position + 1 if shapes is not None else position + first + 2
        origin = f"第{line}个图形" if shapes is not None else f"第{line}行"
        name = _cell(row, heads.fields.get("name"))
        number = _cell(row, heads.fields.get("number"))
        if _is_total(name, number):
            notes.append(f"{path.name}：{origin}为合计行，未计入。")
            continue
        wrong: list[Told] = []
        if shapes is None:
            shape = _position(row, heads, mapping, wrong)
        elif shape is not None:
            wrong.extend(_bad_shape(shape))
        made.append(
            RegisterRow(
                origin=origin,
                name=name,
                number=number,
                kind=_kind(row, heads),
                geometry=shape,
                uncertainty_m=_metres(row, heads, mapping, wrong),
                area_m2=_area(row, heads, wrong),
                county=_cell(row, heads.fields.get("county")),
                text=_cell(row, heads.fields.get("text")),
                attributes={title: _cell(row, at) for title, at in heads.attributes.items()},
            )
        )
        what = "feature" if shapes is not None else "row"
        faults.extend(
            Told(
                english=f"{path.name}, {what} {line}: {one.english}",
                chinese=f"{path.name}，{origin}：{one.chinese}",
            )
            for one in wrong
        )
    return made, notes


def _is_total(*cells: str) -> bool:
    return any(
        cell.replace(" ", "") in {"合计", "总计", "小计", "total", "Total"} for cell in cells
    )


def _position(
    row: list[Any], heads: _Heads, mapping: RegisterMapping, wrong: list[Told]
) -> BaseGeometry | None:
    datum = _cell(row, heads.fields.get("datum")) or mapping.datum
    drawn = _raw(row, heads.fields.get("geometry"))
    if drawn is not None:
        return _from_wkt(str(drawn), datum, wrong)
    lon, lat = _raw(row, heads.fields.get("lon")), _raw(row, heads.fields.get("lat"))
    if lon is None and lat is None:
        return None
    reading = read_position(lon, lat, datum=datum)
    for fault in reading.faults:
        remedy = "" if fault.field != "datum" or datum else ", or datum = 'CGCS2000' in FILE.toml"
        shown = f" {fault.value!r}" if fault.value else ""
        wrong.append(
            Told(
                english=f"{fault.field}{shown}: {fault.reason}{remedy}",
                chinese=f"{fault.value}：{REMEDIES[fault.field]}".removeprefix("："),
            )
        )
    if reading.lon is None or reading.lat is None:
        return None
    return shapely.Point(reading.lon, reading.lat)


def _from_wkt(text: str, datum: str, wrong: list[Told]) -> BaseGeometry | None:
    try:
        shape = shapely.from_wkt(text)
    except GEOSException:
        wrong.append(
            Told(
                english="geometry: this is no WKT; write POINT (…) or POLYGON ((…))",
                chinese="图形不是WKT；请写 POINT (…) 或 POLYGON ((…))",
            )
        )
        return None
    system, fault = read_datum(datum)
    if fault:
        wrong.append(Told(english=f"datum: {fault}", chinese=REMEDIES["datum"]))
        return None
    moved = move_shape(shape, datum=system)
    wrong.extend(_bad_shape(moved))
    return moved


def _bad_shape(shape: BaseGeometry) -> list[Told]:
    if shape.geom_type not in _AREAL:
        return [
            Told(
                english=f"a {shape.geom_type} is no place; draw a point or a closed outline",
                chinese=f"{shape.geom_type}不能作点位；请画点或闭合的轮廓",
            )
        ]
    if not in_china(shape):
        return [
            Told(
                english="it lies outside China (longitude 73 to 136, latitude 3 to 54); check the "
                "datum",
                chinese="位置不在国内（经度73至136、纬度3至54）；请核对坐标系",
            )
        ]
    if not shapely.is_valid(shape):
        why = shapely.is_valid_reason(shape)
        return [
            Told(
                english=f"the outline crosses itself or is broken ({why}); draw it again",
                chinese=f"轮廓自相交或不完整（{why}）；请重新勾绘",
            )
        ]
    return []


def _metres(row: list[Any], heads: _Heads, mapping: RegisterMapping, wrong: list[Told]) -> float:
    text = _cell(row, heads.fields.get("uncertainty_m"))
    if not text:
        return mapping.uncertainty_m
    hit = _NUMBER.search(text)
    if hit is None or float(hit[1]) <= 0:
        wrong.append(
            Told(
                english=f"误差 {text!r} is no number of metres above 0; write for example 20",
                chinese=f"误差“{text}”应是大于0的米数，例如20",
            )
        )
        return mapping.uncertainty_m
    return float(hit[1])


def _area(row: list[Any], heads: _Heads, wrong: list[Told]) -> float | None:
    text = _cell(row, heads.fields.get("area")).replace(",", "").replace("，", "")
    if not text:
        return None
    try:
        value = float(unicodedata.normalize("NFKC", text))
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        wrong.append(
            Told(
                english=f"面积 {text!r} is no number; write figures alone, the unit in the heading",
                chinese=f"面积“{text}”不是数字；格内只写数字，单位写在表头",
            )
        )
        return None
    return value * heads.area_m2


def _kind(row: list[Any], heads: _Heads) -> PlaceType | None:
    """Read the kind; a bureau's own classes (露天、井下) are none of ours and no fault."""
    return kind_of(_cell(row, heads.fields.get("kind")))
