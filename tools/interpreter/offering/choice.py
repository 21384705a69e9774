"""One thing that the model can point at for an argument, and what comes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from camara_qod.tools.interpreter.reading.mention import Mention

#: Between the labels of several mentions that are chosen together.
JOINT = "+"


@dataclass(frozen=True)
class Choice:
    """What the model writes, the value on the wire, and the mentions that it was made of.

    `value` is `None` where what was written cannot be used: then there is a question to ask.
    """

    text: str
    value: Any
    mentions: tuple[Mention, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether there is a value."""
        return self.value is not None


def choice(parts: Sequence[tuple[str, Mention]], value: Any) -> Choice:
    """A choice of labelled mentions.

    Args:
        parts: labels and mentions, in the order in which they are written.
        value: a CAMARA model, a plain value, or `None`.
    """
    text = JOINT.join(label for label, _ in parts)
    return Choice(text, wire(value), tuple(mention for _, mention in parts))


def wire(value: Any) -> Any:
    """A value as JSON."""
    return (
        value.model_dump(mode="json", exclude_none=True) if isinstance(value, BaseModel) else value
    )


def unique(choices: Iterable[Choice]) -> list[Choice]:
    """Choices without repetition of what is written."""
    return list({item.text: item for item in choices}.values())
