"""Draw the schematic sample layers of ``layers/`` around places that are only estimates.

Nothing here is a real boundary: each zone is a smooth blob of a plausible size around an estimated
or a township's position, and every name carries 示意. The same input gives the same bytes.

    python scripts/draw_sample_layers.py [--data FOLDER] [--layers FOLDER]

FOLDER of ``--data`` is a gazetteer's: ``estimates.csv`` and ``geonames.csv`` with name, lon, lat.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo_rectify.crs import STORED, from_plane, gauss_kruger_epsg, to_plane
from geo_rectify.regions import area_polygon

ROOT: Final = Path(__file__).resolve().parent.parent
PREFECTURE: Final = "360200"
WRITTEN_ON: Final = "2024-01-01T00:00:00.000Z"
MARK: Final = "（示意）"
SOURCES: Final = ("estimates.csv", "geonames.csv")
_CORNERS: Final = 96
_DIGITS: Final = 6
_WAVES: Final = (2, 3, 5)
_SWING: Final = (0.16, 0.10, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """One zone to draw: around which place, how large, and what is cut out of its middle."""

    layer: str
    name: str
    grade: str
    around: str
    radius_m: float
    inner_m: float = 0.0


def _park(layer: str, around: str, name: str, *, radius_m: float, grade: str = "") -> Blob:
    return Blob(layer=layer, name=name + MARK, grade=grade, around=around, radius_m=radius_m)


def _water(township: str) -> list[Blob]:
    name = f"示例水源地（{township}，示意）"
    rings = (
        ("一级保护区", 400.0, 0.0),
        ("二级保护区", 1500.0, 400.0),
        ("准保护区", 3000.0, 1500.0),
    )
    return [
        Blob(
            layer="water_source",
            name=name,
            grade=grade,
            around=township,
            radius_m=outer,
            inner_m=inner,
        )
        for grade, outer, inner in rings
    ]


FENGSHU: Final = "景德镇国家森林公园"
HEIJI: Final = "黄字号黑麂省级自然保护区"
DALING: Final = "大岭森林公园"
HONGYAN: Final = "洪岩国家森林公园"

BLOBS: Final = (
    _park("red_line", FENGSHU, "生态保护红线枫树山片", radius_m=2200),
    _park("red_line", HEIJI, "生态保护红线黄字号片", radius_m=4800),
    _park("red_line", HONGYAN, "生态保护红线洪岩片", radius_m=2600),
    Blob(
        layer="nature_reserve",
        name=HEIJI + MARK,
        grade="核心保护区",
        around=HEIJI,
        radius_m=2800,
    ),
    Blob(
        layer="nature_reserve",
        name=HEIJI + MARK,
        grade="一般控制区",
        around=HEIJI,
        radius_m=4600,
        inner_m=2800,
    ),
    _park("forest_park", FENGSHU, "景德镇国家森林公园（枫树山）", radius_m=3000),
    _park("forest_park", DALING, "大岭森林公园", radius_m=2400),
    _park("forest_park", HONGYAN, "洪岩国家森林公园", radius_m=3600),
    _park("public_forest", FENGSHU, "国家级公益林枫树山片", radius_m=1500, grade="国家级"),
    _park("public_forest", HEIJI, "国家级公益林黄字号片", radius_m=3800, grade="国家级"),
    _park("public_forest", DALING, "省级公益林大岭片", radius_m=1800, grade="省级"),
    _park("public_forest", HONGYAN, "省级公益林洪岩片", radius_m=2000, grade="省级"),
    *_water("西湖乡"),
    *_water("经公桥镇"),
)


def positions(folder: Path) -> dict[str, tuple[float, float]]:
    """Read where the places lie, roughly.

    Parameters
    ----------
    folder
        Folder of the files of `SOURCES`.

    Returns
    -------
    dict
        Lon and lat by name, the first file's first.
    """
    found: dict[str, tuple[float, float]] = {}
    for name in SOURCES:
        table = pd.read_csv(folder / name, encoding="utf-8-sig")
        for row in table.itertuples(index=False):
            found.setdefault(row.name, (row.lon, row.lat))
    return found


def outline(lon: float, lat: float, *, radius_m: float, seed: str) -> shapely.Polygon:
    """Draw a smooth closed line around a place; blobs of one seed nest in each other.

    Parameters
    ----------
    lon, lat
        The place, degrees.
    radius_m
        Mean radius in metres.
    seed
        What the shape follows from.

    Returns
    -------
    shapely.Polygon
        The blob in EPSG:4490, coordinates rounded to six digits (0.1 m).
    """
    digest = hashlib.sha256(seed.encode()).digest()
    turns = [byte / 256 * math.tau for byte in digest]
    angles = np.arange(_CORNERS) * (math.tau / _CORNERS)
    swing = sum(
        share * np.cos(wave * angles + turn)
        for share, wave, turn in zip(_SWING, _WAVES, turns, strict=False)
    )
    reach = radius_m * (1 + swing)
    epsg = gauss_kruger_epsg(lon)
    centre = to_plane(shapely.Point(lon, lat), epsg)
    x = shapely.get_x(centre) + reach * np.cos(angles)
    y = shapely.get_y(centre) + reach * np.sin(angles)
    ring = from_plane(shapely.Polygon(np.column_stack((x, y))), epsg)
    return shapely.Polygon(np.round(shapely.get_coordinates(ring)[:-1], _DIGITS))


def draw(blob: Blob, places: dict[str, tuple[float, float]]) -> shapely.Polygon:
    """Draw one zone, its middle left out where it is a ring."""
    lon, lat = places[blob.around]
    whole = outline(lon, lat, radius_m=blob.radius_m, seed=blob.around)
    if not blob.inner_m:
        return whole
    hole = outline(lon, lat, radius_m=blob.inner_m, seed=blob.around)
    return shapely.Polygon(whole.exterior, [hole.exterior])


def write_layers(layers: Path, *, data: Path) -> list[Path]:
    """Draw all zones and write one GeoPackage a role.

    Parameters
    ----------
    layers
        The folder of layers.
    data
        The folder of positions.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    places = positions(data)
    prefecture = area_polygon(PREFECTURE)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN_ON})
    written = []
    for role in dict.fromkeys(blob.layer for blob in BLOBS):
        blobs = [blob for blob in BLOBS if blob.layer == role]
        shapes = [draw(blob, places) for blob in blobs]
        if not all(prefecture.intersects(shape) and shape.is_valid for shape in shapes):
            raise SystemExit(f"{role}: a zone is invalid or lies outside the prefecture")
        rows = {"名称": [blob.name for blob in blobs]}
        if any(blob.grade for blob in blobs):
            rows["级别"] = [blob.grade for blob in blobs]
        path = layers / role / f"{role}_sample.gpkg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=STORED)
        pyogrio.write_dataframe(
            frame, path, layer=path.stem, driver="GPKG", dataset_options={"VERSION": "1.2"}
        )
        written.append(path)
    written.append(write_rivers(layers, data=data))
    return written


def write_rivers(layers: Path, *, data: Path) -> Path:
    """Write the river lines of the gazetteer as a reference layer.

    Parameters
    ----------
    layers
        The folder of layers.
    data
        The folder with ``rivers.geojson``.

    Returns
    -------
    pathlib.Path
        The file written.
    """
    path = layers / "river" / "river_sample.gpkg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    lines = gpd.read_file(data / "rivers.geojson").set_crs(STORED, allow_override=True)
    kept = lines[["name", "uncertainty_m", "source", "licence", "geometry"]]
    pyogrio.write_dataframe(
        kept, path, layer=path.stem, driver="GPKG", dataset_options={"VERSION": "1.2"}
    )
    return path


def main() -> None:
    """Read the arguments and write the layers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shipped = ROOT / "geo_rectify" / "places" / "data" / "gazetteer"
    parser.add_argument("--data", type=Path, default=shipped, help="folder of the two CSV files")
    parser.add_argument("--layers", type=Path, default=ROOT / "layers", help="where to write")
    asked = parser.parse_args()
    for path in write_layers(asked.layers, data=asked.data):
        print(path)


if __name__ == "__main__":
    main()
