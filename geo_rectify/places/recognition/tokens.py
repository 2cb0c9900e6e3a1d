"""Cutting a clause into words, names and unknown characters at the least cost.

A lattice over the characters holds every known word, every administrative name, every stem with
a head noun directly behind it, and every single character as unknown. The cheapest path decides
where a name begins: 进入|西河, 污水|经|韦陀桥, but 经公桥镇 in a list of towns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition import lexicon as words
from geo_rectify.places.recognition.costs import (
    SETTLEMENTS,
    STEM_COST,
    areas_in,
    by_areas,
    name_cost,
    over_known,
)
from geo_rectify.places.recognition.numbering import (
    KIND_OF,
    LEVEL_HOSPITAL,
    NUMBERED,
    REGIMENT,
)
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geo_rectify.places.recognition.admin import Area
    from geo_rectify.places.recognition.lexicon import Lexicon

# Codes of tokens; phrases are regular expressions over them.
UNKNOWN: Final = "U"
STEM: Final = "S"
ADMIN: Final = "A"
SHORT_ADMIN: Final = "a"
NAME: Final = "N"
SETTLEMENT: Final = "V"
HEAD: Final = "H"
LEGAL: Final = "L"
INDUSTRY: Final = "I"
MODIFIER: Final = "M"
CITY: Final = "K"
RESERVE: Final = "G"
SOFT: Final = "s"
HARD: Final = "h"
BRAND: Final = "F"
TITLE: Final = "X"
LISTED: Final = "D"
JOINED: Final = "C"
QUANTITY: Final = "Q"
PUNCTUATION: Final = "P"
QUOTE: Final = "B"
OPEN: Final = "("
CLOSE: Final = ")"


_CLASSIFIERS: Final = "处家座栋条口所个宗幢片件起项名人头亩吨米倍次年月日天辆台根户万元%‰℃"
_PIECES: Final = re.compile(
    r"(?P<title>《[^《》]*(?:《[^《》]*》[^《》]*)*》|〈[^〉]*〉)"
    rf"|{NUMBERED}"
    r"|(?P<quantity>\d+(?:[.,，]\d+)*(?:[-—~～至]\d+(?:\.\d+)?)?(?:余|多)?"
    rf"(?:年(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?(?:底|初|末)?前?|月底?前?|[{_CLASSIFIERS}])?)"
    r"|(?P<letters>[A-Za-z]+[A-Za-z0-9.+\-/]*)"
    r"|(?P<listed>、)"
    r"|(?P<open>[（(〔【\[])"
    r"|(?P<close>[）)〕】\]])"
    r"|(?P<quote>[“”‘’\"「」『』])"
    r"|(?P<run>[\u3400-\u9fff\U00020000-\U0003ffff·]+)"
    r"|(?P<punctuation>.)",
    re.DOTALL,
)
_PIECE_CODES: Final = {
    "title": TITLE,
    "quantity": QUANTITY,
    "coded": UNKNOWN,
    "letters": SOFT,
    "listed": LISTED,
    "open": OPEN,
    "close": CLOSE,
    "quote": QUOTE,
    "punctuation": PUNCTUATION,
}
_COUNTING: Final = re.compile(
    r"[一二两三四五六七八九十百几多数各若]+[干余多]?[处家座栋条口所个宗幢片项名户批]"
)
# 一江三河, 两江四岸, 三山五园: a figure of speech, no name.
_FIGURES: Final = re.compile(
    r"[一二两三四五六七八九十百千万][江河湖山园带轴城区岸镇村港湾路廊心核][一二两三四五六七八九十百千万]"
    r"[江河湖山园带轴城区岸镇村港湾路廊心核基片库渠溪]"
)
_JOINING: Final = frozenset({"和", "及", "与", "以及", "或", "暨"})
_NO_STEM: Final = frozenset("各每全该本两我此某多数几这那同整县市省区旗盟的了不未其")
_VILLAGE_BODIES: Final = frozenset({"村委会", "居委会", "村民小组"})
_NEVER_WITHIN: Final = frozenset("的了等")

_WORD: Final = 1.0
_FUNCTION: Final = 1.2
_FULL_ADMIN: Final = 0.7
_SHORT_ADMIN: Final = 0.95
_KNOWN: Final = 0.9
_UNKNOWN: Final = 1.9
_COUNT: Final = 1.3
_CITIZENS: Final = frozenset({"市民", "县民", "区民", "市政", "市容", "市场"})
# Short names of counties that read as rivers are rivers: 昌江 is not 昌江区.
_WATERS: Final = frozenset("江河湖溪")
_FLOWING_INTO: Final = frozenset("入汇")
_INTO: Final = ("进入", "排入", "汇入", "流入", "直排", "注入", "倾入", "抽入")
_CUTS_AREA: Final = 1.5


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text with its code; ``flags`` are the letters of its word.

    ``kind`` is set for names, ``stem`` is the length of a name's stem.
    """

    start: int
    end: int
    code: str
    flags: str = ""
    kind: PlaceType | None = None
    stem: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words of one document: the lexicon, its administrative names, names learnt."""

    lexicon: Lexicon
    areas: Mapping[str, Area]
    area_lengths: Mapping[str, tuple[int, ...]]
    known: Mapping[str, PlaceType]
    known_lengths: Mapping[str, tuple[int, ...]]


def vocabulary(
    lexicon: Lexicon, areas: Mapping[str, Area], known: Mapping[str, PlaceType]
) -> Vocabulary:
    """Put together the words one document is cut by.

    Parameters
    ----------
    lexicon
        The word lists.
    areas
        Administrative names of the document.
    known
        Names learnt from it, with their kind; brands are of the kind of firms.

    Returns
    -------
    Vocabulary
        The words, indexed by first character.
    """

    def index(names: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
        found: dict[str, set[int]] = {}
        for name in names:
            found.setdefault(name[0], set()).add(len(name))
        return {key: tuple(sorted(lengths)) for key, lengths in found.items()}

    return Vocabulary(
        lexicon=lexicon,
        areas=areas,
        area_lengths=index(areas),
        known=known,
        known_lengths=index(known),
    )


def tokenise(text: str, vocabulary: Vocabulary) -> tuple[Token, ...]:
    """Cut a text into tokens that cover it.

    Parameters
    ----------
    text
        One passage.
    vocabulary
        The words to cut it by.

    Returns
    -------
    tuple of Token
        In order, without gaps; offsets into the passage.
    """
    tokens: list[Token] = []
    for piece in _PIECES.finditer(text):
        group = str(piece.lastgroup)
        if group == "run":
            tokens.extend(_cut(text, piece.start(), piece.end(), vocabulary))
        elif group in KIND_OF:
            kind = KIND_OF[group]
            code = SETTLEMENT if kind in SETTLEMENTS else NAME
            tokens.append(
                Token(piece.start(), piece.end(), code, kind=kind, stem=len(piece[0]) - 1)
            )
        else:
            tokens.append(Token(piece.start(), piece.end(), _PIECE_CODES[group]))
    return tuple(tokens)


def _word_code(word: str, flags: str) -> str:
    """Choose the code by which the grammar of phrases sees a word."""
    if word in _JOINING:
        return JOINED
    if _COUNTING.fullmatch(word):
        return QUANTITY
    for letter, code in (
        (words.LEGAL, LEGAL),
        (words.HEAD, HEAD),
        (words.RESERVE, RESERVE),
        (words.CITY, CITY),
        (words.INDUSTRY, INDUSTRY),
        (words.MODIFIER, MODIFIER),
        (words.STEM, STEM),
        (words.HARD, HARD),
    ):
        if letter in flags:
            return code
    return SOFT


def _cut(text: str, begin: int, end: int, vocabulary: Vocabulary) -> list[Token]:
    """Find the cheapest cut of one run of Chinese characters."""
    size = end - begin
    best = [0.0] + [float("inf")] * size
    back = [Token(begin, begin, PUNCTUATION)] * (size + 1)
    spans = areas_in(text, begin, end, vocabulary)
    names = _names_by_start(text, begin, end, vocabulary, spans)
    full = [
        (first, last)
        for first, last in spans
        if text[first:last] == vocabulary.areas[text[first:last]].name
    ]

    def offer(token: Token, cost: float) -> None:
        total = best[token.start - begin] + cost
        if total < best[token.end - begin] - 1e-9:
            best[token.end - begin] = total
            back[token.end - begin] = token

    for figure in _FIGURES.finditer(text, begin, end):
        names.setdefault(figure.start(), []).append(
            (Token(figure.start(), figure.end(), SOFT, flags=words.SOFT), _WORD)
        )
    for team in REGIMENT.finditer(text, begin, end):
        token = Token(
            team.start(), team.end(), SETTLEMENT, kind=PlaceType.TOWNSHIP, stem=len(team[0]) - 1
        )
        names.setdefault(team.start(), []).append((token, _WORD))
    for hospital in LEVEL_HOSPITAL.finditer(text, begin, end):
        at, stop = hospital.span()
        if not any(first < at < last for first, last in spans):
            token = Token(at, stop, NAME, kind=PlaceType.HOSPITAL, stem=stop - at - 2)
            names.setdefault(at, []).append((token, _WORD))
    for counted in _COUNTING.finditer(text, begin, end):
        names.setdefault(counted.start(), []).append(
            (Token(counted.start(), counted.end(), QUANTITY), _COUNT)
        )
    for position in range(begin, end):
        offer(Token(position, position + 1, UNKNOWN), _UNKNOWN)
        _offer_words(text, position, end, vocabulary, offer, full)
        for token, cost in names.get(position, ()):
            offer(token, cost)
        _offer_names(text, position, end, vocabulary, offer)
    tokens: list[Token] = []
    position = size
    while position:
        tokens.append(back[position])
        position = back[position].start - begin
    tokens.reverse()
    return tokens


def _offer_words(
    text: str,
    position: int,
    end: int,
    vocabulary: Vocabulary,
    offer: Callable[[Token, float], None],
    cut: Sequence[tuple[int, int]],
) -> None:
    """Offer the words of the lexicon that begin at a position."""
    lexicon = vocabulary.lexicon
    for length in lexicon.lengths.get(text[position], ()):
        stop = position + length
        word = text[position:stop]
        flags = lexicon.flags.get(word) if stop <= end else None
        if flags is not None:
            if word in lexicon.great_waters and (
                text.startswith(lexicon.great_water_after, stop)
                or text[:position].endswith(_INTO)
            ):
                river = Token(position, stop, NAME, kind=PlaceType.RIVER, stem=length)
                offer(river, _FULL_ADMIN)
            code = _word_code(word, flags)
            cost = _FUNCTION if length == 1 else _WORD
            if any(first < position < last < stop for first, last in cut):
                cost += _CUTS_AREA
            if word in _CITIZENS and _goes_on(text, stop, end, lexicon):
                cost += _CUTS_AREA
            offer(Token(position, stop, code, flags=flags), cost)


def _goes_on(text: str, stop: int, end: int, lexicon: Lexicon) -> bool:
    """Say whether a run goes on with characters that begin no word: 北流市|民安工业集中区."""
    return stop < end and not any(
        text[stop : stop + length] in lexicon.flags
        for length in lexicon.lengths.get(text[stop], ())
        if stop + length <= end
    )


def _area_token(
    text: str, position: int, stop: int, area: Area, along: tuple[str, ...]
) -> tuple[Token, float]:
    """Read an administrative name; the short name of a county or city may be a river's."""
    if text[position:stop] == area.name:
        return Token(position, stop, ADMIN, kind=area.kind), _FULL_ADMIN
    flows = text[position - 1 : position] in _FLOWING_INTO or text.startswith(along, stop)
    if text[stop - 1] in _WATERS and (area.kind is PlaceType.COUNTY or flows):
        return Token(position, stop, NAME, kind=PlaceType.RIVER, stem=stop - position), _SHORT_ADMIN
    return Token(position, stop, SHORT_ADMIN, kind=area.kind), _SHORT_ADMIN


