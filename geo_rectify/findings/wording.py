"""The words of ``data/wording.toml`` as compiled patterns."""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.vocabulary import ZoneClass

if TYPE_CHECKING:
    from collections.abc import Iterator

_SENTENCE_END: Final = re.compile(r"[。；;！!？?\r\n]")
_CLAUSE_END: Final = re.compile(r"[，,。；;！!？?：:\r\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneWord:
    """A way to name a zone: the classes it means, and words that must stand nearby."""

    classes: tuple[ZoneClass, ...]
    pattern: str
    context: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Compiled patterns.

    Attributes
    ----------
    words
        Ways to name a zone, more specific ones first.
    zone
        Any of them; `zone_word` says which.
    missing, task
        A zone has no boundary; one is to be drawn.
    named_zone
        A zone's name directly after a place's name.
    in_zone, occupied
        A place stated to lie in a zone; an area stated to be taken from one.
    out_of_zone, distance
        A place stated to lie in no zone; one stated to lie so far from a zone.
    below, above
        Words of a stated distance: the true one is less, is more.
    lengths
        Metres of each unit of distance.
    area
        A stated area.
    joint
        What joins the members of an enumeration.
    units
        Square metres of each unit.
    """

    words: tuple[ZoneWord, ...]
    zone: re.Pattern[str]
    missing: re.Pattern[str]
    task: re.Pattern[str]
    named_zone: re.Pattern[str]
    in_zone: re.Pattern[str]
    occupied: tuple[re.Pattern[str], ...]
    out_of_zone: tuple[re.Pattern[str], ...]
    distance: re.Pattern[str]
    below: frozenset[str]
    above: frozenset[str]
    lengths: dict[str, float]
    area: re.Pattern[str]
    joint: re.Pattern[str]
    units: dict[str, float]

    def zone_word(self, match: re.Match[str]) -> ZoneWord:
        """Give the zone word that took part in a match of one of the patterns."""
        name = next(key for key, held in match.groupdict().items() if key[0] == "z" and held)
        return self.words[int(name[1:])]


@lru_cache(maxsize=1)
def word_lists() -> dict[str, Any]:
    """Read ``data/wording.toml``, once.

    Returns
    -------
    dict
        Its tables.
    """
    path = importlib.resources.files("geo_rectify.findings").joinpath("data", "wording.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def wording() -> Wording:
    """Read and compile the word list, once.

    Returns
    -------
    Wording
        The patterns.
    """
    raw = word_lists()
    words = tuple(
        ZoneWord(
            classes=tuple(ZoneClass(name) for name in entry["classes"]),
            pattern=entry["pattern"],
            context=re.compile(entry["context"]) if "context" in entry else None,
        )
        for entry in raw["zone"]
    )
    zone = "(?:" + "|".join(f"(?P<z{at}>{word.pattern})" for at, word in enumerate(words)) + ")"
    claims, delineation = raw["claims"], raw["delineation"]
    number, unit = claims["number"], claims["unit"]
    gap = r"[^，,。；;！!？?：:\d\r\n]"
    return Wording(
        words=words,
        zone=re.compile(zone),
        missing=re.compile("|".join(delineation["missing"])),
        task=re.compile(delineation["task"]),
        named_zone=re.compile(delineation["bracket"] + zone),
        in_zone=re.compile(
            claims["located"] + gap + "{0,20}?" + zone + claims["outside"] + claims["within"]
        ),
        occupied=(
            re.compile(
                claims["occupied"] + gap + "{0,10}?" + zone + gap + "{0,8}?" + number + unit
            ),
            re.compile(claims["occupied"] + gap + "{0,4}?" + number + unit + "的?" + zone),
        ),
        out_of_zone=(
            re.compile(
                claims["beside"] + gap + "{0,20}?" + zone + claims["outside"] + claims["within"]
            ),
            re.compile(claims["located"] + gap + "{0,20}?" + zone + claims["beyond"]),
        ),
        distance=re.compile(claims["away"] + gap + "{0,20}?" + zone + claims["distance"]),
        below=frozenset(claims["below"]),
        above=frozenset(claims["above"]),
        lengths=dict(claims["lengths"]),
        area=re.compile(number + unit),
        joint=re.compile(claims["joint"]),
        units=dict(claims["units"]),
    )


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch of text into sentences.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The stretch.

    Yields
    ------
    tuple of int
        Start and end of each sentence that is not empty.
    """
    return _pieces(_SENTENCE_END, text, start, end)


def clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence at its commas.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The sentence.

    Yields
    ------
    tuple of int
        Start and end of each clause that is not empty.
    """
    return _pieces(_CLAUSE_END, text, start, end)


def _pieces(cut: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for match in cut.finditer(text, start, end):
        if match.start() > at:
            yield at, match.start()
        at = match.end()
    if at < end:
        yield at, end
