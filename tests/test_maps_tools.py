"""What the page offers beside looking: measuring, coordinates, colours, filters, the print sheet."""

from __future__ import annotations

import itertools
import re

import pytest
import shapely

from geo_rectify.crs import area_m2, distance_m, wgs84_to_gcj02
from geo_rectify.drawing.symbology import progress_styles, theme, themes
from geo_rectify.errors import OutputError
from geo_rectify.outputs._progress import UNSTATED, Progress
from geo_rectify.outputs.maps import write_map
from geo_rectify.outputs.maps.payload import page_data
from geo_rectify.outputs.maps.sites import pressing
from geo_rectify.vocabulary import ZoneClass
from tests.browser import open_page
from tests.factories import SITE_IDS, make_assessment

DESK, PHONE = (1280, 800), (390, 844)
CORNERS = [(28.9, 117.1), (29.1, 117.3), (28.95, 117.45)]


@pytest.fixture(scope="module")
def map_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("tools") / "map.html"
    write_map(make_assessment(), path, states={"1": ["已销号", "未达序时进度"]})
    return path


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def anywhere(request, chromium, map_file):
    with open_page(chromium, map_file, size=request.param, touch=request.param == PHONE) as opened:
        opened.page.wait_for_selector("body.gr-ready")
        yield opened.page


@pytest.fixture
def desk(chromium, map_file):
    with open_page(chromium, map_file, size=DESK) as opened:
        opened.page.wait_for_selector("body.gr-ready")
        yield opened.page


def test_every_state_has_a_style_and_every_theme_every_class():
    assert list(progress_styles()) != []
    assert {*progress_styles()} == {*(state.value for state in Progress), UNSTATED}
    assert all(set(one.zones) == set(ZoneClass) for one in themes().values())
    planning = theme("planning").zones
    green, yellow, red = (
        planning[zone].color
        for zone in (ZoneClass.RED_LINE, ZoneClass.FARMLAND, ZoneClass.URBAN_BOUNDARY)
    )
    parts = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (green, yellow, red)]
    assert parts[0].index(max(parts[0])) == 1
    assert parts[1][2] < 60 < min(parts[1][:2])
    assert parts[2].index(max(parts[2])) == 0


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (["已销号", "未到期"], "未到期"),
        (["时限已到未填报", "未达序时进度"], "未达序时进度"),
        (["随手写的"], "无时限"),
        ([], "无时限"),
    ],
)
def test_the_most_pressing_state_colours(states, shown):
    assert pressing(states) == shown


def test_progress_comes_from_dates_and_from_what_people_wrote():
    run = make_assessment()
    dated = page_data(run, theme_name="enforcement")
    told = page_data(run, theme_name="enforcement", states={"1": ["已销号"]})
    assert dated["issues"]["1"]["progress"] == "时限已到未填报"
    assert told["issues"]["1"]["progress"] == "已销号"
    by_id = {site["id"]: site["progress"] for site in told["sites"]}
    assert by_id[SITE_IDS["surveyed"]] == "已销号"
    assert by_id[SITE_IDS["township"]] == told["issues"]["2"]["progress"]


@pytest.mark.browser
def test_measures_agree_with_the_package(desk):
    lengths = desk.evaluate(
        "(c) => c.slice(1).map(([lat, lng], i) => GeoRectify.distance({ lat: c[i][0], lng: c[i][1] }, { lat, lng }))",
        CORNERS,
    )
    points = [shapely.Point(lon, lat) for lat, lon in CORNERS]
    assert lengths == pytest.approx(
        [distance_m(a, b) for a, b in itertools.pairwise(points)], rel=4e-4
    )
    square = desk.evaluate("(c) => GeoRectify.area(c.map(([lat, lng]) => ({ lat, lng })))", CORNERS)
    ring = shapely.segmentize(shapely.Polygon([(lon, lat) for lat, lon in CORNERS]), 0.01)
    assert square == pytest.approx(area_m2(ring), rel=1e-4)
    shifted = desk.evaluate("GeoRectify.gcj02(117.2, 29.1)")
    lon, lat = wgs84_to_gcj02(117.2, 29.1)
    assert [shifted["lng"], shifted["lat"]] == pytest.approx([float(lon), float(lat)], abs=1e-9)


@pytest.mark.browser
def test_a_line_and_an_area_are_measured_by_tapping(anywhere):
    anywhere.click(".gr-measure")
    tool = anywhere.locator("#gr-tool")
    assert "依次点击" in tool.inner_text()
    box = anywhere.locator(".folium-map").bounding_box()
    spots = [(0.45, 0.2), (0.6, 0.25), (0.5, 0.38)]
    for x, y in spots:
        anywhere.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    assert re.search(r"全长约[\d.]+千米", tool.inner_text())
    assert anywhere.locator(".gr-measuring").count() == 3
    anywhere.click("#gr-tool-other")
    for x, y in spots:
        anywhere.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    assert re.search(r"面积约.*公顷，合[\d.]+亩", tool.inner_text())
    anywhere.click("#gr-tool-undo")
    assert "至少三点" in tool.inner_text()
    anywhere.keyboard.press("Escape")
    assert tool.is_hidden()
    assert anywhere.locator(".gr-measuring").count() == 0


@pytest.mark.browser
def test_coordinates_have_the_digits_the_zoom_earns(desk):
    words = desk.evaluate(
        """(zoom) => { const page = GeoRectify.page;
             page.map.setView([29.1, 117.2], zoom, { animate: false });
             page.map.fire("mousemove", { latlng: L.latLng(29.1, 117.2) });
             return document.getElementById("gr-where").textContent; }""",
        17,
    )
    assert "117.20000, 29.10000" in words
    assert words.count("GCJ-02") == 1
    rough = desk.evaluate(
        """() => { const page = GeoRectify.page;
             page.map.setView([29.1, 117.2], 7, { animate: false });
             return GeoRectify.whereWords(page, L.latLng(29.1, 117.2))[0]; }"""
    )
    assert rough == "117.20, 29.10"


