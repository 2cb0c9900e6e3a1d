"""The gazetteer: places with kind, county, position and source, found by name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

import shapely

from geo_rectify.places.areas import uppers
from geo_rectify.places.kinds import coarse
from geo_rectify.places.names import (
    normalise,
    stem,
    strip_admin,
    village_stem,
)
from geo_rectify.places.sources import joined, read_gazetteer, shipped
from geo_rectify.tables import GAZETTEER, split_list, validate
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

_BUCKET: Final = 2
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One row of a gazetteer.

    ``number`` is its row; ``keys`` are the normalised spellings of its name and aliases, the name
    first; ``geometry`` is None where only the name and township are known.
    """

    number: int
    name: str
    aliases: tuple[str, ...]
    kind: PlaceType
    adcode: str
    township: str
    uncertainty_m: float | None
    source: str
    geometry: BaseGeometry | None
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """Known places and the indexes that find them by name.

    Attributes
    ----------
    frame
        All rows (`tables.GAZETTEER`, EPSG:4490).
    places
        The same rows as records.
    by_name
        What `names` gives.
    by_key
        Row numbers by normalised spelling.
    by_stem
        Row numbers by (coarse kind, spelling without admin prefix and without words of the kind).
    by_bucket
        Row numbers by (coarse kind, "^" and two first or "$" and two last characters of that
        spelling): where a name with one slip of the pen is looked for.
    townships
        Rows of kind township by county code.
    villages
        Rows of kind village by their name without 村, 社区.
    """

    frame: gpd.GeoDataFrame
    places: tuple[Place, ...]
    by_name: Mapping[str, tuple[tuple[PlaceType, str], ...]]
    by_key: Mapping[str, tuple[int, ...]]
    by_stem: Mapping[tuple[str, str], tuple[int, ...]]
    by_bucket: Mapping[tuple[str, str], tuple[int, ...]]
    townships: Mapping[str, tuple[int, ...]]
    villages: Mapping[str, tuple[int, ...]]

    def names(self) -> Mapping[str, tuple[tuple[PlaceType, str], ...]]:
        """Give every name and alias with the kinds and county codes it stands for.

        Returns
        -------
        Mapping
            For recognising places in text; a code is "" where the row has none.
        """
        return self.by_name


def open_gazetteer(*paths: str | os.PathLike[str], with_shipped: bool = True) -> Gazetteer:
    """Open the gazetteer that ships together with a user's files.

    Parameters
    ----------
    *paths
        CSV, XLSX or vector files in the form of `sources.read_gazetteer`.
    with_shipped
        Whether the gazetteer of the package is taken too.

    Returns
    -------
    Gazetteer
        The places, the user's first.

    Raises
    ------
    InputFileError
        A file cannot be read as a gazetteer; the message names file, column and remedy.
    """
    frames = [read_gazetteer(Path(path)) for path in paths]
    if with_shipped:
        frames.append(shipped())
    return gazetteer_of(joined(frames))


def gazetteer_of(frame: gpd.GeoDataFrame) -> Gazetteer:
    """Make a gazetteer from a frame in the one form.

    Parameters
    ----------
    frame
        Columns of `tables.GAZETTEER`, EPSG:4490.

    Returns
    -------
    Gazetteer
        The places with their indexes.

    Raises
    ------
    TableError, CRSError
        The frame is not in that form.
    """
    validate(frame, GAZETTEER)
    places = tuple(_places(frame))
    names: dict[str, set[tuple[PlaceType, str]]] = defaultdict(set)
    by_key: dict[str, list[int]] = defaultdict(list)
    by_stem: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_bucket: dict[tuple[str, str], list[int]] = defaultdict(list)
    townships: dict[str, list[int]] = defaultdict(list)
    villages: dict[str, list[int]] = defaultdict(list)
    for place in places:
        for word in (place.name, *place.aliases):
            names[word].add((place.kind, place.adcode))
        for key in place.keys:
            by_key[key].append(place.number)
        kind = coarse(place.kind)
        for short in sorted(stems(place.keys, place.kind, uppers((place.adcode,)))):
            by_stem[kind, short].append(place.number)
            for bucket in buckets(short):
                by_bucket[kind, bucket].append(place.number)
        if place.kind is PlaceType.TOWNSHIP:
            townships[place.adcode].append(place.number)
        elif place.kind is PlaceType.VILLAGE:
            for short in sorted({village_stem(key) for key in place.keys}):
                villages[short].append(place.number)
    return Gazetteer(
        frame=frame,
        places=places,
        by_name=MappingProxyType({word: tuple(sorted(found)) for word, found in names.items()}),
        by_key=_frozen(by_key),
        by_stem=_frozen(by_stem),
        by_bucket=_frozen(by_bucket),
        townships=_frozen(townships),
        villages=_frozen(villages),
    )


def _frozen(index: dict[_Key, list[int]]) -> Mapping[_Key, tuple[int, ...]]:
    return MappingProxyType({key: tuple(dict.fromkeys(rows)) for key, rows in index.items()})


def _places(frame: gpd.GeoDataFrame) -> Iterable[Place]:
    shapes = frame.geometry.to_numpy()
    columns = ("name", "aliases", "kind", "adcode", "township", "uncertainty_m", "source")
    cells = zip(*(frame[column].tolist() for column in columns), strict=True)
    for number, (name, aliases, kind, adcode, township, uncertainty, source) in enumerate(cells):
        others = tuple(split_list(aliases))
        shape = shapes[number]
        yield Place(
            number=number,
            name=name,
            aliases=others,
            kind=PlaceType(kind),
            adcode=adcode or "",
            township=township or "",
            uncertainty_m=None if uncertainty != uncertainty else float(uncertainty),  # noqa: PLR0124
            source=source,
            geometry=None if shape is None or shapely.is_empty(shape) else shape,
            keys=tuple(dict.fromkeys(normalise(word) for word in (name, *others))),
        )


def stems(keys: Iterable[str], kind: PlaceType, above: tuple[str, ...]) -> set[str]:
    """Give the proper parts of spellings, with and without the areas above.

    Parameters
    ----------
    keys
        Normalised spellings.
    kind
        Kind of the place.
    above
        Names of the areas above it.

    Returns
    -------
    set of str
        Parts of two characters or more.
    """
    found = set()
    for key in keys:
        for word in (key, strip_admin(key, above, kind)):
            short = stem(word, kind)
            if len(short) >= _BUCKET:
                found.add(short)
    return found


def buckets(short: str) -> tuple[str, str]:
    """Give the two index words under which a name with one slip is found.

    Parameters
    ----------
    short
        A proper part.

    Returns
    -------
    tuple of str
        Its two first and two last characters, marked.
    """
    return f"^{short[:_BUCKET]}", f"${short[-_BUCKET:]}"
