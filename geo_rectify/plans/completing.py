"""What the items of a list of bodies leave out because a neighbour says it.

``市自然资源、林业、水利局``, ``县住建局、农业农村局``, ``市委组织部、宣传部``, ``海东、凤羽两区党工委``,
``市生态环境局东岭分局、西岭分局``. A department is told by its words: 农业农村局 says a duty and no
place, so it is of the level named before it; 临河水利局 names its own place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.wording import any_of, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEVELS: Final = "省市县区州盟旗"
_MAX_SHORT: Final = 10
_REACH: Final = 40
"""How many items further on what an item leaves out may stand."""
_UNNAMED: Final = "部门"
_COMPANIES: Final = ("公司", "集团")


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    lists = word_list("units")
    party, government = any_of(lists["party"]), any_of(lists["government"])
    duty = any_of(lists["duties"])
    ends = any_of(lists["duty_ends"])
    whole = any_of(lists["duty_bodies"])
    # words of duties are made of others, 生态环境 of 生态 and 环境: no more than a name can hold
    duties = rf"(?:{duty})(?:[和与]?(?:{duty})){{0,6}}"
    department = rf"(?:(?:{duties})(?:{ends})|(?:{duties})?(?:{whole}))"
    section = any_of(lists["party_sections"])
    return {
        "body": re.compile(
            rf".+(?:{any_of(lists['body_ends'])})(?:[（(][^（）()]{{0,30}}[)）])?\Z", re.DOTALL
        ),
        "short": re.compile(rf"(?!(?:{government}|{party})\Z)[\u4e00-\u9fff]{{2,3}}"),
        "short_city": re.compile(r"[^各全本我该一-十两][州]"),
        "tail": re.compile(
            rf"(?P<head>.{{2,12}}?)(?P<count>[两二三四五六七八九十]?)"
            rf"(?P<tail>{any_of(lists['shared_places'])})(?:{party}|{government}|委)\Z",
            re.DOTALL,
        ),
        "office": re.compile(
            rf"(?P<head>[省市县区州盟旗].{{1,14}}?)(?P<tail>{any_of(lists['shared_offices'])})\Z",
            re.DOTALL,
        ),
        "any_office": re.compile(
            rf"(?P<head>.{{2,14}}?)(?P<tail>{any_of(lists['shared_offices'])})"
        ),
        "duties": re.compile(duties),
        "department": re.compile(department),
        "headed": re.compile(
            rf"(?P<head>[^局厅部]{{0,10}}?(?:{any_of(lists['heads'])})(?:[（(][^（）()]{{1,12}}[)）])?)"
            rf"{department}"
        ),
        "section": re.compile(section),
        "of_party": re.compile(
            rf"(?P<place>.{{0,9}}[{_LEVELS}地])委(?:{section}|办|办公室|办公厅)"
        ),
        "organ": re.compile(rf"团?(?P<head>[{_LEVELS}])(?:委|(?:人民)?政府)"),
        "government": re.compile(r"(?P<head>[^、各有相]{1,8}[县市区旗州])(?:人民)?政府"),
        "branch": re.compile(
            r"(?P<head>[^、]{0,12}(?:局|总队|公司))(?P<name>[^、局]{2,6})(?P<tail>分局|分公司)"
        ),
        "branch_alone": re.compile(r"(?P<name>[^、局]{2,6})(?P<tail>分局|分公司)"),
        "branch_first": re.compile(r"(?P<head>[^、]{2,12}局)(?P<name>[\u4e00-\u9fff]{2,4})"),
        "inner": re.compile(
            r"(?P<head>.{2,10}[局厅])[\u4e00-\u9fff]{2,6}(?P<tail>支队|大队|总队|科|处)"
        ),
        "each": re.compile(rf"(?:{any_of(lists['each'])})\Z"),
        "with_party": re.compile(
            rf"(?P<level>[{_LEVELS}])(?:人民)?政府(?P<tail>{any_of(lists['twin_offices'])})\Z"
        ),
        "twin_office": re.compile(rf"(?:人民)?政府(?P<tail>{any_of(lists['twin_offices'])})\Z"),
    }


def completed(items: Sequence[str], *, places: frozenset[str]) -> list[str]:
    """Give items of one list the words they share with a neighbour.

    Parameters
    ----------
    items
        The items of one group, in order.
    places
        Those of them that are places.

    Returns
    -------
    list of str
        As many items, in order.
    """
    listed = list(items)
    _complete_branches(listed)
    made = [_with_tail(listed, position, places) for position in range(len(listed))]
    for position, item in enumerate(made):
        before = made[position - 1] if position else ""
        made[position] = _with_head(item, before)
        if before.startswith("各") and _patterns()["each"].match(item):
            made[position] = f"各{item}"
        twin = _patterns()["with_party"].fullmatch(item)
        if twin is not None and before == f"{twin['level']}委":
            made[position - 1] = before + twin["tail"]
        office = _patterns()["twin_office"].fullmatch(item)
        if office is not None and before[:1] in _LEVELS and before.endswith(office["tail"]):
            made[position] = before[0] + item
    return made


def _with_head(item: str, before: str) -> str:
    """Give a department the level, or the place, that the item before it names."""
    party = _patterns()["of_party"].fullmatch(before)
    if party is not None and _patterns()["section"].fullmatch(item):
        return f"{party['place']}委{item}"
    if _patterns()["department"].fullmatch(item) is None:
        return item
    headed = (
        (_patterns()["headed"].fullmatch(before) if not is_department(before) else None)
        or _patterns()["organ"].fullmatch(before)
        or _patterns()["government"].fullmatch(before)
    )
    if headed is not None:
        if item.endswith(_COMPANIES) and not before.endswith(_COMPANIES):
            return item
        inside = _patterns()["section"].fullmatch(item) and headed["head"][-1] in _LEVELS
        return f"{headed['head']}{'委' if inside else ''}{item}"
    return item if party is None else party["place"] + item


def is_department(item: str) -> bool:
    """Say whether a body is named by its duty alone: 农业农村局, not 临河水利局.

    Parameters
    ----------
    item
        A body.

    Returns
    -------
    bool
        True where no word of it names a place or a level.
    """
    return _patterns()["department"].fullmatch(item) is not None


def _is_of_duty(item: str) -> bool:
    """Say whether an item is a duty, with or without whose: 水利, 市级水利, 各县住建部门."""
    if item.endswith(tuple(word_list("units")["duty_bodies"])):
        return False  # 市纪委监委机关 leaves nothing out
    bare = item.removesuffix(_UNNAMED)
    headed = _patterns()["headed"].fullmatch(bare + _UNNAMED) is not None
    return headed or is_duty(bare)


def is_duty(word: str) -> bool:
    """Say whether a word is a duty and not a name: 林业.

    Parameters
    ----------
    word
        An item of a list.

    Returns
    -------
    bool
        True where it is made of words of duties alone.
    """
    return _patterns()["duties"].fullmatch(word) is not None


def head_of(item: str) -> str:
    """Give the place or level a department is of: 东岭县 of 东岭县水利局.

    Parameters
    ----------
    item
        A body.

    Returns
    -------
    str
        Empty where it names none, or is no department.
    """
    headed = None if is_department(item) else _patterns()["headed"].fullmatch(item)
    return "" if headed is None else headed["head"]


def _complete_branches(items: list[str]) -> None:
    """Write 市生态环境局东岭分局、西岭分局 and 市生态环境局东岭、西岭分局 with what they are branches of."""
    head = ""
    for position, item in enumerate(items):
        whole = _patterns()["branch"].fullmatch(item)
        alone = _patterns()["branch_alone"].fullmatch(item)
        if whole is not None:
            head = whole["head"]
        elif head and alone is not None and not is_department(item) and not head_of(item):
            items[position] = head + item
        else:
            head = ""
        inner = _patterns()["inner"].fullmatch(items[position - 1]) if position else None
        if inner is not None and is_department(item) and item.endswith(inner["tail"]):
            items[position] = inner["head"] + item
    for position, item in enumerate(items):
        first = _patterns()["branch_first"].fullmatch(item)
        if first is None:
            continue
        stop = position + 1
        while stop < len(items) and _patterns()["short"].fullmatch(items[stop]):
            stop += 1
        alone = _patterns()["branch_alone"].fullmatch(items[stop]) if stop < len(items) else None
        if alone is not None and not is_department(alone[0]):
            shorts = [first["name"], *items[position + 1 : stop], alone["name"]]
            items[position : stop + 1] = [first["head"] + each + alone["tail"] for each in shorts]


def _with_tail(items: Sequence[str], position: int, places: frozenset[str]) -> str:
    """Give an item that stops short the tail of the item after it that has one."""
    item = items[position]
    counted = _patterns()["tail"].fullmatch(item)
    if counted is not None and counted["count"] and position:
        return item.replace(counted["count"] + counted["tail"], counted["tail"], 1)
    city = _patterns()["short_city"].fullmatch(item) is not None
    if not city and (_patterns()["body"].fullmatch(item) or item in places):
        return item
    later = next(
        (
            each
            for each in items[position + 1 : position + _REACH]
            if _patterns()["body"].fullmatch(each) and not _patterns()["short_city"].fullmatch(each)
        ),
        None,
    )
    place = None if later is None else _patterns()["tail"].fullmatch(later)
    if place is not None and _patterns()["short"].fullmatch(item):
        return item + place["tail"]
    if later is None or city:
        return item
    return _with_office(items, position, later)


def _with_office(items: Sequence[str], position: int, later: str) -> str:
    """Give an item the office, and the level, of those it is listed with: 市自然资源、林业局."""
    item = items[position]
    office = _patterns()["office"].fullmatch(later) or _patterns()["any_office"].fullmatch(later)
    first = next(
        each
        for each in items[max(0, position - _REACH) : position + 1]
        if not _patterns()["body"].fullmatch(each)
    )
    if office is None or (first[0] not in _LEVELS and office["tail"] != _UNNAMED):
        return item
    if office["tail"] == _UNNAMED:
        return item + _UNNAMED if _is_of_duty(item) and _is_of_duty(later) else item
    if len(item) > _MAX_SHORT:
        return item
    level = "" if item[0] in _LEVELS else first[0]
    return level + item + office["tail"]
