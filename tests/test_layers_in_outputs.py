"""What outputs say of layers: missing and expired ones are named, internal ones stay inside."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import struct
import zipfile
import zlib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pdfplumber
import pytest
import shapely

from geo_rectify import assess, write_run
from geo_rectify.crs import wgs84_to_gcj02
from geo_rectify.errors import LayerError
from geo_rectify.plans import explain_plan, mask_persons, read_plan, read_source
from geo_rectify.plans.masking import find_persons
from geo_rectify.settings import Settings
from tests.catalogue_cases import entry, write_catalogue
from tests.plan_files import docx_of_rows, read_rows

EXAMPLE = Path(__file__).parent.parent / "geo_rectify" / "example"
DAY = dt.date(2024, 6, 1)
CORNERS = [(117.139772, 29.297714), (117.32, 29.21), (117.31, 29.29), (117.22, 29.33)]
_GCJ = [float(value) for value in wgs84_to_gcj02(*CORNERS[0])]
# The name, the number and a corner of a zone: as text, shifted, escaped, packed.
SECRETS = (
    "内部片区甲".encode(),
    json.dumps("内部片区甲")[1:-1].encode(),
    "".join(f"&#{ord(each)};" for each in "内部片区甲").encode(),
    "内部片区甲".encode("utf-16-le"),
    b"NB-7788",
    b"117.13977",
    b"29.29771",
    *(f"{_GCJ[0]:.5f}{mark}{_GCJ[1]:.5f}".encode() for mark in (",", ", ", " ")),
    *(struct.pack(kind, value) for kind in ("<d", ">d", "<f") for value in CORNERS[0]),
)
PEOPLE = ("欧阳子虚".encode(), "钱乌有".encode(), b"13800001234", b"8221234")


def _catalogue(folder: Path, *more: str, sensitivity: str = "internal") -> Path:
    write_catalogue(
        folder,
        entry(
            "rl",
            title="红线甲",
            role="red_line",
            path="secret.gpkg",
            coverage="adcode:360200",
            sensitivity=sensitivity,
            name_field="名称",
            id_field="编号",
        ),
        *more,
    )
    zone = shapely.Polygon(CORNERS)
    frame = gpd.GeoDataFrame(
        {"名称": ["内部片区甲"], "编号": ["NB-7788"]}, geometry=[zone], crs=4490
    )
    frame.to_file(folder / "secret.gpkg")
    return folder


def _contents(folder: Path) -> dict[str, bytes]:
    """Give every file's bytes, the members of zips (docx, xlsx, kmz) among them."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        found[name] = path.read_bytes()
        if path.suffix == ".html":
            # What a page carries packed is looked into as well.
            packed = re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", found[name])
            opened = [base64.b64decode(each + b"=" * (-len(each) % 4)) for each in packed]
            found[name] = b"\0".join([found[name], *opened, *map(_inflated, opened)])
        if path.suffix == ".pdf":
            with pdfplumber.open(path) as pages:
                text = "".join(page.extract_text() or "" for page in pages.pages)
            found[name] += b"\0" + "".join(text.split()).encode()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                found[name] = b"\0".join(archive.read(each) for each in archive.namelist())
    return found


def _inflated(blob: bytes) -> bytes:
    for bits in (-15, 15, 31):
        try:
            return zlib.decompress(blob, bits)
        except zlib.error:
            continue
    return b""


def _holding(folder: Path, planted: tuple[bytes, ...]) -> list[str]:
    return [
        name for name, blob in _contents(folder).items() if any(each in blob for each in planted)
    ]


def _run(folder: Path, layers: Path, **settings: object) -> Path:
    assessment = assess(
        EXAMPLE / "plan.docx",
        layers=layers,
        corrections=EXAMPLE / "corrections.geojson",
        settings=Settings(as_of=DAY, **settings),
    )
    write_run(assessment, folder)
    return folder


