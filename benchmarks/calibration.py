"""Measure how often the truth lies in the footprint, and how large the footprint is.

Known points are hidden from the gazetteer, a fifth at a time, and located from text alone: their
name and kind with the county; the same with the township before it, where it has one; or 附近 of a
place still known, where one lies within 1 km. A footprint claims 90 %. The first row is of county
seats located by nothing but their county's name.

The rest is of places that are generated: each is known with an error of its own, nine times in ten
within the radius its row states, and what the text says of it (附近, 东侧, 沿线) reaches nine times in
ten as far as `relations.toml` has it. That measures how the parts are put together, not whether 附近
means 1 km. Nothing is random: the same numbers in every run.

Usage: ``python benchmarks/calibration.py [GAZETTEER ...]``
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import shapely

from geo_rectify import regions
from geo_rectify.crs import area_m2, distance_m, from_plane
from geo_rectify.models import Mention
from geo_rectify.places import locate, open_gazetteer
from geo_rectify.places.gazetteer import Gazetteer, gazetteer_of
from geo_rectify.places.kinds import table
from geo_rectify.tables import GAZETTEER, geoframe_of
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    import geopandas as gpd

FOLDS = 5
NEAR_M = 1000.0
COUNTIES = 300
GENERATED = 250
EPSG, X0, Y0 = 4548, 519_500.0, 3_207_000.0
_ADMIN = {"admin-province", "admin-prefecture", "admin-county", "dev-zone"}


def _mention(
    number: int, name: str, kind: PlaceType, county: str, *, role: Role = Role.SITE, **more: str
) -> Mention:
    start = 1000 * number + int(more.pop("at", "0"))
    return Mention(
        mention_id=f"bench:{start}",
        doc_id="bench",
        issue=number,
        section=None,
        field="problem",
        start=start,
        end=start + len(name),
        surface=name,
        normalised=name,
        type=kind,
        role=role,
        county=county,
        **more,
    )


def _tally(
    found: dict[str, list[tuple[bool, float]]],
    mentions: list[Mention],
    truths: dict[str, shapely.Geometry],
    known: Gazetteer,
) -> None:
    located = locate(mentions, known)
    precision = dict(zip(located.sites["site_id"], located.sites["precision"], strict=True))
    shapes = dict(zip(located.footprints["site_id"], located.footprints.geometry, strict=True))
    for mention in located.mentions:
        if mention.mention_id not in truths or mention.site_id not in shapes:
            continue
        shape = shapes[mention.site_id]
        radius = math.sqrt(area_m2(shape) / math.pi)
        held = bool(shape.intersects(truths[mention.mention_id]))
        found[precision[mention.site_id]].append((held, radius))


def _folds(frame: gpd.GeoDataFrame, number: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    points = frame.geometry.notna() & (frame.geometry.geom_type == "Point")
    usable = points & frame["adcode"].astype(bool) & ~frame["kind"].isin(_ADMIN)
    rank = usable.cumsum()
    hidden = usable & (rank % FOLDS == number)
    names = set(frame.loc[hidden, "name"])
    return frame[hidden], frame[~frame["name"].isin(names)].reset_index(drop=True)


def _texts(
    hidden: gpd.GeoDataFrame, kept: gpd.GeoDataFrame, form: str
) -> tuple[list[Mention], dict[str, shapely.Geometry]]:
    mentions: list[Mention] = []
    truths = {}
    anchors = kept[kept.geometry.notna() & ~kept["kind"].isin(_ADMIN)]
    for number, row in enumerate(hidden.itertuples(index=False), start=1):
        county = regions.area_name(row.adcode)
        kind = PlaceType(row.kind)
        if form == "township" and row.township and row.township != row.name:
            town = _mention(number, row.township, PlaceType.TOWNSHIP, county, role=Role.CONTAINER)
            mentions.append(town)
        relation = ""
        name, at = row.name, str(len(row.township or ""))
        if form == "near":
            near = anchors[
                shapely.distance(anchors.geometry.to_numpy(), row.geometry) < NEAR_M / 80_000
            ]
            best = [r for r in near.itertuples() if distance_m(r.geometry, row.geometry) <= NEAR_M]
            if not best:
                continue
            name, relation, kind = best[0].name, "附近", PlaceType(best[0].kind)
        made = _mention(number, name, kind, county, relation=relation, at=at)
        mentions.append(made)
        truths[made.mention_id] = row.geometry
    return mentions, truths


def _show(title: str, found: dict[str, list[tuple[bool, float]]]) -> None:
    for precision in ("feature", "street", "village", "township", "county", "prefecture"):
        cases = found.get(precision, [])
        if cases:
            held = sum(hit for hit, _ in cases) / len(cases)
            sizes = sorted(size for _, size in cases)
            print(
                f"{title:28} {precision:10} {len(cases):5} {held:7.1%} "
                f"{sizes[len(sizes) // 2] / 1000:9.2f} km"
            )


def _halton(number: int, base: int) -> float:
    part, value = 1.0, 0.0
    while number:
        part /= base
        number, digit = divmod(number, base)
        value += part * digit
    return value


def _off(number: int, radius: float, bases: tuple[int, int]) -> tuple[float, float]:
    """Give a displacement of two normal parts that stays within a radius nine times in ten."""
    length = radius * math.sqrt(math.log(1 - _halton(number, bases[0])) / math.log(0.1))
    angle = 2 * math.pi * _halton(number, bases[1])
    return length * math.cos(angle), length * math.sin(angle)


def _moved(x: float, y: float) -> shapely.Point:
    return from_plane(shapely.Point(x, y), EPSG)


def _generated(unsure: float, relation: str) -> tuple[list[Mention], dict[str, Any], Gazetteer]:
    """Make places known with an error, each with a text about it and the truth of that text."""
    rows, mentions, truths = [], [], {}
    reach = float(table("relations")["near_m"])
    along = float(table("relations")["along_m"])
    line = relation == "沿线"
    for number in range(1, GENERATED + 1):
        x = X0 + 16_000 * (_halton(number, 2) - 0.5)
        y = Y0 + 16_000 * (_halton(number, 3) - 0.5)
        dx, dy = _off(number, unsure, (5, 7))
        away, aside = _off(number, along if line else reach, (11, 13))
        if line:
            shape = from_plane(
                shapely.LineString([(x + dx - 3000, y + dy), (x + dx + 3000, y + dy)]), EPSG
            )
            off = math.copysign(math.hypot(away, aside), aside)
            truth = _moved(x, y + off)
        else:
            shape = _moved(x + dx, y + dy)
            away = abs(away) if relation == "东侧" else away
            truth = _moved(x + away, y + aside) if relation else _moved(x, y)
        kind = PlaceType.ROAD if line else PlaceType.MINE
        name = f"点位{number}号{'大道' if line else '采石场'}"
        rows.append(
            {
                "name": name,
                "kind": kind.value,
                "adcode": "360281",
                "uncertainty_m": unsure,
                "source": "generated",
                "licence": "CC0-1.0",
                "geometry": shape,
            }
        )
        made = _mention(number, name, kind, "乐平市", relation=relation)
        mentions.append(made)
        truths[made.mention_id] = truth
    return mentions, truths, gazetteer_of(geoframe_of(rows, GAZETTEER))


def main() -> None:
    """Print a table: form of the text, class, cases, share held, median radius."""
    print(f"{'text':28} {'precision':10} {'cases':>5} {'held':>7} {'radius':>12}")
    seats = regions.counties()
    seats = seats.iloc[:: max(1, len(seats) // COUNTIES)]
    mentions, truths = [], {}
    for number, row in enumerate(seats.itertuples(index=False), start=1):
        if (regions.counties()["name"] == row.name).sum() == 1:
            made = _mention(number, f"点位{number}号", PlaceType.OTHER, row.name)
            mentions.append(made)
            truths[made.mention_id] = shapely.Point(row.lon, row.lat)
    shown: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    known = open_gazetteer(*sys.argv[1:])
    _tally(shown, mentions, truths, known)
    _show("county alone (seats)", shown)
    for form, title in (
        ("name", "name and county"),
        ("township", "and township"),
        ("near", "near a known place"),
    ):
        shown = defaultdict(list)
        for number in range(FOLDS):
            hidden, kept = _folds(known.frame, number)
            texts, where = _texts(hidden, kept, form)
            if texts:
                _tally(shown, texts, where, gazetteer_of(kept))
        _show(title, shown)
    for relation in ("", "附近", "东侧", "沿线"):
        shown = defaultdict(list)
        for unsure in (30.0, 150.0, 1000.0, 4000.0):
            texts, where, made_up = _generated(unsure, relation)
            _tally(shown, texts, where, made_up)
        _show(f"generated, {relation or 'name alone'}", shown)


if __name__ == "__main__":
    main()
