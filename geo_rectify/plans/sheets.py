"""Reading Excel ledgers (.xlsx): each sheet a table, merged cells once."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.errors import InputFileError
from geo_rectify.plans.containers import check_container
from geo_rectify.plans.content import Content, ContentBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAIN: Final = "xl/workbook.xml"
_REMEDY: Final = "save it again in Excel as .xlsx, or the table in Word as .docx"
_MAX_CELLS: Final = 500_000


def read_sheets(payload: bytes, /, *, name: str) -> Content:
    """Read the cells of an Excel workbook, sheet by sheet and row by row.

    The stored values of formulas are read, formulas are not run; hidden sheets are left out, and
    macros are never opened.

    Parameters
    ----------
    payload
        The bytes of the file.
    name
        File name, for messages.

    Returns
    -------
    Content
        The text, a line for each line of a cell, and the grid.

    Raises
    ------
    InputFileError
        It is no Excel workbook, or an encrypted, damaged or hostile one.
    """
    check_container(payload, name=name, main=_MAIN, kind="Excel workbook", remedy=_REMEDY)
    import openpyxl  # noqa: PLC0415 - slow to load, and not every plan is an .xlsx
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    builder = ContentBuilder()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions openpyxl leaves out
            book = openpyxl.load_workbook(io.BytesIO(payload), data_only=True, keep_links=False)
        several = len(book.worksheets) > 1
        table = 0
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            table += 1
            _read_sheet(sheet, table, builder, title=sheet.title if several else "")
    except (
        InvalidFileException,
        LookupError,
        AttributeError,
        TypeError,
        SyntaxError,
        ValueError,
        OSError,
    ) as err:
        # openpyxl meets missing or odd parts with any of these
        message = f"{name}: the Excel workbook is damaged ({type(err).__name__}: {err}): {_REMEDY}"
        raise InputFileError(
            message,
            chinese=f"{name}：Excel文件已损坏（{type(err).__name__}）；请用Excel或WPS打开后另存为 .xlsx",
        ) from err
    return builder.content()


def _read_sheet(sheet: Any, table: int, builder: ContentBuilder, *, title: str) -> None:
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for merged in sheet.merged_cells.ranges:
        rows, columns = merged.max_row - merged.min_row + 1, merged.max_col - merged.min_col + 1
        spans[merged.min_row, merged.min_col] = rows, columns
        if rows * columns <= _MAX_CELLS:
            covered.update(
                (row, column)
                for row in range(merged.min_row, merged.max_row + 1)
                for column in range(merged.min_col, merged.max_col + 1)
            )
    for row, column, value in _values(sheet):
        if (row, column) in covered and (row, column) not in spans:
            continue
        place = f"{sheet.cell(row, column).coordinate}"
        builder.add_cell(
            shown_value(value).replace("\r\n", "\n").replace("\r", "\n").split("\n"),
            locator=f"{title}!{place}" if title else place,
            place=(table, row, column),
            span=spans.get((row, column), (1, 1)),
        )


def _values(sheet: Any) -> Iterator[tuple[int, int, Any]]:
    told = 0
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.value is not None and str(cell.value).strip():
                told += 1
                if told > _MAX_CELLS:
                    message = f"sheet {sheet.title} holds more than {_MAX_CELLS} cells"
                    raise ValueError(message)
                yield cell.row, cell.column, cell.value


def shown_value(value: object) -> str:
    """Write a cell's value as a plan would print it.

    Parameters
    ----------
    value
        Text, number, date or truth value.

    Returns
    -------
    str
        A date as ``2024年12月31日``, whole numbers without a point.
    """
    if isinstance(value, dt.datetime | dt.date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
