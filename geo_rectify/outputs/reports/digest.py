"""A run read once for the report: its sites, answers and counts, named as the report names them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.drawing.markup import one_line
from geo_rectify.drawing.symbology import verdict_order
from geo_rectify.outputs._dossiers import Answer, Dossier, dossiers
from geo_rectify.outputs.reports.wording import DASH, NAME_LIMIT, listed, plain
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import (
    SCHEMATIC_MARK,
    LayerStatus,
    PlaceType,
    Verdict,
    VerdictReason,
    ZoneClass,
    label,
)

if TYPE_CHECKING:
    from geo_rectify.catalogue import LayerInfo
    from geo_rectify.models import Issue
    from geo_rectify.pipeline import Assessment

FLAGGED: Final = frozenset({Verdict.CONFLICT, Verdict.POSSIBLE})
_SAYING: Final = FLAGGED | {Verdict.CLEAR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One finding: its site, its answer, why, and whether its layer counts as official."""

    dossier: Dossier
    answer: Answer
    reason: VerdictReason | None
    official: bool
    finding_id: str
    rule_ids: tuple[str, ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A run with its sites and rulings.

    Attributes
    ----------
    assessment
        The run.
    sites
        Its sites, as the other outputs file them.
    """

    assessment: Assessment
    sites: tuple[Dossier, ...]

    @cached_property
    def rulings(self) -> tuple[Ruling, ...]:
        """List the findings, site by site, worst first."""
        samples = {info.layer_id for info in self.assessment.layers.infos if info.sample}
        demo = self.assessment.settings.demo
        findings = self.assessment.findings
        rows = {
            (str(row["site_id"]), str(row["zone_class"])): row
            for row in findings.drop(columns=findings.geometry.name).to_dict("records")
        }
        found = []
        for dossier in self.sites:
            for answer in dossier.answers:
                row = rows[dossier.site_id, answer.zone_class.value]
                reason = one_line(row["reason"])
                found.append(
                    Ruling(
                        dossier=dossier,
                        answer=answer,
                        reason=VerdictReason(reason) if reason in set(VerdictReason) else None,
                        official=answer.layer_status == LayerStatus.OFFICIAL
                        or (demo and answer.layer_id in samples),
                        finding_id=one_line(row["finding_id"]),
                        rule_ids=tuple(split_list(row["rule_ids"])),
                        note=one_line(row["note"]),
                    )
                )
        return tuple(found)

    @cached_property
    def classes(self) -> tuple[ZoneClass, ...]:
        """List the zone classes that were asked about."""
        asked = {ruling.answer.zone_class for ruling in self.rulings}
        return tuple(zone_class for zone_class in ZoneClass if zone_class in asked)

    @cached_property
    def flagged(self) -> tuple[Ruling, ...]:
        """List what may lie in a zone: the surest first, then by share and site."""
        worst = {verdict: rank for rank, verdict in enumerate(verdict_order())}
        chosen = [ruling for ruling in self.rulings if ruling.answer.verdict in FLAGGED]
        return tuple(
            sorted(
                chosen,
                key=lambda one: (
                    worst[one.answer.verdict],
                    not one.official,
                    self.issue_rank(one.dossier),
                    one.dossier.name,
                    one.dossier.site_id,
                ),
            )
        )

    @cached_property
    def flagged_sites(self) -> tuple[Dossier, ...]:
        """List the sites of `flagged`, each once, in its order."""
        return tuple({one.dossier.site_id: one.dossier for one in self.flagged}.values())

    @cached_property
    def counted_as_official(self) -> frozenset[tuple[str, ZoneClass]]:
        """Give site and class of every finding that may stand in a headline."""
        return frozenset(
            (one.dossier.site_id, one.answer.zone_class) for one in self.rulings if one.official
        )

    def rulings_of(self, dossier: Dossier) -> tuple[Ruling, ...]:
        """Give the findings of one site, worst first."""
        return self._by_site.get(dossier.site_id, ())

    @cached_property
    def _by_site(self) -> dict[str, tuple[Ruling, ...]]:
        gathered: dict[str, list[Ruling]] = {}
        for ruling in self.rulings:
            gathered.setdefault(ruling.dossier.site_id, []).append(ruling)
        return {site_id: tuple(rulings) for site_id, rulings in gathered.items()}

    def sites_with(self, verdict: Verdict, *, official: bool | None = None) -> set[str]:
        """Give the ids of sites that have a verdict for any class.

        Parameters
        ----------
        verdict
            The verdict.
        official
            Only from layers that count as official, only from others, or from any (None).

        Returns
        -------
        set of str
            Site ids.
        """
        return {
            one.dossier.site_id
            for one in self.rulings
            if one.answer.verdict is verdict and (official is None or one.official is official)
        }

    # --- issues ---------------------------------------------------------------------------------

    @cached_property
    def issues(self) -> dict[str, Issue]:
        """Give the issues by key, in document order."""
        return {key: issue for key, _, issue in self.assessment.issues()}

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {key: rank for rank, key in enumerate(self.issues)}

    def issue_rank(self, dossier: Dossier) -> int:
        """Give the place of a site's first issue in the document."""
        ranks = [self._ranks[key] for key in dossier.issue_keys if key in self._ranks]
        return min(ranks, default=len(self._ranks))

    def issue_name(self, key: str) -> str:
        """Write an issue's key: its number, behind a letter where there are several documents."""
        doc_id, _, number = key.rpartition("/")
        return f"{self.document_letter(doc_id)}{number}" if doc_id else number

    def document_letter(self, doc_id: str) -> str:
        """Give the letter of a document: A for the first."""
        ids = [plan.doc_id for plan in self.assessment.plans]
        return chr(ord("A") + ids.index(doc_id) % 26) if doc_id in ids else ""

    def issue_words(self, dossier: Dossier) -> str:
        """Write the issues of a site, with blanks between so that a narrow cell breaks there."""
        return ", ".join(self.issue_name(key) for key in dossier.issue_keys) or DASH

    @cached_property
    def sites_of_issue(self) -> dict[str, list[Dossier]]:
        """Give the sites of each issue."""
        gathered: dict[str, list[Dossier]] = {}
        for dossier in self.sites:
            for key in dossier.issue_keys:
                gathered.setdefault(key, []).append(dossier)
        return gathered

    # --- words ----------------------------------------------------------------------------------

    @cached_property
    def titles(self) -> dict[str, str]:
        """Give the titles of the layers by id."""
        return {info.layer_id: plain(info.title) for info in self.assessment.layers.infos}

    def layer_words(self, answer: Answer) -> str:
        """Name the layer of an answer with its version, and its mark where it is a sketch."""
        if not answer.layer_id:
            return DASH
        title = self.titles.get(answer.layer_id, plain(answer.layer_id))
        version = f" {plain(answer.layer_version)}" if answer.layer_version else ""
        return f"{title}{version}{self.answer_mark(answer)}"

    @staticmethod
    def answer_mark(answer: Answer) -> str:
        """Give the mark beside what an unofficial layer says; what stays open needs none."""
        if answer.verdict not in _SAYING:
            return ""
        if answer.layer_status == LayerStatus.SCHEMATIC:
            return SCHEMATIC_MARK
        if answer.layer_status == LayerStatus.DRAFT:
            return f"（{label(LayerStatus.DRAFT)}）"
        return ""

    def hidden(self, info: LayerInfo) -> bool:
        """Say whether a layer's names and lines stay out of the report."""
        return info.sensitivity.value in self.assessment.settings.hidden_sensitivities

    def deadline_words(self, dossier: Dossier) -> str:
        """Write the deadlines of the measures that name a site, else of its issues."""
        found = []
        for key, issue in dossier.issues:
            named = [
                deadline.raw
                for measure in issue.measures
                if measure.position in dossier.measures.get(key, ())
                for deadline in measure.deadlines
            ]
            if not named and issue.deadline is not None:
                named = [issue.deadline.raw]
            found += named
        return listed((deadline_text(raw) for raw in found), limit=4) or DASH

    def verdict_counts(self) -> Counter[tuple[ZoneClass, Verdict, bool]]:
        """Count the findings by class, verdict and whether the layer counts as official."""
        return Counter(
            (one.answer.zone_class, one.answer.verdict, one.official) for one in self.rulings
        )


def name_of(dossier: Dossier) -> str:
    """Give a site's name for a heading or cell, cut where it is longer than any name."""
    return plain(dossier.name, limit=NAME_LIMIT)


def deadline_text(raw: str) -> str:
    """Write a deadline as the plan has it, without its full stop."""
    return plain(raw).rstrip("。；，")


def kind_text(kind: PlaceType) -> str:
    """Give a kind of place in words."""
    return label(kind)


def digest_of(assessment: Assessment) -> Digest:
    """Read a run for the report.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    Digest
        The run with its sites.
    """
    return Digest(assessment=assessment, sites=tuple(dossiers(assessment)))


def cell(row: dict[str, Any], name: str) -> str:
    """Give a cell of a table row as one line, "" where it is empty."""
    value = row.get(name)
    return "" if value is None or str(value) in {"nan", "<NA>"} else one_line(value)
