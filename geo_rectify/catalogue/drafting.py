"""Draft zones around a drinking-water intake (取水口), after HJ 338-2018: 推定, never a boundary.

A water-source protection zone (饮用水水源保护区) exists by approval alone. What is drawn here says
where one would have to be expected, always with status draft. Figures stand in
``data/drafting.toml`` with their source and how sure they are.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely
from shapely.ops import substring

from geo_rectify.catalogue.classes import word_of
from geo_rectify.catalogue.tabular import number_of
from geo_rectify.catalogue.wording import data_table, sentence
from geo_rectify.crs import STORED, from_plane, gauss_kruger_epsg, require_crs, to_plane
from geo_rectify.errors import LayerError, Told, told_together
from geo_rectify.repair import made_valid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

_NEAR_M: Final = 500.0
"""How far an intake may lie from its river or reservoir."""
_LINE: Final = 1
_AREA: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One intake: where it is (lon, lat), on what kind of water, and how that flows.

    ``size`` is small, medium or large for a reservoir; ``flow`` says whether a river runs along
    the direction its line is drawn in (along, against), "" where that is not known.
    """

    name: str
    lon: float
    lat: float
    kind: str
    size: str = ""
    flow: str = ""
    width_m: float | None = None


def read_intakes(frame: gpd.GeoDataFrame) -> tuple[Intake, ...]:
    """Read intakes from rows of points with their names, kinds and sizes.

    Parameters
    ----------
    frame
        Points in EPSG:4490 with a column of kinds (类型: 河流, 水库, 湖泊), and optionally names
        (名称), sizes (规模), flow (流向: 顺 or 逆 to the line as drawn) and widths in metres (河宽).

    Returns
    -------
    tuple of Intake
        In the order of the rows.

    Raises
    ------
    LayerError
        Faults of all rows together.
    """
    require_crs(frame, name="intakes")
    columns = {purpose: _column(frame, purpose) for purpose in data_table("drafting")["fields"]}
    made, faults = [], []
    for at, (row, point) in enumerate(
        zip(frame.to_dict("records"), frame.geometry, strict=True), start=1
    ):
        cells = {purpose: word_of(row.get(name)) for purpose, name in columns.items()}
        name = cells["name"] or sentence("intake", number=at)
        kind, size, flow = (_meaning(cells[key], key) for key in ("kind", "size", "flow"))
        if not isinstance(point, shapely.Point):
            faults.append(
                Told(
                    english=f"row {at} ({name}): is no point; give one position for each intake",
                    chinese=f"第{at}行（{name}）：不是点；每个取水口请给一个位置",
                )
            )
        elif not kind:
            faults.append(
                Told(
                    english=f"row {at} ({name}): 类型 {cells['kind']!r} is neither 河流 nor 水库 "
                    "nor 湖泊",
                    chinese=f"第{at}行（{name}）：类型“{cells['kind']}”不是河流、水库或湖泊",
                )
            )
        elif kind == "reservoir" and not size:
            faults.append(
                Told(
                    english=f"row {at} ({name}): 规模 {cells['size']!r}; write 小型, 中型 or 大型",
                    chinese=f"第{at}行（{name}）：规模“{cells['size']}”；请写小型、中型或大型",
                )
            )
        else:
            width = number_of(cells["width"])
            made.append(
                Intake(
                    name=name,
                    lon=point.x,
                    lat=point.y,
                    kind=kind,
                    size=size,
                    flow=flow,
                    width_m=width if width > 0 else None,
                )
            )
    if faults:
        raise LayerError.of(told_together(faults))
    return tuple(made)


def drafting_figures(path: Path | None = None) -> dict[str, Any]:
    """Give the figures zones are drawn with, replaced by those of a file.

    Parameters
    ----------
    path
        A TOML file with any of the tables and keys of ``data/drafting.toml``.

    Returns
    -------
    dict
        The figures, in metres.

    Raises
    ------
    LayerError
        The file cannot be read, or has a key that is none of them.
    """
    figures = {
        key: value
        for key, value in data_table("drafting").items()
        if key not in {"words", "fields"}
    }
    if path is None:
        return figures
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as err:
        message = f"{path.name} is no TOML file that can be read ({err})"
        chinese = f"{path.name}不是能读的TOML文件（{err}）"
        raise LayerError(message, chinese=chinese) from err
    return _replaced(figures, given, where=path.name)


