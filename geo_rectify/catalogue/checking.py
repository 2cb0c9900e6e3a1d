"""Show and check layers: a readable table, notes on what they cannot do, and all faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from geo_rectify.catalogue.loading import collect_layers, held_against_references, join_layers
from geo_rectify.catalogue.opening import collect_entries
from geo_rectify.catalogue.versions import version_notes
from geo_rectify.catalogue.wording import sentence
from geo_rectify.tables import join_list
from geo_rectify.vocabulary import LayerStatus

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from geo_rectify.catalogue.opening import CatalogueLayer
    from geo_rectify.catalogue.records import LayerInfo, Layers
    from geo_rectify.errors import Told

NO_COVERAGE: Final = "no coverage declared: can never answer clear"
UNPLACED: Final = "a feature has no known place: can never answer clear"
_HASH_DIGITS: Final = 8
COLUMNS: Final = (
    "layer_id",
    "title",
    "role",
    "status",
    "version",
    "in_force",
    "valid_from",
    "valid_to",
    "features",
    "vertices",
    "zones",
    "classes",
    "crs",
    "coverage",
    "sensitivity",
    "sha8",
    "repairs",
    "rejects",
    "unmapped",
    "notes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueCheck:
    """What checking gives: the layers that load, their table, and every fault of the others.

    ``notes`` holds sentences on how the versions of a layer follow each other; what concerns one
    version stands in its record.
    """

    layers: Layers
    table: pd.DataFrame
    told: tuple[Told, ...]
    notes: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """Give the faults in English; ``told`` has them in both languages."""
        return tuple(fault.english for fault in self.told)

    @property
    def sound(self) -> bool:
        """Say whether there is no fault."""
        return not self.told


def check_catalogue(*sources: str | Path, as_of: dt.date) -> CatalogueCheck:
    """Check catalogues and their files without stopping at the first fault.

    Parameters
    ----------
    *sources
        As in `open_catalogue`.
    as_of
        The day layers must be in force.

    Returns
    -------
    CatalogueCheck
        The table of layers that load, and all faults.
    """
    catalogue, told = collect_entries(sources)
    loaded, broken = collect_layers(catalogue.layers, as_of=as_of)
    layers = join_layers(held_against_references(loaded, catalogue.layers))
    by_id: dict[str, list[CatalogueLayer]] = {}
    for layer in catalogue.layers:
        by_id.setdefault(layer.layer_id, []).append(layer)
    notes = [
        f"{layer_id}: {text}"
        for layer_id, versions in by_id.items()
        for text in version_notes(versions)
    ]
    return CatalogueCheck(
        layers=layers,
        table=layers_table(layers),
        told=(*told, *broken),
        notes=tuple(notes),
    )


def layers_table(layers: Layers) -> pd.DataFrame:
    """Make a table of layers for people, one row a layer in catalogue order.

    Parameters
    ----------
    layers
        The layers.

    Returns
    -------
    pandas.DataFrame
        Text columns of `COLUMNS`; counts are whole numbers; ``notes`` says what the layer cannot
        do, joined with "; ".
    """
    counts = layers.zones["layer_id"].value_counts()
    rows = [
        {
            "layer_id": info.layer_id,
            "title": info.title,
            "role": info.role.value,
            "status": info.status.value,
            "version": info.version,
            "in_force": "yes" if info.in_force else "no",
            "valid_from": "" if info.valid_from is None else info.valid_from.isoformat(),
            "valid_to": "" if info.valid_to is None else info.valid_to.isoformat(),
            "features": info.feature_count,
            "vertices": info.vertex_count,
            "zones": int(counts.get(info.layer_id, 0)),
            "classes": join_list(each.value for each in info.classes),
            "crs": info.crs,
            "coverage": info.coverage_note,
            "sensitivity": info.sensitivity.value,
            "sha8": info.sha256[:_HASH_DIGITS],
            "repairs": len(info.repairs),
            "rejects": len(info.rejects),
            "unmapped": join_list(info.unmapped),
            "notes": "; ".join(_notes(info)),
        }
        for info in layers.infos
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _notes(info: LayerInfo) -> list[str]:
    if info.status is LayerStatus.NOT_DELINEATED:
        return [f"no boundary yet: {', '.join(info.names)} ({info.applies_to})"]
    notes = []
    if not info.in_force:
        notes.append("not in force on the day asked: takes no part")
    elif info.coverage is None and info.classes:
        undeclared = info.coverage_note == sentence("coverage_none")
        notes.append(NO_COVERAGE if undeclared else UNPLACED)
    if info.classes and info.status is not LayerStatus.OFFICIAL:
        notes.append(f"{info.status.value}: never more than possible, never clear")
    if info.rejects:
        notes.append(f"{len(info.rejects)} features left out")
    if info.repairs:
        notes.append(f"{len(info.repairs)} features repaired")
    return notes
