"""The ledger: a row an issue, a row a measure, states from dates alone."""

from __future__ import annotations

import dataclasses
import datetime as dt

import openpyxl
import pandas as pd
import pytest

from geo_rectify.errors import OutputError
from geo_rectify.models import IssueDeadline, Measure, MeasureDeadline
from geo_rectify.outputs.ledger import (
    Progress,
    Step,
    issue_standing,
    measure_standing,
    write_ledger,
)
from geo_rectify.settings import Settings
from geo_rectify.vocabulary import DEMO_MARK, DeadlineKind
from tests.factories import AS_OF, FORMULA, LONG, SITE_IDS, make_assessment, make_plan

DAY = dt.date(2024, 3, 31)
LATER = dt.date(2024, 12, 31)
EARLIER = dt.date(2023, 12, 31)


def measure(*dates, kind=DeadlineKind.BY, **more):
    deadlines = tuple(
        MeasureDeadline(raw="", start=0, end=0, date=date, kind=kind) for date in dates
    )
    return Measure(position=1, number=1, text="", start=0, end=0, deadlines=deadlines, **more)


def issue(*measures, **deadline):
    found = IssueDeadline(raw="", start=0, end=0, **deadline) if deadline else None
    return dataclasses.replace(make_plan().issues[0], deadline=found, measures=measures)


@pytest.mark.parametrize(
    ("own", "whole", "words", "state"),
    [
        (measure(EARLIER), {"date": LATER}, "2023-12-31", Progress.DUE_UNREPORTED),
        (measure(DAY), {"date": LATER}, "2024-03-31", Progress.DUE_UNREPORTED),
        (measure(LATER), {"date": EARLIER}, "2024-12-31", Progress.NOT_DUE),
        (measure(LATER, EARLIER), {}, "2023-12-31；2024-12-31", Progress.DUE_UNREPORTED),
        (
            measure(EARLIER, kind=DeadlineKind.MILESTONE),
            {"date": LATER},
            "2023-12-31",
            Progress.DUE_UNREPORTED,
        ),
        (
            measure(EARLIER, kind=DeadlineKind.FROM),
            {"date": LATER},
            "2023-12-31起；承问题时限：2024-12-31",
            Progress.NOT_DUE,
        ),
        (measure(), {"date": EARLIER}, "承问题时限：2023-12-31", Progress.DUE_UNREPORTED),
        (
            measure(),
            {"immediate": True, "long_term": True},
            "承问题时限：立行立改，长期坚持",
            Progress.LONG_TERM,
        ),
        (
            measure(),
            {"date": EARLIER, "long_term": True},
            "承问题时限：2023-12-31，长期坚持",
            Progress.LONG_TERM,
        ),
        (measure(EARLIER), {"long_term": True}, "2023-12-31", Progress.DUE_UNREPORTED),
        (measure(), {"immediate": True}, "承问题时限：立行立改", Progress.DUE_UNREPORTED),
        (measure(), {}, "未载明", None),
    ],
)
def test_measures(own, whole, words, state):
    found = measure_standing(own, issue(own, **whole), as_of=DAY)
    assert (found.words, found.state) == (words, state)
    assert found.inherited == ("承问题时限" in words)


def test_nobody_but_people_sets_the_other_states():
    ours = {Progress.DUE_UNREPORTED, Progress.NOT_DUE, Progress.LONG_TERM, None}
    plan = make_plan()
    for day in (EARLIER, DAY, LATER, dt.date(2030, 1, 1)):
        for each in plan.issues:
            assert issue_standing(each, as_of=day).state in ours
            for own in each.measures:
                assert measure_standing(own, each, as_of=day).state in ours


