"""Compare two runs: which sites and verdicts changed, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geo_rectify.crs import require_crs
from geo_rectify.vocabulary import ZoneClass

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

COLUMNS: Final = (
    "site_id",
    "site_name",
    "zone_class",
    "change",
    "old_verdict",
    "new_verdict",
    "old_layer",
    "new_layer",
    "cause",
)
_SITE_CELLS: Final = ("precision", "uncertainty_m", "county", "method")
_CHANGES: Final = {"added": "新增点位", "removed": "不再列入", "changed": "判定变化"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTables:
    """What is compared of one run: its sites, its findings and its settings by name."""

    sites: gpd.GeoDataFrame
    findings: pd.DataFrame
    settings: Mapping[str, Any]


def compare_runs(old: RunTables, new: RunTables) -> pd.DataFrame:
    """List the sites and verdicts that differ between two runs, with the cause.

    Parameters
    ----------
    old, new
        The runs.

    Returns
    -------
    pandas.DataFrame
        Text columns of `COLUMNS`, by site and zone class: ``change`` is added, removed or changed;
        ``cause`` joins what differs: the site moved, the layer's version, the clauses or the date.

    Raises
    ------
    CRSError
        Sites are not in EPSG:4490.
    """
    for run, name in ((old, "old sites"), (new, "new sites")):
        require_crs(run.sites, name=name)
    places = {"old": _places(old.sites), "new": _places(new.sites)}
    before, after = _rows(old.findings), _rows(new.findings)
    order = {member.value: at for at, member in enumerate(ZoneClass)}
    keys = sorted({*before, *after}, key=lambda key: (key[0], order.get(key[1], len(order))))
    rows = []
    for site_id, zone_class in keys:
        was, now = before.get((site_id, zone_class)), after.get((site_id, zone_class))
        if was is not None and now is not None:
            if was["verdict"] == now["verdict"]:
                continue
            change = "changed"
            cause = _cause(
                was,
                now,
                moved=places["old"].get(site_id) != places["new"].get(site_id),
                dates=(str(old.settings.get("as_of", "")), str(new.settings.get("as_of", ""))),
            )
        else:
            change = "added" if was is None else "removed"
            known = site_id in places["old"] and site_id in places["new"]
            cause = "图层增减" if known else _CHANGES[change]
        told = now or was or {}
        rows.append(
            {
                "site_id": site_id,
                "site_name": told.get("site_name", ""),
                "zone_class": zone_class,
                "change": change,
                "old_verdict": "" if was is None else was["verdict"],
                "new_verdict": "" if now is None else now["verdict"],
                "old_layer": "" if was is None else _layer(was),
                "new_layer": "" if now is None else _layer(now),
                "cause": cause,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(findings: pd.DataFrame) -> dict[tuple[str, str], dict[str, str]]:
    table = pd.DataFrame(findings).drop(columns="geometry", errors="ignore")
    return {
        (str(row["site_id"]), str(row["zone_class"])): {
            str(name): "" if pd.isna(cell) else str(cell) for name, cell in row.items()
        }
        for row in table.to_dict("records")
    }


def _places(sites: gpd.GeoDataFrame) -> dict[str, tuple[object, ...]]:
    """Give what says where a site is, to a ten-millionth of a degree (a centimetre)."""
    cells = [name for name in _SITE_CELLS if name in sites.columns]
    return {
        str(row["site_id"]): (
            None
            if row["geometry"] is None
            else row["geometry"].wkt
            if row["geometry"].is_empty
            else tuple(round(value, 7) for value in row["geometry"].bounds),
            *("" if pd.isna(row[name]) else str(row[name]) for name in cells),
        )
        for row in sites.to_dict("records")
    }


def _layer(row: Mapping[str, str]) -> str:
    ids, versions = row.get("layer_id", ""), row.get("layer_version", "")
    return f"{ids} {versions}".strip()


def _cause(
    was: Mapping[str, str], now: Mapping[str, str], *, moved: bool, dates: tuple[str, str]
) -> str:
    causes = []
    if moved:
        causes.append("点位变动")
    if was.get("layer_id") != now.get("layer_id"):
        causes.append(f"图层更换：{was.get('layer_id') or '无'}→{now.get('layer_id') or '无'}")
    elif was.get("layer_version") != now.get("layer_version"):
        causes.append(f"图层版本：{was.get('layer_version')}→{now.get('layer_version')}")
    elif was.get("layer_status") != now.get("layer_status"):
        causes.append(f"图层状态：{was.get('layer_status')}→{now.get('layer_status')}")
    if was.get("rule_ids") != now.get("rule_ids"):
        causes.append(f"条款按日期不同（{dates[0]}→{dates[1]}）")
    elif dates[0] != dates[1] and not causes:
        causes.append(f"成果日期不同（{dates[0]}→{dates[1]}）")
    return "；".join(causes) or "原因不明：图层文件、设置或软件版本不同"
