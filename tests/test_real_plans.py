"""The real documents: structure, places and what must hold on the city's own plan."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_rectify import regions

pytestmark = pytest.mark.real_plans

PLAN = "jingdezhen_2023_rectification_plan.txt"
REPORT = "jingdezhen_2018_progress_report.txt"


def run(*arguments, cwd):
    done = subprocess.run(
        [sys.executable, "-m", "geo_rectify", "run", *map(str, arguments)],
        cwd=cwd,
        env=dict(os.environ) | {"SOURCE_DATE_EPOCH": "1790000000"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return cwd / "out"


@pytest.fixture(scope="module")
def out(real_plans, tmp_path_factory):
    return run(real_plans / PLAN, "-o", "out", cwd=tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="module")
def sampled(real_plans, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sampled")
    return run(real_plans / PLAN, "-o", "out", "--layers", "sample", cwd=folder)


@pytest.fixture(scope="module")
def report(real_plans, tmp_path_factory):
    return run(real_plans / REPORT, "-o", "out", cwd=tmp_path_factory.mktemp("report"))


def score(gold, *arguments, tmp_path):
    figures = tmp_path / "score.json"
    subprocess.run(
        [sys.executable, gold / "score.py", *map(str, arguments), "--json", figures],
        check=True,
        capture_output=True,
    )
    return json.loads(figures.read_text(encoding="utf-8"))


def sites(folder):
    return gpd.read_file(folder / "sites.gpkg", layer="sites")


def test_structure_is_read_whole(out, gold, tmp_path):
    lines = score(gold, "--issues", gold / "issues.json", out / "issues.json", tmp_path=tmp_path)
    wrong = {name: line["f1"] for name, line in lines["issues"].items() if line["f1"] != 1.0}
    assert wrong == {}


def test_places_of_the_odd_issues(out, gold, tmp_path):
    lines = score(
        gold,
        "--places",
        gold / "places_odd_issues.csv",
        out / "mentions.csv",
        "--scope",
        gold / "scope.json",
        "--doc",
        "000",
        "--odd",
        tmp_path=tmp_path,
    )["places"]
    assert lines["place spans (exact)"]["f1"] >= 0.65
    assert lines["site mentions (overlap)"]["f1"] >= 0.75
    assert lines["parent county right on matched"]["p"] >= 0.90


@pytest.mark.parametrize(
    ("name", "county"),
    [("岩口采石场", "乐平市"), ("狄芬妮", "浮梁县"), ("西湖乡水厂水源地", "浮梁县")],
)
def test_counties_of_known_places(out, name, county):
    found = sites(out)
    hit = found[found["name"].str.contains(name) | found["aliases"].fillna("").str.contains(name)]
    assert len(hit)
    assert set(hit["county"]) == {county}


def test_86_pits_are_one_site(out):
    pits = sites(out).query("count == 86")
    assert len(pits) == 1
    assert pits.geometry.isna().all()


def test_nothing_lies_outside_the_prefecture(out):
    placed = sites(out)
    placed = placed[placed.geometry.notna()]
    assert placed.geometry.intersects(regions.widened_polygon("360200")).all()


def test_every_located_site_says_how_and_lies_in_the_prefecture(out):
    known = sites(out)
    located = known[known["status"] == "located"]
    shapes = gpd.read_file(out / "sites.gpkg", layer="footprints").set_index("site_id").geometry
    assert len(located) > 30
    assert set(located["site_id"]) <= set(shapes.index)
    assert (located["method"].str.len() > 0).all()
    assert (located["source"].str.len() > 0).all()
    home = regions.widened_polygon("360200")
    points = located.geometry[located.geometry.notna()]
    assert shapely.intersects(home, points.to_numpy()).all()
    offered = [one for cell in known["candidates"].dropna() if cell for one in json.loads(cell)]
    assert offered
    for one in offered:  # before any cut: what was accepted as a candidate at all
        if "lon" in one:
            assert shapely.dwithin(home, shapely.Point(one["lon"], one["lat"]), 0.002), one
    reasons = gpd.read_file(out / "sites.gpkg", layer="unlocated")["reason"]
    assert len(reasons)
    assert (reasons.str.len() > 0).all()


def test_no_layers_no_verdicts(out):
    findings = pd.read_csv(out / "findings.csv")
    assert not {"clear", "conflict", "possible"} & set(findings["verdict"])


def test_a_source_without_boundary_says_so(out):
    findings = pd.read_csv(out / "findings.csv")
    source = findings[findings["site_name"].str.contains("樟树坑")]
    water = source[source["zone_class"].str.startswith("water")]
    assert len(water)
    assert set(water["verdict"]) == {"not_delineated"}


def test_schematic_layers_give_neither_clear_nor_conflict(sampled):
    findings = pd.read_csv(sampled / "findings.csv")
    assert not {"clear", "conflict"} & set(findings["verdict"])
    assert "undetermined" in set(findings["verdict"])


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("满坑坞", None),
        ("13.6", "亩"),
        ("核心区", None),
        ("86", "处"),
        ("1200", "亩"),
        ("650", "亩"),
    ],
)
def test_claims_stay_open_without_a_register(sampled, words, unit):
    claims = pd.read_csv(sampled / "claims.csv", dtype=str).fillna("")
    text = (sampled / "plan.txt").read_bytes().decode("utf-8")
    said = [text[int(row.start) : int(row.end)] for row in claims.itertuples()]
    hit = claims[
        [
            words in row.subject or words in row.stated or words in part
            for row, part in zip(claims.itertuples(), said, strict=True)
        ]
    ]
    if unit:
        hit = hit[hit["unit"] == unit]
    assert len(hit)
    assert set(hit["result"]) == {"无法判定"}


def test_a_progress_report_is_said_to_be_one(report):
    document = json.loads((report / "issues.json").read_text(encoding="utf-8"))
    assert document["document_type"] == "progress_report"
    assert document["reason"]
    assert document["issues"] == []
    mentions = pd.read_csv(report / "mentions.csv", encoding="utf-8-sig")
    assert len(mentions) > 50
    assert set(mentions["field"]) == {"body"}
    assert mentions["issue"].isna().all()
    assert len(sites(report)) > 10
    page = (report / "map.html").read_text(encoding="utf-8")
    assert "老南河" in page or "南河" in page
