"""Closing an issue (销号): who signed what on which day, and whether the order was kept.

A cell of a step holds one line a signature: ``2024-03-05·李某·核查意见.pdf``, with the unit in
front where several accept an issue (``市水利局：2024-03-05·李某·核查意见.pdf``), and two days for
the public notice (``2024-03-10至2024-03-16·王某·公示.docx``). A line of 问效 that says 重新整改
opens the issue again: what was signed before stays as history and no longer counts.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from geo_rectify.outputs.ledger.book import cell_text, row_key
from geo_rectify.outputs.ledger.columns import ACCEPTANCE, ISSUES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_rectify.outputs.ledger.book import LedgerBook


class Step(StrEnum):
    """Steps of closing an issue, in order; the values are the headers of their columns."""

    FIRST_CHECK = "初审"
    APPLICATION = "申请"
    VERIFICATION = "核实"
    PUBLICITY = "公开起止"
    APPROVAL = "核准"
    FOLLOW_UP = "问效（日期·经办人·材料）"

    @property
    def word(self) -> str:
        """Give the step's name alone: 问效."""
        return self.value.partition("（")[0]


FORM: Final = "日期·经办人·材料"
_DAY: Final = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_UNTIL: Final = re.compile(r"\s*(?:至|到|[-—–~～]{1,2})\s*")
_UNIT: Final = re.compile(r"^\s*([^：:\d]{2,60})[：:]\s*")
_DIVIDES: Final = re.compile(r"[·・•,，;；|\s]+")
_SOME_MEASURES: Final = re.compile(r"（措施[\d、]+）$")
_REOPENS: Final = ("重新整改", "重启", "退回", "反弹")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One line of a step: the day (and the last of a notice), who signed, what proves it."""

    step: Step
    words: str
    day: dt.date | None = None
    until: dt.date | None = None
    unit: str = ""
    person: str = ""
    evidence: str = ""

    @property
    def lacks(self) -> tuple[str, ...]:
        """Name what is missing for the line to count."""
        wanted = {
            "日期": self.day,
            "止日": self.until or self.step is not Step.PUBLICITY,
            "经办人": self.person,
            "材料": self.evidence,
        }
        return tuple(name for name, given in wanted.items() if not given)

    @property
    def reopens(self) -> bool:
        """Say whether the line opens the issue again."""
        return self.step is Step.FOLLOW_UP and any(word in self.words for word in _REOPENS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How far the closing of one issue has come.

    Attributes
    ----------
    signed
        Lines that count, by step, since the issue was last opened.
    history
        Lines from before it was opened again.
    faults
        Sentences on what does not count, and why.
    missing
        What the next step needs, "" where nothing is left to do.
    closed
        Whether it is approved, with every step before in order.
    """

    issue: str
    units: tuple[str, ...]
    signed: Mapping[Step, tuple[Signature, ...]]
    history: tuple[Signature, ...]
    faults: tuple[str, ...]
    missing: str
    closed: bool

    @property
    def begun(self) -> bool:
        """Say whether anything counts."""
        return any(self.signed.values())

    @property
    def verified(self) -> bool:
        """Say whether every acceptance unit has signed, and all steps before are done."""
        return self.begun and not any(
            _lack(step, self.signed, self.units)
            for step in (Step.FIRST_CHECK, Step.APPLICATION, Step.VERIFICATION)
        )


def closings(ledger: LedgerBook, *, notice_days: int) -> dict[str, Closing]:
    """Read how far the closing of every issue of a ledger has come.

    Parameters
    ----------
    ledger
        A ledger as read.
    notice_days
        Least number of days a public notice stands, first and last included.

    Returns
    -------
    dict
        By issue, in the order of the ledger.
    """
    found = {}
    for row in ledger.tables[ISSUES].rows:
        issue = row_key(ISSUES, row)[0]
        if issue and issue not in found:
            found[issue] = read_closing(row, notice_days=notice_days)
    return found


