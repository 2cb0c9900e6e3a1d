"""Detail figures: one site with the zones around it, at a round scale, readable in black and white.

What is known of the position is drawn as what it is: a surveyed outline by a heavy line, an
uncertain one by the dashed ring it may lie in; what they share with a zone is dotted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify.crs import gauss_kruger_epsg, to_plane
from geo_rectify.drawing.legend import (
    draw_north,
    draw_rows,
    draw_scale_bar,
    furniture_boxes,
    patch_swatch,
    verdict_rows,
    zone_rows,
)
from geo_rectify.drawing.lettering import figure_data, open_lettering
from geo_rectify.drawing.marks import draw_symbols, symbols_of
from geo_rectify.drawing.markup import demo_mark
from geo_rectify.drawing.picture import Drawn, drawn, open_figure
from geo_rectify.drawing.placement import Box, Label, place_labels
from geo_rectify.drawing.sheet import (
    COUNTY_STYLE,
    FOOTPRINT_STYLE,
    INK,
    Sheet,
    counties_of,
    draw_area,
    draw_rivers,
    draw_zones,
    hides_zones,
    open_sheet,
    write_text,
)
from geo_rectify.vocabulary import SCHEMATIC_MARK, Precision, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import geopandas as gpd
    from matplotlib.figure import Figure
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.drawing.legend import Row
    from geo_rectify.drawing.lettering import Lettering
    from geo_rectify.drawing.marks import Symbol
    from geo_rectify.pipeline import Assessment
    from geo_rectify.vocabulary import ZoneClass

WIDTH_MM: Final = 156.0
HEIGHT_MM: Final = 84.0
_DPI: Final = 150
"""Enough for 6 point type on paper; forty figures must fit into memory when a PDF is set."""
_MAP_MM: Final = 106.0
_TITLE_MM: Final = 8.0
_USED: Final = 0.72
"""Share of the map's sides the site may fill: what lies around it must be seen."""
_SCALES: Final = (
    5_000, 10_000, 15_000, 25_000, 50_000, 75_000, 100_000, 150_000, 200_000, 250_000, 400_000,
    500_000, 1_000_000, 2_000_000,
)  # fmt: skip
_DENSITY: Final = 2
_NAME_PT: Final = 6.5
_AWAY_MM: Final = 22.0
"""Names of zones keep off the middle of the map, where the site is."""
_EDGE_SCALE: Final = 25_000
_EDGE_TIMES: Final = 4
OUTLINE_STYLE: Final[dict[str, Any]] = {"facecolor": "none", "edgecolor": INK, "linewidth": 1.5}
OVERLAP_STYLE: Final[dict[str, Any]] = {
    "facecolor": "none",
    "edgecolor": INK,
    "linewidth": 0.0,
    "hatch": "....",
}
_AREAL: Final = 2


