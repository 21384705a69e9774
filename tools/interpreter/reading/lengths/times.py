"""What a text says about time: lengths, ends, starts, intervals, and what could not be read.

Every span is `text[start:end]`. Times without a zone are in the zone of the `now` that is given.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from camara_qod.tools.interpreter.reading.lengths.clock import Clock


@dataclass(frozen=True, slots=True)
class Time:
    """Words about time at `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Length(Time):
    """A length of time ("2 hours").

    Attributes:
        seconds: whole seconds, zero or more, perhaps far beyond any limit.
        total: whether it is said to be the whole of it ("3 hours in total").
    """

    seconds: int
    total: bool = False


@dataclass(frozen=True, slots=True)
class End(Time):
    """A moment up to which ("until 21:00")."""

    clock: Clock

    def moment(self, now: datetime) -> datetime:
        """The next such moment after `now`, which has a zone; with a date the one there is."""
        return self.clock.after(now)

    def seconds(self, now: datetime) -> int:
        """Whole seconds from `now`, which has a zone, to that moment; none where it is past."""
        return max(0, round(self.moment(now).timestamp() - now.timestamp()))


@dataclass(frozen=True, slots=True)
class TimeOfDay(End):
    """A time of day by itself ("21:00"), which is an end only where the text means one."""


@dataclass(frozen=True, slots=True)
class Start(Time):
    """A beginning that is not now ("in half an hour", "from 14:00", "from tomorrow").

    Attributes:
        clock: the time of day, if one is said.
        delay: seconds from now, if they are said.
        lasting: seconds from there on, if they are said beside it ("from 14:00 for 2 hours").
    """

    clock: Clock | None = None
    delay: int | None = None
    lasting: int | None = None

    def moment(self, now: datetime) -> datetime | None:
        """The next such moment after `now`, which has a zone; None where it is not said exactly."""
        if self.clock is not None:
            return self.clock.after(now)
        if self.delay is None:
            return None
        try:
            return now + timedelta(seconds=self.delay)
        except OverflowError:
            return None


@dataclass(frozen=True, slots=True)
class Interval(Time):
    """From one time of day to another ("from 10 to 12", "tomorrow 14:10 - 16:25")."""

    first: Clock
    last: Clock

    @property
    def seconds(self) -> int:
        """The plain difference: over midnight where the end is the smaller, days not counted."""
        return 60 * self.first.minutes_to(self.last)

    def begin(self, now: datetime) -> datetime:
        """Where the first such interval that is not over at `now`, which has a zone, begins."""
        begin = self.first.after(now)
        if self.first.day is None:
            running = begin - timedelta(minutes=self.first.period)
            if self.last.after(running).timestamp() > now.timestamp():
                return running
        return begin

    def finish(self, now: datetime) -> datetime:
        """Where it ends; `now` has a zone."""
        begin = self.begin(now)
        return self.last.on_day_of(self.first).after(begin)


@dataclass(frozen=True, slots=True)
class Unread(Time):
    """Words about how long that could not be read ("a few hours", "2-3 hours", "all weekend")."""
