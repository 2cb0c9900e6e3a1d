"""Building a plan: lines and layout to issues, measures, deadlines, units and acceptance."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.models import AcceptanceUnit, Aside, Issue, Passage, Plan, Section
from geo_rectify.plans.acceptance import read_acceptance
from geo_rectify.plans.bodies import are_certain_bodies
from geo_rectify.plans.checks import irregularities_of, plan_checks
from geo_rectify.plans.classify import document_title, document_type, lists_issues
from geo_rectify.plans.deadlines import feedback_date, find_dates, heading_deadline, issue_deadline
from geo_rectify.plans.inspections import inspections_of
from geo_rectify.plans.layout import recognise_layout, shared_fields
from geo_rectify.plans.masking import mask_petitioners
from geo_rectify.plans.measures import read_measures
from geo_rectify.plans.notices import issue_number, quoted_number, read_notice
from geo_rectify.plans.numbering import NUMERAL, match_number, numeral_value
from geo_rectify.plans.petitions import petition_of, title_batch
from geo_rectify.plans.quantities import find_figures
from geo_rectify.plans.reading import read_source
from geo_rectify.plans.records import UNIT_ROLES, FieldRole
from geo_rectify.plans.sharing import shared_deadlines, shared_units
from geo_rectify.plans.unit_brackets import unit_lists
from geo_rectify.plans.wording import second_role
from geo_rectify.plans.wrapping import rewrapped, unwrapped
from geo_rectify.vocabulary import AcceptanceMode, DocumentType

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from geo_rectify.models import Acceptance, Figure, IssueDeadline, Measure
    from geo_rectify.plans.records import Layout, Line, Number, SourceText

DOC_ID_LENGTH: Final = 12
_CLOSING_BRACKET: Final = re.compile(r"[（(](?P<told>[^（）()\n]{4,40})[)）]\s*[。；;]?\s*\Z")
_YEAR: Final = re.compile("(20[0-9]{2})年")
_MAX_SENTENCE_HEADING: Final = 40
_MAX_CLAUSE_HEADING: Final = 25
_CITING: Final = ("发现", "规定", "指出", "《", "年", "月", "检查", "明确", "显示", "根据", "按照")
_WITH_ISSUES: Final = frozenset(
    {DocumentType.RECTIFICATION_PLAN, DocumentType.NOTICE, DocumentType.PETITION_TABLE}
)
# A field of one line: what follows it on lines of its own is not its value.
_ONE_LINE: Final = frozenset({FieldRole.ACCEPTANCE, FieldRole.PERSON, *UNIT_ROLES})
_IN_MEASURES: Final = frozenset({FieldRole.DEADLINE, FieldRole.PERSON, *UNIT_ROLES})
_HEADED: Final = re.compile(
    rf"\s*(?:第({NUMERAL})[项个号条](?:整改)?(?:问题|任务|事项)?"
    rf"|(?:反馈|整改)?(?:问题|任务|事项)({NUMERAL}))\s*[:：]?\s*"
)
_INTERRUPTS: Final = frozenset(FieldRole) - {FieldRole.PROBLEM, FieldRole.GOAL, FieldRole.MEASURES}
"""What is told below a measure, before the next: what was done, who accepts it."""


def read_plan(path: str | os.PathLike[str]) -> Plan:
    """Read a rectification plan (整改方案), or say what else a document is.

    Parameters
    ----------
    path
        A file of any format `read_source` reads, or a folder of them taken as one plan.

    Returns
    -------
    Plan
        The text with its issues, those of a public notice or petition table among them; a document
        of another kind has none, and a reason. In a petition table the names and numbers of persons
        are masked, character for character, whatever is made of it later.

    Raises
    ------
    InputFileError
        The file cannot be read.
    EncodingError
        It is a text in an unknown encoding.
    MissingDependencyError
        It is an old Office file and LibreOffice is not installed.
    """
    return mask_petitioners(build_plan(read_source(path)))


def build_plan(source: SourceText) -> Plan:
    """Build the plan a document holds.

    Parameters
    ----------
    source
        The document as read.

    Returns
    -------
    Plan
        Its issues, sections, checks and kind.
    """
    if source.wraps:
        plain, offsets = unwrapped(source)
        return rewrapped(build_plan(plain), source, offsets)
    layout = recognise_layout(source)
    title = document_title(source, layout)
    kind, reason = document_type(source, layout, title=title)
    plan = Plan(
        doc_id=source.sha256[:DOC_ID_LENGTH],
        source_name=source.name,
        sha256=source.sha256,
        title=title,
        text=source.text,
        document_type=kind,
        reason=reason,
        blocks=source.blocks,
    )
    head = len(source.text) if layout is None else layout.list_start
    inspections = inspections_of(title, source.text, head)
    plan = replace(
        plan, inspections=inspections, inspection="、".join(each.name for each in inspections)
    )
    if kind is DocumentType.NOTICE:
        plan = replace(plan, notice=read_notice(source.text))
    if layout is not None and (kind in _WITH_ISSUES or lists_issues(layout)):
        feedback = feedback_date(source.text, layout.list_start)
        plan = replace(
            plan,
            list_start=layout.list_start,
            sections=_sections(source.text, layout),
            issues=_with_petitions(
                source.text, _issues(source.text, layout, feedback=feedback), layout
            ),
        )
    return replace(plan, checks=plan_checks(plan, replaced=source.replaced, notes=source.notes))


def _sections(text: str, layout: Layout) -> tuple[Section, ...]:
    made = []
    for position, index in enumerate(layout.section_lines, start=1):
        line = layout.lines[index]
        start = line.after_number
        made.append(
            Section(number=position, heading=text[start : line.end], start=line.start, end=line.end)
        )
    return tuple(made)


def _issues(text: str, layout: Layout, *, feedback: dt.date | None) -> tuple[Issue, ...]:
    stops = sorted({*layout.issue_lines, *layout.heading_lines, layout.last_line})
    printed = [_value(layout.lines[index]) for index in layout.issue_lines]
    rising = all(
        before is not None and after is not None and before < after
        for before, after in pairwise(printed)
    )
    printed = _headed_numbers(text, layout) or printed
    if printed == [None]:
        printed = [issue_number(text[: layout.list_start])]
    shared = shared_fields(layout)
    around = feedback or _around(text, layout)
    made: list[Issue] = []
    for position, index in enumerate(layout.issue_lines, start=1):
        stop = stops[bisect_right(stops, index)]
        lines = layout.lines[index:stop]
        if index in shared:
            fields = shared[index]
            lines += layout.lines[fields : stops[bisect_right(stops, fields)]]
        value = printed[position - 1]
        section = bisect_left(layout.section_lines, index)
        issue = _issue(
            text,
            lines,
            after=feedback,
            around=around,
            per_measure=layout.per_measure,
            semicolons_part=layout.semicolons_part,
        )
        if index in shared:
            issue = replace(issue, end=layout.lines[stop - 1].end)
        if made and made[-1].start <= issue.start < made[-1].end:
            made[-1] = replace(made[-1], end=issue.start)  # fields that stand in another's cells
        if issue.deadline is None:
            issue = replace(issue, deadline=_told_in_heading(text, lines[0], after=around))
        if issue.deadline is None:
            issue = replace(issue, deadline=_group_deadline(text, layout, index, after=around))
        made.append(
            replace(
                issue,
                number=value if rising and value is not None else position,
                section=section or None,
            )
        )
    if not any(printed):
        made = _numbered_as_quoted(made)
    return tuple(
        replace(issue, irregularities=irregularities_of(text, issue, feedback=feedback))
        for issue in made
    )


def _headed_numbers(text: str, layout: Layout) -> list[int | None]:
    """Give the numbers that stand alone behind those of the headings: 一、第11项问题."""
    heads = [layout.lines[index] for index in layout.issue_lines]
    found = [
        None if line.number is None else _HEADED.fullmatch(text, line.number.end, line.end)
        for line in heads
    ]
    numbers = [None if each is None else numeral_value(each[1] or each[2]) for each in found]
    return numbers if len(numbers) > 1 and None not in numbers else []


def _numbered_as_quoted(issues: list[Issue]) -> list[Issue]:
    """Give issues without numbers those of the list their problems are quoted from."""
    quoted = [quoted_number(issue.problem.text) for issue in issues]
    numbers = [number for number in quoted if number is not None]
    if len(numbers) < len(issues) or len(set(numbers)) < len(numbers):
        return issues
    return [replace(issue, number=number) for issue, number in zip(issues, numbers, strict=True)]


def _around(text: str, layout: Layout) -> dt.date | None:
    """Give the first day of the year that deadlines without one are of (年底前).

    It is the year of the title, else that of the first deadline that names one.
    """
    title = text[: layout.list_start].strip().split("\n", 1)[0]
    years = [int(year) for year in _YEAR.findall(title)]
    if not years:
        years = [
            date.last.year
            for line in layout.lines
            if line.label is not None and line.label.role is FieldRole.DEADLINE
            for date in find_dates(text, line.label.end, line.end)
        ]
    return dt.date(min(years), 1, 1) if years else None


def _told_in_heading(text: str, line: Line, *, after: dt.date | None) -> IssueDeadline | None:
    """Give the deadline a bracket at the end of an issue's first line states: （2021年6月底前完成）."""
    found = _CLOSING_BRACKET.search(text, line.start, line.end)
    return None if found is None else heading_deadline(text, *found.span("told"), after=after)


