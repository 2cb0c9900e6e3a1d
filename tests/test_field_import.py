"""What comes back from the field: read, matched, shown, written; and the way round into runs."""

from __future__ import annotations

import datetime as dt
import json
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import geo_rectify
from geo_rectify.bundle import write_located
from geo_rectify.cli.app import app
from geo_rectify.crs import distance_m, gcj02_to_bd09, wgs84_to_gcj02
from geo_rectify.errors import CorrectionsError, OutputError
from geo_rectify.example import example_plan
from geo_rectify.outputs.field import write_field, write_worklist
from geo_rectify.places import read_corrections
from geo_rectify.places.records import Located
from geo_rectify.places.returns import (
    propose,
    read_returns,
    with_datum,
    without_datum,
    write_proposal,
)
from geo_rectify.settings import Settings
from geo_rectify.tables import REJECTED, frame_of
from tests.factories import QUOTED, SITE_IDS, make_assessment
from tests.field_returns import exif, heic, jpeg, kml, picture_bytes, pin, track

SETTINGS = Settings(as_of=dt.date(2026, 11, 1))
QUARRY = SITE_IDS["feature"]


@pytest.fixture(scope="module")
def run():
    return make_assessment()


@pytest.fixture(scope="module")
def located(run):
    return Located(
        mentions=(),
        sites=run.sites,
        footprints=run.footprints,
        unlocated=run.unlocated,
        rejected=frame_of([], REJECTED),
    )


