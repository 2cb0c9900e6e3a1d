"""The map as one file: what stands in it, and that it loads nothing."""

from __future__ import annotations

import dataclasses
import importlib.resources
import json
import re

import folium
import geopandas as gpd
import pytest
import shapely
from folium.plugins import Fullscreen
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.crs import STORED
from geo_rectify.errors import OutputError
from geo_rectify.outputs.maps import build_map, render_offline, write_map
from geo_rectify.outputs.maps.offline import outside_loads
from geo_rectify.outputs.maps.page import json_for_script
from geo_rectify.outputs.maps.payload import page_data
from geo_rectify.outputs.maps.shapes import ShapeTable, geojson, tolerance_for
from geo_rectify.outputs.maps.sites import shortened_sentence
from geo_rectify.settings import Settings
from geo_rectify.vocabulary import LayerStatus, Sensitivity, Verdict
from tests.factories import AS_OF, FORMULA, LONG, QUOTED, SITE_IDS, make_assessment


@pytest.fixture(scope="module")
def assessment():
    return make_assessment()


@pytest.fixture(scope="module")
def text(assessment):
    return render_offline(build_map(assessment))


@pytest.fixture(scope="module")
def data(assessment):
    return page_data(assessment, theme_name="enforcement")


def _site(data, key):
    return next(site for site in data["sites"] if site["id"] == SITE_IDS[key])


def _block(text):
    found = re.search(r'<script type="application/json" id="gr-data">(.*?)</script>', text)
    return json.loads(found.group(1))


def test_same_run_same_bytes(assessment, text):
    assert render_offline(build_map(assessment)) == text
    assert not re.search(r"map_(?!0{31})[0-9a-f]{32}", text)


def test_write_map_writes_the_page(tmp_path, assessment, text):
    path = tmp_path / "地图 (1).html"
    write_map(assessment, path)
    assert path.read_text(encoding="utf-8") == text
    assert path.stat().st_size < 500_000


def test_write_map_says_what_stood_in_the_way(tmp_path, assessment):
    with pytest.raises(OutputError, match=re.escape(str(tmp_path))):
        write_map(assessment, tmp_path)


def test_page_loads_nothing_from_outside(text):
    assert outside_loads(text) == []
    assert "<link" not in text
    assert not re.search(r"<script[^>]+src", text)
    assert "default-src 'none'" in text
    assert '<html lang="zh-CN">' in text
    assert "sourceMappingURL" not in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leaflet", "Redistribution and use in source and binary forms"),
        ("leaflet.markercluster", "Permission is hereby granted"),
    ],
)
def test_vendored_scripts_keep_their_licences(name, words):
    folder = importlib.resources.files("geo_rectify.outputs.maps").joinpath("assets")
    assert folder.joinpath(f"{name}.js").is_file()
    assert words in folder.joinpath(f"{name}.LICENSE").read_text(encoding="utf-8")


def test_an_element_that_loads_from_outside_is_refused(assessment):
    page = build_map(assessment)
    Fullscreen().add_to(page)
    with pytest.raises(OutputError, match=r"Control\.FullScreen"):
        render_offline(page)
    page = build_map(assessment)
    folium.TileLayer("OpenStreetMap").add_to(page)
    with pytest.raises(OutputError, match=r"1 things from outside \(https://tile"):
        render_offline(page)


def test_folium_keeps_its_own_lists(assessment):
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    page = build_map(assessment)
    page.add_js_link("extra", "https://example.org/extra.js")
    page.get_root().render()
    assert (folium.Map.default_js, folium.Map.default_css) == before
    assert before[0]


def test_build_map_shows_in_a_notebook(assessment):
    page = build_map(assessment)
    assert isinstance(page, folium.Map)
    shown = page._repr_html_()
    assert "问题点位分布图" in shown
    assert "cdn.jsdelivr" not in shown


