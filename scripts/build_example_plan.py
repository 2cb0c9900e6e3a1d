"""Build the bundled example plan (整改方案示例文本), a Word document, from its plain text.

The text beside this script is the source: one line is one paragraph, word for word. The same
text gives the same bytes on every run with the same libraries; no wall clock goes in.

    python scripts/build_example_plan.py
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

SCRIPTS: Final = Path(__file__).resolve().parent
TEXT_FILE: Final = SCRIPTS / "example_plan.txt"
DOCX_FILE: Final = SCRIPTS.parent / "geo_rectify" / "example" / "plan.docx"

TITLE_FONT: Final = "方正小标宋简体"
HEADING_FONT: Final = "黑体"
BODY_FONT: Final = "仿宋_GB2312"
LATIN_FONT: Final = "Times New Roman"

AUTHOR: Final = "geo_rectify"
FIXED_TIME: Final = datetime(1980, 1, 1, tzinfo=UTC)
ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)

ATTACHMENT: Final = "附件"
LIST_TITLE: Final = re.compile(r"整改清单$")
SECTION: Final = re.compile(r"[一二三四五六七八九十]+、")
LABEL: Final = re.compile(r"(?:整改目标|整改时限|整改措施|责任人|验收单位)：")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Hold how one paragraph is set."""

    font: str = BODY_FONT
    size_pt: float = 16
    centred: bool = False
    indented: bool = True
    space_before_pt: float = 0
    space_after_pt: float = 0
    new_page: bool = False


BODY: Final = Look()
SECTION_HEADING: Final = Look(font=HEADING_FONT)
TITLE: Final = Look(font=TITLE_FONT, size_pt=22, centred=True, indented=False, space_after_pt=16)
ATTACHMENT_LINE: Final = Look(font=HEADING_FONT, indented=False, new_page=True)
LIST_TITLE_LINE: Final = Look(
    font=TITLE_FONT,
    size_pt=22,
    centred=True,
    indented=False,
    space_before_pt=16,
    space_after_pt=16,
)


def read_lines(path: Path) -> list[str]:
    """Read the text, one paragraph a line.

    Raises
    ------
    ValueError
        If a line is empty or begins or ends with white space, which would be lost in Word.
    """
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line or line != line.strip():
            msg = f"{path.name}, line {number}: empty, or white space at an end: {line!r}"
            raise ValueError(msg)
    return lines


def choose_look(line: str, *, is_first: bool) -> Look:
    """Choose how a line is set, by what it says."""
    if is_first:
        return TITLE
    if line == ATTACHMENT:
        return ATTACHMENT_LINE
    if LIST_TITLE.search(line):
        return LIST_TITLE_LINE
    if SECTION.match(line):
        return SECTION_HEADING
    return BODY


def set_font(run: Run, font: str, *, size_pt: float, bold: bool = False) -> None:
    """Set the font of a run, the East Asian one too, which python-docx leaves alone."""
    run.font.name = LATIN_FONT
    run.font.size = Pt(size_pt)
    run.font.bold = bold or None
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001  no public setter
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hint"), "eastAsia")  # “ ” and — in full width


def add_line(document: DocxDocument, line: str, *, look: Look) -> None:
    """Add a line as one paragraph; a field's label (整改目标： and the like) is bold."""
    paragraph = document.add_paragraph()
    if look.centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    layout = paragraph.paragraph_format
    layout.space_before = Pt(look.space_before_pt)
    layout.space_after = Pt(look.space_after_pt)
    layout.page_break_before = look.new_page or None
    layout.first_line_indent = Pt(2 * look.size_pt) if look.indented else None
    label = LABEL.match(line)
    cut = label.end() if label else 0
    if cut:
        set_font(paragraph.add_run(line[:cut]), look.font, size_pt=look.size_pt, bold=True)
    if line[cut:]:
        set_font(paragraph.add_run(line[cut:]), look.font, size_pt=look.size_pt)


def add_page_number(paragraph: Paragraph) -> None:
    """Add the page number as a field, centred, between dashes."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    set_font(paragraph.add_run("— "), "宋体", size_pt=14)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001  python-docx has no fields
    number = paragraph.add_run("1")
    set_font(number, "宋体", size_pt=14)
    field.append(number._element)  # noqa: SLF001
    set_font(paragraph.add_run(" —"), "宋体", size_pt=14)


def set_page(document: DocxDocument) -> None:
    """Set the page to A4 with the margins of an official document, and the base style."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    add_page_number(section.footer.paragraphs[0])
    normal = document.styles["Normal"]
    normal.font.name = LATIN_FONT
    normal.font.size = Pt(BODY.size_pt)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), BODY_FONT)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = Pt(28)
    normal.paragraph_format.space_after = Pt(0)


def set_properties(document: DocxDocument, *, title: str) -> None:
    """Set the core properties to fixed values, so that none tells when or where it was made."""
    core = document.core_properties
    core.title = title
    core.author = AUTHOR
    core.last_modified_by = AUTHOR
    core.language = "zh-CN"
    core.subject = core.keywords = core.category = core.comments = ""
    core.created = core.modified = FIXED_TIME
    core.revision = 1


def build_document(lines: list[str]) -> DocxDocument:
    """Build the Word document; the first line is its title."""
    document = Document()
    set_page(document)
    set_properties(document, title=lines[0])
    for index, line in enumerate(lines):
        add_line(document, line, look=choose_look(line, is_first=index == 0))
    return document


def fix_zip(packed: bytes) -> bytes:
    """Return the archive with its members in the same order but all of one fixed date."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            member = zipfile.ZipInfo(name, date_time=ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0  # otherwise the system it was built on is written down
            new.writestr(member, old.read(name), compresslevel=9)
    return target.getvalue()


def write_example_plan(text_file: Path = TEXT_FILE, docx_file: Path = DOCX_FILE) -> Path:
    """Write the example plan from its text and return where it was put."""
    packed = io.BytesIO()
    build_document(read_lines(text_file)).save(packed)
    docx_file.parent.mkdir(parents=True, exist_ok=True)
    docx_file.write_bytes(fix_zip(packed.getvalue()))
    return docx_file


if __name__ == "__main__":
    print(write_example_plan().name)
