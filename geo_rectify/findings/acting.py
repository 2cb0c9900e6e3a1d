"""When an act took place, so that the law of that day can stand beside today's (从旧兼从轻)."""

from __future__ import annotations

import calendar
import datetime as dt
import importlib.resources
import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from geo_rectify.models import Issue, Plan

_TITLE: Final = re.compile(r"《[^》]*》")
_SENTENCE: Final = re.compile(r"[^。；;！!？?\r\n]+")


class ActBasis(StrEnum):
    """What the day of an act rests on; the values are the words shown."""

    PROBLEM = "问题原文"
    INSPECTION = "督察时间"
    AS_OF = "成果日期"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDate:
    """The day an act is dated to, what that rests on, and the words that say so ("" for none)."""

    day: dt.date
    basis: ActBasis
    words: str = ""


def act_date(issue: Issue | None, plan: Plan | None, *, as_of: dt.date) -> ActDate:
    """Date the act an issue is about.

    Parameters
    ----------
    issue
        The issue; None for a place outside the issues.
    plan
        Its document.
    as_of
        The day of the run.

    Returns
    -------
    ActDate
        The latest day the problem's text states and that is not after ``as_of``; else the day
        the document gives for the inspection; else ``as_of``. A month or year stands for its last
        day, at most ``as_of``. Deadlines (底前), statistics (年度) and titles are passed over.
    """
    if issue is not None:
        told = _dates(issue.problem.text, as_of=as_of)
        if told:
            day, words = max(told, key=lambda each: each[0])
            return ActDate(day=day, basis=ActBasis.PROBLEM, words=words)
    if plan is not None:
        front = plan.text[: plan.list_start or 0]
        for sentence in _SENTENCE.findall(front):
            told = _dates(sentence, as_of=as_of)
            if told and _patterns()["inspection"].search(sentence):
                return ActDate(day=told[0][0], basis=ActBasis.INSPECTION, words=told[0][1])
    return ActDate(day=as_of, basis=ActBasis.AS_OF)


def _dates(text: str, *, as_of: dt.date) -> list[tuple[dt.date, str]]:
    plain = _TITLE.sub(lambda found: "\0" * len(found[0]), text)
    told = []
    for found in _patterns()["date"].finditer(plain):
        if _patterns()["passed_over"].match(plain, found.end()):
            continue
        year, month = int(found["year"]), int(found["month"] or 12)
        last = calendar.monthrange(year, month)[1]
        first = dt.date(year, month if found["month"] else 1, min(int(found["day"] or 1), last))
        if first > as_of:
            continue
        whole = dt.date(year, month, min(int(found["day"] or last), last))
        told.append((min(whole, as_of), found[0]))
    return told


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    file = importlib.resources.files("geo_rectify.findings").joinpath("data", "acting.toml")
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: re.compile(pattern) for name, pattern in raw.items()}
