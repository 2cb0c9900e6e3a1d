"""Rules as dated data, read from a TOML file and checked key by key."""

from __future__ import annotations

import datetime as dt
import importlib.resources
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.errors import RulesError
from geo_rectify.findings.records import Rule
from geo_rectify.vocabulary import Activity, ZoneClass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from enum import StrEnum

_TEXTS: Final = (
    "title", "article", "substance", "penalty", "source", "confidence", "note", "item", "question",
)  # fmt: skip
_DATES: Final = ("valid_from", "valid_to", "checked_on")
_REQUIRED: Final = ("rule_id", "classes", "title", "substance", "source", "confidence")
_KEYS: Final = frozenset({"rule_id", "classes", "activities", "applies_to", *_TEXTS, *_DATES})
_AREA: Final = re.compile(r"adcode:\d{6}")


def load_rules(path: str | Path | None = None) -> tuple[Rule, ...]:
    """Load a rules file.

    Parameters
    ----------
    path
        A TOML file with one ``[[rule]]`` table a clause; None for the shipped one.

    Returns
    -------
    tuple of Rule
        The clauses in the order of the file.

    Raises
    ------
    RulesError
        The file cannot be read, or entries are wrong: all faults together, each with its rule
        and key.
    """
    if path is None:
        return _shipped()
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        message = f"{file}: the rules file cannot be read ({err}); save it as UTF-8 text"
        chinese = f"{file}：规则文件读不出（{err}）；请另存为UTF-8文本"
        raise RulesError(message, chinese=chinese) from err
    return _parsed(text, name=str(file))


def own_rules(path: str | Path) -> tuple[Rule, ...]:
    """Load the shipped rules with those of a user's own file.

    Parameters
    ----------
    path
        A rules file; a ``rule_id`` of the shipped ones replaces that clause in its place, any
        other is added at the end.

    Returns
    -------
    tuple of Rule
        All clauses.

    Raises
    ------
    RulesError
        As in `load_rules`.
    """
    own = {rule.rule_id: rule for rule in load_rules(path)}
    shipped = _shipped()
    known = {rule.rule_id for rule in shipped}
    replaced = tuple(own.get(rule.rule_id, rule) for rule in shipped)
    return replaced + tuple(rule for name, rule in own.items() if name not in known)


@lru_cache(maxsize=1)
def _shipped() -> tuple[Rule, ...]:
    file = importlib.resources.files("geo_rectify.findings").joinpath("data", "rules.toml")
    return _parsed(file.read_text(encoding="utf-8"), name="rules.toml")


def _parsed(text: str, *, name: str) -> tuple[Rule, ...]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        message = f"{name}: no valid TOML ({err}); mend that line"
        chinese = f"{name}：不是有效的TOML（{err}）；请改正该行"
        raise RulesError(message, chinese=chinese) from err
    faults = [
        f"key {key!r} is unknown, only [[rule]] tables stand here" for key in raw if key != "rule"
    ]
    entries = raw.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        faults.append("'rule' is no list of [[rule]] tables")
        entries = []
    seen: set[object] = set()
    for position, entry in enumerate(entries, start=1):
        place = f"rule {position} ({entry.get('rule_id', 'without rule_id')})"
        faults += [f"{place}: {fault}" for fault in _faults(entry)]
        if entry.get("rule_id") in seen:
            faults.append(f"{place}: this rule_id stands twice; give each its own")
        if isinstance(entry.get("rule_id"), str):
            seen.add(entry["rule_id"])
    if faults:
        message = f"{name}: {len(faults)} faults: " + "; ".join(faults)
        raise RulesError(message)
    return tuple(_rule(entry) for entry in entries)


