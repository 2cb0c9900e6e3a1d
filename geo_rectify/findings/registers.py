"""Registers held against the text: counts, places, areas, and counts by column (无取水许可72家).

A register's own figures are sums of what it writes, so only the rounding of the text is allowed
for: ``1200余`` is at least 1200 and at most a tenth more; ``约`` allows a tenth either way.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.crs import M2_PER_MU
from geo_rectify.findings.claims import Claim, ClaimKind
from geo_rectify.findings.wording import clauses, sentences, word_lists
from geo_rectify.models import issue_key
from geo_rectify.vocabulary import ClaimResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.models import Plan, Register, RegisterMember

ROUNDED: Final = 0.10
"""How far above a rounded figure (余) the true one may lie."""
_ALIKE: Final = 0.01
"""Relative difference of listed and drawn areas above which a reason names both."""
_NAMED: Final = 5
_SUBJECT: Final = r"[^，,。；;！!？?：:、\d\r\n]"
_LIST_JOINT: Final = re.compile(r"、|以及|和|及|与")
_STATUS: Final = re.compile(r"未|没有|仍|尚|已|完成|其中|还有|剩")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What a register says to a claim: the result, why, and the register's own figure."""

    result: ClaimResult
    reason: str
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    absent: tuple[str, ...]
    present: tuple[str, ...]
    unknown: frozenset[str]
    around: tuple[str, ...]
    lacks: str
    every: str
    respectively: str


@lru_cache(maxsize=1)
def _words() -> _Words:
    raw = word_lists()["register"]
    return _Words(
        absent=tuple(raw["absent"]),
        present=tuple(raw["present"]),
        unknown=frozenset(raw["unknown"]),
        around=tuple(sorted(raw["around"], key=len, reverse=True)),
        lacks=raw["lacks"],
        every=raw["all"],
        respectively=raw["respectively"],
    )


# --- statements only a register can check ------------------------------------------------------


def register_claims(
    claims: Sequence[Claim], plans: Sequence[Plan], registers: Sequence[Register]
) -> tuple[Claim, ...]:
    """Find what the text says of the rows of a register beside how many there are.

    Parameters
    ----------
    claims
        The claims found without registers; those about the listed sets tell where they stand.
    plans, registers
        The documents, and the registers as joined.

    Returns
    -------
    tuple of Claim
        That the rows lie in the county the text names; and for each column the number of rows
        the text says lack it.
    """
    made: list[Claim] = []
    for register in registers:
        counted = [
            claim
            for claim in claims
            if claim.kind is ClaimKind.COUNT
            and register.set_id
            and claim.site_id == register.set_id
        ]
        if not counted:
            continue
        first = counted[0]
        if register.area:
            subject = f"{register.set_name}位于{register.area}内的数量"
            placed = replace(first, kind=ClaimKind.SET_PLACE, subject=subject)
            made.append(_identified(placed))
        plan = next(plan for plan in plans if plan.doc_id == register.doc_id)
        found: dict[str, Claim] = {}
        for claim in _by_column(plan, register, first, several=len(plans) > 1):
            found.setdefault(claim.heading, claim)
        made.extend(sorted(found.values(), key=lambda claim: (claim.start, claim.end)))
    return tuple(made)


def _by_column(plan: Plan, register: Register, counted: Claim, *, several: bool) -> Iterator[Claim]:
    issue = next(issue for issue in plan.issues if issue.number == register.issue)
    unit = re.escape(counted.unit) if counted.unit else "[个处家座宗户]"
    key = issue_key(plan.doc_id, issue.number, several=several)
    for first, last in sentences(plan.text, issue.problem.start, issue.problem.end):
        pairs = [
            *_respectively(plan.text, first, last, unit),
            *_single(plan.text, first, last, unit, counted),
        ]
        for heading in _headings(register):
            stem = _stem(register.spoken.get(heading, heading))
            for subject, number, start, end in pairs:
                if len(stem) > 1 and (stem in subject or _stem(subject) == stem):
                    yield _identified(
                        replace(
                            counted,
                            issue=key,
                            start=start,
                            end=end,
                            kind=ClaimKind.ATTRIBUTE,
                            subject=f"{register.set_name}：无{subject}",
                            stated=number,
                            heading=heading,
                        )
                    )
                    break


def _respectively(
    text: str, first: int, last: int, unit: str
) -> Iterator[tuple[str, str, int, int]]:
    """Read ``无A、B、C的企业分别有1家、2家、3家``: each subject with its number and span."""
    words = _words()
    number = rf"\d+余?(?:{unit})"
    pattern = re.compile(
        rf"{words.lacks}(?P<subjects>[^，,。；;！!？?：:\d\r\n]{{2,80}}?)"
        rf"(?:的[^，,。；;：:、\d\r\n]{{0,12}}?)?{words.respectively}"
        rf"(?P<numbers>{number}(?:(?:、|，|和|及){number})+)"
    )
    for match in pattern.finditer(text, first, last):
        subjects = [part for part in _LIST_JOINT.split(match["subjects"]) if part]
        hits = list(re.finditer(r"\d+", match["numbers"]))
        if len(subjects) == len(hits):
            for subject, hit in zip(subjects, hits, strict=True):
                yield subject, hit.group(), match.start(), match.end()


