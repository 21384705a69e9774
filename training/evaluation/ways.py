"""Three ways to let a model answer: freely, under the API's schema, under the grounded schema.

Only the last is used in production. The others show what the grammar is worth, and what the model
has learned by itself.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from rich.progress import track

from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.deciding import decide_many
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.prompt import with_choices
from camara_qod.tools.interpreter.reading.mention import Mention
from camara_qod.tools.screen import screen
from camara_qod.training.corpus.choices import choices
from camara_qod.training.evaluation.free import complete_freely
from camara_qod.training.evaluation.open_schema import OPEN_SCHEMA

#: Decides for several conversations together, under the schemas of one way.
_Held = Callable[[Decoder, Sequence[Context]], "list[Attempt]"]


class Way(StrEnum):
    """How a model is held while it decodes."""

    FREE = "free"
    SCHEMA = "schema"
    GROUNDED = "grounded"


@dataclass(frozen=True)
class Attempt:
    """What a model wrote, in CAMARA's form; `error` where it could not.

    `confidence` is how sure it is of its free choices, 0 to 1, and `seconds` the wall-clock time;
    `None` where free decoding, in batches, does not tell. `mentions` are what labels pointed at, by
    argument.
    """

    text: str
    confidence: float | None = None
    seconds: float | None = None
    error: str | None = None
    mentions: Mapping[str, tuple[Mention, ...]] = field(default_factory=dict)


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
    held: _Held = _grounded if way is Way.GROUNDED else _by_the_api
    if batch > 1:
        return _together(decoder, contexts, held, batch)
    shown = track(contexts, description=f"Deciding ({way})", console=screen(stderr=True))
    return [_attempt(decoder, context, held) for context in shown]


def _grounded(decoder: Decoder, contexts: Sequence[Context]) -> list[Attempt]:
    made = [(emission, emission.pointed) for emission in decide_many(decoder, contexts)]
    return [
        Attempt(pointed.decision.to_json(), emission.confidence, mentions=pointed.mentions)
        for emission, pointed in made
    ]


def _by_the_api(decoder: Decoder, contexts: Sequence[Context]) -> list[Attempt]:
    """Under the schema of the API, with the prompt that the model was trained to answer freely."""
    requests = [
        (with_choices(context.messages, choices(context)), OPEN_SCHEMA) for context in contexts
    ]
    # The curve of the adapter was found on grounded decisions.
    return [
        Attempt(text, math.prod(trace.probabilities))
        for text, trace in decoder.decode_many(requests)
    ]


def _together(
    decoder: Decoder, contexts: Sequence[Context], held: _Held, batch: int
) -> list[Attempt]:
    """In batches of similar length."""
    order = sorted(range(len(contexts)), key=lambda at: sum(map(len, contexts[at].messages)))
    stretches = [order[at : at + batch] for at in range(0, len(order), batch)]
    made: dict[int, Attempt] = {}
    for stretch in track(stretches, description="Deciding", console=screen(stderr=True)):
        try:
            tried = held(decoder, [contexts[at] for at in stretch])
        except QodError:  # one of them; which one shows when each is asked alone
            made |= {at: _attempt(decoder, contexts[at], held) for at in stretch}
        else:
            made |= dict(zip(stretch, tried, strict=True))
    return [made[at] for at in range(len(contexts))]


def _attempt(decoder: Decoder, context: Context, held: _Held) -> Attempt:
    started = time.perf_counter()
    try:
        (made,) = held(decoder, [context])
    except QodError as error:
        return Attempt("", error=str(error))
    return replace(made, seconds=time.perf_counter() - started)
