"""What reading characters as a name costs: stems, heads, the words and names they cut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import lexicon as words
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.places.recognition.lexicon import Lexicon, SimpleHead
    from geo_rectify.places.recognition.tokens import Vocabulary

SETTLEMENTS: Final = frozenset({PlaceType.TOWNSHIP, PlaceType.VILLAGE})
# A name that goes on before a known one with these is another: 老南河, 新西河, 上坪村.
ATTRIBUTES: Final = frozenset("老新大小上下东西南北中内外前后左右头一二三四五六七八九十第古旧")

_LONG_KINDS: Final = SETTLEMENTS | {
    PlaceType.RIVER,
    PlaceType.LAKE_RESERVOIR,
    PlaceType.CATCHMENT,
    PlaceType.FOREST_FARM,
}
_WATERS_LIKE_WORDS: Final = frozenset({"江河", "海湾"})
_HAMLET_ENDS: Final = frozenset("庄村屯寨堡")
_FOAM: Final = "泡沫"
_BEDS: Final = frozenset({"河道", "河床", "河滩"})
_HAMLETS: Final = frozenset("寨屯")
_WATERS: Final = frozenset("河江湖")
_BESIDE: Final = frozenset("边畔")
_FAR: Final = re.compile(r"[十百千万]里")
_ENUMERATING: Final = frozenset("、和及与")
# No preposition follows another: 在|向阳大桥.
_PREPOSITIONS: Final = frozenset("在于从由至到往")
_BEFORE_PLACE: Final = ("沿线", "沿岸", "两岸", "上游", "下游", "流域", "河口", "断面", "畔")
_TOLD_BEHIND: Final = -1.2
_IN_A_LIST: Final = -1.2
_LISTING: Final = frozenset("、和及")
_ALIKE: Final = ("河江沟渠溪涌港湖库", "镇乡", "村", "路街道", "山岭", "湾岛屿礁洲澳")
_NAME: Final = 1.6
STEM_COST: Final = {1: 0.7, 2: 0.0, 3: 0.7, 4: 2.1, 5: 2.8, 6: 3.4, 7: 4.0}
# Names of other languages in characters are long: 吉尔嘎郎图苏木.
_TRANSCRIBED: Final = 5
_ONE_FUNCTION: Final = 0.5
_RIVER_SHORT: Final = 0.2
_HARD_WITHIN: Final = 2.2
_SOFT_WITHIN: Final = 1.4
_FUNCTION_FIRST: Final = 2.2
_FUNCTION_AT_START: Final = 1.6
_FUNCTION_IN_LIST: Final = 0.2
_FUNCTION_WITHIN: Final = 0.4
_JOIN_WITHIN: Final = 1.5
# Settlements may begin with any character there: 某镇|其龙村, 某区|向山镇.
_BEFORE: Final = {
    PlaceType.VILLAGE: frozenset("镇乡、"),
    PlaceType.TOWNSHIP: frozenset("县市区旗、"),
}
_JOINING_CHARS: Final = frozenset("和及与或")
_WORD_AT_END: Final = 3.0
_SETTLEMENT_WORD_AT_END: Final = 1.2
_LONG_WORD_AT_END: Final = 1.5
_LONG_STEM: Final = 3
_WORD_SIZE: Final = 2
_WITHIN_HEADS: Final = (2, 3)
"""Characters of a head noun before the one that a name may begin with."""
_WORD_TOWN: Final = 1.0
_SOFT_IN_STRONG: Final = 0.9
_AREA_AT_END: Final = 3.0
_CUTS_WORD: Final = 1.0
_CUTS_HEAD: Final = 6.0
_DOUBLE_WATER: Final = 1.2
_RANK_WITHIN: Final = 1.5
_COUNTED: Final = 1.5
_COUNTED_BY: Final = frozenset("个条座处家次年月名人种项地方数元层口所宗起片")
_MANY_FIRST: Final = 1.0
_CALLED_BY_AREA: Final = frozenset("湾河江湖溪岛")
_NUMERALS: Final = frozenset("一二两三四五六七八九十")
_AFTER_AREA: Final = -1.6
_NEVER_FIRST: Final = 3.0
_OBJECT: Final = 3.0
_TOWN_WITHIN: Final = 1.5
_TOWNS: Final = frozenset("镇乡岛")
_HEADS_OF_TOWNS: Final = frozenset("镇乡村")
# 古城|子河: these end the stem of a longer name rather than begin a short one.
_LAST_OF_STEMS: Final = frozenset("口子头尾嘴坪墩")
_OVER_KNOWN: Final = 2.5
_ONE_OVER_KNOWN: Final = 1.0
_RANKS: Final = frozenset("县旗省州")


def _stem_penalty(
    text: str,
    start: int,
    head: int,
    *,
    run_start: int,
    lexicon: Lexicon,
    kind: PlaceType,
    short: bool,
) -> float:
    """Price a stem by the ordinary words in it."""
    stem = text[start:head]
    if stem in lexicon.stems:
        return 0.0
    behind = text[start - 1 : start] in _BEFORE.get(kind, ())
    called = kind is PlaceType.TOWNSHIP or behind
    if called and len(stem) == _WORD_SIZE and stem in lexicon.flags:
        # 某镇平原|村: settlements are called by words of any kind but verbs before 镇 (压实|镇村).
        verb = words.HARD in lexicon.flags[stem] and not behind
        return _HARD_WITHIN if verb else _WORD_TOWN
    first = (
        _FUNCTION_IN_LIST * (text[start] in lexicon.single_hard)
        if behind and len(stem) == _WORD_SIZE and text[start] not in _JOINING_CHARS
        else _first_penalty(text, start, head, run_start=run_start, lexicon=lexicon)
    )
    inside = stem[1:]
    if not inside:
        return first
    return (
        first
        + (0.0 if _TOWNS.isdisjoint(inside) and "矿" not in stem[1:-1] else _TOWN_WITHIN)
        + _FUNCTION_WITHIN * sum(map(lexicon.single_hard.__contains__, inside))
        + (0.0 if _JOINING_CHARS.isdisjoint(inside) else _JOIN_WITHIN)
        + (0.0 if _RANKS.isdisjoint(inside) else _RANK_WITHIN)
        + _words_penalty(stem, lexicon=lexicon, short=short)
    )


def _first_penalty(text: str, start: int, head: int, *, run_start: int, lexicon: Lexicon) -> float:
    """Price the first character of a stem: function words and verbs begin few names."""
    cost = 0.0
    first = text[start]
    if first in lexicon.single_hard:
        before = text[start - 1] if start else ""
        if before in _ENUMERATING or before in _PREPOSITIONS:
            cost += _FUNCTION_IN_LIST
        else:
            cost += _FUNCTION_AT_START if start == run_start else _FUNCTION_FIRST
    if first in lexicon.never_first:
        cost += _NEVER_FIRST
    if first == "多":
        cost += _MANY_FIRST
    if head - start == 1 and first in lexicon.objects_of:
        cost += _OBJECT
    if "里" in text[max(0, start - 2) : head] and _FAR.search(text, max(0, start - 2), head):
        cost += _OBJECT
    if start > run_start and first == "矿":
        cost += _CUTS_WORD
    if start > run_start and (
        first in _HEADS_OF_TOWNS or (first in _LAST_OF_STEMS and head - start == 1)
    ):
        cost += _TOWN_WITHIN
    return cost


def _words_penalty(stem: str, *, lexicon: Lexicon, short: bool) -> float:
    """Price the words of the lexicon inside a stem."""
    cost = 0.0
    size = len(stem)
    parts = [
        part
        for length in range(2, size + 1)
        for offset in range(size - length + 1)
        if (part := stem[offset : offset + length]) in lexicon.flags
    ]
    for part in parts:
        flags = lexicon.flags[part]
        if part in lexicon.name_words or words.STEM in flags:
            continue
        if words.LEGAL in flags:
            return _AREA_AT_END
        if len(part) == size == _WORD_SIZE and flags == words.HEAD:
            cost += _WORD_TOWN
        elif words.HARD in flags or words.CITY in flags:
            cost += _HARD_WITHIN
        else:
            cost += _SOFT_WITHIN if short else _SOFT_IN_STRONG
    return cost


def _cut_after(text: str, stop: int, lexicon: Lexicon, *, strong: bool) -> float:
    """Price a name whose last character begins a word with the next: 八尺门海|域."""
    if text[stop : stop + 1] in _WATERS and text[stop + 1 : stop + 2] in _BESIDE:
        # 姑溪|河边
        return _CUTS_WORD
    word = text[stop - 1 : stop + 1]
    if word == _FOAM or (text[stop - 2 : stop - 1] in _HAMLET_ENDS and word in _BEDS):
        # 某某湾|泡沫, 某刘庄|河道
        return _OBJECT
    if word not in lexicon.flags or word[1] in _BESIDE:
        # 某某河|边
        return 0.0
    if strong and text[stop : stop + _WORD_SIZE] in lexicon.flags:
        # 某某水库|水位: the word behind stands without it.
        return 0.0
    return _CUTS_HEAD if word in lexicon.facility else _CUTS_WORD


def _splits_head(text: str, start: int, run_start: int, lexicon: Lexicon) -> float:
    """Price a name whose first character ends a head noun with those before: 工业|园盐湖."""
    for before in _WITHIN_HEADS:
        if start - run_start > before and text[start - before : start + 1] in lexicon.facility:
            return _NEVER_FIRST
    return 0.0


def name_cost(
    text: str,
    start: int,
    head: int,
    stop: int,
    *,
    run_start: int,
    entry: SimpleHead,
    lexicon: Lexicon,
) -> float:
    """Price a stem with a head noun behind it.

    Parameters
    ----------
    text
        The passage.
    start, head, stop
        Where stem, head and what follows begin.
    run_start
        Where the run of Chinese characters begins.
    entry
        The head noun.
    lexicon
        The word lists.

    Returns
    -------
    float
        The cost; an unknown character costs 1.9, a word 1.
    """
    size = head - start
    if size >= _TRANSCRIBED and entry.kind not in _LONG_KINDS:
        return float("inf")
    ending = text[stop - 2 : stop]
    at_end = 0.0
    if text[start:stop] in lexicon.flags or (stop - head == 1 and ending in lexicon.flags):
        # 林集镇, 古城镇: townships often end like a word, roads and rivers do not.
        town = entry.kind in SETTLEMENTS and text[start:stop] not in lexicon.flags
        at_end = _SETTLEMENT_WORD_AT_END if town else _WORD_AT_END
        if ending in _WATERS_LIKE_WORDS and size == _WORD_SIZE:
            at_end = _DOUBLE_WATER
        if size >= _LONG_STEM and entry.short and not town:
            at_end = _LONG_WORD_AT_END
    length_cost = STEM_COST[size]
    stem_cost = _stem_penalty(
        text,
        start,
        head,
        run_start=run_start,
        lexicon=lexicon,
        kind=entry.kind,
        short=stop - head == 1,
    )
    if size >= _TRANSCRIBED and stem_cost > _ONE_FUNCTION:
        return float("inf")
    if size == 1 and entry.short:
        length_cost = _RIVER_SHORT
    elif size == 1 and entry.kind is PlaceType.ROAD and text[start] in ATTRIBUTES:
        length_cost = _OBJECT
    return (
        _NAME
        + length_cost
        + entry.weight
        + at_end
        + (_counted(entry, stop - head) if text[head - 1] in _NUMERALS else 0.0)
        + (_CUTS_WORD if start > run_start and text[start - 1 : start + 1] in lexicon.flags else 0)
        + _cut_after(text, stop, lexicon, strong=stop - head > 1)
        + _splits_head(text, start, run_start, lexicon)
        + (_IN_A_LIST - at_end if stem_cost + at_end and _like_the_last(text, start, stop) else 0.0)
        + (_TOLD_BEHIND if stem_cost and _told_behind(text, start, head, stop, lexicon) else 0.0)
        + stem_cost
    )


def _counted(entry: SimpleHead, size: int) -> float:
    """Price a number before a head that it may count: 三河, 三镇."""
    town = size == 1 and entry.kind is PlaceType.TOWNSHIP
    return 2 * _COUNTED if town else _COUNTED * entry.short


def many_named(text: str, start: int, head: int) -> bool:
    """Say whether 多 begins a name rather than counts: 多宝山, but 多条河, 十多座山.

    Parameters
    ----------
    text
        The passage.
    start, head
        Where the name and its head begin.

    Returns
    -------
    bool
        True where no number stands before and no classifier behind.
    """
    return (
        text[start] == "多"
        and head - start >= _WORD_SIZE
        and text[start + 1] not in _COUNTED_BY
        and not text[start - 1 : start].isdecimal()
        and text[start - 1 : start]
        not in _NUMERALS | {"百", "千", "万", "余", "很", "较", "许", "众"}
    )


def _told_behind(text: str, start: int, head: int, stop: int, lexicon: Lexicon) -> bool:
    """Say whether a stem of words, none of them a function, is a place by what follows."""
    return (
        head - start <= _WORD_SIZE
        and text.startswith(_BEFORE_PLACE, stop)
        and lexicon.single_hard.isdisjoint(text[start:head])
    )


def _like_the_last(text: str, start: int, stop: int) -> bool:
    """Say whether a member of a list ends as the one before it: 某河、清水|沟."""
    if text[start - 1 : start] not in _LISTING or start < _LONG_STEM:
        return False
    last = text[start - 2]
    return any(last in alike and text[stop - 1] in alike for alike in _ALIKE)


def areas_in(text: str, begin: int, end: int, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """List the spans of administrative names in a run.

    Parameters
    ----------
    text
        The passage.
    begin, end
        The run.
    vocabulary
        The words of the document.

    Returns
    -------
    list of tuple
        First and one past the last character of each.
    """
    return [
        (position, position + length)
        for position in range(begin, end)
        for length in vocabulary.area_lengths.get(text[position : position + 2], ())
        if position + length <= end
        and text[position : position + length] in vocabulary.areas
        and not text.startswith("区域", position + length - 1)
    ]


def by_areas(
    text: str,
    start: int,
    head: int,
    stop: int,
    *,
    spans: Sequence[tuple[int, int]],
    vocabulary: Vocabulary,
) -> float:
    """Price a name that cuts an administrative name (培植|景德镇) or follows one (乐平市|礼林镇).

    Parameters
    ----------
    text
        The passage.
    start, head, stop
        Where the name, its head and what follows begin.
    spans
        Administrative names of the run.
    vocabulary
        The words of the document.

    Returns
    -------
    float
        What is added to its cost.
    """
    cost = 0.0
    for first, last in spans:
        if last < start or first >= stop:
            continue
        if (first, last) == (start, stop):
            return _AREA_AT_END
        if last == start and text[start] in _CALLED_BY_AREA and stop - start > _LONG_STEM:
            # 某口湾|某岛: the head belongs to the area's short name.
            cost += _TOWN_WITHIN
        full = text[first:last] == vocabulary.areas[text[first:last]].name
        if (
            first == start
            and last == head
            and not (full and (last - first > _WORD_SIZE or text[head] in _HAMLETS))
        ):
            # 昌江|河: the word 江河 does not stand there.
            word = last == stop - 1 and text[stop - 2 : stop] in vocabulary.lexicon.flags
            return (
                -_WORD_AT_END * word
                - STEM_COST.get(last - first, 0.0)
                - _RANK_WITHIN * any(char in _RANKS for char in text[start + 1 : last])
            )
        cuts = first < start < last or start < first < stop < last
        # 南|运河 beside 运河区
        own = text[start:first] in ATTRIBUTES and len(text[start:first]) == 1 and not full
        ends = start < first and last == stop and not own
        if cuts or ends or (full and first == start and last < stop):
            return _AREA_AT_END
        lead = vocabulary.lexicon.flags.get(text[start : start + _WORD_SIZE], "")
        verb = text[start] in vocabulary.lexicon.single_hard or words.HARD in lead
        if full and last == start and not verb:
            cost = _AFTER_AREA
    return cost


def over_known(text: str, start: int, stop: int, vocabulary: Vocabulary) -> float:
    """Price a name that only adds words before one the document has by itself (流进|西河).

    Parameters
    ----------
    text
        The passage.
    start, stop
        The name.
    vocabulary
        The words of the document.

    Returns
    -------
    float
        What is added to its cost.
    """
    if text[start:stop] in vocabulary.known:
        return 0.0
    for first in range(start + 1, stop - 1):
        inner = text[first:stop]
        if inner in vocabulary.known or inner in vocabulary.lexicon.great_waters:
            great = inner in vocabulary.lexicon.great_waters
            own = any(char in ATTRIBUTES for char in text[start:first]) and not (
                great and first > start + 1
            )
            short = first == start + 1 and text[start] not in vocabulary.lexicon.single_hard
            if own:
                return 0.0
            return _ONE_OVER_KNOWN if short else _OVER_KNOWN
    return 0.0
