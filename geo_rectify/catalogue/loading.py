"""Load the layers of a catalogue: zones with their classes, references, and what is said of each."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from geo_rectify.catalogue.classes import classify_word, field_for, word_of
from geo_rectify.catalogue.entries import ADCODE_PREFIX, AUTO, EXTENT, LayerEntry
from geo_rectify.catalogue.geometry import drop_unplaced, mend_areas, place_layer
from geo_rectify.catalogue.opening import fault_message
from geo_rectify.catalogue.reading import read_layer
from geo_rectify.catalogue.recognition import suspected_shift
from geo_rectify.catalogue.records import LayerInfo, Layers
from geo_rectify.catalogue.services import read_service, shown_url
from geo_rectify.catalogue.wording import sentence
from geo_rectify.crs import STORED
from geo_rectify.errors import LayerError
from geo_rectify.regions import area_name, area_polygon, county_polygons
from geo_rectify.tables import LAYER_ZONES, frame_of
from geo_rectify.vocabulary import LayerStatus, ZoneClass

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.catalogue.files import RawLayer
    from geo_rectify.catalogue.opening import Catalogue, CatalogueLayer

_HASH_DIGITS: Final = 8
_ID_DIGITS: Final = 12
_OLD_ZONES: Final = frozenset({ZoneClass.RESERVE_BUFFER, ZoneClass.RESERVE_EXPERIMENTAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedLayer:
    """One layer's record with its zones as rows, or its frame where it is a reference."""

    info: LayerInfo
    zones: tuple[dict[str, Any], ...] = ()
    reference: gpd.GeoDataFrame | None = None


@dataclass(slots=True, kw_only=True)
class _Notes:
    """Sentences gathered while one layer is loaded."""

    repairs: list[str] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    unplaced: bool = False
    left_out: list[BaseGeometry] = field(default_factory=list)


def load_layers(catalogue: Catalogue, *, as_of: dt.date, allow_missing: bool = False) -> Layers:
    """Read every layer of a catalogue into zones and references.

    A layer not in force on ``as_of`` stays in ``infos`` with ``in_force`` False, gives no zones
    and has no coverage.

    Parameters
    ----------
    catalogue
        What `open_catalogue` gave.
    as_of
        The day layers must be in force.
    allow_missing
        Whether a layer that cannot be read stays in ``infos`` with the reason in ``missing``,
        instead of raising.

    Returns
    -------
    Layers
        Records, zones and references.

    Raises
    ------
    LayerError
        Layers that cannot be loaded, all of them: catalogue, layer, what is wrong, remedy.
    """
    if allow_missing:
        return join_layers([_load_or_miss(layer, as_of=as_of) for layer in catalogue.layers])
    loaded, faults = collect_layers(catalogue, as_of=as_of)
    if faults:
        raise LayerError(fault_message(faults))
    return join_layers(loaded)


def collect_layers(catalogue: Catalogue, *, as_of: dt.date) -> tuple[list[LoadedLayer], list[str]]:
    """Load the layers that can be loaded, and list the faults of the others.

    Parameters
    ----------
    catalogue, as_of
        As in `load_layers`.

    Returns
    -------
    tuple
        The loaded layers in catalogue order, and one sentence for each fault.
    """
    loaded: list[LoadedLayer] = []
    faults: list[str] = []
    for layer in catalogue.layers:
        try:
            loaded.append(load_layer(layer, as_of=as_of))
        except LayerError as err:
            faults.append(f"{layer.file}: layer {layer.layer_id!r}: {err}")
    return loaded, faults


def _load_or_miss(layer: CatalogueLayer, *, as_of: dt.date) -> LoadedLayer:
    try:
        return load_layer(layer, as_of=as_of)
    except LayerError as err:
        # Without the folder of this machine: outputs are the same wherever the run was made.
        reason = str(err).replace(f"{layer.folder}{os.sep}", "")
    base = _base_info(layer, in_force=False, assumptions=(sentence("missing", reason=reason),))
    return LoadedLayer(info=replace(base, missing=reason, path=layer.entry.path or ""))


def join_layers(loaded: list[LoadedLayer]) -> Layers:
    """Join loaded layers into one record.

    Parameters
    ----------
    loaded
        The layers, in order.

    Returns
    -------
    Layers
        Records, zones and references.
    """
    rows = [row for layer in loaded if layer.info.in_force for row in layer.zones]
    zones = frame_of(rows, LAYER_ZONES)
    return Layers(
        infos=tuple(layer.info for layer in loaded),
        zones=gpd.GeoDataFrame(zones, geometry="geometry", crs=STORED),
        references={
            layer.info.layer_id: layer.reference
            for layer in loaded
            if layer.reference is not None and layer.info.in_force
        },
    )


