"""All files of the report, written into a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_rectify.errors import MissingDependencyError, OutputError
from geo_rectify.outputs.reports.building import build_report
from geo_rectify.outputs.reports.page import write_html
from geo_rectify.outputs.reports.pdf import pdf_of
from geo_rectify.outputs.reports.word import write_docx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo_rectify.pipeline import Assessment


def write_report(
    assessment: Assessment, folder: Path, *, progress: Callable[[str], None] | None = None
) -> str:
    """Write ``report.docx``, ``report.html`` and, with the extra ``pdf``, ``report.pdf``.

    Parameters
    ----------
    assessment
        The run.
    folder
        The folder, which must exist.
    progress
        Called with words as the figures are drawn.

    Returns
    -------
    str
        Why there is no ``report.pdf``, "" where there is one; the others never depend on it.
    """
    report = build_report(assessment, progress=progress)
    write_docx(report, folder / "report.docx")
    write_html(report, folder / "report.html")
    try:
        pdf = pdf_of(report)
    except (MissingDependencyError, OutputError) as err:
        return str(err)
    (folder / "report.pdf").write_bytes(pdf)
    return ""
