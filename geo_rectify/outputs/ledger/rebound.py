"""Sites of a closed issue that a later document names again (可能反弹)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo_rectify.outputs.ledger.book import cell_text, digest, names_in, row_key
from geo_rectify.outputs.ledger.closing import closings
from geo_rectify.outputs.ledger.columns import ISSUES, REBOUND
from geo_rectify.outputs.ledger.documents import AREAS
from geo_rectify.vocabulary import label

if TYPE_CHECKING:
    from geo_rectify.outputs.ledger.book import LedgerBook

_WIDE: Final = frozenset(label(kind) for kind in AREAS)


def rebounds(ledger: LedgerBook, old: LedgerBook, *, notice_days: int) -> LedgerBook:
    """Mark issues of a run whose sites an older ledger holds as closed, and say which they are.

    Parameters
    ----------
    ledger
        The ledger of the run, with what was taken over.
    old
        The ledger people worked in, of an earlier plan or of the same.
    notice_days
        Least number of days a public notice of closing stands.

    Returns
    -------
    LedgerBook
        The ledger with the column 可能反弹 filled, and a note for each closed issue that a later
        document of the run itself names again.
    """
    now = closings(ledger, notice_days=notice_days)
    here = {row_key(ISSUES, row)[0]: row for row in ledger.tables[ISSUES].rows}
    notes = [
        f"问题{issue}已销号，可能反弹：{cell_text(row.get(REBOUND))}"
        for issue, row in here.items()
        if issue in now and now[issue].closed and cell_text(row.get(REBOUND))
    ]
    gone = {
        issue
        for issue, closing in closings(old, notice_days=notice_days).items()
        if closing.closed and not (issue in now and now[issue].closed)
    }
    before = _issues_by_site(old)
    said: dict[str, list[str]] = {}
    for site, (name, issues) in _issues_by_site(ledger).items():
        closed = [issue for issue in before.get(site, ("", ()))[1] if issue in gone]
        for issue in issues if closed else ():
            said.setdefault(issue, []).append(f"{name}曾见于原台账已销号的问题{'、'.join(closed)}")
    written = dict(ledger.written)
    rows = []
    for issue, row in here.items():
        if issue in said:
            words = "；".join(filter(None, (cell_text(row.get(REBOUND)), *said[issue])))
            row = {**row, REBOUND: words}  # noqa: PLW2901 - the row as it is printed
            written[ISSUES, issue, "", REBOUND] = digest(words)
            notes.append(f"问题{issue}可能反弹：{words}")
        rows.append(row)
    tables = dict(ledger.tables) | {ISSUES: replace(ledger.tables[ISSUES], rows=tuple(rows))}
    return replace(ledger, tables=tables, written=written, notes=(*ledger.notes, *notes))


def _issues_by_site(ledger: LedgerBook) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Give name and issues of each site that is narrow enough to be known again."""
    table = ledger.tables.get("点位")
    return {
        cell_text(row.get("site_id")): (
            cell_text(row.get("名称")),
            tuple(names_in(row.get("问题序号"))),
        )
        for row in (table.rows if table else ())
        if cell_text(row.get("类型")) not in _WIDE and not cell_text(row.get("数量"))
    }
