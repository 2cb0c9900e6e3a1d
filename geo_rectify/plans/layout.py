"""Recognising the layout: which labels and numbers this document uses, found from itself.

The labels anchor everything. An issue is a numbered line after which a goal, a problem or
measures are labelled before the next line numbered alike; so the same numbers in a plan's
introduction make no issues, and no numbering is fixed beforehand.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.plans.marking import mark_lines, role_of
from geo_rectify.plans.numbering import match_number, named_styles
from geo_rectify.plans.petitions import is_petition_column
from geo_rectify.plans.records import UNIT_ROLES, FieldRole, Layout, Line
from geo_rectify.plans.wording import word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.plans.records import SourceText

_OPENING: Final = (FieldRole.GOAL, FieldRole.MEASURES, FieldRole.DEADLINE)
_ONE_LINE: Final = frozenset({FieldRole.DEADLINE, FieldRole.ACCEPTANCE, *UNIT_ROLES})
_TOLD_ALIKE: Final = frozenset({FieldRole.GOAL, FieldRole.MEASURES})
_OPENERS: Final = frozenset({FieldRole.PROBLEM, FieldRole.GOAL, FieldRole.MEASURES})
_CLOSING: Final = frozenset({FieldRole.ACCEPTANCE})
_MAX_HEADING: Final = 80
_BARE_HEADING: Final = re.compile(r"[^，。；：:！!？?\n]{2,30}(?:方面|方面的?问题|领域|类问题)")
_MAX_BARE: Final = 30
_MAX_SIGNATURE: Final = 30
_SIGNED: Final = re.compile(
    r"[0-9０-９二〇○零一三四五六七八九]{4}\s?年\s?[0-9０-９一二三四五六七八九十]{1,3}\s?月\s?[0-9０-９一二三四五六七八九十]{1,3}\s?日"
    r"|[（(]?此件(?:主动|依申请|删减)?公开(?:发布)?[)）]?|抄送[:：].{0,200}"
)
_MIN_REPEATS: Final = 2
_NEAR: Final = 2
"""Lines above a labelled problem among which its number stands."""


@lru_cache(maxsize=1)
def _list_titles() -> re.Pattern[str]:
    marks = word_list("layout")["marks"]
    return re.compile(
        rf"(?:{'|'.join(marks['attachment'])})\s*\Z|(?:{'|'.join(marks['list_title'])})\s*\Z"
        rf"|(?:{'|'.join(marks['attachment'])})\s*(?:{'|'.join(marks['list_title'])})\s*\Z"
    )


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
    anchors = [i for i in range(first, last) if role_of(lines[i]) is anchor]
    anchors = _without_stages(source.text, lines, anchors)
    style = _issue_style(lines, anchors, first)
    if style is not None and not _numbers_problems(lines, anchors, style, first):
        style = None
    single = _single_problem(lines, anchors, first, last)
    if single is not None:
        style, starts = None, [single]
    elif style is None:
        starts = _unnumbered_issues(source.text, lines[:last], anchors, first)
    else:
        # a goal told below the measures opens nothing
        openers = _OPENERS - {FieldRole.GOAL} if anchor is FieldRole.MEASURES else _OPENERS
        starts = _numbered_issues(lines[:last], style, first, openers)
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
        semicolons_part=not _sets_measures_out(lines[:last], starts[0], {*starts, *headings}),
    )


def _without_stages(text: str, lines: Sequence[Line], anchors: Sequence[int]) -> list[int]:
    """Leave out labels that go on with the measures above them: 近期措施：1.… 远期措施：2.…."""
    kept = list(anchors[:1])
    for before, anchor in pairwise(anchors):
        first, label = lines[before], lines[anchor].label
        between = lines[before + 1 : anchor]
        styles = {line.style for line in between}
        if not between and first.rows is not None and lines[anchor].rows is not None:
            goes_on = True  # a row a measure
        elif first.label is None or label is None or first.label.spelling == label.spelling:
            goes_on = False
        else:
            if first.label.end < first.end:
                beside = match_number(text, first.label.end, first.end)
                styles.add("" if beside is None else beside.style)
            goes_on = len(styles) == 1 and all(line.label is None for line in between)
        if not goes_on:
            kept.append(anchor)
    return kept


def _sets_measures_out(lines: Sequence[Line], start: int, borders: set[int]) -> bool:
    """Say whether some issue gives its measures numbers, or paragraphs without them.

    Where an issue or a heading stands at a border, the measures before it end.
    """
    paragraphs = 0
    inside = False
    for index, line in enumerate(lines[start:], start=start):
        if index in borders:
            inside = False
        if line.label is not None:
            inside = line.label.role is FieldRole.MEASURES
            paragraphs = int(inside and line.label.end < line.end)
        elif inside:
            paragraphs += 1
            if paragraphs > 1 or line.number is not None:
                return True
    return False


def _single_problem(
    lines: Sequence[Line], anchors: Sequence[int], first: int, last: int
) -> int | None:
    """Give the line of the only problem of a document that labels one, as a notice does."""
    problems = [i for i in range(first, last) if role_of(lines[i]) is FieldRole.PROBLEM]
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
    certain = tuple(word_list("layout")["notice"]["certain"])
    done = False
    for index in range(start, last):
        line = lines[index]
        done = done or role_of(line) is FieldRole.COMPLETION
        plain = line.label is None and line.number is None
        ends = tail if done else certain
        if plain and index > start and text.startswith(ends, line.start, line.end):
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


def _anchor_role(lines: Sequence[Line]) -> FieldRole | None:
    """Choose the label that stands once in each issue: the goal, unless measures outnumber it."""
    counts = Counter(role_of(line) for line in lines)
    most = max(counts[FieldRole.GOAL], counts[FieldRole.MEASURES])
    if counts[FieldRole.DEADLINE] and (not most or (most == 1 and not counts[FieldRole.GOAL])):
        # measures may carry deadlines of their own: these alone open an issue only without others
        most = max(most, counts[FieldRole.DEADLINE])
    if counts[FieldRole.GOAL] and counts[FieldRole.GOAL] == counts[FieldRole.MEASURES]:
        # the numbers of measures told before the goal are not those of issues
        return next(role for line in lines if (role := role_of(line)) in _TOLD_ALIKE)
    if most:
        return next(role for role in _OPENING if 2 * counts[role] >= most)
    told = counts[FieldRole.PROBLEM] and (
        counts[FieldRole.COMPLETION]
        or any(line.label and is_petition_column(line.label.spelling) for line in lines)
    )
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
    anchors = [index for index, line in enumerate(lines) if role_of(line) is anchor]
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
    bare = 0
    for anchor in anchors:
        numbered, problem = _numbered_above(lines, position, anchor)
        seen.update(lines[index].style for index in numbered)
        fresh = {lines[index].style: index for index in numbered if index >= problem}
        bare += problem > position and not fresh
        for style, index in fresh.items():
            runs.setdefault(style, []).append(_value_of(lines[index]))
        nearest.update(fresh)
        position = anchor + 1
    scores = {}
    for style, values in runs.items():
        steps = sum(1 for before, after in pairwise(values) if after == before + 1)
        if all(before < after for before, after in pairwise(values)):
            steps = len(values) - 1  # a county keeps the numbers of the province's list
        restarts = sum(1 for _, after in pairwise(values) if after == 1)
        if 2 * (steps + restarts) < len(values) - 1:
            continue  # they do not count
        # an issue's number stands once before its label, the parts of its problem more often
        repeats = 0 if style in named_styles() else seen[style] - len(values)
        scores[style] = (3 * steps + restarts + len(values), -repeats, nearest[style])
    if not scores:
        return None
    best = max(scores, key=lambda style: scores[style])
    if 3 * bare >= len(anchors) and len(runs[best]) < len(anchors):
        return None  # the numbers are those of parts, no issue has one
    return best if 2 * len(runs[best]) >= len(anchors) else None


def _numbered_above(lines: Sequence[Line], start: int, anchor: int) -> tuple[list[int], int]:
    """Give the numbered lines before an anchor, and the last one that may be its problem.

    What is numbered below a label of the problem is a part of the issue; what stands above the
    line that follows the fields of another issue belongs to that.
    """
    numbered: list[int] = []
    problem = start
    for index in range(start, anchor + 1):
        if lines[index].number is not None and _may_begin(lines[index]):
            numbered.append(index)
        if index > start and _follows_fields(lines, index):
            problem = index
        if role_of(lines[index]) is FieldRole.PROBLEM:
            break
    return numbered, problem


def _follows_fields(lines: Sequence[Line], index: int) -> bool:
    """Say whether a line without label stands below a field of one line: a new issue begins."""
    line, before = lines[index], lines[index - 1]
    if line.label is not None or line.cell or line.rows is not None or before.cell:
        return False
    if _is_lone_value(lines, index - 1):
        return role_of(lines[index - 2]) in _ONE_LINE
    told = before.label is not None and before.label.end < before.end
    return told and role_of(before) in _ONE_LINE


def _is_lone_value(lines: Sequence[Line], index: int) -> bool:
    """Say whether a line is the value of a label that stands alone above it."""
    above = lines[index - 1].label if index else None
    return above is not None and above.end >= lines[index - 1].end and lines[index].label is None


def _numbers_problems(
    lines: Sequence[Line], anchors: Sequence[int], style: str, first: int
) -> bool:
    """Say whether a numbering is that of issues where a label tells the problem of each.

    Then each problem has its number beside it, or the numbers are those of parts or of measures.
    """
    bounds = [first - 1, *anchors]
    problems: list[int] = []
    for before, anchor in pairwise(bounds):
        told = [i for i in range(before + 1, anchor + 1) if role_of(lines[i]) is FieldRole.PROBLEM]
        if len(told) != 1:
            return True
        problems.append(told[0])
    if len(problems) < _MIN_REPEATS or style in named_styles():
        return True
    beside = 0
    for problem in problems:
        near = range(max(first, problem - _NEAR), problem + 1)
        here = [lines[i].number for i in near if _may_begin(lines[i])]
        beside += any(number is not None and number.style == style for number in here)
    return beside == len(problems)


def _may_begin(line: Line) -> bool:
    """Say whether an issue may begin with a line: none does within a field of a table's row."""
    return role_of(line) in {None, FieldRole.PROBLEM} and line.rows is None


