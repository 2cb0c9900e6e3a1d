"""Administrative names of all China, and which of them a document is about."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition.lexicon import area_words
from geo_rectify.regions import counties
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_AUTONOMOUS: Final = re.compile(r"自治[区州县旗]$")
_WING: Final = re.compile("..+([左右])翼([前中后]旗)")
_RANK: Final = re.compile(r"(?:特别行政区|地区|林区|矿区|新区|联合旗|[省市县区旗盟州])$")
_MIN_SHORT: Final = 2
_LONG_REGION: Final = 3
_TITLE_SPAN: Final = 120
_TITLE_WEIGHT: Final = 5
_TELLING: Final = 3
_MANY: Final = 2
_RAISED: Final = frozenset("市区")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One administrative area; codes are the six-digit ones."""

    name: str
    kind: PlaceType
    adcode: str
    prefecture: str
    prefecture_adcode: str
    province_adcode: str


@lru_cache(maxsize=4096)
def short_name(name: str) -> str:
    """Give an administrative name without its rank: 乐平市 becomes 乐平.

    Parameters
    ----------
    name
        Full name.

    Returns
    -------
    str
        The short form, or the name itself where less than two characters would be left.
    """
    cut, autonomous = _AUTONOMOUS.subn("", name)
    if not autonomous:
        cut = _RANK.sub("", name)
    elif not name.endswith("区"):
        cut = _without_peoples(cut)
        people = cut.removesuffix("族")
        # 某某族自治旗 is called by its one people.
        cut = people if people in area_words().peoples and len(people) >= _MIN_SHORT else cut
    else:
        cut = _without_peoples(cut) if "族" in cut or len(cut) > _LONG_REGION else cut
    return cut if len(cut) >= _MIN_SHORT else name


def _without_peoples(name: str) -> str:
    """Take the peoples off the end: 黔西南布依族苗族 becomes 黔西南."""
    while True:
        for people in area_words().peoples:
            for ending in (people + "族", people):
                rest = name.removesuffix(ending)
                bare_word = len(people) == 1 and ending == people
                if rest != name and len(rest) >= _MIN_SHORT and not bare_word:
                    name = rest
                    break
            else:
                continue
            break
        else:
            return name


@lru_cache(maxsize=4096)
def customary_names(name: str) -> tuple[str, ...]:
    """Give the forms by which autonomous areas are written: 紫云县, 黔西南州, 科左中旗.

    Parameters
    ----------
    name
        Full name.

    Returns
    -------
    tuple of str
        Forms with a rank but without the peoples' names; empty for other areas.
    """
    banner = _WING.fullmatch(name)
    if banner:
        # 科尔沁左翼中旗 is written 科左中旗.
        return (name[0] + banner[1] + banner[2],)
    if name.endswith("行政委员会"):
        return (name.removesuffix("政委员会") + "委",)
    listed = tuple(form for form, full in area_words().customary.items() if full == name)
    if not name.endswith(("自治州", "自治县", "自治旗")):
        return listed
    short = short_name(name)
    if short == name:
        return ()
    return short + name[-1], short + name[-3:], *listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Administrative areas by full name."""

    by_name: Mapping[str, tuple[Area, ...]]
    by_prefecture: Mapping[str, tuple[Area, ...]]


@lru_cache(maxsize=1)
def areas() -> Areas:
    """List provinces, prefectures and counties of China by name.

    Returns
    -------
    Areas
        Every full name with the areas that bear it, and the counties of each prefecture.
    """
    table = counties()
    listed: dict[tuple[PlaceType, str, str], Area] = {}
    within: dict[str, list[Area]] = {}
    columns = ("adcode", "name", "prefecture", "prefecture_adcode", "province", "province_adcode")
    for code, name, upper, upper_code, province, province_code in zip(
        *(table[column].tolist() for column in columns), strict=True
    ):
        for kind, own, own_code, above in (
            (PlaceType.COUNTY, name, code, (upper, upper_code)),
            (PlaceType.PREFECTURE, upper, upper_code, (upper, upper_code)),
            (PlaceType.PROVINCE, province, province_code, ("", "")),
        ):
            if (kind, own, own_code) not in listed:
                listed[kind, own, own_code] = Area(
                    name=own,
                    kind=kind,
                    adcode=own_code,
                    prefecture=above[0],
                    prefecture_adcode=above[1],
                    province_adcode=province_code,
                )
        within.setdefault(upper_code, []).append(listed[PlaceType.COUNTY, name, code])
    found: dict[str, dict[Area, None]] = {}
    for area in listed.values():
        for word in (area.name, *customary_names(area.name)):
            found.setdefault(word, {})[area] = None
    return Areas(
        by_name=MappingProxyType({name: tuple(v) for name, v in found.items()}),
        by_prefecture=MappingProxyType({code: tuple(v) for code, v in within.items()}),
    )


@lru_cache(maxsize=1)
def _full_names() -> Mapping[str, tuple[int, ...]]:
    """Give the lengths of the full names that begin with each two characters."""
    lengths: dict[str, set[int]] = {}
    for name in areas().by_name:
        lengths.setdefault(name[:2], set()).add(len(name))
    return MappingProxyType({key: tuple(sorted(v, reverse=True)) for key, v in lengths.items()})


def full_names_in(text: str) -> Counter[str]:
    """Count the full administrative names of a text, longest match first.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    collections.Counter of str
        How often each name stands there.
    """
    found: Counter[str] = Counter()
    lengths, names = _full_names(), areas().by_name
    position = 0
    while position < len(text):
        step = 1
        for length in lengths.get(text[position : position + 2], ()):
            name = text[position : position + length]
            if name in names:
                found[name] += 1
                step = length
                break
        position += step
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The administrative area a document is about.

    Attributes
    ----------
    area
        The prefecture or, for a county's own document, the county; None where nothing tells.
    level_name
        Its name, as it stands in `Mention.county` where no county is known.
    names
        Full and short names used in the document, each with its area; names of other
        prefectures only in full.
    counties_in_order
        Names of the home's counties.
    county_codes
        Their codes, each with the name.
    """

    area: Area | None
    level_name: str
    names: Mapping[str, Area]
    counties_in_order: tuple[str, ...]
    county_codes: Mapping[str, str]

    @property
    def counties(self) -> frozenset[str]:
        """Give the names of the home's counties as a set."""
        return frozenset(self.counties_in_order)


