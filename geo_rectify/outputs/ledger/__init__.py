"""Room: the ledger (台账)."""

from geo_rectify.outputs.ledger.progress import (
    Progress,
    Standing,
    issue_standing,
    measure_standing,
)
from geo_rectify.outputs.ledger.sheets import write_ledger

__all__ = ["Progress", "Standing", "issue_standing", "measure_standing", "write_ledger"]
