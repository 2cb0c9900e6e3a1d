"""The commands. Each is one public function plus reading and writing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import geo_rectify
from geo_rectify.cli.fieldwork import field_app
from geo_rectify.cli.gazetteer import OnlineService, gazetteer_app
from geo_rectify.cli.layers import layers_app
from geo_rectify.cli.ledgers import NoticeDays, ledger_app
from geo_rectify.cli.options import (
    AsOf,
    Corrections,
    FailOn,
    FailWhen,
    Gazetteers,
    LayerSources,
    MaxDistance,
    MinOverlap,
    Missing,
    OldLedger,
    OneCounty,
    OnePlan,
    OnlineBase,
    Output,
    Pictures,
    Plans,
    Public,
    Registers,
    Restricted,
    RulesFile,
    SomeIssues,
    day_of,
)
from geo_rectify.cli.packing import pack
from geo_rectify.errors import GeoRectifyError
from geo_rectify.settings import NOTICE_DAYS
from geo_rectify.vocabulary import Verdict, label

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from geo_rectify.bundle import Replay
    from geo_rectify.pipeline import Assessment
    from geo_rectify.settings import PictureFormat, Settings

OK, FAILED, USAGE, FOUND = 0, 1, 2, 3
SAMPLE = "sample"


app = typer.Typer(
    name="geo-rectify",
    help=(
        "整改方案落图与管控区套合：读方案、找地点、诚实定位、与生态保护红线等管控区叠加，"
        "输出地图、报告、台账、待定位清单和外业文件。\n\n"
        "Reads rectification plans, locates their places honestly and overlays them with "
        "protected zones. Try: geo-rectify demo -o demo_out"
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(layers_app, name="layers")
app.add_typer(gazetteer_app, name="gazetteer")
app.add_typer(ledger_app, name="ledger")
app.add_typer(field_app, name="field")
app.command("pack")(pack)


def main() -> None:
    """Run the command line; only here does one of our errors become a message."""
    from geo_rectify.cli.console import fail, make_console_safe

    make_console_safe()
    try:
        app()
    except GeoRectifyError as err:
        fail(f"{err.chinese}\n{err}" if err.chinese else str(err))
        sys.exit(FAILED)


@app.callback(invoke_without_command=True)
def front(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="显示版本 (print the version).")
    ] = False,
) -> None:
    """Answer what needs no command."""
    if version:
        typer.echo(geo_rectify.__version__)
        raise typer.Exit


@app.command()
def demo(
    output: Output = None,
    as_of: AsOf = None,
    picture: Pictures = None,
) -> None:
    """自带示例：示例方案 + 示意图层，无需网络 (the bundled example, no network).

    Example: geo-rectify demo -o demo_out
    """
    from geo_rectify.bundle import Replay
    from geo_rectify.cli.console import say, stage_progress
    from geo_rectify.example import example_corrections, example_plan
    from geo_rectify.vocabulary import DEMO_MARK

    with stage_progress() as progress, example_plan() as plan, example_corrections() as brought:
        assessment = geo_rectify.assess(
            plan,
            layers=SAMPLE,
            corrections=brought,
            settings=_settings(as_of, demo=True),
            progress=progress,
        )
        progress("write")
        folder = output if output is not None else Path("demo_out")
        made_of = Replay(demo=True)
        _write(assessment, folder, progress=progress, pictures=picture, replay=made_of)
    say(DEMO_MARK)


@app.command()
def run(
    plans: Plans,
    output: Output = None,
    layers: LayerSources = None,
    gazetteer: Gazetteers = None,
    corrections: Corrections = None,
    register: Registers = None,
    as_of: AsOf = None,
    ledger: OldLedger = None,
    rules: RulesFile = None,
    county: OneCounty = None,
    issue: SomeIssues = None,
    notice_days: NoticeDays = NOTICE_DAYS,
    allow_missing: Missing = False,
    include_restricted: Restricted = False,
    public: Public = False,
    picture: Pictures = None,
    online_base: OnlineBase = None,
    min_overlap: MinOverlap = None,
    max_distance: MaxDistance = None,
    fail_on: FailWhen = None,
    geocoder: Annotated[
        OnlineService | None,
        typer.Option(
            "--geocoder",
            help="在线查询待定位地名，只发送地名和县市名，发送前先询问 (ask an online service for the "
            "worklist's names; a question comes first).",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="不再询问，直接在线查询 (do not ask before sending).")
    ] = False,
) -> None:
    """全流程：方案 → 地图、报告、台账、待定位清单、外业文件 (the whole job).

    Example: geo-rectify run 整改方案.docx -o out --layers layers_dir --corrections worklist.xlsx

    One county: geo-rectify run 整改方案.docx --layers layers_dir --county 乐平市
    """
    from geo_rectify.bundle import Replay
    from geo_rectify.cli.console import stage_progress
    from geo_rectify.drawing.markup import scope_words

    _check_layers(layers)
    online = None
    if geocoder is not None:
        from geo_rectify.cli.gazetteer import consent
        from geo_rectify.pipeline import OnlineAsking
        from geo_rectify.places.services import open_geocoder

        service = open_geocoder(geocoder.value)
        online = OnlineAsking(geocoder=service, agree=consent(service, yes=yes))
    _check_public(public=public, include_restricted=include_restricted, ledger=ledger)
    _check_ledger(ledger)
    if online_base is not None:
        from geo_rectify.outputs.maps.online import online_base as known_base

        known_base(online_base)
    with stage_progress() as progress:
        assessment = geo_rectify.assess(
            plans,
            layers=layers,
            gazetteer=gazetteer,
            corrections=corrections,
            registers=register,
            rules=rules,
            settings=_settings(
                as_of,
                include_restricted=include_restricted,
                allow_missing=allow_missing,
                public=public,
                notice_days=notice_days,
                min_overlap=min_overlap,
                max_distance=max_distance,
            ),
            progress=progress,
            online=online,
        )
        assessment = _part(assessment, county=county, issues=issue or [])
        progress("write")
        folder = output
        if folder is None:
            folder = _default_folder(plans[0], part=scope_words(assessment))
        made_of = Replay(
            plans=tuple(plans),
            layers=tuple(layers or ()),
            gazetteer=tuple(gazetteer or ()),
            corrections=tuple(corrections or ()),
            registers=tuple(register or ()),
            rules=rules,
            geocoder=geocoder.value if geocoder else "",
        )
        _write(
            assessment,
            folder,
            progress=progress,
            ledger=ledger,
            pictures=picture,
            online=online_base,
            replay=made_of,
        )
    _exit_on(assessment, fail_on)


@app.command()
def parse(
    plan: OnePlan,
    output: Output = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="逐行说明由哪条规则读出 (which rule read which line).")
    ] = False,
) -> None:
    """只读方案：plan.txt、issues.json、mentions.csv (read the plan, no locating).

    Example: geo-rectify parse 整改方案.docx -o parsed
    """
    from geo_rectify.bundle import write_parsed
    from geo_rectify.cli.console import say, show_explained
    from geo_rectify.plans import explain_plan, with_place_checks

    document = geo_rectify.read_plan(plan)
    mentions = geo_rectify.find_mentions(document, names=geo_rectify.open_gazetteer().names())
    document = with_place_checks(document, {m.issue for m in mentions if m.issue is not None})
    folder = output if output is not None else _default_folder(plan)
    write_parsed(document, mentions, folder)
    if explain:
        show_explained(explain_plan(plan))
    say(f"{label(document.document_type)}：{document.reason}")
    for check in document.checks:
        say(f"  自检：{check.message}")
    measures = sum(len(issue.measures) for issue in document.issues)
    say(
        f"{document.source_name}：问题 {len(document.issues)} 项，措施 {measures} 条，"
        f"地名 {len(mentions)} 处 → {folder}"
    )


@app.command(name="locate")
def locate_command(
    plan: OnePlan,
    output: Output = None,
    layers: LayerSources = None,
    gazetteer: Gazetteers = None,
    corrections: Corrections = None,
    register: Registers = None,
) -> None:
    """读方案并定位：另有 sites.gpkg (parse and locate, no judging).

    Example: geo-rectify locate 整改方案.docx -o located --gazetteer 地名.csv
    """
    from geo_rectify.bundle import write_located
    from geo_rectify.cli.console import stage_progress

    _check_layers(layers)
    with stage_progress() as progress:
        assessment = geo_rectify.assess(
            plan,
            layers=layers,
            gazetteer=gazetteer,
            corrections=corrections,
            registers=register,
            settings=_settings(None),
            progress=progress,
        )
        folder = output if output is not None else _default_folder(plan)
        written = write_located(assessment, folder)
    _report(assessment, written.folder, carried=written.carried)


@app.command()
def overlay(
    sites: Annotated[
        Path, typer.Argument(help="sites.gpkg，或任一含几何的单图层文件 (sites to judge).")
    ],
    output: Output = None,
    layers: LayerSources = None,
    as_of: AsOf = None,
    allow_missing: Missing = False,
    include_restricted: Restricted = False,
    public: Public = False,
    min_overlap: MinOverlap = None,
    max_distance: MaxDistance = None,
    fail_on: FailWhen = None,
) -> None:
    """点位与图层叠加判定：findings.gpkg、findings.csv (overlay and judge given sites).

    Example: geo-rectify overlay sites.gpkg -o judged --layers layers_dir
    """
    from geo_rectify.bundle import write_findings_only
    from geo_rectify.pipeline import assess_sites

    _check_layers(layers)
    assessment = assess_sites(
        sites,
        layers=layers,
        settings=_settings(
            as_of,
            include_restricted=include_restricted,
            allow_missing=allow_missing,
            public=public,
            min_overlap=min_overlap,
            max_distance=max_distance,
        ),
    )
    folder = output if output is not None else _default_folder(sites)
    written = write_findings_only(assessment, folder)
    _report(assessment, written.folder, carried=written.carried)
    _exit_on(assessment, fail_on)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="旧成果文件夹 (an earlier run).")],
    new: Annotated[Path, typer.Argument(help="新成果文件夹 (a later run).")],
    output: Output = None,
) -> None:
    """两次成果的变化：点位与判定，及原因 (changed sites and verdicts with their cause).

    Example: geo-rectify diff out_2023 out_2024 -o changes
    """
    from geo_rectify.bundle import diff_runs, write_diff
    from geo_rectify.bundle.comparing import class_words, verdict_words
    from geo_rectify.cli.console import say, show_table

    changes = diff_runs(old, new) if output is None else write_diff(old, new, output)
    shown = changes.assign(
        zone_class=[class_words(word) for word in changes["zone_class"]],
        old_verdict=[verdict_words(word) for word in changes["old_verdict"]],
        new_verdict=[verdict_words(word) for word in changes["new_verdict"]],
    )
    headings = {
        "site_name": "点位",
        "zone_class": "管控区",
        "old_verdict": "原判定",
        "new_verdict": "现判定",
    }
    say(f"判定变化 {old} → {new}：{len(shown)} 条")
    for cause, rows in shown.groupby("cause", sort=False):
        show_table(rows, headings, title=f"原因：{cause}（{len(rows)} 条）")
    if output is not None:
        say(f"成果：{output}")


def _settings(
    as_of: dt.datetime | None,
    *,
    include_restricted: bool = False,
    demo: bool = False,
    allow_missing: bool = False,
    public: bool = False,
    notice_days: int = NOTICE_DAYS,
    min_overlap: float | None = None,
    max_distance: float | None = None,
) -> Settings:
    from geo_rectify.settings import Settings

    given = {"min_overlap_m2": min_overlap, "max_distance_m": max_distance}
    return Settings(
        **{name: value for name, value in given.items() if value is not None},
        as_of=day_of(as_of),
        include_restricted=include_restricted,
        demo=demo,
        allow_missing=allow_missing,
        public=public,
        notice_days=notice_days,
    )


def _check_layers(layers: list[str] | None) -> None:
    if layers and SAMPLE in layers and len(layers) > 1:
        message = "sample 是示意图层，只能单独使用；请去掉 --layers sample 或其他 --layers"
        raise typer.BadParameter(message, param_hint="--layers")


def _check_ledger(ledger: Path | None) -> None:
    """Refuse a ledger that cannot be taken over before the long work begins."""
    if ledger is not None:
        from geo_rectify.outputs.ledger import read_ledger

        read_ledger(ledger)


def _check_public(*, public: bool, include_restricted: bool, ledger: Path | None) -> None:
    if public and include_restricted:
        message = "--public 与 --include-restricted 不能同用；公开版不含受限图层"
        raise typer.BadParameter(message, param_hint="--public")
    if public and ledger is not None:
        message = "--public 与 --ledger 不能同用；台账中有人工填写的人名和进展"
        raise typer.BadParameter(message, param_hint="--public")


def _part(assessment: Assessment, *, county: str | None, issues: list[str]) -> Assessment:
    """Narrow a run to what was asked for; what the plan does not have is a usage error."""
    from geo_rectify.errors import ScopeError

    try:
        return geo_rectify.narrowed(assessment, county=county, issues=issues)
    except ScopeError as err:
        hint = "--issue" if county is None else "--county"
        raise typer.BadParameter(f"{err.chinese} ({err})", param_hint=hint) from err


def _default_folder(path: Path, *, part: str = "") -> Path:
    from geo_rectify.drawing.markup import safe_name

    return Path(f"{path.stem}_{safe_name(part)}_out" if part else f"{path.stem}_out")


def _write(
    assessment: Assessment,
    folder: Path,
    *,
    progress: Callable[[str], None],
    ledger: Path | None = None,
    pictures: list[PictureFormat] | None = None,
    online: str | None = None,
    replay: Replay,
) -> None:
    written = geo_rectify.write_run(
        assessment,
        folder,
        ledger=ledger,
        pictures=pictures or (),
        online=online,
        replay=replay,
        progress=progress,
    )
    _report(
        assessment,
        written.folder,
        carried=written.carried,
        notes=(*(f"台账：{note}" for note in written.notes), *written.unwritten),
    )


def _report(
    assessment: Assessment, folder: Path, *, carried: tuple[str, ...], notes: tuple[str, ...] = ()
) -> None:
    from geo_rectify.bundle import counts
    from geo_rectify.cli.console import say, show_summary
    from geo_rectify.drawing.markup import scope_note

    show_summary(assessment, counts(assessment))
    part = scope_note(assessment)
    if part:
        say(part)
    for note in (*assessment.gazetteer_notes, *notes):
        say(note)
    for name in carried:
        say(f"保留了原文件夹中的文件：{name}")
    say(f"成果：{folder}")


def _exit_on(assessment: Assessment, fail_on: FailOn | None) -> None:
    if fail_on is None:
        return
    wanted = {Verdict.CONFLICT.value}
    if fail_on is FailOn.POSSIBLE:
        wanted.add(Verdict.POSSIBLE.value)
    if assessment.findings["verdict"].isin(wanted).any():
        raise typer.Exit(FOUND)
