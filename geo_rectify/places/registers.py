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
import tomllib
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
from geo_rectify.errors import CRSError, InputFileError
from geo_rectify.places.coordinates import in_china, move_shape, read_datum, read_position
from geo_rectify.places.kinds import kind_of, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.vocabulary import PlaceType

DEFAULT_UNCERTAINTY_M: Final = 50.0
"""Error of a register's positions where neither file nor mapping states one, metres."""
_SHOWN: Final = 20
_HEADER_ROWS: Final = 15
_AREAL: Final = frozenset({"Point", "Polygon", "MultiPolygon"})
_KEYS: Final = frozenset(
    {"issue", "set", "petitions", "datum", "uncertainty_m", "columns", "units", "spoken"}
)
_MARKS: Final = re.compile(r"[\s※*_()（）\[\]【】:：.·/\-]")
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
class _Mapping:
    issue: str = ""
    wanted_set: str = ""
    datum: str = ""
    uncertainty_m: float = DEFAULT_UNCERTAINTY_M
    columns: Mapping[str, str] = field(default_factory=dict)
    area_unit: str = ""
    spoken: Mapping[str, str] = field(default_factory=dict)
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
    faults: list[str] = []
    made = []
    for path in map(Path, paths):
        found = _read(path, faults)
        if found is not None:
            made.append(found)
    if faults:
        more = [f"… and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        raise InputFileError("\n".join([*faults[:_SHOWN], *more]))
    return tuple(made)


def _read(path: Path, faults: list[str]) -> RegisterFile | None:
    if not path.is_file():
        faults.append(f"{path}: there is no such register; give a CSV, XLSX or vector file")
        return None
    before = len(faults)
    mapping = _mapping(path, faults)
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
        faults.append(str(err))
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
            f"{path.name}: which issue it belongs to is not said; write issue = 23 in "
            f"{path.name}.toml beside it, or one number in a column 问题序号"
        )
    if not rows and len(faults) == before:
        faults.append(f"{path.name}: there is no row below the headings; name the filled register")
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


# --- the mapping -------------------------------------------------------------------------------


