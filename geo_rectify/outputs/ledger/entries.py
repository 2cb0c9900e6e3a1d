"""What people wrote into a ledger, and taking it over into another one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from geo_rectify.outputs._progress import Progress
from geo_rectify.outputs.ledger.book import (
    EMPTY_DIGEST,
    KEYED,
    LedgerBook,
    Table,
    cell_text,
    digest,
    row_key,
)
from geo_rectify.outputs.ledger.columns import (
    ISSUES,
    MEASURES,
    NUMBER,
    PENDING,
    PENDING_COLUMNS,
    POSITION,
    SHEETS,
    STATE_HEADER,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo_rectify.outputs.ledger.book import CellKey

_TELLTALE: Final = {ISSUES: "反馈问题", MEASURES: "整改措施"}
"""The column that says what a row is about: entries stay with it, not with a bare number."""
_COMPUTED: Final = frozenset({Progress.DUE_UNREPORTED, Progress.NOT_DUE, Progress.LONG_TERM})
_FILLED: Final = {
    kind.name: {column.header for column in kind.columns if column.fill} for kind in SHEETS
}
_OWN: Final = {kind.name: {column.header for column in kind.columns} for kind in SHEETS}
NO_ROW: Final = "新台账中没有这一行"
OTHER_TEXT: Final = "新台账中该行的文字已不同，请核对后填入"
TWICE: Final = "同一序号有多行"
NO_NUMBER: Final = "该行没有序号"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One cell a person wrote: where it stands, and the cell as it is."""

    key: CellKey
    value: object
    source: str = ""


def entries_of(ledger: LedgerBook) -> tuple[list[Entry], list[Mapping[str, object]]]:
    """List what people wrote into the sheets of issues and measures.

    Parameters
    ----------
    ledger
        A ledger as read.

    Returns
    -------
    entries : list of Entry
        Cells that are not as the package wrote them. Where the file lost the record of that, the
        columns people fill and those they added; a state only if dates alone never give it.
    pending : list of dict
        Rows of the sheet 待处理: those the ledger had, and cells whose row has no number or whose
        number stands twice with different words.
    """
    entries: dict[CellKey, Entry] = {}
    pending: list[Mapping[str, object]] = [
        {column.header: row.get(column.header) for column in PENDING_COLUMNS}
        for row in (ledger.tables[PENDING].rows if PENDING in ledger.tables else ())
    ]
    for sheet in KEYED:
        for row in ledger.tables[sheet].rows:
            issue, measure = row_key(sheet, row)
            for header, value in row.items():
                if header in {NUMBER, POSITION}:
                    continue
                key = (sheet, issue, measure, header)
                if not _by_hand(ledger, key, value):
                    continue
                entry = Entry(key=key, value=value, source=ledger.source)
                if not issue or (sheet == MEASURES and not measure):
                    pending.append(pending_row(entry, reason=NO_NUMBER))
                elif key in entries and digest(entries[key].value) != digest(value):
                    pending.append(pending_row(entry, reason=TWICE))
                else:
                    entries.setdefault(key, entry)
    return list(entries.values()), pending


def _by_hand(ledger: LedgerBook, key: CellKey, value: object) -> bool:
    text = cell_text(value)
    if not text:
        return False
    if ledger.written:
        return digest(value) != ledger.written.get(key, EMPTY_DIGEST)
    sheet, header = key[0], key[3]
    if header == STATE_HEADER:
        return text not in _COMPUTED
    return header in _FILLED[sheet] or header not in _OWN[sheet]


def pending_row(entry: Entry, *, reason: str) -> dict[str, object]:
    """Give an entry as a row of the sheet 待处理.

    Parameters
    ----------
    entry
        The entry.
    reason
        Why it has no place of its own.

    Returns
    -------
    dict
        The row.
    """
    sheet, issue, measure, header = entry.key
    cells = (sheet, issue, measure, header, entry.value, entry.source, reason)
    return {column.header: cell for column, cell in zip(PENDING_COLUMNS, cells, strict=True)}


def take_over(fresh: LedgerBook, old: LedgerBook, *, part: bool = False) -> LedgerBook:
    """Put what people wrote into an old ledger into a new one, by issue and measure.

    A row of the new ledger is the same as the old one's if its number and the words of its problem
    or measure are. Whatever finds no such row stands on the sheet 待处理. A printed cell that a
    person corrected keeps the correction.

    Parameters
    ----------
    fresh
        The ledger of a new run.
    old
        The ledger people worked in.
    part
        Whether the new one is a part of the run: what belongs to no row of it is then left where
        it is, and counted.

    Returns
    -------
    LedgerBook
        The new ledger with the entries, and notes on what needs a look.
    """
    old = renumbered(old, fresh)
    entries, pending = entries_of(old)
    known = {
        (sheet, *row_key(sheet, row)): row for sheet in KEYED for row in fresh.tables[sheet].rows
    }
    placed: list[Entry] = []
    notes = [*fresh.notes, *old.notes]
    elsewhere = 0
    if part:
        here = {place[1] for place in known}
        own = [row for row in pending if cell_text(row.get(NUMBER)) in here]
        elsewhere = len(pending) - len(own)
        pending = own
    for entry in entries:
        place = entry.key[:3]
        if part and place not in known:
            elsewhere += 1
        elif place not in known:
            pending.append(pending_row(entry, reason=NO_ROW))
        elif not same_row(fresh, old, place):
            pending.append(pending_row(entry, reason=OTHER_TEXT))
        else:
            placed.append(entry)
            notes += _reprinted(fresh, old, entry)
    taken = with_entries(fresh, placed, headers={sheet: _added(old, sheet) for sheet in KEYED})
    if pending:
        notes.append(f"原台账有 {len(pending)} 项填报内容列入工作表“{PENDING}”，请人工处理")
    if elsewhere:
        notes.append(f"原台账有 {elsewhere} 项填报内容不在本次范围内，未带入，原文件不变")
    return with_pending(replace(taken, notes=tuple(notes)), pending)


