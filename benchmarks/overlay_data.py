"""Seeded zones, points, pits and uncertain points for the overlay benchmark.

Zones are star-shaped with a rough outline, one to a cell of a lattice, so that none overlap; a
tenth have a hole, a tenth two parts, some are large and one is huge: a red line of a province has
most of its vertices in a few zones, and so have these (seven in ten in 67 of 20,022). Six sites in ten lie within some hundred
metres of a boundary, where overlay is hard; the rest lie anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from pathlib import Path

SEED: Final = 20221101
WEST: Final = 115.53
SOUTH: Final = 25.0
METRE: Final = 1 / 111_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How big a case is.

    Zones, vertices of the huge one, how many large ones and what they have in the middle, mean of
    the rest.
    """

    zones: int
    huge: int
    large: int
    middle: int
    mean: float


SIZES: Final = {
    "city": Size(zones=300, huge=3_000, large=2, middle=1_000, mean=60.0),
    "prefecture": Size(zones=3_000, huge=40_000, large=10, middle=20_000, mean=60.0),
    "province": Size(zones=20_022, huge=247_000, large=66, middle=41_000, mean=60.0),
}


def outline(
    rng: np.random.Generator, x: float, y: float, radius: float, vertices: int
) -> np.ndarray[Any, Any]:
    """Draw a rough star-shaped ring, radius in degrees.

    Parameters
    ----------
    rng
        Source of chance.
    x, y, radius
        Centre and largest radius, degrees.
    vertices
        Number of vertices.

    Returns
    -------
    numpy.ndarray
        The ring, closed.
    """
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    waves = np.arange(2, min(40, max(4, vertices // 6)))
    phase = rng.uniform(0, 2 * np.pi, len(waves))
    rough = sum(np.cos(k * angle + p) / k for k, p in zip(waves.tolist(), phase, strict=True))
    rough = rough / np.abs(rough).max()
    grain = rng.uniform(-1, 1, vertices) * min(0.02, 2.0 / vertices)
    length = radius * (0.62 + 0.34 * rough + grain)
    ring = np.column_stack((x + length * np.cos(angle) / 0.88, y + length * np.sin(angle)))
    return np.vstack((ring, ring[:1]))


def draw_zones(size: Size) -> np.ndarray[Any, Any]:
    """Draw the zones of a case.

    Parameters
    ----------
    size
        The case.

    Returns
    -------
    numpy.ndarray
        Polygons and multipolygons in lon/lat.
    """
    rng = np.random.default_rng(SEED)
    side = int(np.ceil(np.sqrt(size.zones * 1.4)))
    step = 0.0174
    taken = side // 4
    zones = [
        shapely.Polygon(
            outline(
                rng,
                WEST + step * taken / 2,
                SOUTH + step * taken / 2,
                step * taken * 0.4,
                size.huge,
            )
        )
    ]
    blocks = [(i, j) for j in range(0, taken - 3, 4) for i in range(taken, side - 3, 4)]
    blocks = blocks[: size.large]
    for i, j in blocks:
        vertices = int(
            np.clip(rng.lognormal(np.log(size.middle), 0.6), size.middle // 4, size.huge)
        )
        x, y = WEST + (i + 2) * step, SOUTH + (j + 2) * step
        zones.append(shapely.Polygon(outline(rng, x, y, 1.7 * step, vertices)))
    filled = {(i + di, j + dj) for i, j in blocks for di in range(4) for dj in range(4)}
    cells = [
        (i, j)
        for j in range(side)
        for i in range(side)
        if (i >= taken or j >= taken) and (i, j) not in filled
    ]
    at = 0
    while len(zones) < size.zones:
        i, j = cells[at]
        x, y = WEST + (i + 0.5) * step, SOUTH + (j + 0.5) * step
        vertices = int(np.clip(rng.lognormal(np.log(size.mean) - 0.5, 1.0), 12, 8_000))
        ring = outline(rng, x, y, 0.44 * step, vertices)
        kind = rng.random()
        hole = [outline(rng, x, y, 0.08 * step, max(8, vertices // 6))[::-1]]
        shape: Any = shapely.Polygon(ring, hole if kind < 0.1 else None)
        if 0.1 <= kind < 0.2 and at + 1 < len(cells):
            at += 1
            i, j = cells[at]
            x, y = WEST + (i + 0.5) * step, SOUTH + (j + 0.5) * step
            other = shapely.Polygon(outline(rng, x, y, 0.4 * step, max(12, vertices // 2)))
            shape = shapely.MultiPolygon([shape, other])
        zones.append(shape)
        at += 1
    return np.array(zones, dtype=object)


def draw_positions(zones: np.ndarray[Any, Any], count: int, *, seed: int) -> np.ndarray[Any, Any]:
    """Draw positions, six in ten near a boundary.

    Parameters
    ----------
    zones
        The zones.
    count
        How many.
    seed
        Added to the seed of the case.

    Returns
    -------
    numpy.ndarray
        Rows of lon, lat.
    """
    rng = np.random.default_rng(SEED + seed)
    vertices = shapely.get_coordinates(zones)
    near = rng.random(count) < 0.6
    chosen = vertices[rng.integers(0, len(vertices), count)]
    offset = rng.normal(0, 150 * METRE, (count, 2))
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    anywhere = rng.uniform(low, high, (count, 2))
    positions: np.ndarray[Any, Any] = np.where(near[:, None], chosen + offset, anywhere)
    return positions


def draw_pits(positions: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Draw a pit of 40 to 200 m and 12 to 40 vertices around each position.

    Parameters
    ----------
    positions
        Rows of lon, lat.

    Returns
    -------
    numpy.ndarray
        Polygons.
    """
    rng = np.random.default_rng(SEED + 7)
    rings = [
        outline(rng, x, y, rng.uniform(40, 200) * METRE, int(rng.integers(12, 41)))
        for x, y in positions.tolist()
    ]
    index = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    made: np.ndarray[Any, Any] = shapely.polygons(
        shapely.linearrings(np.vstack(rings), indices=index)
    )
    return made


def write_case(folder: Path, size: str, points: int, pits: int) -> None:
    """Write the files of a case unless they stand there.

    Parameters
    ----------
    folder
        Where to.
    size
        Name of the case.
    points, pits
        How many sites.
    """
    import geopandas as gpd  # noqa: PLC0415 - the drawing above needs only shapely

    def write(name: str, shapes: Any, **more: Any) -> None:
        width = len(str(len(shapes)))
        ids = [f"{name[0]}{at:0{width}d}" for at in range(len(shapes))]
        frame = gpd.GeoDataFrame({"id": ids, **more}, geometry=shapes, crs=4490)
        frame.to_parquet(folder / f"{name}.parquet", compression=None)

    folder.mkdir(parents=True, exist_ok=True)
    done = folder / f"done-{points}-{pits}"
    if done.exists():
        return
    zones = draw_zones(SIZES[size])
    write("zones", zones)
    positions = draw_positions(zones, points, seed=1)
    radii = np.random.default_rng(SEED + 3).choice([50.0, 200.0, 500.0], points)
    write("points", shapely.points(positions), radius_m=radii)
    write("pits", draw_pits(draw_positions(zones, pits, seed=2)))
    done.touch()
