"""Deadlines, units, acceptance, numbers, quantities: tables of sentences of other cities."""

from __future__ import annotations

import datetime as dt

import pytest

from geo_rectify.plans.acceptance import read_acceptance, stated_numbers
from geo_rectify.plans.bodies import aliases, split_bodies
from geo_rectify.plans.checks import stated_issue_counts
from geo_rectify.plans.deadlines import (
    feedback_date,
    find_dates,
    issue_deadline,
    measure_deadlines,
)
from geo_rectify.plans.joining import leaves_open, parts_label
from geo_rectify.plans.notices import issue_number
from geo_rectify.plans.numbering import match_number, numeral_value
from geo_rectify.plans.quantities import area_m2, find_figures, units_of_measure
from geo_rectify.plans.unit_brackets import bodies_in_words, unit_lists


@pytest.mark.parametrize(
    ("raw", "date", "immediate", "long_term"),
    [
        ("2026年底。", "2026-12-31", False, False),
        ("2026年底前", "2026-12-31", False, False),
        ("2026底前完成。", "2026-12-31", False, False),
        ("２０２６年６月底前。", "2026-06-30", False, False),
        ("2027年2月，并长期坚持。", "2027-02-28", False, True),
        ("2028年2月底", "2028-02-29", False, False),
        ("立行立改，长期坚持", None, True, True),
        ("立行立改。", None, True, False),
        ("持续推进", None, False, True),
        ("2026年上半年。", "2026-06-30", False, False),
        ("2026年第三季度", "2026-09-30", False, False),
        ("2026年三季度末前", "2026-09-30", False, False),
        ("2026年4月中旬", "2026-04-20", False, False),
        ("2026年6月30日前", "2026-06-30", False, False),
        ("2026-06-30", "2026-06-30", False, False),
        ("2026.6.30前", "2026-06-30", False, False),
        ("2026年", "2026-12-31", False, False),
        ("2025年9月至2026年6月", "2026-06-30", False, False),
        ("2025—2027年", "2027-12-31", False, False),
        ("2025年底前完成清运，2026年6月底前完成复绿。", "2026-06-30", False, False),
        ("2026年2月30日前", None, False, False),
        ("2026年汛期前", None, False, False),
        ("按上级要求执行", None, False, False),
        ("2026.6", "2026-06-30", False, False),
        ("2026-12", "2026-12-31", False, False),
        ("2026年9—12月", "2026-12-31", False, False),
        ("2026年1月-12月", "2026-12-31", False, False),
        ("26年底", "2026-12-31", False, False),
        ("二〇二六年六月底前", "2026-06-30", False, False),
        ("二○二六年十二月三十一日前", "2026-12-31", False, False),
        ("“十四五”末", "2025-12-31", False, False),
        ("十五五规划末", "2030-12-31", False, False),
        ("2026年春节前", None, False, False),
        ("即知即改，长期坚持", None, True, True),
        ("常态长效", None, False, True),
        ("短期目标2026年底，长期目标2028年底", "2028-12-31", False, False),
    ],
)
def test_issue_deadline(raw, date, immediate, long_term):
    text = f"整改时限：{raw}"
    read = issue_deadline(text, 5, len(text))
    assert (read.date and read.date.isoformat()) == date
    assert (read.immediate, read.long_term) == (immediate, long_term)
    assert text[read.start : read.end] == read.raw == raw


