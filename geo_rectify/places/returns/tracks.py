"""GPX waypoints and walked outlines, and the text lines 奥维 reads and writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely.geometry import mapping

from geo_rectify.errors import CorrectionsError
from geo_rectify.places.coordinates import read_position
from geo_rectify.places.corrections import Row, decoded
from geo_rectify.places.returns.records import Medium, Returned, local_name, parse_xml, ring_of
from geo_rectify.vocabulary import Datum

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from shapely.geometry.base import BaseGeometry

_SHIFTING: Final = re.compile("(?i)ovital|omap|奥维")
_FLAGS: Final = {"g": Datum.GCJ02, "b": Datum.BD09}
_SPLIT: Final = re.compile(r"[\s,，;；]+")
_HEADINGS: Final = frozenset({"经度", "纬度", "lon", "lat", "longitude", "latitude"})


def gpx_rows(path: Path, content: bytes) -> Iterator[Returned]:
    """Read waypoints, and tracks and routes that close as outlines.

    GPX is WGS84 by its standard, and taken as that unless the file says that 奥维 wrote it.

    Parameters
    ----------
    path, content
        The file.

    Yields
    ------
    Returned
        One a waypoint, track or route.

    Raises
    ------
    CorrectionsError
        The file is damaged.
    """
    root = parse_xml(path.name, content)
    datum = "" if _SHIFTING.search(root.get("creator") or "") else Datum.WGS84.value
    counts: dict[str, int] = {}
    for element in root.iter():
        kind = local_name(element)
        if kind not in {"wpt", "trk", "rte"}:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        cells: dict[str, Any] = {"datum": datum}
        for child in element:
            text = (child.text or "").strip()
            name = local_name(child)
            if name == "name":
                cells["name"] = text
            elif name == "cmt":
                cells["note"] = text
            elif name == "time":
                cells["date"] = text[:10]
        shape, refused, said = _gpx_shape(element, kind)
        if said:
            cells["note"] = "；".join(part for part in (cells.get("note"), said) if part)
        if shape is not None:
            cells["geometry"] = mapping(shape)
        row = Row(
            file=path.name,
            place=f"{kind} {counts[kind]}",
            cells={k: v for k, v in cells.items() if v},
            columns={},
        )
        yield Returned(row=row, medium=Medium.CARRIER, refused=refused)


def _gpx_shape(element: Element, kind: str) -> tuple[BaseGeometry | None, str, str]:
    held = [element] if kind == "wpt" else [e for e in element.iter() if _is_step(e)]
    try:
        pairs = [(float(e.get("lon") or ""), float(e.get("lat") or "")) for e in held]
    except ValueError:
        return None, "坐标无法读取", ""
    if kind == "wpt":
        return shapely.Point(pairs[0]), "", ""
    ring = ring_of(pairs)
    return ring.shape, ring.refused, ring.note


def _is_step(element: Element) -> bool:
    return local_name(element) in {"trkpt", "rtept"}


def line_rows(path: Path, content: bytes) -> Iterator[Returned]:
    """Read lines of name, longitude and latitude, in any of the ways 奥维 takes.

    Longitude stands right before latitude; what stands before is the name, what stands after the
    note (the name where nothing stands before). A first column ``g`` marks GCJ-02, ``b`` BD-09;
    lines without say nothing of their datum, for 奥维 exports GCJ-02 unmarked since 9.3.

    Parameters
    ----------
    path, content
        The file.

    Yields
    ------
    Returned
        One a line.

    Raises
    ------
    CorrectionsError
        The file is no text, or no line holds a position.
    """
    found = False
    unread = []
    for number, line in enumerate(decoded(path, content).splitlines(), start=1):
        if not line.strip() or _HEADINGS & {word.lower() for word in _SPLIT.split(line)}:
            continue
        place = f"line {number}"
        flag, rest, at = _read_line(line)
        if at is None:
            row = Row(file=path.name, place=place, cells={"name": line.strip()[:200]}, columns={})
            unread.append(
                Returned(row=row, medium=Medium.CARRIER, refused="这一行里没有读到经度和纬度")
            )
            continue
        found = True
        before, after = " ".join(rest[:at]), " ".join(rest[at + 2 :])
        cells = {
            "name": before or after,
            "note": after if before and not _is_number(after) else "",
            "lon": rest[at],
            "lat": rest[at + 1],
            "datum": flag.value if flag else "",
        }
        row = Row(
            file=path.name, place=place, cells={k: v for k, v in cells.items() if v}, columns={}
        )
        yield Returned(row=row, medium=Medium.CARRIER)
    if not found:
        message = (
            f"{path.name}: no line holds a name, a longitude and a latitude "
            "(名称 经度 纬度); export it from 奥维 as txt"
        )
        raise CorrectionsError(
            message, chinese=f"{path.name}：没有一行有名称、经度、纬度；请从奥维导出为txt"
        )
    yield from unread


def _read_line(line: str) -> tuple[Datum | None, list[str], int | None]:
    """Give the datum a line marks, its words, and where in them the longitude stands."""
    for words in (line.split(), [word for word in _SPLIT.split(line) if word]):
        flag = _FLAGS.get(words[0].lower()) if words else None
        rest = words[1:] if flag else words
        at = _position_at(rest)
        if at is not None:
            return flag, rest, at
    return None, [], None


def _position_at(words: Sequence[str]) -> int | None:
    """Give where longitude stands, latitude right after it."""
    for at in range(len(words) - 1):
        if not read_position(words[at], words[at + 1], datum=Datum.WGS84.value).faults:
            return at
    return None


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", text))
