"""Bring a layer's geometry to EPSG:4490 and mend it, leaving a sentence for everything done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from geo_rectify.catalogue.files import GEOJSON_DRIVERS, OVKML
from geo_rectify.catalogue.recognition import recognise
from geo_rectify.catalogue.wording import sentence
from geo_rectify.crs import MAX_EDGE_M, STORED, areas_m2, same_crs, to_stored, unshift
from geo_rectify.errors import CRSError, LayerError
from geo_rectify.repair import made_valid
from geo_rectify.vocabulary import Datum

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.catalogue.entries import LayerEntry
    from geo_rectify.catalogue.files import RawLayer
    from geo_rectify.catalogue.recognition import Recognised

_CHINA: Final = shapely.box(73.0, 3.0, 136.0, 54.0)
_DEGREES: Final = shapely.box(-180.0, -90.0, 180.0, 90.0)
_MAX_EDGE_DEG: Final = 0.005
"""About `MAX_EDGE_M` here; densifies what is shifted in degrees, where the shift bends edges."""
_NO_WIDTH_M: Final = 0.01
"""Thinner than this is no area; a line of 500 m bends by some millimetres when projected."""
_METRES_A_DEGREE: Final = 111_000.0
_POLYGONAL: Final = (3, 6)
_COLLECTION: Final = 7
_SHIFTED: Final = frozenset({Datum.GCJ02, Datum.BD09})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """Geometry ready for use, and what was done to it.

    ``unplaced`` says that a feature was left out whose place is not known, so that the layer's
    silence means nothing anywhere.
    """

    frame: gpd.GeoDataFrame
    repairs: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    unplaced: bool = False


def place_layer(
    raw: RawLayer,
    *,
    entry: LayerEntry,
    frame: gpd.GeoDataFrame,
    expected: BaseGeometry | None = None,
) -> tuple[gpd.GeoDataFrame, str, tuple[str, ...]]:
    """Bring a layer to EPSG:4490 from the system it carries or its entry declares.

    Edges longer than 500 m are densified along the straight line of the plane they come from.

    Parameters
    ----------
    raw
        The file as read.
    entry
        Its catalogue entry.
    frame
        The rows to move: finite, two-dimensional.
    expected
        The area the layer should meet (EPSG:4490). With it, bare numbers and swapped axes that
        fall there in one reading only are recognised.

    Returns
    -------
    tuple
        The moved frame, the name of the system it came from, and what was assumed.

    Raises
    ------
    LayerError
        No system is carried or declared, both are and differ, it is refused (Xian80, Beijing54),
        or the coordinates do not fit it.
    """
    if entry.to_4490 is not None:
        moved = _piped(frame, entry.to_4490)
        return moved, "to_4490", (sentence("crs_pipeline", pipeline=entry.to_4490),)
    known = _recognised(raw, entry=entry, bounds=frame.total_bounds, expected=expected)
    if known is None:
        crs, notes = _system(raw, entry=entry, bounds=frame.total_bounds)
    else:
        crs = pyproj.CRS.from_epsg(known.epsg)
        notes = _recognition_notes(raw, entry=entry, known=known)
        if known.swapped:
            frame = _flipped(frame)
    shown = crs.to_string() if crs.to_authority() else crs.name
    if crs.is_geographic and not _within(frame.total_bounds, _DEGREES):
        message = (
            f"its coordinates {_box_text(frame.total_bounds)} are no degrees of {shown}; "
            f"write {_guess(frame.total_bounds)}"
        )
        chinese = f"坐标{_box_text(frame.total_bounds)}不是{shown}的经纬度；请写 {_guess(frame.total_bounds)}"
        raise LayerError(message, chinese=chinese)
    try:
        moved = _reprojected(frame, crs)
    except CRSError as err:
        message = f"{err}; or save the layer in EPSG:4490"
        chinese = f"{err.told.chinese}；或把图层另存为EPSG:4490"
        raise LayerError(message, chinese=chinese) from err
    except pyproj.exceptions.ProjError as err:
        message = f"{shown} is no system of the Earth; save the layer in EPSG:4490, or write crs"
        chinese = f"{shown}不是地球上的坐标系；请把图层另存为EPSG:4490，或写 crs"
        raise LayerError(message, chinese=chinese) from err
    if entry.datum in _SHIFTED:
        moved = _unshifted(moved, str(entry.datum))
        notes = (*notes, sentence("datum_shifted", datum=entry.datum))
    if not _meets(moved.total_bounds, _CHINA):
        message = (
            f"read as {shown} it lies at {_box_text(moved.total_bounds)}, outside China; the "
            f"system is wrong or easting and northing are swapped: write {_guess(frame.total_bounds)}"
        )
        chinese = (
            f"按{shown}读，位置在{_box_text(moved.total_bounds)}，不在国内；坐标系不对，或东、北坐标颠倒："
            f"请写 {_guess(frame.total_bounds)}"
        )
        raise LayerError(message, chinese=chinese)
    return moved, shown, notes


def _recognised(
    raw: RawLayer,
    *,
    entry: LayerEntry,
    bounds: NDArray[np.float64],
    expected: BaseGeometry | None,
) -> Recognised | None:
    """Recognise what no system is known of, and axes swapped against the known one."""
    if expected is None or raw.driver == OVKML:
        return None
    known = recognise(bounds, expected)
    system = raw.crs if entry.crs is None else pyproj.CRS.from_user_input(entry.crs)
    if raw.crs is not None and entry.crs is not None and not same_crs(raw.crs, entry.crs):
        return None
    if known is None or (system is None and entry.datum in _SHIFTED):
        return None
    if system is None:
        return known
    return known if known.swapped and same_crs(system, f"EPSG:{known.epsg}") else None


def _recognition_notes(raw: RawLayer, *, entry: LayerEntry, known: Recognised) -> tuple[str, ...]:
    notes = []
    if raw.crs is None and entry.crs is None:
        key = "gk_recognised" if known.digits else "degrees_recognised"
        notes.append(sentence(key, digits=known.digits, crs=f"EPSG:{known.epsg}"))
    elif entry.crs is not None:
        notes.append(sentence("crs_declared", crs=entry.crs))
    if known.swapped:
        notes.append(sentence("gk_swapped"))
    return tuple(notes)


def _flipped(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    turned = gpd.GeoSeries(np.asarray(shapes, dtype=object), index=frame.index, crs=frame.crs)
    return frame.set_geometry(turned)


def _system(
    raw: RawLayer, *, entry: LayerEntry, bounds: NDArray[np.float64]
) -> tuple[pyproj.CRS, tuple[str, ...]]:
    carried, geojson = raw.crs, raw.driver in GEOJSON_DRIVERS
    if raw.driver == OVKML and entry.datum is None:
        message = (
            'an .ovkml may be shifted (GCJ-02 since version 9.3); write datum = "GCJ-02", or '
            'datum = "WGS84" where it was exported so'
        )
        chinese = (
            '奥维的.ovkml可能是偏移坐标（9.3版起为GCJ-02）；请写 datum = "GCJ-02"，'
            '确是按WGS84导出的写 datum = "WGS84"'
        )
        raise LayerError(message, chinese=chinese)
    if entry.crs is not None:
        declared = pyproj.CRS.from_user_input(entry.crs)
        if carried is None:
            return declared, (sentence("crs_declared", crs=entry.crs),)
        if same_crs(carried, declared):
            return declared, ()
        if geojson and same_crs(carried, "EPSG:4326"):
            return declared, (sentence("crs_over_geojson", crs=entry.crs),)
        message = (
            f"the file carries {carried.name}, the catalogue says {entry.crs}; remove crs from "
            "the entry, or save the file in that system"
        )
        chinese = f"文件带的坐标系是{carried.name}，目录写的是{entry.crs}；请删去条目里的 crs，或把文件另存为该坐标系"
        raise LayerError(message, chinese=chinese)
    if carried is not None:
        return carried, (sentence("crs_geojson"),) if geojson and entry.datum is None else ()
    if entry.datum is not None and _within(bounds, _DEGREES):
        return pyproj.CRS.from_user_input(STORED), ()
    message = f"the file carries no coordinate system; write {_guess(bounds)} in its entry"
    chinese = f"文件没有坐标系；请在条目里写 {_guess(bounds)}"
    raise LayerError(message, chinese=chinese)


def _guess(bounds: NDArray[np.float64]) -> str:
    """Say which system the bare numbers look like; surveyors call northing X, easting Y."""
    if not np.isfinite(bounds).all():
        return 'crs = "EPSG:4548" (or the system it was drawn in)'
    if _within(bounds, _DEGREES):
        return 'crs = "EPSG:4490"'
    eastings = (bounds[0], bounds[2])
    zone = int(eastings[0] // 1_000_000)
    if 25 <= zone <= 45 and zone == int(eastings[1] // 1_000_000):  # noqa: PLR2004 - 3-degree zones
        return f'crs = "EPSG:{4488 + zone}" (8-digit eastings of 3-degree zone {zone})'
    return 'crs = "EPSG:4548" (6-digit eastings, central meridian 117E; 4547 for 114E)'


def _reprojected(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    if crs.is_projected:
        metres = float(crs.axis_info[0].unit_conversion_factor)
        dense = _densified(frame.geometry.to_numpy(), MAX_EDGE_M / metres)
        frame = frame.set_geometry(gpd.GeoSeries(dense, index=frame.index))
    return to_stored(frame.set_crs(crs, allow_override=True))


def _piped(frame: gpd.GeoDataFrame, pipeline: str) -> gpd.GeoDataFrame:
    move = pyproj.Transformer.from_pipeline(pipeline)
    degrees = _within(frame.total_bounds, _DEGREES)
    dense = _densified(frame.geometry.to_numpy(), _MAX_EDGE_DEG if degrees else MAX_EDGE_M)

    def shift(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(move.transform(xy[:, 0], xy[:, 1]))

    moved = _with_shapes(frame, shapely.transform(dense, shift))
    if not _meets(moved.total_bounds, _CHINA):
        message = (
            f"to_4490 puts it at {_box_text(moved.total_bounds)}, outside China; the pipeline must "
            "take the file's coordinates (easting, northing or lon, lat) to lon, lat in degrees"
        )
        chinese = (
            f"按 to_4490 换算，位置在{_box_text(moved.total_bounds)}，不在国内；换算式应把文件坐标"
            "（东、北坐标或经纬度）变为以度计的经度、纬度"
        )
        raise LayerError(message, chinese=chinese)
    return moved


def _unshifted(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    dense = _densified(frame.geometry.to_numpy(), _MAX_EDGE_DEG)

    def shift(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(unshift(xy[:, 0], xy[:, 1], datum=datum))

    return _with_shapes(frame, shapely.transform(dense, shift))


def _densified(shapes: Any, edge: float) -> NDArray[np.object_]:
    """Add vertices to edges longer than ``edge``.

    `shapely.segmentize` buffers an invalid polygon by 0, which silently drops half a bow-tie:
    those are densified ring by ring.
    """
    dense = np.array(shapely.segmentize(shapes, edge), dtype=object)
    for at in np.flatnonzero(~shapely.is_valid(shapes)):
        dense[at] = _by_rings(shapes[at], edge)
    return dense


def _by_rings(shape: BaseGeometry, edge: float) -> BaseGeometry:
    if isinstance(shape, shapely.Polygon):
        rings = [shapely.segmentize(ring, edge) for ring in shape.interiors]
        return shapely.Polygon(shapely.segmentize(shape.exterior, edge), rings)
    if isinstance(shape, (shapely.MultiPolygon, shapely.GeometryCollection)):
        parts = np.array([_by_rings(part, edge) for part in shape.geoms], dtype=object)
        build: Callable[[Any], Any] = (
            shapely.multipolygons
            if isinstance(shape, shapely.MultiPolygon)
            else shapely.geometrycollections
        )
        whole: BaseGeometry = build(parts)
        return whole
    return shapely.segmentize(shape, edge)


def _with_shapes(frame: gpd.GeoDataFrame, shapes: Any) -> gpd.GeoDataFrame:
    bare = frame.drop(columns=frame.geometry.name)
    return gpd.GeoDataFrame(bare, geometry=np.asarray(shapes, dtype=object), crs=STORED)


def _box_of(bounds: NDArray[np.float64]) -> BaseGeometry:
    west, south, east, north = (float(value) for value in bounds)
    return shapely.box(west, south, east, north)


def _within(bounds: NDArray[np.float64], area: BaseGeometry) -> bool:
    return bool(np.isfinite(bounds).all()) and bool(area.covers(_box_of(bounds)))


def _meets(bounds: NDArray[np.float64], area: BaseGeometry) -> bool:
    return bool(np.isfinite(bounds).all()) and bool(area.intersects(_box_of(bounds)))


def _box_text(bounds: NDArray[np.float64]) -> str:
    west, south, east, north = (f"{value:.6g}" for value in bounds)
    return f"x {west} to {east}, y {south} to {north}"


def drop_unplaced(frame: gpd.GeoDataFrame, *, called: Callable[[object], str]) -> Mended:
    """Leave out features without geometry or with vertices that have no position.

    Parameters
    ----------
    frame
        The rows as read.
    called
        Gives the name of a feature for sentences, from its index.

    Returns
    -------
    Mended
        The other rows, flattened to two dimensions.
    """
    shapes = frame.geometry.to_numpy()
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    broken = np.zeros(len(frame), dtype=bool)
    broken[owner[~np.isfinite(xy).all(axis=1)]] = True
    rejects = [sentence("no_geometry", feature=called(fid)) for fid in frame.index[absent]]
    rejects += [sentence("not_finite", feature=called(fid)) for fid in frame.index[broken]]
    kept = frame[~(absent | broken)]
    flat = gpd.GeoSeries(shapely.force_2d(kept.geometry.to_numpy()), index=kept.index, crs=kept.crs)
    return Mended(
        frame=kept.set_geometry(flat), rejects=tuple(rejects), unplaced=bool(broken.any())
    )


def mend_areas(frame: gpd.GeoDataFrame, *, called: Callable[[object], str]) -> Mended:
    """Repair invalid polygons and leave out what is no area, with a sentence for each.

    `repair.made_valid` mends them.

    Parameters
    ----------
    frame
        Rows in EPSG:4490.
    called
        Gives the name of a feature for sentences, from its index.

    Returns
    -------
    Mended
        Rows whose geometry is a valid polygon or multipolygon with an area.
    """
    shapes = np.array(frame.geometry.to_numpy(), dtype=object)
    names = [called(fid) for fid in frame.index]
    repairs: list[str] = []
    rejects: list[str] = []
    keep = np.ones(len(frame), dtype=bool)
    kinds = shapely.get_type_id(shapes)
    for at in np.flatnonzero(~np.isin(kinds, _POLYGONAL)):
        shapes[at], kinds_left = _areal(shapes[at])
        if shapes[at] is None:
            keep[at] = False
            kind = ", ".join(kinds_left)
            rejects.append(sentence("not_areal", feature=names[at], kind=kind))
        elif kinds_left:
            shown = ", ".join(kinds_left)
            repairs.append(sentence("leftover", feature=names[at], kinds=shown))
    # A position the projection could not carry over comes back infinite.
    away = keep & ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    wrong = np.flatnonzero(keep & ~away & ~shapely.is_valid(shapes))
    if len(wrong):
        reasons = shapely.is_valid_reason(shapes[wrong])
        mended = made_valid(shapes[wrong])
        before, after = areas_m2(shapes[wrong]), areas_m2(mended)
        shapes[wrong] = mended
        repairs += [
            sentence(
                "repaired",
                feature=names[at],
                reason=reason,
                before=f"{old:.2f}",
                after=f"{new:.2f}",
            )
            for at, reason, old, new in zip(wrong, reasons, before, after, strict=True)
        ]
    shapes[away] = None
    around_m = shapely.length(shapes) * _METRES_A_DEGREE
    flat = keep & ~away & ~(areas_m2(shapes) * 2 > around_m * _NO_WIDTH_M)
    rejects += [sentence("no_area", feature=names[at]) for at in np.flatnonzero(flat)]
    keep &= ~flat
    away = keep & ~shapely.intersects(shapes, _CHINA)
    rejects += [sentence("outside", feature=names[at]) for at in np.flatnonzero(away)]
    keep &= ~away
    kept = frame[keep]
    series = gpd.GeoSeries(shapes[keep], index=kept.index, crs=frame.crs)
    return Mended(
        frame=kept.set_geometry(series),
        repairs=tuple(repairs),
        rejects=tuple(rejects),
        unplaced=bool(away.any()),
    )


def _areal(shape: Any) -> tuple[Any, list[str]]:
    """Take the polygons out of a collection; also give the kinds of what is left over."""
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) == _COLLECTION).any():
        parts = shapely.get_parts(parts)
    areal = np.isin(shapely.get_type_id(parts), _POLYGONAL)
    left = sorted({str(part.geom_type) for part in parts[~areal]})
    if not areal.any():
        return None, left
    return shapely.multipolygons(shapely.get_parts(parts[areal])), left
