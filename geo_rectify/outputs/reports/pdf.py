"""The PDF writer: the same GB/T 9704 page as the Word file, set by Typst (extra ``pdf``)."""

from __future__ import annotations

import importlib.resources
from typing import TYPE_CHECKING, Final

from geo_rectify.outputs._typeset import compile_pdf, font_definitions, literal
from geo_rectify.outputs.reports.fitting import stays_whole
from geo_rectify.outputs.reports.model import (
    Page,
    Picture,
    Table,
)

if TYPE_CHECKING:
    from geo_rectify.outputs.reports.model import Block, Report

_ROOM_MM: Final = 156.0
_WIDE_ROOM_MM: Final = 384.0
_TYPE_PT: Final = 10.5
_DENSE_PT: Final = 9.0
_LONG_CELL: Final = 500


def pdf_of(report: Report) -> bytes:
    """Set a report as PDF.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    bytes
        The file: numbered pages, contents with page numbers, fonts embedded.

    Raises
    ------
    MissingDependencyError
        The extra ``pdf`` or a Chinese font is missing.
    OutputError
        The report could not be set.
    """
    pictures: dict[str, bytes] = {}
    return compile_pdf(markup_of(report, pictures), as_of=report.as_of, pictures=pictures)


def markup_of(report: Report, pictures: dict[str, bytes]) -> str:
    """Write a report as Typst markup.

    Parameters
    ----------
    report
        The report.
    pictures
        Takes up its pictures by the names the markup gives them.

    Returns
    -------
    str
        The markup.
    """
    page = importlib.resources.files("geo_rectify.outputs.reports").joinpath("page.typ")
    day = report.as_of
    edges = f"{literal(report.mark)}, {literal(report.provenance)}"
    parts = [
        font_definitions(),
        page.read_text(encoding="utf-8"),
        f"#set document(title: {literal(report.title)}, ",
        f"date: datetime(year: {day.year}, month: {day.month}, day: {day.day}))\n",
        f"#upright({edges})[\n",
        f"#entitled({literal(report.title)}, {literal(report.subtitle)})\n#contents()\n",
    ]
    wide = False
    for section in report.sections:
        turned = section.page is Page.WIDE
        if turned or (wide and section.page is Page.NEW):
            parts.append(f"]\n#{'across' if turned else 'upright'}({edges})[\n")
            wide = turned
        elif section.page is Page.NEW:
            parts.append("#pagebreak(weak: true)\n")
        parts.append(f"#heading(level: {section.level}, {literal(section.heading)})\n")
        parts += [_block(block, pictures, wide=wide) for block in section.blocks]
    parts.append("]\n")
    return "".join(parts)


def _block(block: Block, pictures: dict[str, bytes], *, wide: bool) -> str:
    if isinstance(block, Table):
        return _table(block, wide=wide)
    if isinstance(block, Picture):
        name = f"picture-{len(pictures) + 1}.png"
        pictures[name] = block.png
        return (
            f'#picture("{name}", {literal(block.alt)}, {block.width_mm:g}mm, '
            f"{literal(block.caption)})\n"
        )
    return f"#{block.tone.value}({literal(block.text)})\n"


def _table(table: Table, *, wide: bool) -> str:
    widths = ", ".join(f"{column.width:g}fr" for column in table.columns)
    dense = wide or table.dense
    whole = stays_whole(
        table,
        room_mm=_WIDE_ROOM_MM if wide else _ROOM_MM,
        type_pt=_DENSE_PT if dense else _TYPE_PT,
    )
    cells = []
    if not table.card:
        titles = ", ".join(f"named({literal(column.title)})" for column in table.columns)
        cells.append(f"table.header({titles})")
    for row in table.rows:
        cells += _cells(table, row)
    inner = ",\n".join(cells)
    sheet = f"#sheet(({widths},), {_flag(dense)}, {_flag(not whole)},\n{inner})\n"
    above = f"#caption({literal(table.caption)})\n" if table.caption else ""
    below = f"#note({literal(table.note)})\n" if table.note else ""
    return above + sheet + below


def _cells(table: Table, row: tuple[str, ...]) -> list[str]:
    """Write a row; its last cell spans what is left, and it stays whole unless very long."""
    breaks = _flag(max(map(len, row), default=0) > _LONG_CELL)
    blank = not any(row)
    cells = []
    for index, text in enumerate(row):
        span = len(table.columns) - index if index == len(row) - 1 else 1
        if table.card and index % 2 == 0:
            cells.append(f"named({literal(text)}, span: {span})")
            continue
        lines = " + linebreak() + ".join(literal(line) for line in text.split("\n"))
        align = table.columns[index].align.value
        cells.append(
            f"table.cell(colspan: {span}, align: {align} + horizon, breakable: {breaks}, "
            f"{'blank' if blank else lines})"
        )
    return cells


def _flag(value: bool) -> str:  # noqa: FBT001 - a word of Typst
    return "true" if value else "false"
