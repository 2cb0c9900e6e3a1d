"""Which county a mention is in, and how that is known."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition.admin import customary_names, short_name
from geo_rectify.places.recognition.aliases import place_key
from geo_rectify.places.recognition.belonging import (
    FLOWING,
    LINEAR,
    RESERVES,
    TEXT,
    WIDE,
    is_namesake,
    of_a_group,
    of_no_county,
    of_old_name,
    of_the_city,
    runs_far,
    stays,
)
from geo_rectify.places.recognition.drafts import ADMIN_KINDS, RANKS, Document, Draft
from geo_rectify.places.recognition.enumerations import enumerations
from geo_rectify.places.recognition.townships import TOWNSHIP_ENDS, called_without_rank
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo_rectify.places.recognition.admin import Area
    from geo_rectify.places.recognition.drafts import Scene

UNIT: Final = "unit of the measure"
ELSEWHERE: Final = "unit or text elsewhere in the issue"
DOCUMENT: Final = "document"
GAZETTEER: Final = "gazetteer"
PREFECTURE_ONLY: Final = "prefecture only"

_ZONE_BODY: Final = re.compile(r"^(.{2,}?(?:区|园))(?:党工委|管委会|管理委员会)$")
_BRACKETS: Final = re.compile("[（(]([\u4e00-\u9fff]{2,4})[)）]")
_TOWNSHIP_FIRST: Final = re.compile(f"[\u4e00-\u9fff]{{1,4}}?(?:{'|'.join(TOWNSHIP_ENDS)})")
_SETTLED: Final = frozenset({PlaceType.TOWNSHIP, PlaceType.VILLAGE})
_CARRIED: Final = frozenset(
    {
        PlaceType.TOWNSHIP,
        PlaceType.VILLAGE,
        PlaceType.FACTORY,
        PlaceType.MINE,
        PlaceType.CATCHMENT,
        PlaceType.OTHER,
        PlaceType.PROJECT,
        PlaceType.BRIDGE,
        PlaceType.INDUSTRIAL_PARK,
        PlaceType.RESIDENTIAL,
        PlaceType.MARKET,
        PlaceType.FOREST_FARM,
    }
)
_TELLING: Final = frozenset({TEXT, UNIT, GAZETTEER})
_LONGEST_SENTENCE: Final = 2000
# Parks and farms are called by the county they lie in.
_CALLED_BY_COUNTY: Final = frozenset(
    {PlaceType.INDUSTRIAL_PARK, PlaceType.DEV_ZONE, PlaceType.FOREST_FARM}
)
_WATER_ENDS: Final = frozenset("江河湖溪川山海")
_AT: Final = frozenset(["", "的", "内", "内的", "境内", "周边", "违建", "范围内"])
_SHORTEST_STEM: Final = 2
_PLAIN_MINES: Final = frozenset({"矿", "矿区", "矿山", "矿场"})
_PAIRED: Final = frozenset({PlaceType.FACTORY, PlaceType.MINE})


def zones_of(units: Iterable[str]) -> frozenset[str]:
    """Give the development zones that answer as units: 高新区, 昌南新区.

    Parameters
    ----------
    units
        Responsible units of the document.

    Returns
    -------
    frozenset of str
        Their names.
    """
    return frozenset(found[1] for unit in units if (found := _ZONE_BODY.match(unit)) is not None)


def unit_counties(units: Iterable[str], document: Document) -> tuple[str, ...]:
    """Give the counties and zones responsible units belong to, in the order of the units.

    Parameters
    ----------
    units
        Single bodies: 乐平市委, 高新区管委会.
    document
        What is known of the document.

    Returns
    -------
    tuple of str
        Each once; empty where only bodies of the prefecture answer.
    """
    found: dict[str, None] = {}
    for unit in units:
        zone = _ZONE_BODY.match(unit)
        if zone and zone[1] not in document.home.counties:
            found[zone[1]] = None
            continue
        for county in document.home.counties_in_order:
            forms = (county, *customary_names(county))
            if unit.startswith(forms) or (
                unit.startswith(short_name(county)) and unit.endswith("局")
            ):
                found[county] = None
                break
    return tuple(found)


def assign_counties(scenes: Sequence[Scene], document: Document) -> None:
    """Fill county and county_basis of every draft.

    Parameters
    ----------
    scenes
        All passages of the document, in order; their drafts are changed in place.
    document
        What is known of it.
    """
    anchors: dict[int, Draft] = {}
    for scene in scenes:
        _by_name(scene, document)
        _by_neighbours(scene, anchors)
        _by_gazetteer(scene, document)
    answering = {
        units: unit_counties(units, document) for units in {scene.units for scene in scenes}
    }
    for scene in scenes:
        _by_unit(scene, document, answering[scene.units])
    evidence = _Evidence(scenes, document)
    for scene in scenes:
        _by_official_list(scene, document, evidence)
    _by_evidence(scenes, document, anchors)
    _by_issue(scenes, document, anchors, answering)
    _by_document(scenes, document)


def _open(draft: Draft) -> bool:
    return not draft.county_basis and draft.role is not Role.ANAPHOR


def _set(draft: Draft, county: str, basis: str) -> None:
    draft.county, draft.county_basis = county, basis


def _area_county(name: str, document: Document) -> tuple[str, str] | None:
    """Give what an administrative name says of the county."""
    area = document.home.names.get(name)
    if area is None:
        return None
    if area.kind is PlaceType.COUNTY:
        return (area.name, TEXT) if area.name in document.home.counties else ("", TEXT)
    if area.kind is PlaceType.PREFECTURE:
        home = document.home.area
        near = home is not None and home.province_adcode == area.province_adcode
        own = near and home is not None and home.prefecture_adcode in {"", area.adcode}
        return (area.name, PREFECTURE_ONLY) if own else ("", TEXT)
    return None


def _by_name(scene: Scene, document: Document) -> None:
    """Read the county from the name itself."""
    for draft in scene.drafts:
        if draft.kind is PlaceType.PROVINCE:
            _set(draft, "", TEXT)
            continue
        told = None
        if draft.kind in ADMIN_KINDS:
            told = _area_county(draft.surface, document)
        elif draft.prefix and not _weakly_told(draft):
            told = _area_county(draft.prefix, document)
            elsewhere = draft.role is not Role.EXTENT or draft.kind is PlaceType.DEV_ZONE
            if told is not None and told[1] == PREFECTURE_ONLY and elsewhere:
                # A hospital or firm of the prefecture stands in one of its counties.
                told = None
        if told is None and draft.kind is PlaceType.FACTORY:
            told = _in_brackets(draft, document) or _called_by_county(draft, document)
        if told is None and draft.kind in _CALLED_BY_COUNTY and draft.surface not in document.zones:
            told = _county_within(draft, document)
        if told is None and draft.kind in RESERVES:
            told = _county_first(draft, document)
        told = told or _zone_told(draft, document)
        if told is not None:
            _set(draft, *told)


def _weakly_told(draft: Draft) -> bool:
    """Say whether a mine is called by a short name, which the words around may overrule."""
    return draft.kind is PlaceType.MINE and not draft.prefix.endswith(RANKS)


def _in_brackets(draft: Draft, document: Document) -> tuple[str, str] | None:
    """Give the county a registered name has in brackets: 某某骨料（某新）有限公司."""
    found = _BRACKETS.search(draft.surface)
    told = _area_county(found[1], document) if found is not None else None
    return told if told is not None and told[0] in document.home.counties else None


def _called_by_county(draft: Draft, document: Document) -> tuple[str, str] | None:
    """Give the county whose short name, that of a water too, is all of a name: 某溪|冶炼厂."""
    if draft.prefix or len(draft.stem) < _SHORTEST_STEM:
        return None
    told = _area_county(draft.stem, document)
    return told if told is not None and told[0] in document.home.counties else None


def _zone_told(draft: Draft, document: Document) -> tuple[str, str] | None:
    """Give the zone a name is, begins or ends with."""
    zone = next((z for z in sorted(document.zones) if draft.surface.startswith(z)), None)
    ending = next((z for z in sorted(document.zones) if draft.surface.endswith(z)), None)
    if zone or (ending and draft.kind is PlaceType.DEV_ZONE):
        return (zone or ending or "", TEXT)
    if draft.kind is PlaceType.DEV_ZONE and not _in_a_county(draft.prefix, document):
        return (draft.surface, TEXT)
    return None


def _county_within(draft: Draft, document: Document) -> tuple[str, str] | None:
    """Give the one county whose short name stands inside a name: 某市某某开发区|某丹|分园."""
    inside = [
        county
        for county in document.home.counties_in_order
        if len(short := short_name(county)) >= _SHORTEST_STEM
        and draft.surface.find(short, len(draft.prefix)) >= 0
        and county[:-1] != short_name(document.home.level_name)
    ]
    return (inside[0], TEXT) if len(inside) == 1 else None


def _county_first(draft: Draft, document: Document) -> tuple[str, str] | None:
    """Give the county whose short name, that of no water, begins a reserve's: 某助|北山森林公园."""
    for county in document.home.counties_in_order:
        short = short_name(county)
        telling = len(short) >= _SHORTEST_STEM and short[-1] not in _WATER_ENDS
        own = county[:-1] != short_name(document.home.level_name)
        if telling and own and draft.surface.startswith(short):
            return county, TEXT
    return None


