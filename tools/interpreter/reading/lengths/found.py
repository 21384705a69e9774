"""What the grammar of one language found in a text, by tokens."""

from enum import Enum
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.clock import Clock


class Kind(Enum):
    """What a stretch of text is."""

    LENGTH = "length"
    END = "end"
    START = "start"
    INTERVAL = "interval"
    UNREAD = "unread"
    NOTHING = "nothing"


class Found(NamedTuple):
    """A stretch of tokens and what it is.

    Attributes:
        start: its first token.
        end: the token behind it.
        kind: what it is.
        seconds: of a length; of a start the delay, if it is one.
        clocks: of an end or a start one, of an interval two; of nothing the time of day it names.
        total: whether a length is said to be the whole.
        lasting: of a start, the seconds from it on, if they are said beside it.
    """

    start: int
    end: int
    kind: Kind
    seconds: int | None = None
    clocks: tuple[Clock, ...] = ()
    total: bool = False
    lasting: int | None = None
