"""Inspections a document answers (督察来源): name, level, round and days."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from geo_rectify.models import Inspection
from geo_rectify.plans.deadlines import feedback_date
from geo_rectify.plans.wording import WIDE_DIGITS, word_list

_HEAD: Final = 40_000
_FILM: Final = "警示片"
_ROUND: Final = re.compile(r"第[一二三四五六七八九]轮")
_STAY: Final = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})年(?P<month>[01]?[0-9])月(?P<day>[0-3]?[0-9])日?\s?[至到—–－~～-]{1,2}\s?"
    r"(?:(?P<year_2>(?:19|20)[0-9]{2})年)?(?:(?P<month_2>[01]?[0-9])月)?(?P<day_2>[0-3]?[0-9])日"
)
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}(?=年)")


def inspections_of(title: str, text: str, end: int) -> tuple[Inspection, ...]:
    """Find which inspections a document answers.

    The title decides; where it names none, the first one its words before the list name. Round and
    days come from those words too.

    Parameters
    ----------
    title
        The document's title.
    text
        Its text.
    end
        Where the list begins; only what stands before is looked at.

    Returns
    -------
    tuple of Inspection
        As the title names them, each once; empty where none is named.
    """
    stop = min(end, _HEAD)
    head = text[:stop]
    named = _named(title)
    if not named:
        named = _named(head.replace("\n", ""))[:1]
    if not named:
        return ()
    began, ended = _stay(text, stop)
    feedback = feedback_date(text, stop)
    rounds = _rounds(head)
    made = []
    for each in named:
        film = _FILM in each.name
        told = each.round or ("" if film else rounds.get(each.level) or rounds.get("", ""))
        whole = replace(
            each,
            name=each.name if each.round else told + each.name,
            round=told,
            year=each.year or _year_before(each.name, head),
        )
        if len(named) == 1 and not film:
            whole = replace(whole, began=began, ended=ended, feedback=feedback)
        made.append(whole)
    return tuple(made)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], dict[str, str]]:
    lists = word_list("documents")["inspection"]
    return re.compile(lists["pattern"]), lists["levels"]


def _named(words: str) -> list[Inspection]:
    pattern, _ = _patterns()
    found: dict[str, Inspection] = {}
    for match in pattern.finditer(words.translate(WIDE_DIGITS)):
        name = match[0].replace(match["team"] or "\n", "")
        year = _YEAR.search(name)
        told = _ROUND.search(name)
        made = Inspection(
            name=name,
            level=_level(name),
            round=told[0] if told else "",
            year=None if year is None else int(year[0]),
        )
        found.setdefault(name, made)
    names = list(found)
    return [
        each
        for name, each in found.items()
        if not any(other != name and name in other for other in names)
    ]


def _year_before(name: str, head: str) -> int | None:
    """Give the year told right before an inspection's name, where its title has none."""
    found = re.search(rf"((?:19|20)[0-9]{{2}})年度?{re.escape(name)}", head.translate(WIDE_DIGITS))
    return None if found is None else int(found[1])


def _level(name: str) -> str:
    _, levels = _patterns()
    return next((level for word, level in levels.items() if word in name), "")


def _rounds(head: str) -> dict[str, str]:
    """Give the round the head tells of each level, where it tells one alone."""
    told: dict[str, set[str]] = {}
    for each in _named(head.replace("\n", "")):
        if each.round:
            told.setdefault(each.level, set()).add(each.round)
    return {level: next(iter(rounds)) for level, rounds in told.items() if len(rounds) == 1}


def _stay(text: str, stop: int) -> tuple[dt.date | None, dt.date | None]:
    """Give the days between which the inspectors were there: 2021年9月6日至18日，…督察组对我市."""
    for sentence in re.split(r"(?<=[。\n])", text[:stop].translate(WIDE_DIGITS)):
        found = _STAY.search(sentence) if "督察" in sentence else None
        if found is None:
            continue
        first = _day(found["year"], found["month"], found["day"])
        last = _day(
            found["year_2"] or found["year"], found["month_2"] or found["month"], found["day_2"]
        )
        if first is not None and last is not None and first <= last:
            return first, last
    return None, None


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
