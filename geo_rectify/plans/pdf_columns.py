"""Columns of a PDF page that no rule draws: text set in two columns, and tables without lines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.plans.headers import header_role
from geo_rectify.plans.pdf_lines import PrintedLine, line_of, right_margin, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    Row: TypeAlias = list[dict[str, Any]]

_MIN_ROWS: Final = 8
_MIN_SHARE: Final = 0.75
_MIDDLE: Final = (0.3, 0.7)
_GUTTER: Final = 1.2
_CELL_GAP: Final = 0.5
_MIN_PIECES: Final = 2
_MIN_ROLES: Final = 3
_MAX_CROSSING: Final = 0.15
_ROW_GAP: Final = 0.2
_MAX_TITLE_ROWS: Final = 10
_MAX_HEADER_ROWS: Final = 5
_MAX_TITLES: Final = 0.12
_MAX_WRAPPED: Final = 5
_DIGIT: Final = re.compile("[0-9０-９]")
_NUMBER: Final = re.compile(r"[0-9０-９一二三四五六七八九十]{1,4}")


def column_lines(characters: Sequence[dict[str, Any]]) -> list[PrintedLine] | None:
    """Put characters of a page set in two columns together to lines, the left column first.

    Lines that run over both columns, as a title does, part the page; between them each column is
    read to its end. Lines of the right column are moved over those of the left one, so that
    margins hold for both.

    Parameters
    ----------
    characters
        Characters of pdfplumber.

    Returns
    -------
    list of PrintedLine or None
        In reading order, each with the margin of its column; None for a page of one column.
    """
    rows = rows_of(characters)
    gutter = _gutter(rows)
    if gutter is None:
        return None
    made: list[PrintedLine] = []
    band: Row = []
    for row in rows:
        if _spans(row, gutter):
            made.extend(_band(band, gutter))
            band = []
            line = line_of(row)
            made.extend([] if line is None else [line])
        else:
            band.extend(row)
    made.extend(_band(band, gutter))
    return [replace(line, order=position) for position, line in enumerate(made, start=1)]


def _band(characters: Row, gutter: float) -> list[PrintedLine]:
    """Read the columns of a band one after the other, the right one moved over the left."""
    left = _lines([c for c in characters if c["x0"] < gutter])
    right = _lines([c for c in characters if c["x0"] >= gutter])
    if left and right:
        shift = min(line.x0 for line in right) - min(line.x0 for line in left)
        right = [
            replace(line, x0=line.x0 - shift, x1=line.x1 - shift, words_x1=line.words_x1 - shift)
            for line in right
        ]
    margin = right_margin([*left, *right])
    return [replace(line, right=margin) for line in (*left, *right)]


def _lines(characters: Row) -> list[PrintedLine]:
    return [line for row in rows_of(characters) if (line := line_of(row)) is not None]


def _spans(row: Row, gutter: float) -> bool:
    """Say whether a row runs over the gutter; a mark that hangs into it does not."""
    left = max((c["x1"] for c in row if c["x0"] < gutter), default=None)
    right = min((c["x0"] for c in row if c["x0"] >= gutter), default=None)
    if left is None or right is None:
        return left is not None and left > gutter
    return bool(right - left < _CELL_GAP * row[0]["size"])


def _gutter(rows: Sequence[Row]) -> float | None:
    """Find the empty band near the middle that parts a page in two columns of text."""
    if len(rows) < _MIN_ROWS:
        return None
    left = min(c["x0"] for row in rows for c in row)
    right = max(c["x1"] for row in rows for c in row)
    bounds = [left + share * (right - left) for share in _MIDDLE]
    size = sorted(row[0]["size"] for row in rows)[len(rows) // 2]
    # a gutter's edges are those of the full lines beside it
    free = [
        (begin, end)
        for begin, end in _free_bands(rows, limit=_MAX_CROSSING * len(rows))
        if end - begin >= _GUTTER * size and begin < bounds[1] and end > bounds[0]
    ]
    if len(free) != 1:
        return None
    begin, end = free[0]
    sides = [
        sum(any(c["x1"] <= begin for c in row) for row in rows),
        sum(any(c["x0"] >= end for c in row) for row in rows),
    ]
    # the lines of a column begin at one place, or at the indent
    starts = Counter(
        round(next(c["x0"] for c in row if c["x0"] >= end)) for row in rows if row[-1]["x0"] >= end
    )
    common = sum(count for _, count in starts.most_common(2))
    text = min(sides) >= _MIN_SHARE * max(sides) / 2 and 2 * common >= sides[1]
    return _edge(rows, free[0]) if text and min(sides) >= _MIN_ROWS // 2 else None


def _free_bands(
    rows: Sequence[Row], *, limit: float, headed: bool = False
) -> list[tuple[float, float]]:
    """Give the upright bands that at most so many rows print in, a header in front none at all."""
    first = int(min(c["x0"] for row in rows for c in row))
    width = int(max(c["x1"] for row in rows for c in row)) - first + 2
    counts = [0] * (width + 1)
    for row in rows:
        taken = [False] * (width + 1)
        for c in row:
            if c["text"].strip():
                for place in range(int(c["x0"]) - first + 1, int(c["x1"]) - first + 1):
                    taken[place] = True
        weight = len(rows) if headed and row is rows[0] else 1
        counts = [count + weight * held for count, held in zip(counts, taken, strict=True)]
    bands: list[tuple[float, float]] = []
    start: int | None = None
    for place, count in enumerate(counts):
        if count <= limit and start is None:
            start = place
        elif count > limit and start is not None:
            bands.append((float(first + start), float(first + place)))
            start = None
    return [band for band in bands if band[0] > first]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnruledRow:
    """A row of a table without rules: the lines of each column, None for a row over all."""

    cells: tuple[tuple[PrintedLine, ...], ...]
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnruledTable:
    """A table without rules: where its columns part, which holds the numbers, and its rows."""

    top: float
    bottom: float
    edges: tuple[float, ...]
    number: int | None
    rows: tuple[UnruledRow, ...]
    centred: bool = False


def unruled_table(
    characters: Sequence[dict[str, Any]], *, before: UnruledTable | None = None
) -> UnruledTable | None:
    """Find a table of issues that is printed without rules.

    Its header tells it: three known columns side by side. A page without header goes on with the
    table of the page before where its lines keep to the same columns.

    Parameters
    ----------
    characters
        Characters of pdfplumber.
    before
        The table that ended the page before.

    Returns
    -------
    UnruledTable or None
        None where there is none.
    """
    rows = rows_of(characters)
    best: tuple[int, int, tuple[float, ...], int, int | None] | None = None
    for index in range(min(_MAX_TITLE_ROWS, max(0, len(rows) - 2))):
        # where cells are centred, a header begins with those of its cells that have two lines
        if len(_pieces(rows[index])) < _MIN_PIECES:
            continue
        below = rows[index:]
        size = sorted(row[0]["size"] for row in below)[len(below) // 2]
        bands = [
            band
            for band in _free_bands(below, limit=_MAX_TITLES * len(below), headed=True)
            if band[1] - band[0] >= _CELL_GAP * size
        ]
        edges = tuple(_edge(below, band) for band in bands)
        found = _header(below, edges) if len(bands) + 1 >= _MIN_ROLES else None
        if found is not None and (best is None or found[0] >= best[0]):
            best = found[0], index, edges, found[1], found[2]
    if best is not None:
        _, index, edges, height, number = best
        return _parted(rows[index:], edges, number, header=height)
    if before is None or len(rows) < 2:  # noqa: PLR2004 - a page number alone
        return None
    crossing = sum(_crosses(row, before.edges) for row in rows)
    if crossing > _MAX_CROSSING * len(rows):
        return None
    return _parted(rows, before.edges, before.number, header=0, centred=before.centred)


def _pieces(row: Row) -> list[Row]:
    """Part a row where more than a space stands between two words."""
    made: list[Row] = [[row[0]]]
    for a, b in pairwise(row):
        if b["x0"] - a["x1"] > _CELL_GAP * b["size"]:
            made.append([])
        made[-1].append(b)
    return made


def _edge(rows: Sequence[Row], band: tuple[float, float]) -> float:
    """Give the last of the places in a band that fewest lines print over: cells begin behind it."""
    places = [band[0] + step for step in range(int(band[1] - band[0]) + 1)]
    counts = [sum(any(c["x0"] < place < c["x1"] for c in row) for row in rows) for place in places]
    least = min(counts)
    return next(
        place
        for place, count in zip(reversed(places), reversed(counts), strict=True)
        if count == least
    )


def _header(rows: Sequence[Row], edges: Sequence[float]) -> tuple[int, int, int | None] | None:
    """Give how many columns of a header are known, how many lines it takes, and the number's."""
    words = [""] * (len(edges) + 1)
    best: tuple[int, int, int | None] | None = None
    for height, row in enumerate(rows[:_MAX_HEADER_ROWS], start=1):
        added = [""] * len(words)
        for character in row:
            added[_column(character, edges)] += character["text"].strip()
        if best is not None and any(
            len(each) > _MAX_WRAPPED or _DIGIT.search(each) for each in added
        ):
            break
        words = [held + more for held, more in zip(words, added, strict=True)]
        roles = [header_role(each) for each in words]
        known = {role for role in roles if role is not None}
        filled = sum(bool(each) for each in words)
        if len(known) >= _MIN_ROLES and 4 * sum(r is not None for r in roles) >= 3 * filled:
            number = roles.index("number") if "number" in roles else None
            told = sum(role is not None for role in roles)
            if best is None or told >= best[0]:
                best = told, height, number
    return best


