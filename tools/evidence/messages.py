"""Evidence of a list of messages: what the human wrote, and what tools returned."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from camara_qod.tools.evidence.evidence import Evidence, Source
from camara_qod.tools.evidence.hosts import bare_host
from camara_qod.tools.evidence.identifiers import Code, Host, Identifier, Number
from camara_qod.tools.evidence.reading import read_again
from camara_qod.tools.evidence.text import compact

#: Marks refusals of a guard, which are no evidence for what they refuse.
REFUSED = "ungrounded_tool_call"
#: Where a tool's message holds the arguments that a reviewer put in place of the model's.
REVIEWED = "reviewed_arguments"
#: How LangChain begins what a reviewer said in rejecting a call.
_REJECTED = "User rejected the tool call for `"


def identifiers(text: str) -> frozenset[Identifier]:
    """The identifiers of a text, each in one normal form however it was written."""
    return frozenset(read_again(text).found)


def evidence(
    messages: Iterable[BaseMessage],
    trusted: Iterable[str] = (),
    *,
    speaking: Collection[str] = (),
    now: datetime | None = None,
) -> Evidence:
    """Every identifier that the human wrote or a tool returned.

    What a tool was told itself does not count, and neither does an error of the framework's.

    Args:
        messages: the conversation.
        trusted: further texts.
        speaking: tools whose errors are their own words, such as an operator's refusal.
        now: the clock.
    """
    return Evidence([*_sources(messages, speaking), *map(Source, trusted)], now)


def passed_on(
    text: str, messages: Sequence[BaseMessage], *, speaking: Collection[str] = ()
) -> tuple[str, ...]:
    """The addresses, numbers and ids of a text that a tool returned and no human wrote.

    Args:
        text: what a model passes on.
        messages: the conversation.
        speaking: as in `evidence`.

    Returns:
        Each as it would be written, in the order of the text.
    """
    everything = evidence(messages, speaking=speaking)
    human = evidence([item for item in messages if is_human(item)])
    found = {
        _written(item)
        for item in identifiers(text)
        if everything.named(item) and not human.named(item)
    }
    place = compact(text)
    return tuple(sorted(found - {""}, key=lambda one: place.find(compact(one))))


def _written(item: Identifier) -> str:
    """An identifier as a person would write it; nothing for other kinds."""
    match item:
        case Host(name=name):
            return name
        case Number(digits=digits, prefix=prefix):
            return prefix + digits
        case Code(value=value) if len(value) == 32:
            return str(UUID(value)) if re.fullmatch(r"[0-9a-f]+", value) else ""
    return ""


def _sources(messages: Iterable[BaseMessage], speaking: Collection[str]) -> Iterator[Source]:
    calls: dict[str | None, ToolCall] = {}
    for message in messages:
        if isinstance(message, AIMessage):
            calls |= {call["id"]: call for call in message.tool_calls}
        elif is_human(message):
            yield Source(str(message.text))
        elif isinstance(message, ToolMessage):
            told = _told(calls.get(message.tool_call_id))
            if _counts(message, speaking):
                yield Source(str(message.text), told)
            if reviewed := message.additional_kwargs.get(REVIEWED):
                yield Source(json.dumps(reviewed, ensure_ascii=False), told)


def is_human(message: BaseMessage) -> bool:
    """Whether a human wrote a message.

    LangChain puts a summary, which a model writes, in the place of old messages as a human's.
    """
    return (
        isinstance(message, HumanMessage)
        and message.additional_kwargs.get("lc_source") != "summarization"
    )


def _counts(message: ToolMessage, speaking: Collection[str]) -> bool:
    if REFUSED in message.additional_kwargs:
        return False
    return (
        message.status != "error"
        or message.name in speaking
        or str(message.text).startswith(_REJECTED)
    )


def _told(call: ToolCall | None) -> str:
    """What a tool was told: its arguments with their keys, and the name it was called by."""
    if call is None:
        return ""
    return " | ".join([call["name"], *(text for _, text in leaves(call["args"]))])


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each value of some arguments as text, with its path; a key is a value of its own."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield path, str(key)
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from leaves(item, path)
    elif value is not None and not isinstance(value, bool):
        yield path, _text(value)


def _text(value: Any) -> str:
    """A value as text; a number that has a fraction is an amount and says nothing."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else ""
    return str(value)


def named_in(value: str) -> frozenset[Identifier]:
    """The identifiers of one value of a call, which may be a host and nothing else."""
    host = bare_host(value)
    return identifiers(value) if host is None else identifiers(value) | {host}