def _mapping(path: Path, faults: list[str]) -> _Mapping:
    beside = [path.with_name(path.name + ".toml"), path.with_suffix(".toml")]
    file = next((one for one in beside if one.is_file()), None)
    if file is None:
        return _Mapping()
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        faults.append(f"{file.name}: this is no TOML ({err}); see the manual on registers")
        return _Mapping()
    unknown = sorted(set(raw) - _KEYS)
    if unknown:
        faults.append(
            f"{file.name}: {', '.join(unknown)} is no key; the keys are {', '.join(sorted(_KEYS))}"
        )
    tables = {}
    for key in ("columns", "units", "spoken"):
        held = raw.get(key, {})
        if not isinstance(held, dict) or not all(isinstance(v, str) for v in held.values()):
            faults.append(f"{file.name}: [{key}] holds words in quotes, for example name = '名称'")
            held = {}
        tables[key] = {str(name): str(value) for name, value in held.items()}
    wrong = sorted(set(tables["columns"]) - {*table("registers")["columns"], "area"})
    if wrong:
        faults.append(
            f"{file.name}: [columns] {', '.join(wrong)} is no field; the fields are "
            f"{', '.join(sorted({*table('registers')['columns'], 'area'}))}"
        )
    unsure = raw.get("uncertainty_m", DEFAULT_UNCERTAINTY_M)
    if isinstance(unsure, bool) or not isinstance(unsure, int | float) or unsure <= 0:
        faults.append(f"{file.name}: uncertainty_m = {unsure!r} is no number of metres above 0")
        unsure = DEFAULT_UNCERTAINTY_M
    unit = tables["units"].get("area", "")
    if unit and _fold(unit) not in _area_units():
        faults.append(
            f"{file.name}: [units] area = {unit!r} is no unit of area; write 亩, 公顷 or 平方米"
        )
    return _Mapping(
        issue=str(raw.get("issue", "")).strip(),
        wanted_set=str(raw.get("set", "")).strip(),
        datum=str(raw.get("datum", "")).strip(),
        uncertainty_m=float(unsure),
        columns=tables["columns"],
        area_unit=unit,
        spoken=tables["spoken"],
        petitions=raw.get("petitions") is True,
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
            raise InputFileError(message) from err
    message = f"{path.name} is neither UTF-8 nor GB18030 text; save it as CSV UTF-8"
    raise InputFileError(message)


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
            raise InputFileError(message) from err
    for sheet in book.worksheets:
        cells = [list(row) for row in sheet.iter_rows(values_only=True)]
        if any(_fold(cell) in _known_headings() for row in cells[:_HEADER_ROWS] for cell in row):
            return cells
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def _vector_cells(path: Path, mapping: _Mapping) -> tuple[list[list[Any]], list[Any]]:
    try:
        raw = pyogrio.read_dataframe(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as err:
        message = f"{path.name}: GDAL cannot read this file ({err}); give CSV, XLSX or vector data"
        raise InputFileError(message) from err
    if not isinstance(raw, gpd.GeoDataFrame):
        message = f"{path.name} has no geometry; give points or outlines, or a table as CSV or XLSX"
        raise InputFileError(message)
    system = ""
    if mapping.datum:
        system, wrong = read_datum(mapping.datum)
        if wrong:
            message = f"{path.name}.toml: datum {mapping.datum!r}: {wrong}"
            raise InputFileError(message)
    try:
        stored = raw.set_crs(STORED, allow_override=True) if system else to_stored(raw)
    except CRSError as err:
        message = f"{path.name}: {err}; or write datum = 'EPSG:4548' in {path.name}.toml"
        raise InputFileError(message) from err
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


def _fold(cell: object) -> str:
    """Write a heading without blanks, marks and case."""
    text = "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124 - NaN
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def _area_units() -> dict[str, float]:
    return {_fold(unit): m2 for unit, m2 in table("registers")["area"]["units"].items()}


def _known_headings() -> dict[str, str]:
    known = table("registers")["columns"]
    return {_fold(head): name for name, heads in known.items() for head in heads}


def _heads(
    cells: list[list[Any]], mapping: _Mapping, path: Path, faults: list[str], *, drawn: bool
) -> tuple[int, _Heads | None]:
    """Find the row of headings, and what each column is."""
    if not cells:
        faults.append(f"{path.name} is empty; name the filled register")
        return 0, None
    known = _known_headings() | {_fold(head): name for name, head in mapping.columns.items()}
    rows = cells[: 1 if drawn else _HEADER_ROWS]
    start = max(
        range(len(rows)), key=lambda at: (sum(_fold(cell) in known for cell in rows[at]), -at)
    )
    titles = [str("" if cell is None else cell).strip() for cell in cells[start]]
    heads = _sorted_heads(titles, known, mapping)
    wrong = _head_faults(titles, heads, mapping, drawn=drawn)
    faults.extend(f"{path.name}: {one} (headings: {'、'.join(titles)})" for one in wrong)
    return start, None if wrong else heads


def _sorted_heads(titles: list[str], known: Mapping[str, str], mapping: _Mapping) -> _Heads:
    fields: dict[str, int] = {}
    units: list[float] = []
    rest: dict[str, int] = {}
    dropped = []
    for at, title in enumerate(titles):
        folded = _fold(title)
        name = known.get(folded, "")
        unit = _area_unit(title, mapping)
        if name == "area" or (not name and unit is not None):
            if name == "area" or "area" not in fields:
                fields["area"] = at
                units = [unit or _area_units().get(_fold(mapping.area_unit), 0.0)]
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


def _head_faults(titles: list[str], heads: _Heads, mapping: _Mapping, *, drawn: bool) -> list[str]:
    folded = [_fold(title) for title in titles]
    wrong = [
        f"column {head!r} of the mapping is not among the headings"
        for head in sorted(mapping.columns.values())
        if _fold(head) not in folded
    ]
    if ("lon" in heads.fields) != ("lat" in heads.fields):
        wrong.append("longitude and latitude go together; one of the two columns is missing")
    if not drawn and not {"lon", "geometry", "name", "text"} & set(heads.fields):
        wrong.append("no column 名称, 经度 or 纬度 is recognised; name them under [columns]")
    if "area" in heads.fields and not heads.area_m2:
        title = titles[heads.fields["area"]]
        wrong.append(f"the heading {title!r} names no unit; write area = '亩' under [units]")
    return wrong


def _area_unit(title: str, mapping: _Mapping) -> float | None:
    """Give the square metres of an area heading's unit, 0 without one, None for no area."""
    folded = _fold(title)
    units = _area_units()
    for head in sorted(table("registers")["area"]["headings"], key=len, reverse=True):
        if folded == _fold(head):
            return units.get(_fold(mapping.area_unit), 0.0)
        if folded.startswith(_fold(head)) and folded[len(_fold(head)) :] in units:
            return units[folded[len(_fold(head)) :]]
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
    mapping: _Mapping,
    path: Path,
    faults: list[str],
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
        wrong: list[str] = []
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
        faults.extend(f"{path.name}, {what} {line}: {one}" for one in wrong)
    return made, notes


def _is_total(*cells: str) -> bool:
    return any(
        cell.replace(" ", "") in {"合计", "总计", "小计", "total", "Total"} for cell in cells
    )


def _position(
    row: list[Any], heads: _Heads, mapping: _Mapping, wrong: list[str]
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
        wrong.append(f"{fault.field}{shown}: {fault.reason}{remedy}")
    if reading.lon is None or reading.lat is None:
        return None
    return shapely.Point(reading.lon, reading.lat)


def _from_wkt(text: str, datum: str, wrong: list[str]) -> BaseGeometry | None:
    try:
        shape = shapely.from_wkt(text)
    except GEOSException:
        wrong.append("geometry: this is no WKT; write POINT (…) or POLYGON ((…))")
        return None
    system, fault = read_datum(datum)
    if fault:
        wrong.append(f"datum: {fault}")
        return None
    moved = move_shape(shape, datum=system)
    wrong.extend(_bad_shape(moved))
    return moved


def _bad_shape(shape: BaseGeometry) -> list[str]:
    if shape.geom_type not in _AREAL:
        return [f"a {shape.geom_type} is no place; draw a point or a closed outline"]
    if not in_china(shape):
        return ["it lies outside China (longitude 73 to 136, latitude 3 to 54); check the datum"]
    if not shapely.is_valid(shape):
        why = shapely.is_valid_reason(shape)
        return [f"the outline crosses itself or is broken ({why}); draw it again"]
    return []


def _metres(row: list[Any], heads: _Heads, mapping: _Mapping, wrong: list[str]) -> float:
    text = _cell(row, heads.fields.get("uncertainty_m"))
    if not text:
        return mapping.uncertainty_m
    hit = _NUMBER.search(text)
    if hit is None or float(hit[1]) <= 0:
        wrong.append(f"误差 {text!r} is no number of metres above 0; write for example 20")
        return mapping.uncertainty_m
    return float(hit[1])


def _area(row: list[Any], heads: _Heads, wrong: list[str]) -> float | None:
    text = _cell(row, heads.fields.get("area")).replace(",", "").replace("，", "")
    if not text:
        return None
    try:
        value = float(unicodedata.normalize("NFKC", text))
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        wrong.append(f"面积 {text!r} is no number; write figures alone, the unit in the heading")
        return None
    return value * heads.area_m2


def _kind(row: list[Any], heads: _Heads) -> PlaceType | None:
    """Read the kind; a bureau's own classes (露天、井下) are none of ours and no fault."""
    return kind_of(_cell(row, heads.fields.get("kind")))
