"""qfield/: a QGIS project for phones, with a form to fill at each place and what it is filled on.

``project.qgs`` opens in QGIS and QField; ``data.gpkg`` beside it holds ``inspections`` (points) and
``outlines`` (polygons), empty and editable, and the sites, footprints and zones to look at. What
was filled in comes back with ``--corrections data.gpkg``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from geo_rectify.crs import STORED
from geo_rectify.drawing.markup import demo_mark, one_line, provenance_line
from geo_rectify.drawing.symbology import verdict_order, verdict_style, zone_style
from geo_rectify.files import write_geopackage
from geo_rectify.outputs._answers import questions
from geo_rectify.outputs._dossiers import Dossier, dossiers
from geo_rectify.outputs.field.qgs import (
    Category,
    FormField,
    ProjectLayer,
    area,
    layer_id,
    marker,
    project_text,
    zone_area,
)
from geo_rectify.vocabulary import LayerStatus, ZoneClass, label

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.pipeline import Assessment

DATA: Final = "data.gpkg"
PROJECT: Final = "project.qgs"
_EPSG: Final = 4490
_COPIED: Final = ("name", "county", "kind")
_LABELS: Final = {
    "site_id": "点位",
    "title": "点位",
    "name": "名称",
    "kind": "类型",
    "county": "县（市、区）",
    "township": "乡镇",
    "issue_numbers": "问题序号",
    "precision": "定位精度",
    "uncertainty_m": "误差（米）",
    "sentence": "方案原文",
    "deadline": "整改时限",
    "units": "责任单位",
    "verdict": "判定",
    "verdicts": "各管控区判定",
    "provenance": "数据说明",
    "zone_class": "管控区类型",
    "zone_name": "名称",
    "layer_id": "图层",
    "layer_version": "版本",
    "status": "图层状态",
}
_PLACE: Final = (
    "site_id",
    "title",
    "name",
    "kind",
    "county",
    "township",
    "issue_numbers",
    "precision",
    "sentence",
    "deadline",
    "units",
    "verdict",
    "verdicts",
    "provenance",
)
_ZONE: Final = ("zone_class", "zone_name", "layer_id", "layer_version", "status")
_CHINA: Final = (73.0, 18.0, 135.0, 54.0)
_MARGIN: Final = 0.05


def write_qfield(assessment: Assessment, folder: Path) -> None:
    """Write the QField project of a run: project.qgs and data.gpkg.

    Parameters
    ----------
    assessment
        The run.
    folder
        The folder; made where it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = [dossier for dossier in dossiers(assessment) if not dossier.extent]
    located = [dossier for dossier in known if dossier.point is not None]
    provenance = provenance_line(assessment)
    zones = _zones(assessment)
    layers: dict[str, pd.DataFrame] = {
        "inspections": _form_frame(),
        "outlines": _form_frame(),
        "sites": gpd.GeoDataFrame(
            _places(located, provenance),
            geometry=[shapely.Point(*(dossier.point or (0, 0))) for dossier in located],
            crs=STORED,
        ),
        "footprints": _footprints(located),
        "zones": zones,
        "places": _places(known, provenance),
    }
    write_geopackage(
        layers,
        folder / DATA,
        stamp=assessment.settings.as_of,
        geometry_types={
            "inspections": "Point",
            "outlines": "Polygon",
            "sites": "Point",
            "footprints": "MultiPolygon",
            "zones": "MultiPolygon",
        },
    )
    text = project_text(
        _layers(zones),
        data=DATA,
        title=f"现场核查{demo_mark(assessment.settings)}",
        abstract=provenance,
        epsg=_EPSG,
        extent=_extent(located),
    )
    (folder / PROJECT).write_text(text, encoding="utf-8", newline="\n")


def _extent(located: list[Dossier]) -> tuple[float, float, float, float]:
    points = [dossier.point for dossier in located if dossier.point is not None]
    if not points:
        return _CHINA
    lons, lats = zip(*points, strict=True)
    return (
        min(lons) - _MARGIN,
        min(lats) - _MARGIN,
        max(lons) + _MARGIN,
        max(lats) + _MARGIN,
    )


def _text(values: list[str]) -> pd.Series[str]:
    return pd.Series(values, dtype=object)


def _form_frame() -> gpd.GeoDataFrame:
    columns: dict[str, pd.Series[str] | pd.Series[float]] = {
        name: _text([]) for name in ("site_id", *_COPIED)
    }
    columns["uncertainty_m"] = pd.Series([], dtype=float)
    columns |= {question.key: _text([]) for question in questions()}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=STORED), crs=STORED)


def _places(found: list[Dossier], provenance: str) -> pd.DataFrame:
    rows = [
        {
            "site_id": dossier.site_id,
            "title": dossier.title,
            "name": dossier.name,
            "kind": label(dossier.kind),
            "county": dossier.county,
            "township": dossier.township,
            "issue_numbers": "|".join(dossier.issue_keys),
            "precision": dossier.precision_words,
            "sentence": one_line(dossier.sentence.text) if dossier.sentence else "",
            "deadline": "；".join(
                issue.deadline.raw for _, issue in dossier.issues if issue.deadline
            ),
            "units": "、".join(dossier.units),
            "verdict": dossier.worst.value if dossier.worst else "",
            "verdicts": "；".join(
                f"{label(answer.zone_class)}：{answer.words}" for answer in dossier.answers
            ),
            "provenance": provenance,
        }
        for dossier in found
    ]
    return pd.DataFrame(
        {name: _text([row[name] for row in rows]) for name in _PLACE}, columns=list(_PLACE)
    )


