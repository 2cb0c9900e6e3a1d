"""From a relation that places of the text make together, or a part of one, to a footprint.

Each place is looked up as any site is: by name, where it must lie. What cannot be drawn is not
drawn: a stretch of which one end is unknown gives nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Final

import shapely

from geo_rectify.crs import area_m2, buffer_m, disc, distance_m
from geo_rectify.places.areas import counties_of, polygon, widened
from geo_rectify.places.footprints import (
    Drawn,
    along_line,
    draw_shape,
    least_m,
    part_bearing,
    shaping,
    together_m,
)
from geo_rectify.places.kinds import ADMIN, table
from geo_rectify.places.matching import match
from geo_rectify.places.names import normalise
from geo_rectify.places.positions import area_position, drawn_position
from geo_rectify.places.relations import (
    Reach,
    border_between,
    mouth_of,
    part_of,
    stretch_between,
)
from geo_rectify.places.ties import TieKind
from geo_rectify.places.townships import polygonal
from geo_rectify.regions import SOURCE
from geo_rectify.tables import join_list
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.places.identity import Draft
    from geo_rectify.places.positions import Ground, Position
    from geo_rectify.places.ties import Member, Tie

_LINE: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A member that was found: its shape, how far that may be off, and what told it."""

    name: str
    shape: BaseGeometry
    unsure_m: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A footprint before the county's line cuts it, and how it came about."""

    drawn: Drawn
    how: str


def from_tie(draft: Draft, tie: Tie, ground: Ground) -> Position | None:
    """Place a site by the relation its text makes of several places.

    Parameters
    ----------
    draft
        The site.
    tie
        The relation.
    ground
        Gazetteer, townships and river lines.

    Returns
    -------
    Position or None
        None where a place of it is not known, or nothing is left within the area.
    """
    limits = draft.area.limits
    known = [_member(member, draft, ground) for member in tie.members]
    found = [each for each in known if each is not None]
    if not limits or len(found) < len(known):
        return None
    drawers = {
        TieKind.STRETCH: _stretch,
        TieKind.BORDER: _border,
        TieKind.MOUTH: _mouth,
        TieKind.SIDES: _sides,
        TieKind.PART: _part,
    }
    cut = drawers[tie.kind](tie, found, draft, ground)
    if cut is None:
        return None
    sources = join_list(each.source for each in found)
    method = f"relation {tie.words}: {cut.how}"
    if tie.kind is TieKind.PART and tie.members[0].mention.type in ADMIN:
        # Half a county is no position, however small the county is.
        return replace(
            area_position(draft.area),
            footprint=cut.drawn.footprint,
            method=f"admin_polygon; {method}",
        )
    position = drawn_position(cut.drawn, method=method, source=sources, score=None)
    of_township = tie.members[0].mention.type is PlaceType.TOWNSHIP
    if position is not None and tie.kind is TieKind.PART and of_township:
        return replace(position, township=found[0].name)
    return position


def _member(member: Member, draft: Draft, ground: Ground) -> _Known | None:
    """Look a member up: an administrative area, a township, or a place of the gazetteer."""
    mention = member.mention
    area = member.area if member.area.codes or not draft.area.codes else draft.area
    if not area.limits:
        return None
    if mention.type in ADMIN:
        return _Known(name=member.name, shape=polygon(area.limits), unsure_m=0.0, source=SOURCE)
    if mention.type is PlaceType.TOWNSHIP:
        hit = ground.townships.find(area.codes or counties_of(area.prefecture), member.name)
        township = None if hit is None else ground.townships.get(*hit)
        if township is None:
            return None
        return _Known(
            name=township.name, shape=township.footprint, unsure_m=0.0, source=township.source
        )
    keys = tuple(dict.fromkeys(normalise(word) for word in (member.name, mention.surface)))
    best = match(keys, mention.type, area=area, gazetteer=ground.gazetteer).best
    shape = None if best is None else best.place.geometry
    if best is None or shape is None:
        return None
    place = best.place
    unsure = place.uncertainty_m or 0.0
    if shape.geom_type == "Point":
        unsure = max(unsure, least_m(place.kind))
    return _Known(name=place.name, shape=shape, unsure_m=unsure, source=place.source)


