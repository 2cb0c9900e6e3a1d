"""Where a ledger stands on a day: by county, by unit, and what is due."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from geo_rectify.outputs._progress import (
    IMMEDIATE,
    INHERITED,
    PRESSING,
    UNSTATED,
    Progress,
    Standing,
    state_on,
)
from geo_rectify.outputs.ledger.book import (
    EMPTY_DIGEST,
    cell_text,
    digest,
    names_in,
    row_key,
)
from geo_rectify.outputs.ledger.closing import closings
from geo_rectify.outputs.ledger.columns import ISSUES, MEASURES, STATE_HEADER, TERRITORY
from geo_rectify.outputs.ledger.entries import entries_of
from geo_rectify.settings import NOTICE_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_rectify.outputs.ledger.book import CellKey, LedgerBook

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


def ledger_status(
    ledger: LedgerBook, *, as_of: dt.date, notice_days: int = NOTICE_DAYS
) -> list[MeasureStatus]:
    """Say where every measure of a ledger stands on a day.

    A state a person wrote holds, but 已销号, which is an issue's: it counts for all its measures
    once the issue is approved with every step before in order, and is 完成待销号 until then. Else
    the dates alone are looked at, on the day asked for and not on that of the run.

    Parameters
    ----------
    ledger
        A ledger as read.
    as_of
        The day.
    notice_days
        Least number of days a public notice of closing stands.

    Returns
    -------
    list of MeasureStatus
        In the order of the ledger.
    """
    written = {entry.key: cell_text(entry.value) for entry in entries_of(ledger)[0]}
    steps = closings(ledger, notice_days=notice_days)
    claimed = {key[1] for key, state in written.items() if _says_closed(key, state)}
    made = []
    for row in ledger.tables[MEASURES].rows:
        issue, measure = row_key(MEASURES, row)
        told = standing_of_words(cell_text(row.get("措施时限")), as_of=as_of)
        hand = written.get((MEASURES, issue, measure, STATE_HEADER), "")
        if issue in steps and steps[issue].closed:
            hand = Progress.CLOSED.value
        elif hand == Progress.CLOSED.value or (not hand and issue in claimed):
            hand = Progress.DONE.value
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


def _says_closed(key: CellKey, state: str) -> bool:
    sheet, _, _, header = key
    return sheet == ISSUES and header == STATE_HEADER and state == Progress.CLOSED.value


def closing_faults(ledger: LedgerBook, *, notice_days: int = NOTICE_DAYS) -> list[str]:
    """Say which steps of closing do not count, and which issues are called closed too early.

    Parameters
    ----------
    ledger
        A ledger as read.
    notice_days
        Least number of days a public notice of closing stands.

    Returns
    -------
    list of str
        A sentence each, in the order of the ledger.
    """
    found = []
    steps = closings(ledger, notice_days=notice_days)
    claims: dict[str, list[str]] = {}
    for sheet in (ISSUES, MEASURES):
        for row in ledger.tables[sheet].rows:
            issue, measure = row_key(sheet, row)
            if cell_text(row.get(STATE_HEADER)) == Progress.CLOSED.value and issue in steps:
                claims.setdefault(issue, []).append(f"措施{measure}" if measure else "")
    for issue, closing in steps.items():
        found += [f"问题{issue}：{fault}" for fault in closing.faults]
        if not closing.closed:
            why = closing.missing or "销号环节次序有误"
            found += [
                f"问题{issue}{measure}已填“{Progress.CLOSED.value}”，但{why}，"
                f"按“{Progress.DONE.value}”统计"
                for measure in claims.get(issue, ())
            ]
    return found


def settled(ledger: LedgerBook, *, notice_days: int = NOTICE_DAYS) -> LedgerBook:
    """Print 已销号 where an issue is closed, and take it back where it was opened again.

    Only states the package printed are changed; one a person wrote stays.

    Parameters
    ----------
    ledger
        The ledger, with its stamp.
    notice_days
        Least number of days a public notice of closing stands.

    Returns
    -------
    LedgerBook
        The ledger; what does not count is among its notes.
    """
    if ledger.stamp is None:
        return ledger
    steps = closings(ledger, notice_days=notice_days)
    written = dict(ledger.written)
    tables = dict(ledger.tables)
    pressing: dict[str, set[str]] = {}
    for sheet in (MEASURES, ISSUES):
        rows = []
        for row in tables[sheet].rows:
            key = (sheet, *row_key(sheet, row), STATE_HEADER)
            issue = key[1]
            state = cell_text(row.get(STATE_HEADER))
            printed = digest(state) == written.get(key, EMPTY_DIGEST)
            wanted = state
            if issue in steps and steps[issue].closed:
                wanted = Progress.CLOSED.value
            elif state == Progress.CLOSED.value:
                words = cell_text(row.get("措施时限"))
                own = standing_of_words(words, as_of=ledger.stamp.as_of).state
                found = (
                    {own.value if own else ""} if sheet == MEASURES else pressing.get(issue, set())
                )
                wanted = next((each.value for each in PRESSING if each.value in found), "")
            if printed and wanted != state:
                row = {**row, STATE_HEADER: wanted}  # noqa: PLW2901 - the row as it is printed
                written[key] = digest(wanted)
            if sheet == MEASURES:
                pressing.setdefault(issue, set()).add(cell_text(row.get(STATE_HEADER)))
            rows.append(row)
        tables[sheet] = replace(tables[sheet], rows=tuple(rows))
    notes = (*ledger.notes, *closing_faults(ledger, notice_days=notice_days))
    return replace(ledger, tables=tables, written=written, notes=notes)


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
