"""Statements of a plan that layers or a register can check, on sentences of other cities."""

from __future__ import annotations

import pytest

from geo_rectify.findings import check_claims, find_claims
from geo_rectify.tables import CLAIMS, validate
from geo_rectify.vocabulary import LayerStatus, Role, Sensitivity, ZoneClass
from tests.findings_drawing import (
    box,
    disc,
    finding,
    judged,
    layer,
    mentions_of,
    plan_of,
    site,
)

AROUND = box(-50_000, -50_000, 50_000, 50_000)
ZONE = box(0, 0, 10_000, 10_000)
COUNTED = {"named": False}


def claims_of(problem, **places):
    plan = plan_of(problem)
    found = find_claims([plan], mentions_of(plan, **places))
    for claim in found:
        assert 0 <= claim.start < claim.end <= len(plan.text)
    return plan, found


IN_ZONE = [
    ("位于生态保护红线内的青石岭采石场未复绿。", "位于生态保护红线内的青石岭采石场", ("red_line",)),
    (
        "青石岭采石场位于生态红线范围内，至今未关停。",
        "青石岭采石场位于生态红线范围内",
        ("red_line",),
    ),
    (
        "位于白鹭洲水源地一级保护区内的青石岭采石场码头。",
        "位于白鹭洲水源地一级保护区内的青石岭采石场",
        ("water_1",),
    ),
    ("青石岭采石场建在二级水源保护区内。", "青石岭采石场建在二级水源保护区内", ("water_2",)),
    (
        "青石岭采石场地处白鹭洲饮用水水源保护区。",
        "青石岭采石场地处白鹭洲饮用水水源保护区",
        ("water_1", "water_2", "water_quasi"),
    ),
    (
        "云岭自然保护区管护不力，位于核心区的青石岭采石场仍在生产。",
        "位于核心区的青石岭采石场",
        ("reserve_core",),
    ),
    (
        "位于云岭省级自然保护区实验区内的青石岭采石场。",
        "位于云岭省级自然保护区实验区内的青石岭采石场",
        ("reserve_experimental",),
    ),
    ("位于永久基本农田内的青石岭采石场。", "位于永久基本农田内的青石岭采石场", ("farmland",)),
    (
        "位于云岭国家森林公园内的青石岭采石场。",
        "位于云岭国家森林公园内的青石岭采石场",
        ("forest_park",),
    ),
]


@pytest.mark.parametrize(("problem", "words", "classes"), IN_ZONE)
def test_a_place_stated_to_lie_in_a_zone(problem, words, classes):
    plan, found = claims_of(problem, q=("青石岭采石场", "mine/quarry"))
    assert [plan.text[claim.start : claim.end] for claim in found] == [words]
    assert found[0].classes == classes
    assert found[0].site_id == "q"


@pytest.mark.parametrize(
    "problem",
    [
        "位于生态保护红线附近的青石岭采石场。",
        "位于城市核心区的青石岭采石场。",
        "位于核心区的青石岭采石场。",
        "位于云岭自然保护区管理局的青石岭采石场。",
        "青石岭采石场应遵守生态保护红线规定。",
        "位于乐山镇的青石岭采石场。",
    ],
)
def test_what_states_nothing_of_the_kind(problem):
    _, found = claims_of(problem, q=("青石岭采石场", "mine/quarry"))
    assert found == ()


BESIDE = [
    ("位于生态保护红线外的青石岭采石场。", "out_of_zone", ("red_line",), "", None),
    ("位于一级保护区范围外的青石岭采石场。", "out_of_zone", ("water_1",), "", None),
    ("青石岭采石场不在生态保护红线范围内。", "out_of_zone", ("red_line",), "", None),
    ("青石岭采石场不位于生态红线内。", "out_of_zone", ("red_line",), "", None),
    ("青石岭采石场不涉及永久基本农田。", "out_of_zone", ("farmland",), "", None),
    ("青石岭采石场未占用生态保护红线。", "out_of_zone", ("red_line",), "", None),
    ("青石岭采石场距生态保护红线约300米。", "distance", ("red_line",), "", 300.0),
    ("青石岭采石场距离二级保护区边界1.2公里。", "distance", ("water_2",), "", 1200.0),
    ("青石岭采石场距森林公园边界不足500米。", "distance", ("forest_park",), "不足", 500.0),
]


