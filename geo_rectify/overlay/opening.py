"""Zones of a file, opened for overlay without reading the file again.

The first opening reads the file, takes its zones apart, builds their index and keeps everything
under the hash of the file (`cache`). Later ones hash the file, map the arrays, and draw polygons
only of the few parts GEOS is asked about: 5 million vertices open in the time the hash takes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from geo_rectify.crs import require_crs
from geo_rectify.errors import InputFileError, TableError
from geo_rectify.overlay import cache
from geo_rectify.overlay.kept import INDEX, KeptParts, arrays_of, index_from, index_of
from geo_rectify.overlay.shapes import ZoneParts, zone_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_ZONES: Final = ("ids", "classes", "part_owner", "boxes", "vertices", "wkb", "wkb_start")
_PARQUET: Final = (".parquet", ".geoparquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenZones:
    """Zones of a file, as `overlay_sites` and `overlay_classes` take them in place of a frame.

    Attributes
    ----------
    parts
        The zones.
    sha256
        Hash of the file they come from.
    """

    parts: ZoneParts
    sha256: str

    def __len__(self) -> int:
        """Count the zones."""
        return len(self.parts.ids)


def open_zones(
    path: str | Path,
    *,
    id_field: str = "zone_id",
    class_field: str = "zone_class",
    zone_class: str | None = None,
    layer: str | None = None,
) -> OpenZones:
    """Open the zones of a file for many overlays.

    Parameters
    ----------
    path
        GeoParquet, or any vector file GDAL opens, in EPSG:4490 or EPSG:4326.
    id_field, class_field
        Columns with the id and the class of each zone.
    zone_class
        The class of all zones, in place of a column.
    layer
        Layer inside a container, its first where None.

    Returns
    -------
    OpenZones
        To be given to `overlay_sites` and `overlay_classes` as ``zones``. Where the cache folder
        cannot be written, or is ``off``, the zones are read anew each time.

    Raises
    ------
    InputFileError
        The file is missing or cannot be read.
    TableError
        A column is missing, an id is empty or stands twice, a zone is no area.
    CRSError
        The file has no coordinate system, or one in metres.
    """
    file = Path(path)
    sha256 = _hash(file)
    asked = repr((sha256, id_field, class_field, zone_class, layer))
    place = cache.place_of(hashlib.sha256(asked.encode()).hexdigest())
    held = None if place is None else cache.opened(place, (*INDEX, *_ZONES))
    if held is None:
        frame = _read(file, layer=layer)
        frame = _named(frame, file, id_field, class_field, zone_class)
        held = _arrays(zone_parts(frame))
        if place is not None:
            cache.keep(held, place)
    return OpenZones(parts=_parts(held), sha256=sha256)


def _hash(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as err:
        message = f"{file}: cannot be read ({err.strerror or err}); name a vector file"
        chinese = f"读不出{file}（{err.strerror or err}）；请指明矢量文件"
        raise InputFileError(message, chinese=chinese) from err


def _read(file: Path, *, layer: str | None) -> gpd.GeoDataFrame:
    try:
        if file.suffix.lower() in _PARQUET:
            return gpd.read_parquet(file)
        return gpd.read_file(file, layer=layer)
    except (OSError, ValueError, RuntimeError) as err:
        message = f"{file}: cannot be read as zones ({err}); give a GeoPackage or GeoParquet file"
        chinese = f"{file}不能当作分区读（{err}）；请用GeoPackage或GeoParquet文件"
        raise InputFileError(message, chinese=chinese) from err


def _named(
    frame: gpd.GeoDataFrame, file: Path, id_field: str, class_field: str, zone_class: str | None
) -> gpd.GeoDataFrame:
    require_crs(frame, name=file.name)
    wanted = [id_field] if zone_class is not None else [id_field, class_field]
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        message = (
            f"{file}: no column {', '.join(map(repr, missing))}; it has "
            f"{', '.join(map(str, frame.columns))}: name them with id_field and class_field"
        )
        raise TableError(message)
    classes: Any = zone_class if zone_class is not None else frame[class_field].to_numpy()
    return gpd.GeoDataFrame(
        {"zone_id": frame[id_field].to_numpy(), "zone_class": classes},
        geometry=frame.geometry.to_numpy(),
        crs=frame.crs,
    )


def _arrays(zones: ZoneParts) -> dict[str, NDArray[Any]]:
    with cache.nothing_kept():  # the index is kept here, with the zones
        index = index_of(zones)
    wkb = shapely.to_wkb(zones.store.take(np.arange(len(zones.owner)))).tolist()
    return {
        **arrays_of(index),
        "ids": zones.ids.astype(str),
        "classes": zones.classes.astype(str),
        "part_owner": zones.owner,
        "boxes": zones.boxes,
        "vertices": np.array([zones.vertices]),
        "wkb": np.frombuffer(b"".join(wkb), dtype=np.uint8),
        "wkb_start": np.concatenate(([0], np.cumsum([len(one) for one in wkb]))).astype(np.int64),
    }


def _parts(held: Mapping[str, NDArray[Any]]) -> ZoneParts:
    return ZoneParts(
        ids=held["ids"].astype(object),
        classes=held["classes"].astype(object),
        owner=held["part_owner"],
        boxes=held["boxes"],
        vertices=int(held["vertices"][0]),
        store=KeptParts(wkb=held["wkb"], start=held["wkb_start"], index=index_from(held)),
    )
