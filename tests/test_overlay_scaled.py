"""The cluster engine on real processes: the rows of one machine, also when a worker dies."""

from __future__ import annotations

import os
import signal
import warnings

import pandas as pd
import pytest
import shapely

from geo_rectify.errors import GeoRectifyWarning, MissingDependencyError
from geo_rectify.overlay import overlay_classes, overlay_sites, scaled
from tests.test_overlay_engines import crowd

dask_geopandas = pytest.importorskip("dask_geopandas", reason="needs the extra scale")
distributed = pytest.importorskip("distributed", reason="needs the extra scale")

# what distributed itself warns of is none of ours
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def cluster():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as workers,
        distributed.Client(workers) as client,
    ):
        yield client


def partitioned(frame, parts):
    order = frame.geometry.hilbert_distance().argsort()
    return dask_geopandas.from_geopandas(
        frame.iloc[order].reset_index(drop=True), npartitions=parts
    )


@pytest.mark.parametrize("limit", [0.0, 3000.0])
def test_rows_are_those_of_one_machine(cluster, limit):
    sites, zones = crowd(11, sites=200, zones=150)
    sites["uncertainty_m"] = 0.0
    sites.loc[::7, "uncertainty_m"] = 800.0
    for call in (overlay_sites, overlay_classes):
        wanted = call(sites, zones, max_distance_m=limit)
        made = call(
            partitioned(sites, 5), partitioned(zones, 4), max_distance_m=limit, engine="dask"
        )
        pd.testing.assert_frame_equal(made, wanted, rtol=1e-9)


def test_plain_frames_are_cut_by_us(cluster, monkeypatch):
    monkeypatch.setattr(scaled, "_SITES", 40)
    monkeypatch.setattr(scaled, "_VERTICES", 1000)
    sites, zones = crowd(12, sites=120, zones=90)
    sites.loc[3, "geometry"] = None
    wanted = overlay_classes(sites, zones)
    pd.testing.assert_frame_equal(overlay_classes(sites, zones, engine="dask"), wanted, rtol=1e-9)


def test_what_workers_warn_of_reaches_the_caller(cluster):
    sites, zones = crowd(13, sites=40, zones=30)
    west, south, east, north = shapely.bounds(sites.geometry.iloc[0])
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    sites.loc[0, "geometry"] = bow
    with pytest.warns(GeoRectifyWarning, match="s0000"):
        overlay_sites(partitioned(sites, 2), partitioned(zones, 2), engine="dask")


def deadly(part, folder, victim):
    """Kill the worker that reads a partition for the second time, once."""
    if len(part) and victim in set(part["site_id"]):
        for name in ("first", "second"):
            mark = os.path.join(folder, name)  # noqa: PTH118 - runs on a worker
            if not os.path.exists(mark):  # noqa: PTH110
                with open(mark, "w", encoding="utf-8"):  # noqa: PTH123
                    pass
                if name == "second":
                    os.kill(os.getpid(), signal.SIGKILL)
                break
    return part


def test_a_worker_killed_in_mid_run_costs_nothing_but_time(cluster, tmp_path):
    sites, zones = crowd(14, sites=200, zones=100)
    wanted = overlay_classes(sites, zones)
    before = set(cluster.run(os.getpid).values())
    doomed = partitioned(sites, 6).map_partitions(
        deadly, str(tmp_path), "s0100", meta=sites.iloc[:0]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = overlay_classes(doomed, partitioned(zones, 3), engine="dask")
    pd.testing.assert_frame_equal(made, wanted, rtol=1e-9)
    assert {path.name for path in tmp_path.iterdir()} == {"first", "second"}
    cluster.wait_for_workers(2)
    assert set(cluster.run(os.getpid).values()) != before


def test_the_extra_is_named_where_it_is_missing(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(scaled.importlib, "import_module", missing)
    sites, zones = crowd(1, sites=2, zones=2)
    with pytest.raises(MissingDependencyError, match=r"geo-rectify\[scale\]"):
        overlay_sites(sites, zones, engine="dask")
