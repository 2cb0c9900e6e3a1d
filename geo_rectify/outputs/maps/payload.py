"""The data block of the page: everything the map shows, as one plain dict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.drawing.markup import demo_mark, one_line, provenance_line, titled
from geo_rectify.drawing.symbology import shapes, theme, verdict_order, verdict_style
from geo_rectify.outputs._answers import questions
from geo_rectify.outputs.maps.shapes import ShapeTable, geojson, tolerance_for
from geo_rectify.outputs.maps.sites import (
    hidden_layers,
    is_unofficial,
    issue_entries,
    layer_mark,
    site_entries,
    worklist_groups,
)
from geo_rectify.regions import counties, county_polygons
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import LayerRole, LayerStatus, Sensitivity, ZoneClass, label

if TYPE_CHECKING:
    import geopandas as gpd

    from geo_rectify.pipeline import Assessment

MAX_ZONE_VERTICES: Final = 40_000
"""Zones are drawn more coarsely above this many vertices; the page says so."""
_MAX_REFERENCE_VERTICES: Final = 20_000
_COUNTY_TOLERANCE_M: Final = 120.0
_TITLE: Final = "问题点位分布图"
_NAME_FIELDS: Final = ("name", "名称", "NAME", "mc", "MC")


def page_data(assessment: Assessment, *, theme_name: str) -> dict[str, Any]:
    """Gather what the page shows.

    Parameters
    ----------
    assessment
        The run.
    theme_name
        Name of the theme that colours zones.

    Returns
    -------
    dict
        Plain data, ready for JSON; texts are as in the documents, not escaped.

    Raises
    ------
    OutputError
        There is no theme of that name.
    """
    areas = ShapeTable()
    sites = site_entries(assessment, areas=areas)
    worklist = worklist_groups(assessment)
    zones = _zones(assessment, theme_name=theme_name)
    places = [site for site in sites if not site["extent"]]
    day = assessment.settings.as_of
    return {
        "title": titled(_TITLE, assessment),
        "documents": [one_line(plan.title) for plan in assessment.plans],
        "as_of": f"{day.year}年{day.month}月{day.day}日",
        "marks": _marks(assessment),
        "provenance": provenance_line(assessment),
        "theme": theme(theme_name).title,
        "counts": {
            "issues": len(assessment.issues()),
            "sites": len(places),
            "drawn": sum(site["at"] is not None for site in places),
            "extents": len(sites) - len(places),
            "unlocated": sum(len(group["places"]) for group in worklist),
        },
        "verdicts": _verdict_styles(),
        "shapes": {shape.name: {"title": shape.title, "path": shape.path} for shape in shapes()},
        "issues": issue_entries(assessment),
        "sites": sites,
        "areas": areas.drawn,
        "worklist": worklist,
        "zones": zones,
        "undelineated": _undelineated(assessment),
        "references": _references(assessment),
        "counties": _counties(assessment),
        "review": _review(assessment),
    }


def _review(assessment: Assessment) -> dict[str, Any]:
    """Give the form, and the name under which a browser keeps what is entered on this page."""
    return {
        "key": " ".join(sorted(plan.doc_id for plan in assessment.plans)),
        "questions": [
            {
                "key": question.key,
                "label": question.label,
                "widget": question.widget,
                "choices": list(question.choices),
            }
            for question in questions()
        ],
    }


def _marks(assessment: Assessment) -> list[str]:
    marks = [demo_mark(assessment.settings)]
    infos = assessment.layers.infos
    if any(layer_mark(info.status) for info in infos if info.feature_count):
        marks.append("含示意或草案图层，不作依据")
    unread = "、".join(info.title for info in infos if info.missing)
    if unread:
        marks.append(f"未能读取的图层：{unread}")
    if not infos:
        marks.append("未加载管控区图层")
    hidden = hidden_layers(assessment)
    if any(
        info.sensitivity is not Sensitivity.OPEN and info.layer_id not in hidden for info in infos
    ):
        marks.append("内部用图")
    return [mark for mark in marks if mark]


def _verdict_styles() -> list[dict[str, Any]]:
    styles = []
    for verdict in verdict_order():
        style = verdict_style(verdict)
        styles.append(
            {
                "key": verdict.value,
                "label": label(verdict),
                "fill": style.fill,
                "stroke": style.stroke,
                "text": style.text,
                "dashed": style.dashed,
                "mark": style.mark,
            }
        )
    return styles


def _zones(assessment: Assessment, *, theme_name: str) -> list[dict[str, Any]]:
    hidden = hidden_layers(assessment)
    zones = assessment.layers.zones
    shown = zones[~zones["layer_id"].isin(sorted(hidden)) & ~zones.geometry.isna()]
    styles = theme(theme_name).zones
    tolerance = tolerance_for(list(shown.geometry), max_vertices=MAX_ZONE_VERTICES)
    titles = {info.layer_id: info.title for info in assessment.layers.infos}
    groups = []
    for zone_class in ZoneClass:
        rows = shown[shown["zone_class"] == zone_class.value]
        if rows.empty:
            continue
        style = styles[zone_class]
        marks = {layer_mark(status) for status in rows["layer_status"]}
        unofficial = [
            is_unofficial(status, demo=assessment.settings.demo) for status in rows["layer_status"]
        ]
        groups.append(
            {
                "key": zone_class.value,
                "label": label(zone_class),
                "mark": "".join(sorted(mark for mark in marks if mark)),
                "unofficial": all(unofficial),
                "note": f"绘图已简化，偏差不超过{tolerance:.0f}米" if tolerance > 5 else "",  # noqa: PLR2004 - below that nobody sees it
                "color": style.color,
                "hatch": style.hatch,
                "width": style.width,
                "dashed": style.dashed or all(marks),
                "features": [
                    {
                        "name": row["zone_name"] if isinstance(row["zone_name"], str) else "",
                        "layer": titles.get(row["layer_id"], row["layer_id"]),
                        "mark": layer_mark(row["layer_status"]),
                        "geometry": geojson(row["geometry"], tolerance_m=tolerance),
                    }
                    for row in rows.to_dict("records")
                ],
            }
        )
    return groups


def _undelineated(assessment: Assessment) -> list[str]:
    hidden = hidden_layers(assessment)
    names = (
        name
        for info in assessment.layers.infos
        if info.status is LayerStatus.NOT_DELINEATED and info.layer_id not in hidden
        for name in info.names or (info.title,)
    )
    return list(dict.fromkeys(names))


def _references(assessment: Assessment) -> list[dict[str, Any]]:
    hidden = hidden_layers(assessment)
    roles = {info.layer_id: info.role for info in assessment.layers.infos}
    groups: dict[LayerRole, list[dict[str, Any]]] = {}
    for layer_id in sorted(assessment.layers.references):
        if layer_id in hidden:
            continue
        frame = assessment.layers.references[layer_id]
        drawn = frame[~frame.geometry.isna()]
        if drawn.empty:
            continue
        tolerance = tolerance_for(list(drawn.geometry), max_vertices=_MAX_REFERENCE_VERTICES)
        names = _names(drawn)
        # a reference without a catalogue entry is drawn for what it looks like
        lines = drawn.geometry.geom_type.isin(["LineString", "MultiLineString"]).all()
        role = roles.get(layer_id, LayerRole.RIVER if lines else LayerRole.OTHER)
        groups.setdefault(role, []).extend(
            {"name": name, "geometry": geojson(shape, tolerance_m=tolerance)}
            for name, shape in zip(names, drawn.geometry, strict=True)
        )
    return [
        {"key": role.value, "label": label(role), "features": groups[role]}
        for role in LayerRole
        if role in groups
    ]


def _names(frame: gpd.GeoDataFrame) -> list[str]:
    for field in _NAME_FIELDS:
        if field in frame.columns:
            return [name if isinstance(name, str) else "" for name in frame[field]]
    return [""] * len(frame)


def _counties(assessment: Assessment) -> list[dict[str, Any]]:
    codes = _base_codes(assessment)
    if not codes:
        return []
    frame = county_polygons(codes)
    labels = _label_points(frame)
    return [
        {
            "name": row["name"],
            "at": at,
            "geometry": geojson(row["geometry"], tolerance_m=_COUNTY_TOLERANCE_M),
        }
        for row, at in zip(frame.to_dict("records"), labels, strict=True)
    ]


def _base_codes(assessment: Assessment) -> list[str]:
    """Give the prefectures the sites lie in; drawings show each as a whole, a part its county."""
    if assessment.scope.adcodes:
        return list(assessment.scope.adcodes)
    cells = assessment.sites["adcode"]
    named = {code for cell in cells for code in split_list(cell)}
    table = counties()
    hit = table["adcode"].isin(named) | table["prefecture_adcode"].isin(named)
    found = set(table.loc[hit, "prefecture_adcode"])
    return sorted(found) or _codes_under(assessment.sites)


def _codes_under(sites: gpd.GeoDataFrame) -> list[str]:
    """Give the prefectures under sites that name no county, by the nearest label point."""
    inner = np.asarray(shapely.point_on_surface(list(sites.geometry.dropna())))
    table = counties()
    seats = table[["lon", "lat"]].to_numpy(dtype=float)
    codes = set()
    for lon, lat in shapely.get_coordinates(inner):
        shrink = np.cos(np.radians(lat))
        away = np.hypot((seats[:, 0] - lon) * shrink, seats[:, 1] - lat)
        codes.add(str(table["prefecture_adcode"].iloc[int(np.argmin(away))]))
    return sorted(codes)


def _label_points(frame: gpd.GeoDataFrame) -> list[list[float]]:
    inner = np.asarray(shapely.point_on_surface(frame.geometry.to_numpy()))
    return [[round(lat, 4), round(lon, 4)] for lon, lat in shapely.get_coordinates(inner).tolist()]
