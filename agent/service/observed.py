"""The interpreter and the client of a service, with what they do told to its observations.

However a decision is asked for (alone, in a conversation, as a chat completion), it goes through
this interpreter, and is counted here and nowhere else. A turn may be read in several ways, of which
one is taken: that is one decision, and each reading is tokens and a span.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from camara_qod.agent.service.metrics import kind_of, operation_of
from camara_qod.agent.service.observations import Observations
from camara_qod.agent.service.owned import conversation
from camara_qod.agent.service.request_id import REQUEST_ID
from camara_qod.agent.service.tracing import Kind, Span
from camara_qod.tools.camara.client import QodClient
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.reading.sessions import KnownSessions

#: Whether the decision of a turn is told by whoever reads it in several ways.
_IN_TURN: ContextVar[bool] = ContextVar("in_turn", default=False)


class ObservedInterpreter(Interpreter):
    """An interpreter whose decisions are counted.

    Args:
        interpreter: decides.
        observations: are told of it.
    """

    def __init__(self, interpreter: Interpreter, observations: Observations) -> None:
        self._interpreter = interpreter
        self._observations = observations
        self.settings = interpreter.settings
        self.catalogue = interpreter.catalogue
        self._lock = threading.Lock()
        self._inside = 0
        observations.metrics.waiting.set_function(lambda: self.waiting)

    @property
    def waiting(self) -> int:
        """How many wait for the model in this process."""
        return 0 if self.settings.model_server else max(0, self._inside - self.settings.at_once)

    def interpret(
        self,
        messages: str | Sequence[str],
        sessions: KnownSessions | None = None,
        cancelled: threading.Event | None = None,
    ) -> Interpretation:
        """As `Interpreter.interpret`."""
        if _IN_TURN.get():
            return self._read_once(messages, sessions, cancelled)
        with self.turn() as taken:
            made = self._read_once(messages, sessions, cancelled)
            taken(made)
        return made

    def interpret_many(self, conversations: Sequence[str | Sequence[str]]) -> list[Interpretation]:
        """As `Interpreter.interpret_many`."""
        with self._counted():
            found = self._interpreter.interpret_many(conversations)
        for messages, made in zip(conversations, found, strict=True):
            self._observations.metrics.tokens(*self._tokens(messages, made))
            self._observations.decided(made, made.seconds)
        return found

    @contextmanager
    def turn(self) -> Iterator[Callable[[Interpretation], None]]:
        """Readings inside are of one turn; what is yielded counts the one that is taken."""
        started = time.perf_counter()
        token = _IN_TURN.set(True)
        try:
            yield lambda made: self._observations.decided(made, time.perf_counter() - started)
        except QodError as error:
            self._observations.metrics.undecided(error)
            raise
        finally:
            _IN_TURN.reset(token)

    def count_tokens(self, text: str) -> int:
        """As `Interpreter.count_tokens`."""
        return self._interpreter.count_tokens(text)

    def _read_once(self, messages: str | Sequence[str], *more: Any) -> Interpretation:
        with self._counted(), self._span() as span:
            made = self._interpreter.interpret(messages, *more)
            read, written = self._tokens(messages, made)
            self._observations.metrics.tokens(read, written)
            span.set(
                {
                    "gen_ai.usage.input_tokens": read,
                    "gen_ai.usage.output_tokens": written,
                    "qod.operation": operation_of(made),
                    "qod.kind": kind_of(made),
                }
            )
            if made.confidence is not None:
                span.set({"qod.confidence": made.confidence})
        return made

    @contextmanager
    def _span(self) -> Iterator[Span]:
        """The span of a reading, by the conventions for GenAI, without what was said."""
        model, server = self.settings.model, self.settings.model_server
        known = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai" if server else "camara-qod",
            "gen_ai.request.model": model,
            "gen_ai.output.type": "json",
        }
        if (name := conversation()) is not None:
            known["gen_ai.conversation.id"] = name
        kind: Kind = "client" if server else "internal"
        with self._observations.tracing.span(f"chat {model}", kind, known) as span:
            yield span

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._move(1)
        try:
            yield
        finally:
            self._move(-1)

    def _move(self, by: int) -> None:
        with self._lock:
            self._inside += by

    def _tokens(self, messages: str | Sequence[str], made: Interpretation) -> tuple[int, int]:
        """Those of what was said and of what was decided."""
        said = messages if isinstance(messages, str) else "\n".join(messages)
        return self.count_tokens(said), self.count_tokens(made.answer)


#: The operationId of each method of the client.
_OPERATIONS = {
    "create_session": "createSession",
    "get_session": "getSession",
    "delete_session": "deleteSession",
    "extend_qos_session_duration": "extendQosSessionDuration",
    "retrieve_sessions_by_device": "retrieveSessionsByDevice",
    "retrieve_qos_profiles": "retrieveQoSProfiles",
    "get_qos_profile": "getQosProfile",
}


class ObservedClient:
    """A client of the operator whose calls are told of, and carry the request's id.

    Args:
        client: makes the calls.
        observations: are told of them.
    """

    def __init__(self, client: QodClient, observations: Observations) -> None:
        self._client = client
        self._observations = observations
        client.watch(observations.asked, observations.answered)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return partial(self._call, name, found) if name in _OPERATIONS else found

    def _call(self, name: str, call: Callable[..., Any], *given: Any, **options: Any) -> Any:
        options.setdefault("x_correlator", REQUEST_ID.get())
        with self._observations.call(_OPERATIONS[name]):
            return call(*given, **options)
