"""Options that several command groups share."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

AsOf = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="成果日期，图层与条款按此日有效；默认今天 (date of the outputs).",
    ),
]


def day_of(as_of: dt.datetime | None) -> dt.date:
    """Give the day asked for, today where none was.

    Parameters
    ----------
    as_of
        What the command line gave.

    Returns
    -------
    datetime.date
        The day.
    """
    from geo_rectify.settings import default_as_of

    return default_as_of() if as_of is None else as_of.date()
