"""General classes of names and of counties: invented words in real prefectures."""

from __future__ import annotations

import pytest

from geo_rectify.places.recognition.admin import customary_names, find_home
from geo_rectify.places.recognition.aliases import short_names
from geo_rectify.places.recognition.townships import townships_of
from geo_rectify.plans import mask_cell
from tests.mentions_cases import CHENZHOU, ORDOS, found_in


def surfaces(text, title=CHENZHOU):
    return [m.surface for m in found_in(title, text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # the short name of an area inside a longer proper name
        ("凤河资兴水上公园有违建。", ["凤河资兴水上公园"]),
        ("苏仙区资兴汞矿渣堆未清。", ["苏仙区", "资兴汞矿"]),
        ("资兴湾、如意岛岸线被占。", ["资兴湾", "如意岛"]),
        ("临武县路顺采石有限公司偷排。", ["临武县", "路顺采石有限公司"]),
        ("云雾山国家级自然保护区临武段有矿点。", ["云雾山国家级自然保护区临武段"]),
        # two names of one reserve
        ("甲湖—乙湖自然保护区有围网。", ["甲湖—乙湖自然保护区"]),
        ("甲湖、乙湖自然保护区有围网。", ["甲湖", "乙湖自然保护区"]),
        # firms: branches, subsidiaries, brands of a river, brackets
        (
            "湖南元昌制盐有限责任公司郴州分公司停产。",
            ["湖南元昌制盐有限责任公司郴州分公司"],
        ),
        ("明秀集团高坡矿业公司废水外排。", ["明秀集团", "高坡矿业公司"]),
        ("锦江奥朗矿业越界开采。", ["锦江奥朗矿业"]),
        ("博艾康生物制品公司废气超标。", ["博艾康生物制品公司"]),
        ("资兴东港（物流）工业园未批先建。", ["资兴东港（物流）工业园"]),
        # a part of a zone in a county
        ("资兴经济开发区宜章分园废水直排。", ["资兴经济开发区宜章分园"]),
        # numbers that belong to a name
        ("桂阳县江岔二号井排水发黄。", ["桂阳县", "江岔二号井"]),
        ("收集690平硐涌水。", ["690平硐"]),
        ("完善多宝山铜矿废水处理。", ["多宝山铜矿"]),
        ("十多座山头、多条河流受损。", []),
        # 城关 before works
        ("城关污水处理厂溢流。", ["城关污水处理厂"]),
        # works of a town with a word before their head; heaps and villages stay apart
        ("白露塘镇废旧船舶拆解点扬尘。", ["白露塘镇废旧船舶拆解点"]),
        ("白露塘镇历史遗留矸石山自燃。", ["白露塘镇"]),
        # one thing is no set, what is to be built is a site
        ("一处黑臭水体未治理。", []),
        ("新建一座污水提升泵站。", ["污水提升泵站"]),
        # sections called by a weir or mouth, parks with a bracket or a port, quarries, roads
        ("明村坝断面总磷超标。", ["明村坝断面"]),
        ("秀溪河口内断面总磷超标。", ["秀溪河口内断面"]),
        (
            "苏仙区郴州（苏仙）锡产业循环经济基地积水。",
            ["苏仙区", "郴州（苏仙）锡产业循环经济基地"],
        ),
        ("桂阳县高汪临港产业区雨污混排。", ["桂阳县", "高汪临港产业区"]),
        ("桂阳县明达大理岩矿场复绿苗木枯死。", ["桂阳县", "明达大理岩矿场"]),
        ("对037乡道洒水。", ["037乡道"]),
        ("明园村城中村改造项目污水直排。", ["明园村城中村改造项目"]),
        # an outlet by number with its village; groups of a province
        ("明塘村3号雨水排口超标。", ["明塘村3号雨水排口"]),
        ("明塘村3号雨水口超标。", ["明塘村3号雨水口"]),
        ("湖南铜业集团公司外排废水。", ["湖南铜业集团公司"]),
        # a county's short name and one character; works of several towns
        ("苏仙区苏仙岩景区积水。", ["苏仙区", "苏仙岩景区"]),
        ("龙岔、凤岔两镇污水处理厂扩容。", ["龙岔", "凤岔"]),
        # words that are none of it
        ("渗滤液经雨洪沟排走，粪污顺沟流淌。", []),
        ("填埋点旁小河发黑，违规挖湖造景。", []),
        ("将废水积压在明垅水库。", ["明垅水库"]),
        ("重新勘定明垅水库界线。", ["明垅水库"]),
        ("改造泄洪冲沙闸。", []),
        ("污水经旁路烟道排出。", []),
        ("位于香花岭南麓的村庄。", ["香花岭"]),
    ],
)
def test_names_are_whole_and_alone(text, names):
    assert surfaces(text) == names


