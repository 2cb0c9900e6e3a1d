"""Layer files that cannot be read: one clear message with layer, file and remedy."""

from __future__ import annotations

import json
import shutil
import struct
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from geo_rectify.catalogue import check_catalogue, files
from geo_rectify.errors import LayerError
from tests.catalogue_cases import DAY, entry, load, write_catalogue, write_vector, zones_4548

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a sound shapefile, whose catalogue each test writes."""
    write_catalogue(tmp_path, entry(path="a.shp"))
    write_vector(zones_4548(), tmp_path / "a.shp", encoding="UTF-8")
    return tmp_path


def _fault(folder: Path) -> str:
    with pytest.raises(LayerError) as caught:
        load(folder)
    text = str(caught.value)
    assert "layer 'water'" in text
    assert str(folder / "catalogue.toml") in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize("suffixes", [[".dbf"], [".shx"], [".shx", ".dbf"]])
def test_missing_parts_of_a_shapefile_are_named(folder: Path, suffixes: list[str]):
    for suffix in suffixes:
        (folder / f"a{suffix}").unlink()
    text = _fault(folder)
    assert all(suffix in text for suffix in suffixes)
    assert "copy all files named a.*" in text


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_truncated_shapefile_is_refused(folder: Path, suffix: str, share: float):
    part = folder / f"a{suffix}"
    blob = part.read_bytes()
    part.write_bytes(blob[: max(1, int(len(blob) * share))])
    text = _fault(folder)
    assert f"a{suffix} is truncated" in text
    assert "copy or export it again" in text


def test_parts_of_two_versions_are_refused(folder: Path):
    write_vector(zones_4548().iloc[:1], folder / "b.shp", encoding="UTF-8")
    shutil.copy(folder / "b.dbf", folder / "a.dbf")
    assert "different versions" in _fault(folder)


def test_a_part_named_for_the_whole_is_told(folder: Path):
    write_catalogue(folder, entry(path="a.dbf"))
    assert "name its .shp" in _fault(folder)


def test_suffixes_in_capitals_are_fine(folder: Path):
    for suffix in ("shp", "shx", "dbf", "prj", "cpg"):
        (folder / f"a.{suffix}").rename(folder / f"A1.{suffix.upper()}")
    write_catalogue(folder, entry(path="A1.SHP"))
    assert len(load(folder).zones) == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.gpkg", b"", "is empty"),
        ("a.gpkg", b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "no vector file"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [{"type"', "no vector file"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "no features"),
        ("a.csv", "名称,级别\n某地,一级\n".encode(), "no coordinates among its columns"),
        ("a.zip", b"PK\x03\x04", "no sound zip"),
        (
            "a.gpkg",
            b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>b.shp</SrcDataSource>',
            "only points to another source",
        ),
    ],
)
def test_what_is_no_layer_is_refused(tmp_path: Path, name: str, content: bytes, said: str):
    write_catalogue(tmp_path, entry(path=name))
    (tmp_path / name).write_bytes(content)
    text = _fault(tmp_path)
    assert said in text
    assert name in text


def test_a_folder_that_is_no_geodatabase_is_refused(tmp_path: Path):
    write_catalogue(tmp_path, entry(path="sub"))
    (tmp_path / "sub").mkdir()
    assert "is a folder" in _fault(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path):
    write_catalogue(tmp_path, entry(path="gone/红线.gpkg"))
    text = _fault(tmp_path)
    assert str(tmp_path / "gone" / "红线.gpkg") in text
    assert "remove the entry" in text


@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "kml"])
def test_a_truncated_container_is_refused(tmp_path: Path, suffix: str):
    shapes = [shapely.Point(117.1 + n * 1e-3, 29.3).buffer(0.0005) for n in range(400)]
    frame = gpd.GeoDataFrame({"级别": ["一级"] * 400}, geometry=shapes, crs="EPSG:4326")
    options = {"driver": "LIBKML"} if suffix == "kml" else {}
    path = write_vector(frame, tmp_path / f"a.{suffix}", **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    write_catalogue(tmp_path, entry(path=path.name))
    text = _fault(tmp_path)
    assert path.name in text
    assert "export it" in text
    if suffix == "fgb":
        assert "reading stops after" in text


def test_a_geojson_with_nan_loses_that_feature_by_name(tmp_path: Path):
    frame = zones_4548().to_crs(4326)
    write_vector(frame, tmp_path / "a.geojson")
    whole = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    whole["features"][0]["geometry"]["coordinates"][0][2][0] = float("nan")
    (tmp_path / "a.geojson").write_text(json.dumps(whole), encoding="utf-8")
    write_catalogue(tmp_path, entry(path="a.geojson", coverage="adcode:360200"))
    layers = load(tmp_path)
    assert list(layers.zones["zone_class"]) == ["water_2"]
    assert "NaN" in layers.infos[0].rejects[0]
    assert layers.infos[0].coverage is None


def test_a_ring_left_open_loses_that_feature_by_name(folder: Path):
    shp = bytearray((folder / "a.shp").read_bytes())
    first_x = 100 + 8 + 4 + 32 + 8 + 4  # file and record header, type, box, counts, one part
    shp[first_x : first_x + 8] = struct.pack("<d", 519_001.0)
    (folder / "a.shp").write_bytes(shp)
    write_catalogue(folder, entry(path="a.shp", coverage="adcode:360200"))
    layers = load(folder)
    assert len(layers.zones) == 1
    assert "没有可读的几何" in layers.infos[0].rejects[0]
    assert layers.infos[0].coverage is None


def test_a_prj_in_a_foreign_encoding_is_told(folder: Path):
    (folder / "a.prj").write_bytes('GEOGCS["西安80"]'.encode("gb18030"))
    assert "write crs" in _fault(folder)


def test_a_wrong_declared_encoding_is_told(folder: Path):
    write_vector(zones_4548(), folder / "a.shp", encoding="GB18030")
    write_catalogue(folder, entry(path="a.shp", encoding="UTF-8"))
    assert 'encoding = "auto"' in _fault(folder)


def test_a_file_that_changes_while_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch):
    read = files._read

    def meddle(path, **options):
        raw = read(path, **options)
        with (folder / "a.dbf").open("ab") as file:
            file.write(b"\0")
        return raw

    monkeypatch.setattr(files, "_read", meddle)
    assert "changed while it was read" in _fault(folder)


@pytest.mark.parametrize("broken", ["missing", "line"])
def test_a_bad_coverage_file_is_told(folder: Path, broken: str):
    write_catalogue(folder, entry(path="a.shp", coverage="area.gpkg"))
    if broken == "line":
        line = shapely.LineString([(519_000, 3_240_000), (520_000, 3_240_000)])
        write_vector(gpd.GeoDataFrame(geometry=[line], crs=4548), folder / "area.gpkg")
    assert "coverage area.gpkg" in _fault(folder)


def test_all_broken_layers_are_named_together(folder: Path):
    (folder / "c.gpkg").write_bytes(b"x" * 200)
    write_catalogue(
        folder, entry("a", path="a.shp"), entry("b", path="b.gpkg"), entry("c", path="c.gpkg")
    )
    with pytest.raises(LayerError, match=r"(?s)2 faults.*layer 'b'.*layer 'c'"):
        load(folder)
    check = check_catalogue(folder, as_of=DAY)
    assert list(check.table["layer_id"]) == ["a"]
    assert len(check.faults) == 2
