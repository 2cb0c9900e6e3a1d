"""Review on the map page in a real Chromium, and the way of its entries back into a run."""

from __future__ import annotations

import datetime as dt
import json

import pytest

import geo_rectify
from geo_rectify.outputs._answers import questions
from geo_rectify.outputs.field.worklist import _words
from geo_rectify.outputs.maps import write_map
from geo_rectify.places import read_corrections
from geo_rectify.settings import Settings
from geo_rectify.tables import CORRECTIONS
from tests.browser import open_page
from tests.factories import QUOTED, SITE_IDS, make_assessment

DESK, PHONE = (1280, 800), (390, 844)
DENIED = """
Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("denied", "SecurityError"); } });
Object.defineProperty(navigator, "geolocation", {
  value: { getCurrentPosition: (_, failed) => failed({ code: 1 }) } });
Object.defineProperty(navigator, "clipboard", {
  value: { writeText: () => Promise.reject(new DOMException("denied", "NotAllowedError")) } });
"""
PLAN = """某市督察反馈问题整改方案
附件
整改清单
一、存在的问题
（一）矿山修复滞后。乐平市双田镇岩口采石场、乐平市鸬鹚乡高岭采石场未完成修复。
整改目标：完成修复。
整改时限：2024年底。
整改措施：
1．2024年底前，完成岩口采石场、高岭采石场修复。〔责任单位：乐平市委、市政府〕
验收单位：市自然资源局。
"""


def test_form_asks_what_corrections_hold():
    keys = [question.key for question in questions()]
    assert set(keys) <= set(CORRECTIONS.names)
    assert {"state", "before_delineation", "photos", "by", "date", "note"} <= set(keys)
    choices = {question.key: list(question.choices) for question in questions()}
    assert choices["state"] == _words()["states"]
    assert choices["before_delineation"] == _words()["existed"]


@pytest.fixture(scope="module")
def map_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("review") / "map.html"
    write_map(make_assessment(), path)
    return path


def _open_site(page, site_id):
    page.evaluate(
        """(id) => document.querySelector(`#gr-pane-sites .gr-entry[data-site="${id}"]`).click()""",
        site_id,
    )
    page.locator(f".gr-review:has-text('{site_id}')").wait_for()


def _act(page, name, *, nth=0):
    page.locator(f".gr-review [data-act={name}]").nth(nth).click()


def _export(page):
    page.evaluate("document.getElementById('gr-tab-review').click()")
    with page.expect_download() as found:
        page.click("#gr-review-export")
    assert found.value.suggested_filename == "corrections.geojson"
    return found.value.path().read_text(encoding="utf-8")


def _drag_pin(page, *, by=(60, 40)):
    box = page.locator(".gr-pin-moving").bounding_box()
    x, y = box["x"] + 20, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=4)
    page.mouse.up()


