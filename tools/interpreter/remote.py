"""The model behind an OpenAI-compatible server: ours, vLLM, SGLang, llama.cpp's server, Ollama.

The grounded schema is plain JSON Schema, so it is sent along with each request. What comes back is
checked here again: a server that ignores the schema is reported and never trusted. A decision
changes nothing, so a server that fails is asked again, as another replica may answer.
"""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from textwrap import shorten
from typing import Annotated, Any

from jsonschema import Draft202012Validator
from outlines.exceptions import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    RateLimitError,
    ServerError,
    normalize_provider_errors,
)
from outlines.inputs import Chat
from outlines.models.openai import PROVIDER, OpenAITypeAdapter
from outlines.types import JsonSchema
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from camara_qod.tools.camara.surroundings import of_environment
from camara_qod.tools.errors import DecodingError, ModelError, RequestTooLong, TooManyWaiting
from camara_qod.tools.interpreter.deadline import Deadline
from camara_qod.tools.interpreter.decoding import Request
from camara_qod.tools.interpreter.prompt import chat

#: An answer has a few dozen tokens.
MAX_TOKENS = 256
#: So many requests are on their way to a server at once; it batches them.
AT_ONCE = 16
#: How often a server that fails is asked, and seconds in between.
TRIES = 3
_PAUSE = 0.25
#: Where a choice of an answer has what `Told` is made of; servers other than ours have none.
TRACE = "trace"
#: The status of a conversation that does not fit the server's model.
_TOO_LONG = 413

_Probability = Annotated[float, Field(ge=0, le=1)]


class Told(BaseModel):
    """What a server tells of its choices, as `deciding.Trace` has it; most tell nothing."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    confidence: _Probability | None = None
    offsets: tuple[NonNegativeInt, ...] = ()
    probabilities: tuple[_Probability, ...] = ()

    def sure(self, _: int) -> float | None:
        """The confidence: what the server tells is of what decides already."""
        return self.confidence


class RemoteDecoder:
    """A server that answers under a JSON Schema.

    Args:
        url: root of its API, ending in `/v1`.
        model: the model's name at the server; that of the adapter, where it serves several.
        key: sent as bearer token.

    Raises:
        ModelError: the client is not installed.
        SettingsError: a proxy or the certificates of the environment cannot be used.
    """

    def __init__(self, url: str, model: str, *, key: str | None = None) -> None:
        try:
            import openai
        except ImportError as error:
            raise ModelError(
                "A model server needs its client: pip install 'camara-qod[server]'."
            ) from error
        # A retry of the client's would start the limit of time anew.
        with of_environment():
            self._client = openai.OpenAI(base_url=url, api_key=key or "none", max_retries=0)
        self._format = OpenAITypeAdapter()
        self._model = model
        self._where = f"The model server at {url}"

    def decode(
        self,
        turns: Sequence[str],
        schema: dict[str, Any],
        deadline: Deadline | None = None,
    ) -> tuple[str, Told]:
        """The text that the server's model chooses among those the schema allows.

        Raises:
            ModelError: the server did not answer, refused, or is no such server.
            DecodingError: its answer is not what the schema allows.
            DecodingTimeout: the deadline had passed before it was asked.
            RequestTooLong: the conversation does not fit its model.
            TooManyWaiting: too many wait for it.
            Cancelled: nobody waited for the answer before it was asked.
        """
        plain = {name: value for name, value in schema.items() if name != "x-guidance"}
        asked = {
            "messages": self._format.format_input(Chat(chat(turns))),
            **self._format.format_output_type(JsonSchema(json.dumps(plain))),
        }
        with self._explained():
            choice = self._answered(asked, deadline or Deadline())
            text, refusal = choice.message.content, choice.message.refusal
            told = (choice.model_extra or {}).get(TRACE)
        if refusal:
            raise ModelError(
                f"{self._where} refused: {refusal.rstrip('.')}. Say it in other words, or have it "
                "serve another model (QOD_MODEL)."
            )
        if not isinstance(text, str):
            raise self._foreign()
        compact = self._checked(text, plain)
        return compact, _told(told) if compact == text else Told()

    def decode_many(
        self, requests: Sequence[Request], deadline: Deadline | None = None
    ) -> list[tuple[str, Told]]:
        """`decode` for several conversations at once; the server batches them."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda item: self.decode(item[0], item[1], deadline), requests))

    def count_tokens(self, text: str) -> int:
        """A rough count, as the server's tokenizer is not here."""
        return len(text.encode()) // 4

    def _answered(self, asked: dict[str, Any], deadline: Deadline) -> Any:
        """The only choice of the server's answer; where it fails, it is asked again."""
        for left in reversed(range(TRIES)):
            deadline.check()
            try:
                return self._sent(asked, deadline.remaining)
            except (APIConnectionError, ServerError):
                if not left:
                    raise
                time.sleep(min(_PAUSE, deadline.remaining))
        raise AssertionError("the last try returns or raises")

    def _sent(self, asked: dict[str, Any], timeout: float) -> Any:
        with normalize_provider_errors(PROVIDER):
            answer = self._client.chat.completions.create(
                model=self._model, temperature=0, max_tokens=MAX_TOKENS, timeout=timeout, **asked
            )
        (choice,) = answer.choices
        return choice

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Whatever goes wrong on the way to the server in a sentence."""
        where = self._where
        try:
            yield
        except (DecodingError, ModelError):
            raise
        except APITimeoutError as error:
            raise ModelError(f"{where} took too long: raise QOD_TIME_LIMIT.") from error
        except APIConnectionError as error:
            raise ModelError(f"{where} does not answer: check QOD_MODEL_SERVER.") from error
        except RateLimitError as error:
            raise TooManyWaiting(
                f"{where} has too many requests waiting: try again later, or let it have more "
                "replicas."
            ) from error
        except APIError as error:
            if error.status_code == _TOO_LONG:
                raise RequestTooLong(f"{where} refused{_why(error)}.") from error
            raise ModelError(
                f"{where} refused{_why(error)}. Check QOD_MODEL, the name at the server, and "
                "QOD_MODEL_SERVER_KEY."
            ) from error
        except Exception as error:  # whatever the client stumbles over in a foreign answer
            raise self._foreign() from error

    def _foreign(self) -> ModelError:
        return ModelError(
            f"{self._where} answered with something that is no chat completion: check that "
            "QOD_MODEL_SERVER is the root of an OpenAI-compatible API, which mostly ends in /v1."
        )

    def _checked(self, text: str, schema: dict[str, Any]) -> str:
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not Draft202012Validator(schema).is_valid(value):
            raise DecodingError(
                f"{self._where} does not keep to the JSON schema it is sent (it "
                f"answered {text[:80]!r}): turn its structured output on, or use another server."
            )
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _why(error: APIError) -> str:
    """Status and reason; of a page that a gateway put in place of an answer, the beginning."""
    status = f" ({error.status_code})" if error.status_code else ""
    reason = shorten(str(error.original_exception or error), 200, placeholder=" …")
    return f"{status}: {reason.rstrip('.')}"


def _told(value: Any) -> Told:
    """What came beside an answer, where it is of our form."""
    try:
        return Told.model_validate(value)
    except ValidationError:
        return Told()
