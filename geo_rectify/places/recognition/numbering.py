"""Names that are numbers: roads, regiments, teams of a farm, works by code, outfalls, pits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from geo_rectify.places.recognition.drafts import Draft

_HAN: Final = r"[\u4e00-\u9fff]"
_NUMERAL: Final = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})"
_NOT_PEOPLE: Final = "(?![队伙体结员圆聚长])"

NUMBERED: Final = (
    # G65包茂高速, S101线, 国道318线, 206国道
    r"(?P<road>(?<![A-Za-z])[GSXYC]\d{2,4}(?![A-Za-z0-9])"
    rf"(?:{_HAN}{{2,4}}?高速(?:公路)?|国道|省道|县道|乡道|高速公路|高速|线)?"
    r"|(?:国道|省道|县道)[GSX]?\d{2,4}线?|(?<!\d)[GSX]?\d{3}(?:国道|省道|县道|乡道))"
    rf"|(?P<regiment>(?<!\d)\d{{1,3}}团(?:场)?{_NOT_PEOPLE})"
    # Teams and companies of state farms: 第三管理区12队, 创业农场4连.
    r"|(?P<team>(?<=[场区团队连、和及])\d{1,3}(?:连|队|分场|作业站|生产队)(?![伙续员列长]))"
    # Works of the defence industry: 602所, 713矿.
    r"|(?P<works>(?<![\d第年月.])\d{3}(?:所|厂|矿)(?![有谓需内外区界址长]))"
    # Outfalls and wells by number: YT-0317号排口, 3号泵站.
    r"|(?P<coded>(?<![A-Za-z\d])(?:[A-Z]{1,5}(?:[-_][A-Z]{1,5})*[-_]?\d{1,6}号?|\d{1,3}[号#])"
    r"(?=(?:雨水|污水|入河|入海|入湖|雨污|直排|溢流|总)*排(?:污)?口|雨水口|泵站|断面|码头"
    r"|矸石山|渣库|尾矿库|灰库|堆场|泊位|平硐|竖井|斜井|矿井|采区))"
    # Adits by their level: 690平硐.
    r"|(?P<adit>(?<![\d.])\d{2,4}(?:平硐|坑口))"
)
"""Alternatives for the pattern a text is cut by, one group each."""

KIND_OF: Final = {
    "road": PlaceType.ROAD,
    "regiment": PlaceType.TOWNSHIP,
    "team": PlaceType.VILLAGE,
    "works": PlaceType.FACTORY,
    "adit": PlaceType.MINE,
}
"""Kind of the names of each group; the last, ``coded``, begins a name and is none by itself."""

REGIMENT: Final = re.compile(rf"[一二三四五六七八九十百]{{2,5}}团(?:场)?{_NOT_PEOPLE}")
"""Regiments of the Corps in numerals; they count as townships."""

ORDINAL: Final = re.compile("第[一二三四五六七八九十]{1,2}")
"""Numbers that works, schools and hospitals are called by."""

CANAL: Final = re.compile(
    "第[一二三四五六七八九十]{1,2}(?:排水沟|排水渠|排水干沟)"
    "|(?:第?[一二三四五六七八九十]{1,2}|总)排干"
)
"""Canals called by their number: 第三排水沟, 八排干."""

FARM: Final = re.compile(rf"({_HAN}{{2}})[一二三四五六七八九十]{{1,2}}场(?![次所地面景合])")
"""Farms called by a word and a number: 红星四场; the word has to be one places are called by."""

WORKS: Final = re.compile("(?<=[团司])[一二三四五六七八九十]{1,3}(?:矿|厂)(?![区山井])")
"""Mines and works of a group called by their number: 某某集团|十二矿."""

LEVEL_HOSPITAL: Final = re.compile(
    "[省市县州区旗盟](?:第?[一二三四五六七八九十])?"
    "(?:人民|中医|中|妇幼保健|妇女儿童|传染病|精神病|精神卫生|中心|肿瘤|儿童|[一二三四五六七八九十])医院"
)
"""Hospitals called by the rank of their area: 省人民医院, 市三医院."""

_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_TENS: Final = {"十": 10, "百": 100}
_TEN_THOUSAND: Final = 10_000
_PITS: Final = re.compile(
    rf"{_NUMERAL}号(?:尾矿库|矿井|井|坑|矿|斜井|竖井|采区|库)(?!田)"
    rf"|[（(]{_NUMERAL}号?(?:矿井|井|坑|矿|斜井|竖井|采区|露天矿|矿区|库|期)[)）]"
)

_PARTS: Final = re.compile(r"[（(](?:[东西南北中]{1,2}|[一二三四五])[区园片][区]?[)）]")
_BRACKETED: Final = {
    PlaceType.MINE: _PITS,
    PlaceType.INDUSTRIAL_PARK: _PARTS,
    PlaceType.DEV_ZONE: _PARTS,
}


def take_pits(text: str, draft: Draft) -> None:
    """Let the number of a pit belong to the mine before it: 某煤矿一号井, 某煤矿（二号井）.

    Parameters
    ----------
    text
        The passage.
    draft
        A draft, changed in place when it is a mine.
    """
    pattern = _BRACKETED.get(draft.kind)
    if pattern is None:
        return
    pit = pattern.match(text, draft.end)
    if pit:
        draft.end = pit.end()
        draft.surface = text[draft.start : draft.end]
        draft.head += pit[0]


def read_number(raw: str) -> int:
    """Read a whole number in digits or in Chinese numerals below 1000.

    Parameters
    ----------
    raw
        ``86``, ``二十三``, ``两``.

    Returns
    -------
    int
        Its value; decimals are cut.
    """
    if raw[0].isdecimal():
        times = _TEN_THOUSAND if raw.endswith("万") else 1
        return round(float(raw.rstrip("万")) * times)
    total, current = 0, 0
    for char in raw:
        if char in _TENS:
            total += (current or 1) * _TENS[char]
            current = 0
        else:
            current = _DIGITS[char]
    return total + current
