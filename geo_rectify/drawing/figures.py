"""Static figures for the report: an overview of all sites and zones on one sheet.

Drawn with matplotlib's objects alone: no pyplot, no global settings, nothing that depends on the
clock. Distances on the sheet are in the 3-degree Gauss-Kruger zone of its middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.crs import gauss_kruger_epsg, to_plane
from geo_rectify.drawing.legend import draw_north, draw_panel, draw_scale_bar, furniture_boxes
from geo_rectify.drawing.lettering import figure_data, open_lettering
from geo_rectify.drawing.marks import draw_symbols, symbols_of
from geo_rectify.drawing.markup import demo_mark
from geo_rectify.drawing.picture import Drawn, drawn, open_figure
from geo_rectify.drawing.placement import Box
from geo_rectify.drawing.sheet import (
    Sheet,
    counties_of,
    draw_counties,
    draw_footprints,
    draw_rivers,
    draw_zones,
    open_sheet,
    write_text,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.figure import Figure

    from geo_rectify.drawing.lettering import Lettering
    from geo_rectify.drawing.marks import Symbol
    from geo_rectify.pipeline import Assessment
    from geo_rectify.vocabulary import ZoneClass

WIDTH_MM: Final = 156.0
HEIGHT_MM: Final = 174.0
"""Size of the sheet: the width of a GB/T 9704 page's text, and room for its caption below."""
_TITLE_MM: Final = 10.0
_PANEL_MM: Final = 47.0
_STRIP_MM: Final = 62.0
_MARGIN: Final = 0.04
_NOWHERE: Final = (115.5, 28.0, 118.5, 30.0)
_LEAST_DEGREES: Final = 0.02


def overview_figure(assessment: Assessment) -> bytes:
    """Draw all sites, footprints and zones over the county lines as one PNG.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    bytes
        The picture, the same for the same run and fonts.
    """
    return draw_overview(assessment).png


def draw_overview(assessment: Assessment, *, letters: Lettering | None = None) -> Drawn:
    """Draw the overview figure and say which words it could only draw as a code.

    Parameters
    ----------
    assessment
        The run.
    letters
        The lettering; the best font installed where None.

    Returns
    -------
    Drawn
        The picture and its key.
    """
    lettering = letters if letters is not None else open_lettering()
    figure = open_figure(WIDTH_MM, HEIGHT_MM)
    compose_sheet(figure, assessment, letters=lettering)
    return drawn(figure, letters=lettering)


def compose_sheet(figure: Figure, assessment: Assessment, *, letters: Lettering) -> None:
    """Draw the map with its legend, scale bar, north arrow and notes on a page of any size.

    Parameters
    ----------
    figure
        The figure; its size is the page.
    assessment
        The run.
    letters
        The lettering.
    """
    page_width, page_height = _size_mm(figure)
    beside = page_is_tall(assessment) or page_width > page_height
    width = page_width - 2 - (_PANEL_MM if beside else 0.0)
    height = page_height - 2 - _TITLE_MM - (0.0 if beside else _STRIP_MM)
    frame = (1.0, 1 + _TITLE_MM, width, height)
    _write_heading(figure, assessment, letters=letters)
    sheet, zones, symbols = compose_map(figure, assessment, frame_mm=frame, letters=letters)
    if beside:
        panel = (width + 3.5, 1.0, _PANEL_MM - 3.5, height)
    else:
        panel = (1.0, 1.0, width, _STRIP_MM - 2)
    draw_panel(figure, assessment, panel=panel, sheet=sheet, zones=zones, symbols=symbols)


