"""The table of verdicts, line by line, as one pure function."""

from __future__ import annotations

import itertools

import pytest

from geo_rectify.findings import Case, Overlap, rule_on
from geo_rectify.vocabulary import Precision, Verdict, VerdictReason

NONE = Overlap()
NEAR = Overlap(relation="near", distance_m=100.0)
TOUCHES = Overlap(relation="touches", distance_m=0.0)
PART = Overlap(relation="overlaps", share=0.3, overlap_m2=300.0, distance_m=0.0)
ALL = Overlap(relation="inside", share=1.0, overlap_m2=1000.0, distance_m=0.0)

FINE = (Precision.SURVEYED, Precision.FEATURE, Precision.STREET)
COARSE = (Precision.TOWNSHIP, Precision.COUNTY, Precision.PREFECTURE, Precision.NONE)


def case(precision, **more):
    return Case(precision=precision, has_layer=True, **more)


TABLE = [
    # precision, what holds, verdict, reason, likelihood
    *[(p, {"official": ALL}, "conflict", None, None) for p in FINE],
    *[(p, {"official": PART}, "possible", None, 0.3) for p in FINE],
    *[(p, {"other": ALL}, "possible", None, 1.0) for p in FINE],
    *[(p, {"other": PART}, "possible", None, 0.3) for p in FINE],
    (Precision.VILLAGE, {"official": ALL}, "possible", None, 1.0),
    (Precision.VILLAGE, {"official": PART}, "possible", None, 0.3),
    (Precision.VILLAGE, {"other": ALL}, "possible", None, 1.0),
    *[(p, {"official": ALL}, "undetermined", "precision", None) for p in COARSE],
    *[(p, {"official": PART}, "undetermined", "precision", None) for p in COARSE],
    *[(p, {"other": PART}, "undetermined", "precision", None) for p in COARSE],
    *[
        (p, {"official": near, "official_covers": True, "any_covers": True}, "clear", None, None)
        for p in (*FINE, Precision.VILLAGE, *COARSE)
        for near in (NONE, NEAR, TOUCHES)
    ],
    (Precision.FEATURE, {"other": NEAR, "any_covers": True}, "undetermined", "layer_status", None),
    (Precision.TOWNSHIP, {"other": NEAR, "any_covers": True}, "undetermined", "layer_status", None),
    (Precision.FEATURE, {"official": NEAR}, "not_covered", "no_coverage", None),
    (Precision.FEATURE, {"has_layer": False}, "not_covered", "no_layer", None),
    # a draft overlaps what the official layer leaves clear: possible all the same
    (
        Precision.FEATURE,
        {"official": NEAR, "official_covers": True, "any_covers": True, "other": PART},
        "possible",
        None,
        0.3,
    ),
    # the official share stands, not the draft's
    (Precision.FEATURE, {"official": PART, "other": ALL}, "possible", None, 0.3),
    # a surveyed outline overlaps though its widened footprint is not wholly inside
    (Precision.SURVEYED, {"official": PART, "outline": PART}, "conflict", None, None),
    (Precision.SURVEYED, {"official": PART, "outline": NEAR}, "possible", None, 0.3),
    (Precision.SURVEYED, {"official": PART, "outline": TOUCHES}, "possible", None, 0.3),
    (Precision.NONE, {"has_footprint": False}, "undetermined", "no_footprint", None),
    (
        Precision.SURVEYED,
        {"official": ALL, "undelineated": VerdictReason.PLAN_SAYS_SO},
        "not_delineated",
        "plan_says_so",
        None,
    ),
    (
        Precision.NONE,
        {"has_footprint": False, "undelineated": VerdictReason.CATALOGUE_SAYS_SO},
        "not_delineated",
        "catalogue_says_so",
        None,
    ),
]


@pytest.mark.parametrize(("precision", "holds", "verdict", "reason", "likelihood"), TABLE)
def test_the_first_line_that_holds(precision, holds, verdict, reason, likelihood):
    ruling = rule_on(Case(**({"precision": precision, "has_layer": True} | holds)))
    assert (ruling.verdict, ruling.reason, ruling.likelihood) == (verdict, reason, likelihood)


def test_every_verdict_and_reason_is_in_the_table():
    assert {row[2] for row in TABLE} == {verdict.value for verdict in Verdict}
    assert {row[3] for row in TABLE} - {None} == {reason.value for reason in VerdictReason}


OVERLAPS = (NONE, NEAR, TOUCHES, PART, ALL)
EVERY = [
    case(
        precision,
        official=official,
        other=other,
        official_covers=covers[0],
        any_covers=covers[1],
    )
    for precision in Precision
    for official, other in itertools.product(OVERLAPS, OVERLAPS)
    for covers in ((False, False), (False, True), (True, True))
]


@pytest.mark.parametrize("held", EVERY[:: len(EVERY) // 300 or 1])
def test_what_never_happens(held):
    ruling = rule_on(held)
    if ruling.verdict is Verdict.CONFLICT:
        assert held.precision in FINE
        assert held.official.inside
    if ruling.verdict is Verdict.CLEAR:
        assert held.official_covers
        assert not held.official.real
        assert not held.other.real
    assert (ruling.likelihood is not None) == (ruling.verdict is Verdict.POSSIBLE)
    assert (ruling.reason is not None) == (
        ruling.verdict in {Verdict.UNDETERMINED, Verdict.NOT_COVERED, Verdict.NOT_DELINEATED}
    )
