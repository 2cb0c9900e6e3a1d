"""Measures without a label: numbered lines below a problem that end in whose they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.records import UNIT_ROLES, FieldRole, Label, Line
from geo_rectify.plans.unit_brackets import unit_lists
from geo_rectify.plans.wording import word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

_MIN_TOLD: Final = 3
_MIN_GROUPS: Final = 2
_HEAD: Final = 400
_SETS_OUT: Final = frozenset({FieldRole.MEASURES, FieldRole.GOAL, FieldRole.COMPLETION})


def with_implied_measures(text: str, lines: Sequence[Line]) -> list[Line]:
    """Label the first of the measures of each issue in a plan that labels none.

    （一）关于…问题 / 1.…（市住建局牵头，2024年6月底前完成）: lines numbered alike, most of them or the
    last of each run with such a bracket or a line 牵头单位：… below, are measures, and the line before
    the first of each run is an issue.

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
    made = list(lines)
    told = word_list("documents")["implied"]["words"]
    if any(line.label and line.label.role in _SETS_OUT for line in lines) or not any(
        word in text[:_HEAD] for word in told
    ):
        return made
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
        line = lines[group[0]]
        label = Label(
            role=FieldRole.MEASURES, spelling="", start=line.start, end=line.start, marked=True
        )
        made[group[0]] = replace(line, label=label)
    return made


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
