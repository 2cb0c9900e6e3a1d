"""The law of an act's day beside today's, from dated clauses alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_rectify.findings import act_date, checklist_for, rules_for
from geo_rectify.outputs.reports.digest import FLAGGED
from geo_rectify.outputs.reports.wording import listed, plain, words
from geo_rectify.vocabulary import Activity, label

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from geo_rectify.findings import ActDate, Rule
    from geo_rectify.outputs._dossiers import Dossier
    from geo_rectify.outputs.reports.digest import Digest
    from geo_rectify.vocabulary import ZoneClass


def checked_rules(digest: Digest, site: Dossier) -> str:
    """Name the checked clauses, without penalties: those of the act's day, and today's.

    Parameters
    ----------
    digest
        The run.
    site
        A flagged site.

    Returns
    -------
    str
        Both, with the days; "" where no clause was checked.
    """
    acted = acted_on(digest, site)
    flagged = [
        ruling.answer.zone_class
        for ruling in digest.rulings_of(site)
        if ruling.answer.verdict in FLAGGED
    ]
    checked = [rule for rule in digest.assessment.rules if rule.checked_on is not None]
    as_of = digest.assessment.settings.as_of
    then, now = (
        dict.fromkeys(
            f"{plain(rule.title)}{plain(rule.article)}：{plain(rule.substance).rstrip('。')}"
            for zone_class in flagged
            for rule in rules_for(
                checked,
                zone_class.value,
                day=day,
                adcode=site.adcode,
                activities=site.told_activities,
            )
        )
        for day in (acted.day, as_of)
    )
    if not then and not now:
        return ""
    none = words("overlay", "rules_none")
    return words(
        "overlay",
        "rules_paired",
        day=acted.day.isoformat(),
        basis=act_words(acted),
        then="；".join(then) or none,
        as_of=as_of.isoformat(),
        now="；".join(now) or none,
    )


def acted_on(digest: Digest, site: Dossier) -> ActDate:
    """Date the act a site is named for.

    Parameters
    ----------
    digest
        The run.
    site
        The site.

    Returns
    -------
    ActDate
        The day and what it rests on, from the first issue that names the site.
    """
    issue = site.issues[0][1] if site.issues else None
    return act_date(issue, site.plan, as_of=digest.assessment.settings.as_of)


def act_words(acted: ActDate) -> str:
    """Say what the day of an act rests on.

    Parameters
    ----------
    acted
        The day.

    Returns
    -------
    str
        For example ``问题原文“2022年10月”``.
    """
    return f"{acted.basis.value}“{plain(acted.words)}”" if acted.words else acted.basis.value


def paired_rows(digest: Digest) -> tuple[tuple[str, ...], ...]:
    """Set the clauses of the act's day beside today's, for every flagged zone class.

    Parameters
    ----------
    digest
        The run.

    Returns
    -------
    tuple of tuple of str
        Issues, zone class, day with its basis, clauses of then and of now; sites of one issue,
        class and county stand in one row.
    """
    as_of = digest.assessment.settings.as_of
    rows: dict[tuple[str, ...], None] = {}
    for site in digest.flagged_sites:
        acted = acted_on(digest, site)
        for ruling in digest.rulings_of(site):
            if ruling.answer.verdict not in FLAGGED:
                continue
            zone_class = ruling.answer.zone_class
            then, now = (
                _titles(digest.assessment.rules, zone_class, day=day, site=site)
                for day in (acted.day, as_of)
            )
            told = words("annex", "acted", day=acted.day.isoformat(), basis=act_words(acted))
            rows[digest.issue_words(site), label(zone_class), told, then, now] = None
    return tuple(rows)


def checklist_words(digest: Digest, site: Dossier) -> str:
    """List the classes of what may be allowed, each with a box to tick on site.

    Parameters
    ----------
    digest
        The run.
    site
        A flagged site.

    Returns
    -------
    str
        Short names alone, those that fit what goes on there named first to be seen; "" where no
        checklist is in force for its flagged zone classes. What each class says and rests on
        stands in annex 5.
    """
    listed_rules = dict.fromkeys(
        rule
        for ruling in digest.rulings_of(site)
        if ruling.answer.verdict in FLAGGED
        for rule in checklist_for(
            digest.assessment.rules,
            ruling.answer.zone_class.value,
            day=digest.assessment.settings.as_of,
            adcode=site.adcode,
        )
    )
    if not listed_rules:
        return ""
    fitting = [
        str(number)
        for number, rule in enumerate(listed_rules, start=1)
        if rule.activities
        and Activity.UNKNOWN not in site.activities
        and rule.speaks_of(site.activities)
    ]
    first = words("overlay", "checklist_first", numbers="、".join(fitting)) if fitting else ""
    items = "；".join(
        words("overlay", "checklist_item", number=number, item=plain(rule.item))
        for number, rule in enumerate(listed_rules, start=1)
    )
    return words("overlay", "checklist", items=items, first=first)


def _titles(rules: Iterable[Rule], zone_class: ZoneClass, *, day: dt.date, site: Dossier) -> str:
    found = rules_for(
        rules, zone_class.value, day=day, adcode=site.adcode, activities=site.told_activities
    )
    named = (
        plain(rule.title)
        + plain(rule.article)
        + ("" if rule.checked_on else words("annex", "unchecked_mark"))
        for rule in found
    )
    return listed(dict.fromkeys(named)) or words("annex", "no_rule")
