"""Dates with their time of day in the basic form of ISO 8601, as calendars write them.

iCalendar (RFC 5545, 3.3.5) has the same form: "DTEND;TZID=Europe/Berlin:20261203T110000".
"""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from camara_qod.tools.interpreter.reading.lengths.clock import Clock, Day
from camara_qod.tools.interpreter.reading.lengths.times import TimeOfDay

_STAMP = re.compile(
    r"(?:\bTZID=\"?(?P<zone>[A-Za-z_+/-]{1,40}[0-9]{0,2})\"?:|(?<![\w.+/@#$%-]))"
    r"(?P<stamp>(?:19|20)[0-9]{6}T[0-9]{4}(?:[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)"
    r"(?![\w/@]|[-+.:%\u2010\u2011]\w)"
)


def stamps(text: str) -> Iterator[TimeOfDay]:
    """The times of day with their dates in a text; what names no day of the calendar is none."""
    for match in _STAMP.finditer(text):
        try:
            moment = datetime.fromisoformat(match["stamp"])
        except ValueError:
            continue
        zone = moment.tzinfo or _zone(match["zone"])
        clock = Clock(60 * moment.hour + moment.minute, day=Day(dated=moment.date()), zone=zone)
        yield TimeOfDay(*match.span("stamp"), clock)


def _zone(name: str | None) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
