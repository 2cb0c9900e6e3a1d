"""Cutting a clause into words, names and unknown characters at the least cost.

A lattice over the characters holds every known word, every administrative name, every stem with
a head noun directly behind it, and every single character as unknown. The cheapest path decides
where a name begins: 进入|西河, 污水|经|韦陀桥, but 经公桥镇 in a list of towns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from geo_rectify.places.recognition import lexicon as words
from geo_rectify.places.recognition.costs import (
    SETTLEMENTS,
    STEM_COST,
    areas_in,
    by_areas,
    many_named,
    name_cost,
    over_known,
)
from geo_rectify.places.recognition.numbering import (
    CANAL,
    FARM,
    KIND_OF,
    LEVEL_HOSPITAL,
    NUMBERED,
    REGIMENT,
    WORKS,
)
from geo_rectify.places.recognition.tokens import (
    ADMIN,
    BRAND,
    CLOSE,
    COUNTING,
    HARD,
    LISTED,
    NAME,
    OPEN,
    PUNCTUATION,
    QUANTITY,
    QUOTE,
    SETTLEMENT,
    SHORT_ADMIN,
    SOFT,
    STEM,
    TITLE,
    UNKNOWN,
    Priced,
    Token,
)
from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.places.recognition.admin import Area
    from geo_rectify.places.recognition.lexicon import Lexicon
    from geo_rectify.places.recognition.tokens import Vocabulary

_Fields: TypeAlias = "tuple[int, int, str, str, PlaceType | None, int]"
_CLASSIFIERS: Final = "处家座栋条口所个宗幢片件起项名人头亩吨米倍次年月日天辆台根户万元%‰℃"
_PIECES: Final = re.compile(
    r"(?P<title>《[^《》]*(?:《[^《》]*》[^《》]*)*》|〈[^〉]*〉)"
    rf"|{NUMBERED}"
    r"|(?P<quantity>\d+(?:[.,，]\d+)*(?:[-—~～至]\d+(?:\.\d+)?)?(?:万(?=[余多]))?(?:余|多)?"
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
# 一江三河, 两江四岸, 三山五园: a figure of speech, no name.
_FIGURES: Final = re.compile(
    r"[一二两三四五六七八九十百千万][江河湖山园带轴城区岸镇村港湾路廊心核][一二两三四五六七八九十百千万]"
    r"[江河湖山园带轴城区岸镇村港湾路廊心核基片库渠溪]"
    r"|[两二三四五六七八九十][镇乡](?![\u4e00-\u9fff]?[镇乡村路])"
    r"|一[河湖企村镇县矿园厂库渠塘山港][一二][策档案法图表]"
    r"|第[一二三四五六七八九十]+大(?:河流|湖泊|岛屿|水系|[河湖江岛])"
)
_SECTION: Final = re.compile("[\u4e00-\u9fff]{2,5}?断面")
_NO_STEM: Final = frozenset("各每全该本两我此某多数几这同整县市省区旗盟的了不未其")
_VILLAGE_BODIES: Final = frozenset({"村委会", "居委会", "村民小组"})
_NEVER_WITHIN: Final = frozenset("的了等")

_WORD: Final = 1.0
_FUNCTION: Final = 1.2
_VERB: Final = 1.3
_FULL_ADMIN: Final = 0.7
_SHORT_ADMIN: Final = 0.95
_KNOWN: Final = 0.9
_UNKNOWN: Final = 1.9
_COUNT: Final = 1.3
# These begin with the rank of an area: 北流市|民安工业区, 零溪镇|长峪矿业.
_CITIZENS: Final = frozenset(
    ["市民", "县民", "区民", "市政", "市容", "市场", "市长", "县长", "区长", "镇长", "乡长", "村长"]
)
# Short names of counties that read as rivers are rivers: 昌江 is not 昌江区.
_WATERS: Final = frozenset("江河湖溪")
_FLOWING_INTO: Final = frozenset("入汇")
_INTO: Final = frozenset(["进入", "排入", "汇入", "流入", "直排", "注入", "倾入", "抽入"])
# After these 钢 is the metal: 某某|钢铁, 某某|钢管.
_OF_STEEL: Final = tuple("铁材管板丝筋坯渣结")
_CUTS_AREA: Final = 1.5
_WORD_STEM: Final = 2
_FIRST_IN_VILLAGES: Final = frozenset("同其本")
_FIRST_IN_NAMES: Final = frozenset("同本")
_TOWNS: Final = frozenset("镇乡")
_NEVER_TWICE: Final = frozenset("村湖河江")
_BEFORE_WHOLE: Final = frozenset("镇乡市县区旗、，。")
_SAME: Final = 1e-9
_NEVER: Final = float("inf")


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
            tokens.extend(_cut_once(text, piece.start(), piece.end(), vocabulary))
        elif group in KIND_OF:
            kind = KIND_OF[group]
            code = SETTLEMENT if kind in SETTLEMENTS else NAME
            tokens.append(
                Token(piece.start(), piece.end(), code, kind=kind, stem=len(piece[0]) - 1)
            )
        else:
            tokens.append(Token(piece.start(), piece.end(), _PIECE_CODES[group]))
    return tuple(tokens)


def _cut_once(text: str, begin: int, end: int, vocabulary: Vocabulary) -> Sequence[Token]:
    """Cut a run, or repeat the cut of one alike."""
    key = (text[max(0, begin - 1) : begin] == "、", text[begin:end])
    held = vocabulary.cuts.get(key)
    if held is None:
        held = vocabulary.cuts[key] = tuple(_cut(text, begin, end, vocabulary))
    by = begin - held[0].start
    return [_moved(token, by) for token in held] if by else held


def _moved(token: Token, by: int) -> Token:
    return Token(token.start + by, token.end + by, token.code, token.flags, token.kind, token.stem)


def _cut(text: str, begin: int, end: int, vocabulary: Vocabulary) -> list[Token]:
    """Find the cheapest cut of one run of Chinese characters."""
    lattice = _Lattice(text, begin, end, vocabulary)
    key = (text[max(0, begin - 1) : begin] == "、", text[begin:end], begin)
    if key not in vocabulary.names:
        vocabulary.names[key] = (
            _names_by_start(text, begin, end, vocabulary, lattice.areas),
            _patterned_by_start(text, begin, end, lattice.areas, vocabulary.lexicon),
        )
    names, patterned = vocabulary.names[key]
    for position in range(begin, end):
        lattice.offer(position, position + 1, UNKNOWN, _UNKNOWN)
        lattice.offer_words(position)
        for token, cost in names.get(position, ()):
            lattice.put(token, cost + over_known(text, position, token.end, vocabulary))
        for token, cost in patterned.get(position, ()):
            lattice.put(token, cost)
        lattice.offer_areas(position)
        lattice.offer_known(position)
        lattice.offer_stems(position)
    return lattice.cheapest()


def _patterned_by_start(
    text: str, begin: int, end: int, areas: Sequence[tuple[int, int]], lexicon: Lexicon
) -> Priced:
    found: Priced = {}
    for token, cost in _patterned(text, begin, end, areas, lexicon):
        found.setdefault(token.start, []).append((token, cost))
    return found


def _patterned(
    text: str, begin: int, end: int, areas: Sequence[tuple[int, int]], lexicon: Lexicon
) -> Iterator[tuple[Token, float]]:
    """Give what is read by a pattern: figures of speech, regiments, hospitals by rank, counts."""
    for figure in _FIGURES.finditer(text, begin, end):
        yield Token(figure.start(), figure.end(), SOFT, flags=words.SOFT), _WORD
    for team in REGIMENT.finditer(text, begin, end):
        at, stop = team.span()
        kind = PlaceType.TOWNSHIP
        yield Token(at, stop, SETTLEMENT, kind=kind, stem=stop - at - 1), _WORD
    for hospital in LEVEL_HOSPITAL.finditer(text, begin, end):
        at, stop = hospital.span()
        if not any(first < at < last for first, last in areas):
            yield Token(at, stop, NAME, kind=PlaceType.HOSPITAL, stem=stop - at - 2), _WORD
    for farm in FARM.finditer(text, begin, end):
        at, stop = farm.span()
        if farm[1] in lexicon.stems:
            yield Token(at, stop, NAME, kind=PlaceType.FOREST_FARM, stem=stop - at - 1), _WORD
    for works in WORKS.finditer(text, begin, end):
        at, stop = works.span()
        kind = PlaceType.MINE if text[stop - 1] == "矿" else PlaceType.FACTORY
        yield Token(at, stop, NAME, kind=kind, stem=stop - at - 1), _WORD
    for canal in CANAL.finditer(text, begin, end):
        at, stop = canal.span()
        yield Token(at, stop, NAME, kind=PlaceType.RIVER, stem=stop - at - 3), _WORD
    for counted in COUNTING.finditer(text, begin, end):
        yield Token(counted.start(), counted.end(), QUANTITY), _COUNT


class _Lattice:
    """The cheapest way to each character of a run; what is offered must come in order."""

    def __init__(self, text: str, begin: int, end: int, vocabulary: Vocabulary) -> None:
        self._text, self._begin, self._end, self._words = text, begin, end, vocabulary
        self._lexicon = vocabulary.lexicon
        self._best = [0.0] + [_NEVER] * (end - begin)
        # Tokens as plain tuples: those of the cheapest way alone are made.
        self._back: list[_Fields] = [(begin, begin, PUNCTUATION, "", None, 0)] * (end - begin + 1)
        self.areas = areas_in(text, begin, end, vocabulary)
        self._areas_at: dict[int, list[tuple[int, Area]]] = {}
        self._full = []
        for first, last in self.areas:
            area = vocabulary.areas[text[first:last]]
            self._areas_at.setdefault(first, []).append((last, area))
            if text[first:last] == area.name or _with_rank(text[first:last], area):
                self._full.append((first, last))

    def offer(self, start: int, stop: int, code: str, cost: float, flags: str = "") -> None:
        """Offer a token without kind."""
        at, total = stop - self._begin, self._best[start - self._begin] + cost
        if total < self._best[at] - _SAME:
            self._best[at] = total
            self._back[at] = (start, stop, code, flags, None, 0)

    def put(self, token: Token, cost: float) -> None:
        """Offer a token."""
        at, total = token.end - self._begin, self._best[token.start - self._begin] + cost
        if total < self._best[at] - _SAME:
            self._best[at] = total
            self._back[at] = token

    def cheapest(self) -> list[Token]:
        """Give the tokens of the cheapest way."""
        tokens: list[Token] = []
        position = self._end - self._begin
        while position:
            tokens.append(Token(*self._back[position]))
            position = tokens[-1].start - self._begin
        tokens.reverse()
        return tokens

    def offer_words(self, position: int) -> None:
        """Offer the words of the lexicon that begin at a position."""
        text, lexicon = self._text, self._lexicon
        two = text[position : position + 2]
        if two in lexicon.verbs and position + _WORD_STEM <= self._end:
            # An ordinary verb is a little dearer than the words of the lexicon.
            self.offer(position, position + _WORD_STEM, HARD, _VERB, words.HARD)
        for length in lexicon.lengths.get(two) or lexicon.lengths.get(two[0], ()):
            stop = position + length
            word = text[position:stop]
            flags = lexicon.flags.get(word)
            if flags is None or stop > self._end:
                continue
            if word in lexicon.great_waters and (
                text.startswith(lexicon.great_water_after, stop)
                or _SECTION.match(text, stop)
                or text[max(0, position - 2) : position] in _INTO
            ):
                river = Token(position, stop, NAME, kind=PlaceType.RIVER, stem=length)
                self.put(river, _FULL_ADMIN)
            cost = _FUNCTION if length == 1 else _WORD
            in_town = not self._full or words.CITY in flags
            if not in_town and any(first < position < last < stop for first, last in self._full):
                cost += _CUTS_AREA
            if word in _CITIZENS and _goes_on(text, stop, self._end, lexicon):
                cost += _CUTS_AREA
            self.offer(position, stop, self._words.codes[word], cost, flags)

    def offer_areas(self, position: int) -> None:
        """Offer the administrative names that begin at a position."""
        for stop, area in self._areas_at.get(position, ()):
            along = self._lexicon.great_water_after
            self.put(*_area_token(self._text, position, stop, area, along))

    def offer_known(self, position: int) -> None:
        """Offer the learnt names that begin at a position."""
        text, vocabulary = self._text, self._words
        for length in vocabulary.known_lengths.get(text[position : position + 2], ()):
            stop = position + length
            name = text[position:stop]
            if name in vocabulary.lexicon.works and (
                text.startswith(_OF_STEEL, stop)
                or any(first < position < last for first, last in self.areas)
            ):
                continue
            if stop <= self._end and name in vocabulary.known:
                kind = vocabulary.known[name]
                code = NAME
                if kind is PlaceType.FACTORY:
                    code = BRAND
                elif kind in SETTLEMENTS:
                    code = SETTLEMENT
                stem = length if code == BRAND else length - _head_length(name, vocabulary.lexicon)
                self.put(Token(position, stop, code, kind=kind, stem=stem), _KNOWN)

    def offer_stems(self, position: int) -> None:
        """Offer a township's name without its rank before a facility: 某坝镇|某坝|铅锌矿."""
        text, vocabulary = self._text, self._words
        for length in vocabulary.stem_lengths.get(text[position : position + 2], ()):
            stop = position + length
            heads = self._lexicon.lengths.get(text[stop : stop + 2], ())
            if text[position:stop] in vocabulary.stems and any(
                text[stop : stop + size] in self._lexicon.facility for size in heads
            ):
                self.offer(position, stop, STEM, _KNOWN, words.STEM)


