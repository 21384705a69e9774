"""What can stand in the arguments that name no end: lengths, profiles, sessions, links."""

from typing import Any

from camara_qod.tools.catalogue import NEED_MEANINGS
from camara_qod.tools.interpreter.context import Context, is_now
from camara_qod.tools.interpreter.offering.choice import Choice
from camara_qod.tools.interpreter.offering.labels import Labelled, Labels
from camara_qod.tools.interpreter.reading.lengths import TimeOfDay
from camara_qod.tools.interpreter.reading.mention import (
    Invalid,
    Length,
    Moment,
    Number,
    ProfileName,
    SessionId,
    Sink,
)

_UNITS = (3600, 60, 1)
_A_DAY = 86400
#: A need is written as the first of its uses: one token, where the value on the wire has four.
_NEEDS = [Choice(uses.partition(",")[0], need.value) for need, uses in NEED_MEANINGS.items()]

#: A length was spoken of, and nothing in the text that has a label is it.
UNREAD = Choice("?", None)


def lengths(context: Context, labels: Labels) -> list[Choice]:
    """Lengths in seconds, numbers in the unit of the length before them, times of day as ends.

    What is no length can be pointed at as well, and is asked about.
    """
    return [
        Choice(one.label, _seconds(one.value, context), (one.value,))
        for one in labels
        if isinstance(one.value, Length | Number)
        or (isinstance(one.value, Moment) and not is_now(one.value, context.now))
    ]


def _seconds(item: object, context: Context) -> int | None:
    if isinstance(item, Length):
        return item.seconds
    if isinstance(item, Moment) and isinstance(item.time, TimeOfDay):
        return item.time.seconds(context.now)
    if not isinstance(item, Number):
        return None
    before = [
        length
        for length in context.of(Length)
        if (length.turn, length.start) < (item.turn, item.start)
    ]
    if not before:
        return None
    unit = next((size for size in _UNITS if before[-1].seconds % size == 0), 1)
    fitting = [size for size in _UNITS if size <= unit and 0 < item.value * size <= _A_DAY]
    return round(item.value * fitting[0]) if fitting else None


def profiles(labels: Labels) -> list[Choice]:
    """The four needs, and each profile that was named.

    A need that the operator does not serve is offered too: without it the model would pick the
    nearest of the others, where the answer has to be a question.
    """
    return [*_NEEDS, *named_profiles(labels)]


def named_profiles(labels: Labels) -> list[Choice]:
    """The profiles that were named; one that is not in the catalogue cannot be used."""
    return [
        Choice(one.label, one.value.name if one.value.known else None, (one.value,))
        for one in labels.of_kind(ProfileName)
    ]


def sessions(labels: Labels) -> list[Choice]:
    """Ids that were written, and sessions that the API has named."""
    return [_plain(one, one.value.uuid) for one in labels.of_kind(SessionId)]


def sinks(labels: Labels) -> list[Choice]:
    """Links for notifications, and those that cannot be used."""
    links = [_plain(one, one.value.url) for one in labels.of_kind(Sink)]
    wrong = [one for one in labels.of_kind(Invalid) if "sink" in one.value.fields]
    return [*links, *(_plain(one, None) for one in wrong)]


def _plain(one: Labelled[Any], value: object) -> Choice:
    return Choice(one.label, value, (one.value,))
