"""field/: everything for the phone, in one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_rectify.outputs.field.cards import write_cards
from geo_rectify.outputs.field.gps import write_field_package, write_gpx, write_ovital
from geo_rectify.outputs.field.kml import write_kmz
from geo_rectify.outputs.field.qfield import write_qfield

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.pipeline import Assessment


def write_field(assessment: Assessment, path: Path) -> None:
    """Write sites.kmz, sites.gpx, sites_ovital.txt, sites_field.gpkg, cards.html and qfield/.

    Parameters
    ----------
    assessment
        The run.
    path
        The folder; made where it does not exist.
    """
    path.mkdir(parents=True, exist_ok=True)
    write_kmz(assessment, path / "sites.kmz")
    write_gpx(assessment, path / "sites.gpx")
    write_ovital(assessment, path / "sites_ovital.txt")
    write_field_package(assessment, path / "sites_field.gpkg")
    write_cards(assessment, path / "cards.html")
    write_qfield(assessment, path / "qfield")
