"""Sites and zones as flat arrays: checked, widened by their uncertainty, taken apart.

Invalid geometry never stops an overlay and is never mended silently: it is repaired on a copy
and a `GeoRectifyWarning` names it; coordinates that are no numbers cannot be repaired and are
left out, which the same warning says. `doubtful_geometry` gives the list as a table.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from geo_rectify.crs import STORED, areas_m2, gauss_kruger_epsg, require_crs, transformer
from geo_rectify.errors import GeoRectifyWarning, TableError
from geo_rectify.repair import made_valid

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_rectify.overlay.kept import KeptParts

    Shapes = NDArray[Any]
    Indices = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

AREA: Final = 2
"""Topological dimension of polygons; lines have 1, points 0, nothing -1."""
_QUARTER: Final = 16
"""Segments in a quarter of a disc."""
POINT: Final = 0
"""GEOS type of a point."""
POLYGON: Final = 3
"""GEOS type of a polygon."""
COLLECTION: Final = 7
"""GEOS type of a geometry collection."""
_NAMED: Final = 5
"""How many doubtful geometries a warning names."""
_DRAWN: Final = 10_000
"""Discs drawn at a time."""
LEFT_OUT: Final = "left out"
REPAIRED: Final = "repaired"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteShapes:
    """Sites and their distinct shapes; many sites of a plan share one county's footprint.

    Attributes
    ----------
    ids, shape_of
        For each site its id and the row of its shape.
    shapes, dimensions, areas_m2
        The distinct shapes (2-D, None for a site without one), and figures of each.
    points
        Lon and lat where all sites are points that are not widened, else None.
    """

    ids: NDArray[Any]
    shape_of: Indices
    shapes: Shapes
    dimensions: Indices
    areas_m2: Numbers
    points: Numbers | None = None

    def part(self, rows: slice) -> SiteShapes:
        """Give some of the distinct shapes, as if there were no others."""
        return replace(
            self,
            shapes=self.shapes[rows],
            dimensions=self.dimensions[rows],
            areas_m2=self.areas_m2[rows],
            points=None if self.points is None else self.points[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldParts:
    """Zones in memory, and the parts they were taken apart into."""

    zones: Shapes
    parts: Shapes

    def take(self, rows: Indices) -> Shapes:
        """Give the polygons of some rows, in that order."""
        taken: Shapes = self.parts[rows]
        return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneParts:
    """Zones taken apart once.

    Attributes
    ----------
    ids, classes
        Of each zone.
    owner
        For each part the row of its zone, ascending.
    boxes
        Box of each part: west, south, east, north.
    vertices
        How many all zones have.
    store
        Gives the parts themselves.
    """

    ids: NDArray[Any]
    classes: NDArray[Any]
    owner: Indices
    boxes: Numbers
    vertices: int
    store: HeldParts | KeptParts

    def near(self, shapes: Shapes, *, among: Indices | None = None) -> tuple[Indices, Indices]:
        """Pair shapes with the parts whose boxes meet theirs.

        Parameters
        ----------
        shapes
            Geometries; None meets nothing.
        among
            Rows of the parts to look at, all where None.

        Returns
        -------
        tuple of numpy.ndarray
            Rows of shapes and of parts, pair by pair.
        """
        boxes = self.boxes if among is None else self.boxes[among]
        if not len(shapes) or not len(boxes):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        tree = shapely.STRtree(np.asarray(shapely.box(*boxes.T), dtype=object))
        found, part = tree.query(shapes).astype(np.int64)
        return found, part if among is None else among[part]


def site_shapes(sites: gpd.GeoDataFrame) -> SiteShapes:
    """Read sites into arrays, each widened by its ``uncertainty_m`` where that is above 0.

    Parameters
    ----------
    sites
        site_id, geometry and, optionally, uncertainty_m (metres), in EPSG:4490 or EPSG:4326.

    Returns
    -------
    SiteShapes
        In the order of the frame.

    Raises
    ------
    TableError
        A column is missing, an id is empty or stands twice, an uncertainty is negative.
    CRSError
        The frame is not in lon/lat, or a site to be widened lies outside China.
    """
    ids = _checked_ids(sites, name="sites", key="site_id", also=())
    radii = np.zeros(len(ids))
    if "uncertainty_m" in sites.columns:
        radii = pd.to_numeric(sites["uncertainty_m"], errors="coerce").to_numpy(dtype=float)
        if (radii < 0).any():
            message = f"sites: uncertainty_m of {ids[radii < 0][0]!r} is negative; give metres, 0 for none"
            raise TableError(message)
        radii = np.nan_to_num(radii)
    if not radii.any():
        points = _as_points(sites, ids)
        if points is not None:
            return points
    shapes = mended(_flat(sites), ids, name="sites")
    first, shape_of = distinct(shapes, radii)
    own = _widened(shapes[first], radii[first])
    dimensions = shapely.get_dimensions(own).astype(np.int64)
    areas = np.zeros(len(own))
    areas[dimensions == AREA] = areas_m2(own[dimensions == AREA])
    return SiteShapes(
        ids=ids,
        shape_of=shape_of,
        shapes=own,
        dimensions=dimensions,
        areas_m2=areas,
    )


def _as_points(sites: gpd.GeoDataFrame, ids: NDArray[Any]) -> SiteShapes | None:
    """Read sites that are all sound points: the most frequent case, and the largest."""
    shapes: Shapes = np.asarray(sites.geometry.array, dtype=object)
    if not (shapely.get_type_id(shapes) == POINT).all():
        return None
    xy = shapely.get_coordinates(shapes)
    if len(xy) < len(shapes) or not np.isfinite(xy).all():
        return None
    return SiteShapes(
        ids=ids,
        shape_of=np.arange(len(shapes)),
        shapes=shapes,
        dimensions=np.zeros(len(shapes), dtype=np.int64),
        areas_m2=np.zeros(len(shapes)),
        points=xy,
    )


def distinct(shapes: Shapes, radii: Numbers) -> tuple[Indices, Indices]:
    """Find shapes that are the same to the last digit, and widened alike.

    Parameters
    ----------
    shapes
        Geometries, None among them.
    radii
        By how much each is widened.

    Returns
    -------
    tuple of numpy.ndarray
        Where each distinct shape stands first, and for each shape its place in that list.
    """
    if (shapely.get_type_id(shapes) == POINT).all():
        # many points: sorted as numbers, ten times faster
        where = shapely.get_coordinates(shapes)
        values = where[:, 0] + 1j * where[:, 1]
        if radii.any():
            values = np.unique(values, return_inverse=True)[1] + 1j * radii
        _, at_first, at_place = np.unique(values, return_index=True, return_inverse=True)
        return at_first.astype(np.int64), at_place.astype(np.int64)
    known: dict[tuple[bytes | None, float], int] = {}
    first: list[int] = []
    places = np.zeros(len(shapes), dtype=np.int64)
    for at, key in enumerate(zip(shapely.to_wkb(shapes).tolist(), radii.tolist(), strict=True)):
        if key not in known:
            known[key] = len(first)
            first.append(at)
        places[at] = known[key]
    return np.array(first, dtype=np.int64), places


def zone_parts(zones: gpd.GeoDataFrame) -> ZoneParts:
    """Read zones into arrays and take multipolygons apart, so that boxes stay small.

    Parameters
    ----------
    zones
        zone_id, zone_class and geometry, in EPSG:4490 or EPSG:4326.

    Returns
    -------
    ZoneParts
        Parts in the order of the frame; zones without geometry have none. Their validity is
        not looked at yet: only parts near a site are worth it (see `mended`).

    Raises
    ------
    TableError
        A column is missing, an id is empty or stands twice, a zone is a line or a point.
    CRSError
        The frame is not in lon/lat.
    """
    ids = _checked_ids(zones, name="zones", key="zone_id", also=("zone_class",))
    shapes = _without_broken(_flat(zones), ids, name="zones")
    dimensions = shapely.get_dimensions(shapes)
    thin = (dimensions >= 0) & (dimensions < AREA) & ~shapely.is_empty(shapes)
    if thin.any():
        message = f"zones: {ids[thin][0]!r} is no area; zones are polygons"
        raise TableError(message)
    parts, owner = parts_of(shapes)
    areal = shapely.get_dimensions(parts) == AREA
    if not areal.all():
        parts, owner = parts[areal], owner[areal]
    return ZoneParts(
        ids=ids,
        classes=zones["zone_class"].astype(str).to_numpy(dtype=object),
        owner=owner.astype(np.int64),
        boxes=shapely.bounds(parts),
        vertices=int(shapely.get_num_coordinates(shapes).sum()),
        store=HeldParts(zones=shapes, parts=parts),
    )


def parts_of(shapes: Shapes) -> tuple[Shapes, Indices]:
    """Take shapes of several parts apart; others stay the objects they are, which saves copies.

    Parameters
    ----------
    shapes
        Geometries, None among them.

    Returns
    -------
    tuple of numpy.ndarray
        Parts, and the row of the shape each belongs to, ascending.
    """
    types = shapely.get_type_id(shapes)
    single = (types >= POINT) & (types <= POLYGON)
    if single.all():
        return shapes, np.arange(len(shapes))
    rows = np.flatnonzero(~single)
    parts, owner = shapely.get_parts(shapes[rows], return_index=True)
    every = np.concatenate((shapes[single], parts))
    owners = np.concatenate((np.flatnonzero(single), rows[owner])).astype(np.int64)
    order = np.argsort(owners, kind="stable")
    return every[order], owners[order]


def without(shapes: Shapes, flags: Flags) -> Shapes:
    """Give shapes with some of them missing.

    Parameters
    ----------
    shapes
        Geometries.
    flags
        Which to leave out.

    Returns
    -------
    numpy.ndarray
        A copy.
    """
    kept = shapes.copy()
    kept[flags] = None
    return kept


def mended(shapes: Shapes, ids: NDArray[Any], *, name: str) -> Shapes:
    """Give shapes that every predicate can work on, with a warning about those that were not.

    Parameters
    ----------
    shapes
        Geometries in lon/lat; None is kept.
    ids
        Their ids, for the warning.
    name
        What to call the table in the warning.

    Returns
    -------
    numpy.ndarray
        The same array where all are valid, else a copy with repaired ones.
    """
    shapes = _without_broken(shapes, ids, name=name)
    invalid = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    if not invalid.any():
        return shapes
    fixed = shapes.copy()
    fixed[invalid] = _repaired(shapes[invalid])
    before, after = areas_m2(shapes[invalid]), areas_m2(fixed[invalid])
    said = [
        f"{key} ({old:.2f} m2 before, {new:.2f} m2 after)"
        for key, old, new in zip(ids[invalid], before, after, strict=True)
    ]
    _warn(name, said, "invalid, repaired on a copy")
    return fixed


def doubtful_geometry(frame: gpd.GeoDataFrame, *, key: str) -> pd.DataFrame:
    """List the geometries of a frame that an overlay repairs on a copy or leaves out.

    Parameters
    ----------
    frame
        Sites or zones in EPSG:4490 or EPSG:4326.
    key
        Name of the id column.

    Returns
    -------
    pandas.DataFrame
        The key, reason, action (``repaired`` or ``left out``), area_before_m2, area_after_m2.

    Raises
    ------
    TableError
        The key is missing, empty or stands twice.
    CRSError
        The frame is not in lon/lat.
    """
    ids = _checked_ids(frame, name="frame", key=key, also=())
    shapes = _flat(frame)
    broken = _broken(shapes)
    doubtful = (~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)) | broken
    kept = shapes[doubtful].copy()
    lost = broken[doubtful]
    kept[lost] = None
    after = areas_m2(_repaired(kept))
    return pd.DataFrame(
        {
            key: pd.Series(ids[doubtful], dtype=object),
            "reason": pd.Series(shapely.is_valid_reason(shapes[doubtful]), dtype=object),
            "action": pd.Series(np.where(lost, LEFT_OUT, REPAIRED), dtype=object),
            "area_before_m2": areas_m2(kept),
            "area_after_m2": after,
        }
    )


def ascending(ids: NDArray[Any]) -> bool:
    """Say whether each id is greater than the one before; ids of unlike kinds are in no order."""
    try:
        return bool((ids[1:] > ids[:-1]).all())
    except TypeError:
        return False


def plane_codes(shapes: Shapes) -> Indices:
    """Give for each shape the EPSG code of its 3-degree Gauss-Kruger zone.

    Parameters
    ----------
    shapes
        Geometries in lon/lat, none missing.

    Returns
    -------
    numpy.ndarray
        Codes, from the middle of each shape's box.

    Raises
    ------
    CRSError
        A shape lies outside China's zones.
    """
    box = shapely.bounds(shapes)
    middles = (box[:, 0] + box[:, 2]) / 2
    zones, inverse = np.unique(np.rint(middles / 3), return_inverse=True)
    codes = np.array([gauss_kruger_epsg(float(zone) * 3) for zone in zones], dtype=np.int64)
    return codes[inverse] if len(codes) else np.zeros(0, dtype=np.int64)


def projected(shapes: Shapes, epsg: int, *, back: bool = False) -> Shapes:
    """Project an array of shapes to a plane, or back to lon/lat, in one go.

    Parameters
    ----------
    shapes
        Geometries.
    epsg
        EPSG code of the plane.
    back
        Whether the shapes are in the plane already.

    Returns
    -------
    numpy.ndarray
        New geometries.
    """
    ends = (f"EPSG:{epsg}", STORED) if back else (STORED, f"EPSG:{epsg}")
    move = transformer(*ends)

    def shift(xy: Numbers) -> Numbers:
        return np.column_stack(move.transform(xy[:, 0], xy[:, 1]))

    moved: Shapes = shapely.transform(shapes, shift)
    return moved


def _checked_ids(
    frame: gpd.GeoDataFrame, *, name: str, key: str, also: tuple[str, ...]
) -> NDArray[Any]:
    """Give the ids of a sound frame."""
    faults = [f"column {n!r} is missing" for n in (key, *also) if n not in frame.columns]
    faults.extend(
        f"{column!r} is empty in row {frame.index[frame[column].isna()][0]}"
        for column in (key, *also)
        if column in frame.columns and frame[column].isna().any()
    )
    if not hasattr(frame, "crs"):
        faults.append("it is no GeoDataFrame with a geometry column")
    ids = frame[key].to_numpy(dtype=object) if key in frame.columns else np.zeros(0, dtype=object)
    if not ascending(ids):  # ids in order, the usual case, stand once
        twice = frame[key].duplicated()
        if twice.any():
            faults.append(f"{key} {frame.loc[twice, key].iloc[0]!r} stands twice")
    if faults:
        message = f"{name}: " + "; ".join(faults)
        raise TableError(message)
    require_crs(frame, name=name)
    return ids


def _flat(frame: gpd.GeoDataFrame) -> Shapes:
    """Give the geometry without heights; empty geometry becomes missing."""
    shapes: Shapes = np.asarray(frame.geometry.array, dtype=object)
    if shapely.has_z(shapes).any() or shapely.has_m(shapes).any():
        shapes = shapely.force_2d(shapes)
    empty = shapely.is_empty(shapes)
    if empty.any():
        shapes = shapes.copy()
        shapes[empty] = None
    return shapes


def _broken(shapes: Shapes) -> Flags:
    """Say which shapes have a coordinate that is no finite number."""
    flags = np.zeros(len(shapes), dtype=bool)
    for piece in np.array_split(shapes, max(1, len(shapes) // 50_000)):
        if not np.isfinite(shapely.get_coordinates(piece).sum()):
            break
    else:
        return flags
    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    bad = ~np.isfinite(coordinates).all(axis=1)
    flags[index[bad]] = True
    return flags


def _without_broken(shapes: Shapes, ids: NDArray[Any], *, name: str) -> Shapes:
    broken = _broken(shapes)
    if not broken.any():
        return shapes
    _warn(name, [str(key) for key in ids[broken]], "without finite coordinates, left out")
    kept = shapes.copy()
    kept[broken] = None
    return kept


def _repaired(shapes: Shapes) -> Shapes:
    """Repair shapes and keep of each only the parts of its own dimension."""
    fixed = made_valid(shapes)
    return np.array(
        [
            _of_dimension(made, int(dimension))
            for made, dimension in zip(fixed, shapely.get_dimensions(shapes), strict=True)
        ],
        dtype=object,
    )


def _of_dimension(shape: Any, dimension: int) -> Any:
    if shape is None or shapely.is_empty(shape):
        return None
    parts = shapely.get_parts(shape)
    parts = parts[shapely.get_dimensions(parts) == dimension]
    return shapely.union_all(parts) if len(parts) else None


def _widened(shapes: Shapes, radii: Numbers) -> Shapes:
    chosen = np.flatnonzero((radii > 0) & ~shapely.is_missing(shapes))
    if not len(chosen):
        return shapes
    wide = shapes.copy()
    codes = plane_codes(shapes[chosen])
    for code in np.unique(codes):
        here = chosen[codes == code]
        points = shapely.get_type_id(shapes[here]) == POINT
        wide[here[points]] = _discs(shapes[here[points]], radii[here[points]], int(code))
        here = here[~points]
        flat = projected(shapes[here], int(code))
        wide[here] = projected(
            shapely.buffer(flat, radii[here], quad_segs=_QUARTER), int(code), back=True
        )
    return wide


def _discs(points: Shapes, radii: Numbers, epsg: int) -> Shapes:
    """Draw the polygons `shapely.buffer` gives around points, many at once and ten times faster."""
    move, back = transformer(STORED, f"EPSG:{epsg}"), transformer(f"EPSG:{epsg}", STORED)
    centre = np.column_stack(move.transform(*shapely.get_coordinates(points).T))
    angle = -np.arange(4 * _QUARTER) * (np.pi / 2 / _QUARTER)
    circle = np.column_stack((np.cos(angle), np.sin(angle)))
    made: Shapes = np.full(len(points), None, dtype=object)
    for at in range(0, len(points), _DRAWN):
        some = slice(at, at + _DRAWN)
        rings = centre[some, None, :] + radii[some, None, None] * circle
        lonlat = np.stack(back.transform(rings[:, :, 0], rings[:, :, 1]), axis=-1)
        made[some] = shapely.polygons(lonlat)
    return made


def _warn(name: str, said: list[str], what: str) -> None:
    shown = ", ".join(said[:_NAMED]) + (f" and {len(said) - _NAMED} more" * (len(said) > _NAMED))
    message = f"{name}: {len(said)} geometries {what}: {shown}; see doubtful_geometry"
    warnings.warn(message, GeoRectifyWarning, stacklevel=2)
