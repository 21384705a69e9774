"""Words to decision: the whole path of one request, short of the network."""

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any, Protocol

from camara_qod.tools.catalogue import Catalogue, load_catalogue
from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.interpreter.decision import Decision, Interpretation
from camara_qod.tools.interpreter.operation import complete, schema_for
from camara_qod.tools.interpreter.reference import KnownSessions
from camara_qod.tools.settings import QodSettings


class Trace(Protocol):
    """What a decoder tells about its choices."""

    @property
    def confidence(self) -> float | None:
        """Probability of the free choices, 0 to 1; `None` where the engine does not tell."""


class Decoder(Protocol):
    """Anything that answers a conversation under a JSON Schema."""

    def decode(
        self,
        turns: Sequence[str],
        schema: dict[str, Any],
        cancelled: threading.Event | None = None,
    ) -> tuple[str, Trace]:
        """The answer, and how it came about; it stops early once `cancelled` is set."""

    def decode_many(
        self,
        requests: Sequence[tuple[Sequence[str], dict[str, Any]]],
        cancelled: threading.Event | None = None,
    ) -> Sequence[tuple[str, Trace]]:
        """The same for several conversations together, each under its own schema."""

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is to the model, as far as the engine knows."""


class Interpreter:
    """Turns what a person said into a decision that CAMARA accepts.

    Args:
        decoder: the language model under constrained decoding.
        settings: defaults and policies.
        catalogue: the operator's profiles; by default the file that the settings name.
    """

    def __init__(
        self, decoder: Decoder, settings: QodSettings, catalogue: Catalogue | None = None
    ) -> None:
        self._decoder = decoder
        self.settings = settings
        self.catalogue = catalogue or load_catalogue(settings.catalogue)

    def interpret(
        self,
        messages: str | Sequence[str],
        sessions: KnownSessions | None = None,
        cancelled: threading.Event | None = None,
    ) -> Interpretation:
        """Decide for a conversation.

        Args:
            messages: what the user typed, one turn or several, oldest first.
            sessions: those that the API has named in this conversation.
            cancelled: once it is set, the work stops.

        Returns:
            An interpretation whose decision is complete and valid, asks, or declines. Whatever
            identifiers are in it stand in `messages`, in `sessions` or in the settings.

        Raises:
            RequestTooLong: the conversation does not fit the model.
            DecodingTimeout: it took longer than the settings allow.
            TooManyWaiting: too many others wait for the model.
        """
        started = time.perf_counter()
        context = self._read(messages, sessions)
        text, trace = self._decoder.decode(*self._request(context), cancelled)
        return _interpretation(text, trace, context, time.perf_counter() - started)

    async def ainterpret(
        self, messages: str | Sequence[str], sessions: KnownSessions | None = None
    ) -> Interpretation:
        """`interpret` for asynchronous code: in a thread, and stopped with the task."""
        cancelled = threading.Event()
        try:
            return await asyncio.to_thread(self.interpret, messages, sessions, cancelled)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def interpret_many(self, conversations: Sequence[str | Sequence[str]]) -> list[Interpretation]:
        """Decide for several conversations together, which is faster than one after the other.

        Returns:
            One interpretation for each, in their order; `seconds` is the time of all of them.
        """
        started = time.perf_counter()
        contexts = [self._read(messages, None) for messages in conversations]
        answers = self._decoder.decode_many([self._request(context) for context in contexts])
        seconds = time.perf_counter() - started
        return [
            _interpretation(text, trace, context, seconds)
            for (text, trace), context in zip(answers, contexts, strict=True)
        ]

    def _read(self, messages: str | Sequence[str], sessions: KnownSessions | None) -> Context:
        turns = [messages] if isinstance(messages, str) else list(messages)
        return read(turns, self.catalogue, self.settings, sessions)

    @staticmethod
    def _request(context: Context) -> tuple[Sequence[str], dict[str, Any]]:
        return context.messages, schema_for(context)

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is to the model."""
        return self._decoder.count_tokens(text)


def _interpretation(text: str, trace: Trace, context: Context, seconds: float) -> Interpretation:
    emitted = _parsed(text)
    completed = complete(emitted, context)
    return Interpretation(
        decision=completed.decision,
        assumptions=completed.assumptions,
        questions=completed.questions,
        confidence=trace.confidence,
        emitted=emitted,
        seconds=seconds,
    )


def _parsed(text: str) -> Decision:
    try:
        return Decision.from_json(text)
    except (ValueError, KeyError, TypeError) as error:
        raise DecodingError(
            f"The model answered {text[:200]!r}, which is no decision: the engine did not keep to "
            "the schema it was given."
        ) from error