def test_a_customary_name_with_its_rank_is_parted_from_a_mine():
    title = "呼伦贝尔市贯彻落实督察反馈意见整改方案"
    assert surfaces("鄂温克旗大燕煤矿压占草原。", title) == ["鄂温克旗", "大燕煤矿"]
    assert customary_names("鄂温克族自治旗") == ("鄂温克旗", "鄂温克自治旗")
    assert customary_names("东乌珠穆沁旗") == ("东乌旗",)


def test_a_city_is_parted_from_its_zone_but_no_county_from_its_own():
    assert surfaces("郴州市高新区、苏仙区扬尘。") == ["郴州市", "高新区", "苏仙区"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("灰岭、马鞍山两座尾矿库渗漏。", {"灰岭": "mine/quarry", "马鞍山": "mine/quarry"}),
        (
            "龙岔、凤岔两座污水处理厂停运。",
            {"龙岔": "wastewater-plant", "凤岔": "wastewater-plant"},
        ),
        ("龙滚、山岔、和乐等乡镇无管网。", {"龙滚": "township", "和乐": "township"}),
        # the number does not agree: the hills stay hills
        ("灰岭、马鞍山、玉山、青云山两座尾矿库渗漏。", {"灰岭": "mountain"}),
    ],
)
def test_a_counted_list_tells_the_kind_of_its_members(text, kinds):
    found = {m.surface: m.type.value for m in found_in(CHENZHOU, text)}
    assert {name: found.get(name) for name in kinds} == kinds


def test_towns_called_by_a_number_are_none():
    assert "龙岔三镇" not in surfaces("对伏岔、湄岔、龙岔三镇停产矿山排查。")


@pytest.mark.parametrize(
    ("text", "relation", "role"),
    [
        ("临武县东部矿山裸露。", "东部", "extent"),
        ("临武县西北部的昌明石料厂扬尘。", "西北部", "container"),
        ("临武县东部战区。", "", "extent"),
    ],
)
def test_the_part_of_an_area_is_its_relation(text, relation, role):
    first = found_in(CHENZHOU, text)[0]
    assert (first.surface, first.relation, first.role.value) == ("临武县", relation, role)


def test_a_short_name_stands_for_its_firm_in_the_whole_document():
    found = found_in(
        CHENZHOU,
        "临武县江西蓝湖药物化工股份有限公司（以下简称“蓝湖”）废水外排。",
        ("督促蓝湖整改。", ()),
    )
    told = [(m.surface, m.type.value, m.normalised) for m in found if m.surface == "蓝湖"]
    assert told == [("蓝湖", "factory/company", "江西蓝湖药物化工股份有限公司")] * 2
    assert short_names("某某有限公司（以下简称园区）", {"园区"}) == frozenset()


def test_the_short_name_of_a_park_stands_for_it():
    text = "桂阳县明岔锡产业循环经济基地（以下简称锡产业基地）扬尘，锡产业基地内积水。"
    told = [(m.surface, m.type.value, m.normalised) for m in found_in(CHENZHOU, text)]
    short = ("锡产业基地", "industrial-park", "明岔锡产业循环经济基地")
    assert told[2:] == [short, short]


# --- counties ----------------------------------------------------------------------------------


def county(name, text, *measures, title=CHENZHOU):
    mention = next(m for m in found_in(title, text, *measures) if m.surface == name)
    return mention.county, mention.county_basis


def test_the_official_list_tells_the_county_of_a_township():
    assert "360281" in townships_of(["360281", "360222"])["礼林镇"]
    assert county("瑶岗仙镇", "瑶岗仙镇尾砂裸露。") == ("宜章县", "gazetteer")
    # a name the list does not have in the prefecture stays open
    assert county("白鹭岔镇", "白鹭岔镇尾砂裸露。")[1] == "prefecture only"
    # what the text says comes first
    assert county("瑶岗仙镇", "临武县瑶岗仙镇尾砂裸露。") == ("临武县", "text")
    text = "临武县瑶岗仙镇尾砂裸露。"
    later = found_in(CHENZHOU, text, ("修复瑶岗仙镇植被。", ("市住建局",)))
    assert {m.county for m in later if m.surface == "瑶岗仙镇"} == {"临武县"}
    # it goes on to what follows, and to what is called by it
    assert county("大坪锑矿", "瑶岗仙镇大坪锑矿渗漏。")[0] == "宜章县"
    name = "瑶岗仙镇污水处理厂"
    assert county(name, f"{name}停运。")[0] == "宜章县"


