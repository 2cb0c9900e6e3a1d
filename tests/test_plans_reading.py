"""Files in and clear errors out: every format, encoding and kind of damage."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from geo_rectify.errors import EncodingError, InputFileError
from geo_rectify.plans import read_plan, read_source
from geo_rectify.plans.decoding import decode

TEXT = "沙洲市督察反馈意见整改方案\r\n\r\n一、沙河口㎡“溢流”——Ⅲ类水体，①扩容。\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def word_bytes(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def repacked(payload: bytes, **changed: bytes) -> bytes:
    """Write a container again with members replaced; ``word__document`` is word/document.xml."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            key = name.removesuffix(".xml").replace("/", "__")
            if changed.get(key) != b"":
                new.writestr(name, changed.get(key, old.read(name)), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"],
)
def test_encodings(tmp_path, encoding):
    path = tmp_path / "方案 (终稿).txt"
    path.write_bytes(TEXT.encode(encoding, errors="replace"))
    source = read_source(path)
    assert source.text == TEXT if encoding != "gbk" else source.text.startswith("沙洲市")
    assert source.name == "方案 (终稿).txt"
    assert [source.text[b.start : b.end][:2] for b in source.blocks] == ["沙洲", "一、"]
    assert [b.locator for b in source.blocks] == ["第1段", "第3段"]


def test_byte_order_mark_from_big_endian(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_bytes(b"\xfe\xff" + TEXT.encode("utf-16-be"))
    assert read_source(path).text == TEXT


@pytest.mark.parametrize(
    "payload",
    [
        bytes(range(256)) * 4,
        "沙洲市整改方案".encode("big5", errors="replace") * 20,
        "Ünïcödé größe".encode("latin-1") * 9,
        b"\xff\xfe\x00\xd8",
        b"\x80\x81" * 99,
        b"\x00" * 64,
        b"\x89PNG\r\n\x1a\n" + bytes(99),
        b"PK\x03\x04" + bytes(99),
        b"%PDF-1.7\n\xe2\xe3\xcf\xd3" + bytes(99),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, payload):
    path = tmp_path / "plan.txt"
    path.write_bytes(payload)
    with pytest.raises(EncodingError, match=r"plan\.txt: .*(UTF-8|save it as)"):
        read_plan(path)


def test_marks_between_chinese_words_are_let_through_and_counted(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text("\a".join("沙河口溢流严重"), encoding="utf-8")
    plan = read_plan(path)
    assert plan.text == "\ufffd".join("沙河口溢流严重")
    assert any(check.message.startswith("原文有6个控制字符") for check in plan.checks)


def test_control_characters_alone_are_told_as_what_they_are(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_bytes(b"plan\a\a\a\a text\x01\x02")
    with pytest.raises(EncodingError, match="6 of its 15 characters are control characters") as hit:
        read_plan(path)
    assert "控制字符" in hit.value.chinese


def test_control_characters_are_replaced_one_for_one(tmp_path):
    text = "沙洲市整改方案\x00\n" + "沙河口溢流。" * 99 + "\x1b[0m\ud7ff\ufffe\f尾页"
    path = tmp_path / "plan.txt"
    path.write_bytes(text.encode())
    plan = read_plan(path)
    assert len(plan.text) == len(text)
    assert plan.text.startswith("沙洲市整改方案\ufffd\n")
    assert plan.text.endswith("\n尾页")
    assert plan.checks[0].code == "characters_replaced"


@pytest.mark.parametrize(
    ("name", "payload", "said"),
    [
        ("empty.txt", b"", "empty"),
        ("empty.docx", b"", "empty"),
        ("blank.txt", b" \r\n\t\n", "empty"),
        ("plan.pdf", b"%PDF-1.7", "the PDF is damaged"),
        ("plan.pdf", "整改方案".encode(), "this is no PDF"),
        ("plan.pptx", OLE, r"\.pptx is not read; plans are read from \.txt, \.docx"),
        ("plan", b"text", "without suffix"),
        ("photo.docx", b"\x89PNG\r\n\x1a\n" + bytes(99), "picture"),
        ("photo.docx", b"\xff\xd8\xff\xe0" + bytes(99), "picture"),
        ("plan.docx", b"%PDF-1.7", "PDF"),
        ("plan.docx", "整改方案".encode(), "no Word document"),
        ("locked.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted.*password"),
        ("old.docx", OLE, r"old Word file \(\.doc\)"),
        ("short.docx", word_bytes("整改方案")[:-300], "damaged or cut off"),
        ("short.docx", word_bytes("整改方案")[:99], "damaged or cut off"),
        ("blank.docx", word_bytes("", " "), "no text"),
    ],
    # a zip carries the time it was made, and ids must be the same in every process
    ids=lambda value: f"{len(value)}_bytes" if isinstance(value, bytes) else None,
)
def test_bad_files(tmp_path, name, payload, said):
    path = tmp_path / name
    path.write_bytes(payload)
    with pytest.raises(InputFileError, match=said) as caught:
        read_plan(path)
    assert name in str(caught.value)
    assert ": " in str(caught.value).split(name, 1)[1]


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputFileError, match="no such file"):
        read_plan(tmp_path / "nowhere.txt")
    with pytest.raises(InputFileError, match="folder"):
        read_plan(tmp_path)
    (tmp_path / "plan.txt").mkdir()
    with pytest.raises(InputFileError, match="folder"):
        read_plan(tmp_path / "plan.txt")
    with pytest.raises(InputFileError):
        read_plan("plan\x00.txt")


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8, 0.98])
def test_word_document_cut_anywhere(tmp_path, cut):
    payload = word_bytes(*["沙河口溢流。"] * 50)
    path = tmp_path / "plan.docx"
    path.write_bytes(payload[: int(len(payload) * cut)])
    with pytest.raises(InputFileError, match=r"plan\.docx"):
        read_plan(path)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"word__document": b""}, r"word/document\.xml is missing"),
        ({"word__document": b"<w:document>"}, "damaged"),
        ({"word__document": b"<a/>"}, "damaged"),
        ({"[Content_Types]": b"<Types xmlns='http://x'/>"}, "damaged"),
        ({"word__document": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "entities"),
        (
            {
                "word__document": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a>'.encode(
                    "utf-16"
                )
            },
            "entities",
        ),
    ],
)
def test_word_document_with_bad_parts(tmp_path, changed, said):
    path = tmp_path / "plan.docx"
    path.write_bytes(repacked(word_bytes("整改方案"), **changed))
    with pytest.raises(InputFileError, match=said):
        read_plan(path)


