"""Which mentions speak of one site, the site's id, and what stands around its name in the text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from rapidfuzz import fuzz

from geo_rectify.models import issue_key
from geo_rectify.places.areas import Area, area_of, infer_prefectures, merged, uppers
from geo_rectify.places.kinds import ADMIN, coarse, is_spread
from geo_rectify.places.names import normalise, proper, strip_admin
from geo_rectify.places.ties import TieKind, find_ties, tie_of
from geo_rectify.tables import join_list
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from geo_rectify.models import Mention
    from geo_rectify.places.ties import Tie
    from geo_rectify.places.townships import Townships

_Identity: TypeAlias = "tuple[str, str, str, str]"
_Groups: TypeAlias = "dict[_Identity, list[tuple[int, Mention, Area]]]"
_SHORTEST: Final = 2
_ALIKE: Final = 60.0
"""Names of counted sets of one issue and count that are this alike (0 to 100) are one set."""
_LINK: Final = 1
"""Characters that may stand between a qualifier and the name it qualifies besides its relation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifier:
    """A place the text names right before a site: township, village, park; with its relation."""

    key: str
    name: str
    kind: PlaceType
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One site before it is located.

    Attributes
    ----------
    site_id
        ``s`` and ten hex digits.
    mentions
        Its mentions in text order.
    name, key, kind
        Its name, that name normalised, and its kind.
    spellings
        Every normalised name its mentions give, the key first.
    area
        Where it must lie.
    qualifiers
        Places named right before it, each once.
    counted
        Whether it is a counted set (86处).
    tie
        The relation of several places that all its mentions state; None without one.
    anchored
        Whether the tie is what stands before it, and not what its own name is part of.
    """

    site_id: str
    mentions: tuple[Mention, ...]
    name: str
    key: str
    spellings: tuple[str, ...]
    kind: PlaceType
    area: Area
    qualifiers: tuple[Qualifier, ...] = ()
    counted: bool = False
    tie: Tie | None = None
    anchored: bool = False

    @property
    def extent(self) -> bool:
        """Say whether the site is an administrative area as a whole."""
        return self.kind in ADMIN or all(m.role is Role.EXTENT for m in self.mentions)

    @property
    def first(self) -> Mention:
        """Give its first mention."""
        return self.mentions[0]

    def issue_numbers(self, *, several: bool) -> str:
        """Give the keys of its issues joined."""
        return join_list(
            issue_key(m.doc_id, m.issue, several=several)
            for m in self.mentions
            if m.issue is not None or several
        )

    @property
    def count(self) -> int | None:
        """Give how many places a counted set has."""
        return next((m.count for m in self.mentions if m.count is not None), None)

    @property
    def area_stated_m2(self) -> float | None:
        """Give the area the text states for it, square metres."""
        return next((m.area_stated_m2 for m in self.mentions if m.area_stated_m2), None)


def site_id(adcode: str, key: str, kind: PlaceType, *, within: str = "") -> str:
    """Give the id of a site.

    Parameters
    ----------
    adcode
        County code, or the prefecture's where the county is unknown, or "".
    key
        Normalised name, or the part of it that tells it from others of the kind.
    kind
        Its kind; the coarse one counts.
    within
        Document and issue, for counted sets and places without a name of their own.

    Returns
    -------
    str
        ``s`` and the first ten hex digits of a SHA-1.
    """
    text = "|".join(part for part in (adcode, key, coarse(kind), within) if part)
    return "s" + hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:10]


def draft_sites(
    mentions: Sequence[Mention], *, townships: Townships | None = None
) -> tuple[Draft, ...]:
    """Group mentions of role site and extent into sites.

    Mentions with the same county, name and coarse kind are one site; words that only say the kind
    do not count where they all mean the same (鱼丽工业园区, 鱼丽工业平台). A mention of which only the
    prefecture is known joins the site of that name where all others agree on one county, unless it
    is a kind that runs through counties. A name that is another site's name with its county or
    township before it is that site (双田岩口采石场, 岩口采石场). Counted sets, and places without a
    name of their own, stay within their issue.

    Parameters
    ----------
    mentions
        All mentions, also those that make no site: they tell the prefecture and qualify.
    townships
        Knows the townships a name may begin with; None for none.

    Returns
    -------
    tuple of Draft
        In the order of their first mention.
    """
    ordered = sorted(mentions, key=_place_in_text)
    ranks = {doc_id: n for n, doc_id in enumerate(dict.fromkeys(m.doc_id for m in mentions))}
    ordered.sort(key=lambda m: ranks[m.doc_id])
    prefectures = infer_prefectures(ordered)
    keyed: _Groups = {}
    read = [
        (position, mention, _key(mention), area_of(mention, prefectures))
        for position, mention in enumerate(ordered)
        if mention.site
    ]
    homes = _homes((mention, key, area) for _, mention, key, area in read)
    ties = find_ties(ordered, prefectures)
    for position, mention, name, told in read:
        key, kind = name, coarse(mention.type)
        within = _within(mention)
        area = told if within or told.codes else homes.get((told.prefecture, key, kind), told)
        if position in ties:
            area = _across(area, ties[position], mention)
        if within:
            key, within = _counted_key(keyed, (area.adcode, key, kind, within), mention)
        keyed.setdefault((area.adcode, key, kind, within), []).append((position, mention, area))
    joined = _join_prefixed(keyed, townships)
    return tuple(_draft(identity, found, ordered, ties) for identity, found in joined.items())


def _across(area: Area, tie: Tie, mention: Mention) -> Area:
    """Let a site behind a border of counties lie in either: 甲县与乙县交界处的某采石场."""
    if tie.kind is not TieKind.BORDER or tie.holds(mention):
        return area
    codes = {code for member in tie.members for code in member.area.codes}
    both = all(member.mention.type in ADMIN and member.area.codes for member in tie.members)
    return replace(area, codes=tuple(sorted(codes))) if both else area


def _place_in_text(mention: Mention) -> tuple[int, int, str]:
    return (mention.start, mention.end, mention.mention_id)


def _key(mention: Mention) -> str:
    """Give the part of a mention's name that tells its site from others of the kind."""
    return proper(normalise(mention.normalised or mention.surface), mention.type)


