"""Which phrases of which languages stand where in a text."""

import threading
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.language import LANGUAGES, Language
from camara_qod.tools.interpreter.reading.lengths.phrases import Phrase, Unit, Value
from camara_qod.tools.interpreter.reading.lengths.tokens import IDEOGRAPH, WORD, Tokens, tokenise

#: Shorter words are no compounds of a numeral and something else.
_COMPOUND = 6


class Hit(NamedTuple):
    """A phrase found: what it stands for, and the token behind it."""

    value: Value
    end: int
    shared: bool


#: For each token, the longest phrase of each kind that begins there.
Hits = dict[int, dict[str, Hit]]


class _Entry(NamedTuple):
    language: int
    rest: tuple[str, ...]
    kind: str
    value: Value
    shared: bool


class Lexicon:
    """All phrases of all languages, each with its language; built once, on first use."""

    def __init__(self) -> None:
        self.languages = [Language(code) for code in LANGUAGES]
        self._entries: dict[str, list[_Entry]] = {}
        self._knowing: dict[str, set[int]] = {}
        self._numbers: list[dict[str, Fraction]] = [{} for _ in self.languages]
        self._endings = [language.endings() for language in self.languages]
        for number, language in enumerate(self.languages):
            self._learn(number, language)
        for entries in self._entries.values():
            entries.sort(key=lambda entry: len(entry.rest))

    def _learn(self, number: int, language: Language) -> None:
        for word in language.evidence:
            self._knowing.setdefault(word, set()).add(number)
        for phrase in language.phrases():
            first, *rest = tokenise(phrase.text).words
            shared = phrase.kind == "unit" and phrase.text in language.shared
            entry = _Entry(number, _without_hyphens(rest), phrase.kind, phrase.value, shared)
            self._entries.setdefault(first, []).append(entry)
            if len(phrase.text) > 2 and not rest and not shared:
                self._knowing.setdefault(first, set()).add(number)
            if (
                phrase.kind in ("number", "part")
                and not rest
                and isinstance(phrase.value, Fraction)
            ):
                self._numbers[number][first] = phrase.value
        self._numbers[number] |= language.prefixes()

    def find(self, tokens: Tokens) -> dict[int, Hits]:
        """For each language that has any, its phrases in a text."""
        found: dict[int, Hits] = {}
        for place, word in enumerate(tokens.words):
            entries = self._entries.get(word)
            if entries:
                for entry in entries:
                    end = _matched(tokens, place, entry.rest) if entry.rest else place + 1
                    if end:
                        hit = Hit(entry.value, end, entry.shared)
                        found.setdefault(entry.language, {}).setdefault(place, {})[entry.kind] = hit
            elif len(word) >= _COMPOUND and tokens.kinds[place] == WORD:
                for language, phrase in self._compound(word):
                    kinds = found.setdefault(language, {}).setdefault(place, {})
                    kinds[phrase.kind] = Hit(phrase.value, place + 1, False)
        return found

    def _compound(self, word: str) -> Iterator[tuple[int, Phrase]]:
        """A numeral with an ending: half as much again, or a unit."""
        for language, endings in enumerate(self._endings):
            for cut in range(2, len(word) - 2 if endings else 0):
                number, ending = self._numbers[language].get(word[:cut]), endings.get(word[cut:])
                if number is not None and ending and isinstance(ending.value, Fraction):
                    yield language, Phrase(word, "number", number + ending.value)
                elif number is not None and ending and isinstance(ending.value, Unit):
                    yield language, Phrase(word, "alone", number * ending.value.seconds)

    def evidence(self, tokens: Tokens) -> dict[int, int]:
        """How much of a text speaks for each language: its words, shared ones in part."""
        score: Counter[int] = Counter()
        for word in set(tokens.words):
            if known := self._knowing.get(word):
                for language in known:
                    score[language] += 12 // len(known)
        return dict(score)


def _without_hyphens(words: list[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word != "-")


def _matched(tokens: Tokens, place: int, rest: tuple[str, ...]) -> int:
    """The token behind a phrase whose first word is at `place`; 0 if it is not there."""
    at = place + 1
    for word in rest:
        if (
            at < len(tokens)
            and tokens.words[at] == "-"
            and tokens.glued(at)
            and tokens.glued(at + 1)
        ):
            at += 1
        if at >= len(tokens) or tokens.words[at] != word:
            return 0
        if tokens.kinds[at] == IDEOGRAPH and not tokens.glued(at):
            return 0
        at += 1
    return at


class _Once:
    """The one lexicon of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _built(self) -> Lexicon:
        return Lexicon()

    def __call__(self) -> Lexicon:
        with self._lock:
            return self._built


lexicon = _Once()
