"""A part of a run: one county, or some issues.

The whole plan is read and judged first; only then is the Assessment narrowed, so that a verdict
never depends on what part of it somebody asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_rectify.crs import buffer_m
from geo_rectify.errors import ScopeError
from geo_rectify.models import Scope, issue_key
from geo_rectify.places.areas import listed_zones
from geo_rectify.places.recognition.admin import customary_names, short_name
from geo_rectify.regions import area_polygon, counties
from geo_rectify.tables import LIST_SEPARATOR, split_list
from geo_rectify.vocabulary import LayerStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.catalogue import Layers
    from geo_rectify.models import Issue, Mention, Plan, Register
    from geo_rectify.pipeline import Assessment

EVERY_COUNTY: Final = ("各县", "各有关县", "各相关县", "有关县", "相关县")
"""How units begin that are those of every county: 各县（市、区）党委和政府."""
_LEAST_NAME: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Territory:
    """A county or development zone: the names it goes by and the codes of its counties."""

    name: str
    names: tuple[str, ...]
    codes: tuple[str, ...]
    zone: bool


def narrowed(
    assessment: Assessment, *, county: str | None = None, issues: Iterable[str | int] = ()
) -> Assessment:
    """Keep of a run what concerns one county, or some issues, or both.

    Parameters
    ----------
    assessment
        A whole run.
    county
        A county, in full (乐平市), short (乐平) or by its code, or a development zone. Of its
        sites everything is kept, of all others nothing; a site in two counties belongs to both.
        Issues are kept whole if they have such a site, or if a unit of their measures or
        acceptance is of that county or of every county. Zones are cut to what lies within
        ``settings.max_distance_m`` of it.
    issues
        Numbers of issues; with several documents also keys (``doc_id/23``).

    Returns
    -------
    Assessment
        The part, with its `Scope`; the same object where nothing is asked for.

    Raises
    ------
    ScopeError
        The run has no such county or issue; the message lists those it has.
    """
    asked = tuple(str(number) for number in issues)
    if not county and not asked:
        return assessment
    keys = _keys(assessment, asked)
    place = _territory(assessment, county) if county else None
    sites = assessment.sites
    inside = np.ones(len(sites), dtype=bool) if place is None else _within(sites, place)
    chosen = sites["issue_numbers"].map(lambda cell: bool(keys.intersection(split_list(cell))))
    # A site of no issue is the body text's: it belongs to its county, and to no list of issues.
    named = chosen | (not asked)
    held = {str(site) for site in sites.loc[inside & named, "site_id"]}
    if place is not None:
        having = {key for cell in sites.loc[inside, "issue_numbers"] for key in split_list(cell)}
        keys &= having | {key for key, _, issue in assessment.issues() if _answers_to(issue, place)}
    if not keys and not held:
        message = f"{county} has no part in issue {'、'.join(asked)}（该问题不涉及该县）"
        chinese = f"问题{'、'.join(asked)}不涉及{county}"
        raise ScopeError(message, chinese=chinese)
    unplaced = 0 if place is None else int((named & (sites["county"].fillna("") == "")).sum())
    scope = Scope(
        county="" if place is None else place.name,
        adcodes=() if place is None else place.codes,
        issues=tuple(sorted(keys, key=_by_number)) if asked else (),
        unplaced=unplaced,
    )
    return _cut(assessment, scope=scope, keys=frozenset(keys), held=frozenset(held), place=place)


def units_name(units: Iterable[str], names: Iterable[str]) -> bool:
    """Say whether one of some units is a county's or zone's, or that of every county.

    Parameters
    ----------
    units
        Single bodies: 乐平市委, 各县（市、区）政府.
    names
        Names of the county or zone.

    Returns
    -------
    bool
        Whether one is.
    """
    forms = tuple(names)
    return any(unit.startswith(EVERY_COUNTY) or _of(unit, forms) for unit in units)


def _of(unit: str, names: tuple[str, ...]) -> bool:
    short = tuple(short_name(name) for name in names)
    return unit.startswith(names) or (unit.endswith("局") and unit.startswith(short))


def _units(issue: Issue) -> list[str]:
    measures = [
        unit
        for measure in issue.measures
        for unit in (*measure.units, *measure.lead_units, *measure.supporting_units)
    ]
    accepting = [each.unit for each in issue.acceptance.units] if issue.acceptance else []
    return measures + accepting


def _answers_to(issue: Issue, place: _Territory) -> bool:
    petition = issue.petition
    district = petition.district.text if petition is not None and petition.district else ""
    return units_name(_units(issue), place.names) or any(name in district for name in place.names)


def _by_number(key: str) -> tuple[str, int]:
    document, _, number = key.rpartition("/")
    return document, int(number) if number.isdigit() else 0


def _keys(assessment: Assessment, asked: Sequence[str]) -> set[str]:
    """Give the keys of the issues asked for; all of them where none is."""
    known = {
        issue_key(plan.doc_id, issue.number, several=assessment.several): str(issue.number)
        for _, plan, issue in assessment.issues()
    }
    if not asked:
        return set(known)
    unknown = [word for word in asked if word not in known and word not in known.values()]
    if unknown:
        numbers = "、".join(dict.fromkeys(known.values())) or "none"
        message = (
            f"the plan has no issue（方案中没有问题）{'、'.join(unknown)}; its issues are {numbers}"
        )
        chinese = f"方案中没有问题{'、'.join(unknown)}；现有问题：{'、'.join(dict.fromkeys(known.values())) or '无'}"
        raise ScopeError(message, chinese=chinese)
    return {key for key, number in known.items() if key in asked or number in asked}


def _territory(assessment: Assessment, asked: str) -> _Territory:
    """Find the county or zone that is meant among those the run has."""
    known = _territories(assessment)
    word = asked.strip()
    exact = [
        place
        for place in known
        if word in place.names or (not place.zone and (word,) == place.codes)
    ]
    found = exact or [
        place for place in known if word in {short_name(name) for name in place.names}
    ]
    if len(found) == 1:
        return found[0]
    listed = "、".join(
        place.name
        if sum(place.name == other.name for other in known) == 1
        else f"{place.name}（{'|'.join(place.codes)}）"
        for place in known
    )
    reason = (
        f"is the name of {len(found)} counties of"
        if found
        else "is no county or zone（方案中没有）of"
    )
    message = f"{asked} {reason} the plan; name one of these or its code: {listed or 'none'}"
    why = (
        f"“{asked}”在方案中有{len(found)}个同名的县"
        if found
        else f"方案中没有“{asked}”这个县（市、区）或功能区"
    )
    chinese = f"{why}；请写其中之一或其代码：{listed or '无'}"
    raise ScopeError(message, chinese=chinese)


def _territories(assessment: Assessment) -> list[_Territory]:
    """List the counties and zones that have a site, or a unit that answers for an issue."""
    table = counties()
    codes = {code for cell in assessment.sites["adcode"] for code in split_list(cell)}
    with_site = set(assessment.sites["adcode"].map(split_list).explode().dropna())
    at_home = table["adcode"].isin(codes) | table["prefecture_adcode"].isin(codes)
    homes = sorted(set(table.loc[at_home, "prefecture_adcode"]))
    units = {unit for _, _, issue in assessment.issues() for unit in _units(issue)}
    found = []
    for code, name in table.loc[
        table["prefecture_adcode"].isin(homes) | table["adcode"].isin(codes), ["adcode", "name"]
    ].itertuples(index=False):
        names = (str(name), *customary_names(str(name)))
        if code in with_site or any(_of(unit, names) for unit in units):
            found.append(_Territory(name=names[0], names=names, codes=(str(code),), zone=False))
    zones = {names: codes_of for home in homes for names, codes_of in listed_zones(home)}
    for cell, adcode in assessment.sites[["dev_zone", "adcode"]].itertuples(index=False):
        for name in split_list(cell):
            if not any(name in names for names in zones):
                zones[(name,)] = tuple(split_list(adcode))
    having = {name for cell in assessment.sites["dev_zone"] for name in split_list(cell)}
    found += [
        _Territory(name=names[0], names=names, codes=codes_of, zone=True)
        for names, codes_of in zones.items()
        if having.intersection(names) or any(_of(unit, names) for unit in units)
    ]
    return found


def _within(sites: gpd.GeoDataFrame, place: _Territory) -> Any:
    column, words = ("dev_zone", place.names) if place.zone else ("adcode", place.codes)
    held = sites[column].map(lambda cell: bool(set(split_list(cell)).intersection(words)))
    return held.to_numpy(dtype=bool)


def _cut(
    assessment: Assessment,
    *,
    scope: Scope,
    keys: frozenset[str],
    held: frozenset[str],
    place: _Territory | None,
) -> Assessment:
    several = assessment.several
    strange = _strange_names(assessment.sites, held)
    findings = _of_sites(assessment.findings, held)
    claims = _claims(assessment.claims, keys=keys, held=held, strange=strange)
    kept_claims = set(claims["claim_id"])
    findings = _narrow(_renumbered(findings, keys), "claim_ids", kept_claims.__contains__)
    # Spans of the body, outside all issues, have no number before the colon.
    findings = _narrow(
        findings, "evidence", lambda span: _issue_of(span) in keys or not _issue_of(span)
    )
    return replace(
        assessment,
        plans=tuple(_plan(plan, keys, several=several) for plan in assessment.plans),
        mentions=_mentions(assessment.mentions, keys=keys, held=held, place=place, several=several),
        sites=_renumbered(_of_sites(assessment.sites, held), keys),
        footprints=_of_sites(assessment.footprints, held),
        unlocated=_renumbered(_of_sites(assessment.unlocated, held), keys),
        rejected=_of_sites(assessment.rejected, held),
        correction_notes=tuple(
            note for note in assessment.correction_notes if not _names(note, strange)
        ),
        overlaps=_of_sites(assessment.overlaps, held),
        findings=findings,
        claims=claims,
        layers=_layers(assessment, scope, findings=findings),
        registers=tuple(
            _register(register, held, strange)
            for register in assessment.registers
            if issue_key(register.doc_id, register.issue, several=several) in keys
        ),
        correction_log=_renumbered(_of_sites(assessment.correction_log, held), keys),
        petitions=_renumbered(_petitions(assessment.petitions, held, place=place), keys),
        scope=scope,
    )


def _of_sites(frame: Any, held: frozenset[str]) -> Any:
    return frame[frame["site_id"].isin(held)].reset_index(drop=True)


def _petitions(frame: Any, held: frozenset[str], *, place: _Territory | None) -> Any:
    """Keep the petitions about kept sites, and those of the county that are about no site."""
    kept = frame["site_id"].isin(held)
    if place is not None:
        kept |= (frame["site_id"] == "") & frame["county"].map(
            lambda cell: short_name(cell or "") in {short_name(name) for name in place.names}
        )
    return frame[kept].reset_index(drop=True)


def _narrow(frame: Any, column: str, wanted: Callable[[str], bool]) -> Any:
    """Leave out of the lists of a column what is not wanted."""
    cells = [
        LIST_SEPARATOR.join(one for one in split_list(cell) if wanted(one))
        for cell in frame[column]
    ]
    return frame.assign(**{column: pd.Series(cells, index=frame.index, dtype="object")})


def _issue_of(span: str) -> str:
    key = span.rpartition(":")[0]
    return "" if key.endswith("/") else key


def _renumbered(frame: Any, keys: frozenset[str]) -> Any:
    """Leave out of issue_numbers the issues that are no part."""
    return _narrow(frame, "issue_numbers", keys.__contains__)


def _strange_names(sites: gpd.GeoDataFrame, held: frozenset[str]) -> tuple[str, ...]:
    """List the names and ids of left-out sites that no site kept also has."""
    kept = sites["site_id"].isin(held)
    own = set(_every_name(sites[kept]))
    return tuple(
        name for name in _every_name(sites[~kept]) if len(name) >= _LEAST_NAME and name not in own
    )


def _every_name(sites: pd.DataFrame) -> list[str]:
    columns = zip(sites["site_id"], sites["name"], sites["aliases"], strict=True)
    return [word for site, name, others in columns for word in (site, name, *split_list(others))]


def _names(text: object, strange: Iterable[str]) -> bool:
    return isinstance(text, str) and any(name in text for name in strange)


def _claims(
    claims: pd.DataFrame, *, keys: frozenset[str], held: frozenset[str], strange: tuple[str, ...]
) -> pd.DataFrame:
    """Keep the claims of sites kept, and those of whole issues that tell of no other site."""
    whole = claims["site_id"].fillna("") == ""
    told = claims[["subject", "found", "reason"]].apply(
        lambda row: any(_names(text, strange) for text in row), axis=1, result_type="reduce"
    )
    of_issue = claims["issue"].fillna("").astype(str).isin(keys)
    wanted = claims["site_id"].isin(held) | (whole & ~told.astype(bool))
    return claims[of_issue & wanted].reset_index(drop=True)


def _plan(plan: Plan, keys: frozenset[str], *, several: bool) -> Plan:
    """Leave out of a plan's records all other issues; its text stays, as what spans point into."""
    issues = tuple(
        issue
        for issue in plan.issues
        if issue_key(plan.doc_id, issue.number, several=several) in keys
    )
    numbers = {issue.number for issue in issues}
    sections = {issue.section for issue in issues}
    return replace(
        plan,
        issues=issues,
        sections=tuple(each for each in plan.sections if each.number in sections),
        checks=tuple(
            check for check in plan.checks if check.issue is None or check.issue in numbers
        ),
    )