def _in_a_county(prefix: str, document: Document) -> bool:
    """Say whether a prefix is a county's: zones of a city or province are areas of their own."""
    area = document.home.names.get(prefix)
    return area is not None and area.kind is PlaceType.COUNTY


def _by_neighbours(scene: Scene, anchors: dict[int, Draft]) -> None:
    """Take the county of the container before, and of earlier members of the enumeration."""
    previous: Draft | None = None
    for draft in scene.drafts:
        if (
            previous is not None
            and (previous.role is Role.CONTAINER or _counted_along(scene.text, previous, draft))
            and draft.role is not Role.TITLE_OR_UNIT
        ):
            anchors[id(draft)] = previous
            _by_container(previous, draft)
        if draft.role is not Role.TITLE_OR_UNIT:
            previous = draft
    for run in enumerations(scene):
        for before, draft in pairwise(run):
            if draft.prefix or draft.kind in ADMIN_KINDS:
                break
            if id(before) in anchors and id(draft) not in anchors:
                anchors[id(draft)] = anchors[id(before)]
                if _open(draft) and before.county_basis == TEXT and before.county:
                    _set(draft, before.county, TEXT)


def _counted_along(text: str, previous: Draft, draft: Draft) -> bool:
    """Say whether a counted set stands at or along a place: 某河|沿线|4个排口, 某矿|5个老窿."""
    if draft.named:
        return False
    between = text[previous.end : draft.start]
    if previous.relation and between.startswith(previous.relation):
        between = between[len(previous.relation) :]
    return between in _AT


