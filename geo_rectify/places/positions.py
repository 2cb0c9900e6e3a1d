"""Positions: what is known of where a site is, and the ways to state it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from geo_rectify import regions
from geo_rectify.places.areas import polygon
from geo_rectify.places.footprints import Drawn, Shaping, around
from geo_rectify.places.kinds import POINTLESS, precision_of
from geo_rectify.vocabulary import Precision

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.places.areas import Area
    from geo_rectify.places.gazetteer import Gazetteer
    from geo_rectify.places.matching import Candidate, Refusal
    from geo_rectify.places.relations import Reach
    from geo_rectify.places.townships import Townships


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a site is, as far as is known.

    Attributes
    ----------
    precision, uncertainty_m
        How well, and the radius in metres (of a disc of the same area for townships); None for
        county and coarser.
    geometry
        Point (outline where surveyed), None for county and coarser.
    footprint
        The polygon within which it lies at 90 %, None where nothing is known.
    method, source, score
        How and from what it was found.
    township
        Name of the township, "" where unknown.
    adcode
        County code where the gazetteer, not the text, told it, else "".
    candidates, refused
        What the gazetteer offered.
    reason
        Why it is no better, in words for the worklist; "" where it is good enough.
    """

    precision: Precision = Precision.NONE
    uncertainty_m: float | None = None
    geometry: BaseGeometry | None = None
    footprint: BaseGeometry | None = None
    method: str = "none"
    source: str = ""
    score: float | None = None
    township: str = ""
    adcode: str = ""
    candidates: tuple[Candidate, ...] = ()
    refused: tuple[Refusal, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What people said of a site's candidates: ids or names refused, and the one confirmed."""

    barred: frozenset[str] = frozenset()
    confirmed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every site is placed with."""

    gazetteer: Gazetteer
    townships: Townships
    reaches: tuple[Reach, ...] = ()


@lru_cache(maxsize=1024)
def area_position(area: Area) -> Position:
    """Place a site in its county, else its prefecture, else nowhere.

    Parameters
    ----------
    area
        What the text says.

    Returns
    -------
    Position
        Without a point; the footprint is the area as drawn.
    """
    if not area.limits:
        return Position(reason="正文没有说明在哪个县（市、区），未作查找。")
    return Position(
        precision=Precision.COUNTY if area.codes else Precision.PREFECTURE,
        footprint=polygon(area.limits),
        method="admin_polygon",
        source=regions.SOURCE,
    )


def drawn_position(
    drawn: Drawn, *, method: str, source: str, score: float | None
) -> Position | None:
    """Place a site by a drawn footprint.

    Parameters
    ----------
    drawn
        The footprint.
    method, source, score
        How it was found.

    Returns
    -------
    Position or None
        None where it is so rough that the county says as much.
    """
    precision = precision_of(drawn.uncertainty_m)
    if precision in POINTLESS:
        return None
    return Position(
        precision=precision,
        uncertainty_m=drawn.uncertainty_m,
        geometry=drawn.point,
        footprint=drawn.footprint,
        method=method,
        source=source,
        score=score,
    )


def township_position(
    township: tuple[str, str],
    ground: Ground,
    *,
    area: Area,
    how: str,
    shape: Shaping,
    score: float | None = None,
) -> Position:
    """Place a site in a township; without a footprint of it, in its county.

    Parameters
    ----------
    township
        County code and official name.
    ground
        Gazetteer and townships.
    area
        What the text says.
    how
        How the township is known.
    shape
        What the text's relation does; only widening counts.
    score
        Score of the match, where there was one.

    Returns
    -------
    Position
        Precision township, or county where neither seat nor outline of it is known.
    """
    code, name = township
    told = "" if area.codes else code
    known = ground.townships.get(code, name)
    if known is None:
        county = area if area.codes else replace(area, codes=(code,))
        return replace(
            area_position(county),
            township=name,
            adcode=told,
            method=f"admin_polygon: {how}; the extent of {name} is not known",
            reason=f"只知道在{name}，其范围没有公开数据、驻地也不足以推定，待现场核实。",
        )
    footprint, radius = known.footprint, known.radius_m
    if shape.widen_m:
        footprint = around(footprint, widen_m=shape.widen_m, limits=area.codes or (code,))
        radius += shape.widen_m
    return Position(
        precision=Precision.TOWNSHIP,
        uncertainty_m=radius,
        geometry=known.point,
        footprint=footprint,
        method=f"{known.method}: {how}; the point is {known.point_is}",
        source=known.source,
        score=score,
        township=name,
        adcode=told,
    )
