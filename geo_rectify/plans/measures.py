"""Measures of one issue: from the lines of its measures field to records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.models import Measure, MeasureDeadline
from geo_rectify.plans.bodies import Bodies, split_bodies
from geo_rectify.plans.deadlines import has_words, issue_deadline, measure_deadlines, tells_time
from geo_rectify.plans.numbering import match_number, numeral_value, style_pattern
from geo_rectify.plans.records import UNIT_ROLES, FieldRole
from geo_rectify.plans.told_sentences import assigned_parts
from geo_rectify.plans.unit_brackets import AFTER_BRACKET, UnitList, semicolons, unit_lists
from geo_rectify.plans.wording import word_list

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from geo_rectify.plans.records import Label, Line

_LEAD_IN: Final = "：:"
_NO_HEADING_END: Final = "。；;：:，,、）)〕】"
_MAX_HEADING: Final = 30
_NOTE: Final = re.compile(r"[（(](?P<told>[^（）()\n]+)[)）]")
_MIN_PART: Final = 8
"""A stretch between semicolons shorter than this is no measure of its own."""


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A measure under construction: number, pieces of text, labelled values after them."""

    number: int | None
    number_raw: str
    row: int | None = None
    pieces: list[tuple[int, int]] = field(default_factory=list)
    labelled: list[tuple[FieldRole, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresRead:
    """The measures of an issue, and what their field says of the issue as a whole."""

    measures: tuple[Measure, ...]
    issue_fields: tuple[tuple[FieldRole, int, int], ...] = ()


def read_measures(
    text: str,
    lines: Sequence[Line],
    *,
    after: dt.date | None = None,
    semicolons_part: bool = True,
) -> MeasuresRead:
    """Read the measures of one issue.

    Parameters
    ----------
    text
        The whole text.
    lines
        The lines of the measures field, the label's own first; those labelled 责任单位, 完成时限
        and the like among them.
    after
        Dates that name no year lie after this day.
    semicolons_part
        Whether the semicolons of a paragraph without numbers part measures.

    Returns
    -------
    MeasuresRead
        The measures. Units or a deadline labelled once, after the last of several measures that
        have none of their own, are those of the issue.
    """
    drafts = _drafts(text, lines, semicolons_part=semicolons_part)
    issue_fields = _issue_fields(text, drafts)
    measures = [
        _measure(text, draft, position, after) for position, draft in enumerate(drafts, start=1)
    ]
    return MeasuresRead(measures=tuple(measures), issue_fields=issue_fields)


def _drafts(text: str, lines: Sequence[Line], *, semicolons_part: bool) -> list[_Draft]:
    drafts: list[_Draft] = []
    style: str | None = None
    waiting: FieldRole | None = None
    stage: list[tuple[FieldRole, int, int]] = []
    for line in _without_headings(text, lines):
        label = line.label
        known = len(drafts)
        stage = _stage(text, label, stage)
        start = line.start if label is None else label.end
        inner = waiting if label is None else label.role
        if inner is not None and inner is not FieldRole.MEASURES:
            # a label alone on its line, or in its cell, has its value in the next
            waiting = inner if start >= line.end else None
            if waiting is None:
                stop = _next_head(text, drafts, line, start=start, style=style)
                for draft in _beside(drafts, line):
                    draft.labelled.append((inner, start, stop))
                if stop < line.end:
                    rest = replace(line, head=stop, start=stop, label=None, number=None)
                    style = _add_line(text, drafts, rest, start=stop, style=style)
        elif start < line.end:
            style = _add_line(text, drafts, line, start=start, style=style)
        for draft in drafts[known:]:
            draft.labelled.extend(stage)
    return _finished(text, drafts, style=style, semicolons_part=semicolons_part)


def _finished(
    text: str, drafts: list[_Draft], *, style: str | None, semicolons_part: bool
) -> list[_Draft]:
    """Leave out a lead-in, and part paragraphs of measures without numbers."""
    if style is not None and len(drafts) > 1 and drafts[0].number is None:
        last = drafts[0].pieces[-1][1]
        if text[last - 1] in _LEAD_IN:
            del drafts[0]  # 采取以下措施：
    drafts = [draft for draft in drafts if draft.pieces]
    if style is not None:
        return drafts
    drafts = [part for draft in drafts for part in _closed_by_units(text, draft)]
    drafts = [part for draft in drafts for part in _assigned(text, draft)]
    return [p for each in drafts for p in _parted(text, each)] if semicolons_part else drafts


def _stage(
    text: str, label: Label | None, before: list[tuple[FieldRole, int, int]]
) -> list[tuple[FieldRole, int, int]]:
    """Give the time a label sets for the measures below it: 近期措施（2023年2月底前）：."""
    if label is None or label.role is not FieldRole.MEASURES:
        return before
    found = _NOTE.search(text, label.start, label.end)
    if found is None or not tells_time(text, *found.span("told")):
        return []
    return [(FieldRole.DEADLINE, *found.span("told"))]


def _next_head(
    text: str, drafts: Sequence[_Draft], line: Line, *, start: int, style: str | None
) -> int:
    """Give where the next measure begins within a value: …完成时限：2024年底前。（2）…, else its end."""
    if style is None or not drafts or drafts[-1].number is None:
        return line.end
    for match in style_pattern(style).finditer(text, start + 1, line.end):
        follows = numeral_value(match["value"]) == drafts[-1].number + 1
        if follows and text[match.start() - 1] in "。；;" and match.end() < line.end:
            return match.start()
    return line.end


def _without_headings(text: str, lines: Sequence[Line]) -> Sequence[Line]:
    """Leave out headings above the measures, where each has measures numbered another way below."""
    marked = [
        (position, match_number(text, _words_start(line), line.end))
        for position, line in enumerate(lines)
        if _words_start(line) < line.end
    ]
    first = next((number for _, number in marked if number is not None), None)
    if first is None:
        return lines
    left: set[int] = set()
    for (position, number), below in zip(marked, [*marked[1:], (0, None)], strict=True):
        if number is None or number.style != first.style:
            continue
        end = lines[position].end
        bare = text[end - 1] not in _NO_HEADING_END and end - number.end <= _MAX_HEADING
        if not bare or below[1] is None or below[1].style == first.style:
            return lines
        left.add(position)
    return [line for position, line in enumerate(lines) if position not in left]


def _words_start(line: Line) -> int:
    return line.start if line.label is None else line.label.end


def _closed_by_units(text: str, draft: _Draft) -> list[_Draft]:
    """Part a paragraph of measures without numbers, each closed by a bracket of units."""
    if len(draft.pieces) > 1 or draft.labelled:
        return [draft]
    start, end = draft.pieces[0]
    stops = [_after_marks(text, found.end, end) for found in unit_lists(text, start, end)]
    if len(stops) < 2 or stops[-1] < end:  # noqa: PLR2004 - a bracket each
        return [draft]
    return [replace(draft, pieces=[span], labelled=[]) for span in pairwise([start, *stops])]


def _assigned(text: str, draft: _Draft) -> list[_Draft]:
    """Part a paragraph of sentences that each begin with whose task they are: 由市水利局负责，…."""
    start, end = draft.pieces[0]
    begins = assigned_parts(text, start, end)
    if len(draft.pieces) > 1 or len(begins) < 2 or begins[0] != start:  # noqa: PLR2004
        return [draft]
    return [
        replace(draft, pieces=[span], labelled=list(draft.labelled))
        for span in pairwise([*begins, end])
    ]


def _after_marks(text: str, start: int, end: int) -> int:
    while start < end and text[start] in AFTER_BRACKET:
        start += 1
    return start


def _parted(text: str, draft: _Draft) -> list[_Draft]:
    """Part a paragraph of measures without numbers at its semicolons."""
    if len(draft.pieces) > 1:
        return [draft]
    start, end = draft.pieces[0]
    cuts = [start, *semicolons(text, start, end), end]
    spans = [
        (begin + len(text[begin:stop]) - len(text[begin:stop].lstrip()), stop)
        for begin, stop in pairwise(cuts)
    ]
    joined = tuple(word_list("layout")["marks"]["goes_on"])
    if any(
        stop - begin < _MIN_PART or text.startswith(joined, begin, stop) for begin, stop in spans
    ):
        return [draft]
    return [replace(draft, pieces=[span], labelled=list(draft.labelled)) for span in spans]


def _add_line(
    text: str, drafts: list[_Draft], line: Line, *, start: int, style: str | None
) -> str | None:
    """Add a line to the measures; give the style they are numbered in, where known by now."""
    number = match_number(text, start, line.end, inner=True)
    chosen = number.style if style is None and number is not None else style
    known = len(drafts)
    row = None if line.rows is None else line.rows[0]
    if number is not None and chosen is not None and number.style == chosen:
        drafts.extend(_numbered(text, start, line.end, chosen))
    elif row is not None and drafts and drafts[-1].row != row:
        drafts.append(_Draft(number=None, number_raw="", pieces=[(start, line.end)]))
    else:
        _unnumbered(text, drafts, start, line.end)
        if chosen is not None and drafts[-1].number is not None:
            drafts.extend(_running_on(text, drafts[-1], chosen))
    for draft in drafts[known:]:
        draft.row = row
    return chosen


def _beside(drafts: list[_Draft], line: Line) -> list[_Draft]:
    """Give the measures a labelled value is about: those of its table rows, else the last one."""
    if line.rows is None:
        return drafts[-1:]
    first, last = line.rows
    held = [draft for draft in drafts if draft.row is not None and first <= draft.row <= last]
    return held or drafts[-1:]


def _numbered(text: str, start: int, end: int, style: str) -> Iterator[_Draft]:
    """Give a paragraph's measures: one, or several where their numbers run on within it."""
    first = match_number(text, start, end, inner=True)
    if first is None:
        return
    heads = [(start, first.end, first.value, first.raw)]
    for match in style_pattern(style).finditer(text, first.end, end):
        value = numeral_value(match["value"])
        if value == heads[-1][2] + 1 and text[match.start() - 1] in "。；;〕】）) \u3000":
            body = match.end()
            while body < end and text[body].isspace():
                body += 1
            heads.append((match.start(), body, value, match[0].rstrip()))
    for index, (_, body, value, raw) in enumerate(heads):
        stop = heads[index + 1][0] if index + 1 < len(heads) else end
        stop = body + len(text[body:stop].rstrip())
        pieces = [(body, stop)] if stop > body else []
        yield _Draft(number=value, number_raw=raw, pieces=pieces)


def _running_on(text: str, draft: _Draft, style: str) -> Iterator[_Draft]:
    """Cut a measure's last line where the next numbers stand within it: …植被恢复。3.举一反三."""
    start, end = draft.pieces[-1]
    value = draft.number or 0
    current = draft
    for match in style_pattern(style).finditer(text, start + 1, end):
        if (
            numeral_value(match["value"]) != value + 1
            or text[match.start() - 1] not in "。；;〕】）)"
        ):
            continue
        value += 1
        body = match.end() + len(text[match.end() : end]) - len(text[match.end() : end].lstrip())
        if body >= end:
            break
        current.pieces[-1] = (current.pieces[-1][0], match.start())
        if current is not draft:
            yield current
        current = _Draft(number=value, number_raw=match[0].rstrip(), pieces=[(body, end)])
    if current is not draft:
        yield current


def _unnumbered(text: str, drafts: list[_Draft], start: int, end: int) -> None:
    """Add a paragraph without number: to the measure before it, or as one of its own."""
    lists = unit_lists(text, start, end)
    only_units = bool(lists) and not text[start : lists[0].start].strip()
    if drafts and only_units:
        drafts[-1].pieces.append((start, end))
        return
    before = drafts[-1] if drafts else None
    told = before is not None and (bool(before.labelled) or _told(text, before))
    plain = before is not None and before.number is None and not told and not lists
    if before is None or (told and (bool(lists) or before.number is None)) or plain:
        drafts.append(_Draft(number=None, number_raw="", pieces=[(start, end)]))
    else:
        before.pieces.append((start, end))


def _told(text: str, draft: _Draft) -> bool:
    return any(unit_lists(text, *piece) for piece in draft.pieces[-1:])


def _issue_fields(text: str, drafts: list[_Draft]) -> tuple[tuple[FieldRole, int, int], ...]:
    """Take from the last measure what is labelled after it but holds for the issue."""
    if len(drafts) < 2 or not drafts[-1].labelled:  # noqa: PLR2004 - a list of measures
        return ()
    if any(draft.labelled or _told(text, draft) for draft in drafts[:-1]):
        return ()
    fields = tuple(drafts[-1].labelled)
    drafts[-1].labelled.clear()
    return fields


def _measure(text: str, draft: _Draft, position: int, after: dt.date | None) -> Measure:
    lists = [found for piece in draft.pieces for found in unit_lists(text, *piece)]
    start, end = draft.pieces[0][0], draft.pieces[-1][1]
    first_tail = None
    for found in reversed(lists):
        edge = end if first_tail is None else first_tail.start
        if text[found.end : edge].strip(AFTER_BRACKET):
            break
        first_tail = found
    body_end = end if first_tail is None else first_tail.start
    body_end = start + len(text[start:body_end].rstrip())
    fields = [value for found in lists for value in found.fields] + draft.labelled
    bodies = bodies_of(text, fields)
    named = _units_span(first_tail, lists, draft)
    body = text[start:body_end]
    return Measure(
        position=position,
        number=draft.number,
        number_raw=draft.number_raw,
        text=body,
        start=start,
        end=body_end,
        deadlines=_deadlines(text, (start, body_end), lists, fields, after=after),
        units=bodies.units,
        lead_units=bodies.lead,
        supporting_units=bodies.supporting,
        units_raw="" if named is None else text[named[0] : named[1]],
        units_start=None if named is None else named[0],
        units_end=None if named is None else named[1],
        immediate=has_words("immediate_measure", body),
        recurring=has_words("recurring", body),
    )


def _units_span(
    tail: UnitList | None, lists: Sequence[UnitList], draft: _Draft
) -> tuple[int, int] | None:
    chosen = tail or (lists[-1] if lists else None)
    if chosen is not None:
        return chosen.value_start, chosen.value_end
    for role, start, end in draft.labelled:
        if role in UNIT_ROLES:
            return start, end
    return None


def bodies_of(text: str, fields: Sequence[tuple[FieldRole, int, int]]) -> Bodies:
    """Join the bodies of labelled values, those that lead first.

    Parameters
    ----------
    text
        The whole text.
    fields
        Role, start and end of each value; roles that name no units are passed over.

    Returns
    -------
    Bodies
        Every body once.
    """
    order = (FieldRole.LEAD, FieldRole.RESPONSIBLE, FieldRole.SUPPORTING)
    units: dict[str, None] = {}
    lead: dict[str, None] = {}
    supporting: dict[str, None] = {}
    for wanted in order:
        for role, start, end in fields:
            if role is not wanted:
                continue
            bodies = split_bodies(text[start:end])
            units.update(dict.fromkeys(bodies.units))
            lead.update(dict.fromkeys(bodies.units if role is FieldRole.LEAD else bodies.lead))
            supporting.update(
                dict.fromkeys(bodies.units if role is FieldRole.SUPPORTING else bodies.supporting)
            )
    return Bodies(units=tuple(units), lead=tuple(lead), supporting=tuple(supporting))


def _deadlines(
    text: str,
    span: tuple[int, int],
    lists: Sequence[UnitList],
    fields: Sequence[tuple[FieldRole, int, int]],
    *,
    after: dt.date | None,
) -> tuple[MeasureDeadline, ...]:
    found = [
        deadline
        for deadline in measure_deadlines(text, *span, after=after)
        if not any(held.start <= deadline.start < held.end for held in lists)
    ]
    for role, value_start, value_end in fields:
        if role is FieldRole.DEADLINE:
            read = issue_deadline(text, value_start, value_end, after=after)
            if read.date is not None and read.date not in {held.date for held in found}:
                found.append(
                    MeasureDeadline(raw=read.raw, start=read.start, end=read.end, date=read.date)
                )
    return tuple(sorted(found, key=lambda deadline: deadline.start))


def with_issue_units(measures: Sequence[Measure], bodies: Bodies) -> tuple[Measure, ...]:
    """Give the issue's units to measures that name none.

    Parameters
    ----------
    measures
        The measures.
    bodies
        The units labelled for the issue as a whole.

    Returns
    -------
    tuple of Measure
        Units filled in where they were missing; the span of the words stays empty there.
    """
    return tuple(
        measure
        if measure.units
        else replace(
            measure,
            units=bodies.units,
            lead_units=bodies.lead,
            supporting_units=bodies.supporting,
        )
        for measure in measures
    )
