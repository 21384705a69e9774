"""Numbers that stand in place of a length said before: "2 hours", "make it 3"."""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from unicode_rbnf import RbnfEngine

from camara_qod.tools.interpreter.reading.lengths import Length, read_times

_A_DAY = 86400
_UNITS = (3600, 60, 1)


@cache
def _words() -> dict[str, int]:
    """Numbers from two on, which may stand alone."""
    engine = RbnfEngine.for_language("en")
    return {engine.format_number(value).text: value for value in range(2, 100)}


@cache
def _again() -> re.Pattern[str]:
    """A number that takes the place of a length and leaves its unit out: "no, ninety"."""
    alone = "|".join(sorted(_words(), key=len, reverse=True))
    return re.compile(
        r"(?:\b(?:(?:is|was|['’]s)\s+(?:far\s+|way\s+|much\s+)?too\s+(?:much|long|short|little|few|many)"
        r"|make\s+(?:it|that|this)|(?:change|set|raise|cut|shorten|extend)\s+(?:it|that|this)\s+to"
        r"|or\s+rather|rather|actually|no|wait|sorry|i\s+mean|i\s+meant|let['’]?s\s+(?:say|do)|better"
        r"|try|fine|ok(?:ay)?|well|then|so)\b[\s,:.…—–-]+|^\W*)(?:(?:just|only|for|to|at\s+least|more\s+like)\s+)?"
        rf"(?P<number>[0-9]{{1,3}}(?:[.,]5)?|{alone})(?=\W*$|\s*[.,;!?)—–](?![0-9])"
        r"|\s+(?:instead|please|pls|then|rather|thanks|after\s+all|actually|sorry)\b)",
        re.IGNORECASE,
    )


def find_again(text: str, said: str, most: int = 999) -> Iterator[Length]:
    """Numbers that stand in place of a length said before and leave its unit out.

    Args:
        text: a turn.
        said: the length said before, as it was written.
        most: the largest number that is read so.

    Yields:
        Their lengths, in its unit or in the largest below that makes it at most a day: "2 hours",
        "make it 90".
    """
    sizes = [unit for unit in _UNITS if unit <= _unit_of(said)]
    for match in _again().finditer(text):
        number = _counted(match["number"])
        lengths = [round(number * unit) for unit in sizes if 0 < number * unit <= _A_DAY]
        if lengths and number <= most:
            yield Length(*match.span("number"), lengths[0])


def _unit_of(said: str) -> int:
    """Seconds in the last unit of a length; a bare number is seconds."""
    words = re.findall(r"[^\W\d_]+", said)
    for form in (f"2 {words[-1]}", f"2{words[-1]}") if words else ():
        for time in read_times(form):
            if isinstance(time, Length) and time.seconds // 2 in _UNITS:
                return time.seconds // 2
    return 60 if words or "'" in said else 1


def _counted(number: str) -> Fraction:
    if number[0].isdecimal():
        return Fraction(number.replace(",", "."))
    return Fraction(_words().get(number.lower().replace(" ", "-"), 0))
