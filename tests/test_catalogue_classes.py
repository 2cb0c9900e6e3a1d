"""Classes of zones from the words files use, in all their spellings."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner

from geo_rectify.catalogue.classes import classify_word, is_old_core
from geo_rectify.cli.app import app
from geo_rectify.vocabulary import ROLE_CLASSES, LayerRole
from tests.catalogue_cases import EAST, NORTH, entry, load, write_catalogue, write_vector

SPELLINGS = {
    ("water_source", "water_1"): (
        "一级 Ⅰ级 I级 1级 １级 1 壹级 第一级 一级区 一级保护区 一级保护区（水域） 一级保护区(陆域) "
        "一级陆域 一级水域 水域一级保护区 一级水域保护区 一级保护区-水域 一级保护区_陆域 一级（水） "
        "饮用水水源一级保护区 饮用水源一级保护区陆域 地表水饮用水水源一级保护区 一级保护区边界 "
        "集中式饮用水水源一级保护区 河流型水源地一级保护区 water_1"
    ),
    ("water_source", "water_2"): (
        "二级 Ⅱ级 II级 ii级 2级 2 贰级 二级保护区 二级陆域保护区 二级保护区（水域、陆域） "
        "县级集中式饮用水水源地二级保护区 湖库型水源地二级保护区"
    ),
    ("water_source", "water_quasi"): "准 准级 准保护区 准保护区（陆域） 饮用水水源准保护区",
    ("nature_reserve", "reserve_core"): (
        "核心区 核心保护区 核心 自然保护区核心区 自然保护地核心保护区 省级自然保护区核心区"
    ),
    ("nature_reserve", "reserve_general"): "一般控制区 一般控制 自然保护地一般控制区 一般管控区",
    ("nature_reserve", "reserve_buffer"): "缓冲区 缓冲 省级自然保护区缓冲区",
    ("nature_reserve", "reserve_experimental"): "实验区 试验区 国家级自然保护区实验区",
    ("public_forest", "public_forest_1"): (
        "国家级 国家级公益林 国家一级公益林 国家级一级公益林 国家级公益林（二级） 国家Ⅰ级公益林 "
        "国家级Ⅲ级 一级国家级公益林 国家级重点公益林 国家级生态公益林 国家公益林"
    ),
    ("public_forest", "public_forest_2"): "省级 省级公益林 省级生态公益林 省重点公益林",
    ("water_source", None): "三级 一、二级 一二级 水域 陆域 级 保护区 Ⅳ级",
    ("nature_reserve", None): "管控区 外围保护地带 严格保护区 季节性核心区 一级",
    ("public_forest", None): "地方公益林 市级公益林 县级 一级 商品林 公益林",
}
CASES = [
    (role, word, found) for (role, found), words in SPELLINGS.items() for word in words.split()
]


@pytest.mark.parametrize(("role", "word", "found"), CASES)
def test_spellings(role, word, found):
    got = classify_word(word, role=LayerRole(role), class_map={})
    assert (None if got is None else got.value) == found


@pytest.mark.parametrize("role", [role for role in LayerRole if len(ROLE_CLASSES[role]) == 1])
def test_roles_of_one_class_give_it_to_every_zone(tmp_path, role):
    folder = write_catalogue(tmp_path, entry("a", role=role.value, path="a.gpkg"))
    shapes = [shapely.box(EAST + at, NORTH, EAST + at + 50, NORTH + 50) for at in (0, 100)]
    frame = gpd.GeoDataFrame({"级别": ["甲", None]}, geometry=shapes, crs=4548)
    write_vector(frame, tmp_path / "a.gpkg")
    assert set(load(folder).zones["zone_class"]) == {ROLE_CLASSES[role][0].value}


@pytest.mark.parametrize(
    ("word", "old"),
    [("核心区", True), ("核心", True), ("自然保护区核心区", True), ("核心保护区", False)],
)
def test_the_core_of_the_three_old_zones_is_told_apart(word, old):
    assert is_old_core(word) is old


@pytest.mark.parametrize(
    ("words", "noted"),
    [(("核心区",), True), (("缓冲区", "实验区"), True), (("核心保护区", "一般控制区"), False)],
)
def test_old_zones_are_kept_with_a_note(tmp_path, words, noted):
    folder = write_catalogue(tmp_path, entry("a", role="nature_reserve", path="a.gpkg"))
    shapes = [
        shapely.box(EAST + at * 100, NORTH, EAST + at * 100 + 50, NORTH + 50) for at in (0, 1)
    ]
    frame = gpd.GeoDataFrame(
        {"功能分区": list(words)}, geometry=shapes[: len(words)], crs="EPSG:4548"
    )
    write_vector(frame, tmp_path / "a.gpkg")
    said = " ".join(load(folder).infos[0].assumptions)
    assert ("三区划分" in said) is noted


def test_check_lists_the_words_nothing_maps(tmp_path):
    folder = write_catalogue(
        tmp_path / "layers", entry("water", path="a.gpkg", coverage="adcode:360200")
    )
    words = ["一级", "丁", "丁", None, "丙类"]
    shapes = [
        shapely.box(EAST + at * 100, NORTH, EAST + at * 100 + 50, NORTH + 50) for at in range(5)
    ]
    write_vector(gpd.GeoDataFrame({"级别": words}, geometry=shapes, crs=4548), folder / "a.gpkg")
    assert load(folder).infos[0].unmapped == ("丁（2个）", "空值（1个）", "丙类（1个）")
    done = CliRunner().invoke(app, ["layers", "check", str(folder)], env={"COLUMNS": "80"})
    assert done.exit_code == 0
    assert "未对应 丁（2个）、空值（1个）、丙类（1个）" in " ".join(done.stdout.split())