def _faults(entry: dict[str, Any]) -> list[str]:
    faults = [f"key {key!r} is unknown" for key in sorted(set(entry) - _KEYS)]
    faults += [f"key {key!r} is missing" for key in _REQUIRED if entry.get(key) in (None, "", [])]
    faults += [
        f"{key!r} is no text"
        for key in ("rule_id", *_TEXTS)
        if not isinstance(entry.get(key, ""), str)
    ]
    faults += [
        f"{key!r} is no date, write 2026-08-15 without quotes"
        for key in _DATES
        if key in entry and type(entry[key]) is not dt.date
    ]
    faults += _member_faults(entry.get("classes", []), ZoneClass, key="classes", word="zone class")
    faults += _member_faults(
        entry.get("activities", []), Activity, key="activities", word="activity"
    )
    if bool(entry.get("item")) is not bool(entry.get("question")):
        faults.append("'item' and 'question' go together: a class of a checklist needs both")
    applies = entry.get("applies_to", "")
    if applies and not (isinstance(applies, str) and _AREA.fullmatch(applies)):
        faults.append(f"'applies_to' is {applies!r}, write adcode: and six digits")
    first, last = entry.get("valid_from"), entry.get("valid_to")
    if type(first) is dt.date and type(last) is dt.date and last < first:
        faults.append(f"valid_to {last} is before valid_from {first}")
    return faults


def _member_faults(named: object, members: type[StrEnum], *, key: str, word: str) -> Iterable[str]:
    known = [member.value for member in members]
    if not isinstance(named, list):
        return [f"{key!r} is no list"]
    return [
        f"{word} {name!r} is unknown, use one of {', '.join(known)}"
        for name in named
        if name not in known
    ]


def _rule(entry: dict[str, Any]) -> Rule:
    fields = {key: value for key, value in entry.items() if key not in {"classes", "activities"}}
    fields.setdefault("article", "")
    return Rule(
        classes=tuple(ZoneClass(name) for name in entry["classes"]),
        activities=tuple(Activity(name) for name in entry.get("activities", [])),
        **fields,
    )


def rules_for(
    rules: Iterable[Rule],
    zone_class: str,
    *,
    day: dt.date,
    adcode: str,
    activities: Collection[Activity] = (),
) -> tuple[Rule, ...]:
    """Choose the clauses for a zone class and what goes on there, in force on a day at a place.

    Parameters
    ----------
    rules
        All clauses.
    zone_class
        The class.
    day
        The day.
    adcode
        Codes of the county (or prefecture) the site is in, joined with ``|``; a local rule is
        left out where it is unknown.
    activities
        What goes on at the site; none, or an unknown one among them, chooses by the zone alone.

    Returns
    -------
    tuple of Rule
        The clauses, in their order; classes of checklists are none.
    """
    return tuple(
        rule
        for rule in _holding(rules, zone_class, day=day, adcode=adcode)
        if not rule.question and rule.speaks_of(activities)
    )


def checklist_for(
    rules: Iterable[Rule], zone_class: str, *, day: dt.date, adcode: str
) -> tuple[Rule, ...]:
    """Give the classes of the checklists of a zone class, in force on a day at a place.

    Parameters
    ----------
    rules, zone_class, day, adcode
        As in `rules_for`.

    Returns
    -------
    tuple of Rule
        The classes, whatever goes on at the site: which of them it is must be seen there.
    """
    return tuple(
        rule for rule in _holding(rules, zone_class, day=day, adcode=adcode) if rule.question
    )


def _holding(
    rules: Iterable[Rule], zone_class: str, *, day: dt.date, adcode: str
) -> Iterable[Rule]:
    return (
        rule
        for rule in rules
        if zone_class in rule.classes and rule.in_force(day) and applies(rule.applies_to, adcode)
    )


def applies(area: str, adcode: str) -> bool:
    """Say whether a site lies in an area written as ``adcode:360200``.

    Parameters
    ----------
    area
        The area; "" or anything that is no adcode holds everywhere.
    adcode
        Codes of the site, joined with ``|``.

    Returns
    -------
    bool
        Whether one of the codes is in the area: trailing zero pairs stand for all below.
    """
    if not _AREA.fullmatch(area):
        return True
    code = area.removeprefix("adcode:")
    while code.endswith("00"):
        code = code[:-2]
    return any(part.startswith(code) for part in adcode.split("|") if part)
