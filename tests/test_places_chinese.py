"""Errors of gazetteers and of what comes back from the field speak Chinese at the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import openpyxl
import pytest

from geo_rectify.cli.app import main
from geo_rectify.errors import GeoRectifyError
from geo_rectify.example import example_plan
from geo_rectify.places import build_gazetteer, open_gazetteer, read_corrections

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "name,kind,lon,lat,uncertainty_m,adcode,flow\n"
GAZETTEERS = [
    ("空.csv", "", "文件是空的"),
    ("缺列.csv", "name,lon,lat\n甲,117,29\n", "缺“类型”列"),
    ("单列.csv", "name,kind,lon\n甲,village,117\n", "缺“纬度”列"),
    ("无名.csv", HEAD + "乙,village,117,29,5,,\n,village,117,29,5,,\n", "第3行：名称是空的"),
    ("类型.csv", HEAD + "甲,怪物,117,29,5,,\n", "第2行：类型“怪物”认不出"),
    ("国外.csv", HEAD + "甲,village,10,29,5,,\n", "第2行：经度“10”、纬度“29”不在国内"),
    ("误差.csv", HEAD + "甲,village,117,29,-5,,\n", "误差“-5”不对"),
    ("无误差.csv", HEAD + "甲,village,117,29,,,\n", "误差是空的"),
    ("代码.csv", HEAD + "甲,village,117,29,5,36,\n", "区划代码“36”不对"),
    ("旧码.csv", HEAD + "甲,village,117,29,5,999999,\n", "不是现行的县或设区市代码"),
    ("流向.csv", HEAD + "甲,river,117,29,5,,北\n", "流向“北”认不出"),
    ("坏.xlsx", "no workbook", "不是可读的Excel文件"),
    ("坏.gpkg", "no geopackage", "读不了这种文件"),
]


@pytest.mark.parametrize(("name", "content", "said"), GAZETTEERS)
def test_faults_of_a_gazetteer_are_told_in_both_languages(
    tmp_path: Path, name: str, content: str, said: str
):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GeoRectifyError) as caught:
        open_gazetteer(path, with_shipped=False)
    assert said in caught.value.chinese
    assert name in caught.value.chinese
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "said"), [("[columns", "不是UTF-8的TOML"), ('nmae = "x"\n', "有1处认不出")]
)
def test_faults_of_a_mapping_are_told_in_chinese(tmp_path: Path, mapping: str, said: str):
    path = tmp_path / "矿.csv"
    path.write_text(HEAD + "甲,village,117,29,5,,\n", encoding="utf-8")
    path.with_suffix(".toml").write_text(mapping, encoding="utf-8")
    with pytest.raises(GeoRectifyError) as caught:
        build_gazetteer(path, output=tmp_path / "g.gpkg")
    assert said in caught.value.chinese


def worklist(path: Path, *rows: dict[str, object]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    heads = ["site_id", "名称", "经度", "纬度", "坐标系", "误差(m)", "处理"]
    sheet.title = "待定位"
    sheet.append(heads)
    for row in rows:
        sheet.append([row.get(head) for head in heads])
    book.save(path)
    return path


def test_every_wrong_cell_of_a_worklist_is_told_in_chinese_with_its_remedy(tmp_path: Path):
    good = {"名称": "甲", "经度": "117.2", "纬度": "29.2", "坐标系": "CGCS2000"}
    path = worklist(
        tmp_path / "worklist.xlsx",
        good,
        good | {"经度": "东边"},
        good | {"坐标系": "西安80"},
        good | {"误差(m)": "很小"},
        good | {"处理": "删了"},
        good | {"名称": None},
    )
    empty = tmp_path / "空.csv"
    empty.write_text(" ", encoding="utf-8")
    with pytest.raises(GeoRectifyError) as caught:
        read_corrections(path, empty)
    told = caught.value.chinese.splitlines()
    assert [line.partition("：")[0] for line in told[:3]] == [
        "worklist.xlsx，工作表“待定位”第3行，C 经度列",
        "worklist.xlsx，工作表“待定位”第4行，E 坐标系列",
        "worklist.xlsx，工作表“待定位”第5行，F 误差(m)列",
    ]
    assert "填的是“东边”，经度读不懂" in told[0]
    assert "西安80、北京54坐标请先由测绘部门转换" in told[1]
    assert "误差应是大于0的米数" in told[2]
    assert "“处理”一栏读不懂" in told[3]
    assert "没有编号，也没有名称" in told[4]
    assert told[5] == "空.csv：文件是空的；请指定填写过的文件"
    assert len(str(caught.value).splitlines()) == len(told) == 6


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.docx", "x", "只能读入"),
        ("a.xlsx", "x", "不是Excel文件或已损坏"),
        ("a.csv", "甲,乙\n1,2\n", "第一行没有 site_id 或“名称”列"),
        ("a.geojson", "{", "不是GeoJSON文件"),
        ("a.json", "{}", "没有要素集合"),
        ("a.gpkg", "x", "不是GeoPackage文件"),
    ],
)
def test_files_that_are_no_corrections_are_told_in_chinese(
    tmp_path: Path, name: str, content: str, said: str
):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GeoRectifyError) as caught:
        read_corrections(path)
    assert said in caught.value.chinese
    with pytest.raises(GeoRectifyError) as caught:
        read_corrections(tmp_path / "nowhere.csv")
    assert "没有这个文件" in caught.value.chinese


def test_the_command_line_prints_the_chinese_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    path = worklist(tmp_path / "worklist.xlsx", {"名称": "甲", "经度": "东", "纬度": "29.2"})
    with example_plan() as plan:
        command = ["geo-rectify", "locate", str(plan), "-o", str(tmp_path / "out")]
        monkeypatch.setattr(sys, "argv", [*command, "--corrections", str(path)])
        with pytest.raises(SystemExit) as ended:
            main()
    said = capsys.readouterr().err.replace("\n", "")
    assert ended.value.code == 1
    assert "经度读不懂" in said
    assert "坐标系没有填" in said
