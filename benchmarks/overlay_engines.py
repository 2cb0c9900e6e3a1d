"""One overlay task by one engine, from the files to the answer, in a process of its own.

Usage: python benchmarks/overlay_engines.py ENGINE TASK FOLDER ANSWER

Every engine gets the same GeoParquet (WKB) and answers the same question: for ``points`` the zones
each point lies in; for ``areas`` and ``verdicts`` (discs of the points' uncertainty) the pairs with
their common area; for ``nearest`` the distance to the nearest zone within 5 km. Overlaps are cut in
lon/lat and their areas measured by the one closed form, distances are taken in EPSG:4548.
The last line printed is JSON: seconds after the start, processor seconds of all threads with the
start, and peak memory in MB.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

LIMIT_M: Final = 5000.0
PLANE: Final = "EPSG:4548"
DISCS: Final = "verdicts"
POSTGIS: Final = "host=127.0.0.1 port=54329 user=postgres dbname=postgres"

Answer = pd.DataFrame


def file_of(task: str) -> str:
    """Name the sites of a task."""
    return "pits" if task == "areas" else "points"


def read(folder: Path, name: str) -> tuple[Any, Any, Any]:
    """Read ids, shapes and radii with shapely."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - a start that costs only whom it serves
    import shapely  # noqa: PLC0415

    table = pq.read_table(folder / f"{name}.parquet")
    shapes = shapely.from_wkb(table["geometry"].to_numpy())
    radii = table["radius_m"].to_numpy() if "radius_m" in table.column_names else None
    return table["id"].to_numpy(), shapes, radii


def discs(shapes: Any, radii: Any) -> Any:
    """Widen points in the plane, 16 segments a quarter, and bring them back."""
    import geopandas as gpd  # noqa: PLC0415

    flat = gpd.GeoSeries(shapes, crs=4490).to_crs(PLANE)
    return flat.buffer(radii, quad_segs=16).to_crs(4490).to_numpy()


def pieces_answer(sites: Any, zones: Any, wkb: Any) -> Answer:
    """Measure overlaps that came back as WKB."""
    import shapely  # noqa: PLC0415

    from geo_rectify.crs import areas_m2  # noqa: PLC0415

    pieces = shapely.from_wkb(np.array([bytes(one) for one in wkb], dtype=object))
    return pd.DataFrame({"site_id": sites, "zone_id": zones, "area_m2": areas_m2(pieces)})


def ours(task: str, folder: Path, *, opened: bool = False, engine: str = "auto") -> Answer:
    """Run geo_rectify's own overlay, on a frame or on zones opened from their file."""
    import geopandas as gpd  # noqa: PLC0415

    from geo_rectify.overlay import open_zones, overlay_classes, overlay_sites  # noqa: PLC0415

    ids, shapes, radii = read(folder, file_of(task))
    sites = gpd.GeoDataFrame({"site_id": ids}, geometry=shapes, crs=4490)
    if opened:
        path = folder / "zones.parquet"
        zones: Any = open_zones(path, id_field="id", zone_class="red_line")
    else:
        ids, shapes, _ = read(folder, "zones")
        columns = {"zone_id": ids, "zone_class": "red_line"}
        zones = gpd.GeoDataFrame(columns, geometry=shapes, crs=4490)
    if task == "nearest":
        made = overlay_classes(sites, zones, max_distance_m=LIMIT_M, engine=engine)
        return made.loc[made["distance_m"].notna(), ["site_id", "distance_m"]]
    if task == DISCS:
        sites["uncertainty_m"] = radii
    made = overlay_sites(sites, zones, max_distance_m=0, min_overlap_m2=0, engine=engine)
    made = made[made["relation"].isin(["inside", "overlaps"])]
    made = made.rename(columns={"overlap_m2": "area_m2"})
    return made[["site_id", "zone_id"] + ["area_m2"] * (task != "points")]


