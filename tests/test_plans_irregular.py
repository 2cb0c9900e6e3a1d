"""What is irregular in real plans, each on sentences of a city that is in none of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geo_rectify.plans import checks, irregularity_label, read_plan
from geo_rectify.plans.wording import word_list
from geo_rectify.vocabulary import DocumentType

HEAD = """
沙洲市贯彻落实省生态环境保护
督察反馈意见整改方案

2024年5月8日，省督察组向我市反馈了督察意见，共{count}个问题。
一、指导思想
（一）坚持属地负责。到2025年底前见成效。
（二）坚持分类施策。
二、工作目标
（一）全面完成整改。
（二）质量持续巩固。
三、重点措施
（一）严格执法。
 附件
沙洲市督察反馈问题整改清单

一、统筹治理有差距
"""
PROBLEM = "（{number}）沙河口截污不力。沙河口3处排口溢流。\n"
GOAL = "整改目标：消除溢流。\n"
DEADLINE = "整改时限：2025年底。\n"
MEASURES = "整改措施：\n1．2024年底前，完成沙河口截污。〔责任单位：东岸区委、区政府〕\n"
ACCEPTANCE = "验收单位：市水利局。\n"


def plan_of(tmp_path, *issues, tail=""):
    text = HEAD.format(count=len(issues)) + "".join(issues) + tail
    path = tmp_path / "plan.txt"
    path.write_text(text, encoding="utf-8", newline="")
    return read_plan(path)


def issue_of(tmp_path, **parts):
    """Read one issue whose parts are the ordinary ones but for those given."""
    ordinary = {
        "problem": PROBLEM.format(number="一"),
        "goal": GOAL,
        "deadline": DEADLINE,
        "measures": MEASURES,
        "acceptance": ACCEPTANCE,
    }
    plan = plan_of(tmp_path, "".join((ordinary | parts).values()))
    assert len(plan.issues) == 1
    return plan.issues[0], plan


def test_ordinary_issue_has_nothing_odd(tmp_path):
    issue, plan = issue_of(tmp_path)
    assert issue.irregularities == ()
    assert [check.code for check in plan.checks] == ["issue_count_agrees"]


# of the document as a whole


def test_title_over_two_lines_after_an_empty_one(tmp_path):
    _, plan = issue_of(tmp_path)
    assert plan.title == "沙洲市贯彻落实省生态环境保护督察反馈意见整改方案"
    assert plan.text.startswith("\n沙洲市")


def test_end_of_file_without_line_feed_and_with_a_space(tmp_path):
    issue, plan = issue_of(tmp_path, acceptance="验收单位：市水利局。\n ")
    assert plan.text.endswith("。\n ")
    assert plan.text[issue.start : issue.end].endswith("市水利局。")


def test_numbers_of_the_introduction_make_no_issues(tmp_path):
    _, plan = issue_of(tmp_path)
    assert [(s.number, s.heading) for s in plan.sections] == [(1, "统筹治理有差距")]
    assert plan.text[plan.list_start :].startswith("一、统筹治理有差距")
    assert plan.issues[0].start > plan.list_start


def test_the_introduction_alone_has_no_issues(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(HEAD.partition("附件")[0], encoding="utf-8")
    plan = read_plan(path)
    assert plan.document_type is DocumentType.RECTIFICATION_PLAN
    assert "未识别到整改清单" in plan.reason
    assert plan.issues == ()
    assert plan.list_start is None


def test_section_numbers_recur_with_other_headings(tmp_path):
    body = PROBLEM + GOAL + DEADLINE + MEASURES + ACCEPTANCE
    plan = plan_of(tmp_path, body.format(number="一"), "二、监管不严\n" + body.format(number="二"))
    assert [s.heading for s in plan.sections] == ["统筹治理有差距", "监管不严"]
    assert [(i.number, i.section) for i in plan.issues] == [(1, 1), (2, 2)]


@pytest.mark.parametrize("marks", ["．．．", "...", "、、、", "．．."])
def test_marks_after_measure_numbers_may_mix(tmp_path, marks):
    lines = "".join(
        f"{n}{mark}2024年底前，完成沙河{n}段。〔责任单位：市水利局〕\n"
        for n, mark in enumerate(marks, start=1)
    )
    issue, _ = issue_of(tmp_path, measures="整改措施：\n" + lines)
    assert [measure.number for measure in issue.measures] == [1, 2, 3]
    assert [measure.number_raw[-1] for measure in issue.measures] == list(marks)
    assert all(measure.text.startswith("2024年底前") for measure in issue.measures)
    odd = {"．．．": [], "、、、": [], "...": ["measure_number_marks_ascii"]}
    assert list(issue.irregularities) == odd.get(marks, ["measure_number_marks_mixed"])


def test_measure_without_date_has_none_of_its_own(tmp_path):
    issue, _ = issue_of(tmp_path, measures="整改措施：\n1．加强巡查。〔责任单位：市水利局〕\n")
    assert issue.measures[0].deadlines == ()


# of one issue


def test_measure_without_number_on_its_own_line(tmp_path):
    issue, _ = issue_of(tmp_path, measures="整改措施：\n加强巡查。〔责任单位：市水利局〕\n")
    (measure,) = issue.measures
    assert (measure.position, measure.number, measure.text) == (1, None, "加强巡查。")
    assert issue.irregularities == ("measure_without_number:1",)


def test_measure_without_number_on_the_label_line(tmp_path):
    issue, _ = issue_of(tmp_path, measures="整改措施：加强巡查。〔责任单位：市水利局〕\n")
    assert [measure.text for measure in issue.measures] == ["加强巡查。"]
    assert issue.measures[0].units == ("市水利局",)


def test_word_residue_and_a_bracket_that_names_no_units(tmp_path):
    person = (
        "[bookmark: _Toc12]责任人：责任单位主要负责同志。"
        "〔责任单位主要负责人由市领导兼任的，为常务负责人〕\n"
    )
    issue, _ = issue_of(tmp_path, acceptance=person + ACCEPTANCE)
    assert issue.responsible_person.text == person.strip()
    assert issue.measures[-1].units == ("东岸区委", "东岸区政府")
    assert issue.acceptance.units[0].unit == "市水利局"
    assert "word_residue" in issue.irregularities


def test_long_name_with_its_short_one_and_no_full_stop(tmp_path):
    raw = "沙洲市整改工作领导小组办公室（以下简称市整改办）"
    issue, _ = issue_of(tmp_path, acceptance=f"验收单位：{raw}\n")
    assert [unit.unit for unit in issue.acceptance.units] == ["市整改办"]
    assert issue.acceptance.raw == raw
    assert {"acceptance_short_name", "acceptance_without_full_stop"} <= set(issue.irregularities)


def test_quoted_names_parted_by_a_space_stay_in_one_measure(tmp_path):
    line = "1．参加“聚才沙洲” “才汇江畔”等活动。〔责任单位：市人社局〕\n"
    issue, _ = issue_of(tmp_path, measures="整改措施：\n" + line)
    assert [measure.text for measure in issue.measures] == ["参加“聚才沙洲” “才汇江畔”等活动。"]


@pytest.mark.parametrize(
    ("words", "kind", "heading"),
    [
        ("沙河口截污不力。3处排口溢流。", "sentence", "沙河口截污不力。"),
        ("沙河口截污不力，3处排口溢流，下游发黑。", "clause", "沙河口截污不力"),
        (
            "督察发现，沙河口3处排口溢流，下游发黑。",
            "none",
            "督察发现，沙河口3处排口溢流，下游发黑。",
        ),
        (
            "《沙洲市水污染防治条例》规定，不得溢流，沙河口仍溢流。",
            "none",
            "《沙洲市水污染防治条例》规定，不得溢流，沙河口仍溢流。",
        ),
        (
            "沙洲市统筹治理有短板，有的部门责任不实，治水欠缺。",
            "none",
            "沙洲市统筹治理有短板，有的部门责任不实，治水欠缺。",
        ),
    ],
)
def test_thesis_of_a_problem(tmp_path, words, kind, heading):
    issue, _ = issue_of(tmp_path, problem=f"（一）{words}\n")
    assert (issue.heading_kind, issue.heading) == (kind, heading)
    codes = {"clause": "heading_is_clause", "none": "heading_missing"}
    assert issue.irregularities == ((codes[kind],) if kind in codes else ())


def test_immediate_issue_with_dated_measures(tmp_path):
    issue, _ = issue_of(tmp_path, deadline="整改时限：立行立改，长期坚持。\n")
    assert issue.deadline.date is None
    assert issue.deadline.immediate
    assert issue.deadline.long_term
    assert issue.irregularities == ("immediate_but_measures_dated:1",)


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("立即停止倾倒。", "measure_immediate:1"),
        ("每年检查不少于10家。", "measure_recurring:1"),
        ("定期清疏管网。", "measure_recurring:1"),
        ("于规定时间划转资产。", "measure_vague_time:1"),
        ("自2025年1月起，按月监测。", "measure_from_date:1"),
        ("2025年3月底完成安装70%，2025年9月底前试运行。", "measure_two_deadlines:1"),
        ("2025年3月底完成安装70%。", "measure_milestone:1"),
        ("2025底前，完成回头看。", "measure_year_mark_missing:1"),
        ("2024年6月底前，落实禁放并长期坚持。", "measure_dated_and_long_term:1"),
        ("便道用地手续于2024年9月到期，责令复绿。", "measure_date_is_fact:1"),
        ("落实《2024年执法计划》。", "measure_date_in_title:1"),
        ("2024年3月底前，撤销登记。", "measure_before_feedback:1"),
        ("2026年6月底前，完成绿化。", "measure_after_issue_deadline:1"),
        ("9月底前，完成绿化。", "measure_year_inferred:1"),
    ],
)
def test_codes_of_measures(tmp_path, sentence, code):
    line = f"整改措施：\n1．{sentence}〔责任单位：市水利局〕\n"
    issue, _ = issue_of(tmp_path, measures=line)
    assert code in issue.irregularities
    assert issue.measures[0].text == sentence


@pytest.mark.parametrize("sentence", ["实行每日报告制、每周通报制。", "不定时抽查。"])
def test_names_of_systems_are_not_recurring(tmp_path, sentence):
    line = f"整改措施：\n1．{sentence}〔责任单位：市水利局〕\n"
    issue, _ = issue_of(tmp_path, measures=line)
    assert not issue.measures[0].recurring


@pytest.mark.parametrize(
    ("raw", "date", "code"),
    [
        ("2025年底", "2025-12-31", "deadline_without_full_stop"),
        ("2025年9月，并长期坚持。", "2025-09-30", "deadline_month_without_end"),
        ("2025年9月，并长期坚持。", "2025-09-30", "deadline_dated_and_long_term"),
        ("按计划推进。", None, "deadline_unread"),
        ("已完成，长期坚持。", None, "deadline_says_done"),
    ],
)
def test_codes_of_deadlines(tmp_path, raw, date, code):
    issue, _ = issue_of(tmp_path, deadline=f"整改时限：{raw}\n")
    assert (issue.deadline.date and issue.deadline.date.isoformat()) == date
    assert code in issue.irregularities


def test_old_deadline_in_the_problem_is_not_the_issues(tmp_path):
    words = "（一）沙河口未截污。省里要求到2017年底前建成，方案明确时限为2022年底，至今未动工。\n"
    issue, _ = issue_of(tmp_path, problem=words)
    assert issue.deadline.date.isoformat() == "2025-12-31"
    assert issue.irregularities == ("problem_names_deadline",)
    assert issue.measures[0].deadlines[0].date.isoformat() == "2024-12-31"


def test_one_measure_with_several_sites_stays_one(tmp_path):
    line = (
        "1．2024年底前，责令甲厂改造车间；乙厂拆除烘干机；丙厂增加风管。"
        "丁厂立即停产。〔责任单位：东岸区委、区政府〕\n"
    )
    issue, _ = issue_of(tmp_path, measures="整改措施：\n" + line)
    assert len(issue.measures) == 1
    assert issue.measures[0].text.endswith("丁厂立即停产。")


def test_acceptance_gives_a_measure_twice(tmp_path):
    lines = "".join(f"{n}．修复第{n}段。〔责任单位：市水利局〕\n" for n in range(1, 6))
    raw = "市整改办负责第1、5条措施，市住建局负责第2-4条措施、市水利局负责4-5条措施。"
    issue, plan = issue_of(
        tmp_path, measures="整改措施：\n" + lines, acceptance=f"验收单位：{raw}\n"
    )
    given = {unit.unit: unit.measures for unit in issue.acceptance.units}
    assert given == {"市整改办": (1, 5), "市住建局": (2, 3, 4), "市水利局": (4, 5)}
    assert {"acceptance_measure_twice:4,5", "acceptance_ordinal_missing"} <= set(
        issue.irregularities
    )
    assert [c.issue for c in plan.checks if c.code == "measure_accepted_twice"] == [1, 1]


def test_acceptance_leaves_a_measure_out_and_names_one_that_is_not(tmp_path):
    lines = "".join(f"{n}．修复第{n}段。〔责任单位：市水利局〕\n" for n in range(1, 4))
    issue, plan = issue_of(
        tmp_path,
        measures="整改措施：\n" + lines,
        acceptance="验收单位：市整改办负责第1条，市住建局负责第2、6条。\n",
    )
    assert "acceptance_measure_left_out:3" in issue.irregularities
    codes = {check.code for check in plan.checks}
    assert {"measure_not_accepted", "acceptance_unknown_measure"} <= codes


def test_name_with_a_bracket_inside_is_no_unit_list(tmp_path):
    line = "1．2024年底前，划定石桥（清水河）水源保护区。〔责任单位：市水利局〕\n"
    issue, _ = issue_of(tmp_path, measures="整改措施：\n" + line)
    assert issue.measures[0].text == "2024年底前，划定石桥（清水河）水源保护区。"
    assert issue.measures[0].units == ("市水利局",)


def test_bracket_in_the_problem_and_years_of_a_title(tmp_path):
    words = (
        "（一）采石点未修复。遗留采石点27处，遍及9个乡（镇、街道），"
        "《沙洲市矿产规划（2016-2020年）》未落实。\n"
    )
    line = "1．2024年底前，完成27个采石点修复。〔责任单位：东岸区委、区政府〕\n"
    issue, _ = issue_of(tmp_path, problem=words, measures="整改措施：\n" + line)
    assert issue.problem.text.endswith("未落实。")
    assert [(f.value, f.unit) for f in issue.figures] == [(27, "处"), (9, "个"), (27, "个")]
    assert issue.irregularities == ()


def test_prefecture_government_without_a_place_name(tmp_path):
    line = "1．推动砖厂搬迁。〔责任单位：市政府，东岸区委、区政府〕\n"
    issue, _ = issue_of(tmp_path, measures="整改措施：\n" + line)
    assert issue.measures[0].units == ("市政府", "东岸区委", "东岸区政府")


def test_first_sentence_undated_and_second_dated(tmp_path):
    line = "1．作坊停止生产、养殖退出。2025年底前，原地块按规划建设。〔责任单位：市林业局〕\n"
    issue, _ = issue_of(tmp_path, measures="整改措施：\n" + line)
    assert [d.raw for d in issue.measures[0].deadlines] == ["2025年底前"]


def test_every_code_has_words_and_all_words_a_code():
    source = Path(checks.__file__).read_text(encoding="utf-8")
    labels = word_list("irregularities")
    for code in labels:
        assert f'"{code}"' in source
    for code in re.findall(r'yield (?:from _with\()?"([a-z_]+)"|\*\(\["([a-z_]+)"\]', source):
        assert max(code) in labels
    for code in re.findall(r'^        "([a-z_]+)": lambda', source, flags=re.MULTILINE):
        assert code in labels


def test_words_of_a_code():
    assert irregularity_label("measure_two_deadlines:3,4") == "一条措施有多个时限（第3、4条措施）"
    assert irregularity_label("goal_missing") == "没有整改目标"
    assert irregularity_label("unheard_of") == "unheard_of"


# of a plan against itself


def test_stated_number_of_issues_differs(tmp_path):
    body = PROBLEM + GOAL + DEADLINE + MEASURES + ACCEPTANCE
    path = tmp_path / "plan.txt"
    path.write_text(HEAD.format(count=3) + body.format(number="一"), encoding="utf-8")
    check = read_plan(path).checks[0]
    assert (check.code, check.issue) == ("issue_count_differs", None)
    assert "3" in check.message
    assert "1" in check.message


@pytest.mark.parametrize(
    ("printed", "numbers", "code"),
    [
        ("一 二 四", [1, 2, 4], "issue_number_gap"),
        ("一 二 二", [1, 2, 3], "issue_number_repeated"),
        ("一 二 一", [1, 2, 3], "issue_number_repeated"),
    ],
)
def test_issue_numbers(tmp_path, printed, numbers, code):
    body = PROBLEM + GOAL + DEADLINE + MEASURES + ACCEPTANCE
    plan = plan_of(tmp_path, *(body.format(number=number) for number in printed.split()))
    assert [issue.number for issue in plan.issues] == numbers
    assert [issue.number_raw for issue in plan.issues] == [f"（{n}）" for n in printed.split()]
    assert code in {check.code for check in plan.checks}


def test_measure_numbers_with_a_gap_and_a_measure_without_units(tmp_path):
    lines = "1．修复。〔责任单位：市水利局〕\n3．绿化。\n"
    issue, plan = issue_of(tmp_path, measures="整改措施：\n" + lines)
    assert [measure.number for measure in issue.measures] == [1, 3]
    codes = [check.code for check in plan.checks]
    assert {"measure_number_gap", "measure_without_units"} <= set(codes)


@pytest.mark.parametrize("part", ["goal", "deadline", "measures", "acceptance"])
def test_missing_part_is_said(tmp_path, part):
    issue, plan = issue_of(tmp_path, **{part: ""})
    assert getattr(issue, part) in (None, ())
    assert f"{part}_missing" in issue.irregularities
    assert f"{part}_missing" in {check.code for check in plan.checks}


def test_issue_without_goal_label_is_still_an_issue(tmp_path):
    body = PROBLEM + GOAL + DEADLINE + MEASURES + ACCEPTANCE
    bare = "（二）北山堆场扬尘。\n" + ACCEPTANCE
    plan = plan_of(tmp_path, body.format(number="一"), bare, body.format(number="三"))
    assert [issue.number for issue in plan.issues] == [1, 2, 3]
    assert plan.issues[1].measures == ()


# layouts


def test_units_labelled_once_hold_for_all_measures(tmp_path):
    lines = "1．修复。\n2．绿化。\n责任单位：东岸区委、区政府\n"
    issue, _ = issue_of(tmp_path, measures="整改措施：\n" + lines)
    assert [measure.units for measure in issue.measures] == [("东岸区委", "东岸区政府")] * 2
    assert issue.measures[1].text == "绿化。"


def test_units_labelled_after_each_measure_stay_with_it(tmp_path):
    lines = "1．修复。责任单位：市水利局\n2．绿化。\n责任单位：市林业局\n"
    issue, _ = issue_of(tmp_path, measures="整改措施：\n" + lines)
    assert [measure.units for measure in issue.measures] == [("市水利局",), ("市林业局",)]


def test_measures_run_on_in_one_paragraph(tmp_path):
    line = "整改措施：1．修复4.5公里。〔责任单位：市水利局〕2．绿化2处。〔责任单位：市林业局〕\n"
    issue, _ = issue_of(tmp_path, measures=line)
    assert [(m.number, m.text) for m in issue.measures] == [(1, "修复4.5公里。"), (2, "绿化2处。")]
    assert [m.units for m in issue.measures] == [("市水利局",), ("市林业局",)]


def test_labels_run_on_in_one_paragraph(tmp_path):
    issue, _ = issue_of(tmp_path, goal="", deadline="整改目标：消除溢流。整改时限：2025年6月底。\n")
    assert issue.goal.text == "消除溢流。"
    assert issue.deadline.date.isoformat() == "2025-06-30"


def test_issues_without_printed_numbers(tmp_path):
    """Word numbers lists by itself; such numbers are in no text."""
    rest = GOAL + DEADLINE + "整改措施：\n修复。〔责任单位：市水利局〕\n" + ACCEPTANCE
    text = "沙洲市整改清单\n沙河口截污不力。\n" + rest + "北山堆场扬尘。\n" + rest
    path = tmp_path / "plan.txt"
    path.write_text(text, encoding="utf-8")
    plan = read_plan(path)
    assert [(i.number, i.problem.text) for i in plan.issues] == [
        (1, "沙河口截污不力。"),
        (2, "北山堆场扬尘。"),
    ]
    assert all("issue_without_number" in issue.irregularities for issue in plan.issues)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "沙洲市生态文明建设\n情况报告\n\n近年来，取得成效。\n一、进展\n1、整治。",
            "progress_report",
        ),
        ("沙洲市督察整改方案落实情况\n\n一、已完成。", "progress_report"),
        ("关于沙河口问题整改销号的公示\n\n现予以公示。", "notice"),
        ("沙洲市群众信访举报件边督边改一览表\n\n受理编号\t是否属实", "petition_table"),
        ("沙河清了\n\n本报讯（记者 某某）记者从市里获悉。", "news"),
        ("会议记录\n\n今天开会。", "other"),
        ("沙洲市督察反馈意见整改方案\n\n一、指导思想", "rectification_plan"),
    ],
)
def test_document_types(tmp_path, text, kind):
    path = tmp_path / "document.txt"
    path.write_text(text, encoding="utf-8")
    plan = read_plan(path)
    assert plan.document_type.value == kind
    assert plan.reason
    assert plan.issues == ()


def test_report_with_labels_has_no_issues(tmp_path):
    body = (PROBLEM + GOAL + DEADLINE + MEASURES + ACCEPTANCE).format(number="一")
    path = tmp_path / "report.txt"
    path.write_text("沙洲市督察反馈意见整改情况报告\n\n" + body, encoding="utf-8")
    plan = read_plan(path)
    assert plan.document_type is DocumentType.PROGRESS_REPORT
    assert plan.issues == ()


def test_notice_that_hands_on_a_plan_is_a_plan(tmp_path):
    body = (PROBLEM + GOAL + DEADLINE + MEASURES + ACCEPTANCE).format(number="一")
    path = tmp_path / "notice.txt"
    path.write_text("关于印发沙洲市整改方案的通知\n\n" + body, encoding="utf-8")
    assert len(read_plan(path).issues) == 1
