"""Recognising the layout: which labels and numbers this document uses, found from itself.

The labels anchor everything. An issue is a numbered line after which a goal, a problem or
measures are labelled before the next line numbered alike; so the same numbers in a plan's
introduction make no issues, and no numbering is fixed beforehand.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.grids import (
    common_width,
    find_columns,
    holds_issues,
    table_lines,
    tables_of,
)
from geo_rectify.plans.numbering import match_number
from geo_rectify.plans.records import FieldRole, Label, Layout, Line
from geo_rectify.plans.wording import (
    bracket_pairs,
    inferred_role,
    label_pattern,
    plain_label,
    role_of_label,
    word_list,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_rectify.models import Block
    from geo_rectify.plans.records import SourceText

_OPENING: Final = (FieldRole.GOAL, FieldRole.MEASURES, FieldRole.DEADLINE)
_OPENERS: Final = frozenset({FieldRole.PROBLEM, FieldRole.GOAL, FieldRole.MEASURES})
_CLOSING: Final = frozenset({FieldRole.ACCEPTANCE})
_NOTICE: Final = frozenset({FieldRole.MEASURES, FieldRole.GOAL, FieldRole.COMPLETION})
_MAX_HEADING: Final = 80
_OWN_LABEL: Final = re.compile(
    r"(?P<open>[〔【（(\[［])?(?P<words>[^，。；：:、〔〕【】（）()\[\]\s0-9]"
    r"[^，。；：:、〔〕【】（）()\[\]\n\t0-9]{0,14}[^，。；：:、〔〕【】（）()\[\]\s0-9])"
    r"(?(open)[〕】）)\]］])\s?[：:]\s*"
)
_BARE_HEADING: Final = re.compile(r"[^，。；：:！!？?\n]{2,30}(?:方面|方面的?问题|领域|类问题)")
_MAX_SIGNATURE: Final = 30
_SIGNED: Final = re.compile(
    r"[0-9０-９二〇○零一三四五六七八九]{4}\s?年\s?[0-9０-９一二三四五六七八九十]{1,3}\s?月\s?[0-9０-９一二三四五六七八九十]{1,3}\s?日"
    r"|[（(]?此件(?:主动|依申请|删减)?公开(?:发布)?[)）]?|抄送[:：].{0,200}"
)
_MIN_REPEATS: Final = 2


@lru_cache(maxsize=1)
def _label_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Give the patterns for a marked label, a bare one, and a marked one within a line."""
    openings = "".join(map(re.escape, bracket_pairs()))
    closings = "".join(map(re.escape, bracket_pairs().values()))
    label = label_pattern()
    note = r"(?:[（(][^（）()\n]{0,20}[)）])?"
    marked = re.compile(
        rf"(?:[{openings}]\s?{label}\s?[{closings}]\s?[:：]?|{label.replace('?P<label>', '?P<plain>')}\s?{note}\s?[:：])\s*"
    )
    bare = re.compile(rf"{label}\s*\Z")
    inline = re.compile(rf"(?<=[。；;！!\s])(?:{label}\s?[:：])\s*")
    return marked, bare, inline


@lru_cache(maxsize=1)
def _residue() -> re.Pattern[str]:
    marks: list[str] = word_list("layout")["marks"]["residue"]
    return re.compile(rf"(?:{'|'.join(marks)}|[\s\u3000])*")


@lru_cache(maxsize=1)
def _list_titles() -> re.Pattern[str]:
    marks = word_list("layout")["marks"]
    return re.compile(
        rf"(?:{'|'.join(marks['attachment'])})\s*\Z|(?:{'|'.join(marks['list_title'])})\s*\Z"
        rf"|(?:{'|'.join(marks['attachment'])})\s*(?:{'|'.join(marks['list_title'])})\s*\Z"
    )


def mark_lines(source: SourceText) -> tuple[Line, ...]:
    """Cut a document into lines, each with its number and label where it has one.

    Parameters
    ----------
    source
        The document.

    Returns
    -------
    tuple of Line
        One line a block; a block in which labels follow one another gives a line for each.
    """
    lines: list[Line] = []
    cells = source.cells
    tables = _issue_tables(source)
    for index, block in enumerate(source.blocks):
        if index in tables:
            lines.extend(tables[index])
        else:
            lines.extend(_lines_of(source.text, block, cell=index in cells))
    lines = _tasks_as_problems(_headings_as_labels(_with_own_labels(source.text, lines)))
    bare = Counter(line.label.spelling for line in lines if line.label and _is_bare(line))
    return tuple(
        replace(line, label=None)
        if line.label and _is_bare(line) and bare[line.label.spelling] < _MIN_REPEATS
        else line
        for line in lines
    )


