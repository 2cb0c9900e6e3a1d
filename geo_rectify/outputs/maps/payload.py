"""The data block of the page: everything the map shows, as one plain dict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.drawing.markup import demo_mark, one_line, provenance_line, titled
from geo_rectify.drawing.symbology import (
    VerdictStyle,
    progress_styles,
    shapes,
    theme,
    themes,
    verdict_order,
    verdict_style,
)
from geo_rectify.outputs._answers import questions
from geo_rectify.outputs.maps.layers import reference_groups, zone_groups
from geo_rectify.outputs.maps.shapes import ShapeTable, geojson
from geo_rectify.outputs.maps.sites import (
    colour_by_progress,
    hidden_layers,
    issue_entries,
    layer_mark,
    site_entries,
    worklist_groups,
)
from geo_rectify.regions import counties, county_polygons
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import LayerStatus, Sensitivity, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from geo_rectify.pipeline import Assessment

_COUNTY_TOLERANCE_M: Final = 120.0
_TITLE: Final = "问题点位分布图"


def page_data(
    assessment: Assessment,
    *,
    theme_name: str,
    states: Mapping[str, Iterable[str]] | None = None,
) -> dict[str, Any]:
    """Gather what the page shows.

    Parameters
    ----------
    assessment
        The run.
    theme_name
        Name of the theme that colours zones when the page opens.
    states
        States of progress people wrote, by issue key; an issue without is judged by its dates.

    Returns
    -------
    dict
        Plain data, ready for JSON; texts are as in the documents, not escaped.

    Raises
    ------
    OutputError
        There is no theme of that name.
    """
    theme(theme_name)
    areas = ShapeTable()
    issues = issue_entries(assessment, states=states or {})
    sites = site_entries(assessment, areas=areas)
    worklist = worklist_groups(assessment)
    colour_by_progress(sites, issues)
    places = [site for site in sites if not site["extent"]]
    day = assessment.settings.as_of
    return {
        "title": titled(_TITLE, assessment),
        "documents": [one_line(plan.title) for plan in assessment.plans],
        "as_of": f"{day.year}年{day.month}月{day.day}日",
        "marks": _marks(assessment),
        "provenance": provenance_line(assessment),
        "theme": theme_name,
        "themes": [{"key": name, "title": one.title} for name, one in themes().items()],
        "counts": {
            "issues": len(assessment.issues()),
            "sites": len(places),
            "drawn": sum(site["at"] is not None for site in places),
            "extents": len(sites) - len(places),
            "unlocated": sum(len(group["places"]) for group in worklist),
        },
        "verdicts": [
            {"key": verdict.value, "label": label(verdict), **_style(verdict_style(verdict))}
            for verdict in verdict_order()
        ],
        "progress": [
            {"key": state, "label": state, **_style(style)}
            for state, style in progress_styles().items()
        ],
        "shapes": {shape.name: {"title": shape.title, "path": shape.path} for shape in shapes()},
        "issues": issues,
        "sites": sites,
        "areas": areas.drawn,
        "worklist": worklist,
        "zones": zone_groups(assessment),
        "undelineated": _undelineated(assessment),
        "references": reference_groups(assessment),
        "counties": _counties(assessment),
        "review": _review(assessment),
        "colour": "verdict",
        "off": [],
        "online": None,
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


def _style(style: VerdictStyle) -> dict[str, Any]:
    return {
        "fill": style.fill,
        "stroke": style.stroke,
        "text": style.text,
        "dashed": style.dashed,
        "mark": style.mark,
    }


def _undelineated(assessment: Assessment) -> list[str]:
    hidden = hidden_layers(assessment)
    names = (
        name
        for info in assessment.layers.infos
        if info.status is LayerStatus.NOT_DELINEATED and info.layer_id not in hidden
        for name in info.names or (info.title,)
    )
    return list(dict.fromkeys(names))


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
