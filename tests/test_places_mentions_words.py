"""Cutting text into words and names, administrative names, the word lists themselves."""

from __future__ import annotations

import pytest

from geo_rectify.places.recognition.admin import customary_names, find_home, short_name
from geo_rectify.places.recognition.cutting import tokenise
from geo_rectify.places.recognition.lexicon import context, lexicon
from geo_rectify.places.recognition.numbering import read_number
from geo_rectify.places.recognition.tokens import vocabulary
from geo_rectify.vocabulary import PlaceType


def cut(text, known=None, home="郴州市宜章县"):
    words = vocabulary(lexicon(), find_home(home).names, known or {})
    return [text[token.start : token.end] for token in tokenise(text, words)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("雨水溢流进入西河", "西河"),
        ("大量污水经韦家桥排入河道", "韦家桥"),
        ("完成和平路改造", "和平路"),
        ("治理南河和西河", "西河"),
        ("在白岭镇、经公桥镇建设", "经公桥镇"),
        ("郴州市礼林镇", "礼林镇"),
        ("宜章县林集镇污水处理厂", "林集镇"),
        ("沿206国道堆放", "206国道"),
        ("S303沿线", "S303"),
        ("走进了宜章县境内", "宜章县"),
        ("三家村污水", "三家村"),
    ],
)
def test_a_name_begins_where_the_words_before_it_end(text, name):
    assert name in cut(text)


@pytest.mark.parametrize(
    "text", ["理清思路", "没有出路", "河长制", "矿山道路", "农村河道", "乡镇街道", "全县城镇污水"]
)
def test_ordinary_words_are_no_names(text):
    words = vocabulary(lexicon(), {}, {})
    assert not [t for t in tokenise(text, words) if t.kind is not None]


def test_tokens_cover_the_text():
    text = "《某市条例》规定，G206国道两侧86处（含3处）“一企一策”、PM2.5超标𠮷。\n"
    assert "".join(cut(text)) == text


def test_learnt_names_are_read_before_others():
    assert "满坑坞" in cut("满坑坞存在建筑", {"满坑坞": PlaceType.CATCHMENT})


@pytest.mark.parametrize(
    "learnt",
    [
        {"满坑坞": PlaceType.CATCHMENT},
        {"西河": PlaceType.RIVER, "满坑坞": PlaceType.VILLAGE},
        {"西河": PlaceType.CATCHMENT},
    ],
)
def test_what_a_first_cut_has_held_changes_no_later_one(learnt):
    text = "满坑坞存在建筑，污水流进西河。宜章县林集镇三家村、双溪水库，206国道沿线"
    areas, known = find_home("郴州市宜章县").names, {"西河": PlaceType.RIVER}
    first = vocabulary(lexicon(), areas, known)
    tokenise(text, first)
    later = vocabulary(lexicon(), areas, known | learnt, before=first)
    assert tokenise(text, later) == tokenise(text, vocabulary(lexicon(), areas, known | learnt))


def test_only_runs_with_a_name_learnt_since_are_cut_anew():
    areas, known = find_home("郴州市宜章县").names, {"西河": PlaceType.RIVER}
    first = vocabulary(lexicon(), areas, known)
    tokenise("满坑坞存在建筑，污水流进西河", first)
    later = vocabulary(lexicon(), areas, known | {"满坑坞": PlaceType.CATCHMENT}, before=first)
    assert set(later.cuts) == {(False, "污水流进西河")}


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("郴州市", "郴州"),
        ("道县", "道县"),
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("黔西南布依族苗族自治州", "黔西南"),
        ("伊犁哈萨克自治州", "伊犁"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("锡林郭勒盟", "锡林郭勒"),
        ("达尔罕茂明安联合旗", "达尔罕茂明安"),
    ],
)
def test_short_name(name, short):
    assert short_name(name) == short


def test_customary_names():
    assert customary_names("紫云苗族布依族自治县") == ("紫云县", "紫云自治县")
    assert customary_names("郴州市") == ()


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("郴州市整改方案。苏仙区、宜章县。", "郴州市"),
        ("平江县整改方案。岳阳市要求平江县整改。", "平江县"),
        ("整改方案。准格尔旗、乌审旗、伊金霍洛旗。", "鄂尔多斯市"),
        ("湖南省整改方案。郴州市、永州市、岳阳市、衡阳市。", "湖南省"),
        ("鼓楼区、西湖区、余杭区整改方案。", "杭州市"),
        ("没有地名。", ""),
    ],
)
def test_home(text, home):
    assert find_home(text, title=text.split("。")[0]).level_name == home


def test_a_direction_in_the_city_is_no_far_district():
    home = find_home("郴州市整改方案。东城区管网破损，宜章县。")
    assert "东城区" not in home.names


@pytest.mark.parametrize(
    ("raw", "value"),
    [("86", 86), ("1200", 1200), ("两", 2), ("十", 10), ("二十三", 23), ("一百零五", 105)],
)
def test_read_number(raw, value):
    assert read_number(raw) == value


def test_word_lists_are_consistent():
    words = lexicon()
    assert all(word in words.facility for word in words.standing)
    assert set(context().list_kinds.values()) <= set(PlaceType)
    for word in context().anaphor_types:
        assert context().anaphor.fullmatch(word)