def read_closing(row: Mapping[str, object], *, notice_days: int) -> Closing:
    """Read the steps of one issue, and say what does not count.

    Parameters
    ----------
    row
        A row of the sheet of issues.
    notice_days
        As in `closings`.

    Returns
    -------
    Closing
        The steps; nothing is changed or left out of the ledger itself.
    """
    units = acceptance_units(row.get(ACCEPTANCE))
    lines = [
        _signature(step, line, units=units)
        for step in Step
        for line in cell_text(row.get(step.value)).splitlines()
        if line.strip()
    ]
    opened = max((one.day for one in lines if one.reopens and one.day), default=None)
    history = tuple(one for one in lines if opened and one.day and _before(one, opened))
    now = [one for one in lines if one not in history]
    faults = [
        f"“{one.step.word}”一行缺{'、'.join(one.lacks)}，不计入：“{one.words}”（写法：{FORM}）"
        for one in now
        if one.lacks
    ]
    signed = {
        step: tuple(
            sorted(
                (one for one in now if one.step is step and not one.lacks),
                key=lambda one: one.day or dt.date.min,
            )
        )
        for step in Step
    }
    faults += _order_faults(signed, units)
    faults += _day_faults(signed, notice_days=notice_days)
    lacks = [_lack(step, signed, units) for step in Step if step is not Step.FOLLOW_UP]
    missing = next((lack for lack in lacks if lack), "")
    return Closing(
        issue=row_key(ISSUES, row)[0],
        units=units,
        signed=signed,
        history=history,
        faults=tuple(faults),
        missing=missing,
        closed=not missing
        and not _order_faults(signed, units)
        and not _day_faults(signed, notice_days=notice_days),
    )


def acceptance_units(cell: object) -> tuple[str, ...]:
    """List the units of the column 验收单位, without the measures each accepts.

    Parameters
    ----------
    cell
        The cell: ``市住建局（措施1、2）；市水利局``.

    Returns
    -------
    tuple of str
        Each once.
    """
    names = (_SOME_MEASURES.sub("", name.strip()) for name in cell_text(cell).split("；"))
    return tuple(dict.fromkeys(name for name in names if name))


def _before(line: Signature, opened: dt.date) -> bool:
    return line.day is not None and (line.day < opened or line.reopens)


def _signature(step: Step, line: str, *, units: Sequence[str]) -> Signature:
    unit = ""
    rest = line.strip()
    named = _UNIT.match(rest)
    if named:
        unit, rest = named[1].strip(), rest[named.end() :]
    day, rest = _take_day(rest)
    until = None
    mark = _UNTIL.match(rest) if day else None
    if mark and _DAY.match(rest, mark.end()):
        until, rest = _take_day(rest[mark.end() :])
    parts = [part for part in _DIVIDES.split(rest.strip()) if part]
    if not unit and len(units) == 1:
        unit = units[0]
    return Signature(
        step=step,
        words=line.strip(),
        day=day,
        until=until,
        unit=unit,
        person=parts[0] if parts else "",
        evidence=" ".join(parts[1:]),
    )


def _take_day(text: str) -> tuple[dt.date | None, str]:
    found = _DAY.match(text.lstrip())
    if not found:
        return None, text
    rest = text.lstrip()[found.end() :]
    try:
        return dt.date(*(int(part) for part in found.groups())), rest
    except ValueError:
        return None, text


def _lack(step: Step, signed: Mapping[Step, tuple[Signature, ...]], units: tuple[str, ...]) -> str:
    """Say what a step still needs, "" for nothing."""
    if step is Step.VERIFICATION and len(units) > 1:
        waiting = [unit for unit in units if not any(_same(one.unit, unit) for one in signed[step])]
        return f"验收单位{'、'.join(waiting)}尚未核实" if waiting else ""
    return "" if signed[step] else f"“{step.word}”未填"


def _same(written: str, unit: str) -> bool:
    return bool(written) and (written in unit or unit in written)


def _order_faults(
    signed: Mapping[Step, tuple[Signature, ...]], units: tuple[str, ...]
) -> list[str]:
    faults = []
    for at, step in enumerate(Step):
        if not signed[step]:
            continue
        for earlier in list(Step)[:at]:
            lack = _lack(earlier, signed, units)
            if lack:
                faults.append(f"已填“{step.word}”，但{lack}")
                break
    faults.extend(
        f"“核实”一行没有写明是哪个验收单位：“{one.words}”（写法：单位：{FORM}）"
        for one in signed[Step.VERIFICATION]
        if len(units) > 1 and not any(_same(one.unit, unit) for unit in units)
    )
    return faults


def _day_faults(signed: Mapping[Step, tuple[Signature, ...]], *, notice_days: int) -> list[str]:
    faults = []
    last: tuple[dt.date, Step] | None = None
    for step in Step:
        days = [one.day for one in signed[step] if one.day]
        if not days:
            continue
        if last is not None and min(days) < last[0]:
            faults.append(
                f"“{step.word}”{min(days).isoformat()}早于“{last[1].word}”{last[0].isoformat()}"
            )
        ends = [one.until or one.day for one in signed[step] if one.day]
        last = (max(day for day in ends if day), step)
    for one in signed[Step.PUBLICITY]:
        if one.day and one.until and (one.until - one.day).days + 1 < notice_days:
            stood = max(0, (one.until - one.day).days + 1)
            faults.append(f"公开{stood}天，少于{notice_days}天")
    return faults
