"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["chromium"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write what the golden cases give now"
    )


@pytest.fixture(scope="session")
def real_plans() -> Path:
    """The folder of real documents, or a skip that says how to name one."""
    folder = os.environ.get("GEO_RECTIFY_REAL_PLANS", "")
    if not folder:
        pytest.skip("set GEO_RECTIFY_REAL_PLANS to a folder of real plans")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"GEO_RECTIFY_REAL_PLANS names no folder: {folder}")
    return path


@pytest.fixture(scope="session")
def gold(real_plans: Path) -> Path:
    """The folder of annotations beside the real documents."""
    path = real_plans.parent / "gold"
    if not path.is_dir():
        pytest.fail(f"no annotations beside {real_plans}")
    return path


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests out of the user's cache folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEO_RECTIFY_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
