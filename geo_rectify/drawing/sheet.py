"""One sheet of a static figure: its scale, its lettering, and areas drawn on it.

A sheet is a plane in metres (a 3-degree Gauss-Kruger zone) and knows how many metres a millimetre
of paper holds, so that lines are thinned to what paper shows and symbols keep their size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.crs import from_plane, to_plane
from geo_rectify.drawing.symbology import zone_style
from geo_rectify.errors import RegionError
from geo_rectify.regions import area_name, county_polygons
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import (
    LayerRole,
    LayerStatus,
    Precision,
    ZoneClass,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.drawing.lettering import Lettering
    from geo_rectify.drawing.placement import Box
    from geo_rectify.pipeline import Assessment

INK: Final = "#1b1f23"
FINE: Final = frozenset(
    {Precision.SURVEYED, Precision.FEATURE, Precision.STREET, Precision.VILLAGE}
)
"""Precisions whose footprints are drawn as rings of possible positions."""
FOOTPRINT_STYLE: Final = {
    "facecolor": "none",
    "edgecolor": "#33383d",
    "linewidth": 0.45,
    "linestyle": (0, (3, 2)),
}
TOWNSHIP_STYLE: Final = {
    "facecolor": "none",
    "edgecolor": "#a9aeb4",
    "linewidth": 0.3,
    "linestyle": (0, (1, 2.5)),
}
COUNTY_STYLE: Final = {"facecolor": "#fbfaf6", "edgecolor": "#6d737a", "linewidth": 0.7}
RIVER_STYLE: Final[dict[str, Any]] = {"color": "#5b9bd0", "linewidth": 0.9}
_FEW: Final = 6
_POLYGON: Final = 3
_LINE: Final = 1


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What the parts of a figure share."""

    axes: Axes
    letters: Lettering
    epsg: int
    metres_per_mm: float
    extent: Box

    def at_mm(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Give the plane position of a place on paper, millimetres from the lower left."""
        return (
            self.extent.left + x_mm * self.metres_per_mm,
            self.extent.bottom + y_mm * self.metres_per_mm,
        )

    def on_paper(self, x: float, y: float) -> tuple[float, float]:
        """Give the millimetres from the lower left of a plane position."""
        return (
            (x - self.extent.left) / self.metres_per_mm,
            (y - self.extent.bottom) / self.metres_per_mm,
        )

    @property
    def frame(self) -> BaseGeometry:
        """Give the area the sheet shows, in the plane."""
        box = self.extent
        return shapely.box(box.left, box.bottom, box.right, box.top)

    @cached_property
    def view(self) -> BaseGeometry:
        """Give the lon/lat area the sheet shows."""
        return self._around(0.0)

    @cached_property
    def outlook(self) -> tuple[float, float, float, float]:
        """Give a lon/lat box half a sheet wider on every side: cuts along it are not seen."""
        west, south, east, north = (float(side) for side in shapely.bounds(self._around(0.5)))
        return west, south, east, north

    def _around(self, share: float) -> BaseGeometry:
        box = self.extent
        wide, high = share * (box.right - box.left), share * (box.top - box.bottom)
        plane = shapely.box(box.left - wide, box.bottom - high, box.right + wide, box.top + high)
        return from_plane(plane, self.epsg)

    @property
    def size_mm(self) -> tuple[float, float]:
        """Give width and height of the map on paper."""
        return self.on_paper(self.extent.right, self.extent.top)


def open_sheet(figure: Figure, extent: Box, *, frame: Box, epsg: int, letters: Lettering) -> Sheet:
    """Make the map's frame on a figure.

    Parameters
    ----------
    figure
        The figure.
    extent
        What the map shows, metres in the plane, of the frame's shape.
    frame
        Where the map lies on the figure, millimetres from the lower left.
    epsg
        The plane.
    letters
        The lettering.

    Returns
    -------
    Sheet
        The sheet, still blank.
    """
    width, height = (float(side) * 25.4 for side in figure.get_size_inches())
    axes = figure.add_axes(
        (
            frame.left / width,
            frame.bottom / height,
            (frame.right - frame.left) / width,
            (frame.top - frame.bottom) / height,
        )
    )
    axes.set_xlim(extent.left, extent.right)
    axes.set_ylim(extent.bottom, extent.top)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_autoscale_on(False)
    for spine in axes.spines.values():
        spine.set_linewidth(1.2)
        spine.set_zorder(12)
    scale = (extent.right - extent.left) / (frame.right - frame.left)
    return Sheet(axes=axes, letters=letters, epsg=epsg, metres_per_mm=scale, extent=extent)


def write_text(
    owner: Any, text: str, *, x: float, y: float, size: float, letters: Lettering, **more: Any
) -> None:
    """Write a text that is never taken for mathematics.

    Parameters
    ----------
    owner
        Figure or axes.
    text
        What to write, as the lettering gave it.
    x, y
        Where, in the owner's coordinates.
    size
        Points.
    letters
        The lettering.
    **more
        What matplotlib's texts take.
    """
    placed = {"ha": "center", "va": "center", "color": INK} | more
    written = owner.text(x, y, text, fontproperties=letters.font, **placed)
    written.set_fontsize(size)
    written.set_parse_math(False)


def draw_area(sheet: Sheet, geometry: BaseGeometry | None, **style: Any) -> None:
    """Draw a lon/lat polygon, thinned to a tenth of a millimetre on paper.

    Parameters
    ----------
    sheet
        The sheet.
    geometry
        Polygon in EPSG:4490; None, empty and anything but polygons draw nothing.
    **style
        What matplotlib's patches take.
    """
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - loads when a figure is drawn

    if geometry is None or geometry.is_empty:
        return
    path = _path(sheet, geometry)
    if path is not None:
        sheet.axes.add_artist(PathPatch(path, **style))  # add_patch would measure each line


def _path(sheet: Sheet, geometry: BaseGeometry) -> Path | None:
    from matplotlib.path import Path  # noqa: PLC0415 - loads when a figure is drawn

    plane = shapely.simplify(to_plane(geometry, sheet.epsg), sheet.metres_per_mm * 0.1)
    rings = [
        np.asarray(shapely.get_coordinates(ring))
        for part in shapely.get_parts(plane)
        if shapely.get_type_id(part) == _POLYGON
        for ring in (part.exterior, *part.interiors)
    ]
    if not rings:
        return None
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))


def counties_of(assessment: Assessment) -> gpd.GeoDataFrame | None:
    """Give the counties of the prefectures the sites lie in, of a part its own; None without.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    geopandas.GeoDataFrame or None
        As `regions.county_polygons` gives.
    """
    if assessment.scope.adcodes:
        return county_polygons(assessment.scope.adcodes)
    prefectures = {
        code[:4] + "00"
        for cell in assessment.sites["adcode"].dropna()
        for code in split_list(str(cell))
    }
    known = []
    for code in sorted(prefectures):
        try:
            area_name(code)
        except RegionError:
            continue
        known.append(code)
    return county_polygons(known) if known else None


def draw_counties(sheet: Sheet, areas: gpd.GeoDataFrame | None) -> None:
    """Draw counties with their names.

    Parameters
    ----------
    sheet
        The sheet.
    areas
        As `regions.county_polygons` gives, or None.
    """
    if areas is None:
        return
    for name, geometry in zip(areas["name"], areas.geometry, strict=True):
        draw_area(sheet, geometry, **COUNTY_STYLE, zorder=1)
        at = to_plane(shapely.point_on_surface(geometry), sheet.epsg)
        write_text(
            sheet.axes,
            sheet.letters(name),
            x=float(shapely.get_x(at)),
            y=float(shapely.get_y(at)),
            size=9 if len(areas) <= _FEW else 7,
            letters=sheet.letters,
            color="#8d949b",
            zorder=2,
        )


def rivers_of(assessment: Assessment) -> list[gpd.GeoDataFrame]:
    """Give the reference layers of rivers.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    list of geopandas.GeoDataFrame
        In catalogue order.
    """
    references = assessment.layers.references
    return [
        references[info.layer_id]
        for info in assessment.layers.infos
        if info.role is LayerRole.RIVER and info.layer_id in references
    ]


def draw_rivers(sheet: Sheet, assessment: Assessment) -> None:
    """Draw the lines of river layers.

    Parameters
    ----------
    sheet, assessment
        The sheet and the run.
    """
    for lines in rivers_of(assessment):
        for geometry in lines.geometry:
            if geometry is None or geometry.is_empty:
                continue
            near = shapely.clip_by_rect(geometry, *sheet.outlook)
            for part in shapely.get_parts(to_plane(near, sheet.epsg)):
                if shapely.get_type_id(part) == _LINE:
                    x, y = shapely.get_coordinates(part).T
                    sheet.axes.plot(x, y, **RIVER_STYLE, zorder=3)


def hides_zones(assessment: Assessment) -> bool:
    """Say whether zones are left out because their layer may not be shown.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    bool
        False without such layers.
    """
    hidden = assessment.settings.hidden_sensitivities
    return bool(assessment.layers.zones["sensitivity"].isin(hidden).any())


def draw_zones(sheet: Sheet, assessment: Assessment, *, density: int = 3) -> dict[ZoneClass, bool]:
    """Draw the zones with the hatch of their class, dashed where they are no official lines.

    Parameters
    ----------
    sheet, assessment
        The sheet and the run.
    density
        How closely the hatches are set.

    Returns
    -------
    dict
        The classes drawn, each with whether any of it is not official.
    """
    zones = assessment.layers.zones
    if hides_zones(assessment):
        zones = zones[~zones["sensitivity"].isin(assessment.settings.hidden_sensitivities)]
    zones = zones.iloc[np.sort(zones.sindex.query(sheet.view, predicate="intersects"))]
    drawn: dict[ZoneClass, bool] = {}
    for name, status, geometry in zip(
        zones["zone_class"], zones["layer_status"], zones.geometry, strict=True
    ):
        zone_class = ZoneClass(name)
        sketch = status != LayerStatus.OFFICIAL.value
        drawn[zone_class] = drawn.get(zone_class, False) or sketch
        shown = shapely.clip_by_rect(geometry, *sheet.outlook)
        draw_area(sheet, shown, **zone_patch(zone_class, sketch=sketch, density=density), zorder=4)
    return {zone_class: drawn[zone_class] for zone_class in ZoneClass if zone_class in drawn}


def zone_patch(zone_class: ZoneClass, *, sketch: bool, density: int = 3) -> dict[str, Any]:
    """Give the style of a zone's patch, on the map and in the legend.

    Parameters
    ----------
    zone_class
        The class.
    sketch
        Whether the line is no official one.
    density
        How closely the hatch is set.

    Returns
    -------
    dict
        What matplotlib's patches take.
    """
    from matplotlib.colors import to_rgba  # noqa: PLC0415 - loads when a figure is drawn

    style = zone_style(zone_class)
    return {
        "facecolor": to_rgba(style.color, 0.10),
        "edgecolor": style.color,
        "hatch": style.hatch * density or None,
        "linewidth": style.width * 0.6,
        "linestyle": (0, (4, 2)) if sketch or style.dashed else "solid",
    }


def draw_footprints(sheet: Sheet, assessment: Assessment) -> None:
    """Draw the rings within which sites may lie, township ones more faintly, coarser ones not.

    Parameters
    ----------
    sheet, assessment
        The sheet and the run.
    """
    precision = dict(zip(assessment.sites["site_id"], assessment.sites["precision"], strict=True))
    footprints = assessment.footprints
    for site_id, geometry in zip(footprints["site_id"], footprints.geometry, strict=True):
        how = Precision(precision.get(site_id, Precision.NONE.value))
        if how in FINE:
            draw_area(sheet, geometry, **FOOTPRINT_STYLE, zorder=5)
        elif how is Precision.TOWNSHIP:
            draw_area(sheet, geometry, **TOWNSHIP_STYLE, zorder=5)
