"""The overview figure: deterministic, never boxes, labels that cover nothing."""

from __future__ import annotations

import dataclasses
import io
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import image, rcParams
from matplotlib.font_manager import FontProperties

from geo_rectify.drawing.figures import HEIGHT_MM, WIDTH_MM, draw_overview, overview_figure
from geo_rectify.drawing.lettering import bundled_font, chinese_font, figure_data, open_lettering
from geo_rectify.drawing.marks import symbols_of
from geo_rectify.drawing.placement import Box, Label, cluster, place_labels
from geo_rectify.drawing.sheet import hides_zones
from geo_rectify.settings import Settings
from geo_rectify.tables import SITES, frame_of
from geo_rectify.vocabulary import DEMO_MARK, Sensitivity, Verdict
from tests.factories import AS_OF, make_assessment, make_layers

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _pixels(png: bytes) -> NDArray:
    return image.imread(io.BytesIO(png), format="png")


def test_same_run_same_bytes_and_no_settings_changed():
    before = dict(rcParams)
    first = overview_figure(make_assessment())
    assert overview_figure(make_assessment()) == first
    assert dict(rcParams) == before
    assert b"Software" not in first
    assert b"tIME" not in first


def test_size_follows_the_page():
    height, width, _ = _pixels(overview_figure(make_assessment())).shape
    assert width / height == pytest.approx(WIDTH_MM / HEIGHT_MM, rel=0.01)


def test_symbols_are_the_sites_with_a_position():
    run = make_assessment()
    symbols = symbols_of(run, epsg=4548)
    placed = run.sites[run.sites.geometry.notna() & (run.sites["status"] != "counted")]
    assert len(symbols) == len(placed)
    assert symbols[0].verdict is Verdict.CONFLICT
    assert {number for one in symbols for number in one.numbers} == {"1", "2"}


def test_zone_of_a_restricted_layer_is_not_drawn_unless_asked_for():
    layers = make_layers()
    zones = layers.zones.copy()
    zones["sensitivity"] = Sensitivity.RESTRICTED.value
    secret = dataclasses.replace(layers, zones=zones)
    hidden = make_assessment(layers=secret)
    none = make_assessment(layers=dataclasses.replace(layers, zones=zones.iloc[:0]))
    shown = make_assessment(layers=secret, settings=Settings(as_of=AS_OF, include_restricted=True))
    assert hides_zones(hidden)
    assert not hides_zones(shown)

    def red(png: bytes) -> int:
        pixels = _pixels(png)[200:, : 1228 * 2 // 3, :3]
        return int(((pixels[..., 0] > 0.7) & (pixels[..., 1] < 0.3)).sum())

    assert red(overview_figure(hidden)) == red(overview_figure(none))
    assert red(overview_figure(shown)) > red(overview_figure(hidden))


def test_words_without_glyphs_become_codes_and_go_to_the_caption():
    letters = open_lettering(FontProperties(fname=bundled_font()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of every glyph that would be a box
        overview = draw_overview(
            make_assessment(settings=Settings(as_of=AS_OF, demo=True)), letters=letters
        )
    told = {words for _, words in overview.key} | set(overview.notes)
    assert "疑似压占（需现场核实）" in told
    assert "内部用图" in told
    assert DEMO_MARK in told
    codes = [code for code, _ in overview.key]
    assert len(set(codes)) == len(codes)
    assert all(letters.holds(code) for code in codes)


def test_best_installed_font_holds_the_probe_or_is_the_bundled_one():
    letters = open_lettering(chinese_font())
    assert letters.holds(figure_data()["probe"]) or chinese_font().get_file() == bundled_font()


def test_nothing_to_draw_is_still_a_sheet():
    empty = frame_of([], SITES)
    assert isinstance(empty, gpd.GeoDataFrame)
    whole = make_assessment()
    bare = dataclasses.replace(
        whole,
        sites=empty,
        footprints=whole.footprints.iloc[:0],
        findings=whole.findings.iloc[:0],
        layers=dataclasses.replace(
            whole.layers, infos=(), zones=whole.layers.zones.iloc[:0], references={}
        ),
    )
    assert _pixels(overview_figure(bare)).shape[2] == 4


def test_sites_without_a_county_are_shown_by_themselves():
    whole = make_assessment()
    sites = whole.sites.copy()
    sites["adcode"] = "999999"
    assert overview_figure(dataclasses.replace(whole, sites=sites))


def test_issue_numbers_of_a_second_document_carry_its_letter():
    run = make_assessment()
    other = dataclasses.replace(run.plan, doc_id="f" * 12)
    sites = run.sites.copy()
    sites["issue_numbers"] = f"{run.plan.doc_id}/2|{other.doc_id}/7"
    both = dataclasses.replace(run, plans=(run.plan, other), sites=sites)
    assert {one.numbers for one in symbols_of(both, epsg=4548)} == {("A2", "B7")}


def test_cluster_joins_what_would_cover_each_other():
    groups = cluster([(0, 0), (10, 0), (1, 1), (10.5, 0)], within_mm=2)
    assert groups == [[0, 2], [1, 3]]


_spot = st.tuples(st.floats(5, 95), st.floats(5, 95))


@settings(deadline=None, max_examples=40)
@given(st.lists(_spot, max_size=12))
def test_every_label_is_placed_inside_the_frame(spots):
    frame = Box(left=0, bottom=0, right=100, top=100)
    labels = [Label(x=x, y=y, width=6, height=2, radius=1.5) for x, y in spots]
    placed = place_labels(labels, frame=frame)
    assert len(placed) == len(labels)
    for place in placed:
        assert 0 <= place.x <= 100
        assert 0 <= place.y <= 100


def test_labels_side_by_side_do_not_cover_each_other():
    frame = Box(left=0, bottom=0, right=100, top=100)
    labels = [Label(x=50 + step, y=50, width=6, height=2, radius=1.5) for step in range(5)]
    placed = place_labels(labels, frame=frame)
    for one in range(5):
        for other in range(one):
            apart_x = abs(placed[one].x - placed[other].x)
            apart_y = abs(placed[one].y - placed[other].y)
            assert apart_x >= 6 or apart_y >= 2
