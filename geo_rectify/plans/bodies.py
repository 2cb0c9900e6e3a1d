"""Bodies: lists of responsible units taken apart into single ones.

What each is in charge of stands around them (牵头, 配合, 按职责分工负责, 责任人：…) and is told apart from
their names; what a list leaves out is filled in from its neighbours (`completing`, `organs`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.completing import completed, is_department, is_duty
from geo_rectify.plans.deadlines import tells_time
from geo_rectify.plans.organs import HELD_COMMA, is_place, parted_organs, with_organs
from geo_rectify.plans.wording import any_of, bracket_pairs, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

_GROUP_MARKS: Final = frozenset("，,；;。\n\t")
_ITEM_MARKS: Final = frozenset("、/&＆+＋|｜ \u3000")
_ORDINAL: Final = frozenset("0123456789（(")
_MAX_NAME: Final = 24
_SOME: Final = "(?:相关|有关)(?!部门|单位|职能|责任)"
_PERSON_TOLD: Final = re.compile("[^：:]{0,10}(?:领导|责任人|负责人|联系人|同志)[：:].*", re.DOTALL)
_LEADING: Final = re.compile(
    r"\A(?:由|以(?=.{2,20}为主)|请(?=[省市县区州盟旗各])|并?(?:会同|联合))"
)
_EACH: Final = re.compile("(?:沿.|相关|有关)?各")
_QUOTES: Final = frozenset('“”"「」')
_TRAILING: Final = "。.．；;，,、 \u3000\n\t:："
_FOOTNOTES: Final = dict.fromkeys(map(ord, "★☆*＊※▲△●"))
_CIRCLED: Final = re.compile("[①-⑳]|(?<![0-9])[（(][0-9]{1,2}[)）](?=[\u4e00-\u9fff])")
_JOINED_KIND: Final = r"(?:市辖区|省?直管[市县]|自治[州县旗]|地区|[市州县区盟旗](?:[（(][市地州县区盟旗、]{1,6}[)）])?)"
_EACH_KIND: Final = re.compile(
    rf"(?:(?<=各)|(?<=有关)|(?<=相关)|(?<![\u4e00-\u9fff]))(?:{_JOINED_KIND}、){{1,3}}{_JOINED_KIND}"
    r"(?=[党委人政管两三四、]|[一-龥]{0,8}局)"
)
_COUNT: Final = "[0-9一二三四五六七八九十两]{1,3}"
# 石桥县、柳林县等5县（市）人民政府
_OF_ALL: Final = re.compile(
    rf"(、[^、，；\s]{{1,6}}[市县区旗镇乡])等{_COUNT}个?[市县区旗镇乡]?(?:[（(][市县区旗、]{{1,6}}[)）])?"
    "(?=[党委人政管])"
)
# 乌拉特前、中、后旗
_BANNERS: Final = re.compile("([\u4e00-\u9fff]{2,6}?)([前中后左右](?:、[前中后左右])+)旗")
# 南京、无锡等市政府; 石桥县、柳林县等县政府
_SUCH: Final = re.compile(
    "(?:(?<=市)等市|(?<=县)等县|(?<=区)等区|(?<=镇)等镇|(?<=[\u4e00-\u9fff]{2})等(?=[市县区旗州镇乡]))"
    "(?=[市县区旗州镇乡]?(?:党委|委|人民政府|政府|管委会))"
)
_ROLE_AHEAD: Final = re.compile(
    r"(\A|[，,；;、\s])[（(](牵头|配合)(?:单位|部门)?[)）](?=[\u4e00-\u9fff])([^，,；;、\s]+)"
)
# 一、市水利局; （二）市住建局; 1.市水利局2.市住建局
_NUMBERED: Final = re.compile(
    "(?:(?:\\A|(?<=[；;，,。\\s]))(?:[（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,2}、|[0-9]{1,2}[.．、])"
    "|(?<=[\u4e00-\u9fff])[0-9]{1,2}[.．])(?=\\s?[\u4e00-\u9fff])(?!\\s?[一二三四五六七八九十])"
)
_MARKED: Final = re.compile(r"[\[［【〔][0-9]{1,2}[\]］】〕]")
_SPACED: Final = re.compile(
    r"(?<![^\s、，,；;。：:/（）()])[^\s、，,；;。：:/（）()]+(?:[ \u3000]+[^\s、，,；;。：:/（）()]+)+"
)
_CALLS: Final = re.compile("[0-9×*xX-]{7,}")
_POINT: Final = re.compile("(?<=[\u4e00-\u9fff])[.．](?=[\u4e00-\u9fff])")
_NUMERALS: Final = "[0-9一二三四五六七八九十〇]{1,5}"
# 八十一、八十四团
_REGIMENTS: Final = re.compile(
    rf"(?<![\u4e00-\u9fff0-9])({_NUMERALS})(?=(?:、{_NUMERALS}){{1,9}}团(?:、|，|党委|\Z))"
)
_OTHERS: Final = re.compile("等(?=(?:有关|相关|涉及)(?!部门|单位|职能|责任))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """The bodies of one list, each once, in order: all, those that lead, those that support."""

    units: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    lists = word_list("units")
    kinds = lists["place_kinds"]
    titles = any_of(lists["person_titles"])
    roles = rf"(?:{any_of(lists['role_parts'])}){{1,4}}"
    names = rf"[{lists['surnames']}][\u4e00-\u9fff某×·]{{1,2}}"
    return {
        "person": re.compile(rf".{{0,12}}(?:{titles})(?!会)[\u4e00-\u9fff·]{{0,4}}\Z", re.DOTALL),
        # 市水利局局长张伟
        "headed": re.compile(
            rf"(?P<body>.{{2,20}}(?:{any_of(lists['headed_ends'])}))副?"
            rf"(?:{titles})[\u4e00-\u9fff·]{{0,4}}",
            re.DOTALL,
        ),
        # 县水利局王强
        "with_name": re.compile(rf"(?P<body>.{{2,12}}(?:局|政府|管委会|办事处)){names}"),
        # 县人民政府（县长 何平）; 市水利局（张某某）
        "posted": re.compile(
            rf"[（(]\s*(?:[^（）()]{{0,8}}(?:{titles})[:：\s]*[\u4e00-\u9fff·]{{0,4}}|{names}(?:、{names})*|[^（）()]{{0,8}}(?:{titles})[：:][^（）()]{{0,40}}|{names}\s*[0-9×*-]{{7,}})\s*[)）]|[—-]{{1,2}}{names}\Z"
        ),
        # 市生态环境局会同市工信局; not 市公安局和平分局
        "joint": re.compile(
            r"(?P<first>.{2,30}?)(?P<by>会同"
            rf"|(?:{any_of(lists['joiners'])})(?!(?<=和)(?:平[区县街分]|田[市县]|[静硕]县|龙[市县]|[林政顺])))(?P<second>.{{2,60}})",
            re.DOTALL,
        ),
        "strong": re.compile(rf".+(?:{any_of(lists['strong_ends'])})", re.DOTALL),
        "name": re.compile(rf"{names}\Z"),
        "body": re.compile(
            rf".+(?:{any_of(lists['body_ends'])})(?:[（(][^（）()]{{0,30}}[)）])?\Z", re.DOTALL
        ),
        "kinds": re.compile(rf"\s*([（(])\s*([{kinds}\s]{{1,20}}?)\s*([)）])\s*"),
        "duty": re.compile(rf"(?:{any_of(lists['by_duty'])})(?:{any_of(lists['responsible'])})?"),
        "ordinal": re.compile(r"[（(]?[0-9]{1,2}[)）.．、]\s?(?=[\u4e00-\u9fff])"),
        "open_end": re.compile(
            rf"(?:{any_of(lists['open_end'])}|等{_COUNT}个?(?:[省市县区][直级])?(?:相关|有关)?(?:部门|单位))\Z"
        ),
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
        "role": re.compile(rf"\s?[（(]\s?(?P<role>{any_of(list(_role_words()))}|{roles})\s?[)）]"),
        # 牵头单位：市水利局；配合责任单位：市住建局
        "leading_role": re.compile(
            rf"(?P<before>\A|[；;。，,、\s])\s*(?P<role>{roles})"
            r"\s?(?:[：:]|为(?=[\u4e00-\u9fff]{2}))\s*(?P<bodies>[^；;。\n：:]+?)"
            r"(?=[；;。\n]|\Z|[，,、\s]\s?[^，。；：:、\s]{2,8}(?:[：:]|(?:单位|主体|部门)为))"
        ),
        "lead": re.compile(
            rf"[（(]?(?:{any_of(lists['lead'])})(?:{any_of(lists['responsible'])}){{0,4}}[)）]?\Z"
        ),
        "supporting": re.compile(rf"[（(]?(?:{any_of(lists['supporting'])})[)）]?\Z"),
        "responsible": re.compile(rf"(?:{any_of(lists['responsible'])}){{1,6}}\Z"),
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
    last = ""
    for group in _groups(_plain(text)):
        for told, items in _told(group):
            named = _without_persons(items)
            named = [_patterns()["open_end"].sub("", item) or item for item in named]
            places = frozenset(item for item in named if is_place(item))
            found = with_organs(completed(named, places=places), before=last)
            last = found[-1] if found else ""
            for each in found:
                unit = each.replace(HELD_COMMA, "、")
                units.setdefault(unit)
                if told == "lead":
                    lead.setdefault(unit)
                elif told == "supporting":
                    supporting.setdefault(unit)
    return Bodies(units=tuple(units), lead=tuple(lead), supporting=tuple(supporting))


def _plain(text: str) -> str:
    """Leave out of a list what names no body, and write roles the one way: behind their body."""
    patterns = _patterns()
    plain = _CIRCLED.sub("；", text.translate(_FOOTNOTES))
    plain = _SPACED.sub(_unspaced, _NUMBERED.sub("；", _MARKED.sub("", plain)))
    plain = _REGIMENTS.sub(r"\1团", plain)
    plain = _POINT.sub("、", _ROLE_AHEAD.sub(r"\1\3（\2）", plain))
    plain = _SUCH.sub("", _OF_ALL.sub(r"\1", _BANNERS.sub(_banners, plain)))
    plain = patterns["told_person"].sub("", patterns["note"].sub("", plain))
    plain = patterns["role"].sub(_role_word, plain)
    plain = patterns["leading_role"].sub(_role_behind, plain)
    plain = patterns["generic"].sub(_generic_named, _short_names(plain))
    plain = patterns["kinds"].sub(_close_kinds, plain)
    plain = _OTHERS.sub("、", _EACH_KIND.sub(_held, plain))
    return patterns["duty"].sub("，", plain)


def _unspaced(match: re.Match[str]) -> str:
    """Join a name that spaces break: 市水 利局; a space between two names stays."""
    made: list[str] = []
    for word in match[0].split():
        whole = _patterns()["body"].fullmatch
        apart = word[0] in "省市县区州盟旗各" and whole(word)
        if not made or apart or whole(made[-1]) or _patterns()["name"].fullmatch(made[-1]):
            made.append(word)
        else:
            made[-1] += word
    return " ".join(made)


def _held(match: re.Match[str]) -> str:
    return re.sub("、(?![^（(]*[)）])", HELD_COMMA, match[0])


def _role_word(match: re.Match[str]) -> str:
    """Write what a body does here in one word: 市水利局（牵头单位）; 区政府（整改主体）."""
    word = _role(match["role"])
    return f"（{word}）、" if word else "、"


def _role_behind(match: re.Match[str]) -> str:
    """Write 牵头：市水利局 as 市水利局牵头."""
    return f"{match['before']}{match['bodies'].rstrip(_TRAILING)}{_role(match['role'])}"


def _role(words: str) -> str:
    """Give 牵头 or 配合 for what a label or a bracket says, nothing where it says neither."""
    known = _role_words().get(words)
    if known is not None:
        return known
    parts = {"牵头": ("牵头", "主办"), "配合": ("配合", "协")}
    return next((word for word, told in parts.items() if any(each in words for each in told)), "")


def _banners(match: re.Match[str]) -> str:
    return "、".join(f"{match[1]}{each}旗" for each in match[2].split("、"))


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
    """Leave out who heads a body: 园区管委会 李强, 副市长王明, 市水利局局长张伟."""
    made: list[str] = []
    branches = any("分局" in item for item in items)
    beside_body = False
    for item in items:
        body = _without_head(item, branches=branches)
        if body == item and _is_no_body(item, beside_body=beside_body):
            continue
        numbered = item[0] in _ORDINAL
        made.append(_patterns()["ordinal"].sub("", body, count=1) if numbered else body)
        beside_body = body != item or _patterns()["body"].fullmatch(item) is not None
    return made


def _without_head(item: str, *, branches: bool) -> str:
    """Give a body without the person named with it: 市水利局局长张伟, 县水利局王强.

    Where branches are listed, 市环保局马关、东岭分局 names a place, no person.
    """
    headed = _patterns()["headed"].fullmatch(item)
    if headed is None and not branches and _patterns()["body"].fullmatch(item) is None:
        headed = _patterns()["with_name"].fullmatch(item)
    return item if headed is None else headed["body"]


def _is_no_body(item: str, *, beside_body: bool) -> bool:
    """Say whether an item is a person, a telephone, a time or a word for nobody."""
    patterns = _patterns()
    if item in word_list("units")["none"] or _CALLS.fullmatch(item):
        return True
    if patterns["name"].fullmatch(item):
        return beside_body and not patterns["body"].fullmatch(item) and not is_duty(item)
    posted = patterns["person"].fullmatch(item) and not patterns["strong"].fullmatch(item)
    return bool(posted) or tells_time(item, 0, len(item))


def _close(group: list[str], item: list[str]) -> None:
    word = _patterns()["posted"].sub("", "".join(item)).strip(_TRAILING)
    word = _LEADING.sub("", _PERSON_TOLD.sub("", word), count=1)
    item.clear()
    if word[:1] in _QUOTES and word[-1:] in _QUOTES:
        word = word[1:-1]
    if not word:
        return
    joint = _patterns()["joint"].fullmatch(word)
    if joint is not None and _are_two(joint):
        _close(group, list(joint["first"]))
        _close(group, list(joint["second"]))
        return
    group.extend(parted_organs(word))


def _are_two(joint: re.Match[str]) -> bool:
    """Say whether 和 parts two bodies: 市农业农村局和水利局, not 市农业农村和水利局."""
    first, second = joint["first"], joint["second"]
    if joint["by"] == "会同":
        return True
    strong = _patterns()["strong"].fullmatch
    if second[0] in "省市县区州盟旗各" or re.match(_SOME, second) or second.startswith("属地"):
        return strong(first) is not None or is_place(first) or first.endswith(("部门", "单位"))
    if strong(first):
        return is_department(second) or (is_place(second) or strong(second) is not None)
    return is_place(first) and is_place(second) and len(second) > 3  # noqa: PLR2004 - more than 平区


def _told(items: list[str]) -> list[tuple[str, list[str]]]:
    """Part a group where 牵头, 配合 or 负责 says what the bodies before it do."""
    parts: list[tuple[str, list[str]]] = []
    pending: list[str] = []
    for item in items:
        told, word = _told_one(item)
        if told and word != item and item[len(word)] in "（(":
            # （牵头） in brackets holds for its own body alone
            parts.extend((("", pending), (told, [*parted_organs(word)])))
            pending = []
        else:
            pending.extend(parted_organs(word))
            if told:
                parts.append((told, pending))
                pending = []
    return [part for part in [*parts, ("", pending)] if part[1]]


def _told_one(item: str) -> tuple[str, str]:
    for told in ("lead", "supporting", "responsible"):
        match = _patterns()[told].search(item)
        word = "" if match is None else item[: match.start()]
        if word and (told != "responsible" or _patterns()["body"].fullmatch(word)):
            return told, word
    return "", item


def _close_kinds(match: re.Match[str]) -> str:
    """Write 各县 （ 市 、 区 ） without its spaces."""
    return f"{match[1]}{''.join(match[2].split())}{match[3]}"


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