def _goes_on(text: str, stop: int, end: int, lexicon: Lexicon) -> bool:
    """Say whether a run goes on with characters that begin no word: 北流市|民安工业集中区."""
    if stop >= end:
        return False
    lengths = lexicon.lengths.get(text[stop : stop + 2]) or lexicon.lengths.get(text[stop], ())
    return not any(
        text[stop : stop + length] in lexicon.flags for length in lengths if stop + length <= end
    )


def _area_token(
    text: str, position: int, stop: int, area: Area, along: tuple[str, ...]
) -> tuple[Token, float]:
    """Read an administrative name; the short name of a county or city may be a river's."""
    if text[position:stop] == area.name or _with_rank(text[position:stop], area):
        return Token(position, stop, ADMIN, kind=area.kind), _FULL_ADMIN
    flows = text[position - 1 : position] in _FLOWING_INTO or (
        text.startswith(along, stop) and text[stop] != "段"
    )
    if text[stop - 1] in _WATERS and (area.kind is PlaceType.COUNTY or flows):
        return Token(position, stop, NAME, kind=PlaceType.RIVER, stem=stop - position), _SHORT_ADMIN
    return Token(position, stop, SHORT_ADMIN, kind=area.kind), _SHORT_ADMIN


def _with_rank(name: str, area: Area) -> bool:
    """Say whether a customary name has the rank of its area: 某某旗 of 某某族自治旗."""
    return name[-1] == area.name[-1] and len(name) > _WORD_STEM


