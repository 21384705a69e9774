"""One training example, before it is rendered."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from camara_qod.tools.interpreter.reading.sessions import KnownSessions

#: The time of every example: times of day in their texts are reckoned from it.
NOW = datetime(2026, 5, 4, 7, 30, tzinfo=UTC)


@dataclass
class Example:
    """A conversation and the decision that the model should emit for it.

    `chosen` holds the arguments that are not null, by wire name.
    """

    messages: list[str]
    operation: str
    chosen: dict[str, Any] = field(default_factory=dict)
    tag: str = "plain"
    sessions: KnownSessions | None = None


def with_typo(rng: random.Random, text: str, share: float) -> str:
    """The text, or with probability `share` the text with two letters swapped, one lost or doubled.

    Texts with digits or placeholders stay as they are: a typo in an identifier is another one.
    """
    if (
        rng.random() >= share
        or len(text) < 8
        or any(char.isdigit() or char == "{" for char in text)
    ):
        return text
    at = rng.randint(1, len(text) - 3)
    kind = rng.random()
    if kind < 0.4:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind < 0.8 else text[:at] + text[at] + text[at:]
