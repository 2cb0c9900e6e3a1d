"""Print seconds and peak memory of each stage of a run.

Usage: python benchmarks/stages.py PLAN [--layers DIR|sample] [--rounds 3]

Each round is a process of its own. Peak memory is the process's high-water mark when the stage
ends, so it only grows; the last line is the whole process.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure(plan: str, layers: str | None) -> list[tuple[str, float, float]]:
    """Run all stages once in this process.

    Parameters
    ----------
    plan
        The plan file.
    layers
        A catalogue, ``sample`` or None.

    Returns
    -------
    list of tuple
        Name of the stage, seconds, peak memory in MB at its end.
    """
    rows: list[tuple[str, float, float]] = []
    begun, name = time.perf_counter(), "import"

    def close(next_name: str) -> None:
        nonlocal begun, name
        now = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append((name, now - begun, peak))
        begun, name = now, next_name

    import geo_rectify  # noqa: PLC0415 - the import is what is measured
    from geo_rectify.bundle import write_run  # noqa: PLC0415

    assessment = geo_rectify.assess(plan, layers=layers, progress=close)
    close("write")
    with tempfile.TemporaryDirectory() as folder:
        write_run(assessment, Path(folder) / "out")
    close("end")
    return rows


def main() -> None:
    """Measure several rounds and print the median of each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan")
    parser.add_argument("--layers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.plan, asked.layers)))
        return
    command = [sys.executable, __file__, asked.plan, "--one"]
    if asked.layers:
        command += ["--layers", asked.layers]
    rounds = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(asked.rounds)
    ]
    print(f"{'stage':<10}{'seconds':>10}{'peak MB':>10}")
    for stage in zip(*rounds, strict=True):
        seconds = statistics.median(row[1] for row in stage)
        print(f"{stage[0][0]:<10}{seconds:>10.2f}{max(row[2] for row in stage):>10.0f}")
    total = statistics.median(sum(row[1] for row in one) for one in rounds)
    peak = max(one[-1][2] for one in rounds)
    print(f"{'total':<10}{total:>10.2f}{peak:>10.0f}")


if __name__ == "__main__":
    main()
