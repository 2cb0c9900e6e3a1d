"""County polygons and codes."""

from __future__ import annotations

import pytest
import shapely

from geo_rectify import crs, regions
from geo_rectify.errors import RegionError


def test_all_counties_are_there():
    table = regions.counties()
    assert len(table) == 2877
    assert table["adcode"].is_unique
    assert table.loc[table["adcode"] == "360281", "name"].item() == "乐平市"


def test_a_prefecture_is_its_counties():
    frame = regions.county_polygons(["360200"])
    assert sorted(frame["name"]) == ["乐平市", "昌江区", "浮梁县", "珠山区"]
    assert frame.crs.to_epsg() == 4490
    assert frame.is_valid.all()
    total = sum(crs.area_m2(shape) for shape in frame.geometry) / 1e6
    assert total == pytest.approx(5256, rel=0.01)  # the city's official area is 5,256 km²


@pytest.mark.parametrize("adcode", ["110101", "810001", "469005", "654325"])
def test_label_point_lies_in_its_polygon(adcode):
    row = regions.counties().set_index("adcode").loc[adcode]
    assert regions.widened_polygon(adcode).intersects(shapely.Point(row["lon"], row["lat"]))


def test_widening_is_five_hundred_metres():
    bare, wide = regions.area_polygon("360203"), regions.widened_polygon("360203")
    assert wide.contains(bare)
    assert crs.distance_m(bare, shapely.boundary(wide)) == pytest.approx(500, rel=0.02)


def test_unknown_code_is_named():
    with pytest.raises(RegionError, match="999999"):
        regions.area_polygon("999999")
    with pytest.raises(RegionError, match="999999"):
        regions.area_name("999999")


@pytest.mark.parametrize(
    ("adcode", "name"), [("360281", "乐平市"), ("360200", "景德镇市"), ("360000", "江西省")]
)
def test_names_by_code(adcode, name):
    assert regions.area_name(adcode) == name
