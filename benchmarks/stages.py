"""Print seconds and peak memory of each stage of a run.

Usage: python benchmarks/stages.py PLAN [--layers DIR|sample | --figures 40] [--rounds 3]

``--figures N`` makes up a red line and gives that many places of the plan positions within it, so
that the report draws as many detail figures.

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


def sited(plan: str, count: int, folder: Path) -> None:
    """Make up a catalogue and corrections that put places of a plan into a red line.

    Parameters
    ----------
    plan
        The plan file.
    count
        How many places get a position.
    folder
        Takes ``catalogue.toml``, its layer and ``corrections.geojson``.
    """
    import geopandas as gpd  # noqa: PLC0415 - not part of what is measured
    import shapely  # noqa: PLC0415

    import geo_rectify  # noqa: PLC0415
    from geo_rectify.crs import disc  # noqa: PLC0415

    run = geo_rectify.assess(plan)
    areas = run.footprints.set_index("site_id").geometry
    open_ones = [one for one in run.unlocated["site_id"] if one in areas.index]
    chosen = run.sites.set_index("site_id").loc[open_ones].query("count.isna()").head(count)
    middles = [shapely.point_on_surface(areas[site_id]) for site_id in chosen.index]
    points = [
        shapely.Point(middle.x + 0.004 * (at % 7 - 3), middle.y + 0.004 * (at // 7 - 3))
        for at, middle in enumerate(middles)
    ]
    about = {
        "site_id": chosen.index.tolist(),
        "name": chosen["name"].tolist(),
        "county": chosen["county"].tolist(),
        "kind": chosen["kind"].tolist(),
        "datum": "CGCS2000",
        "uncertainty_m": 30.0,
        "action": "set",
    }
    corrections = gpd.GeoDataFrame(about, geometry=points, crs=4490)
    corrections.to_file(folder / "corrections.geojson", driver="GeoJSON")
    zones = gpd.GeoDataFrame(geometry=[disc(point.x, point.y, 400) for point in points], crs=4490)
    zones.to_file(folder / "zones.gpkg", driver="GPKG")
    entry = {
        "id": "made_up", "title": "made up", "role": "red_line", "path": "zones.gpkg",
        "status": "official", "coverage": "extent", "source": "this benchmark", "licence": "CC0-1.0",
        "sensitivity": "open",
    }  # fmt: skip
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in entry.items())
    (folder / "catalogue.toml").write_text(f"[[layer]]\n{text}", encoding="utf-8")


def measure(
    plan: str, layers: str | None, corrections: str | None = None
) -> list[tuple[str, float, float]]:
    """Run all stages once in this process.

    Parameters
    ----------
    plan
        The plan file.
    layers
        A catalogue, ``sample`` or None.
    corrections
        Positions brought back, or None.

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

    assessment = geo_rectify.assess(plan, layers=layers, corrections=corrections, progress=close)
    close("write")
    figures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        write_run(assessment, Path(folder) / "out", progress=figures.append)
    close("end")
    print(f"{len(figures)} detail figures", file=sys.stderr)
    return rows


def main() -> None:
    """Measure several rounds and print the median of each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan")
    parser.add_argument("--layers")
    parser.add_argument("--figures", type=int, default=0)
    parser.add_argument("--corrections", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.plan, asked.layers, asked.corrections)))
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, asked.plan, "--one"]
        if asked.figures:
            sited(asked.plan, asked.figures, Path(folder))
            command += ["--layers", folder, "--corrections", f"{folder}/corrections.geojson"]
        elif asked.layers:
            command += ["--layers", asked.layers]
        rounds = [
            json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
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