def _issue_tables(source: SourceText) -> dict[int, list[Line]]:
    """Give the lines of tables that list issues by the first block of each, none for its others."""
    made: dict[int, list[Line]] = {}
    columns = None

    def cut(index: int) -> list[Line]:
        return list(_lines_of(source.text, source.blocks[index], cell=True))

    for cells in tables_of(source).values():
        found = find_columns(source, cells)
        if found is not None:
            columns, header = found
        elif columns is not None and common_width(cells) == columns.width:
            header = 0  # the table goes on without its header
        else:
            columns = None
        if columns is None or not holds_issues(columns):
            columns = None
            continue
        first = [cell.first for cell in cells if cell.row > header and cell.last > cell.first]
        if not first:
            continue
        heads = range(
            min(cell.first for cell in cells),
            max((cell.last for cell in cells if cell.row <= header), default=cells[0].first),
        )
        titles = {
            index
            for cell in cells
            if cell.row <= header and cell.columns >= columns.width and columns.width > 1
            for index in range(cell.first, cell.last)
        }
        made.update((i, cut(i) if i in titles else []) for i in heads)
        made.update(
            (i, []) for cell in cells for i in range(cell.first, cell.last) if i not in made
        )
        made[min(first)] = table_lines(source, cells, columns, header + 1, cut)
    return made


def _with_own_labels(text: str, lines: list[Line]) -> list[Line]:
    """Label the lines that open with words of the document's own, told by what they are made of.

    Such words count where they come again before a colon, and no list holds them.
    """
    found: dict[int, tuple[re.Match[str], FieldRole]] = {}
    counts: Counter[str] = Counter()
    for index, line in enumerate(lines):
        if line.label is not None or line.rows is not None:
            continue
        start = line.start if line.number is None else line.number.end
        match = _OWN_LABEL.match(text, start, line.end)
        role = None if match is None else inferred_role(match["words"])
        if match is not None and role is not None:
            found[index] = match, role
            counts[plain_label(match["words"])] += 1
    made = list(lines)
    for index, (match, role) in found.items():
        spelling = plain_label(match["words"])
        if counts[spelling] >= _MIN_REPEATS:
            label = Label(
                role=role, spelling=spelling, start=match.start(), end=match.end(), marked=True
            )
            made[index] = replace(lines[index], label=label)
    return made


def _tasks_as_problems(lines: list[Line]) -> list[Line]:
    """Read 整改任务 beside as many 整改措施 as the problem where no line is labelled one."""
    spelled: dict[str, int] = {}
    for line in lines:
        if line.label is not None and line.label.role is FieldRole.MEASURES:
            spelled[line.label.spelling] = spelled.get(line.label.spelling, 0) + 1
    if len(spelled) < 2 or any(_role(line) is FieldRole.PROBLEM for line in lines):  # noqa: PLR2004
        return lines
    task, count = max(
        ((word, n) for word, n in spelled.items() if "任务" in word),
        key=lambda each: each[1],
        default=("", 0),
    )
    others = [n for word, n in spelled.items() if "任务" not in word]
    marked = all(
        line.label.marked
        for line in lines
        if line.label is not None and line.label.role is FieldRole.MEASURES
    )
    if not count or not others or max(others) != count or not (marked or count > 1):
        return lines  # a heading is no label
    return [
        replace(line, label=replace(line.label, role=FieldRole.PROBLEM))
        if line.label is not None and line.label.spelling == task
        else line
        for line in lines
    ]


def _headings_as_labels(lines: list[Line]) -> list[Line]:
    """Read numbered headings as labels where they set out one issue (一、整改问题 二、整改措施).

    The same words head parts of a plan's introduction; so a problem must be among them, and
    measures, a goal or the state of completion.
    """
    held = [line.label.role for line in lines if line.label and _is_numbered_heading(line)]
    repeated = [role for role, count in Counter(held).items() if count >= _MIN_REPEATS]
    notice = FieldRole.PROBLEM in held and bool(set(held) & _NOTICE)
    notice = notice or len(repeated) >= _MIN_REPEATS
    kept = [
        line if notice or not _is_numbered_heading(line) else replace(line, label=None)
        for line in lines
    ]
    if not notice:
        return kept
    return [
        replace(line, number=None, label=replace(line.label, marked=True))
        if line.label is not None and _is_numbered_heading(line)
        else line
        for line in kept
    ]


def _is_numbered_heading(line: Line) -> bool:
    return (
        line.number is not None
        and line.label is not None
        and not line.label.marked
        and not line.cell
    )


