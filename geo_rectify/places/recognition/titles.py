"""Names told by a sign of their own: reserves of state rank, works by ordinal, words as names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.drafts import Draft
from geo_rectify.places.recognition.numbering import ORDINAL
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.places.recognition.lexicon import Lexicon
    from geo_rectify.places.recognition.tokens import Token

_STATE_NAMED: Final = ("国家", "世界", "省级", "自治区级", "自然保护区")
_RESERVES: Final = frozenset(
    {PlaceType.NATURE_RESERVE, PlaceType.PARK_SCENIC, PlaceType.FOREST_PARK}
)
# What a reserve's name runs through: 某山|有|蹄类野生动物, 某某|之|会, 某江|上游.
_INSIDE_RESERVE: Final = frozenset(
    codes.UNKNOWN
    + codes.STEM
    + codes.NAME
    + codes.BRAND
    + codes.SHORT_ADMIN
    + codes.MODIFIER
    + codes.SOFT
    + codes.HEAD
)
_BEGINS_RESERVE: Final = frozenset(
    codes.UNKNOWN + codes.STEM + codes.NAME + codes.BRAND + codes.SHORT_ADMIN
)
_LINKS: Final = frozenset({"之", "则", "有", "上游", "下游", "中游"})
_MAX_RESERVE: Final = 14
_ORDINAL_ROW: Final = re.compile("M[UIs]{0,2}H")
_BY_ORDINAL: Final = frozenset(
    {
        PlaceType.FACTORY,
        PlaceType.WASTEWATER_PLANT,
        PlaceType.HOSPITAL,
        PlaceType.SCHOOL,
        PlaceType.FOREST_FARM,
        PlaceType.MINE,
    }
)
_NOT_BEFORE_ORDINAL: Final = frozenset("aAUNSFVI(")
_OPENING: Final = codes.ADMIN + codes.SETTLEMENT + codes.LISTED + codes.PUNCTUATION
_RECODED: Final = frozenset(codes.SOFT + codes.HEAD)
_TITLES: Final = frozenset(codes.HEAD + codes.RESERVE)
_WORD: Final = 2
_WITHIN_FACILITY: Final = frozenset(codes.UNKNOWN + codes.INDUSTRY + codes.MODIFIER)
_CALLED_BY_WORDS: Final = frozenset({PlaceType.INDUSTRIAL_PARK, PlaceType.MINE, PlaceType.FACTORY})


def recode(text: str, tokens: Sequence[Token], lexicon: Lexicon) -> Sequence[Token]:
    """Let words be names where an area stands before and works behind: 某镇|清水|煤化工园.

    Parameters
    ----------
    text
        The passage.
    tokens
        Its tokens.
    lexicon
        The word lists.

    Returns
    -------
    Sequence of Token
        The tokens, those with other codes.
    """
    changed = list(tokens)
    for at in range(1, len(tokens) - 1):
        token = tokens[at]
        if token.code not in _RECODED or tokens[at + 1].start != token.end:
            continue
        before, behind = tokens[at - 1], tokens[at + 1]
        if token.code == codes.SOFT and before.code in _OPENING:
            after = tokens[at + 2] if at + 2 < len(tokens) else behind
            if _names(text, token, behind, lexicon) or (
                # 某镇|骆驼|山|工业园
                before.code != codes.PUNCTUATION
                and token.end - token.start == _WORD
                and behind.code == codes.UNKNOWN
                and after.code == codes.HEAD
            ):
                changed[at] = token._replace(code=codes.STEM)
        elif (
            token.code == codes.HEAD
            and token.end - token.start == 1
            and before.code == codes.UNKNOWN
            and (
                behind.code == codes.UNKNOWN
                or lexicon.facility.get(text[behind.start : behind.end]) is PlaceType.MINE
            )
            and (at == 1 or tokens[at - 2].code in _OPENING + codes.HARD)
        ):
            # 某镇|磺厂坪|硫铁矿, 金厂|矿区: one character and 厂 are no works.
            changed[at] = token._replace(code=codes.UNKNOWN)
    return changed


def _names(text: str, word: Token, behind: Token, lexicon: Lexicon) -> bool:
    """Say whether a word that townships are called by names what stands behind it."""
    works = lexicon.facility.get(text[behind.start : behind.end]) in _CALLED_BY_WORDS
    return text[word.start : word.end] in lexicon.name_words and (
        works or behind.code in _WITHIN_FACILITY
    )


def ordinals(
    text: str, tokens: Sequence[Token], row: list[str], lexicon: Lexicon
) -> Iterator[Draft]:
    """Find works called by their number alone: 某集团|第三冶炼厂, 第二污水处理厂.

    Parameters
    ----------
    text
        The passage.
    tokens
        Its tokens.
    row
        Their codes, changed in place.
    lexicon
        The word lists.

    Yields
    ------
    Draft
        Each of them.
    """
    for found in _ORDINAL_ROW.finditer("".join(row)):
        first, last = tokens[found.start()], tokens[found.end() - 1]
        head = text[last.start : last.end]
        before = row[found.start() - 1] if found.start() else codes.PUNCTUATION
        if (
            not ORDINAL.fullmatch(text[first.start : first.end])
            or lexicon.facility[head] not in _BY_ORDINAL
            or before in _NOT_BEFORE_ORDINAL
        ):
            continue
        yield Draft(
            start=first.start,
            end=last.end,
            surface=text[first.start : last.end],
            kind=lexicon.facility[head],
            stem=text[first.start : last.start],
            head=head,
        )
        row[found.start() : found.end()] = codes.TITLE * (found.end() - found.start())


def trade_zones(
    text: str, tokens: Sequence[Token], row: list[str], lexicon: Lexicon
) -> Iterator[Draft]:
    """Find zones called by a trade alone: 钒钛|高新区.

    Parameters
    ----------
    text
        The passage.
    tokens
        Its tokens.
    row
        Their codes, changed in place.
    lexicon
        The word lists.

    Yields
    ------
    Draft
        Each zone.
    """
    for at in range(1, len(row)):
        if row[at] != codes.HEAD or row[at - 1] != codes.INDUSTRY:
            continue
        trade, zone = tokens[at - 1], tokens[at]
        head = text[zone.start : zone.end]
        before = row[at - 2] if at > 1 else codes.PUNCTUATION
        if (
            head not in lexicon.standing
            or lexicon.facility[head] is not PlaceType.DEV_ZONE
            or before not in _OPENING + codes.HARD
        ):
            continue
        yield Draft(
            start=trade.start,
            end=zone.end,
            surface=text[trade.start : zone.end],
            kind=PlaceType.DEV_ZONE,
            stem=text[trade.start : trade.end],
            head=head,
        )
        row[at - 1 : at + 1] = codes.TITLE * 2


def state_reserves(
    text: str, tokens: Sequence[Token], row: list[str], lexicon: Lexicon
) -> Iterator[Draft]:
    """Find reserves whose title a name of several parts stands before: 某江|上游|国家级自然保护区.

    Parameters
    ----------
    text
        The passage.
    tokens
        Its tokens.
    row
        Their codes, changed in place.
    lexicon
        The word lists.

    Yields
    ------
    Draft
        Those the grammar would cut.
    """
    for at, token in enumerate(tokens):
        if row[at] not in _TITLES or not text.startswith(_STATE_NAMED, token.start, token.end):
            continue
        head = text[token.start : token.end]
        kind = lexicon.facility[head]
        first = _reserve_start(text, tokens, row, at, lexicon) if kind in _RESERVES else at
        if not _cut_by_grammar(text, tokens, row, first, at):
            continue
        yield Draft(
            start=tokens[first].start,
            end=token.end,
            surface=text[tokens[first].start : token.end],
            kind=kind,
            stem=text[tokens[first].start : token.start],
            head=head,
        )
        row[first : at + 1] = codes.TITLE * (at + 1 - first)


def _reserve_start(
    text: str, tokens: Sequence[Token], row: Sequence[str], at: int, lexicon: Lexicon
) -> int:
    """Give the first token of the name before the title of a reserve."""
    first = at
    while (
        first
        and tokens[first - 1].end == tokens[first].start
        and tokens[at].start - tokens[first - 1].start <= _MAX_RESERVE
        and (
            row[first - 1] in _INSIDE_RESERVE
            or text[tokens[first - 1].start : tokens[first - 1].end] in _LINKS
        )
    ):
        first -= 1
    while first < at and not (
        row[first] in _BEGINS_RESERVE
        or text[tokens[first].start : tokens[first].end] in lexicon.great_waters
    ):
        first += 1
    return first


def _cut_by_grammar(
    text: str, tokens: Sequence[Token], row: Sequence[str], first: int, at: int
) -> bool:
    """Say whether the grammar of phrases would not read a reserve's name as one."""
    inside = row[first:at]
    link = any(text[t.start : t.end] in _LINKS for t in tokens[first:at])
    water = bool(inside) and inside[0] == codes.SOFT
    parts = codes.HEAD in inside and codes.UNKNOWN in inside[inside.index(codes.HEAD) :]
    return bool(inside) and (link or water or parts)
