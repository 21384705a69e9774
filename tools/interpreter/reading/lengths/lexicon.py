"""Which phrases of which languages stand where in a text."""

import threading
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.compounds import Compounds
from camara_qod.tools.interpreter.reading.lengths.language import LANGUAGES, Language
from camara_qod.tools.interpreter.reading.lengths.phrases import Phrase, Value
from camara_qod.tools.interpreter.reading.lengths.tokens import IDEOGRAPH, WORD, Tokens, words_of

#: Shorter words are no compounds of a numeral and something else.
_COMPOUND = 6
#: Words that more languages share tell nothing.
_COMMON = 6


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
        self._phrases: dict[str, dict[str, list[_Entry]]] = {}
        self._knowing: dict[str, set[int]] = {}
        self._compounds = [Compounds(language) for language in self.languages]
        for number, language in enumerate(self.languages):
            self._learn(number, language)
        for seconds in self._phrases.values():
            for entries in seconds.values():
                entries.sort(key=lambda entry: len(entry.rest))

    def _learn(self, number: int, language: Language) -> None:
        for word in language.evidence:
            self._knowing.setdefault(word, set()).add(number)
        for phrase in language.phrases():
            first, *rest = words_of(phrase.text)
            shared = phrase.kind == "unit" and phrase.text in language.shared
            second, *rest = (word for word in rest if word != "-") if rest else ("",)
            entry = _Entry(number, tuple(rest), phrase.kind, phrase.value, shared)
            if second:
                self._phrases.setdefault(first, {}).setdefault(second, []).append(entry)
            else:
                self._entries.setdefault(first, []).append(entry)
            if len(phrase.text) > 2 and not second and not shared:
                self._knowing.setdefault(first, set()).add(number)
            if not second:
                self._compounds[number].learn(phrase)

    def find(self, tokens: Tokens) -> dict[int, Hits]:
        """For each language that has any, its phrases in a text."""
        found: dict[int, Hits] = {}
        for place, word in enumerate(tokens.words):
            if entries := self._entries.get(word):
                for entry in entries:
                    hit = Hit(entry.value, place + 1, entry.shared)
                    found.setdefault(entry.language, {}).setdefault(place, {})[entry.kind] = hit
            elif len(word) >= _COMPOUND and tokens.kinds[place] == WORD:
                for language, phrase in self._compound(word):
                    kinds = found.setdefault(language, {}).setdefault(place, {})
                    kinds[phrase.kind] = Hit(phrase.value, place + 1, False)
            for entry, end in self._longer(tokens, place, word):
                hit = Hit(entry.value, end, entry.shared)
                found.setdefault(entry.language, {}).setdefault(place, {})[entry.kind] = hit
        return found

    def _longer(self, tokens: Tokens, place: int, word: str) -> Iterator[tuple[_Entry, int]]:
        """Phrases of several words that begin at a token, and the token behind each."""
        seconds = self._phrases.get(word)
        at = seconds and _following(tokens, place + 1)
        if at:
            for entry in seconds.get(tokens.words[at], ()):
                if end := _matched(tokens, at, entry.rest):
                    yield entry, end

    def _compound(self, word: str) -> Iterator[tuple[int, Phrase]]:
        for language, compounds in enumerate(self._compounds):
            if phrase := compounds.read(word):
                yield language, phrase

    def evidence(self, tokens: Tokens) -> dict[int, int]:
        """How much of a text speaks for each language: its words, shared ones in part."""
        score: Counter[int] = Counter()
        for word in set(tokens.words):
            if known := self._knowing.get(word):
                for language in known if len(known) <= _COMMON else ():
                    score[language] += 12 // len(known)
        return dict(score)


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
    if (
        place < len(words)
        and words[place] == "-"
        and tokens.glued(place)
        and tokens.glued(place + 1)
    ):
        place += 1
    if place >= len(words) or (tokens.kinds[place] == IDEOGRAPH and not tokens.glued(place)):
        return 0
    return place


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
