"""Printed lines of a PDF: characters to lines, and lines to the paragraphs they were broken from."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.plans.joining import (
    begins_item,
    ends_sentence,
    is_page_mark,
    is_title,
    opens_field,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP: Final = 0.9
_LATIN_GAP: Final = 0.18
_INDENT: Final = 1.2
_SHORT: Final = 60
_JOINING: Final = "、和及与至第—-（("
_CLOSING: Final = frozenset("，。、；：？！）】》〉〕”’」』…—·％%),.;:?!]}")
_AFTER_FIGURES: Final = frozenset("年月日号个家处座公吨万亿米亩倍元")
_OPENING: Final = frozenset("（【《〈〔“‘「『([{")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLine:
    """A line as printed: its words, its edges, its size in points, and its page.

    ``right`` is the margin of its column, ``order`` its place on a page set in columns.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    first_width: float
    words_x1: float
    page: int = 0
    right: float | None = None
    order: int = 0

    def on(self, page: int) -> PrintedLine:
        """Give the line with its page."""
        return replace(self, page=page)


def lines_of(characters: Sequence[dict[str, Any]]) -> list[PrintedLine]:
    """Put characters together to lines, top to bottom.

    Parameters
    ----------
    characters
        Characters of pdfplumber; those turned on their side (watermarks, stamps) are left out,
        those printed twice for boldness are taken once.

    Returns
    -------
    list of PrintedLine
        Lines that hold words.
    """
    return [line for row in rows_of(characters) if (line := line_of(row)) is not None]


