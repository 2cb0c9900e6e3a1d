"""Compare overlay engines: paired rounds, ratios, peak memory, and whether the answers agree.

Usage: python benchmarks/overlay.py [--size city|prefecture|province] [--rounds 5] [--tasks ...]
           [--points N] [--pits N] [--engines NAME,...] [--slow-rounds 1] [--scaling]

In each round every engine does the task once, one after the other, each in a process of its own, so
that what else the machine does falls on all of them; a ratio is the median over the rounds of
(engine / ours). Seconds are the whole process: start, imports, reading, answer; processor seconds
are those of all its threads, which a busy machine disturbs least (of PostGIS they miss the server).
Pair sets must be
identical and areas equal within a millionth of the smaller side (or 0.001 m2), distances within
1 mm; otherwise the command ends with status 1. An engine that is not installed, or takes longer
than the limit, says so in the table.

Needs pyarrow; duckdb with duckdb-extension-spatial, sedonadb and psycopg are used where present.
PostGIS is looked for at 127.0.0.1:54329 (user postgres, trusted), a throw-away server.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from overlay_data import SIZES, write_case
from overlay_engines import ENGINES, UNASKED, file_of, read

TASKS: Final = ("points", "areas", "nearest", "verdicts")
OURS: Final = "ours, zones opened"
FIRST: Final = "ours, frame, first use"
LIMIT_S: Final = 240
SLOW_S: Final = 15.0


@dataclass(slots=True, kw_only=True)
class Taken:
    """What one engine took for one task."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    cpu_ratios: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    note: str = ""


def run(engine: str, task: str, folder: Path, answer: Path) -> tuple[float, dict[str, float], str]:
    """Run one engine once: seconds of the whole process, what it says, and why it could not."""
    if (engine, task) in UNASKED:
        return np.nan, {}, UNASKED[engine, task]
    script = Path(__file__).with_name("overlay_engines.py")
    command = [sys.executable, "-W", "ignore", str(script), engine, task, str(folder), str(answer)]
    cache = "off" if engine == FIRST else str(folder / "cache")
    environment = os.environ | {"GEO_RECTIFY_CACHE": cache}
    begun = time.perf_counter()
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_S, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return np.nan, {}, f"stopped after {LIMIT_S} s"
    seconds = time.perf_counter() - begun
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        return np.nan, {}, last[0][:90]
    lines = done.stdout.strip().splitlines()
    note = next((line for line in lines if line.startswith("query")), "")
    return seconds, json.loads(lines[-1]), note


def differences(answer: Path, wanted: Path, own_area: dict[str, float]) -> list[str]:
    """Say how an answer differs from the one wanted; nothing if it agrees."""
    made, right = pd.read_pickle(answer), pd.read_pickle(wanted)  # noqa: S301 - our own files
    keys = [name for name in ("site_id", "zone_id") if name in right.columns]
    value = next((name for name in ("area_m2", "distance_m") if name in right.columns), None)
    if value == "area_m2":  # what only touches has no area worth a row
        made, right = made[made[value] > 1.0], right[right[value] > 1.0]
    both = made.merge(right, on=keys, how="outer", suffixes=("", "_wanted"), indicator=True)
    said = []
    missing, more = (both["_merge"] == "right_only").sum(), (both["_merge"] == "left_only").sum()
    if missing or more:
        said.append(f"{missing} pairs missing, {more} too many")
    if value is not None:
        gap = (both[value] - both[f"{value}_wanted"]).abs().fillna(0.0)
        allowed: Any = 1e-3
        if value == "area_m2":
            allowed = np.maximum(both["site_id"].map(own_area) * 1e-6, 1e-3)
        if (gap > allowed).any():
            said.append(f"{(gap > allowed).sum()} values differ, by up to {gap.max():.3g}")
    return said


