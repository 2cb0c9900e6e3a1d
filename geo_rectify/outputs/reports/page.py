"""The HTML writer: one file that reads on a screen and prints on A4 pages, the wide annex on A3."""

from __future__ import annotations

import base64
import importlib.resources
from typing import TYPE_CHECKING

from geo_rectify.drawing.markup import escape_html, one_line
from geo_rectify.outputs.reports.model import (
    Paragraph,
    Picture,
    Table,
    Tone,
)

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.outputs.reports.model import Block, Report, Section


def write_html(report: Report, path: Path) -> None:
    """Write a report as one HTML file: styles inside, pictures as data, no scripts.

    Parameters
    ----------
    report
        The report.
    path
        The file.
    """
    path.write_text(html_of(report), encoding="utf-8", newline="\n")


def html_of(report: Report) -> str:
    """Give the page of a report.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    str
        The whole file.
    """
    style = importlib.resources.files("geo_rectify.outputs.reports").joinpath("page.css")
    mark = escape_html(one_line(report.mark))
    chief = [(index, part) for index, part in enumerate(report.sections) if part.level == 1]
    contents = "".join(
        f'<li><a href="#s{index}">{escape_html(one_line(section.heading))}</a></li>'
        for index, section in chief
    )
    parts = [
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f"<title>{escape_html(one_line(report.title))}</title>\n<style>\n",
        style.read_text(encoding="utf-8"),
        _margin_boxes(report),
        "</style>\n</head>\n<body>\n",
        f'<p class="mark">{mark}</p>\n' if mark else "",
        "<main>\n<header>\n",
        f"<h1>{escape_html(one_line(report.title))}</h1>\n",
        f'<p class="date">{escape_html(one_line(report.subtitle))}</p>\n',
        f'<nav aria-label="目录"><ul>{contents}</ul></nav>\n</header>\n',
    ]
    level_one_open = False
    for index, section in enumerate(report.sections):
        if section.level == 1:
            if level_one_open:
                parts.append("</section>\n")
            parts.append(f'<section id="s{index}" class="page-{section.page.value}">\n')
            level_one_open = True
        parts.append(_section(section))
    if level_one_open:
        parts.append("</section>\n")
    provenance = escape_html(one_line(report.provenance))
    parts.append(f'</main>\n<footer class="provenance">{provenance}</footer>\n</body>\n</html>\n')
    return "".join(parts)


def _margin_boxes(report: Report) -> str:
    """Set the mark at the head and the provenance at the foot of each printed page."""
    mark, provenance = _css_text(report.mark), _css_text(report.provenance)
    return f"@page {{ @top-center {{ content: {mark}; }} @bottom-left {{ content: {provenance}; }} }}\n"


def _css_text(text: str) -> str:
    """Write a text as a CSS string, every character as a reference: nothing can end it."""
    return '"' + "".join(f"\\{ord(character):06x}" for character in one_line(text)) + '"'


def _section(section: Section) -> str:
    level = section.level + 1
    heading = f"<h{level}>{escape_html(one_line(section.heading))}</h{level}>\n"
    if section.level == 3:  # noqa: PLR2004 - a card stays with its heading
        blocks = "".join(_block(block) for block in section.blocks)
        return f'<div class="entry">{heading}{blocks}</div>\n'
    return heading + "".join(_block(block) for block in section.blocks)


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Picture):
        return _picture(block)
    return _paragraph(block)


def _paragraph(paragraph: Paragraph) -> str:
    if paragraph.tone is Tone.SIGNATURE:
        return f'<p class="signature">{escape_html(paragraph.text)}</p>\n'
    return f'<p class="{paragraph.tone.value}">{escape_html(one_line(paragraph.text))}</p>\n'


def _picture(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode("ascii")
    return (
        f'<figure><img alt="{escape_html(one_line(picture.alt))}" '
        f'style="width:{picture.width_mm:g}mm" src="data:image/png;base64,{data}">'
        f"<figcaption>{escape_html(one_line(picture.caption))}</figcaption></figure>\n"
    )


def _table(table: Table) -> str:
    total = sum(column.width for column in table.columns)
    widths = "".join(
        f'<col style="width:{100 * column.width / total:.2f}%">' for column in table.columns
    )
    caption = f"<caption>{escape_html(one_line(table.caption))}</caption>" if table.caption else ""
    head = ""
    if not table.card:
        titles = "".join(
            f'<th scope="col">{escape_html(one_line(column.title))}</th>'
            for column in table.columns
        )
        head = f"<thead><tr>{titles}</tr></thead>"
    body = "".join(_row(table, row) for row in table.rows)
    note = f'<p class="note">{escape_html(one_line(table.note))}</p>\n' if table.note else ""
    kind = "card" if table.card else "dense" if table.dense else "list"
    return (
        f'<div class="sheet"><table class="{kind}">{caption}<colgroup>{widths}</colgroup>{head}'
        f"<tbody>{body}</tbody></table></div>\n{note}"
    )


def _row(table: Table, row: tuple[str, ...]) -> str:
    cells = []
    for index, text in enumerate(row):
        last = index == len(row) - 1
        span = len(table.columns) - index if last else 1
        named = table.card and index % 2 == 0
        tag = "th" if named else "td"
        spanning = f' colspan="{span}"' if span > 1 else ""
        align = "" if named else f' class="{table.columns[index].align.value}"'
        cells.append(f"<{tag}{spanning}{align}>{escape_html(one_line(text))}</{tag}>")
    blank = "" if any(row) else ' class="blank"'
    return f"<tr{blank}>{''.join(cells)}</tr>"
