"""What stands beside the map on a sheet: scale bar, north arrow, legend and notes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from geo_rectify.drawing.lettering import figure_data
from geo_rectify.drawing.marks import draw_marker
from geo_rectify.drawing.placement import Box
from geo_rectify.drawing.sheet import (
    COUNTY_STYLE,
    FINE,
    FOOTPRINT_STYLE,
    INK,
    RIVER_STYLE,
    TOWNSHIP_STYLE,
    hides_zones,
    rivers_of,
    write_text,
    zone_patch,
)
from geo_rectify.drawing.symbology import shape_of, shapes, verdict_order
from geo_rectify.vocabulary import (
    LayerStatus,
    PlaceType,
    Precision,
    Verdict,
    ZoneClass,
    label,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geo_rectify.drawing.lettering import Lettering
    from geo_rectify.drawing.marks import Symbol
    from geo_rectify.drawing.sheet import Sheet
    from geo_rectify.pipeline import Assessment

_ROW_MM: Final = 4.3
_NOTE_MM: Final = 3.4
_GAP_MM: Final = 2.2
_TIGHTEST: Final = 0.6
_SWATCH_MM: Final = 5.4
_TEXT_AT_MM: Final = 7.2
_HEAD_PT: Final = 7.2
_ROW_PT: Final = 6.8
_NOTE_PT: Final = 6.2
_PT_MM: Final = 25.4 / 72
Row: TypeAlias = "tuple[Callable[[Axes, float, float], None], str]"
"""A swatch, drawn at its middle, and the words beside it."""
_BAR_MM: Final = 30.0
_KILOMETRE_M: Final = 1000


def furniture_boxes(sheet: Sheet) -> tuple[Box, Box]:
    """Give the places on paper (mm) of scale bar and north arrow, which nothing may cover.

    Parameters
    ----------
    sheet
        The sheet.

    Returns
    -------
    tuple of Box
        The two places.
    """
    width, height = sheet.size_mm
    return (
        Box(left=2.0, bottom=2.0, right=44.0, top=9.5),
        Box(left=width - 10.0, bottom=height - 16.0, right=width, top=height),
    )


def draw_scale_bar(sheet: Sheet) -> None:
    """Draw a scale bar of a round length at the lower left.

    Parameters
    ----------
    sheet
        The sheet.
    """
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - loads when a figure is drawn

    scale = sheet.metres_per_mm
    wanted = _BAR_MM * scale
    power = 10 ** math.floor(math.log10(wanted))
    length = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    x, y = sheet.at_mm(4, 3.5)
    height = 1.2 * scale
    for part in range(4):
        sheet.axes.add_patch(
            Rectangle(
                (x + part * length / 4, y),
                length / 4,
                height,
                facecolor=INK if part % 2 == 0 else "white",
                edgecolor=INK,
                linewidth=0.5,
                zorder=11,
            )
        )
    style: dict[str, Any] = {"size": 6.5, "letters": sheet.letters, "zorder": 11}
    unit_m, word = (1000, "kilometres") if length >= _KILOMETRE_M else (1, "metres")
    for share in (0.0, 0.5, 1.0):
        text = f"{share * length / unit_m:g}"
        write_text(sheet.axes, text, x=x + share * length, y=y + 2.9 * scale, **style)
    unit = sheet.letters(figure_data()["words"][word])
    write_text(sheet.axes, unit, x=x + length + 1.5 * scale, y=y + height / 2, ha="left", **style)


def draw_north(sheet: Sheet) -> None:
    """Draw a north arrow at the upper right.

    Parameters
    ----------
    sheet
        The sheet.
    """
    from matplotlib.patches import Polygon  # noqa: PLC0415 - loads when a figure is drawn

    width, height = sheet.size_mm
    tip, foot, notch = height - 6.5, height - 14.5, height - 12.7
    middle = width - 5.5
    for side, colour in ((-1, INK), (1, "white")):
        corners = [
            sheet.at_mm(middle, tip),
            sheet.at_mm(middle + side * 2.2, foot),
            sheet.at_mm(middle, notch),
        ]
        sheet.axes.add_patch(
            Polygon(corners, facecolor=colour, edgecolor=INK, linewidth=0.6, zorder=11)
        )
    x, y = sheet.at_mm(middle, height - 4.0)
    north = sheet.letters(figure_data()["words"]["north"])
    write_text(sheet.axes, north, x=x, y=y, size=9, letters=sheet.letters, zorder=11)


def draw_panel(
    figure: Figure,
    assessment: Assessment,
    *,
    panel: tuple[float, float, float, float],
    sheet: Sheet,
    zones: Mapping[ZoneClass, bool],
    symbols: Sequence[Symbol],
) -> None:
    """Draw the legend and the notes.

    Parameters
    ----------
    figure
        The figure.
    assessment
        The run.
    panel
        Left, bottom, width and height of the panel on the page, millimetres.
    sheet
        The sheet of the map beside it.
    zones
        The classes drawn, as `sheet.draw_zones` gives.
    symbols
        The symbols drawn.
    """
    blocks = _blocks(assessment, letters=sheet.letters, zones=zones, symbols=symbols)
    notes = _notes(assessment, sheet=sheet, symbols=symbols)
    draw_rows(figure, panel=panel, letters=sheet.letters, blocks=blocks, notes=notes)


def draw_rows(
    figure: Figure,
    *,
    panel: tuple[float, float, float, float],
    letters: Lettering,
    blocks: Sequence[tuple[str, Sequence[Row]]],
    notes: Sequence[str],
) -> None:
    """Write titled rows, each with its swatch, and notes below them.

    Parameters
    ----------
    figure
        The figure.
    panel
        Left, bottom, width and height of the panel on the page, millimetres.
    letters
        The lettering.
    blocks
        Titles, each with its rows.
    notes
        Small print, as the lettering gave it.
    """
    page_width, page_height = (float(side) * 25.4 for side in figure.get_size_inches())
    left, bottom, width, height = panel
    axes = figure.add_axes(
        (left / page_width, bottom / page_height, width / page_width, height / page_height)
    )
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    columns = 1 if height > width else 3
    column_width = width / columns
    tight = _tightness(blocks, notes, width_mm=column_width, room_mm=height * columns)
    pen = _Pen(axes=axes, letters=letters, tight=tight, width_mm=column_width, y=height - 1)
    for title, rows in blocks:
        needed = _ROW_MM * tight * (len(rows) + 1)
        if columns > 1 and pen.y < needed and pen.x + 2 * column_width < width:
            pen.x, pen.y = pen.x + column_width, height - 1
        pen.write(letters.note(title), size=_HEAD_PT, at=0.0)
        for swatch, words in rows:
            swatch(axes, pen.x + _SWATCH_MM / 2, pen.y - _ROW_MM * tight / 2)
            pen.write(words, size=_ROW_PT, at=_TEXT_AT_MM)
        pen.y -= _GAP_MM * tight
    if columns > 1:
        pen.x, pen.y = width - column_width, height - 1
    for note in notes:
        pen.write(note, size=_NOTE_PT, at=0.0, row_mm=_NOTE_MM)


@dataclass(slots=True, kw_only=True)
class _Pen:
    """Where the next line of the panel is written, and how tightly."""

    axes: Axes
    letters: Lettering
    tight: float
    width_mm: float
    y: float
    x: float = 0.0

    def write(self, text: str, *, size: float, at: float, row_mm: float = _ROW_MM) -> None:
        """Write a text in as many lines as it needs and go below it."""
        for line in _wrapped(text, self.width_mm - at - 0.5, size * self.tight):
            write_text(
                self.axes,
                line,
                x=self.x + at,
                y=self.y - row_mm * self.tight / 2,
                size=size * self.tight,
                letters=self.letters,
                ha="left",
                color="#2b3036",
            )
            self.y -= row_mm * self.tight


def _tightness(
    blocks: Sequence[tuple[str, Sequence[tuple[object, str]]]],
    notes: Sequence[str],
    *,
    width_mm: float,
    room_mm: float,
) -> float:
    """Give by how much rows and type shrink so that the panel holds all of them."""
    lines = [
        (len(_wrapped(words, width_mm - _TEXT_AT_MM - 0.5, _ROW_PT)), _ROW_MM)
        for _, rows in blocks
        for _, words in rows
    ]
    lines += [(len(_wrapped(title, width_mm - 0.5, _HEAD_PT)), _ROW_MM) for title, _ in blocks]
    lines += [(len(_wrapped(note, width_mm - 0.5, _NOTE_PT)), _NOTE_MM) for note in notes]
    needed = sum(count * row_mm for count, row_mm in lines) + _GAP_MM * len(blocks) + 2
    return min(1.0, max(_TIGHTEST, room_mm / needed))


def _wrapped(text: str, width_mm: float, size: float) -> list[str]:
    """Break a line of mostly full-width characters to a width."""
    lines, used = [""], 0.0
    for character in text:
        advance = size * _PT_MM * (0.58 if character.isascii() else 1.0)
        if used + advance > width_mm and lines[-1]:
            lines.append("")
            used = 0.0
        lines[-1] += character
        used += advance
    return lines


def _blocks(
    assessment: Assessment,
    *,
    letters: Lettering,
    zones: Mapping[ZoneClass, bool],
    symbols: Sequence[Symbol],
) -> list[tuple[str, list[Row]]]:
    words = figure_data()["words"]
    seen = {symbol.verdict for symbol in symbols}
    kinds = {shape_of(symbol.kind).name for symbol in symbols}
    first_kind = {
        shape.name: next(kind for kind in PlaceType if shape_of(kind).name == shape.name)
        for shape in shapes()
    }
    blocks: list[tuple[str, list[Row]]] = [
        (
            words["verdicts"],
            verdict_rows(seen, letters=letters),
        ),
        (
            words["kinds"],
            [
                (_marker_swatch(first_kind[shape.name], Verdict.NOT_COVERED), letters(shape.title))
                for shape in shapes()
                if shape.name in kinds
            ],
        ),
        (
            words["zones"],
            zone_rows(zones, letters=letters),
        ),
    ]
    lines: list[Row] = [(patch_swatch(dict(COUNTY_STYLE)), letters(words["county"]))]
    if rivers_of(assessment):
        lines.append((_line_swatch, letters(words["river"])))
    precisions = {Precision(value) for value in assessment.sites["precision"]}
    if precisions & FINE:
        lines.append((patch_swatch(dict(FOOTPRINT_STYLE)), letters(words["footprint"])))
    if Precision.TOWNSHIP in precisions:
        lines.append((patch_swatch(dict(TOWNSHIP_STYLE)), letters(words["township"])))
    blocks.append((words["lines"], lines))
    return [(title, rows) for title, rows in blocks if rows]


def verdict_rows(seen: Container[Verdict], *, letters: Lettering) -> list[Row]:
    """Give the legend's rows of the verdicts seen, worst first."""
    return [
        (_marker_swatch(PlaceType.VILLAGE, verdict), letters(label(verdict)))
        for verdict in verdict_order()
        if verdict in seen
    ]


