"""Organs of places: 乐平市委、市政府 are two bodies, 高新区、昌南新区党工委、管委会 four."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.completing import head_of
from geo_rectify.plans.wording import any_of, word_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HELD_COMMA: Final = "\ue000"
"""Stands for 、 within one name: 各市、州人民政府."""
_OF_ZONES: Final = frozenset({"党工委", "工委"})
_LEVELS: Final = "省市县区旗州盟镇乡"


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    lists = word_list("units")
    party = any_of(lists["party"]) + "|(?<=[)）])委"
    government = any_of(lists["government"])
    kinds = lists["place_kinds"] + HELD_COMMA
    bracket = rf"[（(][{kinds}]{{1,12}}[)）]"
    return {
        "party": re.compile(rf"(?P<place>.*?)(?P<organ>{party})\Z", re.DOTALL),
        "bare": re.compile(
            rf"(?P<level>(?:[{kinds}省]{{0,5}}(?:{bracket})?|街道))(?P<organ>{government})\Z"
        ),
        "government": re.compile(rf"(?P<place>.+?)(?P<organ>{government})\Z", re.DOTALL),
        "glued": re.compile(
            rf"(?P<first>.*(?:{party}))(?:{any_of(lists['joiners'])})?"
            rf"(?P<second>[{_LEVELS}]?(?:{government}))\Z",
            re.DOTALL,
        ),
        "place": re.compile(rf".*(?:{any_of(lists['place'])}|{bracket})\Z", re.DOTALL),
        "each": re.compile(r"(?:相关|有关|涉及|沿.)?各"),
    }


def parted_organs(word: str) -> tuple[str, ...]:
    """Part 城东区党委和政府 into its two bodies.

    Parameters
    ----------
    word
        An item of a list.

    Returns
    -------
    tuple of str
        Two bodies, or the item alone.
    """
    glued = _patterns()["glued"].fullmatch(word)
    return (word,) if glued is None else (glued["first"], glued["second"])


def is_place(word: str) -> bool:
    """Say whether an item is a place, whose organ another item may name.

    Parameters
    ----------
    word
        An item of a list.

    Returns
    -------
    bool
        True for 石桥县, 高新区, 各县（市、区）.
    """
    party = _patterns()["party"].fullmatch(word)
    return party is None and _patterns()["place"].fullmatch(word) is not None


def with_organs(items: Sequence[str], *, before: str = "") -> list[str]:
    """Fill in what items leave out: places before a shared organ, organs after a place.

    Parameters
    ----------
    items
        The items of one group, in order.
    before
        The last body of the group in front of it: 石桥县委，县政府.

    Returns
    -------
    list of str
        Bodies.
    """
    made: list[str] = []
    waiting: list[str] = []
    shared: dict[str, list[str]] = {}
    for position, item in enumerate(items):
        bare = _patterns()["bare"].fullmatch(item)
        if bare is not None and not position:
            place = _place_before(before, bare["level"])
            made.append(item if not place else place + bare["organ"])
            continue
        if bare is not None and _of_level(shared, bare["level"]):
            for place, bodies in shared.items():
                bodies.append(place.removesuffix("地") + bare["organ"])
            continue
        made.extend(_by_place(shared))
        shared = {}
        if is_place(item):
            waiting.append(item)
            continue
        place, organ = _place_and_organ(item)
        if place and organ and (is_place(place) or place.endswith("地") or organ in _OF_ZONES):
            has = [each for each in waiting if _may_share(each, place, organ)]
            made.extend(each for each in waiting if each not in has)
            shared = {each: [each + organ] for each in has}
            shared[place] = [item]
        else:
            made.extend(_sharing_department(waiting, item))
            made.append(item)
        waiting = []
    return [*made, *_by_place(shared), *waiting]


def _of_level(places: Iterable[str], level: str) -> bool:
    """Say whether an organ of a level is one of the places before it: 石桥县委、县政府."""
    kind = level.rstrip("）)")
    return any(not kind or kind[-1] in place.rstrip("）)")[-len(kind) :] for place in places)


def _place_before(body: str, level: str) -> str:
    """Give the place a group that begins with 县政府 goes on about: 石桥县委，县政府."""
    if not level:
        return ""
    place, organ = _place_and_organ(body)
    told = place.removeprefix("各")
    named = organ.endswith("委") and place.endswith(level) and place != level
    return place if named and (told != place) == (told == level) else ""


def _sharing_department(waiting: Sequence[str], item: str) -> list[str]:
    """Give places the department of the place after them: 石桥县、柳林县水利局."""
    head = head_of(item)
    if len(head) <= 1 or not is_place(head):
        return list(waiting)
    return [
        each + item[len(head) :] if each[-1] == head[-1] and _each(each) == _each(head) else each
        for each in waiting
    ]


def _each(place: str) -> bool:
    return _patterns()["each"].match(place) is not None


def _may_share(place: str, other: str, organ: str) -> bool:
    """Say whether a place has the organ of the place after it.

    各镇（街道）、石桥县人民政府 are not of one level, and a 街道 has no 政府.
    """
    lists = word_list("units")
    towns = tuple(lists["towns"])
    bare, rest = place.rstrip("）)"), other.rstrip("）)")
    without = next((ends for each, ends in lists["without"].items() if organ.endswith(each)), ())
    return bare.endswith(towns) == rest.endswith(towns) and not bare.endswith(tuple(without))


def _by_place(shared: dict[str, list[str]]) -> list[str]:
    return [body for bodies in shared.values() for body in bodies]


def _place_and_organ(word: str) -> tuple[str, str]:
    """Part 乐平市委 into 乐平市 and 委, 高新区党工委 into 高新区 and 党工委."""
    party = _patterns()["party"].fullmatch(word)
    if party is not None:
        place, organ = party["place"], party["organ"]
        if organ[0] in f"{_LEVELS}地":
            # 石桥县县委 names its level twice
            twice = place.endswith(organ[0]) and len(place) > 1
            return (place if twice else place + organ[0]), organ[1:]
        return place, organ
    government = _patterns()["government"].fullmatch(word)
    if government is not None:
        return government["place"], government["organ"]
    return "", ""
