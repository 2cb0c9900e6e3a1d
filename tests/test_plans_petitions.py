"""Petition tables, public notices and inspections as records."""

from __future__ import annotations

import datetime as dt

import pytest

from geo_rectify.errors import InputFileError
from geo_rectify.plans import issues_document, read_plan
from geo_rectify.plans.inspections import inspections_of
from geo_rectify.plans.notices import read_notice
from geo_rectify.vocabulary import DocumentType
from tests.plan_files import docx_of_rows, read_rows

TABLE = """安溪市群众信访举报转办和边督边改公开情况一览表（第十二批）|<|<|<|<|<|<|<|<
序号|受理编号|交办问题基本情况|行政区域|污染类型|调查核实情况|是否属实|处理和整改情况|责任人被处理情况
1|D3XX202404120018|南湖路烧烤店油烟扰民，联系人李强，电话13812345678。|城东区|大气|与第五批X3XX202404050011反映问题相同。|属实|停业整改。|对街道办副主任王小明诫勉
2|X3XX202404120033|清水河大桥下有污水直排。|开发区|水|未发现直排。|不属实|加强巡查。|无"""


def test_a_row_of_a_petition_table_is_a_record_without_persons(tmp_path):
    plan = read_plan(docx_of_rows(read_rows(TABLE), tmp_path / "表.docx"))
    petition, other = (issue.petition for issue in plan.issues)
    assert petition.number.text == "D3XX202404120018"
    assert (petition.batch.text, petition.district.text) == ("第十二批", "城东区")
    assert (petition.verified.text, other.verified.text) == ("属实", "不属实")
    assert petition.repeated.text == "与第五批X3XX202404050011反映问题相同"
    assert other.repeated is None
    written = str(issues_document(plan)["issues"][0]["petition"])
    for person in ("李强", "王小明", "13812345678"):
        assert person not in written
    for each in (petition.problem, petition.accountability):
        kept = [(a, b) for a, b in zip(each.text, plan.text[each.start : each.end], strict=True)]
        assert all(a in {b, "＊"} for a, b in kept)


def test_the_period_of_a_notice_is_read_and_its_contact_masked():
    notice = read_notice("公示期：2024年3月1日至3月10日\n联系人：李强\n联系电话：0798-1234567\n")
    assert (notice.begins, notice.ends) == (dt.date(2024, 3, 1), dt.date(2024, 3, 10))
    assert "李强" not in notice.contact.text
    assert "1234567" not in notice.contact.text


@pytest.mark.parametrize(
    ("title", "head", "names", "rounds"),
    [
        (
            "某市贯彻落实中央生态环境保护督察反馈意见整改方案",
            "2021年8月27日至9月27日，中央第四生态环境保护督察组开展第二轮生态环境保护督察。",
            ["第二轮中央生态环境保护督察"],
            ["第二轮"],
        ),
        (
            "某市第二轮中央生态环境保护督察及长江经济带生态环境警示片反馈问题清单",
            "",
            ["第二轮中央生态环境保护督察", "长江经济带生态环境警示片"],
            ["第二轮", ""],
        ),
        ("某市森林防火工作方案", "", [], []),
    ],
)
def test_inspections_are_named_with_their_round(title, head, names, rounds):
    found = inspections_of(title, head, len(head))
    assert [each.name for each in found] == names
    assert [each.round for each in found] == rounds
    if head:
        assert (found[0].began, found[0].ended) == (dt.date(2021, 8, 27), dt.date(2021, 9, 27))


def test_an_error_speaks_chinese_beside_english(tmp_path):
    (tmp_path / "空.txt").write_bytes(b"")
    with pytest.raises(InputFileError, match="empty") as caught:
        read_plan(tmp_path / "空.txt")
    assert "文件是空的" in caught.value.chinese


def test_a_table_of_what_citizens_told_is_known_by_its_columns_and_masked(tmp_path):
    rows = read_rows(
        "序号|反映内容|所在乡镇|核实情况|处理情况|责任单位\n"
        "1|李先生来电称养猪场臭味扰民|河口镇|属实|已责令整改|河口镇人民政府\n"
        "2|王女士（wang.f@example.com）称石材厂噪声扰民|东山乡|部分属实|已装隔音棚|东山乡人民政府"
    )
    plan = read_plan(docx_of_rows(rows, tmp_path / "table.docx", title="乡镇办理情况汇总"))
    assert plan.document_type is DocumentType.PETITION_TABLE
    assert [issue.problem.text[:3] for issue in plan.issues] == ["＊先生", "＊女士"]
    assert "example" not in plan.text
    assert [issue.completion.text for issue in plan.issues] == ["已责令整改", "已装隔音棚"]
