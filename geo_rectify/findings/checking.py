"""Claims held against the findings: 一致, 不一致 or 无法判定, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geo_rectify.crs import M2_PER_MU
from geo_rectify.findings.claims import Claim, ClaimKind, find_claims
from geo_rectify.findings.petitions import reconcile_petitions
from geo_rectify.findings.registers import reconcile
from geo_rectify.findings.wording import wording
from geo_rectify.tables import CLAIMS, frame_of, split_list
from geo_rectify.vocabulary import (
    ClaimResult,
    LayerStatus,
    Precision,
    Verdict,
    VerdictReason,
    label,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from geo_rectify.models import Mention, Plan, Register

NO_REGISTER: Final = "未附清单"
MEASURED: Final = 0.01
"""Relative difference of two areas that survey and projection alone may make."""
ROUNDED: Final = 0.10
"""How far above a rounded figure (余) the true one may lie."""
_WHOLE: Final = 1 - 1e-9
_WIDTH_M: Final = {Precision.SURVEYED: 100.0, Precision.FEATURE: 100.0, Precision.STREET: 400.0}
"""How wide footprints of a precision are at most: twice its uncertainty, metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    result: ClaimResult
    reason: str
    found: str = ""


def check_claims(
    plans: Sequence[Plan],
    mentions: Sequence[Mention],
    *,
    findings: gpd.GeoDataFrame,
    demo: bool = False,
) -> pd.DataFrame:
    """Check what the plans state against what the layers say.

    Only verdicts that rest on official layers (``conflict``, ``clear``) decide anything.

    Parameters
    ----------
    plans, mentions
        The documents, and their mentions with site_id.
    findings
        `tables.FINDINGS` of the same sites.
    demo
        Whether sample layers counted as official in judging.

    Returns
    -------
    pandas.DataFrame
        `tables.CLAIMS` in document order. ``found`` is in the claim's own unit; start and end
        slice the words of the claim out of the plan's text.
    """
    return check_found(find_claims(plans, mentions), findings=findings, demo=demo)


