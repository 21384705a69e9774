"""Constrained decoding as a service: one model, many callers, a bounded queue, deadlines."""

import json
import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llguidance import LLMatcher
from outlines.backends.llguidance import LLGuidanceLogitsProcessor
from outlines.generator import SteerableGenerator

from camara_qod.tools.errors import TooManyWaiting
from camara_qod.tools.interpreter.calibration import Calibration
from camara_qod.tools.interpreter.deadline import Deadline
from camara_qod.tools.interpreter.engine import Checkpoint, FastForward
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.interpreter.prompt import render
from camara_qod.tools.interpreter.tokens import tables

#: The user's turns, and the JSON Schema of the answer.
Request = tuple[Sequence[str], dict[str, Any]]


class Decoder:
    """A model that answers under a JSON Schema; safe to share between threads.

    Args:
        model: ours, or a causal language model of `transformers`, with or without a PEFT adapter.
        tokenizer: its tokenizer.
        max_prompt_tokens: longest prompt that is read.
        max_waiting: how many requests may wait for those that are being decided.
        at_once: how many are decided at the same time, each by an engine of its own over the same
            weights. Two on one core each decide more in a second than one on two cores, and a
            short one does not wait for a long one; each takes longer.
        temperature: 0 in production; above, choices are drawn by their probabilities, which shows
            what the model takes for possible.
        calibration: from the scores of choices to the confidence; it changes no choice.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        max_prompt_tokens: int = 2048,
        *,
        max_waiting: int = 64,
        at_once: int = 1,
        temperature: float = 0.0,
        calibration: Calibration | None = None,
    ) -> None:
        self.tokenizer = tokenizer
        self._calibration = calibration or Calibration()
        self._tables = tables(tokenizer)
        self._free: queue.LifoQueue[FastForward] = queue.LifoQueue()
        for _ in range(at_once):
            self._free.put(FastForward(model, tokenizer, temperature))
        self._max_prompt_tokens = max_prompt_tokens
        self._max_waiting = max_waiting
        self._places = threading.BoundedSemaphore(max_waiting + at_once)

    def decode(
        self,
        turns: Sequence[str],
        schema: dict[str, Any],
        deadline: Deadline | None = None,
    ) -> tuple[str, Trace]:
        """The text that the model chooses among those the schema allows.

        Args:
            turns: what the user typed, oldest first.
            schema: a JSON Schema.
            deadline: once it has passed, the work stops before the next pass.

        Raises:
            RequestTooLong: the conversation takes more than `max_prompt_tokens`.
            DecodingError: the schema cannot be compiled.
            DecodingTimeout: the deadline has passed.
            TooManyWaiting: `max_waiting` others wait already.
            Cancelled: nobody waits for the answer any more.
        """
        trace = Trace(calibration=self._calibration)
        with self._turn(deadline) as (engine, checkpoint):
            generator = SteerableGenerator.from_processor(engine, self._processor(schema))
            text = generator(
                render(self.tokenizer, turns),
                trace=trace,
                max_prompt_tokens=self._max_prompt_tokens,
                checkpoint=checkpoint,
            )
        return text, trace

    def decode_many(
        self, requests: Sequence[Request], deadline: Deadline | None = None
    ) -> list[tuple[str, Trace]]:
        """`decode` for several requests together, each under its own schema."""
        traces = [Trace(calibration=self._calibration) for _ in requests]
        if not requests:
            return []
        with self._turn(deadline) as (engine, checkpoint):
            texts = engine.generate_batch(
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
        grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema))
        # It only carries these two. Made for torch, it would import torch's compiler.
        return LLGuidanceLogitsProcessor(grammar, self._tables, "numpy")

    @contextmanager
    def _turn(self, deadline: Deadline | None) -> Iterator[tuple[FastForward, Checkpoint]]:
        """Wait for an engine; it comes with what is to be called before each pass."""
        deadline = deadline or Deadline()
        if not self._places.acquire(blocking=False):
            raise TooManyWaiting(
                f"{self._max_waiting} requests wait for the model already: try again later, raise "
                "QOD_MAX_WAITING, or serve the model from a faster machine."
            )
        try:
            try:
                engine = self._free.get(timeout=deadline.remaining)
            except queue.Empty:
                deadline.missed()
            try:
                yield engine, deadline.check
            finally:
                self._free.put(engine)
        finally:
            self._places.release()
