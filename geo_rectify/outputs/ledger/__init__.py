"""Room: the ledger (台账)."""

from geo_rectify.outputs._progress import (
    Progress,
    Standing,
    issue_standing,
    measure_standing,
)
from geo_rectify.outputs.ledger.book import LedgerBook, read_book, refuse_open, write_book
from geo_rectify.outputs.ledger.closing import Closing, Step, closings
from geo_rectify.outputs.ledger.drafts import Draft, DraftPart, notices, reminders
from geo_rectify.outputs.ledger.entries import entries_of, take_over
from geo_rectify.outputs.ledger.sharing import merge_ledgers, split_ledger
from geo_rectify.outputs.ledger.sheets import ledger_book
from geo_rectify.outputs.ledger.status import (
    MeasureStatus,
    closing_faults,
    issue_states,
    ledger_status,
    standing_of_words,
    tally,
)
from geo_rectify.outputs.ledger.writing import read_ledger, write_ledger

__all__ = [
    "Closing",
    "Draft",
    "DraftPart",
    "LedgerBook",
    "MeasureStatus",
    "Progress",
    "Standing",
    "Step",
    "closing_faults",
    "closings",
    "entries_of",
    "issue_standing",
    "issue_states",
    "ledger_book",
    "ledger_status",
    "measure_standing",
    "merge_ledgers",
    "notices",
    "read_book",
    "read_ledger",
    "refuse_open",
    "reminders",
    "split_ledger",
    "standing_of_words",
    "take_over",
    "tally",
    "write_book",
    "write_ledger",
]
