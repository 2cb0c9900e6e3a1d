"""The plan as ``issues.json`` has it (DESIGN section 5): plain dicts and lists, nothing lost."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from geo_rectify.models import (
        Acceptance,
        Check,
        Figure,
        Inspection,
        Issue,
        IssueDeadline,
        Measure,
        Notice,
        Passage,
        Petition,
        Plan,
        Section,
    )


def issues_document(plan: Plan) -> dict[str, Any]:
    """Give the content of ``issues.json``.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    dict
        Made of dicts, lists, strings, numbers, booleans and None. Offsets are code points,
        half-open, in ``plan.txt``; dates are ISO; acceptance gives measures by printed number.
    """
    return {
        "doc_id": plan.doc_id,
        "document_type": plan.document_type.value,
        "reason": plan.reason,
        "title": plan.title,
        "inspection": plan.inspection,
        "inspections": [_inspection(each) for each in plan.inspections],
        "notice": _notice(plan.notice),
        "sections": [_section(plan.text, section) for section in plan.sections],
        "issue_count": len(plan.issues),
        "global_irregularities": sorted({c.code for c in plan.checks if c.issue is None}),
        "checks": [_check(check) for check in plan.checks],
        "issues": [_issue(issue) for issue in plan.issues],
    }


def _inspection(inspection: Inspection) -> dict[str, Any]:
    return {
        "name": inspection.name,
        "level": inspection.level,
        "round": inspection.round,
        "year": inspection.year,
        "began": _day(inspection.began),
        "ended": _day(inspection.ended),
        "feedback": _day(inspection.feedback),
    }


def _notice(notice: Notice | None) -> dict[str, Any] | None:
    if notice is None:
        return None
    return {
        "period": _passage(notice.period),
        "begins": _day(notice.begins),
        "ends": _day(notice.ends),
        "contact": _passage(notice.contact),
    }


def _petition(petition: Petition) -> dict[str, Any]:
    return {
        each.name: _passage(getattr(petition, each.name)) for each in dataclasses.fields(petition)
    }


def _check(check: Check) -> dict[str, Any]:
    return {"code": check.code, "message": check.message, "issue": check.issue}


def _section(text: str, section: Section) -> dict[str, Any]:
    printed = text[section.start : section.end].removesuffix(section.heading).strip()
    return {
        "no": section.number,
        "no_raw": printed,
        "heading": section.heading,
        "start": section.start,
        "end": section.end,
    }


def _issue(issue: Issue) -> dict[str, Any]:
    begin = issue.problem.start
    made = {
        "number": issue.number,
        "number_raw": issue.number_raw,
        "section": issue.section,
        "start": issue.start,
        "end": issue.end,
        "heading": issue.heading,
        "heading_kind": issue.heading_kind,
        "heading_span": [begin, begin + len(issue.heading)],
        "problem": _passage(issue.problem),
        "goal": _passage(issue.goal),
        "deadline": _deadline(issue.deadline),
        "measures": [_measure(measure) for measure in issue.measures],
        "acceptance": _acceptance(issue.acceptance, issue.measures),
        "figures": [_figure(figure) for figure in issue.figures],
        "irregularities": list(issue.irregularities),
    }
    if issue.petition is not None:
        made["petition"] = _petition(issue.petition)
    if issue.completion is not None:
        made["completion"] = _passage(issue.completion)
    if issue.asides:
        made["asides"] = [
            {"label": aside.label, "text": aside.text, "start": aside.start, "end": aside.end}
            for aside in issue.asides
        ]
    if issue.responsible_person is not None:
        person = issue.responsible_person
        made["responsible_person"] = {
            "raw": person.text,
            "start": person.start,
            "end": person.end,
        }
    return made


def _passage(passage: Passage | None) -> dict[str, Any] | None:
    if passage is None:
        return None
    return {"text": passage.text, "start": passage.start, "end": passage.end}


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _deadline(deadline: IssueDeadline | None) -> dict[str, Any] | None:
    if deadline is None:
        return None
    return {
        "raw": deadline.raw,
        "date": _day(deadline.date),
        "from_date": _day(deadline.from_date),
        "immediate": deadline.immediate,
        "long_term": deadline.long_term,
        "start": deadline.start,
        "end": deadline.end,
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "number": measure.number,
        "number_raw": measure.number_raw or None,
        "text": measure.text,
        "start": measure.start,
        "end": measure.end,
        "deadlines": [
            {
                "raw": deadline.raw,
                "date": deadline.date.isoformat(),
                "kind": deadline.kind.value,
                "start": deadline.start,
                "end": deadline.end,
            }
            for deadline in measure.deadlines
        ],
        "units_raw": measure.units_raw,
        "units_start": measure.units_start,
        "units_end": measure.units_end,
        "units": list(measure.units),
        "lead_units": list(measure.lead_units),
        "supporting_units": list(measure.supporting_units),
        "immediate": measure.immediate,
        "recurring": measure.recurring,
    }


def _acceptance(
    acceptance: Acceptance | None, measures: tuple[Measure, ...]
) -> dict[str, Any] | None:
    if acceptance is None:
        return None
    numbers = {
        measure.position: measure.position if measure.number is None else measure.number
        for measure in measures
    }
    return {
        "raw": acceptance.raw,
        "start": acceptance.start,
        "end": acceptance.end,
        "mode": acceptance.mode.value,
        "units": [
            {
                "unit": unit.unit,
                "measures": None
                if unit.measures is None
                else [numbers[position] for position in unit.measures],
            }
            for unit in acceptance.units
        ],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "subject": figure.subject,
        "value": figure.value,
        "approx": figure.approx,
        "unit": figure.unit,
        "raw": figure.raw,
        "start": figure.start,
        "end": figure.end,
    }
