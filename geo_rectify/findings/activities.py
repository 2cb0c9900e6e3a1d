"""What kind of thing an issue is about (活动类型): from its words, with the words kept as evidence.

The words are data (``data/activities.toml``). A site takes the activities of the clause that names
it in a problem; where that has none, of the sentence; where that has none, of what kind of place
it is; where that says nothing, of its issues' problems as a whole. Where nothing says anything it is
unknown: that is a value, and no clause is dropped for it.
"""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.models import Passage, issue_key
from geo_rectify.vocabulary import Activity, PlaceType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo_rectify.models import Issue, Mention, Plan

PROBLEM_FIELD: Final = "problem"
_SENTENCE: Final = re.compile(r"[^。；！？\r\n]+")
_CLAUSE: Final = re.compile(r"[^，。；！？：\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words that tell of an activity, with their offsets into the document."""

    activity: Activity
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteActivity:
    """What goes on at a site.

    Attributes
    ----------
    activities
        In the order of `vocabulary.Activity`; only ``unknown`` where nothing tells.
    cues
        The words that told, with the key of their issue; empty where the kind of place told.
    """

    activities: tuple[Activity, ...] = (Activity.UNKNOWN,)
    cues: tuple[tuple[str, Cue], ...] = ()

    @property
    def told(self) -> tuple[Activity, ...]:
        """Give the activities that words told; what only the kind of place implies drops no clause."""
        return self.activities if self.cues else ()

    @property
    def evidence(self) -> str:
        """Write the cues as ``issue:start-end``, in order, joined with ``|``."""
        return "|".join(f"{key}:{cue.start}-{cue.end}" for key, cue in self.cues)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vocabulary:
    passed_over: re.Pattern[str]
    words: tuple[tuple[Activity, re.Pattern[str]], ...]
    kinds: dict[PlaceType, Activity]


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    file = importlib.resources.files("geo_rectify.findings").joinpath("data", "activities.toml")
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    tables = {Activity(name): table for name, table in raw.items() if name != "passed_over"}
    return _Vocabulary(
        passed_over=re.compile("|".join(raw["passed_over"])),
        words=tuple((name, re.compile("|".join(table["words"]))) for name, table in tables.items()),
        kinds={
            PlaceType(kind): name
            for name, table in tables.items()
            for kind in table.get("kinds", ())
        },
    )


def activity_cues(text: str, *, start: int = 0) -> tuple[Cue, ...]:
    """Find the words of a text that tell what kind of thing it speaks of.

    Parameters
    ----------
    text
        The text.
    start
        Its offset in the document.

    Returns
    -------
    tuple of Cue
        In order of the text.
    """
    vocabulary = _vocabulary()
    plain = vocabulary.passed_over.sub(lambda found: "\0" * len(found[0]), text)
    cues = [
        Cue(activity=name, words=found[0], start=start + found.start(), end=start + found.end())
        for name, pattern in vocabulary.words
        for found in pattern.finditer(plain)
    ]
    return tuple(sorted(cues, key=lambda cue: (cue.start, cue.end)))


def issue_activities(issue: Issue) -> tuple[Activity, ...]:
    """Say what kinds of thing an issue's problem speaks of.

    Parameters
    ----------
    issue
        The issue.

    Returns
    -------
    tuple of Activity
        In the order of `vocabulary.Activity`; only ``unknown`` where no word tells.
    """
    return _ordered(cue.activity for cue in activity_cues(issue.problem.text))


def site_activities(
    plans: Sequence[Plan], mentions: Sequence[Mention], kinds: Mapping[str, PlaceType]
) -> dict[str, SiteActivity]:
    """Say what goes on at each site, with the words that tell.

    Parameters
    ----------
    plans
        The documents.
    mentions
        Their mentions with site_id.
    kinds
        The kind of each site, by site_id.

    Returns
    -------
    dict
        By site_id; every site of ``kinds`` is there.
    """
    several = len(plans) > 1
    problems = {
        issue_key(plan.doc_id, issue.number, several=several): issue.problem
        for plan in plans
        for issue in plan.issues
    }
    named: dict[str, list[tuple[str, Mention]]] = {}
    for mention in mentions:
        key = issue_key(mention.doc_id, mention.issue, several=several)
        if mention.site_id and key in problems:
            named.setdefault(mention.site_id, []).append((key, mention))
    whole = {
        key: activity_cues(problem.text, start=problem.start) for key, problem in problems.items()
    }
    return {
        site_id: _at_site(named.get(site_id, ()), problems, whole=whole, kind=kind)
        for site_id, kind in kinds.items()
    }


def _at_site(
    named: Iterable[tuple[str, Mention]],
    problems: Mapping[str, Passage],
    *,
    whole: Mapping[str, tuple[Cue, ...]],
    kind: PlaceType,
) -> SiteActivity:
    told = tuple(named)
    in_problem = [(key, one) for key, one in told if one.field == PROBLEM_FIELD]
    near = _unique(
        (key, cue)
        for key, mention in in_problem
        for cue in _around(problems[key], whole[key], mention)
    )
    if near:
        return SiteActivity(activities=_ordered(cue.activity for _, cue in near), cues=near)
    implied = _vocabulary().kinds.get(kind)
    if implied is not None:
        return SiteActivity(activities=(implied,))
    every = _unique(
        (key, cue) for key in dict.fromkeys(key for key, _ in told) for cue in whole[key]
    )
    return SiteActivity(activities=_ordered(cue.activity for _, cue in every), cues=every)


def _around(problem: Passage, cues: tuple[Cue, ...], mention: Mention) -> tuple[Cue, ...]:
    """Give the cues of the clause that names a site, else those of the sentence."""
    for pattern in (_CLAUSE, _SENTENCE):
        for found in pattern.finditer(problem.text):
            first, last = problem.start + found.start(), problem.start + found.end()
            if first <= mention.start < last:
                held = tuple(cue for cue in cues if first <= cue.start and cue.end <= last)
                if held:
                    return held
    return ()


def _unique(cues: Iterable[tuple[str, Cue]]) -> tuple[tuple[str, Cue], ...]:
    return tuple(dict.fromkeys(cues))


def _ordered(found: Iterable[Activity]) -> tuple[Activity, ...]:
    seen = set(found)
    return tuple(name for name in Activity if name in seen) or (Activity.UNKNOWN,)