def test_a_missing_and_an_expired_layer_are_named_in_every_output(tmp_path: Path):
    layers = _catalogue(
        tmp_path / "layers",
        entry("water", title="水源甲", path="gone.gpkg", coverage="adcode:360200"),
        entry(
            "park",
            title="公园甲",
            role="forest_park",
            path="secret.gpkg",
            valid_from=dt.date(2010, 1, 1),
            valid_to=dt.date(2020, 1, 1),
        ),
    )
    with pytest.raises(LayerError, match=r"layer 'water'.*gone\.gpkg"):
        _run(tmp_path / "none", layers)
    assert not (tmp_path / "none").exists()
    out = _run(tmp_path / "out", layers, allow_missing=True)
    contents = _contents(out)
    # These rest on the plan alone and know of no layer.
    alone = {"plan.txt", "issues.json", "mentions.csv", "sites.gpkg", "claims.csv"}
    alone.add("corrections_log.csv")
    alone.add("field/sites_ovital.txt")  # a list of coordinates has room for nothing else
    silent = {
        name
        for name, blob in contents.items()
        if "未能读取".encode() not in blob and not name.endswith(".png")
    }
    assert silent - alone == set()
    for name in ("map.html", "report.html", "report.docx", "ledger.xlsx", "field/sites.kmz"):
        assert "不在有效期".encode() in contents[name], name
    findings = pd.read_csv(out / "findings.csv")
    water = findings[findings["zone_class"].str.startswith("water")]
    assert set(water["verdict"]) <= {"not_covered", "undetermined", "not_delineated"}
    assert water["note"].str.contains("水源甲").all()
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert [bool(layer["missing"]) for layer in record["layers"]] == [False, True, False]
    assert record["layers"][1]["missing"].startswith("没有文件gone.gpkg；")
    assert str(tmp_path) not in json.dumps(record, ensure_ascii=False)


@pytest.mark.parametrize("sensitivity", ["internal", "restricted"])
def test_the_public_version_tells_no_internal_zone(tmp_path: Path, sensitivity: str):
    layers = _catalogue(tmp_path / "layers", sensitivity=sensitivity)
    out = _run(tmp_path / "out", layers, public=True)
    assert _holding(out, SECRETS) == []
    # The same search finds them where they may stand.
    if sensitivity == "internal":
        shown = _holding(_run(tmp_path / "inside", layers), SECRETS)
        assert {"findings.csv", "findings.gpkg", "map.html", "report.docx"} <= set(shown)
    else:
        assert _holding(_run(tmp_path / "plain", layers), SECRETS) == []
    findings = pd.read_csv(out / "findings.csv")
    assert findings["distance_m"].isna().all()
    assert "conflict" in set(findings.loc[findings["zone_class"] == "red_line", "verdict"])


@pytest.fixture(scope="module")
def open_layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _catalogue(tmp_path_factory.mktemp("open") / "layers", sensitivity="open")


@pytest.fixture(scope="module")
def open_run(open_layers: Path) -> Path:
    return _run(open_layers.parent / "out", open_layers)


def test_an_open_layer_gives_bands_of_distance_only_in_public(open_layers: Path, open_run: Path):
    settings = Settings(as_of=DAY, public=True)
    back = EXAMPLE / "corrections.geojson"
    run = assess(EXAMPLE / "plan.docx", layers=open_layers, corrections=back, settings=settings)
    public, inside = run.findings, pd.read_csv(open_run / "findings.csv")
    assert inside["distance_m"].notna().any()
    assert public["distance_m"].isna().all()
    far = inside["distance_m"] > 0
    assert public.loc[far, "note"].str.contains("距最近的该类管控区").all()
    assert list(public["verdict"]) == list(inside["verdict"])


PLAN = """某市整改方案

一、某河水质不达标。
整改目标：达标。
整改时限：2024年12月底前。
责任人：钱乌有，联系电话：0798-8221234，手机13800001234
整改措施：（一）由副市长钱乌有负责督办，钱乌有每月调度一次。
"""


