"""Enumerations: their groups, members without a head, and what their tail says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.costs import SETTLEMENTS
from geo_rectify.places.recognition.drafts import ADMIN_KINDS, RANKS, Draft
from geo_rectify.places.recognition.lexicon import lexicon
from geo_rectify.places.recognition.numbering import ORDINAL, read_number
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.places.recognition.drafts import Scene
    from geo_rectify.places.recognition.lexicon import Context
    from geo_rectify.places.recognition.tokens import Token

_ITEM_CODES: Final = frozenset("USNIMV")
_MAX_ITEM: Final = 8
_MIN_ITEM: Final = 2
_SEPARATOR: Final = re.compile(r"(?:、|和|及|与|以及|或)$")
# Heads one word may stand for several names with: 韦陀桥、龙井路排涝站.
_SHARED: Final = frozenset(
    {
        PlaceType.PUMP_STATION,
        PlaceType.MONITORING_SECTION,
        PlaceType.WASTEWATER_PLANT,
        PlaceType.DRAINAGE_OUTLET,
        PlaceType.WATER_SOURCE,
        PlaceType.MINE,
    }
)
# These are never called by a name without their head.
_WITH_HEADS: Final = frozenset(
    {PlaceType.FACTORY, PlaceType.HOSPITAL, PlaceType.SCHOOL, PlaceType.PARK_SCENIC}
)
_SOFT_CODES: Final = frozenset("sSMI")
_MAX_LEAD: Final = 4
# Kinds called by ordinary words often enough to begin at the separator.
_LOOSE: Final = frozenset({PlaceType.CATCHMENT, PlaceType.RESIDENTIAL, PlaceType.MARKET})
_NUMBERED: Final = frozenset({PlaceType.HOSPITAL, PlaceType.SCHOOL, PlaceType.WASTEWATER_PLANT})
# Hills and hamlets before a mine are mines called by them: 凤凰山、张家坞采石场.
_LIKE_MINES: Final = frozenset({PlaceType.MOUNTAIN, PlaceType.VILLAGE, PlaceType.CATCHMENT})
# Kinds whose members are often called without a head noun.
_CALLED_ALIKE: Final = frozenset(
    {
        PlaceType.TOWNSHIP,
        PlaceType.VILLAGE,
        PlaceType.CATCHMENT,
        PlaceType.RESIDENTIAL,
        PlaceType.MINE,
    }
)
# Hills, villages and bridges that works are called by.
_LENDING: Final = _LIKE_MINES | {PlaceType.BRIDGE, PlaceType.RIVER, PlaceType.LAKE_RESERVOIR}
_CLOSING: Final = codes.LISTED + codes.PUNCTUATION + codes.JOINED
_AFTER_MEMBER: Final = _CLOSING + codes.SOFT + codes.HARD + codes.MODIFIER + codes.QUANTITY
_PLACED: Final = frozenset("上下内中外")
_WEAK_HEADS: Final = frozenset({PlaceType.CATCHMENT, PlaceType.OTHER})


def complete_lists(scene: Scene, context: Context) -> None:
    """Add the members of enumerations that carry no head of their own, and type by the tail.

    Parameters
    ----------
    scene
        The passage; its drafts are changed in place.
    context
        The patterns.
    """
    _whole_members(scene)
    _lead_members(scene)
    _trailing_members(scene)
    _bare_members(scene)
    scene.drafts.sort(key=lambda draft: draft.start)
    _shared_tails(scene)
    _tails(scene, context)


def _whole_members(scene: Scene) -> None:
    """Let names in an enumeration begin at the separator: 石灰|窑新村片区, 国税局|宿舍."""
    tokens = scene.tokens
    by_end = {draft.end: draft for draft in scene.drafts}
    taken = {draft.start: draft for draft in scene.drafts}
    for index, token in enumerate(tokens):
        if token.code not in {codes.LISTED, codes.JOINED}:
            continue
        stop = index + 1
        while stop < len(tokens) and (
            tokens[stop].code in _SOFT_CODES
            or (tokens[stop].code == codes.HEAD and _continues(tokens, stop + 1))
        ):
            stop += 1
        if stop == index + 1 or stop >= len(tokens):
            continue
        start = tokens[index + 1].start
        size = tokens[stop].start - start
        here = taken.get(tokens[stop].start)
        if here is not None and size <= _MAX_LEAD and not here.prefix and here.kind in _LOOSE:
            here.start = start
            here.surface = scene.text[start : here.end]
            here.stem = scene.text[start : here.end - len(here.head)]
            continue
        before = by_end.get(token.start)
        if here is None and tokens[stop].code in codes.HEAD + codes.RESERVE and before is not None:
            end = tokens[stop].end
            head = scene.text[tokens[stop].start : end]
            if not before.head.endswith(head) or before.kind not in _LOOSE or size > _MAX_ITEM:
                continue
            member = Draft(
                start=start,
                end=end,
                surface=scene.text[start:end],
                kind=before.kind,
                stem=scene.text[start : tokens[stop].start],
                head=head,
            )
            scene.drafts.append(member)
            by_end[end] = taken[start] = member
    scene.drafts.sort(key=lambda draft: draft.start)


def _continues(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].code == codes.HEAD


def _shared_tails(scene: Scene) -> None:
    """Cut what all members share off the last one: 甲医院，乙医院|污水处理站."""
    for run in enumerations(scene, commas=True):
        last = run[-1]
        before = {draft.kind for draft in run[:-1]}
        if len(before) != 1 or last.kind in before or last.bare:
            continue
        kind = next(iter(before))
        heads = tuple(word for word, made in lexicon().facility.items() if made is kind)
        whole = (at for at in range(len(last.head) - 1, 1, -1) if last.head[:at].endswith(heads))
        end = next(whole, 0)
        if end:
            cut = len(last.head) - end
            last.head = last.head[:end]
            last.relation = last.surface[-cut:]
            last.end -= cut
            last.surface = last.surface[:-cut]
            last.kind = kind


def index_at(tokens: Sequence[Token], position: int) -> int:
    """Give the index of the token that begins at a position.

    Parameters
    ----------
    tokens
        Tokens of a passage.
    position
        Offset into it.

    Returns
    -------
    int
        The index, -1 where none begins there.
    """
    low, high = 0, len(tokens)
    while low < high:
        middle = (low + high) // 2
        if tokens[middle].start < position:
            low = middle + 1
        else:
            high = middle
    return low if low < len(tokens) and tokens[low].start == position else -1


def _item_before(tokens: Sequence[Token], separator: int) -> tuple[int, int] | None:
    """Give the tokens of the member before a separator, None where it is no bare name."""
    first = separator
    while first and (
        tokens[first - 1].code in _ITEM_CODES
        or (tokens[first - 1].code == codes.JOINED and tokens[first - 2].code == codes.LISTED)
    ):
        first -= 1
    if first == separator:
        return None
    size = tokens[separator].start - tokens[first].start
    return (first, separator) if _MIN_ITEM <= size <= _MAX_ITEM else None


def _lead_members(scene: Scene) -> None:
    """Give members before a full name its head: 岩口、张家坞采石场."""
    taken = {draft.start: draft for draft in scene.drafts}
    for draft in list(scene.drafts):
        if draft.kind in ADMIN_KINDS or draft.bare or not draft.stem:
            continue
        index = index_at(scene.tokens, draft.start)
        current = draft
        while index > 0 and scene.tokens[index - 1].code in {codes.LISTED, codes.JOINED}:
            item = _item_before(scene.tokens, index - 1)
            if item is None:
                break
            first, stop = item
            here = taken.get(scene.tokens[first].start)
            member = _member(scene, first, stop, current, here)
            if member is None:
                break
            if here is None:
                scene.drafts.append(member)
                taken[member.start] = member
            index, current = first, member


def _member(scene: Scene, first: int, stop: int, last: Draft, here: Draft | None) -> Draft | None:
    """Read one member before a full name; None where it stands on its own feet."""
    part = scene.tokens[first:stop]
    start, end = part[0].start, part[-1].end
    surface = scene.text[start:end]
    simple = len(part) == 1 and part[0].kind is not None
    if here is not None and here.bare and last.kind in _CALLED_ALIKE:
        here.kind, here.whole = last.kind, here.surface + last.head
        return here
    if here is not None:
        rest = [token for token in part if token.start >= here.end]
        return _sharing(scene, here, last, rest, end)
    known = simple or not any(token.code == codes.UNKNOWN for token in part)
    if known and ORDINAL.fullmatch(surface) and ORDINAL.match(last.surface[len(last.prefix) :]):
        # 第二、第三污水处理厂
        known = False
    if known or any(draft.start < end and start < draft.end for draft in scene.drafts):
        return None
    if last.kind is PlaceType.FACTORY and scene.tokens[stop].code != codes.LISTED:
        return None
    whole = surface + last.head if last.head else surface
    return Draft(
        start=start, end=end, surface=surface, kind=last.kind, stem=surface, whole=whole, bare=True
    )


def _sharing(
    scene: Scene, here: Draft, last: Draft, rest: Sequence[Token], end: int
) -> Draft | None:
    """Let a name share the head of the last member: 韦陀桥、龙井路排涝站."""
    inside = codes.MODIFIER
    if last.kind is PlaceType.MONITORING_SECTION:
        inside += codes.UNKNOWN + codes.STEM + codes.SOFT + codes.NAME
    shares = (
        here.end <= end
        and last.kind in _SHARED
        and here.kind not in _WITH_HEADS | {last.kind}
        and not (here.kind is PlaceType.TOWNSHIP and last.kind is PlaceType.MINE)
        and (
            last.kind is PlaceType.MONITORING_SECTION
            or (last.kind is PlaceType.MINE and here.kind in _LIKE_MINES)
            or _stem_is_name(scene, last)
        )
        and all(token.code in inside for token in rest)
    )
    if not shares:
        return None
    surface = scene.text[here.start : end]
    here.kind, here.whole = last.kind, surface + last.head
    here.end, here.surface = end, surface
    here.stem, here.head, here.bare, here.relation = surface, "", False, ""
    return here


def _stem_is_name(scene: Scene, draft: Draft) -> bool:
    """Say whether a facility is called by another name as a whole (龙井路排涝站)."""
    index = index_at(scene.tokens, draft.start)
    return (
        index >= 0
        and scene.tokens[index].code in {codes.NAME, codes.SETTLEMENT}
        and (scene.tokens[index].end - scene.tokens[index].start == len(draft.stem))
    )


def _trailing_members(scene: Scene) -> None:
    """Name bare facilities after a named one of their kind: 景德镇第一人民医院、第二人民医院."""
    by_end = {draft.end: draft for draft in scene.drafts}
    tokens = scene.tokens
    for index, token in enumerate(tokens):
        if token.code != codes.LISTED or token.start not in by_end:
            continue
        before = by_end[token.start]
        if not before.prefix or not before.head or before.kind not in _NUMBERED:
            continue
        stop = index + 1
        while stop < len(tokens) and tokens[stop].code in "MI":
            stop += 1
        if stop >= len(tokens) or tokens[stop].code != codes.HEAD:
            continue
        start, end = tokens[index + 1].start, tokens[stop].end
        surface = scene.text[start:end]
        same = before.head[-_MIN_ITEM:] == surface[-_MIN_ITEM:]
        over = [d for d in scene.drafts if d.start < end and start < d.end]
        if same and len(over) == 1 and over[0].surface == surface and not over[0].prefix:
            over[0].prefix, over[0].head, over[0].whole = (
                before.prefix,
                surface,
                before.prefix + surface,
            )
            by_end[end] = over[0]
            continue
        if not same or over:
            continue
        member = Draft(
            start=start,
            end=end,
            surface=surface,
            kind=before.kind,
            prefix=before.prefix,
            head=surface,
            whole=before.prefix + surface,
        )
        scene.drafts.append(member)
        by_end[end] = member


def _bare_members(scene: Scene) -> None:
    """Read unknown words behind a named member as one more: 白马村、郑家营|污水管网."""
    tokens, by_end = scene.tokens, {draft.end: draft for draft in scene.drafts}
    for index, token in enumerate(tokens):
        before = by_end.get(token.start)
        if token.code not in {codes.LISTED, codes.JOINED} or before is None:
            continue
        if before.kind not in _CALLED_ALIKE or (token.code == codes.JOINED and before.bare):
            continue
        stop = index + 1
        while stop < len(tokens) and tokens[stop].code in codes.UNKNOWN + codes.STEM:
            stop += 1
        part = tokens[index + 1 : stop]
        unknown = sum(item.code == codes.UNKNOWN for item in part)
        follows = tokens[stop].code if stop < len(tokens) else codes.PUNCTUATION
        if unknown < _MIN_ITEM or follows not in _AFTER_MEMBER:
            continue
        start, end = part[0].start, part[-1].end
        longest = _MAX_LEAD if follows in _CLOSING else _MAX_LEAD - 1
        if end - start > longest or any(d.start < end and start < d.end for d in scene.drafts):
            continue
        surface = scene.text[start:end]
        member = Draft(
            start=start, end=end, surface=surface, kind=before.kind, stem=surface, bare=True
        )
        scene.drafts.append(member)
        by_end[end] = member


def _tails(scene: Scene, context: Context) -> None:
    """Let 等道路, 等小区 type the members before them that have no strong head."""
    runs = enumerations(scene)
    for run in runs:
        tail = context.list_tail.match(scene.text, run[-1].end)
        if tail is None:
            continue
        noun = tail["tail"] or tail["few"]
        kind = context.list_kinds[noun]
        counted = bool(tail["count"]) and read_number(tail["count"]) == len(run)
        for draft in run:
            if counted and draft.kind in ADMIN_KINDS and not draft.surface.endswith(RANKS):
                # 德兴、永平|两座铜矿: called by a county's short name.
                draft.prefix, draft.kind = draft.surface, kind
            if counted and not draft.head and draft.kind not in ADMIN_KINDS:
                whole = draft.whole if draft.whole != draft.surface else ""
                draft.whole = whole or draft.surface + noun
            if draft.bare or (draft.kind in _WEAK_HEADS and not draft.head):
                draft.kind = kind
            elif (counted and draft.kind in _LENDING) or tail["few"]:
                # 灰岭、马鞍山|两座尾矿库: called by a hill.
                draft.kind, draft.stem, draft.head = kind, draft.surface, ""
    _bare_before_tail(scene, context)


def _bare_before_tail(scene: Scene, context: Context) -> None:
    """Find members without any head by the tail alone: 陶欣苑、尚东国际等居住小区."""
    for found in context.list_tail.finditer(scene.text):
        index = index_at(scene.tokens, found.start())
        kind = context.list_kinds[found["tail"] or found["few"]]
        if found["count"] and (
            not index or scene.tokens[index - 1].code in _CLOSING or not _several(scene, index)
        ):
            # 再建|6座|污水处理站 counts no names.
            continue
        while index > 0:
            item = _item_before(scene.tokens, index)
            if item is None:
                break
            first, stop = item
            start, end = scene.tokens[first].start, scene.tokens[stop - 1].end
            over = [d for d in scene.drafts if d.start < end and start < d.end]
            covered = bool(over)
            part = scene.tokens[first:stop]
            named = any(t.code == codes.NAME for t in part)
            weights = {codes.UNKNOWN: 1, codes.STEM: _MIN_ITEM}
            known = sum(weights.get(t.code, 0) for t in part)
            unknown = known >= (1 if named else _MIN_ITEM) or (
                bool(found["count"]) and scene.text[start:end] in lexicon().name_words
            )
            if not covered and unknown:
                surface = scene.text[start:end]
                scene.drafts.append(
                    Draft(start=start, end=end, surface=surface, kind=kind, stem=surface, bare=True)
                )
            elif not covered:
                break
            elif (
                unknown
                and len(over) == 1
                and over[0].start == start
                and over[0].end < end
                and scene.text[over[0].end : end] not in _PLACED
                and over[0].kind not in SETTLEMENTS
            ):
                # 程江口: more than the river it begins with.
                over[0].end, over[0].surface = end, scene.text[start:end]
                over[0].kind, over[0].stem, over[0].head = kind, scene.text[start:end], ""
            if not first or scene.tokens[first - 1].code not in {codes.LISTED, codes.JOINED}:
                break
            index = first - 1
    scene.drafts.sort(key=lambda draft: draft.start)


def _several(scene: Scene, index: int) -> bool:
    """Say whether a separator stands before the last member in front of a token."""
    item = _item_before(scene.tokens, index)
    if item is None or not item[0]:
        return False
    return scene.tokens[item[0] - 1].code in {codes.LISTED, codes.JOINED}


def enumerations(scene: Scene, *, commas: bool = False) -> list[list[Draft]]:
    """Give the runs of drafts joined by separators alone, with words of relation between.

    Parameters
    ----------
    scene
        The passage.
    commas
        Whether a comma separates members too.

    Returns
    -------
    list of list of Draft
        Runs of two and more members.
    """
    runs: list[list[Draft]] = []
    current: list[Draft] = []
    chosen = [d for d in scene.drafts if d.role is not Role.TITLE_OR_UNIT]
    for index, draft in enumerate(chosen):
        previous = chosen[index - 1] if index else None
        if previous is not None and current and _joined(scene.text, previous, draft, commas=commas):
            if current[-1] is previous or draft.start > current[-1].end:
                current.append(draft)
            continue
        attached = previous is not None and previous.end == draft.start
        if attached and current and current[-1] is previous and previous.kind in ADMIN_KINDS:
            # An administrative name before a member belongs to the member.
            current[-1] = draft
            continue
        if len(current) > 1:
            runs.append(current)
        current = [draft]
    if len(current) > 1:
        runs.append(current)
    return runs


def _joined(text: str, before: Draft, after: Draft, *, commas: bool) -> bool:
    between = text[before.end : after.start]
    if before.relation and between.startswith(before.relation):
        between = between[len(before.relation) :]
    return _SEPARATOR.fullmatch(between) is not None or (commas and between == "，")


def group_lists(scenes: Sequence[Scene]) -> None:
    """Give the members of each enumeration a key in common: issue and letter.

    Parameters
    ----------
    scenes
        All passages of a document; their drafts are changed in place.
    """
    counts: dict[int | None, int] = {}
    for scene in scenes:
        for run in enumerations(scene):
            number = counts.get(scene.issue, 0)
            counts[scene.issue] = number + 1
            key = f"{'' if scene.issue is None else scene.issue}{_letters(number)}"
            for draft in run:
                draft.group = key


def _letters(number: int) -> str:
    """Write 0, 1, ... as a, b, ..., z, aa, ab, ..."""
    shown = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        shown = chr(ord("a") + rest) + shown
    return shown
