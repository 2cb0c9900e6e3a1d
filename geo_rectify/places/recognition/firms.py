"""Names of firms: registered ones by their legal ends, short ones by brand and trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import tokens as codes
from geo_rectify.places.recognition.drafts import ZONE_KINDS, Draft
from geo_rectify.places.recognition.lexicon import INDUSTRY
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.places.recognition.lexicon import Lexicon
    from geo_rectify.places.recognition.tokens import Token

_INSIDE_FIRM: Final = frozenset("USNFIMHGsVaA")
_OF_FIRMS: Final = codes.UNKNOWN + codes.BRAND + codes.NAME + codes.STEM
_NAMING: Final = frozenset("USNF")
_MAX_FIRM: Final = 26
_BRANCH: Final = codes.BRAND + codes.SHORT_ADMIN
_BRANCH_OF_TRADE: Final = codes.INDUSTRY + codes.SHORT_ADMIN
_GROUPS: Final = ("公司", "集团")
_REGISTERED: Final = ("有限", "股份有限")
_MAX_SOFT: Final = 5
_MAX_BRACKET: Final = 4
# Named by their city alone: 某名石化.
_REFINERS: Final = frozenset({"石化", "炼化"})
_OF_A_TRADE: Final = ("企业", "公司", "行业", "产业", "工业", "化工", "园", "基地", "等", "渣")
_OPENING: Final = frozenset("市县区旗．前")
# 郊区|养殖, 铝基|新材料
_NO_BRAND_ENDS: Final = frozenset("区县市镇乡村基")
OPENS_FIRMS: Final = frozenset(["", *"，。；：、．县市区旗镇乡村园道"])
"""Characters a firm's name may begin behind with any brand: marks, ends of areas and zones."""
_URGED: Final = ("督促", "责令", "约谈", "关停", "查处")
_VERB: Final = 2
_FORMER: Final = "原"
# What lies behind 某州|锌业: the firm's.
_HEAPS: Final = ("渣", "尾", "灰", "赤泥", "废石")
_MIN_STEM: Final = 2
_MAX_BRAND: Final = 4
_BRANDED: Final = codes.UNKNOWN + codes.NAME + codes.BRAND + codes.SHORT_ADMIN
_WATERS_AND_HILLS: Final = frozenset(
    {PlaceType.RIVER, PlaceType.MOUNTAIN, PlaceType.LAKE_RESERVOIR}
)


def registered_firms(
    text: str, tokens: Sequence[Token], row: list[str], lexicon: Lexicon
) -> Iterator[Draft]:
    """Find registered names by their legal ends, and take their tokens out of the row.

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
        Each firm.
    """
    for index, token in enumerate(tokens):
        if row[index] != codes.LEGAL:
            continue
        first = index
        registered = text[token.start : token.end] in lexicon.own
        while (
            first
            and (
                row[first - 1] in _INSIDE_FIRM
                or (registered and _firm_word(text, tokens[first - 1], lexicon))
            )
            and token.end - tokens[first - 1].start <= _MAX_FIRM
        ):
            first -= 1
        start = _firm_start(text, tokens, row, first=first, legal=index, lexicon=lexicon)
        bracketed = _before_bracket(tokens, row, first)
        if registered and bracketed is not None and start in {None, first}:
            start = _firm_start(
                text,
                tokens,
                row,
                first=bracketed[0],
                legal=bracketed[1],
                lexicon=lexicon,
                inner=True,
            )
        if start is None:
            start = _short_of_a_firm(text, tokens, row, first=first, legal=index, lexicon=lexicon)
        if start is None:
            continue
        if text[tokens[start].start : tokens[start].end] == _FORMER and start < index - 1:
            # 原|某化集团
            start += 1
        last = _last_end(text, tokens, row, index)
        end = tokens[last].end
        prefix = ""
        if row[start] in "Aa":
            prefix = text[tokens[start].start : tokens[start].end]
        yield Draft(
            start=tokens[start].start,
            end=end,
            surface=text[tokens[start].start : end],
            kind=PlaceType.FACTORY,
            prefix=prefix,
            stem=_brand(text, tokens, start + 1 if prefix else start, index),
            head=text[token.start : end],
        )
        for used in range(start, last + 1):
            row[used] = codes.TITLE


def _last_end(text: str, tokens: Sequence[Token], row: Sequence[str], legal: int) -> int:
    """Give the last of the legal ends of one name: 某集团|股份有限公司, 某集团|水泥|有限公司."""
    group = text[tokens[legal].start : tokens[legal].end] == "集团"
    at = legal + 1
    while group and at < len(row) and row[at] == codes.INDUSTRY and at - legal < _MAX_SOFT:
        at += 1
    if at >= len(row) or row[at] != codes.LEGAL:
        return legal
    return at if at == legal + 1 or text.startswith(_REGISTERED, tokens[at].start) else legal


