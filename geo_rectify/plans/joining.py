"""Joining: which lines of a printed page or a wrapped text belong to one paragraph."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.numbering import NUMERAL, match_number, named_styles
from geo_rectify.plans.wording import (
    any_of,
    bracket_pairs,
    label_pattern,
    word_list,
)

if TYPE_CHECKING:
    from geo_rectify.plans.records import Number

_NAMED: Final = frozenset({"problem", "measure", "chinese_bracket", "arabic_bracket", "circled"})
_PAGE_MARK: Final = re.compile(
    r"[\s\u3000]*(?:[-—–─－·.]{1,3}\s?[0-9０-９]{1,4}\s?[-—–─－·.]{1,3}|第\s?[0-9]{1,4}\s?页(?:[，,/\s]*共\s?[0-9]{1,4}\s?页)?)[\s\u3000]*"
)
_MAX_PART: Final = 8
_MAX_LABEL: Final = 16
_WHOLE_LABEL: Final = 4
_MAX_BRACKET: Final = 80
_GOES_ON: Final = frozenset("、，（(《“")
_ENDS: Final = "。；;：:！!？?〕】）)］]》”…"


def ends_sentence(line: str) -> bool:
    """Say whether a line ends where a paragraph may end.

    Parameters
    ----------
    line
        The line.

    Returns
    -------
    bool
        Whether a sentence, a bracket or a lead-in ends it.
    """
    return line.rstrip()[-1:] in _ENDS


@lru_cache(maxsize=1)
def _opening() -> re.Pattern[str]:
    openings = "".join(map(re.escape, bracket_pairs()))
    closings = "".join(map(re.escape, bracket_pairs().values()))
    marks = word_list("layout")["marks"]
    numbered = any_of(word_list("layout")["headers"]["number"])
    residue = "|".join(marks["residue"])
    label = label_pattern()
    enclosed = label.replace("?P<label>", "?P<enclosed>")
    return re.compile(
        rf"(?:\s|{residue})*(?:[{openings}]\s?{enclosed}\s?[{closings}]"
        rf"|{label}\s?(?:(?:{any_of(marks['said'])})?\s?(?:[:：]|[-—–─]{{2}})|[ \t\u3000]|\Z)"
        rf"|(?:{numbered})\s?[:：]?\s?第?{NUMERAL}[项号条]?\s?(?:[:：]|\Z)"
        r"|附\s?[件表])"
    )


@lru_cache(maxsize=1)
def _title() -> re.Pattern[str]:
    words = word_list("documents")["title"]
    ends = [*words["rectification_plan"], *words["progress_report"], *words["notice"]]
    return re.compile(
        rf"[^，。；：\n]{{4,90}}(?:{any_of(ends)})(?:[（(][^（）()\n]{{1,20}}[)）])?\s*\Z"
    )


def is_title(words: str) -> bool:
    """Say whether words are a title, which no number after it goes on.

    Parameters
    ----------
    words
        A paragraph.

    Returns
    -------
    bool
        Whether it ends as titles of documents and lists do, and holds no sentence.
    """
    return _title().match(words) is not None


def is_page_mark(line: str) -> bool:
    """Say whether a line is a page number and nothing else: — 3 —, 第3页 共9页.

    Parameters
    ----------
    line
        The line.

    Returns
    -------
    bool
        Whether it belongs to the page and not to the text.
    """
    return _PAGE_MARK.fullmatch(line) is not None


def opens_field(line: str) -> bool:
    """Say whether a line opens with a label, or a number no line begins with by chance (任务4, （二）, ①).

    Parameters
    ----------
    line
        The line.

    Returns
    -------
    bool
        Whether a new paragraph begins with it, however the line before it ends.
    """
    start = len(line) - len(line.lstrip())
    number = match_number(line, start, len(line))
    if number is None:
        number = match_number(line, start, len(line), inner=True)
        number = None if number is None or number.style not in _NAMED else number
    named = number is not None and (
        number.style in _NAMED
        or _is_certain(number)
        or (number.style in named_styles() and _stands_apart(line, number))
    )
    return named or _opening().match(line) is not None


def parts_label(line: str, after: str) -> bool:
    """Say whether a line break stands within a label: 完成 / 时限：2024年底前.

    Parameters
    ----------
    line, after
        Two lines, one after the other.

    Returns
    -------
    bool
        Whether the end of the first and the label that opens the second are one label.
    """
    ending, rest = line.rstrip(), after.lstrip()[:_MAX_LABEL]
    if "：" not in rest and ":" not in rest:
        return False
    own = _marked().match(rest)
    if own is not None and own.end("label") >= _WHOLE_LABEL:
        return False
    for length in range(1, min(_MAX_PART, len(ending)) + 1):
        found = _marked().match(ending[-length:] + rest)
        if found is not None and found.end("label") > length:
            return True
    return False


@lru_cache(maxsize=1)
def _marked() -> re.Pattern[str]:
    return re.compile(rf"{label_pattern(composed=False)}\s?[:：]")


def leaves_open(line: str, after: str) -> bool:
    """Say whether a line ends within a list or a bracket that the next one closes.

    Parameters
    ----------
    line, after
        Two lines, one after the other.

    Returns
    -------
    bool
        Whether no paragraph can end there.
    """
    ending = line.rstrip()
    if ending[-1:] in _GOES_ON:
        return True
    tail = ending[-_MAX_BRACKET:]
    opening = max(tail.rfind(mark) for mark in "（(【〔")
    if opening < 0 or any(mark in tail[opening:] for mark in "）)】〕。"):
        return False
    closing = re.search("[）)】〕。]", after)
    return closing is not None and closing[0] in "）)】〕"


def _stands_apart(line: str, number: Number) -> bool:
    """Say whether a mark or a space follows a number in words: 第3项 …, 第3项：…."""
    return number.raw[-1] in "：:、）)】" or line[: number.end].endswith((" ", "\u3000"))


def _is_certain(number: Number) -> bool:
    """Say whether no word of a sentence is written so: 三、 and 3. are no part of one, 3、 may be."""
    ending = number.raw[-1]
    return (number.style == "chinese_comma" and ending == "、") or (
        number.style == "arabic_dot" and ending in ".．"
    )


def begins_item(line: str) -> bool:
    """Say whether a line opens with a printed number or a label.

    Parameters
    ----------
    line
        The line.

    Returns
    -------
    bool
        Whether a new paragraph may begin with it.
    """
    start = len(line) - len(line.lstrip())
    number = match_number(line, start, len(line))
    return number is not None or opens_field(line)
