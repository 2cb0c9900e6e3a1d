"""Faults of what people filled in, told in Chinese beside the English sentence."""

from __future__ import annotations

import re
from typing import Final

from geo_rectify.errors import Told

_PLACES: Final = (
    (re.compile(r"sheet (.*), row (\d+)"), r"工作表“\1”第\2行"),
    (re.compile(r"row (\d+)"), r"第\1行"),
    (re.compile(r"feature (\d+)"), r"第\1个要素"),
    (re.compile(r"(\w+) (\d+)"), r"图层\1第\2条"),
)
_COLUMN: Final = re.compile(r"^column ")
REMEDIES: Final = {
    "lon": "经度读不懂、缺一项或不在国内；请写十进制度（117.2097）、度分秒（117°12′35″）或东坐标（米）",
    "lat": "纬度读不懂、缺一项或不在国内；请写十进制度（29.2926）、度分秒（29°17′33″）或北坐标（米）",
    "datum": "坐标系没有填、认不出或与坐标不符；请从列表中选一项，或写EPSG代码（EPSG:4548）；"
    "西安80、北京54坐标请先由测绘部门转换到CGCS2000",
    "geometry": "图形读不懂、是空的、自相交，或不在国内；请重新勾绘点或闭合的面",
    "uncertainty_m": "误差应是大于0的米数，例如5",
    "site_id": "没有编号，也没有名称，不知道是哪个点位；请补上其中一项",
    "action": "“处理”一栏读不懂；请从列表中选一项",
}
"""What to do about each field, in Chinese."""


def of_cell(file: str, place: str, column: str, *, field: str, value: str, reason: str) -> Told:
    """Say what is wrong with a cell.

    Parameters
    ----------
    file, place, column
        Where it stands; the column is "" where the file names none.
    field
        Which field it is.
    value
        What it holds.
    reason
        What is wrong, in English.

    Returns
    -------
    Told
        The sentence in both languages; the Chinese one gives the remedy of the field.
    """
    where = f"{file}, {place}" + (f", {column}" if column else "")
    heading = _COLUMN.sub("", column)
    spot = f"{file}，{_in_chinese(place)}" + (f"，{heading}列" if heading else "")
    holds = f"填的是“{value}”，" if value else ""
    return Told(
        english=f"{where}: {repr(value) + ': ' if value else ''}{reason}",
        chinese=f"{spot}：{holds}{REMEDIES.get(field, '请核对这一格')}。",
    )


def _in_chinese(place: str) -> str:
    for pattern, words in _PLACES:
        if pattern.fullmatch(place):
            return pattern.sub(words, place)
    return place
