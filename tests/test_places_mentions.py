"""Mentions in plans of other cities: spans, kinds and roles, counties, names."""

from __future__ import annotations

import pytest

from geo_rectify.places.recognition import find_mentions
from geo_rectify.vocabulary import PlaceType, Role
from tests.mentions_cases import (
    CHENZHOU,
    DALI,
    HEZE,
    ORDOS,
    PASSAGES,
    PINGJIANG,
    found_in,
    plan_of,
    rows,
)


@pytest.mark.parametrize("case", PASSAGES)
def test_passage(case):
    title, text, expected = PASSAGES[case]
    found = [(m.surface, m.type.value, m.role.value) for m in found_in(title, text)]
    assert found == rows(expected)


def county_of(mentions, surface):
    hits = [(m.county, m.county_basis) for m in mentions if m.surface == surface]
    assert hits, surface
    return hits[0]


@pytest.mark.parametrize(
    ("title", "problem", "measures", "surface", "county", "basis"),
    [
        (CHENZHOU, "宜章县瑶岗仙镇裸露。", (), "瑶岗仙镇", "宜章县", "text"),
        (
            CHENZHOU,
            "管理不力。",
            (("关闭青龙寨采石场。", ("临武县委", "临武县政府")),),
            "青龙寨采石场",
            "临武县",
            "unit of the measure",
        ),
        (
            CHENZHOU,
            "青龙寨采石场边坡裸露。",
            (("修复青龙寨采石场。", ("临武县委",)), ("修复大坪采石场。", ("宜章县委",))),
            "青龙寨采石场",
            "临武县",
            "unit or text elsewhere in the issue",
        ),
        (CHENZHOU, "青龙寨采石场边坡裸露。", (), "青龙寨采石场", "郴州市", "prefecture only"),
        (
            CHENZHOU,
            "西河水质变差。",
            (("治理西河。", ("宜章县政府",)), ("治理西河。", ("临武县政府",))),
            "西河",
            "郴州市",
            "prefecture only",
        ),
        (
            CHENZHOU,
            "管理不力。",
            (("整治大坪电镀园。督促鑫源化工整改。", ("高新区党工委", "高新区管委会")),),
            "鑫源化工",
            "高新区",
            "unit of the measure",
        ),
        (
            DALI,
            "管理不力。",
            (("关闭小街村采石场。", ("漾濞县委", "漾濞县政府")),),
            "小街村采石场",
            "漾濞彝族自治县",
            "unit of the measure",
        ),
        (
            CHENZHOU,
            "检查不力。",
            (("责令鑫源化工、金达纸业整改。", ("临武县委", "宜章县委")),),
            "金达纸业",
            "宜章县",
            "unit of the measure",
        ),
        (PINGJIANG, "黄金河水质变差。", (), "黄金河", "平江县", "document"),
        (HEZE, "仅次于南昌市，排名靠后。", (), "南昌市", "", "text"),
        (ORDOS, "鄂尔多斯市达拉特旗昭君镇沙化。", (), "昭君镇", "达拉特旗", "text"),
    ],
)
def test_county(title, problem, measures, surface, *, county, basis):
    found = found_in(title, problem, *measures)
    # a county's own document answers for what nothing else places
    assert county_of(found, surface) == (county, basis) or (
        basis == "document" and county_of(found, surface)[0] == county
    )


def test_river_is_no_district():
    found = found_in(
        "昌江黎族自治县生态环境保护督察整改方案", "污水直排昌江，昌江黎族自治县石碌镇管网破损。"
    )
    assert [(m.surface, m.type) for m in found] == [
        ("昌江", PlaceType.RIVER),
        ("昌江黎族自治县", PlaceType.COUNTY),
        ("石碌镇", PlaceType.TOWNSHIP),
    ]


def test_aliases_share_one_name():
    found = found_in(
        CHENZHOU,
        "宜章县白石渡工业园区未建成污水处理设施，白石渡断面超标，湖南美康达药业有限公司超标排放。",
        (
            "加强白石渡工业平台和白石渡集聚区监管，督促美康达恢复治理，保障白石渡村断面达标。",
            ("宜章县委",),
        ),
    )
    names = {m.surface: m.normalised for m in found}
    assert names["白石渡工业平台"] == names["白石渡集聚区"] == "白石渡工业园区"
    assert names["白石渡村断面"] == names["白石渡断面"]
    assert names["美康达"] == "湖南美康达药业有限公司"


def test_elided_head_is_restored_in_the_name():
    found = found_in(HEZE, "青龙寨、马家洼采石场呈一面墙式开采。")
    assert [m.normalised for m in found] == ["青龙寨采石场", "马家洼采石场"]
    assert len({m.group for m in found}) == 1
    assert found[0].group


