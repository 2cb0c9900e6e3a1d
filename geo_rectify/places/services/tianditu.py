"""天地图: geocoding of addresses, then the search for places within the county (CGCS2000).

Keys: GEO_RECTIFY_TIANDITU_KEY. The answers hold numbers as text or as numbers.
"""

from __future__ import annotations

import json
from typing import Any

from geo_rectify.places.services.records import (
    Busy,
    GeocoderName,
    Question,
    RawHit,
    Refused,
    Service,
    Step,
    by_level,
    number,
)

_OK = 1000


def _steps(question: Question) -> tuple[Step, ...]:
    asked = {"keyWord": f"{question.county or question.prefecture}{question.name}"}
    address = Step(
        path="/geocoder",
        parameters={"ds": json.dumps(asked, ensure_ascii=False)},
        key_parameter="tk",
        read=_address,
    )
    if not question.adcode:
        return (address,)
    wanted = {
        "keyWord": question.name,
        "queryType": "12",
        "start": "0",
        "count": "10",
        "specify": f"156{question.adcode}",
    }
    places = Step(
        path="/v2/search",
        parameters={"postStr": json.dumps(wanted, ensure_ascii=False), "type": "query"},
        key_parameter="tk",
        read=_places,
    )
    return (address, places)


def _complain(answer: dict[str, Any]) -> None:
    said = str(answer.get("msg") or answer.get("message") or answer.get("resolve") or "")
    if any(word in said for word in SERVICE.facts["busy_words"]):
        raise Busy(said)
    raise Refused(said or "no reason given")


def _address(answer: Any) -> tuple[RawHit, ...]:
    status = str(answer.get("status", ""))
    if status in SERVICE.facts["empty"]:
        return ()
    if status != "0":
        _complain(answer)
    found = answer.get("location")
    if not isinstance(found, dict) or not found:
        return ()
    level = str(found.get("level", ""))
    extent, uncertainty_m = by_level(GeocoderName.TIANDITU, level)
    if number(found.get("score", 100)) < SERVICE.facts["least_score"]:
        level, extent = f"{level}，匹配度{found['score']}", None
    return (
        RawHit(
            lon=number(found.get("lon")),
            lat=number(found.get("lat")),
            level=level,
            extent=extent,
            uncertainty_m=uncertainty_m,
        ),
    )


def _places(answer: Any) -> tuple[RawHit, ...]:
    status = answer.get("status", {})
    code = status.get("infocode", _OK) if isinstance(status, dict) else _OK
    if "code" in answer or str(code) != str(_OK):
        _complain(answer if "code" in answer else {"msg": status.get("cndesc", "")})
    hits = []
    for place in answer.get("pois") or ():
        lon, _, lat = str(place.get("lonlat", "")).replace(" ", ",").partition(",")
        extent, uncertainty_m = by_level(GeocoderName.TIANDITU, "兴趣点")
        hits.append(
            RawHit(
                lon=number(lon),
                lat=number(lat),
                level="兴趣点",
                name=str(place.get("name", "")),
                extent=extent,
                uncertainty_m=uncertainty_m,
            )
        )
    return tuple(hits)


SERVICE = Service(name=GeocoderName.TIANDITU, needs_key=True, steps=_steps)
"""天地图."""
