"""Escaping and marks that every output shares.

Text from a document or a layer is hostile until one of these functions has seen it. The same
words of provenance, and the same marks of an example or a schematic layer, stand everywhere.
"""

from __future__ import annotations

import html
import importlib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from geo_rectify import files
from geo_rectify.models import Passage
from geo_rectify.vocabulary import DEMO_MARK, SCHEMATIC_MARK, LayerStatus, label

if TYPE_CHECKING:
    from geo_rectify.catalogue import LayerInfo
    from geo_rectify.models import Plan
    from geo_rectify.pipeline import Assessment
    from geo_rectify.settings import Settings

# Control characters but tab, line feed and carriage return; lone surrogates; the overrides that
# turn the reading direction around; and what XML 1.0 does not allow.
_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_SENTENCE_END: Final = re.compile(r"[。！？\n\r]+[”’」』）)]*")
_UNSAFE_IN_NAMES: Final = re.compile(r"[<>:\"/\\|?*\s]+")
_RESERVED: Final = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$")


def strip_control(value: object) -> str:
    """Take out control characters, lone surrogates and direction overrides.

    Parameters
    ----------
    value
        Anything; None gives "".

    Returns
    -------
    str
        The text, tabs and line ends kept.
    """
    return "" if value is None else _CONTROL.sub("", str(value))


def one_line(value: object) -> str:
    """Bring a text to one line: control characters out, runs of white space to one blank.

    Parameters
    ----------
    value
        Anything; None gives "".

    Returns
    -------
    str
        The line.
    """
    return " ".join(strip_control(value).split())


def escape_html(value: object) -> str:
    """Escape a text for HTML content and quoted attributes.

    Backticks and backslashes become character references too, because some pages carry their
    HTML inside a script's template literal.

    Parameters
    ----------
    value
        Anything; None gives "".

    Returns
    -------
    str
        Text without markup.
    """
    escaped = html.escape(strip_control(value), quote=True)
    return escaped.replace("`", "&#96;").replace("\\", "&#92;")


def escape_xml(value: object) -> str:
    """Escape a text for XML content and quoted attributes.

    Parameters
    ----------
    value
        Anything; None gives "".

    Returns
    -------
    str
        Text without markup and without characters XML 1.0 forbids.
    """
    return html.escape(strip_control(value), quote=True)


def guard_formula(value: object) -> str:
    """Keep a spreadsheet from reading a text as a formula, by an apostrophe before it.

    The apostrophe is part of the cell: it must also hold when the sheet is saved as CSV.

    Parameters
    ----------
    value
        Anything; None gives "".

    Returns
    -------
    str
        The text without control characters; guarded where it begins with ``= + - @``, a tab or
        a carriage return.
    """
    return str(files.guard_formula(strip_control(value)))


def safe_name(value: object, *, fallback: str = "unnamed", limit: int = 80) -> str:
    """Make a file name that every system takes: no separators, blanks or reserved words.

    Parameters
    ----------
    value
        Anything, for example the title of a plan.
    fallback
        What to say where nothing is left.
    limit
        Longest name in UTF-8 bytes.

    Returns
    -------
    str
        The name, without an ending.
    """
    text = unicodedata.normalize("NFC", strip_control(value))
    text = _UNSAFE_IN_NAMES.sub("_", text).strip("._ ")
    text = text.encode()[:limit].decode(errors="ignore").rstrip("._ ")
    if not text:
        return fallback
    return f"_{text}" if _RESERVED.match(text) else text


def package_version() -> str:
    """Give the version of this package.

    Returns
    -------
    str
        For example ``0.1.0``.
    """
    # By name, because the front door imports all rooms for type checkers.
    return str(importlib.import_module("geo_rectify").__version__)


def demo_mark(settings: Settings) -> str:
    """Give the mark every page, sheet and placemark of an example carries.

    Parameters
    ----------
    settings
        Settings of the run.

    Returns
    -------
    str
        ``示例数据，不作依据``, or "" outside a demo.
    """
    return DEMO_MARK if settings.demo else ""


