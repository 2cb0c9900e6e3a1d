"""Judging shapes drawn by hand: what each verdict's row says and what it keeps back."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest
import shapely

from geo_rectify.crs import areas_m2
from geo_rectify.errors import TableError
from geo_rectify.findings import judge
from geo_rectify.findings.standing import (
    class_layers,
    held_by,
    joined_coverage,
    within_county,
)
from geo_rectify.regions import area_polygon, widened_polygon
from geo_rectify.settings import Settings
from geo_rectify.tables import FINDINGS, validate
from geo_rectify.vocabulary import (
    CORE_CLASSES,
    LayerRole,
    LayerStatus,
    Sensitivity,
    ZoneClass,
)
from tests.findings_drawing import (
    DAY,
    box,
    disc,
    finding,
    judged,
    layer,
    layers_of,
    line,
    mentions_of,
    plan_of,
    point,
    site,
)

AROUND = box(-50_000, -50_000, 50_000, 50_000)
ZONE = box(0, 0, 10_000, 10_000)
RED = layer("red", [ZONE], coverage=AROUND)
DRAFT = layer("draft", [ZONE], coverage=AROUND, status=LayerStatus.DRAFT)
SKETCH = layer("sketch", [ZONE], coverage=AROUND, status=LayerStatus.SCHEMATIC, sample=True)


@pytest.mark.parametrize(
    ("shape", "precision", "verdict", "reason"),
    [
        (disc(30, 5000, 50), "feature", "possible", ""),
        (disc(30, 5000, 10), "feature", "conflict", ""),
        (disc(300, 5000, 200), "street", "conflict", ""),
        (disc(100, 5000, 2000), "village", "possible", ""),
        (disc(5000, 5000, 2000), "village", "possible", ""),
        (disc(100, 5000, 9000), "township", "undetermined", "precision"),
        (disc(5000, 5000, 4000), "township", "undetermined", "precision"),
        (box(-9000, -9000, 19_000, 19_000), "county", "undetermined", "precision"),
        (disc(-300, 5000, 50), "feature", "clear", ""),
        (disc(-5000, 5000, 2000), "village", "clear", ""),
        (disc(-20_000, 5000, 9000), "township", "clear", ""),
        (disc(-49_990, 5000, 50), "feature", "not_covered", "no_coverage"),
        (None, "none", "undetermined", "no_footprint"),
    ],
)
def test_positions_against_an_official_zone(shape, precision, verdict, reason):
    held = finding(judged([site(footprint=shape, precision=precision)], RED))
    assert (held["verdict"], held["reason"]) == (verdict, reason)


def test_likelihood_is_the_share_of_the_footprint():
    held = finding(judged([site(footprint=disc(30, 5000, 50))], RED))
    # a disc of radius 50 whose centre is 30 m inside a straight boundary
    assert held["likelihood"] == pytest.approx(1 - 1118.2 / 7854, abs=0.002)
    assert held[["overlap_m2", "share"]].isna().all()
    assert held["distance_m"] == 0
    assert held["geometry"].area > 0
    inside = finding(judged([site(footprint=disc(30, 5000, 10))], RED))
    assert inside[["likelihood", "overlap_m2", "share"]].isna().all()


@pytest.mark.parametrize("other", [DRAFT, SKETCH])
@pytest.mark.parametrize(
    ("shape", "precision", "verdict", "reason"),
    [
        (disc(5000, 5000, 10), "surveyed", "possible", ""),
        (disc(30, 5000, 50), "feature", "possible", ""),
        (disc(5000, 5000, 4000), "township", "undetermined", "precision"),
        (disc(-300, 5000, 50), "feature", "undetermined", "layer_status"),
        (disc(-60_000, 5000, 50), "feature", "not_covered", "no_coverage"),
    ],
)
def test_other_layers_never_give_conflict_or_clear(other, shape, precision, verdict, reason):
    held = finding(judged([site(footprint=shape, precision=precision)], other))
    assert (held["verdict"], held["reason"]) == (verdict, reason)
    assert ("不作" in held["note"]) is True


def test_a_demo_takes_sample_layers_as_official_and_marks_them():
    rows = [
        site("in", footprint=disc(5000, 5000, 10)),
        site("out", footprint=disc(-300, 5000, 50)),
    ]
    shown = judged(rows, SKETCH, demo=True)
    assert finding(shown, "in")["verdict"] == "conflict"
    assert finding(shown, "out")["verdict"] == "clear"
    assert "示例数据，不作依据" in finding(shown, "in")["note"]
    assert finding(shown, "in")["layer_status"] == "schematic"
    # a user's own draft stays a draft
    assert finding(judged(rows, DRAFT, demo=True), "in")["verdict"] == "possible"


def test_an_outline_is_measured_its_widened_footprint_is_not():
    outline = box(-100, 5000, 100, 5100)
    rows = [
        site("o", precision="surveyed", geometry=outline, footprint=box(-110, 4990, 110, 5110)),
        site(
            "b",
            precision="surveyed",
            geometry=box(-105, 0, -5, 100),
            footprint=box(-115, -9, 5, 109),
        ),
        site(
            "c",
            precision="surveyed",
            geometry=box(-500, 0, -400, 100),
            footprint=box(-510, -9, -390, 109),
        ),
    ]
    made = judged(rows, RED)
    held = finding(made, "o")
    assert held["verdict"] == "conflict"
    assert held["overlap_m2"] == pytest.approx(10_000, rel=2e-3)
    assert held["share"] == pytest.approx(0.5, abs=1e-4)
    assert areas_m2([held["geometry"]])[0] == pytest.approx(held["overlap_m2"], rel=1e-6)
    beside = finding(made, "b")
    assert beside["verdict"] == "possible"
    assert 0 < beside["likelihood"] < 0.1
    assert beside["overlap_m2"] == 0
    clear = finding(made, "c")
    assert (clear["verdict"], clear["overlap_m2"]) == ("clear", 0)
    assert clear["distance_m"] == pytest.approx(400, abs=11)


def test_an_outline_names_its_own_zones_not_those_of_its_widened_footprint():
    zones = layer("two", [box(0, 0, 95, 100), box(102, 0, 900, 100)], coverage=AROUND)
    outline = box(90, 0, 100, 100)
    row = site(precision="surveyed", geometry=outline, footprint=box(80, -9, 110, 109))
    held = finding(judged([row], zones))
    assert (held["verdict"], held["zone_id"], held["zone_ids"]) == ("conflict", "two:0", "two:0")
    assert areas_m2([held["geometry"]])[0] == pytest.approx(500, rel=5e-3)


def test_overlapping_zones_and_layers_of_a_class_count_once():
    two = layer("more", [box(0, 4000, 10_000, 6000)], coverage=AROUND)
    outline = box(-100, 5000, 100, 5100)
    row = site(precision="surveyed", geometry=outline, footprint=outline)
    held = finding(judged([row], RED, two))
    assert held["overlap_m2"] == pytest.approx(10_000, rel=2e-3)
    assert held["zone_ids"] == "more:0|red:0"
    assert held["layer_id"] == "more"


def test_official_and_draft_layers_of_one_class_are_told_apart():
    draft = layer("draft", [box(-1000, 0, 10_000, 10_000)], status=LayerStatus.DRAFT)
    rows = [
        site("both", footprint=disc(0, 5000, 50)),
        site("drawn", footprint=disc(-500, 5000, 50)),
        site("neither", footprint=disc(-2000, 5000, 50)),
    ]
    made = judged(rows, RED, draft)
    both = finding(made, "both")
    assert (both["verdict"], both["layer_id"]) == ("possible", "red")
    assert both["likelihood"] == pytest.approx(0.5, abs=0.01)
    assert both["zone_ids"] == "red:0"
    drawn = finding(made, "drawn")
    assert (drawn["verdict"], drawn["layer_id"], drawn["likelihood"]) == ("possible", "draft", 1)
    neither = finding(made, "neither")
    assert (neither["verdict"], neither["layer_id"]) == ("clear", "red")
    assert neither["distance_m"] == pytest.approx(1950, abs=1)


def test_the_coverages_of_official_layers_are_joined():
    west = layer("west", [ZONE], coverage=box(-50_000, -50_000, -300, 50_000))
    east = layer("east", [], coverage=box(-300, -50_000, 50_000, 50_000))
    row = site(footprint=disc(-300, 5000, 50))
    assert finding(judged([row], west))["verdict"] == "not_covered"
    assert finding(judged([row], west, east))["verdict"] == "clear"


def test_the_strip_a_county_was_widened_by_needs_no_coverage():
    county, widened = area_polygon("360222"), widened_polygon("360222")
    official = layer("red", [ZONE], coverage=area_polygon("360200"))
    beyond = shapely.union(widened, shapely.box(*shapely.bounds(widened)))
    rows = [
        site("drawn", footprint=county, precision="county"),
        site("widened", footprint=widened, precision="county"),
        site("beyond", footprint=beyond, precision="county"),
        site("other", footprint=widened, precision="county", adcode="360281"),
        site("unknown", footprint=widened, precision="county", adcode="999999"),
    ]
    held = class_layers(layers_of(official), Settings(as_of=DAY))
    assert held["red_line"].official
    coverage = joined_coverage(held["red_line"].official)
    cut = [within_county(row["footprint"], row["adcode"]) for row in rows]
    assert held_by(cut, coverage).tolist() == [True, True, False, False, False]


def test_a_layer_without_coverage_never_answers_clear():
    bare = layer("bare", [ZONE])
    rows = [site("out", footprint=disc(-300, 5000, 50)), site("in", footprint=disc(500, 500, 50))]
    made = judged(rows, bare)
    assert finding(made, "out")["reason"] == "no_coverage"
    assert finding(made, "out")["distance_m"] == pytest.approx(250, abs=0.5)
    assert finding(made, "in")["verdict"] == "conflict"


@pytest.mark.parametrize(
    "ended",
    [
        {"in_force": False},
        {"valid_to": dt.date(2026, 10, 31)},
        {"valid_from": dt.date(2026, 11, 2)},
    ],
)
def test_layers_not_in_force_are_as_if_absent(ended):
    old = layer("old", [box(-1000, 0, 0, 10_000)], coverage=AROUND, **ended)
    rows = [site(footprint=disc(-500, 5000, 50))]
    assert finding(judged(rows, old))["reason"] == "no_layer"
    held = finding(judged(rows, old, RED))
    assert (held["verdict"], held["layer_id"]) == ("clear", "red")
    assert held["distance_m"] == pytest.approx(450, abs=1)


def test_no_layers_no_conflict_and_nothing_clear():
    rows = [site("a", footprint=disc(0, 0, 50)), site("b", footprint=None, precision="none")]
    made = judged(rows)
    validate(made.findings, FINDINGS)
    assert len(made.findings) == 2 * len(CORE_CLASSES)
    assert set(made.findings["verdict"]) == {"not_covered", "undetermined"}
    assert made.findings["layer_id"].eq("").all()


def test_classes_beyond_the_core_are_judged_when_a_layer_gives_them():
    mine = layer("mine", [ZONE], zone_class=ZoneClass.MINING_RIGHT, role=LayerRole.MINING_RIGHT)
    made = judged([site(footprint=disc(500, 500, 50))], mine)
    assert list(made.findings["zone_class"]) == [*CORE_CLASSES, "mining_right"]
    held = finding(made, zone_class="mining_right")
    assert held["verdict"] == "conflict"
    assert held["rule_ids"] == ""
    assert "未设规则" in held["note"]
    assert "未设规则" not in finding(made)["note"]


def test_restricted_layers_are_judged_and_not_told():
    secret = layer(
        "secret", [ZONE], coverage=AROUND, sensitivity=Sensitivity.RESTRICTED, zone_name="机密片区"
    )
    rows = [
        site("in", footprint=disc(5000, 5000, 10)),
        site("part", footprint=disc(30, 5000, 50)),
        site("near", footprint=disc(-300, 5000, 50)),
    ]
    made = judged(rows, secret)
    verdicts = [finding(made, name)["verdict"] for name in ("in", "part", "near")]
    assert verdicts == ["conflict", "possible", "clear"]
    for name in ("in", "part", "near"):
        held = finding(made, name)
        assert held[["zone_id", "zone_name", "zone_ids"]].tolist() == ["", "", ""]
        assert held[["distance_m", "geometry"]].isna().all()
        assert "机密" not in " ".join(str(cell) for cell in held)
    told = finding(judged(rows, secret, include_restricted=True), "part")
    assert (told["zone_id"], told["zone_name"], told["distance_m"]) == ("secret:0", "机密片区", 0)
    assert told["geometry"] is not None


def test_counted_sets_are_undetermined_where_the_class_is_in_their_county():
    county = box(-9000, -9000, 19_000, 19_000)
    row = site(footprint=county, precision="county", status="counted", count=86)
    held = finding(judged([row], RED))
    assert (held["verdict"], held["reason"]) == ("undetermined", "precision")
    assert "86处" in held["note"]
    assert held[["likelihood", "overlap_m2", "distance_m"]].isna().all()


def test_touching_is_not_overlapping():
    outline = box(-100, 0, 0, 100)
    held = finding(judged([site(precision="surveyed", geometry=outline, footprint=outline)], RED))
    assert (held["verdict"], held["overlap_m2"], held["distance_m"]) == ("clear", 0, 0)
    assert "相接" in held["note"]
    assert held["geometry"] is None


def test_points_as_footprints_are_judged_too():
    rows = [
        site("in", precision="surveyed", geometry=point(5, 5), footprint=point(5, 5)),
        site("out", precision="surveyed", geometry=point(-5, 5), footprint=point(-5, 5)),
    ]
    made = judged(rows, RED)
    assert finding(made, "in")["verdict"] == "conflict"
    assert finding(made, "in")[["overlap_m2", "share"]].isna().all()
    assert finding(made, "out")["verdict"] == "clear"


def test_a_surveyed_line_that_enters_a_zone_is_a_conflict_without_area():
    road = line((-300, 5000), (100, 5000))
    held = finding(judged([site(precision="surveyed", geometry=road, footprint=road)], RED))
    assert held["verdict"] == "conflict"
    assert held["share"] == pytest.approx(0.25, abs=1e-4)
    assert held.isna()["overlap_m2"]
    assert held["geometry"].geom_type == "LineString"


def test_rules_are_those_of_the_day_and_the_place():
    rows = [
        site("here", footprint=disc(0, 0, 50)),
        site("else", footprint=disc(0, 0, 50), adcode="330100"),
        site("unknown", footprint=disc(0, 0, 50), adcode=None),
    ]
    now = judged(rows, as_of=dt.date(2026, 11, 1))
    then = judged(rows, as_of=dt.date(2024, 5, 1))
    assert finding(now, "here", "water_1")["rule_ids"] == "code_317|code_318|code_319"
    assert finding(then, "here", "water_1")["rule_ids"] == "water_law_63|water_law_64|water_law_65"
    assert "jiangxi_forest_park" in finding(now, "here", "forest_park")["rule_ids"]
    for name in ("else", "unknown"):
        assert "jiangxi" not in finding(now, name, "forest_park")["rule_ids"]
    none = judged(rows, rules=())
    assert "未设规则" in finding(none, "here")["note"]
    assert none.rules == ()


def test_evidence_names_issue_and_span_in_order():
    plan = plan_of("石坑采石场越界，石坑采石场未复绿。", measures=("关闭石坑采石场。",))
    mentions = mentions_of(plan, s=("石坑采石场", "mine/quarry"))
    held = finding(judged([site(footprint=disc(0, 0, 50))], plans=[plan], mentions=mentions))
    cells = held["evidence"].split("|")
    assert len(cells) == 3
    for cell in cells:
        issue, span = cell.split(":")
        start, end = map(int, span.split("-"))
        assert issue == "3"
        assert plan.text[start:end] == "石坑采石场"


def test_several_documents_carry_their_id_in_evidence():
    plans = [plan_of("石坑采石场越界。", doc_id=name) for name in ("bbb", "aaa")]
    mentions = [m for plan in plans for m in mentions_of(plan, s=("石坑采石场", "mine/quarry"))]
    held = finding(judged([site(footprint=None, precision="none")], plans=plans, mentions=mentions))
    assert [cell.split(":")[0] for cell in held["evidence"].split("|")] == ["bbb/3", "aaa/3"]


def test_ids_depend_on_site_and_class_alone():
    one = judged([site(footprint=disc(0, 0, 50))], RED)
    other = judged([site("t", footprint=None), site(footprint=disc(9, 9, 50))])
    ids = one.findings.set_index("zone_class")["finding_id"]
    again = other.findings[other.findings["site_id"] == "s"].set_index("zone_class")["finding_id"]
    assert ids.equals(again)
    assert other.findings["finding_id"].is_unique


def test_rows_follow_sites_and_classes_and_inputs_stay():
    row = site(footprint=disc(0, 0, 50))
    made = judged([site("z", footprint=None), row], RED)
    assert list(made.findings["site_id"].unique()) == ["z", "s"]
    assert list(made.findings["zone_class"][: len(CORE_CLASSES)]) == list(CORE_CLASSES)
    assert set(judge.__kwdefaults__) == {"rules", "registers", "petitions"}


def test_changing_one_version_changes_only_its_rows():
    water = layer(
        "water", [ZONE], zone_class=ZoneClass.WATER_1, role=LayerRole.WATER_SOURCE, coverage=AROUND
    )
    rows = [site(footprint=disc(30, 5000, 50)), site("far", footprint=disc(-3000, 0, 50))]
    before = judged(rows, RED, water).findings
    newer = dataclasses.replace(water[0], version="v2"), water[1]
    after = judged(rows, RED, newer).findings
    changed = before.drop(columns="geometry").ne(after.drop(columns="geometry"))
    changed &= ~(before.drop(columns="geometry").isna() & after.drop(columns="geometry").isna())
    assert set(before.loc[changed.any(axis=1), "zone_class"]) == {"water_1"}
    assert list(changed.columns[changed.any()]) == ["layer_version"]


def test_generated_words_never_rule():
    rows = [
        site(f"{precision}{at}", footprint=shape, precision=precision)
        for precision in ("surveyed", "village", "township")
        for at, shape in enumerate((disc(30, 5000, 50), disc(-900, 0, 50), AROUND, None))
    ]
    for made in (judged(rows), judged(rows, RED), judged(rows, SKETCH, demo=True)):
        text = " ".join(made.findings["note"])
        assert not any(word in text for word in ("合规", "违法", "无冲突"))
        assert made.findings["note"].str.len().gt(0).all()


def test_tables_without_columns_are_refused():
    rows = [site(footprint=disc(0, 0, 50))]
    made = judged(rows, RED)
    from geo_rectify.settings import Settings
    from tests.findings_drawing import layers_of

    with pytest.raises(TableError, match="'precision' is missing"):
        judge(
            made.findings[["site_id", "geometry"]],
            made.findings[["site_id", "geometry"]],
            overlaps=made.findings,
            layers=layers_of(RED),
            plans=(),
            mentions=(),
            settings=Settings(),
        )


def test_geometry_is_the_union_met_by_the_footprint():
    two = layer("two", [box(0, 0, 100, 100), box(50, 0, 150, 100)])
    held = finding(judged([site(footprint=box(-10, 0, 120, 100))], two))
    assert held["geometry"].geom_type == "Polygon"
    assert areas_m2([held["geometry"]])[0] == pytest.approx(12_000, rel=2e-3)
    assert shapely.is_valid(held["geometry"])


def test_a_new_version_of_one_layer_changes_its_rows_alone():
    rows = [
        site("in", footprint=disc(5000, 5000, 10)),
        site("out", footprint=disc(-300, 5000, 50)),
        site("far", footprint=disc(-60_000, 5000, 50)),
    ]
    water = layer(
        "water",
        [box(0, 0, 10_000, 10_000)],
        zone_class=ZoneClass.WATER_1,
        role=LayerRole.WATER_SOURCE,
        coverage=box(-50_000, -50_000, 50_000, 50_000),
    )
    before = judged(rows, RED, water).findings
    info, zones = RED
    newer = (
        dataclasses.replace(info, version="v2"),
        [row | {"layer_version": "v2"} for row in zones],
    )
    after = judged(rows, newer, water).findings
    left, right = (pd.DataFrame(one.drop(columns="geometry")) for one in (before, after))
    changed = (left != right) & ~(left.isna() & right.isna())
    assert list(changed.columns[changed.any()]) == ["layer_version"]
    rests_on_it = left["layer_id"].str.split("|").map(lambda ids: info.layer_id in ids)
    assert rests_on_it.any()
    assert (changed["layer_version"] == rests_on_it).all()
    assert set(right.loc[rests_on_it, "layer_version"]) == {"v2"}