def _short_of_a_firm(
    text: str,
    tokens: Sequence[Token],
    row: Sequence[str],
    *,
    first: int,
    legal: int,
    lexicon: Lexicon,
) -> int | None:
    """Say where 某银|公司 and, right behind its group, 氟化|公司 begin; None for other words."""
    registered = text[tokens[legal].start : tokens[legal].end] in lexicon.own
    if registered and "".join(row[max(0, legal - 2) : legal]) == _BRANCH_OF_TRADE:
        # 某东水泥|某川|有限公司
        return _firm_start(
            text, tokens, row, first=first, legal=legal - 1, lexicon=lexicon, inner=True
        )
    head = text[tokens[legal].start : tokens[legal].end]
    if head == "分公司" and "".join(row[max(0, legal - 2) : legal]) == _BRANCH:
        # 某钢|某圈|分公司
        return legal - 2
    whole = legal + 1 < len(row) and row[legal + 1] == codes.LEGAL
    if head == "集团" and legal and row[legal - 1] == codes.SHORT_ADMIN and whole:
        # 某川|集团|股份有限公司
        return legal - 1
    if head != "公司" or not legal:
        return None
    first = legal
    while first and row[first - 1] == codes.INDUSTRY:
        first -= 1
    if first and row[first - 1] == codes.SHORT_ADMIN:
        # 某银|公司, 某州|铁合金|公司, 某省|某山|铝业|公司
        if first > 1 and row[first - 2] in codes.SHORT_ADMIN + codes.BRAND:
            first -= 1
        return first - 1 if first == 1 or row[first - 2] not in _NAMING else None
    of_group = legal > 1 and row[legal - 2] == codes.TITLE and row[legal - 1] == codes.INDUSTRY
    group = text[: tokens[legal - 1].start].endswith(_GROUPS)
    return legal - 1 if of_group and group else None


def _before_bracket(
    tokens: Sequence[Token], row: Sequence[str], first: int
) -> tuple[int, int] | None:
    """Give the tokens before the bracket inside a registered name: 某某（集团）化工有限公司."""
    if first < _MIN_STEM or row[first - 1] != codes.CLOSE:
        return None
    opened = next(
        (at for at in range(first - 2, max(-1, first - 5), -1) if row[at] == codes.OPEN), None
    )
    if opened is None or tokens[first - 1].start - tokens[opened].end > _MAX_BRACKET:
        return None
    start = opened
    while start and row[start - 1] in _INSIDE_FIRM:
        start -= 1
    return (start, opened) if start < opened else None


def _brand(text: str, tokens: Sequence[Token], first: int, legal: int) -> str:
    """Give the part of a registered name that is its own, before trade and legal form."""
    last = first
    while last < legal and tokens[last].code in codes.UNKNOWN + codes.NAME + codes.BRAND:
        last += 1
    if tokens[last].start - tokens[first].start < _MIN_STEM:
        last = legal
    return text[tokens[first].start : tokens[last].start]


def _firm_start(
    text: str,
    tokens: Sequence[Token],
    row: Sequence[str],
    *,
    first: int,
    legal: int,
    lexicon: Lexicon,
    inner: bool = False,
) -> int | None:
    """Say at which token a registered name begins, None where there is none."""
    registered = inner or text[tokens[legal].start : tokens[legal].end] in lexicon.own
    generic = text[tokens[legal].start : tokens[legal].end] == "公司"
    town = next((at for at in range(legal - 1, first - 1, -1) if row[at] == codes.SETTLEMENT), -1)
    if town >= 0 and tokens[legal].start - tokens[town].end >= _MIN_STEM:
        # 某县|某某镇|某某煤业有限公司
        first = town + 1
    first = _behind_a_zone(text, tokens, row, first=first, legal=legal, lexicon=lexicon)
    admins = [at for at in range(first, legal) if row[at] in "Aa"]
    group = text[tokens[legal].start : tokens[legal].end] == "集团"
    if admins and row[admins[-1]] == codes.ADMIN and text[tokens[admins[-1]].end - 1] == "区":
        # No firm is registered under a district: 某某区|中煤某某能源有限公司
        first, admins = admins[-1] + 1, []
    if admins and legal - admins[-1] > 1:
        called = group and _all_soft(row[admins[-1] + 1 : legal])
        if called or (registered and not generic):
            lead = _of_province(tokens, admins) if registered else admins[-1]
            return lead - (lead > first and row[lead - 1] == codes.BRAND)
    at = legal
    if admins:
        first = admins[-1] + (1 if row[admins[-1]] == codes.ADMIN else 0)
    soft = 0
    while at > first and row[at - 1] in "IMsHh" and soft < _MAX_SOFT:
        at -= 1
        soft += 1
    block = at
    while block > first and row[block - 1] in _NAMING:
        block -= 1
    if block > first and row[block - 1] == codes.SHORT_ADMIN:
        block -= 1
    elif _function_char(tokens, row, block, at):
        # 其亚铝业, 为民砖厂: brands may begin with a function word.
        return block - 1
    named = tokens[at].start - tokens[block].start
    trade = text[tokens[at].start : tokens[legal].start]
    own = named >= _MIN_STEM and any(row[i] in "UNF" for i in range(block, at))
    # 南方|水泥|公司
    word = generic and named and row[block] == codes.STEM and _makes(trade, lexicon)
    return block if own or word or (named and group and at < legal) else None


