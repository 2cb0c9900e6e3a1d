"""Plans in the manner of many provinces, annotated before they were read, in several formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_rectify.plans import read_plan
from tests.marked_plans import joined, without_marks
from tests.plan_files import OF_LINES, OF_ROWS, pdf_of_rows, read_rows, two_column_pdf

CITIES = Path(__file__).parent / "golden" / "cities"
SOURCES = sorted(CITIES.iterdir())
# Line breaks and spaces are their point.
AS_THEY_ARE = ("07", "16", "23", "35", "46")


def cases():
    for source in SOURCES:
        if source.suffix == ".rows":
            formats = ["docx", "xlsx"]
        elif source.suffix == ".md":
            formats = ["md"]
        else:
            formats = ["txt"] if source.name[:2] in AS_THEY_ARE else ["txt", "docx"]
        for name in formats:
            yield pytest.param(source, name, id=f"{source.stem}-{name}")


def written(source: Path, format_name: str, text: str, folder: Path) -> Path:
    path = folder / f"{source.stem}.{format_name}"
    if source.suffix == ".md":
        path.write_text(text, encoding="utf-8")
        return path
    if source.suffix != ".rows":
        return OF_LINES[format_name](text.rstrip("\n").split("\n"), path)
    title, rows = titled(text)
    return OF_ROWS[format_name](rows, path, title=title)


def titled(text: str) -> tuple[str, list[list[str]]]:
    title, rows = "整改任务清单", text
    if text.startswith("#title"):
        title, rows = text.removeprefix("#title ").split("\n", 1)
    kept = [line for line in rows.split("\n") if line != "#"]
    return title, read_rows("\n".join(kept))


@pytest.mark.parametrize(("source", "format_name"), list(cases()))
def test_city(source, format_name, tmp_path):
    text, wanted = without_marks(source.read_text(encoding="utf-8"))
    plan = read_plan(written(source, format_name, text, tmp_path))
    compare(plan, wanted)
    if format_name == "txt":
        for made, told in zip(plan.issues, wanted, strict=True):
            assert abs(made.start - told.start) <= 12


def compare(plan, wanted):
    assert [issue.number for issue in plan.issues] == [issue.number for issue in wanted]
    for made, told in zip(plan.issues, wanted, strict=True):
        due = made.deadline
        read = ("", False, False)
        if due is not None:
            read = (str(due.date or ""), due.immediate, due.long_term)
        assert read == (told.date or "", told.immediate, told.long_term)
        assert [joined(m.text).rstrip("；") for m in made.measures] == [
            m.text.rstrip("；") for m in told.measures
        ]
        assert [sorted(str(d.date) for d in m.deadlines) for m in made.measures] == [
            sorted(m.deadlines) for m in told.measures
        ]
        assert [set(m.units) for m in made.measures] == [m.units for m in told.measures]
        accepted = [] if made.acceptance is None else [u.unit for u in made.acceptance.units]
        assert accepted == told.acceptance


@pytest.mark.parametrize("start", ["01", "05", "09", "13"])
def test_two_columns_of_a_pdf_are_read_one_after_the_other(start, tmp_path):
    source = next(each for each in SOURCES if each.name.startswith(start))
    text, wanted = without_marks(source.read_text(encoding="utf-8"))
    lines = [line.strip() for line in text.rstrip().split("\n")]
    compare(read_plan(two_column_pdf(lines, tmp_path / "plan.pdf")), wanted)


@pytest.mark.parametrize("align", ["TOP", "MIDDLE"])
@pytest.mark.parametrize("start", ["03", "18", "21"])
def test_tables_without_rules_are_told_by_their_header(start, align, tmp_path):
    source = next(each for each in SOURCES if each.name.startswith(start))
    text, wanted = without_marks(source.read_text(encoding="utf-8"))
    title, rows = titled(text)
    path = pdf_of_rows(rows, tmp_path / "plan.pdf", title=title, ruled=False, align=align)
    compare(read_plan(path), wanted)


@pytest.mark.parametrize("format_name", ["docx", "xlsx"])
def test_issues_side_by_side_are_those_one_below_the_other(format_name, tmp_path):
    source = next(each for each in SOURCES if each.name.startswith("75"))
    text, wanted = without_marks(source.read_text(encoding="utf-8"))
    title, rows = titled(text)
    turned = [list(column) for column in zip(*rows, strict=True)]
    compare(
        read_plan(OF_ROWS[format_name](turned, tmp_path / f"plan.{format_name}", title=title)),
        wanted,
    )
