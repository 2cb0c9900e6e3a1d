"""Brackets and labels that name units: 〔责任单位：…〕, （市住建局牵头，市城管局配合）."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.bodies import are_bodies, are_bodies_with_certain, are_certain_bodies
from geo_rectify.plans.deadlines import tells_time
from geo_rectify.plans.numbering import numeral_value
from geo_rectify.plans.records import FieldRole
from geo_rectify.plans.wording import any_of, bracket_pairs, label_pattern, role_of_label, word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

AFTER_BRACKET: Final = " \u3000\t\n。．.；;，,、"
"""What may follow a bracket and says nothing."""
_SENTENCE_ENDS: Final = "。；;！!"
_CLAUSE_MARK: Final = re.compile("[，,；;]")
_COUNTED: Final = re.compile(
    "(?P<count>[0-9]{1,3}|[一二三四五六七八九十两]{1,3})[个家处座]"
    "(?:[\u4e00-\u9fff]{0,4}(?:企业|公司|单位|园区|镇|乡|县|区|街道|村|市))?\\Z"
)
_MAX_PLAIN_BRACKET: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitList:
    """A piece of text that says whose a measure is: its span, its value, and what it says."""

    start: int
    end: int
    value_start: int
    value_end: int
    labelled: bool
    fields: tuple[tuple[FieldRole, int, int], ...]


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    openings = "".join(map(re.escape, bracket_pairs()))
    labelled = re.compile(rf"[{openings}]\s?(?={label_pattern()}\s?[:：])")
    inner = re.compile(rf"(?:\A|(?<=[；;，,。\s、]))\s*{label_pattern()}\s?[:：]\s*")
    told = any_of(word_list("layout")["marks"]["bracket_words"])
    words = re.compile(rf"(?:{told})(?:[，,；;、\s]|\Z)")
    return labelled, inner, words


def unit_lists(text: str, start: int, end: int) -> list[UnitList]:
    """Find the brackets that name a measure's units, such as 〔责任单位：…〕.

    A bracket without a label counts where it ends the stretch and says who leads or supports
    (（市住建局牵头，市城管局配合）). Other brackets, as in 樟树坑（昌江）, do not.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The stretch, one paragraph.

    Returns
    -------
    list of UnitList
        In order.
    """
    labelled, _, _ = _patterns()
    found: list[UnitList] = []
    position = start
    while (match := labelled.search(text, position, end)) is not None:
        close = _closing(text, match.start(), end)
        inside = close if close is not None else _unclosed_end(text, match.end(), end)
        stop = end if close is None else close + 1
        fields = tuple(labelled_values(text, match.end(), inside))
        if fields:
            found.append(
                UnitList(
                    start=match.start(),
                    end=stop,
                    value_start=fields[0][1],
                    value_end=inside,
                    labelled=True,
                    fields=fields,
                )
            )
        position = max(stop, match.end())
    plain = _plain_bracket(text, start, end) if not found else None
    return found if plain is None else [plain]


def bodies_in_words(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find the words of a measure that say whose it is, where no bracket and no label does.

    由市水利局负责，…; 市水利局牵头，市住建局配合，…; …。由石桥县政府负责。

    Parameters
    ----------
    text
        The whole text.
    start, end
        The measure.

    Returns
    -------
    tuple of int or None
        Start and end of the bodies and what each does. None where it opens or ends with no body
        that is called as nothing else is.
    """
    opening, closing = _in_words()
    for found in (opening.match(text, start, end), closing.search(text, start, end)):
        if found is None:
            continue
        named = found["units"]
        told = are_bodies(named) if found["by"] else are_certain_bodies(named)
        if told:
            return found.start("units"), found.end("told")
    return None


@lru_cache(maxsize=1)
def _in_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    units = r"(?P<units>(?:[^，,。；;：:（(）)由]|[（(][市县区旗州、]{1,7}[)）]){2,40}?)"
    others = r"(?:[，,][^，,。；;：:]{2,40}?(?:协助|配合|参与|落实)(?=[，,。；;]|\Z))?"
    duty = "(?:牵头负责|牵头|负责)"
    opening = re.compile(rf"(?P<by>由|责成)?{units}(?P<told>{duty}{others})")
    closing = re.compile(
        rf"(?<=[。；;，,])(?:此项工作|该项工作|以上工作)?(?P<by>由){units}(?P<told>{duty}(?:落实|实施|整改)?{others})[。；;]?\s*\Z"
    )
    return opening, closing


