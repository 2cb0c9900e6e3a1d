"""Draw every relation that shapes a footprint on one test sheet, from its words, to be looked at.

Each panel is a sentence: it is read as a plan is, its places are looked up among a few drawn by
hand (blue), and the footprint of the site named first in the panel is drawn (orange).

Usage: ``python scripts/draw_relations.py OUT.png``
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import shapely

from geo_rectify.crs import STORED, from_plane, to_plane
from geo_rectify.places import find_mentions, locate
from geo_rectify.places.gazetteer import gazetteer_of
from geo_rectify.plans import read_plan
from geo_rectify.tables import GAZETTEER, geoframe_of

mpl.use("agg")
from matplotlib import pyplot as plt

if TYPE_CHECKING:
    from geo_rectify.places import Gazetteer

EPSG, X0, Y0 = 4548, 519_500.0, 3_207_000.0
REACH = 7000
LINES = {
    "洎水河": [(-6000, 600), (-3500, -500), (0, 0), (3000, 500), (6000, -300)],
    "车溪河": [(900, 6000), (300, 3000), (500, 200)],
    "翥山大道": [(-6000, 3000), (6000, 3000)],
    "东湖大道": [(-2000, -6000), (-2000, 6000)],
    "西湖大道": [(2000, -6000), (2000, 6000)],
}
POINTS = {
    "韦陀桥": ("bridge", (-3500, -480)),
    "关山断面": ("monitoring-section", (1500, 250)),
    "金鹅广场": ("market/square", (-4000, 4500)),
}
AREAS = {
    "甲路镇": ("township", (-4000, -4000, 0, 4000)),
    "双田镇": ("township", (0, -4000, 4000, 4000)),
    "金山工业园区": ("industrial-park", (-900, -1500, 900, 700)),
}
PANELS = (
    ("关山断面", "关山断面附近有弃渣"),
    ("金鹅广场", "金鹅广场南侧污水直排"),
    ("金鹅广场片区", "金鹅广场片区污水直排"),
    ("洎水河", "洎水河沿线岸线破坏"),
    ("翥山大道", "翥山大道北侧堆存垃圾"),
    ("金山工业园区", "金山工业园区周边异味明显"),
    ("金山工业园区", "金山工业园区东南侧堆存废渣"),
    ("关山断面", "关山断面上游水质超标"),
    ("关山断面", "关山断面下游水质超标"),
    ("韦陀桥", "韦陀桥至关山断面段岸线破坏"),
    ("翥山大道", "翥山大道东湖大道至西湖大道段雨污混流"),
    ("车溪河", "车溪河河口水质超标"),
    ("车溪河", "洎水河与车溪河交汇处水质超标"),
    ("双田镇", "甲路镇与双田镇交界处堆存废渣"),
    ("岩山采石场", "乐平市与浮梁县交界处的岩山采石场未复绿"),
    ("四季春晖小区", "东湖大道以东、翥山大道以南的四季春晖小区污水直排"),
    ("双田镇", "双田镇南部石材加工点污染突出"),
    ("洎水河", "洎水河西部河段淤积"),
    ("金山工业园区", "金山工业园区东部异味明显"),
)


def _row(name: str, kind: str, shape: shapely.Geometry) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "adcode": "360281",
        "township": name if kind == "township" else "",
        "uncertainty_m": 100.0,
        "source": "drawn by hand",
        "licence": "CC0-1.0",
        "flow": "with" if kind == "river" else "",
        "geometry": from_plane(shapely.transform(shape, lambda xy: xy + np.array([X0, Y0])), EPSG),
    }


def drawn_by_hand() -> Gazetteer:
    """Give the places of the sheet."""
    rows = [
        _row(name, "river" if name.endswith("河") else "road", shapely.LineString(xy))
        for name, xy in LINES.items()
    ]
    rows += [_row(name, kind, shapely.Point(xy)) for name, (kind, xy) in POINTS.items()]
    rows += [_row(name, kind, shapely.box(*xy)) for name, (kind, xy) in AREAS.items()]
    return gazetteer_of(geoframe_of(rows, GAZETTEER))


def footprint(name: str, sentence: str, known: Gazetteer) -> tuple[shapely.Geometry, str]:
    """Locate the sites of a sentence and give the footprint of one, and how it was reached."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.txt"
        path.write_text(f"乐平市整改方案\n\n乐平市有以下问题。{sentence}。\n", encoding="utf-8")
        located = locate(find_mentions(read_plan(path), names=known.names()), known)
    site = located.sites[located.sites["name"] == name].iloc[0]
    shapes = located.footprints.to_crs(STORED).set_index("site_id").geometry
    return shapes[site["site_id"]], str(site["method"])


def main() -> None:
    """Draw the sheet."""
    known = drawn_by_hand()
    mpl.rcParams["font.family"] = ["Noto Sans CJK SC", "sans-serif"]
    figure, axes = plt.subplots(4, 5, figsize=(21, 18), squeeze=False)
    for axis in axes.flat[len(PANELS) :]:
        axis.axis("off")
    for axis, (name, sentence) in zip(axes.flat, PANELS, strict=False):
        shape, method = footprint(name, sentence, known)
        for part in shapely.get_parts(to_plane(shape, EPSG)):
            axis.fill(*zip(*part.exterior.coords, strict=True), color="#e8a33d", alpha=0.6)
        for place in known.places:
            if place.name not in sentence or place.geometry is None:
                continue
            plane = to_plane(place.geometry, EPSG)
            outline = plane.exterior if plane.geom_type == "Polygon" else plane
            marker = "o" if plane.geom_type == "Point" else None
            axis.plot(*zip(*outline.coords, strict=True), color="#245", marker=marker)
            axis.annotate(place.name, outline.coords[0], fontsize=9, color="#245")
            if place.flow:
                axis.plot(*plane.coords[0], marker=">", color="#245")
        axis.set(aspect="equal", xticks=[], yticks=[])
        if "浮梁县" not in sentence:
            axis.set(xlim=(X0 - REACH, X0 + REACH), ylim=(Y0 - REACH, Y0 + REACH))
        axis.set_title(f"{name}：{sentence}", fontsize=9)
        axis.set_xlabel(method, fontsize=6)
    figure.tight_layout()
    figure.savefig(Path(sys.argv[1]), dpi=70)
    print(f"{len(PANELS)} relations -> {sys.argv[1]}")


if __name__ == "__main__":
    main()
