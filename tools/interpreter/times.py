"""What was said about time beside lengths: starts, ends, and what could not be read."""

from collections.abc import Sequence
from datetime import datetime

from camara_qod.tools.interpreter.context import AT_ONCE, Context
from camara_qod.tools.interpreter.reading.lengths import Interval, Start, Unread
from camara_qod.tools.interpreter.reading.mention import Length, Mention, Moment


def starts(context: Context) -> list[Mention]:
    """The starts that are not now, unless a later turn speaks of time again."""
    return [item for item in _newest(context) if isinstance(item, Moment) and _later(item, context)]


def unread_times(context: Context) -> list[Mention]:
    """Words about time that could not be read, unless a later turn speaks of time again."""
    return [
        item
        for item in _newest(context)
        if isinstance(item, Moment) and isinstance(item.time, Unread)
    ]


def begins_at_once(items: Sequence[Mention], context: Context) -> str:
    """What to ask where a session is to begin at another time."""
    return (
        f"A session begins at once and cannot be booked ahead ({_said(items, context)}). For how "
        "long from now?"
    )


def not_understood(items: Sequence[Mention], context: Context, question: str) -> str:
    """What to ask where words about time could not be read."""
    return f"{_said(items, context)} is no length that can be read. {question}"


def end_of(seconds: int, context: Context) -> datetime | None:
    """The moment that was said, where a length was reckoned from one: "until 21:00"."""
    ends = [item.until for item in context.mentions.of(Length) if item.seconds == seconds]
    return ends[-1] if ends else None


def clock_text(moment: datetime, now: datetime) -> str:
    """A moment as a person reads it, with its zone, and its day where that is not today."""
    day = "" if moment.date() == now.date() else f"{moment:%Y-%m-%d} "
    return f"{day}{moment:%H:%M} {moment.tzname()}"


def _newest(context: Context) -> list[Mention]:
    """What the newest turn that speaks of time says about it."""
    items = [item for item in context.mentions.items if isinstance(item, Length | Moment)]
    newest = max((item.turn for item in items), default=0)
    return [item for item in items if item.turn == newest]


def _later(item: Moment, context: Context) -> bool:
    if isinstance(item.time, Interval):
        return True  # one that has begun counts as an end
    if not isinstance(item.time, Start):
        return False
    moment = item.time.moment(context.now)
    return moment is None or moment > context.now + AT_ONCE


def _said(items: Sequence[Mention], context: Context) -> str:
    return ", ".join(f'"{context.messages[item.turn][item.start : item.end]}"' for item in items)
