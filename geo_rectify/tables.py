"""Named tables: their columns, a check for each, and the way from records to frames.

A frame says nothing about its columns; here every table that passes between rooms or reaches a
file has a schema. `validate` collects all faults and raises once.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_rectify.crs import STORED, require_crs
from geo_rectify.errors import TableError
from geo_rectify.models import Mention, issue_key
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from enum import StrEnum

    from numpy.typing import NDArray

LIST_SEPARATOR: Final = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: ``kind`` is text, number, whole, or the enum whose values it holds."""

    name: str
    kind: str | type[StrEnum] = "text"
    nullable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """One table: its columns in order, its key, and whether it has geometry."""

    name: str
    columns: tuple[Column, ...]
    key: str | None = None
    geometry: bool = False

    @property
    def names(self) -> list[str]:
        """Give the column names in order, geometry left out."""
        return [column.name for column in self.columns]


def _columns(
    text: str,
    *,
    number: str = "",
    whole: str = "",
    required: str = "",
    enums: dict[str, type[StrEnum]] | None = None,
) -> tuple[Column, ...]:
    numbers, wholes, needed = set(number.split()), set(whole.split()), set(required.split())
    closed = enums or {}
    made = []
    for name in text.split():
        kind: str | type[StrEnum] = closed.get(name, "text")
        if name in numbers:
            kind = "number"
        elif name in wholes:
            kind = "whole"
        made.append(Column(name=name, kind=kind, nullable=name not in needed))
    return tuple(made)


MENTIONS: Final = Schema(
    name="mentions",
    columns=_columns(
        "mention_id doc_id issue section field start end surface normalised type county site role "
        "named group multiplicity relation county_basis locator site_id",
        whole="start end site named",
        required="mention_id doc_id field start end surface type site role named",
        enums={"type": PlaceType, "role": Role},
    ),
    key="mention_id",
)

SITES: Final = Schema(
    name="sites",
    columns=_columns(
        "site_id name aliases kind county adcode dev_zone township precision uncertainty_m method "
        "source score candidates relation count area_stated_m2 issue_numbers status",
        number="uncertainty_m score area_stated_m2",
        whole="count",
        required="site_id name kind precision status",
    ),
    key="site_id",
    geometry=True,
)

FOOTPRINTS: Final = Schema(
    name="footprints",
    columns=_columns("site_id", required="site_id"),
    key="site_id",
    geometry=True,
)

UNLOCATED: Final = Schema(
    name="unlocated",
    columns=_columns(
        "site_id name kind county issue_numbers reason candidates", required="site_id name kind"
    ),
    key="site_id",
)

REJECTED: Final = Schema(
    name="rejected candidates",
    columns=_columns(
        "site_id name candidate source lon lat reason",
        number="lon lat",
        required="site_id candidate reason",
    ),
)

GAZETTEER: Final = Schema(
    name="gazetteer",
    columns=_columns(
        "name aliases kind adcode township uncertainty_m source licence valid_on flow",
        number="uncertainty_m",
        required="name kind source licence",
    ),
    geometry=True,
)

CORRECTIONS: Final = Schema(
    name="corrections",
    columns=_columns(
        "site_id name county kind datum uncertainty_m action candidate built approval "
        "before_delineation state photos by date note origin",
        number="uncertainty_m",
        required="action origin",
    ),
    geometry=True,
)

CORRECTION_LOG: Final = Schema(
    name="corrections log",
    columns=_columns(
        "site_id name county issue_numbers action by date origin old new outcome answers",
        required="action origin outcome",
    ),
)

PETITIONS: Final = Schema(
    name="petitions",
    columns=_columns(
        "petition_id origin county place site_id site_name issue_numbers nth how",
        whole="nth",
        required="petition_id origin how",
    ),
)

ZONES: Final = Schema(
    name="zones",
    columns=_columns("zone_id zone_class", required="zone_id zone_class"),
    key="zone_id",
    geometry=True,
)

