"""One zip for one reader (外业核查, 规划分析, 审核签发), of one county or of the whole run.

A pack opens on a machine that has nothing else: no path leads out of it, nothing is fetched. The
same run gives the same bytes.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from geo_rectify.bundle.provenance import counts, layer_record
from geo_rectify.drawing.markup import (
    demo_mark,
    package_version,
    provenance_line,
    safe_name,
    scope_words,
)
from geo_rectify.errors import MissingDependencyError, OutputError
from geo_rectify.files import write_csv, write_geopackage, write_json, write_zip
from geo_rectify.outputs.field import (
    write_cards,
    write_cards_docx,
    write_cards_pdf,
    write_field_package,
    write_gpx,
    write_kmz,
    write_ovital,
    write_qfield,
    write_shapefiles,
    write_worklist,
)
from geo_rectify.outputs.ledger import LedgerBook, write_ledger
from geo_rectify.outputs.maps import write_map
from geo_rectify.outputs.reports import write_report
from geo_rectify.tables import mentions_frame
from geo_rectify.vocabulary import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.pipeline import Assessment

MOST_BYTES: Final = 20 * 1024 * 1024
"""Size no pack may reach: what chats and mailboxes take."""
GUIDE: Final = "说明.txt"
_RECORD: Final = "运行记录.json"
_LAYER_COLUMNS: Final = (
    "编号",
    "名称",
    "用途",
    "状态",
    "版本",
    "有效",
    "密级",
    "批准文号",
    "来源",
    "许可",
    "sha256",
)


class Reader(StrEnum):
    """Who a pack is for."""

    INSPECTOR = "inspector"
    PLANNER = "planner"
    OFFICIAL = "official"


_TITLES: Final = {
    Reader.INSPECTOR: "外业核查包",
    Reader.PLANNER: "规划分析包",
    Reader.OFFICIAL: "报告台账包",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack as written.

    Attributes
    ----------
    path, size
        The zip and its bytes.
    members
        What is in it.
    notes
        What was left out, and what needs a look.
    """

    path: Path
    size: int
    members: tuple[str, ...]
    notes: tuple[str, ...] = ()


def pack_name(assessment: Assessment, reader: Reader) -> str:
    """Name a pack: ``乐平市_外业核查包.zip``.

    Parameters
    ----------
    assessment
        The run, or a part of it.
    reader
        Who it is for.

    Returns
    -------
    str
        The file's name.
    """
    part = scope_words(assessment)
    return f"{safe_name(part)}_{_TITLES[reader]}.zip" if part else f"{_TITLES[reader]}.zip"