@pytest.mark.browser
def test_colours_switch_between_verdict_and_progress_and_themes(desk):
    before = desk.locator("#gr-hatch-red_line rect").get_attribute("fill")
    desk.click(".gr-legend [data-choice=planning]")
    assert desk.locator("#gr-hatch-red_line rect").get_attribute("fill") != before
    line = desk.locator(".leaflet-gr-zones-pane path").nth(0).get_attribute("stroke")
    assert line == theme("planning").zones[ZoneClass.RED_LINE].color
    desk.click(".gr-legend [data-choice=progress]")
    assert desk.locator(".gr-legend [data-choice=progress]").get_attribute("aria-pressed") == "true"
    assert "未达序时进度" in desk.locator("#gr-legend-body").inner_text()
    assert "未达序时进度" in desk.locator("#gr-list .gr-entry").nth(0).inner_text()
    desk.click(".gr-chip[data-group='未达序时进度']")
    assert 0 < desk.locator("#gr-list .gr-entry").count() < 10
    desk.click(".gr-legend [data-choice=verdict]")
    assert desk.locator("#gr-list .gr-entry").count() == 10
    assert "疑似压占" in desk.locator("#gr-list .gr-entry").nth(0).inner_text()


@pytest.mark.browser
def test_filters_by_issue_and_unit(desk):
    entries = desk.locator("#gr-list .gr-entry")
    desk.click("#gr-more summary")
    desk.select_option("[data-filter=issue]", "问题2")
    assert 0 < entries.count() < 10
    desk.select_option("[data-filter=issue]", "")
    desk.select_option("[data-filter=unit]", "市林业局")
    assert 0 < entries.count() < 10
    assert desk.locator(f"#gr-list [data-site='{SITE_IDS['surveyed']}']").count() == 1


@pytest.mark.browser
def test_print_sheet_has_what_a_map_needs_and_is_left_again(desk):
    desk.click(".gr-print")
    desk.fill("#gr-print-maker", "某市生态环境局")
    sheet = desk.locator(".gr-paper")
    words = sheet.inner_text()
    for needed in (
        "问题点位分布图",
        "2000国家大地坐标系",
        "制图单位：某市生态环境局",
        "制图日期：2024年3月31日",
        "内部用图",
    ):
        assert needed in words
    paper, drawn = sheet.bounding_box(), desk.locator(".folium-map").bounding_box()
    assert paper["x"] < drawn["x"]
    assert drawn["y"] + drawn["height"] < paper["y"] + paper["height"]
    assert desk.locator(".gr-north").is_visible()
    assert desk.locator(".leaflet-control-scale").is_visible()
    body = desk.locator("#gr-legend-body")
    assert body.evaluate("(node) => node.scrollHeight <= node.clientHeight + 2")
    assert not desk.locator("#gr-panel").is_visible()
    desk.keyboard.press("Escape")
    assert desk.locator("#gr-panel").is_visible()
    assert not sheet.is_visible()


@pytest.mark.browser
def test_long_lists_are_shown_piece_by_piece(desk):
    shown = desk.evaluate(
        """() => { const page = GeoRectify.page;
             const one = page.data.sites[0];
             for (let i = 0; i < 300; i += 1) page.data.sites.push({ ...one, id: `more-${i}`, at: null });
             page.refresh();
             const first = document.querySelectorAll("#gr-list .gr-entry").length;
             document.querySelector(".gr-next").click();
             return [first, document.querySelectorAll("#gr-list .gr-entry").length, document.activeElement.className]; }"""
    )
    assert shown[:2] == [120, 240]
    assert "gr-entry" in shown[2]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://t.example/{z}/{x}/{y}?tk=0123456789abcdef", "carries a key"),
        ("https://me:secret@t.example/{z}/{x}/{y}", "carries a key"),
        ("http://t.example/{z}/{x}/{y}", "is no base map"),
        ("https://t.example/{z}", "is no base map"),
        ("https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}", "shifted"),
    ],
)
def test_online_base_maps_that_would_do_harm_are_refused(address, words, tmp_path):
    with pytest.raises(OutputError, match=words):
        write_map(make_assessment(), tmp_path / "map.html", online=address)
    assert not (tmp_path / "map.html").exists()


@pytest.mark.browser
def test_an_online_base_map_asks_for_nothing_until_it_is_switched_on(chromium, tmp_path):
    write_map(make_assessment(), tmp_path / "map.html", online="tianditu")
    with open_page(chromium, tmp_path / "map.html", size=DESK) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        box = page.locator("[data-layer=online]")
        box.click()
        assert not box.is_checked()
        assert page.evaluate("document.activeElement.className") == "gr-key"
        asked = page.evaluate(
            """() => { const { page } = GeoRectify; const urls = [];
                 L.TileLayer.include({ createTile(coords) { urls.push(this.getTileUrl(coords)); return document.createElement("img"); } });
                 document.querySelector(".gr-key").value = "a b&c";
                 document.querySelector("[data-layer=online]").click();
                 return [urls[0], page.map.hasLayer(page.layers.get("online"))]; }"""
        )
        assert asked[1]
        assert re.fullmatch(
            r"https://t0\.tianditu\.gov\.cn/DataServer\?T=vec_w&x=\d+&y=\d+&l=\d+&tk=a%20b%26c",
            asked[0],
        )
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "img-src https://t0.tianditu.gov.cn data: blob:" in text
