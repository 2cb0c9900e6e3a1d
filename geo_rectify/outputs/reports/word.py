"""The Word writer: a GB/T 9704 page from the report's records.

Fonts are named by hand on every style (``w:eastAsia``), page numbers are fields, and nothing needs
updating when the file opens. The bytes depend on the report alone.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any, Final

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from geo_rectify.drawing.markup import escape_xml, one_line
from geo_rectify.files import rewrite_zip
from geo_rectify.outputs.reports.fitting import stays_whole
from geo_rectify.outputs.reports.model import (
    Page,
    Paragraph,
    Picture,
    Table,
    Tone,
)

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document

    from geo_rectify.outputs.reports.model import Block, Report, Section

MARGINS_MM: Final = (37.0, 26.0, 35.0, 28.0)
"""Top, right, bottom and left margin of GB/T 9704-2012."""
_PORTRAIT_MM: Final = (210.0, 297.0)
_WIDE_MM: Final = (420.0, 297.0)
_WIDE_MARGINS_MM: Final = (24.0, 18.0, 24.0, 18.0)
_SONG, _FANG, _HEI, _KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_LATIN: Final = "Times New Roman"
_BODY_PT: Final = 16.0
_LINE_PT: Final = 28.0
_TITLE_PT: Final = 22.0
_TABLE_PT: Final = 10.5
_DENSE_PT: Final = 9.0
_SHORT_LEAD: Final = 80
_TWIPS_MM: Final = 1440 / 25.4
_LINES_OF_TITLE: Final = 20
_HEADINGS: Final = {1: (_HEI, 16.0), 2: (_KAI, 16.0), 3: (_FANG, 14.0)}
_ALIGN: Final = {"left": "left", "center": "center", "right": "right"}


def write_docx(report: Report, path: Path) -> None:
    """Write a report as a Word document.

    Parameters
    ----------
    report
        The report.
    path
        The file.
    """
    document = docx.Document()
    _set_styles(document)
    _set_properties(document, report)
    _set_page(document.sections[0], _PORTRAIT_MM, MARGINS_MM)
    _head_and_foot(document.sections[0], report)
    _title(document, report)
    wide = False
    for index, section in enumerate(report.sections):
        if section.page is Page.WIDE or (wide and section.page is Page.NEW):
            wide = section.page is Page.WIDE
            _new_section(document, report, wide=wide)
        _section(document, section, bookmark=index, wide=wide)
    document.save(str(path))
    rewrite_zip(path)


# --- page and styles ------------------------------------------------------------------------------


def _set_styles(document: Document) -> None:
    normal = document.styles["Normal"]
    _font(normal, _FANG, _BODY_PT)
    _spacing(normal.paragraph_format, line=_LINE_PT)
    for level, (family, size) in _HEADINGS.items():
        style = document.styles[f"Heading {level}"]
        _font(style, family, size)
        style.font.bold = False
        style.font.color.rgb = RGBColor(0, 0, 0)
        _spacing(style.paragraph_format, line=_LINE_PT, before=6 if level == 1 else 0)
        style.paragraph_format.keep_with_next = True
        if level < 3:  # noqa: PLR2004 - 一、 and （一） stand two characters in
            _indent(style.paragraph_format)
    for name, size, family in (
        ("Report Note", 10.5, _FANG),
        ("Report Caption", 12.0, _HEI),
        ("Report Contents", 9.0, _FANG),
        ("Report Cell", _TABLE_PT, _FANG),
        ("Report Dense Cell", _DENSE_PT, _FANG),
        ("Report Small", 7.5, _FANG),
    ):
        style = document.styles.add_style(name, 1)
        style.base_style = normal
        _font(style, family, size)
        _spacing(style.paragraph_format, line=None)
    for name, air in (("Report Cell", 1.5), ("Report Dense Cell", 1.0)):
        cell = document.styles[name].paragraph_format
        cell.space_before = cell.space_after = Pt(air)
    caption = document.styles["Report Caption"].paragraph_format
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.keep_with_next = True
    caption.space_before = Pt(8)
    caption.space_after = Pt(3)
    document.styles["Report Note"].paragraph_format.space_after = Pt(6)
    document.styles["Report Note"].paragraph_format.space_before = Pt(3)


def _font(style: Any, family: str, size: float) -> None:
    style.font.name = _LATIN
    style.font.size = Pt(size)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    fonts.set(qn("w:ascii"), _LATIN)
    fonts.set(qn("w:hAnsi"), _LATIN)
    fonts.set(qn("w:cs"), _LATIN)
    fonts.set(qn("w:eastAsia"), family)
    language = properties.find(qn("w:lang"))
    if language is None:
        language = parse_xml(f"<w:lang {nsdecls('w')}/>")
        properties.append(language)
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")


def _spacing(paragraphs: Any, *, line: float | None, before: float = 0) -> None:
    paragraphs.space_before = Pt(before)
    paragraphs.space_after = Pt(0)
    if line is None:
        paragraphs.line_spacing_rule = WD_LINE_SPACING.SINGLE
    else:
        paragraphs.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        paragraphs.line_spacing = Pt(line)


def _indent(paragraphs: Any) -> None:
    """Indent the first line by two characters, whatever their size."""
    properties = paragraphs._element.get_or_add_pPr()  # noqa: SLF001 - python-docx has no such unit
    indent = properties.get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), str(int(_BODY_PT * 40)))


def _set_properties(document: Document, report: Report) -> None:
    stamp = dt.datetime.combine(report.as_of, dt.time())
    properties = document.core_properties
    properties.title = one_line(report.title)
    properties.author = ""
    properties.last_modified_by = ""
    properties.comments = ""
    properties.keywords = ""
    properties.subject = ""
    properties.language = "zh-CN"
    properties.revision = 1
    properties.created = stamp
    properties.modified = stamp


def _set_page(
    section: Any, size_mm: tuple[float, float], margins_mm: tuple[float, float, float, float]
) -> None:
    section.page_width, section.page_height = Mm(size_mm[0]), Mm(size_mm[1])
    wide = size_mm[0] > size_mm[1]
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    top, right, bottom, left = margins_mm
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance = Mm(15)
    section.footer_distance = Mm(9)


def _new_section(document: Document, report: Report, *, wide: bool) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    if wide:
        _set_page(section, _WIDE_MM, _WIDE_MARGINS_MM)
    else:
        _set_page(section, _PORTRAIT_MM, MARGINS_MM)
    _head_and_foot(section, report)


def _head_and_foot(section: Any, report: Report) -> None:
    section.header.is_linked_to_previous = False
    section.footer.is_linked_to_previous = False
    head = section.header.paragraphs[0]
    head.style = "Report Note"
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if report.mark:
        run = head.add_run(one_line(report.mark))
        run.font.color.rgb = RGBColor(0xB9, 0x28, 0x1F)
    number = section.footer.paragraphs[0]
    number.style = "Report Caption"
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number.add_run("— ")
    _field(number, "PAGE")
    number.add_run(" —")
    foot = section.footer.add_paragraph(one_line(report.provenance), style="Report Small")
    foot.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _field(paragraph: Any, code: str) -> None:
    """Add a field with its result, so that nothing asks to be updated."""
    for kind, text in (
        ("begin", ""),
        ("", code),
        ("separate", ""),
        ("result", "1"),
        ("end", ""),
    ):
        run = paragraph.add_run()
        if kind == "result":
            run.text = text
        elif kind:
            run._r.append(  # noqa: SLF001 - python-docx has no fields
                parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>')
            )
        else:
            run._r.append(  # noqa: SLF001 - as above
                parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve">{text}</w:instrText>')
            )


# --- text -----------------------------------------------------------------------------------------


def _title(document: Document, report: Report) -> None:
    text = one_line(report.title)
    title = document.add_paragraph(style="Normal")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(text)
    _run_font(run, _SONG, _TITLE_PT)
    title.paragraph_format.line_spacing = Pt(32)
    # Lines of one length: the indents leave room for just as many characters.
    lines = max(1, -(-len(text) // _LINES_OF_TITLE))
    each = -(-len(text) // lines)
    spare = Mm(_PORTRAIT_MM[0] - MARGINS_MM[1] - MARGINS_MM[3]) - Pt(_TITLE_PT) * (each + 0.3)
    if lines > 1 and spare > 0:
        title.paragraph_format.left_indent = int(spare // 2)
        title.paragraph_format.right_indent = int(spare // 2)
    date = document.add_paragraph(one_line(report.subtitle))
    date.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if report.contents:
        _contents(document, report)


def _run_font(run: Any, family: str, size: float) -> None:
    run.font.size = Pt(size)
    run.font.name = _LATIN
    run._element.get_or_add_rPr().get_or_add_rFonts().set(  # noqa: SLF001 - w:eastAsia by hand
        qn("w:eastAsia"), family
    )


def _contents(document: Document, report: Report) -> None:
    """List the chief sections in one paragraph, each a link; annexes by their numbers."""
    paragraph = document.add_paragraph(style="Report Contents")
    paragraph.paragraph_format.space_before = Pt(6)
    paragraph.paragraph_format.space_after = Pt(6)
    chief = [(index, part) for index, part in enumerate(report.sections) if part.level == 1]
    for position, (index, section) in enumerate(chief):
        link = (
            f'<w:hyperlink {nsdecls("w")} w:anchor="{_bookmark(index)}" w:history="1"><w:r>'
            f'<w:t xml:space="preserve">{escape_xml(one_line(section.heading).split()[0])}</w:t></w:r>'
            "</w:hyperlink>"
        )
        paragraph._p.append(parse_xml(link))  # noqa: SLF001 - python-docx makes no links
        if position + 1 < len(chief):
            paragraph.add_run("；")


def _bookmark(index: int) -> str:
    return f"section_{index}"


def _section(document: Document, section: Section, *, bookmark: int, wide: bool) -> None:
    heading = document.add_heading(one_line(section.heading), level=section.level)
    if section.page is Page.NEW:
        heading.paragraph_format.page_break_before = True
    if section.level == 1:
        name = _bookmark(bookmark)
        start = f'<w:bookmarkStart {nsdecls("w")} w:id="{bookmark}" w:name="{name}"/>'
        heading._p.insert(1, parse_xml(start))  # noqa: SLF001 - python-docx makes no bookmarks
        end = f'<w:bookmarkEnd {nsdecls("w")} w:id="{bookmark}"/>'
        heading._p.append(parse_xml(end))  # noqa: SLF001 - as above
    for position, block in enumerate(section.blocks):
        following = section.blocks[position + 1 : position + 2]
        leads = bool(following) and isinstance(following[0], Table)
        _block(document, block, wide=wide, leads=leads)


def _block(document: Document, block: Block, *, wide: bool, leads: bool) -> None:
    if isinstance(block, Table):
        _table(document, block, wide=wide)
    elif isinstance(block, Picture):
        _picture(document, block)
    else:
        _paragraph(document, block, leads=leads)


def _paragraph(document: Document, paragraph: Paragraph, *, leads: bool) -> None:
    """Write a paragraph; a short one that leads to a table stays with it."""
    text = one_line(paragraph.text) if paragraph.tone is not Tone.SIGNATURE else paragraph.text
    made = document.add_paragraph(text)
    if leads:
        made.paragraph_format.keep_with_next = len(text) <= _SHORT_LEAD or None
        made.paragraph_format.space_after = Pt(4)
    if paragraph.tone is Tone.NOTE:
        made.style = "Report Note"
        return
    if paragraph.tone is Tone.SIGNATURE:
        made.paragraph_format.space_before = Pt(4)
        return
    _indent(made.paragraph_format)


def _picture(document: Document, picture: Picture) -> None:
    holder = document.add_paragraph(style="Report Note")
    holder.alignment = WD_ALIGN_PARAGRAPH.CENTER
    holder.paragraph_format.keep_with_next = True
    holder.paragraph_format.space_after = Pt(0)
    shape = holder.add_run().add_picture(io.BytesIO(picture.png), width=Mm(picture.width_mm))
    shape._inline.docPr.set("descr", one_line(picture.alt))  # noqa: SLF001 - alternative text
    caption = document.add_paragraph(one_line(picture.caption), style="Report Caption")
    caption.paragraph_format.keep_with_next = False
    caption.paragraph_format.space_before = Pt(2)


# --- tables ---------------------------------------------------------------------------------------


def _table(document: Document, table: Table, *, wide: bool) -> None:
    if table.caption:
        document.add_paragraph(one_line(table.caption), style="Report Caption")
    body = document.element.body
    body.insert(len(body) - 1, parse_xml(_table_xml(table, wide=wide)))
    note = document.add_paragraph(one_line(table.note), style="Report Note")
    if not table.note:
        note.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        note.paragraph_format.line_spacing = Pt(8)


def _table_xml(table: Table, *, wide: bool) -> str:
    """Write a table with fixed widths, a repeated heading row and rows that stay whole."""
    size, margins = (_WIDE_MM, _WIDE_MARGINS_MM) if wide else (_PORTRAIT_MM, MARGINS_MM)
    room = (size[0] - margins[1] - margins[3]) * _TWIPS_MM
    total = sum(column.width for column in table.columns)
    widths = [round(room * column.width / total) for column in table.columns]
    dense = wide or table.dense
    style = "ReportDenseCell" if dense else "ReportCell"
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    cushion = 40 if dense else 70
    parts = [
        f"<w:tbl {nsdecls('w')}><w:tblPr>",
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>',
        f"<w:tblBorders>{sides}</w:tblBorders>",
        '<w:tblLayout w:type="fixed"/>',
        (
            f'<w:tblCellMar><w:left w:w="{cushion}" w:type="dxa"/>'
            f'<w:right w:w="{cushion}" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>'
        ),
        *(f'<w:gridCol w:w="{width}"/>' for width in widths),
        "</w:tblGrid>",
    ]
    whole = stays_whole(table, room_mm=room / _TWIPS_MM, type_pt=_TABLE_PT)
    if not table.card:
        titles = tuple(column.title for column in table.columns)
        parts.append(_row_xml(table, titles, widths=widths, style=style, head=True, keep=whole))
    last = len(table.rows) - 1
    for index, row in enumerate(table.rows):
        keep = whole and index < last
        parts.append(_row_xml(table, row, widths=widths, style=style, keep=keep))
    parts.append("</w:tbl>")
    return "".join(parts)


def _row_xml(
    table: Table,
    row: tuple[str, ...],
    *,
    widths: list[int],
    style: str,
    head: bool = False,
    keep: bool = False,
) -> str:
    blank = not head and not any(row)
    height = '<w:trHeight w:val="567" w:hRule="atLeast"/>' if blank else ""
    parts = [f"<w:tr><w:trPr><w:cantSplit/>{height}{'<w:tblHeader/>' if head else ''}</w:trPr>"]
    for index, text in enumerate(row):
        span = len(widths) - index if index == len(row) - 1 else 1
        named = head or (table.card and index % 2 == 0)
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="F0F0F0"/>' if named else ""
        align = "center" if named else _ALIGN[table.columns[index].align.value]
        family = f'<w:rFonts w:eastAsia="{_HEI}"/>' if named else ""
        lines = "".join(
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/>'
            f"{'<w:keepNext/>' if keep else ''}"
            f'<w:jc w:val="{align}"/></w:pPr><w:r><w:rPr>{family}</w:rPr>'
            f'<w:t xml:space="preserve">{escape_xml(one_line(line))}</w:t></w:r></w:p>'
            for line in (text.split("\n") or [""])
        )
        parts.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{sum(widths[index : index + span])}" w:type="dxa"/>'
            f'{f"""<w:gridSpan w:val="{span}"/>""" if span > 1 else ""}{shade}'
            f'<w:vAlign w:val="center"/></w:tcPr>{lines}</w:tc>'
        )
    parts.append("</w:tr>")
    return "".join(parts)
