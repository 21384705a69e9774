"""What the newest turn of a conversation asks for: on its own, or with what it belongs to."""

from dataclasses import dataclass

from camara_qod.agent.history import Closed, History
from camara_qod.tools.confirmation import DELETE
from camara_qod.tools.consent import consent
from camara_qod.tools.deletion import guarded
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Decision, Interpretation
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.leftovers import named, uses_named

NOTHING_WAITS = "All right. Nothing is waiting for an answer; say what you need."


@dataclass(frozen=True)
class Decided:
    """A decision, and the turns that it was made from; `text` is what is said in its place."""

    interpretation: Interpretation
    turns: tuple[str, ...]
    text: str = ""


def decide(interpreter: Interpreter, history: History) -> Decided:
    """Decide for the newest turn.

    An open request is gone on with. Otherwise the turn counts alone, with the sessions that are
    known, unless it corrects what was just rejected or takes up what had been interrupted.

    Raises:
        QodError: as `Interpreter.interpret`.
    """
    newest = history.turns[-1] if history.turns else ""
    if _answers_nothing(newest, history):
        nothing = Decision(DECLINE)
        made = Interpretation(nothing, (), (), None, nothing, 0.0)
        return Decided(made, (newest,), NOTHING_WAITS)
    with interpreter.turn() as taken:
        decided = _Deciding(interpreter, history).decide(newest)
        guard = guarded(decided.interpretation, history.deletions)
        taken(guard)
    return Decided(guard, decided.turns)


def _answers_nothing(newest: str, history: History) -> bool:
    """Whether a bare yes or no meets no question: nothing that was answered acts again by it.

    A bare "stop" may be a request of its own, but right after an answer it is another no.
    """
    answered = history.refused or bool(history.closed)
    if len(history.turns) > 1 and not history.refused:
        return False
    agrees = consent(newest)
    return agrees is True or (agrees is False and answered)


class _Deciding:
    def __init__(self, interpreter: Interpreter, history: History) -> None:
        self._interpreter = interpreter
        self._history = history

    def decide(self, newest: str) -> Decided:
        if len(self._history.turns) > 1:
            decided = self._asked(self._history.turns)
            if not self._again(decided.interpretation):
                return self._apart(decided, newest) or decided
        alone = self._asked((newest,))
        return self._taken_up(alone.interpretation, newest) or alone

    def _asked(self, turns: tuple[str, ...]) -> Decided:
        return Decided(self._interpreter.interpret(turns, self._history.sessions), turns)

    def _apart(self, decided: Decided, newest: str) -> Decided | None:
        """The newest turn alone, where it leaves the open request for a complete one of its own.

        What was said for the request that it leaves, a length for instance, is not for this one.
        """
        operation = decided.interpretation.decision.operation
        if not decided.interpretation.decision.acts or self._history.about in ("", operation):
            return None
        alone = self._asked((newest,))
        return alone if alone.interpretation.decision.operation == operation else None

    def _taken_up(self, alone: Interpretation, newest: str) -> Decided | None:
        """A closed request that the newest turn goes on with, if there is one."""
        for closed in self._history.closed:
            waits = closed.waited and _leaves_open(alone, closed)
            if _stands_alone(alone, closed) and not waits:
                return None
            joined = self._asked((*closed.turns, newest))
            unchanged = waits and joined.interpretation.decision == self._history.rejected[-1]
            if unchanged or self._goes_on(joined.interpretation, alone, closed):
                return joined
        return None

    def _goes_on(self, joined: Interpretation, alone: Interpretation, closed: Closed) -> bool:
        """Whether a turn, read with a closed request, is about that request and more than alone.

        A deletion is not taken up by what is a complete request of its own.
        """
        if joined.emitted.operation != closed.operation or self._again(joined):
            return False
        if closed.operation == DELETE and alone.decision.acts:
            return False
        asks = alone.decision.operation == CLARIFY
        return asks or (joined.decision.acts and uses_named(joined))

    def _again(self, made: Interpretation) -> bool:
        """Whether this was rejected before, and the newest turn names nothing of it."""
        return made.decision in self._history.rejected and not uses_named(made)


def _leaves_open(alone: Interpretation, closed: Closed) -> bool:
    """Whether a turn may leave a call that is still shown as it is: no deletion, though."""
    if closed.operation == DELETE or alone.decision.acts:
        return False
    return alone.emitted.operation in (DECLINE, closed.operation)


def _stands_alone(alone: Interpretation, closed: Closed) -> bool:
    """Whether a turn is a complete request of the same kind, or has nothing for any request."""
    if alone.decision.operation == DECLINE:
        return not named(alone.context)
    return alone.decision.acts and alone.decision.operation == closed.operation
