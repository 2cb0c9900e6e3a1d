"""One run as a folder: staging, byte-for-byte determinism, provenance."""

from geo_rectify.bundle.comparing import diff_runs, write_diff
from geo_rectify.bundle.packs import Pack, Reader, pack_name, write_pack
from geo_rectify.bundle.provenance import counts
from geo_rectify.bundle.replay import Replay, assess_again
from geo_rectify.bundle.writing import (
    WrittenRun,
    write_findings_only,
    write_located,
    write_parsed,
    write_run,
)

__all__ = [
    "Pack",
    "Reader",
    "Replay",
    "WrittenRun",
    "assess_again",
    "counts",
    "diff_runs",
    "pack_name",
    "write_diff",
    "write_findings_only",
    "write_located",
    "write_pack",
    "write_parsed",
    "write_run",
]
