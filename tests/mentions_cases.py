"""Plans in miniature, of other places than the real ones, and what should be found in them."""

from __future__ import annotations

from geo_rectify.models import Block, Issue, Measure, Mention, Passage, Plan
from geo_rectify.places.recognition import find_mentions
from geo_rectify.vocabulary import DocumentType

type_of = {
    "省": "admin-province",
    "市": "admin-prefecture",
    "县": "admin-county",
    "区": "dev-zone",
    "镇": "township",
    "村": "village",
    "河": "river",
    "湖": "lake-reservoir",
    "片": "catchment/area",
    "路": "road",
    "桥": "bridge",
    "园": "industrial-park",
    "厂": "factory/company",
    "矿": "mine/quarry",
    "林": "forest-park",
    "场": "forest-farm",
    "保": "nature-reserve",
    "源": "water-source",
    "污": "wastewater-plant",
    "断": "monitoring-section",
    "口": "drainage-outlet",
    "泵": "pump-station",
    "医": "hospital",
    "居": "residential",
    "集": "market/square",
    "铁": "railway",
    "项": "project",
    "山": "mountain",
    "景": "park-scenic",
    "他": "other",
}
role_of = {
    "点": "site",
    "域": "extent",
    "含": "container",
    "主": "actor",
    "引": "reference",
    "名": "title-or-unit",
    "代": "anaphor",
}


def plan_of(title: str, *issues: tuple[str, list[tuple[str, tuple[str, ...]]]]) -> Plan:
    """Make a plan: each issue a problem and its measures with their units."""
    text, blocks, made = title + "\n", [], []

    def put(line: str) -> tuple[int, int]:
        nonlocal text
        start = len(text)
        text += line + "\n"
        blocks.append(Block(start=start, end=start + len(line), locator=f"第{len(blocks) + 2}段"))
        return start, start + len(line)

    for number, (problem, measures) in enumerate(issues, 1):
        start, end = put(problem)
        passage = Passage(text=problem, start=start, end=end)
        listed = []
        for position, (words, units) in enumerate(measures, 1):
            first, last = put(words)
            listed.append(
                Measure(
                    position=position,
                    number=position,
                    text=words,
                    start=first,
                    end=last,
                    units=units,
                )
            )
        made.append(
            Issue(
                number=number,
                number_raw=f"（{number}）",
                section=1,
                heading="",
                heading_kind="none",
                start=start,
                end=len(text) - 1,
                problem=passage,
                measures=tuple(listed),
            )
        )
    return Plan(
        doc_id="0123456789ab",
        source_name="plan.txt",
        sha256="",
        title=title,
        text=text,
        document_type=DocumentType.RECTIFICATION_PLAN if made else DocumentType.PROGRESS_REPORT,
        reason="",
        blocks=tuple(blocks),
        issues=tuple(made),
    )


def found_in(title: str, problem: str, *measures: tuple[str, tuple[str, ...]]) -> list[Mention]:
    """Find the mentions of a plan of one issue."""
    return list(find_mentions(plan_of(title, (problem, list(measures)))))


def rows(expected: str) -> list[tuple[str, str, str]]:
    """Read expectations written ``surface/type/role``, types and roles by one character each."""
    return [
        (surface, type_of[kind], role_of[role])
        for surface, kind, role in (item.split("/") for item in expected.split())
    ]


CHENZHOU = "郴州市贯彻落实省生态环境保护督察反馈意见整改方案"
HEZE = "菏泽市省生态环境保护督察反馈问题整改方案"
ORDOS = "鄂尔多斯市贯彻落实自治区生态环境保护督察反馈问题整改方案"
DALI = "大理白族自治州贯彻落实省生态环境保护督察整改方案"
PINGJIANG = "平江县生态环境保护督察反馈问题整改方案"

