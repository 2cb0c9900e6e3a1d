"""One row per site and zone: relations, areas, distances, and what is refused."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_rectify.crs import areas_m2, disc
from geo_rectify.errors import CRSError, GeoRectifyWarning, TableError
from geo_rectify.overlay import common_area, doubtful_geometry, overlay_classes, overlay_sites
from geo_rectify.tables import OVERLAPS, validate
from tests.findings_drawing import box, line, lonlat, point, sites_of, zones_of

KM = zones_of(("z", "red_line", box(0, 0, 1000, 1000)))


def row(frame, **wanted):
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


@pytest.mark.parametrize(
    ("shape", "relation", "overlap", "share"),
    [
        (box(100, 100, 200, 200), "inside", 10_000, 1.0),
        (box(-100, 0, 100, 100), "overlaps", 10_000, 0.5),
        (box(-500, -500, 1500, 1500), "overlaps", 1_000_000, 0.25),
        (box(-100, 0, 0, 100), "touches", 0, 0),
        (box(-100, -100, 0, 0), "touches", 0, 0),
        (box(-300, 0, -200, 100), "near", 0, 0),
        (point(500, 500), "inside", 0, 1),
        (point(-30, 500), "near", 0, 0),
        (line((100, 100), (200, 100)), "inside", 0, 1),
        (line((-100, 500), (300, 500)), "overlaps", 0, 0.75),
        (line((-100, 500), (-50, 500)), "near", 0, 0),
        (lonlat(shapely.MultiPoint([(5, 5), (-5, 5)])), "overlaps", 0, 0.5),
        (shapely.union_all([box(-200, 0, -100, 100), box(100, 0, 200, 100)]), "overlaps", 1e4, 0.5),
    ],
)
def test_relation_area_and_share(shape, relation, overlap, share):
    made = overlay_sites(sites_of(s=shape), KM)
    validate(made, OVERLAPS)
    held = row(made, site_id="s", zone_id="z")
    assert held["relation"] == relation
    # the plane stretches areas by up to 0.1 % here
    assert held["overlap_m2"] == pytest.approx(overlap, rel=2e-3, abs=1e-6)
    assert held["share"] == pytest.approx(share, rel=2e-3, abs=1e-9)
    if relation != "near":
        assert held["distance_m"] == 0


def test_the_vertex_of_a_zone_is_touched_not_entered():
    corner = shapely.get_point(shapely.get_exterior_ring(KM.geometry.iloc[0]), 0)
    held = row(overlay_sites(sites_of(s=corner), KM), site_id="s")
    assert (held["relation"], held["overlap_m2"], held["share"]) == ("touches", 0, 0)


def test_a_hole_is_not_the_zone():
    ring = lonlat(
        shapely.Polygon(
            [(0, 0), (1000, 0), (1000, 1000), (0, 1000)],
            [[(300, 300), (700, 300), (700, 700), (300, 700)]],
        )
    )
    sites = sites_of(hole=point(500, 500), filling=box(300, 300, 700, 700))
    made = overlay_sites(sites, zones_of(("z", "red_line", ring)))
    assert row(made, site_id="hole")["relation"] == "near"
    assert row(made, site_id="hole")["distance_m"] == pytest.approx(200, abs=0.05)
    assert row(made, site_id="filling")["relation"] == "touches"


def test_distances_are_metres_and_end_at_the_limit():
    sites = sites_of(near=point(-4990, 500), far=point(-5010, 500), corner=point(-300, -400))
    made = overlay_sites(sites, KM)
    assert row(made, site_id="near")["distance_m"] == pytest.approx(4990, abs=0.1)
    assert row(made, site_id="corner")["distance_m"] == pytest.approx(500, abs=0.05)
    assert "far" not in set(made["site_id"])
    assert set(overlay_sites(sites, KM, max_distance_m=600)["site_id"]) == {"corner"}
    assert set(overlay_sites(sites, KM, max_distance_m=0)["site_id"]) == set()


def test_a_sliver_touches_and_a_tiny_site_inside_is_inside():
    sites = sites_of(sliver=box(-100, 0, 0.009, 100), tiny=box(5, 5, 5.5, 5.5))
    made = overlay_sites(sites, KM)
    assert row(made, site_id="sliver")["relation"] == "touches"
    assert row(made, site_id="sliver")["overlap_m2"] == 0
    assert row(made, site_id="tiny")["relation"] == "inside"
    assert row(overlay_sites(sites, KM, min_overlap_m2=0.1), site_id="sliver")["relation"] == (
        "overlaps"
    )


def test_uncertainty_widens_a_site():
    sites = sites_of(s=point(-30, 500))
    sites["uncertainty_m"] = 50.0
    held = row(overlay_sites(sites, KM), site_id="s")
    assert held["relation"] == "overlaps"
    # a segment of a circle of radius 50 at 30 from the centre
    assert held["overlap_m2"] == pytest.approx(1118, rel=0.01)
    sites["uncertainty_m"] = 10.0
    assert row(overlay_sites(sites, KM), site_id="s")["distance_m"] == pytest.approx(20, abs=0.1)


def test_uncertainty_may_be_left_out_but_not_negative():
    sites = sites_of(s=point(500, 500))
    assert len(overlay_sites(sites.drop(columns="uncertainty_m"), KM)) == 1
    with pytest.raises(TableError, match="negative"):
        overlay_sites(sites.assign(uncertainty_m=-1.0), KM)


def test_a_site_far_from_the_meridian_is_measured_in_its_own_zone():
    sites = gpd.GeoDataFrame({"site_id": ["w"]}, geometry=[shapely.Point(100.0, 30)], crs=4490)
    zones = gpd.GeoDataFrame(
        {"zone_id": ["z"], "zone_class": ["red_line"]},
        geometry=[shapely.box(100.01, 29.99, 100.02, 30.01)],
        crs=4490,
    )
    # 0.01 degrees of longitude at 30 N on the ellipsoid
    held = overlay_sites(sites, zones).iloc[0]
    assert held["distance_m"] == pytest.approx(964.9, abs=0.5)


def test_4326_and_4490_are_one_and_others_are_refused():
    sites = sites_of(s=point(500, 500))
    assert len(overlay_sites(sites.set_crs(4326, allow_override=True), KM)) == 1
    with pytest.raises(CRSError, match="to_crs"):
        overlay_sites(sites.to_crs(4548), KM)
    with pytest.raises(CRSError, match="EPSG:4490"):
        overlay_sites(sites.to_crs(4548), KM.to_crs(4548))
    bare = gpd.GeoDataFrame(sites.drop(columns="geometry"), geometry=list(sites.geometry))
    for call in (overlay_sites, overlay_classes):
        with pytest.raises(CRSError, match="no coordinate system"):
            call(bare, KM)
        with pytest.raises(CRSError, match="no coordinate system"):
            call(sites, gpd.GeoDataFrame(KM.drop(columns="geometry"), geometry=list(KM.geometry)))


@pytest.mark.parametrize(
    ("sites", "zones", "words"),
    [
        (sites_of(s=point(0, 0)).drop(columns="site_id"), KM, "'site_id' is missing"),
        (sites_of(s=point(0, 0)), KM.drop(columns="zone_class"), "'zone_class' is missing"),
        (sites_of(s=point(0, 0)), pd.concat([KM, KM], ignore_index=True), "'z' stands twice"),
        (sites_of(s=point(0, 0)), zones_of(("z", "red_line", point(0, 0))), "'z' is no area"),
        (sites_of(s=point(0, 0)).assign(site_id=None), KM, "'site_id' is empty"),
    ],
)
def test_wrong_tables_are_named(sites, zones, words):
    with pytest.raises(TableError, match=words):
        overlay_sites(sites, zones)


def test_unknown_engines_and_distances_are_refused():
    sites = sites_of(s=point(500, 500))
    assert len(overlay_sites(sites, KM, engine="geos")) == 1
    with pytest.raises(ValueError, match="use one of auto, geos, grid, dask"):
        overlay_sites(sites, KM, engine="quick")
    with pytest.raises(ValueError, match="max_distance_m"):
        overlay_sites(sites, KM, max_distance_m=-1)


def test_nothing_gives_empty_tables_of_the_right_kind():
    none = sites_of(s=point(0, 0)).iloc[:0]
    for made in (
        overlay_sites(none, KM),
        overlay_sites(sites_of(s=point(0, 0)), KM.iloc[:0]),
        overlay_sites(sites_of(s=None, e=shapely.Polygon()), KM),
    ):
        validate(made, OVERLAPS)
        assert len(made) == 0
        assert made["distance_m"].dtype == float


def test_inputs_are_left_as_they_were():
    sites = sites_of(s=point(-30, 500))
    sites["uncertainty_m"] = 50.0
    before = sites.copy(), KM.copy()
    overlay_sites(sites, KM)
    overlay_classes(sites, KM)
    pd.testing.assert_frame_equal(sites, before[0])
    pd.testing.assert_frame_equal(KM, before[1])


BOW = lonlat(shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]))
with np.errstate(invalid="ignore"):
    NAN = shapely.Polygon([(117, 29), (117.1, float("nan")), (117.1, 29.1)])


def test_invalid_geometry_is_mended_on_a_copy_and_told():
    sites = sites_of(bow=BOW, fine=box(10, 10, 20, 20))
    with pytest.warns(GeoRectifyWarning, match=r"bow \(0\.00 m2 before, 4999"):
        made = overlay_sites(sites, KM)
    assert row(made, site_id="bow")["overlap_m2"] == pytest.approx(5000, rel=2e-3)
    alone = overlay_sites(sites_of(fine=sites.geometry.iloc[1]), KM)
    pd.testing.assert_frame_equal(made[made["site_id"] == "fine"].reset_index(drop=True), alone)
    assert not sites.geometry.iloc[0].is_valid


def test_invalid_zones_do_not_change_the_answers_for_valid_ones():
    zones = pd.concat([KM, zones_of(("bow", "red_line", BOW), ("nan", "red_line", NAN))])
    sites = sites_of(s=box(900, 900, 1100, 1100), p=point(20, 50))
    with pytest.warns(GeoRectifyWarning) as told:
        made = overlay_sites(sites, zones)
    said = [str(warning.message) for warning in told]
    assert any("nan" in words and "left out" in words for words in said)
    assert any("bow" in words and "repaired" in words for words in said)
    assert set(made["zone_id"]) == {"z", "bow"}
    pd.testing.assert_frame_equal(
        made[made["zone_id"] == "z"].reset_index(drop=True), overlay_sites(sites, KM)
    )


def test_invalid_zones_out_of_reach_cost_nothing():
    far = lonlat(shapely.Polygon([(9e4, 0), (9.1e4, 1e3), (9.1e4, 0), (9e4, 1e3)]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = overlay_sites(
            sites_of(s=point(5, 5)), pd.concat([KM, zones_of(("bow", "red_line", far))])
        )
    assert len(made) == 1


def test_doubtful_geometry_is_listed_with_areas():
    frame = sites_of(bow=BOW, fine=box(0, 0, 1, 1), nan=NAN, none=None)
    listed = doubtful_geometry(frame, key="site_id").set_index("site_id")
    assert list(listed.index) == ["bow", "nan"]
    assert listed.loc["bow", "action"] == "repaired"
    assert listed.loc["nan", "action"] == "left out"
    assert listed.loc["bow", "area_after_m2"] == pytest.approx(5000, rel=2e-3)
    assert listed.loc["bow", "area_before_m2"] < 1
    assert "Self-intersection" in listed.loc["bow", "reason"]


def test_common_area_holds_polygons_only_and_counts_once():
    site = box(-50, 0, 50, 100)
    zones = [box(0, 0, 60, 100), box(0, 0, 50, 50), box(-50, 100, 50, 200)]
    shape = common_area(site, zones)
    assert shape.geom_type in {"Polygon", "MultiPolygon"}
    assert areas_m2([shape])[0] == pytest.approx(5000, rel=2e-3)
    assert common_area(site, [box(50, 0, 60, 100)]) is None
    assert common_area(None, zones) is None
    assert common_area(disc(117, 29, 50), []) is None
