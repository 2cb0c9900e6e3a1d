"""What the layers of a run may say about each zone class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.crs import areas_m2
from geo_rectify.errors import RegionError
from geo_rectify.regions import area_polygon, widened_polygon
from geo_rectify.vocabulary import CORE_CLASSES, LayerStatus, ZoneClass

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.catalogue.records import LayerInfo, Layers
    from geo_rectify.settings import Settings

_AREAL: Final = 2
_OUTSIDE_M2: Final = 1.0
_OUTSIDE_SHARE: Final = 1e-6
"""What may stick out of a coverage and still be held by it: the larger of the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLayers:
    """The layers in force that give one zone class, those to rely on apart from the others."""

    zone_class: str
    official: tuple[LayerInfo, ...]
    other: tuple[LayerInfo, ...]

    @property
    def every(self) -> tuple[LayerInfo, ...]:
        """Give all of them."""
        return self.official + self.other


def in_force(info: LayerInfo, settings: Settings) -> bool:
    """Say whether a layer is in force on the day of the run.

    Parameters
    ----------
    info
        The layer.
    settings
        With the day.

    Returns
    -------
    bool
        Whether it is.
    """
    begun = info.valid_from is None or info.valid_from <= settings.as_of
    return info.in_force and begun and (info.valid_to is None or settings.as_of <= info.valid_to)


def relied_on(info: LayerInfo, settings: Settings) -> bool:
    """Say whether a layer counts as official: sample layers do in a demo, and only there.

    Parameters
    ----------
    info
        The layer.
    settings
        Of the run.

    Returns
    -------
    bool
        Whether it does.
    """
    if info.status is LayerStatus.NOT_DELINEATED:
        return False
    return info.status is LayerStatus.OFFICIAL or (settings.demo and info.sample)


def hidden(info: LayerInfo, settings: Settings) -> bool:
    """Say whether a layer's zones may not be told in outputs.

    Parameters
    ----------
    info
        The layer.
    settings
        Of the run.

    Returns
    -------
    bool
        Whether its sensitivity is among `Settings.hidden_sensitivities`.
    """
    return info.sensitivity.value in settings.hidden_sensitivities


def class_layers(layers: Layers, settings: Settings) -> dict[str, ClassLayers]:
    """Sort the layers in force by the classes they give.

    Parameters
    ----------
    layers
        The layers.
    settings
        Of the run.

    Returns
    -------
    dict
        By zone class: every core class, and every class a layer with boundaries gives, in the
        order of `vocabulary.ZoneClass`.
    """
    given = [
        info
        for info in layers.infos
        if in_force(info, settings) and info.status is not LayerStatus.NOT_DELINEATED
    ]
    held = {name for info in given for name in _classes_of(info, layers.zones)}
    wanted = [member for member in ZoneClass if member in CORE_CLASSES or member.value in held]
    return {
        member.value: ClassLayers(
            zone_class=member.value,
            official=tuple(
                info
                for info in given
                if relied_on(info, settings) and member.value in _classes_of(info, layers.zones)
            ),
            other=tuple(
                info
                for info in given
                if not relied_on(info, settings) and member.value in _classes_of(info, layers.zones)
            ),
        )
        for member in wanted
    }


def _classes_of(info: LayerInfo, zones: gpd.GeoDataFrame) -> set[str]:
    own = zones.loc[zones["layer_id"] == info.layer_id, "zone_class"]
    return {member.value for member in info.classes} | {str(name) for name in own.unique()}


def within_county(shape: BaseGeometry | None, adcode: str) -> BaseGeometry | None:
    """Take from a footprint the strip by which its county's line was widened.

    A footprint is cut by its county widened for the line's roughness; no position beyond the true
    line is meant, so no layer of the county need cover the strip.

    Parameters
    ----------
    shape
        A footprint.
    adcode
        Code of its county or prefecture.

    Returns
    -------
    shapely.Geometry or None
        The footprint within the county as drawn; unchanged where it reaches beyond the widened
        one, or the code is unknown, or there are several.
    """
    if shape is None or not adcode.isdigit():
        return shape
    try:
        drawn, widened = area_polygon(adcode), widened_polygon(adcode)
    except RegionError:
        return shape
    if shapely.covers(drawn, shape) or not _holds(widened, shape):
        return shape
    kept: BaseGeometry = shapely.intersection(shape, drawn)
    return shape if shapely.is_empty(kept) else kept


def held_by(shapes: NDArray[Any], coverage: BaseGeometry | None) -> NDArray[np.bool_]:
    """Say which footprints a coverage holds whole.

    Parameters
    ----------
    shapes
        Footprints in EPSG:4490, None where there is none.
    coverage
        The joined coverages, None where no layer has one.

    Returns
    -------
    numpy.ndarray
        True where no more than a sliver (1 m², or a millionth) sticks out.
    """
    if coverage is None:
        return np.zeros(len(shapes), dtype=bool)
    shapely.prepare(coverage)
    return np.array([shape is not None and _holds(coverage, shape) for shape in shapes], dtype=bool)


def _holds(area: BaseGeometry, shape: BaseGeometry) -> bool:
    if not shapely.intersects(area, shape):
        return False
    if shapely.get_dimensions(shape) < _AREAL:
        return bool(shapely.covers(area, shape))
    outside, whole = areas_m2([shapely.difference(shape, area), shape])
    return bool(outside <= max(_OUTSIDE_M2, _OUTSIDE_SHARE * whole))


def joined_coverage(infos: tuple[LayerInfo, ...]) -> BaseGeometry | None:
    """Join the coverages of layers.

    Parameters
    ----------
    infos
        The layers; one without a coverage adds nothing.

    Returns
    -------
    shapely.Geometry or None
        Their union, None where none has one.
    """
    coverages = {shapely.to_wkb(info.coverage): info.coverage for info in infos if info.coverage}
    if not coverages:
        return None
    whole: BaseGeometry = shapely.union_all(np.array(list(coverages.values()), dtype=object))
    return whole
