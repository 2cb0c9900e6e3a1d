"""What is odd in a plan: short codes at each issue, and checks of the plan against itself."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo_rectify.models import Check
from geo_rectify.plans.acceptance import unknown_numbers
from geo_rectify.plans.bodies import aliases
from geo_rectify.plans.deadlines import facts_among, feedback_date, find_dates, has_words
from geo_rectify.plans.numbering import NUMERAL, numeral_value
from geo_rectify.plans.wording import word_list
from geo_rectify.vocabulary import AcceptanceMode, DeadlineKind, DocumentType

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator, Sequence

    from geo_rectify.models import Issue, Measure, Plan

_YEAR_TYPO: Final = re.compile(r"(?:19|20)[0-9]{2}\s?[底末]")
_NUMERALS: Final = re.compile(rf"{NUMERAL}|[①-⑳]")
_YEAR: Final = re.compile(r"(?:19|20)[0-9０-９]{2}")
_TITLE_YEAR: Final = re.compile(r"《[^《》]{0,120}?(?:19|20)[0-9]{2}[^《》]{0,120}》")
_MONTH_ALONE: Final = re.compile(r"[0-9０-９]月份?(?![底末前内初上中下0-9０-９至到—-])")
_COUNTED: Final = re.compile(
    rf"(?<![第一二三四五六七八九十百0-9０-９])(?P<first>{NUMERAL})\s?[个项条]?(?:方面)?(?:具体|突出)?(?P<unit>个|项|条)(?:具体|反馈|突出)?(?:问题|整改任务)"
    rf"|问题(?:共|计|共计)?(?P<after>{NUMERAL})(?:个|项|条)"
)
_MONTH_BEFORE: Final = re.compile(r"[0-9０-９]年?(?:[0-9０-９]{1,2}月)?(?:之前|以前|前)\Z")


def irregularities_of(
    text: str, issue: Issue, *, feedback: dt.date | None = None
) -> tuple[str, ...]:
    """List what is odd in one issue, as stable codes.

    A code that concerns measures carries their positions: ``measure_two_deadlines:3,4``.

    Parameters
    ----------
    text
        The plan's text.
    issue
        The issue.
    feedback
        Day of the inspection's feedback; dates before it are odd.

    Returns
    -------
    tuple of str
        Ascending within each group: heading, deadline, measures, acceptance.
    """
    return (
        *_heading_codes(issue),
        *(["problem_names_deadline"] if _bounds(text, issue) else []),
        *_deadline_codes(issue),
        *_measure_codes(text, issue, feedback),
        *_acceptance_codes(issue),
        *(["word_residue"] if "[bookmark:" in text[issue.start : issue.end] else []),
    )


def irregularity_label(code: str) -> str:
    """Give the Chinese words for a code of `irregularities_of`.

    Parameters
    ----------
    code
        The code, with the positions of the measures it concerns or without.

    Returns
    -------
    str
        For example ``一条措施有多个时限（第3、4条措施）``; an unknown code comes back as it is.
    """
    name, _, positions = code.partition(":")
    words = str(word_list("irregularities").get(name, name))
    return f"{words}（第{positions.replace(',', '、')}条措施）" if positions else words


def _heading_codes(issue: Issue) -> Iterator[str]:
    if not issue.number_raw:
        yield "issue_without_number"
    if not issue.problem.text:
        yield "problem_missing"
    elif issue.heading_kind == "clause":
        yield "heading_is_clause"
    elif issue.heading_kind == "none":
        yield "heading_missing"
    if issue.goal is None:
        yield "goal_missing"


def _deadline_codes(issue: Issue) -> Iterator[str]:
    deadline = issue.deadline
    if deadline is None:
        yield "deadline_missing"
        return
    if not deadline.raw.endswith("。"):
        yield "deadline_without_full_stop"
    if deadline.date is None and not (deadline.immediate or deadline.long_term):
        yield "deadline_unread"
    if deadline.date is not None and deadline.long_term:
        yield "deadline_dated_and_long_term"
    if deadline.date is not None and _MONTH_ALONE.search(deadline.raw):
        yield "deadline_month_without_end"
    if deadline.from_date is not None:
        yield "deadline_from_date"
    if has_words("done", deadline.raw):
        yield "deadline_says_done"
    if deadline.date is None and deadline.immediate:
        dated = [m for m in issue.measures if m.deadlines]
        yield from _with("immediate_but_measures_dated", dated)


def _with(code: str, measures: Sequence[Measure]) -> Iterator[str]:
    if measures:
        yield f"{code}:{','.join(str(measure.position) for measure in measures)}"


def _bounds(text: str, issue: Issue) -> bool:
    span = issue.problem.start, issue.problem.end
    return any(date.before for date in find_dates(text, *span))


def _measure_codes(text: str, issue: Issue, feedback: dt.date | None) -> Iterator[str]:
    measures = issue.measures
    if not measures:
        yield "measures_missing"
        return
    printed = [measure.number_raw for measure in measures if measure.number_raw]
    marks = {_NUMERALS.sub("", raw) for raw in printed}
    if len(marks) > 1:
        yield "measure_number_marks_mixed"
    elif marks == {"."}:
        yield "measure_number_marks_ascii"
    tests: dict[str, Callable[[Measure], bool]] = {
        "measure_without_number": lambda m: m.number is None,
        "measure_without_units": lambda m: not m.units,
        "measure_two_deadlines": lambda m: len(m.deadlines) > 1,
        "measure_from_date": lambda m: _has_kind(m, DeadlineKind.FROM),
        "measure_milestone": lambda m: _has_kind(m, DeadlineKind.MILESTONE),
        "measure_year_mark_missing": lambda m: any(_YEAR_TYPO.match(d.raw) for d in m.deadlines),
        "measure_year_inferred": lambda m: any(not _YEAR.search(d.raw) for d in m.deadlines),
        "measure_month_before_ambiguous": lambda m: any(
            _MONTH_BEFORE.search(d.raw) for d in m.deadlines
        ),
        "measure_immediate": lambda m: m.immediate,
        "measure_recurring": lambda m: m.recurring,
        "measure_vague_time": lambda m: has_words("vague", m.text),
        "measure_dated_and_long_term": lambda m: (
            bool(m.deadlines) and has_words("long_term_measure", m.text)
        ),
        "measure_date_in_title": lambda m: bool(_TITLE_YEAR.search(m.text)),
        "measure_before_feedback": lambda m: _before(m, feedback),
        "measure_date_is_fact": lambda m: bool(facts_among(text, m.start, m.end)),
        "measure_after_issue_deadline": lambda m: _after(issue, m),
    }
    for code, test in tests.items():
        yield from _with(code, [measure for measure in measures if test(measure)])
    if _gaps([measure.number for measure in measures]):
        yield "measure_numbers_not_in_order"


def _has_kind(measure: Measure, kind: DeadlineKind) -> bool:
    return any(deadline.kind is kind for deadline in measure.deadlines)


def _after(issue: Issue, measure: Measure) -> bool:
    limit = None if issue.deadline is None else issue.deadline.date
    return limit is not None and any(d.date > limit for d in measure.deadlines)


def _before(measure: Measure, feedback: dt.date | None) -> bool:
    return feedback is not None and any(d.date < feedback for d in measure.deadlines)


def _gaps(numbers: Sequence[int | None]) -> bool:
    printed = [number for number in numbers if number is not None]
    return printed != list(range(1, len(printed) + 1))


def _acceptance_codes(issue: Issue) -> Iterator[str]:
    acceptance = issue.acceptance
    if acceptance is None:
        yield "acceptance_missing"
        return
    if not acceptance.raw.endswith("。"):
        yield "acceptance_without_full_stop"
    if aliases(acceptance.raw):
        yield "acceptance_short_name"
    twice = accepted_twice(issue)
    yield from _with("acceptance_measure_twice", twice)
    if acceptance.mode is AcceptanceMode.BY_MEASURE:
        yield from _with("acceptance_measure_left_out", not_accepted(issue))
        if re.search(r"负责\s?[0-9０-９]", acceptance.raw):
            yield "acceptance_ordinal_missing"


def accepted_twice(issue: Issue) -> list[Measure]:
    """List the measures that are given to two acceptance units.

    Parameters
    ----------
    issue
        The issue.

    Returns
    -------
    list of Measure
        In order; none where the units accept together.
    """
    if issue.acceptance is None:
        return []
    counts: dict[int, int] = {}
    for unit in issue.acceptance.units:
        for position in unit.measures or ():
            counts[position] = counts.get(position, 0) + 1
    return [measure for measure in issue.measures if counts.get(measure.position, 0) > 1]


def not_accepted(issue: Issue) -> list[Measure]:
    """List the measures that no unit accepts, where acceptance goes by measure.

    Parameters
    ----------
    issue
        The issue.

    Returns
    -------
    list of Measure
        In order.
    """
    if issue.acceptance is None or issue.acceptance.mode is not AcceptanceMode.BY_MEASURE:
        return []
    taken = {place for unit in issue.acceptance.units for place in unit.measures or ()}
    return [measure for measure in issue.measures if measure.position not in taken]


def plan_checks(
    plan: Plan, *, replaced: int = 0, notes: Sequence[tuple[str, str]] = ()
) -> tuple[Check, ...]:
    """Check a plan against itself.

    Parameters
    ----------
    plan
        The plan, its checks not yet filled.
    replaced
        Characters replaced in reading.
    notes
        Code and words of what reading said of the file.

    Returns
    -------
    tuple of Check
        First of the plan, then by issue. ``issue_count_agrees`` is good news, all others are not.
    """
    made: list[Check] = []
    if replaced:
        words = f"原文有{replaced}个控制字符，已逐一替换为U+FFFD"
        made.append(Check(code="characters_replaced", message=words))
    made.extend(Check(code=code, message=words) for code, words in notes)
    if plan.document_type is not DocumentType.RECTIFICATION_PLAN:
        return tuple(made)
    made.append(_count_check(plan))
    made.extend(_numbering_checks(plan))
    feedback = feedback_date(plan.text, plan.list_start or 0)
    for issue in plan.issues:
        made.extend(_issue_checks(issue, feedback))
    return tuple(made)


def with_place_checks(plan: Plan, issues_with_places: Collection[int]) -> Plan:
    """Add a check for every issue in which no place was found.

    Parameters
    ----------
    plan
        The plan.
    issues_with_places
        Numbers of the issues that name a place.

    Returns
    -------
    Plan
        With the check ``issue_without_place`` where it holds; the plan itself stays as it is.
    """
    added = tuple(
        _check(issue, "issue_without_place", "没有识别到地点")
        for issue in plan.issues
        if issue.number not in issues_with_places
    )
    return replace(plan, checks=(*plan.checks, *added))


def stated_issue_counts(text: str) -> list[int]:
    """Find how many issues a plan says it has: 4个方面40个问题, 反馈的四十项问题.

    Parameters
    ----------
    text
        The plan's words before its list.

    Returns
    -------
    list of int
        Every number stated, in order.
    """
    found = []
    for match in _COUNTED.finditer(text):
        value = numeral_value(match["first"] or match["after"])
        if value:
            found.append(value)
    return found


def _count_check(plan: Plan) -> Check:
    head = plan.text if plan.list_start is None else plan.text[: plan.list_start]
    stated = stated_issue_counts(head)
    parsed = len(plan.issues)
    if not stated:
        return Check(
            code="issue_count_not_stated",
            message=f"识别到{parsed}个问题，正文没有写明问题总数，无法核对",
        )
    if parsed in stated:
        return Check(
            code="issue_count_agrees", message=f"正文写明{parsed}个问题，识别到{parsed}个，一致"
        )
    words = "、".join(str(value) for value in dict.fromkeys(stated))
    return Check(
        code="issue_count_differs", message=f"正文写明{words}个问题，识别到{parsed}个，不一致"
    )


def _numbering_checks(plan: Plan) -> Iterator[Check]:
    numbers = [issue.number for issue in plan.issues]
    previous = 0
    for number in numbers:
        if number > previous + 1:
            missing = "、".join(
                str(value) for value in range(previous + 1, min(number, previous + 20))
            )
            yield Check(
                code="issue_number_gap",
                message=f"问题序号在{previous}与{number}之间不连续，缺{missing}",
                issue=number,
            )
        previous = number
    for issue in plan.issues:
        if issue.number_raw and (printed := _printed(issue.number_raw)) not in {None, issue.number}:
            yield Check(
                code="issue_number_repeated",
                message=f"原文序号“{issue.number_raw}”（{printed}）重复或重新起编，按先后编为{issue.number}",
                issue=issue.number,
            )


def _printed(raw: str) -> int | None:
    found = re.search(NUMERAL, raw)
    return None if found is None else numeral_value(found[0])


def _issue_checks(issue: Issue, feedback: dt.date | None) -> Iterator[Check]:
    for part, code, words in (
        (issue.goal, "goal_missing", "整改目标"),
        (issue.deadline, "deadline_missing", "整改时限"),
        (issue.measures or None, "measures_missing", "整改措施"),
        (issue.acceptance, "acceptance_missing", "验收单位"),
    ):
        if part is None:
            yield _check(issue, code, f"没有{words}")
    if _gaps([measure.number for measure in issue.measures]):
        printed = "、".join(str(m.number) for m in issue.measures if m.number is not None)
        yield _check(issue, "measure_number_gap", f"措施序号不连续或重复：{printed}")
    for measure in issue.measures:
        if not measure.units:
            yield _check(issue, "measure_without_units", f"第{_shown(measure)}条措施没有责任单位")
    for measure in accepted_twice(issue):
        yield _check(
            issue, "measure_accepted_twice", f"第{_shown(measure)}条措施由两个以上单位验收"
        )
    for measure in not_accepted(issue):
        yield _check(issue, "measure_not_accepted", f"第{_shown(measure)}条措施没有验收单位")
    if issue.acceptance is not None:
        numbers = [measure.number for measure in issue.measures]
        for number in unknown_numbers(issue.acceptance, numbers):
            yield _check(
                issue, "acceptance_unknown_measure", f"验收单位提到第{number}条措施，实际没有"
            )
    yield from _date_checks(issue, feedback)


def _date_checks(issue: Issue, feedback: dt.date | None) -> Iterator[Check]:
    for measure in issue.measures:
        for deadline in measure.deadlines:
            if feedback is not None and deadline.date < feedback:
                yield _check(
                    issue,
                    "deadline_before_feedback",
                    f"第{_shown(measure)}条措施时限“{deadline.raw}”早于反馈日期{feedback}",
                )
        if _after(issue, measure):
            yield _check(
                issue, "measure_after_issue_deadline", f"第{_shown(measure)}条措施时限晚于整改时限"
            )
    limit = None if issue.deadline is None else issue.deadline.date
    if feedback is not None and limit is not None and limit < feedback:
        yield _check(issue, "deadline_before_feedback", f"整改时限{limit}早于反馈日期{feedback}")


def _check(issue: Issue, code: str, words: str) -> Check:
    return Check(code=code, message=f"问题{issue.number}：{words}", issue=issue.number)


def _shown(measure: Measure) -> int:
    return measure.position if measure.number is None else measure.number
