"""The real plan: what it says itself, with no layers and with the sample ones."""

from __future__ import annotations

import datetime as dt

import pytest

from geo_rectify.findings import find_claims
from geo_rectify.pipeline import assess
from geo_rectify.settings import Settings

pytestmark = pytest.mark.real_plans

DAY = Settings(as_of=dt.date(2026, 11, 1))


@pytest.fixture(scope="module")
def bare(real_plans):
    return assess(real_plans / "jingdezhen_2023_rectification_plan.txt", settings=DAY)


@pytest.fixture(scope="module")
def sampled(real_plans):
    plan = real_plans / "jingdezhen_2023_rectification_plan.txt"
    return assess(plan, layers="sample", settings=DAY)


def test_without_layers_nothing_is_clear_and_nothing_conflicts(bare):
    assert set(bare.findings["verdict"]) <= {"not_covered", "undetermined", "not_delineated"}


def test_sample_layers_decide_nothing(sampled):
    assert not {"conflict", "clear"} & set(sampled.findings["verdict"])
    assert set(sampled.claims["result"]) == {"无法判定"}


def test_zhangshukeng_has_no_boundary_by_the_plan_alone(bare):
    own = bare.findings[bare.findings["site_name"].str.startswith("樟树坑")]
    water = own[own["zone_class"].str.startswith("water")]
    assert len(water) >= 3
    assert set(water["verdict"]) == {"not_delineated"}
    assert set(water["reason"]) == {"plan_says_so"}
    others = bare.findings.drop(water.index)
    assert "not_delineated" not in set(others["verdict"])


@pytest.mark.parametrize(
    ("issue", "words", "stated"),
    [
        ("20", "6处雨污混合排口", "6"),
        ("23", "非法开采点86处", "86"),
        ("23", "1200余亩", "1200余"),
        ("23", "650余亩", "650余"),
        ("27", "位于生态红线内的满坑坞", "位于生态红线内"),
        ("27", "占用公益林13.6亩", "13.6"),
        ("32", "位于核心区的王家坞水库", "位于核心区"),
        ("32", "牛喉咙水库", "位于保护区核心区内"),
    ],
)
def test_claims_of_the_plan(bare, issue, words, stated):
    text = bare.plan.text
    held = [
        row
        for row in bare.claims.itertuples()
        if row.issue == issue and text[row.start : row.end].endswith(words)
    ]
    assert [(row.stated, row.result) for row in held] == [(stated, "无法判定")]
    assert held[0].site_id in set(bare.sites["site_id"])
    if words.endswith("亩") and issue == "27":
        (site,) = bare.sites.loc[bare.sites["site_id"] == held[0].site_id, "name"]
        assert "满坑坞" in site


def test_the_area_stated_of_mankengwu_is_held_against_the_sample_and_stays_open(sampled):
    text = sampled.plan.text
    (row,) = [
        row
        for row in sampled.claims.itertuples()
        if text[row.start : row.end].endswith("13.6亩") and row.issue == "27"
    ]
    assert (row.stated, row.unit, row.result) == ("13.6", "亩", "无法判定")
    (claim,) = [
        claim
        for claim in find_claims(sampled.plans, sampled.mentions)
        if claim.claim_id == row.claim_id
    ]
    assert round(claim.value_m2, 2) == 9066.67