def semicolons(text: str, start: int, end: int) -> list[int]:
    """Find where the semicolons of a stretch end, those in brackets and quotes left out.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The stretch.

    Returns
    -------
    list of int
        Offsets behind each that something follows.
    """
    pairs = bracket_pairs() | {"“": "”", "《": "》"}
    closers = set(pairs.values())
    found, depth = [], 0
    for position in range(start, end):
        character = text[position]
        depth += character in pairs
        depth = max(0, depth - (character in closers))
        if not depth and character in "；;" and text[position + 1 : end].strip():
            found.append(position + 1)
    return found


def _closing(text: str, opening: int, end: int) -> int | None:
    opener = text[opening]
    closer = bracket_pairs()[opener]
    depth = 0
    for position in range(opening, end):
        depth += text[position] == opener
        depth -= text[position] == closer
        if not depth:
            return position
    return None


def _unclosed_end(text: str, start: int, end: int) -> int:
    closers = "".join(bracket_pairs().values())
    while end > start and text[end - 1] in AFTER_BRACKET + closers:
        end -= 1
    return end


def _plain_bracket(text: str, start: int, end: int) -> UnitList | None:
    _, _, words = _patterns()
    stop = _before_marks(text, start, end)
    closers = {closer: opener for opener, closer in bracket_pairs().items()}
    if stop <= start or text[stop - 1] not in closers:
        return None
    opener, closer = closers[text[stop - 1]], text[stop - 1]
    depth = 0
    for position in range(stop - 1, max(start - 1, stop - _MAX_PLAIN_BRACKET), -1):
        depth += text[position] == closer
        depth -= text[position] == opener
        if not depth:
            first = position + 1 + len(_unlabelled(text[position + 1 : stop - 1]))
            inside = _clauses(text, position + 1, first)
            units = "，".join(text[a:b] for role, a, b in inside if role is FieldRole.RESPONSIBLE)
            if _counted(text, start, position, units):
                return None
            told = words.search(text, position, stop - 1) is not None
            sure = are_certain_bodies(units) or are_bodies_with_certain(units)
            dated = len(inside) > 1 and any(role is FieldRole.DEADLINE for role, _, _ in inside)
            apart = sure or dated or opener not in "（(" or text[position - 1] in _SENTENCE_ENDS
            if not told and not (apart and position > start and are_bodies(units)):
                return None
            return UnitList(
                start=position,
                end=stop,
                value_start=position + 1,
                value_end=stop - 1,
                labelled=False,
                fields=(*inside, *labelled_values(text, first, stop - 1)),
            )
    return None


def _counted(text: str, start: int, position: int, units: str) -> bool:
    """Say whether a bracket lists what is counted before it: 3家企业（宏远公司、金山公司、大华公司）."""
    found = _COUNTED.search(text[start:position])
    return found is not None and numeral_value(found["count"]) == len(re.split("[、，,]", units))


def _clauses(text: str, start: int, end: int) -> tuple[tuple[FieldRole, int, int], ...]:
    """Part what a bracket says without labels into bodies and times: 市水务局牵头，2024年底前完成."""
    made: list[tuple[FieldRole, int, int]] = []
    position = start
    for match in [*_CLAUSE_MARK.finditer(text, start, end), None]:
        stop = end if match is None else match.start()
        role = FieldRole.DEADLINE if tells_time(text, position, stop) else FieldRole.RESPONSIBLE
        if made and made[-1][0] is role is FieldRole.RESPONSIBLE:
            made[-1] = role, made[-1][1], stop
        elif text[position:stop].strip():
            made.append((role, position, stop))
        position = end if match is None else match.end()
    return tuple(made)


def _unlabelled(words: str) -> str:
    """Give what stands in a bracket before its first label: 区住建委；完成时限：2024年6月."""
    _, inner, _ = _patterns()
    found = inner.search(words)
    return words if found is None else words[: found.start()]


def _before_marks(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in AFTER_BRACKET:
        end -= 1
    return end


def labelled_values(text: str, start: int, end: int) -> Iterator[tuple[FieldRole, int, int]]:
    """Part a stretch such as ``牵头单位：…；配合单位：…`` at its labels.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The stretch.

    Yields
    ------
    tuple
        Role, and start and end of the value.
    """
    _, inner, _ = _patterns()
    stretch = text[start:end]
    found = list(inner.finditer(stretch))
    for index, match in enumerate(found):
        stop = found[index + 1].start() if index + 1 < len(found) else len(stretch)
        role = role_of_label(match["label"])
        yield role, start + match.end(), start + _before_marks(stretch, match.end(), stop)
