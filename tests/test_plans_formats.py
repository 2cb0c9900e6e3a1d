"""Every file people have: numbers Word makes, text boxes, PDFs, ledgers, pages, folders."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from geo_rectify.errors import EncodingError, InputFileError, MissingDependencyError
from geo_rectify.plans import (
    expand_group,
    explain_plan,
    issues_document,
    read_plan,
    read_source,
    with_place_checks,
)
from geo_rectify.plans import pdf as pdf_module
from geo_rectify.plans.headers import header_role
from geo_rectify.plans.records import FieldRole
from geo_rectify.plans.sharing import values_by_number
from geo_rectify.plans.sheets import shown_value
from geo_rectify.plans.wording import label_pattern, label_roles, role_of_label, word_list
from tests.plan_files import OF_LINES, pdf_of_lines
from tests.test_plans_properties import check_spans

LAYOUTS = Path(__file__).parent / "golden" / "layouts"
LINES = (LAYOUTS / "02_bracket_labels.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")


# Word


def numbered_word(path: Path) -> Path:
    """Write a plan whose issues and measures Word numbers by itself."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for level, kind, text in (
            (0, "chineseCountingThousand", "（%1）"),
            (1, "decimal", "%2．"),
        )
    )
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="91">{levels}</w:abstractNum>')
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="91"/></w:num>')
    )

    def add(words: str, level: int | None = None) -> None:
        paragraph = document.add_paragraph(words)
        if level is not None:
            paragraph._p.get_or_add_pPr().append(
                parse_xml(
                    f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="91"/></w:numPr>'
                )
            )

    add("清源县督察反馈问题整改清单")
    for place in ("红旗渠", "白马河"):
        add(f"{place}沿线污水直排。", 0)
        add("整改目标：消除直排。")
        add("整改时限：2025年6月底。")
        add("整改措施：")
        add("2024年底前完成截污。〔责任单位：县水利局〕", 1)
        add("建立巡查制度。〔责任单位：县住建局〕", 1)
        add("验收单位：县生态环境局。")
    document.save(path)
    return path


def test_numbers_that_word_makes_are_restored(tmp_path):
    plan = read_plan(numbered_word(tmp_path / "方案.docx"))
    assert [(issue.number, issue.number_raw) for issue in plan.issues] == [
        (1, "（一）"),
        (2, "（二）"),
    ]
    assert [(m.number, m.number_raw) for m in plan.issues[1].measures] == [(1, "1．"), (2, "2．")]
    assert "（二）白马河沿线污水直排。" in plan.text


