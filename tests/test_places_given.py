"""Sites somebody already has."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_rectify.crs import area_m2, distance_m
from geo_rectify.errors import CRSError, InputFileError
from geo_rectify.places import read_sites

SQUARE = shapely.box(117.2, 29.2, 117.21, 29.21)


def frame(shapes, *, crs=4490, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def test_geometry_without_an_uncertainty_is_taken_as_given():
    given = read_sites(frame([SQUARE], name=["取样区"]))
    site = given.sites.iloc[0]
    assert (site["name"], site["precision"], site["uncertainty_m"]) == ("取样区", "surveyed", 0)
    assert given.footprints.geometry.iloc[0].equals(SQUARE)
    assert given.mentions == ()
    assert len(given.unlocated) == 0


@pytest.mark.parametrize(
    ("uncertainty", "precision", "radius"),
    [(5, "surveyed", 5), (150, "street", 150), ("1500", "village", 1500), ("?", "surveyed", 0)],
)
def test_the_footprint_is_as_wide_as_the_uncertainty(uncertainty, precision, radius):
    given = read_sites(frame([shapely.Point(117.2, 29.2)], uncertainty_m=[uncertainty]))
    assert given.sites["precision"].tolist() == [precision]
    footprint = given.footprints.geometry.iloc[0]
    reach = distance_m(shapely.Point(117.2, 29.2), shapely.boundary(footprint)) if radius else 0
    assert reach == pytest.approx(radius, rel=0.02)


def test_rows_without_geometry_stay_and_have_no_footprint():
    given = read_sites(frame([SQUARE, None], 名称=["甲", "乙"]))
    assert given.sites["name"].tolist() == ["甲", "乙"]
    assert given.sites["status"].tolist() == ["located", "unlocated"]
    assert len(given.footprints) == 1
    assert given.sites["site_id"].is_unique


def test_ids_follow_the_shape_not_the_order():
    here, there = shapely.Point(117.2, 29.2), shapely.Point(117.3, 29.3)
    forth = read_sites(frame([here, there])).sites["site_id"].tolist()
    assert read_sites(frame([there, here])).sites["site_id"].tolist() == forth[::-1]


def test_a_plane_file_is_brought_to_degrees(tmp_path):
    frame([SQUARE], name=["甲"]).to_crs(4548).to_file(tmp_path / "site.gpkg")
    given = read_sites(tmp_path / "site.gpkg")
    assert area_m2(given.sites.geometry.iloc[0]) == pytest.approx(area_m2(SQUARE), rel=1e-6)


def test_what_is_no_site_file_is_refused(tmp_path):
    with pytest.raises(InputFileError, match=r"absent\.gpkg"):
        read_sites(tmp_path / "absent.gpkg")
    (tmp_path / "notes.gpkg").write_text("no", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"notes\.gpkg.*GeoPackage"):
        read_sites(tmp_path / "notes.gpkg")
    for layer in ("one", "two"):
        frame([SQUARE]).to_file(tmp_path / "two.gpkg", layer=layer)
    with pytest.raises(InputFileError, match="one, two"):
        read_sites(tmp_path / "two.gpkg")
    with pytest.raises(InputFileError, match="no geometry"):
        read_sites(frame([None]))
    with pytest.raises(CRSError, match="set_crs"):
        read_sites(frame([SQUARE], crs=None))
    with pytest.raises(InputFileError, match=r"table\.csv"):
        pd.DataFrame({"a": [1]}).to_csv(tmp_path / "table.csv", index=False)
        read_sites(tmp_path / "table.csv")
