"""Zones that have no boundary yet, as the plans' own sentences and the catalogue say it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.findings.rules import applies
from geo_rectify.findings.standing import in_force, relied_on
from geo_rectify.findings.wording import clauses, sentences, wording
from geo_rectify.models import issue_key
from geo_rectify.vocabulary import LayerStatus, PlaceType, VerdictReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

    from geo_rectify.catalogue.records import LayerInfo, Layers
    from geo_rectify.findings.wording import ZoneWord
    from geo_rectify.models import Mention, Plan
    from geo_rectify.settings import Settings

_KINDS: Final = {
    PlaceType.WATER_SOURCE: "water_1",
    PlaceType.NATURE_RESERVE: "reserve_core",
    PlaceType.FOREST_PARK: "forest_park",
}
"""A class of the zones that places of these kinds are or have."""
_ADMIN: Final = frozenset(
    {
        PlaceType.PROVINCE,
        PlaceType.PREFECTURE,
        PlaceType.COUNTY,
        PlaceType.DEV_ZONE,
        PlaceType.TOWNSHIP,
        PlaceType.VILLAGE,
    }
)
_SHORTEST_NAME: Final = 2
_ADMIN_ENDS: Final = "省市县区乡镇村道"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelineated:
    """Why the zone that concerns a site has no boundary: who says so, and in which words."""

    reason: VerdictReason
    words: str
    issue: str = ""
    layer: LayerInfo | None = None


def undelineated(
    sites: gpd.GeoDataFrame,
    *,
    plans: Sequence[Plan],
    mentions: Sequence[Mention],
    layers: Layers,
    settings: Settings,
) -> dict[tuple[str, str], Undelineated]:
    """Find the sites whose own zone has not been delineated.

    A sentence counts for the place it names as a zone (``…水源地，保护区仍未划定``), not for other
    places in it. A catalogue entry counts for sites of its names, or, without names, for all
    sites in its area. An official zone that bears the site's name overrules either.

    Parameters
    ----------
    sites
        `tables.SITES`.
    plans, mentions
        The documents, and their mentions with site_id.
    layers
        The layers, with the catalogue's ``not_delineated`` entries.
    settings
        Of the run.

    Returns
    -------
    dict
        By (site_id, zone class).
    """
    found: dict[tuple[str, str], Undelineated] = {}
    for key, said in _from_plans(plans, mentions):
        found.setdefault(key, said)
    for key, said in _from_catalogue(layers, sites, settings=settings):
        found.setdefault(key, said)
    drawn = _drawn(found, sites, layers=layers, settings=settings)
    return {key: said for key, said in found.items() if key not in drawn}


def _from_plans(
    plans: Sequence[Plan], mentions: Sequence[Mention]
) -> Iterator[tuple[tuple[str, str], Undelineated]]:
    for plan in plans:
        own = [m for m in mentions if m.doc_id == plan.doc_id and m.site_id and m.site]
        for issue, start, end, is_task in _passages(plan):
            key = issue_key(plan.doc_id, issue, several=len(plans) > 1)
            for first, last in sentences(plan.text, start, end):
                inside = [m for m in own if first <= m.start and m.end <= last]
                for site_id, zone_class in _said(plan.text, first, last, inside, is_task=is_task):
                    words = plan.text[first:last].strip()
                    yield (
                        (site_id, zone_class),
                        Undelineated(reason=VerdictReason.PLAN_SAYS_SO, words=words, issue=key),
                    )


def _from_catalogue(
    layers: Layers, sites: gpd.GeoDataFrame, *, settings: Settings
) -> Iterator[tuple[tuple[str, str], Undelineated]]:
    for info in layers.infos:
        if info.status is LayerStatus.NOT_DELINEATED and in_force(info, settings):
            for site_id, name in _catalogued(info, sites):
                for member in info.classes:
                    yield (
                        (site_id, member.value),
                        Undelineated(
                            reason=VerdictReason.CATALOGUE_SAYS_SO, words=name, layer=info
                        ),
                    )


def _drawn(
    found: dict[tuple[str, str], Undelineated],
    sites: gpd.GeoDataFrame,
    *,
    layers: Layers,
    settings: Settings,
) -> set[tuple[str, str]]:
    """Find the statements overruled by an official zone that bears the site's own name."""
    trusted = [
        info.layer_id
        for info in layers.infos
        if in_force(info, settings) and relied_on(info, settings)
    ]
    zones = layers.zones[layers.zones["layer_id"].isin(trusted)]
    rows = {str(row.site_id): row for row in sites.itertuples()}
    drawn = set()
    for site_id, zone_class in found:
        row = rows.get(site_id)
        names = {
            _text(name) for name in zones.loc[zones["zone_class"] == zone_class, "zone_name"]
        } - {""}
        if row is not None and any(
            same_place(name, other, kind=str(row.kind))
            for name in sorted(names)
            for other in _names(row)
        ):
            drawn.add((site_id, zone_class))
    return drawn


