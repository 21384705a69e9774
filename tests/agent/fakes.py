"""A plugin whose decoder follows a script, for tests without a language model."""

import json
from collections.abc import Sequence
from typing import Any

from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings


class ScriptedDecoder:
    """Emits what it is told, decision by decision, and keeps what it was told.

    The same conversation again is answered as before, as by a model.
    """

    def __init__(self, *decisions: dict[str, Any], probability: float = 1.0) -> None:
        self.script = list(decisions)
        self.prompts: list[str] = []
        self._probability = probability
        self._decided: dict[tuple[str, ...], dict[str, Any]] = {}

    def decode(
        self, turns: Sequence[str], schema: dict[str, Any], deadline: Any = None
    ) -> tuple[str, Trace]:
        if (decision := self._decided.get(tuple(turns))) is None:
            self.prompts.append("\n".join(turns))
            decision = self._decided[tuple(turns)] = self.script.pop(0)
        return json.dumps(decision), Trace(probabilities=[self._probability])

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
        self._decided.setdefault(tuple(turns), DECLINE)
        return super().decode(turns, schema, deadline)


def reading(decisions: dict[str, dict[str, Any]]) -> QodPlugin:
    """A plugin with the mock operator in this process, whose model reads the turns."""
    return QodPlugin(Interpreter(ReadingDecoder(decisions), QodSettings(_env_file=None)))


def plugin(*decisions: dict[str, Any], probability: float = 1.0) -> QodPlugin:
    """A plugin with the mock operator in this process."""
    settings = QodSettings(_env_file=None)
    return QodPlugin(Interpreter(ScriptedDecoder(*decisions, probability=probability), settings))


def create(device: Any = None, profile: str | None = "QOS_E", **more: Any) -> dict[str, Any]:
    """A `createSession` as the model emits it."""
    arguments = {"device": device, "applicationServer": None, "qosProfile": profile}
    return {"operation": "createSession", "arguments": arguments | {"duration": None} | more}


def on_session(operation: str, session_id: str | None = None, **more: Any) -> dict[str, Any]:
    """An operation on a session as the model emits it."""
    return {"operation": operation, "arguments": {"sessionId": session_id} | more}


DECLINE: dict[str, Any] = {"operation": "decline", "arguments": {}}
