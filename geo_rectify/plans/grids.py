"""Tables of issues: a header row that names the columns, an issue in one row or in several."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.numbering import NUMERAL, match_number, named_styles, numeral_value
from geo_rectify.plans.petitions import is_petition_column
from geo_rectify.plans.records import UNIT_ROLES, FieldRole, Label, Line, Number
from geo_rectify.plans.wording import (
    inferred_role,
    label_pattern,
    label_roles,
    role_of_label,
    word_list,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from geo_rectify.plans.records import Cell, SourceText

    LineCutter: TypeAlias = Callable[[int], list[Line]]

CELL_STYLE: Final = "cell"
"""Style of a number that stands in a cell of its own."""
_HEADER_ROWS: Final = 6
_MAX_HEADER: Final = 30
_MAX_WORDS: Final = 16
"""Words longer than this are a sentence and infer no role."""
_MIN_ROLES: Final = 3
_NOISE: Final = re.compile(r"[\s\u3000*＊:：]|[（(][^（）()]{0,40}[)）]\Z")
_SENTENCE: Final = re.compile("[。；;，]")
_BARE_NUMBER: Final = re.compile(rf"(?:问题|任务|第|项|{NUMERAL}|[\s（）()、.])+\Z")
_ISSUE_ROLES: Final = frozenset({FieldRole.MEASURES, FieldRole.GOAL, FieldRole.DEADLINE})
# Fields of one value, emitted before the measures so that they hold for the issue.
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
_PER_MEASURE: Final = frozenset({FieldRole.DEADLINE, FieldRole.PERSON, *UNIT_ROLES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of a table are: roles with their spelling, and where the numbers stand."""

    roles: dict[int, tuple[FieldRole, str]]
    number: int | None
    sections: tuple[int, ...]
    of_measures: frozenset[int] = frozenset()
    width: int
    header: tuple[str, ...]


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


@lru_cache(maxsize=1)
def _headers() -> dict[str, str]:
    """Give the role of every header, by its spelling."""
    lists = word_list("layout")["headers"]
    made = {
        word: role
        for role, words in lists.items()
        if role not in {"within", "of_measures", "number_ends"}
        for word in words
    }
    return made | {word: role.value for word, role in label_roles().items()}


def _about_measures(plain: str) -> str:
    """Give what a header says of single measures: 完成时限 of 措施完成时限, "" of any other."""
    known = _headers()
    prefixes: list[str] = word_list("layout")["headers"]["of_measures"]
    for prefix in prefixes:
        rest = plain.removeprefix(prefix)
        if rest != plain and known.get(rest) in _PER_MEASURE and plain not in known:
            return rest
    return ""


def header_role(words: str) -> str | None:
    """Say what a column is, by the words that head it.

    Parameters
    ----------
    words
        The words of the header's cell.

    Returns
    -------
    str or None
        A field's role, ``number`` or ``section``; None for words that head no known column.
    """
    plain = _NOISE.sub(
        "", unicodedata.normalize("NFKC", words).replace("(", "（").replace(")", "）")
    )
    plain = re.sub(r"（.*?）", "", plain)
    if not plain or len(plain) > _MAX_HEADER or _tells_problem(words):
        return None
    known = _headers()
    if plain in known:
        return known[plain]
    about = _about_measures(plain)
    if about:
        return known[about]
    return _made_header(plain) if len(plain) <= _MAX_WORDS else None


def _tells_problem(words: str) -> bool:
    """Say whether words are no header but a sentence, or a problem behind its number (问题一：…)."""
    number = match_number(words, 0, len(words))
    named = number is not None and number.style in named_styles() and number.end < len(words)
    return named or _SENTENCE.search(words) is not None


