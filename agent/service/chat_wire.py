"""What `/v1/chat/completions` reads and writes, in OpenAI's form."""

import json
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self
from uuid import uuid4

from langchain_core.messages import AIMessage
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from camara_qod.agent.chat_model import (
    ASSUMPTIONS,
    CERTAINTY,
    CHOICES,
    CONFIDENCE,
    REMARKS,
    SOURCES,
)
from camara_qod.agent.history import ASIDE, KIND, TURNS

#: The one model that there is.
MODEL = "camara-qod"
#: What is told of an answer in the member `qod` of its choice: the name there, and `ChatQod`'s.
_TOLD = {
    "decision": KIND,
    "aside": ASIDE,
    "confidence": CONFIDENCE,
    "certainty": CERTAINTY,
    "assumptions": ASSUMPTIONS,
    "remarks": REMARKS,
    "turns": TURNS,
    "sources": SOURCES,
    "choices": CHOICES,
}
#: Text, or a list of its parts.
_Content = str | list[dict[str, Any]] | None


def _words(content: Any) -> Any:
    """The text of a list of parts, a line each; `None`, which stands beside calls, is no text."""
    if not isinstance(content, list):
        return "" if content is None else content
    return "\n".join(map(_part, content))


def _part(part: Any) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    text = part.get("text") if kind == "text" else None
    if not isinstance(text, str):
        message = "only text is read here: leave the part of type {kind} out"
        raise PydanticCustomError("no_text", message, {"kind": f"{kind!a}"[:40]})
    return text


def _object(text: str) -> str:
    """Arguments, which have to be a JSON object; some clients send nothing for none."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise PydanticCustomError("no_object", "the arguments are no JSON object")
    return text or "{}"


class FunctionCall(BaseModel):
    """A call that the model has made."""

    name: str
    arguments: Annotated[str, AfterValidator(_object)]


class MessageToolCall(BaseModel):
    """The same with its id, which the result names."""

    id: str
    type: Literal["function"] = "function"
    function: FunctionCall


class ChatMessage(BaseModel):
    """A message; members that change nothing here are left out."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[str, BeforeValidator(_words, json_schema_input_type=_Content)] = ""
    tool_calls: list[MessageToolCall] | None = None
    tool_call_id: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.role != "assistant" and "content" not in self.model_fields_set:
            raise PydanticCustomError("no_content", "the message has no content")
        if self.role == "tool" and self.tool_call_id is None:
            raise PydanticCustomError("no_call", "the message does not say which call it is of")
        return self


class StreamOptions(BaseModel):
    """What a stream has besides the answer."""

    include_usage: bool | None = None


class ChatCompletionRequest(BaseModel):
    """A conversation to answer.

    Only these members are read. All others, such as `temperature`, `max_tokens` or `seed`, are
    accepted and change nothing: a decision is always the likeliest one, and complete.
    """

    model: str
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    tools: list[dict[str, Any]] | None = Field(
        default=None, description="Those named by an operationId of CAMARA's are called, no others"
    )
    tool_choice: Literal["none", "auto", "required"] | dict[str, Any] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    response_format: dict[str, Any] | None = None
    modalities: list[str] | None = None
    functions: list[Any] | None = None
    function_call: Any = None


def completion(answer: AIMessage) -> dict[str, Any]:
    """An answer as a `chat.completion`."""
    message: dict[str, Any] = {"role": "assistant", "content": str(answer.text), "refusal": None}
    calls = _calls(answer)
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "logprobs": None, **_end(answer)}
    return {**_head("chat.completion"), "choices": [choice], "usage": _usage(answer)}


def chunks(answer: AIMessage, *, include_usage: bool) -> Iterator[dict[str, Any]]:
    """An answer as `chat.completion.chunk`s.

    A decision is known only when it is complete, so the whole of it is in the second one.
    """
    head = _head("chat.completion.chunk") | ({"usage": None} if include_usage else {})
    calls = [{"index": index, **call} for index, call in enumerate(_calls(answer))]
    said = {"content": str(answer.text)} | ({"tool_calls": calls} if calls else {})
    for delta in ({"role": "assistant", "content": ""}, said):
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
        yield {**head, "choices": [choice]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "logprobs": None, **_end(answer)}]}
    if include_usage:
        yield {**head, "choices": [], "usage": _usage(answer)}


def model_body(created: int) -> dict[str, Any]:
    """The model as OpenAI's API lists one."""
    return {"id": MODEL, "object": "model", "created": created, "owned_by": MODEL}


def _head(kind: str) -> dict[str, Any]:
    made = {"id": f"chatcmpl-{uuid4().hex}", "object": kind, "created": int(time.time())}
    return made | {"model": MODEL}


def _calls(answer: AIMessage) -> list[dict[str, Any]]:
    return [
        {
            "id": call["id"],
            "type": "function",
            "function": {
                "name": call["name"],
                "arguments": json.dumps(call["args"], ensure_ascii=False),
            },
        }
        for call in answer.tool_calls
    ]


def _end(answer: AIMessage) -> dict[str, Any]:
    """Why it ends there, and what is told of the decision."""
    told = answer.response_metadata
    qod = {name: told[ours] for name, ours in _TOLD.items() if ours in told}
    return {"finish_reason": "tool_calls" if answer.tool_calls else "stop", "qod": qod}


def _usage(answer: AIMessage) -> dict[str, int]:
    used = answer.usage_metadata
    said, answered = (used["input_tokens"], used["output_tokens"]) if used else (0, 0)
    return {
        "prompt_tokens": said,
        "completion_tokens": answered,
        "total_tokens": said + answered,
    }
