"""The words under which places are found: one vocabulary for memory and for gazetteer files.

``=`` marks spellings and proper parts, ``-`` forms with at most one character taken out (slips),
``@`` sounds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.places.areas import uppers
from geo_rectify.places.names import normalise, stem, strip_admin
from geo_rectify.places.spelling import is_latin, readings, slip_forms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_rectify.vocabulary import PlaceType

SHORTEST: Final = 2
"""Proper parts of fewer characters are not looked up."""
SPELT, SLIPPED, SOUNDED = "=", "-", "@"
_SOUND_LENGTH: Final = 3


def keys_of(name: str, aliases: Iterable[str]) -> tuple[str, ...]:
    """Give the normalised spellings of a place, its name first.

    Parameters
    ----------
    name
        Its name.
    aliases
        Its other names.

    Returns
    -------
    tuple of str
        Each once.
    """
    return tuple(dict.fromkeys(normalise(word) for word in (name, *aliases)))


def stems(keys: Iterable[str], kind: PlaceType, above: tuple[str, ...]) -> set[str]:
    """Give the proper parts of spellings, with and without the areas above.

    Parameters
    ----------
    keys
        Normalised spellings.
    kind
        Kind of the place.
    above
        Names of the areas above it.

    Returns
    -------
    set of str
        Parts of two characters or more.
    """
    found = set()
    for key in keys:
        for word in {key, strip_admin(key, above, kind)}:
            short = stem(word, kind)
            if len(short) >= SHORTEST:
                found.add(short)
    return found


def sounds(keys: Iterable[str], shorts: Iterable[str]) -> set[str]:
    """Give the sounds a name is found by.

    Parameters
    ----------
    keys
        Normalised spellings.
    shorts
        Their proper parts.

    Returns
    -------
    set of str
        Sounds of three letters or more.
    """
    return {
        heard
        for word in (*keys, *shorts)
        for heard in readings(word)
        if len(heard) >= _SOUND_LENGTH
    }


@lru_cache(maxsize=16384)
def parts(
    keys: tuple[str, ...], kind: PlaceType, above: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the proper parts and the sounds a name is looked for by.

    They are asked for twice: when files are read, and when the name is matched.

    Parameters
    ----------
    keys
        The name's normalised spellings.
    kind
        Its kind.
    above
        Names of the areas above the place it is looked for in.

    Returns
    -------
    tuple
        As `stems` and `sounds` give them, ascending.
    """
    shorts = tuple(sorted(stems(keys, kind, above)))
    return shorts, tuple(sorted(sounds(keys, shorts)))


def index_words(keys: tuple[str, ...], kind: PlaceType, adcode: str) -> set[str]:
    """Give every word under which a gazetteer file keeps a place.

    Parameters
    ----------
    keys
        Its normalised spellings.
    kind
        Its kind.
    adcode
        Its county code, "" where unknown.

    Returns
    -------
    set of str
        Marked words.
    """
    shorts = stems(keys, kind, uppers((adcode,)))
    words = {SPELT + word for word in (*keys, *shorts)}
    words |= {SLIPPED + form for short in shorts for form in slip_forms(short)}
    return words | {SOUNDED + heard for heard in sounds(keys, shorts)}


def query_words(
    keys: Iterable[str], kind: PlaceType, above: tuple[str, ...]
) -> tuple[set[str], set[str]]:
    """Give the words by which a name is looked for in a gazetteer file.

    Parameters
    ----------
    keys
        The name's normalised spellings.
    kind
        Its kind.
    above
        Names of the areas above the place it is looked for in.

    Returns
    -------
    tuple of set
        Words to be looked up everywhere (the name itself), and words to be looked up around home
        alone: beginnings of the name (villages, townships), slips and sounds.
    """
    keys = tuple(keys)
    shorts, heard = parts(keys, kind, above)
    bare = {strip_admin(key, above, kind) for key in keys}
    whole = {SPELT + word for word in keys if word}
    near = {SPELT + word for word in (*bare, *shorts) if word}
    near |= {SPELT + word[:end] for word in {*keys, *bare} for end in range(SHORTEST, len(word))}
    near |= {SLIPPED + form for short in shorts for form in slip_forms(short)}
    near |= {SOUNDED + sound for sound in heard}
    if any(is_latin(key) for key in keys):
        whole |= {SOUNDED + sound for sound in sounds(keys, ())}
    return whole, near - whole
