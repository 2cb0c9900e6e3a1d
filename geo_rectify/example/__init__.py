"""The bundled example: a plan in our own words, and outlines that show every verdict.

The plan follows the facts and figures of a published rectification plan; it is no official
document. The outlines are schematic (示意) and stand for what an inspector would bring back.
"""

from __future__ import annotations

import importlib.resources
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def example_plan() -> Iterator[Path]:
    """Give the example plan as a file on disk.

    Yields
    ------
    pathlib.Path
        ``plan.docx``.
    """
    with importlib.resources.as_file(importlib.resources.files(__name__) / "plan.docx") as path:
        yield path


@contextmanager
def example_corrections() -> Iterator[Path]:
    """Give the example's schematic outlines as a file on disk.

    Yields
    ------
    pathlib.Path
        ``corrections.geojson``.
    """
    place = importlib.resources.files(__name__) / "corrections.geojson"
    with importlib.resources.as_file(place) as path:
        yield path