def _group_deadline(
    text: str, layout: Layout, index: int, *, after: dt.date | None
) -> IssueDeadline | None:
    """Give the deadline a heading states for the issues below it: 二、限期整改问题（2024年底前）."""
    held = [each for each in layout.section_lines if each < index][-1:]
    held += [each for each in layout.heading_lines if each < index][-1:]
    for heading in sorted(set(held), reverse=True):
        line = layout.lines[heading]
        start = line.after_number
        found = heading_deadline(text, start, line.end, after=after)
        if found is not None:
            return found
    return None


def _with_petitions(text: str, issues: tuple[Issue, ...], layout: Layout) -> tuple[Issue, ...]:
    batch = title_batch(text, layout.list_start)
    return tuple(replace(issue, petition=petition_of(text, issue, batch=batch)) for issue in issues)


def _value(line: Line) -> int | None:
    return None if line.number is None else line.number.value


@dataclass(slots=True, kw_only=True)
class _Fields:
    """The lines of an issue by field; spans are of values, in order."""

    spans: dict[FieldRole, list[tuple[int, int]]] = field(default_factory=dict)
    measure_lines: list[Line] = field(default_factory=list)
    person: tuple[int, int] | None = None
    asides: list[tuple[str, int, int]] = field(default_factory=list)
    within: list[tuple[int, int]] = field(default_factory=list)
    end: int = 0
    last: FieldRole | None = None

    def add(self, role: FieldRole, start: int, end: int) -> None:
        """Keep the value of a field."""
        if start >= end:
            return
        self.end = max(self.end, end)
        # 验收标准 after other fields is no part of the goal told first
        if role is not FieldRole.GOAL or role not in self.spans or self.last is role:
            self.spans.setdefault(role, []).append((start, end))
        self.last = role

    def value(self, role: FieldRole, line: Line, start: int, *, also: FieldRole | None) -> None:
        """Keep a line of a field, as a deadline or units too where its label says so."""
        if also in UNIT_ROLES and role not in UNIT_ROLES:
            self.add(also, start, line.end)
        self.add(role, start, line.end)
        if also is FieldRole.DEADLINE and start < line.end:
            self.within.append((start, line.end))
        if role is FieldRole.ASIDE:
            self.aside(line, start)

    def aside(self, line: Line, start: int) -> None:
        """Keep a remark by its label; lines without one go on with the last."""
        if line.label is not None:
            self.asides.append((line.label.spelling, start, line.end))
        elif self.asides:
            label, begin, end = self.asides[-1]
            self.asides[-1] = label, begin if begin < end else start, line.end

    def whole(self, role: FieldRole) -> tuple[int, int] | None:
        """Give the span from a field's first value to its last."""
        spans = self.spans.get(role)
        return (spans[0][0], spans[-1][1]) if spans else None


