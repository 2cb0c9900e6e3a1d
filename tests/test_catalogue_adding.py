"""Layers added to a catalogue: roles guessed, questions as comments, and a run with them."""

from __future__ import annotations

import zipfile
from pathlib import Path  # noqa: TC003

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

from geo_rectify.catalogue import add_layers, check_catalogue
from geo_rectify.catalogue.adding import guess_role
from geo_rectify.cli.app import app
from geo_rectify.errors import OutputError
from geo_rectify.vocabulary import LayerRole
from tests.catalogue_cases import DAY, load, write_vector, zones_4548

LAYERS = {
    "生态保护红线": LayerRole.RED_LINE,
    "饮用水水源保护区": LayerRole.WATER_SOURCE,
    "省级森林公园": LayerRole.FOREST_PARK,
    "国家公益林": LayerRole.OTHER,  # nothing tells its classes
    "采矿权": LayerRole.MINING_RIGHT,
    "杂项": LayerRole.OTHER,
}


def _geodatabase(folder: Path) -> Path:
    path = folder / "某市数据.gdb"
    for at, name in enumerate(LAYERS):
        frame = zones_4548() if name == "饮用水水源保护区" else zones_4548()[["名称", "geometry"]]
        options = {"append": True} if at else {}
        write_vector(frame, path, layer=name, driver="OpenFileGDB", **options)
    return path


def test_a_geodatabase_becomes_a_catalogue_and_a_run_in_two_commands(tmp_path: Path):
    runner = CliRunner()
    added = runner.invoke(
        app, ["layers", "add", str(_geodatabase(tmp_path)), "-o", str(tmp_path / "cat")]
    )
    assert added.exit_code == 0, added.output
    sites = gpd.GeoDataFrame(
        {"name": ["某厂"]}, geometry=[zones_4548().to_crs(4490).geometry[0].centroid], crs=4490
    )
    sites.to_file(tmp_path / "sites.gpkg")
    out = tmp_path / "out"
    arguments = ["overlay", str(tmp_path / "sites.gpkg"), "-o", str(out)]
    done = runner.invoke(app, [*arguments, "--layers", str(tmp_path / "cat")])
    assert done.exit_code == 0, done.output
    findings = gpd.read_file(out / "findings.gpkg")
    held = set(findings.loc[findings["verdict"] == "possible", "zone_class"])
    assert held >= {"red_line", "water_1", "forest_park", "mining_right"}


def test_roles_are_guessed_and_questions_are_comments(tmp_path: Path):
    added = add_layers(_geodatabase(tmp_path), tmp_path / "cat")
    assert [each.role for each in added] == list(LAYERS.values())
    text = (tmp_path / "cat" / "catalogue.toml").read_text(encoding="utf-8")
    assert "# 待确认：" in text
    checked = check_catalogue(tmp_path / "cat", as_of=DAY)
    assert checked.faults == ()
    assert set(checked.table["sensitivity"]) == {"restricted"}
    assert set(checked.table["status"]) == {"draft"}


def test_a_second_file_joins_and_keeps_what_is_there(tmp_path: Path):
    for name in ("红线甲", "红线乙"):
        add_layers(write_vector(zones_4548(), tmp_path / f"{name}.gpkg"), tmp_path / "cat")
    checked = check_catalogue(tmp_path / "cat", as_of=DAY)
    assert checked.sound
    assert list(checked.table["layer_id"]) == ["red_line", "red_line_2"]
    with pytest.raises(OutputError, match="is there already"):
        add_layers(tmp_path / "红线甲.gpkg", tmp_path / "cat")


def test_a_file_whose_system_nothing_tells_is_written_but_not_in_use(tmp_path: Path):
    path = write_vector(zones_4548(), tmp_path / "红线.shp", encoding="GB18030")
    (tmp_path / "红线.prj").unlink()
    add_layers(path, tmp_path / "cat")
    text = (tmp_path / "cat" / "catalogue.toml").read_text(encoding="utf-8")
    assert "# [[layer]]" in text
    assert "请写 crs" in text


@pytest.mark.parametrize(
    ("name", "fields", "role"),
    [
        ("STBHHX", (), LayerRole.RED_LINE),
        ("图层1", ("LIN_BAN", "XIAO_BAN"), LayerRole.FOREST_SURVEY),
        ("图层1", ("GJGYL_BHDJ", "LIN_BAN"), LayerRole.PUBLIC_FOREST),
        ("图层1", ("a",), None),
    ],
)
def test_a_role_is_guessed_from_name_then_fields(name: str, fields, role):
    assert guess_role(name, fields) is role


def test_a_role_given_holds(tmp_path: Path):
    path = write_vector(zones_4548(), tmp_path / "红线.gpkg")
    added = add_layers(path, tmp_path / "cat", role=LayerRole.SCENIC_AREA)
    assert [each.role for each in added] == [LayerRole.SCENIC_AREA]


def test_a_zip_and_a_book_of_several_layers_become_as_many_entries(tmp_path: Path):
    for name in ("生态保护红线", "采矿权"):
        write_vector(zones_4548()[["名称", "geometry"]], tmp_path / f"{name}.gpkg")
    with zipfile.ZipFile(tmp_path / "两层.zip", "w") as archive:
        for name in ("生态保护红线", "采矿权"):
            archive.write(tmp_path / f"{name}.gpkg", f"数据/{name}.gpkg")
    table = zones_4548().to_crs(4490)
    rows = table.drop(columns="geometry").assign(WKT=table.to_wkt()["geometry"])
    with pd.ExcelWriter(tmp_path / "表.xlsx") as book:
        for name in ("永久基本农田", "森林公园"):
            rows.to_excel(book, sheet_name=name, index=False)
    cat = tmp_path / "cat"
    added = [*add_layers(tmp_path / "两层.zip", cat), *add_layers(tmp_path / "表.xlsx", cat)]
    assert [each.layer_id for each in added] == [
        "red_line",
        "mining_right",
        "farmland",
        "forest_park",
    ]
    assert {info.feature_count for info in load(cat).infos} == {2}
