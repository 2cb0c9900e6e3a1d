"""Zones from tables: a WKT column, positions, or boundary points (拐点坐标) in their order."""

from __future__ import annotations

import hashlib
import io
import math
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_rectify.catalogue.files import RawLayer
from geo_rectify.catalogue.wording import data_table, sentence
from geo_rectify.errors import LayerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

TABLE_SUFFIXES: Final = frozenset({".csv", ".txt", ".xlsx", ".xlsm"})
_SEXAGESIMAL: Final = re.compile(
    r"^\s*[东北EN]?[经纬]?\s*(\d{1,3})\s*[°度ºd:：\-\s]\s*(\d{1,2}(?:\.\d+)?)\s*[′'’分m:：\-\s]?"
    r"\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:[″\"”秒s]|''|′′)?)?\s*[EN]?\s*$",
    re.IGNORECASE,
)
_MINUTES: Final = 60.0
_RING: Final = 3
_DEGREES: Final = 180.0
_NORTHINGS: Final = (2_000_000.0, 6_500_000.0)
_LONGITUDES: Final = (73.0, 136.0)


def read_table(path: Path, *, sheet: str | None = None, encoding: str | None = None) -> RawLayer:
    """Read a CSV or XLSX file with a WKT column, boundary points or positions.

    With a column of point numbers (点号) the rows are boundary points: rows of one name (and ring)
    make one ring in their order; a ring inside the first of its name is a hole. Which of two
    columns is the easting is told by the numbers, because surveyors call the northing X.

    Parameters
    ----------
    path
        The file.
    sheet
        Sheet of a workbook; None where it has only one.
    encoding
        Encoding of a CSV; None for UTF-8, else GB18030.

    Returns
    -------
    RawLayer
        Its rows; without a coordinate system, which no table carries.

    Raises
    ------
    LayerError
        It cannot be read, has no coordinates, or a ring is too short or crosses itself.
    """
    blob = path.read_bytes()
    table = _cells(path, blob, sheet=sheet, encoding=encoding)
    if table.empty:
        message = f"{path.name} has no rows; write a heading and one row for each point or zone"
        chinese = f"{path.name}没有数据行；请写表头，每个点或分区一行"
        raise LayerError(message, chinese=chinese)
    found = {purpose: _column(table, purpose) for purpose in data_table("fields")["table"]}
    notes: list[str] = []
    if found["wkt"] is not None:
        frame = _from_wkt(path, table, found["wkt"])
    else:
        pair = _pair(found)
        if pair is None:
            shown = ", ".join(map(str, table.columns))
            message = (
                f"{path.name} has no coordinates among its columns ({shown}); call them 经度 and "
                "纬度, X and Y, or WKT"
            )
            chinese = f"{path.name}各列（{shown}）里没有坐标；请把列名写为经度和纬度、X和Y，或WKT"
            raise LayerError(message, chinese=chinese)
        xy = _positions(path, table, pair, notes=notes)
        if found["vertex"] is None:
            shapes = shapely.points(xy)
            frame = gpd.GeoDataFrame(table, geometry=shapes)
        else:
            frame = _rings(path, table, xy, found=found)
            notes.append(sentence("table_rings", column=found["vertex"], count=len(frame)))
    return RawLayer(
        frame=frame,
        crs=None,
        driver="table",
        fields=tuple(str(name) for name in table.columns),
        sha256=hashlib.sha256(blob).hexdigest(),
        assumptions=tuple(notes),
    )


def sheet_names(path: Path) -> tuple[str, ...]:
    """List the sheets of a workbook that hold anything.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    tuple of str
        Their names, in order.

    Raises
    ------
    LayerError
        It cannot be read.
    """
    return tuple(_sheets(path, path.read_bytes()))


def _sheets(path: Path, blob: bytes) -> dict[str, pd.DataFrame]:
    try:
        book = pd.read_excel(io.BytesIO(blob), sheet_name=None, dtype=str)
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as err:
        message = f"{path.name} is no workbook that can be read ({err}); save it again as xlsx"
        chinese = f"{path.name}不是能读的工作簿（{err}）；请重新另存为xlsx"
        raise LayerError(message, chinese=chinese) from err
    return {str(name): each for name, each in book.items() if len(each.columns)}


