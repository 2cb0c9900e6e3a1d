"""Read the features of a WFS or an ArcGIS service that the user names, page by page."""

from __future__ import annotations

import hashlib
import html
import json
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj

from geo_rectify.catalogue.files import RawLayer
from geo_rectify.catalogue.wording import sentence
from geo_rectify.errors import LayerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAGE: Final = 1000
_TIMEOUT_S: Final = 60.0
_MAX_BYTES: Final = 1 << 30
_MAX_PAGES: Final = 10_000
_ARCGIS: Final = re.compile(r"/(?:Feature|Map)Server(?:/(\d+))?/?$", re.IGNORECASE)
_TYPE_NAME: Final = re.compile(
    r"<(?:\w+:)?FeatureType\b[^>]*>.*?<(?:\w+:)?Name>\s*([^<]+?)\s*</", re.DOTALL
)
_XML: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<")
_ROOT: Final = re.compile(rb"<(?:\w+:)?FeatureCollection\b[^>]*>")
_TOLD: Final = re.compile(rb"\b(numberMatched|numberReturned)\s*=\s*[\"'](\w+)[\"']")
_WFS_ASKED: Final[tuple[Mapping[str, str], ...]] = (
    {"version": "2.0.0", "outputFormat": "application/json"},
    {"version": "2.0.0"},
    {"version": "1.1.0"},
    {"version": "1.0.0"},
)
"""What is asked of a WFS in turn, until it does not refuse: without a format it gives GML."""
_REFUSALS: Final = frozenset({400, 406, 415, 422, 500, 501})
_WEB_PAGE: Final = re.compile(rb"^\s*(?:<!doctype\s+html|<html|<head|<body)", re.IGNORECASE)


class _RefusedError(LayerError):
    """A service that understood the address, and not this form of the question."""


