"""Print size of map pages and the time until they can be used in Chromium.

Usage: python benchmarks/map_page.py [PLAN] [--sites 5000] [--vertices 1000000] [--rounds 3]

Opens two pages with the network off: that of PLAN (where one is named) and a made-up run of many
sites and layers of many vertices. A page can be used when its list, map and controls answer
(`body.gr-ready`) and the next frame has been drawn. Needs the extra ``test`` and a Chromium.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import geo_rectify
from geo_rectify.crs import STORED
from geo_rectify.outputs.maps import write_map
from geo_rectify.pipeline import assess_sites
from geo_rectify.tables import LAYER_ZONES, frame_of
from geo_rectify.vocabulary import ZoneClass

if TYPE_CHECKING:
    from geo_rectify.pipeline import Assessment

CLASSES = (ZoneClass.RED_LINE, ZoneClass.PUBLIC_FOREST_1, ZoneClass.FARMLAND)


def many_sites(count: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Scatter sites of every kind of error over a prefecture."""
    lon, lat = rng.uniform(116.8, 117.8, count), rng.uniform(28.75, 29.9, count)
    return gpd.GeoDataFrame(
        {
            "name": [f"第{i}号采石场" for i in range(count)],
            "uncertainty_m": rng.choice([20.0, 150.0, 1500.0], count),
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs=STORED,
    )


def wild_zones(vertices: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Draw ragged polygons of 5,000 vertices each until there are enough."""
    corners = 5000
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    rows: list[dict[str, Any]] = []
    for number in range(vertices // corners):
        waves = np.arange(1, 60)
        sizes = rng.normal(size=59) / waves**1.3
        phases = rng.uniform(0, 2 * np.pi, 59)
        ragged = (sizes[:, None] * np.cos(waves[:, None] * turn + phases[:, None])).sum(0)
        radius = rng.uniform(0.01, 0.05) * np.maximum(1 + ragged / np.abs(sizes).sum(), 0.2)
        radius *= 1 + 0.004 * rng.normal(size=corners)
        x = rng.uniform(116.8, 117.8) + 1.14 * radius * np.cos(turn)
        y = rng.uniform(28.75, 29.9) + radius * np.sin(turn)
        zone = CLASSES[number % len(CLASSES)]
        rows.append(
            {
                "zone_id": f"z{number}",
                "zone_class": zone.value,
                "zone_name": f"第{number}片",
                "layer_id": f"layer_{zone.value}",
                "layer_version": "1",
                "layer_status": "official",
                "sensitivity": "open",
                "geometry": shapely.make_valid(shapely.Polygon(np.column_stack([x, y]))),
            }
        )
    return frame_of(rows, LAYER_ZONES)


def large_run(sites: int, vertices: int) -> Assessment:
    """Judge many sites without layers, then lay large zones under their map."""
    rng = np.random.default_rng(7)
    judged = assess_sites(many_sites(sites, rng))
    layers = dataclasses.replace(judged.layers, zones=wild_zones(vertices, rng))
    return dataclasses.replace(judged, layers=layers)


def seconds_to_use(page_file: Path, *, rounds: int) -> float:
    """Open a page several times in Chromium and give the median time until it can be used."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(rounds):
            context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
            page = context.new_page()
            begun = time.perf_counter()
            page.goto(page_file.as_uri(), wait_until="commit")
            page.wait_for_selector("body.gr-ready")
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
            taken.append(time.perf_counter() - begun)
            context.close()
        browser.close()
    return statistics.median(taken)


def main() -> None:
    """Measure both pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", nargs="?")
    parser.add_argument("--sites", type=int, default=5000)
    parser.add_argument("--vertices", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    runs = {}
    if asked.plan:
        runs["plan"] = geo_rectify.assess(asked.plan, layers="sample")
    runs["large"] = large_run(asked.sites, asked.vertices)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, run in runs.items():
            path = Path(folder) / f"{name}.html"
            begun = time.perf_counter()
            notes = write_map(run, path)
            written = time.perf_counter() - begun
            vertices = int(shapely.get_num_coordinates(run.layers.zones.geometry).sum())
            rows.append(
                {
                    "page": name,
                    "sites": len(run.sites),
                    "zone vertices": vertices,
                    "MB": round(path.stat().st_size / 1e6, 2),
                    "written in s": round(written, 1),
                    "usable in s": round(seconds_to_use(path, rounds=asked.rounds), 2),
                }
            )
            for note in notes:
                print(note)
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
