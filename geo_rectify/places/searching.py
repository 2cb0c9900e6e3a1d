"""Searching a gazetteer for one name: ranked candidates, why each, and how clear the first is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify import regions
from geo_rectify.errors import InputFileError, RegionError
from geo_rectify.places.areas import Area, is_code, named_area, uppers
from geo_rectify.places.gazetteer import reading
from geo_rectify.places.matching import SHOWN, match, same_place
from geo_rectify.places.names import normalise
from geo_rectify.places.words import query_words
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_rectify.places.gazetteer import Gazetteer
    from geo_rectify.places.matching import Candidate, Refusal

_DIGITS: Final = 5
_BEHIND: Final = 0.95
_SHORTEST: Final = 2
_BARE: Final = ("市", "县", "区")
_CITY: Final = "市"
_TOWNSHIP: Final = re.compile(r"(.{1,6}?(?:街道|镇|乡))(.{2,})$")
_COARSE_M: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One candidate for a name.

    Attributes
    ----------
    rank
        From 1; 0 for those refused.
    margin
        Score above the next candidate that is another place; None for all but the first.
    reason
        How it was found, or why it was refused, in words.
    """

    rank: int
    name: str
    kind: PlaceType
    county: str
    township: str
    score: float
    margin: float | None
    reason: str
    lon: float | None
    lat: float | None
    uncertainty_m: float | None
    source: str
    refused: bool


_HOW: Final = {
    "exact": "名称一致",
    "alias": "别名一致",
    "without admin prefix": "去掉行政区前缀后一致",
    "same name but for its ending": "专名一致，通名不同",
    "one character differs": "一字之差，可能误写",
    "one character more or less": "多一字或少一字，可能误写",
    "two characters exchanged": "相邻两字颠倒，可能误写",
    "sounds the same": "读音相同，可能误写",
}


def search_gazetteer(
    name: str, gazetteer: Gazetteer, *, county: str = "", kind: PlaceType | None = None
) -> tuple[Found, ...]:
    """Look one name up and say how well each candidate fits.

    Parameters
    ----------
    name
        The name, in characters or pinyin.
    gazetteer
        The known places.
    county
        Name or code of the county or prefecture it must lie in, "" for anywhere.
    kind
        Its kind; None for any.

    Returns
    -------
    tuple of Found
        Candidates best first, then those refused.

    Raises
    ------
    InputFileError
        The name is empty.
    RegionError
        No such county or prefecture, or several of that name.
    """
    key = normalise(name)
    if not key:
        message = "the name is empty; give a place name such as 岩口采石场"
        raise InputFileError(message, chinese="地名是空的；请给出地名，如岩口采石场")
    area = area_called(county)
    kinds = list(PlaceType) if kind is None else [kind]
    forms = list(_forms(key, area))
    words = (key, *(word for form in forms for word in (*form.keys, form.behind)))
    limits = tuple(dict.fromkeys(code for form in forms for code in form.area.limits))
    known = _known(gazetteer, words, kinds, limits=limits, anywhere=not area.limits)
    candidates: dict[str, Candidate] = {}
    refused: dict[str, tuple[Candidate, str]] = {}
    for each in kinds:
        found = match((key,), each, area=area, gazetteer=known, anywhere=not area.limits)
        offered = list(found.candidates)
        refusals = list(found.refused)
        for form in forms:
            placed, outside = _as_form(form, each, gazetteer=known)
            offered += placed
            refusals += outside
        for candidate in offered:
            best = candidates.get(candidate.candidate_id)
            if best is None or candidate.score > best.score:
                candidates[candidate.candidate_id] = candidate
        for refusal in refusals:
            held = refused.get(refusal.candidate.candidate_id)
            if held is None or refusal.candidate.score > held[0].score:
                refused[refusal.candidate.candidate_id] = (refusal.candidate, refusal.reason)
    ranked = sorted(candidates.values(), key=lambda candidate: candidate.rank)
    shown = [
        _found(candidate, rank, reason=_words_for(candidate.how))
        for rank, candidate in enumerate(ranked, 1)
    ]
    if shown:
        rivals = (c.score for c in ranked[1:] if not same_place(ranked[0], c))
        second = round(next(rivals, 0.0), 2)
        shown[0] = _found(
            ranked[0], 1, reason=shown[0].reason, margin=round(shown[0].score - second, 2)
        )
    turned = [
        _found(candidate, 0, reason=reason)
        for number, (candidate, reason) in refused.items()
        if number not in candidates
    ]
    turned.sort(key=lambda found: (-found.score, found.name, found.county, found.source))
    return (*shown, *turned[: 2 * SHOWN])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """One way to read a name: spellings, where it must lie, and what stands behind a township."""

    keys: tuple[str, ...]
    area: Area
    township: str = ""
    behind: str = ""


