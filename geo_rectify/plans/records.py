"""Records that pass between the steps of reading a plan; they do not leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo_rectify.models import Block


class FieldRole(StrEnum):
    """What a labelled part of an issue is; the words for each stand in ``layout.toml``."""

    PROBLEM = "problem"
    GOAL = "goal"
    DEADLINE = "deadline"
    MEASURES = "measures"
    RESPONSIBLE = "responsible"
    LEAD = "lead"
    SUPPORTING = "supporting"
    PERSON = "person"
    ACCEPTANCE = "acceptance"
    COMPLETION = "completion"
    ASIDE = "aside"


UNIT_ROLES = frozenset({FieldRole.RESPONSIBLE, FieldRole.LEAD, FieldRole.SUPPORTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a table: its place, counted from one, what it covers, and its blocks.

    ``first`` and ``last`` are half-open indices of blocks; an empty cell has none.
    """

    table: int
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A document as text: what every format is brought to.

    Attributes
    ----------
    name
        File name without its folder.
    sha256
        Hash of the file's bytes.
    text
        The decoded text; paragraphs and cells of a Word document are joined with line feeds.
    blocks
        The lines, paragraphs and cell paragraphs that hold text, in order, none overlapping.
    grid
        The cells of all tables.
    wraps
        Start and end of each line break that does not end its paragraph.
    notes
        Code and words of what should be said of the file.
    replaced
        How many characters that no file format may carry were replaced by U+FFFD, one for one.
    """

    name: str
    sha256: str
    text: str
    blocks: tuple[Block, ...]
    grid: tuple[Cell, ...] = ()
    wraps: tuple[tuple[int, int], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    replaced: int = 0

    @property
    def cells(self) -> frozenset[int]:
        """Give the blocks that stand in a table, beside other cells of their row."""
        filled: dict[tuple[int, int], list[Cell]] = {}
        for cell in self.grid:
            if cell.last > cell.first:
                filled.setdefault((cell.table, cell.row), []).append(cell)
        return frozenset(
            index
            for row in filled.values()
            if len(row) > 1 or row[0].column > 1
            for cell in row
            for index in range(cell.first, cell.last)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A printed number at the head of a line; the words begin at ``end``."""

    style: str
    value: int
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label such as 整改目标：; its value begins at ``end``."""

    role: FieldRole
    spelling: str
    start: int
    end: int
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A block, or the part of one from a label to the next.

    ``head`` is where the block begins, ``start`` where its words do, Word residue skipped.
    ``rows`` are the first and last table row a cell covers, None outside tables of issues.
    """

    head: int
    start: int
    end: int
    number: Number | None = None
    label: Label | None = None
    cell: bool = False
    inline: bool = False
    rows: tuple[int, int] | None = None

    @property
    def after_number(self) -> int:
        """Where the words behind the printed number begin."""
        return self.start if self.number is None else self.number.end

    @property
    def style(self) -> str:
        """Style of the printed number, "" without one."""
        return "" if self.number is None else self.number.style


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How one document sets out its issues, found from the document itself.

    Attributes
    ----------
    lines
        All lines of the document.
    issue_style
        Style of the issues' numbers, None where they carry none (automatic numbering).
    issue_lines
        Index of the first line of each issue.
    section_lines
        Index of the heading line of each section.
    last_line
        Index after the last line of the list.
    list_start
        Offset at which the list begins.
    spellings
        The labels the list uses, by role, in order of first use.
    heading_lines
        Index of every heading line, of all levels.
    per_measure
        The labels that are about single measures rather than issues.
    semicolons_part
        Whether measures without numbers are parted by semicolons: no issue sets them out otherwise.
    """

    lines: tuple[Line, ...]
    issue_style: str | None
    issue_lines: tuple[int, ...]
    section_lines: tuple[int, ...]
    last_line: int
    list_start: int
    spellings: tuple[tuple[FieldRole, str], ...]
    heading_lines: tuple[int, ...] = ()
    per_measure: frozenset[str] = frozenset()
    semicolons_part: bool = True
