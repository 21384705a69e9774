"""Ends, starts and intervals, by the words around times of day and lengths."""

from dataclasses import replace

from camara_qod.tools.interpreter.reading.lengths.clock import HALF_A_DAY, Clock
from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.lengths import closes, length
from camara_qod.tools.interpreter.reading.lengths.moments import Moment, Told, moment
from camara_qod.tools.interpreter.reading.lengths.numbers import number
from camara_qod.tools.interpreter.reading.lengths.view import View

_WORDS_OF_AN_OPEN_END = 4
_RANGE_SIGNS = ("-", "~")


def interval(view: View, place: int) -> Found | None:
    """From one time of day to another."""
    opened = view.past(place, "between")
    first = moment(view, opened)
    if first is None:
        return None
    joint = _joint(view, first.end, between=opened > place)
    second = moment(view, joint) if joint > first.end else None
    if second is None or not _is_interval(view, place, opened, first, second):
        return None
    end = view.past(second.end, "until_behind", "between_behind")
    start, stop = _resolved(first, second)
    return Found(place, end, Kind.INTERVAL, clocks=(start, stop))


def _joint(view: View, place: int, *, between: bool) -> int:
    """The token behind what joins two times of day."""
    if view.word(place) in _RANGE_SIGNS:
        return place + 1
    behind = view.past(place, "from_behind", "to")
    if between and behind == place:
        behind = view.past(place, "and")
    return view.past(behind, "to", "until") if behind > place else place


def _is_interval(view: View, place: int, opened: int, first: Moment, second: Moment) -> bool:
    if not _stands_alone(view, place):
        return False
    marked = opened > place or bool(first.clock.day or second.clock.day)
    if first.sure or second.sure:
        return True
    if first.told is Told.UNIT or second.told is Told.UNIT:
        return marked
    return marked and closes(view, second.end) and not view.at(second.end, "per")


def _stands_alone(view: View, place: int) -> bool:
    """Whether what begins at a token is no part of a longer number."""
    before = place - 1
    if before < 0 or not view.glued(place):
        return True
    if view.is_sign(before):
        return not (view.word(before) in ".,:/-_@#" and view.glued(before))
    return view.is_ideograph(before) or view.is_ideograph(place)


def _resolved(first: Moment, second: Moment) -> tuple[Clock, Clock]:
    """Both ends, with what one says for the other: the half of the day, and the day."""
    start, stop = _either(first, second), _either(second, first)
    start = start.told_by(stop) if second.half else start
    day = start.day or stop.day
    if start.day is None and day is not None:
        start = Clock(start.minutes, start.dial, day)
    return start, stop


def _either(one: Moment, other: Moment) -> Clock:
    """A time that could be in either half of the day, because the other's half is said."""
    if other.said and not one.half and one.clock.minutes <= HALF_A_DAY:
        return replace(one.clock, dial=True, minutes=one.clock.minutes % HALF_A_DAY)
    return one.clock


def end(view: View, place: int) -> Found | None:
    """Up to a time of day, or up to something that cannot be read."""
    limit = view.at(place, "limit")
    marker = view.at(place, "until") or limit
    if marker is None:
        return _end_behind(view, place)
    found = moment(view, marker.end, marked=True)
    if found and (found.told is Told.YES or (found.told is Told.UNIT and limit is None)):
        return Found(place, found.end, _end_kind(view, found), clocks=(found.clock,))
    if limit:
        return None
    if found and found.told is Told.NO and closes(view, found.end):
        return Found(place, found.end, Kind.UNREAD)
    if said := _a_day(view, marker.end):
        return Found(place, said, Kind.UNREAD)
    return _open_end(view, place, marker.end)


def _end_kind(view: View, found: Moment) -> Kind:
    """Unread where the hours could be a length as well: "jusqu'à 2 heures"."""
    unsure = (
        not found.sure and not found.half and view.before(found.end, "oclock_unsure") is not None
    )
    return Kind.UNREAD if unsure else Kind.END