LAYER_ZONES: Final = Schema(
    name="layer zones",
    columns=_columns(
        "zone_id zone_class zone_name layer_id layer_version layer_status sensitivity",
        required="zone_id zone_class layer_id layer_version layer_status sensitivity",
    ),
    key="zone_id",
    geometry=True,
)

OVERLAPS: Final = Schema(
    name="overlaps",
    columns=_columns(
        "site_id zone_id zone_class relation overlap_m2 share distance_m",
        number="overlap_m2 share distance_m",
        required="site_id zone_id zone_class relation",
    ),
)

CLASS_OVERLAPS: Final = Schema(
    name="class overlaps",
    columns=_columns(
        "site_id zone_class relation overlap_m2 share distance_m zone_id zone_ids",
        number="overlap_m2 share distance_m",
        required="site_id zone_class",
    ),
)

FINDINGS: Final = Schema(
    name="findings",
    columns=_columns(
        "finding_id site_id site_name issue_numbers precision zone_class zone_id zone_name "
        "zone_ids layer_id layer_version layer_status verdict reason likelihood overlap_m2 share "
        "distance_m rule_ids claim_ids evidence note activity activity_evidence",
        number="likelihood overlap_m2 share distance_m",
        required="finding_id site_id site_name precision zone_class verdict",
    ),
    key="finding_id",
    geometry=True,
)

CLAIMS: Final = Schema(
    name="claims",
    columns=_columns(
        "claim_id doc_id issue start end site_id subject stated unit found result reason",
        whole="start end",
        required="claim_id doc_id start end subject result",
    ),
    key="claim_id",
)


def validate(frame: pd.DataFrame, schema: Schema) -> None:
    """Raise unless a frame has the columns, kinds, key and CRS of a schema.

    Parameters
    ----------
    frame
        The frame; with geometry it must be a GeoDataFrame in EPSG:4490.
    schema
        The schema.

    Raises
    ------
    TableError
        Something is missing or wrong; the message lists all of it.
    """
    faults = [f"column {n!r} is missing" for n in schema.names if n not in frame.columns]
    for column in schema.columns:
        if column.name in frame.columns:
            faults.extend(_column_faults(frame[column.name], column))
    if schema.key in frame.columns and frame[schema.key].duplicated().any():
        repeated = frame.loc[frame[schema.key].duplicated(), schema.key].iloc[0]
        faults.append(f"{schema.key} {repeated!r} stands twice")
    if schema.geometry and not isinstance(frame, gpd.GeoDataFrame):
        faults.append("it is no GeoDataFrame")
    if faults:
        message = f"table {schema.name}: " + "; ".join(faults)
        raise TableError(message)
    if isinstance(frame, gpd.GeoDataFrame) and schema.geometry:
        require_crs(frame, name=f"table {schema.name}")


def _column_faults(values: pd.Series, column: Column) -> list[str]:
    empty = values.isna()
    faults = []
    if not column.nullable and empty.any():
        faults.append(f"{column.name!r} is empty in row {values.index[empty][0]}")
    filled = values[~empty]
    if column.kind in {"number", "whole"}:
        if pd.to_numeric(filled, errors="coerce").isna().any():
            faults.append(f"{column.name!r} holds something that is no number")
    elif not isinstance(column.kind, str):
        allowed = {member.value for member in column.kind}
        wrong = sorted({str(value) for value in filled} - allowed - {""})
        if wrong:
            faults.append(f"{column.name!r} holds {wrong[0]!r}, wanted one of {sorted(allowed)}")
    return faults


