"""Closing an issue (销号): the order of its steps, who must have signed, and the drafts."""

from __future__ import annotations

import dataclasses
import datetime as dt

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from geo_rectify.cli.app import app
from geo_rectify.errors import InputFileError
from geo_rectify.outputs.ledger import (
    Step,
    closing_faults,
    entries_of,
    ledger_status,
    merge_ledgers,
    notices,
    read_book,
    read_ledger,
    reminders,
    split_ledger,
    write_book,
    write_ledger,
)
from geo_rectify.outputs.ledger.closing import read_closing
from tests.factories import make_assessment
from tests.test_ledger_entries import column, row_of, value_at

ONE = {"序号": 3, "验收单位": "市水利局"}
TWO = {"序号": 3, "验收单位": "市住建局（措施1、2）；市水利局（措施3）"}
DONE = {
    "初审": "2024-03-01·李某·初审意见.pdf",
    "申请": "2024-03-02 王某 申请表.docx",
    "核实": "2024年3月5日·张某·核实表.pdf",
    "公开起止": "2024-03-10至2024-03-16·赵某·公示截图.png",
    "核准": "2024.3.20，钱某，批复.pdf",
}


def closing(base, **cells):
    return read_closing({**base, **cells}, notice_days=7)


def test_an_issue_is_closed_by_all_steps_in_order():
    found = closing(ONE, **DONE)
    assert found.closed
    assert found.faults == ()
    assert found.missing == ""
    signed = found.signed[Step.PUBLICITY][0]
    assert (signed.day, signed.until) == (dt.date(2024, 3, 10), dt.date(2024, 3, 16))
    assert (signed.person, signed.evidence) == ("赵某", "公示截图.png")
    assert found.signed[Step.VERIFICATION][0].unit == "市水利局"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"初审": ""}, "已填“申请”，但“初审”未填"),
        ({"核实": ""}, "已填“公开起止”，但“核实”未填"),
        ({"公开起止": "2024-03-10至2024-03-12·赵某·公示截图.png"}, "公开3天，少于7天"),
        ({"公开起止": "2024-03-10·赵某·公示截图.png"}, "“公开起止”一行缺止日"),
        ({"核准": "2024-03-15·钱某·批复.pdf"}, "“核准”2024-03-15早于“公开起止”2024-03-16"),
        ({"申请": "2024-02-01·王某·申请表.docx"}, "“申请”2024-02-01早于“初审”2024-03-01"),
        ({"初审": "李某已初审"}, "“初审”一行缺日期"),
        ({"初审": "2024-03-01"}, "“初审”一行缺经办人、材料"),
        ({"核准": "2024-13-40·钱某·批复.pdf"}, "“核准”一行缺日期"),
    ],
)
def test_what_does_not_count_is_said(changed, said):
    found = closing(ONE, **{**DONE, **changed})
    assert not found.closed
    assert any(said in fault for fault in found.faults), found.faults


def test_every_acceptance_unit_must_sign():
    half = {**DONE, "核实": "市住建局：2024-03-05·张某·核实表.pdf"}
    found = closing(TWO, **half)
    assert found.units == ("市住建局", "市水利局")
    assert not found.closed
    assert not found.verified
    assert found.missing == "验收单位市水利局尚未核实"
    assert "已填“公开起止”，但验收单位市水利局尚未核实" in found.faults
    whole = half | {"核实": f"{half['核实']}\n市水利局：2024-03-06·孙某·核实表2.pdf"}
    assert closing(TWO, **whole).closed
    unnamed = half | {"核实": "2024-03-05·张某·核实表.pdf"}
    assert any("没有写明是哪个验收单位" in fault for fault in closing(TWO, **unnamed).faults)


def test_days_of_notice_can_be_set():
    row = {**ONE, **DONE}
    assert not read_closing(row, notice_days=10).closed
    assert read_closing(row, notice_days=7).closed


