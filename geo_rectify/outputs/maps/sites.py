"""What the page says of each site: its sentence, issues, verdicts and position, as plain data."""

from __future__ import annotations

import json
import math
import urllib.parse
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify.crs import (
    M2_PER_HECTARE,
    M2_PER_MU,
    format_degrees,
    format_dms,
    wgs84_to_gcj02,
)
from geo_rectify.drawing.markup import sentence_around, status_mark
from geo_rectify.drawing.symbology import (
    progress_styles,
    shape_of,
    verdict_order,
    worst_verdict,
)
from geo_rectify.models import issue_key
from geo_rectify.outputs._petitions import by_issue, by_site
from geo_rectify.outputs._progress import UNSTATED, issue_standing
from geo_rectify.outputs.maps.shapes import ShapeTable, geojson
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import (
    LayerStatus,
    PlaceType,
    Precision,
    Role,
    SiteStatus,
    Verdict,
    VerdictReason,
    ZoneClass,
    label,
    precision_label,
    source_label,
    verdict_label,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.models import Issue, Mention, Plan
    from geo_rectify.pipeline import Assessment

_BEFORE: Final = 70
_HIT: Final = 120
_AFTER: Final = 110
_EXACT: Final = frozenset({Precision.SURVEYED, Precision.FEATURE, Precision.STREET})
_NAVIGATION: Final = "https://uri.amap.com/marker"
_LINK_NAME: Final = 40
_HINTS: Final = 3
_CANDIDATES: Final = 5


def shortened_sentence(plan: Plan, start: int, *, end: int) -> tuple[str, str, str]:
    """Cut out the sentence around a span, shortened on both sides.

    Parameters
    ----------
    plan
        The document.
    start, end
        The span, half-open.

    Returns
    -------
    tuple of str
        What stands before, the span itself, what follows; "…" where something was left out.
    """
    passage = sentence_around(plan, start, end=end)
    before = plan.text[passage.start : start]
    hit = plan.text[start:end]
    after = plan.text[end : passage.end]
    if len(before) > _BEFORE:
        before = "…" + before[-_BEFORE:]
    if len(hit) > _HIT:
        hit = hit[:_HIT] + "…"
    if len(after) > _AFTER:
        after = after[:_AFTER] + "…"
    return before, hit, after


def issue_entries(
    assessment: Assessment, *, states: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, Any]]:
    """Describe every issue: number, heading, deadline, progress and responsible units.

    Parameters
    ----------
    assessment
        The run.
    states
        States of progress people wrote, by issue key.

    Returns
    -------
    dict
        Entries by issue key.
    """
    entries = {}
    petitions = by_issue(assessment.petitions)
    for key, plan, issue in assessment.issues():
        entries[key] = {
            "number": issue.number,
            "document": plan.title if assessment.several else "",
            "heading": issue.heading or issue.problem.text,
            "deadline": _deadline(issue),
            "due": _due(issue),
            "progress": _progress(issue, states.get(key), as_of=assessment.settings.as_of),
            "units": _units(issue),
            "acceptance": [unit.unit for unit in issue.acceptance.units]
            if issue.acceptance
            else [],
        }
        if key in petitions:
            entries[key]["petitions"] = petitions[key]
    return entries


def _progress(issue: Issue, told: Iterable[str] | None, *, as_of: dt.date) -> str:
    """Give the most pressing state: as people wrote it, else what the dates alone tell."""
    if told is not None:
        return pressing(told)
    state = issue_standing(issue, as_of=as_of).state
    return UNSTATED if state is None else state.value


def pressing(states: Iterable[str]) -> str:
    """Give the most pressing of some states of progress; words nobody knows count as no deadline.

    Parameters
    ----------
    states
        States (进度状态).

    Returns
    -------
    str
        One of `symbology.progress_styles`.
    """
    order = list(progress_styles())
    return min((one for one in states if one in order), key=order.index, default=UNSTATED)


def colour_by_progress(
    sites: Sequence[dict[str, Any]], issues: Mapping[str, Mapping[str, Any]]
) -> None:
    """Set the state of each site: the most pressing one of its issues.

    Parameters
    ----------
    sites
        As `site_entries` gives; each gets ``progress``.
    issues
        As `issue_entries` gives.
    """
    for site in sites:
        site["progress"] = pressing(
            issues[key]["progress"] for key in site["issues"] if key in issues
        )


