"""The page: a folium map with our panel, legend and cards around it."""

from __future__ import annotations

import base64
import importlib.resources
import json
import re
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import folium
from branca.element import Element

from geo_rectify.drawing.markup import escape_html, strip_control
from geo_rectify.drawing.symbology import ENFORCEMENT
from geo_rectify.errors import OutputError
from geo_rectify.outputs.maps.layers import frame_groups
from geo_rectify.outputs.maps.offline import render_offline
from geo_rectify.outputs.maps.online import online_base
from geo_rectify.outputs.maps.payload import page_data
from geo_rectify.pipeline import Assessment, assess_sites

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    import geopandas as gpd
    from branca.element import Figure

_STYLES: Final = ("leaflet.css", "MarkerCluster.css", "page/page.css")
_PARTS: Final = (
    "base",
    "packing",
    "symbols",
    "details",
    "search",
    "layers",
    "sites",
    "panel",
    "geodesy",
    "tool",
    "measure",
    "print",
    "controls",
    "storage",
    "online",
    "review",
    "card",
    "list",
    "legend",
    "start",
)
"""The page's own scripts, each after those whose helpers it takes."""
_LIBRARIES: Final = ("leaflet.js", "leaflet.markercluster.js")
_UNPACKING: Final = ("fflate.js",)
_TILING: Final = ("pmtiles.js", "protomaps-leaflet.js")
"""Only pages with packed data or vector tiles carry these."""
_PACK_ABOVE: Final = 2_000_000
"""Data of more characters than this are packed."""
_MAX_ZOOM: Final = 18
_MIN_ZOOM: Final = 4
VERDICT: Final = "verdict"
_COLOURS: Final = (VERDICT, "progress")
_ALWAYS: Final = ("sites", "footprints", "counties", "names")
_MIDDLE_OF_CHINA: Final = (35.0, 105.0)


def build_map(
    source: Assessment | gpd.GeoDataFrame,
    *,
    theme: str = ENFORCEMENT,
    colour: str = VERDICT,
    frames: Mapping[str, gpd.GeoDataFrame] | None = None,
    off: Iterable[str] = (),
    states: Mapping[str, Iterable[str]] | None = None,
    online: str | None = None,
) -> folium.Map:
    """Build the map of a run, or of sites in a frame: 问题点位分布图.

    Scripts and styles are those shipped with the package and stand in the page itself, so that
    it also shows inline in a notebook without a network.

    Parameters
    ----------
    source
        The run; or a frame of sites with geometry and optionally ``name``, ``site_id`` and
        ``uncertainty_m``, which is mapped without any layer to judge by.
    theme
        Name of the theme that colours zones when the page opens: ``enforcement`` or ``planning``.
    colour
        What colours the sites when it opens: ``verdict`` or ``progress``.
    frames
        Frames of one's own to draw with the references, by title.
    off
        Layers that are switched off when it opens: zone classes (``red_line``), roles of
        references (``river``), titles of ``frames``, ``sites``, ``footprints``, ``counties`` or
        ``names``.
    states
        States of progress people wrote, by issue key; an issue without is judged by its dates.
    online
        An online base map the reader may switch on, as `online.online_base` takes; None for none.

    Returns
    -------
    folium.Map
        The map; more folium elements may be added to it.

    Raises
    ------
    OutputError
        There is no theme, colouring or layer of that name.
    CRSError
        A frame has no coordinate system.
    """
    if colour not in _COLOURS:
        message = f"sites are not coloured by {colour!r}; use one of {', '.join(_COLOURS)}"
        chinese = f"点位不能按{colour!r}上色；可用：{'、'.join(_COLOURS)}"
        raise OutputError(message, chinese=chinese)
    assessment = source if isinstance(source, Assessment) else assess_sites(source)
    data = page_data(assessment, theme_name=theme, states=states)
    data["references"] += frame_groups(frames or {})
    data["off"] = _layer_keys(off, data)
    data["online"] = _online(online)
    return _page(data, colour=colour)


def _online(name: str | None) -> dict[str, Any] | None:
    if name is None:
        return None
    base = online_base(name)
    return {
        "title": base.title,
        "urls": list(base.urls),
        "max_zoom": base.max_zoom,
        "key": base.needs_key,
    }


def _layer_keys(off: Iterable[str], data: Mapping[str, Any]) -> list[str]:
    """Give the page's keys of layers by the names people know them by."""
    known = {name: name for name in _ALWAYS}
    known |= {zone["key"]: f"zone-{zone['key']}" for zone in data["zones"]}
    for group in data["references"]:
        name = group["label"] if "color" in group else group["key"]
        known[name] = f"reference-{group['key']}"
    wanted = list(off)
    missing = [name for name in wanted if name not in known]
    if missing:
        message = f"the map has no layer {', '.join(missing)}; it has {', '.join(known)}"
        chinese = f"地图没有图层{'、'.join(missing)}；现有：{'、'.join(known)}"
        raise OutputError(message, chinese=chinese)
    return [known[name] for name in wanted]


def _page(data: dict[str, Any], *, colour: str = VERDICT) -> folium.Map:
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
    data["colour"] = colour
    root = cast("Figure", page.get_root())
    root.title = escape_html(data["title"])
    for name in _STYLES:
        root.header.add_child(_verbatim(f"<style>{_style(name)}</style>"), name=f"style {name}")
    content, packed = _packed(data)
    tiled = any("tiles" in zone for zone in data["zones"])
    wanted = [*_LIBRARIES, *(_UNPACKING if packed or tiled else ()), *(_TILING if tiled else ())]
    for name in [*wanted, *(f"page/{part}.js" for part in _PARTS)]:
        root.header.add_child(_verbatim(f"<script>{_script(name)}</script>"), name=f"script {name}")
    kind = 'text/plain" id="gr-packed' if packed else 'application/json" id="gr-data'
    block = f'<script type="{kind}">{content}</script>'
    root.html.add_child(_verbatim(_asset("page/page.html")), name="page")
    root.html.add_child(_verbatim(block), name="data")
    return page


def write_map(
    assessment: Assessment,
    path: str | PathLike[str],
    *,
    theme: str = ENFORCEMENT,
    states: Mapping[str, Iterable[str]] | None = None,
    online: str | None = None,
) -> tuple[str, ...]:
    """Write the map of a run as one HTML file that opens without a network.

    Parameters
    ----------
    assessment
        The run.
    path
        The file.
    theme, states, online
        As in `build_map`.

    Returns
    -------
    tuple of str
        What the page draws thinned or as tiles, a line a layer.

    Raises
    ------
    OutputError
        The file cannot be written, there is no such theme, or the page would load something from
        outside.
    """
    data = page_data(assessment, theme_name=theme, states=states)
    data["online"] = _online(online)
    hosts = online_base(online).hosts if online else ()
    text = render_offline(_page(data), hosts=hosts)
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as err:
        message = f"the map could not be written to {path}: {err.strerror}; close it or free space"
        chinese = f"地图写不进{path}（{err.strerror}）；请关闭占用它的程序或腾出空间"
        raise OutputError(message, chinese=chinese) from err
    groups = [*data["zones"], *data["references"]]
    return tuple(f"{group['label']}：{group['note']}" for group in groups if group["note"])


def _packed(data: dict[str, Any]) -> tuple[str, bool]:
    """Give the data block, packed (zlib, base64) where it is large, and whether it is."""
    text = json_for_script(data)
    if len(text) <= _PACK_ABOVE:
        return text, False
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii"), True


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
