"""The QField project: as text, in PyQGIS where there is one, and back into a run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geo_rectify.errors import CorrectionsError
from geo_rectify.outputs._answers import questions
from geo_rectify.outputs.field import write_qfield
from geo_rectify.places import read_corrections
from tests.factories import QUOTED, SITE_IDS, make_assessment

LAYERS = ["inspections", "outlines", "sites", "footprints", "zones", "places"]
PYTHON = Path("/usr/bin/python3")


@pytest.fixture
def folder(tmp_path):
    write_qfield(make_assessment(), tmp_path / "qfield")
    return tmp_path / "qfield"


def test_project_names_every_layer_of_the_geopackage(folder):
    project = ET.parse(folder / "project.qgs")  # noqa: S314 - our own file
    sources = [node.text for node in project.iterfind("projectlayers/maplayer/datasource")]
    assert sources == [f"./data.gpkg|layername={name}" for name in LAYERS]
    assert sorted(name for name, _ in pyogrio.list_layers(folder / "data.gpkg")) == sorted(LAYERS)
    assert {node.text for node in project.iter("authid")} == {"EPSG:4490"}
    assert all((node.text or "").startswith("GEOGCRS") for node in project.iter("wkt"))
    for node in project.iterfind("projectlayers/maplayer"):
        table = pyogrio.read_info(folder / "data.gpkg", layer=node.find("id").text[12:])
        asked = [field.get("name") for field in node.iterfind("fieldConfiguration/field")]
        assert asked == list(table["fields"])


def test_forms_are_empty_and_typed(folder):
    for name, kind in (("inspections", "Point"), ("outlines", "Polygon")):
        info = pyogrio.read_info(folder / "data.gpkg", layer=name)
        assert (info["features"], info["geometry_type"]) == (0, kind)
        assert {question.key for question in questions()} <= set(info["fields"])


def test_every_place_can_be_chosen_and_names_stay_as_they_are(folder):
    places = gpd.read_file(folder / "data.gpkg", layer="places")
    sites = gpd.read_file(folder / "data.gpkg", layer="sites")
    assert {SITE_IDS["none"], SITE_IDS["counted"]} <= set(places["site_id"])
    assert QUOTED in places["name"].tolist()
    assert set(sites["site_id"]) < set(places["site_id"])


def test_the_same_bytes_twice(folder, tmp_path):
    write_qfield(make_assessment(), tmp_path / "again")
    for name in ("project.qgs", "data.gpkg"):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_answers_come_back(folder):
    data = folder / "data.gpkg"
    form = gpd.read_file(data, layer="inspections")
    cells = dict.fromkeys(form.columns.drop("geometry"), "")
    cells |= {"site_id": SITE_IDS["none"], "uncertainty_m": 6.5, "state": "正在整改"}
    filled = gpd.GeoDataFrame([cells], geometry=[shapely.Point(117.2, 29.1)], crs=4490)
    pyogrio.write_dataframe(filled, data, layer="inspections", append=True)
    outline = filled.set_geometry([shapely.box(117.1, 29.0, 117.11, 29.01)])
    outline = outline.assign(site_id=SITE_IDS["street"])
    pyogrio.write_dataframe(outline, data, layer="outlines", append=True)
    read = read_corrections(data)
    assert read["site_id"].tolist() == [SITE_IDS["none"], SITE_IDS["street"]]
    assert read["uncertainty_m"].tolist() == [6.5, 6.5]
    assert read["state"].tolist() == ["正在整改", "正在整改"]
    assert read["origin"].tolist() == ["data.gpkg:inspections 1", "data.gpkg:outlines 1"]
    assert read.geometry.iloc[0].coords[0] == pytest.approx((117.2, 29.1))
    assert read.geometry.iloc[1].geom_type == "Polygon"


def test_an_unfilled_project_brings_nothing(folder):
    assert read_corrections(folder / "data.gpkg").empty


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + b"\0" * 200])
def test_a_damaged_geopackage_is_named(tmp_path, content):
    path = tmp_path / "data.gpkg"
    path.write_bytes(content)
    with pytest.raises(CorrectionsError, match=r"data\.gpkg"):
        read_corrections(path)


def test_another_geopackage_is_refused(tmp_path):
    path = tmp_path / "other.gpkg"
    gpd.GeoDataFrame({"a": ["b"]}, geometry=[shapely.Point(1, 2)], crs=4490).to_file(path)
    with pytest.raises(CorrectionsError, match="inspections"):
        read_corrections(path)


def _has_qgis():
    if not PYTHON.exists():
        return False
    tried = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    return tried.returncode == 0


def test_qgis_opens_it_with_all_layers_and_the_form(folder, tmp_path):
    if not _has_qgis():
        pytest.skip("no PyQGIS for /usr/bin/python3 (Debian: apt-get install python3-qgis)")
    probe = Path(__file__).parent / "qgis_probe.py"
    environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [PYTHON, probe, folder / "project.qgs", SITE_IDS["none"]],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    found = json.loads(done.stdout)
    assert (found["opened"], found["crs"], found["saved"]) == (True, "EPSG:4490", True)
    assert set(found["layers"]) == {f"geo_rectify_{name}" for name in LAYERS}
    for name, layer in found["layers"].items():
        assert (layer["valid"], layer["crs"]) == (True, "EPSG:4490"), name
        editable = name.endswith(("inspections", "outlines"))
        assert layer["read_only"] is not editable
    form = found["layers"]["geo_rectify_inspections"]
    wanted = {"site_id": "ValueRelation", "state": "ValueMap", "before_delineation": "ValueMap"}
    wanted |= {"photos": "ExternalResource", "date": "DateTime"}
    assert {name: form["widgets"][name] for name in wanted} == wanted
    assert form["choices"]["before_delineation"] == ["", "是", "否", "不详"]
    assert form["aliases"]["state"] == "现场状态"
    assert found["layers"]["geo_rectify_sites"]["styles"] == 7
    assert found["layers"]["geo_rectify_sites"]["labels"]
    places = gpd.read_file(folder / "data.gpkg", layer="places").set_index("site_id")
    assert found["default_name"] == places.loc[SITE_IDS["none"], "name"]
    back = read_corrections(folder / "data.gpkg")
    assert back[["site_id", "state"]].to_numpy().tolist() == [[SITE_IDS["none"], "正在整改"]]
