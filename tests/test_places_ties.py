"""Relations of several places, from the words of a text to the footprint, in metres around 乐平市."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import shapely

from geo_rectify.crs import area_m2, from_plane, to_plane
from geo_rectify.models import Mention
from geo_rectify.places import find_mentions, locate
from geo_rectify.places.areas import polygon
from geo_rectify.plans import read_plan
from geo_rectify.vocabulary import PlaceType, Role
from tests.places_cases import gazetteer, place

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.places import Located

EPSG = 4548
X0, Y0 = 519_500.0, 3_207_000.0
RIVER, ROAD, BRIDGE = PlaceType.RIVER, PlaceType.ROAD, PlaceType.BRIDGE
TOWN, SECTION = PlaceType.TOWNSHIP, PlaceType.MONITORING_SECTION


def _at(x: float, y: float) -> shapely.Point:
    return from_plane(shapely.Point(X0 + x, Y0 + y), EPSG)


def _line(*xy: tuple[float, float]) -> shapely.LineString:
    return from_plane(shapely.LineString([(X0 + x, Y0 + y) for x, y in xy]), EPSG)


def _box(*sides: float) -> shapely.Polygon:
    return from_plane(shapely.box(X0 + sides[0], Y0 + sides[1], X0 + sides[2], Y0 + sides[3]), EPSG)


def _known(name: str, kind: PlaceType, geometry: Any, **more: Any) -> dict[str, Any]:
    return place(name, kind, geometry=geometry, adcode="360281", uncertainty_m=50.0, **more)


ROWS = (
    _known("洎水河", RIVER, _line((-6000, 0), (6000, 0)), flow="with"),
    _known("车溪河", RIVER, _line((500, 6000), (500, 40))),
    _known("翥山大道", ROAD, _line((-6000, 3000), (6000, 3000))),
    _known("东湖大道", ROAD, _line((-2000, -6000), (-2000, 6000))),
    _known("西湖大道", ROAD, _line((2000, -6000), (2000, 6000))),
    _known("韦陀桥", BRIDGE, _at(-2500, 20)),
    _known("关山断面", SECTION, _at(1500, -30)),
    _known("金鹅广场", PlaceType.MARKET, _at(-3000, 4000)),
    _known("甲路镇", TOWN, _box(-4000, -4000, 0, 4000)),
    _known("双田镇", TOWN, _box(0, -4000, 4000, 4000)),
)


def _located(tmp_path: Path, sentence: str, *, without: tuple[str, ...] = ()) -> Located:
    text = f"乐平市生态环境问题整改方案\n\n乐平市有以下问题。{sentence}。\n"
    path = tmp_path / "plan.txt"
    path.write_text(text, encoding="utf-8")
    known = gazetteer(*(row for row in ROWS if row["name"] not in without))
    return locate(find_mentions(read_plan(path), names=known.names()), known)


def _site(located: Located, name: str) -> tuple[Any, shapely.Geometry]:
    site = located.sites[located.sites["name"] == name].iloc[0]
    shapes = located.footprints.set_index("site_id").geometry
    return site, shapes[site["site_id"]]


@pytest.mark.parametrize(
    "words",
    [
        "韦陀桥至关山断面段岸线破坏",
        "从韦陀桥到关山断面的河道淤积",
        "韦陀桥到关山断面之间有弃渣",
        "韦陀桥—关山断面河段淤积",
    ],
)
@pytest.mark.parametrize("name", ["韦陀桥", "关山断面"])
def test_a_stretch_keeps_to_its_river_between_both_ends(tmp_path: Path, words: str, name: str):
    site, shape = _site(_located(tmp_path, words), name)
    assert site["relation"] == "韦陀桥至关山断面段"
    assert "along 洎水河" in site["method"]
    assert shape.contains(shapely.MultiPoint([_at(-2400, 0), _at(0, 300), _at(1400, 0)]))
    assert not shape.intersects(shapely.MultiPoint([_at(-4000, 0), _at(3000, 0), _at(0, 900)]))


def test_the_river_named_before_a_stretch_is_cut_too(tmp_path: Path):
    site, shape = _site(_located(tmp_path, "洎水河韦陀桥至关山断面段河道淤积"), "洎水河")
    assert site["relation"] == "洎水河韦陀桥至关山断面段"
    assert shape.contains(_at(0, 0))
    assert not shape.contains(_at(4000, 0))
    whole, all_of_it = _site(
        _located(tmp_path, "洎水河韦陀桥至关山断面段淤积。洎水河超标"), "洎水河"
    )
    assert "段" not in whole["relation"]
    assert all_of_it.contains(_at(4000, 0))


def test_a_stretch_of_a_road_lies_between_its_crossings(tmp_path: Path):
    located = _located(tmp_path, "翥山大道（东湖大道至西湖大道段）雨污混流")
    for name in ("东湖大道", "西湖大道"):
        site, shape = _site(located, name)
        assert "along 翥山大道" in site["method"]
        assert shape.contains(_at(0, 3000))
        assert not shape.intersects(shapely.MultiPoint([_at(-3500, 3000), _at(-2000, 0)]))


def test_a_stretch_without_a_line_is_what_lies_between_and_without_an_end_nothing(tmp_path: Path):
    words = "韦陀桥至关山断面段岸线破坏"
    site, shape = _site(_located(tmp_path, words, without=("洎水河", "车溪河")), "韦陀桥")
    assert "no line known" in site["method"]
    assert shape.contains(shapely.MultiPoint([_at(-2400, 0), _at(0, 900), _at(1400, 0)]))
    site, shape = _site(_located(tmp_path, words, without=("关山断面",)), "韦陀桥")
    assert site["precision"] == "county"
    assert site["geometry"] is None


def test_what_is_moved_from_one_place_to_another_is_no_stretch(tmp_path: Path):
    located = _located(tmp_path, "甲路镇搬迁至双田镇的企业未办手续")
    assert not located.sites["relation"].str.contains("段").any()


@pytest.mark.parametrize("words", ["交界处", "接壤处", "交界地带"])
def test_the_border_of_two_townships_is_a_strip(tmp_path: Path, words: str):
    located = _located(tmp_path, f"甲路镇与双田镇{words}堆存废渣")
    for name in ("甲路镇", "双田镇"):
        site, shape = _site(located, name)
        assert "border of 甲路镇 and 双田镇" in site["method"]
        assert shape.contains(shapely.MultiPoint([_at(900, 0), _at(-900, 0)]))
        assert not shape.intersects(shapely.MultiPoint([_at(1600, 0), _at(-1600, 0)]))


def test_a_site_behind_a_border_of_counties_lies_in_either(tmp_path: Path):
    located = _located(tmp_path, "乐平市和浮梁县交界处的岩山采石场未复绿")
    site, shape = _site(located, "岩山采石场")
    assert set(site["county"].split("|")) == {"乐平市", "浮梁县"}
    assert site["relation"] == "乐平市与浮梁县交界处"
    assert "border of 乐平市 and 浮梁县" in site["method"]
    assert 0 < area_m2(shape) < 0.1 * area_m2(polygon(("360281",)))
    assert shape.intersects(polygon(("360281",)))
    assert shape.intersects(polygon(("360222",)))


@pytest.mark.parametrize("words", ["交汇处", "汇合处", "交界处"])
def test_two_rivers_meet_where_they_meet(tmp_path: Path, words: str):
    site, shape = _site(_located(tmp_path, f"洎水河与车溪河{words}水质超标"), "车溪河")
    assert "where 洎水河 and 车溪河 meet" in site["method"]
    assert shape.contains(_at(500, 0))
    assert not shape.intersects(shapely.MultiPoint([_at(500, 2000), _at(3000, 0)]))


def test_a_mouth_is_the_end_at_the_other_river(tmp_path: Path):
    site, shape = _site(_located(tmp_path, "车溪河河口水质超标"), "车溪河")
    assert site["relation"] == "车溪河河口"
    assert shape.contains(_at(500, 40))
    assert not shape.contains(_at(500, 2000))
    _, whole = _site(_located(tmp_path, "车溪河河口超标", without=("洎水河",)), "车溪河")
    assert whole.contains(_at(500, 2000))


@pytest.mark.parametrize("words", ["东湖大道东侧、翥山大道南侧", "东湖大道以东，翥山大道以南"])
def test_two_sides_are_what_lies_on_both(tmp_path: Path, words: str):
    located = _located(tmp_path, f"{words}地块堆存垃圾")
    for name in ("东湖大道", "翥山大道"):
        site, shape = _site(located, name)
        assert "every side named" in site["method"]
        assert shape.contains(_at(-1500, 2500))
        outside = [_at(-2500, 2500), _at(-1500, 3500), _at(0, 0), _at(3000, 2900)]
        assert not shape.intersects(shapely.MultiPoint(outside))


def test_a_site_behind_two_sides_lies_on_both(tmp_path: Path):
    located = _located(tmp_path, "东湖大道以东、翥山大道以南的四季春晖小区污水直排")
    site, shape = _site(located, "四季春晖小区")
    assert site["relation"] == "东湖大道以东、翥山大道以南"
    assert shape.contains(_at(-1500, 2500))
    assert not shape.contains(_at(-2500, 2500))


def test_an_area_called_after_a_place_lies_around_it(tmp_path: Path):
    site, shape = _site(_located(tmp_path, "金鹅广场片区污水直排"), "金鹅广场片区")
    assert site["method"] == "named after 金鹅广场"
    assert shape.contains(_at(-3000, 4900))
    assert not shape.contains(_at(-3000, 5300))


@pytest.mark.parametrize(("word", "kept", "cut"), [("上游", -3000, 4000), ("下游", 4000, -3000)])
def test_a_gazetteer_says_which_way_its_river_flows(
    tmp_path: Path, word: str, kept: float, cut: float
):
    site, shape = _site(_located(tmp_path, f"关山断面{word}水质超标"), "关山断面")
    assert "flow declared" in site["method"]
    assert shape.contains(_at(kept, 0))
    assert not shape.contains(_at(cut, 0))


def _mention(name: str, kind: PlaceType, start: int, role: Role, **more: Any) -> Mention:
    cells = {"county": "乐平市", "surface": name, "normalised": name} | more
    return Mention(
        mention_id=f"d:{start}",
        doc_id="d",
        issue=1,
        section=1,
        field="problem",
        start=start,
        end=start + len(name),
        type=kind,
        role=role,
        **cells,
    )


def _half(bearing_word: str) -> Located:
    """Locate a mine behind 乐平市 with a relation: 乐平市西北部的鹤岭采石场."""
    mentions = [
        _mention("乐平市", PlaceType.COUNTY, 0, Role.CONTAINER, relation=bearing_word),
        _mention("鹤岭采石场", PlaceType.MINE, 4 + len(bearing_word), Role.SITE),
    ]
    return locate(mentions, gazetteer(*ROWS))


@pytest.mark.parametrize(
    ("word", "inside", "outside"),
    [
        ("东部", (15_000, 0), (-15_000, 0)),
        ("西部", (-15_000, 0), (15_000, 0)),
        ("北部", (0, 12_000), (0, -20_000)),
        ("南部区域", (0, -20_000), (0, 12_000)),
        ("西北部", (-9_000, 9_000), (12_000, -12_000)),
        ("东南部", (12_000, -12_000), (-12_000, 9_000)),
    ],
)
def test_a_part_of_a_county_is_half_of_it_and_no_position(
    word: str, inside: tuple[float, float], outside: tuple[float, float]
):
    site, shape = _site(_half(word), "鹤岭采石场")
    county = polygon(("360281",))
    middle = to_plane(shapely.centroid(county), EPSG)
    there, away = (
        from_plane(shapely.Point(middle.x + x, middle.y + y), EPSG) for x, y in (inside, outside)
    )
    assert shape.contains(there)
    assert not shape.intersects(away)
    assert shape.contains(shapely.centroid(county))
    assert 0.5 < area_m2(shape) / area_m2(county) < 0.75
    assert site["relation"] == f"乐平市{word}"
    assert (site["precision"], site["geometry"], site["status"]) == ("county", None, "unlocated")
    assert "beyond its centroid at a bearing of" in site["method"]


@pytest.mark.parametrize("word", ["东侧", "中部", "部队", "东部和西部"])
def test_what_names_no_one_part_leaves_the_county_whole(word: str):
    _, shape = _site(_half(word), "鹤岭采石场")
    assert area_m2(shape) > 0.99 * area_m2(polygon(("360281",)))


def test_a_township_behind_a_part_of_the_county_tells_more(tmp_path: Path):
    mentions = [
        _mention("乐平市", PlaceType.COUNTY, 0, Role.CONTAINER, relation="东部"),
        _mention("双田镇", TOWN, 6, Role.CONTAINER),
        _mention("鹤岭采石场", PlaceType.MINE, 9, Role.SITE),
    ]
    site, shape = _site(locate(mentions, gazetteer(*ROWS)), "鹤岭采石场")
    assert (site["precision"], site["township"]) == ("township", "双田镇")
    assert not shape.contains(_at(-3000, 0))


def test_parts_of_two_areas_named_together_narrow_nothing():
    mentions = [
        _mention("乐平市", PlaceType.COUNTY, 0, Role.CONTAINER, relation="东部"),
        _mention("德兴市", PlaceType.COUNTY, 6, Role.CONTAINER, relation="西部", county="德兴市"),
        _mention("鹤岭采石场", PlaceType.MINE, 12, Role.SITE),
    ]
    site, shape = _site(locate(mentions, gazetteer(*ROWS)), "鹤岭采石场")
    assert site["relation"] == ""
    assert area_m2(shape) > 0.99 * area_m2(polygon(("360281",)))


def test_parts_of_townships_parks_and_rivers_are_read_from_the_text(tmp_path: Path):
    park = _known("金山工业园区", PlaceType.INDUSTRIAL_PARK, _box(-900, -1500, 900, 700))
    text = "双田镇南部石材加工点污染突出。金山工业园区东部异味明显。洎水河西部河段淤积"
    path = tmp_path / "plan.txt"
    path.write_text(f"乐平市整改方案\n\n乐平市有以下问题。{text}。\n", encoding="utf-8")
    known = gazetteer(*ROWS, park)
    located = locate(find_mentions(read_plan(path), names=known.names()), known)
    site, shape = _site(located, "双田镇")
    assert (site["relation"], site["township"]) == ("双田镇南部", "双田镇")
    assert shape.contains(_at(2000, -3000))
    assert not shape.intersects(_at(2000, 2500))
    site, shape = _site(located, "金山工业园区")
    assert shape.contains(_at(800, 0))
    assert not shape.intersects(_at(-800, 0))
    site, shape = _site(located, "洎水河")
    assert "the part of 洎水河 beyond its centroid at a bearing of 270" in site["method"]
    assert shape.contains(_at(-5000, 0))
    assert not shape.intersects(_at(5000, 0))


def test_a_counted_set_keeps_to_the_stretch_and_stays_a_set(tmp_path: Path):
    mentions = [
        _mention("韦陀桥", BRIDGE, 0, Role.CONTAINER, relation="起点"),
        _mention("关山断面", SECTION, 4, Role.CONTAINER, relation="终点"),
        _mention(
            "入河排污口",
            PlaceType.OTHER,
            12,
            Role.SITE,
            count=12,
            multiplicity="12处",
            normalised="",
            named=False,
        ),
    ]
    located = locate(mentions, gazetteer(*ROWS))
    site = located.sites[located.sites["count"] == 12].iloc[0]
    shape = located.footprints.set_index("site_id").geometry[site["site_id"]]
    assert (site["status"], site["precision"], site["geometry"]) == ("counted", "county", None)
    assert site["relation"] == "韦陀桥至关山断面段"
    assert "along 洎水河" in site["method"]
    assert shape.contains(_at(0, 0))
    assert not shape.intersects(_at(4000, 0))
