"""Several documents as one ledger: petitions, inspections, self-checks, sites named again."""

from __future__ import annotations

import openpyxl
import pytest

import geo_rectify
from geo_rectify.outputs.ledger import (
    entries_of,
    merge_ledgers,
    read_book,
    read_ledger,
    split_ledger,
    write_book,
    write_ledger,
)
from geo_rectify.settings import Settings
from tests.factories import AS_OF
from tests.plan_files import read_rows, xlsx_of_rows
from tests.test_ledger_closing import DONE, sign
from tests.test_ledger_entries import column, row_of, value_at

FIRST = """景德镇市贯彻落实省生态环境保护督察报告整改方案

2021年5月20日，省生态环境保护督察组反馈督察意见。

一、大山坞采石场复绿不到位。乐平市大山坞采石场边坡裸露。
整改目标：完成复绿。
整改时限：2023年6月底前
整改措施：
1．复绿边坡。〔责任单位：乐平市政府〕
验收单位：市自然资源和规划局

二、三口塘水库周边有养殖。浮梁县三口塘水库周边有网箱。
整改目标：清理。
整改时限：2023年12月底前
整改措施：
1．清理网箱。〔责任单位：浮梁县政府〕
验收单位：市水利局
"""
SECOND = """景德镇市贯彻落实第三轮中央生态环境保护督察报告整改方案

中央生态环境保护督察组2025年8月20日反馈督察意见。

一、大山坞采石场扬尘反复。乐平市大山坞采石场道路未硬化。
整改目标：完成治理。
整改时限：2026年6月底前
整改措施：
1．硬化道路。〔责任单位：乐平市政府〕
验收单位：市生态环境局
"""
PETITIONS = """群众信访举报转办和边督边改公开情况一览表（第十二批）|<|<|<|<|<|<|<
序号|受理编号|交办问题基本情况|行政区域|污染类型|调查核实情况|是否属实|处理和整改情况
1|D2JX202404120018|举报人李某某（13800001111）反映浮梁县三口塘水库旁污水直排。|浮梁县|水|现场属实。|属实|已责令整改。
2|X2JX202404120033|乐平市城区夜间烧烤油烟扰民。|乐平市|大气|现场未见。|不属实|加强巡查。
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plans")
    (folder / "first.txt").write_text(FIRST, encoding="utf-8")
    (folder / "second.txt").write_text(SECOND, encoding="utf-8")
    xlsx_of_rows(read_rows(PETITIONS), folder / "petitions.xlsx")
    return folder


def run(files, *names):
    return geo_rectify.assess([files / name for name in names], settings=Settings(as_of=AS_OF))


@pytest.fixture(scope="module")
def several(files):
    # the later plan is named first: days decide, not the order
    return run(files, "second.txt", "petitions.xlsx", "first.txt")


@pytest.fixture(scope="module")
def ledger(several, tmp_path_factory):
    path = tmp_path_factory.mktemp("several") / "ledger.xlsx"
    write_ledger(several, path)
    return path


def keys(several):
    second, petitions, first = (plan.doc_id for plan in several.plans)
    return f"{first}/1", f"{first}/2", f"{second}/1", f"{petitions}/1"


def test_each_issue_says_which_inspection_it_is_of(several, ledger):
    book = read_book(ledger)
    old, _, new, petition = keys(several)
    assert "省生态环境保护督察" in value_at(book, "台账", old, None, "督察来源")
    assert "第三轮" in value_at(book, "台账", new, None, "督察来源")
    assert "第十二批" in value_at(book, "台账", petition, None, "督察来源")


def test_petitions_have_their_sheet_without_phone_numbers(several, ledger):
    row, other = read_book(ledger).tables["信访件"].rows
    assert other["是否属实"] == "不属实"
    petition = keys(several)[3]
    assert row["序号"] == petition
    told = {"受理编号": "D2JX202404120018", "批次": "第十二批", "行政区域": "浮梁县"}
    told |= {"污染类型": "水", "是否属实": "属实", "核实情况": "现场属实。"}
    assert {name: row[name] for name in told} == told
    assert row["办结状态"] is None
    assert row["关联问题序号"] == keys(several)[1]
    assert "三口塘水库" in row["点位"]
    for name, *_ in openpyxl.load_workbook(ledger)["台账"].iter_rows(values_only=True):
        assert "13800001111" not in str(name)
    cells = [
        str(cell)
        for sheet in openpyxl.load_workbook(ledger)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    ]
    assert not [cell for cell in cells if "13800001111" in cell]


def test_self_checks_stand_by_document(several, ledger):
    rows = read_book(ledger).tables["自检"].rows
    assert len(rows) == sum(len(plan.checks) for plan in several.plans) > 0
    assert {row["文件"] for row in rows} <= {plan.title for plan in several.plans}


def test_a_site_named_again_later_is_a_possible_rebound(several, ledger):
    book = read_book(ledger)
    old, water, new, petition = keys(several)
    assert "大山坞采石场又见于《景德镇市贯彻落实第三轮" in value_at(
        book, "台账", old, None, "可能反弹"
    )
    assert "信访件1" in value_at(book, "台账", water, None, "可能反弹")
    assert value_at(book, "台账", new, None, "可能反弹") == ""
    assert value_at(book, "台账", petition, None, "可能反弹") == ""
    assert entries_of(book) == ([], [])


def test_split_and_merge_keep_petitions_and_self_checks(ledger, tmp_path):
    whole = read_ledger(ledger)
    paths = []
    for name, part in split_ledger(whole).items():
        paths.append(tmp_path / f"{name}.xlsx")
        write_book(part, paths[-1])
        assert len(part.tables["信访件"].rows) == (name in {"浮梁县", "乐平市"})
    merged = merge_ledgers([read_ledger(path) for path in paths])
    for sheet in ("信访件", "自检", "台账"):
        assert len(merged.tables[sheet].rows) == len(whole.tables[sheet].rows)


def test_entries_of_one_plan_come_into_a_run_of_several_and_back(files, several, tmp_path):
    alone = run(files, "first.txt")
    write_ledger(alone, tmp_path / "alone.xlsx")
    book = openpyxl.load_workbook(tmp_path / "alone.xlsx")
    sheet = book["台账"]
    sheet.cell(row_of(sheet, 2), column(sheet, "整改进展"), "网箱已清理")
    sheet.cell(row_of(sheet, 2), column(sheet, "督办编号"), "督〔2024〕7号")
    book.save(tmp_path / "alone.xlsx")
    sign(tmp_path / "alone.xlsx", 1, DONE)
    notes = write_ledger(several, tmp_path / "all.xlsx", old=read_ledger(tmp_path / "alone.xlsx"))
    all_of_them = read_book(tmp_path / "all.xlsx")
    old, water, *_ = keys(several)
    assert value_at(all_of_them, "台账", water, None, "整改进展") == "网箱已清理"
    assert value_at(all_of_them, "台账", water, None, "督办编号") == "督〔2024〕7号"
    assert value_at(all_of_them, "台账", old, None, "进度状态") == "已销号"
    assert "待处理" not in all_of_them.tables
    assert any("已销号，可能反弹" in note and "大山坞采石场" in note for note in notes)
    write_ledger(alone, tmp_path / "back.xlsx", old=read_ledger(tmp_path / "all.xlsx"))
    assert value_at(read_book(tmp_path / "back.xlsx"), "台账", 2, None, "整改进展") == "网箱已清理"


def test_a_new_plan_over_a_closed_one_shows_the_rebound(files, tmp_path):
    write_ledger(run(files, "first.txt"), tmp_path / "old.xlsx")
    sign(tmp_path / "old.xlsx", 1, DONE)
    notes = write_ledger(
        run(files, "second.txt"), tmp_path / "new.xlsx", old=read_ledger(tmp_path / "old.xlsx")
    )
    said = value_at(read_book(tmp_path / "new.xlsx"), "台账", 1, None, "可能反弹")
    assert said == "大山坞采石场曾见于原台账已销号的问题1"
    assert any(said in note for note in notes)
