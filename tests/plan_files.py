"""The same plan in every format, for tests: lines, or rows of a table, to files."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import docx
import openpyxl

if TYPE_CHECKING:
    from pathlib import Path

MERGED_UP = "^"
MERGED_LEFT = "<"
LINE = "⏎"
FONT = "STSong-Light"


def read_rows(text: str) -> list[list[str]]:
    """Part ``a|b`` lines; ^ goes on from the cell above, < from the cell on the left."""
    return [line.split("|") for line in text.strip().split("\n")]


def spans_of(rows: list[list[str]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Give how many rows and columns each cell covers, by row and column from zero."""
    made = {}
    for r, row in enumerate(rows):
        for c, words in enumerate(row):
            if words in {MERGED_UP, MERGED_LEFT}:
                continue
            right = c + 1
            while right < len(row) and row[right] == MERGED_LEFT:
                right += 1
            below = r + 1
            while below < len(rows) and rows[below][c : c + 1] == [MERGED_UP]:
                below += 1
            made[r, c] = below - r, right - c
    return made


def txt_of_lines(lines: list[str], path: Path) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return path


def docx_of_lines(lines: list[str], path: Path) -> Path:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(path)
    return path


def html_of_lines(lines: list[str], path: Path) -> Path:
    body = "".join(f"<p>{html.escape(line)}</p>\n" for line in lines)
    page = f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    path.write_text(page, encoding="utf-8")
    return path


def xlsx_of_lines(lines: list[str], path: Path) -> Path:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append([line])
    book.save(path)
    return path


def _font() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def pdf_of_lines(lines: list[str], path: Path) -> Path:
    """Typeset paragraphs on A4 with a running head and page numbers."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    _font()
    style = ParagraphStyle("p", fontName=FONT, fontSize=14, leading=24, wordWrap="CJK")
    indented = ParagraphStyle("i", parent=style, firstLineIndent=28)

    def furniture(canvas, page):
        canvas.setFont(FONT, 10)
        canvas.drawString(90, 800, "督察整改方案（公开版）")
        canvas.drawCentredString(300, 40, f"— {page.page} —")

    story = [
        Paragraph(html.escape(line), style if number == 0 else indented)
        if line.strip()
        else Spacer(1, 12)
        for number, line in enumerate(lines)
    ]
    SimpleDocTemplate(str(path), pagesize=A4, invariant=1).build(
        story, onFirstPage=furniture, onLaterPages=furniture
    )
    return path


def docx_of_rows(rows: list[list[str]], path: Path, *, title: str = "") -> Path:
    document = docx.Document()
    if title:
        document.add_paragraph(title)
    table = document.add_table(rows=len(rows), cols=max(map(len, rows)))
    for (r, c), (down, right) in spans_of(rows).items():
        cell = table.cell(r, c)
        if (down, right) != (1, 1):
            cell = cell.merge(table.cell(r + down - 1, c + right - 1))
        first, *others = rows[r][c].split(LINE)
        cell.paragraphs[0].text = first
        for words in others:
            cell.add_paragraph(words)
    document.save(path)
    return path


def xlsx_of_rows(rows: list[list[str]], path: Path, *, title: str = "") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    top = 1
    if title:
        sheet.append([title])
        top = 2
    for (r, c), (down, right) in spans_of(rows).items():
        words = rows[r][c].replace(LINE, "\n")
        sheet.cell(r + top, c + 1, int(words) if words.isdecimal() else words)
        if (down, right) != (1, 1):
            sheet.merge_cells(
                start_row=r + top,
                start_column=c + 1,
                end_row=r + top + down - 1,
                end_column=c + right,
            )
    book.save(path)
    return path


def html_of_rows(rows: list[list[str]], path: Path, *, title: str = "") -> Path:
    made = [f"<p>{html.escape(title)}</p>" if title else "", "<table>"]
    spans = spans_of(rows)
    for r, row in enumerate(rows):
        made.append("<tr>")
        for c, words in enumerate(row):
            if (r, c) in spans:
                down, right = spans[r, c]
                shown = "<br/>".join(html.escape(each) for each in words.split(LINE))
                made.append(f'<td rowspan="{down}" colspan="{right}">{shown}</td>')
        made.append("</tr>")
    page = "".join([*made, "</table>"])
    path.write_text(
        f'<html><head><meta charset="gb2312"></head><body>{page}</body></html>', encoding="gb18030"
    )
    return path


def pdf_of_rows(
    rows: list[list[str]], path: Path, *, title: str = "", ruled: bool = True, align: str = "TOP"
) -> Path:
    """Typeset a table on landscape A4, ruled or not; it runs over pages."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    _font()
    style = ParagraphStyle("c", fontName=FONT, fontSize=10, leading=13, wordWrap="CJK")
    spans = spans_of(rows)
    width = max(map(len, rows))
    grid = [["" for _ in range(width)] for _ in rows]
    commands = [("VALIGN", (0, 0), (-1, -1), align)]
    if ruled:
        commands.append(("GRID", (0, 0), (-1, -1), 0.5, "black"))
    for (r, c), (down, right) in spans.items():
        words = [Paragraph(html.escape(each), style) for each in rows[r][c].split(LINE)]
        grid[r][c] = words
        if (down, right) != (1, 1):
            commands.append(("SPAN", (c, r), (c + right - 1, r + down - 1)))
    head = [Paragraph(html.escape(title), style)] if title else []
    SimpleDocTemplate(str(path), pagesize=landscape(A4), invariant=1).build(
        [*head, Table(grid, colWidths=[760 / width] * width, style=commands)]
    )
    return path


def txt_of_rows(rows: list[list[str]], path: Path, *, title: str = "") -> Path:
    """Write rows without merged cells as a tab table, lines within a cell run on."""
    lines = ["\t".join(words.replace(LINE, "") for words in row) for row in rows]
    path.write_text("\n".join(([title] if title else []) + lines), encoding="gb18030")
    return path


OF_LINES = {
    "txt": txt_of_lines,
    "docx": docx_of_lines,
    "html": html_of_lines,
    "xlsx": xlsx_of_lines,
    "pdf": pdf_of_lines,
}
OF_ROWS = {"docx": docx_of_rows, "xlsx": xlsx_of_rows, "html": html_of_rows, "pdf": pdf_of_rows}


def two_column_pdf(lines: list[str], path: Path) -> Path:
    """Typeset a title over two columns of text."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer

    _font()
    style = ParagraphStyle(
        "p", fontName=FONT, fontSize=10.5, leading=17, wordWrap="CJK", firstLineIndent=21
    )
    width, height = A4
    column = (width - 104) / 2

    def furniture(canvas, page):
        if page.page == 1:
            canvas.setFont(FONT, 14)
            canvas.drawCentredString(width / 2, height - 70, lines[0])
        canvas.setFont(FONT, 9)
        canvas.drawCentredString(width / 2, 30, f"- {page.page} -")

    frames = [
        Frame(40 + side * (column + 24), 60, column, height - 160, id=str(side)) for side in (0, 1)
    ]
    document = BaseDocTemplate(str(path), pagesize=A4, invariant=1)
    document.addPageTemplates([PageTemplate(id="two", frames=frames, onPage=furniture)])
    document.build(
        [
            Paragraph(html.escape(line), style) if line.strip() else Spacer(1, 6)
            for line in lines[1:]
        ]
    )
    return path
