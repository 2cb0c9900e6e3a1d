"""Shapes drawn in metres, and the tables judging takes, for tests of overlay and findings."""

from __future__ import annotations

import datetime as dt
import re

import geopandas as gpd
import shapely

from geo_rectify.catalogue.records import LayerInfo, Layers
from geo_rectify.crs import STORED, from_plane
from geo_rectify.findings import judge
from geo_rectify.models import Issue, Measure, Mention, Passage, Plan
from geo_rectify.overlay import overlay_classes
from geo_rectify.settings import Settings
from geo_rectify.tables import FOOTPRINTS, LAYER_ZONES, SITES, geoframe_of
from geo_rectify.vocabulary import (
    DocumentType,
    LayerRole,
    LayerStatus,
    PlaceType,
    Role,
    Sensitivity,
    ZoneClass,
)

PLANE = 4548
ORIGIN = (520_000.0, 3_240_000.0)
DAY = dt.date(2026, 11, 1)


def lonlat(shape):
    """Bring a shape drawn in metres around the origin to lon/lat."""
    moved = shapely.transform(shape, lambda xy: xy + ORIGIN)
    if shapely.is_valid(moved):  # segmentize mends what is not, on the quiet
        moved = shapely.segmentize(moved, 500.0)
    return from_plane(moved, PLANE)


def box(x0, y0, x1, y1):
    return lonlat(shapely.box(x0, y0, x1, y1))


def point(x, y):
    return lonlat(shapely.Point(x, y))


def disc(x, y, radius):
    return lonlat(shapely.buffer(shapely.Point(x, y), radius, quad_segs=32))


def line(*points):
    return lonlat(shapely.LineString(points))


def sites_of(**shapes):
    frame = {"site_id": list(shapes), "uncertainty_m": [0.0] * len(shapes)}
    return gpd.GeoDataFrame(frame, geometry=list(shapes.values()), crs=STORED)


def zones_of(*rows):
    """Make zones from (zone_id, class, shape)."""
    frame = {"zone_id": [row[0] for row in rows], "zone_class": [row[1] for row in rows]}
    return gpd.GeoDataFrame(frame, geometry=[row[2] for row in rows], crs=STORED)


def site(site_id="s", *, footprint, precision="feature", geometry=None, name="石坑", **more):
    row = {
        "site_id": site_id,
        "name": name,
        "aliases": "",
        "kind": "mine/quarry",
        "adcode": "360222",
        "precision": precision,
        "uncertainty_m": 50.0,
        "issue_numbers": "3",
        "status": "located",
    }
    return row | more | {"geometry": geometry, "footprint": footprint}


def layer(
    layer_id,
    shapes,
    *,
    zone_class=ZoneClass.RED_LINE,
    status=LayerStatus.OFFICIAL,
    coverage=None,
    zone_name="某片区",
    **more,
):
    """Describe a layer and its zones: ``shapes`` are polygons in lon/lat."""
    info = LayerInfo(
        layer_id=layer_id,
        title=f"图层{layer_id}",
        role=more.pop("role", LayerRole.RED_LINE),
        status=status,
        version="v1",
        sensitivity=more.pop("sensitivity", Sensitivity.OPEN),
        source="test",
        licence="test",
        classes=more.pop("classes", (zone_class,)),
        coverage=coverage,
        **more,
    )
    rows = [
        {
            "zone_id": f"{layer_id}:{at}",
            "zone_class": zone_class.value,
            "zone_name": zone_name,
            "layer_id": layer_id,
            "layer_version": "v1",
            "layer_status": status.value,
            "sensitivity": info.sensitivity.value,
            "geometry": shape,
        }
        for at, shape in enumerate(shapes)
    ]
    return info, rows


def layers_of(*made):
    rows = [row for _, zones in made for row in zones]
    return Layers(infos=tuple(info for info, _ in made), zones=geoframe_of(rows, LAYER_ZONES))


def judged(rows, *made, plans=(), mentions=(), rules=None, **settings):
    """Judge sites (as `site` makes them) against layers (as `layer` makes them)."""
    asked = Settings(**({"as_of": DAY} | settings))
    sites = geoframe_of(rows, SITES)
    held = [row for row in rows if row["footprint"] is not None]
    footprints = geoframe_of(
        [{"site_id": row["site_id"], "geometry": row["footprint"]} for row in held], FOOTPRINTS
    )
    layers = layers_of(*made)
    overlaps = overlay_classes(
        footprints.assign(uncertainty_m=0.0),
        layers.zones,
        max_distance_m=asked.max_distance_m,
        min_overlap_m2=asked.min_overlap_m2,
    )
    return judge(
        sites,
        footprints,
        overlaps=overlaps,
        layers=layers,
        plans=plans,
        mentions=mentions,
        settings=asked,
        rules=rules,
    )


def finding(judgement, site_id="s", zone_class="red_line"):
    frame = judgement.findings
    hit = frame[(frame["site_id"] == site_id) & (frame["zone_class"] == zone_class)]
    assert len(hit) == 1
    return hit.iloc[0]


def plan_of(problem, *, goal="", measures=(), number=3, doc_id="d0c"):
    """Make a plan of one issue from its problem, goal and measures."""
    text = "前言。\n"
    spans = []
    for piece in (problem, goal, *measures):
        spans.append((len(text), len(text) + len(piece)))
        text += piece + "\n"
    (p0, p1), (g0, g1), *rest = spans
    issue = Issue(
        number=number,
        number_raw=f"（{number}）",
        section=1,
        heading="",
        heading_kind="none",
        start=p0,
        end=len(text),
        problem=Passage(text=problem, start=p0, end=p1),
        goal=Passage(text=goal, start=g0, end=g1) if goal else None,
        measures=tuple(
            Measure(position=at, number=at, text=text[a:b], start=a, end=b)
            for at, (a, b) in enumerate(rest, start=1)
        ),
    )
    return Plan(
        doc_id=doc_id,
        source_name="plan.txt",
        sha256="",
        title="",
        text=text,
        document_type=DocumentType.RECTIFICATION_PLAN,
        reason="",
        issues=(issue,),
    )


def mentions_of(plan, **places):
    """Find words of a plan: ``site_id=(words, type)`` or with role, named, multiplicity, count."""
    made = []
    for site_id, given in places.items():
        words, kind, *rest = given
        more = rest[0] if rest else {}
        for hit in re.finditer(re.escape(words), plan.text):
            fields = {
                "mention_id": f"{plan.doc_id}:{hit.start()}-{hit.end()}",
                "doc_id": plan.doc_id,
                "issue": plan.issues[0].number if plan.issues else None,
                "section": None,
                "field": "problem",
                "start": hit.start(),
                "end": hit.end(),
                "surface": words,
                "normalised": words,
                "type": PlaceType(kind),
                "role": Role.SITE,
                "site_id": site_id,
            }
            made.append(Mention(**(fields | more)))
    return tuple(sorted(made, key=lambda mention: mention.start))