def _is_bare(line: Line) -> bool:
    return line.label is not None and not line.label.marked and not line.cell


def _lines_of(text: str, block: Block, *, cell: bool) -> Iterator[Line]:
    marked, bare, inline = _label_patterns()
    found = _residue().match(text, block.start, block.end)
    start = block.start if found is None else found.end()
    end = block.start + len(text[block.start : block.end].rstrip())
    if start >= end:
        return
    number = match_number(text, start, end)
    words = start if number is None else number.end
    label = None
    hit = marked.match(text, words, end)
    if hit is not None:
        label = _label(hit["label"] or hit["plain"], words, hit.end(), marked=True)
    else:
        hit = bare.match(text, words, end)
        if hit is not None:
            label = _label(hit["label"], words, hit.end(), marked=False)
    after = words if label is None else label.end
    cuts = list(_outside_brackets(text, after, inline.finditer(text, after, end)))
    first_end = cuts[0].start() if cuts else end
    yield Line(
        head=block.start,
        start=start,
        end=_trimmed(text, start, first_end),
        number=number,
        label=label,
        cell=cell,
    )
    for position, cut in enumerate(cuts):
        stop = cuts[position + 1].start() if position + 1 < len(cuts) else end
        body = min(cut.end(), stop)
        yield Line(
            head=cut.start(),
            start=cut.start(),
            end=_trimmed(text, cut.start(), stop),
            label=_label(cut["label"], cut.start(), body, marked=True),
            cell=cell,
            inline=True,
        )


def _outside_brackets(
    text: str, start: int, found: Iterator[re.Match[str]]
) -> Iterator[re.Match[str]]:
    """Leave out what stands within brackets, as the second label of 〔牵头单位：…；配合单位：…〕."""
    openings, closings = set(bracket_pairs()), set(bracket_pairs().values())
    depth, position = 0, start
    for match in found:
        for character in text[position : match.start()]:
            depth += character in openings
            depth = max(0, depth - (character in closings))
        position = match.start()
        if not depth:
            yield match


def _trimmed(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())


def _label(spelling: str, start: int, end: int, *, marked: bool) -> Label:
    role = role_of_label(spelling)
    return Label(role=role, spelling=plain_label(spelling), start=start, end=end, marked=marked)


def recognise_layout(source: SourceText) -> Layout | None:
    """Find the list of issues of a document and how it is set out.

    Parameters
    ----------
    source
        The document.

    Returns
    -------
    Layout or None
        None where no goal, measures or deadline is labelled: there is no list.
    """
    lines = mark_lines(source)
    anchor = _anchor_role(lines)
    if anchor is None:
        return None
    first, last = _region(source.text, lines, anchor)
    anchors = [i for i in range(first, last) if _role(lines[i]) is anchor]
    style = _issue_style(lines, anchors, first)
    single = _single_problem(lines, anchors, first, last)
    if single is not None:
        style, starts = None, [single]
    elif style is None:
        starts = _unnumbered_issues(lines, anchors, first)
    else:
        starts = _numbered_issues(lines, style, first, last)
    sections, headings = _section_lines(source.text, lines, starts, style, first)
    if not starts:
        return None
    last = _before_next_chapter(source.text, lines, (starts[0], starts[-1], last), first)
    last = _without_tail(source.text, lines, starts[-1], last)
    opening = min([starts[0], *sections])
    return Layout(
        lines=lines,
        issue_style=style,
        issue_lines=tuple(starts),
        section_lines=tuple(sections),
        last_line=last,
        list_start=lines[opening].start,
        spellings=_spellings(lines[starts[0] : last]),
        heading_lines=tuple(headings),
        per_measure=_per_measure(lines[starts[0] : last], len(starts)),
    )


def _single_problem(
    lines: Sequence[Line], anchors: Sequence[int], first: int, last: int
) -> int | None:
    """Give the line of the only problem of a document that labels one, as a notice does."""
    problems = [i for i in range(first, last) if _role(lines[i]) is FieldRole.PROBLEM]
    if len(problems) != 1 or len(anchors) != 1 or problems[0] > anchors[0]:
        return None
    index = problems[0]
    before = lines[index - 1] if index > first else None
    numbered = before is not None and before.number is not None and before.number.end == before.end
    return None if numbered or lines[index].number is not None else index


