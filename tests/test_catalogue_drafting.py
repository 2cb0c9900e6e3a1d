"""Draft zones around intakes: lengths, widths, radii, always draft, always 推定."""

from __future__ import annotations

import itertools

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner

from geo_rectify.catalogue import add_drafts, draft_zones, drafting, read_intakes
from geo_rectify.catalogue.drafting import drafting_figures
from geo_rectify.cli.app import app
from geo_rectify.crs import areas_m2
from geo_rectify.errors import LayerError
from geo_rectify.vocabulary import LayerStatus
from tests.catalogue_cases import EAST, NORTH, load, write_vector

CRS = "EPSG:4548"


def frame(*shapes, **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS).to_crs(4490)


def river(length=20_000.0) -> gpd.GeoDataFrame:
    """A straight river drawn from west to east, in three pieces."""
    cuts = [EAST + length * at / 3 for at in range(4)]
    return frame(
        *(shapely.LineString([(a, NORTH), (b, NORTH)]) for a, b in itertools.pairwise(cuts))
    )


def intake(east=EAST + 10_000, north=NORTH + 20, **columns):
    cells = {"名称": "某水厂", "类型": "河流", **columns}
    return read_intakes(frame(shapely.Point(east, north), **{k: [v] for k, v in cells.items()}))


def in_metres(zones, grade, part):
    rows = zones[(zones["级别"] == grade) & (zones["部位"] == part)]
    return rows.to_crs(CRS).geometry.iloc[0]


def grade(zones, name):
    return shapely.union_all(zones[zones["级别"] == name].to_crs(CRS).geometry.to_numpy())


@pytest.mark.parametrize(
    ("flow", "west", "east"),
    [("顺", -1000, 100), ("逆", -100, 1000), ("", -1000, 1000)],
)
def test_a_river_zone_reaches_upstream_downstream_and_sideways(flow, west, east):
    zones, notes = draft_zones(intake(流向=flow, 河宽="80"), river())
    first = grade(zones, "一级").bounds
    at = EAST + 10_000
    wanted = (at + west, NORTH - 90, at + east, NORTH + 90)
    assert first == pytest.approx(wanted, abs=0.5)
    far = {"顺": (-3000, 300), "逆": (-300, 3000), "": (-3000, 3000)}[flow]
    second = grade(zones, "二级").bounds
    assert second == pytest.approx((at + far[0], NORTH - 1040, at + far[1], NORTH + 1040), abs=0.5)
    assert any("流向未知" in note for note in notes) is (flow == "")
    assert not any("河宽未知" in note for note in notes)
    water = in_metres(zones, "一级", "水域")
    assert water.area == pytest.approx((east - west) * 80, rel=1e-3)
    parts = zones.to_crs(CRS).geometry
    assert shapely.union_all(parts.to_numpy()).area == pytest.approx(parts.area.sum(), rel=1e-6)
    assert set(zones["名称"]) == {"某水厂（推定）"}


def test_what_is_not_known_is_said():
    zones, notes = draft_zones(intake(east=EAST + 500), river())
    assert grade(zones, "一级").bounds[0] == pytest.approx(EAST, abs=0.5)
    said = " ".join(notes)
    for word in (
        "河线短于",
        "河宽未知，按50米",
        "流向未知",
        "支流",
        "未核对正式文本",
        "HJ 338-2018",
    ):
        assert word in said