def test_range_begins_on_its_first_day():
    for raw, first in (("2025年9月至2026年6月", "2025-09-01"), ("2025—2027年", "2025-01-01")):
        assert issue_deadline(raw, 0, len(raw)).from_date.isoformat() == first


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2025年底前，完成沙河口截污管网。", [("2025年底前", "2025-12-31", "by")]),
        ("责令沙河砖厂在2025年8月底前拆除窑体。", [("2025年8月底前", "2025-08-31", "by")]),
        (
            "2025年底前完成东片；2026年6月底前完成西片。",
            [("2025年底前", "2025-12-31", "by"), ("2026年6月底前", "2026-06-30", "by")],
        ),
        ("自2026年1月起，沙河沿线停止采砂。", [("自2026年1月起", "2026-01-01", "from")]),
        ("从2026年7月1日开始按月监测。", [("从2026年7月1日开始", "2026-07-01", "from")]),
        ("2025年9月底完成设备安装80%。", [("2025年9月底", "2025-09-30", "milestone")]),
        ("2025底前，对信访件开展回头看。", [("2025底前", "2025-12-31", "by")]),
        (
            "2025年3月底前全面停用，并长期坚持。",
            [("2025年3月底前", "2025-03-31", "by")],
        ),
        ("2025年三季度前完成评估。", [("2025年三季度前", "2025-09-30", "by")]),
        ("2025年内建成。", [("2025年内", "2025-12-31", "by")]),
        # facts and titles bound nothing
        ("沙河便道临时用地手续于2025年9月到期，责令复绿。", []),
        ("对2020年底前已建成的养殖场逐户登记。", []),
        ("对2015年底前投产的窑炉逐座登记。", []),
        ("按照《沙河流域治理规划（2021-2025年）》推进。", []),
        ("落实《关于印发2025年执法计划的通知》，数量不少于10个。", []),
        ("完成2025年度约束性目标任务。", []),
        ("根据执法装备标准（2020年版）配齐设备。", []),
        ("2020年以来累计处罚12家。", []),
        ("立即停止倾倒，尽快清运。", []),
        ("2025年先进产能占比超过三成。", []),
        ("确保2023年底浓度降到38微克", [("2023年底", "2023-12-31", "milestone")]),
        ("2019年6月至8月，开展专项行动", [("8月", "2019-08-31", "milestone")]),
        ("每年5月至10月开展监测", []),
        ("根据《湿地条例》（2022年6月1日起施行）执法。", []),
        ("推进2026年新建的5个项目。", []),
        ("对2026年4月12日信访件反映的噪声问题，立即核查。", []),
        ("2026年1—4月同比上升的乡镇逐一约谈。", []),
        ("2026年汛前完成。", []),
        ("2026年秋季补植。", []),
        ("每年5月31日前、11月30日前各巡查一次。", []),
        ("用两年内的时间完成。", []),
        (
            "2026年处置率达60%，2027年达80%。",
            [("2026年", "2026-12-31", "milestone"), ("2027年", "2027-12-31", "milestone")],
        ),
        ("确保2026年完成国家下达的指标。", [("2026年", "2026-12-31", "milestone")]),
        ("2023年6月督察发现，沙河砖厂堆放废渣。", []),
        ("沙河水厂已于2023年底投运。", []),
        ("2026年“三夏”前新增收储点。", []),
        (
            "2026年计划改造管网46公里，10月底前完成。",
            [("10月底前", "2026-10-31", "by")],
        ),
        (
            "2026年退减灌溉21万亩，2027年底前累计退减40万亩。",
            [("2026年", "2026-12-31", "milestone"), ("2027年底前", "2027-12-31", "by")],
        ),
        ("2026年度完成造林5000亩。", [("2026年度", "2026-12-31", "milestone")]),
        ("2026—2028年分年度实施。", [("2028年", "2028-12-31", "milestone")]),
        ("到2026年排放强度下降18%。", [("2026年", "2026-12-31", "milestone")]),
        ("2026年11月1日供暖期前完成煤改气。", [("2026年11月1日", "2026-11-01", "by")]),
        ("2026年12月31日24时前关停。", [("2026年12月31日24时前", "2026-12-31", "by")]),
        ("2026年年内关停。", [("2026年年内", "2026-12-31", "by")]),
        ("整改时限为2026年12月底。", [("2026年12月底", "2026-12-31", "milestone")]),
    ],
)
def test_measure_deadlines(text, wanted):
    found = measure_deadlines(text, 0, len(text))
    assert [(d.raw, d.date.isoformat(), d.kind.value) for d in found] == wanted
    assert all(text[d.start : d.end] == d.raw for d in found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("6月30日前完成清运。", "2025-06-30"),
        ("2月底前完成清运。", "2026-02-28"),
        ("今年底前完成清运。", "2025-12-31"),
        ("明年6月底前完成清运。", "2026-06-30"),
        ("2026年3月底前立项，9月底前完工。", "2026-09-30"),
        ("三季度末前完成清运。", "2025-09-30"),
        ("2025年10月底前开工，次年3月底前完工。", "2026-03-31"),
        ("下半年完成立标。", "2025-12-31"),
        ("一季度已排查，二季度完成整改。", "2025-06-30"),
        ("逾期未完成的于2025年7月停产。", "2025-07-31"),
    ],
)
def test_date_without_year_lies_after_the_feedback(text, wanted):
    found = measure_deadlines(text, 0, len(text), after=dt.date(2025, 4, 1))
    assert found[-1].date.isoformat() == wanted


