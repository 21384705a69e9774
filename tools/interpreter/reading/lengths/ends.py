"""Up to when: "until 9 pm", "bis 22 Uhr", "21:00'e kadar", and ends that cannot be read."""

from camara_qod.tools.interpreter.reading.lengths.around import around, within
from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.dates import date
from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.lengths import length
from camara_qod.tools.interpreter.reading.lengths.moments import (
    day_or_date,
    moment,
    stands_alone,
    unsure,
)
from camara_qod.tools.interpreter.reading.lengths.told import Moment, Told
from camara_qod.tools.interpreter.reading.lengths.view import View

_WORDS_OF_AN_EVENT = 4
_FOUR = 4
_RANGE_SIGNS = ("-", "~")


def end(view: View, place: int) -> Found | None:
    """The end that begins at a token, or at the day before its word."""
    lead = around(view, place).end
    for start in {place, lead}:
        for read in (_at_moment, _at_day, _at_event, _limit, _from_now):
            if found := read(view, place, start):
                return found
    return _behind(view, place)


def _at_moment(view: View, place: int, start: int) -> Found | None:
    """An end at a time of day; a bare number is one that cannot be read."""
    if not (marker := view.at(start, "until")) or _is_limit(view, start):
        return None
    found = moment(view, marker.end, marked=True)
    if found is None:
        return _in_four_digits(view, place, marker.end)
    if other := _other(view, found):
        return Found(place, other.end, Kind.UNREAD)
    if found.told is Told.NO:
        return Found(place, found.end, Kind.UNREAD) if closes(view, found.end) else None
    found = within(found, around(view, place)) if start > place else found
    doubtful = found.bare and not (found.said or view.language.twelve_hours)
    kind = Kind.UNREAD if doubtful or unsure(view, found) else Kind.END
    return Found(place, found.end, kind, clocks=(found.clock,))


def _other(view: View, found: Moment) -> Moment | None:
    """The second of two times of day of which one is meant: "until 9:00 or 9:30"."""
    sign = view.word(found.end) in _RANGE_SIGNS and not view.begins_line(found.end)
    joint = found.end + 1 if sign else view.past(found.end, "or")
    other = moment(view, joint, marked=True) if joint > found.end else None
    if other is None or (other.told is Told.NO and not closes(view, other.end)):
        return None
    return other


def _in_four_digits(view: View, place: int, start: int) -> Found | None:
    """A time of day such as "2300", which could be any other number."""
    word = view.word(start)
    digits = view.is_digits(start) and len(word) == _FOUR and word < "2400" and word[2] < "6"
    return Found(place, start + 1, Kind.UNREAD) if digits and closes(view, start + 1) else None


def _is_limit(view: View, place: int) -> bool:
    """Whether the words are rather those of a limit: "bis zu" and not "bis"."""
    until, limit = view.at(place, "until"), view.at(place, "limit")
    return bool(until and limit and limit.end > until.end)


def _limit(view: View, place: int, start: int) -> Found | None:
    """Words that stand before lengths as well as times of day: "up to 9 pm"."""
    marker = view.at(start, "limit")
    found = moment(view, marker.end, marked=True) if marker else None
    if marker and len(view.word(marker.end)) == _FOUR and view.is_digits(marker.end):
        return None
    if found and found.told is Told.YES:
        return Found(place, found.end, Kind.END, clocks=(found.clock,))
    return None


def _from_now(view: View, place: int, start: int) -> Found | None:
    """From now to a time of day, where the word before it is none of an end."""
    marker = view.at(start, "from") or view.at(start, "between")
    now = view.at(marker.end, "now") if marker else None
    stop = view.past(now.end, "to") if now else start
    found = moment(view, stop, marked=True) if now and stop > now.end else None
    if found is None or found.told is Told.NO:
        return None
    kind = Kind.UNREAD if unsure(view, found) else Kind.END
    return Found(place, found.end, kind, clocks=(found.clock,))


def _at_day(view: View, place: int, start: int) -> Found | None:
    """An end on a day without its time."""
    for kind in ("until", "limit"):
        marker = view.at(start, kind)
        if marker and (behind := day_or_date(view, marker.end)):
            return Found(place, behind, Kind.UNREAD)
    return None


def _at_event(view: View, place: int, start: int) -> Found | None:
    """An end that is an event: "until I am done", "bis zum Ende", "bis halb zehn"."""
    if opened := view.at(start, "open"):
        return _open(view, place, opened.end, worded=opened.end > start + 1)
    if not (marker := view.at(start, "limit") or view.at(start, "until")):
        return None
    event = view.past(marker.end, "article", "the")
    hit = view.at(event, "event") or view.at(view.past(event, "at"), "part")
    return Found(place, hit.end, Kind.UNREAD) if hit else None


def _open(view: View, place: int, start: int, *, worded: bool) -> Found | None:
    if length(view, start) or not (view.is_word(start) or worded):
        return None
    stop = start
    while stop < start + _WORDS_OF_AN_EVENT and view.is_word(stop):
        stop += 1
    return Found(place, stop, Kind.UNREAD)


def _behind(view: View, place: int) -> Found | None:
    """An end whose word stands behind it."""
    found = moment(view, place)
    if found and stands_alone(view, place) and (mark := view.at(found.end, "until_behind")):
        kind = Kind.UNREAD if found.told is Told.NO else Kind.END
        return Found(place, mark.end, kind, clocks=(found.clock,))
    said = view.past_all(place, "day", "period", "part_of_day", "of_day")
    for stop in (said, date(view, place)):
        if stop > place and (mark := view.at(stop, "until_behind")):
            return Found(place, mark.end, Kind.UNREAD)
    return None
