"""The sentences about a layer that people read in reports, kept as data."""

from __future__ import annotations

import importlib.resources
import tomllib
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4)
def data_table(name: str) -> dict[str, Any]:
    """Read one of the room's data files.

    Parameters
    ----------
    name
        Its name without ``.toml``.

    Returns
    -------
    dict
        The file.
    """
    file = importlib.resources.files("geo_rectify.catalogue").joinpath("data", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def sentence(key: str, **values: object) -> str:
    """Fill one sentence of ``data/sentences.toml``.

    Parameters
    ----------
    key
        Which one.
    **values
        What stands in its braces.

    Returns
    -------
    str
        The sentence.
    """
    template: str = data_table("sentences")[key]
    return template.format(**values)
