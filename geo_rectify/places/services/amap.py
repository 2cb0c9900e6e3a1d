"""高德: geocoding v3 (GCJ-02). Keys: GEO_RECTIFY_AMAP_KEY. Empty fields of its answers are []."""

from __future__ import annotations

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


def _steps(question: Question) -> tuple[Step, ...]:
    parameters = {"address": f"{question.county}{question.name}", "output": "JSON"}
    if question.prefecture:
        parameters["city"] = question.prefecture
    return (Step(path="/v3/geocode/geo", parameters=parameters, key_parameter="key", read=_read),)


def _read(answer: Any) -> tuple[RawHit, ...]:
    code = str(answer.get("infocode", ""))
    if str(answer.get("status", "")) != "1":
        if code in SERVICE.facts["empty"]:
            return ()
        said = f"{answer.get('info', '')} ({code})"
        raise Busy(said) if code in SERVICE.facts["busy"] else Refused(said)
    hits = []
    for found in answer.get("geocodes") or ():
        lon, _, lat = str(found.get("location", "")).partition(",")
        level = found.get("level")
        level = level if isinstance(level, str) else ""
        extent, uncertainty_m = by_level(GeocoderName.AMAP, level)
        name = found.get("formatted_address")
        hits.append(
            RawHit(
                lon=number(lon),
                lat=number(lat),
                level=level,
                name=name if isinstance(name, str) else "",
                extent=extent,
                uncertainty_m=uncertainty_m,
            )
        )
    return tuple(hits)


SERVICE = Service(name=GeocoderName.AMAP, needs_key=True, steps=_steps)
"""高德."""
