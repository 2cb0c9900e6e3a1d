"""Make a layer ready: its fields, its place, its valid areas, its zones with their classes."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo_rectify.catalogue.classes import classify_word, field_for, is_old_core, word_of
from geo_rectify.catalogue.coverage import coverage_of, expected_area, suspicion
from geo_rectify.catalogue.geometry import drop_unplaced, mend_areas, place_layer
from geo_rectify.catalogue.notes import Notes, caller
from geo_rectify.catalogue.wording import sentence
from geo_rectify.errors import LayerError, Told
from geo_rectify.tables import LAYER_ZONES, geoframe_of
from geo_rectify.vocabulary import ZoneClass

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from geo_rectify.catalogue.entries import LayerEntry
    from geo_rectify.catalogue.files import RawLayer
    from geo_rectify.catalogue.opening import CatalogueLayer
    from geo_rectify.catalogue.records import LayerInfo

_HASH_DIGITS: Final = 8
_ID_DIGITS: Final = 12
_CORE: Final = (ZoneClass.RESERVE_CORE,)
_OLD_ZONES: Final = frozenset({ZoneClass.RESERVE_BUFFER, ZoneClass.RESERVE_EXPERIMENTAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedLayer:
    """One layer's record with its zones (`tables.LAYER_ZONES`), or its frame as a reference."""

    info: LayerInfo
    zones: gpd.GeoDataFrame | None = None
    reference: gpd.GeoDataFrame | None = None


def layer_version(entry: LayerEntry, sha256: str) -> str:
    """Give a layer's version: the entry's, else its first day and 8 digits of the hash.

    Parameters
    ----------
    entry
        Its entry.
    sha256
        The hash of its content, "" where there is none.

    Returns
    -------
    str
        The version.
    """
    if entry.version is not None:
        return entry.version
    start = "" if entry.valid_from is None else entry.valid_from.isoformat()
    return "-".join(part for part in (start, sha256[:_HASH_DIGITS]) if part)


def build_layer(
    layer: CatalogueLayer, raw: RawLayer, *, base: LayerInfo, notes: Notes
) -> LoadedLayer:
    """Make a layer of a file's rows.

    Parameters
    ----------
    layer
        Its checked entry.
    raw
        The rows as read.
    base
        What the entry alone says of it.
    notes
        The sentences so far; more are added.

    Returns
    -------
    LoadedLayer
        Its record and its zones or its frame.

    Raises
    ------
    LayerError
        It has no rows that can be used, or does not fit its entry.
    """
    entry, path = layer.entry, Path(base.path)
    notes.assumptions += raw.assumptions
    if raw.frame.empty:
        message = f"{path.name} has no features; export it again, or remove the entry"
        chinese = f"{path.name}没有要素；请重新导出，或删去该条目"
        raise LayerError(message, chinese=chinese)
    fields = _fields(entry, raw=raw, path=path, notes=notes)
    called = caller(raw.frame, fields["name"])
    first = drop_unplaced(raw.frame, called=called)
    notes.rejects += first.rejects
    unread = raw.broken and raw.frame.geometry.isna().any()
    notes.unplaced = bool(first.unplaced or unread)
    if first.frame.empty:
        raise LayerError.of(_nothing_left(path, notes))
    placed, crs, said = place_layer(
        raw, entry=entry, frame=first.frame, expected=expected_area(layer)
    )
    notes.assumptions += said
    notes.assumptions += suspicion(entry, placed)
    zones = reference = None
    version = layer_version(entry, raw.sha256)
    if entry.reference:
        reference = kept = _reference(placed, fields["name"], called=called, notes=notes)
        if entry.flow is not None:
            reference["flow"] = entry.flow.value
    else:
        mended = mend_areas(placed, called=called)
        notes.repairs += mended.repairs
        notes.rejects += mended.rejects
        notes.unplaced |= mended.unplaced
        classes = _classes(entry, mended.frame, fields["class"], called=called, notes=notes)
        kept = mended.frame[[found is not None for found in classes]]
        if kept.empty:
            raise LayerError.of(_nothing_left(path, notes))
        found = [each for each in classes if each is not None]
        rows = _zone_rows(
            kept, found, raw=raw, base=replace(base, version=version), fields=fields, notes=notes
        )
        zones = geoframe_of(rows, LAYER_ZONES)
    coverage, coverage_note = coverage_of(layer, kept, base=base, notes=notes)
    present = set() if zones is None else set(zones["zone_class"])
    info = replace(
        base,
        version=version,
        classes=tuple(each for each in entry.classes if each in present or entry.zone_class),
        coverage=coverage,
        coverage_note=coverage_note,
        sha256=raw.sha256,
        crs=crs,
        feature_count=len(raw.frame),
        vertex_count=int(shapely.get_num_coordinates(raw.frame.geometry.to_numpy()).sum()),
        repairs=tuple(notes.repairs),
        rejects=tuple(notes.rejects),
        assumptions=tuple(notes.assumptions),
        unmapped=notes.unmapped,
    )
    return LoadedLayer(info=info, zones=zones, reference=reference)


