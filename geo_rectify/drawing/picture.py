"""A static figure from its first line to its bytes, which depend on what is drawn and the fonts."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from geo_rectify.drawing.lettering import Lettering

_MM: Final = 1 / 25.4
_PAPER: Final = 251
_COLOURS: Final = 128
"""As many as a figure needs: fewer bytes in every report, and less memory to set a PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A figure and the words it could only draw as a code.

    Attributes
    ----------
    png
        The picture.
    key
        Codes and their words; empty wherever a Chinese font is installed.
    notes
        Notes that could not be drawn at all; empty likewise.
    scale
        Denominator of its scale, None where it has no round one.
    """

    png: bytes
    key: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    scale: int | None = None


def open_figure(width_mm: float, height_mm: float, *, dpi: int = 200) -> Figure:
    """Open a blank figure: no pyplot, no global settings.

    Parameters
    ----------
    width_mm, height_mm
        Its size on paper.
    dpi
        Pixels an inch.

    Returns
    -------
    matplotlib.figure.Figure
        The figure with its canvas.
    """
    from matplotlib.backends.backend_agg import (  # noqa: PLC0415 - loads when a figure is drawn
        FigureCanvasAgg,
    )
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    figure = Figure(figsize=(width_mm * _MM, height_mm * _MM), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def drawn(figure: Figure, *, letters: Lettering, scale: int | None = None) -> Drawn:
    """Close a figure.

    Parameters
    ----------
    figure
        The figure of `open_figure`.
    letters
        The lettering it was written with.
    scale
        Denominator of its scale.

    Returns
    -------
    Drawn
        The picture and what it could not say.
    """
    from PIL import Image  # noqa: PLC0415 - loads when a figure is drawn

    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]  # type: ignore[attr-defined]  # of the Agg canvas
    few = Image.fromarray(pixels).quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
    shades = few.getpalette() or []
    # Averaging shades turned the paper a little grey.
    few.putpalette([255 if shade >= _PAPER else shade for shade in shades])
    picture = io.BytesIO()
    few.save(picture, "PNG", compress_level=6, dpi=(figure.dpi, figure.dpi))
    figure.clear()  # its parts point at each other: without this they would outlive it
    key = tuple((code, words) for words, code in letters.codes.items())
    return Drawn(png=picture.getvalue(), key=key, notes=tuple(letters.unsaid), scale=scale)
