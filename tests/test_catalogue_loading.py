"""Layers as people bring them: formats, encodings, coordinate systems, classes, validity."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.catalogue import layers_table
from geo_rectify.catalogue.classes import classify_word
from geo_rectify.crs import areas_m2, gcj02_to_bd09, wgs84_to_gcj02
from geo_rectify.errors import LayerError
from geo_rectify.regions import area_polygon
from geo_rectify.tables import LAYER_ZONES, validate
from geo_rectify.vocabulary import LayerRole, ZoneClass
from tests.catalogue_cases import (
    DAY,
    EAST,
    NORTH,
    entry,
    load,
    write_catalogue,
    write_vector,
    zones_4548,
)

if TYPE_CHECKING:
    from pathlib import Path

AREAS = (400 * 300, 2400 * 2300 - 400 * 300)  # in the plane; the ellipsoid's differ by 1e-5


def _assert_zones(layers, *, tolerance: float = 1e-4):
    validate(layers.zones, LAYER_ZONES)
    assert list(layers.zones["zone_class"]) == ["water_1", "water_2"]
    assert list(layers.zones["zone_name"]) == ["某水源地", "某水源地"]
    np.testing.assert_allclose(areas_m2(layers.zones.geometry), AREAS, rtol=tolerance)


def _shifted(frame, shift):
    def move(xy):
        return np.column_stack(shift(xy[:, 0], xy[:, 1]))

    moved = frame.copy()
    dense = shapely.segmentize(frame.geometry.to_numpy(), 0.0005)
    moved["geometry"] = shapely.transform(dense, move)
    return moved


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "fgb", "kml", "gml", "gdb", "shp"])
def test_every_format_gives_the_same_zones(tmp_path: Path, suffix: str):
    folder = write_catalogue(tmp_path / "图层 [甲] (1)", entry(path=f"某 区.{suffix}"))
    frame = zones_4548()
    options = {"encoding": "UTF-8"} if suffix == "shp" else {}
    if suffix in {"geojson", "kml"}:
        frame = frame.to_crs("EPSG:4326")
    if suffix == "kml":
        options = {"driver": "LIBKML"}
    if suffix == "gdb":
        options = {"driver": "OpenFileGDB"}
    write_vector(frame, folder / f"某 区.{suffix}", **options)
    layers = load(folder)
    _assert_zones(layers)
    info = layers.infos[0]
    assert info.feature_count == 2
    assert info.vertex_count == 15
    assert len(info.sha256) == 64
    assert info.version == f"2023-01-01-{info.sha256[:8]}"
    assert info.in_force


@pytest.mark.parametrize("epsg", [4490, 4326, 4548, 4527, 32650])
def test_a_carried_system_is_brought_to_4490(tmp_path: Path, epsg: int):
    folder = write_catalogue(tmp_path, entry(path="a.gpkg"))
    write_vector(zones_4548().to_crs(epsg), folder / "a.gpkg")
    layers = load(folder)
    _assert_zones(layers)
    assert layers.infos[0].crs == f"EPSG:{epsg}"
    assert layers.zones.crs.to_epsg() == 4490


@pytest.mark.parametrize("epsg", [4548, 4527, 4490])
def test_a_missing_system_is_declared_and_said(tmp_path: Path, epsg: int):
    folder = write_catalogue(tmp_path, entry(path="a.shp", crs=f"EPSG:{epsg}"))
    write_vector(zones_4548().to_crs(epsg), folder / "a.shp", encoding="UTF-8")
    (folder / "a.prj").unlink()
    layers = load(folder)
    _assert_zones(layers)
    assert any(f"EPSG:{epsg}" in text for text in layers.infos[0].assumptions)


@pytest.mark.parametrize(
    ("epsg", "remedy"), [(4548, "EPSG:4548"), (4527, "EPSG:4527"), (4490, "EPSG:4490")]
)
def test_a_missing_system_is_refused_with_a_guess(tmp_path: Path, epsg: int, remedy: str):
    folder = write_catalogue(tmp_path, entry(path="a.gpkg"))
    write_vector(zones_4548().to_crs(epsg).set_crs(None, allow_override=True), folder / "a.gpkg")
    with pytest.raises(LayerError, match=rf"layer 'water'.*no coordinate system.*\"{remedy}\""):
        load(folder)


@pytest.mark.parametrize("legacy", ["EPSG:4610", "EPSG:4214", "EPSG:2433", "EPSG:2384"])
def test_legacy_datums_are_refused_without_parameters(tmp_path: Path, legacy: str):
    frame = zones_4548().to_crs(4490)
    if legacy in {"EPSG:2433", "EPSG:2384"}:
        frame = zones_4548()
    folder = write_catalogue(tmp_path, entry(path="a.gpkg"))
    write_vector(frame.set_crs(legacy, allow_override=True), folder / "a.gpkg")
    with pytest.raises(LayerError, match=r"layer 'water'.*to_4490"):
        load(folder)


def test_legacy_datums_are_taken_with_parameters(tmp_path: Path):
    pipeline = (
        "+proj=pipeline +step +proj=axisswap +order=1,2 +step +inv +proj=tmerc +lat_0=0 "
        "+lon_0=117 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", to_4490=pipeline))
    frame = zones_4548().set_crs("EPSG:2384", allow_override=True)
    write_vector(frame, folder / "a.gpkg")
    layers = load(folder)
    _assert_zones(layers)
    assert any("+proj=pipeline" in text for text in layers.infos[0].assumptions)


def test_a_pipeline_that_leads_elsewhere_is_refused(tmp_path: Path):
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", to_4490="+proj=noop"))
    write_vector(zones_4548(), folder / "a.gpkg")
    with pytest.raises(LayerError, match=r"layer 'water'.*to_4490.*outside China"):
        load(folder)


def test_two_different_systems_are_refused(tmp_path: Path):
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", crs="EPSG:4547"))
    write_vector(zones_4548(), folder / "a.gpkg")
    with pytest.raises(LayerError, match=r"layer 'water'.*EPSG:4547.*remove crs"):
        load(folder)


@pytest.mark.parametrize("declared", ["EPSG:4527", "EPSG:4490"])
def test_a_wrong_system_is_refused(tmp_path: Path, declared: str):
    folder = write_catalogue(tmp_path, entry(path="a.shp", crs=declared))
    write_vector(zones_4548(), folder / "a.shp", encoding="UTF-8")
    (folder / "a.prj").unlink()
    with pytest.raises(LayerError, match=r"layer 'water'.*write crs = \"EPSG:4548\""):
        load(folder)


def test_swapped_axes_are_refused(tmp_path: Path):
    frame = zones_4548()
    frame["geometry"] = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    folder = write_catalogue(tmp_path, entry(path="a.gpkg"))
    write_vector(frame, folder / "a.gpkg")
    with pytest.raises(LayerError, match=r"layer 'water'.*swapped"):
        load(folder)


def test_a_geojson_in_the_plane_takes_the_declared_system(tmp_path: Path):
    frame = zones_4548()
    write_vector(frame.set_crs(None, allow_override=True), tmp_path / "a.geojson")
    folder = write_catalogue(tmp_path, entry(path="a.geojson"))
    with pytest.raises(LayerError, match=r'no degrees.*write crs = "EPSG:4548"'):
        load(folder)
    write_catalogue(tmp_path, entry(path="a.geojson", crs="EPSG:4548"))
    _assert_zones(load(folder))


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_a_shifted_datum_is_taken_back(tmp_path: Path, datum: str):
    def shift(lon, lat):
        lon, lat = wgs84_to_gcj02(lon, lat)
        return gcj02_to_bd09(lon, lat) if datum == "BD-09" else (lon, lat)

    plain = zones_4548().to_crs(4326)
    folder = write_catalogue(tmp_path, entry(path="a.geojson", datum=datum))
    write_vector(_shifted(plain, shift), folder / "a.geojson", COORDINATE_PRECISION=10)
    layers = load(folder)
    _assert_zones(layers)
    for found, wanted in zip(layers.zones.geometry, plain.geometry, strict=True):
        assert shapely.hausdorff_distance(found, wanted) < 1e-6
    assert any(datum in text for text in layers.infos[0].assumptions)


def test_long_edges_follow_the_plane_they_were_drawn_in(tmp_path: Path):
    west, south = EAST - 20_000, NORTH - 15_000
    square = shapely.box(west, south, west + 40_000, south + 30_000)
    frame = gpd.GeoDataFrame(geometry=[square], crs="EPSG:4548")
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", role="forest_park"))
    write_vector(frame, folder / "a.gpkg")
    layers = load(folder)
    shape = layers.zones.geometry.iloc[0]
    assert shapely.get_num_coordinates(shape) == 2 * (80 + 60) + 1
    back = layers.zones.to_crs(4548).geometry.iloc[0]
    assert shapely.hausdorff_distance(back, square) < 1e-3
    assert layers.infos[0].vertex_count == 5


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("GB18030", None), ("GB18030", "UTF-8"), ("UTF-8", None), ("UTF-8", "GBK")],
)
def test_shapefile_text_is_told_by_its_bytes(tmp_path: Path, encoding: str, cpg: str | None):
    folder = write_catalogue(tmp_path, entry(path="a.shp", name_field="名称", class_field="级别"))
    write_vector(zones_4548()[["名称", "级别", "geometry"]], folder / "a.shp", encoding=encoding)
    if cpg is None:
        (folder / "a.cpg").unlink()
    else:
        (folder / "a.cpg").write_text(cpg)
    layers = load(folder)
    _assert_zones(layers)
    said = any("GB18030" in text for text in layers.infos[0].assumptions)
    assert said == (encoding == "GB18030")


def test_a_name_cut_off_within_a_character_is_still_utf8(tmp_path: Path):
    frame = zones_4548()
    frame["名称"] = "长" * 100  # 300 bytes in a field of at most 254
    folder = write_catalogue(tmp_path, entry(path="a.shp"))
    write_vector(frame, folder / "a.shp", encoding="UTF-8")
    (folder / "a.cpg").unlink()
    assert load(folder).zones["zone_name"].iloc[0].startswith("长" * 80)


def test_an_unknown_encoding_asks(tmp_path: Path):
    folder = write_catalogue(tmp_path, entry(path="a.shp"))
    write_vector(zones_4548(), folder / "a.shp", encoding="UTF-8")
    dbf = folder / "a.dbf"
    dbf.write_bytes(dbf.read_bytes().replace("某".encode(), b"\xff\xff\xff"))
    with pytest.raises(LayerError, match=r"layer 'water'.*a\.shp.*encoding = "):
        load(folder)


@pytest.mark.parametrize(
    ("role", "word", "found"),
    [
        ("water_source", "一级", "water_1"),
        ("water_source", "Ⅰ级", "water_1"),
        ("water_source", "I 级", "water_1"),
        ("water_source", "1级", "water_1"),
        ("water_source", "１", "water_1"),
        ("water_source", "一级保护区（陆域）", "water_1"),
        ("water_source", "饮用水水源二级保护区-水域", "water_2"),
        ("water_source", "Ⅱ级", "water_2"),
        ("water_source", "准保护区", "water_quasi"),
        ("water_source", "准", "water_quasi"),
        ("water_source", "water_2", "water_2"),
        ("water_source", "一级、二级", None),
        ("water_source", "三级", None),
        ("water_source", "", None),
        ("nature_reserve", "核心区", "reserve_core"),
        ("nature_reserve", "核心保护区", "reserve_core"),
        ("nature_reserve", "一般控制区", "reserve_general"),
        ("nature_reserve", "缓冲区", "reserve_buffer"),
        ("nature_reserve", "实验区", "reserve_experimental"),
        ("nature_reserve", "一级", None),
        ("public_forest", "国家级", "public_forest_1"),
        ("public_forest", "国家二级公益林", "public_forest_1"),
        ("public_forest", "省级公益林", "public_forest_2"),
        ("public_forest", "一级", None),
        ("public_forest", "地方", None),
    ],
)
def test_usual_spellings_of_classes(role: str, word: str, found: str | None):
    got = classify_word(word, role=LayerRole(role), class_map={})
    assert (None if got is None else got.value) == found


def test_the_entrys_own_words_come_first():
    own = {"甲类": ZoneClass.WATER_1, "准": ZoneClass.WATER_2}
    role = LayerRole.WATER_SOURCE
    assert classify_word("甲类", role=role, class_map=own) is ZoneClass.WATER_1
    assert classify_word("甲 类", role=role, class_map=own) is ZoneClass.WATER_1
    assert classify_word("准", role=role, class_map=own) is ZoneClass.WATER_2


@given(word=st.text(max_size=12))
@settings(deadline=None, max_examples=100)
def test_no_word_gets_a_class_of_another_role(word: str):
    for role in (LayerRole.WATER_SOURCE, LayerRole.PUBLIC_FOREST, LayerRole.RED_LINE):
        found = classify_word(word, role=role, class_map={})
        assert found is None or found.value.startswith(role.value.split("_")[0])


def test_a_word_nothing_maps_is_reported_and_cut_out_of_the_coverage(tmp_path: Path):
    frame = zones_4548()
    frame.loc[1, "级别"] = "特级"
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", coverage="adcode:360200"))
    write_vector(frame, folder / "a.gpkg")
    layers = load(folder)
    assert list(layers.zones["zone_class"]) == ["water_1"]
    info = layers.infos[0]
    assert info.classes == (ZoneClass.WATER_1,)
    assert len(info.rejects) == 1
    assert "特级" in info.rejects[0]
    left_out = frame.to_crs(4490).geometry.iloc[1].representative_point()
    assert area_polygon("360200").contains(left_out)
    assert not info.coverage.covers(left_out)
    assert layers_table(layers)["rejects"].iloc[0] == 1


def test_one_class_for_a_whole_layer(tmp_path: Path):
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", **{"class": "water_quasi"}))
    write_vector(zones_4548(), folder / "a.gpkg")
    layers = load(folder)
    assert set(layers.zones["zone_class"]) == {"water_quasi"}
    assert layers.infos[0].classes == (ZoneClass.WATER_QUASI,)


def test_a_layer_without_a_class_says_which_fields_there_are(tmp_path: Path):
    folder = write_catalogue(tmp_path, entry(path="a.gpkg"))
    write_vector(zones_4548().drop(columns="级别"), folder / "a.gpkg")
    with pytest.raises(LayerError, match=r"layer 'water'.*class_field.*名称, 编号"):
        load(folder)


@pytest.mark.parametrize("key", ["name_field", "class_field", "id_field"])
def test_a_field_the_file_lacks_is_named_with_those_it_has(tmp_path: Path, key: str):
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", **{key: "没有"}))
    write_vector(zones_4548(), folder / "a.gpkg")
    with pytest.raises(LayerError, match=rf"layer 'water': {key} = '没有'.*名称, 级别, 编号"):
        load(folder)


def test_old_reserve_zones_are_kept_with_a_note(tmp_path: Path):
    frame = zones_4548()
    frame["级别"] = ["核心区", "缓冲区"]
    extra = {"role": "nature_reserve", "class_field": "级别"}
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", **extra))
    write_vector(frame, folder / "a.gpkg")
    layers = load(folder)
    assert list(layers.zones["zone_class"]) == ["reserve_core", "reserve_buffer"]
    assert any("缓冲区" in text for text in layers.infos[0].assumptions)


def test_zone_ids_follow_shape_and_name_or_a_field(tmp_path: Path):
    frame = zones_4548()
    folder = write_catalogue(tmp_path, entry(path="a.gpkg"))
    write_vector(frame, folder / "a.gpkg")
    first = set(load(folder).zones["zone_id"])
    (folder / "a.gpkg").unlink()
    write_vector(frame.iloc[::-1], folder / "a.gpkg")
    assert set(load(folder).zones["zone_id"]) == first
    write_catalogue(tmp_path, entry(path="a.gpkg", id_field="编号"))
    assert set(load(folder).zones["zone_id"]) == {"water:A", "water:B"}
    write_catalogue(tmp_path, entry(path="a.gpkg", id_field="名称"))
    again = load(folder)
    assert again.zones["zone_id"].is_unique
    assert all(each.startswith("water:某水源地-") for each in again.zones["zone_id"])


@pytest.mark.parametrize(
    ("start", "end", "in_force"),
    [
        (dt.date(2024, 6, 1), dt.date(2024, 6, 1), True),
        (dt.date(2024, 6, 2), None, False),
        (None, dt.date(2024, 5, 31), False),
        (None, None, True),
    ],
)
def test_a_layer_takes_part_only_in_force(tmp_path: Path, start, end, in_force):
    keys = {"valid_from": start, "valid_to": end, "coverage": "adcode:360200"}
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", **keys))
    write_vector(zones_4548(), folder / "a.gpkg")
    layers = load(folder, as_of=DAY)
    info = layers.infos[0]
    assert info.in_force is in_force
    assert len(layers.zones) == (2 if in_force else 0)
    assert (info.coverage is not None) is in_force
    assert layers_table(layers)["in_force"].iloc[0] == ("yes" if in_force else "no")
    if not in_force:
        assert any("不参与判定" in text for text in info.assumptions)
        assert "takes no part" in layers_table(layers)["notes"].iloc[0]


def test_coverage_by_code_extent_file_or_not_at_all(tmp_path: Path):
    write_vector(zones_4548(), tmp_path / "a.gpkg")
    area = shapely.box(EAST - 5000, NORTH - 5000, EAST + 5000, NORTH + 5000)
    write_vector(gpd.GeoDataFrame(geometry=[area], crs="EPSG:4548"), tmp_path / "范围.geojson")
    found = {}
    for coverage in ("adcode:360200", "extent", "范围.geojson", None):
        write_catalogue(tmp_path, entry(path="a.gpkg", coverage=coverage))
        layers = load(tmp_path)
        found[coverage] = layers.infos[0].coverage
        notes = layers_table(layers)["notes"].iloc[0]
        assert ("can never answer clear" in notes) is (coverage is None)
    assert found["adcode:360200"].equals(area_polygon("360200"))
    assert areas_m2([found["范围.geojson"]])[0] == pytest.approx(1e8, rel=1e-3)
    assert areas_m2([found["extent"]])[0] == pytest.approx(2400 * 2300, rel=0.02)
    assert found[None] is None


def test_a_layer_outside_its_coverage_is_refused(tmp_path: Path):
    folder = write_catalogue(tmp_path, entry(path="a.gpkg", coverage="adcode:110000"))
    write_vector(zones_4548(), folder / "a.gpkg")
    with pytest.raises(LayerError, match=r"layer 'water'.*coverage 'adcode:110000'"):
        load(folder)


def test_references_give_frames_and_no_zones(tmp_path: Path):
    line = shapely.LineString([(EAST, NORTH), (EAST + 900, NORTH)])
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    bow = shapely.transform(bow, lambda xy: xy + np.array([EAST, NORTH]))
    frame = gpd.GeoDataFrame(
        {"名称": ["某河", "某湖"], "长": [1.0, 2.0]}, geometry=[line, bow], crs="EPSG:4548"
    )
    folder = write_catalogue(tmp_path, entry("river", role="river", path="a.gpkg"))
    write_vector(frame, folder / "a.gpkg")
    layers = load(folder)
    assert layers.zones.empty
    validate(layers.zones, LAYER_ZONES)
    reference = layers.references["river"]
    assert list(reference["name"]) == ["某河", "某湖"]
    assert list(reference["长"]) == [1.0, 2.0]
    assert reference.crs.to_epsg() == 4490
    assert reference.geometry.is_valid.all()
    assert len(layers.infos[0].repairs) == 1


def test_a_container_asks_for_a_layer(tmp_path: Path):
    folder = write_catalogue(tmp_path, entry(path="a.gpkg"))
    write_vector(zones_4548(), folder / "a.gpkg", layer="一")
    write_vector(zones_4548(), folder / "a.gpkg", layer="二", append=True)
    with pytest.raises(LayerError, match=r"layer 'water'.*several layers.*一, 二"):
        load(folder)
    write_catalogue(tmp_path, entry(path="a.gpkg", layer="二"))
    _assert_zones(load(folder))
    write_catalogue(tmp_path, entry(path="a.gpkg", layer="三"))
    with pytest.raises(LayerError, match=r"layer 'water'.*no layer '三'.*一, 二"):
        load(folder)