def _fields(entry: LayerEntry, *, raw: RawLayer, path: Path, notes: Notes) -> dict[str, str | None]:
    """Find the fields for name, class and id, declared or by their usual names."""
    name, grade = entry.name_field, entry.class_field
    for key in ("name_field", "class_field", "id_field"):
        wanted = getattr(entry, key)
        if wanted is not None and wanted not in raw.fields:
            shown = ", ".join(raw.fields) or "none"
            message = f"{key} = {wanted!r} is no field of {path.name}; its fields: {shown}"
            chinese = f"{key} = {wanted!r} 不是{path.name}的字段；它的字段有：{shown}"
            raise LayerError(message, chinese=chinese)
    if name is None:
        name = field_for("name", role=entry.role, fields=raw.fields)
        if name is not None:
            notes.assumptions.append(sentence("name_alias", field=name))
    if grade is None and len(entry.classes) > 1:
        grade = field_for("class", role=entry.role, fields=raw.fields)
        if grade is None:
            shown = ", ".join(raw.fields) or "none"
            message = (
                f"nothing tells its zones' classes ({', '.join(entry.classes)}); write class for "
                f"the whole layer, or class_field = one of the fields of {path.name}: {shown}"
            )
            chinese = (
                f"看不出各分区的类别（{'、'.join(entry.classes)}）；请写 class（整层一类），或 "
                f"class_field = {path.name}的一个字段：{shown}"
            )
            raise LayerError(message, chinese=chinese)
        notes.assumptions.append(sentence("class_alias", field=grade))
    return {"name": name, "class": grade, "id": entry.id_field}


def _nothing_left(path: Path, notes: Notes) -> Told:
    first = "; ".join(notes.rejects[:3])
    return Told(
        english=f"{path.name} has no feature that can be used as a zone: {first} "
        f"({len(notes.rejects)} left out); name a layer of valid polygons",
        chinese=f"{path.name}没有可用作分区的要素：{first}（剔除{len(notes.rejects)}个）；"
        "请指明面有效的图层",
    )


def _reference(
    frame: gpd.GeoDataFrame,
    name_field: str | None,
    *,
    called: Callable[[object], str],
    notes: Notes,
) -> gpd.GeoDataFrame:
    """Keep points and lines as they are, mend polygons, and put the name into ``name``."""
    areal = frame.geom_type.isin(["Polygon", "MultiPolygon", "GeometryCollection"])
    mended = mend_areas(frame[areal], called=called)
    notes.repairs += mended.repairs
    notes.rejects += mended.rejects
    kept = frame.index[~areal].union(mended.frame.index)
    made = frame.loc[kept].copy()
    made.loc[mended.frame.index, made.geometry.name] = mended.frame.geometry
    made = made.reset_index(drop=True)
    names = [""] * len(made) if name_field is None else [word_of(cell) for cell in made[name_field]]
    made["name"] = np.array(names, dtype=object)
    return made


def _classes(
    entry: LayerEntry,
    frame: gpd.GeoDataFrame,
    class_field: str | None,
    *,
    called: Callable[[object], str],
    notes: Notes,
) -> list[ZoneClass | None]:
    if class_field is None:
        return [entry.classes[0]] * len(frame)
    words = [word_of(cell) for cell in frame[class_field]]
    meaning = {
        word: classify_word(word, role=entry.role, class_map=entry.class_map)
        for word in dict.fromkeys(words)
    }
    classes = [meaning[word] for word in words]
    for fid, word, found, shape in zip(frame.index, words, classes, frame.geometry, strict=True):
        if found is None:
            notes.rejects.append(sentence("unmapped", feature=called(fid), word=word))
            notes.left_out.append(shape)
    lost = Counter(word for word, found in zip(words, classes, strict=True) if found is None)
    notes.unmapped = tuple(
        sentence("unmapped_word", word=word or sentence("empty_word"), count=count)
        for word, count in sorted(lost.items(), key=lambda each: (-each[1], each[0]))
    )
    old_core = any(is_old_core(word) for word, found in meaning.items() if found in _CORE)
    if old_core or _OLD_ZONES & set(classes):
        notes.assumptions.append(sentence("old_zones"))
    return classes


def _zone_rows(
    frame: gpd.GeoDataFrame,
    classes: list[ZoneClass],
    *,
    raw: RawLayer,
    base: LayerInfo,
    fields: dict[str, str | None],
    notes: Notes,
) -> list[dict[str, Any]]:
    blank: list[Any] = [None] * len(frame)
    names = [word_of(cell) for cell in (frame[fields["name"]] if fields["name"] else blank)]
    marks = [word_of(cell) for cell in (frame[fields["id"]] if fields["id"] else blank)]
    source = shapely.to_wkb(
        shapely.force_2d(raw.frame.loc[frame.index].geometry.to_numpy()), byte_order=1
    )
    seen: dict[str, object] = {}
    rows: list[dict[str, Any]] = []
    repeated = {mark for mark, count in Counter(marks).items() if mark and count > 1}
    if repeated:
        count = sum(mark in repeated for mark in marks)
        notes.assumptions.append(sentence("id_repeated", field=fields["id"], count=count))
    called = caller(raw.frame, fields["name"])
    for at, (fid, shape) in enumerate(zip(frame.index, frame.geometry, strict=True)):
        digest = hashlib.sha256(source[at])
        digest.update(f"\0{names[at]}\0{classes[at].value}".encode())
        short = digest.hexdigest()[:_ID_DIGITS]
        mark = marks[at]
        if mark in repeated:
            mark = f"{mark}-{short}"
        key = mark or short
        if key in seen:
            said = sentence("duplicate", feature=called(fid), other=called(seen[key]))
            notes.repairs.append(said)
            continue
        seen[key] = fid
        rows.append(
            {
                "zone_id": f"{base.layer_id}:{key}",
                "zone_class": classes[at].value,
                "zone_name": names[at],
                "layer_id": base.layer_id,
                "layer_version": base.version,
                "layer_status": base.status.value,
                "sensitivity": base.sensitivity.value,
                "geometry": shape,
            }
        )
    return rows
