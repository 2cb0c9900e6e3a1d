"""Several versions of one layer: which is in force on a day, and how they follow each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from geo_rectify.catalogue.wording import sentence
from geo_rectify.errors import Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.catalogue.opening import CatalogueLayer

_DAY = dt.timedelta(days=1)


def ordered_versions(
    versions: Sequence[CatalogueLayer],
) -> tuple[list[CatalogueLayer], list[tuple[str, Told]]]:
    """Put the versions of one layer in order and say where they contradict each other.

    A version without a last day ends on the day before the next begins.

    Parameters
    ----------
    versions
        Entries of one id, in any order.

    Returns
    -------
    tuple
        The versions, oldest first, each with its last day; and faults as (key, what is wrong).
    """
    if len(versions) == 1:
        return list(versions), []
    faults: list[tuple[str, Told]] = []
    undated = [each for each in versions if each.entry.valid_from is None]
    if len(undated) > 1:
        twice_told = Told(
            english="stands twice in this catalogue; give each layer its own, or valid_from to "
            "each where they are versions of one layer",
            chinese="在本目录里出现两次；不同图层请各用各的编号，同一图层的几个版本请各写 valid_from",
        )
        return list(versions), [("id", twice_told)]
    if len({each.entry.role for each in versions}) > 1:
        roles = ", ".join(dict.fromkeys(each.entry.role.value for each in versions))
        different = Told(
            english=f"differs between versions of one layer ({roles}); give one role",
            chinese=f"同一图层各版本不一（{roles}）；请写同一个用途",
        )
        faults.append(("role", different))
    named = [each.entry.version for each in versions if each.entry.version is not None]
    twice = sorted({name for name in named if named.count(name) > 1})
    faults += [
        (
            "version",
            Told(
                english=f"{name!r} stands twice; call each version by another name",
                chinese=f"“{name}”出现两次；各版本请用不同的名字",
            ),
        )
        for name in twice
    ]
    ordered = sorted(versions, key=_begins)
    ended = []
    for older, newer in pairwise(ordered):
        start = _begins(newer)
        if start == _begins(older):
            told = Told(
                english=f"two versions begin on {start}, so the id stands twice; correct one of "
                "the two dates, or give each layer its own id",
                chinese=f"两个版本都从{start}起有效，编号重复；请更正其中一个日期，或各用各的编号",
            )
            faults.append(("valid_from", told))
        elif older.entry.valid_to is not None and older.entry.valid_to >= start:
            told = Told(
                english=f"{older.entry.valid_to} lies after the next version has begun ({start}), "
                "so two would be in force; correct one of the two dates",
                chinese=f"{older.entry.valid_to}晚于下一版本的起始日（{start}），会有两版同时有效；"
                "请更正其中一个日期",
            )
            faults.append(("valid_to", told))
        ended.append(replace(older, until=older.entry.valid_to or start - _DAY))
    return [*ended, ordered[-1]], faults


def choose_versions(
    layers: Sequence[CatalogueLayer], *, as_of: dt.date
) -> list[tuple[CatalogueLayer, tuple[str, ...]]]:
    """Choose of each layer the version in force on a day.

    Parameters
    ----------
    layers
        All versions of all layers, those of one id in their order.
    as_of
        The day.

    Returns
    -------
    list of tuple
        One version a layer, and sentences on the others. Where none is in force it is the last
        one that was, else the first that will be.
    """
    by_id: dict[str, list[CatalogueLayer]] = {}
    for layer in layers:
        by_id.setdefault(layer.layer_id, []).append(layer)
    return [_chosen(versions, as_of=as_of) for versions in by_id.values()]


def version_notes(versions: Sequence[CatalogueLayer]) -> list[str]:
    """Say where no version of a layer is in force, between its first day and its last.

    Parameters
    ----------
    versions
        Its versions in order.

    Returns
    -------
    list of str
        One sentence a gap.
    """
    notes = []
    for older, newer in pairwise(versions):
        end, start = older.last_day, _begins(newer)
        if end is not None and start - end > _DAY:
            notes.append(sentence("version_gap", first=end + _DAY, last=start - _DAY))
    return notes


def _chosen(
    versions: list[CatalogueLayer], *, as_of: dt.date
) -> tuple[CatalogueLayer, tuple[str, ...]]:
    if len(versions) == 1:
        return versions[0], ()
    begun = [each for each in versions if _begins(each) <= as_of]
    chosen = begun[-1] if begun else versions[0]
    others = "；".join(_shown(each) for each in versions if each is not chosen)
    over = chosen.last_day is not None and chosen.last_day < as_of
    key = "version_none" if over or not begun else "version_chosen"
    said = sentence(key, count=len(versions), version=_shown(chosen), others=others)
    return chosen, (said,)


def _begins(layer: CatalogueLayer) -> dt.date:
    return layer.entry.valid_from or dt.date.min


def _shown(layer: CatalogueLayer) -> str:
    entry = layer.entry
    start = "" if entry.valid_from is None else entry.valid_from.isoformat()
    end = "" if layer.last_day is None else layer.last_day.isoformat()
    span = sentence("version_span", start=start or "…", end=end or "…")
    return f"{entry.version}（{span}）" if entry.version else span