def test_what_lies_before_the_feedback_is_a_fact():
    text = "2013年前投产、2024年9月停产的沙河砖厂，根据3月12日会议要求，2025年8月底前整治。"
    found = measure_deadlines(text, 0, len(text), after=dt.date(2025, 4, 1))
    assert [deadline.date.isoformat() for deadline in found] == ["2025-08-31"]


def test_date_without_year_is_none_without_any_year():
    assert find_dates("6月30日前完成", 0, 9) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024年3月5日至25日，督察组进驻，并于6月12日向我市反馈了意见。", "2024-06-12"),
        ("2021年9月督察组进驻。\n11月20日，督察组反馈了意见。", "2021-11-20"),
        ("督察组反馈了意见。", None),
    ],
)
def test_feedback_date(text, wanted):
    found = feedback_date(text, len(text))
    assert (found and found.isoformat()) == wanted


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("临河市委、市政府", ["临河市委", "临河市政府"]),
        ("东岭区委、区政府", ["东岭区委", "东岭区政府"]),
        ("西岭县委、县人民政府", ["西岭县委", "西岭县人民政府"]),
        ("乌拉特旗委、旗政府", ["乌拉特旗委", "乌拉特旗政府"]),
        (
            "经开区、临港新区党工委、管委会",
            ["经开区党工委", "经开区管委会", "临港新区党工委", "临港新区管委会"],
        ),
        ("各县（市、区）党委、政府", ["各县（市、区）党委", "各县（市、区）政府"]),
        ("各县（区）党委和政府", ["各县（区）党委", "各县（区）政府"]),
        ("临河市委市政府", ["临河市委", "临河市政府"]),
        ("柳林镇党委、政府", ["柳林镇党委", "柳林镇政府"]),
        ("市政府，东岭区委、区政府", ["市政府", "东岭区委", "东岭区政府"]),
        ("市委、市政府", ["市委", "市政府"]),
        (
            "市住建局、东岭区委、区政府、市水利局",
            ["市住建局", "东岭区委", "东岭区政府", "市水利局"],
        ),
        ("东岭区、西岭县人民政府", ["东岭区人民政府", "西岭县人民政府"]),
        ("市自然资源和规划局、市住房和城乡建设局", ["市自然资源和规划局", "市住房和城乡建设局"]),
        ("市发改委、市卫健委、市国资委", ["市发改委", "市卫健委", "市国资委"]),
        ("市委组织部、市委党校，团市委", ["市委组织部", "市委党校", "团市委"]),
        ("市工信局、市商务局等部门", ["市工信局", "市商务局"]),
        ("市财政局、市财政局", ["市财政局"]),
        ("东岭区", ["东岭区"]),
        ("各相关责任单位", ["各相关责任单位"]),
        ("市应急管理局（市应急委办公室）", ["市应急管理局（市应急委办公室）"]),
        ("临河市整改工作领导小组办公室（以下简称市整改办）", ["市整改办"]),
        ("临河市督改办（以下简称“市督办”），市水利局", ["市督办", "市水利局"]),
        (
            "石口、汉阴口、宁口县委县政府",
            [f"{each}县{organ}" for each in ("石口", "汉阴口", "宁口") for organ in ("委", "政府")],
        ),
        (
            "市直各部门、各县（区）党委和政府配合",
            ["市直各部门", "各县（区）党委", "各县（区）政府"],
        ),
        ("呼口市、兴口盟政府及相关企业", ["呼口市政府", "兴口盟政府", "相关企业"]),
        ("县发改委、环保局、水利局，山口镇", ["县发改委", "县环保局", "县水利局", "山口镇"]),
        ("市住建局、临河水利局", ["市住建局", "临河水利局"]),
        (
            "有关县（区）党委和政府（列在首位的为牵头单位，下同）",
            ["有关县（区）党委", "有关县（区）政府"],
        ),
        ("省委组织部会同省生态环境厅", ["省委组织部", "省生态环境厅"]),
        ("由市水利局负责，长期坚持", ["市水利局"]),
        ("牵头领导：张三；市水利局", ["市水利局"]),
        (
            "东湖区委、区政府（整改主体），市水务局（督导单位）",
            ["东湖区委", "东湖区政府", "市水务局"],
        ),
        ("市水利局（责任人：李平）、市城管局（责任人：王东）", ["市水利局", "市城管局"]),
        ("市水利局局长李平，市城管局局长王东", ["市水利局", "市城管局"]),
        ("市生态环境局长河分局", ["市生态环境局长河分局"]),
        ("由石桥市委、市政府负责", ["石桥市委", "石桥市政府"]),
        (
            "各县（市、区）党委、政府（管委会）",
            ["各县（市、区）党委", "各县（市、区）政府（管委会）"],
        ),
        ("各街道、各乡镇政府", ["各街道", "各乡镇政府"]),
        ("沿湖各镇（街道）、石桥县人民政府", ["沿湖各镇（街道）", "石桥县人民政府"]),
        ("市农牧业局、国土局", ["市农牧业局", "市国土局"]),
        ("市党委督查室、政府督查室", ["市党委督查室", "市政府督查室"]),
        ("", []),
        ("、，。", []),
    ],
)
def test_split_bodies(text, units):
    assert list(split_bodies(text).units) == units


