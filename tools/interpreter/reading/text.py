"""One turn while it is read, and where a token in it ends."""

import unicodedata
from collections.abc import Callable, Iterable

from camara_qod.tools.interpreter.reading.mention import Mention

#: Characters that typesetting puts for plain ones, each for exactly one, so that places hold.
_PLAIN = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | {chr(0xFF01 + code): chr(0x21 + code) for code in range(94)}
)
#: Stands for what was read already.
READ = "\x00"


class Turn:
    """A turn of the user's; characters already read are blanked, so that nothing is read twice.

    Attributes:
        number: its place in the conversation, from 0.
        text: as it was written.
        rest: the same length, in plain characters, without what was read.
        found: what was read, in the order of the readers.
    """

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        self.text = text
        self.rest = text.translate(_PLAIN)
        self.found: list[Mention] = []

    def take(self, reader: "Callable[[Turn], Iterable[Mention]]") -> None:
        """Add what a reader finds, and blank it."""
        new = list(reader(self))
        self.found += new
        for item in new:
            blank = READ * (item.end - item.start)
            self.rest = self.rest[: item.start] + blank + self.rest[item.end :]

    def whole(self, start: int, end: int) -> bool:
        """Whether the characters on either side cannot belong to the same token."""
        before = self.text[max(0, start - 2) : start][::-1]
        return not joins(before) and not joins(self.text[end : end + 2])


def joins(beside: str) -> bool:
    """Whether a token goes on in what stands beside it, its nearest character first.

    A hyphen or an underscore joins what stands on both sides of it, and so do a per cent sign and a
    full stop, unless a capital behind the stop begins a sentence.
    """
    near, far = beside[:1], beside[1:2]
    if near == ".":
        return _in_token(far) and not far.isupper()
    return _in_token(far) if near and near in "-\u2010\u2011%" else _in_token(near)


def _in_token(character: str) -> bool:
    """Whether a character goes on with a token of letters and digits.

    Scripts without spaces between words set no boundary: an address may stand right beside them.
    """
    if character == "_":
        return True
    return character.isalnum() and unicodedata.east_asian_width(character) not in "WF"
