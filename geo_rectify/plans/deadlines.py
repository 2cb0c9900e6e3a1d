"""Deadlines: dates as plans write them, and which of them bound anything.

A period ends on its last day (2024年9月: 30 September). Dates in titles (《…》) and dates that tell
a fact (2023年9月到期, 2020年底前已建成的) are no deadlines.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.models import IssueDeadline, MeasureDeadline
from geo_rectify.plans.numbering import numeral_value
from geo_rectify.plans.wording import WIDE_DIGITS, any_of, word_list
from geo_rectify.vocabulary import DeadlineKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEASONS: Final = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}
_DECEMBER: Final = 12
_PLAN_ENDS: Final = {"三": 2020, "四": 2025, "五": 2030, "六": 2035}
"""The last year of each five-year plan, by the middle of its name: “十四五”末."""
_DIGITS: Final = str.maketrans("〇○零ＯO一二三四五六七八九", "00000123456789")
_TENTHS: Final = {"上旬": 10, "初": 10, "中旬": 20}
_RELATIVE: Final = {"今年": 0, "本年": 0, "当年": 0, "明年": 1}
_DATE: Final = re.compile(
    r"""
    (?P<lead>自|从|至|到)?
    (?<![0-9第])(?:(?<!\.)|(?=(?:19|20)[0-9]{2}\s?[年底末]|[1-4][0-9]年))(?<!每年)(?<!每)
    (?:
        (?P<short>[1-4][0-9])年(?=\s?(?:1[0-2]|0?[1-9])月|[底末]|[上下]半年|第?[一二三四1-4]季度)
      | (?P<year>(?:19|20)[0-9]{2})\s?
        (?: (?P<mark>年)(?!度(?!完成|建成|实现|新增|治理|整治|达到)|版|来|以来) | (?P<dot>[./-])(?=[01]?[0-9](?![0-9])) | (?=[底末]) )
      | (?P<words>[二][〇○零ＯO0][一二三四五六七八九〇○零][一二三四五六七八九〇○零])\s?年(?!度|版|来|以来)
      | [“"]?十(?P<five>[三四五六])五[”"]?(?:规划)?(?:期|时期)?(?=末|底)
      | (?P<relative>今年|本年|当年|明年|次年)(?!度)
      | (?=1?[0-9]月)
      | (?=(?:第?[一二三四]季度|[上下]半年)(?:末|底|之?前))
      | (?<![\u4e00-\u9fff])(?=第?[一二三四]季度|[上下]半年)
      | (?<![一二三四五六七八九十两几半0-9])(?P<bare>年)(?=底|末|内)
    )
    (?:
        \s?(?:(?:1[0-2]|0?[1-9])\s?[-—–~～至]{1,2}\s?(?=(?:1[0-2]|0?[1-9])月))?
        (?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])(?:月份?|(?P<dots>[./-])|(?(dot)(?=[前底末，,。；;）)\s]|\Z)|(?!)))(?!度|报)
        (?: \s?(?P<day>[0-3]?[0-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九](?=[日号]))(?:[日号](?!常|报)|(?<=[0-9])(?![0-9]))
          | (?P<third>上旬|中旬|下旬|初|底|末) )?
      | (?P<half>[上下]半年)
      | 第?(?P<season>[一二三四1-4])季度
      | (?:年)?(?P<end>底|末)
      | 度
    )?
    (?:底|末)?
    (?:\s?(?:24|二十四|零|0)[时点])?
    (?P<before>之前|以前|前|年?内)?
    (?P<since>起(?![草诉到步见止因])|开始)?
    """,
    re.VERBOSE,
)
_HINT: Final = re.compile("[年月底末]|季度|[0-9０-９][-./－．／][0-9０-９]|十[三四五六]五")
"""What any date holds: most clauses hold none."""
_WORD_LISTS: Final = (
    "immediate",
    "immediate_measure",
    "long_term",
    "long_term_measure",
    "vague",
    "done",
    "seasons",
)
_CLAUSE_MARKS: Final = "，。；：、（,;:(\n \u3000"
# 《…》（2022年6月1日起施行）: what stands in a bracket behind a title tells of it
_TITLE: Final = re.compile(
    r"《[^《》]{0,200}(?:《[^《》]{0,100}》[^《》]{0,100})*》(?:[（(][^（）()]{0,30}[)）])?"
)
# 每年5月至10月: a season that comes again bounds nothing
_OF_YEAR: Final = "1?[0-9]月份?(?:[0-9]{1,2}日|[上中下]旬|底|初|末)?(?:之?前)?"
_SEASONAL: Final = re.compile(
    rf"每年(?:的)?\s?{_OF_YEAR}\s?(?:[-—–~～至到、和]{{1,2}}\s?(?:次年|翌年)?\s?{_OF_YEAR})+(?:期间|之间)?"
)
_YEAR_DAYS: Final = 366
_NO_YEAR: Final = re.compile("1?[0-9]月")
_AMOUNT: Final = re.compile("[0-9]")
_RANGE: Final = re.compile(r"[-—–~～至到]{1,2}\s?\Z")
_YEAR_BEFORE: Final = re.compile(r"((?:19|20)[0-9]{2})年?\s?[-—–~～至到]{1,2}\s?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan:
    """One date of a text.

    Attributes
    ----------
    first, last
        First and last day of the period it names.
    before, since
        Whether 前 or 内, or 自…起, goes with it.
    lead
        自, 从, 至 or 到 in front of it; ``raw`` holds it only where 起 follows.
    whole_year
        Whether it names a year and nothing finer.
    """

    raw: str
    start: int
    end: int
    first: dt.date
    last: dt.date
    before: bool
    since: bool
    lead: str
    whole_year: bool


def find_dates(text: str, start: int, end: int, *, after: dt.date | None = None) -> list[DateSpan]:
    """Find the dates of a stretch of text, those in titles left out.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The stretch.
    after
        A date that names no year, with none named before it, is the first such date after this.

    Returns
    -------
    list of DateSpan
        In order. Dates without a year take the year named before them.
    """
    if _HINT.search(text, start, end) is None:
        return []
    stretch = text[start:end].translate(WIDE_DIGITS)
    held = [*_TITLE.finditer(stretch), *_SEASONAL.finditer(stretch)]
    titles = sorted(match.span() for match in held)
    found: list[DateSpan] = []
    year: int | None = None
    title = 0
    for match in _DATE.finditer(stretch):
        if match.end() == match.start():
            continue
        while title < len(titles) and titles[title][1] <= match.start():
            title += 1
        if title < len(titles) and titles[title][0] <= match.start():
            continue
        span = _span(match, offset=start, text=text, year=year, after=after)
        if span is not None:
            year = span.last.year
            found.append(span)
    return found


def _span(
    match: re.Match[str], *, offset: int, text: str, year: int | None, after: dt.date | None
) -> DateSpan | None:
    if match["dot"] and not (match["month"] and bool(match["dots"]) == bool(match["day"])):
        return None  # 2024.12.31 or 2024.12
    if match["dots"] and not match["dot"]:
        return None
    period = _dated(match, year, after)
    if period is None:
        return None
    since = bool(match["since"]) and match["lead"] in {"自", "从", None}
    begin = match.start() if since or not match["lead"] else match.start() + 1
    stop = match.end() if since or not match["since"] else match.start("since")
    return DateSpan(
        raw=text[offset + begin : offset + stop],
        start=offset + begin,
        end=offset + stop,
        first=period[0],
        last=period[1],
        before=bool(match["before"]),
        since=since,
        lead=match["lead"] or "",
        whole_year=not any(match[part] for part in ("month", "half", "season", "end", "bare")),
    )


def _dated(
    match: re.Match[str], year: int | None, after: dt.date | None
) -> tuple[dt.date, dt.date] | None:
    """Give the period of a match, its year taken from what stands around it where it names none."""
    named = _year(match)
    if named is not None:
        return _period(match, named)
    if match["relative"] == "次年":
        return None if year is None else _period(match, year + 1)
    if match["relative"]:
        return None if after is None else _period(match, after.year + _RELATIVE[match["relative"]])
    if year is not None:
        return _period(match, year)
    if after is None:
        return None
    period = _period(match, after.year)
    # 一季度已完成: what was is not of the year after
    was = match.string.startswith("已", match.end())
    late = period is not None and period[1] < after and not was
    return _period(match, after.year + 1) if late else period


def _year(match: re.Match[str]) -> int | None:
    """Give the year a match names itself: 2022, 22 (of this century), 二〇二二, the last of a plan."""
    if match["five"]:
        return _PLAN_ENDS[match["five"]]
    if match["words"]:
        digits = match["words"].translate(_DIGITS)
        return int(digits) if digits.isdigit() else None
    if match["short"]:
        return int(f"20{match['short']}")
    return int(match["year"]) if match["year"] else None


def _period(match: re.Match[str], year: int) -> tuple[dt.date, dt.date] | None:
    first_month, last_month, first_day, last_day = 1, 12, 1, 31
    if match["month"]:
        first_month = last_month = numeral_value(match["month"]) or 0
        last_day = calendar.monthrange(year, last_month)[1]
        if match["day"]:
            day = numeral_value(match["day"]) or 0
            if not 1 <= day <= last_day:
                return None
            first_day = last_day = day
        else:
            last_day = _TENTHS.get(match["third"] or "", last_day)
    elif match["half"]:
        first_month, last_month = (1, 6) if match["half"][0] == "上" else (7, 12)
    elif match["season"]:
        last_month = _SEASONS[match["season"]]
        first_month = last_month - 2
    if not match["month"]:
        last_day = calendar.monthrange(year, last_month)[1]
    return dt.date(year, first_month, first_day), dt.date(year, last_month, last_day)


@lru_cache(maxsize=1)
def _words() -> dict[str, re.Pattern[str]]:
    lists = word_list("dates")
    made = {name: re.compile(any_of(lists[name])) for name in _WORD_LISTS}
    made["recurring"] = re.compile(f"(?:{any_of(lists['recurring'])})(?!{lists['recurring_not']})")
    made["milestone"] = re.compile(rf"[，,]?(?:{any_of(lists['milestone'])})")
    made["target"] = re.compile(any_of(lists["target"]))
    made["fact"] = re.compile("|".join(f"(?:{pattern})" for pattern in lists["fact"]))
    made["told_fact"] = re.compile(
        rf"(?:计划)?(?:{any_of(lists['told_fact'])})的|[^，。；、]{{0,6}}(?:{any_of(lists['found'])})"
        rf"|[^，。；、]{{0,10}}(?:{any_of(lists['handed'])})(?:的|问题)"
    )
    made["season_end"] = re.compile(rf"(?:{any_of(lists['seasons'])})(?:期|季)?(?:之)?前")
    made["long_term"] = re.compile(f"(?:{any_of(lists['long_term'])})(?!目标|以来)")
    made["lead_ins"] = re.compile(rf"(?:{any_of(lists['lead_ins'])})\Z")
    made["heading"] = re.compile(rf"(?:{any_of(lists['heading'])})\s?[:：为]?")
    made["feedback"] = re.compile(any_of(lists["feedback"]))
    return made


def has_words(kind: str, text: str) -> bool:
    """Say whether a text holds any word of a list of ``dates.toml``.

    Parameters
    ----------
    kind
        ``immediate``, ``immediate_measure``, ``long_term``, ``long_term_measure``,
        ``recurring``, ``vague`` or ``done``.
    text
        The text.

    Returns
    -------
    bool
        Whether it does.
    """
    return _words()[kind].search(text) is not None


def tells_time(text: str, start: int, end: int) -> bool:
    """Say whether a clause tells when, and nothing of who: 2024年6月底前完成, 长期坚持.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The clause.

    Returns
    -------
    bool
        Whether it opens with a date, or is a word such as 立行立改.
    """
    words = text[start:end].strip()
    timeless = _words()["immediate"].match(words) or _words()["long_term"].match(words)
    if timeless is not None:
        return True
    lead = start + len(text[start:end]) - len(text[start:end].lstrip())
    return any(date.start <= lead + 1 for date in find_dates(text, start, end)[:1])


def issue_deadline(
    text: str, start: int, end: int, *, after: dt.date | None = None
) -> IssueDeadline:
    """Read an issue's deadline (整改时限).

    Parameters
    ----------
    text
        The whole text.
    start, end
        The value of the label.
    after
        Dates that name no year lie after this day.

    Returns
    -------
    IssueDeadline
        With the last day of the latest period named, None where none is.
    """
    dates = find_dates(text, start, end, after=after)
    raw = text[start:end]
    begins = next((date.first for date in dates if date.since), None)
    ends = [date for date in dates if not date.since and not _before_season(text, date)]
    if any(not date.whole_year for date in ends):
        # 2024年汛期前（2024年5月底）: the year alone says less than the day beside it
        ends = [date for date in ends if not date.whole_year or date.before]
    if begins is None and ends:
        begins = _range_begin(text, start, dates)
    return IssueDeadline(
        raw=raw,
        start=start,
        end=end,
        date=max((date.last for date in ends), default=None),
        from_date=begins,
        immediate=has_words("immediate", raw),
        long_term=has_words("long_term", raw),
    )


def _before_season(text: str, date: DateSpan) -> bool:
    """Say whether a year only tells which season is meant: 2024年汛期前."""
    return date.whole_year and _words()["seasons"].match(text, date.end) is not None


def _is_range(text: str, earlier: DateSpan, later: DateSpan) -> bool:
    between = text[earlier.end : later.start]
    return not between.strip("至到") if later.lead else _RANGE.fullmatch(between) is not None


def _range_begin(text: str, start: int, dates: list[DateSpan]) -> dt.date | None:
    """Give the first day of a range: 2023年9月至2024年6月, 2023—2025年."""
    for earlier, later in pairwise(dates):
        if later.lead in {"至", "到"} or _RANGE.search(text[earlier.end : later.start]):
            return earlier.first
    before = _YEAR_BEFORE.search(text[start : dates[0].start].translate(WIDE_DIGITS))
    return None if before is None else dt.date(int(before[1]), 1, 1)


def heading_deadline(
    text: str, start: int, end: int, *, after: dt.date | None = None
) -> IssueDeadline | None:
    """Read the deadline that a heading states for all issues below it.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The heading, its number left out.
    after
        Dates that name no year lie after this day.

    Returns
    -------
    IssueDeadline or None
        None where it names no deadline: a date alone (2021年督察反馈问题) is none without 前 or a
        word such as 完成时限.
    """
    found = _words()["heading"].search(text, start, end)
    begin, stop = (start, end) if found is None else (found.end(), end)
    read = issue_deadline(text, begin, stop, after=after)
    bounds = found is not None or any(
        date.before for date in find_dates(text, begin, stop, after=after)
    )
    if not (read.date and bounds) and not read.immediate and not read.long_term:
        return None
    if read.date is not None and not bounds:
        return replace(read, date=None, from_date=None)
    return read


def measure_deadlines(
    text: str, start: int, end: int, *, after: dt.date | None = None
) -> tuple[MeasureDeadline, ...]:
    """Find the dates that bound a measure.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The measure.
    after
        Dates that name no year lie after this day.

    Returns
    -------
    tuple of MeasureDeadline
        Kind ``by`` (前, 内), ``from`` (自…起, its first day) or ``milestone`` (no 前, but
        something is to be reached then).
    """
    return tuple(
        MeasureDeadline(
            raw=date.raw,
            start=date.start,
            end=date.end,
            date=date.first if kind is DeadlineKind.FROM else date.last,
            kind=kind,
        )
        for date, kind in _bounding(text, start, end, after)
    )


def _bounding(
    text: str, start: int, end: int, after: dt.date | None
) -> Iterator[tuple[DateSpan, DeadlineKind]]:
    dates = find_dates(text, start, end, after=after)
    # the first of January stands for a year of which no day is known
    told = None if after is None or (after.month, after.day) == (1, 1) else after
    opened = False
    for position, date in enumerate(dates):
        before = text[max(start, date.start - 12) : date.start].rstrip("到至自从于")
        ranged = _YEAR_BEFORE.search(text[max(start, date.start - 12) : date.start])
        goes_on = position > 0 and _is_range(text, dates[position - 1], date)
        before = _words()["lead_ins"].sub("", before)
        opens = not before or before[-1] in _CLAUSE_MARKS or ranged is not None
        opens = opens or (opened and goes_on) or _labelled(text, start, date.start)
        opened = opens
        following = dates[position + 1] if position + 1 < len(dates) else None
        if following is not None and _is_range(text, date, following):
            continue  # 2023年6月至8月 ends in August
        if _was(text, start, date, told) or _only_names_year(text, date, following):
            continue
        edge = date.last if date.raw.endswith(("底", "末")) else date.first
        still = told is not None and edge > told and not date.whole_year
        still = still and _NO_YEAR.match(date.raw) is None
        kind = _kind(
            date,
            text[date.end : min(end, date.end + 30)],
            opens=opens or still,
            staged=_is_stage(text, date, following)
            or (position > 0 and _is_stage(text, dates[position - 1], date)),
        )
        if kind is None and _labelled(text, start, date.start):
            kind = DeadlineKind.MILESTONE
        if kind is not None:
            yield date, kind


def _labelled(text: str, start: int, position: int) -> bool:
    """Say whether a label of a deadline stands in front: 完成时限：2024年12月."""
    heading = _words()["heading"]
    return any(
        match.end() == position
        for match in heading.finditer(text, max(start, position - 9), position)
    )


def _was(text: str, start: int, date: DateSpan, after: dt.date | None) -> bool:
    """Say whether a date tells what was before the plan: 已于2023年底投运."""
    if date.before:
        # 2013年前建成: a bound a year and more before the feedback is none of this plan
        return after is not None and (after - date.last).days > _YEAR_DAYS
    if after is not None and date.last < after:
        return True
    return text[max(start, date.start - 2) : date.start].endswith(("已于", "已在", "曾于"))


def _is_stage(text: str, date: DateSpan, following: DateSpan | None) -> bool:
    """Say whether a later date goes on from a year: 2022年退减21万亩，2025年底前累计退减68万亩."""
    if following is None or not (following.before or following.whole_year):
        return False
    between = text[date.end : following.start]
    told = date.whole_year and following.last > date.last and not set("。；;") & set(between)
    return told and _AMOUNT.search(between) is not None


def _only_names_year(text: str, date: DateSpan, following: DateSpan | None) -> bool:
    """Say whether a year alone is there for the date behind it: 2024年改造46公里，10月底前完成."""
    if following is None or not date.whole_year or date.before or date.since:
        return False
    between = text[date.end : following.start]
    same = following.last.year == date.last.year and _NO_YEAR.match(following.raw) is not None
    return same and not set("。；;") & set(between)


def _kind(date: DateSpan, after: str, *, opens: bool, staged: bool) -> DeadlineKind | None:
    """Say how a date bounds a measure; what stands after it, and whether it opens a clause, tell."""
    season = _words()["season_end"].match(after)
    if season is not None and not date.whole_year:
        return DeadlineKind.BY  # 2024年11月1日供暖期前
    if _words()["fact"].match(after):
        return None
    if date.since or date.before:
        return DeadlineKind.FROM if date.since else DeadlineKind.BY
    if _words()["told_fact"].match(after):
        return None
    if _words()["milestone"].match(after):
        return DeadlineKind.MILESTONE
    clause = re.split("[，,。；;：:]", after.lstrip("，,"), maxsplit=1)[0]
    if date.whole_year:
        # a year alone tells as often when something was: what is to be reached must follow
        told = _words()["target"].search(clause) is not None or (
            staged and _AMOUNT.search(clause) is not None
        )
    else:
        told = bool(clause) and not clause.startswith("的")
    return DeadlineKind.MILESTONE if opens and told else None


def facts_among(text: str, start: int, end: int) -> list[DateSpan]:
    """Find the dates of a measure that bound nothing.

    Parameters
    ----------
    text
        The whole text.
    start, end
        The measure.

    Returns
    -------
    list of DateSpan
        The dates `measure_deadlines` leaves out, titles not counted.
    """
    bounding = {date.start for date, _ in _bounding(text, start, end, None)}
    return [date for date in find_dates(text, start, end) if date.start not in bounding]


def feedback_date(text: str, end: int) -> dt.date | None:
    """Find the day on which the inspection gave its feedback (反馈).

    Parameters
    ----------
    text
        The whole text.
    end
        Where the list begins; only what stands before is looked at.

    Returns
    -------
    datetime.date or None
        The last date before 反馈 in the first sentence that has both.
    """
    position = 0
    year: int | None = None
    for sentence in re.split(r"(?<=[。\n])", text[:end]):
        told = list(_words()["feedback"].finditer(sentence))
        if told:
            begun = None if year is None else dt.date(year, 1, 1)
            stop = position + told[-1].start()
            dates = find_dates(text, position, stop, after=begun)
            exact = [date for date in dates if not date.before and date.first == date.last]
            if exact:
                return exact[-1].last
        position += len(sentence)
        years = re.findall(r"(20[0-9]{2})年", sentence.translate(WIDE_DIGITS))
        year = int(years[-1]) if years else year
    return None
