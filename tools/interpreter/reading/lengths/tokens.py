"""A text as numbers, words and signs, each with its place."""

import re
import unicodedata
from dataclasses import dataclass

DIGITS, WORD, IDEOGRAPH, SIGN = "d", "w", "c", "s"
#: Scripts written without spaces: each character is a token.
_UNSPACED = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
#: Characters that count as letters or digits for Python and are neither.
_MARKS = "\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2150-\u218f"
_TOKEN = re.compile(
    rf"(?P<{DIGITS}>[0-9]+)|(?P<{IDEOGRAPH}>[{_UNSPACED}])"
    rf"|(?P<{WORD}>(?:(?![{_UNSPACED}{_MARKS}])[^\W\d_]|[\u0300-\u036f])+)|(?P<{SIGN}>\S)"
)
_ALIKE = {
    " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "'": "\u2018\u2019\u02bc\u2032\uff07`\u00b4",
    '"': "\u201c\u201d\u201e\u2033\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    "~": "\u301c\uff5e\u223c\u2248",
    "x": "\u00d7",
}
_SAME: dict[int, str] = {
    code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0C
}
_SAME |= {ord(other): plain for plain, others in _ALIKE.items() for other in others}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text, as lists of equal length.

    Attributes:
        raw: the text.
        text: the text with every character that has a plainer twin replaced by it, place by place.
        words: the tokens in lower case.
        kinds: `DIGITS`, `WORD`, `IDEOGRAPH` or `SIGN`.
        starts: where each begins in the text.
        ends: where each ends.
    """

    raw: str
    text: str
    words: list[str]
    kinds: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.words)

    def glued(self, place: int) -> bool:
        """Whether nothing stands between a token and the one before it."""
        return 0 < place < len(self.words) and self.starts[place] == self.ends[place - 1]


def tokenise(text: str) -> Tokens:
    """The tokens of any text."""
    plain = text.translate(_SAME)
    tokens = Tokens(text, plain, [], [], [], [])
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup or SIGN
        tokens.words.append(lowered(match[0]) if kind == WORD else match[0])
        tokens.kinds.append(kind)
        tokens.starts.append(match.start())
        tokens.ends.append(match.end())
    return tokens


def words_of(phrase: str) -> list[str]:
    """The tokens of a phrase in lower case."""
    if phrase.isalpha() and phrase < "\u3000":
        return [phrase]
    return tokenise(phrase).words


def lowered(word: str) -> str:
    """A word in lower case, composed; the dotted capital I is an i."""
    small = word.lower()
    if small.isascii():
        return small
    return unicodedata.normalize("NFC", small).replace("i\u0307", "i")