def test_a_provinces_document_takes_the_prefecture_the_sentence_names():
    title = "湖南省贯彻落实督察反馈意见整改方案"
    text = "岳阳市、衡阳市、永州市进展滞后。郴州市瑶岗仙镇尾砂裸露。"
    assert county("瑶岗仙镇", text, title=title)[0] == "宜章县"


def test_what_a_passage_tells_holds_for_the_measures_after_it():
    problem = "苏仙区清坪河污染，红岔村、独树岔村污水直排。"
    assert county("独树岔村", problem)[0] == "苏仙区"
    found = found_in(CHENZHOU, problem, ("完成独树岔村截污。", ("市住建局",)))
    assert [m.county for m in found if m.surface == "独树岔村"] == ["苏仙区", "苏仙区"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        # parks and farms are called by their county
        ("明丰资兴马场", "宜章县清坪河断流，明丰资兴马场开垦草原。", "资兴市"),
        # a firm has its county in brackets
        ("明新骨料（资兴）有限公司", "临武县尾砂堆积。明新骨料（资兴）有限公司偷排。", "资兴市"),
        # one county so far: what stands there after the full stop is in it
        ("凤岔岛", "临武县尾砂堆积。取缔凤岔岛采石。", "临武县"),
    ],
)
def test_what_the_passage_speaks_of(name, text, told):
    assert county(name, text)[0] == told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        # canals called by their number, reserves called by a great lake
        ("第三排水沟", "临武县尾砂堆积。第三排水沟氨氮超标。"),
        ("洞庭湖省级自然保护区", "洞庭湖省级自然保护区内有违建。临武县尾砂堆积。"),
        # works on a great river
        ("龙岔水电站", "临武县尾砂堆积。湘江干流的龙岔水电站断流。"),
    ],
)
def test_what_no_county_has_alone_is_left_open(name, text):
    assert county(name, text)[1] == "prefecture only"


def test_waters_in_a_measure_of_the_citys_bodies_are_left_open():
    measure = ("推进清坪沟整治。", ("市水利局",))
    assert county("清坪沟", "临武县尾砂堆积。", measure)[1] == "prefecture only"
    own = ("推进清坪沟整治。", ("临武县政府",))
    assert county("清坪沟", "临武县尾砂堆积。", own)[0] == "临武县"


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("中山市贯彻落实督察报告整改方案", "中山市"),
        ("山西省贯彻落实督察报告整改方案。临汾市、长治市进展滞后", "山西省"),
    ],
)
def test_home(title, level):
    assert find_home(title, title=title.split("。")[0]).level_name == level


def test_a_forest_bureau_gives_no_river():
    found = found_in(ORDOS, "上岔河林业局管理不严。")
    assert {m.role.value for m in found} <= {"title-or-unit"}


@pytest.mark.parametrize(
    ("cell", "masked"),
    [
        ("王建国", "＊＊＊"),
        ("石桥村", "石桥村"),
        ("王家湾采石场", "王家湾采石场"),
        ("金明石料厂", "金明石料厂"),
    ],
)
def test_a_bare_person_a_petition_is_about_is_masked(cell, masked):
    assert mask_cell(cell, context=f"{cell}。夜间生产。") == masked


def test_a_counted_set_along_a_water_goes_with_its_county():
    text = "临武县明塘水库渗漏。桂阳县尾砂堆积。"
    units = ("临武县政府", "桂阳县政府")
    mentions = found_in(CHENZHOU, text, ("建设明塘水库上游4座污水处理站。", units))
    assert [m.county for m in mentions if m.surface == "4座污水处理站"] == ["临武县"]


def test_a_mine_called_by_its_name_alone_is_that_of_its_issue():
    text = "临武县明塘花岗岩矿区尾砂外溢。桂阳县尾砂堆积。"
    units = ("临武县政府", "桂阳县政府")
    mentions = found_in(CHENZHOU, text, ("整治明塘矿区。", units))
    assert [m.county for m in mentions if m.surface == "明塘矿区"] == ["临武县"]


def test_works_called_by_a_county_that_reads_as_a_water_are_in_it():
    title = "鹰潭市贯彻落实督察反馈意见整改方案"
    text = "贵溪冶炼厂将废水排入明垅水库。"
    assert county("贵溪冶炼厂", text, title=title) == ("贵溪市", "text")
    assert county("明垅水库", text, title=title) == ("贵溪市", "text")
