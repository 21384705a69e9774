"""What is not sent before a person has seen it and said yes.

Creating, prolonging and ending a session changes something: it costs money, or somebody's
connection. Such a call waits for a yes where the model is less sure of it than the settings ask
(`QOD_CONFIRM_BELOW`, `QOD_CONFIRM_DELETION_BELOW`), and where the person named more than the call
uses. An engine that does not tell how sure it is counts as unsure for deletions, which cannot be
undone.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from math import floor

from camara_qod.tools.interpreter.completing.duration import clock_text, two_halves
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import Decision, Interpretation
from camara_qod.tools.leftovers import left_over, written_sessions
from camara_qod.tools.settings import QodSettings

DELETE = "deleteSession"
#: Operations that change something at the operator.
CHANGING = frozenset({"createSession", DELETE, "extendQosSessionDuration"})


def doubts(made: Interpretation, settings: QodSettings) -> tuple[str, ...]:
    """Why a decision needs a person's word before it is sent: a sentence for each reason.

    Args:
        made: the decision; questions, refusals and what only reads need no word.
        settings: the thresholds.
    """
    operation = made.decision.operation
    if operation not in CHANGING:
        return ()
    below = settings.confirm_below
    if operation == DELETE:
        below = settings.confirm_deletion_below
    unsure = _unsure(operation, made.confidence, below)
    return (*filter(None, [unsure]), *remarks(made))


def remarks(made: Interpretation) -> tuple[str, ...]:
    """What a person should know before a change is sent, however sure the model is of it."""
    if made.context is None or made.decision.operation not in CHANGING:
        return ()
    context = made.context
    halves = _of_two_halves(made, context)
    return (*halves, *_unused(made), *_one_of_several(made.decision, context))


def is_below(operation: str, confidence: float | None, below: float) -> bool:
    """Whether the confidence in a change is too low to send it unasked.

    Args:
        operation: operationId.
        confidence: 0 to 1; `None` where the engine does not tell.
        below: 0 never asks, 1 always does.
    """
    if below in (0, 1):
        return below == 1
    return operation == DELETE if confidence is None else confidence < below


def _unsure(operation: str, confidence: float | None, below: float) -> str:
    if not is_below(operation, confidence, below):
        return ""
    if confidence is None:
        return "The model does not tell how sure it is."
    if below == 1:
        return "Changes are always asked about here."
    sure = floor(confidence * 100 + 1e-9)  # what is below 97 % is not told as 97 %
    return f"The model is {sure}% sure; below {below:.0%} it is asked first."


def _unused(made: Interpretation) -> tuple[str, ...]:
    rest = left_over(made)
    return (f"Not used: {', '.join(rest)}.",) if rest else ()


def _of_two_halves(made: Interpretation, context: Context) -> Iterator[str]:
    """Which half of the day was taken, where the words of an end could mean either."""
    for item in dict.fromkeys(chain.from_iterable(made.mentions.values())):
        until = two_halves(item, context.now)
        if until is not None:
            taken, other = clock_text(until, context.now), until - timedelta(hours=12)
            yield f'"{context.words(item)}" is taken as {taken}, not {other:%H:%M}.'


def _one_of_several(decision: Decision, context: Context) -> tuple[str, ...]:
    """That other sessions are known too, where the turn writes the id of none or of several."""
    session, known = decision.arguments.get("sessionId"), context.sessions.listed
    if session is None or len({*known, session}) < 2:
        return ()
    written = written_sessions(context)  # the others among them are told as not used
    if session in written:
        return ()
    others = [item for item in known if item != session and item not in written]
    return (f"One session at a time. Not touched: {', '.join(others)}.",) if others else ()
