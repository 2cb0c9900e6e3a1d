"""A real Chromium for page tests, with the network off and every fault of a page collected."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")


def find_chromium() -> str | None:
    """Name an installed Chromium: GEO_RECTIFY_CHROMIUM, else the first on the path."""
    named = os.environ.get("GEO_RECTIFY_CHROMIUM")
    return named or next(filter(None, (shutil.which(name) for name in _NAMES)), None)


def _missing(reason: str) -> None:
    if os.environ.get("GEO_RECTIFY_REQUIRE_BROWSER") == "1":
        pytest.fail(f"GEO_RECTIFY_REQUIRE_BROWSER=1, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running Chromium, or a skip that says what is missing."""
    path = find_chromium()
    if path is None:
        _missing("no Chromium is installed; name one with GEO_RECTIFY_CHROMIUM")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed; it comes with the extra 'test'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class OpenPage:
    """An open page, and what went wrong on it."""

    page: Any
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Fail where the page asked for anything but local files, or reported an error."""
        outside = [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]
        assert outside == []
        assert self.faults == []


@contextmanager
def open_page(
    browser: Any, path: Path, *, size: tuple[int, int], touch: bool = False, before: str = ""
) -> Any:
    """Open a file with the network off; at the end the page must have been quiet.

    ``before`` is a script that runs before those of the page.
    """
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        offline=True,
        has_touch=touch,
        is_mobile=touch,
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        opened = OpenPage(page)
        page.on("request", lambda request: opened.requests.append(request.url))
        page.on("pageerror", lambda error: opened.faults.append(str(error)))
        page.on(
            "console",
            lambda line: (
                opened.faults.append(line.text) if line.type in {"error", "warning"} else None
            ),
        )
        if before:
            page.add_init_script(before)
        page.goto(path.resolve().as_uri())
        yield opened
        opened.assert_quiet()
    finally:
        context.close()
