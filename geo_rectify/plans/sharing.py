"""What one field says of several measures: 责任单位：1.市水利局 2.市住建局."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo_rectify.models import MeasureDeadline
from geo_rectify.plans.deadlines import issue_deadline
from geo_rectify.plans.measures import bodies_of, with_issue_units
from geo_rectify.plans.records import UNIT_ROLES, FieldRole
from geo_rectify.plans.unit_brackets import bodies_in_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from geo_rectify.models import IssueDeadline, Measure
    from geo_rectify.plans.bodies import Bodies

_HEAD: Final = re.compile(
    r"(?:\A|(?<=[\n；;。，,\s）)]))\s*[（(第]?(?P<numbers>[0-9０-９]{1,2}"
    r"(?:\s?[、,，和至—–-]\s?[0-9０-９]{1,2})*)\s?(?:[)）条项][.．、：:]?|[.．、：:])(?![0-9]月)"
)
_NUMBER: Final = re.compile(r"(?P<joint>[至—–-])?\s?(?P<value>[0-9０-９]{1,2})")


def values_by_number(
    text: str, start: int, end: int, *, numbers: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Part a field's value by the numbers of the measures it speaks of.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The value.
    numbers
        The numbers the measures carry.

    Returns
    -------
    dict
        Measure number to the span of what is said of it; empty where the value begins with no
        number, or names one that no measure carries.
    """
    stretch = text[start:end]
    heads = list(_HEAD.finditer(stretch))
    if not heads or heads[0].start() or len(numbers) < 2:  # noqa: PLR2004 - nothing to part
        return {}
    made: dict[int, tuple[int, int]] = {}
    for index, head in enumerate(heads):
        stop = heads[index + 1].start() if index + 1 < len(heads) else len(stretch)
        for number in _numbers(head["numbers"]):
            if number not in numbers or number in made:
                return {}
            made[number] = start + head.end(), start + stop
    return made


def _numbers(listed: str) -> list[int]:
    made: list[int] = []
    for match in _NUMBER.finditer(listed):
        value = int(match["value"])
        if match["joint"] and made:
            made.extend(range(made[-1] + 1, value))
        made.append(value)
    return made


def shared_units(
    text: str, measures: Sequence[Measure], spans: Mapping[FieldRole, Sequence[tuple[int, int]]]
) -> tuple[Measure, ...]:
    """Give measures without units those of the issue, each its own where they are numbered.

    Parameters
    ----------
    text
        The whole text.
    measures
        The measures.
    spans
        The values of the issue's fields by role.

    Returns
    -------
    tuple of Measure
        The measures, units filled in.
    """
    numbers = [_number(measure) for measure in measures]
    common: list[tuple[FieldRole, int, int]] = []
    own: dict[int, list[tuple[FieldRole, int, int]]] = {}
    for role in sorted(UNIT_ROLES):
        for start, end in spans.get(role, ()):
            parted = values_by_number(text, start, end, numbers=numbers)
            for number, (first, last) in parted.items():
                own.setdefault(number, []).append((role, first, last))
            if not parted:
                common.append((role, start, end))
    filled = [
        _with(measure, bodies_of(text, own[number]))
        if number in own and not measure.units
        else measure
        for measure, number in zip(measures, numbers, strict=True)
    ]
    if common or own:
        return with_issue_units(filled, bodies_of(text, common)) if common else tuple(filled)
    return tuple(_told_in_words(text, measure) for measure in filled)


def _told_in_words(text: str, measure: Measure) -> Measure:
    """Give a measure without units the bodies its own words name: 由市水利局负责，…."""
    span = None if measure.units else bodies_in_words(text, measure.start, measure.end)
    if span is None:
        return measure
    bodies = bodies_of(text, [(FieldRole.RESPONSIBLE, *span)])
    told = replace(measure, units_raw=text[slice(*span)], units_start=span[0], units_end=span[1])
    return _with(told, bodies)


def _number(measure: Measure) -> int:
    return measure.position if measure.number is None else measure.number


def _with(measure: Measure, bodies: Bodies) -> Measure:
    return replace(
        measure,
        units=bodies.units,
        lead_units=bodies.lead,
        supporting_units=bodies.supporting,
    )


def shared_deadlines(
    text: str,
    measures: Sequence[Measure],
    deadline: IssueDeadline | None,
    *,
    after: dt.date | None,
) -> tuple[tuple[Measure, ...], IssueDeadline | None]:
    """Give measures the deadlines that an issue's deadline numbers: 1.2023年底前 2.2024年6月.

    Parameters
    ----------
    text
        The whole text.
    measures
        The measures.
    deadline
        The issue's deadline.
    after
        Dates that name no year lie after this day.

    Returns
    -------
    tuple
        The measures and the issue's deadline, its date the latest of all.
    """
    if deadline is None:
        return tuple(measures), None
    numbers = [_number(measure) for measure in measures]
    parted = values_by_number(text, deadline.start, deadline.end, numbers=numbers)
    if not parted:
        return tuple(measures), deadline
    read = {
        number: issue_deadline(
            text, first, first + len(text[first:last].rstrip("；;，,、 \n")), after=after
        )
        for number, (first, last) in parted.items()
    }
    made = []
    for measure, number in zip(measures, numbers, strict=True):
        told = read.get(number)
        known = {each.date for each in measure.deadlines}
        if told is None or told.date is None or told.date in known:
            made.append(measure)
            continue
        added = MeasureDeadline(raw=told.raw, start=told.start, end=told.end, date=told.date)
        held = sorted((*measure.deadlines, added), key=lambda each: each.start)
        made.append(replace(measure, deadlines=tuple(held)))
    dates = [each.date for each in read.values() if each.date is not None]
    return tuple(made), replace(deadline, date=max(dates, default=None))
