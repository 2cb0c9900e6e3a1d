"""Building one gazetteer file with an index from sources of many forms."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo_rectify import regions
from geo_rectify.errors import InputFileError, OutputError
from geo_rectify.places.areas import lies_in, widened
from geo_rectify.places.geonames import is_dump, read_geonames
from geo_rectify.places.openstreetmap import read_openstreetmap
from geo_rectify.places.sources import Piece, notes_of, read_pieces
from geo_rectify.places.store import Store, write_store

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import geopandas as gpd

_TEXTS: Final = frozenset({".txt", ".tsv", ".zip"})
_SHOWN: Final = 5


def build_gazetteer(*sources: str | os.PathLike[str], output: str | os.PathLike[str]) -> Store:
    """Build one gazetteer file from sources of many forms.

    A row that says its county, by code or by name, keeps it; one that does not gets that of the
    county its position (the middle of a line or outline) lies in. Where the two contradict one
    another, the notes name the rows. The file is written beside its place and put there when it is whole.

    Parameters
    ----------
    *sources
        OpenStreetMap extracts (.osm, .osm.pbf), GeoNames dumps (.txt, .zip), CSV, XLSX or vector
        files in the one form or with a mapping beside them (`mapping.read_mapping`).
    output
        The GeoPackage to write.

    Returns
    -------
    Store
        The file, with notes: what was assumed of headings and counties, and what contradicts
        itself.

    Raises
    ------
    InputFileError
        A source cannot be read, or holds nothing.
    OutputError
        The file cannot be written, or has another ending than .gpkg.
    """
    target = Path(output)
    if target.suffix.lower() != ".gpkg":
        message = f"{target}: a gazetteer is written as GeoPackage; name it with the ending .gpkg"
        raise OutputError(message, chinese=f"{target}：地名库的文件名要以 .gpkg 结尾")
    paths = [Path(source) for source in sources]
    for path in paths:
        if not path.is_file():
            message = f"{path}: there is no such file; give OpenStreetMap, GeoNames or a table"
            raise InputFileError(message, chinese=f"{path}：没有这个文件；请核对文件名和文件夹")
        if path.resolve() == target.resolve():
            message = f"{path}: source and output are one file; give another one with -o"
            raise OutputError(
                message, chinese=f"{path}：来源和输出是同一个文件；请用 -o 换一个文件名"
            )
    notes: list[str] = []
    pieces = (piece for path in paths for piece in _pieces(path, notes))
    store = write_store(pieces, target)
    return replace(store, notes=tuple(notes))


def _pieces(path: Path, notes: list[str]) -> Iterator[gpd.GeoDataFrame]:
    """Give the rows of a source with their county codes, and note what is to be told."""
    astray: list[str] = []
    read = []
    for piece in _read(path):
        read.append(replace(piece, frame=piece.frame.iloc[:0].copy()))  # no view of the rows
        frame, lies = _coded(piece.frame)
        for number, county in lies:
            row = frame.iloc[number]
            where = piece.where.format(piece.first + number)
            stated = regions.area_name(row["adcode"])
            astray.append(f"{where}“{row['name']}”写{stated}，位置在{county}")
        yield frame
    notes += notes_of(path, read)
    if astray:
        more = f"等{len(astray)}条" if len(astray) > _SHOWN else ""
        notes.append(
            f"{path.name}：县与位置不符：{'；'.join(astray[:_SHOWN])}{more}；以所写的县为准，请核对。"
        )


def _read(path: Path) -> Iterator[Piece]:
    name = path.name.lower()
    if name.endswith((".osm", ".pbf", ".osm.bz2", ".osm.gz")):
        yield from (Piece(frame=frame) for frame in read_openstreetmap(path))
    elif path.suffix.lower() in _TEXTS:
        if not is_dump(path):
            message = (
                f"{path}: this is no GeoNames dump (nineteen columns parted by tabs); "
                "save other tables as CSV"
            )
            raise InputFileError(
                message,
                chinese=f"{path}：不是GeoNames数据（制表符分隔的19列）；其他表格请另存为CSV",
            )
        yield from (Piece(frame=frame) for frame in read_geonames(path))
    else:
        yield from read_pieces(path)


@lru_cache(maxsize=1)
def _counties() -> tuple[shapely.STRtree, tuple[str, ...]]:
    counties = regions.county_polygons()
    return shapely.STRtree(counties.geometry.to_numpy()), tuple(counties["adcode"])


def _coded(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[tuple[int, str]]]:
    """Give rows without a county code that of the county they lie in; tell those that lie elsewhere.

    A row that says its county keeps it. Where its position lies beyond that county, the line
    widened by 500 m, its number is given with the county the position is in.
    """
    shapes = frame.geometry.to_numpy()
    placed = np.flatnonzero(~shapely.is_missing(shapes))
    tree, codes = _counties()
    middles = shapely.point_on_surface(shapes[placed])
    which, county = tree.query(middles, predicate="intersects")
    held: dict[int, list[str]] = {}
    for position, number in zip(placed[which].tolist(), county.tolist(), strict=True):
        held.setdefault(position, []).append(codes[number])
    stated = frame["adcode"].fillna("").tolist()
    found = [code or held.get(number, [""])[0] for number, code in enumerate(stated)]
    astray = []
    for number in placed.tolist():
        code = stated[number]
        lies = held.get(number, [])
        if not code or any(lies_in(one, code) for one in lies):
            continue
        if not shapely.intersects(widened((code,)), shapes[number]):
            astray.append((number, regions.area_name(lies[0]) if lies else "国内县界之外"))
    coded = frame.copy()
    coded["adcode"] = found
    return coded, astray