def _a_day(view: View, place: int) -> int:
    """The token behind a day or part of a day; 0 where there is none."""
    behind = view.past_all(place, "day", "period", "part_of_day", "of_day")
    return behind if behind > place and closes(view, behind) else 0


def _open_end(view: View, place: int, start: int) -> Found | None:
    if not (view.at(place, "open") and view.is_word(start)) or length(view, start):
        return None
    stop = start
    while stop < len(view) and stop < start + _WORDS_OF_AN_OPEN_END and view.is_word(stop):
        stop += 1
    return Found(place, stop, Kind.UNREAD)


def _end_behind(view: View, place: int) -> Found | None:
    """An end whose word stands behind it: "21:00'e kadar"."""
    found = moment(view, place)
    if (
        found
        and found.told is not Told.NO
        and _stands_alone(view, place)
        and (mark := view.at(found.end, "until_behind"))
    ):
        return Found(place, mark.end, Kind.END, clocks=(found.clock,))
    if found and found.told is Told.NO and (mark := view.at(found.end, "until_behind")):
        return Found(place, mark.end, Kind.UNREAD)
    said = view.past_all(place, "day", "period", "part_of_day", "of_day")
    if said > place and (mark := view.at(said, "until_behind")):
        return Found(place, mark.end, Kind.UNREAD)
    return None


def start(view: View, place: int) -> Found | None:
    """A start that is not now."""
    for read in (_start_in, _start_at, _start_behind):
        if found := read(view, place):
            return found
    return None


def _start_in(view: View, place: int) -> Found | None:
    """After a length: "in half an hour", "starting in 30 minutes"."""
    at = view.past(place, "from", "start")
    marker = view.at(at, "in")
    if marker is None:
        return None
    found = length(view, marker.end)
    if found is None:
        return None
    stop = view.past(found.end, "in_behind")
    delay = None if found.seconds is None else round(found.seconds)
    return Found(place, stop, Kind.START, seconds=delay)


def _start_at(view: View, place: int) -> Found | None:
    marker = view.at(place, "from")
    if marker is None:
        return None
    if now := view.at(marker.end, "now"):
        return Found(place, now.end, Kind.NOTHING)
    found = moment(view, marker.end, marked=True)
    if found and found.told is Told.UNIT and not found.sure and view.at(place, "ago"):
        return None
    if found and (found.told is not Told.NO or closes(view, found.end)):
        stop = view.past(found.end, "from_behind")
        return Found(place, stop, Kind.START, clocks=(found.clock,))
    if behind := _a_day(view, marker.end):
        return Found(place, behind, Kind.START)
    return None


def _start_behind(view: View, place: int) -> Found | None:
    """A start whose word stands behind it: "14:00'ten itibaren", 10時から."""
    if (now := view.at(place, "now")) and (mark := view.at(now.end, "from_behind")):
        return Found(place, mark.end, Kind.NOTHING)
    found = moment(view, place)
    if found and found.told is not Told.NO and _stands_alone(view, place):
        if mark := view.at(found.end, "from_behind"):
            return Found(place, mark.end, Kind.START, clocks=(found.clock,))
    said = view.past_all(place, "day", "period", "of_day")
    if said > place and (mark := view.at(said, "from_behind")):
        return Found(place, mark.end, Kind.START)
    return None


def time_of_day(view: View, place: int) -> Found | None:
    """A time of day by itself, which says nothing about how long; and "for 1:30"."""
    found = moment(view, place)
    if found is None or found.told is Told.NO or not _stands_alone(view, place):
        return None
    digits = number(view, place)
    plain = digits is not None and digits.digits and view.word(place + 1) == ":"
    if plain and not found.half and view.before(place, "for") is not None:
        return Found(place, found.end, Kind.UNREAD)
    return Found(place, found.end, Kind.NOTHING, clocks=(found.clock,))
