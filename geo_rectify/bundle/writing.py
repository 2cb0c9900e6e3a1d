"""Write a run, or a part of one, into its folder: whole or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo_rectify.bundle.provenance import write_provenance, write_record
from geo_rectify.bundle.replay import replay_record
from geo_rectify.bundle.staging import publish, staging_folder
from geo_rectify.drawing.pictures import write_pictures
from geo_rectify.errors import InputFileError
from geo_rectify.files import write_csv, write_geopackage, write_json
from geo_rectify.outputs.field import write_field, write_worklist
from geo_rectify.outputs.ledger import (
    LedgerBook,
    entries_of,
    issue_states,
    read_book,
    read_ledger,
    refuse_open,
    write_ledger,
)
from geo_rectify.outputs.maps import write_map
from geo_rectify.outputs.reports import write_report
from geo_rectify.plans import issues_document
from geo_rectify.tables import mentions_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo_rectify.bundle.replay import Replay
    from geo_rectify.models import Mention, Plan
    from geo_rectify.pipeline import Assessment
    from geo_rectify.settings import PictureFormat


LEDGER_FILE: Final = "ledger.xlsx"
WORKLIST_FILE: Final = "worklist.xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRun:
    """Where a run was written, the files of the old folder that were kept, and what to look at.

    ``unwritten`` says which files this machine could not make, and the remedy.
    """

    folder: Path
    carried: tuple[str, ...]
    notes: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()


def write_run(
    assessment: Assessment,
    folder: str | Path,
    *,
    ledger: str | Path | LedgerBook | None = None,
    replay: Replay | None = None,
    pictures: Sequence[PictureFormat] = (),
    online: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> WrittenRun:
    """Write everything a run gives people into one folder.

    The folder is replaced in one step at the end; files that people put there or edited are
    carried over (see `bundle.staging`). A ledger with entries that stands in the folder and is
    not the one given is kept under ``kept/``.

    Parameters
    ----------
    assessment
        The run.
    folder
        The output folder: absent, empty, or one an earlier run wrote.
    ledger
        A ledger people worked in, whose entries and added columns the new one takes over.
    replay
        What the run was made of, written down so that `pack` can make it again.
    pictures
        Formats in which the map is also drawn for documents; where any, ``pictures/`` holds it
        and a one-page summary.
    online
        An online base map the map's reader may switch on, as `outputs.maps.build_map` takes.
    progress
        Called with words as the report's figures are drawn.

    Returns
    -------
    WrittenRun
        The folder, what was carried over, what in the ledger needs a look, and what could not
        be written for want of an extra or a font.

    Raises
    ------
    InputFileError
        The ledger given cannot be read.
    OutputError
        The folder cannot be used or written, or its worklist or ledger is open elsewhere.
    """
    for name in (LEDGER_FILE, WORKLIST_FILE):
        refuse_open(Path(folder) / name)
    old = read_ledger(ledger) if isinstance(ledger, str | Path) else ledger
    # A part takes over only its own rows: the whole ledger must not go.
    given = ledger if assessment.scope.whole else None
    keep = _ledger_to_keep(Path(folder) / LEDGER_FILE, given=given)
    notes: list[str] = []
    unwritten: list[str] = []

    def write(into: Path) -> None:
        _write_evidence(assessment, into)
        _write_log(assessment, into)
        _write_findings(assessment, into)
        write_csv(assessment.claims, into / "claims.csv")
        write_worklist(assessment, into / WORKLIST_FILE)
        states = None if old is None else issue_states(old, as_of=assessment.settings.as_of)
        drawing = write_map(assessment, into / "map.html", states=states, online=online)
        if pictures:
            write_pictures(assessment, into / "pictures", formats=pictures)
        unwritten.extend(filter(None, [write_report(assessment, into, progress=progress)]))
        notes.extend(write_ledger(assessment, into / LEDGER_FILE, old=old))
        write_field(assessment, into / "field")
        write_provenance(
            assessment,
            into,
            drawing=drawing,
            replay=None if replay is None else replay_record(replay, Path(folder)),
        )

    return replace(_publish(folder, write, keep=keep, notes=notes), unwritten=tuple(unwritten))


def _ledger_to_keep(path: Path, *, given: str | Path | LedgerBook | None) -> tuple[str, ...]:
    """Name the folder's ledger where the new one would lose entries it holds."""
    if not path.is_file():
        return ()
    if isinstance(given, str | Path) and Path(given).is_file() and path.samefile(given):
        return ()
    try:
        entries, pending = entries_of(read_book(path))
    except InputFileError:
        return (path.name,)
    return (path.name,) if entries or pending else ()


