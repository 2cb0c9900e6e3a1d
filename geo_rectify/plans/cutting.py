"""Cutting a block to lines: at every label within it, each line with its number and label."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.joining import is_page_mark
from geo_rectify.plans.numbering import match_number
from geo_rectify.plans.records import FieldRole, Label, Line, Number
from geo_rectify.plans.wording import (
    any_of,
    bracket_pairs,
    label_pattern,
    plain_label,
    role_of_label,
    word_list,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_rectify.models import Block

_MIN_LABEL: Final = 4
_SPACED_NUMBER: Final = re.compile(
    r"(?P<value>[0-9０-９]{1,3})[ \u3000\t]+(?=[\u4e00-\u9fff]{2,8}[:：]|[\u4e00-\u9fff]{2,16}\Z)"
)
_SQUARE: Final = r"【】〔〕［］\[\]"


@lru_cache(maxsize=1)
def _label_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Give the patterns for a marked label, a bare one, and a marked one within a line."""
    openings = "".join(map(re.escape, bracket_pairs()))
    closings = "".join(map(re.escape, bracket_pairs().values()))
    label = label_pattern()
    plain = label.replace("?P<label>", "?P<plain>")
    within = label_pattern(in_sentence=True)
    marks = word_list("layout")["marks"]
    said = any_of(marks["said"])
    mark = r"(?:[:：]|[-—–─]{2})"
    note = r"(?:[（(][^（）()\n]{0,20}[)）])?"
    # 整改期限为2024年6月底前: a word goes for the colon where a time follows
    timed = (
        rf"(?P<timed>(?:{marks['time_label']}\s?(?:{any_of(marks['time_told'])})\s?"
        rf"|(?:{any_of(word_list('layout')['sentences']['whole'])}))(?={marks['time_begins']}))"
    )
    bullets = "".join(marks["bullets"])
    marked = re.compile(
        rf"(?:[{openings}]\s?{label}\s?{note}[{closings}]\s?[:：]?|{plain}\s?{note}(?:{said})?\s?{mark}(?:\*\*)?|{timed})\s*"
    )
    bare = re.compile(rf"{label}\s?{note}[。．]?\s*\Z")
    inline = re.compile(
        rf"(?:(?<=[。；;！!，,\s])(?:[{bullets}]\s?)?{within}\s?[:：]|(?<=[。；;！!\s]){timed}"
        rf"|[{_SQUARE}]\s?{plain}\s?{note}[{_SQUARE}]\s?[:：]?)\s*"
    )
    return marked, bare, inline


@lru_cache(maxsize=1)
def _headed() -> re.Pattern[str]:
    note = r"(?:[（(][^（）()\n]{0,20}[)）])?"
    return re.compile(rf"{label_pattern()}{note}(?:\s?[。．]\s*|\s+)(?=[^\s：:])")


@lru_cache(maxsize=1)
def _residue() -> re.Pattern[str]:
    marks: list[str] = word_list("layout")["marks"]["residue"]
    return re.compile(rf"(?:{'|'.join(marks)}|[\s\u3000])*")


def lines_of(text: str, block: Block, *, cell: bool) -> Iterator[Line]:
    """Cut a block to lines.

    Parameters
    ----------
    text
        The whole text.
    block
        The block.
    cell
        Whether it stands in a table.

    Yields
    ------
    Line
        The first with the printed number; a page mark gives none.
    """
    marked, bare, inline = _label_patterns()
    found = _residue().match(text, block.start, block.end)
    start = block.start if found is None else found.end()
    end = block.start + len(text[block.start : block.end].rstrip())
    if start >= end or (not cell and is_page_mark(text[start:end])):
        return
    number = match_number(text, start, end) or _number_before_label(text, start, end)
    words = start if number is None else number.end
    label = None
    hit = marked.match(text, words, end)
    if hit is not None:
        label = _hit_label(hit, words, hit.end())
    else:
        # （一）整改目标。到2023年底… : such a heading is a label where the document repeats it
        # 整改时限 2024年6月底前: so is a label with a space behind it
        hit = bare.match(text, words, end) or (
            None if number is None and cell else _headed().match(text, words, end)
        )
        if hit is not None:
            label = label_at(hit["label"], words, hit.end(), marked=False)
    after = words if label is None else label.end
    cuts = list(_outside_brackets(text, after, inline.finditer(text, after, end)))
    first_end = cuts[0].start() if cuts else end
    yield Line(
        head=block.start,
        start=start,
        end=_trimmed(text, start, first_end),
        number=number,
        label=label,
        cell=cell,
    )
    for position, cut in enumerate(cuts):
        stop = cuts[position + 1].start() if position + 1 < len(cuts) else end
        body = min(cut.end(), stop)
        yield Line(
            head=cut.start(),
            start=cut.start(),
            end=_trimmed(text, cut.start(), stop),
            label=_hit_label(cut, cut.start(), body),
            cell=cell,
            inline=True,
        )


def _number_before_label(text: str, start: int, end: int) -> Number | None:
    """Read a number that only a space parts from a label or a heading: 3 问题：…, 3 工作要求."""
    found = _SPACED_NUMBER.match(text, start, end)
    if found is None:
        return None
    raw, body = found["value"], found.end()
    return Number(style="arabic_space", value=int(raw), raw=raw, start=start, end=body)


def _outside_brackets(
    text: str, start: int, found: Iterator[re.Match[str]]
) -> Iterator[re.Match[str]]:
    """Leave out what stands within brackets, as the second label of 〔牵头单位：…；配合单位：…〕."""
    openings, closings = set(bracket_pairs()), set(bracket_pairs().values())
    depth, position = 0, start
    for match in found:
        for character in text[position : match.start()]:
            depth += character in openings
            depth = max(0, depth - (character in closings))
        position = match.start()
        # 整改目标：…，责任单位：…; a short word after a comma may be one of the sentence
        short = text[position - 1] in "，," and len(plain_label(match["label"] or "")) < _MIN_LABEL
        if not depth and not short:
            yield match


def _trimmed(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())


def _hit_label(hit: re.Match[str], start: int, end: int) -> Label:
    """Give the label of a match; words that tell a time without a colon head a deadline."""
    if hit["timed"] is not None:
        return Label(role=FieldRole.DEADLINE, spelling="", start=start, end=end, marked=True)
    return label_at(hit["label"] or hit["plain"], start, end, marked=True)


def label_at(spelling: str, start: int, end: int, *, marked: bool) -> Label:
    """Make a label of its printed words.

    Parameters
    ----------
    spelling
        The words.
    start, end
        The label, its mark included.
    marked
        Whether a colon or brackets show it.

    Returns
    -------
    Label
        With its role.
    """
    role = role_of_label(spelling)
    return Label(role=role, spelling=plain_label(spelling), start=start, end=end, marked=marked)
