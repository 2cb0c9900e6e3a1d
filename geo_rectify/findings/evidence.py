"""Overlaps by what they rest on: official layers apart from all others, outlines from footprints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import shapely

from geo_rectify.crs import STORED
from geo_rectify.findings.verdicts import NOTHING, Basis, Overlap
from geo_rectify.overlay import overlay_classes
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import Precision

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geo_rectify.catalogue.records import Layers
    from geo_rectify.findings.standing import ClassLayers
    from geo_rectify.settings import Settings

    Rows = dict[tuple[str, str], Overlap]

_LINE: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Overlaps by (site_id, zone class) of footprints and of surveyed outlines.

    ``outlined`` holds the outlines: polygons, and lines of a planner's own file.
    """

    footprints: Mapping[Basis, Rows]
    outlines: Mapping[Basis, Rows]
    outlined: Mapping[str, Any]

    def footprint(self, basis: Basis, key: tuple[str, str]) -> Overlap:
        """Give the overlap of a footprint, `NOTHING` where there is none."""
        return self.footprints[basis].get(key, NOTHING)

    def outline(self, basis: Basis, key: tuple[str, str]) -> Overlap | None:
        """Give the overlap of a surveyed outline, None for a site without one."""
        if key[0] not in self.outlined:
            return None
        return self.outlines[basis].get(key, NOTHING)


def gather(
    sites: gpd.GeoDataFrame,
    footprints: gpd.GeoDataFrame,
    *,
    overlaps: pd.DataFrame,
    layers: Layers,
    classes: Mapping[str, ClassLayers],
    settings: Settings,
) -> Evidence:
    """Take the overlaps apart by standing of the layers, laying anew only what was mixed.

    Parameters
    ----------
    sites, footprints
        `tables.SITES` and `tables.FOOTPRINTS`.
    overlaps
        `tables.CLASS_OVERLAPS` of the footprints with all zones.
    layers
        The layers.
    classes
        Layers by zone class.
    settings
        Distance and smallest overlap.

    Returns
    -------
    Evidence
        The overlaps.
    """
    held = _zones_by_basis(layers, classes)
    given = _rows(overlaps)
    laid: dict[Basis, Rows] = {basis: {} for basis in held}
    mixed = _mixed(layers, held)
    for basis, zones in held.items():
        plain = set(zones["zone_class"]) - mixed
        laid[basis].update({key: row for key, row in given.items() if key[1] in plain})
        unclear = zones[zones["zone_class"].isin(mixed)]
        laid[basis].update(_laid(footprints, unclear, settings))
    surveyed = sites["precision"].to_numpy() == Precision.SURVEYED.value
    drawn = shapely.get_dimensions(sites.geometry.to_numpy()) >= _LINE
    own = sites.loc[surveyed & drawn, ["site_id", "geometry"]]
    outlined = dict(zip(own["site_id"].astype(str), own.geometry, strict=True))
    outlines: dict[Basis, Rows] = {basis: {} for basis in held}
    if outlined:
        around = footprints[footprints["site_id"].isin(outlined)]
        for basis, zones in held.items():
            outlines[basis] = _laid(own, zones, settings)
            laid[basis].update(_laid(around, zones, settings))
    return Evidence(footprints=laid, outlines=outlines, outlined=outlined)


def zones_of(layers: Layers, classes: Mapping[str, ClassLayers], basis: Basis) -> gpd.GeoDataFrame:
    """Give the zones that layers of one standing give.

    Parameters
    ----------
    layers
        The layers.
    classes
        Layers by zone class.
    basis
        ``official`` or ``other``.

    Returns
    -------
    geopandas.GeoDataFrame
        Rows of ``layers.zones``.
    """
    ids = {
        info.layer_id
        for held in classes.values()
        for info in (held.official if basis is Basis.OFFICIAL else held.other)
    }
    return layers.zones[layers.zones["layer_id"].isin(ids)]


def _zones_by_basis(
    layers: Layers, classes: Mapping[str, ClassLayers]
) -> dict[Basis, gpd.GeoDataFrame]:
    return {basis: zones_of(layers, classes, basis) for basis in (Basis.OFFICIAL, Basis.OTHER)}


def _mixed(layers: Layers, held: Mapping[Basis, gpd.GeoDataFrame]) -> set[str]:
    """Name the classes of which the given overlaps mix zones of different standing."""
    official, other = (set(zones["zone_class"]) for zones in held.values())
    counted = {zone for zones in held.values() for zone in zones["zone_id"]}
    stray = layers.zones.loc[~layers.zones["zone_id"].isin(counted), "zone_class"]
    return (official & other) | set(stray)


def _laid(shapes: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, settings: Settings) -> Rows:
    if not len(shapes) or not len(zones):
        return {}
    flat = shapes[["site_id", "geometry"]].set_crs(STORED, allow_override=True)
    frame = overlay_classes(
        flat,
        zones,
        max_distance_m=settings.max_distance_m,
        min_overlap_m2=settings.min_overlap_m2,
    )
    return _rows(frame)


def _rows(frame: pd.DataFrame) -> Rows:
    return {
        (str(row["site_id"]), str(row["zone_class"])): Overlap(
            relation=_text(row["relation"]),
            overlap_m2=_number(row["overlap_m2"]) or 0.0,
            share=_number(row["share"]) or 0.0,
            distance_m=_number(row["distance_m"]),
            zone_id=_text(row["zone_id"]),
            zone_ids=tuple(split_list(row["zone_ids"])),
        )
        for row in frame.to_dict("records")
    }


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def _number(cell: Any) -> float | None:
    return None if pd.isna(cell) else float(cell)
