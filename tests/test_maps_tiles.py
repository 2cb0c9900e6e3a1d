"""Large layers of the page: vector tiles that other readers agree with, chosen by size."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo_rectify.crs import STORED, area_m2, areas_m2
from geo_rectify.outputs.maps import layers, page, write_map
from geo_rectify.outputs.maps.layers import zone_groups
from geo_rectify.outputs.maps.tiles import build_archive, tile_id
from tests.browser import open_page
from tests.factories import make_assessment


def ragged(lon, lat, *, corners=400, radius=0.03):
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    away = radius * (1 + 0.2 * np.sin(9 * turn) + 0.05 * np.cos(57 * turn))
    return shapely.Polygon(np.column_stack([lon + away * np.cos(turn), lat + away * np.sin(turn)]))


SHAPES = [
    ragged(117.1, 28.9).difference(shapely.box(117.095, 28.895, 117.105, 28.905)),
    shapely.MultiPolygon([ragged(117.3, 29.2), ragged(117.5, 29.2)]),
    ragged(117.2, 29.45, radius=0.1),
]
NAMES = ["甲片", "乙“片”", ""]


@pytest.mark.parametrize(
    ("tile", "number"),
    [
        ((0, 0, 0), 0),
        ((1, 0, 0), 1),
        ((1, 0, 1), 2),
        ((1, 1, 1), 3),
        ((1, 1, 0), 4),
        ((2, 0, 0), 5),
        ((12, 3423, 1763), 19078479),
    ],
)
def test_tiles_are_numbered_along_the_curve_of_the_format(tile, number):
    assert tile_id(*tile) == number


def test_another_reader_finds_the_same_shapes(tmp_path):
    archive = build_archive(SHAPES, NAMES, max_bytes=10_000_000)
    path = tmp_path / "zones.pmtiles"
    path.write_bytes(archive.content)
    read = pyogrio.read_dataframe(path, ZOOM_LEVEL=archive.max_zoom).to_crs(STORED)
    assert set(read["name"].fillna("")) == set(NAMES)
    whole = shapely.union_all(shapely.make_valid(read.geometry.to_numpy()))
    true = shapely.union_all(SHAPES)
    assert area_m2(whole) == pytest.approx(areas_m2(SHAPES).sum(), rel=2e-3)
    away = area_m2(shapely.symmetric_difference(whole, true))
    assert away < true.length * 111_320 * archive.tolerance_m


def test_same_shapes_same_bytes_and_the_finest_zooms_give_way():
    fine = build_archive(SHAPES, NAMES, max_bytes=10_000_000)
    assert build_archive(SHAPES, NAMES, max_bytes=10_000_000) == fine
    coarse = build_archive(SHAPES, NAMES, max_bytes=6_000)
    assert coarse.max_zoom < fine.max_zoom
    assert coarse.tolerance_m > 4 * fine.tolerance_m
    assert len(coarse.content) < len(fine.content)


def large_run(monkeypatch):
    monkeypatch.setattr(layers, "MAX_ZONE_VERTICES", 200)
    monkeypatch.setattr(layers, "_LARGE", 100)
    monkeypatch.setattr(page, "_PACK_ABOVE", 1000)
    whole = make_assessment()
    zones = whole.layers.zones.copy()
    red = zones["zone_class"] == "red_line"
    zones.loc[red, "geometry"] = [
        ragged(117.1, 28.9, corners=900),
        ragged(117.2, 29.0, corners=900),
    ]
    zones.loc[red, "zone_name"] = "大片</script>`红线`"
    return dataclasses.replace(whole, layers=dataclasses.replace(whole.layers, zones=zones))


def test_large_layers_become_tiles_and_the_page_says_so(monkeypatch, tmp_path):
    run = large_run(monkeypatch)
    red, *rest = zone_groups(run)
    assert "tiles" in red
    assert "features" not in red
    assert "矢量切片" in red["note"]
    assert all("features" in group for group in rest)
    notes = write_map(run, tmp_path / "map.html")
    assert [note for note in notes if "生态保护红线" in note and "判定按原图层" in note]
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert 'id="gr-packed"' in text
    write_map(run, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == text


def test_small_pages_carry_no_readers_of_tiles(tmp_path):
    assert write_map(make_assessment(), tmp_path / "map.html") == ()
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "protomapsL" not in text.replace("protomapsL.", "")
    assert "unzlibSync=" not in text


@pytest.mark.browser
def test_a_packed_page_draws_its_tiles_and_names_what_is_tapped(chromium, monkeypatch, tmp_path):
    write_map(large_run(monkeypatch), tmp_path / "map.html")
    with open_page(chromium, tmp_path / "map.html", size=(1280, 800)) as opened:
        shown = opened.page
        shown.wait_for_selector("body.gr-ready")
        drawn = """async () => {
          const map = GeoRectify.page.map;
          map.setView([28.9, 117.1], 13, { animate: false });
          const inked = () => [...document.querySelectorAll(".leaflet-gr-tiles-pane canvas")].some((tile) =>
            tile.width && tile.toDataURL().length > 3000);
          for (let i = 0; i < 100 && !inked(); i += 1) await new Promise((done) => setTimeout(done, 50));
          map.fire("click", { latlng: L.latLng(28.91, 117.11) });
          return [inked(), document.querySelector(".gr-tip")?.textContent];
        }"""
        inked, words = shown.evaluate(drawn)
        assert inked
        assert words == "生态保护红线 大片</script>`红线`"
        shown.click(".gr-legend [data-choice=planning]")
        shown.click("[data-layer='zone-red_line']")
        assert shown.locator(".leaflet-gr-tiles-pane canvas").count() == 0


def test_frames_of_ones_own_are_drawn_in_their_own_colours():
    own = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[ragged(117.1, 28.9)], crs=STORED)
    group = layers.frame_groups({"我的图层": own.to_crs(4548)})[0]
    assert (group["label"], group["features"][0]["name"]) == ("我的图层", "甲")
    assert group["color"] != layers.frame_groups({"a": own, "b": own})[1]["color"]
