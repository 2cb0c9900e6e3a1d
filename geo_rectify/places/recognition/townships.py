"""The townships of all China, by which the county of one is told where the text is silent."""

from __future__ import annotations

import importlib.resources
from collections import defaultdict
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from geo_rectify.places.names import TOWNSHIP_END

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOWNSHIP_ENDS: Final = (*TOWNSHIP_END, "苏木")


@lru_cache(maxsize=1)
def _by_county() -> Mapping[str, str]:
    """Read the list: the names of each county, parted by blanks, by the county's code."""
    folder = importlib.resources.files("geo_rectify.places").joinpath("data", "recognition")
    text = folder.joinpath("townships.txt").read_text(encoding="utf-8")
    rows = (line.partition(" ") for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({code: names for code, _, names in rows})


def townships_of(codes: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """List the townships of some counties.

    Parameters
    ----------
    codes
        Codes of counties.

    Returns
    -------
    Mapping
        The codes of the counties that have one so called, by its name; also farms and parks that
        are counted as townships.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for code in codes:
        for name in _by_county().get(code, "").split():
            found[name].add(code)
    return MappingProxyType({name: frozenset(having) for name, having in found.items()})


def called_without_rank(name: str, townships: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Give the counties that have a township of a name without 镇, 乡, 街道 or 苏木.

    Parameters
    ----------
    name
        The name as lists of townships call it: 某某、某岭|两镇.
    townships
        Official townships, each with the codes of its counties.

    Returns
    -------
    frozenset of str
        The codes; empty where no township is so called.
    """
    return frozenset().union(*(townships.get(name + end, ()) for end in TOWNSHIP_ENDS))
