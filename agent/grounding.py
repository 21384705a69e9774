"""A guard for agents that other language models drive: no identifier that nobody gave.

A model that fills in a tool call may make an address, a phone number or an id up, and the call is
valid all the same. This middleware looks up each identifier of a call in what the human wrote and
what tools returned, and hands the call back where one is in neither. It works with any tool.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.types import Command

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.evidence import (
    REFUSED,
    REVIEWED,
    Evidence,
    evidence,
    identifiers,
    leaves,
    named_in,
)

__all__ = ["EDITED", "REFUSED", "GroundedToolCalls", "evidence", "identifiers"]

#: LangChain's key for calls that a human reviewer has rewritten.
EDITED = "hitl_edited_tool_calls"

Answer = ToolMessage | Command[Any]


class GroundedToolCalls(AgentMiddleware):
    """Refuses tool calls with identifiers that neither the human nor a tool has named.

    Looked at, in any string, number or key of the arguments:

    - IP addresses, and values that are a host name and nothing else;
    - links, by origin and path: below a link that was named, or anywhere at a host that was named
      alone; what is written behind the host is looked at in its turn;
    - e-mail addresses;
    - UUIDs, MAC addresses, IBANs, hashes and other codes of letters and digits (seven digits, or
      sixteen hexadecimal ones);
    - numbers of seven or more digits: phones by the numbering plans, others by their digits.

    Not looked at: names and other words, shorter numbers, dates and times, amounts. A long number
    that may be an amount or a time passes where it follows from what was said: sums, products,
    shares, other units, a date that was named or that is near.

    What a tool returned counts as far as it was not told it in its own arguments. An error of the
    framework's never counts, and neither does a summary that a model has put in the place of older
    messages: what only stands there is asked for again. The refusal is a `ToolMessage` that names
    the argument and not the value, so that the model can correct itself or ask. What a human
    reviewer wrote into a call (`HumanInTheLoopMiddleware`, edit) counts as written by the human;
    what he left as it was does not. Review single calls (`per_call`) before this guard.

    Args:
        trusted: further texts whose identifiers may be used, such as a configured server.
        tools: names of the tools to guard; all by default. Where the agent has no tool of a name,
            its first call of any tool raises a `SettingsError`.
        clock: tells the time, for dates that are near.

    Example:
        ```python
        agent = create_agent("openai:gpt-5", tools=tools, middleware=[GroundedToolCalls()])
        ```
    """

    def __init__(
        self,
        *,
        trusted: str | Iterable[str] = (),
        tools: str | Iterable[str] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__()
        self._trusted = _texts(trusted)
        self._guarded = None if tools is None else frozenset(_texts(tools))
        self._clock = clock or (lambda: datetime.now(UTC))

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Answer]
    ) -> Answer:
        """Let a grounded call through."""
        return self._refusal(request) or _reviewed(handler(request), request)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Answer]]
    ) -> Answer:
        """Let a grounded call through."""
        return self._refusal(request) or _reviewed(await handler(request), request)

    def _refusal(self, request: ToolCallRequest) -> ToolMessage | None:
        name, arguments = _executed(request)
        if self._guarded is not None:
            _check_names(self._guarded, request)
            if name not in self._guarded:
                return None
        wrong = list(dict.fromkeys(_ungrounded(arguments, request, self._known(request))))
        if not wrong:
            return None
        return ToolMessage(
            content=(
                f"Not carried out. {', '.join(wrong)}: this holds an address, number, id or link "
                "that neither the user wrote nor a tool returned. Use one out of the conversation, "
                "or ask the user for it."
            ),
            name=name,
            tool_call_id=request.tool_call["id"] or "",
            status="error",
            additional_kwargs={REFUSED: True},
        )

    def _known(self, request: ToolCallRequest) -> Evidence:
        return evidence(
            _of(request.state, "messages") or [],
            self._trusted,
            speaking=_speaking(request),
            now=self._clock(),
        )


def _texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """One text or several; of one, its letters are none."""
    return (given,) if isinstance(given, str) else tuple(given)


def _check_names(guarded: frozenset[str], request: ToolCallRequest) -> None:
    """Refuse a name that no tool has: the tool that is meant would not be guarded.

    Raises:
        SettingsError: there is one.
    """
    there = {tool.name for tool in _tools(request)}
    wrong = sorted(guarded - there)
    if wrong:
        raise SettingsError(
            f"GroundedToolCalls is to guard {', '.join(wrong)}, and the agent has no such tool: it "
            f"has {', '.join(sorted(there))}."
        )


def _ungrounded(
    arguments: Mapping[str, Any], request: ToolCallRequest, known: Evidence
) -> Iterator[str]:
    """The paths of values with an identifier that has no source.

    A value that is not in the model's own call was put there by a reviewer, or by the deployer's
    code.
    """
    written = _written(request)
    own = None if written is None else {text for _, text in leaves(written)}
    for path, text in leaves(arguments):
        if (own is None or text in own) and not named_in(text) <= known:
            # The name of an argument may itself be what was made up.
            yield "the arguments" if not path or identifiers(path) else path


def _executed(request: ToolCallRequest) -> tuple[str, Mapping[str, Any]]:
    """Name and arguments of the call as it will be made."""
    edited = (_of(request.state, EDITED) or {}).get(request.tool_call["id"])
    call = edited or request.tool_call
    return call["name"], call["args"]


def _written(request: ToolCallRequest) -> Mapping[str, Any] | None:
    """The arguments that the model wrote."""
    for message in reversed(_of(request.state, "messages") or []):
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                if call["id"] == request.tool_call["id"]:
                    return call["args"]
    return None


def _reviewed(answer: Answer, request: ToolCallRequest) -> Answer:
    """The answer, with the arguments beside it where they are not the model's."""
    _, arguments = _executed(request)
    if isinstance(answer, ToolMessage) and _written(request) not in (None, arguments):
        more = answer.additional_kwargs | {REVIEWED: dict(arguments)}
        return answer.model_copy(update={"additional_kwargs": more})
    return answer


def _speaking(request: ToolCallRequest) -> frozenset[str]:
    """Tools that word their errors themselves; those of others are the framework's."""
    return frozenset(
        tool.name for tool in _tools(request) if getattr(tool, "handle_tool_error", None)
    )


def _tools(request: ToolCallRequest) -> list[BaseTool]:
    """The tools of the agent."""
    tools = [*(getattr(request.runtime, "tools", None) or ()), request.tool]
    return [tool for tool in tools if tool is not None]


def _of(state: Any, name: str) -> Any:
    return state.get(name) if isinstance(state, Mapping) else getattr(state, name, None)
