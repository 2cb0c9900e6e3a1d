"""Records the catalogue room gives to those above."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - dataclass fields are resolved at run time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.vocabulary import LayerRole, LayerStatus, Sensitivity, ZoneClass


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerInfo:
    """One layer as used in a run: what its catalogue entry says and what its file turned out to be.

    Attributes
    ----------
    version
        The entry's, else valid_from and 8 digits of the hash.
    classes
        Zone classes the layer gives (from its file, or all of its role where it has no file).
    coverage
        Area for which the layer's silence means something (EPSG:4490), None where undeclared.
    names, applies_to
        For ``not_delineated``: names of the zones without boundary and the area concerned.
    repairs, rejects, assumptions
        Sentences: what was repaired (with area before and after), left out, and assumed.
    unmapped
        Words of the class field that nothing maps to a class, with how many features bear each.
    missing
        Why the layer could not be read, "" where it could; a missing layer takes no part.
    sample
        Whether it is one of the bundled sample layers.
    """

    layer_id: str
    title: str
    role: LayerRole
    status: LayerStatus
    version: str
    sensitivity: Sensitivity
    source: str
    licence: str
    classes: tuple[ZoneClass, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    approval: str = ""
    coverage: BaseGeometry | None = None
    coverage_note: str = ""
    names: tuple[str, ...] = ()
    applies_to: str = ""
    path: str = ""
    sha256: str = ""
    crs: str = ""
    feature_count: int = 0
    vertex_count: int = 0
    repairs: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    in_force: bool = True
    missing: str = ""
    sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """All layers of a run.

    Attributes
    ----------
    infos
        Every layer, in catalogue order.
    zones
        All zones of all layers (`tables.LAYER_ZONES`, EPSG:4490, single parts may repeat no id).
    references
        Frames of reference layers (roles admin, river, section, other) by layer id, EPSG:4490.
    """

    infos: tuple[LayerInfo, ...]
    zones: gpd.GeoDataFrame
    references: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)

    def info(self, layer_id: str) -> LayerInfo:
        """Give one layer by its id.

        Raises
        ------
        KeyError
            There is none of that id.
        """
        for info in self.infos:
            if info.layer_id == layer_id:
                return info
        raise KeyError(layer_id)
