"""Read rectification plans (整改方案): a file to text, its layout, and its issues.

Three steps that know nothing of one another: reading (`read_source`), recognising the layout
(`recognise_layout`) and building (`build_plan`). `read_plan` takes them in turn.
"""

from __future__ import annotations

from geo_rectify.plans.bodies import expand_group
from geo_rectify.plans.building import build_plan, read_plan
from geo_rectify.plans.checks import irregularity_label, with_place_checks
from geo_rectify.plans.document import issues_document
from geo_rectify.plans.explain import ExplainedLine, explain_plan
from geo_rectify.plans.layout import recognise_layout
from geo_rectify.plans.masking import mask_cell, mask_names, mask_persons
from geo_rectify.plans.reading import PlanReader, read_source
from geo_rectify.plans.records import FieldRole, Layout, SourceText

__all__ = [
    "ExplainedLine",
    "FieldRole",
    "Layout",
    "PlanReader",
    "SourceText",
    "build_plan",
    "expand_group",
    "explain_plan",
    "irregularity_label",
    "issues_document",
    "mask_cell",
    "mask_names",
    "mask_persons",
    "read_plan",
    "read_source",
    "recognise_layout",
    "with_place_checks",
]
