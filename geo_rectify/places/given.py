"""Sites somebody already has: our own ``sites.gpkg``, or any file or frame with geometry."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from geo_rectify.crs import buffer_m, to_stored
from geo_rectify.errors import InputFileError
from geo_rectify.places.kinds import precision_of
from geo_rectify.places.records import Located
from geo_rectify.tables import (
    FOOTPRINTS,
    REJECTED,
    SITES,
    UNLOCATED,
    frame_of,
    geoframe_of,
    validate,
)
from geo_rectify.vocabulary import Precision, SiteStatus

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def read_sites(sites: str | Path | gpd.GeoDataFrame) -> Located:
    """Read sites that are located already.

    Parameters
    ----------
    sites
        A GeoPackage with layers ``sites`` and ``footprints``, or any vector file or frame with
        geometry and optionally ``site_id``, ``name`` (名称), ``kind`` and ``uncertainty_m``.
        Without ``uncertainty_m`` a geometry is taken as given: surveyed, 0 m.

    Returns
    -------
    Located
        Sites and footprints, with no mentions and nothing on the worklist.

    Raises
    ------
    InputFileError
        The file cannot be read, or has no usable geometry.
    CRSError
        It has no coordinate system.
    """
    if isinstance(sites, gpd.GeoDataFrame):
        return _of_frame(sites, name="the frame")
    path = Path(sites)
    names = _layer_names(path)
    if {"sites", "footprints"} <= set(names):
        ours = to_stored(gpd.read_file(path, layer="sites"))
        footprints = to_stored(gpd.read_file(path, layer="footprints"))
        validate(ours, SITES)
        validate(footprints, FOOTPRINTS)
        return _bare(ours, footprints)
    if len(names) != 1:
        message = (
            f"{path.name} holds the layers {', '.join(names)}; wanted one layer with geometry, or "
            "the layers sites and footprints as `geo-rectify locate` writes them"
        )
        chinese = (
            f"{path.name}里有图层{'、'.join(names)}；应只有一个带图形的图层，或是 geo-rectify locate 写出的"
            "sites 和 footprints 两层"
        )
        raise InputFileError(message, chinese=chinese)
    frame = gpd.read_file(path)
    if "geometry" not in frame.columns:
        message = f"{path.name} has no geometry; save it as GeoPackage or GeoJSON with points"
        chinese = f"{path.name}没有图形；请另存为带点的GeoPackage或GeoJSON"
        raise InputFileError(message, chinese=chinese)
    return _of_frame(frame, name=path.name)


def _layer_names(path: Path) -> list[str]:
    if not path.is_file():
        message = f"{path} is no file; name a vector file such as sites.gpkg"
        chinese = f"{path}不是文件；请指明矢量文件，如sites.gpkg"
        raise InputFileError(message, chinese=chinese)
    try:
        return [str(name) for name in gpd.list_layers(path)["name"]]
    except (RuntimeError, ValueError) as err:
        message = f"{path.name} is no vector file GDAL can open ({err}); save it as GeoPackage"
        chinese = f"{path.name}不是GDAL能打开的矢量文件（{err}）；请另存为GeoPackage"
        raise InputFileError(message, chinese=chinese) from err


def _of_frame(frame: gpd.GeoDataFrame, *, name: str) -> Located:
    stored = to_stored(frame)
    usable = ~(stored.geometry.isna() | stored.geometry.is_empty)
    if not usable.any():
        message = f"{name} has no geometry; give points or polygons"
        chinese = f"{name}没有图形；请给出点或面"
        raise InputFileError(message, chinese=chinese)
    rows, shapes = [], []
    for position, (keep, record, shape) in enumerate(
        zip(
            usable,
            stored.drop(columns=stored.geometry.name).to_dict("records"),
            stored.geometry,
            strict=True,
        ),
        start=1,
    ):
        uncertainty = _metres(record.get("uncertainty_m"))
        site_id = str(record.get("site_id") or _shape_id(shape, position))
        rows.append(
            {
                "site_id": site_id,
                "name": str(record.get("name") or record.get("名称") or f"第{position}个"),
                "kind": str(record.get("kind") or "other"),
                "precision": precision_of(uncertainty, measured=True).value
                if keep
                else Precision.NONE.value,
                "uncertainty_m": uncertainty,
                "method": "as given",
                "source": name,
                "status": (SiteStatus.LOCATED if keep else SiteStatus.UNLOCATED).value,
                "geometry": shape if keep else None,
            }
        )
        if keep:
            widened = buffer_m(shape, uncertainty) if uncertainty > 0 else shape
            shapes.append({"site_id": site_id, "geometry": widened})
    made = geoframe_of(rows, SITES)
    validate(made, SITES)
    return _bare(made, geoframe_of(shapes, FOOTPRINTS))


def _bare(sites: gpd.GeoDataFrame, footprints: gpd.GeoDataFrame) -> Located:
    return Located(
        mentions=(),
        sites=sites,
        footprints=footprints,
        unlocated=frame_of([], UNLOCATED),
        rejected=frame_of([], REJECTED),
    )


def _shape_id(shape: BaseGeometry | None, position: int) -> str:
    """Hash where it lies, or its place in the file where it lies nowhere."""
    content = str(position).encode() if shape is None else shapely.to_wkb(shape)
    return "s" + hashlib.sha1(content, usedforsecurity=False).hexdigest()[:10]


def _metres(value: Any) -> float:
    """Read a radius; what is no number, negative or missing counts as 0."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0
