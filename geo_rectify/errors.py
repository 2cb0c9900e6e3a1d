"""Errors and warnings of geo_rectify.

The tree::

    GeoRectifyError
    ├── InputFileError (ValueError)      a file that cannot be read: missing, empty, encrypted, truncated
    │   ├── EncodingError                text whose encoding is unknown
    │   └── CorrectionsError             a worklist or corrections file that cannot be taken back
    ├── CatalogueError (ValueError)      faults in a catalogue.toml, all of them at once
    │   └── LayerError                   one layer file that cannot be loaded
    ├── TableError (ValueError)          a frame without the columns its schema names
    ├── CRSError (ValueError)            a missing, different or refused coordinate system
    ├── RulesError (ValueError)          faults in a rules file
    ├── RegionError (LookupError)        an administrative area that is not known
    ├── ScopeError (LookupError)         a county or issue to narrow a run to that it does not have
    ├── OutputError (OSError)            a folder or file that cannot be written
    ├── ServiceError (OSError)           an online service that cannot be asked: key, quota, network
    └── MissingDependencyError (ImportError)   an optional library, with the extra that brings it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One fault in both languages."""

    english: str
    chinese: str


def told_together(faults: Sequence[Told]) -> Told:
    """Make one text of several faults, a line each.

    Parameters
    ----------
    faults
        The faults, in order.

    Returns
    -------
    Told
        In both languages.
    """
    return Told(
        english="\n".join(fault.english for fault in faults),
        chinese="\n".join(fault.chinese for fault in faults),
    )


class GeoRectifyError(Exception):
    """Base of every error the package raises on purpose.

    Parameters
    ----------
    message
        What is wrong, where, and the remedy.
    chinese
        The same for people at the command line, who read Chinese; "" where nobody wrote it yet.
    """

    def __init__(self, message: str = "", *, chinese: str = "") -> None:
        super().__init__(message)
        self.chinese = chinese

    @classmethod
    def of(cls, told: Told) -> Self:
        """Make an error of a fault told in both languages."""
        return cls(told.english, chinese=told.chinese)

    @property
    def told(self) -> Told:
        """Give what the error says, twice the English where it has no Chinese."""
        return Told(english=str(self), chinese=self.chinese or str(self))


class InputFileError(GeoRectifyError, ValueError):
    """A file that cannot be read as what it should be."""


class EncodingError(InputFileError):
    """A text file whose encoding could not be told."""


class CorrectionsError(InputFileError):
    """A worklist or corrections file that cannot be taken back."""


class CatalogueError(GeoRectifyError, ValueError):
    """Faults of a layer catalogue, reported together."""


class LayerError(CatalogueError):
    """A layer file that cannot be loaded."""


class TableError(GeoRectifyError, ValueError):
    """A frame that does not have the columns its schema names."""


class CRSError(GeoRectifyError, ValueError):
    """A coordinate system that is missing, different or refused."""


class RulesError(GeoRectifyError, ValueError):
    """Faults of a rules file, reported together."""


class RegionError(GeoRectifyError, LookupError):
    """An administrative area that is not known."""


class ScopeError(GeoRectifyError, LookupError):
    """A county or issue that a run cannot be narrowed to, because it has none of it."""


class OutputError(GeoRectifyError, OSError):
    """An output folder or file that cannot be written."""


class ServiceError(GeoRectifyError, OSError):
    """An online service that cannot be asked: key, quota, network, unreadable answer."""


class MissingDependencyError(GeoRectifyError, ImportError):
    """An optional library that is not installed."""


class GeoRectifyWarning(UserWarning):
    """Category of every warning the package gives."""
