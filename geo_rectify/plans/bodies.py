"""Bodies: lists of responsible units taken apart into single ones.

``乐平市委、市政府`` are two bodies, ``高新区、昌南新区党工委、管委会`` four: what a list leaves out is
filled in from its neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.deadlines import tells_time
from geo_rectify.plans.wording import any_of, bracket_pairs, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

_GROUP_MARKS: Final = frozenset("，,；;。\n\t")
_ITEM_MARKS: Final = frozenset("、/ \u3000")
_ORDINAL: Final = frozenset("0123456789（(")
_LEVELS: Final = "省市县区州盟旗"
_MAX_SHORT: Final = 10
_MAX_NAME: Final = 24
_SOME: Final = "(?:相关|有关)(?!部门|单位|职能|责任)"
_PERSON_TOLD: Final = re.compile("[^：:]{0,10}(?:领导|责任人|负责人|联系人|同志)[：:].*", re.DOTALL)
_LEADING: Final = re.compile("由|请(?=[省市县区州盟旗各])")
_EACH: Final = re.compile("(?:沿.|相关|有关)?各")
_TRAILING: Final = "。.．；;，,、 \u3000\n\t:："


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """The bodies of one list, each once, in order: all, those that lead, those that support."""

    units: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    lists = word_list("units")
    party = any_of(lists["party"]) + "|(?<=[)）])委"
    government = any_of(lists["government"])
    kinds = lists["place_kinds"]
    return {
        "party": re.compile(rf"(?P<place>.*?)(?P<organ>{party})\Z", re.DOTALL),
        "bare": re.compile(
            rf"(?P<level>[省市县区旗州镇乡]{{0,3}}|[省市县区旗州镇乡]?[（(][{kinds}]{{1,12}}[)）])"
            rf"(?P<organ>{government})\Z"
        ),
        "government": re.compile(rf"(?P<place>.+?)(?P<organ>{government})\Z", re.DOTALL),
        "glued": re.compile(
            rf"(?P<first>.*(?:{party}))(?:{any_of(lists['joiners'])})?"
            rf"(?P<second>[省市县区旗州镇乡]?(?:{government}))\Z",
            re.DOTALL,
        ),
        "place": re.compile(
            rf".*(?:{any_of(lists['place'])}|[（(][{kinds}]{{1,12}}[)）])\Z",
            re.DOTALL,
        ),
        "person": re.compile(
            rf".{{0,12}}(?:{any_of(lists['person_titles'])})[\u4e00-\u9fff·]{{0,4}}\Z", re.DOTALL
        ),
        # 市水利局局长张伟
        "headed": re.compile(
            rf"(?P<body>.{{2,20}}(?:{any_of(lists['headed_ends'])}))副?"
            rf"(?:{any_of(lists['person_titles'])})[\u4e00-\u9fff·]{{0,4}}",
            re.DOTALL,
        ),
        # 县人民政府（县长 何平）
        "posted": re.compile(
            rf"[（(]\s*[^（）()]{{0,8}}(?:{any_of(lists['person_titles'])})[:：\s]*[\u4e00-\u9fff·]{{0,4}}\s*[)）]"
        ),
        # 市生态环境局会同市工信局; not 市公安局和平分局
        "joint": re.compile(
            rf"(?P<first>.{{2,30}}?)(?:会同|(?:{any_of(lists['joiners'])})(?=[省市县区州盟旗各]|{_SOME}))(?P<second>.{{2,60}})",
            re.DOTALL,
        ),
        "strong": re.compile(rf".+(?:{any_of(lists['strong_ends'])})", re.DOTALL),
        "name": re.compile(rf"[{lists['surnames']}][\u4e00-\u9fff·]{{1,2}}\Z"),
        "body": re.compile(
            rf".+(?:{any_of(lists['body_ends'])})(?:[（(][^（）()]{{0,30}}[)）])?\Z", re.DOTALL
        ),
        "kinds": re.compile(rf"\s*([（(])\s*([{kinds}\s]{{1,20}}?)\s*([)）])\s*"),
        "short": re.compile(r"[\u4e00-\u9fff]{2,3}"),
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
        "section": re.compile(r"(?P<head>[省市县区州盟旗地]委)[\u4e00-\u9fff]{2,5}部"),
        "each": re.compile(rf"(?:{any_of(lists['each'])})\Z"),
        "with_party": re.compile(
            rf"(?P<level>[省市县区州盟旗])(?:人民)?政府(?P<tail>{any_of(lists['twin_offices'])})\Z"
        ),
        "twin_office": re.compile(rf"(?:人民)?政府(?P<tail>{any_of(lists['twin_offices'])})\Z"),
        "of_level": re.compile(
            rf"(?P<level>[{_LEVELS}])(?:市(?=场)|[^{_LEVELS}])"
            rf"[^{_LEVELS}]{{1,12}}(?:{any_of(lists['shared_offices'])}|办)\Z"
        ),
        "duty": re.compile(rf"(?:{any_of(lists['by_duty'])})(?:{any_of(lists['responsible'])})?"),
        "ordinal": re.compile(r"[（(]?[0-9]{1,2}[)）.．、]\s?(?=[\u4e00-\u9fff])"),
        "open_end": re.compile(rf"(?:{any_of(lists['open_end'])})\Z"),
        "alias": re.compile(
            r"[（(](?:以下)?(?:统一)?(?:简称|下称|统称)[:：]?\s?[“\"「]?([^）)”\"」]{1,30})[”\"」]?[)）]"
        ),
        "generic": re.compile(
            rf"(?:(?<![\u4e00-\u9fff])|(?<=[由省市县区级]))(?:[省市县区]级|[省市县区]直)?(?:{any_of(lists['generic'])})"
            rf"\s?(?:[（(](?P<inner>[^（）()]{{2,80}})[)）]|[:：]?(?=[省市县区州盟旗][\u4e00-\u9fff]))"
        ),
        "note": re.compile(
            rf"[（(][^（）()]{{0,30}}(?:{any_of(lists['notes'])})[^（）()]{{0,20}}[)）]"
        ),
        "told_person": re.compile(
            r"[（(][^（）()：:]{0,10}(?:领导|责任人|负责人|联系人|同志)[：:][^（）()]{0,30}[)）]"
        ),
        "role": re.compile(rf"\s?[（(]\s?(?P<role>{any_of(list(_role_words()))})\s?[)）]"),
        "leading_role": re.compile(
            rf"(?P<before>\A|[；;。，,\n])\s*(?P<role>{any_of([w for w, told in _role_words().items() if told])})"
            r"\s?[：:]\s*(?P<bodies>[^；;。\n：:]+?)(?=[；;。\n]|\Z|[，,]\s?[^，。；：:]{2,8}[：:])"
        ),
        "lead": re.compile(rf"[（(]?(?:{any_of(lists['lead'])})[)）]?\Z"),
        "supporting": re.compile(rf"[（(]?(?:{any_of(lists['supporting'])})[)）]?\Z"),
        "responsible": re.compile(rf"(?:{any_of(lists['responsible'])})\Z"),
    }


@lru_cache(maxsize=4096)
def split_bodies(text: str) -> Bodies:
    """Take a list of units apart.

    Parameters
    ----------
    text
        The list, for example ``市住建局牵头，珠山区委、区政府配合``.

    Returns
    -------
    Bodies
        Every body once, in order.
    """
    units: dict[str, None] = {}
    lead: dict[str, None] = {}
    supporting: dict[str, None] = {}
    plain = _patterns()["told_person"].sub("", _patterns()["note"].sub("", text))
    plain = _patterns()["role"].sub(_role_word, plain)
    plain = _patterns()["leading_role"].sub(_role_behind, plain)
    named = _patterns()["generic"].sub(_generic_named, _short_names(plain))
    plain = _patterns()["kinds"].sub(_close_kinds, named)
    for group in _groups(_patterns()["duty"].sub("，", plain)):
        for told, items in _told(group):
            for unit in _filled(_completed(_without_persons(items))):
                units.setdefault(unit)
                if told == "lead":
                    lead.setdefault(unit)
                elif told == "supporting":
                    supporting.setdefault(unit)
    return Bodies(units=tuple(units), lead=tuple(lead), supporting=tuple(supporting))


def _role_word(match: re.Match[str]) -> str:
    """Write what a body does here in one word: 市水利局（牵头单位）; 区政府（整改主体）."""
    word = _role_words()[match["role"]]
    return f"（{word}）、" if word else "、"


def _role_behind(match: re.Match[str]) -> str:
    """Write 牵头：市水利局 as 市水利局牵头."""
    word = _role_words().get(match["role"], match["role"])
    return f"{match['before']}{match['bodies'].rstrip(_TRAILING)}{word}"


@lru_cache(maxsize=1)
def _role_words() -> dict[str, str]:
    roles: dict[str, list[str]] = word_list("units")["roles"]
    known = {role: word for word, spelled in roles.items() for role in spelled}
    return known | {word: word for word in roles if word}


def _generic_named(match: re.Match[str]) -> str:
    """Leave out a kind of body that its name follows: 行业主管部门（市水利局）."""
    inner = match["inner"]
    if inner is None:
        return ""
    return inner if are_bodies(inner) else match[0]


def are_bodies(text: str) -> bool:
    """Say whether a list names bodies and nothing else.

    Parameters
    ----------
    text
        The words of a bracket.

    Returns
    -------
    bool
        Whether each item ends as a body's name does.
    """
    items = [item for group in _groups(text) for item in group]
    return bool(items) and all(_patterns()["body"].fullmatch(item) for item in items)


def are_bodies_with_certain(text: str) -> bool:
    """Say whether a list names bodies and one of them is called as nothing else is.

    Parameters
    ----------
    text
        The words of a bracket: ``各镇（街道）、市住建局``.

    Returns
    -------
    bool
        False where all of them are places.
    """
    items = [item for group in _groups(text) for item in group]
    return are_bodies(text) and any(
        (_patterns()["strong"].fullmatch(item) or _EACH.match(item)) and len(item) <= _MAX_NAME
        for item in items
    )


def are_certain_bodies(text: str) -> bool:
    """Say whether a list names bodies that nothing else is called like (…局, …政府, …管委会).

    Parameters
    ----------
    text
        The words of a bracket.

    Returns
    -------
    bool
        False for places (县, 镇) and for words about a body.
    """
    items = [item for group in _groups(text) for item in group]
    return bool(items) and all(
        _patterns()["strong"].fullmatch(item) and len(item) <= _MAX_NAME for item in items
    )


def aliases(text: str) -> list[tuple[str, str]]:
    """Find the short names a text gives to bodies: …办公室（以下简称市整改办）.

    Parameters
    ----------
    text
        A list of units.

    Returns
    -------
    list of (str, str)
        The words in front of the bracket back to a separator, and the short name.
    """
    return [
        (text[_word_start(text, match.start()) : match.start()], match[1].strip())
        for match in _patterns()["alias"].finditer(text)
    ]


def _word_start(text: str, end: int) -> int:
    while end and text[end - 1] not in _GROUP_MARKS and text[end - 1] not in _ITEM_MARKS:
        end -= 1
    return end


def _short_names(text: str) -> str:
    pieces: list[str] = []
    position = 0
    for match in _patterns()["alias"].finditer(text):
        begin = _word_start(text, match.start())
        if begin >= position and match[1].strip():
            pieces.extend((text[position:begin], match[1].strip()))
            position = match.end()
    return "".join([*pieces, text[position:]])


def _groups(text: str) -> list[list[str]]:
    """Split at ， and ； into groups, and at 、 into items, brackets kept whole."""
    openings, closings = set(bracket_pairs()), set(bracket_pairs().values())
    groups: list[list[str]] = [[]]
    item: list[str] = []
    depth = 0
    for character in text:
        depth += character in openings
        depth = max(0, depth - (character in closings))
        if not depth and (character in _GROUP_MARKS or character in _ITEM_MARKS):
            _close(groups[-1], item)
            if character in _GROUP_MARKS and groups[-1]:
                groups.append([])
        else:
            item.append(character)
    _close(groups[-1], item)
    return [group for group in groups if group]


def _without_persons(items: list[str]) -> list[str]:
    """Leave out who heads a body: 园区管委会 李强, 副市长王明."""
    made: list[str] = []
    for item in items:
        named = (
            bool(made)
            and _patterns()["name"].fullmatch(item) is not None
            and _patterns()["body"].fullmatch(item) is None
        )
        known = item in word_list("units")["none"] or tells_time(item, 0, len(item))
        named_body = _patterns()["headed"].fullmatch(item)
        if named_body is not None:
            made.append(named_body["body"])
            continue
        headed = _patterns()["person"].fullmatch(item) and not _patterns()["strong"].fullmatch(item)
        if not named and not known and not headed:
            made.append(
                _patterns()["ordinal"].sub("", item, count=1) if item[0] in _ORDINAL else item
            )
    return made


def _close(group: list[str], item: list[str]) -> None:
    word = _patterns()["posted"].sub("", "".join(item)).strip(_TRAILING)
    word = _LEADING.sub("", _PERSON_TOLD.sub("", word))
    item.clear()
    if not word:
        return
    joint = _patterns()["joint"].fullmatch(word)
    together = joint is not None and "会同" in word[joint.end("first") : joint.start("second")]
    if joint is not None and (together or _patterns()["strong"].fullmatch(joint["first"])):
        _close(group, list(joint["first"]))
        _close(group, list(joint["second"]))
        return
    group.extend(_unglued(word))


def _unglued(word: str) -> tuple[str, ...]:
    """Part 城东区党委和政府 into its two bodies."""
    glued = _patterns()["glued"].fullmatch(word)
    return (word,) if glued is None else (glued["first"], glued["second"])


def _told(items: list[str]) -> list[tuple[str, list[str]]]:
    """Part a group where 牵头, 配合 or 负责 says what the bodies before it do."""
    parts: list[tuple[str, list[str]]] = []
    pending: list[str] = []
    for item in items:
        told, word = _told_one(item)
        if told and word != item and item[len(word)] in "（(":
            # （牵头） in brackets holds for its own body alone
            parts.extend((("", pending), (told, [*_unglued(word)])))
            pending = []
        else:
            pending.extend(_unglued(word))
            if told:
                parts.append((told, pending))
                pending = []
    return [part for part in [*parts, ("", pending)] if part[1]]


def _told_one(item: str) -> tuple[str, str]:
    for told in ("lead", "supporting", "responsible"):
        match = _patterns()[told].search(item)
        if match is not None and match.start():
            return told, item[: match.start()]
    return "", item


def _close_kinds(match: re.Match[str]) -> str:
    """Write 各县 （ 市 、 区 ） without its spaces."""
    return f"{match[1]}{''.join(match[2].split())}{match[3]}"


def _completed(items: list[str]) -> list[str]:
    """Give items of one list the words they share with a neighbour.

    ``海东、凤羽两区党工委``, ``市自然资源、水利局``, ``市委组织部、宣传部``, ``各镇政府、街道办事处``,
    ``市委、市政府督查室``.
    """
    made = list(items)
    for position, item in enumerate(items):
        made[position] = _with_tail(items, position)
        before = made[position - 1] if position else ""
        section = _patterns()["section"].fullmatch(before)
        if section is not None and re.fullmatch(r"[\u4e00-\u9fff]{2,5}部", item):
            if item[0] not in _LEVELS:
                made[position] = section["head"] + item
        elif before.startswith("各") and _patterns()["each"].match(item):
            made[position] = f"各{item}"
        twin = _patterns()["with_party"].fullmatch(item)
        if twin is not None and before == f"{twin['level']}委":
            made[position - 1] = before + twin["tail"]
        office = _patterns()["twin_office"].fullmatch(item)
        if office is not None and before[:1] in _LEVELS and before.endswith(office["tail"]):
            made[position] = before[0] + item
    return made


def _with_tail(items: list[str], position: int) -> str:
    """Give an item that stops short the tail of the item after it that has one."""
    item = items[position]
    counted = _patterns()["tail"].fullmatch(item)
    if counted is not None and counted["count"] and position:
        return item.replace(counted["count"] + counted["tail"], counted["tail"], 1)
    if _patterns()["body"].fullmatch(item) or _is_place(item):
        return _level_before(items, position) + item
    later = next(
        (each for each in items[position + 1 :] if _patterns()["body"].fullmatch(each)), None
    )
    if later is None:
        return item
    place = _patterns()["tail"].fullmatch(later)
    if place is not None and _patterns()["short"].fullmatch(item):
        return item + place["tail"]
    office = _patterns()["office"].fullmatch(later) or _patterns()["any_office"].fullmatch(later)
    first = next(each for each in items[: position + 1] if not _patterns()["body"].fullmatch(each))
    if office is not None and first[0] in _LEVELS and len(item) <= _MAX_SHORT:
        level = "" if item[0] in _LEVELS else first[0]
        return level + item + office["tail"]
    return item


def _level_before(items: list[str], position: int) -> str:
    """Give the level a department behind others leaves out: 市自然资源、水利局; 县发改委、环保局."""
    if _is_department(items[position]):
        before = position - 1
        while before >= 0 and _is_department(items[before]):
            before -= 1
        head = items[before] if before >= 0 else ""
        if head and head[0] in _LEVELS and _is_department(head[1:]):
            return head[0]
        of_level = _patterns()["of_level"].fullmatch(head)
        if of_level is not None:
            return of_level["level"]
    office = _patterns()["any_office"].fullmatch(items[position])
    if office is None or not position or items[position][0] in _LEVELS:
        return ""
    first = position
    while first and not _patterns()["body"].fullmatch(items[first - 1]):
        first -= 1
    return items[first][0] if first < position and items[first][0] in _LEVELS else ""


def _is_department(item: str) -> bool:
    return item in word_list("units")["departments"]


def _filled(items: list[str]) -> list[str]:
    """Fill in what a group's items leave out: places before a shared body, bodies after a place."""
    made: list[str] = []
    waiting: list[str] = []
    shared: dict[str, list[str]] = {}
    for position, item in enumerate(items):
        word = item
        if position == len(items) - 1:
            word = _patterns()["open_end"].sub("", item) or item
        bare = _patterns()["bare"].fullmatch(word)
        if bare is not None and shared:
            for place, bodies in shared.items():
                bodies.append(place + bare["organ"])
            continue
        made.extend(_by_place(shared))
        shared = {}
        if _is_place(word):
            waiting.append(word)
            continue
        place, organ = _place_and_organ(word)
        if place and organ and _is_place(place):
            has = [each for each in waiting if _may_have(each, organ) and _alike(each, place)]
            made.extend(each for each in waiting if each not in has)
            shared = {each: [each + organ] for each in (*has, place)}
        else:
            made.extend([*waiting, word])
        waiting = []
    return [*made, *_by_place(shared), *waiting]