def _numbered_issues(
    lines: Sequence[Line], style: str, first: int, openers: frozenset[FieldRole]
) -> list[int]:
    last = len(lines)
    candidates = [
        index
        for index in range(first, last)
        if (number := lines[index].number) is not None and number.style == style
        if _may_begin(lines[index])
    ]
    openings = _indices(lines, openers)
    closings = _indices(lines, _CLOSING)
    starts: list[int] = []
    previous = 0
    for position, index in enumerate(candidates):
        stop = candidates[position + 1] if position + 1 < len(candidates) else last
        number = lines[index].number
        value = 0 if number is None else number.value
        opens = _within(openings, index, stop)
        if not opens and _opens_together(lines, candidates[position:], openings, last):
            opens = True
        elif not opens and starts:
            # an issue that lacks its labels still follows in number, after one that is closed
            opens = value == previous + 1 and _within(closings, starts[-1], index)
        elif not opens:
            opens = _within(_indices(lines[index:stop], frozenset({FieldRole.DEADLINE})), 0, stop)
        if opens:
            starts.append(index)
            previous = value
    return starts


def _opens_together(
    lines: Sequence[Line], candidates: Sequence[int], openings: Sequence[int], last: int
) -> bool:
    """Say whether an issue without fields shares those of the next: 问题1…问题2…整改目标：…."""
    for position, index in enumerate(candidates):
        after = candidates[position + 1] if position + 1 < len(candidates) else last
        if _within(openings, index, after):
            return True
        number, following = lines[index].number, lines[after].number if after < last else None
        if (
            number is None
            or following is None
            or not _may_share(lines[index], lines[after])
            or following.value != number.value + 1
            or any(line.label is not None for line in lines[index + 1 : after])
        ):
            return False
    return False


