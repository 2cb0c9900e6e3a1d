"""The grammar of place names over the codes of tokens.

Each token is one letter; a name is a regular expression over them. ``UUIL`` is a firm (明琴玻纤有限
公司), ``VMH`` a facility of a town (三龙镇污水处理厂), ``AUUH`` an administrative name and, apart
from it, a facility (乐平市|金山工业园区).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.drafts import ADMIN_KINDS, Document, Draft
from geo_rectify.places.recognition.firms import (
    area_firm,
    firm_within,
    registered_firms,
    short_firm,
    water_brand,
)
from geo_rectify.places.recognition.lexicon import STEM
from geo_rectify.places.recognition.numbering import take_pits
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.places.recognition.lexicon import Context, Lexicon
    from geo_rectify.places.recognition.tokens import Token

_TAIL: Final = "(?:[MI]*G|[MI]*H(?:[MI]*H)*(?:[MI]*G)?)"
_PHRASE: Final = re.compile(
    rf"(?P<town>V{_TAIL})"
    rf"|(?P<facility>a?[UNSF]+V?s?{_TAIL})"
    r"|(?P<reserve>a?[UNSF]+[sMIH]{1,4}G)"
    rf"|(?P<quoted>B[UNSaIMs]{{1,6}}B[MIs]{{0,2}}[HG])"
    rf"|(?P<inserted>[UNS]+\([UNSaV]+\){_TAIL})"
    rf"|(?P<county>(?:A|a{{1,2}})(?:K?s?{_TAIL}|K))"
    r"|(?P<area_firm>aI{1,2})"
    r"|(?P<brand>NI{1,2})"
    r"|(?P<firm>a?(?:F|[US]*U[US]*)I{1,3})"
    r"|(?P<name>[NVF])"
    r"|(?P<admin>[Aa])"
    r"|(?P<bare>U{2,5})"
    r"|(?P<standing>M?[HG])"
)
_DESCRIBED: Final = re.compile("[AHN][sIMSU]{1,7}H")
_ZONE: Final = re.compile("[aN][sIMSU]{1,6}H")
_DESCRIBED_KINDS: Final = frozenset({PlaceType.INDUSTRIAL_PARK, PlaceType.DEV_ZONE})
_ALONE: Final = {
    codes.NAME: "name",
    codes.SETTLEMENT: "name",
    codes.BRAND: "name",
    codes.ADMIN: "admin",
    codes.SHORT_ADMIN: "admin",
}
_LOOK_BACK: Final = 6
_MIN_STEM: Final = 2
_MAX_STEM: Final = 7
_MAX_LOCALITY: Final = 3
_MAX_CODED: Final = 16
_MAX_BARE: Final = 5
# Facilities that belong to the firm named before them and make no name with it.
_OF_A_FIRM: Final = frozenset(
    {PlaceType.DRAINAGE_OUTLET, PlaceType.WASTEWATER_PLANT, PlaceType.OTHER, PlaceType.WATER_SOURCE}
)
# An administrative name alone before these says where they are, and names none of them.
_UNNAMED_BY_COUNTY: Final = frozenset(
    {
        PlaceType.MINE,
        PlaceType.FACTORY,
        PlaceType.RESIDENTIAL,
        PlaceType.MONITORING_SECTION,
        PlaceType.DRAINAGE_OUTLET,
        PlaceType.WATER_SOURCE,
        PlaceType.PUMP_STATION,
    }
)
# 耒水, 湘水: rivers only where something lies along them.
_WATER_NAMES: Final = ("水", "港", "塘")
_ALONG: Final = frozenset(
    ["上游", "下游", "中游", "沿线", "沿岸", "两岸", "两侧", "左岸", "右岸", "河段"]
)
_CALLED_BY_WORDS: Final = frozenset({PlaceType.MARKET, PlaceType.PARK_SCENIC})
_WATERS_AND_HILLS: Final = frozenset(
    {PlaceType.RIVER, PlaceType.MOUNTAIN, PlaceType.LAKE_RESERVOIR}
)
# 某水库|保护区, 某湖|水域: said of the water.
_OF_WATER: Final = frozenset({"保护区", "水域", "库区", "湖区"})
_FLOWING: Final = frozenset({PlaceType.RIVER, PlaceType.LAKE_RESERVOIR})
# 某河|某某电站: these are called by a village, and lie on the water named before.
_WITH_OWN_NAMES: Final = frozenset({PlaceType.PROJECT, PlaceType.OTHER, PlaceType.PUMP_STATION})
# 某镇|草原: of a town, and no name.
_OPEN_COUNTRY: Final = frozenset({"草原", "湿地", "水域", "海域", "流域", "灌区"})
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
)
_AT_LARGE: Final = frozenset({"规模化", "特色", "农村"})
_ORES: Final = frozenset(
    {"磷矿", "铁矿", "煤矿", "金矿", "铜矿", "锰矿", "稀土矿", "萤石矿", "石灰石矿", "矿"}
)
_OF_ORE: Final = ("开采", "资源", "企业", "产业", "储量", "行业", "采选", "石", "山企业")
_PARTS_OF_WORKS: Final = frozenset({"矿山", "矿区"})
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
    row = [token.code for token in tokens]
    drafts = list(registered_firms(text, tokens, row, lexicon))
    drafts += _described(text, tokens, row, lexicon)
    for found in _PHRASE.finditer("".join(row)):
        part = tokens[found.start() : found.end()]
        before_it = tokens[found.start() - 1] if found.start() else None
        after_it = tokens[found.end()] if found.end() < len(tokens) else None
        for group, piece in _pieces(text, part, str(found.lastgroup), lexicon):
            draft = _draft(text, piece, group, lexicon)
            read = [draft] if draft is not None else list(_apart(text, piece, lexicon))
            drafts += [
                d
                for d in read
                if not d.bare
                or _revealed(text, d, context, document)
                or _told_by_area(d, before_it, after_it, lexicon)
            ]
    drafts = [draft for draft in drafts if not _figurative(text, draft, lexicon)]
    drafts.sort(key=lambda draft: draft.start)
    drafts = _whole_names(text, drafts)
    for draft in drafts:
        _relate(text, draft, context)
    return drafts


def _pieces(
    text: str, part: Sequence[Token], group: str, lexicon: Lexicon
) -> list[tuple[str, Sequence[Token]]]:
    """Part names that stand side by side: a village and a facility, a river and a works."""
    if group == "town" and _of_the_town(text, part):
        return [("name", part[:1])]
    if group != "facility":
        return [(group, part)]
    kind = lexicon.facility.get(text[part[-1].start : part[-1].end])
    village = next((at for at, token in enumerate(part) if token.code == codes.SETTLEMENT), 0)
    if village and kind is not PlaceType.MONITORING_SECTION:
        lead, rest = part[:village], part[village:]
        alone = "name" if len(lead) == 1 and lead[0].code == codes.NAME else "bare"
        if rest[1].code == codes.SOFT:
            return [(alone, lead), ("name", rest[:1])]
        return [(alone, lead), *_pieces(text, rest, "town", lexicon)]
    return _on_the_water(text, part, kind)


def _on_the_water(
    text: str, part: Sequence[Token], kind: PlaceType | None
) -> list[tuple[str, Sequence[Token]]]:
    """Part a river or lake from a facility behind it that has a name of its own."""
    whole: list[tuple[str, Sequence[Token]]] = [("facility", part)]
    if part[0].code != codes.NAME or part[0].kind not in _FLOWING:
        return whole
    if len(part) == _MIN_STEM and text[part[1].start : part[1].end] in _OF_WATER:
        return [("name", part[:1])]
    at = 1
    while at < len(part) and part[at].code in codes.UNKNOWN + codes.STEM:
        at += 1
    own = part[at].start - part[0].end
    if own < _MIN_STEM or kind not in _WITH_OWN_NAMES or part[at].code == codes.NAME:
        return whole
    return [("name", part[:1]), ("facility", part[1:])]


def _of_the_town(text: str, part: Sequence[Token]) -> bool:
    """Say whether what follows a town is no facility: its land, its ore, its farms at large."""
    last = part[-1]
    head = text[last.start : last.end]
    at_large = any(text[token.start : token.end] in _AT_LARGE for token in part[1:-1])
    ore = head in _ORES and len(part) == _MIN_STEM and text.startswith(_OF_ORE, last.end)
    return head in _OPEN_COUNTRY or at_large or ore


def _told_by_area(
    draft: Draft, before_it: Token | None, after_it: Token | None, lexicon: Lexicon
) -> bool:
    """Say whether unknown characters behind an area's name are a place in it."""
    if before_it is None or before_it.end != draft.start:
        return False
    area = before_it.code == codes.ADMIN or before_it.kind is PlaceType.TOWNSHIP
    if area and after_it is not None and after_it.code in codes.LISTED + codes.JOINED:
        return True
    water = before_it.kind in _WATERS_AND_HILLS | {PlaceType.CATCHMENT}
    named = area or before_it.code == codes.SETTLEMENT or (before_it.stem > 0 and water)
    return named and draft.surface[-1] in lexicon.locality and len(draft.surface) <= _MAX_LOCALITY