def _alike(place: str, other: str) -> bool:
    """Say whether two places are of one level: 各镇（街道）、石桥县人民政府 share no organ."""
    towns = tuple(word_list("units")["towns"])
    return place.rstrip("）)").endswith(towns) == other.rstrip("）)").endswith(towns)


def _may_have(place: str, organ: str) -> bool:
    """Say whether a place has an organ: a 街道 has no 政府 and shares none with the 镇 beside it."""
    return not (
        organ.endswith("政府") and place.endswith(tuple(word_list("units")["without_government"]))
    )


def _by_place(shared: dict[str, list[str]]) -> list[str]:
    return [body for bodies in shared.values() for body in bodies]


def _is_place(word: str) -> bool:
    party = _patterns()["party"].fullmatch(word)
    return party is None and _patterns()["place"].fullmatch(word) is not None


def _place_and_organ(word: str) -> tuple[str, str]:
    """Part 乐平市委 into 乐平市 and 委, 高新区党工委 into 高新区 and 党工委."""
    party = _patterns()["party"].fullmatch(word)
    if party is not None:
        organ = party["organ"]
        if organ[0] in "省市县区旗州镇乡地":
            return party["place"] + organ[0], organ[1:]
        return party["place"], organ
    government = _patterns()["government"].fullmatch(word)
    if government is not None:
        return government["place"], government["organ"]
    return "", ""


def expand_group(unit: str, counties: Sequence[str]) -> tuple[str, ...]:
    """Write a group of bodies (各县（市、区）党委) out for each county.

    Parameters
    ----------
    unit
        A body.
    counties
        The counties the group stands for.

    Returns
    -------
    tuple of str
        ``城东区党委``, ``石桥县党委``; a body that is no group comes back alone.
    """
    lists = word_list("units")
    found = re.match(
        rf"各\s?(?:[{lists['place_kinds']}]|[（(][{lists['place_kinds']}]{{1,12}}[)）])+", unit
    )
    if found is None or not counties:
        return (unit,)
    return tuple(f"{county}{unit[found.end() :]}" for county in counties)