def write_located(assessment: Assessment, folder: str | Path) -> WrittenRun:
    """Write the plan, its mentions and its sites, without judgement.

    Parameters
    ----------
    assessment, folder
        As in `write_run`.

    Returns
    -------
    WrittenRun
        As in `write_run`.
    """

    def write(into: Path) -> None:
        _write_evidence(assessment, into)
        _write_log(assessment, into)
        write_worklist(assessment, into / WORKLIST_FILE)
        write_provenance(assessment, into)

    return _publish(folder, write)


def write_findings_only(assessment: Assessment, folder: str | Path) -> WrittenRun:
    """Write the findings of given sites.

    Parameters
    ----------
    assessment, folder
        As in `write_run`.

    Returns
    -------
    WrittenRun
        As in `write_run`.
    """

    def write(into: Path) -> None:
        _write_findings(assessment, into)
        write_provenance(assessment, into)

    return _publish(folder, write)


def write_parsed(plan: Plan, mentions: Sequence[Mention], folder: str | Path) -> WrittenRun:
    """Write one plan's text, issues and mentions.

    Parameters
    ----------
    plan, mentions
        The plan and its mentions, not located.
    folder
        As in `write_run`.

    Returns
    -------
    WrittenRun
        As in `write_run`.
    """

    def write(into: Path) -> None:
        _write_text((plan,), into)
        write_json(issues_document(plan), into / "issues.json")
        write_csv(mentions_frame(mentions, several=False), into / "mentions.csv")
        write_record({"inputs": [{"doc_id": plan.doc_id, "name": plan.source_name}]}, into)

    return _publish(folder, write)


def _publish(
    folder: str | Path,
    write: Callable[[Path], None],
    *,
    keep: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> WrittenRun:
    target = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow a linked folder
    with staging_folder(target) as staging:
        write(staging)
        carried = publish(staging, target, keep=keep)
    return WrittenRun(folder=Path(folder), carried=tuple(carried), notes=tuple(notes))


def _write_evidence(assessment: Assessment, into: Path) -> None:
    _write_text(assessment.plans, into)
    documents = [issues_document(plan) for plan in assessment.plans]
    single = len(documents) == 1
    write_json(documents[0] if single else {"documents": documents}, into / "issues.json")
    mentions = mentions_frame(assessment.mentions, several=assessment.several)
    write_csv(mentions, into / "mentions.csv")
    write_geopackage(
        {
            "sites": assessment.sites,
            "footprints": assessment.footprints,
            "unlocated": assessment.unlocated,
        },
        into / "sites.gpkg",
        stamp=assessment.settings.as_of,
    )


def _write_log(assessment: Assessment, into: Path) -> None:
    """Write the audit trail of corrections, and the petitions, where there were any."""
    if len(assessment.correction_log):
        write_csv(assessment.correction_log, into / "corrections_log.csv")
    if len(assessment.petitions):
        write_csv(assessment.petitions, into / "petitions.csv")


def _write_text(plans: Sequence[Plan], into: Path) -> None:
    for plan in plans:
        name = "plan.txt" if len(plans) == 1 else f"plan-{plan.doc_id}.txt"
        (into / name).write_text(plan.text, encoding="utf-8", newline="")


def _write_findings(assessment: Assessment, into: Path) -> None:
    write_csv(assessment.findings, into / "findings.csv")
    write_geopackage(
        {"findings": assessment.findings},
        into / "findings.gpkg",
        stamp=assessment.settings.as_of,
    )
