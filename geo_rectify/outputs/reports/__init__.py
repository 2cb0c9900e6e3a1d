"""The red-line overlay report (套合分析报告): one model, written as Word and as printable HTML."""

from __future__ import annotations

from geo_rectify.outputs.reports.building import build_report
from geo_rectify.outputs.reports.model import Report
from geo_rectify.outputs.reports.writing import write_report

__all__ = ["Report", "build_report", "write_report"]
