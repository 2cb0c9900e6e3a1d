"""The only room that knows the order of stages.

plan file -> `read_plan` -> `find_mentions` -> `locate` -> `overlay_classes` -> `judge`, and all of
it together as `assess`. What people get is drawn from the `Assessment` by the rooms above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import geopandas as gpd
import pandas as pd
import shapely

from geo_rectify.catalogue import Layers, open_layers
from geo_rectify.errors import InputFileError
from geo_rectify.findings import judge, own_rules
from geo_rectify.models import Scope, issue_key, with_members
from geo_rectify.overlay import overlay_classes
from geo_rectify.places import (
    Gazetteer,
    Located,
    attach_registers,
    find_mentions,
    join_petitions,
    locate,
    open_gazetteer,
    read_corrections,
    read_registers,
    read_sites,
    stated_positions,
)
from geo_rectify.places.gazetteer import with_places
from geo_rectify.plans import mask_cell, mask_persons, read_plan, with_place_checks
from geo_rectify.settings import Settings
from geo_rectify.tables import CORRECTION_LOG, PETITIONS, frame_of, split_list
from geo_rectify.vocabulary import LayerRole, Precision

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_rectify.catalogue import LayerInfo
    from geo_rectify.findings.records import Rule
    from geo_rectify.models import Issue, Mention, Plan, Register
    from geo_rectify.places.services import Geocoder

StrPath: TypeAlias = "str | Path"
STAGES: Final = ("read", "layers", "mentions", "locate", "overlay", "judge")
"""Names of the stages, in order, as `assess` reports them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineAsking:
    """An online service to be asked for the places of the worklist.

    Attributes
    ----------
    geocoder
        The service. Only names of places and of their counties are sent to it.
    agree
        Called with the names that would be sent, before any is; True sends them.
    """

    geocoder: Geocoder
    agree: Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineOutcome:
    """What asking came to: names sent, names answered, hits refused; all 0 without consent."""

    service: str
    sent: int = 0
    answered: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One run's evidence and judgement, from which every output is drawn.

    Attributes
    ----------
    plans
        The documents, in the order given; empty when sites were given instead.
    mentions, sites, footprints, unlocated, rejected, correction_notes
        As in `places.records.Located`.
    overlaps
        One row per site and zone class within reach (`tables.CLASS_OVERLAPS`).
    findings, claims, rules
        As in `findings.records.Judgement`.
    layers
        The layers used.
    settings
        What the run was asked to do.
    registers
        The registers joined to issues, with what was noted of each.
    correction_log
        As in `places.records.Located`.
    scope
        What part of the run this is; all of it unless `scope.narrowed` gave it.
    online
        The online service asked for, with counts; None where none was.
    petitions
        Petitions of the registers of that kind (`tables.PETITIONS`), by the site each is about.
    gazetteer_notes
        What was assumed of the columns of the gazetteers given, in words.
    """

    plans: tuple[Plan, ...]
    mentions: tuple[Mention, ...]
    sites: gpd.GeoDataFrame
    footprints: gpd.GeoDataFrame
    unlocated: pd.DataFrame
    rejected: pd.DataFrame
    correction_notes: tuple[str, ...]
    overlaps: pd.DataFrame
    findings: gpd.GeoDataFrame
    claims: pd.DataFrame
    rules: tuple[Rule, ...]
    layers: Layers
    settings: Settings
    registers: tuple[Register, ...] = ()
    correction_log: pd.DataFrame = field(default_factory=lambda: frame_of([], CORRECTION_LOG))
    scope: Scope = field(default_factory=Scope)
    online: OnlineOutcome | None = None
    petitions: pd.DataFrame = field(default_factory=lambda: frame_of([], PETITIONS))
    gazetteer_notes: tuple[str, ...] = ()

    @property
    def site_mentions(self) -> tuple[Mention, ...]:
        """List the mentions by the sites they speak of; a listed set's stand for each member."""
        return with_members(self.mentions, self.registers)

    @property
    def unmatched_layers(self) -> tuple[LayerInfo, ...]:
        """List the layers whose zones no footprint meets: worth a look at their place."""
        cells = self.overlaps["zone_ids"].dropna()
        met = {zone.partition(":")[0] for cell in cells for zone in split_list(cell)}
        idle = set(self.layers.zones["layer_id"]) - met
        return tuple(info for info in self.layers.infos if info.layer_id in idle and info.in_force)

    @property
    def plan(self) -> Plan:
        """Give the first document."""
        return self.plans[0]

    @property
    def several(self) -> bool:
        """Say whether there are several documents, so that issue keys carry them."""
        return len(self.plans) > 1

    def issues(self) -> list[tuple[str, Plan, Issue]]:
        """List all issues as (issue key, plan, issue), in document order."""
        return [
            (issue_key(plan.doc_id, issue.number, several=self.several), plan, issue)
            for plan in self.plans
            for issue in plan.issues
        ]