def load_layer(layer: CatalogueLayer, *, as_of: dt.date) -> LoadedLayer:
    """Load one layer.

    Parameters
    ----------
    layer
        Its checked entry.
    as_of
        The day it must be in force.

    Returns
    -------
    LoadedLayer
        Its record and its zones or its frame.

    Raises
    ------
    LayerError
        It cannot be loaded; the message does not name the layer yet.
    """
    entry, path = layer.entry, layer.path
    notes = _Notes()
    in_force = _in_force(entry, as_of=as_of, notes=notes)
    base = _base_info(layer, in_force=in_force, assumptions=tuple(notes.assumptions))
    if entry.status is LayerStatus.NOT_DELINEATED:
        return LoadedLayer(info=base)
    encoding = None if entry.encoding == AUTO else entry.encoding
    if path is None:
        address = str(entry.url)
        raw = read_service(address, layer=entry.layer)
        base = replace(base, path=shown_url(address))
    else:
        raw = read_layer(path, layer=entry.layer, encoding=encoding)
        base = replace(base, path=str(entry.path))
    return _from_raw(layer, raw, base=base, notes=notes)


def _base_info(layer: CatalogueLayer, *, in_force: bool, assumptions: tuple[str, ...]) -> LayerInfo:
    entry = layer.entry
    return LayerInfo(
        layer_id=entry.id,
        title=entry.title,
        role=entry.role,
        status=entry.status,
        version=_version(entry, ""),
        sensitivity=entry.sensitivity,
        source=entry.source,
        licence=entry.licence,
        classes=entry.classes,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        approval=entry.approval,
        names=entry.names,
        applies_to=entry.applies_to or "",
        assumptions=assumptions,
        in_force=in_force,
        sample=layer.sample,
    )


def _from_raw(
    layer: CatalogueLayer, raw: RawLayer, *, base: LayerInfo, notes: _Notes
) -> LoadedLayer:
    entry, path = layer.entry, Path(base.path)
    notes.assumptions += raw.assumptions
    if raw.frame.empty:
        message = f"{path.name} has no features; export it again, or remove the entry"
        raise LayerError(message)
    fields = _fields(entry, raw=raw, path=path, notes=notes)
    called = _caller(raw.frame, fields["name"])
    first = drop_unplaced(raw.frame, called=called)
    notes.rejects += first.rejects
    unread = raw.broken and raw.frame.geometry.isna().any()
    notes.unplaced = bool(first.unplaced or unread)
    if first.frame.empty:
        raise LayerError(_nothing_left(path, notes))
    placed, crs, said = place_layer(
        raw, entry=entry, frame=first.frame, expected=_expected_area(layer)
    )
    notes.assumptions += said
    notes.assumptions += _suspicion(entry, placed)
    rows: tuple[dict[str, Any], ...] = ()
    reference = None
    version = _version(entry, raw.sha256)
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
            raise LayerError(_nothing_left(path, notes))
        found = [each for each in classes if each is not None]
        rows = _zone_rows(
            kept, found, raw=raw, base=replace(base, version=version), fields=fields, notes=notes
        )
    coverage, coverage_note = _coverage(layer, kept, base=base, notes=notes)
    present = {str(row["zone_class"]) for row in rows}
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
    )
    return LoadedLayer(info=info, zones=rows, reference=reference)


def _version(entry: LayerEntry, sha256: str) -> str:
    if entry.version is not None:
        return entry.version
    start = "" if entry.valid_from is None else entry.valid_from.isoformat()
    return "-".join(part for part in (start, sha256[:_HASH_DIGITS]) if part)


def _in_force(entry: LayerEntry, *, as_of: dt.date, notes: _Notes) -> bool:
    if entry.valid_from is not None and as_of < entry.valid_from:
        notes.assumptions.append(sentence("not_yet", day=entry.valid_from))
        return False
    if entry.valid_to is not None and entry.valid_to < as_of:
        notes.assumptions.append(sentence("expired", day=entry.valid_to))
        return False
    if entry.valid_from is None and entry.status is LayerStatus.OFFICIAL:
        notes.assumptions.append(sentence("no_valid_from"))
    return True