@pytest.mark.parametrize(
    ("markup", "loads"),
    [
        ('<script src="https://a.example/x.js"></script>', 1),
        ('<script src="//a.example/x.js"></script>', 1),
        ('<link rel="stylesheet" href="http://a.example/x.css">', 1),
        ('<img src="data:image/png;base64,AAAA">', 0),
        ("<style>@import 'https://a.example/x.css'; p{background:url(//a.example/p)}</style>", 2),
        ('<p style="background:url(https://a.example/p.png)">', 1),
        ("<svg><image xlink:href='https://a.example/p.png'/></svg>", 1),
        ('<a href="https://a.example/">go</a>', 0),
        ("<style>p{background:url(data:image/png;base64,AAAA)}</style>", 0),
        ("<script>var a = '<img src=\"https://a.example/\">'</script>", 0),
    ],
)
def test_outside_loads_counts_what_a_browser_would_fetch(markup, loads):
    assert len(outside_loads(markup)) == loads


def test_hostile_texts_stay_text(text):
    block = re.search(r'id="gr-data">(.*?)</script>', text).group(1)
    assert "<" not in block
    assert ">" not in block
    names = {site["name"] for site in _block(text)["sites"]}
    assert {QUOTED, FORMULA, LONG} <= names
    assert "</script><b>" not in text.replace(r"\u003c", "").replace(r"\u003e", "")


@settings(deadline=None, max_examples=80)
@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_json_for_script_is_json_that_cannot_leave_its_element(value):
    written = json_for_script({"value": value, "hostile": "</script><!--\u2028{% endraw %}"})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written)["hostile"] == "</script><!--\u2028{% endraw %}"
    written.encode("utf-8")


def test_header_names_document_day_and_marks(data):
    assert data["title"] == "问题点位分布图"
    assert data["as_of"] == "2024年3月31日"
    assert data["documents"] == ["某市贯彻落实省生态环境保护督察报告整改方案"]
    assert data["marks"] == ["含示意或草案图层，不作依据", "内部用图"]
    assert "red_line_test 2022-11" in data["provenance"]
    assert data["counts"] == {"issues": 3, "sites": 9, "drawn": 6, "extents": 1, "unlocated": 4}


def test_demo_is_marked_as_an_example():
    demo = make_assessment(settings=Settings(as_of=AS_OF, demo=True))
    shown = page_data(demo, theme_name="enforcement")
    assert shown["marks"][0] == "示例数据，不作依据"
    assert "示例数据，不作依据" in shown["provenance"]


def test_only_sites_with_a_position_are_drawn(data):
    drawn = {site["id"] for site in data["sites"] if site["at"]}
    wanted = ("surveyed", "feature", "street", "village", "township", "undelineated")
    assert drawn == {SITE_IDS[key] for key in wanted}
    counted = _site(data, "counted")
    assert counted["at"] is None
    assert counted["counted"]
    assert counted["stated"] == "方案载明86处，载明面积1200亩"
    assert counted["area"] == _site(data, "county")["area"]
    assert _site(data, "extent")["extent"]
    assert _site(data, "none")["area"] is None


def test_rough_positions_are_not_drawn_as_exact(data):
    exact = {site["id"]: site["exact"] for site in data["sites"]}
    assert [exact[SITE_IDS[key]] for key in ("surveyed", "feature", "street")] == [True] * 3
    assert not exact[SITE_IDS["village"]]
    assert not exact[SITE_IDS["township"]]
    assert all(site["area"] is not None for site in data["sites"] if site["at"])
    assert _site(data, "surveyed")["outline"]["type"] == "Polygon"


def test_digits_follow_the_uncertainty(data):
    fine, rough = _site(data, "surveyed")["coordinates"], _site(data, "township")["coordinates"]
    assert fine[0]["title"].startswith("2000国家大地坐标系")
    assert fine[1]["title"].startswith("GCJ-02")
    assert re.fullmatch(r"东经117°06′00\.0″ 北纬28°54′00\.0″", fine[0]["dms"])
    assert fine[0]["dms"] != fine[1]["dms"]
    assert rough[0]["dms"] == "东经117°13′ 北纬29°27′"
    assert rough[0]["decimal"] == "117.21, 29.45"
    link = _site(data, "township")["navigation"]
    assert link.startswith("https://uri.amap.com/marker?position=117.21%2C29.45&")
    assert "coordinate=wgs84" in link
    assert re.fullmatch(r"[\x21-\x7e]+", _site(data, "village")["navigation"])


