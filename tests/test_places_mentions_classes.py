"""Classes of words that are no names, or only stand beside one."""

from __future__ import annotations

import itertools

import pytest

from tests.mentions_cases import CHENZHOU, DALI, HEZE, ORDOS, found_in


def surfaces(title, text, *measures):
    return [m.surface for m in found_in(title, text, *measures)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("含油废水窜入雨水管网流进柳河。", ["柳河"]),
        ("年底前做完人民广场周边管网。", ["人民广场"]),
        ("紧盯柳河河口断面水质。", ["柳河河口断面"]),
        ("以青云森林公园总体规划为准。", ["青云森林公园"]),
        ("对花桥金矿、大坪锑矿实施治理。", ["花桥金矿", "大坪锑矿"]),
        ("即白露塘镇和瑶岗仙镇。", ["白露塘镇", "瑶岗仙镇"]),
        ("严管友谊路沿线餐饮。", ["友谊路"]),
        ("污水由和平路暗渠排出。", ["和平路"]),
        ("复兴镇南河采砂。", ["复兴镇", "南河"]),
        ("在中和镇滴水岩水库垂钓。", ["中和镇", "滴水岩水库"]),
        ("取缔八尺门海域养殖。", ["八尺门海域"]),
    ],
)
def test_words_beside_a_name_are_left_out(text, names):
    assert surfaces(CHENZHOU, text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("泰和污水处理厂与配套管网同步建设。", ["泰和污水处理厂"]),
        ("收集管网和污水处理厂运行不稳。", []),
        ("旱天溢流口仍有污水。", []),
    ],
)
def test_words_of_two_kinds_tell_by_their_place(text, names):
    assert surfaces(CHENZHOU, text) == names


def test_words_that_are_counties_elsewhere_make_no_home():
    title = "贯彻落实省生态环境保护督察反馈意见整改方案"
    assert surfaces(title, "矿区扬尘突出，城区污水直排，郊区养殖污染。") == []


@pytest.mark.parametrize(
    "text",
    [
        "走绿色发展之路，不走先污染后治理的老路。",
        "走规范开采的绿色发展路子。",
        "查清污水直排底数，摸清家底。",
        "禁止开山采石、破山修路、填湖造地。",
        "实施“一江三河”综合治理，打造两江四岸景观。",
        "开展“清河行动”和护林行动。",
        "严打保护区内的环境违法行为。",
        "一级保护区内有加油站。",
        "展示千年古镇、万里瓷路的魅力。",
        "朝拜这座世界陶瓷圣地。",
        "种植乡土树种，化工围江问题突出。",
        "长江经济带发展和黄河流域生态保护。",
        "侵占荒漠草原，列入国家良好湖泊。",
        "城区内河水质差。",
    ],
)
def test_figures_of_policy_are_no_places(text):
    assert surfaces(CHENZHOU, text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("占用长江岸线堆放砂石。", [("长江", "river")]),
        ("红星汽车、沾河汽车两家企业停产。", [("沾河汽车", "factory/company")]),
        ("上河林业局管理区内毁林。", []),
        ("督促四十五团、51团清理弃土。", [("四十五团", "township"), ("51团", "township")]),
        ("重江大桥断面总磷超标。", [("重江大桥断面", "monitoring-section")]),
        (
            "关闭恒山（集团）化工股份有限公司。",
            [("恒山（集团）化工股份有限公司", "factory/company")],
        ),
        ("横路恢复治理未完成。", [("横路", "catchment/area")]),
        ("大铜厂尾矿库排洪沟堵塞。", [("大铜厂尾矿库", "mine/quarry")]),
        ("恒源热力在线监测数据造假。", [("恒源热力", "factory/company")]),
    ],
)
def test_kinds(text, names):
    found = [m for m in found_in(CHENZHOU, text) if m.role.value != "title-or-unit"]
    hits = [(m.surface, m.type.value) for m in found]
    assert [hit for hit in hits if hit in names] == names
    assert len(hits) == len(names) or "红星" in text


