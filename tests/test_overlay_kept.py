"""The kept index: used again, safe with two processes, a full disk and damaged files."""

from __future__ import annotations

import errno
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import shapely

from geo_rectify.errors import GeoRectifyWarning
from geo_rectify.overlay import cache, kept, overlay_sites
from tests.test_overlay_engines import crowd


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GEO_RECTIFY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "WORTH_KEEPING", 0)
    return tmp_path / "cache" / "overlay"


def never(_shapes):
    message = "built again"
    raise AssertionError(message)


def test_an_index_is_built_once_and_gives_the_same_rows(folder, monkeypatch):
    sites, zones = crowd(1, sites=100, zones=80)
    first = overlay_sites(sites, zones, engine="grid")
    assert len(list(folder.iterdir())) == 1
    monkeypatch.setattr(kept, "build_index", never)
    again = overlay_sites(sites, zones, engine="grid")
    pd.testing.assert_frame_equal(again, first)
    # the index knows nothing of ids, classes and sites
    renamed = zones.assign(zone_id=[f"x{at}" for at in range(80)], zone_class="water_1")
    assert len(overlay_sites(sites.iloc[:50], renamed, engine="grid"))


def test_any_change_of_shape_makes_another_index(folder):
    sites, zones = crowd(1, sites=20, zones=30)
    ring = shapely.get_exterior_ring(zones.geometry.iloc[3])
    moved = zones.copy()
    moved.loc[3, "geometry"] = shapely.Polygon(np.nextafter(shapely.get_coordinates(ring), 200))
    holed = zones.copy()
    middle = shapely.centroid(zones.geometry.iloc[4])
    holed.loc[4, "geometry"] = shapely.difference(zones.geometry.iloc[4], middle.buffer(1e-5))
    less = zones.copy()
    less.loc[5, "geometry"] = None
    for frame in (zones, moved, holed, less, zones.iloc[::-1]):
        overlay_sites(sites, frame, engine="grid")
    assert len(list(folder.iterdir())) == 5


@pytest.mark.parametrize("damage", ["remove", "cut", "empty"])
def test_a_damaged_index_is_built_again(folder, damage):
    sites, zones = crowd(2, sites=50, zones=40)
    first = overlay_sites(sites, zones, engine="grid")
    file = next(folder.iterdir()) / "edge.npy"
    if damage == "remove":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: 200 if damage == "cut" else 0])
    pd.testing.assert_frame_equal(overlay_sites(sites, zones, engine="grid"), first)
    assert np.load(file).size > 100


def test_a_full_disk_costs_the_index_not_the_answer(folder, monkeypatch):
    sites, zones = crowd(2, sites=50, zones=40)
    wanted = overlay_sites(sites, zones, engine="geos")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache.np, "save", full)
    with pytest.warns(GeoRectifyWarning, match="could not be kept.*No space left"):
        made = overlay_sites(sites, zones, engine="grid")
    assert list(made["site_id"]) == list(wanted["site_id"])
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(folder):
    folder.parent.write_text("a file", encoding="utf-8")
    sites, zones = crowd(2, sites=10, zones=10)
    with pytest.warns(GeoRectifyWarning, match="could not be kept"):
        overlay_sites(sites, zones, engine="grid")


def test_off_keeps_nothing(folder, monkeypatch):
    monkeypatch.setenv("GEO_RECTIFY_CACHE", "off")
    sites, zones = crowd(2, sites=10, zones=10)
    overlay_sites(sites, zones, engine="grid")
    assert not folder.exists()


def test_old_indices_make_room(folder, monkeypatch):
    monkeypatch.setattr(cache, "_MOST_KEPT", 2)
    sites, _ = crowd(2, sites=10, zones=1)
    for seed in range(4):
        overlay_sites(sites, crowd(seed, sites=1, zones=5)[1], engine="grid")
    assert len(list(folder.iterdir())) == 2


SCRIPT = """
import sys
from geo_rectify.overlay import cache, kept, overlay_sites
from tests.test_overlay_engines import crowd
kept.WORTH_KEEPING = 0
sites, zones = crowd(7, sites=200, zones=200)
print("ready", flush=True)
sys.stdin.readline()
print(overlay_sites(sites, zones, engine="grid").to_csv())
"""


def test_two_processes_may_build_at_once(folder):
    command = [sys.executable, "-W", "error", "-c", SCRIPT]
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, **pipe) for _ in range(2)]
    assert [process.stdout.readline() for process in both] == ["ready\n", "ready\n"]
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == said[1]
    assert len(said[0]) > 1000
    assert len(list(folder.iterdir())) == 1
