"""Judging: overlaps, layers, statements and rules become one finding a site and zone class."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from geo_rectify.crs import require_crs
from geo_rectify.findings.activities import site_activities
from geo_rectify.findings.checking import check_found
from geo_rectify.findings.claims import find_claims, in_order
from geo_rectify.findings.delineation import undelineated
from geo_rectify.findings.evidence import gather, zones_of
from geo_rectify.findings.notes import Known, distance_band, missing_note, note_on
from geo_rectify.findings.petitions import petition_claims
from geo_rectify.findings.records import Judgement
from geo_rectify.findings.registers import register_claims
from geo_rectify.findings.rules import load_rules, rules_for
from geo_rectify.findings.standing import (
    class_layers,
    held_by,
    hidden,
    joined_coverage,
    within_county,
)
from geo_rectify.findings.verdicts import NOTHING, Basis, Case, Overlap, Ruling, rule_on
from geo_rectify.models import issue_key, with_members
from geo_rectify.overlay import common_area
from geo_rectify.tables import (
    CLASS_OVERLAPS,
    FINDINGS,
    FOOTPRINTS,
    LAYER_ZONES,
    SITES,
    geoframe_of,
    join_list,
    validate,
)
from geo_rectify.vocabulary import PlaceType, Precision, Verdict, VerdictReason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.catalogue.records import LayerInfo, Layers
    from geo_rectify.findings.activities import SiteActivity
    from geo_rectify.findings.claims import Claim
    from geo_rectify.findings.delineation import Undelineated
    from geo_rectify.findings.evidence import Evidence
    from geo_rectify.findings.records import Rule
    from geo_rectify.findings.standing import ClassLayers
    from geo_rectify.models import Mention, Plan, Register
    from geo_rectify.settings import Settings

_AREAL: Final = 2


def judge(
    sites: gpd.GeoDataFrame,
    footprints: gpd.GeoDataFrame,
    *,
    overlaps: pd.DataFrame,
    layers: Layers,
    plans: Sequence[Plan],
    mentions: Sequence[Mention],
    settings: Settings,
    rules: Sequence[Rule] | None = None,
    registers: Sequence[Register] = (),
    petitions: pd.DataFrame | None = None,
) -> Judgement:
    """Judge every site against every zone class, and check the plans' own claims.

    Parameters
    ----------
    sites, footprints
        `tables.SITES` and `tables.FOOTPRINTS`, EPSG:4490.
    overlaps
        `tables.CLASS_OVERLAPS` of the footprints (or surveyed outlines) with ``layers.zones``.
    layers
        The layers; those not in force on ``settings.as_of`` are left out.
    plans, mentions
        The documents, and their mentions with site_id.
    settings
        Day, thresholds, whether restricted layers may be told, whether it is a demo.
    rules
        Dated clauses; None for the shipped ones.
    registers
        Registers joined to the issues: their rows share the evidence of the set they list.
    petitions
        `tables.PETITIONS` of registers that list petitions; None for none.

    Returns
    -------
    Judgement
        One finding for each site and each class of `CORE_CLASSES` or of a loaded layer, in the
        order of the sites and of `ZoneClass`; the claims; all rules.

    Raises
    ------
    TableError
        A table lacks columns.
    CRSError
        A table is not in EPSG:4490.
    """
    validate(sites, SITES)
    validate(footprints, FOOTPRINTS)
    validate(overlaps, CLASS_OVERLAPS)
    validate(layers.zones, LAYER_ZONES)
    require_crs(sites, name="sites")
    known = tuple(rules) if rules is not None else load_rules()
    classes = class_layers(layers, settings)
    shared = with_members(mentions, registers)
    bench = _Bench(
        layers=layers,
        classes=classes,
        settings=settings,
        rules=known,
        evidence=gather(
            sites,
            footprints,
            overlaps=overlaps,
            layers=layers,
            classes=classes,
            settings=settings,
        ),
        said=undelineated(sites, plans=plans, mentions=shared, layers=layers, settings=settings),
        footprints=dict(zip(footprints["site_id"].astype(str), footprints.geometry, strict=True)),
        covered=_coverage(sites, footprints, classes),
        zones={
            str(row["zone_id"]): row
            for basis in (Basis.OFFICIAL, Basis.OTHER)
            for row in _records(zones_of(layers, classes, basis), geometry=True)
        },
        activities=site_activities(
            plans,
            shared,
            {str(row["site_id"]): PlaceType(row["kind"]) for row in _records(sites)},
        ),
    )
    claims = find_claims(plans, mentions)
    told = () if petitions is None else petition_claims(plans, petitions)
    claims = in_order((*claims, *register_claims(claims, plans, registers), *told), plans)
    spans = _evidence_cells(plans, shared)
    rows = [
        _finding(bench, site, held, claims=claims, evidence=spans.get(str(site["site_id"]), ""))
        for site in _records(sites)
        for held in classes.values()
    ]
    findings = geoframe_of(rows, FINDINGS)
    validate(findings, FINDINGS)
    return Judgement(
        findings=findings,
        claims=check_found(
            claims,
            findings=findings,
            demo=settings.demo,
            registers=registers,
            petitions=petitions,
        ),
        rules=known,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What all findings of a run share.

    ``covered`` is by layer ids, then site; ``drawn`` keeps overlaps that several sites share.
    """

    layers: Layers
    classes: Mapping[str, ClassLayers]
    settings: Settings
    rules: tuple[Rule, ...]
    evidence: Evidence
    said: Mapping[tuple[str, str], Undelineated]
    footprints: Mapping[str, BaseGeometry | None]
    covered: Mapping[tuple[str, ...], Mapping[str, bool]]
    zones: Mapping[str, dict[str, Any]]
    activities: Mapping[str, SiteActivity]
    drawn: dict[tuple[object, ...], BaseGeometry | None] = field(default_factory=dict)


