"""A ledger as a record: its tables, what the package wrote into them, and its file.

A very hidden sheet keeps a digest of every cell the package wrote into the sheets of issues and
measures. A cell whose text no longer has that digest was written by a person; nothing else tells
a corrected unit from a printed one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from geo_rectify.errors import InputFileError, OutputError
from geo_rectify.outputs._progress import Progress
from geo_rectify.outputs._workbook import (
    FIRST_ROW,
    SheetColumn,
    Stamp,
    cell_words,
    open_workbook,
    widened,
)
from geo_rectify.outputs.ledger.columns import (
    ISSUES,
    MEASURES,
    NUMBER,
    POSITION,
    SHEETS,
    STATE_HEADER,
    STEP_HINTS,
    TITLE,
    SheetKind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import TypeAlias

    CellKey: TypeAlias = tuple[str, str, str, str]
    """Sheet, issue, measure ("" on the sheet of issues), header."""

KEYED: Final = (ISSUES, MEASURES)
"""Sheets whose rows have an issue and measure to be known by."""
EMPTY_DIGEST: Final = ""
UNTITLED: Final = "（无标题）"
_RECORD: Final = "_written"
_WRITTEN, _HANDED = "written", "handed"
_AS_OF, _MARK, _SCOPE, _PROVENANCE = "as_of", "mark", "scope", "provenance"
_HEADER_SEARCH: Final = 12
_DIGITS: Final = 16
_FORMULA: Final = "f"
_GUARDED: Final = ("=", "+", "-", "@", "\t", "\r")
_DIVIDED: Final = re.compile(r"、(?![^（(]*[）)])")
_EXTRA_WIDTH: Final = 14.0
_KEYS: Final = (NUMBER, "问题序号", "关联问题序号")
"""Columns with keys of issues, wider where they carry the document."""
_SHORT_KEY: Final = 6
_KEY_WIDTH: Final = 17.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet: headers in order, and rows by header."""

    headers: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerBook:
    """A ledger, read or to be written.

    Attributes
    ----------
    source
        Name of its file, "" for one that has none yet.
    stamp
        What its sheets say of the run; None where a file does not tell.
    tables
        By sheet name, in order.
    written
        Digest of each cell as the package wrote it; empty where a file lost that record.
    handed
        Digest of each cell as `split` handed it out; empty but in a split ledger.
    notes
        What was noticed in reading.
    """

    source: str
    stamp: Stamp | None
    tables: Mapping[str, Table]
    written: Mapping[CellKey, str]
    handed: Mapping[CellKey, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def cell_text(value: object) -> str:
    """Give a cell as text, the same for what was written and what a spreadsheet saved of it.

    Parameters
    ----------
    value
        A cell.

    Returns
    -------
    str
        Whole numbers without decimals, days as ISO dates, text stripped and without the guard
        against formulas.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("'") and text[1:].startswith(_GUARDED):
        text = text[1:]
    return text.strip()


def names_in(value: object) -> list[str]:
    """List the names of a cell; a 、 inside brackets, as in 各县（市、区）, divides nothing.

    Parameters
    ----------
    value
        The cell.

    Returns
    -------
    list of str
        The names in their order.
    """
    return [name.strip() for name in _DIVIDED.split(cell_text(value)) if name.strip()]


def digest(value: object) -> str:
    """Give the digest by which a cell is known to be as it was written.

    Parameters
    ----------
    value
        The cell.

    Returns
    -------
    str
        16 hex digits; "" for an empty cell.
    """
    text = cell_text(value)
    if isinstance(value, str) and text:
        text = cell_text(cell_words(value))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS] if text else EMPTY_DIGEST


def row_key(sheet: str, row: Mapping[str, object]) -> tuple[str, str]:
    """Give the issue and measure a row is known by.

    Parameters
    ----------
    sheet
        Name of the sheet, one of `KEYED`.
    row
        The row.

    Returns
    -------
    tuple of str
        Issue, and measure ("" on the sheet of issues).
    """
    measure = cell_text(row.get(POSITION)) if sheet == MEASURES else ""
    return cell_text(row.get(NUMBER)), measure


def digests(tables: Mapping[str, Table]) -> dict[CellKey, str]:
    """Give the digest of every cell that is filled on the sheets of issues and measures.

    Parameters
    ----------
    tables
        The tables as the package fills them.

    Returns
    -------
    dict
        By sheet, issue, measure and header.
    """
    return {
        (sheet, *row_key(sheet, row), header): digest(value)
        for sheet in KEYED
        if sheet in tables
        for row in tables[sheet].rows
        for header, value in row.items()
        if cell_text(value)
    }


def refuse_open(path: Path) -> None:
    """Refuse a file that a spreadsheet program has open: what is not saved yet would be lost.

    Parameters
    ----------
    path
        The file; need not exist.

    Raises
    ------
    OutputError
        A lock file of Excel, WPS or LibreOffice lies beside it.
    """
    for name in (f"~${path.name}", f".~lock.{path.name}#", f".~{path.name}"):
        lock = path.with_name(name)
        if lock.exists():
            message = (
                f"{path} is open in another program: save it and close it first（请先关闭）; "
                f"if no program has it open, delete {lock.name} beside it"
            )
            chinese = (
                f"{path}正在别的程序里打开：请先保存并关闭；若并未打开，请删去旁边的{lock.name}"
            )
            raise OutputError(message, chinese=chinese)


def read_book(path: Path) -> LedgerBook:
    """Read a ledger somebody worked in.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    LedgerBook
        Its tables with all columns; cells with a formula hold what was last shown.

    Raises
    ------
    InputFileError
        It cannot be read, or is no ledger.
    """
    try:
        content = path.read_bytes()
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=False)
        shown = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except PermissionError as err:
        message = f"{path} cannot be read; if it is open in another program, 请先关闭 ({err})"
        chinese = f"读不出{path}；如已在别的程序里打开，请先关闭（{err}）"
        raise InputFileError(message, chinese=chinese) from err
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ParseError) as err:
        message = f"{path} cannot be read as a ledger ({err}); name an .xlsx file that opens"
        chinese = f"{path}不能当作台账读（{err}）；请指明能打开的.xlsx文件"
        raise InputFileError(message, chinese=chinese) from err
    kinds = {kind.name: kind for kind in SHEETS}
    missing = [name for name in KEYED if name not in book.sheetnames]
    if missing:
        message = f"{path} has no sheet {'、'.join(missing)}; name a ledger.xlsx of geo-rectify"
        chinese = f"{path}没有工作表“{'、'.join(missing)}”；请指明 geo-rectify 写出的 ledger.xlsx"
        raise InputFileError(message, chinese=chinese)
    notes = [
        f"{path.name}：工作表“{name}”不是台账的工作表，未带入（原文件不变）"
        for name in book.sheetnames
        if name not in kinds and name != _RECORD
    ]
    tables = {
        name: _table(book[name], shown[name], kinds[name], path=path)
        for name in kinds
        if name in book.sheetnames
    }
    told: dict[str, str] = {}
    marks: dict[str, dict[CellKey, str]] = {_WRITTEN: {}, _HANDED: {}}
    if _RECORD in book.sheetnames:
        for cells in book[_RECORD].iter_rows(values_only=True):
            kind, *rest = ("" if cell is None else str(cell) for cell in (*cells, *[None] * 6)[:6])
            if kind in marks:
                marks[kind][rest[0], rest[1], rest[2], rest[3]] = rest[4]
            else:
                told[kind] = rest[0]
    return LedgerBook(
        source=path.name,
        stamp=_stamp(told),
        tables=tables,
        written=marks[_WRITTEN],
        handed=marks[_HANDED],
        notes=tuple(notes),
    )


def _stamp(told: Mapping[str, str]) -> Stamp | None:
    try:
        day = dt.date.fromisoformat(told.get(_AS_OF, ""))
    except ValueError:
        return None
    return Stamp(
        provenance=told.get(_PROVENANCE, ""),
        mark=told.get(_MARK, ""),
        as_of=day,
        scope=told.get(_SCOPE, ""),
    )


def _table(sheet: Any, shown: Any, kind: SheetKind, *, path: Path) -> Table:
    first = kind.columns[0].header
    rows = list(sheet.iter_rows())
    values = list(shown.iter_rows(values_only=True))
    top = next(
        (
            at
            for at, row in enumerate(rows[:_HEADER_SEARCH])
            if first in {cell_text(cell.value) for cell in row}
        ),
        None,
    )
    if top is None:
        message = f"{path}, sheet {kind.name}: no header row with {first}; put the header back"
        chinese = f"{path}，工作表“{kind.name}”：没有含“{first}”的表头行；请恢复表头"
        raise InputFileError(message, chinese=chinese)
    headers = _headers([cell_text(cell.value) for cell in rows[top]], rows=values[top + 1 :])
    made = []
    for row, seen in zip(rows[top + 1 :], values[top + 1 :], strict=True):
        cells = {
            header: _value(cell, seen[at]) for at, header in headers.items() for cell in (row[at],)
        }
        filled = [text for text in map(cell_text, cells.values()) if text]
        if filled and filled != [kind.empty]:
            made.append(cells)
    return Table(headers=tuple(headers.values()), rows=tuple(made))


def _headers(titles: list[str], *, rows: list[tuple[Any, ...]]) -> dict[int, str]:
    """Name the columns by position; one without a title counts only if something stands in it."""
    named: dict[int, str] = {}
    for at, title in enumerate(titles):
        if not title and not any(at < len(row) and cell_text(row[at]) for row in rows):
            continue
        wanted, number = title or UNTITLED, 1
        while wanted in named.values():
            number += 1
            wanted = f"{title or UNTITLED}（{number}）"
        named[at] = wanted
    return named


def _value(cell: Any, seen: object) -> object:
    """Give what a cell shows: the result of a formula, its text where it was never worked out."""
    value = cell.value
    if cell.data_type == _FORMULA and seen is not None:
        value = seen
    return cell_text(value) if isinstance(value, str | dt.date | dt.time) else value


def write_book(ledger: LedgerBook, path: Path) -> None:
    """Write a ledger.

    Parameters
    ----------
    ledger
        The ledger; it needs a stamp.
    path
        The file.

    Raises
    ------
    OutputError
        The file cannot be written, mostly because it is open in Excel.
    """
    if ledger.stamp is None:
        message = f"{path}: the ledger does not say which run it comes from"
        chinese = f"{path}：台账没有写明出自哪次运行"
        raise OutputError(message, chinese=chinese)
    refuse_open(path)
    with open_workbook(path, ledger.stamp, title=TITLE) as book:
        for kind in SHEETS:
            table = ledger.tables.get(kind.name)
            if table is None:
                continue
            columns = _columns(kind, table)
            rows = [[row.get(column.header) for column in columns] for row in table.rows]
            if kind.most is not None:
                columns = widened(columns, rows, most=kind.most)
            sheet = book.sheet(
                kind.name, columns, title=kind.title, paper=kind.paper, freeze=kind.freeze
            )
            for at, values in enumerate(rows, start=FIRST_ROW):
                book.put_row(sheet, at, values, columns=columns, least=kind.least)
            _state_list(sheet, columns, rows=len(rows))
            _step_hints(sheet, columns, rows=len(rows))
            book.finish(sheet, columns, rows=len(rows), empty=kind.empty)
        book.hidden(_RECORD, _record(ledger, ledger.stamp))


def _columns(kind: SheetKind, table: Table) -> tuple[SheetColumn, ...]:
    own = {column.header for column in kind.columns}
    long = any(len(cell_text(row.get(name))) > _SHORT_KEY for row in table.rows for name in _KEYS)
    extra = tuple(
        SheetColumn(header=header, width=_EXTRA_WIDTH, look="input", fill=True)
        for header in table.headers
        if header not in own
    )
    named = tuple(
        replace(column, width=max(column.width, _KEY_WIDTH))
        if long and column.header in _KEYS
        else column
        for column in kind.columns
    )
    return named + extra


def _record(ledger: LedgerBook, stamp: Stamp) -> list[list[str]]:
    told = [
        [_AS_OF, stamp.as_of.isoformat()],
        [_MARK, stamp.mark],
        [_SCOPE, stamp.scope],
        [_PROVENANCE, cell_words(stamp.provenance)],
    ]
    for name, marks in ((_WRITTEN, ledger.written), (_HANDED, ledger.handed)):
        told += [[name, *key, value] for key, value in sorted(marks.items())]
    return told


def _step_hints(sheet: Any, columns: tuple[SheetColumn, ...], *, rows: int) -> None:
    """Say beside each cell of a closing step how a line of it is written."""
    for at, column in enumerate(columns if rows else ()):
        if column.header not in STEP_HINTS:
            continue
        sheet.data_validation(
            FIRST_ROW,
            at,
            FIRST_ROW + rows - 1,
            at,
            {
                "validate": "any",
                "input_title": column.header.partition("（")[0],
                "input_message": STEP_HINTS[column.header],
            },
        )


def _state_list(sheet: Any, columns: tuple[SheetColumn, ...], *, rows: int) -> None:
    at = next((i for i, column in enumerate(columns) if column.header == STATE_HEADER), None)
    if not rows or at is None:
        return
    sheet.data_validation(
        FIRST_ROW,
        at,
        FIRST_ROW + rows - 1,
        at,
        {
            "validate": "list",
            "source": [state.value for state in Progress],
            "input_title": STATE_HEADER,
            "input_message": "“未达序时进度”和完成情况由人填写；未填报的按时限推算。",
            "error_title": "不在列表中",
            "error_message": "请从列表中选择进度状态。",
        },
    )
