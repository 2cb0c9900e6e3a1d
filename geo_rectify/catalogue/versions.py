"""Several versions of one layer: which is in force on a day, and how they follow each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from geo_rectify.catalogue.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.catalogue.opening import CatalogueLayer

_DAY = dt.timedelta(days=1)


def ordered_versions(
    versions: Sequence[CatalogueLayer],
) -> tuple[list[CatalogueLayer], list[tuple[str, str]]]:
    """Put the versions of one layer in order and say where they contradict each other.

    A version without a last day ends on the day before the next begins.

    Parameters
    ----------
    versions
        Entries of one id, in any order.

    Returns
    -------
    tuple
        The versions, oldest first, each with its last day; and faults as (key, sentence).
    """
    if len(versions) == 1:
        return list(versions), []
    faults = []
    undated = [each for each in versions if each.entry.valid_from is None]
    if len(undated) > 1:
        text = (
            "stands twice in this catalogue; give each layer its own, or valid_from to each "
            "where they are versions of one layer"
        )
        return list(versions), [("id", text)]
    if len({each.entry.role for each in versions}) > 1:
        roles = ", ".join(dict.fromkeys(each.entry.role.value for each in versions))
        faults.append(("role", f"differs between versions of one layer ({roles}); give one role"))
    named = [each.entry.version for each in versions if each.entry.version is not None]
    twice = sorted({name for name in named if named.count(name) > 1})
    faults += [
        ("version", f"{name!r} stands twice; call each version by another name") for name in twice
    ]
    ordered = sorted(versions, key=_begins)
    ended = []
    for older, newer in pairwise(ordered):
        start = _begins(newer)
        if start == _begins(older):
            faults.append(("valid_from", f"two versions begin on {start}; correct one of the two"))
        elif older.entry.valid_to is not None and older.entry.valid_to >= start:
            text = (
                f"{older.entry.valid_to} lies after the next version has begun ({start}), so two "
                "would be in force; correct one of the two dates"
            )
            faults.append(("valid_to", text))
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
