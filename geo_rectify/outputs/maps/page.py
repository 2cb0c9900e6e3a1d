"""The page: a folium map with our panel, legend and cards around it."""

from __future__ import annotations

import base64
import importlib.resources
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import folium
from branca.element import Element

from geo_rectify.drawing.markup import escape_html, strip_control
from geo_rectify.drawing.symbology import ENFORCEMENT
from geo_rectify.errors import OutputError
from geo_rectify.outputs.maps.offline import render_offline
from geo_rectify.outputs.maps.payload import page_data

if TYPE_CHECKING:
    from os import PathLike

    from branca.element import Figure

    from geo_rectify.pipeline import Assessment

_STYLES: Final = ("leaflet.css", "MarkerCluster.css", "page/page.css")
_PARTS: Final = (
    "base",
    "symbols",
    "details",
    "search",
    "layers",
    "sites",
    "panel",
    "controls",
    "storage",
    "review",
    "card",
    "list",
    "legend",
    "start",
)
"""The page's own scripts, each after those whose helpers it takes."""
_SCRIPTS: Final = (
    "leaflet.js",
    "leaflet.markercluster.js",
    *(f"page/{part}.js" for part in _PARTS),
)
_MAX_ZOOM: Final = 18
_MIN_ZOOM: Final = 4
_MIDDLE_OF_CHINA: Final = (35.0, 105.0)


def build_map(assessment: Assessment, *, theme: str = ENFORCEMENT) -> folium.Map:
    """Build the map of a run: 问题点位分布图.

    Scripts and styles are those shipped with the package and stand in the page itself, so that
    it also shows inline in a notebook without a network.

    Parameters
    ----------
    assessment
        The run.
    theme
        Name of the theme that colours zones.

    Returns
    -------
    folium.Map
        The map; more folium elements may be added to it.

    Raises
    ------
    OutputError
        There is no theme of that name.
    """
    data = page_data(assessment, theme_name=theme)
    page = folium.Map(
        location=_MIDDLE_OF_CHINA,
        zoom_start=_MIN_ZOOM,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.25,
    )
    # without a tile layer nothing else tells clusters where zooming ends
    page.options["max_zoom"] = _MAX_ZOOM
    page.options["min_zoom"] = _MIN_ZOOM
    # a closing popup that fades still takes the clicks meant for the next one
    page.options["fade_animation"] = False
    # folium's lists belong to the class: the instance gets its own, empty ones
    page.default_js, page.default_css = [], []
    data["map"] = page.get_name()
    root = cast("Figure", page.get_root())
    root.title = escape_html(data["title"])
    for name in _STYLES:
        root.header.add_child(_verbatim(f"<style>{_style(name)}</style>"), name=f"style {name}")
    for name in _SCRIPTS:
        root.header.add_child(_verbatim(f"<script>{_script(name)}</script>"), name=f"script {name}")
    block = f'<script type="application/json" id="gr-data">{json_for_script(data)}</script>'
    root.html.add_child(_verbatim(_asset("page/page.html")), name="page")
    root.html.add_child(_verbatim(block), name="data")
    return page


def write_map(
    assessment: Assessment, path: str | PathLike[str], *, theme: str = ENFORCEMENT
) -> None:
    """Write the map of a run as one HTML file that opens without a network.

    Parameters
    ----------
    assessment
        The run.
    path
        The file.
    theme
        Name of the theme that colours zones.

    Raises
    ------
    OutputError
        The file cannot be written, there is no such theme, or the page would load something from
        outside.
    """
    text = render_offline(build_map(assessment, theme=theme))
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as err:
        message = f"the map could not be written to {path}: {err.strerror}; close it or free space"
        raise OutputError(message) from err


def json_for_script(data: Any) -> str:
    """Write data as JSON that cannot leave the script element it stands in.

    Parameters
    ----------
    data
        Plain data; control characters and direction overrides are taken out of its texts.

    Returns
    -------
    str
        JSON in which ``<``, ``>``, ``&`` and the line separators of JavaScript are escaped.
    """
    text = json.dumps(_clean(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return strip_control(value)
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def _verbatim(text: str) -> Element:
    """Make an element whose text Jinja leaves alone."""
    element: Any = Element("{{ this.text }}")
    element.text = text
    return cast("Element", element)


@lru_cache(maxsize=64)
def _asset(name: str) -> str:
    folder = importlib.resources.files("geo_rectify.outputs.maps").joinpath("assets")
    return folder.joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def _script(name: str) -> str:
    return re.sub(r"(?m)^//# sourceMappingURL=.*$", "", _asset(name))


@lru_cache(maxsize=8)
def _style(name: str) -> str:
    folder = importlib.resources.files("geo_rectify.outputs.maps").joinpath("assets")

    def embedded(match: re.Match[str]) -> str:
        picture = base64.b64encode(folder.joinpath(match.group(1)).read_bytes()).decode("ascii")
        return f"url(data:image/png;base64,{picture})"

    return re.sub(r"url\((images/[a-z0-9-]+\.png)\)", embedded, _asset(name))
