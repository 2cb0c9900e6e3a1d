"""Section three: what the overlay gave, site by site for what may lie in a zone, else in tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from geo_rectify.drawing.details import WIDTH_MM, draw_details
from geo_rectify.outputs.reports.annexes import columns
from geo_rectify.outputs.reports.digest import FLAGGED, name_of
from geo_rectify.outputs.reports.law import checked_rules, checklist_words
from geo_rectify.outputs.reports.model import (
    Align,
    Block,
    Column,
    Paragraph,
    Picture,
    Section,
    Table,
    Tone,
)
from geo_rectify.outputs.reports.wording import (
    DASH,
    area_words,
    distance_words,
    listed,
    percent,
    plain,
    position_words,
    quote_around,
    wording,
    words,
)
from geo_rectify.vocabulary import Activity, Verdict, ZoneClass, label, verdict_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo_rectify.outputs._dossiers import Dossier
    from geo_rectify.outputs.reports.digest import Digest, Ruling

CARDS: Final = 40
"""How many sites get a card of their own; the rest stand in one table, none is left out."""
_QUOTE_LIMIT: Final = 130
_UNITS_SHOWN: Final = 4
_CUES_SHOWN: Final = 4
_NEAREST: Final = 3
_MATRIX_ROOM: Final = 80.0
_NARROWEST, _WIDEST = 5.0, 14.0
_CARD: Final = (
    Column(title="", width=27),
    Column(title="", width=45),
    Column(title="", width=20),
    Column(title="", width=64),
)
_CENTRE, _LEFT = Align.CENTER, Align.LEFT


def flagged_sections(
    digest: Digest,
    *,
    next_caption: Callable[[str], str],
    progress: Callable[[str], None] | None = None,
) -> list[Section]:
    """Set out the sites that lie, or may lie, in a zone.

    Parameters
    ----------
    digest
        The run.
    next_caption
        Gives a numbered caption for a title.
    progress
        Called with words as the figures are drawn.

    Returns
    -------
    list of Section
        A section with its introduction, a card and a figure for each of the first `CARDS` sites, and a table
        of the rest.
    """
    heading = words("headings", "flagged")
    sites = digest.flagged_sites
    if not sites:
        none = Paragraph(text=words("overlay", "flagged_none"))
        return [Section(heading=heading, level=2, blocks=(none,))]
    shown, rest = sites[:CARDS], sites[CARDS:]
    figures = _figures(digest, shown, progress=progress)
    cards = [
        Section(
            heading=words("overlay", "card_heading", position=index, name=name_of(site)),
            level=3,
            blocks=(_card(digest, site), *figures.get(site.site_id, ())),
        )
        for index, site in enumerate(shown, start=1)
    ]
    if not rest:
        text = words("overlay", "flagged_all", count=len(sites))
        return [Section(heading=heading, level=2, blocks=(Paragraph(text=text),)), *cards]
    table = _rest(digest, rest, caption=next_caption(words("overlay", "flagged_rest")))
    text = words(
        "overlay",
        "flagged_first",
        count=len(sites),
        shown=len(shown),
        rest=len(rest),
        table=table.caption.split()[0].removeprefix("表"),
    )
    return [
        Section(heading=heading, level=2, blocks=(Paragraph(text=text),)),
        *cards,
        Section(heading=words("overlay", "flagged_rest"), level=3, blocks=(table,)),
    ]


def _figures(
    digest: Digest, sites: Sequence[Dossier], *, progress: Callable[[str], None] | None
) -> dict[str, tuple[Block, ...]]:
    """Draw each site with the zones around it, numbered in their order."""

    def told(number: int) -> None:
        if progress is not None:
            progress(words("overlay", "figure_progress", number=number, count=len(sites)))

    ids = [site.site_id for site in sites]
    figures = draw_details(digest.assessment, ids, progress=told)
    names = {site.site_id: name_of(site) for site in sites}
    found: dict[str, tuple[Block, ...]] = {}
    for number, (site_id, figure) in enumerate(figures.items(), start=1):
        shown = {"number": number, "name": names[site_id], "scale": figure.scale}
        blocks: list[Block] = [
            Picture(
                png=figure.png,
                caption=words("overlay", "figure_caption", **shown),
                alt=words("overlay", "figure_alt", **shown),
                width_mm=WIDTH_MM,
            )
        ]
        codes = [f"{code} {meaning}" for code, meaning in figure.key]
        if codes or figure.notes:
            said = "；".join((*codes, *figure.notes))
            blocks.append(
                Paragraph(text=words("annex", "figure_notes", notes=said), tone=Tone.NOTE)
            )
        found[site_id] = tuple(blocks)
    return found


def _card(digest: Digest, site: Dossier) -> Table:
    position = words("overlay", "no_position")
    if site.point is not None:
        lon, lat = position_words(site.point, uncertainty_m=site.uncertainty_m)
        position = words("overlay", "position", lon=lon, lat=lat)
    rows: list[tuple[str, ...]] = [
        (
            words("overlay", "card_issue"),
            "；".join(w for w in (digest.issue_words(site), site.petition_words) if w),
            words("overlay", "card_place"),
            plain(site.place),
        ),
        (
            words("overlay", "card_precision"),
            site.precision_words,
            words("overlay", "card_position"),
            position,
        ),
    ]
    rulings = digest.rulings_of(site)
    rows += [
        (label(ruling.answer.zone_class), _ruling_words(digest, ruling))
        for ruling in rulings
        if ruling.answer.verdict in FLAGGED
    ]
    others = Counter(
        (ruling.answer.verdict, ruling.answer.words)
        for ruling in rulings
        if ruling.answer.verdict not in FLAGGED
    )
    if others:
        told = "；".join(f"{shown}{count}类" for (_, shown), count in others.items())
        rows.append((words("overlay", "card_others"), told))
    if site.sentence is not None and site.mention is not None:
        said = quote_around(
            site.sentence, site.mention.start, end=site.mention.end, limit=_QUOTE_LIMIT
        )
        where = "" if site.mention.issue is None else f"（问题{_first_issue(digest, site)}）"
        rows.append((words("overlay", "card_quote"), said + where))
    told = listed((f"“{plain(cue)}”" for cue in site.cues), limit=_CUES_SHOWN)
    known = words("overlay", "activity_kind", activities=site.activity_words)
    if told:
        known = words("overlay", "activity_cues", activities=site.activity_words, cues=told)
    elif Activity.UNKNOWN in site.activities:
        known = site.activity_words
    rows.append((words("overlay", "card_activity"), known))
    rules = checked_rules(digest, site)
    if rules:
        rows.append((words("overlay", "card_rules"), rules))
    checklist = checklist_words(digest, site)
    if checklist:
        rows.append((words("overlay", "card_checklist"), checklist))
    units = listed((plain(unit) for unit in site.units), limit=_UNITS_SHOWN) or DASH
    deadline = digest.deadline_words(site)
    rows.append(
        (words("overlay", "card_deadline"), deadline, words("overlay", "card_units"), units)
    )
    return Table(columns=_CARD, rows=tuple(rows), card=True)


def _first_issue(digest: Digest, site: Dossier) -> str:
    mention = site.mention
    if mention is None or mention.issue is None:
        return ""
    return (
        f"{digest.document_letter(mention.doc_id)}{mention.issue}"
        if (digest.assessment.several)
        else str(mention.issue)
    )


def _ruling_words(digest: Digest, ruling: Ruling) -> str:
    answer = ruling.answer
    parts = [answer.words]
    if answer.overlap_m2 is not None and answer.share is not None:
        shown = {"area": area_words(answer.overlap_m2), "share": percent(answer.share)}
        parts.append(words("overlay", "outline", **shown))
    if answer.zone_name:
        parts.append(words("overlay", "zone_name", name=plain(answer.zone_name)))
    if answer.layer_id:
        parts.append(words("overlay", "layer", layer=digest.layer_words(answer), mark=""))
    return "；".join(parts)


def _rest(digest: Digest, sites: tuple[Dossier, ...], *, caption: str) -> Table:
    widths = ((42, _LEFT), (14, _CENTRE), (30, _LEFT), (34, _CENTRE), (36, _LEFT))
    rows = tuple(
        (
            name_of(site),
            digest.issue_words(site),
            label(ruling.answer.zone_class),
            ruling.answer.words,
            digest.layer_words(ruling.answer),
        )
        for site in sites
        for ruling in digest.rulings_of(site)
        if ruling.answer.verdict in FLAGGED
    )
    return Table(columns=columns("rest", widths), rows=rows, caption=caption)


def other_sections(digest: Digest, *, next_caption: Callable[[str], str]) -> list[Section]:
    """Summarise what is not flagged: open verdicts by reason, and what was seen to be clear.

    Parameters
    ----------
    digest
        The run.
    next_caption
        Gives a numbered caption for a title.

    Returns
    -------
    list of Section
        One section; none where nothing was asked.
    """
    others = [ruling for ruling in digest.rulings if ruling.answer.verdict not in FLAGGED]
    if not others:
        return []
    gathered: dict[str, list[Ruling]] = {}
    for verdict in Verdict:
        for ruling in others:
            if ruling.answer.verdict is verdict:
                shown = verdict_label(verdict, reason=ruling.reason)
                gathered.setdefault(shown, []).append(ruling)
    rows = tuple(
        (
            shown,
            str(len({ruling.dossier.site_id for ruling in rulings})),
            str(len(rulings)),
            _class_list(digest, {ruling.answer.zone_class for ruling in rulings}),
        )
        for shown, rulings in gathered.items()
    )
    summary = Table(
        columns=columns("others", ((50, _LEFT), (17, _CENTRE), (17, _CENTRE), (72, _LEFT))),
        rows=rows,
        caption=next_caption(words("overlay", "others_table")),
    )
    number = summary.caption.split()[0].removeprefix("表")
    blocks: list[Block] = [Paragraph(text=words("overlay", "others", table=number)), summary]
    clear = [ruling for ruling in others if ruling.answer.verdict is Verdict.CLEAR]
    if clear:
        blocks.append(_clear(digest, clear, caption=next_caption(words("overlay", "clear"))))
    sections = [Section(heading=words("headings", "others"), level=2, blocks=tuple(blocks))]
    compared = _compared(digest)
    if not compared:
        return sections
    matrix = _matrix(digest, compared, caption=next_caption(words("overlay", "matrix")))
    sections.append(Section(heading=words("headings", "matrix"), level=2, blocks=(matrix,)))
    return sections


def _class_list(digest: Digest, classes: set[ZoneClass]) -> str:
    return listed(label(zone_class) for zone_class in digest.classes if zone_class in classes)


def _clear(digest: Digest, rulings: list[Ruling], *, caption: str) -> Table:
    """Count by class what was seen to be clear, and name the sites nearest to a zone."""
    gathered: dict[ZoneClass, list[Ruling]] = {}
    for ruling in rulings:
        gathered.setdefault(ruling.answer.zone_class, []).append(ruling)
    rows = []
    for zone_class in digest.classes:
        of_class = gathered.get(zone_class, [])
        if not of_class:
            continue
        known = [
            (ruling.answer.distance_m, name_of(ruling.dossier))
            for ruling in of_class
            if ruling.answer.distance_m is not None
        ]
        nearest = [f"{name}{distance_words(far)}" for far, name in sorted(known)[:_NEAREST]]
        rows.append((label(zone_class), str(len(of_class)), listed(nearest) or DASH))
    return Table(
        columns=columns("clear", ((42, _LEFT), (18, _CENTRE), (96, _LEFT))),
        rows=tuple(rows),
        caption=caption,
        note=words("overlay", "clear_note"),
    )


def _compared(digest: Digest) -> list[ZoneClass]:
    """List the classes that any site was compared with."""
    met = {
        ruling.answer.zone_class
        for ruling in digest.rulings
        if ruling.answer.verdict is not Verdict.NOT_COVERED
    }
    return [zone_class for zone_class in digest.classes if zone_class in met]


def _matrix(digest: Digest, shown: list[ZoneClass], *, caption: str) -> Table:
    """Give every site one row and every class that a layer speaks of one narrow column."""
    signs = wording()["sign"]
    heads = wording()["columns"]["matrix"]
    each = max(_NARROWEST, min(_WIDEST, _MATRIX_ROOM / max(1, len(shown))))
    made = [
        Column(title=title, width=width, align=align)
        for title, (width, align) in zip(
            heads, ((39, _LEFT), (15, _CENTRE), (23, _CENTRE)), strict=True
        )
    ]
    made += [
        Column(title=wording()["short"][zone_class.value], width=each, align=_CENTRE)
        for zone_class in shown
    ]
    rows = []
    for site in digest.sites:
        by_class = {ruling.answer.zone_class: ruling for ruling in digest.rulings_of(site)}
        cells = []
        for zone_class in shown:
            ruling = by_class.get(zone_class)
            if ruling is None:
                cells.append("")
                continue
            unofficial = ruling.answer.verdict is Verdict.POSSIBLE and not ruling.official
            cells.append(signs["unofficial" if unofficial else ruling.answer.verdict.value])
        rows.append((name_of(site), digest.issue_words(site), site.precision_words, *cells))
    return Table(
        columns=tuple(made),
        rows=tuple(rows),
        caption=caption,
        note=words("overlay", "matrix_note"),
        dense=True,
    )
