"""cards.pdf: the same cards set by Typst (extra ``pdf``), one A4 page each."""

from __future__ import annotations

import importlib.resources
import io
from typing import TYPE_CHECKING

import segno

from geo_rectify.drawing.symbology import verdict_style
from geo_rectify.outputs._typeset import compile_pdf, font_definitions, literal
from geo_rectify.outputs.field.cardmodel import Blank, Card, CardBook, card_book
from geo_rectify.outputs.field.cards import CODE_ERROR
from geo_rectify.outputs.field.sketches import Sketch, sketch_svg

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.outputs.field.cardmodel import Verdicts
    from geo_rectify.outputs.field.route import Tour
    from geo_rectify.pipeline import Assessment


def write_cards_pdf(assessment: Assessment, path: Path) -> None:
    """Write the cards as PDF.

    Parameters
    ----------
    assessment
        The run.
    path
        The file.

    Raises
    ------
    MissingDependencyError
        The extra ``pdf`` or a Chinese font is missing.
    OutputError
        The cards could not be set.
    """
    book = card_book(assessment)
    pictures: dict[str, bytes] = {}
    page = importlib.resources.files("geo_rectify.outputs.field").joinpath("cards.typ")
    parts = [
        font_definitions(),
        f"#set document(title: {literal(book.title)})\n",
        f"#let provenance = {literal(book.provenance)}\n#let mark = {literal(book.mark)}\n",
        page.read_text(encoding="utf-8"),
        *(_tour(tour) for tour in book.tours),
        *(_card(card, book, pictures) for card in book.cards),
    ]
    content = compile_pdf("".join(parts), as_of=book.as_of, pictures=pictures)
    path.write_bytes(content)


def _tour(tour: Tour) -> str:
    cells = []
    before = ""
    for stop in tour.stops:
        township = stop.township if stop.township != before else ""
        before = stop.township
        keys = "、".join(key.rpartition("/")[2] for key in stop.site.issue_keys)
        cells += [str(stop.number), township, stop.site.title[:70], keys, stop.way, ""]
    total = f"全程{tour.total}。" if tour.total else ""
    note = f"按乡镇由近及远排列，共{len(tour.stops)}处。{total}距离为直线距离，不是道路里程。"
    inner = ", ".join(map(literal, cells))
    return f"#tour({literal(f'外业路线 · {tour.county}')}, {literal(note)}, ({inner},))\n"


def _card(card: Card, book: CardBook, pictures: dict[str, bytes]) -> str:
    head = f"{card.place} · {card.kind} · {card.precision} · 路线第{card.number}站"
    facts = ", ".join(
        f"({literal(fact.title)}, {literal(fact.text + fact.after)}, {literal(fact.link)})"
        for fact in card.facts
    )
    code = "none"
    if card.code:
        name = f"code-{card.site_id}.svg"
        held = io.BytesIO()
        segno.make_qr(card.code, error=CODE_ERROR).save(held, kind="svg", border=3, scale=4)
        pictures[name] = held.getvalue()
        code = f'"{name}"'
    maps = ", ".join(
        _sketch(sketch, f"{word}-{card.site_id}.svg", pictures)
        for word, sketch in (("locator", card.locator), ("detail", card.detail))
        if sketch is not None
    )
    quote = card.quote
    said = "()"
    if quote is not None:
        said = (
            f"({literal(quote.before)}, {literal(quote.inner)}, {literal(quote.after)}, "
            f"{literal(f'（{quote.where}）')})"
        )
    issues = ", ".join(literal(cell) for row in card.issues for cell in row)
    clauses = f"条款：{'；'.join(card.clauses)}" if card.clauses else ""
    notes = ", ".join(literal(line) for line in (card.silent, clauses) if line)
    verdicts = ", ".join(map(_verdict, card.verdicts))
    checks = ", ".join(map(literal, card.checks))
    form = ", ".join(map(_blank, book.form))
    return (
        f"#card(keys: {literal(card.keys)}, name: {literal(card.name)}, head: {literal(head)}, "
        f"facts: ({facts},), code: {code}, maps: ({maps}{',' if maps else ''}), quote: {said}, "
        f"issues: ({issues}{',' if issues else ''}), more: {literal(card.more)}, "
        f"units: {literal(card.units or '—')}, verdicts: ({verdicts}{',' if verdicts else ''}), "
        f"notes: ({notes}{',' if notes else ''}), checks: ({checks},), form: ({form},), "
        f"id: {literal(card.site_id)})\n"
    )


def _sketch(sketch: Sketch, name: str, pictures: dict[str, bytes]) -> str:
    pictures[name] = sketch_svg(sketch).encode()
    legend = ", ".join(f'(rgb("{colour}"), {literal(words)})' for colour, words in sketch.legend)
    return (
        f'(path: "{name}", width: {sketch.width:g}mm, caption: {literal(sketch.caption)}, '
        f"legend: ({legend}{',' if legend else ''}))"
    )


def _verdict(row: Verdicts) -> str:
    style = verdict_style(row.verdict)
    return (
        f'(rgb("{style.fill}"), rgb("{style.text}"), rgb("{style.stroke}"), {literal(row.words)}, '
        f"{literal(row.zones)}, {literal(row.layers)})"
    )


def _blank(blank: Blank) -> str:
    boxes = "　".join(f"□{choice}" for choice in blank.choices)
    return f"({literal(blank.title)}, {literal(boxes)}, {_flag(blank.wide)}, {_flag(blank.tall)})"


def _flag(on: bool) -> str:  # noqa: FBT001 - a value written out
    return "true" if on else "false"
