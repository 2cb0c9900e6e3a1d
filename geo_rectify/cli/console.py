"""Messages of the command line: progress and summary to stderr, data to stdout."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from geo_rectify.vocabulary import (
    LABELS,
    DocumentType,
    Precision,
    Verdict,
    label,
    precision_label,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from geo_rectify.pipeline import Assessment
    from geo_rectify.plans import ExplainedLine

STAGE_LABELS: Final = {
    "read": "读取方案",
    "layers": "载入图层",
    "mentions": "识别地名",
    "locate": "定位点位",
    "overlay": "叠加分析",
    "judge": "判定核对",
    "write": "写出成果",
}

messages = Console(stderr=True, highlight=False, soft_wrap=True)
data = Console(highlight=False, soft_wrap=True)


def make_console_safe() -> None:
    """Let a console that lacks a character (cp936, cp1252) show ``?`` instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@contextmanager
def stage_progress() -> Iterator[Callable[[str], None]]:
    """Show a bar that moves on with each stage.

    Yields
    ------
    callable
        To be called with the name of each stage as it begins, and within one with words of how
        far it is.
    """
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        console=messages,
        transient=True,
    ) as progress:
        task = progress.add_task("", total=len(STAGE_LABELS))
        begun = 0

        def step(stage: str) -> None:
            nonlocal begun
            if stage not in STAGE_LABELS:
                progress.update(task, description=stage)
                return
            progress.update(task, completed=begun, description=STAGE_LABELS[stage])
            begun += 1

        yield step


def say(text: str) -> None:
    """Write one message line to stderr, as it is."""
    messages.print(text, markup=False)


def fail(text: str) -> None:
    """Write an error message to stderr."""
    messages.print("[bold red]错误[/] ", end="")
    messages.print(text, markup=False)


def show_summary(assessment: Assessment, counts: Mapping[str, Any]) -> None:
    """Print what a run found: documents, issues, sites by precision, findings by verdict.

    Parameters
    ----------
    assessment
        The run.
    counts
        As `bundle.counts` gives them.
    """
    for plan in assessment.plans:
        kind = label(plan.document_type)
        note = "" if plan.document_type is DocumentType.RECTIFICATION_PLAN else f"（{plan.reason}）"
        say(f"{plan.source_name}：{kind}{note}")
        for check in plan.checks:
            say(f"  自检：{check.message}")
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_row("问题", f"{counts['issues']} 项，措施 {counts['measures']} 条")
    table.add_row("地名", f"{counts['mentions']} 处")
    table.add_row("点位", f"{counts['sites']} 个：{_by_precision(assessment)}")
    table.add_row("待定位", f"{counts['unlocated']} 个（见 worklist.xlsx）")
    if counts["rejected_candidates"]:
        table.add_row("已排除候选", f"{counts['rejected_candidates']} 个（落在所属县市之外等）")
    table.add_row("判定", _by_label(counts["findings_by_verdict"], LABELS[Verdict]))
    if counts["claims_by_result"]:
        table.add_row("表述核对", _by_label(counts["claims_by_result"], {}))
    messages.print(table)
    for note in assessment.correction_notes:
        say(f"核查回填：{note}")
    for info in assessment.layers.infos:
        for sentence in (*info.assumptions, *info.repairs, *info.rejects):
            say(f"图层 {info.title}：{sentence}")
    if not assessment.layers.infos:
        say("未提供图层：所有管控区均未比对（--layers 指定图层目录，--layers sample 为示意图层）")


def show_explained(lines: Sequence[ExplainedLine]) -> None:
    """Print which rule read which line, tab-separated, to stdout.

    Parameters
    ----------
    lines
        As `plans.explain_plan` gives them.
    """
    rows = ["offset\tplace\tissue\trule\ttext"]
    rows.extend(
        f"{line.start}\t{line.locator}\t{'' if line.issue is None else line.issue}"
        f"\t{line.rule}\t{line.text}"
        for line in lines
    )
    for row in rows:
        sys.stdout.write(f"{row}\n")


def show_table(frame: pd.DataFrame, columns: Mapping[str, str], *, title: str) -> None:
    """Print some columns of a frame as a table to stdout.

    Parameters
    ----------
    frame
        The frame; every cell is shown as text.
    columns
        Names of the columns to show, and their headings.
    title
        Heading of the table.
    """
    table = Table(title=title, title_justify="left")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in frame[list(columns)].itertuples(index=False):
        table.add_row(*(Text(_cell(cell)) for cell in row))
    data.print(table)


def show_blocks(frame: pd.DataFrame, headings: Mapping[str, str], *, title: str) -> None:
    """Print a frame to stdout, a block a row, so that nothing is cut on a narrow console.

    Parameters
    ----------
    frame
        The frame; empty cells are left out.
    headings
        Headings of its columns; others stand as they are.
    title
        Heading of the whole.
    """
    data.print(title, markup=False)
    for position, row in enumerate(frame.to_dict("records"), start=1):
        data.print(f"[{position}]", markup=False)
        shown = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 2))
        for name, cell in row.items():
            if _cell(cell):
                shown.add_row(headings.get(str(name), str(name)), Text(_cell(cell)))
        data.print(shown)


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell)


def _by_precision(assessment: Assessment) -> str:
    tally = assessment.sites["precision"].value_counts()
    shown = [
        f"{precision_label(precision)} {tally[precision.value]}"
        for precision in Precision
        if precision.value in tally.index
    ]
    return "，".join(shown) or "无"


def _by_label(tally: Mapping[str, int], labels: Mapping[str, str]) -> str:
    order = [*labels, *(key for key in tally if key not in labels)]
    shown = [f"{labels.get(key, key)} {tally[key]}" for key in order if key in tally]
    return "，".join(shown) or "无"