def _made_header(plain: str) -> str | None:
    """Say what a column is that no list holds, by the words its header is made of."""
    headers = word_list("layout")["headers"]
    if plain.endswith(tuple(headers["number_ends"])):
        return "number"
    if re.fullmatch(label_pattern(), plain):
        return role_of_label(plain).value
    for word in sorted(headers["within"], key=plain.find):
        if word in plain:
            return _headers()[word]
    role = inferred_role(plain)
    return None if role is None else role.value


def cell_words(source: SourceText, cell: Cell) -> str:
    """Give the words of a cell, its paragraphs joined.

    Parameters
    ----------
    source
        The document.
    cell
        The cell.

    Returns
    -------
    str
        Its text.
    """
    blocks = source.blocks[cell.first : cell.last]
    return "".join(source.text[block.start : block.end] for block in blocks)


def find_columns(source: SourceText, cells: Sequence[Cell]) -> tuple[Columns, int] | None:
    """Find the header of a table.

    Parameters
    ----------
    source
        The document.
    cells
        The table's cells.

    Returns
    -------
    tuple or None
        What the columns are, and the last row of the header; None for a table without one.
    """
    rows = _rows_of(cells)
    for row in sorted(rows)[:_HEADER_ROWS]:
        told = [(cell, header_role(cell_words(source, cell))) for cell in rows[row]]
        known = [role for _, role in told if role is not None]
        filled = sum(cell.last > cell.first for cell in rows[row])
        asides = sum(role == FieldRole.ASIDE for role in known)
        if len(set(known)) + max(0, asides - 1) < _MIN_ROLES or 2 * len(known) < filled:
            continue
        return _columns(source, rows, row)
    return None


def _columns(source: SourceText, rows: dict[int, list[Cell]], row: int) -> tuple[Columns, int]:
    """Read a header's columns; where one is parted below, the words below decide."""
    last = row
    deepest = max(cell.row + cell.rows - 1 for cell in rows[row] if cell.last > cell.first)
    roles: dict[int, tuple[str, str]] = {}
    header = []
    # a header of two rows whose first cells are not merged shows it by known words alone
    for under in sorted(each for each in rows if each >= row):
        told = [(cell, header_role(cell_words(source, cell))) for cell in rows[under]]
        filled = [(cell, role) for cell, role in told if cell.last > cell.first]
        below = under > row and (
            under > deepest and (not filled or any(role is None for _, role in filled))
        )
        if below or (under > row and not any(role for _, role in filled)):
            break
        for cell, role in filled:
            header.append(cell_words(source, cell))
            if role is None:
                continue
            for column in range(cell.column, cell.column + cell.columns):
                roles[column] = role, cell_words(source, cell).strip()
        last = max(last, under)
    roles = _requirement_as_measures(_task_as_problem(roles))
    number = next((column for column, (role, _) in sorted(roles.items()) if role == "number"), None)
    made = Columns(
        roles={
            column: (FieldRole(role), spelling)
            for column, (role, spelling) in roles.items()
            if role not in {"number", "section"}
        },
        number=number,
        sections=tuple(c for c, (role, _) in sorted(roles.items()) if role == "section"),
        of_measures=frozenset(
            column
            for column, (_, spelling) in roles.items()
            if _about_measures(_NOISE.sub("", spelling))
        ),
        width=max(cell.column + cell.columns - 1 for cell in rows[row]),
        header=tuple(header),
    )
    return made, last


