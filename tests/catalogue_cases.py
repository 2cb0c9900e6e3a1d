"""Small layers and catalogues written to a folder, for the tests of the catalogue."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from pathlib import Path  # noqa: TC003 - used at run time by the tests that import it

import geopandas as gpd
import pyogrio
import shapely

from geo_rectify.catalogue import Layers, load_layers, open_catalogue

DAY = dt.date(2024, 6, 1)
EAST, NORTH = 519_000.0, 3_240_000.0  # in EPSG:4548, within the prefecture


def zones_4548() -> gpd.GeoDataFrame:
    """Draw two water zones by hand, metres of EPSG:4548."""
    inner = shapely.box(EAST, NORTH, EAST + 400, NORTH + 300)
    outer = shapely.box(EAST - 1000, NORTH - 1000, EAST + 1400, NORTH + 1300)
    return gpd.GeoDataFrame(
        {"名称": ["某水源地", "某水源地"], "级别": ["一级", "二级"], "编号": ["A", "B"]},
        geometry=[inner, shapely.difference(outer, inner)],
        crs="EPSG:4548",
    )


def entry(layer_id: str = "water", **keys: object) -> str:
    """Write one [[layer]] table; None leaves a key out, class_map makes a table of its own."""
    given: dict[str, object] = {
        "id": layer_id,
        "title": "水源保护区",
        "role": "water_source",
        "status": "official",
        "source": "测试",
        "licence": "测试",
        "sensitivity": "open",
        "valid_from": dt.date(2023, 1, 1),
        **keys,
    }
    class_map = given.pop("class_map", None)
    lines = ["[[layer]]"]
    for key, value in given.items():
        if value is not None:
            shown = value.isoformat() if isinstance(value, dt.date) else _toml(value)
            lines.append(f"{key} = {shown}")
    if isinstance(class_map, dict):
        lines.append("[layer.class_map]")
        lines += [f"{_toml(word)} = {_toml(found)}" for word, found in class_map.items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def write_catalogue(folder: Path, *tables: str) -> Path:
    """Write a catalogue and give its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "catalogue.toml").write_text("\n".join(tables), encoding="utf-8")
    return folder


def write_vector(frame: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    """Write a vector file without the warnings of odd ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, **options)
    return path


def load(folder: Path, *, as_of: dt.date = DAY) -> Layers:
    """Open and load the catalogue of a folder."""
    return load_layers(open_catalogue(folder), as_of=as_of)
