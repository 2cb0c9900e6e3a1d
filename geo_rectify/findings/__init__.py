"""Findings: overlaps, dated rules and the plans' own claims become verdicts.

`judge` does it all; `check_claims` checks the statements of a plan alone; `load_rules` reads
clauses as dated data; `rule_on` is the table of verdicts as one function.
"""

from __future__ import annotations

from geo_rectify.findings.acting import ActBasis, ActDate, act_date
from geo_rectify.findings.activities import activity_cues, issue_activities, site_activities
from geo_rectify.findings.checking import check_claims
from geo_rectify.findings.claims import find_claims
from geo_rectify.findings.judging import judge
from geo_rectify.findings.records import Judgement, Rule
from geo_rectify.findings.rules import checklist_for, load_rules, own_rules, rules_for
from geo_rectify.findings.verdicts import Case, Overlap, Ruling, rule_on

__all__ = [
    "ActBasis",
    "ActDate",
    "Case",
    "Judgement",
    "Overlap",
    "Rule",
    "Ruling",
    "act_date",
    "activity_cues",
    "check_claims",
    "checklist_for",
    "find_claims",
    "issue_activities",
    "judge",
    "load_rules",
    "own_rules",
    "rule_on",
    "rules_for",
    "site_activities",
]
