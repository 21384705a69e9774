"""Lengths and moments of time in twelve languages, `read_times`, and numerals, `read_numerals`."""

from camara_qod.tools.interpreter.reading.lengths.numerals_alone import Numeral, read_numerals
from camara_qod.tools.interpreter.reading.lengths.reader import read_times
from camara_qod.tools.interpreter.reading.lengths.times import (
    End,
    Interval,
    Length,
    Start,
    Time,
    TimeOfDay,
    Unread,
)

__all__ = [
    "End",
    "Interval",
    "Length",
    "Numeral",
    "Start",
    "Time",
    "TimeOfDay",
    "Unread",
    "read_numerals",
    "read_times",
]
