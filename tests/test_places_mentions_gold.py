"""Mentions against the passages annotated by hand: exact spans, kinds, roles, counties."""

from __future__ import annotations

import re

import pytest

from geo_rectify.places.recognition import find_mentions
from tests.mentions_cases import plan_of
from tests.mentions_gold import CITIES, read_marks
from tests.mentions_gold_blind import BLIND
from tests.mentions_gold_blind_more import MORE_BLIND
from tests.mentions_gold_held_out import HELD_OUT
from tests.mentions_gold_more import MORE
from tests.mentions_gold_prose import PROSE
from tests.mentions_gold_provinces import PROVINCES

_NEUTRAL = {"title-or-unit", "anaphor"}
_PREFECTURE_ONLY = "prefecture only"


_COUNTED = re.compile(r"[0-9]+[家处个座栋]")


def compare(title, problem, measures):
    """Give found and annotated mentions of one city by their span.

    Counted sets and what lies over an annotation that is no place of its own are left out.
    """
    marked = [read_marks(problem)] + [read_marks(words) for words, _ in measures]
    units = [of for _, of in measures]
    texts = [passage.text for passage in marked]
    plan = plan_of(title, (texts[0], list(zip(texts[1:], units, strict=True))))
    issue = plan.issues[0]
    starts = [issue.problem.start] + [measure.start for measure in issue.measures]
    marks = [
        (offset + start, offset + end, passage.text[start:end], of)
        for offset, passage in zip(starts, marked, strict=True)
        for start, end, *of in passage.marks
    ]
    neutral = [
        (start, end)
        for start, end, words, (_, role, _) in marks
        if role in _NEUTRAL or _COUNTED.match(words)
    ]
    annotated = {
        (start, end): tuple(of) for start, end, _, of in marks if (start, end) not in neutral
    }
    found = {
        (m.start, m.end): m
        for m in find_mentions(plan)
        if m.role.value not in _NEUTRAL
        and not any(m.start < end and start < m.end for start, end in neutral)
    }
    return found, annotated


def f1(pairs):
    """Give the F1 of exact spans over several cities."""
    hits = sum(len(found.keys() & annotated.keys()) for found, annotated in pairs)
    return 2 * hits / sum(len(found) + len(annotated) for found, annotated in pairs)


@pytest.fixture(scope="module")
def compared():
    return {city: compare(*passages) for city, passages in CITIES.items()}


@pytest.mark.parametrize(
    ("passages", "least"),
    [(PROVINCES, 0.95), (PROSE, 0.97), (HELD_OUT, 0.85), (MORE, 0.94), (BLIND | MORE_BLIND, 0.94)],
    ids=["provinces", "prose", "held out", "more", "blind"],
)
def test_passages_annotated_blind(passages, least):
    pairs = [compare(*of) for of in passages.values()]
    assert f1(pairs) >= least
    kinds = [
        (found[span].type.value, kind)
        for found, annotated in pairs
        for span, (kind, _, _) in annotated.items()
        if span in found
    ]
    assert sum(made == kind for made, kind in kinds) / len(kinds) >= 0.88


def test_the_gold_is_large_enough(compared):
    assert len(compared) >= 8
    assert sum(len(annotated) for _, annotated in compared.values()) >= 120


def test_exact_f1(compared):
    assert f1(compared.values()) >= 0.98


@pytest.mark.parametrize("city", CITIES)
def test_no_city_is_far_behind(compared, city):
    assert f1([compared[city]]) >= 0.9


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
