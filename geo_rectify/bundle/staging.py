"""Whole or not at all: a run is written beside its folder and put in place in one step.

The new folder is built under a hidden name beside the target and then exchanged with it. Linux
and macOS can exchange two names atomically; elsewhere two renames do it, and a run that died
between them is mended by the next one (`recover`). A run killed at any moment therefore leaves the
old folder or the new one.

Nothing a person put into the folder is lost: files that are not ours are carried over, and files of
ours that were edited since (their hash is not the one in ``run.json``) are kept under ``kept/``.
"""

from __future__ import annotations

import ctypes
import errno
import glob
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo_rectify.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

RUN_FILE: Final = "run.json"
KEPT_FOLDER: Final = "kept"
_STALE_S: Final = 86_400.0
_RENAME_EXCHANGE: Final = 2  # linux/fs.h; macOS' RENAME_SWAP has the same value
_AT_FDCWD: Final = {"linux": -100, "darwin": -2}


def file_sha256(path: Path) -> str:
    """Hash a file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str
        SHA-256 as 64 hex digits.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def staging_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside the target to write into; it is gone afterwards.

    Parameters
    ----------
    target
        The output folder: absent, empty, or one an earlier run wrote.

    Yields
    ------
    pathlib.Path
        The folder to write into, to be put in place with `publish`.

    Raises
    ------
    OutputError
        The target is a file, holds other people's files and no earlier run, or cannot be written.
    """
    recover(target)
    _refuse_strangers(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=_hidden(target, "new-"), dir=target.parent))
    except OSError as err:
        message = f"{target.parent} cannot be written ({err.strerror}); choose another folder"
        chinese = f"写不进{target.parent}（{err.strerror}）；请换一个文件夹"
        raise OutputError(message, chinese=chinese) from err
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def publish(staging: Path, target: Path, *, keep: Collection[str] = ()) -> list[str]:
    """Put a finished folder in the target's place.

    Parameters
    ----------
    staging
        The folder of `staging_folder`, all written.
    target
        The output folder.
    keep
        As in `carry_over`.

    Returns
    -------
    list of str
        Names of what was carried over from the old folder, see `carry_over`.

    Raises
    ------
    OutputError
        The folder could not be put in place; the old one is as it was.
    """
    try:
        carried = carry_over(target, staging, keep=keep)
        staging.chmod(0o755)
        _replace(target, staging)
    except OSError as err:
        message = (
            f"{target} could not be put in place ({err.strerror or err}); close files of it that "
            "are open in another program (请先关闭) and run again; the folder is as it was"
        )
        chinese = (
            f"{target}未能换上新成果（{err.strerror or err}）；请先关闭其中已打开的文件再重试；"
            "原文件夹没有变动"
        )
        raise OutputError(message, chinese=chinese) from err
    return carried


def recover(target: Path) -> None:
    """Mend what a run that died left: bring the old folder back, clear day-old staging folders.

    Parameters
    ----------
    target
        The output folder.
    """
    for stale in target.parent.glob(glob.escape(_hidden(target, "new-")) + "*"):
        if time.time() - stale.stat().st_mtime > _STALE_S:
            shutil.rmtree(stale, ignore_errors=True)
    backup = target.with_name(_hidden(target, "old"))
    if not backup.is_dir():
        return
    if target.exists():
        shutil.rmtree(backup, ignore_errors=True)
    else:
        backup.rename(target)


def carry_over(target: Path, staging: Path, *, keep: Collection[str] = ()) -> list[str]:
    """Copy into the new folder what people put or changed in the old one.

    Parameters
    ----------
    target
        The old folder; need not exist.
    staging
        The new folder, already written.
    keep
        Names of files of ours to keep although nobody edited them since: they hold what people
        wrote earlier, and the new folder does not.

    Returns
    -------
    list of str
        Relative names of what was carried over or kept, as they stand in the new folder.
    """
    if not target.is_dir():
        return []
    written = _hashes_written(target)
    carried = []
    for path in sorted(target.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(target).as_posix()
        if name == RUN_FILE:
            continue
        digest = file_sha256(path)
        if written.get(name) == digest and name not in keep:
            continue
        is_ours = name in written or (staging / name).exists()
        place = _kept_name(name, digest) if is_ours else name
        (staging / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, staging / place)
        carried.append(place)
    return carried


def _kept_name(name: str, digest: str) -> str:
    path = Path(name)
    return f"{KEPT_FOLDER}/{path.stem}_{digest[:8]}{path.suffix}"


def _hashes_written(folder: Path) -> dict[str, str]:
    try:
        stored = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        return {str(name): str(digest) for name, digest in stored["outputs"].items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}


def _refuse_strangers(target: Path) -> None:
    if target.exists() and not target.is_dir():
        message = f"{target} is a file; name a folder with -o"
        chinese = f"{target}是文件；请用 -o 指明文件夹"
        raise OutputError(message, chinese=chinese)
    if target.is_dir() and any(target.iterdir()) and not (target / RUN_FILE).is_file():
        message = (
            f"{target} holds files that geo-rectify did not write; name a new or empty folder "
            "with -o"
        )
        chinese = f"{target}里有不是 geo-rectify 写的文件；请用 -o 指明新的或空的文件夹"
        raise OutputError(message, chinese=chinese)


def _hidden(target: Path, word: str) -> str:
    return f".{target.name}.{word}"


def _replace(target: Path, staging: Path) -> None:
    if not target.exists():
        staging.rename(target)
        return
    if _exchange(staging, target):
        return
    backup = target.with_name(_hidden(target, "old"))
    target.rename(backup)
    try:
        staging.rename(target)
    except OSError:
        backup.rename(target)
        raise
    shutil.rmtree(backup, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names atomically where the system can; False where it cannot."""
    if sys.platform not in _AT_FDCWD:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    call = getattr(library, "renameat2" if sys.platform == "linux" else "renameatx_np", None)
    if call is None:
        return False
    here = _AT_FDCWD[sys.platform]
    if call(here, os.fsencode(one), here, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}:
        return False
    raise OSError(number, os.strerror(number), str(other))