@pytest.mark.parametrize(("problem", "kind", "classes", "bound", "value"), BESIDE)
def test_a_place_stated_to_lie_beside_a_zone(problem, kind, classes, bound, value):
    plan, found = claims_of(problem, q=("青石岭采石场", "mine/quarry"))
    (claim,) = found
    assert (claim.kind, claim.classes) == (kind, classes)
    assert (claim.bound, claim.value_m) == (bound, value)
    assert claim.site_id == "q"
    assert "青石岭采石场" in plan.text[claim.start : claim.end]


def test_the_subject_is_the_site_not_the_township_before_it():
    _, found = claims_of(
        "位于生态红线内的乐山镇青石岭采石场。",
        t=("乐山镇", "township", {"role": Role.EXTENT}),
        q=("青石岭采石场", "mine/quarry"),
    )
    assert [claim.site_id for claim in found] == ["q"]


def test_an_enumeration_is_one_claim_each():
    _, found = claims_of(
        "位于生态红线内的青石岭采石场、黄泥坳煤矿，以及红旗水库。",
        q=("青石岭采石场", "mine/quarry"),
        m=("黄泥坳煤矿", "mine/quarry"),
        r=("红旗水库", "lake-reservoir"),
    )
    assert [claim.site_id for claim in found] == ["q", "m"]


@pytest.mark.parametrize(
    ("words", "stated", "unit", "value"),
    [
        ("占用公益林13.6亩", "13.6", "亩", 13.6 * 2000 / 3),
        ("侵占国家级公益林面积约0.9公顷", "0.9", "公顷", 9000),
        ("占用永久基本农田1200余平方米", "1200余", "平方米", 1200),
        ("占用13.6亩公益林", "13.6", "亩", 13.6 * 2000 / 3),
        ("压占生态保护红线1.2万平方米", "1.2万", "平方米", 12_000),
    ],
)
def test_an_area_stated_to_be_taken(words, stated, unit, value):
    plan, found = claims_of(
        f"青石岭采石场有2栋厂房，{words}，未办手续。",
        q=("青石岭采石场", "mine/quarry"),
        h=("2栋厂房", "other", {"named": False, "multiplicity": "2栋", "count": 2}),
    )
    claim = next(made for made in found if made.kind == "zone_area")
    assert plan.text[claim.start : claim.end] == words
    assert (claim.stated, claim.unit, claim.site_id) == (stated, unit, "q")
    assert claim.value_m2 == pytest.approx(value)
    assert claim.approx == (("余" in words) or ("约" in words))


def test_counted_sets_have_their_count_and_areas():
    plan, found = claims_of(
        "北河县散乱污企业37家，占地300余亩，已整治120亩。另有耕地50亩。",
        s=("散乱污企业", "factory/company", {"multiplicity": "37家", "count": 37} | COUNTED),
    )
    assert [plan.text[claim.start : claim.end] for claim in found] == [
        "散乱污企业37家",
        "300余亩",
        "120亩",
    ]
    assert [(claim.stated, claim.unit) for claim in found] == [
        ("37", "家"),
        ("300余", "亩"),
        ("120", "亩"),
    ]


def test_counted_townships_say_where_and_own_no_area():
    _, found = claims_of(
        "遗留矿坑86处，14个乡镇都有，涉及土地1200余亩。",
        p=("遗留矿坑", "mine/quarry", {"multiplicity": "86处", "count": 86} | COUNTED),
        t=("乡镇", "township", {"multiplicity": "14个", "count": 14} | COUNTED),
    )
    assert [(claim.site_id, claim.stated) for claim in found] == [
        ("p", "86"),
        ("t", "14"),
        ("p", "1200余"),
    ]


def test_tasks_state_no_counts_and_repeats_are_told_once():
    plan = plan_of(
        "遗留矿坑86处，涉及土地1200余亩。",
        measures=(
            "对86处遗留矿坑开展治理。",
            "新建泵站3处。",
            "位于生态红线内的红旗水库退养。",
            "巡查位于生态红线内的红旗水库。",
        ),
    )
    mentions = mentions_of(
        plan,
        p=("遗留矿坑", "mine/quarry", {"multiplicity": "86处", "count": 86} | COUNTED),
        n=("泵站", "pump-station", {"multiplicity": "3处", "count": 3} | COUNTED),
        r=("红旗水库", "lake-reservoir"),
    )
    found = find_claims([plan], mentions)
    assert [(claim.site_id, claim.stated) for claim in found] == [
        ("p", "86"),
        ("p", "1200余"),
        ("r", "位于生态红线内"),
    ]


