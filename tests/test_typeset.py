"""Setting PDFs: text is never markup, fonts are found or asked for, bytes are repeatable."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import json
import sys

import pdfplumber
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from geo_rectify.drawing.markup import one_line
from geo_rectify.errors import MissingDependencyError, OutputError
from geo_rectify.outputs import _typeset
from geo_rectify.outputs._typeset import compile_pdf, font_definitions, literal, why_no_pdf

DAY = dt.date(2023, 10, 31)
RARE = "磻溪、旸府、洎阳、鸬鹚、砒霜"


def _text(pdf: bytes) -> str:
    with pdfplumber.open(io.BytesIO(pdf)) as file:
        return "\n".join(page.extract_text() for page in file.pages)


def _set(*texts: str) -> bytes:
    lines = "".join(f"#text(font: fang, {literal(text)})\n\n" for text in texts)
    return compile_pdf(font_definitions() + lines, as_of=DAY, pictures={})


@given(st.text(alphabet=st.characters(), max_size=60))
def test_a_literal_is_its_text(text):
    shown = typst.Compiler(b"", ignore_system_fonts=True).eval(literal(text))
    assert json.loads(shown).replace("\u200b", "") == one_line(text).replace("\u200b", "")


@pytest.mark.parametrize(
    "hostile",
    [
        '"#read("/etc/passwd")',
        '\\") #sys.version (\\"',
        "#import",
        "$x^2$ *b* _i_ `c` <label> @ref",
        "// not a comment /* nor this */",
        "= not a heading",
    ],
)
def test_hostile_text_is_shown_as_it_is(hostile):
    shown = _text(_set(hostile))
    assert shown.replace(" ", "").replace("\u200b", "") == hostile.replace(" ", "")


def test_rare_characters_are_drawn_in_an_embedded_font():
    pdf = _set(RARE)
    assert RARE in _text(pdf)
    with pdfplumber.open(io.BytesIO(pdf)) as file:
        characters = file.pages[0].chars
    assert all(one["fontname"][6] == "+" for one in characters)  # a subset that is in the file


def test_the_same_bytes_twice():
    assert _set(RARE, "第二段") == _set(RARE, "第二段")


def test_long_runs_of_latin_may_break():
    assert literal("rectification_plan_of_a_city") == (
        '"rectification_\u200bplan_\u200bof_\u200ba_\u200bcity"'
    )
    assert literal("a" * 30) == '"' + "a" * 24 + "\u200b" + "a" * 6 + '"'
    assert literal("EPSG:4490") == '"EPSG:4490"'


def test_without_the_extra_it_names_the_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "geo-rectify[pdf]" in why_no_pdf()
    with pytest.raises(MissingDependencyError, match=r"geo-rectify\[pdf\]"):
        compile_pdf("x", as_of=DAY, pictures={})


def test_without_a_chinese_font_it_names_fonts_to_install(monkeypatch):
    monkeypatch.setattr(_typeset, "_families", lambda: frozenset({"Libertinus Serif"}))
    assert "Noto Serif CJK SC" in why_no_pdf()
    with pytest.raises(MissingDependencyError, match="未找到中文字体"):
        compile_pdf("x", as_of=DAY, pictures={})


def test_what_cannot_be_set_is_our_error():
    with pytest.raises(OutputError, match="排版未成"):
        compile_pdf("#nothing-of-this-name", as_of=DAY, pictures={})


def test_fonts_without_the_extra_name_the_remedy(monkeypatch):
    """The module is not installed at all: no import of it is tried."""
    monkeypatch.setitem(sys.modules, "typst", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"geo-rectify\[pdf\]"):
        font_definitions()
