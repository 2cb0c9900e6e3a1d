"""ledger.xlsx: the ledger (台账) people live in, a row an issue and a row a measure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.crs import M2_PER_HECTARE, M2_PER_MU, format_dms
from geo_rectify.drawing.markup import one_line
from geo_rectify.drawing.symbology import verdict_order
from geo_rectify.outputs._dossiers import Dossier, dossiers, number
from geo_rectify.outputs._workbook import (
    A3,
    A4,
    FIRST_ROW,
    SheetColumn,
    Workbook,
    open_workbook,
    widened,
)
from geo_rectify.outputs.ledger.progress import Progress, issue_standing, measure_standing
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import LayerStatus, PlaceType, Precision, SiteStatus, label

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geo_rectify.models import Issue, Measure, Plan
    from geo_rectify.pipeline import Assessment

TITLE: Final = "生态环境保护督察反馈问题整改台账"
NO_PLACE: Final = "不涉及具体点位"
STATE_HEADER: Final = "进度状态"
_WIDEST: Final = 110.0
_EVERY_COUNTY: Final = "各县"

ISSUE_COLUMNS: Final = (
    SheetColumn(header="序号", width=5, look="centre"),
    SheetColumn(header="督察来源", width=9),
    SheetColumn(header="问题类别", width=9),
    SheetColumn(header="反馈问题", width=36),
    SheetColumn(header="整改目标", width=16),
    SheetColumn(header="整改时限", width=9),
    SheetColumn(header="整改措施", width=46),
    SheetColumn(header="措施时限", width=15.5),
    SheetColumn(header="牵头单位", width=9),
    SheetColumn(header="责任单位", width=15),
    SheetColumn(header="责任人", width=10, look="input", fill=True),
    SheetColumn(header="属地", width=7.5),
    SheetColumn(header="验收单位", width=11),
    SheetColumn(header="整改进展", width=14, look="input", fill=True),
    SheetColumn(header=STATE_HEADER, width=9, look="input", fill=True),
    SheetColumn(header="存在困难", width=8, look="input", fill=True),
    SheetColumn(header="佐证材料", width=8, look="input", fill=True),
    SheetColumn(header="点位数", width=5, look="centre"),
    SheetColumn(header="管控区判定", width=13),
    SheetColumn(header="初审", width=6, look="input", fill=True),
    SheetColumn(header="申请", width=6, look="input", fill=True),
    SheetColumn(header="核实", width=6, look="input", fill=True),
    SheetColumn(header="公开起止", width=7, look="input", fill=True),
    SheetColumn(header="核准", width=6, look="input", fill=True),
    SheetColumn(header="问效（日期·经办人·材料）", width=9, look="input", fill=True),
    SheetColumn(header="备注", width=8, look="input", fill=True),
)
MEASURE_COLUMNS: Final = (
    SheetColumn(header="序号", width=6, look="centre"),
    SheetColumn(header="措施序号", width=6, look="centre"),
    SheetColumn(header="反馈问题", width=28),
    SheetColumn(header="整改措施", width=60),
    SheetColumn(header="措施时限", width=20),
    SheetColumn(header="时限提示", width=19),
    SheetColumn(header="牵头单位", width=14),
    SheetColumn(header="责任单位", width=22),
    SheetColumn(header="责任人", width=9, look="input", fill=True),
    SheetColumn(header="属地", width=10),
    SheetColumn(header="验收单位", width=16),
    SheetColumn(header="整改进展", width=26, look="input", fill=True),
    SheetColumn(header=STATE_HEADER, width=13, look="input", fill=True),
    SheetColumn(header="存在困难", width=16, look="input", fill=True),
    SheetColumn(header="佐证材料", width=16, look="input", fill=True),
    SheetColumn(header="备注", width=14, look="input", fill=True),
)
SITE_COLUMNS: Final = (
    SheetColumn(header="site_id", width=14, look="small"),
    SheetColumn(header="名称", width=24, look="strong"),
    SheetColumn(header="类型", width=13),
    SheetColumn(header="县", width=10),
    SheetColumn(header="乡镇", width=12),
    SheetColumn(header="问题序号", width=9, look="centre"),
    SheetColumn(header="定位精度", width=14),
    SheetColumn(header="经度", width=14, look="centre"),
    SheetColumn(header="纬度", width=14, look="centre"),
    SheetColumn(header="状态", width=11),
    SheetColumn(header="数量", width=7, look="number"),
    SheetColumn(header="方案面积（亩）", width=11, look="number"),
    SheetColumn(header="位置来源", width=20),
    SheetColumn(header="总体判定", width=22),
)
FINDING_COLUMNS: Final = (
    SheetColumn(header="问题序号", width=8, look="centre"),
    SheetColumn(header="点位", width=24, look="strong"),
    SheetColumn(header="定位精度", width=14),
    SheetColumn(header="管控区类型", width=18),
    SheetColumn(header="管控区名称", width=20),
    SheetColumn(header="判定", width=27),
    SheetColumn(header="占比（可能性）", width=9, look="percent"),
    SheetColumn(header="压占面积（公顷）", width=11, look="hectares"),
    SheetColumn(header="压占面积（亩）", width=11, look="mu"),
    SheetColumn(header="压占比例", width=9, look="percent"),
    SheetColumn(header="距离（米）", width=10, look="metres"),
    SheetColumn(header="图层", width=18),
    SheetColumn(header="图层版本", width=11),
    SheetColumn(header="图层状态", width=9, look="centre"),
    SheetColumn(header="site_id", width=14, look="small"),
)
CLAIM_COLUMNS: Final = (
    SheetColumn(header="问题序号", width=9, look="centre"),
    SheetColumn(header="点位", width=24, look="strong"),
    SheetColumn(header="核对事项", width=30),
    SheetColumn(header="方案表述", width=24),
    SheetColumn(header="单位", width=7, look="centre"),
    SheetColumn(header="核对所得", width=20),
    SheetColumn(header="结果", width=10, look="centre"),
    SheetColumn(header="理由", width=44),
    SheetColumn(header="原文位置", width=16, look="small"),
)
UNLOCATED_COLUMNS: Final = (
    SheetColumn(header="site_id", width=14, look="small"),
    SheetColumn(header="名称", width=26, look="strong"),
    SheetColumn(header="类型", width=14),
    SheetColumn(header="县", width=12),
    SheetColumn(header="问题序号", width=10, look="centre"),
    SheetColumn(header="原因", width=36),
    SheetColumn(header="参考位置", width=50),
)


def write_ledger(assessment: Assessment, path: Path) -> None:
    """Write the ledger (台账): issues, measures, sites, findings, claims, places to be found.

    Parameters
    ----------
    assessment
        The run; states of progress are those of ``settings.as_of``.
    path
        The file.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    known = dossiers(assessment)
    by_issue: dict[str, list[Dossier]] = {}
    for dossier in known:
        for key in dossier.issue_keys:
            by_issue.setdefault(key, []).append(dossier)
    counties = _counties(known)
    with open_workbook(path, assessment, title=TITLE) as book:
        _write_issues(book, assessment, by_issue, counties)
        _write_measures(book, assessment, by_issue, counties)
        _write(book, "点位", SITE_COLUMNS, map(_site_row, known), title="点位", empty="没有点位")
        findings = (row for dossier in known for row in _finding_rows(dossier))
        _write(book, "判定", FINDING_COLUMNS, findings, title="管控区判定", empty="没有判定")
        claims = _claim_rows(assessment, known)
        _write(book, "核对", CLAIM_COLUMNS, claims, title="方案表述核对", empty="没有可核对的表述")
        lost = _unlocated_rows(assessment, known)
        _write(book, "未定位", UNLOCATED_COLUMNS, lost, title="未定位点位", empty="没有未定位点位")


