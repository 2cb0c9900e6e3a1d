"""What is gathered while one layer is made ready, and how its features are called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo_rectify.catalogue.classes import word_of
from geo_rectify.catalogue.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry


@dataclass(slots=True, kw_only=True)
class Notes:
    """Sentences gathered while one layer is loaded, and what they rest on.

    ``unplaced`` says that a feature's place is unknown; ``left_out`` holds the shapes of features
    whose class nothing maps, and ``unmapped`` the words for it with their counts.
    """

    repairs: list[str] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    unplaced: bool = False
    left_out: list[BaseGeometry] = field(default_factory=list)
    unmapped: tuple[str, ...] = ()


def caller(frame: gpd.GeoDataFrame, name_field: str | None) -> Callable[[object], str]:
    """Give a function that calls a feature by its number and name.

    Parameters
    ----------
    frame
        The rows as read.
    name_field
        The field that names them, None where there is none.

    Returns
    -------
    callable
        Takes the feature's index.
    """
    names = {} if name_field is None else dict(zip(frame.index, frame[name_field], strict=True))

    def called(fid: object) -> str:
        name = word_of(names.get(fid))
        key = "feature_named" if name else "feature"
        return sentence(key, fid=fid, name=name)

    return called
