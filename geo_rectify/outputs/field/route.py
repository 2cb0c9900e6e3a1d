"""An order of visit (外业路线): county by county, township by township, each next to the last.

Distances are straight lines between the positions as they are known, no roads; they carry no more
digits than the positions allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import shapely

from geo_rectify.crs import distance_m

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.outputs._dossiers import Dossier

UNKNOWN_TOWNSHIP: Final = "乡镇待核"
_COARSE_M: Final = 2000.0
_FINE_M: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop: its number in the county, the site, and the way from the stop before.

    ``distance_m`` is None for the first stop and for sites without a position; ``way`` says it in
    words.
    """

    number: int
    township: str
    site: Dossier
    distance_m: float | None
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """The stops of one county, and the sum of the ways between them in words."""

    county: str
    stops: tuple[Stop, ...]
    total: str


def tours(found: Sequence[Dossier]) -> tuple[Tour, ...]:
    """Order sites for visiting.

    Within a county the tour begins at its northernmost township with a position and goes on to the
    nearest one not yet visited; within a township it does the same from site to site. Sites
    without a position stand at the end of their township, and townships without any at the end.

    Parameters
    ----------
    found
        The sites.

    Returns
    -------
    tuple of Tour
        One a county, in the order of the sites.
    """
    counties: dict[str, list[Dossier]] = {}
    for site in found:
        counties.setdefault(site.group, []).append(site)
    return tuple(_tour(county, members) for county, members in counties.items())


def _tour(county: str, members: Sequence[Dossier]) -> Tour:
    townships: dict[str, list[Dossier]] = {}
    for site in members:
        townships.setdefault(site.township or UNKNOWN_TOWNSHIP, []).append(site)
    ordered: list[tuple[str, Dossier]] = []
    at: shapely.Point | None = None
    waiting = dict(sorted(townships.items()))
    while waiting:
        name = min(waiting, key=lambda word: _approach(waiting[word], at, word))
        for site in _within(waiting.pop(name), at):
            ordered.append((name, site))
            at = _point(site) or at
    stops: list[Stop] = []
    total, unsure = 0.0, False
    before: Dossier | None = None
    for number, (name, site) in enumerate(ordered, start=1):
        metres, way = _way(before, site)
        stops.append(Stop(number=number, township=name, site=site, distance_m=metres, way=way))
        if metres is not None:
            total += metres
            unsure = unsure or (site.uncertainty_m or 0) > _COARSE_M
        before = site if site.point is not None else before
    words = f"约{total / 1000:.0f}千米" + ("（部分点位只知乡镇，仅供安排）" if unsure else "")
    return Tour(county=county, stops=tuple(stops), total=words if total else "")


def _approach(
    sites: Sequence[Dossier], at: shapely.Point | None, name: str
) -> tuple[bool, bool, float, str]:
    """Rank a township: those with positions first, the nearest (at first the northernmost) first."""
    points = [point for site in sites if (point := _point(site)) is not None]
    if not points:
        return True, name == UNKNOWN_TOWNSHIP, 0.0, name
    if at is None:
        return False, False, -max(point.y for point in points), name
    return False, False, min(distance_m(at, point) for point in points), name


def _within(sites: Sequence[Dossier], at: shapely.Point | None) -> list[Dossier]:
    placed = [site for site in sites if site.point is not None]
    ordered: list[Dossier] = []
    while placed:
        here = at

        def rank(site: Dossier, here: shapely.Point | None = here) -> tuple[float, str]:
            point = _point(site)
            if point is None:
                return 0.0, site.site_id
            return (-point.y if here is None else distance_m(here, point)), site.site_id

        nearest = min(placed, key=rank)
        placed.remove(nearest)
        ordered.append(nearest)
        at = _point(nearest)
    return ordered + [site for site in sites if site.point is None]


def _point(site: Dossier) -> shapely.Point | None:
    return None if site.point is None else shapely.Point(site.point)


def _way(before: Dossier | None, site: Dossier) -> tuple[float | None, str]:
    """Give the way from the stop before, in metres and in words as fine as both are known."""
    here = _point(site)
    if here is None:
        return None, "坐标待测"
    there = None if before is None else _point(before)
    if before is None or there is None:
        return None, "起点"
    metres = distance_m(there, here)
    unsure = max(before.uncertainty_m or 0.0, site.uncertainty_m or 0.0)
    if metres <= unsure:
        return metres, "误差范围以内"
    if unsure > _FINE_M or metres >= 10_000:  # noqa: PLR2004 - ten kilometres
        return metres, f"约{max(1.0, metres / 1000):.0f}千米"
    return metres, f"{metres / 1000:.1f}千米"
