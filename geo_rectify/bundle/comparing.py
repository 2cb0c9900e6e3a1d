"""Compare two run folders, and write the changes as a table and a one-page Word file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from geo_rectify.bundle.staging import RUN_FILE
from geo_rectify.drawing.markup import strip_control
from geo_rectify.errors import InputFileError, OutputError
from geo_rectify.files import rewrite_zip, write_csv
from geo_rectify.findings.comparing import RunTables, compare_runs
from geo_rectify.vocabulary import Verdict, ZoneClass, label

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROWS_ON_A_PAGE: Final = 25
_HEADINGS: Final = ("点位", "管控区", "原判定", "现判定", "原因")


def diff_runs(old: str | Path, new: str | Path) -> pd.DataFrame:
    """List the changed sites and verdicts of two run folders, with their cause.

    Parameters
    ----------
    old, new
        Folders that ``geo-rectify run`` wrote.

    Returns
    -------
    pandas.DataFrame
        As `findings.comparing.compare_runs` gives it.

    Raises
    ------
    InputFileError
        A folder holds no whole run.
    """
    return compare_runs(_read_run(Path(old)), _read_run(Path(new)))


def write_diff(old: str | Path, new: str | Path, folder: str | Path) -> pd.DataFrame:
    """Write the changes between two runs as ``changes.csv`` and ``changes.docx``.

    Parameters
    ----------
    old, new
        Folders that ``geo-rectify run`` wrote.
    folder
        Where to write; made where absent.

    Returns
    -------
    pandas.DataFrame
        The changes.

    Raises
    ------
    InputFileError
        A folder holds no whole run.
    OutputError
        The files cannot be written.
    """
    changes = diff_runs(old, new)
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        write_csv(changes, target / "changes.csv")
        _write_word(changes, target / "changes.docx", names=(Path(old).name, Path(new).name))
    except OutputError:
        raise
    except OSError as err:
        message = f"{target} cannot be written ({err.strerror}); choose another folder with -o"
        chinese = f"写不进{target}（{err.strerror}）；请用 -o 换一个文件夹"
        raise OutputError(message, chinese=chinese) from err
    return changes


def _read_run(folder: Path) -> RunTables:
    try:
        record = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        sites = gpd.read_file(folder / "sites.gpkg", layer="sites")
        findings = pd.read_csv(folder / "findings.csv", dtype=str, encoding="utf-8-sig")
        settings: Mapping[str, object] = record["settings"]
    except (OSError, ValueError, KeyError, RuntimeError) as err:
        message = f"{folder} holds no whole run ({err}); name a folder that geo-rectify run wrote"
        chinese = f"{folder}里没有完整的运行成果（{err}）；请指明 geo-rectify run 写出的文件夹"
        raise InputFileError(message, chinese=chinese) from err
    return RunTables(sites=sites, findings=findings, settings=settings)


def verdict_words(verdict: str) -> str:
    """Give the label of a verdict in a cell, 无 for an empty one.

    Parameters
    ----------
    verdict
        The verdict's word, or "".

    Returns
    -------
    str
        Its label.
    """
    return label(Verdict(verdict)) if verdict else "无"


def class_words(zone_class: str) -> str:
    """Give the label of a zone class in a cell, 无 for an empty one.

    Parameters
    ----------
    zone_class
        The class's word, or "".

    Returns
    -------
    str
        Its label.
    """
    return label(ZoneClass(zone_class)) if zone_class else "无"


def _write_word(changes: pd.DataFrame, path: Path, *, names: tuple[str, str]) -> None:
    import docx  # noqa: PLC0415 - loads only where a Word file is written
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "FangSong", Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋_GB2312")
    document.add_paragraph("判定变化一览").runs[0].font.size = Pt(16)
    old, new = (strip_control(name) for name in names)
    sites = changes["site_id"].nunique()
    document.add_paragraph(f"{old} → {new}：{sites}个点位、{len(changes)}条判定有变化。")
    shown = changes.head(_ROWS_ON_A_PAGE)
    if len(shown):
        table = document.add_table(rows=1, cols=len(_HEADINGS), style="Table Grid")
        for cell, heading in zip(table.rows[0].cells, _HEADINGS, strict=True):
            cell.text = heading
        for row in shown.to_dict("records"):
            texts = (
                row["site_name"],
                class_words(row["zone_class"]),
                verdict_words(row["old_verdict"]),
                verdict_words(row["new_verdict"]),
                row["cause"],
            )
            for cell, text in zip(table.add_row().cells, texts, strict=True):
                cell.text = strip_control(text)
    if len(changes) > len(shown):
        document.add_paragraph(f"其余{len(changes) - len(shown)}条见 changes.csv。")
    document.save(str(path))
    rewrite_zip(path)