def _head_length(name: str, lexicon: Lexicon) -> int:
    """Give the length of the head noun a name ends with, 0 where it has none."""
    return next((len(name) - at for at in range(1, len(name)) if name[at:] in lexicon.simple), 0)


def _belongs_before(text: str, start: int, head: int) -> bool:
    """Say whether 之 stands before a head, or a rank twice: 某镇|镇好溪, 某村|村."""
    last = text[head - 1]
    twice = text[start] in _TOWNS and text[start - 1 : start] == text[start]
    return last == "之" or twice or (text[head] == last and last in _NEVER_TWICE)


def _names_by_start(
    text: str, begin: int, end: int, vocabulary: Vocabulary, spans: Sequence[tuple[int, int]]
) -> Priced:
    """List the names with a head noun directly behind a stem of one to four characters."""
    lexicon = vocabulary.lexicon
    found: Priced = {}
    for head in range(begin + 1, end):
        two = text[head : head + 2]
        for length in lexicon.simple_lengths.get(two) or lexicon.simple_lengths.get(two[0], ()):
            stop = head + length
            entry = lexicon.simple.get(text[head:stop]) if stop <= end else None
            if entry is None or (length == 1 and text[head - 1 : stop] in lexicon.facility):
                continue
            for stem in STEM_COST:
                start = head - stem
                if start < begin or text[start] in _NEVER_WITHIN:
                    break
                whole = stem == _WORD_STEM and text[start - 1 : start] in _BEFORE_WHOLE
                first = _FIRST_IN_VILLAGES if text[start - 1] in _TOWNS else _FIRST_IN_NAMES
                if text[start] in _NO_STEM and not (
                    (whole and text[start] in first) or many_named(text, start, head)
                ):
                    continue
                if _belongs_before(text, start, head):
                    continue
                if text[head:stop] in _VILLAGE_BODIES and text[head - 1] in "村区":
                    # 某村|村委会 is a body of the village.
                    continue
                cost = name_cost(
                    text, start, head, stop, run_start=begin, entry=entry, lexicon=lexicon
                )
                if cost == _NEVER:
                    continue
                cost += by_areas(text, start, head, stop, spans=spans, vocabulary=vocabulary)
                code = SETTLEMENT if entry.kind in SETTLEMENTS else NAME
                token = Token(start, stop, code, kind=entry.kind, stem=stem)
                found.setdefault(start, []).append((token, cost))
    return found