def _score(areas_here: Counter[str], title: str) -> Counter[str]:
    """Score prefectures by the full names of themselves, their counties and their province."""
    scores: Counter[str] = Counter()
    provinces: Counter[str] = Counter()
    known = areas()
    # 城区, 矿区 are words first: they vote only for a prefecture that others tell of
    words = {
        name
        for name in areas_here
        if set(name) <= area_words().vague
        and not any(area.kind is PlaceType.PREFECTURE for area in known.by_name[name])
    }
    for name in sorted(areas_here, key=lambda each: each in words):
        count = areas_here[name]
        weight = count + (_TITLE_WEIGHT if name in title else 0)
        bearers = known.by_name[name]
        for area in bearers:
            if name in words and area.prefecture_adcode not in scores:
                continue
            if area.kind is PlaceType.PROVINCE:
                provinces[area.province_adcode] += weight
            elif area.kind is PlaceType.PREFECTURE:
                scores[area.adcode] += 4 * weight
            elif len(bearers) == 1:
                scores[area.prefecture_adcode] += 2 * weight
            else:
                scores[area.prefecture_adcode] += weight
    for code in scores:
        scores[code] += min(provinces.get(code[:2] + "0000", 0), 3)
    return scores


def _county_document(home: str, title: str) -> Area | None:
    """Give the county a document is about, when its title names one and no prefecture."""
    known = areas()
    named = full_names_in(title)
    if short_name(known.by_prefecture[home][0].prefecture) in title:
        return None
    if any(
        area.kind is PlaceType.PREFECTURE and area.adcode == home
        for name in named
        for area in known.by_name[name]
    ):
        return None
    inside = [
        area
        for name in named
        for area in known.by_name[name]
        if area.kind is PlaceType.COUNTY and area.prefecture_adcode == home
    ]
    return inside[0] if len(inside) == 1 else None


def _usable(short: str, full: str) -> bool:
    return short != full and len(short) >= _MIN_SHORT


