"""The gazetteer: what ships, user files, and what bad files say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_rectify import regions
from geo_rectify.errors import InputFileError, TableError
from geo_rectify.places.gazetteer import gazetteer_of, open_gazetteer
from geo_rectify.places.sources import shipped
from geo_rectify.tables import GAZETTEER, validate
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from pathlib import Path

COUNTIES = {"360202", "360203", "360222", "360281"}


def test_every_shipped_row_has_source_licence_and_uncertainty():
    frame = shipped()
    validate(frame, GAZETTEER)
    assert (frame["source"] != "").all()
    assert (frame["licence"] != "").all()
    placed = ~frame.geometry.isna()
    assert (frame.loc[placed, "uncertainty_m"] > 0).all()
    named = frame.loc[~placed]
    assert (named["township"] != "").all()
    assert set(named["adcode"]) == COUNTIES


def test_shipped_counts():
    frame = shipped()
    official = frame[frame.geometry.isna() & (frame["name"] == frame["township"])]
    assert len(official) == 59
    seats = frame[(frame["kind"] == "township") & frame["source"].str.startswith("GeoNames")]
    names = set(zip(official["adcode"], official["name"], strict=True))
    matched = set(zip(seats["adcode"], seats["name"], strict=True)) & names
    assert len(matched) == 33
    assert frame["source"].str.startswith("GeoNames").sum() == 104
    assert (frame["kind"] == "river").sum() == 2 + 3


def test_estimates_are_marked_and_rough():
    frame = shipped()
    rough = frame[frame["source"] == "estimate"]
    assert len(rough) == 24
    assert rough["uncertainty_m"].between(600, 9000).all()
    assert set(frame[frame["name"] == "洪岩国家森林公园"]["source"]) == {"estimate"}


def test_rivers_are_lines_known_to_two_kilometres():
    frame = shipped()
    lines = frame[frame.geometry.geom_type == "LineString"]
    assert sorted(lines["name"]) == ["乐安河", "昌江"]
    assert (lines["uncertainty_m"] == 2200).all()


def test_points_outside_the_prefecture_keep_their_own_county():
    frame = shipped()
    seat = frame[frame["name"] == "珠山乡"].iloc[0]
    assert regions.area_name(seat["adcode"]) == "万年县"


def test_village_names_as_people_write_them():
    known = open_gazetteer()
    by_name = {p.name: p for p in known.places if p.kind is PlaceType.VILLAGE}
    assert by_name["横路村"].township == "双田镇"
    assert "江村村" in by_name["江村"].aliases
    assert by_name["兴龙社区"].township == "三龙镇"
    assert "鹅湖镇鹅湖社区" not in by_name


def test_names_carry_kind_and_county():
    names = open_gazetteer().names()
    assert names["乐平工业园"] == ((PlaceType.INDUSTRIAL_PARK, "360281"),)
    assert (PlaceType.TOWNSHIP, "360281") in names["礼林镇"]
    assert {code for _, code in names["鸣山村"]} == {"360222", "360281"}


def test_opening_does_not_change_the_shipped_frame():
    before = shipped().to_wkt().to_csv()
    open_gazetteer()
    assert shipped().to_wkt().to_csv() == before


def test_user_csv_with_bom_labels_and_excel_codes(tmp_path: Path):
    path = tmp_path / "矿山 [一].csv"
    path.write_text(
        "name,aliases,kind,adcode,lon,lat,uncertainty_m,source\n"
        "岩口采石场,双田岩口采石场|岩口石场,矿山采石场,360281.0,117.2,29.05,30,矿山台账\n"
        "某村,,village,,,,,\n",
        encoding="utf-8-sig",
    )
    known = open_gazetteer(path, with_shipped=False)
    mine, village = known.places
    assert mine.kind is PlaceType.MINE
    assert mine.adcode == "360281"
    assert mine.aliases == ("双田岩口采石场", "岩口石场")
    assert shapely.equals(mine.geometry, shapely.Point(117.2, 29.05))
    assert village.geometry is None
    assert village.source == path.name
    assert set(known.frame["licence"]) == {"not stated"}


def test_user_csv_in_gb18030(tmp_path: Path):
    path = tmp_path / "g.csv"
    path.write_bytes("name,kind\n罗家砒采石场,mine/quarry\n".encode("gb18030"))
    assert open_gazetteer(path, with_shipped=False).places[0].name == "罗家砒采石场"


def test_user_xlsx(tmp_path: Path):
    path = tmp_path / "g.xlsx"
    rows = {"name": ["甲厂"], "kind": ["企业厂区"], "lon": [117.2], "lat": [29.0]}
    pd.DataFrame(rows | {"uncertainty_m": [50], "adcode": [360281]}).to_excel(path, index=False)
    (found,) = open_gazetteer(path, with_shipped=False).places
    assert (found.adcode, found.uncertainty_m) == ("360281", 50.0)


def test_user_vector_is_brought_to_4490(tmp_path: Path):
    path = tmp_path / "g.gpkg"
    shape = gpd.GeoSeries([shapely.box(500000, 3200000, 500100, 3200100)], crs="EPSG:4548")
    columns = {"name": ["甲保护区"], "kind": ["nature-reserve"], "uncertainty_m": [20.0]}
    gpd.GeoDataFrame(columns, geometry=shape).to_file(path)
    (found,) = open_gazetteer(path, with_shipped=False).places
    assert found.geometry is not None
    assert shapely.get_x(found.geometry.centroid) == pytest.approx(117.0, abs=0.01)


def test_user_rows_come_before_the_shipped_ones(tmp_path: Path):
    path = tmp_path / "g.csv"
    path.write_text("name,kind\n甲村,village\n", encoding="utf-8")
    known = open_gazetteer(path)
    assert known.places[0].name == "甲村"
    assert len(known.places) == len(shipped()) + 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("叫法,kind\n甲,village\n", "column 'name' is missing"),
        ("name,种别\n甲,village\n", "column 'kind' is missing"),
        ("name,kind,lon\n甲,village,117\n", "column 'lat' is missing"),
        ("name,kind\n,village\n", "row 2: column 'name' is empty"),
        ("name,kind\n甲,village\n乙,城堡\n", "row 3: column 'kind' holds '城堡'"),
        ("name,kind,adcode\n甲,village,乐平\n", "row 2: column 'adcode' holds '乐平'"),
        ("name,kind,adcode\n甲,village,362821\n", "no county or prefecture of today"),
        (
            "name,kind,lon,lat,uncertainty_m\n甲,village,29.5,117.2,5\n",
            "row 2: lon '29.5' and lat '117.2' are no position in China",
        ),
        (
            "name,kind,lon,lat,uncertainty_m\n甲,village,117.2,29.0,\n",
            "row 2: column 'uncertainty_m' is empty",
        ),
        (
            "name,kind,lon,lat,uncertainty_m\n甲,village,117.2,29.0,-5\n",
            "row 2: column 'uncertainty_m' holds '-5'",
        ),
    ],
)
def test_bad_csv_names_file_place_and_remedy(tmp_path: Path, content: str, said: str):
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputFileError) as caught:
        open_gazetteer(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["gone.csv", "gone.gpkg"])
def test_missing_file(tmp_path: Path, name: str):
    with pytest.raises(InputFileError, match=name):
        open_gazetteer(tmp_path / name)


@pytest.mark.parametrize("name", ["not.xlsx", "not.gpkg", "not.geojson"])
def test_file_that_is_something_else(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(b"\x89PNG\r\n\x1a\n nothing of the kind")
    with pytest.raises(InputFileError, match=name):
        open_gazetteer(path)


def test_vector_without_crs(tmp_path: Path):
    path = tmp_path / "g.fgb"
    columns = {"name": ["甲"], "kind": ["village"], "uncertainty_m": [5.0]}
    with pytest.warns(UserWarning, match="crs"):
        gpd.GeoDataFrame(columns, geometry=[shapely.Point(117, 29)]).to_file(
            path, driver="FlatGeobuf"
        )
    with pytest.raises(InputFileError, match="no coordinate system"):
        open_gazetteer(path)


def test_invalid_outline_is_not_repaired_in_silence(tmp_path: Path):
    path = tmp_path / "g.gpkg"
    bow = shapely.Polygon([(117, 29), (117.1, 29.1), (117.1, 29), (117, 29.1)])
    columns = {"name": ["甲"], "kind": ["village"], "uncertainty_m": [5.0]}
    gpd.GeoDataFrame(columns, geometry=[bow], crs="EPSG:4490").to_file(path)
    with pytest.raises(InputFileError, match=r"feature 1: .*Self-intersection"):
        open_gazetteer(path)


def test_a_frame_must_be_in_the_one_form():
    with pytest.raises(TableError, match="licence"):
        gazetteer_of(shipped().drop(columns="licence"))
