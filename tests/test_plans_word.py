"""Word documents as people leave them: tracked changes, notes, lists, boxes, tables in cells."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from geo_rectify.plans import read_plan, read_source

if TYPE_CHECKING:
    from pathlib import Path

RUN = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"


def paragraph(*pieces: str, properties: str = "") -> object:
    return parse_xml(f"<w:p {nsdecls('w')}>{properties}{''.join(pieces)}</w:p>")


def run(words: str) -> str:
    return RUN.format(words)


def tracked(kind: str, words: str) -> str:
    tag = "delText" if kind in {"del", "moveFrom"} else "t"
    return (
        f"<w:{kind} w:id='7' w:author='a' w:date='2024-01-01T00:00:00Z'>"
        f"<w:r><w:{tag} xml:space='preserve'>{words}</w:{tag}></w:r></w:{kind}>"
    )


def saved(document, tmp_path, name="plan.docx") -> Path:
    path = tmp_path / name
    document.save(path)
    return path


def add(document, element) -> None:
    document.element.body.insert(len(document.element.body) - 1, element)


def lines_of(path) -> list[str]:
    source = read_source(path)
    return [source.text[block.start : block.end] for block in source.blocks]


def numbering(document, levels: list[tuple[str, str]], numbers: dict[int, dict[int, int]]) -> None:
    """Define a list of levels (format, text), and numbers of it with the levels they restart."""
    root = document.part.numbering_part.element
    for child in list(root):
        root.remove(child)
    made = "".join(
        f"<w:lvl w:ilvl='{i}'><w:start w:val='1'/><w:numFmt w:val='{form}'/><w:lvlText w:val='{text}'/></w:lvl>"
        for i, (form, text) in enumerate(levels)
    )
    root.append(
        parse_xml(f"<w:abstractNum {nsdecls('w')} w:abstractNumId='5'>{made}</w:abstractNum>")
    )
    for number, starts in numbers.items():
        over = "".join(
            f"<w:lvlOverride w:ilvl='{level}'><w:startOverride w:val='{start}'/></w:lvlOverride>"
            for level, start in starts.items()
        )
        root.append(
            parse_xml(
                f"<w:num {nsdecls('w')} w:numId='{number}'><w:abstractNumId w:val='5'/>{over}</w:num>"
            )
        )


def listed(words: str, number: int, level: int = 0) -> object:
    properties = (
        f"<w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr></w:pPr>"
    )
    return paragraph(run(words), properties=properties)


def test_deleted_words_are_gone_and_inserted_ones_kept(tmp_path):
    document = docx.Document()
    add(
        document,
        paragraph(
            run("整改时限："),
            tracked("del", "2023年底前"),
            tracked("ins", "2024年6月底前"),
            tracked("moveFrom", "旧处"),
            tracked("moveTo", "新处"),
        ),
    )
    assert lines_of(saved(document, tmp_path)) == ["整改时限：2024年6月底前新处"]


def test_a_deleted_paragraph_mark_joins_two_paragraphs(tmp_path):
    document = docx.Document()
    gone = (
        "<w:pPr><w:rPr><w:del w:id='1' w:author='a' w:date='2024-01-01T00:00:00Z'/></w:rPr></w:pPr>"
    )
    add(document, paragraph(run("完成管网改造"), properties=gone))
    add(document, paragraph(run("21公里。")))
    add(document, paragraph(run("验收单位：市水务局")))
    assert lines_of(saved(document, tmp_path)) == ["完成管网改造21公里。", "验收单位：市水务局"]


def test_a_deleted_item_of_a_list_is_not_counted(tmp_path):
    document = docx.Document()
    numbering(document, [("decimal", "%1.")], {1: {}})
    add(document, listed("清淤。", 1))
    gone = listed("", 1)
    gone.pPr.append(parse_xml(f"<w:rPr {nsdecls('w')}><w:del w:id='1' w:author='a'/></w:rPr>"))
    gone.append(parse_xml(tracked("del", "不再做。").replace("<w:del ", f"<w:del {nsdecls('w')} ")))
    add(document, gone)
    add(document, listed("复绿。", 1))
    assert lines_of(saved(document, tmp_path)) == ["1.清淤。", "2.复绿。"]


def test_a_deleted_row_is_gone(tmp_path):
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for row, words in zip(table.rows, ("留", "删"), strict=True):
        for cell in row.cells:
            cell.text = words
    gone = "<w:trPr {}><w:del w:id='1' w:author='a' w:date='2024-01-01T00:00:00Z'/></w:trPr>"
    table.rows[1]._tr.insert(0, parse_xml(gone.format(nsdecls("w"))))
    assert lines_of(saved(document, tmp_path)) == ["留", "留"]


def test_comments_and_footnotes_stay_out_of_the_text(tmp_path):
    document = docx.Document()
    words = document.add_paragraph("河口断面超标0.4倍。")
    document.add_comment(words.runs, text="此数待核", author="a", initials="a")
    note = "<w:r><w:footnoteReference w:id='2'/></w:r>"
    add(
        document, paragraph(run("责任单位"), note, run("：市水务局"), "<w:r><w:footnoteRef/></w:r>")
    )
    assert lines_of(saved(document, tmp_path)) == ["河口断面超标0.4倍。", "责任单位：市水务局"]


def test_lists_count_nested_and_anew(tmp_path):
    document = docx.Document()
    numbering(
        document,
        [
            ("chineseCountingThousand", "%1、"),
            ("chineseCountingThousand", "（%2）"),
            ("decimal", "%3."),
            ("decimalEnclosedCircleChinese", "%4"),
        ],
        {1: {}, 2: {2: 1}},
    )
    told = [
        ("水", 1, 0, "一、"),
        ("河", 1, 1, "（一）"),
        ("查", 1, 2, "1."),
        ("治", 1, 2, "2."),
        ("甲", 1, 3, "①"),
        ("湖", 1, 1, "（二）"),
        ("查", 1, 2, "1."),
        ("另起", 2, 2, "1."),
        ("接上", 2, 2, "2."),
        ("气", 1, 0, "二、"),
        ("厂", 1, 1, "（一）"),
    ]
    for words, number, level, _ in told:
        add(document, listed(words, number, level))
    assert lines_of(saved(document, tmp_path)) == [label + words for words, _, _, label in told]


def test_chinese_numerals_go_past_ten(tmp_path):
    document = docx.Document()
    numbering(document, [("chineseCounting", "（%1）")], {1: {}})
    for _ in range(21):
        add(document, listed("项", 1))
    lines = lines_of(saved(document, tmp_path))
    assert (lines[9], lines[10], lines[19], lines[20]) == (
        "（十）项",
        "（十一）项",
        "（二十）项",
        "（二十一）项",
    )


def test_a_table_in_a_cell_belongs_to_the_cell(tmp_path):
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    for cell, words in zip(table.rows[0].cells, ("反馈问题", "整改措施", "整改时限"), strict=True):
        cell.text = words
    first, second, third = table.rows[1].cells
    first.text, third.text = "青溪超标。", "2024年底前"
    second.text = "1.清淤。"
    inner = second.add_table(rows=1, cols=1)
    inner.rows[0].cells[0].text = "2.建闸。"
    source = read_source(saved(document, tmp_path))
    held = next(cell for cell in source.grid if (cell.row, cell.column) == (2, 2))
    words = [source.text[b.start : b.end] for b in source.blocks[held.first : held.last]]
    assert words == ["1.清淤。", "2.建闸。"]
    (issue,) = read_plan(tmp_path / "plan.docx").issues
    assert [measure.number for measure in issue.measures] == [1, 2]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_file_libreoffice_saved_reads_as_its_source(tmp_path):
    document = docx.Document()
    numbering(document, [("chineseCounting", "（%1）"), ("decimal", "%2.")], {1: {}})
    document.add_paragraph("青溪市督察反馈问题整改方案")
    for words, month in (("河道淤积。", 6), ("沟渠不通。", 9)):
        add(document, listed(words, 1))
        add(document, paragraph(run("整改目标：水清。")))
        add(document, paragraph(run(f"整改时限：2024年{month}月底前"), tracked("del", "2023年")))
        add(document, paragraph(run("整改措施：")))
        add(document, listed("清淤。", 1, 1))
        add(document, listed("复绿。", 1, 1))
    path = saved(document, tmp_path)
    (tmp_path / "out").mkdir()
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "docx",
            "--outdir",
            str(tmp_path / "out"),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert lines_of(tmp_path / "out" / path.name) == lines_of(path)
    plan = read_plan(tmp_path / "out" / path.name)
    assert [str(issue.deadline.date) for issue in plan.issues] == ["2024-06-30", "2024-09-30"]
    assert [len(issue.measures) for issue in plan.issues] == [2, 2]


def test_page_numbers_left_between_paragraphs_belong_to_no_measure(tmp_path):
    document = docx.Document()
    for words in (
        "石桥市整改任务清单",
        "一、渗滤液处理能力不足。",
        "整改目标：应处尽处。",
        "整改措施：",
        "1.新建处理设施。",
        "— 7 —",
        "2.加强监测。",
        "第8页",
        "整改时限：2023年底前。",
    ):
        document.add_paragraph(words)
    (issue,) = read_plan(saved(document, tmp_path)).issues
    assert [measure.text for measure in issue.measures] == ["新建处理设施。", "加强监测。"]
