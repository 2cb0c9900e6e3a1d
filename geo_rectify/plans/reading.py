"""Reading: a file to its text and the blocks it is made of, whatever the format.

A format is one function in `_READERS`; nothing here knows what a plan looks like.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from geo_rectify.errors import EncodingError, InputFileError
from geo_rectify.models import Block
from geo_rectify.plans.records import SourceText
from geo_rectify.plans.word import read_word

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

MAX_BYTES: Final = 100 * 1024 * 1024
"""Files above this size are refused: no plan is as long."""
_LINE_END: Final = re.compile("\r\n|[\r\n\v\f\u0085\u2028\u2029]")
# What XML, and so Word, Excel and HTML files, cannot carry.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_PAGE_BREAKS: Final = {ord("\v"): "\n", ord("\f"): "\n"}
_MAX_FORBIDDEN_SHARE: Final = 0.01
_MIN_PLAIN_SHARE: Final = 0.9
_MIN_LENGTH_FOR_UTF16: Final = 4
_SIGNATURES: Final = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"RIFF", "a WebP picture or a sound"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "an RTF text"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"PK\x03\x04", "a zip container, as Word and Excel write"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
)
_REMEDY: Final = "save it as .docx or .txt and give that file"


class PlanReader(Protocol):
    """What reads one format: bytes to text and blocks, with the blocks that stand in tables."""

    def __call__(
        self, payload: bytes, /, *, name: str
    ) -> tuple[str, tuple[Block, ...], frozenset[int]]:
        """Read the bytes of the file of that name."""


def read_source(path: str | os.PathLike[str]) -> SourceText:
    """Read a document's text, with where each piece of it stood.

    Parameters
    ----------
    path
        A ``.txt`` (UTF-8, UTF-16 or GB18030) or ``.docx`` file.

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
    """
    file = Path(path)
    reader = _READERS.get(file.suffix.lower())
    payload = _payload(file)
    if reader is None:
        message = (
            f"{file.name}: {file.suffix or 'a file without suffix'} is not read; "
            f"plans are read from {' and '.join(_READERS)}: {_REMEDY}"
        )
        raise InputFileError(message)
    text, blocks, cells = reader(payload, name=file.name)
    if not blocks:
        message = f"{file.name}: the file holds no text (a scan?): {_REMEDY}, with its text"
        raise InputFileError(message)
    clean, replaced = _FORBIDDEN.subn("\ufffd", text.translate(_PAGE_BREAKS))
    return SourceText(
        name=file.name,
        sha256=hashlib.sha256(payload).hexdigest(),
        text=clean,
        blocks=blocks,
        cells=cells,
        replaced=replaced,
    )


def _payload(file: Path) -> bytes:
    if file.is_dir():
        message = f"{file}: this is a folder, not a file: name the plan's file in it"
        raise InputFileError(message)
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            message = (
                f"{file.name}: {size / 1e6:.0f} MB is too large for a plan "
                f"(at most {MAX_BYTES / 1e6:.0f} MB): take pictures and other files out of it"
            )
            raise InputFileError(message)
        payload = file.read_bytes()
    except FileNotFoundError as err:
        message = f"{file}: there is no such file: check its name and folder"
        raise InputFileError(message) from err
    except (OSError, ValueError) as err:
        # ValueError: a NUL in the path
        message = f"{file}: the file cannot be opened ({err}): close it elsewhere, check its rights"
        raise InputFileError(message) from err
    if not payload:
        message = f"{file.name}: the file is empty (0 bytes): fetch it again"
        raise InputFileError(message)
    return payload


def _read_text(payload: bytes, /, *, name: str) -> tuple[str, tuple[Block, ...], frozenset[int]]:
    text = decode(payload, name=name)
    blocks = tuple(_line_blocks(text))
    if not blocks:
        message = f"{name}: the file is empty but for white space: fetch it again"
        raise InputFileError(message)
    return text, blocks, frozenset()


def _line_blocks(text: str) -> Iterator[Block]:
    start, number = 0, 1
    for line_end in [*_LINE_END.finditer(text), None]:
        end = len(text) if line_end is None else line_end.start()
        if text[start:end].strip():
            yield Block(start=start, end=end, locator=f"第{number}段")
        number += 1
        start = end if line_end is None else line_end.end()


def decode(payload: bytes, *, name: str) -> str:
    """Decode the bytes of a text file.

    A byte order mark decides and is left out; then strict UTF-8, UTF-16 without a mark, and
    strict GB18030 are tried. What comes out must look like text.

    Parameters
    ----------
    payload
        The bytes.
    name
        File name, for messages.

    Returns
    -------
    str
        The text, line ends kept.

    Raises
    ------
    EncodingError
        None of the encodings fits.
    """
    for signature, kind in _SIGNATURES:
        if payload.startswith(signature) and not _is_text(payload, "utf-8", plain=True):
            message = f"{name}: this is {kind}, not a text file: {_REMEDY}"
            raise EncodingError(message)
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if payload.startswith(mark):
            text = _decoded(payload, encoding)
            if text is not None and _few_forbidden(text):
                return text
            break
    else:
        for encoding in ("utf-8", *_utf16_guess(payload), "gb18030"):
            if _is_text(payload, encoding, plain=encoding != "utf-8"):
                return payload.decode(encoding)
    message = (
        f"{name}: the text is neither UTF-8, UTF-16 nor GB18030 (or no text at all): "
        "open it in an editor and save it as UTF-8"
    )
    raise EncodingError(message)


def _decoded(payload: bytes, encoding: str) -> str | None:
    try:
        return payload.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_text(payload: bytes, encoding: str, *, plain: bool) -> bool:
    text = _decoded(payload, encoding)
    if text is None or not _few_forbidden(text):
        return False
    return not plain or _plain_share(text) >= _MIN_PLAIN_SHARE


def _few_forbidden(text: str) -> bool:
    return len(_FORBIDDEN.findall(text)) <= _MAX_FORBIDDEN_SHARE * len(text)


def _utf16_guess(payload: bytes) -> tuple[str, ...]:
    """Guess UTF-16 without a mark: line feeds and ASCII then have a zero byte beside them."""
    if len(payload) < _MIN_LENGTH_FOR_UTF16 or len(payload) % 2:
        return ()
    even, odd = payload[::2].count(0), payload[1::2].count(0)
    if not even + odd:
        return ()
    return ("utf-16-le",) if odd >= even else ("utf-16-be",)


def _plain_share(text: str) -> float:
    """Share of characters that are ASCII or of the everyday set GB 2312."""
    plain = text.encode("gb2312", errors="ignore").decode("gb2312", errors="ignore")
    return len(plain) / max(1, len(text))


_READERS: Final[Mapping[str, PlanReader]] = MappingProxyType(
    {".txt": _read_text, ".docx": read_word}
)
