"""A table of somebody else's columns as a gazetteer: what ``FILE.toml`` beside FILE says.

::

    datum = "GCJ-02"            # CGCS2000 (default), WGS84, GCJ-02, BD-09, or EPSG:4548 …
    layer = "…"                 # inside a container or workbook

    [columns]                   # our column = theirs
    name = "矿山名称"
    lon = "经度"
    lat = "纬度"
    county = "区县"              # its name; adcode = "…" where the table has the code

    [defaults]                  # where there is no such column, or its cell is empty
    kind = "mine/quarry"
    uncertainty_m = 30
    source = "矿山台账 2024"

    [kinds]                     # their words for kinds = ours
    "砂场" = "mine/quarry"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.errors import InputFileError
from geo_rectify.places.kinds import kind_of
from geo_rectify.tables import GAZETTEER
from geo_rectify.vocabulary import Datum

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

POSITION: Final = ("lon", "lat")
UPPER: Final = ("county", "prefecture")
"""Columns with the names of the county and of the prefecture above it, from which the code comes."""
_TABLES: Final = ("columns", "defaults", "kinds")
_WORDS: Final = ("datum", "layer")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """What ``FILE.toml`` says of FILE.

    Attributes
    ----------
    columns
        Their column by ours.
    defaults
        Cells by our column, where they have none.
    kinds
        Our kinds by their words.
    datum
        Datum or EPSG code of the positions, "" where the file says nothing.
    layer
        Layer or sheet, "" for the first.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    datum: str = ""
    layer: str = ""


def read_mapping(path: Path) -> ColumnMapping:
    """Read the mapping that stands beside a file.

    Parameters
    ----------
    path
        The file; its mapping is ``pits.csv.toml`` or ``pits.toml``.

    Returns
    -------
    ColumnMapping
        Empty where there is none.

    Raises
    ------
    InputFileError
        The mapping is no TOML or has unknown keys; all faults are told.
    """
    beside = [path.with_name(path.name + ".toml"), path.with_suffix(".toml")]
    file = next((each for each in beside if each.is_file()), None)
    if file is None:
        return ColumnMapping()
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        message = f"{file}: this is no TOML in UTF-8 ({err})"
        raise InputFileError(
            message, chinese=f"{file}：不是UTF-8的TOML文件（{err}）；写法见说明“地名库”一节"
        ) from err
    faults = list(_faults(raw))
    if faults:
        message = f"{file}: " + "; ".join(faults)
        raise InputFileError(
            message,
            chinese=f"{file}：列对应有{len(faults)}处认不出（见下文）；可写的列有"
            f"{'、'.join((*GAZETTEER.names, *POSITION, *UPPER))}",
        )
    kinds = {theirs.strip(): kind_of(ours) for theirs, ours in raw.get("kinds", {}).items()}
    return ColumnMapping(
        columns={ours: theirs.strip() for ours, theirs in raw.get("columns", {}).items()},
        defaults={ours: str(cell) for ours, cell in raw.get("defaults", {}).items()},
        kinds={theirs: kind.value for theirs, kind in kinds.items() if kind is not None},
        datum=str(raw.get("datum", "")),
        layer=str(raw.get("layer", "")),
    )


def _faults(raw: dict[str, Any]) -> list[str]:
    allowed = [*GAZETTEER.names, *POSITION, *UPPER]
    found = [
        f"unknown key {key!r}; there are {', '.join((*_WORDS, *_TABLES))}"
        for key in raw
        if key not in {*_TABLES, *_WORDS}
    ]
    for name in _TABLES:
        part = raw.get(name, {})
        if not isinstance(part, dict):
            found.append(f"{name!r} must be a table [{name}]")
            continue
        if name == "kinds":
            found += [
                f"[kinds] {theirs!r}: {ours!r} is no kind of mentions.type"
                for theirs, ours in part.items()
                if not isinstance(ours, str) or kind_of(ours) is None
            ]
            continue
        found += [
            f"[{name}] has an unknown column {ours!r}; there are {', '.join(allowed)}"
            for ours in part
            if ours not in allowed
        ]
        found += [
            f"[{name}] {ours}: {cell!r} must be text or a number"
            for ours, cell in part.items()
            if isinstance(cell, dict | list) or (name == "columns" and not isinstance(cell, str))
        ]
    datum = str(raw.get("datum", ""))
    if datum and datum not in set(Datum) and not datum.upper().startswith("EPSG:"):
        found.append(
            f"datum {datum!r} is unknown; write {', '.join(Datum)} or an EPSG code (EPSG:4548)"
        )
    return found