def _write(
    book: Workbook,
    name: str,
    columns: Sequence[SheetColumn],
    rows: Iterable[Sequence[object]],
    *,
    title: str,
    empty: str,
) -> None:
    sheet = book.sheet(name, columns, title=title, paper=A4, freeze=2)
    count = 0
    for row, values in enumerate(rows, start=FIRST_ROW):
        book.put_row(sheet, row, values, columns=columns, least=20)
        count += 1
    book.finish(sheet, columns, rows=count, empty=empty)


def _write_issues(
    book: Workbook,
    assessment: Assessment,
    by_issue: dict[str, list[Dossier]],
    counties: list[str],
) -> None:
    rows = [
        _issue_row(
            key,
            plan,
            issue,
            sites=by_issue.get(key, []),
            counties=counties,
            as_of=assessment.settings.as_of,
        )
        for key, plan, issue in assessment.issues()
    ]
    columns = widened(ISSUE_COLUMNS, rows, most=_WIDEST)
    sheet = book.sheet("台账", columns, title=TITLE, paper=A3, freeze=1)
    for row, values in enumerate(rows, start=FIRST_ROW):
        book.put_row(sheet, row, values, columns=columns, least=60)
    _state_list(sheet, columns, rows=len(rows))
    book.finish(sheet, columns, rows=len(rows), empty="文件中没有整改问题")