def _passages(plan: Plan) -> Iterator[tuple[int | None, int, int, bool]]:
    """Give the stretches to read: issue, start, end, and whether they set tasks."""
    if not plan.issues:
        yield None, 0, len(plan.text), False
    for issue in plan.issues:
        yield issue.number, issue.problem.start, issue.problem.end, False
        if issue.goal is not None:
            yield issue.number, issue.goal.start, issue.goal.end, True
        for measure in issue.measures:
            yield issue.number, measure.start, measure.end, True


def _said(
    text: str, start: int, end: int, mentions: Sequence[Mention], *, is_task: bool
) -> Iterator[tuple[str, str]]:
    """Give the sites and classes a sentence says have no boundary.

    The statement is about the zones its own clause names, or else the nearest clause before.
    """
    pieces = list(clauses(text, start, end))
    for pattern in [wording().missing] + [wording().task] * is_task:
        for match in pattern.finditer(text, start, end) if mentions else ():
            at = max(i for i, (first, _) in enumerate(pieces) if first <= match.start())
            for first, last in reversed(pieces[: at + 1]):
                here = [m for m in mentions if first <= m.start and m.end <= last]
                named = [(m, word) for m in here if (word := _zone_of(text, m)) is not None]
                for mention, word in named:
                    for zone_class in _graded(text, match, first, word):
                        yield mention.site_id, zone_class
                if named:
                    break


def _zone_of(text: str, mention: Mention) -> ZoneWord | None:
    """Give the zone a mention names: in its own words, in those right after it, or by kind."""
    words = wording()
    after = words.named_zone.match(text, mention.end)
    if after:
        return words.zone_word(after)
    inside = list(words.zone.finditer(mention.surface))
    if inside and inside[-1].end() == len(mention.surface):
        return words.zone_word(inside[-1])
    kind = _KINDS.get(mention.type)
    if kind is None:
        return None
    return max(
        (word for word in words.words if kind in word.classes), key=lambda word: len(word.classes)
    )


def _graded(text: str, match: re.Match[str], start: int, word: ZoneWord) -> tuple[str, ...]:
    """Narrow a zone's classes to the grade the statement names (``准保护区仍未划定``)."""
    last = None
    for zone in wording().zone.finditer(text, start, match.end()):
        last = wording().zone_word(zone)
    chosen = word
    if last is not None and set(last.classes) < set(word.classes):
        chosen = last
    return tuple(member.value for member in chosen.classes)


def _catalogued(info: LayerInfo, sites: gpd.GeoDataFrame) -> Iterator[tuple[str, str]]:
    for row in sites.itertuples():
        adcode = _text(row.adcode)
        if adcode and not applies(info.applies_to, adcode):
            continue
        if not info.names:
            if adcode and info.applies_to:
                yield str(row.site_id), info.title
            continue
        for name in info.names:
            if any(same_place(name, other, kind=str(row.kind)) for other in _names(row)):
                yield str(row.site_id), name
                break


def _names(row: Any) -> list[str]:
    return [name for name in (_text(row.name), *_text(row.aliases).split("|")) if name]


def same_place(zone_name: str, site_name: str, *, kind: str) -> bool:
    """Say whether a zone's name and a site's name mean the same place.

    Parameters
    ----------
    zone_name
        Name of the zone.
    site_name
        Name of the site.
    kind
        Kind of the site; an administrative area is never the zone that bears its name.

    Returns
    -------
    bool
        Whether the names agree, leaving out brackets, grades, the words for a zone, and the
        administrative areas one of them begins with; zones of different classes never agree.
    """
    if kind in _ADMIN:
        return False
    classes = [_classes_named(name) for name in (zone_name, site_name)]
    if all(classes) and not classes[0] & classes[1]:
        return False
    short, long = sorted((_core(zone_name), _core(site_name)), key=len)
    if short == long:
        return bool(short)
    before = long.removesuffix(short)
    return len(short) >= _SHORTEST_NAME and before != long and before[-1] in _ADMIN_ENDS


def _classes_named(name: str) -> set[str]:
    words = wording()
    return {c.value for match in words.zone.finditer(name) for c in words.zone_word(match).classes}


def _core(name: str) -> str:
    """Write a name without brackets, grades and the words for a zone of any kind."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"\([^()]*\)|\s|(?:国家|省|市|县)级", "", plain)
    return wording().zone.sub("", plain) or plain


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""
