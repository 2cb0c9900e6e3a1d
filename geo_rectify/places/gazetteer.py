"""The gazetteer: places with kind, county, position and source, found by name."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
import shapely

from geo_rectify.places.areas import area_of, infer_prefectures, lies_in, uppers, widened
from geo_rectify.places.kinds import coarse
from geo_rectify.places.names import normalise, village_stem
from geo_rectify.places.sources import joined, read_gazetteer, shipped
from geo_rectify.places.spelling import slip_forms
from geo_rectify.places.store import Bearers, Store, open_store
from geo_rectify.places.words import keys_of, query_words, sounds, stems
from geo_rectify.tables import GAZETTEER, split_list, validate
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.models import Mention

_Key = TypeVar("_Key")
_Row = TypeVar("_Row")
_Bearers: TypeAlias = tuple[tuple[PlaceType, str], ...]
Alike: TypeAlias = Mapping[str, tuple[int, ...]]
"""Rows by proper part."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Place:
    """One row of a gazetteer.

    ``number`` is its row; ``keys`` are the normalised spellings of its name and aliases, the name
    first; ``geometry`` is None where only the name and township are known; ``flow`` says how a river
    line is drawn (`vocabulary.Flow`), "" where nobody has said it; ``middle`` is the point or the
    centroid, lon and lat; ``place_id`` stays the same as long as the row says the same.
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
    flow: str = ""
    middle: tuple[float, float] | None = None
    place_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """Known places and the indexes that find them by name.

    Attributes
    ----------
    frame
        All rows in memory (`tables.GAZETTEER`, EPSG:4490).
    places
        The same rows as records.
    by_key
        Row numbers by normalised spelling.
    by_stem
        Row numbers by (coarse kind, spelling without admin prefix and without words of the kind).
    by_sound
        Row numbers by (coarse kind, pinyin of spelling or proper part).
    townships
        Rows of kind township by county code.
    villages
        Rows of kind village by their name without 村, 社区.
    stores
        Files with an index, of which nothing is in memory; `around` reads what a document needs.
    notes
        What was assumed of the columns of the user's files, in words.
    held, slipped
        What `inside` and `by_slip` have answered.
    """

    frame: gpd.GeoDataFrame
    places: tuple[Place, ...]
    by_key: Mapping[str, tuple[int, ...]]
    by_stem: Mapping[tuple[str, str], tuple[int, ...]]
    by_sound: Mapping[tuple[str, str], tuple[int, ...]]
    townships: Mapping[str, tuple[int, ...]]
    villages: Mapping[str, tuple[int, ...]]
    stores: tuple[Store, ...] = ()
    notes: tuple[str, ...] = ()
    held: dict[tuple[str, ...], tuple[bool | None, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    slipped: dict[tuple[str, ...], Mapping[tuple[str, str], Alike]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def inside(self, limits: tuple[str, ...]) -> tuple[bool | None, ...]:
        """Say of each place whether it lies in some areas, their line widened by 500 m.

        Parameters
        ----------
        limits
            County or prefecture codes; without any, everything is inside.

        Returns
        -------
        tuple
            By row; a place without a position by its code, None where it has none.
        """
        if limits not in self.held:
            self.held[limits] = _inside(self.places, limits)
        return self.held[limits]

    def by_slip(self, limits: tuple[str, ...]) -> Mapping[tuple[str, str], Alike]:
        """Give the parts of `by_stem` that lie in some areas by their forms.

        Parameters
        ----------
        limits
            As for `inside`.

        Returns
        -------
        Mapping
            By (coarse kind, form of the part with at most one character taken out), each part
            with the rows inside that bear it.
        """
        if limits not in self.slipped:
            self.slipped[limits] = _by_slip(self.by_stem, self.inside(limits))
        return self.slipped[limits]

    def names(self) -> Mapping[str, tuple[tuple[PlaceType, str], ...]]:
        """Give every name and alias with the kinds and county codes it stands for.

        Returns
        -------
        Mapping
            For recognising places in text; a code is "" where the row has none. Names of files
            with an index are looked up when asked for; only those in memory are listed.
        """
        names: dict[str, set[tuple[PlaceType, str]]] = defaultdict(set)
        for place in self.places:
            for word in (place.name, *place.aliases):
                names[word].add((place.kind, place.adcode))
        known = MappingProxyType({word: tuple(sorted(found)) for word, found in names.items()})
        return _Names(known=known, stores=self.stores) if self.stores else known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names(Mapping[str, _Bearers]):
    """Names in memory, and those of files, each looked up once."""

    known: Mapping[str, _Bearers]
    stores: tuple[Store, ...]
    asked: dict[str, _Bearers] = field(default_factory=dict)
    readers: list[Bearers] = field(default_factory=list)

    def __getitem__(self, name: str) -> _Bearers:
        if name not in self.asked:
            if not self.readers:
                self.readers.extend(map(Bearers, self.stores))
            found = set(self.known.get(name, ()))
            for reader in self.readers:
                found |= reader.of(name, normalise(name))
            self.asked[name] = tuple(sorted(found))
        if not self.asked[name]:
            raise KeyError(name)
        return self.asked[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def open_gazetteer(*paths: str | os.PathLike[str], with_shipped: bool = True) -> Gazetteer:
    """Open the gazetteer that ships together with a user's files.

    Parameters
    ----------
    *paths
        CSV, XLSX or vector files in the form of `sources.read_gazetteer`, or files that
        `build_gazetteer` made: those are opened in milliseconds and read by name.
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
    stores, frames = [], []
    notes: list[str] = []
    for path in map(Path, paths):
        store = open_store(path)
        if store is None:
            frame, told = read_gazetteer(path)
            frames.append(frame)
            notes.extend(told)
        else:
            stores.append(store)
    if with_shipped:
        frames.append(shipped())
    return replace(gazetteer_of(joined(frames), stores=stores), notes=tuple(notes))


