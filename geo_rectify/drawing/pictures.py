"""The map as files for documents, and a one-page summary to post: PNG at 300 dpi, SVG, PDF.

What the report's overview draws, on an A4 page of its own. The same run and fonts give the same
bytes. Without a Chinese font nothing is drawn: a page of boxes or codes helps nobody.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.drawing.figures import compose_map, compose_sheet, page_is_tall
from geo_rectify.drawing.lettering import figure_data, open_lettering
from geo_rectify.drawing.marks import draw_marker
from geo_rectify.drawing.markup import demo_mark, one_line
from geo_rectify.drawing.picture import open_figure
from geo_rectify.drawing.sheet import INK, write_text
from geo_rectify.drawing.symbology import verdict_order, verdict_style, worst_verdict
from geo_rectify.errors import OutputError
from geo_rectify.settings import PictureFormat
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import (
    LayerStatus,
    PlaceType,
    SiteStatus,
    Verdict,
    ZoneClass,
    label,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

    from matplotlib.figure import Figure

    from geo_rectify.drawing.lettering import Lettering
    from geo_rectify.pipeline import Assessment

_MM: Final = 1 / 25.4
_SHORT_MM, _LONG_MM = 210.0, 297.0
_DPI: Final = 300
_SUMMARY_MM: Final = (108.0, 192.0)
_SUMMARY_DPI: Final = 254
_BAND: Final = "#1c5a6b"
_SOFT: Final = "#5a6771"
_SHOWN: Final = 7
_NAME: Final = 15
_UNOFFICIAL: Final = frozenset({LayerStatus.DRAFT.value, LayerStatus.SCHEMATIC.value})


def write_pictures(
    assessment: Assessment,
    folder: str | PathLike[str],
    *,
    formats: Iterable[PictureFormat] = (PictureFormat.PNG, PictureFormat.SVG),
) -> list[Path]:
    """Write the map of a run as pictures, and its one-page summary.

    Parameters
    ----------
    assessment
        The run.
    folder
        Where ``map.png``, ``map.svg``, ``map.pdf`` and ``summary.png`` go; made where absent.
    formats
        The formats of the map.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    OutputError
        No font with Chinese characters is installed, or a file cannot be written.
    """
    into = Path(folder)
    letters = _letters()
    contents = {
        f"map.{kind.value}": map_picture(assessment, kind=kind, letters=letters)
        for kind in PictureFormat
        if kind in set(formats)
    }
    contents["summary.png"] = summary_picture(assessment, letters=letters)
    try:
        into.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (into / name).write_bytes(content)
    except OSError as err:
        message = f"pictures could not be written to {into}: {err.strerror}; free or close it"
        chinese = f"图片写不进{into}（{err.strerror}）；请腾出空间或关闭占用的程序"
        raise OutputError(message, chinese=chinese) from err
    return [into / name for name in contents]


def map_picture(
    assessment: Assessment, *, kind: PictureFormat, letters: Lettering | None = None
) -> bytes:
    """Draw the map (问题点位分布图) on an A4 page with legend, scale, north arrow and neat line.

    Parameters
    ----------
    assessment
        The run.
    kind
        The format; PNG has 300 dpi, SVG and PDF have their letters as outlines.
    letters
        The lettering; the best font installed where None.

    Returns
    -------
    bytes
        The file. The page is upright where the area shown is.

    Raises
    ------
    OutputError
        No font with Chinese characters is installed.
    """
    width, height = (_SHORT_MM, _LONG_MM) if page_is_tall(assessment) else (_LONG_MM, _SHORT_MM)
    figure = open_figure(width, height, dpi=_DPI)
    compose_sheet(figure, assessment, letters=letters or _letters())
    return _written(figure, kind)


def summary_picture(assessment: Assessment, *, letters: Lettering | None = None) -> bytes:
    """Draw one page to post in a group: figures, map, and what has to be looked at on the spot.

    Parameters
    ----------
    assessment
        The run.
    letters
        The lettering; the best font installed where None.

    Returns
    -------
    bytes
        A PNG of 1080 by 1920 pixels.

    Raises
    ------
    OutputError
        No font with Chinese characters is installed.
    """
    chosen = letters or _letters()
    figure = open_figure(*_SUMMARY_MM, dpi=_SUMMARY_DPI)
    page = _Page(figure, chosen)
    _head(page, assessment)
    rows = _site_rows(assessment)
    _numbers(page, assessment)
    _verdict_bars(page, rows)
    compose_map(figure, assessment, frame_mm=(5.0, 42.0, 98.0, 80.0), letters=chosen)
    _attention(page, rows, assessment)
    _foot(page, assessment)
    return _written(figure, PictureFormat.PNG)


def _letters() -> Lettering:
    letters = open_lettering()
    if not letters.holds(figure_data()["probe"]):
        message = (
            "no font with Chinese characters is installed, and pictures would lack their words "
            "(没有中文字体); install one, e.g. fonts-noto-cjk or 思源黑体, and run again"
        )
        chinese = "没有中文字体，图上的字会缺失；请安装一种，如fonts-noto-cjk或思源黑体，再运行"
        raise OutputError(message, chinese=chinese)
    return letters


def _written(figure: Figure, kind: PictureFormat) -> bytes:
    """Write a figure so that the same drawing gives the same bytes."""
    import matplotlib as mpl  # noqa: PLC0415 - loads when a figure is drawn

    about: dict[PictureFormat, dict[str, Any]] = {
        PictureFormat.PNG: {"Software": None},
        PictureFormat.SVG: {"Date": None, "Creator": None},
        PictureFormat.PDF: {"CreationDate": None, "Creator": None, "Producer": None},
    }
    fixed: Any = {"svg.hashsalt": "geo-rectify", "svg.fonttype": "path", "pdf.fonttype": 3}
    content = io.BytesIO()
    with mpl.rc_context(fixed):
        figure.savefig(content, format=kind.value, dpi=figure.dpi, metadata=about[kind])
    figure.clear()
    return content.getvalue()


class _Page:
    """A page measured in millimetres from its upper left corner."""

    def __init__(self, figure: Figure, letters: Lettering) -> None:
        self.letters = letters
        self.width, self.height = (float(side) / _MM for side in figure.get_size_inches())
        self.axes = figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(self.height, 0)
        self.axes.set_axis_off()

    def write(self, text: str, x: float, y: float, *, size: float, **more: Any) -> None:
        placed = {"ha": "left"} | more
        write_text(
            self.axes, self.letters(text), x=x, y=y, size=size, letters=self.letters, **placed
        )

    def box(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - loads when a figure is drawn

        self.axes.add_patch(Rectangle((left, top), width, height, facecolor=colour, linewidth=0))


def _head(page: _Page, assessment: Assessment) -> None:
    page.box(0, 0, page.width, 22, _BAND)
    page.write(figure_data()["words"]["title"], 6, 8.2, size=17, color="white")
    titles = "；".join(one_line(plan.title) for plan in assessment.plans if plan.title)
    day = assessment.settings.as_of
    when = f"截至{day.year}年{day.month}月{day.day}日"
    page.write(_cut(titles, 34) or when, 6, 16.2, size=7.6, color="#d7e6ea")
    page.write(when if titles else "", page.width - 6, 8.2, size=7.6, color="#d7e6ea", ha="right")


def _numbers(page: _Page, assessment: Assessment) -> None:
    sites = assessment.sites
    drawn = sites.geometry.notna() & (sites["status"] != SiteStatus.COUNTED.value)
    shown = (
        ("整改问题", len(assessment.issues()), "项"),
        ("点位与区域", len(sites), "处"),
        ("可上图", int(drawn.sum()), "处"),
        ("待定位", len(assessment.unlocated), "处"),
    )
    step = (page.width - 10) / len(shown)
    for number, (words, count, unit) in enumerate(shown):
        middle = 5 + step * (number + 0.5)
        page.write(f"{count}", middle, 29.2, size=17, ha="center", color=_BAND)
        page.write(f"{words}（{unit}）", middle, 36, size=7, ha="center", color=_SOFT)


def _site_rows(assessment: Assessment) -> list[dict[str, Any]]:
    """Give each site's worst verdict by official layers, and what its findings rest on."""
    findings = assessment.findings
    demo = assessment.settings.demo
    rows: dict[str, dict[str, Any]] = {}
    for row in findings.drop(columns=findings.geometry.name).to_dict("records"):
        one = rows.setdefault(
            str(row["site_id"]), {"name": row["site_name"], "official": [], "zones": {}}
        )
        verdict = Verdict(row["verdict"])
        if demo or row["layer_status"] not in _UNOFFICIAL:
            one["official"].append(verdict)
            one["zones"].setdefault(verdict, []).append(label(ZoneClass(row["zone_class"])))
    about = assessment.sites.set_index("site_id")
    made = []
    for site_id, one in rows.items():
        worst = worst_verdict(one["official"]) or Verdict.UNDETERMINED
        made.append(
            {
                "name": str(one["name"] or "（未命名）"),
                "verdict": worst,
                "zones": one["zones"].get(worst, []),
                "county": "、".join(split_list(about["county"].get(site_id))),
                "issues": split_list(about["issue_numbers"].get(site_id)),
                "kind": PlaceType(about["kind"].get(site_id, PlaceType.OTHER.value)),
            }
        )
    return made


