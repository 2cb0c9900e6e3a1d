"""KML, KMZ and what 奥维 makes of them (ovkml, ovkmz): placemarks with folder, fields and notes.

KML is WGS84 by its standard, but Chinese apps write shifted coordinates into it (奥维 GCJ-02 since
9.3), so no datum is taken from the format: it is asked for.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely.geometry import mapping

from geo_rectify.errors import CorrectionsError
from geo_rectify.places.corrections import Row
from geo_rectify.places.returns.records import Medium, Returned, local_name, parse_xml, ring_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from shapely.geometry.base import BaseGeometry

_OURS: Final = "geo_rectify "
_MOST_BYTES: Final = 256 * 1024 * 1024
_ENDINGS: Final = (".kml", ".ovkml")
_COUNTED: Final = re.compile(r"（\d+处）$")
_ISSUE: Final = re.compile(r"问题(\S+)")
_TAGS: Final = re.compile(r"<[^>]*>")
_TAKEN: Final = frozenset({"site_id", "name", "county", "kind"})
_ANSWERS: Final = frozenset(
    {"built", "approval", "before_delineation", "state", "photos", "by", "date", "note"}
)


def kml_rows(path: Path, content: bytes) -> Iterator[Returned]:
    """Read the placemarks of a KML or of all those in a KMZ.

    Parameters
    ----------
    path, content
        The file.

    Yields
    ------
    Returned
        One a placemark.

    Raises
    ------
    CorrectionsError
        The file is damaged.
    """
    number = 0
    for name, document in _documents(path, content):
        for mark, folders in _placemarks(parse_xml(name, document)):
            number += 1
            yield _returned(mark, folders, file=path.name, place=f"placemark {number}")


def _documents(path: Path, content: bytes) -> list[tuple[str, bytes]]:
    if not content.startswith(b"PK"):
        return [(path.name, content)]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inner = [e for e in archive.infolist() if e.filename.lower().endswith(_ENDINGS)]
            if sum(entry.file_size for entry in inner) > _MOST_BYTES:
                message = f"{path.name} unpacks to more than 256 MB; export fewer placemarks"
                raise CorrectionsError(
                    message, chinese=f"{path.name}：解压后超过256 MB；请分几次导出"
                )
            found = [(f"{path.name}/{entry.filename}", archive.read(entry)) for entry in inner]
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as err:
        message = f"{path.name} is damaged or has a password; export it again"
        raise CorrectionsError(message, chinese=f"{path.name}：已损坏或有密码；请重新导出") from err
    if not found:
        message = f"{path.name} holds no .kml; export it again as KMZ"
        raise CorrectionsError(message, chinese=f"{path.name}：里面没有 .kml；请重新导出为KMZ")
    return found


def _placemarks(root: Element) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Walk a document, each placemark with the names of the folders around it."""
    waiting: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, folders = waiting.pop()
        if local_name(element) == "Placemark":
            yield element, folders
            continue
        within = folders
        if local_name(element) == "Folder":
            within = (*folders, _child_text(element, "name"))
        waiting.extend((child, within) for child in reversed(list(element)))


def _child_text(element: Element, name: str) -> str:
    return next(((c.text or "").strip() for c in element if local_name(c) == name), "")


def _returned(mark: Element, folders: tuple[str, ...], *, file: str, place: str) -> Returned:
    cells: dict[str, Any] = {"name": _child_text(mark, "name")}
    fields = _fields(mark)
    cells |= {name: fields[name] for name in (*_TAKEN, *_ANSWERS) if fields.get(name)}
    if fields.get("site_name"):
        cells["name"] = fields["site_name"]
    if "site_id" not in cells and (mark.get("id") or "").startswith("s"):
        cells["site_id"] = (mark.get("id") or "")[1:]
    if not cells.get("county") and folders:
        cells["county"] = _COUNTED.sub("", folders[0])
    note = _child_text(mark, "description")
    # our own balloons hold what the run knew already, and name the package
    if note and _OURS not in note and not cells.get("note"):
        cells["note"] = " ".join(_TAGS.sub(" ", note).split())
    when = next((e.text or "" for e in mark.iter() if local_name(e) == "when"), "")
    if when and not cells.get("date"):
        cells["date"] = when.strip()[:10]
    shape, refused, said = _shape(mark)
    if said:
        cells["note"] = "；".join(part for part in (cells.get("note"), said) if part)
    if shape is not None:
        cells["geometry"] = mapping(shape)
    told = next((found[1] for name in folders if (found := _ISSUE.search(name))), "")
    row = Row(file=file, place=place, cells={k: v for k, v in cells.items() if v}, columns={})
    issue = _COUNTED.sub("", told)
    return Returned(row=row, medium=Medium.CARRIER, issue=issue, refused=refused)


def _fields(mark: Element) -> dict[str, str]:
    found = {}
    for element in mark.iter():
        kind, name = local_name(element), element.get("name") or ""
        if kind == "Data":
            found[name] = _child_text(element, "value")
        elif kind == "SimpleData":
            found[name] = (element.text or "").strip()
    return found


def _shape(mark: Element) -> tuple[BaseGeometry | None, str, str]:
    """Give the point or outline of a placemark, or why it has none, and what to note."""
    polygons = [_polygon(e) for e in mark.iter() if local_name(e) == "Polygon"]
    whole = [polygon for polygon in polygons if polygon is not None]
    if whole:
        return (whole[0] if len(whole) == 1 else shapely.MultiPolygon(whole)), "", ""
    if polygons:
        return None, "轮廓的坐标无法读取", ""
    for element in mark.iter():
        if local_name(element) == "Point":
            pairs = _pairs(element)
            return (shapely.Point(pairs[0]), "", "") if pairs else (None, "坐标无法读取", "")
    for element in mark.iter():
        if local_name(element) == "LineString":
            ring = ring_of(_pairs(element))
            return ring.shape, ring.refused, ring.note
    return None, "没有点，也没有轮廓", ""


def _polygon(element: Element) -> shapely.Polygon | None:
    shell: list[tuple[float, float]] = []
    holes = []
    for boundary in element:
        if local_name(boundary) == "outerBoundaryIs":
            shell = _pairs(boundary)
        elif local_name(boundary) == "innerBoundaryIs":
            holes.append(_pairs(boundary))
    rings = [shell, *holes]
    if any(len(set(ring)) < 3 for ring in rings):  # noqa: PLR2004 - corners of a ring
        return None
    return shapely.Polygon(shell, holes)


def _pairs(element: Element) -> list[tuple[float, float]]:
    text = next((e.text or "" for e in element.iter() if local_name(e) == "coordinates"), "")
    pairs = []
    for part in re.sub(r"\s*,\s*", ",", text).split():
        numbers = part.split(",")
        try:
            pairs.append((float(numbers[0]), float(numbers[1])))
        except (ValueError, IndexError):
            return []
    return pairs
