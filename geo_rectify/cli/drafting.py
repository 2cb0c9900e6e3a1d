"""Drafts of a ledger written as Word files: the pages are the report's, the words the ledger's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_rectify.drawing.markup import package_version
from geo_rectify.outputs.reports.model import (
    Block,
    Column,
    Page,
    Paragraph,
    Report,
    Section,
    Table,
    Tone,
)
from geo_rectify.outputs.reports.word import write_docx

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from geo_rectify.outputs.ledger import Draft, DraftPart, LedgerBook


def write_draft(draft: Draft, path: Path, *, ledger: LedgerBook, as_of: dt.date) -> None:
    """Write a draft as a Word document.

    Parameters
    ----------
    draft
        The draft.
    path
        The file.
    ledger
        The ledger it is from, named at the foot of each page.
    as_of
        Day the document is dated.
    """
    sections = [_section(part) for part in draft.parts]
    last = sections[-1]
    signed = tuple(Paragraph(text=line, tone=Tone.SIGNATURE) for line in draft.signature)
    sections[-1] = Section(
        heading=last.heading, level=last.level, page=last.page, blocks=(*last.blocks, *signed)
    )
    stamp = ledger.stamp
    report = Report(
        title=draft.title,
        subtitle=draft.subtitle,
        sections=tuple(sections),
        mark="" if stamp is None else stamp.mark,
        provenance=f"据{ledger.source}起草；geo_rectify {package_version()}",
        as_of=as_of,
        contents=False,
    )
    write_docx(report, path)


def _section(part: DraftPart) -> Section:
    blocks: list[Block] = [Paragraph(text=text) for text in part.paragraphs]
    if part.table is not None:
        columns = tuple(Column(title=title, width=width) for title, width in part.table.columns)
        blocks.append(Table(columns=columns, rows=part.table.rows))
    page = Page.NEW if part.new_page else Page.SAME
    return Section(heading=part.heading, level=part.level, blocks=tuple(blocks), page=page)