@pytest.mark.parametrize(
    ("text", "lead", "supporting"),
    [
        ("市住建局牵头，东岭区委、区政府配合", ["市住建局"], ["东岭区委", "东岭区政府"]),
        ("市住建局牵头、市城管局、市水利局配合", ["市住建局"], ["市城管局", "市水利局"]),
        ("市住建局（牵头）、市城管局", ["市住建局"], []),
        ("市住建局、市城管局", [], []),
    ],
)
def test_lead_and_supporting(text, lead, supporting):
    bodies = split_bodies(text)
    assert (list(bodies.lead), list(bodies.supporting)) == (lead, supporting)
    assert set(lead) | set(supporting) <= set(bodies.units)


def test_alias_keeps_its_long_name():
    text = "市督查室，临河市整改工作领导小组办公室（以下简称市整改办）"
    assert aliases(text) == [("临河市整改工作领导小组办公室", "市整改办")]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("对沙河〔责任单位：市水利局〕", ["市水利局"]),
        ("对沙河（责任单位：各县（市、区）政府）。", ["各县（市、区）政府"]),
        ("对沙河[责任单位:市水利局]", ["市水利局"]),
        ("对沙河〔责任单位：市水利局。", ["市水利局"]),
        ("对沙河（市水利局牵头，市住建局配合）。", ["市水利局牵头，市住建局配合"]),
        ("责任人：主要负责同志。〔责任单位主要负责人由市领导兼任的除外〕", []),
        ("划定石桥（清水河）饮用水水源保护区。", []),
        ("对沙河清淤。（市水利局，2024年6月底前完成）", ["市水利局，2024年6月底前完成"]),
        ("对沙河清淤（2024年6月底前）。", []),
        ("遍及9个乡（镇、街道）。", []),
    ],
)
def test_unit_brackets(text, values):
    found = unit_lists(text, 0, len(text))
    assert [text[each.value_start : each.value_end] for each in found] == values


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("由各县（市、区）政府负责，落实经费。", "各县（市、区）政府负责"),
        ("市水利局牵头，市住建局配合，完成清淤。", "市水利局牵头，市住建局配合"),
        ("完成巡河。由石桥县政府牵头负责。", "石桥县政府牵头负责"),
        ("由派出所调查丢弃人员，依法处理。", None),
        ("建立由市水利局负责的台账。", None),
        ("成立专班，由副市长王平负责。", None),
    ],
)
def test_bodies_in_the_words_of_a_measure(text, told):
    found = bodies_in_words(text, 0, len(text))
    assert (None if found is None else text[slice(*found)]) == told


