"""Nominatim: search in OpenStreetMap (WGS84), one request a second, no key.

Its usage policy asks for an own User-Agent, for a cache and for no bulk work: a server of one's
own goes into GEO_RECTIFY_NOMINATIM_URL.
"""

from __future__ import annotations

from typing import Any

from geo_rectify.places.services.records import (
    Extent,
    GeocoderName,
    Question,
    RawHit,
    Refused,
    Service,
    Step,
    number,
)


def _steps(question: Question) -> tuple[Step, ...]:
    words = [question.name, question.county, question.prefecture]
    parameters = {
        "q": " ".join(word for word in words if word),
        "format": "jsonv2",
        "countrycodes": "cn",
        "accept-language": "zh",
        "limit": "10",
    }
    return (Step(path="/search", parameters=parameters, key_parameter="", read=_read),)


def _read(answer: Any) -> tuple[RawHit, ...]:
    if isinstance(answer, dict):
        error = answer.get("error")
        said = error.get("message") if isinstance(error, dict) else error
        raise Refused(str(said or "no list of places"))
    hits = []
    for found in answer:
        rank = number(found.get("place_rank", 0))
        _, extent, radius = next(r for r in SERVICE.facts["ranks"] if rank >= r[0])
        shown = str(found.get("display_name", ""))
        hits.append(
            RawHit(
                lon=number(found.get("lon")),
                lat=number(found.get("lat")),
                level=f"{found.get('category', '')}/{found.get('type', '')} rank {rank:.0f}",
                name=str(found.get("name") or shown.partition(",")[0].strip()),
                extent=Extent(extent),
                uncertainty_m=float(radius),
            )
        )
    return tuple(hits)


SERVICE = Service(name=GeocoderName.NOMINATIM, needs_key=False, steps=_steps)
"""Nominatim."""