def renumbered(old: LedgerBook, fresh: LedgerBook) -> LedgerBook:
    """Give an old ledger the issue keys of a run with more or fewer documents: 3 is now doc/3.

    Parameters
    ----------
    old
        The ledger people worked in.
    fresh
        The ledger of the run.

    Returns
    -------
    LedgerBook
        The old one; a key is taken for another only if exactly one row of the same number has the
        same words.
    """
    header = _TELLTALE[ISSUES]
    now = {row_key(ISSUES, row)[0] for row in fresh.tables[ISSUES].rows}
    names: dict[str, str] = {}
    for row in old.tables[ISSUES].rows:
        key = row_key(ISSUES, row)[0]
        if not key or key in now:
            continue
        mark = old.written.get((ISSUES, key, "", header)) or digest(row.get(header))
        same = [
            other
            for other in now
            if other.rpartition("/")[2] == key.rpartition("/")[2]
            and fresh.written.get((ISSUES, other, "", header), EMPTY_DIGEST) == mark
        ]
        if len(same) == 1:
            names[key] = same[0]
    if not names:
        return old
    tables = {
        name: replace(
            table,
            rows=tuple(
                {**row, NUMBER: names.get(cell_text(row.get(NUMBER)), row.get(NUMBER))}
                if NUMBER in row
                else row
                for row in table.rows
            ),
        )
        for name, table in old.tables.items()
    }
    return replace(
        old,
        tables=tables,
        written={
            (key[0], names.get(key[1], key[1]), *key[2:]): mark for key, mark in old.written.items()
        },
    )


def same_row(fresh: LedgerBook, old: LedgerBook, place: tuple[str, str, str]) -> bool:
    """Say whether a row of two ledgers has the same words.

    Parameters
    ----------
    fresh, old
        The ledgers.
    place
        Sheet, issue and measure of the row.

    Returns
    -------
    bool
        False also where one of them has no such row.
    """
    header = _TELLTALE[place[0]]
    now = fresh.written.get((*place, header), EMPTY_DIGEST)
    if old.written:
        return old.written.get((*place, header), EMPTY_DIGEST) == now
    rows = (row for row in old.tables[place[0]].rows if row_key(place[0], row) == place[1:])
    return any(digest(row.get(header)) == now for row in rows)


def _reprinted(fresh: LedgerBook, old: LedgerBook, entry: Entry) -> list[str]:
    """Say that a printed cell a person corrected would now be printed differently."""
    sheet, issue, measure, header = entry.key
    before = old.written.get(entry.key, EMPTY_DIGEST)
    if header in _FILLED[sheet] or header not in _OWN[sheet] or not old.written:
        return []
    if fresh.written.get(entry.key, EMPTY_DIGEST) == before:
        return []
    where = f"问题{issue}" + (f"措施{measure}" if measure else "")
    return [f"{where}“{header}”沿用人工修改的内容，方案或数据中的内容已变化，请核对"]


def _added(ledger: LedgerBook, sheet: str) -> tuple[str, ...]:
    return tuple(header for header in ledger.tables[sheet].headers if header not in _OWN[sheet])


def with_entries(
    ledger: LedgerBook, entries: Iterable[Entry], *, headers: Mapping[str, tuple[str, ...]]
) -> LedgerBook:
    """Put entries into a ledger whose rows they belong to.

    Parameters
    ----------
    ledger
        The ledger.
    entries
        The entries; each has its row.
    headers
        Columns people added, by sheet; they stand at the end, also when empty.

    Returns
    -------
    LedgerBook
        The ledger with them.
    """
    by_row: dict[tuple[str, str, str], dict[str, object]] = {}
    for entry in entries:
        by_row.setdefault(entry.key[:3], {})[entry.key[3]] = entry.value
    tables = dict(ledger.tables)
    for sheet in KEYED:
        table = tables[sheet]
        tables[sheet] = Table(
            headers=tuple(dict.fromkeys((*table.headers, *headers.get(sheet, ())))),
            rows=tuple(
                {**row, **by_row.get((sheet, *row_key(sheet, row)), {})} for row in table.rows
            ),
        )
    return replace(ledger, tables=tables)


def with_pending(ledger: LedgerBook, rows: Iterable[Mapping[str, object]]) -> LedgerBook:
    """Give a ledger its sheet 待处理.

    Parameters
    ----------
    ledger
        The ledger.
    rows
        Rows of that sheet; equal ones stand once, and without any there is no sheet.

    Returns
    -------
    LedgerBook
        The ledger.
    """
    headers = tuple(column.header for column in PENDING_COLUMNS)
    distinct = {tuple(cell_text(row.get(header)) for header in headers): row for row in rows}
    tables = {name: table for name, table in ledger.tables.items() if name != PENDING}
    if distinct:
        tables[PENDING] = Table(headers=headers, rows=tuple(distinct.values()))
    return replace(ledger, tables=tables)
