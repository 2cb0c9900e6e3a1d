"""ledger.xlsx: written from a run, with what people wrote into an earlier one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo_rectify.outputs.ledger.book import read_book, refuse_open, write_book
from geo_rectify.outputs.ledger.entries import take_over
from geo_rectify.outputs.ledger.rebound import rebounds
from geo_rectify.outputs.ledger.sheets import ledger_book
from geo_rectify.outputs.ledger.status import settled

if TYPE_CHECKING:
    from geo_rectify.outputs.ledger.book import LedgerBook
    from geo_rectify.pipeline import Assessment


def read_ledger(path: str | Path) -> LedgerBook:
    """Read a ledger that is about to be replaced or divided.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    LedgerBook
        The ledger.

    Raises
    ------
    OutputError
        A spreadsheet program has it open, so that not all entries may be saved.
    InputFileError
        It cannot be read, or is no ledger.
    """
    refuse_open(Path(path))
    return read_book(Path(path))


def write_ledger(
    assessment: Assessment, path: Path, *, old: LedgerBook | None = None
) -> tuple[str, ...]:
    """Write the ledger (台账): issues, measures, sites, findings, claims, places to be found.

    Parameters
    ----------
    assessment
        The run; states of progress are those of ``settings.as_of``.
    path
        The file.
    old
        A ledger people worked in, whose entries and added columns are taken over.

    Returns
    -------
    tuple of str
        What needs a person's look.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    ledger = ledger_book(assessment)
    days = assessment.settings.notice_days
    if old is not None:
        ledger = take_over(ledger, old, part=not assessment.scope.whole)
        ledger = settled(ledger, notice_days=days)
        ledger = rebounds(ledger, old, notice_days=days)
    write_book(ledger, path)
    return ledger.notes
