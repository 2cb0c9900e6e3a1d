"""Open catalogues: find them, check every key of every table, report all faults at once."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - dataclass fields are resolved at run time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.catalogue.entries import ADCODE_PREFIX, EXTENT, LayerEntry, check_table
from geo_rectify.catalogue.files import no_file
from geo_rectify.catalogue.versions import ordered_versions
from geo_rectify.errors import CatalogueError, Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SAMPLE: Final = "sample"
"""The word that stands for the bundled sample layers."""
CATALOGUE_NAME: Final = "catalogue.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueLayer:
    """One checked entry with the catalogue file it stands in.

    ``until`` is the day before the next version of the layer begins, where the entry has no
    ``valid_to``.
    """

    entry: LayerEntry
    file: Path
    sample: bool = False
    until: dt.date | None = None

    @property
    def last_day(self) -> dt.date | None:
        """Give the last day the layer is in force, None for an open end."""
        return self.entry.valid_to or self.until

    @property
    def layer_id(self) -> str:
        """Give the layer's id."""
        return self.entry.id

    @property
    def folder(self) -> Path:
        """Give the folder relative paths start from."""
        return self.file.parent

    @property
    def path(self) -> Path | None:
        """Give the layer's file, None for a service or a layer without boundary."""
        return None if self.entry.path is None else self.folder / self.entry.path

    @property
    def coverage_path(self) -> Path | None:
        """Give the file that holds the layer's coverage, None where coverage is no file."""
        coverage = self.entry.coverage
        return self.folder / coverage if coverage and coverage_is_file(coverage) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The layers named by one or several catalogues, in order; a later one replaces its id.

    Several versions of one layer stand one after another, oldest first.
    """

    layers: tuple[CatalogueLayer, ...] = ()

    @property
    def sample(self) -> bool:
        """Say whether these are the bundled sample layers."""
        return any(layer.sample for layer in self.layers)


def sample_folder() -> Path:
    """Find the bundled layers: in the installed package, or beside it in a checkout.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    CatalogueError
        There is none in either place.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_layers", package.parent / "layers"):
        if (folder / CATALOGUE_NAME).is_file():
            return folder
    message = f"the sample layers are missing beside {package}; install geo-rectify again"
    chinese = f"{package}旁缺少示例图层；请重新安装geo-rectify"
    raise CatalogueError(message, chinese=chinese)


def open_catalogue(*sources: str | Path) -> Catalogue:
    """Open catalogues and check every key of every layer.

    Parameters
    ----------
    *sources
        The word ``sample`` (the bundled layers, alone), folders with a ``catalogue.toml``, or
        catalogue files. A later catalogue replaces a layer of the same id. None: no layers.

    Returns
    -------
    Catalogue
        The checked entries; their files are not opened yet.

    Raises
    ------
    CatalogueError
        All faults of all catalogues: file, layer, key, what is wrong and how to mend it.

    Examples
    --------
    >>> open_catalogue("sample").layers[0].entry.status.value
    'schematic'
    """
    catalogue, faults = collect_entries(sources)
    if faults:
        faults += _missing_files(catalogue)
        raise CatalogueError.of(fault_message(faults))
    return catalogue


def collect_entries(sources: Iterable[str | Path]) -> tuple[Catalogue, list[Told]]:
    """Read the entries that are right, and list the faults of those that are not.

    Parameters
    ----------
    sources
        As in `open_catalogue`.

    Returns
    -------
    tuple
        The catalogue of faultless entries, and the faults.
    """
    found: dict[str, list[CatalogueLayer]] = {}
    faults: list[Told] = []
    files: list[Path] = []
    for source in sources:
        try:
            files.append(_catalogue_file(source))
        except CatalogueError as err:
            faults.append(err.told)
    samples = [_is_sample(file) for file in files]
    if any(samples) and not all(samples):
        faults.append(
            Told(
                english="the sample layers never join others: name either 'sample' or your own "
                "catalogue",
                chinese="示意图层不能与其他图层并用：请只写 sample，或只写自己的图层目录",
            )
        )
    for file, sample in zip(files, samples, strict=True):
        layers, wrong = _read_file(file, sample=sample)
        faults += wrong
        found.update(layers)
    return Catalogue(layers=tuple(each for mine in found.values() for each in mine)), faults


def _missing_files(catalogue: Catalogue) -> list[Told]:
    """List the files of sound entries that do not exist, to be told with other faults."""
    return [
        _of_layer(layer.file, layer.layer_id, key, told)
        for layer in catalogue.layers
        for key, told in _missing(
            {"path": layer.entry.path, "coverage": layer.entry.coverage}, layer.folder, skip=set()
        )
    ]


def fault_message(faults: Sequence[Told]) -> Told:
    """Join faults into one message.

    Parameters
    ----------
    faults
        At least one.

    Returns
    -------
    Told
        The fault itself for one, a counted list for several.
    """
    if len(faults) == 1:
        return faults[0]
    return Told(
        english="\n".join(
            [f"{len(faults)} faults in the layers:", *(f"- {told.english}" for told in faults)]
        ),
        chinese="\n".join(
            [f"图层共有{len(faults)}处问题：", *(f"- {told.chinese}" for told in faults)]
        ),
    )


def _of_layer(file: Path, given: object, key: str, told: Told) -> Told:
    """Say of which catalogue, layer and key a fault is; a layer without id goes by its place."""
    numbered = isinstance(given, int)
    return Told(
        english=f"{file}: layer {f'number {given}' if numbered else repr(given)}: {key}: "
        f"{told.english}",
        chinese=f"{file}：{f'第{given}个图层' if numbered else f'图层“{given}”'}：{key}："
        f"{told.chinese}",
    )


