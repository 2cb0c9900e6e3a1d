"""Registers joined to an issue and its counted set: the rows become sites, the set is none more.

A row that bears the name of a place the issue already names gives that place its position; every
other row is a site of its own with the issue's number. A row outside the area the set is said to
be in keeps its position, and says so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify import regions
from geo_rectify.crs import area_m2, buffer_m, disc
from geo_rectify.errors import InputFileError, Told, told_together
from geo_rectify.models import Register, RegisterMember, issue_key
from geo_rectify.places.areas import is_code, widened
from geo_rectify.places.identity import site_id
from geo_rectify.places.kinds import FINE, POINTLESS, SURVEYED_M, coarse, precision_of
from geo_rectify.places.listed import look_up
from geo_rectify.places.names import normalise, proper
from geo_rectify.tables import (
    FOOTPRINTS,
    SITES,
    UNLOCATED,
    frame_of,
    geoframe_of,
    join_list,
    split_list,
    validate,
)
from geo_rectify.vocabulary import PlaceType, Precision, SiteStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.models import Plan
    from geo_rectify.places.gazetteer import Gazetteer
    from geo_rectify.places.records import Located
    from geo_rectify.places.registers import RegisterFile, RegisterRow

METHOD: Final = "register"
_ADMINISTRATIVE: Final = frozenset(
    {PlaceType.COUNTY.value, PlaceType.TOWNSHIP.value, PlaceType.VILLAGE.value}
)
_REASON: Final = "清单中没有坐标，待补。"


def attach_registers(
    located: Located,
    registers: Sequence[RegisterFile],
    *,
    plans: Sequence[Plan],
    gazetteer: Gazetteer | None = None,
) -> tuple[Located, tuple[Register, ...]]:
    """Join registers to the issues they belong to.

    Parameters
    ----------
    located
        Sites as `locate` gives them.
    registers
        Registers as read.
    plans
        The documents.
    gazetteer
        Known places, in which rows that have a name and no position are looked up; None for none.

    Returns
    -------
    tuple
        Sites with the registers' rows in the place of the counted sets they list, and the
        registers as joined.

    Raises
    ------
    InputFileError
        A register names no issue of these documents, or no counted set of its issue; all faults
        at once.
    """
    faults: list[Told] = []
    chosen = []
    for register in registers:
        found = _choose(register, located, plans, faults)
        if found is not None:
            chosen.append((register, *found))
    taken = Counter(str(row["site_id"]) for _, _, _, row in chosen if row is not None)
    faults.extend(
        Told(
            english=f"several registers list {name}; name one, or put them into one file",
            chinese=f"有几份清单都列{name}；请只写一份，或并成一个文件",
        )
        for name, number in taken.items()
        if number > 1
    )
    if faults:
        raise InputFileError.of(told_together(faults))
    joined = []
    for register, doc_id, issue, counted in chosen:
        key = issue_key(doc_id, issue, several=len(plans) > 1)
        located, made = _attach(
            located, register, doc_id, issue, key=key, counted=counted, gazetteer=gazetteer
        )
        joined.append(made)
    return located, tuple(joined)


# --- which issue and which set -----------------------------------------------------------------


def _choose(
    register: RegisterFile, located: Located, plans: Sequence[Plan], faults: list[Told]
) -> tuple[str, int, dict[str, Any] | None] | None:
    name = register.path.name
    doc, _, number = register.issue.rpartition("/")
    holders = [
        plan
        for plan in plans
        if (not doc or plan.doc_id == doc)
        and any(str(issue.number) == number for issue in plan.issues)
    ]
    if len(holders) != 1:
        known = "、".join(str(issue.number) for plan in plans for issue in plan.issues)
        what = "stands in several documents; write doc_id/issue" if holders else "is no issue"
        faults.append(
            Told(
                english=f"{name}: issue {register.issue!r} {what} (issues: {known or 'none'})",
                chinese=f"{name}：问题{register.issue!r}在这些文件中对不上唯一的一个问题（现有：{known or '无'}）；"
                f"请在{name}.toml里写 issue = …",
            )
        )
        return None
    doc_id, issue = holders[0].doc_id, int(number)
    key = issue_key(doc_id, issue, several=len(plans) > 1)
    rows = [
        row
        for row in _records(located.sites)
        if row["status"] == SiteStatus.COUNTED.value and key in split_list(row["issue_numbers"])
    ]
    wanted = normalise(register.wanted_set)
    if wanted:
        named = [row for row in rows if wanted in normalise(row["name"])]
    else:
        named = [row for row in rows if row["kind"] not in _ADMINISTRATIVE]
    if len(named) == 1:
        return doc_id, issue, named[0]
    shown = "、".join(f"{row['name']}（{row['count']}）" for row in rows) or "none"
    if wanted:
        faults.append(
            Told(
                english=f"{name}: set {register.wanted_set!r} names {len(named)} counted sets of "
                f"issue {issue}, wanted one of {shown}",
                chinese=f"{name}：set {register.wanted_set!r}对应问题{issue}的{len(named)}个计数点位，应是其中之一："
                f"{shown}",
            )
        )
        return None
    if named:
        faults.append(
            Told(
                english=f"{name}: issue {issue} has the counted sets {shown}; write set = … in "
                f"{name}.toml",
                chinese=f"{name}：问题{issue}有计数点位{shown}；请在{name}.toml里写 set = …",
            )
        )
        return None
    return doc_id, issue, None


# --- joining -----------------------------------------------------------------------------------


def _attach(
    located: Located,
    register: RegisterFile,
    doc_id: str,
    issue: int,
    *,
    key: str,
    counted: dict[str, Any] | None,
    gazetteer: Gazetteer | None,
) -> tuple[Located, Register]:
    several_here = [
        row for row in _records(located.sites) if key in split_list(row["issue_numbers"])
    ]
    area = _area_of(counted, several_here)
    named = {
        normalise(word): row
        for row in several_here
        if row["status"] != SiteStatus.COUNTED.value
        for word in (row["name"], *split_list(row["aliases"]))
    }
    sites, footprints, members, notes = [], {}, [], list(register.notes)
    ids: Counter[str] = Counter()
    drafted = set(located.sites["site_id"])
    kind = PlaceType(counted["kind"] if counted is not None else "other")
    found = {} if gazetteer is None else look_up(register.rows, kind, area, gazetteer)
    for row in register.rows:
        made, footprint, known = _site(
            row, register, doc_id=doc_id, issue=issue, key=key, counted=counted, named=named
        )
        if row.geometry is None and made["site_id"] not in drafted and row.origin in found:
            told = found[row.origin]
            made |= told.cells
            footprint = told.footprint
        ids[made["site_id"]] += 1
        if ids[made["site_id"]] > 1:
            made["site_id"] = site_id(made["site_id"], str(ids[made["site_id"]]), PlaceType.OTHER)
            notes.append(
                f"{register.path.name}：{row.origin}“{made['name']}”与前行同名同位，请核对。"
            )
        inside, county, code = _where(row.geometry, area)
        if row.geometry is None:
            # A name is looked up within the area alone: it says nothing against it.
            inside = None
            county = str(made.get("county") or "")
        elif code:
            made |= {"county": county, "adcode": code}
        if inside is False:
            made["method"] += f"; outside {_words(area)}"
            notes.append(
                f"{register.path.name}：{row.origin}“{made['name']}”位于{county or '国内县界之外'}，"
                f"在{_words(area)}以外，请核对坐标和坐标系。"
            )
        if known:
            notes.append(
                f"{register.path.name}：{row.origin}为方案点名的{known}，位置采用清单所列。"
            )
        sites.append(made)
        if footprint is not None:
            footprints[made["site_id"]] = footprint
        elif area and made["site_id"] not in drafted:
            footprints[made["site_id"]] = shapely.union_all(
                [regions.area_polygon(one) for one in area]
            )
        members.append(
            RegisterMember(
                site_id=made["site_id"],
                name=made["name"],
                origin=row.origin,
                listed_m2=row.area_m2,
                drawn_m2=_drawn_m2(row.geometry),
                inside=inside,
                county=county,
                attributes=row.attributes,
            )
        )
    joined = Register(
        source_name=register.path.name,
        sha256=register.sha256,
        doc_id=doc_id,
        issue=issue,
        set_id="" if counted is None else str(counted["site_id"]),
        set_name="" if counted is None else str(counted["name"]),
        area=_words(area),
        members=tuple(members),
        spoken=register.spoken,
        notes=tuple(notes),
    )
    gone = {joined.set_id} if joined.set_id else set()
    return _merged(located, sites, footprints, gone=gone), joined


def _area_of(counted: dict[str, Any] | None, others: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Give the codes of the area the set is said to be in; without a set, of the issue's sites."""
    if counted is not None:
        codes = split_list(counted["adcode"])
    else:
        codes = sorted({code for row in others for code in split_list(row["adcode"])})
    return tuple(code for code in codes if is_code(code))


