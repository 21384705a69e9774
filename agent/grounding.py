"""A guard for agents that other language models drive: no identifier that nobody gave.

A model that fills in a tool call may make an address, a phone number or an id up, and the call is
valid all the same. This middleware looks up each identifier of a call in what the human wrote and
what tools returned, and hands the call back where one is in neither. It works with any tool.
"""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from ipaddress import IPv6Address
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
from langgraph.types import Command

from camara_qod.tools.interpreter.mentions import (
    Address,
    Invalid,
    Mention,
    Phone,
    SessionId,
    find_mentions,
)

#: Marks the refusals of this middleware, which are no evidence for what they refuse.
REFUSED = "ungrounded_tool_call"
#: LangChain's key for calls that a human reviewer has rewritten.
_EDITED = "hitl_edited_tool_calls"

_LONG_NUMBER = re.compile(r"[0-9](?:[ ().\-/]{0,2}[0-9]){7,}")
_HEX = re.compile(r"0x[0-9a-f]{6,}", re.IGNORECASE)
_LINK = re.compile(r"[a-z][a-z0-9+.-]{1,15}://[^\s\"'<>]+|[\w.+-]+@[\w-]+\.[\w.-]+", re.IGNORECASE)
_COLONS = re.compile(r"[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*", re.IGNORECASE)
_TRAILING = ".,;:!?)]}'\""

Answer = ToolMessage | Command[Any]


class GroundedToolCalls(AgentMiddleware):
    """Refuses tool calls with identifiers that neither the human nor a tool has named.

    Identifiers are IP addresses, phone and other long numbers, UUIDs, URLs and e-mail addresses, in
    any string or number of the arguments. The refusal is a `ToolMessage` that names the argument
    and not the value, so that the model can correct itself or ask. What a human reviewer wrote into
    a call (`HumanInTheLoopMiddleware`, edit) counts as written by the human.

    Args:
        trusted: further texts whose identifiers may be used, such as a configured server.
        tools: names of the tools to guard; all by default.

    Example:
        ```python
        agent = create_agent("openai:gpt-5", tools=tools, middleware=[GroundedToolCalls()])
        ```
    """

    def __init__(self, *, trusted: Iterable[str] = (), tools: Iterable[str] | None = None) -> None:
        super().__init__()
        self._trusted = tuple(trusted)
        self._guarded = None if tools is None else frozenset(tools)

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Answer]
    ) -> Answer:
        """Let a grounded call through."""
        return self._refusal(request) or handler(request)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Answer]]
    ) -> Answer:
        """Let a grounded call through."""
        return self._refusal(request) or await handler(request)

    def _refusal(self, request: ToolCallRequest) -> ToolMessage | None:
        call = request.tool_call
        if self._guarded is not None and call["name"] not in self._guarded:
            return None
        if call["id"] in (_of(request.state, _EDITED) or {}):
            return None
        known = evidence(_of(request.state, "messages") or [], self._trusted)
        wrong = [path for path, text in _leaves(call["args"]) if not identifiers(text) <= known]
        if not wrong:
            return None
        return ToolMessage(
            content=(
                f"Not carried out. {', '.join(wrong)}: this holds an address, number, id or link "
                "that neither the user wrote nor a tool returned. Use one out of the conversation, "
                "or ask the user for it."
            ),
            name=call["name"],
            tool_call_id=call["id"] or "",
            status="error",
            additional_kwargs={REFUSED: True},
        )


def evidence(messages: Iterable[BaseMessage], trusted: Iterable[str] = ()) -> set[str]:
    """Every identifier that the human wrote or a tool returned, in normal form."""
    known: set[str] = set()
    for message in messages:
        told = isinstance(message, HumanMessage) or (
            isinstance(message, ToolMessage) and REFUSED not in message.additional_kwargs
        )
        if told:
            known |= identifiers(str(message.text))
    for text in trusted:
        known |= identifiers(text)
    return known


def identifiers(text: str) -> set[str]:
    """The identifiers of a text, each in one normal form however it was written."""
    plain = _plain(text)
    found = {_normal(item, plain) for item in find_mentions([plain]).items}
    found |= {link.rstrip(_TRAILING).lower() for link in _LINK.findall(plain)}
    found |= set(_bare_ipv6(plain))
    rest = _LINK.sub(" ", plain)
    found |= {match.lower() for match in _HEX.findall(rest)}
    for digits in _LONG_NUMBER.findall(_without_mentions(rest)):
        found.add(re.sub(r"[^0-9]", "", digits))
    found.discard("")
    return found


def _bare_ipv6(text: str) -> Iterator[str]:
    """Addresses such as `::` that a reader would not take for one."""
    for match in _COLONS.findall(text):
        try:
            yield str(IPv6Address(match.rstrip(".")))
        except ValueError:
            continue


def _normal(item: Mention, text: str) -> str:
    if isinstance(item, Address):
        return str(item.ip)
    if isinstance(item, Phone):
        return item.number
    if isinstance(item, SessionId):
        return item.uuid
    if isinstance(item, Invalid):
        return text[item.start : item.end].strip().lower()
    return ""


def _without_mentions(text: str) -> str:
    """The text without what was recognised, so that no part of it counts once more."""
    recognised = Address | Phone | SessionId
    mentions = [item for item in find_mentions([text]).items if isinstance(item, recognised)]
    for item in sorted(mentions, key=lambda item: -item.start):
        text = text[: item.start] + " | " + text[item.end :]
    return text


def _plain(text: str) -> str:
    """Compatibility forms folded, invisible characters dropped."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if unicodedata.category(char) != "Cf")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each string and number of the arguments with its path; keys are text of the model's too."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            where = f"{path}.{key}" if path else str(key)
            if identifiers(str(key)):
                yield path or "the arguments", str(key)
            yield from _leaves(item, where)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item, path)
    elif value is not None and not isinstance(value, bool):
        yield path or "the arguments", str(value)


def _of(state: Any, name: str) -> Any:
    return state.get(name) if isinstance(state, Mapping) else getattr(state, name, None)