def test_a_park_is_called_by_its_product():
    text = "建设郓城县高纯氧化铝粉体研发制备基地。"
    assert surfaces(HEZE, text) == ["郓城县", "高纯氧化铝粉体研发制备基地"]


def test_a_banner_in_short():
    found = found_in("通辽市整改方案", "科左中旗协代苏木垦草。科尔沁左翼中旗整改。")
    assert [m.surface for m in found] == ["科左中旗", "协代苏木", "科尔沁左翼中旗"]
    assert {m.county for m in found} == {"科尔沁左翼中旗"}


def test_a_verb_before_a_name_known_from_elsewhere():
    text = "宜章县宁潭镇粪污入河。"
    assert surfaces(CHENZHOU, text, ("清栏宁潭镇禁养区猪舍。", ("宜章县政府",))) == [
        "宜章县",
        "宁潭镇",
        "宁潭镇",
    ]


def test_an_older_river_keeps_its_attribute():
    assert surfaces(CHENZHOU, "柳河、老柳河返黑返臭。老柳河清淤。") == ["柳河", "老柳河", "老柳河"]


def test_a_water_source_has_one_name():
    text = "樟坪饮用水水源地未划定。将樟坪（东溪）饮用水水源保护区划定。"
    assert {m.normalised for m in found_in(DALI, text)} == {"樟坪饮用水水源地"}


def test_a_road_along_a_river_does_not_take_its_county():
    found = found_in(
        CHENZHOU,
        "完成柳河上游滨江大道至景观大道截污管。",
        ("治理柳河。", ("宜章县政府",)),
        ("巡查工地。", ("临武县政府",)),
    )
    roads = {m.county_basis for m in found if m.type.value == "road"}
    assert roads == {"prefecture only"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("宜章县岩泉镇其坞村、地沟村毁林。", ["宜章县", "岩泉镇", "其坞村", "地沟村"]),
        ("宜章县向坪镇、为民乡垃圾外溢。", ["宜章县", "向坪镇", "为民乡"]),
        ("宜章县经济开发区晟奥厂区积尘。", ["宜章县经济开发区", "晟奥厂区"]),
        ("宜章县粉尘外逸，恒昱国贸电石炉冒烟。恒昱国贸停产。", ["宜章县", "恒昱国贸", "恒昱国贸"]),
        ("督促柳钢京唐完成改造，新建安钢铁结构。", ["柳钢京唐"]),
        ("宜章县岩泉镇新坪圩段长江岸线被占。", ["宜章县", "岩泉镇", "长江"]),
        ("宜章县关闭泳装印染企业。", ["宜章县"]),
        ("宜章县岩泉镇樟柏村窖池废水外排。", ["宜章县", "岩泉镇", "樟柏村"]),
    ],
)
def test_firms_and_settlements_told_by_the_words_beside_them(text: str, wanted: list[str]):
    assert surfaces(CHENZHOU, text) == wanted


def test_a_small_river_takes_the_county_of_its_sentence_and_a_long_one_none():
    found = found_in(CHENZHOU, "宜章县煤矿废水外排，玉坪河返黑，湘江超标。临武县整改。")
    told = {m.surface: m.county for m in found if m.type.value == "river"}
    assert told == {"玉坪河": "宜章县", "湘江": "郴州市"}


