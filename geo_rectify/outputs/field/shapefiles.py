"""Shapefiles of sites and findings for programs that read nothing else: GB18030, short ASCII names.

DBF names have ten bytes; ``fields.csv`` beside the files says what each stands for. Texts are cut
at 254 bytes, as DBF cuts them, and the longest ones (the plan's sentences) are not carried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from geo_rectify.crs import STORED
from geo_rectify.drawing.markup import demo_mark, one_line
from geo_rectify.files import write_csv
from geo_rectify.outputs._dossiers import Dossier, dossiers, plane_epsg
from geo_rectify.outputs.field.gps import plane_position
from geo_rectify.vocabulary import Verdict, ZoneClass, label

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.pipeline import Assessment

ENCODING: Final = "GB18030"
_WIDEST: Final = 254
_SITES: Final = {
    "site_id": ("site_id", "点位编号"),
    "name": ("name", "名称"),
    "title": ("title", "名称与定位精度"),
    "kind": ("kind", "类型"),
    "county": ("county", "县（市、区）"),
    "township": ("township", "乡镇"),
    "precision": ("precision", "定位精度"),
    "uncertainty_m": ("uncert_m", "误差，米"),
    "lon": ("lon", "经度"),
    "lat": ("lat", "纬度"),
    "plane": ("plane", "平面坐标系"),
    "east_m": ("east_m", "东坐标 Y，米"),
    "north_m": ("north_m", "北坐标 X，米"),
    "issue_numbers": ("issues", "问题序号"),
    "verdict": ("verdict", "判定"),
    "mark": ("mark", "说明"),
}
_FINDINGS: Final = {
    "finding_id": ("find_id", "判定编号"),
    "site_id": ("site_id", "点位编号"),
    "site_name": ("site_name", "点位名称"),
    "issue_numbers": ("issues", "问题序号"),
    "precision": ("precision", "定位精度"),
    "zone_class": ("zone_class", "管控区类型"),
    "zone_name": ("zone_name", "管控区名称"),
    "layer_id": ("layer_id", "图层"),
    "layer_version": ("layer_ver", "图层版本"),
    "layer_status": ("layer_stat", "图层状态"),
    "verdict": ("verdict", "判定"),
    "reason": ("reason", "原因"),
    "likelihood": ("likelihood", "占比"),
    "overlap_m2": ("overlap_m2", "压占面积，平方米"),
    "share": ("share", "压占比例"),
    "distance_m": ("distance_m", "距离，米"),
    "rule_ids": ("rule_ids", "条款编号"),
    "mark": ("mark", "说明"),
}


def write_shapefiles(assessment: Assessment, folder: Path) -> None:
    """Write located sites (points) and findings with an extent (polygons) as shapefiles.

    Parameters
    ----------
    assessment
        The run.
    folder
        The folder; made where it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark = demo_mark(assessment.settings)
    known = dossiers(assessment)
    epsg = plane_epsg(known)
    located = [site for site in known if site.point is not None]
    sites = gpd.GeoDataFrame(
        pd.DataFrame([_site(site, epsg, mark) for site in located], columns=list(_SITES)),
        geometry=[shapely.Point(site.point or ()) for site in located],
        crs=STORED,
    )
    findings = assessment.findings.assign(mark=mark)
    findings = findings[findings.geometry.geom_type.isin(["Polygon", "MultiPolygon"])].copy()
    findings["verdict"] = [label(Verdict(cell)) for cell in findings["verdict"]]
    findings["zone_class"] = [label(ZoneClass(cell)) for cell in findings["zone_class"]]
    _write(sites, _SITES, folder / "sites.shp", geometry_type="Point", as_of=assessment)
    _write(findings, _FINDINGS, folder / "findings.shp", geometry_type="Polygon", as_of=assessment)
    rows = [
        {"文件": file, "字段": short, "原字段": name, "含义": words}
        for file, fields in (("sites.shp", _SITES), ("findings.shp", _FINDINGS))
        for name, (short, words) in fields.items()
    ]
    write_csv(pd.DataFrame(rows), folder / "fields.csv")


def _site(site: Dossier, epsg: int | None, mark: str) -> dict[str, Any]:
    return {
        "site_id": site.site_id,
        "name": site.name,
        "title": site.title,
        "kind": label(site.kind),
        "county": site.county,
        "township": site.township,
        "precision": site.precision_words,
        "uncertainty_m": site.uncertainty_m,
        "issue_numbers": "|".join(site.issue_keys),
        "verdict": label(site.worst) if site.worst else "",
        "mark": mark,
        **plane_position(site, epsg),
    }


def _write(
    frame: gpd.GeoDataFrame,
    fields: dict[str, tuple[str, str]],
    path: Path,
    *,
    geometry_type: str,
    as_of: Assessment,
) -> None:
    made: dict[str, Any] = {}
    for name, (short, _) in fields.items():
        column = frame[name]
        numeric = pd.api.types.is_numeric_dtype(column) and column.notna().any()
        made[short] = (
            pd.to_numeric(column).to_numpy(dtype=float)
            if numeric
            else pd.Series([_fitting(cell) for cell in column], dtype=object).to_numpy()
        )
    out = gpd.GeoDataFrame(made, geometry=list(frame.geometry), crs=STORED)
    pyogrio.write_dataframe(
        out,
        path,
        driver="ESRI Shapefile",
        encoding=ENCODING,
        geometry_type=geometry_type,
        promote_to_multi=False,
        layer_options={"DBF_DATE_LAST_UPDATE": as_of.settings.as_of.isoformat()},
    )


def _fitting(cell: object) -> str:
    """Give a text as DBF can hold it: what GB18030 needs of bytes, never half a character."""
    text = one_line("" if cell is None or cell != cell else cell)  # noqa: PLR0124 - NaN
    return text.encode(ENCODING)[:_WIDEST].decode(ENCODING, errors="ignore")
