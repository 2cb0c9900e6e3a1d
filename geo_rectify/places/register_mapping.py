"""The mapping of a register (``FILE.toml``): what its columns, units and words mean."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from geo_rectify.errors import Told
from geo_rectify.places.kinds import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_UNCERTAINTY_M: Final = 50.0
"""Error of a register's positions where neither file nor mapping states one, metres."""
_KEYS: Final = frozenset(
    {"issue", "set", "petitions", "datum", "uncertainty_m", "columns", "units", "spoken"}
)
_MARKS: Final = re.compile(r"[\s※*_()（）\[\]【】:：.·/\-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMapping:
    """What a mapping says; every value has a default.

    Attributes
    ----------
    issue, wanted_set
        The issue the register belongs to, and the counted set of it.
    datum
        Coordinate system of its positions.
    uncertainty_m
        Their error, metres.
    columns
        Headings by field.
    area_unit
        Unit of the areas.
    spoken
        Words of its own.
    petitions
        Whether it lists petitions.
    """

    issue: str = ""
    wanted_set: str = ""
    datum: str = ""
    uncertainty_m: float = DEFAULT_UNCERTAINTY_M
    columns: Mapping[str, str] = field(default_factory=dict)
    area_unit: str = ""
    spoken: Mapping[str, str] = field(default_factory=dict)
    petitions: bool = False


def fold(cell: object) -> str:
    """Write a heading without blanks, marks and case.

    Parameters
    ----------
    cell
        A cell.

    Returns
    -------
    str
        "" for an empty one.
    """
    text = "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124 - NaN
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def area_units() -> dict[str, float]:
    """Give the units of area by heading.

    Returns
    -------
    dict
        Square metres of one, by the folded word.
    """
    return {fold(unit): m2 for unit, m2 in table("registers")["area"]["units"].items()}


def read_mapping(path: Path, faults: list[Told]) -> RegisterMapping:
    """Read the mapping beside a register.

    Parameters
    ----------
    path
        The register.
    faults
        Takes what is wrong with the mapping.

    Returns
    -------
    RegisterMapping
        Defaults where there is none.
    """
    beside = [path.with_name(path.name + ".toml"), path.with_suffix(".toml")]
    file = next((one for one in beside if one.is_file()), None)
    if file is None:
        return RegisterMapping()
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        faults.append(
            Told(
                english=f"{file.name}: this is no TOML ({err}); see the manual on registers",
                chinese=f"{file.name}：不是有效的TOML（{err}）；写法见说明书“台账”一节",
            )
        )
        return RegisterMapping()
    unknown = sorted(set(raw) - _KEYS)
    if unknown:
        keys = ", ".join(sorted(_KEYS))
        faults.append(
            Told(
                english=f"{file.name}: {', '.join(unknown)} is no key; the keys are {keys}",
                chinese=f"{file.name}：{'、'.join(unknown)}不是可用的键；可用的键有 {keys}",
            )
        )
    tables = {}
    for key in ("columns", "units", "spoken"):
        held = raw.get(key, {})
        if not isinstance(held, dict) or not all(isinstance(v, str) for v in held.values()):
            faults.append(
                Told(
                    english=f"{file.name}: [{key}] holds words in quotes, for example name = '名称'",
                    chinese=f"{file.name}：[{key}]里的值应是带引号的文字，例如 name = '名称'",
                )
            )
            held = {}
        tables[key] = {str(name): str(value) for name, value in held.items()}
    wrong = sorted(set(tables["columns"]) - {*table("registers")["columns"], "area"})
    if wrong:
        fields = ", ".join(sorted({*table("registers")["columns"], "area"}))
        faults.append(
            Told(
                english=f"{file.name}: [columns] {', '.join(wrong)} is no field; the fields are "
                f"{fields}",
                chinese=f"{file.name}：[columns]里的{'、'.join(wrong)}不是字段；可用的字段有 {fields}",
            )
        )
    unsure = raw.get("uncertainty_m", DEFAULT_UNCERTAINTY_M)
    if isinstance(unsure, bool) or not isinstance(unsure, int | float) or unsure <= 0:
        faults.append(
            Told(
                english=f"{file.name}: uncertainty_m = {unsure!r} is no number of metres above 0",
                chinese=f"{file.name}：uncertainty_m = {unsure!r} 应是大于0的米数",
            )
        )
        unsure = DEFAULT_UNCERTAINTY_M
    unit = tables["units"].get("area", "")
    if unit and fold(unit) not in area_units():
        faults.append(
            Told(
                english=f"{file.name}: [units] area = {unit!r} is no unit of area; write 亩, 公顷 "
                "or 平方米",
                chinese=f"{file.name}：[units]里的 area = {unit!r} 不是面积单位；请写亩、公顷或平方米",
            )
        )
    return RegisterMapping(
        issue=str(raw.get("issue", "")).strip(),
        wanted_set=str(raw.get("set", "")).strip(),
        datum=str(raw.get("datum", "")).strip(),
        uncertainty_m=float(unsure),
        columns=tables["columns"],
        area_unit=unit,
        spoken=tables["spoken"],
        petitions=raw.get("petitions") is True,
    )