def test_sentences_hold_the_name(data):
    shown = _site(data, "surveyed")["sentences"]
    assert len(shown) == 1
    assert shown[0]["hit"] == "双岭采石场"
    assert shown[0]["before"].endswith("乐平市")
    assert shown[0]["issue"] == "1"
    assert shown[0]["locator"] == "第3段"
    long = _site(data, "none")["sentences"][0]
    assert len(long["hit"]) == 121


def test_sentences_are_shortened_on_both_sides(assessment):
    plan = dataclasses.replace(assessment.plan, text="前" * 300 + "点位" + "后" * 300 + "。尾")
    before, hit, after = shortened_sentence(plan, 300, end=302)
    assert (before[0], hit, after[-1]) == ("…", "点位", "…")
    assert len(before + hit + after) < 200


def test_issue_tells_deadline_and_units(data):
    issue = data["issues"]["1"]
    assert issue["deadline"] == "2024年底（2024-12-31）"
    assert issue["units"] == ["乐平市委", "乐平市政府", "市自然资源规划局", "市林业局"]
    assert data["issues"]["2"]["deadline"] == "立行立改，长期坚持"


def test_verdicts_colour_by_the_worst_and_group_the_rest(data):
    site = _site(data, "surveyed")
    assert site["verdict"] == "conflict"
    first, rest = site["verdicts"]
    assert first["zones"] == ["生态保护红线"]
    assert first["label"] == "疑似压占（需现场核实）"
    assert "双岭片区，压占" in first["detail"]
    assert first["rules"] == ["测试用红线管理办法第一条"]
    assert len(rest["zones"]) == 8
    assert _site(data, "undelineated")["verdict"] == "not_delineated"
    assert _site(data, "feature")["verdict"] == "not_covered"
    words = json.dumps(data, ensure_ascii=False)
    assert not re.search("合规|违法|无冲突", re.sub(r'"sentences":.*?\]', "", words))


def _with_red_line(status):
    whole = make_assessment()
    findings = whole.findings.copy()
    findings.loc[findings["layer_id"] == "red_line_test", "layer_status"] = status
    return dataclasses.replace(whole, findings=findings)


def test_what_rests_on_a_draft_is_set_apart():
    draft = page_data(_with_red_line(LayerStatus.DRAFT), theme_name="enforcement")
    assert _site(draft, "village")["unofficial"]
    detail = _site(draft, "village")["verdicts"][0]["detail"]
    assert detail.endswith("（草案图层）")
    official = page_data(_with_red_line(LayerStatus.OFFICIAL), theme_name="enforcement")
    assert not _site(official, "village")["unofficial"]


def _with_restricted(*, include):
    whole = make_assessment()
    infos = tuple(
        dataclasses.replace(info, sensitivity=Sensitivity.RESTRICTED)
        if info.layer_id == "red_line_test"
        else info
        for info in whole.layers.infos
    )
    return dataclasses.replace(
        whole,
        layers=dataclasses.replace(whole.layers, infos=infos),
        settings=Settings(as_of=AS_OF, include_restricted=include),
    )


def test_restricted_layers_stay_out_but_their_verdicts_remain():
    hidden = page_data(_with_restricted(include=False), theme_name="enforcement")
    assert [zone["key"] for zone in hidden["zones"]] == ["water_1", "water_2"]
    first = _site(hidden, "surveyed")["verdicts"][0]
    assert (first["verdict"], first["detail"]) == (Verdict.CONFLICT, "")
    assert "双岭片区" not in json.dumps(hidden, ensure_ascii=False)
    shown = page_data(_with_restricted(include=True), theme_name="enforcement")
    assert shown["zones"][0]["key"] == "red_line"
    assert "内部用图" in shown["marks"]


