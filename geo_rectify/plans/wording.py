"""The room's word lists: read once, on first use, from the TOML files beside it."""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from functools import lru_cache
from typing import Any, Final

from geo_rectify.plans.records import FieldRole

_SPACE: Final = r"[ \u3000]?"
WIDE_DIGITS: Final = {ord("０") + digit: ord("0") + digit for digit in range(10)}
"""Table for `str.translate`: full-width digits to ASCII, length kept."""


@lru_cache(maxsize=16)
def word_list(name: str) -> dict[str, Any]:
    """Give one of the room's word lists.

    Parameters
    ----------
    name
        ``layout``, ``dates``, ``units``, ``figures``, ``documents`` or ``irregularities``.

    Returns
    -------
    dict
        The parsed TOML.
    """
    file = importlib.resources.files("geo_rectify.plans") / "data" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def any_of(words: list[str] | tuple[str, ...]) -> str:
    """Give a regular expression that matches any of the words, the longest first.

    Parameters
    ----------
    words
        Plain words.

    Returns
    -------
    str
        An alternation without group.
    """
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


@lru_cache(maxsize=1)
def label_roles() -> dict[str, FieldRole]:
    """Give the role of every label, by its spelling without spaces.

    Returns
    -------
    dict
        For example ``整改目标`` to ``FieldRole.GOAL``.
    """
    fields: dict[str, list[str]] = word_list("layout")["fields"]
    return {word: FieldRole(role) for role, words in fields.items() for word in words}


@lru_cache(maxsize=1)
def label_pattern() -> str:
    """Give a regular expression for any label, with room for a space between characters.

    Returns
    -------
    str
        One capturing group named ``label``.
    """
    spaced = [
        _SPACE.join(re.escape(character) for character in word)
        for word in sorted(label_roles(), key=lambda w: (-len(w), w))
    ]
    return f"(?P<label>{'|'.join(spaced)})"


@lru_cache(maxsize=1)
def bracket_pairs() -> dict[str, str]:
    """Give the closing bracket of every opening one.

    Returns
    -------
    dict
        For example ``〔`` to ``〕``.
    """
    pairs: list[str] = word_list("layout")["marks"]["brackets"]
    return {pair[0]: pair[1] for pair in pairs}
