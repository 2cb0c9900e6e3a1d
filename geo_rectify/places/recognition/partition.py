"""Names that stand side by side: parted where they are two, joined where they are one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.drafts import ADMIN_KINDS, RANKS, ZONE_KINDS
from geo_rectify.places.recognition.firms import is_traded_brand
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.places.recognition.drafts import Draft
    from geo_rectify.places.recognition.lexicon import Lexicon
    from geo_rectify.places.recognition.tokens import Token

_MIN_STEM: Final = 2
_OF_RIVERS: Final = frozenset({PlaceType.NATURE_RESERVE, PlaceType.PARK_SCENIC})
_AFTER_RIVER: Final = ("三角洲", "口", "故道", "湿地", "源")
# 某某有限公司|某市分公司
_BRANCH: Final = re.compile("[\u4e00-\u9fff]{2,4}?分公司")
# 某油田|采油四厂
_OIL_WORKS: Final = re.compile("(?:第[一二三四五六七八九十]+|[\u4e00-\u9fff]{2})?采[油气].{0,2}厂")
_WITH_BRANCHES: Final = ("有限责任公司", "股份有限公司", "有限公司", "集团公司", "集团")
_ONE_WITH_GROUP: Final = ("分公司", "有限公司", "有限责任公司")
_DASH: Final = re.compile("[—–－~-]{1,2}")
_OF_TWO: Final = frozenset(
    {PlaceType.NATURE_RESERVE, PlaceType.PARK_SCENIC, PlaceType.FOREST_PARK, PlaceType.WATER_SOURCE}
)
_LENDING: Final = frozenset(
    {PlaceType.RIVER, PlaceType.LAKE_RESERVOIR, PlaceType.MOUNTAIN, PlaceType.CATCHMENT}
)
_TRADES: Final = codes.INDUSTRY + codes.MODIFIER
_OLD_SITE: Final = re.compile("[老旧新东西南北]厂区")
_SIDE: Final = re.compile("(?:^|[，。；、县市区旗])[东西南北]$")
_REACH: Final = re.compile("段(?!落|时)")
_RESERVE: Final = re.compile("[\u4e00-\u9fff]{0,10}?(?:自然保护区|种质资源保护区)")
# 某水库|保护区, 某湖|水域: said of the water.
_OF_WATER: Final = frozenset({"取水口", "入河排口", "入河排污口", "保护区", "水域", "库区", "湖区"})
# 某某港|散货码头: the port's.
_CARGO: Final = codes.SOFT + codes.INDUSTRY + codes.UNKNOWN + codes.MODIFIER
_OF_PORTS: Final = frozenset({"码头", "堆场", "煤堆场", "货场", "散货码头"})
_FLOWING: Final = frozenset({PlaceType.RIVER, PlaceType.LAKE_RESERVOIR})
# 某河|某某电站: these are called by a village, and lie on the water named before.
_WITH_OWN_NAMES: Final = frozenset({PlaceType.PROJECT, PlaceType.OTHER, PlaceType.PUMP_STATION})
# 某镇|草原: of a town, and no name.
_OPEN_COUNTRY: Final = frozenset({"草原", "湿地", "水域", "海域", "流域", "灌区"})
_BELONGING: Final = frozenset(
    {
        (PlaceType.HOSPITAL, PlaceType.WASTEWATER_PLANT),
        (PlaceType.PARK_SCENIC, PlaceType.OTHER),
        (PlaceType.FOREST_PARK, PlaceType.OTHER),
        (PlaceType.NATURE_RESERVE, PlaceType.OTHER),
        (PlaceType.DEV_ZONE, PlaceType.FACTORY),
        (PlaceType.INDUSTRIAL_PARK, PlaceType.FACTORY),
    }
)
_LEFT: Final = ("采空区", "历史遗留", "关闭后")
_WASTE: Final = ("矿井水", "矿渣", "采坑", "宕口", "废渣", "尾渣", "渣堆", "废石", "废水")
# 宁夏|精细化工基地 is a name, 某某市|精细化工基地 none.
_BY_SHORT_NAMES: Final = frozenset({"精细化工基地", "新材料基地", "化工新材料基地"})
_TOWNS: Final = "镇乡村道"
_HEAPS: Final = frozenset({"渣场", "渣库"})
_WITH_OUTLETS: Final = frozenset({PlaceType.WASTEWATER_PLANT, PlaceType.INDUSTRIAL_PARK})
_AT_LARGE: Final = frozenset({"规模化", "特色", "农村"})


def pieces(
    text: str, part: Sequence[Token], group: str, lexicon: Lexicon
) -> list[tuple[str, Sequence[Token]]]:
    """Part names that stand side by side: a village and a facility, a river and a works.

    Parameters
    ----------
    text
        The passage.
    part
        Tokens of a phrase.
    group
        Which phrase of the grammar matched.
    lexicon
        The word lists.

    Returns
    -------
    list of tuple
        Phrases and their tokens; the one given where nothing is to be parted.
    """
    parted = _by_group(text, part, group, lexicon)
    if parted:
        return parted
    if group == "facility" and _mines_of_a_range(text, part, lexicon):
        return [("name", part[:1])]
    if len(part) > _MIN_STEM and (
        _land_of_a_facility(text, part)
        or _outlet_of_works(part, text, group, lexicon)
        or _belongs(text, part, group, lexicon)
    ):
        part = part[:-1]
    if group not in {"facility", "called"}:
        return [(group, part)]
    return _by_parts(text, part, group, lexicon)


def _by_parts(
    text: str, part: Sequence[Token], group: str, lexicon: Lexicon
) -> list[tuple[str, Sequence[Token]]]:
    """Part an island, inner works, a village or a water from the facility behind."""
    if _on_an_island(text, part):
        return [("name", part[:1]), ("facility", part[1:])]
    inner = _inner_works(text, part, lexicon)
    kind = lexicon.facility.get(text[part[-1].start : part[-1].end])
    if inner and not (kind is PlaceType.INDUSTRIAL_PARK and part[inner - 1].code == codes.INDUSTRY):
        return [(_group_of(part[:inner]), part[:inner]), ("facility", part[inner:])]
    if group == "called":
        return [(group, part)]
    village = next((at for at, token in enumerate(part) if token.code == codes.SETTLEMENT), 0)
    if village and kind is not PlaceType.MONITORING_SECTION:
        lead, rest = part[:village], part[village:]
        alone = "name" if len(lead) == 1 and lead[0].code == codes.NAME else "bare"
        if rest[1].code == codes.SOFT:
            return [(alone, lead), ("name", rest[:1])]
        return [(alone, lead), *pieces(text, rest, "town", lexicon)]
    return _on_the_water(text, part, kind)


def _by_group(
    text: str, part: Sequence[Token], group: str, lexicon: Lexicon
) -> list[tuple[str, Sequence[Token]]]:
    """Part what only one phrase of the grammar has; nothing where it stays whole."""
    if group == "section":
        return _section(text, part, lexicon)
    if group == "town" and (
        _of_the_town(text, part, lexicon)
        or _loose_in_town(text, part, lexicon)
        or _hamlet(text, part, lexicon)
    ):
        return [("name", part[:1])]
    head = text[part[-1].start : part[-1].end]
    if group == "county" and part[0].code == codes.ADMIN and head in _BY_SHORT_NAMES:
        return [("admin", part[:1])]
    if group == "county" and _standing_zone(text, part, lexicon):
        return [("admin", part[:1]), ("standing", part[1:])]
    if group == "county" and _described_park(text, part, lexicon):
        return [("admin", part[:1]), ("described", part[1:])]
    return []


def _standing_zone(text: str, part: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether a city's zone stands behind its full name: 某某市|高新区."""
    return (
        len(part) == _MIN_STEM
        and part[0].code == codes.ADMIN
        and part[0].kind is PlaceType.PREFECTURE
        and text[part[1].start : part[1].end] in lexicon.standing
        and lexicon.facility.get(text[part[1].start : part[1].end]) is PlaceType.DEV_ZONE
    )