def check_found(
    claims: Sequence[Claim],
    *,
    findings: gpd.GeoDataFrame,
    demo: bool = False,
    registers: Sequence[Register] = (),
    petitions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Check claims that were found already.

    Parameters
    ----------
    claims
        The claims.
    findings
        `tables.FINDINGS`.
    demo
        Whether sample layers counted as official in judging.
    registers
        Registers that list counted sets.
    petitions
        `tables.PETITIONS` of registers that list petitions; None for none.

    Returns
    -------
    pandas.DataFrame
        `tables.CLAIMS`.
    """
    by_key = {
        (str(row["site_id"]), str(row["zone_class"])): row
        for row in pd.DataFrame(findings.drop(columns="geometry")).to_dict("records")
    }
    rows = []
    for claim in claims:
        held = [
            by_key[claim.site_id, zone.value]
            for zone in claim.classes
            if (claim.site_id, zone.value) in by_key
        ]
        answer = (
            _from_petitions(claim, petitions)
            or _from_registers(claim, registers, by_key)
            or _answer(claim, held, demo=demo)
        )
        rows.append(
            {
                "claim_id": claim.claim_id,
                "doc_id": claim.doc_id,
                "issue": claim.issue,
                "start": claim.start,
                "end": claim.end,
                "site_id": claim.site_id,
                "subject": claim.subject,
                "stated": claim.stated,
                "unit": claim.unit,
                "found": answer.found,
                "result": answer.result.value,
                "reason": answer.reason,
            }
        )
    return frame_of(rows, CLAIMS)


def _from_petitions(claim: Claim, petitions: pd.DataFrame | None) -> _Answer | None:
    told = None if petitions is None else reconcile_petitions(claim, petitions)
    return (
        None if told is None else _Answer(result=told.result, reason=told.reason, found=told.found)
    )


def _from_registers(
    claim: Claim,
    registers: Sequence[Register],
    by_key: dict[tuple[str, str], dict[Any, Any]],
) -> _Answer | None:
    """Answer what is said of a listed set from its register, or from the rows' own findings."""
    told = reconcile(claim, registers)
    if told is not None:
        return _Answer(result=told.result, reason=told.reason, found=told.found)
    register = next((one for one in registers if one.set_id and one.set_id == claim.site_id), None)
    if register is None or claim.kind is not ClaimKind.IN_ZONE:
        return None
    verdicts: list[set[str]] = [
        {
            str(by_key[member.site_id, zone.value]["verdict"])
            for zone in claim.classes
            if (member.site_id, zone.value) in by_key
        }
        for member in register.members
    ]
    within = sum(Verdict.CONFLICT.value in one for one in verdicts)
    free = sum(one == {Verdict.CLEAR.value} for one in verdicts)
    reason = f"清单{len(verdicts)}行中{within}行位于其中，{free}行未见重叠"
    if within == len(verdicts):
        return _Answer(result=ClaimResult.AGREES, reason=reason, found=str(within))
    if free:
        return _Answer(result=ClaimResult.DIFFERS, reason=reason, found=str(within))
    return _Answer(
        result=ClaimResult.UNDECIDED,
        reason=f"{reason}，{len(verdicts) - within}行无法判定",
        found=str(within),
    )


def _answer(claim: Claim, held: Sequence[dict[Any, Any]], *, demo: bool) -> _Answer:
    if claim.kind in {ClaimKind.COUNT, ClaimKind.SET_AREA}:
        return _undecided(NO_REGISTER)
    if not claim.site_id:
        return _undecided("方案未写明所指点位")
    if not held:
        return _undecided(label(VerdictReason.NO_LAYER))
    if claim.kind is ClaimKind.ZONE_AREA:
        return _zone_area(claim, held, demo=demo)
    if claim.kind is ClaimKind.DISTANCE:
        return _distance(claim, held, demo=demo)
    inside = _in_zone(held, demo=demo)
    return inside if claim.kind is ClaimKind.IN_ZONE else _turned(inside)


def _turned(inside: _Answer) -> _Answer:
    """Answer that a place lies in no zone from what is known of its lying in one."""
    turned = {
        ClaimResult.AGREES: ClaimResult.DIFFERS,
        ClaimResult.DIFFERS: ClaimResult.AGREES,
        ClaimResult.UNDECIDED: ClaimResult.UNDECIDED,
    }[inside.result]
    partly = inside.found.endswith("%位于其中")
    return replace(inside, result=ClaimResult.DIFFERS if partly else turned)


def _distance(claim: Claim, held: Sequence[dict[Any, Any]], *, demo: bool) -> _Answer:
    """Compare with the span the distance may lie in: from the footprint's edge over its width."""
    if any(row["verdict"] == Verdict.CONFLICT for row in held):
        return _Answer(result=ClaimResult.DIFFERS, reason="定位范围位于其中", found="位于其中")
    if not all(row["verdict"] == Verdict.CLEAR for row in held):
        return _undecided(_why(held, demo=demo))
    known = [row for row in held if not pd.isna(row["distance_m"])]
    if not known:
        return _undecided("距离超出量算范围或不列出")
    nearest = min(known, key=lambda row: float(row["distance_m"]))
    width = _WIDTH_M.get(Precision(nearest["precision"]))
    if width is None:
        return _undecided(label(VerdictReason.PRECISION))
    least = float(nearest["distance_m"])
    most = least + width
    stated = claim.value_m or 0.0
    unit_m = wording().lengths[claim.unit]
    slack = 0.5 * 10.0**-claim.decimals * unit_m + (ROUNDED * stated if claim.approx else 0.0)
    low, high = stated - slack, stated + slack
    if claim.bound:
        low, high = (0.0, stated) if claim.bound in wording().below else (stated, math.inf)
    reason = f"至最近管控区边界{least:.0f}至{most:.0f}米"
    agrees = least <= high and low <= most
    return _Answer(
        result=ClaimResult.AGREES if agrees else ClaimResult.DIFFERS,
        reason=reason,
        found=f"{least / unit_m:.{max(claim.decimals, 0 if unit_m == 1 else 2)}f}",
    )


def _in_zone(held: Sequence[dict[Any, Any]], *, demo: bool) -> _Answer:
    conflicts = [row for row in held if row["verdict"] == Verdict.CONFLICT]
    if conflicts:
        share = max((_filled(row["share"], 1.0) for row in conflicts), default=1.0)
        if share >= _WHOLE:
            return _Answer(
                result=ClaimResult.AGREES, reason="定位范围全部位于其中", found="位于其中"
            )
        return _Answer(
            result=ClaimResult.DIFFERS,
            reason="实测范围仅部分位于其中",
            found=f"{share * 100:.2f}%位于其中",
        )
    if all(row["verdict"] == Verdict.CLEAR for row in held):
        return _Answer(
            result=ClaimResult.DIFFERS,
            reason="正式图层覆盖该点位而未见重叠",
            found="未见重叠",
        )
    return _undecided(_why(held, demo=demo))


def _zone_area(claim: Claim, held: Sequence[dict[Any, Any]], *, demo: bool) -> _Answer:
    decided = {Verdict.CONFLICT.value, Verdict.CLEAR.value}
    if not all(row["verdict"] in decided for row in held):
        return _undecided(_why(held, demo=demo))
    if any(row["precision"] != Precision.SURVEYED or pd.isna(row["overlap_m2"]) for row in held):
        return _undecided(f"{label(VerdictReason.PRECISION)}（须有实测范围）")
    area = float(sum(row["overlap_m2"] for row in held))
    shown = f"{area / claim.unit_m2:.{max(claim.decimals, 2)}f}"
    agrees = _same_area(claim, area)
    return _Answer(
        result=ClaimResult.AGREES if agrees else ClaimResult.DIFFERS,
        reason=f"实测范围与图层重叠{area:.2f}平方米（{area / M2_PER_MU:.2f}亩）",
        found=shown,
    )


def _same_area(claim: Claim, area_m2: float) -> bool:
    """Compare with what the digits of the stated figure allow, and what measuring does."""
    stated = claim.value_m2 or 0.0
    slack = 0.5 * 10.0**-claim.decimals * claim.unit_m2 + MEASURED * stated
    above = max(slack, ROUNDED * stated) if claim.approx else slack
    return stated - slack <= area_m2 <= stated + above


def _why(held: Sequence[dict[Any, Any]], *, demo: bool) -> str:
    """Give the reason that stands in the way most: the boundary, the layer, then the place."""
    order = (
        VerdictReason.PLAN_SAYS_SO,
        VerdictReason.CATALOGUE_SAYS_SO,
        VerdictReason.NO_LAYER,
        VerdictReason.LAYER_STATUS,
        VerdictReason.NO_FOOTPRINT,
        VerdictReason.NO_COVERAGE,
        VerdictReason.PRECISION,
    )
    reasons = {_reason(row, demo=demo) for row in held}
    return label(next((reason for reason in order if reason in reasons), VerdictReason.PRECISION))


def _reason(row: dict[Any, Any], *, demo: bool) -> VerdictReason | None:
    """Say why a finding decides nothing, None where it does."""
    if row["verdict"] in {Verdict.CONFLICT, Verdict.CLEAR}:
        return None
    if row["verdict"] == Verdict.NOT_DELINEATED:
        return VerdictReason(row["reason"])
    if not row["layer_id"]:
        return VerdictReason.NO_LAYER
    if not demo and LayerStatus.OFFICIAL not in split_list(row["layer_status"]):
        return VerdictReason.LAYER_STATUS
    return VerdictReason(row["reason"]) if row["reason"] else VerdictReason.PRECISION


def _undecided(reason: str) -> _Answer:
    return _Answer(result=ClaimResult.UNDECIDED, reason=reason)


def _filled(cell: Any, default: float) -> float:
    return default if cell is None or pd.isna(cell) else float(cell)
