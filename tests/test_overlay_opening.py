"""Zones opened from a file: the rows of the frame, without reading the file again."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_rectify.errors import CRSError, GeoRectifyWarning, InputFileError, TableError
from geo_rectify.overlay import open_zones, opening, overlay_classes, overlay_sites
from tests.test_overlay_engines import crowd, frames


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GEO_RECTIFY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "overlay"


def written(zones, tmp_path, name="zones.parquet"):
    path = tmp_path / name
    if name.endswith(".parquet"):
        zones.to_parquet(path)
    else:
        zones.to_file(path, engine="pyogrio")
    return path


@pytest.mark.parametrize("name", ["zones.parquet", "zones.gpkg", "zones.geojson"])
@pytest.mark.parametrize("engine", ["grid", "geos"])
@pytest.mark.parametrize("overlay", [overlay_sites, overlay_classes])
def test_the_rows_are_those_of_the_frame(tmp_path, name, engine, overlay):
    sites, zones = crowd(3, sites=150, zones=90)
    path = written(zones, tmp_path, name)
    wanted = (
        overlay(sites.to_crs(4326), gpd.read_file(path).to_crs(4326), engine=engine)
        if (name != "zones.parquet")
        else overlay(sites, zones, engine=engine)
    )
    for _ in range(2):
        pd.testing.assert_frame_equal(overlay(sites, open_zones(path), engine=engine), wanted)


def test_the_file_is_read_once(tmp_path, folder, monkeypatch):
    sites, zones = crowd(3, sites=50, zones=40)
    path = written(zones, tmp_path)
    first = overlay_sites(sites, open_zones(path), engine="grid")
    assert len(list(folder.iterdir())) == 1
    monkeypatch.setattr(opening.gpd, "read_parquet", None)
    pd.testing.assert_frame_equal(overlay_sites(sites, open_zones(path), engine="grid"), first)


def test_a_changed_file_is_read_anew(tmp_path):
    sites, zones = crowd(3, sites=50, zones=40)
    path = written(zones, tmp_path)
    old = open_zones(path)
    less = zones.iloc[:20]
    written(less, tmp_path)
    new = open_zones(path)
    assert (len(old), len(new)) == (40, 20)
    assert old.sha256 != new.sha256
    wanted = overlay_sites(sites, less, engine="grid")
    pd.testing.assert_frame_equal(overlay_sites(sites, new, engine="grid"), wanted)


def test_columns_and_class_may_be_named(tmp_path):
    sites, zones = crowd(3, sites=50, zones=40)
    other = zones.rename(columns={"zone_id": "编号", "zone_class": "类别"})
    path = written(other, tmp_path)
    wanted = overlay_sites(sites, zones)
    named = open_zones(path, id_field="编号", class_field="类别")
    pd.testing.assert_frame_equal(overlay_sites(sites, named), wanted)
    one = overlay_classes(sites, open_zones(path, id_field="编号", zone_class="forest_park"))
    assert set(one["zone_class"]) == {"forest_park"}
    with pytest.raises(TableError, match=r"no column 'zone_id', 'zone_class'; it has 编号, 类别"):
        open_zones(path)


def test_invalid_zones_are_told_and_give_the_same_rows(tmp_path):
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    sites, zones = frames([shapely.box(0.2, 0.2, 1.8, 1.8)], [], (117.2, 29.3), 0.001)
    zones = gpd.GeoDataFrame(
        {"zone_id": ["z0"], "zone_class": ["red_line"]},
        geometry=shapely.transform([bow], lambda xy: xy * 0.001 + (117.2, 29.3)),
        crs=4490,
    )
    path = written(zones, tmp_path)
    with pytest.warns(GeoRectifyWarning, match="z0"):
        wanted = overlay_sites(sites, zones, engine="geos")
    for engine in ("grid", "geos"):
        with pytest.warns(GeoRectifyWarning, match="z0"):
            made = overlay_sites(sites, open_zones(path), engine=engine)
        pd.testing.assert_frame_equal(made, wanted)


def test_without_a_cache_the_file_is_read_each_time(tmp_path, monkeypatch):
    monkeypatch.setenv("GEO_RECTIFY_CACHE", "off")
    sites, zones = crowd(3, sites=50, zones=40)
    path = written(zones, tmp_path)
    pd.testing.assert_frame_equal(
        overlay_sites(sites, open_zones(path)), overlay_sites(sites, zones)
    )


def test_faults_name_the_file_and_the_remedy(tmp_path):
    with pytest.raises(InputFileError, match=r"nowhere\.gpkg: cannot be read"):
        open_zones(tmp_path / "nowhere.gpkg")
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"no such thing")
    with pytest.raises(InputFileError, match=r"broken\.gpkg: cannot be read as zones"):
        open_zones(broken)
    _, zones = crowd(3, sites=1, zones=5)
    with pytest.raises(CRSError):
        open_zones(written(zones.to_crs(4548), tmp_path))
    sites, zones = crowd(3, sites=1, zones=5)
    with pytest.raises(TypeError, match="takes zones as a frame"):
        overlay_sites(sites, open_zones(written(zones, tmp_path)), engine="dask")
