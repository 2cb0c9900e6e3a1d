"""Counted sets (86处非法开采点) and anaphors (该公司)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.drafts import ADMIN_KINDS, AREA_KINDS, Draft
from geo_rectify.places.recognition.enumerations import enumerations, index_at
from geo_rectify.places.recognition.lexicon import lexicon
from geo_rectify.places.recognition.numbering import read_number
from geo_rectify.places.recognition.surroundings import sentence_span
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.places.recognition.drafts import Scene
    from geo_rectify.places.recognition.lexicon import Context

_M2: Final = {"亩": 10_000 / 15, "公顷": 10_000.0, "平方公里": 1_000_000.0}
_TEN_THOUSAND: Final = 10_000
# 一处水体 is no set; 新建一座|泵站 is a site.
_ONE: Final = frozenset({"一", "1"})
_BUILT_ANEW: Final = frozenset({PlaceType.PUMP_STATION, PlaceType.WASTEWATER_PLANT})
_NEAR: Final = 6
_VERB: Final = 2
_IN_NOUNS: Final = frozenset("USNIMHsG")
_BUILT: Final = ("违建", "违法建筑")
_FIRMS: Final = ("企业", "公司", "养殖场", "养殖户", "作坊")
_MOUTH: Final = "口"
_SINGLE_ENDS: Final = frozenset("矿坑井")
_MAX_NOUN: Final = 14
_MAX_END: Final = 4
_NO_VERB_OF_SETS: Final = frozenset("有成于在入为未没内中是")
_PART_OF: Final = re.compile(r"[中内的]$")


def find_sets(scene: Scene, context: Context) -> None:
    """Add the counted sets of a passage, or hang their number on the places they count.

    Parameters
    ----------
    scene
        The passage; its drafts are changed in place.
    context
        The patterns.
    """
    text = scene.text
    runs = enumerations(scene)
    found = list(_counted_nouns(scene, runs, context))
    found.extend(_counted_things(scene, runs, found, context))
    for match in context.counted_after.finditer(text):
        if _overlaps(scene, match.start("noun"), match.end("noun")):
            continue
        if context.counted_kinds[_core(match["noun"], context)] is PlaceType.FACTORY:
            continue
        found.append(_set(text, match.span("noun"), match["noun"], match, context))
    found.sort(key=lambda draft: draft.start)
    kept: list[Draft] = []
    for draft in found:
        if not kept or draft.start >= kept[-1].end:
            kept.append(draft)
    _areas(text, kept, context)
    scene.drafts.extend(kept)
    scene.drafts.sort(key=lambda draft: draft.start)


def _counted_nouns(
    scene: Scene, runs: Sequence[Sequence[Draft]], context: Context
) -> Iterator[Draft]:
    """Find what a number counts by a noun that makes a set: 86处|非法|开采点."""
    text = scene.text
    for match in context.counted.finditer(text):
        mult = match["number"] + (match["more"] or "") + match["classifier"]
        noun = match["noun"]
        kind = context.counted_kinds[noun]
        if _counts_the_named(scene, runs, match.start(), mult=mult, kind=kind, noun=noun):
            continue
        if _overlaps(scene, match.start(), match.end()) or _turned_into(match["between"]):
            continue
        phrase = _counted_phrase(scene, match.start("between"), context)
        if phrase is not None and phrase[0] < match.end() and phrase[1] is not kind:
            # 4家水泥厂|矿山
            continue
        start = _start_of(match, context)
        if start is not None:
            end, _ = _longer(scene, match.start("between"), match.end(), kind, context)
            name = text[match.start("between") : end]
            yield _set(text, (start, end), name, match, context)


def _counted_things(
    scene: Scene, runs: Sequence[Sequence[Draft]], found: Sequence[Draft], context: Context
) -> Iterator[Draft]:
    """Find what a number and a classifier count by its last word: 8家|石板材|厂, 63个|废水|储罐."""
    text = scene.text
    for match in context.counting.finditer(text):
        if match["number"] in _ONE or _within(match.start(), found):
            continue
        if _behind_a_list(scene, match.start()):
            continue
        phrase = _counted_phrase(scene, match.end(), context)
        if phrase is None:
            continue
        end, kind = phrase
        mult = match["number"] + (match["more"] or "") + match["classifier"]
        if _overlaps(scene, match.start(), match.end()) or _counts_the_named(
            scene, runs, match.start(), mult=mult, kind=kind
        ):
            continue
        inside = [d for d in scene.drafts if d.start < end and match.end() < d.end]
        if any(d.start != match.end() or d.kind in AREA_KINDS for d in inside):
            continue
        # 2座|散货码头: no name, since it is counted.
        scene.drafts = [d for d in scene.drafts if d not in inside]
        end = max([end, *(d.end for d in inside)])
        yield Draft(
            start=match.start(),
            end=end,
            surface=text[match.start() : end],
            kind=kind,
            named=False,
            multiplicity=mult,
            count=read_number(match["number"]),
            normalised=text[match.end() : end].replace("的", ""),
        )


def _behind_a_list(scene: Scene, start: int) -> bool:
    """Say whether words that are no names stand listed before a number: 大街、渔村|两条|河道."""
    at = index_at(scene.tokens, start)
    return (
        at > 1
        and scene.tokens[at - 1].code in _IN_NOUNS
        and scene.tokens[at - 2].code in codes.LISTED
    )


def _within(position: int, drafts: Sequence[Draft]) -> bool:
    return any(draft.start <= position < draft.end for draft in drafts)


def _counted_phrase(scene: Scene, start: int, context: Context) -> tuple[int, PlaceType] | None:
    """Give the end and kind of the noun that begins at a position, None where there is none.

    Verbs stand inside it only where no noun ends before them: 12处|看护|房.
    """
    first = index_at(scene.tokens, start)
    if first < 0:
        return None
    for inside in (_IN_NOUNS, _IN_NOUNS | {codes.HARD}):
        for at in range(first, len(scene.tokens)):
            token = scene.tokens[at]
            word = scene.text[token.start : token.end]
            verb = token.code == codes.HARD and (len(word) != _VERB or word[-1] in _NO_VERB_OF_SETS)
            if token.code not in inside or verb or token.end - start > _MAX_NOUN:
                break
            noun = scene.text[start : token.end]
            if token.code == codes.HARD or noun.endswith(context.counted_not):
                continue
            sizes = range(min(len(noun), _MAX_END), 0, -1)
            kind = next((k for s in sizes if (k := context.counted_ends.get(noun[-s:]))), None)
            if kind is not None and len(noun) > 1:
                return _longer(scene, start, token.end, kind, context)
    return None


def _longer(
    scene: Scene, start: int, end: int, kind: PlaceType, context: Context
) -> tuple[int, PlaceType]:
    """Go on while the next word makes one noun with the last: 煤矿|矿井, 坑|口, 违建|别墅."""
    text = scene.text
    if text.startswith(_FIRMS, end):
        # 4家|开矿|企业
        firm = next(word for word in _FIRMS if text.startswith(word, end))
        return end + len(firm), PlaceType.FACTORY
    at = index_at(scene.tokens, end)
    while 0 <= at < len(scene.tokens) and scene.tokens[at].code in _IN_NOUNS:
        token = scene.tokens[at]
        word = text[token.start : token.end]
        alike = context.counted_ends.get(word, context.counted_kinds.get(word))
        joined = context.counted_ends.get(text[end - 1 : token.end])
        single = alike is not None and len(word) == 1 and text[end - 1] in _SINGLE_ENDS
        built = alike is not None and text[start:end].endswith(_BUILT)
        if not (alike is kind or joined or single or built) or text.startswith(_MOUTH, token.end):
            break
        end, kind = token.end, joined or alike or kind
        at += 1
    return end, kind


def _start_of(match: re.Match[str], context: Context) -> int | None:
    """Say where a counted thing begins: behind a one, and nowhere where one is no set."""
    if match["number"] not in _ONE:
        return match.start()
    built = context.counted_kinds[match["noun"]] in _BUILT_ANEW
    return match.start("between") if built else None


def _turned_into(between: str) -> bool:
    """Say whether a verb parts a number from the noun: 两个采石项目|改为|矿山."""
    pairs = (between[at : at + _VERB] for at in range(len(between) - 1))
    return any(pair in lexicon().verbs or pair[-1] == "为" for pair in pairs)


def _core(noun: str, context: Context) -> str:
    return next(noun[i:] for i in range(len(noun)) if noun[i:] in context.counted_kinds)


def _set(
    text: str, span: tuple[int, int], name: str, match: re.Match[str], context: Context
) -> Draft:
    start, end = span
    return Draft(
        start=start,
        end=end,
        surface=text[start:end],
        kind=context.counted_kinds[_core(match["noun"], context)],
        named=False,
        multiplicity=match["number"] + (match["more"] or "") + match["classifier"],
        count=read_number(match["number"]),
        normalised=name.replace("的", ""),
    )


def _overlaps(scene: Scene, start: int, end: int) -> bool:
    return any(draft.start < end and start < draft.end for draft in scene.drafts)


def _counts_the_named(
    scene: Scene,
    runs: Sequence[Sequence[Draft]],
    start: int,
    *,
    mult: str,
    kind: PlaceType,
    noun: str = "",
) -> bool:
    """Hang a number on the places just named: 等6个建制镇, 昌江区、乐平市20余家企业."""
    text = scene.text
    before = [draft for draft in scene.drafts if draft.end <= start]
    last = before[-1] if before else None
    run = next((r for r in runs if last is not None and r[-1] is last), None)
    gap = text[last.end : start] if last is not None else ""
    target: Sequence[Draft] = ()
    if last is not None and gap in {"等", ""} and (run or gap == "等"):
        target = run or (last,)
    elif last is not None and last.kind in ADMIN_KINDS and noun in {"乡镇", "镇", "乡", "街道"}:
        if gap == "" or _PART_OF.search(gap):
            target = (last,)
    elif last is not None and _PART_OF.search(text[max(0, start - 1) : start]) and "中" in gap:
        return True
    if not target:
        count = read_number(mult.rstrip("余多处家座栋条口所个宗幢片套户"))
        same = [d for d in scene.drafts if d.kind is kind and d.start > start and d.named]
        if count > 1 and len(same) == count:
            target = same[:1]
    for draft in target:
        draft.multiplicity = draft.multiplicity or mult
    return bool(target)


def _areas(text: str, sets: Sequence[Draft], context: Context) -> None:
    """Give a set the area its sentence states, when the sentence has but one set."""
    for draft in sets:
        begin, end = sentence_span(text, draft.start, draft.end)
        others = [s for s in sets if s is not draft and begin <= s.start < end]
        if any(other.kind is not PlaceType.TOWNSHIP for other in others):
            continue
        if draft.kind in {PlaceType.TOWNSHIP, PlaceType.VILLAGE}:
            continue
        stated = context.area.search(text, draft.end, end)
        if stated:
            factor = _TEN_THOUSAND if stated[2] else 1
            draft.area_stated_m2 = round(float(stated[1]) * factor * _M2[stated[3]], 2)


def find_anaphors(scenes: Sequence[Scene], context: Context) -> None:
    """Add anaphors with the name, county and kind of what they stand for.

    Parameters
    ----------
    scenes
        The passages of one issue in order; their drafts are changed in place.
    context
        The patterns.
    """
    seen: list[Draft] = []
    for scene in scenes:
        named = [d for d in scene.drafts if d.named and d.role is not Role.TITLE_OR_UNIT]
        added: list[Draft] = []
        for match in context.anaphor.finditer(scene.text):
            if _overlaps(scene, match.start(), match.end()):
                continue
            kinds = context.anaphor_types[match[0]]
            before = [d for d in named if d.end <= match.start()]
            fitting = [d for d in (*seen, *before) if d.kind in kinds]
            if not fitting:
                continue
            meant = fitting[-1]
            added.append(
                Draft(
                    start=match.start(),
                    end=match.end(),
                    surface=match[0],
                    kind=meant.kind,
                    role=Role.ANAPHOR,
                    named=False,
                    normalised=meant.normalised,
                    county=meant.county,
                    county_basis=meant.county_basis,
                )
            )
        seen.extend(named)
        scene.drafts.extend(added)
        scene.drafts.sort(key=lambda draft: draft.start)
