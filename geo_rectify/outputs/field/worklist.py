"""worklist.xlsx: the places still to be found, with cells to fill on site."""

from __future__ import annotations

import importlib.resources
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.drawing.markup import one_line
from geo_rectify.outputs._dossiers import Dossier, dossiers, excerpt, plane_epsg
from geo_rectify.outputs._workbook import (
    A4,
    FIRST_ROW,
    TITLE_ROW,
    SheetColumn,
    Workbook,
    open_workbook,
    stamp_of,
)
from geo_rectify.vocabulary import label

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.pipeline import Assessment

SHEET: Final = "待定位点位"
GUIDE_SHEET: Final = "填写说明"
TITLE: Final = "待定位点位清单"
_SENTENCE: Final = 160
_LEAST_HEIGHT: Final = 46.0
"""Room to write by hand on a printed sheet, points."""

COLUMNS: Final = (
    SheetColumn(header="site_id", width=8, look="small"),
    SheetColumn(header="名称", width=16, look="strong"),
    SheetColumn(header="县", width=7.5, look="group"),
    SheetColumn(header="乡镇", width=8),
    SheetColumn(header="类型", width=8),
    SheetColumn(header="问题序号", width=5.5, look="centre"),
    SheetColumn(header="原文", width=36),
    SheetColumn(header="参考位置", width=19),
    SheetColumn(header="经度", width=13, look="input", fill=True),
    SheetColumn(header="纬度", width=13, look="input", fill=True),
    SheetColumn(header="坐标系", width=11, look="input", fill=True),
    SheetColumn(header="误差 (m)", width=6, look="input_number", fill=True),
    SheetColumn(header="始建时间", width=8, look="input", fill=True),
    SheetColumn(header="审批手续", width=9, look="input", fill=True),
    SheetColumn(header="划定前是否已存在", width=8, look="input", fill=True),
    SheetColumn(header="现场状态", width=8.5, look="input", fill=True),
    SheetColumn(header="核查人", width=7.5, look="input", fill=True),
    SheetColumn(header="日期", width=11, look="input_date", fill=True),
    SheetColumn(header="备注", width=11, look="input", fill=True),
)


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    file = importlib.resources.files("geo_rectify.outputs.field").joinpath("worklist.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def write_worklist(assessment: Assessment, path: Path) -> None:
    """Write the places coarser than village as a worklist to fill in (worklist.xlsx).

    Parameters
    ----------
    assessment
        The run.
    path
        The file.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    known = dossiers(assessment)
    wanted = set(assessment.unlocated["site_id"])
    listed = [dossier for dossier in known if dossier.site_id in wanted]
    epsg = plane_epsg(known)
    with open_workbook(path, stamp_of(assessment), title=TITLE) as book:
        sheet = book.sheet(SHEET, COLUMNS, title=TITLE, paper=A4, freeze=2)
        for row, dossier in enumerate(listed, start=FIRST_ROW):
            _write_row(book, sheet, row, dossier)
        _validate(sheet, rows=len(listed), epsg=epsg)
        book.finish(sheet, COLUMNS, rows=len(listed), empty="没有待定位的点位")
        sheet.protect(
            "",
            {
                "format_columns": True,
                "format_rows": True,
                "insert_rows": True,
                "sort": True,
                "autofilter": True,
            },
        )
        _write_guide(book, assessment)


def _write_row(book: Workbook, sheet: Any, row: int, dossier: Dossier) -> None:
    values = (
        dossier.site_id,
        one_line(dossier.name),
        dossier.county,
        dossier.township,
        label(dossier.kind),
        "、".join(dossier.issue_keys),
        _sentence(dossier),
        dossier.reference,
    )
    book.put_row(sheet, row, values, columns=COLUMNS, least=_LEAST_HEIGHT)


def _sentence(dossier: Dossier) -> str:
    if dossier.sentence is None or dossier.mention is None:
        return ""
    mention = dossier.mention
    cut = excerpt(dossier.sentence, mention.start, end=mention.end, limit=_SENTENCE)
    before = "…" if cut.start > dossier.sentence.start else ""
    after = "…" if cut.end < dossier.sentence.end else ""
    return f"{before}{one_line(cut.text)}{after}"


def datum_choices(epsg: int | None) -> list[str]:
    """List the entries people choose a coordinate system from.

    Parameters
    ----------
    epsg
        The Gauss-Kruger zone of the run (easting 500000), None where unknown.

    Returns
    -------
    list of str
        Entries that begin with the word `places.read_corrections` reads.
    """
    choices = list(_words()["datums"])
    if epsg is not None:
        zone = epsg - 4534 + 25
        choices.append(f"EPSG:{epsg} 平面，{zone * 3}°E，东坐标6位")
        choices.append(f"EPSG:{epsg - 21} 平面，{zone}带，东坐标8位")
    # A comma would end the entry.
    return [choice.replace(",", "，") for choice in choices]


def _validate(sheet: Any, *, rows: int, epsg: int | None) -> None:
    if not rows:
        return
    at = {column.header: position for position, column in enumerate(COLUMNS)}
    last = FIRST_ROW + rows - 1

    def choose(header: str, entries: list[str], *, title: str, message: str) -> None:
        sheet.data_validation(
            FIRST_ROW,
            at[header],
            last,
            at[header],
            {
                "validate": "list",
                "source": entries,
                "input_title": title,
                "input_message": message,
                "error_type": "information",
                "error_title": "不在列表中",
                "error_message": "可以保留所填内容，也可以从列表中选择。",
            },
        )

    choose(
        "坐标系",
        datum_choices(epsg),
        title="坐标系（必选）",
        message="坐标从哪里来就选哪一项；选错会偏几百米到一千多米。",
    )
    choose(
        "划定前是否已存在",
        _words()["existed"],
        title="管控区划定前",
        message="该设施、活动是否已存在",
    )
    choose("现场状态", _words()["states"], title="现场状态", message="选择一项，也可自行填写")
    sheet.data_validation(
        FIRST_ROW,
        at["经度"],
        last,
        at["纬度"],
        {
            "validate": "any",
            "input_title": "经度、纬度",
            "input_message": "十进制、度分、度分秒，或东坐标、北坐标（米）；坐标系必选。",
        },
    )


def _write_guide(book: Workbook, assessment: Assessment) -> None:
    columns = (
        SheetColumn(header="项目", width=22, look="strong"),
        SheetColumn(header="说明", width=110),
    )
    sheet = book.sheet(GUIDE_SHEET, columns, title=GUIDE_SHEET, paper=A4, freeze=0)
    row = FIRST_ROW
    for part in _words()["guide"]:
        for position, line in enumerate(part["lines"]):
            heading = part["heading"] if position == 0 else ""
            book.put_row(sheet, row, (heading, line), columns=columns, least=20)
            row += 1
    book.put_row(sheet, row, ("截至日期", assessment.settings.as_of), columns=columns, least=20)
    sheet.print_area(TITLE_ROW, 0, row, len(columns) - 1)
