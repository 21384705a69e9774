"""Which phrases of which languages stand where in a text."""

import threading
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from camara_qod.tools.interpreter.reading.lengths.hits import Hit, Hits, Index
from camara_qod.tools.interpreter.reading.lengths.language import LANGUAGES, Language
from camara_qod.tools.interpreter.reading.lengths.number_words import NumberWords
from camara_qod.tools.interpreter.reading.lengths.phrases import Phrase
from camara_qod.tools.interpreter.reading.lengths.tokens import WORD, Tokens

#: Letters by which the ending of a compound is told.
_LAST = 3
#: Words that more languages share tell nothing.
_COMMON = 6
#: What a word counts that only one language has.
_WHOLE = 12


class Lexicon:
    """All phrases of all languages, each with its language; built once, on first use.

    The numerals of a language are left until a text can be in it.
    """

    def __init__(self) -> None:
        self.languages = [Language(code) for code in LANGUAGES]
        self._index = Index()
        self._knowing: dict[str, set[int]] = {}
        self._endings: dict[str, list[int]] = {}
        self._numbers: dict[int, NumberWords] = {}
        self._lock = threading.Lock()
        for number, language in enumerate(self.languages):
            self._learn(number, language)

    def _learn(self, number: int, language: Language) -> None:
        for word in language.evidence:
            self._knowing.setdefault(word, set()).add(number)
        for phrase in language.phrases():
            shared = phrase.kind == "unit" and phrase.text in language.shared
            word = self._index.add(number, phrase, shared=shared)
            if len(word) > 2 and not shared:
                self._knowing.setdefault(word, set()).add(number)
        for ending in {ending[-_LAST:] for ending in language.endings()}:
            self._endings.setdefault(ending, []).append(number)

    def find(self, tokens: Tokens) -> dict[int, Hits]:
        """For each language that has any, its phrases in a text, but for its numerals."""
        found: dict[int, Hits] = {}
        for place in range(len(tokens)):
            for entry, hit in self._index.at(tokens, place):
                found.setdefault(entry.language, {}).setdefault(place, {})[entry.kind] = hit
            for language, phrase in self._compounds(tokens, place):
                kinds = found.setdefault(language, {}).setdefault(place, {})
                kinds[phrase.kind] = Hit(phrase.value, place + 1)
        return found

    def _compounds(self, tokens: Tokens, place: int) -> Iterator[tuple[int, Phrase]]:
        word = tokens.words[place]
        languages = self._endings.get(word[-_LAST:], ()) if tokens.kinds[place] == WORD else ()
        for language in () if self._index.knows(word) else languages:
            if phrase := self.number_words(language).compound(word):
                yield language, phrase

    def number_words(self, language: int) -> NumberWords:
        """The numerals of a language, by its place in `languages`."""
        with self._lock:
            if language not in self._numbers:
                self._numbers[language] = NumberWords(self.languages[language])
            return self._numbers[language]

    def evidence(self, tokens: Tokens, hits: dict[int, Hits]) -> dict[int, int]:
        """How much of a text speaks for each language: its words and its phrases, shared in part.

        Args:
            tokens: of the text.
            hits: the phrases found in it.
        """
        score: Counter[int] = Counter()
        for word in set(tokens.words):
            known = self._knowing.get(word)
            if known and len(known) <= _COMMON:
                for language in known:
                    score[language] += _WHOLE // len(known)
        for knowing in _phrases_of(hits).values():
            for language in knowing:
                score[language] += _WHOLE // len(knowing)
        return dict(score)


def evident(evidence: dict[int, int]) -> set[int]:
    """The languages that a text is taken to be in: no other has twice as much for it."""
    best = max(evidence.values(), default=0)
    return {language for language, mine in evidence.items() if 2 * mine >= best}


def _phrases_of(hits: dict[int, Hits]) -> dict[tuple[int, int], list[int]]:
    """The places of phrases of several words, and the languages that know each."""
    found: dict[tuple[int, int], list[int]] = {}
    for language, places in hits.items():
        for place, kinds in places.items():
            end = max(hit.end for hit in kinds.values())
            if end - place > 1:
                found.setdefault((place, end), []).append(language)
    return found


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
