"""A text as one language sees it: its tokens, and which phrases begin at each."""

from typing import Any

from camara_qod.tools.interpreter.reading.lengths.language import Language
from camara_qod.tools.interpreter.reading.lengths.lexicon import Hit, Hits
from camara_qod.tools.interpreter.reading.lengths.phrases import Amount, Unit
from camara_qod.tools.interpreter.reading.lengths.tokens import (
    DIGITS,
    IDEOGRAPH,
    SIGN,
    WORD,
    Tokens,
)

#: Tokens that the longest phrase before a place may have.
_BACK = 7
_ROW = 5


class View:
    """What the grammar reads.

    Args:
        tokens: of the text.
        language: whose words they are taken for.
        hits: the phrases found.
        evident: whether the text is known to be in that language: only then do forms count which
            mean other things elsewhere.

    Attributes:
        memo: what was read at a place before, by the reading functions.
    """

    __slots__ = ("_kinds", "_length", "_words", "evident", "hits", "language", "memo", "tokens")

    def __init__(self, tokens: Tokens, language: Language, hits: Hits, *, evident: bool) -> None:
        self.tokens, self.language, self.evident = tokens, language, evident
        self.hits = hits if evident else _without_shared(hits)
        self.memo: dict[tuple[str, int, bool], Any] = {}
        self._words, self._kinds, self._length = tokens.words, tokens.kinds, len(tokens)

    def __len__(self) -> int:
        return self._length

    def at(self, place: int, kind: str) -> Hit | None:
        """The longest phrase of a kind that begins at a token."""
        kinds = self.hits.get(place)
        return kinds.get(kind) if kinds else None

    def past(self, place: int, *kinds: str) -> int:
        """The token behind a phrase of one of some kinds; the same where there is none."""
        found = self.hits.get(place)
        if not found:
            return place
        end = place
        for kind in kinds:
            if (hit := found.get(kind)) and hit.end > end:
                end = hit.end
        return end

    def past_all(self, place: int, *kinds: str) -> int:
        """The token behind the phrases of some kinds in a row, of which nobody says many."""
        for _ in range(_ROW):
            behind = self.past(place, *kinds)
            if behind == place:
                break
            place = behind
        return place

    def before(self, place: int, *kinds: str) -> int | None:
        """Where a phrase of one of some kinds begins that reaches up to a token."""
        for start in range(place - 1, max(-1, place - _BACK), -1):
            found = self.hits.get(start)
            if found and any((hit := found.get(kind)) and hit.end >= place for kind in kinds):
                return start
        return None

    def inside(self, place: int, *kinds: str) -> bool:
        """Whether a token is a later word of a phrase of one of some kinds."""
        for start in range(place - 1, max(-1, place - _BACK), -1):
            found = self.hits.get(start)
            if found and any((hit := found.get(kind)) and hit.end > place for kind in kinds):
                return True
        return False

    def unit(self, place: int) -> tuple[Unit, int] | None:
        """A unit at a token, and the token behind it."""
        hit = self.at(place, "unit")
        return (hit.value, hit.end) if hit and isinstance(hit.value, Unit) else None

    def value(self, place: int, kind: str) -> tuple[Amount, int] | None:
        """The number that a phrase stands for, and the token behind it."""
        hit = self.at(place, kind)
        return (hit.value, hit.end) if hit and isinstance(hit.value, Amount) else None

    def word(self, place: int) -> str:
        """A token; nothing outside of the text."""
        return self._words[place] if 0 <= place < self._length else ""

    def raw(self, place: int) -> str:
        """A token as it was written."""
        return self.tokens.raw[self.tokens.starts[place] : self.tokens.ends[place]]

    def glued(self, place: int) -> bool:
        """Whether nothing stands between a token and the one before it."""
        return self.tokens.glued(place)

    def is_digits(self, place: int) -> bool:
        """Whether a token is a run of digits."""
        return 0 <= place < self._length and self._kinds[place] == DIGITS

    def is_word(self, place: int) -> bool:
        """Whether a token is a run of letters."""
        return 0 <= place < self._length and self._kinds[place] == WORD

    def is_ideograph(self, place: int) -> bool:
        """Whether a token is a character of a script without spaces."""
        return 0 <= place < self._length and self._kinds[place] == IDEOGRAPH

    def is_sign(self, place: int) -> bool:
        """Whether a token is neither letter nor digit."""
        return 0 <= place < self._length and self._kinds[place] == SIGN

    def capital(self, place: int) -> bool:
        """Whether a token begins with a capital letter."""
        return self.tokens.text[self.tokens.starts[place]].isupper()


def _without_shared(hits: Hits) -> Hits:
    """The phrases that mean nothing else in other languages."""
    return {
        place: {kind: hit for kind, hit in kinds.items() if not hit.shared}
        for place, kinds in hits.items()
    }