def _deadline(issue: Issue) -> str:
    deadline = issue.deadline
    if deadline is None:
        return ""
    raw = deadline.raw.strip().rstrip("。；")
    return raw if deadline.date is None else f"{raw}（{deadline.date:%Y-%m-%d}）"


def _due(issue: Issue) -> str:
    """Give what deadlines are filtered by: the month, else the plan's words."""
    deadline = issue.deadline
    if deadline is None:
        return ""
    if deadline.date is not None:
        return f"{deadline.date:%Y-%m}"
    return deadline.raw.strip().rstrip("。；")


def _units(issue: Issue) -> list[str]:
    named: dict[str, None] = {}
    for measure in issue.measures:
        for unit in (*measure.lead_units, *measure.units, *measure.supporting_units):
            named.setdefault(unit)
    return list(named)


def site_entries(assessment: Assessment, *, areas: ShapeTable) -> list[dict[str, Any]]:
    """Describe every site of a run.

    Parameters
    ----------
    assessment
        The run.
    areas
        Takes up footprints and areas; entries name them by number.

    Returns
    -------
    list of dict
        One entry a site, in the order of the sites table.
    """
    plans = {plan.doc_id: plan for plan in assessment.plans}
    mentions = _mentions_by_site(assessment)
    footprints = dict(
        zip(assessment.footprints["site_id"], assessment.footprints.geometry, strict=True)
    )
    findings = _findings_by_site(assessment)
    petitions = by_site(assessment.petitions)
    entries = []
    for cells in assessment.sites.to_dict("records"):
        row: dict[str, Any] = {str(name): cell for name, cell in cells.items()}
        site_id = str(row["site_id"])
        own = mentions.get(site_id, [])
        entry = _identity(row, own)
        entry |= _position(row, footprints.get(site_id), areas)
        entry |= _verdicts(findings.get(site_id, []), assessment)
        entry["sentences"] = _sentences(own, plans, several=assessment.several)
        if site_id in petitions:
            entry["petitions"] = petitions[site_id]
        entries.append(entry)
    return entries


def _mentions_by_site(assessment: Assessment) -> dict[str, list[Mention]]:
    grouped: dict[str, list[Mention]] = {}
    for mention in assessment.site_mentions:
        if mention.site_id:
            grouped.setdefault(mention.site_id, []).append(mention)
    return grouped


def _findings_by_site(assessment: Assessment) -> dict[str, list[dict[str, Any]]]:
    plain = assessment.findings.drop(columns=assessment.findings.geometry.name)
    grouped: dict[str, list[dict[str, Any]]] = {}
    for cells in plain.to_dict("records"):
        row = {str(name): cell for name, cell in cells.items()}
        grouped.setdefault(str(row["site_id"]), []).append(row)
    return grouped


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def _number(cell: object) -> float | None:
    if not isinstance(cell, int | float) or math.isnan(cell):
        return None
    return float(cell)


def _identity(row: Mapping[str, Any], mentions: Sequence[Mention]) -> dict[str, Any]:
    precision = Precision(row["precision"])
    kind = PlaceType(row["kind"])
    count, area = _number(row["count"]), _number(row["area_stated_m2"])
    stated = []
    if count is not None:
        stated.append(f"方案载明{count:.0f}处")
    if area is not None:
        stated.append(f"载明面积{area / M2_PER_MU:.0f}亩")
    roles = {mention.role for mention in mentions}
    place = ["、".join(split_list(row["county"])), _text(row["township"])]
    zone = _text(row["dev_zone"])
    return {
        "id": str(row["site_id"]),
        "name": _text(row["name"]) or "（未命名）",
        "aliases": split_list(row["aliases"]),
        "kind": label(kind),
        "shape": shape_of(kind).name,
        "counties": _text(row["county"]),
        "candidates": _candidates(_text(row["candidates"])),
        "county": "".join(place) + (f"（{zone}）" if zone else ""),
        "precision": precision.value,
        "precision_word": label(precision),
        "precision_label": precision_label(precision, _number(row["uncertainty_m"])),
        "exact": precision in _EXACT,
        "extent": bool(roles) and roles == {Role.EXTENT},
        "counted": row["status"] == SiteStatus.COUNTED,
        "stated": "，".join(stated),
        "relation": _text(row["relation"]),
        "source": source_label(_text(row["source"])),
        "issues": split_list(row["issue_numbers"]),
    }


