"""The grammar of place names over the codes of tokens.

Each token is one letter; a name is a regular expression over them. ``UUIL`` is a firm (明琴玻纤有限
公司), ``VMH`` a facility of a town (三龙镇污水处理厂), ``AUUH`` an administrative name and, apart
from it, a facility (乐平市|金山工业园区).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.drafts import Document, Draft
from geo_rectify.places.recognition.facilities import facility
from geo_rectify.places.recognition.firms import (
    area_firm,
    own_firm,
    registered_firms,
    short_firm,
    water_brand,
)
from geo_rectify.places.recognition.lexicon import STEM
from geo_rectify.places.recognition.partition import pieces, river_reaches, whole_names
from geo_rectify.places.recognition.surroundings import (
    figurative,
    relate,
    revealed,
    told_by_area,
    told_by_work,
)
from geo_rectify.places.recognition.titles import ordinals, recode, state_reserves, trade_zones
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.places.recognition.lexicon import Context, Lexicon
    from geo_rectify.places.recognition.tokens import Token

_TAIL: Final = "(?:[MI]*G|[MI]*H(?:[MI]*H)*(?:[MI]*G)?)"
_PHRASE: Final = re.compile(
    r"(?P<section>N[Aa]{1,2}(?:[MIs]*|H)[HG])"
    rf"|(?P<town>V(?:s{{0,2}}){_TAIL})"
    rf"|(?P<facility>a{{0,2}}[UNSF]+V?s?{_TAIL})"
    r"|(?P<reserve>(?:a{1,3}[UNSFs]{1,4}|[UNSF]+)(?:[sMIH]{0,3}C)?[sMIH]{1,4}G)"
    rf"|(?P<quoted>B[UNSaIMs]{{1,6}}B[MIs]{{0,2}}[HG])"
    rf"|(?P<inserted>[UNSa]+\([UNSaVIMs]+\)U{{0,2}}{_TAIL})"
    rf"|(?P<county>(?:A|a{{1,2}})(?:K?s?{_TAIL}|Ms{_TAIL}|K))"
    r"|(?P<called>a[UNSFsMI]{1,5}[HG])"
    r"|(?P<hollow>aU(?!U))"
    r"|(?P<works>a?F{2}|aF|U?F(?:aI{1,2}|U{2})|UF)"
    r"|(?P<area_firm>aI{1,2})"
    r"|(?P<brand>a?[NS]I{1,2})"
    r"|(?P<firm>a?N?(?:F|[US]*U[US]*)I{1,3})"
    r"|(?P<name>[NVF])"
    r"|(?P<admin>[Aa])"
    r"|(?P<bare>U{2,5})"
    r"|(?P<standing>M?[HG])"
)
_DESCRIBED: Final = re.compile("[AHN][sIMSU]{1,7}H")
_ZONE: Final = re.compile("[aN][sIMSU]{1,6}H")
_ALONE: Final = {
    codes.NAME: "name",
    codes.SETTLEMENT: "name",
    codes.BRAND: "name",
    codes.ADMIN: "admin",
    codes.SHORT_ADMIN: "admin",
}
_FACILITIES: Final = frozenset(
    [
        "facility",
        "town",
        "county",
        "inserted",
        "quoted",
        "reserve",
        "section",
        "described",
        "called",
    ]
)
_MIN_STEM: Final = 2
_MAX_BARE: Final = 5
_CALLED_BY_WORDS: Final = frozenset({PlaceType.MARKET, PlaceType.PARK_SCENIC})
_MIN_DESCRIPTION: Final = 3
_PLAIN_PARKS: Final = frozenset({"园区", "工业园区", "产业园区", "集聚区", "集中区", "工业区"})
_EDGES: Final = "内外上下中前后里旁处"


def find_phrases(
    text: str,
    tokens: Sequence[Token],
    *,
    lexicon: Lexicon,
    context: Context,
    document: Document,
) -> list[Draft]:
    """Find the names in one passage.

    Parameters
    ----------
    text
        The passage.
    tokens
        Its tokens.
    lexicon, context
        The word lists and patterns.
    document
        What is known of the document.

    Returns
    -------
    list of Draft
        In order of the text, none overlapping another. Bare words are among them only where
        their surroundings call them places.
    """
    tokens = recode(text, tokens, lexicon)
    row = [token.code for token in tokens]
    drafts = list(registered_firms(text, tokens, row, lexicon))
    drafts += state_reserves(text, tokens, row, lexicon)
    drafts += trade_zones(text, tokens, row, lexicon)
    drafts += ordinals(text, tokens, row, lexicon)
    drafts += _described(text, tokens, row, lexicon)
    for found in _PHRASE.finditer("".join(row)):
        part = tokens[found.start() : found.end()]
        before_it = tokens[found.start() - 1] if found.start() else None
        after_it = tokens[found.end()] if found.end() < len(tokens) else None
        for group, piece in pieces(text, part, str(found.lastgroup), lexicon):
            draft = _draft(text, piece, group, lexicon)
            if draft is None:
                drafts += _apart(text, piece, lexicon)
                draft = _unknown(text, piece)
                after = piece[-1] if draft is not None else after_it
            else:
                after = after_it
            if draft is not None and (
                not draft.bare
                or told_by_work(text, draft, before_it, lexicon)
                or revealed(text, draft, context, document)
                or told_by_area(draft, before_it, after, lexicon)
            ):
                drafts.append(draft)
    drafts = [draft for draft in drafts if not figurative(text, draft, lexicon)]
    drafts.sort(key=lambda draft: draft.start)
    drafts = whole_names(text, drafts)
    drafts = river_reaches(text, drafts, lexicon)
    for draft in drafts:
        relate(text, draft, context)
    return drafts


def _draft(text: str, part: Sequence[Token], group: str, lexicon: Lexicon) -> Draft | None:
    """Turn one match of the grammar into a draft, or None where it names nothing."""
    if group in _FACILITIES:
        return facility(text, part, group, lexicon)
    start, end = part[0].start, part[-1].end
    surface = text[start:end]
    if group in _READ:
        return _READ[group](text, part, lexicon)
    if group == "bare":
        return _bare(surface, start)
    named = part[0].kind
    if group == "standing":
        named = lexicon.facility[text[part[-1].start : end]]
        stem = ""
        # 人民|广场: an ordinary word that is a modifier elsewhere.
        called = named in _CALLED_BY_WORDS and STEM in part[0].flags and len(part) > 1
        stem = text[start : part[0].end] if called else ""
        named = named if called or surface in lexicon.standing else None
    else:
        stem = surface if group == "admin" else surface[: part[0].stem]
    if named is None:
        return None
    return Draft(
        start=start, end=end, surface=surface, kind=named, stem=stem, head=surface[len(stem) :]
    )


def _apart(text: str, part: Sequence[Token], lexicon: Lexicon) -> Iterator[Draft]:
    """Read the names in a phrase that is none as a whole: 某县|矿山."""
    if len(part) == 1:
        return
    for token in part:
        group = _ALONE.get(token.code)
        draft = None if group is None else _draft(text, [token], group, lexicon)
        if draft is not None:
            yield draft


def _unknown(text: str, part: Sequence[Token]) -> Draft | None:
    """Read the unknown characters a phrase begins with, where it is no name as a whole."""
    stop = 0
    while stop < len(part) and part[stop].code == codes.UNKNOWN:
        stop += 1
    if not 0 < stop < len(part):
        return None
    return _bare(text[part[0].start : part[stop].start], part[0].start)


def _hollow(text: str, part: Sequence[Token], lexicon: Lexicon) -> Draft | None:
    """Read a county's short name and the last character of hollows as one: 永年|洼."""
    start = part[0].start
    surface = text[start : part[-1].end]
    if surface[-1] not in lexicon.locality:
        return None
    return Draft(
        start=start,
        end=start + len(surface),
        surface=surface,
        kind=PlaceType.CATCHMENT,
        stem=surface[:-1],
        head=surface[-1],
    )


