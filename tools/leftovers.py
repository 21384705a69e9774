"""What a person named and a decision does not use: the part of a turn that is left undone.

A decision is one operation with one value in each place. "Extend the first by 15 and the second by
20" asks for more than that, and so does a deletion in whose words another device stands. By the
values alone it can be seen that something was left over, in any language; what it was meant for is
for the person to say.
"""

from collections.abc import Iterator
from typing import Any

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.interpreter.offering.ends import host_address
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Length,
    Mention,
    Phone,
    Ports,
    ProfileName,
    SessionId,
    Sink,
)

#: What may stand at the end of a value without being of it.
_AROUND = " \t\n.,;:!?\"'"


def left_over(made: Interpretation) -> tuple[str, ...]:
    """What the newest turn names that is nowhere in the arguments of a decision.

    Args:
        made: complete, as it would be sent, with the conversation it was made for.

    Returns:
        The person's own words for each value, in their order.
    """
    if made.context is None:
        return ()
    known, text = _used(made), made.context.messages[-1]
    rest = [item for item in named(made.context) if not _is_used(item, known)]
    return tuple(dict.fromkeys(text[item.start : item.end].strip(_AROUND) for item in rest))


def uses_named(made: Interpretation) -> bool:
    """Whether a value that the newest turn names is in the arguments of a decision."""
    known = _used(made)
    return any(_values(item) and _is_used(item, known) for item in named(made.context))


def named(context: Context | None) -> list[Mention]:
    """Everything that the newest turn names."""
    if context is None:
        return []
    newest = len(context.messages) - 1
    return [item for item in context.mentions if item.turn == newest]


def written_sessions(context: Context) -> set[str]:
    """The ids of sessions that stand in the newest turn."""
    return {item.uuid for item in named(context) if isinstance(item, SessionId)}


def _used(made: Interpretation) -> set[str]:
    """What is sent, what it was reckoned from, and the device of the session that it is about."""
    sent, sessions = made.decision.arguments, made.context and made.context.sessions
    device = sessions.devices.get(sent.get("sessionId", "")) if sessions else None
    return {*_leaves(sent), *_leaves(made.emitted.arguments), *_leaves(device or {})}


def _is_used(item: Mention, known: set[str]) -> bool:
    """Whether a mention is in the arguments, a link also by the address that is its host."""
    host = host_address(item) if isinstance(item, Sink) else None
    return _values(item) <= known or (host is not None and host.text in known)


def _values(item: Mention) -> set[str]:
    """What an argument has to hold for a mention to be used; nothing for kinds that fill none."""
    match item:
        case Length(seconds=seconds):
            return {str(seconds)}
        case SessionId(uuid=uuid):
            return {uuid}
        case Phone(number=number):
            return {number}
        case Address():
            return {item.text}
        case ProfileName(name=name):
            return {name}
        case Ports():
            ends = (end for low_high in item.ranges for end in low_high)
            return {str(port) for port in (*item.ports, *ends)}
        case Sink(url=url):
            return {url}
    return set()


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield str(value)