def _before_next_chapter(
    text: str, lines: Sequence[Line], span: tuple[int, int, int], first: int
) -> int:
    """End a list that is a chapter of the plan where the next chapter begins (三、保障措施)."""
    begin, start, last = span
    index = begin
    outer: dict[str, int] = {}
    number = lines[begin].number
    inner = None if number is None else number.style
    while index > first and _is_heading(text, lines[index - 1], inner):
        index -= 1
        number = lines[index].number
        if number is not None:
            outer.setdefault(number.style, number.value)
    for position in range(start + 1, last):
        line = lines[position]
        if (
            line.number is not None
            and line.number.style in outer
            and line.number.value > outer[line.number.style]
            and _is_heading(text, line, inner)
            and text[line.end - 1] not in "。，"
            and not line.cell
        ):
            return position
    return last


def _without_tail(text: str, lines: Sequence[Line], start: int, last: int) -> int:
    """Leave out what follows the last issue: how to object, who signs and when."""
    tail = tuple(word_list("layout")["notice"]["tail"])
    done = False
    for index in range(start, last):
        line = lines[index]
        done = done or _role(line) is FieldRole.COMPLETION
        plain = line.label is None and line.number is None
        if done and plain and text.startswith(tail, line.start, line.end):
            last = index
            break
    while last - 1 > start and _signs(text, lines[last - 1]):
        last -= 1
        if last - 1 > start and _is_signature(text, lines[last - 1]):
            last -= 1
    return last


def _signs(text: str, line: Line) -> bool:
    """Say whether a line is the date of a signature, or a note below one."""
    plain = text[line.start : line.end]
    return line.label is None and not line.cell and _SIGNED.fullmatch(plain) is not None


def _is_signature(text: str, line: Line) -> bool:
    return (
        line.label is None
        and line.number is None
        and line.end - line.start <= _MAX_SIGNATURE
        and text[line.end - 1] not in "。；;：:〕】）)"
    )


def _role(line: Line) -> FieldRole | None:
    return None if line.label is None else line.label.role


def _anchor_role(lines: Sequence[Line]) -> FieldRole | None:
    """Choose the label that stands once in each issue: the goal, unless measures outnumber it."""
    counts = Counter(_role(line) for line in lines)
    most = max(counts[FieldRole.GOAL], counts[FieldRole.MEASURES])
    if counts[FieldRole.DEADLINE] and (not most or (most == 1 and not counts[FieldRole.GOAL])):
        # measures may carry deadlines of their own: these alone open an issue only without others
        most = max(most, counts[FieldRole.DEADLINE])
    if most:
        return next(role for role in _OPENING if 2 * counts[role] >= most)
    told = counts[FieldRole.PROBLEM] and counts[FieldRole.COMPLETION]
    return FieldRole.PROBLEM if told else None


def _region(text: str, lines: Sequence[Line], anchor: FieldRole) -> tuple[int, int]:
    """Give the lines of the list: those after the attachment's title that holds most anchors."""
    titles = [
        index
        for index, line in enumerate(lines)
        if line.label is None
        and line.number is None
        and line.end - line.start <= _MAX_HEADING
        and _list_titles().match(text, line.start, line.end)
    ]
    anchors = [index for index, line in enumerate(lines) if _role(line) is anchor]
    bounds = [0, *titles, len(lines)]
    parts = [
        (bisect_left(anchors, end) - bisect_left(anchors, start), start, end)
        for start, end in pairwise(bounds)
    ]
    best = max(range(len(parts)), key=lambda index: (parts[index][0], -index))
    after = best + 1
    while after < len(parts) and parts[after][0]:
        after += 1  # the list itself may be cut by titles, one for each district
    return parts[best][1], parts[after - 1][2]


def _issue_style(lines: Sequence[Line], anchors: Sequence[int], first: int) -> str | None:
    """Choose the numbering whose nearest line before each anchor counts on from one to the next."""
    runs: dict[str, list[int]] = {}
    seen: Counter[str] = Counter()
    nearest: dict[str, int] = {}
    position = first
    for anchor in anchors:
        fresh: dict[str, int] = {}
        for index in range(position, anchor + 1):
            number = lines[index].number
            if number is not None and _role(lines[index]) in {None, FieldRole.PROBLEM}:
                fresh[number.style] = number.value
                seen[number.style] += 1
                nearest[number.style] = index
        for style, value in fresh.items():
            runs.setdefault(style, []).append(value)
        position = anchor + 1
    scores = {}
    for style, values in runs.items():
        steps = sum(1 for before, after in pairwise(values) if after == before + 1)
        restarts = sum(1 for before, after in pairwise(values) if after == 1 and before > 1)
        # an issue's number stands once before its label, the parts of its problem more often
        repeats = seen[style] - len(values)
        scores[style] = (3 * steps + restarts + len(values), -repeats, nearest[style])
    if not scores:
        return None
    best = max(scores, key=lambda style: scores[style])
    return best if 2 * len(runs[best]) >= len(anchors) else None


