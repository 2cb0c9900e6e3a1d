"""An online base map for the page: only where asked for, off when it opens, never with a key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from geo_rectify.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECRETS: Final = re.compile(r"(?i)^(tk|k|key|ak|sk|token|access_?token|api_?key|secret|sig)$")
_SHIFTED: Final = ("autonavi.com", "amap.com", "bdimg.com", "baidu.com", "map.qq.com", "gtimg.com")
_NEEDED: Final = ("{z}", "{x}", "{y}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineBase:
    """Tiles to be loaded once the reader switches them on.

    Attributes
    ----------
    title
        What the page calls them.
    urls
        Addresses, drawn in order; ``{key}`` stands for a key the page asks its reader for.
    max_zoom
        The finest zoom there is.
    """

    title: str
    urls: tuple[str, ...]
    max_zoom: int = 18

    @property
    def hosts(self) -> tuple[str, ...]:
        """Give the places the page may load pictures from."""
        return tuple(dict.fromkeys(f"https://{urlsplit(url).netloc}" for url in self.urls))

    @property
    def needs_key(self) -> bool:
        """Say whether the page has to ask for a key."""
        return any("{key}" in url for url in self.urls)


_TIANDITU: Final = (
    "https://t0.tianditu.gov.cn/DataServer?T={layer}&x={{x}}&y={{y}}&l={{z}}&tk={{key}}"
)
KNOWN: Final[Mapping[str, OnlineBase]] = MappingProxyType(
    {
        "tianditu": OnlineBase(
            title="天地图",
            urls=tuple(_TIANDITU.format(layer=layer) for layer in ("vec_w", "cva_w")),
        ),
        "osm": OnlineBase(
            title="OpenStreetMap", urls=("https://tile.openstreetmap.org/{z}/{x}/{y}.png",)
        ),
    }
)
"""Base maps known by name."""


def online_base(name: str) -> OnlineBase:
    """Give the base map of a name or address.

    Parameters
    ----------
    name
        One of `KNOWN`, or an https address with ``{z}``, ``{x}``, ``{y}`` in Web Mercator; where
        it needs a key, ``{key}`` stands in its place.

    Returns
    -------
    OnlineBase
        The base map.

    Raises
    ------
    OutputError
        The address is none, carries a key, or its tiles are shifted (GCJ-02, BD-09).
    """
    if name in KNOWN:
        return KNOWN[name]
    parts = urlsplit(name)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host or not all(mark in name for mark in _NEEDED):
        message = (
            f"{name!r} is no base map: use one of {', '.join(KNOWN)}, or an https address with "
            "{z}, {x} and {y}"
        )
        chinese = (
            f"{name!r}不是底图：请写{'、'.join(KNOWN)}之一，或含{{z}}、{{x}}、{{y}}的https地址"
        )
        raise OutputError(message, chinese=chinese)
    held = [
        key for key, value in parse_qsl(parts.query) if _SECRETS.match(key) and value != "{key}"
    ]
    if held or parts.username:
        message = (
            f"the address of the base map at {host} carries a key ({', '.join(held) or 'user'}), "
            "which would stand in the file; write {key} in its place and the page asks for it"
        )
        chinese = (
            f"{host}的底图地址带有密钥（{'、'.join(held) or 'user'}），会写进文件；请在该处写 {{key}}，"
            "打开页面时再填"
        )
        raise OutputError(message, chinese=chinese)
    if any(host == shifted or host.endswith(f".{shifted}") for shifted in _SHIFTED):
        message = (
            f"tiles of {host} are shifted (GCJ-02 or BD-09) and would lie some hundred metres off; "
            "use tianditu"
        )
        chinese = f"{host}的瓦片有偏移（GCJ-02或BD-09），会差几百米；请用 tianditu"
        raise OutputError(message, chinese=chinese)
    return OnlineBase(title=host, urls=(name,))