def _by_container(container: Draft, draft: Draft) -> None:
    """Take the county of the name that holds a place."""
    if draft.kind is PlaceType.DEV_ZONE and _right_behind(container, draft):
        # 某区|某市经济技术开发区: the county before it says where the zone lies.
        _set(draft, container.county, TEXT)
    abroad = container.kind in ADMIN_KINDS and container.kind is not PlaceType.PROVINCE
    if _open(draft) and container.county_basis == TEXT and (container.county or abroad):
        _set(draft, container.county, TEXT)


def _right_behind(previous: Draft, draft: Draft) -> bool:
    """Say whether a name stands directly behind that of a county."""
    county = previous.kind is PlaceType.COUNTY and previous.county_basis == TEXT
    return county and previous.county != "" and previous.end == draft.start


def _by_gazetteer(scene: Scene, document: Document) -> None:
    """Take the county of a township that only one county of the gazetteer has."""
    for draft in scene.drafts:
        if not _open(draft) or draft.kind is not PlaceType.TOWNSHIP:
            continue
        county = gazetteer_county(draft.surface, document)
        if county:
            _set(draft, county, GAZETTEER)


def gazetteer_county(name: str, document: Document) -> str:
    """Give the one county of the document's area in which the gazetteer has a name.

    Parameters
    ----------
    name
        Name as written.
    document
        What is known of the document.

    Returns
    -------
    str
        The county's name, "" where none or several have it.
    """
    codes = {code for _, code in document.gazetteer.get(name, ())}
    found = {document.home.county_codes[c] for c in codes if c in document.home.county_codes}
    return next(iter(found)) if len(found) == 1 else ""


