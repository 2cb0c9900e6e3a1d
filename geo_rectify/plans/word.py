"""Reading Word documents (.docx): what the container is, then its paragraphs and tables."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.errors import InputFileError
from geo_rectify.models import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_UNPACKED_BYTES: Final = 200 * 1024 * 1024
_MAX_MEMBERS: Final = 5000
_MAX_RATIO: Final = 300
_RATIO_FROM_BYTES: Final = 20 * 1024 * 1024
_MAX_NESTED_TABLES: Final = 8
_ENCRYPTED: Final = 0x1
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAIN: Final = "word/document.xml"
_CONTENT_TYPES: Final = "[Content_Types].xml"
_DECLARATION: Final = re.compile(rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T|E\x00?N\x00?T\x00?I)")
_REMEDY: Final = "save it again in Word as .docx, or as .txt in UTF-8"
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")


def read_word(payload: bytes, /, *, name: str) -> tuple[str, tuple[Block, ...], frozenset[int]]:
    """Read the paragraphs and table cells of a Word document in the order they stand.

    Deleted text of tracked changes is left out, inserted text read. Numbers that Word makes by
    itself are in no text and so not read.

    Parameters
    ----------
    payload
        The bytes of the file.
    name
        File name, for messages.

    Returns
    -------
    tuple
        The text (paragraphs joined with line feeds), its blocks, and which of them are cells.

    Raises
    ------
    InputFileError
        It is no Word document, or an encrypted, damaged or hostile one.
    """
    _check_signature(payload, name)
    _check_container(payload, name)
    pieces: list[str] = []
    blocks: list[Block] = []
    cells: set[int] = set()
    offset = 0
    try:
        for paragraph, locator, in_table in _paragraphs(payload):
            for text in paragraph.split("\n"):
                if text.strip():
                    if in_table:
                        cells.add(len(blocks))
                    blocks.append(Block(start=offset, end=offset + len(text), locator=locator))
                pieces.append(text)
                offset += len(text) + 1
    except (LookupError, AttributeError, TypeError, SyntaxError, ValueError, OSError) as err:
        # python-docx meets missing or odd parts with any of these; lxml's XMLSyntaxError
        # is a SyntaxError
        message = f"{name}: the Word document is damaged ({type(err).__name__}: {err}): {_REMEDY}"
        raise InputFileError(message) from err
    return "\n".join(pieces), tuple(blocks), frozenset(cells)


def _check_signature(payload: bytes, name: str) -> None:
    if payload.startswith(b"PK\x03\x04"):
        return
    if payload.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in payload:
            message = f"{name}: the Word document is encrypted: open it, take the password off"
        else:
            message = f"{name}: this is an old Word file (.doc) named .docx"
        message = f"{message}; {_REMEDY}"
    elif payload.startswith(_PICTURES):
        message = f"{name}: this is a picture named .docx, not a Word document: {_REMEDY}"
    elif payload.startswith(b"%PDF"):
        message = f"{name}: this is a PDF named .docx, not a Word document: {_REMEDY}"
    else:
        message = f"{name}: this is no Word document (no zip container inside): {_REMEDY}"
    raise InputFileError(message)


def _check_container(payload: bytes, name: str) -> None:
    """Look at the container before anything opens it: complete, of sane size, without entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as container:
            members = container.infolist()
            _check_sizes(members, packed=len(payload), name=name)
            names = {member.filename for member in members}
            if not {_CONTENT_TYPES, _MAIN} <= names:
                message = (
                    f"{name}: a zip container without a Word document in it "
                    f"({_MAIN} is missing): {_REMEDY}"
                )
                raise InputFileError(message)
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    content = container.read(member)
                    if _DECLARATION.search(content):
                        message = (
                            f"{name}: {member.filename} declares XML entities, which Word never "
                            f"writes; the file is refused: {_REMEDY}"
                        )
                        raise InputFileError(message)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        UnicodeDecodeError,
    ) as err:
        message = (
            f"{name}: the Word document is damaged or cut off ({err}): fetch it again, or {_REMEDY}"
        )
        raise InputFileError(message) from err


def _check_sizes(members: list[zipfile.ZipInfo], *, packed: int, name: str) -> None:
    unpacked = sum(member.file_size for member in members)
    ratio = unpacked / max(1, packed)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        message = f"{name}: the container is encrypted: take the password off and {_REMEDY}"
        raise InputFileError(message)
    if (
        unpacked > MAX_UNPACKED_BYTES
        or len(members) > _MAX_MEMBERS
        or (unpacked > _RATIO_FROM_BYTES and ratio > _MAX_RATIO)
    ):
        message = (
            f"{name}: unpacked it would take {unpacked / 1e6:.0f} MB in {len(members)} parts, "
            f"{ratio:.0f} times its size; the file is refused: take pictures out of it and {_REMEDY}"
        )
        raise InputFileError(message)


def _paragraphs(payload: bytes) -> Iterator[tuple[str, str, bool]]:
    """Give text, locator and whether it is a cell, of every paragraph in document order."""
    import docx  # noqa: PLC0415 - slow to load, and not every plan is a .docx

    document = docx.Document(io.BytesIO(payload))
    paragraphs = tables = 0
    for element in _items(document.element.body):
        if element.tag == f"{_W}p":
            paragraphs += 1
            yield _text_of(element), f"第{paragraphs}段", False
        else:
            tables += 1
            for row, column, cell in _cells(element):
                locator = f"表{tables}第{row}行第{column}列"
                for nested in _cell_paragraphs(cell, depth=0):
                    yield _text_of(nested), locator, True


def _items(parent: Any) -> Iterator[Any]:
    """Give the paragraphs and tables of a body or cell, those in content controls too."""
    for child in parent.iterchildren():
        if child.tag in {f"{_W}p", f"{_W}tbl"}:
            yield child
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins"}:
            yield from _items(child)


def _cells(table: Any) -> Iterator[tuple[int, int, Any]]:
    """Give row, column and element of each cell that begins there; merged cells once."""
    for row, row_element in enumerate(table.tr_lst, start=1):
        column = 1
        for cell in row_element.tc_lst:
            if cell.vMerge != "continue":
                yield row, column, cell
            column += cell.grid_span


def _cell_paragraphs(cell: Any, *, depth: int) -> Iterator[Any]:
    if depth > _MAX_NESTED_TABLES:
        message = f"tables stand in tables, {depth} deep"
        raise ValueError(message)
    for item in _items(cell):
        if item.tag == f"{_W}p":
            yield item
        else:
            for row in item.tr_lst:
                for nested in row.tc_lst:
                    yield from _cell_paragraphs(nested, depth=depth + 1)


def _text_of(paragraph: Any) -> str:
    """Join a paragraph's words; inserted text counts, deleted and moved-away text does not.

    ``Paragraph.text`` of python-docx would leave out what stands in tracked insertions and
    content controls.
    """
    pieces: list[str] = []
    pending = [paragraph]
    while pending:
        element = pending.pop()
        tag = element.tag
        if tag == f"{_W}t":
            pieces.append((element.text or "").replace("\r", " ").replace("\n", " "))
        elif tag in _BREAKS:
            pieces.append(_BREAKS[tag])
        elif tag not in _SKIPPED:
            pending.extend(reversed(element))
    return "".join(pieces)


_BREAKS: Final = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
}
_SKIPPED: Final = frozenset(
    {
        f"{_W}pPr",
        f"{_W}rPr",
        f"{_W}del",
        f"{_W}moveFrom",
        f"{_W}drawing",
        f"{_W}pict",
        f"{_W}object",
        f"{_W}instrText",
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
    }
)
