"""Measure how well widened nearest-seat cells stand for areas nobody has outlines of.

Counties stand in for townships: a seat is drawn at random around the middle of each county of a
province, some seats are forgotten, and the share of each county's area that its widened cell holds
is printed with the size of the cell. `geo_rectify.places.townships.WIDEN` was chosen by this.

Usage: ``python benchmarks/township_cells.py [PROVINCE_CODE ...]``
"""

from __future__ import annotations

import math
import random
import sys

import shapely

from geo_rectify import regions
from geo_rectify.crs import gauss_kruger_epsg, to_plane
from geo_rectify.places.townships import NEAREST, WIDEN

SPREAD = 0.25
SIMPLIFIED_M = 200


def _seat(shape: shapely.Geometry, lon: float, lat: float, epsg: int) -> shapely.Point:
    """Draw a seat around the middle of a county, within it."""
    middle = to_plane(shapely.Point(lon, lat), epsg)
    radius = math.sqrt(shape.area / math.pi) * SPREAD
    for _ in range(50):
        point = shapely.Point(random.gauss(middle.x, radius), random.gauss(middle.y, radius))
        if shape.contains(point):
            return point
    return shape.representative_point()


def measure(province: str, *, forgotten: float, widen: float) -> list[tuple[float, float]]:
    """Give (share of the area held, size against the true radius) for every known seat."""
    frame = regions.county_polygons([province])
    epsg = gauss_kruger_epsg(float(frame["lon"].median()))
    shapes = [
        shapely.make_valid(shapely.simplify(to_plane(shape, epsg), SIMPLIFIED_M))
        for shape in frame.geometry
    ]
    whole = shapely.union_all(shapes)
    seats = [
        _seat(shape, lon, lat, epsg)
        for shape, lon, lat in zip(shapes, frame["lon"], frame["lat"], strict=True)
    ]
    known = [n for n in range(len(seats)) if random.random() >= forgotten]  # noqa: S311 - a sample
    points = shapely.MultiPoint([seats[n] for n in known])
    cells = list(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=whole)))
    found = []
    for n in known:
        cell = min(cells, key=lambda part, seat=seats[n]: part.distance(seat))
        away = sorted(seats[n].distance(seats[m]) for m in known)[1 : NEAREST + 1]
        wide = shapely.buffer(cell, widen * sum(away) / len(away)).intersection(whole)
        held = wide.intersection(shapes[n]).area / shapes[n].area
        found.append((held, math.sqrt(wide.area / shapes[n].area)))
    return found


def main() -> None:
    """Print a table."""
    provinces = sys.argv[1:] or ["360000", "430000", "340000"]
    print("forgotten  widened  held (mean)  held (10 %)  radius against true")
    for forgotten in (0.0, 0.25, 0.45):
        for widen in (0.0, 0.1, WIDEN, 0.4):
            random.seed(1)
            found = [
                pair for p in provinces for pair in measure(p, forgotten=forgotten, widen=widen)
            ]
            held = sorted(share for share, _ in found)
            mean = sum(held) / len(held)
            size = sum(ratio for _, ratio in found) / len(found)
            low = held[len(held) // 10]
            print(f"{forgotten:9.2f}  {widen:7.2f}  {mean:11.3f}  {low:11.3f}  {size:19.2f}")


if __name__ == "__main__":
    main()
