"""The report's content: structure, counts that equal the run's tables, honest words."""

from __future__ import annotations

import dataclasses
import re

import pytest

from geo_rectify.crs import area_m2
from geo_rectify.models import Passage, issue_key
from geo_rectify.outputs.reports import build_report
from geo_rectify.outputs.reports import sites as report_sites
from geo_rectify.outputs.reports.model import Page, Paragraph, Picture, Report, Table
from geo_rectify.outputs.reports.wording import (
    area_words,
    percent,
    plain,
    quote,
    quote_around,
    subject_of,
)
from geo_rectify.settings import Settings
from geo_rectify.tables import CLAIMS, UNLOCATED, frame_of
from geo_rectify.vocabulary import DEMO_MARK, SCHEMATIC_MARK, DocumentType, Sensitivity, Verdict
from tests.factories import AS_OF, SITE_IDS, make_assessment, make_layers

FORBIDDEN = ("合规", "违法", "无冲突")
HEADINGS = [
    "一、核查概况",
    "二、依据与数据",
    "三、套合结果",
    "四、方案表述核对",
    "五、需现场核实事项",
    "六、处置建议（人工填写）",
    "七、局限说明",
    "附表1 疑似问题图斑核查表",
    "附表2 未定位点位",
    "附表3 未划定与未比对",
    "附表4 图层",
    "附表5 待法制审核条款",
    "附图 问题点位分布图",
]
ANNEX_1 = [
    "序号",
    "图斑编号",
    "问题序号",
    "县",
    "乡镇村",
    "点位名称",
    "经度（度分秒）",
    "纬度（度分秒）",
    "定位精度",
    "管控区类型",
    "名称",
    "功能区",
    "图斑面积（公顷）",
    "压占面积（公顷）",
    "压占面积（亩）",
    "占比",
    "判定",
    "活动类型",
    "始建时间※",
    "审批手续※",
    "划定前是否已存在※",
    "核查情况※",
    "处理意见※",
    "责任单位",
    "时限",
    "核查人※",
    "照片※",
]


def table(report: Report, *titles: str) -> Table:
    """Give the one table with these headings among its own."""
    found = [
        one
        for one in report.tables()
        if set(titles) <= {column.title for column in one.columns} and not one.card
    ]
    assert len(found) == 1, [one.caption for one in found]
    return found[0]


def texts(report: Report) -> str:
    parts = [report.title, report.subtitle, report.mark, report.provenance]
    for section in report.sections:
        parts.append(section.heading)
        for block in section.blocks:
            if isinstance(block, Paragraph):
                parts.append(block.text)
            elif isinstance(block, Picture):
                parts += [block.caption, block.alt]
            else:
                parts += [block.caption, block.note]
                parts += [column.title for column in block.columns]
                parts += [cell for row in block.rows for cell in row]
    return "\n".join(parts)


@pytest.fixture(scope="module")
def report() -> Report:
    return build_report(make_assessment())


def test_sections_stand_in_order(report):
    assert [one.heading for one in report.sections if one.level == 1] == HEADINGS
    assert report.title == "某市省生态环境保护督察反馈问题与生态保护红线等管控区套合分析报告"


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("某市贯彻落实省生态环境保护督察报告整改方案", "某市省生态环境保护督察"),
        ("甲县中央生态环境保护督察反馈意见整改方案", "甲县中央生态环境保护督察"),
        ("乙市2024年省级警示片披露问题整改方案（公开稿）", "乙市2024年省级警示片"),
        ("关于丙市“回头看”及专项督察反馈问题整改工作实施方案", "丙市回头看及专项督察"),
        ("丁区水污染防治情况", "丁区水污染防治情况"),
        ("整改方案", "整改方案"),
    ],
)
def test_subject_comes_from_the_title(title, subject):
    assert subject_of(title) == subject


def test_every_issue_is_listed(report):
    rows = table(report, "问题（原文节录）", "最重判定").rows
    run = make_assessment()
    assert [row[0] for row in rows] == [str(issue.number) for issue in run.plan.issues]
    for row, issue in zip(rows, run.plan.issues, strict=True):
        assert row[1] == f"“{issue.heading}”"
        named = sum(str(issue.number) == cell for cell in run.sites["issue_numbers"])
        assert row[4] == str(named)
    assert rows[0][5] == "疑似压占（需现场核实）"


def test_issue_without_a_place_says_so():
    run = make_assessment()
    kept = run.sites["issue_numbers"] != "3"
    gone = set(run.sites.loc[~kept, "site_id"])
    bare = dataclasses.replace(
        run,
        sites=run.sites[kept],
        findings=run.findings[~run.findings["site_id"].isin(gone)],
        unlocated=run.unlocated[~run.unlocated["site_id"].isin(gone)],
        mentions=tuple(one for one in run.mentions if one.site_id not in gone),
    )
    last = table(build_report(bare), "问题（原文节录）", "最重判定").rows[-1]
    assert last[4:] == ("—", "不涉及具体点位")


