"""The annexes of the report: tables that are looked up, not read."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING, Final

from geo_rectify.crs import area_m2
from geo_rectify.errors import RegionError
from geo_rectify.outputs.reports.digest import Digest, cell, kind_text, name_of
from geo_rectify.outputs.reports.law import paired_rows
from geo_rectify.outputs.reports.model import (
    Align,
    Block,
    Column,
    Page,
    Paragraph,
    Section,
    Table,
    Tone,
)
from geo_rectify.outputs.reports.wording import (
    DASH,
    NAME_LIMIT,
    hectares,
    listed,
    mu,
    percent,
    plain,
    position_words,
    quote,
    wording,
    words,
)
from geo_rectify.regions import area_name
from geo_rectify.vocabulary import (
    ROLE_CLASSES,
    SITE_CHECK_MARK,
    LayerRole,
    LayerStatus,
    Precision,
    Verdict,
    VerdictReason,
    ZoneClass,
    label,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.catalogue import LayerInfo
    from geo_rectify.findings.records import Rule
    from geo_rectify.outputs._dossiers import Dossier
    from geo_rectify.outputs.reports.digest import Ruling

_KNOWN_LIMIT: Final = 60
_CENTRE, _RIGHT = Align.CENTER, Align.RIGHT
_ANNEX_1: Final = (
    (9, _CENTRE), (17, _CENTRE), (11, _CENTRE), (12, _CENTRE), (13, _CENTRE), (24, Align.LEFT),
    (15, _CENTRE), (14, _CENTRE), (17, _CENTRE), (14, _CENTRE), (17, _CENTRE), (13, _CENTRE),
    (14, _RIGHT), (14, _RIGHT), (14, _RIGHT), (14, _RIGHT), (25, _CENTRE), (12, _CENTRE),
    (14, _CENTRE), (14, _CENTRE), (15, _CENTRE), (18, _CENTRE), (18, _CENTRE), (24, Align.LEFT),
    (15, _CENTRE), (12, _CENTRE), (12, _CENTRE),
)  # fmt: skip


def columns(key: str, widths: Sequence[tuple[float, Align]]) -> tuple[Column, ...]:
    """Make columns from the headings in ``wording.toml``.

    Parameters
    ----------
    key
        Whose headings.
    widths
        Width and alignment of each.

    Returns
    -------
    tuple of Column
        The columns.
    """
    titles = wording()["columns"][key]
    return tuple(
        Column(title=title, width=width, align=align)
        for title, (width, align) in zip(titles, widths, strict=True)
    )


def annexes(digest: Digest) -> list[Section]:
    """Make the five annexes.

    Parameters
    ----------
    digest
        The run.

    Returns
    -------
    list of Section
        In order; the first lies on a wide page.
    """
    return [
        _checking_table(digest),
        _unlocated(digest),
        *_undelineated(digest),
        _layers(digest),
        _clauses(digest),
    ]


def role_of(zone_class: ZoneClass) -> LayerRole:
    """Give the role whose layers give a zone class."""
    return next(role for role, classes in ROLE_CLASSES.items() if zone_class in classes)


def function_of(zone_class: ZoneClass) -> str:
    """Give the function zone (功能区) a class stands for, a dash for classes without."""
    return str(wording()["zone_function"].get(zone_class.value, DASH))


def _checking_table(digest: Digest) -> Section:
    made = columns("annex_1", _ANNEX_1)
    rows = tuple(
        _checking_row(digest, ruling, index) for index, ruling in enumerate(digest.flagged, 1)
    )
    blocks: tuple[Block, ...] = (Table(columns=made, rows=rows, note=words("annex", "one_note")),)
    if not rows:
        blank = tuple("" for _ in made)
        blocks = (
            Paragraph(text=words("annex", "one_none"), tone=Tone.NOTE),
            Table(columns=made, rows=(blank,), note=words("annex", "one_note")),
        )
    return Section(heading=words("headings", "annex_1"), level=1, page=Page.WIDE, blocks=blocks)


def _checking_row(digest: Digest, ruling: Ruling, index: int) -> tuple[str, ...]:
    dossier, answer = ruling.dossier, ruling.answer
    lon, lat = DASH, DASH
    if dossier.point is not None:
        lon, lat = position_words(dossier.point, uncertainty_m=dossier.uncertainty_m)
    outline = None
    if dossier.precision is Precision.SURVEYED and dossier.geometry is not None:
        outline = area_m2(dossier.geometry) or None
    overlap = answer.overlap_m2
    filled = {
        "序号": str(index),
        "图斑编号": ruling.finding_id,
        "问题序号": digest.issue_words(dossier),
        "县": plain(dossier.county.replace("|", "、")) or DASH,
        "乡镇村": plain(dossier.township) or DASH,
        "点位名称": name_of(dossier),
        "经度（度分秒）": lon,
        "纬度（度分秒）": lat,
        "定位精度": dossier.precision_words,
        "管控区类型": label(role_of(answer.zone_class)),
        "名称": plain(answer.zone_name) or DASH,
        "功能区": function_of(answer.zone_class),
        "图斑面积（公顷）": DASH if outline is None else hectares(outline),
        "压占面积（公顷）": DASH if overlap is None else hectares(overlap),
        "压占面积（亩）": DASH if overlap is None else mu(overlap),
        "占比": DASH if answer.share is None else percent(answer.share),
        "判定": answer.words + digest.answer_mark(answer),
        "活动类型": dossier.activity_words,
        "责任单位": listed((plain(unit) for unit in dossier.units), limit=4) or DASH,
        "时限": digest.deadline_words(dossier),
    }
    titles = wording()["columns"]["annex_1"]
    return tuple("" if title.endswith(SITE_CHECK_MARK) else filled[title] for title in titles)


def _unlocated(digest: Digest) -> Section:
    known = {dossier.site_id: dossier for dossier in digest.sites}
    rows = []
    for index, row in enumerate(digest.assessment.unlocated.to_dict("records"), start=1):
        entry = {str(name): value for name, value in row.items()}
        dossier = known.get(cell(entry, "site_id"))
        issues = (
            digest.issue_words(dossier)
            if dossier
            else ", ".join(
                digest.issue_name(key) for key in cell(entry, "issue_numbers").split("|")
            )
        )
        rows.append(
            (
                str(index),
                plain(entry["name"], limit=NAME_LIMIT),
                kind_text(dossier.kind) if dossier else cell(entry, "kind"),
                plain(cell(entry, "county").replace("|", "、")) or DASH,
                issues,
                _known_position(dossier) if dossier else plain(cell(entry, "reason")),
            )
        )
    heading = words("headings", "annex_2")
    if not rows:
        none = Paragraph(text=words("annex", "two_none"), tone=Tone.NOTE)
        return Section(heading=heading, level=1, page=Page.NEW, blocks=(none,))
    table = Table(
        columns=columns(
            "annex_2",
            (
                (10, _CENTRE),
                (46, Align.LEFT),
                (22, _CENTRE),
                (16, _CENTRE),
                (18, _CENTRE),
                (52, Align.LEFT),
            ),
        ),
        rows=tuple(rows),
        dense=True,
    )
    intro = Paragraph(text=words("annex", "two"), tone=Tone.NOTE)
    return Section(heading=heading, level=1, page=Page.NEW, blocks=(intro, table))


def _known_position(dossier: Dossier) -> str:
    """Say what is known of a position; candidates are counted here and named in the worklist."""
    known = dataclasses.replace(dossier, candidates=()).reference
    if dossier.candidates:
        known += words("annex", "two_candidates", count=len(dossier.candidates))
    return plain(known, limit=_KNOWN_LIMIT)


def _undelineated(digest: Digest) -> list[Section]:
    missing = [one for one in digest.rulings if one.answer.verdict is Verdict.NOT_DELINEATED]
    gathered: dict[str, list[Ruling]] = {}
    for one in missing:
        gathered.setdefault(one.dossier.site_id, []).append(one)
    rows = tuple(
        (
            str(index),
            name_of(rulings[0].dossier),
            digest.issue_words(rulings[0].dossier),
            listed(label(one.answer.zone_class) for one in rulings),
            _basis(rulings[0]),
        )
        for index, rulings in enumerate(gathered.values(), start=1)
    )
    not_compared = Counter(
        (one.answer.zone_class, one.reason)
        for one in digest.rulings
        if one.answer.verdict is Verdict.NOT_COVERED
    )
    order = {zone_class: rank for rank, zone_class in enumerate(ZoneClass)}
    uncovered = tuple(
        (label(zone_class), label(reason) if reason else DASH, str(count))
        for (zone_class, reason), count in sorted(
            not_compared.items(), key=lambda item: (order[item[0][0]], str(item[0][1]))
        )
    )
    first: Block = Paragraph(text=words("annex", "three_missing_none"), tone=Tone.NOTE)
    if rows:
        widths = ((10, _CENTRE), (38, Align.LEFT), (14, _CENTRE), (34, _CENTRE), (60, Align.LEFT))
        first = Table(columns=columns("annex_3_missing", widths), rows=rows)
    second: Block = Paragraph(text=words("annex", "three_uncovered_none"), tone=Tone.NOTE)
    if uncovered:
        second = Table(
            columns=columns(
                "annex_3_uncovered", ((60, Align.LEFT), (60, Align.LEFT), (36, _CENTRE))
            ),
            rows=uncovered,
            note=words("annex", "three_note"),
        )
    return [
        Section(heading=words("headings", "annex_3"), level=1, page=Page.NEW),
        Section(heading=words("annex", "three_missing"), level=2, blocks=(first,)),
        Section(heading=words("annex", "three_uncovered"), level=2, blocks=(second,)),
    ]


def _basis(ruling: Ruling) -> str:
    reason = label(ruling.reason or VerdictReason.CATALOGUE_SAYS_SO)
    sentence = ruling.dossier.sentence
    if ruling.note:
        return plain(ruling.note)
    if ruling.reason is VerdictReason.PLAN_SAYS_SO and sentence is not None:
        return f"{reason}：{quote(sentence.text, limit=60)}"
    return reason


def _layers(digest: Digest) -> Section:
    infos = digest.assessment.layers.infos
    heading = words("headings", "annex_4")
    if not infos:
        none = Paragraph(text=words("annex", "four_none"), tone=Tone.NOTE)
        return Section(heading=heading, level=1, blocks=(none,))
    widths = (
        (30, Align.LEFT),
        (24, Align.LEFT),
        (20, Align.LEFT),
        (22, Align.LEFT),
        (32, Align.LEFT),
        (28, Align.LEFT),
    )
    table = Table(
        columns=columns("annex_4", widths),
        rows=tuple(_layer_row(digest, info) for info in infos),
        note=words("annex", "four_note"),
    )
    return Section(heading=heading, level=1, blocks=(table,))


def _layer_row(digest: Digest, info: LayerInfo) -> tuple[str, ...]:
    status = [label(info.status), plain(info.version)]
    if info.valid_from or info.valid_to:
        start = info.valid_from.isoformat() if info.valid_from else DASH
        end = info.valid_to.isoformat() if info.valid_to else DASH
        status.append(words("annex", "valid", start=start, end=end))
    if info.missing:
        status.append(words("annex", "missing"))
    elif not info.in_force:
        status.append(words("annex", "out_of_force"))
    about = [words("annex", "feature_count", count=info.feature_count)]
    if info.sha256:
        about.append(words("annex", "hash", hash=info.sha256[:8]))
    if info.repairs:
        about.append(words("annex", "repaired", count=len(info.repairs)))
    named = "" if digest.hidden(info) else listed((plain(name) for name in info.names), limit=4)
    if info.status is LayerStatus.NOT_DELINEATED:
        about = [named or DASH]
    return (
        plain(info.title),
        "；".join(part for part in status if part),
        plain(info.approval) or DASH,
        coverage_words(info),
        "；".join(part for part in (plain(info.source), plain(info.licence)) if part),
        "；".join(about),
    )


def coverage_words(info: LayerInfo) -> str:
    """Say for which area a layer's silence means something."""
    if info.status is LayerStatus.NOT_DELINEATED:
        return _area_words(info.applies_to) or DASH
    if info.coverage is None:
        return words("annex", "no_coverage")
    return plain(info.coverage_note) or DASH


