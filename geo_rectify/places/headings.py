"""Columns of a gazetteer table whose headings say what they are, where no mapping names them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo_rectify.places.kinds import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_rectify.places.mapping import ColumnMapping

_MARKS: Final = re.compile(r"[\s※*_()（）\[\]【】:：、，,.·/\-]")


def assumed(columns: Iterable[str], mapping: ColumnMapping) -> tuple[ColumnMapping, str]:
    """Add to a mapping the columns whose headings are understood without it.

    A column of our name stays what it is, and one that the mapping names is not taken twice.

    Parameters
    ----------
    columns
        The headings of the table.
    mapping
        What stands beside the file.

    Returns
    -------
    tuple
        The mapping with what was assumed, and what was assumed in words, "" for nothing.
    """
    headings = list(columns)
    taken = set(mapping.columns.values())
    spelt: dict[str, str] = {}
    for heading in headings:
        if heading not in taken:
            spelt.setdefault(_fold(heading), heading)
    found = {}
    for ours, words in table("headings")["columns"].items():
        if ours in mapping.columns or ours in headings:
            continue
        theirs = next((spelt[_fold(word)] for word in words if _fold(word) in spelt), None)
        if theirs is not None:
            found[ours] = theirs
    said = "，".join(f"{ours} = “{theirs}”" for ours, theirs in found.items())
    return replace(mapping, columns={**mapping.columns, **found}), said


def _fold(heading: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", heading)).lower()
