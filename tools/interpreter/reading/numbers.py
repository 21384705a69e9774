"""Bare numbers, which may take the place of a length that was said before: "make it 3"."""

import re
from collections.abc import Iterable, Iterator

from camara_qod.tools.interpreter.reading.mention import Mention, Number
from camara_qod.tools.interpreter.reading.text import Turn

_NUMBER = re.compile(r"[0-9]{1,5}(?:[.,]5)?")


#: A turn with more of them lists something, and none takes the place of a length.
_MOST = 3


def numbers(turn: Turn) -> Iterable[Mention]:
    """Numbers that stand by themselves, where a turn has only a few."""
    found = list(_numbers(turn))
    return found if len(found) <= _MOST else ()


def _numbers(turn: Turn) -> Iterator[Mention]:
    for match in _NUMBER.finditer(turn.rest):
        beside = turn.rest[match.start() - 1 : match.start()], turn.rest[match.end() :][:1]
        if turn.whole(*match.span()) and not set("".join(beside)) & set(":/#$€£+"):
            yield Number(turn.number, *match.span(), float(match[0].replace(",", ".")))
