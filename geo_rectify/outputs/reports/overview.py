"""Section one: the conclusions, what is not known, and the list of all issues."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from geo_rectify.drawing.markup import one_line
from geo_rectify.drawing.symbology import verdict_order
from geo_rectify.outputs.reports.annexes import columns
from geo_rectify.outputs.reports.digest import (
    Digest,
    deadline_text,
    name_of,
)
from geo_rectify.outputs.reports.model import (
    Align,
    Block,
    Paragraph,
    Section,
    Table,
    Tone,
)
from geo_rectify.outputs.reports.wording import (
    DASH,
    listed,
    plain,
    quote,
    wording,
    words,
)
from geo_rectify.vocabulary import (
    ClaimResult,
    LayerStatus,
    Precision,
    SiteStatus,
    Verdict,
    label,
)

if TYPE_CHECKING:
    from geo_rectify.outputs.reports.numbers import TableNumbers

_COARSE: Final = frozenset(
    {Precision.TOWNSHIP, Precision.COUNTY, Precision.PREFECTURE, Precision.NONE}
)
_CENTRE, _LEFT = Align.CENTER, Align.LEFT
_HEADING_LIMIT: Final = 32
_UNITS_SHOWN: Final = 3
_UNITS_LISTED: Final = 2


def _documents(digest: Digest) -> str:
    return listed(
        f"《{one_line(plan.title or plan.source_name)}》" for plan in digest.assessment.plans
    )


# --- 一 -------------------------------------------------------------------------------------------


def overview_sections(digest: Digest, tables: TableNumbers) -> list[Section]:
    """Set out section one.

    Parameters
    ----------
    digest
        The run.
    tables
        Gives the numbers of the tables.

    Returns
    -------
    list of Section
        Conclusions, what is not known and, where there are any, all issues.
    """
    assessment = digest.assessment
    found = [
        Section(
            heading=words("headings", "overview"),
            level=1,
            blocks=(Paragraph(text=_scope(digest)),),
        ),
        Section(
            heading=words("headings", "conclusions"), level=2, blocks=_conclusions(digest, tables)
        ),
        Section(heading=words("headings", "unknown"), level=2, blocks=_unknown(digest, tables)),
    ]
    if assessment.issues():
        found.append(
            Section(
                heading=words("headings", "issue_list"), level=2, blocks=(_issues(digest, tables),)
            )
        )
    return found


def _scope(digest: Digest) -> str:
    assessment = digest.assessment
    values = {
        "documents": _documents(digest),
        "issues": len(digest.issues),
        "measures": sum(len(issue.measures) for issue in digest.issues.values()),
        "sites": len(digest.sites),
        "classes": len(digest.classes),
    }
    if not assessment.plans:
        return words("overview", "scope_sites", **values)
    if not digest.sites:
        return words("overview", "scope_none", **values)
    return words("overview", "scope" if digest.issues else "scope_places", **values)


def _conclusions(digest: Digest, tables: TableNumbers) -> tuple[Block, ...]:
    conflicts = digest.sites_with(Verdict.CONFLICT, official=True)
    possible = digest.sites_with(Verdict.POSSIBLE, official=True) - conflicts
    unofficial = digest.sites_with(Verdict.POSSIBLE, official=False)
    sentences = []
    if digest.assessment.settings.demo:
        sentences.append(words("overview", "demo"))
    if not digest.assessment.layers.infos:
        sentences.append(words("overview", "no_layers"))
    if conflicts or possible:
        counts = {"conflict": len(conflicts), "possible": len(possible)}
        sentences.append(words("overview", "headline", **counts))
    elif any(ruling.official for ruling in digest.rulings):
        sentences.append(words("overview", "headline_none"))
    else:
        sentences.append(words("overview", "headline_no_official"))
    if unofficial:
        sentences.append(words("overview", "unofficial", count=len(unofficial)))
    keys = [
        key
        for key, sites in digest.sites_of_issue.items()
        if any(site.site_id in conflicts | possible for site in sites)
    ]
    if keys:
        named = listed(digest.issue_name(key) for key in digest.issues if key in keys)
        sentences.append(words("overview", "flagged_in", issues=named))
    results = Counter(digest.assessment.claims["result"])
    if results:
        sentences.append(words("overview", "claims", **claim_counts(results)))
    blocks: list[Block] = [Paragraph(text="".join(sentences))]
    if digest.sites:
        blocks.append(Paragraph(text=_unknown_in_short(digest)))
    if digest.rulings:
        blocks.append(_conclusion_table(digest, tables))
    return tuple(blocks)


def claim_counts(results: Counter[str]) -> dict[str, int]:
    """Count claims by result, under the names the sentences use.

    Parameters
    ----------
    results
        How many claims have each result.

    Returns
    -------
    dict
        count, agrees, differs and undecided.
    """
    return {
        "count": sum(results.values()),
        "agrees": results[ClaimResult.AGREES],
        "differs": results[ClaimResult.DIFFERS],
        "undecided": results[ClaimResult.UNDECIDED],
    }


def _conclusion_table(digest: Digest, tables: TableNumbers) -> Table:
    counts = digest.verdict_counts()
    rows = []
    for zone_class in digest.classes:
        official = counts[zone_class, Verdict.POSSIBLE, True]
        unofficial = counts[zone_class, Verdict.POSSIBLE, False]
        others = {
            verdict: counts[zone_class, verdict, True] + counts[zone_class, verdict, False]
            for verdict in Verdict
        }
        numbers = (
            others[Verdict.CONFLICT],
            official,
            unofficial,
            others[Verdict.CLEAR],
            others[Verdict.UNDETERMINED],
            others[Verdict.NOT_DELINEATED],
            others[Verdict.NOT_COVERED],
        )
        rows.append((label(zone_class), *(str(number) for number in numbers)))
    widths = ((43, _LEFT), *((16, _CENTRE),) * 7)
    return Table(
        columns=columns("conclusions", widths),
        rows=tuple(rows),
        caption=tables.caption(words("overview", "table_conclusions")),
        note=words("overview", "meaning") + words("overview", "table_conclusions_note"),
    )


def _left_out(digest: Digest) -> list[str]:
    """Say how many sites a county's part leaves out because their county is not known."""
    count = digest.assessment.scope.unplaced
    return [words("overview", "unplaced", count=count)] if count else []


