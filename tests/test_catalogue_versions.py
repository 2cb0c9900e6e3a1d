"""Several versions of one layer: the day picks one, gaps and contradictions are told."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from typer.testing import CliRunner

import geo_rectify
from geo_rectify.catalogue import check_catalogue, open_layers
from geo_rectify.cli.app import app
from geo_rectify.errors import CatalogueError
from tests.catalogue_cases import EAST, NORTH, entry, load, write_catalogue, zones_4548

D2018, D2022, D2025 = dt.date(2018, 6, 1), dt.date(2022, 11, 1), dt.date(2025, 3, 1)


def version(name: str, **keys: object) -> str:
    given = {"path": f"{name}.gpkg", "version": name, "valid_from": None, **keys}
    return entry("water", coverage="adcode:360200", **given)


def folder_of(tmp_path, *tables: str):
    folder = write_catalogue(tmp_path / "layers", *tables)
    for name in ("old", "new", "last"):
        frame = zones_4548()
        if name == "new":
            frame.geometry = frame.geometry.translate(100)
        frame.to_file(folder / f"{name}.gpkg")
    return folder


@pytest.mark.parametrize(
    ("as_of", "wanted", "in_force"),
    [
        (dt.date(2017, 1, 1), "old", False),
        (D2018, "old", True),
        (dt.date(2022, 10, 31), "old", True),
        (D2022, "new", True),
        (dt.date(2024, 12, 31), "new", True),
        (dt.date(2025, 1, 15), "new", False),
        (D2025, "last", True),
    ],
)
def test_the_day_picks_the_version_in_force(tmp_path, as_of, wanted, in_force):
    folder = folder_of(
        tmp_path,
        version("last", valid_from=D2025),
        version("old", valid_from=D2018),
        version("new", valid_from=D2022, valid_to=dt.date(2024, 12, 31)),
    )
    layers = load(folder, as_of=as_of)
    (info,) = layers.infos
    assert (info.version, info.in_force) == (wanted, in_force)
    assert set(layers.zones["layer_version"]) == ({wanted} if in_force else set())
    assert "3个版本" in info.assumptions[0]
    others = info.assumptions[0].split("其余")[1]
    assert [name in others for name in ("old", "new", "last")] == [
        name != wanted for name in ("old", "new", "last")
    ]


def test_only_the_version_in_force_is_read(tmp_path):
    folder = folder_of(tmp_path, version("old", valid_from=D2018), version("new", valid_from=D2022))
    (folder / "old.gpkg").unlink()
    assert load(folder, as_of=D2022).infos[0].version == "new"
    with pytest.raises(CatalogueError, match=r"no file .*old\.gpkg"):
        load(folder, as_of=D2018)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ([("old", {}), ("new", {})], "stands twice.*valid_from"),
        ([("old", {"valid_from": D2018}), ("new", {"valid_from": D2018})], "two versions begin"),
        (
            [("old", {"valid_from": D2018, "valid_to": D2025}), ("new", {"valid_from": D2022})],
            "valid_to: 2025-03-01 lies after the next version has begun",
        ),
        (
            [("old", {"valid_from": D2018}), ("new", {"valid_from": D2022, "version": "old"})],
            "version: 'old' stands twice",
        ),
        (
            [("old", {"valid_from": D2018}), ("new", {"valid_from": D2022, "role": "red_line"})],
            "role: differs between versions",
        ),
    ],
)
def test_versions_that_contradict_each_other_are_faults(tmp_path, tables, said):
    folder = folder_of(tmp_path, *(version(name, **keys) for name, keys in tables))
    with pytest.raises(CatalogueError, match=said):
        load(folder)


def test_a_later_catalogue_replaces_all_versions(tmp_path):
    first = folder_of(tmp_path, version("old", valid_from=D2018), version("new", valid_from=D2022))
    other = write_catalogue(tmp_path / "other", version("last", valid_from=D2018))
    zones_4548().to_file(other / "last.gpkg")
    catalogue = geo_rectify.open_catalogue(first, other)
    assert [each.entry.version for each in catalogue.layers] == ["last"]


def test_a_zone_not_delineated_until_its_first_version(tmp_path):
    none = {"path": None, "coverage": None, "names": ["某水源地"], "applies_to": "adcode:360200"}
    folder = write_catalogue(
        tmp_path / "layers",
        entry("water", status="not_delineated", valid_from=D2018, **none),
        entry("water", path="new.gpkg", valid_from=D2022),
    )
    zones_4548().to_file(folder / "new.gpkg")
    assert load(folder, as_of=D2018).infos[0].names == ("某水源地",)
    assert len(load(folder, as_of=D2022).zones) == 2


@pytest.mark.parametrize("command", ["list", "check"])
def test_list_and_check_show_all_versions_in_eighty_columns(tmp_path, monkeypatch, command):
    folder = folder_of(
        tmp_path,
        version("old", valid_from=D2018, valid_to=dt.date(2020, 1, 1)),
        version("new", valid_from=D2022),
    )
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(folder.parent)
    done = CliRunner().invoke(
        app, ["layers", command, "layers", "--as-of", "2021-01-01"], env={"COLUMNS": "80"}
    )
    assert done.exit_code == 0, done.output
    shown = done.stdout
    assert "old" in shown
    assert "new" in shown
    assert "2020-01-02至2022-10-31没有有效版本" in done.stderr
    assert "没有有效版本的图层：water" in done.stderr
    wide = [sum(2 if ord(letter) > 0x2E7F else 1 for letter in line) for line in shown.splitlines()]
    assert max(wide) <= 80


def test_a_run_says_which_version_it_took_in_every_output(tmp_path):
    folder = folder_of(tmp_path, version("old", valid_from=D2018), version("new", valid_from=D2022))
    point = tmp_path / "site.csv"
    point.write_text(f"name,X,Y\n某点,{NORTH + 100},{EAST + 450}\n", encoding="utf-8")
    checked = check_catalogue(folder, as_of=D2022)
    assert [info.in_force for info in checked.layers.infos] == [False, True]
    assert "下一版本生效" in " ".join(checked.layers.infos[0].assumptions)
    found = {}
    for day in (D2018, D2022):
        layers = load(folder, as_of=day)
        found[day] = layers.zones.geometry.iloc[0].bounds
        assert json.dumps(layers.infos[0].assumptions, ensure_ascii=False).count("2个版本") == 1
    assert found[D2018] != found[D2022]


def test_faults_of_entries_and_files_are_told_together(tmp_path):
    folder = folder_of(
        tmp_path,
        version("old", valid_from=D2018),
        entry("cut", path="cut.gpkg"),
        entry("away", path="../away.gpkg"),
    )
    (folder / "cut.gpkg").write_bytes(b"SQLite format 3\0")
    with pytest.raises(CatalogueError) as caught:
        open_layers(folder, as_of=D2022)
    said = str(caught.value)
    assert said.startswith("2 faults")
    for word in ("layer 'away': path", "outside", "layer 'cut'", "cut.gpkg", "export it"):
        assert word in said
