"""Ends, starts and intervals, by the words around times of day and lengths."""

from dataclasses import replace

from camara_qod.tools.interpreter.reading.lengths.clock import HALF_A_DAY, Clock
from camara_qod.tools.interpreter.reading.lengths.dates import date
from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.lengths import closes, length
from camara_qod.tools.interpreter.reading.lengths.lexicon import Hit
from camara_qod.tools.interpreter.reading.lengths.moments import Moment, Told, moment
from camara_qod.tools.interpreter.reading.lengths.numbers import number
from camara_qod.tools.interpreter.reading.lengths.view import View

_WORDS_OF_AN_OPEN_END = 4
#: Up to this time of day, in minutes, hours are more often a length.
_EARLY = 300
_RANGE_SIGNS = ("-", "~")


def interval(view: View, place: int) -> Found | None:
    """From one time of day to another."""
    opened = view.past(place, "between")
    first = moment(view, opened)
    if first is None or not _stands_alone(view, place):
        return None
    joint, marked = _joint(view, first.end, between=opened > place)
    second = moment(view, joint) if joint > first.end else None
    if second is None:
        return None
    end = view.past(second.end, "until_behind", "between_behind")
    marked = marked or opened > place or bool(first.clock.day or second.clock.day)
    if not _is_interval(view, first, second, end, marked=marked):
        return None
    if _unsure(view, second) and not first.sure:
        return Found(place, end, Kind.UNREAD)
    start, stop = _resolved(first, second)
    return Found(place, end, Kind.INTERVAL, clocks=(start, stop))


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
    if first.sure or second.sure:
        return True
    if first.told is Told.UNIT or second.told is Told.UNIT:
        return marked
    closed = closes(view, end) or (end > second.end and view.is_ideograph(end))
    return (marked or end > second.end) and closed and not view.at(end, "per")


def _unsure(view: View, found: Moment) -> bool:
    """Whether hours that tell a time of day could be a length as well: "2 heures"."""
    early = found.clock.minutes <= _EARLY and not found.half
    return early and view.before(found.end, "oclock_unsure") is not None


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
    if opened := view.at(place, "open"):
        if (until := view.at(place, "until")) and (behind := _a_day(view, until.end)):
            return Found(place, behind, Kind.UNREAD)
        if said := _at_moment(view, place, view.at(place, "until")):
            return said
        return _open_end(view, place, opened.end)
    limit = view.at(place, "limit")
    marker = view.at(place, "until")
    for mark in (marker, limit):
        if mark and date(view, mark.end) > mark.end:
            return Found(place, _a_day(view, mark.end), Kind.UNREAD)
    if marker is None or (limit and limit.end > marker.end):
        return _end_behind(view, place) if limit is None else _limit(view, place, limit)
    if said := _at_moment(view, place, marker):
        return said
    if behind := _a_day(view, marker.end):
        return Found(place, behind, Kind.UNREAD)
    event = view.past(marker.end, "article", "the")
    if hit := view.at(event, "event") or view.at(view.past(event, "at"), "part"):
        return Found(place, hit.end, Kind.UNREAD)
    return None


def _at_moment(view: View, place: int, marker: Hit | None) -> Found | None:
    """An end at a time of day; a bare number is one that cannot be read."""
    found = moment(view, marker.end, marked=True) if marker else None
    if found is None:
        return None
    if found.told is not Told.NO:
        doubtful = found.spoken and not (found.said or view.language.twelve_hours)
        kind = Kind.UNREAD if doubtful or _unsure(view, found) else Kind.END
        return Found(place, found.end, kind, clocks=(found.clock,))
    return Found(place, found.end, Kind.UNREAD) if closes(view, found.end) else None


def _limit(view: View, place: int, marker: Hit) -> Found | None:
    """Words that stand before lengths as well as times of day: "up to 9 pm"."""
    found = moment(view, marker.end, marked=True)
    if found and found.told is Told.YES:
        return Found(place, found.end, Kind.END, clocks=(found.clock,))
    return None


