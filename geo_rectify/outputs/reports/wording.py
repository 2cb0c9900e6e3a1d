"""The report's words, kept as data, and the ways numbers and quotations are written."""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.crs import M2_PER_HECTARE, M2_PER_MU, format_dms
from geo_rectify.drawing.markup import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_rectify.models import Passage

DASH: Final = "—"
NAME_LIMIT: Final = 40
"""Longest name of a site in a table, characters."""
_KILOMETRE: Final = 1000.0
_CUT: Final = "……"
_QUOTED: Final = re.compile("“[^“”]*”")


@lru_cache(maxsize=1)
def wording() -> dict[str, Any]:
    """Read ``wording.toml``.

    Returns
    -------
    dict
        The file.
    """
    file = importlib.resources.files("geo_rectify.outputs.reports").joinpath("wording.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def words(group: str, key: str, **values: object) -> str:
    """Fill one sentence.

    Parameters
    ----------
    group, key
        Table and key in ``wording.toml``.
    **values
        What stands in its braces.

    Returns
    -------
    str
        The sentence.
    """
    template: str = wording()[group][key]
    return template.format(**values)


def plain(value: object, *, limit: int | None = None) -> str:
    """Bring a name from a document or layer to one line that may stand in a sentence of ours.

    A name that holds a word this report never says of itself is set in quotation marks.

    Parameters
    ----------
    value
        The name; None gives "".
    limit
        Longest text in characters; what is beyond is told by an ellipsis.

    Returns
    -------
    str
        The name.
    """
    line = one_line(value)
    if limit is not None and len(line) > limit:
        line = line[:limit] + _CUT
    ours = _QUOTED.sub("", line)
    if any(word in ours for word in wording()["forbidden"]["words"]):
        return f"“{_inner(line)}”"
    return line


def quote(value: object, *, limit: int | None = None) -> str:
    """Set the plan's words in quotation marks; inner ones become single, as GB/T 15834 has it.

    Parameters
    ----------
    value
        The words.
    limit
        Longest text in characters; what is beyond is told by an ellipsis.

    Returns
    -------
    str
        The quotation.
    """
    line = _inner(one_line(value))
    if limit is not None and len(line) > limit:
        line = line[:limit].rstrip("，、；。") + _CUT
    return f"“{line}”"


def quote_around(passage: Passage, start: int, *, end: int, limit: int) -> str:
    """Quote the part of a passage around a span.

    Parameters
    ----------
    passage
        The sentence.
    start, end
        The span, in the same offsets as the passage.
    limit
        Longest text in characters.

    Returns
    -------
    str
        The quotation, with an ellipsis wherever it was cut.
    """
    text = passage.text
    if len(text) <= limit:
        return quote(text)
    left, right = start - passage.start, min(end - passage.start, start - passage.start + limit)
    spare = max(0, limit - (right - left))
    first = max(0, left - spare // 2)
    last = min(len(text), first + limit)
    first = max(0, last - limit)
    before = _CUT if first else ""
    after = _CUT if last < len(text) else ""
    return f"“{before}{_inner(one_line(text[first:last]))}{after}”"


def _inner(line: str) -> str:
    return line.replace("“", "‘").replace("”", "’")


def area_words(area_m2: float) -> str:
    """Write an area in m², 公顷 and 亩.

    Parameters
    ----------
    area_m2
        Square metres.

    Returns
    -------
    str
        For example ``9,066.67平方米（0.9067公顷，13.60亩）``.
    """
    return f"{area_m2:,.2f}平方米（{hectares(area_m2)}公顷，{mu(area_m2)}亩）"


def hectares(area_m2: float) -> str:
    """Write an area in 公顷 with four decimals, without the unit."""
    return f"{area_m2 / M2_PER_HECTARE:.4f}"


def mu(area_m2: float) -> str:
    """Write an area in 亩 with two decimals, without the unit."""
    return f"{area_m2 / M2_PER_MU:.2f}"


def percent(share: float) -> str:
    """Write a share of 0 to 1 as a percentage; what is not nothing never shows as nothing."""
    shown = f"{share * 100:.1f}%"
    return "<0.1%" if share > 0 and shown == "0.0%" else shown


def distance_words(distance_m: float) -> str:
    """Write a distance: whole metres below a kilometre, else kilometres with one decimal."""
    if distance_m < _KILOMETRE:
        return f"{distance_m:.0f}米"
    return f"{distance_m / _KILOMETRE:.1f}千米"


def position_words(point: tuple[float, float], *, uncertainty_m: float | None) -> tuple[str, str]:
    """Write lon and lat as 度分秒 with the digits the uncertainty earns.

    Parameters
    ----------
    point
        Lon and lat, degrees in EPSG:4490.
    uncertainty_m
        Radius of uncertainty, metres.

    Returns
    -------
    tuple of str
        Lon and lat.
    """
    lon, lat = point
    return (
        format_dms(lon, uncertainty_m=uncertainty_m),
        format_dms(lat, uncertainty_m=uncertainty_m),
    )


def listed(names: Iterable[str], *, limit: int | None = None, unit: str = "个") -> str:
    """Join names with 、, each once; beyond a limit the count stands for the rest.

    Parameters
    ----------
    names
        The names.
    limit
        How many are written out.
    unit
        Measure word of what is counted.

    Returns
    -------
    str
        For example ``甲、乙等5个``.
    """
    each = [name for name in dict.fromkeys(names) if name]
    if limit is None or len(each) <= limit:
        return "、".join(each)
    return "、".join(each[:limit]) + f"等{len(each)}{unit}"


def subject_of(title: str) -> str:
    """Take from a plan's title what was inspected: city and inspection.

    Parameters
    ----------
    title
        The title, for example 某市贯彻落实省生态环境保护督察报告整改方案.

    Returns
    -------
    str
        For example 某市省生态环境保护督察.
    """
    subject = one_line(title).replace(" ", "")
    for pattern in wording()["title"]["drop"]:
        shorter = re.sub(pattern, "", subject)
        subject = shorter or subject
    return subject
