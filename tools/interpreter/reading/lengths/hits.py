"""Phrases by their first words, and where they stand in a text."""

from collections.abc import Iterator
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.phrases import Phrase, Value
from camara_qod.tools.interpreter.reading.lengths.tokens import IDEOGRAPH, Tokens, words_of


class Hit(NamedTuple):
    """A phrase found.

    Attributes:
        value: what it stands for.
        end: the token behind it.
        shared: whether it means other things in other languages.
    """

    value: Value
    end: int
    shared: bool = False


#: For each token, the longest phrase of each kind that begins there.
Hits = dict[int, dict[str, Hit]]


class Entry(NamedTuple):
    """A phrase to be found: the language it is of, and its words from the third on."""

    language: int
    rest: tuple[str, ...]
    kind: str
    value: Value
    shared: bool


class Index:
    """Phrases by their first word and their second."""

    def __init__(self) -> None:
        self._single: dict[str, list[Entry]] = {}
        self._longer: dict[str, dict[str, list[Entry]]] = {}

    def add(self, language: int, phrase: Phrase, *, shared: bool = False) -> str:
        """Take up a phrase.

        Returns:
            Its word, if it has but one.
        """
        first, *words = words_of(phrase.text)
        second, *rest = (word for word in words if word != "-") if words else ("",)
        entry = Entry(language, tuple(rest), phrase.kind, phrase.value, shared)
        if not second:
            self._single.setdefault(first, []).append(entry)
            return first
        entries = self._longer.setdefault(first, {}).setdefault(second, [])
        entries.append(entry)
        entries.sort(key=lambda entry: len(entry.rest))
        return ""

    def knows(self, word: str) -> bool:
        """Whether a word is a phrase by itself."""
        return word in self._single

    def at(self, tokens: Tokens, place: int) -> Iterator[tuple[Entry, Hit]]:
        """The phrases that begin at a token, longer ones last."""
        word = tokens.words[place]
        for entry in self._single.get(word, ()):
            yield entry, Hit(entry.value, place + 1, entry.shared)
        seconds = self._longer.get(word)
        second = _following(tokens, place + 1) if seconds else 0
        if seconds and second:
            for entry in seconds.get(tokens.words[second], ()):
                if end := _matched(tokens, second, entry.rest):
                    yield entry, Hit(entry.value, end, entry.shared)


def _matched(tokens: Tokens, second: int, rest: tuple[str, ...]) -> int:
    """The token behind a phrase whose second word is at a token; 0 if the rest does not follow."""
    at = second
    for word in rest:
        at = _following(tokens, at + 1)
        if not at or tokens.words[at] != word:
            return 0
    return at + 1


def _following(tokens: Tokens, place: int) -> int:
    """Where the next word of a phrase may stand, over a hyphen; 0 for nowhere."""
    words = tokens.words
    if place >= len(words):
        return 0
    if words[place] == "-" and tokens.glued(place) and tokens.glued(place + 1):
        place += 1
    apart = tokens.kinds[place] == IDEOGRAPH and not tokens.glued(place)
    return 0 if apart else place