def assess(
    plans: StrPath | Plan | Sequence[StrPath | Plan],
    *,
    layers: StrPath | Layers | Sequence[StrPath] | None = None,
    gazetteer: StrPath | Gazetteer | Sequence[StrPath] | None = None,
    corrections: StrPath | gpd.GeoDataFrame | Sequence[StrPath] | None = None,
    registers: StrPath | Sequence[StrPath] | None = None,
    rules: StrPath | None = None,
    settings: Settings | None = None,
    progress: Callable[[str], None] | None = None,
    online: OnlineAsking | None = None,
) -> Assessment:
    """Do the whole job in memory: read, find, locate, overlay, judge.

    Parameters
    ----------
    plans
        A plan file or record, or several of them.
    layers
        ``"sample"``, a catalogue (folder or ``catalogue.toml``), several of them, or loaded
        layers; None for none, which can never answer clear or conflict.
    gazetteer
        More gazetteer files beside the shipped one, or an opened gazetteer.
    corrections
        Worklists or corrections files (xlsx, csv, geojson), or a frame of `tables.CORRECTIONS`.
    registers
        Tables or vector files that list what an issue counts, each with its ``FILE.toml``.
    rules
        A rules file whose clauses are added to the shipped ones, or replace those of the same
        ``rule_id``.
    settings
        What the run is asked to do; the defaults of `Settings` where None.
    progress
        Called with the name of each stage of `STAGES` as it begins.
    online
        An online service to be asked for the places of the worklist; None for none.

    Returns
    -------
    Assessment
        The evidence and the judgement.

    Raises
    ------
    GeoRectifyError
        An input cannot be read; the message names file, place and remedy.
    """
    asked = settings if settings is not None else Settings()
    say = progress if progress is not None else _silent

    say("read")
    documents = tuple(_as_plan(plan) for plan in _as_list(plans))
    _refuse_twins(documents)
    known = gazetteer if isinstance(gazetteer, Gazetteer) else open_gazetteer(*_paths(gazetteer))
    brought = corrections
    if not isinstance(brought, gpd.GeoDataFrame):
        files = _paths(brought)
        brought = read_corrections(*files) if files else None
    clauses = None if rules is None else own_rules(rules)

    listed = read_registers(*_paths(registers))
    if asked.public:
        documents = tuple(mask_persons(plan) for plan in documents)
        brought = None if brought is None else brought.assign(by="", note="", photos="")

    say("layers")
    loaded = _as_layers(layers, settings=asked)

    say("mentions")
    names = known.names()
    mentions = tuple(m for plan in documents for m in find_mentions(plan, names=names))

    documents = tuple(
        with_place_checks(
            plan,
            {m.issue for m in mentions if m.doc_id == plan.doc_id and m.issue is not None},
        )
        for plan in documents
    )

    say("locate")
    written, unread = stated_positions(documents, mentions)
    if len(written):
        brought = written if brought is None else pd.concat([written, brought], ignore_index=True)
    reaches = _references(loaded, LayerRole.RIVER)
    outlines = _references(loaded, LayerRole.ADMIN)
    located = locate(mentions, known, reaches=reaches, outlines=outlines, corrections=brought)
    notes, outcome = unread, None
    if online is not None:
        outcome, more, said = _ask(located, known, online)
        notes = (*notes, *said)
        if more is not known:
            located = locate(
                mentions, more, reaches=reaches, outlines=outlines, corrections=brought
            )
    located = replace(located, correction_notes=(*notes, *located.correction_notes))
    counted = [register for register in listed if not register.petitions]
    located, joined = attach_registers(located, counted, plans=documents, gazetteer=known)
    petitions = join_petitions(
        located.sites,
        [r for r in listed if r.petitions],
        mask=lambda words, row: mask_cell(words, context=row),
    )
    judged = _judged(
        located,
        plans=documents,
        layers=loaded,
        settings=asked,
        rules=clauses,
        progress=say,
        registers=joined,
        petitions=petitions,
    )
    return replace(judged, online=outcome, gazetteer_notes=known.notes)


def assess_sites(
    sites: StrPath | gpd.GeoDataFrame,
    *,
    layers: StrPath | Layers | Sequence[StrPath] | None = None,
    settings: Settings | None = None,
) -> Assessment:
    """Judge sites somebody already has: our ``sites.gpkg`` or any file with geometry.

    Parameters
    ----------
    sites
        A GeoPackage with layers ``sites`` and ``footprints``, or any vector file or frame with
        geometry and optionally ``site_id``, ``name`` and ``uncertainty_m``. Without
        ``uncertainty_m`` a geometry is taken as given: surveyed, 0 m.
    layers, settings
        As in `assess`.

    Returns
    -------
    Assessment
        With no plans, mentions or claims.

    Raises
    ------
    InputFileError
        The file cannot be read, or has no usable geometry.
    CRSError
        It has no coordinate system.
    """
    asked = settings if settings is not None else Settings()
    located = read_sites(sites)
    loaded = _as_layers(layers, settings=asked)
    return _judged(located, plans=(), layers=loaded, settings=asked, progress=_silent)


