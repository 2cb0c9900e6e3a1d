"""The map as pictures for documents, and the one-page summary."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from geo_rectify.drawing import pictures
from geo_rectify.drawing.lettering import Lettering, chinese_font
from geo_rectify.drawing.pictures import write_pictures
from geo_rectify.errors import OutputError
from geo_rectify.settings import PictureFormat
from tests.factories import make_assessment


@pytest.fixture(scope="module")
def assessment():
    return make_assessment()


def test_pictures_are_written_and_the_same_twice(tmp_path, assessment):
    files = write_pictures(assessment, tmp_path / "图片", formats=list(PictureFormat))
    assert [path.name for path in files] == ["map.png", "map.svg", "map.pdf", "summary.png"]
    content = {path.name: path.read_bytes() for path in files}
    write_pictures(assessment, tmp_path / "again", formats=[PictureFormat.SVG, PictureFormat.PDF])
    for name in ("map.svg", "map.pdf", "summary.png"):
        assert (tmp_path / "again" / name).read_bytes() == content[name]
    map_png = Image.open(io.BytesIO(content["map.png"]))
    assert sorted(map_png.size) == [2480, 3507]
    assert map_png.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    summary = Image.open(io.BytesIO(content["summary.png"]))
    assert summary.size == (1080, 1920)
    assert len(summary.convert("RGB").getcolors(1 << 24)) > 50
    assert content["map.pdf"].startswith(b"%PDF")
    drawing = ET.fromstring(content["map.svg"])  # noqa: S314 - our own file
    assert drawing.tag.endswith("svg")
    assert not re.search(rb"href=\"https?:|<text", content["map.svg"])


def test_without_a_chinese_font_the_remedy_is_said(monkeypatch, tmp_path, assessment):
    poor = Lettering(font=chinese_font(), covered=frozenset(range(128)))
    monkeypatch.setattr(pictures, "open_lettering", lambda: poor)
    with pytest.raises(OutputError, match="noto-cjk"):
        write_pictures(assessment, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_schematic_layers_do_not_count_in_the_summary(assessment):
    rows = pictures._site_rows(assessment)
    assert len(rows) == assessment.findings["site_id"].nunique()
    official = assessment.findings[
        ~assessment.findings["layer_status"].isin(["draft", "schematic"])
    ]
    flagged = official[official["verdict"].isin(["conflict", "possible"])]["site_id"].nunique()
    assert sum(row["verdict"].value in {"conflict", "possible"} for row in rows) == flagged
