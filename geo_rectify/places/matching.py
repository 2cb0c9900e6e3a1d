"""Candidates of a name in the gazetteer: found by spelling, refused by place, ranked by score."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from geo_rectify import regions
from geo_rectify.crs import distance_m
from geo_rectify.places.areas import uppers
from geo_rectify.places.kinds import coarse, compatible, table
from geo_rectify.places.names import strip_admin
from geo_rectify.places.spelling import slip, slip_forms
from geo_rectify.places.words import parts
from geo_rectify.vocabulary import PlaceType, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from geo_rectify.places.areas import Area
    from geo_rectify.places.gazetteer import Alike, Gazetteer, Place

ACCEPTED: Final = 0.85
"""Candidates below this score are shown, never taken."""
MARGIN: Final = 0.05
"""How far the best must lie above the next place to be taken."""
SHOWN: Final = 5
_EXACT: Final = 1.0
_ALIAS: Final = 0.98
_PREFIX: Final = 0.95
_STEM: Final = 0.9
_OTHER_ENDING: Final = 0.75
_SOUND: Final = 0.72
_SLIP: Final = 0.7
_COARSE_M: Final = 1000.0
_PREFECTURE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A gazetteer place that may be the one meant: score 0 to 1, and how it was found."""

    place: Place
    score: float
    how: str

    @property
    def candidate_id(self) -> str:
        """Give an id that stays the same as long as the row says the same."""
        return self.place.place_id

    @property
    def rank(self) -> tuple[float, float, bool, str, str]:
        """Sort by score, then uncertainty, then whether it is an estimate, then words."""
        unsure = self.place.uncertainty_m
        return (
            -self.score,
            float("inf") if unsure is None else unsure,
            self.place.source == "estimate",
            self.place.name,
            self.place.place_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A candidate that was refused, and why in words."""

    candidate: Candidate
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What looking a name up gives.

    Attributes
    ----------
    best
        The place taken, None where there is none or two are too alike.
    candidates
        All that were not refused, best first.
    refused
        Those outside the area or of another kind.
    """

    best: Candidate | None = None
    candidates: tuple[Candidate, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Say whether good candidates were there and none could be taken."""
        return self.best is None and any(c.score >= ACCEPTED for c in self.candidates)


def match(
    keys: tuple[str, ...],
    kind: PlaceType,
    *,
    area: Area,
    gazetteer: Gazetteer,
    township: str = "",
    barred: frozenset[str] = frozenset(),
    anywhere: bool = False,
) -> Match:
    """Look a name up where it must lie.

    Without any area nothing is looked up: a name alone is no position. A candidate outside the
    area, its line widened by 500 m, is refused before anything is cut.

    Parameters
    ----------
    keys
        The name's normalised spellings.
    kind
        Its kind.
    area
        Where it must lie.
    gazetteer
        The known places.
    township
        The township the text names, "" without one; it decides between places of one name.
    barred
        Ids or names of candidates that people refused.
    anywhere
        Whether to look where no area is known too: for a person who asks, never for a document.

    Returns
    -------
    Match
        What was found.
    """
    if not area.limits and not anywhere:
        return Match()
    inside = gazetteer.inside(area.limits)
    # A refused candidate is told wherever it lies, another slip or sound only where it may be.
    scores = _scores(keys, kind, area, gazetteer, within=() if barred else area.limits)
    homes = frozenset(limit[:_PREFECTURE] for limit in area.limits)
    kept, refused = [], []
    for number, (score, how) in sorted(scores.items()):
        place = gazetteer.places[number]
        if score < _OTHER_ENDING and not _near(place, homes):
            continue
        reason = _refusal(place, score, kind, area, barred, inside=inside[number])
        if reason == "":
            continue
        candidate = Candidate(place=place, score=score, how=how)
        if reason is None:
            kept.append(candidate)
        else:
            refused.append(Refusal(candidate=candidate, reason=reason))
    kept.sort(key=lambda candidate: candidate.rank)
    refused.sort(key=lambda refusal: refusal.candidate.rank)
    return Match(best=_best(kept, township), candidates=tuple(kept), refused=tuple(refused))


def _scores(
    keys: tuple[str, ...],
    kind: PlaceType,
    area: Area,
    gazetteer: Gazetteer,
    *,
    within: tuple[str, ...],
) -> dict[int, tuple[float, str]]:
    """Give score and how it was found by row: the best of each, the first of equals.

    ``within`` are the areas in which a slip or a sound is worth a word; all China without any.
    """
    above = uppers(area.codes or (area.prefecture,))
    scores: dict[int, tuple[float, str]] = {}

    def offer(numbers: Iterable[int], score: float, how: str) -> None:
        said = (score, how)
        for number in numbers:
            if number not in scores or score > scores[number][0]:
                scores[number] = said

    for key in keys:
        for number in gazetteer.by_key.get(key, ()):
            first = gazetteer.places[number].keys[0] == key
            offer([number], _EXACT if first else _ALIAS, "exact" if first else "alias")
        bare = strip_admin(key, above, kind)
        if bare != key:
            offer(gazetteer.by_key.get(bare, ()), _PREFIX, "without admin prefix")
    for numbers, score, how in _alike(keys, kind, above, gazetteer, within):
        offer(numbers, score, how)
    return scores


def _alike(
    keys: tuple[str, ...],
    kind: PlaceType,
    above: tuple[str, ...],
    known: Gazetteer,
    within: tuple[str, ...],
) -> Iterable[tuple[Iterable[int], float, str]]:
    """Find what differs in its ending, by a slip, or only in how it is written."""
    group = coarse(kind)
    like = _STEM if kind.value in table("kinds")["synonyms"]["kinds"] else _OTHER_ENDING
    shorts, sounds = parts(keys, kind, above)
    for short in shorts:
        yield known.by_stem.get((group, short), ()), like, "same name but for its ending"
        for numbers, how in _slips(short, group, known.by_slip(within)):
            yield numbers, _SLIP, how
    inside = known.inside(within)
    for heard in sounds:
        alike = known.by_sound.get((group, heard))
        if alike:
            yield [number for number in alike if inside[number]], _SOUND, "sounds the same"


def _slips(
    short: str, group: str, by_slip: Mapping[tuple[str, str], Alike]
) -> Iterator[tuple[Iterable[int], str]]:
    """Find the proper parts one slip away, each with its rows and the slip in words."""
    sharing_a_form: dict[str, tuple[int, ...]] = {}
    for form in slip_forms(short):
        alike = by_slip.get((group, form))
        if alike:
            sharing_a_form.update(alike)
    for other, numbers in sharing_a_form.items():
        how = slip(short, other)
        if how:
            yield numbers, how


def _near(place: Place, homes: frozenset[str]) -> bool:
    return not homes or not place.adcode or place.adcode[:_PREFECTURE] in homes


def _refusal(
    place: Place,
    score: float,
    kind: PlaceType,
    area: Area,
    barred: frozenset[str],
    *,
    inside: bool | None,
) -> str | None:
    """Say why a candidate is refused, "" where it is not worth a word, None where it stands."""
    if barred and barred & {place.place_id, place.name}:
        return "核查人员已排除"
    if inside is None:
        return ""
    if not inside:
        if score < _OTHER_ENDING:
            return ""
        return f"不在{area.label}范围（界线外扩{regions.WIDENED_M:.0f}米）内"
    if not compatible(kind, place.kind):
        return f"名称相同，但类型不同（{label(place.kind)}）" if score >= _PREFIX else ""
    return None


def _best(kept: list[Candidate], township: str) -> Candidate | None:
    """Take the best place if it stands alone, after the township the text names has spoken."""
    good = [candidate for candidate in kept if candidate.score >= ACCEPTED]
    if township:
        named = [c for c in good if c.place.township == township]
        good = named or [c for c in good if not c.place.township or c.place.geometry is not None]
    if not good:
        return None
    top = good[0]
    rivals = [c for c in good[1:] if c.score > top.score - MARGIN and not same_place(top, c)]
    if rivals:
        return None
    alike = [c for c in good if c.score > top.score - MARGIN]
    placed = [c for c in alike if c.place.geometry is not None]
    return min(placed, key=_sureness) if placed else top


def _sureness(candidate: Candidate) -> tuple[float, bool, tuple[float, float, bool, str, str]]:
    unsure = candidate.place.uncertainty_m or 0.0
    return (unsure, candidate.place.source == "estimate", candidate.rank)


def same_place(left: Candidate, right: Candidate) -> bool:
    """Say whether two rows may speak of one place: near one another, or one has no position.

    Parameters
    ----------
    left, right
        Candidates of one name.

    Returns
    -------
    bool
        True where nothing tells them apart.
    """
    one, other = left.place, right.place
    if one.geometry is None and other.geometry is None:
        return (one.adcode, one.township) == (other.adcode, other.township)
    if one.geometry is None or other.geometry is None:
        return one.adcode == other.adcode
    reach = max(one.uncertainty_m or 0.0, other.uncertainty_m or 0.0)
    return distance_m(one.geometry, other.geometry) <= reach


def candidates_json(candidates: Iterable[Candidate]) -> str:
    """Write candidates for a cell, best first, with digits that follow their uncertainty.

    Parameters
    ----------
    candidates
        The candidates, best first.

    Returns
    -------
    str
        A JSON list; "" without candidates.
    """
    rows = [_row(c.place, c.score, c.how) for c in islice(candidates, SHOWN)]
    return f"[{', '.join(rows)}]" if rows else ""


@lru_cache(maxsize=8192)
def _row(place: Place, score: float, how: str) -> str:
    """Write one candidate: a place is that of many names with a slip or another ending."""
    row: dict[str, Any] = {
        "id": place.place_id,
        "name": place.name,
        "kind": place.kind.value,
        "adcode": place.adcode,
        "township": place.township,
        "score": round(score, 2),
        "how": how,
        "source": place.source,
    }
    if place.middle is not None:
        digits = 3 if (place.uncertainty_m or 0.0) >= _COARSE_M else 5
        row["lon"] = round(place.middle[0], digits)
        row["lat"] = round(place.middle[1], digits)
        row["uncertainty_m"] = place.uncertainty_m
    return json.dumps(row, ensure_ascii=False)
