"""A text as one language sees it: its tokens, and which phrases begin at each."""

from dataclasses import dataclass
from fractions import Fraction

from camara_qod.tools.interpreter.reading.lengths.language import Language
from camara_qod.tools.interpreter.reading.lengths.lexicon import Hit, Hits
from camara_qod.tools.interpreter.reading.lengths.phrases import Unit
from camara_qod.tools.interpreter.reading.lengths.tokens import (
    DIGITS,
    IDEOGRAPH,
    SIGN,
    WORD,
    Tokens,
)


@dataclass(frozen=True, slots=True)
class View:
    """What the grammar reads.

    Attributes:
        tokens: of the text.
        language: whose words they are taken for.
        hits: the phrases found.
        evident: whether the text is known to be in that language: only then do forms count which
            mean other things elsewhere.
    """

    tokens: Tokens
    language: Language
    hits: Hits
    evident: bool

    def __len__(self) -> int:
        return len(self.tokens)

    def at(self, place: int, kind: str) -> Hit | None:
        """The longest phrase of a kind that begins at a token."""
        hit = self.hits.get(place, {}).get(kind)
        return hit if hit and (self.evident or not hit.shared) else None

    def past(self, place: int, *kinds: str) -> int:
        """The token behind a phrase of one of some kinds; the same where there is none."""
        ends = [hit.end for kind in kinds if (hit := self.at(place, kind))]
        return max(ends, default=place)

    def past_all(self, place: int, *kinds: str) -> int:
        """The token behind all phrases of some kinds in a row."""
        while (behind := self.past(place, *kinds)) > place:
            place = behind
        return place

    def before(self, place: int, *kinds: str) -> int | None:
        """Where a phrase of one of some kinds begins that reaches up to a token."""
        for start in range(place - 1, max(-1, place - 7), -1):
            if any((hit := self.at(start, kind)) and hit.end >= place for kind in kinds):
                return start
        return None

    def unit(self, place: int) -> tuple[Unit, int] | None:
        """A unit at a token, and the token behind it."""
        hit = self.at(place, "unit")
        return (hit.value, hit.end) if hit and isinstance(hit.value, Unit) else None

    def value(self, place: int, kind: str) -> tuple[Fraction, int] | None:
        """The number that a phrase stands for, and the token behind it."""
        hit = self.at(place, kind)
        return (hit.value, hit.end) if hit and isinstance(hit.value, Fraction) else None

    def word(self, place: int) -> str:
        """A token; nothing outside of the text."""
        return self.tokens.words[place] if 0 <= place < len(self.tokens) else ""

    def glued(self, place: int) -> bool:
        """Whether nothing stands between a token and the one before it."""
        return self.tokens.glued(place)

    def is_digits(self, place: int) -> bool:
        """Whether a token is a run of digits."""
        return 0 <= place < len(self.tokens) and self.tokens.kinds[place] == DIGITS

    def is_word(self, place: int) -> bool:
        """Whether a token is a run of letters."""
        return 0 <= place < len(self.tokens) and self.tokens.kinds[place] == WORD

    def is_ideograph(self, place: int) -> bool:
        """Whether a token is a character of a script without spaces."""
        return 0 <= place < len(self.tokens) and self.tokens.kinds[place] == IDEOGRAPH

    def is_sign(self, place: int) -> bool:
        """Whether a token is neither letter nor digit."""
        return 0 <= place < len(self.tokens) and self.tokens.kinds[place] == SIGN

    def capital(self, place: int) -> bool:
        """Whether a token begins with a capital letter."""
        return self.tokens.text[self.tokens.starts[place]].isupper()

    def raw(self, place: int) -> str:
        """A token as it was written."""
        return self.tokens.raw[self.tokens.starts[place] : self.tokens.ends[place]]
