"""Overlay on a cluster: sites and zones in partitions, the same rows as on one machine.

Sites and zones are put in order along a Hilbert curve and cut into partitions (dask-geopandas).
A task takes one partition of sites and every zone partition whose box is in reach of it, so that
it sees all zones that can matter to its sites, and does there what one machine would do. Unions of
a class and nearest zones need nothing more. A zone partition is one object of the graph: shipped to
the cluster once and handed from worker to worker. Tasks are pure; those of a worker that dies are
done again by others.

Frames that do not fit one machine are given as dask-geopandas frames; their partitions are taken
as they are and should be compact (`spatial_shuffle`). Rows come back to the caller.
"""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from geo_rectify.errors import GeoRectifyWarning, MissingDependencyError
from geo_rectify.overlay.cache import nothing_kept
from geo_rectify.overlay.opening import OpenZones
from geo_rectify.overlay.pairs import METRES_PER_DEGREE

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from geo_rectify.overlay.shapes import Numbers

_SITES: Final = 20_000
_VERTICES: Final = 500_000
"""Sites and vertices of zones in a partition, where the caller has not cut them."""
_STUB: Final = "\x00"
"""Begins the id of a zone without shape, which brings its class into every partition."""


def overlay_partitions(
    overlay: Callable[..., pd.DataFrame],
    sites: Any,
    zones: Any,
    *,
    max_distance_m: float,
    min_overlap_m2: float,
    by: list[str],
) -> pd.DataFrame:
    """Overlay partition by partition on the current dask cluster.

    Parameters
    ----------
    overlay
        `overlay_sites` or `overlay_classes`.
    sites, zones
        GeoDataFrames, or dask-geopandas ones.
    max_distance_m, min_overlap_m2
        As in `overlay_sites`.
    by
        Columns the rows are sorted by.

    Returns
    -------
    pandas.DataFrame
        The rows of ``overlay``.

    Raises
    ------
    MissingDependencyError
        dask-geopandas is not installed.
    TypeError
        The zones are no frame.
    """
    if isinstance(zones, OpenZones):
        message = "engine='dask' takes zones as a frame; use auto, grid or geos with open_zones"
        raise TypeError(message)
    dask = _needed("dask")
    left, right = _parts(sites, _site_weights), _parts(zones, _zone_weights)
    found = dask.compute(
        [dask.delayed(_extent)(part) for part in left],
        [dask.delayed(_extent)(part) for part in right],
    )
    boxes = np.array([box for box, _, _ in found[0]])
    zone_boxes = np.array([box for box, _, _ in found[1]])
    classes = sorted({name for _, _, names in found[1] for name in names})
    tasks = []
    for part, box, (_, widest, _) in zip(left, boxes, found[0], strict=True):
        reach = _widened(box, max_distance_m + widest)
        near = np.flatnonzero(_boxes_meet(reach, zone_boxes)).tolist()
        tasks.append(
            dask.delayed(_overlay_part)(
                overlay,
                part,
                [right[at] for at in near],
                reach=reach,
                classes=classes,
                options={"max_distance_m": max_distance_m, "min_overlap_m2": min_overlap_m2},
            )
        )
    done = dask.compute(*tasks)
    for message in sorted({message for _, messages in done for message in messages}):
        warnings.warn(message, GeoRectifyWarning, stacklevel=3)
    filled = [frame for frame, _ in done if len(frame)] or [frame for frame, _ in done[:1]]
    rows: pd.DataFrame = pd.concat(filled, ignore_index=True)
    return rows.sort_values(by, ignore_index=True)


def _needed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as err:
        message = f"engine='dask' needs {name}; install geo-rectify[scale]"
        raise MissingDependencyError(message) from err


def _parts(frame: Any, weights: Callable[[gpd.GeoDataFrame], tuple[float, float]]) -> list[Any]:
    """Give the partitions of a frame as delayed objects."""
    dask_geopandas = _needed("dask_geopandas")
    if not isinstance(frame, dask_geopandas.GeoDataFrame):
        total, limit = weights(frame)
        plain = frame.reset_index(drop=True)
        placed = ~(plain.geometry.isna() | plain.geometry.is_empty).to_numpy()
        order = np.full(len(plain), -1, dtype=np.int64)
        if placed.any():
            order[placed] = plain.geometry[placed].hilbert_distance().to_numpy()
        ordered = plain.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)
        count = max(1, min(len(plain), int(np.ceil(total / limit))))
        frame = dask_geopandas.from_geopandas(ordered, npartitions=count)
    parts: list[Any] = frame.to_delayed()
    return parts


def _site_weights(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    return len(frame), _SITES


def _zone_weights(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    shapes = np.asarray(frame.geometry.array, dtype=object)
    return float(shapely.get_num_coordinates(shapes).sum()), _VERTICES


def _extent(part: gpd.GeoDataFrame) -> tuple[Numbers, float, list[str]]:
    """Give the box of a partition, its largest uncertainty and its classes."""
    shapes = np.asarray(part.geometry.array, dtype=object)
    box: Numbers = np.asarray(shapely.total_bounds(shapes), dtype=float)
    widest = 0.0
    if "uncertainty_m" in part.columns:
        radii = pd.to_numeric(part["uncertainty_m"], errors="coerce").to_numpy(dtype=float)
        widest = float(np.nan_to_num(radii).max(initial=0.0))
    names = part["zone_class"].astype(str).unique().tolist() if "zone_class" in part else []
    return box, widest, names


def _widened(box: Numbers, metres: float) -> Numbers:
    """Widen a box by metres, a little too much rather than too little."""
    up = metres * 1.01 / METRES_PER_DEGREE
    highest = min(max(abs(box[1]), abs(box[3])) + up, 89.0)
    side = up / np.cos(np.radians(highest))
    wide: Numbers = box + np.array([-side, -up, side, up])
    return wide


def _boxes_meet(box: Numbers, boxes: Numbers) -> Any:
    """Say which boxes meet a box; an empty one (no numbers) meets none."""
    return (
        (boxes[:, 0] <= box[2])
        & (boxes[:, 2] >= box[0])
        & (boxes[:, 1] <= box[3])
        & (boxes[:, 3] >= box[1])
    )


def _overlay_part(
    overlay: Callable[..., pd.DataFrame],
    sites: gpd.GeoDataFrame,
    zones: list[gpd.GeoDataFrame],
    *,
    reach: Numbers,
    classes: list[str],
    options: dict[str, float],
) -> tuple[pd.DataFrame, list[str]]:
    """Overlay one partition on a worker; give rows and what was warned of."""
    geopandas = importlib.import_module("geopandas")
    stubs = geopandas.GeoDataFrame(
        {"zone_id": [f"{_STUB}{name}" for name in classes], "zone_class": classes},
        geometry=[None] * len(classes),
        crs=sites.crs,
    )
    names = ["zone_id", "zone_class"]
    near = []
    for frame in zones:
        boxes = shapely.bounds(np.asarray(frame.geometry.array, dtype=object))
        kept = frame[_boxes_meet(reach, boxes)]
        near.append(kept)
    every = geopandas.GeoDataFrame(
        pd.concat([stubs[names], *(frame[names] for frame in near)], ignore_index=True),
        geometry=np.concatenate(
            [stubs.geometry.to_numpy(), *(frame.geometry.to_numpy() for frame in near)]
        ),
        crs=sites.crs,
    )
    with warnings.catch_warnings(record=True) as told, nothing_kept():
        warnings.simplefilter("always")
        rows = overlay(sites, every, engine="auto", **options)
    said = [str(one.message) for one in told if issubclass(one.category, GeoRectifyWarning)]
    return rows, said
