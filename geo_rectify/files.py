"""Files that come out the same byte for byte from the same input: CSV, GeoPackage, JSON, zip.

GeoPackage writes the current time into itself unless OGR_CURRENT_DATE is set; zip members carry
the time they were written. Both are pinned here.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def guard_formula(value: Any) -> Any:
    """Keep a spreadsheet from taking text for a formula (= + - @, tab, return at its start).

    Parameters
    ----------
    value
        A cell; anything but text is given back as it is.

    Returns
    -------
    object
        The text behind an apostrophe where it would be a formula.
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, UTF-8 with BOM, formulas guarded; geometry is left out.

    Parameters
    ----------
    frame
        The table.
    path
        The file.
    """
    plain = pd.DataFrame(frame)
    if isinstance(frame, gpd.GeoDataFrame):
        plain = plain.drop(columns=frame.geometry.name)
    shown = plain.map(guard_formula)
    shown.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_json(document: Any, path: Path) -> None:
    """Write a document as UTF-8 JSON with Chinese kept readable.

    Parameters
    ----------
    document
        What `json` can write.
    path
        The file.
    """
    text = json.dumps(document, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_geopackage(
    layers: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    stamp: dt.date,
    geometry_types: Mapping[str, str] | None = None,
) -> None:
    """Write frames as layers of one GeoPackage, version 1.2 for field devices.

    Parameters
    ----------
    layers
        Layer names and frames, in order; plain frames become tables without geometry.
    path
        The file; must not exist.
    stamp
        Day written into the file instead of the current time.
    geometry_types
        Geometry types of layers that are to hold one only (``Point``); others may hold any.
    """
    declared = geometry_types or {}
    previous = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{stamp.isoformat()}T00:00:00.000Z"})
    try:
        for position, (name, frame) in enumerate(layers.items()):
            pyogrio.write_dataframe(
                frame,
                path,
                layer=name,
                driver="GPKG",
                append=position > 0,
                promote_to_multi=False,
                dataset_options={"VERSION": "1.2"},
                **(
                    {"geometry_type": declared.get(name, "Unknown")}
                    if isinstance(frame, gpd.GeoDataFrame)
                    else {}
                ),
            )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": previous})


def write_zip(members: Sequence[tuple[str, bytes]], path: Path) -> None:
    """Write a zip archive whose bytes depend on its members alone.

    Parameters
    ----------
    members
        Names and contents, in order.
    path
        The file.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


def rewrite_zip(path: Path) -> None:
    """Pin the times of an archive another library wrote (docx, xlsx, kmz).

    Parameters
    ----------
    path
        The archive, rewritten in place.
    """
    with zipfile.ZipFile(path) as archive:
        members = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    write_zip(members, path)
