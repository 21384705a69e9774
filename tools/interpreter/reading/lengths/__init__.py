"""Lengths and moments of time (a stand-in until the reader is here)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Time:
    """A stretch of text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Length(Time):
    """Seconds."""

    seconds: int
    total: bool = False


class End(Time):
    """An end."""


class Start(Time):
    """A start."""


class Interval(Time):
    """Both."""


class Unread(Time):
    """Neither."""


def read_times(text: str) -> list[Time]:
    """Lengths by the older reader."""
    from camara_qod.tools.interpreter.durations import find_durations

    return [Length(span.start, span.end, span.seconds) for span in find_durations(text)]
