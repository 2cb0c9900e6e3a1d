"""Petitions (信访件): the columns of a public table as one record, persons left out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.models import Passage, Petition
from geo_rectify.plans.masking import mask_names
from geo_rectify.plans.wording import plain_label, word_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_rectify.models import Issue

_TELLING: Final = frozenset({"number", "verified"})
_BATCH: Final = re.compile(r"第\s?[0-9０-９一二三四五六七八九十百]{1,4}\s?批")
_REPEATED: Final = re.compile(
    r"[^。；;\n]{0,60}(?:重复(?:举报|信访|投诉|件|反映)|与[^。；;\n]{2,60}"
    r"(?:为同一(?:问题|件)|反映(?:的)?问题(?:相同|一致|重复)|(?:内容|问题)(?:相同|一致|重复)))"
    r"[^。；;\n]{0,40}"
)


def petition_of(text: str, issue: Issue, *, batch: Passage | None = None) -> Petition | None:
    """Read a row of a petition table.

    Parameters
    ----------
    text
        The document's text.
    issue
        The row as an issue: its remarks hold the columns no plan has.
    batch
        The batch the table's title names, for rows that name none.

    Returns
    -------
    Petition or None
        None for an issue of a plan. Names of persons and phone numbers are masked, one mark a
        character, so that offsets stay true.
    """
    found: dict[str, Passage] = {}
    for aside in issue.asides:
        name = _columns().get(plain_label(aside.label))
        if name is not None:
            found.setdefault(name, Passage(text=aside.text, start=aside.start, end=aside.end))
    if not (_TELLING & set(found)) or len(found) < 2:  # noqa: PLR2004 - one column may stand in any list
        return None
    if issue.problem.text:
        found["problem"] = issue.problem
    if issue.completion is not None:
        found["handling"] = issue.completion
    if batch is not None:
        found.setdefault("batch", batch)
    if "repeated" not in found:
        told = _repetition(text, found)
        if told is not None:
            found["repeated"] = told
    row = text[issue.start : issue.end]
    return Petition(
        **{
            name: Passage(text=mask_names(each.text, context=row), start=each.start, end=each.end)
            for name, each in found.items()
        }
    )


def title_batch(text: str, end: int) -> Passage | None:
    """Find the batch (第十二批) a table's title names.

    Parameters
    ----------
    text
        The document's text.
    end
        Where the table begins.

    Returns
    -------
    Passage or None
        The last one named before the table.
    """
    found = list(_BATCH.finditer(text, 0, end))
    if not found:
        return None
    return Passage(text=found[-1][0], start=found[-1].start(), end=found[-1].end())


def is_petition_column(spelling: str) -> bool:
    """Say whether a column is one that only petition tables have (受理编号, 是否属实).

    Parameters
    ----------
    spelling
        What heads the column.

    Returns
    -------
    bool
        Whether it numbers petitions or says whether they are true.
    """
    return _columns().get(plain_label(spelling)) in _TELLING


@lru_cache(maxsize=1)
def _columns() -> dict[str, str]:
    lists: dict[str, list[str]] = word_list("layout")["petition"]
    return {word: name for name, words in lists.items() if name != "told" for word in words}


def tells_petitions(spelling: str) -> bool:
    """Say whether what is read as a problem is what someone told an office (举报内容).

    Parameters
    ----------
    spelling
        What heads the column.

    Returns
    -------
    bool
        Whether only a petition table has such a column.
    """
    return plain_label(spelling) in word_list("layout")["petition"]["told"]


def _repetition(text: str, found: Mapping[str, Passage]) -> Passage | None:
    """Find the clause that says a petition came before, where no column says it."""
    for name in ("problem", "investigation", "handling"):
        passage = found.get(name)
        match = None if passage is None else _REPEATED.search(text, passage.start, passage.end)
        if match is not None:
            start = match.end() - len(match[0].lstrip("，,、 "))
            return Passage(text=text[start : match.end()], start=start, end=match.end())
    return None
