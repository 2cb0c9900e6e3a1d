"""Zones and references of the page: drawn as they are, thinned, or as vector tiles when large.

Only the drawing is thinned; verdicts were made on the layers themselves. The page says by how much.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify.crs import to_stored
from geo_rectify.drawing.symbology import themes
from geo_rectify.outputs.maps.shapes import geojson, tolerance_for
from geo_rectify.outputs.maps.sites import hidden_layers, is_unofficial, layer_mark
from geo_rectify.outputs.maps.tiles import build_archive
from geo_rectify.vocabulary import LayerRole, ZoneClass, label

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geo_rectify.pipeline import Assessment

MAX_ZONE_VERTICES: Final = 40_000
"""Zones are drawn more coarsely above this many vertices; the page says so."""
MAX_TILE_BYTES: Final = 12_000_000
"""How large the tiles of all zones may be before they are packed, bytes."""
TILES_ABOVE_M: Final = 16.0
"""Zones that would have to be thinned by more than this become tiles, metres."""
_LARGE: Final = 8_000
_SEEN_M: Final = 5.0
_MAX_REFERENCE_VERTICES: Final = 20_000
_OWN_COLOURS: Final = ("#7a2e8e", "#0b6b83", "#8a5a14", "#3d6b1f", "#a03060")
_NAME_FIELDS: Final = ("name", "名称", "NAME", "mc", "MC")


def zone_groups(assessment: Assessment) -> list[dict[str, Any]]:
    """Give the zones that may be shown, a group for each class.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    list of dict
        key, label, mark, note, styles by theme, bounds, and either features or tiles (a PMTiles
        archive, packed with zlib, as base64).
    """
    shown = _shown_zones(assessment)
    counted = shapely.get_num_coordinates(shown.geometry.to_numpy())
    tolerance = tolerance_for(list(shown.geometry), max_vertices=MAX_ZONE_VERTICES)
    by_class = shown["zone_class"].to_numpy()
    vertices = {zone: int(counted[by_class == zone.value].sum()) for zone in ZoneClass}
    tiled = {
        zone for zone, count in vertices.items() if tolerance > TILES_ABOVE_M and count > _LARGE
    }
    if tiled:
        rest = shown[~shown["zone_class"].isin([zone.value for zone in tiled])]
        tolerance = tolerance_for(list(rest.geometry), max_vertices=MAX_ZONE_VERTICES)
    together = sum(vertices[zone] for zone in tiled)
    groups = []
    for zone in ZoneClass:
        rows = shown[by_class == zone.value]
        if rows.empty:
            continue
        group = _about(zone, rows, assessment)
        if zone in tiled:
            room = MAX_TILE_BYTES * vertices[zone] // together
            group |= _as_tiles(zone, rows, max_bytes=room)
        else:
            group |= _as_features(rows, assessment, tolerance=tolerance)
        groups.append(group)
    return groups


def thinned_note(tolerance_m: float) -> str:
    """Say how coarsely something is drawn.

    Parameters
    ----------
    tolerance_m
        How far the drawn line may lie from the true one, metres.

    Returns
    -------
    str
        "" where nobody sees it.
    """
    if tolerance_m <= _SEEN_M:
        return ""
    return f"绘图已简化，偏差不超过{tolerance_m:.0f}米；判定按原图层，不受影响"


def _shown_zones(assessment: Assessment) -> gpd.GeoDataFrame:
    zones = assessment.layers.zones
    hidden = sorted(hidden_layers(assessment))
    return zones[~zones["layer_id"].isin(hidden) & ~zones.geometry.isna()]


def _about(zone: ZoneClass, rows: gpd.GeoDataFrame, assessment: Assessment) -> dict[str, Any]:
    marks = {layer_mark(status) for status in rows["layer_status"]}
    demo = assessment.settings.demo
    west, south, east, north = (round(float(side), 5) for side in rows.total_bounds)
    return {
        "key": zone.value,
        "label": label(zone),
        "mark": "".join(sorted(mark for mark in marks if mark)),
        "unofficial": all(is_unofficial(status, demo=demo) for status in rows["layer_status"]),
        "bounds": [[south, west], [north, east]],
        "styles": {
            name: {
                "color": one.zones[zone].color,
                "hatch": one.zones[zone].hatch,
                "width": one.zones[zone].width,
                "dashed": one.zones[zone].dashed or all(marks),
            }
            for name, one in themes().items()
        },
    }


def _as_features(
    rows: gpd.GeoDataFrame, assessment: Assessment, *, tolerance: float
) -> dict[str, Any]:
    titles = {info.layer_id: info.title for info in assessment.layers.infos}
    return {
        "note": thinned_note(tolerance),
        "features": [
            {
                "name": row["zone_name"] if isinstance(row["zone_name"], str) else "",
                "layer": titles.get(row["layer_id"], row["layer_id"]),
                "mark": layer_mark(row["layer_status"]),
                "geometry": geojson(row["geometry"], tolerance_m=tolerance),
            }
            for row in rows.to_dict("records")
        ],
    }


def _as_tiles(zone: ZoneClass, rows: gpd.GeoDataFrame, *, max_bytes: int) -> dict[str, Any]:
    names = [
        " ".join(
            part
            for part in (label(zone), row["zone_name"], layer_mark(row["layer_status"]))
            if isinstance(part, str) and part
        )
        for row in rows[["zone_name", "layer_status"]].to_dict("records")
    ]
    archive = build_archive(list(rows.geometry), names, max_bytes=max_bytes)
    packed = base64.b64encode(zlib.compress(archive.content, 9)).decode("ascii")
    tolerance = max(archive.tolerance_m, _SEEN_M)
    return {
        "note": f"图层较大，以矢量切片绘制，偏差约{tolerance:.0f}米以内；判定按原图层，不受影响",
        "tiles": packed,
        "max_zoom": archive.max_zoom,
    }


def reference_groups(assessment: Assessment) -> list[dict[str, Any]]:
    """Give the reference layers of the catalogue that may be shown, by role.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    list of dict
        key, label, note and features of each role that has any.
    """
    hidden = hidden_layers(assessment)
    roles = {info.layer_id: info.role for info in assessment.layers.infos}
    groups: dict[LayerRole, list[dict[str, Any]]] = {}
    coarsest: dict[LayerRole, float] = {}
    for layer_id in sorted(assessment.layers.references):
        if layer_id in hidden:
            continue
        frame = assessment.layers.references[layer_id]
        drawn = frame[~frame.geometry.isna()]
        if drawn.empty:
            continue
        tolerance = tolerance_for(list(drawn.geometry), max_vertices=_MAX_REFERENCE_VERTICES)
        names = _names(drawn)
        # a reference without a catalogue entry is drawn for what it looks like
        lines = drawn.geometry.geom_type.isin(["LineString", "MultiLineString"]).all()
        role = roles.get(layer_id, LayerRole.RIVER if lines else LayerRole.OTHER)
        coarsest[role] = max(coarsest.get(role, 0.0), tolerance)
        groups.setdefault(role, []).extend(
            {"name": name, "geometry": geojson(shape, tolerance_m=tolerance)}
            for name, shape in zip(names, drawn.geometry, strict=True)
        )
    return [
        {
            "key": role.value,
            "label": label(role),
            "note": thinned_note(coarsest[role]),
            "features": groups[role],
        }
        for role in LayerRole
        if role in groups
    ]


def frame_groups(frames: Mapping[str, gpd.GeoDataFrame]) -> list[dict[str, Any]]:
    """Give frames of one's own as reference layers, each in a colour of its own.

    Parameters
    ----------
    frames
        Frames by title, in any coordinate system that is known.

    Returns
    -------
    list of dict
        As `reference_groups` gives, with a colour.

    Raises
    ------
    CRSError
        A frame has no coordinate system.
    """
    groups = []
    for number, (title, frame) in enumerate(frames.items()):
        stored = to_stored(frame)
        drawn = stored[~stored.geometry.isna() & ~stored.geometry.is_empty]
        tolerance = tolerance_for(list(drawn.geometry), max_vertices=_MAX_REFERENCE_VERTICES)
        groups.append(
            {
                "key": f"own-{number}",
                "label": title,
                "note": thinned_note(tolerance),
                "color": _OWN_COLOURS[number % len(_OWN_COLOURS)],
                "features": [
                    {"name": name, "geometry": geojson(shape, tolerance_m=tolerance)}
                    for name, shape in zip(_names(drawn), drawn.geometry, strict=True)
                ],
            }
        )
    return groups


def _names(frame: gpd.GeoDataFrame) -> list[str]:
    for field in _NAME_FIELDS:
        if field in frame.columns:
            return [name if isinstance(name, str) else "" for name in frame[field]]
    return [""] * len(frame)
