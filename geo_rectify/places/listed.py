"""Rows of registers that have a name and no position: looked up as the places of a plan are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geo_rectify import regions
from geo_rectify.models import Mention
from geo_rectify.places.locating import locate
from geo_rectify.vocabulary import PlaceType, Role, SiteStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.places.gazetteer import Gazetteer
    from geo_rectify.places.registers import RegisterRow

_TAKEN: Final = ("precision", "uncertainty_m", "score", "township", "candidates", "geometry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What a gazetteer tells of a row: cells of its site, and its footprint where it is placed."""

    cells: Mapping[str, Any]
    footprint: BaseGeometry | None


def look_up(
    rows: Sequence[RegisterRow], kind: PlaceType, area: tuple[str, ...], gazetteer: Gazetteer
) -> dict[str, Located]:
    """Look the rows without position up by name, within the area the register is about.

    Parameters
    ----------
    rows
        Rows of a register.
    kind
        Kind of the rows that say none.
    area
        Codes of that area; without any nothing is looked up.
    gazetteer
        Known places.

    Returns
    -------
    dict
        By the row's origin; rows without a name are missing.
    """
    named = [row for row in rows if row.geometry is None and row.name]
    if not area or not named:
        return {}
    county = "|".join(regions.area_name(code) for code in area)
    mentions, at = [], 0
    for row in named:
        start, at = at + 9, at + 9 + len(row.name)
        mentions.append(
            Mention(
                mention_id=f"register:{start}-{at}",
                doc_id="register",
                issue=None,
                section=None,
                field="body",
                start=start,
                end=at,
                surface=row.name,
                normalised=row.name,
                type=row.kind or kind,
                role=Role.SITE,
                county=county,
            )
        )
    located = locate(mentions, gazetteer)
    sites = {str(row["site_id"]): row for row in located.sites.to_dict("records")}
    shapes = dict(zip(located.footprints["site_id"], located.footprints.geometry, strict=True))
    reasons = dict(zip(located.unlocated["site_id"], located.unlocated["reason"], strict=True))
    told = {}
    for row, mention in zip(named, located.mentions, strict=True):
        site = sites.get(mention.site_id)
        if site is None:
            continue
        cells = {"candidates": site["candidates"]}
        footprint = None
        if site["status"] == SiteStatus.LOCATED.value:
            cells = {name: site[name] for name in _TAKEN} | {
                "method": f"register; by name: {site['method']}",
                "source": site["source"],
                "status": site["status"],
            }
            footprint = shapes.get(mention.site_id)
        reason = reasons.get(mention.site_id, "")
        cells["worklist_reason"] = f"清单中没有坐标；{reason}" if reason else ""
        told[row.origin] = Located(cells=cells, footprint=footprint)
    return told
