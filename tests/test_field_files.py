"""KMZ, GPX, 奥维 text, GeoPackage and cards: read back, safe, honest, the same bytes twice."""

from __future__ import annotations

import dataclasses
import re
import struct
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geo_rectify.catalogue.records import Layers
from geo_rectify.crs import distance_m, from_plane
from geo_rectify.outputs._dossiers import dossiers
from geo_rectify.outputs.field import (
    kml,
    write_field,
    write_kmz,
    write_shapefiles,
    write_worklist,
)
from geo_rectify.outputs.field.icons import SIZE, icon_png
from geo_rectify.settings import Settings
from geo_rectify.tables import CLAIMS, FINDINGS, FOOTPRINTS, SITES, UNLOCATED, frame_of
from geo_rectify.vocabulary import DEMO_MARK, PlaceType, Sensitivity, Verdict
from tests.factories import AS_OF, FORMULA, LONG, QUOTED, SITE_IDS, make_assessment

KML = "{http://www.opengis.net/kml/2.2}"
GPX = "{http://www.topografix.com/GPX/1/1}"
LOCATED = ("surveyed", "feature", "street", "village", "township", "undelineated")


@pytest.fixture(scope="module")
def run():
    return make_assessment()


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "field"
    write_field(run, path)
    return path


def document(path):
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read("doc.kml"))  # noqa: S314 - our own file


def test_the_same_bytes_twice(run, folder, tmp_path):
    write_field(run, tmp_path / "again")
    files = (path for path in folder.rglob("*") if path.is_file())
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    assert names == [
        "cards.html",
        "qfield/data.gpkg",
        "qfield/project.qgs",
        "sites.gpx",
        "sites.kmz",
        "sites_field.gpkg",
        "sites_ovital.txt",
    ]
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_kmz_members_are_ascii_and_nothing_is_fetched(folder):
    with zipfile.ZipFile(folder / "sites.kmz") as archive:
        members = archive.infolist()
        text = archive.read("doc.kml").decode()
    assert all(member.filename.isascii() for member in members)
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}
    hrefs = re.findall(r"<href>(.*?)</href>", text)
    assert hrefs
    assert set(hrefs) <= {member.filename for member in members}
    links = re.findall(r"https?://[^<\"\s]+", text)
    assert set(links) == {"http://www.opengis.net/kml/2.2"}


def test_kmz_placemarks_stand_where_the_sites_are(run, folder):
    sites = run.sites.set_index("site_id")
    points = {}
    folders = []
    for county in document(folder / "sites.kmz").iterfind(f"{KML}Document/{KML}Folder"):
        folders.append(county.findtext(f"{KML}name"))
        for mark in county.iter(f"{KML}Placemark"):
            data = {d.get("name"): d.findtext(f"{KML}value") for d in mark.iter(f"{KML}Data")}
            if data:
                coordinates = mark.findtext(f"{KML}Point/{KML}coordinates")
                points[data["site_id"]] = (mark.findtext(f"{KML}name"), coordinates, data)
    assert folders == ["浮梁县（2处）", "乐平市（4处）"]
    assert set(points) == {SITE_IDS[key] for key in LOCATED}
    for site_id, (name, coordinates, data) in points.items():
        site = sites.loc[site_id]
        lon, lat, _ = (float(part) for part in coordinates.split(","))
        assert site.geometry.distance(gpd.points_from_xy([lon], [lat])[0]) < 1e-7
        assert name.startswith(site["name"])
        assert re.search(r"【.+±\d+(\.\d+)?k?m】$", name)
        assert data["precision"] == site["precision"]


def test_kmz_folders_are_counties_and_their_issues(folder):
    counties = document(folder / "sites.kmz").findall(f"{KML}Document/{KML}Folder")
    assert counties
    for county in counties:
        inner = county.findall(f"{KML}Folder")
        assert inner
        assert all(one.find(f"{KML}name").text.startswith("问题") for one in inner)
        points = county.findall(f".//{KML}Point")
        assert f"（{len(points)}处）" in county.find(f"{KML}name").text