def _may_share(line: Line, following: Line) -> bool:
    """Say whether a numbered line is an issue though the next has the fields.

    Its number says so (问题1), or it stands right before the next, both too long for headings.
    """
    if line.number is None:
        return False
    lengths = (line.end - line.start, following.end - following.start)
    adjacent = line.end + 2 >= following.start and min(lengths) > _MAX_BARE
    return line.number.style in named_styles() or adjacent


def shared_fields(layout: Layout) -> dict[int, int]:
    """Find the issues that share the fields of a later one.

    Parameters
    ----------
    layout
        The layout.

    Returns
    -------
    dict
        First line of each such issue to the line at which the shared fields begin.
    """
    made: dict[int, int] = {}
    lines = layout.lines
    bounds = [*layout.issue_lines, layout.last_line]
    held: int | None = None
    for index, stop in reversed(list(pairwise(bounds))):
        own = next((i for i in range(index, stop) if _names_field(lines[i])), None)
        if own is not None:
            held = own
        elif (
            held is not None
            and stop < len(lines)
            and _may_share(lines[index], lines[stop])
            and not set(layout.heading_lines) & set(range(index, stop))
        ):
            made[index] = held
        else:
            held = None
    return made


def _names_field(line: Line) -> bool:
    return role_of(line) not in {None, FieldRole.PROBLEM}


