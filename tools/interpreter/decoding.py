"""Constrained decoding as a service: one model, many callers, a bounded queue, a limit of time."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from outlines.backends.llguidance import LLGuidanceBackend, LLGuidanceLogitsProcessor
from outlines.generator import SteerableGenerator

from camara_qod.tools.errors import Cancelled, DecodingTimeout, TooManyWaiting
from camara_qod.tools.interpreter.engine import Checkpoint, FastForward
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.interpreter.prompt import render

#: The user's turns, and the JSON Schema of the answer.
Request = tuple[Sequence[str], dict[str, Any]]


class Decoder:
    """A model that answers under a JSON Schema; safe to share between threads.

    Args:
        model: a causal language model of `transformers`, with or without a PEFT adapter.
        tokenizer: its tokenizer.
        max_prompt_tokens: longest prompt that is read.
        time_limit: seconds that a request may take, waiting included.
        max_waiting: how many requests may wait for the one that is being decided.
        temperature: 0 in production; above, choices are drawn by their probabilities, which shows
            what the model takes for possible.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        max_prompt_tokens: int = 2048,
        *,
        time_limit: float = 60.0,
        max_waiting: int = 64,
        temperature: float = 0.0,
    ) -> None:
        self.tokenizer = tokenizer
        self._model = FastForward(model, tokenizer, temperature)
        self._backend = LLGuidanceBackend(self._model)
        self._max_prompt_tokens = max_prompt_tokens
        self._time_limit = time_limit
        self._max_waiting = max_waiting
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(max_waiting + 1)

    def decode(
        self,
        turns: Sequence[str],
        schema: dict[str, Any],
        cancelled: threading.Event | None = None,
    ) -> tuple[str, Trace]:
        """The text that the model chooses among those the schema allows.

        Args:
            turns: what the user typed, oldest first.
            schema: a JSON Schema.
            cancelled: once it is set, the work stops before the next pass.

        Raises:
            RequestTooLong: the conversation takes more than `max_prompt_tokens`.
            DecodingError: the schema cannot be compiled.
            DecodingTimeout: it took longer than `time_limit`.
            TooManyWaiting: `max_waiting` others wait already.
            Cancelled: `cancelled` was set.
        """
        trace = Trace()
        with self._turn(cancelled) as checkpoint:
            generator = SteerableGenerator.from_processor(self._model, self._processor(schema))
            text = generator(
                render(self.tokenizer, turns),
                trace=trace,
                max_prompt_tokens=self._max_prompt_tokens,
                checkpoint=checkpoint,
            )
        return text, trace

    def decode_many(
        self, requests: Sequence[Request], cancelled: threading.Event | None = None
    ) -> list[tuple[str, Trace]]:
        """`decode` for several requests together, each under its own schema.

        The limit of time is for all of them.
        """
        traces = [Trace() for _ in requests]
        if not requests:
            return []
        with self._turn(cancelled) as checkpoint:
            texts = self._model.generate_batch(
                [render(self.tokenizer, turns) for turns, _ in requests],
                [self._processor(schema) for _, schema in requests],
                traces=traces,
                max_prompt_tokens=self._max_prompt_tokens,
                checkpoint=checkpoint,
            )
        return list(zip(texts, traces, strict=True))

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is to the model."""
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _processor(self, schema: dict[str, Any]) -> LLGuidanceLogitsProcessor:
        return self._backend.get_json_schema_logits_processor(json.dumps(schema))

    @contextmanager
    def _turn(self, cancelled: threading.Event | None) -> Iterator[Checkpoint]:
        """Wait for the model; what is yielded is to be called before each pass."""
        deadline = time.monotonic() + self._time_limit
        if not self._places.acquire(blocking=False):
            raise TooManyWaiting(
                f"{self._max_waiting} requests wait for the model already: try again later, raise "
                "QOD_MAX_WAITING, or serve the model from a faster machine."
            )
        try:
            if not self._lock.acquire(timeout=self._time_limit):
                self._too_late()
            try:
                yield lambda: self._go_on(deadline, cancelled)
            finally:
                self._lock.release()
        finally:
            self._places.release()

    def _go_on(self, deadline: float, cancelled: threading.Event | None) -> None:
        if cancelled is not None and cancelled.is_set():
            raise Cancelled("The request was cancelled before it was decided.")
        if time.monotonic() > deadline:
            self._too_late()

    def _too_late(self) -> None:
        raise DecodingTimeout(
            f"The decision took longer than {self._time_limit:g} seconds and was stopped: shorten "
            "the conversation, or raise QOD_TIME_LIMIT."
        )
