"""Reading text files (.txt, .md): lines, tables drawn with | or tabs, and lines broken by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo_rectify.errors import InputFileError
from geo_rectify.models import Block
from geo_rectify.plans.content import Content, cell_locator
from geo_rectify.plans.decoding import decode
from geo_rectify.plans.joining import (
    begins_item,
    ends_sentence,
    is_page_mark,
    is_title,
    leaves_open,
    opens_field,
    parts_label,
)
from geo_rectify.plans.pasted import rows_of_columns, rows_of_lines
from geo_rectify.plans.records import Cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.plans.pasted import Rows

_LINE_END: Final = re.compile("\r\n|[\r\n\v\f\u0085\u2028\u2029]")
_RULE: Final = re.compile(r"\s*[|｜+]?[\s:|｜+=─━-]*-{2,}[\s:|｜+=─━-]*\Z")
_MIN_ROWS: Final = 2
_MIN_TABS: Final = 2
_MIN_WRAPPED: Final = 5
_MIN_WRAPPED_SHARE: Final = 0.25
_MIN_BROKEN_SHARE: Final = 0.6
_MIN_BROKEN: Final = 3
_MIN_PROSE: Final = 2
_SURE_BROKEN_SHARE: Final = 0.75
_MARKS: Final = ("|", "｜", "\t")
_MAX_QUOTED: Final = 200
_MIN_TURNED: Final = 15
"""A shorter line before a page mark is a heading or a title, not the first part of a paragraph."""
_QUOTE_OPENS: Final = re.compile(r'(?:\A|(?<=\t))"')
_QUOTE_CLOSES: Final = re.compile(r'"(?=\t|\Z)')
_WIDEST_WRAP: Final = 160
_NARROWEST_WRAP: Final = 40
_SLACK: Final = 5
_MARKDOWN: Final = (
    (re.compile(r"\A\s{0,3}(?:#{1,6}\s+|>\s?)+"), ""),
    (re.compile(r"\A\s{0,12}[-*+]\s+(?=\S)"), ""),
    (re.compile(r"\*\*|__|`"), ""),
    (re.compile(r"!?\[([^\]\n]{0,400})\]\([^)\n]{0,800}\)"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|~-])"), r"\1"),
)
_BREAK: Final = re.compile(r"<br\s*/?>|\r\n|[\r\n]", re.IGNORECASE)


def read_text(payload: bytes, /, *, name: str) -> Content:
    """Read a text file, character for character.

    Parameters
    ----------
    payload
        The bytes of the file, in UTF-8, UTF-16 or GB18030.
    name
        File name, for messages.

    Returns
    -------
    Content
        A block for each line, each cell of a table, and each paragraph whose lines were broken.

    Raises
    ------
    InputFileError
        Nothing but white space is in it.
    EncodingError
        Its encoding cannot be told.
    """
    text = decode(payload, name=name)
    content = text_content(text)
    if not content.blocks:
        message = f"{name}: the file is empty but for white space: fetch it again"
        raise InputFileError(message, chinese=f"{name}：文件里只有空白；请重新下载或复制")
    return content


def text_content(text: str) -> Content:
    """Find the blocks of a text.

    Parameters
    ----------
    text
        The text.

    Returns
    -------
    Content
        With the text unchanged.
    """
    numbered, turns = _without_page_marks(text, _quoted(text, _lines(text)))
    lines = [line for _, line in numbered]
    blocks: list[Block] = []
    grid: list[Cell] = []
    wraps: list[tuple[int, int]] = []
    width = _wrap_width(text, lines)
    index = tables = 0
    while index < len(lines):
        mark, count = _table_at(text, lines, index)
        if mark:
            tables += 1
            _add_table(text, lines[index : index + count], mark, tables, (blocks, grid))
            index += count
            continue
        rows, count = _pasted(text, lines, index)
        if rows:
            tables += 1
            _add_rows(text, rows, tables, (blocks, grid))
            index += count
            continue
        start, end = lines[index]
        number = numbered[index][0]
        while index + 1 < len(lines) and (
            (index in turns and _turns_page(text, lines, index))
            or (width and _goes_on(text, lines, index, width))
            or _left_open(text, lines, index)
        ):
            wraps.append(_break_between(text, lines[index], lines[index + 1]))
            index += 1
            end = lines[index][1]
        if text[start:end].strip():
            blocks.append(Block(start=start, end=end, locator=f"第{number}段"))
        index += 1
    return Content(text=text, blocks=tuple(blocks), grid=tuple(grid), wraps=tuple(wraps))


def with_drawn_tables(content: Content) -> Content:
    """Read paragraphs that draw a table with | or tabs as that table (pasted into Word as text).

    Parameters
    ----------
    content
        A document of paragraphs and tables.

    Returns
    -------
    Content
        The same text; the rows of such a table are cells.
    """
    text, held = content.text, {i for cell in content.grid for i in range(cell.first, cell.last)}
    blocks: list[Block] = []
    drawn: list[Cell] = []
    moved: list[int] = []
    tables = max((cell.table for cell in content.grid), default=0)
    marked = any(mark in text for mark in _MARKS)
    index = run = 0
    lines: list[tuple[int, int]] = []
    while index < len(content.blocks):
        if index >= run:
            run = index
            while run < len(content.blocks) and run not in held:
                run += 1
            lines = [(block.start, block.end) for block in content.blocks[index:run]]
        place = index - (run - len(lines))
        after = 0
        if marked:
            numbered = _quoted(text, lines[place:])
            rows = [line for _, line in numbered]
            mark, count = _table_at(text, rows, 0)
            if mark:
                tables += 1
                after = numbered[count][0] - 1 if count < len(rows) else len(lines) - place
                _add_table(text, rows[:count], mark, tables, (blocks, drawn))
        if not after and place < len(lines):
            pasted, after = _pasted(text, lines, place)
            if after:
                tables += 1
                _add_rows(text, pasted, tables, (blocks, drawn))
        if after:
            moved.extend([len(blocks)] * after)
            index += after
            continue
        moved.append(len(blocks))
        blocks.append(content.blocks[index])
        index += 1
        run = max(run, index)
    if not drawn:
        return content
    moved.append(len(blocks))
    kept = [replace(cell, first=moved[cell.first], last=moved[cell.last]) for cell in content.grid]
    grid = tuple(sorted([*kept, *drawn], key=lambda cell: (cell.first, cell.table)))
    return replace(content, blocks=tuple(blocks), grid=grid)


def _lines(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    for line_end in _LINE_END.finditer(text):
        found.append((start, line_end.start()))
        start = line_end.end()
    return [*found, (start, len(text))]


def _quoted(text: str, lines: Sequence[tuple[int, int]]) -> list[tuple[int, tuple[int, int]]]:
    """Give lines their numbers, those of a quoted cell with breaks in it as one: pasted from a workbook."""
    made: list[tuple[int, tuple[int, int]]] = []
    index = 0
    while index < len(lines):
        start, end = lines[index]
        last = index
        if "\t" in text[start:end] or (made and "\t" in text[slice(*made[-1][1])]):
            last = _closing_line(text, lines, index)
        made.append((index + 1, (start, lines[last][1])))
        index = last + 1
    return made


def _closing_line(text: str, lines: Sequence[tuple[int, int]], index: int) -> int:
    """Give the line on which the quoted cells that open on a line are closed, else the line."""
    start = lines[index][0]
    for last in range(index, min(len(lines), index + _MAX_QUOTED)):
        words = text[start : lines[last][1]]
        opened = len(_QUOTE_OPENS.findall(words))
        if last == index and not opened:
            return index
        if opened == len(_QUOTE_CLOSES.findall(words)) and words.count('"') % 2 == 0:
            return last
    return index


def _without_page_marks(
    text: str, lines: Sequence[tuple[int, tuple[int, int]]]
) -> tuple[list[tuple[int, tuple[int, int]]], frozenset[int]]:
    """Leave out page marks (—3—); the second value holds the lines after which one stood."""
    kept: list[tuple[int, tuple[int, int]]] = []
    turns = set()
    for number, line in lines:
        if not is_page_mark(text[slice(*line)]):
            kept.append((number, line))
        elif kept:
            turns.add(len(kept) - 1)
    return kept, frozenset(turns)


def _turns_page(text: str, lines: Sequence[tuple[int, int]], index: int) -> bool:
    """Say whether a paragraph goes on after the page mark that follows this line of it."""
    line, after = text[slice(*lines[index])].strip(), text[slice(*lines[index + 1])]
    if len(line) < _MIN_TURNED or not after.strip() or after[0] in " \u3000\t":
        return False
    return not (ends_sentence(line) or opens_field(after) or begins_item(after))


def _table_at(text: str, lines: Sequence[tuple[int, int]], index: int) -> tuple[str, int]:
    """Give the mark that parts cells in a run of lines that begins here, and its length."""
    for mark in _MARKS:
        wanted = _MIN_TABS if mark == "\t" else 1
        count, columns, full = 0, 0, False
        for position in range(index, len(lines)):
            line = text[slice(*lines[position])]
            if mark != "\t" and count and _RULE.match(line) and line.strip():
                count += 1
                continue
            if line.count(mark) < wanted:
                break
            here = len(_cut(line, mark))
            if columns and here != columns:
                break
            columns = here
            full = full or all(line[a:b].strip() for a, b in _cut(line, mark))
            count += 1
        if count >= _MIN_ROWS and full and columns > 1:
            return mark, count
    return "", 0


def _cut(line: str, mark: str) -> list[tuple[int, int]]:
    """Part a line at its marks; those that only frame it part nothing."""
    start, end = 0, len(line)
    if mark != "\t":
        left, right = len(line) - len(line.lstrip()), len(line.rstrip())
        if line[left : left + 1] == mark:
            start = left + 1
        if right > start and line[right - 1 : right] == mark:
            end = right - 1
    cells = []
    for position in range(start, end):
        if line[position] == mark:
            cells.append((start, position))
            start = position + 1
    return [*cells, (start, end)]


def _add_table(
    text: str,
    lines: Sequence[tuple[int, int]],
    mark: str,
    table: int,
    into: tuple[list[Block], list[Cell]],
) -> None:
    blocks, grid = into
    row = 0
    for start, end in lines:
        line = text[start:end]
        if row and mark != "\t" and _RULE.match(line):
            continue
        row += 1
        for column, (left, last) in enumerate(_cut(line, mark), start=1):
            first = len(blocks)
            locator = cell_locator(table, row, column)
            quoted = mark == "\t" and last - left > 1 and line[left] == line[last - 1] == '"'
            position, right = (left + 1, last - 1) if quoted else (left, last)
            for match in [*_BREAK.finditer(line, position, right), None]:
                stop = right if match is None else match.start()
                words = line[position:stop]
                if words.strip():
                    begin = start + position + len(words) - len(words.lstrip())
                    final = begin + len(words.strip())
                    blocks.append(Block(start=begin, end=final, locator=locator))
                position = right if match is None else match.end()
            grid.append(Cell(table=table, row=row, column=column, first=first, last=len(blocks)))


def _pasted(text: str, lines: Sequence[tuple[int, int]], index: int) -> tuple[Rows, int]:
    """Read a table without marks between its cells that begins at a line."""
    rows, count = rows_of_lines(text, lines, index)
    return (rows, count) if rows else rows_of_columns(text, lines, index)


def _add_rows(text: str, rows: Rows, table: int, into: tuple[list[Block], list[Cell]]) -> None:
    """Add the rows of a table that was pasted without marks between its cells."""
    blocks, grid = into
    for row, cells in enumerate(rows, start=1):
        for column, spans in enumerate(cells, start=1):
            first = len(blocks)
            locator = cell_locator(table, row, column)
            for start, end in spans:
                words = text[start:end]
                begin = start + len(words) - len(words.lstrip())
                blocks.append(Block(start=begin, end=begin + len(words.strip()), locator=locator))
            grid.append(Cell(table=table, row=row, column=column, first=first, last=len(blocks)))


def _width(line: str) -> int:
    """Give the columns a line fills: in GB18030 a wide character takes two bytes."""
    return len(line.encode("gb18030", errors="replace"))


def _wrap_width(text: str, lines: Sequence[tuple[int, int]]) -> int:
    """Give the width at which lines were broken by hand or by an export, 0 where they were not."""
    widths = [_width(text[start:end].rstrip()) for start, end in lines]
    filled = sorted(width for width in widths if width)
    if len(filled) < _MIN_WRAPPED:
        return 0
    widest = filled[-1 - len(filled) // 50]
    if not _NARROWEST_WRAP <= widest <= _WIDEST_WRAP or filled[-1] > widest + _SLACK:
        return 0
    full = [
        index
        for index, width in enumerate(widths)
        if width >= widest - _SLACK and index + 1 < len(widths) and widths[index + 1]
    ]
    broken = [
        index
        for index in full
        if not ends_sentence(text[slice(*lines[index])])
        and not begins_item(text[slice(*lines[index + 1])])
    ]
    many = len(full) >= max(_MIN_WRAPPED, _MIN_WRAPPED_SHARE * len(filled))
    if many:
        return widest if len(broken) >= _MIN_BROKEN_SHARE * len(full) else 0
    # few lines are full: those that are must nearly all be broken within a sentence
    prose = [index for index in broken if not begins_item(text[slice(*lines[index])])]
    few = len(broken) >= _SURE_BROKEN_SHARE * len(full) and len(prose) >= _MIN_PROSE
    return widest if few and len(broken) >= _MIN_BROKEN else 0


def _goes_on(text: str, lines: Sequence[tuple[int, int]], index: int, width: int) -> bool:
    """Say whether the line after this one belongs to the same paragraph."""
    line = text[slice(*lines[index])]
    after = text[slice(*lines[index + 1])]
    if not line.strip() or not after.strip() or _width(line.rstrip()) < width - _SLACK:
        return False
    if after[0] in " \u3000\t" and line[0] not in " \u3000\t":
        return False
    if after.startswith(("\u3000\u3000", "    ")):
        return False
    ended = ends_sentence(line) or is_title(line)
    if parts_label(line, after):
        return True
    return not (opens_field(after) or (ended and begins_item(after)))


def _left_open(text: str, lines: Sequence[tuple[int, int]], index: int) -> bool:
    """Say whether a line of words ends where no paragraph can, whatever its width."""
    line, after = text[slice(*lines[index])], text[slice(*lines[index + 1])]
    words = line.strip() and after.strip() and "\t" not in line + after and "|" not in line + after
    if not words:
        return False
    lone = len(after.strip()) == 1 and after.strip().isalpha() and not ends_sentence(line)
    open_ended = leaves_open(line, after) and not opens_field(after)
    return lone or open_ended or parts_label(line, after)


def _break_between(text: str, line: tuple[int, int], after: tuple[int, int]) -> tuple[int, int]:
    start = line[0] + len(text[slice(*line)].rstrip())
    words = text[slice(*after)]
    return start, after[0] + len(words) - len(words.lstrip())


def read_markdown(payload: bytes, /, *, name: str) -> Content:
    """Read a Markdown file as the text it shows.

    Parameters
    ----------
    payload
        The bytes of the file.
    name
        File name, for messages.

    Returns
    -------
    Content
        Headings, lists and emphasis without their marks; tables as tables.

    Raises
    ------
    InputFileError
        Nothing but white space is in it.
    EncodingError
        Its encoding cannot be told.
    """
    text = decode(payload, name=name)
    lines = [text[start:end] for start, end in _lines(text)]
    shown = []
    for line in lines:
        if line.strip() and _RULE.match(line) and "|" not in line:
            continue
        made = line
        for pattern, put in _MARKDOWN:
            made = pattern.sub(put, made)
        shown.append(made)
    content = text_content("\n".join(shown))
    if not content.blocks:
        message = f"{name}: the file is empty but for white space: fetch it again"
        raise InputFileError(message, chinese=f"{name}：文件里只有空白；请重新下载或复制")
    return content