@pytest.mark.parametrize(
    "sentence",
    [
        "临武县历史遗留的非法开采点86处，涉及土地面积1200余亩。",
        "临武县历史遗留的非法开采点共86处，14个乡（镇、街道）都有，涉及土地1200余亩。",
    ],
)
def test_counted_set(sentence):
    county, pits, *_ = found_in(CHENZHOU, sentence)
    assert county.role is Role.CONTAINER
    assert (pits.named, pits.count, pits.multiplicity) == (False, 86, "86处")
    assert pits.area_stated_m2 == pytest.approx(800_000)
    assert pits.normalised == "历史遗留非法开采点"
    assert pits.county == "临武县"


def test_number_hangs_on_the_places_it_counts():
    found = found_in(CHENZHOU, "修复（青龙寨煤矿、红山煤矿2家废弃矿山）。")
    assert [(m.surface, m.multiplicity) for m in found] == [
        ("青龙寨煤矿", "2家"),
        ("红山煤矿", "2家"),
    ]


@pytest.mark.parametrize(
    ("text", "surface", "relation"),
    [
        ("治理西河沿岸垃圾。", "西河", "沿岸"),
        ("治理西河沿线及上游片区。", "西河", "沿线及上游片区"),
        ("昌平路南侧堆放废料。", "昌平路", "南侧"),
        ("上冲坳区域违法采石。", "上冲坳", "区域"),
        ("完成平安大道西延改造。", "平安大道西延", "西延"),
        ("完成平安大道至昌平路截污管。", "平安大道", "起点"),
    ],
)
def test_relation(text, surface, relation):
    found = {m.surface: m.relation for m in found_in(CHENZHOU, text)}
    assert found[surface] == relation


def test_anaphor_stands_for_its_antecedent():
    found = found_in(
        CHENZHOU,
        "宜章县鑫源化工超标排放，该企业拒不整改。黄字岭省级自然保护区管护不力。",
        ("禁止在保护区核心区钓鱼。", ("宜章县委",)),
    )
    anaphors = [(m.surface, m.normalised, m.county) for m in found if m.role is Role.ANAPHOR]
    assert anaphors == [
        ("该企业", "鑫源化工", "宜章县"),
        ("保护区核心区", "黄字岭省级自然保护区", "宜章县"),
    ]


def test_gazetteer_confirms_a_bare_name_and_tells_the_county():
    names = {
        "大坪坳": [(PlaceType.VILLAGE, "431022")],
        "梅田镇": [(PlaceType.TOWNSHIP, "431022")],
    }
    text = "梅田镇管网破损，在大坪坳倾倒废渣。"
    plan = plan_of(CHENZHOU, (text, []))
    with_names = {m.surface: (m.county, m.county_basis) for m in find_mentions(plan, names=names)}
    assert with_names["梅田镇"] == ("宜章县", "gazetteer")
    assert "大坪坳" in with_names
    without = {m.surface for m in find_mentions(plan)}
    assert without == {"梅田镇"}
    assert "大坪坳" in {m.surface for m in find_mentions(plan, names={"大坪坳"})}


def test_document_without_issues_is_searched_whole():
    plan = plan_of("郴州市生态文明建设情况报告\n近年来，宜章县治理玉溪河成效明显。")
    found = find_mentions(plan)
    assert [m.surface for m in found] == ["郴州市", "宜章县", "玉溪河"]
    assert {(m.field, m.issue) for m in found} == {("body", None)}


def test_province_document_places_counties_of_all_its_prefectures():
    plan = plan_of(
        "湖南省贯彻落实中央生态环境保护督察整改方案",
        ("郴州市宜章县、岳阳市平江县、永州市道县矿山生态修复滞后。", []),
    )
    found = {m.surface: m.county for m in find_mentions(plan)}
    assert found["宜章县"] == "宜章县"
    assert found["平江县"] == "平江县"
    assert found["道县"] == "道县"


def test_locator_and_ids():
    found = found_in(CHENZHOU, "宜章县瑶岗仙镇裸露。", ("治理西河。", ("临武县委",)))
    assert [m.locator for m in found] == ["第2段", "第2段", "第3段"]
    assert [m.field for m in found] == ["problem", "problem", "measure 1"]
    assert found[0].mention_id == f"0123456789ab:{found[0].start}-{found[0].end}"


def test_no_home_no_county():
    plan = plan_of("整改方案", ("青龙寨采石场边坡裸露。", []))
    (mention,) = find_mentions(plan)
    assert (mention.county, mention.county_basis) == ("", "")
