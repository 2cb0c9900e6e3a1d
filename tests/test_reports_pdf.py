"""The PDF of the report: it says what the model says, on numbered GB/T 9704 pages."""

from __future__ import annotations

import importlib.util
import io
import re

import pdfplumber
import pytest

from geo_rectify.outputs.reports import build_report, write_report
from geo_rectify.outputs.reports.pdf import pdf_of
from geo_rectify.settings import Settings
from geo_rectify.vocabulary import DEMO_MARK
from tests.factories import AS_OF, QUOTED, make_assessment

_MM = 72 / 25.4


@pytest.fixture(scope="module")
def report():
    return build_report(make_assessment(settings=Settings(as_of=AS_OF, demo=True)))


@pytest.fixture(scope="module")
def pages(report):
    with pdfplumber.open(io.BytesIO(pdf_of(report))) as file:
        return [(page.width, page.height, _squeezed(page.extract_text())) for page in file.pages]


@pytest.fixture(scope="module")
def text(pages):
    return "".join(page[2] for page in pages)


def _squeezed(text):
    return re.sub(r"[\s\u200b]+", "", text)


def test_headings_captions_and_title_are_there(report, text):
    assert _squeezed(report.title) in text
    for section in report.sections:
        assert _squeezed(section.heading) in text
    for table in report.tables():
        assert _squeezed(table.caption) in text


def test_every_paragraph_is_there(report, text):
    blocks = [one.text for part in report.sections for one in part.blocks if hasattr(one, "tone")]
    missing = [one for one in blocks if _squeezed(one)[:30] not in text]
    assert missing == []


def test_pages_are_a4_with_one_a3_annex(pages):
    sizes = [(round(width / _MM), round(height / _MM)) for width, height, _ in pages]
    assert set(sizes) == {(210, 297), (420, 297)}


def test_pages_are_numbered_marked_and_say_what_they_rest_on(pages):
    for number, (_, _, words) in enumerate(pages, start=1):
        assert f"—{number}—" in words
        assert _squeezed(DEMO_MARK) in words
        assert "某市整改方案.docx" in words


def test_contents_give_the_page_a_section_begins_on(report, pages):
    contents = pages[0][2]
    chief = [_squeezed(one.heading) for one in report.sections if one.level == 1]
    for heading in chief:
        (number,) = re.findall(re.escape(heading) + r"\.+(\d+)", contents)
        assert heading in pages[int(number) - 1][2]


def test_hostile_text_is_text(text):
    assert _squeezed(QUOTED) in text


def test_the_same_bytes_twice(report):
    assert pdf_of(report) == pdf_of(report)


def test_word_and_html_do_not_depend_on_the_extra(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    reason = write_report(make_assessment(), tmp_path)
    assert "geo-rectify[pdf]" in reason
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.docx", "report.html"]


def test_a_run_with_the_extra_writes_it(tmp_path):
    assert write_report(make_assessment(), tmp_path) == ""
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
