"""From conversations to what the model decides: one answer each, in labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.certainty import certainty, deciding
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.deadline import Deadline
from camara_qod.tools.interpreter.offering.notation import read
from camara_qod.tools.interpreter.offering.offer import Offer, Pointed
from camara_qod.tools.interpreter.prompt import labelled


class Trace(Protocol):
    """What a decoder tells about its choices."""

    @property
    def confidence(self) -> float | None:
        """How often such choices are right, 0 to 1; `None` where the engine does not tell."""

    def sure(self, count: int) -> float | None:
        """The same of the first choices alone."""

    @property
    def offsets(self) -> Sequence[int]:
        """Of each free choice, how many characters stand before it; empty where not told."""

    @property
    def probabilities(self) -> Sequence[float]:
        """Of each free choice, 0 to 1; empty where not told."""


class Decoder(Protocol):
    """Anything that answers a conversation under a JSON Schema."""

    def decode(
        self,
        turns: Sequence[str],
        schema: dict[str, Any],
        deadline: Deadline | None = None,
    ) -> tuple[str, Trace]:
        """The answer, and how it came about; it stops early at the `deadline`."""

    def decode_many(
        self,
        requests: Sequence[tuple[Sequence[str], dict[str, Any]]],
        deadline: Deadline | None = None,
    ) -> Sequence[tuple[str, Trace]]:
        """The same for several conversations together, each under its own schema."""

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is to the model, as far as the engine knows."""


def confidence(text: str, trace: Trace) -> float | None:
    """How often an answer is right of which so sure a model decides, 0 to 1.

    Args:
        text: the answer, as the model wrote it.
        trace: how it came about.

    Returns:
        `None` where the engine does not tell.
    """
    if not trace.offsets:
        return trace.confidence
    return trace.sure(deciding(text, trace.offsets))


@dataclass(frozen=True)
class Emission:
    """What the model emitted for a conversation, as text, and what it was offered.

    `trace` tells how sure it was of them.
    """

    text: str
    trace: Trace
    offer: Offer

    @property
    def confidence(self) -> float | None:
        """How often such an answer is right, 0 to 1; `None` where the engine does not tell."""
        return confidence(self.text, self.trace)

    @property
    def certainty(self) -> dict[str, float]:
        """The probability of each part: of the operation and of each argument."""
        return certainty(self.text, self.trace.offsets, self.trace.probabilities)

    @property
    def pointed(self) -> Pointed:
        """What the answer stands for.

        Raises:
            DecodingError: it is no decision.
        """
        try:
            return self.offer.pointed(read(self.text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DecodingError(
                f"The model answered {self.text[:200]!r}, which is no decision: the engine did not "
                "keep to the schema it was given. Ask again, or name another model (QOD_MODEL)."
            ) from error


def decide(decoder: Decoder, context: Context, deadline: Deadline | None = None) -> Emission:
    """What the model emits for one conversation, before the deadline."""
    offer = Offer(context)
    text, trace = decoder.decode(labelled(context, offer.labels), offer.schema, deadline)
    return Emission(text, trace, offer)


def decide_many(
    decoder: Decoder, contexts: Sequence[Context], deadline: Deadline | None = None
) -> list[Emission]:
    """`decide` for several conversations together, which is faster than one after the other."""
    offers = [Offer(context) for context in contexts]
    requests = [
        (labelled(context, offer.labels), offer.schema)
        for context, offer in zip(contexts, offers, strict=True)
    ]
    return [
        Emission(text, trace, offer)
        for (text, trace), offer in zip(
            decoder.decode_many(requests, deadline), offers, strict=True
        )
    ]
