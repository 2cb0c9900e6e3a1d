"""Overlay of sites with zones: what lies in what, by how much, and how far off.

`overlay_sites` gives one row per site and zone, `overlay_classes` one per site and zone class
with the overlap taken over the union of the class. `open_zones` opens the zones of a file for many
overlays; `doubtful_geometry` lists what had to be
mended or left out for that, `common_area` draws one overlap.
"""

from __future__ import annotations

from geo_rectify.overlay.classes import overlay_classes
from geo_rectify.overlay.common import common_area
from geo_rectify.overlay.opening import OpenZones, open_zones
from geo_rectify.overlay.shapes import doubtful_geometry
from geo_rectify.overlay.zones import overlay_sites

__all__ = [
    "OpenZones",
    "common_area",
    "doubtful_geometry",
    "open_zones",
    "overlay_classes",
    "overlay_sites",
]