def _catalogue_file(source: str | Path) -> Path:
    if source == SAMPLE:
        return sample_folder() / CATALOGUE_NAME
    path = Path(source).resolve()
    if path.is_dir():
        file = path / CATALOGUE_NAME
        if not file.is_file():
            message = f"{path}: the folder has no {CATALOGUE_NAME}; write one that names its layers"
            chinese = f"{path}：文件夹里没有{CATALOGUE_NAME}；请写一个列出各图层的目录文件"
            raise CatalogueError(message, chinese=chinese)
        return file
    if not path.exists():
        message = (
            f"{path}: no such folder or catalogue; --layers takes 'sample', a folder or a .toml"
        )
        chinese = f"{path}：没有这个文件夹或目录文件；--layers 可以写 sample、文件夹或.toml文件"
        raise CatalogueError(message, chinese=chinese)
    if path.suffix.lower() != ".toml":
        message = (
            f"{path}: is no catalogue; write a {CATALOGUE_NAME} beside it with a [[layer]] table "
            f'that has path = "{path.name}", and name that'
        )
        chinese = (
            f"{path}：不是图层目录；请在旁边写{CATALOGUE_NAME}，其中[[layer]]一段写 "
            f'path = "{path.name}"，再指明该目录文件'
        )
        raise CatalogueError(message, chinese=chinese)
    return path


def _is_sample(file: Path) -> bool:
    try:
        return file.resolve() == (sample_folder() / CATALOGUE_NAME).resolve()
    except CatalogueError:
        return False


def _read_file(file: Path, *, sample: bool) -> tuple[dict[str, list[CatalogueLayer]], list[Told]]:
    """Read one catalogue: the versions of each layer by its id, and all faults."""
    layers: dict[str, list[CatalogueLayer]] = {}
    try:
        tables, faults = _tables(file)
    except CatalogueError as err:
        return {}, [err.told]
    for position, table in enumerate(tables, start=1):
        given = table.get("id") or position
        entry, wrong = check_table(table)
        wrong += _outside(table, file.parent, skip={key for key, _ in wrong})
        if wrong:
            # What cannot be opened at all is told of now, else whoever loads the layer tells it.
            wrong += _missing(table, file.parent, skip={key for key, _ in wrong})
        faults += [_of_layer(file, given, key, told) for key, told in wrong]
        if entry is None or wrong:
            continue
        layer = CatalogueLayer(entry=entry, file=file, sample=sample)
        layers.setdefault(layer.layer_id, []).append(layer)
    for layer_id, versions in layers.items():
        layers[layer_id], wrong = ordered_versions(versions)
        faults += [_of_layer(file, layer_id, key, told) for key, told in wrong]
    return layers, faults


def _tables(file: Path) -> tuple[list[dict[str, Any]], list[Told]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
        whole = tomllib.loads(text)
    except OSError as err:
        message = f"{file}: cannot be read ({err.strerror}); close or unlock it"
        chinese = f"{file}：读不出（{err.strerror}）；请先关闭或解锁这个文件"
        raise CatalogueError(message, chinese=chinese) from err
    except UnicodeDecodeError as err:
        message = f"{file}: is not UTF-8 (byte {err.start}); save it again as UTF-8"
        chinese = f"{file}：不是UTF-8（第{err.start}字节）；请另存为UTF-8"
        raise CatalogueError(message, chinese=chinese) from err
    except tomllib.TOMLDecodeError as err:
        message = f"{file}: is no TOML: {err}; text stands in quotes, dates without"
        chinese = f"{file}：不是有效的TOML：{err}；文字要加引号，日期不加"
        raise CatalogueError(message, chinese=chinese) from err
    faults = [
        Told(
            english=f"{file}: {key!r} has no place at the top; a catalogue holds [[layer]] tables "
            "only",
            chinese=f"{file}：“{key}”不能写在最上层；目录里只写[[layer]]各段",
        )
        for key in whole
        if key != "layer"
    ]
    tables = whole.get("layer", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        single = Told(
            english=f"{file}: write [[layer]] with two brackets, one for each layer",
            chinese=f"{file}：[[layer]]要写两层方括号，每个图层一段",
        )
        return [], [*faults, single]
    if not tables:
        none = Told(
            english=f"{file}: holds no [[layer]] table; write one for each layer",
            chinese=f"{file}：没有[[layer]]段；请每个图层写一段",
        )
        faults.append(none)
    return list(tables), faults


def coverage_is_file(coverage: str) -> bool:
    """Say whether a coverage names a file, not an area or the layer's extent."""
    return coverage != EXTENT and not coverage.startswith(ADCODE_PREFIX)


def _named_files(table: dict[str, Any], folder: Path, *, skip: set[str]) -> dict[str, Path]:
    files = {}
    for key in ("path", "coverage"):
        name = table.get(key)
        if key not in skip and isinstance(name, str) and (key == "path" or coverage_is_file(name)):
            files[key] = folder / name.strip()
    return files


def _outside(table: dict[str, Any], folder: Path, *, skip: set[str]) -> list[tuple[str, Told]]:
    return [
        (
            key,
            Told(
                english=f"{table[key]!r} lies outside {folder}; move the file into that folder, or "
                "put a catalogue beside the file",
                chinese=f"“{table[key]}”不在{folder}内；请把文件移进该文件夹，或在文件旁另写目录",
            ),
        )
        for key, path in _named_files(table, folder, skip=skip).items()
        if not path.resolve().is_relative_to(folder)
    ]


def _missing(table: dict[str, Any], folder: Path, *, skip: set[str]) -> list[tuple[str, Told]]:
    return [
        (key, no_file(path))
        for key, path in _named_files(table, folder, skip=skip).items()
        if not path.exists()
    ]