def measure(
    task: str, folder: Path, engines: list[str], rounds: int, slow_rounds: int
) -> tuple[dict[str, Taken], list[str]]:
    """Run all engines on one task in paired rounds."""
    taken = {engine: Taken() for engine in engines}
    faults: list[str] = []
    own_area = areas_of(task, folder)
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "wanted"
        run(OURS, task, folder, wanted)  # builds and keeps the index; not counted
        for turn in range(rounds):
            base, own, note = run(OURS, task, folder, wanted)
            if np.isnan(base):
                raise SystemExit(f"{task}: {note}")
            taken[OURS].seconds.append(base)
            taken[OURS].cpu.append(own["cpu"])
            taken[OURS].peak_mb = max(taken[OURS].peak_mb, own["peak_mb"])
            for engine in engines:
                slow = taken[engine].seconds and min(taken[engine].seconds) > SLOW_S
                if engine == OURS or (slow and turn >= slow_rounds):
                    continue
                if taken[engine].note and not taken[engine].seconds:
                    continue  # it could not
                answer = Path(scratch) / "answer"
                seconds, told, note = run(engine, task, folder, answer)
                taken[engine].note = note
                if np.isnan(seconds):
                    continue
                taken[engine].seconds.append(seconds)
                taken[engine].cpu.append(told["cpu"])
                taken[engine].ratios.append(seconds / base)
                taken[engine].cpu_ratios.append(told["cpu"] / own["cpu"])
                taken[engine].peak_mb = max(taken[engine].peak_mb, told["peak_mb"])
                if len(taken[engine].seconds) == 1:
                    wrong = differences(answer, wanted, own_area)
                    faults += [f"{task}, {engine}: {words}" for words in wrong]
    return taken, faults


def areas_of(task: str, folder: Path) -> dict[str, float]:
    """Give the area of each site, for the tolerance."""
    from geo_rectify.crs import areas_m2  # noqa: PLC0415 - after the usage is printed

    ids, shapes, radii = read(folder, file_of(task))
    if radii is not None:
        return dict(zip(ids, 3.14 * radii**2, strict=True))
    return dict(zip(ids, areas_m2(shapes), strict=True))


def show(task: str, count: int, taken: dict[str, Taken]) -> None:
    """Print one task as rows of a Markdown table."""
    for engine, one in taken.items():
        words = one.note
        if one.seconds:
            peak = f"{one.peak_mb:.0f}"
            ratio = f"{statistics.median(one.ratios):.2f}" if one.ratios else "1"
            cpu_ratio = f"{statistics.median(one.cpu_ratios):.2f}" if one.ratios else "1"
            middle = f"{statistics.median(one.seconds):.2f}"
            cpu = f"{statistics.median(one.cpu):.2f}"
            row = (task, f"{count:,}", engine, middle, ratio, cpu, cpu_ratio, peak)
            row = (*row, str(len(one.seconds)), words)
        else:
            row = (task, f"{count:,}", engine, "-", "-", "-", "-", "-", "0", words)
        print("| " + " | ".join(row) + " |", flush=True)


def main() -> int:
    """Print the table; 1 if an answer differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=list(SIZES), default="prefecture")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=1)
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--engines", default=";".join(ENGINES))
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--pits", type=int, default=2_000)
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "overlay_bench"
    )
    parser.add_argument("--scaling", action="store_true", help="ours alone, sites doubled, sizes")
    asked = parser.parse_args()
    faults: list[str] = []
    print(
        "| task | sites | engine | seconds | times ours | CPU s | times ours | peak MB | rounds | |"
    )
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    if asked.scaling:
        cases = [("province", 25_000 * 2**at, 2_500 * 2**at) for at in range(4)]
        cases += [("city", 100_000, 10_000), ("prefecture", 100_000, 10_000)]
        engines = [OURS, FIRST]
    else:
        cases = [(asked.size, asked.points, asked.pits)]
        engines = asked.engines.split(";")
    for size, points, pits in cases:
        folder = asked.folder / f"{size}-{points}-{pits}"
        write_case(folder, size, points, pits)
        for task in asked.tasks.split(","):
            taken, wrong = measure(task, folder, engines, asked.rounds, asked.slow_rounds)
            name = f"{task}, {size}" if asked.scaling else task
            show(name, pits if task == "areas" else points, taken)
            faults += wrong
            for fault in wrong:
                print(f"DIFFERENT: {fault}", file=sys.stderr, flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
