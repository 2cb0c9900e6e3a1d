"""Plans in the manner of many provinces, annotated before they were read, in several formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_rectify.plans import read_plan
from tests.marked_plans import joined, without_marks
from tests.plan_files import OF_LINES, OF_ROWS, read_rows

CITIES = Path(__file__).parent / "golden" / "cities"
SOURCES = sorted(CITIES.iterdir())
# Line breaks and spaces are their point.
AS_THEY_ARE = ("07", "16", "23")


def cases():
    for source in SOURCES:
        if source.suffix == ".rows":
            formats = ["docx", "xlsx"]
        else:
            formats = ["txt"] if source.name[:2] in AS_THEY_ARE else ["txt", "docx"]
        for name in formats:
            yield pytest.param(source, name, id=f"{source.stem}-{name}")


def written(source: Path, format_name: str, text: str, folder: Path) -> Path:
    path = folder / f"{source.stem}.{format_name}"
    if source.suffix != ".rows":
        return OF_LINES[format_name](text.rstrip("\n").split("\n"), path)
    title, rows = "整改任务清单", text
    if text.startswith("#title"):
        title, rows = text.removeprefix("#title ").split("\n", 1)
    kept = [line for line in rows.split("\n") if line != "#"]
    return OF_ROWS[format_name](read_rows("\n".join(kept)), path, title=title)


@pytest.mark.parametrize(("source", "format_name"), list(cases()))
def test_city(source, format_name, tmp_path):
    text, wanted = without_marks(source.read_text(encoding="utf-8"))
    plan = read_plan(written(source, format_name, text, tmp_path))
    assert [issue.number for issue in plan.issues] == [issue.number for issue in wanted]
    for made, told in zip(plan.issues, wanted, strict=True):
        due = made.deadline
        assert due is not None
        assert (str(due.date or ""), due.immediate, due.long_term) == (
            told.date or "",
            told.immediate,
            told.long_term,
        )
        assert [joined(m.text).rstrip("；") for m in made.measures] == [
            m.text.rstrip("；") for m in told.measures
        ]
        assert [sorted(str(d.date) for d in m.deadlines) for m in made.measures] == [
            sorted(m.deadlines) for m in told.measures
        ]
        assert [set(m.units) for m in made.measures] == [m.units for m in told.measures]
        accepted = [] if made.acceptance is None else [u.unit for u in made.acceptance.units]
        assert accepted == told.acceptance
        if format_name == "txt":
            assert abs(made.start - told.start) <= 12
