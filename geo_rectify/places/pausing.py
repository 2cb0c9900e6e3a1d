"""Work that makes many small records at once, done without looking for garbage in between."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep Python's collector of cyclic garbage from running.

    Recognising and locating make a million records that live until the work is done and refer to
    one another in no circle; walking through them again and again costs a sixth of the time and
    frees nothing. What nobody refers to is freed as ever, since that is counting, not collecting.

    Yields
    ------
    None
        The collector runs again afterwards, also behind an error, if it ran before.
    """
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            gc.enable()