def _single(
    text: str, first: int, last: int, unit: str, counted: Claim
) -> Iterator[tuple[str, str, int, int]]:
    """Read ``72家无取水许可``, ``无取水许可的有72家`` and ``113家…均未办理用地手续``."""
    words = _words()
    lacking = re.compile(rf"{words.lacks}(?P<subject>{_SUBJECT}{{2,20}})")
    for start, end in clauses(text, first, last):
        numbers = re.findall(rf"(\d+)余?(?:{unit})", text[start:end])
        hit = lacking.search(text, start, end)
        if hit is None:
            continue
        subject = re.sub(rf"的?[^的]{{0,8}}?(?:有|共|计|达)?\d*(?:{unit})?$", "", hit["subject"])
        if len(numbers) == 1:
            yield subject or hit["subject"], numbers[0], start, end
        elif not numbers and re.search(words.every, hit.group()):
            yield hit["subject"], counted.stated, start, end


def _headings(register: Register) -> list[str]:
    """Give the columns whose cells say that something is there or not."""
    kept = []
    for heading in dict.fromkeys(h for member in register.members for h in member.attributes):
        cells = [_plain(member.attributes.get(heading, "")) for member in register.members]
        filled = [cell for cell in cells if cell]
        if filled and all(_absent(cell) is not None for cell in filled):
            kept.append(heading)
    return kept


def _stem(heading: str) -> str:
    text = re.sub(r"[\s（）()]", "", unicodedata.normalize("NFKC", heading))
    for word in _words().around:
        shorter = text.removeprefix(word).removesuffix(word)
        text = shorter if len(shorter) > 1 else text
    return text


def _plain(cell: str) -> str:
    """Fold a cell; one that says nobody knows counts as blank."""
    text = unicodedata.normalize("NFKC", cell).strip().lower()
    return "" if text in _words().unknown else text


def _absent(cell: str) -> bool | None:
    """Say whether a cell says that a thing is missing; None where it says neither."""
    words = _words()
    short = len(cell) == 1
    for said, entries in ((True, words.absent), (False, words.present)):
        if cell in entries or (not short and any(cell.startswith(w) for w in entries if w > "z")):
            return said
    return None


def _identified(claim: Claim) -> Claim:
    key = f"{claim.doc_id}:{claim.start}-{claim.end}:{claim.kind}:{claim.site_id}:{claim.heading}"
    return replace(claim, claim_id=hashlib.sha256(key.encode()).hexdigest()[:12])


# --- answers -----------------------------------------------------------------------------------


def reconcile(claim: Claim, registers: Sequence[Register]) -> Reconciled | None:
    """Answer a claim about a counted set from the register that lists it.

    Parameters
    ----------
    claim
        The claim.
    registers
        The registers as joined.

    Returns
    -------
    Reconciled or None
        None where no register lists the set, or the claim is none of a register's.
    """
    register = next((one for one in registers if one.set_id and one.set_id == claim.site_id), None)
    if register is None:
        return None
    answers = {
        ClaimKind.COUNT: _count,
        ClaimKind.SET_PLACE: _place,
        ClaimKind.SET_AREA: _area,
        ClaimKind.ATTRIBUTE: _attribute,
    }
    answer = answers.get(claim.kind)
    return None if answer is None else answer(claim, register)


def _result(agrees: bool) -> ClaimResult:  # noqa: FBT001 - a predicate turned into its word
    return ClaimResult.AGREES if agrees else ClaimResult.DIFFERS


def _count(claim: Claim, register: Register) -> Reconciled:
    listed, stated = len(register.members), int(claim.stated)
    gap = stated - listed
    words = "" if not gap else f"，{'少' if gap > 0 else '多'}{abs(gap)}{claim.unit}"
    return Reconciled(
        result=_result(not gap),
        reason=(
            f"清单{register.source_name}列出{listed}{claim.unit}，"
            f"方案载明{stated}{claim.unit}{words}"
        ),
        found=str(listed),
    )


def _place(claim: Claim, register: Register) -> Reconciled:
    stated = int(claim.stated)
    inside = [member for member in register.members if member.inside]
    outside = [member for member in register.members if member.inside is False]
    unknown = [member for member in register.members if member.inside is None]
    reason = (
        f"清单{len(register.members)}{claim.unit}中{len(inside)}{claim.unit}在{register.area}内"
        f"（界线外扩500米）"
    )
    if outside:
        reason += f"，{len(outside)}{claim.unit}在界外：{_names(outside)}"
    if unknown:
        reason += f"，{len(unknown)}{claim.unit}没有坐标：{_names(unknown)}"
    if unknown and not outside and len(inside) + len(unknown) >= stated:
        return Reconciled(result=ClaimResult.UNDECIDED, reason=reason, found=str(len(inside)))
    agrees = len(inside) == stated and not outside
    return Reconciled(result=_result(agrees), reason=reason, found=str(len(inside)))


