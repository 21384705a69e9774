"""Three ways to let a model answer: freely, under the API's schema, under the grounded schema.

Only the last is used in production. The others show what the grammar is worth, and what the model
has learned by itself.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.progress import track

from camara_qod.tools.camara.models import CreateSession, RetrieveSessionsInput
from camara_qod.tools.catalogue import Need
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import DECLINE
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.operation import schema_for
from camara_qod.tools.interpreter.profiles import GET as GET_PROFILE
from camara_qod.tools.interpreter.profiles import RETRIEVE as RETRIEVE_PROFILES
from camara_qod.tools.interpreter.profiles import NoArguments, ProfileReference
from camara_qod.tools.interpreter.prompt import render
from camara_qod.tools.interpreter.sessions import (
    DELETE,
    EXTEND,
    GET,
    RETRIEVE,
    SessionExtension,
    SessionReference,
)
from camara_qod.training.free import complete_freely


class Way(StrEnum):
    """How a model is held while it decodes."""

    FREE = "free"
    SCHEMA = "schema"
    GROUNDED = "grounded"


@dataclass(frozen=True)
class Attempt:
    """What a model wrote; `error` where it could not.

    `confidence` is the probability of its free choices and `seconds` the wall-clock time; `None`
    where decoding in batches does not tell.
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


#: Bounds for strings that the models leave to their validators.
_ADDRESS = {"type": "string", "pattern": "^[0-9A-Fa-f:./]{2,49}$"}
_OPTIONAL = ("devicePorts", "applicationServerPorts", "sink")


def _open_schema() -> dict[str, Any]:
    """The decisions that the specification allows, whatever the text says."""
    arguments: dict[str, type[BaseModel]] = {
        "createSession": CreateSession,
        GET: SessionReference,
        DELETE: SessionReference,
        EXTEND: SessionExtension,
        RETRIEVE: RetrieveSessionsInput,
        RETRIEVE_PROFILES: NoArguments,
        GET_PROFILE: ProfileReference,
        DECLINE: NoArguments,
    }
    definitions: dict[str, Any] = {}
    variants = []
    for operation, model in arguments.items():
        schema = model.model_json_schema(by_alias=True)
        definitions |= schema.pop("$defs", {})
        variants.append(
            {
                "type": "object",
                "properties": {"operation": {"const": operation}, "arguments": _nullable(schema)},
                "required": ["operation", "arguments"],
                "additionalProperties": False,
            }
        )
    definitions = {name: _plain(value) for name, value in definitions.items()}
    return {"x-guidance": {"whitespace_flexible": False}, "$defs": definitions, "anyOf": variants}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    properties = {
        name: {"anyOf": [_plain(value), {"type": "null"}]}
        for name, value in schema.get("properties", {}).items()
        if name != "sinkCredential"
    }
    for name in ("qosProfile", "name"):
        if name in properties:
            properties[name] = {"enum": [*(need.value for need in Need), None]}
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in _OPTIONAL],
        "additionalProperties": False,
    }


def _plain(schema: Any) -> Any:
    """Without annotations, without null inside of values, and with bounded strings."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    alternatives = [item for item in schema.get("anyOf", []) if item != {"type": "null"}]
    if len(alternatives) == 1:
        return _plain(alternatives[0])
    kept = {
        name: {field: _plain(value) for field, value in value.items()}
        if name == "properties"
        else _plain(value)
        for name, value in schema.items()
        if name not in ("title", "description", "default", "format")
    }
    unbounded = kept.get("type") == "string" and not {"pattern", "enum", "const"} & set(kept)
    return _ADDRESS if unbounded else kept


OPEN_SCHEMA = _open_schema()
