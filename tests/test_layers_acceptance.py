"""One zone set in seven forms gives the same findings."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_rectify.crs import wgs84_to_gcj02
from geo_rectify.pipeline import assess_sites
from geo_rectify.settings import Settings
from tests.catalogue_cases import EAST, NORTH, entry, write_catalogue, write_vector

COVER = "adcode:360200"
SETTINGS = Settings(as_of=dt.date(2024, 6, 1))


def ring(east: float, north: float, radius: float, waves: int) -> shapely.Polygon:
    """A wavy outline with vertices less than 50 m apart."""
    turn = np.linspace(0, 2 * np.pi, int(radius), endpoint=False)
    reach = radius * (1 + 0.1 * np.sin(waves * turn))
    return shapely.Polygon(
        np.column_stack([east + reach * np.cos(turn), north + reach * np.sin(turn)])
    )


def zones() -> gpd.GeoDataFrame:
    inner = ring(EAST, NORTH, 600, 7)
    outer = shapely.difference(ring(EAST, NORTH, 2000, 11), inner)
    other = ring(EAST + 6000, NORTH + 500, 900, 5)
    frame = gpd.GeoDataFrame(
        {"名称": ["某水源地", "某水源地", "另一水源地"], "级别": ["一级", "二级", "二级"]},
        geometry=[inner, outer, other],
        crs="EPSG:4548",
    )
    dense = frame.copy()
    dense.geometry = dense.geometry.segmentize(50)
    return dense


def outlines() -> gpd.GeoDataFrame:
    """Surveyed outlines: within, across, touching nothing, and across two classes."""
    places = {
        "within": (EAST, NORTH, 100),
        "across": (EAST + 2000, NORTH + 300, 150),
        "both": (EAST + 600, NORTH, 200),
        "away": (EAST + 3500, NORTH, 120),
        "other": (EAST + 6900, NORTH + 500, 150),
    }
    return gpd.GeoDataFrame(
        {"site_id": list(places), "name": list(places)},
        geometry=[ring(*place, 3).segmentize(20) for place in places.values()],
        crs="EPSG:4548",
    ).to_crs(4490)


def _gbk(folder, frame, *, bare):
    named = frame.rename(columns={"名称": "NAME", "级别": "JB"})
    write_vector(named, folder / "a.shp", driver="ESRI Shapefile", encoding="GB18030")
    for suffix in bare:
        (folder / f"a.{suffix}").unlink()


def _gpkg(folder, frame):
    write_vector(frame.to_crs(4490), folder / "a.gpkg")
    return {"path": "a.gpkg"}


def _shp_4548(folder, frame):
    _gbk(folder, frame, bare=("cpg",))
    return {"path": "a.shp", "class_field": "JB"}


def _shp_4527(folder, frame):
    _gbk(folder, frame.to_crs(4527), bare=("cpg",))
    return {"path": "a.shp", "class_field": "JB"}


def _shp_bare(folder, frame):
    _gbk(folder, frame, bare=("cpg", "prj"))
    return {"path": "a.shp", "class_field": "JB"}


def _kml(folder, frame):
    def shift(xy):
        return np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1]))

    moved = frame.to_crs(4490)
    moved.geometry = gpd.GeoSeries(
        shapely.transform(moved.geometry.to_numpy(), shift), index=moved.index, crs=4490
    )
    write_vector(moved.to_crs(4326), folder / "a.kml", driver="LIBKML")
    return {"path": "a.kml", "datum": "GCJ-02"}


def _gdb(folder, frame):
    write_vector(frame, folder / "a.gdb", layer="水源", driver="OpenFileGDB")
    return {"path": "a.gdb", "layer": "水源"}


def _dissolved(folder, frame):
    write_vector(frame.dissolve("级别").reset_index(), folder / "a.gpkg")
    return {"path": "a.gpkg"}


FORMS = (_gpkg, _shp_4548, _shp_4527, _shp_bare, _kml, _gdb, _dissolved)


def findings(folder, form):
    folder.mkdir()
    keys = form(folder, zones())
    write_catalogue(folder, entry(coverage=COVER, **keys))
    return assess_sites(outlines(), layers=folder, settings=SETTINGS).findings.set_index(
        ["site_id", "zone_class"]
    )


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    return findings(tmp_path_factory.mktemp("forms") / "wanted", _gpkg)


def test_the_outlines_meet_the_zones_in_every_way(wanted):
    water = wanted[wanted.index.get_level_values(1).str.startswith("water_")]
    assert set(water["verdict"]) >= {"conflict", "clear"}
    assert (water["overlap_m2"] > 1000).sum() >= 4


@pytest.mark.parametrize("form", FORMS[1:], ids=lambda form: form.__name__.strip("_"))
def test_every_form_gives_the_same_findings(tmp_path, wanted, form):
    got = findings(tmp_path / "layers", form)
    assert list(got.index) == list(wanted.index)
    assert list(got["verdict"]) == list(wanted["verdict"])
    rel = 1e-3 if form is _kml else 1e-6
    areas = got["overlap_m2"].fillna(0).to_numpy()
    assert areas == pytest.approx(wanted["overlap_m2"].fillna(0).to_numpy(), rel=rel, abs=1e-9)
    shares = got["share"].fillna(0).to_numpy()
    assert shares == pytest.approx(wanted["share"].fillna(0).to_numpy(), rel=rel, abs=1e-9)
