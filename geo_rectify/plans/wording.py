"""The room's word lists: read once, on first use, from the TOML files beside it."""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.plans.records import FieldRole

if TYPE_CHECKING:
    from collections.abc import Iterable

_Tree = dict[str, "_Tree"]
_SPACE: Final = r"[ \u3000]?"
WIDE_DIGITS: Final = {ord("０") + digit: ord("0") + digit for digit in range(10)} | {
    ord("－"): ord("-"),
    ord("．"): ord("."),
    ord("／"): ord("/"),
}
"""Table for `str.translate`: full-width digits and what parts them in a date to ASCII."""


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


def plain_label(spelling: str) -> str:
    """Give a label without the spaces typed between its characters.

    Parameters
    ----------
    spelling
        As printed.

    Returns
    -------
    str
        ``责任单位`` for ``责 任 单 位``.
    """
    return spelling.replace(" ", "").replace("\u3000", "")


def role_of_label(spelling: str) -> FieldRole:
    """Give the role of a label, the level of government before it left out (市级牵头单位).

    Parameters
    ----------
    spelling
        A label that `label_pattern` matched.

    Returns
    -------
    FieldRole
        Its role.
    """
    plain = plain_label(spelling)
    first, _ = _parts(plain)
    return label_roles().get(plain) or listed_role(first) or _composed_role(first)


def listed_role(label: str) -> FieldRole | None:
    """Give the role of a label that a list holds, as it is or behind a level of government.

    Parameters
    ----------
    label
        One word or several, without spaces.

    Returns
    -------
    FieldRole or None
        None where no list holds it.
    """
    roles = label_roles()
    if label in roles:
        return roles[label]
    levels: list[str] = word_list("layout")["marks"]["levels"]
    held = (label[len(w) :] for w in levels if label.startswith(w))
    return next((roles[rest] for rest in held if rest in roles), None)


def _composed_role(plain: str) -> FieldRole:
    """Give the role of a label that no list holds: what its words infer, else what its end says."""
    ends = ((end, role) for role, words in _ends().items() for end in words)
    told = max((pair for pair in ends if plain.endswith(pair[0])), key=lambda pair: len(pair[0]))
    return inferred_role(plain) or FieldRole(told[1])


def _ends() -> dict[str, list[str]]:
    ends: dict[str, list[str]] = word_list("layout")["compose"]["ends"]
    return ends


def second_role(spelling: str) -> FieldRole | None:
    """Give what a label of two parts is besides: 整改目标及时限 is a deadline too.

    Parameters
    ----------
    spelling
        A label.

    Returns
    -------
    FieldRole or None
        None for a label of one part.
    """
    _, second = _parts(plain_label(spelling))
    if not second:
        return None
    return label_roles().get(second) or inferred_role(second)


def _parts(plain: str) -> tuple[str, str]:
    """Part a label at the word that joins two: 整改措施 and 时限."""
    marks = word_list("layout")["marks"]
    found = re.fullmatch(
        rf"(?P<first>.{{2,12}}?)(?:{any_of(marks['joining'])})(?P<second>{any_of(marks['second'])})",
        plain,
    )
    return (plain, "") if found is None else (found["first"], found["second"])


@lru_cache(maxsize=1)
def _inferences() -> tuple[tuple[re.Pattern[str], FieldRole], ...]:
    rules: list[list[str]] = word_list("layout")["infer"]["rules"]
    return tuple((re.compile(pattern), FieldRole(role)) for pattern, role in rules)


def inferred_role(words: str) -> FieldRole | None:
    """Tell what a label no list holds may mean, from the words it is made of.

    Parameters
    ----------
    words
        A short label, for example ``整改督促落实单位``.

    Returns
    -------
    FieldRole or None
        None where its words say nothing.
    """
    plain = plain_label(words)
    first, second = _parts(plain)
    if second and first in label_roles():
        return label_roles()[first]
    return next((role for rule, role in _inferences() if rule.search(first)), None)


def _spaced_tree(words: Iterable[str]) -> str:
    """Give an expression for any of some words, the longest first, with room for spaces.

    Words that begin alike share their beginning, so that it is compiled and matched once.
    """
    tree: _Tree = {}
    for word in words:
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _branches(tree)


def _branches(node: _Tree) -> str:
    made = []
    for character, below in sorted(node.items()):
        if not character:
            continue
        rest = _branches(below)
        tail = f"{_SPACE}{rest}" if rest else ""
        if rest and "" in below:
            tail = f"(?:{tail})?"
        made.append(re.escape(character) + tail)
    return made[0] if len(made) == 1 else f"(?:{'|'.join(made)})" if made else ""


@lru_cache(maxsize=4)
def label_pattern(*, in_sentence: bool = False, composed: bool = True) -> str:
    """Give a regular expression for any label, with room for a space between characters.

    Parameters
    ----------
    in_sentence
        Whether words of a sentence may stand before it: then fewer labels that no list holds count.
    composed
        Whether labels that no list holds count, made of words that labels are made of.

    Returns
    -------
    str
        One capturing group named ``label``.
    """
    spaced = [_spaced_tree(label_roles())]
    marks = word_list("layout")["marks"]
    if composed:
        words = word_list("layout")["compose"]
        left_out = words["within_no_sentence"] if in_sentence else []
        ends = [end for role, held in _ends().items() if role not in left_out for end in held]
        spaced.append(rf"(?:{any_of(words['words'])}){{1,5}}(?:{any_of(ends)})")
    second = rf"(?:{any_of(marks['joining'])})(?:{any_of(marks['second'])})"
    return f"(?P<label>(?:{any_of(marks['levels'])})?(?:{'|'.join(spaced)})(?:{second})?)"


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
