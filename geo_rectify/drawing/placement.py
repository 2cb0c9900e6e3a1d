"""Where symbols and labels of a static figure stand on paper, in millimetres.

Sites at one place on paper share a symbol; labels move around their symbol until they cover
neither symbols nor each other. Plain geometry: nothing here knows a drawing library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIRECTIONS: Final = 16
_STEPS_MM: Final = (0.8, 2.5, 5.0, 8.0, 12.0, 17.0, 23.0)
_LEADER_FROM_MM: Final = 2.0
_AIR_MM: Final = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle on paper."""

    left: float
    bottom: float
    right: float
    top: float

    def shared_with(self, other: Box) -> float:
        """Give the area two boxes share, square millimetres."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return width * height if width > 0 and height > 0 else 0.0

    def outside(self, frame: Box) -> float:
        """Give the area that sticks out of a frame, square millimetres."""
        whole = (self.right - self.left) * (self.top - self.bottom)
        return whole - self.shared_with(frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label to place: the middle of its symbol, its own size, and the symbol's radius."""

    x: float
    y: float
    width: float
    height: float
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A placed label: its middle, and whether it needs a line to its symbol."""

    x: float
    y: float
    leader: bool


def cluster(points: Sequence[tuple[float, float]], *, within_mm: float) -> list[list[int]]:
    """Gather points that would cover each other into groups, in order of the points.

    Parameters
    ----------
    points
        Positions on paper, the most important first: a group stands where its first point is.
    within_mm
        How near to a group's first point another must be to join it.

    Returns
    -------
    list of list of int
        Indices of the points of each group.
    """
    groups: list[list[int]] = []
    for index, (x, y) in enumerate(points):
        for group in groups:
            at_x, at_y = points[group[0]]
            if math.hypot(x - at_x, y - at_y) <= within_mm:
                group.append(index)
                break
        else:
            groups.append([index])
    return groups


def place_labels(labels: Sequence[Label], *, frame: Box, taken: Sequence[Box] = ()) -> list[Placed]:
    """Place labels beside their symbols so that they cover as little as can be.

    Parameters
    ----------
    labels
        The labels, the most important first.
    frame
        Where labels may stand.
    taken
        What else must not be covered.

    Returns
    -------
    list of Placed
        One for each label; none is left out.
    """
    occupied = [*taken, *(_symbol_box(label) for label in labels)]
    placed = []
    for label in labels:
        best, least = None, math.inf
        for step, (x, y) in _positions(label):
            box = _box(x, y, label.width, label.height)
            covered = sum(box.shared_with(other) for other in occupied) + 4 * box.outside(frame)
            if covered < least:
                best, least = (x, y, step, box), covered
            if covered == 0:
                break
        if best is not None:
            x, y, step, box = best
            occupied.append(box)
            placed.append(Placed(x=x, y=y, leader=step > _LEADER_FROM_MM))
    return placed


def _positions(label: Label) -> list[tuple[float, tuple[float, float]]]:
    found = []
    for step in _STEPS_MM:
        for turn in range(_DIRECTIONS):
            angle = 2 * math.pi * turn / _DIRECTIONS
            reach = label.radius + step
            x = label.x + (reach + label.width / 2) * math.cos(angle)
            y = label.y + (reach + label.height / 2) * math.sin(angle)
            found.append((step, (x, y)))
    return found


def _symbol_box(label: Label) -> Box:
    return _box(label.x, label.y, 2 * label.radius, 2 * label.radius)


def _box(x: float, y: float, width: float, height: float) -> Box:
    return Box(
        left=x - width / 2 - _AIR_MM,
        bottom=y - height / 2 - _AIR_MM,
        right=x + width / 2 + _AIR_MM,
        top=y + height / 2 + _AIR_MM,
    )
