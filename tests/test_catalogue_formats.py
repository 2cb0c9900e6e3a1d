"""Formats: the same zones in every dress give the same zones."""

from __future__ import annotations

import json
import tempfile
import threading
import urllib.parse
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd  # noqa: TC002
import pyogrio
import pytest
import shapely

from geo_rectify.catalogue import load_layers, open_catalogue
from geo_rectify.catalogue.recognition import recognise, suspected_shift
from geo_rectify.catalogue.tabular import number_of
from geo_rectify.crs import areas_m2, gcj02_to_bd09, transformer, wgs84_to_gcj02
from geo_rectify.errors import LayerError
from geo_rectify.regions import area_polygon, county_polygons
from tests.catalogue_cases import (
    DAY,
    EAST,
    NORTH,
    entry,
    load,
    write_catalogue,
    write_vector,
    zones_4548,
)

COVER = "adcode:360200"


def _shifted(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    def move(xy):
        lon, lat = wgs84_to_gcj02(xy[:, 0], xy[:, 1])
        return np.column_stack((lon, lat) if datum == "GCJ-02" else gcj02_to_bd09(lon, lat))

    shapes = shapely.transform(
        shapely.segmentize(frame.to_crs(4490).geometry.to_numpy(), 0.0005), move
    )
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=4326)


def _shapefile(folder: Path, frame: gpd.GeoDataFrame, name: str, *, bare: tuple[str, ...]) -> Path:
    path = write_vector(frame, folder / f"{name}.shp", encoding="GB18030")
    for suffix in bare:
        (folder / f"{name}.{suffix}").unlink(missing_ok=True)
    return path


def _zipped(folder: Path, frame: gpd.GeoDataFrame, *, gbk: bool) -> Path:
    """Write a zip by hand so that its names are raw GBK bytes without the UTF-8 mark."""
    inner = folder / "inner"
    inner.mkdir()
    _shapefile(inner, frame, "水源", bare=("cpg",))
    path = folder / "a.zip"

    class Raw(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):  # noqa: N802 - the method zipfile calls
            return (self.filename.encode("gbk"), 0) if gbk else super()._encodeFilenameFlags()

    with zipfile.ZipFile(path, "w") as archive:
        for each in sorted(inner.iterdir()):
            archive.writestr(Raw(f"数据/{each.name}"), each.read_bytes())
    return path


def _write(folder: Path, kind: str) -> dict[str, object]:
    """Write the zones in one dress and give the keys of its entry."""
    frame = zones_4548()
    frame = frame.set_geometry(frame.geometry.segmentize(50))
    write, keys = _DRESSES[kind]
    write(folder, frame)
    return dict(keys)


def _swapped(folder: Path, frame: gpd.GeoDataFrame) -> None:
    turned = frame.geometry.map(lambda shape: shapely.transform(shape, lambda xy: xy[:, ::-1]))
    _shapefile(folder, frame.set_geometry(turned), "a", bare=("cpg", "prj"))


def _ovkml(folder: Path, frame: gpd.GeoDataFrame) -> None:
    write_vector(_shifted(frame, "GCJ-02"), folder / "a.kml", driver="LIBKML")
    (folder / "a.kml").rename(folder / "a.ovkml")


def _parquet(folder: Path, frame: gpd.GeoDataFrame) -> None:
    pytest.importorskip("pyarrow")
    frame.to_parquet(folder / "a.parquet")