def _fields(text: str, lines: Sequence[Line], per_measure: frozenset[str]) -> _Fields:
    fields = _Fields(end=lines[0].end)
    role = FieldRole.PROBLEM
    also: FieldRole | None = None
    for index, line in enumerate(lines):
        start = line.start
        if line.label is not None:
            inside = role is FieldRole.MEASURES and line.label.role in _IN_MEASURES
            if inside and _stays_in_measures(lines, index, per_measure):
                fields.measure_lines.append(line)
                fields.end = max(fields.end, line.end)
                continue
            role = line.label.role
            start = line.label.end
            also = None if role is FieldRole.MEASURES else second_role(line.label.spelling)
        elif index == 0 and line.number is not None:
            start = line.number.end
        else:
            role = _role_below(text, role, fields.measure_lines, lines, index)
        if role is FieldRole.MEASURES:
            fields.measure_lines.append(line)
            fields.end = max(fields.end, line.end)
        elif role is FieldRole.PROBLEM:
            _add_problem(text, fields, line, start)
        elif (
            line.label is not None
            or role not in _ONE_LINE
            or role not in fields.spans
            or (role is not FieldRole.PERSON and are_certain_bodies(text[start : line.end]))
        ):
            fields.value(role, line, start, also=also)
        if role is FieldRole.PERSON and line.label is not None:
            fields.person = (line.head, line.end)
            fields.end = max(fields.end, line.end)
        elif (
            role is FieldRole.PERSON
            and fields.person is not None
            and len(fields.spans.get(role, [])) == 1
        ):
            fields.person = fields.person[0], max(fields.person[1], fields.spans[role][0][1])
    return fields