def _homes(
    mentions: Iterable[tuple[Mention, str, Area]],
) -> dict[tuple[str, str, str], Area]:
    """Give the one county area that the mentions of a name agree on."""
    found: dict[tuple[str, str, str], dict[str, Area]] = {}
    for mention, key, area in mentions:
        if area.codes and not is_spread(mention.type, key) and not _within(mention):
            group = found.setdefault((area.prefecture, key, coarse(mention.type)), {})
            group.setdefault(area.adcode, area)
    return {key: next(iter(areas.values())) for key, areas in found.items() if len(areas) == 1}


def _counted(mention: Mention) -> bool:
    return mention.count is not None and mention.count > 1


def _within(mention: Mention) -> str:
    """Give document and issue where a mention's name is none of its own."""
    if mention.named:  # 涌山镇等6个建制镇: the township is named, the six are not
        return ""
    proper = normalise(mention.normalised) not in {"", normalise(mention.surface)}
    if proper and not _counted(mention) and not mention.multiplicity:
        return ""
    return issue_key(mention.doc_id, mention.issue, several=True)


def _counted_key(
    keyed: _Groups,
    identity: _Identity,
    mention: Mention,
) -> tuple[str, str]:
    """Find the counted set of the same issue, county, kind and count with much the same name."""
    adcode, key, kind, within = identity
    if mention.count is not None:
        for (code, other, sort, inside), found in keyed.items():
            if (code, sort, inside) != (adcode, kind, within):
                continue
            if found[0][1].count == mention.count and fuzz.ratio(key, other) >= _ALIKE:
                return other, within
    return key, within


def _join_prefixed(keyed: _Groups, townships: Townships | None) -> _Groups:
    """Join a site to the one that has its name without county or township before it."""
    joined: _Groups = {}
    for identity, found in keyed.items():
        target = identity
        for other in _shorter(identity, found[0][2], found[0][1].type, townships):
            if other in keyed:
                target = other
                break
        joined.setdefault(target, []).extend(found)
    for found in joined.values():
        found.sort(key=lambda entry: entry[0])
    return dict(sorted(joined.items(), key=lambda item: item[1][0][0]))


def _shorter(
    identity: _Identity, area: Area, kind: PlaceType, townships: Townships | None
) -> Iterator[_Identity]:
    adcode, key, sort, within = identity
    if within or not area.codes:
        return
    bare = strip_admin(key, uppers(area.codes), kind)
    if bare != key:
        yield (adcode, bare, sort, within)
    if townships is None:
        return
    known = townships.names_in(area.codes)
    for name in (key, bare) if known else ():
        for cut in range(len(name) - _SHORTEST, _SHORTEST - 1, -1):
            if name[:cut] in known:
                yield (adcode, name[cut:], sort, within)


def _draft(
    identity: _Identity,
    found: list[tuple[int, Mention, Area]],
    ordered: Sequence[Mention],
    ties: Mapping[int, Tie],
) -> Draft:
    _, key, _, within = identity
    mentions = tuple(mention for _, mention, _ in found)
    first = mentions[0]
    names = [mention.normalised or mention.surface for mention in mentions]
    area = merged([area for _, _, area in found])
    qualifiers: dict[Qualifier, None] = {}
    for position, _, _ in found:
        qualifiers |= dict.fromkeys(_qualifiers(ordered, position))
    named = [normalise(name) for name in names]
    tie = tie_of([position for position, _, _ in found], ties)
    chosen = next((n for n, m in enumerate(mentions) if _key(m) == key), 0)
    return Draft(
        site_id=site_id(area.adcode, key, first.type, within=within),
        mentions=mentions,
        name=names[chosen],
        key=named[chosen],
        spellings=tuple(dict.fromkeys((named[chosen], *named))),
        kind=first.type,
        area=area,
        qualifiers=tuple(qualifiers),
        counted=any(_counted(mention) and not mention.named for mention in mentions),
        tie=tie,
        anchored=tie is not None and not tie.holds(first),
    )


def _qualifiers(ordered: Sequence[Mention], position: int) -> list[Qualifier]:
    """Walk back over the containers that stand right before a mention.

    乐平市|礼林镇|王雌涧水库 gives 礼林镇; 鸣山村、龙溪村附近康晨建材 gives both villages. What lies
    between must be no longer than the container's own relation and one character.
    """
    mention = ordered[position]
    found = []
    start = mention.start
    for before in reversed(ordered[max(0, position - 8) : position]):
        gap = start - before.end
        if before.doc_id != mention.doc_id or gap < 0 or gap > len(before.relation) + _LINK:
            break
        if before.role is not Role.CONTAINER or before.field != mention.field:
            break
        if before.type in ADMIN or before.type is PlaceType.DEV_ZONE:
            break
        found.append(
            Qualifier(
                key=normalise(before.normalised or before.surface),
                name=before.normalised or before.surface,
                kind=before.type,
                relation=before.relation,
            )
        )
        start = before.start
    return found
