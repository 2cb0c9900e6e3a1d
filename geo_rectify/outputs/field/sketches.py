"""Two small maps of a card: where in the prefecture, and what lies around; as SVG and as PNG.

Drawn from the run's own vectors, so they need no tiles. What a sketch may show of zones follows the
run's settings. A site known to its county or coarser gets no point: its area is tinted.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
import shapely.ops

from geo_rectify.crs import to_plane
from geo_rectify.drawing.symbology import verdict_style, zone_style
from geo_rectify.errors import RegionError
from geo_rectify.outputs._dossiers import plane_epsg
from geo_rectify.regions import area_name, county_polygons
from geo_rectify.vocabulary import LayerRole, LayerStatus, Precision, ZoneClass, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.outputs._dossiers import Dossier
    from geo_rectify.pipeline import Assessment

LOCATOR_MM: Final = (40.0, 36.0)
DETAIL_MM: Final = (146.0, 36.0)
"""Width and height of the two maps on paper."""
_LEAST_M: Final = 1500.0
_ROUND: Final = 1.35
_FINE_MM: Final = 0.15
_LINE, _SOFT, _TINT, _BLUE = "#8a939b", "#c3cad0", "#f6ddc2", "#6ba3cc"
_INK: Final = "#1d2733"
_GREY: Final = ("#c9ced4", "#59616a")
_PX_MM: Final = 11.8
_LEGEND: Final = 5
_SMALL_MM: Final = 2.5
_APART_MM: Final = 4.0
_FINE: Final = frozenset(
    {Precision.SURVEYED, Precision.FEATURE, Precision.STREET, Precision.VILLAGE, Precision.TOWNSHIP}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One thing drawn: rings or lines in millimetres from the top left, colours, line width."""

    paths: tuple[NDArray[np.float64], ...]
    fill: str = ""
    stroke: str = ""
    width: float = 0.25
    dashed: bool = False
    closed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A few Latin letters at a place, in millimetres."""

    text: str
    x: float
    y: float
    size: float = 2.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A small map.

    ``base`` is the part many sketches share, under a name; ``legend`` colours and their words.
    """

    width: float
    height: float
    base_name: str
    base: tuple[Stroke, ...]
    strokes: tuple[Stroke, ...]
    writings: tuple[Writing, ...]
    caption: str
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What part of the plane a sketch shows."""

    left: float
    top: float
    scale: float
    width: float
    height: float

    @property
    def box(self) -> BaseGeometry:
        return shapely.box(
            self.left,
            self.top - self.height * self.scale,
            self.left + self.width * self.scale,
            self.top,
        )

    def paper(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        made = np.column_stack(((xy[:, 0] - self.left), (self.top - xy[:, 1]))) / self.scale
        return np.round(made, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Area:
    """The counties of some prefectures as drawn in a locator map."""

    frame: _Frame
    rings: Mapping[str, tuple[NDArray[np.float64], ...]]


class Atlas:
    """What all sketches of a run are drawn from, brought to one plane once."""

    def __init__(self, assessment: Assessment, found: Sequence[Dossier]) -> None:
        """Project counties, zones, rivers and sites of a run."""
        self._epsg = plane_epsg(list(found))
        self._counties: dict[str, BaseGeometry] = {}
        self._zones: list[tuple[BaseGeometry, ZoneClass, str]] = []
        self._rivers: list[BaseGeometry] = []
        self._points: list[tuple[str, shapely.Point, str]] = []
        self._areas: dict[tuple[str, ...], _Area] = {}
        if self._epsg is None:
            return
        codes = {code for site in found for code in site.adcode.split("|") if code}
        known = sorted({f"{code[:4]}00" for code in codes if _is_area(f"{code[:4]}00")})
        if known:
            frame = county_polygons(known)
            for code, shape in zip(frame["adcode"], frame.geometry, strict=True):
                self._counties[str(code)] = self._plane(shape)
        zones = assessment.layers.zones
        shown = zones[~zones["sensitivity"].isin(assessment.settings.hidden_sensitivities)]
        for shape, cell, status in zip(
            shown.geometry, shown["zone_class"], shown["layer_status"], strict=True
        ):
            self._zones.append((self._plane(shape), ZoneClass(cell), str(status)))
        self._rivers = [self._plane(shape) for shape in _rivers(assessment)]
        for site in found:
            if site.point is not None:
                keys = site.issue_keys[0].rpartition("/")[2] if site.issue_keys else ""
                self._points.append((site.site_id, self._plane(shapely.Point(site.point)), keys))
        self._zone_tree = shapely.STRtree([shape for shape, _, _ in self._zones])
        self._river_tree = shapely.STRtree(self._rivers)
        self._point_tree = shapely.STRtree([point for _, point, _ in self._points])

    def _plane(self, shape: BaseGeometry) -> Any:
        return to_plane(shapely.force_2d(shape), self._epsg or 0)

    def locator(self, site: Dossier) -> Sketch | None:
        """Draw where in its prefecture a site lies.

        Parameters
        ----------
        site
            The site.

        Returns
        -------
        Sketch or None
            None where not even the prefecture is known.
        """
        codes = [code for code in site.adcode.split("|") if code in self._counties]
        groups = {code[:4] for code in codes}
        if site.point is None and site.precision is not Precision.COUNTY:
            codes = []
        if not groups and site.footprint is not None and site.precision is Precision.PREFECTURE:
            inside = shapely.point_on_surface(self._plane(site.footprint))
            groups = {c[:4] for c, shape in self._counties.items() if shape.intersects(inside)}
        if not groups:
            return None
        area = self._area(tuple(sorted(groups)))
        strokes = [
            Stroke(paths=area.rings[code], fill=_TINT, stroke=_LINE)
            for code in (area.rings if site.precision is Precision.PREFECTURE else codes)
        ]
        if site.point is not None:
            strokes += self._placed(site, area.frame)
        caption = {
            Precision.COUNTY: f"仅知在{site.group}境内",
            Precision.PREFECTURE: "仅知在本设区市境内",
        }.get(site.precision, f"{site.place}（县界为示意）")
        return Sketch(
            width=LOCATOR_MM[0],
            height=LOCATOR_MM[1],
            base_name="base-" + "-".join(sorted(groups)),
            base=tuple(
                Stroke(paths=rings, fill="#ffffff", stroke=_LINE) for rings in area.rings.values()
            ),
            strokes=tuple(strokes),
            writings=(),
            caption=caption,
        )

    def _area(self, groups: tuple[str, ...]) -> _Area:
        """Draw the counties of some prefectures once."""
        if groups not in self._areas:
            around = {c: shape for c, shape in self._counties.items() if c[:4] in groups}
            frame = _frame(shapely.total_bounds(list(around.values())), LOCATOR_MM, margin=1.06)
            rings = {code: _rings(shape, frame) for code, shape in around.items()}
            self._areas[groups] = _Area(frame=frame, rings=rings)
        return self._areas[groups]

    def detail(self, site: Dossier) -> Sketch | None:
        """Draw what lies around a site, with scale bar and north arrow.

        Parameters
        ----------
        site
            The site.

        Returns
        -------
        Sketch or None
            None without a position.
        """
        if site.point is None or self._epsg is None or site.precision not in _FINE:
            return None
        shape = self._plane(site.footprint or shapely.Point(site.point))
        frame = _frame(shape.bounds, DETAIL_MM, margin=_ROUND, least=_LEAST_M)
        box = frame.box
        strokes: list[Stroke] = []
        legend: dict[tuple[str, str], None] = {}
        for at in sorted(self._zone_tree.query(box, predicate="intersects")):
            zone, zone_class, status = self._zones[at]
            style = zone_style(zone_class)
            seen = shapely.intersection(zone, box)
            official = status == LayerStatus.OFFICIAL.value
            strokes.append(
                Stroke(
                    paths=_rings(seen, frame),
                    fill=_pale(style.color),
                    stroke=style.color,
                    width=0.35,
                    dashed=not official,
                )
            )
            mark = "" if official else f"（{label(LayerStatus(status))}）"
            legend[style.color, f"{label(zone_class)}{mark}"] = None
        for county in self._counties.values():
            edge = shapely.intersection(shapely.boundary(county), box)
            strokes.append(_open(edge, frame, colour=_LINE, dashed=True))
        for at in sorted(self._river_tree.query(box, predicate="intersects")):
            river = shapely.intersection(self._rivers[at], box)
            strokes.append(_open(river, frame, colour=_BLUE, width=0.5))
        writings = [*self._neighbours(site, frame, strokes), *_furniture(frame, strokes)]
        strokes += self._placed(site, frame)
        entries = tuple(legend)[:_LEGEND]
        return Sketch(
            width=DETAIL_MM[0],
            height=DETAIL_MM[1],
            base_name="",
            base=(),
            strokes=tuple(stroke for stroke in strokes if stroke.paths),
            writings=tuple(writings),
            caption="虚线圈为位置误差范围，数字为邻近点位的问题序号"
            if site.geometry is None or site.geometry.geom_type == "Point"
            else "实线为实测轮廓，数字为邻近点位的问题序号",
            legend=entries,
        )

    def _placed(self, site: Dossier, frame: _Frame) -> list[Stroke]:
        """Draw a site: its footprint or outline, and its point."""
        fill, line = _GREY
        if site.worst is not None:
            style = verdict_style(site.worst)
            fill, line = style.fill, style.stroke
        made = []
        outlined = site.geometry is not None and site.geometry.geom_type != "Point"
        area = site.geometry if outlined else site.footprint
        if area is not None:
            plane = self._plane(area)
            seen = shapely.intersection(plane, frame.box)
            wide = max(np.subtract(plane.bounds[2:], plane.bounds[:2])) / frame.scale
            if wide >= _SMALL_MM:
                made.append(
                    Stroke(paths=_rings(seen, frame), stroke=line, width=0.4, dashed=not outlined)
                )
        at = frame.paper(
            np.array([shapely.get_coordinates(self._plane(shapely.Point(site.point or ())))[0]])
        )
        made.append(_dot(at[0], 1.5, fill="#ffffff", stroke=line))
        made.append(_dot(at[0], 0.9, fill=fill, stroke=line))
        return made

    def _neighbours(self, site: Dossier, frame: _Frame, strokes: list[Stroke]) -> list[Writing]:
        writings: list[Writing] = []
        for at in sorted(self._point_tree.query(frame.box, predicate="intersects")):
            site_id, point, key = self._points[at]
            if site_id == site.site_id:
                continue
            x, y = frame.paper(np.array([[point.x, point.y]]))[0]
            strokes.append(_dot((x, y), 0.6, fill=_SOFT, stroke=_GREY[1]))
            crowded = any(abs(w.x - x) < _APART_MM and abs(w.y - y) < _APART_MM for w in writings)
            if key.isdigit() and not crowded:
                writings.append(Writing(text=key, x=float(x) + 0.9, y=float(y) + 0.8, size=2.1))
        return writings


def _is_area(code: str) -> bool:
    try:
        area_name(code)
    except RegionError:
        return False
    return True


def _rivers(assessment: Assessment) -> list[BaseGeometry]:
    hidden = assessment.settings.hidden_sensitivities
    return [
        shape
        for info in assessment.layers.infos
        if info.role is LayerRole.RIVER
        and info.sensitivity.value not in hidden
        and info.layer_id in assessment.layers.references
        for shape in assessment.layers.references[info.layer_id].geometry
        if shape is not None
    ]


def _frame(bounds: Any, size: tuple[float, float], *, margin: float, least: float = 0.0) -> _Frame:
    west, south, east, north = (float(value) for value in bounds)
    width, height = size
    wide = max((east - west) * margin, least * width / height)
    tall = max((north - south) * margin, least)
    scale = max(wide / width, tall / height)
    return _Frame(
        left=(west + east) / 2 - scale * width / 2,
        top=(south + north) / 2 + scale * height / 2,
        scale=scale,
        width=width,
        height=height,
    )


def _rings(shape: BaseGeometry, frame: _Frame) -> tuple[NDArray[np.float64], ...]:
    thin = shapely.simplify(shape, _FINE_MM * frame.scale)
    rings = []
    for part in shapely.get_parts(thin):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        rings += [part.exterior, *part.interiors]
    return tuple(frame.paper(shapely.get_coordinates(ring)) for ring in rings)


def _open(
    shape: BaseGeometry, frame: _Frame, *, colour: str, width: float = 0.25, dashed: bool = False
) -> Stroke:
    thin = shapely.line_merge(shapely.simplify(shape, _FINE_MM * frame.scale))
    lines = [part for part in shapely.get_parts(thin) if part.geom_type == "LineString"]
    paths = tuple(frame.paper(shapely.get_coordinates(line)) for line in lines)
    return Stroke(paths=paths, stroke=colour, width=width, dashed=dashed, closed=False)


def _dot(at: Any, radius: float, *, fill: str, stroke: str) -> Stroke:
    turn = np.linspace(0, 2 * np.pi, 17)[:-1]
    ring = np.column_stack((at[0] + radius * np.cos(turn), at[1] + radius * np.sin(turn)))
    return Stroke(paths=(np.round(ring, 2),), fill=fill, stroke=stroke, width=0.25)


def _furniture(frame: _Frame, strokes: list[Stroke]) -> list[Writing]:
    """Add a scale bar and a north arrow; give their letters."""
    most = 32.0 * frame.scale
    step = 10.0 ** np.floor(np.log10(most))
    metres = float(max(step * factor for factor in (1, 2, 5) if step * factor <= most))
    length = metres / frame.scale
    left, below = 3.0, frame.height - 3.0
    plate = [[1.5, below - 4.4], [left + length + 2, below - 4.4], [left + length + 2, below + 1.5]]
    strokes.append(Stroke(paths=(np.array([*plate, [1.5, below + 1.5]]),), fill="#ffffff"))
    bar = np.array(
        [[left, below - 1], [left, below], [left + length, below], [left + length, below - 1]]
    )
    strokes.append(Stroke(paths=(bar,), stroke=_INK, width=0.4, closed=False))
    right = frame.width - 5.0
    arrow = np.array([[right, 4.6], [right + 1.5, 9.4], [right, 8.3], [right - 1.5, 9.4]])
    strokes.append(Stroke(paths=(arrow,), fill=_INK, stroke=_INK))
    shown = f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.0f} km"  # noqa: PLR2004 - of a kilometre
    return [
        Writing(text=shown, x=left, y=below - 1.8),
        Writing(text="N", x=right - 0.8, y=4.0),
    ]


def _pale(colour: str) -> str:
    """Mix a colour with white, as a fill of one fifth would look."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * 0.22):02x}" for part in parts)