def test_an_issue_opened_again_keeps_its_history():
    again = {**DONE, Step.FOLLOW_UP.value: "2025-05-01·周某·复查记录.docx·重新整改"}
    found = closing(ONE, **again)
    assert not found.closed
    assert not found.begun
    assert len(found.history) == 6
    assert found.faults == ()
    assert found.missing == "“初审”未填"
    second = {
        **again,
        "初审": f"{DONE['初审']}\n2025-06-01·李某·初审意见2.pdf",
        "申请": f"{DONE['申请']}\n2025-06-02·王某·申请表2.pdf",
        "核实": f"{DONE['核实']}\n2025-06-03·张某·核实表2.pdf",
        "公开起止": f"{DONE['公开起止']}\n2025-06-05至2025-06-11·赵某·公示2.png",
        "核准": f"{DONE['核准']}\n2025-06-20·钱某·批复2.pdf",
    }
    found = closing(ONE, **second)
    assert found.closed
    assert len(found.history) == 6


@given(st.text(max_size=60))
def test_any_text_is_read_or_said_not_to_count(text):
    found = closing(ONE, **{**DONE, "核准": text})
    lines = [line for line in text.splitlines() if line.strip()]
    counted = found.signed[Step.APPROVAL]
    assert len(counted) <= len(lines)
    assert found.closed <= bool(counted)


@pytest.fixture
def filled(tmp_path):
    """A ledger of the invented plan in which issue 1 went through every step."""
    path = tmp_path / "ledger.xlsx"
    write_ledger(make_assessment(), path)
    sign(path, 1, DONE)
    return path


def sign(path, issue, cells):
    book = openpyxl.load_workbook(path)
    sheet = book["台账"]
    row = row_of(sheet, issue)
    units = [
        unit.partition("（措施")[0]
        for unit in str(sheet.cell(row, column(sheet, "验收单位")).value or "").split("；")
    ]
    for header, words in cells.items():
        lines = [f"{unit}：{words}" for unit in units] if header == "核实" else [words]
        sheet.cell(row, column(sheet, header), "\n".join(lines))
    book.save(path)


def test_a_closed_issue_closes_its_measures_in_status_run_split_and_merge(filled, tmp_path):
    book = read_ledger(filled)
    assert closing_faults(book) == []
    states = {each.issue: each.state for each in ledger_status(book, as_of=dt.date(2024, 7, 1))}
    assert states["1"] == "已销号"
    assert states["2"] != "已销号"
    write_ledger(make_assessment(), tmp_path / "new.xlsx", old=book)
    new = read_book(tmp_path / "new.xlsx")
    assert value_at(new, "台账", 1, None, "进度状态") == "已销号"
    assert value_at(new, "措施", 1, 1, "进度状态") == "已销号"
    # printed by the run, so no entry of a person
    assert not [entry for entry in entries_of(new)[0] if entry.key[3] == "进度状态"]
    paths = []
    for number, part in enumerate(split_ledger(new).values()):
        paths.append(tmp_path / f"{number}.xlsx")
        write_book(part, paths[-1])
    merged = merge_ledgers([read_ledger(path) for path in paths])
    for header, words in DONE.items():
        assert words in value_at(merged, "台账", 1, None, header)
    assert value_at(merged, "台账", 1, None, "进度状态") == "已销号"


def test_opened_again_the_state_follows_the_dates(filled, tmp_path):
    write_ledger(make_assessment(), tmp_path / "new.xlsx", old=read_ledger(filled))
    sign(tmp_path / "new.xlsx", 1, {Step.FOLLOW_UP.value: "2025-05-01·周某·复查.docx·重新整改"})
    merged = merge_ledgers([read_ledger(tmp_path / "new.xlsx")])
    assert value_at(merged, "台账", 1, None, "进度状态") != "已销号"
    assert value_at(merged, "措施", 1, 1, "进度状态") != "已销号"
    assert DONE["核准"] in value_at(merged, "台账", 1, None, "核准")


