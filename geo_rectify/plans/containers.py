"""Containers: the zip files Office writes, looked at before anything opens them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Final

from geo_rectify.errors import InputFileError

MAX_UNPACKED_BYTES: Final = 200 * 1024 * 1024
_MAX_MEMBERS: Final = 5000
_MAX_RATIO: Final = 300
_RATIO_FROM_BYTES: Final = 20 * 1024 * 1024
_ENCRYPTED: Final = 0x1
_CONTENT_TYPES: Final = "[Content_Types].xml"
_DECLARATION: Final = re.compile(rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T|E\x00?N\x00?T\x00?I)")
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")


def check_container(payload: bytes, *, name: str, main: str, kind: str, remedy: str) -> None:
    """Refuse what is no Office container, or an encrypted, damaged or hostile one.

    Parameters
    ----------
    payload
        The bytes of the file.
    name
        File name, for messages.
    main
        The member the document stands in.
    kind
        What the file should be, for messages: ``Word document``.
    remedy
        What to do instead.

    Raises
    ------
    InputFileError
        The container cannot be used.
    """
    _check_signature(payload, name=name, kind=kind, remedy=remedy)
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as container:
            members = container.infolist()
            _check_sizes(members, packed=len(payload), name=name, remedy=remedy)
            names = {member.filename for member in members}
            if not {_CONTENT_TYPES, main} <= names:
                message = (
                    f"{name}: a zip container without a {kind} in it ({main} is missing): {remedy}"
                )
                raise InputFileError(
                    message,
                    chinese=f"{name}：是压缩包，但里面没有Word或Excel内容（缺{main}）；请用Word、Excel或WPS打开后重新保存",
                )
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    content = container.read(member)
                    if _DECLARATION.search(content):
                        message = (
                            f"{name}: {member.filename} declares XML entities, which Office never "
                            f"writes; the file is refused: {remedy}"
                        )
                        raise InputFileError(
                            message,
                            chinese=f"{name}：{member.filename}里声明了XML实体，Office从不这样写，已拒绝读取；请用Word、Excel或WPS打开后重新保存",
                        )
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
        message = f"{name}: the {kind} is damaged or cut off ({err}): fetch it again, or {remedy}"
        raise InputFileError(
            message,
            chinese=f"{name}：文件已损坏或不完整（{err}）；请重新下载，或用Word、Excel或WPS打开后重新保存",
        ) from err


def _check_signature(payload: bytes, *, name: str, kind: str, remedy: str) -> None:
    suffix = f".{name.rpartition('.')[2]}"
    if payload.startswith(b"PK\x03\x04"):
        return
    if payload.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in payload:
            message = f"{name}: the {kind} is encrypted: open it, take the password off; {remedy}"
            raise InputFileError(message, chinese=f"{name}：文件有密码；请去掉密码后再读")
        old = {".docx": "Word file (.doc)", ".xlsx": "Excel file (.xls)"}
        message = (
            f"{name}: this is an old {old.get(suffix, 'Office file')} named {suffix}; {remedy}"
        )
    elif payload.startswith(_PICTURES):
        message = f"{name}: this is a picture named {suffix}, not a {kind}: {remedy}"
    elif payload.startswith(b"%PDF"):
        message = f"{name}: this is a PDF named {suffix}, not a {kind}: {remedy}"
    else:
        message = f"{name}: this is no {kind} (no zip container inside): {remedy}"
    raise InputFileError(
        message,
        chinese=f"{name}：内容与后缀{suffix}不符，不是Word或Excel文件；请用Word、Excel或WPS打开后另存为正确的格式",
    )


def _check_sizes(members: list[zipfile.ZipInfo], *, packed: int, name: str, remedy: str) -> None:
    unpacked = sum(member.file_size for member in members)
    ratio = unpacked / max(1, packed)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        message = f"{name}: the container is encrypted: take the password off and {remedy}"
        raise InputFileError(message, chinese=f"{name}：文件有密码；请去掉密码后再读")
    if (
        unpacked > MAX_UNPACKED_BYTES
        or len(members) > _MAX_MEMBERS
        or (unpacked > _RATIO_FROM_BYTES and ratio > _MAX_RATIO)
    ):
        message = (
            f"{name}: unpacked it would take {unpacked / 1e6:.0f} MB in {len(members)} parts, "
            f"{ratio:.0f} times its size; the file is refused: take pictures out of it and {remedy}"
        )
        raise InputFileError(
            message,
            chinese=f"{name}：解压后将达{unpacked / 1e6:.0f} MB，是原大小的{ratio:.0f}倍，已拒绝读取；请去掉图片等附件后重新保存",
        )