def test_an_issue_is_as_pressing_as_its_most_pressing_measure():
    quiet = measure(LATER)
    assert issue_standing(issue(quiet, date=LATER), as_of=DAY).state is Progress.NOT_DUE
    late = measure(EARLIER)
    assert (
        issue_standing(issue(quiet, late, date=LATER), as_of=DAY).state is Progress.DUE_UNREPORTED
    )
    assert issue_standing(issue(measure(), long_term=True), as_of=DAY).state is Progress.LONG_TERM


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    made = tmp_path_factory.mktemp("ledger") / "ledger.xlsx"
    write_ledger(make_assessment(), made)
    return made


def sheet(path, name):
    return pd.read_excel(path, sheet_name=name, header=2)


def test_sheets_and_page_setup(path):
    book = openpyxl.load_workbook(path)
    seen = [each.title for each in book if each.sheet_state == "visible"]
    assert seen == ["台账", "措施", "信访件", "点位", "判定", "核对", "自检", "未定位"]
    first = book["台账"]
    assert first.page_setup.paperSize == 8
    assert first.page_setup.orientation == "landscape"
    assert first.page_setup.fitToHeight == 0
    assert first.print_title_rows == "$1:$3"
    for name in seen:
        each = book[name]
        assert each.freeze_panes is not None
        assert each.auto_filter.ref is not None
        assert make_plan().doc_id in each["A2"].value
    chosen = [each for each in first.data_validations.dataValidation if each.type == "list"]
    hinted = [each for each in first.data_validations.dataValidation if each.type != "list"]
    assert [each.promptTitle for each in hinted] == [step.word for step in Step]
    assert all("日" in each.prompt and "经办人" in each.prompt for each in hinted)
    listed = {name for each in chosen for name in each.formula1.strip('"').split(",")}
    assert {state.value for state in Progress} <= listed


def test_one_row_an_issue(path):
    table = sheet(path, "台账")
    assert list(table.columns) == [
        *("序号", "督察来源", "问题类别", "反馈问题", "整改目标", "整改时限", "整改措施"),
        *("措施时限", "牵头单位", "责任单位", "责任人", "属地", "验收单位", "整改进展"),
        *("进度状态", "存在困难", "佐证材料", "点位数", "管控区判定", "初审", "申请", "核实"),
        *("公开起止", "核准", "问效（日期·经办人·材料）", "备注"),
        "可能反弹",
    ]
    assert list(table["序号"]) == [1, 2, 3]
    one, two, three = table.to_dict("records")
    assert one["整改措施"].count("\n") == 2
    assert one["措施时限"].splitlines() == [
        "1．2023-12-31；2024-06-30",
        "2．承问题时限：2024-12-31",
        "3．承问题时限：2024-12-31",
    ]
    assert one["牵头单位"] == "市自然资源规划局"
    assert one["责任人"] == "赵某某"
    assert one["属地"] == "乐平市"
    assert one["验收单位"] == "市自然资源规划局（措施1、2）；市林业局（措施3）"
    assert one["点位数"] == 6
    assert "疑似压占（需现场核实）：1处" in one["管控区判定"]
    assert "含计数点群86处" in one["管控区判定"]
    assert [row["进度状态"] for row in (one, two, three)] == ["时限已到未填报"] * 3
    assert two["点位数"] == 2
    assert LONG in three["反馈问题"]


def test_one_row_a_measure(path):
    table = sheet(path, "措施")
    assert len(table) == 6
    states = dict(
        zip(zip(table["序号"], table["措施序号"], strict=True), table["进度状态"], strict=True)
    )
    assert states == {
        (1, 1): "时限已到未填报",
        (1, 2): "未到期",
        (1, 3): "未到期",
        (2, 1): "时限已到未填报",
        (2, 2): "长期坚持",
        (3, 1): "时限已到未填报",
    }
    assert table["时限提示"].iloc[3] == "2024-03-31当日到期"
    assert table["验收单位"].iloc[2] == "市林业局"


