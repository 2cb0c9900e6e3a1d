"""What came back, row by row, and what a drawn or walked line is worth as an outline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import shapely

from geo_rectify.crs import distance_m
from geo_rectify.errors import CorrectionsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.places.corrections import Row

_OPEN_M: Final = 30.0
_OPEN_SHARE: Final = 0.05
_CORNERS: Final = 3
_MOST: Final = 0.95
_GB: Final = (b"gb2312", b"gbk", b"gb18030")
_HEAD: Final = 200


class Medium(StrEnum):
    """What a row came in: a form somebody filled, a file that carries all sites, a photo."""

    FORM = "form"
    CARRIER = "carrier"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One row that came back.

    Attributes
    ----------
    row
        Its cells; a geometry is GeoJSON in the datum the cell ``datum`` names, "" where the file
        names none.
    medium
        What it came in. A carrier holds all sites, moved or not; a form only what was filled in.
    issue
        The issue the file files it under, "" where it says none.
    refused
        Why it can be no place, "" where it may be one.
    """

    row: Row
    medium: Medium
    issue: str = ""
    refused: str = ""

    @property
    def placed(self) -> bool:
        """Say whether it brings a position, whose datum must be known."""
        return any(self.row.cells.get(name) is not None for name in ("geometry", "lon", "lat"))

    @property
    def undeclared(self) -> bool:
        """Say whether nothing tells the datum of its position."""
        return self.placed and not self.refused and not self.row.cells.get("datum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A closed line as an outline, or why it is none; ``note`` says what was left out."""

    shape: shapely.Polygon | None = None
    refused: str = ""
    note: str = ""


def ring_of(coordinates: Sequence[tuple[float, float]]) -> Ring:
    """Close a line that was drawn or walked around a place.

    Who walks around a place crosses the beginning of the track at its end: of the loops, the one
    with nearly all the area is taken, and the note says so.

    Parameters
    ----------
    coordinates
        Longitude and latitude of its points, degrees.

    Returns
    -------
    Ring
        The outline, or why there is none.
    """
    if len(set(coordinates)) < _CORNERS:
        return Ring(refused="线上不足三个不同的点，不成轮廓")
    gap = distance_m(shapely.Point(coordinates[0]), shapely.Point(coordinates[-1]))
    steps = pairwise(coordinates)
    length = sum(distance_m(shapely.Point(a), shapely.Point(b)) for a, b in steps)
    if gap > max(_OPEN_M, _OPEN_SHARE * length):
        return Ring(refused=f"线没有闭合（首尾相距{gap:.0f}米），不作轮廓；请闭合后再导入")
    shape = shapely.Polygon(coordinates)
    if shape.is_valid:
        return Ring(shape=shape)
    noded = shapely.unary_union(shapely.LineString([*coordinates, coordinates[0]]))
    loops = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    whole = sum(loop.area for loop in loops)
    largest = max(loops, key=lambda loop: loop.area, default=None)
    if largest is None or largest.area < _MOST * whole:
        return Ring(refused="线自相交，不作轮廓；请重绘")
    share = largest.area / whole
    return Ring(shape=largest, note=f"线有交叉，取其中最大的一圈（占{share:.1%}）")


def parse_xml(name: str, content: bytes) -> ET.Element:
    """Parse XML of strangers: no document type, no entities, GB encodings too.

    Parameters
    ----------
    name
        Name of the file, for messages.
    content
        Its bytes.

    Returns
    -------
    xml.etree.ElementTree.Element
        The root.

    Raises
    ------
    CorrectionsError
        It is no XML, or brings entities of its own.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        message = f"{name} declares entities of its own and is not read; export it again"
        raise CorrectionsError(
            message, chinese=f"{name}：文件里自带XML实体，已拒绝读取；请重新导出"
        )
    text: bytes | str = content
    if any(word in content[:_HEAD].lower() for word in _GB):
        # expat knows no multi-byte encodings; a str takes no notice of the declaration
        text = content.decode("gb18030", errors="replace")
        text = text[text.find("?>") + 2 :] if text.lstrip().startswith("<?xml") else text
    try:
        return ET.fromstring(text)  # noqa: S314 - entities were refused above
    except ET.ParseError as err:
        message = f"{name} is damaged ({err}); export it again"
        raise CorrectionsError(message, chinese=f"{name}：文件已损坏；请重新导出") from err


def local_name(element: ET.Element) -> str:
    """Give an element's name without its namespace.

    Parameters
    ----------
    element
        The element.

    Returns
    -------
    str
        For example ``Placemark``.
    """
    return str(element.tag).rpartition("}")[2]
