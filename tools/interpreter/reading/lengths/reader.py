"""From a text to what it says about time, over all languages it can be in."""

from collections.abc import Iterable, Sequence

from camara_qod.tools.interpreter.reading.lengths.choice import Reading, chosen, possible
from camara_qod.tools.interpreter.reading.lengths.fields import read_fields
from camara_qod.tools.interpreter.reading.lengths.forms import read_forms
from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.lexicon import evident, lexicon
from camara_qod.tools.interpreter.reading.lengths.scan import scan
from camara_qod.tools.interpreter.reading.lengths.tables import read_table
from camara_qod.tools.interpreter.reading.lengths.times import (
    End,
    Interval,
    Length,
    Start,
    Time,
    TimeOfDay,
    Unread,
)
from camara_qod.tools.interpreter.reading.lengths.tokens import Tokens, tokenise
from camara_qod.tools.interpreter.reading.lengths.view import View
from camara_qod.tools.interpreter.reading.lengths.whole import whole


def read_times(text: str, *, clocks: bool = False) -> list[Time]:
    """What a text says about time, left to right, never overlapping.

    Args:
        text: any text, in any of the twelve languages or without any.
        clocks: whether times of day are wanted of which no word says what they are (`TimeOfDay`).

    Returns:
        Lengths, ends, starts and intervals, and `Unread` for words about how long that could not
        be read. Judging them (limits, which is meant) is the caller's business.
    """
    formed, rest = read_forms(text)
    tokens = tokenise(rest)
    table = read_table(tokens)
    found = [time for time in formed if not isinstance(time, TimeOfDay)] + table.lengths
    read = (_time(tokens, one) for one in chosen(_readings(tokens)) if _tells(one, clocks=clocks))
    found += _apart(_whole(tokens.text, read), table.spans)
    found += _apart(_whole(tokens.text, read_fields(tokens)), [*found, *table.spans])
    if clocks:
        found += _apart((time for time in formed if isinstance(time, TimeOfDay)), found)
    return sorted(found, key=lambda time: time.start)


def _tells(found: Found, *, clocks: bool) -> bool:
    return found.kind is not Kind.NOTHING or (clocks and bool(found.clocks))


def _whole(text: str, times: Iterable[Time]) -> list[Time]:
    """Those that are whole, and never two in the same place where unread ones have grown."""
    kept: list[Time] = []
    for time in times:
        last = kept[-1] if kept else None
        one = whole(text, time)
        if one and last and one.start < last.end:
            kept[-1] = Unread(last.start, max(last.end, one.end))
        elif one:
            kept.append(one)
    return kept


def _apart(more: Iterable[Time], found: Sequence[Time]) -> list[Time]:
    """Those that overlap none of some others."""
    return [
        time
        for time in more
        if not any(time.start < other.end and other.start < time.end for other in found)
    ]


def _readings(tokens: Tokens) -> list[Reading]:
    """What each language that the text can be in reads."""
    words = lexicon()
    hits = words.find(tokens)
    evidence = words.evidence(tokens, hits)
    likely = evident(evidence)
    readings = []
    for number, mine in possible(words, hits, likely).items():
        language = words.languages[number]
        words.number_words(number).add_to(mine, tokens)
        assumed = not likely and language.assumed
        view = View(tokens, language, mine, evident=number in likely or assumed)
        found = scan(view)
        if likely and not view.evident:
            found = [one for one in found if _is_sure(view, one)]
        readings.append(Reading(found, evidence.get(number, 0), view.evident))
    return readings


def _is_sure(view: View, found: Found) -> bool:
    """Whether more than single words speak for a reading in a language that the text is not in."""
    within = range(found.start, found.end)
    units = [unit[0].seconds for at in within if (unit := view.unit(at))]
    return all(units) and any(
        view.is_digits(at) or view.unit(at) or view.at(at, "alone") for at in within
    )


def _time(tokens: Tokens, found: Found) -> Time:
    start, end = tokens.starts[found.start], tokens.ends[found.end - 1]
    if found.kind is Kind.LENGTH and found.seconds is not None:
        return Length(start, end, found.seconds, found.total)
    if found.kind is Kind.END:
        return End(start, end, found.clocks[0])
    if found.kind is Kind.NOTHING:
        return TimeOfDay(start, end, found.clocks[0])
    if found.kind is Kind.START:
        return Start(start, end, next(iter(found.clocks), None), found.seconds, found.lasting)
    if found.kind is Kind.INTERVAL:
        return Interval(start, end, *found.clocks)
    return Unread(start, end)
