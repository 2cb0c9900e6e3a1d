"""Registers joined to an issue: read, placed, and held against the text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from geo_rectify import assess
from geo_rectify.bundle import write_run
from geo_rectify.errors import InputFileError
from geo_rectify.example import example_plan
from geo_rectify.places import read_registers
from geo_rectify.regions import area_polygon

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.pipeline import Assessment

LEPING = "360281"
AWAY = (117.58, 28.95)  # in 德兴市


def _pits(number: int = 85, *, total_mu: float = 1190.0) -> pd.DataFrame:
    """Lay points over 乐平市, the last one outside it."""
    county = area_polygon(LEPING)
    core = shapely.buffer(county, -0.01)
    west, south, east, north = county.bounds
    grid = [
        (round(float(x), 6), round(float(y), 6))
        for y in np.linspace(south, north, 23)
        for x in np.linspace(west, east, 23)
        if shapely.contains_xy(core, x, y)
    ]
    spots = [*grid[: number - 1], AWAY]
    each = round(total_mu / number, 1)
    areas = [each] * (number - 1) + [round(total_mu - each * (number - 1), 1)]
    return pd.DataFrame(
        {
            "序号": range(1, number + 1),
            "名称": [f"{'甲乙丙丁戊'[n % 5]}坞{n}号矿点" for n in range(1, number + 1)],
            "经度": [x for x, _ in spots],
            "纬度": [y for _, y in spots],
            "坐标系": "CGCS2000",
            "面积（亩）": areas,
            "生态修复": ["未完成" if n % 2 else "已完成" for n in range(number)],
            "联系人": "某人",
            "联系电话": "13800001234",
        }
    )


def _save(frame: pd.DataFrame, folder: Path, text: str = "issue = 23\n") -> Path:
    path = folder / "pits.csv"
    frame.to_csv(path, index=False, encoding="utf-8-sig")
    (folder / "pits.csv.toml").write_text(text, encoding="utf-8")
    return path


def _claims(run: Assessment, issue: str) -> dict[str, dict[str, Any]]:
    rows = run.claims[run.claims["issue"] == issue]
    return {str(row["subject"]): row for row in rows.to_dict("records")}


def _about_pits(run: Assessment) -> None:
    claims = _claims(run, "23")
    count = claims["历史遗留非法开采点数量"]
    assert (count["stated"], count["found"], count["result"]) == ("86", "85", "不一致")
    assert "少1处" in count["reason"]
    inside = claims["历史遗留非法开采点位于乐平市内的数量"]
    assert (inside["stated"], inside["found"], inside["result"]) == ("86", "84", "不一致")
    assert "85号矿点（德兴市，第86行）" in inside["reason"]
    area = next(row for name, row in claims.items() if "：涉及土地" in name)
    assert (area["stated"], area["found"], area["result"]) == ("1200余", "1190", "不一致")
    for row in (count, inside, area):
        assert row["site_id"] not in set(run.sites["site_id"])
    members = run.sites[run.sites["source"].str.startswith("register: pits.csv")]
    assert len(members) == 85
    assert set(members["issue_numbers"]) == {"23"}
    assert set(members["precision"]) == {"feature"}
    assert not members.geometry.isna().any()
    assert set(members["county"]) == {"乐平市", "德兴市"}
    assert not ((run.sites["status"] == "counted") & (run.sites["count"] == 86)).any()
    assert not run.unlocated["site_id"].isin(members["site_id"]).any()


def test_eighty_five_pits_of_the_example(tmp_path: Path) -> None:
    with example_plan() as plan:
        run = assess(plan, registers=_save(_pits(), tmp_path))
    _about_pits(run)
    evidence = run.findings[run.findings["site_name"] == "乙坞1号矿点"]["evidence"]
    assert evidence.str.startswith("23:").all()
    assert any("85号矿点" in note for note in run.registers[0].notes)


def test_the_dots_stand_on_the_map_and_the_set_and_persons_nowhere(tmp_path: Path) -> None:
    with example_plan() as plan:
        run = assess(plan, registers=_save(_pits(), tmp_path))
    set_id = run.registers[0].set_id
    write_run(run, tmp_path / "out")
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    assert page.count("号矿点") >= 85
    assert set_id not in page
    for path in (tmp_path / "out").rglob("*"):
        if path.suffix in {".html", ".csv", ".json", ".txt"}:
            text = path.read_text(encoding="utf-8-sig")
            assert "13800001234" not in text
            assert "某人" not in text
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["registers"][0]["rows"] == 85
    book = openpyxl.load_workbook(tmp_path / "out" / "worklist.xlsx")
    ids = {row[0].value for row in book.worksheets[0].iter_rows()}
    assert set_id not in ids


@pytest.mark.real_plans
def test_eighty_five_pits_of_the_real_plan(tmp_path: Path, real_plans: Path) -> None:
    plan = real_plans / "jingdezhen_2023_rectification_plan.txt"
    run = assess(plan, registers=_save(_pits(), tmp_path))
    _about_pits(run)
    claims = _claims(run, "23")
    part = next(row for name, row in claims.items() if "未完成生态修复" in name)
    assert part["stated"] == "650余"
    assert float(part["found"]) == pytest.approx(588.0)  # 42 of 85 pits, 14 亩 each


PLAN = """某市整改方案

