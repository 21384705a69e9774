"""What a turn that follows up an earlier decision gives for certain, and so may not be left out."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Mention,
    Phone,
    Ports,
    ProfileName,
    Role,
    Sink,
    identifier,
)

#: "It has a SIM as well, +351 …": beside what was named before, not instead of it.
_ADDED = re.compile(
    r"\b(?:also|as\s+well|in\s+addition|additionally|besides|both|add)\b|\btoo\b(?!\s+\w)"
    r"|^\W*and\s+(?:the|its)\b",
    re.IGNORECASE,
)

_INSTEAD = re.compile(
    r"\binstead\b(?!\s+of)|\bafter\s+all\b|\bsame\b[^.;!?]*\bfor\b", re.IGNORECASE
)
#: One name of a device behind an address translation is put right, or given.
_PRIVATE = re.compile(r"\b(?:private|internal|inside|lan|behind\s+(?:the\s+)?nat)\b", re.IGNORECASE)
#: What was the device is said to be the server, or the reverse.
_SWAPPED = re.compile(
    r"\b(?:swap\w*|switch\w*|revers\w+|vice\s+versa|mix(?:ed)?\s+(?:it\s+|them\s+)?up|confus\w+"
    r"|other\s+way|wrong\s+way|backwards|exchang\w+)\b",
    re.IGNORECASE,
)

#: An argument, and which of its values are left.
Rule = tuple[str, Callable[[Any], bool]]


def given(newest: Sequence[Mention], text: str, earlier: Decision) -> Iterator[Rule]:
    """What the newest turn gives, to be kept to as far as the schema allows.

    Args:
        newest: what the turn names.
        text: the turn.
        earlier: what was decided before it.
    """
    for item in newest:
        match item:
            case Sink():
                yield "sink", _is_something
            case ProfileName(known=True):
                yield "qosProfile", _is_something
            case Ports(role=Role()):
                yield f"{item.role}Ports", _is_something
            case Address(role=Role.SERVER):
                yield "applicationServer", partial(_holds, item.text)
            case Address(role=Role.DEVICE):
                yield "device", partial(_holds, item.text)
    yield from _ends_stay(text, newest, earlier)
    before = earlier.arguments.get("device")
    if before is None:
        return
    yield "device", _is_something
    named = {
        identifier(item)
        for item in newest
        if isinstance(item, Phone) or (isinstance(item, Address) and item.role is not Role.SERVER)
    }
    if named and _ADDED.search(text):
        yield "device", lambda device: _identifiers(before) | named <= _identifiers(device)
    elif named and _INSTEAD.search(text):
        yield "device", partial(_apart, _identifiers(before) - named)
    elif len(named) == 1 and _PRIVATE.search(text):
        public = before.get("ipv4Address", {}).get("publicAddress")
        yield "device", partial(_holds_both, public, next(iter(named)))


def _ends_stay(text: str, newest: Sequence[Mention], earlier: Decision) -> Iterator[Rule]:
    """No address changes from one end of the connection to the other, unless it is named again."""
    if _SWAPPED.search(text):
        return
    again = {identifier(item) for item in newest if isinstance(item, Address)}
    for end, other in (("device", "applicationServer"), ("applicationServer", "device")):
        taken = _identifiers(earlier.arguments.get(end)) - again
        if taken:
            yield other, partial(_apart, taken)


def _apart(taken: set[str], value: Any) -> bool:
    return taken.isdisjoint(_identifiers(value))


def _holds_both(public: str, private: str, device: Any) -> bool:
    form = (device or {}).get("ipv4Address", {})
    return (form.get("publicAddress"), form.get("privateAddress")) == (public, private)


def _is_something(value: Any) -> bool:
    return value is not None


def _holds(text: str, value: Any) -> bool:
    return text in _identifiers(value)


def _identifiers(value: Any) -> set[str]:
    """The texts in a device or a server."""
    if isinstance(value, dict):
        return {text for part in value.values() for text in _identifiers(part)}
    return {value} if isinstance(value, str) else set()