def _numbered_issues(lines: Sequence[Line], style: str, first: int, last: int) -> list[int]:
    candidates = [
        index
        for index in range(first, last)
        if (number := lines[index].number) is not None and number.style == style
        if _role(lines[index]) in {None, FieldRole.PROBLEM}
    ]
    openings = _indices(lines, _OPENERS)
    closings = _indices(lines, _CLOSING)
    starts: list[int] = []
    previous = 0
    for position, index in enumerate(candidates):
        stop = candidates[position + 1] if position + 1 < len(candidates) else last
        number = lines[index].number
        value = 0 if number is None else number.value
        opens = _within(openings, index, stop)
        if not opens and starts:
            # an issue that lacks its labels still follows in number, after one that is closed
            opens = value == previous + 1 and _within(closings, starts[-1], index)
        elif not opens:
            opens = _within(_indices(lines[index:stop], frozenset({FieldRole.DEADLINE})), 0, stop)
        if opens:
            starts.append(index)
            previous = value
    return starts


def _indices(lines: Sequence[Line], roles: frozenset[FieldRole]) -> list[int]:
    return [index for index, line in enumerate(lines) if _role(line) in roles]


def _within(indices: Sequence[int], start: int, stop: int) -> bool:
    return bisect_left(indices, start) < bisect_left(indices, stop)


def _unnumbered_issues(lines: Sequence[Line], anchors: Sequence[int], first: int) -> list[int]:
    """Without numbers an issue begins with the paragraph before its first label."""
    labelled = [
        index for index in range(first, len(lines)) if _role(lines[index]) is FieldRole.PROBLEM
    ]
    if labelled and (len(labelled) >= len(anchors) or all(lines[i].cell for i in labelled)):
        return labelled
    starts: list[int] = []
    floor = first
    for anchor in anchors:
        index = anchor
        while index > floor and lines[index - 1].label is not None:
            if _role(lines[index - 1]) in {*_CLOSING, FieldRole.RESPONSIBLE}:
                break
            index -= 1
        if index > floor and lines[index - 1].label is None and _role(lines[index]):
            index -= 1
        if not starts or index > starts[-1]:
            starts.append(index)
        floor = anchor + 1
    return starts


def _section_lines(
    text: str, lines: Sequence[Line], starts: Sequence[int], style: str | None, first: int
) -> tuple[list[int], list[int]]:
    """Find the headings right before issues: numbered another way, short, and counting up.

    Of several levels of headings the one that counts on over most issues is taken, the outer one
    where they are alike. The headings of all levels come second: none belongs to an issue.
    """
    runs: dict[str, list[int]] = {}
    headings: list[int] = []
    outer: set[str] = set()
    for start in starts:
        index = start
        while index > first and _is_heading(text, lines[index - 1], style):
            index -= 1
        for heading in range(index, start):
            number = lines[heading].number
            style_here = "" if number is None else number.style
            if start == starts[0]:
                outer.add(style_here)
            if number is None or (
                style_here in outer and text[lines[heading].end - 1] not in "。；;"
            ):
                headings.append(heading)
            if number is None:
                runs.setdefault("", []).append(heading)
                continue
            run = runs.setdefault(number.style, [])
            if (run and number.value > _value_of(lines[run[-1]])) or (
                not run and number.value == 1 and start == starts[0]
            ):
                run.append(heading)
    plain = runs.pop("", [])
    found = [run for run in runs.values() if run] or [plain]
    chosen = max(found, key=len)
    return chosen, sorted({*headings, *chosen})


def _value_of(line: Line) -> int:
    return 0 if line.number is None else line.number.value


def _is_heading(text: str, line: Line, style: str | None) -> bool:
    if line.number is None and line.label is None and not line.cell:
        return _BARE_HEADING.fullmatch(text, line.start, line.end) is not None
    return (
        line.number is not None
        and line.number.style != style
        and line.label is None
        and line.end - line.start <= _MAX_HEADING
        and text[line.end - 1] not in "〕】；;"
        and line.end > line.number.end
    )


def _per_measure(lines: Sequence[Line], issues: int) -> frozenset[str]:
    """Find the labels that stand more often than issues do: they are about single measures."""
    counts = Counter(line.label.spelling for line in lines if line.label is not None)
    return frozenset(spelling for spelling, count in counts.items() if count > issues)


def _spellings(lines: Sequence[Line]) -> tuple[tuple[FieldRole, str], ...]:
    seen: dict[tuple[FieldRole, str], None] = {}
    for line in lines:
        if line.label is not None:
            seen.setdefault((line.label.role, line.label.spelling))
    return tuple(seen)
