"""Three ways to let a model answer: freely, under the API's schema, under the grounded schema.

Only the last is used in production. The others show what the grammar is worth, and what the model
has learned by itself.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.progress import track

from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.operation import schema_for
from camara_qod.training.free import complete_freely
from camara_qod.training.open_schema import OPEN_SCHEMA

#: The schema of a conversation's decisions.
Schema = Callable[[Context], dict[str, Any]]


class Way(StrEnum):
    """How a model is held while it decodes."""

    FREE = "free"
    SCHEMA = "schema"
    GROUNDED = "grounded"


@dataclass(frozen=True)
class Attempt:
    """What a model wrote; `error` where it could not.

    `confidence` is the probability of its free choices, 0 to 1, and `seconds` the wall-clock time;
    `None` where free decoding, in batches, does not tell.
    """

    text: str
    confidence: float | None = None
    seconds: float | None = None
    error: str | None = None


def attempts(
    way: Way, decoder: Decoder, model: Any, contexts: Sequence[Context], batch: int = 1
) -> Iterable[Attempt]:
    """What the model writes for each conversation.

    Args:
        way: how it is held.
        decoder: constrained decoding with that model.
        model: the model itself, for free decoding.
        contexts: the conversations.
        batch: how many are decided together; with more than one no time of a decision is told.
    """
    if way is Way.FREE:
        texts = complete_freely(model, decoder.tokenizer, contexts)
        return [Attempt(text) for text in texts]
    schema = schema_for if way is Way.GROUNDED else lambda _: OPEN_SCHEMA
    if batch > 1:
        return _together(decoder, contexts, schema, batch)
    shown = track(contexts, description=f"Deciding ({way})", console=Console(stderr=True))
    return [_attempt(decoder, context, schema) for context in shown]


def _together(
    decoder: Decoder, contexts: Sequence[Context], schema: Schema, batch: int
) -> list[Attempt]:
    """In batches of similar length, which are padded little."""
    order = sorted(range(len(contexts)), key=lambda at: sum(map(len, contexts[at].messages)))
    stretches = [order[at : at + batch] for at in range(0, len(order), batch)]
    made: dict[int, Attempt] = {}
    for stretch in track(stretches, description="Deciding", console=Console(stderr=True)):
        requests = [(contexts[at].messages, schema(contexts[at])) for at in stretch]
        try:
            answers = decoder.decode_many(requests)
        except QodError:  # one of them; which one shows when each is asked alone
            made |= {at: _attempt(decoder, contexts[at], schema) for at in stretch}
        else:
            made |= {
                at: Attempt(text, trace.confidence)
                for at, (text, trace) in zip(stretch, answers, strict=True)
            }
    return [made[at] for at in range(len(contexts))]


def _attempt(decoder: Decoder, context: Context, schema: Schema) -> Attempt:
    started = time.perf_counter()
    try:
        text, trace = decoder.decode(context.messages, schema(context))
    except QodError as error:
        return Attempt("", error=str(error))
    return Attempt(text, trace.confidence, time.perf_counter() - started)