def expert(task: str, folder: Path) -> Answer:
    """Use shapely as those do who know it: a tree, prepared zones, cutting only what is cut."""
    import shapely  # noqa: PLC0415

    from geo_rectify.crs import areas_m2  # noqa: PLC0415

    ids, sites, radii = read(folder, file_of(task))
    zone_ids, zones, _ = read(folder, "zones")
    if task == "points":
        site, zone = shapely.STRtree(zones).query(sites, predicate="within")
        return pd.DataFrame({"site_id": ids[site], "zone_id": zone_ids[zone]})
    if task == DISCS:
        sites = discs(sites, radii)
    site, zone = shapely.STRtree(zones).query(sites)
    order = np.argsort(zone, kind="stable")
    site, zone = site[order], zone[order]
    shapely.prepare(zones)
    held = shapely.contains(zones[zone], sites[site])
    cut = np.flatnonzero(~held)
    cut = cut[shapely.intersects(zones[zone[cut]], sites[site[cut]])]
    pieces = sites[site].copy()
    pieces[cut] = shapely.intersection(zones[zone[cut]], sites[site[cut]])
    kept = np.concatenate((np.flatnonzero(held), cut))
    area = areas_m2(pieces[kept])
    return pd.DataFrame(
        {"site_id": ids[site[kept]], "zone_id": zone_ids[zone[kept]], "area_m2": area}
    )


def documented(task: str, folder: Path) -> Answer:
    """Use geopandas as its guide spells it."""
    import geopandas as gpd  # noqa: PLC0415

    from geo_rectify.crs import areas_m2  # noqa: PLC0415

    ids, shapes, radii = read(folder, file_of(task))
    shapes = discs(shapes, radii) if task == DISCS else shapes
    sites = gpd.GeoDataFrame({"site_id": ids}, geometry=shapes, crs=4490)
    ids, shapes, _ = read(folder, "zones")
    zones = gpd.GeoDataFrame({"zone_id": ids}, geometry=shapes, crs=4490)
    if task == "points":
        return gpd.sjoin(sites, zones, predicate="within")[["site_id", "zone_id"]]
    if task == "nearest":
        made = gpd.sjoin_nearest(
            sites.to_crs(PLANE),
            zones.to_crs(PLANE),
            max_distance=LIMIT_M,
            distance_col="distance_m",
        )
        return made.drop_duplicates("site_id")[["site_id", "distance_m"]]
    made = gpd.overlay(sites, zones, keep_geom_type=True)
    return made[["site_id", "zone_id"]].assign(area_m2=areas_m2(made.geometry.to_numpy()))


def duckdb(task: str, folder: Path) -> Answer:
    """Use DuckDB with its spatial extension, from the network or from its wheel."""
    import duckdb as engine  # noqa: PLC0415

    db = engine.connect(config={"allow_unsigned_extensions": "true"})
    try:
        import duckdb_extension_spatial as wheel  # noqa: PLC0415

        found = next(Path(wheel.__path__[0]).rglob("*.duckdb_extension"))
        db.execute(f"LOAD '{found}'")
    except ImportError:
        db.execute("INSTALL spatial; LOAD spatial")
    move = f"ST_Transform(g, 'EPSG:4490', '{PLANE}', always_xy := true)"
    for name, file in (("s", file_of(task)), ("z", "zones")):
        shape = "geometry"
        if task == "nearest":
            shape = move.replace("(g,", f"({shape},")
        if task == DISCS and name == "s":
            flat = move.replace("(g,", f"({shape},")
            shape = (
                f"ST_Transform(ST_Buffer({flat}, radius_m, 16), '{PLANE}', 'EPSG:4490', "
                "always_xy := true)"
            )
        source = f"read_parquet('{folder / file}.parquet')"
        db.execute(f"CREATE TABLE {name} AS SELECT id, {shape} AS g FROM {source}")
    if task == "points":
        join = "SELECT s.id AS site_id, z.id AS zone_id FROM s JOIN z ON ST_Within(s.g, z.g)"
        return db.execute(join).df()
    if task == "nearest":
        join = (
            "SELECT s.id AS site_id, min(ST_Distance(s.g, z.g)) AS distance_m FROM s JOIN z "
            f"ON ST_DWithin(s.g, z.g, {LIMIT_M}) GROUP BY s.id"
        )
        return db.execute(join).df()
    made = db.execute(
        "SELECT s.id, z.id, ST_AsWKB(ST_Intersection(s.g, z.g)) FROM s JOIN z "
        "ON ST_Intersects(s.g, z.g)"
    ).fetchnumpy()
    return pieces_answer(*made.values())


