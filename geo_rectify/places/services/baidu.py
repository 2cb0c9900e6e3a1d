"""百度: geocoding v3 (BD-09). Keys: GEO_RECTIFY_BAIDU_KEY. It does not say what it found.

The radius is the larger of what level and confidence say.
"""

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
    parameters = {"address": f"{question.county}{question.name}", "output": "json"}
    if question.prefecture:
        parameters["city"] = question.prefecture
    return (Step(path="/geocoding/v3/", parameters=parameters, key_parameter="ak", read=_read),)


def _read(answer: Any) -> tuple[RawHit, ...]:
    code = str(answer.get("status", ""))
    said = str(answer.get("message") or answer.get("msg") or "")
    if code != "0":
        if any(word in said for word in SERVICE.facts["empty_words"]):
            return ()
        told = f"{said} ({code})"
        raise Busy(told) if code in SERVICE.facts["busy"] else Refused(told)
    found = answer.get("result") or {}
    position = found.get("location") or {}
    if not position:
        return ()
    level = str(found.get("level", ""))
    extent, uncertainty_m = by_level(GeocoderName.BAIDU, level)
    sure = number(found.get("confidence", 0))
    radius = next((m for least, m in SERVICE.facts["confidence"] if sure >= least), None)
    if radius is None:
        extent, level = None, f"{level}，可信度{sure:.0f}"
    return (
        RawHit(
            lon=number(position.get("lng")),
            lat=number(position.get("lat")),
            level=level,
            extent=extent,
            uncertainty_m=max(uncertainty_m, float(radius or 0.0)),
        ),
    )


SERVICE = Service(name=GeocoderName.BAIDU, needs_key=True, steps=_steps)
"""百度."""
