"""Zones without boundary, by the plan's sentences and by the catalogue."""

from __future__ import annotations

import pytest

from geo_rectify.findings.delineation import same_place
from geo_rectify.vocabulary import LayerRole, LayerStatus, ZoneClass
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

WATER = ["water_1", "water_2", "water_quasi"]
SOURCE = ("白鹭洲水源地", "water-source")
HERE = disc(500, 500, 10)


def undelineated(judgement, site_id="s"):
    frame = judgement.findings
    own = frame[(frame["site_id"] == site_id) & (frame["verdict"] == "not_delineated")]
    return list(own["zone_class"])


@pytest.mark.parametrize(
    ("problem", "measures", "classes"),
    [
        ("截至督察进驻，白鹭洲水源地，保护区仍未划定。", (), WATER),
        ("白鹭洲水源地保护区尚未划定。", (), WATER),
        ("白鹭洲水源地保护区一直没有完成划定，群众反映强烈。", (), WATER),
        ("尚未科学划定白鹭洲水源地保护区。", (), WATER),
        ("白鹭洲水源地保护区划分工作至今未完成。", (), WATER),
        ("白鹭洲水源地边界尚未确定。", (), WATER),
        ("白鹭洲水源地准保护区未划定。", (), ["water_quasi"]),
        ("保护不力。", ("2025年底前，完成白鹭洲水源地保护区划定。",), WATER),
        ("保护不力。", ("加快白鹭洲水源地保护区的划定。",), WATER),
        ("白鹭洲水源地保护区已划定。", (), []),
        ("白鹭洲水源地已完成保护区划定。", ("完成白鹭洲水源地围挡建设。",), []),
        ("白鹭洲水源地标识未设置。", (), []),
        ("白鹭洲水源地未划定为重点区域。", (), []),
        ("该市保护区仍未划定。白鹭洲水源地标识不全。", (), []),
        ("完成白鹭洲水源地保护区划定后，标识不全。", (), []),
    ],
)
def test_what_a_sentence_says_of_a_water_source(problem, measures, classes):
    plan = plan_of(problem, measures=measures)
    made = judged(
        [site(footprint=HERE, name="白鹭洲水源地", kind="water-source")],
        plans=[plan],
        mentions=mentions_of(plan, s=SOURCE),
    )
    assert undelineated(made) == classes
    for zone_class in classes:
        held = finding(made, zone_class=zone_class)
        assert held["reason"] == "plan_says_so"
        assert "问题3" in held["note"]


def test_only_the_place_named_as_the_zone_is_meant():
    plan = plan_of("北河县白鹭洲水源地已划定，青石岭水源地尚未划定，红旗采石场仍在生产。")
    places = {
        "w": ("白鹭洲水源地", "water-source"),
        "s": ("青石岭水源地", "water-source"),
        "q": ("红旗采石场", "mine/quarry"),
        "c": ("北河县", "admin-county"),
    }
    rows = [site(name, footprint=HERE) for name in places]
    made = judged(rows, plans=[plan], mentions=mentions_of(plan, **places))
    assert {name: undelineated(made, name) for name in places} == {
        "w": [],
        "s": WATER,
        "q": [],
        "c": [],
    }


@pytest.mark.parametrize(
    ("problem", "place", "classes"),
    [
        (
            "云岭自然保护区范围未划定。",
            ("云岭自然保护区", "nature-reserve"),
            ["reserve_core", "reserve_general"],
        ),
        ("南山森林公园边界未划定。", ("南山森林公园", "forest-park"), ["forest_park"]),
        ("红旗水库饮用水水源保护区未划定。", ("红旗水库", "lake-reservoir"), WATER),
        ("红旗水库（东湖）饮用水水源保护区未划定。", ("红旗水库", "lake-reservoir"), WATER),
        ("红旗水库大坝管理房未划定。", ("红旗水库", "lake-reservoir"), []),
    ],
)
def test_other_zones_and_places_named_with_their_zone(problem, place, classes):
    plan = plan_of(problem)
    made = judged([site(footprint=HERE)], plans=[plan], mentions=mentions_of(plan, s=place))
    assert undelineated(made) == classes