def test_entities_are_not_expanded(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("confidential", encoding="utf-8")
    body = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        f"<w:document {nsdecls('w')}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body>"
        "</w:document>"
    )
    path = tmp_path / "plan.docx"
    path.write_bytes(repacked(word_bytes("方案"), word__document=body.encode()))
    with pytest.raises(InputFileError, match="entities") as caught:
        read_plan(path)
    assert "confidential" not in str(caught.value)


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.docx"
    buffer = io.BytesIO(word_bytes("方案"))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as container:
        container.writestr("word/media/zeros.bin", bytes(40 * 1024 * 1024))
    path.write_bytes(buffer.getvalue())
    with pytest.raises(InputFileError, match="refused"):
        read_plan(path)


def test_container_without_word_in_it(tmp_path):
    path = tmp_path / "book.docx"
    with zipfile.ZipFile(path, "w") as container:
        container.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(InputFileError, match="without a Word document"):
        read_plan(path)


def test_word_paragraphs_and_tables_in_order(tmp_path):
    document = docx.Document()
    document.add_paragraph("甲")
    table = document.add_table(rows=2, cols=2)
    for row, column, text in ((0, 0, "乙"), (0, 1, "丙"), (1, 0, "丁")):
        table.cell(row, column).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).add_paragraph("戊")
    nested = table.cell(1, 1).add_table(rows=1, cols=1)
    nested.cell(0, 0).text = "己"
    document.add_paragraph("庚").add_run().add_break()
    document.save(tmp_path / "plan.docx")
    source = read_source(tmp_path / "plan.docx")
    words = [source.text[b.start : b.end] for b in source.blocks]
    assert words == ["甲", "乙", "丁", "丙", "戊", "己", "庚"]
    assert [b.locator for b in source.blocks] == [
        "第1段",
        "表1第1行第1列",
        "表1第1行第1列",
        "表1第1行第2列",
        "表1第1行第2列",
        "表1第2行第2列",
        "第2段",
    ]
    assert source.cells == frozenset(range(1, 6))


def test_tracked_changes_read_as_accepted(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("2024年底")
    for tag, inner in (("ins", "<w:t>前完成</w:t>"), ("del", "<w:delText>再议</w:delText>")):
        paragraph._p.append(
            parse_xml(f'<w:{tag} {nsdecls("w")} w:id="1" w:author="a"><w:r>{inner}</w:r></w:{tag}>')
        )
    document.save(tmp_path / "plan.docx")
    assert read_source(tmp_path / "plan.docx").text == "2024年底前完成"


def test_text_in_content_controls_is_read(tmp_path):
    document = docx.Document()
    document.add_paragraph("甲")
    document.element.body.insert(
        1,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>乙</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )
    document.save(tmp_path / "plan.docx")
    assert read_source(tmp_path / "plan.docx").text.split("\n") == ["甲", "乙"]


def test_id_is_of_the_bytes(tmp_path):
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text(TEXT, encoding="utf-8")
    second.write_text(TEXT, encoding="gb18030")
    assert read_plan(first).doc_id == read_plan(first).sha256[:12]
    assert read_plan(first).doc_id != read_plan(second).doc_id


def test_suffix_in_capitals_and_string_path(tmp_path):
    path = tmp_path / "PLAN.TXT"
    path.write_text(TEXT, encoding="utf-8")
    assert read_plan(str(path)).source_name == "PLAN.TXT"


def test_decode_names_its_remedy():
    with pytest.raises(EncodingError, match="save it as UTF-8"):
        decode(b"\x80\x81\x00", name="plan.txt")


def test_folder_of_goldens_is_there():
    assert (Path(__file__).parent / "golden" / "same_labels" / "plan.txt").is_file()
