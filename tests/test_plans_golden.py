"""Whole plans of other cities, in other layouts, against what they must give."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest

from geo_rectify.plans import issues_document, read_plan
from geo_rectify.vocabulary import DocumentType

GOLDEN = Path(__file__).parent / "golden"
CASES = ("numbered_items", "same_labels", "table_rows")
SCORED = (
    "issue segmentation",
    "issue deadlines",
    "issue deadlines (whole issue right)",
    "measure deadlines",
    "measures (issue, position)",
    "measures (text >= 0.9 alike)",
    "responsible units (per measure)",
    "responsible units (per issue)",
    "acceptance units",
    "acceptance units with measure numbers",
)


def word_of_lines(text: str, path: Path) -> Path:
    """Write a text as a Word document, a paragraph a line."""
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(path)
    return path


def word_of_rows(rows: str, path: Path) -> Path:
    """Write ``label|value`` lines as a table; a line without | goes on in the cell above."""
    document = docx.Document()
    document.add_paragraph("清源县生态环境保护督察反馈问题整改清单")
    table = document.add_table(rows=0, cols=2)
    cell = None
    for line in rows.strip().split("\n"):
        label, mark, value = line.partition("|")
        if mark:
            row = table.add_row()
            row.cells[0].text = label
            cell = row.cells[1]
            cell.text = value
        else:
            cell.add_paragraph(line)
    document.save(path)
    return path


def plan_file(case: str, folder: Path) -> Path:
    source = GOLDEN / case
    if (source / "rows.txt").exists():
        rows = (source / "rows.txt").read_text(encoding="utf-8")
        return word_of_rows(rows, folder / "plan.docx")
    return source / "plan.txt"


def comparable(document: dict) -> dict:
    return {key: value for key, value in document.items() if key != "doc_id"}


@pytest.mark.parametrize("case", CASES)
def test_golden(case, tmp_path, request):
    plan = read_plan(plan_file(case, tmp_path))
    made = comparable(issues_document(plan))
    file = GOLDEN / case / "issues.json"
    if request.config.getoption("--update-golden"):
        written = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
        file.write_text(written, encoding="utf-8", newline="\n")
    wanted = json.loads(file.read_text(encoding="utf-8"))
    for made_issue, wanted_issue in zip(made["issues"], wanted["issues"], strict=True):
        assert made_issue == wanted_issue
    assert made == wanted


@pytest.mark.parametrize("case", ["numbered_items", "same_labels"])
def test_word_gives_the_same_issues_as_text(case, tmp_path):
    text = (GOLDEN / case / "plan.txt").read_text(encoding="utf-8")
    plan = read_plan(word_of_lines(text, tmp_path / "方案（报批稿） [1].docx"))
    assert plan.text == text
    made = comparable(issues_document(plan))
    assert made == json.loads((GOLDEN / case / "issues.json").read_text(encoding="utf-8"))


def test_table_cells_have_locators(tmp_path):
    plan = read_plan(plan_file("table_rows", tmp_path))
    measure = plan.issues[0].measures[1]
    block = next(b for b in plan.blocks if b.start <= measure.start < b.end)
    assert block.locator == "表1第5行第2列"
    assert plan.text[block.start : block.end].startswith("2.建立巡查制度")


@pytest.mark.real_plans
def test_real_plan_scores_one_on_every_line(real_plans, gold, tmp_path):
    import importlib.util

    spec = importlib.util.spec_from_file_location("score", gold / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    plan = read_plan(real_plans / "jingdezhen_2023_rectification_plan.txt")
    wanted = json.loads((gold / "issues.json").read_text(encoding="utf-8"))
    made = json.loads(json.dumps(issues_document(plan), ensure_ascii=False))
    result = score.score_issues(wanted, made)
    assert set(SCORED) <= set(result)
    assert {line: result[line]["f1"] for line in result} == dict.fromkeys(result, 1.0)
    assert made["sections"] == wanted["sections"]
    assert plan.list_start == wanted["list_start"]
    for made_issue, wanted_issue in zip(made["issues"], wanted["issues"], strict=True):
        assert set(wanted_issue) <= set(made_issue)
        assert made_issue["problem"] == wanted_issue["problem"]
        assert made_issue["goal"] == wanted_issue["goal"]
        assert made_issue["heading"] == wanted_issue["heading"]


@pytest.mark.real_plans
def test_progress_report_has_no_issues(real_plans):
    plan = read_plan(real_plans / "jingdezhen_2018_progress_report.txt")
    assert plan.document_type is DocumentType.PROGRESS_REPORT
    assert "情况报告" in plan.reason
    assert plan.issues == ()
    assert plan.list_start is None
    assert plan.checks == ()
