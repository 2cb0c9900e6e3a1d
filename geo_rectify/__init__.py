"""Read rectification plans, locate their places honestly, overlay them with protected zones.

The public names are loaded on first use (PEP 562), so that importing the package is instant.

    >>> import geo_rectify
    >>> geo_rectify.__version__
    '0.1.0'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo_rectify.bundle import write_run
    from geo_rectify.catalogue import open_catalogue
    from geo_rectify.findings import judge
    from geo_rectify.outputs.maps import build_map
    from geo_rectify.outputs.reports import build_report
    from geo_rectify.overlay import open_zones, overlay_classes, overlay_sites
    from geo_rectify.pipeline import assess
    from geo_rectify.places import find_mentions, locate, open_gazetteer, read_corrections
    from geo_rectify.plans import read_plan
    from geo_rectify.scope import narrowed

__version__ = "0.1.0"

_ROOMS = {
    "assess": "pipeline",
    "build_map": "outputs.maps",
    "build_report": "outputs.reports",
    "find_mentions": "places",
    "judge": "findings",
    "locate": "places",
    "narrowed": "scope",
    "open_catalogue": "catalogue",
    "open_gazetteer": "places",
    "open_zones": "overlay",
    "overlay_classes": "overlay",
    "overlay_sites": "overlay",
    "read_corrections": "places",
    "read_plan": "plans",
    "write_run": "bundle",
}

__all__ = [
    "__version__",
    "assess",
    "build_map",
    "build_report",
    "find_mentions",
    "judge",
    "locate",
    "narrowed",
    "open_catalogue",
    "open_gazetteer",
    "open_zones",
    "overlay_classes",
    "overlay_sites",
    "read_corrections",
    "read_plan",
    "write_run",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its room on first use."""
    if name not in _ROOMS:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"{__name__}.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