def _names(members: Sequence[RegisterMember]) -> str:
    shown = [
        f"{member.name}（{member.county or '县界之外'}，{member.origin}）"
        if member.inside is False
        else f"{member.name}（{member.origin}）"
        for member in members[:_NAMED]
    ]
    more = f"等{len(members)}个" if len(members) > _NAMED else ""
    return "、".join(shown) + more


def _area(claim: Claim, register: Register) -> Reconciled:
    members: Sequence[RegisterMember] = register.members
    about = "合计"
    if _STATUS.search(claim.subject.partition("：")[2]):
        chosen = _subset(claim, register)
        if chosen is None:
            return Reconciled(
                result=ClaimResult.UNDECIDED,
                reason="清单没有可区分这部分面积的栏目（如修复状态）",
            )
        heading, members = chosen
        about = f"“{heading}”为无或未的{len(members)}行合计"
    listed = [member.listed_m2 for member in members]
    drawn = [member.drawn_m2 for member in members]
    source = listed if any(area is not None for area in listed) else drawn
    known = [area for area in source if area is not None]
    if not known:
        return Reconciled(result=ClaimResult.UNDECIDED, reason="清单没有面积，也没有范围图形")
    total = sum(known)
    missing = len(source) - len(known)
    shown = _figure(total / claim.unit_m2, claim)
    what = "所列面积" if source is listed else "图形面积"
    reason = (
        f"清单{register.source_name}{what}{about}{shown}{_scaled(claim)}，"
        f"方案载明{claim.stated}{claim.unit}"
    )
    both = [(a, b) for a, b in zip(listed, drawn, strict=True) if a is not None and b is not None]
    if both and source is listed:
        left, right = sum(a for a, _ in both), sum(b for _, b in both)
        if abs(left - right) > _ALIKE * max(left, right):
            reason += (
                f"；有图形的{len(both)}行所列{left / M2_PER_MU:.2f}亩、"
                f"图形{right / M2_PER_MU:.2f}亩，两者不符"
            )
    agrees = _agrees(claim, total)
    if missing:
        reason += f"；{missing}行没有面积"
        if total < (claim.value_m2 or 0.0):
            return Reconciled(result=ClaimResult.UNDECIDED, reason=reason, found=shown)
    return Reconciled(result=_result(agrees), reason=reason, found=shown)


def _figure(value: float, claim: Claim) -> str:
    places = max(claim.decimals, 0 if abs(value - round(value)) < 10**-6 else 2)
    return f"{value:.{places}f}"


def _scaled(claim: Claim) -> str:
    return f"万{claim.unit}" if "万" in claim.stated else claim.unit


def _agrees(claim: Claim, total_m2: float) -> bool:
    """Compare with what the words of the stated figure allow."""
    stated = claim.value_m2 or 0.0
    half = 0.5 * 10.0**-claim.decimals * claim.unit_m2
    if not claim.approx:
        return abs(total_m2 - stated) <= half
    if claim.stated.endswith(("余", "多")):
        return stated - half <= total_m2 <= stated * (1 + ROUNDED)
    return abs(total_m2 - stated) <= max(half, ROUNDED * stated)


def _subset(claim: Claim, register: Register) -> tuple[str, list[RegisterMember]] | None:
    """Find the column that tells the rows a partial area is about, and those rows."""
    words = claim.subject.partition("：")[2]
    for heading in _headings(register):
        spoken = register.spoken.get(heading, "")
        stem = _stem(heading)
        if (spoken and spoken in words) or (len(stem) > 1 and stem in words):
            return heading, _lacking(register, heading)
    return None


def _lacking(register: Register, heading: str) -> list[RegisterMember]:
    return [m for m in register.members if _absent(_plain(m.attributes.get(heading, "")))]


def _attribute(claim: Claim, register: Register) -> Reconciled:
    found = len(_lacking(register, claim.heading))
    cells = (_plain(member.attributes.get(claim.heading, "")) for member in register.members)
    blank = sum(not cell for cell in cells)
    stated = int(claim.stated)
    reason = (
        f"清单{register.source_name}“{claim.heading}”一栏为无或未的{found}{claim.unit}，"
        f"方案载明{stated}{claim.unit}"
    )
    if blank:
        reason += f"；{blank}{claim.unit}该栏空白"
        if found < stated <= found + blank:
            return Reconciled(result=ClaimResult.UNDECIDED, reason=reason, found=str(found))
    return Reconciled(result=_result(found == stated), reason=reason, found=str(found))
