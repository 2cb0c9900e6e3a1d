"""Corrections brought to sites: matched by id, else by name, county and kind; nothing is lost.

A correction is the inspector's word. A position outside the county the text names is taken, and a
note says so. Where two positions speak of one site the later one is taken, by date, then by order
in the files; the note gives the other and how far apart they are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify.crs import buffer_m, disc, distance_m, format_degrees, require_crs
from geo_rectify.places.areas import widened
from geo_rectify.places.corrections import ANSWERS
from geo_rectify.places.kinds import POINTLESS, SURVEYED_M, coarse, kind_of, precision_of
from geo_rectify.places.names import normalise, short_county
from geo_rectify.places.positions import Orders, Position
from geo_rectify.places.stated import ORIGIN
from geo_rectify.regions import counties, county_polygons
from geo_rectify.tables import CORRECTIONS, validate
from geo_rectify.vocabulary import CorrectionAction, Precision, precision_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.places.identity import Draft
    from geo_rectify.places.matching import Refusal

_LEAST_M: Final = 1.0
_SAME_M: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One row of `tables.CORRECTIONS`; ``order`` is its place in the frame."""

    order: int
    site_id: str
    name: str
    county: str
    kind: str
    action: CorrectionAction
    candidate: str
    date: str
    by: str
    note: str
    origin: str
    uncertainty_m: float
    geometry: BaseGeometry | None
    answers: str = ""

    @property
    def label(self) -> str:
        """Name the row in a note: where it stands and what it is about."""
        about = self.name or self.site_id
        return f"{self.origin}（{about}）" if about else self.origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Corrections by site, and sentences about those that found none."""

    by_site: Mapping[str, tuple[Correction, ...]]
    notes: tuple[str, ...]


def match_corrections(frame: gpd.GeoDataFrame | None, drafts: Sequence[Draft]) -> Matched:
    """Bring corrections to the sites they speak of.

    Parameters
    ----------
    frame
        `tables.CORRECTIONS` in EPSG:4490, or None.
    drafts
        The sites.

    Returns
    -------
    Matched
        Corrections by site id, in order, and notes.

    Raises
    ------
    TableError, CRSError
        The frame is not in that form.
    """
    if frame is None:
        return Matched(by_site={}, notes=())
    validate(frame, CORRECTIONS)
    require_crs(frame, name="table corrections")
    ids = {draft.site_id for draft in drafts}
    by_name: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        words = {draft.key, *(normalise(m.surface) for m in draft.mentions)}
        for word in sorted(words):
            by_name[word, coarse(draft.kind)].append(draft)
    found: dict[str, list[Correction]] = defaultdict(list)
    notes = []
    for correction in _rows(frame):
        if correction.site_id in ids:
            found[correction.site_id].append(correction)
            continue
        site, why = _by_name(correction, by_name)
        if site is None:
            notes.append(f"{correction.label}：{why}，未采用。")
        else:
            found[site.site_id].append(correction)
            if correction.site_id:
                notes.append(
                    f"{correction.label}：编号{correction.site_id}已变为{site.site_id}，"
                    "按名称、县和类型对应。"
                )
    return Matched(by_site={site: tuple(rows) for site, rows in found.items()}, notes=tuple(notes))


def _rows(frame: gpd.GeoDataFrame) -> list[Correction]:
    def text(cell: Any) -> str:
        return "" if cell is None or cell != cell else str(cell).strip()  # noqa: PLR0124 - NaN

    rows = []
    shapes = frame.geometry.to_numpy()
    for order, record in enumerate(frame.drop(columns=frame.geometry.name).to_dict("records")):
        shape = shapes[order]
        unsure = record["uncertainty_m"]
        rows.append(
            Correction(
                order=order,
                site_id=text(record["site_id"]),
                name=text(record["name"]),
                county=text(record["county"]),
                kind=text(record["kind"]),
                action=CorrectionAction(record["action"]),
                candidate=text(record["candidate"]),
                date=text(record["date"]),
                by=text(record["by"]),
                note=text(record["note"]),
                origin=text(record["origin"]),
                uncertainty_m=SURVEYED_M if unsure is None or math.isnan(unsure) else unsure,
                geometry=None if shape is None or shapely.is_empty(shape) else shape,
                answers="；".join(
                    f"{shown}：{text(record[field])}"
                    for field, shown in ANSWERS.items()
                    if text(record[field])
                ),
            )
        )
    return rows


def _by_name(
    correction: Correction, by_name: Mapping[tuple[str, str], list[Draft]]
) -> tuple[Draft | None, str]:
    if not correction.name:
        return None, f"本次没有编号为{correction.site_id}的点位，也没有填写名称"
    key = normalise(correction.name)
    kind = kind_of(correction.kind)
    kinds = {coarse(kind)} if kind is not None else {word for name, word in by_name if name == key}
    sites = {
        draft.site_id: draft for word in sorted(kinds) for draft in by_name.get((key, word), ())
    }
    if correction.county:
        wanted = {short_county(word) for word in correction.county.split("|")}
        sites = {
            site: draft
            for site, draft in sites.items()
            if wanted & {short_county(word) for word in _counties(draft)}
        }
    if len(sites) == 1:
        return next(iter(sites.values())), ""
    if sites:
        return None, f"本次有{len(sites)}个同名点位，请补填县或类型"
    return None, "本次没有名称、县和类型都相符的点位"


def _counties(draft: Draft) -> list[str]:
    """Name the areas a correction may give: any county of the prefecture where none is known."""
    area = draft.area
    zone = area.dev_zone.split("|") if area.dev_zone else []
    possible: list[str] = []
    if area.prefecture and not area.codes:
        table = counties()
        possible = table.loc[table["prefecture_adcode"] == area.prefecture, "name"].tolist()
    return [*area.county.split("|"), area.label, *zone, *possible]


def orders_of(corrections: Sequence[Correction]) -> Orders:
    """Gather what corrections say of a site's candidates.

    Parameters
    ----------
    corrections
        The corrections of one site.

    Returns
    -------
    Orders
        Candidates refused and the one confirmed last.
    """
    refused = {
        c.candidate for c in corrections if c.action is CorrectionAction.REJECT and c.candidate
    }
    confirmed = [
        c.candidate for c in corrections if c.action is CorrectionAction.CONFIRM and c.candidate
    ]
    return Orders(barred=frozenset(refused), confirmed=confirmed[-1] if confirmed else "")


def apply(
    draft: Draft, position: Position, corrections: Sequence[Correction]
) -> tuple[Position, tuple[str, ...]]:
    """Put what people brought back in the place of what was worked out.

    Parameters
    ----------
    draft
        The site.
    position
        Where it was placed, with `orders_of` already obeyed.
    corrections
        Its corrections, in order.

    Returns
    -------
    tuple
        The position, and one sentence for each correction.
    """
    notes = [
        _candidate_note(draft, position, correction)
        for correction in corrections
        if correction.action is not CorrectionAction.SET
    ]
    usable: list[Correction] = []
    for correction in corrections:
        if correction.action is not CorrectionAction.SET:
            continue
        why = _unusable(correction)
        if why:
            notes.append(f"{correction.label}：{why}")
        else:
            usable.append(correction)
    if not usable:
        return position, tuple(notes)
    chosen = max(usable, key=lambda c: (c.date, c.order))
    notes.extend(_passed_over(c, chosen) for c in usable if c is not chosen)
    notes.append(_used(draft, chosen))
    corrected = _corrected(position, chosen)
    if not draft.area.codes:
        corrected = replace(corrected, adcode=_county_of(chosen, draft.area.prefecture))
    return corrected, tuple(notes)


def _unusable(correction: Correction) -> str:
    shape = correction.geometry
    if shape is None:
        return "没有填坐标，只记录现场信息，位置不变。"
    if shape.geom_type not in {"Point", "Polygon", "MultiPolygon"}:
        return f"位置应为点或面，所给为{shape.geom_type}，未采用。"
    if not shapely.is_valid(shape):
        return f"轮廓无效（{shapely.is_valid_reason(shape)}），未采用，请重绘。"
    return ""


def _passed_over(correction: Correction, chosen: Correction) -> str:
    if correction.geometry is None or chosen.geometry is None:
        return f"{correction.label}：未采用。"
    apart = distance_m(correction.geometry, chosen.geometry)
    if apart <= _SAME_M:
        return f"{correction.label}：与{chosen.origin}一致。"
    return f"{correction.label}：与{chosen.origin}相距{apart:.0f}米，已采用后者，请核对。"


def _used(draft: Draft, correction: Correction) -> str:
    said = f"（{correction.note}）" if correction.note else ""
    note = f"{correction.label}：已采用，约±{correction.uncertainty_m:.0f}米{said}。"
    if (
        draft.area.limits
        and correction.geometry is not None
        and not shapely.intersects(widened(draft.area.limits), correction.geometry)
    ):
        note = f"{note}位置在{draft.area.label}以外，以现场填报为准，请核对坐标系。"
    return note


def _candidate_note(draft: Draft, position: Position, correction: Correction) -> str:
    wanted, about = correction.candidate, correction.label
    confirms = correction.action is CorrectionAction.CONFIRM
    if not wanted:
        return f"{about}：没有写明{'确认' if confirms else '排除'}哪个候选，未采用。"
    if confirms:
        named = [c for c in position.candidates if wanted in {c.candidate_id, c.place.name}]
        if len(named) > 1:
            ids = "、".join(c.candidate_id for c in named)
            return f"{about}：名为{wanted}的候选有{len(named)}个（{ids}），请写编号，未采用。"
        if named:
            return f"{about}：已确认候选{wanted}。"
        return f"{about}：候选{wanted}不在{draft.name}的候选之列，未采用。"
    gone = [refusal for refusal in position.refused if wanted in _called(refusal)]
    if gone:
        return f"{about}：已排除候选{wanted}{f'（{len(gone)}个）' if len(gone) > 1 else ''}。"
    return f"{about}：候选{wanted}不在{draft.name}的候选之列，已记录。"


def _called(refusal: Refusal) -> set[str]:
    """Give the words by which people may name a refused candidate."""
    return {refusal.candidate.candidate_id, refusal.candidate.place.name}


def log_rows(
    draft: Draft,
    before: Position,
    after: Position,
    corrections: Sequence[Correction],
    *,
    outcomes: Sequence[str],
    issue_numbers: str,
) -> list[dict[str, str]]:
    """Say for the audit trail who changed what, when, and what stood there before.

    Parameters
    ----------
    draft
        The site.
    before, after
        Where it stood without and with the corrections.
    corrections
        Its corrections, in order.
    outcomes
        The sentences `apply` gave.
    issue_numbers
        The site's issues, joined.

    Returns
    -------
    list of dict
        Rows of `tables.CORRECTION_LOG`.
    """
    return [
        {
            "site_id": draft.site_id,
            "name": draft.name,
            "county": draft.area.county,
            "issue_numbers": issue_numbers,
            "action": correction.action.value,
            "by": correction.by,
            "date": correction.date,
            "origin": correction.origin,
            "old": _stated(before),
            "new": _stated(after),
            "outcome": next((s for s in outcomes if s.startswith(f"{correction.label}：")), ""),
            "answers": correction.answers,
        }
        for correction in corrections
    ]


def _stated(position: Position) -> str:
    """Write a position for the audit trail: class, radius, where, and how it was found."""
    parts = [precision_label(position.precision, position.uncertainty_m)]
    if position.geometry is not None:
        at = shapely.point_on_surface(position.geometry)
        east, north = (
            format_degrees(float(value), uncertainty_m=position.uncertainty_m)
            for value in (shapely.get_x(at), shapely.get_y(at))
        )
        parts.append(f"{east}, {north}")
    parts.append(position.method)
    return "; ".join(parts)


def _corrected(position: Position, correction: Correction) -> Position:
    shape = correction.geometry
    if shape is None:
        return position
    unsure = float(correction.uncertainty_m)
    surveyed = unsure <= SURVEYED_M
    precision = precision_of(unsure, measured=True)
    outline = shape.geom_type != "Point"
    point: BaseGeometry | None = shape
    if outline:
        footprint = shape if surveyed else buffer_m(shape, unsure)
        point = shape if surveyed else shapely.point_on_surface(shape)
    else:
        lon, lat = float(shapely.get_x(shape)), float(shapely.get_y(shape))
        footprint = disc(lon, lat, max(unsure, _LEAST_M))
    return replace(
        position,
        precision=precision,
        uncertainty_m=unsure,
        geometry=None if precision in POINTLESS else point,
        footprint=footprint,
        method=_how(correction, outline=outline),
        source=_signed(correction),
        score=1.0,
        reason="" if precision is not Precision.TOWNSHIP else position.reason,
    )


def _how(correction: Correction, *, outline: bool) -> str:
    if correction.origin.startswith(ORIGIN):
        return "correction, coordinates in the text"
    return "correction, outline" if outline else "correction"


def _county_of(correction: Correction, prefecture: str) -> str:
    """Give the county of the prefecture a position lies in, "" for none."""
    if not prefecture or correction.geometry is None:
        return ""
    inside = shapely.point_on_surface(correction.geometry)
    frame = county_polygons((prefecture,))
    held = frame.loc[shapely.intersects(frame.geometry.to_numpy(), inside), "adcode"]
    return str(held.iloc[0]) if len(held) else ""


def _signed(correction: Correction) -> str:
    parts = [correction.origin, correction.by, correction.date]
    return "correction: " + ", ".join(part for part in parts if part)