def _area_words(applies_to: str) -> str:
    """Name the area of ``adcode:360200``; anything else is given as it is."""
    code = applies_to.removeprefix("adcode:")
    if code == applies_to:
        return plain(applies_to)
    try:
        return words("annex", "area", name=area_name(code), code=code)
    except RegionError:
        return plain(applies_to)


def _clauses(digest: Digest) -> Section:
    heading = words("headings", "annex_5")
    listed_rules = [
        rule
        for rule in digest.assessment.rules
        if not rule.question and (rule.checked_on is None or rule.penalty)
    ]
    ruled = {zone_class for rule in digest.assessment.rules for zone_class in rule.classes}
    unset = [label(zone_class) for zone_class in digest.classes if zone_class not in ruled]
    unset_note = words("annex", "unset", classes=listed(unset)) if unset else ""
    if not listed_rules:
        text = words("annex", "five_none") + unset_note
        none = Paragraph(text=text, tone=Tone.NOTE)
        return Section(heading=heading, level=1, blocks=(none,))
    widths = (
        (20, Align.LEFT),
        (26, Align.LEFT),
        (38, Align.LEFT),
        (26, Align.LEFT),
        (35, Align.LEFT),
        (11, _CENTRE),
    )
    table = Table(
        columns=columns("annex_5", widths),
        rows=tuple(_clause_row(digest, rule) for rule in listed_rules),
        note=unset_note,
        dense=True,
    )
    intro = Paragraph(text=words("annex", "five"), tone=Tone.NOTE)
    checklist = _checklist(digest)
    paired = paired_rows(digest)
    if not paired:
        return Section(heading=heading, level=1, blocks=(intro, table, *checklist))
    about = Paragraph(text=words("annex", "five_paired"), tone=Tone.NOTE)
    sides = (
        (16, Align.LEFT),
        (24, Align.LEFT),
        (36, Align.LEFT),
        (40, Align.LEFT),
        (40, Align.LEFT),
    )
    pairs = Table(columns=columns("annex_5_paired", sides), rows=paired, dense=True)
    return Section(heading=heading, level=1, blocks=(intro, table, *checklist, about, pairs))


