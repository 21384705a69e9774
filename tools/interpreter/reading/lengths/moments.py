"""Times of day in a text: "9 pm", "21:00", "14 Uhr", "tomorrow at noon", 午後9時."""

from camara_qod.tools.interpreter.reading.lengths.around import around
from camara_qod.tools.interpreter.reading.lengths.clock import Day
from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.dates import date
from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.hours_of_day import hours, mark
from camara_qod.tools.interpreter.reading.lengths.told import Moment, Told, in_period
from camara_qod.tools.interpreter.reading.lengths.view import View

#: Up to this time of day, in minutes, hours are more often a length.
_EARLY = 300
_INSIDE = ".,:/-_@#"


def moment(view: View, place: int, *, marked: bool = False) -> Moment | None:
    """The time of day at a token, with the day and the part of the day around it.

    Args:
        view: the text.
        place: the token.
        marked: the words before it are followed by times of day.
    """
    key = ("moment", place, marked)
    if key not in view.memo:
        view.memo[key] = _moment(view, place, marked=marked)
    found: Moment | None = view.memo[key]
    return found


def _moment(view: View, place: int, *, marked: bool) -> Moment | None:
    before = around(view, place)
    found = hours(view, mark(view, before.end, marked=marked))
    if found is None:
        return None
    after = around(view, found.end, before)
    inside = in_period(found, after.period) if after.period else found
    return inside and inside._replace(clock=inside.clock.on(after.day), end=after.end)


def stands_alone(view: View, place: int) -> bool:
    """Whether what begins at a token is no part of a longer number."""
    before = place - 1
    if before < 0 or not view.glued(place):
        return True
    if view.is_sign(before):
        return not (view.word(before) in _INSIDE and view.glued(before))
    return view.is_ideograph(before) or view.is_ideograph(place)


def unsure(view: View, found: Moment) -> bool:
    """Whether hours that tell a time of day could be a length as well: "2 heures"."""
    early = found.clock.minutes <= _EARLY and not found.half
    return early and view.before(found.end, "oclock_unsure") is not None


def day_or_date(view: View, place: int) -> int:
    """The token behind a day, a date or a part of a day; 0 where there is none."""
    place = view.past(place, "article", "the")
    if (behind := date(view, place)) > place:
        clock = moment(view, view.past_all(behind, "of_day"))
        return clock.end if clock and clock.told is not Told.NO else behind
    said = view.at(place, "day")
    if said and isinstance(said.value, Day) and (said.value.offset or 0) < 0:
        return 0
    behind = view.past_all(place, "day", "period", "part_of_day", "of_day")
    return behind if behind > place and closes(view, behind) else 0


def _digits(view: View, place: int, found: Moment) -> bool:
    return any(map(view.is_digits, range(place, found.end)))


def time_of_day(view: View, place: int) -> Found | None:
    """A time of day by itself, which says nothing about how long; but "for 1:30" does."""
    found = moment(view, place)
    if found is None or found.told is Told.NO or not stands_alone(view, place):
        return None
    by = view.at(place, "by") and not found.sure
    by = by or (view.at(place, "to") and unsure(view, found) and not view.inside(place, "ago"))
    told = view.unit(place)
    by = by or (
        view.language.bare_units and told and told[0].one and not _digits(view, place, found)
    )
    plain = view.is_digits(place) and view.word(place + 1) == ":" and not found.half
    unread = by or (plain and view.before(place, "for") is not None)
    return Found(place, found.end, Kind.UNREAD if unread else Kind.NOTHING, clocks=(found.clock,))