# --- two ways to draw ------------------------------------------------------------------------


def sketch_svg(sketch: Sketch, *, shared: bool = False) -> str:
    """Write a sketch as SVG.

    Parameters
    ----------
    sketch
        The sketch.
    shared
        Whether the page defines its base (`base_svg`), to be named here.

    Returns
    -------
    str
        The element.
    """
    width, height = sketch.width, sketch.height
    base = f'<use href="#{sketch.base_name}"/>' if shared and sketch.base_name else ""
    if not base:
        base = "".join(map(_stroke_svg, sketch.base))
    inner = "".join(map(_stroke_svg, sketch.strokes))
    letters = "".join(
        f'<text x="{w.x:.2f}" y="{w.y:.2f}" font-size="{w.size:g}" font-family="Arial, '
        f'Liberation Sans, sans-serif" fill="{_INK}">{w.text}</text>'
        for w in sketch.writings
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}mm" height="{height:g}mm">'
        f'<rect width="{width:g}" height="{height:g}" fill="#fbfbf8"/>{base}{inner}{letters}'
        f'<rect x=".15" y=".15" width="{width - 0.3:g}" height="{height - 0.3:g}" fill="none" '
        f'stroke="{_INK}" stroke-width=".3"/></svg>'
    )


def base_svg(sketches: Sequence[Sketch | None]) -> str:
    """Define the bases that sketches of a page share.

    Parameters
    ----------
    sketches
        The sketches.

    Returns
    -------
    str
        An element that shows nothing.
    """
    bases = {sketch.base_name: sketch.base for sketch in sketches if sketch and sketch.base_name}
    inner = "".join(
        f'<g id="{name}">{"".join(map(_stroke_svg, base))}</g>' for name, base in bases.items()
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0" aria-hidden="true" '
        f'style="position:absolute"><defs>{inner}</defs></svg>'
    )


