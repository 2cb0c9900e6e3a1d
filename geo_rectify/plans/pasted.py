"""Tables that were pasted as plain text: a cell a line, or columns parted by spaces."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from geo_rectify.plans.headers import header_role
from geo_rectify.plans.joining import begins_item
from geo_rectify.plans.numbering import numeral_value
from geo_rectify.plans.records import FieldRole

if TYPE_CHECKING:
    from collections.abc import Sequence

Span: TypeAlias = tuple[int, int]
Rows: TypeAlias = list[list[list[Span]]]
"""Rows of cells, each with the spans of its lines."""

_MIN_COLUMNS: Final = 4
_MAX_HEADER: Final = 20
_GAP: Final = re.compile("[ \u3000\u00a0]{2,}")
_BARE: Final = re.compile(r"[0-9０-９]{1,3}[.．、]?")


def rows_of_lines(text: str, lines: Sequence[Span], index: int) -> tuple[Rows, int]:
    """Read a table whose cells stand on lines of their own, one after the other.

    Parameters
    ----------
    text
        The text.
    lines
        Its lines.
    index
        The line at which the header would begin.

    Returns
    -------
    tuple
        The rows, the header first, and how many lines they take up; none and 0 where the lines
        from here are no names of columns, or no numbered rows follow them. Lines beyond one a
        cell are measures.
    """
    if _role(text, lines[index]) != "number":
        return [], 0
    filled = [i for i in range(index, len(lines)) if text[slice(*lines[i])].strip()]
    width = 0
    while width < len(filled) and _role(text, lines[filled[width]]) is not None:
        width += 1
    roles = [_role(text, lines[i]) for i in filled[:width]]
    if (
        width < _MIN_COLUMNS
        or len(set(roles)) < _MIN_COLUMNS
        or FieldRole.MEASURES not in roles
        or roles.count("number") > 1
    ):
        return [], 0
    column = roles.index(FieldRole.MEASURES)
    starts = _row_starts(text, lines, filled, width)
    if not starts:
        return [], 0
    made: Rows = [[[lines[i]] for i in filled[:width]]]
    for start, stop in pairwise([*starts, None]):
        held = [lines[i] for i in filled[start:stop]]
        extra = len(held) - width if stop is not None else _measure_lines(text, held, column)
        if extra < 0 or len(held) < width + extra:
            return [], 0
        row = [[span] for span in held[:column]]
        row.append(held[column : column + extra + 1])
        row.extend([span] for span in held[column + extra + 1 : width + extra])
        made.append(row)
    last = starts[-1] + sum(len(cell) for cell in made[-1]) - 1
    return made, filled[last] - index + 1


def _role(text: str, line: Span) -> str | None:
    words = text[slice(*line)].strip()
    return header_role(words) if 0 < len(words) <= _MAX_HEADER else None


def _row_starts(text: str, lines: Sequence[Span], filled: Sequence[int], width: int) -> list[int]:
    """Give the places, among the lines that are not empty, of the numbers 1, 2, 3 …."""
    starts: list[int] = []
    for place in range(width, len(filled)):
        words = text[slice(*lines[filled[place]])].strip()
        if _BARE.fullmatch(words) is None:
            continue
        due = not starts or place - starts[-1] >= width
        if due and numeral_value(words.rstrip(".．、")) == len(starts) + 1:
            starts.append(place)
    return starts if starts[:1] == [width] else []


def _measure_lines(text: str, held: Sequence[Span], column: int) -> int:
    """Give how many lines of the last row go on with its measures: those numbered below the first."""
    count = 0
    while column + count + 1 < len(held) and begins_item(text[slice(*held[column + count + 1])]):
        count += 1
    return count


def rows_of_columns(text: str, lines: Sequence[Span], index: int) -> tuple[Rows, int]:
    """Read a table whose columns are parted by two spaces or more.

    Parameters
    ----------
    text
        The text.
    lines
        Its lines.
    index
        The line that would be the header.

    Returns
    -------
    tuple
        The rows, the header first, and how many lines they take up; none and 0 where the line
        holds other words than names of columns, or the next has not as many cells.
    """
    header = _parted(text, lines[index])
    if len(header) < _MIN_COLUMNS or any(_role(text, cell) is None for cell in header):
        return [], 0
    rows = [header]
    while index + len(rows) < len(lines):
        cells = _parted(text, lines[index + len(rows)])
        if len(cells) != len(header):
            break
        rows.append(cells)
    made = [[[cell] for cell in row] for row in rows]
    return (made, len(rows)) if len(rows) > 1 else ([], 0)


def _parted(text: str, line: Span) -> list[Span]:
    """Part a line where two spaces or more stand."""
    start, end = line
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    end = start + len(words.strip())
    edges = [start]
    for gap in _GAP.finditer(text, start, end):
        edges.extend(gap.span())
    return [(a, b) for a, b in zip(edges[::2], [*edges[1::2], end], strict=True) if a < b]
