"""Words that are made of a numeral and something else: "zweieinhalb", "tvåtimmars", "hundertzwanzig"."""

from camara_qod.tools.interpreter.reading.lengths.language import Language
from camara_qod.tools.interpreter.reading.lengths.phrases import Amount, Phrase, Unit

_SHORTEST = 2


class Compounds:
    """The compounds of one language.

    Args:
        language: it.
    """

    def __init__(self, language: Language) -> None:
        self._joined = language.joined
        self._endings = language.endings()
        self._numbers: dict[str, Amount] = dict(language.prefixes())
        self._beginnings: dict[str, Amount] = {}

    def learn(self, phrase: Phrase) -> None:
        """Take up a numeral or fraction, to be known as the first part of a compound."""
        table = {"number": self._numbers, "part": self._numbers, "beginning": self._beginnings}
        if not isinstance(phrase.value, bool | Unit | tuple) and phrase.kind in table:
            table[phrase.kind].setdefault(phrase.text, phrase.value)  # type: ignore[arg-type]

    def read(self, word: str) -> Phrase | None:
        """What a word stands for, if it is a compound."""
        if self._joined and (number := self._joined_number(word)):
            return Phrase(word, "number", number)
        if not self._endings:
            return None
        for cut in range(len(word) - _SHORTEST, _SHORTEST - 1, -1):
            ending = self._endings.get(word[cut:])
            number = self._number(word[:cut]) if ending else None
            if ending and number is not None:
                return _together(word, number, ending)
        return None

    def _number(self, word: str) -> Amount | None:
        return self._numbers.get(word) or (self._joined_number(word) if self._joined else None)

    def _joined_number(self, word: str) -> Amount | None:
        """Hundreds or thousands and what is below, written as one word."""
        for cut in range(len(word) - _SHORTEST, _SHORTEST, -1):
            if more := self._beginnings.get(word[:cut]):
                rest = self._numbers.get(word[cut:]) or self._joined_number(word[cut:])
                if rest and rest < more:
                    return more + rest
        return None


def _together(word: str, number: Amount, ending: Phrase) -> Phrase | None:
    if isinstance(ending.value, Unit):
        return Phrase(word, "alone", number * ending.value.seconds)
    if isinstance(ending.value, bool | tuple):
        return None
    return Phrase(word, "number", number + ending.value)  # type: ignore[operator]