def _behind_a_zone(
    text: str,
    tokens: Sequence[Token],
    row: Sequence[str],
    *,
    first: int,
    legal: int,
    lexicon: Lexicon,
) -> int:
    """Say where a name begins that stands behind a zone: 某丰工业园区|永明新能源有限公司."""
    for at in range(legal - 2, first, -1):
        kind = lexicon.facility.get(text[tokens[at].start : tokens[at].end])
        if row[at] == codes.HEAD and kind in ZONE_KINDS and row[at + 1] in _BRANDED:
            return at + 1
    return first


def _of_province(tokens: Sequence[Token], admins: Sequence[int]) -> int:
    """Give the province before other areas in a registered name: 某省|新|某市钢铁集团某公司."""
    last = admins[-1]
    for at in reversed(admins[:-1]):
        apart = tokens[at + 1].end - tokens[at].end if last - at > 1 else 0
        if tokens[at].kind is not PlaceType.PROVINCE or last - at > _MIN_STEM or apart > 1:
            break
        if tokens[at].code == codes.SHORT_ADMIN:
            last = at
    return last


def _all_soft(between: Sequence[str]) -> bool:
    """Say whether words of trades alone stand between a city's name and 集团."""
    return all(code in "IMsH" for code in between)


def _firm_word(text: str, token: Token, lexicon: Lexicon) -> bool:
    return token.code == codes.HARD and text[token.start : token.end] in lexicon.firm_words


def _function_char(tokens: Sequence[Token], row: Sequence[str], block: int, at: int) -> bool:
    """Say whether one function character at the edge of a phrase begins a short brand."""
    if block < _MIN_STEM or row[block - 1] not in codes.HARD + codes.JOINED:
        return False
    single = tokens[block - 1].end - tokens[block - 1].start == 1
    short = tokens[at].start - tokens[block].start == 1
    return single and short and row[block - 2] in "AaVDP"


def _makes(trade: str, lexicon: Lexicon) -> bool:
    """Say whether firms of a trade are called by the place or word before it."""
    product = trade.endswith("业") and trade not in lexicon.weak_industry
    return trade in lexicon.makers or product


def water_brand(text: str, part: Sequence[Token], lexicon: Lexicon) -> Draft | None:
    """Read a river's name or an ordinary word before a trade as a firm: 某河|汽车, 昆仑|碱业.

    The short name of an area may stand before it: 某苏|中山|化工.

    Parameters
    ----------
    text
        The passage.
    part
        Tokens of the phrase.
    lexicon
        The word lists.

    Returns
    -------
    Draft or None
        The firm.
    """
    lead = part[0].code == codes.SHORT_ADMIN
    whole, part = part, part[lead:]
    trade = text[part[1].start : part[1].end]
    named = part[0].kind in _WATERS_AND_HILLS or part[0].kind is PlaceType.CATCHMENT
    if not named and part[0].code != codes.STEM:
        return None
    if not _makes(trade, lexicon) or text[part[0].start : part[0].end] in lexicon.abstract:
        return None
    start, end = whole[0].start, part[-1].end
    if text.startswith(lexicon.generic_after, end):
        return None
    return Draft(
        start=start,
        end=end,
        surface=text[start:end],
        kind=PlaceType.FACTORY,
        prefix=text[start : part[0].start],
        stem=text[part[0].start : part[0].end],
        head=text[part[0].end : end],
    )


def area_firm(text: str, part: Sequence[Token], lexicon: Lexicon) -> Draft | None:
    """Read a county's short name and a trade as a firm where the words behind tell: 某西煤化工.

    Parameters
    ----------
    text
        The passage.
    part
        Tokens of the phrase.
    lexicon
        The word lists.

    Returns
    -------
    Draft or None
        The firm.
    """
    start, end = part[0].start, part[-1].end
    trade = text[part[1].start : end]
    told = trade in _REFINERS or (
        trade not in lexicon.weak_industry and lexicon.firm_evidence.match(text, end) is not None
    )
    # 某峡市|某峡铝业: behind the county's full name, at the head of a measure, or listed with
    # another firm of its trade: 某龙钢铁、某台钢铁.
    mark = text[max(0, start - 1) : start]
    opens = mark in _OPENING or (mark == "、" and text.endswith(trade, 0, start - 1))
    told = told or (opens and _makes(trade, lexicon))
    if not told or text.startswith(_OF_A_TRADE, end):
        return None
    return own_firm(text, part, lexicon)


