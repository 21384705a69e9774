"""OpenAI's Chat Completions: any client library of that API can use the model as it is.

No conversation is kept and nothing is sent to the operator: messages in, the next one out. Where
tools that are named by CAMARA's operationIds are given, a decision is a call of one of them, which
the client carries out; without them it is the decision as JSON. Questions are text, and so is what
became of a call.

- System and developer messages change nothing, and neither do `temperature`, `seed`, `max_tokens`
  and the like.
- `tool_choice`: `none` has no call made, and the name of a tool has no other one called. That a
  call is made, which `required` and a name ask for, is not promised: where something is missing or
  another operation is meant, the answer is text, and never a call that was made up.
- `parallel_tool_calls` changes nothing: one answer calls at most one tool.
- A call that a person has refused is answered with the tool message `User rejected the tool call`,
  as LangChain does; the next turn may then correct it.
"""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, format_sse_event
from langchain_core.messages import BaseMessage, convert_to_messages

from camara_qod.agent.service.callers import Decides
from camara_qod.agent.service.chat_wire import (
    MODEL,
    ChatCompletionRequest,
    ChatMessage,
    chunks,
    completion,
    model_body,
)
from camara_qod.agent.service.problems import Problem

router = APIRouter(prefix="/v1", tags=["OpenAI"])

_STARTED = int(time.time())
#: For a member of a request, whether a value of it asks for what there is not, and what to do.
_ABSENT: dict[str, tuple[Callable[[Any], bool], str]] = {
    "n": (lambda count: count != 1, "There is one answer to a conversation: leave `n` out."),
    "logprobs": (
        bool,
        "There are no log probabilities: read `qod.confidence` and `qod.certainty` of the choice.",
    ),
    "top_logprobs": (bool, "There are no log probabilities: leave `top_logprobs` out."),
    "response_format": (
        lambda form: form.get("type") != "text",
        "The answer has no other schema than CAMARA's: give tools that are named by its "
        "operationIds and read `tool_calls`, or ask without tools for the decision as JSON.",
    ),
    "modalities": (lambda kinds: kinds != ["text"], "Answers are text: leave `modalities` out."),
    "functions": (bool, "Give `tools` in the place of `functions`."),
    "function_call": (bool, "Give `tool_choice` in the place of `function_call`."),
}


@router.post("/chat/completions", operation_id="createChatCompletion", response_model=None)
def create(body: ChatCompletionRequest, request: Request, caller: Decides) -> Response:
    """Answer a conversation, in OpenAI's form; `qod` in the choice tells how it was decided."""
    _check_model(body.model)
    for name, (absent, advice) in _ABSENT.items():
        value = getattr(body, name)
        if value is not None and absent(value):
            raise _refused(advice, name, "unsupported_value")
    tools, messages = _tools(body), _messages(body.messages)
    answer = request.app.state.service.chat.answer(messages, tools)
    if not body.stream:
        return Response(json.dumps(completion(answer)), media_type="application/json")
    usage = body.stream_options is not None and bool(body.stream_options.include_usage)
    events = [json.dumps(chunk) for chunk in chunks(answer, include_usage=usage)]
    return EventSourceResponse(format_sse_event(data_str=data) for data in [*events, "[DONE]"])


@router.get("/models", operation_id="listModels")
def models(caller: Decides) -> dict[str, Any]:
    """The one model that there is, in OpenAI's form."""
    return {"object": "list", "data": [model_body(_STARTED)]}


@router.get("/models/{model}", operation_id="retrieveModel")
def model(model: str, caller: Decides) -> dict[str, Any]:
    """The model by its name, in OpenAI's form."""
    _check_model(model)
    return model_body(_STARTED)


def _check_model(name: str) -> None:
    if name != MODEL:
        told = f"There is no model {name[:40]!a} here: ask for {MODEL}."
        raise Problem(404, "No such model", told, param="model", code="model_not_found")


def _refused(detail: str, param: str, code: str) -> Problem:
    return Problem(400, "The request cannot be answered", detail, param=param, code=code)


def _tools(body: ChatCompletionRequest) -> list[dict[str, Any]]:
    """The tools that may be called, as far as they are functions with a name."""
    named = {name: tool for tool in body.tools or () if (name := _function(tool))}
    choice = body.tool_choice
    if choice == "none":
        return []
    if not isinstance(choice, dict):
        return list(named.values())
    allowed = choice.get("allowed_tools")
    chosen = allowed.get("tools", []) if isinstance(allowed, dict) else [choice]
    names = [_function(item) for item in chosen if isinstance(item, dict)]
    if not names or not all(name in named for name in names):
        told = "`tool_choice` names a tool that is not among `tools`."
        raise _refused(told, "tool_choice", "invalid_value")
    return [named[name] for name in names if name]


def _function(tool: dict[str, Any]) -> str | None:
    """The name of a tool, where it is a function."""
    function = tool.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else None


def _messages(given: Sequence[ChatMessage]) -> list[BaseMessage]:
    """The conversation, each call in it with its result.

    Raises:
        Problem: 400, a call has no result, or a result no call.
    """
    _check_results(given)
    return convert_to_messages([item.model_dump(exclude_none=True) for item in given])


def _check_results(given: Sequence[ChatMessage]) -> None:
    open_calls: set[str] = set()
    for place, item in enumerate(given):
        if item.role == "tool":
            if item.tool_call_id not in open_calls:
                told = "A tool message has to follow the assistant's message with its call."
                raise _refused(told, f"messages.{place}", "invalid_value")
            open_calls.discard(item.tool_call_id)
        elif open_calls:
            raise _unanswered(place)
        open_calls |= {call.id for call in item.tool_calls or ()}
    if open_calls:
        raise _unanswered(len(given))


def _unanswered(place: int) -> Problem:
    told = (
        "Each call of an assistant's message needs its result, a tool message with the call's id, "
        "before the conversation goes on."
    )
    return _refused(told, f"messages.{place - 1}", "invalid_value")
