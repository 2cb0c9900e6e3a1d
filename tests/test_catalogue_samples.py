"""The sample layers, the script that draws them, and what of layers/ goes into the wheel."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pyogrio
import pytest
import shapely

from geo_rectify.catalogue import (
    LayerEntry,
    layers_table,
    load_layers,
    open_catalogue,
    sample_folder,
)
from geo_rectify.crs import areas_m2
from geo_rectify.regions import area_polygon
from geo_rectify.tables import LAYER_ZONES, validate
from geo_rectify.vocabulary import CORE_CLASSES, LayerRole, LayerStatus
from tests.catalogue_cases import DAY

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "draw_sample_layers.py"


@pytest.fixture(scope="module")
def sample():
    """The sample layers, loaded."""
    return load_layers(open_catalogue("sample"), as_of=DAY)


@pytest.fixture(scope="module")
def script():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("draw_sample_layers", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_samples_give_every_core_class(sample):
    validate(sample.zones, LAYER_ZONES)
    assert set(sample.zones["zone_class"]) == {each.value for each in CORE_CLASSES}
    prefecture = area_polygon("360200")
    assert prefecture.intersects(shapely.union_all(sample.zones.geometry.to_numpy()))
    for info in sample.infos:
        assert (info.repairs, info.rejects, info.assumptions) == ((), (), ())
        assert info.in_force
        assert info.sample


def test_everything_about_the_samples_says_schematic(sample):
    assert all("示意" in name for name in sample.zones["zone_name"])
    assert set(sample.zones["layer_status"]) == {"schematic"}
    for info in sample.infos:
        assert "示意" in info.title
        assert info.status in {LayerStatus.SCHEMATIC, LayerStatus.NOT_DELINEATED}
        if info.status is LayerStatus.SCHEMATIC and info.classes:
            county_alone = info.layer_id == "sample_nature_reserve"
            assert info.coverage.equals(area_polygon("360222" if county_alone else "360200"))
            assert (
                "never clear"
                in layers_table(sample).set_index("layer_id").loc[info.layer_id, "notes"]
            )


def test_zones_without_a_boundary_are_named(sample):
    open_ends = {info.names: info for info in sample.infos if info.names}
    names = {name for group in open_ends for name in group}
    assert {"樟树坑", "浮梁县省级森林公园"} <= names
    for info in open_ends.values():
        assert info.status is LayerStatus.NOT_DELINEATED
        assert info.applies_to.startswith("adcode:3602")
        assert info.coverage is None
        assert info.classes
        assert info.path == ""


def test_grades_of_one_water_source_do_not_overlap(sample):
    water = sample.zones[sample.zones["layer_id"] == "sample_water_source"]
    for _, zones in water.groupby("zone_name"):
        assert len(zones) == 3
        union = shapely.union_all(zones.geometry.to_numpy())
        assert areas_m2([union])[0] == pytest.approx(areas_m2(zones.geometry).sum(), rel=1e-9)


def test_drawing_gives_the_shipped_layers_and_the_same_bytes_twice(script, tmp_path: Path):
    data = ROOT / "geo_rectify" / "places" / "data" / "gazetteer"
    first = script.write_layers(tmp_path / "1", data=data)
    second = script.write_layers(tmp_path / "2", data=data)
    assert len(first) == 6
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()
        shipped = sample_folder() / one.relative_to(tmp_path / "1")
        drawn, carried = pyogrio.read_dataframe(one), pyogrio.read_dataframe(shipped)
        assert drawn.iloc[:, 0].tolist() == carried.iloc[:, 0].tolist()
        assert drawn.geometry.geom_equals(carried.geometry).all()
        # GeoPackage 1.2, which field devices read: application id GPKG, user version 10200.
        assert shipped.read_bytes()[60:64] == (10200).to_bytes(4, "big")


def test_drawing_by_hand_is_one_command(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--layers", str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 6


def test_the_example_catalogue_explains_every_key():
    text = (sample_folder() / "catalogue.toml").read_text(encoding="utf-8")
    comments = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    for name, field in LayerEntry.model_fields.items():
        assert (field.alias or name) in comments
    assert tomllib.loads(text)["layer"]


@pytest.mark.parametrize("role", list(LayerRole))
def test_every_role_has_a_folder_that_says_what_belongs_there(role: LayerRole):
    text = (ROOT / "layers" / role.value / "README.md").read_text(encoding="utf-8")
    assert f'role = "{role.value}"' in text


@pytest.mark.parametrize("ignore_file", [True, False])
def test_the_wheel_holds_the_samples_and_nothing_private(tmp_path: Path, *, ignore_file: bool):
    copy = tmp_path / "copy"
    keep_out = shutil.ignore_patterns("__pycache__", "*.pyc", "local")
    for name in ("geo_rectify", "layers"):
        shutil.copytree(ROOT / name, copy / name, ignore=keep_out)
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy / name)
    if ignore_file:
        shutil.copy(ROOT / ".gitignore", copy / ".gitignore")
    for place in ("local/secret.gpkg", "local/README.md", "red_line/secret.gpkg", "secret.gpkg"):
        (copy / "layers" / place).parent.mkdir(exist_ok=True)
        (copy / "layers" / place).write_bytes(b"planted secret")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "-o",
            str(tmp_path),
            str(copy),
        ],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        assert not any("secret" in name or "/local/" in name for name in names)
        assert not any(b"planted secret" in wheel.read(name) for name in names)
    bundled = {
        path.relative_to(ROOT / "layers").as_posix()
        for path in (ROOT / "layers").rglob("*")
        if path.name in {"catalogue.toml", "README.md"} or path.name.endswith("_sample.gpkg")
    }
    wanted = {f"geo_rectify/_layers/{name}" for name in bundled if not name.startswith("local/")}
    wanted |= {"geo_rectify/py.typed", "geo_rectify/catalogue/data/sentences.toml"}
    assert wanted <= names
    extra = {name for name in names if name.startswith("geo_rectify/_layers/")} - wanted
    assert extra == set()


def test_the_bundled_folder_is_found_in_an_installed_package(tmp_path: Path, monkeypatch):
    from geo_rectify.catalogue import opening

    package = tmp_path / "geo_rectify"
    (package / "catalogue").mkdir(parents=True)
    shutil.copytree(sample_folder(), package / "_layers")
    monkeypatch.setattr(opening, "__file__", str(package / "catalogue" / "opening.py"))
    assert sample_folder() == package / "_layers"
    assert len(load_layers(open_catalogue("sample"), as_of=DAY).zones) == 18
