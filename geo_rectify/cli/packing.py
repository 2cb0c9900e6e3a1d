"""pack: one zip for one reader, of one county or of the whole run."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class PackFor(StrEnum):
    """Who a pack is for."""

    INSPECTOR = "inspector"
    PLANNER = "planner"
    OFFICIAL = "official"


def pack(
    run: Annotated[Path, typer.Argument(metavar="DIR", help="成果文件夹 (a run's folder).")],
    reader: Annotated[
        PackFor,
        typer.Option(
            "--for",
            help="给谁：inspector 外业核查，planner 规划分析，official 审核签发 (who it is for).",
        ),
    ],
    county: Annotated[
        str | None,
        typer.Option("--county", help="只含这个县（市、区）或开发区的点位 (one county's sites)."),
    ] = None,
    issue: Annotated[
        list[str] | None, typer.Option("--issue", help="只含这个问题，可多次 (some issues).")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="压缩包文件名，默认如 乐平市_外业核查包.zip (the zip)."
        ),
    ] = None,
) -> None:
    """打包分发：一个县、一类读者、一个压缩包 (one zip with Chinese names, under 20 MB).

    Example: geo-rectify pack out --county 乐平市 --for inspector
    """
    from geo_rectify import narrowed
    from geo_rectify.bundle import Reader, assess_again, pack_name, write_pack
    from geo_rectify.cli.console import say, stage_progress
    from geo_rectify.errors import ScopeError
    from geo_rectify.outputs.ledger import read_ledger

    book = run / "ledger.xlsx"
    worked = read_ledger(book) if reader is PackFor.OFFICIAL and book.is_file() else None
    with stage_progress() as progress:
        whole = assess_again(run, progress=progress)
        try:
            part = narrowed(whole, county=county, issues=issue or [])
        except ScopeError as err:
            hint = "--issue" if county is None else "--county"
            raise typer.BadParameter(str(err), param_hint=hint) from err
        progress("write")
        wanted = Reader(reader.value)
        path = output if output is not None else Path(pack_name(part, wanted))
        made = write_pack(part, path, reader=wanted, ledger=worked)
    for note in made.notes:
        say(f"说明：{note}")
    say(f"点位 {len(part.sites)} 个，文件 {len(made.members)} 个，{made.size / 1e6:.1f} MB")
    say(f"已写入 {made.path}")
