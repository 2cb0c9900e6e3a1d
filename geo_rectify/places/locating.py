"""Locating: from mentions to sites, footprints, the worklist and what was refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify.crs import require_crs
from geo_rectify.errors import TableError
from geo_rectify.places.applying import apply, log_rows, match_corrections, orders_of
from geo_rectify.places.areas import is_code
from geo_rectify.places.gazetteer import around, gazetteer_of
from geo_rectify.places.identity import draft_sites
from geo_rectify.places.kinds import FINE, kind_of, suffixes
from geo_rectify.places.matching import candidates_json
from geo_rectify.places.names import normalise
from geo_rectify.places.pausing import collector_paused
from geo_rectify.places.placing import place_site
from geo_rectify.places.positions import Ground, Orders
from geo_rectify.places.records import Located
from geo_rectify.places.relations import Reach
from geo_rectify.places.sources import joined
from geo_rectify.places.townships import Townships
from geo_rectify.regions import area_name
from geo_rectify.tables import (
    CORRECTION_LOG,
    FOOTPRINTS,
    GAZETTEER,
    REJECTED,
    SITES,
    UNLOCATED,
    frame_of,
    geoframe_of,
    join_list,
    validate,
)
from geo_rectify.vocabulary import Flow, PlaceType, Role, SiteStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from geo_rectify.models import Mention
    from geo_rectify.places.gazetteer import Gazetteer
    from geo_rectify.places.identity import Draft
    from geo_rectify.places.positions import Position

LAYER_M: Final = 100.0
"""Uncertainty of river reaches and outlines that state none, metres."""
_NO_ORDERS: Final = Orders()
_NAME_COLUMNS: Final = ("name", "名称", "zone_name", "NAME")
_GUESSED: Final = (
    PlaceType.TOWNSHIP,
    PlaceType.FOREST_PARK,
    PlaceType.NATURE_RESERVE,
    PlaceType.WATER_SOURCE,
    PlaceType.INDUSTRIAL_PARK,
    PlaceType.VILLAGE,
    PlaceType.LAKE_RESERVOIR,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A site with its position.

    ``issue_numbers`` are the keys of its issues joined, ``refused`` says whether people refused a
    candidate of it, ``candidates`` are those left as JSON.
    """

    draft: Draft
    issue_numbers: str
    position: Position
    refused: bool
    candidates: str


@collector_paused()
def locate(
    mentions: Sequence[Mention],
    gazetteer: Gazetteer,
    *,
    reaches: gpd.GeoDataFrame | None = None,
    outlines: gpd.GeoDataFrame | None = None,
    corrections: gpd.GeoDataFrame | None = None,
) -> Located:
    """Turn mentions into sites, each with the polygon within which it lies at 90 %.

    Parameters
    ----------
    mentions
        The mentions of one or several documents; those of role site and extent make sites.
    gazetteer
        Known places.
    reaches
        River lines with a column ``name`` (aliases, adcode, uncertainty_m where there are). A
        column ``flow`` says ``with`` where a line is drawn from source to mouth, ``against`` where
        the other way; without it 上游 and 下游 keep both halves.
    outlines
        Outlines of townships, parks and other areas, with ``name`` and, where there are, ``kind``,
        aliases, adcode, uncertainty_m. Townships are told by their name where no kind is given.
    corrections
        `tables.CORRECTIONS`, EPSG:4490, as `read_corrections` gives them.

    Returns
    -------
    Located
        Sites in the order of their first mention, footprints, worklist, refused candidates, notes.

    Raises
    ------
    TableError
        A frame lacks a column it needs.
    CRSError
        A frame is not in EPSG:4490.
    """
    known = _with_layers(around(gazetteer, mentions), reaches, outlines)
    ground = Ground(
        gazetteer=known,
        townships=Townships(gazetteer=known),
        reaches=_reaches(known),
    )
    drafts = draft_sites(mentions, townships=ground.townships)
    matched = match_corrections(corrections, drafts)
    notes = list(matched.notes)
    placed: list[_Placed] = []
    several = len({mention.doc_id for mention in mentions}) > 1
    log: list[dict[str, str]] = []
    for draft in drafts:
        numbers = draft.issue_numbers(several=several)
        told = matched.by_site.get(draft.site_id, ())
        orders = orders_of(told) if told else _NO_ORDERS
        position = before = place_site(draft, ground)
        if orders != _NO_ORDERS:
            position = place_site(draft, ground, orders)
        if told:
            position, said = apply(draft, position, told)
            notes.extend(said)
            log += log_rows(
                draft,
                before,
                position,
                told,
                outcomes=said,
                issue_numbers=numbers,
            )
        placed.append(
            _Placed(
                draft=draft,
                issue_numbers=numbers,
                position=position,
                refused=bool(orders.barred),
                candidates=candidates_json(position.candidates),
            )
        )
    return Located(
        mentions=_with_ids(mentions, drafts),
        sites=_sites(placed),
        footprints=_footprints(placed),
        unlocated=_worklist(placed),
        rejected=_rejected(placed),
        correction_notes=tuple(notes),
        correction_log=frame_of(log, CORRECTION_LOG),
    )


