"""The room's tables: every word of them means something."""

from __future__ import annotations

import pytest

from geo_rectify.places import precision_of
from geo_rectify.places.areas import Area, is_code, uppers
from geo_rectify.places.kinds import coarse, compatible, kind_of, table
from geo_rectify.places.names import normalise, proper, stem, strip_admin
from geo_rectify.places.spelling import slip
from geo_rectify.vocabulary import LABELS, PlaceType, Precision

KINDS = {kind.value for kind in PlaceType}


def test_tables_speak_of_known_kinds():
    rules = table("kinds")
    groups = {coarse(kind) for kind in PlaceType}
    assert set(rules["coarse"]) <= KINDS
    assert set(rules["coarse"].values()) <= groups
    assert set(rules["compatible"]) <= groups
    assert {word for words in rules["compatible"].values() for word in words} <= groups
    for words in (
        rules["suffixes"],
        rules["point_extent"],
        rules["spread"]["kinds"],
        rules["synonyms"]["kinds"],
        *(rules["named_after"][key] for key in rules["named_after"] if key != "slack_m"),
    ):
        assert set(words) <= KINDS


def test_zones_lie_in_counties_of_their_prefecture():
    for zone in table("zones")["zone"]:
        assert is_code(zone["prefecture"])
        assert all(
            code[:4] == zone["prefecture"][:4] and is_code(code) for code in zone["counties"]
        )
        assert zone["names"]


@pytest.mark.parametrize("kind", list(PlaceType))
def test_kinds_are_read_as_word_and_as_label(kind: PlaceType):
    assert kind_of(kind.value) is kind
    assert kind_of(LABELS[PlaceType][kind.value]) is kind
    assert compatible(kind, kind)


def test_a_town_is_no_company():
    assert not compatible(PlaceType.FACTORY, PlaceType.TOWNSHIP)
    assert not compatible(PlaceType.MINE, PlaceType.VILLAGE)
    assert kind_of("城堡") is None


@pytest.mark.parametrize(
    ("uncertainty", "plain", "measured"),
    [
        (0.0, "feature", "surveyed"),
        (50.0, "feature", "surveyed"),
        (50.1, "street", "street"),
        (200.0, "street", "street"),
        (2000.0, "village", "village"),
        (2001.0, "township", "township"),
        (10_000.0, "township", "township"),
        (10_001.0, "county", "county"),
    ],
)
def test_precision_follows_uncertainty(uncertainty: float, plain: str, measured: str):
    assert precision_of(uncertainty) is Precision(plain)
    assert precision_of(uncertainty, measured=True) is Precision(measured)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("“昌景黄”高铁 项目", "昌景黄高铁项目"),
        ("樟树坑（昌江）饮用水水源地", "樟树坑饮用水水源地"),
        ("（一期）", "(一期)"),
        ("第２人民医院", "第二人民医院"),
    ],
)
def test_spellings_are_unified(written: str, compared: str):
    assert normalise(written) == compared


def test_what_is_taken_off_names():
    above = uppers(("360281",))
    assert strip_admin("江西省景德镇市乐平市甲公司", above, PlaceType.FACTORY) == "甲公司"
    assert strip_admin("乐平工业园", above, PlaceType.INDUSTRIAL_PARK) == "乐平工业园"
    assert stem("岩口采石场", PlaceType.MINE) == "岩口"
    assert proper("岩口采石场", PlaceType.MINE) == "岩口采石场"
    assert proper("鱼丽工业平台", PlaceType.INDUSTRIAL_PARK) == "鱼丽"


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("罗家坻", "罗家砒", True),
        ("第一桥", "第二桥", False),
        ("东风坞", "西风坞", False),
        ("甲", "甲", False),
    ],
)
def test_slips_of_the_pen(left: str, right: str, *, alike: bool):
    assert bool(slip(left, right)) is alike


def test_an_area_names_itself():
    assert Area(codes=("360202", "360222")).county == "昌江区|浮梁县"
    assert Area(codes=("360202", "360222")).label == "昌江区、浮梁县"
    assert Area(prefecture="360200").label == "景德镇市"
    assert (Area().label, Area().adcode, Area().limits) == ("", "", ())
