"""One row per site and class: unions, deciding zones, rows beyond the limit."""

from __future__ import annotations

import pytest
import shapely

from geo_rectify.overlay import overlay_classes, overlay_sites
from geo_rectify.tables import CLASS_OVERLAPS, validate
from tests.findings_drawing import box, line, lonlat, point, sites_of, zones_of


def only(frame):
    assert len(frame) == 1
    return frame.iloc[0]


def test_overlapping_zones_of_a_class_count_once():
    zones = zones_of(("a", "red_line", box(0, 0, 60, 100)), ("b", "red_line", box(40, 0, 70, 100)))
    held = only(overlay_classes(sites_of(s=box(0, 0, 100, 100)), zones))
    assert held["overlap_m2"] == pytest.approx(7000, rel=2e-3)
    assert held["share"] == pytest.approx(0.7, rel=1e-3)
    assert (held["relation"], held["zone_id"], held["zone_ids"]) == ("overlaps", "a", "a|b")
    each = overlay_sites(sites_of(s=box(0, 0, 100, 100)), zones)
    assert each["overlap_m2"].sum() == pytest.approx(9000, rel=2e-3)


@pytest.mark.parametrize(
    "shape",
    [box(10, 10, 90, 90), point(50, 50), line((10, 50), (90, 50)), box(49, 49, 51, 51)],
)
def test_a_site_across_two_zones_that_abut_is_inside_their_union(shape):
    zones = zones_of(
        ("a", "red_line", lonlat(shapely.box(0, 0, 50, 100))),
        ("b", "red_line", lonlat(shapely.Polygon([(50, 0), (100, 0), (100, 100), (50, 100)]))),
    )
    held = only(overlay_classes(sites_of(s=shape), zones))
    # the shared edge is one straight edge in both zones, so the point may fall to either side
    assert held["relation"] == "inside"
    assert held["share"] == 1


def test_classes_are_kept_apart():
    zones = zones_of(
        ("a", "red_line", box(0, 0, 50, 100)),
        ("b", "water_1", box(0, 0, 100, 100)),
        ("c", "forest_park", box(300, 0, 400, 100)),
    )
    made = overlay_classes(sites_of(s=box(0, 0, 100, 100)), zones).set_index("zone_class")
    assert made["relation"].to_dict() == {
        "forest_park": "near",
        "red_line": "overlaps",
        "water_1": "inside",
    }
    assert made.loc["forest_park", "distance_m"] == pytest.approx(200, abs=0.1)
    assert made.loc["forest_park", "zone_id"] == "c"
    assert made.loc["forest_park", "zone_ids"] == ""


def test_every_site_has_a_row_for_every_class():
    zones = zones_of(("a", "red_line", box(0, 0, 50, 100)), ("b", "water_1", box(9e3, 0, 1e4, 50)))
    made = overlay_classes(sites_of(s=point(5, 5), none=None), zones)
    validate(made, CLASS_OVERLAPS)
    assert len(made) == 4
    far = made[(made["site_id"] == "s") & (made["zone_class"] == "water_1")].iloc[0]
    assert far[["relation", "zone_id"]].isna().all()
    assert far[["overlap_m2", "share"]].tolist() == [0, 0]
    assert far.isna()["distance_m"]
    missing = made[made["site_id"] == "none"]
    assert missing[["relation", "overlap_m2", "share", "distance_m"]].isna().all(axis=None)


def test_the_nearest_zone_decides_where_nothing_meets():
    zones = zones_of(
        ("far", "red_line", box(500, 0, 600, 100)), ("near", "red_line", box(300, 0, 400, 100))
    )
    held = only(overlay_classes(sites_of(s=point(0, 50)), zones))
    assert (held["relation"], held["zone_id"]) == ("near", "near")
    assert held["distance_m"] == pytest.approx(300, abs=0.1)


def test_touching_zones_are_listed_and_do_not_overlap():
    zones = zones_of(
        ("b", "red_line", box(100, 0, 200, 100)), ("a", "red_line", box(0, 100, 100, 200))
    )
    held = only(overlay_classes(sites_of(s=box(0, 0, 100, 100)), zones))
    assert (held["relation"], held["overlap_m2"], held["distance_m"]) == ("touches", 0, 0)
    assert (held["zone_id"], held["zone_ids"]) == ("a", "a|b")


def test_slivers_of_one_class_add_up():
    zones = zones_of(
        ("a", "red_line", box(-50, 0, 0.006, 100)), ("b", "red_line", box(99.994, 0, 150, 100))
    )
    site = sites_of(s=box(0, 0, 100, 100))
    assert overlay_sites(site, zones)["relation"].tolist() == ["touches", "touches"]
    assert only(overlay_classes(site, zones))["relation"] == "overlaps"


def test_a_zone_of_many_parts_is_one_zone():
    parts = [shapely.box(at, 0, at + 10, 100) for at in range(0, 100, 20)]
    zones = zones_of(("m", "red_line", lonlat(shapely.MultiPolygon(parts))))
    held = only(overlay_classes(sites_of(s=box(0, 0, 100, 100)), zones))
    assert held["overlap_m2"] == pytest.approx(5000, rel=2e-3)
    assert held["zone_ids"] == "m"