def test_kmz_is_split_where_it_holds_too_many(run, folder, tmp_path, monkeypatch):
    whole = document(folder / "sites.kmz").findall(f".//{KML}Placemark")
    monkeypatch.setattr(kml, "MOST_PLACEMARKS", 4)
    write_kmz(run, tmp_path / "sites.kmz")
    parts = [tmp_path / "sites.kmz", *sorted(tmp_path.glob("sites-*.kmz"))]
    assert [part.name for part in parts[:3]] == ["sites.kmz", "sites-2.kmz", "sites-3.kmz"]
    found = []
    for part in parts:
        root = document(part)
        marks = root.findall(f".//{KML}Placemark")
        assert 0 < len(marks) <= 4
        found += [mark.find(f"{KML}name").text for mark in marks]
        styles = {style.get("id") for style in root.iter(f"{KML}Style")}
        assert {node.text[1:] for node in root.iter(f"{KML}styleUrl")} <= styles
        assert f"/{len(parts)}）" in root.find(f"{KML}Document/{KML}name").text
    assert found == [mark.find(f"{KML}name").text for mark in whole]


def test_kmz_outlines_and_footprints_are_polygons(folder):
    names = [
        mark.findtext(f"{KML}name")
        for mark in document(folder / "sites.kmz").iter(f"{KML}Placemark")
        if mark.find(f".//{KML}Polygon") is not None
    ]
    assert len(names) == len(LOCATED)
    assert "双岭采石场【实测±10m】 实测轮廓" in names
    assert "昌东大道【道路级±200m】 位置误差范围" in names


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attrs):
        del attrs
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


def test_kmz_descriptions_are_tables_without_foreign_markup(run, folder):
    for mark in document(folder / "sites.kmz").iter(f"{KML}Placemark"):
        if mark.find(f"{KML}Point") is None:
            continue
        parsed = _Tags()
        parsed.feed(mark.findtext(f"{KML}description"))
        expected = {"table", "tr", "th", "td", "b"}
        assert parsed.tags == expected
        assert run.plan.doc_id in parsed.text
        assert AS_OF.isoformat() in parsed.text


def test_gpx_waypoints(run, folder):
    root = ET.parse(folder / "sites.gpx").getroot()  # noqa: S314 - our own file
    found = {p.findtext(f"{GPX}name"): p for p in root.iter(f"{GPX}wpt")}
    assert len(found) == len(LOCATED)
    point = found[f"{QUOTED}【村级±1.5km】"]
    assert (float(point.get("lon")), float(point.get("lat"))) == (117.115, 28.905)
    assert run.plan.doc_id in point.findtext(f"{GPX}desc")
    assert "可能涉及" in point.findtext(f"{GPX}desc")
    again = pyogrio.read_dataframe(folder / "sites.gpx", layer="waypoints")
    assert len(again) == len(LOCATED)
    assert again.crs.to_epsg() == 4326


def test_ovital_lines(folder):
    text = (folder / "sites_ovital.txt").read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == len(LOCATED)
    for line in lines:
        name, lon, lat = line.split(" ")
        assert "【" in name
        assert 116 < float(lon) < 118
        assert 28 < float(lat) < 30


def test_geopackage(folder):
    path = folder / "sites_field.gpkg"
    names = [name for name, _ in pyogrio.list_layers(path)]
    assert names == ["sites", "footprints", "unlocated"]
    sites = gpd.read_file(path, layer="sites")
    assert sites.crs.to_epsg() == 4490
    assert set(sites["site_id"]) == {SITE_IDS[key] for key in LOCATED}
    assert set(sites.geom_type) == {"Point"}
    assert (sites["state"].fillna("") == "").all()
    assert set(sites["plane"]) == {"EPSG:4548"}
    for row in sites.itertuples():
        assert (row.lon, row.lat) == pytest.approx(row.geometry.coords[0], abs=0.01)
        assert 300_000 < row.east_m < 700_000
        back = from_plane(shapely.Point(row.east_m, row.north_m), 4548)
        away = distance_m(back, row.geometry)
        assert away < max(1.0, 0.1 * row.uncertainty_m)
    assert len(gpd.read_file(path, layer="footprints")) == 9
    assert len(pyogrio.read_dataframe(path, layer="unlocated")) == 4


