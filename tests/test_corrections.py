"""What comes back from the field: every way of writing a position, and every fault at once."""

from __future__ import annotations

import json
import math

import openpyxl
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.crs import STORED, format_dms, gcj02_to_bd09, wgs84_to_gcj02
from geo_rectify.errors import CorrectionsError
from geo_rectify.outputs.field import write_worklist
from geo_rectify.places.coordinates import read_datum, read_position
from geo_rectify.places.corrections import DEFAULT_UNCERTAINTY_M, read_corrections
from geo_rectify.tables import CORRECTIONS, validate
from tests.factories import FORMULA, LONG, SITE_IDS, make_assessment

LON, LAT = 117.1234567, 28.9876543
LEPING = "360281"


def metres(lon: float, lat: float, *, to: tuple[float, float] = (LON, LAT)) -> float:
    return pyproj.Geod(ellps="GRS80").inv(lon, lat, *to)[2]


def plane(epsg: int) -> tuple[float, float]:
    move = pyproj.Transformer.from_crs(STORED, f"EPSG:{epsg}", always_xy=True)
    return move.transform(LON, LAT)


@pytest.mark.parametrize(
    "written",
    [
        ("117.1234567", "28.9876543"),
        (LON, LAT),
        ("117°7.407402′", "28°59.259258′"),
        ("117°7′24.444″", "28°59′15.555″"),
        ("117度7分24.444秒", "28度59分15.555秒"),
        ("E117°7'24.444\"", "N28°59'15.555\""),
        ("东经117°07′24.444″", "北纬28°59′15.555″"),
        ("117 7 24.444", "28 59 15.555"),
        ("117-7-24.444", "28-59-15.555"),
        ("１１７．１２３４５６７", "２８．９８７６５４３"),
        ("117°7′24.444''E", "28°59′15.555''N"),
        ("117º7’24.444”", "28˚59＇15.555＂"),
        ("117°7.407402分", "28度59.259258"),
        ("117.1234567，28.9876543", None),
        ("117.1234567 28.9876543", None),
        ("117°7′24.444″ 28°59′15.555″", None),
        ("东经117°7′24.444″；北纬28°59′15.555″", ""),
        ("28.9876543/117.1234567", ""),
        ("28.9876543", "117.1234567"),
    ],
)
def test_angles(written):
    read = read_position(*written, datum="CGCS2000")
    assert read.faults == ()
    assert metres(read.lon, read.lat) < 0.1


@pytest.mark.parametrize(
    ("epsg", "datum", "swapped"),
    [
        (4548, "EPSG:4548 平面，117°E", False),
        (4548, "EPSG:4548", True),
        (4527, "EPSG:4527", False),
        (4527, "CGCS2000", True),
        (4548, "CGCS2000", False),
        (4498, "CGCS2000", False),
        (32650, "EPSG:32650", False),
    ],
)
def test_planes(epsg, datum, swapped):
    east, north = plane(epsg)
    cells = (north, east) if swapped else (east, north)
    read = read_position(*cells, datum=datum, adcode=LEPING)
    assert read.faults == ()
    assert metres(read.lon, read.lat) < 0.01
    assert swapped == any("X（北）" in note for note in read.notes)


@pytest.mark.parametrize("form", ["X={north}|Y={east}", "{east:,}|{north:,}", "{east}m|{north}米"])
def test_planes_as_people_type_them(form):
    east, north = (round(value, 3) for value in plane(4548))
    lon, lat = form.format(east=east, north=north).split("|")
    read = read_position(lon, lat, datum="EPSG:4548")
    assert read.faults == ()
    assert metres(read.lon, read.lat) < 0.01


def test_a_decimal_comma_is_asked_about():
    assert read_position("117,123", "28,987", datum="WGS84").faults


def test_shifted_datums_are_taken_back():
    gcj = wgs84_to_gcj02(LON, LAT)
    bd = gcj02_to_bd09(*gcj)
    for (lon, lat), datum in ((gcj, "GCJ-02 高德"), (bd, "BD-09 百度"), (gcj, "gcj02")):
        read = read_position(float(lon), float(lat), datum=datum)
        assert metres(read.lon, read.lat) < 0.01
    assert metres(float(gcj[0]), float(gcj[1])) > 300


def test_swapped_degrees_are_noticed():
    for cells in ((LAT, LON), (f"N{LAT}", f"E{LON}")):
        read = read_position(*cells, datum="WGS84")
        assert metres(read.lon, read.lat) < 0.01
        assert "对调" in "".join(read.notes)


