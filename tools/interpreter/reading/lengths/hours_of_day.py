"""The hours and minutes of a time of day: "21:00", "9 pm", "14 Uhr 30", "half past nine"."""

from dataclasses import dataclass, replace

from camara_qod.tools.interpreter.reading.lengths.around import around
from camara_qod.tools.interpreter.reading.lengths.clock import A_DAY, HALF_A_DAY, Clock
from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.minutes_of_hour import (
    minutes_before,
    minutes_behind,
)
from camara_qod.tools.interpreter.reading.lengths.numbers import Number, number
from camara_qod.tools.interpreter.reading.lengths.phrases import Period
from camara_qod.tools.interpreter.reading.lengths.told import Moment, Told
from camara_qod.tools.interpreter.reading.lengths.view import View

_HOURS, _HALF = 24, 12
_AN_HOUR = 3600
_FOUR = 4
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """Words before a time of day: "at", "kl.", "las"."""

    start: int
    end: int
    clock: bool
    article: bool
    marked: bool


def mark(view: View, place: int, *, marked: bool) -> Mark:
    """The words before a time of day that begin at a token."""
    clock = article = False
    start = place
    while True:
        if (behind := view.past(place, "oclock")) > place:
            clock, place = True, behind
        elif (behind := view.past(place, "article")) > place:
            article, place = True, behind
        elif (behind := view.past(place, "at")) > place:
            place = behind
        else:
            return Mark(start, place, clock, article, marked or place > start)


def hours(view: View, marked: Mark) -> Moment | None:
    """The time of day behind its marks, without its day."""
    return _named(view, marked.end) or _spoken(view, marked) or _time(view, marked)


def _named(view: View, place: int) -> Moment | None:
    """Noon and midnight."""
    if not (hit := view.value(place, "clock")):
        return None
    more, end = _behind_name(view, hit[1])
    return Moment(Clock((int(hit[0]) + more) % A_DAY), end, half=True)


def _behind_name(view: View, place: int) -> tuple[int, int]:
    """Minutes behind noon and midnight: "minuit et demi", "mezzanotte e dieci"."""
    if more := view.value(place, "clock_behind"):
        return int(more[0]), more[1]
    count = None if view.begins_line(place) else number(view, view.past(place, "and"))
    if not count or count.digits or count.article or count.value not in range(1, 60):
        return 0, place
    return (int(count.value or 0), count.end) if closes(view, count.end) else (0, place)


def _hour(view: View, place: int) -> Number | None:
    """A number that can be an hour; some languages have ordinals for it."""
    if hit := view.value(place, "hour"):
        return Number(hit[0], hit[1])
    return number(view, place)


def _spoken(view: View, mark: Mark) -> Moment | None:
    """Minutes said before or behind the hour: "half past nine", "las nueve y media"."""
    place = mark.end
    before = _before_hour(view, mark)
    if before and (name := view.value(before[1], "clock")):
        return Moment(Clock((int(name[0]) + before[0]) % A_DAY), name[1], half=True)
    hour = _hour(view, before[1] if before else place)
    if not hour or (hour.digits and before is None and view.glued(place)) or hour.value is None:
        return None
    offset = before or _behind_hour(view, mark, hour)
    if offset is None or hour.value not in range(1, (_HALF if before else _HOURS) + 1):
        return None
    end = view.past(hour.end, "oclock_behind") if before else offset[1]
    found = None if view.unit(end) else _said(view, 60 * int(hour.value) + offset[0], end)
    bare = before is None and _is_bare(view, hour.end)
    return found and found._replace(bare=bare and not found.half)


def _is_bare(view: View, place: int) -> bool:
    """Whether the minutes behind an hour are a number that nothing joins to it."""
    return not (view.at(place, "clock_behind") or view.at(place, "less") or view.at(place, "and"))


def _said(view: View, minutes: int, end: int) -> Moment:
    """With the half of the day behind it; such words know twelve hours in every language."""
    if minutes >= HALF_A_DAY + 60:
        return Moment(Clock(minutes % A_DAY), end, half=True)
    minutes %= HALF_A_DAY
    if (hit := view.at(end, "half")) and isinstance(hit.value, Period):
        clock = Clock(minutes + (HALF_A_DAY if hit.value.name == "pm" else 0))
        return Moment(clock, hit.end, half=True, said=True)
    return Moment(Clock(minutes, dial=True), end)


