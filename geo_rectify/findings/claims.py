"""Statements of a plan that geometry or a register can check, found by general patterns.

A place stated to lie in a zone (``位于生态红线内的…``), in none (``不在生态红线内``) or so far from one
(``距保护区边界约300米``), an area stated to be taken from one (``占用公益林13.6亩``), and the count or area
of a counted set (``86处``, ``1200余亩``).
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from geo_rectify.findings.wording import clauses, sentences, wording
from geo_rectify.models import issue_key
from geo_rectify.vocabulary import PlaceType, Role, label

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from geo_rectify.models import Mention, Plan
    from geo_rectify.vocabulary import ZoneClass

_REACH: Final = 25
"""How far from the statement its subject may begin or end, characters."""
_LEAST_COUNT: Final = 2
_ADMINISTRATIVE: Final = frozenset({PlaceType.COUNTY, PlaceType.TOWNSHIP, PlaceType.VILLAGE})
"""Counted 乡镇 say where, not what: no area stated beside them is theirs."""


class ClaimKind(StrEnum):
    """What a claim states."""

    IN_ZONE = "in_zone"
    OUT_OF_ZONE = "out_of_zone"
    DISTANCE = "distance"
    ZONE_AREA = "zone_area"
    COUNT = "count"
    SET_AREA = "set_area"
    SET_PLACE = "set_place"
    ATTRIBUTE = "attribute"
    PETITIONS = "petitions"
    PETITIONS_AGAIN = "petitions_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement: where its words stand, what it is about and what it says.

    ``value_m2`` is a stated area in square metres, ``approx`` whether the text rounds it
    (``余``, ``约``); ``value_m`` a stated distance in metres, ``bound`` the word that makes it a limit
    (``不足``, ``超过``); ``decimals`` how many places the number has; ``heading`` the column of a
    register that a count of some of its rows is about.
    """

    claim_id: str
    doc_id: str
    issue: str
    start: int
    end: int
    kind: ClaimKind
    subject: str
    stated: str
    unit: str = ""
    site_id: str = ""
    classes: tuple[ZoneClass, ...] = ()
    value_m2: float | None = None
    unit_m2: float = 1.0
    value_m: float | None = None
    bound: str = ""
    approx: bool = False
    decimals: int = 0
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """A sentence with its mentions, and where it stands."""

    plan: Plan
    issue: str
    start: int
    end: int
    mentions: tuple[Mention, ...]
    stated_fact: bool


def find_claims(plans: Sequence[Plan], mentions: Sequence[Mention]) -> tuple[Claim, ...]:
    """Find the statements that can be checked.

    Parameters
    ----------
    plans
        The documents.
    mentions
        Their mentions with site_id.

    Returns
    -------
    tuple of Claim
        In document order, each statement about a site once, where it is made first.
    """
    found: dict[tuple[object, ...], Claim] = {}
    for sentence in _all_sentences(plans, mentions):
        for claim in sorted(_claims_in(sentence), key=lambda made: (made.start, made.end)):
            key = (claim.doc_id, claim.site_id, claim.kind, claim.classes, _stated_key(claim))
            found.setdefault(key, claim)
    return in_order(tuple(found.values()), plans)


def in_order(claims: Sequence[Claim], plans: Sequence[Plan]) -> tuple[Claim, ...]:
    """Sort claims by document and place in it.

    Parameters
    ----------
    claims
        The claims.
    plans
        The documents in the order given.

    Returns
    -------
    tuple of Claim
        In document order; of one place, in the order given.
    """
    order = {plan.doc_id: rank for rank, plan in enumerate(plans)}
    return tuple(sorted(claims, key=lambda made: (order[made.doc_id], made.start, made.end)))


def _stated_key(claim: Claim) -> object:
    if claim.kind in {ClaimKind.IN_ZONE, ClaimKind.OUT_OF_ZONE}:
        return ""
    return claim.value_m2 if claim.value_m2 is not None else claim.stated


def _all_sentences(plans: Sequence[Plan], mentions: Sequence[Mention]) -> Iterator[_Sentence]:
    several = len(plans) > 1
    for plan in plans:
        own = sorted(
            (m for m in mentions if m.doc_id == plan.doc_id), key=lambda m: (m.start, m.end)
        )
        for issue, start, end, fact in _passages(plan):
            for first, last in sentences(plan.text, start, end):
                yield _Sentence(
                    plan=plan,
                    issue=issue_key(plan.doc_id, issue, several=several),
                    start=first,
                    end=last,
                    mentions=tuple(m for m in own if first <= m.start and m.end <= last),
                    stated_fact=fact,
                )