def test_mentions_do_not_overlap():
    text = "东侧建有鄂尔多斯高新区（化工园区）山口片区和凤凰片区，石灰窑新村片区和凤凰片区。"
    found = found_in(ORDOS, text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("耒水资兴段岸线被占。", ["耒水资兴段"]),
        ("长江郴州段有码头。", ["长江郴州段"]),
        ("耒水资兴段国家级水产种质资源保护区内采砂。", ["耒水资兴段国家级水产种质资源保护区"]),
        ("青水河郴州市出境断面超标。", ["青水河郴州市出境断面"]),
        ("湖南桂东岩门国家地质公园内采石。", ["湖南桂东岩门国家地质公园"]),
        ("资兴金属表面处理中心批建不符。", ["资兴金属表面处理中心"]),
        ("桂阳县桥头电镀园区管网破损。", ["桂阳县", "桥头电镀园区"]),
        ("东岭煤矿矸石山自燃。", ["东岭煤矿矸石山"]),
        ("大冲尾矿库下游的第三排水沟超标。", ["大冲尾矿库", "第三排水沟"]),
        ("安仁县白岭工业园（北区）污水外溢。", ["安仁县", "白岭工业园（北区）"]),
        ("还在向月大桥下倾倒洞渣。", ["向月大桥"]),
        ("苦竹河、清水沟、南干渠均超标。", ["苦竹河", "清水沟", "南干渠"]),
        ("临武县同乐湾违规养殖。", ["临武县", "同乐湾"]),
        ("石门镇砂石堆场扬尘。", ["石门镇"]),
        ("由南方水泥公司堆存。", ["南方水泥公司"]),
        ("剔除十里铺污水处理厂数据。", ["十里铺污水处理厂"]),
        ("苏仙县白露塘镇污水直排。", ["苏仙县", "白露塘镇"]),
    ],
)
def test_names_of_several_parts_stay_whole(text, names):
    assert surfaces(CHENZHOU, text) == names


@pytest.mark.parametrize(
    "text",
    ["推行“一湖一策”。", "这是全省第二大河流。", "在行政区域内排查。", "建成回用管路。"],
)
def test_counts_and_works_at_large_are_no_places(text):
    assert surfaces(CHENZHOU, text) == []


@pytest.mark.parametrize(
    ("text", "name", "county"),
    [
        ("桂阳县、临武县照搬方案，春陵溪超标。", "春陵溪", ""),
        ("桂阳县堆渣严重。仁礼镇未处理污水。", "仁礼镇", "桂阳县"),
        ("桂阳县和临武县堆渣严重。仁礼镇未处理污水。", "仁礼镇", ""),
        ("桂阳县耒水支流淤塞。", "耒水", ""),
        ("桂阳县耒水桥口断面超标。", "耒水桥口断面", "桂阳县"),
    ],
)
def test_county_is_told_or_left_open(text, name, county):
    found = next(m for m in found_in(CHENZHOU, text) if m.surface == name)
    assert (found.county if found.county_basis != "prefecture only" else "") == county


def test_ten_thousands_are_counted():
    (found,) = (m for m in found_in(CHENZHOU, "现有1.7万余家养殖场直排。") if not m.named)
    assert (found.surface, found.count) == ("1.7万余家养殖场", 17_000)