def _wkt(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return frame.drop(columns="geometry").assign(WKT=frame.to_wkt()["geometry"])


_DRESSES = {
    "gpkg_4490": (lambda d, f: write_vector(f.to_crs(4490), d / "a.gpkg"), {"path": "a.gpkg"}),
    "shp_4548": (lambda d, f: _shapefile(d, f, "a", bare=("cpg",)), {"path": "a.shp"}),
    "shp_4527": (
        lambda d, f: _shapefile(d, f.to_crs(4527), "a", bare=("cpg",)),
        {"path": "a.shp"},
    ),
    "bare_4548": (lambda d, f: _shapefile(d, f, "a", bare=("cpg", "prj")), {"path": "a.shp"}),
    "bare_4527": (
        lambda d, f: _shapefile(d, f.to_crs(4527), "a", bare=("cpg", "prj")),
        {"path": "a.shp"},
    ),
    "bare_swapped": (_swapped, {"path": "a.shp"}),
    "fgdb": (
        lambda d, f: write_vector(f, d / "a.gdb", driver="OpenFileGDB"),
        {"path": "a.gdb"},
    ),
    "dissolved": (
        lambda d, f: write_vector(f.dissolve("级别").reset_index(), d / "a.gpkg"),
        {"path": "a.gpkg"},
    ),
    "kmz": (
        lambda d, f: write_vector(f.to_crs(4326), d / "a.kmz", driver="LIBKML"),
        {"path": "a.kmz"},
    ),
    "parquet": (_parquet, {"path": "a.parquet"}),
    "zip_gbk": (lambda d, f: _zipped(d, f, gbk=True), {"path": "a.zip"}),
    "zip_utf8": (lambda d, f: _zipped(d, f, gbk=False), {"path": "a.zip"}),
    "wkt_csv": (
        lambda d, f: _wkt(f).to_csv(d / "a.csv", index=False, encoding="gb18030"),
        {"path": "a.csv", "crs": "EPSG:4548"},
    ),
    "wkt_xlsx": (lambda d, f: _wkt(f).to_excel(d / "a.xlsx", index=False), {"path": "a.xlsx"}),
    "gcj_kml": (
        lambda d, f: write_vector(_shifted(f, "GCJ-02"), d / "a.kml", driver="LIBKML"),
        {"path": "a.kml", "datum": "GCJ-02"},
    ),
    "ovkml": (_ovkml, {"path": "a.ovkml", "datum": "GCJ-02"}),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("kind", list(_DRESSES))
def test_every_dress_gives_the_same_zones(tmp_path: Path, kind: str):
    keys = _write(tmp_path, kind)
    write_catalogue(tmp_path, entry(class_field="级别", name_field="名称", coverage=COVER, **keys))
    zones = load(tmp_path).zones.sort_values("zone_class")
    dense = zones_4548()
    dense = dense.set_geometry(dense.geometry.segmentize(50))
    truth = areas_m2(dense.to_crs(4490).geometry.to_numpy())
    assert list(zones["zone_class"]) == ["water_1", "water_2"]
    assert set(zones["zone_name"]) <= {"某水源地"}
    limit = 1e-3 if keys.get("datum") else 1e-6
    assert areas_m2(zones.geometry.to_numpy()) == pytest.approx(truth, rel=limit)
    expected = zones_4548().to_crs(4490).geometry.iloc[0].centroid
    assert zones.geometry.iloc[0].centroid.distance(expected) < (
        1e-6 if keys.get("datum") else 1e-7
    )


def test_a_recognised_system_is_said_with_its_doubt(tmp_path: Path):
    write_catalogue(tmp_path, entry(coverage=COVER, **_write(tmp_path, "bare_4527")))
    said = " ".join(load(tmp_path).infos[0].assumptions)
    assert "EPSG:4527" in said
    assert "西安80" in said


def test_an_ovkml_must_say_its_datum(tmp_path: Path):
    keys = _write(tmp_path, "ovkml") | {"datum": None}
    write_catalogue(tmp_path, entry(coverage=COVER, **keys))
    with pytest.raises(LayerError, match=r"ovkml may be shifted.*datum"):
        load(tmp_path)


def test_a_zip_of_two_layers_asks_which(tmp_path: Path):
    for name in ("one", "two"):
        write_vector(zones_4548(), tmp_path / f"{name}.gpkg")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("one", "two"):
            archive.write(tmp_path / f"{name}.gpkg", f"{name}.gpkg")
    write_catalogue(tmp_path, entry(path="a.zip"))
    with pytest.raises(LayerError, match=r"layer = one of: one\.gpkg, two\.gpkg"):
        load(tmp_path)
    write_catalogue(tmp_path, entry(path="a.zip", layer="two"))
    assert len(load(tmp_path).zones) == 2


def test_a_zip_never_leaves_its_folder(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../planted.gpkg", b"x")
    write_catalogue(tmp_path, entry(path="a.zip"))
    with pytest.raises(LayerError, match="outside its own folder"):
        load(tmp_path)
    assert not list(tmp_path.parent.glob("planted*"))


def test_closed_lines_of_a_drawing_are_areas(tmp_path: Path):
    ring = shapely.LineString(zones_4548().geometry.iloc[0].exterior.coords)
    frame = gpd.GeoDataFrame(geometry=[ring], crs=4548)
    write_vector(frame, tmp_path / "a.dxf", driver="DXF")
    write_catalogue(tmp_path, entry(path="a.dxf", role="red_line", coverage=COVER))
    layers = load(tmp_path)
    assert areas_m2(layers.zones.geometry.to_numpy()) == pytest.approx([120_000], rel=1e-3)
    assert any("闭合线" in text for text in layers.infos[0].assumptions)


# --- boundary points ------------------------------------------------------------------------

_CORNERS = [(0, 0), (400, 0), (400, 300), (0, 300)]


def _points(tmp_path: Path, rows: list[str], heading: str, **keys: object) -> Path:
    (tmp_path / "a.csv").write_text("\n".join([heading, *rows]), encoding="utf-8-sig")
    given = {"path": "a.csv", "role": "red_line", "coverage": COVER, **keys}
    return write_catalogue(tmp_path, entry(**given))


@pytest.mark.parametrize("written", ["metres", "prefixed", "decimal", "sexagesimal"])
def test_boundary_points_become_a_polygon(tmp_path: Path, written: str):
    rows = []
    for at, (dx, dy) in enumerate(_CORNERS, start=1):
        east, north = EAST + dx, NORTH + dy
        lon, lat = transformer("EPSG:4548", "EPSG:4490").transform(east, north)
        pair = {
            "metres": (f"{north}", f"{east}"),
            "prefixed": (f"{north}", f"{east + 39e6}"),
            "decimal": (f"{lon:.10f}", f"{lat:.10f}"),
            "sexagesimal": (_dms(lon), _dms(lat)),
        }[written]
        rows.append(f"示例矿区,J{at},{pair[0]},{pair[1]}")
    plane = written in {"metres", "prefixed"}
    heading = "矿区名称,拐点号,X坐标,Y坐标" if plane else "矿区名称,拐点号,经度,纬度"
    folder = _points(tmp_path, rows, heading, name_field="矿区名称")
    layers = load(folder)
    assert areas_m2(layers.zones.geometry.to_numpy()) == pytest.approx([120_000], rel=1e-4)
    assert list(layers.zones["zone_name"]) == ["示例矿区"]
    assert any("拐点" in text for text in layers.infos[0].assumptions)


def _dms(value: float) -> str:
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return f"{degrees}°{minutes}′{(value - degrees - minutes / 60) * 3600:.6f}″"


def test_a_ring_that_crosses_itself_is_told_with_its_points(tmp_path: Path):
    rows = [
        f"J{at},{NORTH + _CORNERS[at - 1][1]},{EAST + _CORNERS[at - 1][0]}" for at in (1, 3, 2, 4)
    ]
    folder = _points(tmp_path, rows, "点号,X,Y")
    with pytest.raises(LayerError, match=r"crosses itself: edge J1-J3 meets edge J2-J4"):
        load(folder)


def test_a_ring_within_a_ring_is_a_hole(tmp_path: Path):
    rows = []
    for ring, (size, start) in enumerate([(400, 0), (100, 100)], start=1):
        corners = [(0, 0), (size, 0), (size, size), (0, size)]
        rows += [
            f"甲,{ring},{at},{NORTH + start + dy},{EAST + start + dx}"
            for at, (dx, dy) in enumerate(corners)
        ]
    layers = load(_points(tmp_path, rows, "名称,圈号,点号,X,Y"))
    assert areas_m2(layers.zones.geometry.to_numpy()) == pytest.approx([150_000], rel=1e-3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("117.5", 117.5),
        ("117°30′", 117.5),
        ("117度30分36秒", 117.51),
        ("117-30-36", 117.51),
        ("E117:30:36", 117.51),
        ("117°30'36\"", 117.51),
        ("39519000.25", 39_519_000.25),
    ],
)
def test_coordinates_are_read_however_written(text: str, value: float):
    assert number_of(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "约117", "117°72′", "某地"])
def test_what_is_no_coordinate_stays_unread(text: str):
    assert np.isnan(number_of(text))


# --- datum safety ---------------------------------------------------------------------------


def test_numbers_that_fit_nowhere_or_twice_are_not_recognised():
    area = area_polygon("360200")
    box = np.array([EAST, NORTH, EAST + 10, NORTH + 10])
    found = recognise(box, area)
    assert found is not None
    assert (found.epsg, found.swapped) == (4548, False)
    assert recognise(box, area_polygon("510100")) is None
    assert recognise(np.array([1.0, 2.0, 3.0, 4.0]), area) is None


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_a_shifted_layer_is_suspected_by_the_county_lines(tmp_path: Path, datum: str):
    county = county_polygons(("360281",))[["geometry"]]
    write_vector(_shifted(county.to_crs(4548), datum), tmp_path / "a.gpkg")
    write_catalogue(tmp_path, entry(path="a.gpkg", role="red_line", coverage=COVER))
    said = " ".join(load(tmp_path).infos[0].assumptions)
    assert f"疑似{datum}坐标" in said


def test_a_sound_layer_is_not_suspected():
    county = county_polygons(("360281",)).geometry.to_numpy()
    lines = shapely.boundary(county[0])
    assert suspected_shift(county, lines) is None


# --- services -------------------------------------------------------------------------------


@contextmanager
def _serving(answer):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urllib.parse.urlsplit(self.path)
            query = {k.casefold(): v for k, v in urllib.parse.parse_qsl(parts.query)}
            body = answer(parts.path, query)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _arcgis(path: str, query: dict[str, str]) -> bytes:
    if not path.endswith("/query"):
        if path.endswith("/0"):
            fields = [{"name": "OBJECTID", "type": "esriFieldTypeOID"}]
            return json.dumps({"name": "水源", "fields": fields, "maxRecordCount": 1}).encode()
        return json.dumps({"layers": [{"id": 0, "name": "水源"}]}).encode()
    frame = zones_4548()
    at = int(query["resultoffset"])
    rows = [
        {
            "attributes": {"OBJECTID": n, "名称": frame["名称"][n], "级别": frame["级别"][n]},
            "geometry": {
                "rings": [
                    [list(xy) for xy in ring.coords]
                    for ring in (frame.geometry[n].exterior, *frame.geometry[n].interiors)
                ]
            },
        }
        for n in range(at, min(at + 1, len(frame)))
    ]
    document = {
        "objectIdFieldName": "OBJECTID",
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4548},
        "fields": [
            {"name": "OBJECTID", "type": "esriFieldTypeOID"},
            {"name": "名称", "type": "esriFieldTypeString"},
            {"name": "级别", "type": "esriFieldTypeString"},
        ],
        "exceededTransferLimit": at + 1 < len(frame),
        "features": rows,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _wfs(path: str, query: dict[str, str]) -> bytes:
    if query["request"] == "GetCapabilities":
        return b"<W><FeatureTypeList><FeatureType><Name>ns:water</Name></FeatureType></FeatureTypeList></W>"
    whole = json.loads(zones_4548().to_crs(4326).to_json())
    at = int(query["startindex"])
    whole["numberMatched"] = len(whole["features"])
    whole["features"] = whole["features"][at : at + 1]
    return json.dumps(whole).encode()


def _gml(at: int, count: int, *, told: bool = True) -> bytes:
    """Write some zones as GML 3.2, latitude first, as services do."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.gml"
        rows = zones_4548().to_crs(4490).iloc[at : at + count]
        options = {"FORMAT": "GML3.2", "SRSNAME_FORMAT": "OGC_URN"}
        pyogrio.write_dataframe(rows, file, driver="GML", layer="water", **options)
        body = file.read_bytes()
    said = b' numberMatched="2" numberReturned="%d"' % len(rows)
    return body.replace(b"FeatureCollection", b"FeatureCollection" + said, 1) if told else body


def _wfs_gml_only(path: str, query: dict[str, str]) -> bytes:
    """Refuse every form but GML, page by page."""
    if "outputformat" in query:
        return b"<ows:ExceptionReport>outputFormat not supported</ows:ExceptionReport>"
    assert query["version"] == "2.0.0"
    return _gml(int(query["startindex"]), 1)


def _wfs_deaf(path: str, query: dict[str, str]) -> bytes:
    """Give GML whatever form is asked for, and no number of all."""
    return _gml(int(query["startindex"]), 1000, told=False)


def _wfs_old(path: str, query: dict[str, str]) -> bytes:
    """Know version 1.0.0 alone."""
    if query["version"] != "1.0.0":
        return b"<ServiceExceptionReport><ServiceException>version</ServiceException></ServiceExceptionReport>"
    assert query["typename"] == "water"
    return _gml(0, 1000, told=False)


@pytest.mark.parametrize("answer", [_wfs_gml_only, _wfs_deaf, _wfs_old])
def test_a_wfs_that_knows_gml_only_is_read(tmp_path: Path, answer):
    with _serving(answer) as host:
        write_catalogue(tmp_path, entry(url=host + "/wfs", layer="water", coverage=COVER))
        layers = load_layers(open_catalogue(tmp_path), as_of=DAY)
    assert sorted(layers.zones["zone_class"]) == ["water_1", "water_2"]
    wanted = zones_4548().to_crs(4490).total_bounds
    assert layers.zones.total_bounds == pytest.approx(wanted, abs=1e-6)


def _arcgis_short(path: str, query: dict[str, str]) -> bytes:
    """Give fewer rows than were asked for, as a server with a limit of its own does."""
    body = json.loads(_arcgis(path, query))
    body.pop("maxRecordCount", None)
    return json.dumps(body, ensure_ascii=False).encode()


def test_an_arcgis_server_that_ends_in_html_half_way_is_told(tmp_path: Path):
    def broken(path: str, query: dict[str, str]) -> bytes:
        if query.get("resultoffset") == "1":
            return b"<html>session over</html>"
        return _arcgis(path, query)

    with _serving(broken) as host:
        write_catalogue(tmp_path, entry(url=host + "/rest/W/FeatureServer/0", coverage=COVER))
        with pytest.raises(LayerError, match=r"layer 'water'.*web page \(HTML\).*save the layer"):
            load_layers(open_catalogue(tmp_path), as_of=DAY)


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        (_arcgis_short, "/rest/W/FeatureServer/0"),
        (_arcgis, "/rest/W/FeatureServer/0"),
        (_arcgis, "/rest/W/MapServer"),
        (_wfs, "/wfs?key=secret"),
    ],
)
def test_a_service_is_read_page_by_page(tmp_path: Path, answer, path: str):
    with _serving(answer) as host:
        write_catalogue(tmp_path, entry(url=host + path, coverage=COVER))
        layers = load_layers(open_catalogue(tmp_path), as_of=DAY)
    assert sorted(layers.zones["zone_class"]) == ["water_1", "water_2"]
    info = layers.infos[0]
    assert any("服务" in text for text in info.assumptions)
    assert len(info.sha256) == 64
    assert "secret" not in repr(info)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html>login</html>", "answers with a web page"),
        (b'{"error": {"code": 499, "message": "Token Required"}}', "Token Required"),
        (b"<ows:ExceptionReport>no such layer</ows:ExceptionReport>", "refuses"),
        (b"nonsense", "no JSON"),
    ],
)
@pytest.mark.parametrize("path", ["/rest/W/FeatureServer/0", "/wfs"])
def test_a_service_that_gives_no_features_is_told(
    tmp_path: Path, body: bytes, said: str, path: str
):
    with _serving(lambda *_: body) as host:
        write_catalogue(tmp_path, entry(url=host + path, layer="0"))
        with pytest.raises(LayerError, match=f"layer 'water'.*{said}"):
            load(tmp_path)


def test_a_service_that_is_away_is_told(tmp_path: Path):
    write_catalogue(tmp_path, entry(url="http://127.0.0.1:9/wfs", layer="a"))
    with pytest.raises(LayerError, match="cannot be reached"):
        load(tmp_path)


def test_an_address_that_is_no_service_is_told(tmp_path: Path):
    write_catalogue(tmp_path, entry(url="file:///etc/hosts", layer="a"))
    with pytest.raises(LayerError, match="write http"):
        load(tmp_path)


@pytest.mark.parametrize("datum", [None, "GCJ-02"])
def test_a_shifted_layer_is_suspected_by_a_reference_layer(tmp_path: Path, datum: str | None):
    """A zone drawn along a district's line, shifted, beside a layer of districts that is right."""
    district = shapely.Point(EAST, NORTH).buffer(3000, quad_segs=64)
    districts = gpd.GeoDataFrame({"名称": ["某区"]}, geometry=[district], crs="EPSG:4548")
    zones = gpd.GeoDataFrame(geometry=[district], crs="EPSG:4548")
    write_vector(_shifted(zones, "GCJ-02"), tmp_path / "a.gpkg")
    write_vector(districts, tmp_path / "r.gpkg")
    write_catalogue(
        tmp_path,
        entry(path="a.gpkg", role="red_line", datum=datum),
        entry("lines", title="实测区界", path="r.gpkg", role="admin"),
    )
    said = " ".join(load(tmp_path).infos[0].assumptions)
    assert ("疑似GCJ-02坐标" in said) is (datum is None)
    assert ("贴合实测区界的比例" in said) is (datum is None)
