"""Plans in the manner of many cities, in every file format, against what they must give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geo_rectify.plans import read_plan
from geo_rectify.vocabulary import DocumentType
from tests.plan_files import LINE, OF_LINES, OF_ROWS, read_rows, spans_of

LAYOUTS = Path(__file__).parent / "golden" / "layouts"
SOURCES = sorted(file for file in LAYOUTS.iterdir() if file.suffix != ".json")
# Their point is how the file itself is written.
AS_THEY_ARE = ("hard_wrapped", "tab_table")
OTHER_KINDS = {
    "notice": DocumentType.NOTICE,
    "petitions": DocumentType.PETITION_TABLE,
}


def joined(text: str) -> str:
    return "".join(text.split())


def passage(found) -> str | None:
    return None if found is None else joined(found.text)


def outline(plan) -> dict:
    """Give what a plan says, without offsets and white space: alike in every file format."""
    return {
        "title": plan.title,
        "inspection": plan.inspection,
        "sections": [joined(section.heading) for section in plan.sections],
        "issues": [issue_outline(issue) for issue in plan.issues],
    }


def issue_outline(issue) -> dict:
    deadline = issue.deadline
    return {
        "number": issue.number,
        "section": issue.section,
        "problem": passage(issue.problem),
        "goal": passage(issue.goal),
        "deadline": None
        if deadline is None
        else {
            "date": str(deadline.date),
            "from": str(deadline.from_date),
            "immediate": deadline.immediate,
            "long_term": deadline.long_term,
        },
        "measures": [
            {
                "text": joined(measure.text),
                "deadlines": [f"{each.date} {each.kind.value}" for each in measure.deadlines],
                "units": list(measure.units),
                "lead": list(measure.lead_units),
                "supporting": list(measure.supporting_units),
            }
            for measure in issue.measures
        ],
        "acceptance": None
        if issue.acceptance is None
        else [f"{u.unit} {u.measures or ''}".strip() for u in issue.acceptance.units],
        "person": passage(issue.responsible_person),
        "completion": passage(issue.completion),
        "asides": [f"{aside.label}：{joined(aside.text)}" for aside in issue.asides],
        "figures": [
            f"{f.subject} {'约' if f.approx else ''}{f.value:g}{f.unit}" for f in issue.figures
        ],
    }


def written(source: Path, format_name: str, folder: Path) -> Path:
    text = source.read_text(encoding="utf-8")
    path = folder / f"方案 [{source.stem}].{format_name}"
    if source.suffix == ".rows":
        return OF_ROWS[format_name](read_rows(text), path)
    return OF_LINES[format_name](text.rstrip("\n").split("\n"), path)


def cases():
    for source in SOURCES:
        if source.suffix == ".rows":
            formats = list(OF_ROWS)
        elif source.suffix == ".txt" and not source.stem.endswith(AS_THEY_ARE):
            formats = list(OF_LINES)
        else:
            formats = ["itself"]
        for name in formats:
            yield pytest.param(source, name, id=f"{source.stem}-{name}")


@pytest.mark.parametrize(("source", "format_name"), list(cases()))
def test_layout(source, format_name, tmp_path, request):
    path = source if format_name == "itself" else written(source, format_name, tmp_path)
    plan = read_plan(path)
    made = outline(plan)
    file = source.with_suffix(".json")
    if request.config.getoption("--update-golden") and format_name in {"itself", "txt", "docx"}:
        shown = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
        file.write_text(shown, encoding="utf-8", newline="\n")
    wanted = json.loads(file.read_text(encoding="utf-8"))
    for made_issue, wanted_issue in zip(made["issues"], wanted["issues"], strict=True):
        assert made_issue == wanted_issue
    assert made["sections"] == wanted["sections"]
    assert made["inspection"] == wanted["inspection"]
    kind = next((k for end, k in OTHER_KINDS.items() if source.stem.endswith(end)), None)
    assert plan.document_type is (kind or DocumentType.RECTIFICATION_PLAN)
    for issue in plan.issues:
        for piece in filter(None, (issue.problem, issue.goal, issue.completion, *issue.measures)):
            assert plan.text[piece.start : piece.end] == piece.text
            assert any(b.start <= piece.start < b.end for b in plan.blocks) or not piece.text


def test_there_are_enough_layouts_and_formats():
    assert len(SOURCES) >= 12
    assert {"txt", "docx", "pdf", "html", "xlsx"} <= set(OF_LINES) | set(OF_ROWS)


def test_cells_of_every_format_have_locators(tmp_path):
    source = LAYOUTS / "12_merged_rows.rows"
    locators = {
        "docx": "表1第5行第4列",
        "html": "表1第5行第4列",
        "pdf": "表1第5行第4列",
        "xlsx": "D5",
    }
    for name, wanted in locators.items():
        plan = read_plan(written(source, name, tmp_path))
        measure = plan.issues[0].measures[1]
        block = next(b for b in plan.blocks if b.start <= measure.start < b.end)
        assert block.locator == wanted


def test_spans_of_rows_are_read_as_drawn():
    rows = read_rows("a|<|b\nc|d|^")
    assert spans_of(rows) == {(0, 0): (1, 2), (0, 2): (2, 1), (1, 0): (1, 1), (1, 1): (1, 1)}
    assert LINE not in "".join(map("".join, rows))
