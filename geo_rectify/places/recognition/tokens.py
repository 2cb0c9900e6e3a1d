"""The pieces a clause is cut into, the codes by which phrases see them, the words to cut by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from geo_rectify.places.recognition import lexicon as words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from geo_rectify.places.recognition.admin import Area
    from geo_rectify.places.recognition.lexicon import Lexicon
    from geo_rectify.vocabulary import PlaceType

# Codes of tokens; phrases are regular expressions over them.
UNKNOWN: Final = "U"
STEM: Final = "S"
ADMIN: Final = "A"
SHORT_ADMIN: Final = "a"
NAME: Final = "N"
SETTLEMENT: Final = "V"
HEAD: Final = "H"
LEGAL: Final = "L"
INDUSTRY: Final = "I"
MODIFIER: Final = "M"
CITY: Final = "K"
RESERVE: Final = "G"
SOFT: Final = "s"
HARD: Final = "h"
BRAND: Final = "F"
TITLE: Final = "X"
LISTED: Final = "D"
JOINED: Final = "C"
QUANTITY: Final = "Q"
PUNCTUATION: Final = "P"
QUOTE: Final = "B"
OPEN: Final = "("
CLOSE: Final = ")"


COUNTING: Final = re.compile(
    r"[一二两三四五六七八九十百千万几多数各若]+[干余多]?[处家座栋条口所个宗幢片项名户批台套辆艘股](?!子)(?!(?<=家)[码庄寨营屯村镇乡桥沟湾堡])"
)
_JOINING: Final = frozenset({"和", "及", "与", "以及", "或", "暨"})


class Token(NamedTuple):
    """A piece of text with its code; ``flags`` are the letters of its word.

    ``kind`` is set for names, ``stem`` is the length of a name's stem. A tuple, since a plan is
    cut into hundreds of thousands and a frozen record costs four times as much to make.
    """

    start: int
    end: int
    code: str
    flags: str = ""
    kind: PlaceType | None = None
    stem: int = 0


Priced: TypeAlias = dict[int, list[tuple[Token, float]]]
"""Names with their cost, by where they begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words of one document: the lexicon, its administrative names, names learnt.

    ``codes`` holds the code of each word, ``cuts`` the runs cut already, by whether a comma of
    enumeration stands before them; offsets there are those of the passage it first stood in.
    ``names`` holds the names such a run may have, with a head noun and by a pattern, the names
    learnt left out: they are priced once however often a document is cut.
    """

    lexicon: Lexicon
    areas: Mapping[str, Area]
    area_lengths: Mapping[str, tuple[int, ...]]
    known: Mapping[str, PlaceType]
    known_lengths: Mapping[str, tuple[int, ...]]
    codes: Mapping[str, str]
    stems: frozenset[str]
    stem_lengths: Mapping[str, tuple[int, ...]]
    cuts: dict[tuple[bool, str], tuple[Token, ...]] = field(default_factory=dict)
    names: dict[tuple[bool, str, int], tuple[Priced, Priced]] = field(default_factory=dict)


def vocabulary(
    lexicon: Lexicon,
    areas: Mapping[str, Area],
    known: Mapping[str, PlaceType],
    *,
    stems: frozenset[str] = frozenset(),
    before: Vocabulary | None = None,
) -> Vocabulary:
    """Put together the words one document is cut by.

    Parameters
    ----------
    lexicon
        The word lists.
    areas
        Administrative names of the document.
    known
        Names learnt from it, with their kind; brands are of the kind of firms.
    stems
        Names of its townships without their rank; works in them are called by these.
    before
        The words the document was cut by before any name was learnt.

    Returns
    -------
    Vocabulary
        The words, indexed by their first two characters.
    """
    known_lengths = words.lengths_of(known)
    held = {} if before is None else before.known
    learnt = {name for name, kind in known.items() if held.get(name) is not kind}
    return Vocabulary(
        lexicon=lexicon,
        areas=areas,
        area_lengths=words.lengths_of(areas),
        known=known,
        known_lengths=known_lengths,
        stems=stems,
        stem_lengths=words.lengths_of(stems),
        codes={word: _word_code(word, flags) for word, flags in lexicon.flags.items()}
        if before is None
        else before.codes,
        cuts={} if before is None else _still_right(before.cuts, learnt),
        names={} if before is None else before.names,
    )


def _still_right(
    cuts: Mapping[tuple[bool, str], tuple[Token, ...]], learnt: Collection[str]
) -> dict[tuple[bool, str], tuple[Token, ...]]:
    """Give the cuts of the runs that hold no name learnt since."""
    lengths = words.lengths_of(learnt)
    return {
        key: cut
        for key, cut in cuts.items()
        if not any(
            key[1][at : at + length] in learnt
            for at in range(len(key[1]))
            for length in lengths.get(key[1][at : at + 2], ())
        )
    }


def _word_code(word: str, flags: str) -> str:
    """Choose the code by which the grammar of phrases sees a word."""
    if word in _JOINING:
        return JOINED
    if COUNTING.fullmatch(word):
        return QUANTITY
    for letter, code in (
        (words.LEGAL, LEGAL),
        (words.HEAD, HEAD),
        (words.RESERVE, RESERVE),
        (words.CITY, CITY),
        (words.INDUSTRY, INDUSTRY),
        (words.MODIFIER, MODIFIER),
        (words.STEM, STEM),
        (words.HARD, HARD),
    ):
        if letter in flags:
            return code
    return SOFT
