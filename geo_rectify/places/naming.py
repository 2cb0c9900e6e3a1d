"""What a site's own name and the words before it tell: townships, villages, parks.

A place named after a village or township is placed in that township, and says so. A company never
is: its name says where its founders came from, not where it stands (`kinds.toml`, named_after).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from geo_rectify import regions
from geo_rectify.places.areas import uppers
from geo_rectify.places.footprints import Shaping, draw, shaping
from geo_rectify.places.kinds import coarse, table
from geo_rectify.places.matching import Candidate, Refusal, match
from geo_rectify.places.names import TOWNSHIP_END, stem, strip_admin, village_stem
from geo_rectify.places.positions import drawn_position, township_position
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from geo_rectify.places.gazetteer import Place
    from geo_rectify.places.identity import Draft, Qualifier
    from geo_rectify.places.positions import Ground, Position

_SHORTEST: Final = 2
_FULL: Final = 0.98


def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = table("kinds")["named_after"]
    return rules


def _above(draft: Draft) -> tuple[str, ...]:
    return uppers(draft.area.codes or (draft.area.prefecture,))


def _bare(draft: Draft, key: str = "") -> str:
    return strip_admin(key or draft.key, _above(draft), draft.kind)


def _heads(draft: Draft, key: str = "") -> tuple[tuple[str, str], ...]:
    """List the ways to cut a name in two, longest first part first, with and without its county.

    The first part is never the name of the county or prefecture itself: 浮梁产业园 is the county's,
    not that of 浮梁镇.
    """
    return _cuts(key or draft.key, _bare(draft, key), _above(draft))


@lru_cache(maxsize=1024)
def _cuts(name: str, bare: str, above: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (word[:n], word[n:])
        for word in dict.fromkeys((name, bare))
        for n in range(len(word) - 1, _SHORTEST - 1, -1)
        if word[:n] not in above
    )


def _places_named(draft: Draft) -> tuple[str, ...]:
    """List the first parts of a name behind which only a word for the facility stands."""
    return _before_facility(draft.key, _bare(draft), _above(draft), draft.kind)


@lru_cache(maxsize=1024)
def _before_facility(
    name: str, bare: str, above: tuple[str, ...], kind: PlaceType
) -> tuple[str, ...]:
    return tuple(head for head, rest in _cuts(name, bare, above) if _facility(rest, kind))


def _facility(rest: str, kind: PlaceType) -> bool:
    left = stem(rest, kind)
    return left == "" or (coarse(kind) == "water-source" and left.endswith("水厂"))


def _villages(key: str, ground: Ground) -> list[Place]:
    numbers = ground.gazetteer.villages.get(village_stem(key), ())
    return [ground.gazetteer.places[number] for number in numbers]


def _township_of_village(
    codes: tuple[str, ...], key: str, ground: Ground
) -> tuple[str, str] | None:
    """Give the one township that has a village of a name, in full before in part."""
    places = [place for place in _villages(key, ground) if place.adcode in codes]
    exact = [place for place in places if key in place.keys]
    found = {(p.adcode, p.township) for p in exact or places if p.township}
    return found.pop() if len(found) == 1 else None


def township_in_text(draft: Draft, ground: Ground) -> tuple[str, str] | None:
    """Give the one township that the words before a site, or its name's beginning, tell.

    Parameters
    ----------
    draft
        The site.
    ground
        Gazetteer and townships.

    Returns
    -------
    tuple or None
        County code and official name; None where there is none, or two.
    """
    found: set[tuple[str, str]] = set()
    for qualifier in draft.qualifiers:
        hit = None
        if qualifier.kind is PlaceType.TOWNSHIP:
            hit = ground.townships.find(draft.area.codes, qualifier.name)
        elif qualifier.kind is PlaceType.VILLAGE:
            hit = _township_of_village(draft.area.codes, qualifier.key, ground)
        if hit is not None:
            found.add(hit)
    if not found and draft.kind is not PlaceType.TOWNSHIP:
        return _township_before_name(draft, ground)
    return found.pop() if len(found) == 1 else None


def _township_before_name(draft: Draft, ground: Ground) -> tuple[str, str] | None:
    """Read a township that the name itself begins with: 湘湖镇牛喉咙水库, 双田岩口采石场.

    Without its 镇 or 乡 it counts only where a name of its own follows.
    """
    if draft.kind.value in _rules()["never"]:
        return None
    known = ground.townships.names_in(draft.area.codes)
    for head, rest in (cut for key in draft.spellings if known for cut in _heads(draft, key)):
        hit = known.get(head)
        if hit is None:
            continue
        own = stem(rest, draft.kind)
        if head.endswith(TOWNSHIP_END) or (own != rest and len(own) >= _SHORTEST):
            return hit
    return None


def from_name(draft: Draft, shape: Shaping, ground: Ground) -> Position | None:
    """Place a site by the known place its name begins with: 三龙镇污水处理厂, 横路煤矿.

    Parameters
    ----------
    draft
        The site.
    shape
        What its relations say.
    ground
        Gazetteer and townships.

    Returns
    -------
    Position or None
        None where the name begins with no known place of its county.
    """
    if draft.kind.value in _rules()["never"] or not draft.area.codes or shape.stream:
        return None
    bare = _bare(draft)
    whole = _township_of_village(draft.area.codes, bare, ground)
    if whole is not None:
        return township_position(
            whole, ground, area=draft.area, how=f"township of village {bare}", shape=shape
        )
    for head in _places_named(draft):
        position = _from_head(draft, head, ground, shape=shape)
        if position is not None:
            return position
    return None


def _from_head(draft: Draft, head: str, ground: Ground, *, shape: Shaping) -> Position | None:
    """Place a site by one way to begin its name: a township, a feature, a village."""
    rules, codes = _rules(), draft.area.codes
    township = ground.townships.find_key(codes, head)
    how = "" if township is None else f"named after township {township[1]}"
    if draft.kind.value not in rules["township_short"] and not head.endswith(TOWNSHIP_END):
        township = None
    if township is None and draft.kind.value in rules["feature"]:
        position = _by_feature(draft, head, ground, shape=shape)
        if position is not None:
            return position
    if township is None and draft.kind.value in rules["village"]:
        township, how = _township_of_village(codes, head, ground), f"township of village {head}"
    if township is None:
        return None
    return township_position(township, ground, area=draft.area, how=how, shape=shape)


def _by_feature(
    draft: Draft, head: str, ground: Ground, *, shape: Shaping, kind: PlaceType | None = None
) -> Position | None:
    """Place a site near the park, school or square it is named after or stands beside."""
    rules = _rules()
    for word in rules["feature_kinds"]:
        if kind is not None and word != kind.value:
            continue
        found = match((head,), PlaceType(word), area=draft.area, gazetteer=ground.gazetteer).best
        if found is None or found.place.geometry is None:
            continue
        if kind is None and draft.kind.value in rules["in_full"] and found.score < _FULL:
            continue
        slack = max(0.0, float(rules["slack_m"]) - shape.widen_m)
        drawn = draw(found.place, limits=draft.area.limits, shape=shape, slack_m=slack)
        if drawn is None:
            continue
        estimate = ", estimate" if found.place.source == "estimate" else ""
        how = "named after" if kind is None else "beside or in"
        position = drawn_position(
            drawn,
            method=f"{how} {found.place.name}{estimate}",
            source=found.place.source,
            score=found.score,
        )
        if position is not None:
            return replace(position, township=found.place.township)
    return None


def from_text(
    draft: Draft, shape: Shaping, ground: Ground, *, township: tuple[str, str] | None
) -> Position | None:
    """Place a site by what the text names right before it.

    Parameters
    ----------
    draft
        The site.
    shape
        What its relations say.
    ground
        Gazetteer and townships.
    township
        As `township_in_text` gives it.

    Returns
    -------
    Position or None
        None where nothing before it is known.
    """
    if township is not None:
        beside = shaping(qualifier.relation for qualifier in draft.qualifiers)
        return township_position(
            township,
            ground,
            area=draft.area,
            how=f"the text names {township[1]}",
            shape=beside if beside.widen_m > shape.widen_m else shape,
        )
    if draft.kind is PlaceType.TOWNSHIP:
        return None
    positions = (_beside(draft, qualifier, ground) for qualifier in draft.qualifiers)
    return next((position for position in positions if position is not None), None)


def _beside(draft: Draft, qualifier: Qualifier, ground: Ground) -> Position | None:
    shape = shaping([qualifier.relation])
    if shape.stream:
        return None
    whole = _township_of_village(draft.area.codes, qualifier.key, ground)
    if whole is not None:
        how = f"township of village {qualifier.name}"
        return township_position(whole, ground, area=draft.area, how=how, shape=shape)
    return _by_feature(draft, qualifier.key, ground, shape=shape, kind=qualifier.kind)


def namesakes(draft: Draft, ground: Ground) -> tuple[Refusal, ...]:
    """List villages of other counties that a site might be taken to be named after.

    Parameters
    ----------
    draft
        The site.
    ground
        Gazetteer and townships.

    Returns
    -------
    tuple of Refusal
        Empty where its own county has such a village.
    """
    if draft.kind.value not in _rules()["village"] or not draft.area.codes or draft.counted:
        return ()
    found = []
    for head in (_bare(draft), *_places_named(draft)):
        places = _villages(head, ground)
        if any(place.adcode in draft.area.codes for place in places):
            break
        for place in places:
            county = regions.area_name(place.adcode) if place.adcode else "别处"
            found.append(
                Refusal(
                    candidate=Candidate(place=place, score=0.0, how="village of that name"),
                    reason=f"同名村（社区）在{county}，不在{draft.area.label}范围内",
                )
            )
    return tuple(found)
