"""cards.html: one A4 page a site, to read on a phone or to print, with blanks to fill."""

from __future__ import annotations

import importlib.resources
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import segno

from geo_rectify.drawing.markup import escape_html
from geo_rectify.drawing.symbology import verdict_style
from geo_rectify.outputs.field.cardmodel import LONG_NAME, Blank, Card, CardBook, card_book
from geo_rectify.outputs.field.sketches import Sketch, base_svg, sketch_svg

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.outputs.field.cardmodel import Fact, Verdicts
    from geo_rectify.outputs.field.route import Tour
    from geo_rectify.pipeline import Assessment

CODE_ERROR: Final = "m"
_ROOMY: Final = 30
"""Lines beyond which a card is set closer, so that it stays on its page."""


def write_cards(assessment: Assessment, path: Path) -> None:
    """Write a card for every site but areas concerned as a whole, in the order of visit.

    Parameters
    ----------
    assessment
        The run.
    path
        The file: one page that needs no other.
    """
    book = card_book(assessment)
    groups: dict[str, list[Card]] = {}
    for card in book.cards:
        groups.setdefault(card.county, []).append(card)
    contents = "".join(
        f"<details><summary>{escape_html(county)}（{len(members)}）</summary><ul>"
        + "".join(_entry(member) for member in members)
        + "</ul></details>"
        for county, members in groups.items()
    )
    sketches = [sketch for card in book.cards for sketch in (card.locator, card.detail)]
    cards = "".join(_card(card, book) for card in book.cards)
    style = importlib.resources.files("geo_rectify.outputs.field").joinpath("cards.css")
    flag = f'<span class="mark">{escape_html(book.mark)}</span>' if book.mark else ""
    page = (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape_html(book.title)}</title>"
        f"<style>{style.read_text(encoding='utf-8')}</style></head><body>{base_svg(sketches)}"
        f'<header class="top"><h1>{escape_html(book.title)} {flag}</h1>'
        f"<p>{len(book.cards)}个点位，每点一页，可直接打印。{escape_html(book.provenance)}</p></header>"
        f'<nav aria-label="目录">{contents}</nav>'
        f"<main>{''.join(_tour(tour, book) for tour in book.tours)}{cards}</main></body></html>\n"
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _entry(card: Card) -> str:
    return (
        f'<li><a href="#s{escape_html(card.site_id)}">'
        f"{escape_html(card.keys)} {escape_html(card.title)}</a></li>"
    )


def _tour(tour: Tour, book: CardBook) -> str:
    rows = []
    before = ""
    for stop in tour.stops:
        township = stop.township if stop.township != before else ""
        before = stop.township
        site = stop.site
        keys = "、".join(key.rpartition("/")[2] for key in site.issue_keys)
        rows.append(
            f"<tr><td>{stop.number}</td><td>{escape_html(township)}</td>"
            f'<td><a href="#s{escape_html(site.site_id)}">{escape_html(site.title[:70])}</a></td>'
            f"<td>{escape_html(keys)}</td><td>{escape_html(stop.way)}</td><td></td></tr>"
        )
    flag = f'<span class="mark">{escape_html(book.mark)}</span>' if book.mark else ""
    total = f"全程{tour.total}。" if tour.total else ""
    return (
        f'<section class="tour"><h2>外业路线 · {escape_html(tour.county)} {flag}</h2>'
        f'<p class="note">按乡镇由近及远排列，共{len(tour.stops)}处。{escape_html(total)}'
        "距离为直线距离，不是道路里程。</p><table><thead><tr><th>顺序</th><th>乡镇</th><th>点位</th>"
        f"<th>问题</th><th>距上一点</th><th>完成</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f'<p class="foot">{escape_html(book.provenance)}</p></section>'
    )


def _card(card: Card, book: CardBook) -> str:
    parts = (
        _head(card, mark=book.mark),
        _facts(card),
        _sketches(card),
        _quote(card),
        _issues(card),
        _verdicts(card),
        _checks(card),
        _form(book.form),
        f'<p class="foot">编号 {escape_html(card.site_id)}；{escape_html(book.provenance)}</p>',
    )
    look = "card dense" if card.lines > _ROOMY else "card"
    return (
        f'<article class="{look}" id="s{escape_html(card.site_id)}" '
        f'data-county="{escape_html(card.county)}">{"".join(parts)}</article>'
    )


def _head(card: Card, *, mark: str) -> str:
    long = ' class="long"' if len(card.name) > LONG_NAME else ""
    flag = f' <span class="mark">{escape_html(mark)}</span>' if mark else ""
    return (
        '<div class="head"><div class="issue"><small>问题</small>'
        f"<b>{escape_html(card.keys)}</b></div><div><h2{long}>{escape_html(card.name)}</h2>"
        f"<p>{escape_html(card.place)} · {escape_html(card.kind)} · "
        f"{escape_html(card.precision)} · 路线第{card.number}站{flag}</p></div></div>"
    )


