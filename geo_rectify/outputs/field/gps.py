"""sites.gpx, sites_ovital.txt and sites_field.gpkg: the sites for GPS units, 奥维 and GIS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from geo_rectify.crs import STORED, format_degrees, to_plane
from geo_rectify.drawing.markup import demo_mark, escape_xml, one_line, provenance_line
from geo_rectify.files import write_geopackage
from geo_rectify.outputs._dossiers import Dossier, dossiers, plane_epsg
from geo_rectify.vocabulary import Precision, Verdict, label

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.pipeline import Assessment

_SYMBOLS: Final = {
    Verdict.CONFLICT: "Flag, Red",
    Verdict.POSSIBLE: "Flag, Blue",
    Verdict.CLEAR: "Flag, Green",
}
_PLANE_DIGITS: Final = ((1, 2), (10, 1), (100, 0), (1000, -1))
"""Digits kept of metres, by the uncertainty below which they are."""
SIMPLIFIED_M: Final = 100.0
"""How far lines of whole counties may be moved in the field package, metres."""
_METRES_A_DEGREE: Final = 111_320.0
_AREAS: Final = frozenset({Precision.COUNTY, Precision.PREFECTURE})
_BLANKS: Final = re.compile(r"[\s\u3000]+")
_ANSWERS: Final = (
    "built",
    "approval",
    "before_delineation",
    "state",
    "photos",
    "by",
    "date",
    "note",
)


def write_gpx(assessment: Assessment, path: Path) -> None:
    """Write the located sites as GPX 1.1 waypoints, WGS84 (sites.gpx).

    Parameters
    ----------
    assessment
        The run.
    path
        The file.
    """
    mark = demo_mark(assessment.settings)
    provenance = provenance_line(assessment)
    time = f"{assessment.settings.as_of.isoformat()}T00:00:00Z"
    points = "".join(
        _waypoint(dossier, provenance=provenance, mark=mark)
        for dossier in dossiers(assessment)
        if dossier.point is not None
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="geo_rectify" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<metadata><name>{escape_xml(f'问题点位{mark}')}</name>"
        f"<desc>{escape_xml(provenance)}</desc><time>{time}</time></metadata>{points}</gpx>\n"
    )
    path.write_text(text, encoding="utf-8", newline="\n")


def _waypoint(dossier: Dossier, *, provenance: str, mark: str) -> str:
    lon, lat = dossier.point or (0.0, 0.0)
    about = [
        mark,
        f"问题{'、'.join(dossier.issue_keys)}",
        label(dossier.kind),
        dossier.place,
        _verdicts(dossier),
        provenance,
    ]
    symbol = _SYMBOLS.get(dossier.worst, "Waypoint") if dossier.worst else "Waypoint"
    return (
        f'<wpt lat="{lat:.7f}" lon="{lon:.7f}"><name>{escape_xml(dossier.title)}</name>'
        f"<desc>{escape_xml('；'.join(part for part in about if part))}</desc>"
        f"<sym>{symbol}</sym></wpt>"
    )


def _verdicts(dossier: Dossier) -> str:
    return "、".join(
        f"{label(answer.zone_class)}{answer.words}"
        for answer in dossier.answers
        if answer.verdict is not Verdict.NOT_COVERED
    )


def write_ovital(assessment: Assessment, path: Path) -> None:
    """Write the located sites as text lines 奥维 imports (sites_ovital.txt).

    A line is name, longitude and latitude in decimal degrees of WGS84, one blank between them
    and none inside the name; without a leading ``g`` or ``b`` 奥维 takes them as unshifted. The
    file is UTF-8 with a byte order mark, by which Windows programs tell it from GBK; there is
    no header, so a demo's mark stands in each name.

    Parameters
    ----------
    assessment
        The run.
    path
        The file.
    """
    mark = demo_mark(assessment.settings)
    lines = []
    for dossier in dossiers(assessment):
        if dossier.point is None:
            continue
        lon, lat = dossier.point
        name = _BLANKS.sub("_", f"{dossier.title}{mark}")
        lines.append(f"{name} {lon:.7f} {lat:.7f}\n")
    path.write_text("".join(lines), encoding="utf-8-sig", newline="\n")


def write_field_package(assessment: Assessment, path: Path) -> None:
    """Write sites, footprints and places to be found for GIS on site (sites_field.gpkg).

    Layer ``sites`` holds one point a located site, its position as longitude, latitude and in the
    plane most sites lie in (``east_m``, ``north_m`` and its EPSG code, of the 3-degree
    Gauss-Kruger zones), with the digits its uncertainty earns, and empty columns for the answers;
    layer ``footprints`` the areas the sites lie in, table ``unlocated`` the worklist; EPSG:4490,
    GeoPackage 1.2. An area that is a whole county or prefecture is drawn with lines simplified to
    `SIMPLIFIED_M`, which its column ``outline`` says: open county lines are no finer, and dozens
    of sites repeat them. ``sites.gpkg`` holds them in full.

    Parameters
    ----------
    assessment
        The run.
    path
        The file; must not exist.
    """
    known = dossiers(assessment)
    provenance = provenance_line(assessment)
    located = [dossier for dossier in known if dossier.point is not None]
    sites = gpd.GeoDataFrame(
        pd.DataFrame(
            [
                _columns(dossier, provenance) | plane_position(dossier, plane_epsg(known))
                for dossier in located
            ],
            columns=_NAMES,
        ),
        geometry=[shapely.Point(*(dossier.point or (0, 0))) for dossier in located],
        crs=STORED,
    )
    areas = [dossier for dossier in known if dossier.footprint is not None]
    footprints = gpd.GeoDataFrame(
        {
            "site_id": pd.Series([dossier.site_id for dossier in areas], dtype=object),
            "title": pd.Series([dossier.title for dossier in areas], dtype=object),
            "precision": pd.Series([dossier.precision.value for dossier in areas], dtype=object),
            "outline": pd.Series([_outline_words(dossier) for dossier in areas], dtype=object),
        },
        geometry=[shape for dossier in areas if (shape := _outline(dossier)) is not None],
        crs=STORED,
    )
    layers = {"sites": sites, "footprints": footprints, "unlocated": assessment.unlocated}
    write_geopackage(layers, path, stamp=assessment.settings.as_of)


def _outline(dossier: Dossier) -> BaseGeometry | None:
    """Give a footprint, that of a whole county or coarser with simplified lines."""
    shape = dossier.footprint
    if shape is None or dossier.precision not in _AREAS:
        return shape
    thin = shapely.simplify(shape, SIMPLIFIED_M / _METRES_A_DEGREE)
    return thin if thin.is_valid and not thin.is_empty else shape


def _outline_words(dossier: Dossier) -> str:
    return f"界线简化到{SIMPLIFIED_M:.0f}米" if dossier.precision in _AREAS else ""


_NAMES: Final = [
    "site_id",
    "title",
    "name",
    "kind",
    "county",
    "township",
    "precision",
    "uncertainty_m",
    "lon",
    "lat",
    "plane",
    "east_m",
    "north_m",
    "issue_numbers",
    "sentence",
    "verdict",
    "verdicts",
    "provenance",
    *_ANSWERS,
]


def _columns(dossier: Dossier, provenance: str) -> dict[str, Any]:
    return {
        "site_id": dossier.site_id,
        "title": dossier.title,
        "name": dossier.name,
        "kind": dossier.kind.value,
        "county": dossier.county,
        "township": dossier.township,
        "precision": dossier.precision.value,
        "uncertainty_m": dossier.uncertainty_m,
        "issue_numbers": "|".join(dossier.issue_keys),
        "sentence": one_line(dossier.sentence.text) if dossier.sentence else "",
        "verdict": dossier.worst.value if dossier.worst else "",
        "verdicts": _verdicts(dossier),
        "provenance": provenance,
        **dict.fromkeys(_ANSWERS, ""),
    }


def plane_position(dossier: Dossier, epsg: int | None) -> dict[str, Any]:
    """Give longitude and latitude, easting and northing, none finer than the site is known.

    Parameters
    ----------
    dossier
        The site.
    epsg
        Code of the plane, None for none.

    Returns
    -------
    dict
        ``lon``, ``lat``, ``plane``, ``east_m``, ``north_m``; None without a position.
    """
    if dossier.point is None or epsg is None:
        return dict.fromkeys(("lon", "lat", "plane", "east_m", "north_m"))
    unsure = dossier.uncertainty_m
    lon, lat = (float(format_degrees(value, uncertainty_m=unsure)) for value in dossier.point)
    plane = to_plane(shapely.Point(dossier.point), epsg)
    digits = next((kept for limit, kept in _PLANE_DIGITS if unsure and unsure < limit), -2)
    return {
        "lon": lon,
        "lat": lat,
        "plane": f"EPSG:{epsg}",
        "east_m": round(float(shapely.get_x(plane)), digits),
        "north_m": round(float(shapely.get_y(plane)), digits),
    }
