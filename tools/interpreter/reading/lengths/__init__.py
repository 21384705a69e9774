"""Lengths and moments of time in twelve languages: `read_times`."""

from camara_qod.tools.interpreter.reading.lengths.reader import read_times
from camara_qod.tools.interpreter.reading.lengths.times import (
    End,
    Interval,
    Length,
    Start,
    Time,
    Unread,
)

__all__ = ["End", "Interval", "Length", "Start", "Time", "Unread", "read_times"]
