"""Catalogues: every key checked, all faults at once, several catalogues, the sample."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.catalogue import LayerEntry, check_catalogue, open_catalogue, sample_folder
from geo_rectify.catalogue.entries import check_table
from geo_rectify.errors import CatalogueError
from geo_rectify.vocabulary import ROLE_CLASSES, LayerRole, ZoneClass
from tests.catalogue_cases import DAY, entry, write_catalogue

if TYPE_CHECKING:
    from pathlib import Path

BASE = {
    "id": "a",
    "title": "t",
    "role": "water_source",
    "status": "official",
    "source": "s",
    "licence": "l",
    "sensitivity": "open",
    "path": "a.gpkg",
}


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({"id": "红线"}, "id", "ASCII"),
        ({"id": None}, "id", "is missing"),
        ({"role": "redline"}, "role", "did you mean 'red_line'"),
        ({"role": ["red_line"]}, "role", "is not one of"),
        ({"status": "Official"}, "status", "did you mean 'official'"),
        ({"sensitivity": None}, "sensitivity", "is missing"),
        ({"licence": ""}, "licence", "licence ="),
        ({"name_feild": "名称"}, "name_feild", "did you mean 'name_field'"),
        ({"title": 3}, "title", "string"),
        ({"valid_from": "2022-11-01"}, "valid_from", "without quotes"),
        (
            {"valid_from": dt.date(2024, 1, 1), "valid_to": dt.date(2023, 1, 1)},
            "valid_to",
            "before",
        ),
        ({"crs": "EPSG:999999"}, "crs", "no coordinate system"),
        ({"to_4490": "+proj=nothing"}, "to_4490", "no PROJ pipeline"),
        ({"datum": "GCJ02"}, "datum", "did you mean 'GCJ-02'"),
        ({"encoding": "GBQ"}, "encoding", "no known encoding"),
        ({"coverage": "adcode:36020"}, "coverage", "six digits"),
        ({"coverage": "360200"}, "coverage", "adcode:"),
        ({"coverage": "adcode:999999"}, "coverage", "999999"),
        ({"class": "forest_park"}, "class", "no class of role"),
        ({"class": "water_9"}, "class", "is not one of"),
        ({"class": "water_1", "class_field": "级别"}, "class", "keep one"),
        ({"class_map": {"甲": "water_1"}}, "class_map", "needs class_field"),
        ({"class_field": "级别", "class_map": {"甲": "farmland"}}, "class_map", "no class of role"),
        ({"class_field": "级别", "class_map": {"甲": "water9"}}, "class_map", "'甲'"),
        ({"role": "river", "class_field": "级别"}, "class_field", "no place with role"),
        ({"path": None}, "path", "is missing"),
        ({"url": "https://example.org/wfs"}, "url", "keep one"),
        ({"path": "a\0b.gpkg"}, "path", "a file inside"),
        ({"names": ["某地"]}, "names", "not_delineated"),
        ({"status": "not_delineated"}, "path", "remove it"),
        ({"status": "not_delineated", "path": None}, "names", "is missing"),
        (
            {"status": "not_delineated", "path": None, "names": ["某地"]},
            "applies_to",
            "is missing",
        ),
        (
            {"status": "not_delineated", "path": None, "names": ["某地"], "applies_to": "某县"},
            "applies_to",
            "must be an area",
        ),
    ],
)
def test_every_key_is_checked_and_the_fault_says_how_to_mend_it(change, key, said):
    table = {name: value for name, value in (BASE | change).items() if value is not None}
    made, faults = check_table(table)
    assert made is None
    assert any(where == key and said in told.english for where, told in faults), faults
    for _, told in faults:
        assert re.search(r"[一-鿿]{2}", told.chinese), told
        assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", told.chinese), told


def test_a_right_table_has_no_fault():
    made, faults = check_table(
        BASE | {"coverage": "adcode:360200", "valid_from": dt.date(2023, 1, 1)}
    )
    assert faults == []
    assert isinstance(made, LayerEntry)
    assert made.classes == ROLE_CLASSES[LayerRole.WATER_SOURCE]


def test_three_faults_of_one_catalogue_are_named_together(tmp_path: Path):
    folder = write_catalogue(
        tmp_path / "图 层 (1)",
        entry("first", role="redline", path="first.gpkg", crs="EPSG:0"),
        entry("second", path="missing.gpkg"),
        entry("third", path="../outside.gpkg", valid_to=dt.date(2020, 1, 1)),
    )
    with pytest.raises(CatalogueError) as caught:
        open_catalogue(folder)
    text = str(caught.value)
    for part in (
        "6 faults",
        "layer 'first': path: there is no file",
        str(folder / "catalogue.toml"),
        "layer 'first': role",
        "layer 'first': crs",
        "layer 'second': path: there is no file",
        "layer 'third': path: '../outside.gpkg' lies outside",
        "layer 'third': valid_to",
    ):
        assert part in text
    chinese = caught.value.chinese
    for part in (
        "图层共有6处问题",
        "图层“second”：path：没有文件",
        str(folder / "catalogue.toml"),
        "图层“first”：role：'redline'不在可用的词里",
        "图层“first”：crs：'EPSG:0'不是PROJ认得的坐标系",
        "图层“third”：valid_to",
    ):
        assert part in chinese


def test_faults_of_several_catalogues_are_named_together(tmp_path: Path):
    one = write_catalogue(tmp_path / "one", entry(role="a", path="x.gpkg"))
    two = write_catalogue(tmp_path / "two", entry(status="b", path="x.gpkg"))
    with pytest.raises(CatalogueError) as caught:
        open_catalogue(one, two)
    assert str(one) in str(caught.value)
    assert str(two) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[[layer]\n", "is no TOML"),
        ('title = "红线"'.encode("gb18030"), "save it again as UTF-8"),
        (b"", "holds no [[layer]] table"),
        (b"[layer]\nid = 'a'\n", "two brackets"),
        (b"layers = 1\n", "has no place at the top"),
    ],
)
def test_a_file_that_is_no_catalogue_says_why(tmp_path: Path, content: bytes, said: str):
    (tmp_path / "catalogue.toml").write_bytes(content)
    with pytest.raises(CatalogueError, match=r"catalogue\.toml") as caught:
        open_catalogue(tmp_path)
    assert said in str(caught.value)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path):
    text = entry(path=None, status="not_delineated", names=["某地"], applies_to="adcode:360200")
    (tmp_path / "catalogue.toml").write_bytes(text.encode("utf-8-sig"))
    assert len(open_catalogue(tmp_path).layers) == 1


@pytest.mark.parametrize("name", ["nothing", "empty folder", "red.gpkg"])
def test_a_source_that_is_no_catalogue_says_what_to_do(tmp_path: Path, name: str):
    (tmp_path / "empty folder").mkdir()
    (tmp_path / "red.gpkg").write_bytes(b"x")
    with pytest.raises(CatalogueError, match=name) as caught:
        open_catalogue(tmp_path / name)
    assert name in caught.value.chinese
    assert "请" in caught.value.chinese or "可以写" in caught.value.chinese


def test_a_later_catalogue_replaces_a_layer_of_the_same_id(tmp_path: Path):
    plain = {"status": "not_delineated", "names": ["某地"], "applies_to": "adcode:360200"}
    one = write_catalogue(tmp_path / "1", entry("a", title="旧", **plain), entry("b", **plain))
    two = write_catalogue(tmp_path / "2", entry("a", title="新", **plain))
    catalogue = open_catalogue(one, two)
    assert [(each.layer_id, each.entry.title) for each in catalogue.layers] == [
        ("a", "新"),
        ("b", "水源保护区"),
    ]


def test_one_id_twice_in_one_catalogue_is_a_fault(tmp_path: Path):
    plain = {"status": "not_delineated", "names": ["某地"], "applies_to": "adcode:360200"}
    folder = write_catalogue(tmp_path, entry("a", **plain), entry("a", **plain))
    with pytest.raises(CatalogueError, match="stands twice"):
        open_catalogue(folder)


def test_the_sample_never_joins_other_layers(tmp_path: Path):
    plain = {"status": "not_delineated", "names": ["某地"], "applies_to": "adcode:360200"}
    own = write_catalogue(tmp_path, entry("a", **plain))
    assert open_catalogue("sample").sample
    assert open_catalogue(sample_folder()).sample
    assert not open_catalogue(own).sample
    for other in ("sample", sample_folder()):
        with pytest.raises(CatalogueError, match="never join"):
            open_catalogue(other, own)


def test_no_source_gives_no_layers():
    assert open_catalogue().layers == ()


def test_checking_goes_on_after_faults(tmp_path: Path):
    plain = {"status": "not_delineated", "names": ["某地"], "applies_to": "adcode:360200"}
    folder = write_catalogue(
        tmp_path, entry("a", **plain), entry("b", role="x"), entry("c", path="gone.gpkg")
    )
    check = check_catalogue(folder, as_of=DAY)
    assert not check.sound
    assert list(check.table["layer_id"]) == ["a"]
    assert len(check.faults) == 3  # role and path of b, the file of c
    assert "no boundary yet: 某地" in check.table["notes"].iloc[0]


@given(
    table=st.dictionaries(
        st.sampled_from(
            [*BASE, "class", "class_map", "coverage", "valid_from", "valid_to", "names"]
        )
        | st.text(max_size=4),
        st.one_of(
            st.text(max_size=8),
            st.integers(),
            st.dates(),
            st.datetimes(),
            st.sampled_from([*ZoneClass]).map(str),
            st.lists(st.text(max_size=3), max_size=2),
            st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
        ),
        max_size=6,
    )
)
@settings(deadline=None, max_examples=100)
def test_no_table_breaks_the_check(table):
    made, faults = check_table(BASE | table)
    assert (made is None) == bool(faults)
