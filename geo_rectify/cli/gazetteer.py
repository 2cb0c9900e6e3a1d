"""The commands about gazetteers: build one file of many sources, search it for a name."""

from __future__ import annotations

import dataclasses
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo_rectify.places import Gazetteer
    from geo_rectify.places.services.online import OnlineGeocoder


class OnlineService(StrEnum):
    """Names of the services for ``--geocoder`` and ``--online``; a test keeps them complete."""

    TIANDITU = "tianditu"
    AMAP = "amap"
    BAIDU = "baidu"
    NOMINATIM = "nominatim"


gazetteer_app = typer.Typer(
    help="地名库：建库与查找 (build a gazetteer file, search for a name).", no_args_is_help=True
)
_COLUMNS = {
    "rank": "序",
    "name": "名称",
    "kind": "类型",
    "county": "县（市、区）",
    "township": "乡镇",
    "score": "得分",
    "margin": "领先",
    "reason": "依据",
    "lon": "经度",
    "lat": "纬度",
    "uncertainty_m": "误差m",
    "source": "来源",
}


@gazetteer_app.command("build")
def build(
    sources: Annotated[
        list[Path],
        typer.Argument(help=".osm.pbf、GeoNames、CSV/XLSX/矢量（列对应见 FILE.toml）(sources)."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="地名库文件 .gpkg (the gazetteer file).")
    ],
) -> None:
    """多种来源合建一个带索引的地名库 (one gazetteer file with an index from many sources).

    Example: geo-rectify gazetteer build 江西.osm.pbf CN.txt 矿山.csv -o 地名库.gpkg
    """
    from geo_rectify.cli.console import say
    from geo_rectify.places import build_gazetteer

    store = build_gazetteer(*sources, output=output)
    for note in store.notes:
        say(note)
    say(f"地名 {store.rows} 条 → {store.path}")


@gazetteer_app.command("search")
def search(
    name: Annotated[str, typer.Argument(help="地名，汉字或拼音 (a place name).")],
    county: Annotated[
        str,
        typer.Option("--county", help="所在县（市、区）或设区市，名称或代码 (where it must lie)."),
    ] = "",
    gazetteer: Annotated[
        list[Path] | None, typer.Option("--gazetteer", help="地名库或地名表，可多次 (gazetteers).")
    ] = None,
    online: Annotated[
        OnlineService | None,
        typer.Option("--online", help="同时在线查询，只发送此地名和县市名 (ask a service too)."),
    ] = None,
) -> None:
    """按名称查找，列出候选、依据和领先第二名的分差 (ranked candidates with reasons).

    Example: geo-rectify gazetteer search 岩口采石场 --county 乐平市 --gazetteer 地名库.gpkg
    """
    import pandas as pd

    from geo_rectify.cli.console import data, say, show_blocks
    from geo_rectify.places import open_gazetteer, search_gazetteer
    from geo_rectify.vocabulary import label

    known: Gazetteer = open_gazetteer(*(gazetteer or []))
    found = search_gazetteer(name, known, county=county)
    rows = [
        dataclasses.asdict(each) | {"kind": label(each.kind), "rank": each.rank or "排除"}
        for each in found
    ]
    if rows:
        frame = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(object)
        show_blocks(frame.where(frame.notna(), None), _COLUMNS, title=name)
    else:
        say(f"{name}：地名库中没有候选")
    if online is not None:
        for line in _online(name, county, online):
            data.print(line, markup=False)


def _online(name: str, county: str, online: OnlineService) -> list[str]:
    """Ask a service for one name and say what came in lines."""
    from geo_rectify.places.kinds import precision_of
    from geo_rectify.places.searching import area_called
    from geo_rectify.places.services import ask, open_geocoder
    from geo_rectify.vocabulary import PlaceType, precision_label

    service = open_geocoder(online.value)
    answer = ask(name, service, area=area_called(county), kind=PlaceType.OTHER)
    lines = [
        f"{service.about.title}：{hit.name or name}（{hit.level}）{hit.lon:.5f},{hit.lat:.5f} "
        f"{precision_label(precision_of(hit.uncertainty_m), hit.uncertainty_m)}"
        for hit in answer.hits
    ]
    lines += [
        f"{service.about.title}：已排除 {hit.name or name}（{hit.level}）：{why}"
        for hit, why in answer.refused
    ]
    return lines or [f"{service.about.title}：没有结果"]


def consent(service: OnlineGeocoder, *, yes: bool) -> Callable[[Sequence[str]], bool]:
    """Give the question that comes before any name is sent.

    Parameters
    ----------
    service
        The service.
    yes
        Whether the answer was given on the command line.

    Returns
    -------
    callable
        Takes the names, gives whether they may be sent.
    """
    from geo_rectify.cli.console import messages, say

    def agree(names: Sequence[str]) -> bool:
        if yes:
            say(f"向{service.about.title}查询 {len(names)} 个地名")
            return True
        if not sys.stdin.isatty():
            message = (
                f"将向{service.about.title}发送 {len(names)} 个地名；此处无法询问，"
                "同意请加 --yes，否则去掉 --geocoder"
            )
            raise typer.BadParameter(message, param_hint="--geocoder")
        messages.print(
            f"\n将向{service.about.title}发送 {len(names)} 个地名（只有地名和县市名），"
            f"例如 {'、'.join(names[:3])}",
            markup=False,
        )
        return typer.confirm("发送？", default=False, err=True)

    return agree
