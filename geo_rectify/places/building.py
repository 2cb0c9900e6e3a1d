"""Building one gazetteer file with an index from sources of many forms."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import shapely

from geo_rectify import regions
from geo_rectify.errors import InputFileError, OutputError
from geo_rectify.places.geonames import is_dump, read_geonames
from geo_rectify.places.openstreetmap import read_openstreetmap
from geo_rectify.places.sources import read_gazetteer
from geo_rectify.places.store import Store, write_store

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import geopandas as gpd

_TEXTS: Final = frozenset({".txt", ".tsv", ".zip"})


def build_gazetteer(*sources: str | os.PathLike[str], output: str | os.PathLike[str]) -> Store:
    """Build one gazetteer file from sources of many forms.

    A row without a county code gets that of the county its position (the middle of a line or
    outline) lies in. The file is written beside its place and put there when it is whole.

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
        The file.

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
        raise OutputError(message)
    paths = [Path(source) for source in sources]
    for path in paths:
        if not path.is_file():
            message = f"{path}: there is no such file; give OpenStreetMap, GeoNames or a table"
            raise InputFileError(message)
        if path.resolve() == target.resolve():
            message = f"{path}: source and output are one file; give another one with -o"
            raise OutputError(message)
    return write_store((_coded(frame) for path in paths for frame in _frames(path)), target)


def _frames(path: Path) -> Iterator[gpd.GeoDataFrame]:
    name = path.name.lower()
    if name.endswith((".osm", ".pbf", ".osm.bz2", ".osm.gz")):
        yield from read_openstreetmap(path)
    elif path.suffix.lower() in _TEXTS:
        if not is_dump(path):
            message = (
                f"{path}: this is no GeoNames dump (nineteen columns parted by tabs); "
                "save other tables as CSV"
            )
            raise InputFileError(message)
        yield from read_geonames(path)
    else:
        yield read_gazetteer(path)


@lru_cache(maxsize=1)
def _counties() -> tuple[shapely.STRtree, tuple[str, ...]]:
    counties = regions.county_polygons()
    return shapely.STRtree(counties.geometry.to_numpy()), tuple(counties["adcode"])


def _coded(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give rows without a county code that of the county they lie in."""
    shapes = frame.geometry.to_numpy()
    bare = (frame["adcode"].fillna("") == "").to_numpy() & ~shapely.is_missing(shapes)
    if not bare.any():
        return frame
    tree, codes = _counties()
    middles = shapely.point_on_surface(shapes[bare])
    which, county = tree.query(middles, predicate="intersects")
    found = [""] * len(middles)
    for position, number in zip(which.tolist(), county.tolist(), strict=True):
        found[position] = found[position] or codes[number]
    coded = frame.copy()
    coded.loc[bare, "adcode"] = found
    return coded
