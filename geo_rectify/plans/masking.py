"""Leave persons and their numbers out of a plan, character for character, for the public."""

from __future__ import annotations

import dataclasses
import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.plans.wording import any_of, word_list
from geo_rectify.vocabulary import DocumentType

if TYPE_CHECKING:
    from geo_rectify.models import Plan

MASK: Final = "＊"
_NUMBERS: Final = re.compile(
    r"(?<!\d)(?:[1１][3-9３-９]\d[\s-]?\d{4}[\s-]?\d{4}|[0０]\d{2,3}[-—－ ]?\d{7,8}"
    r"|(?<![A-Za-z])\d{17}[\dXx])(?!\d)"
    r"|(?:(?<=电话)|(?<=手机)|(?<=手机号)|(?<=方式)|(?<=号码))(?:号码)?[：:\s为是]{0,4}\d{7,8}(?!\d)"
    r"|(?<=热线)[：:\s]*\d{5,8}(?!\d)"
)
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_HAN: Final = r"[\u4e00-\u9fff]"
_KEPT: Final = frozenset({"sha256", "doc_id", "source_name"})


def mask_persons(plan: Plan) -> Plan:
    """Replace names of persons, phone and identity numbers in a plan by a mark of equal length.

    A person is told by a label (责任人：) or a post (副市长) with a surname behind it; the name is
    then masked wherever it stands. Offsets stay true, because every character is replaced by one.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    Plan
        A plan whose every text is masked.
    """
    names = find_persons(plan.text)
    pattern = re.compile(any_of(sorted(names))) if names else None
    masked: Plan = _walk(plan, pattern)
    return masked


def mask_petitioners(plan: Plan) -> Plan:
    """Mask the persons of a petition table (信访件), whoever reads it; leave other documents alone.

    Parameters
    ----------
    plan
        The document.

    Returns
    -------
    Plan
        As of `mask_persons` where the document is a petition table, or lists a petition.
    """
    told = plan.document_type is DocumentType.PETITION_TABLE
    if told or any(issue.petition is not None for issue in plan.issues):
        return mask_persons(plan)
    return plan


def find_persons(text: str) -> tuple[str, ...]:
    """Find the names of persons in a text.

    Parameters
    ----------
    text
        Text of a plan.

    Returns
    -------
    tuple of str
        The names, sorted.
    """
    label, post, name, called, never, told, reached = _patterns()
    found: set[str] = set()
    for match in label.finditer(text):
        for token in re.split(r"[、，,；;。\s（）()／/]+", match.group("names")):
            bare = post.split(token)[-1] if post.search(token) else token
            if name.fullmatch(bare):
                found.add(bare)
    for match in post.finditer(text):
        behind = called.match(text, match.end())
        if behind:
            found.add(behind.group("name"))
    found.update(match["name"] or match["alone"] for match in told.finditer(text))
    found.update(match["name"] or match["speaks"] for match in reached.finditer(text))
    return tuple(sorted(each for each in found if not never.match(each)))


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Give the patterns of labels, posts, names, ended names, no names, told and reached ones."""
    words = word_list("persons")
    surnames = "".join(words["surnames"].split())
    surname = rf"(?:{any_of(words['compound'].split())}|[{surnames}])"
    name = rf"(?:{surname}{_HAN}{{1,2}})"
    ended = rf"(?={any_of(words['after'])}|(?!{_HAN})|\Z)"
    return (
        re.compile(rf"(?:{any_of(words['labels'])})[：:]\s*(?P<names>[^\n。]{{2,80}})"),
        re.compile(any_of(words["posts"])),
        re.compile(name),
        re.compile(rf"(?P<name>{name}){ended}"),
        re.compile(any_of(words["never"])),
        # no space parts a name from what follows: what is done to the person tells where it ends
        re.compile(
            rf"(?:{any_of([*words['posts'], *words['labels'], '对', '给予'])})"
            rf"(?P<name>{surname}{_HAN}{{1,2}}?)(?={any_of(words['done_to'])})"
            rf"|(?:{any_of(words['labels'])})\s?(?P<alone>{name})(?=[，,。；;、）)\s]|\Z)"
        ),
        # 群众张建国（电话…, 市民李强反映
        re.compile(
            rf"(?P<name>{name})(?=[（(，,、：:\s]{{0,3}}(?:{any_of(words['reached'])}))"
            rf"|(?:{any_of(words['citizens'])})(?P<speaks>{surname}{_HAN}{{1,2}}?)"
            rf"(?={any_of(words['speaks'])})"
        ),
    )


@lru_cache(maxsize=1)
def _titled() -> re.Pattern[str]:
    """Give the pattern of a surname before a word of address: 李先生."""
    words = word_list("persons")
    surnames = "".join(words["surnames"].split())
    return re.compile(rf"[{surnames}](?=(?:{any_of(words['address'])}))")


def mask_names(text: str, *, context: str = "") -> str:
    """Mask the names and numbers of persons that a text itself gives away.

    Parameters
    ----------
    text
        The text.
    context
        More text in which names are told, for example the row a cell stands in.

    Returns
    -------
    str
        A text of the same length.
    """
    names = find_persons(context or text)
    return mask_text(text, re.compile(any_of(sorted(names))) if names else None)


def mask_cell(text: str, *, context: str = "") -> str:
    """Mask a cell that says whom or what a petition is about, also where it is a bare name.

    Parameters
    ----------
    text
        The cell.
    context
        The row it stands in.

    Returns
    -------
    str
        A text of the same length.
    """
    masked = mask_names(text, context=context)
    alone = _patterns()[2].fullmatch(text.strip())
    place = text.strip().endswith(tuple(word_list("persons")["places"]))
    return masked if alone is None or place else MASK * len(text)


def _walk(value: Any, pattern: re.Pattern[str] | None) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return mask_text(value, pattern)
    if isinstance(value, tuple):
        return tuple(_walk(each, pattern) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: _walk(getattr(value, field.name), pattern)
            for field in dataclasses.fields(value)
            if field.name not in _KEPT
        }
        return dataclasses.replace(value, **changed)
    return value


def mask_text(text: str, pattern: re.Pattern[str] | None) -> str:
    """Mask numbers, and the names a pattern matches, in one text.

    Parameters
    ----------
    text
        The text.
    pattern
        Matches the names; None for none.

    Returns
    -------
    str
        A text of the same length.
    """
    masked = _NUMBERS.sub(lambda match: re.sub(r"\d|[Xx]", MASK, match.group()), text)
    masked = _MAIL.sub(lambda match: MASK * len(match.group()), masked)
    masked = _titled().sub(MASK, masked)
    if pattern is not None:
        masked = pattern.sub(lambda match: MASK * len(match.group()), masked)
    return masked
