"""One self-contained file: render, renumber folium's ids, refuse anything loaded from outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from branca.element import Figure

from geo_rectify.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import folium
    from branca.element import Element

_OUTSIDE: Final = re.compile(r"(?i)^\s*(?:[a-z][a-z0-9+.-]*:)?//|^\s*https?:")
_CSS_LOADS: Final = re.compile(r"(?i)url\(\s*['\"]?([^'\")]*)|@import\s+['\"]?([^'\";]+)")
_TILES: Final = re.compile(
    r"L\.(?:tileLayer(?:\.wms)?|imageOverlay|videoOverlay)\(\s*['\"]((?:https?:)?//[^'\"]*)"
)
_LOADING: Final = frozenset(
    {"src", "srcset", "data", "poster", "background", "action", "formaction", "manifest"}
)
_FREE_HREF: Final = frozenset({"a", "area"})
_SHOWN: Final = 5
CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; connect-src data: blob:; base-uri 'none'; "
    "form-action 'none'"
)
"""What the browser may load: nothing but what stands in the file."""


def render_offline(page: folium.Map, *, hosts: Sequence[str] = ()) -> str:
    """Render a map to one HTML text that loads nothing from outside.

    Parameters
    ----------
    page
        A map of `build_map`, with or without more folium elements.
    hosts
        Where pictures of an online base map may come from once the reader switches it on.

    Returns
    -------
    str
        The page; folium's random ids are numbered by first appearance, so that the same map
        gives the same text.

    Raises
    ------
    OutputError
        An element of the page would load a script, style, tile or picture from outside.
    """
    root = page.get_root()
    text = root.render()
    text = _renumbered(text, set(_ids(root)))
    allowed = CONTENT_POLICY.replace("img-src ", " ".join(["img-src", *hosts, ""]))
    policy = f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'
    text = text.replace("<html>\n<head>", f'<html lang="zh-CN">\n<head>\n{policy}', 1)
    outside = outside_loads(text)
    if outside:
        shown = "; ".join(outside[:_SHOWN])
        message = (
            f"the map would load {len(outside)} things from outside ({shown}) and would not open "
            "without a network; leave those elements out"
        )
        chinese = f"地图会从外部载入{len(outside)}项（{shown}），断网时打不开；请去掉这些内容"
        raise OutputError(message, chinese=chinese)
    return text


def _ids(element: Element) -> Iterator[str]:
    yield element.get_name().rsplit("_", 1)[-1]
    if isinstance(element, Figure):
        for part in (element.header, element.html, element.script):
            yield from _ids(part)
    for child in element._children.values():  # noqa: SLF001 - branca gives no other way down
        yield from _ids(child)


def _renumbered(text: str, ids: set[str]) -> str:
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        found = match.group()
        if found not in ids:
            return found
        return numbers.setdefault(found, f"{len(numbers):032x}")

    return re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", number, text)


def outside_loads(text: str) -> list[str]:
    """List what a page would load from outside the file; plain links do not count.

    Parameters
    ----------
    text
        The page.

    Returns
    -------
    list of str
        Addresses, in the order they stand.
    """
    finder = _LoadFinder()
    finder.feed(text)
    finder.close()
    return finder.found


class _LoadFinder(HTMLParser):
    """Reads loading attributes of tags, url() and @import of styles, tile layers of scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, value in attrs:
            loads = name in _LOADING or (name.endswith("href") and tag not in _FREE_HREF)
            if name == "style":
                self._styles(value or "")
            elif loads and _OUTSIDE.match(value or ""):
                self.found.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self._styles(data)
        elif self._inside == "script":
            self.found.extend(_TILES.findall(data))

    def _styles(self, text: str) -> None:
        for match in _CSS_LOADS.finditer(text):
            address = match.group(1) or match.group(2) or ""
            if _OUTSIDE.match(address):
                self.found.append(address)