def test_cards_cover_all_sites_but_extents(run, folder):
    page = (folder / "cards.html").read_text(encoding="utf-8")
    cards = page.split("<article")[1:]
    assert len(cards) == len(run.sites) - 1
    assert f'id="s{SITE_IDS["extent"]}"' not in page
    by_id = {re.search(r'id="s(\w+)"', card)[1]: card for card in cards}
    for key in ("county", "none", "counted"):
        assert "坐标待测" in by_id[SITE_IDS[key]]
        assert "uri.amap.com" not in by_id[SITE_IDS[key]]
    assert "86处的逐点名录" in by_id[SITE_IDS["counted"]]
    surveyed = by_id[SITE_IDS["surveyed"]]
    assert "position=117.100000,28.900000" in surveyed
    assert "coordinate=wgs84" in surveyed
    assert "东经117°06′00.0″ 北纬28°54′00.0″" in surveyed
    assert "<mark>双岭采石场</mark>" in surveyed
    assert "压占5.7600公顷（86.40亩）" in surveyed
    assert "测定位置" not in surveyed
    township = by_id[SITE_IDS["township"]]
    assert "东经117°13′ 北纬29°27′" in township
    assert "′35" not in township
    assert "原文方位：上游" in township
    assert "可能涉及（占比28%，待定位）" in by_id[SITE_IDS["village"]]
    assert "范围尚未划定" in by_id[SITE_IDS["undelineated"]]
    for card in cards:
        assert run.plan.doc_id in card
        assert "现场填写" in card


def test_cards_hold_no_script_and_ask_for_nothing(folder):
    page = (folder / "cards.html").read_text(encoding="utf-8")
    parsed = _Tags()
    parsed.feed(page)
    assert "script" not in parsed.tags
    assert QUOTED in parsed.text
    assert FORMULA in parsed.text
    assert LONG in parsed.text
    assert not re.search(r"(src|url\()\s*=?\s*[\"']?https?:", page)
    assert not re.search(r"<link|<img|@import", page)


def test_words_never_to_be_generated(folder):
    for name in ("cards.html", "sites.gpx"):
        text = (folder / name).read_text(encoding="utf-8")
        assert not re.search("合规|违法|无冲突", text)


def test_a_demo_is_marked_everywhere(tmp_path):
    demo = make_assessment(settings=Settings(as_of=AS_OF, demo=True))
    write_field(demo, tmp_path)
    for mark in document(tmp_path / "sites.kmz").iter(f"{KML}Placemark"):
        assert DEMO_MARK in mark.findtext(f"{KML}description")
    root = ET.parse(tmp_path / "sites.gpx").getroot()  # noqa: S314 - our own file
    assert all(DEMO_MARK in p.findtext(f"{GPX}desc") for p in root.iter(f"{GPX}wpt"))
    lines = (tmp_path / "sites_ovital.txt").read_text(encoding="utf-8-sig").splitlines()
    assert all(DEMO_MARK in line for line in lines)
    cards = (tmp_path / "cards.html").read_text(encoding="utf-8").split("<article")[1:]
    assert all(DEMO_MARK in card for card in cards)


def test_restricted_layers_stay_out(tmp_path):
    run = make_assessment()
    infos = tuple(
        dataclasses.replace(info, sensitivity=Sensitivity.RESTRICTED)
        if info.layer_id == "red_line_test"
        else info
        for info in run.layers.infos
    )
    secret = Layers(infos=infos, zones=run.layers.zones, references=run.layers.references)
    write_field(dataclasses.replace(run, layers=secret), tmp_path / "kept")
    page = (tmp_path / "kept" / "cards.html").read_text(encoding="utf-8")
    assert "双岭片区" not in page
    assert "最近约" not in page
    assert "疑似压占" in page
    shown = Settings(as_of=AS_OF, include_restricted=True)
    write_field(dataclasses.replace(run, layers=secret, settings=shown), tmp_path / "shown")
    page = (tmp_path / "shown" / "cards.html").read_text(encoding="utf-8")
    assert "双岭片区" in page
    assert "最近约" in page


