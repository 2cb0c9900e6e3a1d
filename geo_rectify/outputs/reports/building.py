"""The report's body, section by section, from a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_rectify.drawing.figures import WIDTH_MM, draw_overview
from geo_rectify.drawing.markup import demo_mark, one_line, provenance_line, titled
from geo_rectify.outputs.reports.annexes import annexes
from geo_rectify.outputs.reports.basis import basis_sections
from geo_rectify.outputs.reports.checks import (
    claims_section,
    disposal_section,
    limits_section,
    on_site_section,
)
from geo_rectify.outputs.reports.digest import (
    Digest,
    digest_of,
)
from geo_rectify.outputs.reports.model import (
    Block,
    Page,
    Paragraph,
    Picture,
    Report,
    Section,
    Tone,
)
from geo_rectify.outputs.reports.numbers import TableNumbers, date_words
from geo_rectify.outputs.reports.overview import overview_sections
from geo_rectify.outputs.reports.sites import flagged_sections, other_sections
from geo_rectify.outputs.reports.wording import (
    subject_of,
    words,
)
from geo_rectify.vocabulary import (
    SCHEMATIC_MARK,
    LayerStatus,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_rectify.pipeline import Assessment


def build_report(
    assessment: Assessment, *, progress: Callable[[str], None] | None = None
) -> Report:
    """Set out the red-line overlay report (套合分析报告) of a run.

    Parameters
    ----------
    assessment
        The run: rectification plans, documents without issues, or sites alone.
    progress
        Called with words as the figures are drawn.

    Returns
    -------
    Report
        Sections, tables and the overview figure; every number traces to the run's tables.
    """
    digest = digest_of(assessment)
    tables = TableNumbers()
    sections = [
        *overview_sections(digest, tables),
        *basis_sections(digest, tables),
        *_overlay(digest, tables, progress=progress),
        claims_section(digest, tables),
        on_site_section(digest, tables),
        disposal_section(digest),
        limits_section(digest),
        *annexes(digest),
        *_figure(digest),
    ]
    schematic = any(info.status is LayerStatus.SCHEMATIC for info in assessment.layers.infos)
    marks = [demo_mark(assessment.settings), SCHEMATIC_MARK if schematic else ""]
    return Report(
        title=titled(_title(assessment), assessment),
        subtitle=words("title", "subtitle", date=date_words(assessment.settings.as_of)),
        sections=tuple(sections),
        mark="　".join(mark for mark in marks if mark),
        provenance=one_line(provenance_line(assessment)),
        as_of=assessment.settings.as_of,
    )


def _title(assessment: Assessment) -> str:
    if not assessment.plans:
        return words("title", "sites")
    first = assessment.plan
    subject = subject_of(first.title or first.source_name.rpartition(".")[0] or first.source_name)
    if assessment.several:
        subject = words("title", "several", subject=subject, count=len(assessment.plans))
    with_issues = any(plan.issues for plan in assessment.plans)
    return words("title", "issues" if with_issues else "places", subject=subject)


# --- 三 -------------------------------------------------------------------------------------------


def _overlay(
    digest: Digest, tables: TableNumbers, *, progress: Callable[[str], None] | None
) -> list[Section]:
    return [
        Section(heading=words("headings", "overlay"), level=1),
        *flagged_sections(digest, next_caption=tables.caption, progress=progress),
        *other_sections(digest, next_caption=tables.caption),
    ]


# --- 附图 -----------------------------------------------------------------------------------------


def _figure(digest: Digest) -> list[Section]:
    overview = draw_overview(digest.assessment)
    blocks: list[Block] = [
        Picture(
            png=overview.png,
            caption=words("annex", "figure_caption"),
            alt=words("annex", "figure_alt"),
            width_mm=WIDTH_MM,
        )
    ]
    if overview.key:
        codes = "；".join(f"{code} {meaning}" for code, meaning in overview.key)
        blocks.append(Paragraph(text=words("annex", "figure_key", codes=codes), tone=Tone.NOTE))
    if overview.notes:
        notes = "；".join(overview.notes)
        blocks.append(Paragraph(text=words("annex", "figure_notes", notes=notes), tone=Tone.NOTE))
    blocks += [
        Paragraph(text=words("signature", line), tone=Tone.SIGNATURE) for line in ("line", "line_2")
    ]
    return [
        Section(heading=words("headings", "figure"), level=1, page=Page.NEW, blocks=tuple(blocks))
    ]