def _fields(
    entry: LayerEntry, *, raw: RawLayer, path: Path, notes: _Notes
) -> dict[str, str | None]:
    """Find the fields for name, class and id, declared or by their usual names."""
    name, grade = entry.name_field, entry.class_field
    for key in ("name_field", "class_field", "id_field"):
        wanted = getattr(entry, key)
        if wanted is not None and wanted not in raw.fields:
            shown = ", ".join(raw.fields) or "none"
            message = f"{key} = {wanted!r} is no field of {path.name}; its fields: {shown}"
            raise LayerError(message)
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
            raise LayerError(message)
        notes.assumptions.append(sentence("class_alias", field=grade))
    return {"name": name, "class": grade, "id": entry.id_field}


def _caller(frame: gpd.GeoDataFrame, name_field: str | None) -> Callable[[object], str]:
    names = {} if name_field is None else dict(zip(frame.index, frame[name_field], strict=True))

    def called(fid: object) -> str:
        name = word_of(names.get(fid))
        key = "feature_named" if name else "feature"
        return sentence(key, fid=fid, name=name)

    return called


def _nothing_left(path: Path, notes: _Notes) -> str:
    first = "; ".join(notes.rejects[:3])
    return (
        f"{path.name} has no feature that can be used as a zone: {first} "
        f"({len(notes.rejects)} left out); name a layer of valid polygons"
    )


def _reference(
    frame: gpd.GeoDataFrame,
    name_field: str | None,
    *,
    called: Callable[[object], str],
    notes: _Notes,
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
    notes: _Notes,
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
    if _OLD_ZONES & set(classes):
        notes.assumptions.append(sentence("old_zones"))
    return classes


def _zone_rows(
    frame: gpd.GeoDataFrame,
    classes: list[ZoneClass],
    *,
    raw: RawLayer,
    base: LayerInfo,
    fields: dict[str, str | None],
    notes: _Notes,
) -> tuple[dict[str, Any], ...]:
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
    called = _caller(raw.frame, fields["name"])
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
    return tuple(rows)


def _coverage(
    layer: CatalogueLayer, frame: gpd.GeoDataFrame, *, base: LayerInfo, notes: _Notes
) -> tuple[BaseGeometry | None, str]:
    entry = layer.entry
    if entry.coverage is None:
        return None, "" if entry.reference else sentence("coverage_none")
    area, note = _declared_area(layer, frame)
    if not shapely.intersects(area, shapely.box(*frame.total_bounds)):
        message = (
            f"nothing of it lies in its coverage {entry.coverage!r}; the coordinate system or the "
            "coverage is wrong: correct crs or coverage"
        )
        raise LayerError(message)
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


def _expected_area(layer: CatalogueLayer) -> BaseGeometry | None:
    """Give the declared area the layer should meet, None where only its extent or nothing is."""
    coverage = layer.entry.coverage
    if coverage is None or coverage == EXTENT:
        return None
    if coverage.startswith(ADCODE_PREFIX):
        return area_polygon(coverage.removeprefix(ADCODE_PREFIX))
    return _area_of_file(layer)


def _suspicion(entry: LayerEntry, frame: gpd.GeoDataFrame) -> list[str]:
    """Say that a layer fits the county lines clearly better once a shift is undone."""
    coverage = entry.coverage or ""
    if entry.datum is not None or not coverage.startswith(ADCODE_PREFIX):
        return []
    counties = county_polygons((coverage.removeprefix(ADCODE_PREFIX),))
    lines = shapely.multilinestrings(
        [
            ring
            for part in shapely.get_parts(counties.geometry.to_numpy())
            for ring in (part.exterior, *part.interiors)
        ]
    )
    found = suspected_shift(frame.geometry.to_numpy(), lines)
    if found is None:
        return []
    before, after = f"{found.before:.0%}", f"{found.after:.0%}"
    return [sentence("shift_suspected", datum=found.datum, before=before[:-1], after=after[:-1])]


def _area_of_file(layer: CatalogueLayer) -> BaseGeometry:
    path = layer.coverage_path
    if path is None:
        message = "coverage is no file"
        raise LayerError(message)
    plain = layer.entry.model_copy(update={"crs": None, "to_4490": None, "datum": None})
    try:
        raw = read_layer(path, columns=())
        called = _caller(raw.frame, None)
        whole = drop_unplaced(raw.frame, called=called)
        placed, _, _ = place_layer(raw, entry=plain, frame=whole.frame)
        mended = mend_areas(placed, called=called)
    except LayerError as err:
        message = f"coverage {path.name}: {err}"
        raise LayerError(message) from err
    rejects = (*whole.rejects, *mended.rejects)
    if rejects or mended.frame.empty:
        message = f"coverage {path.name} is no clean polygon: {'; '.join(rejects)}; draw it again"
        raise LayerError(message)
    area: BaseGeometry = shapely.union_all(mended.frame.geometry.to_numpy())
    return area
