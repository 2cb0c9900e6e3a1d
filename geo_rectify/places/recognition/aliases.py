"""One canonical name for the several ways a document writes a place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition.drafts import ADMIN_KINDS, Document, Draft
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from geo_rectify.places.recognition.drafts import Scene

_QUOTES: Final = str.maketrans("", "", '“”‘’"「」『』')
_PARK: Final = frozenset({PlaceType.INDUSTRIAL_PARK})
_PLANT: Final = re.compile(r"分散式|集中式|集中|生活|城镇|城市")
_PARK_HEAD: Final = re.compile(
    r"(?:工业|产业)?(?:园区|园|平台|基地|集聚区|集中区|聚集区|小区|区)(?=$|.)"
)
# 某坑水源地 and 某坑（某江）饮用水水源保护区 are one.
_IN_BRACKETS: Final = re.compile(r"[（(〔【][^（()）]*[)）〕】]")
_SOURCE_HEAD: Final = re.compile(
    r"(?:集中式|城镇|城市|农村|乡镇)*(?:生活)?(?:饮用水)?(?:水?源)(?:地)?(?:一级|二级)?(?:保护区)?$|取水口$"
)
_VILLAGE_SECTION: Final = re.compile(r"村$")
_LEGAL_KINDS: Final = frozenset({PlaceType.FACTORY})
_OF_LEVEL: Final = re.compile(r"^[市县区旗](?=[\u4e00-\u9fff]{3})")
# 某某有限公司（以下简称“某某”）
_SHORT_NAME: Final = re.compile(
    "(?:公司|集团|合作社|厂|矿)[（(](?:以下简称|下称|简称)[：:“\"‘']?"
    "([\u4e00-\u9fff]{2,8})[”\"’']?[)）]"
)
# 某某循环经济产业基地（以下简称“某某基地”）
_SHORT_PARK: Final = re.compile(
    "(?:园|区|基地)[（(](?:以下简称|下称|简称)[：:“\"‘']?"
    "([\u4e00-\u9fff]{2,6}(?:园|区|基地))[”\"’']?[)）]"
)
_MIN_BRAND: Final = 2
_LONG_BRAND: Final = 3


def canonical_names(scenes: Sequence[Scene], document: Document) -> None:
    """Fill ``normalised`` of every named draft, one form for each place.

    Parameters
    ----------
    scenes
        All passages of the document; their drafts are changed in place.
    document
        What is known of it.
    """
    chosen: dict[tuple[str, ...], str] = {}
    wanted: list[tuple[Draft, tuple[str, ...]]] = []
    for scene in scenes:
        for draft in scene.drafts:
            if draft.role is Role.ANAPHOR or not draft.named:
                continue
            key = place_key(draft, document, scene.issue)
            name = _plain(draft, document)
            wanted.append((draft, key))
            held = chosen.get(key)
            if held is None or (_registered(name) and not _registered(held)):
                chosen[key] = name
    for draft, key in wanted:
        draft.normalised = chosen[key]
    full = _full_names(scenes)
    for draft, _ in wanted:
        draft.normalised = full.get(draft.surface, draft.normalised)
    _inner_names(scenes, wanted)


def short_names(text: str, words: Collection[str]) -> frozenset[str]:
    """List the short names a text gives to firms.

    Parameters
    ----------
    text
        A passage.
    words
        Ordinary words, which name no firm (该公司, 园区).

    Returns
    -------
    frozenset of str
        They stand for their firm in the whole document.
    """
    return frozenset(found[1] for found in _SHORT_NAME.finditer(text) if found[1] not in words)


def short_parks(text: str, words: Collection[str]) -> frozenset[str]:
    """List the short names a text gives to parks and zones.

    Parameters
    ----------
    text
        A passage.
    words
        Ordinary words, which name no park (园区, 保护区).

    Returns
    -------
    frozenset of str
        They stand for their park in the whole document.
    """
    return frozenset(found[1] for found in _SHORT_PARK.finditer(text) if found[1] not in words)


def _full_names(scenes: Sequence[Scene]) -> dict[str, str]:
    """Give the firm or park each short name stands for, where it was found."""
    full: dict[str, str] = {}
    for scene in scenes:
        by_end = {draft.end: draft for draft in scene.drafts}
        for pattern in (_SHORT_NAME, _SHORT_PARK):
            for found in pattern.finditer(scene.text):
                bracket = found.start() + len(found[0].partition("（")[0].partition("(")[0])
                named = by_end.get(bracket)
                if named is not None and (named.kind in _LEGAL_KINDS) == (pattern is _SHORT_NAME):
                    full.setdefault(found[1], named.normalised)
    return full


def _registered(name: str) -> bool:
    return name.endswith(("公司", "合作社", "集团"))


def _inner_names(scenes: Sequence[Scene], wanted: Sequence[tuple[Draft, object]]) -> None:
    """Write the name a facility is called by in its canonical form: 鱼丽工业平台|污水处理厂."""
    canonical = {
        draft.surface: draft.normalised
        for draft, _ in wanted
        if draft.kind is PlaceType.INDUSTRIAL_PARK and draft.normalised != draft.surface
    }
    stems = {
        draft.stem: draft.normalised
        for draft, _ in wanted
        if draft.kind is PlaceType.INDUSTRIAL_PARK and draft.stem
    }
    for scene in scenes:
        for draft in scene.drafts:
            if not draft.named or draft.kind is PlaceType.INDUSTRIAL_PARK:
                continue
            inner = next(
                (
                    size
                    for size in range(len(draft.surface) - 1, 1, -1)
                    if draft.surface[:size] in canonical
                ),
                0,
            )
            if inner:
                draft.normalised = canonical[draft.surface[:inner]] + draft.surface[inner:]
                continue
            park = _PARK_HEAD.match(draft.head) if draft.stem in stems else None
            if park and park.end() < len(draft.head):
                draft.normalised = stems[draft.stem] + draft.head[park.end() :]


def _plain(draft: Draft, document: Document) -> str:
    """Give a name without quotes, extensions and the rank of who runs it."""
    name = (draft.whole or draft.surface).translate(_QUOTES)
    if draft.kind is PlaceType.ROAD and draft.relation and name.endswith(draft.relation):
        name = name[: -len(draft.relation)]
    if draft.kind in ADMIN_KINDS:
        area = document.home.names.get(name)
        return area.name if area is not None else name
    if not draft.prefix:
        name = _OF_LEVEL.sub("", name)
    return name


def place_key(draft: Draft, document: Document, issue: int | None) -> tuple[str, ...]:
    """Give what two mentions of one place have in common.

    Parameters
    ----------
    draft
        The mention.
    document
        What is known of the document.
    issue
        Its issue; two-character brands of firms are only trusted within one.

    Returns
    -------
    tuple of str
        Kind and the part of the name that tells.
    """
    name = _plain(draft, document)
    area = document.home.names.get(draft.prefix)
    prefix = area.name if area is not None and area.kind in ADMIN_KINDS else draft.prefix
    if draft.kind is PlaceType.FACTORY and len(draft.stem) >= _MIN_BRAND:
        brand = draft.stem
        scope = "" if len(brand) >= _LONG_BRAND else str(issue)
        return ("firm", brand, scope)
    if draft.kind in _PARK:
        stem = draft.stem or (prefix and re.sub(r"[市县区旗]$", "", prefix))
        middle = _PARK_HEAD.sub("", draft.head)
        return ("park", stem, middle)
    if draft.kind is PlaceType.WASTEWATER_PLANT:
        return ("plant", prefix, _PARK_HEAD.sub("园", _PLANT.sub("", name)))
    if draft.kind is PlaceType.MONITORING_SECTION:
        return ("section", _VILLAGE_SECTION.sub("", draft.stem) + draft.head.replace("断面", ""))
    rest = name[len(draft.prefix) :]
    if draft.kind is PlaceType.WATER_SOURCE:
        rest = _SOURCE_HEAD.sub("", _IN_BRACKETS.sub("", rest)) or rest
    return (draft.kind.value, prefix, rest) if prefix else (draft.kind.value, rest)