def write_pack(
    assessment: Assessment, path: Path, *, reader: Reader, ledger: LedgerBook | None = None
) -> Pack:
    """Write what one reader needs of a run as one zip.

    Parameters
    ----------
    assessment
        The run, narrowed to the county the pack is for.
    path
        The zip; one that stands there is replaced.
    reader
        Who it is for.
    ledger
        The ledger people work in, whose entries go into an official's pack.

    Returns
    -------
    Pack
        What was written.

    Raises
    ------
    OutputError
        The pack would be 20 MB or more, or cannot be written; the old one is as it was.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        notes = _fill(assessment, root, reader=reader, ledger=ledger)
        spare = ["核查卡.pdf", "核查卡.docx"]
        while True:
            _guide(assessment, root, reader=reader, notes=notes)
            names = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
            target = root.with_suffix(".zip")
            write_zip([(name, (root / name).read_bytes()) for name in names], target)
            size = target.stat().st_size
            heavy = next((name for name in spare if name in names), None)
            if size < MOST_BYTES or heavy is None:
                break
            spare.remove(heavy)
            (root / heavy).unlink()
            notes.append(f"{heavy} 太大，未收入；核查卡.html 内容相同，可打印")
        content = target.read_bytes()
        target.unlink()
    if size >= MOST_BYTES:
        message = (
            f"the pack would have {size / 1e6:.0f} MB, and no more than 20 are taken; narrow it "
            "with --county or --issue"
        )
        chinese = f"压缩包将有{size / 1e6:.0f}MB，上限20MB；请用 --county 或 --issue 缩小范围"
        raise OutputError(message, chinese=chinese)
    _put(content, path)
    return Pack(path=path, size=size, members=tuple(names), notes=tuple(notes))


def _put(content: bytes, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            file.write(content)
        staged = Path(file.name)
        staged.chmod(0o644)
        staged.replace(path)
    except OSError as err:
        message = f"{path} cannot be written ({err.strerror}); if it is open elsewhere, 请先关闭"
        chinese = f"写不进{path}（{err.strerror}）；如已在别处打开，请先关闭"
        raise OutputError(message, chinese=chinese) from err


def _fill(
    assessment: Assessment, root: Path, *, reader: Reader, ledger: LedgerBook | None
) -> list[str]:
    if reader is Reader.INSPECTOR:
        return _inspector(assessment, root)
    if reader is Reader.PLANNER:
        return _planner(assessment, root)
    return _official(assessment, root, ledger=ledger)


def _inspector(assessment: Assessment, root: Path) -> list[str]:
    write_map(assessment, root / "地图.html")
    write_cards(assessment, root / "核查卡.html")
    write_cards_docx(assessment, root / "核查卡.docx")
    write_worklist(assessment, root / "待定位点位清单.xlsx")
    # phones and 奥维 want short ASCII names
    phone = root / "手机"
    phone.mkdir()
    write_kmz(assessment, phone / "sites.kmz")
    write_gpx(assessment, phone / "sites.gpx")
    write_ovital(assessment, phone / "sites_ovital.txt")
    write_qfield(assessment, root / "qfield")
    try:
        write_cards_pdf(assessment, root / "核查卡.pdf")
    except MissingDependencyError as err:
        return [str(err)]
    return []


def _planner(assessment: Assessment, root: Path) -> list[str]:
    stamp = assessment.settings.as_of
    located = {
        "sites": assessment.sites,
        "footprints": assessment.footprints,
        "unlocated": assessment.unlocated,
    }
    write_geopackage(located, root / "点位.gpkg", stamp=stamp)
    write_geopackage({"findings": assessment.findings}, root / "判定.gpkg", stamp=stamp)
    write_field_package(assessment, root / "点位_外业.gpkg")
    write_csv(assessment.findings, root / "判定.csv")
    write_csv(assessment.claims, root / "表述核对.csv")
    write_csv(mentions_frame(assessment.mentions, several=assessment.several), root / "地名.csv")
    write_csv(_layers(assessment), root / "图层.csv")
    write_shapefiles(assessment, root / "shapefile")
    _write_record(assessment, root / _RECORD)
    return []


def _layers(assessment: Assessment) -> pd.DataFrame:
    """Describe the layers without a word on their zones, which some of them may not tell."""
    rows = [
        {
            "编号": info.layer_id,
            "名称": info.title,
            "用途": info.role.value,
            "状态": label(info.status),
            "版本": info.version,
            "有效": "是" if info.in_force and not info.missing else "否",
            "密级": info.sensitivity.value,
            "批准文号": info.approval,
            "来源": info.source,
            "许可": info.licence,
            "sha256": info.sha256,
        }
        for info in assessment.layers.infos
    ]
    return pd.DataFrame(rows, columns=list(_LAYER_COLUMNS))


def _official(assessment: Assessment, root: Path, *, ledger: LedgerBook | None) -> list[str]:
    notes = [note for note in [write_report(assessment, root)] if note]
    for ending in ("docx", "html", "pdf"):
        made = root / f"report.{ending}"
        if made.exists():
            made.rename(root / f"套合分析报告.{ending}")
    notes.extend(write_ledger(assessment, root / "台账.xlsx", old=ledger))
    write_map(assessment, root / "地图.html")
    _write_record(assessment, root / _RECORD)
    return notes


def _write_record(assessment: Assessment, path: Path) -> None:
    """Write what the files rest on, without the clock and without any path."""
    settings = assessment.settings
    record = {
        "package": "geo_rectify",
        "version": package_version(),
        "part": scope_words(assessment),
        "demo": settings.demo,
        "mark": demo_mark(settings),
        "as_of": settings.as_of.isoformat(),
        "inputs": [
            {"doc_id": plan.doc_id, "name": plan.source_name, "sha256": plan.sha256}
            for plan in assessment.plans
        ],
        "layers": [
            layer_record(info, told=info.sensitivity.value not in settings.hidden_sensitivities)
            for info in assessment.layers.infos
        ],
        "counts": counts(assessment),
    }
    write_json(record, path)


_ABOUT: Final = {
    "地图.html": "离线地图：用浏览器打开，不需要信号。点开点位看原文、判定、时限；可移动点位、勾绘范围、填写核查记录，用“导出”得到 corrections.geojson 带回",
    "核查卡.html": "每个点位一页A4，前面是外业路线；手机上看或打印",
    "核查卡.docx": "同样的核查卡，可在 Word、WPS 里填写",
    "核查卡.pdf": "同样的核查卡，直接打印",
    "待定位点位清单.xlsx": "还没有坐标的点位：填黄色单元格，坐标系必选，带回",
    "手机": "sites.kmz 给奥维、Google Earth；sites.gpx 给两步路和手持GPS；sites_ovital.txt 给奥维文本导入。坐标均为WGS84。奥维9.3版起导出的坐标为GCJ-02，带回时请说明",
    "qfield": "QField/QGIS 工程：整个文件夹拷到手机，填写后把 data.gpkg 带回",
    "点位.gpkg": "点位 sites、位置误差范围 footprints、待定位 unlocated；EPSG:4490",
    "点位_外业.gpkg": "已定位点位，附经纬度和高斯平面坐标",
    "判定.gpkg": "逐点位、逐管控区类型的判定及叠加范围；EPSG:4490",
    "判定.csv": "同上，表格；UTF-8",
    "表述核对.csv": "方案表述（面积、数量、是否在区内）与图形核对",
    "地名.csv": "方案中的地名及其在原文中的位置",
    "图层.csv": "所用图层：版本、状态、密级、校验值",
    "shapefile": "点位和判定的shapefile，GB18030编码，字段对照见 fields.csv",
    "套合分析报告.docx": "套合分析报告，可编辑",
    "套合分析报告.html": "同一报告，浏览器打开可打印",
    "套合分析报告.pdf": "同一报告，PDF",
    "台账.xlsx": "台账：一行一个问题、一行一条措施；人工填写的内容已带入",
    _RECORD: "依据文件和图层的版本与校验值",
}


def _guide(assessment: Assessment, root: Path, *, reader: Reader, notes: Sequence[str]) -> None:
    """Write what each file is, what it rests on, and what was left out."""
    part = scope_words(assessment)
    held = {path.name for path in root.iterdir()}
    lines = [
        f"{_TITLES[reader]}{f'（{part}）' if part else ''}",
        *([demo_mark(assessment.settings)] if demo_mark(assessment.settings) else []),
        "",
        "解压整个压缩包后使用；所有文件不需要网络，也不需要安装本软件。",
        "只含本县（市、区）的点位；引用的方案原文、措施和责任单位照录，可能提到别的县。"
        if part
        else "含方案的全部点位。",
        "点位名称后的【】是定位精度：乡镇级、村级只是大致范围，不能当作准确位置。",
        "",
        *(f"{name}：{words}" for name, words in _ABOUT.items() if name in held),
        "",
        f"点位{len(assessment.sites)}个，其中待定位{len(assessment.unlocated)}个。",
        provenance_line(assessment),
        *(f"说明：{note}" for note in notes),
    ]
    # Notepad of old Windows takes a byte order mark and CRLF for text it can show
    (root / GUIDE).write_text("\n".join(lines) + "\n", encoding="utf-8-sig", newline="\r\n")
