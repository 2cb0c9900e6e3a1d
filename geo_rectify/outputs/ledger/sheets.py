"""What a run puts into the ledger (台账): a row an issue, a row a measure, and what they rest on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from geo_rectify.crs import M2_PER_HECTARE, M2_PER_MU, format_dms
from geo_rectify.drawing.markup import one_line
from geo_rectify.drawing.symbology import verdict_order
from geo_rectify.outputs._dossiers import Dossier, dossiers, number
from geo_rectify.outputs._progress import issue_standing, measure_standing
from geo_rectify.outputs._workbook import stamp_of
from geo_rectify.outputs.ledger.book import LedgerBook, Table, digests
from geo_rectify.outputs.ledger.columns import (
    CLAIM_COLUMNS,
    FINDING_COLUMNS,
    ISSUES,
    LISTED_PETITIONS,
    MEASURES,
    PETITIONS,
    REBOUND,
    SELF_CHECKS,
    SHEETS,
    SITE_COLUMNS,
    STATE_HEADER,
    UNLOCATED_COLUMNS,
    WHERE_NEEDED,
)
from geo_rectify.outputs.ledger.documents import (
    key_cell,
    listed_petition_rows,
    named_later,
    petition_rows,
    problem_words,
    self_check_rows,
)
from geo_rectify.scope import EVERY_COUNTY
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import LayerStatus, PlaceType, Precision, SiteStatus, label

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from geo_rectify.models import Issue, Measure, Plan
    from geo_rectify.outputs._workbook import SheetColumn
    from geo_rectify.pipeline import Assessment

NO_PLACE: Final = "不涉及具体点位"


def ledger_book(assessment: Assessment) -> LedgerBook:
    """Set out the ledger of a run as it is before anybody wrote into it.

    Parameters
    ----------
    assessment
        The run; states of progress are those of ``settings.as_of``.

    Returns
    -------
    LedgerBook
        Issues, measures, petitions, sites, findings, claims, self-checks and places to be found.
    """
    known = dossiers(assessment)
    by_issue: dict[str, list[Dossier]] = {}
    for dossier in known:
        for key in dossier.issue_keys:
            by_issue.setdefault(key, []).append(dossier)
    counties = _counties(known)
    as_of = assessment.settings.as_of
    again = named_later(assessment, by_issue)
    rows: dict[str, list[dict[str, object]]] = {
        ISSUES: [
            _issue_row(
                key, plan, issue, sites=by_issue.get(key, []), counties=counties, as_of=as_of
            )
            | {REBOUND: again.get(key, "")}
            for key, plan, issue in assessment.issues()
        ],
        MEASURES: [
            _measure_row(
                key, issue, measure, sites=by_issue.get(key, []), counties=counties, as_of=as_of
            )
            for key, _, issue in assessment.issues()
            for measure in issue.measures
        ],
        "点位": _named(SITE_COLUMNS, map(_site_row, known)),
        "判定": _named(
            FINDING_COLUMNS, (row for dossier in known for row in _finding_rows(dossier))
        ),
        "核对": _named(CLAIM_COLUMNS, _claim_rows(assessment, known)),
        "未定位": _named(UNLOCATED_COLUMNS, _unlocated_rows(assessment, known)),
        PETITIONS: list(petition_rows(assessment, by_issue)),
        LISTED_PETITIONS: list(listed_petition_rows(assessment.petitions, known)),
        SELF_CHECKS: list(self_check_rows(assessment)),
    }
    tables = {
        kind.name: Table(
            headers=tuple(column.header for column in kind.columns),
            rows=tuple(
                {column.header: row.get(column.header) for column in kind.columns}
                for row in rows[kind.name]
            ),
        )
        for kind in SHEETS
        if kind.name in rows and (rows[kind.name] or kind.name not in WHERE_NEEDED)
    }
    return LedgerBook(source="", stamp=stamp_of(assessment), tables=tables, written=digests(tables))


def _named(
    columns: tuple[SheetColumn, ...], rows: Iterable[list[object]]
) -> list[dict[str, object]]:
    headers = [column.header for column in columns]
    return [dict(zip(headers, row, strict=True)) for row in rows]


def _issue_row(
    key: str,
    plan: Plan,
    issue: Issue,
    *,
    sites: list[Dossier],
    counties: list[str],
    as_of: dt.date,
) -> dict[str, object]:
    standing = issue_standing(issue, as_of=as_of)
    measures, deadlines = [], []
    for measure in issue.measures:
        numbered = f"{measure.position}．"
        measures.append(f"{numbered}{one_line(measure.text)}")
        own = measure_standing(measure, issue, as_of=as_of)
        deadlines.append(f"{numbered}{own.words}")
    person = one_line(issue.responsible_person.text) if issue.responsible_person else ""
    units = [unit for measure in issue.measures for unit in measure.units]
    leads = [unit for measure in issue.measures for unit in measure.lead_units]
    return {
        "序号": key_cell(key),
        "督察来源": one_line(plan.inspection or plan.title) or plan.source_name,
        "问题类别": _section(plan, issue),
        "反馈问题": problem_words(issue),
        "整改目标": issue.goal.text if issue.goal else "",
        "整改时限": one_line(issue.deadline.raw) if issue.deadline else "",
        "整改措施": "\n".join(measures),
        "措施时限": "\n".join(deadlines),
        "牵头单位": _list(leads),
        "责任单位": _list(units),
        "责任人": person.removeprefix("责任人").lstrip("：:"),
        "属地": _territory(units, sites, counties),
        "验收单位": _acceptance(issue),
        STATE_HEADER: standing.state.value if standing.state else "",
        "点位数": len([site for site in sites if not site.extent]) or None,
        "管控区判定": _summary(sites),
    }


def _measure_row(
    key: str,
    issue: Issue,
    measure: Measure,
    *,
    sites: list[Dossier],
    counties: list[str],
    as_of: dt.date,
) -> dict[str, object]:
    standing = measure_standing(measure, issue, as_of=as_of)
    here = [site for site in sites if measure.position in site.measures.get(key, ())]
    units = [
        f"{unit.unit}"
        for unit in (issue.acceptance.units if issue.acceptance else ())
        if unit.measures is None or measure.position in unit.measures
    ]
    return {
        "序号": key_cell(key),
        "措施序号": measure.position,
        "反馈问题": one_line(issue.heading),
        "整改措施": measure.text,
        "措施时限": standing.words,
        "时限提示": standing.note,
        "牵头单位": _list(measure.lead_units),
        "责任单位": _list(measure.units),
        "属地": _territory(list(measure.units), here, counties),
        "验收单位": _list(units),
        STATE_HEADER: standing.state.value if standing.state else "",
    }


def _list(values: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(one_line(value) for value in values))


def _section(plan: Plan, issue: Issue) -> str:
    return next(
        (one_line(each.heading) for each in plan.sections if each.number == issue.section), ""
    )


def _acceptance(issue: Issue) -> str:
    if issue.acceptance is None:
        return ""
    shown = []
    for unit in issue.acceptance.units:
        which = "、".join(str(position) for position in unit.measures or ())
        shown.append(f"{one_line(unit.unit)}（措施{which}）" if which else one_line(unit.unit))
    return "；".join(shown)


def _counties(known: list[Dossier]) -> list[str]:
    """List the counties of a run, by code."""
    codes = {
        name: dossier.adcode
        for dossier in known
        for name in split_list(dossier.county)
        if "|" not in dossier.county
    }
    return sorted(codes, key=lambda name: (codes[name], name))


def _territory(units: list[str], sites: list[Dossier], counties: list[str]) -> str:
    """Name the counties an issue concerns: of its units, and of its sites."""
    if any(unit.startswith(EVERY_COUNTY) for unit in units):
        return "各县（市、区）"
    of_units = [name for name in counties if any(unit.startswith(name) for unit in units)]
    of_sites = [name for site in sites for name in split_list(site.county)]
    return _list([*of_units, *of_sites])


def _summary(sites: list[Dossier]) -> str:
    """Count the sites of an issue by their worst verdict."""
    places = [site for site in sites if not site.extent]
    if not places:
        return NO_PLACE
    counts = Counter(site.worst for site in places)
    lines = [
        f"{label(verdict)}：{counts[verdict]}处" for verdict in verdict_order() if counts[verdict]
    ]
    lines.extend(
        f"（含计数点群{site.count}处）"
        for site in places
        if site.status is SiteStatus.COUNTED and site.count
    )
    return "\n".join(lines)


def _site_row(dossier: Dossier) -> list[object]:
    lon = lat = ""
    if dossier.point is not None:
        lon, lat = (
            format_dms(degrees, uncertainty_m=dossier.uncertainty_m) for degrees in dossier.point
        )
    area = dossier.area_stated_m2
    worst = dossier.worst
    return [
        dossier.site_id,
        one_line(dossier.name),
        label(dossier.kind),
        dossier.county.replace("|", "、"),
        dossier.township,
        "、".join(dossier.issue_keys),
        dossier.precision_words,
        lon,
        lat,
        label(dossier.status),
        dossier.count,
        None if area is None else round(area / M2_PER_MU, 2),
        one_line(dossier.source),
        label(worst) if worst and not dossier.extent else "",
    ]


def _finding_rows(dossier: Dossier) -> list[list[object]]:
    return [
        [
            "、".join(dossier.issue_keys),
            one_line(dossier.name),
            dossier.precision_words,
            label(answer.zone_class),
            one_line(answer.zone_name),
            answer.words,
            answer.likelihood,
            None if answer.overlap_m2 is None else answer.overlap_m2 / M2_PER_HECTARE,
            None if answer.overlap_m2 is None else answer.overlap_m2 / M2_PER_MU,
            answer.share,
            answer.distance_m,
            answer.layer_id,
            answer.layer_version,
            label(LayerStatus(answer.layer_status)) if answer.layer_status else "",
            dossier.site_id,
        ]
        for answer in dossier.answers
    ]


def _claim_rows(assessment: Assessment, known: list[Dossier]) -> Iterable[list[object]]:
    names = {dossier.site_id: one_line(dossier.name) for dossier in known}
    for row in assessment.claims.to_dict("records"):
        start, end = number(row["start"]), number(row["end"])
        yield [
            key_cell(str(row["issue"] or "")),
            names.get(row["site_id"], ""),
            row["subject"],
            row["stated"],
            row["unit"],
            row["found"],
            row["result"],
            row["reason"],
            f"{start or 0:.0f}-{end or 0:.0f}",
        ]


def _unlocated_rows(assessment: Assessment, known: list[Dossier]) -> Iterable[list[object]]:
    reasons = dict(
        zip(assessment.unlocated["site_id"], assessment.unlocated["reason"], strict=True)
    )
    for dossier in known:
        if dossier.site_id in reasons:
            yield [
                dossier.site_id,
                one_line(dossier.name),
                label(PlaceType(dossier.kind)),
                dossier.county.replace("|", "、") or label(Precision.NONE),
                "、".join(dossier.issue_keys),
                reasons[dossier.site_id],
                dossier.reference,
            ]
