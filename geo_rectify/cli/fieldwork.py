"""Commands on what goes to the field and comes back: field import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from geo_rectify.places.returns import Proposal, Returned

field_app = typer.Typer(help="外业成果收回 (what comes back from the field).", no_args_is_help=True)

_READ = (
    "data.gpkg（QField）、sites_field.gpkg、.kml .kmz .ovkml、奥维 .txt .csv、.gpx、worklist.xlsx、"
    "corrections.geojson、照片 .jpg .heic"
)
_SHOWN = 3
_HEADINGS = {
    "name": "点位",
    "old": "原位置",
    "new": "新位置",
    "moved": "移动",
    "who": "核查人、日期",
    "how": "对应方式",
    "origin": "来源",
}


@field_app.command("import")
def field_import(
    files: Annotated[list[Path], typer.Argument(help=f"带回的文件：{_READ} (files brought back).")],
    run: Annotated[
        Path, typer.Option("--run", help="这些文件所属的成果文件夹 (the run they belong to).")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="写出的核查记录 (the corrections file).")
    ] = Path("corrections.geojson"),
    datum: Annotated[
        list[str] | None,
        typer.Option(
            "--datum",
            help="没有写明坐标系的文件按此读取：WGS84、GCJ-02、BD-09、CGCS2000 或 EPSG:4548；只对一个"
            "文件用 文件名=GCJ-02；可多次。奥维9.3版起导出的为 GCJ-02 (datum of files that name none).",
        ),
    ] = None,
    uncertainty: Annotated[
        float | None,
        typer.Option(
            "--uncertainty",
            min=0.01,
            help="没有写明误差的位置按此计，米；默认20 (error in metres).",
        ),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="核查人，文件中没有时用 (who).")] = "",
    within: Annotated[
        float,
        typer.Option("--within", min=1, help="没有名称的点距点位多少米以内才对应 (metres)."),
    ] = 300.0,
    photo_positions: Annotated[
        bool,
        typer.Option(
            "--photo-positions",
            help="待定位的点位按照片拍摄位置定点，误差100米 (place open sites where their photo was "
            "taken).",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只列出变化，不写文件 (show, write nothing).")
    ] = False,
) -> None:
    """读回外业成果：对应点位、列出变化、写出 corrections.geojson (take field work back in).

    Example: geo-rectify field import 标注.ovkml IMG_2031.jpg --run out -o corrections.geojson --datum GCJ-02
    """
    from geo_rectify.places import read_sites
    from geo_rectify.places.returns import propose, read_returns, with_datum, write_proposal

    located = read_sites(_sites_file(run))
    rows = read_returns(*files)
    rows = with_datum(rows, _datums(datum or [], rows))
    proposal = propose(
        rows,
        located,
        within_m=within,
        uncertainty_m=uncertainty,
        by=by,
        photo_positions=photo_positions,
    )
    _show(proposal)
    if dry_run:
        _say("只列出变化，没有写文件（--dry-run）")
        return
    for path in write_proposal(proposal, output, replaceable=files):
        _say(f"已写入 {path}")
    if proposal.changes:
        _say(f"下一步：geo-rectify run 方案文件 --corrections {output}")


def _sites_file(run: Path) -> Path:
    from geo_rectify.errors import InputFileError

    path = run / "sites.gpkg"
    if not path.is_file():
        message = f"{run} holds no sites.gpkg; name with --run the folder a run wrote"
        chinese = f"{run}里没有sites.gpkg；请用 --run 指明 run 写出的文件夹"
        raise InputFileError(message, chinese=chinese)
    return path


def _datums(said: list[str], rows: list[Returned]) -> dict[str, str]:
    """Give the datum by file name, asked for where there is somebody to ask."""
    from geo_rectify.places.returns import without_datum

    datums: dict[str, str] = {}
    for words in said:
        file, equals, word = words.rpartition("=")
        datums[Path(file).name if equals else ""] = word
    if "" in datums or not sys.stdin.isatty():
        return datums
    for file in without_datum(rows):
        if file not in datums:
            datums[file] = typer.prompt(
                f"{file} 没有写明坐标系（奥维9.3版起导出的为GCJ-02，手机GPS为WGS84）。坐标系",
                err=True,
            )
    return datums


def _show(proposal: Proposal) -> None:
    from geo_rectify.cli.console import show_table

    if len(proposal.changes):
        title = f"将写入的核查记录（{len(proposal.changes)}条）"
        table = proposal.table
        show_table(table, _HEADINGS, title=title)
        for name, notes in zip(table["name"], table["notes"], strict=True):
            if notes:
                _say(f"{name}：{notes}")
    for note in proposal.notes:
        _say(f"请看：{note}")
    alike: dict[tuple[str, str], list[str]] = {}
    for each, reason in proposal.rejects:
        name = str(each.row.cells.get("name") or each.row.cells.get("site_id") or "")[:60]
        alike.setdefault((each.row.file, reason), []).append(f"{each.row.place} {name}".strip())
    for (file, reason), rows in alike.items():
        more = f"等{len(rows)}条" if len(rows) > _SHOWN else ""
        _say(f"未采用：{file} {'、'.join(rows[:_SHOWN])}{more}：{reason}")
    _say(
        f"写入 {len(proposal.changes)} 条，未采用 {len(proposal.rejects)} 条，"
        f"没有变化 {proposal.unchanged} 条"
    )


def _say(text: str) -> None:
    from geo_rectify.cli.console import say

    say(text)
