"""One ``[[layer]]`` table of a catalogue, checked key by key.

The descriptions of the keys are the remedies printed with a fault.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic resolves the annotations at run time
import difflib
import re
from typing import TYPE_CHECKING, Annotated, Any, Final

import pyproj
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic_core import PydanticCustomError

from geo_rectify.errors import RegionError
from geo_rectify.regions import area_name
from geo_rectify.vocabulary import (
    ROLE_CLASSES,
    Datum,
    Flow,
    LayerRole,
    LayerStatus,
    Sensitivity,
    ZoneClass,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from pydantic_core import ErrorDetails

ADCODE_PREFIX: Final = "adcode:"
EXTENT: Final = "extent"
AUTO: Final = "auto"
_ADCODE: Final = re.compile(r"adcode:\d{6}")

_Text = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$")]


def _fault(message: str) -> PydanticCustomError:
    """Make a fault found by a check of our own."""
    return PydanticCustomError("catalogue", "{message}", {"message": message})


def _member_of(closed: type[StrEnum]) -> BeforeValidator:
    """Turn a word into a member of a closed set, naming the nearest member for a wrong one."""

    def convert(value: Any) -> Any:
        words = [member.value for member in closed]
        if isinstance(value, str) and value in words:
            return closed(value)
        near = difflib.get_close_matches(str(value), words, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        message = f"{value!r} is not one of {', '.join(words)}{hint}"
        raise _fault(message)

    return BeforeValidator(convert)


_Class = Annotated[ZoneClass, _member_of(ZoneClass)]


class LayerEntry(BaseModel):
    """What a catalogue says of one layer; every key is checked, unknown ones are faults."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=False)

    id: Annotated[_Text, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")] = Field(
        description='a name of ASCII letters, digits, _ and -, for example id = "red_line_2022"'
    )
    title: _Text = Field(description='what people see, for example title = "生态保护红线"')
    role: Annotated[LayerRole, _member_of(LayerRole)] = Field(
        description='for example role = "red_line"'
    )
    status: Annotated[LayerStatus, _member_of(LayerStatus)] = Field(
        description='for example status = "official"'
    )
    source: _Text = Field(description='where it comes from, for example source = "省自然资源厅"')
    licence: _Text = Field(description='what may be done with it, for example licence = "内部使用"')
    sensitivity: Annotated[Sensitivity, _member_of(Sensitivity)] = Field(
        description='"open", "internal" or "restricted"'
    )
    path: _Text | None = Field(
        default=None, description="a file inside the catalogue's folder, with / between folders"
    )
    layer: _Text | None = Field(default=None, description="the layer's name inside a container")
    url: _Text | None = Field(default=None, description="the address of a WFS or ArcGIS service")
    name_field: _Text | None = Field(default=None, description="the field that names a zone")
    id_field: _Text | None = Field(default=None, description="a field that is never the same twice")
    class_field: _Text | None = Field(
        default=None, description="the field whose words tell a zone's class"
    )
    zone_class: _Class | None = Field(
        default=None, alias="class", description="the class of every zone of the layer"
    )
    class_map: dict[str, _Class] = Field(
        default_factory=dict,
        description='[layer.class_map] with lines such as "一级" = "water_1"',
    )
    crs: _Text | None = Field(default=None, description='for example crs = "EPSG:4548"')
    to_4490: _Text | None = Field(
        default=None, description="a PROJ pipeline from the file's coordinates to lon/lat degrees"
    )
    datum: Annotated[Datum, _member_of(Datum)] | None = Field(
        default=None, description='"GCJ-02" or "BD-09" where the file is shifted'
    )
    encoding: _Text = Field(default=AUTO, description='"auto", "UTF-8" or "GB18030"')
    version: _Text | None = Field(default=None, description='for example version = "2022-11"')
    valid_from: dt.date | None = Field(
        default=None, description="a date without quotes: valid_from = 2022-11-01"
    )
    valid_to: dt.date | None = Field(
        default=None, description="a date without quotes: valid_to = 2025-12-31"
    )
    approval: str = Field(default="", description="the number of the approval document")
    coverage: _Text | None = Field(
        default=None,
        description='"adcode:360200", "extent", or the path of a polygon file in the same folder',
    )
    flow: Annotated[Flow, _member_of(Flow)] | None = Field(
        default=None,
        description='"with" where river lines are drawn from source to mouth, "against" otherwise',
    )
    names: Annotated[tuple[_Text, ...], Field(strict=False)] = Field(
        default=(), description='a list of names: names = ["某某水源地"]'
    )
    applies_to: _Text | None = Field(default=None, description='applies_to = "adcode:360200"')

    @field_validator("crs")
    @classmethod
    def _crs_is_known(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                pyproj.CRS.from_user_input(value)
            except pyproj.exceptions.CRSError as err:
                message = f"{value!r} is no coordinate system PROJ knows"
                raise _fault(message) from err
        return value

    @field_validator("to_4490")
    @classmethod
    def _pipeline_is_known(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                pyproj.Transformer.from_pipeline(value)
            except pyproj.exceptions.ProjError as err:
                message = f"{value!r} is no PROJ pipeline"
                raise _fault(message) from err
        return value

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, value: str) -> str:
        if value != AUTO:
            try:
                b"a".decode(value)
            except (LookupError, UnicodeError) as err:
                message = f"{value!r} is no known encoding"
                raise _fault(message) from err
        return value

    @field_validator("coverage", "applies_to")
    @classmethod
    def _area_is_known(cls, value: str | None) -> str | None:
        if value is not None and (value.startswith(ADCODE_PREFIX) or value.isdigit()):
            if not _ADCODE.fullmatch(value):
                message = f"{value!r} is not adcode: and six digits"
                raise _fault(message)
            try:
                area_name(value.removeprefix(ADCODE_PREFIX))
            except RegionError as err:
                raise _fault(str(err)) from err
        return value

    @property
    def classes(self) -> tuple[ZoneClass, ...]:
        """Give the zone classes the entry may give, before its file is read."""
        return (self.zone_class,) if self.zone_class else ROLE_CLASSES[self.role]

    @property
    def reference(self) -> bool:
        """Say whether the layer is a reference that gives no zones."""
        return not ROLE_CLASSES[self.role]


def check_table(table: Mapping[str, Any]) -> tuple[LayerEntry | None, list[tuple[str, str]]]:
    """Check one ``[[layer]]`` table, every key and how the keys agree.

    Parameters
    ----------
    table
        The table as read from TOML.

    Returns
    -------
    tuple
        The entry, None with faults; and the faults as (key, what is wrong and how to mend it).
    """
    faults: list[tuple[str, str]] = []
    entry = None
    try:
        entry = LayerEntry.model_validate(dict(table))
    except ValidationError as err:
        faults = [_one_fault(detail, table) for detail in err.errors(include_url=False)]
    wrong = {key for key, _ in faults}
    sound = {key: value for key, value in table.items() if key not in wrong}
    if "status" not in wrong:
        faults += _file_faults(sound, wrong)
    if "role" not in wrong:
        faults += _class_faults(sound)
    faults += _time_faults(sound)
    return (None if faults else entry), faults


# The three checks below read the raw table, so that they also run beside faults of single keys;
# a StrEnum's member equals its word, and `wrong` holds the keys already complained about.


def _file_faults(table: Mapping[str, Any], wrong: set[str]) -> list[tuple[str, str]]:
    faults = []
    if table["status"] == LayerStatus.NOT_DELINEATED:
        keys = ("path", "url", "layer", "class_field", "id_field", "name_field", "coverage")
        faults += [
            (key, 'has no place beside status = "not_delineated"; remove it')
            for key in keys
            if key in table
        ]
        if not table.get("names") and "names" not in wrong:
            faults.append(("names", "is missing; name the zones that have no boundary yet"))
        if "applies_to" not in {*table, *wrong}:
            faults.append(("applies_to", 'is missing; write applies_to = "adcode:360200"'))
        elif not str(table.get("applies_to", ADCODE_PREFIX)).startswith(ADCODE_PREFIX):
            faults.append(("applies_to", 'must be an area; write applies_to = "adcode:360200"'))
        if "role" in table and not ROLE_CLASSES[table["role"]]:
            faults.append(("role", f"{table['role']!r} gives no zones that could be delineated"))
        return faults
    if not {"path", "url"} & {*table, *wrong}:
        faults.append(("path", "is missing; name the layer's file (or url = a service)"))
    if "path" in table and "url" in table:
        faults.append(("url", "stands beside path; keep one of the two"))
    faults += [
        (key, 'goes only with status = "not_delineated"; remove it')
        for key in ("names", "applies_to")
        if key in table
    ]
    return faults


def _class_faults(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    faults = []
    role = table["role"]
    allowed = ROLE_CLASSES[role]
    shown = ", ".join(allowed) or "none: the role is a reference"
    whole, field = table.get("class"), table.get("class_field")
    mapped = table.get("class_map", {})
    if whole is not None and whole not in allowed:
        faults.append(("class", f"{whole!r} is no class of role {role!r}; its classes: {shown}"))
    faults += [
        ("class_map", f"{word!r} = {found!r} is no class of role {role!r}; its classes: {shown}")
        for word, found in mapped.items()
        if found not in allowed
    ]
    if whole is not None and (field or mapped):
        faults.append(("class", "stands beside class_field or class_map; keep one of the two"))
    if mapped and not field:
        faults.append(("class_map", "needs class_field; name the field whose words it maps"))
    if "flow" in table and role != LayerRole.RIVER:
        faults.append(("flow", f"has no place with role {role!r}, it is about rivers; remove it"))
    if not allowed and field:
        faults.append(("class_field", f"has no place with role {role!r}; remove it"))
    return faults


def _time_faults(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    start, end = table.get("valid_from"), table.get("valid_to")
    if start is not None and end is not None and end < start:
        return [("valid_to", f"{end} lies before valid_from {start}; correct one of the two")]
    return []


def _one_fault(detail: ErrorDetails, table: Mapping[str, Any]) -> tuple[str, str]:
    key = str(detail["loc"][0]) if detail["loc"] else "layer"
    known = {field.alias or name: field for name, field in LayerEntry.model_fields.items()}
    remedy = known[key].description if key in known else ""
    kind = detail["type"]
    if kind == "missing":
        return key, f"is missing; write {remedy}"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(key, sorted(known), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
        return key, f"is no key of a layer; {hint}"
    if kind == "catalogue":
        message = str(detail["ctx"]["message"])
        place = f"{detail['loc'][1]!r}: " if len(detail["loc"]) > 1 else ""
        return key, f"{place}{message}; write {remedy}"
    return key, f"{table.get(key)!r}: {detail['msg']}; write {remedy}"