def frame_of(rows: Sequence[dict[str, Any]], schema: Schema) -> pd.DataFrame:
    """Make a frame with exactly a schema's columns, in order, from rows as dicts.

    Parameters
    ----------
    rows
        One dict a row; missing keys are filled with None, ``geometry`` with an empty cell.
    schema
        The schema.

    Returns
    -------
    pandas.DataFrame
        A GeoDataFrame in EPSG:4490 where the schema has geometry. Number columns are float64,
        whole ones Int64, all others object.
    """
    if schema.geometry:
        return geoframe_of(rows, schema)
    return pd.DataFrame(_series_of(_cells(rows, schema), schema), columns=schema.names)


def geoframe_of(rows: Sequence[dict[str, Any]], schema: Schema) -> gpd.GeoDataFrame:
    """Make a frame with geometry from rows as dicts.

    Parameters
    ----------
    rows
        One dict a row, with the key ``geometry``; missing keys are filled with None.
    schema
        A schema with geometry.

    Returns
    -------
    geopandas.GeoDataFrame
        As `frame_of` gives, EPSG:4490.
    """
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row.get("geometry") for row in rows]
    return geoframe_of_columns(_cells(rows, schema), shapes, schema)


def geoframe_of_columns(
    cells: Mapping[str, Sequence[Any]], shapes: NDArray[np.object_], schema: Schema
) -> gpd.GeoDataFrame:
    """Make a frame with geometry from columns.

    Parameters
    ----------
    cells
        The cells of each column of the schema, in its order or another.
    shapes
        The geometry of each row, EPSG:4490, None where there is none.
    schema
        A schema with geometry.

    Returns
    -------
    geopandas.GeoDataFrame
        As `frame_of` gives, EPSG:4490.
    """
    geometry = gpd.GeoSeries(shapes, crs=STORED)
    return gpd.GeoDataFrame(_series_of(cells, schema), columns=schema.names, geometry=geometry)


def _cells(rows: Sequence[dict[str, Any]], schema: Schema) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row in rows] for name in schema.names}


def _series_of(cells: Mapping[str, Sequence[Any]], schema: Schema) -> dict[str, pd.Series]:
    dtypes = {"number": "float64", "whole": "Int64"}
    return {
        column.name: pd.Series(
            cells[column.name],
            dtype=dtypes.get(column.kind, "object") if isinstance(column.kind, str) else "object",
        )
        for column in schema.columns
    }


def join_list(values: Iterable[object]) -> str:
    """Join values for one cell, ascending and each once; whole numbers by size.

    Parameters
    ----------
    values
        The values; None and "" are left out.

    Returns
    -------
    str
        For example ``3|16|17``.
    """
    shown = {str(value) for value in values if value is not None and str(value)}
    if len(shown) == 1:
        return shown.pop()
    return LIST_SEPARATOR.join(sorted(shown, key=_natural))


def split_list(cell: object) -> list[str]:
    """Take a joined cell apart.

    Parameters
    ----------
    cell
        A cell made by `join_list`, or empty.

    Returns
    -------
    list of str
        Its values.
    """
    if not isinstance(cell, str) or not cell:
        return []
    return cell.split(LIST_SEPARATOR)


def _natural(text: str) -> tuple[str, int, str]:
    head, _, tail = text.rpartition("/")
    return (head, int(tail), "") if tail.isdigit() else (head, -1, tail)


def mentions_frame(mentions: Sequence[Mention], *, several: bool = False) -> pd.DataFrame:
    """Make the mentions table (``mentions.csv``) from records.

    Parameters
    ----------
    mentions
        The mentions.
    several
        Whether the run has several documents.

    Returns
    -------
    pandas.DataFrame
        Columns of `MENTIONS`; issue keys carry the document where there are several.
    """
    rows = []
    for mention in mentions:
        row = asdict(mention)
        row |= {
            "issue": issue_key(mention.doc_id, mention.issue, several=several)
            if mention.issue is not None
            else "",
            "section": "" if mention.section is None else str(mention.section),
            "type": mention.type.value,
            "role": mention.role.value,
            "site": int(mention.site),
            "named": int(mention.named),
        }
        rows.append(row)
    return frame_of(rows, MENTIONS)
