"""A time of day as it is said, and what is known of it."""

from enum import Enum
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.clock import A_DAY, HALF_A_DAY, Clock
from camara_qod.tools.interpreter.reading.lengths.phrases import Period


class Told(Enum):
    """What tells that a number is a time of day."""

    NO = 0
    #: A word that is a unit as well: "9 h", "9 heures".
    UNIT = 1
    #: Minutes, a half of the day, a word such as "o'clock".
    YES = 2


class Moment(NamedTuple):
    """A time of day as it is said.

    Attributes:
        clock: it.
        end: the token behind it.
        told: what tells that it is one.
        half: the half of the day is said, or the hour tells it.
        said: the half or part of the day is said.
        bare: its minutes are said behind the hour with nothing between ("neun dreißig").
    """

    clock: Clock
    end: int
    told: Told = Told.YES
    half: bool = False
    said: bool = False
    bare: bool = False

    @property
    def sure(self) -> bool:
        """No length could be meant."""
        return self.told is Told.YES or (self.told is Told.UNIT and self.clock.minutes > HALF_A_DAY)


def in_period(found: Moment, period: Period) -> Moment | None:
    """A time on the dial in the part of the day that is said: "9 in the evening".

    Returns:
        None where CLDR does not know the hours of that part.
    """
    if found.half:
        return found
    minutes = found.clock.minutes % HALF_A_DAY
    if period.name.startswith("morning") or period.name == "am":
        return found._replace(clock=Clock(minutes), told=Told.YES, half=True, said=True)
    if not period.hours:
        return None
    both = (minutes, minutes + HALF_A_DAY)
    near = min(both, key=lambda at: min(_distance(at, *hours) for hours in period.hours))
    return found._replace(clock=Clock(near), told=Told.YES, half=True, said=True)


def _distance(minutes: int, start: int, end: int) -> int:
    """Minutes from a time of day to the nearer edge of some hours; 0 inside of them."""
    if (minutes - start) % A_DAY < (end - start) % A_DAY:
        return 0
    return min((start - minutes) % A_DAY, (minutes - end) % A_DAY)
