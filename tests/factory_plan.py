"""The made-up plan of `factories`: three issues, with every offset where its words stand."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import Any

from geo_rectify.models import (
    Acceptance,
    AcceptanceUnit,
    Block,
    Figure,
    Issue,
    IssueDeadline,
    Measure,
    MeasureDeadline,
    Passage,
    Plan,
    Section,
)
from geo_rectify.vocabulary import AcceptanceMode, DeadlineKind, DocumentType

AS_OF = dt.date(2024, 3, 31)
QUOTED = "“老窑”\"'`瓷土`'厂</script><b>\\"
FORMULA = "=cmd|' /C calc'!A0"
LONG = "九曲" + "山湾" * 249


class _Text:
    """Text that grows and remembers where each piece came to stand."""

    def __init__(self) -> None:
        self.text = ""
        self.blocks: list[Block] = []

    def line(self, text: str) -> Passage:
        start = len(self.text)
        self.text += text + "\n"
        locator = f"第{len(self.blocks) + 1}段"
        self.blocks.append(Block(start=start, end=start + len(text), locator=locator))
        return Passage(text=text, start=start, end=start + len(text))

    def part(self, line: Passage, text: str) -> Passage:
        at = line.start + line.text.index(text)
        return Passage(text=text, start=at, end=at + len(text))


def _measure(
    made: _Text,
    position: int,
    body: str,
    units: tuple[str, ...],
    *deadlines: tuple[str, dt.date],
    **more: Any,
) -> Measure:
    raw = f"〔责任单位：{'、'.join(units)}〕"
    line = made.line(f"{position}．{body}{raw}")
    where = made.part(line, body)
    dated = []
    for words, date in deadlines:
        span = made.part(line, words)
        dated.append(MeasureDeadline(raw=words, start=span.start, end=span.end, date=date))
    brackets = made.part(line, raw)
    return Measure(
        position=position,
        number=position,
        text=body,
        start=where.start,
        end=where.end,
        deadlines=tuple(dated),
        units=units,
        units_raw=raw,
        units_start=brackets.start,
        units_end=brackets.end,
        **more,
    )


def _deadline(made: _Text, raw: str, **more: Any) -> IssueDeadline:
    span = made.part(made.line(f"整改时限：{raw}。"), raw)
    return IssueDeadline(raw=raw, start=span.start, end=span.end, **more)


def _goal(made: _Text, text: str) -> Passage:
    return made.part(made.line(f"整改目标：{text}"), text)


def _acceptance(made: _Text, raw: str, mode: AcceptanceMode, *units: AcceptanceUnit) -> Acceptance:
    span = made.part(made.line(f"验收单位：{raw}。"), raw)
    return Acceptance(raw=raw, start=span.start, end=span.end, mode=mode, units=units)


def make_plan() -> Plan:
    """Make the document: three issues with deadlines of every kind."""
    made = _Text()
    made.line("某市贯彻落实省生态环境保护督察报告整改方案")
    heading = made.line("一、矿山和水源地问题")
    issues = []

    problem = made.line(
        "（一）矿山开采问题突出。乐平市双岭采石场2021年起越界开采，弃渣占用林地13.6亩，位于生态保护红线内；"
        f"乐平市礼林镇{QUOTED}废水直排沟渠；鸣溪工业园雨排口污水外排；昌东大道沿线弃土堆放。"
        "历史遗留的非法开采点86处，涉及土地面积1200余亩。"
    )
    area = made.part(problem, "13.6亩")
    pits = made.part(problem, "86处")
    issues.append(
        Issue(
            number=1,
            number_raw="（一）",
            section=1,
            heading="矿山开采问题突出。",
            heading_kind="sentence",
            start=problem.start,
            end=0,
            problem=problem,
            goal=_goal(made, "规范矿山开采，完成生态修复。"),
            deadline=_deadline(made, "2024年底", date=dt.date(2024, 12, 31)),
            measures=(
                _measure(
                    made,
                    1,
                    "2023年底前，责令双岭采石场停止越界开采；2024年6月底前，完成复绿。",
                    ("乐平市委", "乐平市政府"),
                    ("2023年底前", dt.date(2023, 12, 31)),
                    ("2024年6月底前", dt.date(2024, 6, 30)),
                ),
                _measure(
                    made,
                    2,
                    "完成86处非法开采点生态修复。",
                    ("市自然资源规划局", "乐平市政府"),
                    lead_units=("市自然资源规划局",),
                ),
                _measure(made, 3, "每年开展专项巡查。", ("市林业局",), recurring=True),
            ),
            responsible_person=made.line("责任人：赵某某"),
            acceptance=_acceptance(
                made,
                "市自然资源规划局、市林业局",
                AcceptanceMode.BY_MEASURE,
                AcceptanceUnit(unit="市自然资源规划局", measures=(1, 2)),
                AcceptanceUnit(unit="市林业局", measures=(3,)),
            ),
            figures=(
                Figure(
                    subject="弃渣占用林地",
                    value=13.6,
                    approx=False,
                    unit="亩",
                    raw="13.6亩",
                    start=area.start,
                    end=area.end,
                ),
                Figure(
                    subject="非法开采点",
                    value=86,
                    approx=False,
                    unit="处",
                    raw="86处",
                    start=pits.start,
                    end=pits.end,
                ),
            ),
        )
    )

    problem = made.line(
        f"（二）饮用水水源保护不力。浮梁县西溪乡{FORMULA}养殖场位于水源保护区上游；"
        "樟坑饮用水水源地保护区范围尚未划定；浮梁县部分乡镇污水直排。"
    )
    issues.append(
        Issue(
            number=2,
            number_raw="（二）",
            section=1,
            heading="饮用水水源保护不力。",
            heading_kind="sentence",
            start=problem.start,
            end=0,
            problem=problem,
            goal=_goal(made, "消除水源地环境隐患。"),
            deadline=_deadline(made, "立行立改，长期坚持", immediate=True, long_term=True),
            measures=(
                _measure(
                    made,
                    1,
                    "2024年3月底前，完成樟坑水源保护区划定。",
                    ("浮梁县委", "浮梁县政府"),
                    ("2024年3月底前", dt.date(2024, 3, 31)),
                ),
                _measure(made, 2, "加强日常监管。", ("市生态环境局",), immediate=True),
            ),
            acceptance=_acceptance(
                made, "市整改办", AcceptanceMode.SINGLE, AcceptanceUnit(unit="市整改办")
            ),
        )
    )

    problem = made.line(f"（三）能力建设不足。全市监测能力弱，{LONG}林场管护缺位。")
    issues.append(
        Issue(
            number=3,
            number_raw="（三）",
            section=1,
            heading="能力建设不足。",
            heading_kind="sentence",
            start=problem.start,
            end=0,
            problem=problem,
            goal=_goal(made, "补齐能力短板。"),
            deadline=_deadline(made, "2024年1月底前", date=dt.date(2024, 1, 31)),
            measures=(
                _measure(
                    made,
                    1,
                    "自2024年1月起，按月监测。",
                    ("市财政局",),
                    ("自2024年1月起", dt.date(2024, 1, 1)),
                ),
            ),
        )
    )
    start_mark = issues[2].measures[0]
    begins = dataclasses.replace(start_mark.deadlines[0], kind=DeadlineKind.FROM)
    issues[2] = dataclasses.replace(
        issues[2], measures=(dataclasses.replace(start_mark, deadlines=(begins,)),)
    )
    ends = [issue.start for issue in issues[1:]] + [len(made.text)]
    text = made.text
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Plan(
        doc_id=sha256[:12],
        source_name="某市整改方案.docx",
        sha256=sha256,
        title="某市贯彻落实省生态环境保护督察报告整改方案",
        text=text,
        document_type=DocumentType.RECTIFICATION_PLAN,
        reason="有问题、整改时限和验收单位",
        blocks=tuple(made.blocks),
        list_start=heading.start,
        sections=(Section(number=1, heading=heading.text, start=heading.start, end=heading.end),),
        issues=tuple(
            dataclasses.replace(issue, end=end) for issue, end in zip(issues, ends, strict=True)
        ),
    )
