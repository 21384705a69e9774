"""Dates, which are no times of interest but belong to the words before them."""

from camara_qod.tools.interpreter.reading.lengths.forms import DATE
from camara_qod.tools.interpreter.reading.lengths.numbers import number
from camara_qod.tools.interpreter.reading.lengths.view import View

_MARKS = ("year_mark", "month_mark", "day_mark")
_DAYS = 31


def date(view: View, place: int) -> int:
    """The token behind a date that begins at a token; the same where there is none.

    Dates are numbers with signs between, a number and the name of a month in either order, or
    numbers with the marks that some scripts have for years, months and days.
    """
    if view.word(place) == DATE:
        while view.word(place) == DATE:
            place += 1
        return place
    return max(_named(view, place), _marked(view, place))


def _named(view: View, place: int) -> int:
    """A day and the name of its month, or the other way round."""
    if view.at(place, "month") and (end := _day(view, view.past(place, "month"))):
        return end
    day = _day(view, place)
    name = view.past_all(day, "of")
    return view.past(name, "month") if day and view.at(name, "month") else place


def _day(view: View, place: int) -> int:
    """The token behind the number of a day, with what makes it an ordinal; 0 for none."""
    if not view.is_digits(place) or not 1 <= int(view.word(place)[:3]) <= _DAYS:
        return 0
    end = place + 1
    if view.glued(end) and (view.is_word(end) or view.word(end) == "."):
        end += 1
    return 0 if view.glued(end) and not view.is_sign(end) or view.unit(end) else end


def _marked(view: View, place: int) -> int:
    """2024年5月3日: a day by itself is none."""
    end, marks = place, _MARKS
    while marks and (count := number(view, end)) and count.value is not None:
        mark = next((mark for mark in marks if view.at(count.end, mark)), None)
        if mark is None or (end == place and mark == _MARKS[-1]):
            break
        end, marks = view.past(count.end, mark), marks[marks.index(mark) + 1 :]
    return end
