"""Names as people type them, looked up in a gazetteer."""

from __future__ import annotations

import pytest

from geo_rectify.places import search_gazetteer
from geo_rectify.vocabulary import PlaceType
from tests.places_cases import gazetteer, place

MINE, HOSPITAL, PLANT = PlaceType.MINE, PlaceType.HOSPITAL, PlaceType.WASTEWATER_PLANT
KNOWN = gazetteer(
    place("罗家坻采石场", MINE, lon=117.2, lat=29.0, township="双田镇"),
    place("岩口采石场", MINE, lon=117.25, lat=29.02, township="双田镇"),
    place("景德镇市第二人民医院", HOSPITAL, lon=117.2, lat=29.29, aliases="市二医院"),
    place("景德镇市第一人民医院", HOSPITAL, lon=117.21, lat=29.295),
    place("江西甲乙药业股份有限公司", PlaceType.FACTORY, lon=117.15, lat=28.97),
    place("乐平市污水处理厂", PLANT, lon=117.12, lat=28.95),
    place("礼林镇", PlaceType.TOWNSHIP, lon=117.05, lat=28.9, adcode="360281"),
    place("礼林镇", PlaceType.TOWNSHIP, geometry=None, uncertainty_m=None, adcode="360281"),
)


@pytest.mark.parametrize(
    ("asked", "county", "wanted"),
    [
        ("岩口采石场", "", "岩口采石场"),
        ("乐平市岩口采石场", "", "岩口采石场"),
        ("乐平岩口采石场", "", "岩口采石场"),
        ("双田镇岩口采石场", "", "岩口采石场"),
        ("乐平市双田镇岩口采石场", "", "岩口采石场"),
        ("江西省景德镇市乐平市岩口采石场", "", "岩口采石场"),
        ("樂平市巖口採石場", "", "岩口采石场"),
        ("岩囗采石场", "", "岩口采石场"),
        ("岩口采石厂", "", "岩口采石场"),
        ("yankoucaishichang", "", "岩口采石场"),
        ("罗家砒采石场", "", "罗家坻采石场"),
        ("景德镇第2人民医院", "", "景德镇市第二人民医院"),
        ("市第二人民医院", "景德镇市", "景德镇市第二人民医院"),
        ("第二人民医院", "珠山区", "景德镇市第二人民医院"),
        ("二医院", "", "景德镇市第二人民医院"),
        ("甲乙药业有限公司", "乐平市", "江西甲乙药业股份有限公司"),
        ("江西甲乙药业", "", "江西甲乙药业股份有限公司"),
        ("乐平污水处理厂", "", "乐平市污水处理厂"),
        ("污水处理厂", "乐平市", "乐平市污水处理厂"),
        ("礼林", "乐平市", "礼林镇"),
    ],
)
def test_names_as_people_type_them(asked: str, county: str, wanted: str):
    first = search_gazetteer(asked, KNOWN, county=county)[0]
    assert first.name == wanted
    assert not first.refused
    assert first.margin is not None
    assert first.margin > 0


def test_another_number_or_county_is_no_answer():
    assert all(f.name != "景德镇市第一人民医院" for f in search_gazetteer("市二医院", KNOWN))
    assert all(f.refused for f in search_gazetteer("岩口采石场", KNOWN, county="浮梁县"))
    (outside,) = search_gazetteer("浮梁县岩口采石场", KNOWN)
    assert (outside.name, outside.refused) == ("岩口采石场", True)
    assert outside.reason.startswith("不在浮梁县范围")


@pytest.mark.parametrize("listed", ["G206", "206国道", "国道206", "G206国道", "国道G206", "G206线"])
@pytest.mark.parametrize("asked", ["G206", "206国道", "国道206", "g206"])
def test_a_numbered_road_has_one_name(listed: str, asked: str):
    known = gazetteer(
        place(listed, PlaceType.ROAD, lon=117.2, lat=29.3),
        place("S206", PlaceType.ROAD, lon=117.3, lat=29.3),
        place("G56杭瑞高速", PlaceType.ROAD, lon=117.4, lat=29.3),
    )
    assert [f.name for f in search_gazetteer(asked, known)] == [listed]


@pytest.mark.parametrize("asked", ["luojiadi", "luojiachi", "luojiadicaishichang"])
def test_each_reading_of_a_character_finds_its_name(asked: str):
    assert [f.name for f in search_gazetteer(asked, KNOWN)] == ["罗家坻采石场"]
