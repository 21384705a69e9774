"""Words to decision: the whole path of one request, short of the network."""

import time
from collections.abc import Sequence
from typing import Any, Protocol

from camara_qod.tools.catalogue import Catalogue, load_catalogue
from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.context import read
from camara_qod.tools.interpreter.decision import Decision, Interpretation
from camara_qod.tools.interpreter.operation import complete, schema_for
from camara_qod.tools.interpreter.prompt import render
from camara_qod.tools.interpreter.reference import KnownSessions
from camara_qod.tools.settings import QodSettings


class Trace(Protocol):
    """What a decoder tells about its choices."""

    @property
    def confidence(self) -> float:
        """Probability of the free choices, 0 to 1."""


class Decoder(Protocol):
    """Anything that answers a prompt under a JSON Schema."""

    tokenizer: Any

    def decode(self, prompt: str, schema: dict[str, Any]) -> tuple[str, Trace]:
        """The answer, and how it came about."""


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
        self, messages: str | Sequence[str], sessions: KnownSessions | None = None
    ) -> Interpretation:
        """Decide for a conversation.

        Args:
            messages: what the user typed, one turn or several, oldest first.
            sessions: those that the API has named in this conversation.

        Returns:
            An interpretation whose decision is complete and valid, asks, or declines. Whatever
            identifiers are in it stand in `messages`, in `sessions` or in the settings.

        Raises:
            RequestTooLong: the conversation does not fit the model.
        """
        started = time.perf_counter()
        turns = [messages] if isinstance(messages, str) else list(messages)
        context = read(turns, self.catalogue, self.settings, sessions)
        prompt = render(self._decoder.tokenizer, turns)
        text, trace = self._decoder.decode(prompt, schema_for(context))
        emitted = _parsed(text)
        completed = complete(emitted, context)
        return Interpretation(
            decision=completed.decision,
            assumptions=completed.assumptions,
            questions=completed.questions,
            confidence=trace.confidence,
            emitted=emitted,
            seconds=time.perf_counter() - started,
        )

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is to the model."""
        return len(self._decoder.tokenizer(text, add_special_tokens=False)["input_ids"])


def _parsed(text: str) -> Decision:
    try:
        return Decision.from_json(text)
    except (ValueError, KeyError, TypeError) as error:
        raise DecodingError(
            f"The model answered {text[:200]!r}, which is no decision: the engine did not keep to "
            "the schema it was given."
        ) from error