def _offer_names(
    text: str,
    position: int,
    end: int,
    vocabulary: Vocabulary,
    offer: Callable[[Token, float], None],
) -> None:
    """Offer administrative and learnt names that begin at a position."""
    for length in vocabulary.area_lengths.get(text[position], ()):
        stop = position + length
        area = vocabulary.areas.get(text[position:stop]) if stop <= end else None
        if area is not None:
            along = vocabulary.lexicon.great_water_after
            offer(*_area_token(text, position, stop, area, along))
    for length in vocabulary.known_lengths.get(text[position], ()):
        stop = position + length
        name = text[position:stop]
        if stop <= end and name in vocabulary.known:
            kind = vocabulary.known[name]
            code = NAME
            if kind is PlaceType.FACTORY:
                code = BRAND
            elif kind in SETTLEMENTS:
                code = SETTLEMENT
            stem = length if code == BRAND else length - _head_length(name, vocabulary.lexicon)
            offer(Token(position, stop, code, kind=kind, stem=stem), _KNOWN)


def _head_length(name: str, lexicon: Lexicon) -> int:
    """Give the length of the head noun a name ends with, 0 where it has none."""
    return next((len(name) - at for at in range(1, len(name)) if name[at:] in lexicon.simple), 0)


def _names_by_start(
    text: str, begin: int, end: int, vocabulary: Vocabulary, spans: Sequence[tuple[int, int]]
) -> dict[int, list[tuple[Token, float]]]:
    """List the names with a head noun directly behind a stem of one to four characters."""
    lexicon = vocabulary.lexicon
    found: dict[int, list[tuple[Token, float]]] = {}
    for head in range(begin + 1, end):
        for length in lexicon.simple_lengths.get(text[head], ()):
            stop = head + length
            entry = lexicon.simple.get(text[head:stop]) if stop <= end else None
            if entry is None or (length == 1 and text[head - 1 : stop] in lexicon.facility):
                continue
            for stem in STEM_COST:
                start = head - stem
                if start < begin or text[start] in _NEVER_WITHIN:
                    break
                if text[start] in _NO_STEM or text[head - 1] == "之":
                    continue
                if text[head:stop] in _VILLAGE_BODIES and text[head - 1] in "村区":
                    # 某村|村委会 is a body of the village.
                    continue
                cost = name_cost(
                    text, start, head, stop, run_start=begin, entry=entry, lexicon=lexicon
                )
                cost += by_areas(text, start, stop, spans, vocabulary)
                cost += over_known(text, start, stop, vocabulary)
                code = SETTLEMENT if entry.kind in SETTLEMENTS else NAME
                token = Token(start, stop, code, kind=entry.kind, stem=stem)
                found.setdefault(start, []).append((token, cost))
    return found
