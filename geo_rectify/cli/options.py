"""The arguments and options of the commands that several share, or that `run` is made of."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from geo_rectify.settings import PictureFormat


class FailOn(StrEnum):
    """Verdicts that ``--fail-on`` can make the exit code tell of."""

    CONFLICT = "conflict"
    POSSIBLE = "possible"


AsOf = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="成果日期，图层与条款按此日有效；默认今天 (date of the outputs).",
    ),
]
_FORMATS = ".docx .pdf .xlsx .html .md .txt，.doc .wps 需装 LibreOffice；文件夹作一份方案"
Plans = Annotated[
    list[Path], typer.Argument(help=f"整改方案文件，可多个：{_FORMATS} (plan files or folders).")
]
OnePlan = Annotated[Path, typer.Argument(help=f"整改方案文件：{_FORMATS} (a plan file or folder).")]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="成果文件夹，默认为方案文件名加 _out (output folder)."),
]
LayerSources = Annotated[
    list[str] | None,
    typer.Option(
        "--layers",
        help="图层目录（catalogue.toml 或其文件夹），可多次；sample 为自带示意图层，单独使用 "
        "(layer catalogue; repeatable).",
    ),
]
Gazetteers = Annotated[
    list[Path] | None,
    typer.Option(
        "--gazetteer",
        help="补充地名表 CSV/XLSX/矢量，或 gazetteer build 所建的库，可多次 (more gazetteers).",
    ),
]
Corrections = Annotated[
    list[Path] | None,
    typer.Option(
        "--corrections",
        help="填好的 worklist.xlsx、corrections.csv/.geojson 或 QField 的 data.gpkg，可多次 (positions brought back).",
    ),
]
Registers = Annotated[
    list[Path] | None,
    typer.Option(
        "--register",
        help="问题所附清单 CSV/XLSX/矢量，可多次；问题序号与列名写在 FILE.toml "
        "(lists of what an issue counts).",
    ),
]
RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        help="自己的条款文件 TOML：同 rule_id 替换自带条款，其余增加 "
        "(clauses of your own; the same rule_id replaces).",
    ),
]
OldLedger = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        help="正在使用的 ledger.xlsx，人工填报的内容和增加的列带入新台账 "
        "(take over what people wrote into a ledger).",
    ),
]
OneCounty = Annotated[
    str | None,
    typer.Option(
        "--county",
        help="只出一个县（市、区）或开发区的成果：全称、简称或代码 (one county's part of all outputs).",
    ),
]
SomeIssues = Annotated[
    list[str] | None,
    typer.Option("--issue", help="只出这个问题的成果，可多次 (one issue's part; repeatable)."),
]
Restricted = Annotated[
    bool,
    typer.Option(
        "--include-restricted",
        help="允许受限图层的范围、名称和距离写入成果 (let restricted geometry into outputs).",
    ),
]
Missing = Annotated[
    bool,
    typer.Option(
        "--allow-missing",
        help="读不了的图层不致中断，成果中逐一写明 (go on without layers that cannot be read).",
    ),
]
Public = Annotated[
    bool,
    typer.Option(
        "--public",
        help="公开版：内部图层按受限处理，隐去人名、电话，距离只给区间 (outputs for the public).",
    ),
]
Pictures = Annotated[
    list[PictureFormat] | None,
    typer.Option(
        "--picture",
        help="另存地图图片到 pictures/：png（300 dpi）、svg 或 pdf，可多次；附一页概览 summary.png "
        "(the map as pictures for documents, with a one-page summary).",
    ),
]
OnlineBase = Annotated[
    str | None,
    typer.Option(
        "--online-base",
        help="地图上可由读者打开的在线底图：tianditu、osm 或含 {z}{x}{y} 的 https 地址；默认没有，"
        "密钥由页面询问，不写入文件 (a base map the reader may switch on; keys never stand in the file).",
    ),
]
MinOverlap = Annotated[
    float | None,
    typer.Option(
        "--min-overlap",
        min=0.0,
        help="小于此面积（平方米）的相交视为相接，默认1 (smaller overlaps, m2, count as touching).",
    ),
]
MaxDistance = Annotated[
    float | None,
    typer.Option(
        "--max-distance",
        min=0.0,
        help="距管控区超过此距离（米）的不再量算，默认5000 (how far zones are looked for, m).",
    ),
]
FailWhen = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on",
        help="有此类判定时以 3 退出；possible 含 conflict (exit 3 when findings reach this).",
    ),
]


def day_of(as_of: dt.datetime | None) -> dt.date:
    """Give the day asked for, today where none was.

    Parameters
    ----------
    as_of
        What the command line gave.

    Returns
    -------
    datetime.date
        The day.
    """
    from geo_rectify.settings import default_as_of

    return default_as_of() if as_of is None else as_of.date()