def rows_of(characters: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Part characters into the rows they are printed in.

    Parameters
    ----------
    characters
        Characters of pdfplumber.

    Returns
    -------
    list of list
        Rows from top to bottom, each from left to right; characters on their side left out.
    """
    upright = [c for c in characters if c.get("upright", True) and c["text"]]
    upright.sort(key=lambda c: ((c["top"] + c["bottom"]) / 2, c["x0"]))
    rows: list[list[dict[str, Any]]] = []
    middle = 0.0
    for character in upright:
        here = (character["top"] + character["bottom"]) / 2
        if rows and abs(here - middle) <= 0.45 * max(character["size"], rows[-1][0]["size"]):
            rows[-1].append(character)
        else:
            rows.append([character])
            middle = here
    inked = [[c for c in row if c["text"].strip()] and row for row in rows]
    return [sorted(row, key=lambda c: c["x0"]) for row in inked if row]


def line_of(row: Sequence[dict[str, Any]]) -> PrintedLine | None:
    """Put the characters of one row together.

    Parameters
    ----------
    row
        Characters from left to right.

    Returns
    -------
    PrintedLine or None
        None where they hold no words.
    """
    pieces: list[str] = []
    kept: list[dict[str, Any]] = []
    for character in row:
        text = _plain(character["text"])
        if kept:
            last = kept[-1]
            if text == _plain(last["text"]) and character["x0"] - last["x0"] < 0.3 * last["size"]:
                continue
            gap = character["x0"] - last["x1"]
            latin = (text[0] + pieces[-1][-1:]).isascii() and (text[0] + pieces[-1][-1:]).isalnum()
            limit = _LATIN_GAP if latin else _GAP
            if gap > limit * character["size"] and not text.isspace() and pieces[-1].strip():
                pieces.append(" ")
        pieces.append(text)
        kept.append(character)
    words = "".join(pieces).replace("\n", " ")
    inked = [c for c in kept if c["text"].strip()]
    if not inked:
        return None
    return PrintedLine(
        text=words.strip(),
        x0=inked[0]["x0"],
        x1=max(c["x1"] for c in inked),
        top=min(c["top"] for c in inked),
        bottom=max(c["bottom"] for c in inked),
        size=sorted(c["size"] for c in inked)[len(inked) // 2],
        first_width=_first_width(inked),
        words_x1=max((c["x1"] for c in inked if c["text"] not in _CLOSING), default=inked[0]["x1"]),
    )


def _plain(text: str) -> str:
    """Undo the presentation forms some fonts map their characters to (⽔ for 水, ﹔ for ；)."""
    if len(text) == 1 and ("\u2e80" <= text <= "\u2fdf" or "\uf900" <= text <= "\ufaff"):
        return unicodedata.normalize("NFKC", text)
    return text


def _first_width(row: Sequence[dict[str, Any]]) -> float:
    """Give the width of a line's first piece that no line break would part."""
    width = 0.0
    previous = ""
    for character in row:
        text = character["text"]
        latin = text.isascii() and text.isalnum() and previous.isascii() and previous.isalnum()
        if previous and not latin and text not in _CLOSING and previous not in _OPENING:
            break
        width += character["x1"] - character["x0"]
        previous = text[-1]
    return width


def right_margin(lines: Sequence[PrintedLine]) -> float:
    """Find where the lines of a document end.

    Parameters
    ----------
    lines
        Its lines.

    Returns
    -------
    float
        In points. Marks at the end of a line may hang over it and do not count.
    """
    ends = sorted(line.words_x1 for line in lines)
    return ends[int(0.99 * (len(ends) - 1))] if ends else 0.0


def left_margin(lines: Sequence[PrintedLine]) -> float:
    """Find where the lines of a document begin that go on with a paragraph.

    Parameters
    ----------
    lines
        Its lines.

    Returns
    -------
    float
        In points: the leftmost place at which one line in twenty begins.
    """
    places = Counter(round(line.x0) for line in lines)
    enough = max(1, len(lines) // 20)
    return float(min((place for place, count in places.items() if count >= enough), default=0))


def paragraphs_of(lines: Sequence[PrintedLine], *, right: float) -> list[tuple[str, int]]:
    """Join lines to paragraphs.

    A paragraph ends where a line stops although the next word would have fitted, before an
    indented line, and before a number or label that follows a full sentence.

    Parameters
    ----------
    lines
        The lines in order.
    right
        Where full lines end.

    Returns
    -------
    list of tuple
        The words of each paragraph, and the page it begins on.
    """
    made: list[tuple[str, int]] = []
    left = left_margin(lines)
    before: PrintedLine | None = None
    for line in lines:
        if is_page_mark(line.text):
            continue
        joined = before is not None and _goes_on(before, line, left=left, right=right)
        if joined and not (begins_item(line.text) and _ends_before_items(made[-1][0])):
            words, page = made[-1]
            made[-1] = words + _joint(words, line.text) + line.text, page
        else:
            made.append((line.text, line.page))
        before = line
    return made


def _ends_before_items(words: str) -> bool:
    """Say whether a number does not go on with a paragraph: a title, or a label's short list."""
    short = len(words) < _SHORT and words[-1] not in _JOINING and opens_field(words)
    return short or is_title(words)


def _goes_on(before: PrintedLine, line: PrintedLine, *, left: float, right: float) -> bool:
    if abs(before.size - line.size) > 0.15 * max(before.size, line.size):
        return False
    if _must_go_on(before.text, line.text):
        return True
    margin = right if before.right is None else before.right
    if before.x1 + line.first_width <= margin - 0.1 * line.size:
        return False
    if line.x0 > left + _INDENT * line.size:
        return False
    if opens_field(line.text) and before.text[-1] not in _JOINING:
        return False
    return not (ends_sentence(before.text) and begins_item(line.text))


def _must_go_on(before: str, line: str) -> bool:
    """Say whether no paragraph begins so: with a comma, one character alone, 年 after a figure."""
    lone = len(line) == 1 and line.isalpha() and not ends_sentence(before)
    return lone or line[0] in _CLOSING or (before[-1].isdigit() and line[0] in _AFTER_FIGURES)


def _joint(before: str, after: str) -> str:
    both = before[-1:] + after[:1]
    return " " if both.isascii() and both.isalpha() else ""