@pytest.mark.browser
def test_moved_pin_is_where_it_was_put_in_the_next_run(chromium, tmp_path):
    plan = tmp_path / "方案.txt"
    plan.write_text(PLAN, encoding="utf-8")
    settings = Settings(as_of=dt.date(2026, 11, 1))
    first = geo_rectify.assess(plan, settings=settings)
    rows = first.sites.set_index("name")
    moved, drawn = rows.loc["岩口采石场", "site_id"], rows.loc["高岭采石场", "site_id"]
    write_map(first, tmp_path / "map.html")
    with open_page(chromium, tmp_path / "map.html", size=DESK) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        _open_site(page, moved)
        _act(page, "move")
        _drag_pin(page)
        page.click("#gr-tool-done")
        page.fill("[name=uncertainty_m]", "8")
        page.select_option("[name=state]", "正在整改")
        page.fill("[name=by]", "王工")
        page.fill("[name=note]", '堆土 "5" 处 </script> `x` \\ 😀')
        page.click("#gr-review-save")
        _open_site(page, drawn)
        _act(page, "outline")
        for x, y in ((700, 420), (760, 420), (760, 470), (700, 470)):
            page.mouse.click(x, y)
        page.click("#gr-tool-done")
        assert page.locator("#gr-review-list li").count() == 2
        content = _export(page)
    back = tmp_path / "corrections.geojson"
    back.write_text(content, encoding="utf-8")
    features = {f["properties"]["site_id"]: f for f in json.loads(content)["features"]}
    put = features[moved]["geometry"]["coordinates"]
    second = geo_rectify.assess(plan, corrections=[back], settings=settings)
    after = second.sites.set_index("site_id")
    assert after.loc[moved, "geometry"].coords[0] == pytest.approx(put, abs=1e-7)
    assert after.loc[moved, ["precision", "uncertainty_m"]].tolist() == ["surveyed", 8.0]
    assert after.loc[drawn, "method"] == "correction, outline"
    assert after.loc[drawn, "precision"] != "county"
    assert sum("已采用" in note for note in second.correction_notes) == 2
    write_map(second, tmp_path / "again.html")
    with open_page(chromium, tmp_path / "again.html", size=DESK) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        shown = page.evaluate(f"GeoRectify.page.markers.get('{moved}').getLatLng()")
        assert [shown["lng"], shown["lat"]] == pytest.approx(put, abs=2e-6)


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_page_works_and_says_so_without_storage_and_gps(chromium, map_file, size):
    with open_page(chromium, map_file, size=size, touch=size == PHONE, before=DENIED) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        page.evaluate("document.getElementById('gr-tab-review').click()")
        assert "不允许保存记录" in page.locator("#gr-review-kept").inner_text()
        _open_site(page, SITE_IDS["feature"])
        _act(page, "move")
        page.click("#gr-tool-gps")
        assert "定位不可用" in page.locator("#gr-tool-hint").inner_text()
        page.mouse.click(size[0] - 150, 300)
        page.click("#gr-tool-done")
        page.locator("#gr-review-save").click()
        page.click("#gr-review-copy")
        text = page.locator("#gr-review-text").input_value()
        assert "全选" in page.locator("#gr-review-said").inner_text()
        assert len(json.loads(text)["features"]) == 1


@pytest.mark.browser
def test_entries_stay_in_the_browser_and_can_be_deleted(chromium, map_file):
    with open_page(chromium, map_file, size=DESK) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        _open_site(page, SITE_IDS["none"])
        _act(page, "form")
        page.fill("[name=note]", "图上找不到")
        page.click("#gr-review-save")
        page.reload()
        page.wait_for_selector("body.gr-ready")
        page.click("#gr-tab-review")
        assert "图上找不到" in page.locator("#gr-review-list").inner_text()
        assert page.locator("#gr-list .gr-reviewed").count() == 1
        page.click("#gr-review-list button")
        assert page.locator("#gr-review-list li").count() == 0
        assert page.locator("#gr-review-export").is_disabled()


@pytest.mark.browser
def test_crossing_outline_is_refused(chromium, map_file):
    with open_page(chromium, map_file, size=DESK) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        _open_site(page, SITE_IDS["feature"])
        _act(page, "outline")
        page.mouse.click(700, 420)
        page.mouse.click(800, 500)
        page.click("#gr-tool-done")
        assert "三个角点" in page.locator("#gr-tool-hint").inner_text()
        page.mouse.click(800, 420)
        page.mouse.click(700, 500)
        page.click("#gr-tool-done")
        assert "自相交" in page.locator("#gr-tool-hint").inner_text()
        page.keyboard.press("Escape")
        assert page.locator("#gr-tool").is_hidden()
        assert page.locator("#gr-review-list li").count() == 0


@pytest.mark.browser
def test_candidates_are_confirmed_and_rejected(chromium, tmp_path):
    run = make_assessment()
    cells = [{"id": "c1", "name": QUOTED, "source": "a"}, {"id": "c2", "name": "乙"}]
    run.sites["candidates"] = [
        json.dumps(cells) if site == SITE_IDS["township"] else cell
        for site, cell in zip(run.sites["site_id"], run.sites["candidates"], strict=True)
    ]
    write_map(run, tmp_path / "map.html")
    with open_page(chromium, tmp_path / "map.html", size=DESK) as opened:
        page = opened.page
        page.wait_for_selector("body.gr-ready")
        _open_site(page, SITE_IDS["township"])
        _act(page, "confirm", nth=1)
        _open_site(page, SITE_IDS["township"])
        _act(page, "reject", nth=0)
        assert "确认候选：乙" in page.locator("#gr-review-list").inner_text()
        content = _export(page)
    back = tmp_path / "corrections.geojson"
    back.write_text(content, encoding="utf-8")
    read = read_corrections(back)
    assert read[["action", "candidate"]].to_numpy().tolist() == [
        ["confirm", "c2"],
        ["reject", "c1"],
    ]
