"""Tables of issues: an issue in one row or in several, to lines as a text has them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.headers import BARE_NUMBER, PER_MEASURE, Columns, cell_words, rows_of
from geo_rectify.plans.numbering import NUMERAL, match_number, named_styles, numeral_value
from geo_rectify.plans.records import UNIT_ROLES, FieldRole, Label, Line, Number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from geo_rectify.plans.records import Cell, SourceText

    LineCutter: TypeAlias = Callable[[int], list[Line]]

CELL_STYLE: Final = "cell"
"""Style of a number that stands in a cell of its own."""
_ORDER: Final = (
    FieldRole.GOAL,
    FieldRole.DEADLINE,
    FieldRole.LEAD,
    FieldRole.RESPONSIBLE,
    FieldRole.SUPPORTING,
    FieldRole.PERSON,
    FieldRole.MEASURES,
    FieldRole.ACCEPTANCE,
    FieldRole.COMPLETION,
    FieldRole.ASIDE,
)


@dataclass(slots=True, kw_only=True)
class _Group:
    """The rows of one issue."""

    first: int
    last: int
    number: Cell | None = None
    cells: dict[int, list[Cell]] = field(default_factory=dict)
    carried: dict[int, Cell] = field(default_factory=dict)
    """Cells that begin above the issue and reach into it."""

    def of(self, column: int) -> list[Cell]:
        """Give the cells of a column, one that reaches in from above where it has none itself."""
        held = self.cells.get(column, [])
        return held if held or column not in self.carried else [self.carried[column]]


def table_lines(
    source: SourceText, cells: Sequence[Cell], columns: Columns, first_row: int, cut: LineCutter
) -> list[Line]:
    """Give the lines of a table of issues: fields labelled by their column.

    Parameters
    ----------
    source
        The document.
    cells
        The table's cells.
    columns
        What its columns are.
    first_row
        The first row below the header.
    cut
        Gives the plain lines of a block by its index.

    Returns
    -------
    list of Line
        Issue by issue: number and problem, then the fields, those of single measures after them.
    """
    lines: list[Line] = []
    below = [cell for cell in cells if cell.row >= first_row and cell.last > cell.first]
    if _titles_are_issues(source, below, columns):
        return _titled_lines(source, below, columns, cut)
    starts = _starts(below, columns)
    group: _Group | None = None
    sections = _Sections(source=source)
    reaching: dict[int, Cell] = {}
    for row, here in rows_of(below).items():
        if _is_title(source, here, columns):
            _close(source, group, columns, cut, lines)
            group = None
            lines.extend(_title(source, here, cut))
            continue
        if tuple(cell_words(source, cell) for cell in here) == columns.header[: len(here)]:
            continue
        if row in starts or group is None:
            _close(source, group, columns, cut, lines)
            group = _Group(first=row, last=row, number=starts.get(row))
            group.carried = {
                column: cell
                for column, cell in reaching.items()
                if cell.row < row < cell.row + cell.rows
            }
            told = [cell for cell in here if cell.column in columns.sections]
            lines.extend(line for cell in told for line in sections.line(cell))
        group.last = row
        for cell in here:
            reaching[cell.column] = cell
            if cell.column in columns.roles:
                group.cells.setdefault(cell.column, []).append(cell)
    _close(source, group, columns, cut, lines)
    return lines


def measure_lines(
    source: SourceText, cells: Sequence[Cell], columns: Columns, cut: LineCutter
) -> list[Line]:
    """Give the lines of rows that are the measures of one issue, told above them.

    Parameters
    ----------
    source
        The document.
    cells
        The cells of the rows.
    columns
        What their columns are.
    cut
        Gives the plain lines of a block by its index.

    Returns
    -------
    list of Line
        The measures, then units and dates, each of its row.
    """
    if not cells:
        return []
    group = _Group(first=cells[0].row, last=cells[-1].row)
    for cell in cells:
        if cell.column in columns.roles:
            group.cells.setdefault(cell.column, []).append(cell)
    lines: list[Line] = []
    told = replace(columns, of_measures=frozenset(columns.roles))
    _close(source, group, told, cut, lines)
    return lines


def _titles_are_issues(source: SourceText, cells: Sequence[Cell], columns: Columns) -> bool:
    """Say whether titles within a table tell the problems, and its rows their measures."""
    held = {role for role, _ in columns.roles.values()}
    if FieldRole.PROBLEM in held or FieldRole.MEASURES not in held:
        return False
    rows = rows_of(cells)
    titles = [row for row in rows.values() if _is_title(source, row, columns)]
    if not titles or len(titles) == len(rows):
        return False
    if columns.number is None:
        return True
    blocks = source.blocks
    numbers = [
        match_number(source.text, blocks[row[-1].first].start, blocks[row[-1].last - 1].end)
        for row in titles
    ]
    return all(number is not None and number.style in named_styles() for number in numbers)


def _titled_lines(
    source: SourceText, cells: Sequence[Cell], columns: Columns, cut: LineCutter
) -> list[Line]:
    lines: list[Line] = []
    held: list[Cell] = []
    for row in rows_of(cells).values():
        if _is_title(source, row, columns):
            lines.extend(measure_lines(source, held, columns, cut))
            held = []
            lines.extend(_title(source, row, cut))
        elif tuple(cell_words(source, cell) for cell in row) != columns.header[: len(row)]:
            held.extend(row)
    return [*lines, *measure_lines(source, held, columns, cut)]


def _title(source: SourceText, cells: Sequence[Cell], cut: LineCutter) -> list[Line]:
    """Give the lines of a title, its number in a cell of its own or not."""
    words = [line for i in range(cells[-1].first, cells[-1].last) for line in cut(i)]
    if len(cells) == 1 or not words:
        return words
    start = source.blocks[cells[0].first].start
    raw = cell_words(source, cells[0]).strip()
    value = numeral_value(raw.strip("（）()、.． "))
    if value is None:
        return words
    number = Number(style="category", value=value, raw=raw, start=start, end=words[0].start)
    return [replace(words[0], head=start, start=start, number=number, label=None), *words[1:]]


def _is_title(source: SourceText, cells: Sequence[Cell], columns: Columns) -> bool:
    """Say whether a row is a title within a table: one cell, merged or alone, with words in it."""
    if len(cells) == 2 and cells[0].column == columns.number:  # noqa: PLR2004 - number and title
        return cells[1].columns > 1 and cells[1].columns >= columns.width - 2
    if len(cells) != 1 or cells[0].rows > 1:
        return False
    cell = cells[0]
    if cell.columns > 1 and cell.columns >= columns.width - 1:
        return True
    words = cell_words(source, cell)
    return (
        cell.column == 1
        and columns.width > 2  # noqa: PLR2004 - label and value make no title
        and columns.roles.get(1, (None,))[0] is not FieldRole.PROBLEM
        and len(BARE_NUMBER.sub("", words)) > 2  # noqa: PLR2004 - more than a mark
    )


def _starts(cells: Sequence[Cell], columns: Columns) -> dict[int, Cell | None]:
    """Find the rows at which an issue begins, with the cell of its number."""
    problem = [c for c, (role, _) in columns.roles.items() if role is FieldRole.PROBLEM]
    numbers = {cell.row: cell for cell in cells if cell.column == columns.number}
    covering: dict[int, Cell] = {}
    for cell in numbers.values():
        for row in range(cell.row, cell.row + cell.rows):
            covering[row] = cell
    if not problem:
        leading = min(columns.roles)
        if numbers:
            return dict(numbers)
        return dict.fromkeys(cell.row for cell in cells if cell.column == leading)
    problems = sorted(cell.row for cell in cells if cell.column == min(problem))
    if not numbers:
        return dict.fromkeys(problems)
    return {row: covering[row] for row in problems if row in covering}


@dataclass(slots=True, kw_only=True)
class _Sections:
    """Counts the categories of a column, each once while it stays the same."""

    source: SourceText
    last: str = ""
    count: int = 0

    def line(self, cell: Cell) -> list[Line]:
        """Give the line of a category where it changes."""
        words = cell_words(self.source, cell).strip()
        if words == self.last or not words:
            return []
        self.last = words
        self.count += 1
        blocks = self.source.blocks
        start, end = blocks[cell.first].start, blocks[cell.last - 1].end
        printed = match_number(self.source.text, start, end)
        body = start if printed is None or printed.end >= end else printed.end
        number = Number(style="category", value=self.count, raw="", start=start, end=body)
        return [Line(head=start, start=start, end=end, number=number, cell=True)]


def _close(
    source: SourceText, group: _Group | None, columns: Columns, cut: LineCutter, lines: list[Line]
) -> None:
    if group is None or not group.cells:
        return
    problem = [
        cell
        for column, (role, _) in sorted(columns.roles.items())
        if role is FieldRole.PROBLEM
        for cell in group.cells.get(column, [])
    ]
    lines.extend(_head(source, group, problem, columns))
    after: list[Line] = []
    parted = any(
        role in UNIT_ROLES and not _is_whole(group, column, columns)
        for column, (role, _) in columns.roles.items()
    )
    for wanted in _ORDER:
        for column, (role, spelling) in sorted(columns.roles.items()):
            if role is not wanted:
                continue
            cells = group.of(column)
            if role not in PER_MEASURE and role is not FieldRole.MEASURES:
                cells = cells[:1]
            whole = _is_whole(group, column, columns)
            for cell in cells:
                made = _field(source, cell, role, spelling, cut)
                if whole and parted and role in UNIT_ROLES:
                    # who leads all measures stands beside who supports each
                    after.extend(replace(line, rows=(group.first, group.last)) for line in made)
                elif role in PER_MEASURE and not whole and _has_measures(columns):
                    after.extend(made)
                else:
                    lines.extend(made)
        if wanted is FieldRole.MEASURES:
            lines.extend(after)


def _is_whole(group: _Group, column: int, columns: Columns) -> bool:
    """Say whether a column speaks of an issue as a whole.

    Cells left empty below the first say what merged ones do.
    """
    cells = group.of(column)
    return column not in columns.of_measures and (
        group.first == group.last or (len(cells) == 1 and cells[0].row <= group.first)
    )


def _has_measures(columns: Columns) -> bool:
    return any(role is FieldRole.MEASURES for role, _ in columns.roles.values())


def _head(
    source: SourceText, group: _Group, problem: Sequence[Cell], columns: Columns
) -> list[Line]:
    """Give the line an issue begins with: its number and its problem."""
    blocks, text = source.blocks, source.text
    number = None
    if group.number is not None and group.number.last > group.number.first:
        start = blocks[group.number.first].start
        end = blocks[group.number.last - 1].end
        raw = text[start:end].strip()
        value = _value(raw)
        if value is not None:
            begin = blocks[problem[0].first].start if problem else end
            if not start <= begin:
                start = begin
            number = Number(style=CELL_STYLE, value=value, raw=raw, start=start, end=begin)
    if not problem:
        leading = next(iter(sorted(group.cells.items())))[1][0]
        start = blocks[leading.first].start if number is None else number.start
        if number is None:
            return []
        return [Line(head=start, start=start, end=number.end, number=number, cell=True)]
    begin, end = blocks[problem[0].first].start, blocks[problem[-1].last - 1].end
    spelling = next(s for r, s in columns.roles.values() if r is FieldRole.PROBLEM)
    printed = None if number is not None else match_number(text, begin, end)
    if printed is not None and printed.end < end:
        number = printed
    body = begin if number is None else max(begin, number.end)
    if problem[0].row != problem[-1].row:
        end = blocks[problem[0].last - 1].end
    label = Label(role=FieldRole.PROBLEM, spelling=spelling, start=body, end=body, marked=True)
    # a field may stand in a column before the problem's
    start = min(
        begin if number is None else number.start,
        *(blocks[cell.first].start for cells in group.cells.values() for cell in cells),
    )
    return [Line(head=start, start=start, end=end, number=number, label=label, cell=True)]


def _value(raw: str) -> int | None:
    plain = unicodedata.normalize("NFKC", raw)
    value = numeral_value(plain.strip("（）()[]【】.、。 "))
    if value is not None:
        return value
    found = re.findall(rf"{NUMERAL}", plain)
    return numeral_value(found[-1]) if found else None


def _field(
    source: SourceText, cell: Cell, role: FieldRole, spelling: str, cut: LineCutter
) -> list[Line]:
    """Give a cell's lines: one for its whole value, a line a paragraph for measures."""
    blocks = source.blocks
    start, end = blocks[cell.first].start, blocks[cell.last - 1].end
    rows = cell.row, cell.row + cell.rows - 1
    plain = [line for index in range(cell.first, cell.last) for line in cut(index)]
    if not plain:
        return []
    labelled = any(line.label is not None and line.label.marked for line in plain)
    zero = Label(role=role, spelling=spelling, start=start, end=start, marked=True)
    if role is not FieldRole.MEASURES and not labelled:
        end = start + len(source.text[start:end].rstrip())
        return [Line(head=start, start=start, end=end, label=zero, cell=True, rows=rows)]
    made = []
    for position, line in enumerate(plain):
        label = line.label if line.label is not None and line.label.marked else None
        if position == 0 and label is None:
            label = Label(
                role=role, spelling=spelling, start=line.start, end=line.start, marked=True
            )
        made.append(
            Line(
                head=line.head,
                start=line.start,
                end=line.end,
                number=None if label is not None else line.number,
                label=label,
                cell=True,
                inline=line.inline,
                rows=rows,
            )
        )
    return made


def tables_of(source: SourceText) -> dict[int, list[Cell]]:
    """Group the cells of a document by table.

    Parameters
    ----------
    source
        The document.

    Returns
    -------
    dict
        Table number to its cells, in order.
    """
    made: dict[int, list[Cell]] = {}
    for cell in source.grid:
        made.setdefault(cell.table, []).append(cell)
    return made


def common_width(cells: Sequence[Cell]) -> int:
    """Give how many columns a table has.

    Parameters
    ----------
    cells
        Its cells.

    Returns
    -------
    int
        The last column covered by most rows.
    """
    ends: dict[int, int] = {}
    for cell in cells:
        ends[cell.row] = max(ends.get(cell.row, 0), cell.column + cell.columns - 1)
    return Counter(ends.values()).most_common(1)[0][0] if ends else 0