def _checklist(digest: Digest) -> tuple[Block, ...]:
    """Set out what the classes of the checklists say and ask, each with boxes to tick."""
    rules = [rule for rule in digest.assessment.rules if rule.question]
    if not rules:
        return ()
    numbers = Counter[tuple[str, tuple[ZoneClass, ...]]]()
    rows = []
    for rule in rules:
        numbers[rule.title, rule.classes] += 1
        *_, about, status = _clause_row(digest, rule)
        rows.append(
            (
                f"{numbers[rule.title, rule.classes]}．{plain(rule.item)}",
                plain(rule.substance),
                plain(rule.question),
                words("annex", "boxes"),
                f"{plain(rule.title)}；{about}",
                status,
            )
        )
    widths = (
        (22, Align.LEFT),
        (40, Align.LEFT),
        (36, Align.LEFT),
        (15, Align.LEFT),
        (32, Align.LEFT),
        (11, _CENTRE),
    )
    table = Table(columns=columns("annex_5_checklist", widths), rows=tuple(rows), dense=True)
    return (Paragraph(text=words("annex", "five_checklist"), tone=Tone.NOTE), table)


def _clause_row(digest: Digest, rule: Rule) -> tuple[str, ...]:
    period = []
    if rule.valid_from:
        period.append(words("annex", "dated", start=rule.valid_from.isoformat()))
    if rule.valid_to:
        period.append(words("annex", "ended", end=rule.valid_to.isoformat()))
    if not rule.in_force(digest.assessment.settings.as_of):
        period.append(words("annex", "not_in_force"))
    period += [plain(part) for part in (rule.source, rule.confidence, rule.note) if part]
    status = words("annex", "unchecked")
    if rule.checked_on is not None:
        status = words("annex", "checked", date=rule.checked_on.isoformat())
    return (
        listed(label(zone_class) for zone_class in rule.classes),
        "".join(part for part in (plain(rule.title), plain(rule.article)) if part),
        plain(rule.substance),
        plain(rule.penalty) or DASH,
        "；".join(period),
        status,
    )
