"""Kept layers: opened as they were checked, honest about change, damage, and full disks."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_rectify.catalogue import kept, load_layers, loading, open_catalogue
from geo_rectify.errors import CatalogueError, GeoRectifyWarning
from tests.catalogue_cases import DAY, EAST, NORTH, entry, write_catalogue, zones_4548

OLD_NS = 1_600_000_000_000_000_000


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GEO_RECTIFY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "_WORTH_KEEPING", 0)
    # Rested files: what was written just now counts as old, unless a test says otherwise.
    monkeypatch.setattr(kept, "_RESTED_NS", -1)
    return tmp_path / "cache" / "layers"


def bow_tie() -> shapely.Polygon:
    corners = [(EAST + 2000, NORTH), (EAST + 2100, NORTH + 100), (EAST + 2100, NORTH)]
    return shapely.Polygon([*corners, (EAST + 2000, NORTH + 100)])


def write_zones(path, *, shift: float = 0.0) -> None:
    frame = zones_4548()
    more = gpd.GeoDataFrame(
        {"名称": ["坏地", "无级"], "级别": ["准保护区", "丁"], "编号": ["C", "D"]},
        geometry=[bow_tie(), shapely.box(EAST + 3000, NORTH, EAST + 3100, NORTH + 100)],
        crs="EPSG:4548",
    )
    whole = pd.concat([frame, more], ignore_index=True)
    whole.geometry = whole.geometry.translate(shift)
    whole.to_file(path)


def catalogue(folder, **keys):
    folder.mkdir(exist_ok=True)
    given = {"path": "w.gpkg", "coverage": "adcode:360200", **keys}
    return write_catalogue(folder, entry(**given))


def load(folder):
    return load_layers(open_catalogue(folder), as_of=DAY)


def folders(cache) -> list[str]:
    return sorted(each.name for each in cache.iterdir() if each.name != "seen")


def never(*_args, **_kwargs):
    message = "read again"
    raise AssertionError(message)


def same(one, other) -> None:
    pd.testing.assert_frame_equal(one.zones, other.zones)
    wkb = [shapely.to_wkb(each.zones.geometry.to_numpy()).tolist() for each in (one, other)]
    assert wkb[0] == wkb[1]
    assert one.infos == other.infos
    for name, frame in one.references.items():
        pd.testing.assert_frame_equal(frame, other.references[name])


def test_a_layer_is_read_once_and_comes_back_as_it_was(cache, tmp_path, monkeypatch):
    folder = tmp_path / "layers"
    catalogue(folder)
    write_zones(folder / "w.gpkg")
    first = load(folder)
    assert first.infos[0].repairs
    assert first.infos[0].rejects
    assert len(folders(cache)) == 1
    monkeypatch.setattr(loading, "read_layer", never)
    monkeypatch.setattr(kept, "hash_file", never)
    same(load(folder), first)


@pytest.mark.parametrize("lines", [True, False])
def test_references_come_back_with_all_their_columns(cache, tmp_path, monkeypatch, lines):
    folder = tmp_path / "layers"
    keys = {"role": "river" if lines else "admin", "coverage": None}
    catalogue(folder, **keys)
    shape = shapely.LineString([(117.1, 29.2), (117.2, 29.3)]) if lines else zones_4548().geometry
    frame = gpd.GeoDataFrame(
        {
            "名称": ["某河", None],
            "长": [1.5, float("nan")],
            "级": [1, 2],
            "日": pd.to_datetime(["2020-01-01", None]),
            "真": [True, False],
        },
        geometry=[shape, shape] if lines else list(shape),
        crs=4490 if lines else 4548,
    )
    frame.to_file(folder / "w.gpkg")
    first = load(folder)
    assert len(folders(cache)) == 1
    monkeypatch.setattr(loading, "read_layer", never)
    same(load(folder), first)


@pytest.mark.parametrize(
    "key", [{"title": "另一个"}, {"status": "draft"}, {"class_map": {"丁": "water_2"}}]
)
def test_another_entry_makes_another_layer(cache, tmp_path, key):
    folder = tmp_path / "layers"
    catalogue(folder)
    write_zones(folder / "w.gpkg")
    load(folder)
    if "class_map" in key:
        key = {"class_field": "级别", **key}
    catalogue(folder, **key)
    again = load(folder)
    assert len(folders(cache)) == 2
    assert again.infos[0].title == key.get("title", "水源保护区")
    assert ("water_2" in set(again.zones["zone_class"])) is True


def test_a_file_replaced_with_its_old_date_is_noticed(cache, tmp_path):
    folder = tmp_path / "layers"
    catalogue(folder)
    file = folder / "w.gpkg"
    write_zones(file)
    os.utime(file, ns=(OLD_NS, OLD_NS))
    first = load(folder)
    size = file.stat().st_size
    write_zones(tmp_path / "other.gpkg", shift=50.0)
    os.utime(tmp_path / "other.gpkg", ns=(OLD_NS, OLD_NS))
    (tmp_path / "other.gpkg").replace(file)
    assert file.stat().st_size == size
    assert load(folder).infos[0].sha256 != first.infos[0].sha256


def test_a_file_written_a_moment_ago_is_hashed_again(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "_RESTED_NS", 10**12)
    folder = tmp_path / "layers"
    catalogue(folder)
    write_zones(folder / "w.gpkg")
    load(folder)
    assert not (cache / "seen").exists()
    hashed = []
    real = kept.hash_file
    monkeypatch.setattr(kept, "hash_file", lambda path: (hashed.append(path), real(path))[1])
    load(folder)
    assert len(hashed) == 1


@pytest.mark.parametrize("part", ["w.dbf", "w.prj", "w.cpg"])
def test_every_part_of_a_shapefile_counts(cache, tmp_path, part):
    folder = tmp_path / "layers"
    catalogue(folder, path="w.shp")
    write_zones(folder / "w.shp")
    first = load(folder)
    blob = (folder / part).read_bytes()
    if part == "w.dbf":
        blob = blob.replace("坏地".encode(), "好地".encode())
    elif part == "w.cpg":
        blob = b"utf-8"
    else:
        blob += b" "
    (folder / part).write_bytes(blob)
    assert load(folder).infos[0].sha256 != first.infos[0].sha256
    (folder / "w.dbf").unlink()
    with pytest.raises(CatalogueError, match=r"no \.dbf"):
        load(folder)


def test_a_file_of_a_geodatabase_counts(cache, tmp_path):
    folder = tmp_path / "layers"
    catalogue(folder, path="w.gdb", layer="水源")
    zones_4548().to_file(folder / "w.gdb", layer="水源", driver="OpenFileGDB")
    first = load(folder)
    table = max((folder / "w.gdb").glob("*.gdbtable"), key=lambda file: file.stat().st_size)
    blob = table.read_bytes()
    os.utime(table, ns=(OLD_NS, OLD_NS))
    assert load(folder).infos[0].sha256 == first.infos[0].sha256
    table.write_bytes(blob + b"\0")
    assert load(folder).infos[0].sha256 != first.infos[0].sha256


def test_a_coverage_file_counts(cache, tmp_path):
    folder = tmp_path / "layers"
    catalogue(folder, coverage="area.gpkg")
    write_zones(folder / "w.gpkg")
    area = gpd.GeoDataFrame(
        geometry=[shapely.box(EAST - 5000, NORTH - 5000, EAST + 5000, NORTH + 5000)], crs=4548
    )
    area.to_file(folder / "area.gpkg")
    first = load(folder)
    area.geometry = area.geometry.buffer(100)
    area.to_file(folder / "area.gpkg")
    assert load(folder).infos[0].coverage.area > first.infos[0].coverage.area


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        ("remove", "coverage.wkb"),
        ("cut", "shapes.wkb"),
        ("cut", "about.json"),
        ("flip", "starts.npy"),
        ("flip", "columns.json"),
    ],
)
def test_a_damaged_layer_is_built_again(cache, tmp_path, damage, part):
    folder = tmp_path / "layers"
    catalogue(folder)
    write_zones(folder / "w.gpkg")
    first = load(folder)
    (home,) = (cache / name for name in folders(cache))
    file = home / part
    blob = bytearray(file.read_bytes())
    if damage == "remove":
        file.unlink()
    elif damage == "flip":
        blob[len(blob) // 2] ^= 0xFF
        file.write_bytes(blob)
    else:
        file.write_bytes(blob[: len(blob) // 2])
    same(load(folder), first)
    assert (home / file.name).stat().st_size > len(blob) // 2
    same(load(folder), first)


def test_a_full_disk_costs_the_kept_layer_not_the_answer(cache, tmp_path, monkeypatch):
    folder = tmp_path / "layers"
    catalogue(folder)
    write_zones(folder / "w.gpkg")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kept.Path, "write_bytes", full)
    with pytest.warns(GeoRectifyWarning, match="could not be kept.*No space left"):
        layers = load(folder)
    assert len(layers.zones) == 3
    assert folders(cache) == []


def test_a_folder_that_cannot_be_made_is_told(cache, tmp_path):
    cache.parent.write_text("a file", encoding="utf-8")
    folder = tmp_path / "layers"
    catalogue(folder)
    write_zones(folder / "w.gpkg")
    with pytest.warns(GeoRectifyWarning, match="could not be kept"):
        assert len(load(folder).zones) == 3


def test_off_keeps_nothing(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("GEO_RECTIFY_CACHE", "off")
    folder = tmp_path / "layers"
    catalogue(folder)
    write_zones(folder / "w.gpkg")
    load(folder)
    assert not cache.exists()


def test_old_layers_make_room(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "_MOST_KEPT", 2)
    folder = tmp_path / "layers"
    folder.mkdir()
    write_zones(folder / "w.gpkg")
    for title in "甲乙丙丁":
        catalogue(folder, title=title)
        load(folder)
    assert len(folders(cache)) == 2


def test_a_zip_is_kept_under_its_own_hash(cache, tmp_path, monkeypatch):
    folder = tmp_path / "layers"
    catalogue(folder, path="w.zip")
    write_zones(tmp_path / "w.gpkg")
    with zipfile.ZipFile(folder / "w.zip", "w") as archive:
        archive.write(tmp_path / "w.gpkg", "w.gpkg")
    first = load(folder)
    monkeypatch.setattr(loading, "read_layer", never)
    same(load(folder), first)


SCRIPT = """
import sys
from geo_rectify.catalogue import kept, load_layers, open_catalogue
from tests.catalogue_cases import DAY
kept._WORTH_KEEPING = 0
print("ready", flush=True)
sys.stdin.readline()
layers = load_layers(open_catalogue(sys.argv[1]), as_of=DAY)
print(layers.zones.to_wkt().to_csv(), layers.infos[0])
"""


def test_two_processes_may_build_at_once(cache, tmp_path):
    folder = tmp_path / "layers"
    catalogue(folder)
    write_zones(folder / "w.gpkg")
    command = [sys.executable, "-W", "error", "-c", SCRIPT, str(folder)]
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, **pipe) for _ in range(2)]
    assert [process.stdout.readline() for process in both] == ["ready\n", "ready\n"]
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == said[1]
    assert len(said[0]) > 500
    assert len(folders(cache)) == 1
