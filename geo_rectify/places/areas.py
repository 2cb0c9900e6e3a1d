"""Counties a mention speaks of: from the words of the text to codes and polygons.

`mentions.county` is as the text gives it: a county, a development zone or the prefecture. Here it
becomes a real county with its code, read in the light of the prefecture the document is about,
since some sixty county names stand twice in China.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import shapely

from geo_rectify import regions
from geo_rectify.places.kinds import ADMIN, table
from geo_rectify.places.names import normalise, short_county
from geo_rectify.tables import join_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.models import Mention

_REMARK: Final = re.compile(r"\s*[(（].*$")
_PROVINCE_END: Final = re.compile(r"(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where a site must lie, as far as the text says.

    Attributes
    ----------
    codes
        County codes; several for a zone in two counties; empty where the county is unknown.
    prefecture
        Code of the prefecture, "" where unknown.
    dev_zone
        The development zone the text names, "" without one.
    """

    codes: tuple[str, ...] = ()
    prefecture: str = ""
    dev_zone: str = ""

    @property
    def adcode(self) -> str:
        """Give the county codes joined, else the prefecture's code, else ""."""
        if len(self.codes) == 1:
            return self.codes[0]
        return join_list(self.codes) or self.prefecture

    @property
    def county(self) -> str:
        """Give the real county's name, ``昌江区|浮梁县`` for two, "" where unknown."""
        return "|".join(_area_names(self.codes))

    @property
    def label(self) -> str:
        """Name the smallest area known in words: county, else prefecture, else ""."""
        if self.codes:
            return "、".join(_area_names(self.codes))
        return regions.area_name(self.prefecture) if self.prefecture else ""

    @property
    def limits(self) -> tuple[str, ...]:
        """Give the codes of the areas the site must lie in, empty where nothing is known."""
        return self.codes or ((self.prefecture,) if self.prefecture else ())


@lru_cache(maxsize=4096)
def _area_names(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(regions.area_name(code) for code in codes)


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, tuple[str, ...]], dict[str, str], dict[str, tuple[str, str]]]:
    """Give county codes by name, prefecture codes by name, and (prefecture, province) by code."""
    counties: dict[str, list[str]] = defaultdict(list)
    prefectures: dict[str, str] = {}
    above: dict[str, tuple[str, str]] = {}
    table_ = regions.counties()
    for code, name, short, upper, upper_code, province in zip(
        table_["adcode"],
        table_["name"],
        table_["short_name"],
        table_["prefecture"],
        table_["prefecture_adcode"],
        table_["province"],
        strict=True,
    ):
        for word in dict.fromkeys((name, short, short_county(name), short_county(short))):
            counties[word].append(code)
        prefectures.setdefault(upper, upper_code)
        prefectures.setdefault(short_county(upper), upper_code)
        above[code] = (upper_code, province)
        above.setdefault(upper_code, (upper_code, province))
    return {name: tuple(codes) for name, codes in counties.items()}, prefectures, above


