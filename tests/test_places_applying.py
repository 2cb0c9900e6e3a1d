"""Corrections brought to sites."""

from __future__ import annotations

import json

import pytest
import shapely

from geo_rectify.crs import area_m2, disc, distance_m
from geo_rectify.errors import TableError
from geo_rectify.places import locate, open_gazetteer
from geo_rectify.vocabulary import PlaceType
from tests.places_cases import Text, corrections, gazetteer, one, place

MINE, LAKE = PlaceType.MINE, PlaceType.LAKE_RESERVOIR
SPOT = {"lon": 117.2, "lat": 28.98}


@pytest.fixture(scope="module")
def shipped():
    return open_gazetteer()


@pytest.fixture
def mine():
    return one("罗家砒采石场", MINE, county="乐平市", issue=24)


def _id(mentions, shipped) -> str:
    return locate(mentions, shipped).sites["site_id"].iloc[0]


def _apply(mentions, known, *rows):
    found = locate(mentions, known, corrections=corrections(*rows))
    return found, found.sites.iloc[0]


def test_a_point_of_50_m_or_less_is_surveyed(shipped, mine):
    found, site = _apply(mine, shipped, {"site_id": _id(mine, shipped), **SPOT, "by": "张三"})
    assert (site["precision"], site["uncertainty_m"], site["status"]) == ("surveyed", 10, "located")
    assert site["geometry"].equals(shapely.Point(117.2, 28.98))
    assert site["method"] == "correction"
    assert "张三" in site["source"]
    assert len(found.unlocated) == 0
    assert found.footprints.geometry.iloc[0].equals(disc(117.2, 28.98, 10))
    assert found.correction_notes == ("test:0（" + site["site_id"] + "）：已采用，约±10米。",)


@pytest.mark.parametrize(
    ("uncertainty", "precision", "listed"),
    [(50.0, "surveyed", 0), (51.0, "street", 0), (900.0, "village", 0), (3000.0, "township", 1)],
)
def test_a_coarser_one_takes_the_class_of_its_uncertainty(
    shipped, mine, uncertainty: float, precision: str, listed: int
):
    row = {"site_id": _id(mine, shipped), **SPOT, "uncertainty_m": uncertainty}
    found, site = _apply(mine, shipped, row)
    assert (site["precision"], len(found.unlocated)) == (precision, listed)
    assert (found.unlocated["reason"] != "").all()


def test_an_outline_stays_an_outline(shipped, mine):
    box = shapely.box(117.2, 28.98, 117.203, 28.983)
    found, site = _apply(mine, shipped, {"site_id": _id(mine, shipped), "geometry": box})
    assert site["geometry"].equals(box)
    assert found.footprints.geometry.iloc[0].equals(box)
    assert site["method"] == "correction, outline"
    rough = {"site_id": _id(mine, shipped), "geometry": box, "uncertainty_m": 300.0}
    found, site = _apply(mine, shipped, rough)
    assert (site["precision"], site["geometry"].geom_type) == ("village", "Point")
    assert area_m2(found.footprints.geometry.iloc[0]) > area_m2(box)


def test_when_the_id_moved_name_county_and_kind_find_the_site(shipped, mine):
    row = {"site_id": "s0000000000", "name": "罗家砒采石场", "county": "乐平", "kind": "矿山采石场"}
    found, site = _apply(mine, shipped, row | SPOT)
    assert site["precision"] == "surveyed"
    assert "s0000000000" in found.correction_notes[0]
    assert site["site_id"] in found.correction_notes[0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"site_id": "s0000000000"}, "没有编号为s0000000000的点位"),
        ({"name": "罗家砒采石场", "county": "浮梁县"}, "没有名称、县和类型都相符的点位"),
        ({"name": "罗家砒采石场", "kind": "river"}, "没有名称、县和类型都相符的点位"),
        ({"name": "别的采石场"}, "没有名称、县和类型都相符的点位"),
    ],
)
def test_what_finds_no_site_is_said(shipped, mine, row, said: str):
    found, site = _apply(mine, shipped, row | SPOT)
    assert site["precision"] == "county"
    assert len(found.correction_notes) == 1
    assert said in found.correction_notes[0]
    assert found.correction_notes[0].startswith("test:0")