def checked(problem, row, *made, words="青石岭采石场", **settings):
    plan = plan_of(problem)
    mentions = mentions_of(plan, s=(words, "mine/quarry"))
    judgement = judged([row], *made, plans=[plan], mentions=mentions, **settings)
    validate(judgement.claims, CLAIMS)
    assert len(judgement.claims) == 1
    return judgement, judgement.claims.iloc[0]


INSIDE = "位于生态红线内的青石岭采石场未复绿。"
RED = layer("red", [ZONE], coverage=AROUND)
SKETCH = layer("k", [ZONE], coverage=AROUND, status=LayerStatus.SCHEMATIC, sample=True)
HERE, OUT = disc(500, 500, 10), disc(-500, 500, 10)


@pytest.mark.parametrize(
    ("shape", "precision", "made", "settings", "result", "reason"),
    [
        (HERE, "feature", (RED,), {}, "一致", "全部位于其中"),
        (OUT, "feature", (RED,), {}, "不一致", "未见重叠"),
        (OUT, "village", (RED,), {}, "不一致", "未见重叠"),
        (disc(500, 500, 2000), "village", (RED,), {}, "无法判定", "点位精度不足"),
        (disc(2500, 5000, 2000), "village", (RED,), {}, "无法判定", "点位精度不足"),
        (disc(500, 500, 9000), "township", (RED,), {}, "无法判定", "点位精度不足"),
        (HERE, "feature", (SKETCH,), {}, "无法判定", "图层非正式"),
        (OUT, "feature", (SKETCH,), {}, "无法判定", "图层非正式"),
        (HERE, "feature", (SKETCH,), {"demo": True}, "一致", "全部位于其中"),
        (HERE, "feature", (), {}, "无法判定", "未提供该类图层"),
        (None, "none", (), {}, "无法判定", "未提供该类图层"),
        (None, "none", (RED,), {}, "无法判定", "未定位"),
        (disc(-60_000, 0, 9), "feature", (RED,), {}, "无法判定", "覆盖范围未包含"),
    ],
)
def test_only_official_layers_decide(shape, precision, made, settings, result, reason):  # noqa: PLR0917 - one row of a table
    row = site(footprint=shape, precision=precision)
    judgement, claim = checked(INSIDE, row, *made, **settings)
    assert claim["result"] == result
    assert reason in claim["reason"]
    assert (claim["found"] != "") == (result != "无法判定")
    assert finding(judgement)["claim_ids"] == claim["claim_id"]
    assert finding(judgement, zone_class="water_1")["claim_ids"] == ""


@pytest.mark.parametrize(
    ("problem", "shape", "precision", "result", "found"),
    [
        ("青石岭采石场不在生态红线内。", HERE, "feature", "不一致", "位于其中"),
        ("青石岭采石场不在生态红线内。", OUT, "feature", "一致", "未见重叠"),
        ("青石岭采石场不在生态红线内。", OUT, "village", "一致", "未见重叠"),
        ("青石岭采石场不在生态红线内。", disc(500, 500, 2000), "village", "无法判定", ""),
        ("青石岭采石场距生态红线500米。", OUT, "feature", "一致", "490"),
        ("青石岭采石场距生态红线约0.5公里。", OUT, "feature", "一致", "0.49"),
        ("青石岭采石场距生态红线1500米。", OUT, "feature", "不一致", "490"),
        ("青石岭采石场距生态红线不足600米。", OUT, "feature", "一致", "490"),
        ("青石岭采石场距生态红线超过2公里。", OUT, "feature", "不一致", "0.49"),
        ("青石岭采石场距生态红线500米。", HERE, "feature", "不一致", "位于其中"),
        ("青石岭采石场距生态红线500米。", OUT, "village", "无法判定", ""),
    ],
)
def test_what_is_said_to_lie_beside_a_zone_is_held_against_the_layers(
    problem, shape, precision, result, found
):
    _, claim = checked(problem, site(footprint=shape, precision=precision), RED)
    assert (claim["result"], claim["found"]) == (result, found)
    _, claim = checked(problem, site(footprint=shape, precision=precision), SKETCH)
    assert (claim["result"], claim["reason"]) == ("无法判定", "图层非正式")


