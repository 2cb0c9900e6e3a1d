"""Acceptance: which unit accepts which measures (验收单位)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.models import Acceptance, AcceptanceUnit
from geo_rectify.plans.bodies import split_bodies
from geo_rectify.plans.deadlines import find_dates
from geo_rectify.plans.numbering import NUMERAL, numeral_value
from geo_rectify.plans.wording import any_of, word_list
from geo_rectify.vocabulary import AcceptanceMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMBER: Final = (
    r"(?:[（(]?(?:[0-9０-９]{1,3}|[一二三四五六七八九十]{1,3})[)）]?(?![0-9０-９年月]))"
)
_JOIN: Final = r"\s?(?:[、和及与]|[，,](?=第)|[-—–~～至到]{1,2}|(?=[（(]))\s?"
_TASK: Final = "(?:措施|任务|事项)"
_LISTS: Final = "|".join(
    (
        # 第1、2条措施; 4-5项; 第（一）（二）项
        (
            rf"(?:第\s?)?{_NUMBER}\s?[条项款]?(?:{_JOIN}(?:第\s?)?{_NUMBER}\s?[条项款]?){{0,99}}"
            rf"(?:(?<=[条项款])|个(?={_TASK}))(?:整改)?{_TASK}?"
        ),
        # 措施1、2; 措施一、措施二
        rf"{_TASK}\s?{_NUMBER}(?:{_JOIN}{_TASK}?\s?{_NUMBER}){{0,99}}",
        # 市住建局（1、2）
        rf"(?<=[\u4e00-\u9fff])[（(]第?{_NUMBER}(?:{_JOIN}第?{_NUMBER}){{0,99}}[)）](?=[、，,；;。\s]|\Z)",
    )
)
_ONE: Final = re.compile(
    rf"(?P<joint>[-—–~～至到]{{0,2}})\s?(?:第\s?|{_TASK}\s?)?[（(]?(?P<value>{NUMERAL})[)）]?(?:\s?[条项款])?"
)
_SEPARATORS: Final = "，,；;、。. \u3000\n\t：:"
_HOLLOW: Final = re.compile("[（(][，,\\s]*[)）]")


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    lists = word_list("units")
    rest = any_of(lists["rest"])
    return {
        "list": re.compile(
            rf"(?P<list>{_LISTS}|(?:{rest})(?:各)?(?:[条项]|整改)?{_TASK}?(?=由|的|[，,；;：:。)）]|\Z|[市县区省]))"
        ),
        "duty": re.compile(rf"(?:{any_of(lists['by_duty'])})"),
        "accepting": re.compile("|".join(f"(?:{each})" for each in lists["accepting"])),
        "level": re.compile("[省市县区]级"),
    }


def read_acceptance(
    text: str, start: int, end: int, *, numbers: Sequence[int | None]
) -> Acceptance | None:
    """Read who accepts an issue.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The value of the label.
    numbers
        Printed number of each measure of the issue, in order.

    Returns
    -------
    Acceptance or None
        None where no unit is named. Measures are given by position, as the record has it.
    """
    raw = text[start:end]
    dated = _without_dates(text, start, end)
    mode = AcceptanceMode.SINGLE
    units: list[AcceptanceUnit] = []
    for names, positions in _by_measure(dated, numbers):
        mode = AcceptanceMode.BY_MEASURE
        units.extend(AcceptanceUnit(unit=name, measures=positions) for name in names)
    if not units:
        units = [AcceptanceUnit(unit=name) for name in _accepting(dated)]
        if _patterns()["duty"].search(dated):
            mode = AcceptanceMode.BY_DUTY
        elif len(units) > 1:
            mode = AcceptanceMode.JOINT
    if not units:
        return None
    return Acceptance(raw=raw, start=start, end=end, mode=mode, units=tuple(units))


def _without_dates(text: str, start: int, end: int) -> str:
    """Leave out when acceptance is due: 市水利局于2024年12月底前组织验收."""
    pieces: list[str] = []
    position = start
    for date in find_dates(text, start, end):
        pieces.append(text[position : date.start].removesuffix("于"))
        position = date.end
    return "".join([*pieces, text[position:end]])


def _accepting(words: str) -> tuple[str, ...]:
    """Give the bodies of a stretch, what they do with the acceptance left out."""
    plain = _HOLLOW.sub("，", _patterns()["accepting"].sub("，", words))
    plain = plain.lstrip(f"{_SEPARATORS})）").rstrip(f"{_SEPARATORS}(（")
    level = _patterns()["level"]
    names = split_bodies(plain).units
    return tuple(name for name in names if level.fullmatch(name) is None)


def _by_measure(
    raw: str, numbers: Sequence[int | None]
) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Pair the bodies with the measures named behind them, or in front of them."""
    matches = list(_patterns()["list"].finditer(raw))
    edges = [0, *(edge for match in matches for edge in match.span()), len(raw)]
    between = [_accepting(raw[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    told: list[tuple[tuple[str, ...], tuple[int, ...] | None]] = []
    first = 0 if between[0] else 1
    for index, match in enumerate(matches):
        names = between[index + first]
        if not names and not first:
            names = between[index + 1]  # 其余措施由市水利局负责
        if names:
            told.append((names, _positions(match["list"], numbers)))
    taken = {place for _, places in told for place in places or ()}
    others = tuple(place for place in range(1, len(numbers) + 1) if place not in taken)
    return [(names, others if places is None else places) for names, places in told]


def stated_numbers(listed: str, *, limit: int = 999) -> list[int]:
    """Read a list of measure numbers: ``第1、2、8条``, ``第4-6条``, ``一至三项``.

    Parameters
    ----------
    listed
        The list.
    limit
        Ranges are cut here.

    Returns
    -------
    list of int
        The numbers in order, ranges filled.
    """
    found: list[int] = []
    for match in _ONE.finditer(listed):
        value = numeral_value(match["value"])
        if value is None:
            continue
        if match["joint"] and found:
            found.extend(range(found[-1] + 1, min(value, limit) + 1))
        else:
            found.append(value)
    return found


def _positions(listed: str, numbers: Sequence[int | None]) -> tuple[int, ...] | None:
    """Turn printed numbers into positions; None stands for the rest (其余)."""
    stated = stated_numbers(listed)
    if not stated:
        return None
    printed: dict[int, list[int]] = {}
    for position, number in enumerate(numbers, start=1):
        printed.setdefault(position if number is None else number, []).append(position)
    return tuple(_once(place for value in stated for place in printed.get(value, ())))


def _once(values: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(values))


def unknown_numbers(acceptance: Acceptance, numbers: Sequence[int | None]) -> list[int]:
    """Find numbers an acceptance names that no measure carries.

    Parameters
    ----------
    acceptance
        The acceptance.
    numbers
        Printed number of each measure.

    Returns
    -------
    list of int
        Ascending.
    """
    if acceptance.mode is not AcceptanceMode.BY_MEASURE:
        return []
    stated = {
        value
        for match in _patterns()["list"].finditer(acceptance.raw)
        for value in stated_numbers(match["list"])
    }
    known = {place if number is None else number for place, number in enumerate(numbers, start=1)}
    return sorted(stated - known)