def _position(
    row: Mapping[str, Any], footprint: BaseGeometry | None, areas: ShapeTable
) -> dict[str, Any]:
    shape = row["geometry"]
    drawn: dict[str, Any] = {"at": None, "area": None, "outline": None, "coordinates": []}
    if footprint is not None and not footprint.is_empty:
        drawn["area"] = areas.add(footprint)
    if shape is None or shape.is_empty:
        return drawn
    point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
    lon, lat = float(point.x), float(point.y)
    if shape.geom_type != "Point":
        drawn["outline"] = geojson(shape, tolerance_m=1.0)
    uncertainty = _number(row["uncertainty_m"])
    east, north = wgs84_to_gcj02(lon, lat)
    drawn["at"] = [round(lat, 6), round(lon, 6)]
    drawn["coordinates"] = [
        _coordinates("2000国家大地坐标系 / WGS84", lon, lat, uncertainty),
        _coordinates("GCJ-02（高德、腾讯、奥维）", float(east), float(north), uncertainty),
    ]
    drawn["navigation"] = _navigation(_text(row["name"]), lon, lat, uncertainty)
    return drawn


def _coordinates(title: str, lon: float, lat: float, uncertainty: float | None) -> dict[str, str]:
    east, north = (format_dms(value, uncertainty_m=uncertainty) for value in (lon, lat))
    plain = (format_degrees(value, uncertainty_m=uncertainty) for value in (lon, lat))
    return {"title": title, "dms": f"东经{east} 北纬{north}", "decimal": ", ".join(plain)}


def _navigation(name: str, lon: float, lat: float, uncertainty: float | None) -> str:
    """Give the link that opens 高德 at a position, which it shifts to GCJ-02 itself."""
    position = [format_degrees(value, uncertainty_m=uncertainty) for value in (lon, lat)]
    query = {
        "position": ",".join(position),
        "name": name[:_LINK_NAME],
        "coordinate": "wgs84",
        "callnative": "1",
    }
    return f"{_NAVIGATION}?{urllib.parse.urlencode(query, errors='replace')}"


def _sentences(
    mentions: Sequence[Mention], plans: Mapping[str, Plan], *, several: bool
) -> list[dict[str, str]]:
    first: dict[tuple[str, int | None], Mention] = {}
    for mention in sorted(mentions, key=lambda one: (one.doc_id, one.start)):
        first.setdefault((mention.doc_id, mention.issue), mention)
    shown = []
    for (doc_id, number), mention in first.items():
        if doc_id not in plans:
            continue
        before, hit, after = shortened_sentence(plans[doc_id], mention.start, end=mention.end)
        key = "" if number is None else issue_key(doc_id, number, several=several)
        shown.append(
            {
                "issue": key,
                "before": before,
                "hit": hit,
                "after": after,
                "locator": mention.locator,
            }
        )
    return shown


def hidden_layers(assessment: Assessment) -> frozenset[str]:
    """Give the ids of restricted layers that may not be shown.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    frozenset of str
        Layer ids; empty when the settings include restricted layers.
    """
    return frozenset(
        info.layer_id
        for info in assessment.layers.infos
        if info.sensitivity.value in assessment.settings.hidden_sensitivities
    )


def is_unofficial(status: str, *, demo: bool) -> bool:
    """Say whether what rests on a layer stays out of headline figures.

    Parameters
    ----------
    status
        The layer's status, "" without a layer.
    demo
        Whether the run is a demo, which treats its sample layers as official.

    Returns
    -------
    bool
        True for draft and schematic layers outside a demo.
    """
    return not demo and status in {LayerStatus.DRAFT, LayerStatus.SCHEMATIC}


def layer_mark(status: str) -> str:
    """Give the mark beside what rests on a layer that is not official.

    Parameters
    ----------
    status
        The layer's status, "" without a layer.

    Returns
    -------
    str
        ``（示意图层，不作依据）``, ``（草案图层）`` or "".
    """
    return "（草案图层）" if status == LayerStatus.DRAFT else status_mark(status)