def _facts(card: Card) -> str:
    body = "".join(
        f'<tr><th>{escape_html(fact.title)}</th><td class="num">{_fact(fact)}</td></tr>'
        for fact in card.facts
    )
    # without a detail map the locator stands beside the facts, where a code would be
    aside = _code(card) or (_sketch(card.locator) if card.locator else "")
    return (
        f'<section class="where">{aside}'
        f'<table class="facts"><tbody>{body}</tbody></table></section>'
    )


def _fact(fact: Fact) -> str:
    text = escape_html(fact.text)
    if fact.link:
        text = f'<a href="{escape_html(fact.link)}" rel="noreferrer">{text}</a>'
    return f"{text}{escape_html(fact.after)}"


def _code(card: Card) -> str:
    if not card.code:
        return ""
    drawn = segno.make_qr(card.code, error=CODE_ERROR)
    svg = drawn.svg_inline(scale=2, border=3, omitsize=True)
    return f'<figure class="qr">{svg}<figcaption>扫码导航（高德）</figcaption></figure>'


def _sketches(card: Card) -> str:
    if card.detail is None and not card.code:
        return ""
    drawn = [sketch for sketch in (card.locator, card.detail) if sketch is not None]
    return f'<section class="sketches">{"".join(map(_sketch, drawn))}</section>'


def _sketch(sketch: Sketch) -> str:
    """Set a map with its caption, the caption beside no code."""
    swatches = "".join(
        f'<i style="color:{colour}">■</i>{escape_html(words)} ' for colour, words in sketch.legend
    )
    svg = sketch_svg(sketch, shared=True)
    return (
        f'<figure class="sketch" style="flex:{sketch.width:g}">{svg}'
        f"<figcaption>{swatches}{escape_html(sketch.caption)}</figcaption></figure>"
    )


def _quote(card: Card) -> str:
    quote = card.quote
    if quote is None:
        return ""
    long = ' class="quote-long"' if quote.long else ""
    inner = f"<mark>{escape_html(quote.inner)}</mark>" if quote.inner else ""
    return (
        f"<section><h3>方案原文</h3><blockquote{long}>{escape_html(quote.before)}{inner}"
        f"{escape_html(quote.after)} <small>（{escape_html(quote.where)}）</small></blockquote>"
        "</section>"
    )


def _issues(card: Card) -> str:
    if not card.issues:
        return ""
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape_html(cell)}</td>' for cell in row)}</tr>"
        for row in card.issues
    )
    more = f'<p class="note">{escape_html(card.more)}</p>' if card.more else ""
    return (
        '<section><h3>问题、时限与责任单位</h3><table class="issues"><tbody>'
        f"<tr><th>序号</th><th>问题</th><th>整改时限</th></tr>{rows}"
        f'<tr><th>责任单位</th><td colspan="2">{escape_html(card.units or "—")}</td></tr>'
        f"</tbody></table>{more}</section>"
    )


def _verdicts(card: Card) -> str:
    if not card.verdicts and not card.silent:
        return '<section><h3>管控区比对</h3><p class="note">尚未比对。</p></section>'
    rows = "".join(map(_verdict_row, card.verdicts))
    table = (
        '<table class="zones"><tbody><tr><th>判定</th><th>管控区</th><th>图层</th></tr>'
        f"{rows}</tbody></table>"
        if rows
        else ""
    )
    clauses = f"条款：{'；'.join(card.clauses)}" if card.clauses else ""
    below = "".join(
        f'<p class="note">{escape_html(line)}</p>' for line in (card.silent, clauses) if line
    )
    return f"<section><h3>管控区比对</h3>{table}{below}</section>"


def _verdict_row(row: Verdicts) -> str:
    style = verdict_style(row.verdict)
    pill = (
        f'<span class="pill" style="background:{style.fill};color:{style.text};'
        f'border-color:{style.stroke}">{escape_html(row.words)}</span>'
    )
    return (
        f"<tr><td>{pill}</td><td>{escape_html(row.zones)}</td>"
        f"<td>{escape_html(row.layers)}</td></tr>"
    )


def _checks(card: Card) -> str:
    lines = "".join(f"<li>{escape_html(line)}</li>" for line in card.checks)
    return f'<section><h3>现场要核实</h3><ul class="checks">{lines}</ul></section>'


@lru_cache(maxsize=4)
def _form(form: tuple[Blank, ...]) -> str:
    made = []
    for blank in form:
        boxes = "".join(f"<i>□{escape_html(choice)}</i>" for choice in blank.choices)
        look = " ".join(name for name, on in (("wide", blank.wide), ("tall", blank.tall)) if on)
        made.append(
            f'<div class="{look}"><b>{escape_html(blank.title)}</b><span>{boxes}</span></div>'
        )
    return (
        f'<section class="fill"><h3>现场填写</h3><div class="form">{"".join(made)}</div></section>'
    )