def _mentions(
    mentions: Sequence[Mention],
    *,
    keys: frozenset[str],
    held: frozenset[str],
    place: _Territory | None,
    several: bool,
) -> tuple[Mention, ...]:
    """Keep the mentions of sites kept, and in the issues those of the county that make no site."""
    return tuple(
        mention
        for mention in mentions
        if (
            mention.site_id in held
            or (not mention.site_id and (place is None or mention.county in place.names))
        )
        and (
            mention.issue is None
            or issue_key(mention.doc_id, mention.issue, several=several) in keys
        )
    )


def _register(register: Register, held: frozenset[str], strange: tuple[str, ...]) -> Register:
    return replace(
        register,
        members=tuple(member for member in register.members if member.site_id in held),
        notes=tuple(note for note in register.notes if not _names(note, strange)),
    )


def _layers(assessment: Assessment, scope: Scope, *, findings: pd.DataFrame) -> Layers:
    """Cut zones and references to the county's surroundings, and leave out what concerns others.

    A layer without boundaries is left out unless a finding rests on it: it is but a list of names.
    """
    layers = assessment.layers
    if not scope.county:
        return layers
    told = set(findings["layer_id"].dropna())
    infos = tuple(
        info
        for info in layers.infos
        if info.status is not LayerStatus.NOT_DELINEATED or info.layer_id in told
    )
    if not scope.adcodes:
        # A zone nobody knows the county of: what lies around it cannot be told from the rest.
        return replace(layers, infos=infos, zones=layers.zones.iloc[:0], references={})
    county = shapely.union_all([area_polygon(code) for code in scope.adcodes])
    around = buffer_m(county, assessment.settings.max_distance_m)
    return replace(
        layers,
        infos=infos,
        zones=_clipped(layers.zones, around),
        references={name: _clipped(frame, around) for name, frame in layers.references.items()},
    )


def _clipped(frame: gpd.GeoDataFrame, around: BaseGeometry) -> gpd.GeoDataFrame:
    """Cut a layer's shapes, and drop what an edge leaves of lesser dimension."""
    shapely.prepare(around)
    near = frame[shapely.intersects(around, frame.geometry.to_numpy())].reset_index(drop=True)
    shapes = near.geometry.to_numpy().copy()
    out = ~shapely.covers(around, shapes)
    shapes[out] = [_cut_shape(shape, around) for shape in shapes[out]]
    cut = near.set_geometry(gpd.GeoSeries(shapes, index=near.index, crs=frame.crs))
    return cut[~cut.geometry.is_empty].reset_index(drop=True)


def _cut_shape(shape: BaseGeometry, around: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shapely.intersection(shape, around))
    same = parts[shapely.get_dimensions(parts) == shapely.get_dimensions(shape)]
    joined: BaseGeometry = same[0] if len(same) == 1 else shapely.union_all(same)
    return joined
