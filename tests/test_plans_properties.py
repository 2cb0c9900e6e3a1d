"""Whatever a text holds, reading it ends in a plan or in our own error, and spans hold."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_rectify.errors import InputFileError
from geo_rectify.models import Block
from geo_rectify.plans import issues_document, read_plan
from geo_rectify.plans.building import build_plan
from geo_rectify.plans.content import Content
from geo_rectify.plans.plain import text_content, with_drawn_tables
from geo_rectify.plans.records import SourceText
from tests.marked_plans import without_marks

GOLDEN = Path(__file__).parent / "golden"
PLAN = (GOLDEN / "same_labels" / "plan.txt").read_text(encoding="utf-8")
LINES = PLAN.splitlines() + (GOLDEN / "numbered_items" / "plan.txt").read_text("utf-8").splitlines()
PIECES = [
    "〔责任单位：",
    "〕",
    "（",
    "）",
    "\n",
    "（一）",
    "1．",
    "整改目标：",
    "整改措施：",
    "验收单位：",
    "2024年底前",
    "第1-4条",
    "负责",
    "、",
    "\u3000",
    "《",
    "86处",
    "牵头",
]
QUIET = settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))


def source_of(text: str) -> SourceText:
    return SourceText(name="x.txt", sha256="0" * 64, text=text, blocks=text_content(text).blocks)


def check_measures(text, issue) -> None:
    for position, measure in enumerate(issue.measures, start=1):
        assert measure.position == position
        assert measure.text.strip() == measure.text
        for deadline in measure.deadlines:
            assert text[deadline.start : deadline.end] == deadline.raw
        if measure.units_start is not None:
            assert text[measure.units_start : measure.units_end] == measure.units_raw
        assert set(measure.lead_units) | set(measure.supporting_units) <= set(measure.units)
        assert all(unit.strip() for unit in measure.units)
    for unit in issue.acceptance.units if issue.acceptance else ():
        assert set(unit.measures or ()) <= set(range(1, len(issue.measures) + 1))


def check_issue(text, issue, others) -> None:
    assert 0 <= issue.start <= issue.end <= len(text)
    pieces = [issue.problem, issue.goal, issue.responsible_person, *issue.measures]
    for piece in filter(None, pieces):
        assert text[piece.start : piece.end] == piece.text
        # an issue that shares the fields of a later one has them there
        assert any(other.start <= piece.end <= other.end for other in (issue, *others))
    for raw in filter(None, (issue.deadline, issue.acceptance, *issue.figures)):
        assert text[raw.start : raw.end] == raw.raw
    check_measures(text, issue)


def check_spans(plan) -> None:
    text = plan.text
    assert all(text[s.start : s.end].endswith(s.heading) for s in plan.sections)
    assert all(text[block.start : block.end].strip() for block in plan.blocks)
    numbers = [issue.number for issue in plan.issues]
    assert numbers == sorted(set(numbers))
    assert all(before.end <= after.start for before, after in pairwise(plan.issues))
    for issue in plan.issues:
        check_issue(text, issue, plan.issues)
    json.dumps(issues_document(plan))


@QUIET
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(PLAN)),
            st.integers(0, 40),
            st.sampled_from(PIECES) | st.text(max_size=5),
        ),
        max_size=12,
    )
)
def test_cuts_and_insertions(edits):
    text = PLAN
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    check_spans(build_plan(source_of(text)))


@QUIET
@given(st.lists(st.sampled_from(LINES), max_size=60))
def test_lines_in_any_order(lines):
    check_spans(build_plan(source_of("\n".join(lines))))


@QUIET
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=60))
def test_pieces_in_any_order(pieces):
    check_spans(build_plan(source_of("".join(pieces))))


@QUIET
@given(payload=st.binary(max_size=400), suffix=st.sampled_from([".txt", ".docx"]))
def test_any_bytes(tmp_path_factory, payload, suffix):
    path = tmp_path_factory.mktemp("any") / f"plan{suffix}"
    path.write_bytes(payload)
    plan = None
    with contextlib.suppress(InputFileError):
        plan = read_plan(path)
    if plan is not None:
        check_spans(plan)


def test_goldens_hold():
    for case in ("same_labels", "numbered_items"):
        plan = read_plan(GOLDEN / case / "plan.txt")
        assert plan.issues
        check_spans(plan)


def test_same_input_gives_the_same_plan():
    path = GOLDEN / "numbered_items" / "plan.txt"
    assert read_plan(path) == read_plan(path)


WRAPPED = (GOLDEN / "layouts" / "08_hard_wrapped.txt").read_text(encoding="utf-8")


@QUIET
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(WRAPPED)),
            st.integers(0, 20),
            st.sampled_from(PIECES) | st.text(max_size=4),
        ),
        max_size=6,
    )
)
def test_spans_of_broken_lines_slice_back(edits):
    text = WRAPPED
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    content = text_content(text)
    source = SourceText(
        name="x.txt",
        sha256="0" * 64,
        text=text,
        blocks=content.blocks,
        grid=content.grid,
        wraps=content.wraps,
    )
    check_spans(build_plan(source))


PASTED = without_marks((GOLDEN / "cities" / "32_pasted_with_tabs.txt").read_text("utf-8"))[0]


@QUIET
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(PASTED)),
            st.integers(0, 12),
            st.sampled_from(
                [*PIECES, "\t", '"', '\t"', '"\t', "\n—3—\n", "；", "（整改时限：2024年底前）"]
            )
            | st.text(max_size=4),
        ),
        max_size=6,
    )
)
def test_pasted_tables_keep_their_spans_in_text_and_in_word(edits):
    text = PASTED
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    content = text_content(text)
    for made in (content, with_drawn_tables(Content(text=text, blocks=lines_of(text)))):
        source = SourceText(
            name="x.txt",
            sha256="0" * 64,
            text=text,
            blocks=made.blocks,
            grid=made.grid,
            wraps=made.wraps,
        )
        check_spans(build_plan(source))


def lines_of(text: str) -> tuple[Block, ...]:
    made, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            made.append(Block(start=start, end=start + len(line), locator="第1段"))
        start += len(line) + 1
    return tuple(made)


PETITIONS = (
    "群众信访举报转办情况一览表（第三批）\n"
    "序号\t受理编号\t反映问题\t行政区域\t是否属实\n"
    "1\tD3XX202404120018\t{}砖厂粉尘扰民。\t昌江区\t属实\n"
    "2\tX3XX202404120033\t污水直排{}。\t昌江区\t不属实\n"
)


@QUIET
@given(
    name=st.sampled_from(["张建国", "李强", "欧阳子虚", "钱乌有"]),
    phone=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    told=st.sampled_from(
        ["群众{}（电话{}）反映", "{}（手机：{}）称", "联系人：{}，{}，", "市民{}来电{}说"]
    ),
    before=st.sampled_from(["", "经查，", "2024年4月，", "向办公室"]),
)
def test_a_petition_table_loses_persons_and_no_character(
    tmp_path_factory, name, phone, told, before
):
    path = tmp_path_factory.mktemp("any") / "表.txt"
    words = PETITIONS.format(before + told.format(name, phone), "")
    path.write_text(words, encoding="utf-8", newline="")
    plan = read_plan(path)
    assert len(plan.issues) == 2
    assert len(plan.text) == len(words)
    written = json.dumps(issues_document(plan), ensure_ascii=False) + plan.text + repr(plan)
    assert name not in written
    assert phone not in written
    check_spans(replace(plan, issues=tuple(replace(i, petition=None) for i in plan.issues)))


TABLE = (GOLDEN / "layouts" / "10_tab_table.txt").read_text(encoding="utf-8")


@QUIET
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(TABLE)),
            st.integers(0, 12),
            st.sampled_from([*PIECES, "\t", "序号", "问题", "第1项"]) | st.text(max_size=4),
        ),
        max_size=6,
    )
)
def test_mutated_tables_keep_their_spans(edits):
    text = TABLE
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    content = text_content(text)
    source = SourceText(
        name="x.txt", sha256="0" * 64, text=text, blocks=content.blocks, grid=content.grid
    )
    check_spans(build_plan(source))
