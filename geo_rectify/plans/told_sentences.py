"""Sentences that tell fields without a mark, clause by clause.

以上由市住建局牵头，2024年底前完成; 牵头单位为市水利局，应于…. Below a number 由市水利局负责，… begins a measure.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.bodies import are_bodies
from geo_rectify.plans.deadlines import tells_time
from geo_rectify.plans.records import UNIT_ROLES, FieldRole, Label, Line
from geo_rectify.plans.unit_brackets import AFTER_BRACKET, unit_lists
from geo_rectify.plans.wording import any_of, listed_role, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLAUSED: Final = frozenset({*UNIT_ROLES, FieldRole.ACCEPTANCE, FieldRole.DEADLINE})
_SAYS: Final = re.compile(r"\s*(?P<label>[\u4e00-\u9fff]{2,12}?)(?:为|是)(?![:：])\s*")
_MIN_CLAUSES: Final = 2
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
    return re.compile(rf"(?:(?:{any_of(words['whole'])})[，,]?(?:均|都|统一|分别)?)?由")


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
    told = _brackets(text, lines)
    for index, line in enumerate(lines):
        if index in told:
            made.extend(told[index])
            continue
        if line.label is not None or line.cell:
            made.append(line)
            continue
        parts = _clauses(text, line)
        if not parts and _opens_list(lines[index : index + 2]):
            parts = _closed(text, line)
        elif not parts and line.number is None:
            found = _opening().match(text, line.start, line.end)
            below_head = bool(index) and _is_head(lines[index - 1])
            if below_head and assigned_parts(text, line.start, line.end)[:1] == [line.start]:
                parts = [_labelled(line, FieldRole.MEASURES, line.start)]
            elif found is not None:
                parts = _parts(text, line, found.end())
        made.extend(parts or [line])
    return made


def _brackets(text: str, lines: Sequence[Line]) -> dict[int, list[Line]]:
    """Part the lines that are a bracket of several fields, where there is no more than one an issue.

    （责任单位：…；整改时限：…；验收单位：…）below the measures tells of the issue.
    """
    measures = sum(
        line.label is not None and line.label.role is FieldRole.MEASURES for line in lines
    )
    found: dict[int, tuple[tuple[FieldRole, int, int], ...]] = {}
    for index, line in enumerate(lines):
        if line.label is not None or line.number is not None or line.cell:
            continue
        lists = unit_lists(text, line.start, line.end) if text[line.start] in "（(〔【[" else []
        if len(lists) != 1 or lists[0].start != line.start or not lists[0].labelled:
            continue
        if not text[lists[0].end : line.end].strip(AFTER_BRACKET):
            found[index] = lists[0].fields
    counts = Counter(fields[0][0] for fields in found.values())
    once = {role for role, count in counts.items() if _MIN_CLAUSES <= count <= measures}
    return {
        index: _pieces(lines[index], [(first, first, last, role) for role, first, last in fields])
        for index, fields in found.items()
        if fields[0][0] in once
    }


def _pieces(line: Line, spans: Sequence[tuple[int, int, int, FieldRole]]) -> list[Line]:
    """Cut a line into fields: where each begins, its value and its end, and its role."""
    made: list[Line] = []
    for start, value, stop, role in spans:
        piece = Line(head=start, start=start, end=stop, inline=True)
        if not made:
            piece = replace(line, end=stop)
        made.append(_labelled(piece, role, value))
    return made


def _opens_list(pair: Sequence[Line]) -> bool:
    """Say whether a numbered line stands above the first of lines numbered another way."""
    numbers = [line.number for line in pair if line.number is not None]
    return len(numbers) > 1 and numbers[1].value == 1 and numbers[0].style != numbers[1].style


def _closed(text: str, line: Line) -> list[Line]:
    """Part a problem from the sentence at its end: …。由县水务局牵头，2021年6月底前完成整改."""
    start = text.rfind("。由", line.after_number, line.end) + 1
    if not start:
        return []
    parts = _parts(text, replace(line, head=start, start=start, number=None), start + 1)
    told = {part.label.role for part in parts if part.label is not None}
    return [replace(line, end=start), *parts] if FieldRole.DEADLINE in told else []


def _is_head(line: Line) -> bool:
    return line.number is not None and line.label is None and not line.cell


def _clauses(text: str, line: Line) -> list[Line]:
    """Part a line all of whose clauses say what they are: 牵头单位为…，责任单位为…，应于…前完成整改."""
    begin = line.after_number
    if _named(text, begin, line.end) is None:
        return []
    starts: list[tuple[int, int, FieldRole]] = []
    for at in [begin, *(match.end() for match in _PAUSE.finditer(text, begin, line.end))]:
        named = _named(text, at, line.end)
        due = _due().match(text, at, line.end)
        if named is not None:
            starts.append((at, *named))
        elif due is not None and tells_time(text, due.end(), _clause_end(text, at, line.end)):
            starts.append((at, due.end(), FieldRole.DEADLINE))
    if sum(role is not FieldRole.DEADLINE for _, _, role in starts) < _MIN_CLAUSES:
        return []
    ends = [begin + len(text[begin:start].rstrip("，,；; ")) for start, _, _ in starts[1:]]
    spans = zip(starts, [*ends, line.end], strict=True)
    return _pieces(line, [(start, value, stop, role) for (start, value, role), stop in spans])


def _named(text: str, start: int, end: int) -> tuple[int, FieldRole] | None:
    """Give where the value of a clause begins that a label and 为 open, and the label's role."""
    match = _SAYS.match(text, start, end)
    if match is None:
        return None
    role = listed_role(match["label"])
    return (match.end(), role) if role is not None and role in _CLAUSED else None