def _forms(key: str, area: Area) -> Iterator[_Form]:
    """List the ways to read a name: as it is, and behind the areas it begins with or is asked in."""
    township, behind = _parted(key)
    own = tuple(key.removeprefix(word) for word in _BARE if key.startswith(word)) or (_CITY + key,)
    above = uppers(area.limits)
    yield _Form(
        keys=tuple(dict.fromkeys((*own, *(name + each for name in above for each in (key, *own))))),
        area=area,
        township=township,
        behind=behind,
    )
    inside, rest = _area_before(key)
    if rest:
        township, behind = _parted(rest)
        spelt = (rest, *(name + rest for name in uppers(inside.limits)))
        yield _Form(keys=spelt, area=inside, township=township, behind=behind)


def _area_before(key: str) -> tuple[Area, str]:
    """Part province, prefecture and county off the front of a name; the last one counts."""
    rest, found = key, Area()
    for province in _provinces():
        rest = rest.removeprefix(province) if len(rest) > len(province) + 1 else rest
    while True:
        cut = next(
            (n for n in range(len(rest) - _SHORTEST, 1, -1) if named_area(rest[:n]) is not None), 0
        )
        area = named_area(rest[:cut]) if cut else None
        if area is None:
            return (found, rest) if found.limits else (Area(), "")
        found, rest = area, rest[cut:]


@lru_cache(maxsize=1)
def _provinces() -> tuple[str, ...]:
    return tuple(sorted(set(regions.counties()["province"]), key=lambda word: (-len(word), word)))


def _parted(key: str) -> tuple[str, str]:
    """Part a township off the front of a name: 双田镇, 岩口采石场."""
    found = _TOWNSHIP.match(key)
    return (found[1], found[2]) if found else ("", "")


def _as_form(
    form: _Form, kind: PlaceType, *, gazetteer: Gazetteer
) -> tuple[list[Candidate], list[Refusal]]:
    """Find a name as one form reads it; a township that is told must be that of the place.

    What has the whole name and lies outside the county the name begins with is refused.
    """
    anywhere = not form.area.limits
    found: list[Candidate] = []
    outside: list[Refusal] = []
    if form.keys:
        hits = match(form.keys, kind, area=form.area, gazetteer=gazetteer, anywhere=anywhere)
        found += [
            replace(c, score=_BEHIND, how="without admin prefix") if c.score > _BEHIND else c
            for c in hits.candidates
        ]
        outside += [r for r in hits.refused if r.candidate.place.kind is kind]
    if form.behind:
        hits = match((form.behind,), kind, area=form.area, gazetteer=gazetteer, anywhere=anywhere)
        found += [
            replace(c, score=min(c.score, _BEHIND), how=f"behind its township: {c.how}")
            for c in hits.candidates
            if c.place.township in {"", form.township} and c.place.name != form.township
        ]
    return found, outside


def _known(
    gazetteer: Gazetteer,
    keys: tuple[str, ...],
    kinds: list[PlaceType],
    *,
    limits: tuple[str, ...],
    anywhere: bool,
) -> Gazetteer:
    """Read from files what the name may be; everything in memory stays."""
    if not gazetteer.stores:
        return gazetteer
    words: set[str] = set()
    near: set[str] = set()
    for kind in kinds:
        whole, around = query_words([key for key in keys if key], kind, uppers(limits))
        words |= whole
        near |= around
    if anywhere:
        words, near = words | near, set()
    return reading(gazetteer, words=words, near=near - words, homes=set(limits))


def _words_for(how: str) -> str:
    plain = how.removeprefix("behind its township: ")
    said = _HOW.get(plain, plain)
    return said if plain == how else f"去掉乡镇前缀后{said}"


def area_called(text: str) -> Area:
    """Give the county or prefecture a person names.

    Parameters
    ----------
    text
        Name or code, "" for anywhere.

    Returns
    -------
    Area
        Empty for "".

    Raises
    ------
    RegionError
        None or several are called so.
    """
    if not text.strip():
        return Area()
    word = text.strip()
    if word.isdigit() and is_code(word):
        county = not word.endswith("00")
        return Area(codes=(word,)) if county else Area(prefecture=word)
    area = named_area(word)
    if area is None:
        message = (
            f"no one county or prefecture is called {text!r}; give its full name or its code "
            "(乐平市, 360281)"
        )
        raise RegionError(
            message,
            chinese=f"没有哪一个县（市、区）或设区市叫“{text}”，或有几个；请写全名或代码（乐平市、360281）",
        )
    return area


def _found(candidate: Candidate, rank: int, *, reason: str, margin: float | None = None) -> Found:
    place = candidate.place
    lon = lat = None
    if place.middle is not None:
        digits = 3 if (place.uncertainty_m or 0.0) >= _COARSE_M else _DIGITS
        lon, lat = (round(value, digits) for value in place.middle)
    return Found(
        rank=rank,
        name=place.name,
        kind=place.kind,
        county=regions.area_name(place.adcode) if place.adcode else "",
        township=place.township,
        score=round(candidate.score, 2),
        margin=margin,
        reason=reason,
        lon=lon,
        lat=lat,
        uncertainty_m=place.uncertainty_m,
        source=place.source,
        refused=rank == 0,
    )
