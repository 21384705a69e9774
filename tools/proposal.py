"""A change that is shown to a person and waits for a yes."""

from dataclasses import dataclass
from typing import Any

from camara_qod.tools.interpreter.decision import Decision, Interpretation
from camara_qod.tools.wording import in_words, spoken

NOT_SENT = "Not sent."


@dataclass(frozen=True)
class Proposal:
    """A call as it would be sent.

    Attributes:
        operation: operationId.
        arguments: complete, on the wire.
        confidence: the model's, 0 to 1; `None` where the engine does not tell.
        doubts: why it is not sent without a word, a sentence each.
    """

    operation: str
    arguments: dict[str, Any]
    confidence: float | None = None
    doubts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What would be done, why it is asked, and how to have it done."""
        return f"{self.told} Say yes to do it."

    @property
    def told(self) -> str:
        """What would be done, and why it is asked."""
        return " ".join([would(self.operation, self.arguments), *self.doubts])

    def to_dict(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "operation": self.operation,
            "arguments": self.arguments,
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "doubts": list(self.doubts),
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "Proposal":
        """It again, out of `to_dict`."""
        return cls(
            value["operation"], value["arguments"], value["confidence"], tuple(value["doubts"])
        )

    @property
    def interpretation(self) -> Interpretation:
        """The decision in it, for sending."""
        decision = Decision(self.operation, self.arguments)
        return Interpretation(decision, (), (), self.confidence, decision, 0.0)


def would(operation: str, arguments: dict[str, Any]) -> str:
    """What a change would do: "This would extend session … by 15 minutes."."""
    if operation == "deleteSession":
        return f"This would delete session {arguments['sessionId']}."
    if operation == "extendQosSessionDuration":
        return f"This would extend session {arguments['sessionId']} by {_length(arguments)}."
    values = [f"{name} {in_words(name, value)}" for name, value in arguments.items()]
    return f"This would call {operation}: {', '.join(values)}."


def _length(arguments: dict[str, Any]) -> str:
    return spoken(arguments["requestedAdditionalDuration"])
