"""Labels of a document's own: words before a colon that come again, told by what they say or hold.

No list holds them: 怎么改：… 谁来改：… 何时改完：…. What a label's words do not tell, its values do:
bodies alone are units, times alone a deadline, and the longest of what is left the measures.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.bodies import are_bodies
from geo_rectify.plans.deadlines import tells_time
from geo_rectify.plans.numbering import match_number
from geo_rectify.plans.records import UNIT_ROLES, FieldRole, Label, Line
from geo_rectify.plans.wording import inferred_role, plain_label, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

_OWN_LABEL: Final = re.compile(
    r"(?P<open>[〔【（(\[［])?(?P<words>[^，。；：:、〔〕【】（）()\[\]\s0-9]"
    r"[^，。；：:、〔〕【】（）()\[\]\n\t0-9]{0,14}[^，。；：:、〔〕【】（）()\[\]\s0-9])"
    r"(?(open)(?:[〕】］]\s?[：:]?|[）)\]]\s?[：:])|\s?[：:])\s*"
)
_OWN_HEADING: Final = re.compile(r"(?P<words>[\u4e00-\u9fff]{3,8})\s*\Z")
"""Words alone behind a number: 五、职责分工, which come again in each of several plans."""
_BRACKET: Final = re.compile(r"[（(][^（）()\n]*[)）]")
_MIN_REPEATS: Final = 2
_MAX_WORDS: Final = 10
_PAUSE: Final = re.compile("[，,；;、。]+(?:并|且)?")
_SHORT: Final = 8
"""A value below this length is a remark (大气), no measure."""
_MIN_SHARE: Final = 2 / 3


@dataclass(slots=True, kw_only=True)
class _Words:
    """Words before a colon, wherever they open a line, and what follows them."""

    found: dict[int, re.Match[str]] = field(default_factory=dict)
    values: list[tuple[int, int]] = field(default_factory=list)


def with_own_labels(text: str, lines: Sequence[Line]) -> list[Line]:
    """Label the lines that open with words of the document's own.

    Such words count where they come again before a colon, and no list holds them.

    Parameters
    ----------
    text
        The whole text.
    lines
        Its lines.

    Returns
    -------
    list of Line
        The same lines; more of them with a label.
    """
    held = _repeated_words(text, lines)
    roles: dict[str, FieldRole] = {}
    for words in held:
        role = inferred_role(words)
        if role is not None:
            roles[words] = role
    _by_values(text, lines, held, roles)
    made = list(lines)
    for words, role in roles.items():
        for index, match in held[words].found.items():
            label = Label(
                role=role, spelling=words, start=match.start(), end=match.end(), marked=True
            )
            number = None if _is_heading(match) else lines[index].number
            made[index] = replace(lines[index], label=label, number=number)
    return made


def _heading(text: str, line: Line) -> re.Match[str] | None:
    """Read words alone behind a number, or alone on a line where they infer what they head."""
    match = _OWN_HEADING.match(text, line.after_number, line.end)
    if match is None or line.number is not None or inferred_role(match["words"]) is not None:
        return match
    return None


def _is_heading(match: re.Match[str]) -> bool:
    return match.re is _OWN_HEADING


def _repeated_words(text: str, lines: Sequence[Line]) -> dict[str, _Words]:
    held: dict[str, _Words] = {}
    opened: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        if line.label is not None or line.rows is not None:
            continue
        match = _OWN_LABEL.match(text, line.after_number, line.end)
        if match is None and not line.cell:
            match = _heading(text, line)
        counted = match_number(text, line.after_number, line.end, inner=True)  # 措施一：
        if match is not None and (counted is None or counted.end < match.end()):
            words = plain_label(match["words"])
            held.setdefault(words, _Words()).found[index] = match
            opened.append((index, words))
    kept = {words: each for words, each in held.items() if len(each.found) >= _MIN_REPEATS}
    for index, words in opened:
        if words not in kept:
            continue
        start, end = kept[words].found[index].end(), lines[index].end
        if start >= end and index + 1 < len(lines) and lines[index + 1].label is None:
            start, end = lines[index + 1].start, lines[index + 1].end
        kept[words].values.append((start, end))
    return kept


def _by_values(
    text: str, lines: Sequence[Line], held: dict[str, _Words], roles: dict[str, FieldRole]
) -> None:
    """Tell what words mean from what stands behind them."""
    spelled = Counter(line.label.spelling for line in lines if line.label is not None)
    known = Counter(
        line.label.role
        for line in lines
        if line.label is not None
        and (line.label.marked or spelled[line.label.spelling] >= _MIN_REPEATS)
    )
    known.update(role for words, role in roles.items() for _ in held[words].found)
    sentences: list[str] = []
    never = word_list("layout")["marks"]["no_labels"]
    for words, each in held.items():
        if words in roles or words in never or len(words) > _MAX_WORDS or are_bodies(words):
            continue
        role = _role_of_values(text, each.values)
        if role is not None:
            roles[words] = role
            known[role] += len(each.found)
        elif all(end > start for start, end in each.values):
            sentences.append(words)
    told = any(known[role] for role in (FieldRole.DEADLINE, *UNIT_ROLES))
    if not told or known[FieldRole.MEASURES] or not sentences:
        return
    sentences.sort(key=lambda words: min(held[words].found))
    length = {
        words: sum(end - start for start, end in held[words].values) / len(held[words].values)
        for words in sentences
    }
    later = sentences[1:] if len(sentences) > 1 and not known[FieldRole.PROBLEM] else sentences
    chosen = max(later, key=lambda words: length[words])
    roles[chosen] = FieldRole.MEASURES
    for position, words in enumerate(sentences):
        if words == chosen:
            continue
        before = position < sentences.index(chosen)
        first = before and position == 0 and not known[FieldRole.PROBLEM]
        roles[words] = FieldRole.PROBLEM if first else FieldRole.GOAL if before else FieldRole.ASIDE


def _role_of_values(text: str, values: Sequence[tuple[int, int]]) -> FieldRole | None:
    """Give the role that most values have: bodies alone, times alone, a word or two."""
    counts: Counter[FieldRole] = Counter()
    for start, end in values:
        words = _BRACKET.sub("", text[start:end]).strip("。；;， \u3000")
        if words and are_bodies(words):
            counts[FieldRole.RESPONSIBLE] += 1
        elif words and all(map(_is_time, _PAUSE.split(words))):
            counts[FieldRole.DEADLINE] += 1
        elif 0 < len(words) < _SHORT:
            counts[FieldRole.ASIDE] += 1
    return next(
        (role for role, count in counts.most_common(1) if count >= _MIN_SHARE * len(values)), None
    )


def _is_time(words: str) -> bool:
    return tells_time(words, 0, len(words))
