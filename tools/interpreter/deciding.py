"""From conversations to what the model emits; turns that only give values build on those before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.interpreter.deadline import Deadline
from camara_qod.tools.interpreter.decision import DECLINE, Decision
from camara_qod.tools.interpreter.follow_up import (
    agreeing,
    begins_anew,
    may_follow_up,
    only_values,
    without_session,
)
from camara_qod.tools.interpreter.operation import schema_for

#: A turn that the model decides by itself with this confidence tells what it is about.
TELLING = 0.8
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


#: A conversation's turns, and the schema of its answer.
_Request = tuple[Sequence[str], dict[str, Any]]
_Answers = Callable[[Sequence[_Request]], Sequence[tuple[str, Trace]]]


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


def decide(decoder: Decoder, context: Context, deadline: Deadline | None = None) -> Emission:
    """What the model emits for one conversation.

    Args:
        decoder: the model.
        context: the conversation.
        deadline: of all the decisions that the request takes.
    """
    return _Deciding(_one_by_one(decoder, deadline)).decide([context])[0]


def decide_many(
    decoder: Decoder, contexts: Sequence[Context], deadline: Deadline | None = None
) -> list[Emission]:
    """`decide` for several conversations together, which is faster than one after the other."""
    return _Deciding(lambda requests: decoder.decode_many(requests, deadline)).decide(contexts)


def _one_by_one(decoder: Decoder, deadline: Deadline | None) -> _Answers:
    return lambda requests: [decoder.decode(*request, deadline) for request in requests]


class _Deciding:
    """Decides for conversations together, those that later turns build on first."""

    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._known: dict[tuple[tuple[str, ...], int], Emission] = {}

    def decide(self, contexts: Sequence[Context], followed: int = 0) -> list[Emission]:
        """Their emissions; `followed` is how many later turns build on them."""
        fresh = {
            context.messages: context
            for context in contexts
            if (context.messages, followed) not in self._known
        }
        emissions = self._decided(list(fresh.values()), followed) if fresh else []
        self._known |= {
            (messages, followed): emission
            for messages, emission in zip(fresh, emissions, strict=True)
        }
        return [self._known[context.messages, followed] for context in contexts]

    def _decided(self, contexts: Sequence[Context], followed: int) -> list[Emission]:
        contexts = [_alone(item) if begins_anew(item) else item for item in contexts]
        earlier = self._earlier(contexts, followed) if followed < MOST_FOLLOWED else {}
        requests = [
            (context.messages, _schema(context, earlier.get(place)))
            for place, context in enumerate(contexts)
        ]
        return [
            _emission(text, trace, earlier.get(place))
            for place, (text, trace) in enumerate(self._asked(requests))
        ]

    def _asked(self, requests: Sequence[_Request]) -> Sequence[tuple[str, Trace]]:
        return self._answers(requests) if requests else []

    def _earlier(self, contexts: Sequence[Context], followed: int) -> dict[int, Emission]:
        """What the turns before decided, for the conversations whose newest turn builds on it.

        A turn that was declined was about something else, and the one before it counts.
        """
        found: dict[int, Emission] = {}
        places = self._following(contexts)
        for back in range(1, MOST_FOLLOWED):
            before = [_without(contexts[place], back) for place in places]
            found |= dict(zip(places, self.decide(before, followed + 1), strict=True))
            places = [
                place
                for place in places
                if found[place].decision.operation == DECLINE
                and len(contexts[place].messages) > back + 1
            ]
        return found

    def _following(self, contexts: Sequence[Context]) -> list[int]:
        """The places of the conversations whose newest turn only gives values.

        Where its words leave that open, the model is asked for that turn alone: what tells a use or
        another matter by itself is decided with confidence, what does not is not.
        """
        possible = [place for place, context in enumerate(contexts) if may_follow_up(context)]
        open_ = [place for place in possible if not only_values(contexts[place])]
        alone = [_alone(contexts[place]) for place in open_]
        answers = self._asked([(context.messages, schema_for(context)) for context in alone])
        telling = {
            place
            for place, (text, trace) in zip(open_, answers, strict=True)
            if trace.confidence is None or trace.confidence >= TELLING
            if not without_session(Emission(text, trace.confidence).decision)
        }
        return [place for place in possible if place not in telling]


def _without(context: Context, turns: int) -> Context:
    """The conversation without so many of its newest turns."""
    return _read(context.messages[:-turns], context)


def _alone(context: Context) -> Context:
    """The newest turn as if it were the first."""
    return _read(context.messages[-1:], context)


def _read(messages: Sequence[str], context: Context) -> Context:
    """Other turns under the same configuration, at the same time."""
    return read(messages, context.catalogue, context.settings, context.sessions, context.now)


def _schema(context: Context, earlier: Emission | None) -> dict[str, Any]:
    schema = schema_for(context)
    return schema if earlier is None else agreeing(schema, earlier.decision, context)


def _emission(text: str, trace: Trace, earlier: Emission | None) -> Emission:
    own = trace.confidence
    if earlier is None or own is None or earlier.confidence is None:
        return Emission(text, own)
    return Emission(text, own * earlier.confidence)