def missing_layer(names=(), applies_to="adcode:360200"):
    return layer(
        "none",
        [],
        zone_class=ZoneClass.FOREST_PARK,
        role=LayerRole.FOREST_PARK,
        status=LayerStatus.NOT_DELINEATED,
        names=names,
        applies_to=applies_to,
    )


@pytest.mark.parametrize(
    ("name", "kind", "adcode", "names", "applies_to", "held"),
    [
        ("南山森林公园", "forest-park", "360222", ("南山森林公园",), "adcode:360200", True),
        ("南山省级森林公园", "forest-park", "360222", ("南山森林公园",), "adcode:360200", True),
        ("北河县南山森林公园", "forest-park", "360222", ("南山森林公园",), "adcode:360200", True),
        ("上南山森林公园", "forest-park", "360222", ("南山森林公园",), "adcode:360200", False),
        ("南山森林公园", "forest-park", "330100", ("南山森林公园",), "adcode:360200", False),
        ("南山森林公园", "forest-park", None, ("南山森林公园",), "adcode:360200", True),
        ("南山煤矿", "mine/quarry", "360222", ("南山森林公园",), "adcode:360200", False),
        ("浮梁县", "admin-county", "360222", ("浮梁县省级森林公园",), "adcode:360200", False),
        ("任一地方", "mine/quarry", "360222", (), "adcode:360222", True),
        ("任一地方", "mine/quarry", "360281", (), "adcode:360222", False),
        ("任一地方", "mine/quarry", "360222|360281", (), "adcode:360281", True),
    ],
)
def test_what_the_catalogue_says(name, kind, adcode, names, applies_to, held):  # noqa: PLR0917 - one row of a table
    row = site(footprint=HERE, name=name, kind=kind, adcode=adcode)
    made = judged([row], missing_layer(names, applies_to))
    got = finding(made, zone_class="forest_park")
    assert (got["verdict"] == "not_delineated") is held
    assert (got["reason"] == "catalogue_says_so") is held
    if held:
        assert got["layer_id"] == "none"
        assert got["layer_status"] == "not_delineated"
    assert undelineated(made) == (["forest_park"] if held else [])


def test_the_statement_comes_before_any_overlap():
    park = layer(
        "park",
        [box(0, 0, 1000, 1000)],
        zone_class=ZoneClass.FOREST_PARK,
        role=LayerRole.FOREST_PARK,
        zone_name="别处森林公园",
        coverage=box(-9000, -9000, 9000, 9000),
    )
    row = site(footprint=HERE, name="南山森林公园", kind="forest-park")
    held = finding(judged([row], park, missing_layer(("南山森林公园",))), zone_class="forest_park")
    assert held["verdict"] == "not_delineated"
    assert held[["likelihood", "overlap_m2", "distance_m"]].isna().all()
    assert held["geometry"] is None


def test_an_official_zone_of_that_name_overrules_an_old_statement():
    drawn = layer(
        "water",
        [box(0, 0, 1000, 1000)],
        zone_class=ZoneClass.WATER_1,
        role=LayerRole.WATER_SOURCE,
        zone_name="白鹭洲饮用水水源一级保护区",
        coverage=box(-9000, -9000, 9000, 9000),
    )
    plan = plan_of("白鹭洲水源地保护区尚未划定。")
    row = site(footprint=HERE, name="白鹭洲水源地", kind="water-source")
    mentions = mentions_of(plan, s=SOURCE)
    made = judged([row], drawn, plans=[plan], mentions=mentions)
    assert finding(made, zone_class="water_1")["verdict"] == "conflict"
    assert undelineated(made) == ["water_2", "water_quasi"]


def test_names_of_different_zones_are_different_places():
    assert not same_place("阳明山自然保护区", "阳明山森林公园", kind="forest-park")
    assert same_place("阳明山（一期）国家级森林公园", "阳明山森林公园", kind="forest-park")