@pytest.mark.parametrize(
    ("size", "water_1", "land_1", "far"),
    [("小型", "all", 200, 2000), ("中型", 300, 200, 2000), ("大型", 500, 200, 3000)],
)
def test_a_reservoir_zone_depends_on_its_size(size, water_1, land_1, far):
    lake = shapely.box(EAST, NORTH, EAST + 9000, NORTH + 6000)
    spots = intake(east=EAST + 10, north=NORTH + 3000, 类型="水库", 规模=size)
    zones, _ = draft_zones(spots, frame(lake))
    water = in_metres(zones, "一级", "水域")
    if water_1 == "all":
        assert water.area == pytest.approx(lake.area, rel=1e-3)
    else:
        assert water.bounds[2] == pytest.approx(EAST + 10 + water_1, abs=1)
        assert water.bounds[0] == pytest.approx(EAST, abs=0.5)
    land = in_metres(zones, "一级", "陆域")
    assert land.bounds[0] == pytest.approx(EAST - land_1, abs=1)
    assert grade(zones, "二级").bounds[0] == pytest.approx(EAST - far, abs=1)
    if size == "中型":
        rest = lake.area - shapely.intersection(grade(zones, "一级"), lake).area
        assert in_metres(zones, "二级", "水域").area == pytest.approx(rest, rel=1e-3)
    if size == "大型":
        assert in_metres(zones, "二级", "水域").bounds[2] == pytest.approx(EAST + 2510, abs=12)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"类型": "水井"}, "类型 '水井' is neither"),
        ({"类型": "水库"}, "规模 '' *; write"),
        ({"类型": "水库", "规模": "巨型"}, "规模 '巨型'"),
    ],
)
def test_rows_that_say_too_little_are_faults(columns, said):
    with pytest.raises(LayerError, match=said):
        intake(**columns)


def test_an_intake_far_from_all_water_is_a_fault():
    with pytest.raises(LayerError, match="no line of the water file lies within 500 m"):
        draft_zones(intake(north=NORTH + 800), river())
    with pytest.raises(LayerError, match="no area of the water file"):
        draft_zones(intake(类型="湖泊", 规模="小型"), river())


def test_figures_are_data_that_a_file_replaces(tmp_path):
    shipped = drafting_figures()
    assert shipped["confidence"] == "低"
    file = tmp_path / "own.toml"
    file.write_text("[river]\nupstream_1_m = 1500\n", encoding="utf-8")
    zones, _ = draft_zones(intake(流向="顺"), river(), figures=drafting_figures(file))
    assert grade(zones, "一级").bounds[0] == pytest.approx(EAST + 8500, abs=0.5)
    for wrong in ("[river]\nupstream = 1\n", "[river]\nland_1_m = -5\n", "river = 3\n", "x = ["):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(LayerError, match=r"own\.toml"):
            drafting_figures(file)
    assert drafting_figures() == shipped
    assert drafting.drafting_figures() is not shipped


def test_the_command_makes_a_draft_layer_of_a_catalogue(tmp_path):
    write_vector(river(), tmp_path / "河.gpkg")
    spot = frame(shapely.Point(EAST + 10_000, NORTH + 20)).geometry.iloc[0]
    table = f"名称,经度,纬度,类型,流向\n某水厂,{spot.x},{spot.y},河流,顺\n"
    (tmp_path / "取水口.csv").write_text(table, encoding="utf-8-sig")
    command = [
        "layers",
        "draft",
        str(tmp_path / "取水口.csv"),
        "--water",
        str(tmp_path / "河.gpkg"),
    ]
    for _ in range(2):
        done = CliRunner().invoke(app, [*command, "-o", str(tmp_path / "layers")])
        assert done.exit_code == 0, done.output
    assert "推定" in done.stderr
    layers = load(tmp_path / "layers")
    assert [info.layer_id for info in layers.infos] == [f"water_source_draft_{n}" for n in (1, 2)]
    assert {info.status for info in layers.infos} == {LayerStatus.DRAFT}
    assert set(layers.zones["zone_class"]) == {"water_1", "water_2"}
    assert all("推定" in name for name in layers.zones["zone_name"])
    total = areas_m2(layers.zones.geometry.to_numpy()).sum() / 2
    assert total == pytest.approx(3300 * 2050, rel=2e-3)


def test_a_wrong_file_leaves_the_catalogue_as_it_was(tmp_path):
    folder = tmp_path / "layers"
    folder.mkdir()
    (folder / "catalogue.toml").write_text("# mine\n", encoding="utf-8")
    (tmp_path / "a.csv").write_text("名称,经度,纬度,类型\n甲,117.2,29.2,河流\n", encoding="utf-8")
    write_vector(river(), tmp_path / "r.gpkg")
    with pytest.raises(LayerError, match="甲: no line"):
        add_drafts(tmp_path / "a.csv", tmp_path / "r.gpkg", folder)
    assert [each.name for each in folder.iterdir()] == ["catalogue.toml"]
