"""What the words around a name say: that it is a place, of which kind, whose body, where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.drafts import ADMIN_KINDS, RANKS, ZONE_KINDS, Document, Draft
from geo_rectify.places.recognition.numbering import take_pits
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.places.recognition.lexicon import Context, Lexicon
    from geo_rectify.places.recognition.tokens import Token

_LOOK_BACK: Final = 6
_MAX_LOCALITY: Final = 3
# 耒水, 湘水: rivers only where something lies along them.
_WATER_NAMES: Final = ("水", "港", "塘")
_OF_RIVERS: Final = ("支流", "干流", "流域")
# 大富水|氟化物浓度升高: a river, not some water.
_POLLUTED: Final = re.compile(
    "(?:总磷|总氮|氨氮|氟化物|镉|砷|铊|锑|汞|铅|锰|化学需氧量|高锰酸盐指数|水质|断面|城区段)"
)
_ALONG: Final = frozenset(
    ["上游", "下游", "中游", "沿线", "沿岸", "两岸", "两侧", "左岸", "右岸", "河段"]
)
_WATERS_AND_HILLS: Final = frozenset(
    {PlaceType.RIVER, PlaceType.MOUNTAIN, PlaceType.LAKE_RESERVOIR}
)
_NEAR_PORT: Final = 14
_OF_PORTS: Final = (
    "码头",
    "泊位",
    "渔",
    "船",
    "堆场",
    "港区",
    "油污",
    "料棚",
    "航道",
    "锚地",
    "海域",
    "货",
    "煤",
    "装卸",
)
_WITH_BODIES: Final = _WATERS_AND_HILLS | {PlaceType.FOREST_FARM}


def before(text: str, position: int) -> str:
    """Give the few characters before a position.

    Parameters
    ----------
    text
        The passage.
    position
        Offset into it.

    Returns
    -------
    str
        At most six characters.
    """
    return text[max(0, position - _LOOK_BACK) : position]


def sentence_span(text: str, start: int, stop: int, *, ends: str = "。；") -> tuple[int, int]:
    """Give where the sentence or clause around a span begins and ends.

    Parameters
    ----------
    text
        The passage.
    start, stop
        The span.
    ends
        Marks that end a sentence.

    Returns
    -------
    tuple of int
        Its first character, and the mark that ends it or the end of the text.
    """
    begin = max(text.rfind(mark, 0, start) for mark in ends) + 1
    stops = [at for mark in ends if (at := text.find(mark, stop)) >= 0]
    return begin, min(stops, default=len(text))


def revealed(text: str, draft: Draft, context: Context, document: Document) -> bool:
    """Say whether the words around a bare word make it a place.

    Parameters
    ----------
    text
        The passage.
    draft
        The bare word.
    context
        The patterns.
    document
        What is known of the document.

    Returns
    -------
    bool
        True where a relation, a verb of place or the gazetteer says so.
    """
    if draft.surface in document.gazetteer:
        return True
    if context.revealing.match(text, draft.end):
        return True
    if draft.surface.endswith("水") and (
        text.startswith(_OF_RIVERS, draft.end) or _POLLUTED.match(text, draft.end)
    ):
        draft.kind, draft.bare = PlaceType.RIVER, False
        return True
    if context.located.search(before(text, draft.start)):
        following = text[draft.end : draft.end + 1]
        return not following or following in "，。；、的内处（”"
    return False


def told_by_area(
    draft: Draft, before_it: Token | None, after_it: Token | None, lexicon: Lexicon
) -> bool:
    """Say whether unknown characters behind an area's name are a place in it.

    Parameters
    ----------
    draft
        The bare word.
    before_it, after_it
        The tokens beside it.
    lexicon
        The word lists.

    Returns
    -------
    bool
        True in an enumeration, or where the last character is one of hamlets and headlands.
    """
    if before_it is None or before_it.end != draft.start:
        return False
    area = before_it.code == codes.ADMIN or before_it.kind is PlaceType.TOWNSHIP
    if area and after_it is not None and after_it.code in codes.LISTED + codes.JOINED:
        return True
    water = before_it.kind in _WATERS_AND_HILLS | {PlaceType.CATCHMENT}
    named = area or before_it.code == codes.SETTLEMENT or (before_it.stem > 0 and water)
    return named and draft.surface[-1] in lexicon.locality and len(draft.surface) <= _MAX_LOCALITY


def told_by_work(text: str, draft: Draft, before_it: Token | None, lexicon: Lexicon) -> bool:
    """Say whether unknown characters are a firm by what follows: 某园区|恒源国贸|电石炉.

    Parameters
    ----------
    text
        The passage.
    draft
        The bare word; it becomes a firm.
    before_it
        The token before it.
    lexicon
        The word lists.

    Returns
    -------
    bool
        True behind an area, a zone, a separator or at the head of a clause, before a word of
        works.
    """
    if before_it is None or lexicon.firm_told.match(text, draft.end) is None:
        return False
    head = lexicon.facility.get(text[before_it.start : before_it.end])
    zone = before_it.code == codes.HEAD and head in ZONE_KINDS
    opens = before_it.code in codes.ADMIN + codes.SETTLEMENT + codes.LISTED
    clause = before_it.code == codes.PUNCTUATION and len(draft.surface) > _MAX_LOCALITY
    if not (zone or opens or clause):
        return False
    draft.kind, draft.bare = PlaceType.FACTORY, False
    return True


def _is_port(text: str, draft: Draft) -> bool:
    """Say whether 港 is a harbour, not a creek: ships or quays stand near it."""
    around = text[max(0, draft.start - _NEAR_PORT) : draft.end + _NEAR_PORT]
    return any(word in around for word in _OF_PORTS)


def relate(text: str, draft: Draft, context: Context) -> None:
    """Take the words that set a site off from the named place.

    Parameters
    ----------
    text
        The passage.
    draft
        A draft, changed in place.
    context
        The patterns.
    """
    if draft.kind is PlaceType.RIVER and draft.head == "港" and _is_port(text, draft):
        draft.kind = PlaceType.OTHER
    take_pits(text, draft)
    if draft.kind is PlaceType.ROAD and len(draft.stem) == 1 and draft.head == "路":
        # Streets are called by two characters and more: 横路 is a locality.
        draft.kind = PlaceType.CATCHMENT
    if draft.kind is PlaceType.ROAD:
        longer = context.extension.match(text, draft.end)
        if longer:
            draft.end = longer.end()
            draft.surface = text[draft.start : draft.end]
            draft.relation = longer[0]
            return
    admin = draft.kind in ADMIN_KINDS
    patterns = (context.between, context.part) if admin else (context.relation,)
    relation = next((found for each in patterns if (found := each.match(text, draft.end))), None)
    if relation:
        draft.relation = relation[0]
        if draft.bare and draft.surface.endswith(_WATER_NAMES) and relation[0] in _ALONG:
            draft.kind = PlaceType.RIVER


def mark_bodies(text: str, drafts: Sequence[Draft], context: Context) -> None:
    """Mark administrative names that only begin the name of a body.

    Parameters
    ----------
    text
        The passage.
    drafts
        Its drafts, changed in place.
    context
        The patterns.
    """
    for draft in drafts:
        if draft.kind in ADMIN_KINDS | {PlaceType.DEV_ZONE, PlaceType.TOWNSHIP}:
            body = context.body.match(text, draft.end)
            if body:
                draft.role = Role.TITLE_OR_UNIT
        elif draft.kind in _WITH_BODIES and context.water_body.match(text, draft.end):
            draft.role = Role.TITLE_OR_UNIT


def _in_a_slogan(text: str, draft: Draft) -> bool:
    """Say whether a short name stands with other words inside quotation marks: “某西样板”."""
    opened = text.rfind("“", 0, draft.start)
    if opened < 0 or "”" in text[opened : draft.start]:
        return False
    closed = text.find("”", draft.end)
    whole = closed < 0 or text[opened + 1 : closed] == draft.surface
    return not whole and not draft.surface.endswith(RANKS)


def titled_names(text: str, tokens: Sequence[Token], document: Document) -> Iterator[Draft]:
    """Find administrative names inside the titles of documents.

    Parameters
    ----------
    text
        The passage.
    tokens
        Its tokens.
    document
        What is known of the document.

    Yields
    ------
    Draft
        With the role title-or-unit.
    """
    titles = [token for token in tokens if token.code == codes.TITLE]
    names = [name for name, area in document.home.names.items() if name == area.name]
    if not titles or not names:
        return
    pattern = re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))
    for token in titles:
        for found in pattern.finditer(text, token.start, token.end):
            yield Draft(
                start=found.start(),
                end=found.end(),
                surface=found[0],
                kind=document.home.names[found[0]].kind,
                role=Role.TITLE_OR_UNIT,
            )


def figurative(text: str, draft: Draft, lexicon: Lexicon) -> bool:
    """Say whether a name is an event (清河|行动) or a figure of policy (绿色|发展路).

    Parameters
    ----------
    text
        The passage.
    draft
        A draft.
    lexicon
        The word lists.

    Returns
    -------
    bool
        True where it is no place.
    """
    if draft.kind in ADMIN_KINDS:
        return _in_a_slogan(text, draft)
    if draft.head in lexicon.own:
        return False
    if text.startswith(lexicon.not_before, draft.end):
        return True
    if draft.stem not in lexicon.abstract or draft.prefix:
        return False
    return text[max(0, draft.start - 2) : draft.start] in lexicon.abstract
