"""Quantities a plan states: 86处, 1200余亩, 13.6亩, 41.71%, 超标1.8倍."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from geo_rectify.models import Figure
from geo_rectify.plans.numbering import numeral_value
from geo_rectify.plans.wording import WIDE_DIGITS, any_of, word_list

_CLAUSE_MARKS: Final = "，。；：、,;!！？?\n（）()“”《》〔〕【】"
_NOUN_ENDS: Final = _CLAUSE_MARKS.translate({ord("“"): None, ord("”"): None})
_NEXT_FIGURE: Final = re.compile("[及和与][0-9０-９]")
_MAX_SUBJECT: Final = 40
_JOINED: Final = 2
_COUNTED_BY_CHARACTER: Final = ("处", "座", "栋", "家", "口")


@lru_cache(maxsize=1)
def units_of_measure() -> dict[str, str]:
    """Give the kind of every unit of ``figures.toml``.

    Returns
    -------
    dict
        For example ``亩`` to ``area``, ``处`` to ``count``.
    """
    lists = word_list("figures")
    kinds = {unit: kind for kind, units in lists["kinds"].items() for unit in units}
    return kinds | dict.fromkeys(lists["area"], "area")


def area_m2(value: float, unit: str) -> float | None:
    """Turn a stated area into square metres.

    Parameters
    ----------
    value
        The number.
    unit
        Its unit, for example 亩 (10000/15 m²).

    Returns
    -------
    float or None
        None where the unit is none of area.
    """
    factors: dict[str, float] = word_list("figures")["area"]
    return value * factors[unit] if unit in factors else None


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    lists: dict[str, Any] = word_list("figures")
    units = any_of(list(units_of_measure()))
    scales = any_of(list(lists["scales"]))
    number = re.compile(
        rf"(?P<about>{any_of(lists['before_approx'])})?"
        r"(?<![0-9A-Za-z.．第+])"
        r"(?P<value>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,15}(?:\.[0-9]{1,10})?)\s?"
        rf"(?P<more>{any_of(lists['inside_approx'])})?(?P<scale>{scales})?"
        rf"(?P<more2>{any_of(lists['inside_approx'])})?"
        rf"(?P<unit>{units})(?P<around>{any_of(lists['after_approx'])})?"
    )
    counted = re.compile(
        rf"(?<![第一二三四五六七八九十百千万几数])(?<!没有)(?P<value>[一二两三四五六七八九十]{{1,3}})(?P<more>余)?"
        rf"(?P<unit>{any_of(_COUNTED_BY_CHARACTER)})(?![理于置境乡庭])"
    )
    fillers = re.compile(rf"(?:{any_of(lists['fillers'])})\Z")
    return number, counted, fillers


def find_figures(text: str, start: int, end: int) -> list[Figure]:
    """Find the quantities of a stretch of text.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The stretch.

    Returns
    -------
    list of Figure
        In order, with the words counted or measured as subject.
    """
    number, counted, _ = _patterns()
    stretch = text[start:end].translate(WIDE_DIGITS)
    hits: list[tuple[re.Match[str], float]] = [
        (match, _value(match)) for match in number.finditer(stretch)
    ]
    for match in counted.finditer(stretch):
        numeral = numeral_value(match["value"])
        if numeral is not None:
            hits.append((match, float(numeral)))
    made: list[Figure] = []
    previous: tuple[int, str] = (-_JOINED, "")
    for match, value in sorted(hits, key=lambda hit: hit[0].start()):
        groups = match.groupdict()
        subject = _subject(stretch, match, units_of_measure()[match["unit"]])
        if not subject and match.start() - previous[0] <= _JOINED:
            subject = previous[1]  # 13件、36件和85件
        previous = (match.end(), subject)
        made.append(
            Figure(
                subject=subject,
                value=value,
                approx=any(groups.get(word) for word in ("about", "more", "more2", "around")),
                unit=match["unit"],
                raw=text[start + match.start() : start + match.end()],
                start=start + match.start(),
                end=start + match.end(),
            )
        )
    return made


def _value(match: re.Match[str]) -> float:
    scales: dict[str, float] = word_list("figures")["scales"]
    value = float(match["value"].replace(",", ""))
    return value * scales[match["scale"]] if match["scale"] else value


def _subject(stretch: str, match: re.Match[str], kind: str) -> str:
    """Give the words a quantity is about: the noun after a count, else what stands before."""
    before = _before(stretch, match.start())
    after = _after(stretch, match.end())
    lists = word_list("figures")
    if kind == "count" and after and not after.startswith(tuple(lists["not_a_noun"])):
        return after
    if before:
        return before
    return "" if after.startswith(tuple(lists["joiners"])) else after


def _before(stretch: str, end: int) -> str:
    begin = end
    while begin and end - begin < _MAX_SUBJECT and stretch[begin - 1] not in _CLAUSE_MARKS:
        begin -= 1
    words = stretch[begin:end].strip()
    words = words.lstrip("".join(word_list("figures")["lead_ins"]))
    _, _, fillers = _patterns()
    while (found := fillers.search(words)) is not None:
        words = words[: found.start()]
    return words


def _after(stretch: str, start: int) -> str:
    end = start
    while end < len(stretch) and end - start < _MAX_SUBJECT and stretch[end] not in _NOUN_ENDS:
        end += 1
    return _NEXT_FIGURE.split(stretch[start:end].strip(), maxsplit=1)[0]
