"""Reading PDFs with a text layer: lines to paragraphs, ruled tables to cells, page furniture out."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.errors import InputFileError
from geo_rectify.plans.content import Content, ContentBuilder, cell_locator
from geo_rectify.plans.pdf_columns import UnruledTable, column_lines, unruled_table
from geo_rectify.plans.pdf_lines import (
    PrintedLine,
    left_margin,
    lines_of,
    paragraphs_of,
    right_margin,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_PAGES: Final = 3000
MAX_UNPACKED_BYTES: Final = 600 * 1024 * 1024
_REMEDY: Final = "save it as .docx or .txt and give that file"
_STREAM: Final = re.compile(rb"stream\r?\n")
_CHUNK: Final = 16 * 1024 * 1024
_PAGE_NUMBER: Final = re.compile(
    r"[-—–－·.\s]*(?:第\s*)?[0-9０-９ⅠⅡⅢⅣⅤivxIVX]{1,5}\s*页?"
    r"(?:\s*[/／,，]?\s*(?:共\s*)?[0-9]{1,5}\s*页?)?[-—–－·.\s]*"
)
_DIGITS: Final = re.compile(r"[0-9０-９]+")
_EDGE_LINES: Final = 2
_FULL_LINES: Final = 0.2
_SHORT_LINES: Final = 0.85
"""Below this share of the way to an even margin, no line of a document is full."""
_MIN_REPEATS: Final = 3
_MIN_REPEAT_SHARE: Final = 0.4
_MIN_RULES: Final = 4
_MIN_CHARACTERS_PER_PAGE: Final = 8
_EDGE_TOLERANCE: Final = 3.0
_PADDING: Final = 8.0
_SMALL: Final = 0.85
_EDGE_SHARE: Final = 0.08


@dataclass(slots=True, kw_only=True)
class _PdfCell:
    row: int
    column: int
    rows: int
    columns: int
    lines: list[PrintedLine]
    right: float


@dataclass(slots=True, kw_only=True)
class _Table:
    top: float
    edges: tuple[float, ...]
    cells: list[_PdfCell] = field(default_factory=list)
    rows: int = 0


@dataclass(slots=True, kw_only=True)
class _Page:
    number: int
    height: float
    width: float
    lines: list[PrintedLine]
    tables: list[_Table]


def read_pdf(payload: bytes, /, *, name: str) -> Content:
    """Read the text layer of a PDF.

    Page numbers, headers and footers are left out; lines are joined to paragraphs by where they
    end, tables are read where they are ruled, and a table that goes on over pages is one.

    Parameters
    ----------
    payload
        The bytes of the file.
    name
        File name, for messages.

    Returns
    -------
    Content
        A block a paragraph, its locator the page, and the grid of the tables.

    Raises
    ------
    InputFileError
        It is no PDF, a damaged, encrypted or hostile one, or a scan without a text layer.
    """
    if b"%PDF" not in payload[:1024]:
        message = f"{name}: this is no PDF (its first bytes are {payload[:4]!r}): {_REMEDY}"
        raise InputFileError(message, chinese=f"{name}：不是PDF文件；请另存为 .docx 或 .txt 后再读")
    _check_streams(payload, name)
    import pdfplumber  # noqa: PLC0415 - slow to load, and not every plan is a PDF
    from pdfminer.pdfdocument import PDFPasswordIncorrect  # noqa: PLC0415
    from pdfminer.pdfexceptions import PDFException  # noqa: PLC0415
    from pdfminer.psexceptions import PSException  # noqa: PLC0415
    from pdfplumber.utils.exceptions import PdfminerException  # noqa: PLC0415

    try:
        with pdfplumber.open(io.BytesIO(payload)) as document:
            pages = _pages(document, name)
    except InputFileError:
        raise
    except (
        PdfminerException,
        PDFException,
        PSException,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        AssertionError,
        ArithmeticError,
        RecursionError,
        NotImplementedError,
        OSError,
        struct.error,
        zlib.error,
    ) as err:
        locked = isinstance(err, PDFPasswordIncorrect) or any(
            isinstance(cause, PDFPasswordIncorrect) for cause in (*err.args, err.__cause__)
        )
        if locked:
            message = f"{name}: the PDF is encrypted: take the password off, or {_REMEDY}"
            chinese = f"{name}：PDF有密码；请去掉密码，或另存为 .docx 或 .txt 后再读"
        else:
            message = f"{name}: the PDF is damaged ({type(err).__name__}: {err}): {_REMEDY}"
            chinese = f"{name}：PDF已损坏（{type(err).__name__}）；请另存为 .docx 或 .txt 后再读"
        raise InputFileError(message, chinese=chinese) from err
    return _content(pages, name=name)


def _pages(document: Any, name: str) -> list[_Page]:
    if len(document.pages) > MAX_PAGES:
        message = f"{name}: {len(document.pages)} pages are too many (at most {MAX_PAGES})"
        raise InputFileError(
            message,
            chinese=f"{name}：有{len(document.pages)}页，超过上限{MAX_PAGES}页；请只留方案部分",
        )
    made: list[_Page] = []
    unruled: UnruledTable | None = None
    for page in document.pages:
        read, unruled = _page(page, before=unruled)
        made.append(read)
    return made


def _check_streams(payload: bytes, name: str) -> None:
    """Refuse a file whose packed streams would fill the memory."""
    total = 0
    for match in _STREAM.finditer(payload):
        unpacker = zlib.decompressobj()
        data = payload[match.end() : match.end() + _CHUNK]
        try:
            while data and not unpacker.eof:
                total += len(unpacker.decompress(data, _CHUNK))
                data = unpacker.unconsumed_tail
                if total > MAX_UNPACKED_BYTES:
                    message = (
                        f"{name}: unpacked the PDF would take more than "
                        f"{MAX_UNPACKED_BYTES / 1e6:.0f} MB; the file is refused: {_REMEDY}"
                    )
                    raise InputFileError(
                        message,
                        chinese=f"{name}：PDF解压后将超过{MAX_UNPACKED_BYTES / 1e6:.0f} MB，已拒绝读取；请另存为 .docx 或 .txt 后再读",
                    )
        except zlib.error:
            continue  # a picture, or a stream packed another way


def _page(page: Any, *, before: UnruledTable | None) -> tuple[_Page, UnruledTable | None]:
    """Take lines and tables of a page, and let the page go."""
    lines = lines_of(page.chars)
    tables: list[_Table] = []
    unruled: UnruledTable | None = None
    if len(page.lines) + len(page.rects) + len(page.curves) >= _MIN_RULES:
        for found in page.find_tables():
            table = _table(found, page.chars)
            if table is not None:
                tables.append(table)
                left, top, right, bottom = found.bbox
                lines = [
                    line
                    for line in lines
                    if not (
                        top <= (line.top + line.bottom) / 2 <= bottom
                        and left <= (line.x0 + line.x1) / 2 <= right
                    )
                ]
    if not tables:
        inner = [c for c in page.chars if _is_inside(c, page)]
        unruled = unruled_table(inner, before=before)
        if unruled is not None:
            tables.append(_without_rules(unruled))
            lines = [line for line in lines if not unruled.top <= _middle(line) <= unruled.bottom]
        else:
            lines = column_lines(page.chars) or lines
    made = _Page(
        number=page.page_number,
        height=float(page.height),
        width=float(page.width),
        lines=lines,
        tables=tables,
    )
    page.close()
    return made, unruled


def _middle(line: PrintedLine) -> float:
    return (line.top + line.bottom) / 2


def _is_inside(character: dict[str, Any], page: Any) -> bool:
    """Say whether a character stands between the edges where headers and page numbers do."""
    edge = _EDGE_SHARE * float(page.height)
    inside: bool = character["top"] > edge and character["bottom"] < float(page.height) - edge
    return inside


def _without_rules(found: UnruledTable) -> _Table:
    width = len(found.edges) + 1
    table = _Table(top=found.top, edges=found.edges, rows=len(found.rows))
    rights = [
        max(
            (line.words_x1 for row in found.rows if not row.whole for line in row.cells[column]),
            default=0.0,
        )
        for column in range(width)
    ]
    for row, held in enumerate(found.rows, start=1):
        for column, lines in enumerate(held.cells, start=1):
            table.cells.append(
                _PdfCell(
                    row=row,
                    column=column,
                    rows=1,
                    columns=width if held.whole else 1,
                    lines=list(lines),
                    right=rights[column - 1],
                )
            )
    return table


def _table(found: Any, characters: Sequence[dict[str, Any]]) -> _Table | None:
    boxes = [box for box in found.cells if box is not None]
    columns = _edges([box[0] for box in boxes])
    tops = _edges([box[1] for box in boxes])
    if len(boxes) < 2 or len(columns) < 2:  # noqa: PLR2004 - one cell is a frame, one column too
        return None
    table = _Table(top=float(found.bbox[1]), edges=tuple(columns), rows=len(tops))
    for box in sorted(boxes, key=lambda each: (each[1], each[0])):
        x0, top, x1, bottom = box
        inside = [
            c
            for c in characters
            if x0 <= (c["x0"] + c["x1"]) / 2 < x1 and top <= (c["top"] + c["bottom"]) / 2 < bottom
        ]
        lines = lines_of(inside)
        row, column = _at(tops, top), _at(columns, x0)
        table.cells.append(
            _PdfCell(
                row=row + 1,
                column=column + 1,
                rows=sum(top - 1 < each < bottom - 1 for each in tops),
                columns=sum(x0 - 1 < each < x1 - 1 for each in columns),
                lines=lines,
                right=x1
                - min(_PADDING, max(0.0, min((line.x0 for line in lines), default=x0) - x0)),
            )
        )
    return table


def _edges(values: Sequence[float]) -> list[float]:
    made: list[float] = []
    for value in sorted(values):
        if not made or value - made[-1] > _EDGE_TOLERANCE:
            made.append(value)
    return made


def _at(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - value))


def _content(pages: list[_Page], *, name: str) -> Content:
    told = sum(len(line.text) for page in pages for line in page.lines) + sum(
        len(line.text)
        for page in pages
        for table in page.tables
        for cell in table.cells
        for line in cell.lines
    )
    if told < _MIN_CHARACTERS_PER_PAGE * len(pages):
        message = (
            f"{name}: the {len(pages)} pages of the PDF hold pictures and no text layer (a scan): "
            "have its characters recognised (OCR), or ask the publisher for the Word file"
        )
        raise InputFileError(
            message,
            chinese=f"{name}：{len(pages)}页PDF都是图片，没有文字层（扫描件）；请先识别文字（OCR），或向发布单位索取Word文件",
        )
    empty = [page.number for page in pages if not page.lines and not page.tables]
    _drop_furniture(pages)
    builder = ContentBuilder()
    every = [line for page in pages for line in page.lines]
    margin = right_margin(every)
    even = max(page.width for page in pages) - left_margin(every)
    full = sum(line.words_x1 > margin - line.size for line in every)
    if margin < _SHORT_LINES * even and full < _FULL_LINES * len(every):
        margin = even  # no line is full: the margin is as wide as that on the left
    tables = 0
    for run in _runs(pages):
        if isinstance(run, _Table):
            tables += 1
            _add_table(builder, run, tables)
        else:
            for words, page in paragraphs_of(run, right=margin):
                builder.add(words, f"第{page}页")
    content = builder.content()
    if not empty:
        return content
    shown = "、".join(map(str, empty[:20]))
    words = f"PDF第{shown}页没有文字层（扫描或图片），未读取"
    return Content(
        text=content.text,
        blocks=content.blocks,
        grid=content.grid,
        notes=(("page_without_text", words),),
    )


def _drop_furniture(pages: Sequence[_Page]) -> None:
    """Take page numbers, and headers and footers that repeat at one height, out of the pages."""
    repeated: Counter[tuple[str, int]] = Counter()
    for page in pages:
        repeated.update({_furniture_key(line) for line in _edge_lines(page)})
    limit = max(min(_MIN_REPEATS, max(2, len(pages))), _MIN_REPEAT_SHARE * len(pages))
    sizes = sorted(line.size for page in pages for line in page.lines)
    small = _SMALL * sizes[len(sizes) // 2] if sizes else 0.0
    for page in pages:
        edges = _edge_lines(page)
        outer = [line for line in (edges[:1] + edges[-1:]) if _PAGE_NUMBER.fullmatch(line.text)]
        gone = {
            id(line)
            for line in edges
            if repeated[_furniture_key(line)] >= limit
            or any(line is each for each in outer)
            or (line.size < small and _is_at_edge(line, page))
        }
        page.lines = [line for line in page.lines if id(line) not in gone]


def _is_at_edge(line: PrintedLine, page: _Page) -> bool:
    edge = _EDGE_SHARE * page.height
    return line.bottom < edge or line.top > page.height - edge


def _edge_lines(page: _Page) -> list[PrintedLine]:
    lines = sorted(page.lines, key=lambda line: line.top)
    if len(lines) <= 2 * _EDGE_LINES:
        return lines
    return lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]


def _furniture_key(line: PrintedLine) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text.strip()), round(line.top / 4)


def _runs(pages: Sequence[_Page]) -> Iterator[list[PrintedLine] | _Table]:
    """Give stretches of lines and whole tables in the order they stand, over the pages."""
    lines: list[PrintedLine] = []
    table: _Table | None = None
    for page in pages:
        items: list[tuple[float, int, PrintedLine | _Table]] = [
            *((float(line.order) or line.top, 1, line) for line in page.lines),
            *((each.top, 0, each) for each in page.tables),
        ]
        for position, (_, _, item) in enumerate(sorted(items, key=lambda each: each[:2])):
            if isinstance(item, PrintedLine):
                if table is not None:
                    yield table
                    table = None
                lines.append(item.on(page.number))
                continue
            if lines:
                yield lines
                lines = []
            if table is not None and position == 0 and _same_columns(table, item):
                _append(table, item)
                continue
            if table is not None:
                yield table
            table = item
    if lines:
        yield lines
    if table is not None:
        yield table


def _same_columns(table: _Table, after: _Table) -> bool:
    return len(table.edges) == len(after.edges) and all(
        abs(a - b) <= 2 * _EDGE_TOLERANCE for a, b in zip(table.edges, after.edges, strict=True)
    )


def _words(cells: Sequence[_PdfCell]) -> list[str]:
    return ["".join(line.text for line in cell.lines) for cell in cells]


def _append(table: _Table, after: _Table) -> None:
    """Let a table go on: a header printed again is dropped, a row cut by the page made whole."""
    head = [cell for cell in table.cells if cell.row == 1]
    again = [cell for cell in after.cells if cell.row == 1]
    skip = 1 if _words(head) == _words(again) and any(_words(head)) else 0
    first = [cell for cell in after.cells if cell.row == 1 + skip]
    cut = bool(first) and first[0].column == 1 and not first[0].lines and table.rows > 1
    if cut:
        last = {cell.column: cell for cell in table.cells if cell.row + cell.rows > table.rows}
        for cell in first:
            if cell.column in last:
                last[cell.column].lines.extend(cell.lines)
            elif cell.lines:
                cut = False
    shift = table.rows - skip - (1 if cut else 0)
    for cell in after.cells:
        if cell.row <= skip or (cut and cell.row == 1 + skip):
            continue
        cell.row += shift
        table.cells.append(cell)
    table.rows += after.rows - skip - (1 if cut else 0)


def _add_table(builder: ContentBuilder, table: _Table, number: int) -> None:
    for cell in sorted(table.cells, key=lambda each: (each.row, each.column)):
        words = [words for words, _ in paragraphs_of(cell.lines, right=cell.right)]
        builder.add_cell(
            words or [""],
            locator=cell_locator(number, cell.row, cell.column),
            place=(number, cell.row, cell.column),
            span=(cell.rows, cell.columns),
        )