@pytest.fixture(scope="module")
def field(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("field")
    write_field(run, folder)
    write_worklist(run, folder / "worklist.xlsx")
    return folder


def site(run, site_id):
    return run.sites.set_index("site_id").loc[site_id]


def taken(located, *paths, datums=None, **more):
    rows = with_datum(read_returns(*paths), datums or {"": "WGS84"})
    return propose(rows, located, **more)


def reasons(proposal):
    return [reason for _, reason in proposal.rejects]


def put(tmp_path, name, text, encoding="utf-8"):
    path = tmp_path / name
    path.write_text(text, encoding=encoding)
    return path


# --- what went out and was not touched ------------------------------------------------------


@pytest.mark.parametrize("name", ["sites.kmz", "sites.gpx", "sites_ovital.txt", "sites_field.gpkg"])
def test_files_that_come_back_untouched_say_nothing(field, located, name):
    proposal = taken(located, field / name)
    assert proposal.changes == ()
    assert reasons(proposal) == []
    assert proposal.unchanged >= 6


def test_an_export_in_gcj02_is_the_same_place_when_that_is_said(run, located, tmp_path):
    marks = []
    for row in run.sites[run.sites.geometry.notna()].itertuples():
        at = shapely.point_on_surface(row.geometry)
        x, y = wgs84_to_gcj02(at.x, at.y)
        name = row.name.replace("&", "&amp;").replace("<", "&lt;")
        marks.append(pin(name, float(x), float(y)))
    path = put(tmp_path, "导出.ovkml", kml(*marks))
    good = taken(located, path, datums={"导出.ovkml": "GCJ-02"})
    assert (good.changes, good.rejects, good.unchanged) == ((), (), len(marks))
    wrong = taken(located, path, datums={"": "WGS84"})
    assert wrong.changes == ()
    assert len(wrong.rejects) == len(marks)
    assert "坐标系多半不是WGS84" in wrong.notes[0]


def test_one_point_moved_by_a_shift_is_taken_with_a_word(run, located, tmp_path):
    at = site(run, QUARRY).geometry
    moved = [float(value) for value in gcj02_to_bd09(*wgs84_to_gcj02(at.x, at.y))]
    path = put(tmp_path, "a.kml", kml(pin(site(run, QUARRY)["name"], *moved)))
    proposal = taken(located, path)
    assert len(proposal.changes) == 1
    assert "请核对坐标系是否真是WGS84" in proposal.notes[0]


# --- datum ----------------------------------------------------------------------------------


def test_datum_is_asked_for_and_never_guessed(run, located, tmp_path):
    name = site(run, QUARRY)["name"]
    said = put(tmp_path, "said.txt", f"g {name} 117.2 28.95\n")
    unsaid = put(tmp_path, "unsaid.txt", f"{name} 117.2 28.95\n")
    ovital = put(tmp_path, "o.gpx", track("x", [(117.1, 29.0), (117.2, 29.0)], creator="OvitalMap"))
    ours = put(tmp_path, "g.gpx", track("x", [(117.1, 29.0), (117.2, 29.0)]))
    pinned = put(tmp_path, "a.kml", kml(pin(name, 117.2, 28.95)))
    rows = read_returns(said, unsaid, ovital, ours, pinned)
    assert without_datum(rows) == ["unsaid.txt", "a.kml"]
    with pytest.raises(CorrectionsError, match=r"unsaid\.txt.*--datum GCJ-02"):
        with_datum(rows, {"a.kml": "WGS84"})
    with pytest.raises(CorrectionsError, match="parameters"):
        with_datum(rows, {"": "西安80"})
    shifted = with_datum(rows, {"": "GCJ-02"})
    placed = {each.row.file: each.row.cells["datum"] for each in shifted if each.placed}
    assert placed["said.txt"] == placed["unsaid.txt"] == placed["a.kml"] == "GCJ-02"


def test_a_datum_named_for_one_gpx_stands_over_its_standard(tmp_path):
    path = put(
        tmp_path,
        "a.gpx",
        '<gpx creator="x"><wpt lat="28.9" lon="117.1"><name>甲</name></wpt></gpx>',
    )
    rows = with_datum(read_returns(path), {"a.gpx": "GCJ-02"})
    assert rows[0].row.cells["datum"] == "GCJ-02"
    rows = with_datum(read_returns(path), {"": "GCJ-02"})
    assert rows[0].row.cells["datum"] == "WGS84"


# --- formats --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "lon", "lat", "datum"),
    [
        ("{name} 117.2 28.95", 117.2, 28.95, "WGS84"),
        ("{name}\t117°12.00' 28°57.00'", 117.2, 28.95, "WGS84"),
        ("{name} 117°12'00\" 28°57'00\" 35", 117.2, 28.95, "WGS84"),
        ("117.2 28.95 {name}", 117.2, 28.95, "WGS84"),
        ("G {name} 117.2 28.95", 117.2, 28.95, "GCJ-02"),
        ("b,{name},117.2,28.95", 117.2, 28.95, "BD-09"),
        ("7 {name} 117.2 28.95 水塘边", 117.2, 28.95, "WGS84"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_lines_of_ovital(run, located, tmp_path, line, lon, lat, datum, encoding):  # noqa: PLR0917 - a table
    name = site(run, QUARRY)["name"]
    path = put(tmp_path, "点.txt", f"名称 经度 纬度\n\n{line.format(name=name)}\n", encoding)
    rows = with_datum(read_returns(path), {"": "WGS84"})
    assert rows[0].row.cells["datum"] == datum
    assert name in rows[0].row.cells["name"]
    assert rows[0].row.cells["lon"].startswith("117")
    if rows[0].row.cells["name"] != name:
        return
    change = propose(rows, located).changes[0]
    assert change.how == "名称"
    if datum == "WGS84":
        put_at = change.correction["geometry"]
        assert distance_m(put_at, shapely.Point(lon, lat)) < 1
    assert change.correction["uncertainty_m"] == 20


def test_a_walked_line_becomes_an_outline_only_where_it_closes(run, located, tmp_path):
    name = site(run, QUARRY)["name"]
    ring = [
        (117.2, 28.95),
        (117.203, 28.95),
        (117.203, 28.953),
        (117.2, 28.953),
        (117.2001, 28.9501),
    ]
    closed = put(tmp_path, "closed.gpx", track(name, ring))
    change = taken(located, closed, uncertainty_m=5).changes[0]
    assert change.correction["geometry"].geom_type == "Polygon"
    assert change.correction["uncertainty_m"] == 5
    assert "轮廓" in change.new
    over = [*ring[:4], (117.2, 28.9499), (117.2001, 28.9502), (117.2002, 28.9499)]
    change = taken(located, put(tmp_path, "over.gpx", track(name, over))).changes[0]
    assert change.correction["geometry"].is_valid
    assert "占9" in change.notes[0]
    opened = put(tmp_path, "open.gpx", track(name, ring[:3]))
    assert "没有闭合" in reasons(taken(located, opened))[0]
    crossing = [
        (117.2, 28.95),
        (117.203, 28.953),
        (117.203, 28.95),
        (117.2, 28.953),
        (117.2, 28.95),
    ]
    crossed = put(tmp_path, "crossed.gpx", track(name, crossing))
    assert "自相交" in reasons(taken(located, crossed))[0]


def test_kmz_edited_in_place_gives_what_was_moved(run, field, located, tmp_path):
    with zipfile.ZipFile(field / "sites.kmz") as archive:
        text = archive.read("doc.kml").decode()
    at = site(run, QUARRY).geometry
    text = text.replace(
        f"{at.x:.7f},{at.y:.7f},0</coordinates></Point>", "117.3,28.97,0</coordinates></Point>"
    )
    with zipfile.ZipFile(tmp_path / "改.kmz", "w") as archive:
        archive.writestr("doc.kml", text)
    proposal = taken(located, tmp_path / "改.kmz", by="王工")
    assert [c.correction["site_id"] for c in proposal.changes] == [QUARRY]
    change = proposal.changes[0]
    assert change.how == "编号"
    assert change.moved_m == pytest.approx(distance_m(at, shapely.Point(117.3, 28.97)))
    row = proposal.table.iloc[0]
    assert row["who"] == "王工"
    assert "117.3" in row["new"]
    assert reasons(proposal) == []


def test_points_moved_in_qgis_lose_the_error_of_their_old_place(run, field, located, tmp_path):
    frame = gpd.read_file(field / "sites_field.gpkg", layer="sites")
    village = SITE_IDS["village"]
    frame.loc[frame["site_id"] == village, "geometry"] = shapely.Point(117.12, 28.91)
    frame.loc[frame["site_id"] == QUARRY, "state"] = "正在整改"
    frame.to_crs("EPSG:4548").to_file(tmp_path / "改.gpkg", layer="sites")
    proposal = taken(located, tmp_path / "改.gpkg")
    moved, answered = sorted(proposal.changes, key=lambda c: c.correction["geometry"] is None)
    assert moved.correction["site_id"] == village
    assert moved.correction["uncertainty_m"] == 20
    assert distance_m(moved.correction["geometry"], shapely.Point(117.12, 28.91)) < 0.01
    assert (answered.correction["state"], answered.correction["geometry"]) == ("正在整改", None)


def test_filled_forms_are_read_as_before(run, field, located, tmp_path):
    book = openpyxl.load_workbook(field / "worklist.xlsx")
    sheet = book.worksheets[0]
    headers = {sheet.cell(3, column).value: column for column in range(1, 20)}
    for header, value in {
        "经度": "117.21",
        "纬度": "29.45",
        "坐标系": "WGS84",
        "核查人": "李",
    }.items():
        sheet.cell(4, headers[header], value)
    sheet.cell(5, headers["经度"], "一百一十七")
    book.save(tmp_path / "填.xlsx")
    proposal = taken(located, tmp_path / "填.xlsx")
    assert [c.correction["by"] for c in proposal.changes] == ["李"]
    assert len(proposal.rejects) == 1
    assert "经度读不懂" in reasons(proposal)[0]


# --- matching -------------------------------------------------------------------------------


def twins(located):
    """The quarry once more, in the next county and a kilometre off."""
    sites = located.sites.copy()
    twin = sites[sites["site_id"] == QUARRY].copy()
    twin["site_id"] = "twin00000001"
    twin["county"], twin["adcode"] = "浮梁县", "360222"
    twin.geometry = [shapely.Point(117.25, 29.5)]
    both = pd.concat([sites, twin], ignore_index=True)
    return Located(
        mentions=(),
        sites=gpd.GeoDataFrame(both, crs=sites.crs),
        footprints=located.footprints,
        unlocated=located.unlocated,
        rejected=located.rejected,
    )


def test_sites_of_one_name_are_told_apart_or_left(run, located, tmp_path):
    name = site(run, QUARRY)["name"]
    both = twins(located)
    by_folder = put(tmp_path, "a.kml", kml(pin(name, 117.8, 29.0), folder="乐平市（4处）"))
    assert taken(both, by_folder).changes[0].correction["site_id"] == QUARRY
    by_place = put(tmp_path, "b.kml", kml(pin(name, 117.24, 29.51)))
    found = taken(both, by_place).changes[0]
    assert (found.correction["site_id"], found.how) == ("twin00000001", "名称、位置所在县")
    nowhere = put(tmp_path, "c.kml", kml(pin(name, 113.0, 28.0)))
    proposal = taken(both, nowhere)
    assert proposal.changes == ()
    assert "有2个同名点位" in reasons(proposal)[0]
    elsewhere = put(tmp_path, "d.kml", kml(pin(name, 117.1, 29.0), folder="昌江区"))
    assert "在别的县" in reasons(taken(located, elsewhere))[0]


def test_nameless_points_go_by_distance_named_ones_do_not(run, located, tmp_path):
    at = site(run, QUARRY).geometry
    near = (at.x + 0.001, at.y)
    path = put(tmp_path, "a.kml", kml(pin("标记点3", *near)))
    assert taken(located, path).changes[0].how.startswith("距离9")
    path = put(tmp_path, "b.kml", kml(pin("村口小卖部", *near)))
    assert "最近的是" in reasons(taken(located, path))[0]
    path = put(tmp_path, "c.kml", kml(pin("", at.x + 0.2, at.y)))
    assert "300米内也没有" in reasons(taken(located, path))[0]
    twin = located.sites[located.sites["site_id"] == QUARRY].assign(site_id="t2", name="另一处")
    pair = gpd.GeoDataFrame(
        pd.concat([located.sites, twin], ignore_index=True), crs=located.sites.crs
    )
    crowded = Located(
        mentions=(),
        sites=pair,
        footprints=located.footprints,
        unlocated=located.unlocated,
        rejected=located.rejected,
    )
    path = put(tmp_path, "d.kml", kml(pin("", *near)))
    assert "有2个点位，不能确定" in reasons(taken(crowded, path))[0]


# --- photos ---------------------------------------------------------------------------------


def test_photos_add_to_answers_and_move_nothing(run, located, tmp_path):
    at = site(run, QUARRY).geometry
    first = jpeg(tmp_path / "IMG_0001.jpg", exif(at.x + 0.0005, at.y))
    second = jpeg(tmp_path / f"{site(run, QUARRY)['name']}近景.jpg", exif(at.x + 0.02, at.y))
    third = tmp_path / "IMG_0002.heic"
    third.write_bytes(heic(exif(at.x, at.y + 0.0004)))
    proposal = taken(located, first, second, third)
    assert len(proposal.changes) == 1
    change = proposal.changes[0]
    assert change.correction["geometry"] is None
    assert change.correction["photos"] == f"{first.name}|{second.name}|{third.name}"
    assert change.correction["date"] == "2026-11-03"
    assert "点位不动" in change.notes[0]


def test_a_site_without_position_is_placed_by_its_photo_only_when_asked(run, located, tmp_path):
    open_site = SITE_IDS["none"]
    path = jpeg(tmp_path / f"{open_site}.jpg", exif(117.15, 28.93))
    assert taken(located, path).changes[0].correction["geometry"] is None
    placed = taken(located, path, photo_positions=True).changes[0].correction
    assert placed["uncertainty_m"] == 100
    assert distance_m(placed["geometry"], shapely.Point(117.15, 28.93)) < 1


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("mmexport1700.jpg", None, "微信会去掉位置"),
        ("截图.jpg", None, "没有拍摄信息（EXIF）"),
        ("IMG_1.jpg", exif(None), "没有打开定位"),
        ("IMG_2.jpg", exif(0.0, 0.0), "没有打开定位"),
    ],
)
def test_photos_without_position_say_why(run, located, tmp_path, name, data, words):  # noqa: PLR0917 - a table
    lost = taken(located, jpeg(tmp_path / name, data))
    assert "没有编号、名称，也没有位置" in reasons(lost)[0] or "没有名为" in reasons(lost)[0]
    named = f"{QUARRY}_{name}"
    kept = taken(located, jpeg(tmp_path / named, data)).changes[0]
    assert words in kept.correction["note"]
    assert kept.correction["photos"] == named


def test_photos_datum_is_asked_where_the_camera_says_none(tmp_path):
    path = jpeg(tmp_path / "IMG_3.jpg", exif(117.1, 28.9, datum=""))
    assert without_datum(read_returns(path)) == ["IMG_3.jpg"]


# --- several opinions, unknown ids, nothing lost --------------------------------------------


def corrections(tmp_path, name, *features):
    made = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for properties, geometry in features
    ]
    document = {"type": "FeatureCollection", "datum": "WGS84", "features": made}
    return put(tmp_path, name, json.dumps(document, ensure_ascii=False))


