"""How far a measure or issue has come on a day, judged from its dates alone.

Without a record nobody knows whether a measure was done: once a date has come, the state is
时限已到未填报 until somebody fills in another. 未达序时进度 and the states of completion are set
by people only.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - dataclass fields are resolved at run time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from geo_rectify.vocabulary import DeadlineKind

if TYPE_CHECKING:
    from geo_rectify.models import Issue, Measure

INHERITED: Final = "承问题时限"
IMMEDIATE: Final = "立行立改"
NO_DATE: Final = "未载明"
UNSTATED: Final = "无时限"
"""Shown where a measure has neither a date nor a record."""


class Progress(StrEnum):
    """States of progress (进度状态); the values are the words shown."""

    CLOSED = "已销号"
    DONE = "完成待销号"
    ON_SCHEDULE = "达到序时进度"
    BEHIND = "未达序时进度"
    DUE_UNREPORTED = "时限已到未填报"
    NOT_DUE = "未到期"
    LONG_TERM = "长期坚持"


PRESSING: Final = (Progress.DUE_UNREPORTED, Progress.NOT_DUE, Progress.LONG_TERM)
"""States that dates alone give, the most pressing first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """When a measure is due and where it stands.

    Attributes
    ----------
    words
        The deadline as shown: dates, with 承问题时限 where it is the issue's.
    due
        Days by which something must be done, ascending.
    inherited
        Whether the days are the issue's.
    state
        The state on the day asked for.
    note
        Which day has come, and how long ago.
    """

    words: str
    due: tuple[dt.date, ...] = ()
    inherited: bool = False
    state: Progress | None = None
    note: str = ""


def measure_standing(measure: Measure, issue: Issue, *, as_of: dt.date) -> Standing:
    """Say when a measure is due and where it stands on a day.

    A measure's own dates hold, each on its own; a day from which something runs is none by which
    it must be done. A measure without such a date takes the issue's, marked as inherited, unless
    the issue is to be kept up for good (长期坚持): that exempts undated measures alone.

    Parameters
    ----------
    measure, issue
        The measure and its issue.
    as_of
        The day.

    Returns
    -------
    Standing
        Its deadline and state.
    """
    due = tuple(
        sorted({each.date for each in measure.deadlines if each.kind is not DeadlineKind.FROM})
    )
    begins = [
        f"{each.date.isoformat()}起" for each in measure.deadlines if each.kind is DeadlineKind.FROM
    ]
    if due:
        words = "；".join([*begins, *(day.isoformat() for day in due)])
        state, note = state_on(due, as_of)
        return Standing(words=words, due=due, state=state, note=note)
    whole = issue_standing(issue, as_of=as_of, alone=True)
    if whole.words == NO_DATE:
        words = "；".join(begins) or (IMMEDIATE if measure.immediate else NO_DATE)
        at_once = Progress.DUE_UNREPORTED if measure.immediate else None
        return Standing(words=words, state=at_once)
    words = "；".join([*begins, f"{INHERITED}：{whole.words}"])
    if issue.deadline is not None and issue.deadline.long_term:
        return Standing(words=words, inherited=True, state=Progress.LONG_TERM)
    return Standing(words=words, due=whole.due, inherited=True, state=whole.state, note=whole.note)


def issue_standing(issue: Issue, *, as_of: dt.date, alone: bool = False) -> Standing:
    """Say when an issue is due and where it stands on a day.

    Parameters
    ----------
    issue
        The issue.
    as_of
        The day.
    alone
        Whether to look at the issue's own deadline only, not at those of its measures.

    Returns
    -------
    Standing
        Its deadline, and the most pressing state of it and its measures.
    """
    deadline = issue.deadline
    own: Standing
    if deadline is None:
        own = Standing(words=NO_DATE)
    else:
        parts = [IMMEDIATE] if deadline.immediate else []
        if deadline.date is not None:
            parts.append(deadline.date.isoformat())
        if deadline.long_term:
            parts.append(Progress.LONG_TERM.value)
        words = "，".join(parts) or deadline.raw or NO_DATE
        due = (deadline.date,) if deadline.date is not None else ()
        state: Progress | None = None
        note = ""
        if due:
            state, note = state_on(due, as_of)
        elif deadline.long_term:
            state = Progress.LONG_TERM
        elif deadline.immediate:
            state = Progress.DUE_UNREPORTED
        own = Standing(words=words, due=due, state=state, note=note)
    if alone:
        return own
    found = [own, *(measure_standing(each, issue, as_of=as_of) for each in issue.measures)]
    states = {each.state for each in found}
    pressing = next((state for state in PRESSING if state in states), None)
    return Standing(words=own.words, due=own.due, state=pressing, note=own.note)


def state_on(due: tuple[dt.date, ...], as_of: dt.date) -> tuple[Progress, str]:
    """Say what dates alone tell on a day.

    Parameters
    ----------
    due
        Days by which something must be done, ascending, at least one.
    as_of
        The day.

    Returns
    -------
    state : Progress
        Whether one has come.
    note : str
        Which, and how long ago or how far off.
    """
    come = [day for day in due if day <= as_of]
    if not come:
        days = (due[0] - as_of).days
        return Progress.NOT_DUE, f"距{due[0].isoformat()}还有{days}天"
    ago = (as_of - come[0]).days
    note = f"{come[0].isoformat()}已到期{ago}天" if ago else f"{come[0].isoformat()}当日到期"
    return Progress.DUE_UNREPORTED, note
