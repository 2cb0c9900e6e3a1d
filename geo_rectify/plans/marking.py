"""Marking lines: the number and the label each line of a document opens with."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.cutting import label_at, lines_of
from geo_rectify.plans.grids import (
    CELL_STYLE,
    common_width,
    measure_lines,
    table_lines,
    tables_of,
)
from geo_rectify.plans.headers import find_columns, holds_issues, without_number_columns
from geo_rectify.plans.implying import with_implied_measures
from geo_rectify.plans.lists_joined import with_lists_joined
from geo_rectify.plans.notices import issue_number
from geo_rectify.plans.numbering import NUMERAL, numeral_value
from geo_rectify.plans.own_labels import with_own_labels
from geo_rectify.plans.own_numbers import with_own_numbers
from geo_rectify.plans.records import FieldRole, Label, Line, Number
from geo_rectify.plans.table_shapes import tables_within, turned
from geo_rectify.plans.told_sentences import with_told_sentences
from geo_rectify.plans.wording import (
    any_of,
    inferred_role,
    label_pattern,
    plain_label,
    second_role,
    word_list,
)

if TYPE_CHECKING:
    from geo_rectify.plans.records import SourceText

_NOTICE: Final = frozenset({FieldRole.MEASURES, FieldRole.GOAL, FieldRole.COMPLETION})
_OWN_HEADING: Final = re.compile(r"(?P<words>[^，。；：:、！？\s]{2,})\s?[：:]?")
_MAX_HEADING: Final = 16
_MAX_TITLE: Final = 60
_MIN_LABEL: Final = 4
_MIN_GLUED: Final = 3
_MIN_KINDS: Final = 3
_TOLD: Final = frozenset({FieldRole.PROBLEM, FieldRole.GOAL, FieldRole.MEASURES})
_MIN_REPEATS: Final = 2
_COUNTED: Final = re.compile(
    rf"(?:问题|任务|事项|第|[（(\[【])*\s?(?P<value>{NUMERAL})\s?(?:[）)\]】.．、]|[项号个条]|问题|任务)*"
)
"""A number in a cell of its own: 3, 第3项, 问题（三）."""
_CODE: Final = "[A-Za-z]{1,6}[A-Za-z0-9-]{0,12}-0{0,2}"
"""What stands before the number of a code: XJ-2021-003."""
_LEAD_IN: Final = r"[^，。；：:、\s]{0,30}[\s（(]"
"""Words before the label of a number: 一、督察反馈整改任务 问题编号十四：…"""


@lru_cache(maxsize=1)
def _glued() -> re.Pattern[str]:
    return re.compile(rf"{label_pattern(composed=False)}(?=[\u4e00-\u9fff0-9])")


@lru_cache(maxsize=1)
def _number_label() -> re.Pattern[str]:
    """Give the pattern of a label before an issue's number: 问题编号, 任务序号：3."""
    words = any_of(word_list("layout")["headers"]["number"])
    lead = rf"(?:{_LEAD_IN}(?={words}))?"
    ending = r"(?:\Z|(?(value)\s?[:：]\s*|\Z))"
    return re.compile(
        rf"{lead}(?:{words})\s?[:：]?\s*(?:第\s?|[（(]|{_CODE})?"
        rf"(?P<value>{NUMERAL})?(?:[项个条号)）])?{ending}"
    )


def mark_lines(source: SourceText) -> tuple[Line, ...]:
    """Cut a document into lines, each with its number and label where it has one.

    Parameters
    ----------
    source
        The document.

    Returns
    -------
    tuple of Line
        One line a block; a block in which labels follow one another gives a line for each.
    """
    lines: list[Line] = []
    cells = source.cells
    tables = _issue_tables(source)
    for index, block in enumerate(source.blocks):
        if index in tables:
            lines.extend(tables[index])
        else:
            lines.extend(lines_of(source.text, block, cell=index in cells))
    lines = with_own_numbers(source.text, _with_numbers(source.text, lines))
    lines = with_told_sentences(source.text, lines)
    lines = with_own_labels(source.text, _with_problem_headings(source.text, lines))
    lines = _with_glued_labels(source.text, lines)
    lines = _tasks_as_problems(_headings_as_labels(_lone_lines_as_labels(lines)))
    bare = Counter(line.label.spelling for line in lines if line.label and _is_bare(line))
    single = _single_labels(lines)
    begun = {alone: _list_of_bare_labels(lines, bare, alone=alone) for alone in (True, False)}
    lines = [
        replace(line, label=None)
        if line.label
        and _is_bare(line)
        and bare[line.label.spelling] < _MIN_REPEATS
        and not (_stands_alone(line) and line.label.role in single)
        and index <= begun[_stands_alone(line)]
        else line
        for index, line in enumerate(lines)
    ]
    lines = _with_numbered_headings(source.text, with_lists_joined(source.text, lines))
    return tuple(with_implied_measures(source.text, _requirements_as_measures(lines)))