def _finding(
    bench: _Bench,
    site: dict[str, Any],
    held: ClassLayers,
    *,
    claims: Sequence[Claim],
    evidence: str,
) -> dict[str, Any]:
    site_id = str(site["site_id"])
    key = (site_id, held.zone_class)
    precision = Precision(site["precision"])
    case = Case(
        precision=precision,
        has_footprint=bench.footprints.get(site_id) is not None,
        undelineated=bench.said[key].reason if key in bench.said else None,
        official=bench.evidence.footprint(Basis.OFFICIAL, key),
        other=bench.evidence.footprint(Basis.OTHER, key),
        outline=bench.evidence.outline(Basis.OFFICIAL, key),
        has_layer=bool(held.every),
        official_covers=bench.covered[_ids(held.official)].get(site_id, False),
        any_covers=bench.covered[_ids(held.every)].get(site_id, False),
    )
    ruling = rule_on(case)
    deciding = _deciding(bench, ruling, case, key)
    infos = _deciding_layers(bench, ruling, deciding, held, said=bench.said.get(key))
    activity = bench.activities[site_id]
    clauses = rules_for(
        bench.rules,
        held.zone_class,
        day=bench.settings.as_of,
        adcode=_text(site.get("adcode")),
        activities=activity.told,
    )
    row = {
        "finding_id": _short_hash(f"{site_id}|{held.zone_class}"),
        "site_id": site_id,
        "site_name": site["name"],
        "issue_numbers": _text(site.get("issue_numbers")),
        "precision": precision.value,
        "zone_class": held.zone_class,
        "layer_id": join_list(info.layer_id for info in infos),
        "layer_version": join_list(info.version for info in infos),
        "layer_status": join_list(info.status.value for info in infos),
        "verdict": ruling.verdict.value,
        "reason": "" if ruling.reason is None else ruling.reason.value,
        "likelihood": ruling.likelihood,
        "rule_ids": join_list(rule.rule_id for rule in clauses),
        "claim_ids": join_list(
            claim.claim_id
            for claim in claims
            if claim.site_id == site_id and held.zone_class in claim.classes
        ),
        "evidence": evidence,
        "activity": join_list(member.value for member in activity.activities),
        "activity_evidence": activity.evidence,
        "note": note_on(
            ruling,
            known=Known(
                precision=precision,
                uncertainty_m=_number(site.get("uncertainty_m")),
                status=_text(site.get("status")),
                count=_whole(site.get("count")),
            ),
            layers=infos,
            said=bench.said.get(key),
            outlined=case.outline is not None,
            touching=bool(deciding.zone_ids),
            ruled=bool(clauses),
            settings=bench.settings,
        ),
    }
    row |= _figures(bench, ruling, deciding, key)
    row |= _zone_cells(bench, ruling, deciding, key)
    row["note"] += missing_note(bench.layers.infos, held.zone_class)
    if bench.settings.public and row["distance_m"] is not None:
        row["note"] += distance_band(row["distance_m"])
        row["distance_m"] = None
    return row


