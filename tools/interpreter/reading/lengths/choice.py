"""One reading out of those of several languages."""

from collections.abc import Iterator

from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind

#: What one language reads, and whether the text is known to be in it.
Reading = tuple[list[Found], bool]


def chosen(readings: list[Reading]) -> list[Found]:
    """For each stretch of text the reading of a language in evidence, and the widest of those.

    Where two languages that are equally likely read different things in the same words, the words
    are unread.
    """
    if len(readings) == 1:
        return readings[0][0]
    return [found for group in _groups(readings) for found in _best(group)]


def _groups(readings: list[Reading]) -> Iterator[list[tuple[Found, int, bool]]]:
    """Findings that overlap, with their language and whether it is in evidence."""
    every = sorted(
        (
            (found, number, evident)
            for number, (all_, evident) in enumerate(readings)
            for found in all_
        ),
        key=lambda one: one[0][:2],
    )
    group: list[tuple[Found, int, bool]] = []
    end = 0
    for one in every:
        if group and one[0].start >= end:
            yield group
            group = []
        group.append(one)
        end = max(end, one[0].end) if len(group) > 1 else one[0].end
    if group:
        yield group


def _best(group: list[tuple[Found, int, bool]]) -> list[Found]:
    by_language: dict[int, list[Found]] = {}
    evident: set[int] = set()
    for found, number, known in group:
        by_language.setdefault(number, []).append(found)
        if known:
            evident.add(number)
    likely = [all_ for number, all_ in by_language.items() if number in evident]
    return _widest(likely or list(by_language.values()))


def _widest(readings: list[list[Found]]) -> list[Found]:
    most = max(map(_width, readings))
    widest = [reading for reading in readings if _width(reading) == most]
    first = widest[0]
    if all(reading == first for reading in widest[1:]):
        return first
    start, end = first[0].start, max(found.end for reading in widest for found in reading)
    return [Found(start, end, Kind.UNREAD)]


def _width(reading: list[Found]) -> tuple[int, int]:
    """How much a reading covers, in as few pieces as possible."""
    return sum(found.end - found.start for found in reading), -len(reading)
