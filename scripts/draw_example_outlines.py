"""Draw the schematic outlines of the example: geo_rectify/example/corrections.geojson.

They stand for what an inspector would bring back. None is a real boundary: each is a rounded block
of the area given, at a position chosen so that the demo shows a surveyed outline inside a schematic
red line, a rough one across the edge of a schematic reserve and one clear of all sample zones.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import shapely
import shapely.affinity

from geo_rectify.crs import M2_PER_MU, from_plane, gauss_kruger_epsg, to_plane

TARGET = Path(__file__).parent.parent / "geo_rectify" / "example" / "corrections.geojson"
NOTE = "示意轮廓，示例数据，不作依据"
OUTLINES = (
    # name, county, kind, lon, lat, area in m², uncertainty in m
    ("满坑坞", "珠山区", "catchment/area", 117.2520, 29.2440, 13.6 * M2_PER_MU, 2),
    ("王家坞水库", "浮梁县", "lake-reservoir", 117.3538, 29.3010, 42_000.0, 150),
    ("欧神诺陶瓷厂区", "浮梁县", "factory/company", 117.1350, 29.3090, 150_000.0, 2),
)


def outline(lon: float, lat: float, area_m2: float) -> shapely.Geometry:
    """Draw a block with rounded corners, three wide to two deep, turned by 20 degrees.

    Parameters
    ----------
    lon, lat
        Its centre, EPSG:4490.
    area_m2
        Its area in the plane, square metres.

    Returns
    -------
    shapely.Geometry
        A polygon in EPSG:4490 with seven decimals.
    """
    epsg = gauss_kruger_epsg(lon)
    centre = to_plane(shapely.Point(lon, lat), epsg)
    x, y = shapely.get_x(centre), shapely.get_y(centre)
    block = shapely.box(x - 1.5, y - 1.0, x + 1.5, y + 1.0).buffer(0.4, quad_segs=3)
    scale = math.sqrt(area_m2 / shapely.area(block))
    turned = shapely.affinity.rotate(block, 20)
    drawn = shapely.affinity.scale(turned, scale, scale, origin=(x, y))
    return shapely.set_precision(from_plane(drawn, epsg), 1e-7)


def main() -> None:
    """Write the file."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "name": name,
                "county": county,
                "kind": kind,
                "datum": "CGCS2000",
                "uncertainty_m": uncertainty,
                "action": "set",
                "by": "示例",
                "note": NOTE,
            },
            "geometry": json.loads(shapely.to_geojson(outline(lon, lat, area))),
        }
        for name, county, kind, lon, lat, area, uncertainty in OUTLINES
    ]
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, indent=1)
    TARGET.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
