"""Relations drawn on hand-made lines, in metres around 乐平市."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geo_rectify.crs import area_m2, from_plane, to_plane
from geo_rectify.places import locate
from geo_rectify.places.relations import (
    Reach,
    border_between,
    mouth_of,
    side_of,
    stream_part,
    stretch_between,
)
from geo_rectify.vocabulary import PlaceType
from tests.places_cases import gazetteer, one, place

EPSG = 4548
X0, Y0 = 519_500.0, 3_207_000.0


def _at(x: float, y: float) -> shapely.Point:
    return from_plane(shapely.Point(X0 + x, Y0 + y), EPSG)


def _line(*xy: tuple[float, float]) -> shapely.LineString:
    return from_plane(shapely.LineString([(X0 + x, Y0 + y) for x, y in xy]), EPSG)


def _river(*, declared: bool = True, name: str = "甲河") -> Reach:
    """Flow from west to east, 8 km."""
    return Reach(name=name, line=_line((-4000, 0), (4000, 0)), uncertainty_m=10, declared=declared)


def test_a_side_of_a_road_keeps_to_that_side():
    road = _line((-2000, 0), (2000, 0))
    south = side_of(road, 180, known_m=20, reach_m=1000)
    assert south.contains(_at(0, -900))
    assert south.contains(_at(0, 10))
    assert not south.contains(_at(0, 50))
    assert not south.contains(_at(0, -1100))


def test_a_side_of_an_outline_keeps_the_outline():
    park = from_plane(shapely.box(X0, Y0, X0 + 1000, Y0 + 1000), EPSG)
    east = side_of(park, 90, known_m=10, reach_m=500)
    assert east.contains(_at(1400, 500))
    assert not east.contains(_at(-100, 500))
    assert not east.contains(_at(500, 1100))
    assert east.contains(_at(990, 500))


@pytest.mark.parametrize(("upstream", "kept", "cut"), [(True, -3000, 3000), (False, 3000, -3000)])
def test_a_declared_direction_keeps_one_half(*, upstream: bool, kept: float, cut: float):
    part = stream_part(_at(0, 100), [_river()], upstream=upstream, unsure_m=100)
    assert part is not None
    assert part.line.distance(_at(kept, 0)) < 1e-5
    assert part.line.distance(_at(cut, 0)) > 0.02
    reversed_ = Reach(name="甲河", line=_river().line.reverse(), uncertainty_m=10, declared=True)
    other = stream_part(_at(0, 100), [reversed_], upstream=upstream, unsure_m=100)
    assert other is not None
    assert other.line.distance(_at(cut, 0)) < 1e-5


def test_an_unknown_direction_keeps_both_halves_and_two_rivers_none():
    part = stream_part(_at(0, 0), [_river(declared=False)], upstream=True, unsure_m=100)
    assert part is not None
    assert "not declared" in part.how
    assert part.line.distance(_at(3000, 0)) < 1e-5
    assert part.line.distance(_at(-3000, 0)) < 1e-5
    two = [_river(), _river(name="乙河")]
    assert stream_part(_at(0, 0), two, upstream=True, unsure_m=100) is None
    assert stream_part(_at(0, 5000), [_river()], upstream=True, unsure_m=100) is None


def test_a_stretch_lies_between_two_places():
    part = stretch_between(_at(-1000, 50), _at(1500, -50), [_river()], unsure_m=100)
    assert part is not None
    assert to_plane(part.line, EPSG).length == pytest.approx(2700, rel=0.01)
    assert stretch_between(_at(-1000, 50), _at(0, 9000), [_river()], unsure_m=100) is None


def test_a_mouth_is_where_a_river_meets_another():
    side = Reach(name="乙河", line=_line((0, 4000), (0, 30)), uncertainty_m=10)
    mouth = mouth_of(side, [_river(), side])
    assert mouth is not None
    assert mouth.distance(_at(0, 30)) < 1e-6
    assert mouth_of(side, [side]) is None


def test_a_border_is_a_strip_along_what_two_areas_share():
    west = from_plane(shapely.box(X0 - 1000, Y0, X0, Y0 + 1000), EPSG)
    east = from_plane(shapely.box(X0, Y0, X0 + 1000, Y0 + 1000), EPSG)
    strip = border_between(west, east, width_m=100)
    assert strip.contains(_at(0, 500))
    assert not strip.contains(_at(150, 500))
    away = from_plane(shapely.box(X0 + 900, Y0, X0 + 1000, Y0 + 1000), EPSG)
    assert border_between(west, away, width_m=100).is_empty


def _section(relation: str, *, flow: str):
    known = gazetteer(
        place("关山断面", PlaceType.MONITORING_SECTION, geometry=_at(0, 0), uncertainty_m=100.0)
    )
    reaches = gpd.GeoDataFrame(
        {"name": ["甲河"], "flow": [flow], "uncertainty_m": [10.0]},
        geometry=[_river().line],
        crs="EPSG:4490",
    )
    mentions = one("关山断面", PlaceType.MONITORING_SECTION, county="乐平市", relation=relation)
    found = locate(mentions, known, reaches=reaches)
    return found.sites.iloc[0], found.footprints.geometry.iloc[0]


def test_upstream_of_a_section_is_located_along_its_river():
    site, up = _section("上游", flow="with")
    assert "along 甲河, upstream, flow declared" in site["method"]
    assert up.contains(_at(-3000, 0))
    assert not up.contains(_at(3000, 0))
    _, against = _section("上游", flow="against")
    assert against.contains(_at(3000, 0))
    site, both = _section("下游", flow="")
    assert "both halves" in site["method"]
    assert area_m2(both) > 1.7 * area_m2(up)


def test_the_south_of_a_road_is_located_on_its_south():
    known = gazetteer(
        place("昌南大道", PlaceType.ROAD, geometry=_line((-2000, 0), (2000, 0)), uncertainty_m=20.0)
    )
    mentions = one("昌南大道", PlaceType.ROAD, county="乐平市", relation="南侧")
    found = locate(mentions, known)
    shape = found.footprints.geometry.iloc[0]
    assert "relation 南侧" in found.sites.iloc[0]["method"]
    assert shape.contains(_at(0, -900))
    assert not shape.contains(_at(0, 100))