def _whole_names(text: str, drafts: list[Draft]) -> list[Draft]:
    """Join what stands side by side and is one: 某大学|某医院, 某集团|某分公司."""
    joined: list[Draft] = []
    for draft in drafts:
        last = joined[-1] if joined else None
        if last is not None and last.end == draft.start and _one_name(last, draft):
            last.kind, last.head, last.end = draft.kind, draft.head, draft.end
            last.surface = text[last.start : last.end]
        else:
            joined.append(draft)
    return joined


def _one_name(first: Draft, second: Draft) -> bool:
    if first.kind is PlaceType.SCHOOL:
        return second.kind is PlaceType.HOSPITAL
    firms = first.kind is second.kind is PlaceType.FACTORY
    return firms and first.head == "集团" and second.surface.endswith("公司")


def _figurative(text: str, draft: Draft, lexicon: Lexicon) -> bool:
    """Say whether a name is an event (清河|行动) or a figure of policy (绿色|发展路)."""
    if draft.kind in ADMIN_KINDS or draft.head in lexicon.own:
        return False
    if text.startswith(lexicon.not_before, draft.end):
        return True
    if draft.stem not in lexicon.abstract or draft.prefix:
        return False
    return text[max(0, draft.start - 2) : draft.start] in lexicon.abstract