def compose_map(
    figure: Figure,
    assessment: Assessment,
    *,
    frame_mm: tuple[float, float, float, float],
    letters: Lettering,
) -> tuple[Sheet, dict[ZoneClass, bool], list[Symbol]]:
    """Draw the map alone, with scale bar and north arrow, into a frame on a page.

    Parameters
    ----------
    figure
        The figure; its size is the page.
    assessment
        The run.
    frame_mm
        Left, top, width and height of the frame, millimetres from the upper left.
    letters
        The lettering.

    Returns
    -------
    sheet : Sheet
        The map.
    zones : dict
        The classes drawn, each with whether any of it is not official.
    symbols : list of Symbol
        The symbols drawn.
    """
    areas, bounds, epsg = _ground(assessment)
    sheet = _open_sheet(figure, bounds, frame_mm=frame_mm, epsg=epsg, letters=letters)
    draw_counties(sheet, areas)
    draw_rivers(sheet, assessment)
    zones = draw_zones(sheet, assessment)
    draw_footprints(sheet, assessment)
    symbols = symbols_of(assessment, epsg=epsg)
    draw_symbols(sheet, symbols, taken=furniture_boxes(sheet))
    draw_scale_bar(sheet)
    draw_north(sheet)
    return sheet, zones, symbols


def page_is_tall(assessment: Assessment) -> bool:
    """Say whether the area a run's map shows is taller than wide.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    bool
        Whether it is.
    """
    left, bottom, right, top = _ground(assessment)[1]
    return bool((top - bottom) > 1.05 * (right - left))


def _ground(assessment: Assessment) -> tuple[gpd.GeoDataFrame | None, Any, int]:
    """Give the counties, the bounds to show in metres, and their plane."""
    areas = counties_of(assessment)
    west, south, east, north = _extent(assessment, areas)
    epsg = gauss_kruger_epsg((west + east) / 2)
    outline = shapely.segmentize(shapely.box(west, south, east, north), 0.05)
    return areas, shapely.bounds(to_plane(outline, epsg)), epsg


def _size_mm(figure: Figure) -> tuple[float, float]:
    width, height = (float(side) * 25.4 for side in figure.get_size_inches())
    return width, height


def _open_sheet(
    figure: Figure,
    bounds: Any,
    *,
    frame_mm: tuple[float, float, float, float],
    epsg: int,
    letters: Lettering,
) -> Sheet:
    """Open the map's frame, its extent widened to the shape it has on paper."""
    left, bottom, right, top = (float(value) for value in bounds)
    frame_left, frame_top, width_mm, height_mm = frame_mm
    inner_width, inner_height = width_mm * (1 - 2 * _MARGIN), height_mm * (1 - 2 * _MARGIN)
    scale = max((right - left) / inner_width, (top - bottom) / inner_height)
    x, y = (left + right) / 2, (bottom + top) / 2
    half_width, half_height = scale * width_mm / 2, scale * height_mm / 2
    extent = Box(
        left=x - half_width, bottom=y - half_height, right=x + half_width, top=y + half_height
    )
    foot = _size_mm(figure)[1] - frame_top - height_mm
    frame = Box(left=frame_left, bottom=foot, right=frame_left + width_mm, top=foot + height_mm)
    return open_sheet(figure, extent, frame=frame, epsg=epsg, letters=letters)


def _write_heading(figure: Figure, assessment: Assessment, *, letters: Lettering) -> None:
    y = 1 - 5.2 / _size_mm(figure)[1]
    title = letters.note(figure_data()["words"]["title"])
    write_text(figure, title, x=0.5, y=y, size=13, letters=letters)
    mark = demo_mark(assessment.settings)
    if mark:
        write_text(
            figure,
            letters.note(mark),
            x=0.99,
            y=y,
            size=8,
            letters=letters,
            ha="right",
            color="#b9281f",
        )


def _extent(
    assessment: Assessment, areas: gpd.GeoDataFrame | None
) -> tuple[float, float, float, float]:
    """Give the lon/lat box to show: the counties, or else everything that has a place."""
    located = assessment.sites.geometry
    shown: list[Any] = [located[located.notna()]]
    if areas is None:
        shown += [assessment.footprints.geometry, assessment.layers.zones.geometry]
    else:
        shown.append(areas.geometry)
    boxes = [series.total_bounds for series in shown if len(series)]
    boxes = [box for box in boxes if np.isfinite(box).all()]
    if not boxes:
        return _NOWHERE
    stacked = np.array(boxes)
    low, high = stacked[:, :2].min(axis=0), stacked[:, 2:].max(axis=0)
    low, high = np.minimum(low, high - _LEAST_DEGREES), np.maximum(high, low + _LEAST_DEGREES)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