def _words(area: tuple[str, ...]) -> str:
    return "、".join(regions.area_name(code) for code in area)


def _where(shape: BaseGeometry | None, area: tuple[str, ...]) -> tuple[bool | None, str, str]:
    """Say whether a place is in an area, and name and code of the county it lies in."""
    if shape is None:
        return None, "", ""
    inside = bool(shapely.intersects(widened(area), shape)) if area else None
    at = shapely.point_on_surface(shape)
    for codes in (area, ()) if area else ((),):
        known, shapes = _counties(codes)
        hit = np.flatnonzero(shapely.intersects(shapes, at))
        if len(hit):
            code = known[int(hit[0])]
            return inside, regions.area_name(code), code
    return inside, "", ""


@lru_cache(maxsize=32)
def _counties(codes: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.object_]]:
    """Give codes and polygons of the counties of areas, of all China for none."""
    frame = regions.county_polygons(codes or None)
    return tuple(frame["adcode"]), frame.geometry.to_numpy(dtype=object)


def _drawn_m2(shape: BaseGeometry | None) -> float | None:
    return None if shape is None or shape.geom_type == "Point" else area_m2(shape)


def _site(
    row: RegisterRow,
    register: RegisterFile,
    *,
    doc_id: str,
    issue: int,
    key: str,
    counted: dict[str, Any] | None,
    named: dict[str, dict[str, Any]],
) -> tuple[dict[str, Any], BaseGeometry | None, str]:
    """Make the site of a row, its footprint, and the name of the place it was recognised as."""
    about = str(counted["name"]) if counted is not None else f"问题{issue}点位"
    name = row.name or f"{about}（{row.number or row.origin}）"
    kind = row.kind or PlaceType(counted["kind"] if counted is not None else "other")
    known = named.get(normalise(row.name)) if row.name else None
    if known is not None and counted is None and row.kind is None:
        kind = PlaceType(known["kind"])
    if known is not None and coarse(PlaceType(known["kind"])) != coarse(kind):
        known = None
    source = f"register: {register.path.name}, {row.origin}"
    if known is not None:
        made = dict(known)
    else:
        adcode = str(counted["adcode"] or "") if counted is not None else ""
        at = "" if row.geometry is None else shapely.to_wkt(row.geometry, rounding_precision=6)
        word = proper(normalise(row.name), kind) or row.name
        within = f"{doc_id}/{issue}|{row.number}|{at}"
        made = {
            "site_id": site_id(adcode, word or about, kind, within=within),
            "name": name,
            "aliases": "",
            "kind": kind.value,
            "county": "" if counted is None else counted["county"],
            "adcode": adcode,
            "dev_zone": "" if counted is None else counted["dev_zone"],
            "relation": "",
            "candidates": "[]",
            "issue_numbers": key,
            "status": SiteStatus.UNLOCATED.value,
            "precision": Precision.COUNTY.value if adcode else Precision.NONE.value,
            "method": f"{METHOD}; the row has no position",
            "source": source,
        }
    made["area_stated_m2"] = row.area_m2
    made["issue_numbers"] = join_list([*split_list(made["issue_numbers"]), key])
    if row.geometry is None:
        return made, None, ""
    outline = row.geometry.geom_type != "Point"
    surveyed = outline and row.uncertainty_m <= SURVEYED_M
    precision = Precision.SURVEYED if surveyed else precision_of(row.uncertainty_m)
    at_point = shapely.point_on_surface(row.geometry)
    if surveyed:
        footprint = row.geometry
    elif outline:
        footprint = buffer_m(row.geometry, row.uncertainty_m)
    else:
        footprint = disc(
            float(shapely.get_x(at_point)), float(shapely.get_y(at_point)), row.uncertainty_m
        )
    made |= {
        "precision": precision.value,
        "uncertainty_m": row.uncertainty_m,
        "method": f"{METHOD}, outline" if outline else METHOD,
        "source": source,
        "score": 1.0,
        "status": SiteStatus.LOCATED.value,
        "geometry": None if precision in POINTLESS else (row.geometry if surveyed else at_point),
    }
    return made, footprint, "" if known is None else str(known["name"])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _merged(
    located: Located,
    sites: list[dict[str, Any]],
    footprints: dict[str, BaseGeometry],
    *,
    gone: set[str],
) -> Located:
    """Put the register's sites where the set stood, and take what is known off the worklist."""
    fresh = {str(row["site_id"]): row for row in sites}
    rows: list[dict[str, Any]] = []
    placed: set[str] = set()
    for row in _records(located.sites):
        if row["site_id"] in gone:
            news = [one for name, one in fresh.items() if name not in placed]
            old = set(located.sites["site_id"])
            rows.extend(one for one in news if one["site_id"] not in old)
            placed |= {str(one["site_id"]) for one in news if one["site_id"] not in old}
        elif row["site_id"] in fresh:
            rows.append(fresh[row["site_id"]])
            placed.add(str(row["site_id"]))
        else:
            rows.append(row)
    rows.extend(row for name, row in fresh.items() if name not in placed)
    made = geoframe_of(rows, SITES)
    validate(made, SITES)
    drawn = [
        row
        for row in _records(located.footprints)
        if row["site_id"] not in gone and row["site_id"] not in footprints
    ]
    drawn += [{"site_id": name, "geometry": shape} for name, shape in footprints.items()]
    order = {str(row["site_id"]): at for at, row in enumerate(rows)}
    drawn.sort(key=lambda row: order[str(row["site_id"])])
    return replace(
        located,
        sites=made,
        footprints=geoframe_of(drawn, FOOTPRINTS),
        unlocated=_worklist(located.unlocated, sites, gone=gone),
    )


def _worklist(before: pd.DataFrame, sites: list[dict[str, Any]], *, gone: set[str]) -> pd.DataFrame:
    known = {
        row["site_id"]
        for row in sites
        if row["status"] == SiteStatus.LOCATED.value and Precision(row["precision"]) in FINE
    }
    rows = [
        row
        for row in _records(before)
        if row["site_id"] not in gone and row["site_id"] not in known
    ]
    listed = {row["site_id"] for row in rows}
    for row in sites:
        if row["site_id"] not in known and row["site_id"] not in listed:
            fields = ("site_id", "name", "kind", "county", "issue_numbers", "candidates")
            reason = row.get("worklist_reason") or _REASON
            rows.append({name: row.get(name) for name in fields} | {"reason": reason})
    return frame_of(rows, UNLOCATED)