def _list_of_bare_labels(lines: list[Line], bare: Counter[str], *, alone: bool) -> int:
    """Give the line from which words without a mark are labels, though one may stand once."""
    held = [
        index
        for index, line in enumerate(lines)
        if _is_bare(line) and line.label and _stands_alone(line) is alone
        if bare[line.label.spelling] >= _MIN_REPEATS
    ]
    kinds = {line.label.spelling for i in held if (line := lines[i]).label}
    return held[0] if len(kinds) >= _MIN_KINDS else len(lines)


def _stands_alone(line: Line) -> bool:
    return line.label is not None and line.label.end >= line.end


def _single_labels(lines: list[Line]) -> frozenset[FieldRole]:
    """Give the roles that a heading may label in a document of one issue: those no colon labels."""
    marked = Counter(role_of(line) for line in lines if line.label and line.label.marked)
    if marked[FieldRole.PROBLEM] != 1 or max(marked.values()) > 1:
        return frozenset()
    return frozenset(FieldRole) - set(marked)


def _with_problem_headings(text: str, lines: list[Line]) -> list[Line]:
    """Label the heading that words of its own name the problem by, where no line is labelled one.

    一、交办的问题事项情况, or such words alone on a line.
    """
    if any(role_of(line) is FieldRole.PROBLEM for line in lines):
        return lines
    found = {
        index: label
        for index, line in enumerate(lines)
        if (label := _problem_heading(text, line)) is not None and _heads_fields(lines, index)
    }
    if len(found) != 1:
        return lines  # 二、关于突出环境问题 heads a part of the list
    return [
        replace(line, label=found[index]) if index in found else line
        for index, line in enumerate(lines)
    ]


def _heads_fields(lines: list[Line], index: int) -> bool:
    """Say whether the next heading like this one is a bare label: 一、… 二、整改目标."""
    style = lines[index].style
    following = next(
        (
            line
            for line in lines[index + 1 :]
            if (line.style == style if style else line.label is not None)
        ),
        None,
    )
    return following is not None and following.label is not None and _is_bare(following)


def _problem_heading(text: str, line: Line) -> Label | None:
    start = line.after_number
    words = text[start : line.end]
    if line.label is not None or line.cell or not 0 < len(words) <= _MAX_HEADING:
        return None
    found = _OWN_HEADING.fullmatch(words)
    if found is None:
        return None
    told = found["words"] in word_list("layout")["headers"]["problem"]
    if not told and inferred_role(found["words"]) is not FieldRole.PROBLEM:
        return None
    return Label(
        role=FieldRole.PROBLEM,
        spelling=plain_label(found["words"]),
        start=start,
        end=line.end,
        marked=words[-1] in "：:",
    )


def _with_glued_labels(text: str, lines: list[Line]) -> list[Line]:
    """Label numbered lines that open with a label and no mark: 一、整改任务秸秆焚烧… 二、整改目标….

    Only where such lines set out one issue, each label once, and none of its fields is told
    otherwise.
    """
    if any(role_of(line) in _TOLD for line in lines):
        return lines
    found: dict[int, Label] = {}
    for index, line in enumerate(lines):
        if line.number is None or line.label is not None or line.cell:
            continue
        match = _glued().match(text, line.number.end, line.end)
        if match is not None and len(plain_label(match["label"])) >= _MIN_LABEL:
            found[index] = label_at(match["label"], match.start(), match.end(), marked=True)
    roles = [label.role for label in found.values()]
    styles = {lines[index].style for index in found}
    if len(styles) != 1 or len(set(roles)) < _MIN_GLUED or len(set(roles)) < len(roles) - 1:
        return lines
    return [
        replace(line, label=found[index], number=None) if index in found else line
        for index, line in enumerate(lines)
    ]


