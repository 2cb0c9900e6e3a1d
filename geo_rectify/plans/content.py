"""Content: what a reader makes of a file, put together piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo_rectify.models import Block
from geo_rectify.plans.records import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The text of a file, its blocks, and the grid of its tables.

    Attributes
    ----------
    text
        The text.
    blocks
        The pieces of it that hold words, in order, none overlapping.
    grid
        The cells of all tables that hold words, in the order of their text.
    wraps
        Start and end of each line break that does not end its paragraph (text files alone).
    notes
        Code and words of what should be said of the file.
    """

    text: str
    blocks: tuple[Block, ...]
    grid: tuple[Cell, ...] = ()
    wraps: tuple[tuple[int, int], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class ContentBuilder:
    """Collects paragraphs and cells, joined with line feeds."""

    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    grid: list[Cell] = field(default_factory=list)
    offset: int = 0

    def add(self, paragraph: str, locator: str) -> None:
        """Add a paragraph; line feeds within it part it into blocks.

        Parameters
        ----------
        paragraph
            Its words; an empty one stays an empty line.
        locator
            Where it stands.
        """
        for text in paragraph.split("\n"):
            if text.strip():
                block = Block(start=self.offset, end=self.offset + len(text), locator=locator)
                self.blocks.append(block)
            self.pieces.append(text)
            self.offset += len(text) + 1

    def add_cell(
        self,
        paragraphs: list[str],
        *,
        locator: str,
        place: tuple[int, int, int],
        span: tuple[int, int] = (1, 1),
    ) -> None:
        """Add a cell of a table.

        Parameters
        ----------
        paragraphs
            Its paragraphs.
        locator
            Where it stands, in words.
        place
            Table, row and column, from one.
        span
            How many rows and columns it covers.
        """
        first = len(self.blocks)
        for paragraph in paragraphs:
            self.add(paragraph, locator)
        table, row, column = place
        self.grid.append(
            Cell(
                table=table,
                row=row,
                column=column,
                rows=max(1, span[0]),
                columns=max(1, span[1]),
                first=first,
                last=len(self.blocks),
            )
        )

    def content(self) -> Content:
        """Give what was collected.

        Returns
        -------
        Content
            The text and its parts.
        """
        return Content(
            text="\n".join(self.pieces), blocks=tuple(self.blocks), grid=tuple(self.grid)
        )


def cell_locator(table: int, row: int, column: int) -> str:
    """Say where a cell stands.

    Parameters
    ----------
    table, row, column
        From one.

    Returns
    -------
    str
        ``表1第2行第3列``.
    """
    return f"表{table}第{row}行第{column}列"