def _by_official_list(scene: Scene, document: Document, evidence: _Evidence) -> None:
    """Take the county of an official township where neither text nor unit tells another.

    In the document of a province the prefecture is the one the sentence named last.
    """
    spoken: Area | None = None
    spoken_at = 0
    for draft in scene.drafts:
        if draft.kind is PlaceType.PREFECTURE:
            spoken, spoken_at = document.home.names.get(draft.surface), draft.start
        if not _open(draft):
            continue
        name = _township_in(draft)
        if not name or evidence.counties(draft, scene.issue) or evidence.of_inner(draft):
            continue
        near = spoken is not None and _same_sentence(scene.text, spoken_at, draft)
        prefecture = spoken.adcode if spoken is not None and near else ""
        county = _official_county(name, document, prefecture=prefecture)
        if county:
            _set(draft, county, GAZETTEER)


def _township_in(draft: Draft) -> str:
    """Give the township a name is or begins with: 某某镇|循环经济产业园."""
    if draft.kind is PlaceType.TOWNSHIP:
        return draft.surface
    found = _TOWNSHIP_FIRST.match(draft.surface)
    return found[0] if found and found.end() < len(draft.surface) else ""


def _official_county(name: str, document: Document, *, prefecture: str) -> str:
    """Give the one county that has a township, of a prefecture where the text names one."""
    codes = document.townships.get(name) or called_without_rank(name, document.townships)
    spoken = {code for code in codes if code[:4] == prefecture[:4]} if prefecture else set()
    found = {document.home.county_codes[code] for code in spoken or codes}
    return next(iter(found)) if len(found) == 1 else ""


def _by_unit(scene: Scene, document: Document, counties: tuple[str, ...]) -> None:
    """Take the county of the measure's responsible units."""
    if len(counties) == 1:
        for draft in scene.drafts:
            if _open(draft) and not of_a_group(draft, document):
                _set(draft, counties[0], UNIT)
    elif counties:
        for run in enumerations(scene):
            # 甲公司、乙公司〔甲县，乙县〕: one to one, in the same order.
            if len(run) == len(counties) and all(d.kind in _PAIRED and _open(d) for d in run):
                for draft, county in zip(run, counties, strict=True):
                    _set(draft, county, UNIT)


class _Evidence:
    """Counties that names have where something says so."""

    def __init__(self, scenes: Sequence[Scene], document: Document) -> None:
        self._document = document
        self._held: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._in_issue: dict[tuple[int | None, tuple[str, ...]], set[str]] = defaultdict(set)
        self._surfaces: dict[str, set[str]] = defaultdict(set)
        self._mines: dict[tuple[int | None, str], set[str]] = defaultdict(set)
        for scene in scenes:
            for draft in scene.drafts:
                self.take(draft, scene.issue)

    def take(self, draft: Draft, issue: int | None) -> None:
        """Take what a mention says of its place."""
        if not draft.county or draft.county_basis not in _TELLING:
            return
        key = self.key(draft, issue)
        self._held[key].add(draft.county)
        self._in_issue[issue, key].add(draft.county)
        if draft.kind not in ADMIN_KINDS and draft.named:
            self._surfaces[draft.surface].add(draft.county)
        if draft.kind is PlaceType.MINE and len(draft.stem) >= _SHORTEST_STEM:
            self._mines[issue, draft.stem].add(draft.county)

    def key(self, draft: Draft, issue: int | None) -> tuple[str, ...]:
        """Give what a mention shares with others of its place; sections go with their river."""
        if not draft.named:
            # 14处|废弃采石坑 of an issue are the same ones in its measures.
            return ("set", str(issue), draft.surface)
        if draft.kind in FLOWING:
            name = draft.surface if draft.kind is PlaceType.RIVER else draft.stem
            return ("flowing", name)
        return place_key(draft, self._document, issue)

    def counties(self, draft: Draft, issue: int | None) -> set[str]:
        """Give the counties the same place has, in its issue before elsewhere."""
        key = self.key(draft, issue)
        held = self._in_issue.get((issue, key)) or self._held.get(key)
        if (
            not held
            and draft.kind is PlaceType.MINE
            and (draft.head in _PLAIN_MINES or not draft.head)
        ):
            # 某塘|矿区 after 某塘|花岗岩矿区 of its issue
            held = self._mines.get((issue, draft.stem))
        return held or set()

    def disputed(self, draft: Draft, issue: int | None) -> bool:
        """Say whether a river or section is held by several counties."""
        return draft.kind in FLOWING and len(self._held.get(self.key(draft, issue), ())) > 1

    def of_inner(self, draft: Draft) -> set[str]:
        """Give the counties of the longest other name this one begins with."""
        for size in range(len(draft.surface) - 1, 1, -1):
            found = self._surfaces.get(draft.surface[:size])
            if found:
                return found
        return set()


