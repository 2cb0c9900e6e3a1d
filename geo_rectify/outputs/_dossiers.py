"""What is known of each site, drawn together once for the worklist, the field files and the ledger.

Zone names, zone ids and distances from restricted layers are left out here unless the run
includes them, so that no writer can forget to.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify.crs import gauss_kruger_epsg
from geo_rectify.drawing.markup import one_line, sentence_around
from geo_rectify.drawing.symbology import verdict_order, worst_verdict
from geo_rectify.errors import RegionError
from geo_rectify.models import Passage
from geo_rectify.outputs._petitions import petition_words
from geo_rectify.regions import area_name
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import (
    Activity,
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
    from collections.abc import Mapping

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.models import Issue, Mention, Plan
    from geo_rectify.pipeline import Assessment

UNKNOWN_COUNTY: Final = "县（市、区）待核"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One verdict on a site, as it may be shown.

    ``zone_name`` and ``distance_m`` are empty for restricted layers.
    """

    zone_class: ZoneClass
    verdict: Verdict
    words: str
    zone_name: str = ""
    layer_id: str = ""
    layer_version: str = ""
    layer_status: str = ""
    likelihood: float | None = None
    overlap_m2: float | None = None
    share: float | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One site with what the plan, locating and judging say of it.

    Attributes
    ----------
    issues
        Keys and records of its issues, in order.
    mention, plan, sentence
        Its first mention, the document that is in, and the sentence around it; None without.
    measures
        Positions of measures that name the site, by issue key.
    extent
        Whether it is only ever named as an area that is concerned as a whole.
    point
        A position inside the geometry, None without geometry.
    answers
        Verdicts by zone class, worst first.
    activities, cues
        What goes on there, and the words that told (empty where the kind of place did).
    petitions
        How many petitions (信访件) of the registers are about it.
    """

    site_id: str
    name: str
    kind: PlaceType
    county: str
    dev_zone: str
    township: str
    adcode: str
    precision: Precision
    uncertainty_m: float | None
    status: SiteStatus
    relation: str
    source: str
    count: int | None
    area_stated_m2: float | None
    candidates: tuple[str, ...]
    issue_keys: tuple[str, ...]
    issues: tuple[tuple[str, Issue], ...]
    mention: Mention | None
    plan: Plan | None
    sentence: Passage | None
    measures: Mapping[str, tuple[int, ...]]
    extent: bool
    geometry: BaseGeometry | None
    footprint: BaseGeometry | None
    answers: tuple[Answer, ...]
    claims: tuple[Mapping[str, Any], ...]
    activities: tuple[Activity, ...] = (Activity.UNKNOWN,)
    cues: tuple[str, ...] = ()
    petitions: int = 0

    @property
    def told_activities(self) -> tuple[Activity, ...]:
        """Give the activities that words told, by which clauses are chosen."""
        return self.activities if self.cues else ()

    @property
    def activity_words(self) -> str:
        """Name what goes on there: 采矿采石、固体废物."""
        return "、".join(label(activity) for activity in self.activities)

    @property
    def petition_words(self) -> str:
        """Say how often people complained of the site, "" for never: 信访件3件（其中重复2件）."""
        return petition_words(self.petitions, max(0, self.petitions - 1))

    @property
    def place(self) -> str:
        """Give county, development zone and township in words."""
        parts = (self.county.replace("|", "、"), self.dev_zone, self.township)
        return " ".join(part for part in parts if part) or UNKNOWN_COUNTY

    @property
    def group(self) -> str:
        """Give the county the site is filed under."""
        return self.county.replace("|", "、") or UNKNOWN_COUNTY

    @property
    def precision_words(self) -> str:
        """Give the precision with its ± figure."""
        return precision_label(self.precision, self.uncertainty_m)

    @property
    def title(self) -> str:
        """Give the name with its precision: 双岭采石场【实测±10m】."""
        return f"{one_line(self.name)}【{self.precision_words}】"

    @property
    def point(self) -> tuple[float, float] | None:
        """Give lon and lat of a position inside the geometry."""
        if self.geometry is None or self.geometry.is_empty:
            return None
        at = shapely.point_on_surface(self.geometry)
        return float(shapely.get_x(at)), float(shapely.get_y(at))

    @property
    def worst(self) -> Verdict | None:
        """Give the verdict that colours the site."""
        return worst_verdict(answer.verdict for answer in self.answers)

    @property
    def units(self) -> tuple[str, ...]:
        """List the responsible units: of the measures that name the site, else of its issues."""
        named = [
            measure
            for key, issue in self.issues
            for measure in issue.measures
            if measure.position in self.measures.get(key, ())
        ]
        every = [measure for _, issue in self.issues for measure in issue.measures]
        return tuple(dict.fromkeys(unit for measure in named or every for unit in measure.units))

    @property
    def reference(self) -> str:
        """Say in words what is known of the position; never a point nobody measured."""
        within = f"{self.township}境内" if self.township else f"{self.group}境内大致范围"
        known = {
            Precision.TOWNSHIP: f"{within}（{self.precision_words}）",
            Precision.COUNTY: f"仅知在{self.group}境内",
            Precision.PREFECTURE: "仅知在本设区市境内",
            Precision.NONE: "原文未给出可用的位置线索",
        }
        parts = [known.get(self.precision, f"{self.place}（{self.precision_words}）")]
        if self.relation:
            parts.append(f"原文方位：{self.relation}")
        if self.status is SiteStatus.COUNTED:
            parts.append(f"计数点群{self.count or ''}处，尚无逐点名录")
        if self.candidates:
            parts.append("候选：" + "、".join(self.candidates))
        return "；".join(parts)


def dossiers(assessment: Assessment) -> list[Dossier]:
    """Draw together what is known of every site.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    list of Dossier
        By county code (unknown last), county, township, first issue and name.
    """
    issues = {key: issue for key, _, issue in assessment.issues()}
    order = {key: position for position, key in enumerate(issues)}
    mentions = _by_site(assessment.site_mentions)
    plans = {plan.doc_id: plan for plan in assessment.plans}
    footprints = dict(
        zip(assessment.footprints["site_id"], assessment.footprints.geometry, strict=True)
    )
    answers = _answers(assessment)
    claims = _rows_by_site(assessment.claims)
    activities = _activities(assessment)
    petitions = Counter(assessment.petitions["site_id"])
    made = []
    for row, shape in zip(
        assessment.sites.drop(columns=assessment.sites.geometry.name).to_dict("records"),
        assessment.sites.geometry,
        strict=True,
    ):
        site_id = str(row["site_id"])
        named = mentions.get(site_id, [])
        first = named[0] if named else None
        plan = plans.get(first.doc_id) if first else None
        keys = tuple(split_list(row["issue_numbers"]))
        made.append(
            Dossier(
                site_id=site_id,
                name=_text(row["name"]),
                kind=PlaceType(row["kind"]),
                county=_text(row["county"]),
                dev_zone=_text(row["dev_zone"]),
                township=_text(row["township"]),
                adcode=_text(row["adcode"]),
                precision=Precision(row["precision"]),
                uncertainty_m=number(row["uncertainty_m"]),
                status=SiteStatus(row["status"]),
                relation=_text(row["relation"]),
                source=source_label(_text(row["source"])),
                count=None if number(row["count"]) is None else int(row["count"]),
                area_stated_m2=number(row["area_stated_m2"]),
                candidates=candidate_words(row["candidates"]),
                issue_keys=keys,
                issues=tuple((key, issues[key]) for key in keys if key in issues),
                mention=first,
                plan=plan,
                sentence=sentence_around(plan, first.start, end=first.end)
                if plan and first
                else None,
                measures=_measures(named, several=assessment.several),
                extent=bool(named) and all(mention.role is Role.EXTENT for mention in named),
                geometry=None if shape is None or shape.is_empty else shape,
                footprint=footprints.get(site_id),
                answers=tuple(answers.get(site_id, ())),
                claims=tuple(claims.get(site_id, ())),
                **activities.get(site_id, {}),
                petitions=petitions[site_id],
            )
        )
    return sorted(made, key=lambda dossier: _filing(dossier, order))


def number(value: object) -> float | None:
    """Give a cell as a number.

    Parameters
    ----------
    value
        A cell: a number, NaN, `pandas.NA` or None.

    Returns
    -------
    float or None
        None for an empty cell.
    """
    if value is None or str(value) in {"nan", "<NA>", "NaT", ""}:
        return None
    return float(str(value))


def excerpt(passage: Passage, start: int, *, end: int, limit: int) -> Passage:
    """Cut a passage to a length, the span kept in the middle.

    Parameters
    ----------
    passage
        The passage.
    start, end
        The span to keep, in offsets of the same text.
    limit
        Most characters to keep around the span.

    Returns
    -------
    Passage
        The passage itself where it is short enough, else the cut with its own offsets.
    """
    if len(passage.text) <= limit:
        return passage
    spare = max(0, limit - (end - start)) // 2
    first = max(passage.start, min(start - spare, passage.end - limit))
    last = min(passage.end, max(end + spare, passage.start + limit))
    text = passage.text[first - passage.start : last - passage.start]
    return Passage(text=text, start=first, end=last)


def candidate_words(cell: object) -> tuple[str, ...]:
    """Name the candidates of a site in words, without positions.

    Parameters
    ----------
    cell
        The column ``candidates``: JSON, or names joined with ``|``.

    Returns
    -------
    tuple of str
        Name, with where it lies and whose name it is.
    """
    text = _text(cell)
    try:
        entries = json.loads(text) if text else []
    except ValueError:
        entries = split_list(text)
    if not isinstance(entries, list):
        entries = [entries]
    words = []
    for entry in entries:
        if not isinstance(entry, dict):
            words.append(one_line(entry))
            continue
        name = one_line(entry.get("name") or entry.get("candidate") or "")
        county = entry.get("county") or _county(_text(entry.get("adcode")))
        about = [one_line(part or "") for part in (county, entry.get("township"))]
        about.append(one_line(source_label(_text(entry.get("source")))))
        about = [part for part in about if part and part != name]
        words.append(f"{name}（{'，'.join(about)}）" if about else name)
    return tuple(dict.fromkeys(word for word in words if word))


def _county(code: str) -> str:
    """Name the county of a code, "" for none or one of the past."""
    try:
        return area_name(code) if code else ""
    except RegionError:
        return ""


def plane_epsg(found: list[Dossier]) -> int | None:
    """Give the Gauss-Kruger zone most of a run's sites lie in.

    Parameters
    ----------
    found
        The sites.

    Returns
    -------
    int or None
        EPSG code with easting 500000, None where no site has a position or footprint.
    """
    shapes = [dossier.geometry or dossier.footprint for dossier in found]
    lons = sorted(
        float(shapely.get_x(shapely.centroid(shape)))
        for shape in shapes
        if shape is not None and not shape.is_empty
    )
    return gauss_kruger_epsg(lons[len(lons) // 2]) if lons else None


def _filing(dossier: Dossier, order: Mapping[str, int]) -> tuple[Any, ...]:
    first = min((order.get(key, len(order)) for key in dossier.issue_keys), default=len(order))
    return (
        not dossier.county,
        dossier.adcode or "~",
        dossier.county,
        dossier.township or "~",
        first,
        dossier.name,
        dossier.site_id,
    )


def _text(value: object) -> str:
    return "" if value is None or str(value) in {"nan", "<NA>", "None"} else str(value)


def _by_site(mentions: tuple[Mention, ...]) -> dict[str, list[Mention]]:
    """Gather the mentions of each site; those of a problem come before those of a measure."""
    gathered: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.site_id:
            gathered.setdefault(mention.site_id, []).append(mention)
    return gathered


def _measures(named: list[Mention], *, several: bool) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for mention in named:
        word, _, position = mention.field.partition(" ")
        if word == "measure" and position.isdigit() and mention.issue is not None:
            key = f"{mention.doc_id}/{mention.issue}" if several else str(mention.issue)
            found.setdefault(key, []).append(int(position))
    return {key: tuple(sorted(set(positions))) for key, positions in found.items()}


def _rows_by_site(table: pd.DataFrame) -> dict[str, list[Mapping[str, Any]]]:
    gathered: dict[str, list[Mapping[str, Any]]] = {}
    for row in table.to_dict("records"):
        gathered.setdefault(_text(row["site_id"]), []).append(
            {str(name): value for name, value in row.items()}
        )
    return gathered


def _activities(assessment: Assessment) -> dict[str, dict[str, Any]]:
    """Read what goes on at each site, and the words that told, from its first finding."""
    told: dict[str, dict[str, Any]] = {}
    plans = {plan.doc_id: plan for plan in assessment.plans}
    columns = ["site_id", "activity", "activity_evidence"]
    for row in assessment.findings[columns].drop_duplicates("site_id").to_dict("records"):
        names = set(split_list(row["activity"]))
        found = tuple(activity for activity in Activity if activity.value in names)
        cues = []
        for span in split_list(row["activity_evidence"]):
            key, _, offsets = span.rpartition(":")
            plan = plans.get(key.rpartition("/")[0], assessment.plan)
            start, _, end = offsets.partition("-")
            cues.append(plan.text[int(start) : int(end)])
        told[str(row["site_id"])] = {
            "activities": found or (Activity.UNKNOWN,),
            "cues": tuple(dict.fromkeys(cues)),
        }
    return told


def _answers(assessment: Assessment) -> dict[str, list[Answer]]:
    hidden = {
        info.layer_id
        for info in assessment.layers.infos
        if info.sensitivity.value in assessment.settings.hidden_sensitivities
    }
    findings = assessment.findings
    plain = findings.drop(columns=findings.geometry.name)
    ranks = {verdict: rank for rank, verdict in enumerate(verdict_order())}
    classes = {zone_class: rank for rank, zone_class in enumerate(ZoneClass)}
    gathered: dict[str, list[Answer]] = {}
    for row in plain.to_dict("records"):
        secret = _text(row["layer_id"]) in hidden
        verdict = Verdict(row["verdict"])
        reason = _text(row["reason"])
        gathered.setdefault(str(row["site_id"]), []).append(
            Answer(
                zone_class=ZoneClass(row["zone_class"]),
                verdict=verdict,
                words=verdict_label(
                    verdict,
                    reason=_reason(reason),
                    likelihood=number(row["likelihood"]),
                ),
                zone_name="" if secret else _text(row["zone_name"]),
                layer_id=_text(row["layer_id"]),
                layer_version=_text(row["layer_version"]),
                layer_status=_text(row["layer_status"]),
                likelihood=number(row["likelihood"]),
                overlap_m2=number(row["overlap_m2"]),
                share=number(row["share"]),
                distance_m=None if secret else number(row["distance_m"]),
            )
        )
    for found in gathered.values():
        found.sort(key=lambda answer: (ranks[answer.verdict], classes[answer.zone_class]))
    return gathered


def _reason(text: str) -> VerdictReason | None:
    first = text.partition("|")[0]
    return VerdictReason(first) if first in set(VerdictReason) else None
