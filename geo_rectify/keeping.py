"""The user's cache folder: what can be made again, kept so that it need not be.

Each room has a folder of its own below it and keeps things there as folders of files. One is
written beside and given its name in one step, so that two processes may make it at once: the
second finds the name taken and throws its own away. What was used last stays.

`GEO_RECTIFY_CACHE` names another folder; the value ``off`` keeps nothing.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CACHE_VARIABLE: Final = "GEO_RECTIFY_CACHE"
"""Environment variable that names another cache folder, or ``off``."""


def cache_folder(room: str) -> Path | None:
    """Give the folder in which a room keeps things.

    Parameters
    ----------
    room
        Name of the room.

    Returns
    -------
    pathlib.Path or None
        The folder, which need not exist; None where nothing is to be kept.
    """
    named = os.environ.get(CACHE_VARIABLE, "").strip()
    if named == "off":
        return None
    base = Path(named) if named else Path(platformdirs.user_cache_dir("geo_rectify"))
    return base / room


def keep_folder(place: Path, write: Callable[[Path], None], *, sound: Callable[[], bool]) -> None:
    """Put a folder of files in place, whole or not at all.

    Parameters
    ----------
    place
        The folder to be.
    write
        Writes the files into the folder it is given. Only the user may read that one.
    sound
        Says whether what stands at ``place`` already, perhaps put there by another process, can
        be used; it is replaced otherwise.

    Raises
    ------
    OSError
        The disk is full, or the folder may not be written.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=place.parent))
    try:
        write(draft)
        if place.is_dir() and not sound():
            shutil.rmtree(place, ignore_errors=True)
        try:
            draft.rename(place)
        except OSError:
            # another process was first; what it kept is the same
            if not place.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def drop_oldest(paths: Iterable[Path], *, most: int) -> None:
    """Remove files and folders beyond a number, those first that were not used for longest.

    Parameters
    ----------
    paths
        Files and folders; what another process has removed meanwhile is passed over.
    most
        How many stay.
    """
    ages = []
    for path in paths:
        try:
            ages.append((path.stat().st_mtime_ns, path))
        except OSError:  # another process was first
            continue
    for _, path in sorted(ages)[:-most]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
