"""The grid engine against GEOS: random, degenerate and adversarial shapes, broken layers, nearest."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.crs import areas_m2
from geo_rectify.errors import GeoRectifyWarning
from geo_rectify.overlay import doubtful_geometry, engines, gridded, overlay_classes, overlay_sites

LATTICE = st.integers(0, 8)
STEPS = st.sampled_from([1e-7, 1e-5, 0.001, 0.0031, 1 / 3, 1.0])
ORIGINS = st.sampled_from([(117.0, 29.0), (117.2137, 29.30871), (0.0, 0.0), (-3.5, -2.25)])
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def lattice_shapes(draw):  # noqa: C901, PLR0911 - one line a kind
    """Shapes on a small lattice, where edges, vertices and holes meet all the time."""
    x, y, w, h = draw(LATTICE), draw(LATTICE), 1 + draw(LATTICE), 1 + draw(LATTICE)
    kind = draw(
        st.sampled_from(
            [
                "box",
                "triangle",
                "ring",
                "pinched",
                "notch",
                "spike",
                "sliver",
                "pair",
                "repeated",
                "point",
                "line",
                "lines",
            ]
        )
    )
    box = shapely.box(x, y, x + w, y + h)
    if kind == "triangle":
        return shapely.Polygon([(x, y), (x + w, y), (x + draw(LATTICE), y + h)])
    if kind == "ring":
        return shapely.Polygon(
            shapely.box(x, y, x + 3 * w, y + 3 * h).exterior,
            [shapely.box(x + w, y + h, x + 2 * w, y + 2 * h).exterior],
        )
    if kind == "pinched":  # the hole touches the shell in one point
        hole = [(x, y + h), (x + w, y + h), (x + w, y + 2 * h)]
        return shapely.Polygon(shapely.box(x, y, x + 3 * w, y + 3 * h).exterior, [hole])
    if kind == "notch":
        return shapely.Polygon(
            [
                (x, y),
                (x + 2 * w, y),
                (x + 2 * w, y + h),
                (x + w, y + h),
                (x + w, y + 2 * h),
                (x, y + 2 * h),
            ]
        )
    if kind == "spike":
        return shapely.Polygon([(x, y), (x + 8, y + draw(LATTICE)), (x, y + 1e-4)])
    if kind == "sliver":
        return shapely.box(x, y, x + 9, y + 1e-3)
    if kind == "pair":
        return shapely.MultiPolygon([box, shapely.box(x + w, y + h, x + 2 * w, y + 2 * h)])
    if kind == "repeated":
        return shapely.Polygon([(x, y), (x, y), (x + w, y), (x + w, y + h), (x + w, y + h)])
    if kind == "point":
        return shapely.Point(x, y)
    if kind == "line":
        return shapely.LineString([(x, y), (x + w, y + draw(LATTICE))])
    if kind == "lines":
        return shapely.MultiPoint([(x, y), (x + 0.5, y + 0.25), (x + w, y + h)])
    return box


@st.composite
def rough_shapes(draw):
    """Star-shaped polygons of random vertices, some with a hole."""
    rng = np.random.default_rng(draw(SEEDS))
    x, y = rng.uniform(0, 8, 2)
    count = int(rng.integers(3, 40))
    angle = np.sort(rng.uniform(0, 2 * np.pi, count))
    length = rng.uniform(0.3, 1.0, count) * rng.choice([0.05, 1.0, 5.0])
    ring = np.column_stack((x + length * np.cos(angle), y + length * np.sin(angle)))
    made = parts_of([shapely.make_valid(shapely.Polygon(ring))], 2)
    if rng.random() < 0.3:
        made = shapely.difference(made, shapely.Point(x, y).buffer(length.min() * 0.4))
    return made


def parts_of(shapes, dimension):
    """Only the parts of one dimension, so that a repaired star is an area again."""
    parts = shapely.get_parts(shapes)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == dimension])


def frames(sites, zones, origin, step):
    def move(xy):
        return np.asarray(origin) + xy * step

    zones = [shape for shape in zones if shapely.area(shape) > 0]
    zones = [parts_of([shape], 2) for shape in zones]
    left = gpd.GeoDataFrame(
        {"site_id": [f"s{at}" for at in range(len(sites))]},
        geometry=shapely.transform(np.array(sites, dtype=object), move),
        crs=4490,
    )
    right = gpd.GeoDataFrame(
        {
            "zone_id": [f"z{at}" for at in range(len(zones))],
            "zone_class": ["red_line" if at % 3 else "water_1" for at in range(len(zones))],
        },
        geometry=shapely.transform(np.array([*zones, None], dtype=object), move)[:-1],
        crs=4490,
    )
    return left, right


def both(call, sites, zones, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeoRectifyWarning)
        return tuple(call(sites, zones, engine=engine, **options) for engine in ("grid", "geos"))


def assert_same(made, wanted, sites, zones):
    """Hold pairs and relations to be identical, areas to a millionth or a thousandth of 1 m2."""
    exact = [name for name in wanted.columns if wanted[name].dtype == object]
    pd.testing.assert_frame_equal(made[exact], wanted[exact])
    key = "zone_id" if "zone_ids" not in wanted.columns else None
    own = dict(zip(sites["site_id"], areas_m2(sites.geometry.array), strict=True))
    other = dict(zip(zones["zone_id"], areas_m2(zones.geometry.array), strict=True))
    smaller = wanted["site_id"].map(own).to_numpy(dtype=float)
    if key is not None:
        smaller = np.minimum(smaller, wanted[key].map(other).to_numpy(dtype=float))
    gap = np.abs(made["overlap_m2"].to_numpy() - wanted["overlap_m2"].to_numpy())
    assert (np.nan_to_num(gap) <= np.maximum(1e-6 * smaller, 1e-3)).all()
    np.testing.assert_allclose(made["share"], wanted["share"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(made["distance_m"], wanted["distance_m"], rtol=1e-9, atol=1e-6)


SHAPES = st.one_of(lattice_shapes(), lattice_shapes(), rough_shapes())
LISTS = st.lists(SHAPES, min_size=1, max_size=5)


@settings(deadline=None, max_examples=60)
@given(LISTS, LISTS, ORIGINS, STEPS, st.sampled_from([0.0, 1.0]))
def test_zone_rows_are_those_of_geos(left, right, origin, step, least):
    if origin[0] < 70 or step > 0.1:  # lengths are refused outside China
        left = [shape for shape in left if shapely.get_dimensions(shape) != 1]
    sites, zones = frames(left, right, origin, step)
    made, wanted = both(overlay_sites, sites, zones, max_distance_m=0, min_overlap_m2=least)
    assert_same(made, wanted, sites, zones)


@settings(deadline=None, max_examples=60)
@given(LISTS, LISTS, st.sampled_from([0.001, 0.0031]))
def test_class_rows_are_those_of_geos(left, right, step):
    sites, zones = frames(left, right, (117.2137, 29.30871), step)
    made, wanted = both(overlay_classes, sites, zones)
    # of two zones equally near, rounding may put either first
    near = (wanted["relation"] == "near").to_numpy()
    made.loc[near, "zone_id"] = wanted.loc[near, "zone_id"]
    assert_same(made, wanted, sites, zones)


def test_a_point_inside_by_the_plane_alone_is_at_no_distance():
    """A long edge bends between lon/lat and the plane; the point lies between the two views."""
    zone = shapely.Polygon([(3, 1), (8, 1), (8, 6), (3, 1)])
    sites, zones = frames([shapely.Point(7, 5)], [zone], (117.2137, 29.30871), 0.0031)
    made, wanted = both(overlay_classes, sites, zones)
    assert wanted["relation"].tolist() == ["near"]
    assert wanted["distance_m"].tolist() == [0.0]
    assert_same(made, wanted, sites, zones)


def test_sites_looked_at_in_batches_give_the_same_rows(monkeypatch):
    sites, zones = crowd(5, sites=120, zones=60)
    whole = overlay_sites(sites, zones, engine="grid")
    monkeypatch.setattr(gridded, "_VERTICES", 100)
    pd.testing.assert_frame_equal(overlay_sites(sites, zones, engine="grid"), whole)


def test_a_long_edge_that_bends_towards_a_point_is_the_nearest():
    """By lon/lat the square is nearer, in the plane the long edge of the other zone."""
    lat, reach = 29.3, 0.4
    long = shapely.Polygon(
        [(117 - reach, lat), (117 + reach, lat), (117 + reach, lat - 0.1), (117 - reach, lat - 0.1)]
    )
    point = shapely.Point(117, lat + 0.02)
    near = shapely.box(116.999, lat + 0.0398, 117.001, lat + 0.05)
    sites = gpd.GeoDataFrame({"site_id": ["s"]}, geometry=[point], crs=4490)
    zones = gpd.GeoDataFrame(
        {"zone_id": ["long", "near"], "zone_class": "red_line"}, geometry=[long, near], crs=4490
    )
    made, wanted = both(overlay_classes, sites, zones)
    assert wanted["zone_id"].tolist() == ["long"]
    assert wanted["distance_m"].iloc[0] < 2190
    assert_same(made, wanted, sites, zones)


@pytest.mark.parametrize("middle", [(111.0, 4.0), (118.49, 29.3), (103.51, 38.0), (124.4, 53.5)])
@pytest.mark.parametrize("reach_m", [5_000, 60_000])
def test_of_a_boundary_of_many_vertices_the_nearest_is_found_from_afar(middle, reach_m):
    """An arc about the points, a vertex every few metres, every place nearly as far as the next."""
    rng = np.random.default_rng(7)
    stretch = np.array([1 / np.cos(np.radians(middle[1])), 1]) / 111_000
    turn = np.linspace(0, 1.9 * np.pi, 6_000)
    far = 0.8 * reach_m * (1 + 2e-5 * rng.standard_normal(len(turn)))
    inner = np.column_stack((np.cos(turn), np.sin(turn))) * far[:, None]
    ring = np.concatenate((inner, inner[::-1] * 1.1)) * stretch + middle
    points = middle + rng.normal(0, 0.05 * reach_m, (40, 2)) * stretch
    sites, zones = frames(shapely.points(points), [shapely.Polygon(ring)], (0, 0), 1)
    made, wanted = both(overlay_classes, sites, zones, max_distance_m=reach_m)
    assert wanted["relation"].tolist() == ["near"] * 40
    np.testing.assert_allclose(made["distance_m"], wanted["distance_m"], rtol=0, atol=1e-6)
    assert_same(made, wanted, sites, zones)


def crowd(seed, *, sites, zones):
    """Many rough shapes over half a degree, points among the sites."""
    rng = np.random.default_rng(seed)

    def star(centre, radius):
        count = int(rng.integers(5, 60))
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
        length = radius * rng.uniform(0.4, 1.0, count)
        offset = np.column_stack((length * np.cos(angle), length * np.sin(angle)))
        return shapely.Polygon(centre + offset)

    middles = rng.uniform((117.0, 29.0), (117.5, 29.5), (zones, 2))
    right = gpd.GeoDataFrame(
        {
            "zone_id": [f"z{at:04d}" for at in range(zones)],
            "zone_class": rng.choice(["red_line", "water_1", "forest_park"], zones),
        },
        geometry=[star(middle, rng.uniform(0.001, 0.02)) for middle in middles],
        crs=4490,
    )
    places = rng.uniform((116.9, 28.9), (117.6, 29.6), (sites, 2))
    left = gpd.GeoDataFrame(
        {"site_id": [f"s{at:04d}" for at in range(sites)]},
        geometry=[
            shapely.Point(place) if at % 2 else star(place, rng.uniform(0.0005, 0.01))
            for at, place in enumerate(places)
        ],
        crs=4490,
    )
    return left, right


@pytest.mark.parametrize("limit", [0.0, 300.0, 5000.0, 40_000.0])
def test_a_crowd_gets_the_rows_of_geos(limit):
    sites, zones = crowd(1, sites=300, zones=200)
    for call in (overlay_sites, overlay_classes):
        made, wanted = both(call, sites, zones, max_distance_m=limit)
        assert_same(made, wanted, sites, zones)


@pytest.mark.parametrize("seed", range(4))
def test_one_in_a_hundred_broken_changes_nothing_for_the_others(seed):
    sites, zones = crowd(seed, sites=300, zones=300)
    for frame in (sites, zones):
        broken = np.random.default_rng(seed).choice(len(frame), 3, replace=False)
        for at in broken.tolist():
            west, south, east, north = np.add(
                shapely.bounds(frame.geometry.iloc[at]), [0, 0, 0.01, 0.01]
            )
            bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
            frame.loc[at, "geometry"] = bow
    listed = doubtful_geometry(zones, key="zone_id")
    bad_sites = doubtful_geometry(sites, key="site_id")["site_id"]
    assert (len(listed), len(bad_sites)) == (3, 3)
    with pytest.warns(GeoRectifyWarning, match="repaired"):
        made = overlay_sites(sites, zones, engine="grid")
    with pytest.warns(GeoRectifyWarning, match="repaired"):
        wanted = overlay_sites(sites, zones, engine="geos")
    assert_same(made, wanted, sites, zones)
    fine_sites = sites[~sites["site_id"].isin(bad_sites)]
    fine_zones = zones[~zones["zone_id"].isin(listed["zone_id"])]
    alone = overlay_sites(fine_sites, fine_zones, engine="grid")
    kept = made["site_id"].isin(fine_sites["site_id"]) & made["zone_id"].isin(fine_zones["zone_id"])
    pd.testing.assert_frame_equal(made[kept].reset_index(drop=True), alone)


def test_parts_of_an_invalid_multipolygon_count_once():
    shape = shapely.MultiPolygon(
        [shapely.box(117, 29, 117.02, 29.02), shapely.box(117.01, 29, 117.03, 29.02)]
    )
    sites, zones = frames(
        [shapely.box(0.5, 0.5, 2.5, 1.5)], [shapely.box(0, 0, 1, 1)], (117, 29), 0.01
    )
    zones.loc[0, "geometry"] = shape
    made, wanted = both(overlay_sites, sites, zones, max_distance_m=0)
    assert made["relation"].tolist() == wanted["relation"].tolist() == ["inside"]


def test_a_collection_and_a_zone_without_shape_are_taken():
    sites, zones = crowd(3, sites=4, zones=5)
    one = zones.geometry.iloc[1]
    sites.loc[0, "geometry"] = shapely.GeometryCollection([one, shapely.Point(117, 29)])
    sites.loc[1, "geometry"] = None
    zones.loc[0, "geometry"] = None
    made, wanted = both(overlay_sites, sites, zones)
    assert_same(made, wanted, sites, zones)
    assert "s0000" in set(made["site_id"])


def test_a_long_edge_takes_its_own_cells():
    needle = shapely.Polygon([(116, 28), (118.5, 30.5), (118.5, 30.4999)])
    sites, zones = crowd(5, sites=200, zones=50)
    zones.loc[0, "geometry"] = needle
    made, wanted = both(overlay_sites, sites, zones, max_distance_m=0)
    assert_same(made, wanted, sites, zones)


def test_auto_takes_the_engine_that_suits_the_size(monkeypatch):
    used = []
    real = engines.met_zones

    def noted(*args, **kwargs):
        used.append("grid")
        return real(*args, **kwargs)

    monkeypatch.setattr(engines, "met_zones", noted)
    monkeypatch.setattr(engines, "_FEW_VERTICES", 1_000)
    monkeypatch.setattr(engines, "_FEW_SITES", 100)
    monkeypatch.setattr(engines, "_FEW_POINTS", 20)
    sites, zones = crowd(6, sites=90, zones=60)
    few = sites.iloc[:10]
    overlay_sites(few, zones)
    overlay_classes(few, zones)
    overlay_sites(sites, zones)
    assert used == []
    overlay_classes(sites, zones)
    assert used == ["grid"]
    overlay_sites(
        pd.concat(
            [sites, crowd(8, sites=50, zones=1)[0].assign(site_id=[f"x{at}" for at in range(50)])],
            ignore_index=True,
        ),
        zones,
    )
    assert used == ["grid", "grid"]
    overlay_sites(sites, zones.iloc[:5], engine="geos")
    assert used == ["grid", "grid"]