def _issue_row(
    key: str,
    plan: Plan,
    issue: Issue,
    *,
    sites: list[Dossier],
    counties: list[str],
    as_of: dt.date,
) -> list[object]:
    standing = issue_standing(issue, as_of=as_of)
    measures, deadlines = [], []
    for measure in issue.measures:
        numbered = f"{measure.position}．"
        measures.append(f"{numbered}{one_line(measure.text)}")
        own = measure_standing(measure, issue, as_of=as_of)
        deadlines.append(f"{numbered}{own.words}")
    person = one_line(issue.responsible_person.text) if issue.responsible_person else ""
    units = [unit for measure in issue.measures for unit in measure.units]
    leads = [unit for measure in issue.measures for unit in measure.lead_units]
    values: dict[str, object] = {
        "序号": _key(key),
        "督察来源": one_line(plan.title) or plan.source_name,
        "问题类别": _section(plan, issue),
        "反馈问题": issue.problem.text,
        "整改目标": issue.goal.text if issue.goal else "",
        "整改时限": one_line(issue.deadline.raw) if issue.deadline else "",
        "整改措施": "\n".join(measures),
        "措施时限": "\n".join(deadlines),
        "牵头单位": _list(leads),
        "责任单位": _list(units),
        "责任人": person.removeprefix("责任人").lstrip("：:"),
        "属地": _territory(units, sites, counties),
        "验收单位": _acceptance(issue),
        STATE_HEADER: standing.state.value if standing.state else "",
        "点位数": len([site for site in sites if not site.extent]) or None,
        "管控区判定": _summary(sites),
    }
    return [values.get(column.header) for column in ISSUE_COLUMNS]


def _write_measures(
    book: Workbook,
    assessment: Assessment,
    by_issue: dict[str, list[Dossier]],
    counties: list[str],
) -> None:
    sheet = book.sheet("措施", MEASURE_COLUMNS, title="整改措施台账", paper=A3, freeze=2)
    row = FIRST_ROW
    for key, _, issue in assessment.issues():
        for measure in issue.measures:
            values = _measure_row(
                key,
                issue,
                measure,
                sites=by_issue.get(key, []),
                counties=counties,
                as_of=assessment.settings.as_of,
            )
            book.put_row(sheet, row, values, columns=MEASURE_COLUMNS, least=34)
            row += 1
    _state_list(sheet, MEASURE_COLUMNS, rows=row - FIRST_ROW)
    book.finish(sheet, MEASURE_COLUMNS, rows=row - FIRST_ROW, empty="文件中没有整改措施")


def _measure_row(
    key: str,
    issue: Issue,
    measure: Measure,
    *,
    sites: list[Dossier],
    counties: list[str],
    as_of: dt.date,
) -> list[object]:
    standing = measure_standing(measure, issue, as_of=as_of)
    here = [site for site in sites if measure.position in site.measures.get(key, ())]
    units = [
        f"{unit.unit}"
        for unit in (issue.acceptance.units if issue.acceptance else ())
        if unit.measures is None or measure.position in unit.measures
    ]
    values: dict[str, object] = {
        "序号": _key(key),
        "措施序号": measure.position,
        "反馈问题": one_line(issue.heading),
        "整改措施": measure.text,
        "措施时限": standing.words,
        "时限提示": standing.note,
        "牵头单位": _list(measure.lead_units),
        "责任单位": _list(measure.units),
        "属地": _territory(list(measure.units), here, counties),
        "验收单位": _list(units),
        STATE_HEADER: standing.state.value if standing.state else "",
    }
    return [values.get(column.header) for column in MEASURE_COLUMNS]


def _state_list(sheet: Any, columns: Sequence[SheetColumn], *, rows: int) -> None:
    if not rows:
        return
    at = next(i for i, column in enumerate(columns) if column.header == STATE_HEADER)
    sheet.data_validation(
        FIRST_ROW,
        at,
        FIRST_ROW + rows - 1,
        at,
        {
            "validate": "list",
            "source": [state.value for state in Progress],
            "input_title": STATE_HEADER,
            "input_message": "“未达序时进度”和完成情况由人填写；未填报的按时限推算。",
            "error_title": "不在列表中",
            "error_message": "请从列表中选择进度状态。",
        },
    )


def _key(key: str) -> object:
    return int(key) if key.isdigit() else key


