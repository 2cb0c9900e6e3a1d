"""What services are asked, what they answer, and the role every one of them fills."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from geo_rectify.places.kinds import table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class GeocoderName(StrEnum):
    """The services there are."""

    TIANDITU = "tianditu"
    AMAP = "amap"
    BAIDU = "baidu"
    NOMINATIM = "nominatim"


class Extent(StrEnum):
    """What a hit is, as far as its level says."""

    ADMIN = "admin"
    TOWNSHIP = "township"
    VILLAGE = "village"
    ROAD = "road"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What may leave the machine: a place name, and the names of its county and prefecture.

    ``adcode`` is the code of the county, else of the prefecture, "" where unknown.
    """

    name: str
    county: str = ""
    prefecture: str = ""
    adcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawHit:
    """A hit as a service gives it, in the service's datum; ``name`` is "" where it gives none."""

    lon: float
    lat: float
    level: str
    name: str = ""
    extent: Extent | None = None
    uncertainty_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A hit in CGCS2000.

    Attributes
    ----------
    service, level
        Who found it, and on what level in the service's words.
    name
        What the service says it found, "" where it says nothing.
    extent
        What it is; None where the level is not known.
    uncertainty_m
        Radius in metres within which it lies at 90 %, assumed from the level; at least 50.
    """

    service: GeocoderName
    lon: float
    lat: float
    level: str
    name: str
    extent: Extent | None
    uncertainty_m: float


class Geocoder(Protocol):
    """Anything that finds places by name."""

    @property
    def service(self) -> GeocoderName:
        """Name the service."""

    def find(self, question: Question) -> tuple[Hit, ...]:
        """Ask for a name.

        Parameters
        ----------
        question
            The name and its county.

        Returns
        -------
        tuple of Hit
            Best first; empty where the service knows none.

        Raises
        ------
        ServiceError
            The service cannot be asked: key, quota, network.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request: its path, its parameters without the key, and how its answer is read."""

    path: str
    parameters: Mapping[str, str]
    key_parameter: str
    read: Callable[[Any], tuple[RawHit, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How one service is asked."""

    name: GeocoderName
    needs_key: bool
    steps: Callable[[Question], tuple[Step, ...]]

    @property
    def facts(self) -> dict[str, Any]:
        """Give what ``services.toml`` says of it."""
        facts: dict[str, Any] = table("services")[self.name.value]
        return facts

    @property
    def title(self) -> str:
        """Give its Chinese name."""
        return str(self.facts["title"])


class Busy(Exception):  # noqa: N818 - a state that passes, never seen outside
    """The service asks for patience; what it said is the message."""


class Refused(Exception):  # noqa: N818 - becomes a ServiceError with the service's name
    """The service will not answer: key or quota; what it said is the message."""


def by_level(name: GeocoderName, level: str) -> tuple[Extent | None, float]:
    """Say what a level of a service means.

    Parameters
    ----------
    name
        The service.
    level
        Its word.

    Returns
    -------
    tuple
        What a hit is and its assumed radius in metres; None and 0 for a level not listed.
    """
    known = table("services")[name.value]["levels"].get(level)
    return (None, 0.0) if known is None else (Extent(known[0]), float(known[1]))


def number(cell: object) -> float:
    """Read a number that may be text.

    Parameters
    ----------
    cell
        What the answer holds.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ValueError
        It is none.
    """
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        message = f"{cell!r} is no number"
        raise ValueError(message)  # noqa: TRY004 - text that is no number raises it too
    return float(cell)
