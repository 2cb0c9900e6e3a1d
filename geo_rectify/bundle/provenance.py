"""The record of a run: ``run.json`` names every input, layer, setting, count and output hash."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import geo_rectify
from geo_rectify.bundle.staging import RUN_FILE, file_sha256
from geo_rectify.files import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo_rectify.catalogue import LayerInfo
    from geo_rectify.models import Register
    from geo_rectify.pipeline import Assessment


def counts(assessment: Assessment) -> dict[str, Any]:
    """Count what a run found, for ``run.json`` and the closing summary.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    dict
        documents, issues, measures, mentions, sites, sites_by_precision, sites_by_status,
        unlocated, rejected_candidates, findings_by_verdict, claims_by_result, and the ids of
        unmatched_layers.
    """
    plans = assessment.plans
    return {
        "documents": len(plans),
        "issues": sum(len(plan.issues) for plan in plans),
        "measures": sum(len(issue.measures) for plan in plans for issue in plan.issues),
        "mentions": len(assessment.mentions),
        "sites": len(assessment.sites),
        "sites_by_precision": _tally(assessment.sites["precision"]),
        "sites_by_status": _tally(assessment.sites["status"]),
        "unlocated": len(assessment.unlocated),
        "rejected_candidates": len(assessment.rejected),
        "findings_by_verdict": _tally(assessment.findings["verdict"]),
        "claims_by_result": _tally(assessment.claims["result"]),
        "unmatched_layers": [info.layer_id for info in assessment.unmatched_layers],
    }


def write_provenance(
    assessment: Assessment,
    folder: Path,
    *,
    drawing: Sequence[str] = (),
    replay: Mapping[str, Any] | None = None,
) -> None:
    """Write ``run.json``, last of all files, with the hashes of the others.

    Parameters
    ----------
    assessment
        The run.
    folder
        The folder that holds all other outputs.
    replay
        What the run was made of, as `replay.replay_record` writes it down.
    drawing
        What the map draws thinned or as tiles.
    """
    settings = assessment.settings
    record = {
        "demo": settings.demo,
        "inputs": [
            {
                "doc_id": plan.doc_id,
                "name": plan.source_name,
                "sha256": plan.sha256,
                "document_type": plan.document_type.value,
                "reason": plan.reason,
            }
            for plan in assessment.plans
        ],
        "drawing": list(drawing),
        "settings": {
            "as_of": settings.as_of.isoformat(),
            "max_distance_m": settings.max_distance_m,
            "min_overlap_m2": settings.min_overlap_m2,
            "include_restricted": settings.include_restricted,
            "allow_missing": settings.allow_missing,
            "public": settings.public,
            "notice_days": settings.notice_days,
        },
        "scope": {
            "county": assessment.scope.county,
            "adcodes": list(assessment.scope.adcodes),
            "issues": list(assessment.scope.issues),
            "unplaced_sites": assessment.scope.unplaced,
        },
        "rules": [
            {
                "id": rule.rule_id,
                "valid_from": _day(rule.valid_from),
                "valid_to": _day(rule.valid_to),
                "checked_on": _day(rule.checked_on),
            }
            for rule in assessment.rules
        ],
        "layers": [
            layer_record(info, told=info.sensitivity.value not in settings.hidden_sensitivities)
            for info in assessment.layers.infos
        ],
        "online": None if assessment.online is None else dataclasses.asdict(assessment.online),
        "registers": [_register(register) for register in assessment.registers],
        "petitions": {
            "rows": len(assessment.petitions),
            "about_sites": int((assessment.petitions["site_id"] != "").sum()),
            "sites": int(
                assessment.petitions.loc[assessment.petitions["site_id"] != "", "site_id"].nunique()
            ),
        },
        "correction_notes": list(assessment.correction_notes),
        "gazetteer_notes": list(assessment.gazetteer_notes),
        "counts": counts(assessment),
    }
    if replay is not None:
        record["replay"] = replay
    write_record(record, folder)


def write_record(record: Mapping[str, Any], folder: Path) -> None:
    """Write a ``run.json`` with the version, the one wall-clock stamp and all hashes.

    Parameters
    ----------
    record
        What else it should say.
    folder
        The folder that holds all other outputs.
    """
    outputs = {
        path.relative_to(folder).as_posix(): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != RUN_FILE
    }
    document = {
        "package": "geo_rectify",
        "version": geo_rectify.__version__,
        "written_at": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
        **record,
        "outputs": outputs,
    }
    write_json(document, folder / RUN_FILE)


def _register(register: Register) -> dict[str, Any]:
    return {
        "name": register.source_name,
        "sha256": register.sha256,
        "doc_id": register.doc_id,
        "issue": register.issue,
        "set": register.set_name,
        "rows": len(register.members),
        "notes": list(register.notes),
    }


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def layer_record(info: LayerInfo, *, told: bool) -> dict[str, Any]:
    """Write down one layer.

    Parameters
    ----------
    info
        The layer.
    told
        Whether sentences that name its zones may be told.

    Returns
    -------
    dict
        For ``run.json``.
    """
    return {
        "id": info.layer_id,
        "title": info.title,
        "role": info.role.value,
        "status": info.status.value,
        "version": info.version,
        "in_force": info.in_force,
        "valid_from": _day(info.valid_from),
        "valid_to": _day(info.valid_to),
        "crs": info.crs,
        "sample": info.sample,
        "sha256": info.sha256,
        "features": info.feature_count,
        "missing": info.missing,
        # These sentences name zones: of a layer that may not be told only their number stays.
        "repairs": list(info.repairs) if told else len(info.repairs),
        "rejects": list(info.rejects) if told else len(info.rejects),
        "unmapped": list(info.unmapped) if told else len(info.unmapped),
        "assumptions": list(info.assumptions),
    }


def _tally(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values).items()))
