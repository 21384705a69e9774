"""The numerals of a language and the words made of them: "zweieinhalb", "tvåtimmars"."""

from camara_qod.tools.interpreter.reading.lengths.hits import Hit, Hits, Index
from camara_qod.tools.interpreter.reading.lengths.language import Language
from camara_qod.tools.interpreter.reading.lengths.phrases import Amount, Phrase, Unit
from camara_qod.tools.interpreter.reading.lengths.tokens import WORD, Tokens

#: Shorter words are no compounds of a numeral and something else.
_COMPOUND = 6
_SHORTEST = 2


class NumberWords:
    """The numerals of one language, which are spelled out when they are first asked for.

    Args:
        language: it.
    """

    def __init__(self, language: Language) -> None:
        self._joined = language.joined
        self._endings = language.endings()
        self._index = Index()
        self._tables: dict[str, dict[str, Amount]] = {"number": dict(language.prefixes())}
        self._tables |= {kind: {} for kind in ("beginning", "one_behind")}
        self._tables["part"] = self._tables["number"]
        for phrase in language.numerals():
            self._index.add(0, phrase)
            self._learn(phrase)
        for phrase in language.amounts():
            self._learn(phrase)

    def _learn(self, phrase: Phrase) -> None:
        table = self._tables.get(phrase.kind)
        if table is not None and isinstance(phrase.value, Amount):
            table.setdefault(phrase.text, phrase.value)

    def add_to(self, hits: Hits, tokens: Tokens) -> None:
        """Put the numerals that stand in a text beside the phrases found there."""
        for place in range(len(tokens)):
            for entry, hit in self._index.at(tokens, place):
                known = hits.setdefault(place, {}).get(entry.kind)
                if known is None or known.end <= hit.end:
                    hits[place][entry.kind] = hit
            if self._joined and place not in hits and (number := self._long(tokens, place)):
                hits[place] = {"number": Hit(number, place + 1)}

    def _long(self, tokens: Tokens, place: int) -> Amount | None:
        word = tokens.words[place]
        long = tokens.kinds[place] == WORD and len(word) >= _COMPOUND
        return self._joined_number(word) if long else None

    def compound(self, word: str) -> Phrase | None:
        """What a word stands for that is made of a numeral and an ending."""
        for cut in range(len(word) - _SHORTEST, _SHORTEST - 1, -1):
            ending = self._endings.get(word[cut:])
            number = self._number(word[:cut]) if ending else None
            if ending and number is not None:
                return _together(word, number, ending)
        return None

    def _number(self, word: str) -> Amount | None:
        known = self._tables["number"].get(word)
        return known or (self._joined_number(word) if self._joined else None)

    def _joined_number(self, word: str) -> Amount | None:
        """Hundreds or thousands and what is below, written as one word."""
        for cut in range(len(word) - _SHORTEST, _SHORTEST, -1):
            if more := self._tables["beginning"].get(word[:cut]):
                rest = self._rest(word[cut:])
                if rest and rest < more:
                    return more + rest
        return None

    def _rest(self, word: str) -> Amount | None:
        one = self._tables["one_behind"].get(word)
        return one or self._tables["number"].get(word) or self._joined_number(word)


def _together(word: str, number: Amount, ending: Phrase) -> Phrase | None:
    if isinstance(ending.value, Unit):
        return Phrase(word, "alone", number * ending.value.seconds)
    more = ending.value
    return Phrase(word, "number", number + more) if isinstance(more, Amount) else None
