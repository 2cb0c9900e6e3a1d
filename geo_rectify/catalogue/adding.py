"""Make catalogue entries of a file or a whole geodatabase: what can be found out is written."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geo_rectify.catalogue.classes import classify_word, field_for, word_of
from geo_rectify.catalogue.coverage import placed_plainly
from geo_rectify.catalogue.drafting import draft_zones, drafting_figures, read_intakes
from geo_rectify.catalogue.entries import check_table
from geo_rectify.catalogue.opening import CATALOGUE_NAME
from geo_rectify.catalogue.reading import layer_names, read_layer
from geo_rectify.catalogue.recognition import suggested_crs
from geo_rectify.catalogue.shapefiles import shapefile_parts
from geo_rectify.catalogue.tabular import TABLE_SUFFIXES
from geo_rectify.catalogue.wording import data_table, sentence
from geo_rectify.errors import OutputError
from geo_rectify.files import write_geopackage
from geo_rectify.vocabulary import ROLE_CLASSES, LayerRole

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.catalogue.files import RawLayer

_WHOLE: Final = frozenset({".parquet", ".geoparquet", *TABLE_SUFFIXES} - {".xlsx", ".xlsm"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedLayer:
    """One entry written: its id and role, and the questions left open."""

    layer_id: str
    role: LayerRole
    questions: tuple[str, ...]


def add_layers(
    path: Path, folder: Path, *, role: LayerRole | None = None
) -> tuple[AddedLayer, ...]:
    """Copy a file or geodatabase into a catalogue's folder and write entries for its layers.

    Roles are guessed from the names of layer and fields. What is not known is written as a safe
    value with a question in a comment: status draft, sensitivity restricted, no coverage.

    Parameters
    ----------
    path
        The file, or a ``.gdb`` folder.
    folder
        The catalogue's folder, made where absent; its ``catalogue.toml`` is added to.
    role
        The role of every layer; None to guess.

    Returns
    -------
    tuple of AddedLayer
        The entries, in the order of the file.

    Raises
    ------
    LayerError
        The file cannot be read.
    OutputError
        The folder cannot be written, or holds another file of that name.
    """
    names: tuple[str | None, ...] = (None,)
    if path.suffix.lower() not in _WHOLE and path.exists():
        found = layer_names(path)
        names = found if len(found) > 1 else (None,)
    raws = [(name, read_layer(path, layer=name)) for name in names]
    catalogue = folder / CATALOGUE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = catalogue.read_text(encoding="utf-8-sig") if catalogue.is_file() else ""
        _copy(path, folder)
        taken = set(re.findall(r'^id = "([^"]+)"', before, flags=re.MULTILINE))
        added, texts = [], []
        for name, raw in raws:
            entry, text = _entry(path, name, raw, role=role, taken=taken)
            taken.add(entry.layer_id)
            added.append(entry)
            texts.append(text)
        whole = "\n".join(part for part in (before.rstrip(), *texts) if part)
        catalogue.write_text(whole + "\n", encoding="utf-8")
    except OutputError:
        raise
    except OSError as err:
        message = f"{folder} cannot be written ({err.strerror}); choose another folder with -o"
        chinese = f"写不进{folder}（{err.strerror}）；请用 -o 换一个文件夹"
        raise OutputError(message, chinese=chinese) from err
    return tuple(added)


def add_drafts(
    intakes: Path, water: Path, folder: Path, *, figures: Path | None = None
) -> tuple[AddedLayer, tuple[str, ...]]:
    """Draw draft zones around intakes into a catalogue's folder and write their entry.

    Parameters
    ----------
    intakes
        A table or vector file of points, see `drafting.read_intakes`.
    water
        A file with the river lines and reservoir areas they stand on.
    folder
        The catalogue's folder, made where absent; its ``catalogue.toml`` is added to.
    figures
        A TOML file with figures that replace the shipped ones.

    Returns
    -------
    tuple
        The entry, and sentences on what was assumed.

    Raises
    ------
    LayerError
        A file cannot be read, or an intake lies far from all water.
    OutputError
        The folder cannot be written, or holds a file of that name.
    """
    spots = placed_plainly(intakes)
    known = drafting_figures(figures)
    zones, notes = draft_zones(read_intakes(spots), placed_plainly(water), figures=known)
    catalogue = folder / CATALOGUE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = catalogue.read_text(encoding="utf-8-sig") if catalogue.is_file() else ""
        taken = set(re.findall(r'^id = "([^"]+)"', before, flags=re.MULTILINE))
        layer_id = next(
            each
            for each in (f"water_source_draft_{count}" for count in range(1, 10_000))
            if each not in taken and not (folder / f"{each}.gpkg").exists()
        )
        write_geopackage({layer_id: zones}, folder / f"{layer_id}.gpkg", stamp=known["valid_from"])
        keys = {
            "id": layer_id,
            "title": sentence("draft_title"),
            "role": LayerRole.WATER_SOURCE.value,
            "path": f"{layer_id}.gpkg",
            "name_field": "名称",
            "class_field": "级别",
            "status": "draft",
            "source": _line(notes[0]),
            "licence": "未注明",
            "sensitivity": "internal",
        }
        body = [f"# {_line(note)}" for note in notes]
        body += ["[[layer]]", *(f"{key} = {_quoted(cell)}" for key, cell in keys.items())]
        whole = "\n".join(part for part in (before.rstrip(), "", *body) if part or before)
        catalogue.write_text(whole + "\n", encoding="utf-8")
    except OSError as err:
        message = f"{folder} cannot be written ({err.strerror}); choose another folder with -o"
        chinese = f"写不进{folder}（{err.strerror}）；请用 -o 换一个文件夹"
        raise OutputError(message, chinese=chinese) from err
    return AddedLayer(layer_id=layer_id, role=LayerRole.WATER_SOURCE, questions=()), notes


def _copy(path: Path, folder: Path) -> None:
    members = [path]
    if path.suffix.lower() == ".shp":
        members = list(shapefile_parts(path).values())
    for member in members:
        target = folder / member.name
        if target.exists():
            if target.samefile(member):
                continue
            message = f"{target} is there already; choose another folder with -o, or remove it"
            chinese = f"{target}已经存在；请用 -o 换一个文件夹，或先移走它"
            raise OutputError(message, chinese=chinese)
        if member.is_dir():
            shutil.copytree(member, target, ignore=shutil.ignore_patterns("*.lock"))
        else:
            shutil.copy2(member, target)


def guess_role(name: str, fields: tuple[str, ...]) -> LayerRole | None:
    """Guess what a layer is for from its name, then from its fields.

    Parameters
    ----------
    name
        The name of the layer or file.
    fields
        Its fields.

    Returns
    -------
    LayerRole or None
        The first role of which a word occurs; None where none does.
    """
    table = data_table("roles")
    plain = unicodedata.normalize("NFKC", name).casefold()
    for role, words in table["names"].items():
        if any(word in plain for word in words):
            return LayerRole(role)
    held = {field.casefold() for field in fields}
    for role, words in table["fields"].items():
        if held & set(words):
            return LayerRole(role)
    return None


def _entry(
    path: Path, name: str | None, raw: RawLayer, *, role: LayerRole | None, taken: set[str]
) -> tuple[AddedLayer, str]:
    title = name or path.stem
    guessed = role or guess_role(title, raw.fields)
    known = guessed or LayerRole.OTHER
    questions = []
    if role is None:
        asked = f"用途由名称判定为 {known.value}" if guessed else "用途不明，按 other 处理"
        questions.append(f"{asked}，请核对 role")
    lines: dict[str, str] = {}
    if len(ROLE_CLASSES[known]) > 1:
        found = field_for("class", role=known, fields=raw.fields)
        words = [] if found is None else sorted({word_of(cell) for cell in raw.frame[found]})
        unknown = [w for w in words if classify_word(w, role=known, class_map={}) is None]
        if found is None or len(unknown) == len(words):
            questions.append(
                f'没有可识别的分级字段（字段：{"、".join(raw.fields) or "无"}）；请写 role = "{known.value}" '
                f"并写 class 或 class_field、class_map（{'、'.join(ROLE_CLASSES[known])}）"
            )
            known = LayerRole.OTHER
        else:
            lines["class_field"] = found
            if unknown:
                questions.append(
                    f"这些级别没有对应的类别，请在 class_map 中写明：{'、'.join(unknown)}"
                )
    named = field_for("name", role=known, fields=raw.fields)
    if named is not None:
        lines["name_field"] = named
    else:
        questions.append("没有可识别的名称字段，请写 name_field")
    usable = _system(raw, lines, questions)
    if ROLE_CLASSES[known]:
        questions.append(
            '覆盖范围未知，请写 coverage（如 "adcode:360200"），否则不能得出“未见压占”'
        )
    questions += [
        "批准文号 approval、生效日期 valid_from、失效日期 valid_to 未知",
        '是否正式成果：核对后把 status 改为 "official"',
        "来源、许可、密级由持有人核对",
    ]
    layer_id = _free_id(known, taken)
    keys = {
        "id": layer_id,
        "title": _line(title),
        "role": known.value,
        "path": path.name,
        **({} if name is None else {"layer": name}),
        **lines,
        "status": "draft",
        "source": _line(path.name),
        "licence": "未注明",
        "sensitivity": "restricted",
    }
    wrong = [f"{key}：{told.chinese}" for key, told in check_table(keys)[1]]
    questions += wrong
    body = [f"# 待确认：{_line(each)}" for each in questions]
    body += ["[[layer]]", *(f"{key} = {_quoted(cell)}" for key, cell in keys.items())]
    if wrong or not usable:
        body = [each if each.startswith("#") else f"# {each}" for each in body]
    entry = AddedLayer(layer_id=layer_id, role=known, questions=tuple(questions))
    return entry, "\n".join(["", *body])


def _system(raw: RawLayer, lines: dict[str, str], questions: list[str]) -> bool:
    """Write a system where the file carries none; False where none can be told."""
    if raw.crs is not None:
        datum = raw.crs.geodetic_crs
        if datum is None or datum.to_epsg() in {4490, 4326}:
            return True
        questions.append(f"坐标系 {raw.crs.name} 需给出转换参数 to_4490，本条暂不启用")
        return False
    crs = suggested_crs(np.asarray(raw.frame.total_bounds, dtype=float))
    if crs is None:
        questions.append("文件未带坐标系，数值也无从判定，请写 crs；本条暂不启用")
        return False
    lines["crs"] = crs
    questions.append(f"文件未带坐标系，按数值写为 {crs}，请核对（西安80、北京54数值相近）")
    return True


def _free_id(role: LayerRole, taken: set[str]) -> str:
    numbered = (f"{role.value}_{count}" if count > 1 else role.value for count in range(1, 10_000))
    return next(each for each in numbered if each not in taken)


def _line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).strip() or "未命名"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
