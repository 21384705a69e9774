"""From when: "in half an hour", "from 14:00", "ab morgen", 10時から; what begins now is none."""

from camara_qod.tools.interpreter.reading.lengths.around import around, within
from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.dates import date
from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.lengths import length
from camara_qod.tools.interpreter.reading.lengths.moments import day_or_date, moment, stands_alone
from camara_qod.tools.interpreter.reading.lengths.numbers import number
from camara_qod.tools.interpreter.reading.lengths.told import Told
from camara_qod.tools.interpreter.reading.lengths.view import View

#: Phrases whose later words are no beginning.
_NO_START = ("most", "above", "for", "ago")


def start(view: View, place: int) -> Found | None:
    """The start that begins at a token, or at the day before its word."""
    for read in (_after, _at, _on_day, _behind):
        if found := read(view, place):
            return found
    return None


def _after(view: View, place: int) -> Found | None:
    """After a length: "in half an hour", "starting in 30 minutes"."""
    before = view.past(place, "from", "start")
    marker = None if view.inside(before, *_NO_START) else view.at(before, "in")
    found = length(view, view.past_all(marker.end, "about")) if marker else None
    if marker is None or found is None or view.at(found.end, "ago_behind"):
        return None
    if number(view, marker.end) and view.word(before - 1) == view.word(marker.end):
        return Found(place, found.end, Kind.NOTHING)  # every so often
    stop = view.past(found.end, "in_behind")
    delay = None if found.seconds is None else round(found.seconds)
    return Found(place, stop, Kind.START, seconds=delay)


def _at(view: View, place: int) -> Found | None:
    """At a time of day, which may be a bare number."""
    lead = around(view, place)
    before = place if view.at(place, "from") else lead.end
    if not (marker := view.at(before, "from")):
        return None
    if now := view.at(marker.end, "now"):
        return Found(place, now.end, Kind.NOTHING)
    found = moment(view, marker.end, marked=True)
    if found is None or (found.told is Told.NO and not _bare(view, found.end)):
        return None
    if found.told is Told.UNIT and not found.sure and view.at(before, "ago"):
        return None
    if found.told is Told.NO and view.at(before, "start") and view.at(marker.end, "pronoun"):
        return None
    found = within(found, lead) if before > place else found
    stop = view.past(found.end, "from_behind")
    return Found(place, stop, Kind.START, clocks=(found.clock,))


def _bare(view: View, end: int) -> bool:
    """Whether a bare number can be a start: nothing is counted by it, and it begins no range."""
    joint = view.past(end, "to", "or", "and")
    return closes(view, end) and not (joint > end and number(view, joint))


def _on_day(view: View, place: int) -> Found | None:
    """On a day without its time."""
    for kind in ("from_day", "from"):
        marker = view.at(place, kind)
        if marker and (behind := day_or_date(view, marker.end)):
            return Found(place, behind, Kind.START)
    return None


def _behind(view: View, place: int) -> Found | None:
    """A start whose word stands behind it."""
    if (now := view.at(place, "now")) and (mark := view.at(now.end, "from_behind")):
        return Found(place, mark.end, Kind.NOTHING)
    found = moment(view, place)
    told = found and found.told is not Told.NO and stands_alone(view, place)
    if found and told and (mark := view.at(found.end, "from_behind")):
        return Found(place, mark.end, Kind.START, clocks=(found.clock,))
    said = view.past_all(place, "day", "period", "of_day")
    for stop in (said, date(view, place)):
        if stop > place and (mark := view.at(stop, "from_behind")):
            return Found(place, mark.end, Kind.START)
    return None