class _Thread:
    """The county a passage speaks of, as it goes on from name to name."""

    def __init__(self, scene: Scene, document: Document) -> None:
        self._scene, self._document = scene, document
        self._joined = _among_counties(scene)
        self._so_far: set[str] = set()
        self._told: tuple[int, str] | None = None

    def hear(self, draft: Draft) -> None:
        """Take what a name with a county says; another prefecture or a list of counties ends it."""
        mentioned = draft.role is not Role.TITLE_OR_UNIT
        zone = draft.kind is PlaceType.DEV_ZONE and draft.surface in self._document.zones
        named = draft.prefix in self._document.home.counties
        if (draft.kind is PlaceType.COUNTY or zone or named) and mentioned:
            self._so_far.add(draft.county)
        if draft.kind in ADMIN_KINDS and mentioned and self._foreign(draft):
            self._so_far.add("")
        abroad = not draft.county or (
            draft.kind is PlaceType.PREFECTURE and draft.county != self._document.home.level_name
        )
        if id(draft) in self._joined or (draft.kind in ADMIN_KINDS and abroad and mentioned):
            self._told = None
        elif draft.county_basis in {TEXT, GAZETTEER} and draft.county:
            self._told = (draft.start, draft.county)

    def _foreign(self, draft: Draft) -> bool:
        """Say whether an area lies in another province than the document's."""
        home, area = self._document.home.area, self._document.home.names.get(draft.surface)
        if home is None or area is None:
            return False
        return home.province_adcode != area.province_adcode

    def near(self, draft: Draft) -> str:
        """Give the county the sentence told before a name that may be in it, or an empty string."""
        if self._told is None or self._scene.units:
            return ""
        start, county = self._told
        if not _same_sentence(self._scene.text, start, draft):
            return ""
        if not stays(draft, county, self._document):
            return ""
        if draft.kind not in FLOWING:
            self._told = (draft.start, county)
        return county

    def go_on(self, draft: Draft) -> None:
        """Go on with the county of a town or village, wherever it is known from."""
        if draft.kind in _SETTLED and draft.county and draft.role is not Role.TITLE_OR_UNIT:
            self._told = (draft.start, draft.county)

    def carried(self, draft: Draft) -> str:
        """Give the one county named so far, for what later sentences go on about."""
        if len(self._so_far) != 1 or self._scene.units or draft.prefix:
            return ""
        county = next(iter(self._so_far))
        goes_on = draft.kind in _CARRIED and stays(draft, county, self._document)
        return county if goes_on else ""


def _by_evidence(scenes: Sequence[Scene], document: Document, anchors: dict[int, Draft]) -> None:
    """Take the county the same name has elsewhere, rivers only where the document agrees."""
    evidence = _Evidence(scenes, document)
    for scene in scenes:
        thread = _Thread(scene, document)
        for draft in scene.drafts:
            if evidence.disputed(draft, scene.issue) or runs_far(draft):
                draft.county, draft.county_basis = "", ""
                told = evidence.counties(draft, scene.issue) if is_namesake(draft) else set()
                if len(told) == 1:
                    _set(draft, next(iter(told)), ELSEWHERE)
            elif _open(draft):
                anchor = anchors.get(id(draft))
                apart = anchor is not None and (runs_far(anchor) or of_no_county(anchor))
                of_reserve = anchor is not None and of_no_county(anchor)
                _by_thread(draft, scene, thread, evidence, apart=apart, of_reserve=of_reserve)
                evidence.take(draft, scene.issue)
                thread.go_on(draft)
            else:
                thread.hear(draft)
        _by_anchor(scene, anchors)
        _by_members(scene, document)