def _passages(plan: Plan) -> Iterator[tuple[int | None, int, int, bool]]:
    """Give issue, start, end, and whether the stretch states facts (problems do, tasks not)."""
    if not plan.issues:
        yield None, 0, len(plan.text), True
    for issue in plan.issues:
        yield issue.number, issue.problem.start, issue.problem.end, True
        if issue.goal is not None:
            yield issue.number, issue.goal.start, issue.goal.end, False
        for measure in issue.measures:
            yield issue.number, measure.start, measure.end, False


def _claims_in(sentence: _Sentence) -> Iterator[Claim]:
    text = sentence.plan.text
    taken: list[tuple[int, int]] = []
    for match in wording().in_zone.finditer(text, sentence.start, sentence.end):
        yield from _of_zone(sentence, match, ClaimKind.IN_ZONE)
    for pattern in wording().out_of_zone:
        for match in pattern.finditer(text, sentence.start, sentence.end):
            yield from _of_zone(sentence, match, ClaimKind.OUT_OF_ZONE)
    for match in wording().distance.finditer(text, sentence.start, sentence.end):
        yield from _of_zone(sentence, match, ClaimKind.DISTANCE)
    for pattern in wording().occupied:
        for match in pattern.finditer(text, sentence.start, sentence.end):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append((match.start("number"), match.end()))
            yield _zone_area(sentence, match)
    if sentence.stated_fact:
        yield from _set_claims(sentence, taken)


def _of_zone(sentence: _Sentence, match: re.Match[str], kind: ClaimKind) -> Iterator[Claim]:
    """Tie what is said of a zone to the places right after it (``…内的``) or before it."""
    word = wording().zone_word(match)
    text = sentence.plan.text
    if word.context is not None and not word.context.search(
        text, _issue_start(sentence), match.end()
    ):
        return
    following = text[match.end() : match.end() + 1] == "的"
    subjects = _after(sentence, match.end()) if following else _before(sentence, match.start())
    zone = _zone_words(match)
    said = {
        ClaimKind.IN_ZONE: f"位于{zone}内",
        ClaimKind.OUT_OF_ZONE: f"不在{zone}内",
        ClaimKind.DISTANCE: f"距{zone}",
    }[kind]
    for mention in subjects:
        claim = Claim(
            claim_id="",
            doc_id="",
            issue="",
            start=min(match.start(), mention.start),
            end=max(match.end(), mention.end),
            kind=kind,
            subject=f"{_name(mention)}{said}",
            stated=match.group(),
            site_id=mention.site_id,
            classes=word.classes,
        )
        yield _claim(
            sentence, _with_distance(claim, match) if kind is ClaimKind.DISTANCE else claim
        )


def _with_distance(claim: Claim, match: re.Match[str]) -> Claim:
    digits = unicodedata.normalize("NFKC", match["number"])
    unit_m, about = wording().lengths[match["length"]], match["about"] or ""
    bound = about if about in wording().below | wording().above else ""
    return replace(
        claim,
        stated=bound + match["number"] + (match["more"] or ""),
        unit=match["length"],
        value_m=float(digits) * unit_m,
        bound=bound,
        approx=bool(match["more"] or (about and not bound)),
        decimals=len(digits.partition(".")[2]),
    )


def _issue_start(sentence: _Sentence) -> int:
    for issue in sentence.plan.issues:
        if issue.start <= sentence.start < issue.end:
            return issue.start
    return 0


def _after(sentence: _Sentence, at: int) -> list[Mention]:
    """Give the places named right after a statement, an enumeration as a whole."""
    text = sentence.plan.text
    last = next(e for _, e in clauses(text, at, sentence.end))
    near = [m for m in _sites(sentence) if at <= m.start <= at + _REACH and m.end <= last]
    chosen = [m for m in near if m.role is Role.SITE] or near
    joined = chosen[:1]
    for mention in chosen[1:]:
        if not wording().joint.match(text[joined[-1].end : mention.start]):
            break
        joined.append(mention)
    return joined


def _before(sentence: _Sentence, at: int) -> list[Mention]:
    near = [m for m in _sites(sentence) if at - _REACH <= m.end <= at]
    chosen = [m for m in near if m.role is Role.SITE] or near
    return chosen[-1:]


