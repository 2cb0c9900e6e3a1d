"""A static figure from its first line to its bytes, which depend on what is drawn and the fonts."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from geo_rectify.drawing.lettering import Lettering

_DPI: Final = 200
_MM: Final = 1 / 25.4


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


def open_figure(width_mm: float, height_mm: float) -> Figure:
    """Open a blank figure: no pyplot, no global settings.

    Parameters
    ----------
    width_mm, height_mm
        Its size on paper.

    Returns
    -------
    matplotlib.figure.Figure
        The figure with its canvas.
    """
    from matplotlib.backends.backend_agg import (  # noqa: PLC0415 - loads when a figure is drawn
        FigureCanvasAgg,
    )
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    figure = Figure(figsize=(width_mm * _MM, height_mm * _MM), dpi=_DPI, facecolor="white")
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
    picture = io.BytesIO()
    figure.canvas.print_png(picture, metadata={"Software": None}, pil_kwargs={"compress_level": 4})  # type: ignore[attr-defined]  # print_figure would heed savefig settings
    key = tuple((code, words) for words, code in letters.codes.items())
    return Drawn(png=picture.getvalue(), key=key, notes=tuple(letters.unsaid), scale=scale)
