"""What a document is, and what said so."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.numbering import match_number
from geo_rectify.plans.petitions import tells_petitions
from geo_rectify.plans.records import UNIT_ROLES, FieldRole
from geo_rectify.plans.wording import word_list
from geo_rectify.vocabulary import DocumentType

if TYPE_CHECKING:
    from geo_rectify.plans.records import Layout, SourceText

_MAX_TITLE_LINES: Final = 4
_MAX_TITLE_LINE: Final = 50
_MIN_BODY_WORDS: Final = 2
_HEAD: Final = 40_000
_REFERENCE_LINE: Final = re.compile(
    r"附\s?件.{0,4}\Z|.{0,20}[〔\[（(]\s?(?:19|20)\d{2}\s?[〕\]）)].{0,10}号\Z|[（(].*[）)]\Z|【.*】\Z"
)
_SENTENCE_MARKS: Final = "。；，：:"


def document_title(source: SourceText, layout: Layout | None) -> str:
    """Give a document's title: its first lines, joined where it runs over several.

    Parameters
    ----------
    source
        The document.
    layout
        Its layout; the title stands before the list.

    Returns
    -------
    str
        The title, "" where the document begins with running text.
    """
    text = source.text
    stop = len(text) if layout is None else layout.list_start
    taken: list[str] = []
    cells = source.cells
    after = 0
    for index, block in enumerate(source.blocks):
        line = text[block.start : block.end].strip()
        gap = taken and text[after : block.start].count("\n") > 1
        ended = block.start >= stop or index in cells or len(taken) == _MAX_TITLE_LINES
        if ended or gap:
            break
        number = match_number(text, block.start, block.end)
        running = len(line) > _MAX_TITLE_LINE or line[-1] in _SENTENCE_MARKS
        if number is not None or running:
            break
        if _REFERENCE_LINE.match(line):
            if taken:
                break
            continue
        taken.append(line)
        after = block.end
    return "".join(taken)


def document_type(
    source: SourceText, layout: Layout | None, *, title: str
) -> tuple[DocumentType, str]:
    """Say what a document is.

    The title decides where it names a kind; the list of issues, or words of the body, otherwise.

    Parameters
    ----------
    source
        The document.
    layout
        Its list of issues, None where it has none.
    title
        Its title.

    Returns
    -------
    tuple
        The kind, and a sentence (Chinese) that says why.
    """
    named, word = _by_title(title)
    found = 0 if layout is None else len(layout.issue_lines)
    told = "" if layout is None else _told_by_citizens(layout)
    if told and named in {None, DocumentType.RECTIFICATION_PLAN}:
        return DocumentType.PETITION_TABLE, f"表头“{told}”说明逐件列的是群众反映的问题"
    if layout is not None and found and _may_hold_list(named, title):
        labels = "、".join(dict.fromkeys(spelling for _, spelling in layout.spellings))
        by = f"标签为{labels}" if labels else "没有标签，按序号和责任单位读出"
        return DocumentType.RECTIFICATION_PLAN, f"识别到整改清单：{found}个问题，{by}"
    if named is DocumentType.RECTIFICATION_PLAN:
        return (
            named,
            f"标题含“{word}”，但未识别到整改清单（没有整改目标、整改时限、整改措施等标签）",
        )
    missing = "" if found else "，未识别到整改清单，没有可读的问题和措施；文中的地名仍会列出"
    if layout is not None and lists_issues(layout):
        missing = f"；文中逐项列有目标、措施和责任单位，{found}个问题已读出"
    if named is not None:
        return named, f"标题含“{word}”{missing}"
    spoken, words = _by_body(source.text[:_HEAD])
    if spoken is not None:
        return spoken, f"正文含“{'”“'.join(words)}”{missing}"
    return (
        DocumentType.OTHER,
        "标题和正文都没有表明文件类型的词语，未识别到整改清单；文中的地名仍会列出",
    )


def _told_by_citizens(layout: Layout) -> str:
    """Give the label of what citizens told, where no measures or goal stand beside it."""
    roles = {role for role, _ in layout.spellings}
    if roles & {FieldRole.GOAL, FieldRole.MEASURES}:
        return ""
    return next(
        (
            spelling
            for role, spelling in layout.spellings
            if role is FieldRole.PROBLEM and tells_petitions(spelling)
        ),
        "",
    )


def lists_issues(layout: Layout) -> bool:
    """Say whether a list sets out issues as a plan does, whatever its document is called.

    Parameters
    ----------
    layout
        The list.

    Returns
    -------
    bool
        Whether measures, and two of goal, deadline and units, are labelled for most of several
        issues.
    """
    found = len(layout.issue_lines)
    inside = layout.lines[layout.issue_lines[0] : layout.last_line]
    counts = Counter(line.label.role for line in inside if line.label is not None)
    units = sum(counts[role] for role in UNIT_ROLES)
    beside = sorted((counts[FieldRole.GOAL], counts[FieldRole.DEADLINE], units))
    return found > 1 and 2 * min(counts[FieldRole.MEASURES], beside[1]) >= found


def _may_hold_list(named: DocumentType | None, title: str) -> bool:
    """Say whether a document so named can be a plan: a notice can, when it hands one on."""
    if named in {None, DocumentType.RECTIFICATION_PLAN}:
        return True
    return named is DocumentType.NOTICE and any(
        word in title for word in word_list("documents")["title"]["rectification_plan"]
    )


def _by_title(title: str) -> tuple[DocumentType | None, str]:
    best: tuple[int, int] = (-1, 0)
    named: DocumentType | None = None
    chosen = ""
    for kind, words in word_list("documents")["title"].items():
        for word in words:
            place = title.rfind(word)
            if place >= 0 and (place + len(word), len(word)) > best:
                best = (place + len(word), len(word))
                named, chosen = DocumentType(kind), word
    return named, chosen


def _by_body(text: str) -> tuple[DocumentType | None, list[str]]:
    best: list[str] = []
    named: DocumentType | None = None
    for kind, words in word_list("documents")["body"].items():
        held = [word for word in words if word in text]
        if len(held) >= _MIN_BODY_WORDS and len(held) > len(best):
            named, best = DocumentType(kind), held
    return named, best
