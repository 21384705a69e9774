"""Deletions that are not proposed: those done, and those answered."""

from dataclasses import dataclass, replace

from camara_qod.tools.confirmation import DELETE
from camara_qod.tools.consent import consent
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import CLARIFY, Decision, Interpretation, Question
from camara_qod.tools.leftovers import written_sessions


@dataclass(frozen=True)
class Deletions:
    """What a conversation knows of deletions, by the ids of sessions.

    Attributes:
        done: carried out; these are not proposed again.
        answered: proposed, and sent or rejected; these only where the newest turn names them.
    """

    done: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()


def guarded(made: Interpretation, deletions: Deletions | None = None) -> Interpretation:
    """An interpretation that proposes no deletion which nobody asks for.

    Args:
        made: as the interpreter decided.
        deletions: what was deleted and answered before in the conversation.

    Returns:
        The same, or a question where a deletion was done, was answered and its id is not written
        in the newest turn, or comes from a bare yes.
    """
    if made.decision.operation != DELETE or made.context is None:
        return made
    session = made.decision.arguments["sessionId"]
    question = _question(session, made.context, deletions or Deletions())
    return made if question is None else _asking(made, question)


def _question(session: str, context: Context, deletions: Deletions) -> str | None:
    if session in deletions.done:
        return f"Session {session} is deleted already. Which other one, if any?"
    if session in written_sessions(context):
        return None
    if session in deletions.answered:
        return (
            f"Session {session} was asked about already, and stays as it is. What shall be done? "
            "To delete it after all, say so with its id."
        )
    if consent(context.messages[-1]) is True:
        return "A yes alone deletes nothing. What shall be done?"
    return None


def _asking(made: Interpretation, text: str) -> Interpretation:
    asks = Decision(CLARIFY, {"missing": ["sessionId"]})
    return replace(made, decision=asks, assumptions=(), questions=(Question("sessionId", text),))