def draw_details(
    assessment: Assessment,
    site_ids: Sequence[str],
    *,
    progress: Callable[[int], None] | None = None,
    letters: Lettering | None = None,
) -> dict[str, Drawn]:
    """Draw sites one by one, each with the zones around it.

    Parameters
    ----------
    assessment
        The run.
    site_ids
        The sites.
    progress
        Called with the number of figures begun, before each.
    letters
        The lettering; a new one with the best font installed for each figure where None.

    Returns
    -------
    dict
        The figures by site_id, each with its scale and what it could only draw as a code; a site
        without outline, point and footprint has none.
    """
    sites, prints = assessment.sites, assessment.footprints
    rows: dict[str, dict[str, Any]] = {
        str(row["site_id"]): {str(name): cell for name, cell in row.items()}
        for row in sites.to_dict("records")
    }
    footprints = dict(zip(prints["site_id"].astype(str), prints.geometry, strict=True))
    ground = _Ground(assessment=assessment, areas=counties_of(assessment), symbols={})
    found: dict[str, Drawn] = {}
    for number, site_id in enumerate(site_ids, start=1):
        if progress is not None:
            progress(number)
        row = rows[site_id]
        shapes = [row["geometry"], footprints.get(site_id)]
        if any(one is not None and not one.is_empty for one in shapes):
            lettering = letters if letters is not None else open_lettering()
            found[site_id] = _detail(ground, row, footprint=shapes[1], letters=lettering)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What the figures of a run share; symbols are kept by plane."""

    assessment: Assessment
    areas: gpd.GeoDataFrame | None
    symbols: dict[int, list[Symbol]]


def _detail(
    ground: _Ground, row: Mapping[str, Any], *, footprint: BaseGeometry | None, letters: Lettering
) -> Drawn:
    shape = row["geometry"]
    known = [one for one in (shape, footprint) if one is not None and not one.is_empty]
    west, _, east, _ = shapely.total_bounds(known)
    epsg = gauss_kruger_epsg(float(west + east) / 2)
    bounds = shapely.total_bounds([to_plane(one, epsg) for one in known])
    edge_m = _nearest_edge_m(ground.assessment, known[0], epsg)
    figure = open_figure(WIDTH_MM, HEIGHT_MM, dpi=_DPI)
    sheet, scale = _sheet(figure, bounds, epsg, edge_m=edge_m, letters=letters)
    outlined = (
        row["precision"] == Precision.SURVEYED.value
        and shape is not None
        and int(shapely.get_dimensions(shape)) == _AREAL
    )
    assessment = ground.assessment
    _draw_counties(sheet, ground.areas)
    draw_rivers(sheet, assessment)
    zones = draw_zones(sheet, assessment, density=_DENSITY)
    overlapped = _draw_overlaps(sheet, assessment, str(row["site_id"]))
    draw_area(sheet, shape if outlined else footprint, **_site_style(outlined=outlined), zorder=6)
    if epsg not in ground.symbols:
        ground.symbols[epsg] = symbols_of(assessment, epsg=epsg)
    symbols = [one for one in ground.symbols[epsg] if _within(sheet.extent, one)]
    names = _name_zones(sheet, assessment, zones)
    draw_symbols(sheet, symbols, taken=(*furniture_boxes(sheet), *names))
    _clear(sheet, furniture_boxes(sheet))
    draw_scale_bar(sheet)
    draw_north(sheet)
    _write_heading(figure, assessment, row["name"], zones=zones, letters=letters)
    words = figure_data()["words"]
    about: list[Row] = [
        (
            patch_swatch(_site_style(outlined=outlined)),
            letters(words["outline" if outlined else "detail_footprint"]),
        )
    ]
    if overlapped:
        about.append((patch_swatch(OVERLAP_STYLE), letters(words["overlap"])))
    blocks = [
        (words["detail_site"], about),
        (words["detail_zones"], zone_rows(zones, letters=letters)),
        (words["detail_verdicts"], verdict_rows({one.verdict for one in symbols}, letters=letters)),
    ]
    draw_rows(
        figure,
        panel=(_MAP_MM + 3.0, 1.0, WIDTH_MM - _MAP_MM - 4.0, HEIGHT_MM - _TITLE_MM - 2.0),
        letters=letters,
        blocks=[(title, entries) for title, entries in blocks if entries],
        notes=_notes(assessment, scale=scale, zones=zones, epsg=epsg, letters=letters),
    )
    return drawn(figure, letters=letters, scale=scale)


def _nearest_edge_m(assessment: Assessment, shape: BaseGeometry, epsg: int) -> float:
    """Give how far the nearest line of the zones a site lies in is, 0 where it lies in none."""
    zones = assessment.layers.zones
    shown = zones[~zones["sensitivity"].isin(assessment.settings.hidden_sensitivities)]
    met = shown.geometry.iloc[shown.sindex.query(shape, predicate="intersects")]
    middle = shapely.centroid(to_plane(shape, epsg))
    return min(
        (float(shapely.distance(middle, to_plane(shapely.boundary(one), epsg))) for one in met),
        default=0.0,
    )


def _sheet(
    figure: Figure, bounds: Any, epsg: int, *, edge_m: float, letters: Lettering
) -> tuple[Sheet, int]:
    """Open the map's frame at the largest round scale that holds the site.

    A zone's line that is not far must be seen too, as long as the site stays large enough.
    """
    left, bottom, right, top = (float(side) for side in bounds)
    width_mm, height_mm = _MAP_MM, HEIGHT_MM - _TITLE_MM - 2.0
    needed = 1000 * max((right - left) / width_mm, (top - bottom) / height_mm) / _USED
    wider = 1000 * 2 * edge_m / (_USED * height_mm)
    needed = max(needed, min(wider, max(_EDGE_SCALE, _EDGE_TIMES * needed)))
    scale = next((one for one in _SCALES if one >= needed), math.ceil(needed / 1e6) * 1_000_000)
    per_mm = scale / 1000
    x, y = (left + right) / 2, (bottom + top) / 2
    extent = Box(
        left=x - per_mm * width_mm / 2,
        bottom=y - per_mm * height_mm / 2,
        right=x + per_mm * width_mm / 2,
        top=y + per_mm * height_mm / 2,
    )
    frame = Box(left=1.0, bottom=1.0, right=1.0 + width_mm, top=1.0 + height_mm)
    return open_sheet(figure, extent, frame=frame, epsg=epsg, letters=letters), int(scale)


def _site_style(*, outlined: bool) -> dict[str, Any]:
    return OUTLINE_STYLE if outlined else {**FOOTPRINT_STYLE, "linewidth": 1.1, "edgecolor": INK}


def _draw_counties(sheet: Sheet, areas: gpd.GeoDataFrame | None) -> None:
    """Draw county lines without names: at this scale a name says nothing of where it stands."""
    if areas is None:
        return
    for geometry in areas.geometry.iloc[areas.sindex.query(sheet.view, predicate="intersects")]:
        draw_area(sheet, shapely.clip_by_rect(geometry, *sheet.outlook), **COUNTY_STYLE, zorder=1)


def _clear(sheet: Sheet, boxes: Sequence[Box]) -> None:
    """Lay white under scale bar and north arrow: hatches would make them hard to read."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - loads when a figure is drawn

    for box in boxes:
        x, y = sheet.at_mm(box.left, box.bottom)
        width = (box.right - box.left) * sheet.metres_per_mm
        height = (box.top - box.bottom) * sheet.metres_per_mm
        patch = Rectangle((x, y), width, height, facecolor="white", edgecolor="none", zorder=10.5)
        sheet.axes.add_patch(patch)


