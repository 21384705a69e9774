"""One reading out of those of several languages."""

from collections.abc import Iterator
from typing import NamedTuple
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.lexicon import Hits

#: How much more must speak for one language than for another to decide between them.
_SURE = 1.5


class Reading(NamedTuple):
    """What one language reads.

    Attributes:
        found: in order.
        evidence: how much of the text speaks for that language.
        evident: whether the text is taken to be in it.
    """

    found: list[Found]
    evidence: int
    evident: bool


#: Phrases that make a reading; all others only take part in one.
_MAKING = frozenset(
    ("unit", "alone", "plus", "part", "and", "vague", "whole", "unread", "clock", "oclock")
    + ("oclock_behind", "until", "until_behind", "from", "from_behind", "between", "in")
)
#: Languages that write numbers and times of day in different ways, for texts without words.
_WORDLESS = (0, 1, 3)


def possible(hits: dict[int, Hits], evident: set[int]) -> dict[int, Hits]:
    """The languages worth reading a text in: those in evidence, and others that know more of it.

    Args:
        hits: for each language its phrases in the text.
        evident: the languages that the text is taken to be in.
    """
    likely = evident or set(_WORDLESS)
    chosen = {number: hits.get(number, {}) for number in likely}
    known: dict[int, int] = {}
    for found in chosen.values():
        for place, kinds in found.items():
            ends = (hit.end for kind, hit in kinds.items() if kind in _MAKING)
            known[place] = max(known.get(place, place), *ends, place)
    for number, found in hits.items():
        if number not in chosen and _knows_more(found, known):
            chosen[number] = found
    return chosen


def _knows_more(hits: Hits, known: dict[int, int]) -> bool:
    """Whether phrases reach further than what is known at their place."""
    return any(
        hit.end > known.get(place, place)
        for place, kinds in hits.items()
        for kind, hit in kinds.items()
        if kind in _MAKING
    )


def chosen(readings: list[Reading]) -> list[Found]:
    """For each stretch of text the reading of a language in evidence, and the widest of those.

    Where two languages that are equally likely read different things in the same words, the words
    are unread.
    """
    if len(readings) == 1:
        return readings[0].found
    return [found for group in _groups(readings) for found in _best(group)]


def _groups(readings: list[Reading]) -> Iterator[list[tuple[Found, Reading]]]:
    """Findings that overlap, each with the reading it is from."""
    every = [(found, reading) for reading in readings for found in reading.found]
    group: list[tuple[Found, Reading]] = []
    end = 0
    for one in sorted(every, key=lambda one: one[0][:2]):
        if group and one[0].start >= end:
            yield group
            group, end = [], 0
        group.append(one)
        end = max(end, one[0].end)
    if group:
        yield group


def _best(group: list[tuple[Found, Reading]]) -> list[Found]:
    """The widest reading in an evident language; in any, if there is none."""
    parts: dict[int, Reading] = {}
    for found, reading in group:
        mine = parts.setdefault(id(reading), reading._replace(found=[]))
        mine.found.append(found)
    likely = [part for part in parts.values() if part.evident] or list(parts.values())
    most = max(map(_width, likely))
    return _agreed([part for part in likely if _width(part) == most])


def _agreed(readings: list[Reading]) -> list[Found]:
    """What equally wide readings agree on, or what the surest of them says."""
    first, *rest = sorted(readings, key=lambda reading: -reading.evidence)
    for other in rest:
        if _bare(other) != _bare(first) and first.evidence < _SURE * max(other.evidence, 1):
            every = [found for reading in readings for found in reading.found]
            start, end = min(one.start for one in every), max(one.end for one in every)
            return [Found(start, end, Kind.UNREAD)]
    same = [first, *(other for other in rest if _bare(other) == _bare(first))]
    return max(same, key=_totals).found


def _totals(reading: Reading) -> int:
    return sum(found.total for found in reading.found)


def _bare(reading: Reading) -> list[Found]:
    return [found._replace(total=False) for found in reading.found]


def _width(reading: Reading) -> tuple[int, int]:
    """How much a reading covers, in as few pieces as possible."""
    return sum(one.end - one.start for one in reading.found), -len(reading.found)
