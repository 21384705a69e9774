"""The model behind an OpenAI-compatible server: vLLM, SGLang, llama.cpp's server, Ollama.

The grounded schema is plain JSON Schema, so it is sent along with each request. What comes back is
checked here again: a server that ignores the schema is reported and never trusted.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import outlines
from jsonschema import Draft202012Validator
from outlines.exceptions import APIConnectionError, APIError, APITimeoutError
from outlines.inputs import Chat
from outlines.types import JsonSchema

from camara_qod.tools.errors import DecodingError, ModelError
from camara_qod.tools.interpreter.deadline import Deadline
from camara_qod.tools.interpreter.decoding import Request
from camara_qod.tools.interpreter.prompt import chat

#: A decision has at most some 120 tokens.
MAX_TOKENS = 512
#: So many requests are on their way to a server at once; it batches them.
AT_ONCE = 16


@dataclass(frozen=True)
class Untold:
    """The trace of a server that tells no probabilities."""

    confidence: float | None = None
    offsets: Sequence[int] = ()
    probabilities: Sequence[float] = ()


class RemoteDecoder:
    """A server that answers under a JSON Schema.

    Args:
        url: root of its API, ending in `/v1`.
        model: the model's name at the server; that of the adapter, where it serves several.
        key: sent as bearer token.

    Raises:
        ModelError: the client is not installed.
    """

    def __init__(self, url: str, model: str, *, key: str | None = None) -> None:
        try:
            import openai
        except ImportError as error:
            raise ModelError(
                "A model server needs its client: pip install 'camara-qod[server]'."
            ) from error
        # A retry would start the limit of time anew.
        client = openai.OpenAI(base_url=url, api_key=key or "none", max_retries=0)
        self._url = url
        self._model = outlines.from_openai(client, model)

    def decode(
        self,
        turns: Sequence[str],
        schema: dict[str, Any],
        deadline: Deadline | None = None,
    ) -> tuple[str, Untold]:
        """The text that the server's model chooses among those the schema allows.

        Raises:
            ModelError: the server did not answer, refused, or is no such server.
            DecodingError: its answer is not what the schema allows.
            DecodingTimeout: the deadline had passed before it was asked.
            Cancelled: nobody waited for the answer before it was asked.
        """
        deadline = deadline or Deadline()
        deadline.check()
        plain = {name: value for name, value in schema.items() if name != "x-guidance"}
        text = self._asked(Chat(chat(turns)), json.dumps(plain), deadline.remaining)
        return self._checked(text, plain), Untold()

    def decode_many(
        self, requests: Sequence[Request], deadline: Deadline | None = None
    ) -> list[tuple[str, Untold]]:
        """`decode` for several conversations at once; the server batches them."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda item: self.decode(item[0], item[1], deadline), requests))

    def count_tokens(self, text: str) -> int:
        """A rough count, as the server's tokenizer is not here."""
        return len(text.encode()) // 4

    def _asked(self, messages: Chat, schema: str, timeout: float) -> str:
        where = f"The model server at {self._url}"
        try:
            answer = self._model(
                messages,
                JsonSchema(schema),
                temperature=0,
                max_tokens=MAX_TOKENS,
                timeout=timeout,
            )
        except APITimeoutError as error:
            raise ModelError(f"{where} took too long: raise QOD_TIME_LIMIT.") from error
        except APIConnectionError as error:
            raise ModelError(f"{where} does not answer: check QOD_MODEL_SERVER.") from error
        except APIError as error:
            raise ModelError(
                f"{where} refused{_why(error)}. Check QOD_MODEL, the name at the server, and "
                "QOD_MODEL_SERVER_KEY."
            ) from error
        except Exception as error:  # whatever the client stumbles over in a foreign answer
            raise _foreign(where) from error
        if not isinstance(answer, str):
            raise _foreign(where)
        return answer

    def _checked(self, text: str, schema: dict[str, Any]) -> str:
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not Draft202012Validator(schema).is_valid(value):
            raise DecodingError(
                f"The model server at {self._url} does not keep to the JSON schema it is sent (it "
                f"answered {text[:80]!r}): turn its structured output on, or use another server."
            )
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _why(error: APIError) -> str:
    """Status and reason; of a page that a gateway put in place of an answer, the beginning."""
    status = f" ({error.status_code})" if error.status_code else ""
    reason = shorten(str(error.original_exception or error), 200, placeholder=" …")
    return f"{status}: {reason.rstrip('.')}"


def _foreign(where: str) -> ModelError:
    return ModelError(
        f"{where} answered with something that is no chat completion: check that QOD_MODEL_SERVER "
        "is the root of an OpenAI-compatible API, which mostly ends in /v1."
    )
