"""Cards in three forms: one page a site, nothing cut, codes that decode, maps that invent nothing."""

from __future__ import annotations

import dataclasses
import unicodedata
import zipfile

import docx
import pdfplumber
import pytest
import shapely

from geo_rectify.outputs._dossiers import dossiers
from geo_rectify.outputs._typeset import why_no_pdf
from geo_rectify.outputs.field import write_cards, write_cards_docx, write_cards_pdf
from geo_rectify.outputs.field.cardmodel import card_book, card_words
from geo_rectify.outputs.field.route import tours
from geo_rectify.outputs.field.sketches import Atlas, sketch_png, sketch_svg
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import Sensitivity
from tests.browser import open_page
from tests.factories import FORMULA, LONG, QUOTED, SITE_IDS, make_assessment

LOCATED = ("surveyed", "feature", "street", "village", "township", "undelineated")


@pytest.fixture(scope="module")
def run():
    return make_assessment()


@pytest.fixture(scope="module")
def book(run):
    return card_book(run)


def plain(text):
    # Chromium writes some characters as radicals of the same look
    return "".join(unicodedata.normalize("NFKC", text).split())


def assert_pages(path, book):
    """One page a card and a tour, each with all its card says, and a code that leads to the site."""
    zxing = pytest.importorskip("zxingcpp", reason="zxing-cpp reads the codes; extra 'test'")
    with pdfplumber.open(path) as pdf:
        assert len(pdf.pages) == len(book.cards) + len(book.tours)
        pages = pdf.pages[len(book.tours) :]
        for card, page in zip(book.cards, pages, strict=True):
            text = plain(page.extract_text())
            for words in (card.name[:20], card.precision, card.units, *card.checks, card.site_id):
                assert plain(words) in text or plain(words)[:20] in text, (card.name, words)
            for blank in book.form:
                assert plain(blank.title) in text, (card.name, blank.title)
            lowest = max(float(letter["bottom"]) for letter in page.chars)
            assert lowest < page.height
            picture = page.to_image(resolution=200).original.convert("L")
            found = [code.text for code in zxing.read_barcodes(picture)]
            assert found == ([card.code] if card.code else []), card.name


@pytest.mark.browser
def test_printed_page_holds_a_card_and_its_code_decodes(chromium, run, book, tmp_path):
    write_cards(run, tmp_path / "cards.html")
    with open_page(chromium, tmp_path / "cards.html", size=(1280, 800)) as opened:
        opened.page.pdf(path=str(tmp_path / "cards.pdf"), prefer_css_page_size=True)
    assert_pages(tmp_path / "cards.pdf", book)


