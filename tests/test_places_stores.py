"""Gazetteer files with an index: built from every kind of source, read by name, searched."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from geo_rectify.errors import InputFileError, OutputError, RegionError
from geo_rectify.places import (
    build_gazetteer,
    find_mentions,
    locate,
    open_gazetteer,
    search_gazetteer,
)
from geo_rectify.places.gazetteer import around
from geo_rectify.vocabulary import PlaceType
from tests.places_cases import one

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "name,kind,adcode,township,lon,lat,uncertainty_m\n"
MINES = HEAD + (
    "罗家砒采石场,mine/quarry,,,117.2,29.05,30\n"
    "岩口采石场,mine/quarry,360281,双田镇,117.25,29.02,30\n"
    "岩口采石场,mine/quarry,360222,,117.2,29.4,30\n"
    "十二号桥,bridge,,,117.21,29.01,60\n"
    "鸕鶿灣水库,lake-reservoir,,,117.22,29.01,60\n"
)
OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="29.05" lon="117.2"><tag k="place" v="village"/><tag k="name" v="罗家坞"/></node>
 <node id="2" lat="29.06" lon="117.2"><tag k="place" v="town"/><tag k="name" v="Shuangtian"/>
  <tag k="name:zh" v="双田镇"/></node>
 <node id="3" lat="29.07" lon="117.2"><tag k="amenity" v="bench"/><tag k="name" v="长椅"/></node>
 <node id="10" lat="29.00" lon="117.10"/><node id="11" lat="29.00" lon="117.12"/>
 <node id="12" lat="29.00" lon="117.14"/><node id="13" lat="29.02" lon="117.14"/>
 <way id="20"><nd ref="10"/><nd ref="11"/><tag k="waterway" v="river"/><tag k="name" v="试水河"/></way>
 <way id="21"><nd ref="11"/><nd ref="12"/><tag k="waterway" v="river"/><tag k="name" v="试水河"/></way>
 <way id="22"><nd ref="10"/><nd ref="12"/><nd ref="13"/><nd ref="10"/>
  <tag k="landuse" v="industrial"/><tag k="name" v="甲乙污水处理厂"/></way>
</osm>
"""
GEONAMES = (
    "1\tLuojiawu\tLuojiawu\tLuojiawu,罗家坞,羅家塢\t29.05\t117.2\tP\tPPL\tCN\t\t03\t\t\t\t0\t\t30\t"
    "Asia/Shanghai\t2015-01-01\n"
    "2\tJiangxi\tJiangxi\t江西省\t28\t116\tA\tADM1\tCN\t\t03\t\t\t\t0\t\t30\tAsia/Shanghai\t2015-01-01\n"
    "3\tShitouwan\tShitouwan\t\t29.06\t117.2\tP\tPPL\tCN\t\t03\t\t\t\t0\t\t30\tAsia/Shanghai\t\n"
    "4\tSeoul\tSeoul\t首尔\t37.5\t127\tP\tPPL\tKR\t\t11\t\t\t\t0\t\t30\tAsia/Seoul\t\n"
)


@pytest.fixture
def mines(tmp_path: Path) -> Path:
    source = tmp_path / "矿山 [一].csv"
    source.write_text(MINES, encoding="utf-8")
    build_gazetteer(source, output=tmp_path / "库.gpkg")
    return tmp_path / "库.gpkg"


def _varint(number: int) -> bytes:
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _blob(kind: str, content: bytes) -> bytes:
    body = _number(2, len(content)) + _bytes(3, zlib.compress(content))
    header = _bytes(1, kind.encode()) + _number(3, len(body))
    return struct.pack(">I", len(header)) + header + body


def write_pbf(path: Path, places: list[tuple[float, float, dict[str, str]]]) -> None:
    """Write nodes as OpenStreetMap's protocol buffers (one block, granularity 100)."""
    words = ["", *sorted({w for _, _, tags in places for pair in tags.items() for w in pair})]
    nodes = b""
    for number, (lon, lat, tags) in enumerate(places, 1):
        keys = b"".join(_varint(words.index(key)) for key in tags)
        values = b"".join(_varint(words.index(value)) for value in tags.values())
        node = _number(1, _zigzag(number)) + _bytes(2, keys) + _bytes(3, values)
        node += _number(8, _zigzag(round(lat * 1e7))) + _number(9, _zigzag(round(lon * 1e7)))
        nodes += _bytes(1, node)
    table = b"".join(_bytes(1, word.encode()) for word in words)
    header = _bytes(4, b"OsmSchema-V0.6")
    path.write_bytes(
        _blob("OSMHeader", header) + _blob("OSMData", _bytes(1, table) + _bytes(2, nodes))
    )


