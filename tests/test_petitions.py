"""Petitions (信访件) held against the text, shown beside sites and issues, naming nobody."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from geo_rectify import assess, narrowed, read_plan
from geo_rectify.bundle import Reader, write_pack, write_run
from geo_rectify.findings.petitions import petition_claims
from geo_rectify.outputs._petitions import by_issue, by_site
from geo_rectify.outputs.ledger import ledger_book, split_ledger
from geo_rectify.outputs.ledger.columns import LISTED_PETITIONS
from geo_rectify.tables import PETITIONS, frame_of
from tests.browser import open_page

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from geo_rectify.pipeline import Assessment

PLAN = """景德镇市生态环境保护督察整改方案

督察期间，督察组向我市交办群众信访举报{all}，其中重复举报2件，已办结信访举报3件。

一、问题清单

（一）乐平市鹤岭采石场扬尘扰民
问题描述：乐平市鹤岭采石场粉尘污染突出，督察期间又有{one}群众反映该采石场的信访件。
整改目标：完成整治，办理信访件9件。
整改时限：2024年12月底前
整改措施：
1.对鹤岭采石场开展整治。
责任单位：乐平市委、市政府

（二）浮梁县湘湖污水处理厂异味
问题描述：浮梁县湘湖污水处理厂异味扰民。
整改目标：完成整治。
整改时限：2024年12月底前
整改措施：
1.对湘湖污水处理厂开展整治。
责任单位：浮梁县委、县政府
"""
ROWS = [
    ("X1", "乐平市", "鹤岭采石场", "鹤岭采石场扬尘，联系13800001234"),
    ("X2", "乐平市", "", "群众张建国反映鹤岭采石场夜间爆破"),
    ("X3", "乐平市", "", "鹤岭采石场废水"),
    ("X4", "浮梁县", "湘湖污水处理厂", "异味"),
    ("X5", "珠山区", "群众张建国（电话13800001234）家旁", "群众张建国（电话13800001234）反映油烟"),
]


def assessed(tmp_path: Path, said_all: str = "5件", said_one: str = "3件") -> Assessment:
    plan = tmp_path / "plan.txt"
    plan.write_text(PLAN.format(all=said_all, one=said_one), encoding="utf-8")
    path = tmp_path / "信访件.xlsx"
    frame = pd.DataFrame(ROWS, columns=["受理编号", "行政区域", "反映地点", "反映问题"])
    frame.to_excel(path, index=False)
    return assess(plan, registers=path)


def told(run: Assessment) -> dict[str, tuple[str, str, str, str]]:
    claims = run.claims[run.claims["subject"].str.contains("信访件数量")]
    return {
        row["subject"]: (row["stated"], row["found"], row["result"], row["reason"])
        for row in claims.to_dict("records")
    }


def test_the_numbers_of_the_text_are_held_against_the_list(tmp_path: Path):
    run = assessed(tmp_path)
    claims = told(run)
    assert {subject: row[:3] for subject, row in claims.items()} == {
        "信访件数量": ("5", "5", "一致"),
        "重复信访件数量": ("2", "2", "一致"),
        "问题1信访件数量": ("3", "3", "一致"),
    }
    assert claims["问题1信访件数量"][3] == (
        "信访件清单信访件.xlsx中与问题1点位对应的3件，方案载明3件"
    )
    for row in run.claims.to_dict("records"):
        assert row["stated"] in run.plans[0].text[row["start"] : row["end"]]


@pytest.mark.parametrize(
    ("said_all", "said_one", "all_result", "one_result"),
    [
        ("158件", "13件", "不一致", "不一致"),
        ("6件", "4件", "不一致", "无法判定"),
        ("5余件", "2件", "一致", "不一致"),
        ("约5件", "3余件", "一致", "一致"),
    ],
)
def test_what_does_not_agree_is_said_and_what_could_is_left_open(
    tmp_path: Path, said_all: str, said_one: str, all_result: str, one_result: str
):
    claims = told(assessed(tmp_path, said_all, said_one))
    assert claims["信访件数量"][2] == all_result
    assert claims["问题1信访件数量"][2] == one_result
    if one_result == "无法判定":
        assert "另有1件未能对应到点位" in claims["问题1信访件数量"][3]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("共受理158件信访件。", [("158", "petitions")]),
        ("受理群众来信来电举报问题158件。", [("158", "petitions")]),
        ("交办的158件群众信访举报件已全部办结。", [("158", "petitions")]),
        (
            "转办信访投诉１５８件，其中重复投诉12件。",
            [("１５８", "petitions"), ("12", "petitions_again")],
        ),
        ("办结信访举报150件，属实的投诉120件。", []),
        ("立案158件，罚款20万元。", []),
        ("制定文件3件，开展信访接待5次。", []),
    ],
)
def test_numbers_of_petitions_are_found(tmp_path: Path, text: str, found: list[tuple[str, str]]):
    path = tmp_path / "report.txt"
    path.write_text(f"某市督察整改进展情况\n\n{text}\n", encoding="utf-8")
    one = frame_of(
        [{"petition_id": "1", "origin": "a.csv 第2行", "site_id": "", "how": ""}], PETITIONS
    )
    claims = petition_claims([read_plan(path)], one)
    assert [(claim.stated, claim.kind.value) for claim in claims] == found
    assert petition_claims([read_plan(path)], frame_of([], PETITIONS)) == ()


def test_repeats_are_counted_by_site_and_by_issue(tmp_path: Path):
    run = assessed(tmp_path)
    assert sorted(by_site(run.petitions).values()) == ["信访件1件", "信访件3件（其中重复2件）"]
    assert by_issue(run.petitions) == {"1": "信访件3件（其中重复2件）", "2": "信访件1件"}


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_map_shows_petitions_beside_site_and_issue(
    tmp_path: Path, chromium: Any, size: tuple[int, int]
):
    run = assessed(tmp_path)
    write_run(run, tmp_path / "out")
    site = next(s for s, words in by_site(run.petitions).items() if "3件" in words)
    with open_page(chromium, tmp_path / "out/map.html", size=size, touch=size[0] < 500) as shown:
        shown.page.evaluate(
            "id => document.querySelector(`#gr-worklist .gr-entry[data-site='${id}'],"
            " #gr-list .gr-entry[data-site='${id}']`).click()",
            site,
        )
        row = shown.page.locator(".gr-row", has_text="群众信访")
        row.first.wait_for()
        assert "信访件3件（其中重复2件）" in row.first.inner_text()
        assert "信访件3件（其中重复2件）" in shown.page.locator(".gr-facts").first.inner_text()
    for file in (tmp_path / "out").rglob("*"):
        if file.suffix in {".html", ".csv", ".json", ".txt", ".gpkg", ".gpx"}:
            blob = file.read_bytes()
            for secret in ("13800001234", "张建国", "夜间爆破"):
                assert secret.encode() not in blob, file


def test_the_ledger_lists_the_petitions_beside_their_sites(tmp_path: Path):
    run = assessed(tmp_path)
    book = ledger_book(run)
    rows = book.tables[LISTED_PETITIONS].rows
    told = [
        (row["信访编号"], row["县"], row["点位"], row["问题序号"], row["第几次反映"])
        for row in rows
    ]
    assert told == [
        ("X1", "乐平市", "鹤岭采石场", "1", 1),
        ("X2", "乐平市", "鹤岭采石场", "1", 2),
        ("X3", "乐平市", "鹤岭采石场", "1", 3),
        ("X4", "浮梁县", "湘湖污水处理厂", "2", 1),
        ("X5", "珠山区", "", "", None),
    ]
    words = "".join(str(cell) for row in rows for cell in row.values())
    assert "张建国" not in words
    assert "13800001234" not in words
    parts = split_ledger(book)
    assert [row["信访编号"] for row in parts["乐平市"].tables[LISTED_PETITIONS].rows] == [
        "X1",
        "X2",
        "X3",
    ]
    assert [row["信访编号"] for row in parts["珠山区"].tables[LISTED_PETITIONS].rows] == ["X5"]


def test_a_run_without_a_list_of_petitions_has_no_sheet_of_them(tmp_path: Path):
    plan = tmp_path / "plan.txt"
    plan.write_text(PLAN.format(all="5件", one="3件"), encoding="utf-8")
    assert LISTED_PETITIONS not in ledger_book(assess(plan)).tables


def test_the_part_of_a_county_has_its_petitions_also_those_about_no_site(tmp_path: Path):
    run = assessed(tmp_path)
    run.petitions.loc[len(run.petitions)] = {
        **run.petitions.iloc[4].to_dict(),
        "petition_id": "X6",
        "county": "乐平",
    }
    part = narrowed(run, county="乐平市")
    assert list(part.petitions["petition_id"]) == ["X1", "X2", "X3", "X6"]
    with zipfile.ZipFile(
        write_pack(part, tmp_path / "pack.zip", reader=Reader.OFFICIAL).path
    ) as pack:
        book = openpyxl.load_workbook(io.BytesIO(pack.read("台账.xlsx")))
    assert "信访对应" in book.sheetnames
    cells = [str(cell.value) for row in book["信访对应"].iter_rows() for cell in row if cell.value]
    assert {"X1", "X6"} <= set(cells)
    assert "X4" not in cells
