"""Numbers in a document's own words: 清单1：, 3号问题：, 四项、, told by how they count on."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.numbering import NUMERAL, numeral_value
from geo_rectify.plans.records import Line, Number

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLE: Final = "own"
"""Style of a number whose words are the document's own."""
_OWN_NUMBER: Final = re.compile(
    rf"(?P<before>[\u4e00-\u9fff]{{0,6}}?)[（(]?(?P<value>{NUMERAL})[）)]?"
    r"(?P<after>[\u4e00-\u9fff]{0,4})\s?(?P<mark>[：:、]|[-—–─]{1,2}|\Z)\s*"
)
_MIN_LABELS: Final = 3
_MIN_COUNTED: Final = 3


def with_own_numbers(text: str, lines: Sequence[Line]) -> list[Line]:
    """Give a number to lines that open with words around a numeral, where these count from one.

    Parameters
    ----------
    text
        The whole text.
    lines
        Its lines.

    Returns
    -------
    list of Line
        The same lines; those of the words that count on through the document carry a number.
    """
    held: dict[tuple[str, str, str], list[tuple[int, Number]]] = {}
    for index, line in enumerate(lines):
        if line.label is not None or line.number is not None or line.rows is not None:
            continue
        found = _OWN_NUMBER.match(text, line.start, line.end)
        value = None if found is None else numeral_value(found["value"])
        if found is None or value is None or not (found["before"] or found["after"]):
            continue
        number = Number(
            style=STYLE,
            value=value,
            raw=found[0].rstrip(),
            start=line.start,
            end=min(found.end(), line.end),
        )
        key = found["before"], found["after"], found["mark"]
        held.setdefault(key, []).append((index, number))
    made = list(lines)
    for told in held.values():
        if len(told) < _MIN_COUNTED:
            continue
        values = [number.value for _, number in told]
        counts = values[0] == 1 and all(after == before + 1 for before, after in pairwise(values))
        rises = all(after > before for before, after in pairwise(values))
        if counts or (rises and _set_out(lines, [index for index, _ in told])):
            for index, number in told:
                made[index] = replace(lines[index], number=number)
    return made


def _set_out(lines: Sequence[Line], heads: Sequence[int]) -> bool:
    """Say whether several labels follow each of some lines: numbers of another list head issues."""
    return all(
        sum(line.label is not None for line in lines[head:stop]) >= _MIN_LABELS
        for head, stop in pairwise([*heads, len(lines)])
    )