def _verdicts(rows: Sequence[Mapping[str, Any]], assessment: Assessment) -> dict[str, Any]:
    hidden = hidden_layers(assessment)
    rules = {rule.rule_id: rule for rule in assessment.rules if rule.checked_on is not None}
    order = list(ZoneClass)
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda one: order.index(ZoneClass(one["zone_class"]))):
        verdict = Verdict(row["verdict"])
        reason = VerdictReason(row["reason"]) if _text(row["reason"]) else None
        words = verdict_label(verdict, reason=reason, likelihood=_number(row["likelihood"]))
        detail = _detail(row, hidden=row["layer_id"] in hidden)
        group = groups.setdefault(
            (words, detail),
            {"verdict": verdict.value, "label": words, "detail": detail, "zones": [], "rules": []},
        )
        group["zones"].append(label(ZoneClass(row["zone_class"])))
        for rule_id in split_list(row["rule_ids"]):
            if verdict in {Verdict.CONFLICT, Verdict.POSSIBLE} and rule_id in rules:
                cited = f"{rules[rule_id].title}{rules[rule_id].article}"
                if cited not in group["rules"]:
                    group["rules"].append(cited)
    worst = worst_verdict(Verdict(row["verdict"]) for row in rows)
    # an official layer's finding of the same verdict outweighs one of a draft or a sketch
    unofficial = worst in {Verdict.CONFLICT, Verdict.POSSIBLE} and all(
        is_unofficial(_text(row["layer_status"]), demo=assessment.settings.demo)
        for row in rows
        if row["verdict"] == worst
    )
    worst = worst or Verdict.NOT_COVERED
    ranked = sorted(groups.values(), key=lambda one: _rank(Verdict(one["verdict"])))
    return {"verdict": worst.value, "unofficial": unofficial, "verdicts": ranked}


def _rank(verdict: Verdict) -> int:
    return verdict_order().index(verdict)


def _detail(row: Mapping[str, Any], *, hidden: bool) -> str:
    parts = []
    if not hidden:
        parts.append(_text(row["zone_name"]))
        overlap, distance = _number(row["overlap_m2"]), _number(row["distance_m"])
        if overlap is not None:
            hectares, mu = overlap / M2_PER_HECTARE, overlap / M2_PER_MU
            parts.append(f"压占{hectares:.4f}公顷（{mu:.2f}亩）")
        elif distance is not None and distance > 0:
            parts.append(f"最近距离{_distance(distance)}")
    parts.append(layer_mark(_text(row["layer_status"])))
    return "，".join(part for part in parts if part).replace("，（", "（")


def _distance(metres: float) -> str:
    return f"{metres:.0f}米" if metres < 1000 else f"{metres / 1000:.1f}千米"  # noqa: PLR2004


def worklist_groups(assessment: Assessment) -> list[dict[str, Any]]:
    """Group the places still to be located by county.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    list of dict
        Counties in the order of their first place, those without one last; each with the ids of
        its sites, why each is not located, and what is known of it.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in assessment.unlocated.to_dict("records"):
        county = "、".join(split_list(row["county"]))
        groups.setdefault(county, []).append(
            {
                "site": str(row["site_id"]),
                "reason": _text(row["reason"]),
                "hints": _hints(_text(row["candidates"])),
            }
        )
    named = sorted(groups, key=lambda county: county == "")
    return [{"county": county or "所属县待查", "places": groups[county]} for county in named]


def _hints(cell: str) -> list[str]:
    names = [str(one.get("name") or "") for one in _read_candidates(cell)]
    return [name for name in dict.fromkeys(names) if name][:_HINTS]


def _read_candidates(cell: str) -> list[dict[str, Any]]:
    try:
        candidates = json.loads(cell) if cell else []
    except ValueError:
        return []
    if not isinstance(candidates, list):
        return []
    return [one for one in candidates if isinstance(one, dict)]


def _candidates(cell: str) -> list[dict[str, str]]:
    """Give the candidates people may confirm or reject: those with an id."""
    shown = []
    for one in _read_candidates(cell):
        if not one.get("id"):
            continue
        name = str(one.get("name") or "（未命名）")
        about = [str(one.get("township") or ""), source_label(str(one.get("source") or ""))]
        detail = "，".join(part for part in about if part)
        words = f"{name}（{detail}）" if detail else name
        shown.append({"id": str(one["id"]), "name": name, "words": words})
    return shown[:_CANDIDATES]
