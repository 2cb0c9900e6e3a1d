"""A QGIS project as text: layers of one GeoPackage, their styles and their forms.

Only what QGIS 3.22 and QField need to open it without asking anything is written; what is left
out takes their defaults. The elements follow the DTD of QGIS projects (qgis.dtd).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyproj

from geo_rectify.drawing.markup import escape_xml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_rectify.drawing.symbology import ZoneStyle

_VERSION: Final = "3.22.0"
_BRUSHES: Final = {
    "/": "b_diagonal",
    "\\": "f_diagonal",
    "x": "diagonal_x",
    "-": "horizontal",
    "|": "vertical",
    "+": "cross",
    ".": "dense6",
}
_POINT: Final = "Point"
_TABLE: Final = "No geometry"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a layer's form.

    ``widget`` is QGIS's name of the widget, ``config`` its settings; a nested mapping becomes
    a list of choices. ``default`` is a QGIS expression, worked out again at each change where
    ``on_update`` says so.
    """

    name: str
    label: str
    widget: str = "TextEdit"
    config: Mapping[str, object] | None = None
    editable: bool = True
    default: str = ""
    on_update: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One value of the column a layer is coloured by, its label and its symbol."""

    value: str
    label: str
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLayer:
    """One layer of the project; ``name`` is its table, ``title`` what people see.

    ``column`` and ``categories`` colour it by value; with one category and no column all
    features look alike.
    """

    name: str
    title: str
    geometry: str
    fields: tuple[FormField, ...] = ()
    column: str = ""
    categories: tuple[Category, ...] = ()
    label_field: str = ""
    display: str = ""
    read_only: bool = True


def project_text(
    layers: Sequence[ProjectLayer],
    *,
    data: str,
    title: str,
    abstract: str = "",
    epsg: int,
    extent: tuple[float, float, float, float],
) -> str:
    """Write a project.

    Parameters
    ----------
    layers
        Layers, the topmost first.
    data
        Name of the GeoPackage beside the project.
    title
        What people see as the project's name.
    abstract
        What the project rests on; QGIS shows it among the project's properties.
    epsg
        Code of the coordinate system of project and layers.
    extent
        What is shown first: west, south, east, north.

    Returns
    -------
    str
        XML of a .qgs file.
    """
    crs = _reference_system(epsg)
    tree = "".join(
        f'<layer-tree-layer id="{layer_id(layer.name)}" name="{escape_xml(layer.title)}" '
        f'providerKey="ogr" source="{_source(layer, data)}" checked="Qt::Checked" expanded="1"/>'
        for layer in layers
    )
    maps = "".join(_layer(layer, data=data, crs=crs) for layer in layers)
    order = "".join(f'<layer id="{layer_id(layer.name)}"/>' for layer in layers)
    west, south, east, north = extent
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis projectname="{escape_xml(title)}" version="{_VERSION}">\n'
        f'<homePath path=""/><title>{escape_xml(title)}</title>\n'
        f"<projectCrs>{crs}</projectCrs>\n"
        f"<layer-tree-group>{tree}</layer-tree-group>\n"
        '<mapcanvas name="theMapCanvas" annotationsVisible="1"><units>degrees</units><extent>'
        f"<xmin>{west:.6f}</xmin><ymin>{south:.6f}</ymin><xmax>{east:.6f}</xmax>"
        f"<ymax>{north:.6f}</ymax></extent><rotation>0</rotation><destinationsrs>{crs}"
        "</destinationsrs></mapcanvas>\n"
        f"<projectlayers>{maps}</projectlayers>\n<layerorder>{order}</layerorder>\n"
        '<properties><Paths><Absolute type="bool">false</Absolute></Paths><SpatialRefSys>'
        '<ProjectionsEnabled type="int">1</ProjectionsEnabled></SpatialRefSys></properties>\n'
        f"<projectMetadata><title>{escape_xml(title)}</title>"
        f"<abstract>{escape_xml(abstract)}</abstract></projectMetadata>\n"
        "</qgis>\n"
    )


def layer_id(name: str) -> str:
    """Give the id of a layer within the project; QGIS replaces ids of ten characters or less.

    Parameters
    ----------
    name
        Its table.

    Returns
    -------
    str
        The id.
    """
    return f"geo_rectify_{name}"


def _reference_system(epsg: int) -> str:
    crs = pyproj.CRS.from_epsg(epsg)
    wkt = escape_xml(crs.to_wkt("WKT2_2019"))
    return (
        f"<spatialrefsys><wkt>{wkt}</wkt><proj4>+proj=longlat +ellps=GRS80 +no_defs</proj4>"
        f"<srsid>0</srsid><srid>{epsg}</srid><authid>EPSG:{epsg}</authid>"
        f"<description>{escape_xml(crs.name)}</description>"
        "<projectionacronym>longlat</projectionacronym><ellipsoidacronym>EPSG:1024"
        "</ellipsoidacronym><geographicflag>true</geographicflag></spatialrefsys>"
    )


def _source(layer: ProjectLayer, data: str) -> str:
    return escape_xml(f"./{data}|layername={layer.name}")


def _layer(layer: ProjectLayer, *, data: str, crs: str) -> str:
    table = layer.geometry == _TABLE
    fields = "".join(_widget(field) for field in layer.fields)
    aliases = "".join(
        f'<alias field="{field.name}" name="{escape_xml(field.label)}" index="{place}"/>'
        for place, field in enumerate(layer.fields, start=1)
    )
    editable = "".join(
        f'<field name="{field.name}" editable="{int(field.editable)}"/>' for field in layer.fields
    )
    defaults = "".join(
        f'<default field="{field.name}" expression="{escape_xml(field.default)}" '
        f'applyOnUpdate="{int(field.on_update)}"/>'
        for field in layer.fields
    )
    look = "" if table else f"{_renderer(layer)}{_labels(layer)}"
    shape = "" if table else f' geometry="{layer.geometry.removeprefix("Multi")}"'
    display = layer.display or (layer.fields[0].name if layer.fields else "")
    return (
        f'<maplayer type="vector"{shape} wkbType="{layer.geometry.replace(" ", "")}" '
        f'readOnly="{int(layer.read_only)}" labelsEnabled="{int(bool(layer.label_field))}" '
        'hasScaleBasedVisibilityFlag="0" styleCategories="AllStyleCategories">'
        f"<id>{layer_id(layer.name)}</id><datasource>{_source(layer, data)}</datasource>"
        f"<layername>{escape_xml(layer.title)}</layername><srs>{crs}</srs>"
        '<provider encoding="UTF-8">ogr</provider><flags><Identifiable>1</Identifiable>'
        "<Removable>1</Removable><Searchable>1</Searchable></flags>"
        f"{look}<fieldConfiguration>{fields}</fieldConfiguration><aliases>{aliases}</aliases>"
        f"<defaults>{defaults}</defaults><editable>{editable}</editable>"
        "<editorlayout>generatedlayout</editorlayout>"
        f'<previewExpression>"{display}"</previewExpression></maplayer>'
    )


def _widget(field: FormField) -> str:
    options = "".join(_option(name, value) for name, value in (field.config or {}).items())
    return (
        f'<field name="{field.name}" configurationFlags="None"><editWidget type="{field.widget}">'
        f'<config><Option type="Map">{options}</Option></config></editWidget></field>'
    )


def _option(name: str, value: object) -> str:
    if isinstance(value, dict):
        choices = "".join(
            f'<Option type="Map"><Option type="QString" name="{escape_xml(shown)}" '
            f'value="{escape_xml(stored)}"/></Option>'
            for shown, stored in value.items()
        )
        return f'<Option type="List" name="{name}">{choices}</Option>'
    if isinstance(value, bool):
        return f'<Option type="bool" name="{name}" value="{str(value).lower()}"/>'
    kind = "int" if isinstance(value, int) else "QString"
    return f'<Option type="{kind}" name="{name}" value="{escape_xml(str(value))}"/>'


def _renderer(layer: ProjectLayer) -> str:
    kind = "marker" if layer.geometry == _POINT else "fill"
    symbols = "".join(
        f'<symbol type="{kind}" name="{place}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f"{category.symbol}</symbol>"
        for place, category in enumerate(layer.categories)
    )
    if not layer.column:
        return f'<renderer-v2 type="singleSymbol"><symbols>{symbols}</symbols></renderer-v2>'
    categories = "".join(
        f'<category symbol="{place}" value="{escape_xml(category.value)}" type="string" '
        f'label="{escape_xml(category.label)}" render="true"/>'
        for place, category in enumerate(layer.categories)
    )
    return (
        f'<renderer-v2 type="categorizedSymbol" attr="{layer.column}">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
    )


def _labels(layer: ProjectLayer) -> str:
    if not layer.label_field:
        return ""
    return (
        '<labeling type="simple"><settings calloutType="simple"><text-style '
        f'fieldName="{layer.label_field}" fontSize="8" fontSizeUnit="Point" isExpression="0" '
        'textColor="31,43,51,255" namedStyle="Regular" fontFamily="Sans">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255" bufferOpacity="0.9"/></text-style>'
        '<placement placement="6" dist="1"/></settings></labeling>'
    )


def _symbol_layer(kind: str, properties: Mapping[str, str]) -> str:
    options = "".join(
        f'<Option type="QString" name="{name}" value="{escape_xml(value)}"/>'
        for name, value in properties.items()
    )
    return (
        f'<layer class="{kind}" enabled="1" locked="0" pass="0">'
        f'<Option type="Map">{options}</Option></layer>'
    )


def _rgba(colour: str, alpha: int = 255) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + f",{alpha}"


def marker(*, fill: str, stroke: str, size_mm: float = 3.4, name: str = "circle") -> str:
    """Write a point symbol.

    Parameters
    ----------
    fill, stroke
        Colours as ``#rrggbb``.
    size_mm
        Width in millimetres.
    name
        QGIS's name of the shape.

    Returns
    -------
    str
        XML of a symbol layer.
    """
    return _symbol_layer(
        "SimpleMarker",
        {
            "name": name,
            "color": _rgba(fill),
            "outline_color": _rgba(stroke),
            "outline_width": "0.5",
            "outline_width_unit": "MM",
            "size": f"{size_mm:g}",
            "size_unit": "MM",
        },
    )


def area(*, stroke: str, dashed: bool, width_mm: float = 0.4, brush: str = "no") -> str:
    """Write a polygon symbol.

    Parameters
    ----------
    stroke
        Colour as ``#rrggbb``.
    dashed
        Whether the outline is dashed.
    width_mm
        Width of the outline in millimetres.
    brush
        QGIS's name of the filling, ``no`` for none.

    Returns
    -------
    str
        XML of a symbol layer.
    """
    return _symbol_layer(
        "SimpleFill",
        {
            "style": brush,
            "color": _rgba(stroke, 150),
            "outline_color": _rgba(stroke),
            "outline_style": "dash" if dashed else "solid",
            "outline_width": f"{width_mm:g}",
            "outline_width_unit": "MM",
        },
    )


def zone_area(style: ZoneStyle, *, dashed: bool) -> str:
    """Write the polygon symbol of a zone class, hatched as on every map.

    Parameters
    ----------
    style
        Its style.
    dashed
        Whether its outline is dashed though the style's is not (schematic layers).

    Returns
    -------
    str
        XML of a symbol layer.
    """
    return area(
        stroke=style.color,
        dashed=dashed or style.dashed,
        width_mm=style.width / 4,
        brush=_BRUSHES.get(style.hatch, "no"),
    )
