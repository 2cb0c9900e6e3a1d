"""Facilities: a stem, modifiers and a head noun read as one name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.drafts import ZONE_KINDS, Draft
from geo_rectify.places.recognition.firms import firm_within
from geo_rectify.places.recognition.lexicon import HARD
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.places.recognition.lexicon import Lexicon
    from geo_rectify.places.recognition.tokens import Token

# Called by the short name of a county and words of any kind: 某州|金属表面处理中心.
_CALLED_KINDS: Final = frozenset(
    {
        PlaceType.INDUSTRIAL_PARK,
        PlaceType.PARK_SCENIC,
        PlaceType.FOREST_PARK,
        PlaceType.NATURE_RESERVE,
        PlaceType.PROJECT,
        PlaceType.OTHER,
    }
)
_MAX_CALLED: Final = 10
# 某坪、某沙|两镇|污水处理厂: works of several towns bear no name.
_SEVERAL_AREAS: Final = re.compile(
    "[两二三四五六七八九十](?:乡镇|镇街|街镇|街道|县区|区县|县市|镇|乡|县)"
)
# 某某区|某某|岩|景区: one character more than the county's short name makes the name.
_SIGHTS: Final = frozenset({PlaceType.PARK_SCENIC, PlaceType.FOREST_PARK})
_STATE_NAMED: Final = ("国家", "省级", "世界", "自治区级")
_MIN_STEM: Final = 2
_PLAIN_WORKS: Final = frozenset({"厂", "加工厂", "砖厂", "预制场", "石灰厂"})
# A name may begin behind an area, a mark or nothing.
_BEGINS_BEHIND: Final = frozenset(["", *"县市区旗镇乡村，。；、"])
_DESCRIBING: Final = frozenset("原旧老新各该某一两多全内")
_MAX_STEM: Final = 7
_MAX_CODED: Final = 16
# 某皮河|马良某家湾|断面: a river and a place on it.
_MAX_ON_RIVER: Final = 12
# Facilities that belong to the firm named before them and make no name with it.
_OF_A_FIRM: Final = frozenset(
    {PlaceType.DRAINAGE_OUTLET, PlaceType.WASTEWATER_PLANT, PlaceType.OTHER, PlaceType.WATER_SOURCE}
)
# An administrative name alone before these says where they are, and names none of them.
_UNNAMED_BY_COUNTY: Final = frozenset(
    {
        PlaceType.MINE,
        PlaceType.FACTORY,
        PlaceType.RESIDENTIAL,
        PlaceType.MONITORING_SECTION,
        PlaceType.DRAINAGE_OUTLET,
        PlaceType.WATER_SOURCE,
        PlaceType.PUMP_STATION,
    }
)
# 某某水泥|矿山, 某某锌业|尾矿库: the firm's.
_MINES_OF_FIRMS: Final = frozenset({"矿山", "矿区", "尾矿库", "采区", "排土场"})
_PARTS_OF_WORKS: Final = frozenset(
    {"矿山", "矿区", "废渣场", "采区", "采场", "煤场", "料场", "堆料场", "堆场"}
)


def facility(text: str, part: Sequence[Token], group: str, lexicon: Lexicon) -> Draft | None:
    """Read a stem, modifiers and a facility head as one name.

    Parameters
    ----------
    text
        The passage.
    part
        Tokens of the phrase.
    group
        Which phrase of the grammar matched.
    lexicon
        The word lists.

    Returns
    -------
    Draft or None
        The facility, or the firm it belongs to; None where nothing is named.
    """
    part = _works(text, part)
    last = part[-1]
    head = text[last.start : last.end]
    start, end = part[0].start, last.end
    kind = lexicon.facility[head]
    prefix = ""
    begin = 0
    if part[0].code in {codes.SHORT_ADMIN, codes.ADMIN}:
        begin = 2 if part[1].code == codes.SHORT_ADMIN else 1
        prefix = text[part[begin - 1].start : part[begin - 1].end]
    stem_end = begin
    inside = "UNSVIMaBs" if group == "quoted" else "UNSFV("
    if group == "inserted":
        inside = "UNSVaIMs()"
    elif group == "section":
        inside = "NAas"
    elif group == "described":
        inside = "s"
    elif group == "called":
        inside = "UNSFsMI"
    while stem_end < len(part) and part[stem_end].code in inside:
        stem_end += 1
    stem = text[part[begin].start : part[stem_end].start] if stem_end > begin else ""
    middle = part[stem_end:]
    if _at_large(text, part, head, lexicon):
        return None
    if not _names(text, part, group, span=(begin, stem_end), kind=kind, lexicon=lexicon):
        return None
    firm_end = firm_within(text, part, stem_end, group, lexicon)
    if firm_end is not None and (kind in _OF_A_FIRM or head in _MINES_OF_FIRMS):
        end, head, kind = firm_end, text[middle[0].start : firm_end], PlaceType.FACTORY
    return Draft(
        start=start,
        end=end,
        surface=text[start:end],
        kind=kind,
        prefix=prefix,
        stem=stem,
        head=text[middle[0].start : end] if middle else head,
    )


def _at_large(text: str, part: Sequence[Token], head: str, lexicon: Lexicon) -> bool:
    """Say whether a head is ore (某县|矿|产业) or the works of several towns."""
    if head == "矿" and text.startswith(lexicon.of_ore, part[-1].end):
        return True
    inner = (text[token.start : token.end] for token in part[1:-1])
    spans = (text[part[0].start : part[1].end], text[part[0].end : part[-1].start], *inner)
    return any(_SEVERAL_AREAS.fullmatch(span) for span in spans)


def _names(
    text: str,
    part: Sequence[Token],
    group: str,
    *,
    span: tuple[int, int],
    kind: PlaceType,
    lexicon: Lexicon,
) -> bool:
    """Say whether a phrase names something; the span is that of its stem, in tokens."""
    begin, stem_end = span
    if group == "county":
        described = part[begin].code == codes.SOFT
        head = text[part[-1].start : part[-1].end]
        short = part[begin - 1].code == codes.SHORT_ADMIN
        named = head if len(part) == begin + 1 else text[part[-2].start : part[-2].end]
        # 某州铜矿, 某州铜矿|尾矿库
        ore = kind is PlaceType.MINE and named.endswith("矿") and len(named) >= _MIN_STEM
        works = kind is PlaceType.FACTORY and head.endswith("厂") and head not in _PLAIN_WORKS
        single = short and (ore or works or head in lexicon.called_by_area)
        titled = any(text.startswith(_STATE_NAMED, token.start) for token in part[begin + 1 :])
        kinds = {lexicon.facility.get(text[token.start : token.end]) for token in part[begin:]}
        unnamed = (kind in _UNNAMED_BY_COUNTY and not single) or (
            described and kinds.isdisjoint(ZONE_KINDS) and not titled
        )
        return stem_end > begin or not unnamed
    if group == "called":
        return kind in _CALLED_KINDS and part[-1].start - part[begin].start <= _MAX_CALLED
    if group == "inserted":
        return part[0].end - part[0].start >= _MIN_STEM or part[1].code != codes.OPEN
    if group != "facility":
        return True
    stem = text[part[begin].start : part[stem_end].start]
    longest = _MAX_CODED if stem[:1].isascii() else _MAX_STEM
    longest = _MAX_ON_RIVER if kind is PlaceType.MONITORING_SECTION else longest
    words = [token for token in part[begin:stem_end] if token.code == codes.STEM]
    short = part[0].code == codes.SHORT_ADMIN and kind in _SIGHTS
    short = short or _called_by_words(text, part, part[stem_end], lexicon)
    return (
        (1 if short else _least_stem(part[stem_end:])) <= len(stem) <= longest
        and not (len(words) == stem_end - begin and len(words) > 1)
        and not _loose(text, part, part[stem_end], kind=kind, lexicon=lexicon)
    )


def _called_by_words(text: str, part: Sequence[Token], word: Token, lexicon: Lexicon) -> bool:
    """Say whether one character and a word are a name: 某县|大河边|重晶石矿, 规范|金沙滩|工业园区."""
    first = part[0]
    behind = text[max(0, first.start - 1) : first.start]
    verb = HARD in lexicon.flags.get(text[max(0, first.start - _MIN_STEM) : first.start], "")
    return (
        word.code == codes.SOFT
        and first.code == codes.UNKNOWN
        and word.end - word.start == _MIN_STEM
        and (verb or behind in _BEGINS_BEHIND)
        and text[first.start] not in _DESCRIBING
    )


def _works(text: str, part: Sequence[Token]) -> Sequence[Token]:
    """Leave out a mine after the works it belongs to: 某某水泥厂|矿山."""
    last = part[-1]
    belongs = text[last.start : last.end] in _PARTS_OF_WORKS and part[-2].code == codes.HEAD
    return part[:-1] if belongs else part


def _least_stem(middle: Sequence[Token]) -> int:
    """Give the least length of a stem: one character before two heads or a trade and a zone."""
    traded = middle[0].code == codes.INDUSTRY
    heads = sum(token.code in codes.HEAD + codes.RESERVE for token in middle)
    return 1 if traded or heads > 1 else _MIN_STEM


def _loose(
    text: str, part: Sequence[Token], word: Token, *, kind: PlaceType, lexicon: Lexicon
) -> bool:
    """Say whether an ordinary word keeps a head from the name before it."""
    if word.code != codes.SOFT:
        return False
    if kind is PlaceType.PARK_SCENIC:
        # 某江|百里|风光带
        return False
    titled = any(text.startswith(_STATE_NAMED, token.start) for token in part)
    if kind is PlaceType.NATURE_RESERVE and (
        titled or text.endswith("自然保护区", 0, part[-1].end)
    ):
        # 某江|某河|特有鱼类|国家级水产种质资源保护区
        return False
    structure = text[word.start : word.end] in lexicon.section_words
    if kind is PlaceType.MONITORING_SECTION and structure:
        return False
    known = all(token.code != codes.UNKNOWN for token in part)
    return known or any(token.code == codes.NAME for token in part)
