"""Printed numbers: Chinese and Arabic numerals, and the styles lists are numbered in."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

from geo_rectify.plans.records import Number
from geo_rectify.plans.wording import any_of, word_list

_DIGITS: Final = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE: Final = "[一二三四五六七八九十百〇零两]{1,7}"
_ARABIC: Final = "[0-9０-９]{1,3}"
_CIRCLED: Final = "[①-⑳⑴-⒛㈠-㈩]"
_NUMERALS: Final = {
    "chinese": _CHINESE,
    "arabic": _ARABIC,
    "any": f"(?:{_CHINESE}|{_ARABIC})",
    "circled": _CIRCLED,
    "letter": "[a-zA-Z]",
}
# 1.5倍 is no number of a list, 1.2023年底前 is, and 1.3家企业: no one counts 1.3 of them.
_COUNTED: Final = "[家户处座台辆名人条项次所口眼只头艘宗件起]|个(?!百分点|月)"
_NO_DECIMAL: Final = (
    r"(?:(?<!\.)|(?![0-9０-９])|(?=(?:19|20)[0-9]{2}\s?[年底])|(?=[1-4][0-9]年[0-9底末])"
    rf"|(?=[0-9]{{1,3}}(?:{_COUNTED})))"
)
NUMERAL: Final = _NUMERALS["any"]
"""A numeral, Chinese or Arabic, as a regular expression without group."""


def numeral_value(text: str) -> int | None:
    """Read a numeral.

    Parameters
    ----------
    text
        Chinese (``二十三``, ``一百零二``, ``四〇``), Arabic (also full-width), circled, or a letter.

    Returns
    -------
    int or None
        Its value, None where it is no numeral up to 999.
    """
    plain = unicodedata.normalize("NFKC", text).strip("().")
    if plain.isascii() and plain.isdigit():
        return int(plain)
    if len(plain) == 1 and plain.isascii() and plain.isalpha():
        return ord(plain.lower()) - ord("a") + 1
    if not plain or any(c not in _DIGITS and c not in "十百" for c in plain):
        return None
    if not set(plain) & {"十", "百"}:
        return int("".join(str(_DIGITS[c]) for c in plain))
    total, pending = 0, None
    for character in plain:
        if character in _DIGITS:
            pending = _DIGITS[character]
        else:
            total += (1 if pending is None else pending) * (100 if character == "百" else 10)
            pending = None
    return total + (pending or 0)


def chinese_numeral(value: int) -> str:
    """Write a number in Chinese numerals.

    Parameters
    ----------
    value
        From 0 to 999; others come back in Arabic digits.

    Returns
    -------
    str
        For example ``二十三``.
    """
    digits = "零一二三四五六七八九"
    if not 0 <= value <= 999:  # noqa: PLR2004 - no list is longer
        return str(value)
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    made = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        made += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        made += "零"
    return made + digits[ones] if ones or not value else made


@lru_cache(maxsize=1)
def _styles() -> tuple[tuple[str, re.Pattern[str]], ...]:
    made = []
    entries: list[dict[str, Any]] = word_list("layout")["numbering"]
    for entry in entries:
        before = any_of(entry["before"])
        after = any_of([mark for mark in entry["after"] if mark])
        ending = f"(?:{after})" if after else ""
        if "" in entry["after"]:
            # without a mark the number must end its line or stand before a space
            ending = rf"(?:{after}|(?=[\s]|\Z))" if entry.get("whole_or_mark") else f"{ending}?"
        guard = _NO_DECIMAL if entry["numeral"] == "arabic" and "prefix" not in entry else ""
        prefix = entry.get("prefix", "")
        body = rf"(?:{before}){prefix}\s?(?P<value>{_NUMERALS[entry['numeral']]})\s?{ending}{guard}{entry.get('ahead', '')}"
        made.append((str(entry["style"]), re.compile(body)))
    return tuple(made)


@lru_cache(maxsize=1)
def _inner_styles() -> frozenset[str]:
    entries: list[dict[str, Any]] = word_list("layout")["numbering"]
    return frozenset(str(entry["style"]) for entry in entries if entry.get("inner"))


@lru_cache(maxsize=1)
def named_styles() -> frozenset[str]:
    """Give the styles whose words say what is numbered: 问题3, 第3项.

    Returns
    -------
    frozenset of str
        Styles of ``layout.toml``.
    """
    entries: list[dict[str, Any]] = word_list("layout")["numbering"]
    return frozenset(str(entry["style"]) for entry in entries if entry.get("named"))


@lru_cache(maxsize=16)
def style_pattern(style: str) -> re.Pattern[str]:
    """Give the pattern of one numbering style.

    Parameters
    ----------
    style
        A style of ``layout.toml``.

    Returns
    -------
    re.Pattern
        With a group ``value``.
    """
    return dict(_styles())[style]


def match_number(text: str, start: int, end: int, *, inner: bool = False) -> Number | None:
    """Read the printed number at the head of a line.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The line.
    inner
        Whether it is a line of measures, which some styles number alone.

    Returns
    -------
    Number or None
        The number with its style; spaces after it are skipped.
    """
    for style, pattern in _styles():
        if style in _inner_styles() and not inner:
            continue
        found = pattern.match(text, start, end)
        if found is None:
            continue
        value = numeral_value(found["value"])
        if value is None:
            continue
        body = found.end()
        while body < end and text[body].isspace():
            body += 1
        raw = text[start : found.end()].rstrip()
        return Number(style=style, value=value, raw=raw, start=start, end=body)
    return None
