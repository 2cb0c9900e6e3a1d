"""Decoding: the bytes of a text file to text, whatever encoding an office wrote it in."""

from __future__ import annotations

import re
from typing import Final

from geo_rectify.errors import EncodingError

# What XML, and so Word, Excel and HTML files, cannot carry, and marks that turn text around.
FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""Characters that no output may carry; they are replaced one for one."""
_MAX_FORBIDDEN_SHARE: Final = 0.01
_MIN_PLAIN_SHARE: Final = 0.9
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_MIN_HAN_SHARE: Final = 0.3
"""So much Chinese in strict UTF-8 is a text, however many control characters stand between."""
_MIN_LENGTH_FOR_UTF16: Final = 4
_SIGNATURES: Final = (
    (b"\x89PNG", "a PNG picture", "PNG图片"),
    (b"\xff\xd8\xff", "a JPEG picture", "JPEG图片"),
    (b"GIF8", "a GIF picture", "GIF图片"),
    (b"BM", "a BMP picture", "BMP图片"),
    (b"II*\x00", "a TIFF picture", "TIFF图片"),
    (b"MM\x00*", "a TIFF picture", "TIFF图片"),
    (b"RIFF", "a WebP picture or a sound", "WebP图片或音频"),
    (b"%PDF", "a PDF", "PDF"),
    (b"{\\rtf", "an RTF text", "RTF文本"),
    (b"Rar!", "a RAR archive", "RAR压缩包"),
    (b"7z\xbc\xaf", "a 7z archive", "7z压缩包"),
    (b"PK\x03\x04", "a zip container, as Word and Excel write", "zip容器（Word、Excel文件即是）"),
    (b"\xd0\xcf\x11\xe0", "an old Office file", "旧版Office文件"),
)
_REMEDY: Final = "save it as .docx or .txt and give that file"


def decode(payload: bytes, *, name: str) -> str:
    """Decode the bytes of a text file.

    A byte order mark decides and is left out; then strict UTF-8, UTF-16 without a mark, and
    strict GB18030 are tried. What comes out must look like text; control characters within Chinese
    UTF-8 are let through, for the reader to replace and count.

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
    for signature, kind, called in _SIGNATURES:
        if payload.startswith(signature) and not _is_text(payload, "utf-8", plain=True):
            message = f"{name}: this is {kind}, not a text file: {_REMEDY}"
            chinese = f"{name}：这是{called}，不是文本文件；请另存为.docx或.txt"
            raise EncodingError(message, chinese=chinese)
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
    _refuse_controls(payload, name=name)
    message = (
        f"{name}: the text is neither UTF-8, UTF-16 nor GB18030 (or no text at all): "
        "open it in an editor and save it as UTF-8"
    )
    raise EncodingError(
        message,
        chinese=f"{name}：认不出文字编码（不是UTF-8、UTF-16或GB18030，也可能不是文本）；请用记事本打开后另存为UTF-8",
    )


def _decoded(payload: bytes, encoding: str) -> str | None:
    try:
        return payload.decode(encoding)
    except UnicodeDecodeError:
        return None


def _refuse_controls(payload: bytes, *, name: str) -> None:
    """Say so where the encoding is plain and control characters alone make it no text."""
    text = _decoded(payload, "utf-8")
    if text is None:
        return
    count = len(FORBIDDEN.findall(text))
    if not count:
        return
    message = (
        f"{name}: {count} of its {len(text)} characters are control characters, as no text holds "
        f"(another kind of file, or a damaged one?): {_REMEDY}"
    )
    raise EncodingError(
        message,
        chinese=f"{name}：{len(text)}个字符中有{count}个是控制字符，不像文本文件（可能是其他格式或已损坏）；请另存为 .docx 或 .txt 后再读",
    )


def _is_text(payload: bytes, encoding: str, *, plain: bool) -> bool:
    text = _decoded(payload, encoding)
    if text is None:
        return False
    if not _few_forbidden(text) and not (encoding == "utf-8" and _is_chinese(text)):
        return False
    return not plain or _plain_share(text) >= _MIN_PLAIN_SHARE


def _is_chinese(text: str) -> bool:
    """Say whether UTF-8 holds Chinese text between control characters, such as cell marks of Word."""
    return "\x00" not in text and len(_HAN.findall(text)) >= _MIN_HAN_SHARE * len(text)


def _few_forbidden(text: str) -> bool:
    return len(FORBIDDEN.findall(text)) <= _MAX_FORBIDDEN_SHARE * len(text)


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