def _role_below(
    text: str, role: FieldRole, measures: Sequence[Line], lines: Sequence[Line], index: int
) -> FieldRole:
    """Give the role of a line without label: the next measure below a result, else ``role``.

    1.… 完成情况：… 2.…
    """
    if role not in _INTERRUPTS:
        return role
    last = next((n for each in reversed(measures) if (n := _printed(text, each))), None)
    here = _printed(text, lines[index])
    if last is None or here is None or (here.style, here.value) != (last.style, last.value + 1):
        return role
    since = lines[lines.index(measures[-1]) + 1 : index]
    alike = any((n := _printed(text, each)) and n.style == here.style for each in since)
    return role if alike else FieldRole.MEASURES


def _printed(text: str, line: Line) -> Number | None:
    """Read the number that a line, or the value of its label, begins with."""
    start = line.start if line.label is None else line.label.end
    return match_number(text, start, line.end, inner=True)


def _add_problem(text: str, fields: _Fields, line: Line, start: int) -> None:
    """Keep a line of the problem, and the fields a bracket at its end tells: （责任单位：…；时限：…）."""
    told = unit_lists(text, start, line.end)[-1:]
    end = line.end
    if told and told[0].labelled and not text[told[0].end : end].strip("。；; "):
        end = start + len(text[start : told[0].start].rstrip())
    fields.add(FieldRole.PROBLEM, start, end)
    if end < line.end:
        for role, first, last in told[0].fields:
            fields.add(role, first, last)
        fields.end = max(fields.end, line.end)


def _stays_in_measures(lines: Sequence[Line], index: int, per_measure: frozenset[str]) -> bool:
    """Say whether a label within the measures is about a measure and not about the issue.

    It is where the document repeats it within issues, or where measures follow it.
    """
    line = lines[index]
    if line.label is None or line.rows is not None:
        return True
    if _told_of_measure(lines, index, per_measure):
        return False  # the second of a kind below one measure is the issue's
    following = next((each for each in lines[index + 1 :] if each.label is None), None)
    goes_on = following is not None and following.number is not None
    if line.label.role is FieldRole.PERSON and not line.inline:
        return goes_on
    below = lines[index + 1].label if index + 1 < len(lines) else None
    between = below is not None and below.role in _IN_MEASURES and below.spelling in per_measure
    return goes_on or between or line.label.spelling in per_measure


def _told_of_measure(lines: Sequence[Line], index: int, per_measure: frozenset[str]) -> bool:
    """Say whether a field on a line of its own is told already below the measure before it.

    Two labels of one role, each repeated within issues, are both told of each measure.
    """
    line = lines[index]
    if line.inline or line.label is None:
        return False
    below: Line | None = line
    for before in reversed(lines[:index]):
        if before.label is None:
            # the words of a measure, unless they are the value of a label above them
            below = None if before.number is not None or below is None else before
            if below is None:
                return False
            continue
        if below is not None and below.label is None and before.label.end < before.end:
            return False
        if before.label.role is line.label.role:
            spelled = {before.label.spelling, line.label.spelling}
            if len(spelled) > 1 and spelled <= per_measure:
                below = before
                continue
            return True
        if before.label.role is FieldRole.MEASURES:
            return False
        below = before
    return False