def test_former_counties_are_their_successors():
    found = found_in(CHENZHOU, "资兴县污水直排。")
    assert [(m.surface, m.county) for m in found] == [("资兴县", "资兴市")]


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("缓冲区内仍有6家农家乐，废水排入3处晾晒池。", ["6家农家乐", "3处晾晒池"]),
        ("8家石板材厂污泥乱堆，63个废水储罐没有清空。", ["8家石板材厂", "63个废水储罐"]),
        ("12处养殖看护房清退不彻底，19口高位池未批先建。", ["12处养殖看护房", "19口高位池"]),
        ("24个煤矿矿井涌水，4家水泥厂矿山没有复绿。", ["24个煤矿矿井", "4家水泥厂"]),
        ("拆除6个违建山庄，封堵5个老窿口。", ["6个违建山庄", "5个老窿口"]),
        ("今年完成5个重点、3个试点，开展2次检查。", []),
        ("抽查发现37家修复不达要求，5家非甲烷总烃超标。", []),
    ],
)
def test_what_is_counted_by_its_last_word_is_a_set(text, sets):
    found = found_in(CHENZHOU, text)
    assert [m.surface for m in found] == sets
    assert not any(m.named for m in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # A county's short name before more of a name.
        ("资兴水库水位下降。", ["资兴水库"]),
        ("桂阳公司渣场渗漏，桂阳铅锌矿越界。", ["桂阳公司", "桂阳铅锌矿"]),
        # Works behind works, on an island, behind a town.
        ("宏远锌业三里坝渣场渗漏。", ["宏远锌业", "三里坝渣场"]),
        ("柳溪工业园火锅食品产业园废水超标。", ["柳溪工业园", "火锅食品产业园"]),
        ("白沙岛凉潭码头扬尘。", ["白沙岛", "凉潭码头"]),
        ("宜章县黄沙镇鹊盛煤业有限公司未洒水。", ["宜章县", "黄沙镇", "鹊盛煤业有限公司"]),
        ("永兴县中心医院污水站消毒不足。", ["永兴县中心医院"]),
        ("桂阳造纸厂旧址未修复，鞍钢桂阳分公司冒烟。", ["桂阳造纸厂", "鞍钢桂阳分公司"]),
        # Called by their number.
        (
            "宏泰集团第三冶炼厂停产，第四采油厂落地油未清。",
            ["宏泰集团", "第三冶炼厂", "第四采油厂"],
        ),
        ("第二、第三污水处理厂提标。", ["第二", "第三污水处理厂"]),
        ("丰收三场地下水超采，宏泰集团十二矿外排水发黑。", ["宏泰集团", "十二矿"]),
        # Reserves whose name has several parts.
        ("白龙江上游国家级自然保护区边缘采砂。", ["白龙江上游国家级自然保护区"]),
        ("青岩山有蹄类野生动物自然保护区退牧。", ["青岩山有蹄类野生动物自然保护区"]),
        # Zones by trade, parks by a word, mines by a heap of words.
        ("钒钛高新区没有围堰。", ["钒钛高新区"]),
        ("黄沙镇沿海工业园雨污混流。", ["黄沙镇", "沿海工业园"]),
        (
            "黄沙镇磺厂坪硫铁矿废渣，宜章县大河边重晶石矿。",
            ["黄沙镇", "磺厂坪硫铁矿", "宜章县", "大河边重晶石矿"],
        ),
        # Officials are no end of a town.
        ("零陵镇长峪矿业选矿废水渗漏。", ["零陵镇", "长峪矿业"]),
    ],
)
def test_borders_of_names_side_by_side(text, names):
    assert surfaces(CHENZHOU, text) == names


@pytest.mark.parametrize(
    "text",
    [
        "整个区域黄沙肆虐，整个矿区水土流失。",
        "完成覆土、植树、植草等措施，污水溢流积存厂区。",
        "渣场临河堆放，退塘还海进度滞后，排土场边坡冲沟发育。",
    ],
)
def test_ordinary_words_of_real_texts_are_no_places(text):
    assert surfaces(CHENZHOU, text) == []


def test_a_counted_tail_makes_mines_of_a_county_and_a_word():
    text = "桂阳县黄沙铜矿废水外排，宜章县莽山铜矿排土场裸露。"
    measure = ("对黄沙、莽山两座铜矿实施清污分流。", ("桂阳县政府", "宜章县政府"))
    found = [m for m in found_in(CHENZHOU, text, measure) if m.field.startswith("measure")]
    assert [(m.surface, m.type.value, m.county) for m in found] == [
        ("黄沙", "mine/quarry", "桂阳县"),
        ("莽山", "mine/quarry", "宜章县"),
    ]


def test_counted_sets_keep_their_county_in_the_measures():
    text = "桂阳县有14处废弃采石坑没有治理，宜章县有9家砖厂冒烟。"
    measure = ("修复14处废弃采石坑，关停9家砖厂。", ("桂阳县政府", "宜章县政府"))
    found = [m for m in found_in(CHENZHOU, text, measure) if m.field.startswith("measure")]
    assert [m.county for m in found] == ["桂阳县", "宜章县"]


def test_what_lies_in_a_reserve_of_no_county_takes_none_from_the_sentence():
    text = "桂阳县扬尘突出，洞庭湖国家级自然保护区内的采桑湖围网残留。"
    lake = next(m for m in found_in(CHENZHOU, text) if m.surface == "采桑湖")
    assert lake.county_basis == "prefecture only"


def test_rivers_with_old_short_names_need_more_than_the_clause_before():
    text = "桂阳县金山污水处理厂溢流，蒙河超标；宜章县蒙溪河黑臭。"
    told = {m.surface: m.county for m in found_in(CHENZHOU, text)}
    assert told["蒙河"] == "郴州市"
    assert told["蒙溪河"] == "宜章县"
