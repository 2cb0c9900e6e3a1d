"""Answers kept on the user's own machine, for a time: a name is asked once."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from geo_rectify.errors import OutputError

_DAY_S: Final = 86_400.0
CACHE_VARIABLE: Final = "GEO_RECTIFY_CACHE"
"""Environment variable that names another cache folder."""


def cache_folder() -> Path:
    """Give the folder of the cache: the user's own, or what ``GEO_RECTIFY_CACHE`` names.

    Returns
    -------
    pathlib.Path
        The folder; it need not exist.
    """
    named = os.environ.get(CACHE_VARIABLE, "").strip()
    return Path(named) if named else Path(platformdirs.user_cache_dir("geo_rectify"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """Answers by service and question; keys of services never stand in it."""

    path: Path

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
        with closing(self._open()) as base:
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
        with closing(self._open()) as base, base:
            base.execute("DELETE FROM answers WHERE until <= ?", (now,))
            base.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)",
                (service, question, answer, now + days * _DAY_S),
            )

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(self.path, timeout=30)
            base.execute(
                "CREATE TABLE IF NOT EXISTS answers (service TEXT, question TEXT, answer TEXT, "
                "until REAL, PRIMARY KEY (service, question))"
            )
        except (OSError, sqlite3.DatabaseError) as err:
            message = (
                f"{self.path}: the cache of geocoding answers cannot be used ({err}); delete it, "
                f"or name another folder in {CACHE_VARIABLE}"
            )
            raise OutputError(message) from err
        return base
