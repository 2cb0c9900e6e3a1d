"""What a ledger's sheets look like: their columns, and which of them people fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geo_rectify.outputs._workbook import A3, A4, SheetColumn

TITLE: Final = "生态环境保护督察反馈问题整改台账"
STATE_HEADER: Final = "进度状态"
NUMBER: Final = "序号"
POSITION: Final = "措施序号"
TERRITORY: Final = "属地"
ACCEPTANCE: Final = "验收单位"
REBOUND: Final = "可能反弹"
"""Column that names later documents with the same site."""
ISSUES: Final = "台账"
MEASURES: Final = "措施"
PETITIONS: Final = "信访件"
SELF_CHECKS: Final = "自检"
LISTED_PETITIONS: Final = "信访对应"
PENDING: Final = "待处理"
"""Sheet of entries that found no place of their own: nothing a person wrote is dropped."""
_SIGNED: Final = "一行一次：日期·经办人·材料，如 2024-03-05·李某·核查意见.pdf"
STEP_HINTS: Final = {
    "初审": _SIGNED,
    "申请": _SIGNED,
    "核实": f"{_SIGNED}。多个验收单位各写一行，单位在前：市水利局：2024-03-05·李某·核查意见.pdf",
    "公开起止": "起止两日·经办人·材料，如 2024-03-10至2024-03-16·王某·公示.docx",
    "核准": f"{_SIGNED}。各验收单位核实、公示期满之后填写",
    "问效（日期·经办人·材料）": f"{_SIGNED}。须重新整改的，行末写“重新整改”，此前记录保留，重新走各环节",
}
"""How a line of each closing step is written; `closing.Step` reads them."""

ISSUE_COLUMNS: Final = (
    SheetColumn(header=NUMBER, width=5, look="centre"),
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
    SheetColumn(header=TERRITORY, width=7.5),
    SheetColumn(header=ACCEPTANCE, width=11),
    SheetColumn(header="整改进展", width=14, look="input", fill=True),
    SheetColumn(header=STATE_HEADER, width=9, look="input", fill=True),
    SheetColumn(header="存在困难", width=8, look="input", fill=True),
    SheetColumn(header="佐证材料", width=8, look="input", fill=True),
    SheetColumn(header="点位数", width=5, look="centre"),
    SheetColumn(header="管控区判定", width=14),
    SheetColumn(header="初审", width=10.5, look="input", fill=True),
    SheetColumn(header="申请", width=10.5, look="input", fill=True),
    SheetColumn(header="核实", width=10.5, look="input", fill=True),
    SheetColumn(header="公开起止", width=10.5, look="input", fill=True),
    SheetColumn(header="核准", width=10.5, look="input", fill=True),
    SheetColumn(header="问效（日期·经办人·材料）", width=10.5, look="input", fill=True),
    SheetColumn(header="备注", width=8, look="input", fill=True),
    SheetColumn(header=REBOUND, width=10),
)
MEASURE_COLUMNS: Final = (
    SheetColumn(header=NUMBER, width=6, look="centre"),
    SheetColumn(header=POSITION, width=6, look="centre"),
    SheetColumn(header="反馈问题", width=28),
    SheetColumn(header="整改措施", width=60),
    SheetColumn(header="措施时限", width=20),
    SheetColumn(header="时限提示", width=19),
    SheetColumn(header="牵头单位", width=14),
    SheetColumn(header="责任单位", width=22),
    SheetColumn(header="责任人", width=9, look="input", fill=True),
    SheetColumn(header=TERRITORY, width=10),
    SheetColumn(header=ACCEPTANCE, width=16),
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
PETITION_COLUMNS: Final = (
    SheetColumn(header=NUMBER, width=7, look="centre"),
    SheetColumn(header="受理编号", width=19),
    SheetColumn(header="批次", width=9, look="centre"),
    SheetColumn(header="行政区域", width=11),
    SheetColumn(header="污染类型", width=10, look="centre"),
    SheetColumn(header="反映问题", width=44),
    SheetColumn(header="是否属实", width=9, look="centre"),
    SheetColumn(header="核实情况", width=40),
    SheetColumn(header="处理整改", width=36),
    SheetColumn(header="办结状态", width=10, look="centre"),
    SheetColumn(header="追责情况", width=14),
    SheetColumn(header="重复件", width=18),
    SheetColumn(header="关联问题序号", width=14),
    SheetColumn(header="点位", width=20),
)
SELF_CHECK_COLUMNS: Final = (
    SheetColumn(header="问题序号", width=14, look="centre"),
    SheetColumn(header="文件", width=40),
    SheetColumn(header="自检内容", width=100),
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

LISTED_PETITION_COLUMNS: Final = (
    SheetColumn(header="信访编号", width=19),
    SheetColumn(header="县", width=11),
    SheetColumn(header="反映地点", width=30),
    SheetColumn(header="点位", width=24, look="strong"),
    SheetColumn(header="问题序号", width=9, look="centre"),
    SheetColumn(header="第几次反映", width=8, look="centre"),
    SheetColumn(header="如何对应", width=26),
    SheetColumn(header="清单出处", width=24, look="small"),
    SheetColumn(header="site_id", width=14, look="small"),
)
PENDING_COLUMNS: Final = (
    SheetColumn(header="工作表", width=9, look="centre"),
    SheetColumn(header=NUMBER, width=12, look="centre"),
    SheetColumn(header=POSITION, width=9, look="centre"),
    SheetColumn(header="栏目", width=18),
    SheetColumn(header="内容", width=60, look="input"),
    SheetColumn(header="来源", width=24),
    SheetColumn(header="原因", width=44),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetKind:
    """One sheet of a ledger: its page, its columns and what it says when it is empty.

    ``most`` is the width up to which columns grow for very long texts, None for never.
    """

    name: str
    title: str
    columns: tuple[SheetColumn, ...]
    empty: str
    paper: int = A4
    freeze: int = 2
    least: float = 20
    most: float | None = None


SHEETS: Final = (
    SheetKind(
        name=ISSUES,
        title=TITLE,
        columns=ISSUE_COLUMNS,
        empty="文件中没有整改问题",
        paper=A3,
        freeze=1,
        least=60,
        most=110.0,
    ),
    SheetKind(
        name=MEASURES,
        title="整改措施台账",
        columns=MEASURE_COLUMNS,
        empty="文件中没有整改措施",
        paper=A3,
        least=34,
    ),
    SheetKind(
        name=PETITIONS,
        title="信访件办理情况",
        columns=PETITION_COLUMNS,
        empty="文件中没有信访件",
        paper=A3,
        least=34,
        most=90.0,
    ),
    SheetKind(name="点位", title="点位", columns=SITE_COLUMNS, empty="没有点位"),
    SheetKind(name="判定", title="管控区判定", columns=FINDING_COLUMNS, empty="没有判定"),
    SheetKind(name="核对", title="方案表述核对", columns=CLAIM_COLUMNS, empty="没有可核对的表述"),
    SheetKind(name=SELF_CHECKS, title="方案自检", columns=SELF_CHECK_COLUMNS, empty="没有自检内容"),
    SheetKind(
        name=LISTED_PETITIONS,
        title="信访清单与点位对应",
        columns=LISTED_PETITION_COLUMNS,
        empty="没有信访清单",
    ),
    SheetKind(name="未定位", title="未定位点位", columns=UNLOCATED_COLUMNS, empty="没有未定位点位"),
    SheetKind(
        name=PENDING, title="待处理的填报内容", columns=PENDING_COLUMNS, empty="没有待处理内容"
    ),
)
"""The sheets in their order; those of `WHERE_NEEDED` are there only when they have rows."""
WHERE_NEEDED: Final = frozenset({LISTED_PETITIONS, PENDING})