def _deciding(bench: _Bench, ruling: Ruling, case: Case, key: tuple[str, str]) -> Overlap:
    """Choose the overlap a verdict rests on; a surveyed outline's own before its footprint's."""
    if ruling.basis is Basis.STATEMENT or ruling.reason is VerdictReason.NO_FOOTPRINT:
        return NOTHING
    if ruling.basis in {Basis.OFFICIAL, Basis.OTHER}:
        outline = bench.evidence.outline(ruling.basis, key)
        if outline is not None and outline.real:
            return outline
        return case.official if ruling.basis is Basis.OFFICIAL else case.other
    return case.official if case.official.zone_id else case.other


def _deciding_layers(
    bench: _Bench,
    ruling: Ruling,
    deciding: Overlap,
    held: ClassLayers,
    *,
    said: Undelineated | None,
) -> tuple[LayerInfo, ...]:
    """Give the layer of the deciding zone; where nothing overlaps, all that were asked."""
    if ruling.basis is Basis.STATEMENT:
        return () if said is None or said.layer is None else (said.layer,)
    if deciding.real:
        zone = bench.zones.get(deciding.zone_id)
        return () if zone is None else (bench.layers.info(str(zone["layer_id"])),)
    if ruling.verdict is Verdict.CLEAR:
        return held.official
    return held.every


def _figures(
    bench: _Bench, ruling: Ruling, deciding: Overlap, key: tuple[str, str]
) -> dict[str, float | None]:
    """Give areas, for surveyed outlines only, and the distance where it says something."""
    figures: dict[str, float | None] = {"overlap_m2": None, "share": None, "distance_m": None}
    if ruling.verdict in {Verdict.CONFLICT, Verdict.POSSIBLE, Verdict.CLEAR}:
        outline = bench.evidence.outline(ruling.basis, key)
        if outline is not None:
            areal = shapely.get_dimensions(bench.evidence.outlined[key[0]]) == _AREAL
            figures |= {"overlap_m2": outline.overlap_m2 if areal else None, "share": outline.share}
    silent = {VerdictReason.PRECISION, VerdictReason.NO_FOOTPRINT}
    if ruling.verdict is not Verdict.NOT_DELINEATED and ruling.reason not in silent:
        figures["distance_m"] = deciding.distance_m
    return figures