def test_a_name_that_two_sites_bear_needs_its_county(shipped):
    text = Text()
    text.say("甲采石场", MINE, county="乐平市")
    text.say("甲采石场", MINE, county="浮梁县")
    found = locate(text.mentions, shipped, corrections=corrections({"name": "甲采石场", **SPOT}))
    assert set(found.sites["precision"]) == {"county"}
    assert "2个同名点位" in found.correction_notes[0]


def test_outside_the_county_is_taken_and_said(shipped, mine):
    row = {"site_id": _id(mine, shipped), "lon": 117.21, "lat": 29.35}
    found, site = _apply(mine, shipped, row)
    assert site["precision"] == "surveyed"
    assert "在乐平市以外" in found.correction_notes[0]


def test_of_two_positions_the_later_is_taken_and_both_are_named(shipped, mine):
    site_id = _id(mine, shipped)
    later = {"site_id": site_id, "lon": 117.21, "lat": 28.98, "date": "2024-05-02"}
    earlier = {"site_id": site_id, "lon": 117.20, "lat": 28.98, "date": "2024-05-01"}
    found, site = _apply(mine, shipped, later, earlier)
    assert shapely.get_x(site["geometry"]) == 117.21
    apart = distance_m(shapely.Point(117.20, 28.98), shapely.Point(117.21, 28.98))
    assert f"相距{apart:.0f}米" in found.correction_notes[0]
    assert len(found.correction_notes) == 2


def test_answers_without_a_position_change_nothing(shipped, mine):
    found, site = _apply(mine, shipped, {"site_id": _id(mine, shipped), "state": "已复绿"})
    assert site["precision"] == "county"
    assert "位置不变" in found.correction_notes[0]


def test_a_bow_tie_is_refused_and_said(shipped, mine):
    bow = shapely.Polygon([(117, 29), (117.1, 29.1), (117.1, 29), (117, 29.1)])
    found, site = _apply(mine, shipped, {"site_id": _id(mine, shipped), "geometry": bow})
    assert site["precision"] == "county"
    assert "轮廓无效" in found.correction_notes[0]


def test_a_correction_reaches_every_document_that_names_the_place(shipped):
    one_, two = Text(doc_id="aaa"), Text(doc_id="bbb")
    one_.say("罗家砒采石场", MINE, county="乐平市")
    two.say("罗家砒采石场", MINE, county="乐平市")
    mentions = [*one_.mentions, *two.mentions]
    found, site = _apply(mentions, shipped, {"name": "罗家砒采石场", **SPOT})
    assert (site["precision"], len(found.sites)) == ("surveyed", 1)


@pytest.fixture
def twins():
    return gazetteer(
        place("王家坞水库", LAKE, lon=117.20, lat=28.98, source="a"),
        place("王家坞水库", LAKE, lon=117.40, lat=28.90, source="b"),
    )


def _candidates(mentions, known) -> dict[str, str]:
    cell = locate(mentions, known).sites["candidates"].iloc[0]
    return {row["source"]: row["id"] for row in json.loads(cell)}


def test_confirming_settles_two_places_of_one_name(twins):
    mentions = one("王家坞水库", LAKE, county="乐平市")
    ids = _candidates(mentions, twins)
    row = {"name": "王家坞水库", "action": "confirm", "candidate": ids["b"]}
    found, site = _apply(mentions, twins, row)
    assert (site["source"], site["status"]) == ("b", "located")
    assert found.correction_notes == (f"test:0（王家坞水库）：已确认候选{ids['b']}。",)


