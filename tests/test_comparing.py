"""The changes between two runs: what changed, and why."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from geo_rectify.bundle import diff_runs, write_diff
from geo_rectify.cli.app import app
from geo_rectify.errors import InputFileError


def _run(folder: Path, *, lon: float = 117.1, as_of: str = "2024-06-01", **cells: str) -> Path:
    folder.mkdir()
    row = {
        "site_id": "s1",
        "site_name": "=某厂",
        "zone_class": "red_line",
        "layer_id": "rl",
        "layer_version": "1",
        "layer_status": "official",
        "verdict": "clear",
        "rule_ids": "a",
        **cells,
    }
    other = {**row, "zone_class": "water_1", "verdict": "not_covered", "layer_id": ""}
    pd.DataFrame([row, other]).to_csv(folder / "findings.csv", index=False, encoding="utf-8-sig")
    frame = gpd.GeoDataFrame(
        {"site_id": ["s1"], "precision": ["feature"]}, geometry=[shapely.Point(lon, 29.2)], crs=4490
    )
    frame.to_file(folder / "sites.gpkg", layer="sites")
    (folder / "run.json").write_text(json.dumps({"settings": {"as_of": as_of}}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"lon": 117.2}, "点位变动"),
        ({"layer_version": "2"}, "图层版本：1→2"),
        ({"layer_id": "rl2"}, "图层更换：rl→rl2"),
        ({"rule_ids": "b", "as_of": "2026-12-01"}, "条款按日期不同（2024-06-01→2026-12-01）"),
    ],
)
def test_a_changed_verdict_is_told_with_its_cause(tmp_path: Path, changed, cause: str):
    old = _run(tmp_path / "old")
    new = _run(tmp_path / "new", **{"verdict": "conflict", **changed})
    changes = diff_runs(old, new)
    red = changes[changes["zone_class"] == "red_line"]
    assert list(changes["zone_class"]) == ["red_line"]
    assert list(red["cause"]) == [cause]
    assert (red["old_verdict"].item(), red["new_verdict"].item()) == ("clear", "conflict")


def test_equal_runs_have_no_changes_and_still_a_page(tmp_path: Path):
    old, new = _run(tmp_path / "old"), _run(tmp_path / "new")
    assert write_diff(old, new, tmp_path / "d").empty
    assert (tmp_path / "d" / "changes.docx").is_file()


def test_the_command_writes_a_table_and_a_word_file(tmp_path: Path):
    docx = pytest.importorskip("docx")
    old, new = _run(tmp_path / "old"), _run(tmp_path / "new", verdict="possible", layer_version="2")
    done = CliRunner().invoke(app, ["diff", str(old), str(new), "-o", str(tmp_path / "d")])
    assert done.exit_code == 0, done.output
    assert "原因：图层版本：1→2（" in done.stdout
    assert "生态保护红线" in done.stdout
    assert "red_line" not in done.stdout
    text = (tmp_path / "d" / "changes.csv").read_text(encoding="utf-8-sig")
    assert "图层版本：1→2" in text
    assert ",=某厂" not in text
    table = docx.Document(str(tmp_path / "d" / "changes.docx")).tables[0]
    assert [cell.text for cell in table.rows[1].cells][1] == "生态保护红线"
    before = (tmp_path / "d" / "changes.docx").read_bytes()
    write_diff(old, new, tmp_path / "d")
    assert (tmp_path / "d" / "changes.docx").read_bytes() == before


def test_a_folder_that_is_no_run_is_told(tmp_path: Path):
    with pytest.raises(InputFileError, match="holds no whole run"):
        diff_runs(tmp_path, tmp_path)