@pytest.mark.skipif(bool(why_no_pdf()), reason=why_no_pdf() or "typst is there")
def test_typeset_page_holds_a_card_and_its_code_decodes(run, book, tmp_path):
    write_cards_pdf(run, tmp_path / "cards.pdf")
    assert_pages(tmp_path / "cards.pdf", book)
    write_cards_pdf(run, tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == (tmp_path / "cards.pdf").read_bytes()


def test_word_file_has_a_form_for_each_card(run, book, tmp_path):
    write_cards_docx(run, tmp_path / "cards.docx")
    write_cards_docx(run, tmp_path / "again.docx")
    assert (tmp_path / "again.docx").read_bytes() == (tmp_path / "cards.docx").read_bytes()
    document = docx.Document(str(tmp_path / "cards.docx"))
    forms = [table for table in document.tables if table.cell(0, 0).text == "经度"]
    assert len(forms) == len(book.cards)
    for form in forms:
        words = [cell.text for row in form.rows for cell in row.cells]
        assert set(words) >= {blank.title for blank in book.form}
        assert form.cell(0, 1).text == ""
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for name in (QUOTED, FORMULA, LONG):
        assert name in text
    starts = [p for p in document.paragraphs if p.paragraph_format.page_break_before]
    assert len(starts) == len(book.cards) + len(book.tours)
    with zipfile.ZipFile(tmp_path / "cards.docx") as archive:
        pictures = [name for name in archive.namelist() if name.startswith("word/media/")]
    assert len(pictures) > len(LOCATED)


def test_sites_without_position_have_cards_with_blanks_and_no_point(run, book):
    by_id = {card.site_id: card for card in book.cards}
    assert len(by_id) == len(run.sites) - 1
    for key in ("county", "none", "counted"):
        card = by_id[SITE_IDS[key]]
        assert (card.code, card.detail) == ("", None)
        assert "坐标待测" in card.facts[0].text
        if card.locator is not None:
            dots = [s for s in card.locator.strokes if len(s.paths[0]) == 16]
            assert dots == []
    assert by_id[SITE_IDS["none"]].locator is None
    titles = [blank.title for blank in book.form]
    wanted = {"始建时间", "审批手续", "划定前是否已存在", "权属", "现场状态", "照片编号", "核查人"}
    assert wanted <= set(titles)


def test_clauses_nobody_checked_are_only_counted(run):
    unchecked = [dataclasses.replace(rule, checked_on=None) for rule in run.rules]
    cited = {rule for cell in run.findings["rule_ids"] for rule in split_list(cell)}
    assert cited & {rule.rule_id for rule in unchecked}
    made = card_book(dataclasses.replace(run, rules=tuple(unchecked)))
    lines = [line for card in made.cards for line in card.clauses]
    assert any("尚未与正式文本核对" in line for line in lines)
    for rule in unchecked:
        assert not any(rule.article in line for line in lines)
    words = card_words()["clauses_unchecked"]
    assert "附表5" in words


def test_maps_show_what_lies_around_but_nothing_hidden(run):
    known = dossiers(run)
    site = next(each for each in known if each.site_id == SITE_IDS["village"])
    shown = Atlas(run, known).detail(site)
    assert [words for _, words in shown.legend] == ["生态保护红线"]
    infos = tuple(
        dataclasses.replace(info, sensitivity=Sensitivity.RESTRICTED) for info in run.layers.infos
    )
    zones = run.layers.zones.assign(sensitivity=Sensitivity.RESTRICTED.value)
    secret = dataclasses.replace(run.layers, infos=infos, zones=zones)
    hidden = Atlas(dataclasses.replace(run, layers=secret), known).detail(site)
    assert hidden.legend == ()
    assert len(hidden.strokes) < len(shown.strokes)
    svg = sketch_svg(shown)
    assert "<script" not in svg
    assert "km" in svg or " m<" in svg
    png = sketch_png(shown)
    assert png.startswith(b"\x89PNG")
    assert sketch_png(shown) == png


def test_points_on_maps_are_where_the_sites_are(run):
    known = dossiers(run)
    for site in known:
        sketch = Atlas(run, known).detail(site)
        if sketch is None:
            continue
        at = shapely.Polygon(sketch.strokes[-1].paths[0]).centroid
        if site.geometry.geom_type == "Point" and site.relation == "":
            assert at.x == pytest.approx(sketch.width / 2, abs=0.35 * sketch.width)
        assert 0 < at.x < sketch.width
        assert 0 < at.y < sketch.height


def test_tours_visit_every_site_once_and_say_no_more_than_is_known(run):
    known = [site for site in dossiers(run) if not site.extent]
    made = tours(known)
    stops = [stop for tour in made for stop in tour.stops]
    assert sorted(stop.site.site_id for stop in stops) == sorted(site.site_id for site in known)
    for tour in made:
        assert [stop.number for stop in tour.stops] == list(range(1, len(tour.stops) + 1))
        townships = [stop.township for stop in tour.stops]
        blocks = [t for i, t in enumerate(townships) if i == 0 or townships[i - 1] != t]
        assert len(blocks) == len(set(blocks))
    ways = {stop.site.site_id: stop for stop in stops}
    assert ways[SITE_IDS["county"]].way == "坐标待测"
    assert ways[SITE_IDS["county"]].distance_m is None
    for stop in stops:
        unsure = stop.site.uncertainty_m or 0
        if unsure > 100 and stop.distance_m is not None:
            assert "." not in stop.way
    assert tours([]) == ()
    assert tours(list(reversed(known)))[0].stops == tours(list(reversed(known)))[0].stops
