"""Names of places: one spelling for comparing, and what may be taken off them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from geo_rectify.places.kinds import suffixes, table
from geo_rectify.vocabulary import PlaceType

_HAN: Final = re.compile("[㐀-鿿]+")
_QUOTES: Final = str.maketrans("", "", "“”‘’\"'「」『』《》〈〉·•")
_BRACKETS: Final = re.compile(r"[(（\[〔【][^()（）\[\]〔〕【】]*[)）\]〕】]")
_DIGITS: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
_TEN: Final = re.compile(
    "(?P<tens>[一二三四五六七八九])?十(?P<ones>[一二三四五六七八九])?"
    "(?=[号期矿井组队桥]|中学|小学|标段)"
)
_ROAD: Final = re.compile(
    r"(?:(?P<before>[国省县乡]道)?(?P<letter>[GSXYgsxy])?(?P<number>\d{3}))(?P<after>[国省县乡]道|公路|线)?"
)
_ROAD_OF: Final = {"G": "国道", "S": "省道", "X": "县道", "Y": "乡道"}
_COUNTY_END: Final = re.compile(r"(?:自治县|自治旗|县|市|区|旗)$")
MARKING: Final = frozenset("〇一二三四五六七八九十甲乙丙东南西北中上下前后左右大小老新内外里高低")
"""Characters that tell places of one name apart: a difference in them is no slip."""
_SHORTEST: Final = 2
TOWNSHIP_END: Final = ("街道", "镇", "乡")
"""What names of townships end with."""


@lru_cache(maxsize=65536)
def normalise(name: str) -> str:
    """Give the spelling of a name that is compared.

    Width and compatibility forms are unified (NFKC), traditional and variant characters become
    the common ones (`variants.toml`); spaces, quotes and bracketed remarks go; digits become
    Chinese ones, a road has its number before its class (G206, 国道206 as 206国道; expressways,
    of one, two or four digits, stay), and numerals with 十 before a counter are written digit by digit (十二号桥,
    12号桥). Brackets stay where nothing else would.

    Parameters
    ----------
    name
        A name as written.

    Returns
    -------
    str
        The spelling.
    """
    if "十" not in name and _HAN.fullmatch(name):  # nothing else below concerns it
        return name.translate(_variants())
    plain = "".join(unicodedata.normalize("NFKC", name).split()).translate(_QUOTES)
    bare = _BRACKETS.sub("", plain)
    road = _ROAD.fullmatch(bare)
    if road is not None:
        bare = _numbered_road(road)
    return _TEN.sub(_by_digits, (bare or plain).translate(_DIGITS).translate(_variants()))


def _numbered_road(match: re.Match[str]) -> str:
    """Give a numbered road as 206国道; what tells no class, or two of them, stays as it is."""
    classes = {match["before"], _ROAD_OF.get((match["letter"] or "").upper())} - {None}
    if match["after"] not in {None, "公路", "线"}:
        classes.add(match["after"])
    return f"{match['number']}{classes.pop()}" if len(classes) == 1 else match[0]


def _by_digits(match: re.Match[str]) -> str:
    return f"{match['tens'] or '一'}{match['ones'] or '〇'}"


@lru_cache(maxsize=1)
def _variants() -> dict[int, str]:
    pairs = table("variants")["characters"].split()
    return {ord(pair[0]): pair[1] for pair in pairs}


@lru_cache(maxsize=65536)
def stem(name: str, kind: PlaceType) -> str:
    """Take the words off a name that only say its kind.

    Parameters
    ----------
    name
        A normalised name.
    kind
        Its kind.

    Returns
    -------
    str
        The proper part, "" where the name is nothing but such words.
    """
    for word in suffixes(kind):
        if name.endswith(word):
            return name.removesuffix(word)
    return name


def proper(name: str, kind: PlaceType) -> str:
    """Give what of a name tells its place from others of the kind.

    Parameters
    ----------
    name
        A normalised name.
    kind
        Its kind.

    Returns
    -------
    str
        The stem where the words of the kind all mean the same (`kinds.toml`, synonyms) and it has
        two characters or more, else the name.
    """
    short = stem(name, kind)
    means_the_same = kind.value in table("kinds")["synonyms"]["kinds"]
    return short if means_the_same and len(short) >= _SHORTEST else name


def short_county(name: str) -> str:
    """Give a county's or prefecture's name without its last word, where that leaves a name.

    Parameters
    ----------
    name
        For example 乐平市.

    Returns
    -------
    str
        乐平; the whole name where it would be a single character.
    """
    short = _COUNTY_END.sub("", name)
    return short if len(short) >= _SHORTEST else name


@lru_cache(maxsize=65536)
def strip_admin(name: str, uppers: tuple[str, ...], kind: PlaceType) -> str:
    """Take province, prefecture and county off the front of a name.

    Parameters
    ----------
    name
        A normalised name.
    uppers
        Names of the areas above it, full and short.
    kind
        Its kind; what is left must be more than words of the kind.

    Returns
    -------
    str
        The name without them.
    """
    if not name.startswith(uppers):
        return name
    for upper in sorted(uppers, key=lambda word: (-len(word), word)):
        rest = name.removeprefix(upper)
        if rest != name and len(rest) >= _SHORTEST and stem(rest, kind):
            return strip_admin(rest, uppers, kind)
    return name


def township_stem(name: str, *, ends: tuple[str, ...] = TOWNSHIP_END) -> str:
    """Take 街道, 镇 or 乡 off a township's name.

    Parameters
    ----------
    name
        For example 礼林镇.
    ends
        What townships end with.

    Returns
    -------
    str
        礼林; the whole name where it would be a single character.
    """
    for word in ends:
        if name.endswith(word) and len(name) - len(word) >= _SHORTEST:
            return name.removesuffix(word)
    return name


def village_stem(name: str) -> str:
    """Take 村, 社区 and the like off a village's name.

    Parameters
    ----------
    name
        For example 横路村.

    Returns
    -------
    str
        横路; the whole name where it would be a single character.
    """
    short = stem(name, PlaceType.VILLAGE)
    return short if len(short) >= _SHORTEST else name
