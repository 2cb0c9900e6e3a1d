"""Plans annotated by hand within their text: marks in braces say what must be read.

``{I3}`` begins issue 3. ``{D2024-12-31}``, ``{Dimm}`` and ``{Dlong}`` are its deadline. ``{M}…{/M}``
is a measure, ``{S1|2}`` says that issues 1 and 2 have what is marked from here on,
``{d2024-06-30}`` behind it a deadline of it (with f for 起), ``{Ua|b}`` its units.
``{G2}`` goes back to issue 2. ``{UAa|b}`` are the units of all its measures, ``{Aa|b}`` who accepts it. A line of marks alone
belongs to the line before. In ``.rows`` files a line is a table row, ``#title`` the words above it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

_MARK = re.compile(r"(\{[^{}]*\})")
_NUMBER = re.compile(
    r"\s*(?:[（(]\s*[一二三四五六七八九十0-9１-９]+\s*[）)]|[0-9]+\.[0-9]+ |[0-9１-９]+\s*[.．、]|[①-⑳]|[一二三四五六七八九十]是)\s*"
)
_TAIL = re.compile(r"（牵头单位：.*）\Z")


@dataclass(slots=True, kw_only=True)
class MarkedMeasure:
    """What a measure must be read as."""

    text: str
    deadlines: list[str] = field(default_factory=list)
    units: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class MarkedIssue:
    """What an issue must be read as."""

    number: int
    start: int
    date: str | None = None
    immediate: bool = False
    long_term: bool = False
    measures: list[MarkedMeasure] = field(default_factory=list)
    acceptance: list[str] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)


def joined(text: str) -> str:
    """Give a text without white space."""
    return "".join(text.split())


def without_marks(marked: str) -> tuple[str, list[MarkedIssue]]:
    """Part a marked plan into its text and what must be read from it."""
    pieces: list[str] = []
    issues: list[MarkedIssue] = []
    sharing: dict[int, list[int]] = {}
    begun = 0
    at = -1
    for token in _MARK.split(_joined_marks(marked)):
        mark = token[1:-1]
        if not token.startswith("{"):
            pieces.append(token)
        elif re.fullmatch(r"I\d+", mark):
            issues.append(MarkedIssue(number=int(mark[1:]), start=sum(map(len, pieces))))
            at = -1
        elif mark.startswith("G"):
            at = [issue.number for issue in issues].index(int(mark[1:]))
        elif mark.startswith("S"):
            sharing[len(issues) - 1] = [int(each) for each in mark[1:].split("|")]
        elif mark == "M":
            begun = len(pieces)
        elif mark == "/M":
            words = _NUMBER.sub("", "".join(pieces[begun:]), count=1)
            measure = MarkedMeasure(text=_TAIL.sub("", joined(words)))
            issues[at].measures.append(measure)
        else:
            _told(issues[at], mark)
    return "".join(pieces), _shared(issues, sharing)


def _shared(issues: list[MarkedIssue], sharing: dict[int, list[int]]) -> list[MarkedIssue]:
    """Give measures the units of their issue, and issues the fields they share."""
    for issue in issues:
        for measure in issue.measures:
            measure.units |= issue.shared
    made = list(issues)
    for position, numbers in sharing.items():
        for place, issue in enumerate(made):
            if issue.number in numbers:
                made[place] = replace(issues[position], number=issue.number, start=issue.start)
    return made


def _joined_marks(marked: str) -> str:
    """Put lines that hold marks alone behind the line before."""
    lines: list[str] = []
    for line in marked.split("\n"):
        if lines and line.strip() and not _MARK.sub("", line).strip():
            lines[-1] += line.strip()
        else:
            lines.append(line)
    return "\n".join(lines)


def _told(issue: MarkedIssue, mark: str) -> None:
    if mark == "Dimm":
        issue.immediate = True
    elif mark == "Dlong":
        issue.long_term = True
    elif mark.startswith("D"):
        issue.date = mark[1:]
    elif mark.startswith("d"):
        issue.measures[-1].deadlines.append(mark[1:].rstrip("f"))
    elif mark.startswith("UA"):
        issue.shared |= set(mark[2:].split("|"))
    elif mark.startswith("U"):
        issue.measures[-1].units |= set(mark[1:].split("|"))
    elif mark.startswith("A"):
        issue.acceptance.extend(mark[1:].split("|"))
    else:
        raise ValueError(mark)
