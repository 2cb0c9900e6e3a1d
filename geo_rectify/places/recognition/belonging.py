"""Whether a place may be taken for one county's, by its kind and its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition.admin import short_name
from geo_rectify.places.recognition.lexicon import lexicon
from geo_rectify.places.recognition.numbering import CANAL
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from geo_rectify.places.recognition.drafts import Document, Draft

TEXT: Final = "text"
"""The basis of a county that the sentence itself tells."""

LINEAR: Final = frozenset(
    {PlaceType.RIVER, PlaceType.MONITORING_SECTION, PlaceType.ROAD, PlaceType.RAILWAY}
)
"""Kinds that run through several counties: the words around say little, the document more."""

FLOWING: Final = frozenset({PlaceType.RIVER, PlaceType.MONITORING_SECTION})
"""Kinds that flow on: rivers and the sections on them."""

WIDE: Final = frozenset(
    {PlaceType.RIVER, PlaceType.LAKE_RESERVOIR, PlaceType.CATCHMENT, PlaceType.NATURE_RESERVE}
)
"""Where bodies of the city answer, an issue about one county says little of these."""

RESERVES: Final = frozenset(
    {PlaceType.NATURE_RESERVE, PlaceType.FOREST_PARK, PlaceType.PARK_SCENIC}
)
"""Reserves and parks."""

_PUBLIC_WORKS: Final = frozenset(
    {PlaceType.WASTEWATER_PLANT, PlaceType.OTHER, PlaceType.PROJECT, PlaceType.SCHOOL}
)
_LONG_WATERS: Final = ("运河", "水道", "减河", "干渠", "总渠")
_RIVER_SIZES: Final = (2, 3, 4, 5)
_THROUGH_ROAD: Final = re.compile(r"\d|国道|省道|高速|公路|环线")
_SHORTEST_STEM: Final = 2


def of_a_group(draft: Draft, document: Document) -> bool:
    """Say whether one who acts is a firm of the whole city or a great works: 某钢集团, 某市城投.

    Parameters
    ----------
    draft
        A mention.
    document
        What is known of the document.

    Returns
    -------
    bool
        Whether it is so.
    """
    if draft.kind is not PlaceType.FACTORY or draft.role is not Role.ACTOR:
        return False
    area = document.home.names.get(draft.prefix)
    of_city = area is not None and area.kind is not PlaceType.COUNTY
    return of_city or any(draft.surface.startswith(works) for works in lexicon().works)


def of_no_county(anchor: Draft) -> bool:
    """Say whether a place lies in a reserve whose county nothing tells.

    Parameters
    ----------
    anchor
        The place a mention is at.

    Returns
    -------
    bool
        Whether it is so.
    """
    return anchor.kind is PlaceType.NATURE_RESERVE and not anchor.county


def of_old_name(draft: Draft) -> bool:
    """Say whether a river is called by one character or 江: such rivers mostly go far.

    Parameters
    ----------
    draft
        A mention.

    Returns
    -------
    bool
        Whether it is so.
    """
    river = draft.kind is PlaceType.RIVER and draft.head not in _LONG_WATERS
    return river and (len(draft.surface) <= _SHORTEST_STEM or draft.surface.endswith("江"))


def runs_far(draft: Draft) -> bool:
    """Say whether a river passes through many counties: none is its own.

    Parameters
    ----------
    draft
        A mention.

    Returns
    -------
    bool
        Whether it is so.
    """
    if draft.kind is PlaceType.CATCHMENT and draft.surface.endswith("流域"):
        name = draft.surface.removesuffix("流域")
    elif draft.kind is PlaceType.RIVER and (
        draft.surface.endswith("段") or CANAL.fullmatch(draft.surface)
    ):
        return True
    elif draft.kind in RESERVES and draft.county_basis != TEXT:
        # A reserve called by a great lake or range is no one county's.
        great = any(draft.surface[:size] in lexicon().long_rivers for size in _RIVER_SIZES)
        return great and "段" not in draft.surface[:-1]
    elif draft.kind in WIDE - {PlaceType.NATURE_RESERVE} | {PlaceType.MOUNTAIN}:
        name = draft.surface
    elif draft.kind is PlaceType.MONITORING_SECTION and draft.county_basis != TEXT:
        sizes = (draft.surface[:size] for size in _RIVER_SIZES)
        name = next((name for name in sizes if name in lexicon().long_rivers), "")
    else:
        return False
    told = draft.county_basis == TEXT and name in lexicon().namesakes
    return name in lexicon().long_rivers and not told


def is_namesake(draft: Draft) -> bool:
    """Say whether a small river or a park may be called so too: what is said elsewhere counts.

    Parameters
    ----------
    draft
        A mention.

    Returns
    -------
    bool
        Whether it is so.
    """
    park = draft.kind in RESERVES - {PlaceType.NATURE_RESERVE}
    return park or draft.surface in lexicon().namesakes


def stays(draft: Draft, county: str, document: Document) -> bool:
    """Say whether a place may be taken for one of the county the sentence tells.

    A section is a point and a small river mostly one county's; great rivers and through roads
    are not.

    Parameters
    ----------
    draft
        A mention.
    county
        A county or zone that the sentence told.
    document
        What is known of the document.

    Returns
    -------
    bool
        Whether it is so.
    """
    if draft.kind is PlaceType.NATURE_RESERVE and "国家" in draft.surface:
        return False
    if draft.kind in RESERVES and county not in document.home.counties:
        # 某高新区|部分企业违规，某某国家森林公园: a zone holds no reserve.
        return False
    if draft.kind is PlaceType.HOSPITAL and (not draft.stem or draft.surface[0] in "省市州"):
        return False
    public = draft.kind in _PUBLIC_WORKS and draft.prefix.endswith("市")
    if (public or draft.kind is PlaceType.INDUSTRIAL_PARK) and of_the_city(draft, document):
        # 某州市|静脉产业园, 某台河市|第二污水处理厂: the city's, wherever it stands.
        return False
    if draft.kind in FLOWING:
        # A zone's name says where its works are, not where the water they use goes.
        own = county in document.home.counties and not draft.surface.endswith(_LONG_WATERS)
        long = lexicon().long_rivers
        return own and not any(draft.surface[:size] in long for size in _RIVER_SIZES)
    return draft.kind not in LINEAR or _is_street(draft)


def of_the_city(draft: Draft, document: Document) -> bool:
    """Say whether a name begins with that of a prefecture or province.

    Parameters
    ----------
    draft
        A mention.
    document
        What is known of the document.

    Returns
    -------
    bool
        Whether it is so.
    """
    area = document.home.names.get(draft.prefix)
    if area is None:
        return draft.surface.startswith(short_name(document.home.level_name))
    return area.kind is not PlaceType.COUNTY


def _is_street(draft: Draft) -> bool:
    """Say whether a road stays in its town: not 国道, S101, 高速公路."""
    return draft.kind is PlaceType.ROAD and not _THROUGH_ROAD.search(draft.surface)
