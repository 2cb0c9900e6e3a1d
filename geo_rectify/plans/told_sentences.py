"""Sentences that tell a field without a label: 以上由市住建局牵头，区政府配合，2024年底前完成.

由市水利局负责，…: such a sentence begins a measure.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.bodies import are_bodies
from geo_rectify.plans.deadlines import tells_time
from geo_rectify.plans.records import FieldRole, Label, Line
from geo_rectify.plans.wording import any_of, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAUSE: Final = re.compile("[，,；;]")
_ENDS: Final = "。；; \u3000"


@lru_cache(maxsize=1)
def _assigning() -> re.Pattern[str]:
    words = word_list("layout")["sentences"]
    return re.compile(rf"由(?P<bodies>[^，,。；;\n]{{2,60}}?)(?:{any_of(words['assigns'])})")


def assigned_parts(text: str, start: int, end: int) -> list[int]:
    """Find where the sentences of a paragraph begin that say whose task they are.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The paragraph.

    Returns
    -------
    list of int
        Their offsets.
    """
    return [
        match.start()
        for match in _assigning().finditer(text, start, end)
        if (match.start() == start or text[match.start() - 1] in "。；;")
        and are_bodies(match["bodies"])
    ]


@lru_cache(maxsize=1)
def _opening() -> re.Pattern[str]:
    words = word_list("layout")["sentences"]
    return re.compile(rf"(?:{any_of(words['whole'])})[，,]?(?:均|都|统一|分别)?由")


def with_told_sentences(text: str, lines: Sequence[Line]) -> list[Line]:
    """Label lines that say of all measures above them whose they are and until when.

    Parameters
    ----------
    text
        The whole text.
    lines
        Its lines.

    Returns
    -------
    list of Line
        The same lines; such a line is parted into its units and its time. A paragraph below a
        numbered line that begins with whose task it is holds measures.
    """
    made: list[Line] = []
    for index, line in enumerate(lines):
        if line.label is not None or line.number is not None or line.cell:
            made.append(line)
            continue
        found = _opening().match(text, line.start, line.end)
        if found is not None:
            made.extend(_parts(text, line, found.end()))
        elif (
            index
            and _is_head(lines[index - 1])
            and assigned_parts(text, line.start, line.end)[:1] == [line.start]
        ):
            made.append(_labelled(line, FieldRole.MEASURES, line.start))
        else:
            made.append(line)
    return made


def _is_head(line: Line) -> bool:
    return line.number is not None and line.label is None and not line.cell


def _parts(text: str, line: Line, start: int) -> list[Line]:
    """Part such a sentence at the clause that tells its time; give it whole where none names bodies."""
    end = start + len(text[start : line.end].rstrip(_ENDS))
    pauses = [match.end() for match in _PAUSE.finditer(text, start, end)]
    timed = next((at for at in pauses if tells_time(text, at, end)), None)
    stop = end if timed is None else timed - 1
    words: list[str] = word_list("layout")["sentences"]["does"]
    bodies = re.sub(any_of(words), "", text[start:stop])
    if not all(are_bodies(each) for each in _PAUSE.split(bodies) if each.strip()):
        return [line]
    made = [_labelled(replace(line, end=stop), FieldRole.RESPONSIBLE, start)]
    if timed is not None:
        rest = Line(head=timed, start=timed, end=line.end, inline=True)
        made.append(_labelled(rest, FieldRole.DEADLINE, timed))
    return made


def _labelled(line: Line, role: FieldRole, start: int) -> Line:
    label = Label(role=role, spelling="", start=line.start, end=start, marked=True)
    return replace(line, label=label)
