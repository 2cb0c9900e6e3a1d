"""Colours, hatches and shapes: one look for the map, the figures and the field files.

The look is data (``symbology.toml``). A verdict has its colour, a kind of place its shape, a zone
class its colour and hatch in a theme: enforcement maps (执法) draw the red line red.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.errors import OutputError
from geo_rectify.vocabulary import PlaceType, Verdict, ZoneClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENFORCEMENT: Final = "enforcement"
"""Name of the theme of enforcement maps (执法)."""
PLANNING: Final = "planning"
"""Name of the theme of planning maps (规划)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictStyle:
    """How a symbol of one verdict or state of progress is drawn; ``mark`` stands beside it."""

    fill: str
    stroke: str
    text: str
    dashed: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneStyle:
    """How zones of one class are drawn.

    Attributes
    ----------
    color
        Colour of outline and hatch.
    hatch
        A letter of matplotlib's hatches, "" for none.
    width
        Width of the outline in pixels (on paper: points).
    dashed
        Whether the outline is dashed.
    """

    color: str
    hatch: str
    width: float = 1.2
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One shape: an SVG path on a 24 by 24 square, and matplotlib's nearest marker."""

    name: str
    title: str
    path: str
    marker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of zones for one purpose."""

    name: str
    title: str
    zones: Mapping[ZoneClass, ZoneStyle]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    file = importlib.resources.files("geo_rectify.drawing").joinpath("symbology.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def verdict_order() -> tuple[Verdict, ...]:
    """Give the verdicts, worst first: what is open ranks before ``clear``.

    Returns
    -------
    tuple of Verdict
        All six.
    """
    return tuple(Verdict(name) for name in _data()["order"])


def worst_verdict(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Give the verdict that colours a site: the worst over its zone classes.

    Parameters
    ----------
    verdicts
        The site's verdicts.

    Returns
    -------
    Verdict or None
        The worst, None without any.
    """
    return min(verdicts, key=verdict_order().index, default=None)


def verdict_style(verdict: Verdict) -> VerdictStyle:
    """Give how symbols of a verdict are drawn.

    Parameters
    ----------
    verdict
        The verdict.

    Returns
    -------
    VerdictStyle
        Its style.
    """
    return _verdict_styles()[verdict]


@lru_cache(maxsize=1)
def _verdict_styles() -> Mapping[Verdict, VerdictStyle]:
    styles = _data()["verdict"]
    return MappingProxyType({verdict: VerdictStyle(**styles[verdict]) for verdict in Verdict})


@lru_cache(maxsize=1)
def progress_styles() -> Mapping[str, VerdictStyle]:
    """Give how symbols are drawn by state of progress (进度状态), the most pressing state first.

    Returns
    -------
    mapping of str to VerdictStyle
        By the state's words; the last one stands for no deadline at all (无时限).
    """
    return MappingProxyType(
        {
            entry["state"]: VerdictStyle(**{k: v for k, v in entry.items() if k != "state"})
            for entry in _data()["progress"]
        }
    )


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """Give all shapes, in the order legends list them.

    Returns
    -------
    tuple of Shape
        The shapes.
    """
    return tuple(
        Shape(name=name, title=entry["title"], path=entry["path"], marker=entry["marker"])
        for name, entry in _data()["shape"].items()
    )


@lru_cache(maxsize=1)
def _kind_shapes() -> Mapping[PlaceType, Shape]:
    by_name = {shape.name: shape for shape in shapes()}
    return MappingProxyType(
        {
            PlaceType(kind): by_name[name]
            for name, entry in _data()["shape"].items()
            for kind in entry["kinds"]
        }
    )


def shape_of(kind: PlaceType) -> Shape:
    """Give the shape of a kind of place.

    Parameters
    ----------
    kind
        The kind.

    Returns
    -------
    Shape
        Its shape.
    """
    return _kind_shapes()[kind]


@lru_cache(maxsize=1)
def themes() -> Mapping[str, Theme]:
    """Give all themes by name.

    Returns
    -------
    mapping of str to Theme
        The themes.
    """
    return MappingProxyType(
        {
            name: Theme(
                name=name,
                title=entry["title"],
                zones=MappingProxyType(
                    {zone: ZoneStyle(**entry["zone"][zone]) for zone in ZoneClass}
                ),
            )
            for name, entry in _data()["theme"].items()
        }
    )


def theme(name: str = ENFORCEMENT) -> Theme:
    """Give one theme.

    Parameters
    ----------
    name
        Its name.

    Returns
    -------
    Theme
        The theme.

    Raises
    ------
    OutputError
        There is none of that name.
    """
    known = themes()
    if name not in known:
        message = f"there is no map theme {name!r}; use one of {', '.join(sorted(known))}"
        chinese = f"没有地图主题“{name}”；可用：{'、'.join(sorted(known))}"
        raise OutputError(message, chinese=chinese)
    return known[name]


def zone_style(zone_class: ZoneClass, *, theme_name: str = ENFORCEMENT) -> ZoneStyle:
    """Give how zones of a class are drawn.

    Parameters
    ----------
    zone_class
        The class.
    theme_name
        Name of the theme.

    Returns
    -------
    ZoneStyle
        Its style.

    Raises
    ------
    OutputError
        There is no theme of that name.
    """
    return theme(theme_name).zones[zone_class]
