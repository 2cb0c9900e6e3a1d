"""Public notices (销号公示): how long they are shown, and whom to turn to, persons left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo_rectify.models import Notice, Passage
from geo_rectify.plans.deadlines import find_dates
from geo_rectify.plans.masking import mask_names
from geo_rectify.plans.numbering import NUMERAL, numeral_value
from geo_rectify.plans.wording import any_of, word_list

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from geo_rectify.plans.deadlines import DateSpan

_LABELLED: Final = re.compile(
    r"公示(?:期限?|时间|日期)(?:为|是|自|[:：])?\s*(?P<value>[^。；;\n]{4,60})"
)
_ABOUT: Final = "(?:反馈|交办|督察|移交|整改|突出)?(?:意见|问题|任务|事项)"
_NUMBERED: Final = re.compile(
    rf"(?:问题|任务|意见)(?:清单)?(?:中的?|的)?第(?P<of>{NUMERAL})[项条号个]"
    rf"(?=关于|[^\n]{{0,12}}(?:问题|任务|整改|完成|落实|销号|公示))"
    rf"|第(?P<before>{NUMERAL})[项条号个]{_ABOUT}"  # 第四十项反馈问题
    rf"|(?<![0-9A-Za-z第])(?P<plain>{NUMERAL})号{_ABOUT}"
    rf"|{_ABOUT}\s?[（(](?:序号|编号|问题序号|问题编号)\s?[:：]?\s?第?\s?(?P<bracket>{NUMERAL})\s?[号项]?[)）]"
)
_QUOTED: Final = re.compile(
    rf"[^。；;\n]{{0,24}}?(?:清单|方案|台账|问题|任务|意见)(?:中的?|的)?第(?P<number>{NUMERAL})[项条号个]"
    rf"(?:问题|任务|意见)?\s?[:：，,]"
)
_SENTENCE: Final = re.compile(r"[^。；;\n]*(?:异议|公示)[^。；;\n]*")


def read_notice(text: str, *, day: dt.date | None = None) -> Notice:
    """Read what a public notice says of itself.

    Parameters
    ----------
    text
        The notice.
    day
        Dates that name no year lie after this day.

    Returns
    -------
    Notice
        With None for what it does not tell.
    """
    period, begins, ends = _period(text, day)
    return Notice(period=period, begins=begins, ends=ends, contact=_contact(text))


def issue_number(head: str) -> int | None:
    """Read which of an inspection's issues a notice of one is about: 反馈问题第7项整改任务.

    Parameters
    ----------
    head
        The text before the issue.

    Returns
    -------
    int or None
        None where no number is told, or several are.
    """
    told = {numeral_value(match[match.lastgroup or 0]) for match in _NUMBERED.finditer(head)}
    return told.pop() if len(told) == 1 else None


def quoted_number(problem: str) -> int | None:
    """Read the number a problem begins with as it stands in another list: 任务清单第十二项：….

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    int or None
        None where it begins with no such number.
    """
    found = _QUOTED.match(problem)
    return None if found is None else numeral_value(found["number"])


def _period(
    text: str, day: dt.date | None
) -> tuple[Passage | None, dt.date | None, dt.date | None]:
    for match in _LABELLED.finditer(text):
        start, end = match.span("value")
        dates = find_dates(text, start, end, after=day)
        if dates:
            return Passage(text=text[start:end], start=start, end=end), *_bounds(dates)
    for match in _SENTENCE.finditer(text):
        dates = find_dates(text, match.start(), match.end(), after=day)
        if len(dates) > 1 and dates[0].first == dates[0].last:
            start, end = dates[0].start, dates[-1].end
            return Passage(text=text[start:end], start=start, end=end), *_bounds(dates)
    return None, None, None


def _bounds(dates: Sequence[DateSpan]) -> tuple[dt.date, dt.date | None]:
    return dates[0].first, dates[-1].last if len(dates) > 1 else None


def _contact(text: str) -> Passage | None:
    """Give the lines from the first contact to the last."""
    labels = any_of(word_list("documents")["notice"]["contact"])
    found = list(re.finditer(rf"(?:{labels})\s?[:：为][^\n]{{2,80}}", text))
    if not found:
        return None
    start, end = found[0].start(), found[-1].end()
    return Passage(text=mask_names(text[start:end]), start=start, end=end)
