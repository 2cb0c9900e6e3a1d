"""Packs: what each reader gets of one county, opened file by file; and runs made again for them."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile

import docx
import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from typer.testing import CliRunner

import geo_rectify
from geo_rectify.bundle import Reader, Replay, assess_again, pack_name, write_pack
from geo_rectify.bundle import packs as packing
from geo_rectify.bundle.provenance import write_record
from geo_rectify.bundle.replay import replay_record
from geo_rectify.cli.app import app
from geo_rectify.errors import InputFileError, OutputError
from geo_rectify.example import example_plan
from geo_rectify.outputs._typeset import why_no_pdf
from geo_rectify.outputs.ledger import read_ledger
from geo_rectify.settings import Settings
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import DEMO_MARK, Sensitivity
from tests.factories import make_assessment

COUNTY = "乐平市"
SETTINGS = Settings(as_of=dt.date(2026, 11, 1), demo=True)
HELD = {
    Reader.INSPECTOR: {
        "qfield/data.gpkg",
        "qfield/project.qgs",
        "地图.html",
        "待定位点位清单.xlsx",
        "手机/sites.gpx",
        "手机/sites.kmz",
        "手机/sites_ovital.txt",
        "核查卡.docx",
        "核查卡.html",
        "核查卡.pdf",
        "说明.txt",
    },
    Reader.PLANNER: {
        *(
            f"shapefile/{name}.{end}"
            for name in ("sites", "findings")
            for end in ("cpg", "dbf", "prj", "shp", "shx")
        ),
        "shapefile/fields.csv",
        "判定.csv",
        "判定.gpkg",
        "图层.csv",
        "地名.csv",
        "点位.gpkg",
        "点位_外业.gpkg",
        "表述核对.csv",
        "说明.txt",
        "运行记录.json",
    },
    Reader.OFFICIAL: {
        "台账.xlsx",
        "地图.html",
        "套合分析报告.docx",
        "套合分析报告.html",
        "套合分析报告.pdf",
        "说明.txt",
        "运行记录.json",
    },
}


@pytest.fixture(scope="module")
def whole():
    with example_plan() as plan:
        return geo_rectify.assess(plan, layers="sample", settings=SETTINGS)


@pytest.fixture(scope="module")
def part(whole):
    return geo_rectify.narrowed(whole, county=COUNTY)


@pytest.fixture(scope="module")
def opened(part, tmp_path_factory):
    """Each pack, unpacked by a program of its own into a folder of its own."""
    folder = tmp_path_factory.mktemp("packs")
    made = {}
    for reader in Reader:
        path = folder / pack_name(part, reader)
        made[reader] = write_pack(part, path, reader=reader)
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            archive.extractall(folder / reader.value)
    return folder, made


@pytest.mark.parametrize("reader", list(Reader))
def test_each_reader_gets_their_files(opened, reader):
    folder, made = opened
    expected = HELD[reader] if not why_no_pdf() else {n for n in HELD[reader] if n[-3:] != "pdf"}
    assert set(made[reader].members) == expected
    assert made[reader].size < 20 * 1024 * 1024
    assert made[reader].path.name.startswith(f"{COUNTY}_")
    guide = (folder / reader.value / "说明.txt").read_text(encoding="utf-8-sig")
    for name in made[reader].members:
        assert name == "说明.txt" or name.split("/")[0] in guide
    assert DEMO_MARK in guide


def texts(path):
    """Give the words of a file, however they are kept."""
    if path.suffix in {".html", ".csv", ".json", ".qgs", ".gpx", ".txt"}:
        return path.read_text(encoding="utf-8-sig")
    if path.suffix == ".kmz":
        with zipfile.ZipFile(path) as archive:
            return archive.read("doc.kml").decode()
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(
            str(cell)
            for sheet in book
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if cell
        )
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as archive:
            return re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
    if path.suffix in {".gpkg", ".shp"}:
        frames = [pyogrio.read_dataframe(path, layer=name) for name, _ in pyogrio.list_layers(path)]
        return "\n".join(
            pd.DataFrame(f).drop(columns="geometry", errors="ignore").to_csv() for f in frames
        )
    return ""


@pytest.mark.parametrize("reader", list(Reader))
def test_nothing_of_another_county_but_quoted_sentences(whole, part, opened, reader):
    folder, _ = opened
    held = set(part.sites["site_id"])
    others = whole.sites[~whole.sites["site_id"].isin(held)]
    assert len(held) > 50
    assert len(others) > 50
    assert all("360281" in split_list(code) for code in part.sites["adcode"])
    own = set(part.sites["name"])
    quoted = {str(name) for name in others["name"] if str(name) in whole.plan.text}
    names = {str(name) for name in others["name"] if len(str(name)) > 3} - own - quoted
    for path in sorted((folder / reader.value).rglob("*")):
        text = texts(path) if path.is_file() else ""
        for site_id in others["site_id"]:
            assert site_id not in text, (path.name, site_id)
        for name in names:
            assert name not in text, (path.name, name)


def test_sites_of_other_counties_have_no_row_anywhere(whole, part, opened):
    folder, _ = opened
    held = set(part.sites["site_id"])
    planner = folder / "planner"
    assert set(gpd.read_file(planner / "点位.gpkg", layer="sites")["site_id"]) == held
    assert set(pd.read_csv(planner / "判定.csv", dtype=str)["site_id"]) <= held
    for layer in ("sites", "places"):
        frame = pyogrio.read_dataframe(folder / "inspector" / "qfield" / "data.gpkg", layer=layer)
        assert set(frame["county"].fillna("")) <= {COUNTY}
    placemarks = texts(folder / "inspector" / "手机" / "sites.kmz")
    assert re.findall(r"<Folder><name>(?!问题)([^（<]+)", placemarks) == [COUNTY]
    cards = (folder / "inspector" / "核查卡.html").read_text(encoding="utf-8")
    assert set(re.findall(r'data-county="([^"]+)"', cards)) == {COUNTY}
    extents = len(part.sites) - cards.count("<article")
    assert 0 <= extents < 10
    document = docx.Document(str(folder / "inspector" / "核查卡.docx"))
    forms = [t for t in document.tables if t.cell(0, 0).text == "经度"]
    assert len(forms) == cards.count("<article")


@pytest.mark.parametrize("reader", list(Reader))
def test_no_path_leads_out(opened, reader):
    folder, made = opened
    for name in made[reader].members:
        assert not name.startswith("/")
        text = texts(folder / reader.value / name)
        assert str(folder) not in text
        assert not re.search(r"(?:file:|/tmp/|/home/|/root/|[A-Z]:\\\\)", text), name
        assert not re.search(r"src=[\"']https?://", text), name


def test_shapefiles_are_gb18030_with_a_field_map(part, opened):
    folder, _ = opened
    shapes = folder / "planner" / "shapefile"
    assert (shapes / "sites.cpg").read_text().strip() == "GB18030"
    fields = pd.read_csv(shapes / "fields.csv")
    assert fields["字段"].str.len().max() <= 10
    assert fields["字段"].map(str.isascii).all()
    frame = gpd.read_file(shapes / "sites.shp")
    located = part.sites[part.sites.geometry.notna()].set_index("site_id")
    assert set(frame["site_id"]) == set(located.index)
    assert list(frame["name"]) == [located.loc[i, "name"] for i in frame["site_id"]]
    for row in frame.itertuples():
        assert (
            row.geometry.distance(located.loc[row.site_id].geometry.representative_point()) < 1e-5
        )
    findings = gpd.read_file(shapes / "findings.shp")
    drawn = part.findings[part.findings.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    assert sorted(findings["find_id"]) == sorted(drawn["finding_id"])
    assert set(findings["mark"]) <= {DEMO_MARK}


def test_same_bytes_twice(part, opened, tmp_path):
    _, made = opened
    again = write_pack(part, tmp_path / "again.zip", reader=Reader.INSPECTOR)
    assert again.path.read_bytes() == made[Reader.INSPECTOR].path.read_bytes()
    again = write_pack(part, tmp_path / "again.zip", reader=Reader.PLANNER)
    assert again.path.read_bytes() == made[Reader.PLANNER].path.read_bytes()


def test_packs_too_heavy_leave_out_what_is_there_twice_or_are_refused(tmp_path, monkeypatch):
    run = make_assessment()
    full = write_pack(run, tmp_path / "a.zip", reader=Reader.INSPECTOR)
    monkeypatch.setattr(packing, "MOST_BYTES", full.size - 1)
    less = write_pack(run, tmp_path / "a.zip", reader=Reader.INSPECTOR)
    assert len(less.members) == len(full.members) - 1
    assert "太大" in less.notes[-1]
    before = (tmp_path / "a.zip").read_bytes()
    monkeypatch.setattr(packing, "MOST_BYTES", 1000)
    with pytest.raises(OutputError, match="--county"):
        write_pack(run, tmp_path / "a.zip", reader=Reader.INSPECTOR)
    assert (tmp_path / "a.zip").read_bytes() == before


def test_restricted_layers_stay_out_of_every_pack(tmp_path):
    import dataclasses

    run = make_assessment()
    secret = [
        dataclasses.replace(info, sensitivity=Sensitivity.RESTRICTED) for info in run.layers.infos
    ]
    zones = run.layers.zones.assign(sensitivity="restricted")
    names = [name for name in zones["zone_name"] if len(str(name)) > 2]
    layers = dataclasses.replace(run.layers, infos=tuple(secret), zones=zones)
    findings = run.findings.copy()
    findings[["zone_name", "zone_id", "zone_ids"]] = ""
    findings["distance_m"] = float("nan")
    hidden = dataclasses.replace(run, layers=layers, findings=findings)
    for reader in Reader:
        write_pack(hidden, tmp_path / "a.zip", reader=reader)
        with zipfile.ZipFile(tmp_path / "a.zip") as archive:
            archive.extractall(tmp_path / reader.value)
        for path in (tmp_path / reader.value).rglob("*"):
            text = texts(path) if path.is_file() else ""
            assert not any(name in text for name in names if name not in run.plan.text), path


# --- runs made again ------------------------------------------------------------------------

PLAN = """某市督察反馈问题整改方案
附件
整改清单
一、存在的问题
（一）矿山修复滞后。乐平市双田镇岩口采石场、浮梁县鹅湖镇高岭采石场未完成修复。
整改目标：完成修复。
整改时限：2024年底。
整改措施：
1．2024年底前，完成岩口采石场、高岭采石场修复。〔责任单位：乐平市委、市政府，浮梁县委、县政府〕
验收单位：市自然资源局。
"""


@pytest.fixture
def small(tmp_path):
    (tmp_path / "方案.txt").write_text(PLAN, encoding="utf-8")
    out = tmp_path / "成果"
    arguments = ["run", str(tmp_path / "方案.txt"), "-o", str(out), "--as-of", "2026-11-01"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return out


def test_pack_command_makes_the_run_again_and_takes_over_the_ledger(small, tmp_path):
    path = small / "ledger.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["措施"]
    headers = {cell.value: cell.column for cell in sheet[3]}
    sheet.cell(4, headers["整改进展"], "已进场施工")
    book.save(path)
    target = tmp_path / "包.zip"
    arguments = ["pack", str(small), "--county", "乐平", "--for", "official", "-o", str(target)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(target) as archive:
        (tmp_path / "台账.xlsx").write_bytes(archive.read("台账.xlsx"))
        record = json.loads(archive.read("运行记录.json"))
        text = docx.Document(io.BytesIO(archive.read("套合分析报告.docx")))
    assert "已进场施工" in texts(tmp_path / "台账.xlsx")
    assert record["part"] == COUNTY
    assert "written_at" not in record
    assert text.paragraphs
    assert read_ledger(tmp_path / "台账.xlsx")
    wrong = CliRunner().invoke(app, ["pack", str(small), "--county", "北京", "--for", "planner"])
    assert wrong.exit_code == 2


def test_a_run_is_made_again_only_from_the_same_inputs(small, tmp_path):
    assert len(assess_again(small).sites) == 2
    plan = tmp_path / "方案.txt"
    plan.write_text(PLAN.replace("滞后", "缓慢"), encoding="utf-8")
    with pytest.raises(InputFileError, match="has changed since the run"):
        assess_again(small)
    plan.unlink()
    with pytest.raises(InputFileError, match="no longer where"):
        assess_again(small)
    with pytest.raises(InputFileError, match="no readable run"):
        assess_again(tmp_path)


def test_a_worklist_used_as_correction_is_found_where_it_was_kept(small, tmp_path):
    worklist = small / "worklist.xlsx"
    book = openpyxl.load_workbook(worklist)
    sheet = book.worksheets[0]
    for column, value in zip((9, 10, 11), ("117.16", "29.06", "WGS84"), strict=True):
        sheet.cell(4, column, value)
    book.save(worklist)
    arguments = ["run", str(tmp_path / "方案.txt"), "-o", str(small), "--as-of", "2026-11-01"]
    done = CliRunner().invoke(app, [*arguments, "--corrections", str(worklist)])
    assert done.exit_code == 0, done.output
    again = assess_again(small)
    assert (again.sites["precision"] == "surveyed").sum() == 1


def test_runs_of_python_and_of_services_say_why_they_cannot_be_packed(tmp_path):
    settings = {
        "as_of": "2026-11-01",
        "max_distance_m": 5000.0,
        "min_overlap_m2": 1.0,
        "include_restricted": False,
        "allow_missing": False,
        "public": False,
    }
    record = {"demo": False, "settings": settings, "inputs": [], "layers": []}
    write_record(record, tmp_path)
    with pytest.raises(InputFileError, match="does not say what the run was made of"):
        assess_again(tmp_path)
    replay = replay_record(Replay(geocoder="tianditu"), tmp_path)
    write_record(record | {"replay": replay}, tmp_path)
    with pytest.raises(InputFileError, match="pack asks no service"):
        assess_again(tmp_path)