def _draft(text: str, part: Sequence[Token], group: str, lexicon: Lexicon) -> Draft | None:
    """Turn one match of the grammar into a draft, or None where it names nothing."""
    if group in {"facility", "town", "county", "inserted", "quoted", "reserve"}:
        return _facility(text, part, group, lexicon)
    start, end = part[0].start, part[-1].end
    surface = text[start:end]
    if group in {"firm", "brand", "area_firm"}:
        read = {"firm": short_firm, "brand": water_brand, "area_firm": area_firm}[group]
        return read(text, part, lexicon)
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
        if (
            lexicon.facility[head] is not PlaceType.INDUSTRIAL_PARK
            or head in _PLAIN_PARKS
            or (first.code == codes.HEAD and lexicon.facility[lead] is not PlaceType.DEV_ZONE)
            or codes.SOFT not in inner
            or last.start - first.end < _MIN_DESCRIPTION
            or not (
                {codes.INDUSTRY, codes.UNKNOWN, codes.MODIFIER} & set(inner)
                or last.start - first.end > 2 * _MIN_DESCRIPTION
            )
        ):
            continue
        yield Draft(
            start=first.end,
            end=last.end,
            surface=text[first.end : last.end],
            kind=PlaceType.INDUSTRIAL_PARK,
            stem=text[first.end : last.start],
            head=head,
        )
        for used in range(found.start() + 1, found.end()):
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


