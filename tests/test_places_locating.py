"""Locating: from mentions to sites, footprints, the worklist and what was refused."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.crs import buffer_m
from geo_rectify.errors import CRSError, TableError
from geo_rectify.places import find_mentions, locate, open_gazetteer
from geo_rectify.places.areas import polygon, widened
from geo_rectify.plans import read_plan
from geo_rectify.tables import FOOTPRINTS, REJECTED, SITES, UNLOCATED, validate
from geo_rectify.vocabulary import PlaceType, Role
from tests.places_cases import Text, gazetteer, one, place

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geo_rectify.places import Located

PREFECTURE = "景德镇市"
MINE, COMPANY, VILLAGE = PlaceType.MINE, PlaceType.FACTORY, PlaceType.VILLAGE
TOWNSHIP, COUNTY, PLANT = PlaceType.TOWNSHIP, PlaceType.COUNTY, PlaceType.WASTEWATER_PLANT
RIVER, PARK, LAKE = PlaceType.RIVER, PlaceType.INDUSTRIAL_PARK, PlaceType.LAKE_RESERVOIR


@pytest.fixture(scope="module")
def shipped():
    return open_gazetteer()


def _site(found: Located, name: str = "") -> pd.Series:
    rows = found.sites if not name else found.sites[found.sites["name"] == name]
    assert len(rows) == 1
    return rows.iloc[0]


def _footprint(found: Located, site_id: str) -> shapely.Geometry:
    return found.footprints.set_index("site_id").geometry[site_id]


@lru_cache
def _limit(adcode: str) -> shapely.Geometry:
    return buffer_m(widened(tuple(adcode.split("|"))), 1)


def _sound(found: Located) -> None:
    """Check what holds for every run."""
    validate(found.sites, SITES)
    validate(found.footprints, FOOTPRINTS)
    validate(found.unlocated, UNLOCATED)
    validate(found.rejected, REJECTED)
    shapes = found.footprints.set_index("site_id").geometry
    fine = {"surveyed", "feature", "street", "village"}
    for row in found.sites.itertuples():
        pointless = row.precision in {"county", "prefecture", "none"} or row.status == "counted"
        assert (row.geometry is None) == pointless
        assert (row.site_id in shapes.index) == (row.precision != "none")
        if row.precision == "none":
            continue
        shape = shapes[row.site_id]
        assert shape.is_valid
        assert shape.geom_type in {"Polygon", "MultiPolygon"}
        assert shape.difference(_limit(row.adcode)).is_empty
        if row.geometry is not None:
            assert shape.intersects(row.geometry)
        assert not (row.precision in fine and row.site_id in set(found.unlocated["site_id"]))
    assert (found.unlocated["reason"] != "").all()
    for words in ("合规", "违法", "无冲突"):
        assert not found.unlocated["reason"].str.contains(words).any()


# --- the county --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("county", "expected", "precision"),
    [
        ("乐平市", ("乐平市", "360281", ""), "county"),
        ("昌南新区", ("浮梁县", "360222", "昌南新区"), "county"),
        ("高新区", ("昌江区", "360202", "高新区"), "county"),
        ("昌江区|浮梁县", ("昌江区|浮梁县", "360202|360222", ""), "county"),
        (f"{PREFECTURE}(prefecture level only)", ("", "360200", ""), "prefecture"),
        (PREFECTURE, ("", "360200", ""), "prefecture"),
    ],
)
def test_the_text_s_county_becomes_the_real_one(
    shipped, county: str, expected: tuple[str, str, str], precision: str
):
    text = Text()
    text.say(PREFECTURE, PlaceType.PREFECTURE, role=Role.ACTOR)
    text.say("狄芬妮陶瓷", COMPANY, county=county)
    found = locate(text.mentions, shipped)
    site = _site(found)
    assert (site["county"], site["adcode"], site["dev_zone"]) == expected
    assert (site["precision"], site["status"]) == (precision, "unlocated")
    shape = _footprint(found, site["site_id"])
    assert shape.equals(polygon(tuple(expected[1].split("|"))))
    _sound(found)


def test_a_zone_of_another_prefecture_is_not_this_one(shipped):
    text = Text()
    text.say("九江市", PlaceType.PREFECTURE, role=Role.ACTOR)
    text.say("甲公司", COMPANY, county="高新区")
    site = _site(locate(text.mentions, shipped))
    assert (site["county"], site["adcode"], site["dev_zone"]) == ("", "360400", "高新区")


@pytest.mark.parametrize(
    ("city", "adcode"),
    [("福州市", "350102"), ("徐州市", "320302"), ("开封市", "410204")],
)
def test_county_names_that_stand_several_times_follow_the_document(shipped, city: str, adcode: str):
    text = Text()
    text.say(city, PlaceType.PREFECTURE, role=Role.ACTOR)
    text.say("甲公司", COMPANY, county="鼓楼区")
    assert _site(locate(text.mentions, shipped))["adcode"] == adcode


def test_without_any_area_nothing_is_looked_up(shipped):
    found = locate(one("人民广场", PlaceType.MARKET), shipped)
    site = _site(found)
    assert (site["precision"], site["status"], site["candidates"]) == ("none", "unlocated", "")
    assert len(found.footprints) == 0
    assert "没有说明" in found.unlocated["reason"].iloc[0]


def test_a_plan_of_another_province_gets_its_counties_and_abstains(shipped):
    text = Text()
    text.say("绍兴市", PlaceType.PREFECTURE, role=Role.ACTOR)
    names = ["人民广场", "西湖乡水厂水源地", "鸣山村", "金山工业园区", "双田镇", "昌江"]
    kinds = [PlaceType.MARKET, PlaceType.WATER_SOURCE, VILLAGE, PARK, TOWNSHIP, RIVER]
    for name, kind in zip(names, kinds, strict=True):
        text.say(name, kind, county="诸暨市")
    found = locate(text.mentions, shipped)
    assert set(found.sites["adcode"]) == {"330681"}
    assert set(found.sites["precision"]) == {"county"}
    assert set(found.sites["status"]) == {"unlocated"}
    assert found.rejected["reason"].str.contains("诸暨市").all()
    assert len(found.rejected) >= 3
    _sound(found)


# --- identity ----------------------------------------------------------------------------------


def test_mentions_of_one_place_are_one_site(shipped):
    text = Text()
    text.say("罗家砒采石场", MINE, county="乐平市", issue=24)
    text.say("罗家砒采石场", MINE, county="乐平市", issue=3, field="measure 1")
    text.say("罗家砒采石场", MINE, county="浮梁县", issue=4)
    found = locate(text.mentions, shipped)
    assert list(found.sites["county"]) == ["乐平市", "浮梁县"]
    assert list(found.sites["issue_numbers"]) == ["3|24", "4"]
    assert [m.site_id for m in found.mentions[:2]] == [found.sites["site_id"].iloc[0]] * 2


def test_ids_do_not_depend_on_order_or_other_mentions(shipped):
    text = Text()
    text.say("罗家砒采石场", MINE, county="乐平市")
    alone = _site(locate(text.mentions, shipped))["site_id"]
    text.say("狄芬妮陶瓷", COMPANY, county="浮梁县")
    ids = set(locate(text.mentions[::-1], shipped).sites["site_id"])
    assert alone in ids
    assert alone[0] == "s"
    assert len(alone) == 11


def test_prefecture_only_joins_the_one_county_that_is_known(shipped):
    text = Text()
    text.say("狄芬妮陶瓷", COMPANY, county=PREFECTURE)
    text.say("狄芬妮陶瓷", COMPANY, county="浮梁县")
    assert _site(locate(text.mentions, shipped))["county"] == "浮梁县"


def test_a_river_of_the_prefecture_is_not_the_reach_of_one_county(shipped):
    text = Text()
    text.say("南河", RIVER, county=PREFECTURE)
    text.say("南河", RIVER, county="珠山区")
    assert len(locate(text.mentions, shipped).sites) == 2


def test_a_name_with_its_township_before_it_is_the_same_site(shipped):
    text = Text()
    text.say("岩口采石场", MINE, county="乐平市")
    text.say("双田岩口采石场", MINE, county="乐平市")
    site = _site(locate(text.mentions, shipped))
    assert site["name"] == "岩口采石场"
    assert site["aliases"] == "双田岩口采石场"
    assert (site["township"], site["precision"]) == ("双田镇", "township")


def test_a_counted_set_is_one_site_without_dots(shipped):
    text = Text(issue=23)
    counted = {"named": False, "multiplicity": "86处", "count": 86}
    text.say("历史遗留的非法开采点", MINE, county="乐平市", area_stated_m2=800_000.0, **counted)
    text.say("历史遗留非法开采点", MINE, county="乐平市", field="measure 1", **counted)
    text.say("非法开采点", MINE, county="乐平市", issue=30, **counted)
    found = locate(text.mentions, shipped)
    pits, other = (row for _, row in found.sites.iterrows())
    assert (pits["count"], pits["area_stated_m2"], pits["status"]) == (86, 800_000, "counted")
    assert pits["geometry"] is None
    assert pits["precision"] == "county"
    assert pits["issue_numbers"] == "23"
    assert other["issue_numbers"] == "30"
    assert "86处" in found.unlocated["reason"].iloc[0]
    _sound(found)


def test_places_without_a_name_stay_in_their_issue(shipped):
    text = Text()
    text.say("雨排口", PlaceType.DRAINAGE_OUTLET, county="乐平市", named=False, issue=3)
    text.say("雨排口", PlaceType.DRAINAGE_OUTLET, county="乐平市", named=False, issue=11)
    assert len(locate(text.mentions, shipped).sites) == 2


def test_several_documents_share_sites_and_key_their_issues(shipped):
    one_, two = Text(doc_id="aaa", issue=2), Text(doc_id="bbb", issue=1)
    one_.say("罗家砒采石场", MINE, county="乐平市")
    two.say("罗家砒采石场", MINE, county="乐平市")
    site = _site(locate([*one_.mentions, *two.mentions], shipped))
    assert site["issue_numbers"] == "aaa/2|bbb/1"


def test_other_roles_make_no_site(shipped):
    text = Text()
    text.say("乐平市", COUNTY, role=Role.CONTAINER, county="乐平市")
    text.say("该公司", COMPANY, role=Role.ANAPHOR, county="乐平市")
    found = locate(text.mentions, shipped)
    assert len(found.sites) == 0
    assert {m.site_id for m in found.mentions} == {""}
    _sound(found)


def test_nothing_at_all_gives_empty_tables(shipped):
    found = locate([], shipped)
    assert (len(found.sites), len(found.footprints), len(found.unlocated)) == (0, 0, 0)
    _sound(found)


def test_an_extent_has_its_polygon_and_is_off_the_worklist(shipped):
    found = locate(one("乐平市", COUNTY, role=Role.EXTENT, county="乐平市"), shipped)
    site = _site(found)
    assert (site["status"], site["precision"], site["geometry"]) == ("located", "county", None)
    assert len(found.unlocated) == 0
    assert _footprint(found, site["site_id"]).equals(polygon(("360281",)))


# --- candidates --------------------------------------------------------------------------------


def test_a_candidate_outside_the_county_is_refused_before_any_cut():
    known = gazetteer(
        place("鸣山采石场", MINE, lon=117.20, lat=28.98, source="right"),
        place("鸣山采石场", MINE, lon=117.30, lat=29.55, source="wrong", uncertainty_m=90_000.0),
    )
    found = locate(one("鸣山采石场", MINE, county="乐平市"), known)
    site = _site(found)
    assert (site["source"], site["precision"], site["score"]) == ("right", "street", 1.0)
    refused = found.rejected.iloc[0]
    assert (refused["source"], refused["lon"]) == ("wrong", 117.30)
    assert refused["reason"] == "不在乐平市范围（界线外扩500米）内"
    _sound(found)


def test_all_candidates_outside_leaves_the_county():
    known = gazetteer(place("鸣山采石场", MINE, lon=117.30, lat=29.55))
    found = locate(one("鸣山采石场", MINE, county="乐平市"), known)
    assert _site(found)["precision"] == "county"
    assert found.unlocated["reason"].iloc[0].startswith("1个同名候选不在乐平市范围内")


def test_two_places_of_one_name_are_not_settled_by_their_order():
    rows = [
        place("王家坞水库", LAKE, lon=117.20, lat=28.98, source="a"),
        place("王家坞水库", LAKE, lon=117.40, lat=28.90, source="b"),
    ]
    mentions = one("王家坞水库", LAKE, county="乐平市")
    for order in (rows, rows[::-1]):
        found = locate(mentions, gazetteer(*order))
        site = _site(found)
        assert (site["status"], site["precision"]) == ("unlocated", "county")
        assert {c["source"] for c in json.loads(site["candidates"])} == {"a", "b"}
        assert "2个同名候选" in found.unlocated["reason"].iloc[0]


def test_the_township_in_the_text_settles_them():
    rows = [
        place("王家坞水库", LAKE, lon=117.20, lat=28.98, township="甲镇", source="a"),
        place("王家坞水库", LAKE, lon=117.40, lat=28.90, township="乙镇", source="b"),
        place("甲镇", TOWNSHIP, adcode="360281", lon=117.20, lat=28.97),
        place("乙镇", TOWNSHIP, adcode="360281", lon=117.41, lat=28.91),
    ]
    text = Text()
    text.say("乙镇", TOWNSHIP, role=Role.CONTAINER, county="乐平市")
    text.say("王家坞水库", LAKE, county="乐平市", gap=0)
    site = _site(locate(text.mentions, gazetteer(*rows)))
    assert (site["source"], site["township"], site["status"]) == ("b", "乙镇", "located")


def test_rows_of_one_place_are_one_candidate_and_the_surest_is_taken():
    known = gazetteer(
        place("甲水库", LAKE, lon=117.20, lat=28.98, uncertainty_m=3000.0, source="estimate"),
        place("甲水库", LAKE, lon=117.21, lat=28.98, uncertainty_m=80.0, source="survey"),
    )
    site = _site(locate(one("甲水库", LAKE, county="乐平市"), known))
    assert (site["source"], site["precision"]) == ("survey", "street")


@pytest.mark.parametrize(
    ("mention", "kind", "row", "how"),
    [
        ("欧神诺陶瓷厂区", COMPANY, "欧神诺陶瓷有限公司", "same name but for its ending"),
        ("景德镇市宏祥建材有限公司", COMPANY, "宏祥建材有限公司", "without admin prefix"),
        ("鱼丽工业集聚区", PARK, "鱼丽工业园", "same name but for its ending"),
        ("“甲”污水处理厂（一期）", PLANT, "甲污水处理厂", "exact"),
        ("第2人民医院", PlaceType.HOSPITAL, "第二人民医院", "exact"),
    ],
)
def test_other_spellings_are_found(mention: str, kind: PlaceType, row: str, how: str):
    known = gazetteer(place(row, kind, lon=117.25, lat=28.98))
    text = Text()
    text.say("乐平市", COUNTY, role=Role.CONTAINER, county="乐平市")
    text.say(mention, kind, county="乐平市")
    site = _site(locate(text.mentions, known))
    assert site["method"].startswith(f"gazetteer, {how}")
    assert site["status"] == "located"


@pytest.mark.parametrize(
    ("mention", "kind", "row"),
    [
        ("第一人民医院", PlaceType.HOSPITAL, "第二人民医院"),
        ("岩口采石场", MINE, "岩前采石场"),
        ("东风煤矿", MINE, "西风煤矿"),
        ("第三人民医院", PlaceType.HOSPITAL, "第三中学"),
        ("乐平工业园", PARK, "工业园区"),
        ("浮梁县省级森林公园", PlaceType.FOREST_PARK, "大岭森林公园"),
    ],
)
def test_other_places_are_not(mention: str, kind: PlaceType, row: str):
    known = gazetteer(place(row, kind, lon=117.25, lat=28.98))
    site = _site(locate(one(mention, kind, county="乐平市"), known))
    assert (site["status"], site["candidates"]) == ("unlocated", "")


def test_a_slip_of_the_pen_is_shown_and_not_taken():
    known = gazetteer(place("大罗家坻采石场", MINE, lon=117.25, lat=28.98))
    site = _site(locate(one("大罗家砒采石场", MINE, county="乐平市"), known))
    assert site["status"] == "unlocated"
    (candidate,) = json.loads(site["candidates"])
    assert (candidate["name"], candidate["score"]) == ("大罗家坻采石场", 0.7)
    assert candidate["id"].startswith("c")


@pytest.mark.parametrize(
    ("mention", "kind", "row"),
    [
        ("岩口采石场", MINE, "岩口煤矿"),
        ("朝阳路", PlaceType.ROAD, "朝阳大道"),
        ("洪岩省级森林公园", PlaceType.FOREST_PARK, "洪岩国家森林公园"),
    ],
)
def test_endings_that_tell_places_apart_are_shown_and_not_taken(
    mention: str, kind: PlaceType, row: str
):
    known = gazetteer(place(row, kind, lon=117.25, lat=28.98))
    site = _site(locate(one(mention, kind, county="乐平市"), known))
    assert site["status"] == "unlocated"
    assert json.loads(site["candidates"])[0]["name"] == row


@pytest.mark.parametrize(
    ("one_name", "other", "kind"),
    [
        ("鱼丽工业园区", "鱼丽工业平台", PARK),
        ("樟树坑饮用水水源地", "樟树坑（昌江）饮用水水源保护区", PlaceType.WATER_SOURCE),
        ("三宝污水处理站", "三宝分散式污水处理站", PLANT),
    ],
)
def test_endings_that_mean_the_same_make_one_site(
    shipped, one_name: str, other: str, kind: PlaceType
):
    text = Text()
    text.say(one_name, kind, county="昌江区")
    text.say(other, kind, county="昌江区")
    site = _site(locate(text.mentions, shipped))
    assert (site["name"], site["aliases"]) == (one_name, other)
    backwards = locate(text.mentions[1:], shipped)
    assert _site(backwards)["site_id"] == site["site_id"]


def test_a_company_is_not_placed_at_a_town_of_its_name(shipped):
    for name in ("礼林镇", "礼林", "双田镇建材有限公司", "礼林水泥有限公司", "三龙镇陶瓷厂"):
        site = _site(locate(one(name, COMPANY, county="乐平市"), shipped))
        assert (site["status"], site["precision"], site["township"]) == ("unlocated", "county", "")


def test_digits_of_candidates_follow_their_uncertainty(shipped):
    site = _site(locate(one("洪岩国家森林公园", PlaceType.FOREST_PARK, county="乐平市"), shipped))
    (candidate,) = json.loads(site["candidates"])
    assert (candidate["lon"], candidate["lat"]) == (117.47, 29.06)
    assert site["source"] == "estimate"
    assert "estimate" in site["method"]


def test_a_line_gives_a_footprint_along_it_and_a_point_on_it(shipped):
    found = locate(one("乐安河", RIVER, county="乐平市", relation="沿线"), shipped)
    site = _site(found)
    assert (site["precision"], site["uncertainty_m"]) == ("township", 2369)
    line = shipped.frame[shipped.frame["name"] == "乐安河"].geometry.iloc[0]
    assert site["geometry"].distance(line) < 1e-9
    _sound(found)


def test_a_river_known_by_a_point_needs_its_county(shipped):
    text = Text()
    text.say("西河", RIVER, county=PREFECTURE)
    assert _site(locate(text.mentions, shipped))["status"] == "unlocated"
    assert _site(locate(one("老南河", RIVER, county="珠山区"), shipped))["precision"] == "township"
    above = one("老南河", RIVER, county="珠山区", relation="上游")
    assert _site(locate(above, shipped))["precision"] == "county"


def test_the_outline_of_the_place_itself_is_surveyed():
    box = shapely.box(117.2, 28.95, 117.21, 28.96)
    row = place("甲保护区", PlaceType.NATURE_RESERVE, geometry=box, uncertainty_m=20.0)
    kind = PlaceType.NATURE_RESERVE
    site = _site(locate(one("甲保护区", kind, county="乐平市"), gazetteer(row)))
    assert (site["precision"], site["geometry"].equals(box)) == ("surveyed", True)
    beside = one("甲保护区", kind, county="乐平市", relation="附近")
    site = _site(locate(beside, gazetteer(row)))
    assert (site["precision"], site["geometry"].geom_type) == ("village", "Point")


# --- townships, villages, names ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "county", "told"),
    [
        ("涌山镇", TOWNSHIP, "乐平市", ("涌山镇", "gazetteer, exact")),
        ("峙滩乡", TOWNSHIP, "浮梁县", ("峙滩镇", "gazetteer, alias")),
        ("横路村", VILLAGE, "乐平市", ("双田镇", "township of village 横路村")),
        ("西湖乡水厂水源地", PlaceType.WATER_SOURCE, "浮梁县", ("西湖乡", "after township 西湖乡")),
        ("三龙镇污水处理厂", PLANT, "浮梁县", ("三龙镇", "named after township 三龙镇")),
        ("湘湖片区", PlaceType.CATCHMENT, "浮梁县", ("湘湖镇", "named after township 湘湖镇")),
        ("横路", PlaceType.CATCHMENT, "乐平市", ("双田镇", "township of village 横路")),
        ("横路煤矿", MINE, "乐平市", ("双田镇", "township of village 横路")),
        ("关山村断面", PlaceType.MONITORING_SECTION, "昌江区", ("鲇鱼山镇", "of village 关山")),
        ("湘湖镇牛喉咙水库", LAKE, "浮梁县", ("湘湖镇", "the text names 湘湖镇")),
        ("双田岩口采石场", MINE, "乐平市", ("双田镇", "the text names 双田镇")),
    ],
)
def test_names_that_tell_their_township(
    shipped, name: str, kind: PlaceType, county: str, told: tuple[str, str]
):
    township, method = told
    found = locate(one(name, kind, county=county), shipped)
    site = _site(found)
    assert (site["precision"], site["township"]) == ("township", township)
    assert site["method"].startswith("township_inferred")
    assert method in site["method"]
    assert "推定" in found.unlocated["reason"].iloc[0]
    _sound(found)


@pytest.mark.parametrize(
    ("name", "kind", "county"),
    [
        ("岩口采石场", MINE, "乐平市"),
        ("洎阳采石场", MINE, "乐平市"),
        ("洎阳路", PlaceType.ROAD, "乐平市"),
        ("浮梁产业园", PARK, "浮梁县"),
        ("金山工业园区", PARK, "乐平市"),
        ("马鞍山煤矿", MINE, "乐平市"),
        ("樟树坑饮用水水源地", PlaceType.WATER_SOURCE, "昌江区"),
        ("柳溪村", VILLAGE, "浮梁县"),
    ],
)
def test_names_that_do_not(shipped, name: str, kind: PlaceType, county: str):
    found = locate(one(name, kind, county=county), shipped)
    site = _site(found)
    assert (site["precision"], site["township"]) == ("county", "")
    _sound(found)


def test_a_namesake_in_another_county_is_refused_and_counted(shipped):
    found = locate(one("马鞍山煤矿", MINE, county="乐平市"), shipped)
    assert list(found.rejected["candidate"]) == ["马鞍山社区"]
    assert "珠山区" in found.rejected["reason"].iloc[0]


def test_a_township_whose_seat_is_unknown_stays_at_the_county(shipped):
    found = locate(one("寿安镇", TOWNSHIP, county="浮梁县"), shipped)
    site = _site(found)
    assert (site["precision"], site["township"], site["geometry"]) == ("county", "寿安镇", None)
    assert "寿安镇" in found.unlocated["reason"].iloc[0]
    _sound(found)


def test_the_township_right_before_the_name_places_it(shipped):
    text = Text()
    text.say("乐平市", COUNTY, role=Role.CONTAINER, county="乐平市")
    text.say("礼林镇", TOWNSHIP, role=Role.CONTAINER, county="乐平市", gap=0)
    text.say("王雌涧水库", LAKE, county="乐平市", gap=0)
    found = locate(text.mentions, shipped)
    site = _site(found)
    assert (site["township"], site["precision"]) == ("礼林镇", "township")
    seat = shipped.frame[shipped.frame["name"] == "礼林镇"].geometry.dropna().iloc[0]
    assert site["geometry"].equals(seat)
    assert "the point is the seat" in site["method"]
    _sound(found)


def test_a_township_farther_off_does_not():
    text = Text()
    text.say("礼林镇", TOWNSHIP, role=Role.CONTAINER, county="乐平市")
    text.say("王雌涧水库", LAKE, county="乐平市", gap=6)
    site = _site(locate(text.mentions, open_gazetteer()))
    assert site["precision"] == "county"


def test_two_villages_of_one_township_place_what_is_near_them(shipped):
    text = Text()
    text.say("横路村", VILLAGE, role=Role.CONTAINER, county="乐平市")
    text.say("龙珠村", VILLAGE, role=Role.CONTAINER, county="乐平市", gap=1, relation="附近")
    text.say("康晨建材", COMPANY, county="乐平市", gap=2)
    text.say("鼎瑞砂石", COMPANY, county="乐平市", gap=1)
    found = locate(text.mentions, shipped)
    near, other = (row for _, row in found.sites.iterrows())
    assert (near["township"], near["precision"]) == ("双田镇", "township")
    assert other["precision"] == "county"
    plain = locate(one("双田镇", TOWNSHIP, county="乐平市"), shipped)
    inner = _footprint(plain, _site(plain)["site_id"])
    outer = _footprint(found, near["site_id"])
    assert inner.difference(buffer_m(outer, 1)).is_empty
    assert near["uncertainty_m"] == pytest.approx(_site(plain)["uncertainty_m"] + 1000)
    _sound(found)


def test_named_after_a_park_or_school_that_is_known(shipped):
    name = "景德镇陶瓷大学污水处理厂"
    site = _site(locate(one(name, PLANT, county="浮梁县"), shipped))
    assert (site["precision"], site["uncertainty_m"]) == ("township", 2348)
    assert site["method"] == "named after 景德镇陶瓷大学湘湖校区, estimate"
    other = _site(locate(one(name, PLANT, county="珠山区"), shipped))
    assert other["method"] == "named after 景德镇陶瓷大学新厂校区, estimate"
    assert _site(locate(one(name, PLANT, county="乐平市"), shipped))["precision"] == "county"


def test_beside_a_park_the_text_names(shipped):
    text = Text()
    text.say("乐平工业园", PARK, role=Role.CONTAINER, county="乐平市")
    text.say("塔山三路", PlaceType.ROAD, county="乐平市", gap=0)
    site = _site(locate(text.mentions, shipped))
    assert site["method"] == "beside or in 乐平工业园区, estimate"
    assert site["uncertainty_m"] == 3321


def test_a_position_in_the_named_township_is_cut_by_it():
    rows = [
        place("甲水库", LAKE, lon=117.20, lat=28.97, uncertainty_m=9000.0),
        place("甲镇", TOWNSHIP, adcode="360281", lon=117.20, lat=28.97),
        place("乙镇", TOWNSHIP, adcode="360281", lon=117.30, lat=28.97),
    ]
    text = Text()
    text.say("甲镇", TOWNSHIP, role=Role.CONTAINER, county="乐平市")
    text.say("甲水库", LAKE, county="乐平市", gap=0)
    found = locate(text.mentions, gazetteer(*rows))
    site = _site(found)
    assert "cut by township_inferred 甲镇" in site["method"]
    assert not _footprint(found, site["site_id"]).intersects(shapely.Point(117.28, 28.97))
    _sound(found)


# --- layers and order --------------------------------------------------------------------------


def test_layers_bring_reaches_and_outlines():
    line = shapely.LineString([(117.1, 28.95), (117.4, 28.95)])
    reaches = gpd.GeoDataFrame({"name": ["甲河"]}, geometry=[line], crs="EPSG:4490")
    box = shapely.box(117.1, 28.9, 117.3, 29.0)
    outlines = gpd.GeoDataFrame({"名称": ["甲镇"]}, geometry=[box], crs="EPSG:4490")
    text = Text()
    text.say("甲河", RIVER, county="乐平市")
    text.say("甲镇", TOWNSHIP, county="乐平市")
    empty = gazetteer(place("乙镇", TOWNSHIP, adcode="360281"))
    found = locate(text.mentions, empty, reaches=reaches, outlines=outlines)
    river, town = (row for _, row in found.sites.iterrows())
    assert (river["precision"], river["uncertainty_m"]) == ("street", 100)
    assert river["source"] == "layer (reaches)"
    assert (town["precision"], town["township"]) == ("township", "甲镇")
    assert town["method"].startswith("township_outline")
    _sound(found)


def test_layers_without_names_or_crs_are_refused():
    shape = [shapely.box(117.1, 28.9, 117.3, 29.0)]
    nameless = gpd.GeoDataFrame({"x": [1]}, geometry=shape, crs="EPSG:4490")
    with pytest.raises(TableError, match="outlines: column 'name' is missing"):
        locate([], open_gazetteer(), outlines=nameless)
    with pytest.raises(CRSError, match="reaches"):
        locate([], open_gazetteer(), reaches=gpd.GeoDataFrame({"name": ["a"]}, geometry=shape))


_NAMES = [
    ("鸣山村", VILLAGE),
    ("涌山镇", TOWNSHIP),
    ("西湖乡水厂水源地", PlaceType.WATER_SOURCE),
    ("昌江", RIVER),
    ("乐安河", RIVER),
    ("大岭森林公园", PlaceType.FOREST_PARK),
    ("鱼丽工业园区", PARK),
    ("马鞍山煤矿", MINE),
    ("乐平市", COUNTY),
    ("狄芬妮陶瓷", COMPANY),
    ("人民广场", PlaceType.MARKET),
]
_COUNTIES = [
    "乐平市",
    "浮梁县",
    "昌江区",
    "珠山区",
    "高新区",
    "昌南新区",
    PREFECTURE,
    "昌江区|浮梁县",
]


@given(
    picked=st.lists(
        st.tuples(
            st.sampled_from(_NAMES),
            st.sampled_from(_COUNTIES),
            st.sampled_from(["", "附近", "南侧", "上游", "沿线"]),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(deadline=None, max_examples=60)
def test_whatever_the_mentions_every_site_is_sound(shipped, picked):
    text = Text()
    text.say(PREFECTURE, PlaceType.PREFECTURE, role=Role.ACTOR)
    for (name, kind), county, relation in picked:
        text.say(name, kind, county=county, relation=relation)
    known = shipped
    found = locate(text.mentions, known)
    _sound(found)
    again = locate(text.mentions, known)
    assert found.sites.drop(columns="geometry").equals(again.sites.drop(columns="geometry"))
    assert found.sites.geometry.to_wkb().equals(again.sites.geometry.to_wkb())


# --- the real documents ------------------------------------------------------------------------


@pytest.mark.real_plans
def test_the_real_plan(real_plans: Path, shipped):
    plan = read_plan(real_plans / "jingdezhen_2023_rectification_plan.txt")
    found = locate(find_mentions(plan, names=shipped.names()), shipped)
    _sound(found)
    sites = found.sites
    mine = sites[sites["name"] == "岩口采石场"].iloc[0]
    assert mine["county"] == "乐平市"
    assert sites[sites["name"] == "狄芬妮陶瓷"].iloc[0]["county"] == "浮梁县"
    source = sites[sites["name"] == "西湖乡水厂水源地"].iloc[0]
    assert (source["county"], source["township"]) == ("浮梁县", "西湖乡")
    pits = sites[sites["count"] == 86]
    assert len(pits) == 1
    assert pits.iloc[0]["area_stated_m2"] == pytest.approx(800_000)
    assert pits.iloc[0]["geometry"] is None
    camphor = sites[sites["name"].str.contains("樟树坑")]
    assert set(camphor["precision"]) <= {"county", "prefecture"}
    prefecture = widened(("360200",))
    placed = sites[~sites.geometry.isna()]
    assert placed.geometry.apply(prefecture.intersects).all()
    assert (found.rejected["reason"] != "").all()


@pytest.mark.real_plans
def test_the_progress_report_s_places_are_located(real_plans: Path, shipped):
    plan = read_plan(real_plans / "jingdezhen_2018_progress_report.txt")
    found = locate(find_mentions(plan, names=shipped.names()), shipped)
    _sound(found)
    assert len(found.sites) > 5
    assert set(found.sites["issue_numbers"]) == {""}