def _crosses(row: Row, edges: Sequence[float]) -> bool:
    """Say whether a row is one run of words over several columns, as a title within a table is."""
    size = row[0]["size"]
    parted = any(b["x0"] - a["x1"] > _CELL_GAP * size for a, b in pairwise(row))
    return not parted and any(c["x0"] < edge < c["x1"] for edge in edges for c in row)


def _column(character: dict[str, Any], edges: Sequence[float]) -> int:
    middle = (character["x0"] + character["x1"]) / 2
    return sum(middle > edge for edge in edges)


def _parted(
    rows: list[Row],
    edges: tuple[float, ...],
    number: int | None,
    *,
    header: int,
    centred: bool = False,
) -> UnruledTable:
    while len(rows) > header + 1 and _crosses(rows[-1], edges):
        rows = rows[:-1]  # text below the table
    numbered = _numbered(rows, edges, number, header)
    centred = centred or (header > 0 and bool(numbered) and header not in numbered)
    starts = _starts(rows, numbered, header=header, centred=centred)
    made: list[UnruledRow] = []
    held: list[list[PrintedLine]] = []
    for index, row in enumerate(rows):
        if _crosses(row, edges) and index >= header:
            line = line_of(row)
            if line is not None:
                made.extend([UnruledRow(cells=tuple(map(tuple, held)))] if held else [])
                made.append(UnruledRow(cells=((line,),), whole=True))
                held = []
            continue
        if index in starts or not held:
            if held:
                made.append(UnruledRow(cells=tuple(map(tuple, held))))
            held = [[] for _ in range(len(edges) + 1)]
        for column in range(len(edges) + 1):
            part = [c for c in row if _column(c, edges) == column]
            line = line_of(part) if part else None
            if line is not None:
                held[column].append(line)
    if held:
        made.append(UnruledRow(cells=tuple(map(tuple, held))))
    return UnruledTable(
        top=min(c["top"] for c in rows[0]),
        bottom=max(c["bottom"] for c in rows[-1]),
        edges=edges,
        number=number,
        rows=tuple(made),
        centred=centred,
    )