def own_firm(text: str, part: Sequence[Token], _lexicon: Lexicon) -> Draft:
    """Read a county's short name and a trade as a firm, whatever stands behind.

    Parameters
    ----------
    text
        The passage.
    part
        Tokens of the phrase.
    _lexicon
        The word lists, as all readers of phrases take them.

    Returns
    -------
    Draft
        The firm.
    """
    start, end = part[0].start, part[-1].end
    return Draft(
        start=start,
        end=end,
        surface=text[start:end],
        kind=PlaceType.FACTORY,
        prefix=text[start : part[0].end],
        stem=text[start : part[0].end],
        head=text[part[1].start : end],
    )


def short_firm(text: str, part: Sequence[Token], lexicon: Lexicon) -> Draft | None:
    """Read a brand and its trade as a firm: 煜旺化工, 德孚环保科技.

    Parameters
    ----------
    text
        The passage.
    part
        Tokens of the phrase.
    lexicon
        The word lists.

    Returns
    -------
    Draft or None
        The firm.
    """
    trades = [token for token in part if token.code == codes.INDUSTRY]
    lead = part[0].code == codes.SHORT_ADMIN
    brand_start = part[1].start if lead else part[0].start
    brand = text[brand_start : trades[0].start]
    trade = text[trades[0].start : trades[-1].end]
    if not _MIN_STEM <= len(brand) <= _MAX_BRAND:
        return None
    unknown = all(token.code == codes.UNKNOWN for token in part[: -len(trades)])
    begins = unknown and text[part[0].start - 1 : part[0].start] in OPENS_FIRMS
    waste = begins and text.startswith("废", part[-1].end)
    if text.startswith(lexicon.generic_after, part[-1].end) and not waste:
        return None
    told = lexicon.firm_evidence.match(text, part[-1].end) or text.endswith(
        _URGED, max(0, part[0].start - _VERB), part[0].start
    )
    opens = (
        begins
        and trade not in lexicon.wares
        and brand[-1] not in _NO_BRAND_ENDS
        and brand[0] not in lexicon.never_first
    )
    evident = len(part) == _MIN_STEM + len(trades) and not lead and (told or opens)
    if trade in lexicon.weak_industry and not evident:
        return None
    start, end = part[0].start, part[-1].end
    return Draft(
        start=start,
        end=end,
        surface=text[start:end],
        kind=PlaceType.FACTORY,
        prefix=text[start:brand_start],
        stem=brand,
        head=trade,
    )


def is_traded_brand(text: str, token: Token, lexicon: Lexicon) -> bool:
    """Say whether a learnt name is a firm's with its trade: 某州锌业.

    Parameters
    ----------
    text
        The passage.
    token
        A token of it.
    lexicon
        The word lists.

    Returns
    -------
    bool
        False for the names of works.
    """
    ends = (text[max(token.start, token.end - size) : token.end] for size in (2, 3))
    return token.code == codes.BRAND and any(INDUSTRY in lexicon.flags.get(end, "") for end in ends)


def firm_within(
    text: str, part: Sequence[Token], stem_end: int, group: str, lexicon: Lexicon
) -> int | None:
    """Give the end of a firm's short name that begins a facility's, None where there is none.

    Parameters
    ----------
    text
        The passage.
    part
        Tokens of the phrase.
    stem_end
        Index of the first token behind the stem.
    group
        Which phrase of the grammar matched.
    lexicon
        The word lists.

    Returns
    -------
    int or None
        Offset into the passage.
    """
    heap = group == "county" and text[part[-1].start : part[-1].end].startswith(_HEAPS)
    brand = group == "facility" and any(t.code in _OF_FIRMS for t in part[:stem_end])
    if not (brand or (heap and part[0].code == codes.SHORT_ADMIN)):
        return None
    at = stem_end
    if is_traded_brand(text, part[at - 1], lexicon):
        # 某州锌业|渣场, where the document has 某州锌业 elsewhere
        return part[at - 1].end
    while at < len(part) and part[at].code == codes.INDUSTRY:
        at += 1
    if at == stem_end or codes.HEAD in {token.code for token in part[at:-1]}:
        return None
    trade = text[part[stem_end].start : part[at - 1].end]
    return None if trade in lexicon.weak_industry else part[at - 1].end
