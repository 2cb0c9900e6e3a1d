"""Projection, area, distance and shifted datums."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify import crs
from geo_rectify.errors import CRSError

LON = st.floats(75, 134)
LAT = st.floats(18, 53)


@pytest.mark.parametrize(
    ("lon", "epsg"), [(117.2, 4548), (115.6, 4548), (118.4, 4548), (115.4, 4547), (75.0, 4534)]
)
def test_gauss_kruger_zone(lon, epsg):
    assert crs.gauss_kruger_epsg(lon) == epsg


def test_gauss_kruger_zone_matches_proj():
    for lon in (78.0, 99.0, 117.0, 135.0):
        name = pyproj.CRS.from_epsg(crs.gauss_kruger_epsg(lon)).name
        assert name.endswith(f"CM {lon:.0f}E")


def test_longitude_outside_china_is_refused():
    with pytest.raises(CRSError, match="outside"):
        crs.gauss_kruger_epsg(12.5)


@given(lon=LON, lat=LAT, size=st.floats(0.001, 0.02))
@settings(deadline=None, max_examples=50)
def test_area_is_the_geodesic_area(lon, lat, size):
    square = shapely.segmentize(shapely.box(lon, lat, lon + size, lat + size), size / 40)
    geodesic = abs(pyproj.Geod(ellps="GRS80").geometry_area_perimeter(square)[0])
    assert crs.area_m2(square) == pytest.approx(geodesic, rel=1e-5)


def test_area_counts_holes_and_missing():
    shell = shapely.box(117, 29, 117.1, 29.1)
    ring = shapely.difference(shell, shapely.box(117.02, 29.02, 117.05, 29.05))
    hole = crs.area_m2(shapely.box(117.02, 29.02, 117.05, 29.05))
    assert crs.area_m2(ring) == pytest.approx(crs.area_m2(shell) - hole)
    assert crs.areas_m2([None, shapely.Point(1, 1)]).tolist() == [0, 0]
    assert crs.areas_m2([]).shape == (0,)


def test_disc_has_its_radius():
    disc = crs.disc(117.2, 29.3, 1000)
    assert crs.area_m2(disc) == pytest.approx(np.pi * 1e6, rel=0.003)
    edge = shapely.Point(disc.exterior.coords[0])
    assert crs.distance_m(shapely.Point(117.2, 29.3), edge) == pytest.approx(1000, abs=0.01)


@given(LON, LAT, st.floats(1, 20_000))
def test_a_disc_is_what_a_buffer_in_the_plane_draws(lon, lat, radius):
    epsg = crs.gauss_kruger_epsg(lon)
    flat = shapely.buffer(crs.to_plane(shapely.Point(lon, lat), epsg), radius, quad_segs=16)
    assert shapely.equals_exact(crs.disc(lon, lat, radius), crs.from_plane(flat, epsg), 1e-12)


@given(LON, LAT, st.floats(1, 20_000))
def test_a_disc_that_nothing_cuts_may_begin_as_a_cut_one(lon, lat, radius):
    west, south, east, north = crs.disc(lon, lat, radius).bounds
    wide = shapely.box(west - 1, south - 1, east + 1, north + 1)
    cut = shapely.intersection(crs.disc(lon, lat, radius), wide)
    assert shapely.equals_exact(crs.disc(lon, lat, radius, first=1), cut, 1e-12)


def test_a_disc_without_radius_is_empty():
    assert crs.disc(117.2, 29.3, 0).is_empty


def test_buffer_widens_by_metres():
    square = shapely.box(117.2, 29.3, 117.21, 29.31)
    wider = crs.buffer_m(square, 500)
    assert wider.contains(square)
    assert crs.distance_m(square, wider.exterior) == pytest.approx(500, rel=0.01)


@given(lon=LON, lat=LAT)
@settings(deadline=None, max_examples=80)
def test_shifted_datums_come_back(lon, lat):
    gcj = crs.wgs84_to_gcj02(lon, lat)
    for datum, shifted in (("GCJ-02", gcj), ("BD-09", crs.gcj02_to_bd09(*gcj))):
        x, y = crs.unshift(*shifted, datum=datum)
        assert abs(float(x) - lon) < 1e-9
        assert abs(float(y) - lat) < 1e-9


def test_gcj_shift_is_the_published_one():
    """At Jingdezhen GCJ-02 lies 0.0053 E and 0.0026 S of WGS84, about 590 m."""
    lon, lat = crs.wgs84_to_gcj02(117.2, 29.3)
    assert float(lon) - 117.2 == pytest.approx(0.0053, abs=0.0002)
    assert float(lat) - 29.3 == pytest.approx(-0.0026, abs=0.0002)
    assert 500 < crs.distance_m(shapely.Point(117.2, 29.3), shapely.Point(lon, lat)) < 650


def test_unknown_datum_is_refused():
    with pytest.raises(CRSError, match="BJ54"):
        crs.unshift(117, 29, datum="BJ54")


@pytest.mark.parametrize(
    ("degrees", "uncertainty", "shown"),
    [
        (117.209722, 0.5, "117°12′35.00″"),
        (117.209722, 20, "117°12′35.0″"),
        (117.209722, 200, "117°12′35″"),
        (117.209722, 2000, "117°13′"),
        (117.9999999, 200, "118°00′00″"),
        (117.209722, None, "117°12′35″"),
        (-0.5, 2000, "-0°30′"),
    ],
)
def test_digits_follow_the_uncertainty(degrees, uncertainty, shown):
    assert crs.format_dms(degrees, uncertainty_m=uncertainty) == shown


@pytest.mark.parametrize(
    ("uncertainty", "shown"),
    [
        (0.5, "117.2000000"),
        (20, "117.200000"),
        (50, "117.20000"),
        (600, "117.2000"),
        (9e3, "117.20"),
    ],
)
def test_decimal_digits_follow_the_uncertainty(uncertainty, shown):
    assert crs.format_degrees(117.2, uncertainty_m=uncertainty) == shown


def test_4326_and_4490_are_one():
    assert crs.same_crs("EPSG:4326", "EPSG:4490")
    assert not crs.same_crs("EPSG:4490", "EPSG:4548")
    assert not crs.same_crs(None, "EPSG:4490")


def frame(epsg):
    return gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(117, 29)], crs=epsg)


def test_require_crs_names_frame_and_remedy():
    with pytest.raises(CRSError, match=r"sites has no coordinate system.*set_crs"):
        crs.require_crs(frame(None), name="sites")
    with pytest.raises(CRSError, match=r"sites is in EPSG:4548.*to_crs"):
        crs.require_crs(frame(4548), name="sites")
    with pytest.raises(CRSError, match=r"sites.*zones"):
        crs.require_same_crs(frame(4490), frame(4548), names=("sites", "zones"))
    crs.require_same_crs(frame(4490), frame(4326), names=("sites", "zones"))


def test_to_stored_relabels_wgs84_and_projects_planes():
    assert crs.to_stored(frame(4326)).geometry.iloc[0].equals(shapely.Point(117, 29))
    plane = gpd.GeoDataFrame(geometry=[shapely.Point(500_000, 3_209_000)], crs=4548)
    assert crs.to_stored(plane).geometry.iloc[0].x == pytest.approx(117, abs=1e-9)


@pytest.mark.parametrize("epsg", [4610, 4214, 2343])
def test_legacy_datums_are_refused(epsg):
    """PROJ would answer with a silent shift of 0 m."""
    with pytest.raises(CRSError, match="to_4490"):
        crs.to_stored(frame(epsg))