def _name_zones(sheet: Sheet, assessment: Assessment, zones: Iterable[ZoneClass]) -> list[Box]:
    """Write each class once where it is seen: in black and white hatches alone are not enough."""
    drawn = assessment.layers.zones
    middle = sheet.at_mm(*(side / 2 for side in sheet.size_mm))
    labels, texts = [], []
    for zone_class in zones:
        shapes = drawn.loc[drawn["zone_class"] == zone_class.value].geometry
        seen = shapely.union_all(shapely.clip_by_rect(shapes.to_numpy(), *sheet.outlook))
        plane = shapely.intersection(to_plane(seen, sheet.epsg), sheet.frame)
        away = shapely.difference(
            plane, shapely.buffer(shapely.Point(middle), _AWAY_MM * sheet.metres_per_mm)
        )
        at = shapely.point_on_surface(plane if away.is_empty else away)
        if at.is_empty:
            continue
        x, y = sheet.on_paper(float(shapely.get_x(at)), float(shapely.get_y(at)))
        text = sheet.letters(label(zone_class))
        size = {"width": _NAME_PT * 0.36 * len(text), "height": _NAME_PT * 0.45}
        labels.append(Label(x=x, y=y, radius=0.0, **size))
        texts.append(text)
    width, height = sheet.size_mm
    room = Box(left=1.0, bottom=1.0, right=width - 1.0, top=height - 1.0)
    boxes = []
    for spot, place, text in zip(
        labels, place_labels(labels, frame=room, taken=furniture_boxes(sheet)), texts, strict=True
    ):
        x, y = sheet.at_mm(place.x, place.y)
        paper = {
            "boxstyle": "square,pad=0.15",
            "facecolor": "white",
            "edgecolor": "none",
            "alpha": 0.85,
        }
        write_text(
            sheet.axes, text, x=x, y=y, size=_NAME_PT, letters=sheet.letters, zorder=7, bbox=paper
        )
        boxes.append(
            Box(
                left=place.x - spot.width / 2,
                bottom=place.y - spot.height / 2,
                right=place.x + spot.width / 2,
                top=place.y + spot.height / 2,
            )
        )
    return boxes


def _draw_overlaps(sheet: Sheet, assessment: Assessment, site_id: str) -> bool:
    """Dot what the site shares with zones; hidden layers left no geometry in the findings."""
    findings: gpd.GeoDataFrame = assessment.findings
    shared = findings.loc[findings["site_id"] == site_id].geometry
    found = False
    for geometry in shared:
        if geometry is not None and not geometry.is_empty:
            draw_area(sheet, geometry, **OVERLAP_STYLE, zorder=5)
            found = True
    return found


def _within(extent: Box, symbol: Symbol) -> bool:
    return extent.left < symbol.x < extent.right and extent.bottom < symbol.y < extent.top


def _write_heading(
    figure: Figure,
    assessment: Assessment,
    name: str,
    *,
    zones: dict[ZoneClass, bool],
    letters: Lettering,
) -> None:
    y = 1 - 4.0 / HEIGHT_MM
    title = figure_data()["words"]["detail_title"].format(name=letters(name))
    write_text(figure, letters.note(title), x=0.02, y=y, size=10, letters=letters, ha="left")
    marks = [demo_mark(assessment.settings), SCHEMATIC_MARK if any(zones.values()) else ""]
    mark = letters.note("".join(one for one in marks if one))
    if mark:
        write_text(
            figure, mark, x=0.99, y=y, size=7.5, letters=letters, ha="right", color="#b9281f"
        )


def _notes(
    assessment: Assessment,
    *,
    scale: int,
    zones: dict[ZoneClass, bool],
    epsg: int,
    letters: Lettering,
) -> list[str]:
    words = figure_data()["words"]
    notes = [
        "" if zones else words["detail_none"],
        words["hidden"] if hides_zones(assessment) else "",
        words["others"],
        words["detail_scale"].format(scale=scale),
        words["datum"],
        words["projection"].format(meridian=3 * (epsg - 4534 + 25)),
        words["date"].format(date=assessment.settings.as_of.isoformat()),
        words["internal"],
    ]
    return [shown for note in notes if note and (shown := letters.note(note))]
