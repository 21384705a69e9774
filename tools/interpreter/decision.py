"""What comes out of an interpretation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from camara_qod.tools.interpreter.context import Context
    from camara_qod.tools.interpreter.reading.mention import Mention

DECLINE = "decline"
CLARIFY = "clarify"


class Aside(StrEnum):
    """Why a turn asks for no call: what it is instead."""

    OTHER = "other"
    THANKS = "thanks"
    STOP = "stop"
    QUESTION = "question"
    GREETING = "greeting"


@dataclass(frozen=True)
class Decision:
    """An operation and its arguments, in the wire form of the specification.

    `operation` is a CAMARA operationId, `clarify` (with the names that are `missing`) or
    `decline`.
    """

    operation: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The compact form on the wire, which a model writes that no grammar holds."""
        value = {"operation": self.operation, "arguments": self.arguments}
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Decision":
        """Read the compact form; `ValueError` or `KeyError` where it is none."""
        value = json.loads(text)
        return cls(value["operation"], value["arguments"])

    @property
    def acts(self) -> bool:
        """Whether this is a call to the API, neither question nor refusal."""
        return self.operation not in (DECLINE, CLARIFY)


@dataclass(frozen=True)
class Assumption:
    """A value that the user did not state: which argument, what was put there, and why."""

    argument: str
    value: Any
    reason: str


@dataclass(frozen=True)
class Question:
    """A value that is missing: which argument, and what to ask.

    `choices` are the ids of known sessions that it may be about; `again` is what to ask where the
    same was asked just before.
    """

    argument: str
    text: str
    choices: tuple[str, ...] = ()
    again: str = ""

    def after(self, answer: str) -> str:
        """What to ask after an answer that may have asked the same."""
        asked = self.text in answer or (self.again and self.again in answer)
        return self.again or self.text if asked else self.text


@dataclass(frozen=True)
class Completed:
    """A decision after defaults and limits, with what was assumed or has to be asked."""

    decision: Decision
    assumptions: tuple[Assumption, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Interpretation:
    """A complete decision with its history.

    `confidence` is how often decisions of which the model is so sure are right, 0 to 1, or `None`
    where the engine does not tell; `emitted` is what the model's answer stands for, before
    completion, and `answer` the answer itself; `seconds` is the wall-clock time; `context` is what
    was read, where words were. `mentions` are the places that the model pointed at for each
    argument, and `certainty` is how sure it is of the operation and of each argument, 0 to 1, where
    the engine tells. `aside` is what a turn is that asks for no call.
    """

    decision: Decision
    assumptions: tuple[Assumption, ...]
    questions: tuple[Question, ...]
    confidence: float | None
    emitted: Decision
    seconds: float
    context: "Context | None" = field(default=None, repr=False, compare=False)
    mentions: "Mapping[str, tuple[Mention, ...]]" = field(
        default_factory=dict, repr=False, compare=False
    )
    certainty: Mapping[str, float] = field(default_factory=dict, repr=False, compare=False)
    aside: Aside | None = None
    answer: str = field(default="", repr=False, compare=False)
