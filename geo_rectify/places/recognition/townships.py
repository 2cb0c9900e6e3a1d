"""The townships of all China, by which the county of one is told where the text is silent."""

from __future__ import annotations

import importlib.resources
from collections import defaultdict
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