def _zone_cells(
    bench: _Bench, ruling: Ruling, deciding: Overlap, key: tuple[str, str]
) -> dict[str, Any]:
    """Name the zones and draw the overlap, unless a restricted layer is among them."""
    cells: dict[str, Any] = {"zone_id": "", "zone_name": "", "zone_ids": "", "geometry": None}
    said = bench.said.get(key)
    if ruling.basis is Basis.STATEMENT and said is not None and said.layer is not None:
        return cells if hidden(said.layer, bench.settings) else cells | {"zone_name": said.words}
    touched = {deciding.zone_id, *deciding.zone_ids} - {""}
    rows = {zone: bench.zones[zone] for zone in sorted(touched) if zone in bench.zones}
    infos = {str(row["layer_id"]) for row in rows.values()}
    if any(hidden(bench.layers.info(name), bench.settings) for name in sorted(infos)):
        return cells | {"distance_m": None}
    if not touched:
        return cells
    named = rows.get(deciding.zone_id)
    cells |= {
        "zone_id": deciding.zone_id,
        "zone_name": "" if named is None else _text(named["zone_name"]),
        "zone_ids": join_list(deciding.zone_ids),
    }
    if deciding.real:
        outline = bench.evidence.outline(ruling.basis, key)
        figure = outline is not None and outline.real
        shape = bench.evidence.outlined[key[0]] if figure else bench.footprints[key[0]]
        shapes = [row["geometry"] for row in rows.values()]
        known = (shapely.to_wkb(shape), *rows)
        if known not in bench.drawn:
            bench.drawn[known] = common_area(shape, shapes)
        cells["geometry"] = bench.drawn[known]
    return cells


def _coverage(
    sites: gpd.GeoDataFrame,
    footprints: gpd.GeoDataFrame,
    classes: Mapping[str, ClassLayers],
) -> dict[tuple[str, ...], dict[str, bool]]:
    """Say for each set of layers which footprints their coverages hold."""
    codes = {str(row["site_id"]): _text(row.get("adcode")) for row in _records(sites)}
    ids = footprints["site_id"].astype(str).tolist()
    shapes = list(footprints.geometry)
    keys = [
        (shapely.to_wkb(shape), codes.get(key, "")) for key, shape in zip(ids, shapes, strict=True)
    ]
    # many sites share the footprint of a county, and many layers one coverage
    distinct = dict(zip(keys, shapes, strict=True))
    own = {key: within_county(shape, key[1]) for key, shape in distinct.items()}
    told: dict[bytes | None, dict[tuple[bytes | None, str], bool]] = {}
    covered: dict[tuple[str, ...], dict[str, bool]] = {}
    for held in classes.values():
        for infos in (held.official, held.every):
            area = joined_coverage(infos)
            wkb = None if area is None else shapely.to_wkb(area)
            if wkb not in told:
                flags = held_by(np.array([*own.values(), None], dtype=object), area)
                told[wkb] = dict(zip(own, flags.tolist(), strict=False))
            covered[_ids(infos)] = {
                site_id: told[wkb][key] for site_id, key in zip(ids, keys, strict=True)
            }
    return covered


def _ids(infos: Sequence[LayerInfo]) -> tuple[str, ...]:
    return tuple(info.layer_id for info in infos)


def _evidence_cells(plans: Sequence[Plan], mentions: Sequence[Mention]) -> dict[str, str]:
    """Join the spans of each site's mentions as ``issue:start-end``, in document order."""
    order = {plan.doc_id: at for at, plan in enumerate(plans)}
    several = len(plans) > 1
    cells: dict[str, list[str]] = {}
    for mention in sorted(mentions, key=lambda m: (order.get(m.doc_id, 0), m.start, m.end)):
        if mention.site_id:
            issue = issue_key(mention.doc_id, mention.issue, several=several)
            cells.setdefault(mention.site_id, []).append(f"{issue}:{mention.start}-{mention.end}")
    return {site_id: "|".join(spans) for site_id, spans in cells.items()}


def _records(frame: gpd.GeoDataFrame, *, geometry: bool = False) -> list[dict[str, Any]]:
    table = pd.DataFrame(frame if geometry else frame.drop(columns="geometry"))
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def _number(cell: Any) -> float | None:
    return None if cell is None or pd.isna(cell) else float(cell)


def _whole(cell: Any) -> int | None:
    return None if cell is None or pd.isna(cell) else int(cell)
