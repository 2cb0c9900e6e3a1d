"""Arrays in the user's cache folder, mapped into memory when opened.

A set of arrays is a folder of .npy files (`keeping`). Where the folder cannot be written (a full
disk, no rights) nothing is kept, which a `GeoRectifyWarning` says. The sets used last stay.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
import warnings
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo_rectify.errors import GeoRectifyWarning
from geo_rectify.keeping import cache_folder, drop_oldest, keep_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_FORMAT: Final = 3
"""Raised when arrays change their meaning; older sets are then left alone."""
_MOST_KEPT: Final = 12
"""Sets in the folder; the one not used for longest goes first."""
_ENTERED: Final = 1 << 28
"""Bytes; of larger arrays only the pages that are read are entered."""
_POPULATE_READ: Final = 22
"""MADV_POPULATE_READ of Linux, which the module mmap has no name for."""

_KEEPING: Final = ContextVar("keeping", default=True)


@contextlib.contextmanager
def nothing_kept() -> Iterator[None]:
    """Keep nothing meanwhile: partitions of a cluster are looked at once."""
    before = _KEEPING.set(False)
    try:
        yield
    finally:
        _KEEPING.reset(before)


def place_of(key: str) -> Path | None:
    """Say where the arrays of a key stand, None where nothing is to be kept.

    Parameters
    ----------
    key
        A hash of what the arrays were made from, in hexadecimal.

    Returns
    -------
    pathlib.Path or None
        A folder that need not exist yet.
    """
    folder = cache_folder("overlay") if _KEEPING.get() else None
    return None if folder is None else folder / f"{key}-{_FORMAT}"


def opened(place: Path, names: tuple[str, ...]) -> dict[str, NDArray[Any]] | None:
    """Open kept arrays; None where there are none, or some are missing or damaged.

    Parameters
    ----------
    place
        As `place_of` gave it.
    names
        Names of the arrays.

    Returns
    -------
    dict or None
        The arrays by name, mapped and not to be written to.
    """
    try:
        held = {name: np.load(place / f"{name}.npy", mmap_mode="r") for name in names}
        os.utime(place)
    except (OSError, ValueError, EOFError):
        return None
    for values in held.values():
        _enter_pages(values)
    return {name: values.view(np.ndarray) for name, values in held.items()}


def _enter_pages(values: NDArray[Any]) -> None:
    """Enter all pages of a mapped array at once; one by one they cost sixty times as much."""
    pages: Any = values.base
    if sys.platform == "linux" and isinstance(pages, mmap.mmap) and values.nbytes <= _ENTERED:
        with contextlib.suppress(OSError):  # kernels before 5.14 know no such advice
            pages.madvise(_POPULATE_READ)


def keep(arrays: Mapping[str, NDArray[Any]], place: Path) -> None:
    """Keep arrays, or warn that they could not be kept.

    Parameters
    ----------
    arrays
        By name.
    place
        As `place_of` gave it.
    """

    def write(folder: Path) -> None:
        for name, values in arrays.items():
            np.save(folder / f"{name}.npy", values)

    try:
        keep_folder(place, write, sound=lambda: opened(place, tuple(arrays)) is not None)
    except OSError as err:
        message = (
            f"the index of the zones could not be kept in {place.parent}: {err.strerror or err}"
        )
        warnings.warn(message, GeoRectifyWarning, stacklevel=2)
    drop_oldest(place.parent.glob(f"*-{_FORMAT}"), most=_MOST_KEPT)