def around(gazetteer: Gazetteer, mentions: Sequence[Mention]) -> Gazetteer:
    """Read from files what the names of some documents need; all of it at once.

    Parameters
    ----------
    gazetteer
        A gazetteer, perhaps with files that have an index.
    mentions
        The mentions.

    Returns
    -------
    Gazetteer
        Without such files; the same one where there are none.
    """
    if not gazetteer.stores:
        return gazetteer
    prefectures = infer_prefectures(mentions)
    whole: set[str] = set()
    near: set[str] = set()
    codes: set[str] = set()
    seen = set()
    for mention in mentions:
        area = area_of(mention, prefectures)
        keys = tuple(dict.fromkeys(map(normalise, (mention.normalised, mention.surface))))
        codes.update(area.limits)
        if (keys, mention.type, area.codes) in seen:
            continue
        seen.add((keys, mention.type, area.codes))
        here, there = query_words(
            (key for key in keys if key), mention.type, uppers(area.codes or (area.prefecture,))
        )
        whole |= here
        near |= there
    return reading(gazetteer, words=whole, near=near - whole, homes=codes)


def with_places(gazetteer: Gazetteer, places: gpd.GeoDataFrame) -> Gazetteer:
    """Put more places after those of a gazetteer.

    Parameters
    ----------
    gazetteer
        A gazetteer.
    places
        Rows of `tables.GAZETTEER`.

    Returns
    -------
    Gazetteer
        A new one with the same files.
    """
    made = gazetteer_of(joined([gazetteer.frame, places]), stores=gazetteer.stores)
    return replace(made, notes=gazetteer.notes)


def reading(gazetteer: Gazetteer, *, words: set[str], near: set[str], homes: set[str]) -> Gazetteer:
    """Read from files the rows that bear words, and the townships of some counties.

    Parameters
    ----------
    gazetteer
        A gazetteer with files that have an index.
    words, near, homes
        As in `store.Store.read`.

    Returns
    -------
    Gazetteer
        All in memory.
    """
    frames = [store.read(words, near=near, homes=homes) for store in gazetteer.stores]
    return gazetteer_of(joined([*_distinct(frames), gazetteer.frame]))


def _distinct(frames: list[gpd.GeoDataFrame]) -> list[gpd.GeoDataFrame]:
    """Leave out of each frame the rows that one before it has too."""
    if len(frames) == 1:
        return frames
    seen: set[tuple[Any, ...]] = set()
    kept = []
    for frame in frames:
        texts = (frame[name].astype(str).tolist() for name in GAZETTEER.names)
        rows = list(zip(*texts, shapely.to_wkb(frame.geometry.to_numpy()), strict=True))
        kept.append(frame[[row not in seen for row in rows]])
        seen.update(rows)
    return kept


