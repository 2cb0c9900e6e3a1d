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

from geo_rectify.catalogue.wording import data_table
from geo_rectify.errors import RegionError, Told
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


def _fault(english: str, chinese: str) -> PydanticCustomError:
    """Make a fault found by a check of our own."""
    return PydanticCustomError("catalogue", "{message}", {"message": english, "chinese": chinese})


def _member_of(closed: type[StrEnum]) -> BeforeValidator:
    """Turn a word into a member of a closed set, naming the nearest member for a wrong one."""

    def convert(value: Any) -> Any:
        words = [member.value for member in closed]
        if isinstance(value, str) and value in words:
            return closed(value)
        near = difflib.get_close_matches(str(value), words, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        asked = f"；是不是{near[0]}？" if near else ""
        message = f"{value!r} is not one of {', '.join(words)}{hint}"
        raise _fault(message, f"{value!r}不在可用的词里：{'、'.join(words)}{asked}")

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
                raise _fault(message, f"{value!r}不是PROJ认得的坐标系") from err
        return value

    @field_validator("to_4490")
    @classmethod
    def _pipeline_is_known(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                pyproj.Transformer.from_pipeline(value)
            except pyproj.exceptions.ProjError as err:
                message = f"{value!r} is no PROJ pipeline"
                raise _fault(message, f"{value!r}不是PROJ换算式") from err
        return value

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, value: str) -> str:
        if value != AUTO:
            try:
                b"a".decode(value)
            except (LookupError, UnicodeError) as err:
                message = f"{value!r} is no known encoding"
                raise _fault(message, f"{value!r}不是已知的编码") from err
        return value

    @field_validator("coverage", "applies_to")
    @classmethod
    def _area_is_known(cls, value: str | None) -> str | None:
        if value is not None and (value.startswith(ADCODE_PREFIX) or value.isdigit()):
            if not _ADCODE.fullmatch(value):
                message = f"{value!r} is not adcode: and six digits"
                raise _fault(message, f"{value!r}应写作 adcode: 加六位数字")
            try:
                area_name(value.removeprefix(ADCODE_PREFIX))
            except RegionError as err:
                raise _fault(err.told.english, err.told.chinese) from err
        return value

    @property
    def classes(self) -> tuple[ZoneClass, ...]:
        """Give the zone classes the entry may give, before its file is read."""
        return (self.zone_class,) if self.zone_class else ROLE_CLASSES[self.role]

    @property
    def reference(self) -> bool:
        """Say whether the layer is a reference that gives no zones."""
        return not ROLE_CLASSES[self.role]


def check_table(table: Mapping[str, Any]) -> tuple[LayerEntry | None, list[tuple[str, Told]]]:
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
    faults: list[tuple[str, Told]] = []
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


def _file_faults(table: Mapping[str, Any], wrong: set[str]) -> list[tuple[str, Told]]:
    faults = []
    if table["status"] == LayerStatus.NOT_DELINEATED:
        keys = ("path", "url", "layer", "class_field", "id_field", "name_field", "coverage")
        beside = Told(
            english='has no place beside status = "not_delineated"; remove it',
            chinese='与 status = "not_delineated"（未划定）不能同时写；请删去',
        )
        faults += [(key, beside) for key in keys if key in table]
        if not table.get("names") and "names" not in wrong:
            told = Told(
                english="is missing; name the zones that have no boundary yet",
                chinese="没有写；请列出还没有划定界线的区域名称",
            )
            faults.append(("names", told))
        if "applies_to" not in {*table, *wrong}:
            told = Told(
                english='is missing; write applies_to = "adcode:360200"',
                chinese='没有写；请写 applies_to = "adcode:360200"',
            )
            faults.append(("applies_to", told))
        elif not str(table.get("applies_to", ADCODE_PREFIX)).startswith(ADCODE_PREFIX):
            told = Told(
                english='must be an area; write applies_to = "adcode:360200"',
                chinese='应是一个行政区；请写 applies_to = "adcode:360200"',
            )
            faults.append(("applies_to", told))
        if "role" in table and not ROLE_CLASSES[table["role"]]:
            told = Told(
                english=f"{table['role']!r} gives no zones that could be delineated",
                chinese=f"用途{table['role']!r}没有可划定的分区",
            )
            faults.append(("role", told))
        return faults
    if not {"path", "url"} & {*table, *wrong}:
        told = Told(
            english="is missing; name the layer's file (or url = a service)",
            chinese="没有写；请写图层的文件（或 url = 服务地址）",
        )
        faults.append(("path", told))
    if "path" in table and "url" in table:
        told = Told(
            english="stands beside path; keep one of the two",
            chinese="与 path 同时写了；请只留一个",
        )
        faults.append(("url", told))
    only = Told(
        english='goes only with status = "not_delineated"; remove it',
        chinese='只与 status = "not_delineated"（未划定）同用；请删去',
    )
    return faults + [(key, only) for key in ("names", "applies_to") if key in table]


def _class_faults(table: Mapping[str, Any]) -> list[tuple[str, Told]]:
    role = table["role"]
    allowed = ROLE_CLASSES[role]
    shown = ", ".join(allowed) or "none: the role is a reference"
    listed = "、".join(allowed) or "无（参考图层）"
    whole, field = table.get("class"), table.get("class_field")
    mapped = table.get("class_map", {})
    faults = [
        (
            key,
            Told(
                english=f"{said} is no class of role {role!r}; its classes: {shown}",
                chinese=f"{said} 不是用途{role!r}的类别；可用：{listed}",
            ),
        )
        for key, said, found in (
            *([("class", repr(whole), whole)] if whole is not None else []),
            *(("class_map", f"{word!r} = {found!r}", found) for word, found in mapped.items()),
        )
        if found not in allowed
    ]
    if whole is not None and (field or mapped):
        told = Told(
            english="stands beside class_field or class_map; keep one of the two",
            chinese="与 class_field 或 class_map 同时写了；请只留一个",
        )
        faults.append(("class", told))
    if mapped and not field:
        told = Told(
            english="needs class_field; name the field whose words it maps",
            chinese="要与 class_field 同用；请写出它对应哪个字段的词",
        )
        faults.append(("class_map", told))
    if "flow" in table and role != LayerRole.RIVER:
        told = Told(
            english=f"has no place with role {role!r}, it is about rivers; remove it",
            chinese=f"只用于河流，用途{role!r}不能写；请删去",
        )
        faults.append(("flow", told))
    if not allowed and field:
        told = Told(
            english=f"has no place with role {role!r}; remove it",
            chinese=f"用途{role!r}不能写；请删去",
        )
        faults.append(("class_field", told))
    return faults


def _time_faults(table: Mapping[str, Any]) -> list[tuple[str, Told]]:
    start, end = table.get("valid_from"), table.get("valid_to")
    if start is not None and end is not None and end < start:
        told = Told(
            english=f"{end} lies before valid_from {start}; correct one of the two",
            chinese=f"{end}早于 valid_from {start}；请更正其中一个",
        )
        return [("valid_to", told)]
    return []


def _one_fault(detail: ErrorDetails, table: Mapping[str, Any]) -> tuple[str, Told]:
    key = str(detail["loc"][0]) if detail["loc"] else "layer"
    known = {field.alias or name: field for name, field in LayerEntry.model_fields.items()}
    remedy = known[key].description if key in known else ""
    told = data_table("entries")
    mend = f"请写：{told['keys'][key]}" if key in told["keys"] else "请核对"
    kind = detail["type"]
    if kind == "missing":
        return key, Told(english=f"is missing; write {remedy}", chinese=f"没有写；{mend}")
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(key, sorted(known), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
        asked = f"是不是{near[0]}？" if near else f"可用：{'、'.join(known)}"
        return key, Told(
            english=f"is no key of a layer; {hint}", chinese=f"图层条目没有这一项；{asked}"
        )
    if kind == "catalogue":
        context = detail["ctx"]
        place = f"{detail['loc'][1]!r}: " if len(detail["loc"]) > 1 else ""
        return key, Told(
            english=f"{place}{context['message']}; write {remedy}",
            chinese=f"{place}{context['chinese']}；{mend}",
        )
    shape = next((words for start, words in told["kinds"].items() if kind.startswith(start)), "")
    return key, Told(
        english=f"{table.get(key)!r}: {detail['msg']}; write {remedy}",
        chinese=f"{table.get(key)!r}{shape or '写法不对'}；{mend}",
    )
