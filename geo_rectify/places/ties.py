"""Relations that places of a text make for others: A至B段, 甲与乙交界处, 甲以东、乙以南, 河口, 甲东部.

Read from the mentions alone: from their relations and from what little stands between them. Which
words make which tie is data (`relations.toml`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from geo_rectify.places.areas import area_of
from geo_rectify.places.footprints import part_bearing, shaping
from geo_rectify.places.kinds import table
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_rectify.models import Mention
    from geo_rectify.places.areas import Area

_LINES: Final = frozenset({PlaceType.RIVER, PlaceType.ROAD, PlaceType.RAILWAY})
_FIRST, _LAST = "起点", "终点"
_TO: Final = 1
_FROM_TO: Final = 2
_LINE_GAP: Final = 2
_BEHIND_STRETCH: Final = 4
_LOOK: Final = 3


class TieKind(StrEnum):
    """What places make together."""

    STRETCH = "stretch"
    BORDER = "border"
    MOUTH = "mouth"
    SIDES = "sides"
    PART = "part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One place of a tie: its mention, and the area it must lie in."""

    mention: Mention
    area: Area

    @property
    def name(self) -> str:
        """Give its name."""
        return self.mention.normalised or self.mention.surface


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One such relation.

    Attributes
    ----------
    kind
        What it is.
    members
        The places, in text order, each with its own relation.
    line
        For a stretch, the river or road named right before it; None where none is.
    """

    kind: TieKind
    members: tuple[Member, ...]
    line: Member | None = None

    @property
    def end(self) -> int:
        """Give where the last member and its relation end."""
        last = self.members[-1].mention
        return last.end if last.relation == _LAST else last.end + len(last.relation)

    def holds(self, mention: Mention) -> bool:
        """Say whether a mention is one of its places, or its line."""
        held = [*self.members, *([] if self.line is None else [self.line])]
        return any(member.mention == mention for member in held)

    @property
    def words(self) -> str:
        """Write it as a text would: 甲桥至乙村段, 甲镇与乙镇交界处."""
        names = [member.name for member in self.members]
        if self.kind is TieKind.STRETCH:
            along = "" if self.line is None else self.line.name
            return f"{along}{names[0]}至{names[-1]}段"
        if self.kind is TieKind.BORDER:
            return "与".join(names) + self.members[-1].mention.relation
        return "、".join(member.name + member.mention.relation for member in self.members)


def find_ties(ordered: Sequence[Mention], prefectures: Mapping[str, str]) -> dict[int, Tie]:
    """Find the ties of a text, and the mentions each speaks of.

    Parameters
    ----------
    ordered
        The mentions, in text order.
    prefectures
        As given by `areas.infer_prefectures`.

    Returns
    -------
    dict
        Ties by position in ``ordered``: of the members, of a stretch's line, and of a site that
        stands right behind (昌江大道以东、朝阳路以南的某小区).
    """
    found: dict[int, Tie] = {}
    for position in range(len(ordered)):
        begun = _tie_at(ordered, position)
        if begun is not None:
            kind, size, line = begun
            named = [
                Member(mention=m, area=area_of(m, prefectures))
                for m in [*ordered[position : position + size], *([] if line is None else [line])]
            ]
            tie = Tie(kind=kind, members=tuple(named[:size]), line=named[size] if line else None)
            first = position - 1 if tie.line is not None else position
            found.update(dict.fromkeys(range(first, position + size), tie))
            behind = _site_behind(ordered, position + size, tie)
            if behind is not None:
                found[behind] = tie
    return found


def tie_of(positions: Sequence[int], ties: Mapping[int, Tie]) -> Tie | None:
    """Give the tie that all mentions of a site agree on.

    Parameters
    ----------
    positions
        Those of the site's mentions.
    ties
        As `find_ties` gives them.

    Returns
    -------
    Tie or None
        None where a mention stands without: what narrows counts only when all say it.
    """
    held = [ties.get(position) for position in positions]
    first = held[0]
    if first is None or any(tie is None or tie.words != first.words for tie in held):
        return None
    return first


def _tie_at(
    ordered: Sequence[Mention], position: int
) -> tuple[TieKind, int, Mention | None] | None:
    """Give the tie that begins at a mention: its kind, its number of members, a stretch's line."""
    here = ordered[position]
    rules = table("relations")
    if here.relation == _FIRST:
        after = _next(ordered, position, most=_FROM_TO)
        if after is None or after.relation != _LAST:
            return None
        return TieKind.STRETCH, 2, _line_before(ordered, position)
    if not here.relation:
        after = _next(ordered, position)
        met = after is not None and any(word in after.relation for word in rules["border"])
        return (TieKind.BORDER, 2, None) if met else None
    alone = _alone(ordered, position)
    if alone is not None:
        return alone, 1, None
    before = ordered[position - 1] if position else None
    if not _sided(here) or (before is not None and _sided(before) and _adjoin(before, here)):
        return None
    size = 1
    while position + size < len(ordered):
        after = ordered[position + size]
        if not _sided(after) or not _adjoin(ordered[position + size - 1], after):
            break
        size += 1
    return (TieKind.SIDES, size, None) if size > 1 else None