def test_a_bracket_that_lists_what_is_counted_names_no_units():
    text = "关闭3家企业（宏远公司、金山公司、大华公司）。"
    assert unit_lists(text, 0, len(text)) == []


@pytest.mark.parametrize(
    ("raw", "mode", "wanted"),
    [
        ("市整改办。", "single", [("市整改办", None)]),
        ("市工信局、市生态环境局。", "joint", [("市工信局", None), ("市生态环境局", None)]),
        (
            "市住建局、市生态环境局按职责分工验收。",
            "by-duty",
            [("市住建局", None), ("市生态环境局", None)],
        ),
        (
            "市整改办负责第1、2、4条措施，市住建局负责第3条措施、市水利局负责4-5条措施。",
            "by-measure",
            [("市整改办", (1, 2, 4)), ("市住建局", (3,)), ("市水利局", (4, 5))],
        ),
        (
            "第1至3条由市住建局验收，其余措施由市水利局、市林业局验收。",
            "by-measure",
            [("市住建局", (1, 2, 3)), ("市水利局", (4, 5)), ("市林业局", (4, 5))],
        ),
        (
            "市整改办（第一、二条），市住建局（第三至五条）",
            "by-measure",
            [("市整改办", (1, 2)), ("市住建局", (3, 4, 5))],
        ),
        ("东岭区委、区政府负责验收。", "joint", [("东岭区委", None), ("东岭区政府", None)]),
        ("市三峡办负责。", "single", [("市三峡办", None)]),
        ("市水利局会同市林业局验收。", "joint", [("市水利局", None), ("市林业局", None)]),
        (
            "由市水利局牵头组织市林业局、市住建局联合验收",
            "joint",
            [("市水利局", None), ("市林业局", None), ("市住建局", None)],
        ),
        (
            "市住建局（措施1、2），市水利局（措施3）",
            "by-measure",
            [("市住建局", (1, 2)), ("市水利局", (3,))],
        ),
        (
            "市住建局负责第（一）（二）项措施，其余措施由市水利局负责",
            "by-measure",
            [("市住建局", (1, 2)), ("市水利局", (3, 4, 5))],
        ),
        (
            "市住建局对第1条措施进行验收，市水利局对第2、3条措施进行验收",
            "by-measure",
            [("市住建局", (1,)), ("市水利局", (2, 3))],
        ),
        (
            "第1条：市住建局；第2、3条：市水利局",
            "by-measure",
            [("市住建局", (1,)), ("市水利局", (2, 3))],
        ),
        (
            "市水利局（1、2）、市林业局（3）",
            "by-measure",
            [("市水利局", (1, 2)), ("市林业局", (3,))],
        ),
        ("县水利局初验，市水利局终验", "joint", [("县水利局", None), ("市水利局", None)]),
        ("市水利局于2026年12月底前组织验收", "single", [("市水利局", None)]),
        ("市委组织部验收", "single", [("市委组织部", None)]),
    ],
)
def test_acceptance(raw, mode, wanted):
    read = read_acceptance(raw, 0, len(raw), numbers=[1, 2, 3, 4, 5])
    assert read.mode.value == mode
    assert [(unit.unit, unit.measures) for unit in read.units] == wanted


