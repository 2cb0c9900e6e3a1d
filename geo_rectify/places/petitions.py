"""Petitions (信访件): which site each is about, and which time that site is complained of.

What people wrote is read for the names of places and goes into no output; columns about people are
not read at all (`registers`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.places.kinds import ADMIN, kind_of
from geo_rectify.places.names import normalise, short_county
from geo_rectify.tables import PETITIONS, frame_of, split_list
from geo_rectify.vocabulary import PlaceType, SiteStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import pandas as pd

    from geo_rectify.places.registers import RegisterFile, RegisterRow

_SHORTEST: Final = 3
"""Shorter names are not looked for in what a petition says: 三宝 stands in many words."""
_TOO_WIDE: Final = {kind.value for kind in (*ADMIN, PlaceType.DEV_ZONE)}
_Row = dict[str, Any]


def join_petitions(
    sites: gpd.GeoDataFrame,
    registers: Sequence[RegisterFile],
    *,
    mask: Callable[[str, str], str] | None = None,
) -> pd.DataFrame:
    """Say of each petition which site it is about.

    Parameters
    ----------
    sites
        `tables.SITES`.
    registers
        Registers of petitions, as read.
    mask
        Takes the place a petition names and all that its row says, gives the place without
        persons; None leaves it as it is.

    Returns
    -------
    pandas.DataFrame
        `tables.PETITIONS`, a row a petition in the order of the files; ``nth`` counts the
        petitions about one site.
    """
    named: dict[str, list[_Row]] = {}
    for raw in sites.drop(columns=sites.geometry.name).to_dict("records"):
        place = {str(name): cell for name, cell in raw.items()}
        if place["kind"] in _TOO_WIDE or place["status"] == SiteStatus.COUNTED.value:
            continue
        for word in {normalise(w) for w in (place["name"], *split_list(place["aliases"]))} - {""}:
            named.setdefault(word, []).append(place)
    times: Counter[str] = Counter()
    seen: set[str] = set()
    rows: list[_Row] = []
    for register in registers:
        for row in register.rows:
            site, how = _about(row, named)
            number = row.number or f"{register.path.name} {row.origin}"
            if number in seen:
                how += "；编号与前件重复，请核对"
            seen.add(number)
            key = "" if site is None else str(site["site_id"])
            times[key] += 1
            rows.append(
                {
                    "petition_id": number,
                    "origin": f"{register.path.name} {row.origin}",
                    "county": row.county,
                    "place": row.name
                    if mask is None
                    else mask(row.name, f"{row.name}。{row.text}"),
                    "site_id": key,
                    "site_name": "" if site is None else site["name"],
                    "issue_numbers": "" if site is None else site["issue_numbers"],
                    "nth": times[key] if site is not None else None,
                    "how": how,
                }
            )
    return frame_of(rows, PETITIONS)


def _about(row: RegisterRow, named: dict[str, list[_Row]]) -> tuple[_Row | None, str]:
    """Give the one site a petition names, by its place before its text, and how it was found."""
    key = normalise(row.name)
    for words, how in (
        (key, "地点名称一致"),
        (key, "地点中提到"),
        (normalise(row.text), "内容中提到"),
    ):
        if not words:
            continue
        if how == "地点名称一致":
            hits = [key] if key in named else []
        else:
            hits = [name for name in named if len(name) >= _SHORTEST and name in words]
        fitting = {name: _fitting(row, named[name]) for name in hits}
        longest = max((len(name) for name in hits if fitting[name]), default=0)
        found = {
            site["site_id"]: site for name in hits if len(name) == longest for site in fitting[name]
        }
        if len(found) == 1:
            return next(iter(found.values())), how
        if found:
            return None, f"提到{len(found)}个点位，未对应"
    return None, "没有提到方案中的点位"


def _fitting(row: RegisterRow, sites: list[_Row]) -> list[_Row]:
    """Keep the sites of the kind and county a petition states, as far as either is known."""
    kept = sites if row.kind is None else [s for s in sites if kind_of(s["kind"]) is row.kind]
    if not row.county:
        return kept
    wanted = short_county(normalise(row.county))
    return [
        site
        for site in kept
        if not site["county"]
        or wanted in {short_county(word) for word in split_list(site["county"])}
        or wanted in {short_county(word) for word in split_list(site["dev_zone"])}
    ]