def read_service(url: str, *, layer: str | None = None) -> RawLayer:
    """Read every feature of one layer of a WFS or ArcGIS service.

    Parameters
    ----------
    url
        Its address: ``…/FeatureServer/0``, ``…/MapServer/3``, or that of a WFS.
    layer
        The layer: an id or name (ArcGIS), a type name (WFS); None where there is only one.

    Returns
    -------
    RawLayer
        Its features; the hash is that of all answers together.

    Raises
    ------
    LayerError
        It cannot be reached, answers with a web page or an error, or has several layers.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        message = f"{url!r} is no address of a service; write http:// or https://"
        chinese = f"{url!r}不是服务地址；请写 http:// 或 https://"
        raise LayerError(message, chinese=chinese)
    pages = list(
        _arcgis_pages(url, layer) if _ARCGIS.search(parts.path) else _wfs_pages(url, layer)
    )
    digest = hashlib.sha256()
    frames: list[gpd.GeoDataFrame] = []
    systems: dict[str, pyproj.CRS] = {}
    driver = ""
    for page in pages:
        digest.update(page)
        frame, driver = _frame_of(url, page)
        if frame.crs is not None:
            systems[frame.crs.to_wkt()] = pyproj.CRS.from_user_input(frame.crs)
        frames.append(frame)
    if len(systems) > 1:
        message = f"{shown_url(url)} changes its coordinate system between pages; save it to a file"
        chinese = f"{shown_url(url)}各页的坐标系不一致；请先存成文件"
        raise LayerError(message, chinese=chinese)
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        message = f"{shown_url(url)} has no features; check layer and address"
        chinese = f"{shown_url(url)}没有要素；请核对图层名和地址"
        raise LayerError(message, chinese=chinese)
    whole = gpd.GeoDataFrame(
        pd.concat(filled, ignore_index=True), geometry="geometry", crs=filled[0].crs
    )
    return RawLayer(
        frame=whole,
        crs=next(iter(systems.values()), None),
        driver=driver,
        fields=tuple(str(name) for name in whole.columns if name != "geometry"),
        sha256=digest.hexdigest(),
        assumptions=(sentence("service_read", count=len(whole), pages=len(pages)),),
    )


def shown_url(url: str) -> str:
    """Write an address for messages and outputs: without user, password and query, which hold keys.

    Parameters
    ----------
    url
        The address.

    Returns
    -------
    str
        Scheme, host and path.
    """
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return urllib.parse.urlunsplit((parts.scheme, host + port, parts.path, "", ""))


def _ask(url: str, **query: object) -> bytes:
    parts = urllib.parse.urlsplit(url)
    given = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    wanted = {key.casefold() for key in query}
    pairs = [(key, value) for key, value in given if key.casefold() not in wanted]
    full = urllib.parse.urlencode([*pairs, *((key, str(each)) for key, each in query.items())])
    address = urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path, full, ""))
    shown = shown_url(url)
    request = urllib.request.Request(address, headers={"User-Agent": "geo-rectify"})  # noqa: S310 - the scheme was checked
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            body: bytes = answer.read(_MAX_BYTES + 1)
    except urllib.error.HTTPError as err:
        with err:
            message = f"{shown} answers with error {err.code}; check address, rights and network"
            chinese = f"{shown}返回错误{err.code}；请核对地址、权限和网络"
        kind = _RefusedError if err.code in _REFUSALS else LayerError
        raise kind(message, chinese=chinese) from err
    except (OSError, ValueError) as err:
        message = f"{shown} cannot be reached ({err}); check address and network, or use a file"
        chinese = f"连不上{shown}（{err}）；请核对地址和网络，或改用文件"
        raise LayerError(message, chinese=chinese) from err
    if len(body) > _MAX_BYTES:
        message = f"{shown} answers with more than 1 GB; save the layer to a file"
        chinese = f"{shown}返回超过1GB；请把图层存成文件"
        raise LayerError(message, chinese=chinese)
    if _WEB_PAGE.match(body):
        message = (
            f"{shown} answers with a web page (HTML), not with features; the address is that of a "
            "viewer or a login: use the service's own address, or save the layer to a file"
        )
        chinese = f"{shown}返回的是网页，不是要素；这是浏览页或登录页的地址：请用服务本身的地址，或把图层存成文件"
        raise LayerError(message, chinese=chinese)
    if b"ExceptionReport" in body[:1000] or b"ServiceException" in body[:1000]:
        said = re.sub(r"<[^>]+>", " ", html.unescape(body[:2000].decode("utf-8", "replace")))
        said = " ".join(said.split())[:200]
        message = f"{shown} refuses: {said}; check layer and address"
        chinese = f"{shown}拒绝：{said}；请核对图层名和地址"
        raise _RefusedError(message, chinese=chinese)
    return body


def _document(url: str, body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError as err:
        message = (
            f"{shown_url(url)} answers with something that is no JSON and no GML; save it to a file"
        )
        chinese = f"{shown_url(url)}返回的既不是JSON也不是GML；请存成文件"
        raise LayerError(message, chinese=chinese) from err
    if not isinstance(document, dict):
        message = f"{shown_url(url)} answers with JSON that is no layer; check the address"
        chinese = f"{shown_url(url)}返回的JSON不是图层；请核对地址"
        raise LayerError(message, chinese=chinese)
    if "error" in document:
        said = document["error"]
        text = said.get("message", said) if isinstance(said, dict) else said
        message = f"{shown_url(url)} refuses: {text}; check layer, rights and address"
        chinese = f"{shown_url(url)}拒绝：{text}；请核对图层名、权限和地址"
        raise LayerError(message, chinese=chinese)
    return document


def _arcgis_pages(url: str, layer: str | None) -> Iterator[bytes]:
    base = _arcgis_layer(url, layer)
    about = _document(base, _ask(base, f="json"))
    order = next(
        (
            str(field.get("name"))
            for field in about.get("fields", [])
            if field.get("type") == "esriFieldTypeOID"
        ),
        "",
    )
    size = min(PAGE, int(about.get("maxRecordCount") or PAGE))
    query = (
        base.split("?")[0].rstrip("/")
        + "/query"
        + ("?" + base.split("?")[1] if "?" in base else "")
    )
    offset = 0
    for _ in range(_MAX_PAGES):
        body = _ask(
            query,
            where="1=1",
            outFields="*",
            returnGeometry="true",
            returnTrueCurves="false",
            orderByFields=order,
            resultOffset=offset,
            resultRecordCount=size,
            f="json",
        )
        document = _document(query, body)
        yield body
        count = len(document.get("features", []))
        offset += count
        if not document.get("exceededTransferLimit") or not count:
            return
    message = f"{shown_url(url)} never comes to an end; save the layer to a file"
    chinese = f"{shown_url(url)}没有尽头；请把图层存成文件"
    raise LayerError(message, chinese=chinese)


def _arcgis_layer(url: str, layer: str | None) -> str:
    parts = urllib.parse.urlsplit(url)
    match = _ARCGIS.search(parts.path)
    if match is None or match.group(1) is not None:
        return url
    found = _document(url, _ask(url, f="json")).get("layers", [])
    ids = {str(each.get("id")): str(each.get("name")) for each in found}
    chosen = [key for key, name in ids.items() if layer in {key, name}]
    if layer is None and len(ids) == 1:
        chosen = list(ids)
    if len(chosen) != 1:
        shown = ", ".join(f"{key} ({name})" for key, name in ids.items()) or "none"
        message = f"{shown_url(url)} has several layers; write layer = one of: {shown}"
        chinese = f"{shown_url(url)}有多个图层；请写 layer = 其中之一：{shown}"
        raise LayerError(message, chinese=chinese)
    path = parts.path.rstrip("/") + f"/{chosen[0]}"
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _wfs_pages(url: str, layer: str | None) -> Iterator[bytes]:
    """Ask for GeoJSON, and for GML where the service knows no other form."""
    name = layer if layer is not None else _only_type(url)
    refused: _RefusedError | None = None
    for asked in _WFS_ASKED:
        try:
            first = _ask(url, **_wfs_query(asked, name=name, offset=0))
        except _RefusedError as err:
            refused = refused or err
            continue
        yield from _wfs_rest(url, first, asked=asked, name=name)
        return
    if refused is not None:
        raise refused


def _wfs_query(asked: Mapping[str, str], *, name: str, offset: int) -> dict[str, object]:
    query: dict[str, object] = {"service": "WFS", "request": "GetFeature", **asked}
    if asked["version"] == "2.0.0":
        return {**query, "typeNames": name, "count": PAGE, "startIndex": offset}
    # Older services know no pages: they give all at once.
    return {**query, "typeName": name}


def _wfs_rest(url: str, first: bytes, *, asked: Mapping[str, str], name: str) -> Iterator[bytes]:
    body, before, offset = first, b"", 0
    for _ in range(_MAX_PAGES):
        if body == before:
            message = f"{shown_url(url)} cannot be read page by page; save the layer to a file"
            chinese = f"{shown_url(url)}不能分页读取；请把图层存成文件"
            raise LayerError(message, chinese=chinese)
        yield body
        count, matched = _counted(url, body)
        offset, before = offset + count, body
        over = offset >= matched if matched is not None else count < PAGE
        if not count or over or asked["version"] != "2.0.0":
            return
        body = _ask(url, **_wfs_query(asked, name=name, offset=offset))
    message = f"{shown_url(url)} never comes to an end; save the layer to a file"
    chinese = f"{shown_url(url)}没有尽头；请把图层存成文件"
    raise LayerError(message, chinese=chinese)


def _counted(url: str, body: bytes) -> tuple[int, int | None]:
    """Count the features of one answer, and those of all where it says so."""
    if _XML.match(body):
        head = _ROOT.search(body)
        told = dict(_TOLD.findall(b"" if head is None else head.group()))
        matched = told.get(b"numberMatched", b"")
        returned = told.get(b"numberReturned", b"")
        count = int(returned) if returned.isdigit() else len(_frame_of(url, body)[0])
        return count, int(matched) if matched.isdigit() else None
    document = _document(url, body)
    matched_json = document.get("numberMatched", document.get("totalFeatures"))
    whole = matched_json if isinstance(matched_json, int) else None
    return len(document.get("features", [])), whole


def _only_type(url: str) -> str:
    body = _ask(url, service="WFS", version="2.0.0", request="GetCapabilities")
    names = [html.unescape(name) for name in _TYPE_NAME.findall(body.decode("utf-8", "replace"))]
    if len(names) == 1:
        return names[0]
    shown = ", ".join(names) or "none that could be read"
    message = f"{shown_url(url)}: write layer = one of its layers: {shown}"
    chinese = f"{shown_url(url)}：请写 layer = 其中之一：{shown}"
    raise LayerError(message, chinese=chinese)


def _frame_of(url: str, page: bytes) -> tuple[gpd.GeoDataFrame, str]:
    try:
        with tempfile.TemporaryDirectory(prefix="geo-rectify-") as folder:
            gml = _XML.match(page) is not None
            file = Path(folder) / ("page.gml" if gml else "page.json")
            file.write_bytes(page)
            if gml and not pyogrio.list_layers(file).size:
                return gpd.GeoDataFrame({"geometry": []}, geometry="geometry"), ""
            driver = str(pyogrio.read_info(file)["driver"])
            frame = pyogrio.read_dataframe(file)
    except (RuntimeError, ValueError) as err:
        if not gml and not _document(url, page).get("features"):
            return gpd.GeoDataFrame({"geometry": []}, geometry="geometry"), ""
        message = f"{shown_url(url)} answers with features GDAL cannot read ({err}); use a file"
        chinese = f"{shown_url(url)}返回的要素GDAL读不了（{err}）；请改用文件"
        raise LayerError(message, chinese=chinese) from err
    if not isinstance(frame, gpd.GeoDataFrame):
        if len(frame) == 0:
            return gpd.GeoDataFrame({"geometry": []}, geometry="geometry"), driver
        message = f"{shown_url(url)} gives rows without geometry; name a layer of polygons"
        chinese = f"{shown_url(url)}的记录没有图形；请指明含面的图层"
        raise LayerError(message, chinese=chinese)
    return frame, driver
