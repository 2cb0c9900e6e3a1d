"""Workbooks of one look: what every sheet has, and cells that can never become formulas."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from geo_rectify.drawing.markup import (
    demo_mark,
    guard_formula,
    package_version,
    provenance_line,
    scope_words,
)
from geo_rectify.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geo_rectify.pipeline import Assessment

FONT: Final = "Microsoft YaHei"
TITLE_ROW: Final = 0
NOTE_ROW: Final = 1
HEADER_ROW: Final = 2
FIRST_ROW: Final = 3
A3: Final = 8
A4: Final = 9
CELL_LIMIT: Final = 32_000
"""Longest text written into one cell; Excel takes 32,767 characters."""
_FOOTER_LIMIT: Final = 90
_LINE_HEIGHT: Final = 15.5
_CELL_WIDTH: Final = 1.08
"""Width of half a Chinese character at 11 pt, in the units of a column's width."""
_HIGHEST: Final = 409.0

_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "title": {"bold": True, "font_size": 16, "valign": "vcenter", "font_color": "#17365D"},
    "provenance": {"font_size": 9, "font_color": "#595959", "valign": "vcenter", "text_wrap": True},
    "header": {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "kind": "head"},
    "fill_header": {"bold": True, "bg_color": "#B45F06", "font_color": "#FFFFFF", "kind": "head"},
    "text": {"kind": "cell"},
    "group": {"kind": "cell", "bold": True, "bg_color": "#EAF1F8"},
    "strong": {"kind": "cell", "bold": True},
    "centre": {"kind": "cell", "align": "center"},
    "small": {"kind": "cell", "font_size": 9, "font_color": "#7F7F7F"},
    "number": {"kind": "cell", "align": "right"},
    "percent": {"kind": "cell", "align": "right", "num_format": "0.0%"},
    "hectares": {"kind": "cell", "align": "right", "num_format": "0.0000"},
    "mu": {"kind": "cell", "align": "right", "num_format": "0.00"},
    "metres": {"kind": "cell", "align": "right", "num_format": "0"},
    "input": {"kind": "cell", "bg_color": "#FFF7E0", "locked": False, "num_format": "@"},
    "input_number": {"kind": "cell", "bg_color": "#FFF7E0", "locked": False},
    "input_date": {
        "kind": "cell",
        "bg_color": "#FFF7E0",
        "locked": False,
        "num_format": "yyyy-mm-dd",
        "align": "center",
    },
    "plain": {"text_wrap": True, "valign": "top"},
    "heading": {"bold": True, "font_size": 12, "font_color": "#17365D"},
}
_KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "head": {
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "border": 1,
        "border_color": "#8EA9C8",
    },
    "cell": {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#BFC7D1"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
    """One column of a sheet: header, width in characters, look, and whether people fill it."""

    header: str
    width: float
    look: str = "text"
    fill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What every sheet says of the run: provenance, an example's mark, the day, the part it is."""

    provenance: str
    mark: str
    as_of: dt.date
    scope: str = ""


def stamp_of(assessment: Assessment) -> Stamp:
    """Give the stamp of a run.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    Stamp
        Its stamp.
    """
    return Stamp(
        provenance=provenance_line(assessment),
        mark=demo_mark(assessment.settings),
        as_of=assessment.settings.as_of,
        scope=scope_words(assessment),
    )


def cell_words(value: object) -> str:
    """Give the text `Workbook.put` writes for a value that is neither number nor day.

    Parameters
    ----------
    value
        The value.

    Returns
    -------
    str
        Guarded, and cut where it is longer than a cell may be.
    """
    text = str(guard_formula(value))
    return f"{text[:CELL_LIMIT]}…（以下从略，见 plan.txt）" if len(text) > CELL_LIMIT else text


class Workbook:
    """A workbook being written: its formats, and sheets with title, provenance and header."""

    def __init__(self, book: Any, stamp: Stamp) -> None:
        """Hold an open xlsxwriter workbook."""
        self._book = book
        self._provenance = stamp.provenance
        self._mark = stamp.mark
        self._scope = stamp.scope
        self._as_of = stamp.as_of
        self._looks = {
            name: book.add_format(
                {"font_name": FONT, "font_size": 11}
                | dict(_KINDS.get(str(look.get("kind")), {}))
                | {key: value for key, value in look.items() if key != "kind"}
            )
            for name, look in _LOOKS.items()
        }

    def look(self, name: str) -> Any:
        """Give a format by name."""
        return self._looks[name]

    def sheet(
        self, name: str, columns: Sequence[SheetColumn], *, title: str, paper: int, freeze: int
    ) -> Any:
        """Add a sheet with title, provenance, header row and page setup.

        Parameters
        ----------
        name
            Name of the sheet.
        columns
            Its columns.
        title
            Title over the table.
        paper
            `A3` or `A4`; always landscape, one page wide.
        freeze
            How many columns stay in view.

        Returns
        -------
        xlsxwriter.worksheet.Worksheet
            The sheet; rows begin at `FIRST_ROW`.
        """
        sheet = self._book.add_worksheet(name)
        marks = "".join(f"（{mark}）" for mark in (self._scope, self._mark) if mark)
        shown = f"{title}{marks}"
        self.put(sheet, TITLE_ROW, 0, shown, look="title")
        total = sum(column.width for column in columns)
        note = guard_formula(self._provenance)[:CELL_LIMIT]
        sheet.merge_range(NOTE_ROW, 0, NOTE_ROW, len(columns) - 1, "", self.look("provenance"))
        sheet.write_string(NOTE_ROW, 0, note, self.look("provenance"))
        sheet.set_row(TITLE_ROW, 30)
        sheet.set_row(NOTE_ROW, _height([(note, total)], least=16))
        headers = [(column.header, column.width) for column in columns]
        sheet.set_row(HEADER_ROW, _height(headers, least=36))
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
            look = "fill_header" if column.fill else "header"
            self.put(sheet, HEADER_ROW, position, column.header, look=look)
        sheet.freeze_panes(FIRST_ROW, freeze)
        sheet.set_paper(paper)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.35, right=0.35, top=0.5, bottom=0.6)
        sheet.repeat_rows(TITLE_ROW, HEADER_ROW)
        sheet.set_footer(f"&L&8{self._footer(shown)}&R&8第 &P 页，共 &N 页")
        sheet.hide_gridlines(2)
        sheet.set_zoom(90)
        return sheet

    def _footer(self, title: str) -> str:
        mark = title if len(title) <= _FOOTER_LIMIT else f"{title[:_FOOTER_LIMIT]}…"
        stamp = f"{mark}  geo_rectify {package_version()}  截至{self._as_of.isoformat()}"
        return stamp.replace("&", "&&")

    def put(self, sheet: Any, row: int, column: int, value: object, *, look: str = "text") -> None:
        """Write one cell: numbers as numbers, days as days, all else as guarded text.

        Parameters
        ----------
        sheet
            The sheet.
        row, column
            From 0.
        value
            The value; None and "" leave a formatted blank.
        look
            Name of the format.
        """
        style = self._looks[look]
        if value is None or value == "":
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            sheet.write_number(row, column, value, style)
        elif isinstance(value, dt.date):
            sheet.write_string(row, column, value.isoformat(), style)
        else:
            sheet.write_string(row, column, cell_words(value), style)

    def hidden(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """Add a sheet nobody sees, for what the package must know when it reads the file again.

        Parameters
        ----------
        name
            Name of the sheet.
        rows
            Its cells, all text.
        """
        sheet = self._book.add_worksheet(name)
        for at, row in enumerate(rows):
            for position, text in enumerate(row):
                sheet.write_string(at, position, text)
        sheet.very_hidden()

    def put_row(
        self,
        sheet: Any,
        row: int,
        values: Sequence[object],
        *,
        columns: Sequence[SheetColumn],
        least: float = 30,
    ) -> None:
        """Write one row in the looks of its columns, as high as its longest text needs.

        Parameters
        ----------
        sheet
            The sheet.
        row
            From 0.
        values
            One value a column; missing ones at the end are left blank.
        columns
            The columns.
        least
            Least height in points.
        """
        padded = [*values, *([None] * (len(columns) - len(values)))]
        for position, (value, column) in enumerate(zip(padded, columns, strict=True)):
            self.put(sheet, row, position, value, look=column.look)
        texts = [(str(value), c.width) for value, c in zip(padded, columns, strict=True) if value]
        # Programs other than Excel do not fit the height of wrapped rows on opening.
        sheet.set_row(row, _height(texts, least=least))

    def finish(self, sheet: Any, columns: Sequence[SheetColumn], *, rows: int, empty: str) -> None:
        """Close a table: filter and print area, or a line that says why it is empty.

        Parameters
        ----------
        sheet
            The sheet.
        columns
            Its columns.
        rows
            How many rows were written.
        empty
            What to say where there are none.
        """
        last = HEADER_ROW + max(rows, 1)
        if not rows:
            self.put(sheet, FIRST_ROW, 0, empty, look="provenance")
        sheet.autofilter(HEADER_ROW, 0, last, len(columns) - 1)
        sheet.print_area(TITLE_ROW, 0, last, len(columns) - 1)


def widened(
    columns: Sequence[SheetColumn], rows: Sequence[Sequence[object]], *, most: float
) -> tuple[SheetColumn, ...]:
    """Widen the columns whose longest text needs more than the highest row a sheet can have.

    Parameters
    ----------
    columns
        The columns.
    rows
        The values to be written.
    most
        Widest column to give.

    Returns
    -------
    tuple of SheetColumn
        The columns, those with very long texts wider.
    """
    made = []
    for position, column in enumerate(columns):
        texts = [str(row[position] or "") for row in rows if position < len(row)]
        width = column.width
        while width < most and _needed([(text, width) for text in texts]) > _HIGHEST:
            width += 4
        made.append(replace(column, width=width))
    return tuple(made)


def _height(texts: Sequence[tuple[str, float]], *, least: float) -> float:
    return min(_HIGHEST, max(least, _needed(texts)))


def _needed(texts: Sequence[tuple[str, float]]) -> float:
    """Give the height in points that the longest wrapped text needs in its column's width."""
    most = 1
    for text, width in texts:
        lines = 0.0
        for line in text[:CELL_LIMIT].splitlines() or [""]:
            cells = sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in line)
            lines += max(1, -(-cells * _CELL_WIDTH // max(1.0, width - 1)))
        most = max(most, int(lines))
    return most * _LINE_HEIGHT + 5


@contextmanager
def open_workbook(path: Path, stamp: Stamp, *, title: str) -> Iterator[Workbook]:
    """Open a workbook for writing; it is saved when the block ends.

    Parameters
    ----------
    path
        The file.
    stamp
        What every sheet says of the run.
    title
        Title in the file's properties.

    Yields
    ------
    Workbook
        The workbook.

    Raises
    ------
    OutputError
        The file cannot be written, mostly because it is open in Excel.
    """
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    # The package stamps the current time unless it is told another one.
    created = dt.datetime.combine(stamp.as_of, dt.time(0), tzinfo=dt.UTC)
    book.set_properties(
        {
            "title": title,
            "author": "geo_rectify",
            "comments": stamp.provenance[:CELL_LIMIT],
            "created": created,
        }
    )
    book.set_size(2400, 1600)
    finished = False
    try:
        yield Workbook(book, stamp)
        finished = True
    finally:
        # Else the workbook's destructor would write what there is so far.
        book.fileclosed = not finished
    try:
        book.close()
    except FileCreateError as err:
        message = f"{path} cannot be written; if it is open in another program, 请先关闭 ({err})"
        chinese = f"写不进{path}；如已在别的程序里打开，请先关闭（{err}）"
        raise OutputError(message, chinese=chinese) from err