def _indices(lines: Sequence[Line], roles: frozenset[FieldRole]) -> list[int]:
    return [index for index, line in enumerate(lines) if role_of(line) in roles]


def _within(indices: Sequence[int], start: int, stop: int) -> bool:
    return bisect_left(indices, start) < bisect_left(indices, stop)


def _unnumbered_issues(
    text: str, lines: Sequence[Line], anchors: Sequence[int], first: int
) -> list[int]:
    """Without numbers an issue begins with the paragraph before its first label."""
    labelled = [
        index for index in range(first, len(lines)) if role_of(lines[index]) is FieldRole.PROBLEM
    ]
    if labelled and (len(labelled) >= len(anchors) or all(lines[i].cell for i in labelled)):
        titled = len(labelled) >= _MIN_REPEATS and all(
            index > first
            and _is_bare_title(text, lines[index - 1])
            and not _is_lone_value(lines, index - 1)
            for index in labelled
        )
        return [index - titled for index in labelled]
    opening = _opening_labels(lines, anchors, first)
    if opening:
        return opening
    starts: list[int] = []
    floor = first
    for anchor in anchors:
        index = anchor
        while index > floor and lines[index - 1].label is not None:
            if role_of(lines[index - 1]) in {*_CLOSING, FieldRole.RESPONSIBLE}:
                break
            index -= 1
        if index > floor and lines[index - 1].label is None and role_of(lines[index]):
            index -= 1
        if not starts or index > starts[-1]:
            starts.append(index)
        floor = anchor + 1
    return starts


def _is_bare_title(text: str, line: Line) -> bool:
    """Say whether a line may be the title of the issue told below it."""
    plain = line.label is None and line.number is None and not line.cell
    return (
        plain
        and line.end - line.start <= _MAX_HEADING
        and text[line.end - 1] not in "。；;：:〕】）)"
    )


def _opening_labels(lines: Sequence[Line], anchors: Sequence[int], first: int) -> list[int]:
    """Give the paragraphs before the label that opens the list, where it stands once an issue."""
    opener = next(line for line in lines[first:] if line.label is not None)
    if opener.label is None or len(anchors) < _MIN_REPEATS:
        return []
    alike = [
        index
        for index in range(first, len(lines))
        if (label := lines[index].label) is not None and label.spelling == opener.label.spelling
    ]
    starts = [index - 1 for index in alike]
    bounds = [*starts, len(lines)]
    each = all(
        start >= first
        and lines[start].label is None
        and bisect_left(anchors, stop) - bisect_left(anchors, start) == 1
        for start, stop in pairwise(bounds)
    )
    return starts if each and len(starts) == len(anchors) else []


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
    return frozenset(spelling for spelling, count in counts.items() if spelling and count > issues)


def _spellings(lines: Sequence[Line]) -> tuple[tuple[FieldRole, str], ...]:
    seen: dict[tuple[FieldRole, str], None] = {}
    for line in lines:
        if line.label is not None and line.label.spelling:
            seen.setdefault((line.label.role, line.label.spelling))
    return tuple(seen)
