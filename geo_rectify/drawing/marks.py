"""The symbols of a static figure: one for the sites at a place, with their issue numbers.

The shape says the kind of place. The verdict shows in colour and, for a print in black and white,
in the filling: full with a black edge, half full, with a question mark, dotted, hollow, small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify.crs import to_plane
from geo_rectify.drawing.placement import Box, Label, cluster, place_labels
from geo_rectify.drawing.sheet import INK, write_text
from geo_rectify.drawing.symbology import shape_of, verdict_order, verdict_style, worst_verdict
from geo_rectify.tables import join_list, split_list
from geo_rectify.vocabulary import PlaceType, SiteStatus, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from geo_rectify.drawing.sheet import Sheet
    from geo_rectify.pipeline import Assessment

SYMBOL_MM: Final = 1.5
_DIGIT_MM: Final = 1.3
_HEIGHT_MM: Final = 2.1
_CLUSTER_MM: Final = 2.4
_NUMBERS_SHOWN: Final = 4
_SLAB: Final = ((-1.0, -0.6), (1.0, -0.6), (1.0, 0.6), (-1.0, 0.6), (-1.0, -0.6))
"""An upright box is the marker of works already; areas get a lying one."""
_SIZES: Final = {Verdict.CONFLICT: 7.2, Verdict.CLEAR: 4.0}
_EDGES: Final = {
    Verdict.CONFLICT: 1.1,
    Verdict.POSSIBLE: 0.8,
    Verdict.NOT_DELINEATED: 1.0,
    Verdict.UNDETERMINED: 0.5,
    Verdict.NOT_COVERED: 0.8,
    Verdict.CLEAR: 0.6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One site to draw: its position in the plane, kind, worst verdict and issue numbers."""

    x: float
    y: float
    kind: PlaceType
    verdict: Verdict
    numbers: tuple[str, ...]


def symbols_of(assessment: Assessment, *, epsg: int) -> list[Symbol]:
    """Give what is drawn of each site that has a position, the worst verdict first.

    Parameters
    ----------
    assessment
        The run.
    epsg
        The sheet's plane.

    Returns
    -------
    list of Symbol
        Counted sets and sites without geometry are left out.
    """
    verdicts: dict[str, list[Verdict]] = {}
    findings = assessment.findings
    for site_id, verdict in zip(findings["site_id"], findings["verdict"], strict=True):
        verdicts.setdefault(site_id, []).append(Verdict(verdict))
    documents = {plan.doc_id: index for index, plan in enumerate(assessment.plans)}
    found = []
    for row, geometry in zip(
        assessment.sites[["site_id", "kind", "status", "issue_numbers"]].to_dict("records"),
        assessment.sites.geometry,
        strict=True,
    ):
        if geometry is None or geometry.is_empty or row["status"] == SiteStatus.COUNTED.value:
            continue
        at = to_plane(shapely.point_on_surface(geometry), epsg)
        found.append(
            Symbol(
                x=float(shapely.get_x(at)),
                y=float(shapely.get_y(at)),
                kind=PlaceType(row["kind"]),
                verdict=worst_verdict(verdicts.get(row["site_id"], ())) or Verdict.NOT_COVERED,
                numbers=tuple(
                    _short_key(key, documents) for key in split_list(row["issue_numbers"])
                ),
            )
        )
    rank = verdict_order().index
    return sorted(found, key=lambda one: (rank(one.verdict), one.numbers, one.x, one.y))


def _short_key(key: str, documents: dict[str, int]) -> str:
    """Write an issue's key for the map: the second document's issue 3 is B3."""
    doc_id, _, number = key.rpartition("/")
    return f"{chr(ord('A') + documents.get(doc_id, 0) % 26)}{number}" if doc_id else number


def draw_symbols(sheet: Sheet, symbols: Sequence[Symbol], *, taken: Sequence[Box]) -> None:
    """Draw the symbols and set their issue numbers where they cover nothing.

    Parameters
    ----------
    sheet
        The sheet.
    symbols
        As `symbols_of` gives.
    taken
        Places on paper (mm) that must stay free.
    """
    paper = [sheet.on_paper(one.x, one.y) for one in symbols]
    labels, texts = [], []
    for group in cluster(paper, within_mm=_CLUSTER_MM):
        first = symbols[group[0]]
        draw_marker(sheet.axes, first.x, first.y, kind=first.kind, verdict=first.verdict)
        text = _numbers([number for index in group for number in symbols[index].numbers])
        if text:
            x, y = paper[group[0]]
            width = _DIGIT_MM * len(text)
            labels.append(Label(x=x, y=y, width=width, height=_HEIGHT_MM, radius=SYMBOL_MM))
            texts.append((text, first.verdict))
    width, height = sheet.size_mm
    frame = Box(left=1.0, bottom=1.0, right=width - 1.0, top=height - 1.0)
    placed = place_labels(labels, frame=frame, taken=taken)
    for place, spot, (text, verdict) in zip(placed, labels, texts, strict=True):
        x, y = sheet.at_mm(place.x, place.y)
        if place.leader:
            from_x, from_y = sheet.at_mm(spot.x, spot.y)
            sheet.axes.plot([from_x, x], [from_y, y], color="#444a50", linewidth=0.35, zorder=8)
        heavy = verdict in {Verdict.CONFLICT, Verdict.POSSIBLE}
        write_text(
            sheet.axes,
            sheet.letters(text),
            x=x,
            y=y,
            size=6.0,
            letters=sheet.letters,
            color=INK,
            zorder=10,
            bbox={
                "boxstyle": "square,pad=0.12",
                "facecolor": "white",
                "edgecolor": INK if heavy else "none",
                "linewidth": 0.4,
                "alpha": 0.9,
            },
        )


def _numbers(numbers: Sequence[str]) -> str:
    """Join issue numbers for one symbol; that there are more than four is told by dots."""
    each = split_list(join_list(numbers))
    shown = ",".join(each[:_NUMBERS_SHOWN])
    return f"{shown}.." if len(each) > _NUMBERS_SHOWN else shown


def draw_marker(axes: Axes, x: float, y: float, *, kind: PlaceType, verdict: Verdict) -> None:
    """Draw one symbol, on the map or in the legend.

    Parameters
    ----------
    axes
        Where to draw.
    x, y
        Its middle, in the axes' coordinates.
    kind
        Gives the shape.
    verdict
        Gives colour, filling and edge.
    """
    style, shape = verdict_style(verdict), shape_of(kind)
    plain: dict[str, Any] = {"linestyle": "none", "clip_on": False}
    conflict = verdict is Verdict.CONFLICT
    axes.plot(
        [x],
        [y],
        marker=_SLAB if shape.name == "slab" else shape.marker,
        markersize=_SIZES.get(verdict, 6.2),
        fillstyle="left" if verdict is Verdict.POSSIBLE else "full",
        markerfacecolor=style.fill,
        markerfacecoloralt="white",
        markeredgecolor=INK if conflict else style.stroke,
        markeredgewidth=_EDGES[verdict],
        zorder=9,
        **plain,
    )
    if verdict is Verdict.NOT_DELINEATED:
        axes.plot(
            [x],
            [y],
            marker="o",
            markersize=1.8,
            color=style.stroke,
            zorder=9.5,
            markeredgewidth=0,
            **plain,
        )
    if style.mark == "?":
        axes.plot(
            [x],
            [y],
            marker="$?$",
            markersize=3.6,
            color=style.text,
            markeredgewidth=0.2,
            zorder=9.5,
            **plain,
        )
