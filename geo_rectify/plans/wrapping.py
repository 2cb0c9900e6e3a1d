"""Lines broken by hand: the plan is built without the breaks, its offsets are put back after."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from geo_rectify.models import Plan
    from geo_rectify.plans.records import SourceText

_STARTS: Final = frozenset({"start", "units_start", "list_start"})
_ENDS: Final = frozenset({"end", "units_end"})
_WORDS: Final = (
    ("text", "start", "end"),
    ("raw", "start", "end"),
    ("units_raw", "units_start", "units_end"),
)
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offsets:
    """Turns offsets of the text without breaks into those of the text with them."""

    places: tuple[int, ...]
    shifts: tuple[int, ...]

    def start(self, offset: int) -> int:
        """Give where a character stands."""
        return offset + self.shifts[bisect_right(self.places, offset)]

    def end(self, offset: int) -> int:
        """Give where the character before an offset ends."""
        return self.start(offset - 1) + 1 if offset else 0


def unwrapped(source: SourceText) -> tuple[SourceText, Offsets]:
    """Take the line breaks that end no paragraph out of a document.

    Parameters
    ----------
    source
        The document.

    Returns
    -------
    tuple
        The document without them, and the way back.
    """
    pieces, places, shifts = [], [], [0]
    position = gone = 0
    starts = []
    for start, end in source.wraps:
        pieces.append(source.text[position:start])
        gone += end - start
        places.append(end - gone)
        shifts.append(gone)
        starts.append((end, gone))
        position = end
    pieces.append(source.text[position:])
    ends = [end for end, _ in starts]
    lost = [0, *(gone for _, gone in starts)]

    def flat(offset: int) -> int:
        return offset - lost[bisect_right(ends, offset)]

    blocks = tuple(
        replace(block, start=flat(block.start), end=flat(block.end)) for block in source.blocks
    )
    plain = replace(source, text="".join(pieces), blocks=blocks, wraps=())
    return plain, Offsets(places=tuple(places), shifts=tuple(shifts))


def rewrapped(plan: Plan, source: SourceText, offsets: Offsets) -> Plan:
    """Give a plan the offsets and words of the text as it stands in the file.

    Parameters
    ----------
    plan
        The plan built without the breaks.
    source
        The document.
    offsets
        The way back.

    Returns
    -------
    Plan
        Every span slices back to its words; names of units keep no breaks.
    """
    issues = []
    for issue in plan.issues:
        begin = issue.problem.start
        stop = offsets.end(begin + len(issue.heading)) if issue.heading else offsets.start(begin)
        moved = _moved(issue, source.text, offsets)
        heading = source.text[offsets.start(begin) : stop]
        issues.append(replace(moved, heading=heading))
    sections = []
    for section in plan.sections:
        made = _moved(section, source.text, offsets)
        first = offsets.start(section.end - len(section.heading))
        sections.append(replace(made, heading=source.text[first : made.end]))
    return replace(
        plan,
        text=source.text,
        blocks=source.blocks,
        list_start=None if plan.list_start is None else offsets.start(plan.list_start),
        issues=tuple(issues),
        sections=tuple(sections),
    )


def _moved(record: _Record, text: str, offsets: Offsets) -> _Record:
    """Move every offset of a record and what it holds."""
    names = [each.name for each in fields(record)]  # type: ignore[arg-type]  # records alone come
    made: dict[str, Any] = {}
    for name in names:
        value = getattr(record, name)
        if name in _STARTS and value is not None:
            made[name] = offsets.start(value)
        elif name in _ENDS and value is not None:
            made[name] = offsets.end(value)
        elif is_dataclass(value):
            made[name] = _moved(value, text, offsets)
        elif isinstance(value, tuple):
            made[name] = tuple(
                _moved(item, text, offsets) if is_dataclass(item) else item for item in value
            )
    for name, first, last in _WORDS:
        if name in names and made.get(first) is not None:
            made[last] = max(made[first], made[last])
            made[name] = text[made[first] : made[last]]
    return replace(record, **made)  # type: ignore[type-var]  # records alone come here
