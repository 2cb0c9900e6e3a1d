"""Where a ledger stands on a day: by county, by unit, and what is due."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo_rectify.outputs._progress import (
    IMMEDIATE,
    INHERITED,
    UNSTATED,
    Progress,
    Standing,
    state_on,
)
from geo_rectify.outputs.ledger.book import cell_text, names_in, row_key
from geo_rectify.outputs.ledger.columns import ISSUES, MEASURES, STATE_HEADER, TERRITORY
from geo_rectify.outputs.ledger.entries import entries_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_rectify.outputs.ledger.book import LedgerBook

_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(起?)")
_NONE: Final = "未载明"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureStatus:
    """One measure of a ledger on a day.

    ``by_hand`` says that a person set the state; ``due`` are the days by which something must be
    done, the issue's where ``inherited``; ``note`` says which day has come, and how long ago.
    """

    issue: str
    measure: str
    counties: tuple[str, ...]
    units: tuple[str, ...]
    state: str
    by_hand: bool
    due: tuple[dt.date, ...]
    inherited: bool
    note: str


def ledger_status(ledger: LedgerBook, *, as_of: dt.date) -> list[MeasureStatus]:
    """Say where every measure of a ledger stands on a day.

    A state a person wrote holds, at the measure or, for 已销号, at its whole issue. Else the dates
    alone are looked at, on the day asked for and not on that of the run.

    Parameters
    ----------
    ledger
        A ledger as read.
    as_of
        The day.

    Returns
    -------
    list of MeasureStatus
        In the order of the ledger.
    """
    written = {entry.key: cell_text(entry.value) for entry in entries_of(ledger)[0]}
    closed = {
        key[1]
        for key, state in written.items()
        if key[0] == ISSUES and key[3] == STATE_HEADER and state == Progress.CLOSED.value
    }
    made = []
    for row in ledger.tables[MEASURES].rows:
        issue, measure = row_key(MEASURES, row)
        told = standing_of_words(cell_text(row.get("措施时限")), as_of=as_of)
        hand = written.get((MEASURES, issue, measure, STATE_HEADER), "")
        if not hand and issue in closed:
            hand = Progress.CLOSED.value
        state = hand or (told.state.value if told.state else UNSTATED)
        made.append(
            MeasureStatus(
                issue=issue,
                measure=measure,
                counties=tuple(names_in(row.get(TERRITORY))) or (_NONE,),
                units=tuple(names_in(row.get("责任单位"))) or (_NONE,),
                state=state,
                by_hand=bool(hand),
                due=told.due,
                inherited=told.inherited,
                note="" if hand else told.note,
            )
        )
    return made


def standing_of_words(words: str, *, as_of: dt.date) -> Standing:
    """Say where a measure stands from the words of its deadline in the ledger.

    Parameters
    ----------
    words
        The cell 措施时限: ISO days, ``起`` behind a day from which something runs, 承问题时限,
        立行立改, 长期坚持.
    as_of
        The day.

    Returns
    -------
    Standing
        The same as `measure_standing` gives for the measure.
    """
    due = tuple(dt.date.fromisoformat(day) for day, begins in _DAY.findall(words) if not begins)
    inherited = INHERITED in words
    if inherited and Progress.LONG_TERM.value in words:
        return Standing(words=words, inherited=True, state=Progress.LONG_TERM)
    if due:
        state, note = state_on(due, as_of)
        return Standing(words=words, due=due, inherited=inherited, state=state, note=note)
    at_once = Progress.DUE_UNREPORTED if IMMEDIATE in words else None
    return Standing(words=words, inherited=inherited, state=at_once)


def tally(
    statuses: Sequence[MeasureStatus], *, by: str
) -> tuple[tuple[str, ...], dict[str, Mapping[str, int]]]:
    """Count the measures by state for each county or unit.

    Parameters
    ----------
    statuses
        The measures.
    by
        ``county`` or ``unit``; a measure counts for each it names.

    Returns
    -------
    states : tuple of str
        The states that occur, in their order.
    counts : dict
        By county or unit, in the order of the ledger: how many measures in each state.
    """
    counts: dict[str, Counter[str]] = {}
    for status in statuses:
        for name in status.counties if by == "county" else status.units:
            counts.setdefault(name, Counter())[status.state] += 1
    met = {status.state for status in statuses}
    order = [state.value for state in Progress] + [UNSTATED]
    states = [state for state in order if state in met]
    states += sorted(met - set(states))
    return tuple(states), dict(counts)


def issue_states(ledger: LedgerBook, *, as_of: dt.date) -> dict[str, frozenset[str]]:
    """Gather the states of each issue's measures, for what is coloured by progress.

    Parameters
    ----------
    ledger
        A ledger as read.
    as_of
        The day.

    Returns
    -------
    dict of str to frozenset of str
        States by issue key, as `ledger_status` gives them.
    """
    states: dict[str, set[str]] = {}
    for status in ledger_status(ledger, as_of=as_of):
        states.setdefault(status.issue, set()).add(status.state)
    return {issue: frozenset(found) for issue, found in states.items()}
