"""Word lists of the recognition rules, read from the package's data files on first use."""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.vocabulary import PlaceType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

# What a word may be; one word may carry several of these letters.
HARD: Final = "h"
SOFT: Final = "s"
STEM: Final = "S"
HEAD: Final = "H"
MODIFIER: Final = "M"
INDUSTRY: Final = "I"
LEGAL: Final = "L"
CITY: Final = "K"
RESERVE: Final = "G"


_KIND_OF_LAST: Final = (
    dict.fromkeys("湖池海淀", PlaceType.LAKE_RESERVOIR)
    | dict.fromkeys("山岭", PlaceType.MOUNTAIN)
    | dict.fromkeys("漠地原湾口", PlaceType.CATCHMENT)
)
_METALS: Final = "金银铜铁铅锌锡锑钨钼锰铋镍钴"
_LONG_NAME: Final = 4
# Their names hold ordinary words (周公河珍稀鱼类省级自然保护区).
_LONG_NAMED: Final = frozenset({PlaceType.NATURE_RESERVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleHead:
    """A head noun that follows a short stem directly, with what reading it as a name costs."""

    kind: PlaceType
    weight: float
    short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Everything the rules know of words.

    Attributes
    ----------
    flags
        Letters of each word.
    lengths
        Lengths of the words that may begin at a place (`lengths_of`).
    single_hard
        One-character words that end a name.
    stems
        Ordinary words places are called by.
    simple, facility
        Head nouns and what they make.
    simple_lengths
        Lengths of the simple heads that may.
    own
        Ends of registered names, which an administrative name before belongs to.
    firm_words
        Verbs that stand inside registered names.
    standing
        Facilities named without a name.
    weak_industry
        Trades too common to make a firm of the word before them.
    wares
        Weak trades that are as well what is made or shipped.
    called_by_area
        Works and mines called by the short name of an area.
    ores, of_ore
        Ores, and what follows one that is no mine.
    dumps
        Heads that behind a town are said of no one place.
    of_towns
        Works a town has several of.
    makers
        Trades whose firms are called by a river or hill.
    generic_after
        What follows a trade that is no firm's.
    section_words
        Structures that stand between a river and the head of a monitoring section.
    firm_evidence
        What follows a firm called by a brand and a weak trade.
    firm_told
        What follows a firm called by unknown characters alone.
    works
        Works with a name of their own and no trade in it.
    never_first
        Characters no name begins with.
    name_words
        Ordinary words townships are called by; parks and works behind an area are too.
    locality
        Last characters of hamlets and headlands.
    objects_of
        Verbs whose object is the one-character head behind them.
    verbs
        Verbs of two characters that cut a run but weigh nothing inside a name.
    great_waters, great_water_after
        Rivers policy texts speak of, and what makes places of them.
    long_rivers
        Rivers and ranges through several counties: the text's county is not theirs.
    landmarks
        Lakes and ranges among them, and rivers called by a word, with their kind.
    namesakes
        Those of them that small rivers elsewhere are called by too.
    not_before
        Words that make an event or a title of the name before them.
    abstract
        Words of policy that are weak as names.
    """

    flags: Mapping[str, str]
    lengths: Mapping[str, tuple[int, ...]]
    single_hard: frozenset[str]
    stems: frozenset[str]
    simple: Mapping[str, SimpleHead]
    simple_lengths: Mapping[str, tuple[int, ...]]
    facility: Mapping[str, PlaceType]
    own: frozenset[str]
    firm_words: frozenset[str]
    standing: frozenset[str]
    weak_industry: frozenset[str]
    wares: frozenset[str]
    called_by_area: frozenset[str]
    ores: frozenset[str]
    of_ore: tuple[str, ...]
    dumps: frozenset[str]
    of_towns: frozenset[str]
    makers: frozenset[str]
    generic_after: tuple[str, ...]
    section_words: frozenset[str]
    firm_evidence: re.Pattern[str]
    firm_told: re.Pattern[str]
    works: frozenset[str]
    never_first: frozenset[str]
    name_words: frozenset[str]
    locality: frozenset[str]
    objects_of: frozenset[str]
    great_waters: frozenset[str]
    long_rivers: frozenset[str]
    landmarks: Mapping[str, PlaceType]
    namesakes: frozenset[str]
    verbs: frozenset[str]
    great_water_after: tuple[str, ...]
    not_before: tuple[str, ...]
    abstract: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Patterns of the words around a name."""

    relation: re.Pattern[str]
    between: re.Pattern[str]
    part: re.Pattern[str]
    stretch: re.Pattern[str]
    stretch_from: re.Pattern[str]
    revealing: re.Pattern[str]
    extension: re.Pattern[str]
    located: re.Pattern[str]
    link: re.Pattern[str]
    actor: re.Pattern[str]
    actor_before: re.Pattern[str]
    does: re.Pattern[str]
    reference_before: re.Pattern[str]
    reference_after: re.Pattern[str]
    acts_on: re.Pattern[str]
    trouble: re.Pattern[str]
    worked_at: re.Pattern[str]
    actor_types: frozenset[PlaceType]
    body: re.Pattern[str]
    water_body: re.Pattern[str]
    anaphor: re.Pattern[str]
    anaphor_types: Mapping[str, frozenset[PlaceType]]
    list_tail: re.Pattern[str]
    list_kinds: Mapping[str, PlaceType]
    counted: re.Pattern[str]
    counted_after: re.Pattern[str]
    counted_kinds: Mapping[str, PlaceType]
    counting: re.Pattern[str]
    counted_ends: Mapping[str, PlaceType]
    counted_not: tuple[str, ...]
    area: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaWords:
    """Words of administrative names: peoples, characters that tell little, customary names."""

    peoples: tuple[str, ...]
    vague: frozenset[str]
    customary: Mapping[str, str]


@lru_cache(maxsize=1)
def area_words() -> AreaWords:
    """Read the words of administrative names.

    Returns
    -------
    AreaWords
        Peoples and vague characters.
    """
    areas = _load("context.toml")["areas"]
    return AreaWords(
        peoples=tuple(areas["peoples"].split()),
        vague=frozenset(areas["vague"]),
        customary=MappingProxyType(dict(pair.split("=") for pair in areas["customary"].split())),
    )


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(name))


def _text(name: str) -> str:
    folder = importlib.resources.files("geo_rectify.places").joinpath("data", "recognition")
    return folder.joinpath(name).read_text(encoding="utf-8")


def _verbs() -> Iterator[str]:
    for line in _text("verbs.txt").splitlines():
        if not line.startswith("#"):
            yield from line.split()


def alternation(words: Iterable[str]) -> str:
    """Give a pattern that matches any of the words, longest first.

    Parameters
    ----------
    words
        Literal words.

    Returns
    -------
    str
        A non-capturing group.
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(map(re.escape, ordered)) + ")"


def lengths_of(words: Collection[str]) -> Mapping[str, tuple[int, ...]]:
    """Give the lengths of the words that may begin at a place of a text.

    Parameters
    ----------
    words
        The words.

    Returns
    -------
    Mapping
        Lengths, ascending, by the two characters that stand there; where it has no such two, by
        the first of them (a word of one character, whatever follows).
    """
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[:2], set()).add(len(word))
    for start, lengths in found.items():
        if start[0] in found:
            lengths.add(1)
    return MappingProxyType({key: tuple(sorted(lengths)) for key, lengths in found.items()})


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read the word lists.

    Returns
    -------
    Lexicon
        Words with their letters, heads with their kinds.
    """
    words, heads = _load("words.toml"), _load("heads.toml")
    flags: dict[str, str] = {}

    def add(listed: Iterable[str], letter: str) -> None:
        for word in listed:
            if letter not in flags.get(word, ""):
                flags[word] = flags.get(word, "") + letter

    add(words["hard"].split(), HARD)
    add(words["soft"].split(), SOFT)
    add(words["stems"].split(), STEM)
    add(words["single_hard"], HARD)
    facility = {
        word: PlaceType(kind)
        for kind, listed in heads["facility"].items()
        for word in listed.split()
    }
    for trade in heads["industry"]["words"].split():
        # 有色冶金基地, 再生铅基地: parks called by a trade.
        facility.setdefault(trade + "基地", PlaceType.INDUSTRIAL_PARK)
    for first, second in permutations(_METALS, 2):
        # 铜锌矿, 铅锑矿
        facility.setdefault(first + second + "矿", PlaceType.MINE)
    city = {
        word: PlaceType(kind) for kind, listed in heads["city"].items() for word in listed.split()
    }
    add((word for word, kind in facility.items() if kind in _LONG_NAMED), RESERVE)
    add((word for word, kind in facility.items() if kind not in _LONG_NAMED), HEAD)
    add(city, CITY)
    add(heads["legal"]["words"].split(), LEGAL)
    add(heads["industry"]["words"].split(), INDUSTRY)
    add(heads["modifiers"]["words"].split(), MODIFIER)
    simple = {
        word: SimpleHead(
            kind=PlaceType(entry["type"]),
            weight=float(entry["weight"]),
            short=bool(entry.get("short", False)),
        )
        for entry in heads["simple"]
        for word in entry["heads"].split()
    }
    return Lexicon(
        flags=MappingProxyType(flags),
        lengths=lengths_of(flags),
        single_hard=frozenset(words["single_hard"]),
        stems=frozenset((words["stems"] + words["road_stems"]).split()),
        simple=MappingProxyType(simple),
        simple_lengths=lengths_of(simple),
        facility=MappingProxyType(facility | city),
        own=frozenset(heads["own"]["words"].split()),
        firm_words=frozenset(heads["firm_words"]["words"].split()),
        standing=frozenset(heads["standing"]["words"].split()),
        weak_industry=frozenset(heads["weak_industry"]["words"].split()),
        wares=frozenset(heads["wares"]["words"].split()),
        firm_evidence=re.compile(heads["firm_evidence"]["pattern"]),
        firm_told=re.compile(heads["firm_told"]["pattern"]),
        works=frozenset(heads["works"]["words"].split()),
        called_by_area=frozenset(" ".join(heads["called_by_area"].values()).split()),
        ores=frozenset(heads["ores"]["words"].split()),
        of_ore=tuple(heads["ores"]["behind"].split()),
        dumps=frozenset(heads["dumps"]["words"].split()),
        of_towns=frozenset(heads["of_towns"]["words"].split()),
        makers=frozenset(heads["makers"]["words"].split()),
        generic_after=tuple(heads["generic_after"]["words"].split()),
        section_words=frozenset(heads["section_words"]["words"].split()),
        never_first=frozenset(words["never_first"]),
        name_words=frozenset(words["name_words"].split()),
        locality=frozenset(words["locality"]),
        objects_of=frozenset(words["objects_of"]),
        great_waters=frozenset(words["great_waters"].split()),
        long_rivers=frozenset((words["great_waters"] + " " + words["long_rivers"]).split()),
        landmarks=MappingProxyType(
            {
                name: _KIND_OF_LAST.get(name[-1], PlaceType.RIVER)
                for name in words["long_rivers"].split()
                if name[-1] in _KIND_OF_LAST
                or name[-1] == "水"
                or name[:-1] in flags
                or len(name) > _LONG_NAME
            }
        ),
        namesakes=frozenset(words["namesakes"].split()),
        verbs=frozenset(_verbs()),
        great_water_after=tuple(words["great_water_after"].split()),
        not_before=tuple(words["not_before"].split()),
        abstract=frozenset(words["abstract"].split()),
    )


_NUMBER: Final = r"(?P<number>\d+(?:\.\d+)?万?|[一二两三四五六七八九十百]+)(?P<more>余|多)?"
_CLASSIFIER: Final = r"(?P<classifier>处|家|座|栋|条|口|所|个|宗|幢|片)"
_SUMMED: Final = r"(?:共有|共计|合计|总计|共|计|有|达)?"


# Kinds that several are called of by their own names alone: 锦界、清水|两个|工业园.
_TAILS_BY_HEAD: Final = (
    "industrial-park",
    "wastewater-plant",
    "pump-station",
    "mine/quarry",
    "factory/company",
    "water-source",
    "park-scenic",
    "project",
    "other",
)


@lru_cache(maxsize=1)
def context() -> Context:
    """Read the patterns of the words around a name.

    Returns
    -------
    Context
        Compiled patterns.
    """
    data, heads = _load("context.toml"), _load("heads.toml")
    generic = heads["generic"]
    relation, located, roles = data["relation"], data["located"], data["roles"]
    tails = {
        word: PlaceType(kind)
        for kind, listed in data["list_tails"].items()
        for word in listed.split()
    }
    for kind in _TAILS_BY_HEAD:
        # 白桦、松谷|两座|高尔夫球场: what heads name, tails of a list say too.
        for word in heads["facility"][kind].split():
            if len(word) > 1:
                tails.setdefault(word, PlaceType(kind))
    counted = {word: PlaceType(kind) for kind, listed in generic.items() for word in listed.split()}
    nouns = alternation(counted)
    base, around = alternation(relation["words"].split()), relation["areas"].split()
    return Context(
        relation=re.compile(f"[及和]?其?{base}(?:[及和]?{base})*(?:{alternation(around)})?"),
        between=re.compile(alternation(relation["between"].split())),
        part=re.compile(alternation(relation["part"].split()) + "(?!战区|大开发)"),
        stretch=re.compile(alternation(relation["stretch"].split())),
        stretch_from=re.compile(alternation(relation["from"].split()) + "$"),
        revealing=re.compile("[及和]?(?:其)?" + alternation(relation["revealing"].split())),
        extension=re.compile(alternation(relation["extension"].split())),
        located=re.compile(alternation(located["words"].split()) + "$"),
        link=re.compile(f"(?:{roles['link']})?"),
        actor=re.compile(roles["actor"]),
        does=re.compile(roles["does"]),
        actor_before=re.compile(f"(?:{roles['actor_before']})$"),
        reference_before=re.compile(f"(?:{roles['reference_before']})$"),
        reference_after=re.compile(roles["reference_after"]),
        acts_on=re.compile(roles["acts_on"]),
        trouble=re.compile(roles["trouble"]),
        worked_at=re.compile(f"[^，。；\n]*(?:{roles['worked_at']})"),
        actor_types=frozenset(PlaceType(kind) for kind in roles["actor_types"].split()),
        body=re.compile(data["bodies"]["pattern"]),
        water_body=re.compile(data["water_bodies"]["pattern"]),
        anaphor=re.compile(alternation(data["bodies"]["anaphors"].split())),
        anaphor_types=MappingProxyType(
            {
                word: frozenset(PlaceType(kind) for kind in kinds.split())
                for word, kinds in data["anaphor_types"].items()
            }
        ),
        list_tail=re.compile(
            r"(?:等(?:\d+(?:余|多)?[家个条座处]|[两一二三四五六七八九十]+[家个条座处])?"
            r"|(?P<count>\d+|[两二三四五六七八九十]+)[家个条座处])[^，。；、等]{0,6}?"
            f"(?P<tail>{alternation(tails)})"
            "|等?[两二三四五六七八九十]个?(?P<few>乡镇|镇街|街镇|镇乡|街道|县区|县市|区县|[镇乡村县区])"
            "(?![\u4e00-\u9fff]?[镇乡村路街])"
        ),
        list_kinds=MappingProxyType(tails),
        counted=re.compile(
            f"(?<![第\\d.、．年月]){_NUMBER}{_CLASSIFIER}"
            f"(?P<between>[^，。；：、“”（）\\d与和及对被将把由有]{{0,8}}?)(?P<noun>{nouns})(?!垃圾)"
        ),
        counted_after=re.compile(
            f"(?P<noun>(?:历史遗留的?)?{nouns}){_SUMMED}{_NUMBER}{_CLASSIFIER}(?![\\u4e00-\\u9fff])"
        ),
        counted_kinds=MappingProxyType(counted),
        counting=re.compile(
            f"(?<![第\\d.、．年月]){_NUMBER}(?P<classifier>[处家座栋条口所个幢片套户])(?![\\d月])"
        ),
        counted_ends=MappingProxyType(
            {
                word: PlaceType(kind)
                for kind, listed in heads["counted_ends"].items()
                for word in listed.split()
            }
        ),
        counted_not=tuple(heads["counted_not"]["words"].split()),
        area=re.compile(data["area"]["pattern"]),
    )