def scope_words(assessment: Assessment) -> str:
    """Say what part of a run this is.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    str
        ``乐平市``, ``问题3、16``, ``乐平市问题3``; "" for a whole run.
    """
    scope = assessment.scope
    numbers = [key.rpartition("/")[2] for key in scope.issues]
    shown = f"问题{'、'.join(dict.fromkeys(numbers))}" if numbers else ""
    return f"{one_line(scope.county)}{shown}"


def scope_note(assessment: Assessment) -> str:
    """Say what part of a run this is and what it leaves out.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    str
        One sentence without its stop; "" for a whole run.
    """
    shown = scope_words(assessment)
    unplaced = assessment.scope.unplaced
    if shown and unplaced:
        return f"范围：{shown}；另有{unplaced}处属县不明，见全市成果"
    return f"范围：{shown}，其余见全部成果" if shown else ""


def titled(title: str, assessment: Assessment) -> str:
    """Add to a title what part of a run it is about.

    Parameters
    ----------
    title
        The title.
    assessment
        The run.

    Returns
    -------
    str
        ``问题点位分布图（乐平市）``; the title itself for a whole run.
    """
    shown = scope_words(assessment)
    return f"{title}（{shown}）" if shown else title


def status_mark(status: LayerStatus | str) -> str:
    """Give the mark that stands beside anything drawn from a schematic layer.

    Parameters
    ----------
    status
        Status of the layer, "" for none.

    Returns
    -------
    str
        ``（示意图层，不作依据）`` for schematic ones, else "".
    """
    return SCHEMATIC_MARK if status == LayerStatus.SCHEMATIC else ""


def provenance_line(assessment: Assessment) -> str:
    """Say in one line what an output rests on.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    str
        Plan names and ids, layer ids with version and status, package version, as-of date, and
        the mark of an example; plain text, to be escaped like any other.
    """
    plans = "、".join(f"{one_line(plan.source_name)}（{plan.doc_id}）" for plan in assessment.plans)
    layers = "、".join(
        f"{one_line(info.layer_id)} {one_line(info.version)}"
        f"{status_mark(info.status) or f'（{label(info.status)}）'}{_standing(info)}"
        for info in assessment.layers.infos
    )
    parts = [
        f"依据文件：{plans or '无（直接给出点位）'}",
        f"图层：{layers or '未加载图层'}",
        f"geo_rectify {package_version()}",
        f"截至{assessment.settings.as_of.isoformat()}",
        scope_note(assessment),
        demo_mark(assessment.settings),
    ]
    return "；".join(part for part in parts if part)


def _standing(info: LayerInfo) -> str:
    """Say why a layer takes no part."""
    if info.missing:
        return "（未能读取，未参与比对）"
    return "" if info.in_force else "（不在有效期，未参与比对）"


def sentence_around(plan: Plan, start: int, *, end: int) -> Passage:
    """Give the sentence of a plan that holds a span.

    Parameters
    ----------
    plan
        The plan.
    start, end
        The span, code points into ``plan.text``.

    Returns
    -------
    Passage
        From one full stop or line end to the next, white space at both ends left out.
    """
    first, last = 0, len(plan.text)
    for stop in _SENTENCE_END.finditer(plan.text):
        if stop.end() <= start:
            first = stop.end()
        elif stop.start() >= end:
            last = stop.end()
            break
    text = plan.text[first:last]
    first += len(text) - len(text.lstrip())
    text = text.strip()
    return Passage(text=text, start=first, end=first + len(text))


def highlight_html(passage: Passage, start: int, *, end: int, tag: str = "mark") -> str:
    """Escape a passage for HTML with a span of it set off.

    Parameters
    ----------
    passage
        The passage.
    start, end
        The span to set off, in offsets of the same text.
    tag
        Element to set it off with.

    Returns
    -------
    str
        Escaped HTML.
    """
    left = max(0, min(len(passage.text), start - passage.start))
    right = max(left, min(len(passage.text), end - passage.start))
    before, inner, after = passage.text[:left], passage.text[left:right], passage.text[right:]
    marked = f"<{tag}>{escape_html(inner)}</{tag}>" if inner else ""
    return f"{escape_html(before)}{marked}{escape_html(after)}"
