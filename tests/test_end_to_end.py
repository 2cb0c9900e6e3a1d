"""The whole job on the bundled example, as a person would do it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import Polygon

from geo_rectify import crs
from geo_rectify.vocabulary import (
    DEMO_MARK,
    SCHEMATIC_MARK,
    Precision,
    Verdict,
    ZoneClass,
    label,
)
from tests.browser import open_page
from tests.report_numbers import accounted, shown_numbers, table_of

OUTPUTS = {
    "claims.csv",
    "corrections_log.csv",
    "field/cards.html",
    "field/qfield/data.gpkg",
    "field/qfield/project.qgs",
    "field/sites.gpx",
    "field/sites.kmz",
    "field/sites_field.gpkg",
    "field/sites_ovital.txt",
    "findings.csv",
    "findings.gpkg",
    "issues.json",
    "ledger.xlsx",
    "map.html",
    "mentions.csv",
    "plan.txt",
    "report.docx",
    "report.html",
    "report.pdf",
    "run.json",
    "sites.gpkg",
    "worklist.xlsx",
}
DATUMS = ("GCJ-02", "CGCS2000", "EPSG:4548")


def geo_rectify(*arguments, cwd):
    """Run the command line and fail with its messages if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "geo_rectify", *map(str, arguments)],
        cwd=cwd,
        env=dict(os.environ) | {"SOURCE_DATE_EPOCH": "1790000000"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def names(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    geo_rectify("demo", "-o", "out", cwd=folder)
    return folder / "out"


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The example plan run without any layers and corrections."""
    folder = tmp_path_factory.mktemp("bare")
    source = Path(__file__).parent.parent / "geo_rectify" / "example" / "plan.docx"
    shutil.copy(source, folder / "plan.docx")
    geo_rectify("run", "plan.docx", "-o", "out", cwd=folder)
    return folder


def test_demo_writes_everything(demo):
    assert names(demo) == OUTPUTS


def test_demo_shows_all_six_verdicts(demo):
    findings = pd.read_csv(demo / "findings.csv")
    assert set(findings["verdict"]) == {verdict.value for verdict in Verdict}


def test_demo_is_the_whole_plan(demo):
    counts = json.loads((demo / "run.json").read_text(encoding="utf-8"))["counts"]
    assert (counts["issues"], counts["measures"]) == (40, 124)


@pytest.mark.parametrize("name", ["map.html", "report.html", "field/cards.html"])
def test_demo_pages_carry_the_mark_and_load_nothing(demo, name):
    page = (demo / name).read_text(encoding="utf-8")
    assert DEMO_MARK in page
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?https?:", page)
    assert not re.search(r"url\([\"']?https?:", page)


@pytest.mark.parametrize("name", ["report.docx", "ledger.xlsx", "worklist.xlsx", "field/sites.kmz"])
def test_demo_documents_carry_the_mark(demo, name):
    with zipfile.ZipFile(demo / name) as archive:
        text = "".join(
            archive.read(member).decode("utf-8", "ignore") for member in archive.namelist()
        )
    assert DEMO_MARK in text


@pytest.mark.parametrize("fixture", ["demo", "bare"])
def test_every_number_of_the_reports_body_is_in_the_files(fixture, request):
    folder = request.getfixturevalue(fixture)
    folder = folder / "out" if fixture == "bare" else folder
    known = accounted(folder)
    shown = shown_numbers((folder / "report.html").read_text(encoding="utf-8"))
    assert len(shown) > 500
    assert [(number, text) for number, text in shown if number not in known] == []


def test_the_reports_counts_are_those_of_the_files(demo):
    page = (demo / "report.html").read_text(encoding="utf-8")
    findings = pd.read_csv(demo / "findings.csv")
    rows = {row["管控区"]: row for row in table_of(page, "管控区", "疑似压占", "未比对")}
    tally = findings.groupby(["zone_class", "verdict"])["site_id"].nunique()
    for zone_class in ZoneClass:
        if zone_class.value not in set(findings["zone_class"]):
            continue
        row = rows[label(zone_class)]
        shown = {
            verdict: int(row[heading])
            for verdict, heading in {
                "conflict": "疑似压占",
                "possible": "可能涉及",
                "clear": "未见压占",
                "undetermined": "暂无法判定",
                "not_delineated": "范围尚未划定",
                "not_covered": "未比对",
            }.items()
        }
        shown["possible"] += int(row["非正式提示"])
        wanted = {verdict: int(tally.get((zone_class.value, verdict), 0)) for verdict in shown}
        assert shown == wanted
    sites = gpd.read_file(demo / "sites.gpkg", layer="sites")
    told = {
        row["定位精度"]: int(row["点位数"]) for row in table_of(page, "定位精度", "点位数", "说明")
    }
    by_precision = sites["precision"].value_counts()
    assert told == {label(Precision(name)): count for name, count in by_precision.items()} | {
        "合计": len(sites)
    }
    listed = {row["序号"]: row["点位数"] for row in table_of(page, "序号", "最重判定")}
    per_issue = sites["issue_numbers"].str.split("|").explode().value_counts()
    assert len(listed) == 40
    assert listed == {number: str(per_issue.get(number, "—")) for number in listed}


def test_without_layers_nothing_is_clear_and_nothing_conflict(bare):
    findings = pd.read_csv(bare / "out" / "findings.csv")
    assert len(findings)
    assert not {"clear", "conflict", "possible"} & set(findings["verdict"])
    assert "not_delineated" in set(findings["verdict"])
    assert SCHEMATIC_MARK not in (bare / "out" / "report.html").read_text(encoding="utf-8")
    assert DEMO_MARK not in (bare / "out" / "map.html").read_text(encoding="utf-8")


def test_the_86_pits_are_one_site_without_dots(bare):
    sites = gpd.read_file(bare / "out" / "sites.gpkg", layer="sites")
    pits = sites[(sites["count"] == 86)]
    assert len(pits) == 1
    pit = pits.iloc[0]
    assert pit.status == "counted"
    assert pit.county == "乐平市"
    assert pit.geometry is None
    assert pit.area_stated_m2 == pytest.approx(1200 * crs.M2_PER_MU)


def test_no_accepted_candidate_lies_outside_the_prefecture(bare):
    from geo_rectify import regions

    area = regions.widened_polygon("360200")
    sites = gpd.read_file(bare / "out" / "sites.gpkg", layer="sites")
    placed = sites[sites.geometry.notna()]
    assert len(placed) > 10
    assert placed.geometry.intersects(area).all()


def test_mentions_slice_back_to_the_text(bare):
    text = (bare / "out" / "plan.txt").read_bytes().decode("utf-8")
    mentions = pd.read_csv(bare / "out" / "mentions.csv", encoding="utf-8-sig", dtype=str)
    assert len(mentions) > 200
    for row in mentions.itertuples():
        assert text[int(row.start) : int(row.end)] == row.surface


def test_every_finding_leads_to_the_plan(bare):
    text = (bare / "out" / "plan.txt").read_bytes().decode("utf-8")
    findings = pd.read_csv(bare / "out" / "findings.csv", encoding="utf-8-sig", dtype=str)
    for cell in findings["evidence"].dropna().unique():
        for part in cell.split("|"):
            span = part.rpartition(":")[2]
            start, end = map(int, span.split("-"))
            assert text[start:end].strip()
    assert findings["evidence"].notna().all()


def test_two_runs_give_the_same_bytes(demo, tmp_path):
    geo_rectify("demo", "-o", "out", cwd=tmp_path)
    again = tmp_path / "out"
    assert names(again) == names(demo)
    different = [
        name
        for name in sorted(OUTPUTS - {"run.json"})
        if (again / name).read_bytes() != (demo / name).read_bytes()
    ]
    assert different == []


def test_positions_come_back(bare, tmp_path):
    """Fill three rows of the worklist, each in another notation, and run again."""
    filled = tmp_path / "worklist.xlsx"
    shutil.copy(bare / "out" / "worklist.xlsx", filled)
    book = openpyxl.load_workbook(filled)
    sheet = next(
        s for s in book.worksheets if any(c.value == "site_id" for r in s.iter_rows() for c in r)
    )
    header = next(r for r in sheet.iter_rows() if any(c.value == "site_id" for c in r))
    at = {cell.value: cell.column for cell in header}
    rows = [
        row[0].row
        for row in sheet.iter_rows(min_row=header[0].row + 1)
        if sheet.cell(row[0].row, at["县"]).value == "乐平市"
        and sheet.cell(row[0].row, at["site_id"]).value
    ][:3]
    wanted = {}
    places = [(117.20, 28.95), (117.31, 29.02), (117.25, 28.90)]
    for row, (lon, lat), datum in zip(rows, places, DATUMS, strict=True):
        if datum == "GCJ-02":
            typed = [f"{float(v):.8f}" for v in crs.wgs84_to_gcj02(lon, lat)]
        elif datum == "CGCS2000":
            typed = [crs.format_dms(v, uncertainty_m=0.1) for v in (lon, lat)]
        else:
            typed = [f"{v:.3f}" for v in crs.transformer(crs.STORED, datum).transform(lon, lat)]
        sheet.cell(row, at["经度"]).value, sheet.cell(row, at["纬度"]).value = typed
        sheet.cell(row, at["坐标系"]).value = datum
        sheet.cell(row, next(v for k, v in at.items() if k and k.startswith("误差"))).value = 5
        wanted[sheet.cell(row, at["site_id"]).value] = (lon, lat)
    book.save(filled)
    shutil.copy(bare / "plan.docx", tmp_path / "plan.docx")
    geo_rectify("run", "plan.docx", "-o", "out", "--corrections", filled, cwd=tmp_path)

    sites = gpd.read_file(tmp_path / "out" / "sites.gpkg", layer="sites").set_index("site_id")
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "out" / "field" / "sites.kmz") as archive:
        kml = archive.read("doc.kml").decode("utf-8")
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for site_id, (lon, lat) in wanted.items():
        site = sites.loc[site_id]
        assert site.precision == "surveyed"
        assert abs(site.geometry.x - lon) < 1e-5
        assert abs(site.geometry.y - lat) < 1e-5
        assert f"{lon:.2f}"[:6] in page
        assert site["name"] in page
        assert site["name"] in kml
        assert site["name"] in report
        assert re.search(rf"{lon:.2f}\d*,{lat:.2f}", kml) or re.search(
            rf"{lon - 0.00001:.4f}\d*,{lat - 0.00001:.4f}", kml
        )
    left = gpd.read_file(tmp_path / "out" / "sites.gpkg", layer="unlocated")
    assert not set(wanted) & set(left["site_id"])


def test_an_edited_worklist_survives_the_next_run(bare, tmp_path):
    shutil.copytree(bare, tmp_path / "work")
    folder = tmp_path / "work"
    book = openpyxl.load_workbook(folder / "out" / "worklist.xlsx")
    book.worksheets[0]["A1"].value = "mine"
    book.save(folder / "out" / "worklist.xlsx")
    edited = (folder / "out" / "worklist.xlsx").read_bytes()
    done = geo_rectify("run", "plan.docx", "-o", "out", cwd=folder)
    kept = list((folder / "out" / "kept").iterdir())
    assert [path.read_bytes() for path in kept] == [edited]
    assert f"kept/{kept[0].name}" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not there on Windows")
def test_a_killed_run_leaves_the_old_folder(bare, tmp_path):
    shutil.copytree(bare, tmp_path / "work")
    folder = tmp_path / "work"
    before = {name: (folder / "out" / name).read_bytes() for name in names(folder / "out")}
    for delay in (1.5, 4.0):
        process = subprocess.Popen(
            [sys.executable, "-m", "geo_rectify", "run", "plan.docx", "-o", "out"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = {name: (folder / "out" / name).read_bytes() for name in names(folder / "out")}
        assert set(now) == set(before)
        whole = json.loads(now["run.json"])["outputs"]
        assert set(whole) == set(now) - {"run.json"}


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["map.html", "report.html", "field/cards.html"])
def test_demo_pages_open_with_the_network_off(chromium, demo, name, size):
    with open_page(chromium, demo / name, size=size, touch=size[0] < 500) as opened:
        assert "满坑坞" in opened.page.content()
        wide = opened.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0] + 1


def test_a_restricted_layer_leaves_verdicts_and_nothing_else(tmp_path):
    """Its zone names and coordinates are in no output; the verdict rows are."""
    corners = [(117.123457, 29.291113), (117.32, 29.21), (117.31, 29.29), (117.22, 29.33)]
    folder = tmp_path / "layers"
    folder.mkdir()
    secret = gpd.GeoDataFrame({"名称": ["绝密片区甲"]}, geometry=[Polygon(corners)], crs=4490)
    secret.to_file(folder / "secret.gpkg")
    (folder / "catalogue.toml").write_text(
        '[[layer]]\nid = "rl"\ntitle = "红线"\nrole = "red_line"\npath = "secret.gpkg"\n'
        'name_field = "名称"\nstatus = "official"\nversion = "2022"\ncoverage = "adcode:360200"\n'
        'source = "s"\nlicence = "l"\nsensitivity = "restricted"\n',
        encoding="utf-8",
    )
    example = Path(__file__).parent.parent / "geo_rectify" / "example"
    run = ("run", example / "plan.docx", "--layers", "layers")
    back = ("--corrections", example / "corrections.geojson")
    geo_rectify(*run, *back, "-o", "out", cwd=tmp_path)
    geo_rectify(*run, *back, "-o", "open", "--include-restricted", cwd=tmp_path)

    planted = ("绝密片区".encode(), b"117.12345", b"29.29111", struct.pack("<d", corners[0][0]))
    assert _holding(tmp_path / "out", planted) == []
    assert "map.html" in _holding(tmp_path / "open", planted)
    findings = pd.read_csv(tmp_path / "out" / "findings.csv")
    assert "conflict" in set(findings.loc[findings["zone_class"] == "red_line", "verdict"])


def _holding(folder, planted):
    """Name the files that hold any of these bytes, archives opened."""
    held = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        contents = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                contents += [archive.read(name) for name in archive.namelist()]
        if any(bytes_ in content for bytes_ in planted for content in contents):
            held.append(path.relative_to(folder).as_posix())
    return held
