"""Times of day in a text: "9 pm", "21:00", "14 Uhr", "tomorrow at noon", 午後9時."""

from dataclasses import dataclass, replace
from enum import Enum

from camara_qod.tools.interpreter.reading.lengths.clock import A_DAY, HALF_A_DAY, Clock, Day
from camara_qod.tools.interpreter.reading.lengths.numbers import Number, number
from camara_qod.tools.interpreter.reading.lengths.phrases import Period
from camara_qod.tools.interpreter.reading.lengths.view import View

HOURS = 24


class Told(Enum):
    """What tells that a number is a time of day."""

    NO = 0
    #: A word that is a unit as well: "9 h", "9 heures".
    UNIT = 1
    #: Minutes, a half of the day, a word such as "o'clock".
    YES = 2


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of day as it is said.

    Attributes:
        clock: it.
        end: the token behind it.
        told: what tells that it is one.
        half: the half of the day is said, or the hour tells it.
        spoken: its minutes are said in a way that knows twelve hours only ("half past nine").
        said: the half or part of the day is said.
    """

    clock: Clock
    end: int
    told: Told = Told.YES
    half: bool = False
    said: bool = False
    spoken: bool = False

    @property
    def sure(self) -> bool:
        """No length could be meant."""
        return self.told is Told.YES or (self.told is Told.UNIT and self.clock.minutes > HALF_A_DAY)


@dataclass(frozen=True, slots=True)
class _Context:
    day: Day | None
    period: Period | None
    end: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """Words before a time of day: "at", "kl.", "las"."""

    end: int
    clock: bool
    article: bool
    marked: bool


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
    before = _context(view, place, None, None)
    mark = _mark(view, before.end, marked=marked)
    found = _named(view, mark.end) or _spoken(view, mark.end) or _time(view, mark)
    if found is None:
        return None
    after = _context(view, found.end, before.day, before.period)
    if after.period and not found.half:
        found = _in_period(found, after.period)
        if found is None:
            return None
    clock = replace(found.clock, day=after.day)
    return replace(found, clock=clock, end=after.end)


def _mark(view: View, place: int, *, marked: bool) -> _Mark:
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
            return _Mark(place, clock, article, marked or place > start)


def _context(view: View, place: int, day: Day | None, period: Period | None) -> _Context:
    """Words for days and parts of days in a row, over words such as "in" and "of"."""
    while True:
        at = view.past(place, "of_day") if day or period or view.at(place, "of_day") else place
        at = at if view.at(at, "day") or view.at(at, "period") else place
        said, part = view.at(at, "day"), view.at(at, "period")
        if not said and part and _names_clock(view, at, part.end):
            return _Context(day, period, place)
        if said and day is None and isinstance(said.value, Day):
            day, place = said.value, said.end
            if (
                part
                and part.end == said.end
                and isinstance(part.value, Period)
                and not period
                and part.value.name.startswith("evening")
            ):
                period = part.value
        elif part and period is None and isinstance(part.value, Period):
            period, place = part.value, part.end
        else:
            return _Context(day, period, place)


def _names_clock(view: View, place: int, end: int) -> bool:
    """Whether a part of the day is meant as a time of day: noon, or the beginning of "midnight"."""
    clock = view.at(place, "clock")
    return bool(clock and (clock.end > end or (clock.end == end and not number(view, end))))


def _named(view: View, place: int) -> Moment | None:
    """Noon and midnight."""
    hit = view.value(place, "clock")
    return Moment(Clock(int(hit[0])), hit[1], half=True) if hit else None


def _hour(view: View, place: int) -> Number | None:
    """A number that can be an hour; some languages have ordinals for it."""
    if hit := view.value(place, "hour"):
        return Number(hit[0], hit[1])
    return number(view, place)


def _spoken(view: View, place: int) -> Moment | None:
    """Minutes said before or behind the hour: "half past nine", "las nueve y media"."""
    before = view.value(place, "clock_before")
    hour = _hour(view, before[1] if before else place)
    if not hour or hour.digits and before is None and view.glued(place) or hour.value is None:
        return None
    behind = None if before else view.value(hour.end, "clock_behind")
    offset = before or behind
    if offset is None or hour.value not in range(1, HALF_A_DAY // 60 + 1):
        return None
    end = behind[1] if behind else view.past(hour.end, "oclock_behind")
    minutes = (60 * int(hour.value) + int(offset[0])) % HALF_A_DAY
    if view.unit(end):
        return None
    if (hit := view.at(end, "half")) and isinstance(hit.value, Period):
        clock = Clock(minutes + (HALF_A_DAY if hit.value.name == "pm" else 0))
        return Moment(clock, hit.end, half=True, said=True)
    return Moment(Clock(minutes, view.language.twelve_hours), end, spoken=True)


def _time(view: View, mark: _Mark) -> Moment | None:
    """Hours and minutes, with what tells that they are."""
    place = mark.end
    if (
        view.glued(place)
        and view.is_digits(place)
        and (view.is_digits(place - 1) or view.is_word(place - 1))
    ):
        return None
    hour = _hour(view, place)
    if not hour or hour.article or hour.value is None or hour.value.denominator != 1:
        return _pointed(view, mark)
    if not 0 <= hour.value <= HOURS or len(view.word(place)) > 2 and hour.digits:
        return None
    return _from_hour(view, mark, int(hour.value), hour.end)


def _from_hour(view: View, mark: _Mark, hour: int, end: int) -> Moment | None:
    told, minute = Told.YES if mark.clock else Told.NO, 0
    if view.word(end) == ":" and (minutes := _minutes(view, end + 1)) is not None:
        minute, end, told = minutes, end + 2, Told.YES
        if view.word(end) == ":" and _minutes(view, end + 1) is not None:
            end += 2
    if view.at(end, "half"):
        return _halved(view, mark.end, hour, minute, end, told)
    clocked, how = _oclock(view, mark, end)
    if clocked > end:
        told = max(told, how, key=lambda one: one.value)
        minute, end = _after_oclock(view, clocked, minute)
    elif told is not Told.YES and view.unit(view.past_all(end, "fill")):
        return None
    return _halved(view, mark.end, hour, minute, end, told)


def _oclock(view: View, mark: _Mark, end: int) -> tuple[int, Told]:
    """The token behind a word such as "Uhr", and how much it tells."""
    unit = view.unit(end)
    behind = view.past(end, "oclock_behind")
    if behind > end and not (unit and unit[1] > behind):
        return behind, Told.UNIT if unit and unit[1] == behind else Told.YES
    if mark.article and unit and unit[0].seconds == 3600:
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
    count = number(view, place)
    if not count or count.article or count.value is None or not 0 <= count.value < 60:
        return 0, place
    unit = view.unit(count.end)
    if unit and unit[0].seconds == 60:
        return int(count.value), unit[1]
    two = count.value.denominator == 1 and (not count.digits or len(view.word(place)) == 2)
    if two and not unit and (view.glued(place) or not view.is_word(count.end)):
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
    spelled = view.is_digits(place) and view.word(place).startswith("0")
    dial = view.language.twelve_hours and 1 <= hour <= 12 and not spelled
    return Moment(Clock(minutes % HALF_A_DAY if dial else minutes, dial), end, told, half=hour > 12)


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
    word = view.word(place)
    if view.is_digits(place) and view.glued(place) and len(word) == 2 and int(word) < 60:
        return int(word)
    return None


def _pointed(view: View, mark: _Mark) -> Moment | None:
    """Hours and minutes with a point between, where something else tells it: "14.30 Uhr"."""
    place = mark.end
    if not view.is_digits(place) or len(view.word(place)) > 2 or view.word(place + 1) != ".":
        return None
    minutes = _minutes(view, place + 2) if view.glued(place + 1) else None
    if minutes is None or int(view.word(place)) > HOURS:
        return None
    behind = view.past(place + 3, "oclock_behind")
    if not (mark.marked or behind > place + 3 or view.at(behind, "half")):
        return None
    return _halved(view, place, int(view.word(place)), minutes, behind, Told.YES)


def _in_period(found: Moment, period: Period) -> Moment | None:
    """A time on the dial in the part of the day that is said: "9 in the evening"."""
    minutes = found.clock.minutes % HALF_A_DAY
    if period.name.startswith("morning") or period.name == "am":
        return replace(found, clock=Clock(minutes), told=Told.YES, half=True, said=True)
    if not period.hours:
        return None
    both = (minutes, minutes + HALF_A_DAY)
    near = min(both, key=lambda at: min(_distance(at, *hours) for hours in period.hours))
    return replace(found, clock=Clock(near), told=Told.YES, half=True, said=True)


def _distance(minutes: int, start: int, end: int) -> int:
    """Minutes from a time of day to the nearer edge of some hours; 0 inside of them."""
    if (minutes - start) % A_DAY < (end - start) % A_DAY:
        return 0
    return min((start - minutes) % A_DAY, (minutes - end) % A_DAY)
