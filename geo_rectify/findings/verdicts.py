"""The verdict of one site on one zone class: the first line of the table that holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geo_rectify.vocabulary import Precision, Relation, Verdict, VerdictReason

FINE: Final = frozenset({Precision.SURVEYED, Precision.FEATURE, Precision.STREET})
"""Positions good enough for a conflict."""
COARSE: Final = frozenset(
    {Precision.TOWNSHIP, Precision.COUNTY, Precision.PREFECTURE, Precision.NONE}
)
"""Positions too coarse to say more than that a class is somewhere in the footprint."""


class Basis(StrEnum):
    """Which comparison a verdict rests on."""

    OFFICIAL = "official"
    OTHER = "other"
    STATEMENT = "statement"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How a shape lies to the zones of one class of some layers; shares are 0 to 1."""

    relation: str = ""
    overlap_m2: float = 0.0
    share: float = 0.0
    distance_m: float | None = None
    zone_id: str = ""
    zone_ids: tuple[str, ...] = ()

    @property
    def inside(self) -> bool:
        """Say whether every position of the shape lies in the class."""
        return self.relation == Relation.INSIDE

    @property
    def real(self) -> bool:
        """Say whether they overlap; touching does not."""
        return self.relation in {Relation.INSIDE, Relation.OVERLAPS}


NOTHING: Final = Overlap()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that a verdict depends on.

    Attributes
    ----------
    undelineated
        What says that the zone concerned has no boundary yet, None if nothing does.
    official, other
        The footprint against official layers, and against all others.
    outline
        A surveyed outline against official layers, None for a site without one.
    has_layer
        Whether any layer in force gives the class.
    official_covers, any_covers
        Whether the official coverages, or all coverages, hold the whole footprint.
    """

    precision: Precision
    has_footprint: bool = True
    undelineated: VerdictReason | None = None
    official: Overlap = NOTHING
    other: Overlap = NOTHING
    outline: Overlap | None = None
    has_layer: bool = False
    official_covers: bool = False
    any_covers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A verdict with its reason, its likelihood (possible only) and what it rests on."""

    verdict: Verdict
    reason: VerdictReason | None = None
    likelihood: float | None = None
    basis: Basis = Basis.NONE


def rule_on(case: Case) -> Ruling:
    """Give the verdict: going down the table of verdicts, the first line that holds.

    Parameters
    ----------
    case
        The evidence.

    Returns
    -------
    Ruling
        The verdict.
    """
    if case.undelineated is not None:
        return Ruling(
            verdict=Verdict.NOT_DELINEATED, reason=case.undelineated, basis=Basis.STATEMENT
        )
    if not case.has_footprint:
        return Ruling(verdict=Verdict.UNDETERMINED, reason=VerdictReason.NO_FOOTPRINT)
    overlapping = _overlapping(case)
    if overlapping is not Basis.NONE and case.precision in COARSE:
        return Ruling(
            verdict=Verdict.UNDETERMINED, reason=VerdictReason.PRECISION, basis=overlapping
        )
    outlined = case.outline is not None and case.outline.real
    if case.precision in FINE and (case.official.inside or outlined):
        return Ruling(verdict=Verdict.CONFLICT, basis=Basis.OFFICIAL)
    if overlapping is not Basis.NONE:
        held = case.official if overlapping is Basis.OFFICIAL else case.other
        return Ruling(verdict=Verdict.POSSIBLE, likelihood=held.share, basis=overlapping)
    return _silent(case)


def _overlapping(case: Case) -> Basis:
    if case.official.real or (case.outline is not None and case.outline.real):
        return Basis.OFFICIAL
    return Basis.OTHER if case.other.real else Basis.NONE


def _silent(case: Case) -> Ruling:
    """Judge what overlaps nothing: silence says something only where a layer covers."""
    if case.official_covers:
        return Ruling(verdict=Verdict.CLEAR, basis=Basis.OFFICIAL)
    if case.any_covers:
        return Ruling(
            verdict=Verdict.UNDETERMINED, reason=VerdictReason.LAYER_STATUS, basis=Basis.OTHER
        )
    reason = VerdictReason.NO_COVERAGE if case.has_layer else VerdictReason.NO_LAYER
    return Ruling(verdict=Verdict.NOT_COVERED, reason=reason)