def _described_park(text: str, part: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether a word or trades name a park of the county before it: 某县|桥头电镀园区."""
    return (
        len(part) > _MIN_STEM
        and part[0].code == codes.ADMIN
        and (part[1].code == codes.SOFT or _of_trades(part))
        and lexicon.facility.get(text[part[-1].start : part[-1].end]) is PlaceType.INDUSTRIAL_PARK
    )


def _of_trades(part: Sequence[Token]) -> bool:
    """Say whether trades alone stand between a county and a head."""
    county = part[0].kind is PlaceType.COUNTY
    return county and all(token.code in _TRADES for token in part[1:-1])


def _section(
    text: str, part: Sequence[Token], lexicon: Lexicon
) -> list[tuple[str, Sequence[Token]]]:
    """Keep a river, an area and a section together, part all others: 某河|某市污水处理厂."""
    kind = lexicon.facility.get(text[part[-1].start : part[-1].end])
    short = part[1].code == codes.SHORT_ADMIN
    whole = {
        PlaceType.RIVER: kind is PlaceType.MONITORING_SECTION or (short and kind in _OF_RIVERS),
        # 某州湾|某虞经济技术开发区
        PlaceType.CATCHMENT: short and kind is PlaceType.DEV_ZONE,
    }
    if part[0].kind is not None and whole.get(part[0].kind):
        return [("section", part)]
    return [("name", part[:1]), ("county", part[1:])]


def _on_the_water(
    text: str, part: Sequence[Token], kind: PlaceType | None
) -> list[tuple[str, Sequence[Token]]]:
    """Part a river or lake from a facility behind it that has a name of its own."""
    whole: list[tuple[str, Sequence[Token]]] = [("facility", part)]
    port = text[part[0].end - 1] == "港" and text[part[-1].start : part[-1].end] in _OF_PORTS
    if part[0].code == codes.NAME and port and all(t.code in _CARGO for t in part[1:-1]):
        return [("name", part[:1])]
    if part[0].code != codes.NAME or part[0].kind not in _FLOWING:
        return whole
    if len(part) == _MIN_STEM and text[part[1].start : part[1].end] in _OF_WATER:
        return [("name", part[:1])]
    at = 1
    while at < len(part) and part[at].code in codes.UNKNOWN + codes.STEM + codes.NAME:
        at += 1
    own = part[at].start - part[0].end
    if own < _MIN_STEM or kind not in _WITH_OWN_NAMES or part[at].code == codes.NAME:
        return whole
    return [("name", part[:1]), ("facility", part[1:])]


def _land_of_a_facility(text: str, part: Sequence[Token]) -> bool:
    """Say whether the last head is the land of the facility before it: 某产业园区|湿地."""
    before, last = (text[token.start : token.end] for token in part[-2:])
    return part[-2].code == codes.HEAD and last in _OPEN_COUNTRY and before != "故道"


def _inner_works(text: str, part: Sequence[Token], lexicon: Lexicon) -> int:
    """Give where works with a name of their own begin behind other works, 0 for nowhere.

    某某锌业|二里坝渣场, 某工业园|火锅食品产业园.
    """
    for at in range(1, len(part) - 1):
        before = part[at - 1]
        ends = before.code in codes.INDUSTRY + codes.HEAD or (
            at == 1
            and (
                before.kind in {PlaceType.INDUSTRIAL_PARK, PlaceType.MINE}
                or is_traded_brand(text, before, lexicon)
            )
        )
        stop = at
        while stop < len(part) and part[stop].code in codes.UNKNOWN + codes.STEM + codes.NAME:
            stop += 1
        own = part[stop - 1].end - part[at].start if stop > at else 0
        if ends and own >= _MIN_STEM and stop < len(part):
            return at
    return 0


def _mines_of_a_range(text: str, part: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether all the mines of a great range are meant: 秦岭|矿山."""
    ranges = text[part[0].start : part[0].end] in lexicon.long_rivers
    return (
        ranges
        and len(part) == _MIN_STEM
        and text[part[1].start : part[1].end] in {"矿山", "矿区", "矿产"}
    )


def _group_of(part: Sequence[Token]) -> str:
    """Give the phrase of the grammar that the tokens of inner works are."""
    if len(part) == 1:
        return "name"
    if part[-1].code == codes.HEAD:
        return (
            "county" if part[0].code == codes.SHORT_ADMIN and len(part) == _MIN_STEM else "facility"
        )
    return "own_firm" if part[1].code == codes.INDUSTRY else "firm"


def _on_an_island(text: str, part: Sequence[Token]) -> bool:
    """Say whether a facility with a name of its own stands behind an island's: 某岛|某潭码头."""
    named = 1
    while named < len(part) and part[named].code in codes.UNKNOWN + codes.NAME:
        named += 1
    own = part[named - 1].end - part[0].end
    return part[0].code == codes.NAME and text[part[0].end - 1] == "岛" and own >= _MIN_STEM


def _belongs(text: str, part: Sequence[Token], group: str, lexicon: Lexicon) -> bool:
    """Say whether the last head only belongs to the name before: 某医院|污水站."""
    if part[-2].code not in codes.HEAD + codes.RESERVE:
        return False
    owner, last = (lexicon.facility[text[t.start : t.end]] for t in (part[-2], part[-1]))
    named = owner is PlaceType.FACTORY and group != "county"
    heap = named and text[part[-1].start : part[-1].end] in _HEAPS
    return heap or (owner, last) in _BELONGING


def _outlet_of_works(part: Sequence[Token], text: str, group: str, lexicon: Lexicon) -> bool:
    """Say whether the last heads are an outlet of the works before: 某市污水处理厂|溢流口."""
    if part[-2].code != codes.HEAD:
        return False
    last, works = (lexicon.facility.get(text[t.start : t.end]) for t in (part[-1], part[-2]))
    if last is PlaceType.WATER_SOURCE:
        return works is PlaceType.PROJECT
    works_of_area = group == "county" and works in _WITH_OUTLETS
    return works_of_area and last is PlaceType.DRAINAGE_OUTLET


def _hamlet(text: str, part: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether a short head only begins a hamlet's name: 某街道|石场峪."""
    short = len(part) == _MIN_STEM and part[1].end - part[1].start <= _MIN_STEM
    return short and text[part[1].end : part[1].end + 1] in tuple(lexicon.locality)


def _loose_in_town(text: str, part: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether an ordinary word keeps a head from the town: 某村|石料|加工点."""
    if part[1].code != codes.SOFT:
        return False
    head = text[part[-1].start : part[-1].end]
    works = lexicon.facility.get(head) is PlaceType.OTHER and head not in lexicon.dumps
    return not (works and part[0].kind is PlaceType.TOWNSHIP)


def _of_the_town(text: str, part: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether what follows a town is no facility: its land, its ore, its farms at large."""
    last = part[-1]
    head = text[last.start : last.end]
    if head in lexicon.dumps and all(
        token.code in codes.MODIFIER + codes.INDUSTRY for token in part[1:-1]
    ):
        return True
    town = part[0].kind is PlaceType.TOWNSHIP
    if town and len(part) == _MIN_STEM and head in lexicon.of_towns:
        return True
    at_large = any(text[token.start : token.end] in _AT_LARGE for token in part[1:-1])
    ore = (
        text[part[0].end - 1] in _TOWNS
        and (
            head in lexicon.ores
            or (head.endswith("矿") and lexicon.facility[head] is PlaceType.MINE)
        )
        and len(part) == _MIN_STEM
        and text.startswith((*lexicon.of_ore, *_WASTE, *(_LEFT if town else ())), last.end)
    )
    return head in _OPEN_COUNTRY or at_large or ore


def whole_names(text: str, drafts: list[Draft]) -> list[Draft]:
    """Join what stands side by side and is one: 某大学|某医院, 某集团|某分公司.

    Parameters
    ----------
    text
        The passage.
    drafts
        Its drafts in order, changed in place.

    Returns
    -------
    list of Draft
        Those that are left.
    """
    joined: list[Draft] = []
    for draft in drafts:
        last = joined[-1] if joined else None
        if last is not None and draft.end <= last.end:
            continue
        _stretch(text, draft)
        dashed = last is not None and _dashed(text, last, draft)
        if last is not None and (dashed or (last.end == draft.start and _one_name(last, draft))):
            last.kind, last.head, last.end = draft.kind, draft.head, draft.end
            last.surface = text[last.start : last.end]
        else:
            joined.append(draft)
    return joined


def _stretch(text: str, draft: Draft) -> None:
    """Let a name take in a side before it, a branch or an old site behind it."""
    if draft.prefix and draft.kind in _OF_TWO and _SIDE.search(text, 0, draft.start):
        # 西|某某国家级自然保护区
        draft.start -= 1
    branch = _BRANCH.match(text, draft.end) if draft.kind is PlaceType.FACTORY else None
    if branch is not None and draft.head in _WITH_BRANCHES:
        draft.head, draft.end = branch[0], branch.end()
    site = _OLD_SITE.match(text, draft.end) if draft.head.endswith("厂") else None
    if site is not None:
        # 某冶炼厂|老厂区
        draft.end = site.end()
    draft.surface = text[draft.start : draft.end]


def river_reaches(text: str, drafts: list[Draft], lexicon: Lexicon) -> list[Draft]:
    """Join a river and the areas it runs through before 段: 某江|某市|段.

    Parameters
    ----------
    text
        The passage.
    drafts
        Its drafts in order, changed in place.
    lexicon
        The word lists.

    Returns
    -------
    list of Draft
        Those that are left.
    """
    joined: list[Draft] = []
    for draft in drafts:
        joined.append(draft)
        if draft.kind in _OF_RIVERS and text.startswith(_AFTER_RIVER, draft.start):
            river = _river_before(text, draft.start, lexicon.great_waters)
            draft.start -= len(river)
            draft.stem = river + draft.stem
            draft.surface = text[draft.start : draft.end]
        if draft.kind not in ADMIN_KINDS or not _REACH.match(text, draft.end):
            continue
        first = len(joined) - 1
        while first and joined[first - 1].end == joined[first].start:
            if joined[first - 1].kind not in ADMIN_KINDS:
                break
            first -= 1
        start = joined[first].start
        reach = joined[-1]
        before = joined[first - 1] if first else None
        river = _river_before(text, start, lexicon.long_rivers)
        whole = before is not None and before.end == start
        if whole and before is not None and before.kind in _OF_RIVERS:
            # 某山国家级自然保护区|某市|段
            before.end, before.surface = reach.end + 1, text[before.start : reach.end + 1]
            before.head = text[before.start + len(before.stem) : before.end]
            del joined[first:]
            continue
        if whole and before is not None and before.kind is PlaceType.RIVER:
            first -= 1
        elif not river:
            continue
        start = min(joined[first].start, start - len(river))
        del joined[first:]
        reach.start, reach.end, reach.kind = start, reach.end + 1, PlaceType.RIVER
        held = _RESERVE.match(text, reach.end)
        if held:
            reach.end, reach.kind = held.end(), PlaceType.NATURE_RESERVE
        reach.surface = reach.stem = text[start : reach.end]
        reach.prefix, reach.head, reach.relation = "", "", ""
        joined.append(reach)
    return joined


def _river_before(text: str, stop: int, names: frozenset[str]) -> str:
    """Give the longest of some names that ends at a position, "" for none."""
    return max((name for name in names if text.endswith(name, 0, stop)), key=len, default="")


def _dashed(text: str, first: Draft, second: Draft) -> bool:
    """Say whether a dash joins two names into that of a reserve: 某湖—某湖|自然保护区."""
    between = text[first.end : second.start]
    return (
        second.kind in _OF_TWO and first.kind in _LENDING and _DASH.fullmatch(between) is not None
    )


def _one_name(first: Draft, second: Draft) -> bool:
    if first.kind is PlaceType.SCHOOL:
        return second.kind is PlaceType.HOSPITAL
    if first.kind is PlaceType.RIVER and second.prefix and second.kind in _OF_RIVERS:
        # 某河|某县的简称|水上公园
        return not second.prefix.endswith(RANKS)
    if first.kind in ZONE_KINDS and second.surface.endswith("分园"):
        return True
    if first.kind is PlaceType.VILLAGE and second.kind is PlaceType.DRAINAGE_OUTLET:
        # 某村|2号雨水排口
        return second.surface[0].isdigit() and second.named
    if "油田" in first.surface and _OIL_WORKS.match(second.surface):
        return True
    firms = first.kind is second.kind is PlaceType.FACTORY
    # 某州煤业|某林能化公司
    of_area = second.prefix != "" and not second.prefix.endswith(RANKS)
    branch = of_area and first.head not in _WITH_BRANCHES and second.surface.endswith("公司")
    group = first.head == "集团" and second.surface.endswith(_ONE_WITH_GROUP)
    return firms and (branch or group)