def _cells(path: Path, blob: bytes, *, sheet: str | None, encoding: str | None) -> pd.DataFrame:
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        filled = _sheets(path, blob)
        if sheet is None and len(filled) == 1:
            sheet = next(iter(filled))
        if sheet not in filled:
            shown = ", ".join(filled) or "none"
            message = f"{path.name}: write layer = one of its sheets: {shown}"
            chinese = f"{path.name}：请写 layer = 其中一张工作表：{shown}"
            raise LayerError(message, chinese=chinese)
        table = filled[sheet]
    else:
        table = pd.read_csv(
            io.StringIO(_text(path, blob, encoding)), dtype=str, sep=None, engine="python"
        )
    table.columns = pd.Index([str(name).strip() for name in table.columns])
    if not table.columns.is_unique:
        message = f"{path.name} has two columns of one name; rename one of them"
        chinese = f"{path.name}有两列同名；请改其中一列的名字"
        raise LayerError(message, chinese=chinese)
    return table.dropna(how="all").reset_index(drop=True)


def _text(path: Path, blob: bytes, encoding: str | None) -> str:
    for each in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            return blob.decode(each)
        except UnicodeDecodeError:
            continue
    message = f"{path.name} is neither UTF-8 nor GB18030; write encoding = … in the catalogue"
    chinese = f"{path.name}既不是UTF-8也不是GB18030；请在目录里写 encoding = …"
    raise LayerError(message, chinese=chinese)


def _column(table: pd.DataFrame, purpose: str) -> str | None:
    aliases = data_table("fields")["table"][purpose]
    plain = {_plain(name): str(name) for name in reversed(list(table.columns))}
    return next((plain[alias] for alias in aliases if alias in plain), None)


def _plain(name: object) -> str:
    bare = re.sub(r"[\s_]|[（(\[].*?[)）\]]", "", str(name))
    return bare.casefold()


def _pair(found: dict[str, str | None]) -> tuple[str, str] | None:
    for one, other in (("lon", "lat"), ("x", "y")):
        left, right = found[one], found[other]
        if left is not None and right is not None:
            return left, right
    return None


def number_of(text: Any) -> float:
    """Read a coordinate: decimal, 117°12′30.5″, 117度12分, 117-12-30.5 or metres.

    Parameters
    ----------
    text
        A cell.

    Returns
    -------
    float
        Degrees or metres, NaN for what is no coordinate.
    """
    written = str(text).strip().replace("，", ",").replace(",", "")
    try:
        return float(written)
    except ValueError:
        pass
    match = _SEXAGESIMAL.match(written)
    if match is None:
        return math.nan
    degrees, minutes, seconds = (float(part) if part else 0.0 for part in match.groups())
    if minutes >= _MINUTES or seconds >= _MINUTES:
        return math.nan
    return degrees + minutes / _MINUTES + seconds / _MINUTES**2


def _positions(
    path: Path, table: pd.DataFrame, pair: tuple[str, str], *, notes: list[str]
) -> NDArray[np.float64]:
    xy = np.array([[number_of(cell) for cell in table[name]] for name in pair]).T
    wrong = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if len(wrong):
        shown = ", ".join(str(at + 2) for at in wrong[:5])
        message = (
            f"{path.name}: no coordinates in {len(wrong)} rows (row {shown}); write decimal "
            "degrees, 117°12′30.5″ or metres"
        )
        chinese = (
            f"{path.name}：有{len(wrong)}行没有坐标（第{shown}行）；请写十进制度、117°12′30.5″或米"
        )
        raise LayerError(message, chinese=chinese)
    low, high = _LONGITUDES if np.abs(xy).max() <= _DEGREES else _NORTHINGS
    inside = [bool(((each >= low) & (each <= high)).all()) for each in xy.T]
    # In degrees the first should be the longitude, in metres the second should be the northing.
    swapped = inside[1] and not inside[0] if low == _LONGITUDES[0] else inside[0] and not inside[1]
    if swapped:
        notes.append(sentence("table_swapped", north=pair[0], east=pair[1]))
        xy = xy[:, ::-1]
    return np.ascontiguousarray(xy)


