"""Lists told one after another (问题清单, 任务清单, 责任清单), joined to issues by their numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.numbering import NUMERAL, numeral_value
from geo_rectify.plans.records import UNIT_ROLES, FieldRole, Label, Line, Number
from geo_rectify.plans.wording import label_pattern, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_HEADING: Final = 24
_MIN_ENTRIES: Final = 2
_BARE: Final = re.compile(r"[\s：:。，、]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """One of the lists: what it tells, its heading, and the lines of each number."""

    role: FieldRole
    heading: int
    entries: dict[int, tuple[int, int]]
    end: int


def with_lists_joined(text: str, lines: Sequence[Line]) -> list[Line]:
    """Put what later lists tell of a problem behind it, where lists follow one another.

    Parameters
    ----------
    text
        The whole text.
    lines
        Its lines.

    Returns
    -------
    list of Line
        The same lines where there is one list; else those of every number together, the headings
        of the later lists left out. The lines of an issue then stand apart in the text.
    """
    given = lines
    lines = [_with_number(text, line) for line in lines]
    lists = _lists(text, lines)
    told = {each.role for each in lists}
    if len(told) < len(lists) or not {FieldRole.PROBLEM, FieldRole.MEASURES} <= told:
        return list(given)
    first = lists[0]
    numbers = set(first.entries)
    if first.role is not FieldRole.PROBLEM or any(set(each.entries) != numbers for each in lists):
        return list(given)
    made = list(lines[: first.heading + 1])
    for number, (start, stop) in first.entries.items():
        made.extend(lines[start:stop])
        for each in lists[1:]:
            made.extend(_entry(text, lines[slice(*each.entries[number])], each.role))
    made.extend(lines[lists[-1].end :])
    return made


def _lists(text: str, lines: Sequence[Line]) -> list[_List]:
    """Find headings that name lists, each with entries numbered alike below it."""
    heads = [(i, role) for i, line in enumerate(lines) if (role := _heading(text, line))]
    if len(heads) < 2:  # noqa: PLR2004 - nothing to join
        return []
    style = lines[heads[-1][0]].style
    after = (
        i
        for i in range(heads[-1][0] + 1, len(lines))
        if style and lines[i].style == style and lines[i].label is None
    )
    end = next(after, len(lines))
    bounds = [*(index for index, _ in heads), end]
    made = []
    for (head, role), stop in zip(heads, bounds[1:], strict=True):
        entries = _entries(lines, head + 1, stop)
        if len(entries) < _MIN_ENTRIES:
            return []
        made.append(_List(role=role, heading=head, entries=entries, end=stop))
    return made


@lru_cache(maxsize=1)
def _named() -> re.Pattern[str]:
    return re.compile(
        rf"(?:问题|任务|事项|第)[（(]?(?P<value>{NUMERAL})[）)项号个]*(?={label_pattern()}\s?[:：])"
    )


def _with_number(text: str, line: Line) -> Line:
    """Read the number of 问题1整改任务：, which no mark parts from a label."""
    found = None if line.number or line.label else _named().match(text, line.start, line.end)
    value = None if found is None else numeral_value(found["value"])
    if found is None or value is None:
        return line
    number = Number(
        style="problem", value=value, raw=found[0], start=found.start(), end=found.end()
    )
    return replace(line, number=number)


def _heading(text: str, line: Line) -> FieldRole | None:
    start = line.after_number
    if line.cell or not 0 < line.end - start <= _MAX_HEADING:
        return None
    kinds: dict[str, str] = word_list("layout")["lists"]["kinds"]
    words = text[start : line.end].rstrip("：: ")
    found = re.fullmatch(word_list("layout")["lists"]["heading"], words)
    return None if found is None else FieldRole(kinds[found["kind"]])


def _entries(lines: Sequence[Line], start: int, stop: int) -> dict[int, tuple[int, int]]:
    """Give the lines of each number of a list: those numbered like its first."""
    style = lines[start].style if start < stop else ""
    begins = [i for i in range(start, stop) if style and lines[i].style == style]
    made: dict[int, tuple[int, int]] = {}
    for begin, after in pairwise([*begins, stop]):
        number = lines[begin].number
        if number is None or number.value in made:
            return {}
        made[number.value] = begin, after
    return made


def _entry(text: str, lines: Sequence[Line], role: FieldRole) -> list[Line]:
    """Give the lines of one number of a later list as a field of its problem."""
    head, rest = lines[0], list(lines[1:])
    start = head.after_number
    named = re.compile(label_pattern()).match(text, start, head.end)
    if named is not None and _BARE.fullmatch(text, named.end(), head.end):
        start = head.end  # 问题1整改任务：
    if head.label is not None and head.label.end < head.end:
        return [replace(head, head=head.label.start, start=head.label.start, number=None), *rest]
    if _BARE.fullmatch(text, start, head.end):
        if not rest:
            return []
        head, rest = rest[0], rest[1:]
        start = head.start
        if head.label is not None:
            return [head, *rest]
    known = FieldRole.RESPONSIBLE if role in UNIT_ROLES else role
    label = Label(role=known, spelling="", start=start, end=start, marked=True)
    return [replace(head, head=start, start=start, number=None, label=label), *rest]
