"""From one site to its position: the best statement that the names and the text allow.

The ladder, finest first: the place itself in the gazetteer; a village or township known by name;
a place the site is named after; a place the text names right before it; the county; the
prefecture; nothing. Each step says how it was reached; none makes up a point.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import shapely

from geo_rectify.places.areas import widened
from geo_rectify.places.footprints import Shaping, draw, draw_stream, shaping
from geo_rectify.places.kinds import POINTLESS, SURVEYED_M, is_spread
from geo_rectify.places.matching import ACCEPTED, Candidate, Match, match
from geo_rectify.places.naming import from_name, from_text, namesakes, township_in_text
from geo_rectify.places.positions import (
    Orders,
    Position,
    area_position,
    drawn_position,
    township_position,
)
from geo_rectify.places.ties import TieKind
from geo_rectify.places.townships import polygonal
from geo_rectify.places.tying import from_tie
from geo_rectify.vocabulary import PlaceType, Precision

if TYPE_CHECKING:
    from geo_rectify.places.footprints import Drawn
    from geo_rectify.places.identity import Draft
    from geo_rectify.places.positions import Ground

_EXACT: Final = 0.95
_FINE_M: Final = 2000.0
_NO_ORDERS: Final = Orders()


def place_site(draft: Draft, ground: Ground, orders: Orders = _NO_ORDERS) -> Position:
    """Give a site the best position the names and the text allow.

    Parameters
    ----------
    draft
        The site.
    ground
        Gazetteer and townships.
    orders
        What people said of its candidates.

    Returns
    -------
    Position
        The position; its candidates and refusals are kept whatever became of them.
    """
    tied = None if draft.tie is None else from_tie(draft, draft.tie, ground)
    if draft.counted:
        return _counted(draft, tied)
    if draft.extent and draft.kind is not PlaceType.TOWNSHIP:
        return tied or area_position(draft.area)
    shape = shaping(mention.relation for mention in draft.mentions)
    township = township_in_text(draft, ground)
    found = match(
        draft.spellings,
        draft.kind,
        area=draft.area,
        gazetteer=ground.gazetteer,
        township=township[1] if township else "",
        barred=orders.barred,
    )
    found = _obey(found, orders)
    # Half a county says less than a township the text names, or than the name itself.
    rough = tied is not None and tied.precision in POINTLESS
    position = None if draft.anchored or rough else tied
    if position is None and not _end_of_stretch(draft):
        position = (
            _from_match(draft, found, shape, township, ground)
            or (None if rough else tied)
            or from_name(draft, shape, ground)
        )
    position = (
        position
        or from_text(draft, shape, ground, township=township)
        or tied
        or area_position(draft.area)
    )
    alike = namesakes(draft, ground)
    found = replace(found, refused=(*found.refused, *alike)) if alike else found
    return replace(
        position,
        candidates=found.candidates,
        refused=found.refused,
        reason=position.reason or _reason(draft, position, found),
    )


def _counted(draft: Draft, tied: Position | None) -> Position:
    """Place a counted set: no point, and the area cut by the relation the text states for all."""
    whole = replace(
        area_position(draft.area),
        reason=f"计数点群（{draft.count}处），正文没有逐点列明，待附名册或逐点核实。",
    )
    if tied is None or tied.footprint is None:
        return whole
    method = tied.method.removeprefix("admin_polygon; ")
    return replace(whole, footprint=tied.footprint, method=f"admin_polygon; {method}")


def _end_of_stretch(draft: Draft) -> bool:
    """Say whether the name is only an end of a stretch, so that the place itself says too little."""
    return (
        draft.tie is not None
        and draft.tie.kind is TieKind.STRETCH
        and any(member.mention == draft.first for member in draft.tie.members)
    )


def _obey(found: Match, orders: Orders) -> Match:
    if not orders.confirmed:
        return found
    chosen = [c for c in found.candidates if orders.confirmed in {c.candidate_id, c.place.name}]
    return replace(found, best=chosen[0]) if len(chosen) == 1 else found


def _from_match(
    draft: Draft,
    found: Match,
    shape: Shaping,
    township: tuple[str, str] | None,
    ground: Ground,
) -> Position | None:
    best = found.best
    if best is None:
        return None
    if draft.kind is PlaceType.TOWNSHIP or best.place.geometry is None:
        return _in_its_township(draft, best, shape, ground)
    if (
        best.place.geometry.geom_type == "Point"
        and is_spread(draft.kind, draft.key)
        and not draft.area.codes
    ):  # a river known by one point of it says nothing of its reach through the prefecture
        return None
    drawn = draw(best.place, limits=draft.area.limits, shape=shape)
    along = ""
    if drawn is None and shape.stream:
        cut = draw_stream(best.place, ground.reaches, limits=draft.area.limits, shape=shape)
        drawn, along = (None, "") if cut is None else (cut[0], f"; {cut[1]}")
    if drawn is None:
        return None
    position = drawn_position(
        drawn,
        method=_method(best, shape) + along,
        source=best.place.source,
        score=best.score,
    )
    if position is None:
        return None
    if _is_outline(best, shape):
        position = replace(position, precision=Precision.SURVEYED, geometry=best.place.geometry)
    position = replace(
        position, township=best.place.township, adcode=_county_within(draft, best, drawn)
    )
    return _cut_by_township(position, township, ground)


def _in_its_township(
    draft: Draft, best: Candidate, shape: Shaping, ground: Ground
) -> Position | None:
    """Place a township, or a village known by name alone, in its township."""
    place = best.place
    name = place.township
    codes = (place.adcode,) if place.adcode else draft.area.codes
    if not name or not codes:
        return None
    code = next((code for code in codes if ground.townships.get(code, name)), codes[0])
    how = f"gazetteer, {best.how}"
    if place.kind is not PlaceType.TOWNSHIP:
        how = f"{how}: township of {place.kind.value} {place.name}"
    return township_position(
        (code, name),
        ground,
        area=draft.area,
        how=how,
        shape=shape,
        score=best.score,
    )


def _method(best: Candidate, shape: Shaping) -> str:
    """Say how a candidate was found and drawn."""
    words = [f"gazetteer, {best.how}"]
    if best.place.source.startswith("geocoder "):
        words[0] = f"{best.place.source}, {best.how}"
    if best.place.source == "estimate":
        words[0] += ", estimate"
    if best.place.geometry is not None and best.place.geometry.geom_type != "Point":
        words.append("the point stands for the whole of it")
    if shape.words:
        words.append(f"relation {'|'.join(shape.words)}")
    return "; ".join(words)


def _county_within(draft: Draft, best: Candidate, drawn: Drawn) -> str:
    """Give the county of a candidate where the text names none and the footprint keeps to it."""
    code = best.place.adcode
    if draft.area.codes or not code or is_spread(draft.kind, draft.key):
        return ""
    return code if shapely.covers(widened((code,)), drawn.footprint) else ""


def _is_outline(best: Candidate, shape: Shaping) -> bool:
    """Say whether a candidate is the outline of the site itself, known to 50 m."""
    place = best.place
    return (
        place.geometry is not None
        and place.geometry.geom_type in {"Polygon", "MultiPolygon"}
        and place.uncertainty_m is not None
        and place.uncertainty_m <= SURVEYED_M
        and best.score >= _EXACT
        and shape.plain
    )


def _cut_by_township(
    position: Position, township: tuple[str, str] | None, ground: Ground
) -> Position | None:
    """Cut a footprint by the township the text names; give None where the two contradict."""
    if township is None or position.footprint is None or position.geometry is None:
        return position
    known = ground.townships.get(*township)
    if known is None:
        return replace(position, township=position.township or township[1])
    if known.footprint.intersects(position.geometry):
        cut = polygonal(shapely.intersection(known.footprint, position.footprint))
        if not cut.is_empty:
            return replace(
                position,
                footprint=cut,
                township=township[1],
                method=f"{position.method}; cut by {known.method} {township[1]}",
            )
        return position
    if known.inferred and (position.uncertainty_m or 0.0) <= _FINE_M:
        return replace(
            position, method=f"{position.method}; outside the inferred cell of {township[1]}"
        )
    return None


def _reason(draft: Draft, position: Position, found: Match) -> str:
    """Say in words why a site is coarser than village."""
    if position.precision in POINTLESS:
        return _reason_nowhere(draft.area.label, found)
    if position.precision is not Precision.TOWNSHIP:
        return ""
    if position.method.startswith("township"):
        known = "即" if draft.kind is PlaceType.TOWNSHIP else "只知道在"
        inferred = position.method.startswith("township_inferred")
        extent = "（范围按各乡镇驻地推定）" if inferred else ""
        return f"{known}{position.township}{extent}，具体位置待现场核实。"
    kilometres = (position.uncertainty_m or 0.0) / 1000
    rough = "只有粗略估计" if "estimate" in position.source else "现有数据粗略"
    return f"{rough}（约±{kilometres:.1f}千米），具体位置待现场核实。"


def _reason_nowhere(where: str, found: Match) -> str:
    outside = sum("范围" in refusal.reason for refusal in found.refused)
    if found.ambiguous:
        alike = sum(candidate.score >= ACCEPTED for candidate in found.candidates)
        return f"有{alike}个同名候选，正文不足以区分，请核定。"
    if found.candidates:
        return f"只知道在{where}；有{len(found.candidates)}个参考候选，请核定。"
    if outside:
        return f"{outside}个同名候选不在{where}范围内，已排除；只知道在{where}。"
    return f"现有地名库没有这个名称，只知道在{where}。"