def _stroke_svg(stroke: Stroke) -> str:
    end = "Z" if stroke.closed else ""
    path = "".join(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in ring.tolist()) + end for ring in stroke.paths
    )
    dash = ' stroke-dasharray="1.4 .9"' if stroke.dashed else ""
    line = (
        f' stroke="{stroke.stroke}" stroke-width="{stroke.width:g}"{dash}' if stroke.stroke else ""
    )
    return f'<path d="{path}" fill="{stroke.fill or "none"}" fill-rule="evenodd"{line}/>'


def sketch_png(sketch: Sketch) -> bytes:
    """Draw a sketch as PNG at 300 dpi.

    Parameters
    ----------
    sketch
        The sketch.

    Returns
    -------
    bytes
        The picture, the same in every run.
    """
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - loads when one is drawn

    size = (round(sketch.width * _PX_MM), round(sketch.height * _PX_MM))
    picture = Image.new("RGB", size, "#fbfbf8")
    draw = ImageDraw.Draw(picture)
    for stroke in (*sketch.base, *sketch.strokes):
        _stroke_png(picture, draw, stroke)
    for writing in sketch.writings:
        font = ImageFont.load_default(writing.size * _PX_MM)
        at = (writing.x * _PX_MM, writing.y * _PX_MM)
        draw.text(at, writing.text, font=font, fill=_INK, anchor="ls")
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=_INK, width=3)
    held = io.BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(held, format="PNG", optimize=True)
    return held.getvalue()


