"""Bare numbers, which may take the place of a length that was said before: "make it 3"."""

import re
from collections.abc import Iterable, Iterator

from camara_qod.tools.interpreter.reading.lengths import read_numerals
from camara_qod.tools.interpreter.reading.mention import Mention, Number
from camara_qod.tools.interpreter.reading.text import Turn

_NUMBER = re.compile(r"[0-9]{1,5}(?:[.,]5)?")
#: A turn with more of them lists something, and none takes the place of a length.
_MOST = 3


def numbers(turn: Turn, conversation: str) -> Iterable[Mention]:
    """Numbers that stand by themselves, in digits or words, where a turn has only a few.

    Args:
        turn: after all else was read.
        conversation: all that was said, which tells the languages that it can be in.
    """
    found = [*_numbers(turn), *_numerals(turn, conversation)]
    return found if len(found) <= _MOST else ()


def _numbers(turn: Turn) -> Iterator[Mention]:
    for match in _NUMBER.finditer(turn.rest):
        beside = turn.rest[match.start() - 1 : match.start()], turn.rest[match.end() :][:1]
        if turn.whole(*match.span()) and not set("".join(beside)) & set(":/#$€£+"):
            yield Number(turn.number, *match.span(), float(match[0].replace(",", ".")))


def _numerals(turn: Turn, conversation: str) -> Iterator[Mention]:
    for found in read_numerals(turn.rest, conversation):
        if turn.whole(found.start, found.end):
            yield Number(turn.number, found.start, found.end, found.value)
