"""Time the opening and checking of a layer of 5 million vertices, and its peak memory.

Run: python benchmarks/layers.py
"""

from __future__ import annotations

import datetime as dt
import resource
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo_rectify.catalogue import load_layers, open_catalogue

RINGS, POINTS = 5_000, 1_000
CATALOGUE = """[[layer]]
id = "big"
title = "benchmark"
role = "red_line"
status = "official"
source = "made up"
licence = "made up"
sensitivity = "open"
path = "big.gpkg"
coverage = "adcode:360200"
"""


def write_layer(folder: Path) -> None:
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
    (folder / "catalogue.toml").write_text(CATALOGUE, encoding="utf-8")


def main() -> None:
    """Print seconds of two loads and the peak memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_layer(folder)
        for turn in ("first", "again"):
            start = time.perf_counter()
            layers = load_layers(open_catalogue(folder), as_of=dt.date(2024, 1, 1))
            taken = time.perf_counter() - start
            print(f"{turn}: {layers.infos[0].vertex_count} vertices in {taken:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MB (with writing the layer)")


if __name__ == "__main__":
    main()
