"""The commands about layers: list and check a catalogue, add files to one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from geo_rectify.cli.options import AsOf, day_of

if TYPE_CHECKING:
    import datetime as dt

    from geo_rectify.catalogue import CatalogueCheck, LayerInfo

FAILED: Final = 1
_SHOWN: Final = 12
"""Sentences of one kind shown of one layer; run.json has all."""
_DETAILS: Final = (("假定", "assumptions"), ("修复", "repairs"), ("剔除", "rejects"))

layers_app = typer.Typer(
    help="查看、检查、收入图层 (list, check and add the layers of a catalogue).",
    no_args_is_help=True,
)
Source = Annotated[
    str, typer.Argument(help="catalogue.toml 或其文件夹；默认 sample (a catalogue).")
]


@layers_app.command("list")
def layers_list(source: Source = "sample", as_of: AsOf = None) -> None:
    """列出图层及各版本，哪一个在当日有效 (list layers, all versions and which is in force).

    Example: geo-rectify layers list layers_dir --as-of 2024-06-01
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from geo_rectify.catalogue import check_catalogue
    from geo_rectify.cli.console import data
    from geo_rectify.vocabulary import label

    day = day_of(as_of)
    checked = check_catalogue(source, as_of=day)
    data.print(f"图层目录 {source}，{day} 有效性", markup=False)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for heading, least in (("编号", 14), ("名称", 14), ("状态", 4), ("版本", 10)):
        table.add_column(heading, overflow="fold", min_width=least)
    table.add_column("有效", no_wrap=True)
    table.add_column("要素", justify="right", no_wrap=True)
    table.add_column("说明", overflow="fold", min_width=12)
    for info in checked.layers.infos:
        cells = (
            info.layer_id,
            info.title,
            label(info.status),
            info.version,
            "是" if info.in_force else "否",
            "" if info.names else str(info.feature_count),
            "，".join(_warnings(info, brief=True)),
        )
        table.add_row(*(Text(cell) for cell in cells))
    data.print(table)
    _end(checked, day=day)


@layers_app.command("check")
def layers_check(source: Source = "sample", as_of: AsOf = None) -> None:
    """检查图层：坐标系、覆盖、修复、未对应的级别，一次报出全部问题 (check every layer).

    Example: geo-rectify layers check layers_dir
    """
    from rich.table import Table
    from rich.text import Text

    from geo_rectify.catalogue import check_catalogue
    from geo_rectify.cli.console import data
    from geo_rectify.vocabulary import label

    day = day_of(as_of)
    checked = check_catalogue(source, as_of=day)
    data.print(f"图层检查 {source}，{day}", markup=False)
    for info in checked.layers.infos:
        standing = "有效" if info.in_force else "不在有效期"
        data.print(
            f"\n{info.layer_id}  {info.title}（{label(info.status)}，{standing}）", markup=False
        )
        shown = Table(show_header=False, box=None, pad_edge=False, padding=(0, 1, 0, 2))
        shown.add_column(no_wrap=True)
        shown.add_column(overflow="fold")
        for name, text in _facts(info):
            shown.add_row(name, Text(text))
        data.print(shown)
    _end(checked, day=day)


def _end(checked: CatalogueCheck, *, day: dt.date) -> None:
    """Say what concerns several versions, and every fault; exit 1 where there is one."""
    from geo_rectify.cli.console import fail, say

    idle = sorted({info.layer_id for info in checked.layers.infos} - _in_force(checked))
    if idle:
        say(f"{day} 没有有效版本的图层：{'、'.join(idle)}")
    for note in checked.notes:
        say(note)
    for fault in checked.told:
        fail(f"{fault.chinese}\n{fault.english}")
    if not checked.sound:
        raise typer.Exit(FAILED)


def _in_force(checked: CatalogueCheck) -> set[str]:
    return {info.layer_id for info in checked.layers.infos if info.in_force}


