"""Pausing the collector of garbage."""

import gc
from collections.abc import Iterator

import pytest

from geo_rectify.places.pausing import collector_paused


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_runs_again_behind_an_error():
    def fail() -> None:
        assert not gc.isenabled()
        message = "no plan"
        raise ValueError(message)

    with pytest.raises(ValueError, match="no plan"), collector_paused():
        fail()
    assert gc.isenabled()


def test_a_pause_within_a_pause_ends_with_the_outer_one():
    with collector_paused():
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_somebody_stopped_stays_stopped():
    gc.disable()
    with collector_paused():
        pass
    assert not gc.isenabled()
