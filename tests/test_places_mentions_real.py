"""The real plan against its annotations."""

from __future__ import annotations

import csv

import pytest

from geo_rectify.places.recognition import find_mentions
from geo_rectify.plans import read_plan

pytestmark = pytest.mark.real_plans
_NEUTRAL = {"title-or-unit", "anaphor"}


@pytest.fixture(scope="module")
def mentions(real_plans):
    return find_mentions(read_plan(real_plans / "jingdezhen_2023_rectification_plan.txt"))


@pytest.fixture(scope="module")
def annotated(gold):
    with (gold / "places_odd_issues.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["role"] not in _NEUTRAL and row["named"] == "1"
        ]


def test_spans_types_roles_and_counties(mentions, annotated):
    found = {(m.start, m.end): m for m in mentions}
    pairs = [(row, found.get((int(row["start"]), int(row["end"])))) for row in annotated]
    matched = [(row, mention) for row, mention in pairs if mention is not None]
    assert len(matched) / len(pairs) >= 0.95
    kinds = sum(row["type"] == mention.type for row, mention in matched)
    sites = sum(bool(int(row["site"])) == mention.site for row, mention in matched)
    placed = [(row, mention) for row, mention in matched if row["county"]]
    counties = sum(row["county"].split("(")[0] == mention.county for row, mention in placed)
    assert kinds / len(matched) >= 0.95
    assert sites / len(matched) >= 0.95
    assert counties / len(placed) >= 0.95


def test_few_names_are_invented(mentions, annotated):
    gold_spans = [(int(row["start"]), int(row["end"])) for row in annotated]
    odd = [
        m
        for m in mentions
        if m.issue is not None and m.issue % 2 and m.named and m.role.value not in _NEUTRAL
    ]
    invented = [m for m in odd if not any(s < m.end and m.start < e for s, e in gold_spans)]
    assert len(invented) / len(odd) <= 0.05


def test_progress_report_has_places_and_no_issues(real_plans):
    plan = read_plan(real_plans / "jingdezhen_2018_progress_report.txt")
    surfaces = {m.surface for m in find_mentions(plan)}
    assert {"浮梁县", "南河", "凤凰山", "横溪桥水库", "瓷都大道", "戴家弄片区"} <= surfaces
