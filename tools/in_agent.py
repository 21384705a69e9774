"""One call of the tool for words inside an agent: from the messages to a result.

What to ask the plugin is decided here, without doing it: the steps are a generator, which a
synchronous and an asynchronous caller drive alike.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.messages import BaseMessage

from camara_qod.tools.assumed import assumed_text
from camara_qod.tools.confirmation import DELETE
from camara_qod.tools.consent import consent
from camara_qod.tools.evidence import passed_on
from camara_qod.tools.heard import Heard, hear
from camara_qod.tools.interpreter.decision import CLARIFY, Decision, Interpretation
from camara_qod.tools.operation_tools import OPERATIONS
from camara_qod.tools.outcome import Outcome
from camara_qod.tools.proposal import Proposal

UNUSED = "This was read from the user's own words, and `request` was not used."
DONE = "Nothing was sent: the user's last message is carried out already."
CHOSEN = "The session was named by a tool and chosen by the assistant."


@dataclass(frozen=True)
class Ask:
    """Words to decide for, and to send unless the options say otherwise."""

    words: list[str]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Send:
    """A change that was shown, or that is not to be shown."""

    what: Outcome | Proposal


Result = tuple[str, dict[str, Any]]
Steps = Generator[Ask | Send, Outcome, Result]


def answered(request: str, messages: Sequence[BaseMessage], name: str) -> Steps:
    """The steps of one call; they return its result.

    Args:
        request: the outer model's words.
        messages: the agent's, where it hands them over.
        name: of the tool.
    """
    heard = hear(messages, name)
    if heard.newest is None:
        return _told((yield Ask([request])))
    agrees = consent(heard.newest) if heard.waiting else None
    if heard.waiting and agrees:
        return _told((yield Send(heard.waiting)))
    if heard.waiting and agrees is False:
        return _told(Outcome(heard.waiting.interpretation, rejected=True), rejected=True)
    if heard.done and not heard.turns:
        return _done(heard)
    return (yield from _decided(heard, request, messages, name))


def result_of(stop: StopIteration) -> Result:
    """What the steps have returned."""
    result: Result = stop.value
    return result


def _decided(heard: Heard, request: str, messages: Sequence[BaseMessage], name: str) -> Steps:
    """The human's words; with what a tool returned, where they leave something open."""
    words = list(heard.turns) or [heard.newest or ""]
    known = {"sessions": heard.sessions, "deletions": heard.deletions}
    outcome: Outcome = yield Ask(words, known)
    more: tuple[str, ...] = ()
    if outcome.interpretation.decision.operation == CLARIFY:
        more = passed_on(request, messages, speaking={name, *OPERATIONS})
    if more:
        words = [*words, " ".join(more)]
        outcome = yield Ask(words, known | {"send": False})
        if outcome.interpretation.decision.operation == DELETE:
            outcome = replace(outcome, doubts=(*outcome.doubts, CHOSEN))
        if outcome.doubts:
            outcome = replace(outcome, held=True)
        elif outcome.interpretation.decision.acts:
            outcome = yield Send(outcome)
    return _told(outcome, note=_note(request, words, more), read=words)


def _note(request: str, words: Sequence[str], more: Sequence[str]) -> str:
    """What was read in place of the outer model's words."""
    if more:
        return f"{UNUSED} Only {', '.join(more)} was taken from it, which a tool had returned."
    return "" if request.split() == " ".join(words).split() else UNUSED


def _done(heard: Heard) -> Result:
    nothing = Decision(CLARIFY, {"missing": []})
    made = Interpretation(nothing, (), (), None, nothing, 0.0)
    text = f"{DONE} {heard.done}"
    return text, Outcome(made).to_dict() | {"text": text, "repeated": True}


def _told(outcome: Outcome, note: str = "", **more: Any) -> Result:
    """The text for the outer model, and the outcome as artifact with what was read."""
    assumed = assumed_text(outcome.interpretation) if outcome.sent or outcome.held else ""
    return " ".join(filter(None, [outcome.text, assumed, note])), outcome.to_dict() | more