@lru_cache(maxsize=4096)
def uppers(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Name the areas above a place, full and short, that may stand before its own name.

    Parameters
    ----------
    codes
        Codes of its counties, or of its prefecture; "" and unknown codes are passed over.

    Returns
    -------
    tuple of str
        For 360281: 江西省, 江西, 景德镇市, 景德镇, 乐平市, 乐平.
    """
    above = _index()[2]
    words: dict[str, None] = {}
    for code in codes:
        if code not in above:
            continue
        prefecture, province = above[code]
        for name in (province, _PROVINCE_END.sub("", province)):
            words[name] = None
        for upper in dict.fromkeys((prefecture, code)):
            name = regions.area_name(upper)
            words |= {name: None, short_county(name): None}
    return tuple(words)


def is_code(code: str) -> bool:
    """Say whether a code is that of a county or prefecture of today.

    Parameters
    ----------
    code
        Six digits.

    Returns
    -------
    bool
        False for old and mistyped codes.
    """
    return code in _index()[2]


def infer_prefectures(mentions: Iterable[Mention]) -> dict[str, str]:
    """Tell which prefecture each document is about, from the areas it names.

    Every county or prefecture named, by a mention or by its county, is a vote; a name that stands
    for several counties is shared among them.

    Parameters
    ----------
    mentions
        The mentions of all documents.

    Returns
    -------
    dict
        Prefecture code by document id; documents that name no area are missing.
    """
    counties, prefectures, above = _index()
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for mention in mentions:
        words = [_plain(mention.county)]
        if mention.type in ADMIN:
            words.append(normalise(mention.surface))
        for word in words:
            if word in prefectures and word.endswith(("市", "州", "盟", "地区")):
                votes[mention.doc_id][prefectures[word]] += 1.0
            codes = counties.get(word, ())
            for code in codes:
                votes[mention.doc_id][above[code][0]] += 1.0 / len(codes)
    return {
        doc_id: min(found, key=lambda code: (-found[code], code)) for doc_id, found in votes.items()
    }


@lru_cache(maxsize=4096)
def _plain(county: str) -> str:
    return _REMARK.sub("", county).strip()


def area_of(mention: Mention, prefectures: Mapping[str, str]) -> Area:
    """Give the area a mention must lie in.

    Parameters
    ----------
    mention
        The mention; an administrative one is its own area.
    prefectures
        As given by `infer_prefectures`.

    Returns
    -------
    Area
        The counties, zone and prefecture known.
    """
    home = prefectures.get(mention.doc_id, "")
    if mention.type in ADMIN:
        own = _named(normalise(mention.normalised or mention.surface), home)
        if own is not None:
            return own
    found = _named(_plain(mention.county), home)
    return Area(prefecture=home) if found is None else found


@lru_cache(maxsize=256)
def counties_of(prefecture: str) -> tuple[str, ...]:
    """Give the county codes of a prefecture.

    Parameters
    ----------
    prefecture
        Its code, "" for none.

    Returns
    -------
    tuple of str
        In ascending order.
    """
    known = regions.counties()
    return tuple(sorted(known.loc[known["prefecture_adcode"] == prefecture, "adcode"]))


def named_area(word: str) -> Area | None:
    """Give the county or prefecture of a name, wherever in China.

    Parameters
    ----------
    word
        Its name, full or short.

    Returns
    -------
    Area or None
        None where none or several bear it.
    """
    return _named(word, "")


def lies_in(code: str, limit: str) -> bool:
    """Say whether a county or prefecture is, or is part of, another area.

    Parameters
    ----------
    code, limit
        Six-digit codes.

    Returns
    -------
    bool
        The digits alone do not tell: 110101 lies in 110000, 361102 not in 361000.
    """
    return code == limit or _index()[2].get(code, ("", ""))[0] == limit


def counties_called(county: str, prefecture: str = "") -> list[str] | None:
    """Give the codes of the counties that a cell of a table may mean.

    Parameters
    ----------
    county
        A county's name, full or short, or its code; the areas above may stand before it.
    prefecture
        Name of the prefecture, "" where the table says none.

    Returns
    -------
    list of str or None
        Ascending; several where counties of a name are not told apart; empty where the cell names
        a whole prefecture; None where it names no area of today.
    """
    counties, prefectures, above = _index()
    word = normalise(county) if not county.isdigit() else county
    if word in above and county.isdigit():
        return [] if word.endswith("00") else [word]
    found = list(counties.get(word, ()))
    for cut in range(1, len(word) - 1):
        if found:
            break
        found = [c for c in counties.get(word[cut:], ()) if word[:cut] in _said_above(c)]
    home = prefectures.get(normalise(prefecture), "")
    if found:
        return sorted([c for c in found if above[c][0] == home] or found)
    return [] if word in prefectures else None


@lru_cache(maxsize=4096)
def _said_above(code: str) -> frozenset[str]:
    """Give what may stand before a county's name: 江西省, 景德镇市, 江西省景德镇市."""
    prefecture, province = _index()[2][code]
    cities = [regions.area_name(prefecture)]
    cities += [short_county(cities[0])]
    lands = [province, _PROVINCE_END.sub("", province)]
    return frozenset([*cities, *lands, *(land + city for land in lands for city in cities)])


def listed_zones(prefecture: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """List the development zones that are known of a prefecture.

    Parameters
    ----------
    prefecture
        Its code.

    Returns
    -------
    tuple
        For each zone its names, the usual one first, and the codes of its counties.
    """
    return tuple(
        (tuple(zone["names"]), tuple(sorted(zone["counties"])))
        for zone in table("zones")["zone"]
        if zone["prefecture"] == prefecture
    )


@lru_cache(maxsize=4096)
def _named(word: str, home: str) -> Area | None:
    """Read one area word: a zone of the home prefecture, a county, or a prefecture."""
    if not word:
        return None
    zone = _zone(word, home)
    if zone is not None:
        return zone
    parts = word.split("|")
    codes = [_county(part, home) for part in parts]
    if all(codes):
        return Area(codes=tuple(sorted(codes)), prefecture=_index()[2][codes[0]][0])
    prefecture = _index()[1].get(word, "")
    return Area(prefecture=prefecture) if prefecture else None


def _zone(word: str, home: str) -> Area | None:
    for zone in table("zones")["zone"]:
        if zone["prefecture"] == home and word in zone["names"]:
            return Area(
                codes=tuple(sorted(zone["counties"])), prefecture=home, dev_zone=zone["names"][0]
            )
    if word.endswith(("新区", "高新区", "经开区", "开发区", "示范区")) and word not in _index()[0]:
        return Area(prefecture=home, dev_zone=word)
    return None


def _county(word: str, home: str) -> str:
    """Give the one county a name means: in the home prefecture, its province, or all China."""
    codes = _index()[0].get(word, ())
    above = _index()[2]
    province = above[home][1] if home else ""
    for choice in (
        [code for code in codes if above[code][0] == home],
        [code for code in codes if above[code][1] == province],
        list(codes),
    ):
        if len(choice) == 1:
            return choice[0]
    return ""


def merged(areas: Sequence[Area]) -> Area:
    """Put the areas of one site's mentions together; they share codes or prefecture.

    Parameters
    ----------
    areas
        The areas, at least one.

    Returns
    -------
    Area
        The first that names a county, with every zone named.
    """
    best = next((area for area in areas if area.codes), areas[0])
    zones = {area.dev_zone for area in areas}
    return best if zones == {best.dev_zone} else replace(best, dev_zone=join_list(zones))


@lru_cache(maxsize=256)
def polygon(codes: tuple[str, ...]) -> BaseGeometry:
    """Give the union of areas as drawn.

    Parameters
    ----------
    codes
        County or prefecture codes, at least one.

    Returns
    -------
    shapely.Geometry
        Their polygon, EPSG:4490.
    """
    if len(codes) == 1:
        return regions.area_polygon(codes[0])
    union: BaseGeometry = shapely.union_all([regions.area_polygon(code) for code in codes])
    return union


@lru_cache(maxsize=256)
def widened(codes: tuple[str, ...]) -> BaseGeometry:
    """Give the union of areas, their line widened by 500 m, prepared for tests.

    Parameters
    ----------
    codes
        County or prefecture codes, at least one.

    Returns
    -------
    shapely.Geometry
        Their polygon, EPSG:4490.
    """
    union: BaseGeometry = shapely.union_all([regions.widened_polygon(code) for code in codes])
    shapely.prepare(union)
    return union
