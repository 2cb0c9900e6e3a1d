"""Sections four to seven: claims, what to verify on site, disposal to be filled in, limits."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from geo_rectify.outputs.reports.annexes import columns
from geo_rectify.outputs.reports.digest import (
    Digest,
    cell,
    name_of,
)
from geo_rectify.outputs.reports.model import (
    Align,
    Paragraph,
    Section,
    Table,
    Tone,
)
from geo_rectify.outputs.reports.overview import claim_counts
from geo_rectify.outputs.reports.wording import (
    DASH,
    listed,
    plain,
    quote,
    wording,
    words,
)
from geo_rectify.vocabulary import (
    ROUNDING_NOTE,
    SiteStatus,
    Verdict,
    label,
)

if TYPE_CHECKING:
    from geo_rectify.outputs.reports.numbers import TableNumbers

_CENTRE, _LEFT = Align.CENTER, Align.LEFT
_UNITS_SHOWN: Final = 3


# --- 四 to 七 ---------------------------------------------------------------------------------------


def claims_section(digest: Digest, tables: TableNumbers) -> Section:
    """Set out section four: what the plan states and what the layers say.

    Parameters
    ----------
    digest
        The run.
    tables
        Gives the numbers of the tables.

    Returns
    -------
    Section
        One row a claim.
    """
    heading = words("headings", "claims")
    claims = digest.assessment.claims
    if claims.empty:
        none = Paragraph(text=words("claims", "none"))
        return Section(heading=heading, level=1, blocks=(none,))
    texts = {plan.doc_id: plan.text for plan in digest.assessment.plans}
    rows = []
    for raw in claims.to_dict("records"):
        row = {str(name): value for name, value in raw.items()}
        said = texts.get(cell(row, "doc_id"), "")[int(row["start"]) : int(row["end"])]
        rows.append(
            (
                digest.issue_name(cell(row, "issue")) or DASH,
                quote(said, limit=80) if said else DASH,
                plain(cell(row, "subject")),
                plain(cell(row, "stated") + _unit(row)) or DASH,
                plain(cell(row, "found")) or DASH,
                cell(row, "result"),
                plain(cell(row, "reason")) or DASH,
            )
        )
    widths = (
        (11, _CENTRE),
        (40, _LEFT),
        (24, _LEFT),
        (18, _CENTRE),
        (22, _CENTRE),
        (15, _CENTRE),
        (28, _LEFT),
    )
    table = Table(
        columns=columns("claims", widths),
        rows=tuple(rows),
        caption=tables.caption(words("claims", "table")),
        note=words("claims", "note"),
    )
    summary = words("claims", "summary", **claim_counts(Counter(claims["result"])))
    return Section(heading=heading, level=1, blocks=(Paragraph(text=summary), table))


def _unit(row: dict[str, object]) -> str:
    unit, stated = cell(row, "unit"), cell(row, "stated")
    return "" if unit and stated.endswith(unit) else unit


def on_site_section(digest: Digest, tables: TableNumbers) -> Section:
    """Set out section five: what must be seen on site.

    Parameters
    ----------
    digest
        The run.
    tables
        Gives the numbers of the tables.

    Returns
    -------
    Section
        One row a thing to do.
    """
    heading = words("headings", "on_site")
    rows = [*_site_checks(digest), *_other_checks(digest)]
    if not rows:
        none = Paragraph(text=words("on_site", "none"))
        return Section(heading=heading, level=1, blocks=(none,))
    widths = (
        (10, _CENTRE),
        (34, _LEFT),
        (12, _CENTRE),
        (46, _LEFT),
        (32, _LEFT),
        (22, _CENTRE),
    )
    table = Table(
        columns=columns("on_site", widths),
        rows=tuple((str(index), *row) for index, row in enumerate(rows, start=1)),
        caption=tables.caption(words("on_site", "table")),
    )
    intro = Paragraph(text=words("on_site", "intro"))
    return Section(heading=heading, level=1, blocks=(intro, table))


def _site_checks(digest: Digest) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for site in digest.flagged_sites:
        conflict = any(
            ruling.answer.verdict is Verdict.CONFLICT for ruling in digest.rulings_of(site)
        )
        found.append(
            (
                name_of(site),
                digest.issue_words(site),
                words("on_site", "flagged" if conflict else "possible"),
                listed((plain(unit) for unit in site.units), limit=_UNITS_SHOWN) or DASH,
                digest.deadline_words(site),
            )
        )
    counted = [site for site in digest.sites if site.status is SiteStatus.COUNTED]
    found += [
        (
            name_of(site),
            digest.issue_words(site),
            words("on_site", "counted", count=site.count or "—"),
            listed((plain(unit) for unit in site.units), limit=_UNITS_SHOWN) or DASH,
            digest.deadline_words(site),
        )
        for site in counted
    ]
    return found


def _other_checks(digest: Digest) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    unlocated = len(digest.assessment.unlocated)
    if unlocated:
        who = words("on_site", "unlocated_who", count=unlocated)
        found.append((who, DASH, words("on_site", "unlocated"), DASH, DASH))
    missing: dict[str, list[str]] = {}
    units: dict[str, list[str]] = {}
    for ruling in digest.rulings:
        if ruling.answer.verdict is Verdict.NOT_DELINEATED:
            site = ruling.dossier
            missing.setdefault(site.site_id, []).append(label(ruling.answer.zone_class))
            units[site.site_id] = list(site.units)
    by_id = {site.site_id: site for site in digest.sites}
    for site_id, zones in missing.items():
        site = by_id[site_id]
        who = words("on_site", "not_delineated_who", zones=name_of(site), names=listed(zones))
        named = listed((plain(unit) for unit in units[site_id]), limit=_UNITS_SHOWN) or DASH
        found.append(
            (
                who,
                digest.issue_words(site),
                words("on_site", "not_delineated"),
                named,
                digest.deadline_words(site),
            )
        )
    uncovered = {
        label(ruling.answer.zone_class)
        for ruling in digest.rulings
        if ruling.answer.verdict is Verdict.NOT_COVERED
    }
    named_classes = [label(zone) for zone in digest.classes if label(zone) in uncovered]
    if named_classes:
        who = words("on_site", "uncovered_who", count=len(named_classes))
        what = words("on_site", "uncovered", classes=listed(named_classes))
        found.append((who, DASH, what, DASH, DASH))
    return found


def disposal_section(digest: Digest) -> Section:
    """Set out section six, to be filled in by hand.

    Parameters
    ----------
    digest
        The run.

    Returns
    -------
    Section
        Empty rows.
    """
    widths = (
        (10, _CENTRE),
        (36, _LEFT),
        (52, _LEFT),
        (22, _LEFT),
        (18, _CENTRE),
        (18, _CENTRE),
    )
    blank = ("", "", "", "", "", "")
    conflicts = [
        site
        for site in digest.flagged_sites
        if any(one.answer.verdict is Verdict.CONFLICT for one in digest.rulings_of(site))
    ]
    named = [
        (str(index), name_of(site), "", "", "", "") for index, site in enumerate(conflicts, start=1)
    ]
    table = Table(
        columns=columns("disposal", widths),
        rows=(*named, *(blank for _ in range(wording()["disposal"]["rows"]))),
    )
    intro = Paragraph(text=words("disposal", "intro"))
    return Section(heading=words("headings", "disposal"), level=1, blocks=(intro, table))


def limits_section(digest: Digest) -> Section:
    """Set out section seven: what the report cannot say.

    Parameters
    ----------
    digest
        The run.

    Returns
    -------
    Section
        Numbered points.
    """
    points = list(wording()["limits"]["points"])
    points.append(ROUNDING_NOTE)
    notes = digest.assessment.correction_notes
    if notes:
        points.append(words("limits", "corrections", notes="；".join(plain(one) for one in notes)))
    return Section(
        heading=words("headings", "limits"),
        level=1,
        blocks=tuple(
            Paragraph(text=f"{index}．{point}", tone=Tone.POINT)
            for index, point in enumerate(points, start=1)
        ),
    )