def gazetteer_of(frame: gpd.GeoDataFrame, *, stores: Sequence[Store] = ()) -> Gazetteer:
    """Make a gazetteer from a frame in the one form.

    Parameters
    ----------
    frame
        Columns of `tables.GAZETTEER`, EPSG:4490.
    stores
        Files with an index that belong to it.

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
    by_key: dict[str, list[int]] = defaultdict(list)
    by_stem: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_sound: dict[tuple[str, str], list[int]] = defaultdict(list)
    townships: dict[str, list[int]] = defaultdict(list)
    villages: dict[str, list[int]] = defaultdict(list)
    for place in places:
        for key in place.keys:
            by_key[key].append(place.number)
        kind = coarse(place.kind)
        shorts = sorted(stems(place.keys, place.kind, uppers((place.adcode,))))
        for short in shorts:
            by_stem[kind, short].append(place.number)
        for heard in sorted(sounds(place.keys, shorts)):
            by_sound[kind, heard].append(place.number)
        if place.kind is PlaceType.TOWNSHIP:
            townships[place.adcode].append(place.number)
        elif place.kind is PlaceType.VILLAGE:
            for short in sorted({village_stem(key) for key in place.keys}):
                villages[short].append(place.number)
    return Gazetteer(
        frame=frame,
        places=places,
        by_key=_frozen(by_key),
        by_stem=_frozen(by_stem),
        by_sound=_frozen(by_sound),
        townships=_frozen(townships),
        villages=_frozen(villages),
        stores=tuple(stores),
    )


def _inside(places: Sequence[Place], limits: tuple[str, ...]) -> tuple[bool | None, ...]:
    """Say it place by place; only those within the box of the areas are measured."""
    shapes = np.array([place.geometry for place in places], dtype=object)
    held = np.full(len(places), not limits)
    if limits and len(places):
        area = widened(limits)
        west, south, east, north = shapely.bounds(area)
        boxes = shapely.bounds(shapes)
        near = (
            (boxes[:, 0] <= east)
            & (boxes[:, 2] >= west)
            & (boxes[:, 1] <= north)
            & (boxes[:, 3] >= south)
        )
        held[near] = shapely.intersects(area, shapes[near])
    told: list[bool | None] = held.tolist()
    for number in np.flatnonzero(shapely.is_missing(shapes)).tolist() if limits else ():
        code = places[number].adcode
        told[number] = any(lies_in(code, limit) for limit in limits) if code else None
    return tuple(told)


def _by_slip(
    by_stem: Mapping[tuple[str, str], tuple[int, ...]], inside: Sequence[bool | None]
) -> Mapping[tuple[str, str], Alike]:
    found: dict[tuple[str, str], dict[str, tuple[int, ...]]] = defaultdict(dict)
    for (kind, short), numbers in by_stem.items():
        here: tuple[int, ...] = ()
        if len(numbers) > 1:
            here = tuple(number for number in numbers if inside[number])
        elif inside[numbers[0]]:
            here = numbers
        if here:
            for form in slip_forms(short):
                found[kind, form][short] = here
    return MappingProxyType(found)


def _frozen(index: dict[_Key, list[_Row]]) -> Mapping[_Key, tuple[_Row, ...]]:
    return MappingProxyType(
        {
            key: (rows[0],) if len(rows) == 1 else tuple(dict.fromkeys(rows))
            for key, rows in index.items()
        }
    )


def _places(frame: gpd.GeoDataFrame) -> Iterable[Place]:
    shapes = frame.geometry.to_numpy()
    columns = ("name", "aliases", "kind", "adcode", "township", "uncertainty_m", "source", "flow")
    cells = zip(*(frame[column].tolist() for column in columns), strict=True)
    centres = shapely.get_coordinates(_middles(shapes)).tolist()
    at = iter(centres)
    for number, (name, aliases, kind, adcode, township, uncertainty, source, flow) in enumerate(
        cells
    ):
        others = tuple(split_list(aliases))
        shape = shapes[number]
        placed = shape is not None and not shape.is_empty
        middle = tuple(next(at)) if placed else None
        yield Place(
            number=number,
            name=name,
            aliases=others,
            kind=PlaceType(kind),
            adcode=adcode or "",
            township=township or "",
            uncertainty_m=None if uncertainty != uncertainty else float(uncertainty),  # noqa: PLR0124
            source=source,
            geometry=shape if placed else None,
            keys=keys_of(name, others),
            flow=flow or "",
            middle=middle,
            place_id=_place_id((name, kind, adcode or "", township or ""), middle, source),
        )


def _middles(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give points as they are and the centroids of other shapes; what is empty or None goes."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    points: NDArray[np.object_] = np.where(
        shapely.get_type_id(there) == 0, there, shapely.centroid(there)
    )
    return points


def _place_id(words: tuple[str, ...], middle: tuple[float, float] | None, source: str) -> str:
    position = "" if middle is None else f"{middle[0]:.5f},{middle[1]:.5f}"
    key = "|".join((*words, position, source))
    return "c" + hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()[:8]
