"""Phrases, and the other ways in which they are written."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.clock import Day
from camara_qod.tools.interpreter.reading.lengths.tokens import lowered

#: Letters that Unicode does not take apart, and what they become without their sign.
_PLAIN = {"ł": "l", "ı": "i", "ø": "o", "đ": "d", "ß": "ss", "œ": "oe", "æ": "ae"}


class Unit(NamedTuple):
    """A unit of time.

    Attributes:
        seconds: its length.
        short: an abbreviation, which a full stop may follow.
        letter: a single letter, which counts only behind digits.
        one: the form for one of it.
    """

    seconds: int
    short: bool = False
    letter: bool = False
    one: bool = False


class Period(NamedTuple):
    """A part of the day: CLDR's name for it, and its hours as pairs of minutes since midnight."""

    name: str
    hours: tuple[tuple[int, int], ...] = ()


#: A number: whole wherever it can be, since whole numbers are quicker.
Amount = int | Fraction
Value = bool | Amount | Unit | Period | Day


class Phrase(NamedTuple):
    """Words with what they are: a kind such as "unit" or "until", and a value of that kind."""

    text: str
    kind: str
    value: Value = True


def exact(text: str) -> Amount:
    """The number that a key such as "3600" or "1/2" stands for."""
    return int(text) if text.isdecimal() else Fraction(text)


def spellings(text: str, letters: Mapping[str, str]) -> Iterator[str]:
    """A phrase in lower case, without its accents, and with `letters` written otherwise."""
    small = lowered(text)
    seen = {small, plain(small)}
    for letter, other in letters.items():
        seen |= {form.replace(letter, other) for form in list(seen)}
    yield from seen


def plain(text: str) -> str:
    """Latin letters without accents."""
    if text.isascii():
        return text
    letters = (_PLAIN.get(letter) or _bare(letter) for letter in text)
    return "".join(letters)


def _bare(letter: str) -> str:
    if letter < "\u0250":  # the end of the Latin letters: kana have marks that must stay
        return unicodedata.normalize("NFD", letter)[0]
    return letter


def of(texts: Iterable[str], kind: str, value: Value = True) -> Iterator[Phrase]:
    """The same kind and value for each of some texts."""
    for text in texts:
        yield Phrase(text, kind, value)
