"""Commands on a ledger (台账) people work in: status, split, merge."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from geo_rectify.settings import NOTICE_DAYS

if TYPE_CHECKING:
    from geo_rectify.outputs.ledger import MeasureStatus

_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class SplitBy(StrEnum):
    """What a ledger can be divided by."""

    COUNTY = "county"


ledger_app = typer.Typer(
    help="台账：到期统计、督办清单、销号公示、分县下发、汇总合并 "
    "(status, reminders, notices, split and merge of a ledger).",
    no_args_is_help=True,
)

NoticeDays = Annotated[
    int,
    typer.Option(
        "--notice-days",
        min=1,
        envvar="GEO_RECTIFY_NOTICE_DAYS",
        help="销号公示不少于多少天，按本地规定设置 (least days of a public notice).",
    ),
]
Day = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="统计日期，默认今天 (the day; default today)."
    ),
]
OneLedger = Annotated[Path, typer.Argument(help="台账文件 ledger.xlsx (a ledger).")]


@ledger_app.command("status")
def status(
    ledger: OneLedger,
    as_of: Day = None,
    notice_days: NoticeDays = NOTICE_DAYS,
) -> None:
    """按县、按责任单位统计进度，列出到期措施 (where a ledger stands on a day).

    Example: geo-rectify ledger status out/ledger.xlsx --as-of 2023-10-31
    """
    import pandas as pd

    from geo_rectify.cli.console import say, show_table
    from geo_rectify.outputs.ledger import (
        Progress,
        closing_faults,
        closings,
        ledger_status,
        read_book,
        tally,
    )

    day = _day(as_of)
    book = read_book(ledger)
    found = ledger_status(book, as_of=day, notice_days=notice_days)
    for by, heading in (("county", "属地"), ("unit", "责任单位")):
        states, counts = tally(found, by=by)
        rows = [
            {heading: name} | {state: str(row.get(state, "")) for state in states}
            for name, row in counts.items()
        ]
        columns = {name: name for name in (heading, *states)}
        frame = pd.DataFrame(rows, columns=list(columns))
        show_table(frame, columns, title=f"{heading}（截至{day.isoformat()}，单位：条措施）")
    due = [_due_row(each) for each in found if each.state == Progress.DUE_UNREPORTED.value]
    headings = ("问题", "措施", "提示", "属地", "责任单位")
    frame = pd.DataFrame(due, columns=list(headings))
    title = f"{Progress.DUE_UNREPORTED.value}（截至{day.isoformat()}，{len(due)}条）"
    show_table(frame, {name: name for name in headings}, title=title)
    steps = closings(book, notice_days=notice_days)
    begun = [
        {
            "问题": issue,
            "已办": "、".join(step.word for step, lines in each.signed.items() if lines) or "—",
            "下一步": "已销号" if each.closed else each.missing or "次序有误，见下",
            "历次": f"重新整改前{len(each.history)}项" if each.history else "",
        }
        for issue, each in steps.items()
        if each.begun or each.history
    ]
    if begun:
        shown = {name: name for name in ("问题", "已办", "下一步", "历次")}
        show_table(pd.DataFrame(begun, columns=list(shown)), shown, title="销号进展")
    for fault in closing_faults(book, notice_days=notice_days):
        say(f"销号：{fault}")
    say("一条措施有多个县或单位时各计一次；人工填写的状态优先，其余按时限推算。")


def _day(as_of: dt.datetime | None) -> dt.date:
    from geo_rectify.settings import default_as_of

    return default_as_of() if as_of is None else as_of.date()


@ledger_app.command("remind")
def remind(
    ledger: OneLedger,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="督办清单 .docx，已有文件不覆盖 (the Word file)."),
    ] = None,
    as_of: Day = None,
    within: Annotated[
        int, typer.Option("--within", min=0, help="另列多少天内到期的措施 (also due within days).")
    ] = 30,
    notice_days: NoticeDays = NOTICE_DAYS,
) -> None:
    """起草督办清单：按责任单位列出到期未填报、未达序时进度和即将到期的措施 (a list to press units by).

    Example: geo-rectify ledger remind out/ledger.xlsx --as-of 2023-10-31 -o 督办清单.docx
    """
    from geo_rectify.cli.console import say
    from geo_rectify.cli.drafting import write_draft
    from geo_rectify.outputs.ledger import read_book, reminders

    day = _day(as_of)
    book = read_book(ledger)
    draft = reminders(book, as_of=day, within=within, notice_days=notice_days)
    path = output or Path(f"{ledger.stem}_督办清单_{day.isoformat()}.docx")
    _refuse_existing(path)
    _make(path.parent)
    write_draft(draft, path, ledger=book, as_of=day)
    say(f"{path}：督办 {len(draft.parts) - 1} 组责任单位")


@ledger_app.command("notice")
def notice(
    ledger: OneLedger,
    issue: Annotated[
        list[str] | None,
        typer.Option("--issue", help="问题序号，可多次；默认为核实齐全、尚未核准的 (issues)."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="存放公示稿的文件夹 (folder for the drafts)."),
    ] = None,
    as_of: Day = None,
    notice_days: NoticeDays = NOTICE_DAYS,
) -> None:
    """起草销号公示：只用台账中已填的内容，所缺留空 (draft public notices from the ledger).

    Example: geo-rectify ledger notice out/ledger.xlsx --issue 3 -o notices
    """
    from geo_rectify.cli.console import say
    from geo_rectify.cli.drafting import write_draft
    from geo_rectify.outputs.ledger import notices, read_book

    book = read_book(ledger)
    day = _day(as_of)
    drafts = notices(book, issues=issue or [], notice_days=notice_days)
    folder = output or Path(f"{ledger.stem}_notices")
    paths = [folder / f"销号公示_问题{_UNSAFE.sub('_', number)}.docx" for number in drafts]
    for path in paths:
        _refuse_existing(path)
    _make(folder)
    for path, draft in zip(paths, drafts.values(), strict=True):
        write_draft(draft, path, ledger=book, as_of=day)
        say(str(path))


def _due_row(status: MeasureStatus) -> dict[str, str]:
    inherited = "（承问题时限）" if status.inherited else ""
    return {
        "问题": status.issue,
        "措施": status.measure,
        "提示": f"{status.note or '立行立改'}{inherited}",
        "属地": "、".join(status.counties),
        "责任单位": "、".join(status.units),
    }


@ledger_app.command("split")
def split(
    ledger: OneLedger,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="存放各县台账的文件夹 (folder for the parts)."),
    ] = None,
    by: Annotated[SplitBy, typer.Option("--by", help="按县拆分 (divide by).")] = SplitBy.COUNTY,
) -> None:
    """按县拆分台账，已有文件不覆盖 (a ledger for each county; no file is overwritten).

    Example: geo-rectify ledger split out/ledger.xlsx --by county -o counties
    """
    from geo_rectify.cli.console import say
    from geo_rectify.outputs.ledger import read_ledger, split_ledger, write_book

    folder = output if output is not None else Path(f"{ledger.stem}_by_{by.value}")
    parts = {
        folder / f"{ledger.stem}_{_UNSAFE.sub('_', name)}.xlsx": part
        for name, part in split_ledger(read_ledger(ledger)).items()
    }
    for path in parts:
        _refuse_existing(path)
    _make(folder)
    for path, part in parts.items():
        write_book(part, path)
        say(f"{path}：措施 {len(part.tables['措施'].rows)} 条")


@ledger_app.command("merge")
def merge(
    ledgers: Annotated[list[Path], typer.Argument(help="各县台账，可多个 (ledgers).")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="合并后的台账文件 (the merged ledger).")
    ] = Path("ledger_merged.xlsx"),
    notice_days: NoticeDays = NOTICE_DAYS,
) -> None:
    """合并各县台账，不一致的逐项列出 (bring ledgers together, contradictions listed).

    Example: geo-rectify ledger merge counties/*.xlsx -o merged.xlsx
    """
    from geo_rectify.cli.console import say
    from geo_rectify.outputs.ledger import merge_ledgers, read_ledger, write_book

    _refuse_existing(output)
    merged = merge_ledgers([read_ledger(path) for path in ledgers], notice_days=notice_days)
    _make(output.parent)
    write_book(merged, output)
    for note in merged.notes:
        say(f"台账：{note}")
    waiting = merged.tables.get("待处理")
    if waiting is not None:
        say(f"{len(waiting.rows)} 项内容列入工作表“待处理”，请人工处理")
    say(f"{output}：措施 {len(merged.tables['措施'].rows)} 条")


def _refuse_existing(path: Path) -> None:
    """Never write over a ledger: it may hold what people wrote."""
    from geo_rectify.errors import OutputError

    if path.exists():
        message = f"{path} exists already and is not overwritten; name another with -o"
        chinese = f"{path}已经存在，不会覆盖；请用 -o 另起名字"
        raise OutputError(message, chinese=chinese)


def _make(folder: Path) -> None:
    from geo_rectify.errors import OutputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        message = f"{folder} cannot be made ({err.strerror}); choose another folder"
        chinese = f"建不了{folder}（{err.strerror}）；请换一个文件夹"
        raise OutputError(message, chinese=chinese) from err
