"""What a name begins with: words cut off, a county parted from a firm, a city joined to its works.

A word is cut off the front of a name that the document has without it elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.costs import ATTRIBUTES
from geo_rectify.places.recognition.drafts import ADMIN_KINDS, Draft
from geo_rectify.places.recognition.lexicon import HARD
from geo_rectify.places.recognition.surroundings import sentence_span
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from geo_rectify.places.recognition.drafts import Document, Scene
    from geo_rectify.places.recognition.lexicon import Lexicon

_ENDS: Final = "。；\n"
_REGISTERED: Final = frozenset(
    {"有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "实业股份有限公司"}
)
_MIN_NAME: Final = 2
_MAX_LEAD: Final = 4
_SURE_BEFORE: Final = frozenset(codes.LISTED + codes.QUOTE + codes.OPEN + codes.ADMIN)
_CLEAN_BEFORE: Final = _SURE_BEFORE | frozenset(codes.PUNCTUATION + codes.QUANTITY + codes.TITLE)


def trim_names(scenes: Sequence[Scene], document: Document, lexicon: Lexicon) -> None:
    """Cut a verb or an adverb off a name: 紧盯|南河河口断面, 严打|保护区.

    A name is cut to a shorter one that begins somewhere else in the document behind a mark of
    punctuation, in a list or behind an administrative name, or that a gazetteer has, when what
    goes before it is neither an attribute (老, 上, 东) nor itself a place.

    Parameters
    ----------
    scenes
        All passages of the document; their drafts are changed in place.
    document
        What is known of it.
    lexicon
        The word lists.
    """
    for scene in scenes:
        _join_city_works(scene, document)
        _part_firms(scene, document)
    clean, sure = _names_behind(scenes, _CLEAN_BEFORE), _names_behind(scenes, _SURE_BEFORE)
    for scene in scenes:
        kept: list[Draft] = []
        for draft in scene.drafts:
            lead = _lead(draft, clean, sure, document.gazetteer, lexicon)
            if lead:
                _cut(draft, lead)
            if not lead or draft.surface not in lexicon.flags:
                kept.append(draft)
        scene.drafts = kept


def _join_city_works(scene: Scene, document: Document) -> None:
    """Join the city a document is about with its treatment works: 某原市|江南污水处理厂.

    In its own document nobody needs to be told which city a works is in.
    """
    joined: list[Draft] = []
    for draft in scene.drafts:
        city = joined[-1] if joined else None
        works = draft.kind is PlaceType.WASTEWATER_PLANT and not draft.prefix
        if (
            works
            and city is not None
            and city.end == draft.start
            and city.kind is PlaceType.PREFECTURE
            and city.surface == document.home.level_name
        ):
            draft.start, draft.prefix = city.start, city.surface
            draft.surface = city.surface + draft.surface
            joined.pop()
        joined.append(draft)
    scene.drafts = joined


def _part_firms(scene: Scene, document: Document) -> None:
    """Part a county from a registered firm where the sentence names the county but once.

    临武县|路顺采石有限公司 says where the firm is; behind another 临武县 the second belongs to
    the registered name.
    """
    parted: list[Draft] = []
    for draft in scene.drafts:
        area = document.home.names.get(draft.prefix) if draft.head in _REGISTERED else None
        if area is not None and area.kind is PlaceType.COUNTY and area.name == draft.prefix:
            span = sentence_span(scene.text, draft.start, draft.start, ends=_ENDS)
            if scene.text.count(draft.prefix, *span) == 1:
                size = len(draft.prefix)
                stop = draft.start + size
                parted.append(
                    Draft(
                        start=draft.start,
                        end=stop,
                        surface=draft.prefix,
                        kind=area.kind,
                        stem=draft.prefix,
                    )
                )
                draft.start, draft.surface, draft.prefix = stop, draft.surface[size:], ""
        parted.append(draft)
    scene.drafts = parted


def _names_behind(scenes: Sequence[Scene], marks: frozenset[str]) -> frozenset[str]:
    """Collect the names that begin directly behind certain tokens."""
    found: set[str] = set()
    for scene in scenes:
        before = {token.end: token.code for token in scene.tokens}
        found.update(
            draft.surface
            for draft in scene.drafts
            if draft.kind not in ADMIN_KINDS
            and (before.get(draft.start, codes.PUNCTUATION) in marks)
        )
    return frozenset(found)


def _lead(
    draft: Draft,
    clean: Collection[str],
    sure: Collection[str],
    gazetteer: Collection[str],
    lexicon: Lexicon,
) -> int:
    """Give how many characters before the name proper are no part of it."""
    name = draft.surface
    whole = draft.prefix or draft.kind in ADMIN_KINDS or draft.bare or not draft.head
    if whole or name in sure or name in gazetteer:
        return 0
    if name[0] in lexicon.never_first and draft.head in lexicon.facility:
        return 1
    for size in range(1, min(_MAX_LEAD, len(name) - _MIN_NAME) + 1):
        lead, rest = name[:size], name[size:]
        if not rest.endswith(draft.head) or any(char in ATTRIBUTES for char in lead):
            return 0
        known = rest in (sure if name in clean else clean) or (
            len(rest) > _MIN_NAME and rest in gazetteer
        )
        verb = rest in lexicon.flags and HARD in lexicon.flags.get(lead, "")
        if verb or (known and (size > 1 or lead in lexicon.single_hard)):
            return size
    return 0


def _cut(draft: Draft, lead: int) -> None:
    """Let a draft begin later."""
    draft.start += lead
    draft.surface = draft.surface[lead:]
    draft.stem = draft.stem[lead:]
    if draft.whole:
        draft.whole = draft.whole[lead:]