def test_conclusions_count_the_findings(report):
    run = make_assessment()
    made = table(report, "疑似压占", "未比对")
    counts = run.findings["verdict"].value_counts()
    totals = [sum(int(row[column]) for row in made.rows) for column in range(1, 8)]
    assert totals[0] == counts[Verdict.CONFLICT]
    assert totals[1] + totals[2] == counts[Verdict.POSSIBLE]
    assert totals[3:] == [
        counts[Verdict.CLEAR],
        counts[Verdict.UNDETERMINED],
        counts[Verdict.NOT_DELINEATED],
        counts[Verdict.NOT_COVERED],
    ]
    assert "疑似压占1个点位，可能涉及1个点位" in texts(report)


def test_unofficial_possible_stays_out_of_the_headline():
    run = make_assessment()
    findings = run.findings.copy()
    possible = findings["verdict"] == Verdict.POSSIBLE.value
    findings.loc[possible, ["layer_id", "layer_status"]] = ["water_test", "schematic"]
    shown = build_report(dataclasses.replace(run, findings=findings))
    words = texts(shown)
    assert "疑似压占1个点位，可能涉及0个点位" in words
    assert "另有1个点位的“可能涉及”只依据草案或示意图层" in words
    row = next(row for row in table(shown, "图斑编号").rows if "可能涉及" in row[16])
    assert row[16].endswith(SCHEMATIC_MARK)


def test_precision_table_counts_the_sites(report):
    run = make_assessment()
    rows = table(report, "定位精度", "点位数", "说明").rows
    assert rows[-1][1] == str(len(run.sites))
    assert sum(int(row[1]) for row in rows[:-1]) == len(run.sites)


def test_every_site_stands_in_the_table_of_sites(report):
    run = make_assessment()
    made = table(report, "点位", "定位精度")
    assert len(made.rows) == len(run.sites)
    signs = [cell for row in made.rows for cell in row[3:]]
    compared = run.findings["verdict"] != Verdict.NOT_COVERED.value
    assert signs.count("●") == 1
    assert signs.count("▲") == 1
    assert sum(sign != "—" for sign in signs) == compared.sum()


def test_annex_1_has_its_columns_and_leaves_the_marked_ones_blank(report):
    made = table(report, "图斑编号")
    assert [column.title for column in made.columns] == ANNEX_1
    assert len(made.rows) == 2
    for row in made.rows:
        for title, cell in zip(ANNEX_1, row, strict=True):
            assert (cell == "") == title.endswith("※"), title
    section = next(one for one in report.sections if made in one.blocks)
    assert section.page is Page.WIDE


def test_areas_are_those_of_the_findings(report):
    run = make_assessment()
    finding = run.findings[run.findings["verdict"] == Verdict.CONFLICT.value].iloc[0]
    site = run.sites.set_index("site_id").loc[SITE_IDS["surveyed"]]
    row = dict(zip(ANNEX_1, table(report, "图斑编号").rows[0], strict=True))
    assert row["图斑编号"] == finding["finding_id"]
    assert row["图斑面积（公顷）"] == f"{area_m2(site.geometry) / 10_000:.4f}"
    assert row["压占面积（公顷）"] == f"{finding['overlap_m2'] / 10_000:.4f}"
    assert row["压占面积（亩）"] == f"{finding['overlap_m2'] * 15 / 10_000:.2f}"
    assert f"压占{finding['overlap_m2']:,.2f}平方米" in texts(report)


def test_only_outlines_have_areas_and_digits_follow_the_uncertainty(report):
    village = dict(zip(ANNEX_1, table(report, "图斑编号").rows[1], strict=True))
    assert village["定位精度"] == "村级±1.5km"
    assert {village[title] for title in ANNEX_1[12:16]} == {"—"}
    assert re.fullmatch(r"\d+°\d\d′", village["经度（度分秒）"])


def test_claims_are_quoted_with_their_issue(report):
    run = make_assessment()
    rows = table(report, "方案表述", "结论").rows
    for row, claim in zip(rows, run.claims.to_dict("records"), strict=True):
        assert row[0] == claim["issue"]
        assert row[1] == f"“{run.plan.text[claim['start'] : claim['end']]}”"
        assert row[5] == claim["result"]
    assert "一致1条，不一致1条，无法判定1条" in texts(report)


def test_unlocated_places_are_listed(report):
    rows = table(report, "点位名称", "已知情况").rows
    assert len(rows) == len(make_assessment().unlocated)
    assert any("有1个候选" in row[-1] for row in rows)


def test_unchecked_clauses_and_penalties_stand_in_the_annex_alone(report):
    assert [row[-1] for row in table(report, "依据与条款").rows] == ["未核对"]
    annex = [one for one in report.sections if one.heading.startswith("附表5")]
    rest = [one for one in report.sections if one not in annex]
    body = texts(dataclasses.replace(report, sections=tuple(rest)))
    listed = texts(dataclasses.replace(report, sections=tuple(annex)))
    for words in ("测试用水源保护条例", "十万元以上五十万元以下罚款"):
        assert words in listed
        assert words not in body
    assert "测试用红线管理办法第一条" in body


