"""Load the layers of a catalogue: zones with their classes, references, and what is said of each."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from geo_rectify.catalogue.building import LoadedLayer, build_layer, layer_version
from geo_rectify.catalogue.coverage import reference_suspicion
from geo_rectify.catalogue.entries import AUTO
from geo_rectify.catalogue.files import cannot_read, no_file
from geo_rectify.catalogue.kept import (
    Kept,
    Place,
    content_hash,
    entry_key,
    keep,
    kept_folder,
    open_kept,
    place_of,
    remember,
    stamp_of,
)
from geo_rectify.catalogue.notes import Notes
from geo_rectify.catalogue.opening import collect_entries, fault_message
from geo_rectify.catalogue.reading import read_layer
from geo_rectify.catalogue.records import LayerInfo, Layers
from geo_rectify.catalogue.services import read_service, shown_url
from geo_rectify.catalogue.versions import choose_versions
from geo_rectify.catalogue.wording import sentence
from geo_rectify.crs import STORED
from geo_rectify.errors import CatalogueError, LayerError, Told
from geo_rectify.tables import LAYER_ZONES, frame_of
from geo_rectify.vocabulary import LayerRole, LayerStatus, ZoneClass

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geo_rectify.catalogue.opening import Catalogue, CatalogueLayer

_FITTING: Final = frozenset({LayerRole.ADMIN, LayerRole.RIVER})
"""References whose lines zones often follow."""
_FACTS: Final = (
    "version",
    "classes",
    "coverage_note",
    "sha256",
    "crs",
    "feature_count",
    "vertex_count",
    "repairs",
    "rejects",
    "assumptions",
    "unmapped",
)
"""What is found out of a layer, beside its zones and coverage."""


def open_layers(*sources: str | Path, as_of: dt.date, allow_missing: bool = False) -> Layers:
    """Open catalogues and load their layers, telling faults of entries and of files together.

    Parameters
    ----------
    *sources
        As in `opening.open_catalogue`.
    as_of, allow_missing
        As in `load_layers`.

    Returns
    -------
    Layers
        Records, zones and references.

    Raises
    ------
    CatalogueError
        All faults. A fault of an entry is one even where layers may be missing.
    """
    catalogue, faults = collect_entries(sources)
    if faults:
        sound = [layer for layer, _ in choose_versions(catalogue.layers, as_of=as_of)]
        if not allow_missing:
            faults += collect_layers(sound, as_of=as_of)[1]
        raise CatalogueError.of(fault_message(faults))
    return load_layers(catalogue, as_of=as_of, allow_missing=allow_missing)


def load_layers(catalogue: Catalogue, *, as_of: dt.date, allow_missing: bool = False) -> Layers:
    """Read every layer of a catalogue into zones and references.

    Of several versions of a layer only the one in force on ``as_of`` is read. A layer not in
    force then stays in ``infos`` with ``in_force`` False, gives no zones and has no coverage.

    Parameters
    ----------
    catalogue
        What `open_catalogue` gave.
    as_of
        The day layers must be in force.
    allow_missing
        Whether a layer that cannot be read stays in ``infos`` with the reason in ``missing``,
        instead of raising.

    Returns
    -------
    Layers
        Records, zones and references.

    Raises
    ------
    LayerError
        Layers that cannot be loaded, all of them: catalogue, layer, what is wrong, remedy.
    """
    chosen = choose_versions(catalogue.layers, as_of=as_of)
    layers = [layer for layer, _ in chosen]
    if allow_missing:
        loaded = [_load_or_miss(layer, as_of=as_of) for layer in layers]
    else:
        loaded, faults = collect_layers(layers, as_of=as_of)
        if faults:
            raise LayerError.of(fault_message(faults))
    for at, (_, said) in enumerate(chosen):
        info = loaded[at].info
        loaded[at] = replace(loaded[at], info=replace(info, assumptions=(*said, *info.assumptions)))
    return join_layers(held_against_references(loaded, layers))


def held_against_references(
    loaded: list[LoadedLayer], layers: Sequence[CatalogueLayer]
) -> list[LoadedLayer]:
    """Say of zones whether they fit the reference layers clearly better once a shift is undone.

    Parameters
    ----------
    loaded
        The layers in force; rivers and administrative areas among them are the references.
    layers
        Their entries, in any order: one that declares its datum is not suspected.

    Returns
    -------
    list of LoadedLayer
        The layers, with a sentence more where one is suspected.
    """
    declared = {layer.layer_id for layer in layers if layer.entry.datum is not None}
    references = {
        each.info.title: each.reference
        for each in loaded
        if each.reference is not None and each.info.in_force and each.info.role in _FITTING
    }
    held = []
    for each in loaded:
        said: list[str] = []
        if each.zones is not None and each.info.in_force and each.info.layer_id not in declared:
            said = reference_suspicion(each.zones, references)
        info = replace(each.info, assumptions=(*each.info.assumptions, *said))
        held.append(replace(each, info=info))
    return held


def collect_layers(
    layers: Iterable[CatalogueLayer], *, as_of: dt.date
) -> tuple[list[LoadedLayer], list[Told]]:
    """Load the layers that can be loaded, and list the faults of the others.

    Parameters
    ----------
    layers
        The layers, all versions of each.
    as_of
        As in `load_layers`.

    Returns
    -------
    tuple
        The loaded layers in their order, and the faults.
    """
    loaded: list[LoadedLayer] = []
    faults: list[Told] = []
    for layer in layers:
        try:
            loaded.append(load_layer(layer, as_of=as_of))
        except LayerError as err:
            told = err.told
            faults.append(
                Told(
                    english=f"{layer.file}: layer {layer.layer_id!r}: {told.english}",
                    chinese=f"{layer.file}：图层“{layer.layer_id}”：{told.chinese}",
                )
            )
    return loaded, faults


def _load_or_miss(layer: CatalogueLayer, *, as_of: dt.date) -> LoadedLayer:
    try:
        return load_layer(layer, as_of=as_of)
    except LayerError as err:
        # Without the folder of this machine: outputs are the same wherever the run was made.
        reason = err.told.chinese.replace(f"{layer.folder}{os.sep}", "")
    base = _base_info(layer, in_force=False, assumptions=(sentence("missing", reason=reason),))
    return LoadedLayer(info=replace(base, missing=reason, path=layer.entry.path or ""))


def join_layers(loaded: list[LoadedLayer]) -> Layers:
    """Join loaded layers into one record.

    Parameters
    ----------
    loaded
        The layers, in order.

    Returns
    -------
    Layers
        Records, zones and references.
    """
    frames = [each.zones for each in loaded if each.info.in_force and each.zones is not None]
    zones = pd.concat(frames, ignore_index=True) if frames else frame_of([], LAYER_ZONES)
    return Layers(
        infos=tuple(layer.info for layer in loaded),
        zones=gpd.GeoDataFrame(zones, geometry="geometry", crs=STORED),
        references={
            layer.info.layer_id: layer.reference
            for layer in loaded
            if layer.reference is not None and layer.info.in_force
        },
    )


def load_layer(layer: CatalogueLayer, *, as_of: dt.date) -> LoadedLayer:
    """Load one layer.

    Parameters
    ----------
    layer
        Its checked entry.
    as_of
        The day it must be in force.

    Returns
    -------
    LoadedLayer
        Its record and its zones or its frame.

    Raises
    ------
    LayerError
        It cannot be loaded; the message does not name the layer yet.
    """
    entry, path = layer.entry, layer.path
    notes = Notes()
    in_force = _in_force(layer, as_of=as_of, notes=notes)
    base = _base_info(layer, in_force=in_force, assumptions=tuple(notes.assumptions))
    if entry.status is LayerStatus.NOT_DELINEATED:
        return LoadedLayer(info=base)
    if path is None:
        address = str(entry.url)
        raw = read_service(address, layer=entry.layer)
        return build_layer(layer, raw, base=replace(base, path=shown_url(address)), notes=notes)
    base = replace(base, path=str(entry.path))
    if not path.exists():
        raise LayerError.of(no_file(path))
    return _kept_or_built(layer, path, base=base, notes=notes)


def _kept_or_built(
    layer: CatalogueLayer, path: Path, *, base: LayerInfo, notes: Notes
) -> LoadedLayer:
    """Take a layer as it was checked before, or check it and keep it."""
    entry = layer.entry
    try:
        made_of = entry_key(entry.model_dump_json(), base.assumptions, _coverage_hash(layer))
        place = place_of(path, made_of)
        stamp = stamp_of(path)
    except OSError as err:
        raise LayerError.of(cannot_read(path, err)) from err
    kept = None if place is None else open_kept(place)
    if kept is not None:
        return _restored(kept, base=base)
    encoding = None if entry.encoding == AUTO else entry.encoding
    raw = read_layer(path, layer=entry.layer, encoding=encoding)
    built = build_layer(layer, raw, base=base, notes=notes)
    folder, worth = kept_folder(), _to_keep(built)
    if folder is not None and worth is not None:
        remember(path, raw.sha256, stamp=stamp)
        keep(worth, Place(folder=folder, name=made_of, sha256=raw.sha256))
    return built


def _coverage_hash(layer: CatalogueLayer) -> str:
    path = layer.coverage_path
    return "" if path is None or not path.exists() else content_hash(path)


def _to_keep(layer: LoadedLayer) -> Kept | None:
    info = layer.info
    frame = layer.zones if layer.reference is None else layer.reference
    if frame is None:
        return None
    if layer.reference is None:
        frame = frame[["zone_id", "zone_class", "zone_name", "geometry"]]
    facts = {name: getattr(info, name) for name in _FACTS}
    return Kept(frame=frame, coverage=info.coverage, facts=facts)


def _restored(kept: Kept, *, base: LayerInfo) -> LoadedLayer:
    facts = {name: kept.facts[name] for name in _FACTS}
    for name in ("repairs", "rejects", "assumptions", "unmapped"):
        facts[name] = tuple(facts[name])
    facts["classes"] = tuple(ZoneClass(word) for word in facts["classes"])
    info = replace(base, coverage=kept.coverage, **facts)
    if "zone_id" not in kept.frame.columns:
        return LoadedLayer(info=info, reference=kept.frame)
    same = {
        "layer_id": info.layer_id,
        "layer_version": info.version,
        "layer_status": info.status.value,
        "sensitivity": info.sensitivity.value,
    }
    zones = kept.frame.assign(**same).astype(dict.fromkeys(same, object))
    return LoadedLayer(info=info, zones=zones[[*LAYER_ZONES.names, "geometry"]])


def _base_info(layer: CatalogueLayer, *, in_force: bool, assumptions: tuple[str, ...]) -> LayerInfo:
    entry = layer.entry
    return LayerInfo(
        layer_id=entry.id,
        title=entry.title,
        role=entry.role,
        status=entry.status,
        version=layer_version(entry, ""),
        sensitivity=entry.sensitivity,
        source=entry.source,
        licence=entry.licence,
        classes=entry.classes,
        valid_from=entry.valid_from,
        valid_to=layer.last_day,
        approval=entry.approval,
        names=entry.names,
        applies_to=entry.applies_to or "",
        assumptions=assumptions,
        in_force=in_force,
        sample=layer.sample,
    )


def _in_force(layer: CatalogueLayer, *, as_of: dt.date, notes: Notes) -> bool:
    entry, end = layer.entry, layer.last_day
    if entry.valid_from is not None and as_of < entry.valid_from:
        notes.assumptions.append(sentence("not_yet", day=entry.valid_from))
        return False
    if end is not None and end < as_of:
        key = "expired" if entry.valid_to is not None else "superseded"
        notes.assumptions.append(sentence(key, day=end))
        return False
    if entry.valid_from is None and entry.status is LayerStatus.OFFICIAL:
        notes.assumptions.append(sentence("no_valid_from"))
    return True