def _idle_layers(digest: Digest) -> list[str]:
    """Name the layers that took no part, and why."""
    infos = digest.assessment.layers.infos
    unread = [plain(info.title) for info in infos if info.missing]
    expired = [plain(info.title) for info in infos if not info.in_force and not info.missing]
    told = []
    if unread:
        told.append(words("overview", "missing_layers", titles=listed(unread)))
    if expired:
        told.append(words("overview", "out_of_force", titles=listed(expired)))
    return told


def _uncovered(digest: Digest) -> list[str]:
    """Name the classes that no site was compared with."""
    met = {
        ruling.answer.zone_class
        for ruling in digest.rulings
        if ruling.answer.verdict is not Verdict.NOT_COVERED
    }
    return [label(zone_class) for zone_class in digest.classes if zone_class not in met]


def _unknown_in_short(digest: Digest) -> str:
    """Say on the first page what is not known: counts by precision, gaps, places to be found."""
    counts = Counter(site.precision for site in digest.sites)
    by_precision = listed(
        words("overview", "short_precision", precision=label(precision), count=counts[precision])
        for precision in Precision
        if counts[precision]
    )
    uncovered = _uncovered(digest)
    parts = [words("overview", "short", precision=by_precision)]
    if len(digest.assessment.unlocated):
        parts.append(words("overview", "short_unlocated", count=len(digest.assessment.unlocated)))
    if uncovered:
        parts.append(words("overview", "short_uncovered", classes=listed(uncovered)))
    missing = digest.sites_with(Verdict.NOT_DELINEATED)
    if missing:
        parts.append(words("overview", "short_undelineated", count=len(missing)))
    return "；".join(parts) + "。"


