"""Places of a GeoNames dump (CN.txt, allCountries.txt, or the zip it comes in)."""

from __future__ import annotations

import zipfile
from typing import IO, TYPE_CHECKING, Any, Final

import pandas as pd
import shapely

from geo_rectify.errors import InputFileError
from geo_rectify.places.kinds import table
from geo_rectify.places.names import TOWNSHIP_END
from geo_rectify.tables import GAZETTEER, geoframe_of, join_list
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

_COLUMNS: Final = [
    "geonameid",
    "name",
    "asciiname",
    "alternatenames",
    "latitude",
    "longitude",
    "feature_class",
    "feature_code",
    "country_code",
    "cc2",
    "admin1",
    "admin2",
    "admin3",
    "admin4",
    "population",
    "elevation",
    "dem",
    "timezone",
    "modified",
]
_USED: Final = [
    "name", "alternatenames", "latitude", "longitude", "feature_code", "country_code", "modified",
]  # fmt: skip
_CHUNK: Final = 50_000


def is_dump(path: Path) -> bool:
    """Say whether a text file has the nineteen columns of a GeoNames dump.

    Parameters
    ----------
    path
        A .txt, .tsv or .zip file.

    Returns
    -------
    bool
        False for other tables.
    """
    try:
        with _opened(path) as file:
            first = file.readline(100_000)
    except (OSError, zipfile.BadZipFile, InputFileError):
        return False
    return first.count(b"\t") == len(_COLUMNS) - 1


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.lower() != ".zip":
        return path.open("rb")
    archive = zipfile.ZipFile(path)
    texts = [name for name in archive.namelist() if name.lower().endswith(".txt")]
    texts.sort(key=lambda name: (name.lower() == "readme.txt", name))
    if not texts:
        message = f"{path}: the zip holds no .txt; give a GeoNames dump such as CN.zip"
        raise InputFileError(
            message, chinese=f"{path}：压缩包里没有 .txt；请给出GeoNames数据，如CN.zip"
        )
    return archive.open(texts[0])


def read_geonames(path: Path) -> Iterator[gpd.GeoDataFrame]:
    """Read a dump in pieces of fifty thousand rows.

    A name in Chinese characters stands first where there is one, of the common (GB 2312) form if
    it can be told; the others are aliases. Rows that are no places of ours are left out.

    Parameters
    ----------
    path
        The dump.

    Yields
    ------
    geopandas.GeoDataFrame
        Frames of `tables.GAZETTEER`, EPSG:4490.

    Raises
    ------
    InputFileError
        A row has no position, or the file is not UTF-8.
    """
    rules = table("geonames")
    codes = sorted(rules["codes"], key=lambda code: (-len(code), code))
    done = 0
    with _opened(path) as file:
        try:
            pieces = pd.read_csv(
                file,
                sep="\t",
                header=None,
                names=_COLUMNS,
                usecols=_USED,
                dtype=str,
                keep_default_na=False,
                quoting=3,
                chunksize=_CHUNK,
                encoding="utf-8",
            )
            for piece in pieces:
                rows = []
                for number, row in enumerate(piece.to_dict("records"), done + 1):
                    cells = {str(name): cell for name, cell in row.items()}
                    made = _row(cells, rules, codes, where=f"{path}, line {number}")
                    if made is not None:
                        rows.append(made)
                done += len(piece)
                if rows:
                    yield geoframe_of(rows, GAZETTEER)
        except (UnicodeDecodeError, pd.errors.ParserError) as err:
            message = f"{path}: this is no GeoNames dump in UTF-8 ({err})"
            raise InputFileError(
                message, chinese=f"{path}：不是UTF-8的GeoNames数据或已损坏；请重新下载"
            ) from err


def _row(
    cells: dict[str, str], rules: dict[str, Any], codes: list[str], *, where: str
) -> dict[str, Any] | None:
    if cells["country_code"] not in rules["countries"]:
        return None
    code = next((code for code in codes if cells["feature_code"].startswith(code)), None)
    if code is None:
        return None
    try:
        point = shapely.Point(float(cells["longitude"]), float(cells["latitude"]))
    except ValueError as err:
        message = (
            f"{where}: latitude {cells['latitude']!r} and longitude {cells['longitude']!r} are no "
            "position; the file is damaged, download it again"
        )
        raise InputFileError(
            message, chinese=f"{where}：经纬度读不懂，文件已损坏；请重新下载"
        ) from err
    name, others = _names(cells["name"], cells["alternatenames"])
    kind = str(rules["codes"][code])
    if kind == PlaceType.VILLAGE.value and name.endswith(TOWNSHIP_END):
        kind = PlaceType.TOWNSHIP.value
    return {
        "name": name,
        "aliases": join_list(others),
        "kind": kind,
        "adcode": "",
        "township": name if kind == PlaceType.TOWNSHIP.value else "",
        "uncertainty_m": float(rules["uncertainty"].get(kind, rules["uncertainty_m"])),
        "source": rules["source"],
        "licence": rules["licence"],
        "valid_on": cells["modified"],
        "geometry": point,
    }


def _names(name: str, alternates: str) -> tuple[str, list[str]]:
    listed = [word.strip() for word in (name, *alternates.split(",")) if word.strip()]
    chinese = [word for word in listed if all("㐀" <= c <= "鿿" for c in word)]
    common = [word for word in chinese if _is_common(word)]
    first = (common or chinese or listed)[0]
    kept = [*chinese, name]
    return first, [word for word in dict.fromkeys(kept) if word != first and "|" not in word]


def _is_common(word: str) -> bool:
    try:
        word.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
