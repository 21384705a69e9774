"""Words to decision: the whole path of one request, short of the network."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from camara_qod.tools.catalogue import Catalogue, load_catalogue
from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.interpreter.deadline import Deadline
from camara_qod.tools.interpreter.deciding import Decoder, Emission, decide, decide_many
from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.interpreter.prompt import check_length
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.interpreter.text import check_text
from camara_qod.tools.settings import QodSettings


class Interpreter:
    """Turns what a person said into a decision that CAMARA accepts.

    Args:
        decoder: the language model under constrained decoding.
        settings: defaults and policies.
        catalogue: the operator's profiles; by default the file that the settings name.
        clock: tells the time, with its zone; by default the settings'.
    """

    def __init__(
        self,
        decoder: Decoder,
        settings: QodSettings,
        catalogue: Catalogue | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._decoder = decoder
        self._clock = clock or settings.now
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
            UnreadableText: a turn is no text.
            RequestTooLong: the conversation does not fit the model.
            DecodingTimeout: it took longer than the settings allow.
            TooManyWaiting: too many others wait for the model.
        """
        started = time.perf_counter()
        deadline = Deadline(self.settings.time_limit, cancelled)
        context = self._read(messages, sessions)
        emission = decide(self._decoder, context, deadline)
        return _interpretation(emission, context, time.perf_counter() - started)

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
            One interpretation for each, in their order; `seconds` is the time of all of them, as
            is the settings' limit of time.
        """
        started = time.perf_counter()
        # Where several are decided at once, each has a share of the machine.
        deadline = Deadline(self.settings.time_limit * self.settings.at_once)
        contexts = [self._read(messages, None) for messages in conversations]
        emissions = decide_many(self._decoder, contexts, deadline)
        seconds = time.perf_counter() - started
        return [
            _interpretation(emission, context, seconds)
            for emission, context in zip(emissions, contexts, strict=True)
        ]

    @contextmanager
    def turn(self) -> Iterator[Callable[[Interpretation], None]]:
        """Decisions inside are readings of one turn, of which one is taken.

        What is yielded is to be called with it. Here nobody listens; whoever counts decisions
        counts one for a turn.
        """
        yield lambda made: None

    def _read(self, messages: str | Sequence[str], sessions: KnownSessions | None) -> Context:
        turns = [messages] if isinstance(messages, str | bytes) else list(messages)
        check_text(turns)
        # Counted before it is read: reading takes time that grows faster than the text.
        check_length(self.count_tokens("\n".join(turns)), self.settings.max_prompt_tokens)
        return read(turns, self.catalogue, self.settings, sessions, self._clock())

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is to the model."""
        return self._decoder.count_tokens(text)


def _interpretation(emission: Emission, context: Context, seconds: float) -> Interpretation:
    pointed = emission.pointed
    completed = complete(pointed.decision, context, pointed.mentions)
    return Interpretation(
        decision=completed.decision,
        assumptions=completed.assumptions,
        questions=completed.questions,
        confidence=emission.confidence,
        emitted=pointed.decision,
        seconds=seconds,
        context=context,
        mentions=pointed.mentions,
        certainty=emission.certainty,
        aside=pointed.aside,
        answer=emission.text,
    )