整改措施清单

一、生态破坏问题
（一）砂石行业治理不力。督察发现，2022年，乐平市{whole}家机制砂企业均未办理合法用地手续，无取水许可、水保方案、环评、林地手续的企业分别有{a}家、{b}家、{c}家、{d}家。
整改目标：完成整改。
整改时限：2025年12月底前
整改措施：
1．依法查处。〔责任单位：乐平市委、市政府〕
验收单位：市水利局
"""


def _plants(whole: int, lacking: tuple[int, int, int, int]) -> pd.DataFrame:
    county = area_polygon(LEPING).representative_point()
    columns = ("取水许可", "水土保持方案", "是否办理环评手续", "林地手续")
    frame = pd.DataFrame(
        {
            "企业名称": [f"第{n}机制砂厂" for n in range(whole)],
            "X": [round(county.x + n * 1e-4, 6) for n in range(whole)],
            "Y": county.y,
            "合法用地手续": "无",
        }
    )
    for heading, number in zip(columns, lacking, strict=True):
        frame[heading] = ["无" if n < number else "有" for n in range(whole)]
    return frame


@pytest.mark.parametrize(
    ("stated", "listed", "expected"),
    [
        ((113, 72, 54, 44, 15), (113, 72, 54, 44, 15), "一致"),
        ((113, 72, 54, 44, 15), (113, 70, 55, 40, 16), "不一致"),
    ],
)
def test_counts_by_column(
    tmp_path: Path,
    stated: tuple[int, ...],
    listed: tuple[int, int, int, int, int],
    expected: str,
) -> None:
    plan = tmp_path / "plan.txt"
    numbers = dict(zip(("whole", "a", "b", "c", "d"), stated, strict=True))
    plan.write_text(PLAN.format(**numbers), encoding="utf-8")
    path = tmp_path / "plants.xlsx"
    frame = _plants(listed[0], listed[1:])
    with pd.ExcelWriter(path) as writer:
        frame.to_excel(writer, index=False, startrow=2)
        writer.sheets["Sheet1"].write(0, 0, "乐平市机制砂企业清单")
    (tmp_path / "plants.toml").write_text(
        'issue = 1\ndatum = "WGS84"\n[spoken]\n"水土保持方案" = "水保方案"\n', encoding="utf-8"
    )
    run = assess(plan, registers=path)
    told = {name.partition("：无")[2]: row for name, row in _claims(run, "1").items()}
    for subject, said, found in zip(
        ("取水许可", "水保方案", "环评", "林地手续"), stated[1:], listed[1:], strict=True
    ):
        row = told[subject]
        assert (row["stated"], row["found"], row["result"]) == (str(said), str(found), expected)
        assert "无取水许可、水保方案" in run.plan.text[row["start"] : row["end"]]
    land = next(row for subject, row in told.items() if "用地" in subject)
    assert (land["stated"], land["found"], land["result"]) == ("113", "113", "一致")


def test_outlines_are_surveyed_and_measured(tmp_path: Path) -> None:
    frame = _pits(4)
    boxes = gpd.GeoDataFrame(
        frame[["名称"]],
        geometry=[
            shapely.box(x, y, x + 0.001, y + 0.001)
            for x, y in zip(frame["经度"], frame["纬度"], strict=True)
        ],
        crs="EPSG:4490",
    ).to_crs("EPSG:4548")
    path = tmp_path / "outlines.gpkg"
    boxes.to_file(path)
    (tmp_path / "outlines.toml").write_text("issue = 23\nuncertainty_m = 2\n", encoding="utf-8")
    with example_plan() as plan:
        run = assess(plan, registers=path)
    members = run.sites[run.sites["source"].str.startswith("register: outlines.gpkg")]
    assert set(members["precision"]) == {"surveyed"}
    assert set(members.geometry.geom_type) == {"Polygon"}
    area = next(row for name, row in _claims(run, "23").items() if "：涉及土地" in name)
    assert "图形面积" in area["reason"]
    assert 60 < float(area["found"]) < 70  # four boxes of about 1.1 ha, 16 亩 each


def test_a_row_without_position_goes_on_the_worklist(tmp_path: Path) -> None:
    frame = _pits().astype({"经度": object, "纬度": object})
    frame.loc[3, ["经度", "纬度"]] = ""
    with example_plan() as plan:
        run = assess(plan, registers=_save(frame, tmp_path))
    bare = run.sites[run.sites["name"] == frame.loc[3, "名称"]].iloc[0]
    assert bare["precision"] == "county"
    assert bare["site_id"] in set(run.unlocated["site_id"])
    inside = _claims(run, "23")["历史遗留非法开采点位于乐平市内的数量"]
    assert "1处没有坐标" in inside["reason"]


def test_a_row_that_names_a_place_of_the_issue_gives_it_its_position(tmp_path: Path) -> None:
    with example_plan() as plan:
        before = assess(plan)
        held = before.sites[before.sites["issue_numbers"].str.split("|").map(lambda x: "24" in x)]
        name = held.loc[held["kind"] == "mine/quarry", "name"].iloc[-1]
        spot = area_polygon(LEPING).representative_point()
        path = tmp_path / "mines.csv"
        path.write_text(
            f"矿山名称,lon,lat,坐标系\n{name},{spot.x},{spot.y},WGS84\n", encoding="utf-8"
        )
        (tmp_path / "mines.toml").write_text("issue = 24\n", encoding="utf-8")
        run = assess(plan, registers=path)
    site = run.sites[run.sites["name"] == name]
    assert len(site) == 1
    assert site.iloc[0]["site_id"] in set(before.sites["site_id"])
    assert site.iloc[0]["precision"] == "feature"
    assert site.iloc[0]["method"] == "register"
    assert site.iloc[0]["site_id"] not in set(run.unlocated["site_id"])


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    frame = _pits().astype({"经度": object, "面积（亩）": object})
    frame.loc[0, "经度"] = "abc"
    frame.loc[2, "面积（亩）"] = "约3"
    frame.loc[4, "坐标系"] = "西安80"
    path = _save(frame, tmp_path, text="issue = 23\n[columns]\nname = '无此列'\n")
    missing = tmp_path / "none.csv"
    with pytest.raises(InputFileError) as told:
        read_registers(path, missing)
    assert "无此列" in str(told.value)
    assert "none.csv" in str(told.value)
    path = _save(frame, tmp_path)
    with pytest.raises(InputFileError) as told:
        read_registers(path, missing)
    for words in ("row 2", "'abc'", "row 4", "约3", "row 6", "Xian80", "none.csv"):
        assert words in str(told.value)
    for words in ("第2行", "经度", "第4行", "面积“约3”不是数字", "第6行", "没有这个台账文件"):
        assert words in told.value.chinese
    assert told.value.chinese.count("\n") == str(told.value).count("\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "which issue"),
        ("issue = 99\n", "'99' is no issue"),
        ("issue = 23\nset = '排污口'\n", "names 0 counted sets"),
        ("isue = 23\n", "isue is no key"),
        ("issue = ", "no TOML"),
        ("issue = 23\nuncertainty_m = -1\n", "above 0"),
        ("issue = 23\n[units]\narea = '里'\n", "no unit of area"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = _save(_pits(3), tmp_path, text=text)
    with pytest.raises(InputFileError, match=words), example_plan() as plan:
        assess(plan, registers=path)


def test_a_point_without_datum_is_refused(tmp_path: Path) -> None:
    path = _save(_pits(3).drop(columns="坐标系"), tmp_path)
    with pytest.raises(InputFileError, match="datum = 'CGCS2000'"):
        read_registers(path)


def test_totals_are_no_rows_and_phones_are_struck_out(tmp_path: Path) -> None:
    frame = _pits(3).astype({"经度": object, "纬度": object, "序号": object})
    frame.loc[0, "名称"] = "张坞矿点 13912345678"
    total = dict.fromkeys(frame.columns, "") | {"序号": "合计", "面积（亩）": 1190.0}
    path = _save(pd.concat([frame, pd.DataFrame([total])]), tmp_path)
    register = read_registers(path)[0]
    assert len(register.rows) == 3
    assert register.rows[0].name == "张坞矿点 ***"
    assert all("联系" not in heading for row in register.rows for heading in row.attributes)
    assert any("合计行" in note for note in register.notes)


def test_rows_with_names_alone_are_looked_up_or_go_to_the_worklist(tmp_path: Path) -> None:
    known = tmp_path / "known.csv"
    known.write_text(
        "name,kind,lon,lat,uncertainty_m\n"
        "甲坞采石场,mine/quarry,117.20,29.00,100\n"
        "乙坞采石场,mine/quarry,117.70,28.90,100\n",  # 德兴市
        encoding="utf-8",
    )
    rows = pd.DataFrame({"矿点": ["甲坞采石场", "乙坞采石场", "丙坞采石场"], "序号": [1, 2, 3]})
    path = _save(rows, tmp_path, 'issue = 23\n[columns]\nname = "矿点"\n')
    with example_plan() as plan:
        run = assess(plan, registers=path, gazetteer=known)
    sites = run.sites.set_index("name")
    assert sites.loc["甲坞采石场", "precision"] == "street"
    assert sites.loc["甲坞采石场", "method"] == "register; by name: gazetteer, exact"
    assert sites.loc["甲坞采石场", "county"] == "乐平市"
    listed = run.unlocated.set_index("name")["reason"]
    assert "甲坞采石场" not in listed.index
    for name in ("乙坞采石场", "丙坞采石场"):
        assert sites.loc[name, "geometry"] is None
        assert listed[name].startswith("清单中没有坐标；")
    assert "1个同名候选不在乐平市范围内" in listed["乙坞采石场"]


def test_petitions_are_counted_by_site_and_name_nobody(tmp_path: Path) -> None:
    with example_plan() as plan:
        bare = assess(plan)
        mines = bare.sites[(bare.sites["kind"] == "mine/quarry") & bare.sites["count"].isna()]
        name, county = mines.iloc[0]["name"], mines.iloc[0]["county"]
        rows = pd.DataFrame(
            {
                "受理编号": ["X1", "X2", "X2", "X3", "X4"],
                "行政区域": [county, county, county, "珠山区", county],
                "反映问题": [
                    f"{name}扬尘扰民，联系13800001234",
                    f"举报人某人反映{name}夜间爆破",
                    f"{name}废水直排",
                    f"{name}扬尘",
                    "某处油烟扰民",
                ],
                "举报人": ["某人"] * 5,
                "联系电话": ["13800001234"] * 5,
            }
        )
        path = tmp_path / "petitions.xlsx"
        rows.to_excel(path, index=False)
        run = assess(plan, registers=path)
    told = run.petitions
    assert told["site_name"].tolist() == [name, name, name, "", ""]
    assert told["nth"].tolist()[:3] == [1, 2, 3]
    assert "编号与前件重复" in told["how"].iloc[2]
    assert told["issue_numbers"].iloc[0] == mines.iloc[0]["issue_numbers"]
    write_run(run, tmp_path / "out")
    assert "信访件3件（其中重复2件）" in (tmp_path / "out/field/cards.html").read_text("utf-8")
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["petitions"] == {"rows": 5, "about_sites": 3, "sites": 1}
    for file in (tmp_path / "out").rglob("*"):
        if file.suffix in {".html", ".csv", ".json", ".txt", ".gpkg", ".gpx"}:
            blob = file.read_bytes()
            for secret in ("13800001234", "某人", "夜间爆破"):
                assert secret.encode() not in blob, file