def _works(text: str, part: Sequence[Token], lexicon: Lexicon) -> Draft | None:
    """Read the works of a great firm as one name: 某钢|京唐, 某钢|伊犁|钢铁."""
    if not any(text[token.start : token.end] in lexicon.works for token in part):
        return None
    start, end = part[0].start, part[-1].end
    surface = text[start:end]
    return Draft(start=start, end=end, surface=surface, kind=PlaceType.FACTORY, stem=surface)


def _bare(surface: str, start: int) -> Draft | None:
    kept = surface.rstrip(_EDGES)
    if not _MIN_STEM <= len(kept) <= _MAX_BARE:
        return None
    return Draft(
        start=start,
        end=start + len(kept),
        surface=kept,
        kind=PlaceType.CATCHMENT,
        stem=kept,
        bare=True,
    )


def _described(
    text: str, tokens: Sequence[Token], row: list[str], lexicon: Lexicon
) -> Iterator[Draft]:
    """Find parks and zones called by what is made or tried there: 某县|高纯氧化铝粉体研发制备基地."""
    yield from _zones(text, tokens, row, lexicon)
    for found in _DESCRIBED.finditer("".join(row)):
        first, last = tokens[found.start()], tokens[found.end() - 1]
        head = text[last.start : last.end]
        lead = text[first.start : first.end]
        inner = row[found.start() + 1 : found.end() - 1]
        of_province = first.kind is PlaceType.PROVINCE and first.code == codes.ADMIN
        if (
            lexicon.facility[head] is not PlaceType.INDUSTRIAL_PARK
            or (head in _PLAIN_PARKS and not of_province)
            or (first.code == codes.HEAD and lexicon.facility[lead] is not PlaceType.DEV_ZONE)
            or codes.SOFT not in inner
            or last.start - first.end < _MIN_DESCRIPTION
            or not (
                of_province
                or {codes.INDUSTRY, codes.UNKNOWN, codes.MODIFIER} & set(inner)
                or last.start - first.end > 2 * _MIN_DESCRIPTION
            )
        ):
            continue
        # 某省|建筑陶瓷产业基地: a province's park is called by it.
        start = first.start if of_province else first.end
        yield Draft(
            start=start,
            end=last.end,
            surface=text[start : last.end],
            kind=PlaceType.INDUSTRIAL_PARK,
            stem=text[start : last.start],
            head=head,
        )
        for used in range(found.start() + (not of_province), found.end()):
            row[used] = codes.TITLE


def _zones(text: str, tokens: Sequence[Token], row: list[str], lexicon: Lexicon) -> Iterator[Draft]:
    """Find development zones of an area called by a purpose: 某岛|海洋生态文明综合试验区."""
    for found in _ZONE.finditer("".join(row)):
        first, last = tokens[found.start()], tokens[found.end() - 1]
        head = text[last.start : last.end]
        inner = row[found.start() + 1 : found.end() - 1]
        if (
            lexicon.facility[head] is not PlaceType.DEV_ZONE
            or codes.SOFT not in inner
            or first.kind is PlaceType.RIVER
        ):
            continue
        yield Draft(
            start=first.start,
            end=last.end,
            surface=text[first.start : last.end],
            kind=PlaceType.DEV_ZONE,
            prefix=text[first.start : first.end] if first.code == codes.SHORT_ADMIN else "",
            stem=text[first.start : last.start],
            head=head,
        )
        for used in range(found.start(), found.end()):
            row[used] = codes.TITLE


_READ: Final = {
    "firm": short_firm,
    "brand": water_brand,
    "area_firm": area_firm,
    "own_firm": own_firm,
    "works": _works,
    "hollow": _hollow,
}