def find_home(text: str, *, title: str = "") -> Home:
    """Say which province, prefecture or county a document is about.

    Full names of prefectures and counties vote, those of the title five times; a county name
    that several prefectures have counts half. A title that names a province and none of its
    prefectures makes a document of the province.

    Parameters
    ----------
    text
        The whole document.
    title
        Its title; the first lines of the text where it is empty.

    Returns
    -------
    Home
        The area and the administrative names the document may use.
    """
    title = title or text[:_TITLE_SPAN]
    counted = full_names_in(text)
    scores = _score(counted, title)
    if not scores:
        return Home(
            area=None,
            level_name="",
            names=MappingProxyType({}),
            counties_in_order=(),
            county_codes=MappingProxyType({}),
        )
    code = max(scores, key=lambda item: (scores[item], item))
    known = areas()
    prefecture, province = _above(code)
    provincial = _province_document(province, counted, title)
    if provincial:
        inside = tuple(
            area
            for key, listed in known.by_prefecture.items()
            if key[:2] == code[:2]
            for area in listed
        )
        own = province
    else:
        inside = known.by_prefecture[code]
        own = _county_document(code, title) or prefecture
    return Home(
        area=own,
        level_name=own.name,
        names=MappingProxyType(_names(counted, inside, (prefecture, province), own)),
        counties_in_order=tuple(dict.fromkeys(area.name for area in inside)),
        county_codes=MappingProxyType({area.adcode: area.name for area in inside}),
    )


def _above(code: str) -> tuple[Area, Area]:
    """Give a prefecture and its province."""
    known = areas()
    county = known.by_prefecture[code][0]
    prefecture = next(
        area
        for area in known.by_name[county.prefecture]
        if area.adcode == code and area.kind is PlaceType.PREFECTURE
    )
    province = next(
        area
        for bearers in known.by_name.values()
        for area in bearers
        if area.kind is PlaceType.PROVINCE and area.adcode == county.province_adcode
    )
    return prefecture, province


def _province_document(province: Area, counted: Counter[str], title: str) -> bool:
    """Say whether a document is a whole province's."""
    if province.name not in title and short_name(province.name) not in title:
        return False
    known = areas()
    prefectures = {
        area.adcode: area.prefecture
        for name in counted
        for area in known.by_name[name]
        if area.kind is PlaceType.PREFECTURE and area.province_adcode == province.adcode
    }
    named = any(short_name(name) in title for name in prefectures.values())
    return len(prefectures) >= _MANY and not named


def _counted_names(counted: Counter[str], codes: Collection[str]) -> dict[str, Area]:
    """Say which area each full name of the text means, its own areas before others."""
    known = areas()
    names: dict[str, Area] = {}
    for name in counted:
        bearers = known.by_name[name]
        here = [area for area in bearers if area.adcode in codes]
        higher = [area for area in bearers if area.kind is not PlaceType.COUNTY]
        # 东城区 is more often the east of this city than a district of another.
        vague = len(name) < _TELLING or set(name) <= area_words().vague
        # 茂名滨海新区 is no district of Tianjin.
        vague = vague or (name.endswith("新区") and not here)
        told = list(bearers) if len(bearers) == 1 and not vague else []
        # 东莞市: a prefecture without counties is listed as a county of its own.
        own = [area for area in higher if area in here and area.adcode.endswith("00")]
        if here or higher or told:
            names[name] = (own or here or higher or told)[0]
    return names


def _names(
    counted: Counter[str], inside: Sequence[Area], above: tuple[Area, Area], own: Area
) -> dict[str, Area]:
    """List the administrative names a document may use, short forms only of its own area."""
    known = areas()
    names = _counted_names(counted, {area.adcode for area in (own, *inside, *above)})
    provincial = own.kind is PlaceType.PROVINCE
    wider: list[Area] = list(above)
    if provincial:
        prefectures = dict.fromkeys(area.prefecture for area in inside)
        wider += [
            bearer
            for name in prefectures
            for bearer in known.by_name[name]
            if bearer.kind is PlaceType.PREFECTURE
        ]
    # 岳阳 is the city before 岳阳县; a county under no prefecture is listed as one of its own.
    within = {area.name for area in inside}
    ordered = [area for area in wider if area.name not in within]
    for area in (*ordered, *inside, *wider):
        names.setdefault(area.name, area)
        for other in customary_names(area.name):
            names.setdefault(other, area)
        short = short_name(area.name)
        if (
            area.name[-1] in _RAISED
            and short + "县" not in known.by_name
            and len(short) < len(area.name)
        ):
            # The name it bore before it was made a city or district.
            names.setdefault(short + "县", area)
        if _usable(short, area.name) and not (provincial and area.kind is PlaceType.COUNTY):
            names.setdefault(short, area)
    return names
