"""Petitions (信访件) held against the text: how many it says there were, of all and of an issue."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.findings.claims import Claim, ClaimKind
from geo_rectify.findings.registers import ROUNDED, Reconciled
from geo_rectify.findings.wording import clauses, sentences, word_lists
from geo_rectify.models import issue_key
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import ClaimResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from geo_rectify.models import Issue, Plan

_UNIT: Final = "件"
_MORE: Final = ("余", "多")


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str], re.Pattern[str]]:
    """Give the ways to say how many petitions there were, what makes it a part, and repeats."""
    raw = word_lists()["petitions"]
    number = raw["number"]
    told = (
        re.compile(rf"{number}{raw['between']}{raw['words']}"),
        re.compile(rf"{raw['words']}{raw['gap']}{number}"),
    )
    return told, re.compile(raw["part"]), re.compile(raw["repeated"])


def petition_claims(plans: Sequence[Plan], petitions: pd.DataFrame) -> tuple[Claim, ...]:
    """Find what the text says of the number of petitions, where a register lists them.

    Parameters
    ----------
    plans
        The documents.
    petitions
        `tables.PETITIONS`.

    Returns
    -------
    tuple of Claim
        In text order, each number of one document or issue once. What is said of a part of them
        (办结, 属实) is none: a register of petitions does not tell it. In an issue the problem
        alone states facts.
    """
    if not len(petitions):
        return ()
    found: dict[tuple[str, str, str, str], Claim] = {}
    several = len(plans) > 1
    for plan in plans:
        for issue, start, end in _passages(plan):
            for first, last in sentences(plan.text, start, end):
                for claim in _said(plan, issue, first, last, several=several):
                    found.setdefault((claim.doc_id, claim.issue, claim.kind, claim.stated), claim)
    return tuple(found.values())


def _passages(plan: Plan) -> Iterator[tuple[Issue | None, int, int]]:
    """Give the problems of the issues, and what stands outside of issues."""
    at = 0
    for issue in sorted(plan.issues, key=lambda issue: issue.start):
        yield None, at, issue.start
        yield issue, issue.problem.start, issue.problem.end
        at = max(at, issue.end)
    yield None, at, len(plan.text)


def _said(
    plan: Plan, issue: Issue | None, start: int, end: int, *, several: bool
) -> Iterator[Claim]:
    told, part, repeated = _patterns()
    taken: set[int] = set()
    for pattern in told:
        for match in pattern.finditer(plan.text, start, end):
            at = match.start("number")
            if at in taken:
                continue
            taken.add(at)
            first, last = next(c for c in clauses(plan.text, start, end) if c[0] <= at < c[1])
            before, after = plan.text[first:at], plan.text[match.end() : last]
            again = bool(repeated.search(plan.text[first:last]))
            if not again and (part.search(before) or part.match(after)):
                continue
            about = "" if issue is None else f"问题{issue.number}"
            stated = match["number"] + (match["more"] or "")
            kind = ClaimKind.PETITIONS_AGAIN if again else ClaimKind.PETITIONS
            key = f"{plan.doc_id}:{match.start()}-{match.end()}:{kind}"
            yield Claim(
                claim_id=hashlib.sha256(key.encode()).hexdigest()[:12],
                doc_id=plan.doc_id,
                issue=issue_key(
                    plan.doc_id, None if issue is None else issue.number, several=several
                ),
                start=match.start(),
                end=match.end(),
                kind=kind,
                subject=f"{about}{'重复' if again else ''}信访件数量",
                stated=stated,
                unit=_UNIT,
                approx=bool(match["more"] or match["about"]),
            )


def reconcile_petitions(claim: Claim, petitions: pd.DataFrame) -> Reconciled | None:
    """Answer a number of petitions from the registers that list them.

    Parameters
    ----------
    claim
        The claim.
    petitions
        `tables.PETITIONS`.

    Returns
    -------
    Reconciled or None
        None where the claim is not about petitions. Of an issue, those that could be joined to no
        site may be about it: a number they could make up is 无法判定.
    """
    if claim.kind not in {ClaimKind.PETITIONS, ClaimKind.PETITIONS_AGAIN}:
        return None
    stated = int(unicodedata.normalize("NFKC", claim.stated.rstrip("".join(_MORE))))
    again = claim.kind is ClaimKind.PETITIONS_AGAIN
    files = "、".join(dict.fromkeys(origin.rpartition(" ")[0] for origin in petitions["origin"]))
    about = petitions
    if claim.subject.startswith("问题"):
        held = [claim.issue in split_list(cell) for cell in petitions["issue_numbers"]]
        about = petitions[held]
    sites = Counter(site for site in about["site_id"] if site)
    repeats = sum(times - 1 for times in sites.values())
    found = repeats if again else len(about)
    said = f"方案载明{claim.stated}{_UNIT}"
    which = "同一点位重复的" if again else ""
    if about is petitions:
        reason = f"信访件清单{files}列出{which}{found}{_UNIT}，{said}"
    else:
        reason = (
            f"信访件清单{files}中与{claim.subject.partition('重复')[0].removesuffix('信访件数量')}"
            f"点位对应的{which}{found}{_UNIT}，{said}"
        )
    if _agrees(stated, found, claim):
        return Reconciled(result=ClaimResult.AGREES, reason=reason, found=str(found))
    loose = int((petitions["site_id"] == "").sum()) if (again or about is not petitions) else 0
    if found < stated <= found + loose:
        reason += f"；另有{loose}{_UNIT}未能对应到点位"
        return Reconciled(result=ClaimResult.UNDECIDED, reason=reason, found=str(found))
    return Reconciled(result=ClaimResult.DIFFERS, reason=reason, found=str(found))


def _agrees(stated: int, found: int, claim: Claim) -> bool:
    if not claim.approx:
        return found == stated
    low = stated if claim.stated.endswith(_MORE) else stated * (1 - ROUNDED)
    return low <= found <= stated * (1 + ROUNDED)