def _next(ordered: Sequence[Mention], position: int, *, most: int = _TO) -> Mention | None:
    """Give the next mention where one character, or so many, stand between: 至, ——, 与, 和."""
    if position + 1 >= len(ordered):
        return None
    here, after = ordered[position], ordered[position + 1]
    return after if _together(here, after) and 1 <= after.start - here.end <= most else None


def _alone(ordered: Sequence[Mention], position: int) -> TieKind | None:
    """Say which relation a place makes by itself: a river its mouth, an area a part of it."""
    here = ordered[position]
    words = table("relations")["mouth"]
    if here.type is PlaceType.RIVER and any(word in here.relation for word in words):
        return TieKind.MOUTH
    part = part_bearing(here.relation) is not None and not _listed(ordered, position)
    return TieKind.PART if part else None


def _listed(ordered: Sequence[Mention], position: int) -> bool:
    """Say whether a part stands in a list or a border of parts: 甲县东部与乙县西部交界处."""
    here = ordered[position]
    end = here.end + len(here.relation)
    before = ordered[position - 1] if position else None
    after = ordered[position + 1] if position + 1 < len(ordered) else None
    behind = before is not None and bool(before.relation) and _adjoin(before, here)
    return behind or (
        after is not None
        and _together(here, after)
        and 0 <= after.start - end <= _TO
        and (after.type is here.type or bool(after.relation))
    )


def _together(left: Mention, right: Mention) -> bool:
    return (left.doc_id, left.issue, left.field) == (right.doc_id, right.issue, right.field)


def _sided(mention: Mention) -> bool:
    return bool(mention.relation) and shaping([mention.relation]).side is not None


def _adjoin(left: Mention, right: Mention) -> bool:
    """Say whether only the relation of the first and one mark stand between two mentions."""
    between = right.start - left.end - len(left.relation)
    return _together(left, right) and 0 <= between <= _TO


def _line_before(ordered: Sequence[Mention], position: int) -> Mention | None:
    """Give the river or road right before a stretch: 昌江|韦陀桥至…, 昌江大道（|朝阳路至…."""
    if not position:
        return None
    before, first = ordered[position - 1], ordered[position]
    near = _together(before, first) and 0 <= first.start - before.end <= _LINE_GAP
    return before if near and before.type in _LINES and not before.relation else None


def _site_behind(ordered: Sequence[Mention], position: int, tie: Tie) -> int | None:
    """Give the position of the site that stands right behind its anchors, past its own area."""
    last = tie.members[-1].mention
    if last.role is not Role.CONTAINER:
        return None
    reach = _BEHIND_STRETCH if tie.kind is TieKind.STRETCH else _TO
    end = tie.end
    for number in range(position, min(position + _LOOK, len(ordered))):
        after = ordered[number]
        if not _together(last, after) or not 0 <= after.start - end <= reach:
            return None
        if after.site:
            return number
        if after.role is not Role.CONTAINER:
            return None
        end, reach = after.end + len(after.relation), _TO
    return None