def test_closed_by_word_alone_counts_as_done(tmp_path):
    path = tmp_path / "ledger.xlsx"
    write_ledger(make_assessment(), path)
    sign(path, 1, {"进度状态": "已销号", "核准": DONE["核准"]})
    book = read_ledger(path)
    states = {each.issue: each.state for each in ledger_status(book, as_of=dt.date(2024, 7, 1))}
    assert states["1"] == "完成待销号"
    said = closing_faults(book)
    assert "问题1：已填“核准”，但“初审”未填" in said
    assert any("问题1已填“已销号”，但“初审”未填，按“完成待销号”统计" in one for one in said)
    merged = merge_ledgers([book])
    assert value_at(merged, "台账", 1, None, "进度状态") == "已销号"  # nothing a person wrote goes
    assert set(said) <= set(merged.notes)


def test_reminders_list_each_unit_with_what_is_due(filled):
    book = read_ledger(filled)
    draft = reminders(book, as_of=dt.date(2024, 7, 1), within=30, notice_days=7)
    status = ledger_status(book, as_of=dt.date(2024, 7, 1))
    due = [each for each in status if each.state == "时限已到未填报"]
    wanted = {unit for each in due for unit in each.units}
    listed = {
        (unit, *row[:2])
        for part in draft.parts[1:]
        for unit in part.heading.split("、")
        for row in part.table.rows
    }
    assert {(unit, each.issue, each.measure) for each in due for unit in each.units} <= listed
    assert wanted == {unit for unit, *_ in listed}
    rows = [row for part in draft.parts[1:] for row in part.table.rows]
    assert all(row[4] == "未填报" for row in rows)
    assert not [row for row in rows if row[0] == "1"]  # closed


def test_a_notice_needs_every_acceptance_unit(filled):
    book = read_ledger(filled)
    with pytest.raises(InputFileError, match="问题2：“初审”未填"):
        notices(book, issues=["2"], notice_days=7)
    with pytest.raises(InputFileError, match="没有该问题"):
        notices(book, issues=["99"], notice_days=7)
    with pytest.raises(InputFileError, match="没有可公示的问题"):
        notices(book, issues=[], notice_days=7)  # issue 1 is approved already


def test_the_commands_write_word_files_with_the_ledgers_words(filled, tmp_path):
    sign(filled, 1, {"公开起止": "", "核准": "", "整改进展": "已拆除设备，=1+1"})
    runner = CliRunner()
    done = runner.invoke(app, ["ledger", "notice", str(filled), "-o", str(tmp_path / "notices")])
    assert done.exit_code == 0, done.output
    (path,) = (tmp_path / "notices").iterdir()
    text = words_of(path)
    book = read_book(filled)
    assert value_at(book, "台账", 1, None, "反馈问题").splitlines()[0] in text
    assert "已拆除设备，=1+1" in text
    assert "____年__月__日至____年__月__日（不少于7天）" in text
    assert "张某" not in text
    assert "2024年3月5日核实" in text
    reminded = ["ledger", "remind", str(filled), "--as-of", "2024-07-01", "-o"]
    done = runner.invoke(app, [*reminded, str(tmp_path / "督办.docx")])
    assert done.exit_code == 0, done.output
    assert "时限已到未填报" in words_of(tmp_path / "督办.docx")
    again = runner.invoke(app, [*reminded, str(tmp_path / "督办.docx")])
    assert again.exit_code == 1
    assert "not overwritten" in str(again.exception)
    shown = runner.invoke(app, ["ledger", "status", str(filled), "--notice-days", "10"])
    assert "销号进展" in shown.output


def words_of(path):
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_drafts_are_the_same_bytes_twice(filled, tmp_path):
    runner = CliRunner()
    for name in ("a", "b"):
        runner.invoke(
            app,
            [
                "ledger",
                "remind",
                str(filled),
                "--as-of",
                "2024-07-01",
                "-o",
                f"{tmp_path / name}.docx",
            ],
        )
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


def test_days_of_a_run_are_those_of_its_settings(filled, tmp_path):
    whole = make_assessment()
    strict = dataclasses.replace(
        whole, settings=dataclasses.replace(whole.settings, notice_days=10)
    )
    notes = write_ledger(strict, tmp_path / "strict.xlsx", old=read_ledger(filled))
    assert any("公开7天，少于10天" in note for note in notes)
    assert value_at(read_book(tmp_path / "strict.xlsx"), "台账", 1, None, "进度状态") != "已销号"