def _unknown(digest: Digest, tables: TableNumbers) -> tuple[Block, ...]:
    assessment = digest.assessment
    coarse = [site for site in digest.sites if site.precision in _COARSE]
    counted = [site for site in digest.sites if site.status is SiteStatus.COUNTED]
    uncovered = _uncovered(digest)
    missing = digest.sites_with(Verdict.NOT_DELINEATED)
    points = []
    if coarse:
        number = tables.last + 1
        points.append(words("overview", "precision_head", table=number, coarse=len(coarse)))
    if len(assessment.unlocated):
        points.append(words("overview", "unlocated", count=len(assessment.unlocated)))
    if counted:
        names = listed([name_of(site) for site in counted][:3])
        points.append(words("overview", "counted", count=len(counted), names=names))
    if uncovered:
        points.append(words("overview", "uncovered", classes=listed(uncovered)))
    if missing:
        points.append(words("overview", "not_delineated", count=len(missing)))
    if len(assessment.rejected):
        points.append(words("overview", "rejected", count=len(assessment.rejected)))
    points += [*_left_out(digest), *_idle_layers(digest)]
    if any(digest.hidden(info) for info in assessment.layers.infos):
        points.append(words("overview", "hidden"))
    if not points:
        points.append(words("overview", "nothing_unknown"))
    blocks: list[Block] = [
        Paragraph(text=f"{index}．{point}", tone=Tone.POINT)
        for index, point in enumerate(points, start=1)
    ]
    if digest.sites:
        blocks.append(_precision_table(digest, tables))
    return tuple(blocks)


def _precision_table(digest: Digest, tables: TableNumbers) -> Table:
    counts = Counter(site.precision for site in digest.sites)
    meaning = wording()["precision"]
    rows = [
        (label(precision), str(counts[precision]), meaning[precision.value])
        for precision in Precision
        if counts[precision]
    ]
    rows.append((words("overview", "total"), str(len(digest.sites)), ""))
    return Table(
        columns=columns("precision", ((28, _CENTRE), (20, _CENTRE), (108, _LEFT))),
        rows=tuple(rows),
        caption=tables.caption(words("overview", "table_precision")),
    )


def _issues(digest: Digest, tables: TableNumbers) -> Table:
    rows = []
    for key, issue in digest.issues.items():
        sites = digest.sites_of_issue.get(key, [])
        units = dict.fromkeys(unit for measure in issue.measures for unit in measure.units)
        deadline = deadline_text(issue.deadline.raw) if issue.deadline else DASH
        rows.append(
            (
                digest.issue_name(key),
                quote(issue.heading, limit=_HEADING_LIMIT) if issue.heading else DASH,
                deadline,
                listed((plain(unit) for unit in units), limit=_UNITS_LISTED) or DASH,
                str(len(sites)) if sites else DASH,
                _worst_words(digest, key),
            )
        )
    widths = (
        (11, _CENTRE),
        (56, _LEFT),
        (22, _CENTRE),
        (38, _LEFT),
        (11, _CENTRE),
        (24, _CENTRE),
    )
    return Table(
        columns=columns("issues", widths),
        rows=tuple(rows),
        caption=tables.caption(words("overview", "table_issues")),
        note=words("overview", "table_issues_note"),
    )


def _worst_words(digest: Digest, key: str) -> str:
    sites = digest.sites_of_issue.get(key, [])
    if not sites:
        return words("overview", "no_place")
    rank = verdict_order().index
    answers = [answer for site in sites for answer in site.answers]
    if not answers:
        return DASH
    worst = min(
        answers,
        key=lambda one: (rank(one.verdict), one.layer_status != LayerStatus.OFFICIAL),
    )
    mark = f"（{label(LayerStatus(worst.layer_status))}）" if digest.answer_mark(worst) else ""
    return label(worst.verdict) + mark
