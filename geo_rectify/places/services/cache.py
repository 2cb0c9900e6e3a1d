"""Answers kept on the user's own machine, for a time: a name is asked once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo_rectify.errors import OutputError
from geo_rectify.keeping import CACHE_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """Answers by service and question; keys of services never stand in it.

    Attributes
    ----------
    path
        The file; None keeps nothing.
    """

    path: Path | None

    def get(self, service: str, question: str, *, now: float) -> str | None:
        """Give an answer that is not too old.

        Parameters
        ----------
        service, question
            Who was asked what.
        now
            Seconds since 1970.

        Returns
        -------
        str or None
            The answer as it came.
        """
        if self.path is None:
            return None
        with closing(_opened(self.path)) as base:
            row = base.execute(
                "SELECT answer FROM answers WHERE service = ? AND question = ? AND until > ?",
                (service, question, now),
            ).fetchone()
        return None if row is None else str(row[0])

    def put(self, service: str, question: str, answer: str, *, now: float, days: float) -> None:
        """Keep an answer.

        Parameters
        ----------
        service, question, answer
            Who was asked what, and what came.
        now
            Seconds since 1970.
        days
            How long it is good for.
        """
        if self.path is None:
            return
        with closing(_opened(self.path)) as base, base:
            base.execute("DELETE FROM answers WHERE until <= ?", (now,))
            base.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)",
                (service, question, answer, now + days * _DAY_S),
            )


def _opened(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(path, timeout=30)
        base.execute(
            "CREATE TABLE IF NOT EXISTS answers (service TEXT, question TEXT, answer TEXT, "
            "until REAL, PRIMARY KEY (service, question))"
        )
    except (OSError, sqlite3.DatabaseError) as err:
        message = (
            f"{path}: the cache of geocoding answers cannot be used ({err}); delete it, "
            f"or name another folder in {CACHE_VARIABLE}"
        )
        chinese = f"{path}：在线查询的缓存不能用（{err}）；请删去它，或用{CACHE_VARIABLE}另指文件夹"
        raise OutputError(message, chinese=chinese) from err
    return base
