"""Layers: what a catalogue says of them, and what their files turn out to be."""

from __future__ import annotations

from geo_rectify.catalogue.adding import AddedLayer, add_drafts, add_layers
from geo_rectify.catalogue.checking import CatalogueCheck, check_catalogue, layers_table
from geo_rectify.catalogue.drafting import draft_zones, read_intakes
from geo_rectify.catalogue.entries import LayerEntry
from geo_rectify.catalogue.loading import load_layers, open_layers
from geo_rectify.catalogue.opening import (
    Catalogue,
    CatalogueLayer,
    open_catalogue,
    sample_folder,
)
from geo_rectify.catalogue.records import LayerInfo, Layers

__all__ = [
    "AddedLayer",
    "Catalogue",
    "CatalogueCheck",
    "CatalogueLayer",
    "LayerEntry",
    "LayerInfo",
    "Layers",
    "add_drafts",
    "add_layers",
    "check_catalogue",
    "draft_zones",
    "layers_table",
    "load_layers",
    "open_catalogue",
    "open_layers",
    "read_intakes",
    "sample_folder",
]