def _task_as_problem(roles: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Read 整改任务 beside 整改措施, with no problem named, as the problem."""
    held = [role for role, _ in roles.values()]
    roles = _content_as_goal(roles)
    measures = [column for column, (role, _) in sorted(roles.items()) if role == FieldRole.MEASURES]
    if FieldRole.PROBLEM in held or len(measures) < 2:  # noqa: PLR2004 - tasks and measures
        return roles
    spelling = roles[measures[0]][1]
    if spelling == roles[measures[1]][1]:
        return roles
    return roles | {measures[0]: (FieldRole.PROBLEM.value, spelling)}


def _requirement_as_measures(roles: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Read 整改要求 as the measures of a table that has no column for them."""
    if any(role == FieldRole.MEASURES for role, _ in roles.values()):
        return roles
    words: list[str] = word_list("layout")["instead"]["measures"]
    return {
        column: (FieldRole.MEASURES.value if _NOISE.sub("", spelling) in words else role, spelling)
        for column, (role, spelling) in roles.items()
    }


def _content_as_goal(roles: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Read 整改内容（目标） beside 整改措施, with a problem and no goal, as the goal."""
    held = {role for role, _ in roles.values()}
    columns = [c for c, (role, _) in sorted(roles.items()) if role == FieldRole.MEASURES]
    plain = [c for c in columns if not re.search("措施|举措|做法", roles[c][1])]
    told = FieldRole.PROBLEM in held and FieldRole.GOAL not in held
    if not told or len(plain) != 1 or columns == plain:
        return roles
    return roles | {plain[0]: (FieldRole.GOAL.value, roles[plain[0]][1])}


def holds_issues(columns: Columns) -> bool:
    """Say whether a table with these columns lists issues.

    Parameters
    ----------
    columns
        Its columns.

    Returns
    -------
    bool
        Whether it names a problem beside a field of it, or measures beside goal or deadline.
    """
    held = {role for role, _ in columns.roles.values()}
    if FieldRole.PROBLEM in held:
        petitions = any(is_petition_column(spelling) for _, spelling in columns.roles.values())
        return petitions or bool(held & (_ISSUE_ROLES | UNIT_ROLES | {FieldRole.COMPLETION}))
    return len(held & _ISSUE_ROLES) > 1


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
    for row, here in _rows_of(below).items():
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
    rows = _rows_of(cells)
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


def _rows_of(cells: Sequence[Cell]) -> dict[int, list[Cell]]:
    rows: dict[int, list[Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    return dict(sorted(rows.items()))


def _titled_lines(
    source: SourceText, cells: Sequence[Cell], columns: Columns, cut: LineCutter
) -> list[Line]:
    lines: list[Line] = []
    held: list[Cell] = []
    for row in _rows_of(cells).values():
        if _is_title(source, row, columns):
            lines.extend(measure_lines(source, held, columns, cut))
            held = []
            lines.extend(_title(source, row, cut))
        elif tuple(cell_words(source, cell) for cell in row) != columns.header[: len(row)]:
            held.extend(row)
    return [*lines, *measure_lines(source, held, columns, cut)]


def without_number_columns(source: SourceText, cells: Sequence[Cell], columns: Columns) -> Columns:
    """Leave out the columns that number what stands beside them under one header.

    Parameters
    ----------
    source
        The document.
    cells
        The cells below the header.
    columns
        What the columns are: 整改措施 over two, numbers in the first.

    Returns
    -------
    Columns
        Without them; such a column of problems numbers the issues where no other does.
    """
    roles = dict(columns.roles)
    number = columns.number
    for column, told in columns.roles.items():
        words = [cell_words(source, cell) for cell in cells if cell.column == column]
        words = [each for each in words if each.strip()]
        doubled = columns.roles.get(column + 1) == told
        if doubled and words and all(_BARE_NUMBER.fullmatch(each) for each in words):
            del roles[column]
            if told[0] is FieldRole.PROBLEM and number is None:
                number = column
    return replace(columns, roles=roles, number=number)


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
        and len(_BARE_NUMBER.sub("", words)) > 2  # noqa: PLR2004 - more than a mark
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
            if role not in _PER_MEASURE and role is not FieldRole.MEASURES:
                cells = cells[:1]
            whole = _is_whole(group, column, columns)
            for cell in cells:
                made = _field(source, cell, role, spelling, cut)
                if whole and parted and role in UNIT_ROLES:
                    # who leads all measures stands beside who supports each
                    after.extend(replace(line, rows=(group.first, group.last)) for line in made)
                elif role in _PER_MEASURE and not whole and _has_measures(columns):
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
