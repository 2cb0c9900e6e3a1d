"""Arrays in the user's cache folder, mapped into memory when opened.

A set of arrays is a folder of .npy files. It is written beside and given its name in one step, so
that two processes may write it at once: the second finds the name taken and throws its own away.
Where the folder cannot be written (a full disk, no rights) nothing is kept, which a
`GeoRectifyWarning` says. The sets used last stay.

`GEO_RECTIFY_CACHE` names another folder; the value ``off`` keeps nothing.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import platformdirs

from geo_rectify.errors import GeoRectifyWarning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

_FORMAT: Final = 3
"""Raised when arrays change their meaning; older sets are then left alone."""
_MOST_KEPT: Final = 12
"""Sets in the folder; the one not used for longest goes first."""

_KEEPING: Final = ContextVar("keeping", default=True)


@contextmanager
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
    named = os.environ.get("GEO_RECTIFY_CACHE", "")
    if named == "off" or not _KEEPING.get():
        return None
    base = Path(named) if named else Path(platformdirs.user_cache_dir("geo_rectify"))
    return base / "overlay" / f"{key}-{_FORMAT}"


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
    return {name: values.view(np.ndarray) for name, values in held.items()}


def keep(arrays: Mapping[str, NDArray[Any]], place: Path) -> None:
    """Keep arrays, or warn that they could not be kept.

    Parameters
    ----------
    arrays
        By name.
    place
        As `place_of` gave it.
    """
    try:
        _keep(arrays, place)
    except OSError as err:
        message = (
            f"the index of the zones could not be kept in {place.parent}: {err.strerror or err}"
        )
        warnings.warn(message, GeoRectifyWarning, stacklevel=2)


def _keep(arrays: Mapping[str, NDArray[Any]], place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=place.parent))
    try:
        for name, values in arrays.items():
            np.save(draft / f"{name}.npy", values)
        if opened(place, tuple(arrays)) is None:
            shutil.rmtree(place, ignore_errors=True)  # what stands there is damaged
        try:
            draft.rename(place)
        except OSError:
            # another process was first; its arrays are the same
            if not place.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    newest = sorted(place.parent.glob(f"*-{_FORMAT}"), key=lambda at: at.stat().st_mtime)
    for old in newest[:-_MOST_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
