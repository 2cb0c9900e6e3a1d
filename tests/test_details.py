"""Detail figures: a round scale, what is known of the site, nothing of hidden layers, no boxes."""

from __future__ import annotations

import dataclasses
import io
import warnings

import pytest
from matplotlib import image
from matplotlib.font_manager import FontProperties

from geo_rectify.drawing.details import HEIGHT_MM, WIDTH_MM, draw_details
from geo_rectify.drawing.lettering import bundled_font, open_lettering
from geo_rectify.outputs.reports import build_report
from geo_rectify.outputs.reports.model import Picture
from geo_rectify.settings import Settings
from geo_rectify.vocabulary import Sensitivity
from tests.factories import AS_OF, SITE_IDS, make_assessment, make_layers

_FLAGGED = [SITE_IDS["surveyed"], SITE_IDS["village"]]


@pytest.fixture(scope="module")
def run():
    return make_assessment()


@pytest.fixture(scope="module")
def figures(run):
    return draw_details(run, _FLAGGED)


def _pixels(png):
    return image.imread(io.BytesIO(png), format="png")


def test_the_scale_is_round_and_the_size_is_the_pages(figures):
    for figure in figures.values():
        assert figure.scale % 5000 == 0
        height, width, _ = _pixels(figure.png).shape
        assert width / height == pytest.approx(WIDTH_MM / HEIGHT_MM, rel=0.01)


def test_a_coarser_site_is_drawn_at_a_smaller_scale(figures):
    assert figures[SITE_IDS["village"]].scale > figures[SITE_IDS["surveyed"]].scale


def test_the_same_bytes_twice(run, figures):
    again = draw_details(run, _FLAGGED)
    assert {key: one.png for key, one in again.items()} == {
        key: one.png for key, one in figures.items()
    }


def test_progress_counts_the_figures(run):
    seen = []
    draw_details(run, _FLAGGED, progress=seen.append)
    assert seen == [1, 2]


def test_a_site_without_any_position_has_no_figure(run):
    assert draw_details(run, [SITE_IDS["none"]]) == {}


def test_hidden_zones_are_not_drawn_and_do_not_set_the_scale():
    layers = make_layers()
    zones = layers.zones.copy()
    zones["sensitivity"] = Sensitivity.RESTRICTED.value
    findings = make_assessment().findings.copy()
    findings["geometry"] = None
    secret = make_assessment(layers=dataclasses.replace(layers, zones=zones), findings=findings)
    none = make_assessment(
        layers=dataclasses.replace(layers, zones=zones.iloc[:0]), findings=findings
    )
    site = _FLAGGED[0]
    hidden, bare = draw_details(secret, [site])[site], draw_details(none, [site])[site]
    assert hidden.scale == bare.scale
    left = slice(0, 921 * 2 // 3)
    assert (_pixels(hidden.png)[52:, left] == _pixels(bare.png)[52:, left]).all()


def test_words_without_glyphs_become_codes(run):
    letters = open_lettering(FontProperties(fname=bundled_font()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of every glyph that would be a box
        figure = draw_details(run, _FLAGGED[:1], letters=letters)[_FLAGGED[0]]
    assert figure.key
    assert figure.notes


def test_the_report_shows_a_figure_for_each_flagged_site():
    said = []
    report = build_report(make_assessment(settings=Settings(as_of=AS_OF)), progress=said.append)
    pictures = [
        block
        for part in report.sections
        if part.level == 3
        for block in part.blocks
        if isinstance(block, Picture)
    ]
    assert [one.caption.split()[0] for one in pictures] == ["图1", "图2"]
    assert said == ["绘制附图 1/2", "绘制附图 2/2"]
    assert all("（1:" in one.caption for one in pictures)