def test_a_place_partly_in_a_zone_is_not_outside_of_it():
    outline = box(-100, 500, 100, 600)
    row = site(precision="surveyed", geometry=outline, footprint=outline)
    _, claim = checked("青石岭采石场不在生态红线内。", row, RED)
    assert claim["result"] == "不一致"


def test_an_outline_partly_inside_differs_from_inside():
    outline = box(-100, 500, 100, 600)
    row = site(precision="surveyed", geometry=outline, footprint=outline)
    _, claim = checked(INSIDE, row, RED)
    assert claim["result"] == "不一致"
    assert claim["found"].startswith("50.0")


@pytest.mark.parametrize(
    ("words", "side", "result"),
    [
        ("占用公益林15亩", 100, "一致"),
        ("占用公益林14.9亩", 100, "一致"),
        ("占用公益林13.6亩", 100, "不一致"),
        ("占用公益林14余亩", 100, "一致"),
        ("占用公益林16余亩", 100, "不一致"),
        ("占用公益林1公顷", 100, "一致"),
        ("占用公益林1.00公顷", 97, "不一致"),
    ],
)
def test_areas_are_compared_with_what_their_digits_allow(words, side, result):
    forest = layer(
        "gyl",
        [ZONE],
        zone_class=ZoneClass.PUBLIC_FOREST_1,
        classes=(ZoneClass.PUBLIC_FOREST_1, ZoneClass.PUBLIC_FOREST_2),
        coverage=AROUND,
    )
    outline = box(500, 500, 500 + side, 500 + side)
    row = site(precision="surveyed", geometry=outline, footprint=outline)
    judgement, claim = checked(f"青石岭采石场{words}。", row, forest)
    assert claim["result"] == result
    assert claim["unit"] in words
    wanted = side * side / (10_000 if claim["unit"] == "公顷" else 2000 / 3)
    assert float(claim["found"]) == pytest.approx(wanted, rel=3e-3)
    assert finding(judgement, zone_class="public_forest_2")["claim_ids"] == claim["claim_id"]


@pytest.mark.parametrize(
    ("precision", "made", "reason"),
    [("feature", "official", "点位精度不足"), ("feature", "none", "未提供该类图层")],
)
def test_areas_need_an_outline(precision, made, reason):
    forest = layer(
        "gyl",
        [ZONE],
        zone_class=ZoneClass.PUBLIC_FOREST_1,
        classes=(ZoneClass.PUBLIC_FOREST_1, ZoneClass.PUBLIC_FOREST_2),
        coverage=AROUND,
    )
    row = site(footprint=HERE, precision=precision)
    given = (forest,) if made == "official" else ()
    _, claim = checked("青石岭采石场占用公益林13.6亩。", row, *given)
    assert (claim["result"], claim["found"]) == ("无法判定", "")
    assert reason in claim["reason"]


def test_claims_of_a_restricted_layer_tell_no_distance():
    secret = layer("secret", [ZONE], coverage=AROUND, sensitivity=Sensitivity.RESTRICTED)
    _, claim = checked(INSIDE, site(footprint=OUT), secret)
    assert claim["result"] == "不一致"
    assert not any(sign.isdigit() for sign in claim["reason"] + claim["found"])


def test_registers_are_missing_until_attached():
    plan = plan_of("遗留矿坑86处，涉及土地1200余亩。")
    counted = {"multiplicity": "86处", "count": 86} | COUNTED
    mentions = mentions_of(plan, s=("遗留矿坑", "mine/quarry", counted))
    row = site(footprint=ZONE, precision="county", status="counted", count=86)
    claims = judged([row], RED, plans=[plan], mentions=mentions).claims
    assert claims["result"].tolist() == ["无法判定", "无法判定"]
    assert claims["reason"].tolist() == ["未附清单", "未附清单"]
    assert claims["issue"].tolist() == ["3", "3"]
    assert claims["site_id"].tolist() == ["s", "s"]


def test_claims_can_be_checked_alone_and_ids_are_stable():
    plan = plan_of(INSIDE)
    mentions = mentions_of(plan, s=("青石岭采石场", "mine/quarry"))
    made = judged([site(footprint=HERE)], RED, plans=[plan], mentions=mentions)
    alone = check_claims([plan], mentions, findings=made.findings)
    assert alone.equals(made.claims)
    assert judged([], plans=[], mentions=()).claims.empty
