"""A part of a run: one county or some issues, in every output."""

from __future__ import annotations

import dataclasses
import html
import io
import json
import re
import zipfile

import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

import geo_rectify
from geo_rectify.cli.app import app
from geo_rectify.crs import buffer_m
from geo_rectify.errors import ScopeError
from geo_rectify.example import example_corrections, example_plan
from geo_rectify.outputs.ledger import read_book, write_ledger
from geo_rectify.regions import area_polygon
from geo_rectify.settings import Settings
from geo_rectify.tables import split_list
from tests.factories import AS_OF, make_assessment

ADMINISTRATIVE = {"admin-province", "admin-prefecture", "admin-county", "dev-zone"}
WINDOW = 4


@pytest.fixture(scope="module")
def whole():
    with example_plan() as plan, example_corrections() as brought:
        return geo_rectify.assess(
            plan, layers="sample", corrections=brought, settings=Settings(as_of=AS_OF, demo=True)
        )


@pytest.fixture(scope="module")
def part(whole):
    return geo_rectify.narrowed(whole, county="乐平")


@pytest.fixture(scope="module")
def written(part, tmp_path_factory):
    folder = tmp_path_factory.mktemp("part") / "out"
    geo_rectify.write_run(part, folder)
    return folder


def texts_of(path):
    """Give the texts of one output: cells, paragraphs, or the file as it is."""
    ending = path.suffix
    if ending == ".gpkg":
        found = []
        for name, _ in pyogrio.list_layers(path):
            frame = pyogrio.read_dataframe(path, layer=name, read_geometry=False)
            found += [str(cell) for column in frame for cell in frame[column].dropna()]
        return found
    if ending == ".xlsx":
        book = openpyxl.load_workbook(path)
        return [
            str(cell)
            for sheet in book
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if cell is not None
        ]
    if ending in {".kmz", ".docx"}:
        with zipfile.ZipFile(path) as archive:
            marked = [
                archive.read(name).decode()
                for name in archive.namelist()
                if name.endswith((".kml", ".xml"))
            ]
        return [html.unescape(re.sub(r"<[^>]+>", "", text)) for text in marked]
    text = path.read_text(encoding="utf-8-sig")
    if ending == ".json":
        return leaves(json.loads(text))
    if block := re.search(r'id="gr-data">(.*?)</script>', text, re.DOTALL):
        return [*leaves(json.loads(block[1])), re.sub(r"<script.*?</script>", "", text)]
    return [html.unescape(re.sub(r"<[^>]+>", "", text))] if ending == ".html" else [text]


def strange_hits(text, names, *, plan):
    """List where a text has names that are no words of the plan quoted with what is beside them."""
    plain = re.sub(r"\s", "", text)
    if plain in plan:
        return
    for name in names:
        for hit in re.finditer(re.escape(name), plain):
            before = plain[max(0, hit.start() - WINDOW) : hit.end()]
            after = plain[hit.start() : hit.end() + WINDOW]
            # A quotation begins or ends at one side at most.
            if not any(len(side) > len(name) and side in plan for side in (before, after)):
                yield plain[max(0, hit.start() - WINDOW) : hit.end() + WINDOW]