def _list(values: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(one_line(value) for value in values))


def _section(plan: Plan, issue: Issue) -> str:
    return next(
        (one_line(each.heading) for each in plan.sections if each.number == issue.section), ""
    )


def _acceptance(issue: Issue) -> str:
    if issue.acceptance is None:
        return ""
    shown = []
    for unit in issue.acceptance.units:
        which = "、".join(str(position) for position in unit.measures or ())
        shown.append(f"{one_line(unit.unit)}（措施{which}）" if which else one_line(unit.unit))
    return "；".join(shown)


def _counties(known: list[Dossier]) -> list[str]:
    """List the counties of a run, by code."""
    codes = {
        name: dossier.adcode
        for dossier in known
        for name in split_list(dossier.county)
        if "|" not in dossier.county
    }
    return sorted(codes, key=lambda name: (codes[name], name))


def _territory(units: list[str], sites: list[Dossier], counties: list[str]) -> str:
    """Name the counties an issue concerns: of its units, and of its sites."""
    if any(unit.startswith(_EVERY_COUNTY) for unit in units):
        return "各县（市、区）"
    of_units = [name for name in counties if any(unit.startswith(name) for unit in units)]
    of_sites = [name for site in sites for name in split_list(site.county)]
    return _list([*of_units, *of_sites])


def _summary(sites: list[Dossier]) -> str:
    """Count the sites of an issue by their worst verdict."""
    places = [site for site in sites if not site.extent]
    if not places:
        return NO_PLACE
    counts = Counter(site.worst for site in places)
    lines = [
        f"{label(verdict)}：{counts[verdict]}处" for verdict in verdict_order() if counts[verdict]
    ]
    lines.extend(
        f"（含计数点群{site.count}处）"
        for site in places
        if site.status is SiteStatus.COUNTED and site.count
    )
    return "\n".join(lines)


def _site_row(dossier: Dossier) -> list[object]:
    lon = lat = ""
    if dossier.point is not None:
        lon, lat = (
            format_dms(degrees, uncertainty_m=dossier.uncertainty_m) for degrees in dossier.point
        )
    area = dossier.area_stated_m2
    worst = dossier.worst
    return [
        dossier.site_id,
        one_line(dossier.name),
        label(dossier.kind),
        dossier.county.replace("|", "、"),
        dossier.township,
        "、".join(dossier.issue_keys),
        dossier.precision_words,
        lon,
        lat,
        label(dossier.status),
        dossier.count,
        None if area is None else round(area / M2_PER_MU, 2),
        one_line(dossier.source),
        label(worst) if worst and not dossier.extent else "",
    ]


def _finding_rows(dossier: Dossier) -> list[list[object]]:
    return [
        [
            "、".join(dossier.issue_keys),
            one_line(dossier.name),
            dossier.precision_words,
            label(answer.zone_class),
            one_line(answer.zone_name),
            answer.words,
            answer.likelihood,
            None if answer.overlap_m2 is None else answer.overlap_m2 / M2_PER_HECTARE,
            None if answer.overlap_m2 is None else answer.overlap_m2 / M2_PER_MU,
            answer.share,
            answer.distance_m,
            answer.layer_id,
            answer.layer_version,
            label(LayerStatus(answer.layer_status)) if answer.layer_status else "",
            dossier.site_id,
        ]
        for answer in dossier.answers
    ]


def _claim_rows(assessment: Assessment, known: list[Dossier]) -> Iterable[list[object]]:
    names = {dossier.site_id: one_line(dossier.name) for dossier in known}
    for row in assessment.claims.to_dict("records"):
        start, end = number(row["start"]), number(row["end"])
        yield [
            _key(str(row["issue"] or "")),
            names.get(row["site_id"], ""),
            row["subject"],
            row["stated"],
            row["unit"],
            row["found"],
            row["result"],
            row["reason"],
            f"{start or 0:.0f}-{end or 0:.0f}",
        ]


def _unlocated_rows(assessment: Assessment, known: list[Dossier]) -> Iterable[list[object]]:
    reasons = dict(
        zip(assessment.unlocated["site_id"], assessment.unlocated["reason"], strict=True)
    )
    for dossier in known:
        if dossier.site_id in reasons:
            yield [
                dossier.site_id,
                one_line(dossier.name),
                label(PlaceType(dossier.kind)),
                dossier.county.replace("|", "、") or label(Precision.NONE),
                "、".join(dossier.issue_keys),
                reasons[dossier.site_id],
                dossier.reference,
            ]
