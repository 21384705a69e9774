"""Where the values of a call come from: the words of a turn that the model pointed at."""

from dataclasses import asdict, dataclass
from typing import Any

from camara_qod.tools.interpreter.decision import Interpretation


@dataclass(frozen=True)
class Source:
    """A stretch of a turn, `turns[turn][start:end]`, that an argument was taken from."""

    argument: str
    turn: int
    start: int
    end: int
    text: str

    def to_dict(self) -> dict[str, Any]:
        """It as JSON."""
        return asdict(self)


def sources(made: Interpretation) -> list[Source]:
    """The places of all values that were said, in the order of the text.

    A session of the API's, which stands in no turn, has none.
    """
    if made.context is None:
        return []
    found = [
        Source(
            name,
            item.turn,
            item.start,
            item.end,
            made.context.messages[item.turn][item.start : item.end],
        )
        for name, mentions in made.mentions.items()
        for item in mentions
        if item.turn >= 0
    ]
    return sorted(found, key=lambda source: (source.turn, source.start, source.argument))
