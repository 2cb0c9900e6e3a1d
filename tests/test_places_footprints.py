"""Footprints: discs, lines, sides, townships, and what cuts them."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.crs import area_m2, buffer_m, distance_m
from geo_rectify.places.areas import polygon, widened
from geo_rectify.places.footprints import Shaping, draw, shaping
from geo_rectify.places.gazetteer import Place, open_gazetteer
from geo_rectify.places.townships import Townships, polygonal
from geo_rectify.vocabulary import PlaceType
from tests.places_cases import gazetteer, place

LEPING = ("360281",)
MIDDLE = (117.2, 28.98)


def _place(kind: PlaceType = PlaceType.MINE, **more: object) -> Place:
    row = {"lon": MIDDLE[0], "lat": MIDDLE[1]} if "geometry" not in more else {}
    return gazetteer(place("甲", kind, **(row | more))).places[0]


def test_a_point_becomes_the_disc_of_its_uncertainty():
    drawn = draw(_place(uncertainty_m=500.0), limits=LEPING, shape=Shaping())
    assert drawn is not None
    assert drawn.uncertainty_m == 500
    assert area_m2(drawn.footprint) == pytest.approx(math.pi * 500**2, rel=0.01)


def test_the_county_line_widened_cuts_the_disc():
    edge = shapely.Point(shapely.get_coordinates(polygon(LEPING).exterior)[0])
    drawn = draw(_place(geometry=edge, uncertainty_m=5000.0), limits=LEPING, shape=Shaping())
    assert drawn is not None
    assert area_m2(drawn.footprint) < 0.9 * math.pi * 5000**2
    assert not drawn.footprint.within(polygon(LEPING))
    assert drawn.footprint.difference(buffer_m(widened(LEPING), 0.5)).is_empty


def test_nothing_is_drawn_outside_the_county():
    far = _place(geometry=shapely.Point(116.0, 39.9))
    assert draw(far, limits=LEPING, shape=Shaping()) is None


def test_near_widens_and_a_side_takes_the_far_half_away():
    plain = draw(_place(), limits=LEPING, shape=Shaping())
    near = draw(_place(), limits=LEPING, shape=shaping(["附近"]))
    east = draw(_place(), limits=LEPING, shape=shaping(["东侧"]))
    assert plain is not None
    assert near is not None
    assert east is not None
    assert (plain.uncertainty_m, near.uncertainty_m) == (100, 1056)
    assert 0.5 < area_m2(east.footprint) / area_m2(near.footprint) < 0.6
    west_end, _, east_end, _ = shapely.bounds(east.footprint)
    assert distance_m(shapely.Point(west_end, MIDDLE[1]), shapely.Point(*MIDDLE)) < 110
    assert distance_m(shapely.Point(east_end, MIDDLE[1]), shapely.Point(*MIDDLE)) > 1000
    assert east.footprint.intersects(east.point)


@pytest.mark.parametrize(
    ("words", "side"),
    [
        (["南侧"], 180),
        (["东北侧", "东北侧桥下"], 45),
        (["以西"], 270),
        (["南侧", "北侧"], None),
        (["南侧", ""], None),
        (["东部"], None),
        (["西延"], None),
    ],
)
def test_sides_count_when_all_mentions_say_them(words: list[str], side: int | None):
    assert shaping(words).side == side


def test_up_and_downstream_of_a_point_say_nothing():
    assert draw(_place(), limits=LEPING, shape=shaping(["上游"])) is None
    assert not shaping(["上游", ""]).stream


def test_a_line_is_widened_and_cut():
    (river,) = [p for p in open_gazetteer().places if p.name == "乐安河"]
    drawn = draw(river, limits=LEPING, shape=shaping(["沿线"]))
    assert drawn is not None
    assert drawn.uncertainty_m == 2369
    assert drawn.footprint.difference(buffer_m(widened(LEPING), 0.5)).is_empty
    assert drawn.point.distance(river.geometry) < 1e-9
    assert drawn.footprint.intersects(drawn.point)
    elsewhere = draw(river, limits=("360222",), shape=Shaping())
    assert elsewhere is None


def test_a_river_known_by_one_point_is_at_least_five_kilometres_wide():
    drawn = draw(_place(PlaceType.RIVER, uncertainty_m=300.0), limits=LEPING, shape=Shaping())
    assert drawn is not None
    assert drawn.uncertainty_m == 5000


@given(
    lon=st.floats(116.95, 117.6),
    lat=st.floats(28.75, 29.3),
    radius=st.floats(0, 9000),
    words=st.lists(st.sampled_from(["", "附近", "东侧", "以南", "沿线", "西北面"]), max_size=2),
)
@settings(deadline=None, max_examples=60)
def test_footprints_are_valid_hold_their_point_and_keep_to_the_county(
    lon: float, lat: float, radius: float, words: list[str]
):
    spot = _place(geometry=shapely.Point(lon, lat), uncertainty_m=radius)
    drawn = draw(spot, limits=LEPING, shape=shaping(words))
    if not widened(LEPING).intersects(spot.geometry):
        assert drawn is None
        return
    assert drawn is not None
    assert drawn.footprint.is_valid
    assert drawn.footprint.geom_type in {"Polygon", "MultiPolygon"}
    assert drawn.footprint.intersects(drawn.point)
    assert drawn.footprint.difference(buffer_m(widened(LEPING), 0.5)).is_empty


# --- townships ---------------------------------------------------------------------------------


def test_cells_hold_their_seat_and_keep_to_the_county():
    known = open_gazetteer()
    towns = Townships(gazetteer=known)
    cell = towns.get("360281", "礼林镇")
    assert cell is not None
    assert cell.inferred
    assert cell.method == "township_inferred"
    assert cell.footprint.is_valid
    assert cell.footprint.intersects(cell.point)
    assert cell.footprint.difference(buffer_m(widened(LEPING), 0.5)).is_empty
    assert 0 < cell.radius_m < 15_000


def test_cells_overlap_because_they_are_widened():
    towns = Townships(gazetteer=open_gazetteer())
    one, other = towns.get("360281", "临港镇"), towns.get("360281", "双田镇")
    assert one is not None
    assert other is not None
    assert not one.footprint.intersects(other.point)
    far = towns.get("360281", "众埠镇")
    assert far is not None
    assert not far.footprint.intersects(one.point)


def test_unknown_seat_has_no_cell_and_one_seat_alone_says_no_more_than_the_county():
    towns = Townships(gazetteer=open_gazetteer())
    assert towns.find(("360222",), "寿安镇") == ("360222", "寿安镇")
    assert towns.get("360222", "寿安镇") is None
    assert towns.get("360203", "竟成街道") is None


def test_an_unknown_seat_only_makes_the_cells_of_the_others_larger():
    seats = {"甲镇": 117.1, "乙镇": 117.2, "丙镇": 117.3}
    rows = [
        place(name, PlaceType.TOWNSHIP, adcode="360281", lon=lon, lat=28.95)
        for name, lon in seats.items()
    ]
    full = Townships(gazetteer=gazetteer(*rows)).get("360281", "甲镇")
    fewer = Townships(gazetteer=gazetteer(rows[0], rows[2])).get("360281", "甲镇")
    assert full is not None
    assert fewer is not None
    assert full.footprint.difference(buffer_m(fewer.footprint, 1)).is_empty


def test_a_seat_outside_its_county_is_no_seat():
    rows = [
        place("甲镇", PlaceType.TOWNSHIP, adcode="360281", lon=117.1, lat=28.95),
        place("乙镇", PlaceType.TOWNSHIP, adcode="360281", lon=116.4, lat=39.9),
    ]
    assert Townships(gazetteer=gazetteer(*rows)).get("360281", "乙镇") is None


def test_an_outline_stands_before_a_cell():
    box = shapely.box(117.1, 28.9, 117.3, 29.0)
    rows = [
        place("甲镇", PlaceType.TOWNSHIP, geometry=box),
        place("甲镇", PlaceType.TOWNSHIP, adcode="360281", lon=117.2, lat=28.95),
        place("乙镇", PlaceType.TOWNSHIP, adcode="360281", lon=117.4, lat=28.95),
    ]
    cell = Townships(gazetteer=gazetteer(*rows)).get("360281", "甲镇")
    assert cell is not None
    assert (cell.method, cell.point_is) == ("township_outline", "the seat")
    assert cell.footprint.equals(box)


def test_townships_are_found_without_their_ending_where_that_is_unique():
    rows = [
        place("西湖乡", PlaceType.TOWNSHIP, adcode="360222"),
        place("西湖镇", PlaceType.TOWNSHIP, adcode="360222"),
        place("双田镇", PlaceType.TOWNSHIP, adcode="360281"),
    ]
    towns = Townships(gazetteer=gazetteer(*rows))
    assert towns.find(("360281",), "双田") == ("360281", "双田镇")
    assert towns.find(("360222",), "双田镇") is None
    assert towns.find(("360222",), "西湖") is None
    assert towns.find(("360222",), "西湖镇") == ("360222", "西湖镇")


def test_polygonal_drops_lines_and_points():
    mixed = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)]), shapely.box(2, 2, 3, 3)]
    )
    assert polygonal(mixed).equals(shapely.box(2, 2, 3, 3))
    assert polygonal(shapely.Point(0, 0)).is_empty