def _lone_lines_as_labels(lines: list[Line]) -> list[Line]:
    """Read words alone on lines as labels where they set out one issue, each standing once."""
    lone = [
        index
        for index, line in enumerate(lines)
        if _is_bare(line) and line.number is None and line.label and line.label.end >= line.end
    ]
    roles = [role_of(lines[index]) for index in lone]
    if roles.count(FieldRole.PROBLEM) != 1 or not set(roles) & _NOTICE:
        return lines
    held = set(lone)
    return [
        replace(line, label=replace(line.label, marked=True))
        if index in held and line.label
        else line
        for index, line in enumerate(lines)
    ]


def _with_numbered_headings(text: str, lines: list[Line]) -> list[Line]:
    """Read the number that a heading above each of several problems tells: 突出环境243号问题."""
    found: dict[int, Number] = {}
    for index, (line, below) in enumerate(pairwise(lines)):
        plain = line.label is None and line.number is None and not line.cell
        if not plain or role_of(below) is not FieldRole.PROBLEM or below.cell:
            continue
        words = text[line.start : line.end]
        value = (
            issue_number(words) if len(words) <= _MAX_TITLE and words[-1] not in "。；" else None
        )
        if value is not None:
            found[index] = Number(
                style=CELL_STYLE, value=value, raw=words, start=line.start, end=line.end
            )
    if len(found) < _MIN_REPEATS:
        return lines
    return [
        replace(line, number=found[index]) if index in found else line
        for index, line in enumerate(lines)
    ]


def _requirements_as_measures(lines: list[Line]) -> list[Line]:
    """Read 整改要求, or 整改目标及措施, as the measures where no line is labelled so."""
    if any(role_of(line) is FieldRole.MEASURES for line in lines):
        return lines
    words: list[str] = word_list("layout")["instead"]["measures"]
    return [
        replace(line, label=replace(line.label, role=FieldRole.MEASURES))
        if line.label is not None
        and (line.label.spelling in words or second_role(line.label.spelling) is FieldRole.MEASURES)
        else line
        for line in lines
    ]


def _issue_tables(source: SourceText) -> dict[int, list[Line]]:
    """Give the lines of tables that list issues by the first block of each, none for its others."""
    made: dict[int, list[Line]] = {}
    columns = None

    def cut(index: int) -> list[Line]:
        return list(lines_of(source.text, source.blocks[index], cell=True))

    for table in tables_of(source).values():
        cells = turned(source, table)
        found = find_columns(source, cells)
        if found is not None:
            columns, header = found
        elif columns is not None and common_width(cells) == columns.width:
            header = 0  # the table goes on without its header
        else:
            columns = None
        inner = () if columns is None else tables_within(source, cells, columns, header)
        if columns is not None and inner:
            for each in inner:
                within = [*each.header, *each.measures]
                made.update((i, []) for cell in within for i in range(cell.first, cell.last))
                if each.measures:
                    made[each.measures[0].first] = measure_lines(
                        source, each.measures, columns, cut
                    )
            columns = None
            continue
        if columns is None or not holds_issues(columns):
            columns = None
            continue
        below = [cell for cell in cells if cell.row > header]
        columns = without_number_columns(source, below, columns)
        first = [cell.first for cell in cells if cell.row > header and cell.last > cell.first]
        if not first:
            continue
        heads = range(
            min(cell.first for cell in cells),
            max((cell.last for cell in cells if cell.row <= header), default=cells[0].first),
        )
        titles = {
            index
            for cell in cells
            if cell.row <= header and cell.columns >= columns.width and columns.width > 1
            for index in range(cell.first, cell.last)
        }
        made.update((i, cut(i) if i in titles else []) for i in heads)
        made.update(
            (i, []) for cell in cells for i in range(cell.first, cell.last) if i not in made
        )
        made[min(first)] = table_lines(source, cells, columns, header + 1, cut)
    return made


def _with_numbers(text: str, lines: list[Line]) -> list[Line]:
    """Read a label of numbers and the number in it, or in the cell after it, as one number."""
    made: list[Line] = []
    skip = False
    for index, line in enumerate(lines):
        if skip:
            skip = False
            continue
        found = None
        if line.label is None and line.rows is None:
            start = line.after_number
            found = _number_label().match(text, start, line.end)
        if found is None:
            made.append(line)
            continue
        last = line
        raw = found["value"] or ""
        if not raw and index + 1 < len(lines) and lines[index + 1].cell and line.cell:
            last = lines[index + 1]
            raw = text[last.start : last.end].strip()
        counted = _COUNTED.fullmatch(raw)
        value = None if counted is None else numeral_value(counted["value"])
        if value is None:
            made.append(line)
            continue
        skip = last is not line
        end = last.end if last is not line else found.end()
        number = Number(style=CELL_STYLE, value=value, raw=raw, start=line.start, end=end)
        made.append(replace(line, end=last.end, number=number))
    return made


