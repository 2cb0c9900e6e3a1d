"""Numbered tables and written dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


class TableNumbers:
    """Numbers the captioned tables of the body: 表1, 表2, …"""  # noqa: D400 - ends in Chinese

    def __init__(self) -> None:
        self.last = 0

    def caption(self, title: str) -> str:
        """Give the next caption.

        Parameters
        ----------
        title
            What the table holds.

        Returns
        -------
        str
            For example ``表3 问题清单一览``.
        """
        self.last += 1
        return f"表{self.last} {title}"


def date_words(day: dt.date) -> str:
    """Write a date as 2024年3月31日.

    Parameters
    ----------
    day
        The day.

    Returns
    -------
    str
        The date in words.
    """
    return f"{day.year}年{day.month}月{day.day}日"