def leaves(value):
    """List the strings of plain data."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in leaves(each)]


def outputs(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "plan.txt")


def test_nothing_of_another_county_is_in_any_output(whole, part, written):
    held = set(part.sites["site_id"])
    others = whole.sites[~whole.sites["site_id"].isin(held)]
    ids = set(others["site_id"])
    bodies = whole.sites["kind"].isin(ADMINISTRATIVE)
    # 昌江 stands in 昌江区委, which is no word of the river.
    spoken = set(part.sites["name"]) | set(whole.sites.loc[bodies, "name"])
    names = {
        name
        for name, kind in zip(others["name"], others["kind"], strict=True)
        if kind not in ADMINISTRATIVE and not any(name in word for word in spoken)
    }
    # A zone within reach of the county stands on the map, whatever else bears its name.
    names -= {
        name for name in names if any(name in zone for zone in part.layers.zones["zone_name"])
    }
    assert len(ids) > 100
    assert len(names) > 80
    plan = re.sub(r"\s", "", part.plan.text)
    for path in outputs(written):
        for text in texts_of(path):
            assert not [site for site in ids if site in text], path
            assert not list(strange_hits(text, names, plan=plan)), path


def test_no_coordinate_of_another_county_is_in_any_output(whole, part, written):
    held = set(part.sites["site_id"])
    others = whole.sites[~whole.sites["site_id"].isin(held) & whole.sites.geometry.notna()]
    points = shapely.point_on_surface(others.geometry.to_numpy())
    assert len(points) > 10
    shown = {f"{shapely.get_y(point):.5f}" for point in points}
    shown |= {f"{shapely.get_y(point):.3f}," for point in points}
    for path in outputs(written):
        if path.suffix != ".gpkg":
            assert not [digits for text in texts_of(path) for digits in shown if digits in text], (
                path
            )


def test_every_shape_lies_within_reach_of_the_county(part, written):
    reach = buffer_m(area_polygon("360281"), part.settings.max_distance_m + 1)
    for path in outputs(written):
        if path.suffix != ".gpkg":
            continue
        for name, kind in pyogrio.list_layers(path):
            if kind is not None:
                frame = pyogrio.read_dataframe(path, layer=name).to_crs(4490)
                assert shapely.covers(reach, frame.geometry.dropna().to_numpy()).all(), path


def test_sites_of_the_county_keep_all_that_was_found(whole, part):
    wanted = whole.sites[whole.sites["adcode"].map(lambda cell: "360281" in split_list(cell))]
    assert part.sites["site_id"].tolist() == wanted["site_id"].tolist()
    same = whole.findings[whole.findings["site_id"].isin(wanted["site_id"])]
    pd.testing.assert_frame_equal(
        pd.DataFrame(part.findings), pd.DataFrame(same.reset_index(drop=True))
    )
    assert set(part.claims["claim_id"]) <= set(whole.claims["claim_id"])


def test_issues_are_those_with_a_site_or_unit_of_the_county(whole, part):
    kept = {issue.number for issue in part.plan.issues}
    with_site = {int(key) for cell in part.sites["issue_numbers"] for key in split_list(cell)}
    with_unit = {
        issue.number
        for issue in whole.plan.issues
        if any("乐平" in unit for measure in issue.measures for unit in measure.units)
    }
    assert with_site | with_unit <= kept < {issue.number for issue in whole.plan.issues}


def test_what_has_no_county_is_left_out_counted_and_said(whole, part, written):
    count = int((whole.sites["county"].fillna("") == "").sum())
    assert part.scope.unplaced == count > 0
    record = json.loads((written / "run.json").read_text(encoding="utf-8"))
    assert record["scope"] == {
        "county": "乐平市",
        "adcodes": ["360281"],
        "issues": [],
        "unplaced_sites": count,
    }
    said = f"另有{count}处"
    for name in ("report.docx", "report.html", "map.html", "ledger.xlsx", "worklist.xlsx"):
        assert any(said in text for text in texts_of(written / name)), name


@pytest.mark.parametrize("name", ["report.docx", "report.html", "map.html", "ledger.xlsx"])
def test_titles_carry_the_part(written, name):
    assert any("（乐平市）" in text for text in texts_of(written / name))


def test_a_zone_and_a_site_in_two_counties(whole):
    sites = whole.sites.copy()
    row = sites.index[sites["adcode"] == "360202"][0]
    sites.loc[row, ["county", "adcode"]] = ["昌江区|浮梁县", "360202|360222"]
    both = whole.sites.loc[row, "site_id"]
    spread = geo_rectify.narrowed(dataclasses.replace(whole, sites=sites), county="浮梁县")
    assert both in set(spread.sites["site_id"])
    zone = geo_rectify.narrowed(whole, county="高新区")
    assert set(zone.sites["dev_zone"]) == {"高新区"}
    assert zone.scope.adcodes == ("360202",)


def test_issues_narrow_and_their_keys_stay(whole):
    part = geo_rectify.narrowed(whole, issues=[3, "16"])
    assert [issue.number for issue in part.plan.issues] == [3, 16]
    numbers = {key for cell in part.sites["issue_numbers"] for key in split_list(cell)}
    assert numbers == {"3", "16"}
    spans = {span.split(":")[0] for cell in part.findings["evidence"] for span in split_list(cell)}
    assert spans == {"3", "16"}
    assert {mention.issue for mention in part.mentions} == {3, 16}
    assert part.scope.issues == ("3", "16")
    assert part.scope.unplaced == 0


def test_nothing_asked_is_the_whole_run(whole):
    assert geo_rectify.narrowed(whole) is whole


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"county": "南昌"}, "昌江区、珠山区、浮梁县、乐平市、昌南新区、高新区"),
        ({"issues": [77]}, "77.*38、39、40"),
        ({"county": "珠山区", "issues": [23]}, "珠山区"),
    ],
)
def test_what_the_plan_has_not_is_named(whole, asked, words):
    with pytest.raises(ScopeError, match=words):
        geo_rectify.narrowed(whole, **asked)


@pytest.mark.parametrize("name", ["乐平市", "乐平", "360281", " 乐平 "])
def test_a_county_goes_by_name_and_code(whole, name):
    assert geo_rectify.narrowed(whole, county=name).scope.county == "乐平市"


def test_a_part_takes_only_its_own_rows_of_a_ledger(tmp_path):
    small = make_assessment()
    mine, other = (issue.number for issue in small.plan.issues[:2])
    part = geo_rectify.narrowed(small, issues=[mine])
    write_ledger(small, tmp_path / "whole.xlsx")
    book = openpyxl.load_workbook(tmp_path / "whole.xlsx")
    sheet = book["台账"]
    headers = {cell.value: cell.column for cell in sheet[3]}
    for row in range(4, sheet.max_row + 1):
        if sheet.cell(row, 1).value in {mine, other}:
            sheet.cell(row, headers["整改进展"]).value = f"填报{sheet.cell(row, 1).value}"
    book.save(tmp_path / "whole.xlsx")
    notes = write_ledger(part, tmp_path / "part.xlsx", old=read_book(tmp_path / "whole.xlsx"))
    cells = [
        str(row.get("整改进展")) for row in read_book(tmp_path / "part.xlsx").tables["台账"].rows
    ]
    assert f"填报{mine}" in cells
    assert f"填报{other}" not in texts_of(tmp_path / "part.xlsx")
    assert any("1 项填报内容不在本次范围内" in note for note in notes)


def test_a_part_never_replaces_the_whole_ledger(tmp_path):
    small = make_assessment()
    ledger = tmp_path / "out" / "ledger.xlsx"
    geo_rectify.write_run(small, ledger.parent)
    book = openpyxl.load_workbook(ledger)
    book["台账"]["N4"].value = "已完成整改"
    book.save(ledger)
    number = small.plan.issues[-1].number
    written = geo_rectify.write_run(
        geo_rectify.narrowed(small, issues=[number]), ledger.parent, ledger=ledger
    )
    kept = [name for name in written.carried if "ledger" in name]
    assert kept
    saved = openpyxl.load_workbook(io.BytesIO((ledger.parent / kept[0]).read_bytes()))
    assert saved["台账"]["N4"].value == "已完成整改"


def test_the_command_says_what_counties_there_are(tmp_path):
    plan = tmp_path / "plan.txt"
    plan.write_text(
        "乐平市整改方案\n一、反馈问题\n问题一：塔山街道污水直排。\n整改目标：完成整改。\n"
        "整改时限：2024年12月底前\n整改措施：1．清理。责任单位：乐平市政府\n"
        "验收单位：乐平市政府\n",
        encoding="utf-8",
    )
    runner = CliRunner()
    asked = ["run", str(plan), "-o", str(tmp_path / "out"), "--county"]
    refused = runner.invoke(app, [*asked, "南昌"])
    assert refused.exit_code == 2
    assert "乐平市" in refused.output
    assert not (tmp_path / "out").exists()
    done = runner.invoke(app, [*asked, "乐平"])
    assert done.exit_code == 0
    assert "范围：乐平市" in done.output
