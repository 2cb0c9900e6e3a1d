"""Asking a service for a place, and refusing what is no answer.

A fallback hit (a county's middle for a street) is a failure, not a location. Refused are hits
outside the county, hits coarser than a place of that kind, and hits of another name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify import regions
from geo_rectify.errors import InputFileError, ServiceError
from geo_rectify.places.areas import Area, uppers, widened
from geo_rectify.places.coordinates import in_china
from geo_rectify.places.kinds import ADMIN, kind_of, precision_of, table
from geo_rectify.places.names import normalise, strip_admin
from geo_rectify.places.services.records import Extent, Geocoder, Hit, Question
from geo_rectify.tables import GAZETTEER, geoframe_of
from geo_rectify.vocabulary import PlaceType, Precision

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo_rectify.vocabulary import PlaceType as Kind

_SENTENCE: Final = re.compile(r"[。；;！!？?：:\n\r\t，,、]")
_LICENCE: Final = "terms of the service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one name came to: hits that stand, and hits refused with the reason in words."""

    hits: tuple[Hit, ...] = ()
    refused: tuple[tuple[Hit, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a worklist came to.

    Attributes
    ----------
    places
        Hits as gazetteer rows (`tables.GAZETTEER`), their source naming service and level.
    notes
        A sentence for each name that was not sent, each hit refused, and an early end.
    sent, answered, refused
        How many names were sent, how many of them have a hit that stands, how many hits were
        refused.
    """

    places: gpd.GeoDataFrame
    notes: tuple[str, ...]
    sent: int = 0
    answered: int = 0
    refused: int = 0


def unfit(name: str) -> str:
    """Say why a text is no place name that may be sent.

    Parameters
    ----------
    name
        The text.

    Returns
    -------
    str
        "" where it may be sent.
    """
    longest = int(table("services")["limits"]["longest_name"])
    if not name.strip():
        return "名称为空"
    if len(name) > longest:
        return f"超过{longest}字，不像地名"
    return "含有句读，不像地名" if _SENTENCE.search(name) else ""


def ask(name: str, geocoder: Geocoder, *, area: Area, kind: PlaceType) -> Answer:
    """Ask one service for one name.

    Parameters
    ----------
    name
        The place name; nothing else of the document is sent.
    geocoder
        The service.
    area
        Where the place must lie; its county and prefecture are sent along.
    kind
        Its kind, which decides what is too coarse.

    Returns
    -------
    Answer
        Hits that stand, best first, and those refused.

    Raises
    ------
    InputFileError
        The name is a sentence or empty: it is not sent.
    ServiceError
        The service cannot be asked.
    """
    why = unfit(name)
    if why:
        message = f"{name[:20]!r}: {why}；未发送"
        chinese = message
        raise InputFileError(message, chinese=chinese)
    codes = area.codes if len(area.codes) == 1 else ()
    question = Question(
        name=name.strip(),
        county=regions.area_name(codes[0]) if codes else "",
        prefecture=regions.area_name(area.prefecture) if area.prefecture else "",
        adcode=codes[0] if codes else area.prefecture,
    )
    kept: list[Hit] = []
    refused: list[tuple[Hit, str]] = []
    for hit in geocoder.find(question):
        why = refusal(hit, name, area=area, kind=kind)
        if why:
            refused.append((hit, why))
        else:
            kept.append(hit)
    return Answer(hits=tuple(kept), refused=tuple(refused))


def refusal(hit: Hit, name: str, *, area: Area, kind: Kind) -> str:
    """Say why a hit is no answer to a name.

    Parameters
    ----------
    hit
        The hit.
    name, area, kind
        What was asked.

    Returns
    -------
    str
        The reason in words, "" where the hit stands.
    """
    point = shapely.Point(hit.lon, hit.lat)
    if not in_china(point):
        return "不在中国范围内"
    if area.limits and not shapely.intersects(widened(area.limits), point):
        return f"不在{area.label}范围（界线外扩{regions.WIDENED_M:.0f}米）内"
    if hit.extent is None:
        return f"级别（{hit.level or '未说明'}）不足以采信"
    takes = table("services")["takes"].get(kind.value, [])
    coarse_for_kind = hit.extent is not Extent.PLACE and hit.extent.value not in takes
    if coarse_for_kind or kind in ADMIN:
        return f"只找到{hit.level}一级，比所问的粗"
    above = uppers(area.limits)
    if hit.name and strip_admin(normalise(name), above, kind) not in normalise(hit.name):
        return f"找到的是“{hit.name}”，不是所问的地名"
    return ""


def ask_worklist(sites: pd.DataFrame, geocoder: Geocoder) -> Asked:
    """Ask a service for the places of a worklist, each name once.

    Parameters
    ----------
    sites
        Rows of `tables.SITES`: what is asked is their name, where they must lie their adcode.
    geocoder
        The service.

    Returns
    -------
    Asked
        Rows for the gazetteer, and notes. An error after the first answer ends the asking and is
        noted; what was found until then stays.

    Raises
    ------
    ServiceError
        The service cannot be asked at all.
    """
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    sent = answered = refused = 0
    for record in sites.to_dict("records"):
        name, kind = str(record["name"]), kind_of(str(record["kind"])) or PlaceType.OTHER
        area = area_of_codes(str(record["adcode"] or ""))
        why = unfit(name) or ("" if area.limits else "不知道在哪个县（市、区）")
        if why:
            notes.append(f"{name[:20]}：{why}，未发送")
            continue
        try:
            answer = ask(name, geocoder, area=area, kind=kind)
        except ServiceError as err:
            if not sent:
                raise
            notes.append(f"在线查询中止：{err}")
            break
        sent += 1
        answered += bool(answer.hits)
        refused += len(answer.refused)
        notes.extend(
            f"{name}：{hit.service.value}的结果已排除，{why}" for hit, why in answer.refused
        )
        rows.extend(_row(hit, name, kind, area) for hit in answer.hits)
    return Asked(
        places=geoframe_of(rows, GAZETTEER),
        notes=tuple(notes),
        sent=sent,
        answered=answered,
        refused=refused,
    )


def area_of_codes(adcode: str) -> Area:
    """Give the area of a cell of codes.

    Parameters
    ----------
    adcode
        County codes joined, a prefecture's code, or "".

    Returns
    -------
    Area
        Empty for "".
    """
    codes = tuple(code for code in adcode.split("|") if code)
    if not codes:
        return Area()
    if len(codes) == 1 and codes[0].endswith("00"):
        return Area(prefecture=codes[0])
    counties = regions.counties()
    home = counties.loc[counties["adcode"] == codes[0], "prefecture_adcode"]
    return Area(codes=codes, prefecture=str(home.iloc[0]) if len(home) else "")


def _row(hit: Hit, name: str, kind: PlaceType, area: Area) -> dict[str, Any]:
    return {
        "name": name,
        "aliases": "",
        "kind": kind.value,
        "adcode": area.codes[0] if len(area.codes) == 1 else "",
        "township": name if kind is PlaceType.TOWNSHIP else "",
        "uncertainty_m": hit.uncertainty_m,
        "source": f"geocoder {hit.service.value} ({hit.level})",
        "licence": _LICENCE,
        "valid_on": "",
        "geometry": shapely.Point(hit.lon, hit.lat),
    }


def precision_of_hit(hit: Hit) -> Precision:
    """Give the class of a hit: never better than feature.

    Parameters
    ----------
    hit
        The hit.

    Returns
    -------
    Precision
        By its radius.
    """
    return precision_of(hit.uncertainty_m)