def test_persons_and_numbers_are_masked_at_their_length(tmp_path: Path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    plan = read_plan(tmp_path / "plan.txt")
    masked = mask_persons(plan)
    assert find_persons(plan.text) == ("钱乌有",)
    assert len(masked.text) == len(plan.text)
    assert "达标" in masked.text
    for planted in ("钱乌有", "8221234", "13800001234"):
        assert planted in repr(plan)
        assert planted not in repr(masked)
    assert (masked.doc_id, masked.sha256) == (plan.doc_id, plan.sha256)


def test_a_public_run_holds_no_person(tmp_path: Path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    for public in (False, True):
        run = assess(tmp_path / "plan.txt", settings=Settings(as_of=DAY, public=public))
        write_run(run, tmp_path / str(public))
    assert "ledger.xlsx" in _holding(tmp_path / "False", PEOPLE)
    assert _holding(tmp_path / "True", PEOPLE) == []


PETITIONS = """群众信访举报转办和边督边改公开情况一览表（第三批）|<|<|<|<|<
序号|受理编号|交办问题基本情况|行政区域|调查核实情况|是否属实
1|D3XX202404120018|群众张建乌（电话13800001234）反映景德镇市昌江区鲇鱼山镇砖厂粉尘扰民。|昌江区|经查，业主钱乌有称已停产，联系方式为8221234。|属实
2|X3XX202404120033|鲇鱼山镇污水直排南河，村民张建乌来电。|昌江区|未发现直排，联系人欧阳子虚。|不属实"""


def test_no_run_on_a_petition_table_holds_a_person(tmp_path: Path):
    path = docx_of_rows(read_rows(PETITIONS), tmp_path / "表.docx")
    planted = (*PEOPLE, "张建乌".encode())
    plan = read_plan(path)
    assert [issue.petition.verified.text for issue in plan.issues] == ["属实", "不属实"]
    assert len(plan.text) == len(read_source(path).text)
    write_run(assess(path, settings=Settings(as_of=DAY)), tmp_path / "out")
    assert {"plan.txt", "issues.json", "ledger.xlsx"} <= set(_contents(tmp_path / "out"))
    assert _holding(tmp_path / "out", planted) == []
    assert _holding(tmp_path / "out", ("鲇鱼山镇".encode(),))
    shown = "".join(line.text for line in explain_plan(path)).encode()
    assert "鲇鱼山镇".encode() in shown
    assert not any(each in shown for each in planted)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("责任人：欧阳子虚，电话", ("欧阳子虚",)),
        ("责任人：司马乌、诸葛有无", ("司马乌", "诸葛有无")),
        ("由副市长上官子虚负责督办", ("上官子虚",)),
        ("由副市长钱乌有负责督办", ("钱乌有",)),
        ("局长慕容乌。", ("慕容乌",)),
        ("局长司马子虚每月调度", ("司马子虚",)),
        ("联系人：令狐有", ("令狐有",)),
        ("群众张建乌（电话：", ("张建乌",)),
        ("郭有无（手机138", ("郭有无",)),
        ("市民李乌反映污水直排", ("李乌",)),
    ],
)
def test_surnames_of_two_characters_are_known(text: str, names: tuple[str, ...]):
    assert set(find_persons(text)) == set(names)


@pytest.mark.parametrize(
    "text",
    [
        "责任单位：市政府、市水利局",
        "由局长办公会研究",
        "负责人：各县（市、区）政府",
        "由分管副市长牵头负责，每月调度",
        "市长负责制，主任方案上报",
        "书记和市长任双组长",
        "面积1380000平方米",
        "群众反映强烈，居民投诉多",
        "联系方式（电话",
    ],
)
def test_offices_and_figures_are_no_persons(text: str):
    assert find_persons(text) == ()


def test_an_official_catalogue_mentions_no_sample(open_run: Path):
    out = open_run
    assert _holding(out, ("示例水源地".encode(), b"_sample.gpkg")) == []
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert not any(layer["sample"] for layer in record["layers"])


def test_removing_a_layer_turns_clear_into_not_covered(
    tmp_path: Path, open_layers: Path, open_run: Path
):
    with_layer = pd.read_csv(open_run / "findings.csv")
    (tmp_path / "none").mkdir()
    write_catalogue(
        tmp_path / "none",
        entry("park", role="forest_park", path="secret.gpkg", coverage="extent"),
    )
    (tmp_path / "none" / "secret.gpkg").write_bytes((open_layers / "secret.gpkg").read_bytes())
    without = pd.read_csv(_run(tmp_path / "b", tmp_path / "none") / "findings.csv")
    red = (with_layer["zone_class"] == "red_line") & (with_layer["verdict"] == "clear")
    assert red.any()
    ids = set(with_layer.loc[red, "site_id"])
    now = without[(without["zone_class"] == "red_line") & without["site_id"].isin(ids)]
    assert set(now["verdict"]) == {"not_covered"}
    for name in ("map.html", "report.html"):
        assert "未比对".encode() in (tmp_path / "b" / name).read_bytes()
