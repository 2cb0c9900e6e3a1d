"""Reading: a file to its text and the blocks it is made of, whatever the format.

A format is one function in `_READERS`; nothing here knows what a plan looks like.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from geo_rectify.errors import InputFileError
from geo_rectify.plans.decoding import FORBIDDEN
from geo_rectify.plans.office import OLD_FORMATS, converted
from geo_rectify.plans.pdf import read_pdf
from geo_rectify.plans.plain import read_markdown, read_text
from geo_rectify.plans.records import SourceText
from geo_rectify.plans.sheets import read_sheets
from geo_rectify.plans.webpage import read_webpage
from geo_rectify.plans.word import read_word

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from geo_rectify.models import Block
    from geo_rectify.plans.content import Content
    from geo_rectify.plans.records import Cell

MAX_BYTES: Final = 100 * 1024 * 1024
"""Files above this size are refused: no plan is as long."""
MAX_FILES: Final = 200
"""A folder with more plan files than this is refused."""
_PAGE_BREAKS: Final = {ord("\v"): "\n", ord("\f"): "\n"}
_REMEDY: Final = "save it as .docx or .txt and give that file"


class PlanReader(Protocol):
    """What reads one format: bytes to text, blocks and tables."""

    def __call__(self, payload: bytes, /, *, name: str) -> Content:
        """Read the bytes of the file of that name."""


def read_source(path: str | os.PathLike[str]) -> SourceText:
    """Read a document's text, with where each piece of it stood.

    Parameters
    ----------
    path
        A ``.docx``, ``.pdf`` (with a text layer), ``.xlsx``, ``.html``, ``.txt`` or ``.md`` file;
        ``.doc``, ``.wps``, ``.rtf`` and ``.odt`` where LibreOffice is installed; or a folder of
        such files, taken as one document in the order of their names.

    Returns
    -------
    SourceText
        The text, its blocks, and the hash of the file.

    Raises
    ------
    InputFileError
        The file is missing, empty, too large, damaged, encrypted or of a format not read.
    EncodingError
        It is a text whose encoding cannot be told.
    MissingDependencyError
        It is an old Office file and LibreOffice is not installed.
    """
    file = Path(path)
    try:
        folder = file.is_dir()
    except ValueError:
        folder = False  # a NUL in the path; told below
    return _read_folder(file) if folder else _read_file(file)


def _read_file(file: Path) -> SourceText:
    suffix = file.suffix.lower()
    if suffix not in _READERS and suffix not in OLD_FORMATS:
        _payload(file)
        message = (
            f"{file.name}: {suffix or 'a file without suffix'} is not read; plans are read from "
            f"{', '.join([*_READERS, *OLD_FORMATS])}: {_REMEDY}"
        )
        raise InputFileError(
            message,
            chinese=f"{file.name}：不支持{suffix or '无后缀'}文件，可读的格式有{'、'.join([*_READERS, *OLD_FORMATS])}；请另存为 .docx 或 .txt 后再读",
        )
    payload = _payload(file)
    if suffix in OLD_FORMATS:
        content = read_word(converted(payload, name=file.name), name=f"{file.stem}.docx")
    else:
        content = _READERS[suffix](payload, name=file.name)
    if not content.blocks:
        message = f"{file.name}: the file holds no text (a scan?): {_REMEDY}, with its text"
        raise InputFileError(
            message,
            chinese=f"{file.name}：文件中没有文字（可能是扫描件）；请先识别文字（OCR），或向发布单位索取Word文件",
        )
    clean, replaced = FORBIDDEN.subn("\ufffd", content.text.translate(_PAGE_BREAKS))
    return SourceText(
        name=file.name,
        sha256=hashlib.sha256(payload).hexdigest(),
        text=clean,
        blocks=content.blocks,
        grid=content.grid,
        wraps=content.wraps,
        notes=content.notes,
        replaced=replaced,
    )


def _read_folder(folder: Path) -> SourceText:
    files = sorted(
        (
            entry
            for entry in folder.iterdir()
            if entry.is_file()
            and entry.suffix.lower() in {*_READERS, *OLD_FORMATS}
            and not entry.name.startswith((".", "~$"))
        ),
        key=lambda entry: entry.name,
    )
    if not files:
        message = (
            f"{folder}: this folder holds no file a plan is read from "
            f"({', '.join([*_READERS, *OLD_FORMATS])}): name the plan's file or its folder"
        )
        raise InputFileError(
            message,
            chinese=f"{folder}：文件夹里没有可读的方案文件（{'、'.join([*_READERS, *OLD_FORMATS])}）；请指定方案文件或其所在文件夹",
        )
    if len(files) > MAX_FILES:
        message = f"{folder}: {len(files)} files are too many for one plan (at most {MAX_FILES})"
        raise InputFileError(
            message,
            chinese=f"{folder}：文件夹里有{len(files)}个文件，超过一份方案的上限{MAX_FILES}个；请只留方案文件",
        )
    return joined(folder.name, [_read_file(file) for file in files])


def joined(name: str, parts: Sequence[SourceText]) -> SourceText:
    """Join documents to one, in their order; a locator then begins with its file's name.

    Parameters
    ----------
    name
        What the whole is called.
    parts
        The documents.

    Returns
    -------
    SourceText
        Their texts joined with a line feed; the hash is that of their hashes.
    """
    if len(parts) == 1:
        return parts[0]
    digest = hashlib.sha256("".join(part.sha256 for part in parts).encode("ascii"))
    offset = first = tables = 0
    texts: list[str] = []
    blocks: list[Block] = []
    grid: list[Cell] = []
    wraps: list[tuple[int, int]] = []
    notes: list[tuple[str, str]] = []
    for part in parts:
        texts.append(part.text)
        blocks.extend(
            replace(
                block,
                start=block.start + offset,
                end=block.end + offset,
                locator=f"{part.name} {block.locator}",
            )
            for block in part.blocks
        )
        grid.extend(
            replace(
                cell, table=cell.table + tables, first=cell.first + first, last=cell.last + first
            )
            for cell in part.grid
        )
        wraps.extend((start + offset, end + offset) for start, end in part.wraps)
        notes.extend((code, f"{part.name}：{words}") for code, words in part.notes)
        offset += len(part.text) + 1
        first += len(part.blocks)
        tables += max((cell.table for cell in part.grid), default=0)
    return SourceText(
        name=name,
        sha256=digest.hexdigest(),
        text="\n".join(texts),
        blocks=tuple(blocks),
        grid=tuple(grid),
        wraps=tuple(wraps),
        notes=tuple(notes),
        replaced=sum(part.replaced for part in parts),
    )


def _check_size(file: Path, size: int) -> None:
    if size > MAX_BYTES:
        message = (
            f"{file.name}: {size / 1e6:.0f} MB is too large for a plan "
            f"(at most {MAX_BYTES / 1e6:.0f} MB): take pictures and other files out of it"
        )
        raise InputFileError(
            message,
            chinese=f"{file.name}：文件有{size / 1e6:.0f} MB，超过上限{MAX_BYTES / 1e6:.0f} MB；请去掉图片等附件后再读",
        )


def _payload(file: Path) -> bytes:
    try:
        _check_size(file, file.stat().st_size)
        payload = file.read_bytes()
    except FileNotFoundError as err:
        message = f"{file}: there is no such file: check its name and folder"
        raise InputFileError(
            message, chinese=f"{file}：没有这个文件；请检查文件名和文件夹"
        ) from err
    except InputFileError:
        raise  # a ValueError too
    except (OSError, ValueError) as err:
        # ValueError: a NUL in the path
        message = f"{file}: the file cannot be opened ({err}): close it elsewhere, check its rights"
        raise InputFileError(
            message, chinese=f"{file}：文件打不开（{err}）；请先在其他程序中关闭它，并检查读取权限"
        ) from err
    if not payload:
        message = f"{file.name}: the file is empty (0 bytes): fetch it again"
        raise InputFileError(message, chinese=f"{file.name}：文件是空的（0字节）；请重新下载或复制")
    return payload


_READERS: Final[Mapping[str, PlanReader]] = MappingProxyType(
    {
        ".txt": read_text,
        ".docx": read_word,
        ".docm": read_word,
        ".pdf": read_pdf,
        ".xlsx": read_sheets,
        ".xlsm": read_sheets,
        ".html": read_webpage,
        ".htm": read_webpage,
        ".md": read_markdown,
    }
)
