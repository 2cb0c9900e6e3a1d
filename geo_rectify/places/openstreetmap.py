"""Named places of an OpenStreetMap extract (.osm, .osm.pbf), through GDAL's OSM driver."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pyogrio
import shapely

from geo_rectify.errors import InputFileError
from geo_rectify.places.kinds import table
from geo_rectify.places.names import TOWNSHIP_END
from geo_rectify.tables import GAZETTEER, geoframe_of, join_list
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

_LAYERS: Final = ("points", "lines", "multipolygons")
_PAIR: Final = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_NAMES: Final = ("name:zh", "name:zh-Hans", "alt_name", "old_name", "short_name", "official_name")
_LONG: Final = frozenset({PlaceType.RIVER.value, PlaceType.ROAD.value, PlaceType.RAILWAY.value})


def read_openstreetmap(path: Path) -> list[gpd.GeoDataFrame]:
    """Read the named places of an extract.

    Each layer is read by a query of its own, so that GDAL does not keep the others; what has no
    name or no rule in ``osm.toml`` is left out. The parts of a road or river of one name that
    touch are one place.

    Parameters
    ----------
    path
        The extract.

    Returns
    -------
    list of geopandas.GeoDataFrame
        Frames of `tables.GAZETTEER`, EPSG:4490.

    Raises
    ------
    InputFileError
        GDAL cannot read the file.
    """
    frames = []
    for layer in _LAYERS:
        try:
            raw = pyogrio.read_dataframe(
                path,
                sql=f"SELECT * FROM {layer} WHERE name IS NOT NULL",  # noqa: S608 - our layer names
                use_arrow=False,
            )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as err:
            message = f"{path}: GDAL cannot read this OpenStreetMap extract ({err})"
            raise InputFileError(
                message, chinese=f"{path}：读不了这个OpenStreetMap文件，可能已损坏；请重新下载"
            ) from err
        rows = _rows(raw, lines=layer == "lines")
        if rows:
            frames.append(geoframe_of(rows, GAZETTEER))
    return frames


def _rows(raw: pd.DataFrame, *, lines: bool) -> list[dict[str, Any]]:
    rules = table("osm")
    rows: list[dict[str, Any]] = []
    together: dict[tuple[str, str], list[int]] = {}
    shapes = raw.geometry.to_numpy()
    for number, cells in enumerate(raw.drop(columns=raw.geometry.name).to_dict("records")):
        tags = _tags({str(key): cell for key, cell in cells.items()})
        shape = shapes[number]
        if shape is None or shape.is_empty or not shape.is_valid:
            continue
        found = _kind(tags, rules)
        if found is None:
            continue
        kind, uncertainty = found
        name, others = _named(tags)
        rows.append(
            {
                "name": name,
                "aliases": join_list(others - {name}),
                "kind": kind,
                "adcode": "",
                "township": name if kind == PlaceType.TOWNSHIP.value else "",
                "uncertainty_m": uncertainty,
                "source": rules["source"],
                "licence": rules["licence"],
                "valid_on": "",
                "flow": "with" if lines and tags.get("waterway") in rules["downstream"] else "",
                "geometry": shapely.force_2d(shape),
            }
        )
        if lines and kind in _LONG:
            together.setdefault((name, kind), []).append(len(rows) - 1)
    return _joined_lines(rows, together)


def _tags(cells: dict[str, Any]) -> dict[str, str]:
    """Give all tags of a feature: those of columns, and those GDAL packs into other_tags."""
    tags = {key: value for key, value in cells.items() if isinstance(value, str) and value}
    for key, value in _PAIR.findall(tags.pop("other_tags", "")):
        tags.setdefault(key, value.replace('\\"', '"').replace("\\\\", "\\"))
    return tags


def _named(tags: dict[str, str]) -> tuple[str, set[str]]:
    """Give a feature's Chinese name where it has one, and all its names."""
    names = {part.strip() for key in _NAMES for part in tags.get(key, "").split(";")}
    names |= {part.strip() for part in tags["name"].split(";")}
    first = tags["name"].split(";")[0].strip()
    if not _CHINESE.search(first):
        first = next((tags[key] for key in _NAMES if _CHINESE.search(tags.get(key, ""))), first)
    return first, {name for name in names if name}


def _kind(tags: dict[str, str], rules: dict[str, Any]) -> tuple[str, float] | None:
    name = _named(tags)[0]
    for rule in rules["rule"]:
        value = tags.get(rule["tag"])
        if value is None or ("values" in rule and value not in rule["values"]):
            continue
        uncertainty = float(rule["uncertainty_m"])
        if rule.get("township_endings"):
            if name.endswith(TOWNSHIP_END):
                return PlaceType.TOWNSHIP.value, uncertainty
            if rule.get("only_endings"):
                continue
        for ending in sorted(rules["endings"], key=lambda word: (-len(word), word)):
            if name.endswith(ending):
                return str(rules["endings"][ending]), uncertainty
        return str(rule["kind"]), uncertainty
    return None


def _joined_lines(
    rows: list[dict[str, Any]], together: dict[tuple[str, str], list[int]]
) -> list[dict[str, Any]]:
    """Join the parts of one road, railway or river that touch."""
    gone: set[int] = set()
    for numbers in together.values():
        if len(numbers) == 1:
            continue
        shapes = [rows[number]["geometry"] for number in numbers]
        for group in _touching(shapes):
            first = numbers[group[0]]
            parts = shapely.get_parts([shapes[n] for n in group])
            rows[first]["geometry"] = shapely.line_merge(
                shapely.multilinestrings(parts), directed=bool(rows[first]["flow"])
            )
            gone.update(numbers[n] for n in group[1:])
    return [row for number, row in enumerate(rows) if number not in gone]


def _touching(shapes: list[Any]) -> list[list[int]]:
    """Group lines that are connected, in order."""
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    beside: dict[int, set[int]] = {}
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        beside.setdefault(a, set()).add(b)
    seen: set[int] = set()
    groups = []
    for start in range(len(shapes)):
        if start in seen:
            continue
        group, todo = set(), [start]
        while todo:
            each = todo.pop()
            if each not in group:
                group.add(each)
                todo.extend(beside.get(each, ()))
        seen |= group
        groups.append(sorted(group))
    return groups
