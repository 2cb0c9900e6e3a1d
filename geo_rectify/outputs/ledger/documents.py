"""What several documents say beside each other: petitions, self-checks, the same site named again."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from geo_rectify.drawing.markup import one_line
from geo_rectify.models import issue_key
from geo_rectify.outputs.ledger.columns import NUMBER
from geo_rectify.vocabulary import PlaceType, SiteStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from geo_rectify.models import Issue, Passage, Petition, Plan
    from geo_rectify.outputs._dossiers import Dossier
    from geo_rectify.pipeline import Assessment

AREAS: Final = frozenset(
    {
        PlaceType.PROVINCE,
        PlaceType.PREFECTURE,
        PlaceType.COUNTY,
        PlaceType.DEV_ZONE,
        PlaceType.TOWNSHIP,
        PlaceType.RIVER,
        PlaceType.CATCHMENT,
    }
)
"""Kinds too wide for two documents that name one to be about the same thing."""
_RECEIVED: Final = re.compile(r"(20[0-9]{2})([01][0-9])([0-3][0-9])")
_PETITION: Final = {
    "受理编号": "number",
    "批次": "batch",
    "行政区域": "district",
    "污染类型": "pollution",
    "反映问题": "problem",
    "是否属实": "verified",
    "核实情况": "investigation",
    "处理整改": "handling",
    "办结状态": "state",
    "追责情况": "accountability",
    "重复件": "repeated",
}


def key_cell(key: str) -> object:
    """Give the key of an issue as a cell: a number where it is one.

    Parameters
    ----------
    key
        ``23`` or ``doc_id/23``.

    Returns
    -------
    int or str
        The cell.
    """
    return int(key) if key.isdigit() else key


def problem_words(issue: Issue) -> str:
    """Give the problem of an issue as it may stand in a ledger.

    Parameters
    ----------
    issue
        The issue.

    Returns
    -------
    str
        Its words; of a petition those with persons and phone numbers masked.
    """
    petition = issue.petition
    if petition is not None and petition.problem is not None:
        return petition.problem.text
    return issue.problem.text


def petition_rows(
    assessment: Assessment, sites: Mapping[str, list[Dossier]]
) -> Iterable[dict[str, object]]:
    """Give the rows of the sheet of petitions.

    Parameters
    ----------
    assessment
        The run.
    sites
        Its sites by issue.

    Yields
    ------
    dict
        One row a petition, persons and phone numbers masked; what its table lacks is blank.
    """
    for key, _, issue in assessment.issues():
        petition = issue.petition
        if petition is None:
            continue
        told: dict[str, Passage | None] = {
            header: getattr(petition, field) for header, field in _PETITION.items()
        }
        own = sites.get(key, [])
        related = dict.fromkeys(
            other for site in own if _telling(site) for other in site.issue_keys if other != key
        )
        yield {
            NUMBER: key_cell(key),
            **{header: one_line(each.text) if each else "" for header, each in told.items()},
            "关联问题序号": "、".join(related),
            "点位": "、".join(one_line(site.name) for site in own if not site.extent),
        }


def listed_petition_rows(
    petitions: pd.DataFrame, sites: Iterable[Dossier]
) -> Iterable[dict[str, object]]:
    """Give the rows of the sheet of petitions that registers list.

    Parameters
    ----------
    petitions
        `tables.PETITIONS`.
    sites
        The sites, whose county stands where a petition states none.

    Yields
    ------
    dict
        One row a petition in the order of the registers; one about no site says so.
    """
    counties = {site.site_id: site.county for site in sites}
    for row in petitions.to_dict("records"):
        yield {
            "信访编号": one_line(row["petition_id"]),
            "县": one_line(row["county"] or "") or counties.get(row["site_id"], ""),
            "反映地点": one_line(row["place"] or ""),
            "点位": one_line(row["site_name"] or ""),
            "问题序号": row["issue_numbers"] or "",
            "第几次反映": row["nth"],
            "如何对应": row["how"],
            "清单出处": one_line(row["origin"]),
            "site_id": row["site_id"],
        }


def self_check_rows(assessment: Assessment) -> Iterable[dict[str, object]]:
    """Give the rows of the sheet of self-checks: what reading the documents found odd or right.

    Parameters
    ----------
    assessment
        The run.

    Yields
    ------
    dict
        One row a check.
    """
    for plan in assessment.plans:
        for check in plan.checks:
            key = issue_key(plan.doc_id, check.issue, several=assessment.several)
            yield {
                "问题序号": key_cell(key) if check.issue is not None else "",
                "文件": one_line(plan.title) or plan.source_name,
                "自检内容": one_line(check.message),
            }


def named_later(assessment: Assessment, sites: Mapping[str, list[Dossier]]) -> dict[str, str]:
    """Say for each issue which later documents name one of its sites again (可能反弹).

    Of two documents that both tell a day (the inspection's feedback, the notice, the numbers of the
    petitions) the later one is the later; else the one named later in the run. Areas, rivers and counted sets tell nothing.

    Parameters
    ----------
    assessment
        The run.
    sites
        Its sites by issue.

    Returns
    -------
    dict
        By issue key, only those that have any.
    """
    if not assessment.several:
        return {}
    place = {key: plan for key, plan, _ in assessment.issues()}
    issues = {key: issue for key, _, issue in assessment.issues()}
    order = {plan.doc_id: at for at, plan in enumerate(assessment.plans)}
    said: dict[str, list[str]] = {}
    for key, plan in place.items():
        for site in sites.get(key, []):
            for other in site.issue_keys if _telling(site) else ():
                if other in place and _later(place[other], plan, order):
                    said.setdefault(key, []).append(
                        f"{one_line(site.name)}又见于{_called(place[other], issues[other])}"
                    )
    return {key: "；".join(dict.fromkeys(words)) for key, words in said.items()}


def _telling(site: Dossier) -> bool:
    return not site.extent and site.kind not in AREAS and site.status is not SiteStatus.COUNTED


def _called(plan: Plan, issue: Issue) -> str:
    what = "问题" if issue.petition is None else "信访件"
    return f"《{one_line(plan.title) or plan.source_name}》{what}{issue.number}"


def _later(other: Plan, plan: Plan, order: Mapping[str, int]) -> bool:
    if other.doc_id == plan.doc_id:
        return False
    days = _day(other), _day(plan)
    if days[0] and days[1] and days[0] != days[1]:
        return days[0] > days[1]
    return order[other.doc_id] > order[plan.doc_id]


def _day(plan: Plan) -> dt.date | None:
    told = [each.feedback or each.ended or each.began for each in plan.inspections]
    told += [plan.notice.begins] if plan.notice else []
    told += [_received(issue.petition) for issue in plan.issues if issue.petition]
    return max((day for day in told if day), default=None)


def _received(petition: Petition) -> dt.date | None:
    """Give the day a petition's number carries: D3JX202404120018 came in on 12 April 2024."""
    found = _RECEIVED.search(petition.number.text) if petition.number else None
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
