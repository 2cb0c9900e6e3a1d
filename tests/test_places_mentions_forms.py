"""Forms of names met in plans of many cities: invented words in real prefectures."""

from __future__ import annotations

import pytest

from tests.mentions_cases import CHENZHOU, ORDOS, found_in

_TITLE = "{}贯彻落实督察反馈意见整改方案"


def surfaces(text, title=CHENZHOU):
    return [m.surface for m in found_in(title, text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # brand and a trade too common elsewhere: behind an area, a mark, at the head of a measure
        ("苏仙区明宏生物发酵异味扰民。", ["苏仙区", "明宏生物"]),
        ("整改到位，明宏能源蒸发塘渗漏。", ["明宏能源"]),
        ("明飞化工废气收集不全。", ["明飞化工"]),
        ("修复明宏能源蒸发塘。苏仙区明宏能源渗漏。", ["明宏能源", "苏仙区", "明宏能源"]),
        # the area inside a firm's name, works of an oil field, works that were
        ("资兴集团股份有限公司堆存冶炼渣。", ["资兴集团股份有限公司"]),
        ("明东水泥资兴有限公司运输比例不高。", ["明东水泥资兴有限公司"]),
        ("明庆油田分公司第二采油厂取水。", ["明庆油田分公司第二采油厂"]),
        ("原资兴农药厂地块、郴州市化工总厂地块没有修复。", ["资兴农药厂", "郴州市化工总厂"]),
        # wares and districts are no brands
        ("回收点露天堆存铅酸电池。", []),
        ("郊区养殖污染，矿区扬尘。", []),
        # the firm's, not the firm: slag and tailings
        ("香岭锡业尾矿库冲沟明显。", ["香岭锡业"]),
        ("桂阳县三和锰业渣场没有覆膜。", ["桂阳县", "三和锰业"]),
        # groups with a city, works of a group, a firm that was
        ("首钢水钢改造焦炉。", ["首钢水钢"]),
        ("中铝湖南分公司建成赤泥库。", ["中铝湖南分公司"]),
        ("原明塘集团地块没有修复。", ["明塘集团"]),
        (
            "明秀集团股份有限公司对第三冶炼厂渣场覆膜。",
            ["明秀集团股份有限公司", "第三冶炼厂"],
        ),
        ("第三冶炼厂老厂区没有修复。", ["第三冶炼厂老厂区"]),
        ("明庆油田采油四厂油泥外溢。", ["明庆油田采油四厂"]),
        ("德隆钢铁、资兴钢铁距城区不足5公里。", ["德隆钢铁", "资兴钢铁"]),
        # a county named once says where a firm is, named again it begins the registered name
        ("苏仙区明达能源有限公司焦炉冒烟。", ["苏仙区", "明达能源有限公司"]),
        ("临武县明达能源有限公司焦炉冒烟。", ["临武县", "明达能源有限公司"]),
        (
            "临武县约谈临武县明达能源有限公司。",
            ["临武县", "临武县明达能源有限公司"],
        ),
        ("河南明电集团水泥有限公司开采。", ["河南明电集团水泥有限公司"]),
        (
            "资兴工业园区永明特钢新能源科技有限公司堆存废渣。",
            ["资兴工业园区", "永明特钢新能源科技有限公司"],
        ),
        # mines called by an area, and what lies behind
        ("资兴铜矿尾矿库覆土。", ["资兴铜矿尾矿库"]),
        ("资兴铜锌矿涌水外排。", ["资兴铜锌矿"]),
        ("黄岭磷化工完善渗滤液收集。", ["黄岭磷化工"]),
        ("治理大洪沟火区。", ["大洪沟火区"]),
        # works a town has several of
        ("桂阳县明溪镇洗煤厂煤泥入河。", ["桂阳县", "明溪镇"]),
        ("桂阳县明溪镇渔港油污漂浮。", ["桂阳县", "明溪镇"]),
        ("桂阳县明溪镇奶牛养殖场、玉井镇铁矿采坑未治理。", ["桂阳县", "明溪镇", "玉井镇"]),
        ("桂阳县长明镇煤矿关闭后没有覆土。", ["桂阳县", "长明镇"]),
        # sections and intakes
        ("竹河马良何家湾断面为劣Ⅴ类。", ["竹河马良何家湾断面"]),
        ("盯控秀溪河口断面水质自动监测站数据。", ["秀溪河口断面水质自动监测站"]),
        ("明洪河宜章水文站断面总磷反弹。", ["明洪河宜章水文站断面"]),
        ("虞河入口断面氨氮升高。", ["虞河入口断面"]),
        ("淮河明埠断面总磷反弹。", ["淮河明埠断面"]),
        ("明垅水库取水口上游有船舶停泊。", ["明垅水库"]),
        # ports and their quays, canals by number, ditches by their use
        ("明塘港散货码头、玉屿港木片堆场扬尘。", ["明塘港", "玉屿港"]),
        ("大明水氟化物浓度升高，农田退水总磷超标。", ["大明水"]),
        ("库明泡水质恶化，玉湾泡沫浮球没有更换。", ["库明泡", "玉湾"]),
        ("对八排干、九排干退水监测。", ["八排干", "九排干"]),
        ("排入大明退水渠，清理玉村排洪沟。", ["大明退水渠", "玉村排洪沟"]),
        ("板明垾、保玉垾截污纳管。", ["板明垾", "保玉垾"]),
        # parks: of a province, called by a word before the head
        ("湖南省建筑陶瓷产业基地扬尘。", ["湖南省建筑陶瓷产业基地"]),
        ("资兴化工循环产业园管网错接。", ["资兴化工循环产业园"]),
        ("资兴新型能源化工基地渣场渗漏。", ["资兴新型能源化工基地渣场"]),
        ("建设中明金属生态城。", ["中明金属生态城"]),
        ("赤岩丹霞世界自然遗产地内有违建。", ["赤岩丹霞世界自然遗产地"]),
        ("侵占郴州贝壳堤岛与湿地国家级自然保护区。", ["郴州贝壳堤岛与湿地国家级自然保护区"]),
        ("杭州湾资兴经济技术开发区雨污混排。", ["杭州湾资兴经济技术开发区"]),
        ("辽河口国家级自然保护区内有油井。", ["辽河口国家级自然保护区"]),
        # what belongs to the word before or behind
        ("华墅乡大明山区域堆存固废。", ["华墅乡", "大明山"]),
        ("处理完明家河村填埋场渗滤液。", ["明家河村填埋场"]),
        ("铁山村斗明庄河道多年采砂。", ["铁山村", "斗明庄"]),
        ("甲岛、涠明岛餐饮污水直排。", ["甲岛", "涠明岛"]),
        ("明光镇、玉口镇沿江有码头。", ["明光镇", "玉口镇"]),
        ("北溪、西溪上14座小水电站下泄流量不足。", ["北溪", "西溪", "14座小水电站"]),
        ("保护区内3宗探矿权没有退出。", ["3宗探矿权"]),
        # none of it is a place
        ("劣四类海水面积反弹，岸滩垃圾成堆。", []),
        ("沉淀回用系统、前置库湿地没有建成。", []),
        ("居民饮水水质下降，违规建设看海房、步道。", []),
        ("路检路查流于形式，生态岛建设滞后。", []),
        ("违规茶山没有复绿，风沙治理滞后。", []),
    ],
)
def test_forms_are_read(text, names):
    assert surfaces(text) == names