def zone_rows(zones: Mapping[ZoneClass, bool], *, letters: Lettering) -> list[Row]:
    """Give the legend's rows of the zone classes drawn, sketched ones marked."""
    mark = figure_data()["words"]["schematic"]
    return [
        (
            patch_swatch(zone_patch(zone_class, sketch=sketch)),
            letters(label(zone_class) + (mark if sketch else "")),
        )
        for zone_class, sketch in zones.items()
    ]


def _notes(assessment: Assessment, *, sheet: Sheet, symbols: Sequence[Symbol]) -> list[str]:
    words = figure_data()["words"]
    statuses = {info.status for info in assessment.layers.infos}
    missing = len(assessment.sites) - len(symbols)
    meridian = 3 * (sheet.epsg - 4534 + 25)
    notes = [
        words["number"] if symbols else words["nothing"],
        words["off_map"].format(count=missing) if missing else "",
        words["sample_layers"] if LayerStatus.SCHEMATIC in statuses else "",
        words["hidden"] if hides_zones(assessment) else "",
        words["datum"],
        words["projection"].format(meridian=meridian),
        words["date"].format(date=assessment.settings.as_of.isoformat()),
        words["maker"],
        words["internal"],
    ]
    return [drawn for note in notes if note and (drawn := sheet.letters.note(note))]


def _marker_swatch(kind: PlaceType, verdict: Verdict) -> Callable[[Axes, float, float], None]:
    def draw(axes: Axes, x: float, y: float) -> None:
        draw_marker(axes, x, y, kind=kind, verdict=verdict)

    return draw


def patch_swatch(style: dict[str, Any]) -> Callable[[Axes, float, float], None]:
    """Give what draws a patch of a style beside its words."""

    def draw(axes: Axes, x: float, y: float) -> None:
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - loads when a figure is drawn

        corner = (x - _SWATCH_MM / 2 + 0.2, y - 1.5)
        axes.add_patch(Rectangle(corner, _SWATCH_MM - 0.4, 3.0, **style))

    return draw


def _line_swatch(axes: Axes, x: float, y: float) -> None:
    axes.plot([x - _SWATCH_MM / 2, x + _SWATCH_MM / 2], [y, y], **RIVER_STYLE)
