"""From a text to what it says about time, over all languages it can be in."""

from collections.abc import Iterable

from camara_qod.tools.interpreter.reading.lengths.choice import Reading, chosen, possible
from camara_qod.tools.interpreter.reading.lengths.fields import read_fields
from camara_qod.tools.interpreter.reading.lengths.forms import read_forms
from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.lexicon import lexicon
from camara_qod.tools.interpreter.reading.lengths.scan import scan
from camara_qod.tools.interpreter.reading.lengths.times import (
    End,
    Interval,
    Length,
    Start,
    Time,
    Unread,
)
from camara_qod.tools.interpreter.reading.lengths.tokens import Tokens, tokenise
from camara_qod.tools.interpreter.reading.lengths.view import View


def read_times(text: str) -> list[Time]:
    """What a text says about time, left to right, never overlapping.

    Args:
        text: any text, in any of the twelve languages or without any.

    Returns:
        Lengths, ends, starts and intervals, and `Unread` for words about how long that could not
        be read. Judging them (limits, which is meant) is the caller's business.
    """
    found, rest = read_forms(text)
    tokens = tokenise(rest)
    times = [
        _time(tokens, one) for one in chosen(_readings(tokens)) if one.kind is not Kind.NOTHING
    ]
    found += times
    found += _apart(read_fields(tokens), found)
    return sorted(found, key=lambda time: time.start)


def _apart(more: Iterable[Time], found: list[Time]) -> list[Time]:
    """Those that overlap none of some others."""
    return [
        time
        for time in more
        if not any(time.start < other.end and other.start < time.end for other in found)
    ]


def _readings(tokens: Tokens) -> list[Reading]:
    """What each language that the text can be in reads."""
    words = lexicon()
    evidence = words.evidence(tokens)
    best = max(evidence.values(), default=0)
    evident = {number for number, mine in evidence.items() if 2 * mine >= best}
    readings = []
    for number, hits in possible(words.find(tokens), evident).items():
        view = View(tokens, words.languages[number], hits, evident=number in evident)
        readings.append(Reading(scan(view), evidence.get(number, 0), view.evident))
    return readings


def _time(tokens: Tokens, found: Found) -> Time:
    start, end = tokens.starts[found.start], tokens.ends[found.end - 1]
    if found.kind is Kind.LENGTH and found.seconds is not None:
        return Length(start, end, found.seconds, found.total)
    if found.kind is Kind.END:
        return End(start, end, found.clocks[0])
    if found.kind is Kind.START:
        return Start(start, end, next(iter(found.clocks), None), found.seconds)
    if found.kind is Kind.INTERVAL:
        return Interval(start, end, *found.clocks)
    return Unread(start, end)