def test_a_position_outside_the_county_is_kept_and_noted():
    read = read_position(116.4, 39.9, datum="WGS84", adcode=LEPING)
    assert (read.lon, read.lat) == (116.4, 39.9)
    assert "乐平市界外" in read.notes[0]


@settings(deadline=None, max_examples=60)
@given(
    lon=st.floats(75, 134, allow_nan=False),
    lat=st.floats(18, 53, allow_nan=False),
)
def test_what_we_print_reads_back(lon: float, lat: float):
    cells = [format_dms(degrees, uncertainty_m=0.5) for degrees in (lon, lat)]
    read = read_position(*cells, datum="CGCS2000")
    assert math.isclose(read.lon, lon, abs_tol=2e-6)
    assert math.isclose(read.lat, lat, abs_tol=2e-6)


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        (("约117", "28.9", "WGS84"), "lon", "no number"),
        (("117°61′", "28.9", "WGS84"), "lon", "below 60"),
        (("117.5°10′", "28.9", "WGS84"), "lon", "decimals"),
        (("117.1", None, "WGS84"), "lat", "empty"),
        ((None, "28.9", "WGS84"), "lon", "empty"),
        (("117.1", "28.9", None), "datum", "no coordinate system"),
        (("117.1", "28.9", "本地坐标"), "datum", "not known"),
        (("117.1", "28.9", "北京54"), "datum", "survey"),
        (("117.1", "28.9", "EPSG:2364"), "datum", "parameters"),
        (("117.1", "28.9", "EPSG:999999"), "datum", "no coordinate system EPSG"),
        (("17.1", "28.9", "WGS84"), "lon", "outside China"),
        (("W117.1", "28.9", "WGS84"), "lon", "outside China"),
        ((512345, 3207654, "GCJ-02"), "datum", "shifted"),
        ((512345, 3207654, "EPSG:4527"), "datum", "zone number"),
        ((512345, 3207654, "CGCS2000"), "datum", "zone"),
        ((512345, 28.9, "EPSG:4548"), "lon", "easting"),
    ],
)
def test_faults_name_the_field(cells, field, words):
    read = read_position(cells[0], cells[1], datum=cells[2])
    assert read.lon is None
    assert [fault.field for fault in read.faults] == [field]
    assert words in read.faults[0].reason


def test_every_choice_of_the_worklist_is_read():
    for text, datum in {
        "CGCS2000 测绘成果、RTK": "CGCS2000",
        "WGS84 手机GPS": "WGS84",
        "GCJ-02 高德、腾讯、奥维": "GCJ-02",
        "BD-09 百度": "BD-09",
        "EPSG:4548 平面，117°E，东坐标6位": "EPSG:4548",
        "2000国家大地坐标系": "CGCS2000",
        "wgs 84": "WGS84",
    }.items():
        assert read_datum(text) == (datum, "")


# --- files ---------------------------------------------------------------------------------


