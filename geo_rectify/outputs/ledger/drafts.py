"""Drafts from a ledger's own fields: what to press each unit for (督办), and public notices (销号公示).

Nothing is written that the ledger does not say; what it lacks is left as a blank to be filled in.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - dataclass fields are resolved at run time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo_rectify.errors import InputFileError
from geo_rectify.outputs._progress import Progress
from geo_rectify.outputs.ledger.book import cell_text, row_key
from geo_rectify.outputs.ledger.closing import Closing, Step, closings
from geo_rectify.outputs.ledger.columns import ISSUES, MEASURES
from geo_rectify.outputs.ledger.status import ledger_status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_rectify.outputs.ledger.book import LedgerBook
    from geo_rectify.outputs.ledger.status import MeasureStatus

BLANK: Final = "（待填写）"
_LINE: Final = "____________"
_DAYS: Final = "____年__月__日至____年__月__日"
_CONTACTS: Final = ("受理单位", "联系电话", "通讯地址", "电子邮箱")
_PRESSED: Final = (Progress.BEHIND.value, Progress.DUE_UNREPORTED.value)
_SHORT: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTable:
    """A table of a draft: headers with relative widths, and rows."""

    columns: tuple[tuple[str, float], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPart:
    """A heading with paragraphs and a table under it; ``level`` is 1 or 2."""

    heading: str
    level: int = 1
    paragraphs: tuple[str, ...] = ()
    table: DraftTable | None = None
    new_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft before any writer."""

    title: str
    subtitle: str
    parts: tuple[DraftPart, ...]
    signature: tuple[str, ...] = ()


def reminders(ledger: LedgerBook, *, as_of: dt.date, within: int, notice_days: int) -> Draft:
    """Draft the list of what each unit is to be pressed for (督办清单).

    Parameters
    ----------
    ledger
        A ledger as read.
    as_of
        The day.
    within
        Measures due within so many days are listed too.
    notice_days
        Least number of days a public notice of closing stands.

    Returns
    -------
    Draft
        One part a unit, those with most overdue measures first; a measure of several units stands
        with each, and units with the very same measures stand together.
    """
    found = ledger_status(ledger, as_of=as_of, notice_days=notice_days)
    rows = {row_key(MEASURES, row): row for row in ledger.tables[MEASURES].rows}
    by_unit: dict[str, list[tuple[MeasureStatus, bool]]] = {}
    for each in found:
        pressed = each.state in _PRESSED
        soon = each.state == Progress.NOT_DUE.value and any(
            0 <= (day - as_of).days <= within for day in each.due
        )
        if pressed or soon:
            for unit in each.units:
                by_unit.setdefault(unit, []).append((each, pressed))
    together: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for unit, held in by_unit.items():
        together.setdefault(tuple((each.issue, each.measure) for each, _ in held), []).append(unit)
    ordered = sorted(
        (("、".join(units), by_unit[units[0]]) for units in together.values()),
        key=lambda pair: -sum(pressed for _, pressed in pair[1]),
    )
    counts = [
        (
            unit,
            str(sum(pressed for _, pressed in held)),
            str(sum(not pressed for _, pressed in held)),
        )
        for unit, held in ordered
    ]
    summary = DraftPart(
        heading="督办汇总",
        paragraphs=(
            f"截至{_words(as_of)}，{len(by_unit)}个责任单位有到期未填报、未达序时进度或{within}天内"
            "到期的整改措施；一条措施有多个责任单位的，各列一次。"
            if ordered
            else f"截至{_words(as_of)}，没有到期未填报、未达序时进度或{within}天内到期的整改措施。",
        ),
        table=DraftTable(
            columns=(("责任单位", 60), ("到期未填报或未达序时", 30), (f"{within}天内到期", 22)),
            rows=tuple(counts),
        )
        if counts
        else None,
    )
    parts = [
        DraftPart(
            heading=unit,
            level=2,
            table=DraftTable(
                columns=(
                    ("问题", 12),
                    ("措施", 12),
                    ("整改措施", 52),
                    ("情况", 32),
                    ("整改进展", 24),
                    ("反馈", 18),
                ),
                rows=tuple(
                    _reminder(each, rows.get((each.issue, each.measure), {}))
                    for each, _ in sorted(held, key=lambda pair: not pair[1])
                ),
            ),
        )
        for unit, held in ordered
    ]
    return Draft(
        title="生态环境保护督察反馈问题整改督办清单",
        subtitle=f"截至{_words(as_of)}",
        parts=(summary, *parts),
        signature=(f"督办单位：{_LINE}　　日期：{_LINE}",),
    )


def _reminder(each: MeasureStatus, row: Mapping[str, object]) -> tuple[str, ...]:
    state = each.state if each.state != Progress.NOT_DUE.value else ""
    inherited = "（承问题时限）" if each.inherited else ""
    told = "；".join(part for part in (state, each.note) if part)
    return (
        each.issue.rpartition("/")[2],
        each.measure,
        _short(cell_text(row.get("整改措施"))),
        f"{told}{inherited}",
        _short(cell_text(row.get("整改进展"))) or "未填报",
        "",
    )


