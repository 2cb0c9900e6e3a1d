"""The map of a run, as a folium map and as one file that opens without a network."""

from __future__ import annotations

from geo_rectify.outputs.maps.offline import render_offline
from geo_rectify.outputs.maps.page import build_map, write_map

__all__ = ["build_map", "render_offline", "write_map"]
