"""Draw every relation that shapes a footprint on one test sheet, to be looked at.

Usage: ``python scripts/draw_relations.py OUT.png``
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import shapely

from geo_rectify.crs import buffer_m, disc, from_plane, to_plane
from geo_rectify.places.footprints import draw, shaping
from geo_rectify.places.gazetteer import Place
from geo_rectify.places.relations import (
    Reach,
    border_between,
    mouth_of,
    stream_part,
    stretch_between,
)
from geo_rectify.vocabulary import PlaceType

mpl.use("agg")
from matplotlib import pyplot as plt

EPSG, X0, Y0 = 4548, 519_500.0, 3_207_000.0
LIMITS = ("360281",)
RIVER = [(-4000, 500), (-2000, -400), (0, 0), (2000, 600), (4000, -200)]


def _shape(shape: shapely.Geometry) -> shapely.Geometry:
    return from_plane(shapely.transform(shape, lambda xy: xy + np.array([X0, Y0])), EPSG)


def _place(shape: shapely.Geometry, kind: PlaceType, unsure: float) -> Place:
    return Place(
        number=0,
        name="甲",
        aliases=(),
        kind=kind,
        adcode="",
        township="",
        uncertainty_m=unsure,
        source="test",
        geometry=_shape(shape),
        keys=("甲",),
    )


def panels() -> list[tuple[str, list[shapely.Geometry], shapely.Geometry]]:
    """Give title, what is known, and the footprint of every relation."""
    point, line = shapely.Point(0, 0), shapely.LineString(RIVER)
    park = shapely.box(-800, -600, 900, 700)
    made = []
    for title, words, shape, kind, unsure in (
        ("near a point", "附近", point, PlaceType.MINE, 200),
        ("south of a point", "南侧", point, PlaceType.MINE, 200),
        ("along a river", "沿线", line, PlaceType.RIVER, 50),
        ("north of a road", "北侧", line, PlaceType.ROAD, 50),
        ("around an outline", "周边", park, PlaceType.INDUSTRIAL_PARK, 50),
        ("south-east of an outline", "东南侧", park, PlaceType.INDUSTRIAL_PARK, 50),
    ):
        known = _place(shape, kind, float(unsure))
        drawn = draw(known, limits=LIMITS, shape=shaping([words]))
        if drawn is not None and known.geometry is not None:
            made.append((title, [known.geometry], drawn.footprint))
    here = _shape(shapely.Point(300, 200))
    for title, declared, upstream in (
        ("upstream, flow declared", True, True),
        ("downstream, flow declared", True, False),
        ("upstream, flow unknown", False, True),
    ):
        reach = Reach(name="r", line=_shape(line), uncertainty_m=50, declared=declared)
        part = stream_part(here, [reach], upstream=upstream, unsure_m=100)
        if part is not None:
            made.append((title, [reach.line, here], buffer_m(part.line, 550)))
    reach = Reach(name="r", line=_shape(line), uncertainty_m=50, declared=True)
    first, last = _shape(shapely.Point(-1800, -300)), _shape(shapely.Point(1500, 500))
    piece = stretch_between(first, last, [reach], unsure_m=100)
    if piece is not None:
        made.append(("from A to B", [reach.line, first, last], buffer_m(piece.line, 550)))
    side = Reach(
        name="s", line=_shape(shapely.LineString([(500, 3000), (100, 60)])), uncertainty_m=50
    )
    mouth = mouth_of(side, [reach])
    if mouth is not None:
        made.append(("mouth of a river", [reach.line, side.line], disc(mouth.x, mouth.y, 600)))
    west, east = (
        _shape(shapely.box(-3000, -2000, 0, 2000)),
        _shape(shapely.box(0, -2500, 3000, 1500)),
    )
    made.append(("border of two areas", [west, east], border_between(west, east, width_m=500)))
    return made


def main() -> None:
    """Draw the sheet."""
    found = panels()
    figure, axes = plt.subplots(3, 4, figsize=(16, 11), squeeze=False)
    for axis, (title, known, footprint) in zip(axes.flat, found, strict=True):
        for ring in shapely.get_parts(to_plane(footprint, EPSG)):
            axis.fill(*zip(*ring.exterior.coords, strict=True), color="#e8a33d", alpha=0.6)
        for shape in known:
            plane = to_plane(shape, EPSG)
            outline = plane.exterior if plane.geom_type == "Polygon" else plane
            axis.plot(
                *zip(*outline.coords, strict=True),
                color="#234",
                marker="o" if plane.geom_type == "Point" else None,
            )
            if plane.geom_type == "LineString":
                axis.plot(*plane.coords[0], marker=">", color="#234")
        axis.set(title=title, aspect="equal", xticks=[], yticks=[])
    figure.tight_layout()
    figure.savefig(Path(sys.argv[1]), dpi=70)
    print(f"{len(found)} relations -> {sys.argv[1]}")


if __name__ == "__main__":
    main()
