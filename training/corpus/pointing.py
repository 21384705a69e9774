"""Labels of the training set: the answer that points at what an example says."""

from collections.abc import Mapping, Sequence
from typing import Any

from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import DECLINE, Aside, Decision
from camara_qod.tools.interpreter.offering.choice import Choice, wire
from camara_qod.tools.interpreter.offering.notation import KIND
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.offering.values import UNREAD
from camara_qod.tools.interpreter.operations import CREATE
from camara_qod.tools.interpreter.reading.lengths import TimeOfDay, Unread
from camara_qod.tools.interpreter.reading.mention import Address, Invalid, Moment

#: Instead of a length: words about time that lead to a question.
ASK = "ask"
_LENGTHS = ("duration", "requestedAdditionalDuration")
_SERVER_PORTS = "applicationServerPorts"


def pointing(context: Context, operation: str, chosen: Mapping[str, Any]) -> Decision:
    """The answer under a conversation's grammar that stands for a decision.

    Args:
        context: the conversation.
        operation: operationId, or `decline`.
        chosen: by wire name, what is not null, on the wire; a length may be `ASK`.

    Raises:
        DecodingError: the conversation does not offer what was chosen.
    """
    if operation == DECLINE:
        return Decision(DECLINE, {KIND: chosen.get(KIND, Aside.OTHER)})
    offer = Offer(context)
    offered = offer.choices(operation)
    found = {
        name: _found(name, value, offered.get(name, ()), context) for name, value in chosen.items()
    }
    found |= _unusable(operation, found, offered, context)
    names = _names(offer, operation, found)
    return Decision(operation, {name: _text(found.get(name)) for name in names})


def _text(item: Choice | None) -> str | None:
    return None if item is None else item.text


def _found(name: str, value: Any, some: Sequence[Choice], context: Context) -> Choice | None:
    if value == ASK:
        return _question(some) or _unread(some)
    fitting = [item for item in some if item.value == wire(value)]
    if fitting:
        return max(fitting, key=lambda item: [(part.turn, part.start) for part in item.mentions])
    if name in _LENGTHS:
        return _unread(some)
    if name == _SERVER_PORTS:
        return _beside(value, some, context)
    raise DecodingError(f"{context.messages} does not offer {name} {value}")


def _question(some: Sequence[Choice]) -> Choice | None:
    """The newest words about time that are no length; a start goes before what was not read."""
    moments = [
        item
        for item in some
        if any(isinstance(part, Moment) and not _is_clock(part) for part in item.mentions)
    ]
    if not moments:
        return None
    newest = max(item.mentions[0].turn for item in moments)
    last = [item for item in moments if item.mentions[0].turn == newest]
    starts = [item for item in last if not isinstance(item.mentions[0].time, Unread)]  # type: ignore[attr-defined]
    return (starts or last)[-1]


def _is_clock(item: Moment) -> bool:
    return isinstance(item.time, TimeOfDay)


def _unread(some: Sequence[Choice]) -> Choice | None:
    """What is said of a length that was spoken of and has no label; more is asked for anyway."""
    return UNREAD if UNREAD in some else None


def _beside(value: Any, some: Sequence[Choice], context: Context) -> Choice | None:
    """Ports without the one that is joined to the server's address, which needs no choice."""
    joined = {item.port for item in context.of(Address) if item.port is not None}
    rest = dict(value) | {"ports": [port for port in value.get("ports", []) if port not in joined]}
    rest = {key: item for key, item in rest.items() if item}
    if not rest:
        return None
    for item in some:
        if item.value == rest:
            return item
    raise DecodingError(f"{context.messages} does not offer {_SERVER_PORTS} {value}")


def _unusable(
    operation: str,
    found: Mapping[str, Choice | None],
    offered: Mapping[str, Sequence[Choice]],
    context: Context,
) -> dict[str, Choice]:
    """What stands in the place of an end and cannot be used: where nothing else is there for it."""
    if operation != CREATE:
        return {}
    pointed: dict[str, Choice] = {}
    for name in ("device", "applicationServer"):
        wrong = [item for item in offered.get(name, ()) if not item.usable]
        free = found.get(name) is None and len(wrong) == 1 and wrong[0] not in pointed.values()
        if free and _meant(name, wrong[0]) and not _replaced(wrong[0], found.get("device")):
            pointed[name] = wrong[0]
    return pointed


def _replaced(wrong: Choice, device: Choice | None) -> bool:
    """Whether a later turn gave the device in the place of what cannot be used."""
    if device is None:
        return False
    return min(item.turn for item in device.mentions) > wrong.mentions[0].turn


def _meant(name: str, item: Choice) -> bool:
    (mention,) = item.mentions
    assert isinstance(mention, Invalid)  # noqa: S101
    return name == "device" or "sink" not in mention.fields


def _names(offer: Offer, operation: str, found: Mapping[str, Choice | None]) -> list[str]:
    """The arguments of the alternative that holds what was found."""
    for texts in offer.alternatives(operation):
        fits = all(_text(found.get(name)) in some for name, some in texts.items())
        if fits and all(name in texts for name, item in found.items() if item is not None):
            return list(texts)
    raise DecodingError(f"the grammar offers no {operation} with {found}")
