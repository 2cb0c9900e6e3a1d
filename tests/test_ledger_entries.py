"""What people write into a ledger survives a new run, a split into counties and a merge."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import subprocess

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.bundle import write_run
from geo_rectify.errors import InputFileError, OutputError
from geo_rectify.models import Passage
from geo_rectify.outputs.ledger import (
    Progress,
    entries_of,
    ledger_status,
    measure_standing,
    merge_ledgers,
    read_book,
    read_ledger,
    split_ledger,
    standing_of_words,
    tally,
    write_book,
    write_ledger,
)
from geo_rectify.outputs.ledger.book import _RECORD, cell_text
from geo_rectify.settings import Settings
from tests.factories import make_assessment

HEADER = 3
NOTE = "已函告乐平市，=A1 不是公式"
STEP = "2024-05-06 李某 初审意见.pdf"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    made = tmp_path_factory.mktemp("entries") / "ledger.xlsx"
    write_ledger(make_assessment(), made)
    return made


def column(sheet, header):
    titles = [cell.value for cell in sheet[HEADER]]
    if header not in titles:
        titles.append(header)
        sheet.cell(HEADER, len(titles), header)
    return titles.index(header) + 1


def row_of(sheet, issue, measure=None):
    for row in range(HEADER + 1, sheet.max_row + 1):
        if sheet.cell(row, 1).value == issue and measure in {None, sheet.cell(row, 2).value}:
            return row
    raise LookupError((issue, measure))


def type_in(path, *cells):
    """Type values as a person would: (sheet, issue, measure, header, value)."""
    book = openpyxl.load_workbook(path)
    for name, issue, measure, header, value in cells:
        sheet = book[name]
        sheet.cell(row_of(sheet, issue, measure), column(sheet, header), value)
    book.save(path)


def value_at(ledger, sheet, issue, measure, header):
    for row in ledger.tables[sheet].rows:
        if cell_text(row["序号"]) == str(issue) and (
            measure is None or cell_text(row["措施序号"]) == str(measure)
        ):
            return cell_text(row.get(header))
    raise LookupError((sheet, issue, measure))


TYPED = (
    ("台账", 1, None, "进度状态", "已销号"),
    ("台账", 1, None, "初审", STEP),
    ("台账", 2, None, "备注", NOTE),
    ("台账", 2, None, "责任人", "钱某某"),
    ("台账", 3, None, "督办编号", "督〔2024〕7号"),
    ("措施", 1, 2, "整改进展", "- 已完成30%\n第二行"),
    ("措施", 1, 3, "进度状态", "未达序时进度"),
    ("措施", 2, 1, "牵头单位", "市水利局"),
    ("措施", 2, 1, "现场日期", dt.datetime(2024, 4, 2)),  # noqa: DTZ001 - a cell has no zone
)


def expected(value):
    return "2024-04-02" if isinstance(value, dt.datetime) else str(value)


def assert_typed(path):
    found = read_book(path)
    for sheet, issue, measure, header, value in TYPED:
        assert value_at(found, sheet, issue, measure, header) == expected(value), header
    for sheet in openpyxl.load_workbook(path):
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


@pytest.fixture
def typed(fresh, tmp_path):
    path = tmp_path / "typed.xlsx"
    shutil.copy(fresh, path)
    type_in(path, *TYPED)
    return path


def test_nobody_wrote_into_a_fresh_ledger(fresh):
    ledger = read_book(fresh)
    assert entries_of(ledger) == ([], [])
    assert ledger.notes == ()
    assert ledger.stamp is not None


def test_entries_are_what_differs(typed):
    entries, pending = entries_of(read_book(typed))
    assert {(*entry.key[:2], entry.key[2], entry.key[3]) for entry in entries} == {
        (sheet, str(issue), str(measure or ""), header)
        for sheet, issue, measure, header, _ in TYPED
    }
    assert pending == []


def test_entries_survive_a_new_run_and_the_one_after(typed, tmp_path):
    later = make_assessment(settings=Settings(as_of=dt.date(2025, 1, 1)))
    once, twice = tmp_path / "once.xlsx", tmp_path / "twice.xlsx"
    notes = write_ledger(later, once, old=read_ledger(typed))
    assert notes == ("问题1已填“已销号”，但“申请”未填，按“完成待销号”统计",)
    write_ledger(later, twice, old=read_ledger(once))
    assert_typed(once)
    assert_typed(twice)
    assert once.read_bytes() == twice.read_bytes()
    # what nobody wrote follows the new day
    assert value_at(read_book(once), "措施", 1, 2, "进度状态") == Progress.DUE_UNREPORTED.value


def test_entries_survive_a_sorted_sheet_and_a_lost_record(typed, tmp_path):
    book = openpyxl.load_workbook(typed)
    sheet = book["措施"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER + 1)]
    for at, row in enumerate(reversed(rows), start=HEADER + 1):
        for position, value in enumerate(row, start=1):
            sheet.cell(at, position, value)
    book.save(typed)
    write_ledger(make_assessment(), tmp_path / "sorted.xlsx", old=read_ledger(typed))
    assert_typed(tmp_path / "sorted.xlsx")
    book.remove(book[_RECORD])
    book.save(typed)
    write_ledger(make_assessment(), tmp_path / "lost.xlsx", old=read_ledger(typed))
    found = read_book(tmp_path / "lost.xlsx")
    for sheet, issue, measure, header, value in TYPED:
        if header != "牵头单位":  # a printed column: without the record nobody knows
            assert value_at(found, sheet, issue, measure, header) == expected(value)


def test_entries_without_their_row_are_kept_for_a_person(typed, tmp_path):
    run = make_assessment()
    plan = run.plan
    first = dataclasses.replace(
        plan.issues[0], problem=Passage(text="另一个问题。", start=0, end=6)
    )
    changed = dataclasses.replace(plan, issues=(first, plan.issues[1]))
    path = tmp_path / "ledger.xlsx"
    notes = write_ledger(dataclasses.replace(run, plans=(changed,)), path, old=read_ledger(typed))
    assert any("待处理" in note for note in notes)
    waiting = {
        (cell_text(row["序号"]), row["栏目"]): (cell_text(row["内容"]), row["原因"])
        for row in read_book(path).tables["待处理"].rows
    }
    assert waiting["1", "初审"] == (STEP, "新台账中该行的文字已不同，请核对后填入")
    assert waiting["3", "督办编号"] == ("督〔2024〕7号", "新台账中没有这一行")
    assert value_at(read_book(path), "台账", 2, None, "备注") == NOTE
    # and they wait on in the ledger after that
    again = tmp_path / "again.xlsx"
    write_ledger(run, again, old=read_ledger(path))
    assert len(read_book(again).tables["待处理"].rows) == len(waiting)


def test_a_corrected_cell_whose_print_changes_is_told(typed, tmp_path):
    run = make_assessment()
    issue = run.plan.issues[1]
    measure = dataclasses.replace(issue.measures[0], lead_units=("省水利厅",))
    issues = (
        run.plan.issues[0],
        dataclasses.replace(issue, measures=(measure, *issue.measures[1:])),
        *run.plan.issues[2:],
    )
    other = dataclasses.replace(run, plans=(dataclasses.replace(run.plan, issues=issues),))
    path = tmp_path / "ledger.xlsx"
    notes = write_ledger(other, path, old=read_ledger(typed))
    assert [note for note in notes if "问题2措施1“牵头单位”" in note]
    assert value_at(read_book(path), "措施", 2, 1, "牵头单位") == "市水利局"


def test_a_split_holds_every_row_and_a_merge_brings_all_back(typed, tmp_path):
    whole = read_ledger(typed)
    parts = split_ledger(whole)
    assert list(parts) == ["乐平市", "浮梁县", "市级及未明确"]
    paths = []
    for name, part in parts.items():
        paths.append(tmp_path / f"{name}.xlsx")
        write_book(part, paths[-1])
    for name in ("台账", "措施", "点位", "判定", "核对", "未定位"):
        every = {tuple(map(cell_text, row.values())) for row in whole.tables[name].rows}
        held = {
            tuple(cell_text(row.get(header)) for header in whole.tables[name].headers)
            for part in parts.values()
            for row in part.tables[name].rows
        }
        assert held == every, name
    merged = tmp_path / "merged.xlsx"
    write_book(merge_ledgers([read_ledger(path) for path in paths]), merged)
    assert_typed(merged)
    found = read_book(merged)
    assert "待处理" not in found.tables
    for name in ("台账", "措施"):
        assert [cell_text(row["序号"]) for row in found.tables[name].rows] == [
            cell_text(row["序号"]) for row in whole.tables[name].rows
        ]
    # and from there into the next run
    write_ledger(make_assessment(), tmp_path / "next.xlsx", old=read_ledger(merged))
    assert_typed(tmp_path / "next.xlsx")


def test_a_merge_lists_contradictions_and_chooses_none(typed, tmp_path):
    one, other = tmp_path / "甲.xlsx", tmp_path / "乙.xlsx"
    part = next(iter(split_ledger(read_ledger(typed)).values()))
    for path in (one, other):
        write_book(part, path)
    issue = int(cell_text(part.tables["台账"].rows[0]["序号"]))
    type_in(one, ("台账", issue, None, "存在困难", "缺资金"))
    type_in(one, ("台账", issue, None, "佐证材料", "照片3张"))
    type_in(other, ("台账", issue, None, "存在困难", "缺用地指标"))
    merged = merge_ledgers([read_ledger(one), read_ledger(other)])
    assert value_at(merged, "台账", issue, None, "存在困难") == ""
    assert value_at(merged, "台账", issue, None, "佐证材料") == "照片3张"
    waiting = {(row["来源"], row["内容"]) for row in merged.tables["待处理"].rows}
    assert waiting == {("甲.xlsx", "缺资金"), ("乙.xlsx", "缺用地指标")}
    assert [note for note in merged.notes if "各台账填报不一致" in note]


def test_a_change_beats_what_was_handed_out(typed, tmp_path):
    parts = split_ledger(read_ledger(typed))
    name, part = next(iter(parts.items()))
    one, other = tmp_path / "one.xlsx", tmp_path / "other.xlsx"
    write_book(part, one)
    write_book(part, other)
    sheet, issue, measure, header, _ = next(
        cell for cell in TYPED if any(key[1] == str(cell[1]) for key in part.handed)
    )
    type_in(other, (sheet, issue, measure, header, "后来改的"))
    merged = merge_ledgers([read_ledger(one), read_ledger(other)])
    assert value_at(merged, sheet, issue, measure, header) == "后来改的", name
    assert "待处理" not in merged.tables


def test_rows_of_all_counties_go_to_each(fresh):
    whole = read_book(fresh)
    rows = whole.tables["措施"].rows
    every = [{**row, "属地": "各县（市、区）"} if at == 5 else row for at, row in enumerate(rows)]
    table = dataclasses.replace(whole.tables["措施"], rows=tuple(every))
    parts = split_ledger(dataclasses.replace(whole, tables={**whole.tables, "措施": table}))
    assert list(parts) == ["乐平市", "浮梁县", "市级及未明确"]
    for name in ("乐平市", "浮梁县"):
        assert every[5] in parts[name].tables["措施"].rows
    assert every[5] not in parts["市级及未明确"].tables["措施"].rows


def test_ledgers_of_different_runs_are_not_merged(fresh, tmp_path):
    other = tmp_path / "other.xlsx"
    write_ledger(make_assessment(settings=Settings(as_of=dt.date(2025, 1, 1))), other)
    with pytest.raises(InputFileError, match="different runs"):
        merge_ledgers([read_ledger(fresh), read_ledger(other)])


@pytest.mark.parametrize("lock", ["~$ledger.xlsx", ".~lock.ledger.xlsx#"])
def test_an_open_ledger_is_neither_read_nor_written(fresh, tmp_path, lock):
    path = tmp_path / "ledger.xlsx"
    shutil.copy(fresh, path)
    before = path.read_bytes()
    (tmp_path / lock).touch()
    with pytest.raises(OutputError, match="请先关闭"):
        read_ledger(path)
    with pytest.raises(OutputError, match="请先关闭"):
        write_ledger(make_assessment(), path)
    assert path.read_bytes() == before
    assert len(ledger_status(read_book(path), as_of=dt.date(2024, 1, 1))) == 6


def test_a_file_that_is_no_ledger(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(InputFileError, match="no sheet"):
        read_ledger(tmp_path / "other.xlsx")
    (tmp_path / "text.xlsx").write_text("no zip")
    with pytest.raises(InputFileError, match="cannot be read"):
        read_ledger(tmp_path / "text.xlsx")


def test_status_by_county_and_unit_on_any_day(typed):
    found = ledger_status(read_book(typed), as_of=dt.date(2024, 7, 1))
    states = {(each.issue, each.measure): (each.state, each.by_hand) for each in found}
    assert states["1", "1"] == ("完成待销号", True)  # its issue is called closed, but is not
    assert states["1", "3"] == ("未达序时进度", True)
    assert states["2", "1"] == ("时限已到未填报", False)
    assert states["2", "2"] == ("长期坚持", False)
    shown, counts = tally(found, by="county")
    assert shown == ("完成待销号", "未达序时进度", "时限已到未填报", "长期坚持")
    assert sum(counts["乐平市"].values()) >= 1
    assert sum(tally(found, by="unit")[1]["市生态环境局"].values()) == 1


def test_words_of_a_deadline_stand_as_the_deadline_does():
    plan = make_assessment().plan
    for day in (dt.date(2023, 12, 31), dt.date(2024, 6, 30), dt.date(2030, 1, 1)):
        for issue in plan.issues:
            for measure in issue.measures:
                own = measure_standing(measure, issue, as_of=day)
                told = standing_of_words(own.words, as_of=day)
                assert (told.state, told.due, told.inherited) == (
                    own.state,
                    own.due,
                    own.inherited,
                )


def test_a_run_takes_over_and_never_drops_a_ledger_with_entries(tmp_path):
    folder, run = tmp_path / "out", make_assessment()
    write_run(run, folder)
    type_in(folder / "ledger.xlsx", *TYPED)
    written = write_run(run, folder, ledger=folder / "ledger.xlsx")
    assert_typed(folder / "ledger.xlsx")
    assert any(name.startswith("kept/ledger_") for name in written.carried)
    # the ledger now is as a run wrote it, and still holds entries
    forgot = write_run(run, folder)
    kept = [name for name in forgot.carried if name.startswith("kept/ledger_")]
    assert len(kept) == 2
    assert any(entries_of(read_book(folder / name))[0] for name in kept)
    assert entries_of(read_book(folder / "ledger.xlsx"))[0] == []
    (folder / "~$ledger.xlsx").touch()
    with pytest.raises(OutputError, match="请先关闭"):
        write_run(run, folder)
    assert (folder / "ledger.xlsx").is_file()


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_any_text_reads_as_it_was_written(text):
    import io

    import xlsxwriter

    from geo_rectify.outputs._workbook import cell_words

    saved = io.BytesIO()
    book = xlsxwriter.Workbook(saved, {"strings_to_formulas": False})
    book.add_worksheet().write_string(0, 0, cell_words(text))
    book.close()
    cell = openpyxl.load_workbook(saved).active["A1"].value
    assert cell_text(cell) == cell_text(text)


@pytest.mark.real_plans
def test_nobody_wrote_into_the_fresh_ledger_of_the_real_plan(real_plans, tmp_path):
    import geo_rectify

    run = geo_rectify.assess(
        real_plans / "jingdezhen_2023_rectification_plan.txt",
        settings=Settings(as_of=dt.date(2023, 10, 31)),
    )
    path = tmp_path / "ledger.xlsx"
    write_ledger(run, path)
    ledger = read_book(path)
    assert entries_of(ledger) == ([], [])
    due = [
        f"{each.issue}.{each.measure}"
        for each in ledger_status(ledger, as_of=dt.date(2023, 10, 31))
        if each.state == Progress.DUE_UNREPORTED.value and max(each.due) >= dt.date(2023, 10, 31)
    ]
    assert {"4.6", "8.1", "22.2", "40.3"} <= set(due)
    parts = split_ledger(ledger)
    assert all("市级" in name or name.endswith(("市", "县", "区")) for name in parts), list(parts)
    for each in ledger.tables["措施"].rows:
        assert any(each in part.tables["措施"].rows for part in parts.values())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_entries_survive_being_saved_by_libreoffice(typed, tmp_path):
    saved = tmp_path / "saved"
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={profile}", "--headless"),
            *("--convert-to", "xlsx", "--outdir", str(saved), str(typed)),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    found = read_ledger(saved / typed.name)
    before = entries_of(read_ledger(typed))[0]
    assert {entry.key for entry in entries_of(found)[0]} == {entry.key for entry in before}
    write_ledger(make_assessment(), tmp_path / "new.xlsx", old=found)
    assert_typed(tmp_path / "new.xlsx")
    parts = split_ledger(read_ledger(tmp_path / "new.xlsx"))
    for name, part in parts.items():
        write_book(part, tmp_path / f"{name}.xlsx")
    merged = merge_ledgers([read_ledger(tmp_path / f"{name}.xlsx") for name in parts])
    write_book(merged, tmp_path / "merged.xlsx")
    assert_typed(tmp_path / "merged.xlsx")
