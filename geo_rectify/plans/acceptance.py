"""Acceptance: which unit accepts which measures (验收单位)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.models import Acceptance, AcceptanceUnit
from geo_rectify.plans.bodies import split_bodies
from geo_rectify.plans.numbering import NUMERAL, numeral_value
from geo_rectify.plans.wording import any_of, word_list
from geo_rectify.vocabulary import AcceptanceMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMBER: Final = (
    r"(?:[0-9０-９]{1,3}|[一二三四五六七八九十]{1,3}(?=\s?[、条项至到和及，,—–~～-]|\Z))"
)
_LIST: Final = (
    rf"(?:第\s?)?{_NUMBER}(?:\s?[条项])?"
    rf"(?:\s?(?:[、和及]|[，,](?=第)|[-—–~～至到]{{1,2}})\s?(?:第\s?)?{_NUMBER}(?:\s?[条项])?){{0,99}}"
)
_ENDING: Final = r"(?:\s?[条项款个]?(?:整改)?(?:措施|任务|事项)?(?:的)?(?:验收)?(?:销号)?(?:工作)?)"
_ONE: Final = re.compile(
    rf"(?P<joint>[-—–~～至到]{{0,2}})\s?(?:第\s?)?(?P<value>{NUMERAL})(?:\s?[条项])?"
)
_MEASURE_WORD: Final = re.compile("[第条项措任其]")
_SEPARATORS: Final = "，,；;、。. \u3000\n\t"


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    lists = word_list("units")
    accepts, rest = any_of(lists["accepts"]), any_of(lists["rest"])
    # 市整改办负责第1-2条; 市整改办（第1-2条）
    after = re.compile(rf"(?:{accepts}|[（(])\s?(?P<list>{_LIST}|{rest}){_ENDING}(?:[)）])?")
    # 第1-2条由市整改办验收
    before = re.compile(
        rf"(?P<list>{_LIST}|{rest})\s?[条项]?(?:整改)?(?:措施|任务|事项)?由"
        rf"(?P<units>[^，,；;。\n]{{1,80}}?)(?:{accepts})"
    )
    duty = re.compile(rf"(?:{any_of(lists['by_duty'])}).{{0,20}}|(?:{accepts})\Z")
    return after, before, duty


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
    mode = AcceptanceMode.SINGLE
    units: list[AcceptanceUnit] = []
    for names, positions in _by_measure(raw, numbers):
        mode = AcceptanceMode.BY_MEASURE
        units.extend(AcceptanceUnit(unit=name, measures=positions) for name in names)
    if not units:
        _, _, duty = _patterns()
        plain = raw.strip(_SEPARATORS)
        found = duty.search(plain)
        plain = (plain if found is None else plain[: found.start()]).removeprefix("由")
        names = split_bodies(plain).units
        units = [AcceptanceUnit(unit=name) for name in names]
        if found is not None and any(w in found[0] for w in word_list("units")["by_duty"]):
            mode = AcceptanceMode.BY_DUTY
        elif len(units) > 1:
            mode = AcceptanceMode.JOINT
    if not units:
        return None
    return Acceptance(raw=raw, start=start, end=end, mode=mode, units=tuple(units))


def _by_measure(
    raw: str, numbers: Sequence[int | None]
) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    after, before, _ = _patterns()
    told: list[tuple[tuple[str, ...], tuple[int, ...] | None]] = []
    first = before.search(raw)
    if first is not None:
        told.extend(
            (split_bodies(match["units"]).units, _positions(match["list"], numbers))
            for match in before.finditer(raw)
        )
    else:
        position = 0
        for match in after.finditer(raw):
            if not _MEASURE_WORD.search(match[0]):
                continue
            names = split_bodies(raw[position : match.start()].strip(_SEPARATORS)).units
            position = match.end()
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
    after, before, _ = _patterns()
    pattern = before if before.search(acceptance.raw) else after
    stated = {
        value
        for match in pattern.finditer(acceptance.raw)
        for value in stated_numbers(match["list"])
    }
    known = {place if number is None else number for place, number in enumerate(numbers, start=1)}
    return sorted(stated - known)