def notices(ledger: LedgerBook, *, issues: Sequence[str], notice_days: int) -> dict[str, Draft]:
    """Draft public notices of issues about to be closed (销号公示).

    Parameters
    ----------
    ledger
        A ledger as read.
    issues
        Their numbers; empty for all that are verified and not yet approved.
    notice_days
        Least number of days a public notice stands.

    Returns
    -------
    dict
        A draft by issue, in the order asked for or that of the ledger. Persons who signed are left out.

    Raises
    ------
    InputFileError
        An issue is not in the ledger, or an acceptance unit has not signed yet; or none is ready.
    """
    steps = closings(ledger, notice_days=notice_days)
    rows = {row_key(ISSUES, row)[0]: row for row in ledger.tables[ISSUES].rows}
    unknown = [issue for issue in issues if issue not in steps]
    if unknown:
        message = f"{ledger.source} has no issue {'、'.join(unknown)}（台账中没有该问题）"
        chinese = f"{ledger.source}：台账中没有问题{'、'.join(unknown)}"
        raise InputFileError(message, chinese=chinese)
    chosen = list(dict.fromkeys(issues)) or [
        issue
        for issue, closing in steps.items()
        if closing.verified and not closing.signed[Step.APPROVAL]
    ]
    waiting = [
        f"问题{issue}：{steps[issue].missing}" for issue in chosen if not steps[issue].verified
    ]
    if waiting:
        message = f"{ledger.source}: not verified yet（核实后再起草公示）: {'；'.join(waiting)}"
        chinese = f"{ledger.source}：核实后再起草公示：{'；'.join(waiting)}"
        raise InputFileError(message, chinese=chinese)
    if not chosen:
        begun = [
            f"问题{i}：{each.missing}" for i, each in steps.items() if each.begun and each.missing
        ]
        told = "；".join(begun) or "初审、申请、核实均未填"
        message = f"{ledger.source} has no issue ready for notice（没有可公示的问题）: {told}"
        chinese = f"{ledger.source}：没有可公示的问题：{told}"
        raise InputFileError(message, chinese=chinese)
    measures: dict[str, list[Mapping[str, object]]] = {}
    for row in ledger.tables[MEASURES].rows:
        measures.setdefault(row_key(MEASURES, row)[0], []).append(row)
    return {
        issue: _notice(rows[issue], steps[issue], measures.get(issue, []), notice_days=notice_days)
        for issue in chosen
    }


def _notice(
    row: Mapping[str, object],
    closing: Closing,
    measures: Sequence[Mapping[str, object]],
    *,
    notice_days: int,
) -> Draft:
    number = closing.issue.rpartition("/")[2]
    source = cell_text(row.get("督察来源"))
    progress = cell_text(row.get("整改进展"))
    period = closing.signed[Step.PUBLICITY]
    first, last = (period[-1].day, period[-1].until) if period else (None, None)
    days = f"{_words(first)}至{_words(last)}" if first and last else _DAYS
    verified = [
        f"{one.unit or '验收单位'}于{_words(one.day)}核实"
        + (f"（{one.evidence}）" if one.evidence else "")
        for one in closing.signed[Step.VERIFICATION]
        if one.day
    ]
    table = DraftTable(
        columns=(("序号", 10), ("整改措施", 80), ("完成情况", 60)),
        rows=tuple(
            (
                cell_text(each.get("措施序号")),
                cell_text(each.get("整改措施")),
                cell_text(each.get("整改进展")) or BLANK,
            )
            for each in measures
        ),
    )
    return Draft(
        title=f"{source or BLANK}反馈第{number}项问题整改完成情况公示",
        subtitle="（草稿，请核对后公布）",
        parts=(
            DraftPart(
                heading="一、反馈问题", paragraphs=_paragraphs(cell_text(row.get("反馈问题")))
            ),
            DraftPart(
                heading="二、整改目标和时限",
                paragraphs=(
                    f"整改目标：{cell_text(row.get('整改目标')) or BLANK}",
                    f"整改时限：{cell_text(row.get('整改时限')) or BLANK}",
                    f"责任单位：{cell_text(row.get('责任单位')) or BLANK}",
                ),
            ),
            DraftPart(
                heading="三、整改完成情况",
                paragraphs=_paragraphs(progress),
                table=table if table.rows else None,
            ),
            DraftPart(heading="四、验收情况", paragraphs=(f"{'；'.join(verified)}。",)),
            DraftPart(
                heading="五、公示期及联系方式",
                paragraphs=(
                    f"公示期：{days}（不少于{notice_days}天）。公示期间如有异议，请向下列单位反映。",
                    *(f"{name}：{_LINE}" for name in _CONTACTS),
                ),
            ),
        ),
        signature=(f"公示单位：{_LINE}", f"日期：{_words(first) if first else _LINE}"),
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip()) or (BLANK,)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[:_SHORT]}…"


def _words(day: dt.date | None) -> str:
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"
