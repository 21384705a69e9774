"""Numerals that stand in a text by themselves: "make it three", "doch lieber zwanzig"."""

from collections.abc import Iterator
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.hits import Hits
from camara_qod.tools.interpreter.reading.lengths.lexicon import lexicon
from camara_qod.tools.interpreter.reading.lengths.tokens import DIGITS, Tokens, tokenise

#: What is one is an article as well in most languages.
_LEAST, _MOST = 2, 999


class Numeral(NamedTuple):
    """A whole number in words at `text[start:end]`."""

    start: int
    end: int
    value: int


def read_numerals(text: str, conversation: str) -> list[Numeral]:
    """The whole numbers from 2 that a text says in words, left to right.

    Args:
        text: any text.
        conversation: all that was said, which tells the languages that it can be in.
    """
    words, around = lexicon(), tokenise(conversation)
    evidence = words.evidence(around, words.find(around))
    best = max(evidence.values(), default=0)
    tokens = tokenise(text)
    found: dict[int, Numeral] = {}
    for language, mine in sorted(evidence.items(), key=lambda one: -one[1]):
        if 2 * mine >= best:
            for one in _numerals(tokens, language):
                found.setdefault(one.start, one)
    return [found[start] for start in sorted(found)]


def _numerals(tokens: Tokens, language: int) -> Iterator[Numeral]:
    hits: Hits = {}
    lexicon().number_words(language).add_to(hits, tokens)
    behind = 0
    for place in sorted(hits):
        hit = hits[place].get("number")
        if hit is None or place < behind or tokens.kinds[place] == DIGITS:
            continue
        behind = hit.end
        value = hit.value
        if isinstance(value, int) and _LEAST <= value <= _MOST:
            yield Numeral(tokens.starts[place], tokens.ends[behind - 1], value)
