"""Tables that are no list of rows: issues side by side, and cards with a table of measures within."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.headers import cell_words, header_role
from geo_rectify.plans.records import FieldRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.plans.headers import Columns
    from geo_rectify.plans.records import Cell, SourceText

_MIN_ROLES: Final = 3
_MIN_ISSUES: Final = 2
_FIELDS: Final = frozenset(role.value for role in FieldRole)


def turned(source: SourceText, cells: Sequence[Cell]) -> Sequence[Cell]:
    """Turn a table whose first column holds the headers and whose other columns are issues.

    Parameters
    ----------
    source
        The document.
    cells
        The table's cells.

    Returns
    -------
    sequence of Cell
        The cells with rows and columns exchanged, or as they were in any other table.
    """
    filled = [cell for cell in cells if cell.last > cell.first]
    first = min((cell.row for cell in filled if cell.column > 1), default=0)  # below a title
    heads = [cell for cell in filled if cell.column == 1 and cell.row >= first]
    values = [cell for cell in filled if cell.column > 1 and cell.row >= first]
    roles = [header_role(cell_words(source, cell)) for cell in heads]
    known = {role for role in roles if role is not None}
    if (
        len({cell.column for cell in values}) < _MIN_ISSUES
        or len(known) < _MIN_ROLES
        or None in roles
        or FieldRole.PROBLEM not in known
        or any(cell.columns > 1 for cell in values)
        or any(header_role(cell_words(source, cell)) is not None for cell in values)
    ):
        return cells
    made = [
        replace(
            cell,
            row=cell.column,
            column=cell.row - first + 1,
            rows=cell.columns,
            columns=cell.rows,
        )
        for cell in cells
        if cell.row >= first
    ]
    return sorted(made, key=lambda cell: (cell.row, cell.column))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """A table of measures within a card of one issue: the cells of its header and its rows."""

    header: tuple[Cell, ...]
    measures: tuple[Cell, ...]


def tables_within(
    source: SourceText, cells: Sequence[Cell], columns: Columns, header: int
) -> tuple[Inner, ...]:
    """Find the measures of cards: rows of a table between others of a label and its value.

    Parameters
    ----------
    source
        The document.
    cells
        The table's cells; cards may follow one another.
    columns
        What the columns of the first inner table are.
    header
        The last row of its header.

    Returns
    -------
    tuple of Inner
        Empty where no row above the header tells a field: the header is that of the whole table.
    """
    rows: dict[int, list[Cell]] = {}
    for cell in cells:
        if cell.last > cell.first:
            rows.setdefault(cell.row, []).append(cell)
    told = {role for role, _ in columns.roles.values()}
    above = {_labelled(source, here) for row, here in rows.items() if row < header}
    if FieldRole.PROBLEM in told or not above & {FieldRole.PROBLEM, FieldRole.GOAL}:
        return ()
    made: list[Inner] = []
    inside = False
    for row in sorted(rows):
        here = rows[row]
        if tuple(cell_words(source, cell) for cell in here) == columns.header:
            made.append(Inner(header=tuple(here), measures=()))
            inside = True
        elif _labelled(source, here) is not None:
            inside = False
        elif inside:
            made[-1] = replace(made[-1], measures=(*made[-1].measures, *here))
    return tuple(made)


def _labelled(source: SourceText, cells: Sequence[Cell]) -> str | None:
    """Give the role of a row that is a label and its value, the rest of the row merged into it."""
    role = header_role(cell_words(source, cells[0]))
    if role not in _FIELDS or len(cells) == 1 or cells[0].column != 1:
        return None
    whole = len(cells) == 2 and cells[1].columns > 1  # noqa: PLR2004 - label and value
    pairs = len(cells) % 2 == 0 and all(
        header_role(cell_words(source, cell)) in _FIELDS for cell in cells[::2]
    )
    values = any(header_role(cell_words(source, cell)) is not None for cell in cells[1::2])
    return role if (whole or pairs) and not values else None
