"""Numbers that Word makes by itself: read from numbering.xml, counted as Word counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from geo_rectify.plans.numbering import chinese_numeral

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS: Final = 9
_PLACEHOLDER: Final = re.compile("%([1-9])")
_MAX_STYLES: Final = 20
_CHINESE: Final = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographDigital",
        "japaneseCounting",
    }
)
_CIRCLED: Final = frozenset({"decimalEnclosedCircle", "decimalEnclosedCircleChinese"})
_SILENT: Final = frozenset({"bullet", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    format: str
    text: str
    start: int


@dataclass(slots=True)
class ListNumbers:
    """Counts the numbered paragraphs of one document.

    Parameters
    ----------
    document
        A document of python-docx.
    """

    document: Any
    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _abstract: dict[str, str] = field(default_factory=dict)
    _overrides: dict[str, dict[int, int]] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)
    _styles: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Read the definitions."""
        part = next(
            (
                relation.target_part
                for relation in self.document.part.rels.values()
                if not relation.is_external and relation.reltype.endswith("/numbering")
            ),
            None,
        )
        if part is not None and hasattr(part, "element"):
            self._read(part.element)
        self._read_styles()

    def label(self, paragraph: Any) -> str:
        """Give the number of a paragraph, and count it.

        Parameters
        ----------
        paragraph
            A ``w:p`` element; to be asked for in the order of the document.

        Returns
        -------
        str
            For example ``（一）``, "" where Word makes no number.
        """
        number, level = self._of(paragraph)
        abstract = self._abstract.get(number or "", "")
        levels = self._levels.get(abstract)
        if number is None or levels is None or level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        override = self._overrides.get(number, {}).get(level)
        if override is not None and (number, level) not in self._seen:
            counts[level] = override
        elif counts[level] is None:
            counts[level] = levels[level].start
        else:
            counts[level] = (counts[level] or 0) + 1
        self._seen.add((number, level))
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        if levels[level].format in _SILENT:
            return ""
        return _PLACEHOLDER.sub(
            lambda hit: self._shown(levels, counts, int(hit[1]) - 1), levels[level].text
        )

    @staticmethod
    def _shown(levels: dict[int, _Level], counts: list[int | None], level: int) -> str:
        held = levels.get(level)
        if held is None:
            return ""
        value = counts[level]
        return _formatted(held.start if value is None else value, held.format)

    def _of(self, paragraph: Any) -> tuple[str | None, int]:
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return self._styles.get("", (None, 0))
        style = properties.find(f"{_W}pStyle")
        inherited = self._styles.get("" if style is None else style.get(f"{_W}val", ""), (None, 0))
        numbering = properties.find(f"{_W}numPr")
        if numbering is None:
            return inherited
        number = _value(numbering, "numId")
        level = _value(numbering, "ilvl")
        return (
            inherited[0] if number is None else number,
            inherited[1] if level is None else _number(level),
        )

    def _read(self, root: Any) -> None:
        for abstract in root.findall(f"{_W}abstractNum"):
            made: dict[int, _Level] = {}
            for level in abstract.findall(f"{_W}lvl"):
                made[_number(level.get(f"{_W}ilvl", "0"))] = _Level(
                    format=_value(level, "numFmt") or "decimal",
                    text=_value(level, "lvlText") or "",
                    start=_number(_value(level, "start") or "1"),
                )
            self._levels[abstract.get(f"{_W}abstractNumId", "")] = made
        for number in root.findall(f"{_W}num"):
            key = number.get(f"{_W}numId", "")
            self._abstract[key] = _value(number, "abstractNumId") or ""
            for override in number.findall(f"{_W}lvlOverride"):
                start = _value(override, "startOverride")
                if start is not None:
                    level = _number(override.get(f"{_W}ilvl", "0"))
                    self._overrides.setdefault(key, {})[level] = _number(start)

    def _read_styles(self) -> None:
        """Read which paragraph styles carry numbers, those they are based on included."""
        own: dict[str, tuple[str | None, int | None]] = {}
        based: dict[str, str] = {}
        default = ""
        for style in self.document.styles.element.findall(f"{_W}style"):
            if style.get(f"{_W}type") != "paragraph":
                continue
            name = style.get(f"{_W}styleId", "")
            if style.get(f"{_W}default") in {"1", "true"}:
                default = name
            numbering = style.find(f"{_W}pPr/{_W}numPr")
            if numbering is not None:
                told = _value(numbering, "ilvl")
                own[name] = _value(numbering, "numId"), None if told is None else _number(told)
            parent = _value(style, "basedOn")
            if parent is not None:
                based[name] = parent
        for name in {*own, *based, default}:
            number: str | None = None
            level: int | None = None
            step: str | None = name
            for _ in range(_MAX_STYLES):
                if step is None:
                    break
                held = own.get(step, (None, None))
                number = held[0] if number is None else number
                level = held[1] if level is None else level
                step = based.get(step)
            self._styles[name] = number, level or 0
        self._styles[""] = self._styles.get(default, (None, 0))


def _value(parent: Any, name: str) -> str | None:
    child = parent.find(f"{_W}{name}")
    value = None if child is None else child.get(f"{_W}val")
    return None if value is None else str(value)


def _number(text: str) -> int:
    try:
        return min(max(int(text), 0), 9999)
    except ValueError:
        return 0


def _formatted(value: int, style: str) -> str:
    if style in _CHINESE:
        return chinese_numeral(value)
    if style in _CIRCLED and 1 <= value <= 20:  # noqa: PLR2004 - ① to ⑳
        return chr(ord("①") + value - 1)
    if style in {"lowerLetter", "upperLetter"} and value:
        letter = chr(ord("a") + (value - 1) % 26)
        return letter.upper() if style == "upperLetter" else letter
    if style == "decimalFullWidth":
        return str(value).translate({ord("0") + n: ord("０") + n for n in range(10)})
    if style == "decimalZero":
        return f"{value:02d}"
    return str(value)
