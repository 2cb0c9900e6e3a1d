"""Geometry in every state of repair: mended or left out, never silently."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.catalogue import layers_table
from geo_rectify.catalogue.geometry import drop_unplaced, mend_areas
from geo_rectify.crs import areas_m2
from geo_rectify.errors import LayerError
from tests.catalogue_cases import EAST, NORTH, entry, load, write_catalogue, write_vector

if TYPE_CHECKING:
    from pathlib import Path

SQUARE = shapely.box(0, 0, 100, 100)
BOW = shapely.Polygon([(0, 0), (2000, 2000), (2000, 0), (0, 2000)])
HOLE_IS_SHELL = shapely.Polygon(SQUARE.exterior, [SQUARE.exterior])
with np.errstate(invalid="ignore"):
    NAN = shapely.Polygon([(0, 0), (100, 0), (float("nan"), 100), (0, 0)])
SLIVER = shapely.Polygon([(0, 0), (100, 0), (50, 0)])
LINE = shapely.LineString([(0, 0), (100, 100)])
MIXED = shapely.GeometryCollection([SQUARE, LINE, shapely.Point(5, 5)])


def _at(shape, *, east=EAST):
    return shapely.transform(shape, lambda xy: xy + np.array([east, NORTH]))


def _load(folder: Path, *shapes, **keys):
    names = [f"区{number}" for number in range(len(shapes))]
    placed = [
        None if shape is None else _at(shape, east=EAST + 5000 * n)
        for n, shape in enumerate(shapes)
    ]
    frame = gpd.GeoDataFrame({"名称": names}, geometry=placed, crs="EPSG:4548")
    write_catalogue(folder, entry("park", role="forest_park", path="a.gpkg", **keys))
    write_vector(frame, folder / "a.gpkg")
    return load(folder)


def test_a_bow_tie_is_mended_and_its_areas_are_told(tmp_path: Path):
    layers = _load(tmp_path, SQUARE, BOW)
    info = layers.infos[0]
    assert len(layers.zones) == 2
    assert layers.zones.geometry.is_valid.all()
    assert areas_m2(layers.zones.geometry)[1] == pytest.approx(2_000_000, rel=1e-3)
    assert len(info.repairs) == 1
    assert "要素2（区1）" in info.repairs[0]
    before, after = (float(each) for each in re.findall(r"([\d.]+)平方米", info.repairs[0]))
    assert before < 10
    assert after == pytest.approx(2_000_000, rel=1e-3)
    assert info.rejects == ()
    assert layers_table(layers)["repairs"].iloc[0] == 1


def test_mending_does_not_fill_a_hole_that_equals_its_shell(tmp_path: Path):
    layers = _load(tmp_path, SQUARE, HOLE_IS_SHELL)
    info = layers.infos[0]
    assert list(layers.zones["zone_name"]) == ["区0"]
    assert "区1" in info.repairs[0]
    assert "变为0.00平方米" in info.repairs[0]
    assert "区1" in info.rejects[0]


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (None, "没有可读的几何"),
        (shapely.Polygon(), "没有可读的几何"),
        (NAN, "NaN"),
        (SLIVER, "面积为零"),
        (LINE, "LineString"),
        (shapely.Point(3, 3), "Point"),
    ],
)
def test_what_is_no_area_is_left_out_and_named(tmp_path: Path, shape, said: str):
    layers = _load(tmp_path, SQUARE, shape)
    assert list(layers.zones["zone_name"]) == ["区0"]
    rejects = layers.infos[0].rejects
    assert len(rejects) == 1
    assert said in rejects[0]
    assert "要素2（区1）" in rejects[0]


def test_a_feature_whose_place_is_unknown_takes_the_coverage_away(tmp_path: Path):
    assert _load(tmp_path / "1", SQUARE, SLIVER, coverage="extent").infos[0].coverage is not None
    layers = _load(tmp_path / "2", SQUARE, NAN, coverage="extent")
    assert layers.infos[0].coverage is None
    assert "no known place" in layers_table(layers)["notes"].iloc[0]


def test_a_collection_keeps_its_polygons_and_says_what_was_left(tmp_path: Path):
    layers = _load(tmp_path, MIXED)
    assert areas_m2(layers.zones.geometry)[0] == pytest.approx(10_000, rel=1e-4)
    assert "LineString, Point" in layers.infos[0].repairs[0]


def test_the_same_zone_twice_counts_once(tmp_path: Path):
    frame = gpd.GeoDataFrame({"名称": ["甲", "甲"]}, geometry=[_at(SQUARE)] * 2, crs="EPSG:4548")
    write_catalogue(tmp_path, entry("park", role="forest_park", path="a.gpkg"))
    write_vector(frame, tmp_path / "a.gpkg")
    layers = load(tmp_path)
    assert len(layers.zones) == 1
    assert "只计一次" in layers.infos[0].repairs[0]


def test_heights_are_dropped(tmp_path: Path):
    layers = _load(tmp_path, shapely.force_3d(SQUARE, 7.0))
    assert not layers.zones.geometry.has_z.any()


def test_a_dissolved_multipolygon_stays_one_zone(tmp_path: Path):
    many = shapely.MultiPolygon([shapely.box(n * 10, 0, n * 10 + 5, 5) for n in range(50)])
    layers = _load(tmp_path, many)
    assert len(layers.zones) == 1
    assert areas_m2(layers.zones.geometry)[0] == pytest.approx(50 * 25, rel=1e-4)


def test_a_layer_of_which_nothing_is_left_is_refused(tmp_path: Path):
    with pytest.raises(LayerError, match=r"layer 'park'.*a\.gpkg.*NaN.*2 left out"):
        _load(tmp_path, NAN, NAN)
    with pytest.raises(LayerError, match=r"layer 'park'.*LineString.*1 left out"):
        _load(tmp_path / "lines", LINE)


_ring = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=8, unique=True
)


@given(rings=st.lists(_ring, min_size=1, max_size=4))
@settings(deadline=None, max_examples=100)
def test_every_feature_is_kept_or_named(rings):
    shapes = [
        shapely.transform(shapely.Polygon(ring), lambda xy: xy * 1e-3 + np.array([117.2, 29.3]))
        for ring in rings
    ]
    frame = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4490")
    first = drop_unplaced(frame, called=str)
    mended = mend_areas(first.frame, called=str)
    assert len(mended.frame) + len(first.rejects) + len(mended.rejects) == len(shapes)
    assert mended.frame.geometry.is_valid.all()
    assert mended.frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    changed = int((~frame.geometry.is_valid).sum())
    assert len(mended.repairs) == changed