def _multi(shapes: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """Give polygons as multipolygons, the one type of a layer."""
    return [shapely.multipolygons(list(shapely.get_parts(shape))) for shape in shapes]


def _footprints(located: list[Dossier]) -> gpd.GeoDataFrame:
    areas = [dossier for dossier in located if dossier.footprint is not None]
    return gpd.GeoDataFrame(
        {
            "site_id": _text([dossier.site_id for dossier in areas]),
            "title": _text([dossier.title for dossier in areas]),
            "precision": _text([dossier.precision_words for dossier in areas]),
        },
        geometry=_multi([dossier.footprint for dossier in areas if dossier.footprint is not None]),
        crs=STORED,
    )


def _zones(assessment: Assessment) -> gpd.GeoDataFrame:
    """Give the zones that may leave the house."""
    zones = assessment.layers.zones
    hidden = zones["sensitivity"].isin(assessment.settings.hidden_sensitivities)
    polygonal = zones.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    shown = zones[~hidden & polygonal]
    columns = {name: _text(shown[name].fillna("").tolist()) for name in _ZONE[:-1]}
    columns["status"] = _text([label(LayerStatus(cell)) for cell in shown["layer_status"]])
    return gpd.GeoDataFrame(columns, geometry=_multi(list(shown.geometry)), crs=STORED)


def _layers(zones: gpd.GeoDataFrame) -> list[ProjectLayer]:
    present = [member for member in ZoneClass if (zones["zone_class"] == member.value).any()]
    official = set(zones.loc[zones["status"] == label(LayerStatus.OFFICIAL), "zone_class"])
    marked = marker(fill="#ffffff", stroke="#0b6b83", size_mm=4.2, name="star")
    return [
        ProjectLayer(
            name="inspections",
            title="核查点（填写）",
            geometry="Point",
            fields=_form(),
            categories=(Category(value="", label="", symbol=marked),),
            display="name",
            read_only=False,
        ),
        ProjectLayer(
            name="outlines",
            title="核查范围（勾绘）",
            geometry="Polygon",
            fields=_form(),
            categories=(Category(value="", label="", symbol=area(stroke="#0b6b83", dashed=False)),),
            display="name",
            read_only=False,
        ),
        ProjectLayer(
            name="sites",
            title="问题点位",
            geometry="Point",
            fields=_shown(_PLACE),
            column="verdict",
            categories=_verdicts(),
            label_field="title",
            display="title",
        ),
        ProjectLayer(
            name="footprints",
            title="位置误差范围",
            geometry="MultiPolygon",
            fields=_shown(("site_id", "title", "precision")),
            categories=(
                Category(
                    value="", label="", symbol=area(stroke="#9aa3ab", dashed=True, width_mm=0.2)
                ),
            ),
            display="title",
        ),
        ProjectLayer(
            name="zones",
            title="管控区",
            geometry="MultiPolygon",
            fields=_shown(_ZONE),
            column="zone_class",
            categories=tuple(
                Category(
                    value=member.value,
                    label=label(member),
                    symbol=zone_area(zone_style(member), dashed=member.value not in official),
                )
                for member in present
            ),
            display="zone_name",
        ),
        ProjectLayer(
            name="places",
            title="全部点位（含待定位）",
            geometry="No geometry",
            fields=_shown(_PLACE),
            display="title",
        ),
    ]


def _verdicts() -> tuple[Category, ...]:
    judged = [
        Category(
            value=verdict.value,
            label=label(verdict),
            symbol=marker(fill=verdict_style(verdict).fill, stroke=verdict_style(verdict).stroke),
        )
        for verdict in verdict_order()
    ]
    plain = marker(fill="#ffffff", stroke="#59616a")
    return (*judged, Category(value="", label="未比对", symbol=plain))


def _shown(names: tuple[str, ...]) -> tuple[FormField, ...]:
    return tuple(FormField(name=name, label=_LABELS[name], editable=False) for name in names)


def _form() -> tuple[FormField, ...]:
    chosen = FormField(
        name="site_id",
        label=_LABELS["site_id"],
        widget="ValueRelation",
        config={
            "AllowMulti": False,
            "AllowNull": True,
            "Key": "site_id",
            "Layer": layer_id("places"),
            "LayerName": "places",
            "LayerProviderName": "ogr",
            "LayerSource": f"./{DATA}|layername=places",
            "OrderByValue": False,
            "UseCompleter": True,
            "Value": "title",
        },
    )
    copied = tuple(
        FormField(
            name=name,
            label=_LABELS[name],
            editable=False,
            default=f"attribute(get_feature('{layer_id('places')}','site_id',\"site_id\"),'{name}')",
            on_update=True,
        )
        for name in _COPIED
    )
    error = FormField(name="uncertainty_m", label=_LABELS["uncertainty_m"])
    return (chosen, *copied, error, *(_asked(question.key) for question in questions()))


def _asked(key: str) -> FormField:
    question = next(one for one in questions() if one.key == key)
    widget, default = "TextEdit", ""
    config: dict[str, object] = {}
    if question.choices:
        widget = "ValueMap"
        config = {"map": {choice: choice for choice in ("", *question.choices)}}
    elif question.widget == "photo":
        widget = "ExternalResource"
        config = {
            "DocumentViewer": 1,
            "FileWidget": True,
            "FileWidgetButton": True,
            "RelativeStorage": 1,
            "StorageMode": 0,
        }
    elif question.widget == "date":
        widget = "DateTime"
        config = {
            "allow_null": True,
            "calendar_popup": True,
            "display_format": "yyyy-MM-dd",
            "field_format": "yyyy-MM-dd",
        }
        default = "format_date(now(),'yyyy-MM-dd')"
    elif question.widget == "long":
        config = {"IsMultiline": True}
    return FormField(name=key, label=question.label, widget=widget, config=config, default=default)