def _issue(
    text: str,
    lines: Sequence[Line],
    *,
    after: dt.date | None,
    around: dt.date | None,
    per_measure: frozenset[str],
    semicolons_part: bool,
) -> Issue:
    head = lines[0]
    fields = _fields(text, lines, per_measure)
    problem = _problem(text, lines, fields)
    deadline = _deadline(text, fields, around)
    if after is None and deadline is not None and deadline.date is not None:
        after = dt.date(deadline.date.year, 1, 1)
    read = read_measures(text, fields.measure_lines, after=after, semicolons_part=semicolons_part)
    for role, start, end in read.issue_fields:
        if role is not FieldRole.DEADLINE or role not in fields.spans:
            fields.add(role, start, end)
    deadline = deadline or _deadline(text, fields, around)
    measures = shared_units(text, read.measures, fields.spans)
    measures, deadline = shared_deadlines(text, measures, deadline, after=after)
    heading, heading_kind = _heading(problem.text)
    goal = _passage(text, fields.whole(FieldRole.GOAL))
    return Issue(
        number=0,
        number_raw="" if head.number is None else head.number.raw,
        section=None,
        heading=heading,
        heading_kind=heading_kind,
        start=head.start,
        end=fields.end,
        problem=problem,
        goal=goal,
        deadline=deadline,
        measures=measures,
        responsible_person=_passage(text, fields.person),
        acceptance=_acceptance(text, fields, measures),
        figures=_figures(text, problem, goal, measures),
        completion=_passage(text, fields.whole(FieldRole.COMPLETION)),
        asides=tuple(
            Aside(label=label, text=text[start:end], start=start, end=end)
            for label, start, end in fields.asides
            if start < end
        ),
    )


def _problem(text: str, lines: Sequence[Line], fields: _Fields) -> Passage:
    """Give an issue's problem; the only number at its head is no part of it."""
    found = _passage(text, fields.whole(FieldRole.PROBLEM))
    if found is None:
        return Passage(text="", start=lines[0].end, end=lines[0].end)
    inside = [line for line in lines if found.start <= line.start < found.end]
    printed = [line.number for line in inside if line.number is not None and line.label is None]
    if len(printed) == 1 and printed[0].start == found.start and printed[0].end < found.end:
        return Passage(text=text[printed[0].end : found.end], start=printed[0].end, end=found.end)
    return found


def _passage(text: str, span: tuple[int, int] | None) -> Passage | None:
    if span is None:
        return None
    return Passage(text=text[span[0] : span[1]], start=span[0], end=span[1])


def _deadline(text: str, fields: _Fields, after: dt.date | None) -> IssueDeadline | None:
    span = fields.whole(FieldRole.DEADLINE)
    if span is None and fields.within:
        span = fields.within[0][0], fields.within[-1][1]  # 整改目标及时限
    return None if span is None else issue_deadline(text, *span, after=after)


def _acceptance(text: str, fields: _Fields, measures: Sequence[Measure]) -> Acceptance | None:
    numbers = [measure.number for measure in measures]
    told: dict[int, tuple[int, int]] = {}
    for start, end in fields.spans.get(FieldRole.ACCEPTANCE, []):
        above = sum(measure.start < start for measure in measures)
        told[above] = told.get(above, (start, end))[0], end
    read = {
        above: found
        for above, (start, end) in told.items()
        if (found := read_acceptance(text, start, end, numbers=numbers)) is not None
    }
    if len(read) <= 1:
        return next(iter(read.values()), None)
    units = tuple(  # told below each measure
        AcceptanceUnit(unit=each.unit, measures=(above,) if above else None)
        for above, found in read.items()
        for each in found.units
    )
    return replace(next(iter(read.values())), mode=AcceptanceMode.BY_MEASURE, units=units)


def _figures(
    text: str, problem: Passage, goal: Passage | None, measures: Sequence[Measure]
) -> tuple[Figure, ...]:
    spans = [(problem.start, problem.end)]
    if goal is not None:
        spans.append((goal.start, goal.end))
    spans.extend((measure.start, measure.end) for measure in measures)
    found = [figure for start, end in sorted(spans) for figure in find_figures(text, start, end)]
    return tuple({figure.start: figure for figure in found}.values())


def _heading(problem: str) -> tuple[str, str]:
    """Give an issue's thesis: a first sentence without ， (sentence), a first clause, or none."""
    first = problem.split("\n", 1)[0]
    stop = first.find("。") + 1 or len(first)
    sentence = first[:stop]
    clause = sentence.split("，", 1)[0]
    # one sentence of judgements alone, without a figure or a list, sums a section up
    overview = sentence == problem and not re.search("[0-9０-９；]", problem)
    if clause == sentence and len(sentence) <= _MAX_SENTENCE_HEADING:
        return sentence, "sentence"
    citing = any(word in clause for word in _CITING)
    if len(clause) <= _MAX_CLAUSE_HEADING and not citing and not overview:
        return clause, "clause"
    return sentence, "none"