def test_the_other_sheets(path):
    sites = sheet(path, "点位").set_index("site_id")
    assert len(sites) == 10
    assert sites.loc[SITE_IDS["surveyed"], "经度"] == "117°06′00.0″"
    assert sites.loc[SITE_IDS["township"], "经度"] == "117°13′"
    assert pd.isna(sites.loc[SITE_IDS["county"], "经度"])
    assert sites.loc[SITE_IDS["counted"], "数量"] == 86
    assert sites.loc[SITE_IDS["counted"], "方案面积（亩）"] == 1200
    findings = sheet(path, "判定")
    assert len(findings) == 90
    hit = findings[findings["判定"].str.startswith("疑似压占")].iloc[0]
    assert round(hit["压占面积（公顷）"] * 15, 6) == round(hit["压占面积（亩）"], 6)
    assert list(sheet(path, "核对")["结果"]) == ["一致", "不一致", "无法判定"]
    assert len(sheet(path, "未定位")) == 4


def test_nothing_is_a_formula(path):
    book = openpyxl.load_workbook(path)
    seen = False
    for each in book:
        for row in each.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                if isinstance(cell.value, str):
                    assert not cell.value.startswith(("=", "+", "-", "@"))
                    seen = seen or cell.value == f"'{FORMULA}"
    assert seen


def test_the_same_bytes_twice_and_the_demos_mark(path, tmp_path):
    write_ledger(make_assessment(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()
    demo = make_assessment(settings=Settings(as_of=AS_OF, demo=True))
    write_ledger(demo, tmp_path / "demo.xlsx")
    for name in ("台账", "措施", "信访件", "点位", "判定", "核对", "自检", "未定位"):
        each = openpyxl.load_workbook(tmp_path / "demo.xlsx")[name]
        assert DEMO_MARK in each["A1"].value


def test_issues_without_a_place_say_so(tmp_path):
    run = make_assessment()
    bare = dataclasses.replace(run, sites=run.sites[run.sites["issue_numbers"] != "3"])
    write_ledger(bare, tmp_path / "ledger.xlsx")
    assert sheet(tmp_path / "ledger.xlsx", "台账")["管控区判定"].iloc[2] == "不涉及具体点位"


def test_a_ledger_that_cannot_be_written(tmp_path):
    with pytest.raises(OutputError, match="请先关闭"):
        write_ledger(make_assessment(), tmp_path / "absent" / "ledger.xlsx")


_END_OF_SEPTEMBER = {
    *("12.1", "14.1", "22.1", "22.4", "26.1"),
    *("32.1", "32.2", "32.3", "37.1"),
}


@pytest.mark.real_plans
@pytest.mark.parametrize(
    ("day", "due", "past", "issues"),
    [  # read by eye from the plan's text
        (dt.date(2023, 6, 30), {"30.1"}, {"35.1"}, set()),
        (dt.date(2023, 9, 30), _END_OF_SEPTEMBER, {"30.1", "35.1"}, {32}),
        (
            dt.date(2023, 10, 31),
            {"4.6", "8.1", "22.2", "40.3"},
            _END_OF_SEPTEMBER | {"30.1", "35.1"},
            {32},
        ),
    ],
    ids=lambda value: "" if isinstance(value, set) else str(value),  # sets have no order
)
def test_what_is_due_on_a_day_in_the_real_plan(real_plans, day, due, past, issues):
    from geo_rectify.plans import read_plan

    plan = read_plan(real_plans / "jingdezhen_2023_rectification_plan.txt")
    found_due, found_past = set(), set()
    for each in plan.issues:
        for own in each.measures:
            standing = measure_standing(own, each, as_of=day)
            if standing.state is Progress.DUE_UNREPORTED:
                assert not standing.inherited or each.number == 32
                come = min(standing.due)
                (found_due if come == day else found_past).add(f"{each.number}.{own.position}")
    assert found_due == due
    assert found_past == past
    alone = {
        each.number
        for each in plan.issues
        if issue_standing(each, as_of=day, alone=True).state is Progress.DUE_UNREPORTED
    }
    assert alone == issues
