"""Section two: the documents, layers, measures and meanings a report rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_rectify.outputs.reports.annexes import columns, coverage_words
from geo_rectify.outputs.reports.model import (
    Align,
    Block,
    Paragraph,
    Section,
    Table,
    Tone,
)
from geo_rectify.outputs.reports.wording import (
    DASH,
    distance_words,
    plain,
    wording,
    words,
)
from geo_rectify.vocabulary import (
    Verdict,
    label,
)

if TYPE_CHECKING:
    from geo_rectify.outputs.reports.digest import (
        Digest,
    )
    from geo_rectify.outputs.reports.numbers import TableNumbers

_CENTRE, _LEFT = Align.CENTER, Align.LEFT


# --- 二 -------------------------------------------------------------------------------------------


def basis_sections(digest: Digest, tables: TableNumbers) -> list[Section]:
    """Set out section two.

    Parameters
    ----------
    digest
        The run.
    tables
        Gives the numbers of the tables.

    Returns
    -------
    list of Section
        Documents, layers, measures and what each verdict means.
    """
    assessment = digest.assessment
    settings = assessment.settings
    sections = [Section(heading=words("headings", "basis"), level=1)]
    if assessment.plans:
        rows = tuple(
            (
                digest.document_letter(plan.doc_id) if assessment.several else plan.doc_id,
                plain(plan.title or plan.source_name),
                label(plan.document_type),
                plain(plan.reason) or DASH,
                str(len(plan.issues)),
            )
            for plan in assessment.plans
        )
        widths = ((28, _CENTRE), (52, _LEFT), (20, _CENTRE), (40, _LEFT), (16, _CENTRE))
        table = Table(
            columns=columns("documents", widths),
            rows=rows,
            caption=tables.caption(words("basis", "documents")),
        )
        sections.append(Section(heading=words("headings", "documents"), level=2, blocks=(table,)))
    sections.append(
        Section(heading=words("headings", "layers"), level=2, blocks=_layers(digest, tables))
    )
    measuring = (
        words("basis", "datum"),
        words("basis", "distance", distance=distance_words(settings.max_distance_m)),
        words("basis", "area", least=f"{settings.min_overlap_m2:g}"),
        words("basis", "county"),
        words("basis", "precision"),
    )
    sections.append(
        Section(
            heading=words("headings", "measuring"),
            level=2,
            blocks=tuple(
                Paragraph(text=f"{index}．{text}", tone=Tone.POINT)
                for index, text in enumerate(measuring, start=1)
            ),
        )
    )
    meaning = wording()["basis"]["verdict"]
    verdicts = Table(
        columns=columns("verdicts", ((46, _LEFT), (110, _LEFT))),
        rows=tuple((label(verdict), meaning[verdict.value]) for verdict in Verdict),
        caption=tables.caption(words("basis", "verdicts")),
    )
    sections.append(Section(heading=words("headings", "verdicts"), level=2, blocks=(verdicts,)))
    return sections


def _layers(digest: Digest, tables: TableNumbers) -> tuple[Block, ...]:
    infos = digest.assessment.layers.infos
    if not infos:
        return (Paragraph(text=words("basis", "no_layers")),)
    rows = tuple(
        (
            plain(info.title),
            label(info.status),
            plain(info.version) or DASH,
            plain(info.approval) or DASH,
            coverage_words(info),
        )
        for info in infos
    )
    widths = ((48, _LEFT), (16, _CENTRE), (30, _CENTRE), (28, _CENTRE), (34, _LEFT))
    return (
        Table(
            columns=columns("layers", widths),
            rows=rows,
            caption=tables.caption(words("basis", "layers")),
            note=words("basis", "layers_more"),
        ),
        *(
            Paragraph(
                text=words(
                    "basis",
                    "assumed",
                    title=plain(info.title),
                    said="".join(plain(each) for each in info.assumptions),
                ),
                tone=Tone.NOTE,
            )
            for info in infos
            if info.assumptions
        ),
    )