def point(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


def test_two_opinions_and_unknown_ids_are_each_said_and_kept(run, located, tmp_path):
    one = corrections(
        tmp_path,
        "甲.geojson",
        ({"site_id": QUARRY, "by": "甲", "date": "2026-10-01"}, point(117.2, 28.95)),
        ({"site_id": "ffff", "name": "别处的点"}, point(117.2, 28.95)),
    )
    other = corrections(
        tmp_path,
        "乙.geojson",
        ({"site_id": QUARRY, "by": "乙", "date": "2026-09-01"}, point(117.21, 28.95)),
    )
    proposal = taken(located, one, other, one)
    assert [c.correction["by"] for c in proposal.changes] != []
    assert len(proposal.changes) == 3
    assert proposal.unchanged == 2
    note = proposal.notes[0]
    assert "2处不同意见" in note
    assert "运行时采用甲.geojson:feature 1" in note
    path = tmp_path / "corrections.geojson"
    write_proposal(proposal, path)
    back = read_corrections(path)
    assert sorted(back["by"]) == ["", "乙", "甲"]
    assert back.set_index("by").loc["甲", "origin"].endswith("← 甲.geojson:feature 1")
    again = taken(located, path, one, other)
    assert len(again.changes) == 3


def test_writing_is_whole_or_not_at_all_and_replaces_only_what_was_read(run, located, tmp_path):
    name = site(run, QUARRY)["name"]
    proposal = taken(
        located, put(tmp_path, "a.kml", kml(pin(name, 117.2, 28.95), pin("外人", 1, 1)))
    )
    path = tmp_path / "c.geojson"
    written = write_proposal(proposal, path)
    assert [p.name for p in written] == ["c_rejected.geojson", "c.geojson"]
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "a.kml",
        "c.geojson",
        "c_rejected.geojson",
    ]
    before = path.read_bytes()
    with pytest.raises(OutputError, match="not overwritten"):
        write_proposal(proposal, path)
    assert path.read_bytes() == before
    written = write_proposal(proposal, path, replaceable=[path])
    assert written[0].name == "c_rejected-2.geojson"
    assert path.read_bytes() == before
    refused = json.loads((tmp_path / "c_rejected.geojson").read_text(encoding="utf-8"))
    assert refused["features"][0]["geometry"] == point(1, 1)
    refused["features"][0]["properties"]["site_id"] = SITE_IDS["none"]
    refused["features"][0]["geometry"] = point(117.3, 29.0)
    mended = put(tmp_path, "mended.geojson", json.dumps(refused))
    assert taken(located, mended).changes[0].correction["site_id"] == SITE_IDS["none"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.kmz", b"PK\x03\x04 torn", "damaged"),
        ("a.kml", b"<kml><Document>", "damaged"),
        ("a.kml", b'<!DOCTYPE x [<!ENTITY a "b">]><kml/>', "entities"),
        ("a.gpx", b"", "empty"),
        ("a.txt", "没有坐标的一行".encode(), "no line holds"),
        ("a.jpg", b"no picture at all", "no photo"),
        ("a.shp", b"x", "field import reads"),
        ("a.gpkg", b"x" * 200, "damaged"),
    ],
)
def test_broken_files_are_named_with_a_remedy(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CorrectionsError, match=words) as caught:
        read_returns(path)
    assert name in str(caught.value)