def sedona(task: str, folder: Path) -> Answer:
    """Use SedonaDB."""
    import sedonadb  # noqa: PLC0415

    db = sedonadb.connect()
    for name, file in (("s", file_of(task)), ("z", "zones")):
        db.read_parquet(str(folder / f"{file}.parquet")).to_view(f"raw_{name}")
        view = f"SELECT id AS {name}_id, geometry AS {name}_g FROM raw_{name}"
        db.sql(view).to_memtable().to_view(name)
    if task == "points":
        made = db.sql("SELECT s_id, z_id FROM s JOIN z ON ST_Within(s_g, z_g)").to_pandas()
        return made.rename(columns={"s_id": "site_id", "z_id": "zone_id"})
    made = db.sql(
        "SELECT s_id, z_id, ST_AsBinary(ST_Intersection(s_g, z_g)) AS w FROM s JOIN z "
        "ON ST_Intersects(s_g, z_g)"
    ).to_pandas()
    return pieces_answer(made["s_id"].to_numpy(), made["z_id"].to_numpy(), made["w"])


def postgis(task: str, folder: Path) -> Answer:
    """Use PostGIS with subdivided zones; loading, subdividing and indexing are part of it."""
    import psycopg  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    srid = 4548 if task == "nearest" else 4490
    with psycopg.connect(POSTGIS, autocommit=True) as db:
        db.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        for name, file in (("s", file_of(task)), ("z", "zones")):
            table = pq.read_table(folder / f"{file}.parquet")
            db.execute(f"DROP TABLE IF EXISTS {name}, {name}_raw")
            db.execute(f"CREATE UNLOGGED TABLE {name}_raw (id text, w bytea, r float)")
            radii = [0.0] * len(table)
            if "radius_m" in table.column_names:
                radii = table["radius_m"].to_pylist()
            rows = zip(table["id"].to_pylist(), table["geometry"].to_pylist(), radii, strict=True)
            with db.cursor().copy(f"COPY {name}_raw FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["text", "bytea", "float8"])
                for row in rows:
                    copy.write_row(row)
            shape = f"ST_Transform(ST_GeomFromWKB(w, 4490), {srid})"
            if name == "s" and task == DISCS:
                flat = "ST_Transform(ST_GeomFromWKB(w, 4490), 4548)"
                shape = f"ST_Transform(ST_Buffer({flat}, r, 16), 4490)"
            if name == "z":
                shape = f"ST_Subdivide({shape}, 128)"
            db.execute(f"CREATE UNLOGGED TABLE {name} AS SELECT id, {shape} AS g FROM {name}_raw")
            db.execute(f"CREATE INDEX ON {name} USING gist (g)")
            db.execute(f"ANALYZE {name}")
        begun = time.perf_counter()
        if task == "points":
            query = "SELECT DISTINCT s.id, z.id FROM s JOIN z ON ST_Intersects(z.g, s.g)"
            names = ["site_id", "zone_id"]
        elif task == "nearest":
            query = (
                "SELECT s.id, n.d FROM s CROSS JOIN LATERAL (SELECT z.g <-> s.g AS d FROM z "
                "ORDER BY z.g <-> s.g LIMIT 1) n WHERE n.d <= 5000"
            )
            names = ["site_id", "distance_m"]
        else:
            query = (
                "SELECT s.id, z.id, ST_AsBinary(ST_Intersection(s.g, z.g)) FROM s JOIN z "
                "ON ST_Intersects(s.g, z.g)"
            )
            names = []
        rows = db.execute(query).fetchall()
        print(f"query {time.perf_counter() - begun:.2f}")
    if names:
        return pd.DataFrame(rows, columns=names)
    made = pieces_answer(*zip(*rows, strict=True))
    return made.groupby(["site_id", "zone_id"], as_index=False)["area_m2"].sum()


ENGINES: Final[dict[str, Any]] = {
    "ours, zones opened": lambda task, folder: ours(task, folder, opened=True),
    "ours, frame, kept index": ours,
    "ours, frame, first use": ours,
    "ours, frame, GEOS engine": lambda task, folder: ours(task, folder, engine="geos"),
    "geopandas, expert": expert,
    "geopandas, documented": documented,
    "DuckDB": duckdb,
    "SedonaDB": sedona,
    "PostGIS": postgis,
}


UNASKED: Final = {
    ("geopandas, expert", "nearest"): "no shorter spelling than the documented one",
    ("SedonaDB", "nearest"): "no plane distance join in the release",
    ("SedonaDB", DISCS): "no metric buffer in the release",
}
"""What is not asked of an engine, and why."""


def main() -> None:
    """Run one task, write the answer, print what it took."""
    engine, task, folder, answer = sys.argv[1:]
    begun = time.perf_counter()
    made = ENGINES[engine](task, Path(folder))
    seconds = time.perf_counter() - begun
    cpu = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    made.reset_index(drop=True).to_pickle(answer)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak, "rows": len(made)}))


if __name__ == "__main__":
    main()