def test_acceptance_counts_by_printed_number():
    read = read_acceptance("市整改办负责第1、4条。", 0, 12, numbers=[1, 2, 4])
    assert read.units[0].measures == (1, 3)


def test_acceptance_of_nobody_is_none():
    assert read_acceptance("。", 0, 1, numbers=[1]) is None


def test_a_range_without_end_is_cut():
    assert stated_numbers("第1-999条")[-1] == 999
    assert len(stated_numbers("第1-999条", limit=20)) == 20


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三", 3),
        ("十", 10),
        ("十九", 19),
        ("二十", 20),
        ("四十一", 41),
        ("一百零二", 102),
        ("两", 2),
        ("四〇", 40),
        ("１２", 12),
        ("③", 3),
        ("甲", None),
        ("", None),
    ],
)
def test_numerals(text, value):
    assert numeral_value(text) == value


@pytest.mark.parametrize(
    ("line", "style", "value", "words"),
    [
        ("（二十一）沙河问题", "chinese_bracket", 21, "沙河问题"),
        ("(三) 沙河问题", "chinese_bracket", 3, "沙河问题"),
        ("十二、沙河问题", "chinese_comma", 12, "沙河问题"),
        ("3．沙河问题", "arabic_dot", 3, "沙河问题"),
        ("3.沙河问题", "arabic_dot", 3, "沙河问题"),
        ("3、沙河问题", "arabic_dot", 3, "沙河问题"),
        ("2.2025年底前，完成", "arabic_dot", 2, "2025年底前，完成"),
        ("2．2025年底前，完成", "arabic_dot", 2, "2025年底前，完成"),
        ("（4）沙河问题", "arabic_bracket", 4, "沙河问题"),
        ("5）沙河问题", "arabic_half_bracket", 5, "沙河问题"),
        ("⑥沙河问题", "circled", 6, "沙河问题"),
        ("问题7：沙河问题", "problem", 7, "沙河问题"),
        ("问题八、沙河问题", "problem", 8, "沙河问题"),
        ("第9项：沙河问题", "ordinal", 9, "沙河问题"),
        ("第三部分 水环境", "part", 3, "水环境"),
    ],
)
def test_number_styles(line, style, value, words):
    number = match_number(line, 0, len(line))
    assert (number.style, number.value, line[number.end :]) == (style, value, words)


@pytest.mark.parametrize(
    "line", ["2.5倍", "2025年底前", "第三方监测", "一是加强", "三宝片区", "问题较多", "十里岗镇"]
)
def test_no_number(line):
    assert match_number(line, 0, len(line)) is None


