"""The class of every zone: from the entry, its class map, or the usual spellings."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_rectify.catalogue.wording import data_table
from geo_rectify.vocabulary import ROLE_CLASSES, LayerRole, ZoneClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def field_for(purpose: str, *, role: LayerRole, fields: Iterable[str]) -> str | None:
    """Find the field that usually holds a zone's name or class.

    Parameters
    ----------
    purpose
        ``name`` or ``class``.
    role
        The layer's role.
    fields
        The fields the file has.

    Returns
    -------
    str or None
        The first alias the file has, as the file spells it.
    """
    aliases = data_table("fields")[purpose]
    if purpose == "class":
        aliases = aliases.get(role.value, [])
    spelled = {field.casefold(): field for field in reversed(list(fields))}
    return next((spelled[alias] for alias in aliases if alias in spelled), None)


def classify_word(
    word: str, *, role: LayerRole, class_map: Mapping[str, ZoneClass]
) -> ZoneClass | None:
    """Tell the class a word of a file means.

    Parameters
    ----------
    word
        The word, for example 一级保护区（陆域）.
    role
        The layer's role, whose classes come into question.
    class_map
        The entry's own map, which comes first.

    Returns
    -------
    ZoneClass or None
        The class; None where nothing maps the word.
    """
    if word in class_map:
        return class_map[word]
    plain = {_folded(key): found for key, found in class_map.items()}
    if _folded(word) in plain:
        return plain[_folded(word)]
    if word in {member.value for member in ROLE_CLASSES[role]}:
        return ZoneClass(word)
    return _spellings(role).get(_bare(word, role))


def word_of(value: Any) -> str:
    """Write a cell of a class or name field as a word; whole numbers without a point.

    Parameters
    ----------
    value
        The cell.

    Returns
    -------
    str
        The word, "" for an empty cell.
    """
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


@lru_cache(maxsize=8)
def _spellings(role: LayerRole) -> dict[str, ZoneClass]:
    table = data_table("classes").get(role.value, {})
    return {word: ZoneClass(found) for found, words in table.items() for word in words}


@lru_cache(maxsize=8)
def _affixes(role: LayerRole) -> re.Pattern[str]:
    table = data_table("classes")
    every = [*table["affixes"], *table["more"].get(role.value, ())]
    words = sorted(every, key=lambda word: (-len(word), word))
    return re.compile("|".join(re.escape(word) for word in words))


def _folded(word: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", word)).casefold()


def _bare(word: str, role: LayerRole) -> str:
    return _affixes(role).sub("", _folded(word))


def is_old_core(word: str) -> bool:
    """Say whether a word means the core zone of the three old zones of a reserve (核心区).

    Parameters
    ----------
    word
        A word mapped to the core class.

    Returns
    -------
    bool
        True for 核心区, False for 核心保护区 of the two zones of today.
    """
    plain = _folded(word).replace("自然保护区", "").replace("自然保护地", "")
    return "核心" in plain and "核心保护" not in plain
