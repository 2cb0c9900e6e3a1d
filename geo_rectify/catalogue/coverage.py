"""The area for which a layer's silence means something, and what it tells of the layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.catalogue.entries import ADCODE_PREFIX, EXTENT, LayerEntry
from geo_rectify.catalogue.geometry import drop_unplaced, mend_areas, place_layer
from geo_rectify.catalogue.notes import Notes, caller
from geo_rectify.catalogue.reading import read_layer
from geo_rectify.catalogue.recognition import suggested_crs, suspected_shift
from geo_rectify.catalogue.wording import sentence
from geo_rectify.errors import LayerError
from geo_rectify.regions import area_name, area_polygon, county_polygons

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo_rectify.catalogue.opening import CatalogueLayer
    from geo_rectify.catalogue.records import LayerInfo

_LINES: Final = frozenset({"LineString", "LinearRing"})


def coverage_of(
    layer: CatalogueLayer, frame: gpd.GeoDataFrame, *, base: LayerInfo, notes: Notes
) -> tuple[BaseGeometry | None, str]:
    """Give the area for which a layer's silence means something.

    Parameters
    ----------
    layer
        Its entry.
    frame
        Its usable rows, EPSG:4490.
    base
        What is known of it; one not in force covers nothing.
    notes
        What was left out, which covers nothing either; sentences are added.

    Returns
    -------
    tuple
        The area (EPSG:4490), None where there is none, and its words.

    Raises
    ------
    LayerError
        Nothing of the layer lies in the area declared, or its file cannot be used.
    """
    entry = layer.entry
    if entry.coverage is None:
        return None, "" if entry.reference else sentence("coverage_none")
    area, note = _declared_area(layer, frame)
    if not shapely.intersects(area, shapely.box(*frame.total_bounds)):
        message = (
            f"nothing of it lies in its coverage {entry.coverage!r}; the coordinate system or the "
            "coverage is wrong: correct crs or coverage"
        )
        chinese = f"图层没有一处落在它的覆盖范围{entry.coverage!r}内；坐标系或覆盖范围写错了：请更正 crs 或 coverage"
        raise LayerError(message, chinese=chinese)
    if not base.in_force:
        return None, sentence("coverage_not_in_force")
    if notes.unplaced:
        notes.assumptions.append(sentence("unfit_coverage"))
        return None, sentence("unfit_coverage")
    if notes.left_out:
        area = shapely.difference(area, shapely.union_all(np.array(notes.left_out, dtype=object)))
        notes.assumptions.append(sentence("cut_coverage"))
    return area, note


def _declared_area(layer: CatalogueLayer, frame: gpd.GeoDataFrame) -> tuple[BaseGeometry, str]:
    coverage = str(layer.entry.coverage)
    if coverage.startswith(ADCODE_PREFIX):
        code = coverage.removeprefix(ADCODE_PREFIX)
        return area_polygon(code), sentence("coverage_adcode", name=area_name(code), code=code)
    if coverage == EXTENT:
        return shapely.box(*frame.total_bounds), sentence("coverage_extent")
    return _area_of_file(layer), sentence("coverage_path", path=coverage)


def expected_area(layer: CatalogueLayer) -> BaseGeometry | None:
    """Give the declared area a layer should meet.

    Parameters
    ----------
    layer
        Its entry.

    Returns
    -------
    shapely geometry or None
        The area (EPSG:4490); None where only the layer's extent or nothing is declared.
    """
    coverage = layer.entry.coverage
    if coverage is None or coverage == EXTENT:
        return None
    if coverage.startswith(ADCODE_PREFIX):
        return area_polygon(coverage.removeprefix(ADCODE_PREFIX))
    return _area_of_file(layer)


def suspicion(entry: LayerEntry, frame: gpd.GeoDataFrame) -> list[str]:
    """Say that a layer fits the county lines clearly better once a shift is undone.

    Parameters
    ----------
    entry
        Its entry; one that declares a datum is not suspected.
    frame
        Its rows, EPSG:4490.

    Returns
    -------
    list of str
        One sentence, or none.
    """
    coverage = entry.coverage or ""
    if entry.datum is not None or not coverage.startswith(ADCODE_PREFIX):
        return []
    counties = county_polygons((coverage.removeprefix(ADCODE_PREFIX),))
    lines = _outlines(counties.geometry.to_numpy())
    return _suspected(frame, lines, against=sentence("against_counties"))


def reference_suspicion(
    frame: gpd.GeoDataFrame, references: Mapping[str, gpd.GeoDataFrame]
) -> list[str]:
    """Say that a layer fits a reference layer clearly better once a shift is undone.

    Parameters
    ----------
    frame
        Zones of a layer that declares no datum, EPSG:4490.
    references
        Frames of reference layers by title: river lines, outlines of areas.

    Returns
    -------
    list of str
        One sentence for each reference layer it fits better.
    """
    said = []
    for title, reference in references.items():
        shapes = reference.geometry.to_numpy()
        drawn = shapes[shapely.get_dimensions(shapes) > 0]
        if len(drawn):
            said += _suspected(frame, _outlines(drawn), against=title)
    return said


def _outlines(shapes: Any) -> BaseGeometry:
    """Give lines as they are, and the rings of areas."""
    drawn = np.asarray(shapes, dtype=object)
    areal = shapely.get_dimensions(drawn) == 2  # noqa: PLR2004
    lines = np.where(areal, shapely.boundary(drawn), drawn)
    merged: BaseGeometry = shapely.multilinestrings(
        [part for part in shapely.get_parts(lines) if part.geom_type in _LINES]
    )
    return merged


def _suspected(frame: gpd.GeoDataFrame, lines: BaseGeometry, *, against: str) -> list[str]:
    found = suspected_shift(frame.geometry.to_numpy(), lines)
    if found is None:
        return []
    before, after = f"{found.before:.0%}", f"{found.after:.0%}"
    said = sentence(
        "shift_suspected",
        datum=found.datum,
        against=against,
        before=before[:-1],
        after=after[:-1],
    )
    return [said]


def placed_plainly(path: Path) -> gpd.GeoDataFrame:
    """Read a file that has no entry and bring it to EPSG:4490.

    Parameters
    ----------
    path
        The file. Degrees without a system, as in a table, are taken for CGCS2000.

    Returns
    -------
    geopandas.GeoDataFrame
        Its rows, EPSG:4490.

    Raises
    ------
    LayerError
        It cannot be read, or its system is not known.
    """
    raw = read_layer(path)
    rows = drop_unplaced(raw.frame, called=caller(raw.frame, None))
    if rows.rejects or rows.frame.empty:
        message = f"{path.name} has rows without a position: {'; '.join(rows.rejects[:3])}"
        chinese = f"{path.name}有没有位置的行：{'；'.join(rows.rejects[:3])}"
        raise LayerError(message, chinese=chinese)
    crs = None if raw.crs is not None else suggested_crs(rows.frame.total_bounds)
    plain = LayerEntry.model_construct(crs=crs, to_4490=None, datum=None)
    placed, _, _ = place_layer(raw, entry=plain, frame=rows.frame)
    return placed


def _area_of_file(layer: CatalogueLayer) -> BaseGeometry:
    path = layer.coverage_path
    if path is None:
        message = "coverage is no file"
        chinese = "coverage 不是文件"
        raise LayerError(message, chinese=chinese)
    plain = layer.entry.model_copy(update={"crs": None, "to_4490": None, "datum": None})
    try:
        raw = read_layer(path, columns=())
        called = caller(raw.frame, None)
        whole = drop_unplaced(raw.frame, called=called)
        placed, _, _ = place_layer(raw, entry=plain, frame=whole.frame)
        mended = mend_areas(placed, called=called)
    except LayerError as err:
        message = f"coverage {path.name}: {err}"
        chinese = f"覆盖范围{path.name}：{err.told.chinese}"
        raise LayerError(message, chinese=chinese) from err
    rejects = (*whole.rejects, *mended.rejects)
    if rejects or mended.frame.empty:
        message = f"coverage {path.name} is no clean polygon: {'; '.join(rejects)}; draw it again"
        chinese = f"覆盖范围{path.name}不是完好的面：{'；'.join(rejects)}；请重新勾绘"
        raise LayerError(message, chinese=chinese)
    area: BaseGeometry = shapely.union_all(mended.frame.geometry.to_numpy())
    return area
