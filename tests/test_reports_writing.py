"""Both files of the report: they open, say the same, and come out the same twice."""

from __future__ import annotations

import dataclasses
import html
import os
import re
import subprocess
import sys
import zipfile

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm

from geo_rectify.outputs.reports import build_report, write_report
from geo_rectify.outputs.reports.page import html_of
from geo_rectify.settings import Settings
from geo_rectify.vocabulary import DEMO_MARK
from tests.factories import AS_OF, QUOTED, make_assessment


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("report")
    write_report(make_assessment(settings=Settings(as_of=AS_OF, demo=True)), made)
    return made


@pytest.fixture(scope="module")
def document(folder):
    return docx.Document(str(folder / "report.docx"))


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


def test_same_bytes_twice(folder, tmp_path):
    write_report(make_assessment(settings=Settings(as_of=AS_OF, demo=True)), tmp_path)
    for name in ("report.docx", "report.html"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_same_bytes_whatever_the_hash_seed(tmp_path):
    code = (
        "import sys, pathlib; from tests.factories import make_assessment;"
        "from geo_rectify.outputs.reports import write_report;"
        "write_report(make_assessment(), pathlib.Path(sys.argv[1]))"
    )
    written = []
    for seed in ("1", "2"):
        into = tmp_path / seed
        into.mkdir()
        subprocess.run(
            [sys.executable, "-c", code, str(into)],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        written.append([(into / name).read_bytes() for name in ("report.docx", "report.html")])
    assert written[0] == written[1]


def test_word_headings_are_those_of_the_model(document):
    report = build_report(make_assessment(settings=Settings(as_of=AS_OF, demo=True)))
    shown = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert shown == [" ".join(one.heading.split()) for one in report.sections]


def test_word_tables_are_those_of_the_model(document):
    report = build_report(make_assessment(settings=Settings(as_of=AS_OF, demo=True)))
    tables = report.tables()
    assert len(document.tables) == len(tables)
    for made, wanted in zip(document.tables, tables, strict=True):
        rows = [[cell.text for cell in row.cells] for row in made.rows]
        head = [] if wanted.card else [[column.title for column in wanted.columns]]
        body = [[*row, *[row[-1]] * (len(wanted.columns) - len(row))] for row in wanted.rows]
        flat = [[" ".join(cell.split()) for cell in row] for row in head + body]
        assert rows == flat


def test_page_is_gb_t_9704(document):
    first = document.sections[0]
    sides = (first.page_width, first.page_height, first.top_margin, first.bottom_margin)
    assert [round(side / Mm(1)) for side in sides] == [210, 297, 37, 35]
    assert [round(side / Mm(1)) for side in (first.left_margin, first.right_margin)] == [28, 26]
    turned = [one.orientation for one in document.sections]
    assert turned == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]


def test_chinese_fonts_are_named_by_hand(document):
    fonts = {}
    for name in ("Normal", "Heading 1", "Heading 2"):
        fonts[name] = document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
    assert fonts == {"Normal": "仿宋_GB2312", "Heading 1": "黑体", "Heading 2": "楷体_GB2312"}
    title = document.paragraphs[0].runs[0]
    assert title._element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    assert title.font.size.pt == 22
    assert document.styles["Normal"].font.size.pt == 16


def test_every_page_carries_mark_provenance_and_number(document):
    for section in document.sections:
        assert DEMO_MARK in section.header.paragraphs[0].text
        foot = section.footer
        assert "某市整改方案.docx" in foot.paragraphs[1].text
        assert "PAGE" in foot.paragraphs[0]._p.xml


def test_rows_stay_whole_and_headings_repeat(document):
    for table in document.tables:
        for row in table.rows:
            assert row._tr.trPr.find(qn("w:cantSplit")) is not None
    heads = [one.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for one in document.tables]
    assert heads.count(False) == 2  # the cards


def test_properties_are_dated_as_of(folder, document):
    properties = document.core_properties
    assert properties.created.date() == AS_OF
    assert properties.modified.date() == AS_OF
    assert properties.author == ""
    with zipfile.ZipFile(folder / "report.docx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_hostile_text_is_text(document, page):
    words = "\n".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    assert QUOTED in words
    assert QUOTED not in page
    assert "</script>" not in page
    assert "<b>" not in page
    assert QUOTED in html.unescape(page)


def test_control_characters_are_left_out(tmp_path):
    run = make_assessment()
    plan = dataclasses.replace(run.plan, title="某市\x00\x0b\ud800贯彻\u202e落实督察报告整改方案")
    write_report(dataclasses.replace(run, plans=(plan,)), tmp_path)
    title = docx.Document(str(tmp_path / "report.docx")).paragraphs[0].text
    assert title == "某市督察反馈问题与生态保护红线等管控区套合分析报告"


def test_html_needs_nothing_from_outside(page):
    assert not re.findall(r"(?:src|href)=\"(?!#|data:)[^\"]*", page)
    assert "url(" not in page
    assert "<script" not in page
    assert "data:image/png;base64," in page


def test_html_style_cannot_be_ended_by_a_file_name():
    report = dataclasses.replace(
        build_report(make_assessment()), provenance='a"; } </style><script>alert(1)</script>\\'
    )
    page = html_of(report)
    assert page.count("</style>") == 1
    assert "<script" not in page


def test_html_says_what_the_model_says(page):
    report = build_report(make_assessment(settings=Settings(as_of=AS_OF, demo=True)))
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    for section in report.sections:
        assert " ".join(section.heading.split()) in shown
    for table in report.tables():
        for row in table.rows:
            for cell in row:
                assert " ".join(cell.split()) in shown
