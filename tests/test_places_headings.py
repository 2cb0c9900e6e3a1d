"""Tables without a mapping: which headings are understood, and whose county counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from geo_rectify.cli.app import app
from geo_rectify.places import build_gazetteer, open_gazetteer, sources
from geo_rectify.places.areas import counties_called, lies_in
from geo_rectify.places.headings import assumed
from geo_rectify.places.mapping import ColumnMapping

if TYPE_CHECKING:
    from pathlib import Path

COUNTY_HEADINGS = [
    "县",
    "区县",
    "县区",
    "县（市、区）",
    "县(市、区)",
    "所在县",
    " 县 市 区 ",
    "county",
]


def table(tmp_path: Path, heading: str, *rows: str) -> Path:
    path = tmp_path / "采石场.csv"
    text = "\n".join([f"名称,类型,{heading},经度,纬度,误差（m）", *rows])
    path.write_text(text + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("heading", COUNTY_HEADINGS)
def test_a_county_column_is_taken_under_each_usual_heading(tmp_path: Path, heading: str):
    # The position is in 浮梁县; the column says 乐平市 and wins.
    quoted = f'"{heading}"' if "," in heading else heading
    path = table(tmp_path, quoted, "石岭采石场,矿山采石场,乐平市,117.25,29.45,100")
    store = build_gazetteer(path, output=tmp_path / "g.gpkg")
    frame = store.read(["=石岭采石场"])
    assert list(frame["adcode"]) == ["360281"]
    assert any("写乐平市，位置在浮梁县" in note for note in store.notes)


@pytest.mark.parametrize(
    ("county", "prefecture", "codes"),
    [
        ("乐平", "", ["360281"]),
        ("江西省景德镇市乐平市", "", ["360281"]),
        ("景德镇乐平市", "", ["360281"]),
        ("360281", "", ["360281"]),
        ("360200", "", []),
        ("景德镇市", "", []),
        ("朝阳区", "", ["110105", "220104"]),
        ("朝阳区", "长春市", ["220104"]),
        ("某某区", "", None),
    ],
)
def test_counties_are_read_from_cells(county: str, prefecture: str, codes: list[str] | None):
    assert counties_called(county, prefecture) == codes


def test_a_position_tells_namesakes_apart_and_stands_in_for_names_of_no_county(tmp_path: Path):
    path = table(
        tmp_path,
        "区县",
        "南河水库,湖泊水库,朝阳区,116.45,39.92,100",
        "东河水库,湖泊水库,朝阳区,,,",
        "北河水库,湖泊水库,旧县名,117.2,28.95,100",
        "西河水库,湖泊水库,,117.2,28.95,100",
        "中河水库,湖泊水库,景德镇市,117.2,28.95,100",
    )
    path.write_text(
        path.read_text(encoding="utf-8").replace("湖泊水库", "lake-reservoir"), encoding="utf-8"
    )
    store = build_gazetteer(path, output=tmp_path / "g.gpkg")
    words = [f"={name}水库" for name in ("南河", "东河", "北河", "西河", "中河")]
    frame = store.read(words)
    assert list(frame["adcode"]) == ["110105", "", "360281", "360281", "360281"]
    notes = "\n".join(store.notes)
    assert "“旧县名”不是现有的县（市、区），1行改按位置定县" in notes
    assert "“朝阳区”有2个同名县，1行改按位置定县" in notes
    assert "县与位置不符" not in notes


def test_what_was_assumed_is_said_at_the_command_line(tmp_path: Path):
    path = table(tmp_path, "县区", "石岭采石场,矿山采石场,浮梁县,117.25,29.45,100")
    shown = CliRunner().invoke(
        app, ["gazetteer", "build", str(path), "-o", str(tmp_path / "g.gpkg")]
    )
    assert shown.exit_code == 0
    said = shown.stderr.replace("\n", "")
    assert "按表头认作" in said
    assert "county = “县区”" in said
    assert "县与位置不符" not in said


def test_a_mapping_comes_before_what_headings_say(tmp_path: Path):
    mapping = ColumnMapping(columns={"county": "行政区"})
    filled, said = assumed(["名称", "县", "行政区", "kind"], mapping)
    assert filled.columns == {"county": "行政区", "name": "名称"}
    assert said == "name = “名称”"
    path = table(tmp_path, "县", "石岭采石场,矿山采石场,乐平市,117.25,29.45,100")
    path.with_suffix(".toml").write_text('[defaults]\ncounty = "浮梁县"\n', encoding="utf-8")
    assert list(open_gazetteer(path, with_shipped=False).frame["adcode"]) == ["360281"]


def test_a_long_table_is_read_in_pieces_with_its_rows_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rows = [f"{n}号采石场,矿山采石场,浮梁县,117.25,29.45,100" for n in range(1, 8)]
    rows[5] = "6号采石场,矿山采石场,浮梁县,117.2,28.95,100"
    path = table(tmp_path, "县", *rows)
    whole = open_gazetteer(path, with_shipped=False)
    monkeypatch.setattr(sources, "PIECE", 2)
    pieces = open_gazetteer(path, with_shipped=False)
    assert pieces.frame.equals(whole.frame)
    assert pieces.notes == whole.notes
    store = build_gazetteer(path, output=tmp_path / "g.gpkg")
    assert store.rows == 7
    assert any("第7行“6号采石场”写浮梁县，位置在乐平市" in note for note in store.notes)
    rows[6] = ",矿山采石场,浮梁县,117.25,29.45,100"
    with pytest.raises(ValueError, match="row 8: column 'name' is empty"):
        open_gazetteer(table(tmp_path, "县", *rows))


@pytest.mark.parametrize(
    ("code", "limit", "inside"),
    [
        ("361002", "361000", True),
        ("361102", "361000", False),
        ("360281", "360200", True),
        ("110101", "110000", True),
        ("500101", "500000", True),
        ("360281", "360281", True),
        ("360222", "360281", False),
        ("360200", "360281", False),
    ],
)
def test_a_county_lies_in_its_own_prefecture_alone(code, limit, inside):
    assert lies_in(code, limit) is inside