def _clause_end(text: str, start: int, end: int) -> int:
    found = _PAUSE.search(text, start, end)
    return end if found is None else found.start()


def _parts(text: str, line: Line, start: int) -> list[Line]:
    """Part such a sentence into whose, until when and who accepts; none where more is told."""
    end = start + len(text[start : line.end].rstrip(_ENDS))
    cuts = [start, *(match.end() for match in _PAUSE.finditer(text, start, end)), end]
    told: list[tuple[FieldRole, int, int]] = []
    for begin, stop in pairwise(cuts):
        role, value = _clause_role(text, begin, stop)
        if role is None:
            return []
        if not told or told[-1][0] is not role:
            told.append((role, value, begin))
    if told[0][0] is not FieldRole.RESPONSIBLE:
        return []
    ends = [*(begin - 1 for _, _, begin in told[1:]), line.end]
    spans = zip(told, ends, strict=True)
    return _pieces(line, [(value, value, stop, role) for (role, value, _), stop in spans])


def _clause_role(text: str, start: int, end: int) -> tuple[FieldRole | None, int]:
    """Tell what a clause says, and where its value begins; None where it says something else."""
    words = text[start:end].rstrip("，,；;")
    due = _due().match(words)
    begin = start if due is None else start + due.end()
    ends = tuple(word_list("layout")["sentences"]["time_ends"])
    if words.endswith(ends) and tells_time(text, begin, start + len(words)):
        return FieldRole.DEADLINE, begin
    value = start + len(words) - len(words.removeprefix("由"))
    accepted = _accepting().fullmatch(words)
    if accepted is not None and are_bodies(accepted["bodies"]):
        return FieldRole.ACCEPTANCE, value
    bodies = re.sub(_does(), "", words.removeprefix("由"))
    return (FieldRole.RESPONSIBLE if are_bodies(bodies) else None), value


@lru_cache(maxsize=1)
def _does() -> str:
    words: list[str] = word_list("layout")["sentences"]["does"]
    return any_of(words)


@lru_cache(maxsize=1)
def _due() -> re.Pattern[str]:
    return re.compile(any_of(word_list("layout")["sentences"]["due"]))


@lru_cache(maxsize=1)
def _accepting() -> re.Pattern[str]:
    words = word_list("layout")["sentences"]
    return re.compile(
        rf"由?(?P<bodies>.+?)(?:{any_of(words['together'])})?(?:{any_of(words['accepts'])})"
    )


def _labelled(line: Line, role: FieldRole, value: int) -> Line:
    label = Label(role=role, spelling="", start=line.after_number, end=value, marked=True)
    return replace(line, label=label)
