"""Gazetteer files with an index: opened in milliseconds, read by name, never whole.

A GeoPackage with the layer ``places`` (columns of `tables.GAZETTEER`) and the table
``place_words``: marked word (`words.index_words`), county code, row number. Any GIS opens the
layer; looking names up costs as much as there are names, however many rows the file has.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyogrio
import shapely

from geo_rectify.errors import InputFileError, OutputError
from geo_rectify.places.words import SPELT, index_words, keys_of
from geo_rectify.tables import GAZETTEER, geoframe_of_columns, split_list
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import geopandas as gpd

FORM: Final = "2"
"""Version of the form of the index; a file of another one must be built anew."""
ELSEWHERE: Final = 3
"""Rows of one name that are read from outside the prefectures asked about."""
_LAYER: Final = "places"
_STAMP: Final = "2000-01-01T00:00:00.000Z"
_PREFECTURE: Final = 4
_HEADER: Final = 8
_ENVELOPES: Final = (0, 32, 48, 48, 64)
_TEXTS: Final = (
    "name",
    "aliases",
    "kind",
    "adcode",
    "township",
    "source",
    "licence",
    "valid_on",
    "flow",
)


_BEARING: Final = (
    "SELECT w.place FROM json_each(?) AS a CROSS JOIN place_words AS w "
    "ON w.word = a.value AND w.adcode BETWEEN ? AND ?"
)
_FIRST: Final = (
    "SELECT (SELECT group_concat(place) FROM (SELECT place FROM place_words "
    "WHERE word = a.value LIMIT ?)) FROM json_each(?) AS a"
)
_TOWNSHIPS: Final = (
    "SELECT fid FROM places WHERE kind = 'township' AND adcode IN (SELECT value FROM json_each(?))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One gazetteer file with an index; nothing of it is held in memory.

    ``notes`` tell what was assumed and what contradicts itself in the sources, where it was just
    built.
    """

    path: Path
    rows: int
    notes: tuple[str, ...] = ()

    def read(
        self, words: Iterable[str], *, near: Iterable[str] = (), homes: Iterable[str] = ()
    ) -> gpd.GeoDataFrame:
        """Read the rows that bear words, and all townships of the counties that are home.

        Parameters
        ----------
        words
            Marked words looked up everywhere: all rows around home, and the first three elsewhere.
        near
            Marked words looked up around home alone.
        homes
            County or prefecture codes; their prefectures are home. Rows without a code always are.

        Returns
        -------
        geopandas.GeoDataFrame
            Columns of `tables.GAZETTEER`, in the order of the file.
        """
        everywhere, homes = sorted(words), sorted(set(homes))
        asked = json.dumps(sorted({*everywhere, *near}), ensure_ascii=False)
        around = sorted({code[:_PREFECTURE] for code in homes if code})
        with closing(_connect(self.path)) as base:
            found = {
                number
                for low, high in [("", ""), *((code, code + "~") for code in around)]
                for (number,) in base.execute(_BEARING, (asked, low, high))
            }
            first = base.execute(_FIRST, (ELSEWHERE, json.dumps(everywhere)))
            found.update(int(n) for (listed,) in first if listed for n in listed.split(","))
            found.update(number for (number,) in base.execute(_TOWNSHIPS, (json.dumps(homes),)))
            return _rows(base, found)


class Bearers:
    """Tells what names stand for, over one connection to a file, closed when nobody asks on."""

    def __init__(self, store: Store) -> None:
        self._base = _connect(store.path)
        weakref.finalize(self, self._base.close)

    def of(self, name: str, key: str) -> set[tuple[PlaceType, str]]:
        """Give the kinds and county codes of the places that bear a name.

        Parameters
        ----------
        name, key
            A name as written, and normalised.

        Returns
        -------
        set
            Empty where the file does not have the name.
        """
        rows = self._base.execute(
            "SELECT DISTINCT p.kind, w.adcode, p.name, p.aliases FROM place_words AS w "
            "JOIN places AS p ON p.fid = w.place WHERE w.word = ?",
            (SPELT + key,),
        )
        return {
            (PlaceType(kind), code)
            for kind, code, own, aliases in rows
            if name == own or name in split_list(aliases)
        }


def open_store(path: Path) -> Store | None:
    """Open a gazetteer file that has an index.

    Parameters
    ----------
    path
        Any file.

    Returns
    -------
    Store or None
        None where the file is no GeoPackage with an index of ours.

    Raises
    ------
    InputFileError
        Its index is of another form.
    """
    if path.suffix.lower() not in {".gpkg", ".sqlite", ".db"} or not path.is_file():
        return None
    try:
        with closing(_connect(path)) as base:
            info = dict(base.execute("SELECT key, value FROM gazetteer_info").fetchall())
    except sqlite3.DatabaseError:
        return None
    if info.get("form") != FORM:
        message = (
            f"{path}: this gazetteer was built in form {info.get('form')}, wanted {FORM}; build it "
            "anew with: geo-rectify gazetteer build SOURCE... -o FILE"
        )
        raise InputFileError(
            message,
            chinese=f"{path}：这个地名库由别的版本建成；请用 geo-rectify gazetteer build 重建",
        )
    return Store(path=path, rows=int(info["rows"]))


