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
from camara_qod.tools.interpreter.prompt import render
from camara_qod.training.free import complete_freely
from camara_qod.training.open_schema import OPEN_SCHEMA


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
    way: Way, decoder: Decoder, model: Any, contexts: Sequence[Context]
) -> Iterable[Attempt]:
    """What the model writes for each conversation.

    Args:
        way: how it is held.
        decoder: constrained decoding with that model.
        model: the model itself, for free decoding.
        contexts: the conversations.
    """
    if way is Way.FREE:
        conversations = [list(context.messages) for context in contexts]
        texts = complete_freely(model, decoder.tokenizer, conversations)
        return [Attempt(text) for text in texts]
    schema = schema_for if way is Way.GROUNDED else lambda _: OPEN_SCHEMA
    shown = track(contexts, description=f"Deciding ({way})", console=Console(stderr=True))
    return [_attempt(decoder, context, schema) for context in shown]


def _attempt(
    decoder: Decoder, context: Context, schema: Callable[[Context], dict[str, Any]]
) -> Attempt:
    started = time.perf_counter()
    try:
        prompt = render(decoder.tokenizer, context.messages)
        text, trace = decoder.decode(prompt, schema(context))
    except QodError as error:
        return Attempt("", error=str(error))
    return Attempt(text, trace.confidence, time.perf_counter() - started)
