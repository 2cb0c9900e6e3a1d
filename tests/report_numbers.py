"""What numbers the body of a report shows, and what numbers the files beside it account for."""

from __future__ import annotations

import importlib.resources
import itertools
import json
import re
import tomllib

import geopandas as gpd
import lxml.html
import pandas as pd
import shapely

from geo_rectify.crs import format_dms
from geo_rectify.outputs.reports.wording import (
    area_words,
    distance_words,
    hectares,
    mu,
    percent,
    position_words,
)
from geo_rectify.vocabulary import LABELS, Precision, Verdict, precision_label, verdict_label

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_QUOTED = re.compile("“[^“”]*”")
_SCALE = re.compile(r"（1:\d+）")
_BODY = "一二三四五六七"


def numbers_in(text):
    """List the numbers of a text, thousands separators taken out, leading noughts kept."""
    return [found.replace(",", "") for found in _NUMBER.findall(text)]


def body_of(page):
    """Give the headed sections 一 to 七 of report.html as elements."""
    tree = lxml.html.fromstring(page)
    return [
        part
        for part in tree.iter("section")
        if part.find("h2") is not None and part.find("h2").text_content()[0] in _BODY
    ]


def table_of(page, *titles):
    """Give the rows of the body's table that has these headings, as lists of texts."""
    for part in body_of(page):
        for table in part.iter("table"):
            heads = [cell.text_content() for cell in table.iterfind("thead/tr/th")]
            if set(titles) <= set(heads):
                rows = [[cell.text_content() for cell in row] for row in table.iterfind("tbody/tr")]
                return [dict(zip(heads, row, strict=False)) for row in rows]
    return []


def shown_numbers(page):
    """Give every number of the body with the text it stands in; the plan's own words left out."""
    found = []
    for part in body_of(page):
        for element in part.iter("p", "td", "th", "caption", "figcaption", "h2", "h3", "h4"):
            text = _SCALE.sub("", _QUOTED.sub("", element.text_content()))
            found += [(number, text) for number in numbers_in(text)]
    return found


def accounted(folder):
    """Give every number that the files of a run account for, as the report may write it."""
    findings = pd.read_csv(folder / "findings.csv", dtype={"issue_numbers": str})
    claims = pd.read_csv(folder / "claims.csv", dtype=str)
    issues = json.loads((folder / "issues.json").read_text(encoding="utf-8"))
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    sites = gpd.read_file(folder / "sites.gpkg", layer="sites")
    known = set()
    texts = [
        *_words(findings),
        *_words(claims),
        *_words(sites.drop(columns="geometry")),
        *_strings(issues),
        *_strings(run),
        *_own_words(),
    ]
    known |= set(itertools.chain.from_iterable(map(numbers_in, texts)))
    known |= {str(part) for text in texts for part in re.findall(r"(?<!\d)0*(\d+)", text)}
    for area in findings["overlap_m2"].dropna():
        known |= {*numbers_in(area_words(area)), hectares(area), mu(area)}
    for share in findings["share"].dropna():
        known |= set(numbers_in(percent(share)))
    for likelihood in findings["likelihood"].dropna():
        known |= set(numbers_in(verdict_label(Verdict.POSSIBLE, likelihood=likelihood)))
    for distance in (*findings["distance_m"].dropna(), run["settings"]["max_distance_m"]):
        known |= set(numbers_in(distance_words(distance)))
    for precision, uncertainty in zip(sites["precision"], sites["uncertainty_m"], strict=True):
        known |= set(numbers_in(precision_label(Precision(precision), uncertainty)))
    for geometry, uncertainty in zip(sites.geometry, sites["uncertainty_m"], strict=True):
        if geometry is not None and not geometry.is_empty:
            at = shapely.point_on_surface(geometry)
            for text in position_words((at.x, at.y), uncertainty_m=uncertainty):
                known |= set(numbers_in(text))
            known |= set(numbers_in(format_dms(at.x, uncertainty_m=uncertainty)))
    return known | {str(count) for count in _counts(findings, claims, issues, sites)}


def _words(frame):
    return [str(cell) for name in frame for cell in frame[name].dropna()]


def _strings(node):
    if isinstance(node, dict):
        return [text for value in node.values() for text in _strings(value)]
    if isinstance(node, list):
        return [text for value in node for text in _strings(value)]
    return [] if node is None else [f"{node:g}" if isinstance(node, float) else str(node)]


def _own_words():
    """Give the report's fixed sentences: their numbers (90%, 1公顷) are definitions."""
    file = importlib.resources.files("geo_rectify.outputs.reports").joinpath("wording.toml")
    templates = _strings(tomllib.loads(file.read_text(encoding="utf-8")))
    labels = [text for held in LABELS.values() for text in held.values()]
    return [re.sub(r"\{\w+\}", " ", text) for text in (*templates, *labels)]


def _counts(findings, claims, issues, sites):
    """Count what the sentences and tables of the body may count."""
    yield from (len(sites), len(claims), len(issues["issues"]), findings["zone_class"].nunique())
    yield sum(len(issue["measures"]) for issue in issues["issues"])
    for column in ("precision", "status", "kind", "county"):
        yield from sites[column].value_counts()
    yield from claims["result"].value_counts()
    for keys in (["verdict"], ["verdict", "reason"], ["zone_class", "verdict"], ["zone_class"]):
        grouped = findings.groupby(keys, dropna=False)
        yield from grouped.size()
        yield from grouped["site_id"].nunique()
    # verdicts of one site that its card puts together
    yield from findings.groupby(["site_id", "verdict", "reason"], dropna=False).size()
    coarse = sites["precision"].isin(["township", "county", "prefecture", "none"])
    yield int(coarse.sum())
    per_issue = sites["issue_numbers"].str.split("|").explode().value_counts()
    yield from per_issue
    for issue in issues["issues"]:
        units = {unit for measure in issue["measures"] for unit in measure["units"]}
        yield len(units)
        for measure in issue["measures"]:
            yield len(measure["units"])
    flagged = findings[findings["verdict"].isin(["conflict", "possible"])]["site_id"].nunique()
    yield from range(1, flagged + 1)  # the cards and figures are numbered
