"""Read whatever people bring back, and say of which files the datum must be asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo_rectify.errors import CorrectionsError, Told, told_together
from geo_rectify.places.coordinates import read_datum
from geo_rectify.places.corrections import FORM_LAYERS, file_content, rows_of
from geo_rectify.places.faults import REMEDIES
from geo_rectify.places.returns.kml import kml_rows
from geo_rectify.places.returns.photos import photo_rows
from geo_rectify.places.returns.records import Medium, Returned
from geo_rectify.places.returns.tracks import gpx_rows, line_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_CARRIED: Final = "sites"
_LAYERS: Final = (*FORM_LAYERS, _CARRIED)
_FORMS: Final = (".xlsx", ".geojson", ".json", ".gpkg")
_READERS: Final[Mapping[str, Callable[[Path, bytes], Iterator[Returned]]]] = {
    ".kml": kml_rows,
    ".kmz": kml_rows,
    ".ovkml": kml_rows,
    ".ovkmz": kml_rows,
    ".gpx": gpx_rows,
    ".txt": line_rows,
    ".jpg": photo_rows,
    ".jpeg": photo_rows,
    ".heic": photo_rows,
    ".heif": photo_rows,
}
_HEADERS: Final = ("site_id", "name", "名称")


def read_returns(*paths: str | Path) -> list[Returned]:
    """Read files people brought back from the field, whatever they are.

    Parameters
    ----------
    *paths
        GeoPackages (QField's data.gpkg, sites_field.gpkg), KML, KMZ, ovkml, text and CSV of 奥维,
        GPX, worklists (.xlsx), corrections (.geojson, .csv), photos (.jpg, .heic).

    Returns
    -------
    list of Returned
        The rows, in the order of the files; none is judged yet.

    Raises
    ------
    CorrectionsError
        Files that cannot be read; the message lists all of them.
    """
    faults: list[Told] = []
    rows: list[Returned] = []
    for path in map(Path, paths):
        try:
            rows.extend(_rows(path))
        except CorrectionsError as err:
            faults.append(err.told)
    if faults:
        raise CorrectionsError.of(told_together(faults))
    return rows


def _rows(path: Path) -> Iterator[Returned]:
    ending = path.suffix.lower()
    content = file_content(path)
    if ending in _FORMS or (ending == ".csv" and _has_header(content)):
        for row in rows_of(path, layers=_LAYERS):
            carried = ending == ".gpkg" and row.place.startswith(f"{_CARRIED} ")
            yield Returned(row=row, medium=Medium.CARRIER if carried else Medium.FORM)
        return
    reader = line_rows if ending == ".csv" else _READERS.get(ending)
    if reader is None:
        message = (
            f"{path.name}: field import reads .gpkg, .kml, .kmz, .ovkml, .txt, .csv, .gpx, .xlsx, "
            ".geojson, .jpg and .heic; export it as one of these"
        )
        raise CorrectionsError(
            message,
            chinese=f"{path.name}：可读入的有 .gpkg、.kml、.kmz、.ovkml、.txt、.csv、.gpx、.xlsx、"
            ".geojson、.jpg 和 .heic；请在手机上导出为其中一种",
        )
    yield from reader(path, content)


def _has_header(content: bytes) -> bool:
    """Say whether the first line names our columns; else it is 奥维's list of points."""
    first = content.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
    cells = {cell.strip().strip('"') for cell in first.decode("utf-8", "replace").split(",")}
    cells |= {cell.strip().strip('"') for cell in first.decode("gb18030", "replace").split(",")}
    return bool(cells & set(_HEADERS))


def without_datum(rows: list[Returned]) -> list[str]:
    """Name the files whose positions say nothing of their datum.

    Parameters
    ----------
    rows
        As `read_returns` gives them.

    Returns
    -------
    list of str
        File names, each once.
    """
    return list(dict.fromkeys(each.row.file for each in rows if each.undeclared))


def with_datum(rows: list[Returned], datums: Mapping[str, str]) -> list[Returned]:
    """Give rows without a datum the one that was declared for their file.

    Parameters
    ----------
    rows
        As `read_returns` gives them.
    datums
        Words of `coordinates.read_datum` by file name; ``""`` stands for all other files.

    Returns
    -------
    list of Returned
        The rows; what a file says itself stays, unless its name is given for a file that is no
        form.

    Raises
    ------
    CorrectionsError
        A word names no datum, or a file is left without one.
    """
    faults = [
        Told(english=f"{word}: {wrong}", chinese=f"{word}：{REMEDIES['datum']}")
        for word in datums.values()
        if (wrong := read_datum(word)[1])
    ]
    made = []
    left: dict[str, None] = {}
    for each in rows:
        named = datums.get(each.row.file, "") if each.medium is not Medium.FORM else ""
        word = named or datums.get("", "")
        if not (each.undeclared or (named and each.placed)):
            made.append(each)
        elif word:
            made.append(
                replace(each, row=replace(each.row, cells={**each.row.cells, "datum": word}))
            )
        else:
            left[each.row.file] = None
    if left:
        undeclared = Told(
            english=f"{'、'.join(left)}: nothing in the file says which datum its coordinates are "
            "in, and none is guessed; add --datum WGS84 or --datum GCJ-02 (奥维9.3版起导出的为GCJ-02), "
            "or --datum FILE=GCJ-02 for one file",
            chinese=f"{'、'.join(left)}：文件没有写明坐标系，不能猜；请加 --datum WGS84 或 --datum "
            "GCJ-02（奥维9.3版起导出的为GCJ-02），单个文件写 --datum 文件=GCJ-02",
        )
        faults.append(undeclared)
    if faults:
        raise CorrectionsError.of(told_together(faults))
    return made
