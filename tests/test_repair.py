"""Polygons mended until GEOS itself calls them valid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.repair import made_valid

CORNER = st.tuples(st.integers(0, 20), st.integers(0, 20))
BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
# make_valid's structure method answers this one with an invalid multipolygon (GEOS 3.14)
SPIKE = shapely.transform(
    shapely.Polygon([(8, 14), (9, 14), (0, 14), (0, 8), (16, 20), (0, 0)]),
    lambda xy: xy * 1e-3 + np.array([117.2, 29.3]),
)
SHELL = shapely.box(0, 0, 1, 1)
HOLE_IS_SHELL = shapely.Polygon(SHELL.exterior, [SHELL.exterior])


def test_valid_and_missing_shapes_are_left_alone():
    made = made_valid([SHELL, None])
    assert made[0] is SHELL
    assert made[1] is None


@pytest.mark.parametrize(("shape", "area"), [(BOW_TIE, 2.0), (SPIKE, None), (HOLE_IS_SHELL, 0.0)])
def test_broken_shapes_become_valid(shape, area):
    assert not shapely.is_valid(shape)
    (made,) = made_valid([shape])
    assert shapely.is_valid(made)
    if area is not None:
        assert shapely.area(made) == pytest.approx(area)


@given(st.lists(CORNER, min_size=3, max_size=9))
@settings(deadline=None, max_examples=100)
def test_whatever_is_drawn_comes_back_valid(corners):
    shape = shapely.transform(shapely.Polygon(corners), lambda xy: xy * 1e-3 + 117.2)
    (made,) = made_valid([shape])
    assert shapely.is_valid(made)
