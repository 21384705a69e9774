"""The day and the part of the day that are said around a time of day."""

from dataclasses import dataclass

from camara_qod.tools.interpreter.reading.lengths.clock import Day
from camara_qod.tools.interpreter.reading.lengths.hits import Hit
from camara_qod.tools.interpreter.reading.lengths.numbers import number
from camara_qod.tools.interpreter.reading.lengths.phrases import Period
from camara_qod.tools.interpreter.reading.lengths.told import Moment, in_period
from camara_qod.tools.interpreter.reading.lengths.view import View


@dataclass(frozen=True, slots=True)
class Around:
    """Words for days and parts of days in a row.

    Attributes:
        day: the day, if one is said.
        period: the part of the day, if one is said.
        end: the token behind them.
    """

    day: Day | None
    period: Period | None
    end: int


def around(view: View, place: int, known: Around | None = None) -> Around:
    """The words for days and parts of days from a token on, over words such as "in" and "of".

    Args:
        view: the text.
        place: the token.
        known: what was said before.
    """
    if known is None:
        key = ("around", place, False)
        if key not in view.memo:
            view.memo[key] = _around(view, Around(None, None, place))
        found: Around = view.memo[key]
        return found
    return _around(view, Around(known.day, known.period, place))


def _around(view: View, told: Around) -> Around:
    while (more := _one_more(view, told)) is not told:
        told = more
    return told


def _one_more(view: View, told: Around) -> Around:
    at = told.end
    if not (view.at(at, "day") or view.at(at, "period")):
        at = view.past(at, "of_day")
    day, period = view.at(at, "day"), view.at(at, "period")
    if period and not day and _names_clock(view, at, period.end):
        return told
    if day and told.day is None and isinstance(day.value, Day):
        return Around(day.value, told.period or _within(day, period, at), day.end)
    if period and told.period is None and isinstance(period.value, Period):
        return Around(told.day, period.value, period.end)
    return told


def _within(day: Hit, period: Hit | None, place: int) -> Period | None:
    """The part of the day in words for a day, such as "tonight"; one word for both is the day."""
    if period is None or period.end != day.end or not isinstance(period.value, Period):
        return None
    evening = period.value.name.startswith("evening")
    return period.value if evening or day.end > place + 1 else None


def _names_clock(view: View, place: int, end: int) -> bool:
    """Whether a part of the day is meant as a time of day: noon, or the beginning of "midnight"."""
    clock = view.at(place, "clock")
    return bool(clock and (clock.end > end or (clock.end == end and not number(view, end))))


def within(found: Moment, told: Around) -> Moment:
    """A time of day on the day and in the part of the day that are said before."""
    inside = told.period and in_period(found, told.period)
    found = inside or found
    return found._replace(clock=found.clock.on(found.clock.day or told.day))
