"""Explaining: which rule read which line, so that a doubtful plan can be looked through."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.building import build_plan
from geo_rectify.plans.layout import recognise_layout
from geo_rectify.plans.masking import mask_petitioners
from geo_rectify.plans.reading import read_source
from geo_rectify.plans.wording import word_list
from geo_rectify.plans.wrapping import unwrapped
from geo_rectify.vocabulary import label

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from geo_rectify.models import Issue
    from geo_rectify.plans.records import Layout, Line

_MAX_SHOWN: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedLine:
    """One line of a plan and what read it.

    Attributes
    ----------
    start
        Offset into the plan's text.
    locator
        Page, paragraph or cell.
    issue
        Number of the issue it belongs to, None outside the issues.
    rule
        What read it, in Chinese: 问题序号“（三）”, 标签“完成时限”→整改时限, 第2条措施.
    text
        Its first words.
    """

    start: int
    locator: str
    issue: int | None
    rule: str
    text: str


def explain_plan(path: str | os.PathLike[str]) -> tuple[ExplainedLine, ...]:
    """Say for every line of a document which rule read it.

    Parameters
    ----------
    path
        A file or folder as `read_plan` takes it.

    Returns
    -------
    tuple of ExplainedLine
        In the order they were read; a line nothing read says so.

    Raises
    ------
    InputFileError
        The file cannot be read.
    """
    source = read_source(path)
    offsets = None
    if source.wraps:
        source, offsets = unwrapped(source)
    plan = mask_petitioners(build_plan(source))
    layout = recognise_layout(source)
    text = plan.text
    if layout is None or not plan.issues:
        return tuple(
            ExplainedLine(
                start=block.start if offsets is None else offsets.start(block.start),
                locator=block.locator,
                issue=None,
                rule=_said("no_list", label(plan.document_type)),
                text=_shown(text[block.start : block.end]),
            )
            for block in source.blocks
        )
    starts = [block.start for block in source.blocks]
    made = []
    for index, line in enumerate(layout.lines):
        issue = _issue_at(plan.issues, layout, index)
        block = source.blocks[max(0, bisect_right(starts, line.head) - 1)]
        made.append(
            ExplainedLine(
                start=line.start if offsets is None else offsets.start(line.start),
                locator=block.locator,
                issue=None if issue is None else issue.number,
                rule=_rule(layout, index, issue),
                text=_shown(text[line.start : line.end]),
            )
        )
    return tuple(made)


def _shown(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _MAX_SHOWN else f"{plain[:_MAX_SHOWN]}…"


def _issue_at(issues: Sequence[Issue], layout: Layout, index: int) -> Issue | None:
    if index >= layout.last_line or index in layout.heading_lines:
        return None
    position = bisect_right(layout.issue_lines, index) - 1
    if position < 0:
        return None
    later = [each for each in layout.section_lines if layout.issue_lines[position] < each <= index]
    return None if later else issues[position]


def _rule(layout: Layout, index: int, issue: Issue | None) -> str:
    line = layout.lines[index]
    if index in layout.section_lines:
        return _said("section")
    if index in layout.heading_lines:
        return _said("heading")
    if issue is None:
        return _said("after" if index >= layout.last_line else "before")
    told = []
    if index in layout.issue_lines:
        told.append(
            _said("unnumbered") if line.number is None else _said("numbered", line.number.raw)
        )
    if line.label is not None:
        where = "column" if line.rows is not None or _is_column(line) else "label"
        role = _role_word(line.label.role.value)
        told.append(
            _said(where, line.label.spelling, role) if line.label.spelling else _said("form", role)
        )
    told.extend(
        _said("measure", measure.position)
        for measure in issue.measures
        if measure.start < line.end and line.start < max(measure.end, measure.units_end or 0)
    )
    if not told:
        told.append(_part_of(line, issue) or _after_label(layout.lines[index - 1]))
    return "，".join(told)


def _is_column(line: Line) -> bool:
    return line.cell and line.label is not None and line.label.start == line.label.end


def _after_label(before: Line) -> str:
    """Say that a line is the value of a label alone on the line before."""
    label_before = before.label
    if label_before is None or label_before.end < before.end:
        return _said("unread")
    return _said("goes_on", _role_word(label_before.role.value))


def _part_of(line: Line, issue: Issue) -> str:
    parts = (
        ("problem", issue.problem),
        ("goal", issue.goal),
        ("deadline", issue.deadline),
        ("acceptance", issue.acceptance),
        ("person", issue.responsible_person),
        ("completion", issue.completion),
    )
    for name, part in parts:
        if part is not None and part.start <= line.start < part.end:
            return _said("goes_on", _role_word(name))
    return ""


def _said(key: str, *words: object) -> str:
    said: str = word_list("layout")["explain"][key]
    return said.format(*words)


def _role_word(role: str) -> str:
    word: str = word_list("layout")["explain"]["roles"][role]
    return word
