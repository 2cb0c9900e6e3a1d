"""Old Office files (.doc, .wps and the like): turned into .docx by LibreOffice, where installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from geo_rectify.errors import InputFileError, MissingDependencyError

OLD_FORMATS: Final = (".doc", ".wps", ".rtf", ".odt")
"""Suffixes that are read through LibreOffice."""
_PROGRAMS: Final = ("soffice", "libreoffice")
_SECONDS: Final = 120


def converted(payload: bytes, *, name: str) -> bytes:
    """Turn an old Office file into a Word document.

    LibreOffice runs without a window, with a profile of its own, macros never run and nothing is
    printed; the file is copied first, so its own name and folder reach no command line.

    Parameters
    ----------
    payload
        The bytes of the file.
    name
        File name, for messages and its suffix.

    Returns
    -------
    bytes
        A ``.docx``.

    Raises
    ------
    MissingDependencyError
        LibreOffice is not installed.
    InputFileError
        LibreOffice could not read the file.
    """
    program = next((found for each in _PROGRAMS if (found := shutil.which(each))), None)
    suffix = Path(name).suffix.lower()
    if program is None:
        message = (
            f"{name}: {suffix} files are read through LibreOffice, which is not installed: "
            "install it, or open the file in Word or WPS and save it as .docx"
        )
        raise MissingDependencyError(
            message,
            chinese=f"{name}：读{suffix}文件要用LibreOffice，这台电脑没有安装；请安装它，或用Word、WPS打开后另存为 .docx",
        )
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source = folder / f"plan{suffix}"
        source.write_bytes(payload)
        command = [
            program,
            "--headless",
            "--norestore",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            str(folder / "out"),
            str(source),
        ]
        try:
            subprocess.run(  # noqa: S603 - our own arguments, no shell
                command, check=False, capture_output=True, timeout=_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as err:
            message = (
                f"{name}: LibreOffice did not read the file ({type(err).__name__}): "
                "open it in Word or WPS and save it as .docx"
            )
            raise InputFileError(
                message,
                chinese=f"{name}：LibreOffice没有读出这个文件（{type(err).__name__}）；请用Word或WPS打开后另存为 .docx",
            ) from err
        target = folder / "out" / "plan.docx"
        if not target.is_file():
            message = (
                f"{name}: LibreOffice cannot read the file (damaged or encrypted?): "
                "open it in Word or WPS and save it as .docx"
            )
            raise InputFileError(
                message,
                chinese=f"{name}：LibreOffice读不了这个文件（可能已损坏或有密码）；请用Word或WPS打开后另存为 .docx",
            )
        return target.read_bytes()
