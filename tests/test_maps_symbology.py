"""Colours, hatches and shapes."""

from __future__ import annotations

import itertools
import re

import pytest

from geo_rectify.drawing import symbology
from geo_rectify.errors import OutputError
from geo_rectify.vocabulary import PlaceType, Verdict, ZoneClass

_COLOUR = re.compile(r"#[0-9a-f]{6}")


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_verdict_has_a_rank_and_a_style():
    assert sorted(symbology.verdict_order()) == sorted(Verdict)
    for verdict in Verdict:
        style = symbology.verdict_style(verdict)
        assert _COLOUR.fullmatch(style.fill)
        assert _COLOUR.fullmatch(style.stroke)
        assert _contrast(style.fill, style.text) >= 3.3


def test_verdicts_are_told_apart_by_more_than_colour():
    looks = [
        (s.fill == "#ffffff", s.dashed, s.mark)
        for s in map(
            symbology.verdict_style,
            (Verdict.UNDETERMINED, Verdict.NOT_DELINEATED, Verdict.NOT_COVERED),
        )
    ]
    assert len(set(looks)) == 3


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        ([], None),
        ([Verdict.CLEAR, Verdict.POSSIBLE, Verdict.CONFLICT], Verdict.CONFLICT),
        ([Verdict.CLEAR, Verdict.NOT_COVERED], Verdict.NOT_COVERED),
        ([Verdict.UNDETERMINED, Verdict.CLEAR], Verdict.UNDETERMINED),
        ([Verdict.CLEAR], Verdict.CLEAR),
    ],
)
def test_worst_verdict_never_lets_clear_hide_what_is_open(verdicts, worst):
    for order in itertools.permutations(verdicts):
        assert symbology.worst_verdict(order) is worst


def test_every_kind_has_a_shape():
    for kind in PlaceType:
        shape = symbology.shape_of(kind)
        assert re.fullmatch(r"[MLCZ0-9. ]+", shape.path)
        assert shape in symbology.shapes()


def test_themes_style_every_zone_class_in_looks_of_their_own():
    for theme in symbology.themes().values():
        assert set(theme.zones) == set(ZoneClass)
        looks = {(style.color, style.hatch) for style in theme.zones.values()}
        assert len(looks) == len(ZoneClass)
        for style in theme.zones.values():
            assert _COLOUR.fullmatch(style.color)
            assert style.hatch in {"", "/", "\\", "x", ".", "-", "|", "+"}


def test_enforcement_draws_the_red_line_red():
    colour = symbology.zone_style(ZoneClass.RED_LINE).color
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    assert red > 2 * max(green, blue)


def test_an_unknown_theme_is_named_with_the_known_ones():
    with pytest.raises(OutputError, match=r"'sepia'.*enforcement"):
        symbology.theme("sepia")