def _numbered(
    rows: Sequence[Row], edges: Sequence[float], number: int | None, header: int
) -> set[int]:
    """Find the lines that print a number in the column of numbers."""
    if number is None:
        return set()
    printed = [
        "".join(c["text"] for c in row if _column(c, edges) == number).strip() for row in rows
    ]
    return {i for i, words in enumerate(printed) if i >= header and _NUMBER.fullmatch(words)}


def _starts(rows: Sequence[Row], numbered: set[int], *, header: int, centred: bool) -> set[int]:
    """Find the lines at which a row begins: by its number, set at its top, else by wider gaps."""
    begin = {0, header}
    if numbered and not centred:
        return numbered | (begin if header else set())
    gaps: list[float] = []
    bottom = rows[header - 1 if header else 0][0]["bottom"]
    for row in rows[header:]:
        gaps.append(min(c["top"] for c in row) - bottom)
        bottom = max(bottom, *(c["bottom"] for c in row))
    if len(numbered) > 1:
        # numbers in the middle of their rows: two rows part at the widest gap between their numbers
        for before, after in pairwise(sorted(numbered)):
            inner = range(before + 1, after + 1)
            begin.add(max(inner, key=lambda index: (gaps[index - header], -index)))
        return begin
    size = sorted(row[0]["size"] for row in rows)[len(rows) // 2]
    positive = sorted(gap for gap in gaps[1:] if gap > 0)
    usual = positive[len(positive) // 4] if positive else 0.0
    return begin | {
        header + index for index, gap in enumerate(gaps) if index and gap > usual + _ROW_GAP * size
    }
