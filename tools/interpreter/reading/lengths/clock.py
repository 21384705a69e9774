"""Times of day, with or without their day, and the moments they name."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

A_DAY = 1440
HALF_A_DAY = 720


@dataclass(frozen=True, slots=True)
class Day:
    """A day as said: `offset` days from today, the next `weekday` (0 is Monday), or a date."""

    offset: int | None = None
    weekday: int | None = None
    dated: date | None = None

    def is_(self, day: date, today: date) -> bool:
        """Whether `day` is meant, said on `today`."""
        if self.offset is not None:
            return (day - today).days == self.offset
        return day.weekday() == self.weekday


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day.

    Attributes:
        minutes: since midnight, up to 1440.
        dial: both halves of the day are possible ("9:30" where clocks have twelve hours).
        day: the day it is on, if said.
        zone: the zone it is in, if it is written; otherwise that of the one who says it.
    """

    minutes: int
    dial: bool = False
    day: Day | None = None
    zone: tzinfo | None = None

    def on(self, day: Day | None) -> "Clock":
        """The same time of day on a day, or on any."""
        return self if day is self.day else replace(self, day=day)

    @property
    def period(self) -> int:
        """Minutes after which it comes again."""
        return HALF_A_DAY if self.dial else A_DAY

    def after(self, moment: datetime) -> datetime:
        """The first such moment after one with a zone; a day that is past is passed over.

        With a date there is only one such moment, which may be past.
        """
        if self.day and self.day.dated:
            like = moment.astimezone(self.zone) if self.zone else moment
            return _at(self.day.dated, self.minutes, like).astimezone(moment.tzinfo)
        today = moment.date()
        for day in (self.day, None):
            for ahead in range(9 + ((day.offset or 0) if day else 0)):
                there = today + timedelta(days=ahead)
                if day is None or day.is_(there, today):
                    for minutes in self._minutes():
                        found = _at(there, minutes, moment)
                        if found.timestamp() > moment.timestamp():
                            return found
        raise AssertionError("a time of day comes again within a day")  # pragma: no cover

    def _minutes(self) -> list[int]:
        half = self.minutes % HALF_A_DAY
        return [half, half + HALF_A_DAY] if self.dial else [self.minutes]

    def minutes_to(self, end: "Clock") -> int:
        """Minutes from here to the next `end`; a whole turn where both are the same."""
        turn = HALF_A_DAY if self.dial or end.dial else A_DAY
        return (end.minutes - self.minutes) % turn or turn

    def told_by(self, end: "Clock") -> "Clock":
        """This one with the half of the day that is nearest before an `end` without doubt."""
        if self.dial and not end.dial:
            return replace(self, minutes=(end.minutes - self.minutes_to(end)) % A_DAY, dial=False)
        return self

    def on_day_of(self, begin: "Clock") -> "Clock":
        """The end of an interval: a day that is said for both counts from the beginning."""
        return replace(self, day=None) if self.day == begin.day else self


def _at(day: date, minutes: int, like: datetime) -> datetime:
    day += timedelta(days=minutes // A_DAY)
    hour, minute = divmod(minutes % A_DAY, 60)
    return datetime.combine(day, time(hour, minute), tzinfo=like.tzinfo)
