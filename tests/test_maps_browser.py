"""The map in a real Chromium with the network off."""

from __future__ import annotations

import dataclasses

import pytest

from geo_rectify.errors import OutputError
from geo_rectify.outputs.maps import build_map, write_map
from tests.browser import open_page
from tests.factories import LONG, QUOTED, SITE_IDS, make_assessment

pytestmark = pytest.mark.browser

DESK, PHONE = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def map_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "地图 [1].html"
    write_map(make_assessment(), path)
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


@pytest.fixture
def phone(chromium, map_file):
    with open_page(chromium, map_file, size=PHONE, touch=True) as opened:
        opened.page.wait_for_selector("body.gr-ready")
        yield opened.page


def _entry(key, pane="sites"):
    return f"#gr-pane-{pane} .gr-entry[data-site='{SITE_IDS[key]}']"


def test_page_opens_quietly_and_fits_its_window(anywhere):
    assert anywhere.title() == "问题点位分布图"
    wide = anywhere.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide
    size = anywhere.locator(".folium-map").bounding_box()
    assert size["height"] > 0.5 * anywhere.viewport_size["height"]
    assert anywhere.locator(".leaflet-marker-pane .gr-marker").count() > 0
    assert anywhere.locator(".leaflet-control-attribution").count() == 0
    assert "含示意或草案图层，不作依据" in anywhere.locator("#gr-marks").inner_text()
    assert anywhere.locator("#gr-marks").is_visible()


def test_nothing_of_the_interface_speaks_english(anywhere):
    words = anywhere.evaluate(
        """() => [...document.querySelectorAll('[title],[aria-label],[placeholder]')].flatMap(
             (e) => ['title', 'aria-label', 'placeholder'].map((n) => e.getAttribute(n)))
           .filter((t) => t && /[A-Za-z]{4,}/.test(t) && !/[\u4e00-\u9fff]/.test(t))"""
    )
    assert [word for word in words if "cmd" not in word] == []


def test_touch_targets_are_large_enough(phone):
    phone.locator("#gr-grip").tap()
    small = phone.evaluate(
        """() => [...document.querySelectorAll('button, a, input[type=search]')]
           .filter((e) => e.offsetParent && !e.classList.contains('gr-skip'))
           .map((e) => [e.id || e.className, e.getBoundingClientRect()])
           .filter(([, r]) => r.width > 0 && (r.height < 44 || r.width < 44))
           .map(([name, r]) => `${name} ${r.width}x${r.height}`)"""
    )
    assert small == []


def test_search_finds_by_name_issue_and_unit(desk):
    entries = desk.locator("#gr-list .gr-entry")
    desk.fill("#gr-query", "双岭")
    assert entries.count() == 1
    assert desk.locator(".leaflet-marker-pane .gr-marker").count() == 1
    desk.fill("#gr-query", "问题3")
    assert [entries.nth(0).get_attribute("data-site"), entries.count()] == [SITE_IDS["none"], 1]
    desk.fill("#gr-query", "市生态环境局")
    assert entries.count() == 3
    assert "问题2单位：市生态环境局" in entries.nth(0).inner_text()
    desk.fill("#gr-query", "没有这个地方")
    assert entries.count() == 0
    assert "没有符合条件的点位" in desk.locator("#gr-status").inner_text()
    desk.fill("#gr-query", "")
    assert entries.count() == 10


def test_list_entry_opens_its_popup(desk):
    desk.click(_entry("surveyed"))
    popup = desk.locator(".leaflet-popup")
    popup.wait_for()
    shown = popup.inner_text()
    assert "疑似压占（需现场核实）" in shown
    assert "2024年底（2024-12-31）" in shown
    assert "乐平市政府" in shown
    assert "2000国家大地坐标系" in shown
    assert "GCJ-02" in shown
    assert popup.locator("mark").inner_text() == "双岭采石场"
    link = popup.locator("a.gr-navigate")
    assert link.get_attribute("href").startswith("https://uri.amap.com/marker?position=117.1")
    assert desk.locator(_entry("surveyed")).get_attribute("aria-current") == "true"
    popup.locator(".leaflet-popup-close-button").click()
    assert desk.locator(_entry("surveyed")).get_attribute("aria-current") == "false"


def test_popup_is_drawn_once_and_stands_still(desk):
    shown = desk.evaluate(
        """async ([first, second]) => {
             const click = (id) => document.querySelector(`#gr-list .gr-entry[data-site='${id}']`).click();
             let drawn = 0;
             GeoRectify.page.map.on("popupopen", () => { drawn += 1; });
             click(first); click(second);
             const popup = document.querySelector(".leaflet-popup-content-wrapper");
             const before = popup.getBoundingClientRect();
             await new Promise((done) => setTimeout(done, 400));
             click(second);
             const after = popup.getBoundingClientRect();
             return [drawn, popup.isConnected, after.x - before.x, after.y - before.y];
           }""",
        [SITE_IDS["feature"], SITE_IDS["surveyed"]],
    )
    assert shown == [2, True, 0, 0]