def _with_ids(mentions: Sequence[Mention], drafts: Sequence[Draft]) -> tuple[Mention, ...]:
    ids = {m.mention_id: draft.site_id for draft in drafts for m in draft.mentions}
    return tuple(replace(m, site_id=ids.get(m.mention_id, "")) for m in mentions)


# --- layers ------------------------------------------------------------------------------------


def _with_layers(
    gazetteer: Gazetteer, reaches: gpd.GeoDataFrame | None, outlines: gpd.GeoDataFrame | None
) -> Gazetteer:
    """Put reaches and outlines into the gazetteer, before what it holds."""
    frames = []
    if outlines is not None and len(outlines):
        frames.append(_as_places(outlines, name="outlines", kind=None))
    if reaches is not None and len(reaches):
        frames.append(_as_places(reaches, name="reaches", kind=PlaceType.RIVER))
    return gazetteer_of(joined([*frames, gazetteer.frame])) if frames else gazetteer


def _reaches(known: Gazetteer) -> tuple[Reach, ...]:
    """List the river lines known, each drawn with the flow where its row declares it.

    Of a name the first source counts: a layer before the gazetteer, that before what ships.
    """
    first: dict[str, str] = {}
    lines = [
        (place, place.geometry)
        for place in known.places
        if place.kind is PlaceType.RIVER
        and place.geometry is not None
        and shapely.get_dimensions(place.geometry) == 1
        and first.setdefault(place.keys[0], place.source) == place.source
    ]
    return tuple(
        Reach(
            name=place.keys[0],
            line=shapely.reverse(line) if place.flow == Flow.AGAINST else line,
            uncertainty_m=place.uncertainty_m or LAYER_M,
            declared=bool(place.flow),
        )
        for place, line in lines
    )


def _as_places(frame: gpd.GeoDataFrame, *, name: str, kind: PlaceType | None) -> gpd.GeoDataFrame:
    require_crs(frame, name=name)
    column = next((c for c in _NAME_COLUMNS if c in frame.columns), None)
    if column is None:
        message = f"{name}: column 'name' is missing; it says what each shape is called"
        raise TableError(message)
    rows = []
    shapes = frame.geometry.to_numpy()
    for number, record in enumerate(frame.drop(columns=frame.geometry.name).to_dict("records")):
        word, shape = _cell(record.get(column)), shapes[number]
        if not word or shape is None or shapely.is_empty(shape):
            continue
        code = _cell(record.get("adcode"))[:6]
        found = kind or kind_of(_cell(record.get("kind"))) or _guess(word)
        unsure = record.get("uncertainty_m")
        rows.append(
            {
                "name": word,
                "aliases": _cell(record.get("aliases")),
                "kind": found.value,
                "adcode": code if is_code(code) else "",
                "township": word if found is PlaceType.TOWNSHIP else "",
                "uncertainty_m": LAYER_M if unsure is None or unsure != unsure else unsure,  # noqa: PLR0124 - NaN
                "flow": flow if (flow := _cell(record.get("flow"))) in {*Flow} else "",
                "source": _cell(record.get("source")) or f"layer ({name})",
                "licence": _cell(record.get("licence")) or "not stated",
                "geometry": shapely.force_2d(shape),
            }
        )
    return geoframe_of(rows, GAZETTEER)


