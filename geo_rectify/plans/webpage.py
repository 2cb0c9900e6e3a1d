"""Reading web pages (.html): what a browser would show, tables as tables."""

from __future__ import annotations

import re
from typing import Any, Final

from geo_rectify.errors import EncodingError, InputFileError
from geo_rectify.plans.content import Content, ContentBuilder, cell_locator
from geo_rectify.plans.decoding import decode

_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,20})""", re.IGNORECASE)
_DECLARED: Final = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_ENTITY: Final = re.compile(r"<!ENTITY", re.IGNORECASE)
_HEAD_BYTES: Final = 4096
_SPACES: Final = re.compile(r"[ \t\r\n\f]+")
_MAX_DEPTH: Final = 200
_MAX_SPAN: Final = 1000
_REMEDY: Final = "save the page again in the browser, or copy its text into a .txt"
_SKIPPED: Final = frozenset(
    {
        "script",
        "style",
        "head",
        "noscript",
        "template",
        "nav",
        "select",
        "option",
        "button",
        "form",
        "iframe",
        "svg",
        "object",
    }
)
_BLOCKS: Final = frozenset(
    {
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "body",
        "html",
        "blockquote",
        "pre",
        "center",
        "figure",
        "figcaption",
        "hr",
        "address",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "td",
        "th",
    }
)
_HIDDEN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def read_webpage(payload: bytes, /, *, name: str) -> Content:
    """Read the words of a web page; scripts are never run and nothing is fetched.

    Parameters
    ----------
    payload
        The bytes of the file.
    name
        File name, for messages.

    Returns
    -------
    Content
        A block for each paragraph and line of a cell.

    Raises
    ------
    InputFileError
        It is no web page.
    EncodingError
        Its encoding cannot be told.
    """
    text = _DECLARED.sub("", _decoded(payload, name))
    if _ENTITY.search(text[:_HEAD_BYTES]):
        message = f"{name}: the page declares XML entities; it is refused: {_REMEDY}"
        raise InputFileError(
            message,
            chinese=f"{name}：网页里声明了XML实体，已拒绝读取；请另存为 .docx 或 .txt 后再读",
        )
    import lxml.etree  # noqa: PLC0415 - slow to load, and not every plan is a page
    import lxml.html  # noqa: PLC0415

    parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = lxml.html.document_fromstring(text.replace("\x00", "\ufffd"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError) as err:
        message = f"{name}: the page cannot be read ({err}): {_REMEDY}"
        raise InputFileError(
            message, chinese=f"{name}：网页读不了（{err}）；请另存为 .docx 或 .txt 后再读"
        ) from err
    walker = _Walker()
    walker.walk(root, depth=0)
    walker.close()
    return walker.builder.content()


def _decoded(payload: bytes, name: str) -> str:
    told = _CHARSET.search(payload[:_HEAD_BYTES])
    if told is not None and not payload.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = told[1].decode("ascii").lower()
        if encoding in {"gb2312", "gbk", "gb_2312-80", "x-gbk"}:
            encoding = "gb18030"
        try:
            return payload.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            pass  # the page says what it is not; its bytes decide
    try:
        return decode(payload, name=name)
    except EncodingError:
        if told is None:
            raise
        return payload.decode("gb18030", errors="replace")


class _Walker:
    """Goes through a page once, keeping the words of the paragraph at hand."""

    def __init__(self) -> None:
        self.builder = ContentBuilder()
        self.words: list[str] = []
        self.paragraphs = 0
        self.tables = 0

    def close(self) -> None:
        """End the paragraph at hand."""
        for line in _shown("".join(self.words)):
            self.paragraphs += 1
            self.builder.add(line, f"第{self.paragraphs}段")
        self.words.clear()

    def walk(self, element: Any, *, depth: int) -> None:
        """Take in an element and what stands in it."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED or depth > _MAX_DEPTH or _hidden(element):
            return
        if tag == "br":
            self.words.append("\n")
            return
        if tag == "table" and _is_grid(element):
            self.close()
            self._table(element)
            return
        block = tag in _BLOCKS
        if block:
            self.close()
        self.words.append(_SPACES.sub(" ", element.text or ""))
        for child in element:
            self.walk(child, depth=depth + 1)
            self.words.append(_SPACES.sub(" ", child.tail or ""))
        if block:
            self.close()

    def _table(self, table: Any) -> None:
        self.tables += 1
        taken: dict[int, int] = {}
        for row, element in enumerate(_rows(table), start=1):
            column = 1
            for cell in element:
                if cell.tag not in {"td", "th"}:
                    continue
                while taken.get(column, 0) >= row:
                    column += 1
                rows, columns = _span(cell, "rowspan"), _span(cell, "colspan")
                for covered in range(column, column + columns):
                    taken[covered] = row + rows - 1
                self.builder.add_cell(
                    _cell_lines(cell) or [""],
                    locator=cell_locator(self.tables, row, column),
                    place=(self.tables, row, column),
                    span=(rows, columns),
                )
                column += columns


def _shown(words: str) -> list[str]:
    lines = [line.strip(" \u00a0") for line in words.replace("\u00a0", " ").split("\n")]
    return [line for line in lines if line.strip()]


def _hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def _rows(table: Any) -> list[Any]:
    rows = []
    for child in table:
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in {"thead", "tbody", "tfoot"}:
            rows.extend(row for row in child if row.tag == "tr")
    return rows


def _is_grid(table: Any) -> bool:
    """Say whether a table holds data; one that holds tables or one cell lays out the page."""
    if table.find(".//table") is not None:
        return False
    return any(sum(cell.tag in {"td", "th"} for cell in row) > 1 for row in _rows(table))


def _span(cell: Any, name: str) -> int:
    try:
        return min(max(1, int(cell.get(name) or 1)), _MAX_SPAN)
    except ValueError:
        return 1


def _cell_lines(cell: Any) -> list[str]:
    inner = _Walker()
    inner.words.append(_SPACES.sub(" ", cell.text or ""))
    for child in cell:
        inner.walk(child, depth=1)
        inner.words.append(_SPACES.sub(" ", child.tail or ""))
    inner.close()
    return [piece for piece in inner.builder.pieces if piece.strip()]