def test_no_ruling_is_ever_spoken(report):
    ours = re.sub("“[^”]*”", "", texts(report))
    for word in FORBIDDEN:
        assert word not in ours
    assert "需现场核实" in ours


def test_names_with_such_words_are_quoted():
    assert plain("违法堆场") == "“违法堆场”"
    assert plain("方案载明：“违法排污”。") == "方案载明：“违法排污”。"
    assert quote("说“合规”") == "“说‘合规’”"


def test_schematic_layers_are_marked(report):
    assert SCHEMATIC_MARK in report.mark
    demo = build_report(make_assessment(settings=Settings(as_of=AS_OF, demo=True)))
    assert DEMO_MARK in demo.mark
    assert DEMO_MARK in demo.provenance


def test_restricted_names_and_distances_stay_out():
    layers = make_layers()
    infos = tuple(
        dataclasses.replace(info, sensitivity=Sensitivity.RESTRICTED) for info in layers.infos
    )
    secret = dataclasses.replace(layers, infos=infos)
    hidden = texts(build_report(make_assessment(layers=secret)))
    assert "双岭片区" not in hidden
    assert "樟坑饮用水水源地" in hidden  # the plan says so itself
    assert "受限图层的边界" in hidden
    open_ = make_assessment(layers=secret, settings=Settings(as_of=AS_OF, include_restricted=True))
    assert "双岭片区" in texts(build_report(open_))


def test_document_without_issues_gives_a_report_of_its_places():
    run = make_assessment()
    plan = dataclasses.replace(
        run.plan, issues=(), sections=(), document_type=DocumentType.PROGRESS_REPORT
    )
    sites = run.sites.copy()
    sites["issue_numbers"] = ""
    unlocated = run.unlocated.copy()
    unlocated["issue_numbers"] = ""
    bare = dataclasses.replace(
        run,
        plans=(plan,),
        mentions=tuple(dataclasses.replace(one, issue=None) for one in run.mentions),
        sites=sites,
        unlocated=unlocated,
        claims=frame_of([], CLAIMS),
    )
    shown = build_report(bare)
    assert [one.heading for one in shown.sections if one.level == 1] == HEADINGS
    assert not any(c.title == "问题（原文节录）" for one in shown.tables() for c in one.columns)
    assert "没有可由图层或名录核对的表述" in texts(shown)
    assert "所涉点位" in shown.title


def test_several_documents_are_told_apart_by_letter():
    run = make_assessment()
    other = dataclasses.replace(run.plan, doc_id="f" * 12, title="另一方案")
    sites = run.sites.copy()
    sites["issue_numbers"] = [
        issue_key(other.doc_id, int(number), several=True) for number in sites["issue_numbers"]
    ]
    both = dataclasses.replace(run, plans=(run.plan, other), sites=sites)
    rows = table(build_report(both), "问题（原文节录）", "最重判定").rows
    assert [row[0] for row in rows] == ["A1", "A2", "A3", "B1", "B2", "B3"]
    assert {row[4] for row in rows[:3]} == {"—"}
    assert rows[3][4] != "—"


def test_sites_alone_give_a_report():
    run = make_assessment()
    bare = dataclasses.replace(
        run,
        plans=(),
        mentions=(),
        unlocated=frame_of([], UNLOCATED),
        claims=frame_of([], CLAIMS),
        rules=(),
    )
    words = texts(build_report(bare))
    assert "给定的10个点位" in words
    assert "未设规则的管控区" in words


def test_without_layers_nothing_is_concluded():
    run = make_assessment()
    findings = run.findings.copy()
    findings["verdict"] = Verdict.NOT_COVERED.value
    findings["reason"] = "no_layer"
    findings[["layer_id", "layer_status"]] = ""
    layers = dataclasses.replace(
        run.layers, infos=(), zones=run.layers.zones.iloc[:0], references={}
    )
    words = texts(build_report(dataclasses.replace(run, findings=findings, layers=layers)))
    assert "本次未加载管控区图层" in words
    assert "不作结论" in words
    assert "没有点位判为疑似压占或可能涉及" in words


def test_what_gets_no_card_stands_in_a_table(monkeypatch):
    monkeypatch.setattr(report_sites, "CARDS", 1)
    shown = build_report(make_assessment())
    assert sum(one.card for one in shown.tables()) == 1
    rest = next(one for one in shown.tables() if "其余可能涉及的点位" in one.caption)
    assert len(rest.rows) == 1


def test_long_names_and_sentences_are_cut():
    long = texts(build_report(make_assessment()))
    assert "山湾" * 30 not in long


def test_quotation_keeps_the_words_in_question():
    text = "甲" * 200 + "采石场" + "乙" * 200
    passage = Passage(text=text, start=1000, end=1000 + len(text))
    said = quote_around(passage, 1200, end=1203, limit=50)
    assert "采石场" in said
    assert said.startswith("“……")
    assert said.endswith("……”")


def test_areas_and_shares_are_written_as_agreed():
    assert area_words(13.6 * 10_000 / 15) == "9,066.67平方米（0.9067公顷，13.60亩）"
    assert percent(0.0001) == "<0.1%"
    assert percent(0.785) == "78.5%"
