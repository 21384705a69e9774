"""From conversations to what the model emits; turns that only give values build on those before."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.follow_up import agreeing, follows_up
from camara_qod.tools.interpreter.operation import schema_for

#: So many turns are followed back at most; those before them are read together.
MOST_FOLLOWED = 4


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


@dataclass(frozen=True)
class Emission:
    """What the model emitted for a conversation, as text.

    `confidence` is the probability of all its free choices, those of the turns that the newest one
    builds on included, 0 to 1; `None` where the engine does not tell.
    """

    text: str
    confidence: float | None

    @property
    def decision(self) -> Decision:
        """It, read.

        Raises:
            DecodingError: it is no decision.
        """
        try:
            return Decision.from_json(self.text)
        except (ValueError, KeyError, TypeError) as error:
            raise DecodingError(
                f"The model answered {self.text[:200]!r}, which is no decision: the engine did not "
                "keep to the schema it was given."
            ) from error


def decide(
    decoder: Decoder,
    context: Context,
    cancelled: threading.Event | None = None,
    followed: int = 0,
) -> Emission:
    """What the model emits for one conversation.

    Args:
        decoder: the model.
        context: the conversation.
        cancelled: once it is set, the work stops.
        followed: how many later turns build on this one.
    """
    earlier = None
    if followed < MOST_FOLLOWED and follows_up(context):
        earlier = decide(decoder, _before(context), cancelled, followed + 1)
    text, trace = decoder.decode(context.messages, _schema(context, earlier), cancelled)
    return _emission(text, trace, earlier)


def decide_many(decoder: Decoder, contexts: Sequence[Context], followed: int = 0) -> list[Emission]:
    """`decide` for several conversations together, which is faster than one after the other."""
    later = [
        place
        for place, context in enumerate(contexts)
        if followed < MOST_FOLLOWED and follows_up(context)
    ]
    before = [_before(contexts[place]) for place in later]
    earlier: list[Emission | None] = [None] * len(contexts)
    if before:
        for place, emission in zip(later, decide_many(decoder, before, followed + 1), strict=True):
            earlier[place] = emission
    answers = decoder.decode_many(
        [
            (context.messages, _schema(context, emission))
            for context, emission in zip(contexts, earlier, strict=True)
        ]
    )
    return [
        _emission(text, trace, emission)
        for (text, trace), emission in zip(answers, earlier, strict=True)
    ]


def _before(context: Context) -> Context:
    """The conversation without its newest turn."""
    return read(context.messages[:-1], context.catalogue, context.settings, context.sessions)


def _schema(context: Context, earlier: Emission | None) -> dict[str, Any]:
    schema = schema_for(context)
    return schema if earlier is None else agreeing(schema, earlier.decision, context)


def _emission(text: str, trace: Trace, earlier: Emission | None) -> Emission:
    own = trace.confidence
    if earlier is None or own is None or earlier.confidence is None:
        return Emission(text, own)
    return Emission(text, own * earlier.confidence)
