"""Room: what goes to the field, and the list that comes back filled in."""

from geo_rectify.outputs.field.cards import write_cards
from geo_rectify.outputs.field.cards_pdf import write_cards_pdf
from geo_rectify.outputs.field.cards_word import write_cards_docx
from geo_rectify.outputs.field.gps import write_field_package, write_gpx, write_ovital
from geo_rectify.outputs.field.kml import write_kmz
from geo_rectify.outputs.field.package import write_field
from geo_rectify.outputs.field.qfield import write_qfield
from geo_rectify.outputs.field.shapefiles import write_shapefiles
from geo_rectify.outputs.field.worklist import write_worklist

__all__ = [
    "write_cards",
    "write_cards_docx",
    "write_cards_pdf",
    "write_field",
    "write_field_package",
    "write_gpx",
    "write_kmz",
    "write_ovital",
    "write_qfield",
    "write_shapefiles",
    "write_worklist",
]