def _from_wkt(path: Path, table: pd.DataFrame, column: str) -> gpd.GeoDataFrame:
    texts = table[column].to_numpy(dtype=object)
    shapes = shapely.from_wkt(
        [None if pd.isna(each) else each for each in texts], on_invalid="ignore"
    )
    wrong = [at + 2 for at, each in enumerate(shapes) if each is None and not pd.isna(texts[at])]
    if wrong:
        shown = ", ".join(map(str, wrong[:5]))
        message = f"{path.name}: {column} is no WKT in row {shown}; write POLYGON ((x y, …))"
        chinese = f"{path.name}：第{shown}行的{column}不是WKT；请写 POLYGON ((x y, …))"
        raise LayerError(message, chinese=chinese)
    return gpd.GeoDataFrame(table.drop(columns=column), geometry=shapes)


def _rings(
    path: Path, table: pd.DataFrame, xy: NDArray[np.float64], *, found: dict[str, str | None]
) -> gpd.GeoDataFrame:
    vertex = str(found["vertex"])
    zone = _keys(table, found["zone"])
    ring = _keys(table, found["ring"])
    rows: list[dict[str, Any]] = []
    shapes: list[BaseGeometry] = []
    for name in dict.fromkeys(zone):
        mine = np.flatnonzero(zone == name)
        parts = []
        for number in dict.fromkeys(ring[mine]):
            at = mine[ring[mine] == number]
            labels = [str(cell) for cell in table[vertex].iloc[at]]
            called = "，".join(part for part in (name, number) if part) or path.stem
            parts.append(ring_polygon(xy[at], labels, called=f"{path.name}: ring {called!r}"))
        shapes.append(_assembled(parts))
        rows.append(table.iloc[mine[0]].to_dict())
    return gpd.GeoDataFrame(rows, geometry=shapes)


def _keys(table: pd.DataFrame, column: str | None) -> NDArray[np.object_]:
    """Give the key of each row; an empty cell takes the key above, as in merged cells."""
    if column is None:
        return np.full(len(table), "", dtype=object)
    return table[column].ffill().fillna("").astype(str).str.strip().to_numpy(dtype=object)


def ring_polygon(xy: NDArray[np.float64], labels: Sequence[str], *, called: str) -> shapely.Polygon:
    """Build a polygon from boundary points (拐点) in their order.

    Parameters
    ----------
    xy
        Positions, one row a point; the first may stand again at the end.
    labels
        The points' numbers, as the table writes them.
    called
        What to call the ring in messages.

    Returns
    -------
    shapely.Polygon
        The polygon.

    Raises
    ------
    LayerError
        There are fewer than three points, or edges cross, which are named by their points.
    """
    names = list(labels)
    if len(xy) > 1 and (xy[0] == xy[-1]).all():
        xy, names = xy[:-1], names[:-1]
    if len(xy) < _RING:
        message = f"{called} has only {len(xy)} points; a boundary needs at least three"
        chinese = f"{called}只有{len(xy)}个点；一条界线至少要三个点"
        raise LayerError(message, chinese=chinese)
    shape = shapely.Polygon(xy)
    if shape.is_valid:
        return shape
    crossings = _crossings(xy, names)
    shown = "; ".join(crossings[:3]) or shapely.is_valid_reason(shape)
    message = f"{called} crosses itself: {shown}; correct the order or the coordinates"
    chinese = f"{called}自相交：{shown}；请更正点的次序或坐标"
    raise LayerError(message, chinese=chinese)


def _crossings(xy: NDArray[np.float64], names: Sequence[str]) -> list[str]:
    ends = np.roll(xy, -1, axis=0)
    edges = np.asarray(shapely.linestrings(np.stack([xy, ends], axis=1)), dtype=object)
    tree = shapely.STRtree(edges)
    count = len(edges)
    found = []
    for one, other in zip(*tree.query(edges, predicate="intersects"), strict=True):
        apart = min((other - one) % count, (one - other) % count)
        if one < other and apart > 1:
            left = f"{names[one]}-{names[(one + 1) % count]}"
            right = f"{names[other]}-{names[(other + 1) % count]}"
            found.append((int(one), int(other), f"edge {left} meets edge {right}"))
    return [text for _, _, text in sorted(found)]


def _assembled(parts: list[shapely.Polygon]) -> BaseGeometry:
    shell, *others = parts
    holes = [each for each in others if shell.contains(each)]
    apart = [each for each in others if not shell.contains(each)]
    whole = shapely.Polygon(shell.exterior, [each.exterior for each in holes])
    return shapely.MultiPolygon([whole, *apart]) if apart else whole