def test_text_boxes_are_read_once(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("清源县整改方案")
    box = "<w:txbxContent><w:p><w:r><w:t>公开版说明</w:t></w:r></w:p></w:txbxContent>"
    paragraph._p.append(
        parse_xml(
            f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f"<mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    document.save(tmp_path / "plan.docx")
    source = read_source(tmp_path / "plan.docx")
    assert source.text.split("\n") == ["清源县整改方案", "公开版说明"]
    assert source.blocks[1].locator == "第1段文本框"


# PDF


def test_pages_are_locators_and_furniture_is_gone(tmp_path):
    plan = read_plan(pdf_of_lines(LINES * 3, tmp_path / "方案.pdf"))
    assert {block.locator for block in plan.blocks} >= {"第1页", "第2页"}
    assert "— 2 —" not in plan.text
    assert "督察整改方案（公开版）" not in plan.text
    check_spans(plan)


def test_a_scan_is_refused_with_the_reason(tmp_path):
    from reportlab.pdfgen import canvas

    page = canvas.Canvas(str(tmp_path / "扫描.pdf"))
    for _ in range(2):
        page.rect(100, 100, 300, 300, fill=1)
        page.showPage()
    page.save()
    with pytest.raises(InputFileError, match=r"扫描\.pdf: .*no text layer \(a scan\).*OCR"):
        read_plan(tmp_path / "扫描.pdf")


def test_a_page_without_text_is_said(tmp_path):
    from reportlab.pdfgen import canvas

    from tests.plan_files import FONT, _font

    _font()
    page = canvas.Canvas(str(tmp_path / "plan.pdf"))
    page.setFont(FONT, 14)
    for row, line in enumerate(LINES[:20]):
        page.drawString(80, 780 - 24 * row, line[:30])
    page.showPage()
    page.rect(100, 100, 300, 300, fill=1)
    page.showPage()
    page.save()
    checks = read_plan(tmp_path / "plan.pdf").checks
    assert ("page_without_text", None) in {(c.code, c.issue) for c in checks}
    assert any("第2页" in check.message for check in checks)


def test_broken_xref_tables_are_read_or_refused(tmp_path):
    payload = pdf_of_lines(LINES, tmp_path / "good.pdf").read_bytes()
    place = payload.rindex(b"startxref")
    path = tmp_path / "plan.pdf"
    path.write_bytes(payload[:place] + b"startxref\n99999999\n%%EOF")
    assert len(read_plan(path).issues) == 3
    path.write_bytes(payload[: len(payload) // 3])
    with pytest.raises(InputFileError, match=r"plan\.pdf"):
        read_plan(path)


def test_encrypted_pdf(tmp_path):
    from reportlab.lib import pdfencrypt
    from reportlab.pdfgen import canvas

    lock = pdfencrypt.StandardEncryption("secret", canPrint=0)
    page = canvas.Canvas(str(tmp_path / "locked.pdf"), encrypt=lock)
    page.drawString(100, 700, "x" * 40)
    page.save()
    with pytest.raises(InputFileError, match=r"locked\.pdf: the PDF is encrypted"):
        read_plan(tmp_path / "locked.pdf")


def test_pdf_that_would_fill_the_memory(tmp_path, monkeypatch):
    path = pdf_of_lines(LINES, tmp_path / "bomb.pdf")
    monkeypatch.setattr(pdf_module, "MAX_UNPACKED_BYTES", 10)
    import zlib

    stream = zlib.compress(bytes(5000))
    path.write_bytes(path.read_bytes() + b"\nstream\n" + stream)
    with pytest.raises(InputFileError, match=r"bomb\.pdf: unpacked the PDF would take"):
        read_plan(path)


# ledgers


def test_values_of_cells():
    assert shown_value(dt.date(2024, 6, 30)) == "2024年6月30日"
    assert shown_value(3.0) == "3"
    assert shown_value(13.6) == "13.6"


def test_formulas_are_not_run_and_hidden_sheets_not_read(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["序号", "反馈问题", "整改目标", "整改措施", "责任单位", "完成时限"])
    sheet.append([1, "白马河溢流", "消除溢流", "截污", "县水利局", dt.date(2024, 6, 30)])
    sheet.append([2, "砂场扬尘", '=cmd|"/c calc"!A1', "覆盖", "县住建局", "=1+1"])
    hidden = book.create_sheet("旧")
    hidden.append(["序号", "反馈问题", "整改目标", "整改措施", "责任单位", "完成时限"])
    hidden.append([1, "旧问题", "无", "无", "无", "无"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "台账.xlsx")
    plan = read_plan(tmp_path / "台账.xlsx")
    assert [issue.problem.text for issue in plan.issues] == ["白马河溢流", "砂场扬尘"]
    assert str(plan.issues[0].deadline.date) == "2024-06-30"
    assert plan.issues[1].goal is None
    assert "旧问题" not in plan.text


# pages


@pytest.mark.parametrize("told", ["gb2312", "utf-8", ""])
def test_page_whose_charset_is_told_wrongly_or_not(tmp_path, told):
    body = "".join(f"<p>{line}</p>" for line in LINES)
    meta = f'<meta charset="{told}">' if told else ""
    page = f"<html><head>{meta}</head><body><script>整改目标</script>{body}</body></html>"
    (tmp_path / "plan.html").write_bytes(page.encode("gb18030"))
    plan = read_plan(tmp_path / "plan.html")
    assert len(plan.issues) == 3
    check_spans(plan)


def test_page_with_entities_is_refused(tmp_path):
    page = '<!DOCTYPE a [<!ENTITY b "c">]><html><body><p>&b;</p></body></html>'
    (tmp_path / "plan.html").write_text(page, encoding="utf-8")
    with pytest.raises(InputFileError, match="entities"):
        read_plan(tmp_path / "plan.html")


# folders and old files


def test_folder_is_one_plan(tmp_path):
    folder = tmp_path / "方案 [全]"
    folder.mkdir()
    half = LINES.index("（二）污染防治攻坚战仍有短板方面")
    OF_LINES["txt"](LINES[:half], folder / "1 上.txt")
    OF_LINES["docx"](LINES[half:], folder / "2 下.docx")
    (folder / "~$2 下.docx").write_bytes(b"lock")
    (folder / "照片.jpg").write_bytes(b"\xff\xd8\xff")
    plan = read_plan(folder)
    assert [issue.number for issue in plan.issues] == [1, 2, 3]
    assert plan.source_name == "方案 [全]"
    assert {block.locator.split(" 第")[0] for block in plan.blocks} == {"1 上.txt", "2 下.docx"}
    check_spans(plan)


def test_old_word_file_without_libreoffice(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    (tmp_path / "plan.wps").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(99))
    with pytest.raises(MissingDependencyError, match=r"plan\.wps.*LibreOffice.*save it as \.docx"):
        read_plan(tmp_path / "plan.wps")


needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed"
)


def converted(path: Path, kind: str, folder: Path) -> Path:
    """Turn a file into another kind with LibreOffice."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    infilter = ["--infilter=Text (encoded):UTF8"] if path.suffix == ".txt" else []
    subprocess.run(
        [
            "soffice",
            "--headless",
            profile,
            *infilter,
            "--convert-to",
            kind,
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return folder / f"{path.stem}.{kind.split(':', maxsplit=1)[0]}"


@needs_office
def test_old_word_file_through_libreoffice(tmp_path):
    source = OF_LINES["docx"](LINES, tmp_path / "plan.docx")
    plan = read_plan(converted(source, "doc", tmp_path))
    assert [issue.number for issue in plan.issues] == [1, 2, 3]
    assert plan.issues[1].measures[1].units[-1] == "柳叶湖旅游度假区管委会"


@needs_office
@pytest.mark.real_plans
@pytest.mark.parametrize("kind", ["docx:MS Word 2007 XML", "pdf"])
def test_real_plan_converted_scores_as_the_text(real_plans, gold, tmp_path, kind):
    import importlib.util

    spec = importlib.util.spec_from_file_location("score", gold / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    path = tmp_path / "plan.txt"
    path.write_bytes((real_plans / "jingdezhen_2023_rectification_plan.txt").read_bytes())
    made = json.loads(json.dumps(issues_document(read_plan(converted(path, kind, tmp_path)))))
    for issue in made["issues"]:
        issue["start"] = None  # offsets are those of another text
    wanted = json.loads((gold / "issues.json").read_text(encoding="utf-8"))
    result = score.score_issues(wanted, made)
    assert {
        line: round(result[line]["f1"], 3) for line in result if result[line]["f1"] < 0.99
    } == {}


# hostile and damaged files


@pytest.mark.parametrize("format_name", ["docx", "xlsx", "pdf", "html"])
def test_damaged_files_never_raise_but_our_own_error(tmp_path, format_name):
    payload = OF_LINES[format_name](LINES, tmp_path / f"good.{format_name}").read_bytes()
    chance = random.Random(7)  # noqa: S311 - damage, no secret
    path = tmp_path / f"plan.{format_name}"
    for _ in range(30):
        damaged = bytearray(payload)
        for _ in range(chance.randint(1, 40)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if chance.random() < 0.3:
            del damaged[chance.randrange(len(damaged)) :]
        path.write_bytes(bytes(damaged) or b"x")
        try:
            plan = read_plan(path)
        except InputFileError:
            continue
        check_spans(plan)


@pytest.mark.parametrize(
    ("suffix", "member", "said"),
    [("docx", "word/document.xml", "entities"), ("xlsx", "xl/workbook.xml", "entities")],
)
def test_entities_in_containers(tmp_path, suffix, member, said):
    payload = OF_LINES[suffix](LINES, tmp_path / f"good.{suffix}").read_bytes()
    path = tmp_path / f"plan.{suffix}"
    with zipfile.ZipFile(io.BytesIO(payload)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == member:
                content = b'<!DOCTYPE a [<!ENTITY b "c">]>' + content
            new.writestr(name, content)
    with pytest.raises(InputFileError, match=said):
        read_plan(path)


def test_zip_bomb_named_xlsx(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", bytes(30_000_000))
    with pytest.raises(InputFileError, match="times its size; the file is refused"):
        read_plan(path)


def test_marks_that_turn_text_around_are_replaced(tmp_path):
    path = tmp_path / "plan.txt"
    text = "\n".join(LINES).replace("废渣约", "废\u202e渣约", 1)
    path.write_text(text, encoding="utf-8")
    plan = read_plan(path)
    assert len(plan.text) == len(text)
    assert "\u202e" not in plan.text
    assert plan.checks[0].code == "characters_replaced"


def test_text_of_no_encoding(tmp_path):
    path = tmp_path / "plan.md"
    path.write_bytes(bytes(range(128, 256)) * 4)
    with pytest.raises(EncodingError):
        read_plan(path)


# what is said of a plan


def test_every_line_is_explained():
    lines = explain_plan(LAYOUTS / "02_bracket_labels.txt")
    rules = [line.rule for line in lines]
    assert "问题序号“问题2：”" in rules
    assert "标签“验收单位”→验收单位" in rules
    assert "章节标题" in rules
    assert rules.count("第1条措施") == 3
    assert "没有规则读到这一行" not in rules
    assert rules[0] == "清单之前，不读"
    wrapped = explain_plan(LAYOUTS / "08_hard_wrapped.txt")
    text = (LAYOUTS / "08_hard_wrapped.txt").read_text(encoding="utf-8")
    assert all(text[line.start] == line.text[0] for line in wrapped)


def test_explained_columns(tmp_path):
    path = tmp_path / "plan.md"
    path.write_bytes((LAYOUTS / "09_pipe_table.md").read_bytes())
    rules = {line.rule for line in explain_plan(path)}
    assert {"表头“整改目标”→整改目标", "表头“完成时限”→整改时限", "第2条措施"} <= rules


def test_issues_without_a_place_are_checked():
    plan = read_plan(LAYOUTS / "02_bracket_labels.txt")
    checked = with_place_checks(plan, {2, 3})
    assert [c.issue for c in checked.checks if c.code == "issue_without_place"] == [1]
    assert plan.checks == checked.checks[:-1]


def test_groups_are_expanded():
    counties = ("城东区", "石桥县")
    assert expand_group("各县（市、区）党委", counties) == ("城东区党委", "石桥县党委")
    assert expand_group("各市（州）政府", ("甲州",)) == ("甲州政府",)
    assert expand_group("市水利局", counties) == ("市水利局",)
    assert expand_group("各县区", ()) == ("各县区",)


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("序 号", "number"),
        ("整改时限\n（年/月）", "deadline"),
        ("责任单位及责任人", "responsible"),
        ("督察反馈的具体问题", "problem"),
        ("市级督导\n单位", "acceptance"),
        ("整改督促落实部门", "responsible"),
        ("主要整改措施", "measures"),
        ("照片", None),
        ("措施序号", "number"),
        ("销号时限", "deadline"),
        ("问题二：尾水直排", None),
    ],
)
def test_headers(words, role):
    assert header_role(words) == role


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("拟采取的治理措施", "measures"),
        ("下步工作打算", "measures"),
        ("时限节点", "deadline"),
        ("市级反馈时间", "aside"),
        ("预期效果", "goal"),
        ("整改推进成效", "completion"),
        ("抓总部门", "lead"),
        ("联动单位", "supporting"),
        ("监管责任单位", "responsible"),
        ("跟踪督办部门", "acceptance"),
        ("包案县领导", "person"),
        ("督察组反馈原文", "problem"),
        ("治理目标及时限", "goal"),
        ("风景秀丽", None),
        ("单位", None),
    ],
)
def test_labels_of_no_list(words, role):
    assert words not in label_roles()
    known = re.fullmatch(label_pattern(), words)
    assert (None if known is None else role_of_label(words)) == role


def test_every_composed_label_has_a_role():
    words = word_list("layout")["compose"]
    ends = [end for held in words["ends"].values() for end in held]
    for word in words["words"]:
        for end in ends:
            assert role_of_label(word + end) in FieldRole


def test_values_told_by_number():
    text = "1、2.市水利局；3.市住建局"
    parted = values_by_number(text, 0, len(text), numbers=[1, 2, 3])
    assert {n: text[a:b].strip("；") for n, (a, b) in parted.items()} == {
        1: "市水利局",
        2: "市水利局",
        3: "市住建局",
    }
    assert values_by_number(text, 0, len(text), numbers=[1, 2]) == {}
    assert values_by_number("市水利局", 0, 4, numbers=[1, 2]) == {}
