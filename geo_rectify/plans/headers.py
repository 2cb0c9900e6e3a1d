"""Headers of tables: what the words that head a column say it holds."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.numbering import NUMERAL, match_number, named_styles
from geo_rectify.plans.petitions import is_petition_column
from geo_rectify.plans.records import UNIT_ROLES, FieldRole
from geo_rectify.plans.wording import (
    inferred_role,
    label_pattern,
    label_roles,
    role_of_label,
    word_list,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.plans.records import Cell, SourceText

_HEADER_ROWS: Final = 6
_MAX_HEADER: Final = 30
_MAX_WORDS: Final = 16
"""Words longer than this are a sentence and infer no role."""
_MIN_ROLES: Final = 3
_NOISE: Final = re.compile(r"[\s\u3000*＊:：]|[（(][^（）()]{0,40}[)）]\Z")
_SENTENCE: Final = re.compile("[。；;，]")
BARE_NUMBER: Final = re.compile(rf"(?:问题|任务|第|项|{NUMERAL}|[\s（）()、.])+\Z")
"""A number and nothing else, in a cell."""
_ISSUE_ROLES: Final = frozenset({FieldRole.MEASURES, FieldRole.GOAL, FieldRole.DEADLINE})
PER_MEASURE: Final = frozenset({FieldRole.DEADLINE, FieldRole.PERSON, *UNIT_ROLES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of a table are: roles with their spelling, and where the numbers stand."""

    roles: dict[int, tuple[FieldRole, str]]
    number: int | None
    sections: tuple[int, ...]
    of_measures: frozenset[int] = frozenset()
    width: int
    header: tuple[str, ...]


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
        if rest != plain and known.get(rest) in PER_MEASURE and plain not in known:
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
    rows = rows_of(cells)
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


def rows_of(cells: Sequence[Cell]) -> dict[int, list[Cell]]:
    """Group the cells of a table by row.

    Parameters
    ----------
    cells
        Its cells.

    Returns
    -------
    dict
        Row to its cells, in order.
    """
    rows: dict[int, list[Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    return dict(sorted(rows.items()))


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
        if doubled and words and all(BARE_NUMBER.fullmatch(each) for each in words):
            del roles[column]
            if told[0] is FieldRole.PROBLEM and number is None:
                number = column
    return replace(columns, roles=roles, number=number)
