"""The report as records, before any writer: sections of paragraphs, tables and pictures."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - dataclass fields are resolved at run time
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Tone(StrEnum):
    """How a paragraph is set: body text, a listed point, small print, or a line to sign on."""

    BODY = "body"
    POINT = "point"
    NOTE = "note"
    SIGNATURE = "signature"


class Align(StrEnum):
    """How a column's cells are set."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Page(StrEnum):
    """The page a section begins on."""

    SAME = "same"
    NEW = "new"
    WIDE = "wide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph of plain text."""

    text: str
    tone: Tone = Tone.BODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, its width relative to the others, how its cells are set."""

    title: str
    width: float
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of plain text.

    Attributes
    ----------
    columns
        The columns.
    rows
        The cells; a row with fewer cells than columns has its last cell span the rest.
    caption, note
        The line above and the small print below, "" for none.
    card
        A card about one thing: no heading row, odd columns hold words for the even ones, and it
        is kept on one page.
    dense
        A long table that is looked up, not read: smaller type.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    note: str = ""
    card: bool = False
    dense: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture over the width of the text."""

    png: bytes
    caption: str
    alt: str
    width_mm: float


Block: TypeAlias = Paragraph | Table | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what stands under it; ``level`` 1 to 3."""

    heading: str
    level: int
    blocks: tuple[Block, ...] = ()
    page: Page = Page.SAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report; both writers draw from it alone.

    Attributes
    ----------
    title, subtitle
        The title, without brackets, and the line under it.
    sections
        The sections in order, all levels in one list.
    mark
        What stands at the head of each page: the mark of an example or of sketched layers.
    provenance
        What stands at the foot of each page.
    as_of
        Day the report is dated.
    contents
        Whether the chief sections are listed under the title.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    mark: str
    provenance: str
    as_of: dt.date
    contents: bool = True

    def tables(self) -> list[Table]:
        """List all tables in order."""
        return [
            block
            for section in self.sections
            for block in section.blocks
            if isinstance(block, Table)
        ]
