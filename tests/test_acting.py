"""The day of an act, the law of that day beside today's, and rules of the user's own."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

import geo_rectify
from geo_rectify.errors import RulesError
from geo_rectify.findings import ActBasis, act_date, load_rules, own_rules
from geo_rectify.findings.records import Rule
from geo_rectify.models import Passage
from geo_rectify.outputs.reports import build_report
from geo_rectify.settings import Settings
from geo_rectify.vocabulary import ZoneClass
from tests.factories import make_assessment, make_plan
from tests.test_cli import PLAN
from tests.test_reports_building import texts

AS_OF = dt.date(2026, 9, 1)
INSPECTED = "按照要求，2023年4月10日至5月4日，省督察组开展督察。2022年1月印发方案。\n"


def dated(problem, front=""):
    plan = make_plan()
    issue = dataclasses.replace(
        plan.issues[0], problem=Passage(text=problem, start=0, end=len(problem))
    )
    text = front + plan.text
    return act_date(issue, dataclasses.replace(plan, text=text, list_start=len(front)), as_of=AS_OF)


@pytest.mark.parametrize(
    ("problem", "day", "words"),
    [
        ("2022年10月再次新建46台坩埚。", (2022, 10, 31), "2022年10月"),
        ("2019年建成，2021年3月5日现场检查时仍在生产。", (2021, 3, 5), "2021年3月5日"),
        ("2021年某公司擅自开采。", (2021, 12, 31), "2021年"),
        ("2026年擅自开采。", (2026, 9, 1), "2026年"),
        ("2022年6月底前应完成，2021年仍未建。", (2021, 12, 31), "2021年"),
        ("按《目录（2019年本）》和《2022年计划》，2020年2月关停。", (2020, 2, 29), "2020年2月"),
    ],
)
def test_days_of_the_problems_text(problem, day, words):
    found = dated(problem, front=INSPECTED)
    assert (found.day, found.basis, found.words) == (dt.date(*day), ActBasis.PROBLEM, words)


@pytest.mark.parametrize(
    "problem",
    [
        "未完成修复。",
        "2024年底前应完成。",
        "2022年度登记企业3家。",
        "2030年达标。",
        "《2020年规划》未落实。",
    ],
)
def test_without_one_the_inspections_day_then_that_of_the_run(problem):
    found = dated(problem, front=INSPECTED)
    assert (found.day, found.basis) == (dt.date(2023, 4, 10), ActBasis.INSPECTION)
    assert found.words == "2023年4月10日"
    bare = dated(problem)
    assert (bare.day, bare.basis, bare.words) == (AS_OF, ActBasis.AS_OF, "")
    assert act_date(None, None, as_of=AS_OF).basis is ActBasis.AS_OF


def rule(name, *, checked=True, **days):
    return Rule(
        rule_id=name,
        classes=(ZoneClass.RED_LINE,),
        title=name,
        article="第一条",
        substance="内容。",
        source="公报",
        confidence="高",
        checked_on=dt.date(2026, 8, 20) if checked else None,
        **days,
    )


def test_an_act_of_2024_cites_the_law_of_2024_beside_todays():
    run = make_assessment(settings=Settings(as_of=AS_OF))
    problem = Passage(text="2024年5月仍在开采。", start=0, end=11)
    issues = tuple(dataclasses.replace(each, problem=problem) for each in run.plan.issues)
    law = (
        rule("旧法", valid_to=dt.date(2026, 8, 14)),
        rule("新法", valid_from=dt.date(2026, 8, 15)),
        rule("未核旧法", checked=False, valid_to=dt.date(2026, 8, 14)),
        rule("未核新法", checked=False, valid_from=dt.date(2026, 8, 15)),
    )
    run = dataclasses.replace(run, plans=(dataclasses.replace(run.plan, issues=issues),), rules=law)
    report = build_report(run)
    annex = [one for one in report.sections if one.heading.startswith("附表5")]
    body = texts(
        dataclasses.replace(
            report, sections=tuple(one for one in report.sections if one not in annex)
        )
    )
    wanted = (
        "当时依据（行为日期2024-05-31，据问题原文“2024年5月”）：旧法第一条：内容。"
        "现行依据（2026-09-01）：新法第一条：内容"
    )
    assert wanted in body
    assert "未核" not in body.replace("未核对", "")
    listed = texts(dataclasses.replace(report, sections=tuple(annex)))
    assert "2024-05-31（问题原文“2024年5月”）" in listed
    assert "旧法第一条、未核旧法第一条（未核对）" in listed
    assert "新法第一条、未核新法第一条（未核对）" in listed


OWN = """
[[rule]]
rule_id = "red_line_142"
classes = ["red_line"]
title = "自然资发〔2022〕142号"
substance = "本单位核对后的文字。"
source = "本单位"
confidence = "高"
checked_on = 2026-09-01

[[rule]]
rule_id = "own_1"
classes = ["water_1"]
title = "某市条例"
article = "第二条"
substance = "一级保护区内不得堆放。"
source = "本单位"
confidence = "高"
"""


def test_own_rules_replace_in_place_and_add_at_the_end(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(OWN, encoding="utf-8")
    found = own_rules(path)
    shipped = load_rules()
    assert [each.rule_id for each in found] == [*(each.rule_id for each in shipped), "own_1"]
    mine = next(each for each in found if each.rule_id == "red_line_142")
    assert mine.substance == "本单位核对后的文字。"
    assert mine.checked_on == dt.date(2026, 9, 1)
    kept = [each for each in found if each.rule_id not in {"red_line_142", "own_1"}]
    assert kept == [each for each in shipped if each.rule_id != "red_line_142"]


def test_a_run_takes_own_rules_and_tells_their_faults(tmp_path):
    plan, path = tmp_path / "plan.txt", tmp_path / "rules.toml"
    plan.write_text(PLAN, encoding="utf-8")
    path.write_text(OWN, encoding="utf-8")
    run = geo_rectify.assess(plan, rules=path, settings=Settings(as_of=AS_OF))
    assert run.rules == own_rules(path)
    path.write_text(OWN.replace("water_1", "water_9"), encoding="utf-8")
    with pytest.raises(RulesError, match="water_9"):
        geo_rectify.assess(plan, rules=path, settings=Settings(as_of=AS_OF))