def test_hostile_names_are_shown_as_they_are(desk):
    desk.click(_entry("village"))
    desk.locator(".leaflet-popup").wait_for()
    assert desk.locator(".leaflet-popup h3").inner_text() == QUOTED
    desk.click(_entry("none"))
    assert desk.locator("#gr-card h3").inner_text().startswith(LONG[:100])
    box = desk.locator("#gr-card").bounding_box()
    assert box["height"] < 800


def test_places_without_a_position_open_a_card_and_no_dot(desk):
    before = desk.locator(".leaflet-marker-pane .gr-marker").count()
    desk.click(_entry("counted"))
    card = desk.locator("#gr-card")
    assert "未附名录，图上不标点位" in card.inner_text()
    assert desk.locator(".leaflet-gr-chosen-pane path").count() == 1
    assert desk.locator(".leaflet-marker-pane .gr-marker").count() <= before
    assert desk.locator(".leaflet-popup").count() == 0
    desk.keyboard.press("Escape")
    assert card.is_hidden()
    assert desk.locator(".leaflet-gr-chosen-pane path").count() == 0


def test_worklist_stands_by_county(anywhere):
    anywhere.click("#gr-tab-worklist")
    heads = anywhere.locator("#gr-worklist h3").all_inner_texts()
    assert [head.split("\n")[0] for head in heads] == ["浮梁县", "乐平市", "所属县待查"]
    assert anywhere.locator(_entry("counted", "worklist")).is_visible()
    anywhere.click(_entry("counted", "worklist"))
    assert anywhere.locator("#gr-card").is_visible()


def test_filter_by_verdict_takes_list_and_map_together(desk):
    desk.click(".gr-chip[data-group='conflict']")
    assert desk.locator("#gr-list .gr-entry").count() == 1
    assert desk.locator(".leaflet-marker-pane .gr-marker").count() == 1
    desk.click(".gr-chip[data-group='conflict']")
    assert desk.locator("#gr-list .gr-entry").count() == 10


def test_filters_by_county_precision_and_deadline(desk):
    entries = desk.locator("#gr-list .gr-entry")
    desk.click("#gr-more summary")
    desk.select_option("[data-filter=county]", "乐平市")
    held = entries.count()
    assert 0 < held < 10
    assert all("乐平市" in words for words in entries.all_inner_texts())
    assert "已选：乐平市" in desk.locator("#gr-more-on").inner_text()
    desk.select_option("[data-filter=precision]", "村级")
    assert entries.count() < held
    desk.select_option("[data-filter=precision]", "")
    desk.select_option("[data-filter=county]", "")
    desk.select_option("[data-filter=deadline]", "2024-12")
    assert 0 < entries.count() < 10
    assert desk.locator(_entry("surveyed")).count() == 1
    desk.select_option("[data-filter=deadline]", "")
    assert entries.count() == 10


def test_my_position_is_shown_or_its_absence_is_said(chromium, map_file):
    fix = """Object.defineProperty(navigator, "geolocation", { value: {
      getCurrentPosition: (done, failed) => window.denied ? failed({ code: 1 })
        : done({ coords: { latitude: 29.1, longitude: 117.2, accuracy: 12.3 } }) } });"""
    with open_page(chromium, map_file, size=DESK, before=fix) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        page.click(".gr-here")
        assert "±13米" in page.locator("#gr-said").inner_text()
        assert page.locator(".gr-me").count() == 1
        page.evaluate("window.denied = true")
        page.click(".gr-here")
        assert "定位不可用" in page.locator("#gr-said").inner_text()


def test_layers_switch_off_and_on(desk):
    paths = desk.locator(".leaflet-gr-zones-pane path")
    assert paths.count() == 4
    assert paths.nth(0).get_attribute("fill") == "url(#gr-hatch-red_line)"
    desk.click("[data-layer='zone-red_line']")
    assert paths.count() == 2
    desk.click("[data-layer='zone-red_line']")
    assert paths.count() == 4
    desk.click("[data-layer='sites']")
    assert desk.locator(".leaflet-marker-pane .gr-marker").count() == 0
    desk.click(_entry("feature"))
    desk.locator(".leaflet-popup").wait_for()


def test_clusters_open(desk):
    clusters = desk.locator(".gr-cluster")
    before = clusters.count()
    assert before > 0
    clusters.nth(0).click()
    desk.wait_for_function(f"document.querySelectorAll('.gr-cluster').length !== {before}")


