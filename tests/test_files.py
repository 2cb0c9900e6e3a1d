"""Files that come out the same twice, and cells no spreadsheet takes for formulas."""

from __future__ import annotations

import datetime as dt
import time
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_rectify import files

STAMP = dt.date(2024, 5, 1)


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_formulas_are_guarded(text):
    assert files.guard_formula(text) == "'" + text


@pytest.mark.parametrize("value", ["a=1", "", None, -1, 2.5])
def test_other_cells_are_left_alone(value):
    assert files.guard_formula(value) is value


def test_csv_has_a_bom_and_no_geometry(tmp_path):
    frame = gpd.GeoDataFrame({"名称": ["=x"], "n": [-1]}, geometry=[shapely.Point(1, 2)], crs=4490)
    files.write_csv(frame, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == "\ufeff名称,n\n'=x,-1\n".encode()


def test_geopackage_is_the_same_twice(tmp_path):
    frame = gpd.GeoDataFrame({"a": ["x", None]}, geometry=[shapely.Point(1, 2), None], crs=4490)
    layers = {"sites": frame, "unlocated": pd.DataFrame({"b": ["y"]})}
    for name in ("one.gpkg", "two.gpkg"):
        files.write_geopackage(layers, tmp_path / name, stamp=STAMP)
        time.sleep(0.01)
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()
    assert list(gpd.list_layers(tmp_path / "one.gpkg")["name"]) == ["sites", "unlocated"]
    back = gpd.read_file(tmp_path / "one.gpkg", layer="sites")
    assert back.crs.to_epsg() == 4490
    assert back.geometry.isna().tolist() == [False, True]
    version = (tmp_path / "one.gpkg").read_bytes()[60:64]
    assert int.from_bytes(version, "big") == 10200


def test_zip_depends_on_its_members_alone(tmp_path):
    for name in ("one.zip", "two.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            entry = zipfile.ZipInfo("a.txt", (2020 if name == "one.zip" else 2021, 1, 1, 0, 0, 0))
            archive.writestr(entry, "text")
        files.rewrite_zip(tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "one.zip").read("a.txt") == b"text"
