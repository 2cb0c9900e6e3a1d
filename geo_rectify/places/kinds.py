"""Kinds of place: coarse kinds, what may stand for what, and precision by uncertainty."""

from __future__ import annotations

import importlib.resources
import tomllib
from functools import lru_cache
from typing import Any, Final

from geo_rectify.vocabulary import LABELS, PlaceType, Precision

SURVEYED_M: Final = 50.0
"""Largest uncertainty of an outline or correction that counts as surveyed, metres."""
ADMIN: Final = frozenset({PlaceType.PROVINCE, PlaceType.PREFECTURE, PlaceType.COUNTY})
FINE: Final = frozenset(
    {Precision.SURVEYED, Precision.FEATURE, Precision.STREET, Precision.VILLAGE}
)
"""Precisions that are off the worklist."""
POINTLESS: Final = frozenset({Precision.COUNTY, Precision.PREFECTURE, Precision.NONE})
"""Precisions whose sites have no geometry."""


@lru_cache(maxsize=8)
def table(name: str) -> dict[str, Any]:
    """Read one of the room's TOML files.

    Parameters
    ----------
    name
        File name without ``.toml``: kinds, zones, relations, variants, osm, geonames or services.

    Returns
    -------
    dict
        Its content; not to be changed.
    """
    path = importlib.resources.files("geo_rectify.places").joinpath("data", f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def coarse(kind: PlaceType) -> str:
    """Give the coarse kind that ids and matches use.

    Parameters
    ----------
    kind
        A kind of place.

    Returns
    -------
    str
        For example ``other`` for a mountain.
    """
    return str(table("kinds")["coarse"].get(kind.value, kind.value))


@lru_cache(maxsize=1024)
def compatible(wanted: PlaceType, found: PlaceType) -> bool:
    """Say whether a gazetteer place may be the place a mention names.

    Parameters
    ----------
    wanted
        Kind of the mention.
    found
        Kind of the gazetteer place.

    Returns
    -------
    bool
        A company at a same-named town is never one.
    """
    left, right = coarse(wanted), coarse(found)
    return left == right or right in table("kinds")["compatible"].get(left, ())


@lru_cache(maxsize=64)
def suffixes(kind: PlaceType) -> tuple[str, ...]:
    """Give the words that end names of a kind, longest first.

    Parameters
    ----------
    kind
        A kind of place.

    Returns
    -------
    tuple of str
        The words of the kind itself, then those of its coarse kind.
    """
    words = table("kinds")["suffixes"]
    own = [*words.get(kind.value, ()), *words.get(coarse(kind), ())]
    return tuple(sorted(set(own), key=lambda word: (-len(word), word)))


def precision_of(uncertainty_m: float, *, measured: bool = False) -> Precision:
    """Give the class of a point by the radius of its 90 % disc.

    Parameters
    ----------
    uncertainty_m
        Radius in metres.
    measured
        Whether it is an outline or was measured on the spot: then 50 m or less is surveyed.

    Returns
    -------
    Precision
        feature, street, village, township, or county beyond 10 km.
    """
    if measured and uncertainty_m <= SURVEYED_M:
        return Precision.SURVEYED
    for name, limit in table("kinds")["precision"].items():
        if uncertainty_m <= limit:
            return Precision(name)
    return Precision.COUNTY


def is_spread(kind: PlaceType, name: str) -> bool:
    """Say whether a place runs through counties, so that a point or one county says little of it.

    Parameters
    ----------
    kind
        Its kind.
    name
        Its name.

    Returns
    -------
    bool
        True for rivers, roads and basins.
    """
    rules = table("kinds")["spread"]
    return kind.value in rules["kinds"] or name.endswith(tuple(rules["endings"]))


@lru_cache(maxsize=1024)
def kind_of(text: str) -> PlaceType | None:
    """Read a kind as our word or as its Chinese label.

    Parameters
    ----------
    text
        For example ``mine/quarry`` or 矿山采石场.

    Returns
    -------
    PlaceType or None
        None where it is neither.
    """
    word = text.strip()
    for member in PlaceType:
        if word in {member.value, LABELS[PlaceType][member.value]}:
            return member
    return None