def test_keyboard_reaches_the_list(desk):
    desk.focus("#gr-tab-sites")
    desk.keyboard.press("ArrowRight")
    assert desk.locator("#gr-tab-worklist").get_attribute("aria-selected") == "true"
    desk.keyboard.press("ArrowLeft")
    desk.focus(_entry("surveyed"))
    desk.keyboard.press("Enter")
    desk.locator(".leaflet-popup").wait_for()


def test_phone_keeps_the_map_in_sight(phone):
    sheet = phone.locator("#gr-panel")
    closed = sheet.bounding_box()["height"]
    phone.tap("#gr-grip")
    assert closed < sheet.bounding_box()["height"] < 0.6 * PHONE[1]
    phone.tap(_entry("street"))
    card = phone.locator("#gr-card")
    card.wait_for()
    assert sheet.bounding_box()["height"] == closed
    assert card.bounding_box()["y"] > 0.25 * PHONE[1]
    marker = phone.locator(".gr-marker[aria-label^='昌东大道']")
    marker.wait_for()
    box = marker.bounding_box()
    assert box["y"] > 58
    assert box["y"] + box["height"] <= card.bounding_box()["y"] + 1


def test_a_run_without_sites_opens(chromium, tmp_path):
    whole = make_assessment()
    empty = dataclasses.replace(
        whole,
        mentions=(),
        sites=whole.sites.iloc[:0],
        footprints=whole.footprints.iloc[:0],
        unlocated=whole.unlocated.iloc[:0],
        findings=whole.findings.iloc[:0],
    )
    write_map(empty, tmp_path / "map.html")
    with open_page(chromium, tmp_path / "map.html", size=DESK) as opened:
        opened.page.wait_for_selector("body.gr-ready")
        assert "本次未识别出点位" in opened.page.locator("#gr-status").inner_text()


HOSTILE = (
    "'单' \"双\" “引号”",
    "`反引号` ${alert(1)}",
    "反斜杠\\u003c\\",
    "</script><script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    "😀🏭 采石场",
    "长" * 500,
    "",
    "\u202e倒序\u0000",
    "{{ 7 * 7 }}{% raw %}",
)


def test_hostile_and_empty_texts_break_nothing(chromium, tmp_path):
    run = make_assessment()
    sites = run.sites.copy()
    sites["name"] = HOSTILE
    sites["township"] = HOSTILE[::-1]
    sites["source"] = HOSTILE[3]
    write_map(dataclasses.replace(run, sites=sites), tmp_path / "map.html")
    with open_page(chromium, tmp_path / "map.html", size=PHONE, touch=True) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        for site in sites["site_id"]:
            page.evaluate(
                "(id) => GeoRectify.go(GeoRectify.page, GeoRectify.page.byId.get(id))", site
            )
            assert page.locator("#gr-card h3").inner_text()
        assert page.evaluate("window.hit") is None
        shown = page.evaluate("GeoRectify.page.data.sites.map((site) => site.name)")
        assert shown[3] == HOSTILE[3]
        assert shown[7] == "（未命名）"
        fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert fits


def test_sites_without_any_position_make_a_map_of_areas(chromium, tmp_path):
    run = make_assessment()
    sites = run.sites.copy()
    sites["geometry"] = None
    write_map(dataclasses.replace(run, sites=sites), tmp_path / "map.html")
    with open_page(chromium, tmp_path / "map.html", size=DESK) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        assert page.locator(".leaflet-marker-pane .gr-marker").count() == 0
        assert page.locator("#gr-list .gr-entry").count() == 10
        page.click(_entry("surveyed"))
        assert page.locator("#gr-card").is_visible()


def test_a_map_of_a_frame_shows_inline_with_what_was_asked(chromium, tmp_path):
    run = make_assessment()
    located = run.sites[run.sites.geometry.notna()]
    frame = located[["site_id", "name", "uncertainty_m", "geometry"]]
    own = frame.to_crs(4548).assign(名称="自有")
    made = build_map(frame, theme="planning", frames={"自有图层": own}, off=["names", "自有图层"])
    (tmp_path / "cell.html").write_text(made._repr_html_(), encoding="utf-8")
    with open_page(chromium, tmp_path / "cell.html", size=DESK) as opened:
        inside = opened.page.frame_locator("iframe")
        inside.locator("body.gr-ready").wait_for()
        assert inside.locator("#gr-list .gr-entry").count() == len(frame)
        assert not inside.locator("[data-layer='names']").is_checked()
        assert not inside.locator("[data-layer='reference-own-0']").is_checked()
        assert "自有图层" in inside.locator("#gr-legend-body").inner_text()
        pressed = inside.locator("[data-choice=planning]").get_attribute("aria-pressed")
        assert pressed == "true"
    for wrong in ({"off": ["没有"]}, {"colour": "kind"}, {"theme": "none"}):
        with pytest.raises(OutputError):
            build_map(frame, **wrong)
