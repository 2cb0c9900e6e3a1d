"""Commands on a ledger (台账) people work in: status, split, merge."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - typer reads annotations at run time
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from geo_rectify.outputs.ledger import MeasureStatus

_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class SplitBy(StrEnum):
    """What a ledger can be divided by."""

    COUNTY = "county"


ledger_app = typer.Typer(
    help="台账：到期统计、分县下发、汇总合并 (status, split and merge of a ledger).",
    no_args_is_help=True,
)

OneLedger = Annotated[Path, typer.Argument(help="台账文件 ledger.xlsx (a ledger).")]


@ledger_app.command("status")
def status(
    ledger: OneLedger,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="统计日期，默认今天 (the day; default today)."
        ),
    ] = None,
) -> None:
    """按县、按责任单位统计进度，列出到期措施 (where a ledger stands on a day).

    Example: geo-rectify ledger status out/ledger.xlsx --as-of 2023-10-31
    """
    import pandas as pd

    from geo_rectify.cli.console import say, show_table
    from geo_rectify.outputs.ledger import Progress, ledger_status, read_book, tally
    from geo_rectify.settings import default_as_of

    day = default_as_of() if as_of is None else as_of.date()
    found = ledger_status(read_book(ledger), as_of=day)
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
    say("一条措施有多个县或单位时各计一次；人工填写的状态优先，其余按时限推算。")


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
) -> None:
    """合并各县台账，不一致的逐项列出 (bring ledgers together, contradictions listed).

    Example: geo-rectify ledger merge counties/*.xlsx -o merged.xlsx
    """
    from geo_rectify.cli.console import say
    from geo_rectify.outputs.ledger import merge_ledgers, read_ledger, write_book

    _refuse_existing(output)
    merged = merge_ledgers([read_ledger(path) for path in ledgers])
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
        raise OutputError(message)


def _make(folder: Path) -> None:
    from geo_rectify.errors import OutputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        message = f"{folder} cannot be made ({err.strerror}); choose another folder"
        raise OutputError(message) from err
