"""Decisions as OpenAI's chat completions: what is asked, what is answered, what is refused.

A completion is asked for as `tools/interpreter/remote.py` does: the plugin's own prompt, and the
JSON Schema of the answer as `response_format`. Beside the answer stands how sure the model is.
"""

import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field

from camara_qod.tools.errors import (
    DecodingError,
    DecodingTimeout,
    QodError,
    RequestTooLong,
    TooManyWaiting,
)
from camara_qod.tools.interpreter import decoding
from camara_qod.tools.interpreter.deciding import Trace, confidence
from camara_qod.tools.interpreter.offering.schema import COMPACT
from camara_qod.tools.interpreter.prompt import SYSTEM
from camara_qod.tools.interpreter.remote import TRACE, Told

_STATUS: tuple[tuple[type[QodError], HTTPStatus], ...] = (
    (RequestTooLong, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (TooManyWaiting, HTTPStatus.TOO_MANY_REQUESTS),
    (DecodingTimeout, HTTPStatus.GATEWAY_TIMEOUT),
    (DecodingError, HTTPStatus.BAD_REQUEST),
)


def _ours(prompt: str) -> str:
    if prompt != SYSTEM:
        raise ValueError(
            "it is not the prompt that this model was trained with: run the same version of "
            "camara-qod here and where the requests come from"
        )
    return prompt


class System(BaseModel):
    """The plugin's prompt."""

    role: Literal["system"]
    content: Annotated[str, AfterValidator(_ours)]


class User(BaseModel):
    """The conversation."""

    role: Literal["user"]
    content: str


def _a_line(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") == "object" or "anyOf" in schema:
        raise ValueError(
            "the answers of this model are lines of text, and what is asked for is an object: run "
            "the same version of camara-qod here and where the requests come from"
        )
    return schema


class Schema(BaseModel):
    """The JSON Schema of the answer."""

    content: Annotated[dict[str, Any], AfterValidator(_a_line)] = Field(alias="schema")


class ResponseFormat(BaseModel):
    """That the answer has a schema."""

    type: Literal["json_schema"]
    json_schema: Schema


class Completion(BaseModel):
    """A completion that is asked for; the likeliest is given, so there is nothing to draw."""

    model: str
    messages: tuple[System, User]
    response_format: ResponseFormat
    temperature: float = Field(default=0, ge=0, le=0)
    n: Literal[1] = 1
    stream: Literal[False] = False

    @property
    def request(self) -> decoding.Request:
        """It as decoders take it."""
        schema = self.response_format.json_schema.content
        return [self.messages[1].content], COMPACT | schema


def completed(asked: Completion, text: str, trace: Trace) -> dict[str, Any]:
    """The answer's body."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, "refusal": None},
        "finish_reason": "stop",
        "logprobs": None,
        TRACE: told(text, trace).model_dump(mode="json"),
    }
    return {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": asked.model,
        "choices": [choice],
    }


def told(text: str, trace: Trace) -> Told:
    """What a caller is told of the model's choices in an answer."""
    try:
        sure = confidence(text, trace)
    except (ValueError, KeyError):  # of another schema than the plugin's
        sure = trace.confidence
    return Told(
        confidence=sure,
        offsets=tuple(trace.offsets),
        probabilities=tuple(trace.probabilities),
    )


async def refused(request: Request, error: Exception) -> JSONResponse:
    """An error of the plugin's in OpenAI's form."""
    status = next(
        (status for kind, status in _STATUS if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    return problem(status, str(error))


async def invalid(request: Request, error: Exception) -> JSONResponse:
    """A body that is no `Completion`, in OpenAI's form."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    places: Sequence[str] = [
        f"{'/'.join(map(str, item['loc'][1:])) or 'the body'}: {item['msg']}"
        for item in error.errors()
    ]
    return problem(HTTPStatus.BAD_REQUEST, f"{'; '.join(places)}.")


def problem(status: HTTPStatus, message: str) -> JSONResponse:
    """A refusal in OpenAI's form."""
    kind = "invalid_request_error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
    later = {"Retry-After": "2"} if status is HTTPStatus.TOO_MANY_REQUESTS else None
    error = {"message": message, "type": kind, "param": None, "code": None}
    return JSONResponse({"error": error}, status, later)
