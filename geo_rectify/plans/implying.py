"""Measures without a label: numbered lines below a problem that end in whose they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.numbering import match_number, named_styles
from geo_rectify.plans.records import UNIT_ROLES, FieldRole, Label, Line
from geo_rectify.plans.unit_brackets import unit_lists
from geo_rectify.plans.wording import word_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_rectify.plans.records import Number

_MIN_TOLD: Final = 3
_MIN_GROUPS: Final = 2
_HEAD: Final = 400
_NUMBERED_MEASURES: Final = "measure"
"""The style of 措施一：, which numbers measures and nothing else."""
_TELLS: Final = frozenset({FieldRole.DEADLINE, *UNIT_ROLES})
_MIN_SHARE: Final = 0.6
"""Of the issues with numbered lines, those that tell whose or until when they are."""


def with_implied_measures(text: str, lines: Sequence[Line]) -> list[Line]:
    """Label the first of the measures of each issue in a plan that labels none.

    （一）关于…问题 / 1.…（市住建局牵头，2024年6月底前完成）: lines numbered alike, most of them or the
    last of each run with such a bracket or a line 牵头单位：… below, are measures, and the line before
    the first of each run is an issue. Where most issues label their units or deadline, the lines
    numbered alike within each issue are its measures.

    Parameters
    ----------
    text
        The whole text.
    lines
        Its lines.

    Returns
    -------
    list of Line
        The same lines; those that open a run carry a label of no width.
    """
    told = word_list("documents")["implied"]["words"]
    roles = {line.label.role for line in lines if line.label}
    if FieldRole.MEASURES in roles or not any(word in text[:_HEAD] for word in told):
        return list(lines)
    if FieldRole.COMPLETION in roles:
        return _with_inner_runs(text, lines, only=_NUMBERED_MEASURES)
    made = list(lines) if FieldRole.GOAL in roles else _with_closed_runs(text, lines)
    return made if made != list(lines) else _with_inner_runs(text, lines)


def _with_closed_runs(text: str, lines: Sequence[Line]) -> list[Line]:
    """Label runs of numbered lines that brackets of units close."""
    made = list(lines)
    plain = [i for i, line in enumerate(lines) if line.number and not line.label and not line.cell]
    bracketed = {i for i in plain if _names_units(text, lines[i]) or _units_below(lines, i)}
    style, count = next(iter(Counter(lines[i].style for i in bracketed).most_common(1)), ("", 0))
    alike = [i for i in plain if lines[i].style == style]
    groups = _groups(lines, alike)
    closed = all(group[-1] in bracketed for group in groups)
    if count < _MIN_TOLD or (2 * count < len(alike) and not closed):
        return made
    opened = [group for group in groups if group[0] and bracketed & set(group)]
    if len(opened) < _MIN_GROUPS:
        return made
    for group in opened:
        made[group[0]] = _opening(lines[group[0]])
    return made


def _opening(line: Line) -> Line:
    """Label a line as the first of the measures; the label has no width."""
    label = Label(
        role=FieldRole.MEASURES, spelling="", start=line.start, end=line.start, marked=True
    )
    return replace(line, label=label)


def _with_inner_runs(text: str, lines: Sequence[Line], *, only: str = "") -> list[Line]:
    """Label the lines numbered alike within each issue, where most issues tell whose they are.

    ``only`` names the one style that counts beside what was done so far.
    """
    made = list(lines)
    numbers = {
        index: number
        for index, line in enumerate(lines)
        if line.label is None and not line.cell and line.rows is None
        if (number := line.number or match_number(text, line.start, line.end, inner=True))
        is not None
    }
    styles = dict.fromkeys(number.style for number in numbers.values())
    best: list[list[int]] = []
    for outer in styles:
        heads = [i for i, number in numbers.items() if number.style == outer and lines[i].number]
        for inner in [only] if only else styles:
            runs = [] if inner == outer else _runs_within(text, lines, numbers, (heads, inner))
            if (len(runs), sum(map(len, runs))) > (len(best), sum(map(len, best))):
                best = runs
    if len(best) < _MIN_GROUPS:
        return made
    for run in best:
        for index in run:
            if numbers[index].style in named_styles():
                made[index] = replace(made[index], number=None)  # 第三条: no issue
        made[run[0]] = _opening(made[run[0]])
    return made


def _runs_within(
    text: str,
    lines: Sequence[Line],
    numbers: Mapping[int, Number],
    levels: tuple[Sequence[int], str],
) -> list[list[int]]:
    """Give the lines of one style below each line that heads an issue; none where few tell whose.

    They count from one below each head, or from the first head to the last.
    """
    heads, inner = levels
    runs: list[list[int]] = []
    told = last = 0
    for head, stop in pairwise([*heads, len(lines)]):
        run = [i for i in range(head + 1, stop) if i in numbers and numbers[i].style == inner]
        values = [numbers[i].value for i in run]
        if not run:
            continue
        anew = values == list(range(1, len(run) + 1))
        on = values == list(range(last + 1, last + len(run) + 1))
        if not anew and not on:
            return []
        last = values[-1]
        runs.append(run)
        told += any(
            line.label is not None and line.label.role in _TELLS for line in lines[head:stop]
        ) or any(_names_units(text, lines[i]) for i in run)
    return runs if told >= _MIN_SHARE * len(runs) and 2 * len(runs) >= len(heads) else []


def _names_units(text: str, line: Line) -> bool:
    start = line.after_number
    return any(
        not text[found.end : line.end].strip("。；; ")
        for found in unit_lists(text, start, line.end)
    )


def _units_below(lines: Sequence[Line], index: int) -> bool:
    below = lines[index + 1].label if index + 1 < len(lines) else None
    return below is not None and below.marked and below.role in UNIT_ROLES


def _groups(lines: Sequence[Line], alike: Sequence[int]) -> list[list[int]]:
    """Part lines numbered alike where they begin anew."""
    made: list[list[int]] = []
    for index in alike:
        number = lines[index].number
        if not made or (number is not None and number.value == 1):
            made.append([])
        made[-1].append(index)
    return made