def _verdict_bars(page: _Page, rows: Sequence[dict[str, Any]]) -> None:
    """Draw one bar of all sites, a part for each verdict, its key in two columns below the map."""
    counts = {verdict: sum(r["verdict"] is verdict for r in rows) for verdict in verdict_order()}
    whole = max(1, sum(counts.values()))
    left, top = 5.0, 125.5
    width = page.width - 10
    at = left
    for verdict, count in counts.items():
        share = width * count / whole
        page.box(at, top, share, 3.2, verdict_style(verdict).stroke)
        at += share
    for number, (verdict, count) in enumerate(counts.items()):
        x = left + (number % 2) * width / 2
        y = top + 7.4 + (number // 2) * 5.2
        draw_marker(page.axes, x + 1.6, y, kind=PlaceType.VILLAGE, verdict=verdict)
        page.write(label(verdict), x + 5, y, size=7.4)
        page.write(f"{count}", x + width / 2 - 5, y, size=8.4, ha="right", color=INK)


def _attention(page: _Page, rows: Sequence[dict[str, Any]], assessment: Assessment) -> None:
    top = 152.0
    wanted = [r for r in rows if r["verdict"] in {Verdict.CONFLICT, Verdict.POSSIBLE}]
    wanted.sort(key=lambda r: verdict_order().index(r["verdict"]))
    page.write("需现场核实的点位" if wanted else "现有资料下", 5, top, size=9, color=_BAND)
    if not wanted:
        waiting = len(assessment.unlocated)
        lines = (
            "没有由正式图层得出的疑似压占或可能涉及的点位；",
            f"这不等于没有问题：{waiting}处尚待定位，见待定位清单。",
        )
        for number, line in enumerate(lines):
            page.write(line, 5, top + 6 + number * 4.8, size=7.8)
        return
    for number, row in enumerate(wanted[:_SHOWN]):
        y = top + 5.4 + number * 4.1
        draw_marker(page.axes, 6.6, y, kind=row["kind"], verdict=row["verdict"])
        numbers = "、".join(key.rpartition("/")[2] for key in row["issues"][:3])
        name = _cut(row["name"], _NAME)
        where = f"（{_cut(row['county'], 7)}）" if row["county"] else ""
        page.write(f"{name}{where}", 10, y, size=7.2)
        zones = _cut("、".join(dict.fromkeys(row["zones"])), 14)
        told = f"{zones}　问题{numbers}" if numbers else zones
        page.write(told, page.width - 5, y, size=6.8, ha="right", color=_SOFT)
    if len(wanted) > _SHOWN:
        rest = f"另有{len(wanted) - _SHOWN}处，见报告与地图。"
        page.write(rest, 10, top + 5.4 + _SHOWN * 4.1, size=6.8, color=_SOFT)


def _foot(page: _Page, assessment: Assessment) -> None:
    words = figure_data()["words"]
    schematic = any(info.status.value in _UNOFFICIAL for info in assessment.layers.infos)
    marks = [demo_mark(assessment.settings), words["internal"]]
    if schematic and not assessment.settings.demo:
        marks.append("含示意或草案图层，不计入结论")
    page.box(0, page.height - 9.6, page.width, 9.6, "#eef2f2")
    page.write(
        "　".join(mark for mark in marks if mark), 5, page.height - 6.9, size=7, color="#8e1b14"
    )
    note = f"位置以误差范围为准，判定以所用图层为限，须现场核实。{words['datum']}"
    page.write(note, 5, page.height - 2.9, size=6, color=_SOFT)


def _cut(text: str, most: int) -> str:
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1] + "…"
