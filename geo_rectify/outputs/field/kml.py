"""sites.kmz: the located sites for 奥维, 高德 and other phone maps, WGS84, nothing fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import shapely

from geo_rectify.crs import format_dms
from geo_rectify.drawing.markup import (
    demo_mark,
    escape_html,
    escape_xml,
    highlight_html,
    provenance_line,
    status_mark,
)
from geo_rectify.drawing.symbology import verdict_style
from geo_rectify.files import write_zip
from geo_rectify.outputs._dossiers import Dossier, dossiers
from geo_rectify.outputs.field.icons import icon_png
from geo_rectify.vocabulary import PlaceType, Precision, Verdict, label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.pipeline import Assessment

_NAMESPACE: Final = "http://www.opengis.net/kml/2.2"
_DIGITS: Final = 7
MOST_PLACEMARKS: Final = 2000
"""Placemarks a file may hold, the most that phones take."""
_FINE: Final = frozenset(
    {
        Precision.SURVEYED,
        Precision.FEATURE,
        Precision.STREET,
        Precision.VILLAGE,
        Precision.TOWNSHIP,
    }
)


def write_kmz(assessment: Assessment, path: Path) -> None:
    """Write the located sites with their footprints as KMZ, folders by county and issue.

    Sites without a position have no placemark; they are in the worklist and on the cards. 奥维
    takes about 2,000 placemarks a file: what is beyond goes to ``sites-2.kmz``, ``sites-3.kmz``
    and so on, each complete in itself.

    Parameters
    ----------
    assessment
        The run.
    path
        The first file.
    """
    located = [dossier for dossier in dossiers(assessment) if dossier.point is not None]
    batches = _batches(located)
    provenance = provenance_line(assessment)
    mark = demo_mark(assessment.settings)
    for number, batch in enumerate(batches, start=1):
        target = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        part = f"（{number}/{len(batches)}）" if len(batches) > 1 else ""
        title = f"问题点位{part}{f'（{mark}）' if mark else ''}"
        _write_batch(batch, target, title=title, provenance=provenance, mark=mark)


def _batches(located: Sequence[Dossier]) -> list[list[Dossier]]:
    """Deal sites out to files, none with more placemarks than a phone takes; at least one file."""
    batches: list[list[Dossier]] = [[]]
    room = MOST_PLACEMARKS
    for dossier in located:
        needed = 1 if _area(dossier) is None else 2
        if needed > room:
            batches.append([])
            room = MOST_PLACEMARKS
        batches[-1].append(dossier)
        room -= needed
    return batches


def _write_batch(
    located: Sequence[Dossier], path: Path, *, title: str, provenance: str, mark: str
) -> None:
    looks = sorted({(dossier.kind, dossier.worst) for dossier in located}, key=_look_name)
    styles = "".join(_style(kind, verdict) for kind, verdict in looks)
    counties: dict[str, dict[str, list[Dossier]]] = {}
    for dossier in located:
        issue = f"问题{dossier.issue_keys[0]}" if dossier.issue_keys else "未列入问题"
        counties.setdefault(dossier.group, {}).setdefault(issue, []).append(dossier)
    folders = []
    for county, issues in counties.items():
        inner = "".join(
            f"<Folder><name>{escape_xml(issue)}（{len(members)}处）</name>"
            + "".join(_placemarks(member, provenance=provenance, mark=mark) for member in members)
            + "</Folder>"
            for issue, members in issues.items()
        )
        held = sum(len(members) for members in issues.values())
        folders.append(f"<Folder><name>{escape_xml(county)}（{held}处）</name>{inner}</Folder>")
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<kml xmlns="{_NAMESPACE}"><Document><name>{escape_xml(title)}</name>'
        f"<description>{escape_xml(provenance)}</description>{styles}{''.join(folders)}"
        "</Document></kml>\n"
    )
    icons = [
        (f"icons/{_look_name((kind, verdict))}.png", icon_png(kind, verdict))
        for kind, verdict in looks
    ]
    write_zip([("doc.kml", document.encode()), *icons], path)


def _look_name(look: tuple[PlaceType, Verdict | None]) -> str:
    kind, verdict = look
    return f"{kind.name.lower()}-{verdict.value if verdict else 'none'}"


def _style(kind: PlaceType, verdict: Verdict | None) -> str:
    name = _look_name((kind, verdict))
    colour = verdict_style(verdict).stroke if verdict else "#59616a"
    # KML writes colours as alpha, blue, green, red.
    line = f"{colour[5:7]}{colour[3:5]}{colour[1:3]}"
    return (
        f'<Style id="{name}"><IconStyle><scale>0.9</scale><Icon><href>icons/{name}.png</href>'
        '</Icon><hotSpot x="0.5" y="0.5" xunits="fraction" yunits="fraction"/></IconStyle>'
        f"<LineStyle><color>ff{line}</color><width>2</width></LineStyle>"
        f"<PolyStyle><color>33{line}</color></PolyStyle></Style>"
    )


def _placemarks(dossier: Dossier, *, provenance: str, mark: str) -> str:
    style = f"<styleUrl>#{_look_name((dossier.kind, dossier.worst))}</styleUrl>"
    lon, lat = dossier.point or (0.0, 0.0)
    made = (
        f'<Placemark id="s{escape_xml(dossier.site_id)}">'
        f"<name>{escape_xml(dossier.title)}</name>"
        f"<description>{_description(dossier, provenance=provenance, mark=mark)}</description>"
        f"{style}{_extended(dossier)}"
        f"<Point><coordinates>{lon:.{_DIGITS}f},{lat:.{_DIGITS}f},0</coordinates></Point>"
        "</Placemark>"
    )
    area = _area(dossier)
    if area is None:
        return made
    what = "实测轮廓" if area is dossier.geometry else "位置误差范围"
    shown = f"{dossier.title} {what}"
    note = f"<description>{escape_xml(f'{mark} {provenance}'.strip())}</description>"
    return (
        f"{made}<Placemark><name>{escape_xml(shown)}</name>{note}{style}"
        f"{_geometry(area)}</Placemark>"
    )


def _area(dossier: Dossier) -> BaseGeometry | None:
    """Give the outline drawn beside a site's point, else its footprint; None for coarse ones."""
    area = dossier.geometry if _polygonal(dossier.geometry) else dossier.footprint
    return area if _polygonal(area) and dossier.precision in _FINE else None


