"""Sentences that tell fields without a mark: 以上由市住建局牵头，2024年底前完成; 牵头单位为市水利局，应于…."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.bodies import are_bodies
from geo_rectify.plans.deadlines import tells_time
from geo_rectify.plans.records import UNIT_ROLES, FieldRole, Label, Line
from geo_rectify.plans.wording import any_of, label_pattern, role_of_label, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLAUSED: Final = frozenset({*UNIT_ROLES, FieldRole.ACCEPTANCE, FieldRole.DEADLINE})
_MIN_CLAUSES: Final = 2
_PAUSE: Final = re.compile("[，,；;]")
_ENDS: Final = "。；; \u3000"


@lru_cache(maxsize=1)
def _opening() -> re.Pattern[str]:
    words = word_list("layout")["sentences"]
    return re.compile(rf"(?:{any_of(words['whole'])})[，,]?(?:均|都|统一|分别)?由")


@lru_cache(maxsize=1)
def _clause() -> re.Pattern[str]:
    said = any_of(word_list("layout")["marks"]["said"])
    due = any_of(word_list("layout")["sentences"]["due"])
    return re.compile(rf"(?:{label_pattern(composed=False)}\s?(?:{said})(?![:：])|(?:{due}))\s*")


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
        The same lines; such a line is parted into its units and its time.
    """
    made: list[Line] = []
    for line in lines:
        found = clauses = None
        if line.label is None and not line.cell:
            clauses = _clauses(text, line)
            if line.number is None:
                found = _opening().match(text, line.start, line.end)
        if clauses:
            made.extend(clauses)
        else:
            made.extend([line] if found is None else _parts(text, line, found.end()))
    return made


def _clauses(text: str, line: Line) -> list[Line]:
    """Part a line all of whose clauses say what they are: 牵头单位为…，责任单位为…，应于…前完成整改."""
    starts: list[tuple[int, int, FieldRole]] = []
    for match in _clause().finditer(text, line.after_number, line.end):
        if match["label"]:
            role = role_of_label(match["label"])
            if role in _CLAUSED:
                starts.append((match.start(), match.end(), role))
        elif tells_time(text, match.end(), _clause_end(text, match.end(), line.end)):
            starts.append((match.start(), match.end(), FieldRole.DEADLINE))
    labels = sum(role is not FieldRole.DEADLINE for _, _, role in starts)
    if labels < _MIN_CLAUSES or starts[0][0] != line.after_number:
        return []
    made = []
    for position, (start, value, role) in enumerate(starts):
        stop = starts[position + 1][0] if position + 1 < len(starts) else line.end
        while stop < line.end and text[stop - 1] in "，,；; ":
            stop -= 1
        part = replace(line, end=stop)
        if position:
            part = Line(head=start, start=start, end=stop, inline=True)
        label = Label(role=role, spelling="", start=start, end=value, marked=True)
        made.append(replace(part, label=label))
    return made


def _clause_end(text: str, start: int, end: int) -> int:
    found = _PAUSE.search(text, start, end)
    return end if found is None else found.start()


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
