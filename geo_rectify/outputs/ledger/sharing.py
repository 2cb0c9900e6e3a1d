"""A ledger handed out by county, and brought together again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo_rectify.errors import InputFileError
from geo_rectify.outputs.ledger.book import (
    KEYED,
    LedgerBook,
    Table,
    cell_text,
    digest,
    names_in,
    row_key,
)
from geo_rectify.outputs.ledger.columns import (
    ISSUES,
    LISTED_PETITIONS,
    MEASURES,
    NUMBER,
    PENDING,
    PETITIONS,
    SELF_CHECKS,
    SHEETS,
    TERRITORY,
    WHERE_NEEDED,
)
from geo_rectify.outputs.ledger.entries import (
    OTHER_TEXT,
    Entry,
    entries_of,
    pending_row,
    with_entries,
    with_pending,
)
from geo_rectify.outputs.ledger.status import settled
from geo_rectify.settings import NOTICE_DAYS
from geo_rectify.vocabulary import Precision, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_rectify.outputs.ledger.book import CellKey

NO_COUNTY: Final = "市级及未明确"
"""Part of a split for rows that name no county."""
CONTRADICTION: Final = "各台账填报不一致"
_EVERY: Final = "各县"
_COUNTY: Final = {"点位": "县", "未定位": "县", LISTED_PETITIONS: "县"}
_OF_SITES: Final = {"判定": ("点位", "site_id")}
_OF_ISSUES: Final = {
    PETITIONS: NUMBER,
    "核对": "问题序号",
    SELF_CHECKS: "问题序号",
    PENDING: NUMBER,
}
"""Sheets whose rows go with an issue, and the column that names it."""


def split_ledger(ledger: LedgerBook) -> dict[str, LedgerBook]:
    """Divide a ledger into one for each county, and one for what names no county.

    A row that concerns several counties, or all of them, stands in each of their ledgers.

    Parameters
    ----------
    ledger
        A ledger as read.

    Returns
    -------
    dict
        By county in the order of the ledger, `NO_COUNTY` last; together they hold every row.
    """
    named: dict[str, None] = {}
    for sheet in KEYED:
        for row in ledger.tables[sheet].rows:
            named.update(dict.fromkeys(_places(row.get(TERRITORY))))
    for sheet, header in _COUNTY.items():
        for row in _rows(ledger, sheet):
            named.update(dict.fromkeys(_places(row.get(header))))
    counties = [name for name in named if not name.startswith(_EVERY)]
    parts = {name: _part(ledger, name, counties=counties) for name in [*counties, NO_COUNTY]}
    return {
        name: part
        for name, part in parts.items()
        if any(table.rows for table in part.tables.values())
    }


def _places(cell: object) -> list[str]:
    return [name for name in names_in(cell) if name != label(Precision.NONE)]


def _rows(ledger: LedgerBook, sheet: str) -> Sequence[Mapping[str, object]]:
    return ledger.tables[sheet].rows if sheet in ledger.tables else ()


def _concerns(cell: object, name: str, *, counties: Sequence[str]) -> bool:
    places = _places(cell)
    if name == NO_COUNTY:
        return not any(place in counties or place.startswith(_EVERY) for place in places) or (
            not counties
        )
    return name in places or any(place.startswith(_EVERY) for place in places)


def _part(ledger: LedgerBook, name: str, *, counties: Sequence[str]) -> LedgerBook:
    def chosen(sheet: str, header: str) -> list[Mapping[str, object]]:
        return [
            row
            for row in _rows(ledger, sheet)
            if _concerns(row.get(header), name, counties=counties)
        ]

    rows: dict[str, list[Mapping[str, object]]] = {MEASURES: chosen(MEASURES, TERRITORY)}
    numbers = {cell_text(row.get(NUMBER)) for row in rows[MEASURES]}
    own = {id(row) for row in chosen(ISSUES, TERRITORY)}
    rows[ISSUES] = [
        row
        for row in _rows(ledger, ISSUES)
        if id(row) in own or cell_text(row.get(NUMBER)) in numbers
    ]
    numbers |= {cell_text(row.get(NUMBER)) for row in rows[ISSUES]}
    for sheet, header in _COUNTY.items():
        rows[sheet] = chosen(sheet, header)
    for sheet, (of, header) in _OF_SITES.items():
        every = {cell_text(row.get(header)) for row in _rows(ledger, of)}
        held = {cell_text(row.get(header)) for row in rows[of]}
        rows[sheet] = [
            row
            for row in _rows(ledger, sheet)
            if cell_text(row.get(header)) in held
            or (name == NO_COUNTY and cell_text(row.get(header)) not in every)
        ]
    known = {cell_text(row.get(NUMBER)) for row in _rows(ledger, ISSUES)}
    for sheet, header in _OF_ISSUES.items():
        rows[sheet] = [
            row
            for row in _rows(ledger, sheet)
            if cell_text(row.get(header)) in numbers
            or (name == NO_COUNTY and cell_text(row.get(header)) not in known)
        ]
    tables = {
        sheet: Table(headers=table.headers, rows=tuple(rows[sheet]))
        for sheet, table in ledger.tables.items()
        if sheet not in WHERE_NEEDED or rows[sheet]
    }
    kept = {(sheet, *row_key(sheet, row)) for sheet in KEYED for row in tables[sheet].rows}
    part = replace(
        ledger,
        tables=tables,
        written={key: mark for key, mark in ledger.written.items() if key[:3] in kept},
    )
    entries, _ = entries_of(part)
    return replace(part, handed={entry.key: digest(entry.value) for entry in entries})


def merge_ledgers(ledgers: Sequence[LedgerBook], *, notice_days: int = NOTICE_DAYS) -> LedgerBook:
    """Bring ledgers of one run together, for example those of the counties.

    What one of them changed counts against what was handed out. Where two changed a cell to
    different words, the cell is left as it was handed out or printed, and both stand on the sheet
    待处理.

    Parameters
    ----------
    ledgers
        Ledgers as read, at least one of which knows the run it comes from.
    notice_days
        Least number of days a public notice of closing stands.

    Returns
    -------
    LedgerBook
        All rows, entries and added columns; contradictions, and steps of closing that do not
        count, also among the notes.

    Raises
    ------
    InputFileError
        None of them knows its run, or they come from different runs.
    """
    known = [ledger for ledger in ledgers if ledger.stamp is not None]
    if not known:
        message = (
            "none of the ledgers knows the run it comes from (its hidden sheet was lost); "
            "include one that a run or a split wrote, or use run --ledger"
        )
        chinese = (
            "这些台账都没有写明出自哪次运行（隐藏工作表丢失）；请加上一份由 run 或 split 写出的，"
            "或用 run --ledger"
        )
        raise InputFileError(message, chinese=chinese)
    for other in known[1:]:
        if other.stamp != known[0].stamp:
            message = (
                f"{known[0].source} and {other.source} come from different runs; bring each into "
                "one run with run --ledger first"
            )
            chinese = f"{known[0].source}和{other.source}出自不同的运行；请先用 run --ledger 并入同一次运行"
            raise InputFileError(message, chinese=chinese)
    base = _printed(ledgers, known)
    changed: dict[CellKey, list[Entry]] = {}
    unchanged: dict[CellKey, Entry] = {}
    pending: list[Mapping[str, object]] = []
    notes = [note for ledger in ledgers for note in ledger.notes]
    rows = {(sheet, *row_key(sheet, row)) for sheet in KEYED for row in base.tables[sheet].rows}
    for ledger in ledgers:
        entries, waiting = entries_of(ledger)
        pending += waiting
        for entry in entries:
            if entry.key[:3] not in rows:
                pending.append(pending_row(entry, reason=OTHER_TEXT))
            elif ledger.handed.get(entry.key) == digest(entry.value):
                unchanged.setdefault(entry.key, entry)
            else:
                changed.setdefault(entry.key, []).append(entry)
    placed = dict(unchanged)
    for key, entries in changed.items():
        if len({digest(entry.value) for entry in entries}) == 1:
            placed[key] = entries[0]
            continue
        pending += [pending_row(entry, reason=CONTRADICTION) for entry in entries]
        told = "；".join(f"{entry.source}：{cell_text(entry.value)}" for entry in entries)
        where = f"问题{key[1]}" + (f"措施{key[2]}" if key[2] else "")
        notes.append(f"{where}“{key[3]}”{CONTRADICTION}：{told}")
    headers = {sheet: base.tables[sheet].headers for sheet in KEYED}
    merged = with_entries(base, placed.values(), headers=headers)
    merged = settled(replace(merged, notes=tuple(notes)), notice_days=notice_days)
    return with_pending(merged, pending)


def _printed(ledgers: Sequence[LedgerBook], known: Sequence[LedgerBook]) -> LedgerBook:
    """Join the rows of several ledgers as they were printed, without what people wrote."""
    tables = {}
    for kind in SHEETS:
        if kind.name == PENDING or not any(kind.name in each.tables for each in known):
            continue
        headers = dict.fromkeys(
            header
            for each in ledgers
            if kind.name in each.tables
            for header in each.tables[kind.name].headers
        )
        rows: dict[tuple[str, ...], Mapping[str, object]] = {}
        for each in known:
            by_hand = {entry.key for entry in entries_of(each)[0]}
            for row in _rows(each, kind.name):
                if kind.name not in KEYED:
                    rows.setdefault(tuple(cell_text(row.get(h)) for h in headers), row)
                    continue
                place = row_key(kind.name, row)
                held = dict(rows.get(place, {}))
                for header, value in row.items():
                    printed = (kind.name, *place, header) not in by_hand
                    if printed and not cell_text(held.get(header)):
                        held[header] = value
                rows[place] = held
        ordered = list(rows.items())
        if kind.name in KEYED:
            ordered = [
                pair for pair in sorted(ordered, key=lambda pair: _order(pair[0])) if pair[0][0]
            ]
        tables[kind.name] = Table(headers=tuple(headers), rows=tuple(row for _, row in ordered))
    written = {key: mark for each in known for key, mark in each.written.items()}
    return replace(known[0], source="", tables=tables, written=written, handed={}, notes=())


def _order(place: tuple[str, ...]) -> tuple[tuple[str, int, str], ...]:
    ordered = []
    for part in place:
        document, _, number = part.rpartition("/")
        ordered.append((document, int(number) if number.isdigit() else 0, number))
    return tuple(ordered)
