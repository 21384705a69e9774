"""Numerals that stand in a text by themselves: "make it three", "doch lieber zwanzig"."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.hits import Hit, Hits
from camara_qod.tools.interpreter.reading.lengths.lexicon import evident, lexicon
from camara_qod.tools.interpreter.reading.lengths.tokens import DIGITS, Tokens, tokenise

#: What is one is an article as well in most languages.
_LEAST, _MOST = 2, 999
_HALF = Fraction(1, 2)


class Numeral(NamedTuple):
    """A number in words at `text[start:end]`: a whole one, or one and a half and so on."""

    start: int
    end: int
    value: float


def read_numerals(text: str, conversation: str) -> list[Numeral]:
    """The whole numbers from 2 and the halves from 1.5 that a text says in words, left to right.

    Args:
        text: any text.
        conversation: all that was said, which tells the languages that it can be in.
    """
    words, around = lexicon(), tokenise(conversation)
    evidence = words.evidence(around, words.find(around))
    tokens = tokenise(text)
    phrases = words.find(tokens)
    found: dict[int, Numeral] = {}
    for language in sorted(evident(evidence), key=lambda one: -evidence[one]):
        for one in _numerals(tokens, language, phrases.get(language, {})):
            found.setdefault(one.start, one)
    return _apart(found)


def _apart(found: dict[int, Numeral]) -> list[Numeral]:
    """Left to right, without those that lie inside of another."""
    kept: list[Numeral] = []
    for start in sorted(found):
        if not kept or start >= kept[-1].end:
            kept.append(found[start])
    return kept


def _numerals(tokens: Tokens, language: int, phrases: Hits) -> Iterator[Numeral]:
    hits: Hits = {}
    lexicon().number_words(language).add_to(hits, tokens)
    behind = 0
    for place in range(len(tokens)):
        if place < behind or tokens.kinds[place] == DIGITS:
            continue
        hit = _at(hits, phrases, place)
        if hit is None:
            continue
        behind = hit.end
        value = hit.value
        if isinstance(value, Fraction):
            yield Numeral(tokens.starts[place], tokens.ends[behind - 1], float(value))
        elif isinstance(value, int) and _LEAST <= value <= _MOST:
            yield Numeral(tokens.starts[place], tokens.ends[behind - 1], value)


def _at(hits: Hits, phrases: Hits, place: int) -> Hit | None:
    """The numeral at a token, with the half that belongs to it."""
    here = phrases.get(place, {})
    known = here.get("number")
    if known and _is_half(known.value):
        return known
    whole = hits.get(place, {}).get("number")
    first = whole or here.get("one")
    half = _half_behind(phrases, first.end) if first else 0
    if not first or not half:
        return whole
    count = first.value if whole and isinstance(first.value, int) else 1
    return Hit(count + _HALF, half) if count <= _MOST else None


def _is_half(value: object) -> bool:
    return isinstance(value, Fraction) and value > 1 and value.denominator == _HALF.denominator


def _half_behind(phrases: Hits, place: int) -> int:
    """The token behind "and a half" that begins at one; 0 where it does not."""
    if (hit := phrases.get(place, {}).get("plus")) and hit.value == _HALF:
        return hit.end
    joint = phrases.get(place, {}).get("and")
    part = phrases.get(joint.end, {}).get("part") if joint else None
    return part.end if part and part.value == _HALF else 0