PASSAGES = {
    "towns of two counties": (
        CHENZHOU,
        "督察发现，苏仙区白露塘镇、宜章县瑶岗仙镇等5个乡镇污水处理厂长期闲置。",
        "苏仙区/县/含 白露塘镇/镇/点 宜章县/县/含 瑶岗仙镇/镇/点",
    ),
    "mines, a river and its outfalls": (
        CHENZHOU,
        "临武县三十六湾矿区历史遗留废渣未治理，西河沿岸仍有12处入河排污口未整治。",
        "临武县/县/含 三十六湾矿区/矿/点 西河/河/点 12处入河排污口/口/点",
    ),
    "a section named by river and bridge": (
        CHENZHOU,
        "宜章县玉溪河黄家桥断面氨氮超标。",
        "宜章县/县/含 玉溪河黄家桥断面/断/点",
    ),
    "heads elided before a number": (
        CHENZHOU,
        "耒水上游的程江口、东坪两座水电站未落实生态流量。",
        "耒水/河/含 程江口/项/点 东坪/项/点",
    ),
    "registered firms, one without a region": (
        CHENZHOU,
        "责令湖南鑫源矿业有限公司、恒昌选矿厂完成尾矿库防渗整治。",
        "湖南鑫源矿业有限公司/厂/点 恒昌选矿厂/矿/点",
    ),
    "a lake whose name holds an ordinary word": (
        CHENZHOU,
        "加快东江湖饮用水水源保护区规范化建设，拆除东江湖风景区内8栋违法建筑。",
        "东江湖饮用水水源保护区/源/点 东江湖风景区/景/含 8栋违法建筑/他/点",
    ),
    "a park with its trade, firms by trade": (
        HEZE,
        "郓城县煤化工园区雨污分流不彻底，园区内鲁源化工、金达纸业两家企业废水偷排至郓巨河。",
        "郓城县煤化工园区/园/点 鲁源化工/厂/点 金达纸业/厂/点 郓巨河/河/点",
    ),
    "a facility of a park, sections sharing a head": (
        HEZE,
        "东明县石化产业园污水处理厂进水超标，万福河菜园集、东鱼河徐寨断面水质反弹。",
        "东明县石化产业园污水处理厂/污/点 万福河菜园集/断/点 东鱼河徐寨断面/断/点",
    ),
    "roads as anchors": (
        HEZE,
        "牡丹区中华路以北、人民路东侧的盛世家园周边扬尘严重。",
        "牡丹区/县/含 中华路/路/含 人民路/路/含 盛世家园/居/点",
    ),
    "roads and estates typed by the tail": (
        HEZE,
        "完成曹州路、长江路、八一路等道路，幸福小区、丰泽苑、供销社家属院等老旧小区雨污分流改造。",
        "曹州路/路/点 长江路/路/点 八一路/路/点 幸福小区/居/点 丰泽苑/居/点 供销社家属院/居/点",
    ),
    "a banner's town, two mines": (
        ORDOS,
        "伊金霍洛旗纳林陶亥镇满来梁煤矿、宏景塔煤矿越界开采。",
        "伊金霍洛旗/县/含 纳林陶亥镇/镇/含 满来梁煤矿/矿/点 宏景塔煤矿/矿/点",
    ),
    "a facility of a base of a town": (
        ORDOS,
        "鄂托克前旗上海庙镇能源化工基地污水处理厂长期停运。",
        "鄂托克前旗/县/含 上海庙镇能源化工基地污水处理厂/污/点",
    ),
    "gacha and sum": (
        ORDOS,
        "完成无定河沿岸巴图湾水库、苏力德苏木塔来乌素嘎查周边6处垃圾堆放点清理。",
        "无定河/河/含 巴图湾水库/湖/点 苏力德苏木/镇/含 塔来乌素嘎查/村/含 6处垃圾堆放点/他/点",
    ),
    "a lake and a reserve": (
        ORDOS,
        "红碱淖湖面萎缩，遗鸥国家级自然保护区核心区内仍有旅游设施。",
        "红碱淖/湖/点 遗鸥国家级自然保护区/保/点",
    ),
    "an autonomous county in full and in short": (
        DALI,
        "漾濞彝族自治县顺濞镇小街村采石场、漾濞县苍山西镇石灰石矿边坡裸露。",
        "漾濞彝族自治县/县/含 顺濞镇/镇/含 小街村采石场/矿/点 漾濞县/县/含 苍山西镇石灰石矿/矿/点",
    ),
    "an anaphor after its park": (
        DALI,
        "祥云县财富工业园区集中式污水处理设施未建成。该园区规划环评未报批。",
        "祥云县/县/含 财富工业园区/园/点 该园区/园/代",
    ),
    "the towns along a river": (
        PINGJIANG,
        "汨罗江沿线的长寿镇、嘉义镇、安定镇污水管网不配套。",
        "汨罗江/河/含 长寿镇/镇/点 嘉义镇/镇/点 安定镇/镇/点",
    ),
    "a firm that acts on another place": (
        CHENZHOU,
        "督促金源集团建成宜章县医疗废物处置中心。",
        "金源集团/厂/主 宜章县医疗废物处置中心/他/点",
    ),
    "cities as actors, extents and references": (
        CHENZHOU,
        "郴州市有的部门认为环境质量较好。郴州市危险废物产生量居高不下。作为郴州市有色金属产业平台，园区管理粗放。",
        "郴州市/市/主 郴州市/市/域 郴州市/市/引",
    ),
    "titles and bodies": (
        CHENZHOU,
        "根据《郴州市矿产资源总体规划》，宜章县自然资源局未履行监管职责。",
        "郴州市/市/名 宜章县/县/名",
    ),
    "hospitals in a row": (
        CHENZHOU,
        "抽查郴州市第一人民医院、第三人民医院、宜章县中医医院，桂阳县人民医院污水处理站污泥未规范处置。",
        "郴州市第一人民医院/医/点 第三人民医院/医/点 宜章县中医医院/医/点 桂阳县人民医院/医/点",
    ),
    "elided heads of mines": (
        HEZE,
        "青龙寨、马家洼采石场呈一面墙式开采。",
        "青龙寨/矿/点 马家洼采石场/矿/点",
    ),
    "bridge and road share a pumping station": (
        HEZE,
        "生活污水经双河桥、解放路排涝站直排洙水河。",
        "双河桥/泵/点 解放路排涝站/泵/点 洙水河/河/点",
    ),
    "a stretch of road, quoted names": (
        HEZE,
        "完成曹州路至长江路截污管铺设；“鲁南高铁”项目单位负责“柳林湾片区”复绿。",
        "曹州路/路/点 长江路/路/点 鲁南高铁/railway/点 柳林湾片区/片/点",
    ),
    "counted before and after the noun": (
        CHENZHOU,
        "临武县历史遗留的非法开采点86处，涉及土地面积1200余亩，另有14座矿山受到处罚。",
        "临武县/县/含 历史遗留的非法开采点/矿/点 14座矿山/矿/点",
    ),
    "nothing but ordinary words": (
        CHENZHOU,
        (
            "加强城区雨污分流，完善园区污水处理厂运行管理，推进老旧小区、背街小巷、道路改造，"
            "压实河长制责任，规范养殖场和采石场生产行为，思路不清、出路不明，全市工作推进缓慢。"
        ),
        "",
    ),
}
type_of["railway"] = "railway"
