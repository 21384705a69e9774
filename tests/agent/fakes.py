"""A plugin whose decoder follows a script, for tests without a language model."""

from collections.abc import Sequence
from typing import Any

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.offering.notation import write
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings
from camara_qod.training.corpus.pointing import pointing

#: In the place of a session's id: the one that is spoken of.
IT = "it"


class ScriptedInterpreter(Interpreter):
    """Shows its decoder the conversation, so that a script can name values instead of labels."""

    def _read(self, *given: Any) -> Context:
        context = super()._read(*given)
        self._decoder.context = context  # type: ignore[attr-defined]
        return context


class ScriptedDecoder:
    """Emits what it is told, decision by decision, and keeps what it was told.

    Decisions are told as they leave the interpreter, and emitted as the labels of their values. The
    same conversation again is answered as before, as by a model.
    """

    context: Context

    def __init__(self, *decisions: dict[str, Any], probability: float = 1.0) -> None:
        self.script = list(decisions)
        self.prompts: list[str] = []
        self._probability = probability
        self._decided: dict[tuple[str, ...], dict[str, Any]] = {}

    def decode(
        self, turns: Sequence[str], schema: dict[str, Any], deadline: Any = None
    ) -> tuple[str, Trace]:
        said = self.context.messages
        if (decision := self._decided.get(said)) is None:
            self.prompts.append("\n".join(said))
            decision = self._decided[said] = self.script.pop(0)
        named = {name: self._named(name, item) for name, item in decision["arguments"].items()}
        chosen = {name: item for name, item in named.items() if item is not None}
        answer = pointing(self.context, decision["operation"], chosen)
        return write(answer), Trace(probabilities=[self._probability])

    def _named(self, name: str, value: Any) -> Any:
        """A value; of a session that is told by its place or as `IT`, its id if it is known."""
        if name != "sessionId" or (value != IT and not isinstance(value, int)):
            return value
        known = self.context.sessions
        if isinstance(value, int):
            return known.ids[value]
        only = known.ids[0] if len(known.ids) == 1 else None
        return known.current or only

    def count_tokens(self, text: str) -> int:
        return len(text.split())


class ReadingDecoder(ScriptedDecoder):
    """Emits what belongs to the turns that it is handed, and declines all others.

    Args:
        decisions: by their turns, one a line.
    """

    def __init__(self, decisions: dict[str, dict[str, Any]]) -> None:
        super().__init__()
        self._decided = {tuple(turns.splitlines()): item for turns, item in decisions.items()}

    def decode(
        self, turns: Sequence[str], schema: dict[str, Any], deadline: Any = None
    ) -> tuple[str, Trace]:
        self._decided.setdefault(self.context.messages, DECLINE)
        return super().decode(turns, schema, deadline)


def reading(decisions: dict[str, dict[str, Any]]) -> QodPlugin:
    """A plugin with the mock operator in this process, whose model reads the turns."""
    return QodPlugin(ScriptedInterpreter(ReadingDecoder(decisions), _settings()))


def _settings(timezone: str = "UTC") -> QodSettings:
    return QodSettings(_env_file=None, timezone=timezone)


def plugin(
    *decisions: dict[str, Any], probability: float = 1.0, timezone: str = "UTC"
) -> QodPlugin:
    """A plugin with the mock operator in this process."""
    decoder = ScriptedDecoder(*decisions, probability=probability)
    return QodPlugin(ScriptedInterpreter(decoder, _settings(timezone)))


def create(device: Any = None, profile: str | None = "QOS_E", **more: Any) -> dict[str, Any]:
    """A `createSession` as the model emits it."""
    arguments = {"device": device, "applicationServer": None, "qosProfile": profile}
    return {"operation": "createSession", "arguments": arguments | {"duration": None} | more}


def on_session(operation: str, session: str | int | None = IT, **more: Any) -> dict[str, Any]:
    """An operation on a session as the model emits it.

    Args:
        operation: operationId.
        session: an id, the place of one that is known, `IT`, or `None` where none was said.
        more: other arguments.
    """
    return {"operation": operation, "arguments": {"sessionId": session} | more}


def declined(kind: str) -> dict[str, Any]:
    """A turn that asks for no call, as the model emits it: what it is instead."""
    return {"operation": "decline", "arguments": {"kind": kind}}


DECLINE = declined("other")
