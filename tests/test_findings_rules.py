"""Clauses as dated data: what ships, and what a faulty file is told."""

from __future__ import annotations

import datetime as dt

import pytest

from geo_rectify.errors import RulesError
from geo_rectify.findings import load_rules, rules_for
from geo_rectify.findings.rules import applies
from geo_rectify.vocabulary import CORE_CLASSES, ZoneClass

GOOD = """
[[rule]]
rule_id = "one"
classes = ["red_line"]
title = "某办法"
substance = "……"
source = "……"
confidence = "中"
valid_from = 2024-01-01
"""


def test_every_core_class_has_a_clause_today():
    for zone_class in CORE_CLASSES:
        held = rules_for(load_rules(), zone_class, day=dt.date(2026, 11, 1), adcode="360222")
        assert held, zone_class


def test_shipped_rules_are_unchecked_sourced_and_unique():
    rules = load_rules()
    assert len({rule.rule_id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.checked_on is None
        assert rule.source
        assert rule.confidence
        assert rule.valid_to is None or rule.valid_from is None or rule.valid_from <= rule.valid_to
    assert load_rules() is rules


@pytest.mark.parametrize(
    ("zone_class", "day", "wanted"),
    [
        ("water_1", "2026-08-14", ["water_law_64", "water_law_65", "water_law_63"]),
        ("water_1", "2026-08-15", ["code_318", "code_319", "code_317"]),
        ("reserve_core", "2026-03-14", ["reserve_2017_core"]),
        ("reserve_core", "2026-03-15", ["reserve_2026_26"]),
        ("reserve_core", "2026-08-15", ["reserve_2026_26", "code_861"]),
        ("red_line", "2022-08-15", []),
        ("red_line", "2023-01-01", ["red_line_142", "red_line_supervision_2"]),
        ("public_forest_1", "2020-06-30", []),
        ("public_forest_1", "2020-07-01", ["forest_law_48"]),
        ("mining_right", "2026-11-01", []),
    ],
)
def test_the_clause_in_force_on_a_day(zone_class, day, wanted):
    held = rules_for(load_rules(), zone_class, day=dt.date.fromisoformat(day), adcode="")
    assert [rule.rule_id for rule in held] == wanted


def test_forest_parks_name_no_article():
    held = [rule for rule in load_rules() if ZoneClass.FOREST_PARK in rule.classes]
    assert held
    assert all(rule.article == "" for rule in held)


@pytest.mark.parametrize(
    ("area", "adcode", "held"),
    [
        ("", "", True),
        ("adcode:360000", "360222", True),
        ("adcode:360000", "330100|360222", True),
        ("adcode:360000", "330100", False),
        ("adcode:360000", "", False),
        ("adcode:360200", "360981", False),
        ("adcode:360222", "360222", True),
        ("adcode:360222", "360200", False),
        ("adcode:110000", "110101", True),
    ],
)
def test_a_local_rule_holds_in_its_area(area, adcode, held):
    assert applies(area, adcode) is held


def test_a_users_file_is_read(tmp_path):
    file = tmp_path / "规则.toml"
    file.write_text(GOOD, encoding="utf-8")
    (rule,) = load_rules(file)
    assert rule.classes == (ZoneClass.RED_LINE,)
    assert rule.in_force(dt.date(2024, 1, 1))
    assert not rule.in_force(dt.date(2023, 12, 31))


def test_all_faults_are_told_at_once(tmp_path):
    file = tmp_path / "bad.toml"
    second = GOOD.replace('"red_line"', '"red_lion"').replace("2024-01-01", '"2024"')
    third = (
        GOOD.replace('"one"', '"two"').replace("title", "titel")
        + 'valid_to = 2020-01-01\napplies_to = "36"\narticle = 5\n'
    )
    file.write_text("stray = 1\n" + GOOD + second + third, encoding="utf-8")
    with pytest.raises(RulesError) as caught:
        load_rules(file)
    for words in (
        "bad.toml",
        "key 'stray' is unknown",
        "rule 2 (one): zone class 'red_lion' is unknown",
        "rule 2 (one): 'valid_from' is no date",
        "rule 2 (one): this rule_id stands twice",
        "rule 3 (two): key 'titel' is unknown",
        "rule 3 (two): key 'title' is missing",
        "rule 3 (two): valid_to 2020-01-01 is before valid_from 2024-01-01",
        "rule 3 (two): 'applies_to' is '36'",
        "rule 3 (two): 'article' is no text",
    ):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[[rule", "no valid TOML"),
        ("标题".encode("gb18030"), "UTF-8"),
        (b"rule = 5", "no list"),
        (b'[[rule]]\nrule_id = "x"\nclasses = "red_line"', "'classes' is no list"),
    ],
)
def test_unreadable_files_are_told(tmp_path, content, words):
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    with pytest.raises(RulesError, match=words):
        load_rules(file)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(RulesError, match="cannot be read"):
        load_rules(tmp_path / "none.toml")