def worklist(folder, rows):
    """Write the worklist of the made-up run, fill rows by site and give its path."""
    path = folder / "worklist.xlsx"
    write_worklist(make_assessment(), path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    header = {cell.value: cell.column for cell in sheet[3]}
    at = {sheet.cell(row, 1).value: row for row in range(4, sheet.max_row + 1)}
    for site, cells in rows.items():
        for name, value in cells.items():
            sheet.cell(at[SITE_IDS[site]], header[name]).value = value
    book.save(path)
    return path


def test_round_trip_of_three_rows(tmp_path):
    gcj = [float(value) for value in wgs84_to_gcj02(LON, LAT)]
    east, north = plane(4548)
    path = worklist(
        tmp_path,
        {
            "township": {
                "经度": gcj[0],
                "纬度": gcj[1],
                "坐标系": "GCJ-02 高德、腾讯、奥维",
                "误差 (m)": 5,
                "日期": "2024-04-02",
                "现场状态": "正在整改",
                "核查人": "张三",
            },
            "county": {
                "经度": "117°7′24.444″",
                "纬度": "28°59′15.555″",
                "坐标系": "CGCS2000 测绘成果、RTK",
                "划定前是否已存在": "否",
                "始建时间": 2019.0,
            },
            "none": {
                "经度": north,
                "纬度": east,
                "坐标系": "EPSG:4548 平面，117°E，东坐标6位",
                "误差 (m)": "10米",
            },
        },
    )
    read = read_corrections(path)
    validate(read, CORRECTIONS)
    rows = read.set_index("site_id")
    assert set(rows.index) == {SITE_IDS[key] for key in ("township", "county", "none")}
    for key in ("township", "county", "none"):
        point = rows.loc[SITE_IDS[key], "geometry"]
        assert metres(point.x, point.y) < 1
    first = rows.loc[SITE_IDS["township"]]
    assert first["name"] == FORMULA
    assert first["kind"] == "factory/company"
    assert (first["datum"], first["uncertainty_m"], first["action"]) == ("GCJ-02", 5, "set")
    assert (first["date"], first["state"], first["by"]) == ("2024-04-02", "正在整改", "张三")
    assert first["origin"] == "worklist.xlsx:sheet 待定位点位, row 4"
    second = rows.loc[SITE_IDS["county"]]
    assert (second["built"], second["before_delineation"]) == ("2019", "否")
    assert second["uncertainty_m"] == DEFAULT_UNCERTAINTY_M
    assert "误差未填" in second["note"]
    third = rows.loc[SITE_IDS["none"]]
    assert third["name"] == LONG
    assert third["uncertainty_m"] == 10
    assert "X（北）" in third["note"]


def test_answers_without_a_position_are_kept_and_a_bare_datum_is_nothing(tmp_path):
    path = worklist(
        tmp_path, {"county": {"现场状态": "无法到达"}, "township": {"坐标系": "WGS84 手机GPS"}}
    )
    read = read_corrections(path)
    assert list(read["site_id"]) == [SITE_IDS["county"]]
    assert read.geometry.iloc[0] is None
    assert math.isnan(read["uncertainty_m"].iloc[0])


def test_an_empty_worklist_brings_nothing(tmp_path):
    assert len(read_corrections(worklist(tmp_path, {}))) == 0


def test_all_faults_come_at_once(tmp_path):
    sheet = worklist(
        tmp_path,
        {
            "township": {"经度": 117.1, "坐标系": "WGS84"},
            "county": {"经度": "东边", "纬度": 28.9, "坐标系": "西安80"},
            "none": {"经度": 17.1, "纬度": 28.9, "坐标系": "WGS84", "误差 (m)": "不大"},
        },
    )
    table = tmp_path / "corrections.csv"
    table.write_text("site_id,lon,lat,datum,action\n,117,28.9,WGS84,move\n", encoding="utf-8")
    missing = tmp_path / "missing.csv"
    with pytest.raises(CorrectionsError) as caught:
        read_corrections(sheet, table, missing)
    lines = str(caught.value).splitlines()
    assert len(lines) == 8
    for words in (
        "worklist.xlsx, sheet 待定位点位, row 4, column J 纬度: empty",
        "row 6, column I 经度: '东边': it is no number",
        "row 6, column K 坐标系: '西安80'",
        "row 7, column I 经度: '17.1, 28.9'",
        "row 7, column L 误差 (m): '不大'",
        "corrections.csv, row 2, column site_id",
        "corrections.csv, row 2, column action: 'move'",
        "missing.csv does not exist",
    ):
        assert sum(words in line for line in lines) == 1, words


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv(tmp_path, encoding):
    path = tmp_path / "corrections.csv"
    path.write_text(
        "site_id,name,county,kind,lon,lat,datum,uncertainty_m,action,candidate,photos,date\n"
        f"ab12,双岭采石场,乐平市,mine/quarry,{LON},{LAT},CGCS2000,3,,,1.jpg,2024-04-02\n"
        "cd34,'=x,,,,,,,reject,g-17,,\n",
        encoding=encoding,
    )
    read = read_corrections(path)
    validate(read, CORRECTIONS)
    assert list(read["action"]) == ["set", "reject"]
    assert list(read["name"]) == ["双岭采石场", "=x"]
    assert read["candidate"].iloc[1] == "g-17"
    assert metres(read.geometry.iloc[0].x, read.geometry.iloc[0].y) < 0.01
    assert read["origin"].iloc[0] == "corrections.csv:row 2"


def test_csv_takes_wkt(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(
        'name,geometry,datum\nA,"POLYGON((117 28,117.1 28,117.1 28.1,117 28))",WGS84\n',
        encoding="utf-8",
    )
    assert read_corrections(path).geometry.iloc[0].geom_type == "Polygon"


def collection(path, *features, **more):
    made = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for properties, geometry in features
    ]
    document = {"type": "FeatureCollection", "features": made, **more}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


SQUARE = {
    "type": "Polygon",
    "coordinates": [[[117, 28], [117.01, 28], [117.01, 28.01], [117, 28.01], [117, 28]]],
}


def test_geojson_outlines_points_and_answers(tmp_path):
    lon, lat = (float(value) for value in wgs84_to_gcj02(LON, LAT))
    path = collection(
        tmp_path / "corrections.geojson",
        ({"site_id": "a", "datum": "CGCS2000", "uncertainty_m": 2}, SQUARE),
        ({"site_id": "b", "datum": "GCJ-02"}, {"type": "Point", "coordinates": [lon, lat, 9]}),
        ({"site_id": "c", "action": "confirm", "candidate": "g-1"}, None),
    )
    read = read_corrections(path)
    validate(read, CORRECTIONS)
    assert read.geometry.iloc[0].equals(shapely.from_geojson(json.dumps(SQUARE)))
    assert metres(read.geometry.iloc[1].x, read.geometry.iloc[1].y) < 0.01
    assert read.geometry.iloc[2] is None
    assert list(read["uncertainty_m"])[:2] == [2, DEFAULT_UNCERTAINTY_M]


def test_shifted_outlines_are_taken_back_vertex_by_vertex(tmp_path):
    ring = [[float(v) for v in wgs84_to_gcj02(x, y)] for x, y in SQUARE["coordinates"][0]]
    path = collection(
        tmp_path / "c.geojson",
        ({"site_id": "a"}, {"type": "Polygon", "coordinates": [ring]}),
        datum="GCJ-02",
    )
    back = read_corrections(path).geometry.iloc[0]
    for (x, y), (lon, lat) in zip(SQUARE["coordinates"][0], back.exterior.coords, strict=True):
        assert metres(lon, lat, to=(x, y)) < 0.01


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        ({"type": "LineString", "coordinates": [[117, 28], [117, 29]]}, "LineString"),
        (
            {
                "type": "Polygon",
                "coordinates": [[[117, 28], [118, 29], [118, 28], [117, 29], [117, 28]]],
            },
            "crosses itself",
        ),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Point", "coordinates": ["a", "b"]}, "cannot be read"),
        ({"type": "Point", "coordinates": [500000, 3200000]}, "outside China"),
    ],
)
def test_geojson_faults(tmp_path, geometry, words):
    path = collection(tmp_path / "c.geojson", ({"site_id": "a", "datum": "WGS84"}, geometry))
    with pytest.raises(CorrectionsError, match=words):
        read_corrections(path)