def _before_hour(view: View, mark: Mark) -> tuple[int, int] | None:
    """What is said before the hour: "half past", "ten past", "fünf vor halb"."""
    if hit := view.value(mark.end, "clock_before"):
        return int(hit[0]), hit[1]
    alone = mark.marked and view.before(mark.start, "between") is None
    before = minutes_before(view, mark.end) if alone else None
    if before and (hit := view.value(before[1], "clock_before")):
        return before[0] + int(hit[0]), hit[1]
    return before


def _behind_hour(view: View, mark: Mark, hour: Number) -> tuple[int, int] | None:
    """What is said behind the hour: "y media", "y diez", "thirty"."""
    if hit := view.value(hour.end, "clock_behind"):
        return (int(hit[0]), hit[1]) if hour.value in range(1, _HALF + 1) else None
    joined = view.at(hour.end, "and") is not None
    between = joined and view.before(mark.start, "between") is not None
    if not mark.marked or between or hour.article:
        return None
    return minutes_behind(view, hour.end)


def _time(view: View, mark: Mark) -> Moment | None:
    """Hours and minutes, with what tells that they are."""
    place = mark.end
    if (
        view.glued(place)
        and view.is_digits(place)
        and (view.is_digits(place - 1) or view.is_word(place - 1))
    ):
        return None
    if four := _in_four_digits(view, place):
        return four
    hour = _hour(view, place)
    pointed = hour and hour.digits and hour.end == place + 3 and view.word(place + 1) == "."
    if not hour or hour.value is None or hour.value.denominator != 1 or pointed:
        return _pointed(view, mark)
    if hour.article:
        return _from_article(view, mark, hour.end)
    if not 0 <= hour.value <= _HOURS or (len(view.word(place)) > 2 and hour.digits):
        return None
    found = _from_hour(view, mark, int(hour.value), hour.end)
    if found and found.half and view.at(place, "hour"):
        return found._replace(told=Told.YES)  # a word for nothing but an hour
    return found


def _in_four_digits(view: View, place: int) -> Moment | None:
    """Hours and minutes in one number, where a word behind it tells: "2200 hrs", "930pm"."""
    word = view.word(place)
    if view.is_digits(place) and len(word) in (_FOUR - 1, _FOUR) and view.at(place + 1, "half"):
        hour, minute = int(word[:-2]), int(word[-2:])
        return _halved(view, place, hour, minute, place + 1, Told.YES) if minute < 60 else None
    if not view.is_digits(place) or len(word) != _FOUR or word >= "2400" or word[2] >= "6":
        return None
    end = view.past(place + 1, "oclock_behind", "oclock_four")
    minutes = 60 * int(word[:2]) + int(word[2:])
    return Moment(Clock(minutes), end, half=True) if end > place + 1 else None


def _from_article(view: View, mark: Mark, end: int) -> Moment | None:
    """One o'clock where "one" is an article as well, if something else tells the time of day."""
    if not mark.marked or not (found := _from_hour(view, mark, 1, end)):
        return None
    told = found.told is not Told.NO or around(view, found.end).period
    return found if told or view.before(mark.end, "article") is not None else None


def _from_hour(view: View, mark: Mark, hour: int, end: int) -> Moment | None:
    told, minute = Told.YES if mark.clock else Told.NO, 0
    spoken = False
    if view.word(end) == ":" and (minutes := _minutes(view, end + 1)) is not None:
        minute, end, told = minutes, end + 2, Told.YES
        if view.word(end) == ":" and _minutes(view, end + 1) is not None:
            end += 2
    if told is Told.NO and len(view.word(end)) == 2 and view.at(end + 1, "half"):
        apart = _sixty(view, end)
        minute, end = (minute, end) if apart is None else (apart, end + 1)
    if view.at(end, "half"):
        return _halved(view, mark.end, hour, minute, end, told)
    clocked, how = _oclock(view, mark, end)
    if clocked > end:
        told = max(told, how, key=lambda one: one.value)
        spoken = view.at(clocked, "clock_behind") is not None
        minute, end = _after_oclock(view, clocked, minute)
    elif told is not Told.YES and view.unit(view.past_all(end, "fill")):
        return None
    found = _halved(view, mark.end, hour, minute, end, told)
    return _on_dial(found) if found and spoken and hour <= _HALF else found


def _on_dial(found: Moment) -> Moment:
    """With halves and quarters in words, which know twelve hours only."""
    clock = replace(found.clock, minutes=found.clock.minutes % HALF_A_DAY, dial=True)
    return found if found.half else found._replace(clock=clock)


