"""Positions the plan itself writes beside a place: 东经117°12′35″，北纬29°17′33″, X=…，Y=….

They come out in the form of corrections, before those people bring, which overrule them. A datum
that is not written is not guessed away: the position is read as CGCS2000 and its uncertainty is
what a shifted map point (GCJ-02) or an older plane would be off.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

import shapely

from geo_rectify.places.areas import area_of, infer_prefectures
from geo_rectify.places.coordinates import read_datum, read_position
from geo_rectify.tables import CORRECTIONS, frame_of
from geo_rectify.vocabulary import CorrectionAction, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

    from geo_rectify.models import Mention, Plan

ORIGIN: Final = "方案正文"
UNSTATED_DEGREES_M: Final = 700.0
"""Uncertainty of degrees without a datum, metres: GCJ-02 lies up to 600 m off."""
UNSTATED_PLANE_M: Final = 200.0
"""Uncertainty of plane coordinates without a datum, metres: Beijing54 lies some 100 m off."""
_LEAST_M: Final = 20.0
_DEGREE_M: Final = 111_000.0
_REACH: Final = 40
_MARKS: Final = r"\s*[:：=＝为是]?\s*"
_GAP: Final = r"\s*[,，、;；和及]?\s*"
_ANGLE: Final = (
    r"\d{1,3}(?:\.\d+)?\s*[°º度]?"
    r"(?:\s*\d{1,2}(?:\.\d+)?\s*[′'’分](?:\s*\d{1,2}(?:\.\d+)?\s*(?:″|\"|”|秒|′′))?)?"
)
_METRES: Final = r"\d{6,8}(?:\.\d+)?"
_PAIRS: Final = (
    re.compile(
        rf"(?:东经|经度){_MARKS}(?P<lon>{_ANGLE}){_GAP}(?:北纬|纬度){_MARKS}(?P<lat>{_ANGLE})"
    ),
    re.compile(
        rf"(?:北纬|纬度){_MARKS}(?P<lat>{_ANGLE}){_GAP}(?:东经|经度){_MARKS}(?P<lon>{_ANGLE})"
    ),
    re.compile(
        rf"[XxＸ](?:坐标)?{_MARKS}(?P<lat>{_METRES})[m米]?{_GAP}"
        rf"[YyＹ](?:坐标)?{_MARKS}(?P<lon>{_METRES})"
    ),
)
_DATUM: Final = re.compile(
    r"CGCS\s*-?2000|2000国家大地|国家2000|WGS[\s-]?(?:19)?84|GCJ[\s-]?02|BD[\s-]?09|"
    r"西安80|1980西安|北京54|1954北京|EPSG[:：]\s*\d+",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(r"[。！？\r\n]")


def stated_positions(
    plans: Sequence[Plan], mentions: Sequence[Mention]
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read the positions a plan writes beside its places.

    Parameters
    ----------
    plans
        The documents.
    mentions
        Their mentions.

    Returns
    -------
    tuple
        Corrections (`tables.CORRECTIONS`), and sentences on positions that could not be used.
    """
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    prefectures = infer_prefectures(mentions)
    for plan in plans:
        own = sorted(
            (m for m in mentions if m.doc_id == plan.doc_id and m.role is Role.SITE and m.named),
            key=lambda m: m.end,
        )
        for hit in _hits(plan.text):
            before = [
                m
                for m in own
                if m.end <= hit.start() <= m.end + _REACH
                and not _SENTENCE_END.search(plan.text, m.end, hit.start())
            ]
            if not before:
                notes.append(f"{ORIGIN}“{hit.group()}”：前面没有点名的地点，未采用。")
                continue
            place = before[-1]
            code = area_of(place, prefectures).adcode
            made = _row(plan.text, hit, place, adcode=code if code.isdigit() else "")
            if isinstance(made, str):
                notes.append(made)
            else:
                rows.append(made)
    return cast("gpd.GeoDataFrame", frame_of(rows, CORRECTIONS)), tuple(notes)


def _hits(text: str) -> Iterator[re.Match[str]]:
    found = [hit for pattern in _PAIRS for hit in pattern.finditer(text)]
    yield from sorted(found, key=lambda hit: hit.start())


def _row(text: str, hit: re.Match[str], place: Mention, *, adcode: str) -> dict[str, Any] | str:
    said = f"{ORIGIN}“{hit.group()}”（{place.normalised}）"
    end = _SENTENCE_END.search(text, hit.end())
    written = _DATUM.search(text, place.end, len(text) if end is None else end.start())
    datum = written.group() if written else "CGCS2000"
    _, wrong = read_datum(datum)
    if wrong:
        return f"{said}：坐标系{datum}须经测绘部门转换，未采用。"
    reading = read_position(hit["lon"], hit["lat"], datum=datum, adcode=adcode)
    if reading.lon is None or reading.lat is None:
        return f"{said}：坐标无法读取，未采用。"
    plane = hit.re is _PAIRS[-1]
    unsure = _LEAST_M if plane else max(_digits_m(hit["lon"]), _digits_m(hit["lat"]))
    notes = list(reading.notes)
    if written is None:
        unsure = max(unsure, UNSTATED_PLANE_M if plane else UNSTATED_DEGREES_M)
        notes.append(f"正文未写明坐标系，按CGCS2000读取，误差放宽到{unsure:.0f}米")
    return {
        "name": place.normalised or place.surface,
        "county": place.county,
        "kind": place.type.value,
        "datum": reading.datum,
        "uncertainty_m": unsure,
        "action": CorrectionAction.SET.value,
        "note": "；".join(notes),
        "origin": said,
        "geometry": shapely.Point(reading.lon, reading.lat),
    }


def _digits_m(angle: str) -> float:
    """Give how far a written angle reaches: its last digit, at least 20 m."""
    numbers = re.findall(r"\d+(?:\.(\d+))?", angle)
    step: float = _DEGREE_M / 60 ** (len(numbers) - 1) / 10 ** len(numbers[-1])
    return max(_LEAST_M, step)
