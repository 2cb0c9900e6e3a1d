"""Escaping, guarding and the words of provenance."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.drawing.markup import (
    escape_html,
    escape_xml,
    guard_formula,
    highlight_html,
    one_line,
    package_version,
    provenance_line,
    safe_name,
    sentence_around,
    strip_control,
)
from geo_rectify.models import Passage
from geo_rectify.settings import Settings
from geo_rectify.vocabulary import DEMO_MARK, SCHEMATIC_MARK
from tests.factories import AS_OF, FORMULA, QUOTED, make_assessment, make_plan


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.append(tag)


def test_html_has_no_character_that_can_end_anything():
    escaped = escape_html(QUOTED)
    assert not set(escaped) & set("<>\"'`\\")
    parsed = _Text()
    parsed.feed(escaped)
    assert parsed.text == QUOTED
    assert parsed.tags == []


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_escaped_xml_always_parses_back_to_what_is_left(text: str):
    root = ET.fromstring(f'<a b="{escape_xml(text)}">{escape_xml(text)}</a>')  # noqa: S314 - ours
    wanted = strip_control(text).replace("\r\n", "\n").replace("\r", "\n")
    assert (root.text or "") == wanted


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_are_guarded(start):
    assert guard_formula(f"{start}1+1") == f"'{start}1+1"
    assert guard_formula(f"\x00{start}1+1") == f"'{start}1+1"


def test_plain_text_is_not_guarded():
    assert guard_formula("2024年底") == "2024年底"
    assert guard_formula(None) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("某市 整改/方案:1", "某市_整改_方案_1"),
        ("..\\..\\x", "x"),
        ("CON", "_CON"),
        ("", "unnamed"),
        ("a" * 200, "a" * 80),
        ("字" * 60, "字" * 26),
    ],
)
def test_safe_names(text, name):
    assert safe_name(text) == name


def test_one_line():
    assert one_line(" a\n\u202eb\t c ") == "a b c"


def test_provenance_names_everything():
    line = provenance_line(make_assessment())
    plan = make_plan()
    for part in (
        plan.doc_id,
        plan.source_name,
        "red_line_test 2022-11（正式）",
        f"water_test 2023-01{SCHEMATIC_MARK}",
        package_version(),
        AS_OF.isoformat(),
    ):
        assert part in line
    assert DEMO_MARK not in line
    demo = make_assessment(settings=Settings(as_of=dt.date(2024, 1, 1), demo=True))
    assert provenance_line(demo).endswith(DEMO_MARK)


def test_sentence_around_a_span_is_the_plans_own():
    plan = make_plan()
    start = plan.text.index("非法开采点86处")
    found = sentence_around(plan, start, end=start + 3)
    assert found.text == "历史遗留的非法开采点86处，涉及土地面积1200余亩。"
    assert plan.text[found.start : found.end] == found.text
    start = plan.text.index(FORMULA)
    inside = sentence_around(plan, start, end=start + len(FORMULA))
    assert FORMULA in inside.text
    assert "\n" not in inside.text


def test_highlight_sets_off_the_span_and_escapes_the_rest():
    passage = Passage(text="a<b>c</b>d", start=10, end=20)
    assert highlight_html(passage, 11, end=14) == "a<mark>&lt;b&gt;</mark>c&lt;/b&gt;d"
    assert highlight_html(passage, 0, end=5) == "a&lt;b&gt;c&lt;/b&gt;d"