def test_zones_carry_look_and_mark(data):
    red, first, second = data["zones"]
    look = red["styles"]["enforcement"]
    assert (red["label"], red["mark"], look["hatch"]) == ("生态保护红线", "", "/")
    assert first["mark"] == second["mark"] == "（示意图层，不作依据）"
    assert first["styles"]["planning"]["dashed"]
    assert not look["dashed"]
    assert red["styles"]["planning"]["color"] != look["color"]
    assert len(red["features"]) == 2
    assert data["undelineated"] == ["樟坑饮用水水源地"]
    assert [group["key"] for group in data["references"]] == ["river"]
    assert {county["name"] for county in data["counties"]} == {
        "昌江区",
        "珠山区",
        "浮梁县",
        "乐平市",
    }


def test_worklist_groups_by_county(data):
    groups = {group["county"]: group["places"] for group in data["worklist"]}
    assert list(groups) == ["浮梁县", "乐平市", "所属县待查"]
    assert [place["site"] for place in groups["乐平市"]] == [
        SITE_IDS["county"],
        SITE_IDS["counted"],
    ]
    assert groups["浮梁县"][0]["hints"] == ["西溪乡"]


def test_broken_candidates_break_nothing():
    whole = make_assessment()
    unlocated = whole.unlocated.copy()
    unlocated["candidates"] = ["{", "[1]", None, '{"name": 1}']
    shown = page_data(dataclasses.replace(whole, unlocated=unlocated), theme_name="enforcement")
    assert all(place["hints"] == [] for group in shown["worklist"] for place in group["places"])


def _empty():
    whole = make_assessment()
    return dataclasses.replace(
        whole,
        mentions=(),
        sites=whole.sites.iloc[:0],
        footprints=whole.footprints.iloc[:0],
        unlocated=whole.unlocated.iloc[:0],
        findings=whole.findings.iloc[:0],
        layers=dataclasses.replace(
            whole.layers, infos=(), zones=whole.layers.zones.iloc[:0], references={}
        ),
    )


def test_a_run_without_sites_makes_a_page(tmp_path):
    path = tmp_path / "map.html"
    write_map(_empty(), path)
    block = _block(path.read_text(encoding="utf-8"))
    assert block["sites"] == block["zones"] == block["counties"] == []
    assert block["marks"] == ["未加载管控区图层"]


def test_sites_without_a_document_make_a_page(tmp_path):
    whole = dataclasses.replace(make_assessment(), plans=(), mentions=())
    sites = whole.sites.assign(adcode=None, county=None, issue_numbers="", name="")
    write_map(dataclasses.replace(whole, sites=sites), tmp_path / "map.html")
    block = _block((tmp_path / "map.html").read_text(encoding="utf-8"))
    assert {site["name"] for site in block["sites"]} == {"（未命名）"}
    assert "乐平市" in {county["name"] for county in block["counties"]}


def test_big_zones_are_thinned_and_say_so(assessment):
    circle = shapely.Point(117.2, 29.0).buffer(0.2, quad_segs=30_000)
    zones = assessment.layers.zones.iloc[:1].copy()
    zones.geometry = gpd.GeoSeries([circle], index=zones.index, crs=STORED)
    layers = dataclasses.replace(assessment.layers, zones=zones)
    thinned = page_data(dataclasses.replace(assessment, layers=layers), theme_name="enforcement")
    (ring,) = thinned["zones"][0]["features"][0]["geometry"]["coordinates"]
    assert len(ring) < 40_000
    assert tolerance_for([circle], max_vertices=200) > 5


@settings(deadline=None, max_examples=40)
@given(st.floats(0.001, 0.5), st.floats(1, 150))
def test_drawn_areas_stay_within_their_tolerance(radius, tolerance):
    disc = shapely.Point(117.2, 29.0).buffer(radius)
    drawn = shapely.from_geojson(json.dumps(geojson(disc, tolerance_m=tolerance)))
    assert shapely.hausdorff_distance(disc, drawn) * 111_320 <= tolerance + 2


def test_shared_areas_are_drawn_once():
    table = ShapeTable()
    one, other = shapely.box(117, 29, 117.1, 29.1), shapely.box(117, 29, 117.2, 29.1)
    assert [table.add(one), table.add(other), table.add(one)] == [0, 1, 0]
    assert len(table.drawn) == 2
