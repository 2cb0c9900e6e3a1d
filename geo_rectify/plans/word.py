"""Reading Word documents (.docx): paragraphs, tables, text boxes and numbers Word makes itself."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.errors import InputFileError
from geo_rectify.plans.containers import check_container
from geo_rectify.plans.content import Content, ContentBuilder, cell_locator
from geo_rectify.plans.plain import with_drawn_tables
from geo_rectify.plans.word_numbers import ListNumbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MAX_NESTED_TABLES: Final = 8
_MAX_BOXES_DEEP: Final = 4
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MAIN: Final = "word/document.xml"
_REMEDY: Final = "save it again in Word as .docx, or as .txt in UTF-8"
_BOX: Final = f"{_W}txbxContent"


def read_word(payload: bytes, /, *, name: str) -> Content:
    """Read the paragraphs and table cells of a Word document in the order they stand.

    Deleted text, rows and paragraph marks of tracked changes, comments and footnotes are left out,
    inserted text is read. Numbers that
    Word makes by itself are put before their paragraph; a text box follows the paragraph it hangs
    on. Macros and linked files are never opened.

    Parameters
    ----------
    payload
        The bytes of the file.
    name
        File name, for messages.

    Returns
    -------
    Content
        The text (paragraphs joined with line feeds), its blocks and tables.

    Raises
    ------
    InputFileError
        It is no Word document, or an encrypted, damaged or hostile one.
    """
    check_container(payload, name=name, main=_MAIN, kind="Word document", remedy=_REMEDY)
    builder = ContentBuilder()
    try:
        _read_body(payload, builder)
    except (LookupError, AttributeError, TypeError, SyntaxError, ValueError, OSError) as err:
        # python-docx meets missing or odd parts with any of these; lxml's XMLSyntaxError
        # is a SyntaxError
        message = f"{name}: the Word document is damaged ({type(err).__name__}: {err}): {_REMEDY}"
        raise InputFileError(
            message,
            chinese=f"{name}：Word文件已损坏（{type(err).__name__}）；请用Word或WPS打开后另存为 .docx",
        ) from err
    return with_drawn_tables(builder.content())


def _read_body(payload: bytes, builder: ContentBuilder) -> None:
    import docx  # noqa: PLC0415 - slow to load, and not every plan is a .docx

    document = docx.Document(io.BytesIO(payload))
    numbers = ListNumbers(document)
    paragraphs = tables = 0
    carried = ""
    for element in _items(document.element.body):
        if element.tag == f"{_W}p":
            paragraphs += 1
            if _mark_deleted(element):
                carried += _text_of(element)
            else:
                builder.add(_numbered(element, numbers, before=carried), f"第{paragraphs}段")
                carried = ""
            for box in _boxes(element):
                for words in _texts(_cell_paragraphs(box, depth=0), numbers):
                    builder.add(words, f"第{paragraphs}段文本框")
        else:
            tables += 1
            for row, column, rows, cell in _cells(element):
                builder.add_cell(
                    _texts(_cell_paragraphs(cell, depth=0), numbers),
                    locator=cell_locator(tables, row, column),
                    place=(tables, row, column),
                    span=(rows, cell.grid_span),
                )

    if carried:
        builder.add(carried, f"第{paragraphs}段")


def _texts(items: Iterable[Any], numbers: ListNumbers) -> list[str]:
    """Give the words of paragraphs, one whose mark was deleted joined with the next."""
    made: list[str] = []
    carried = ""
    for item in items:
        if _mark_deleted(item):
            carried += _text_of(item)
        else:
            made.append(_numbered(item, numbers, before=carried))
            carried = ""
    return [*made, carried] if carried else made


def _mark_deleted(paragraph: Any) -> bool:
    """Say whether a tracked change deletes the end of a paragraph; it is then no longer one."""
    properties = f"{_W}pPr/{_W}rPr/{_W}"
    return any(paragraph.find(f"{properties}{tag}") is not None for tag in ("del", "moveFrom"))


def _row_deleted(row: Any) -> bool:
    return row.find(f"{_W}trPr/{_W}del") is not None


def _numbered(paragraph: Any, numbers: ListNumbers, *, before: str = "") -> str:
    text = before + _text_of(paragraph)
    label = numbers.label(paragraph)
    return label + text if label and text.strip() else text


def _items(parent: Any) -> Iterator[Any]:
    """Give the paragraphs and tables of a body or cell, those in content controls too."""
    for child in parent.iterchildren():
        if child.tag in {f"{_W}p", f"{_W}tbl"}:
            yield child
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins"}:
            yield from _items(child)


def _cells(table: Any) -> Iterator[tuple[int, int, int, Any]]:
    """Give row, column, rows covered and element of each cell; merged cells once."""
    begun: list[list[Any]] = []
    open_at: dict[int, list[Any]] = {}
    kept = (row for row in table.tr_lst if not _row_deleted(row))
    for row, row_element in enumerate(kept, start=1):
        column = 1 + (row_element.grid_before or 0)
        for cell in row_element.tc_lst:
            if cell.vMerge == "continue" and column in open_at:
                open_at[column][2] += 1
            else:
                made = [row, column, 1, cell]
                open_at[column] = made
                begun.append(made)
            column += cell.grid_span
    for row, column, rows, cell in begun:
        yield row, column, rows, cell


def _cell_paragraphs(cell: Any, *, depth: int) -> Iterator[Any]:
    if depth > _MAX_NESTED_TABLES:
        message = f"tables stand in tables, {depth} deep"
        raise ValueError(message)
    for item in _items(cell):
        if item.tag == f"{_W}p":
            yield item
        else:
            for row in item.tr_lst:
                if _row_deleted(row):
                    continue
                for nested in row.tc_lst:
                    yield from _cell_paragraphs(nested, depth=depth + 1)


def _boxes(paragraph: Any) -> Iterator[Any]:
    """Give the text boxes of a paragraph; the older copy in a fallback is left out."""
    pending = [(paragraph, 0)]
    while pending:
        element, depth = pending.pop()
        if element.tag == _BOX:
            yield element
            depth += 1
        if element.tag in {f"{_MC}Fallback", f"{_W}del", f"{_W}moveFrom"}:
            continue
        if depth < _MAX_BOXES_DEEP:
            pending.extend((child, depth) for child in reversed(element))


def _text_of(paragraph: Any) -> str:
    """Join a paragraph's words; inserted text counts, deleted and moved-away text does not.

    ``Paragraph.text`` of python-docx would leave out what stands in tracked insertions and
    content controls.
    """
    pieces: list[str] = []
    pending = [paragraph]
    while pending:
        element = pending.pop()
        tag = element.tag
        if tag == f"{_W}t":
            pieces.append((element.text or "").replace("\r", " ").replace("\n", " "))
        elif tag in _BREAKS:
            pieces.append(_BREAKS[tag])
        elif tag not in _SKIPPED:
            pending.extend(reversed(element))
    return "".join(pieces)


_BREAKS: Final = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
}
_SKIPPED: Final = frozenset(
    {
        f"{_W}pPr",
        f"{_W}rPr",
        f"{_W}del",
        f"{_W}moveFrom",
        f"{_W}drawing",
        f"{_W}pict",
        f"{_W}object",
        f"{_W}instrText",
        f"{_MC}AlternateContent",
    }
)
