"""Setting pages as PDF with Typst (extra ``pdf``): fonts, escaping, compiling.

Text is never Typst markup: it enters as string literals (`literal`), which Typst shows as they are.
Fonts are looked for on the system and embedded; the same markup, pictures and fonts give the same
bytes. Nothing is fetched.
"""

from __future__ import annotations

import datetime as dt
import importlib.resources
import importlib.util
import re
import tempfile
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.drawing.markup import one_line
from geo_rectify.errors import MissingDependencyError, OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES: Final = ("song", "fang", "hei", "kai")
"""Uses of a font: title, body, headings of the first and of the second level."""
_LONG_RUN: Final = re.compile(r"[!-~]{13,}")
_BREAKS: Final = re.compile(r"([_/.\-:,;&?=])(?=[^\s])")
_UNBROKEN: Final = 24


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    file = importlib.resources.files("geo_rectify.outputs").joinpath("typeset.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def why_no_pdf() -> str:
    """Say why no PDF can be made on this machine.

    Returns
    -------
    str
        A sentence with the remedy, "" where PDFs can be made.
    """
    if importlib.util.find_spec("typst") is None:
        return str(_data()["words"]["no_extra"])
    if not _chinese():
        families = "、".join(_data()["any"][:4])
        return str(_data()["words"]["no_font"]).format(families=families)
    return ""


def literal(value: object) -> str:
    """Write a text as a Typst string literal: shown as it is, never read as markup.

    Runs of Latin longer than a narrow column get places where a line may break.

    Parameters
    ----------
    value
        Anything; brought to one line.

    Returns
    -------
    str
        The literal with its quotation marks.
    """
    text = _LONG_RUN.sub(_breakable, one_line(value))
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def font_definitions() -> str:
    """Define the font stacks ``song``, ``fang``, ``hei`` and ``kai`` in Typst.

    Returns
    -------
    str
        Four ``#let`` lines; Latin letters and digits are set in a Latin font.

    Raises
    ------
    MissingDependencyError
        The extra ``pdf`` or a Chinese font is missing; the message says which.
    """
    _require()
    latin = literal(_installed("latin")[0])
    lines = []
    for role in ROLES:
        families = dict.fromkeys([*_installed(role), *_chinese()])
        stack = ", ".join(literal(family) for family in families)
        lines.append(f'#let {role} = ((name: {latin}, covers: "latin-in-cjk"), {stack})\n')
    return "".join(lines)


def compile_pdf(markup: str, *, as_of: dt.date, pictures: Mapping[str, bytes]) -> bytes:
    """Set Typst markup as a PDF.

    Parameters
    ----------
    markup
        The markup; every text in it by `literal`.
    as_of
        The day the file is dated.
    pictures
        Pictures by the names the markup gives them.

    Returns
    -------
    bytes
        The PDF, the same for the same input and fonts.

    Raises
    ------
    MissingDependencyError
        The extra ``pdf`` or a Chinese font is missing; the message says which.
    OutputError
        Typst could not set the markup.
    """
    _require()
    import typst  # noqa: PLC0415 - an extra

    with tempfile.TemporaryDirectory() as folder:
        for name, content in pictures.items():
            Path(folder, name).write_bytes(content)
        source = Path(folder, "main.typ")
        source.write_text(markup, encoding="utf-8", newline="\n")
        try:
            return typst.compile(
                source,
                root=folder,
                font_paths=_fonts(),
                format="pdf",
                timestamp=dt.datetime.combine(as_of, dt.time(), tzinfo=dt.UTC),
            )
        except typst.TypstError as err:
            message = str(_data()["words"]["failed"]).format(reason=one_line(err.message))
            raise OutputError(message) from err


def _require() -> None:
    reason = why_no_pdf()
    if reason:
        raise MissingDependencyError(reason)


@lru_cache(maxsize=1)
def _fonts() -> Any:
    import typst  # noqa: PLC0415 - an extra

    return typst.Fonts()


@lru_cache(maxsize=1)
def _families() -> frozenset[str]:
    return frozenset(_fonts().families())


def _installed(role: str) -> list[str]:
    return [family for family in _data()[role] if family in _families()]


def _chinese() -> list[str]:
    return _installed("any")


def _breakable(run: re.Match[str]) -> str:
    text = _BREAKS.sub("\\1\u200b", run.group())
    parts = text.split("\u200b")
    cut = [
        "\u200b".join(part[at : at + _UNBROKEN] for at in range(0, len(part), _UNBROKEN))
        for part in parts
    ]
    return "\u200b".join(cut)