@pytest.mark.parametrize(
    ("city", "text", "names"),
    [
        ("丽水市", "缙云县壶镇镇好溪沿岸绿化。", ["缙云县", "壶镇镇", "好溪"]),
        ("贺州市", "钟山县珊瑚镇珊瑚钨锡矿复绿。", ["钟山县", "珊瑚镇", "珊瑚钨锡矿"]),
        (
            "商洛市",
            "秦岭矿山逐步退出，山阳、商南、镇安三县建档。",
            ["秦岭", "山阳", "商南", "镇安"],
        ),
        ("伊犁州", "伊犁河谷大气改善。", ["伊犁河谷"]),
        ("松原市", "松原市江南污水处理厂汛期溢流。", ["松原市江南污水处理厂"]),
        ("巴彦淖尔市", "磴口县乌兰布和沙漠边缘造林。", ["磴口县", "乌兰布和沙漠"]),
    ],
)
def test_forms_of_a_city_are_read(city, text, names):
    assert surfaces(text, _TITLE.format(city)) == names


def test_a_reserve_is_called_by_a_side_of_an_area():
    assert surfaces("焦化扎堆，西鄂尔多斯国家级自然保护区内有企业。", ORDOS) == [
        "西鄂尔多斯国家级自然保护区"
    ]


def test_towns_listed_without_rank_are_in_the_county_of_the_official_town():
    found = found_in(_TITLE.format("揭阳市"), "推动占陇、军埠、下架山三镇截污。")
    assert [(m.surface, m.type.value, m.county) for m in found] == [
        ("占陇", "township", "普宁市"),
        ("军埠", "township", "普宁市"),
        ("下架山", "township", "普宁市"),
    ]


def test_a_citys_public_works_are_in_none_of_the_districts_named_before():
    found = found_in(
        _TITLE.format("七台河市"), "桃山区污水直排，七台河市第二污水处理厂超负荷；勃利县扬尘。"
    )
    works = next(m for m in found if m.type.value == "wastewater-plant")
    assert (works.county, works.county_basis) == ("七台河市", "prefecture only")