def _by_thread(
    draft: Draft,
    scene: Scene,
    thread: _Thread,
    evidence: _Evidence,
    *,
    apart: bool,
    of_reserve: bool,
) -> None:
    """Take the county of the name within, of the sentence, of the same place, of the passage.

    What stands on a great river is apart from the passage's county, what lies in a reserve of no
    county from the sentence's too.
    """
    inner = evidence.of_inner(draft)
    told = evidence.counties(draft, scene.issue)
    if len(inner) == 1:
        _set(draft, next(iter(inner)), ELSEWHERE)
    elif not (of_reserve or of_old_name(draft)) and (near := thread.near(draft)):
        _set(draft, near, TEXT)
    elif len(told) == 1:
        _set(draft, next(iter(told)), ELSEWHERE)
    elif not apart and (carried := thread.carried(draft)):
        _set(draft, carried, ELSEWHERE)


def _among_counties(scene: Scene) -> set[int]:
    """Give the counties listed with others: what follows them is in none of them for sure."""
    return {
        id(draft)
        for run in enumerations(scene)
        if sum(draft.kind is PlaceType.COUNTY for draft in run) > 1
        for draft in run
        if draft.kind is PlaceType.COUNTY
    }


def _by_anchor(scene: Scene, anchors: dict[int, Draft]) -> None:
    """Take the county of the place a site is said to be at."""
    for draft in scene.drafts:
        anchor = anchors.get(id(draft))
        if anchor is None or not _open(draft) or draft.kind in FLOWING or runs_far(draft):
            continue
        if anchor.kind in LINEAR and draft.kind in LINEAR:
            # A road along a river leaves the river's county soon.
            continue
        if anchor.county and anchor.county_basis != PREFECTURE_ONLY:
            _set(draft, anchor.county, ELSEWHERE)


def _by_members(scene: Scene, document: Document) -> None:
    """Take the one county the other members of an enumeration are in."""
    for run in enumerations(scene):
        kinds = {draft.kind for draft in run}
        told = {
            draft.county
            for draft in run
            if draft.county and draft.county_basis in {TEXT, ELSEWHERE, GAZETTEER}
        }
        if len(kinds) > 1 or kinds & (LINEAR | ADMIN_KINDS) or len(told) != 1:
            continue
        for draft in run:
            if _open(draft) and not draft.prefix and not of_the_city(draft, document):
                _set(draft, next(iter(told)), ELSEWHERE)


def _same_sentence(text: str, told: int, draft: Draft) -> bool:
    """Say whether a sentence that tells a county goes on to a name; towns pass a semicolon."""
    ends = "。！？\n" if draft.kind in _SETTLED else "。；！？\n"
    between = text[told : draft.start]
    return len(between) < _LONGEST_SENTENCE and not any(mark in between for mark in ends)


def _by_issue(
    scenes: Sequence[Scene],
    document: Document,
    anchors: dict[int, Draft],
    answering: Mapping[tuple[str, ...], tuple[str, ...]],
) -> None:
    """Take the one county an issue's units and texts name."""
    units: dict[int | None, set[str]] = defaultdict(set)
    texts: dict[int | None, set[str]] = defaultdict(set)
    for scene in scenes:
        units[scene.issue].update(answering[scene.units])
        for draft in scene.drafts:
            in_text = draft.county_basis == TEXT and draft.county in document.home.counties
            if in_text and draft.role is not Role.TITLE_OR_UNIT:
                texts[scene.issue].add(draft.county)
    own = document.home.area is not None and document.home.area.kind is PlaceType.COUNTY
    for scene in scenes:
        if scene.issue is None:
            continue
        told = units[scene.issue] | texts[scene.issue]
        if len(told) != 1:
            continue
        of_city = not own and scene.units and not answering[scene.units]
        for draft in scene.drafts:
            anchor = anchors.get(id(draft))
            wide = (
                runs_far(draft)
                or of_a_group(draft, document)
                or (of_city and draft.kind in WIDE)
                or (anchor is not None and runs_far(anchor))
            )
            if _open(draft) and not wide:
                _set(draft, next(iter(told)), ELSEWHERE)


def _by_document(scenes: Sequence[Scene], document: Document) -> None:
    """Fall back on the area the document is about."""
    area = document.home.area
    if area is None:
        return
    basis = DOCUMENT if area.kind is PlaceType.COUNTY else PREFECTURE_ONLY
    for scene in scenes:
        for draft in scene.drafts:
            if _open(draft) and _weakly_told(draft):
                _set(draft, *(_area_county(draft.prefix, document) or ("", "")))
            if _open(draft):
                _set(draft, document.home.level_name, basis)