def test_other_pictures_and_empty_heic_are_no_fault(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(picture_bytes("PNG"))
    assert "EXIF" in read_returns(path)[0].row.cells["note"]
    path = tmp_path / "b.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(12))
    assert "EXIF" in read_returns(path)[0].row.cells["note"]


def test_hostile_names_pass_through_unharmed(run, located, tmp_path):
    shown = QUOTED.replace("&", "&amp;").replace("<", "&lt;")
    path = put(tmp_path, "a.kml", kml(pin(shown, 117.3, 28.97)))
    proposal = taken(located, path)
    assert proposal.changes[0].correction["name"] == QUOTED
    write_proposal(proposal, tmp_path / "c.geojson")
    assert read_corrections(tmp_path / "c.geojson")["name"].tolist() == [QUOTED]


def test_no_sites_at_all(tmp_path, located):
    empty = Located(
        mentions=(),
        sites=located.sites.iloc[:0],
        footprints=located.footprints.iloc[:0],
        unlocated=located.unlocated,
        rejected=located.rejected,
    )
    proposal = taken(empty, put(tmp_path, "a.kml", kml(pin("甲", 117, 29), pin("", 117, 29))))
    assert len(proposal.rejects) == 2


# --- the way round --------------------------------------------------------------------------

MOVED = (
    ("大岭森林公园", "浮梁县", (117.2815, 29.4123)),
    ("乐平工业园", "乐平市", (117.1602, 28.9511)),
    ("罗家砒采石场", "乐平市", (117.3011, 28.9222)),
)
OUTLINED = ("牛喉咙水库", "浮梁县")
BARRED = ("鱼丽工业园区", "昌江区")
PHOTOGRAPHED = ("王家坞水库", "浮梁县")
NEWS = """某市整改工作进展情况
乐平市罗家砒采石场已经复绿，乐平市乐平工业园正在建设管网。
浮梁县大岭森林公园清退经营户，浮梁县牛喉咙水库完成隔离。
"""


def _brought(first, tmp_path):
    """Make what six people send back: QField, 奥维, a worklist, a walk, the map page, a photo."""
    field, files = tmp_path / "field", []
    (park, _, at), (works, _, shown), (quarry, _, found) = MOVED
    layer = gpd.GeoDataFrame(
        {
            "site_id": [by_name(first, park, "浮梁县")["site_id"]],
            "state": ["正在整改"],
            "date": ["2026-10-30"],
        },
        geometry=[shapely.Point(at)],
        crs="EPSG:4490",
    )
    files.append(field / "qfield" / "data.gpkg")
    layer.to_file(files[0], layer="inspections", engine="pyogrio")
    shifted = [float(value) for value in wgs84_to_gcj02(*shown)]
    files.append(put(tmp_path, "标注.ovkml", kml(pin(f"{works}【乡镇级±4km】", *shifted))))
    write_worklist(first, tmp_path / "worklist.xlsx")
    book = openpyxl.load_workbook(tmp_path / "worklist.xlsx")
    sheet = book.worksheets[0]
    row = next(r for r in range(4, sheet.max_row) if sheet.cell(r, 2).value == quarry)
    for column, value in zip((9, 10, 11), (*map(str, found), "WGS84"), strict=True):
        sheet.cell(row, column, value)
    files.append(tmp_path / "填好.xlsx")
    book.save(files[-1])
    ring = [(117.20, 29.75), (117.203, 29.75), (117.203, 29.753), (117.2, 29.753), (117.2, 29.75)]
    files.append(put(tmp_path, "走边界.gpx", track(OUTLINED[0], ring)))
    barred = by_name(first, *BARRED)
    candidate = json.loads(barred["candidates"])[0]["id"]
    refused = {"site_id": barred["site_id"], "action": "reject", "candidate": candidate}
    files.append(corrections(tmp_path, "审图.geojson", (refused, None)))
    files.append(jpeg(tmp_path / f"{PHOTOGRAPHED[0]}渣土.jpg", exif(117.3, 29.3)))
    return files


def run_again(plan, corrections_file):
    return geo_rectify.assess(plan, corrections=corrections_file, settings=SETTINGS)


def by_name(assessment, name, county):
    sites = assessment.sites
    found = sites[(sites["name"] == name) & (sites["county"] == county)]
    assert len(found) == 1, name
    return found.iloc[0]


def test_round_trip_through_phone_files_into_two_documents(tmp_path):
    with example_plan() as plan:
        first = geo_rectify.assess(plan, settings=SETTINGS)
        out = tmp_path / "out"
        write_located(first, out)
        write_field(first, tmp_path / "field")
        brought = _brought(first, tmp_path)
        target = tmp_path / "corrections.geojson"
        arguments = ["field", "import", *map(str, brought), "--run", str(out), "-o", str(target)]
        dry = CliRunner().invoke(app, [*arguments, "--datum", "标注.ovkml=GCJ-02", "--dry-run"])
        assert dry.exit_code == 0, dry.output
        assert not target.exists()
        done = CliRunner().invoke(
            app,
            [*arguments, "--datum", "标注.ovkml=GCJ-02", "--by", "王工"],
            env={"COLUMNS": "200"},
        )
        assert done.exit_code == 0, done.output
        assert "写入 6 条，未采用 0 条" in done.output
        second = run_again(plan, target)
    news = put(tmp_path, "进展.txt", NEWS)
    third = run_again(news, target)
    for name, county, where in MOVED:
        for later in (second, third):
            placed = by_name(later, name, county)
            assert distance_m(placed.geometry, shapely.Point(where)) < 1
            assert placed["precision"] == "surveyed"
            assert placed["uncertainty_m"] == 20
    outlined = by_name(second, *OUTLINED)
    assert outlined.geometry.geom_type == "Polygon"
    assert outlined["method"] == "correction, outline"
    assert by_name(third, *OUTLINED).geometry.equals_exact(outlined.geometry, 1e-9)
    assert by_name(first, *BARRED)["precision"] == "township"
    assert by_name(second, *BARRED)["precision"] == "county"
    log = second.correction_log.set_index("name")
    assert len(log) == 6
    assert log.loc["乐平工业园", "by"] == "王工"
    assert log.loc["大岭森林公园", ["date", "answers"]].tolist() == [
        "2026-10-30",
        "现场状态：正在整改",
    ]
    assert log.loc["乐平工业园", "origin"].endswith("← 标注.ovkml:placemark 1")
    assert "乡镇级" in log.loc["乐平工业园", "old"]
    assert "实测" in log.loc["乐平工业园", "new"]
    assert log.loc[PHOTOGRAPHED[0], "answers"] == "照片：王家坞水库渣土.jpg"
    assert "已排除候选" in log.loc[BARRED[0], "outcome"]
    assert len(third.correction_log) == 4
    assert sum("未采用" in note for note in third.correction_notes) == 2