def _cell(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - NaN


def _guess(name: str) -> PlaceType:
    """Tell the kind of an outline from the end of its name."""
    key = normalise(name)
    for kind in _GUESSED:
        if key.endswith(suffixes(kind)):
            return kind
    return PlaceType.OTHER


# --- tables ------------------------------------------------------------------------------------


def _status(draft: Draft, position: Position, *, refused: bool) -> SiteStatus:
    if position.method.startswith("correction") and position.geometry is not None:
        return SiteStatus.LOCATED
    if draft.counted:
        return SiteStatus.COUNTED
    extent = draft.extent and position.footprint is not None
    if position.geometry is not None or extent:
        return SiteStatus.LOCATED
    return SiteStatus.REJECTED if refused and position.refused else SiteStatus.UNLOCATED


def _sites(placed: Sequence[_Placed]) -> gpd.GeoDataFrame:
    rows = []
    for one in placed:
        draft, position = one.draft, one.position
        surfaces = {m.surface for m in draft.mentions} | {m.normalised for m in draft.mentions}
        county, adcode = draft.area.county, draft.area.adcode
        if position.adcode and not draft.area.codes:
            county, adcode = area_name(position.adcode), position.adcode
        rows.append(
            {
                "site_id": draft.site_id,
                "name": draft.name,
                "aliases": join_list(surfaces - {draft.name}),
                "kind": draft.kind.value,
                "county": county,
                "adcode": adcode,
                "dev_zone": draft.area.dev_zone,
                "township": position.township,
                "precision": position.precision.value,
                "uncertainty_m": position.uncertainty_m,
                "method": position.method,
                "source": position.source,
                "score": position.score,
                "candidates": one.candidates,
                "relation": draft.tie.words
                if draft.tie is not None
                else join_list(m.relation for m in draft.mentions),
                "count": draft.count if draft.counted else None,
                "area_stated_m2": draft.area_stated_m2,
                "issue_numbers": one.issue_numbers,
                "status": _status(draft, position, refused=one.refused).value,
                "geometry": position.geometry,
            }
        )
    frame = geoframe_of(rows, SITES)
    validate(frame, SITES)
    return frame


def _footprints(placed: Sequence[_Placed]) -> gpd.GeoDataFrame:
    rows = [
        {"site_id": one.draft.site_id, "geometry": one.position.footprint}
        for one in placed
        if one.position.footprint is not None
    ]
    frame = geoframe_of(rows, FOOTPRINTS)
    validate(frame, FOOTPRINTS)
    return frame


def _worklist(placed: Sequence[_Placed]) -> pd.DataFrame:
    rows = [
        {
            "site_id": one.draft.site_id,
            "name": one.draft.name,
            "kind": one.draft.kind.value,
            "county": one.draft.area.county,
            "issue_numbers": one.issue_numbers,
            "reason": one.position.reason,
            "candidates": one.candidates,
        }
        for one in placed
        if one.position.precision not in FINE and not _extent_alone(one.draft)
    ]
    return frame_of(rows, UNLOCATED)


def _extent_alone(draft: Draft) -> bool:
    return draft.extent and not (
        draft.kind is PlaceType.TOWNSHIP and any(m.role is Role.SITE for m in draft.mentions)
    )


def _rejected(placed: Sequence[_Placed]) -> pd.DataFrame:
    rows = []
    for one in placed:
        for refusal in one.position.refused:
            place = refusal.candidate.place
            lon, lat = place.middle or (None, None)
            rows.append(
                {
                    "site_id": one.draft.site_id,
                    "name": one.draft.name,
                    "candidate": place.name,
                    "source": place.source,
                    "lon": lon,
                    "lat": lat,
                    "reason": refusal.reason,
                }
            )
    return frame_of(rows, REJECTED)
