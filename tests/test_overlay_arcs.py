"""Arcs walked by blocks of edges against the same arcs walked edge by edge."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_rectify.crs import areas_m2
from geo_rectify.overlay import overlay_sites
from geo_rectify.overlay.arcs import Arcs, arc_sums, blocks_of
from geo_rectify.overlay.chains import Chains, chains_of

_CENTRE = np.array([117.2, 29.3])


def _ragged(vertices: int, *, radius: float = 0.3) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    away = radius * (1 + 0.05 * np.sin(41 * angle))
    return shapely.Polygon(
        _CENTRE + away[:, None] * np.column_stack((np.cos(angle), np.sin(angle)))
    )


def _chains() -> Chains:
    return chains_of(
        np.array([_ragged(45), _ragged(997), _ragged(31, radius=0.01), _ragged(130)], dtype=object)
    )


@st.composite
def _arcs(draw: st.DrawFn) -> Arcs:
    """Draw arcs of any length, many of them round the end of their ring."""
    chains = _chains()
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        ring = draw(st.integers(0, len(chains.owner) - 1))
        base, close = int(chains.start[ring]), int(chains.start[ring + 1]) - 1
        entered = draw(st.integers(base, close - 1))
        left = draw(st.integers(base, close - 1))
        if left > entered:
            rows.append((entered + 1, base, left, base - 1, entered, left))
        else:
            rows.append((entered + 1, base, close, left, entered, left))
    table = np.array(rows)
    middle = (chains.xy[table[:, 4:]] + chains.xy[table[:, 4:] + 1]) / 2
    return Arcs(
        first=table[:, :2],
        last=table[:, 2:4],
        entry=middle[:, 0],
        exit=middle[:, 1],
        origin=middle[:, 0] + 0.001,
    )


@given(_arcs())
def test_blocks_change_no_sum(arcs):
    chains = _chains()
    one_by_one = arc_sums(chains, arcs, blocks=None)
    by_block = arc_sums(chains, arcs, blocks=blocks_of(chains))
    np.testing.assert_allclose(by_block, one_by_one, rtol=1e-12, atol=1e-4)


def test_arcs_that_make_up_a_ring_sum_to_its_area():
    chains = _chains()
    ring = 1
    base, close = int(chains.start[ring]), int(chains.start[ring + 1]) - 1
    one, other = base + 7, base + 700
    middle = (chains.xy[[one, other]] + chains.xy[[one + 1, other + 1]]) / 2
    halves = Arcs(
        first=np.array([[one + 1, base], [other + 1, base]]),
        last=np.array([[other, base - 1], [close, one]]),
        entry=middle,
        exit=middle[::-1],
        origin=np.repeat(_CENTRE[None], 2, axis=0),
    )
    # each crossing halves an edge, which bends a little less on the cylinder then
    whole = areas_m2([_ragged(997)])[0]
    for blocks in (None, blocks_of(chains)):
        np.testing.assert_allclose(arc_sums(chains, halves, blocks=blocks).sum(), whole, rtol=1e-10)


def test_rings_shorter_than_a_block_have_no_blocks():
    chains = chains_of(np.array([shapely.box(117, 29, 117.1, 29.1)], dtype=object))
    blocks = blocks_of(chains)
    assert len(blocks.sums) == 0
    assert blocks.flat.shape == chains.xy.shape


def test_sites_whose_arcs_outnumber_the_zones_vertices_agree_with_geos():
    # many sites, each with long arcs of one zone inside: the blocks are asked for
    rng = np.random.default_rng(5)
    zones = gpd.GeoDataFrame(
        {"zone_id": ["z"], "zone_class": ["red_line"]}, geometry=[_ragged(60_000)], crs=4490
    )
    centres = _CENTRE + rng.uniform(-0.3, 0.3, (3_100, 2))
    shapes = shapely.buffer(shapely.points(centres), rng.uniform(0.05, 0.2, 3_100), quad_segs=4)
    sites = gpd.GeoDataFrame(
        {"site_id": [f"s{at}" for at in range(len(shapes))]}, geometry=shapes, crs=4490
    )
    grid = overlay_sites(sites, zones, engine="grid", max_distance_m=0, min_overlap_m2=0)
    some = sites.iloc[::50]
    geos = overlay_sites(some, zones, engine="geos", max_distance_m=0, min_overlap_m2=0)
    both = geos.merge(grid, on=["site_id", "zone_id"], suffixes=("", "_grid"))
    assert len(both) == len(geos) == grid["site_id"].isin(some["site_id"]).sum()
    assert (both["relation"] == both["relation_grid"]).all()
    np.testing.assert_allclose(both["overlap_m2_grid"], both["overlap_m2"], rtol=1e-9)
