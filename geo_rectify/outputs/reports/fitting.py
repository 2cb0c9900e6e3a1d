"""How high a table will be: what every writer asks before it keeps one on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from geo_rectify.outputs.reports.model import Table

KEPT_MM: Final = 60.0
"""Tables up to about this height are kept on one page."""
CARD_MM: Final = 200.0
"""Cards up to about this height are; a higher one would not fit any page."""
_PT_MM: Final = 25.4 / 72
_LINE: Final = 1.25
_CUSHION_MM: Final = 2.5
_ROW_MM: Final = 1.1


def height_mm(table: Table, *, room_mm: float, type_pt: float) -> float:
    """Guess how high a table's rows will be, every character as wide as a Chinese one.

    Parameters
    ----------
    table
        The table.
    room_mm
        The width it has.
    type_pt
        Size of its type.

    Returns
    -------
    float
        Millimetres, without its heading row.
    """
    total = sum(column.width for column in table.columns)
    widths = [room_mm * column.width / total for column in table.columns]
    height = 0.0
    for row in table.rows:
        last = len(row) - 1
        spans = [*widths[:last], sum(widths[last:])]
        lines = [
            sum(
                -(-len(line) * type_pt * _PT_MM // max(1.0, width - _CUSHION_MM)) or 1
                for line in text.split("\n")
            )
            for text, width in zip(row, spans, strict=True)
        ]
        height += max([1.0, *lines]) * type_pt * _PT_MM * _LINE + _ROW_MM
    return height


def stays_whole(table: Table, *, room_mm: float, type_pt: float) -> bool:
    """Say whether a table is to be kept on one page.

    Parameters
    ----------
    table, room_mm, type_pt
        As in `height_mm`.

    Returns
    -------
    bool
        True for a card and for a short table.
    """
    most = CARD_MM if table.card else KEPT_MM
    return height_mm(table, room_mm=room_mm, type_pt=type_pt) <= most
