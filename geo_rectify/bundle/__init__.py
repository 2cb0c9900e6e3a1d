"""One run as a folder: staging, byte-for-byte determinism, provenance."""

from geo_rectify.bundle.comparing import diff_runs, write_diff
from geo_rectify.bundle.provenance import counts
from geo_rectify.bundle.writing import (
    WrittenRun,
    write_findings_only,
    write_located,
    write_parsed,
    write_run,
)

__all__ = [
    "WrittenRun",
    "counts",
    "diff_runs",
    "write_diff",
    "write_findings_only",
    "write_located",
    "write_parsed",
    "write_run",
]