def _facility(text: str, part: Sequence[Token], group: str, lexicon: Lexicon) -> Draft | None:
    """Read a stem, modifiers and a facility head as one name."""
    part = _works(text, part)
    last = part[-1]
    head = text[last.start : last.end]
    start, end = part[0].start, last.end
    kind = lexicon.facility[head]
    prefix = ""
    begin = 0
    if part[0].code in {codes.SHORT_ADMIN, codes.ADMIN}:
        begin = 2 if part[1].code == codes.SHORT_ADMIN else 1
        prefix = text[part[begin - 1].start : part[begin - 1].end]
    stem_end = begin
    inside = "UNSVIMaBs" if group == "quoted" else "UNSFV("
    if group == "inserted":
        inside = "UNSVa()"
    while stem_end < len(part) and part[stem_end].code in inside:
        stem_end += 1
    stem = text[part[begin].start : part[stem_end].start] if stem_end > begin else ""
    middle = part[stem_end:]
    described = group == "county" and part[begin].code == codes.SOFT
    if (
        group == "county"
        and not stem
        and (kind in _UNNAMED_BY_COUNTY or (described and kind not in _DESCRIBED_KINDS))
    ):
        return None
    longest = _MAX_CODED if stem[:1].isascii() else _MAX_STEM
    if group == "facility" and not _least_stem(middle) <= len(stem) <= longest:
        return None
    if group == "inserted" and part[0].end - part[0].start < _MIN_STEM and part[1].code == "(":
        return None
    stems = [token for token in part[begin:stem_end] if token.code == codes.STEM]
    if group == "facility" and len(stems) == stem_end - begin and len(stems) > 1:
        return None
    if group == "facility" and _loose(text, part, middle[0], kind=kind, lexicon=lexicon):
        return None
    firm_end = firm_within(text, part, stem_end, group, lexicon)
    if firm_end is not None and kind in _OF_A_FIRM:
        end, head, kind = firm_end, text[middle[0].start : firm_end], PlaceType.FACTORY
    return Draft(
        start=start,
        end=end,
        surface=text[start:end],
        kind=kind,
        prefix=prefix,
        stem=stem,
        head=text[middle[0].start : end] if middle else head,
    )


def _works(text: str, part: Sequence[Token]) -> Sequence[Token]:
    """Leave out a mine after the works it belongs to: 某某水泥厂|矿山."""
    last = part[-1]
    belongs = text[last.start : last.end] in _PARTS_OF_WORKS and part[-2].code == codes.HEAD
    return part[:-1] if belongs else part


def _least_stem(middle: Sequence[Token]) -> int:
    """Give the least length of a stem; one character will do before two heads (大|铜厂尾矿库)."""
    return 1 if sum(token.code == codes.HEAD for token in middle) > 1 else _MIN_STEM


def _loose(
    text: str, part: Sequence[Token], word: Token, *, kind: PlaceType, lexicon: Lexicon
) -> bool:
    """Say whether an ordinary word keeps a head from the name before it."""
    if word.code != codes.SOFT:
        return False
    structure = text[word.start : word.end] in lexicon.section_words
    if kind is PlaceType.MONITORING_SECTION and structure:
        return False
    known = all(token.code != codes.UNKNOWN for token in part)
    return known or any(token.code == codes.NAME for token in part)


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


def _revealed(text: str, draft: Draft, context: Context, document: Document) -> bool:
    """Say whether the words around a bare word make it a place."""
    if draft.surface in document.gazetteer:
        return True
    if context.revealing.match(text, draft.end):
        return True
    if context.located.search(before(text, draft.start)):
        following = text[draft.end : draft.end + 1]
        return not following or following in "，。；、的内处（”"
    return False


def _is_port(text: str, draft: Draft) -> bool:
    """Say whether 港 is a harbour, not a creek: ships or quays stand near it."""
    around = text[max(0, draft.start - _NEAR_PORT) : draft.end + _NEAR_PORT]
    return any(word in around for word in _OF_PORTS)


def _relate(text: str, draft: Draft, context: Context) -> None:
    """Take the words that set a site off from the named place."""
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
    if draft.kind in ADMIN_KINDS:
        return
    relation = context.relation.match(text, draft.end)
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
        elif draft.kind in _WATERS_AND_HILLS and context.water_body.match(text, draft.end):
            draft.role = Role.TITLE_OR_UNIT


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
