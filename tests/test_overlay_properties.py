"""Overlay against plain shapely, over random shapes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.crs import areas_m2, to_plane
from geo_rectify.overlay import overlay_classes, overlay_sites
from tests.findings_drawing import PLANE, lonlat, sites_of, zones_of

METRES = st.integers(0, 400)
SIZES = st.integers(1, 200)


@st.composite
def shapes(draw):
    """Boxes on a grid (so that edges and corners coincide), discs and L-shapes."""
    x, y, w, h = draw(METRES) * 5, draw(METRES) * 5, draw(SIZES) * 5, draw(SIZES) * 5
    kind = draw(st.sampled_from(["box", "disc", "pair", "ring"]))
    if kind == "disc":
        made = shapely.buffer(shapely.Point(x, y), w / 2)
    elif kind == "pair":
        made = shapely.union(
            shapely.box(x, y, x + w, y + h), shapely.box(x + 2 * w, y, x + 3 * w, y + h)
        )
    elif kind == "ring":
        outer = shapely.box(x, y, x + 3 * w, y + 3 * h)
        made = shapely.difference(outer, shapely.box(x + w, y + h, x + 2 * w, y + 2 * h))
    else:
        made = shapely.box(x, y, x + w, y + h)
    return lonlat(made)


SCENE = st.tuples(
    st.lists(shapes(), min_size=1, max_size=4),
    st.lists(st.tuples(shapes(), st.sampled_from(["red_line", "water_1"])), min_size=1, max_size=6),
)


def frames(scene):
    sites = sites_of(**{f"s{at}": shape for at, shape in enumerate(scene[0])})
    zones = zones_of(*((f"z{at}", kind, shape) for at, (shape, kind) in enumerate(scene[1])))
    return sites, zones


@settings(deadline=None, max_examples=60)
@given(SCENE)
def test_class_overlap_is_the_area_of_the_union(scene):
    sites, zones = frames(scene)
    made = overlay_classes(sites, zones, min_overlap_m2=0.01)
    for row in made.itertuples():
        site = sites.set_index("site_id").geometry[row.site_id]
        union = shapely.union_all(zones.loc[zones["zone_class"] == row.zone_class].geometry.values)
        wanted = areas_m2([shapely.intersection(site, union)])[0]
        own = areas_m2([site])[0]
        assert abs(row.overlap_m2 - wanted) <= max(1e-5 * own, 0.02)
        assert 0 <= row.share <= 1
        assert row.overlap_m2 <= min(own, areas_m2([union])[0]) * (1 + 1e-5) + 1e-6
        gap = shapely.distance(to_plane(site, PLANE), to_plane(union, PLANE))
        assert abs(row.distance_m - gap) < 0.05


@settings(deadline=None, max_examples=60)
@given(SCENE)
def test_zone_rows_agree_with_shapely(scene):
    sites, zones = frames(scene)
    made = overlay_sites(sites, zones, min_overlap_m2=0.01)
    assert len(made) == len(sites) * len(zones)
    for row in made.itertuples():
        site = sites.set_index("site_id").geometry[row.site_id]
        zone = zones.set_index("zone_id").geometry[row.zone_id]
        both = areas_m2([shapely.intersection(site, zone)])[0]
        assert (row.relation == "near") == (not shapely.intersects(site, zone))
        if both > 0.02:
            assert row.relation in {"inside", "overlaps"}
        if shapely.covers(zone, site):
            assert row.relation == "inside"
            assert row.share == 1
        assert row.overlap_m2 <= min(areas_m2([site, zone])) * (1 + 1e-5) + 1e-6


@settings(deadline=None, max_examples=30)
@given(SCENE, st.randoms(use_true_random=False))
def test_order_of_input_is_irrelevant(scene, random):
    sites, zones = frames(scene)
    left, right = list(range(len(sites))), list(range(len(zones)))
    random.shuffle(left)
    random.shuffle(right)
    for call in (overlay_sites, overlay_classes):
        one = call(sites, zones)
        other = call(sites.iloc[left], zones.iloc[right])
        exact = [name for name in one.columns if one[name].dtype == object]
        pd.testing.assert_frame_equal(one[exact], other[exact])
        for name in ("overlap_m2", "share", "distance_m"):
            np.testing.assert_allclose(one[name], other[name], rtol=1e-9, atol=1e-6)