def _polygonal(shape: BaseGeometry | None) -> bool:
    return shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"}


def _geometry(shape: BaseGeometry) -> str:
    parts = shapely.get_parts(shape)
    polygons = "".join(
        "<Polygon><tessellate>1</tessellate>"
        f"<outerBoundaryIs>{_ring(part.exterior)}</outerBoundaryIs>"
        + "".join(f"<innerBoundaryIs>{_ring(hole)}</innerBoundaryIs>" for hole in part.interiors)
        + "</Polygon>"
        for part in parts
    )
    return f"<MultiGeometry>{polygons}</MultiGeometry>" if len(parts) > 1 else polygons


def _ring(ring: BaseGeometry) -> str:
    pairs = " ".join(f"{x:.{_DIGITS}f},{y:.{_DIGITS}f},0" for x, y in shapely.get_coordinates(ring))
    return f"<LinearRing><coordinates>{pairs}</coordinates></LinearRing>"


def _extended(dossier: Dossier) -> str:
    values = {
        "site_id": dossier.site_id,
        # not "name": GDAL would put it in the place of the placemark's own
        "site_name": dossier.name,
        "kind": dossier.kind.value,
        "county": dossier.county,
        "township": dossier.township,
        "issue_numbers": "|".join(dossier.issue_keys),
        "precision": dossier.precision.value,
        "uncertainty_m": "" if dossier.uncertainty_m is None else f"{dossier.uncertainty_m:g}",
        "verdict": dossier.worst.value if dossier.worst else "",
    }
    entries = "".join(
        f'<Data name="{name}"><value>{escape_xml(value)}</value></Data>'
        for name, value in values.items()
    )
    return f"<ExtendedData>{entries}</ExtendedData>"


def _description(dossier: Dossier, *, provenance: str, mark: str) -> str:
    """Make the balloon: a small HTML table, its text escaped once and the whole once more."""
    rows = [
        ("问题序号", escape_html("、".join(dossier.issue_keys))),
        ("类型", escape_html(label(dossier.kind))),
        ("位置", escape_html(dossier.place)),
        ("定位精度", escape_html(dossier.precision_words)),
        ("经纬度（WGS84）", escape_html(_position(dossier))),
    ]
    if dossier.sentence is not None and dossier.mention is not None:
        start, end = dossier.mention.start, dossier.mention.end
        rows.append(("原文", highlight_html(dossier.sentence, start, end=end, tag="b")))
    shown = [answer for answer in dossier.answers if answer.verdict is not Verdict.NOT_COVERED]
    rows.extend(
        (
            escape_html(label(answer.zone_class)),
            escape_html(f"{answer.words}{answer.zone_name}{status_mark(answer.layer_status)}"),
        )
        for answer in shown
    )
    silent = [answer for answer in dossier.answers if answer.verdict is Verdict.NOT_COVERED]
    if silent:
        names = "、".join(label(answer.zone_class) for answer in silent)
        rows.append((escape_html(label(Verdict.NOT_COVERED)), escape_html(names)))
    rows.append(("说明", escape_html("；".join(part for part in (mark, provenance) if part))))
    table = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    return escape_xml(f'<table border="1" cellpadding="3">{table}</table>')


def _position(dossier: Dossier) -> str:
    lon, lat = dossier.point or (0.0, 0.0)
    uncertainty = dossier.uncertainty_m
    return (
        f"{format_dms(lon, uncertainty_m=uncertainty)}E "
        f"{format_dms(lat, uncertainty_m=uncertainty)}N"
    )