def _judged(
    located: Located,
    *,
    plans: tuple[Plan, ...],
    layers: Layers,
    settings: Settings,
    progress: Callable[[str], None],
    registers: tuple[Register, ...] = (),
    rules: tuple[Rule, ...] | None = None,
    petitions: pd.DataFrame | None = None,
) -> Assessment:
    progress("overlay")
    overlaps = overlay_classes(
        _shapes_to_overlay(located),
        layers.zones,
        max_distance_m=settings.max_distance_m,
        min_overlap_m2=settings.min_overlap_m2,
    )
    progress("judge")
    judgement = judge(
        located.sites,
        located.footprints,
        overlaps=overlaps,
        layers=layers,
        plans=plans,
        mentions=located.mentions,
        settings=settings,
        registers=registers,
        rules=rules,
        petitions=petitions,
    )
    return Assessment(
        plans=plans,
        mentions=located.mentions,
        sites=located.sites,
        footprints=located.footprints,
        unlocated=located.unlocated,
        rejected=located.rejected,
        correction_notes=located.correction_notes,
        overlaps=overlaps,
        findings=judgement.findings,
        claims=judgement.claims,
        rules=judgement.rules,
        layers=layers,
        settings=settings,
        registers=registers,
        correction_log=located.correction_log,
        petitions=frame_of([], PETITIONS) if petitions is None else petitions,
    )


def _shapes_to_overlay(located: Located) -> gpd.GeoDataFrame:
    """Give what is laid over the zones: footprints, and surveyed outlines as they are."""
    shapes = located.footprints[["site_id", "geometry"]].copy()
    shapes["uncertainty_m"] = 0.0
    polygonal = shapely.get_dimensions(located.sites.geometry.to_numpy()) == 2  # noqa: PLR2004
    surveyed = located.sites["precision"].to_numpy() == Precision.SURVEYED.value
    outlines = located.sites.loc[polygonal & surveyed].set_index("site_id").geometry
    held = shapes["site_id"].isin(outlines.index)
    shapes.loc[held, "geometry"] = outlines.reindex(shapes.loc[held, "site_id"]).to_numpy()
    return shapes


def _as_plan(plan: StrPath | Plan) -> Plan:
    return read_plan(plan) if isinstance(plan, str | Path) else plan


def _as_list(plans: StrPath | Plan | Sequence[StrPath | Plan]) -> list[StrPath | Plan]:
    if isinstance(plans, Sequence) and not isinstance(plans, str):
        return list(plans)
    return [plans]


def _refuse_twins(plans: tuple[Plan, ...]) -> None:
    seen: dict[str, str] = {}
    for plan in plans:
        if plan.doc_id in seen:
            message = (
                f"{plan.source_name} has the same content as {seen[plan.doc_id]}; name each "
                "document once"
            )
            chinese = f"{plan.source_name}与{seen[plan.doc_id]}内容相同；每份文件只写一次"
            raise InputFileError(message, chinese=chinese)
        seen[plan.doc_id] = plan.source_name


def _paths(named: StrPath | Sequence[StrPath] | None) -> list[StrPath]:
    if named is None:
        return []
    return [named] if isinstance(named, str | Path) else list(named)


def _as_layers(
    layers: StrPath | Layers | Sequence[StrPath] | None, *, settings: Settings
) -> Layers:
    if isinstance(layers, Layers):
        return layers
    return open_layers(*_paths(layers), as_of=settings.as_of, allow_missing=settings.allow_missing)


def _references(layers: Layers, role: LayerRole) -> gpd.GeoDataFrame | None:
    """Join the reference layers of a role, each with its column ``name``."""
    frames = [
        layers.references[info.layer_id]
        for info in layers.infos
        if info.role is role and info.layer_id in layers.references
    ]
    if not frames:
        return None
    joined: gpd.GeoDataFrame = pd.concat(frames, ignore_index=True)
    return joined


def _ask(
    located: Located, known: Gazetteer, online: OnlineAsking
) -> tuple[OnlineOutcome, Gazetteer, tuple[str, ...]]:
    """Ask for the worklist's places, once people agree; give the gazetteer with what was found."""
    # Imported here: without --geocoder no run needs the services.
    from geo_rectify.places.services import ask_worklist  # noqa: PLC0415

    outcome = OnlineOutcome(service=online.geocoder.service.value)
    wanted = _worklist(located)
    if wanted.empty or not online.agree(wanted["name"].tolist()):
        return outcome, known, ()
    got = ask_worklist(wanted, online.geocoder)
    outcome = replace(outcome, sent=got.sent, answered=got.answered, refused=got.refused)
    return outcome, with_places(known, got.places), got.notes


def _worklist(located: Located) -> pd.DataFrame:
    """Give the named sites of the worklist that are no counted sets and no areas."""
    sites = located.sites
    open_ones = sites["site_id"].isin(located.unlocated["site_id"]) & sites["count"].isna()
    return pd.DataFrame(sites[open_ones]).drop_duplicates(["name", "kind", "adcode"])


def _silent(_stage: str) -> None:
    """Take a stage's name and say nothing."""