def draft_zones(
    intakes: tuple[Intake, ...],
    water: gpd.GeoDataFrame,
    *,
    figures: Mapping[str, Any] | None = None,
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Draw draft zones of class one and two around intakes.

    On a river the zone reaches up and down its line by the lengths of the standard, and sideways
    by half the water's width and the depth on land. Where the flow is not known the upstream
    length is taken both ways. On a reservoir it is a radius of the water's area and a strip of
    land around it. Tributaries, dykes, flood levels and watersheds are not looked at.

    Parameters
    ----------
    intakes
        The intakes.
    water
        River lines and the areas of reservoirs and lakes, EPSG:4490.
    figures
        As `drafting_figures` gives; the shipped ones where None.

    Returns
    -------
    tuple
        Zones with 名称, 级别 (一级, 二级), 部位 (水域, 陆域) and 依据, EPSG:4490; and sentences on
        what was assumed.

    Raises
    ------
    LayerError
        An intake lies far from all water of its kind; all such together.
    """
    require_crs(water, name="water")
    known = drafting_figures() if figures is None else dict(figures)
    rows: list[dict[str, Any]] = []
    notes: list[str] = [sentence("draft_basis", **_basis(known))]
    faults = []
    for intake in intakes:
        epsg = gauss_kruger_epsg(intake.lon)
        placed = to_plane(shapely.Point(intake.lon, intake.lat), epsg)
        spot = shapely.Point(shapely.get_x(placed), shapely.get_y(placed))
        shape = _water_at(spot, water, epsg=epsg, areal=intake.kind != "river")
        if shape is None:
            what = "area" if intake.kind != "river" else "line"
            faults.append(
                Told(
                    english=f"{intake.name}: no {what} of the water file lies within "
                    f"{_NEAR_M:.0f} m of it; draw the water there, or correct the position",
                    chinese=f"{intake.name}：水系文件里{_NEAR_M:.0f}米内没有"
                    f"{'河线' if what == 'line' else '水面'}；请补画，或更正位置",
                )
            )
            continue
        if intake.kind == "river":
            parts = _river(intake, spot, shape, figures=known["river"], notes=notes)
        else:
            parts = _reservoir(spot, shape, figures=known["reservoir"][intake.size])
            notes.append(sentence("draft_reservoir", name=intake.name))
        rows += [
            {
                "名称": sentence("draft_name", name=intake.name),
                "级别": grade,
                "部位": part,
                "依据": sentence("draft_ground", standard=known["standard"]),
                "geometry": from_plane(area, epsg),
            }
            for (grade, part), area in parts.items()
            if not area.is_empty
        ]
    if faults:
        raise LayerError.of(told_together(faults))
    shapes = made_valid([row.pop("geometry") for row in rows])
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=STORED), tuple(dict.fromkeys(notes))


def _basis(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {key: figures[key] for key in ("standard", "source", "confidence")}


def _column(frame: gpd.GeoDataFrame, purpose: str) -> str | None:
    spelled = {str(name).strip().casefold(): str(name) for name in reversed(list(frame.columns))}
    aliases = data_table("drafting")["fields"][purpose]
    return next((spelled[alias] for alias in aliases if alias in spelled), None)


def _meaning(cell: str, purpose: str) -> str:
    """Translate a cell into one of our words, "" where it means none."""
    words = {"kind": ("river", "reservoir"), "size": ("small", "medium", "large")}
    table = data_table("drafting")["words"]
    plain = cell.strip().casefold()
    return next(
        (word for word in words.get(purpose, ("along", "against")) if plain in table[word]), ""
    )


def _replaced(old: Mapping[str, Any], new: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        if key not in old:
            message = f"{where}: {key!r} is no figure; known are {', '.join(map(str, old))}"
            chinese = f"{where}：没有“{key}”这个数值；可用的有{'、'.join(map(str, old))}"
            raise LayerError(message, chinese=chinese)
        if isinstance(old[key], dict):
            if not isinstance(value, dict):
                message = f"{where}: {key!r} is a table of figures"
                chinese = f"{where}：“{key}”应是一组数值"
                raise LayerError(message, chinese=chinese)
            merged[key] = _replaced(old[key], value, where=f"{where}: {key}")
            continue
        wanted = (int, float) if isinstance(old[key], int | float) else type(old[key])
        negative = isinstance(value, int | float) and value < 0
        if not isinstance(value, wanted) or isinstance(value, bool) or negative:
            message = f"{where}: {key} = {value!r} is no {'length in metres' if wanted == (int, float) else 'text or date'}"
            chinese = f"{where}：{key} = {value!r} 不是{'以米计的长度' if wanted == (int, float) else '文字或日期'}"
            raise LayerError(message, chinese=chinese)
        merged[key] = value
    return merged


def _water_at(
    spot: BaseGeometry, water: gpd.GeoDataFrame, *, epsg: int, areal: bool
) -> BaseGeometry | None:
    """Find the water an intake stands on, in metres; lines of one river are joined first."""
    shapes = water.geometry.to_numpy()
    kinds = shapely.get_dimensions(shapes)
    fitting = shapes[kinds == (_AREA if areal else _LINE)]
    if not len(fitting):
        return None
    whole = fitting
    if not areal:
        near = fitting[shapely.dwithin(fitting, from_plane(spot, epsg), 0.5)]
        whole = shapely.get_parts(shapely.line_merge(shapely.union_all(near)))
    planes = [to_plane(shape, epsg) for shape in whole]
    if not planes:
        return None
    away = shapely.distance(np.array(planes, dtype=object), spot)
    at = int(np.argmin(away))
    return planes[at] if away[at] <= _NEAR_M else None


def _river(
    intake: Intake,
    spot: shapely.Point,
    line: BaseGeometry,
    *,
    figures: Mapping[str, float],
    notes: list[str],
) -> dict[tuple[str, str], BaseGeometry]:
    if not isinstance(line, shapely.LineString):
        message = f"{intake.name}: the river is no plain line; draw it as one"
        chinese = f"{intake.name}：河线不是一条单线；请画成一条线"
        raise LayerError(message, chinese=chinese)
    name, half = intake.name, (intake.width_m or figures["width_m"]) / 2
    up_1, down_1 = figures["upstream_1_m"], figures["downstream_1_m"]
    up_2, down_2 = up_1 + figures["upstream_2_m"], down_1 + figures["downstream_2_m"]
    if not intake.flow:
        notes.append(sentence("draft_flow", name=name))
        down_1, down_2 = max(up_1, down_1), max(up_2, down_2)
    if intake.width_m is None:
        notes.append(sentence("draft_width", name=name, width=f"{figures['width_m']:g}"))
    at = line.project(spot)
    back_1, ahead_1, back_2, ahead_2 = up_1, down_1, up_2, down_2
    if intake.flow == "against":
        back_1, ahead_1, back_2, ahead_2 = down_1, up_1, down_2, up_2
    if at < back_2 or line.length - at < ahead_2:
        notes.append(sentence("draft_short", name=name))
    first = substring(line, max(0.0, at - back_1), min(line.length, at + ahead_1))
    second = substring(line, max(0.0, at - back_2), min(line.length, at + ahead_2))
    water_1 = _strip(first, half)
    whole_1 = _strip(first, half + figures["land_1_m"])
    water_2 = _strip(second, half)
    whole_2 = _strip(second, half + figures["land_2_m"])
    notes.append(sentence("draft_river", name=name))
    return {
        ("一级", "水域"): water_1,
        ("一级", "陆域"): shapely.difference(whole_1, water_1),
        ("二级", "水域"): shapely.difference(water_2, whole_1),
        ("二级", "陆域"): shapely.difference(whole_2, shapely.union(water_2, whole_1)),
    }


def _strip(line: BaseGeometry, reach: float) -> BaseGeometry:
    strip: BaseGeometry = shapely.buffer(line, reach, cap_style="flat", join_style="round")
    return strip


def _reservoir(
    spot: BaseGeometry, lake: BaseGeometry, *, figures: Mapping[str, float]
) -> dict[tuple[str, str], BaseGeometry]:
    lake = made_valid([lake])[0]
    water_1 = lake
    if figures["radius_1_m"]:
        water_1 = shapely.intersection(lake, shapely.buffer(spot, figures["radius_1_m"]))
    whole_1 = shapely.union(
        water_1, shapely.difference(shapely.buffer(water_1, figures["land_1_m"]), lake)
    )
    water_2 = lake
    if figures["radius_2_m"]:
        water_2 = shapely.intersection(lake, shapely.buffer(water_1, figures["radius_2_m"]))
    land_2 = shapely.difference(shapely.buffer(water_1, figures["land_2_m"]), lake)
    return {
        ("一级", "水域"): water_1,
        ("一级", "陆域"): shapely.difference(whole_1, lake),
        ("二级", "水域"): shapely.difference(water_2, whole_1),
        ("二级", "陆域"): shapely.difference(land_2, whole_1),
    }