def _tasks_as_problems(lines: list[Line]) -> list[Line]:
    """Read 整改任务 beside as many 整改措施 as the problem where no line is labelled one."""
    spelled: dict[str, int] = {}
    before = ""
    for line in lines:
        if line.label is not None:
            if line.label.role is FieldRole.MEASURES and line.label.spelling != before:
                spelled[line.label.spelling] = spelled.get(line.label.spelling, 0) + 1
            before = line.label.spelling
    if len(spelled) < 2 or any(role_of(line) is FieldRole.PROBLEM for line in lines):  # noqa: PLR2004
        return lines
    task, count = max(
        ((word, n) for word, n in spelled.items() if "任务" in word),
        key=lambda each: each[1],
        default=("", 0),
    )
    others = [n for word, n in spelled.items() if "任务" not in word]
    marked = all(
        line.label.marked or line.cell
        for line in lines
        if line.label is not None and line.label.role is FieldRole.MEASURES
    )
    if not count or not others or max(others) != count or not (marked or count > 1):
        return lines  # a heading is no label
    return [
        replace(line, label=replace(line.label, role=FieldRole.PROBLEM))
        if line.label is not None and line.label.spelling == task
        else line
        for line in lines
    ]


def _headings_as_labels(lines: list[Line]) -> list[Line]:
    """Read numbered headings as labels where they set out one issue (一、整改问题 二、整改措施).

    The same words head parts of a plan's introduction; so a problem must be among them, and
    measures, a goal or the state of completion.
    """
    held = Counter(_heading_kind(line) for line in lines if _is_numbered_heading(line))
    repeated = {kind for kind, count in held.items() if count >= _MIN_REPEATS}
    roles = {role for _, role in held}
    by_issue = len({role for _, role in repeated}) >= _MIN_REPEATS
    # several issues that label their own fields: such headings are chapters (三、整改问题及措施)
    own = Counter(role_of(line) for line in lines if line.label and line.label.marked)
    several = any(own[role] >= _MIN_REPEATS for role in (FieldRole.GOAL, FieldRole.MEASURES))
    notice = by_issue or (FieldRole.PROBLEM in roles and bool(roles & _NOTICE) and not several)
    # 2．整改目标：… 4．整改措施: numbered alike beside labels with a colon, it is one of them
    marked = {
        line.number.style for line in lines if line.number and line.label and line.label.marked
    }
    alike = Counter(
        line.label.spelling
        for line in lines
        if line.number and line.label and _is_numbered_heading(line) and line.number.style in marked
    )
    notice = notice or any(count >= _MIN_REPEATS for count in alike.values())
    # repeated for each issue, a heading that stands once is one of the introduction
    begun = next(
        (
            i
            for i, line in enumerate(lines)
            if _is_numbered_heading(line) and _heading_kind(line) in repeated
        ),
        0,
    )
    kept = [
        replace(line, label=None)
        if _is_numbered_heading(line)
        and (not notice or (by_issue and index < begun and _heading_kind(line) not in repeated))
        else line
        for index, line in enumerate(lines)
    ]
    if not notice:
        return kept
    return [
        replace(line, number=None, label=replace(line.label, marked=True))
        if line.label is not None and _is_numbered_heading(line)
        else line
        for line in kept
    ]


def _heading_kind(line: Line) -> tuple[str, FieldRole | None]:
    return line.style, role_of(line)


def _is_numbered_heading(line: Line) -> bool:
    return (
        line.number is not None
        and line.label is not None
        and not line.label.marked
        and not line.cell
    )


def _is_bare(line: Line) -> bool:
    return line.label is not None and not line.label.marked and not line.cell


def role_of(line: Line) -> FieldRole | None:
    """Give the role of a line's label, None for a line without one.

    Parameters
    ----------
    line
        The line.

    Returns
    -------
    FieldRole or None
        Its role.
    """
    return None if line.label is None else line.label.role
