"""From a plan to its mentions of places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from geo_rectify.models import Mention
from geo_rectify.places.names import township_stem
from geo_rectify.places.pausing import collector_paused
from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.admin import find_home
from geo_rectify.places.recognition.aliases import canonical_names, short_names, short_parks
from geo_rectify.places.recognition.costs import ATTRIBUTES
from geo_rectify.places.recognition.counties import assign_counties, zones_of
from geo_rectify.places.recognition.cutting import tokenise
from geo_rectify.places.recognition.drafts import Document, Draft, Scene
from geo_rectify.places.recognition.enumerations import complete_lists, group_lists
from geo_rectify.places.recognition.firms import OPENS_FIRMS
from geo_rectify.places.recognition.lexicon import INDUSTRY, context, lexicon
from geo_rectify.places.recognition.phrases import find_phrases
from geo_rectify.places.recognition.roles import assign_roles
from geo_rectify.places.recognition.sets import find_anaphors, find_sets
from geo_rectify.places.recognition.surroundings import mark_bodies, titled_names
from geo_rectify.places.recognition.tokens import vocabulary
from geo_rectify.places.recognition.townships import (
    TOWNSHIP_ENDS,
    called_without_rank,
    townships_of,
)
from geo_rectify.places.recognition.trimming import trim_names
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.models import Measure, Passage, Plan
    from geo_rectify.places.recognition.lexicon import Lexicon
    from geo_rectify.places.recognition.tokens import Token

GazetteerNames: TypeAlias = Mapping[str, Collection[tuple[PlaceType, str]]]
"""Names a gazetteer has, each with the kind and the county code of its bearers."""

# 某某、某岭、某河|三镇: called without their rank.
_TOWNS_LISTED: Final = re.compile(
    "(?P<members>(?:[\u4e00-\u9fff]{2,9}、)+[\u4e00-\u9fff]{2,4}?)(?:等|等?[两二三四五六七八九十\\d]{1,2}个?)"
    "(?:乡镇|镇街|街镇|镇乡|街道|镇|乡)"
)
_LONGEST_TOWN: Final = 4
_MIN_LEAD: Final = 2
_MIN_BRAND: Final = 3
_MAX_BRAND: Final = 5
_SURE_BEFORE: Final = codes.LISTED + codes.JOINED + codes.ADMIN + codes.SETTLEMENT + codes.HARD


@collector_paused()
def find_mentions(
    plan: Plan, *, names: Collection[str] | GazetteerNames | None = None
) -> tuple[Mention, ...]:
    """Find every place a plan names, with its kind, role and county.

    Parameters
    ----------
    plan
        A plan as read. Problems, goals and measures of its issues are searched; the whole text
        where it has no issues.
    names
        Names a gazetteer has, alone or with kind and county code of their bearers. They confirm
        names without a head noun and tell the county of townships; nothing needs them.

    Returns
    -------
    tuple of Mention
        In order of the text, not overlapping, ``site_id`` empty.
    """
    scenes = _scenes(plan)
    units = sorted({unit for scene in scenes for unit in scene.units})
    home = find_home(plan.text, title=plan.title)
    document = Document(
        home=home,
        zones=zones_of(units),
        gazetteer=_gazetteer(names),
        townships=townships_of(home.county_codes),
    )
    _recognise(scenes, document)
    trim_names(scenes, document, lexicon())
    words = context()
    for scene in scenes:
        mark_bodies(scene.text, scene.drafts, words)
        complete_lists(scene, words)
        find_sets(scene, words)
        assign_roles(scene, words)
    group_lists(scenes)
    canonical_names(scenes, document)
    assign_counties(scenes, document)
    for together in _together(scenes):
        find_anaphors(together, words)
    for scene in scenes:
        scene.drafts.extend(titled_names(scene.text, scene.tokens, document))
        scene.drafts = _apart(scene.drafts)
    starts = [block.start for block in plan.blocks]
    return tuple(_mention(plan, starts, scene, draft) for scene in scenes for draft in scene.drafts)


def _apart(drafts: list[Draft]) -> list[Draft]:
    """Give drafts in order of the text, the longest of those that overlap."""
    kept: list[Draft] = []
    for draft in sorted(drafts, key=lambda draft: (draft.start, -draft.end)):
        if not kept or draft.start >= kept[-1].end:
            kept.append(draft)
    return kept


def _gazetteer(
    names: Collection[str] | GazetteerNames | None,
) -> GazetteerNames:
    if names is None:
        return MappingProxyType({})
    if isinstance(names, Mapping):
        return names
    return MappingProxyType(dict.fromkeys(names, ()))


def _scenes(plan: Plan) -> list[Scene]:
    """List the passages of a plan in which places are looked for."""
    if not plan.issues:
        return [Scene(issue=None, section=None, field="body", text=plan.text, offset=0, units=())]
    scenes: list[Scene] = []
    for issue in plan.issues:
        parts: list[tuple[str, Passage | Measure, tuple[str, ...]]] = [
            ("problem", issue.problem, ())
        ]
        if issue.goal is not None:
            parts.append(("goal", issue.goal, ()))
        parts.extend((f"measure {m.position}", m, m.units) for m in issue.measures)
        scenes.extend(
            Scene(
                issue=issue.number,
                section=issue.section,
                field=field,
                text=plan.text[part.start : part.end],
                offset=part.start,
                units=units,
            )
            for field, part, units in parts
        )
    return scenes


def _together(scenes: list[Scene]) -> Iterator[list[Scene]]:
    """Give the passages of one issue at a time."""
    current: list[Scene] = []
    for scene in scenes:
        if current and scene.issue != current[-1].issue:
            yield current
            current = []
        current.append(scene)
    if current:
        yield current


def _recognise(scenes: list[Scene], document: Document) -> None:
    """Cut and read every passage twice: the second time with the names the first one is sure of."""
    words, around = lexicon(), context()
    towns = _official(scenes, document)
    stems = frozenset(
        stem for name in towns if (stem := township_stem(name, ends=TOWNSHIP_ENDS)) != name
    )
    works = dict.fromkeys(words.works, PlaceType.FACTORY) | towns
    works |= words.landmarks
    for scene in scenes:
        works |= dict.fromkeys(short_names(scene.text, words.flags), PlaceType.FACTORY)
        works |= _parks(scene.text, words)
    known = dict(works)
    cut = None
    for _ in range(2):
        cut = vocabulary(words, document.home.names, known, stems=stems, before=cut)
        for scene in scenes:
            tokens = tokenise(scene.text, cut)
            if tokens == scene.tokens:
                continue
            scene.tokens = tokens
            scene.drafts = find_phrases(
                scene.text, scene.tokens, lexicon=words, context=around, document=document
            )
        learnt = _learn(scenes)
        if not learnt:
            return
        known = works | learnt


def _parks(text: str, words: Lexicon) -> dict[str, PlaceType]:
    """Give the parks a text calls by a short name, with the kind their head tells."""
    parks: dict[str, PlaceType] = {}
    for name in short_parks(text, words.flags):
        heads = (words.facility.get(name[at:]) for at in range(1, len(name)))
        kind = next((head for head in heads if head is not None), None)
        if kind is not None:
            parks[name] = kind
    return parks


def _official(scenes: Sequence[Scene], document: Document) -> dict[str, PlaceType]:
    """Give the official townships of the home that the text names in full."""
    text = "\n".join(scene.text for scene in scenes)
    named = {name for name in document.townships if name.endswith(TOWNSHIP_ENDS) and name in text}
    for listed in _TOWNS_LISTED.finditer(text):
        for member in listed["members"].split("、"):
            sizes = range(min(_LONGEST_TOWN, len(member)), _MIN_LEAD - 1, -1)
            called = (member[-size:] for size in sizes)
            towns = (it for it in called if called_without_rank(it, document.townships))
            named.update(islice(towns, 1))
    return dict.fromkeys(sorted(named), PlaceType.TOWNSHIP)


def _learn(scenes: list[Scene]) -> dict[str, PlaceType]:
    """Collect names whose left edge is sure, and the brands of registered names."""
    known: dict[str, PlaceType] = {}
    for scene in scenes:
        begins = {token.start: index for index, token in enumerate(scene.tokens)}
        for draft in scene.drafts:
            index = begins.get(draft.start, 0)
            token = scene.tokens[index]
            before = scene.tokens[index - 1] if index else None
            if token.end == draft.end and token.kind is not None and token.stem:
                sure = before is None or (
                    before.code in _SURE_BEFORE and before.end - before.start > 1
                )
                if sure or (before is not None and before.code in codes.LISTED + codes.PUNCTUATION):
                    known[draft.surface] = draft.kind
            elif _is_firm_of_trade(draft, scene.text):
                known[draft.surface] = PlaceType.FACTORY
            elif _has_a_brand(draft):
                known[draft.stem] = PlaceType.FACTORY
            elif draft.bare and before is not None and _is_hamlet(draft, before):
                known[draft.surface] = draft.kind
    return {name: kind for name, kind in known.items() if not _leads_to_another(name, known)}


def _is_hamlet(draft: Draft, before: Token) -> bool:
    """Say whether unknown characters behind an area end as hamlets and headlands do."""
    behind = before.end == draft.start and before.code in codes.ADMIN + codes.SETTLEMENT
    return behind and len(draft.surface) > _MIN_LEAD and draft.surface[-1] in lexicon().locality


def _leads_to_another(name: str, known: Collection[str]) -> bool:
    """Say whether a name is a verb before another one: 清栏|宁潭镇."""
    return any(
        name[size:] in known and not any(char in ATTRIBUTES for char in name[:size])
        for size in range(_MIN_LEAD, len(name) - 1)
    )


def _is_firm_of_trade(draft: Draft, text: str) -> bool:
    """Say whether a firm called by brand and trade begins behind a mark or an area."""
    short = draft.kind is PlaceType.FACTORY and draft.head
    trade = draft.head in lexicon().weak_industry or (
        bool(draft.prefix) and INDUSTRY in lexicon().flags.get(draft.head, "")
    )
    return bool(short) and trade and text[max(0, draft.start - 1) : draft.start] in OPENS_FIRMS


def _has_a_brand(draft: Draft) -> bool:
    """Say whether a firm has a brand of its own: a registered one, or one without a trade."""
    firm = draft.kind is PlaceType.FACTORY and (draft.prefix or not draft.head)
    return bool(firm) and _is_brand(draft.stem)


def _is_brand(stem: str) -> bool:
    """Say whether the brand of a registered name may stand for it."""
    return _MIN_BRAND <= len(stem) <= _MAX_BRAND


def _mention(plan: Plan, starts: list[int], scene: Scene, draft: Draft) -> Mention:
    start, end = scene.offset + draft.start, scene.offset + draft.end
    at = bisect_right(starts, start) - 1
    return Mention(
        mention_id=f"{plan.doc_id}:{start}-{end}",
        doc_id=plan.doc_id,
        issue=scene.issue,
        section=scene.section,
        field=scene.field,
        start=start,
        end=end,
        surface=draft.surface,
        normalised=draft.normalised or draft.surface,
        type=draft.kind,
        role=draft.role,
        county=draft.county,
        county_basis=draft.county_basis,
        named=draft.named,
        group=draft.group,
        multiplicity=draft.multiplicity,
        count=draft.count,
        area_stated_m2=draft.area_stated_m2,
        relation=draft.relation,
        locator=plan.blocks[at].locator if at >= 0 else "",
    )
