"""Dates and times, which identify nobody, and the numbers that stand for an instant."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from camara_qod.tools.evidence.text import Page

_CLOCK = r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
_TIME = (
    rf"(?:[T ]{_CLOCK}|T[0-2][0-9][0-5][0-9](?:[0-5][0-9])?)?(?: ?Z\b|[+-][0-1][0-9]:?[0-5][0-9])?"
)
_YEAR_FIRST = re.compile(
    rf"(?<![0-9])(?P<y>(?:19|20|21)[0-9]{{2}})(?P<by>[-./_ ])(?P<m>[0-9]{{1,2}})(?P=by)"
    rf"(?P<d>[0-9]{{1,2}}){_TIME}(?![0-9])"
)
_YEAR_LAST = re.compile(
    rf"(?<![0-9])(?P<d>[0-9]{{1,2}})(?P<by>[-./])(?P<m>[0-9]{{1,2}})(?P=by)"
    rf"(?P<y>(?:19|20|21)[0-9]{{2}}){_TIME}(?![0-9])"
)
_COMPACT = re.compile(
    r"(?P<y>(?:19|20|21)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
    r"(?:T?[0-2][0-9][0-5][0-9](?:[0-5][0-9])?Z?)?"
)
_YEARS = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2}) ?[-/] ?((?:19|20)[0-9]{2})(?![0-9])")
_TIMES = re.compile(rf"(?<![0-9:.]){_CLOCK}(?![0-9:])")
#: How far from now an instant lies that nobody has to have named: "tomorrow at ten".
_NEAR = timedelta(days=400)
_EPOCHS = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}


def take_dates(page: Page, parts: set[int]) -> None:
    """Cut dates, times and spans of years out; the numbers of the dates go into `parts`."""

    def read(match: re.Match[str]) -> bool:
        numbers = [int(match[name]) for name in "ymd"]
        if not _exists(*numbers):
            return False
        parts.update(numbers)
        return True

    page.take(_YEAR_FIRST, read)
    page.take(_YEAR_LAST, read)
    page.take(_YEARS, lambda match: match[1] <= match[2])
    page.take(_TIMES, lambda _: True)


def is_compact(word: str) -> bool:
    """Whether a word is a date without marks, with or without a time ("20261203T100000Z")."""
    match = _COMPACT.fullmatch(word)
    return match is not None and _day(*(int(match[name]) for name in "ymd")) is not None


def is_instant(digits: str, said: Collection[int], now: datetime) -> bool:
    """Whether a number stands for a time that is near, or whose year and day were said.

    Either its digits are the date's, or it counts seconds or parts of them since 1970.
    """
    if match := _COMPACT.fullmatch(digits):
        day = _day(*(int(match[name]) for name in "ymd"))
        if day is not None and _known([day], said, now):
            return True
    scale = _EPOCHS.get(len(digits))
    if scale is None:
        return False
    try:
        moment = datetime.fromtimestamp(int(digits) / scale, UTC)
    except (ValueError, OverflowError, OSError):
        return False
    days = [(moment + timedelta(hours=hours)).date() for hours in (-12, 0, 14)]
    return _known(days, said, now)


def _known(days: list[date], said: Collection[int], now: datetime) -> bool:
    near = any(abs(day - now.date()) <= _NEAR for day in days)
    return near or any(day.year in said and day.day in said for day in days)


def _exists(year: int, month: int, day: int) -> bool:
    """In either order of day and month."""
    return any(_day(year, *pair) is not None for pair in ((month, day), (day, month)))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
