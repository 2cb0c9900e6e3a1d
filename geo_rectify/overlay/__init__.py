"""Overlay of sites with zones: what lies in what, by how much, and how far off.

`overlay_sites` gives one row per site and zone, `overlay_classes` one per site and zone class
with the overlap taken over the union of the class. `doubtful_geometry` lists what had to be
mended or left out for that, `common_area` draws one overlap.
"""

from __future__ import annotations

from geo_rectify.overlay.classes import overlay_classes
from geo_rectify.overlay.common import common_area
from geo_rectify.overlay.shapes import doubtful_geometry
from geo_rectify.overlay.zones import overlay_sites

__all__ = ["common_area", "doubtful_geometry", "overlay_classes", "overlay_sites"]
