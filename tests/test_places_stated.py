"""Positions written in the text beside a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo_rectify import assess

if TYPE_CHECKING:
    from pathlib import Path

PLAN = """某市整改方案

整改措施清单

一、生态破坏问题
（一）矿山问题突出。督察发现，乐平市罗家砒采石场（{words}）边坡失稳。
整改目标：完成整改。
整改时限：2025年12月底前
整改措施：
1．依法查处。〔责任单位：乐平市委、市政府〕
验收单位：市水利局
"""


def _site(folder: Path, words: str):
    path = folder / "plan.txt"
    path.write_text(PLAN.format(words=words), encoding="utf-8")
    run = assess(path)
    sites = run.sites[run.sites["name"].str.contains("采石场")]
    assert len(sites) == 1
    return sites.iloc[0], run


@pytest.mark.parametrize(
    ("words", "unsure", "precision"),
    [
        ("东经117°12′35″，北纬28°59′33″，CGCS2000坐标系", 31, "surveyed"),
        ("北纬28度59分33秒、东经117度12分35秒，2000国家大地坐标系", 31, "surveyed"),
        ("东经117.20972°，北纬28.9925°，WGS84", 20, "surveyed"),
        ("东经117.20972，北纬28.99250", 700, "village"),
        ("X=3208476，Y=39520431，2000国家大地坐标系", 20, "surveyed"),
        ("X=3208476，Y=39520431", 200, "street"),
    ],
)
def test_a_written_position_places_what_stands_before_it(
    tmp_path: Path, words: str, unsure: float, precision: str
):
    site, run = _site(tmp_path, words)
    assert site.geometry.x == pytest.approx(117.20972, abs=3e-4)
    assert site.geometry.y == pytest.approx(28.9925, abs=3e-4)
    assert site["uncertainty_m"] == pytest.approx(unsure, rel=0.05)
    assert site["precision"] == precision
    assert "方案正文" in site["source"]
    assert any("已采用" in note for note in run.correction_notes)


def test_an_old_datum_and_a_position_of_nothing_are_said(tmp_path: Path):
    site, run = _site(tmp_path, "东经117°12′35″，北纬28°59′33″，西安80坐标系")
    assert site["precision"] != "surveyed"
    assert any("西安80" in note and "未采用" in note for note in run.correction_notes)
