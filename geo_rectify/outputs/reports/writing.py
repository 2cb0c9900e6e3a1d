"""Both files of the report, written into a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_rectify.outputs.reports.building import build_report
from geo_rectify.outputs.reports.page import write_html
from geo_rectify.outputs.reports.word import write_docx

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.pipeline import Assessment


def write_report(assessment: Assessment, folder: Path) -> None:
    """Write ``report.docx`` and ``report.html``, the same bytes for the same run.

    Parameters
    ----------
    assessment
        The run.
    folder
        The folder, which must exist.
    """
    report = build_report(assessment)
    write_docx(report, folder / "report.docx")
    write_html(report, folder / "report.html")