def _oclock(view: View, mark: Mark, end: int) -> tuple[int, Told]:
    """The token behind a word such as "Uhr", and how much it tells."""
    unit = view.unit(end)
    behind = view.past(end, "oclock_behind")
    if behind > end and not (unit and unit[1] > behind):
        return behind, Told.UNIT if unit and unit[1] == behind else Told.YES
    if mark.article and unit and unit[0].seconds == _AN_HOUR:
        return unit[1], Told.UNIT
    return end, Told.NO


def _after_oclock(view: View, place: int, minute: int) -> tuple[int, int]:
    """The minutes behind a word such as "Uhr" or 時, and the token behind them."""
    if minute:
        return minute, place
    if hit := view.at(place, "half_hour"):
        return 30, hit.end
    if more := view.value(place, "clock_behind"):
        return int(more[0]), more[1]
    if more_ := minutes_behind(view, place):
        return more_
    count = number(view, place)
    if not count or count.article or count.value is None or not 0 <= count.value < 60:
        return 0, place
    unit = view.unit(count.end)
    if unit and unit[0].seconds == 60:
        return int(count.value), unit[1]
    two = count.value.denominator == 1 and (not count.digits or len(view.word(place)) == 2)
    last = view.glued(place) or not view.is_word(count.end)
    if two and not unit and (last or (count.digits and closes(view, count.end))):
        return int(count.value), count.end
    return 0, place


def _halved(view: View, place: int, hour: int, minute: int, end: int, told: Told) -> Moment | None:
    """With "am" or "pm", or with what the hour itself says."""
    minutes = (60 * hour + minute) % A_DAY if minute < 0 else 60 * hour + minute
    if minutes > A_DAY:
        return None
    if (hit := view.at(end, "half")) and isinstance(hit.value, Period):
        if not 1 <= hour <= 12:
            return None
        minutes = minutes % HALF_A_DAY + (HALF_A_DAY if hit.value.name == "pm" else 0)
        return Moment(Clock(minutes), hit.end, half=True, said=True)
    if _goes_on(view, end):
        return None
    dial = view.language.twelve_hours and 1 <= hour <= 12 and not _of_twenty_four(view, place)
    return Moment(Clock(minutes % HALF_A_DAY if dial else minutes, dial), end, told, half=hour > 12)


def _of_twenty_four(view: View, place: int) -> bool:
    """Whether an hour is written as clocks with 24 hours show it: "09", "10:00"."""
    hour = view.word(place)
    two = view.is_digits(place) and len(hour) == 2
    return two and (hour.startswith("0") or _minutes_stand(view, place + 1))


def _minutes_stand(view: View, place: int) -> bool:
    """Whether minutes in two digits stand there, behind a colon or a point."""
    return view.word(place) in (":", ".") and _minutes(view, place + 1) is not None


def _goes_on(view: View, end: int) -> bool:
    """Whether a number goes on behind what was read of it."""
    if (
        end >= len(view)
        or not view.glued(end)
        or view.is_ideograph(end)
        or view.is_ideograph(end - 1)
    ):
        return False
    if not view.is_sign(end):
        return True
    digits = view.glued(end + 1) and view.is_digits(end + 1)
    if view.word(end) in "/_@%":
        return True
    return digits and view.word(end) in ".:,"


def _minutes(view: View, place: int) -> int | None:
    return _sixty(view, place) if view.glued(place) else None


def _sixty(view: View, place: int) -> int | None:
    """Two digits below sixty."""
    word = view.word(place)
    return int(word) if view.is_digits(place) and len(word) == 2 and int(word) < 60 else None


def _pointed(view: View, mark: Mark) -> Moment | None:
    """Hours and minutes with a point between, where something else tells it: "14.30 Uhr"."""
    place = mark.end
    if not view.is_digits(place) or len(view.word(place)) > 2 or view.word(place + 1) != ".":
        return None
    minutes = _minutes(view, place + 2) if view.glued(place + 1) else None
    if minutes is None or int(view.word(place)) > _HOURS:
        return None
    behind = view.past(place + 3, "oclock_behind")
    if behind == place + 3 and view.word(behind) == "." and minutes <= _MONTHS:
        return None  # a day and its month: "18.08."
    if not (mark.marked or behind > place + 3 or view.at(behind, "half")):
        return None
    return _halved(view, place, int(view.word(place)), minutes, behind, Told.YES)
