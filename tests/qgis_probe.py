"""Opens a project in QGIS and prints what it found as JSON; run by a Python that has PyQGIS."""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsPointXY, QgsProject

application = QgsApplication([], False)
application.initQgis()
project = QgsProject.instance()
opened = project.read(sys.argv[1])
layers = {}
for layer in project.mapLayers().values():
    fields = layer.fields()
    layers[layer.id()] = {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "count": layer.featureCount(),
        "read_only": layer.readOnly(),
        "styles": len(layer.renderer().legendSymbolItems()) if layer.isSpatial() else 0,
        "labels": layer.labelsEnabled(),
        "widgets": {
            field.name(): layer.editorWidgetSetup(index).type()
            for index, field in enumerate(fields)
        },
        "aliases": {field.name(): field.alias() for field in fields},
        "choices": {
            field.name(): [
                value
                for choice in layer.editorWidgetSetup(index).config().get("map", [])
                for value in choice.values()
            ]
            for index, field in enumerate(fields)
        },
    }
form = project.mapLayer("geo_rectify_inspections")
feature = QgsFeature(form.fields())
feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(117.2, 29.1)))
for name, value in {"site_id": sys.argv[2], "state": "正在整改", "uncertainty_m": 5.0}.items():
    feature[name] = value
form.startEditing()
added = form.addFeature(feature)
name_at = form.fields().indexOf("name")
feature_name = form.defaultValue(name_at, feature)
saved = form.commitChanges()
sys.stdout.write(
    json.dumps(
        {
            "opened": opened,
            "crs": project.crs().authid(),
            "title": project.title(),
            "layers": layers,
            "default_name": feature_name,
            "saved": bool(added and saved),
        }
    )
)
sys.stdout.flush()
os._exit(0)