def rows(path: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(path, layer="places", engine="pyogrio")


def test_rows_get_the_county_they_lie_in(mines: Path):
    found = rows(mines).set_index("name")
    assert found.loc["罗家砒采石场", "adcode"] == "360281"
    assert found.crs.to_epsg() == 4490


def test_the_same_sources_give_the_same_bytes(mines: Path, tmp_path: Path):
    again = tmp_path / "again.gpkg"
    build_gazetteer(tmp_path / "矿山 [一].csv", output=again)
    assert again.read_bytes() == mines.read_bytes()


def test_opening_reads_no_row(mines: Path):
    known = open_gazetteer(mines, with_shipped=False)
    assert len(known.frame) == 0
    assert [store.rows for store in known.stores] == [5]


def test_names_are_looked_up_when_asked_for(mines: Path):
    names = open_gazetteer(mines).names()
    assert names["岩口采石场"] == ((PlaceType.MINE, "360222"), (PlaceType.MINE, "360281"))
    assert "礼林镇" in names
    assert "岩口" not in names
    assert names.get("没有这个地方") is None


def test_a_document_reads_only_the_rows_its_names_need(mines: Path):
    mentions = one("岩口采石场", PlaceType.MINE, county="乐平市")
    known = around(open_gazetteer(mines, with_shipped=False), mentions)
    assert [place.name for place in known.places] == ["岩口采石场", "岩口采石场"]
    located = locate(mentions, open_gazetteer(mines))
    (site,) = located.sites.to_dict("records")
    assert site["precision"] == "feature"
    assert shapely.equals_exact(site["geometry"], shapely.Point(117.25, 29.02), 1e-9)
    assert "不在乐平市范围" in located.rejected["reason"].iloc[0]


def test_a_file_with_an_index_locates_like_the_table_it_was_built_from(mines: Path, tmp_path: Path):
    mentions = [
        *one("岩口采石场", PlaceType.MINE, county="乐平市"),
        *one("罗家坻采石场", PlaceType.MINE, county="乐平市", doc_id="other"),
    ]
    plain = locate(mentions, open_gazetteer(tmp_path / "矿山 [一].csv")).sites
    indexed = locate(mentions, open_gazetteer(mines)).sites
    assert plain["geometry"].to_wkt().tolist() == indexed["geometry"].to_wkt().tolist()
    assert plain["precision"].tolist() == indexed["precision"].tolist()


def test_a_slip_is_shown_and_never_taken(mines: Path):
    located = locate(one("罗家坻采石场", PlaceType.MINE, county="乐平市"), open_gazetteer(mines))
    (site,) = located.sites.to_dict("records")
    assert site["geometry"] is None
    assert "罗家砒采石场" in site["candidates"]


@pytest.mark.parametrize(
    ("asked", "found", "reason"),
    [
        ("岩口采石场", "岩口采石场", "名称一致"),
        ("乐平市岩口采石场", "岩口采石场", "without admin prefix"),
        ("双田镇岩口采石场", "岩口采石场", "去掉乡镇前缀后名称一致"),
        ("岩口矿山", "岩口采石场", "专名一致，通名不同"),
        ("罗家坻采石场", "罗家砒采石场", "一字之差，可能误写"),
        ("家罗砒采石场", "罗家砒采石场", "相邻两字颠倒，可能误写"),
        ("罗家砒湾采石场", "罗家砒采石场", "多一字或少一字，可能误写"),
        ("luojiapi", "罗家砒采石场", "读音相同，可能误写"),
        ("罗嘉皮采石场", "罗家砒采石场", "读音相同，可能误写"),
        ("12号桥", "十二号桥", "名称一致"),
        ("鸕鶿湾水庫", "鸕鶿灣水库", "名称一致"),
    ],
)
def test_searching(mines: Path, asked: str, found: str, reason: str):
    best = search_gazetteer(asked, open_gazetteer(mines), county="乐平市")[0]
    said = {"without admin prefix": "去掉行政区前缀后一致"}.get(reason, reason)
    assert (best.name, best.reason, best.rank) == (found, said, 1)


def test_searching_tells_the_margin_and_what_was_refused(mines: Path):
    found = search_gazetteer("岩口采石场", open_gazetteer(mines), county="360281")
    assert found[0].margin == 1.0
    assert [f.county for f in found if f.refused] == ["浮梁县"]
    both = search_gazetteer("岩口采石场", open_gazetteer(mines))
    assert sorted(f.county for f in both) == ["乐平市", "浮梁县"]
    assert both[0].margin == 0.0


def test_numerals_that_tell_places_apart_are_no_slip(mines: Path):
    found = search_gazetteer("13号桥", open_gazetteer(mines), county="乐平市")
    assert not [f for f in found if f.name == "十二号桥"]


@pytest.mark.parametrize(
    ("name", "county", "error"), [(" ", "", InputFileError), ("岩口", "乌有县", RegionError)]
)
def test_searching_for_nothing_or_nowhere(mines: Path, name: str, county: str, error: type):
    with pytest.raises(error):
        search_gazetteer(name, open_gazetteer(mines), county=county)


def test_openstreetmap_xml(tmp_path: Path):
    source = tmp_path / "x.osm"
    source.write_text(OSM, encoding="utf-8")
    build_gazetteer(source, output=tmp_path / "o.gpkg")
    found = rows(tmp_path / "o.gpkg").set_index("name")
    assert found["kind"].to_dict() == {
        "罗家坞": "village",
        "双田镇": "township",
        "试水河": "river",
        "甲乙污水处理厂": "wastewater-plant",
    }
    assert found.loc["双田镇", "township"] == "双田镇"
    assert found.loc["双田镇", "aliases"] == "Shuangtian"
    assert found.loc["试水河"].geometry.length == pytest.approx(0.04)
    assert found.loc["甲乙污水处理厂"].geometry.geom_type == "MultiPolygon"
    assert set(found["licence"]) == {"ODbL 1.0"}
    assert (found["uncertainty_m"] > 50).all()


def test_openstreetmap_pbf(tmp_path: Path):
    source = tmp_path / "x.osm.pbf"
    write_pbf(source, [(117.2, 29.05, {"place": "village", "name": "罗家坞"})])
    build_gazetteer(source, output=tmp_path / "o.gpkg")
    (row,) = rows(tmp_path / "o.gpkg").to_dict("records")
    assert (row["name"], row["kind"], row["adcode"]) == ("罗家坞", "village", "360281")
    assert row["geometry"].x == pytest.approx(117.2)


def test_geonames_dump(tmp_path: Path):
    source = tmp_path / "CN.txt"
    source.write_text(GEONAMES, encoding="utf-8")
    build_gazetteer(source, output=tmp_path / "g.gpkg")
    found = rows(tmp_path / "g.gpkg").set_index("name")
    assert found.index.tolist() == ["罗家坞", "Shitouwan"]
    assert found.loc["罗家坞", "aliases"] == "Luojiawu|羅家塢"
    assert set(found["uncertainty_m"]) == {2000}
    known = open_gazetteer(tmp_path / "g.gpkg", with_shipped=False)
    best = search_gazetteer("石头湾村", known, county="乐平市", kind=PlaceType.VILLAGE)[0]
    assert (best.name, best.reason) == ("Shitouwan", "读音相同，可能误写")


def test_a_table_with_a_mapping(tmp_path: Path):
    source = tmp_path / "砂场.csv"
    source.write_text("单位,经,纬,类\n甲砂场,117.205,29.047,砂\n", encoding="gb18030")
    (tmp_path / "砂场.csv.toml").write_text(
        'datum = "GCJ-02"\n[columns]\nname = "单位"\nlon = "经"\nlat = "纬"\nkind = "类"\n'
        '[kinds]\n"砂" = "mine/quarry"\n[defaults]\nuncertainty_m = 30\nsource = "砂场台账"\n',
        encoding="utf-8",
    )
    build_gazetteer(source, output=tmp_path / "g.gpkg")
    (row,) = rows(tmp_path / "g.gpkg").to_dict("records")
    assert (row["kind"], row["source"], row["uncertainty_m"]) == ("mine/quarry", "砂场台账", 30)
    assert row["geometry"].x == pytest.approx(117.1997, abs=5e-4)


def test_plane_coordinates_with_a_mapping(tmp_path: Path):
    source = tmp_path / "p.csv"
    source.write_text(
        "name,kind,E,N,uncertainty_m\n甲厂,企业厂区,519480,3214900,5\n", encoding="utf-8"
    )
    (tmp_path / "p.toml").write_text(
        'datum = "EPSG:4548"\n[columns]\nlon = "E"\nlat = "N"\n', encoding="utf-8"
    )
    build_gazetteer(source, output=tmp_path / "g.gpkg")
    (row,) = rows(tmp_path / "g.gpkg").to_dict("records")
    assert row["geometry"].x == pytest.approx(117.2, abs=1e-3)
    assert row["geometry"].y == pytest.approx(29.05, abs=1e-2)


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">
<Document><Placemark><name>甲水库</name><Point><coordinates>117.2,29.05,0</coordinates></Point>
</Placemark></Document></kml>"""


@pytest.mark.parametrize("ending", ["kml", "shp", "gpkg"])
def test_vector_files_with_a_mapping(tmp_path: Path, ending: str):
    source = tmp_path / f"v.{ending}"
    if ending == "kml":
        source.write_text(KML, encoding="utf-8")
    else:
        frame = gpd.GeoDataFrame({"Name": ["甲水库"]}, geometry=[shapely.Point(117.2, 29.05)])
        frame.set_crs(4326).to_file(source, engine="pyogrio", encoding="utf-8")
    (tmp_path / f"v.{ending}.toml").write_text(
        '[columns]\nname = "Name"\n[defaults]\nkind = "lake-reservoir"\nuncertainty_m = 50\n',
        encoding="utf-8",
    )
    build_gazetteer(source, output=tmp_path / "built.gpkg")
    (row,) = rows(tmp_path / "built.gpkg").to_dict("records")
    assert (row["name"], row["kind"]) == ("甲水库", "lake-reservoir")


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("[columns", "no TOML"),
        ('colums = 1\n[columns]\nnam = "x"\n', "unknown key 'colums'"),
        ('colums = 1\n[columns]\nnam = "x"\n', "unknown column 'nam'"),
        ('[columns]\nname = "没有"\n', "'没有', which is not there"),
        ('[kinds]\n"砂" = "castle"\n', "'castle' is no kind"),
        ('datum = "beijing54"\n', "datum 'beijing54' is unknown"),
    ],
)
def test_bad_mapping(tmp_path: Path, mapping: str, said: str):
    source = tmp_path / "m.csv"
    source.write_text("name,kind\n甲,village\n", encoding="utf-8")
    (tmp_path / "m.csv.toml").write_text(mapping, encoding="utf-8")
    with pytest.raises(InputFileError, match=said):
        build_gazetteer(source, output=tmp_path / "g.gpkg")
    assert not (tmp_path / "g.gpkg").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.osm", b"<osm"),
        ("x.osm.pbf", b"nothing of the kind"),
        ("x.txt", b"a\tb\n"),
        ("x.zip", b"no zip"),
        ("gone.csv", None),
        ("CN.txt", b"1\tA\tA\t\tnorth\t117\tP\tPPL\tCN" + b"\t" * 10 + b"\n"),
        ("CN.txt", b"1\tA\tA\t\t37\t127\tP\tPPL\tKR" + b"\t" * 10 + b"\n"),
    ],
)
def test_bad_sources_leave_nothing(tmp_path: Path, name: str, content: bytes | None):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputFileError):
        build_gazetteer(tmp_path / name, output=tmp_path / "g.gpkg")
    assert not list(tmp_path.glob("*.gpkg")) + list(tmp_path.glob(".*"))


def test_other_endings_and_other_forms(mines: Path, tmp_path: Path):
    with pytest.raises(OutputError, match="gpkg"):
        build_gazetteer(mines, output=tmp_path / "g.csv")
    with pytest.raises(OutputError, match="one file"):
        build_gazetteer(mines, output=mines)
    base = sqlite3.connect(mines)
    base.execute("UPDATE gazetteer_info SET value = '0' WHERE key = 'form'")
    base.commit()
    base.close()
    with pytest.raises(InputFileError, match="build it anew"):
        open_gazetteer(mines)


def test_find_mentions_takes_the_names_of_a_file(mines: Path, tmp_path: Path):
    from geo_rectify.plans import read_plan

    plan = tmp_path / "p.txt"
    plan.write_text("乐平市岩口采石场未完成修复。", encoding="utf-8")
    mentions = find_mentions(read_plan(plan), names=open_gazetteer(mines).names())
    assert "岩口采石场" in {m.normalised for m in mentions}
