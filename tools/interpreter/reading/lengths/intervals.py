"""From one time of day to another: "from 10 to 12", "14:10 - 16:25", "zwischen 9 und 12 Uhr"."""

from dataclasses import replace

from camara_qod.tools.interpreter.reading.lengths.around import around, within
from camara_qod.tools.interpreter.reading.lengths.clock import HALF_A_DAY, Clock
from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.moments import moment, stands_alone, unsure
from camara_qod.tools.interpreter.reading.lengths.told import Moment, Told
from camara_qod.tools.interpreter.reading.lengths.view import View

_RANGE_SIGNS = ("-", "~")


def interval(view: View, place: int) -> Found | None:
    """The interval that begins at a token."""
    lead = around(view, place)
    opened = view.past(lead.end, "between")
    between = opened > lead.end
    first = _hour(view, opened if between else place, told=between)
    if first is None or not stands_alone(view, place):
        return None
    joint, marked = _joint(view, first.end, between=between)
    told = between or view.word(first.end - 2) == "."
    second = _hour(view, joint, told=told) if joint > first.end else None
    if second is None:
        return None
    end = view.past(second.end, "until_behind", "between_behind")
    if between:
        first, second = within(first, lead), within(second, replace(lead, day=None))
    marked = marked or between or bool(first.clock.day or second.clock.day)
    if not _is_interval(view, first, second, end, marked=marked):
        return None
    if unsure(view, second) and not first.sure:
        return Found(place, end, Kind.UNREAD)
    return Found(place, end, Kind.INTERVAL, clocks=_resolved(first, second))


def _hour(view: View, place: int, *, told: bool) -> Moment | None:
    """One of both ends; where something tells that they are, minutes may be words or a point."""
    pointed = view.word(place + 1) == "." and view.language.group != ","
    return moment(view, place, marked=told and (pointed or not view.is_digits(place)))


def _joint(view: View, place: int, *, between: bool) -> tuple[int, bool]:
    """The token behind what joins two times of day, and whether that tells that they are."""
    if view.word(place) in _RANGE_SIGNS:
        return place + 1, False
    marking = view.past(place, "from_behind")
    behind = max(marking, view.past(place, "to"))
    if between and behind == place:
        behind = view.past(place, "and")
    if behind == place:
        return place, False
    return view.past(behind, "to", "until"), marking > place


def _is_interval(view: View, first: Moment, second: Moment, end: int, *, marked: bool) -> bool:
    """Whether two hours are times of day, by what tells it of one of them or of both."""
    if first.sure or second.sure:
        return True
    if first.told is Told.UNIT or second.told is Told.UNIT:
        return marked
    closed = closes(view, end) or (end > second.end and view.is_ideograph(end))
    closed = closed or bool(first.clock.day)
    return (marked or end > second.end) and closed and not view.at(end, "per")


def _resolved(first: Moment, second: Moment) -> tuple[Clock, Clock]:
    """Both ends, with what one says for the other: the half of the day, and the day."""
    start, stop = _either(first, second), _either(second, first)
    start = start.told_by(stop)
    return replace(start, day=start.day or stop.day), stop


def _either(one: Moment, other: Moment) -> Clock:
    """A time that could be in either half of the day, because the other's half is said."""
    if other.said and not one.half and one.clock.minutes <= HALF_A_DAY:
        return replace(one.clock, dial=True, minutes=one.clock.minutes % HALF_A_DAY)
    return one.clock