def test_no_sites_at_all(tmp_path):
    nothing = make_assessment(
        plans=(),
        mentions=(),
        sites=frame_of([], SITES),
        footprints=frame_of([], FOOTPRINTS),
        unlocated=frame_of([], UNLOCATED),
        findings=frame_of([], FINDINGS),
        claims=frame_of([], CLAIMS),
    )
    write_field(nothing, tmp_path / "field")
    write_worklist(nothing, tmp_path / "worklist.xlsx")
    assert document(tmp_path / "field" / "sites.kmz").find(f".//{KML}Placemark") is None
    assert (tmp_path / "field" / "sites_ovital.txt").read_text(encoding="utf-8-sig") == ""
    assert len(gpd.read_file(tmp_path / "field" / "sites_field.gpkg", layer="sites")) == 0


def test_sites_without_a_plan(tmp_path):
    run = make_assessment(plans=(), mentions=(), claims=frame_of([], CLAIMS))
    write_kmz(run, tmp_path / "sites.kmz")
    assert len(list(document(tmp_path / "sites.kmz").iter(f"{KML}Point"))) == len(LOCATED)


def test_icons_are_png_of_the_verdicts_colour():
    for verdict in (*Verdict, None):
        for kind in PlaceType:
            png = icon_png(kind, verdict)
            assert png.startswith(b"\x89PNG\r\n\x1a\n")
            assert struct.unpack(">II", png[16:24]) == (SIZE, SIZE)
    image = pytest.importorskip("matplotlib.image")
    import io

    pixels = image.imread(io.BytesIO(icon_png(PlaceType.MINE, Verdict.CONFLICT)))
    centre = np.rint(pixels[SIZE // 2 + 4, SIZE // 2] * 255).astype(int)
    assert tuple(centre) == (0xB9, 0x28, 0x1F, 255)
    assert pixels[0, 0, 3] == 0


def test_the_worklists_order_and_cells(run, tmp_path):
    path = tmp_path / "worklist.xlsx"
    write_worklist(run, path)
    table = pd.read_excel(path, header=2)
    assert list(table.columns) == [
        *("site_id", "名称", "县", "乡镇", "类型", "问题序号", "原文", "参考位置"),
        *("经度", "纬度", "坐标系", "误差 (m)", "始建时间", "审批手续"),
        *("划定前是否已存在", "现场状态", "核查人", "日期", "备注"),
    ]
    assert list(table["site_id"]) == [
        SITE_IDS[key] for key in ("township", "counted", "county", "none")
    ]
    assert table["经度"].isna().all()
    assert table["名称"].iloc[0] == f"'{FORMULA}"
    assert table["名称"].iloc[3] == LONG
    assert FORMULA in table["原文"].iloc[0]
    assert "西溪乡" in table["参考位置"].iloc[0]
    assert not table["参考位置"].str.contains(r"\d{2,3}\.\d{2}").any()


def _names(frame, column):
    return sorted(str(name) for name in frame[column])


@pytest.mark.parametrize("name", ["sites.kmz", "sites.gpx", "sites_field.gpkg", "sites.shp"])
def test_gdal_reads_back_names_counts_and_positions(run, folder, tmp_path, name):
    sites = run.sites.set_index("site_id")
    located = {SITE_IDS[key]: sites.loc[SITE_IDS[key]] for key in LOCATED}
    titles = {d.title: d for d in dossiers(run) if d.point is not None}
    if name == "sites.kmz":
        frames = [
            pyogrio.read_dataframe(folder / name, layer=layer)
            for layer, _ in pyogrio.list_layers(folder / name)
        ]
        frame = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs="EPSG:4326")
        frame = frame[frame.geometry.geom_type == "Point"]
        column, found = "Name", frame
    elif name == "sites.gpx":
        column, found = "name", pyogrio.read_dataframe(folder / name, layer="waypoints")
    elif name == "sites_field.gpkg":
        column, found = "title", pyogrio.read_dataframe(folder / name, layer="sites")
    else:
        write_shapefiles(run, tmp_path)
        column, found = "title", pyogrio.read_dataframe(tmp_path / name)
    assert len(found) == len(located)
    assert _names(found, column) == sorted(titles)
    for row in found.itertuples():
        site = titles[getattr(row, column)]
        assert distance_m(shapely.force_2d(row.geometry), shapely.Point(site.point)) < 1


def test_shapefiles_of_findings_and_hostile_names_survive_gb18030(run, tmp_path):
    write_shapefiles(run, tmp_path)
    found = pyogrio.read_dataframe(tmp_path / "findings.shp")
    drawn = run.findings[run.findings.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    assert sorted(found["find_id"]) == sorted(drawn["finding_id"])
    by_id = drawn.set_index("finding_id").geometry
    for row in found.itertuples():
        apart = row.geometry.symmetric_difference(by_id[row.find_id]).area
        assert apart <= 1e-9
    assert QUOTED in set(pyogrio.read_dataframe(tmp_path / "sites.shp")["name"])
    content = (tmp_path / "sites.dbf").read_bytes()
    assert "双岭采石场".encode("gb18030") in content
    fields = pd.read_csv(tmp_path / "fields.csv")
    assert set(fields["文件"]) == {"sites.shp", "findings.shp"}
    assert fields["字段"].map(lambda name: name.isascii() and len(name) <= 10).all()


def test_field_package_says_where_county_lines_were_simplified(run, folder):
    frame = gpd.read_file(folder / "sites_field.gpkg", layer="footprints").set_index("site_id")
    full = run.footprints.set_index("site_id").geometry
    county = SITE_IDS["county"]
    assert "100米" in frame.loc[county, "outline"]
    assert not frame.loc[SITE_IDS["township"], "outline"]
    assert frame.loc[county].geometry.hausdorff_distance(full[county]) < 0.0011
    same = frame.loc[SITE_IDS["village"]].geometry
    assert same.equals_exact(full[SITE_IDS["village"]], 1e-9)


@pytest.mark.parametrize(
    "name", ["", "  ", "甲" * 500, "../../etc/passwd", "a\x00b\x1b", "😀'\"`\\</name>"]
)
def test_any_name_goes_into_every_field_file(tmp_path, name):
    run = make_assessment()
    run.sites["name"] = [
        name if site == SITE_IDS["feature"] else cell
        for site, cell in zip(run.sites["site_id"], run.sites["name"], strict=True)
    ]
    write_field(run, tmp_path / "field")
    write_shapefiles(run, tmp_path / "shp")
    write_worklist(run, tmp_path / "worklist.xlsx")
    marks = list(document(tmp_path / "field" / "sites.kmz").iter(f"{KML}Point"))
    assert len(marks) == len(LOCATED)
    ET.parse(tmp_path / "field" / "sites.gpx")  # noqa: S314 - our own file
    ET.parse(tmp_path / "field" / "qfield" / "project.qgs")  # noqa: S314 - our own file
    lines = (tmp_path / "field" / "sites_ovital.txt").read_text(encoding="utf-8-sig").splitlines()
    assert [len(line.split(" ")) for line in lines] == [3] * len(LOCATED)
    parsed = _Tags()
    parsed.feed((tmp_path / "field" / "cards.html").read_text(encoding="utf-8"))
    assert "script" not in parsed.tags
    assert len(gpd.read_file(tmp_path / "field" / "sites_field.gpkg", layer="sites")) == len(
        LOCATED
    )
    assert len(gpd.read_file(tmp_path / "shp" / "sites.shp")) == len(LOCATED)
    outside = [p for p in tmp_path.rglob("*") if p.is_file() and "passwd" in p.name]
    assert outside == []