def _stretch(tie: Tie, found: list[_Known], draft: Draft, ground: Ground) -> _Cut | None:
    """Draw a stretch along the line both ends stand on; without one, what lies between them."""
    first, last = found
    named = None if tie.line is None else _member(tie.line, draft, ground)
    lines = list(ground.reaches)
    if named is not None and shapely.get_dimensions(named.shape) == _LINE:
        lines = [Reach(name=named.name, line=named.shape, uncertainty_m=named.unsure_m)]
    unsure = max(first.unsure_m, last.unsure_m)
    piece = stretch_between(first.shape, last.shape, lines, unsure_m=unsure)
    rules = table("relations")
    if piece is not None:
        reach = together_m(piece.reach.uncertainty_m, float(rules["along_m"]))
        near = shapely.intersection(piece.line, widened(draft.area.limits))
        drawn = None if near.is_empty else along_line(near, reach, draft.area.limits)
        return None if drawn is None else _Cut(drawn=drawn, how=f"along {piece.reach.name}")
    bow = float(rules["bow"]) * distance_m(first.shape, last.shape)
    hull = shapely.convex_hull(
        shapely.union_all([buffer_m(k.shape, k.unsure_m + bow) for k in found])
    )
    drawn = _area(hull, draft.area.limits)
    return None if drawn is None else _Cut(drawn=drawn, how="no line known, what lies between")


def _border(tie: Tie, found: list[_Known], draft: Draft, ground: Ground) -> _Cut | None:
    """Draw what is near both: the border of two areas, the place where two lines meet."""
    del tie, ground
    one, other = found
    width = together_m(float(table("relations")["border_m"]), one.unsure_m, other.unsure_m)
    drawn = _area(border_between(one.shape, other.shape, width_m=width), draft.area.limits)
    lines = all(shapely.get_dimensions(known.shape) == _LINE for known in found)
    what = "where" if lines else "border of"
    ending = " meet" if lines else ""
    how = f"{what} {one.name} and {other.name}{ending}, within {width:.0f} m of both"
    return None if drawn is None else _Cut(drawn=drawn, how=how)


def _mouth(tie: Tie, found: list[_Known], draft: Draft, ground: Ground) -> _Cut | None:
    """Draw a disc around the end at which a river meets another."""
    del tie
    river = found[0]
    key = normalise(river.name)
    own = [reach for reach in ground.reaches if reach.name == key]
    if not own or shapely.get_dimensions(river.shape) != _LINE:
        return None
    mouth = mouth_of(own[0], [reach for reach in ground.reaches if reach.name != key])
    if mouth is None:
        return None
    radius = together_m(own[0].uncertainty_m, float(table("relations")["mouth_m"]))
    drawn = _area(
        disc(float(shapely.get_x(mouth)), float(shapely.get_y(mouth)), radius), draft.area.limits
    )
    return None if drawn is None else _Cut(drawn=drawn, how="where it meets another river")


def _sides(tie: Tie, found: list[_Known], draft: Draft, ground: Ground) -> _Cut | None:
    """Draw what lies on the named side of every member."""
    del ground
    limits = draft.area.limits
    drawn = [
        draw_shape(
            known.shape,
            known.unsure_m,
            limits=limits,
            shape=shaping([member.mention.relation]),
        )
        for known, member in zip(found, tie.members, strict=True)
    ]
    shapes = [side.footprint for side in drawn if side is not None]
    if len(shapes) < len(drawn):
        return None
    both = _area(reduce(shapely.intersection, shapes), limits)
    return None if both is None else _Cut(drawn=both, how="what lies on every side named")


def _part(tie: Tie, found: list[_Known], draft: Draft, ground: Ground) -> _Cut | None:
    """Draw the part of an area or line; a place known by a point alone has none to be told."""
    del ground
    whole, limits = found[0], draft.area.limits
    bearing = part_bearing(tie.members[0].mention.relation)
    if bearing is None or not shapely.get_dimensions(whole.shape):
        return None
    rules = table("relations")
    spare = float(rules["part_spare"])
    how = (
        f"the part of {whole.name} beyond its centroid at a bearing of {bearing}, "
        f"{spare:.0%} of its extent to spare"
    )
    if shapely.get_dimensions(whole.shape) == _LINE:
        near = shapely.intersection(whole.shape, widened(limits))
        if near.is_empty:
            return None
        along = float(rules["along_m"]) if draft.anchored else 0.0
        piece = part_of(near, bearing, spare=spare)
        drawn = along_line(piece, together_m(whole.unsure_m, along), limits)
    else:
        piece = polygonal(part_of(whole.shape, bearing, spare=spare))
        drawn = _area(piece if whole.unsure_m == 0 else buffer_m(piece, whole.unsure_m), limits)
    return None if drawn is None else _Cut(drawn=drawn, how=how)


def _area(shape: BaseGeometry, limits: tuple[str, ...]) -> Drawn | None:
    """Cut an area by the county; its class follows the radius of a disc as large."""
    footprint = polygonal(shapely.intersection(shape, widened(limits)))
    if footprint.is_empty:
        return None
    return Drawn(
        footprint=footprint,
        point=shapely.point_on_surface(footprint),
        uncertainty_m=math.sqrt(area_m2(footprint) / math.pi),
    )