def test_a_rejected_candidate_never_comes_back(twins):
    mentions = one("王家坞水库", LAKE, county="乐平市")
    ids = _candidates(mentions, twins)
    row = {"name": "王家坞水库", "action": "reject", "candidate": ids["a"]}
    found, site = _apply(mentions, twins, row)
    assert (site["source"], site["status"]) == ("b", "located")
    assert ids["a"] not in site["candidates"]
    assert list(found.rejected["reason"]) == ["核查人员已排除"]
    both = [row, row | {"candidate": ids["b"]}]
    found, site = _apply(mentions, twins, *both)
    assert (site["status"], site["precision"], site["candidates"]) == ("rejected", "county", "")
    assert len(found.rejected) == 2


@pytest.mark.parametrize("action", ["confirm", "reject"])
@pytest.mark.parametrize("candidate", ["", "c0000000"])
def test_a_candidate_that_is_none_is_said(twins, action: str, candidate: str):
    row = {"name": "王家坞水库", "action": action, "candidate": candidate}
    found, site = _apply(one("王家坞水库", LAKE, county="乐平市"), twins, row)
    assert site["status"] == "unlocated"
    assert len(found.correction_notes) == 1


def test_a_frame_of_another_form_is_refused(shipped, mine):
    with pytest.raises(TableError, match="origin"):
        locate(mine, shipped, corrections=corrections({**SPOT}).drop(columns="origin"))


def test_a_place_known_to_the_prefecture_takes_a_county_and_keeps_it(shipped):
    """The text says 景德镇市 alone; the inspector knows the county, and the position shows it."""
    pond = one("满坑坞", PlaceType.CATCHMENT, county="景德镇市(prefecture level only)", issue=27)
    row = {"name": "满坑坞", "county": "珠山区", "kind": "catchment/area"}
    _, site = _apply(pond, shipped, {**row, "lon": 117.23, "lat": 29.28})
    assert (site["precision"], site["county"], site["adcode"]) == ("surveyed", "珠山区", "360203")
    refused, unmoved = _apply(pond, shipped, {**row, "county": "贵溪市", **SPOT})
    assert unmoved["precision"] == "prefecture"
    assert "未采用" in refused.correction_notes[0]


def test_what_the_reader_noticed_is_told(shipped, mine):
    row = {"site_id": _id(mine, shipped), **SPOT, "note": "东、北坐标填反，已对调"}
    found, _ = _apply(mine, shipped, row)
    assert "东、北坐标填反，已对调" in found.correction_notes[0]


def test_a_candidate_is_named_by_its_name(twins):
    mentions = one("王家坞水库", LAKE, county="乐平市")
    row = {"name": "王家坞水库", "action": "confirm", "candidate": "王家坞水库"}
    both = locate(mentions, twins, corrections=corrections(row))
    assert "候选有2个" in both.correction_notes[0]
    assert both.sites.iloc[0]["precision"] == "county"
    gone = locate(mentions, twins, corrections=corrections(row | {"action": "reject"}))
    assert gone.sites.iloc[0]["candidates"] == ""
    assert "已排除候选王家坞水库（2个）" in gone.correction_notes[0]


def test_the_log_says_who_changed_what_and_when(twins):
    mentions = one("王家坞水库", LAKE, county="乐平市")
    told = corrections(
        {
            "name": "王家坞水库",
            **SPOT,
            "by": "李四",
            "date": "2024-05-01",
        }
    )
    row = locate(mentions, twins, corrections=told).correction_log.iloc[0]
    assert (row["by"], row["date"], row["action"], row["name"]) == (
        "李四",
        "2024-05-01",
        "set",
        "王家坞水库",
    )
    assert "县级" in row["old"]
    assert "实测" in row["new"]
    assert "117.2" in row["new"]
    assert "已采用" in row["outcome"]
    assert locate(mentions, twins).correction_log.empty