def _sites(sentence: _Sentence) -> list[Mention]:
    return [m for m in sentence.mentions if m.site_id and m.site]


def _zone_area(sentence: _Sentence, match: re.Match[str]) -> Claim:
    """Tie a stated area to the nearest named place before it, else to any place before it."""
    before = [m for m in _sites(sentence) if m.end <= match.start() and m.role is Role.SITE]
    named = [m for m in before if m.named]
    chosen = named or before
    mention = chosen[-1] if chosen else None
    word = wording().zone_word(match)
    who = _name(mention) if mention is not None else ""
    claim = Claim(
        claim_id="",
        doc_id="",
        issue="",
        start=match.start(),
        end=match.end(),
        kind=ClaimKind.ZONE_AREA,
        subject=f"{who}占用{_zone_words(match)}面积",
        stated="",
        site_id="" if mention is None else mention.site_id,
        classes=word.classes,
    )
    return _claim(sentence, _with_number(claim, match))


def _set_claims(sentence: _Sentence, taken: Sequence[tuple[int, int]]) -> Iterator[Claim]:
    """Give the count of each counted set, and the areas stated after it in the sentence."""
    text = sentence.plan.text
    counted = [m for m in _sites(sentence) if not m.named and (m.count or 0) >= _LEAST_COUNT]
    for mention in counted:
        start, end = _with_multiplicity(text, mention, sentence)
        yield _claim(
            sentence,
            Claim(
                claim_id="",
                doc_id="",
                issue="",
                start=start,
                end=end,
                kind=ClaimKind.COUNT,
                subject=f"{_name(mention)}数量",
                stated=str(mention.count),
                unit=mention.multiplicity.lstrip("0123456789０１２３４５６７８９余多约"),
                site_id=mention.site_id,
            ),
        )
    holders = [m for m in counted if m.type not in _ADMINISTRATIVE]
    if not holders:
        return
    for match in wording().area.finditer(text, holders[0].end, sentence.end):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        first, last = next(
            (s, e) for s, e in clauses(text, sentence.start, sentence.end) if match.start() < e
        )
        nearest = next(m for m in reversed(holders) if m.end <= match.start())
        words = (text[first : match.start()] + text[match.end() : last]).strip()
        claim = Claim(
            claim_id="",
            doc_id="",
            issue="",
            start=match.start(),
            end=match.end(),
            kind=ClaimKind.SET_AREA,
            subject=f"{_name(nearest)}：{words}",
            stated="",
            site_id=nearest.site_id,
        )
        yield _claim(sentence, _with_number(claim, match))


def _with_multiplicity(text: str, mention: Mention, sentence: _Sentence) -> tuple[int, int]:
    """Give the span of a counted place together with its number (``非法开采点86处``)."""
    words = mention.multiplicity
    if not words or words in text[mention.start : mention.end]:
        return mention.start, mention.end
    after = text.find(words, mention.end, min(mention.end + len(words) + 2, sentence.end))
    if after >= 0:
        return mention.start, after + len(words)
    before = text.rfind(words, max(sentence.start, mention.start - len(words) - 2), mention.start)
    return (before, mention.end) if before >= 0 else (mention.start, mention.end)


def _with_number(claim: Claim, match: re.Match[str]) -> Claim:
    shown = match["number"] + (match["myriad"] or "") + (match["more"] or "")
    digits = unicodedata.normalize("NFKC", match["number"])
    unit_m2 = wording().units[match["unit"]]
    factor = 10_000 if match["myriad"] else 1
    return replace(
        claim,
        stated=shown,
        unit=match["unit"],
        value_m2=float(digits) * factor * unit_m2,
        unit_m2=unit_m2 * factor,
        approx=bool(match["more"] or match["about"]),
        decimals=len(digits.partition(".")[2]),
    )


def _claim(sentence: _Sentence, claim: Claim) -> Claim:
    doc_id = sentence.plan.doc_id
    key = f"{doc_id}:{claim.start}-{claim.end}:{claim.kind}:{claim.site_id}"
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return replace(claim, claim_id=digest, doc_id=doc_id, issue=sentence.issue)


def _zone_words(match: re.Match[str]) -> str:
    """Name the zone of a statement: one class by its label, several in the plan's own word."""
    classes = wording().zone_word(match).classes
    if len(classes) == 1:
        return label(classes[0])
    return next(held for key, held in match.groupdict().items() if key[0] == "z" and held)


def _name(mention: Mention) -> str:
    return mention.normalised or mention.surface