@pytest.mark.parametrize(
    ("text", "raw", "quantity", "approx", "subject"),
    [
        ("历史遗留采石点27处，遍及", "27处", (27, "处"), False, "历史遗留采石点"),
        ("涉及土地面积300余亩，", "300余亩", (300, "亩"), True, "涉及土地面积"),
        ("目前仍有150余亩未完成修复。", "150余亩", (150, "亩"), True, "未完成修复"),
        ("仍有38.5公里管网混流", "38.5公里", (38.5, "公里"), False, "管网混流"),
        ("占用公益林7.2亩；", "7.2亩", (7.2, "亩"), False, "占用公益林"),
        ("仍有3处雨污混合排口，", "3处", (3, "处"), False, "雨污混合排口"),
        ("氨氮超标2.4倍。", "2.4倍", (2.4, "倍"), False, "氨氮超标"),
        ("收集率为36.25%，", "36.25%", (36.25, "%"), False, "收集率"),
        ("检查30余家企业", "30余家", (30, "家"), True, "企业"),
        ("近40家企业", "近40家", (40, "家"), True, "企业"),
        ("约5万吨。", "约5万吨", (50000, "吨"), True, ""),
        ("面积1,200公顷左右", "1,200公顷左右", (1200, "公顷"), True, "面积"),
        ("浓度２５毫克/升", "２５毫克/升", (25, "毫克/升"), False, "浓度"),
        ("存在一处窝点", "一处", (1, "处"), False, "窝点"),
    ],
)
def test_figures(text, raw, quantity, approx, subject):
    figure = find_figures(text, 0, len(text))[0]
    assert (figure.raw, (figure.value, figure.unit)) == (raw, quantity)
    assert (figure.approx, figure.subject) == (approx, subject)
    assert text[figure.start : figure.end] == raw


@pytest.mark.parametrize("text", ["2025年6月", "第3条措施", "PM2.5浓度", "3+1+X产业", "没有一家"])
def test_no_figures(text):
    assert find_figures(text, 0, len(text)) == []


def test_counts_without_names_are_all_kept():
    text = "全市12个乡镇中7个未建设施，其中3个建制镇分布在沙河沿线。"
    assert [f.raw for f in find_figures(text, 0, len(text))] == ["12个", "7个", "3个"]


def test_areas():
    assert area_m2(15, "亩") == pytest.approx(10_000)
    assert area_m2(1, "公顷") == 10_000
    assert area_m2(1, "处") is None
    assert units_of_measure()["亩"] == "area"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("反馈的4个方面12个问题", 12),
        ("反馈的十二项问题", 12),
        ("共反馈问题12个", 12),
        ("梳理出12个具体问题", 12),
    ],
)
def test_stated_counts(text, wanted):
    assert wanted in stated_issue_counts(text)


def test_the_number_of_an_issue_states_no_count():
    assert stated_issue_counts("整改方案第十四项、第二十三项整改任务整改结果公示") == []


@pytest.mark.parametrize(
    ("head", "number"),
    [
        ("关于省督察反馈问题（序号19）整改情况的公示", 19),
        ("关于督察反馈第12项问题整改销号的公示", 12),
        ("自排查突出环境243号问题已整改完成", 243),
        ("反馈意见第二十七项整改任务，经核查已完成", 27),
        ("方案第07号整改任务的验收销号意见", 7),
        ("反馈问题第7项关于“渣土堆放”的整改任务", 7),
        ("第二轮第三批督察反馈问题整改", None),
        ("问题第3项、问题第7项整改", None),
    ],
)
def test_the_number_a_notice_tells(head, number):
    assert issue_number(head) == number


@pytest.mark.parametrize(
    ("line", "after", "joined"),
    [
        ("责任单位：市水利局；完成", "时限：2026年底前", True),
        ("保持河面整洁。督", "导单位：市水利局", True),
        ("配合单位：各相关乡镇", "整改时限：2026年底前", False),
        ("加强巡查", "责任单位：市水利局", False),
    ],
)
def test_a_break_within_a_label(line, after, joined):
    assert parts_label(line, after) is joined


@pytest.mark.parametrize(
    ("line", "after", "open_ended"),
    [
        ("各旗县、", "市水利局", True),
        ("（牵头单位：市水利局；责任", "单位：市住建局）", True),
        ("清理垃圾", "（市水利局）", False),
        ("清理垃圾（含河道）", "市水利局", False),
    ],
)
def test_a_line_that_no_paragraph_ends_with(line, after, open_ended):
    assert leaves_open(line, after) is open_ended