def test_geojson_without_datum_is_refused(tmp_path):
    path = collection(tmp_path / "c.geojson", ({"site_id": "a"}, SQUARE))
    with pytest.raises(CorrectionsError, match=r"feature 1: no coordinate system"):
        read_corrections(path)
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    named = collection(tmp_path / "d.geojson", ({"site_id": "a"}, SQUARE), crs=crs)
    assert read_corrections(named)["datum"].iloc[0] == "WGS84"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"", "is empty"),
        ("a.xlsx", b"PK\x03\x04 cut short", "no Excel workbook"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 encrypted", "password"),
        ("a.xlsx", b"plain text", "no Excel workbook"),
        ("a.csv", b"x,y\n1,2\n", "names no column"),
        ("a.csv", b"\xff\xfe\xff\xff", "neither UTF-8 nor GB18030"),
        ("a.geojson", b"{", "no GeoJSON"),
        ("a.geojson", b"[]", "FeatureCollection"),
        ("a.docx", b"x", "另存为"),
    ],
)
def test_bad_files(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CorrectionsError, match=words) as caught:
        read_corrections(path)
    assert name in str(caught.value)


def test_a_folder_and_a_workbook_of_something_else(tmp_path):
    with pytest.raises(CorrectionsError, match="is a folder"):
        read_corrections(tmp_path)
    book = openpyxl.Workbook()
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(CorrectionsError, match="no sheet with the columns"):
        read_corrections(tmp_path / "other.xlsx")


@pytest.mark.parametrize("lock", ["~$worklist.xlsx", ".~lock.worklist.xlsx#"])
def test_a_worklist_open_elsewhere(tmp_path, lock):
    path = worklist(tmp_path, {})
    (tmp_path / lock).write_bytes(b"x")
    with pytest.raises(CorrectionsError, match="请先保存并关闭"):
        read_corrections(path)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = worklist(tmp_path, {})

    def refuse(_self):
        raise PermissionError(13, "denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(CorrectionsError, match="请先保存并关闭"):
        read_corrections(path)
