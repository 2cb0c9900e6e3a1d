"""Mentions against the passages annotated by hand: exact spans, kinds, roles, counties."""

from __future__ import annotations

import pytest

from geo_rectify.places.recognition import find_mentions
from tests.mentions_cases import plan_of
from tests.mentions_gold import CITIES, read_marks

_NEUTRAL = {"title-or-unit", "anaphor"}
_PREFECTURE_ONLY = "prefecture only"


def compare(city):
    """Give found and annotated mentions of one city by their span."""
    title, problem, measures = CITIES[city]
    marked = [read_marks(problem)] + [read_marks(words) for words, _ in measures]
    units = [of for _, of in measures]
    texts = [passage.text for passage in marked]
    plan = plan_of(title, (texts[0], list(zip(texts[1:], units, strict=True))))
    issue = plan.issues[0]
    starts = [issue.problem.start] + [measure.start for measure in issue.measures]
    found = {(m.start, m.end): m for m in find_mentions(plan) if m.role.value not in _NEUTRAL}
    annotated = {
        (offset + start, offset + end): (kind, role, county)
        for offset, passage in zip(starts, marked, strict=True)
        for start, end, kind, role, county in passage.marks
        if role not in _NEUTRAL
    }
    return found, annotated


@pytest.fixture(scope="module")
def compared():
    return {city: compare(city) for city in CITIES}


def test_the_gold_is_large_enough(compared):
    assert len(compared) >= 8
    assert sum(len(annotated) for _, annotated in compared.values()) >= 120


def test_exact_f1(compared):
    hits = sum(len(found.keys() & annotated.keys()) for found, annotated in compared.values())
    both = sum(len(found) + len(annotated) for found, annotated in compared.values())
    assert 2 * hits / both >= 0.98


@pytest.mark.parametrize("city", CITIES)
def test_no_city_is_far_behind(compared, city):
    found, annotated = compared[city]
    hits = len(found.keys() & annotated.keys())
    assert 2 * hits / (len(found) + len(annotated)) >= 0.9


def test_kinds_roles_and_counties(compared):
    pairs = [
        (found[span], wanted)
        for found, annotated in compared.values()
        for span, wanted in annotated.items()
        if span in found
    ]
    kinds = sum(mention.type.value == kind for mention, (kind, _, _) in pairs)
    roles = sum(mention.role.value == role for mention, (_, role, _) in pairs)
    counties = sum(
        mention.county_basis == _PREFECTURE_ONLY if county == "-" else mention.county == county
        for mention, (_, _, county) in pairs
    )
    assert kinds / len(pairs) >= 0.97
    assert roles / len(pairs) >= 0.97
    assert counties / len(pairs) >= 0.96


def test_anaphors_are_linked(compared):
    title, problem, _ = CITIES["赤峰市"]
    mentions = find_mentions(plan_of(title, (read_marks(problem).text, [])))
    linked = [m.normalised for m in mentions if m.role.value == "anaphor"]
    assert linked == ["达里淖尔自然保护区"]
