"""A decision on its way to be complete: its body, and what was assumed or has to be asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import (
    CLARIFY,
    Assumption,
    Completed,
    Decision,
    Question,
)
from camara_qod.tools.interpreter.reading.mention import Invalid, Mention

M = TypeVar("M", bound=Mention)
Note = Assumption | Question


@dataclass
class Draft:
    """The arguments so far, and the mentions that were pointed at for them."""

    body: dict[str, Any]
    context: Context
    pointed: Mapping[str, tuple[Mention, ...]] = field(default_factory=dict)

    def said(self, argument: str, kind: type[M]) -> list[M]:
        """The mentions of a kind that were pointed at for an argument."""
        return [item for item in self.pointed.get(argument, ()) if isinstance(item, kind)]

    def wrong(self, argument: str) -> list[str]:
        """Why what was pointed at for an argument cannot be used, a sentence each."""
        return [f"{item.reason}." for item in self.said(argument, Invalid)]


#: Fills in one argument, and tells what it assumed or has to ask.
Step = Callable[[Draft], Iterator[Note]]


def finish(operation: str, draft: Draft, steps: Iterable[Step]) -> Completed:
    """The decision after all steps, or the question where something is missing.

    Args:
        operation: operationId.
        draft: with what was chosen.
        steps: in the order of the arguments.
    """
    found = [note for step in steps for note in step(draft)]
    assumptions = tuple(note for note in found if isinstance(note, Assumption))
    questions = tuple(note for note in found if isinstance(note, Question))
    if questions:
        missing = list(dict.fromkeys(question.argument for question in questions))
        return Completed(Decision(CLARIFY, {"missing": missing}), assumptions, questions)
    return Completed(Decision(operation, dict(draft.body)), assumptions)


def asking(argument: str, reasons: Iterable[str], question: str) -> Question:
    """A question behind the reasons for it."""
    return Question(argument, " ".join([*dict.fromkeys(reasons), question]))