def _a_day(view: View, place: int) -> int:
    """The token behind a day, a date or a part of a day; 0 where there is none."""
    place = view.past(place, "article", "the")
    if (behind := date(view, place)) > place:
        clock = moment(view, view.past_all(behind, "of_day"))
        return clock.end if clock and clock.told is not Told.NO else behind
    behind = view.past_all(place, "day", "period", "part_of_day", "of_day")
    return behind if behind > place and closes(view, behind) else 0


def _open_end(view: View, place: int, start: int) -> Found | None:
    """An end that is an event: "until I am done"."""
    if behind := _a_day(view, start):
        return Found(place, behind, Kind.UNREAD)
    if length(view, start) or not (view.is_word(start) or start > place + 1):
        return None
    stop = start
    while stop < start + _WORDS_OF_AN_OPEN_END and view.is_word(stop):
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
    for stop in (said, date(view, place)):
        if stop > place and (mark := view.at(stop, "until_behind")):
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
    found = length(view, view.past_all(marker.end, "about"))
    if found is None:
        return None
    stop = view.past(found.end, "in_behind")
    delay = None if found.seconds is None else round(found.seconds)
    return Found(place, stop, Kind.START, seconds=delay)


def _start_at(view: View, place: int) -> Found | None:
    if (day := view.at(place, "from_day")) and (behind := _a_day(view, day.end)):
        return Found(place, behind, Kind.START)
    marker = view.at(place, "from")
    if marker is None:
        return None
    if now := view.at(marker.end, "now"):
        return Found(place, now.end, Kind.NOTHING)
    if date(view, marker.end) > marker.end:
        return Found(place, _a_day(view, marker.end), Kind.START)
    found = moment(view, marker.end, marked=True)
    if found and found.told is Told.UNIT and not found.sure and view.at(place, "ago"):
        return None
    if found and (found.told is not Told.NO or _bare_start(view, found.end)):
        stop = view.past(found.end, "from_behind")
        return Found(place, stop, Kind.START, clocks=(found.clock,))
    if behind := _a_day(view, marker.end):
        return Found(place, behind, Kind.START)
    return None


def _bare_start(view: View, end: int) -> bool:
    """Whether a bare number can be a start: nothing is counted by it, and it begins no range."""
    joint = view.past(end, "to", "or", "and")
    return closes(view, end) and not (joint > end and number(view, joint))


def _start_behind(view: View, place: int) -> Found | None:
    """A start whose word stands behind it: "14:00'ten itibaren", 10時から."""
    if (now := view.at(place, "now")) and (mark := view.at(now.end, "from_behind")):
        return Found(place, mark.end, Kind.NOTHING)
    found = moment(view, place)
    if found and found.told is not Told.NO and _stands_alone(view, place):
        if mark := view.at(found.end, "from_behind"):
            return Found(place, mark.end, Kind.START, clocks=(found.clock,))
    said = view.past_all(place, "day", "period", "of_day")
    for stop in (said, date(view, place)):
        if stop > place and (mark := view.at(stop, "from_behind")):
            return Found(place, mark.end, Kind.START)
    return None


def time_of_day(view: View, place: int) -> Found | None:
    """A time of day by itself, which says nothing about how long; and "for 1:30"."""
    found = moment(view, place)
    if found is None or found.told is Told.NO or not _stands_alone(view, place):
        return None
    if view.at(place, "by") and found.told is Told.UNIT and not found.sure:
        return Found(place, found.end, Kind.UNREAD)
    digits = number(view, place)
    plain = digits is not None and digits.digits and view.word(place + 1) == ":"
    if plain and not found.half and view.before(place, "for") is not None:
        return Found(place, found.end, Kind.UNREAD)
    return Found(place, found.end, Kind.NOTHING, clocks=(found.clock,))