def _facts(info: LayerInfo) -> list[tuple[str, str]]:
    """List what is known of a layer, in the order people ask for it; empty facts are left out."""
    from geo_rectify.vocabulary import label

    start = "" if info.valid_from is None else f"自 {info.valid_from}"
    end = "" if info.valid_to is None else f"至 {info.valid_to}"
    counts = f"要素 {info.feature_count}，顶点 {info.vertex_count}" if info.feature_count else ""
    hashed = f"校验 {info.sha256[:8]}" if info.sha256 else ""
    facts = [
        ("版本", _joined(info.version, start, end)),
        ("批复", info.approval),
        ("用途", _joined(label(info.role), f"密级 {label(info.sensitivity)}", info.path)),
        ("内容", _joined(counts, info.crs, hashed)),
        ("类别", "、".join(label(each) for each in info.classes)),
        ("未划定", _joined("、".join(info.names), info.applies_to)),
        ("覆盖", info.coverage_note),
        ("未对应", "、".join(info.unmapped)),
        ("注意", "；".join(_warnings(info))),
    ]
    for heading, name in _DETAILS:
        sentences = getattr(info, name)
        facts += [(heading, sentence) for sentence in sentences[:_SHOWN]]
        if len(sentences) > _SHOWN:
            facts.append((heading, f"…共 {len(sentences)} 条，其余略"))
    return [(name, text) for name, text in facts if text]


def _warnings(info: LayerInfo, *, brief: bool = False) -> list[str]:
    """Say in a few words what a layer cannot do."""
    from geo_rectify.vocabulary import LayerStatus

    if info.status is LayerStatus.NOT_DELINEATED:
        return ["范围未划定"]
    if not info.in_force:
        return ["不参与判定"]
    said = []
    if info.classes and info.coverage is None:
        long = "无覆盖范围，不能得出“未见压占”（no coverage declared: can never answer clear）"
        said.append("无覆盖" if brief else long)
    if info.classes and info.status is not LayerStatus.OFFICIAL:
        said.append("非正式" if brief else "非正式，至多“可能涉及”")
    if info.unmapped:
        said.append(f"{len(info.unmapped)} 种级别未对应")
    if info.repairs:
        said.append(f"修复 {len(info.repairs)}")
    if info.rejects:
        said.append(f"剔除 {len(info.rejects)}")
    return said


def _joined(*parts: str) -> str:
    return "；".join(part for part in parts if part)


@layers_app.command("add")
def layers_add(
    path: Annotated[Path, typer.Argument(help="矢量文件或 .gdb 文件夹 (file or geodatabase).")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="图层目录文件夹 (the catalogue's folder).")
    ],
    role: Annotated[
        str | None, typer.Option("--role", help="用途，如 red_line；默认按名称判定 (role).")
    ] = None,
) -> None:
    """收入图层：复制文件并写好 catalogue.toml 条目 (add a file or geodatabase to a catalogue).

    Example: geo-rectify layers add 某市数据.gdb -o layers_dir
    """
    from geo_rectify.catalogue import add_layers
    from geo_rectify.cli.console import say
    from geo_rectify.vocabulary import LayerRole

    words = [member.value for member in LayerRole]
    if role is not None and role not in words:
        raise typer.BadParameter(f"{role} 不是用途；可用：{'、'.join(words)}", param_hint="--role")
    added = add_layers(path, output, role=None if role is None else LayerRole(role))
    for each in added:
        say(f"{each.layer_id}（{each.role.value}）")
        for question in each.questions:
            say(f"  待确认：{question}")
    say(f"已写入 {output / 'catalogue.toml'}；核对后用 geo-rectify layers check 检查")


@layers_app.command("draft")
def layers_draft(
    intakes: Annotated[
        Path,
        typer.Argument(help="取水口表或点文件：名称、经纬度、类型、规模、流向、河宽 (intakes)."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="图层目录文件夹 (the catalogue's folder).")
    ],
    water: Annotated[
        Path, typer.Option("--water", help="河线或水库、湖泊水面 (river lines, reservoir areas).")
    ],
    figures: Annotated[
        Path | None,
        typer.Option("--figures", help="自定长度宽度 TOML，替换自带数值 (figures of your own)."),
    ] = None,
) -> None:
    """按 HJ 338-2018 推定水源保护区，草案，非划定成果 (draft zones around intakes).

    Example: geo-rectify layers draft 取水口.csv --water 水系.gpkg -o layers_dir
    """
    from geo_rectify.catalogue import add_drafts
    from geo_rectify.cli.console import say

    added, notes = add_drafts(intakes, water, output, figures=figures)
    for note in notes:
        say(note)
    say(f"{added.layer_id}（草案）已写入 {output / 'catalogue.toml'}；只作提示，至多判“可能涉及”")
