"""How else a name may be spelt: by sound (pinyin), and by a slip of the pen or the keyboard.

Slips are found by symmetric deletion: two words that differ by one character, one character more
or less, or two neighbours exchanged share a form with at most one character taken out. Such a
find is shown as a candidate, never taken.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import pypinyin

from geo_rectify.places.kinds import table
from geo_rectify.places.names import MARKING

SLIP_LENGTH: Final = 3
"""Shorter words are not searched for slips: too many differ by one character."""
_LONG: Final = 4
# A numbered road of another number or class is another road.
_ROAD_CLASSES: Final = ("国道", "省道", "县道", "乡道")
_FIRST_CJK: Final = "㐀"


@lru_cache(maxsize=32768)
def _sound(character: str) -> str:
    if character >= _FIRST_CJK:
        return "".join(pypinyin.lazy_pinyin(character, errors="ignore"))
    return character.lower() if character.isascii() and character.isalpha() else ""


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Give the sound of a word: pinyin without tones, character by character, or its letters.

    Each character has its first reading whatever its neighbours, so that both sides of a
    comparison are read alike.

    Parameters
    ----------
    word
        A normalised name, or one in Latin letters.

    Returns
    -------
    str
        Small letters without spaces, "" where nothing can be read.
    """
    return "".join(map(_sound, word))


@lru_cache(maxsize=65536)
def readings(word: str) -> frozenset[str]:
    """Give the sounds of a word: that of `sound`, and with one character read otherwise.

    Only characters of place names with several readings count (`variants.toml`: 坻 di, chi;
    乐 le, yue), so that an index does not grow by rare ones.

    Parameters
    ----------
    word
        A normalised name.

    Returns
    -------
    frozenset of str
        Small letters without spaces.
    """
    found = {sound(word)}
    if _several().isdisjoint(word):
        return frozenset(found)
    for at, character in enumerate(word):
        if character in _several():
            before, after = sound(word[:at]), sound(word[at + 1 :])
            found.update(before + reading + after for reading in _readings(character))
    return frozenset(found)


@lru_cache(maxsize=1)
def _several() -> frozenset[str]:
    return frozenset(table("variants")["several_readings"])


@lru_cache(maxsize=1024)
def _readings(character: str) -> tuple[str, ...]:
    return tuple(pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True)[0])


def is_latin(word: str) -> bool:
    """Say whether a name is written in Latin letters only (Luojiadi).

    Parameters
    ----------
    word
        A normalised name.

    Returns
    -------
    bool
        True where it has a letter and no Chinese character.
    """
    return all(c < _FIRST_CJK for c in word) and any(c.isalpha() for c in word)


@lru_cache(maxsize=32768)
def slip_forms(word: str) -> tuple[str, ...]:
    """Give the forms under which words one slip away are found.

    Parameters
    ----------
    word
        A proper part.

    Returns
    -------
    tuple of str
        The word and the word less each of its characters; empty for short words.
    """
    if len(word) < SLIP_LENGTH:
        return ()
    return tuple(dict.fromkeys((word, *(word[:n] + word[n + 1 :] for n in range(len(word))))))


def slip(left: str, right: str) -> str:
    """Say by which slip two words may be one name.

    Numerals, directions and other characters that tell places apart (第一, 第二; 东, 西) are no
    slips; a missing character counts only in words of four characters or more.

    Parameters
    ----------
    left, right
        Proper parts, of which at least one has three characters.

    Returns
    -------
    str
        ``one character differs``, ``one character more or less``, ``two characters exchanged``,
        or "" for none.
    """
    if left == right or max(len(left), len(right)) < SLIP_LENGTH:
        return ""
    if left.endswith(_ROAD_CLASSES) and right.endswith(_ROAD_CLASSES):
        return ""
    if len(left) != len(right):
        return _one_more(left, right) if len(left) < len(right) else _one_more(right, left)
    first, last = 0, len(left) - 1
    while left[first] == right[first]:
        first += 1
    while left[last] == right[last]:
        last -= 1
    if first == last:
        told = left[first] in MARKING or right[first] in MARKING
        return "" if told else "one character differs"
    neighbours = last == first + 1
    exchanged = neighbours and left[first] == right[last] and left[last] == right[first]
    return "two characters exchanged" if exchanged else ""


def _one_more(short: str, long: str) -> str:
    if len(long) - len(short) != 1 or len(long) < _LONG:
        return ""
    at = 0
    while at < len(short) and short[at] == long[at]:
        at += 1
    more = long[at + 1 :] == short[at:] and long[at] not in MARKING
    return "one character more or less" if more else ""