def _stroke_png(picture: Any, draw: Any, stroke: Stroke) -> None:
    from PIL import Image, ImageDraw  # noqa: PLC0415 - as above

    rings = [[(x * _PX_MM, y * _PX_MM) for x, y in ring.tolist()] for ring in stroke.paths]
    if stroke.fill:
        mask = Image.new("1", picture.size)
        hole = ImageDraw.Draw(mask)
        for ring in rings:
            # even-odd: each ring turns what it holds, as SVG's fill-rule says
            turned = Image.new("1", picture.size)
            ImageDraw.Draw(turned).polygon(ring, fill=1)
            mask = _either(mask, turned) if len(rings) > 1 else turned
        del hole
        picture.paste(stroke.fill, mask=mask)
    if stroke.stroke:
        width = max(1, round(stroke.width * _PX_MM))
        for ring in rings:
            line = [*ring, ring[0]] if stroke.closed else ring
            for piece in _dashes(line) if stroke.dashed else [line]:
                draw.line(piece, fill=stroke.stroke, width=width, joint="curve")


def _either(left: Any, right: Any) -> Any:
    from PIL import ImageChops  # noqa: PLC0415 - as above

    return ImageChops.logical_xor(left, right)


def _dashes(line: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    whole = shapely.LineString(line) if len(line) > 1 else shapely.LineString()
    step, drawn = 2.3 * _PX_MM, 1.4 * _PX_MM
    starts = np.arange(0.0, whole.length, step)
    return [
        [(float(x), float(y)) for x, y in shapely.get_coordinates(piece)]
        for start in starts
        if (piece := shapely.ops.substring(whole, float(start), float(start + drawn))).length
    ]