def write_store(frames: Iterable[gpd.GeoDataFrame], path: Path) -> Store:
    """Write frames into one gazetteer file with an index.

    Parameters
    ----------
    frames
        Frames of `tables.GAZETTEER`, EPSG:4490, read one after another.
    path
        The file, a GeoPackage; replaced when all is written.

    Returns
    -------
    Store
        The file.

    Raises
    ------
    OutputError
        The file cannot be written.
    InputFileError
        There is no row at all.
    """
    draft = path.with_name(f".{path.stem}.part.gpkg")
    previous = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        rows = _write(frames, draft)
        if not rows:
            message = f"{path}: the sources hold no named place of China; nothing was written"
            raise InputFileError(
                message, chinese=f"{path}：来源里没有一个国内地名，未写出地名库；请核对来源文件"
            )
        draft.replace(path)
    except (OSError, sqlite3.DatabaseError, pyogrio.errors.DataSourceError) as err:
        message = f"{path}: the gazetteer cannot be written ({err}); give another file with -o"
        raise OutputError(
            message, chinese=f"{path}：地名库写不进去（{err}）；请用 -o 换一个位置"
        ) from err
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": previous})
        draft.unlink(missing_ok=True)
    return Store(path=path, rows=rows)


def _write(frames: Iterable[gpd.GeoDataFrame], draft: Path) -> int:
    rows = 0
    with closing(sqlite3.connect("")) as sorter:
        sorter.execute("CREATE TABLE staged (word TEXT, adcode TEXT, place INTEGER)")
        for frame in frames:
            if frame.empty:
                continue
            pyogrio.write_dataframe(
                frame,
                draft,
                layer=_LAYER,
                driver="GPKG",
                append=rows > 0,
                geometry_type="Unknown",
                promote_to_multi=False,
                **({} if rows else {"dataset_options": {"VERSION": "1.2"}}),
                **({} if rows else {"layer_options": {"SPATIAL_INDEX": "NO"}}),
            )
            sorter.executemany("INSERT INTO staged VALUES (?, ?, ?)", _staged(frame, rows + 1))
            rows += len(frame)
        if rows:
            _index(sorter, draft, rows)
    return rows


def _staged(frame: gpd.GeoDataFrame, first: int) -> Iterator[tuple[str, str, int]]:
    columns = (frame[name].tolist() for name in ("name", "aliases", "kind", "adcode"))
    for number, (name, aliases, kind, adcode) in enumerate(zip(*columns, strict=True), first):
        keys = keys_of(name, split_list(aliases))
        for word in index_words(keys, PlaceType(kind), adcode or ""):
            yield word, adcode or "", number


def _index(sorter: sqlite3.Connection, draft: Path, rows: int) -> None:
    """Copy the sorted words into the file: each is appended, none is searched a place for."""
    ordered = sorter.execute("SELECT word, adcode, place FROM staged ORDER BY 1, 2, 3")
    with closing(sqlite3.connect(draft)) as base, base:
        base.execute(
            "CREATE TABLE place_words (word TEXT NOT NULL, adcode TEXT NOT NULL, "
            "place INTEGER NOT NULL, PRIMARY KEY (word, adcode, place)) WITHOUT ROWID"
        )
        base.executemany("INSERT INTO place_words VALUES (?, ?, ?)", ordered)
        base.execute("CREATE INDEX places_townships ON places (adcode) WHERE kind = 'township'")
        base.execute("CREATE TABLE gazetteer_info (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        base.executemany(
            "INSERT INTO gazetteer_info VALUES (?, ?)", [("form", FORM), ("rows", str(rows))]
        )


def _connect(path: Path) -> sqlite3.Connection:
    """Open a file for reading; whichever thread throws the connection away may close it."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def _rows(base: sqlite3.Connection, numbers: Iterable[int]) -> gpd.GeoDataFrame:
    column = base.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()[0]
    cells = ", ".join((*_TEXTS, "uncertainty_m", f'"{column}"'))
    where = "fid IN (SELECT value FROM json_each(?)) ORDER BY fid"
    rows = base.execute(f"SELECT {cells} FROM places WHERE {where}", (json.dumps(sorted(numbers)),))  # noqa: S608 - no word of a document stands in it
    *columns, blobs = zip(*rows, strict=True) or [()] * (len(_TEXTS) + 2)
    shapes = shapely.from_wkb(np.array([_wkb(blob) for blob in blobs], dtype=object))
    names = (*_TEXTS, "uncertainty_m")
    return geoframe_of_columns(dict(zip(names, columns, strict=True)), shapes, GAZETTEER)


def _wkb(blob: bytes | None) -> bytes | None:
    """Take the header of a GeoPackage geometry off its WKB."""
    if blob is None:
        return None
    return blob[_HEADER + _ENVELOPES[(blob[3] >> 1) & 7] :]
