"""cards.docx: the same cards to fill in Word, one A4 page each, the order of visit before them."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any, Final

import docx
import segno
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from geo_rectify.drawing.markup import escape_xml
from geo_rectify.drawing.symbology import verdict_style
from geo_rectify.files import rewrite_zip
from geo_rectify.outputs.field.cardmodel import LONG_NAME, Blank, Card, CardBook, card_book
from geo_rectify.outputs.field.cards import CODE_ERROR, ROOMY
from geo_rectify.outputs.field.sketches import sketch_png

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from docx.document import Document

    from geo_rectify.outputs.field.route import Tour
    from geo_rectify.outputs.field.sketches import Sketch
    from geo_rectify.pipeline import Assessment

_FONT, _LATIN = "黑体", "Arial"
_WIDTH_MM: Final = 190.0
_TWIPS_MM: Final = 1440 / 25.4
_CODE_MM: Final = 26.0
_BAND, _SAND, _PAPER, _BLUE, _SOFT = "EEF3F8", "F6ECD4", "FFFAF0", "1F4E79", "5A6673"
_FORM_MM: Final = 8.2
_CLOSE_MM: Final = 5.6
_LOOSE: Final = 5
"""Word sets wider than a browser: so many lines less make a card close."""


def write_cards_docx(assessment: Assessment, path: Path) -> None:
    """Write the cards as a Word document.

    Parameters
    ----------
    assessment
        The run.
    path
        The file.
    """
    book = card_book(assessment)
    document = docx.Document()
    _set_up(document, book)
    for tour in book.tours:
        _tour(document, tour, book)
    for card in book.cards:
        _card(document, card, book)
    document.save(str(path))
    rewrite_zip(path)


def _set_up(document: Document, book: CardBook) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(10)
    section.top_margin = section.bottom_margin = Mm(9)
    section.header_distance = section.footer_distance = Mm(4)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = _LATIN, Pt(8.5)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), _FONT)
    style.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:eastAsia="zh-CN"/>'))
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    properties = document.core_properties
    properties.title, properties.author = book.title, "geo_rectify"
    properties.created = properties.modified = dt.datetime.combine(book.as_of, dt.time(0))
    properties.last_modified_by = "geo_rectify"
    foot: Any = section.footer.paragraphs[0]
    foot._p.append(_run(book.provenance, size=5.5, colour=_SOFT))  # noqa: SLF001 - python-docx has no other way


def _tour(document: Document, tour: Tour, book: CardBook) -> None:
    _line(
        document,
        _run(f"外业路线 · {tour.county}", size=14, bold=True, colour=_BLUE),
        *_flag(book.mark),
        fresh=True,
    )
    total = f"全程{tour.total}。" if tour.total else ""
    note = f"按乡镇由近及远排列，共{len(tour.stops)}处。{total}距离为直线距离，不是道路里程。"
    _line(document, _run(note, colour=_SOFT))
    rows = [
        [
            _cell(word, fill=_BAND, bold=True)
            for word in ("顺序", "乡镇", "点位", "问题", "距上一点", "完成")
        ]
    ]
    before = ""
    for stop in tour.stops:
        township = stop.township if stop.township != before else ""
        before = stop.township
        keys = "、".join(key.rpartition("/")[2] for key in stop.site.issue_keys)
        words = (str(stop.number), township, stop.site.title[:70], keys, stop.way, "")
        rows.append([_cell(word) for word in words])
    _table(document, rows, widths=(10, 30, 88, 22, 28, 12), header=True)


def _card(document: Document, card: Card, book: CardBook) -> None:
    close = card.lines > ROOMY - _LOOSE
    size = 7.5 if close else 8.5
    _line(
        document,
        _run(f"问题{card.keys}　", size=12, bold=True, colour=_BLUE),
        _run(card.name, size=8 if len(card.name) > LONG_NAME else 14, bold=True),
        fresh=True,
    )
    about = f"{card.place} · {card.kind} · {card.precision} · 路线第{card.number}站"
    _line(document, _run(about, colour=_SOFT), *_flag(book.mark))
    facts = [
        [
            _cell(fact.title, fill=_BAND, bold=True, size=size),
            _cell(fact.text + fact.after, size=size),
        ]
        for fact in card.facts
    ]
    _table(document, facts, widths=(36, 154))
    _pictures(document, card)
    if card.quote is not None:
        quote = card.quote
        _heading(document, "方案原文")
        _line(
            document,
            _run(quote.before, size=size),
            _run(quote.inner, size=size, bold=True, mark=True),
            _run(quote.after, size=size),
            _run(f"（{quote.where}）", size=6.5, colour=_SOFT),
        )
    if card.issues:
        _heading(document, "问题、时限与责任单位")
        rows = [
            [_cell(word, fill=_BAND, bold=True, size=size) for word in ("序号", "问题", "整改时限")]
        ]
        rows += [[_cell(word, size=size) for word in row] for row in card.issues]
        units = card.units + (f"（{card.more}）" if card.more else "")
        rows.append(
            [
                _cell("责任单位", fill=_BAND, bold=True, size=size),
                _cell(units or "—", size=size, span=2),
            ]
        )
        _table(document, rows, widths=(20, 136, 34))
    _verdicts(document, card, size=size)
    _heading(document, "现场要核实")
    for check in card.checks:
        _line(document, _run(f"□ {check}", size=size))
    _heading(document, "现场填写")
    _form(document, book.form, height=_CLOSE_MM if close else _FORM_MM)
    _line(document, _run(f"编号 {card.site_id}", size=6, colour=_SOFT))


def _verdicts(document: Document, card: Card, *, size: float) -> None:
    _heading(document, "管控区比对")
    if card.verdicts:
        rows = [
            [_cell(word, fill=_BAND, bold=True, size=size) for word in ("判定", "管控区", "图层")]
        ]
        for row in card.verdicts:
            style = verdict_style(row.verdict)
            shade, ink = style.fill.lstrip("#"), style.text.lstrip("#")
            rows.append(
                [
                    _cell(row.words, fill=shade, colour=ink, size=size - 1),
                    _cell(row.zones, size=size - 1),
                    _cell(row.layers, size=size - 1),
                ]
            )
        _table(document, rows, widths=(46, 76, 68))
    elif not card.silent:
        _line(document, _run("尚未比对。", colour=_SOFT))
    clauses = f"条款：{'；'.join(card.clauses)}" if card.clauses else ""
    for line in (card.silent, clauses):
        if line:
            _line(document, _run(line, size=6.5, colour=_SOFT))


def _pictures(document: Document, card: Card) -> None:
    """Set the maps and the code side by side, with one caption below."""
    paragraph = document.add_paragraph()
    wide: dict[int, Sketch] = {
        position: sketch
        for position, sketch in enumerate((card.locator, card.detail))
        if sketch is not None
    }
    share = (_WIDTH_MM - (_CODE_MM + 6 if card.code else 0)) / 190
    for sketch in wide.values():
        size = (sketch.width * share, sketch.height * share)
        _picture(document, paragraph, sketch_png(sketch), size=size, alt=sketch.caption)
        paragraph.add_run(" ")
    if card.code:
        held = io.BytesIO()
        segno.make_qr(card.code, error=CODE_ERROR).save(held, kind="png", border=3, scale=6)
        size = (_CODE_MM, _CODE_MM)
        _picture(document, paragraph, held.getvalue(), size=size, alt=card.code)
    if not wide:
        return
    runs = []
    for sketch in wide.values():
        for colour, words in sketch.legend:
            runs += [_run("■", size=6.5, colour=colour.lstrip("#")), _run(f"{words}　", size=6.5)]
        runs.append(_run(f"{sketch.caption}。", size=6.5, colour=_SOFT))
    if card.code:
        runs.append(_run("二维码：扫码导航（高德）", size=6.5, colour=_SOFT))
    _line(document, *runs)


def _picture(
    document: Document, paragraph: Any, png: bytes, *, size: tuple[float, float], alt: str
) -> None:
    """Set a picture; python-docx looks through the whole document for each one it adds."""
    part: Any = document.part
    rel, _ = part.get_or_add_image(io.BytesIO(png))
    number = rel.removeprefix("rId")
    wide, high = (round(Mm(edge)) for edge in size)
    names = nsdecls("w", "wp", "a", "pic", "r")
    paragraph._p.append(  # noqa: SLF001 - python-docx takes no made runs
        parse_xml(
            f'<w:r {names}><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{wide}" cy="{high}"/>'
            f'<wp:docPr id="{number}" name="{rel}" descr="{escape_xml(alt)}"/><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
            f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="{rel}"/><pic:cNvPicPr/>'
            f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="{rel}"/><a:stretch><a:fillRect/>'
            f'</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
            f'<a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>"
            "</w:drawing></w:r>"
        )
    )


def _form(document: Document, form: Sequence[Blank], *, height: float) -> None:
    rows: list[list[str]] = []
    heights: list[float] = []
    half: list[str] = []
    for blank in form:
        boxes = "　".join(f"□{choice}" for choice in blank.choices)
        named = _cell(blank.title, fill=_SAND, bold=True)
        if blank.wide:
            rows.append([named, _cell(boxes, fill=_PAPER, span=3)])
            heights.append(height * (2 if blank.tall else 1))
            continue
        half += [named, _cell(boxes, fill=_PAPER)]
        if len(half) == 4:  # noqa: PLR2004 - two fields a row
            rows.append(half)
            heights.append(height)
            half = []
    if half:
        rows.append([*half, _cell(""), _cell("")])
        heights.append(height)
    _table(document, rows, widths=(31, 64, 31, 64), heights=heights)


# --- pieces of WordprocessingML ----------------------------------------------------------------


def _flag(mark: str) -> tuple[Any, ...]:
    return (_run(f"　{mark}", bold=True, colour="7A4B00"),) if mark else ()


def _heading(document: Document, words: str) -> None:
    _line(document, _run(words, size=9.5, bold=True, colour=_BLUE), above=4)


def _line(document: Document, *runs: Any, fresh: bool = False, above: float = 0) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.page_break_before = fresh or None
    if above:
        paragraph.paragraph_format.space_before = Pt(above)
    for run in runs:
        paragraph._p.append(run)  # noqa: SLF001 - python-docx takes no made runs


def _run_xml(
    text: str, *, size: float = 8.5, bold: bool = False, colour: str = "", mark: bool = False
) -> str:
    half = round(size * 2)
    parts = [
        "<w:b/>" if bold else "",
        f'<w:color w:val="{colour.upper()}"/>' if colour else "",
        f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>',
        '<w:shd w:val="clear" w:color="auto" w:fill="FFE28A"/>' if mark else "",
    ]
    return (
        f"<w:r><w:rPr>{''.join(parts)}</w:rPr>"
        f'<w:t xml:space="preserve">{escape_xml(text)}</w:t></w:r>'
    )


def _run(text: str, **look: Any) -> Any:
    xml = _run_xml(text, **look)
    return parse_xml(xml.replace("<w:r>", f"<w:r {nsdecls('w')}>", 1))


def _cell(text: str, *, fill: str = "", span: int = 1, **look: Any) -> str:
    grid = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill.upper()}"/>' if fill else ""
    return f"<w:tc><w:tcPr>{grid}{shade}</w:tcPr><w:p>{_run_xml(text, **look)}</w:p></w:tc>"


def _table(
    document: Document,
    rows: Sequence[Sequence[str]],
    *,
    widths: Sequence[float],
    heights: Sequence[float] = (),
    header: bool = False,
) -> None:
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="B4BCC4"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{round(width * _TWIPS_MM)}"/>' for width in widths)
    made = []
    for position, cells in enumerate(rows):
        look = "<w:cantSplit/>"
        if heights:
            look += (
                f'<w:trHeight w:val="{round(heights[position] * _TWIPS_MM)}" w:hRule="atLeast"/>'
            )
        if header and position == 0:
            look += "<w:tblHeader/>"
        made.append(f"<w:tr><w:trPr>{look}</w:trPr>{''.join(cells)}</w:tr>")
    total = round(sum(widths) * _TWIPS_MM)
    xml = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/>'
        '<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(made)}</w:tbl>"
    )
    body: Any = document.element.body
    body.insert(len(body) - 1, parse_xml(xml))
